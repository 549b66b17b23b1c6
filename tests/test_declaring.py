"""What a person declares: it loads, reads back as it was given, and stands as by hand (made up)."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from beancount.core.amount import Amount
from beancount.core.data import Custom
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.ledger.declared.declarations import FORMS, as_text, write_declaration
from pledgebook.ledger.files.declaring import Declared, save_declared
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.parsing import parse_text, quoted
from pledgebook.ledger.register.book import Book

HOSTILE = st.text(
    st.sampled_from('"\\\n\r\t;|{}*^#:=<>&\'\x00\x1b\u202e\u2028é漢ع aZ0') , min_size=1, max_size=24
)  # fmt: skip
FIRST = date(1999, 12, 31)


def plain(text: str) -> str:
    return json.loads(quoted(text))


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return make_book(tmp_path / "book")


def made(main: Path, declared: Declared) -> Book:
    save_declared(load_book(main), declared)
    book = load_book(main)
    assert book.errors == []
    return book


@given(
    kind=st.sampled_from(sorted(FORMS)),
    texts=st.lists(HOSTILE.filter(plain), min_size=3, max_size=3),
    meta=st.dictionaries(
        st.from_regex(r"[a-z][a-zA-Z0-9_-]{1,6}", fullmatch=True),
        st.one_of(
            HOSTILE,
            st.dates(date(1000, 1, 1)),
            st.booleans(),
            st.builds(Amount, st.decimals("0", "99999", places=2), st.just("USD")),
        ),
        max_size=4,
    ),
)
def test_a_declaration_reads_back_as_it_was_written(
    kind: str, texts: list[str], meta: dict[str, Any]
) -> None:
    form = FORMS[kind]
    own = texts[: len(form.texts)]
    until = date(2003, 12, 31) if form.ends_with_date else None
    written = write_declaration(kind, FIRST, *own, until=until, meta=meta)
    (entry,), errors, _ = parse_text(written)
    assert (errors, type(entry), entry.date, entry.type) == ([], Custom, FIRST, kind)
    values = [value.value for value in entry.values]
    assert values == [*map(plain, own), *([until] if until else [])]
    said = {key: as_text(value) for key, value in meta.items()}
    said = {key: plain(text) for key, text in said.items()}
    hidden = {"filename", "lineno"}
    assert {key: as_text(v) for key, v in entry.meta.items() if key not in hidden} == said


def test_no_form_takes_what_is_no_text_or_key_of_it() -> None:
    for given_ in (
        ("purpose", ("corruption",), {}),
        ("purpose", ("corruption", "Corruption", "Twice"), {}),
        ("period", ("2002-2003",), {}),
        ("fund", ("CPCJF", "A fund"), {'name-fr: "x"\n2002-01-01 open': "y"}),
    ):
        with pytest.raises(ValueError, match=r"a |cannot be"):
            write_declaration(given_[0], FIRST, *given_[1], meta=given_[2])
    with pytest.raises(BookRefusedError, match="of a purpose the name is not stated"):
        write_declaration("purpose", FIRST, "corruption", " \x00")


def test_one_function_alone_writes_declarations() -> None:
    by_hand = re.compile(r"""\bf['"]{1,3}[^\n]*\} custom \\?["']""")
    found = {
        path.name
        for folder in ("cli", "desk", "importers", "ledger", "plugins", "reports")
        for path in (ROOT / folder).rglob("*.py")
        if by_hand.search(path.read_text("utf-8"))
    }
    assert found == {
        "declarations.py",
        "judging.py",
    }  # the latter says what to write, in a sentence

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
from hypothesis import given, settings
from hypothesis import strategies as st
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.closing.proof import verify_seals
from pledgebook.ledger.declared.declarations import FORMS, as_text, write_declaration
from pledgebook.ledger.files import declaring
from pledgebook.ledger.files.declaring import (
    DeclarationRefusedError,
    Declared,
    save_declared,
)
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.log import read_log
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.files.undoing import undo_write
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.parsing import parse_text, quoted
from pledgebook.ledger.register.book import Book
from pledgebook.reports.closing import make_figures

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
    texts=st.lists(HOSTILE.filter(plain), min_size=4, max_size=4),
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
    with pytest.raises(BookRefusedError, match="the name of this purpose is not stated"):
        write_declaration("purpose", FIRST, "corruption", " \x00")


def test_one_function_alone_writes_declarations() -> None:
    by_hand = re.compile(r"""\bf['"]{1,3}[^\n]*\} custom \\?["']""")
    found = {
        path.name
        for folder in ("cli", "desk", "importers", "ledger", "plugins", "reports")
        for path in (ROOT / folder).rglob("*.py")
        if by_hand.search(path.read_text("utf-8"))
    }
    # One module says in a sentence what to write.
    assert found == {"declarations.py", "judging.py"}


LINES = "\n"


@given(texts=st.lists(HOSTILE.filter(lambda text: plain(text).strip("| ")), min_size=6, max_size=6))
@settings(max_examples=4)
def test_whatever_is_written_loads_and_reads_back(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    main = make_book(tmp_path_factory.mktemp("made") / "book")
    title, fund, purpose, donor, office, other = texts
    names = {"fr": other, "ar": office}
    classes, policies = ["general", "special"], {"special": "receipt"}
    said = {"organization": office, "office": f"{fund}\n{other}", "address-fr": donor}
    book = load_book(main)
    for declare in (
        lambda book: declaring.name_book(book, title),
        lambda book: declaring.declare_fund(
            book, "TRF", fund, classes=classes, recognition=policies, names=names
        ),
        lambda book: declaring.declare_purpose(book, "made-up", purpose, names=names),
        lambda book: declaring.declare_donor(
            book, "QQX", "ngo", f"Qq {donor}", names=names, others=[f"Other {other}"]
        ),
        lambda book: declaring.declare_letterhead(book, "TRF", said),
        lambda book: declaring.declare_addressee(book, "QQX", {"name": office}, language="fr"),
    ):
        save_declared(book, declare(book))
        book = load_book(main)
        assert book.errors == []
    settings = book.settings
    assert book.options["title"] == plain(title)
    made_fund = settings.funds["TRF"]
    assert (made_fund.name, made_fund.classes) == (plain(fund), ("general", "special"))
    assert (made_fund.policy("special"), made_fund.policy("general")) == ("receipt", "pledge")
    assert settings.stationery.funds["TRF"].stated["name-fr"] == plain(other)
    assert settings.purposes["made-up"] == plain(purpose)
    known = settings.donors.get("QQX")
    assert known is not None
    assert (known.name, known.kind) == (plain(f"Qq {donor}"), "ngo")
    letterhead = settings.stationery.letterheads["TRF"]
    parted = (plain(line) for line in office.splitlines())
    assert letterhead.stated["organization"] == " | ".join(filter(None, parted))
    assert settings.stationery.addressees["QQX"].stated["language"] == "fr"


def settings_of(main: Path) -> str:
    return (main.parent / "settings.beancount").read_text("utf-8")


def test_a_change_is_made_where_it_stands_and_nothing_else_moves(main: Path) -> None:
    path = main.parent / "settings.beancount"
    own = """
1999-12-31 custom "fund" "OWN" "Own fund" ; as agreed
  ; by hand
  classes: "general special"
  overspending: "notice"
"""
    path.write_text(settings_of(main) + own, "utf-8")
    before = settings_of(main)
    made(main, declaring.ask_four_eyes(load_book(main), "OWN", asked=True))
    assert settings_of(main) == before.replace(own, f'{own}  four-eyes: "yes"\n')
    made(main, declaring.ask_four_eyes(load_book(main), "OWN", asked=False))
    assert settings_of(main) == before
    same = declaring.declare_fund(
        load_book(main), "OWN", "Own  fund", classes=["general", "special"]
    )
    assert same == Declared()
    made(main, declaring.take_out(load_book(main), "fund", ["OWN"]))
    assert settings_of(main).rstrip() == before.replace(own, "").rstrip()


def test_a_period_of_which_nothing_is_entered_takes_its_file_along(main: Path) -> None:
    first, last = date(2024, 1, 1), date(2025, 12, 31)
    book = made(main, declaring.change_period(load_book(main), "2002-2003", first, last))
    assert [each.name for each in book.settings.periods] == ["2024-2025"]
    assert (main.parent / "2024-2025.beancount").exists()
    assert not (main.parent / "2002-2003.beancount").exists()
    assert main.read_text("utf-8").count("2024-2025.beancount") == 2  # include and default-file
    later = declaring.declare_period(book, date(2026, 1, 1), date(2026, 12, 31))
    assert [each.name for each in made(main, later).settings.periods] == ["2024-2025", "2026"]


@pytest.mark.parametrize(
    ("start", "end", "name", "field"),
    [
        (date(2004, 1, 1), date(2003, 1, 1), "", "end"),
        (date(2003, 6, 1), date(2004, 5, 31), "", "start"),
        (date(2004, 1, 1), date(2005, 12, 31), "a/b", "name"),
        (date(2004, 1, 1), date(2005, 12, 31), "2002-2003", "name"),
    ],
)
def test_a_period_that_cannot_be_is_refused_at_its_field(
    main: Path, start: date, end: date, name: str, field: str
) -> None:
    before = settings_of(main)
    with pytest.raises(DeclarationRefusedError) as refused:
        save_declared(load_book(main), declaring.declare_period(load_book(main), start, end, name))
    assert (refused.value.field, settings_of(main)) == (field, before)


def test_two_bank_accounts_of_one_fund_have_cash_of_their_own(main: Path) -> None:
    funds = ["CPCJF", "UNTOC"]
    made(main, declaring.declare_bank(load_book(main), "MAIN", "GB29 NWBK 6016", funds=funds))
    second = declaring.declare_bank(
        load_book(main), "EURO", "AT61 1904", funds=["CPCJF"], currency="EUR"
    )
    banks = made(main, second).settings.banks.accounts
    assert banks["MAIN"].accounts == ("Assets:CPCJF:Cash", "Assets:UNTOC:Cash")
    assert (banks["EURO"].accounts, banks["EURO"].currency) == (("Assets:CPCJF:Cash:EURO",), "EUR")
    with pytest.raises(DeclarationRefusedError) as refused:
        declaring.declare_bank(load_book(main), "THIRD", "GB29NWBK6016", funds=["CPCJF"])
    assert refused.value.field == "number"


def test_the_mandate_can_be_left_out_and_taken_again(main: Path) -> None:
    book = made(main, declaring.keep_mandate(load_book(main), kept=False))
    assert not book.settings.mandates
    book = made(main, declaring.keep_mandate(load_book(main), kept=True))
    assert list(book.settings.mandates) == ["A/RES/55/64"]


def test_what_something_rests_on_is_not_taken_out(main: Path) -> None:
    with pytest.raises(BookRefusedError, match="UNTOC"):
        save_declared(load_book(main), declaring.take_out(load_book(main), "fund", ["CPCJF"]))


ENTRY = """
2002-08-12 * "Austria" "Payment (made up)"
  class: "general"
  Assets:CPCJF:Cash                1000.00 USD
  Income:CPCJF:Contributions:AUT  -1000.00 USD
"""


def test_what_a_seal_holds_stays_and_the_rest_is_said_from_the_first_open_day(main: Path) -> None:
    with (main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write(ENTRY)
    close_period(load_book(main), "2002-2003", make_figures)
    for declare in (
        lambda book: declaring.declare_fund(book, "CPCJF", "Another name"),
        lambda book: declaring.declare_fund(
            book, "CPCJF", book.settings.funds["CPCJF"].name, classes=["general"]
        ),
        lambda book: declaring.declare_purpose(book, "corruption", "Another name"),
        lambda book: declaring.take_out(book, "purpose", ["corruption"]),
        lambda book: declaring.keep_mandate(book, kept=False),
    ):
        with pytest.raises(DeclarationRefusedError, match="sealed"):
            declare(load_book(main))
    for declare in (
        lambda book: declaring.ask_four_eyes(book, "CPCJF", asked=True),
        lambda book: declaring.declare_purpose(
            book, "corruption", "Corruption", names={"es": "Corrupción"}
        ),
        lambda book: declaring.declare_purpose(book, "prisons", "Prison reform"),
        lambda book: declaring.declare_donor(book, "GEX", "ngo", "Global Example"),
        lambda book: declaring.name_book(book, "Another title"),
    ):
        made(main, declare(load_book(main)))
    book = load_book(main)
    assert book.settings.funds["CPCJF"].four_eyes
    assert '2004-01-01 custom "fund" "CPCJF"' in settings_of(main)
    assert book.settings.stationery.purposes["corruption"].stated["name-es"] == "Corrupción"
    assert [verdict.differs for verdict in verify_seals(main, make_figures)] == [{}]


def test_each_declaration_can_be_undone(main: Path) -> None:
    def files() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in main.parent.glob("*.beancount")}

    for declare in (
        lambda book: declaring.name_book(book, "Another title"),
        lambda book: declaring.declare_purpose(book, "prisons", "Prison reform"),
        lambda book: declaring.ask_four_eyes(book, "UNTOC", asked=True),
        lambda book: declaring.take_out(book, "fund", ["UNTOC"]),
        lambda book: declaring.change_period(
            book, "2002-2003", date(2024, 1, 1), date(2025, 12, 31)
        ),
    ):
        before = files()
        made(main, declare(load_book(main)))
        assert files() != before
        book = load_book(main)
        undo_write(book, read_log(book).writes[-1].number)
        assert files() == before


def test_a_period_is_not_renamed_over_another_or_what_stands_in_a_file(tmp_path: Path) -> None:
    book = load_book(make_book(tmp_path / "book"))
    first, second = date(2004, 1, 1), date(2005, 12, 31)
    save_declared(book, declaring.declare_period(book, first, second))
    (book.folder / "2006.beancount").write_text("; somebody's\n", "utf-8")
    book = load_book(book.path)
    for name in ("2002-2003", "2006"):
        with pytest.raises(DeclarationRefusedError, match="choose another name") as refused:
            declaring.change_period(book, "2004-2005", first, second, name)
        assert refused.value.field == "name"

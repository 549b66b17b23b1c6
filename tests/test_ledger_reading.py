"""A book's files are read as Beancount reads them, once, and as they would be (amounts made up)."""

from __future__ import annotations

import gc
import glob
import os
import weakref
from pathlib import Path
from typing import Any

import pytest
from beancount import loader
from conftest import GOLDEN, HEAD, SETTINGS
from hypothesis import given, settings
from hypothesis import strategies as st
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.reading import Files, matches, parse_files
from pledgebook.ledger.files.reasons import without_traceback
from pledgebook.ledger.register.book import digest_of, without_garbage_collection
from pledgebook.ledger.sources import as_content, as_text

BOOKS = {
    "the same file twice": 'include "a.beancount"\ninclude "a.beancount"\n',
    "a circle": 'include "b.beancount"\n',
    "no such file": 'include "missing.beancount"\n',
    "a pattern": 'include "y*/**/*.beancount"\n',
    "a pattern of nothing": 'include "z*.beancount"\n',
    "a path with dots": 'include "years/../a.beancount"\n',
    "a line that is no Beancount": "2002-01-01 opens Assets:A\n",
    "an unknown plugin": 'plugin "no.such.plugin"\n',
    "options of several files": 'option "operating_currency" "USD"\ninclude "a.beancount"\n',
}


def make(folder: Path, main: str) -> Path:
    (folder / "years" / "old").mkdir(parents=True)
    (folder / "main.beancount").write_text(main, "utf-8")
    (folder / "a.beancount").write_text('option "operating_currency" "EUR"\n', "utf-8")
    (folder / "b.beancount").write_text('include "main.beancount"\n', "utf-8")
    for name in ("years/2001.beancount", "years/old/2000.beancount", "years/.hidden.beancount"):
        (folder / name).write_text(f"20{name[-12:-10]}-01-01 open Assets:Cash\n", "utf-8")
    return folder / "main.beancount"


def ours(path: Path) -> Any:
    book = load_book(path)
    return book.entries, sorted(map(repr, book.errors)), book.options


def theirs(path: Path) -> Any:
    entries, errors, options = loader._load([(str(path), True)], None, None, None)
    return entries, sorted(repr(without_traceback(error)) for error in errors), options


@pytest.mark.parametrize("main", BOOKS.values(), ids=BOOKS)
def test_a_book_is_loaded_as_beancount_loads_it(main: str, tmp_path: Path) -> None:
    path = make(tmp_path, main)
    entries, errors, options = ours(path)
    own_entries, own_errors, own_options = theirs(path)
    assert (entries, errors) == (own_entries, own_errors)
    for key in own_options.keys() - {"dcontext", "input_hash"}:
        assert options[key] == own_options[key], key
    assert str(options["dcontext"]) == str(own_options["dcontext"])


def test_the_golden_book_is_loaded_as_beancount_loads_it() -> None:
    path = GOLDEN / "main.beancount"
    assert ours(path)[:2] == theirs(path)[:2]


def test_a_file_that_cannot_be_read_is_an_error_of_the_book(tmp_path: Path) -> None:
    path = make(tmp_path, 'include "years"\n')
    (error,) = load_book(path).errors
    assert error.message == f'File "{tmp_path / "years"}" cannot be read: Is a directory'


def test_the_digests_are_of_the_bytes_that_were_parsed(tmp_path: Path) -> None:
    path = make(tmp_path, 'include "a.beancount"\n')
    files = Files({})
    parse_files(path, files)
    assert files.digests == {
        each: digest_of(each.read_bytes()) for each in (path, tmp_path / "a.beancount")
    }


def test_a_book_is_loaded_as_it_would_be(tmp_path: Path) -> None:
    path = make(tmp_path, 'include "years/*.beancount"\ninclude "a.beancount"\n')
    new, gone = tmp_path / "years" / "2003.beancount", tmp_path / "years" / "2001.beancount"
    tried = load_book(path, {new: b"2003-01-01 open Assets:New\n", gone: None})
    assert [getattr(entry, "account", "") for entry in tried.entries] == ["Assets:New"]
    assert tried.patterns == {str(tmp_path / "years" / "*.beancount"): (str(new),)}
    assert set(tried.digests) == {path, new, tmp_path / "a.beancount"}
    assert gone.is_file()
    assert not new.exists()


def test_a_guard_sees_the_file_as_it_would_be(tmp_path: Path) -> None:
    path = tmp_path / "main.beancount"
    path.write_text(HEAD + SETTINGS, "utf-8")
    entry = (
        '2002-03-01 * "Norway" "Pledge"\n'
        '  Assets:CPCJF:Pledges:NOR  100 USD {0 # 100.00 USD, "NOR-2002-01.1"}\n'
        "  Income:CPCJF:Contributions:NOR\n"
        '2002-04-01 * "Norway" "Payment"\n'
        "  Assets:CPCJF:Pledges:NOR  -100 USD {}\n"
        "  Assets:CPCJF:Cash  100 USD\n"
    )
    tried = load_book(path, {path: path.read_bytes() + entry.encode()})
    assert [error.rule for error in tried.errors] == ["no-label"]


NAMES = st.sampled_from(["a.beancount", ".a.beancount", "b", "2001.beancount", ".git", "old"])
PARTS = st.sampled_from(["*", "**", "?.beancount", "*.beancount", ".*", "[ab]*", "old", "b"])


@settings(max_examples=200)
@given(
    names=st.lists(NAMES, min_size=1, max_size=3),
    parts=st.lists(PARTS, min_size=1, max_size=3).filter(lambda parts: parts[-1] != "**"),
)
def test_a_pattern_means_what_it_means_on_disk(
    names: list[str], parts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("tree")
    path = folder.joinpath(*names)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    pattern = os.path.join(folder, *parts)  # noqa: PTH118 - as an include line is joined
    found = {os.path.normpath(name) for name in glob.glob(pattern, recursive=True)}  # noqa: PTH207 - what is compared
    assert matches(str(path), pattern) == (str(path) in found)


@given(st.binary(max_size=40))
def test_the_bytes_of_a_file_survive_being_text(content: bytes) -> None:
    assert as_content(as_text(content), content) == content


class Ring:
    """What only the collector frees."""

    def __init__(self) -> None:
        self.own = self


def test_what_a_load_made_is_old_afterwards_and_is_freed_when_it_is_dropped() -> None:
    with without_garbage_collection():
        made = Ring()
        gone = weakref.ref(Ring())
    assert gc.isenabled()
    assert gc.get_freeze_count() == 0, "set aside for ever"
    assert any(each is made for each in gc.get_objects(generation=2))
    assert gone() is not None
    gc.collect()
    assert gone() is None

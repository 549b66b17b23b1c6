"""What was proven of earlier periods is known again without loading them, and only then.

All amounts and rates are made up.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from conftest import HEAD, MANDATE
from pledgebook.ledger.closing import periods
from pledgebook.ledger.closing.earlier import is_proven
from pledgebook.ledger.closing.periods import close_period, reopen_period
from pledgebook.ledger.closing.proof import verify_seals
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.register.book import Book
from pledgebook.reports.closing import make_figures

NAMES = ("2002-2003", "2004-2005", "2006-2007", "2008-2009")
LAST = NAMES[-1]
SETTINGS = f"""\
1999-12-31 custom "fund" "CPCJF" "United Nations Crime Prevention and Criminal Justice Fund"
  classes: "general special support"
1999-12-31 custom "purpose" "corruption" "Corruption"
1999-12-31 custom "donor" "EXF" "Example Foundation"
  kind: "foundation"
{"".join(f'{name[:4]}-01-01 custom "period" "{name}" {name[5:]}-12-31{chr(10)}' for name in NAMES)}\
2002-01-01 price USD 0.9 EUR
2006-06-01 price USD 0.8 EUR
include "{MANDATE.as_posix()}"
"""


def entries_of(year: int) -> str:
    """A pledge of two instalments, one of them and the one that was left before paid; a gift."""
    before = year - 2
    paid = f"""
{year}-03-01 * "Norway" "Payment" ^NOR-{before}-01
  Assets:CPCJF:Pledges:NOR         -700 USD {{"NOR-{before}-01.2"}}
  Assets:CPCJF:Cash                 700.00 USD
"""
    return f"""
{year}-02-01 * "Norway" "Pledge" ^NOR-{year}-01
  document: "Note verbale {year}"
  Assets:CPCJF:Pledges:NOR         1000 USD {{0 # 1000.00 USD, "NOR-{year}-01.1"}}
    due: {year}-06-30
  Assets:CPCJF:Pledges:NOR          700 USD {{0 # 700.00 USD, "NOR-{year}-01.2"}}
    due: {year + 1}-06-30
  Income:CPCJF:Contributions:NOR  -1700.00 USD
{paid if before >= 2002 else ""}
{year}-05-01 * "Norway" "Payment" ^NOR-{year}-01
  Assets:CPCJF:Pledges:NOR        -1000 USD {{"NOR-{year}-01.1"}}
  Assets:CPCJF:Cash                1000.00 USD

{year}-06-01 * "Example Foundation" "Gift"
  Assets:CPCJF:Cash                 500.00 USD
  Income:CPCJF:Contributions:EXF   -500.00 USD
"""


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book of three closed periods, and a fourth that can be closed."""
    folder = tmp_path_factory.mktemp("closed") / "book"
    folder.mkdir()
    (folder / "settings.beancount").write_text(SETTINGS, "utf-8")
    text = HEAD + f'include "settings.beancount"\ninclude "{NAMES[0]}.beancount"\n'
    main = folder / "main.beancount"
    main.write_text(text, "utf-8")
    (folder / f"{NAMES[0]}.beancount").touch()
    for name in NAMES:
        with (folder / f"{name}.beancount").open("a", encoding="utf-8") as file:
            file.write(entries_of(int(name[:4])))
        if name != LAST:
            close_period(load_book(main), name, make_figures)
    return folder


@pytest.fixture
def main(three: Path, tmp_path: Path) -> Path:
    """A copy of it, to change."""
    shutil.copytree(three, tmp_path / "book")
    return tmp_path / "book" / "main.beancount"


def asked(main: Path) -> bool:
    """Whether the periods before the last closed one are known to be proven."""
    book = load_book(main)
    own, *_ = (each for each in book.settings.periods if each.name == LAST)
    return is_proven(book, own, [each for each in book.settings.periods if each.name in NAMES[:3]])


def files_of(folder: Path) -> dict[str, bytes]:
    """What stands in a folder, but for the log, which says at which second it was written."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "writes.jsonl"
    }


def test_a_closing_that_loads_two_periods_writes_what_one_that_loads_all_does(
    main: Path, three: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[set[str]] = []

    def figures_of(book: Book, period: str) -> dict[str, object]:
        loaded.append({path.name for path in book.files} & {f"{name}.beancount" for name in NAMES})
        return dict(make_figures(book, period))

    close_period(load_book(main), LAST, figures_of)
    assert loaded == [{f"{LAST}.beancount"}, {f"{name}.beancount" for name in NAMES[2:]}]
    shutil.copytree(three, tmp_path / "whole" / "book")
    monkeypatch.setattr(periods, "is_proven", lambda *_: False)
    close_period(load_book(tmp_path / "whole" / "book" / "main.beancount"), LAST, figures_of)
    assert loaded[-1] == {f"{name}.beancount" for name in NAMES}
    assert files_of(tmp_path / "whole" / "book") == files_of(main.parent)
    assert all(verdict.holds for verdict in verify_seals(main, make_figures))


def add(text: str, to: str = "settings") -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        with (folder / f"{to}.beancount").open("a", encoding="utf-8") as file:
            file.write(f"\n{text}\n")

    return change


def put(old: str, new: str, to: str) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        path = next(folder.glob(f"{to}.beancount"))
        text = re.sub(old, new, path.read_text("utf-8"), count=1)
        assert text != path.read_text("utf-8")
        path.write_text(text, "utf-8")

    return change


WITHOUT_BEARING = {
    "nothing": lambda _: None,
    "a period": add('2010-01-01 custom "period" "2010-2011" 2011-12-31'),
    "a fund": add('2008-01-01 custom "fund" "NEW" "A new fund (made up)"'),
    "a purpose": add('2008-01-01 custom "purpose" "firearms" "Firearms"'),
    "a donor": add('2008-01-01 custom "donor" "NEW" "New Foundation"\n  kind: "foundation"'),
    "what a sheet calls a donor": add('2008-01-01 custom "alias" "A Foundation" "EXF"'),
    "a rate since": add("2008-01-01 price USD 0.7 EUR"),
    "a paper of later days": add(
        '2008-07-01 custom "official-receipt" "CPCJF/2008/0001" "EXF"\n'
        "  amount: 500.00 USD\n  collected-on: 2008-06-01"
    ),
    "a comment": put(r"^", "; A comment.\n", "settings"),
}


@pytest.mark.parametrize("change", WITHOUT_BEARING)
def test_what_says_nothing_of_earlier_entries_leaves_them_proven(main: Path, change: str) -> None:
    WITHOUT_BEARING[change](main.parent)
    assert asked(main)


BEARING = {
    "an older file": add("; A comment.", NAMES[0]),
    "the file of the last closed period": add("; A comment.", NAMES[2]),
    "the digest of a file": put(r"(2002-2003\.beancount) .*", r"\1 0000", "history"),
    "the version it was proven with": put(r"pledgebook \S+ with", "pledgebook 0.0 with", "history"),
    "a rule": add(
        '2008-01-01 custom "rule" "A/RES/55/64" "R99" "serves" "OP4"\n  class: "general"'
    ),
    "a bank account": add(
        '2008-01-01 custom "bank" "NEW" "FR7630006000011234567890189"\n'
        '  accounts: "Assets:NEW:Cash"'
    ),
    "a State declared otherwise": add(
        '2008-01-01 custom "donor" "NOR" "Norway"\n  kind: "territory"'
    ),
    "a donor declared otherwise": put('"Example Foundation"', '"Example Fund"', "settings"),
    "a purpose that is no more": put(r'\d.* "corruption" "Corruption"\n', "", "settings"),
    "a rate of then": put("0.9 EUR", "0.91 EUR", "settings"),
    "one more rate of then": add("2003-01-01 price USD 0.95 EUR"),
    "a paper of then": add(
        '2008-07-01 custom "official-receipt" "CPCJF/2008/0001" "EXF"\n'
        "  amount: 500.00 USD\n  collected-on: 2002-06-01"
    ),
    "an option": put("option", 'option "infer_tolerance_from_cost" "TRUE"\noption', "main"),
    "the sealed records": lambda folder: (folder / "sealed" / f"{NAMES[2]}.json").unlink(),
    "the history": lambda folder: (folder / "history.beancount").unlink(),
    "a label of then": put("NOR-2008-01.1(.*)\n", r"NOR-2002-01.1\1\n", LAST),
}


@pytest.mark.parametrize("change", BEARING)
def test_what_may_bear_on_earlier_entries_has_them_proven_again(main: Path, change: str) -> None:
    BEARING[change](main.parent)
    if change == "a label of then":
        put('{"NOR-2008-01.1"}', '{"NOR-2002-01.1"}', LAST)(main.parent)
    assert not asked(main)


def test_a_label_of_an_older_period_is_still_refused_at_the_closing(main: Path) -> None:
    """The open book cannot know it: the pledge of then is settled, and closed."""
    for _ in range(2):
        put(r'"NOR-2008-01\.1"', '"NOR-2002-01.1"', LAST)(main.parent)
    book = load_book(main)
    assert book.errors == []
    with pytest.raises(BookRefusedError, match=r"would have .*error.*NOR-2002-01\.1"):
        close_period(book, LAST, make_figures)


def test_a_donor_who_is_no_more_declared_still_stops_the_closing(main: Path) -> None:
    put('custom "donor" "EXF"', 'custom "donor" "EXG"', "settings")(main.parent)
    put(":EXF(.*)\n", r":EXG\1\n", LAST)(main.parent)
    book = load_book(main)
    assert book.errors == []
    with pytest.raises(BookRefusedError, match=r"would have (?:an error|\d+ errors).*EXF"):
        close_period(book, LAST, make_figures)


def test_after_a_period_was_opened_again_the_older_ones_are_still_proven(main: Path) -> None:
    close_period(load_book(main), LAST, make_figures)
    reopen_period(load_book(main), LAST, "A paper (made up)", date(2010, 3, 1))
    assert asked(main)

"""Reports over any days: several periods, since inception, fiscal years (amounts made up)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner, Result
from conftest import Load
from handwritten import CORRECTIONS, Writer
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.columns import MONEY_COLUMNS, Figures
from pledgebook.reports import SelectionError, make_reports, select
from pledgebook.reports.figures.agreements import disagreements
from pledgebook.reports.registry import ALL, all_ties
from pledgebook.reports.render import footed
from pledgebook.reports.schedule import ALL_FUNDS, MEMO, make_schedule

STANDING = {"opening", "closing", *MEMO} - {"exchange_unpaid", "refunded"}
"""Columns that say how something stands, not what happened."""
POLICIES = [
    ("pledge", "pledge", "pledge"),
    ("agreement", "agreement", "agreement"),
    ("receipt", "pledge", "agreement"),
]

Key = tuple[str, str, str]


def rows(book: Book, name: str) -> dict[Key, Figures]:
    return {
        (*group, line.donor): line.figures
        for group, lines in make_schedule(select(book, name)).sections.items()
        for line in lines
    }


def summed(parts: list[dict[Key, Figures]]) -> dict[Key, dict[str, object]]:
    """The first opening, the last closing, and what happened in all."""
    keys = {key for part in parts for key in part}
    nil = Figures()
    return {
        key: {
            column: getattr(parts[0].get(key, nil), column)
            if column == "opening"
            else getattr(parts[-1].get(key, nil), column)
            if column in STANDING
            else sum(getattr(part.get(key, nil), column) for part in parts)
            for column in MONEY_COLUMNS
        }
        for key in keys
    }


def differing(book: Book, span: str, parts: list[str]) -> list[object]:
    whole = rows(book, span)
    return [
        (span, key, column, amount, getattr(whole.get(key, Figures()), column))
        for key, amounts in summed([rows(book, part) for part in parts]).items()
        for column, amount in amounts.items()
        if amount != getattr(whole.get(key, Figures()), column)
    ]


@pytest.mark.parametrize("seed", range(6))
def test_a_span_is_the_sum_of_its_periods_and_of_any_days(seed: int, tmp_path: Path) -> None:
    writer = Writer(seed, POLICIES[seed % 3])
    writer.live(60, CORRECTIONS)
    path = tmp_path / "main.beancount"
    path.write_text(writer.text(), "utf-8")
    book = load_book(path)
    assert book.errors == []
    names = book.settings.periods.names()
    span = f"{names[0]}..{names[-1]}"
    assert rows(book, span)
    assert differing(book, span, names) == []

    random = Random(seed)
    first = select(book, names[0]).cut.start
    last = select(book, names[-1]).cut.end
    inner = sorted(first + timedelta(days=random.randrange((last - first).days)) for _ in range(3))
    ends = [first - timedelta(days=1), *inner, last]
    cuts = [f"{one + timedelta(days=1)}..{other}" for one, other in pairwise(ends) if one < other]
    assert differing(book, span, cuts) == []
    for name in (span, *cuts):
        selection = select(book, name)
        assert [tie for _, tie in all_ties(selection) if not tie.agrees] == [], name
        assert disagreements([footed(each) for each in make_reports(selection, [ALL])]) == []


JULY = """
option "operating_currency" "USD"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "SCHOOL" "Schools fund (made up)"
  classes: "core"
  recognition-core: "pledge"
  year-begins: "07-01"
1999-12-31 custom "fund" "WATER" "Water fund (made up)"
  classes: "core"
  recognition-core: "pledge"
  year-begins: "07-01"
2001-07-01 custom "period" "2001-2002" 2002-06-30
2002-07-01 custom "period" "2002-2003" 2003-06-30

2001-08-01 * "Austria" "Pledge (made up)" ^AUT-2001-01
  document: "Letter"
  Assets:SCHOOL:Pledges:AUT          500.00 USD {0 # 500.00 USD, "AUT-2001-01.1"}
    due: 2002-03-01
  Income:SCHOOL:Contributions:AUT   -500.00 USD

2002-02-01 * "Austria" "Gift (made up)"
  document: "Letter"
  Assets:WATER:Cash                  70.00 USD
  Income:WATER:Contributions:AUT    -70.00 USD

2002-11-01 * "Austria" "Payment (made up)" ^AUT-2001-01
  Assets:SCHOOL:Pledges:AUT         -500.00 USD {"AUT-2001-01.1"}
  Assets:SCHOOL:Cash                 500.00 USD
"""


@pytest.fixture
def july(tmp_path: Path) -> Book:
    path = tmp_path / "main.beancount"
    path.write_text(JULY, "utf-8")
    book = load_book(path)
    assert book.errors == []
    return book


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("FY2002", date(2001, 7, 1), date(2002, 6, 30)),
        ("2002", date(2002, 1, 1), date(2002, 12, 31)),
        ("2002-Q3", date(2002, 7, 1), date(2002, 9, 30)),
        ("FY2002..FY2003", date(2001, 7, 1), date(2003, 6, 30)),
        ("2001-2002..2002", date(2001, 7, 1), date(2002, 12, 31)),
        ("2002-05-01..2002-08-31", date(2002, 5, 1), date(2002, 8, 31)),
        ("..2002-2003", date(2001, 7, 1), date(2003, 6, 30)),
    ],
)
def test_years_of_a_fund_may_begin_in_july(july: Book, name: str, first: date, last: date) -> None:
    selection = select(july, name)
    assert (selection.cut.start, selection.cut.end) == (first, last)
    assert [tie for _, tie in all_ties(selection) if not tie.agrees] == []
    made = {each.name: footed(each) for each in make_reports(selection, [ALL])}
    years = [row.values["year"] for row in made["years"].rows if row.kind == "row"]
    assert years[0] == f"FY{first.year + (first.month >= 7)}"


def test_independent_funds_have_one_total(july: Book) -> None:
    made = make_schedule(select(july, "2001-2002..2002-2003"))
    assert {name: str(own.pledged) for name, own in made.totals.items()} == {
        "SCHOOL": "500.00",
        "WATER": "70.00",
        ALL_FUNDS: "570.00",
    }


@pytest.mark.parametrize(
    "name",
    ["2003..2001-2002", "2001-2002..soon", "FY1990", "2002-13-01..2002-12-31", "x..y", "....."],
)
def test_what_is_no_span_is_refused(july: Book, name: str) -> None:
    with pytest.raises(SelectionError, match="declares no period"):
        select(july, name)


def test_fiscal_years_that_differ_are_no_one_time(load: Load) -> None:
    book = load("""
        1999-12-31 custom "fund" "SCHOOL" "Schools fund (made up)"
          classes: "core"
          recognition-core: "pledge"
          year-begins: "07-01"
    """)
    with pytest.raises(SelectionError, match="begin on different days"):
        select(book, "FY2003")
    assert select(book, "FY2003", fund="SCHOOL").cut.start == date(2002, 7, 1)


def report(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["--book", str(folder), "report", "schedule", *words])


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        (["--from", "2001-09-01", "--to", "2002-11-30"], "2001-09-01", "2002-11-30"),
        (["--from", "2001-09-01"], "2001-09-01", "2003-06-30"),
        (["--to", "2002-01-31"], "2001-07-01", "2002-01-31"),
        (["--since-inception"], "2001-07-01", "2003-06-30"),
        (["--since-inception", "--period", "2001-2002"], "2001-07-01", "2002-06-30"),
        (["--since-inception", "--to", "2002-01-31"], "2001-07-01", "2002-01-31"),
    ],
)
def test_the_command_takes_days_and_all_of_time(
    july: Book, words: list[str], first: str, last: str
) -> None:
    result = report(july.folder, *words, "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    cut = select(july, found["period"]).cut
    assert (str(cut.start), str(cut.end), found["as_at"]) == (first, last, last)


@pytest.mark.parametrize(
    "words",
    [
        ["--from", "2001-09-01", "--period", "2001-2002"],
        ["--from", "2001-09-01", "--since-inception"],
        ["--from", "2002-09-01", "--to", "2001-09-01"],
        ["--since-inception", "--period", "2001-2002..2002-2003"],
    ],
)
def test_days_said_twice_or_backwards_are_refused(july: Book, words: list[str]) -> None:
    result = report(july.folder, *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr

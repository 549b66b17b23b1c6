"""Interest is shared by the cash that classes held. Amounts are made up; means are made by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.events.apportioning import apportion_interest, mean_cash
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.register.book import Book
from pledgebook.reports.closing import make_figures

HEAD = """option "operating_currency" "USD"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "CPCJF" "A fund"
  classes: "general special support"
  interest-by: "{by}"
  overspending: "notice"
1999-12-31 custom "fund" "UNTOC" "A fund within"
  within: "CPCJF"
  classes: "convention"
1999-12-31 custom "purpose" "corruption" "Corruption"
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
"""
MOVED = (
    "receipt FRA 1000 --fund CPCJF --date 2002-12-15",
    "receipt FRA 300 --fund CPCJF --purpose corruption --date 2003-01-11",
    "receipt FRA 500 --fund UNTOC --date 2003-01-31",
    "expenditure 400 --fund CPCJF --date 2003-02-01",
)
D = Decimal


def record(main: Path, words: str) -> str:
    done = CliRunner().invoke(group, ["--book", str(main), "record", *words.split(), "--yes"])
    assert done.exit_code == 0, (words, done.stderr)
    return done.output


@pytest.fixture
def main(tmp_path: Path) -> Path:
    path = tmp_path / "main.beancount"
    path.write_text(HEAD.format(by="average"), "utf-8")
    for words in MOVED:
        record(path, words)
    return path


def shares(book: Book, value: str, first: date, last: date, by: str) -> dict[str, Decimal]:
    found = apportion_interest(book, value=D(value), fund="CPCJF", first=first, last=last, by=by)
    return {earmark.class_: share for earmark, share in found}


def test_by_average_every_day_counts_from_the_first_to_the_last(main: Path) -> None:
    """1 January to 9 February, 40 days. General: 31 days of 1,000 and 9 of 600, 36,400 in all;
    special: 300 from 11 January, 30 days, 9,000; convention: 500 from 31 January, 10 days, 5,000.
    Of 50,400 in all 504.00 of interest give 364.00, 90.00 and 50.00.
    """
    book = load_book(main)
    own = shares(book, "504.00", date(2003, 1, 1), date(2003, 2, 9), "average")
    assert own == {"general": D("364.00"), "special": D("90.00"), "convention": D("50.00")}
    days = [date(2003, 1, 10), date(2003, 1, 11)]
    assert mean_cash(book, [("CPCJF", "special")], days) == {("CPCJF", "special"): D(150)}


def test_by_month_ends_only_these_count(main: Path) -> None:
    """31 January: 1,000, 300 and 500; 28 February: 600, 300 and 500. Means 800, 300 and 500."""
    own = shares(load_book(main), "16.01", date(2003, 1, 1), date(2003, 2, 28), "month-end")
    assert own == {"general": D("8.01"), "special": D("3.00"), "convention": D("5.00")}
    one = shares(load_book(main), "18.00", date(2003, 1, 31), date(2003, 2, 27), "month-end")
    assert one == {"general": D(10), "special": D(3), "convention": D(5)}


def test_month_ends_are_those_of_the_calendar_to_its_last(main: Path) -> None:
    book = load_book(main)
    last = shares(book, "16", date(9999, 11, 1), date.max, "month-end")
    assert last == shares(book, "16", date(9999, 11, 30), date(9999, 11, 30), "average")


def test_a_class_below_nothing_earns_nothing_and_cents_add_up(main: Path) -> None:
    record(main, "expenditure 900 --fund CPCJF --date 2003-03-01")
    own = shares(load_book(main), "100.00", date(2003, 3, 2), date(2003, 3, 2), "average")
    assert own == {"special": D("37.50"), "convention": D("62.50")}
    own = shares(load_book(main), "0.01", date(2003, 1, 1), date(2003, 2, 28), "average")
    assert sum(own.values()) == D("0.01")


def test_the_command_books_it_by_what_the_fund_declares_or_is_said(main: Path) -> None:
    words = "interest --value 504 --from 2003-01-01 --date 2003-02-09"
    said = record(main, words)
    assert "by average balances" in said
    assert "364.00 USD" in said
    main.write_text(main.read_text("utf-8").replace('"average"', '"month-end"'), "utf-8")
    assert "by month-end balances" in record(main, f"{words} --ref 2")
    assert "by average balances" in record(main, f"{words} --ref 3 --by average")


@pytest.mark.parametrize(
    ("fund", "first", "last", "by", "said"),
    [
        ("CPCJF", date(2003, 1, 2), date(2003, 1, 1), "average", "is after"),
        ("CPCJF", date(2003, 2, 1), date(2003, 2, 27), "month-end", "No month ends"),
        ("UNTOC", date(2003, 1, 1), date(2003, 1, 30), "average", "held cash"),
    ],
)
def test_what_no_balance_tells_is_refused(
    main: Path, fund: str, first: date, last: date, by: str, said: str
) -> None:
    with pytest.raises(EventRefusedError, match=said):
        apportion_interest(load_book(main), value=D(1), fund=fund, first=first, last=last, by=by)


@pytest.mark.parametrize("more", ["--fund CPCJF", "--from 2003-01-01", "--by month-end"])
def test_stated_shares_are_not_taken_with_what_balances_ask_for(main: Path, more: str) -> None:
    words = f"record interest CPCJF/general=5 {more} --date 2003-01-31 --yes".split()
    before = {path: path.read_bytes() for path in main.parent.glob("*.beancount")}
    done = CliRunner().invoke(group, ["--book", str(main), *words])
    assert done.exit_code == 2
    assert "here each share is stated" in done.stderr
    assert {path: path.read_bytes() for path in main.parent.glob("*.beancount")} == before


def test_days_of_a_closed_period_are_refused_and_what_it_left_counts(main: Path) -> None:
    close_period(load_book(main), "2002-2003", make_figures)
    book = load_book(main)
    with pytest.raises(EventRefusedError, match="closed period"):
        shares(book, "14", date(2003, 12, 31), date(2004, 1, 1), "average")
    own = shares(book, "14", date(2004, 1, 1), date(2004, 1, 1), "average")
    assert own == {"general": D(6), "special": D(3), "convention": D(5)}

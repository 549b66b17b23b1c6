"""A bank takes back a payment that settled an instalment in a closed period.

All amounts and rates are made up.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.selection import select
from pledgebook.reports.schedule import make_schedule

HEAD = """option "operating_currency" "USD"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "CPCJF" "A fund"
  recognition-special: "{policy}"
1999-12-31 custom "purpose" "corruption" "Corruption"
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
"""
EVENTS = (
    "pledge AUT 60000 --currency EUR --due 2003-06-30 --purpose corruption "
    "--value 52631.58 --reason r --set oda=yes --date 2003-03-03",
    "payment AUT-2003-01.1=40000EUR --value 39603.96 --date 2003-08-11",
    "payment AUT-2003-01.1 --value 19801.98 --date 2003-12-22",
)
BACK = "returned-payment AUT-2003-01.1 --reverses 2003-12-22 --date 2004-01-15"
DAY = date(2004, 12, 31)


def record(main: Path, words: str) -> str:
    done = CliRunner().invoke(group, ["--book", str(main), "record", *words.split(), "--yes"])
    assert done.exit_code == 0, done.stderr
    return done.stderr


@pytest.fixture(params=["pledge", "receipt", "agreement"])
def main(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A book whose first biennium is closed, and in it a pledge settled by two payments."""
    path = tmp_path / "main.beancount"
    path.write_text(HEAD.format(policy=request.param), "utf-8")
    for words in EVENTS:
        record(path, words)
    close_period(load_book(path), "2002-2003", make_figures)
    return path


def told(book: Book) -> list[tuple[object, ...]]:
    return [
        (
            line.label, line.purpose, line.pledged, line.paid, line.outstanding, line.carrying,
            line.received, line.status, line.due, line.pledged_on, line.rules,
        )
        for line in list_instalments(book.register, DAY)
    ]  # fmt: skip


def test_the_closed_period_tells_what_the_open_book_has_to_say_of_it(main: Path) -> None:
    assert "AUT-2003-01.1" not in load_book(main).register.by_label
    record(main, BACK)
    book, history = load_book(main), load_book(main.with_name("history.beancount"))
    assert book.errors == history.errors == []
    assert told(book) == told(history)
    (line,) = list_instalments(book.register, DAY)
    assert (line.pledged, line.paid, line.outstanding) == (60000, 40000, 20000)


@pytest.mark.parametrize("period", ["2004-2005", "2004", "2004-Q1", "2005"])
def test_it_is_taken_off_what_was_collected_for_prior_pledges(main: Path, period: str) -> None:
    record(main, BACK)
    made = [
        make_schedule(select(load_book(path), period))
        for path in (main, main.with_name("history.beancount"))
    ]
    here, whole = ([line.figures for lines in m.sections.values() for line in lines] for m in made)
    assert here == whole
    assert all(tie.agrees for tie in made[0].ties)
    assert made[0].proof.agrees
    assert [figures.foots for figures in here] == [True]
    assert here[0].collected_prior == (0 if period == "2005" else -Decimal("19801.98"))


def test_the_period_after_it_is_closed_too_and_says_the_same(main: Path) -> None:
    record(main, BACK)
    before = told(load_book(main))
    close_period(load_book(main), "2004-2005", make_figures)
    assert [row[:6] for row in told(load_book(main.with_name("history.beancount")))] == [
        row[:6] for row in before
    ]
    (line,) = list_instalments(load_book(main).register)
    assert (line.pledged, line.paid, line.outstanding) == (60000, 40000, 20000)


@pytest.mark.parametrize("policy", ["pledge", "receipt"])
def test_what_was_paid_whole_in_advance_is_deferred_again(tmp_path: Path, policy: str) -> None:
    path = tmp_path / "main.beancount"
    path.write_text(HEAD.format(policy=policy), "utf-8")
    record(path, EVENTS[0].replace("2003-06-30", "2004-06-30"))
    record(path, "payment AUT-2003-01.1 --value 59405.94 --date 2003-08-11")
    (line,) = list_instalments(load_book(path).register)
    assert (line.status, line.outstanding) == ("in-advance", 0)
    record(path, "returned-payment AUT-2003-01.1 --reverses 2003-08-11 --date 2003-09-15")
    book = load_book(path)
    assert book.errors == []
    (line,) = list_instalments(book.register, date(2003, 12, 31))
    assert (line.status, line.outstanding, line.paid) == ("deferred", 60000, 0)
    made = make_schedule(select(book, "2002-2003"))
    ((figures,),) = ([each.figures for each in lines] for lines in made.sections.values())
    shown = {name: amount for name, amount in figures.amounts().items() if amount}
    assert shown == {"future": Decimal("52631.58")}
    assert made.proof.agrees
    assert all(tie.agrees for tie in made.ties)


@pytest.mark.parametrize("policy", ["pledge", "receipt"])
@pytest.mark.parametrize("steps", [1, 2, 3, 4, 5])
def test_money_in_advance_is_as_old_as_its_first_part_whatever_became_of_it(
    tmp_path: Path, policy: str, steps: int
) -> None:
    path = tmp_path / "main.beancount"
    other = '1999-12-31 custom "purpose" "firearms" "Firearms"\n'
    path.write_text(HEAD.format(policy=policy) + other, "utf-8")
    record(path, EVENTS[0].replace("2003-06-30", "2004-06-30"))
    for words in (
        "payment AUT-2003-01.1=20000EUR --value 19801.98 --date 2003-08-11",
        "payment AUT-2003-01.1=20000EUR --value 20000.00 --date 2003-10-10",
        "payment AUT-2003-01.1=10000EUR --value 10000.00 --date 2003-11-11",
        "returned-payment AUT-2003-01.1 --reverses 2003-10-10 --date 2003-12-12",
        "re-earmark AUT-2003-01.1 --purpose firearms --date 2003-12-13",
    )[:steps]:
        record(path, words)
    close_period(load_book(path), "2002-2003", make_figures)
    book = load_book(path)
    assert book.errors == []
    (lot,) = [
        posting.cost.date
        for held in book.register.held
        for posting in held.entry.postings
        if posting.account == "Liabilities:CPCJF:In-Advance:AUT" and posting.cost
    ]
    assert lot == date(2003, 8, 11)
    assert [held.since for held in book.register.held] == [lot]


@pytest.mark.parametrize("due", ["2003-12-31", "2004-01-01"])
def test_what_a_closed_period_settled_is_prior_when_the_bank_takes_it_back(
    tmp_path: Path, due: str
) -> None:
    main = tmp_path / "main.beancount"
    main.write_text(HEAD.format(policy="agreement"), "utf-8")
    record(main, EVENTS[0].replace("2003-06-30", due))
    for words in EVENTS[1:]:
        record(main, words)
    close_period(load_book(main), "2002-2003", make_figures)
    record(main, BACK)
    for path in (main, main.with_name("history.beancount")):
        made = make_schedule(select(load_book(path), "2004-2005"))
        ((figures,),) = ([each.figures for each in lines] for lines in made.sections.values())
        assert (figures.collected_prior, figures.collected_current) == (-Decimal("19801.98"), 0)
        assert all(tie.agrees for tie in made.ties)


def test_a_payment_that_no_period_knows_is_not_taken_back(main: Path) -> None:
    words = ["record", *BACK.replace("2003-12-22", "2003-12-23").split(), "--yes"]
    done = CliRunner().invoke(group, ["--book", str(main), *words])
    assert done.exit_code == 2
    assert "payments: 2003-08-11, 2003-12-22" in done.stderr


def test_a_payment_is_taken_back_once_whatever_period_it_is_of(main: Path) -> None:
    record(main, BACK)
    words = ["record", *BACK.replace("01-15", "02-15").split(), "--yes"]
    done = CliRunner().invoke(group, ["--book", str(main), *words])
    assert done.exit_code == 2
    assert "was taken back on 2004-01-15 (2004-2005.beancount:" in done.stderr


def test_what_an_opening_says_was_paid_is_taken_back_once(tmp_path: Path) -> None:
    main = tmp_path / "main.beancount"
    main.write_text(HEAD.format(policy="pledge"), "utf-8")
    for words in EVENTS[:2]:
        record(main, words)
    close_period(load_book(main), "2002-2003", make_figures)
    record(main, BACK.replace("12-22", "08-11"))
    assert load_book(main).errors == []
    own = tmp_path / "2004-2005.beancount"
    own.write_text(
        own.read_text("utf-8")
        + """
2004-03-01 * "Austria" "Returned again, by hand" ^AUT-2003-01
  event: "returned-payment"
  reverses: "2003-08-11"
  class: "special"
  purpose: "corruption"
  Assets:CPCJF:Pledges:AUT  -60000 EUR {"AUT-2003-01.1"}
  Assets:CPCJF:Pledges:AUT  100000 EUR {0 # 87719.30 USD, 2003-03-03, "AUT-2003-01.1"}
    due: 2003-06-30
  Assets:CPCJF:Cash         -39603.96 USD
  Income:CPCJF:Exchange       4516.24 USD
""",
        "utf-8",
    )
    (error,) = load_book(main).errors
    assert error.rule == "reverses"
    assert "Take this entry out" in error.message

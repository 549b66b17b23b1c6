"""`pledgebook take-out` and `approve` (amounts and rates made up)."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book

FOUR_EYES = """
1999-12-31 custom "fund" "CPCJF" "Crime Prevention and Criminal Justice Fund"
  four-eyes: "yes"
2002-01-01 custom "period" "2002-2003" 2003-12-31
"""
PLEDGE = "record pledge NOR 100 --due 2002-06-30 --fund CPCJF --date 2002-03-01 --yes"
PAYMENT = "record payment NOR-2002-01=40 --date 2002-05-01 --yes"


class Office:
    """A book and the command on it."""

    def __init__(self, main: Path) -> None:
        self.main = main

    def run(self, line: str) -> Result:
        return CliRunner().invoke(group, ["--book", str(self.main), *shlex.split(line)])

    def do(self, *lines: str) -> str:
        result = self.run(lines[0])
        for line in lines[1:]:
            assert result.exit_code == 0, result.output
            result = self.run(line)
        assert result.exit_code == 0, result.output
        assert load_book(self.main).errors == []
        return result.output

    def refused(self, line: str) -> str:
        before = self.text()
        result = self.run(line)
        assert result.exit_code == 2, result.output
        assert self.text() == before
        return " ".join(result.output.split())

    def text(self) -> str:
        return (self.main.parent / "2002-2003.beancount").read_text("utf-8")

    def place(self, start: str) -> str:
        lines = self.text().splitlines()
        (line,) = (number for number, own in enumerate(lines, 1) if own.startswith(start))
        return f"2002-2003.beancount:{line}"


@pytest.fixture
def office(load: Callable[..., Book]) -> Office:
    return Office(load("").path)


def test_an_entry_taken_out_leaves_the_book_as_it_was_before_it(office: Office) -> None:
    office.do(PLEDGE)
    before = office.text()
    office.do(PAYMENT)
    said = office.do(f"take-out {office.place('2002-05-01')} --yes")
    assert office.text() == before
    assert "payment" in said
    assert "NOR-2002-01.1 has 100.00 USD outstanding again" in said


def test_an_entry_is_named_by_label_and_day_or_by_any_of_its_lines(office: Office) -> None:
    office.do(PLEDGE)
    before = office.text()
    office.do(PAYMENT, "take-out NOR-2002-01.1 --date 2002-05-01 --yes")
    assert office.text() == before
    office.do(PAYMENT)
    name, line = office.place("2002-05-01").split(":")
    office.do(f"take-out {name}:{int(line) + 2} --yes")
    assert office.text() == before


def test_a_name_of_several_entries_is_asked_back_with_their_places(office: Office) -> None:
    office.do(PLEDGE, PAYMENT)
    said = office.refused("take-out ^NOR-2002-01 --yes")
    assert "2 entries are named" in said
    assert office.place("2002-03-01") in said
    assert office.place("2002-05-01") in said
    assert "No entry of the book is named 'NOR-2009-01'" in office.refused("take-out NOR-2009-01")


def test_an_entry_that_others_rest_on_stays(office: Office) -> None:
    office.do(PLEDGE, PAYMENT, "record postponement NOR-2002-01 2002-09-30 --date 2002-06-01 --yes")
    said = office.refused(f"take-out {office.place('2002-05-01')} --yes")
    assert f"postponement of 2002-06-01 ({office.place('2002-06-01')})" in said
    assert "Take that out first" in said


def test_an_entry_without_which_the_book_would_be_wrong_stays(office: Office) -> None:
    office.do(
        "record receipt NOR 100 --fund CPCJF --purpose corruption --date 2002-03-01 --yes",
        "record expenditure 60 --fund CPCJF --purpose corruption --date 2002-04-01 --yes",
    )
    said = office.refused(f"take-out {office.place('2002-03-01')} --yes")
    assert "without it the book would have an error. Earmarked money is spent" in said


def test_a_dry_run_and_a_missing_yes_take_nothing_out(office: Office) -> None:
    office.do(PLEDGE)
    before = office.text()
    office.do("take-out NOR-2002-01 --dry-run")
    assert office.text() == before
    assert "no terminal to ask at" in office.refused("take-out NOR-2002-01")


def test_an_entry_of_a_sealed_period_stays(office: Office) -> None:
    office.do(PLEDGE, PAYMENT.replace("=40", ""))
    office.do("close 2002-2003 --by Closer")
    said = office.refused("take-out NOR-2002-01 --date 2002-03-01 --yes")
    assert "corrected by an entry in the open one" in said
    office.main = office.main.with_name("history.beancount")
    assert "closed and sealed" in office.refused("take-out NOR-2002-01 --date 2002-03-01 --yes")


def test_an_approved_entry_has_the_flag_and_the_name(office: Office) -> None:
    office.do(PLEDGE, f"{PAYMENT} --waiting --entered-by 'A. Clerk (made up)'")
    shown = office.do("approve NOR-2002-01.1 --date 2002-05-01 --by 'B. Head (made up)' --yes")
    assert shown.startswith("2002-05-01 * ")
    assert '  approved-by: "B. Head (made up)"' in shown
    assert '2002-05-01 * "Norway"' in office.text()
    assert '  approved-by: "B. Head (made up)"' in office.text()
    said = office.refused("approve NOR-2002-01.1 --date 2002-05-01 --by C --yes")
    assert "is not flagged !" in said


def test_four_eyes_are_two_persons(load: Callable[..., Book]) -> None:
    office = Office(load("", settings=FOUR_EYES).path)
    office.do(PLEDGE)
    office.do(
        "record cancellation NOR-2002-01 --date 2002-05-01 --waiting --entered-by Clerk --yes",
    )
    name = "approve NOR-2002-01 --date 2002-05-01 --yes"
    assert "four eyes: another person" in office.refused(f"{name} --by ' clerk '")
    office.do(f"{name} --by Head")
    assert 'approved-by: "Head"' in office.text()


def test_closing_declares_the_next_period_and_keeps_what_was_entered_in_it(
    load: Callable[..., Book],
) -> None:
    office = Office(load("", settings=FOUR_EYES).path)
    early = "record pledge SWE 10 --due 2004-06-30 --fund CPCJF --date 2004-02-01 --yes"
    office.do(PLEDGE, early)
    folder = office.main.parent
    assert (folder / "2004.beancount").exists()
    assert "Declared the period 2004-2005" in office.do("close 2002-2003 --by Closer")
    assert not (folder / "2004.beancount").exists()
    entered = (folder / "2004-2005.beancount").read_text("utf-8")
    assert entered.index('event: "opening"') < entered.index("2004-02-01 * ")
    assert 'custom "period" "2004-2005" 2005-12-31' in (folder / "settings.beancount").read_text(
        "utf-8"
    )
    assert "Closed 2004-2005" in office.do("verify", "close 2004-2005 --by Closer")


def test_an_amendment_says_what_the_instalment_comes_to_and_what_is_unpaid(office: Office) -> None:
    office.do(PLEDGE, PAYMENT, "record amendment NOR-2002-01 80 --date 2002-06-01 --yes")
    assert '"Amendment of NOR-2002-01.1 to 120.00 USD, of which 80.00 is unpaid"' in office.text()


def test_a_payment_for_which_a_receipt_was_issued_stays(office: Office) -> None:
    office.do(PLEDGE, PAYMENT)
    line = '2002-09-01 custom "official-receipt" "CPCJF/2002/0001" "NOR"\n  amount: 40.00 USD\n'
    line += '  collected-on: 2002-05-01\n  collection: "NOR-2002-01.1"\n'
    office.main.write_text(office.main.read_text("utf-8") + line, "utf-8")
    said = office.refused("take-out NOR-2002-01 --date 2002-05-01 --yes")
    assert "Receipt CPCJF/2002/0001 is for a payment of NOR" in said


def test_an_entry_is_known_by_the_obligation_that_it_raises(office: Office) -> None:
    spent = "record expenditure 10 --obligated --obligation CT-1 --fund CPCJF --class general"
    was = office.text()
    office.do(f"{spent} --date 2002-05-01 --yes", "take-out CT-1 --yes")
    assert office.text().strip() == was.strip()

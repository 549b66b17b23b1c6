"""Delegation of authority: who may approve, accept and close (offices, amounts made up)."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from beancount.core.data import Transaction
from click.testing import CliRunner, Result
from conftest import SETTINGS
from pledgebook.cli.main import group
from pledgebook.ledger.declared.delegations import read_delegations
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments

Load = Callable[..., Book]

OFFICES = """
2002-01-01 custom "office" "Desk"
  holders: "First officer | Second officer"
2002-01-01 custom "office" "Controller"
  holders: "Third officer"
2002-01-01 custom "delegation" "Desk" "write-off"
  limit: 100.00 USD
2002-01-01 custom "delegation" "Controller" "write-off"
  limit: 500.00 USD
  fund: "CPCJF"
2003-01-01 custom "office" "Controller"
  holders: "Fourth officer"
"""
PLEDGE = """
2002-02-01 * "Canada" "Pledge" ^CAN-2002-01
  event: "commitment"
  class: "general"
  document: "Letter"
  Assets:CPCJF:Pledges:CAN      1000 USD {0 # 1000.00 USD, "CAN-2002-01.1"}
    due: 2002-06-30
  Income:CPCJF:Contributions:CAN   -1000.00 USD
"""


def run(main: Path, line: str) -> Result:
    return CliRunner().invoke(group, ["--book", str(main), *shlex.split(line)])


WRITE_OFF = (
    'record write-off CAN-2002-01.1 {amount} --date {day} --authority "Memo 1" --document "Memo 1" '
    '--entered-by "Desk clerk" --yes'
)


@pytest.mark.parametrize(
    ("amount", "day", "by", "said"),
    [
        ("100", "2002-07-01", "First officer", ""),
        ("100", "2002-07-01", " second  OFFICER ", ""),
        ("100.01", "2002-07-01", "First officer", "of 100.01 USD is beyond what First officer"),
        ("100.01", "2002-07-01", "Third officer", ""),
        ("500", "2002-12-31", "Third officer", ""),
        ("500.01", "2002-07-01", "Third officer", "is beyond what Third officer may decide"),
        ("500", "2003-01-01", "Third officer", "holds no such office on 2003-01-01"),
        ("500", "2003-01-01", "Fourth officer", ""),
        ("500", "2002-12-31", "Fourth officer", "holds no such office"),
        ("50", "2002-07-01", "Desk", "Desk holds no such office"),
        ("50", "2002-07-01", "", "approved-by: is not written"),
        ("1000", "2001-12-31", "", "was pledged on"),
    ],
)
def test_a_write_is_taken_only_from_who_may_decide_it(
    load: Load, amount: str, day: str, by: str, said: str
) -> None:
    book = load(PLEDGE, settings=SETTINGS + OFFICES)
    assert [error.message for error in book.errors] == []
    line = WRITE_OFF.format(amount=amount, day=day) + (f' --approved-by "{by}"' if by else "")
    before = (book.folder / "2002-2003.beancount").read_bytes()
    result = run(book.path, line)
    if said:
        assert result.exit_code == 2, result.output
        assert said in result.output
        assert (book.folder / "2002-2003.beancount").read_bytes() == before
    else:
        assert result.exit_code == 0, result.output
        assert load_book(book.path).errors == []


@pytest.mark.parametrize(
    ("event", "line"),
    [
        ("recovery", "recovery CAN-2002-01.1 --reverses W1 --date 2002-08-01"),
        ("returned-payment", "returned-payment CAN-2002-01.1 --reverses P1 --date 2002-08-01"),
        ("returned-payment", "returned-gift NOR --reverses G1 --date 2002-08-01"),
        (
            "re-earmark",
            "re-earmark-gift NOR --reverses G1 --purpose corruption --cause C --date 2002-08-01",
        ),
        (
            "reassign",
            "reassign-gift NOR --reverses G1 --to ISL --cause C --authority A --date 2002-08-01",
        ),
    ],
)
def test_what_takes_an_entry_back_is_decided_by_who_may_as_well(
    load: Load, event: str, line: str
) -> None:
    delegated = f'2002-01-01 custom "delegation" "Desk" "{event}"\n'
    book = load(PLEDGE, settings=SETTINGS + OFFICES.replace('"write-off"', '"savings"') + delegated)
    for made in (
        "payment CAN-2002-01.1=100 --ref P1 --date 2002-03-01",
        "write-off CAN-2002-01.1 100 --authority A --ref W1 --date 2002-04-01",
        "receipt NOR 70 --fund CPCJF --ref G1 --date 2002-03-01",
    ):
        done = run(book.path, f"record {made} --yes")
        assert done.exit_code == 0, done.output
    before = (book.folder / "2002-2003.beancount").read_bytes()
    refused = run(book.path, f"record {line} --yes")
    assert (refused.exit_code, "approved-by: is not written" in refused.output) == (2, True)
    assert (book.folder / "2002-2003.beancount").read_bytes() == before
    taken = run(book.path, f"record {line} --approved-by 'First officer' --yes")
    assert taken.exit_code == 0, taken.output


def test_the_register_says_who_accepted_a_contribution(load: Load) -> None:
    book = load("")
    for line in (
        "record pledge CAN 100 --fund CPCJF --date 2002-02-01 --accepted-by 'First officer' --yes",
        "record receipt NOR 70 --fund CPCJF --date 2002-02-02 --accepted-by 'Second officer' --yes",
        "record receipt ITA 50 --fund CPCJF --date 2002-02-03 --yes",
    ):
        done = run(book.path, line)
        assert done.exit_code == 0, done.output
    listed = list_instalments(load_book(book.path).register)
    assert [(line.donor, line.accepted_by) for line in listed] == [
        ("CAN", "First officer"),
        ("NOR", "Second officer"),
        ("ITA", ""),
    ]


def test_what_waits_is_decided_by_who_may_and_by_nobody_else(load: Load) -> None:
    book = load(PLEDGE, settings=SETTINGS + OFFICES)
    made = run(book.path, WRITE_OFF.format(amount="300", day="2002-07-01") + " --waiting")
    assert made.exit_code == 0, made.output
    refused = run(book.path, 'approve CAN-2002-01 --date 2002-07-01 --by "First officer" --yes')
    assert refused.exit_code == 2
    assert "is beyond what First officer may decide" in refused.output
    taken = run(book.path, 'approve CAN-2002-01 --date 2002-07-01 --by "Third officer" --yes')
    assert taken.exit_code == 0, taken.output


def test_a_plain_commitment_is_held_to_the_limit_whatever_others_like_it_are(load: Load) -> None:
    """Two commitments of one form: the guard is not asked of the form but of each."""
    accepts = """
2002-01-01 custom "office" "Desk"
  holders: "First officer"
2002-01-01 custom "delegation" "Desk" "commitment"
  limit: 1000.00 USD
"""
    second = (
        PLEDGE.replace("Canada", "Norway").replace("CAN", "NOR").replace("1000", "1000.01")
    ).replace("1000.01.00", "1000.01")
    both = PLEDGE + second
    both = both.replace(
        '  document: "Letter"', '  document: "Letter"\n  accepted-by: "First officer"'
    )
    book = load(both, settings=SETTINGS + accepts)
    assert [(error.rule, error.entry.payee) for error in book.errors] == [
        ("beyond-authority", "Norway")
    ]
    nobody = load(PLEDGE, settings=SETTINGS + accepts)
    assert nobody.errors == []
    assert [found.rule for found in nobody.notices] == ["not-accepted"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('custom "office" "Desk"', "has no holders"),
        ('custom "delegation" "Desk" "write-of"', "is no event"),
        ('custom "delegation" "Desk" "write-off"', "is not declared"),
        ('custom "delegation" "Clerk" "write-off"\n  limit: "100"', "without quotation marks"),
        ('custom "delegation" "Clerk" "write-off"\n  limit: 100 EUR', "as 10000.00 USD"),
        ('custom "delegation" "Clerk" "write-off"\n  limit: -1 USD', "not below zero"),
        ('custom "delegation" "Clerk" "write-off"\n  fund: "NONE"', "no fund 'NONE'"),
        ('custom "delegation" "Clerk" "write-off"\n  until: "soon"', "write a day"),
        ('custom "delegation" "Clerk" "write-off"\n  until: 2001-12-31', "delegate nothing"),
    ],
)
def test_a_delegation_that_cannot_be_read_is_an_error(load: Load, line: str, said: str) -> None:
    clerk = '2002-01-01 custom "office" "Clerk"\n  holders: "First officer"\n'
    book = load(PLEDGE, settings=f"{SETTINGS}{clerk}2002-01-01 {line}\n")
    (error,) = book.errors
    assert error.rule == "delegation"
    assert said in error.message


def test_a_delegation_ends_on_its_last_day(load: Load) -> None:
    until = OFFICES.replace("limit: 100.00 USD", "limit: 100.00 USD\n  until: 2002-06-30")
    entries = load(PLEDGE, settings=SETTINGS + until).entries
    delegations = read_delegations(entries)
    day = next(entry.date for entry in entries if isinstance(entry, Transaction))
    offices = [each.office for each in delegations.in_force("write-off", "CPCJF", day)]
    assert offices == ["Desk", "Controller"]
    for last, found in (((2002, 6, 30), 2), ((2002, 7, 1), 1)):
        on = day.replace(*last)
        assert len(delegations.in_force("write-off", "CPCJF", on)) == found
    assert [g.office for g in delegations.in_force("write-off", "UNTOC", day)] == ["Desk"]


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("", "say who, with --by NAME"),
        ("Desk clerk", "nobody enters, approves and closes"),
        ("First officer", ""),
    ],
)
def test_nobody_enters_approves_and_closes_where_a_fund_asks_for_four_eyes(
    load: Load, by: str, said: str
) -> None:
    strict = SETTINGS.replace(
        '  classes: "general special support"',
        '  classes: "general special support"\n  four-eyes: "yes"',
    )
    lost = "record write-off CAN-2002-01.1 {} --date 2002-07-0{} --authority M --document M --yes"
    book = load(PLEDGE, settings=strict)
    for number, (entered, approved) in enumerate(
        (("Desk clerk", "First officer"), ("Second officer", "Desk clerk")), 1
    ):
        made = run(
            book.path,
            f'{lost.format(100, number)} --entered-by "{entered}" --approved-by "{approved}"',
        )
        assert made.exit_code == 0, made.output
    closed = run(book.path, f'close 2002-2003 --by "{by}"' if by else "close 2002-2003")
    if said:
        assert closed.exit_code == 2
        assert said in closed.output
    else:
        assert closed.exit_code == 0, closed.output
        text = (book.folder / "2002-2003.beancount").read_text("utf-8")
        assert 'closed-by: "First officer"' in text
        assert run(book.path, "verify").exit_code == 0

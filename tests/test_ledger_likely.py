"""Notices of what is likely a slip (amounts made up)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pledgebook.ledger.register.book import Book

PLEDGE = """
2002-03-01 * "Canada" "Pledge" ^CAN-2002-0{n}
  {meta}
  Assets:CPCJF:Pledges:CAN          {amount} USD {{0 # {amount}.00 USD, "CAN-2002-0{n}.1"}}
    due: {due}
  Income:CPCJF:Contributions:CAN   -{amount}.00 USD
"""
SAME = {"n": 2, "meta": 'document: "b"', "amount": 1000, "due": "2002-06-30"}


def rules(book: Book) -> set[str]:
    assert book.errors == []
    return {notice.rule for notice in book.notices}


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({}, True),
        ({"amount": 1001}, False),
        ({"due": "2002-07-30"}, False),
        ({"meta": 'purpose: "corruption"'}, False),
        ({"meta": 'reference: "B"'}, False),
        ({"meta": 'reference: "A"'}, True),
    ],
)
def test_a_pledge_entered_twice_is_noticed_unless_something_tells_them_apart(
    load: Callable[..., Book], other: dict[str, object], told: bool
) -> None:
    first = PLEDGE.format(**{**SAME, "n": 1, "meta": 'reference: "A"'})
    book = load(first + PLEDGE.format(**{**SAME, **other}))
    assert ("pledged-twice" in rules(book)) == told


PAYMENT = """
2002-05-0{day} * "Canada" "Payment" ^CAN-2002-01
  {meta}
  Assets:CPCJF:Pledges:CAN         -{was} USD {{"CAN-2002-01.1"}}
  Assets:CPCJF:Pledges:CAN          {rest} USD {{0 # {rest}.00 USD, 2002-03-01, "CAN-2002-01.1"}}
  Assets:CPCJF:Cash                 {cash}.00 USD
"""


@pytest.mark.parametrize(
    ("day", "cash", "meta", "told"),
    [
        (1, 300, 'note: "x"', True),
        (2, 300, 'note: "x"', False),
        (1, 299, 'note: "x"', False),
        (1, 300, 'ref: "P2"', False),
    ],
)
def test_a_payment_entered_twice_is_noticed(
    load: Callable[..., Book], day: int, cash: int, meta: str, told: bool
) -> None:
    text = PLEDGE.format(**{**SAME, "n": 1})
    text += PAYMENT.format(day=1, was=1000, rest=700, cash=300, meta='ref: "P1"')
    text += PAYMENT.format(day=day, was=700, rest=700 - cash, cash=cash, meta=meta)
    assert ("paid-alike" in rules(load(text))) == told


@pytest.mark.parametrize(("due", "told"), [("2002-02-28", True), ("2002-03-01", False)])
def test_a_due_date_before_the_pledge_is_noticed(
    load: Callable[..., Book], due: str, told: bool
) -> None:
    book = load(PLEDGE.format(**{**SAME, "due": due}))
    assert ("due-before-pledge" in rules(book)) == told


MOVED = """
2003-04-01 * "Canada" "Another day" ^CAN-2002-02
  event: "postponement"
  Assets:CPCJF:Pledges:CAN         -1000 USD {{"CAN-2002-02.1"}}
  Assets:CPCJF:Pledges:CAN          1000 USD {{0 # 1000.00 USD, 2002-03-01, "CAN-2002-02.1"}}
    due: {due}
"""


@pytest.mark.parametrize(
    ("due", "told"), [("2002-12-31", True), ("2003-05-01", False), ("2003-07-30", False)]
)
def test_a_postponement_into_the_past_is_noticed(
    load: Callable[..., Book], due: str, told: bool
) -> None:
    book = load(PLEDGE.format(**{**SAME, "due": "2003-06-30"}) + MOVED.format(due=due))
    assert ("due-in-the-past" in rules(book)) == told

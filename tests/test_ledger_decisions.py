"""Decisions on receipts: collected beside the book, tried together, recorded in one write."""

from __future__ import annotations

from decimal import Decimal

import pytest
from pledgebook.ledger.events.parts import Earmark
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.matching.allocation import Allocation
from pledgebook.ledger.matching.assignment import match_receipts
from pledgebook.ledger.matching.decisions import (
    FILE,
    Decision,
    Gift,
    describe_decision,
    draft_decisions,
    keep_decisions,
    of_candidate,
    read_decisions,
)
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.register.book import Book

# All amounts are made up.
BOOK = """
2002-03-01 * "Canada" "Pledge" ^CAN-2002-01
  Assets:CPCJF:Pledges:CAN         10000 USD {0 # 10000.00 USD, "CAN-2002-01.1"}
    due: 2002-06-30
  Assets:CPCJF:Pledges:CAN          5000 USD {0 # 5000.00 USD, "CAN-2002-01.2"}
    due: 2003-06-30
  Income:CPCJF:Contributions:CAN  -15000.00 USD

2002-06-01 * "Canada" "CAN-2002-01.1"
  payer: "Canada"
  Assets:CPCJF:Cash              10000.00 USD
  Liabilities:CPCJF:Unapplied   -10000.00 USD {0 # 10000.00 USD, "R-2002-0001"}

2002-06-02 * "Canada" "Contribution"
  payer: "Canada"
  Assets:CPCJF:Cash               4980.00 USD
  Liabilities:CPCJF:Unapplied    -4980.00 USD {0 # 4980.00 USD, "R-2002-0002"}

2002-06-03 * "A foundation" "Gift"
  Assets:CPCJF:Cash                700.00 USD
  Liabilities:CPCJF:Unapplied     -700.00 USD {0 # 700.00 USD, "R-2002-0003"}
"""
FIRST = Decision(receipts=("R-2002-0001",), allocations=(Allocation("CAN-2002-01.1"),))
SECOND = Decision(
    receipts=("R-2002-0002",), allocations=(Allocation("CAN-2002-01.2"),), charges=None
)
GIFT = Decision(
    receipts=("R-2002-0003",), gift=Gift("EXF", Earmark("CPCJF", "special", "corruption"))
)


@pytest.fixture
def waiting(load: object) -> Book:
    assert callable(load)
    made: Book = load(BOOK)
    assert made.errors == []
    return made


def test_what_was_decided_is_read_again_as_it_was(waiting: Book) -> None:
    certain = match_receipts(waiting)[0].chosen
    assert certain is not None
    assert certain.rule
    decisions = [of_candidate(certain), SECOND, GIFT]
    keep_decisions(waiting, decisions)
    assert read_decisions(waiting) == decisions
    keep_decisions(waiting, [])
    assert not (waiting.folder / FILE).exists()
    assert read_decisions(waiting) == []


def test_decisions_are_recorded_together_and_say_by_whom(waiting: Book) -> None:
    drafts = draft_decisions(waiting, [FIRST, SECOND, GIFT], by="Contributions desk")
    write_entries(waiting, drafts)
    book = load_book(waiting.path)
    assert book.errors == []
    assert waiting_receipts(book) == []
    assert not any(
        claim.is_open for claim in book.register.claims_at(book.register.changes[-1].date)
    )
    (gift,) = book.register.gifts
    assert (gift.donor, gift.purpose, gift.value) == ("EXF", "corruption", Decimal("700.00"))
    assert {draft.meta["entered-by"] for draft in drafts} == {"Contributions desk"}
    assert sum(change.received for change in book.register.changes) == Decimal("15000.00")


def test_an_instalment_is_not_paid_twice_by_two_decisions(waiting: Book) -> None:
    again = Decision(
        receipts=("R-2002-0002",), allocations=(Allocation("CAN-2002-01.1", Decimal(4980)),)
    )
    with pytest.raises(EventRefusedError, match=r"CAN-2002-01\.1"):
        draft_decisions(waiting, [FIRST, again])


def test_a_receipt_is_decided_once(waiting: Book) -> None:
    with pytest.raises(EventRefusedError, match="R-2002-0001 is decided already"):
        draft_decisions(waiting, [FIRST, FIRST])


def test_a_decision_on_a_receipt_that_is_gone_is_refused(waiting: Book) -> None:
    write_entries(waiting, draft_decisions(waiting, [FIRST, GIFT]))
    book = load_book(waiting.path)
    for decision in (FIRST, GIFT):
        with pytest.raises(EventRefusedError, match=decision.receipts[0]):
            draft_decisions(book, [decision])


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"decisions": [{"receipts": []}]}', '{"decisions": 1}']
)
def test_a_file_of_decisions_that_was_damaged_is_named(waiting: Book, text: str) -> None:
    (waiting.folder / FILE).write_text(text, "utf-8")
    with pytest.raises(EventRefusedError, match=r"decisions\.json beside the book cannot be read"):
        read_decisions(waiting)


def test_a_decision_is_said_in_words() -> None:
    assert describe_decision(SECOND, "USD") == "CAN-2002-01.2, banks kept the rest"
    assert describe_decision(GIFT, "USD") == "EXF, without a pledge: CPCJF special corruption"
    part = Decision(
        receipts=("R",),
        allocations=(Allocation("ITA-2001-01.1", Decimal(40000), "EUR", Decimal(39680)),),
    )
    assert describe_decision(part, "USD") == "ITA-2001-01.1 40,000.00 EUR (39,680.00 USD)"

"""What is left of a receipt when its period closes is still that receipt (amounts made up)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from beancount.core.data import Transaction
from conftest import SETTINGS
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.register.book import Book
from pledgebook.reports.closing import make_figures

BOOK = """
2003-05-05 * "Some Bank" "Money from the north" ^B-77
  payer: "Some Bank"
  original: "8000 EUR"
  Assets:CPCJF:Cash                 8000.00 USD
  Liabilities:CPCJF:Unapplied      -8000.00 USD {0 # 8000.00 USD, "R-2003-0001"}

2003-06-01 * "Norway" "Pledge" ^NOR-2003-01
  Assets:CPCJF:Pledges:NOR          5000 USD {0 # 5000.00 USD, "NOR-2003-01.1"}
  Income:CPCJF:Contributions:NOR   -5000.00 USD
"""
APPLIED = """
2003-07-01 * "Norway" "Application of R-2003-0001" ^NOR-2003-01
  Assets:CPCJF:Pledges:NOR         -5000 USD {"NOR-2003-01.1"}
  Liabilities:CPCJF:Unapplied       8000.00 USD {"R-2003-0001"}
  Liabilities:CPCJF:Unapplied      -3000.00 USD {0 # 3000.00 USD, "R-2003-0001"}
"""


def closed(book: Book, period: str = "2002-2003") -> Book:
    assert book.errors == []
    close_period(book, period, make_figures)
    after = load_book(book.path)
    assert after.errors == []
    return after


def test_what_is_left_of_a_receipt_keeps_its_payer_day_and_words(load: Callable[..., Book]) -> None:
    (receipt,) = waiting_receipts(closed(load(BOOK + APPLIED)))
    assert (receipt.payer, receipt.day) == ("Some Bank", date(2003, 5, 5))
    assert receipt.texts == ("Money from the north",)
    assert receipt.value == Decimal(3000)
    assert receipt.donor == ""
    assert receipt.original is None  # 8000 EUR were sent for all of it


def test_its_opening_bears_no_link_of_a_donor(load: Callable[..., Book]) -> None:
    after = closed(load(BOOK + APPLIED))
    (entry,) = {id(each.entry): each.entry for each in after.register.held}.values()
    assert entry.links == {"B-77"}
    assert entry.payee == "Some Bank"


def test_a_receipt_nobody_has_applied_keeps_what_was_sent(load: Callable[..., Book]) -> None:
    (receipt,) = waiting_receipts(closed(load(BOOK)))
    assert receipt.original == (Decimal(8000), "EUR")
    assert receipt.day == date(2003, 5, 5)


def test_money_that_waits_keeps_its_day_through_every_closing(load: Callable[..., Book]) -> None:
    advance = """
2003-06-06 * "Finland" "Paid in advance" ^FIN-2003-01
  Assets:CPCJF:Pledges:FIN          -400 USD {"FIN-2003-01.1"}
  Assets:CPCJF:Cash                  400.00 USD
  Liabilities:CPCJF:Deferred:FIN     400.00 USD {"FIN-2003-01.1"}
  Liabilities:CPCJF:In-Advance:FIN  -400.00 USD {0 # 400.00 USD, "FIN-2003-01.1"}
"""
    pledge = """
2003-06-01 * "Finland" "Pledge" ^FIN-2003-01
  Assets:CPCJF:Pledges:FIN           400 USD {0 # 400.00 USD, "FIN-2003-01.1"}
    due: 2006-06-30
  Liabilities:CPCJF:Deferred:FIN    -400.00 USD {1 USD, "FIN-2003-01.1"}
"""
    settings = SETTINGS + '2006-01-01 custom "period" "2006-2007" 2007-12-31\n'
    book = load(BOOK + APPLIED + pledge + advance, settings)
    for period in ("2002-2003", "2004-2005"):
        book = closed(book, period)
        days = {
            posting.cost.label: posting.cost.date
            for entry in book.entries
            if isinstance(entry, Transaction)
            for posting in entry.postings
            if posting.cost and posting.account.startswith("Liabilities")
        }
        assert days == {"R-2003-0001": date(2003, 5, 5), "FIN-2003-01.1": date(2003, 6, 6)}
        assert {held.label: held.since for held in book.register.held} == days

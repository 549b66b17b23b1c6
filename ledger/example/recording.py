"""What happened to the example's pledges: the euro, a release, payments, other receipts.

Each entry is drafted by a builder of `pledgebook.ledger.events` from the register as it stands, and
saved by `write_entries`. What builds on an entry is drafted after the book was read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from pledgebook.ledger.book import Book, load_book
from pledgebook.ledger.currencies import EURO_RATES
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events import (
    Earmark,
    payment,
    receipt_unapplied,
    receipt_without_pledge,
    redenomination,
    release,
)
from pledgebook.ledger.money import ZERO, format_units
from pledgebook.ledger.writing import write_entries

_BIENNIUM = date(2002, 1, 1)


def record_events(main: Path) -> list[Draft]:
    """Record in the example's book what happened after its sheets were imported; return the
    drafts written. Raises BookRefusedError as `write_entries` does.
    """
    written = []
    steps: tuple[Callable[[Book], Iterator[Draft]], ...] = (
        _new_biennium,
        _first_year,
        _second_year,
    )
    for step in steps:
        book = load_book(main)
        drafts = list(step(book))
        write_entries(book, drafts)
        written += drafts
    return written


def _new_biennium(book: Book) -> Iterator[Draft]:
    """The euro replaces national currencies; what was deferred to 2002-2003 becomes income."""
    periods = book.settings.periods
    for claim in book.register.claims_at(_BIENNIUM):
        if claim.currency in EURO_RATES:
            yield redenomination(book.settings, day=_BIENNIUM, claim=claim)
        if claim.recognised is None and claim.due and periods.start_of(claim.due) == _BIENNIUM:
            yield release(book.settings, day=_BIENNIUM, claim=claim, deferred=claim.value)


def _first_year(book: Book) -> Iterator[Draft]:
    yield _pay(book, date(2002, 4, 15), "FRA-2001-01.1", Decimal(38000))
    yield _pay(book, date(2002, 6, 28), "NOR-2002-01.1")
    yield _pay(book, date(2002, 7, 1), "JPN-2002-01.1", charges=Decimal("15.00"))
    yield _pay(book, date(2002, 8, 14), "ITA-2001-01.1")
    yield _pay(book, date(2002, 10, 2), "CAN-2002-01.1", Decimal(60000))
    yield _pay(book, date(2002, 10, 31), "UNDP-2002-01.1")
    yield _pay(book, date(2002, 12, 20), "SWE-2002-01.1")


def _second_year(book: Book) -> Iterator[Draft]:
    yield _pay(book, date(2003, 2, 21), "FRA-2001-01.1")
    yield _pay(book, date(2003, 3, 14), "ITA-2001-01.2")
    yield _pay(book, date(2003, 7, 4), "DEU-2003-01.1")
    # Due in 2004: held in advance until its own biennium.
    yield _pay(book, date(2003, 12, 10), "SWE-2002-01.2")
    gift = Decimal(5000)
    dollars, rate = book.rates.dollars(gift, "EUR", date(2003, 4, 30))
    yield receipt_without_pledge(
        book.settings,
        day=date(2003, 4, 30),
        donor="EXF",
        earmark=Earmark("CPCJF", "general"),
        dollars=dollars,
        narration="Gift without a pledge (made up)",
        rate=rate,
        meta={"original": f"{format_units(gift)} EUR"},
    )
    yield receipt_unapplied(
        book.settings,
        day=date(2003, 5, 22),
        fund="CPCJF",
        label="R-2003-0001",
        dollars=Decimal("1000.00"),
        narration="Remittance without a name (made up)",
    )


def _pay(
    book: Book, day: date, label: str, amount: Decimal | None = None, charges: Decimal = ZERO
) -> Draft:
    """A payment of an instalment (all that is outstanding, unless `amount` in its currency is
    given), at the UN rate of its day; `charges` is what the bank kept, in dollars.
    """
    claim = book.register.by_label[label][-1].after
    units = claim.units if amount is None else amount
    dollars, rate = book.rates.dollars(units, claim.currency, day)
    return payment(
        book.settings,
        day=day,
        claim=claim,
        units=units,
        dollars=dollars - charges,
        charges=charges,
        rate=rate,
    )

"""What happened to the example's pledges beside the sheets and statements of its inbox: the euro,
a release, and what a person decided of a receipt.

Each entry is drafted by a builder of `pledgebook.ledger.events` from the register as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pledgebook.ledger.declared.currencies import EURO_RATES
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events import application_without_pledge, redenomination, release
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.money import format_units
from pledgebook.ledger.register.book import Book

_BIENNIUM = date(2002, 1, 1)
_FOUNDATION = "EXF"


def new_biennium(book: Book) -> Iterator[Draft]:
    """The euro replaces national currencies; what was deferred to 2002-2003 becomes income."""
    periods = book.settings.periods
    for claim in book.register.claims_at(_BIENNIUM):
        if claim.currency in EURO_RATES:
            yield redenomination(book.settings, day=_BIENNIUM, claim=claim)
        if claim.recognised is None and claim.due and periods.start_of(claim.due) == _BIENNIUM:
            yield release(book.settings, day=_BIENNIUM, claim=claim, deferred=claim.value)


def gift_decided(book: Book) -> Iterator[Draft]:
    """The foundation's receipt answers no pledge: somebody decides that it is a gift."""
    for receipt in waiting_receipts(book):
        if receipt.donor == _FOUNDATION:
            sent = receipt.original
            yield application_without_pledge(
                book.settings,
                day=receipt.day,
                receipt=receipt.label,
                held=receipt.held,
                amount=receipt.value,
                donor=_FOUNDATION,
                earmark=receipt.held,
            ).noted(
                narration="Gift without a pledge (made up)",
                meta={"original": f"{format_units(sent[0])} {sent[1]}"} if sent else None,
            )

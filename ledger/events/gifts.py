"""A contribution without a pledge, found in the book or in its closed periods, and what is left of
it to be taken back or moved.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec import structs
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.files.caching import open_beside
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import ZERO, share
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.events import names_of
from pledgebook.ledger.register.history import HISTORY
from pledgebook.ledger.register.postings import read_lines
from pledgebook.ledger.register.register import Gift, Register


class Found(NamedTuple):
    """A contribution as far as it is left, gross, and the charges of that."""

    gift: Gift
    charges: Decimal


def find_gift(book: Book, donor: str, name: str, day: date) -> Found:
    """Return the contribution of a donor whose entry has that date or `ref:`, made by `day`. Where
    the open book does not hold it, its closed periods are read. Raises EventRefusedError.
    """
    gift = _named(book.register, donor, name, day)
    path = book.folder / HISTORY
    if gift is None and book.path != path and book.settings.seals and path.is_file():
        gift = _named(open_beside(book, path).register, donor, name, day)
    if gift is None:
        known = ", ".join(
            str(each.entry.date) for each in book.register.gifts if each.donor == donor
        )
        raise EventRefusedError(
            f"No one contribution without a pledge of {donor} is named {name!r}: name it by its "
            f"date or its ref: (contributions: {known or 'none'})."
        )
    left = _left(book, gift)
    if left <= 0:
        raise EventRefusedError(
            f"The contribution of {donor} of {gift.entry.date} was taken back or moved already."
        )
    kept = sum(
        (
            line.value or ZERO
            for line in read_lines(gift.entry, book.settings)
            if line.place.kind == "bank-charges"
        ),
        ZERO,
    )
    return Found(
        structs.replace(gift, value=left), share(kept, left, gift.value, book.settings.decimals)
    )


def gifts_left(book: Book, donor: str, day: date) -> Iterator[tuple[str, Gift]]:
    """Yield what is left of each contribution without a pledge that the open book holds of a donor
    by a day, with the name of its entry. Raises EventRefusedError for two that nothing tells apart.
    """
    for gift in book.register.gifts:
        if gift.donor != donor or gift.value <= 0 or gift.entry.date > day:
            continue
        if "reverses" not in gift.entry.meta and _left(book, gift) > 0:
            name = names_of(gift.entry)[-1]
            yield name, find_gift(book, donor, name, day).gift


def _left(book: Book, gift: Gift) -> Decimal:
    return gift.value + sum(
        (
            each.value
            for each in book.register.gifts
            if each.donor == gift.donor
            and each.value < 0
            and (each.fund, each.class_, each.purpose) == (gift.fund, gift.class_, gift.purpose)
            and as_text(each.entry.meta.get("reverses", "")) in names_of(gift.entry)
        ),
        ZERO,
    )


def _named(register: Register, donor: str, name: str, day: date) -> Gift | None:
    found = [
        gift
        for gift in register.gifts
        if gift.donor == donor
        and gift.value > 0
        and gift.entry.date <= day
        and name in names_of(gift.entry)
    ]
    return found[0] if len(found) == 1 else None

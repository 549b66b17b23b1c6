"""What a period left against what the next book begins with: the guard of a carry-forward.

Both sides are read from booked entries by the register and by sums over accounts, not by what
drafts closings and openings, so that a fault there shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.declared.chart import CLAIMS, kinds_that
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.history import carried_from, continuing
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.ledger.register.postings import read_lines

_CARRIED = kinds_that("is_carried")
_LEFT = frozenset({"contra", "opening-balance"})

Held = Mapping[str, tuple[object, ...]]
"""What is carried, by a name for people (instalment, lot, balance), and what is said of it."""


def find_lost(before: Book, after: Book, period: str, end: date, first: date) -> str:
    """Return a sentence about the first thing that a period left on its last day `end` and the
    next book does not begin with on `first`, or the other way round; "" if they are the same.
    `before` is the book until that day, `after` holds the opening that continues it.
    """
    begun = after.with_entries(
        entry
        for entry in after.entries
        if not isinstance(entry, Transaction) or carried_from(entry) == period
    )
    left, found = _held(before, end), _held(begun, first)
    for name in [*left, *(name for name in found if name not in left)]:
        if left.get(name) != found.get(name):
            was, now = (_said(side.get(name)) for side in (left, found))
            return f"{name}: {period} left {was}, the next period would begin with {now}."
    return ""


def _said(values: tuple[object, ...] | None) -> str:
    return "nothing" if values is None else " ".join(str(value) for value in values)


def _held(book: Book, day: date) -> Held:
    return dict([*_instalments(book, day), *_lots_and_balances(book)])


def _instalments(book: Book, day: date) -> Iterator[tuple[str, tuple[object, ...]]]:
    told = {line.label: line for line in list_instalments(book.register, day)}
    for claim in book.register.claims_at(day):
        line = told[claim.label]
        yield (
            f"Instalment {claim.label}",
            (
                *(claim.kind, claim.fund, claim.class_, claim.purpose, claim.donor),
                *(_number(claim.units), claim.currency, _number(claim.value)),
                *(claim.pledged_on, claim.due, claim.committed),
                *(_number(line.pledged), _number(line.paid), _number(line.written_off)),
                _number(line.received),
            ),
        )


def _lots_and_balances(book: Book) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Yield what lots hold, and what accounts of the balance sheet hold of each class."""
    sums: dict[str, dict[str, Decimal]] = {}
    for entry in continuing(book.entries):
        if not isinstance(entry, Transaction):
            continue
        for line in read_lines(entry, book.settings):
            kind, cost = line.place.kind, line.posting.cost
            group = f"{line.place.fund} {line.class_}"
            if kind in _LEFT or (cost is None and kind not in _CARRIED):
                continue
            if cost is not None:
                name = f"Lot {cost.label} of {line.posting.account}"
            else:
                name = f"Balance of {line.posting.account}, {group}"
            own = sums.setdefault(name, {})
            own[line.currency] = own.get(line.currency, Decimal(0)) + line.units
            if cost is not None and kind not in CLAIMS:
                own["value"] = own.get("value", ZERO) + (line.value or ZERO)
    for name, own in sums.items():
        held = {key: number for key, number in sorted(own.items()) if number}
        if held:
            yield name, tuple(f"{_number(number)} {key}" for key, number in held.items())


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else "0"

"""What an entry will do, in a line or two, for the person who is asked whether to book it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount.core.data import Transaction
from pledgebook.ledger.declared.chart import BY_NAME, CLAIMS, Place, read_account
from pledgebook.ledger.drafts import Draft, DraftLine
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.register import Claim


class Standing(NamedTuple):
    """What is open of an instalment: units of a currency, and the value they are carried at."""

    units: Decimal
    currency: str
    value: Decimal
    due: str | date | None


@dataclass(frozen=True, slots=True)
class InstalmentEffect:
    """What an entry does to one instalment: what was open before it and what is after it (None
    where nothing was or is).
    """

    label: str
    currency: str
    before: Standing | None
    after: Standing | None

    def text(self) -> str:
        """Return it as a sentence."""
        left = "nothing is left"
        if self.after is not None:
            units, currency, value, day = self.after
            due = f", due {day}" if day else ""
            left = f"{units:,.2f} {currency} at {value:,.2f} {self.currency}{due}"
        if self.before is None:
            return f"{self.label}: {left}."
        was = self.before
        return (
            f"{self.label}: {was.units:,.2f} {was.currency} carried at {was.value:,.2f} "
            f"{self.currency}; then {left}."
        )


@dataclass(frozen=True, slots=True)
class MoneyEffect:
    """So much of a fund's money, and what they are: "exchange gain", "cash in"."""

    what: str
    fund: str
    value: Decimal


Effect = InstalmentEffect | MoneyEffect


def effects_of(draft: Draft, before: Mapping[str, Claim], currency: str) -> list[Effect]:
    """Return what the entry does to each instalment and where the value goes.

    `before` holds the instalments it touches, by label, as they stand before it; `currency` is the
    book's.
    """
    lines = [(line, read_account(line.account)) for line in draft.lines]
    placed = [(line, place) for line, place in lines if place is not None]
    money = _money((place, line.number) for line, place in placed)
    return [*_instalments(placed, before, currency), *money]


def effects_of_booked(book: Book, entry: Transaction) -> list[Effect]:
    """Return what an entry of the book did to each instalment and where its value went."""
    currency = book.settings.currency
    effects: list[Effect] = [
        InstalmentEffect(change.label, currency, _standing(change.before), _standing(change.after))
        for change in book.register.changes
        if change.entry is entry
    ]
    placed = ((read_account(posting.account), posting.units) for posting in entry.postings)
    effects += _money(
        (place, units.number)
        for place, units in placed
        if place is not None and units and units.number is not None and units.currency == currency
    )
    return effects


def explain(effects: Sequence[Effect]) -> list[str]:
    """Return effects in sentences: one an instalment, and one of the value."""
    said = [each.text() for each in effects if isinstance(each, InstalmentEffect)]
    sums = [each for each in effects if isinstance(each, MoneyEffect)]
    several = len({each.fund for each in sums}) > 1
    money = ", ".join(
        f"{each.what}{f' of {each.fund}' if several else ''} {each.value:,.2f}" for each in sums
    )
    return [*said, f"{money[0].upper()}{money[1:]}."] if money else said


def _instalments(
    lines: list[tuple[DraftLine, Place]], before: Mapping[str, Claim], currency: str
) -> Iterator[InstalmentEffect]:
    own = [line for line, place in lines if place.kind in CLAIMS]
    for label in dict.fromkeys(line.label for line in own):
        known = before.get(label)
        back = [line for line in own if line.label == label and line.number > 0]
        left = None
        if back:
            line = back[0]
            due = line.meta.get("due")
            left = Standing(line.number, line.currency, line.value or ZERO, due)
        yield InstalmentEffect(label, currency, _standing(known), left)


def _standing(claim: Claim | None) -> Standing | None:
    if claim is None or not claim.is_open:
        return None
    return Standing(claim.units, claim.currency, claim.value, claim.due)


def _money(moved: Iterable[tuple[Place, Decimal]]) -> Iterator[MoneyEffect]:
    sums: dict[tuple[str, str, bool], Decimal] = {}
    for place, number in moved:
        if any(BY_NAME[place.kind].words):
            key = (place.kind, place.fund, number > 0)
            sums[key] = sums.get(key, ZERO) + number
    for (kind, fund, positive), number in sums.items():
        yield MoneyEffect(BY_NAME[kind].words[0 if positive else 1], fund, abs(number))

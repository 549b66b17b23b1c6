"""Collections: the sums that came in from donors, each of which is receipted once.

A collection is what one entry collected of one donor in one fund, whether it settles instalments,
comes before their period, or had no pledge. Entries that neither day nor labels tell apart (two
payments of an instalment on one day) are one collection. Money that waits to be applied is none
yet: it is one when it is applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct, field
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.events import PAYING, REASSIGNED, names_of
from pledgebook.ledger.register.instalments import by_number
from pledgebook.ledger.register.postings import stated
from pledgebook.ledger.register.register import (
    REASSIGNS,
    SETTLED_IN,
    TO_DONOR,
    Change,
    Gift,
    Register,
)


class CollectionKey(NamedTuple):
    """What a collection is known by: `labels` are those of its instalments (or the reference of a
    contribution without a pledge), parted by spaces; "" if it has none.
    """

    fund: str
    donor: str
    day: date
    labels: str


class Part(Struct, frozen=True, kw_only=True):
    """What a collection paid of one instalment: `units` in the pledge's `currency`, as the donor
    owed it, and `value` received, gross of bank charges. `advance`: it is not due yet.
    """

    label: str
    class_: str
    purpose: str
    units: Decimal
    currency: str
    value: Decimal
    advance: bool = False


class Collection(Struct, frozen=True):
    """A sum that came in. `returned` is what the bank took back of it since, in the book's
    currency.
    """

    key: CollectionKey
    parts: tuple[Part, ...]
    returned: Decimal = ZERO

    @property
    def value(self) -> Decimal:
        """What was received, in the book's currency, gross of bank charges."""
        return sum((part.value for part in self.parts), ZERO)

    @property
    def kept(self) -> Decimal:
        """What stayed of it, in the book's currency: what a receipt is over."""
        return self.value - self.returned


def list_collections(register: Register, *, as_paid: bool = False) -> list[Collection]:
    """Return the collections of a book, by day, fund, donor and labels: of the donor whose they
    are, or `as_paid` of the one under whom they were recorded before a reassignment.
    """
    gathered = _Gathered()
    gathered.gather(register)
    gathered.take_back(register)
    if not as_paid:
        gathered.reassign_instalments(register)
        gathered.reassign_gifts(register)
    found, returned = gathered.found, gathered.returned
    return [
        Collection(key, tuple(found[key]), sum(returned.get(key, {}).values(), ZERO))
        for key in sorted(
            found, key=lambda key: (key.day, key.fund, key.donor, by_number(key.labels))
        )
    ]


class _Gathered(Struct):
    """Collections in the making: their parts, and the value returned by label; which of them paid
    each instalment, in the order in which they did; which is the contribution without a pledge of
    a fund, donor and name.
    """

    found: dict[CollectionKey, list[Part]] = field(default_factory=dict)
    returned: dict[CollectionKey, dict[str, Decimal]] = field(default_factory=dict)
    paid: dict[str, list[CollectionKey]] = field(default_factory=dict)
    given: dict[tuple[str, str, str], CollectionKey] = field(default_factory=dict)

    def gather(self, register: Register) -> None:
        """Gather what was paid on instalments and given without a pledge, as it was recorded."""
        by_entry: dict[tuple[int, str, str], list[Change | Gift]] = {}
        for change in register.changes:
            claim = change.before or change.after
            if change.event in PAYING and change.received + change.advanced:
                by_entry.setdefault((id(change.entry), claim.fund, claim.donor), []).append(change)
        for gift in register.gifts:
            if as_text(gift.entry.meta.get("reverses", "")) or SETTLED_IN in gift.entry.meta:
                continue  # what is taken back or moved of a contribution is none of its own
            by_entry.setdefault((id(gift.entry), gift.fund, gift.donor), []).append(gift)
        for (_, fund, donor), items in by_entry.items():
            parts = [_part(item, register.settings.currency) for item in items]
            key = CollectionKey(fund, donor, items[0].entry.date, _labels_of(parts))
            self._put(key, parts)
            if isinstance(items[0], Gift):
                names = names_of(items[0].entry)
                self.given.update(((fund, donor, name), key) for name in names)

    def take_back(self, register: Register) -> None:
        """Count what banks take back against the latest payments of that instalment, or against
        the contribution.
        """
        for change in register.changes:
            if change.event == "returned-payment":
                self._take_back(change)
        for gift in _gifts_taken_back(register):
            name = as_text(gift.entry.meta["reverses"])
            whose = self.given.get((gift.fund, gift.donor, name))
            if whose is not None:
                self._return(whose, whose.labels, -gift.value)

    def reassign_instalments(self, register: Register) -> None:
        """Give what was paid on reassigned instalments to the donor whose they are."""
        by_entry: dict[int, dict[str, Change]] = {}
        for change in register.changes:
            if change.event == REASSIGNED:
                by_entry.setdefault(id(change.entry), {})[change.label] = change
        for changes in by_entry.values():
            first = next(iter(changes.values()))
            was, now = (first.before or first.after).donor, first.after.donor
            self._move(list(changes), was, now, first.date)
        for gift in register.gifts:  # settled in a closed period, whose payments a history holds
            if SETTLED_IN in gift.entry.meta and gift.value < 0:
                to = as_text(gift.entry.meta.get(TO_DONOR, ""))
                labels = as_text(gift.entry.meta[REASSIGNS]).split()
                self._move(labels, gift.donor, to, gift.entry.date)

    def _move(self, labels: Sequence[str], was: str, now: str, day: date) -> None:
        """Give one donor's payments of instalments up to a day to another."""
        keys = dict.fromkeys(key for label in labels for key in self.paid.get(label, ()))
        for key in keys:
            if key.donor != was or key not in self.found or key.day > day:
                continue
            mine = [part for part in self.found[key] if part.label in labels]
            rest = [part for part in self.found.pop(key) if part.label not in labels]
            back = self.returned.pop(key, {})
            for donor, parts in ((was, rest), (now, mine)):
                if parts:
                    moved = key._replace(donor=donor, labels=_labels_of(parts))
                    self._put(moved, parts)
                    for label in {part.label: None for part in parts if part.label in back}:
                        self._return(moved, label, back[label])

    def reassign_gifts(self, register: Register) -> None:
        """Give contributions without a pledge that were reassigned to the donor whose they are."""
        for gift in register.gifts:
            names = (gift.fund, gift.donor, as_text(gift.entry.meta.get("reverses", "")))
            if event_of_gift(gift) != REASSIGNED or gift.value > 0 or names not in self.given:
                continue
            key = self.given.pop(names)
            moved = key._replace(donor=as_text(gift.entry.meta.get(TO_DONOR, "")))
            self.found.setdefault(moved, []).extend(self.found.pop(key, []))
            for label, value in self.returned.pop(key, {}).items():
                self._return(moved, label, value)

    def _put(self, key: CollectionKey, parts: Sequence[Part]) -> None:
        self.found.setdefault(key, []).extend(parts)
        for part in parts:
            self.paid.setdefault(part.label, []).append(key)

    def _return(self, key: CollectionKey, label: str, value: Decimal) -> None:
        own = self.returned.setdefault(key, {})
        own[label] = own.get(label, ZERO) + value

    def _take_back(self, change: Change) -> None:
        left = -(change.received + change.advanced)
        latest_first = dict.fromkeys(reversed(self.paid.get(change.label, [])))
        for key in sorted(latest_first, key=lambda key: key.day, reverse=True):
            if key.day > change.date:
                continue
            parts = self.found[key]
            own = sum((part.value for part in parts if part.label == change.label), ZERO)
            taken = min(left, own - self.returned.get(key, {}).get(change.label, ZERO))
            if taken > 0:
                self._return(key, change.label, taken)
                left -= taken


def _labels_of(parts: Iterable[Part]) -> str:
    return " ".join(sorted({part.label for part in parts if part.label}, key=by_number))


def event_of_gift(gift: Gift) -> str:
    """Return what the entry of a contribution without a pledge says happened."""
    return as_text(gift.entry.meta.get("event", ""))


def _gifts_taken_back(register: Register) -> list[Gift]:
    """Return what banks took back of contributions without a pledge."""
    return [
        gift
        for gift in register.gifts
        if gift.value < 0
        and gift.entry.meta.get("reverses") is not None
        and event_of_gift(gift) == "returned-payment"
    ]


def _part(item: Change | Gift, currency: str) -> Part:
    if isinstance(item, Gift):
        units, unit = item.original or (item.value, currency)
        label = stated(item.entry, item.posting, "reference") or ""
        return Part(
            label=label,
            class_=item.class_,
            purpose=item.purpose,
            units=units,
            currency=unit,
            value=item.value,
        )
    claim = item.before or item.after
    units = (item.before.units if item.before else Decimal(0)) - item.after.units
    value = item.received + item.advanced
    return Part(
        label=item.label,
        class_=claim.class_,
        purpose=claim.purpose,
        units=units,
        currency=claim.currency,
        value=value,
        advance=bool(item.advanced),
    )


def list_returns(register: Register) -> list[Collection]:
    """Return what banks took back, and applications that were undone, as collections below zero,
    in booked order.
    """
    payments = [
        Collection(
            CollectionKey(change.after.fund, change.after.donor, change.date, change.label),
            (_part(change, register.settings.currency),),
        )
        for change in register.changes
        if change.event == "returned-payment"
    ]
    gifts = [
        Collection(
            CollectionKey(gift.fund, gift.donor, gift.entry.date, ""),
            (_part(gift, register.settings.currency),),
        )
        for gift in _gifts_taken_back(register)
    ]
    return sorted([*payments, *gifts], key=lambda each: each.key.day)

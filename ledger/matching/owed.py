"""What donors owe, in orders by which what a receipt may pay is found without a look at all."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from pledgebook.ledger.register.instalments import by_number
from pledgebook.ledger.register.register import Claim

MOST_BY_DUE = 25
"""How many instalments of a donor are looked at by when they are due, and in pairs."""

_MOST_OF_A_DONOR = 12
_MOST_TOGETHER = 4


def due_of(claim: Claim) -> date:
    """Return the day an instalment is due, else was pledged."""
    return claim.due or claim.pledged_on


def oldest_first(claims: Iterable[Claim]) -> list[Claim]:
    """Return instalments in the order in which money that says no more is spread over them: what is
    due first, then by number.
    """
    return sorted(claims, key=lambda claim: (due_of(claim), by_number(claim.label)))


def spread_over(claims: Sequence[Claim], amount: Decimal) -> list[tuple[Claim, Decimal]]:
    """Return what an amount settles of instalments in their order: each in full, the last that is
    reached in part; together no more than the amount.
    """
    settled = []
    left = amount
    for claim in claims:
        taken = min(claim.units, left)
        if taken > 0:
            settled.append((claim, taken))
            left -= taken
    return settled


class Owed:
    """The open instalments of one donor. `labels` are in the order of the register; `currency` is
    the book's currency.
    """

    def __init__(self, currency: str) -> None:
        self.labels: dict[str, int] = {}
        self._currency = currency
        self._by_due: list[tuple[int, int, str]] = []
        self._by_value: list[tuple[Decimal, str]] = []

    def add(self, claim: Claim) -> None:
        """Add an instalment, the last in order."""
        self.labels[claim.label] = len(self.labels)
        insort(self._by_due, self._place(claim))
        self._count(claim)

    def settle(self, before: Claim, after: Claim) -> None:
        """Count what was settled of an instalment."""
        if before.currency == self._currency:
            del self._by_value[bisect_left(self._by_value, (before.units, before.label))]
        if after.is_open:
            self._count(after)
        else:
            del self._by_due[bisect_left(self._by_due, self._place(before))]
            del self.labels[before.label]

    def due_about(self, day: date) -> list[str]:
        """Return the instalments that are due nearest to a day, nearest first, those of one
        distance in the order of the register.
        """
        wanted, by_due = day.toordinal(), self._by_due
        middle = bisect_left(by_due, (wanted,))
        first, last = max(0, middle - MOST_BY_DUE), min(len(by_due), middle + MOST_BY_DUE)
        while 0 < first < len(by_due) and by_due[first - 1][0] == by_due[first][0]:
            first -= 1
        while 0 < last < len(by_due) and by_due[last][0] == by_due[last - 1][0]:
            last += 1
        near = sorted((abs(due - wanted), order, label) for due, order, label in by_due[first:last])
        return [label for _, _, label in near[:MOST_BY_DUE]]

    def above(self, value: Decimal, most: Decimal) -> Iterator[str]:
        """Yield the instalments in the book's currency of which more is unpaid than `value`, by
        `most` at most.
        """
        for at in range(bisect_right(self._by_value, (value, "\U0010ffff")), len(self._by_value)):
            units, label = self._by_value[at]
            if units - value > most:
                return
            yield label

    def _place(self, claim: Claim) -> tuple[int, int, str]:
        return due_of(claim).toordinal(), self.labels[claim.label], claim.label

    def _count(self, claim: Claim) -> None:
        if claim.currency == self._currency:
            insort(self._by_value, (claim.units, claim.label))


def adding_up(claims: Sequence[Claim], amount: Decimal) -> Iterator[tuple[Claim, ...]]:
    """Yield the instalments, several of one fund, that come to an amount: all of more than four,
    then every two of the first 25, every three and four of the first twelve, each in order.
    """
    if (
        len(claims) > _MOST_TOGETHER
        and len({claim.fund for claim in claims}) == 1
        and sum((claim.units for claim in claims), Decimal(0)) == amount
    ):
        yield tuple(claims)
    many = claims[:MOST_BY_DUE]
    places: dict[tuple[str, Decimal], list[int]] = {}
    for at, claim in enumerate(many):
        places.setdefault((claim.fund, claim.units), []).append(at)
    for at, claim in enumerate(many):
        for second in places.get((claim.fund, amount - claim.units), ()):
            if second > at:
                yield claim, many[second]
    few = claims[:_MOST_OF_A_DONOR]
    pairs = [
        (at, second, one.units + other.units)
        for at, one in enumerate(few)
        for second, other in enumerate(few[at + 1 :], at + 1)
        if one.fund == other.fund
    ]
    for at, second, units in pairs:
        for third in places.get((few[at].fund, amount - units), ()):
            if second < third < len(few):
                yield few[at], few[second], few[third]
    by_units: dict[tuple[str, Decimal], list[tuple[int, int]]] = {}
    for at, second, units in pairs:
        by_units.setdefault((few[at].fund, units), []).append((at, second))
    for at, second, units in pairs:
        for third, fourth in by_units.get((few[at].fund, amount - units), ()):
            if third > second:
                yield few[at], few[second], few[third], few[fourth]

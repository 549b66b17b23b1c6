"""Delegation of authority: which office may decide which event, up to what, and who holds it.

    2002-01-01 custom "office" "Controller"
      holders: "First officer | Second officer"
    2002-01-01 custom "delegation" "Controller" "write-off"
      limit: 10000.00 USD
      fund: "CPCJF"

A later line of the same office, or of the same office and event, replaces the earlier from its day
on; what was decided before is held against the earlier.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeVar

from beancount.core.amount import Amount
from beancount.core.data import Custom, Directive
from msgspec import Struct
from pledgebook.ledger.declared.declarations import as_date, as_text

OFFICE, DELEGATION = "office", "delegation"

ENTERED, APPROVED, ACCEPTED, CLOSED = "entered-by", "approved-by", "accepted-by", "closed-by"
"""Metadata of an entry: who entered it, who approved it, who accepted the contribution, who closed
the period.
"""


class Office(Struct, frozen=True, kw_only=True):
    """Who holds an office from the day of its line on, as `folded` names."""

    entry: Custom
    name: str
    holders: frozenset[str]


class Grant(Struct, frozen=True, kw_only=True):
    """What an office may decide from the day of its line on, up to `limit` in the book's currency
    (None: without one) in one entry, of these funds (none named: of all), to the day `until`.
    """

    entry: Custom
    office: str
    event: str
    limit: Decimal | None
    funds: tuple[str, ...]
    until: date | None

    def covers(self, amount: Decimal) -> bool:
        """Tell whether an entry of that much is within it."""
        return self.limit is None or amount <= self.limit


class Delegations(Struct, frozen=True):
    """All that a book delegates, in the order of days; empty where it declares nothing."""

    offices: Mapping[str, tuple[Office, ...]]
    grants: Mapping[tuple[str, str], tuple[Grant, ...]]

    @property
    def events(self) -> frozenset[str]:
        """The events that are delegated at any time."""
        return frozenset(event for _, event in self.grants)

    def in_force(self, event: str, fund: str, day: date) -> list[Grant]:
        """Return what is delegated of an event of a fund on a day."""
        found = []
        for (_, named), grants in self.grants.items():
            if named != event:
                continue
            last = _last(grants, day)
            if (
                last is not None
                and (not last.funds or fund in last.funds)
                and (last.until is None or day <= last.until)
            ):
                found.append(last)
        return found

    def holds(self, who: str, office: str, day: date) -> bool:
        """Tell whether a person holds an office on a day."""
        own = _last(self.offices.get(office, ()), day)
        return own is not None and folded(who) in own.holders

    def offices_of(self, who: str, day: date) -> list[str]:
        """Return the offices that a person holds on a day."""
        return [office for office in self.offices if self.holds(who, office, day)]


def folded(name: str) -> str:
    """Return a person's name as it is compared: without case and needless spaces."""
    return " ".join(name.split()).casefold()


def read_delegations(entries: Iterable[Directive]) -> Delegations:
    """Return what the well-formed lines of a book delegate."""
    offices: dict[str, tuple[Office, ...]] = {}
    grants: dict[tuple[str, str], tuple[Grant, ...]] = {}
    for entry, texts in _lines(entries):
        if entry.type == OFFICE:
            (name,) = texts
            holders = as_text(entry.meta.get("holders", "")).split("|")
            own = Office(
                entry=entry, name=name, holders=frozenset(filter(None, map(folded, holders)))
            )
            offices[name] = (*offices.get(name, ()), own)
        else:
            office, event = texts
            limit = entry.meta.get("limit")
            grant = Grant(
                entry=entry,
                office=office,
                event=event,
                limit=limit.number if isinstance(limit, Amount) else None,
                funds=tuple(as_text(entry.meta.get("fund", "")).split()),
                until=as_date(entry.meta.get("until")),
            )
            key = (office, event)
            grants[key] = (*grants.get(key, ()), grant)
    return Delegations(offices, grants)


def _lines(entries: Iterable[Directive]) -> Iterator[tuple[Custom, tuple[str, ...]]]:
    for entry in entries:
        if isinstance(entry, Custom) and entry.type in {OFFICE, DELEGATION}:
            values = [value.value for value in entry.values or ()]
            length = 1 if entry.type == OFFICE else 2
            if len(values) == length and all(isinstance(each, str) and each for each in values):
                yield entry, tuple(str(each).strip() for each in values)


LineT = TypeVar("LineT", Office, Grant)


def _last(own: Iterable[LineT], day: date) -> LineT | None:
    return max(
        (each for each in own if each.entry.date <= day),
        key=lambda each: each.entry.date,
        default=None,
    )

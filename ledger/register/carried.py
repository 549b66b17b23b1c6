"""What an opening says of an instalment's life before it: written at closing, read again after."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from beancount.core.data import Posting, Transaction
from msgspec import Struct
from pledgebook.ledger.declared.currencies import convert_legacy
from pledgebook.ledger.declared.declarations import as_date, as_text
from pledgebook.ledger.money import format_units, read_number
from pledgebook.ledger.register.events import names_of
from pledgebook.ledger.register.history import CARRIED_FROM, CLOSES
from pledgebook.ledger.register.instalments import AT_PLEDGE, Instalment, first_terms
from pledgebook.ledger.register.postings import Line, stated
from pledgebook.ledger.register.register import (
    DISPUTED,
    PAID_IN_ADVANCE,
    PLEDGED_ON,
    RECORDED_AS,
    Change,
    Claim,
)


class Taken(Struct, frozen=True, kw_only=True):
    """What is left to be taken back of what one entry took out of a label, in `currency`. Where
    `carried`, it was taken before the book began, and `entry` is the opening that says so.
    """

    entry: Transaction
    event: str
    units: Decimal
    currency: str
    carried: bool = False

    @property
    def names(self) -> list[str]:
        """By what `reverses:` may name it."""
        return [] if self.carried else names_of(self.entry)

    def is_named(self, name: str) -> bool:
        """Tell whether `reverses:` may mean it by `name`."""
        day = as_date(name)
        return (day is None or day < self.entry.date) if self.carried else name in self.names

    def in_currency(self, currency: str) -> Decimal:
        """Return the units in the currency that the instalment has now."""
        converted = convert_legacy(self.units, self.currency, currency)
        return self.units if converted is None else converted


def carried_payments(entry: Transaction, lines: Iterable[Line]) -> dict[str, list[Taken]]:
    """Return what an opening says was paid, and written off, of each instalment before."""
    found: dict[str, list[Taken]] = {}
    for line in lines:
        for key, event in _TAKEN_BEFORE.items():
            told = stated(entry, line.posting, key)
            number, _, currency = (told or "").partition(" ")
            if not line.label or not currency:
                continue
            try:
                units = read_number(number)
            except ValueError:
                continue
            taken = Taken(entry=entry, event=event, units=units, currency=currency, carried=True)
            if all(each.event != event for each in found.get(line.label, ())):
                found.setdefault(line.label, []).append(taken)
    return found


_TAKEN_BEFORE = {"paid": "payment", "written-off": "write-off"}
"""By the key of an opening, the event of which it says what it took out."""


# Said anew by the opening, added by plugins on load, or about the entry and not the pledge.
_NOT_KEPT = frozenset(
    {
        "filename", "lineno", "event", "ref", "reverses", "class", "purpose", "due", "status",
        CARRIED_FROM, CLOSES, "pledged", "paid", "written-off", "received", AT_PLEDGE,
        PLEDGED_ON, RECORDED_AS, PAID_IN_ADVANCE, DISPUTED, "op-serves", "op-acknowledged",
        "op-rule", "op-notice",
    }
)  # fmt: skip


# What a pledge said of terms that its commitment sets anew.
_TERMS = frozenset(
    {"condition", "rate", "book-rate", "rate-date", "rate-source", "rate-override", "original"}
)


def told_amounts(line: Instalment, changes: list[Change], currency: str) -> Meta:
    """Return what an opening says was pledged, paid, written off and received of an instalment,
    and what it was first committed for.
    """
    amounts = {"pledged": line.pledged, "paid": line.paid, "written-off": line.written_off}
    told: Meta = {
        key: f"{format_units(amount)} {line.currency}"
        for key, amount in amounts.items()
        if amount or key == "pledged"
    }
    if line.received:
        told["received"] = f"{line.received:f} {currency}"
    first = first_terms(changes)
    if first is not None:
        told[AT_PLEDGE] = (
            f"{format_units(first.units)} {first.currency}, {first.value:f} {currency}"
        )
    return told


Meta = dict[str, str | date]


def facts_of(claim: Claim) -> Meta:
    """Return what is to be kept of an instalment: what its commitment says of itself, and where
    that is silent what the pledge said before it (`Claim.stated`).
    """
    if claim.announced is None:
        return kept_facts(claim.origin)
    before = kept_facts(claim.announced)
    return {key: text for key, text in before.items() if key not in _TERMS} | kept_facts(
        claim.origin
    )


def kept_facts(origin: tuple[Transaction, Posting]) -> Meta:
    """Return what a commitment says of itself that rules and readers may ask for later."""
    entry, posting = origin
    kept: Meta = {}
    for key, value in {**entry.meta, **(posting.meta or {})}.items():
        if key in _NOT_KEPT or key.startswith("__") or value is None:
            continue
        kept[key] = value if isinstance(value, date) else as_text(value)
    return kept

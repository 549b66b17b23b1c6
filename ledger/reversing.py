"""What an entry that takes another back may put back: no more than that one took out, and once.

Each label remembers what its entries took out. An entry that names one of them in `reverses:` puts
back at most what is left of it. What was paid before the book began is known as the opening's
`paid:` says it, without its days.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.currencies import convert_legacy
from pledgebook.ledger.declarations import as_date, as_text
from pledgebook.ledger.money import format_units
from pledgebook.ledger.postings import Line, infer_event

PAYING = frozenset({"payment", "application"})
"""Events that pay instalments, which a returned payment may take back."""


@dataclass(frozen=True, slots=True)
class Taken:
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


def names_of(entry: Transaction) -> list[str]:
    """Return by what `reverses:` may name an entry: its date, and its `ref:`."""
    ref = entry.meta.get("ref")
    return [entry.date.isoformat(), *([as_text(ref)] if ref is not None else [])]


def event_of(entry: Transaction, lines: list[Line]) -> str:
    """Return what happened: as the entry says, else as its accounts tell."""
    return as_text(entry.meta.get("event", "")) or infer_event(lines)


def carried_payments(entry: Transaction, lines: Iterable[Line]) -> dict[str, Taken]:
    """Return what an opening says was paid of each instalment before."""
    found = {}
    for line in lines:
        told = (line.posting.meta or {}).get("paid", entry.meta.get("paid"))
        number, _, currency = as_text(told or "").partition(" ")
        if line.label and currency:
            try:
                found[line.label] = Taken(entry, "payment", Decimal(number), currency, carried=True)
            except ArithmeticError:
                continue
    return found


def take_back(
    entry: Transaction, event: str, label: str, taken: list[Taken], units: Decimal, currency: str
) -> tuple[str, str] | list[Taken]:
    """Return what is left to be taken back once `entry` puts `units` back under a label; or the
    rule it breaks and the sentence that says so.
    """
    fitting = [each for each in taken if event != "returned-payment" or each.event in PAYING]
    named = as_text(entry.meta.get("reverses", ""))
    own = [each for each in fitting if each.is_named(named)]
    exact = [each for each in own if not each.carried]
    if not own:
        others = ", ".join(" or ".join(each.names) for each in fitting if each.names)
        said = f"reverses: names {named}" if named else "reverses: is missing"
        return (
            "reverses",
            f"{said}, but no entry of that date or ref took anything out of {label}; those that "
            f"did, and are not taken back: {others or 'none'}. "
            + ("Name one of these." if others else "Take this entry out, or correct its label."),
        )
    own = exact or own
    limit = sum((each.in_currency(currency) for each in own), Decimal(0))
    if units > limit:
        return (
            "reopened-too-much",
            f"{label} is opened again with {format_units(units)} {currency}, but of what the "
            f"entry it reverses ({named}) took out {format_units(limit)} is left to be taken "
            "back: put back no more than that.",
        )
    rest = limit - units
    left = [each for each in taken if each not in own]
    return [*left, replace(own[-1], units=rest, currency=currency)] if rest else left

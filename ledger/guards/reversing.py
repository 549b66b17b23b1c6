"""What an entry that takes another back may put back: no more than that one took out, and once.

Each label remembers what its entries took out. An entry that names one of them in `reverses:` puts
back at most what is left of it. What was paid before the book began is known as the opening's
`paid:` says it, without its days.
"""

from __future__ import annotations

from decimal import Decimal

from beancount.core.data import Transaction
from msgspec import structs
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.money import format_units
from pledgebook.ledger.register.carried import Taken
from pledgebook.ledger.register.events import PAYING


def take_back(
    entry: Transaction, event: str, label: str, taken: list[Taken], units: Decimal, currency: str
) -> tuple[str, str] | list[Taken]:
    """Return what is left to be taken back once `entry` puts `units` back under a label; or the
    rule it breaks and the sentence that says so.
    """
    undoes = {"returned-payment": PAYING, "recovery": frozenset({"write-off"})}.get(event)
    fitting = [each for each in taken if undoes is None or each.event in undoes]
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
    return [*left, structs.replace(own[-1], units=rest, currency=currency)] if rest else left

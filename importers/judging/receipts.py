"""Money received that a sheet lists: whether it may be known already, as a payment or a receipt."""

from __future__ import annotations

from pledgebook.importers.judging.drafting import Reading
from pledgebook.importers.judging.known import Context, Doubt
from pledgebook.importers.values.values import plain, shown
from pledgebook.ledger.money import ZERO, format_amount


def refuse_known_receipt(reading: Reading, context: Context) -> None:
    """Raise Doubt if money received may be the payment of a pledge, or a receipt of the book with
    another amount.
    """
    fund, donor = reading.earmark.fund, reading.donor
    paper = (fund, donor, plain(reading.reference))
    under = context.of_reference(reading)
    met = context.references.get(paper) if reading.reference else None
    label = under[0].label if under else met.label if met else ""
    if not label and any(row.amount_source == "paid" for row in reading.rows):
        label = context.unpaid.get((fund, donor), "")
    if label:
        raise Doubt(
            f"{donor} has the pledge {label}: if the money was paid on it, record the "
            "payment; if it is another contribution, enter it by hand.",
            pledge=label,
        )
    for gift in context.gifts.get(paper, ()) if reading.reference else ():
        if gift.entry.date == reading.day:
            dollars = sum((part.value for part in reading.parts), ZERO)
            raise Doubt(
                f"The book has {format_amount(gift.dollars)} {context.settings.currency} received "
                f"from {donor} on {reading.day} under the reference {shown(reading.reference)}; "
                f"this row comes to {format_amount(dollars)}. Look which is right: correct the "
                "entry, or enter a second receipt by hand."
            )

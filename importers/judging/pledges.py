"""Which pledge of the book a row is about, and whether money that a sheet lists is known already.

A pledge is known again by its reference or, where neither it nor the row has one, by donor, date
and purpose.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from pledgebook.importers.judging.drafting import Reading
from pledgebook.importers.judging.known import (
    Context,
    Doubt,
    KnownPledge,
    bare_reference,
    gives_to,
    parts_in_order,
)
from pledgebook.importers.tables.questions import Answers, Choice, ask
from pledgebook.importers.values.values import shown
from pledgebook.ledger.money import ZERO, format_amount

SAME_REFERENCE = ask(
    "same-reference", "", Choice("separate", "Yes: each row is a pledge of its own")
)
"""What is asked of rows of one reference with other figures."""
LIKE_BOOKED = ask("like-booked", "", Choice("another", "Yes: they are further contributions"))
"""What is asked of rows that are much like pledges or receipts of the book."""
_NEAR = timedelta(days=31)
"""Two pledges of the same amount so near each other may be one whose date was corrected."""


def find_pledge(
    reading: Reading, context: Context, place: str, answers: Answers
) -> KnownPledge | None:
    """Return the book's pledge that a row is about, None for a new one.

    Raises Doubt where it may be one of several, or where the likeness is no proof. `place` names
    the file, sheet and row.
    """
    _refuse_met_before(reading, context, place.rpartition("!")[0], answers)
    under = context.of_reference(reading)
    own = [known for known in under if gives_to(known, reading)]
    if len(own) > 1:
        raise Doubt(
            f"The reference {shown(reading.reference)} of {reading.donor} is that of several "
            f"pledges in the book ({_labels(own)}), none of them with these figures: record by "
            "hand which of them was changed.",
            asks=ask("changed"),
        )
    if own:
        return own[0]
    others = [known for known in under if known.label not in context.present]
    if len(others) > 1:
        raise Doubt(
            f"The reference {shown(reading.reference)} of {reading.donor} is in the book as "
            f"{_labels(others)}, of another purpose or project: record by hand what was changed.",
            asks=ask("changed"),
        )
    return others[0] if others else _find_alike(reading, context, answers)


def _refuse_met_before(reading: Reading, context: Context, table: str, answers: Answers) -> None:
    paper = context.paper_of(reading)
    met = context.references.get(paper) if reading.reference else None
    if (met and not met.label) or paper in context.gifts:
        raise Doubt(
            f"Money was received from {reading.donor} under the reference "
            f"{shown(reading.reference)}: say whether it was paid on this pledge, and "
            "record the payment.",
            asks=ask("payments"),
        )
    if answers.to(SAME_REFERENCE):
        return
    if met and (met.table != table or met.gives_to == (reading.earmark, reading.project)):
        what = (
            "if these are instalments of one pledge, state the due date of each; if the pledge was "
            "changed, import the earlier row first, alone, and this one"
            if met.table == table
            else "if the pledge was changed, import the earlier file first, alone, and this one"
        )
        raise Doubt(
            f"The reference {shown(reading.reference)} of {reading.donor} stands in {met.table} "
            f"as {met.label}, with other figures: {what} after it.",
            asks=SAME_REFERENCE,
        )


def _find_alike(reading: Reading, context: Context, answers: Answers) -> KnownPledge | None:
    total = sum((part.amount for part in reading.parts), ZERO)
    found = []
    for known in context.alike(reading):
        if known.label in context.present:
            continue  # another row of this file is that pledge
        same = (known.total, known.first.currency) == (total, reading.currency)
        unnamed = not known.reference and not reading.reference
        if unnamed and gives_to(known, reading) and (known.imported or not same):
            found.append(known)
        elif same and not (known.imported and _are_two_papers(known, reading)):
            if answers.to(LIKE_BOOKED):
                continue
            how = "" if known.imported else " that was entered by hand"
            raise Doubt(
                f"The book has a pledge of {reading.donor} of {reading.day} over "
                f"{format_amount(total)} {reading.currency}{how}, {known.label}, of another "
                "purpose, due date or reference: if it was changed, record the change; if this is "
                "another one, enter it by hand.",
                asks=LIKE_BOOKED,
                pledge=known.label,
            )
    if len(found) > 1:
        raise Doubt(
            f"{reading.donor} has several pledges of {reading.day} in the book "
            f"({_labels(found)}), none with these figures and none with a reference; record by "
            "hand which of them was changed, or give this one a reference.",
            asks=ask("changed"),
        )
    if not found and not reading.reference and not answers.to(LIKE_BOOKED):
        _refuse_other_day(reading, total, context)
    return found[0] if found else None


def _are_two_papers(known: KnownPledge, reading: Reading) -> bool:
    """Whether both have references, and these differ by more than their writing."""
    own, other = bare_reference(reading.reference), bare_reference(known.reference)
    return bool(own and other) and own != other


def _refuse_other_day(reading: Reading, total: Decimal, context: Context) -> None:
    """Wait where the row may be a pledge of the book whose date was corrected: neither has a
    reference, all else is the same, and the file does not list the other.
    """
    stated = parts_in_order(reading.parts, reading.day)
    donor = context.of_record(reading.donor)
    for known in context.by_total.get((donor, reading.currency, total), ()):
        if known.reference or known.label in context.present or not gives_to(known, reading):
            continue
        near = abs(known.first.pledged_on - reading.day) <= _NEAR
        due = known.parts() == stated and all(day for _, day in stated)
        if near or due:
            raise Doubt(
                f"The book has a pledge of {reading.donor} over {format_amount(total)} "
                f"{reading.currency} of {known.first.pledged_on}, {known.label}, which this file "
                f"does not list: if its date was corrected to {reading.day}, record that; if this "
                "is another one, give it a reference or enter it by hand.",
                asks=LIKE_BOOKED,
                pledge=known.label,
            )


def is_as_booked(reading: Reading, known: KnownPledge) -> bool:
    """Tell whether a row says what the book says of its pledge now."""
    return (
        gives_to(known, reading)
        and known.first.pledged_on == reading.day
        and known.now.currency == reading.currency
        and known.now.committed == (reading.kind == "commitment")
        and known.parts() == parts_in_order(reading.parts, reading.day)
    )


def refuse_known_receipt(reading: Reading, context: Context, answers: Answers) -> None:
    """Raise Doubt if money received may be the payment of a pledge, or a receipt of the book with
    another amount, unless it was answered that it is a further one.
    """
    if answers.to(LIKE_BOOKED):
        return
    fund, donor = reading.earmark.fund, reading.donor
    paper = context.paper_of(reading)
    under = context.of_reference(reading)
    met = context.references.get(paper) if reading.reference else None
    label = under[0].label if under else met.label if met else ""
    if not label and any(row.amount_source == "paid" for row in reading.rows):
        label = context.unpaid.get((fund, context.of_record(donor)), "")
    if label:
        raise Doubt(
            f"{donor} has the pledge {label}: if the money was paid on it, record the "
            "payment; if it is another contribution, enter it by hand.",
            asks=LIKE_BOOKED,
            pledge=label,
        )
    for gift in context.gifts.get(paper, ()) if reading.reference else ():
        if gift.entry.date == reading.day:
            value = sum((part.value for part in reading.parts), ZERO)
            raise Doubt(
                f"The book has {format_amount(gift.value)} {context.settings.currency} received "
                f"from {donor} on {reading.day} under the reference {shown(reading.reference)}; "
                f"this row comes to {format_amount(value)}. Look which is right: correct the "
                "entry, or enter a second receipt by hand.",
                asks=LIKE_BOOKED,
            )


def _labels(pledges: list[KnownPledge]) -> str:
    return ", ".join(known.label for known in pledges)

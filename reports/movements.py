"""What changed since: every entry that moved an instalment within the cut, before and after.

Two dates are a cut of time (a year, a quarter, a period ended early), so this is the list of what
happened between them, and it leads from what was carried before to what is carried now.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.register import Change, claim_at
from pledgebook.reports.figures.layout import Layout, as_report, name_of, over_the_cut
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report, Tie, Value

NAME = "movements"
TITLE = "What changed: movements of unpaid contributions"


def movements(selection: Selection) -> Report:
    """Return each change of an instalment in the cut: units in its currency, and value."""
    moved = _moved(selection)
    layout = Layout()
    month = None
    for change in sorted(moved.changes, key=lambda change: change.date):
        begun = (change.date.year, change.date.month)
        if begun != month:
            layout.section(f"{change.date:%B %Y}")
            month = begun
        layout.row(change.after.donor, **_values(selection, change))
    unit = selection.book.settings.currency
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="donor", title="Donor"),
            Column(key="date", title="Date", kind="date"),
            Column(key="label", title="Instalment"),
            Column(key="event", title="Event"),
            Column(key="what", title="What"),
            Column(key="before", title="Unpaid before", kind="amount"),
            Column(key="after", title="Unpaid after", kind="amount"),
            Column(key="currency", title="Currency"),
            Column(key="received", title="Received", kind="amount", unit=unit),
            Column(key="change", title="Change of carrying value", kind="amount", unit=unit),
            Column(key="document", title="Paper"),
        ],
        rows=layout.rows,
        notes=[
            "Memorandum instalments are counted like others: what matters is what donors owe. "
            f"Carried before: {moved.before:,.2f}; after: {moved.after:,.2f}."
        ],
        ties=ties(selection),
    )


class _Moved(NamedTuple):
    """The changes in the cut that are to be shown; in the book's currency what was carried before
    it and after it, and what a change of fund, class or donor carried into what is shown, or out of
    it.
    """

    changes: list[Change]
    before: Decimal
    after: Decimal
    crossed: Decimal


def ties(selection: Selection) -> list[Tie]:
    """Return what the changes make of what was carried before, beside what is carried after."""
    moved = _moved(selection)
    added = sum((_value_added(change) for change in moved.changes), ZERO)
    at_end = moved.before + added + moved.crossed
    return [Tie("carried at the end, lots", at_end, moved.after)]


def _moved(selection: Selection) -> _Moved:
    return selection.once("movements", lambda: _read(selection))


def _read(selection: Selection) -> _Moved:
    cut, register = selection.cut, selection.book.register
    changes: list[Change] = []
    crossed = ZERO
    for change in register.changes:
        if change.date in cut:
            shown = selection.covers(change.after)
            if shown:
                changes.append(change)
            if change.before is not None and selection.covers(change.before) != shown:
                crossed += change.before.value if shown else -change.before.value
    before, after = (
        sum(
            (
                claim.value
                for own in register.by_label.values()
                if (claim := claim_at(own, day)) is not None and selection.covers(claim)
            ),
            ZERO,
        )
        for day in (cut.start - timedelta(days=1), cut.end)
    )
    return _Moved(changes, before, after, crossed)


def _value_added(change: Change) -> Decimal:
    return -change.value_out


def _values(selection: Selection, change: Change) -> dict[str, Value]:
    before, after = change.before, change.after
    same = before is None or before.currency == after.currency
    document = change.entry.meta.get("document") or change.entry.meta.get("source") or ""
    values: dict[str, Value] = {
        "date": change.date,
        "donor": name_of(selection, after.donor),
        "label": change.label,
        "event": change.event,
        "what": change.entry.narration or "",
        "after": after.units,
        "currency": after.currency,
        "received": change.received + change.advanced,
        "change": _value_added(change),
        "document": str(document),
    }
    if same:  # what was owed in a currency that is gone stands in the entry's words
        values["before"] = before.units if before else Decimal(0)
    return values

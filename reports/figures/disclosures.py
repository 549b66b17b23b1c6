"""What reports say beside their figures: what waits for approval, and what came since."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.declared.chart import EARLIER
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.guards.approval import WAITING
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.events import REASSIGNED, RECEIVING, event_of
from pledgebook.ledger.register.postings import Line, read_lines
from pledgebook.ledger.register.register import CAUSE, REASSIGNS, TO_DONOR
from pledgebook.reports.figures.booked import booked_entries
from pledgebook.reports.figures.dates import long_date
from pledgebook.reports.figures.layout import name_of
from pledgebook.reports.figures.selection import Selection

_MOST_NAMED = 10
_SINCE = timedelta(days=90)
"""How long after the day of a report money on what was unpaid then is worth a line."""


def corrections_made(selection: Selection) -> list[str]:
    """Return a sentence on each correction of an earlier period in the cut: what it adds to the
    balances, and its cause; and on each reassignment, from whom to whom.
    """
    found = []
    for entry, event, lines in booked_entries(selection):
        if entry.date < selection.cut.start or CAUSE not in entry.meta:
            continue
        if event == REASSIGNED:
            found.append(_reassigned(selection, entry, lines))
            continue
        value = -sum(
            (
                line.value or ZERO
                for line in lines
                if line.place.kind in EARLIER and selection.covers_line(line)
            ),
            ZERO,
        )
        whose = f", {entry.payee}" if entry.payee else ""
        cause = " ".join(as_text(entry.meta[CAUSE]).split())
        found.append(
            f"Correction of an earlier period on {long_date(entry.date)}{whose}: {value:,.2f} "
            f"{selection.book.settings.currency} ({cause})."
        )
    return found


def _reassigned(selection: Selection, entry: Transaction, lines: Sequence[Line]) -> str:
    """Say from whom to whom a pledge or contribution went: no balance changes by it."""
    donors, end = selection.book.settings.donors, selection.cut.end
    to = donors.of_record(as_text(entry.meta.get(TO_DONOR, "")), end)
    parts = {line.place.part for line in lines if line.place.part}
    others = sorted({donors.of_record(part, end) for part in parts} - {to})
    whose = ", ".join(name_of(selection, code) for code in others)
    what = ", ".join(as_text(entry.meta.get(REASSIGNS, "")).split()) or (
        f"the contribution of {as_text(entry.meta.get('reverses', ''))}"
    )
    cause = " ".join(as_text(entry.meta[CAUSE]).split())
    return (
        f"Reassigned on {long_date(entry.date)} from {whose} to {name_of(selection, to)}: {what} "
        f"({cause})."
    )


def waiting_for_approval(selection: Selection) -> list[str]:
    """Name the entries up to the cut's end that wait for a second person; they are counted."""
    return selection.once("waiting for approval", lambda: _waiting(selection))


def _waiting(selection: Selection) -> list[str]:
    book, found = selection.book, []
    for entry in book.entries:
        if not isinstance(entry, Transaction) or entry.flag != WAITING:
            continue
        lines = read_lines(entry, book.settings)
        if entry.date <= selection.cut.end and any(
            (line.place.fund, line.class_) in selection.groups for line in lines
        ):
            parts = (str(entry.date), entry.payee, event_of(entry, lines))
            found.append(" ".join(filter(None, parts)))
    if not found:
        return []
    said = f"{_counted(len(found), 'entry waits', 'entries wait')} for approval (flag !)"
    return [f"{said}, counted here: {_listed(found)}."]


def received_since(selection: Selection) -> list[str]:
    """Name what came after the cut's end on instalments that were due and unpaid at its end."""
    end = selection.cut.end
    came: dict[str, Decimal] = {}
    for changes in selection.book.register.by_label.values():
        before = None
        for change in changes:
            if change.date <= end:
                before = change.after
            elif (
                before is not None
                and before.is_recognised(end)
                and before.is_open
                and change.event in RECEIVING
                and change.date <= end + _SINCE
                and selection.covers(before)
            ):
                came[before.donor] = came.get(before.donor, ZERO) + change.received
    named = [f"{name_of(selection, donor)} {value:,.2f}" for donor, value in came.items() if value]
    if not named:
        return []
    return [
        f"Unpaid at {long_date(end)} by the bank's value date, and received within "
        f"{_SINCE.days} days after it: {_listed(sorted(named))}."
    ]


def _counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _listed(texts: Iterable[str]) -> str:
    texts = list(texts)
    rest = len(texts) - _MOST_NAMED
    return "; ".join(texts[:_MOST_NAMED]) + (f"; and {rest} more" if rest > 0 else "")

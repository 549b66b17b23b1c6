"""Earlier figures restated, as IPSAS has it: an error of an earlier period and a change of policy
are no result of the period that finds them. They correct its opening balance, by cause, and the
figures of the period that is shown beside it.

Under UNSAS the same entries are adjustments of their own period, on a line of their own. A donor's
amendment of an earlier pledge, and what a bank takes back, are events of their period under both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct
from pledgebook.ledger.declared.chart import EARLIER
from pledgebook.ledger.declared.declarations import as_date, as_text
from pledgebook.ledger.declared.periods import FRAMEWORKS, Cut
from pledgebook.ledger.declared.policies import Group
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.events import REASSIGNED
from pledgebook.ledger.register.register import CAUSE, CONCERNS, RESTATES
from pledgebook.reports.figures.booked import Booked, booked_entries
from pledgebook.reports.figures.dates import long_date
from pledgebook.reports.figures.selection import Selection

_UNSAS, IPSAS = FRAMEWORKS


class Restatement(Struct, frozen=True, kw_only=True):
    """An error of an earlier period that was found in a cut: what it adds to the balance of each
    class, in the book's currency; the day it concerns; the kind of account in which it would have
    been recorded then, and those that took up the other side (debit positive).
    """

    title: str
    concerns: date
    kind: str
    amounts: Mapping[Group, Decimal]
    others: Mapping[tuple[Group, str], Decimal]

    def of(self, groups: Sequence[Group]) -> Decimal:
        """Return what it adds to the balance of these classes."""
        return sum((self.amounts.get(group, ZERO) for group in groups), ZERO)

    def other(self, kind: str, groups: Sequence[Group]) -> Decimal:
        """Return what a kind of account of these classes took up of the other side."""
        return sum((self.others.get((group, kind), ZERO) for group in groups), ZERO)

    def is_before(self, cut: Cut) -> bool:
        """Tell whether it is of a time before a cut."""
        return self.concerns < cut.start

    def is_by_the_end_of(self, cut: Cut) -> bool:
        """Tell whether it is of a time before the end of a cut."""
        return self.concerns <= cut.end


def is_restating(selection: Selection) -> bool:
    """Tell whether the statements of the period restate earlier figures."""
    return selection.cut.period.framework == IPSAS


def restatements(selection: Selection) -> list[Restatement]:
    """Return the errors of earlier periods that were found in the cut, in the order of their days;
    none where the framework adjusts the period that finds them.
    """
    if not is_restating(selection):
        return []
    return selection.once("restatements", lambda: list(_read(selection)))


def _read(selection: Selection) -> list[Restatement]:
    found = []
    for booked in booked_entries(selection):
        entry = booked.entry
        if entry.date < selection.cut.start or CAUSE not in entry.meta:
            continue
        if booked.event != REASSIGNED and any(line.place.kind in EARLIER for line in booked.lines):
            found.append(_restatement(booked, selection))
    return found


def _restatement(booked: Booked, selection: Selection) -> Restatement:
    entry, event, lines = booked
    last = selection.cut.period.start - timedelta(days=1)
    concerns = min(as_date(entry.meta.get(CONCERNS)) or last, last)
    amounts: dict[Group, Decimal] = {}
    others: dict[tuple[Group, str], Decimal] = {}
    for line in lines:
        if line.value is None or not selection.covers_line(line):
            continue
        group = (line.place.fund, line.class_)
        if line.place.kind in EARLIER:
            amounts[group] = amounts.get(group, ZERO) - line.value
        else:
            key = (group, line.place.kind)
            others[key] = others.get(key, ZERO) + line.value
    stated = as_text(entry.meta.get(RESTATES, "")) or "correction"
    cause = " ".join(as_text(entry.meta[CAUSE]).split())
    return Restatement(
        title=f"Restated, {long_date(entry.date)}: {cause}",
        concerns=concerns,
        kind=stated if event == "correction" else "contributions",
        amounts=amounts,
        others=others,
    )

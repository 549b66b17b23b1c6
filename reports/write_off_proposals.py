"""Proposals for write-off: what has long been unpaid and nobody confirmed.

An instalment more than five years over its due date, of which the donor has said nothing in writing
for eighteen months. Nothing is written off by a report: it is a list to decide on.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from pledgebook.ledger.declared.declarations import as_date
from pledgebook.ledger.declared.periods import months_later
from pledgebook.ledger.register.events import events_that
from pledgebook.ledger.register.instalments import by_number
from pledgebook.ledger.register.register import Change
from pledgebook.reports.figures.layout import Layout, as_report, at_the_end, name_of, section_name
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report

NAME = "write-off-proposals"
TITLE = "Long unpaid contributions, to propose for write-off"

RECONFIRMED = "reconfirmed-on"
"""Metadata of any entry of a pledge: the day of the donor's letter that confirms it."""

_OVERDUE_YEARS = 5
_SILENT_MONTHS = 18
_SAID = events_that("is_a_word")
"""Events by which a donor speaks of a pledge."""


def write_off_proposals(selection: Selection) -> Report:
    """Return the instalments to propose, in the book's currency at carrying value."""
    day, register = selection.cut.end, selection.book.register
    overdue = months_later(day, -12 * _OVERDUE_YEARS)
    silent = months_later(day, -_SILENT_MONTHS)
    layout = Layout()
    found = []
    for claim in register.claims_at(day):
        if not selection.covers(claim) or not claim.committed:
            continue
        heard = last_heard(
            change for change in register.by_label[claim.label] if change.date <= day
        )
        if (claim.due or claim.pledged_on) < overdue and heard < silent:
            found.append((claim, heard))
    found.sort(key=lambda item: (item[0].due or item[0].pledged_on, by_number(item[0].label)))
    if found:
        layout.section("Unpaid for more than five years, silent for eighteen months")
    for claim, heard in found:
        due = claim.due or claim.pledged_on
        layout.row(
            claim.donor,
            donor=name_of(selection, claim.donor),
            label=claim.label,
            where=section_name(selection, claim.fund, claim.class_),
            due=claim.due,
            days=(day - due) // timedelta(days=1),
            heard=heard,
            units=claim.units,
            currency=claim.currency,
            unpaid=claim.value,
        )
    if found:
        layout.total("Total to decide on")
    unit = selection.book.settings.currency
    return as_report(
        selection,
        at_the_end(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="donor", title="Donor"),
            Column(key="label", title="Instalment"),
            Column(key="where", title="Fund and class"),
            Column(key="due", title="Due", kind="date"),
            Column(key="days", title="Days", kind="count"),
            Column(key="heard", title="Last heard of", kind="date"),
            Column(key="units", title="Unpaid", kind="amount"),
            Column(key="currency", title="Currency"),
            Column(key="unpaid", title="Carried at", kind="amount", unit=unit),
        ],
        rows=layout.rows,
        notes=[
            "Due more than five years ago (pledged, where there is no due date), and not confirmed "
            f"in writing within eighteen months ({RECONFIRMED}: on an entry of the pledge says "
            "when it was). A write-off needs an authority and is recorded by itself."
        ],
    )


def last_heard(changes: Iterable[Change]) -> date:
    """Return the last day on which the donor spoke of an instalment, in writing or by paying."""
    days = [date.min]
    for change in changes:
        if change.event in _SAID:
            days.append(change.date)
        if change.event == "opening":
            days.append(change.after.pledged_on)
        confirmed = as_date(change.entry.meta.get(RECONFIRMED))
        if confirmed:
            days.append(confirmed)
    return max(days)

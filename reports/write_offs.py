"""The list of write-offs of the cut, each with its authority and who decided it.

What was written off of receivables is what the accounts hold; deferred and memorandum pledges that
were given up had been no income, and stand apart.
"""

from __future__ import annotations

from decimal import Decimal

from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.delegations import APPROVED, ENTERED, read_delegations
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.events import GIVEN_UP
from pledgebook.ledger.register.register import Change, Claim
from pledgebook.reports.figures.layout import Layout, as_report, name_of, over_the_cut, section_name
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report, Tie
from pledgebook.reports.figures.ties import balances_of

NAME = "write-offs"
TITLE = "Contributions written off, with their authority"


def write_offs(selection: Selection) -> Report:
    """Return each write-off and recovery of the cut, in units of its currency and in the book's
    currency at carrying value; a recovery is below zero.
    """
    cut, unit = selection.cut, selection.book.settings.currency
    changes = [
        change
        for change in selection.book.register.changes
        if change.event in GIVEN_UP and change.date in cut and selection.covers(change.after)
    ]
    due = [change for change in changes if _was_due(change)]
    layout = Layout()
    for title, total, own in (
        ("Receivables", "Written off", due),
        (
            "Deferred and memorandum pledges given up",
            "Given up, no income before",
            [change for change in changes if not _was_due(change)],
        ),
    ):
        if own:
            layout.section(title)
            for change in sorted(own, key=lambda each: each.date):
                _put(selection, layout, change)
            layout.total(total)
    written_off = sum((change.value_out for change in due), ZERO)
    ledger = balances_of(selection).total_booked(selection.groups, "written-off")
    tied = not selection.scope.purpose and (due or ledger)
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="donor", title="Donor"),
            Column(key="label", title="Instalment"),
            Column(key="where", title="Fund and class"),
            Column(key="due", title="Due", kind="date"),
            Column(key="date", title="Written off on", kind="date"),
            Column(key="units", title="Amount", kind="amount"),
            Column(key="currency", title="Currency"),
            Column(key="value", title="Carried at", kind="amount", unit=unit),
            Column(key="authority", title="Authority"),
            Column(key="document", title="Paper"),
            Column(key="entered", title="Entered by"),
            Column(key="approved", title="Approved by"),
            Column(key="office", title="Office"),
        ],
        rows=layout.rows,
        notes=[
            "A write-off that was taken back is below zero. The office is what the approving "
            "person held on that day, where the book declares offices."
        ],
        ties=[Tie("written off, accounts of what is written off", written_off, ledger)]
        if tied
        else [],
    )


def _was_due(change: Change) -> bool:
    """Tell whether what was given up had been income: a receivable, not deferred."""
    known: Claim = change.before if change.before and change.before.is_open else change.after
    return known.kind == "pledges" and not known.is_deferred


def _put(selection: Selection, layout: Layout, change: Change) -> None:
    claim, meta = change.after, change.entry.meta
    before = change.before.units if change.before else Decimal(0)
    approved = as_text(meta.get(APPROVED, ""))
    delegations = selection.once("delegations", lambda: read_delegations(selection.book.entries))
    layout.row(
        claim.donor,
        donor=name_of(selection, claim.donor),
        label=claim.label,
        where=section_name(selection, claim.fund, claim.class_),
        due=claim.due,
        date=change.date,
        units=before - claim.units,
        currency=claim.currency,
        value=change.value_out,
        authority=as_text(meta.get("authority", "")),
        document=as_text(meta.get("document", "")),
        entered=as_text(meta.get(ENTERED, "")),
        approved=approved,
        office=", ".join(delegations.offices_of(approved, change.date)) if approved else "",
    )

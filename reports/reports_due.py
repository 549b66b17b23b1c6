"""Reports that donor agreements ask for: when each is due, and when it was sent."""

from __future__ import annotations

from pledgebook.reports.figures.agreed import expected_reports
from pledgebook.reports.figures.layout import Layout, as_report, at_the_end, name_of
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report

NAME = "reports-due"
TITLE = "Reports to donors, due and sent"


def reports_due(selection: Selection) -> Report:
    """Return the reports of the agreements shown, the overdue first, as at the end of the cut."""
    selection = selection.as_kept
    end = selection.cut.end
    expected = expected_reports(selection)
    layout = Layout()
    for title, own in (
        ("Overdue", [each for each in expected if each.is_overdue(end)]),
        ("To come", [each for each in expected if not each.sent and not each.is_overdue(end)]),
        ("Sent", [each for each in expected if each.sent]),
    ):
        if own:
            layout.section(title)
        for each in own:
            layout.row(
                each.agreement.donor,
                agreement=each.due.agreement,
                donor=name_of(selection, each.agreement.donor),
                kind=each.due.kind,
                as_at=each.due.as_at,
                due=each.due.day,
                sent=each.sent.sent_on if each.sent else None,
                reference=each.sent.reference if each.sent else None,
                days=(end - each.due.day).days if each.is_overdue(end) else None,
            )
    return as_report(
        selection,
        at_the_end(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="agreement", title="Agreement"),
            Column(key="donor", title="Donor"),
            Column(key="kind", title="Report"),
            Column(key="as_at", title="As at", kind="date"),
            Column(key="due", title="Due on", kind="date"),
            Column(key="sent", title="Sent on", kind="date"),
            Column(key="reference", title="Letter"),
            Column(key="days", title="Days overdue", kind="count"),
        ],
        rows=layout.rows,
        notes=[
            "A report counts as sent once a letter of the book names its agreement and the day on "
            "which it was due."
        ],
    )

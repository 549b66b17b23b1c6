"""The form for the Secretary-General's report: each call, who answered it, and by how much.

One line a paragraph that calls for contributions, in the order of the resolution, with the donors
by name; then those whom a paragraph thanks. Lines overlap and are never added: the table of primary
calls in the report `paragraphs` adds up.
"""

from __future__ import annotations

from pledgebook.ledger.declared.mandates import Mandate, paragraph_order
from pledgebook.ledger.register.columns import Figures
from pledgebook.reports.figures.layout import (
    Layout,
    as_report,
    by_group_and_name,
    name_of,
    over_the_cut,
)
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report
from pledgebook.reports.paragraphs import mandate_of, taggings_of

NAME = "secretary-general"
TITLE = "For the report of the Secretary-General"


def secretary_general(selection: Selection) -> Report:
    """Return pledged, paid and unpaid in the book's currency by paragraph, with the donors' names.

    Raises SelectionError where the book declares no mandate.
    """
    mandate = mandate_of(selection)
    layout = Layout()
    for title, relation in (("Calls", "calls"), ("Acknowledged", "acknowledged")):
        lines = _lines(selection, mandate, relation)
        if not lines:
            continue
        layout.section(title)
        for paragraph in sorted(lines, key=paragraph_order):
            donors, figures = lines[paragraph]
            names = sorted(donors, key=lambda code: by_group_and_name(selection, code))
            layout.row(
                paragraph=paragraph,
                summary=mandate.paragraphs.get(paragraph, ""),
                donors=", ".join(name_of(selection, code) for code in names),
                pledged=figures.pledged,
                paid=figures.collected,
                unpaid=figures.closing,
            )
    unit = selection.book.settings.currency
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=f"Contributions in response to {mandate.symbol}, for the Secretary-General's report",
        columns=[
            Column(key="paragraph", title="Paragraph"),
            Column(key="summary", title="What it asks"),
            Column(key="donors", title="Donors"),
            Column(key="pledged", title="Pledged", kind="amount", unit=unit),
            Column(key="paid", title="Paid", kind="amount", unit=unit),
            Column(key="unpaid", title="Unpaid", kind="amount", unit=unit),
        ],
        rows=layout.rows,
        notes=["A contribution may answer several paragraphs: lines must never be added up."],
    )


def _lines(
    selection: Selection, mandate: Mandate, relation: str
) -> dict[str, tuple[set[str], Figures]]:
    lines: dict[str, tuple[set[str], Figures]] = {}
    for (tagging, donor), own in taggings_of(selection, mandate).by_donor.items():
        if own.is_nil:
            continue
        for paragraph in getattr(tagging, relation):
            donors, figures = lines.setdefault(paragraph, (set(), Figures()))
            donors.add(donor)
            figures.add(own)
    return lines

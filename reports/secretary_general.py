"""The form for the Secretary-General's report: each call, who answered it, and by how much.

One line a paragraph that calls for contributions, in the order of the resolution, with the donors
by name; then those whom a paragraph thanks. Lines overlap and are never added: the table of primary
calls in the report `paragraphs` adds up.
"""

from __future__ import annotations

from pledgebook.ledger.declared.mandates import Mandate, paragraph_order
from pledgebook.reports.figures.figures import Figures
from pledgebook.reports.figures.layout import Layout, by_group_and_name, name_of, over_the_cut
from pledgebook.reports.figures.selection import Selection, SelectionError
from pledgebook.reports.figures.table import Column, Report
from pledgebook.reports.paragraphs import taggings_of

NAME = "secretary-general"


def secretary_general(selection: Selection) -> Report:
    """Return pledged, paid and unpaid in dollars by paragraph, with the donors' names.

    Raises SelectionError where the book declares no mandate.
    """
    mandates = list(selection.book.settings.mandates.values())
    if not mandates:
        raise SelectionError(
            'The book declares no mandate, so nothing is tagged by paragraph: add custom "mandate".'
        )
    mandate = mandates[0]
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
    return over_the_cut(
        selection,
        NAME,
        f"Contributions in response to {mandate.symbol}, for the Secretary-General's report",
        [
            Column("paragraph", "Paragraph"),
            Column("summary", "What it asks"),
            Column("donors", "Donors"),
            Column("pledged", "Pledged", "amount", unit),
            Column("paid", "Paid", "amount", unit),
            Column("unpaid", "Unpaid", "amount", unit),
        ],
        layout.rows,
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

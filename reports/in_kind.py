"""Contributions in kind, at the donors' valuation: outside every total of money."""

from __future__ import annotations

from pledgebook.reports.figures.layout import Layout, name_of, over_the_cut
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report

NAME = "in-kind"
TITLE = "Contributions in kind"


def in_kind(selection: Selection) -> Report:
    """Return what was given in kind within the cut, each in the commodity it is kept in."""
    cut = selection.cut
    flows = [
        flow
        for flow in selection.book.register.in_kind
        if selection.covers_line(flow.line) and cut.start <= flow.entry.date <= cut.end
    ]
    commodities = {flow.line.currency for flow in flows}
    layout = Layout()
    if flows:
        layout.section("At the donors' valuation")
        for flow in sorted(
            flows, key=lambda flow: (name_of(selection, flow.line.place.part), flow.entry.date)
        ):
            layout.row(
                flow.line.place.part,
                donor=name_of(selection, flow.line.place.part),
                fund=flow.line.place.fund,
                date=flow.entry.date,
                what=flow.entry.narration or "",
                commodity=flow.line.currency,
                value=-flow.line.units,
            )
        if len(commodities) == 1:
            layout.total("Total in kind")
    return over_the_cut(
        selection,
        NAME,
        TITLE,
        [
            Column("donor", "Donor"),
            Column("fund", "Fund"),
            Column("date", "Date", "date"),
            Column("what", "What"),
            Column("commodity", "Kept in"),
            Column(
                "value",
                "Valuation",
                "amount",
                next(iter(commodities), "") if len(commodities) == 1 else "",
            ),
        ],
        layout.rows,
        notes=["Valuations are the donors'; they are in no total of money."],
    )

"""Contributions in kind, at the donors' valuation: outside every total of money."""

from __future__ import annotations

from pledgebook.reports.figures.layout import Layout, as_report, name_of, over_the_cut
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
        if selection.covers_line(flow.line) and flow.entry.date in cut
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
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="donor", title="Donor"),
            Column(key="fund", title="Fund"),
            Column(key="date", title="Date", kind="date"),
            Column(key="what", title="What"),
            Column(key="commodity", title="Kept in"),
            Column(
                key="value",
                title="Valuation",
                kind="amount",
                unit=next(iter(commodities), "") if len(commodities) == 1 else "",
            ),
        ],
        rows=layout.rows,
        notes=["Valuations are the donors'; they are in no total of money."],
    )

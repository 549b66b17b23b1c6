"""Contributions by kind of donor: Governments, UN entities, banks, foundations and the rest."""

from __future__ import annotations

from pledgebook.ledger.register.columns import Figures, total
from pledgebook.reports.figures.figures import contribution_figures
from pledgebook.reports.figures.layout import Layout, as_report, over_the_cut, owed_ties
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Agreement, Column, Part, Report

NAME = "donor-kinds"
TITLE = "Contributions by kind of donor"
UNKNOWN = "not declared"


def donor_kinds(selection: Selection) -> Report:
    """Return pledged, paid and unpaid in the book's currency by kind of donor, as the schedule
    groups them.
    """
    donors = selection.book.settings.donors
    figures: dict[tuple[str, str], Figures] = {}
    counted: dict[tuple[str, str], set[str]] = {}
    by_donor = contribution_figures(selection, lambda item: item.donor)
    for code, own in by_donor.items():
        if own.is_nil:
            continue
        donor = donors.get(code)
        key = (donors.group_of(code), donor.kind if donor else UNKNOWN)
        figures.setdefault(key, Figures()).add(own)
        counted.setdefault(key, set()).add(code)
    layout = Layout()
    titles = {code: kind.title for code, kind in donors.kinds.kinds.items()}
    titles[UNKNOWN] = "Not declared"
    for group, known in donors.kinds.groups.items():
        kinds = [kind for kind in titles if (group, kind) in figures]
        if not kinds:
            continue
        layout.section(known.title)
        for kind in kinds:
            own = figures[group, kind]
            layout.row(
                kind=titles[kind],
                donors=len(counted[group, kind]),
                pledged=own.pledged,
                paid=own.collected,
                unpaid=own.closing,
                future=own.future,
                uncommitted=own.uncommitted,
            )
        layout.total(f"Total, {known.title}")
    layout.grand_total("Total, as in the schedule")
    unit = selection.book.settings.currency
    everything = total(figures.values())
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="kind", title="Kind of donor"),
            Column(key="donors", title="Donors", kind="count"),
            Column(key="pledged", title="Pledged", kind="amount", unit=unit),
            Column(key="paid", title="Paid", kind="amount", unit=unit),
            Column(key="unpaid", title="Unpaid", kind="amount", unit=unit),
            Column(key="future", title="Future periods", kind="amount", unit=unit, memo=True),
            Column(
                key="uncommitted",
                title="Pledged, not committed",
                kind="amount",
                unit=unit,
                memo=True,
            ),
        ],
        rows=layout.rows,
        ties=owed_ties(selection, everything),
        agreements=[
            Agreement(
                f"{title}: kinds of donor and schedule", Part(NAME, own), Part("schedule", key)
            )
            for title, own, key in (
                ("pledged", "pledged", "pledged"),
                ("unpaid", "unpaid", "closing"),
                ("future periods", "future", "future"),
                ("pledged, not committed", "uncommitted", "uncommitted"),
            )
        ],
    )

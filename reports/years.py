"""Pledged, paid and unpaid by calendar year, for the picture of a period."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from msgspec import structs
from pledgebook.ledger.declared.periods import JANUARY, Cut, MonthDay
from pledgebook.ledger.register.columns import total
from pledgebook.reports.figures.figures import contributions_of
from pledgebook.reports.figures.layout import Layout, as_report, over_the_cut
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Agreement, Chart, Column, Part, Report

NAME = "years"
TITLE = "Pledged, paid and unpaid by year"


def years(selection: Selection) -> Report:
    """Return what was pledged and paid in each year of the cut, and unpaid at its end: calendar
    years, or those of the funds shown.
    """
    layout = Layout()
    fiscal = selection.year_begins != JANUARY
    layout.section("Fiscal years" if fiscal else "Calendar years")
    for cut in years_of(selection.cut, selection.year_begins):
        own = total(figures for _, figures in contributions_of(selection, cut))
        layout.row(
            year=cut.name,
            pledged=own.pledged,
            adjustments=own.adjustments,
            paid=own.collected,
            exchange=own.exchange,
            written_off=own.written_off,
            unpaid=own.closing,
        )
    layout.total("Total")
    unit = selection.book.settings.currency
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="year", title="Year"),
            Column(key="pledged", title="Pledged", kind="amount", unit=unit),
            Column(
                key="adjustments", title="Adjustments to prior pledges", kind="amount", unit=unit
            ),
            Column(key="paid", title="Paid", kind="amount", unit=unit),
            Column(key="exchange", title="Exchange", kind="amount", unit=unit),
            Column(key="written_off", title="Written off", kind="amount", unit=unit),
            Column(
                key="unpaid", title="Unpaid at the end", kind="amount"
            ),  # of several years never added
        ],
        rows=layout.rows,
        notes=[
            "Pledged is what became income of the period in the year, less amendments of the same "
            "period's instalments; unpaid is what of it and of earlier periods was open at the "
            "year's last day, due by then or later in the period."
        ],
        agreements=[
            Agreement(f"{title}: years and schedule", Part(NAME, key), Part("schedule", key))
            for title, key in (
                ("pledged", "pledged"),
                ("adjustments", "adjustments"),
                ("exchange", "exchange"),
                ("written off", "written_off"),
            )
        ],
        charts=[
            Chart(
                title=TITLE,
                columns=("pledged", "paid", "unpaid"),
                first=1,
                last=len(layout.rows) - 2,
                names="year",
            )
        ],
    )


def years_of(cut: Cut, begins: MonthDay = JANUARY) -> Iterator[Cut]:
    """Yield the years of a cut, which begin on that day, the first and the last perhaps only in
    part. A calendar year is named by itself, a fiscal one by the year in which it ends: FY2004.
    """
    start = cut.start
    while start <= cut.end:
        year = start.year + (start >= date(start.year, *begins))
        end = min(cut.end, date(year, *begins) - timedelta(days=1))
        name = str(year - 1) if begins == JANUARY else f"FY{year}"
        yield structs.replace(cut, name=name, start=start, end=end)
        start = end + timedelta(days=1)

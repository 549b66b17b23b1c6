"""Regularity: of whom something was collected year after year, since paragraph 15 asks for regular
contributions.

What was collected of each donor in each calendar year of the declared periods up to the cut's end.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from pledgebook.ledger.declared.periods import Cut
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.columns import Figures, total
from pledgebook.reports.figures.figures import contribution_figures, contributions_of
from pledgebook.reports.figures.layout import (
    Layout,
    as_report,
    at_the_end,
    by_group_and_name,
    name_of,
)
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report, Tie, Value

NAME = "regularity"
TITLE = "Regularity of contributions"


def regularity(selection: Selection) -> Report:
    """Return dollars collected by fund, donor and year, and in how many years something came."""
    years = list(_years(selection))
    paid: dict[tuple[str, str], dict[int, Decimal]] = {}
    for cut in years:
        found = contribution_figures(selection, lambda item: (item.fund, item.donor), cut)
        for key, figures in found.items():
            collected = _collected(figures)
            if collected:
                paid.setdefault(key, {})[cut.start.year] = collected
    layout = Layout()
    for fund in selection.funds:
        donors = [donor for code, donor in paid if code == fund]
        if not donors:
            continue
        layout.section(fund)
        for donor in sorted(donors, key=lambda code: by_group_and_name(selection, code)):
            own = paid[fund, donor]
            values: dict[str, Value] = {
                f"y{cut.start.year}": own.get(cut.start.year, Decimal(0)) for cut in years
            }
            layout.row(donor, donor=name_of(selection, donor), years=len(own), **values)
        layout.total(f"Total, {fund}")
    layout.grand_total("Total")
    unit = selection.book.settings.currency
    keys = [f"y{cut.start.year}" for cut in years]
    return as_report(
        selection,
        at_the_end(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="donor", title="Donor"),
            Column(key="years", title="Years with a collection", kind="count"),
            *(
                Column(key=key, title=str(cut.start.year), kind="amount", unit=unit)
                for key, cut in zip(keys, years, strict=True)
            ),
            Column(
                key="total",
                title="Collected",
                kind="amount",
                unit=unit,
                adds=dict.fromkeys(keys, 1),
            ),
        ],
        rows=layout.rows,
        notes=[
            "Collected in a calendar year, whatever period it was pledged for; what was paid in "
            "advance of its biennium is collected when that begins, as in the schedule.",
        ],
        ties=[_tie(selection, paid)] if years else [],
    )


def _years(selection: Selection) -> Iterator[Cut]:
    """Yield the calendar years of the declared periods that the book has entries of."""
    end = selection.cut.end
    days = [change.date for change in selection.book.register.changes]
    days += [gift.entry.date for gift in selection.book.register.gifts]
    first = min(days, default=end)
    for period in selection.book.settings.periods:
        for year in range(period.start.year, period.end.year + 1):
            start = max(period.start, date(year, 1, 1))
            until = min(period.end, date(year, 12, 31), end)
            if start <= until and until >= first:
                yield Cut(str(year), start, until, period)


def _collected(figures: Figures) -> Decimal:
    return figures.collected_prior + figures.collected_current


def _tie(selection: Selection, paid: dict[tuple[str, str], dict[int, Decimal]]) -> Tie:
    """Set the years of the cut's own period beside what the schedule says was collected in it."""
    period = selection.cut.period
    end = selection.cut.end
    cut = Cut(period.name, period.start, end, period)
    collected = _collected(total(figures for _, figures in contributions_of(selection, cut)))
    years = range(period.start.year, end.year + 1)
    shown = sum(
        (amount for own in paid.values() for year, amount in own.items() if year in years), ZERO
    )
    return Tie(f"collected in {period.name}, schedule", shown, collected)

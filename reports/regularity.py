"""Regularity: of whom something was collected year after year, since paragraph 15 asks for regular
contributions.

What was collected of each donor in each calendar year of the declared periods up to the cut's end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec import structs
from pledgebook.ledger.declared.periods import Cut
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.columns import total
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
from pledgebook.reports.years import years_of

Key = tuple[str, str]
"""Fund and donor."""

NAME = "regularity"
TITLE = "Regularity of contributions"


def regularity(selection: Selection) -> Report:
    """Return what was collected by fund, donor and year, and in how many years something came."""
    years = list(_years(selection))
    paid: dict[Key, dict[str, Decimal]] = {}
    for cut in years:
        found = contribution_figures(selection, lambda item: (item.fund, item.donor), cut)
        for key, figures in found.items():
            if figures.collected:
                paid.setdefault(key, {})[cut.name] = figures.collected
    layout = Layout()
    for fund in selection.funds:
        donors = [donor for code, donor in paid if code == fund]
        if not donors:
            continue
        layout.section(fund)
        for donor in sorted(donors, key=lambda code: by_group_and_name(selection, code)):
            own = paid[fund, donor]
            values: dict[str, Value] = {f"y{cut.name}": own.get(cut.name, ZERO) for cut in years}
            layout.row(donor, donor=name_of(selection, donor), years=len(own), **values)
        layout.total(f"Total, {fund}")
    layout.grand_total("Total")
    unit = selection.book.settings.currency
    keys = [f"y{cut.name}" for cut in years]
    return as_report(
        selection,
        at_the_end(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="donor", title="Donor"),
            Column(key="years", title="Years with a collection", kind="count"),
            *(
                Column(key=key, title=cut.name, kind="amount", unit=unit)
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
            "Collected in a year, whatever period it was pledged for; what was paid in "
            "advance of its period is collected when that begins, as in the schedule.",
        ],
        ties=[_tie(selection, years, paid)] if years else [],
    )


def _years(selection: Selection) -> Iterator[Cut]:
    """Yield the years of which the book has entries, until the selection's last day."""
    end, begins = selection.cut.end, selection.year_begins
    periods = selection.book.settings.periods
    days = [change.date for change in selection.book.register.changes]
    days += [gift.entry.date for gift in selection.book.register.gifts]
    first = min(days, default=end)
    year = first.year - (first < date(first.year, *begins))
    whole = periods.between("", max(periods.start_of(first), date(year, *begins)), end)
    if whole is not None:
        yield from years_of(whole, begins)


def _tie(
    selection: Selection, years: Sequence[Cut], paid: Mapping[Key, Mapping[str, Decimal]]
) -> Tie:
    """Set the years of the cut's own period beside what the schedule says was collected in it; all
    years, where that does not begin with one of them.
    """
    period, end = selection.cut.period, selection.cut.end
    own = [cut for cut in years if cut.start >= period.start]
    if own and own[0].start == period.start:
        cut = structs.replace(selection.cut, start=period.start)
    else:
        own, cut = list(years), structs.replace(years[0], end=end)
    collected = total(figures for _, figures in contributions_of(selection, cut)).collected
    names = {each.name for each in own}
    shown = sum(
        (amount for by_year in paid.values() for year, amount in by_year.items() if year in names),
        ZERO,
    )
    return Tie(f"collected in {cut.period.name or 'all years'}, schedule", shown, collected)

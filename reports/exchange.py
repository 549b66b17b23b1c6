"""Exchange differences: what contributions in other currencies brought more or less than carried.

On collected and on unpaid apart, a row a donor and currency; below, what the fund's own cash in
other currencies gained or lost, which is never the contributions'.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pledgebook.ledger.declared.fixed_rates import FIXED
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.columns import Figures, total
from pledgebook.ledger.register.events import PAYING
from pledgebook.reports.figures.figures import contribution_figures
from pledgebook.reports.figures.layout import Layout, as_report, name_of, over_the_cut, section_name
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Agreement, Column, Part, Report, Tie
from pledgebook.reports.figures.ties import balances_of

NAME = "exchange"
TITLE = "Exchange differences on contributions"


def exchange(selection: Selection) -> Report:
    """Return gains (positive) and losses in the book's currency within the cut."""
    found = contribution_figures(
        selection,
        lambda item: (
            item.fund,
            item.class_,
            item.donor,
            item.currency,
            item.kind,
        ),
    )
    moved = {key: own for key, own in found.items() if own.exchange or own.exchange_unpaid}
    balances = balances_of(selection.as_kept)
    layout = Layout()
    ties: list[Tie] = []
    for group in selection.groups:
        name = section_name(selection, *group)
        own = {key[2:]: figures for key, figures in moved.items() if key[:2] == group}
        booked = -balances.booked(group, "exchange", "revaluation")
        recorded = total(figures for key, figures in own.items() if key[2] != "memorandum")
        if selection.kept is None and selection.whole_classes and (booked or recorded.exchange):
            title = f"{name}: exchange, income accounts"
            ties.append(Tie(title, recorded.exchange, booked, group[0]))
        cash = -balances.booked(group, "exchange-on-cash")
        if not own and not cash:
            continue
        layout.section(name)
        for donor, currency, kind in sorted(own, key=lambda key: (name_of(selection, key[0]), key)):
            _put(layout, donor, name_of(selection, donor), currency, own[donor, currency, kind])
        layout.total(f"Total, {name}")
    layout.grand_total("Total, as in the schedule")
    unit = selection.book.settings.currency
    on_cash = -balances.total_booked(selection.groups, "exchange-on-cash")
    notes = [
        "A gain is positive. For classes recognised on receipt the difference is a memorandum: "
        "income is the value received."
    ]
    if on_cash:
        notes.append(
            f"Exchange on the funds' own cash, which is not of contributions: {on_cash:,.2f}."
        )
    notes += _against_fixed_rates(selection)
    whole, unpaid = Part("schedule", "exchange"), Part("schedule", "exchange_unpaid")
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="donor", title="Donor"),
            Column(key="currency", title="Currency"),
            Column(key="settled", title="Carried at", kind="amount", unit=unit),
            Column(key="collected", title="Collected", kind="amount", unit=unit),
            Column(key="on_collected", title="Exchange on collected", kind="amount", unit=unit),
            Column(key="on_unpaid", title="Exchange on unpaid", kind="amount", unit=unit),
            Column(
                key="exchange",
                title="Exchange",
                kind="amount",
                unit=unit,
                adds={"on_collected": 1, "on_unpaid": 1},
            ),
        ],
        rows=layout.rows,
        notes=notes,
        ties=ties,
        agreements=[
            Agreement("exchange: differences and schedule", Part(NAME, "exchange"), whole),
            Agreement(
                "exchange on unpaid: differences and schedule", Part(NAME, "on_unpaid"), unpaid
            ),
        ],
    )


def _against_fixed_rates(selection: Selection) -> Iterator[str]:
    """Yield what payments brought more (or less, negative) than pledges were carried at, by donor
    and year, of each fund that values them at fixed rates: the gain or loss of the mechanism.
    """
    cut, settings = selection.cut, selection.book.settings
    for code in selection.funds:
        if settings.funds[code].valuation != FIXED:
            continue
        found: dict[str, dict[int, Decimal]] = {}
        for change in selection.book.register.changes:
            claim = change.before or change.after
            foreign = claim.currency != settings.currency and claim.fund == code
            if (
                foreign
                and change.event in PAYING
                and change.date in cut
                and selection.covers(claim)
            ):
                years = found.setdefault(name_of(selection, claim.donor), {})
                gain = change.received + change.advanced - change.value_out
                years[change.date.year] = years.get(change.date.year, ZERO) + gain
        told = [
            f"{donor} {', '.join(f'{gain:,.2f} in {year}' for year, gain in sorted(own.items()))}"
            for donor, own in sorted(found.items())
        ]
        if told:
            yield f"Against the fixed rates of {code}: {'; '.join(told)}."


def _put(layout: Layout, code: str, donor: str, currency: str, own: Figures) -> None:
    on_collected = own.exchange - own.exchange_unpaid
    layout.row(
        code,
        donor=donor,
        currency=currency,
        settled=own.collected - on_collected,
        collected=own.collected,
        on_collected=on_collected,
        on_unpaid=own.exchange_unpaid,
    )

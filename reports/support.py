"""Programme support: what each class was charged on its expenditure, and what the support class
received.
"""

from __future__ import annotations

from decimal import Decimal

from pledgebook.ledger.money import ZERO, round_to
from pledgebook.reports.figures.layout import Layout, as_report, over_the_cut, section_name
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report, Tie
from pledgebook.reports.figures.ties import balances_of

NAME = "programme-support"
TITLE = "Programme support costs"


def programme_support(selection: Selection) -> Report:
    """Return expenditure, support costs and their rate by fund and class."""
    balances = balances_of(selection.as_kept)
    layout = Layout()
    costs = income = ZERO
    groups = selection.groups
    income = -balances.total_booked(groups, "programme-support-income")
    shown = [group for group in groups if balances.booked(group, "programme", "programme-support")]
    if shown:
        layout.section("Charged to")
    for group in shown:
        programme = balances.booked(group, "programme")
        cost = balances.booked(group, "programme-support")
        costs += cost
        layout.row(
            where=section_name(selection, *group),
            programme=programme,
            support=cost,
            rate=_percent(cost, programme),
            total=programme + cost,
        )
    if shown:
        layout.total("Total")
    unit = selection.book.settings.currency
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="where", title="Fund and class"),
            Column(key="programme", title="Programme expenditure", kind="amount", unit=unit),
            Column(key="support", title="Support costs", kind="amount", unit=unit),
            Column(key="rate", title="Rate", kind="rate"),
            Column(
                key="total",
                title="Total",
                kind="amount",
                unit=unit,
                adds={"programme": 1, "support": 1},
            ),
        ],
        rows=layout.rows,
        notes=[
            "Support costs are expenditure of the class that spent and income of the support "
            "class; in the funds' total they are eliminated."
        ],
        # Of one fund alone, another may have the support class that it is charged by.
        ties=[Tie("support costs, income of the support classes", costs, income)]
        if len(selection.funds) == len(selection.book.settings.funds)
        else [],
    )


def _percent(part: Decimal, whole: Decimal) -> str:
    return f"{round_to(100 * part / whole, 2):f} %" if whole else ".."

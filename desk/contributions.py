"""Contributions: the biennium at a glance, fund by fund and donor by donor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pledgebook.desk.choosing import Choice, cut_page, read_choice
from pledgebook.desk.entries import Place, place_of
from pledgebook.desk.loaded import Desk
from pledgebook.desk.page import Page
from pledgebook.desk.searching import search
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked
from pledgebook.ledger.findings import Finding
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.columns import total
from pledgebook.reports.figures.comparatives import period_before
from pledgebook.reports.glance import Glance, Month, at_a_glance, by_month
from pledgebook.reports.schedule import Line, Schedule, make_schedule

_FEW = 5
"""Notices of a rule that are shown before one asks for all of them."""

_ORDERS = {
    "name": lambda row: row.line.name,
    "unpaid": lambda row: -row.line.figures.closing,
    "pledged": lambda row: -row.line.figures.pledged,
    "paid": lambda row: -row.line.figures.collected,
}


@dataclass(frozen=True, slots=True)
class DonorRow:
    """A donor's figures in a fund and class."""

    fund: str
    class_: str
    line: Line


@dataclass(frozen=True, slots=True)
class Notices:
    """The notices of one rule: how many there are, and those that are shown."""

    rule: str
    number: int
    shown: Sequence[tuple[Place, str]]


class Contributions(Page):
    """The page that is looked at first."""

    title = marked("Contributions")
    by_period = True

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the figures, donors, charts and notices of the period and fund asked for."""
        words = asked.get("q", "").strip()
        if named := asked.get("rule", ""):
            return {"mode": "notices", "notices": _notices(desk, named), "words": words}
        if words:
            return {"mode": "search", "words": words, "found": search(desk, words)}
        if not desk.book.settings.funds or not desk.book.settings.periods.names():
            return {"mode": "empty", "words": ""}
        choice = read_choice(desk, asked)
        made = desk.once(("schedule", *choice.key), lambda: make_schedule(choice.selection))
        lines = desk.once(("glance", *choice.key), lambda: at_a_glance(choice.selection, made))
        months = desk.once(("months", *choice.key), lambda: by_month(choice.selection))
        order = asked.get("by", "name")
        rows = sorted(_rows(made), key=_ORDERS.get(order, _ORDERS["name"]))
        everything = total(each.figures for each in lines if each.class_)
        return {
            "mode": "glance",
            "words": "",
            "choice": choice,
            "order": order,
            "lines": lines,
            "before": period_before(choice.selection),
            "everything": everything,
            "overdue": _overdue(desk, choice),
            "waiting": desk.once("waiting", lambda: _waiting(desk)),
            "months": months,
            "charts": _charts(choice, lines, months, made),
            "rows": cut_page(rows, asked),
            "notices": _notices(desk, ""),
        }


def _rows(made: Schedule) -> list[DonorRow]:
    return [
        DonorRow(fund, class_, line)
        for (fund, class_), lines in made.sections.items()
        for line in lines
    ]


def _overdue(desk: Desk, choice: Choice) -> Decimal:
    """What of the unpaid is overdue at the end of the cut, in dollars, as the register says it."""
    day = choice.selection.cut.end

    def compute() -> Decimal:
        claims = desk.book.register.claims_at(day)
        return sum(
            (
                claim.value
                for claim in claims
                if claim.fund in choice.selection.funds
                and claim.is_recognised(day)
                and claim.committed
                and claim.is_overdue(day)
            ),
            ZERO,
        )

    return desk.once(("overdue", *choice.key), compute)


def _waiting(desk: Desk) -> tuple[int, Decimal]:
    receipts = waiting_receipts(desk.book)
    return len(receipts), sum((receipt.dollars for receipt in receipts), ZERO)


def _notices(desk: Desk, rule: str) -> list[Notices]:
    """Return the notices by rule, all of those of `rule` or a few of each."""
    by_rule: dict[str, list[Finding]] = {}
    for notice in desk.once("notices", lambda: desk.book.notices):
        by_rule.setdefault(notice.rule, []).append(notice)
    return [
        Notices(
            name,
            len(own),
            [
                (place_of(desk.book, each.source), each.message)
                for each in (own if rule else own[:_FEW])
            ],
        )
        for name, own in by_rule.items()
        if name == rule or not rule
    ]


def _charts(
    choice: Choice, lines: Sequence[Glance], months: Sequence[Month], made: Schedule
) -> list[dict[str, Any]]:
    """Return charts as Fava's own are described (fava/internal_api.py, frontend/src/charts)."""
    currency = choice.selection.book.settings.currency
    paid = {  # Fava's bars have no legend: a chart a fund says which is which
        fund: [
            {
                "date": month.day.replace(day=1),
                "balance": {currency: month.paid[fund]},
                "account_balances": {},
                "budgets": {},
            }
            for month in months
        ]
        for fund in choice.selection.funds
    }
    unpaid = [{"date": month.day, "balance": month.unpaid} for month in months]
    return [
        *(
            {"type": "bar", "label": _("Paid by month, %(fund)s", fund=fund), "data": data}
            for fund, data in paid.items()
        ),
        {"type": "balances", "label": _("Unpaid"), "data": unpaid},
        {
            "type": "hierarchy",
            "label": _("Pledged, by donor"),
            "data": _tree(currency, lines, made),
        },
    ]


def _tree(currency: str, lines: Sequence[Glance], made: Schedule) -> dict[str, Any]:
    def node(name: str, amount: Decimal, children: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
        balance = {currency: max(amount, ZERO)}
        own = {} if children else balance
        return {
            "account": name,
            "balance": own,
            "balance_children": balance,
            "children": list(children),
            "cost": None,
            "cost_children": None,
            "has_txns": False,
        }

    groups = []
    for each in lines:
        if not each.class_:
            continue
        name = f"{each.fund}:{each.class_}"
        donors = [
            node(f"{name}:{line.name}", line.figures.pledged)
            for line in made.sections[each.fund, each.class_]
            if line.figures.pledged > 0
        ]
        groups.append(node(name, each.figures.pledged, donors))
    whole = sum((max(each.figures.pledged, ZERO) for each in lines if each.class_), ZERO)
    return node("", whole, groups)

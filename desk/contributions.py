"""Contributions: the biennium at a glance, fund by fund and donor by donor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from pledgebook.desk.actions import Action, action_for
from pledgebook.desk.behind import PAID, overdue_claims
from pledgebook.desk.choosing import cut_page, present_day, read_choice
from pledgebook.desk.entries import Place, place_of
from pledgebook.desk.inbox import inbox_folder
from pledgebook.desk.loaded import Desk
from pledgebook.desk.page import Page
from pledgebook.desk.pictures import fund_style, life_bars, progress, unpaid_by_age
from pledgebook.desk.searching import search
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked
from pledgebook.desk.waiting import what_waits
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.columns import Figures, total
from pledgebook.ledger.rules import head_of_rule
from pledgebook.reports.ageing import BANDS
from pledgebook.reports.figures.comparatives import period_before
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.glance import Glance, at_a_glance, by_month
from pledgebook.reports.schedule import Line, Schedule, make_schedule

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
    """The notices of one rule, each with its place and what can be done; `words` say what it
    finds.
    """

    rule: str
    words: str
    shown: Sequence[tuple[Place, str, Action | None]]


@dataclass(frozen=True, slots=True)
class FundLine:
    """A line of the table by fund: its figures and, beside them, those of the period before.
    `asked` limits an address to what it adds up; None where no address can.
    """

    glance: Glance
    asked: Mapping[str, str] | None


class Contributions(Page):
    """The biennium at a glance."""

    title = marked("Contributions")
    by_period = True

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the figures, pictures and donors of the period and fund asked for, and what waits;
        or what a search found, or the notices of a rule.
        """
        words = asked.get("q", "").strip()
        if named := asked.get("rule", ""):
            return {"mode": "notices", "notices": _notices(desk, named), "words": words}
        if words:
            return {"mode": "search", "words": words, "found": search(desk, words)}
        if not desk.book.settings.funds or not desk.book.settings.periods.names():
            return {"mode": "empty", "words": ""}
        choice = read_choice(desk, asked)
        selection = choice.selection
        made = desk.once(("schedule", *choice.key), lambda: make_schedule(selection))
        lines = desk.once(("glance", *choice.key), lambda: at_a_glance(selection, made))
        months = desk.once(("months", *choice.key), lambda: by_month(selection))
        order = asked.get("by", "name")
        rows = sorted(_rows(made), key=_ORDERS.get(order, _ORDERS["name"]))
        everything = total(each.figures for each in lines if each.class_)
        today = present_day()
        return {
            "mode": "glance",
            "words": "",
            "choice": choice,
            "order": order,
            "lines": [FundLine(each, _asked_for(selection, each)) for each in lines],
            "before": period_before(selection),
            "everything": everything,
            "tiles": _tiles(everything),
            "overdue": desk.once(("overdue", *choice.key), lambda: _overdue(selection)),
            "waiting": what_waits(desk.main, inbox_folder(self.ledger), today),
            "progress": progress(selection, months),
            "ages": desk.once(("ages", *choice.key), lambda: unpaid_by_age(selection)),
            "age_titles": BANDS,
            "rows": cut_page(rows, asked),
            "bars": life_bars(row.line.figures for row in rows),
            "style_of": partial(fund_style, selection.book.settings),
        }


def _tiles(figures: Figures) -> list[tuple[str, str, str, Decimal]]:
    """Return the sum by which what was unpaid becomes what is: sign, title, column, amount. What
    most periods have none of stands there if there is any, so that the sum is always whole.
    """
    tiles = [
        ("", _("Unpaid before"), "opening", figures.opening),
        ("+", _("Pledged"), "pledged", figures.pledged),
        ("+", _("Adjusted"), "adjustments", figures.adjustments),
        ("−", _("Paid"), PAID, figures.collected),
        ("+", _("Exchange"), "exchange", figures.exchange),
        ("−", _("Written off"), "written_off", figures.written_off),
        ("=", _("Unpaid"), "closing", figures.closing),
    ]
    rare = {"adjustments", "written_off"}
    return [each for each in tiles if each[3] or each[2] not in rare]


def _asked_for(selection: Selection, line: Glance) -> Mapping[str, str] | None:
    if line.class_:
        return {"fund": line.fund, "class": line.class_}
    fund, _space, others = line.fund.partition(" ")
    if not others.startswith("with "):
        return {"fund": fund}
    named = {fund, *others.removeprefix("with ").split(", ")}
    return {} if named == set(selection.funds) else None


def _rows(made: Schedule) -> list[DonorRow]:
    return [
        DonorRow(fund, class_, line)
        for (fund, class_), lines in made.sections.items()
        for line in lines
    ]


def _overdue(selection: Selection) -> Decimal:
    """What is overdue at the end of the cut, in the book's currency."""
    return sum((claim.value for claim in overdue_claims(selection)), ZERO)


def _notices(desk: Desk, rule: str) -> Notices:
    found = [each for each in desk.book.notices if each.rule == rule]
    book = desk.book
    shown = [(place_of(book, each.source), each.message, action_for(book, each)) for each in found]
    return Notices(rule, _(head_of_rule(rule)), shown)

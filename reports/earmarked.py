"""Earmarked balances: the cash of each purpose, what came in, what was spent, what is left.

Cash only: a pledge is no money yet. Money in advance is in the balance and may not be spent before
its date unless the donor agrees, so it is shown apart; what is obligated too.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pledgebook.ledger.declared.levels import Step, walk
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.events import events_that
from pledgebook.ledger.register.purposes import purposes_of_money
from pledgebook.reports.figures.booked import booked_entries
from pledgebook.reports.figures.layout import Layout, as_report, over_the_cut, section_name
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report, Tie
from pledgebook.reports.figures.ties import FROM_DONORS, balances_of

NAME = "earmarked"
TITLE = "Earmarked balances by purpose"
UNASSIGNED = "Not assigned to a purpose"
_ADDS = {"opening": 1, "received": 1, "other": 1, "spent": -1, "refunded": -1, "transferred": 1}

_HELD = frozenset({"cash", "in-advance", "obligations"})

Place = tuple[str, str, str]
"""Fund, class and purpose."""


def earmarked(selection: Selection) -> Report:
    """Return the cash of each purpose of classes that hold earmarked money, at its value."""
    sums, held = _sums(selection)
    settings = selection.book.settings
    purposes = settings.purposes
    balances = balances_of(selection.as_kept)
    layout = Layout()
    ties = []
    for fund, class_ in selection.groups:
        own = [place for place in {*sums, *held} if place[:2] == (fund, class_)]
        if not any(place[2] and _came(sums.get(place, {})) for place in own):
            continue  # money that only passed on from a purpose, as support costs do
        name = section_name(selection, fund, class_)
        layout.section(name)
        left = ZERO
        begun: list[int] = []
        shown = {place[2] for place in own if selection.covers_purpose(place[2])}
        for step, purpose in _in_order(shown, settings):
            if step == "begin":
                begun.append(len(layout.rows))
                continue
            title = purposes.get(purpose, purpose) if purpose else UNASSIGNED
            if step == "end":
                layout.gather(f"Total, {title}", begun.pop())
                continue
            place = (fund, class_, purpose)
            amounts = sums.get(place, {})
            apart = held.get(place, {})
            values = {key: amounts.get(key, ZERO) for key in _ADDS}
            unspent = sum((sign * values[key] for key, sign in _ADDS.items()), ZERO)
            left += unspent
            layout.row(
                purpose=title,
                **values,
                in_advance=apart.get("in-advance", ZERO),
                obligated=apart.get("obligations", ZERO),
            )
        layout.total(f"Total, {name}")
        if not selection.scope.purpose:
            cash = balances.held((fund, class_), "cash")
            ties.append(Tie(f"{name}: unspent, cash accounts", left, cash, fund))
    layout.grand_total("Total")
    unit = selection.book.settings.currency
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="purpose", title="Purpose"),
            Column(key="opening", title="Brought forward", kind="amount", unit=unit),
            Column(key="received", title="Received from donors", kind="amount", unit=unit),
            Column(key="other", title="Interest and other", kind="amount", unit=unit),
            Column(key="spent", title="Spent, with support costs", kind="amount", unit=unit),
            Column(key="refunded", title="Refunded to donors", kind="amount", unit=unit),
            Column(key="transferred", title="Transferred", kind="amount", unit=unit),
            Column(key="unspent", title="Unspent", kind="amount", unit=unit, adds=_ADDS),
            Column(key="in_advance", title="Of it in advance", kind="amount", unit=unit, memo=True),
            Column(key="obligated", title="Of it obligated", kind="amount", unit=unit, memo=True),
        ],
        rows=layout.rows,
        notes=[
            "Cash received, less what was spent; unpaid pledges are not counted. Money in advance "
            "is not to be spent before its due date unless the donor agrees."
        ],
        ties=ties,
    )


def _in_order(purposes: set[str], settings: Settings) -> Iterator[tuple[Step, str]]:
    """Yield purposes by their names, those within another below it; money for none comes last."""
    named = settings.purposes
    yield from walk(purposes - {""}, settings.purpose_tree, lambda code: named.get(code, code))
    if "" in purposes:
        yield "row", ""


def _sums(
    selection: Selection,
) -> tuple[dict[Place, dict[str, Decimal]], dict[Place, dict[str, Decimal]]]:
    """Return the cash of each place by column, and what of it is in advance or obligated."""
    sums: dict[Place, dict[str, Decimal]] = {}
    held: dict[Place, dict[str, Decimal]] = {}
    purpose_of: dict[str, str] = {}
    for booked in booked_entries(selection):
        _, event, lines = booked
        purposes = purposes_of_money(lines, purpose_of)
        before = booked.is_before(selection.cut)
        for number, line in enumerate(lines):
            kind = line.place.kind
            if kind not in _HELD or line.value is None:
                continue
            place = (line.place.fund, line.class_, purposes.get(number, ""))
            if place[:2] not in selection.groups:
                continue
            if kind == "cash":
                column, sign = ("opening", 1) if before else _column(event)
                _add(sums, place, column, sign * line.value)
            else:
                _add(held, place, kind, -line.value)
    return (
        {place: own for place, own in sums.items() if any(own.values())},
        {place: own for place, own in held.items() if any(own.values())},
    )


def _came(amounts: dict[str, Decimal]) -> bool:
    return bool(amounts.get("opening") or amounts.get("received") or amounts.get("transferred"))


_SPENDING = events_that("spends")


def _column(event: str) -> tuple[str, int]:
    """Return the column that cash of an event goes to, and the sign it has there."""
    if event in FROM_DONORS:
        return "received", 1
    if event == "refund-unspent":
        return "refunded", -1
    if event in {"transfer", "settlement", "re-earmark"}:
        return "transferred", 1
    if event in _SPENDING:
        return "spent", -1
    return "other", 1


def _add(sums: dict[Place, dict[str, Decimal]], place: Place, column: str, amount: Decimal) -> None:
    own = sums.setdefault(place, {})
    own[column] = own.get(column, ZERO) + amount

"""Ageing of unpaid contributions: by the year they fell due, and by how long they are overdue.

What has no due date is not overdue: it has a column of its own, and its days are those since the
pledge. What belongs to later periods stands apart: the first part adds up to the schedule's unpaid,
the second to its future periods.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import groupby

from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.money import ZERO, round_to
from pledgebook.ledger.register.instalments import awaits_condition, days_overdue
from pledgebook.ledger.register.register import Claim
from pledgebook.reports.figures.disclosures import received_since
from pledgebook.reports.figures.layout import (
    Layout,
    as_report,
    at_the_end,
    name_of,
    owed_per_ledger,
)
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Agreement, Chart, Column, Part, Report, Tie, Value

NAME = "ageing"
TITLE = "Ageing of unpaid contributions"
_YEAR = 365
_OVERDUE = {
    "year_1": ("Overdue, to 1 year", _YEAR),
    "year_2": ("Overdue, 1 to 2 years", 2 * _YEAR),
    "year_3": ("Overdue, 2 to 3 years", 3 * _YEAR),
    "older": ("Overdue, over 3 years", None),
}
"""How long something is overdue: the title, and up to how many days."""
OVERDUE_BANDS = tuple(_OVERDUE)
BANDS = {
    "undated": "No due date",
    "not_due": "Not overdue",
    **{key: title for key, (title, _) in _OVERDUE.items()},
}
"""The columns that the unpaid is apportioned to, with their titles."""


def ageing(selection: Selection) -> Report:
    """Return every unpaid instalment of a commitment, in the book's currency at carrying value."""
    day = selection.cut.end
    claims = _unpaid(selection)
    committed = [claim for claim in claims if claim.committed]
    due = [claim for claim in committed if claim.is_recognised(day)]
    settings = selection.book.settings
    conditional = [claim for claim in committed if awaits_condition(claim, settings)]
    later = [
        claim
        for claim in committed
        if not claim.is_recognised(day) and not awaits_condition(claim, settings)
    ]
    limited = bool(selection.scope.limits())
    layout = Layout()
    if committed or not limited:
        _lay_out(selection, layout, due, later, conditional, limited=limited)
    agreements = [
        Agreement(
            "unpaid: ageing and schedule", Part(NAME, "unpaid", 0), Part("schedule", "closing")
        )
    ]
    if not any(
        selection.book.settings.funds[fund].policy(class_) == "agreement"
        for fund, class_ in selection.groups
    ):  # where a commitment is income at once, what is due later is in the first part
        agreements.append(
            Agreement(
                "future periods: ageing and schedule",
                Part(NAME, "unpaid", 1),
                Part("schedule", "future"),
            )
        )
    pledged = sum((claim.value for claim in claims if not claim.committed), ZERO)
    notes = [
        f"Overdue: {_overdue(selection, committed):,.2f}, what is unpaid after its due date. Days "
        "are counted from the due date, of an instalment without one, which is not overdue, from "
        "its pledge; a year is 365 days."
    ]
    notes += received_since(selection)
    if pledged:
        notes.append(f"Not shown: pledged and not committed, {pledged:,.2f}.")
    return as_report(
        selection,
        at_the_end(selection),
        name=NAME,
        title=TITLE,
        columns=_columns(selection),
        rows=layout.rows,
        notes=notes,
        agreements=agreements,
        charts=[
            Chart(
                title="Unpaid by days overdue",
                columns=tuple(BANDS),
                first=len(layout.rows) - 1,
                last=len(layout.rows) - 1,
                across=True,
            )
        ]
        if committed
        else [],
        ties=ties(selection),
    )


def ties(selection: Selection) -> list[Tie]:
    """Return what is owed beside the accounts of instalments, which do not say what it is for."""
    if selection.scope.purpose:
        return []
    owed = sum((claim.value for claim in _unpaid(selection)), ZERO)
    return [Tie("owed by donors, pledge and memorandum accounts", owed, owed_per_ledger(selection))]


def _unpaid(selection: Selection) -> list[Claim]:
    """Return what is unpaid at the end of the cut, of commitments and of what is only pledged."""
    held = selection.book.register.claims_at(selection.cut.end)
    return [claim for claim in held if selection.covers(claim)]


def _lay_out(
    selection: Selection,
    layout: Layout,
    due: list[Claim],
    later: list[Claim],
    conditional: list[Claim],
    *,
    limited: bool,
) -> None:
    """Put what is due and what is due later; of a part of the donors the latter only if any is.
    What waits for its condition stands by itself, and is not overdue whatever its due date.
    """
    day = selection.cut.end
    layout.section("Due in this period or before")
    ordered = _in_order(selection, due)
    dated = groupby(ordered, key=lambda claim: claim.due.year if claim.due else None)
    for year, claims in dated:
        title = f"Due in {year}" if year else "No due date"
        layout.group(title)
        for claim in claims:
            layout.row(claim.donor, **_values(selection, claim, day))
        layout.subtotal(title)
    layout.total("Unpaid, as in the schedule")
    if later or not limited:
        layout.section("Later periods")
        for claim in _in_order(selection, later):
            layout.row(claim.donor, **_values(selection, claim, day))
        layout.total("Future periods" if conditional else "Future periods, as in the schedule")
    if conditional:
        layout.section("Conditional: not due until the condition is met")
        for claim in _in_order(selection, conditional):
            amounts = _values(selection, claim, day) | {"days": None}
            layout.row(claim.donor, **amounts)
        layout.total("Conditional")
    layout.grand_total("Total unpaid")


def band_of(claim: Claim, day: date, settings: Settings) -> str:
    """Return the key of the column for what is unpaid of an instalment at the end of a day."""
    if days := days_overdue(claim, day, settings):
        return _years(days)
    if claim.due is None and not awaits_condition(claim, settings):
        return "undated"
    return "not_due"


def _years(days: int) -> str:
    """Return the key of the column for what is so many days overdue."""
    return next(key for key, (_, until) in _OVERDUE.items() if until is None or days <= until)


def _overdue(selection: Selection, claims: list[Claim]) -> Decimal:
    day, settings = selection.cut.end, selection.book.settings
    return sum((claim.value for claim in claims if days_overdue(claim, day, settings)), ZERO)


def _due(claim: Claim) -> date:
    return claim.due or claim.pledged_on


def _in_order(selection: Selection, claims: list[Claim]) -> list[Claim]:
    order = {group: number for number, group in enumerate(selection.groups)}
    return sorted(
        claims,
        key=lambda claim: (
            claim.due is None,
            _due(claim),
            order.get((claim.fund, claim.class_), len(order)),
            name_of(selection, claim.donor),
            claim.label,
        ),
    )


def _values(selection: Selection, claim: Claim, day: date) -> dict[str, Value]:
    days = (day - _due(claim)).days
    amounts: dict[str, Value] = dict.fromkeys(BANDS, Decimal(0))
    amounts[band_of(claim, day, selection.book.settings)] = claim.value
    return {
        "donor": name_of(selection, claim.donor),
        "label": claim.label,
        "fund": claim.fund,
        "class": claim.class_,
        "due": claim.due,
        "days": max(days, 0) if days >= 0 else None,
        **amounts,
        "unpaid": claim.value,
        **({"allowance": allowance_of(selection, claim, day)} if is_allowed(selection) else {}),
    }


def is_allowed(selection: Selection) -> bool:
    """Tell whether a fund that is shown declares an allowance."""
    funds = selection.book.settings.funds
    return any(funds[fund].allowance for fund in selection.funds)


def allowance_of(selection: Selection, claim: Claim, day: date) -> Decimal:
    """Return what the fund's scale holds to be doubtful of an instalment at the end of a day, by
    the days since its due date, or its pledge where it has none: nothing of what waits for its
    condition.
    """
    if awaits_condition(claim, selection.book.settings):
        return ZERO
    band = _years((day - _due(claim)).days)
    scale = selection.book.settings.funds[claim.fund].allowance
    percent = dict(zip(("year_2", "year_3", "older"), scale, strict=False)).get(band, ZERO)
    return round_to(claim.value * percent / 100, claim.decimals)


def _columns(selection: Selection) -> list[Column]:
    unit = selection.book.settings.currency
    return [
        Column(key="donor", title="Donor"),
        Column(key="label", title="Instalment"),
        Column(key="fund", title="Fund"),
        Column(key="class", title="Class"),
        Column(key="due", title="Due", kind="date"),
        Column(key="days", title="Days", kind="count"),
        *(Column(key=key, title=title, kind="amount", unit=unit) for key, title in BANDS.items()),
        Column(
            key="unpaid",
            title="Unpaid",
            kind="amount",
            unit=unit,
            adds=dict.fromkeys(BANDS, 1),
        ),
        *(
            [Column(key="allowance", title="Allowance", kind="amount", unit=unit, memo=True)]
            if is_allowed(selection)
            else []
        ),
    ]

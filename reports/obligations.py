"""Obligations: each by its reference, what was raised, paid and cancelled of it, what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.history import CARRIED_FROM
from pledgebook.ledger.register.obligations import obligation_of
from pledgebook.ledger.register.purposes import purposes_of_money
from pledgebook.reports.figures.booked import booked_entries
from pledgebook.reports.figures.layout import Layout, as_report, over_the_cut, section_name
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report, Tie
from pledgebook.reports.figures.ties import balances_of

NAME = "obligations"
TITLE = "Obligations raised, liquidated, cancelled and outstanding"
WITHOUT = "Without a reference"
_ADDS = {"opening": 1, "raised": 1, "liquidated": -1, "cancelled": -1}

Key = tuple[str, str, str, str]
"""Fund, class, reference and purpose."""


@dataclass(slots=True)
class _Obligation:
    """An obligation in the making: the day and words of its first entry (none where a closed period
    has it), the days on which it was paid or cancelled in the cut, value by column.
    """

    day: date | None
    words: str
    settled: list[date] = field(default_factory=list)
    value: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(_ADDS, ZERO))


def obligations(selection: Selection) -> Report:
    """Return each obligation open in the cut, in the book's currency, by fund and class."""
    selection = selection.as_kept
    found = _read(selection)
    purposes = selection.book.settings.purposes
    balances = balances_of(selection)
    layout, ties = Layout(), []
    for fund, class_ in selection.groups:
        own = {key: one for key, one in found.items() if key[:2] == (fund, class_)}
        if not own:
            continue
        name = section_name(selection, fund, class_)
        layout.section(name)
        left, group = ZERO, ""
        for (_, _, reference, purpose), one in own.items():
            if purpose != group:
                layout.group(purposes.get(purpose, purpose))
                group = purpose
            layout.row(
                reference=reference or WITHOUT,
                raised_on=one.day,
                words=one.words,
                **one.value,
                settled=", ".join(dict.fromkeys(map(date.isoformat, one.settled))),
            )
            left += sum((sign * one.value[key] for key, sign in _ADDS.items()), ZERO)
        layout.total(f"Total, {name}")
        held = -balances.held((fund, class_), "obligations")
        ties.append(Tie(f"{name}: outstanding, obligation accounts", left, held, fund))
    layout.grand_total("Total")
    unit = selection.book.settings.currency
    amounts: Mapping[str, str] = {
        "opening": "Brought forward",
        "raised": "Raised",
        "liquidated": "Liquidated",
        "cancelled": "Cancelled",
    }
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="reference", title="Reference"),
            Column(key="raised_on", title="Raised on", kind="date"),
            Column(key="words", title="Entry"),
            *(
                Column(key=key, title=title, kind="amount", unit=unit)
                for key, title in amounts.items()
            ),
            Column(key="outstanding", title="Outstanding", kind="amount", unit=unit, adds=_ADDS),
            Column(key="settled", title="Paid or cancelled on"),
        ],
        rows=layout.rows,
        notes=[
            "Cancelled is what an obligation of an earlier period saved, and what one of this "
            "period took back of its expenditure. What was raised without a reference is one line "
            "a purpose, dated by its first entry; what a closed period raised is dated in the "
            "history."
        ],
        ties=ties,
    )


def _read(selection: Selection) -> dict[Key, _Obligation]:
    """Return the obligations with something to show in the cut, by purpose and reference, those
    without one last.
    """
    found: dict[Key, _Obligation] = {}
    purpose_of: dict[str, str] = {}
    for booked in booked_entries(selection):
        entry, _, lines = booked
        if not any(line.place.kind == "obligations" for line in lines):
            continue
        purposes = purposes_of_money(lines, purpose_of)
        in_cash = any(line.place.kind == "cash" for line in lines)
        before = booked.is_before(selection.cut)
        for number, line in enumerate(lines):
            if line.place.kind != "obligations" or not selection.covers_line(line):
                continue
            purpose = purposes.get(number, "")
            key = (line.place.fund, line.class_, obligation_of(entry, line), purpose)
            words = ": ".join(filter(None, (entry.payee, entry.narration)))
            carried = CARRIED_FROM in entry.meta
            first = _Obligation(None, "") if carried else _Obligation(entry.date, words)
            one = found.setdefault(key, first)
            value = -(line.value or ZERO)
            if before:
                one.value["opening"] += value
            elif value > 0:
                one.value["raised"] += value
            else:
                one.value["liquidated" if in_cash else "cancelled"] -= value
                one.settled.append(entry.date)
    shown = {key: one for key, one in found.items() if any(one.value.values())}
    return dict(sorted(shown.items(), key=lambda item: (item[0][3], not item[0][2], item[0][2])))

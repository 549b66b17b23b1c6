"""Expenditure against allotments: what was approved for a period, spent, and is left of it.

Under IPSAS it is the comparison of budget and actual amounts. Expenditure is disbursements plus
obligations raised, support costs and bank charges included, from the period's first day on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from beancount.core.data import Transaction
from msgspec import structs
from pledgebook.ledger.declared.allotments import Allotment
from pledgebook.ledger.declared.policies import Group
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.postings import Line, stated
from pledgebook.reports.figures.booked import Booked, booked_entries
from pledgebook.reports.figures.frameworks import title_of
from pledgebook.reports.figures.layout import Layout, as_report, section_name
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.statement_lines import EXPENDITURE
from pledgebook.reports.figures.table import Column, Report, Tie
from pledgebook.reports.figures.ties import balances_of

NAME = "budget"
TITLE = "Expenditure against allotments"
WITHOUT = "Without an allotment"
_EXPENDITURE = tuple(kind for line in EXPENDITURE for kind in line.kinds)
_SPENT = {"disbursed": 1, "obligated": 1}

Parts = tuple[str, ...]
"""What of a class: the values of its allotments' parts, in the order of PARTS."""


def budget(selection: Selection) -> Report:
    """Return allotments and expenditure by fund, class and what allotments divide it by, in the
    book's currency; a class without an allotment is left out.
    """
    selection = selection.as_kept
    period = selection.cut.period
    periods = {part.name: part.start for part in selection.cut.parts or (period,)}
    whole = selection  # from the period's first day on
    if selection.cut.start != period.start:
        whole = replace(selection, cut=structs.replace(selection.cut, start=period.start))
    balances = balances_of(whole)
    layout, ties = Layout(), []
    for fund, class_ in selection.groups:
        own = [
            each
            for each in selection.book.settings.allotments
            if (each.fund, each.class_) == (fund, class_)
            and each.period in periods
            and each.day <= selection.cut.end
        ]
        if not own:
            continue
        name = section_name(selection, fund, class_)
        layout.section(name)
        names = (
            own[0].parts if all(each.parts.keys() == own[0].parts.keys() for each in own) else {}
        )
        approved = _approved(own, tuple(names), periods)
        spent = _spent(whole, (fund, class_), tuple(names), approved)
        for parts in {**approved, **spent}:
            original, revised = approved.get(parts, (ZERO, ZERO))
            paid, obligated = spent.get(parts, (ZERO, ZERO))
            layout.row(
                what=_words(selection, names, parts) if parts is not None else WITHOUT,
                original=original,
                revised=revised,
                disbursed=paid,
                obligated=obligated,
            )
        layout.total(f"Total, {name}")
        total = sum((amount for pair in spent.values() for amount in pair), ZERO)
        booked = balances.booked((fund, class_), *_EXPENDITURE)
        ties.append(Tie(f"{name}: expenditure, expense accounts", total, booked, fund))
    layout.grand_total("Total")
    unit = selection.book.settings.currency

    def amount(key: str, title: str, adds: Mapping[str, int] | None = None) -> Column:
        return Column(key=key, title=title, kind="amount", unit=unit, adds=adds or {})

    return as_report(
        selection,
        title_of("budget", whole.cut),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="what", title="Allotted for"),
            amount("original", "Original"),
            amount("revised", "Revisions"),
            amount("allotted", "Allotted", {"original": 1, "revised": 1}),
            amount("disbursed", "Disbursed"),
            amount("obligated", "Obligations raised"),
            amount("spent", "Expenditure", _SPENT),
            amount("left", "Left", {"allotted": 1, "spent": -1}),
        ],
        rows=layout.rows,
        notes=[
            "Original is what was allotted by the period's first day, revisions what came later. "
            "Expenditure is disbursements plus obligations raised, less those of the period that "
            "were cancelled; what is later paid of an obligation is no expenditure again."
        ]
        if layout.rows
        else [f"The book declares no allotment for {period.name}."],
        ties=ties,
    )


def _approved(
    own: Sequence[Allotment], names: Sequence[str], starts: Mapping[str, date]
) -> dict[Parts | None, tuple[Decimal, ...]]:
    """Return what was allotted, by the first day of its period and by revisions, by what it is for:
    the parts of these names.
    """
    approved: dict[Parts | None, tuple[Decimal, ...]] = {}
    for each in own:
        key = tuple(each.parts[name] for name in names)
        original, revised = approved.get(key, (ZERO, ZERO))
        if each.day <= starts[each.period]:
            approved[key] = (original + each.value, revised)
        else:
            approved[key] = (original, revised + each.value)
    return approved


def _spent(
    selection: Selection,
    group: Group,
    names: Sequence[str],
    approved: Mapping[Parts | None, object],
) -> dict[Parts | None, tuple[Decimal, ...]]:
    """Return what was disbursed and obligated by what it was for; None where nothing is allotted
    for that.
    """
    spent: dict[Parts | None, tuple[Decimal, ...]] = {}
    for booked in booked_entries(selection):
        if booked.is_before(selection.cut):
            continue
        obligated = _is_obligated(booked, group)
        for line in booked.lines:
            if (line.place.fund, line.class_) != group or line.place.kind not in _EXPENDITURE:
                continue
            parts = tuple(_part(booked.entry, line, name) for name in names)
            key = parts if parts in approved else None
            paid, raised = spent.get(key, (ZERO, ZERO))
            value = line.value or ZERO
            spent[key] = (paid, raised + value) if obligated else (paid + value, raised)
    return spent


def _is_obligated(booked: Booked, group: Group) -> bool:
    own = [line for line in booked.lines if (line.place.fund, line.class_) == group]
    return any(line.place.kind == "obligations" for line in own)


def _part(entry: Transaction, line: Line, name: str) -> str:
    if name == "purpose":
        return line.purpose
    if name == "object":
        return line.place.part or ("" if line.place.kind == "programme" else line.place.kind)
    return stated(entry, line.posting, name) or ""


def _words(selection: Selection, names: Mapping[str, str], parts: Parts) -> str:
    purposes = selection.book.settings.purposes
    said = [
        purposes.get(value, value) if name == "purpose" else value
        for name, value in zip(names, parts, strict=True)
    ]
    return ", ".join(said) or "The whole class"

"""What stands behind a figure: the contributions it adds up, each with its entries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.desk.entries import Place, place_of
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.columns import MONEY_COLUMNS
from pledgebook.ledger.register.instalments import by_number, days_overdue
from pledgebook.ledger.register.register import Claim, Gift
from pledgebook.reports.figures.figures import contributions_of
from pledgebook.reports.figures.layout import name_of
from pledgebook.reports.figures.selection import Selection

_ENTRIES_SHOWN = 6
PAID, OVERDUE = "collected", "overdue"
"""Figures of the overview that are no column of the schedule: both of its columns of what was
collected, and what is overdue."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One contribution's part of a figure, in the book's currency. `label` is empty for money that
    no pledge preceded; `entries` are the days and places of its entries within the cut, the latest
    first.
    """

    donor: str
    name: str
    fund: str
    class_: str
    purpose: str
    label: str
    pledged_on: date
    amount: Decimal
    entries: tuple[tuple[date, Place], ...]


def pieces_behind(selection: Selection, column: str) -> list[Piece]:
    """Return what a column of the schedule, PAID or OVERDUE adds up over the selection: the
    amounts' sum is the figure. A column that there is not has nothing behind it.
    """
    if column not in (*MONEY_COLUMNS, PAID, OVERDUE):
        return []
    if column == OVERDUE:
        pieces = [_piece(selection, claim, claim.value) for claim in overdue_claims(selection)]
        return _in_order(pieces)
    pieces = [
        _piece(selection, item, amount)
        for item, figures in contributions_of(selection)
        if (amount := getattr(figures, column))
    ]
    pieces += _held(selection, column)
    return _in_order(pieces)


def overdue_claims(selection: Selection) -> list[Claim]:
    """Return what is overdue at the end of the cut."""
    day = selection.cut.end
    return [
        claim
        for claim in selection.book.register.claims_at(day)
        if selection.covers(claim) and days_overdue(claim, day, selection.book.settings)
    ]


def _in_order(pieces: list[Piece]) -> list[Piece]:
    return sorted(pieces, key=lambda piece: (piece.name, piece.pledged_on, by_number(piece.label)))


def _piece(selection: Selection, item: Claim | Gift, amount: Decimal) -> Piece:
    if isinstance(item, Gift):
        label, day, entries = "", item.entry.date, [item.entry]
    else:
        label, day = item.label, item.pledged_on
        cut = selection.cut
        changes = selection.book.register.by_label[label]
        entries = [each.entry for each in changes if each.date in cut]
        entries = entries or [each.entry for each in changes if each.date <= cut.end][-1:]
    return Piece(
        donor=item.donor,
        name=name_of(selection, item.donor),
        fund=item.fund,
        class_=item.class_,
        purpose=item.purpose,
        label=label,
        pledged_on=day,
        amount=amount,
        entries=_places(selection, entries),
    )


def _held(selection: Selection, column: str) -> Iterator[Piece]:
    """Yield money in advance by label, and refunds."""
    register, cut = selection.book.register, selection.cut
    if column == "in_advance":
        by_label: dict[tuple[str, str, str, str], list[tuple[Transaction, Decimal, str]]] = {}
        for held in register.held:
            if held.kind == "in-advance" and held.entry.date <= cut.end and selection.covers(held):
                key = (held.donor, held.fund, held.class_, held.label)
                by_label.setdefault(key, []).append((held.entry, held.value, held.purpose))
        for (donor, fund, class_, label), own in by_label.items():
            if amount := sum((value for _, value, _ in own), ZERO):
                first = own[0][0].date
                places = _places(selection, [entry for entry, _, _ in own])
                name = name_of(selection, donor)
                yield Piece(
                    donor=donor,
                    name=name,
                    fund=fund,
                    class_=class_,
                    purpose=own[0][2],
                    label=label,
                    pledged_on=first,
                    amount=amount,
                    entries=places,
                )
    elif column == "refunded":
        for flow in register.refunds:
            line, day = flow.line, flow.entry.date
            if day in cut and selection.covers_line(line) and line.value:
                donor = line.place.part
                yield Piece(
                    donor=donor,
                    name=name_of(selection, donor),
                    fund=line.place.fund,
                    class_=line.class_,
                    purpose=line.purpose,
                    label="",
                    pledged_on=day,
                    amount=line.value,
                    entries=_places(selection, [flow.entry]),
                )


def _places(selection: Selection, entries: list[Transaction]) -> tuple[tuple[date, Place], ...]:
    book = selection.book
    return tuple(
        (entry.date, place_of(book, entry.meta)) for entry in reversed(entries[-_ENTRIES_SHOWN:])
    )

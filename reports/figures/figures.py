"""The figures of contributions over a cut of time: one pass, for any way of grouping them.

The schedule groups by fund, class and donor, the table by paragraph groups by primary call; both
are sums over the same instalments, so they agree by construction and are tied to the ledger
separately (see ties).

What the columns are stands in `pledgebook.ledger.register.columns`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from msgspec import Struct
from pledgebook.ledger.declared.periods import Cut
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.columns import Figures, add_history, piece_of
from pledgebook.ledger.register.register import Claim, Gift
from pledgebook.reports.figures.selection import Selection

KeyT = TypeVar("KeyT", bound=Hashable)


class Sort(Struct, frozen=True, kw_only=True):
    """What contributions have in common by which reports group them. `kind` is that of the account
    of an instalment; it and `currency` are empty for a contribution without a pledge.
    """

    fund: str
    class_: str
    donor: str
    kind: str
    currency: str
    is_deferred: bool


def contribution_figures(
    selection: Selection, key: Callable[[Sort], KeyT], cut: Cut | None = None
) -> dict[KeyT, Figures]:
    """Return the figures of every instalment and gift that the selection covers, summed by `key`:
    over its own cut, or over another one.

    Money in advance and refunds have no instalment of their own to ask; see `held_figures`.
    """
    rows: dict[KeyT, Figures] = {}
    for sort, figures in _by_sort(selection, cut or selection.cut):
        own = key(sort)
        row = rows.get(own)
        if row is None:
            row = rows[own] = Figures()
        row.add(figures)
    return rows


def _by_sort(selection: Selection, cut: Cut) -> list[tuple[Sort, Figures]]:
    return selection.once(("sorts", cut), lambda: _add_up(contributions_of(selection, cut)))


def _add_up(pieces: Iterable[tuple[Claim | Gift, Figures]]) -> list[tuple[Sort, Figures]]:
    """Return what pieces of one sort come to, in the order in which the sorts are met."""
    sums: dict[tuple[object, ...], tuple[Sort, Figures]] = {}
    for item, figures in pieces:
        kind, currency, is_deferred = "", "", False
        if isinstance(item, Claim):
            kind, currency, is_deferred = item.kind, item.currency, item.is_deferred
        key = (item.fund, item.class_, item.donor, kind, currency, is_deferred)
        known = sums.get(key)
        if known is None:
            sort = Sort(
                fund=item.fund,
                class_=item.class_,
                donor=item.donor,
                kind=kind,
                currency=currency,
                is_deferred=is_deferred,
            )
            known = sums[key] = (sort, Figures())
        known[1].add(figures)
    return list(sums.values())


def figures_by_label(selection: Selection) -> dict[tuple[str, str, str], Figures]:
    """Return the figures of every instalment that the selection covers, by fund, class and label:
    a row for each fund and class that it was in.
    """
    rows: dict[tuple[str, str, str], Figures] = {}
    for item, figures in contributions_of(selection):
        if isinstance(item, Claim):
            rows.setdefault((item.fund, item.class_, item.label), Figures()).add(figures)
    return rows


def contributions_of(
    selection: Selection, cut: Cut | None = None
) -> list[tuple[Claim | Gift, Figures]]:
    """Return what the selection covers, piece by piece, with its figures over its cut or another.

    An instalment that was moved to another fund, class, purpose, donor or currency on its way is
    a piece for each.
    """
    days = cut or selection.cut
    return selection.once(("contributions", days), lambda: _each_contribution(selection, days))


def _each_contribution(selection: Selection, cut: Cut) -> list[tuple[Claim | Gift, Figures]]:
    register = selection.book.register
    pieces: list[tuple[Claim | Gift, Figures]] = []
    own: dict[Hashable, Figures] = {}  # of the instalment at hand
    elsewhere = Figures()
    last: Claim | None = None
    figures = elsewhere

    def row(claim: Claim) -> Figures:
        nonlocal last, figures
        if claim is last:
            return figures
        last, piece = claim, piece_of(claim)
        known = own.get(piece)
        if known is None:
            known = elsewhere
            if selection.covers(claim):
                known = Figures()
                pieces.append((claim, known))
            own[piece] = known
        figures = known
        return figures

    for changes in register.by_label.values():
        own.clear()
        add_history(changes, cut, row, register.settings)
    pieces += [
        (gift, _of_gift(gift))
        for gift in register.gifts
        if gift.entry.date in cut and selection.covers(gift)
    ]
    return pieces


def _of_gift(gift: Gift) -> Figures:
    """Return a contribution's figures: of an earlier period it is an adjustment."""
    if gift.prior:
        return Figures(adjustments=gift.value, collected_prior=gift.value)
    return Figures(pledged=gift.value, collected_current=gift.value)


def held_figures(selection: Selection, key: Callable[[str, str, str], KeyT]) -> dict[KeyT, Figures]:
    """Return money in advance at the cut's end and refunds in it, by key(fund, class, donor)."""
    rows: dict[KeyT, Figures] = {}
    register, cut = selection.book.register, selection.cut
    for held in register.held:
        if held.kind == "in-advance" and held.entry.date <= cut.end and selection.covers(held):
            figures = rows.setdefault(key(held.fund, held.class_, held.donor), Figures())
            figures.in_advance += held.value
    for entry, line in ((flow.entry, flow.line) for flow in register.refunds):
        place = line.place
        if entry.date in cut and selection.covers_line(line):
            figures = rows.setdefault(key(place.fund, line.class_, place.part), Figures())
            figures.refunded += line.value or ZERO
    return rows

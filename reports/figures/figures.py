"""The figures of contributions over a cut of time: one pass, for any way of grouping them.

The schedule groups by fund, class and donor, the table by paragraph groups by primary call; both
are sums over the same instalments, so they agree by construction and are tied to the ledger
separately (see ties).

Columns (docs/accounting.md): closing = opening + adjustments + pledged - collected for prior
- collected for current + exchange - written off, in every row. An instalment is *prior* if it
became a due receivable before the declared period, *current* if within it. Under `agreement` what
is due in a later period is in closing, and *future* says how much of it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from pledgebook.ledger.declared.periods import Cut
from pledgebook.ledger.money import ZERO, read_number
from pledgebook.ledger.register.events import RECEIVING
from pledgebook.ledger.register.register import Change, Claim, Gift
from pledgebook.ledger.register.tagging import deciding
from pledgebook.reports.figures.selection import Selection

_DAY = timedelta(days=1)
KeyT = TypeVar("KeyT", bound=Hashable)

MONEY_COLUMNS = (
    "opening",
    "adjustments",
    "pledged",
    "collected_prior",
    "collected_current",
    "exchange",
    "exchange_unpaid",
    "written_off",
    "closing",
    "uncommitted",
    "future",
    "in_advance",
    "refunded",
)
"""The amounts of a row, in the order of the contract."""

CLOSING = {
    "opening": 1,
    "adjustments": 1,
    "pledged": 1,
    "collected_prior": -1,
    "collected_current": -1,
    "exchange": 1,
    "written_off": -1,
}
"""What closing is the sum of, with signs."""


@dataclass(slots=True, kw_only=True)
class Figures:
    """One row's amounts in dollars and cents. `closing` is what is owed by the lots themselves,
    not computed from the other columns: that the two agree is a proof.
    """

    opening: Decimal = ZERO
    adjustments: Decimal = ZERO
    pledged: Decimal = ZERO
    collected_prior: Decimal = ZERO
    collected_current: Decimal = ZERO
    exchange: Decimal = ZERO
    exchange_unpaid: Decimal = ZERO
    written_off: Decimal = ZERO
    closing: Decimal = ZERO
    uncommitted: Decimal = ZERO
    future: Decimal = ZERO
    in_advance: Decimal = ZERO
    refunded: Decimal = ZERO

    def add(self, other: Figures) -> None:
        """Add another row to this one."""
        # Written out: reports add rows by the hundred thousand, most of whose amounts are nil.
        if other.opening:
            self.opening += other.opening
        if other.adjustments:
            self.adjustments += other.adjustments
        if other.pledged:
            self.pledged += other.pledged
        if other.collected_prior:
            self.collected_prior += other.collected_prior
        if other.collected_current:
            self.collected_current += other.collected_current
        if other.exchange:
            self.exchange += other.exchange
        if other.exchange_unpaid:
            self.exchange_unpaid += other.exchange_unpaid
        if other.written_off:
            self.written_off += other.written_off
        if other.closing:
            self.closing += other.closing
        if other.uncommitted:
            self.uncommitted += other.uncommitted
        if other.future:
            self.future += other.future
        if other.in_advance:
            self.in_advance += other.in_advance
        if other.refunded:
            self.refunded += other.refunded

    def amounts(self) -> dict[str, Decimal]:
        """Return the amounts by column."""
        return {column.name: getattr(self, column.name) for column in fields(self)}

    @property
    def collected(self) -> Decimal:
        """What was collected, for prior and for current pledges."""
        return self.collected_prior + self.collected_current

    @property
    def is_nil(self) -> bool:
        """Whether there is nothing to show."""
        return not any(getattr(self, column) for column in MONEY_COLUMNS)

    @property
    def foots(self) -> bool:
        """Whether closing is what the other columns make it."""
        return self.closing == sum(
            (sign * getattr(self, column) for column, sign in CLOSING.items()), ZERO
        )


def read_figures(amounts: Mapping[str, str]) -> Figures:
    """Return the figures that a sealed document says. Raises KeyError, ValueError."""
    return Figures(**{column.name: read_number(amounts[column.name]) for column in fields(Figures)})


def total(rows: Iterable[Figures]) -> Figures:
    """Return the sum of rows."""
    result = Figures()
    for row in rows:
        result.add(row)
    return result


def contribution_figures(
    selection: Selection, key: Callable[[Claim | Gift], KeyT], cut: Cut | None = None
) -> dict[KeyT, Figures]:
    """Return the figures of every instalment and gift that the selection covers, summed by `key`:
    over its own cut, or over another one.

    Money in advance and refunds have no instalment of their own to ask; see `held_figures`.
    """
    rows: dict[KeyT, Figures] = {}
    for item, figures in contributions_of(selection, cut):
        own = key(item)
        row = rows.get(own)
        if row is None:
            row = rows[own] = Figures()
        row.add(figures)
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
    settings = register.settings
    pieces: list[tuple[Claim | Gift, Figures]] = []
    own: dict[Hashable, Figures] = {}  # of the instalment at hand
    elsewhere = Figures()
    last: Claim | None = None
    figures = elsewhere

    def row(claim: Claim) -> Figures:
        nonlocal last, figures
        if claim is last:
            return figures
        last, piece = claim, _piece(claim)
        known = own.get(piece)
        if known is None:
            known = elsewhere
            if selection.covers(claim):
                known = Figures()
                pieces.append((claim, known))
            own[piece] = known
        figures = known
        return figures

    def later(claim: Claim, day: date) -> bool:
        """Whether the claim is income already although due in a later period (`agreement`)."""
        policy = settings.funds[claim.fund].policy(claim.class_)
        due = claim.due or claim.pledged_on
        return policy == "agreement" and settings.periods.start_of(due) > day

    for changes in register.by_label.values():
        own.clear()
        _add_history(changes, cut, row, later)
    pieces += [
        (gift, _of_gift(gift))
        for gift in register.gifts
        if cut.start <= gift.entry.date <= cut.end and selection.covers(gift)
    ]
    return pieces


def _of_gift(gift: Gift) -> Figures:
    """Return a contribution's figures: of an earlier period it is an adjustment."""
    if gift.prior:
        return Figures(adjustments=gift.dollars, collected_prior=gift.dollars)
    return Figures(pledged=gift.dollars, collected_current=gift.dollars)


def _piece(claim: Claim) -> Hashable:
    return (deciding(claim), claim.kind, claim.currency, claim.is_deferred)


def _add_history(
    changes: list[Change],
    cut: Cut,
    row: Callable[[Claim], Figures],
    later: Callable[[Claim, date], bool],
) -> None:
    claim: Claim | None = None
    counted = False  # whether the claim as it stands is in the cut's opening or pledged
    for change in changes:
        if change.date > cut.end:
            break
        if change.date < cut.start or change.event == "opening":
            claim = change.after
            continue
        if not counted:
            counted = _open(claim, cut, change.date, row)
        _add_change(change, cut, row, counted=counted)
        claim = change.after
        counted = claim.is_recognised(change.date)
    if claim is None:
        return
    if not counted:
        _open(claim, cut, cut.end, row)
    if claim.is_recognised(cut.end):
        row(claim).closing += claim.value
        if later(claim, cut.end):
            row(claim).future += claim.value
    elif claim.committed:
        row(claim).future += claim.value
    else:
        row(claim).uncommitted += claim.value


def _open(claim: Claim | None, cut: Cut, day: date, row: Callable[[Claim], Figures]) -> bool:
    """Count a claim as opening if it was due before the cut, as pledged if it fell due in it
    without an entry (a memorandum); tell whether it is counted by `day`.
    """
    if claim is None or not claim.is_recognised(day) or claim.recognised is None:
        return False
    if claim.recognised < max(cut.start, claim.origin[0].date if claim.opened else cut.start):
        row(claim).opening += claim.value
    else:
        row(claim).pledged += claim.value
    return True


def _add_change(
    change: Change, cut: Cut, row: Callable[[Claim], Figures], *, counted: bool
) -> None:
    before, after = change.before, change.after
    day = change.date
    if change.event in RECEIVING:
        _add_receipt(change, cut, row)
    elif (change.event == "write-off" and counted) or (
        change.event == "recovery" and after.is_recognised(day)
    ):
        row(after).written_off += change.value_out
    elif change.event == "policy-change":  # in a row it comes to nothing
        if counted and before is not None:
            _adjust(before, cut, row, -before.value)
        if after.is_recognised(day) and counted:
            _adjust(after, cut, row, after.value)
        elif after.is_recognised(day):  # income by the change alone
            row(after).adjustments += after.value
    elif change.event == "revaluation" and counted and after.is_recognised(day):
        row(after).exchange -= change.value_out
        row(after).exchange_unpaid -= change.value_out
    elif change.event != "redenomination":
        if counted and before is not None:
            _adjust(before, cut, row, -before.value)
        if after.is_recognised(day):
            _adjust(after, cut, row, after.value)
        figures = row(after)
        figures.pledged += change.advance_released
        figures.collected_current += change.advance_released


def _adjust(claim: Claim, cut: Cut, row: Callable[[Claim], Figures], value: Decimal) -> None:
    if is_prior(claim, cut):
        row(claim).adjustments += value
    else:
        row(claim).pledged += value


def _add_receipt(change: Change, cut: Cut, row: Callable[[Claim], Figures]) -> None:
    if change.advanced:
        return  # money in advance is not yet collected, and carries no exchange
    claim = change.before if change.before and change.before.is_open else change.after
    figures = row(claim)
    if is_prior(claim, cut):
        figures.collected_prior += change.received
    else:
        figures.collected_current += change.received
    figures.exchange += change.received - change.value_out - change.restored
    _adjust(claim, cut, row, change.restored)


def is_prior(claim: Claim, cut: Cut) -> bool:
    """Tell whether the claim was a due receivable before the declared period of the cut."""
    return claim.is_prior(cut.period.start)


def held_figures(selection: Selection, key: Callable[[str, str, str], KeyT]) -> dict[KeyT, Figures]:
    """Return money in advance at the cut's end and refunds in it, by key(fund, class, donor)."""
    rows: dict[KeyT, Figures] = {}
    register, cut = selection.book.register, selection.cut
    for held in register.held:
        if held.kind == "in-advance" and held.entry.date <= cut.end and selection.covers(held):
            figures = rows.setdefault(key(held.fund, held.class_, held.donor), Figures())
            figures.in_advance += held.dollars
    for entry, line in ((flow.entry, flow.line) for flow in register.refunds):
        place = line.place
        if cut.start <= entry.date <= cut.end and selection.covers_line(line):
            figures = rows.setdefault(key(place.fund, line.class_, place.part), Figures())
            figures.refunded += line.dollars or ZERO
    return rows

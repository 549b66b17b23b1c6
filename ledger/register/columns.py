"""The columns of a contribution: what an instalment's life comes to over a cut of time.

Columns (docs/accounting.md): closing = opening + adjustments + pledged - collected for prior
- collected for current + exchange - written off, in every row. An instalment is *prior* if it
became a due receivable before the declared period, *current* if within it. Under `agreement` what
is due in a later period is in closing, and *future* says how much of it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct, structs
from pledgebook.ledger.declared.periods import Cut
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.money import ZERO, read_number
from pledgebook.ledger.register.events import REASSIGNED, RECEIVING
from pledgebook.ledger.register.register import Change, Claim
from pledgebook.ledger.register.tagging import deciding

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


class Figures(Struct, kw_only=True):
    """One row's amounts in the book's currency. `closing` is what is owed by the lots themselves,
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

    def negative(self) -> Figures:
        """Return the row with every amount of the other sign."""
        return Figures(**{name: -amount for name, amount in self.amounts().items()})

    def amounts(self) -> dict[str, Decimal]:
        """Return the amounts by column."""
        return {column: getattr(self, column) for column in MONEY_COLUMNS}

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
    return Figures(**{column: read_number(amounts[column]) for column in MONEY_COLUMNS})


def total(rows: Iterable[Figures]) -> Figures:
    """Return the sum of rows."""
    result = Figures()
    for row in rows:
        result.add(row)
    return result


def piece_of(claim: Claim) -> Hashable:
    """Return what is the same of the moments of an instalment that are one piece of it."""
    return (deciding(claim), claim.kind, claim.currency, claim.is_deferred)


def add_history(
    changes: Sequence[Change], cut: Cut, row: Callable[[Claim], Figures], settings: Settings
) -> None:
    """Add what an instalment's changes come to over a cut to the rows it was in: `row` gives that
    of a claim as it stood.
    """
    claim: Claim | None = None
    counted = False  # whether the claim as it stands is in the cut's opening or pledged
    for position, change in enumerate(changes):
        day = change.entry.date
        if day > cut.end:
            break
        if day < cut.start or change.event == "opening":
            claim = change.after
            continue
        if not counted and claim is not None:
            counted = _open(claim, cut, day, row)
        if change.event == REASSIGNED and change.before is not None:
            _add_reassigned(changes[:position], change, row, settings)
        else:
            _add_change(change, cut, row, counted=counted)
        claim = change.after
        counted = claim.is_recognised(day)
    if claim is None:
        return
    if not counted:
        _open(claim, cut, cut.end, row)
    at_end = row(claim)
    if not claim.value:
        return
    if claim.is_recognised(cut.end):
        at_end.closing += claim.value
        if _is_later(claim, cut.end, settings):
            at_end.future += claim.value
    elif claim.committed:
        at_end.future += claim.value
    else:
        at_end.uncommitted += claim.value


def _is_later(claim: Claim, day: date, settings: Settings) -> bool:
    """Tell whether the claim is income already although due in a later period (`agreement`)."""
    policy = settings.funds[claim.fund].policy(claim.class_)
    due = claim.due or claim.pledged_on
    return policy == "agreement" and settings.periods.start_of(due) > day


def pieces_of(
    changes: Sequence[Change], cut: Cut, settings: Settings
) -> list[tuple[Claim, Figures]]:
    """Return what an instalment's changes come to over a cut, piece by piece: one for each fund,
    class, purpose, donor and currency it was in on its way.
    """
    pieces: dict[Hashable, tuple[Claim, Figures]] = {}

    def row(claim: Claim) -> Figures:
        return pieces.setdefault(piece_of(claim), (claim, Figures()))[1]

    add_history(changes, cut, row, settings)
    return list(pieces.values())


def reassigned(
    changes: Sequence[Change], donor: str, day: date, settings: Settings
) -> list[tuple[Claim, Figures]]:
    """Return what was of a donor of an instalment's `changes` in the period of `day`, by then: what
    its reassignment takes from the donor and gives the other. What was unpaid when the period began
    is an adjustment; what stands at its end, and memorandum columns, are not moved but found.
    """
    period = settings.periods.of(day)
    if period is None:
        return []
    cut = Cut(name=period.name, start=period.start, end=day, period=period)
    moved = []
    for claim, own in pieces_of(changes, cut, settings):
        if claim.donor == donor:
            figures = Figures(
                **{column: getattr(own, column) for column in (*CLOSING, "exchange_unpaid")}
            )
            figures.adjustments += figures.opening
            figures.opening = ZERO
            moved.append((claim, figures))
    return moved


def _add_reassigned(
    before: Sequence[Change],
    change: Change,
    row: Callable[[Claim], Figures],
    settings: Settings,
) -> None:
    assert change.before is not None
    for claim, figures in reassigned(before, change.before.donor, change.date, settings):
        row(claim).add(figures.negative())
        row(structs.replace(claim, donor=change.after.donor)).add(figures)


def _open(claim: Claim, cut: Cut, day: date, row: Callable[[Claim], Figures]) -> bool:
    """Count a claim as opening if it was due before the cut, as pledged if it fell due in it
    without an entry (a memorandum); tell whether it is counted by `day`.
    """
    if not claim.is_recognised(day) or claim.recognised is None:
        return False
    if claim.recognised < max(cut.start, claim.origin[0].date if claim.is_carried else cut.start):
        row(claim).opening += claim.value
    else:
        row(claim).pledged += claim.value
    return True


def _add_change(
    change: Change, cut: Cut, row: Callable[[Claim], Figures], *, counted: bool
) -> None:
    begins = cut.period_start(change.date)
    if change.event in RECEIVING:
        _add_receipt(change, begins, row)
        return
    before, after = change.before, change.after
    day = change.date
    if (change.event == "write-off" and counted) or (
        change.event == "recovery" and after.is_recognised(day)
    ):
        row(after).written_off += change.value_out
    elif change.event == "policy-change":  # in a row it comes to nothing
        if counted and before is not None:
            _adjust(before, begins, row, -before.value)
        if after.is_recognised(day) and counted:
            _adjust(after, begins, row, after.value)
        elif after.is_recognised(day):  # income by the change alone
            row(after).adjustments += after.value
    elif change.event == "revaluation" and counted and after.is_recognised(day):
        row(after).exchange -= change.value_out
        row(after).exchange_unpaid -= change.value_out
    elif change.event != "redenomination":
        if counted and before is not None:
            _adjust(before, begins, row, -before.value)
        if after.is_recognised(day):
            _adjust(after, begins, row, after.value)
        figures = row(after)
        if change.advance_released:
            figures.pledged += change.advance_released
            figures.collected_current += change.advance_released


def _adjust(claim: Claim, begins: date, row: Callable[[Claim], Figures], value: Decimal) -> None:
    if claim.is_prior(begins):
        row(claim).adjustments += value
    else:
        row(claim).pledged += value


def _add_receipt(change: Change, begins: date, row: Callable[[Claim], Figures]) -> None:
    if change.advanced:
        return  # money in advance is not yet collected, and carries no exchange
    claim = change.before if change.before and change.before.is_open else change.after
    figures = row(claim)
    if claim.is_prior(begins):
        figures.collected_prior += change.received
    else:
        figures.collected_current += change.received
    figures.exchange += change.received - change.value_out - change.restored
    if change.restored:
        _adjust(claim, begins, row, change.restored)

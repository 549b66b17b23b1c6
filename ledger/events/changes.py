"""Builders of changes to an unpaid instalment: amended, postponed, cancelled, written off, moved.

All are the same move: the whole lot out, what is left of it back at the date of its commitment.
They differ in what takes up the difference, and that follows from where the instalment stands: an
instalment of this period changes its income, one of an earlier period the prior-period account, a
deferred one its deferral, a memorandum its contra.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from msgspec import structs
from pledgebook.ledger.declared.chart import account
from pledgebook.ledger.declared.currencies import convert_legacy, euro_from
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft, DraftLine, Meta
from pledgebook.ledger.events.parts import (
    Advance,
    Earmark,
    deferral,
    donor_name,
    earmark_of,
    held_lot,
    in_book_currency,
    make_entry,
    merged,
    put_back,
    taken_out,
)
from pledgebook.ledger.events.pledges import account_kind
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import ZERO, format_amount, share
from pledgebook.ledger.register.register import Claim


def amendment(
    settings: Settings,
    *,
    day: date,
    claim: Claim,
    units: Decimal,
    value_added: Decimal = ZERO,
    settled: Decimal = ZERO,
) -> Draft:
    """What is unpaid of an instalment becomes `units`. `settled` is what was paid and written off
    of it before, for the words: they state what the instalment comes to in all.

    A decrease takes its share of the carrying value away; an increase adds `value_added`, the
    value of the increase at the rate of its date.
    """
    _need_open(claim)
    if units <= 0:
        raise EventRefusedError(
            f"{claim.label} cannot be amended to {format_amount(units)}: cancel it instead."
        )
    if units == claim.units:
        raise EventRefusedError(f"{claim.label} is {format_amount(units)} already.")
    if units > claim.units:
        if value_added <= 0:
            raise EventRefusedError(
                f"An increase of {claim.label} needs its value at the rate of its date."
            )
        value = claim.value + value_added
    else:
        value = share(claim.value, units, claim.units, settings.decimals)
    after = structs.replace(claim, units=units, value=value)
    words = f"Amendment of {claim.label} to {format_amount(settled + units)} {claim.currency}"
    words += f", of which {format_amount(units)} is unpaid" if settled else ""
    return _Move(
        settings=settings,
        day=day,
        claim=claim,
        event="amendment",
        narration=words,
    ).to(after)


def cancellation(
    settings: Settings,
    *,
    day: date,
    claim: Claim,
) -> Draft:
    """What is unpaid of an instalment is taken back by the donor, by agreement."""
    _need_open(claim)
    words = f"Cancellation of {claim.label}"
    return _Move(
        settings=settings,
        day=day,
        claim=claim,
        event="cancellation",
        narration=words,
    ).to(None)


def postponement(
    settings: Settings,
    *,
    day: date,
    claim: Claim,
    due: date,
    advance: Advance | None = None,
) -> Draft:
    """An instalment falls due on another day. Into a later period, it is deferred (again);
    brought forward into this one, it is released, and with it `advance`, what is held in advance
    for it.
    """
    _need_open(claim)
    words = f"{claim.label} falls due on {due}"
    if due == claim.due:
        raise EventRefusedError(f"{claim.label} falls due on {due} already.")
    if due < claim.pledged_on:
        raise EventRefusedError(
            f"{claim.label} was pledged on {claim.pledged_on}; it cannot fall due on {due}."
        )
    after = structs.replace(claim, due=due)
    waits = settings.waits_for_condition(after.fund, after.class_, after.condition)
    early = settings.periods.start_of(due) > day
    held = None if early or waits else advance
    return _Move(
        settings=settings,
        day=day,
        claim=claim,
        event="postponement",
        narration=words,
        advance=held,
    ).to(after)


def write_off(
    settings: Settings,
    *,
    day: date,
    claim: Claim,
    authority: str,
    units: Decimal | None = None,
) -> Draft:
    """An instalment, or `units` of it, is given up. It needs an authority."""
    _need_open(claim)
    taken = claim.units if units is None else units
    if not ZERO < taken <= claim.units:
        raise EventRefusedError(
            f"{claim.label} has {format_amount(claim.units)} {claim.currency} outstanding; "
            f"{format_amount(taken)} cannot be written off."
        )
    if not authority.strip():
        raise EventRefusedError("A write-off needs the authority that approved it.", "authority")
    left = claim.units - taken
    after = structs.replace(
        claim, units=left, value=share(claim.value, left, claim.units, settings.decimals)
    )
    words = f"Write-off of {claim.label}"
    return _Move(
        settings=settings,
        day=day,
        claim=claim,
        event="write-off",
        narration=words,
        meta={"authority": authority},
    ).to(after if left else None)


def recovery(
    settings: Settings,
    *,
    day: date,
    now: Claim,
    was: Claim,
    reverses: str,
    told: Meta | None = None,
) -> Draft:
    """What was written off of an instalment, or a part of it, is owed again: the instalment, which
    is as `now`, is as it `was` before (with that part of it), and written off is negative by its
    value. A payment of it is an event of its own. `reverses` names the write-off, by date or ref;
    `told` is what the entry says of an instalment written off in a closed period
    (`find_write_off`).
    """
    back = was.value - now.value
    if was.units <= now.units or back <= 0 or was.currency != now.currency:
        raise EventRefusedError(
            f"{now.label} has {format_amount(now.units)} {now.currency} outstanding; with what was "
            f"written off it has more, not {format_amount(was.units)} {was.currency}."
        )
    deferred = was.is_deferred and settings.periods.start_of(was.due or was.pledged_on) > day
    if was.is_deferred and not deferred:
        raise EventRefusedError(
            f"{now.label} was written off before it was due, and is due since: record what is owed "
            "now as a pledge of its own."
        )
    again = put_back(settings, was)
    lines = [taken_out(now)] if now.is_open else []
    lines.append(structs.replace(again, meta={**again.meta, **(told or {})}))
    if was.kind == "memorandum":
        lines.append(in_book_currency(settings, account("contra", was.fund), -back))
    elif deferred:
        lines += [deferral(settings, now, now.value)] if now.is_open else []
        lines.append(deferral(settings, was, -was.value))
    else:
        lines.append(in_book_currency(settings, account("written-off", was.fund, was.donor), -back))
    return make_entry(
        settings,
        day=day,
        event="recovery",
        narration=f"{was.label} is owed again",
        lines=lines,
        donor=was.donor,
        earmark=earmark_of(was),
        labels=[was.label],
        meta={"reverses": reverses},
    )


def revaluation(
    settings: Settings,
    *,
    day: date,
    claim: Claim,
    value: Decimal,
) -> Draft:
    """An unpaid instalment in another currency is carried at `value` from now on. A
    deferred or memorandum instalment moves both its sides, without income.
    """
    _need_open(claim)
    if claim.currency == settings.currency:
        raise EventRefusedError(
            f"{claim.label} is in {claim.currency}, the currency of the book: it keeps its value."
        )
    if value <= 0 or value == claim.value:
        raise EventRefusedError(
            f"{claim.label} is carried at {format_amount(claim.value)}; a revaluation to "
            f"{format_amount(value)} is none."
        )
    words = f"Revaluation of {claim.label}"
    return _Move(
        settings=settings,
        day=day,
        claim=claim,
        event="revaluation",
        narration=words,
    ).to(structs.replace(claim, value=value))


def redenomination(
    settings: Settings,
    *,
    day: date,
    claim: Claim,
    currency: str = "EUR",
) -> Draft:
    """An instalment in a currency the euro replaced is restated at the fixed rate; its
    value stays, so there is no gain or loss.
    """
    _need_open(claim)
    began = euro_from(claim.currency)
    units = convert_legacy(claim.units, claim.currency, currency)
    if units is None or began is None or day < began:
        raise EventRefusedError(
            f"{claim.label} is in {claim.currency}, for which no law fixed a rate to {currency} by "
            f"{day}."
        )
    words = f"Redenomination of {claim.label} from {claim.currency} to {currency}"
    return _Move(
        settings=settings,
        day=day,
        claim=claim,
        event="redenomination",
        narration=words,
    ).to(structs.replace(claim, units=units, currency=currency))


def re_earmarking(
    settings: Settings,
    *,
    day: date,
    claim: Claim,
    earmark: Earmark,
    advance: Advance | None = None,
) -> Draft:
    """An unpaid instalment gets another class or purpose, or goes to another fund (a transfer):
    out of one row of the schedule, into the same column of the other, under the same label. Where
    the other class has another recognition policy, it is recorded there as that policy wants.

    `advance`, what is held in advance for the instalment, gets the other purpose with it, and its
    cash too; to another class or fund it moves after its release only.
    """
    _need_open(claim)
    if earmark == earmark_of(claim):
        raise EventRefusedError(f"{claim.label} is earmarked so already.")
    event = "transfer" if earmark.fund != claim.fund else "re-earmark"
    words = (
        f"{claim.label} moves to {earmark.fund}, {earmark.class_}"
        f"{', ' + earmark.purpose if earmark.purpose else ''}"
    )
    after = structs.replace(
        claim,
        kind=account_kind(settings, earmark, committed=claim.committed),
        fund=earmark.fund,
        class_=earmark.class_,
        purpose=earmark.purpose,
    )
    if advance is not None and (claim.fund, claim.class_) != (earmark.fund, earmark.class_):
        raise EventRefusedError(
            f"{format_amount(advance.value)} {settings.currency} is held in advance for "
            f"{claim.label} in {claim.fund}, {claim.class_}: move the instalment to {earmark.fund},"
            f" {earmark.class_} after its release."
        )
    return _Move(
        settings=settings,
        day=day,
        claim=claim,
        event=event,
        narration=words,
        advance=advance,
    ).to(after)


def succession(
    settings: Settings,
    *,
    day: date,
    claim: Claim,
    to: str,
    paper: str,
    advance: Advance | None = None,
) -> Draft:
    """What is unpaid of an instalment is owed by the successor `to` of its donor from that day on:
    out of one donor's row, into the same column of the other's, under the same label. It is never
    assumed: `paper` is the one by which the successor accepts the debt.
    """
    _need_open(claim)
    if not paper.strip():
        raise EventRefusedError(
            f"A successor owes {claim.label} only where it accepts the debt: state the paper by "
            "which it does (document)."
        )
    donors = settings.donors
    former, successor = donors.get(claim.donor), donors.get(to)
    if to == claim.donor or successor is None or not successor.is_valid(day):
        raise EventRefusedError(f"{to!r} is no other donor that exists on {day}.")
    if former is not None and (former.valid_until is None or former.valid_until >= day):
        raise EventRefusedError(
            f"{claim.donor} exists on {day}: a successor takes over what a donor owed that is no "
            "more (until:). What was recorded under the wrong donor is reassigned."
        )
    return _Move(
        settings=settings,
        day=day,
        claim=claim,
        event="succession",
        narration=f"{claim.label} is owed by {donor_name(settings, to, day)}, as it accepted",
        meta={"document": paper},
        advance=advance,
    ).to(structs.replace(claim, donor=to))


def _need_open(claim: Claim) -> None:
    if not claim.is_open:
        raise EventRefusedError(f"Nothing is outstanding of {claim.label}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Move:
    """The whole lot of an instalment out, and what is left of it back."""

    settings: Settings
    day: date
    claim: Claim
    event: str
    narration: str
    meta: Meta = field(default_factory=dict)
    advance: Advance | None = None

    def to(self, after: Claim | None) -> Draft:
        """Return the entry that leaves the instalment as `after` (None: nothing is left)."""
        claim = self.claim
        moved = after is not None and earmark_of(after) != earmark_of(claim)
        lines = [(claim, taken_out(claim))]
        if after is not None:
            lines.append((after, put_back(self.settings, after)))
        deferred = after is not None and self._becomes_deferred(after)
        lines += self._deferrals(after, was=claim.is_deferred, becomes=deferred)
        if not claim.is_deferred:
            lines += self._taken_up(claim, claim.value)
        if after is not None and not deferred:
            lines += self._taken_up(after, -after.value)
        if after is not None and self.advance is not None:
            lines += self._held_in_advance(after, self.advance)
        return self._draft(merged(lines, moved=moved), after or claim, moved=moved)

    def _becomes_deferred(self, after: Claim) -> bool:
        """Tell whether a deferral stands against the instalment afterwards. Where neither its due
        date nor its policy changes, that stays as it is; a release is an entry of its own.
        """
        claim, funds = self.claim, self.settings.funds
        policy = funds[after.fund].policy(after.class_)
        if after.due == claim.due and policy == funds[claim.fund].policy(claim.class_):
            return claim.is_deferred
        was_met = policy == funds[claim.fund].policy(claim.class_) and not claim.is_deferred
        return after.kind == "pledges" and self.settings.is_to_defer(
            after.fund,
            after.class_,
            due=after.due,
            condition="" if was_met else after.condition,
            day=self.day,
        )

    def _deferrals(
        self, after: Claim | None, *, was: bool, becomes: bool
    ) -> list[tuple[Claim, DraftLine]]:
        """A deferral moves with its instalment: the whole out, the whole back."""
        claim = self.claim
        if was and after is not None and becomes and _same_deferral(claim, after):
            return []
        lines = []
        if was:
            lines.append((claim, deferral(self.settings, claim, claim.value)))
        if becomes and after is not None:
            lines.append((after, deferral(self.settings, after, -after.value)))
        return lines

    def _held_in_advance(self, after: Claim, held: Advance) -> list[tuple[Claim, DraftLine]]:
        """Money held for the instalment becomes income when it falls due earlier, and goes with it
        to its other purpose.
        """
        claim, settings = self.claim, self.settings
        name = account("in-advance", claim.fund, claim.donor)
        cash = account("cash", claim.fund)
        held_by = account("in-advance", after.fund, after.donor)
        value, since = held
        if self.event == "postponement":
            income = account("contributions", claim.fund, claim.donor)
            return [
                (claim, held_lot(settings, name, value, claim.label)),
                (after, in_book_currency(settings, income, -value)),
            ]
        return [
            (claim, held_lot(settings, name, value, claim.label)),
            (after, held_lot(settings, held_by, -value, claim.label, since)),
            (claim, in_book_currency(settings, cash, -value)),
            (after, in_book_currency(settings, cash, value)),
        ]

    def _taken_up(self, claim: Claim, amount: Decimal) -> list[tuple[Claim, DraftLine]]:
        """What takes up the value of an instalment that is not deferred."""
        if claim.kind == "memorandum":
            name = account("contra", claim.fund)
        elif self.event == "revaluation":
            name = account("revaluation", claim.fund)
        elif self.event == "write-off":
            name = account("written-off", claim.fund, claim.donor)
        elif claim.is_prior(self.settings.periods.start_of(self.day)):
            name = account("prior-period", claim.fund, claim.donor)
        else:
            name = account("contributions", claim.fund, claim.donor)
        return [(claim, in_book_currency(self.settings, name, amount))]

    def _draft(self, lines: list[DraftLine], after: Claim, *, moved: bool) -> Draft:
        claim = self.claim
        status: dict[str, str | date] = {} if claim.committed else {"status": "pledged"}
        return make_entry(
            self.settings,
            day=self.day,
            event=self.event,
            narration=self.narration,
            lines=lines,
            donor=after.donor,
            earmark=None if moved else earmark_of(claim),
            labels=[claim.label],
            meta=status | dict(self.meta),
        )


def _same_deferral(before: Claim, after: Claim) -> bool:
    return (before.value, before.donor, earmark_of(before)) == (
        after.value,
        after.donor,
        earmark_of(after),
    )

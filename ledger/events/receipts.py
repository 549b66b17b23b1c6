"""Builders of receipts: money that settles instalments, comes without a pledge, or waits.

What settles an instalment takes its whole lot out and puts back what is left, at the date of its
commitment and at its share of the carrying value. Collected is gross of bank charges; what payment
brought more or less than the carrying value is exchange, never an adjustment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from msgspec import structs
from pledgebook.ledger.declared.chart import account
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft, DraftLine, Meta
from pledgebook.ledger.events.parts import (
    Advance,
    Earmark,
    deferral,
    earmark_of,
    held_lot,
    in_book_currency,
    make_entry,
    put_back,
    taken_out,
)
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import ZERO, format_amount, share
from pledgebook.ledger.register.register import INSTALMENT, Claim


@dataclass(frozen=True, slots=True)
class Settled:
    """What a receipt settles of one instalment: `units` of it, for `value` gross of charges.

    `advance` is what is held in advance for the instalment already, if anything.
    """

    claim: Claim
    units: Decimal
    value: Decimal
    advance: Advance | None = None

    def __post_init__(self) -> None:
        claim = self.claim
        if not claim.is_open:
            raise EventRefusedError(
                f"Nothing is outstanding of {claim.label}: money for it is an unapplied receipt."
            )
        if not ZERO < self.units <= claim.units:
            raise EventRefusedError(
                f"{claim.label} has {format_amount(claim.units)} {claim.currency} outstanding; "
                f"{format_amount(self.units)} cannot be settled of it."
            )
        if not claim.committed:
            raise EventRefusedError(
                f"{claim.label} is pledged, not committed: record its commitment first."
            )
        if self.value <= 0:
            raise EventRefusedError(
                f"A payment is above zero, this one is {format_amount(self.value)}."
            )

    @property
    def left(self) -> Claim:
        """The instalment afterwards; nothing may be left of it."""
        units = self.claim.units - self.units
        return structs.replace(
            self.claim,
            units=units,
            value=share(self.claim.value, units, self.claim.units, self.claim.decimals),
        )


def payment(
    settings: Settings,
    *,
    day: date,
    claim: Claim,
    units: Decimal,
    value: Decimal,
    charges: Decimal = ZERO,
    advance: Advance | None = None,
) -> Draft:
    """A payment of `units` of one instalment, for which `value` reached the bank.

    Collected is gross of `charges`. A deferred instalment paid before its biennium goes to
    In-Advance, without exchange; `advance` is what is held there for it already.
    """
    settled = [Settled(claim, units, value + charges, advance)]
    return joint_payment(
        settings,
        day=day,
        settled=settled,
        charges=charges,
    )


def joint_payment(
    settings: Settings,
    *,
    day: date,
    settled: Sequence[Settled],
    charges: Decimal = ZERO,
    excess: Decimal = ZERO,
    receipt: str = "",
) -> Draft:
    """A payment by bank, of one instalment or several of one fund.

    The bank received the value settled, less `charges` that its correspondents kept, plus
    `excess` that no pledge asks for, which waits as an unapplied receipt under the label
    `receipt`. Charges and excess are of the first instalment's class.
    """
    if charges < 0 or excess < 0:
        raise EventRefusedError("Charges and what was paid too much are not below zero.")
    fund = _one_fund(settled)
    first = earmark_of(settled[0].claim)
    if excess and not receipt:
        raise EventRefusedError("What was paid too much waits as a receipt: it needs a label.")
    lines = _settle(settings, settled, day)
    for earmark, value in _by_earmark(settled).items():
        own = value + (excess - charges if earmark == first else ZERO)
        lines.append((earmark, in_book_currency(settings, account("cash", fund), own)))
    lines.append((first, in_book_currency(settings, account("bank-charges", fund), charges)))
    if excess:
        lines.append((first, held_lot(settings, account("unapplied", fund), -excess, receipt)))
    labels = ", ".join(each.claim.label for each in settled)
    part = any(each.left.is_open for each in settled)
    words = f"{'Part payment' if part else 'Payment'} of {labels}"
    return _entry(settings, day, "payment", settled, lines, words)


def application(
    settings: Settings,
    *,
    day: date,
    receipt: str,
    held: Earmark,
    amount: Decimal,
    settled: Sequence[Settled],
    charges: Decimal = ZERO,
) -> Draft:
    """An unapplied receipt settles instalments, its cash moving to their fund and class.

    `amount` is what is held under the label `receipt` in the fund and class `held`; what the
    instalments do not take stays there. `charges`, which correspondents kept of it, are settled
    too and are an expense of the first instalment's class.
    """
    if not settled:
        raise EventRefusedError("An application says which instalments it settles.")
    if charges < 0:
        raise EventRefusedError("Charges are not below zero.")
    used = sum((each.value for each in settled), ZERO) - charges
    if used > amount:
        raise EventRefusedError(
            f"{receipt} holds {format_amount(amount)}; {format_amount(used)} cannot be applied."
        )
    lines = _settle(settings, settled, day)
    unapplied = account("unapplied", held.fund)
    lines.append((held, held_lot(settings, unapplied, amount, receipt)))
    if used < amount:
        lines.append((held, held_lot(settings, unapplied, used - amount, receipt)))
    cash: dict[Earmark, Decimal] = {held: -used}
    first = earmark_of(settled[0].claim)
    lines.append((first, in_book_currency(settings, account("bank-charges", first.fund), charges)))
    cash[first] = cash.get(first, ZERO) - charges
    for earmark, value in _by_earmark(settled).items():
        cash[earmark] = cash.get(earmark, ZERO) + value
    for earmark, value in cash.items():
        lines.append((earmark, in_book_currency(settings, account("cash", earmark.fund), value)))
    return _entry(settings, day, "application", settled, lines, f"Application of {receipt}")


def application_without_pledge(
    settings: Settings,
    *,
    day: date,
    receipt: str,
    held: Earmark,
    amount: Decimal,
    donor: str,
    earmark: Earmark,
    value: Decimal | None = None,
) -> Draft:
    """An unapplied receipt, which holds `amount`, turns out to be a contribution that no pledge
    preceded, or `value` of it does; its cash moves to that fund and class.
    """
    used = amount if value is None else value
    if not ZERO < used <= amount:
        raise EventRefusedError(
            f"{receipt} holds {format_amount(amount)}; {format_amount(used)} cannot be applied."
        )
    unapplied = account("unapplied", held.fund)
    lines = [(held, held_lot(settings, unapplied, amount, receipt))]
    if used < amount:
        lines.append((held, held_lot(settings, unapplied, used - amount, receipt)))
    lines.append(
        (earmark, in_book_currency(settings, account("contributions", earmark.fund, donor), -used))
    )
    if earmark != held:
        lines += [
            (held, in_book_currency(settings, account("cash", held.fund), -used)),
            (earmark, in_book_currency(settings, account("cash", earmark.fund), used)),
        ]
    own, stated = _stated(lines)
    return make_entry(
        settings,
        day=day,
        event="application",
        narration=f"Application of {receipt}",
        lines=own,
        donor=donor,
        earmark=stated,
    )


def returned_payment(
    settings: Settings,
    *,
    day: date,
    now: Claim,
    was: Claim,
    value: Decimal,
    reverses: str,
    charges: Decimal = ZERO,
    income: Decimal | None = None,
    advance: Advance | None = None,
    told: Meta | None = None,
) -> Draft:
    """A payment, or a part of one, that the bank takes back: the instalment, which is as `now`, is
    open again as it `was` before that payment (or with that part of it). The bank takes `value`;
    `charges`, which its correspondents kept of the payment, are none any more, so that collected is
    negative by both. `reverses` names the payment's entry, by date or ref; `advance` is what is
    held in advance for the instalment, out of which the money goes while its biennium has not
    begun; where that was released since, `income` is what became income of it. `told` is what the
    entry says of an instalment settled in a closed period (`find_return`).
    """
    gross = value + charges
    if was.units <= now.units or was.currency != now.currency:
        raise EventRefusedError(
            f"{now.label} has {format_amount(now.units)} {now.currency} outstanding; with the "
            f"payment taken back it has more, not {format_amount(was.units)} {was.currency}."
        )
    need_value(settings, was.label, was.currency, was.units - now.units, gross)
    deferred = was.is_deferred and settings.periods.start_of(was.due or was.pledged_on) > day
    lines: list[DraftLine] = [taken_out(now)] if now.is_open else []
    again = put_back(settings, was)
    lines.append(structs.replace(again, meta={**again.meta, **(told or {})}))
    back = was.value - now.value
    lines.append(in_book_currency(settings, account("cash", was.fund), -value))
    lines.append(in_book_currency(settings, account("bank-charges", was.fund), -charges))
    if was.kind == "memorandum":
        lines.append(in_book_currency(settings, account("contra", was.fund), -back))
    if deferred:
        if now.is_open:
            lines.append(deferral(settings, now, now.value))
        lines.append(deferral(settings, was, -was.value))
    if deferred or (was.kind == "memorandum" and not was.is_recognised(day)):
        if advance is None or advance.value < gross:
            raise EventRefusedError(
                f"{format_amount(gross)} is taken back of {was.label}, which is not due yet: "
                "say what is held in advance for it, no less than that."
            )
        name = account("in-advance", was.fund, was.donor)
        rest = gross - advance.value
        lines.append(held_lot(settings, name, advance.value, was.label))
        lines.append(held_lot(settings, name, rest, was.label, advance.since))
    elif was.kind == "memorandum":
        name = account("contributions", was.fund, was.donor)
        lines.append(in_book_currency(settings, name, gross))
    else:
        settled = back if income is None else income
        lines.append(in_book_currency(settings, account("exchange", was.fund), gross - settled))
        # What was paid in advance became income at the value received, without exchange: with
        # the payment undone it is what the instalment is carried at.
        prior = was.is_prior(settings.periods.start_of(day))
        name = account("prior-period" if prior else "contributions", was.fund, was.donor)
        lines.append(in_book_currency(settings, name, settled - back))
    return make_entry(
        settings,
        day=day,
        event="returned-payment",
        narration=f"Payment of {was.label} taken back by the bank",
        lines=lines,
        donor=was.donor,
        earmark=earmark_of(was),
        labels=[was.label],
        meta={"reverses": reverses},
    )


def receipt_without_pledge(
    settings: Settings,
    *,
    day: date,
    donor: str,
    earmark: Earmark,
    value: Decimal,
) -> Draft:
    """A contribution that no pledge preceded, at the value received; also a share of confiscated
    proceeds paid into the Convention's account.
    """
    return make_entry(
        settings,
        day=day,
        event="receipt-without-pledge",
        narration="Contribution without a pledge",
        lines=[
            in_book_currency(settings, account("cash", earmark.fund), value),
            in_book_currency(settings, account("contributions", earmark.fund, donor), -value),
        ],
        donor=donor,
        earmark=earmark,
    )


def receipt_unapplied(
    settings: Settings,
    *,
    day: date,
    fund: str,
    label: str,
    value: Decimal,
    class_: str = "",
) -> Draft:
    """Money whose donor, purpose or pledge is not known yet: a liability under its own label, of
    the fund's default class, unless another is named.
    """
    return make_entry(
        settings,
        day=day,
        event="receipt-unapplied",
        narration="Unapplied receipt",
        lines=[
            in_book_currency(settings, account("cash", fund), value),
            held_lot(settings, account("unapplied", fund), -value, label),
        ],
        earmark=Earmark(fund, settings.funds[fund].class_of(class_ or None, None)),
    )


def in_kind(
    settings: Settings,
    *,
    day: date,
    donor: str,
    earmark: Earmark,
    value: Decimal,
) -> Draft:
    """A contribution in kind at the donor's valuation, in its own accounts and commodity, outside
    every money total.
    """
    commodity = f"{settings.currency}.IK"
    return make_entry(
        settings,
        day=day,
        event="in-kind",
        narration="Contribution in kind",
        lines=[
            DraftLine(
                account=account("in-kind-held", earmark.fund), number=value, currency=commodity
            ),
            DraftLine(
                account=account("in-kind", earmark.fund, donor), number=-value, currency=commodity
            ),
        ],
        donor=donor,
        earmark=earmark,
    )


def release(
    settings: Settings,
    *,
    day: date,
    claim: Claim,
    deferred: Decimal = ZERO,
    advance: Decimal = ZERO,
) -> Draft:
    """The release of a deferred instalment, and of money received for it in advance, to income on
    the first day of its biennium, or under `agreement` when its condition is met. Amounts are the
    value still held under its label.
    """
    fund, donor = claim.fund, claim.donor
    starts = settings.periods.start_of(claim.due or claim.pledged_on)
    if deferred < 0 or advance < 0 or not deferred + advance:
        raise EventRefusedError(f"Nothing is held of {claim.label} that could be released.")
    if day < starts and not settings.waits_for_condition(fund, claim.class_, claim.condition):
        raise EventRefusedError(
            f"{claim.label} becomes income on {starts}, the first day of its period, not on {day}."
        )
    lines = [
        in_book_currency(settings, account("contributions", fund, donor), -(deferred + advance))
    ]
    if advance:
        name = account("in-advance", fund, donor)
        lines.insert(0, held_lot(settings, name, advance, claim.label))
    if deferred:
        lines.insert(0, deferral(settings, claim, deferred))
    return make_entry(
        settings,
        day=day,
        event="release",
        narration=f"Release of {claim.label}",
        lines=lines,
        donor=donor,
        earmark=earmark_of(claim),
        labels=[claim.label],
    )


def refund_overpayment(
    settings: Settings,
    *,
    day: date,
    receipt: str,
    held: Earmark,
    amount: Decimal,
    value: Decimal | None = None,
    donor: str = "",
) -> Draft:
    """Money that was paid too much, or by mistake, goes back: out of the unapplied receipt that
    holds `amount`, `value` of it (all, unless stated). It never was a contribution.
    """
    back = amount if value is None else value
    if not ZERO < back <= amount:
        raise EventRefusedError(
            f"{receipt} holds {format_amount(amount)}; {format_amount(back)} cannot be refunded."
        )
    name = account("unapplied", held.fund)
    lines = [
        held_lot(settings, name, amount, receipt),
        in_book_currency(settings, account("cash", held.fund), -back),
    ]
    if back < amount:
        lines.append(held_lot(settings, name, back - amount, receipt))
    return make_entry(
        settings,
        day=day,
        event="refund-overpayment",
        narration=f"Refund out of {receipt}",
        lines=lines,
        donor=donor,
        earmark=held,
    )


def _settle(
    settings: Settings, settled: Sequence[Settled], day: date
) -> list[tuple[Earmark, DraftLine]]:
    """Return the postings that settle instalments, all but the money's own."""
    several = len(settled) > 1
    lines = []
    for each in settled:
        own = settle_one(settings, each, day, {INSTALMENT: each.claim.label} if several else {})
        lines += [(earmark_of(each.claim), line) for line in own]
    return lines


def settle_one(
    settings: Settings, settled: Settled, day: date, own: Meta | None = None
) -> list[DraftLine]:
    """Return the postings that settle one instalment, all but those of what settles it. `own` is
    what the posting of its exchange or income says.
    """
    claim, left = settled.claim, settled.left
    need_value(settings, claim.label, claim.currency, settled.units, settled.value)
    fund, donor = claim.fund, claim.donor
    out = claim.value - left.value
    lines = [taken_out(claim)]
    if left.is_open:
        lines.append(put_back(settings, left))
    if claim.is_deferred:
        lines.append(deferral(settings, claim, claim.value))
        if left.is_open:
            lines.append(deferral(settings, claim, -left.value))
    if claim.kind == "memorandum":
        lines.append(in_book_currency(settings, account("contra", fund), out))
    if not claim.is_recognised(day):
        name = account("in-advance", fund, donor)
        held, since = settled.advance or (ZERO, None)
        if held:
            lines.append(held_lot(settings, name, held, claim.label))
        lines.append(held_lot(settings, name, -settled.value - held, claim.label, since))
        return lines
    if claim.kind == "memorandum":
        line = in_book_currency(settings, account("contributions", fund, donor), -settled.value)
    else:
        line = in_book_currency(settings, account("exchange", fund), out - settled.value)
    return [*lines, structs.replace(line, meta=own or {})]


def need_value(
    settings: Settings, label: str, currency: str, units: Decimal, value: Decimal
) -> None:
    """Exchange exists only where a pledge is in another currency than the book."""
    if currency == settings.currency and units != value:
        raise EventRefusedError(
            f"{label} is in {currency}: {format_amount(units)} of it is settled by as much, not by "
            f"{format_amount(value)}. What a bank kept is a charge; what is missing is unpaid."
        )


def _one_fund(settled: Sequence[Settled]) -> str:
    funds = {each.claim.fund for each in settled}
    if len(funds) != 1:
        raise EventRefusedError(
            f"A payment settles instalments of one fund, these are of {', '.join(sorted(funds))}: "
            "record it as a receipt and apply that."
        )
    return funds.pop()


def _by_earmark(settled: Sequence[Settled]) -> dict[Earmark, Decimal]:
    sums: dict[Earmark, Decimal] = {}
    for each in settled:
        earmark = earmark_of(each.claim)
        sums[earmark] = sums.get(earmark, ZERO) + each.value
    return sums


def _stated(
    lines: Sequence[tuple[Earmark, DraftLine]],
) -> tuple[list[DraftLine], Earmark | None]:
    """State class and purpose once where all postings share them, else on each posting."""
    earmarks = {(earmark.class_, earmark.purpose) for earmark, line in lines if line.number}
    if len(earmarks) == 1:
        return [line for _, line in lines], lines[0][0]
    return [
        structs.replace(line, meta={**earmark.meta(), **line.meta}) for earmark, line in lines
    ], None


def _entry(
    settings: Settings,
    day: date,
    event: str,
    settled: Sequence[Settled],
    lines: Sequence[tuple[Earmark, DraftLine]],
    narration: str,
) -> Draft:
    own, stated = _stated(lines)
    labels = [each.claim.label for each in settled]
    donors = {each.claim.donor for each in settled}
    return make_entry(
        settings,
        day=day,
        event=event,
        narration=narration,
        lines=own,
        donor=donors.pop() if len(donors) == 1 else "",
        earmark=stated,
        labels=labels,
    )

"""Builders of prior-period corrections: what an earlier period left out or got wrong, booked in the
open one as an event of its own.

Under UNSAS an omission or an error of an earlier period is an adjustment of this one, shown apart
from its income, whatever it concerns: what is of a donor in the schedule's column *adjustments*
(`Equity:FUND:Prior-Period:DONOR`), all else in Statement I only (`Equity:FUND:Corrections`). Each
says its cause.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from msgspec import structs
from pledgebook.ledger.declared.chart import OWN_RESULT, account
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft, DraftLine
from pledgebook.ledger.events.parts import Earmark, Part, in_book_currency, make_entry
from pledgebook.ledger.events.pledges import commitment
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import ZERO, format_amount
from pledgebook.ledger.register.register import CAUSE, CONCERNS, RESTATES, Gift


def prior_pledge(
    settings: Settings,
    *,
    day: date,
    made_on: date,
    cause: str,
    donor: str,
    pledge: str,
    earmark: Earmark,
    currency: str,
    parts: Sequence[Part],
) -> Draft:
    """A pledge of an earlier period that is found only now: its lots bear the day it was made on,
    and what was due before this period is an adjustment, not income. Its instalments are valued at
    the rate of `made_on`.
    """
    _need_cause(cause)
    starts = settings.periods.start_of(day)
    if made_on >= starts:
        raise EventRefusedError(
            f"A pledge of {made_on} is of the period of {day}: record it on its own day."
        )
    draft = commitment(
        settings,
        day=day,
        donor=donor,
        pledge=pledge,
        earmark=earmark,
        currency=currency,
        parts=parts,
    )
    agreed = settings.funds[earmark.fund].policy(earmark.class_) == "agreement"
    prior = sum(
        (
            part.value
            for part in parts
            if settings.periods.start_of(part.due or made_on) < starts
            or (agreed and not part.condition)
        ),
        ZERO,
    )
    income = account("contributions", earmark.fund, donor)
    lines = []
    for line in draft.lines:
        if line.account == income:
            adjusted = in_book_currency(
                settings, account("prior-period", earmark.fund, donor), -prior
            )
            lines += [adjusted, structs.replace(line, number=line.number + prior)]
        else:
            lines.append(structs.replace(line, committed=made_on) if line.label else line)
    days = [made_on if agreed else settings.periods.start_of(p.due or made_on) for p in parts]
    concerns = max((max(made_on, day) for day in days if day < starts), default=made_on)
    return structs.replace(draft, lines=tuple(line for line in lines if line.number)).noted(
        narration=f"Pledge {pledge} of {made_on}, found later",
        meta={CAUSE: cause, CONCERNS: concerns},
    )


def returned_gift(
    settings: Settings,
    *,
    day: date,
    gift: Gift,
    value: Decimal,
    reverses: str,
    charges: Decimal = ZERO,
) -> Draft:
    """A contribution without a pledge, or a part of it, that the bank takes back: `value` go, and
    `charges`, which its correspondents kept of it, are none any more. Of an earlier period it is an
    adjustment. `reverses` names the gift's entry, by date or ref.
    """
    gross = value + charges
    _need_part(gift, gross)
    return make_entry(
        settings,
        day=day,
        event="returned-payment",
        narration=f"Contribution of {gift.entry.date} taken back by the bank",
        lines=[
            in_book_currency(settings, account("cash", gift.fund), -value),
            in_book_currency(settings, account("bank-charges", gift.fund), -charges),
            in_book_currency(settings, income_of(settings, gift, day, gift.donor), gross),
        ],
        donor=gift.donor,
        earmark=Earmark(gift.fund, gift.class_, gift.purpose),
        meta={"reverses": reverses},
    )


def re_earmarked_gift(
    settings: Settings,
    *,
    day: date,
    gift: Gift,
    value: Decimal,
    earmark: Earmark,
    cause: str,
    reverses: str,
) -> Draft:
    """A contribution without a pledge, or a part of it, was for another class or purpose of its
    fund: its cash moves there, and its income, that of an earlier period as an adjustment of both.
    """
    _need_cause(cause)
    _need_part(gift, value)
    was = Earmark(gift.fund, gift.class_, gift.purpose)
    if earmark == was:
        raise EventRefusedError("The contribution is earmarked so already.")
    if earmark.fund != gift.fund:
        raise EventRefusedError(
            f"The contribution was paid to {gift.fund}: what it has of it goes to {earmark.fund} "
            "by a transfer."
        )
    income = income_of(settings, gift, day, gift.donor)
    is_prior = gift.entry.date < settings.periods.start_of(day)
    concerns = {CONCERNS: gift.entry.date} if is_prior else {}
    cash = account("cash", gift.fund)

    def line(name: str, amount: Decimal, of: Earmark) -> DraftLine:
        return structs.replace(in_book_currency(settings, name, amount), meta=of.meta())

    return make_entry(
        settings,
        day=day,
        event="re-earmark",
        narration=f"Contribution of {gift.entry.date} was for another purpose",
        lines=[
            line(income, value, was),
            line(cash, -value, was),
            line(cash, value, earmark),
            line(income, -value, earmark),
        ],
        donor=gift.donor,
        meta={"reverses": reverses, CAUSE: cause, **concerns},
    )


def correction(
    settings: Settings,
    *,
    day: date,
    earmark: Earmark,
    value: Decimal,
    cause: str,
    obligated: bool = False,
    concerns: date | None = None,
    kind: str = "",
) -> Draft:
    """What an earlier period got wrong and concerns no donor (expenditure charged twice, interest
    left out): `value` that come to the fund's balance, negative where they leave it, in cash or
    (`obligated`) in obligations. `concerns` is the day of the period that got it wrong, `kind` the
    kind of account it belonged in (one of `OWN_RESULT`): by these IPSAS restates earlier figures.
    """
    _need_cause(cause)
    if concerns is not None and concerns >= settings.periods.start_of(day):
        raise EventRefusedError(
            f"{concerns} is of the period of {day}: correct the entry of that day itself."
        )
    if kind and kind not in OWN_RESULT:
        raise EventRefusedError(
            f"{kind!r} is none of the kinds of income and expenditure of no donor: "
            f"{', '.join(OWN_RESULT)}."
        )
    if not value:
        raise EventRefusedError("A correction of nothing needs no entry.")
    other = account("obligations" if obligated else "cash", earmark.fund)
    return make_entry(
        settings,
        day=day,
        event="correction",
        narration="Correction of an earlier period",
        lines=[
            in_book_currency(settings, other, value),
            in_book_currency(settings, account("correction", earmark.fund), -value),
        ],
        earmark=earmark,
        meta={
            CAUSE: cause,
            **({CONCERNS: concerns} if concerns else {}),
            **({RESTATES: kind} if kind else {}),
        },
    )


def income_of(settings: Settings, gift: Gift, day: date, donor: str) -> str:
    """Return the account of a donor in which a contribution without a pledge is changed on a day:
    income of this period, or the adjustments of an earlier one.
    """
    prior = gift.entry.date < settings.periods.start_of(day)
    return account("prior-period" if prior else "contributions", gift.fund, donor)


def _need_part(gift: Gift, value: Decimal) -> None:
    if not ZERO < value <= gift.value:
        raise EventRefusedError(
            f"Of the contribution of {gift.entry.date} {format_amount(gift.value)} is left; "
            f"{format_amount(value)} of it cannot be taken back or moved."
        )


def _need_cause(cause: str) -> None:
    if not cause.strip():
        raise EventRefusedError("A correction of an earlier period says its cause.")

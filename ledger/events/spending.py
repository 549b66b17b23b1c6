"""Builders of spending and of movements between funds: nothing here touches an instalment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from msgspec import structs
from pledgebook.ledger.declared.chart import account
from pledgebook.ledger.declared.funds import CLASS_ROLES
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft, DraftLine, Meta
from pledgebook.ledger.events.parts import Earmark, in_book_currency, make_entry
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import format_amount, round_to


def expenditure(
    settings: Settings,
    *,
    day: date,
    earmark: Earmark,
    value: Decimal,
    obligated: bool = False,
) -> Draft:
    """Spending on the programme: disbursed from cash, or an obligation raised (`obligated`)."""
    _need_value(value)
    source = "obligations" if obligated else "cash"
    return _booked(
        settings,
        day,
        "expenditure",
        earmark,
        [("programme", value), (source, -value)],
        "Obligation raised" if obligated else "Programme expenditure",
    )


def obligation_paid(
    settings: Settings,
    *,
    day: date,
    earmark: Earmark,
    value: Decimal,
) -> Draft:
    """An obligation is paid: no new expenditure."""
    _need_value(value)
    lines = [("obligations", value), ("cash", -value)]
    return _booked(settings, day, "obligation", earmark, lines, "Obligation paid")


def savings(
    settings: Settings,
    *,
    day: date,
    earmark: Earmark,
    value: Decimal,
) -> Draft:
    """An obligation of an earlier period is not needed: a saving, below the line."""
    _need_value(value)
    lines = [("obligations", value), ("savings", -value)]
    return _booked(
        settings, day, "savings", earmark, lines, "Savings on an obligation of an earlier period"
    )


def obligation_cancelled(
    settings: Settings, *, day: date, earmark: Earmark, value: Decimal, spent_on: str = ""
) -> Draft:
    """An obligation of this very period is not needed: its expenditure is taken back, on the
    account `spent_on` it was raised on (else programme expenditure).
    """
    _need_value(value)
    return make_entry(
        settings,
        day=day,
        event="expenditure",
        narration="Obligation cancelled",
        lines=[
            in_book_currency(settings, spent_on or account("programme", earmark.fund), -value),
            in_book_currency(settings, account("obligations", earmark.fund), value),
        ],
        earmark=earmark,
    )


def programme_support(
    settings: Settings,
    *,
    day: date,
    earmark: Earmark,
    expenditure: Decimal,
    rate: Decimal,
    support_class: str = "",
) -> Draft:
    """Programme support costs: `rate` (0.13) of `expenditure`, a cost of the class that spent and
    income of the support class: of its fund, or where that has none, of the fund in which it is
    operated, to which the cash goes over the accounts between them. Another class of it may be
    named.
    """
    if earmark.class_ == (support_class or settings.funds[earmark.fund].support_class):
        raise EventRefusedError(
            f"The class {earmark.class_} earns support costs of other classes; it is charged none."
        )
    if expenditure > 0 and rate > 1:
        raise EventRefusedError(
            f"Support costs are a part of expenditure; {format_amount(rate * 100)} % is more than "
            "all of it. State the percent as 13."
        )
    value = round_to(expenditure * rate, settings.decimals)
    _need_value(value)
    fund = earmark.fund
    target = _supporting(settings, fund, support_class)
    spent, support = earmark.meta(), target.meta()
    lines = [_stated(settings, account("programme-support", fund), value, spent)]
    if target.fund == fund:
        lines += [
            _stated(settings, account("cash", fund), -value, spent),
            _stated(settings, account("cash", fund), value, support),
        ]
    else:
        lines += [
            _stated(settings, account("due-to", fund, target.fund), -value, spent),
            _stated(settings, account("due-from", target.fund, fund), value, support),
            *_settlement(settings, earmark, target, value),
        ]
    lines.append(
        _stated(settings, account("programme-support-income", target.fund), -value, support)
    )
    words = f"Programme support, {format_amount(rate * 100)} % of expenditure"
    return make_entry(settings, day=day, event="programme-support", narration=words, lines=lines)


def _supporting(settings: Settings, fund: str, named: str) -> Earmark:
    """Return the support class that earns the support costs of a fund, or the class that is
    `named`: of the fund itself, or of the one it is operated within.
    """
    within = [code for code in settings.funds if settings.is_within(fund, code)]
    for code in (fund, *within):
        class_ = named or settings.funds[code].support_class
        if class_ and class_ in settings.funds[code].classes:
            return Earmark(code, class_)
    wanted = named or CLASS_ROLES["support"]
    raise EventRefusedError(
        f"No class {wanted} earns the support costs of {fund}: it has the class"
        f"{'es' if len(settings.funds[fund].classes) > 1 else ''} "
        f"{', '.join(settings.funds[fund].classes)}"
        + (f", and so has {' and '.join(within)} none" if within else "")
        + f". Add {wanted} to classes: of the fund that earns them"
        + ("." if named else ", or say with support-class: which class does.")
    )


def split_gross(gross: Decimal, rate: Decimal, decimals: int = 2) -> tuple[Decimal, Decimal]:
    """Split an amount that includes support costs: what is for the programme, and the support,
    in so many decimals.
    """
    programme = round_to(gross / (1 + rate), decimals)
    return programme, gross - programme


def bank_charge(
    settings: Settings,
    *,
    day: date,
    earmark: Earmark,
    value: Decimal,
) -> Draft:
    """What a bank took for itself out of the fund's cash; what correspondents keep of a payment is
    part of that payment.
    """
    _need_value(value)
    lines = [("bank-charges", value), ("cash", -value)]
    return _booked(settings, day, "expenditure", earmark, lines, "Bank charges")


def interest(
    settings: Settings,
    *,
    day: date,
    shares: Sequence[tuple[Earmark, Decimal]],
) -> Draft:
    """Interest as advised, to each class its share."""
    lines = []
    for earmark, value in shares:
        _need_value(value)
        stated = earmark.meta()
        lines.append(_stated(settings, account("cash", earmark.fund), value, stated))
        lines.append(_stated(settings, account("interest", earmark.fund), -value, stated))
    return make_entry(settings, day=day, event="interest", narration="Interest", lines=lines)


def miscellaneous_income(
    settings: Settings,
    *,
    day: date,
    earmark: Earmark,
    value: Decimal,
) -> Draft:
    """Income that is neither a contribution nor interest: a sale, a refund of an earlier period's
    expenditure, what came of something that was given up.
    """
    _need_value(value)
    lines = [("cash", value), ("miscellaneous", -value)]
    return _booked(settings, day, "miscellaneous-income", earmark, lines, "Miscellaneous income")


def refund_unspent(
    settings: Settings,
    *,
    day: date,
    donor: str,
    earmark: Earmark,
    value: Decimal,
) -> Draft:
    """Earmarked money that was not spent goes back to its donor: below the line."""
    _need_value(value)
    fund = earmark.fund
    return make_entry(
        settings,
        day=day,
        event="refund-unspent",
        narration="Refund of the unspent balance",
        lines=[
            in_book_currency(settings, account("refunds", fund, donor), value),
            in_book_currency(settings, account("cash", fund), -value),
        ],
        donor=donor,
        earmark=earmark,
    )


def transfer(
    settings: Settings,
    *,
    day: date,
    source: Earmark,
    target: Earmark,
    value: Decimal,
    settled: bool = False,
    donor: str = "",
) -> Draft:
    """Collected money passes to another fund or class; the schedule is not touched.

    Between funds it is owed over the accounts between them until it is paid: in the same entry
    where it is `settled` at once, else by a `settlement`.
    """
    _need_value(value)
    if source == target:
        raise EventRefusedError("A transfer goes to another fund, class or purpose; state one.")
    one, other = source.meta(), target.meta()
    if source.fund == target.fund:
        lines = [
            _stated(settings, account("cash", source.fund), -value, one),
            _stated(settings, account("transfers", source.fund, source.fund), value, one),
            _stated(settings, account("cash", source.fund), value, other),
            _stated(settings, account("transfers", source.fund, source.fund), -value, other),
        ]
    else:
        lines = [
            _stated(settings, account("transfers", source.fund, target.fund), value, one),
            _stated(settings, account("due-to", source.fund, target.fund), -value, one),
            _stated(settings, account("due-from", target.fund, source.fund), value, other),
            _stated(settings, account("transfers", target.fund, source.fund), -value, other),
        ]
        if settled:
            lines += _settlement(settings, source, target, value)
    return make_entry(
        settings,
        day=day,
        event="transfer",
        narration=f"Transfer from {_place(source)} to {_place(target)}",
        lines=lines,
        donor=donor,
    )


def settlement(
    settings: Settings,
    *,
    day: date,
    source: Earmark,
    target: Earmark,
    value: Decimal,
) -> Draft:
    """Money owed between funds is paid: the accounts between them and the cash of both."""
    _need_value(value)
    lines = _settlement(settings, source, target, value)
    words = f"Settlement from {_place(source)} to {_place(target)}"
    return make_entry(settings, day=day, event="settlement", narration=words, lines=lines)


def _settlement(
    settings: Settings, source: Earmark, target: Earmark, value: Decimal
) -> list[DraftLine]:
    one, other = source.meta(), target.meta()
    due_to = account("due-to", source.fund, target.fund)
    due_from = account("due-from", target.fund, source.fund)
    return [
        _stated(settings, due_to, value, one),
        _stated(settings, account("cash", source.fund), -value, one),
        _stated(settings, account("cash", target.fund), value, other),
        _stated(settings, due_from, -value, other),
    ]


def operating_reserve(
    settings: Settings,
    *,
    day: date,
    earmark: Earmark,
    value: Decimal,
) -> Draft:
    """A part of the balance is set aside as operating reserve (negative: given free again)."""
    if not value:
        raise EventRefusedError("An operating reserve of nothing needs no entry.")
    lines = [("reserved", value), ("operating-reserve", -value)]
    words = "Operating reserve set aside" if value > 0 else "Operating reserve given free"
    return _booked(settings, day, "operating-reserve", earmark, lines, words)


def _booked(
    settings: Settings,
    day: date,
    event: str,
    earmark: Earmark,
    amounts: Sequence[tuple[str, Decimal]],
    narration: str,
) -> Draft:
    return make_entry(
        settings,
        day=day,
        event=event,
        narration=narration,
        lines=[
            in_book_currency(settings, account(kind, earmark.fund), value)
            for kind, value in amounts
        ],
        earmark=earmark,
    )


def _stated(settings: Settings, name: str, value: Decimal, meta: Meta) -> DraftLine:
    return structs.replace(in_book_currency(settings, name, value), meta=meta)


def _place(earmark: Earmark) -> str:
    return " ".join(part for part in (earmark.fund, earmark.class_, earmark.purpose) if part)


def _need_value(value: Decimal) -> None:
    if value <= 0:
        raise EventRefusedError(f"The amount is above zero, this one is {format_amount(value)}.")

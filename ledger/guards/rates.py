"""Rates are above zero, an entry that states one rests on one of the book that was of its day, and
values that differ from what the rate makes of the amount stand out: one digit too many would only
be a large gain.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from beancount.core.data import Price, Transaction
from msgspec import Struct, structs
from pledgebook.ledger.declared.chart import CLAIMS
from pledgebook.ledger.declared.declarations import as_date, as_text
from pledgebook.ledger.declared.fixed_rates import FIXED
from pledgebook.ledger.declared.rates import MissingRateError, Rates
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, finding, notice
from pledgebook.ledger.guards.approval import OVERRIDE
from pledgebook.ledger.money import ZERO, format_amount, format_units
from pledgebook.ledger.register.events import PAYING, events_that
from pledgebook.ledger.register.postings import Line, read_lines
from pledgebook.ledger.register.register import Change, Register
from pledgebook.ledger.register.view import View


def guard(view: View) -> Iterator[Finding]:
    """Yield what is wrong with rates, and then the notices of values that differ from theirs."""
    for entry in view.entries:
        if isinstance(entry, Price):
            yield from _check_rate(entry, view.settings)
    for transaction, lines in view.transactions:
        yield from _check_stated_rate(transaction, lines, view.rates, view.settings)
    yield from _compare(view.register, view.rates)


def _check_rate(entry: Price, settings: Settings) -> Iterator[Finding]:
    """A rate of exchange is above zero."""
    number = entry.amount.number
    if settings.rate_base.currency in {entry.currency, entry.amount.currency} and (
        number is None or number <= 0
    ):
        yield finding(
            entry,
            "rate",
            f"A rate of exchange is above zero; {entry.currency} is priced at {number} "
            f"{entry.amount.currency} on {entry.date}. Correct the rate, or take the line out.",
        )


def _check_stated_rate(
    entry: Transaction, lines: list[Line], rates: Rates, settings: Settings
) -> Iterator[Finding]:
    """An entry that states the rate it was made with rests on a rate of the book."""
    stated = entry.meta.get("rate-date")
    if stated is None or entry.meta.get("rate-source") == FIXED:
        return
    effective = as_date(stated)
    carried = entry.meta.get("event") == "opening"  # at the rate of what it opens with
    if effective is not None and not carried and rates.is_too_old(effective, entry.date):
        yield notice(
            entry,
            "rate-old",
            f"The entry of {entry.date} rests on a rate of exchange of {effective}, "
            f"{(entry.date - effective).days} days before; a rate holds for {rates.age}. Add the "
            f'rate of the day, as "{entry.date.replace(day=1)} price {rates.base} UNITS '
            'CURRENCY", and correct the value by it, or declare with "rate-age" how long rates '
            "hold.",
        )
    currencies = {line.currency: line for line in lines if line.place.kind in CLAIMS}
    for currency, line in currencies.items():
        known = {currency, rates.through(currency, entry.date)}
        if rates.base in known:
            known.add(settings.currency)
        if currency == settings.currency or any(rates.newest(name, entry.date) for name in known):
            continue
        yield finding(
            entry,
            "rate-missing",
            f"The entry states a rate of exchange of {as_text(stated)}, but the book has none "
            f"of {currency} effective on or before {entry.date}: add it as "
            f'"{entry.date.replace(day=1)} price {rates.base} UNITS {currency}".',
            line.posting.meta,
        )


_VALUED = events_that("is_valued")


class _Stated(Struct, frozen=True, kw_only=True):
    """What an entry says of one currency: the amount and its value, and the day they are of."""

    entry: Transaction
    fund: str
    labels: tuple[str, ...]
    amount: Decimal
    currency: str
    value: Decimal
    day: date
    paid: bool


def _compare(register: Register, rates: Rates) -> Iterator[Finding]:
    """Yield a notice for each commitment, increase or payment whose value differs from the book's
    rate's by more than the fund's `rate-tolerance:`.
    """
    newest = rates.of_any_age()
    for stated in _joined(register):
        pledged = "" if stated.paid else stated.fund
        if pledged and register.settings.funds[pledged].valuation == "sheet":
            continue
        try:
            usual, rate = (
                register.settings.value_pledged(
                    newest, pledged, stated.amount, stated.currency, stated.day
                )
                if pledged
                else newest.value(stated.amount, stated.currency, stated.day)
            )
        except MissingRateError:
            continue
        percent = register.settings.funds[stated.fund].rate_tolerance
        if rate is None or abs(stated.value - usual) <= usual * percent / 100:
            continue
        currency = register.settings.currency
        beside = "" if rate.own == 1 else f", {format_units(rate.own)} {currency}"
        yield notice(
            stated.entry,
            "rate-differs",
            f"{format_units(stated.amount)} {stated.currency} of {', '.join(stated.labels)} is "
            f"{format_amount(stated.value)} {currency} here and {format_amount(usual)} "
            f"{currency} at the rate of {rate.day} ({format_units(rate.number)}{beside}): more "
            f"than {format_units(percent)} % apart. Correct the amount or the value, or add the "
            "rate that was effective.",
        )


def _joined(register: Register) -> Iterator[_Stated]:
    """Yield what entries state; instalments of one currency that an entry settles are one."""
    found: dict[tuple[int, str], _Stated] = {}
    for change in register.changes:
        stated = _stated(change, register.settings)
        if stated is None or stated.currency == register.settings.currency:
            continue
        key = (id(change.entry), stated.currency)
        other = found.get(key)
        if other is not None:
            stated = structs.replace(
                stated,
                labels=(*other.labels, *stated.labels),
                amount=other.amount + stated.amount,
                value=other.value + stated.value,
            )
        found[key] = stated
    yield from found.values()


def _stated(change: Change, settings: Settings) -> _Stated | None:
    before, after, entry = change.before, change.after, change.entry
    if entry.meta.get(OVERRIDE) is not None:
        return None  # stated against the rate, with the reason
    own = before if before is not None and before.committed else None
    units = after.units - (own.units if own else ZERO)
    if own is not None and own.currency != after.currency:
        return None
    if change.event in PAYING and own is not None:
        amount, value = -units, change.received + change.advanced
    elif change.event in _VALUED and after.committed:
        amount, value = units, after.value - (own.value if own else ZERO)
    else:
        return None
    if amount <= 0:
        return None
    day = _came(entry, settings)
    return _Stated(
        entry=entry,
        fund=after.fund,
        labels=(after.label,),
        amount=amount,
        currency=after.currency,
        value=value,
        day=day,
        paid=change.event in PAYING and own is not None,
    )


def _came(entry: Transaction, settings: Settings) -> date:
    """Return the day money came: a receipt that is applied later, the day it was received."""
    for line in read_lines(entry, settings):
        cost = line.posting.cost
        if line.place.kind == "unapplied" and line.units > 0 and cost is not None:
            return cost.date or entry.date
    return entry.date

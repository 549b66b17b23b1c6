"""Rates of exchange: units of a currency for one of the base, each with an effective date.

    1999-12-31 custom "rate-base" "EUR"
      source: "European Central Bank"
    2002-03-01 price EUR 0.62 GBP

The base is the currency against which the source publishes its rates, whatever the book is kept in:
unless it is declared, the US dollar of the United Nations operational rates of exchange. An amount
in the book's currency is the amount over the rate of its own, times the rate of the book's, rounded
once.

The newest rate effective on or before a date counts, unless it is too old: rates are published
every month, so one of more than 35 days before (`custom "rate-age"` says otherwise) is no rate of
the day. A currency that the euro replaced and that has no rate of its own is taken through the euro
at its fixed rate, from the day on which that was fixed.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from beancount.core.data import Directive, Price
from pledgebook.ledger.declared.currencies import decimals_of, euro_from, to_euro
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.money import round_to, value_at


class RateBase(NamedTuple):
    """Against which currency rates are, and what letters and notes call them."""

    currency: str = "USD"
    source: str = "United Nations operational rates of exchange"

    @property
    def aside(self) -> str:
        """The source as it stands behind a word, in parentheses; "" where none is named."""
        return f" ({self.source})" if self.source else ""


UN_RATES = RateBase()
"""What a book goes by that declares none."""


class Rate(NamedTuple):
    """A rate: units of `currency` for one of the base, effective from `day`; `own` are units of the
    book's currency for one of the base.
    """

    currency: str
    number: Decimal
    day: date
    own: Decimal = Decimal(1)

    @property
    def source(self) -> str:
        """What an entry says of where its rate is from; "" of the book's own rates."""
        return ""

    @property
    def per_own(self) -> Decimal:
        """Units of the currency for one of the book's, not rounded."""
        return self.number / self.own


RATE_AGE = 35
"""Days after which a rate is none of the day: a published month, and some to spare."""
_FOR_EVER = date.max.toordinal()


class MissingRateError(RefusedError):
    """The book has no rate of a currency on or before a date, or none that is of the day."""


class Rates:
    """The rates of a book against `base`, by currency and effective date. `currency` is the book's;
    `age` is the most days for which one holds.
    """

    def __init__(
        self,
        rates: Iterable[Rate],
        *,
        base: str = UN_RATES.currency,
        currency: str = "USD",
        age: int = RATE_AGE,
    ) -> None:
        self.base, self.currency, self.age = base, currency, age
        self._decimals = decimals_of(currency)
        self._by_currency: dict[str, list[Rate]] = {}
        for rate in sorted(rates, key=lambda rate: rate.day):
            if rate.number > 0:
                self._by_currency.setdefault(rate.currency, []).append(rate)
        self._known: dict[tuple[str, date], Rate | str] = {}

    @staticmethod
    def of_book(
        entries: Iterable[Directive],
        *,
        base: str = UN_RATES.currency,
        currency: str = "USD",
        age: int = RATE_AGE,
    ) -> Rates:
        """Read the book's prices against the base: `price USD 1.14 EUR`, or the other way round."""
        rates = []
        for entry in entries:
            if not isinstance(entry, Price) or not entry.amount.number:
                continue
            if entry.currency == base:
                rates.append(Rate(entry.amount.currency, entry.amount.number, entry.date))
            elif entry.amount.currency == base:
                rates.append(Rate(entry.currency, 1 / entry.amount.number, entry.date))
        return Rates(rates, base=base, currency=currency, age=age)

    @property
    def currencies(self) -> list[str]:
        """The currencies that the book has rates of, by code; the base among them."""
        return sorted({self.base, *self._by_currency})

    def newest(self, currency: str, day: date) -> Rate | None:
        """Return the newest rate against the base from on or before `day`, however old, or None."""
        rates = self._by_currency.get(currency, [])
        index = bisect_right(rates, day, key=lambda rate: rate.day)
        return rates[index - 1] if index else None

    def find(self, currency: str, day: date) -> Rate | None:
        """Return the rate of `day`: the newest, unless it is too old; or None."""
        rate = self.newest(currency, day)
        return None if rate is None or self.is_too_old(rate.day, day) else rate

    def is_too_old(self, effective: date, day: date) -> bool:
        """Tell whether a rate from a date on is none of `day` any more."""
        return (day - effective).days > self.age

    def of_any_age(self) -> Rates:
        """Return the same rates, each of which holds until the next, however long that is."""
        known = chain.from_iterable(self._by_currency.values())
        return Rates(known, base=self.base, currency=self.currency, age=_FOR_EVER)

    def through(self, currency: str, day: date) -> str:
        """Return the currency by whose rate one without a rate of its own is taken on `day`: the
        euro from the day on which it had replaced it; else "".
        """
        began = euro_from(currency)
        return "EUR" if began is not None and began <= day else ""

    def value(self, amount: Decimal, currency: str, day: date) -> tuple[Decimal, Rate | None]:
        """Return what an amount comes to in the book's currency at the rates of `day`, rounded to
        its decimals, and the rate used (None for the book's own currency). Raises MissingRateError
        with a sentence that says what to add.
        """
        if currency == self.currency:
            return round_to(amount, self._decimals), None
        rate = self._rate_of(currency, day)
        if isinstance(rate, str):
            raise MissingRateError(rate)
        units = amount if rate.currency == currency else to_euro(amount, currency)
        return value_at(units, rate.number, rate.own, self._decimals), rate

    def rate(self, currency: str, day: date) -> Rate | None:
        """Return the rate by which an amount of `day` is converted, that of the euro for a currency
        it replaced; None where there is none, and of the book's own currency.
        """
        rate = None if currency == self.currency else self._rate_of(currency, day)
        return None if isinstance(rate, str) else rate

    def missing(self, currency: str, day: date) -> str:
        """Return the sentence that says which rate to add where `value` would find none, else
        "".
        """
        rate = "" if currency == self.currency else self._rate_of(currency, day)
        return rate if isinstance(rate, str) else ""

    def _rate_of(self, currency: str, day: date) -> Rate | str:
        """Return the rate at which a currency is converted, its own or the euro's, or the sentence
        that says what is missing; worked out once for all rows of a day.
        """
        known = self._known.get((currency, day))
        if known is None:
            known = self._known[currency, day] = self._look_for(currency, day)
        return known

    def _look_for(self, currency: str, day: date) -> Rate | str:
        rate = self._against_base(currency, day)
        if isinstance(rate, str) or self.currency == self.base:
            return rate
        own = self._against_base(self.currency, day)
        if isinstance(own, str):
            return own
        return rate._replace(
            own=own.number, day=own.day if rate.currency == self.base else rate.day
        )

    def _against_base(self, currency: str, day: date) -> Rate | str:
        if currency == self.base:
            return Rate(currency, Decimal(1), day)
        euro = self.through(currency, day)
        if euro == self.base:
            return self.find(currency, day) or Rate(euro, Decimal(1), day)
        rate = self.find(currency, day) or (self.find(euro, day) if euro else None)
        if rate is not None:
            return rate
        wanted = euro or currency
        either = f"{currency} or {euro}" if euro else currency
        old = max(
            (each for name in {currency, wanted} if (each := self.newest(name, day))),
            key=lambda each: each.day,
            default=None,
        )
        since = (
            f"the newest is of {old.day} and holds for {self.age} days" if old else "there is none"
        )
        return (
            f"the book has no rate of exchange of {either} for {day} ({since}); "
            f'add it as "{day.replace(day=1)} price {self.base} UNITS {wanted}"'
        )

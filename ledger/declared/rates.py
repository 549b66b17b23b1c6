"""UN operational rates of exchange: local units for one US dollar, each with an effective date.

    2002-03-01 price USD 1.14 EUR

The newest rate effective on or before a date counts. A currency that the euro replaced and that
has no rate of its own is taken through the euro at its fixed rate.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount.core.data import Directive, Price
from pledgebook.ledger.declared.currencies import EURO_RATES, to_euro
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.money import dollars_at, to_cents


class Rate(NamedTuple):
    """A rate: local units of `currency` for one dollar, effective from `day`."""

    currency: str
    number: Decimal
    day: date


class MissingRateError(RefusedError):
    """The book has no rate of a currency on or before a date."""


class Rates:
    """The rates of a book, by currency and effective date."""

    def __init__(self, rates: Iterable[Rate], dollar: str = "USD") -> None:
        self.dollar = dollar
        self._by_currency: dict[str, list[Rate]] = {}
        for rate in sorted(rates, key=lambda rate: rate.day):
            if rate.number > 0:
                self._by_currency.setdefault(rate.currency, []).append(rate)

    @staticmethod
    def of_book(entries: Iterable[Directive], dollar: str = "USD") -> Rates:
        """Read the book's prices: `price USD 1.14 EUR`, or the other way round."""
        rates = []
        for entry in entries:
            if not isinstance(entry, Price) or not entry.amount.number:
                continue
            if entry.currency == dollar:
                rates.append(Rate(entry.amount.currency, entry.amount.number, entry.date))
            elif entry.amount.currency == dollar:
                rates.append(Rate(entry.currency, 1 / entry.amount.number, entry.date))
        return Rates(rates, dollar)

    @property
    def currencies(self) -> list[str]:
        """The currencies that the book has rates of, by code."""
        return sorted(self._by_currency)

    def find(self, currency: str, day: date) -> Rate | None:
        """Return the newest rate effective on or before `day`, or None."""
        rates = self._by_currency.get(currency, [])
        index = bisect_right(rates, day, key=lambda rate: rate.day)
        return rates[index - 1] if index else None

    def dollars(self, amount: Decimal, currency: str, day: date) -> tuple[Decimal, Rate | None]:
        """Convert an amount at the rate of `day`: dollars in cents, and the rate used (None for
        dollars). Raises MissingRateError with a sentence that says what to add.
        """
        if currency == self.dollar:
            return to_cents(amount), None
        rate = self.find(currency, day)
        if rate is None and currency in EURO_RATES:
            rate = self.find("EUR", day)
            if rate is not None:
                return dollars_at(to_euro(amount, currency), rate.number), rate
        if rate is None:
            wanted = "EUR" if currency in EURO_RATES else currency
            either = f"{currency} or EUR" if currency in EURO_RATES else currency
            raise MissingRateError(
                f"the book has no UN operational rate of {either} effective on or before {day}; "
                f'add it as "{day.replace(day=1)} price {self.dollar} UNITS {wanted}"'
            )
        return dollars_at(amount, rate.number), rate

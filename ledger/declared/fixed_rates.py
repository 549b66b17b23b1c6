"""Decided rates of exchange at which a fund's pledges are valued, whatever rates are published.

    2000-01-01 custom "fund" "TRUST" "Trust fund"
      valuation: "fixed"
    2000-01-01 custom "fixed-rate" "TRUST" 0.8147 EUR

A fixed rate is units of the currency for one of the book's. It holds from its day until the next of
that fund and currency, or to the day `until:` says. What a payment brings more or less than the
pledge is carried at is exchange, as everywhere: here it is the gain or loss of the mechanism.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from pledgebook.ledger.declared.currencies import is_currency
from pledgebook.ledger.declared.declarations import Declaration, as_date
from pledgebook.ledger.declared.funds import Fund
from pledgebook.ledger.declared.rates import Rate
from pledgebook.ledger.findings import Finding, finding


class FixedRate(Rate):
    """A rate that was decided: units of its currency for one of the book's."""

    __slots__ = ()

    @property
    def source(self) -> str:
        """What an entry says of where its rate is from."""
        return FIXED


FIXED = "fixed"


class FixedRates:
    """The fixed rates of a book, by fund, currency and day, with the day up to which each holds."""

    def __init__(self, rates: Iterable[tuple[str, FixedRate, date | None]] = ()) -> None:
        self._known: dict[tuple[str, str], list[tuple[FixedRate, date | None]]] = {}
        for fund, rate, until in sorted(rates, key=lambda each: each[1].day):
            self._known.setdefault((fund, rate.currency), []).append((rate, until))

    def find(self, fund: str, currency: str, day: date) -> FixedRate | None:
        """Return the rate of a fund that holds on a day, or None."""
        known = self._known.get((fund, currency), [])
        at = bisect_right(known, day, key=lambda each: each[0].day)
        if not at:
            return None
        rate, until = known[at - 1]
        return rate if until is None or day <= until else None

    def missing(self, fund: str, currency: str, day: date) -> str:
        """Return the sentence that says which rate to declare."""
        return (
            f"{fund} goes by fixed rates, and none of {currency} holds on {day}; declare it as "
            f'DATE custom "fixed-rate" "{fund}" UNITS {currency}'
        )


def read_fixed_rates(
    declarations: Iterable[Declaration], funds: Mapping[str, Fund], book_currency: str
) -> tuple[FixedRates, list[Finding]]:
    """Return the fixed rates that are declared, and what is wrong with them."""
    found, faults = [], []
    for item in declarations:
        fund, currency, number = item.texts
        until = as_date(item.meta["until"]) if "until" in item.meta else None
        wrong = ""
        if fund not in funds:
            wrong = f"is of the fund {fund!r}, which is not declared: correct the code"
        elif funds[fund].valuation != FIXED:
            wrong = f'is of {fund}, which is not valued by it: write valuation: "fixed" there'
        elif not is_currency(currency) or currency == book_currency:
            wrong = f"is of {currency}: write another currency than the book's"
        elif Decimal(number) <= 0:
            wrong = f"is {number}: write a rate above zero"
        elif "until" in item.meta and (until is None or until < item.day):
            wrong = f"holds until {item.text('until')!r}: write a day from its own on"
        if wrong:
            faults.append(finding(item.entry, "fixed-rate", f"The fixed rate {wrong}."))
            continue
        found.append((fund, FixedRate(currency, Decimal(number), item.day), until))
    return FixedRates(found), faults

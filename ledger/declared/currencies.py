"""Currencies: which codes are money on a day, their decimals, the euro, and how cells name them.

A code is a currency *as of a day*: liras of 2002 are TRL, those of 2006 are TRY. What the euro
replaced is converted at the rates fixed by law, which are used whole and never turned round.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, localcontext
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from pledgebook.ledger.declared.names import normalise, strip_footnote_marks
from pledgebook.ledger.declared.shipped import day_in, lines_of
from pledgebook.ledger.declared.states import read_state_names, read_states
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.money import round_to

EURO_RATES: Mapping[str, Decimal] = MappingProxyType(
    {
        "ATS": Decimal("13.7603"),
        "BEF": Decimal("40.3399"),
        "DEM": Decimal("1.95583"),
        "ESP": Decimal("166.386"),
        "FIM": Decimal("5.94573"),
        "FRF": Decimal("6.55957"),
        "GRD": Decimal("340.750"),
        "IEP": Decimal("0.787564"),
        "ITL": Decimal("1936.27"),
        "LUF": Decimal("40.3399"),
        "NLG": Decimal("2.20371"),
        "PTE": Decimal("200.482"),
        # Those that joined later.
        "SIT": Decimal("239.640"),
        "CYP": Decimal("0.585274"),
        "MTL": Decimal("0.429300"),
        "SKK": Decimal("30.1260"),
        "EEK": Decimal("15.6466"),
        "LVL": Decimal("0.702804"),
        "LTL": Decimal("3.45280"),
        "HRK": Decimal("7.53450"),
        "BGN": Decimal("1.95583"),
    }
)
"""Units of a national currency for one euro, fixed for ever."""

_EURO = "EUR"
_EURO_BEGAN = date(1999, 1, 1)
_JOINED_LATER = MappingProxyType(
    {
        "GRD": date(2001, 1, 1),
        "SIT": date(2007, 1, 1),
        "CYP": date(2008, 1, 1),
        "MTL": date(2008, 1, 1),
        "SKK": date(2009, 1, 1),
        "EEK": date(2011, 1, 1),
        "LVL": date(2014, 1, 1),
        "LTL": date(2015, 1, 1),
        "HRK": date(2023, 1, 1),
        "BGN": date(2026, 1, 1),
    }
)
_THROUGH_EURO_DECIMALS = 3
"""The least the law allows for the euro amount between two national ones."""

_LONGEST_MARK = 60
_FIGURES = re.compile(r"\d[\d.,'\u2019\u066b\u066c\s]*[-\u2013\u2014]*")
_FOLLOWS_IN = re.compile(r"^(?:in|en|em|в|ب)\s+", re.IGNORECASE)


class _Currency(NamedTuple):
    first: date | None
    last: date | None
    decimals: int


class UnknownCurrencyError(RefusedError):
    """A code was given that is no currency, now or ever."""

    def __init__(self, code: str) -> None:
        super().__init__(f"{code!r} is no currency: give a code of ISO 4217 such as USD or EUR")


def is_currency(code: str, on: date | None = None) -> bool:
    """Return whether a code is money on a day; without a day, whether it ever was."""
    currency = _currencies().get(code)
    if currency is None:
        return False
    return on is None or (
        (currency.first is None or currency.first <= on)
        and (currency.last is None or on <= currency.last)
    )


def currency_validity(code: str) -> tuple[date | None, date | None]:
    """Return the first and last day on which a code is money (None: no such limit).

    National currencies that the euro replaced in 2002 end on 2002-02-28. Raises
    UnknownCurrencyError.
    """
    currency = _known(code)
    return currency.first, currency.last


def decimals(code: str) -> int:
    """Return the decimals of a currency: 2 for EUR, 0 for JPY and ITL, 3 for KWD.

    Raises UnknownCurrencyError.
    """
    return _known(code).decimals


def decimals_of(code: str) -> int:
    """Return the decimals of a currency; two for a commodity that is none."""
    try:
        return decimals(code)
    except UnknownCurrencyError:
        return 2


def display_decimals(code: str) -> int:
    """Return how many decimals amounts are shown with: the currency's own, at least two."""
    return max(2, decimals(code))


def euro_from(code: str) -> date | None:
    """Return the day from which a national currency was a unit of the euro, or None if never."""
    return _JOINED_LATER.get(code, _EURO_BEGAN) if code in EURO_RATES else None


def to_euro(amount: Decimal, code: str) -> Decimal:
    """Convert a national amount to euros: divided by the fixed rate, half up to cents.

    Raises UnknownCurrencyError if the euro did not replace that currency.
    """
    return round_to(_in_euros(amount, code), decimals(_EURO))


def from_euro(amount: Decimal, code: str) -> Decimal:
    """Convert euros to a national currency: multiplied by the fixed rate, half up to its decimals.

    Raises UnknownCurrencyError if the euro did not replace that currency.
    """
    with localcontext(prec=60):
        return round_to(amount * _fixed_rate(code), decimals(code))


def convert_legacy(amount: Decimal, old: str, new: str) -> Decimal | None:
    """Convert between the euro and what it replaced, or None where no rate is fixed by law.

    From one national currency to another it goes through the euro amount, rounded half up to
    three decimals. An amount in the same currency is given back as it is.
    """
    if old == new:
        return amount
    if not {old, new} <= {_EURO, *EURO_RATES}:
        return None
    if new == _EURO:
        return to_euro(amount, old)
    if old == _EURO:
        return from_euro(amount, new)
    return from_euro(round_to(_in_euros(amount, old), _THROUGH_EURO_DECIMALS), new)


def recognise(text: str, on: date | None = None) -> tuple[str, ...]:
    """Return the codes that a cell's mark or words may mean on a day, in order of code.

    One code: it is that currency. Several: the mark is ambiguous ("$", "Fr."). None: it names no
    currency. A figure beside the mark, brackets around it, footnote marks and a word such as "in"
    do not matter; what is more than a mark ("CHF/", "ALL DONORS") names nothing.
    """
    if len(text) > _LONGEST_MARK:
        return ()
    plain = _plain(strip_footnote_marks(text))
    return tuple(code for code in _meant(plain) if is_currency(code, on))


def _plain(text: str) -> str:
    """Return a cell without its figure, brackets and invisible signs."""
    text = unicodedata.normalize("NFKC", _FIGURES.sub(" ", text))
    text = " ".join(text.replace("\u200e", "").replace("\u200f", "").split())
    return _FOLLOWS_IN.sub("", text.strip(" ()[]:;'\u2019")).strip()


def _meant(text: str) -> tuple[str, ...]:
    if not text or "/" in text:
        return ()
    if text in _currencies():
        return (text,)
    marks, words = _names()
    key = normalise(text)
    found = marks.get(text) or words.get(key) or _of_state(key.split(), words)
    if not found and (other := key.replace("rouble", "ruble")) != key:
        return words.get(other) or _of_state(other.split(), words)
    return found


def _of_state(said: Sequence[str], words: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return the currencies of a State and a unit as ISO 4217 lists them, "Poland Zloty": of those
    that the unit may be, the ones whose code begins with the State's two letters.
    """
    for at in range(1, len(said)):
        units = words.get(" ".join(said[at:]), ())
        states = read_state_names().called.get(" ".join(said[:at]), ()) if units else ()
        if states:
            shorts = [
                short for short, own in read_states().short_codes.items() if {*own} & {*states}
            ]
            return tuple(code for code in units if code[:2] in shorts)
    return ()


def _in_euros(amount: Decimal, code: str) -> Decimal:
    with localcontext(prec=60):
        return amount / _fixed_rate(code)


def _fixed_rate(code: str) -> Decimal:
    if code not in EURO_RATES:
        raise UnknownCurrencyError(code)
    return EURO_RATES[code]


def _known(code: str) -> _Currency:
    try:
        return _currencies()[code]
    except KeyError:
        raise UnknownCurrencyError(code) from None


@cache
def _currencies() -> Mapping[str, _Currency]:
    return {
        code: _Currency(day_in(first), day_in(last), int(digits))
        for code, first, last, digits in lines_of("currencies.csv")
    }


@cache
def _names() -> tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]]:
    tables: dict[str, dict[str, tuple[str, ...]]] = {"mark": {}, "word": {}}
    for kind, key, codes in lines_of("currencies-names.csv"):
        tables[kind][key] = tuple(codes.split())
    return tables["mark"], tables["word"]

"""Exact money: cents, shares and the way amounts are written in a book and in JSON.

Every figure is a `Decimal`. Values are whole in the smallest unit of the book's currency at all
times (`Settings.decimals`: two for most, none for the yen); rounding is half up, the convention of
the UN's financial rules, and happens only here.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
DIGITS = 18
"""Digits before the point up to which sums of all figures of a book are exact to the cent."""
_WIDE = Context(prec=200)
"""Rounding is exact for whatever a product or a quotient comes to."""
_PLAIN_NUMBER = re.compile(r"[-+]?[0-9]{1,18}(?:\.[0-9]{0,30})?")


def read_number(text: str) -> Decimal:
    """Return the number that a text of the book says in plain digits. Raises ValueError for any
    other text: "NaN", "Infinity" and "1E9999999" are numbers to Decimal and no amount of anything.
    """
    if not _PLAIN_NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is no number in plain digits")
    return Decimal(text)


class AmbiguousNumberError(ValueError):
    """A text may be two numbers; `choices` are plain ways to write each."""

    def __init__(self, text: str, choices: tuple[str, str]) -> None:
        super().__init__(f"{text!r} may be {choices[0]} or {choices[1]}")
        self.choices = choices


def read_written(text: str) -> Decimal:
    """Return the number that a person wrote as pages and statements print one, without a sign:
    60000, 12,500.00, 1 250,50, 1'250.50. Digits stand together or in threes.

    Raises AmbiguousNumberError where one point or comma with three digits behind it may divide
    thousands or decimals (12,500), ValueError for any other text.
    """
    plain = _GAPS.sub(" ", text.strip())
    if _UNDIVIDED.fullmatch(plain):
        return Decimal(plain.replace(",", "."))
    divided = _DIVIDED.fullmatch(plain)
    if divided is None:
        raise ValueError(f"{text!r} is no number")
    whole = "".join(_DIGITS.findall(divided["whole"]))
    decimals = divided["decimals"] or ""
    if not decimals and divided["mark"] in ".," and plain.count(divided["mark"]) == 1:
        small = Decimal(plain.replace(",", "."))
        plainly = f"{small:.2f}" if small == round(small, 2) else f"{small}0"
        raise AmbiguousNumberError(text, (f"{Decimal(whole):,.2f}", plainly))
    return Decimal(f"{whole}.{decimals}" if decimals else whole)


_GAPS = re.compile(r"[\s\u2019']")
_DIGITS = re.compile(r"\d+")
_UNDIVIDED = re.compile(r"\d+|\d+[.,](?!\d{3}$)\d+|(0|\d{4,})[.,]\d+")
_DIVIDED = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?P<mark>[., ])\d{3}((?P=mark)\d{3})*)"
    r"((?!(?P=mark))[.,](?P<decimals>\d+))?"
)


def to_cents(value: Decimal) -> Decimal:
    """Round `value` to two decimals, half up (away from zero)."""
    return value.quantize(CENT, ROUND_HALF_UP, _WIDE) + ZERO


def round_to(value: Decimal, decimals: int) -> Decimal:
    """Round `value` to that many decimals, half up."""
    return value.quantize(_one_of(decimals), ROUND_HALF_UP, _WIDE)


@cache
def _one_of(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def down_to_cents(value: Decimal) -> Decimal:
    """Return an amount above zero without what of it is less than a cent."""
    return value // CENT * CENT


def share(value: Decimal, part: Decimal, whole: Decimal, decimals: int = 2) -> Decimal:
    """Return what of `value` falls to `part` out of `whole` units, with so many decimals.

    What is left of a pledge costs `share(carrying value, units left, units before)`.
    """
    if not whole:
        raise ZeroDivisionError("a share of nothing has no value")
    return round_to(value * part / whole, decimals)


def value_at(
    amount: Decimal, rate: Decimal, own: Decimal = Decimal(1), decimals: int = 2
) -> Decimal:
    """Convert `amount` at a rate of exchange: `rate` units of its currency, and `own` of the one it
    is converted to, are one of the base. It is rounded once, to so many decimals.
    """
    if rate <= 0 or own <= 0:
        raise ValueError(f"a rate of exchange is above zero, this one is {min(rate, own)}")
    return round_to(amount * own / rate, decimals)


def format_units(value: Decimal) -> str:
    """Write a number for the ledger: plain digits, no exponent, no needless decimals."""
    text = format(value.normalize(), "f")
    return "0" if text == "-0" else text


_PLAIN = 20
"""Digits before the point up to which sums are exact in Decimal's own precision."""


def format_amount(value: Decimal, decimals: int = 2) -> str:
    """Write an amount for JSON: plain digits, at least two decimals ("60000.00")."""
    if value.as_tuple().exponent == -2 and decimals <= 2 and value.adjusted() < _PLAIN:
        return format(value + ZERO, "f")  # as nearly all amounts are: a report has many
    wanted = max(2, decimals)
    exponent = value.normalize().as_tuple().exponent
    exact = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    return format(round_to(value, max(wanted, exact)) + ZERO, "f")

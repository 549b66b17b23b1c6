"""A number as its cell shows it: with what its number format shows beside it.

What is shown and what is stored must be one amount: "2 million" for 2 is none, "2.5 million" for
2500000 is.
"""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace
from pledgebook.importers.reading.cells import Look
from pledgebook.importers.values.amounts import AmountReading, parse_amount
from pledgebook.ledger.money import format_amount


class Shown(NamedTuple):
    """A figure as a cell shows it, and what keeps it from being taken ("" for nothing)."""

    reading: AmountReading
    doubt: str = ""


def read_shown(value: Decimal, look: Look, reading: AmountReading, units: int = 1) -> Shown:
    """Read a number as its format shows it; `reading` is what was read of it alone, `units` in what
    its column counts (1000 under a heading in thousands).
    """
    said = parse_amount(f"{look.before}1{look.behind}")
    unit = said.value
    if unit is None or unit <= 0:
        doubt = f"Its number format shows {_shows(value, look)}, which is not understood."
        return Shown(reading.times(units), doubt)
    doubt = ""
    if unit != 1 or look.scaling != 1:
        shows = _shows(value, look)
        spelt = unit == look.scaling and units == 1
        # Under a heading in thousands the thousands may be left out once, or once more.
        whole = units == 1 or value % look.scaling == 0
        left_out = unit == 1 and units in {1, look.scaling} and whole
        if not (spelt or left_out):
            doubt = f"Its number format shows {shows}: write the amount in full."
        units = 1
        reading = replace(reading, decided=f"the number format shows {shows}, which counts")
    shown = replace(reading, currency=said.currency, footnote=said.footnote)
    return Shown(shown.times(units), doubt)


def _shows(value: Decimal, look: Look) -> str:
    shown = f"{look.before} {format_amount(value / look.scaling)} {look.behind}".strip()
    return f"{shown} for {value:f}"

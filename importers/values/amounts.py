"""What a cell says about an amount, in any of the ways that people write figures.

`1,234.50`, `1.234,50`, `1 234,50`, `1'234.50` and Arabic-Indic digits are read as they stand;
parentheses and a minus before or behind make a figure negative; a mark or code of a currency beside
the figure is handed on as written. "1.234" and "1,234" alone are ambiguous: a column decides if all
its other figures agree on one decimal mark, and the reading says so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace
from pledgebook.importers.reading.cells import CellValue, ErrorValue, MissingResult, cell_text
from pledgebook.importers.values.values import (
    LONGEST_VALUE,
    ascii_digits,
    clean,
    is_nil,
    is_unknown,
    scale_before,
    split_footnote,
)
from pledgebook.ledger.money import DIGITS, round_to

AmountState = Literal["value", "nil", "unknown", "ambiguous", "error"]
DecimalMark = Literal[".", ","]

_MINUSES = str.maketrans("‐‑‒–—―−", "-------")
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ′´`", "'"))
_NO_CENTS = re.compile(r"(?<=\d)([.,])-{1,2}(?=\D|$)")
_FIGURE = re.compile(r"(?:\d[\d .,'٬٫]*)?\d|[.,٫]\d+")
_KILO = re.compile(r"k(?=\s|$|[€$£]|[A-Z]{3}\b)|K$")
_KILO_MONEY = re.compile(r"[kT]\s?(EUR|USD|CHF|GBP|DEM|SEK|NOK|DKK|€|£|US\$)")
_MILLION = re.compile(r"(?:m|[Mm]ill\.?)(?:\s+(.*)|$)")
_GROUP = 3


class AmountReading(Struct, frozen=True, kw_only=True):
    """One cell read as an amount.

    `state` is value (a figure), nil (a dash or a word for nothing: `value` is zero), unknown
    (blank, "..", "n/a": not zero), ambiguous (`readings` holds both possible figures) or error
    (`reason` says why). `value` is None unless the state is value or nil. `text` is the cell's own
    text; `currency` the mark or code that stood beside the figure, as written; `footnote` a mark
    such as `*` or `b`; `decided` says how an ambiguous figure was settled, else it is empty;
    `mark` is the decimal mark that the writing itself shows, if it shows one.
    """

    state: AmountState
    text: str = ""
    value: Decimal | None = None
    readings: tuple[Decimal, ...] = ()
    currency: str = ""
    footnote: str = ""
    reason: str = ""
    decided: str = ""
    mark: DecimalMark | None = None
    scaled: bool = False
    """Whether the cell itself says that it counts in thousands or millions."""
    places: int | None = None
    """How many decimals its number format shows, if the figure has more."""

    @property
    def known(self) -> bool:
        """Whether there is a figure: a value or nil."""
        return self.value is not None

    def times(self, multiplier: int) -> AmountReading:
        """Count the figure in units of `multiplier`: 1000 where a title says "in thousands"."""
        if multiplier == 1:
            return self
        if self.scaled:
            return AmountReading(
                state="error",
                text=self.text,
                footnote=self.footnote,
                reason="it states a unit of its own, and its column or the table states one too",
            )
        return _bounded(
            replace(
                self,
                places=None,
                value=None if self.value is None else self.value * multiplier,
                readings=tuple(figure * multiplier for figure in self.readings),
            )
        )

    def counted_in(self, decimals: int) -> AmountReading:
        """Count the figure in a currency of so many decimals: without the noise of binary
        arithmetic, and as the sheet shows it, where it shows just these decimals of more.
        """
        if self.value is None or self.value == (whole := round_to(self.value, decimals)):
            return self
        if abs(self.value - whole) < NOISE:
            return replace(self, value=whole)
        if self.places != decimals:
            return self
        shows = f"the number format shows {whole:f} of {self.value:f}"
        return replace(self, value=whole, decided=shows)


NOISE = Decimal("0.000001")
"""What is less is left by binary arithmetic, and nobody meant it."""

BLANK = AmountReading(state="unknown", reason="blank")
"""What an empty cell says: nothing."""


def parse_amount(
    value: CellValue | None, mark: DecimalMark | None = None, decided: str = ""
) -> AmountReading:
    """Read one cell as an amount.

    `mark` settles a figure that could be read in two ways, and `decided` says on what grounds; it
    changes nothing for figures that can be read in one way only.
    """
    if value is None:
        return BLANK
    if isinstance(value, Decimal):
        return _bounded(AmountReading(state="value", text=cell_text(value), value=value))
    if not isinstance(value, str):
        return AmountReading(state="error", text=cell_text(value), reason=_why_no_amount(value))
    if is_unknown(value):
        return AmountReading(state="unknown", text=value, reason="stated as unknown")
    if is_nil(value):
        return AmountReading(state="nil", text=value, value=Decimal(0))
    if len(value) > LONGEST_VALUE:
        return AmountReading(state="error", text=value, reason="it is too long for a figure")
    reading = _read_text(value)
    if reading.state == "ambiguous" and mark is not None:
        settled = reading.readings[0] if mark == "." else reading.readings[1]
        return replace(reading, state="value", value=settled, readings=(), decided=decided)
    return reading


@lru_cache(maxsize=4096)
def _read_text(text: str) -> AmountReading:
    """Read a text; each is looked at several times until its column is known to hold amounts."""
    return _bounded(replace(_parse_text(text), text=text))


def _bounded(reading: AmountReading) -> AmountReading:
    """Give no figure that is larger than a book counts exactly."""
    value, others = reading.value, reading.readings
    small = value is None or value.adjusted() < DIGITS
    if small and not (others and any(figure.adjusted() >= DIGITS for figure in others)):
        return reading
    return AmountReading(
        state="error",
        text=reading.text,
        footnote=reading.footnote,
        reason=f"it has more than {DIGITS} digits before the point",
    )


def column_mark(values: Iterable[CellValue | None]) -> DecimalMark | None:
    """Give the decimal mark on which all figures of a column agree that show one; else None."""
    marks = column_marks(values)
    return marks.pop() if len(marks) == 1 else None


def column_marks(values: Iterable[CellValue | None]) -> set[DecimalMark]:
    """Give the decimal marks that figures of a column show: two where they disagree."""
    return {
        parsed.mark
        for value in values
        if isinstance(value, str) and (parsed := parse_amount(value)).mark is not None
    }


def divides_thousands(values: Iterable[CellValue | None]) -> bool:
    """Whether nothing in a column that shows no decimal mark speaks against taking "100,000" for
    thousands: no figure of four digits stands there undivided, none has decimals, all are written
    with one sign, and if that is a point, more than one is: a single 1.234 may be a slip.
    """
    signs = Counter[str]()
    for value in values:
        if isinstance(value, Decimal):
            if value != value.to_integral_value() or abs(value) >= _FOUR_DIGITS:
                return False
        elif isinstance(value, str):
            reading = parse_amount(value)
            if reading.state == "ambiguous":
                signs["," if "," in value else "."] += 1
            elif reading.value is not None and _UNDIVIDED.search(ascii_digits(value)):
                return False
    return len(signs) == 1 and (signs[","] > 0 or signs["."] > 1)


_FOUR_DIGITS = 1000
_UNDIVIDED = re.compile(r"\d{4}")


def _why_no_amount(value: CellValue) -> str:
    if isinstance(value, MissingResult):
        return "the formula's result was never stored; open the file in a spreadsheet and save it"
    if isinstance(value, ErrorValue):
        return f"the spreadsheet shows the error {value}"
    if isinstance(value, bool):
        return "it holds a yes or no"
    if isinstance(value, (date, time, timedelta)):
        return "it holds a date or a time"
    return "it holds no figure"


def _parse_text(text: str) -> AmountReading:
    body, footnote = split_footnote(text)
    body = ascii_digits(body).translate(_MINUSES).translate(_APOSTROPHES)
    no_cents = _NO_CENTS.search(body)
    if no_cents:
        body = body[: no_cents.start()] + body[no_cents.end() :]
    figures = list(_FIGURE.finditer(body))
    if not figures:
        return AmountReading(state="error", footnote=footnote, reason="it holds no figure")
    if len(figures) > 1:
        return AmountReading(
            state="error", footnote=footnote, reason="it holds two figures, perhaps run together"
        )
    before, after = body[: figures[0].start()], body[figures[0].end() :]
    negative, before, after = _sign(before, after)
    if negative is None:
        return AmountReading(
            state="error", footnote=footnote, reason="its signs or parentheses do not match"
        )
    thousands, before, after = _thousands(before, after)
    scale, after = (1000, after) if thousands else _scale(clean(before), clean(after))
    factor = -scale if negative else scale
    shown: DecimalMark | None = None
    if no_cents:
        shown = "." if no_cents[1] == "." else ","
    readings, seen = _read_figure(figures[0][0], shown)
    shown = seen or shown
    currency = " ".join(part for part in (clean(before), clean(after)) if part)
    if not readings:
        return AmountReading(
            state="error",
            currency=currency,
            footnote=footnote,
            reason="its digits are not grouped as one figure; two may have run together",
        )
    figures_read = tuple(Decimal(reading) * factor for reading in readings)
    if len(figures_read) > 1:
        return AmountReading(
            state="ambiguous",
            readings=figures_read,
            currency=currency,
            footnote=footnote,
            reason=f"{text.strip()!r} may mean {figures_read[0]:f} or {figures_read[1]:f}",
            scaled=scale != 1,
        )
    return AmountReading(
        state="value",
        value=figures_read[0],
        currency=currency,
        footnote=footnote,
        mark=shown,
        scaled=scale != 1,
    )


def _sign(before: str, after: str) -> tuple[bool | None, str, str]:
    """Take signs and enclosing parentheses away; None where they contradict each other."""
    opened, closed = before.count("("), after.count(")")
    if opened != closed or opened > 1 or ")" in before or "(" in after:
        # Words in parentheses behind the figure, "(in kind)", are not a sign.
        if not opened and after.count("(") == closed:
            return _minus(before, after)
        return None, before, after
    if opened:
        return True, before.replace("(", "").replace("-", ""), after.replace(")", "")
    return _minus(before, after)


def _minus(before: str, after: str) -> tuple[bool | None, str, str]:
    leading, trailing = before.rstrip(), after.lstrip()
    negative = False
    if leading.endswith(("-", "+")):
        negative, leading = leading.endswith("-"), leading[:-1]
    elif leading.startswith("-"):
        negative, leading = True, leading[1:]
    elif trailing.startswith("-"):
        negative, trailing = True, trailing[1:]
    elif trailing.endswith("-"):
        negative, trailing = True, trailing[:-1]
    return negative, leading, trailing


def _thousands(before: str, after: str) -> tuple[bool, str, str]:
    """Take a letter for thousands off: "500k", "€ 500k", "250 TEUR", "kEUR 250".

    A K before a figure is a kwacha or a kina, an M may be a thousand or a million: neither is one.
    """
    if match := _KILO.match(after):
        return True, before, after[match.end() :]
    for text in (before, after):
        if match := _KILO_MONEY.fullmatch(clean(text)):
            money = match[1]
            return (True, money, after) if text is before else (True, before, money)
    return False, before, after


def _scale(before: str, after: str) -> tuple[int, str]:
    """Return the unit that is written behind a figure, and what stands behind it. A small "m" and
    "mill." are a million beside a currency: "US$ 0.75m", "2m EUR".
    """
    if (match := _MILLION.fullmatch(after)) and (before or match[1]):
        return 10**6, match[1] or ""
    return scale_before(after)


def _read_figure(figure: str, mark: DecimalMark | None) -> tuple[list[str], DecimalMark | None]:
    """Give one reading, two (point first, then comma as the decimal mark) or none."""
    figure = figure.strip()
    if "٫" in figure or "٬" in figure:
        whole, _, cents = figure.partition("٫")
        return _grouped(whole, "٬", cents), None
    points, commas = figure.count("."), figure.count(",")
    if mark is not None:
        # The "no cents" sign showed the decimal mark: all else divides thousands.
        return _grouped(figure, "." if mark == "," else ","), mark
    if points and commas:
        mark = "." if figure.rindex(".") > figure.rindex(",") else ","
        whole, _, cents = figure.rpartition(mark)
        return _grouped(whole, "," if mark == "." else ".", cents), mark
    if points + commas > 1:
        divider = "." if points else ","
        return _grouped(figure, divider), "," if points else "."
    if not points and not commas:
        return _grouped(figure, " "), None
    shown: DecimalMark = "." if points else ","
    whole, _, cents = figure.partition(shown)
    as_decimal = _grouped(whole or "0", " ", cents)
    divides_thousands = (
        len(cents) == _GROUP
        and cents.isdigit()
        and whole.isdigit()
        and len(whole) <= _GROUP
        and whole[0] != "0"
    )
    if not divides_thousands:
        return as_decimal, shown
    as_thousands = [whole + cents]
    return (as_decimal + as_thousands if shown == "." else as_thousands + as_decimal), None


def _grouped(whole: str, divider: str, cents: str = "") -> list[str]:
    """Check that thousands are divided by one sign into groups of three, or as in India."""
    dividers = {char for char in whole if not char.isdigit()}
    if cents and not cents.isdigit():
        return []
    if len(dividers) > 1 or (dividers and not dividers <= {divider, " ", "'"}):
        return []
    groups = re.split(r"\D", whole)
    if len(groups) > 1:
        thousands = all(len(group) == _GROUP for group in groups[1:]) and len(groups[0]) <= _GROUP
        lakhs = (
            divider == ","
            and len(groups[-1]) == _GROUP
            and all(len(group) == 2 for group in groups[1:-1])
            and len(groups[0]) <= 2
        )
        if not groups[0] or not (thousands or lakhs):
            return []
    return ["".join(groups) + (f".{cents}" if cents else "")]

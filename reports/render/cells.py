"""Safe cells: what a worksheet cannot hold as it is gets a remark, never a silent change.

Text is always text, whatever it begins with. Numbers beyond what a spreadsheet holds exactly,
texts that are too long and dates before its calendar are written as near as can be and named.
"""

from __future__ import annotations

import math
import unicodedata
from datetime import date
from decimal import Decimal
from functools import lru_cache

from pledgebook.ledger.money import CENT, format_amount
from pledgebook.reports.figures.table import Value
from pledgebook.reports.render.texts import UNKNOWN, decimals_in
from xlsxwriter.format import Format
from xlsxwriter.utility import cell_autofit_width, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

EXACT_DIGITS = 15
"""A spreadsheet holds numbers in binary: beyond this many digits it rounds."""
_EXACT_CENTS = 1e13
"""Amounts in cents below this have no more digits than that."""
LONGEST_TEXT = 32_767
EARLIEST_DATE = date(1900, 1, 1)

LINE_HEIGHT = 14.0
"""Points for a line of text at the usual size."""
_PADDING = 8
_WIDEST_LETTER = 26
"""Pixels that no letter of a text exceeds, with its share of what `text_pixels` adds."""
_WIDER = 1.2
"""Arial against the font whose widths XlsxWriter knows, bold, and some room."""
_WIDER_PLAIN = 1.12
"""The same for running text, where too much room would leave blank lines."""


class Cells:
    """Writes cells to one worksheet; `remarks` says where a cell is not the whole truth."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.remarks: list[str] = []
        self.heights: dict[int, float] = {}
        """Points of each row that has not the usual height."""

    def value(
        self, row: int, position: int, value: Value, style: Format, formula: str | None = None
    ) -> None:
        """Write `value` as what it is; with `formula`, as that formula's stored result.

        None is written as unknown.
        """
        match value:
            case Decimal():
                self.number(row, position, value, style, formula)
            case str():
                self.text(row, position, value, style)
            case None:
                self.text(row, position, UNKNOWN, style)
            case int():
                self.number(row, position, Decimal(value), style, formula)
            case date() if value >= EARLIEST_DATE:
                self.sheet.write_datetime(row, position, value, style)
            case date():
                self.text(row, position, value.isoformat(), style)

    def text(self, row: int, position: int, text: str, style: Format) -> None:
        """Write text as text."""
        if len(text) > LONGEST_TEXT // 2 and len(text.encode("utf-16-le")) // 2 > LONGEST_TEXT:
            self.remarks.append(
                f"{xl_rowcol_to_cell(row, position)} is cut: a cell holds {LONGEST_TEXT:,} "
                f"characters, this text has {len(text):,}. The JSON file has all of it."
            )
        if text.startswith("<r>") and text.endswith("</r>"):
            text += " "  # without the blank XlsxWriter would take it for its own rich-text markup
        self.sheet.write_string(row, position, text, style)

    def number(
        self, row: int, position: int, value: Decimal, style: Format, formula: str | None = None
    ) -> None:
        """Write a number, or a formula with the number as its stored result."""
        number = float(value)
        is_short = value.same_quantum(CENT) and -_EXACT_CENTS < number < _EXACT_CENTS
        if not is_short and value.adjusted() + 1 + decimals_in(value) > EXACT_DIGITS:
            exact = format_amount(value)
            if len(exact.replace(".", "").strip("-0")) > EXACT_DIGITS:
                self.remarks.append(
                    f"{xl_rowcol_to_cell(row, position)} is rounded: a spreadsheet holds "
                    f"{EXACT_DIGITS} digits, the exact figure is {exact}."
                )
        if formula:
            self.sheet.write_formula(row, position, formula, style, number)
        else:
            self.sheet.write_number(row, position, number, style)

    def height(self, row: int, points: float) -> None:
        """Make a row so high."""
        self.heights[row] = points
        self.sheet.set_row(row, points)

    def wide(self, row: int, columns: int, text: str, style: Format, pixels: int) -> None:
        """Write text over `columns` cells that are `pixels` wide, as high as it needs."""
        height = LINE_HEIGHT * max(1.0, style.font_size / 10) * lines_in(text, pixels)
        self.height(row, height + 2)
        if columns > 1:
            self.sheet.merge_range(row, 0, row, columns - 1, "", style)
        self.text(row, 0, text, style)


@lru_cache(maxsize=1 << 16)
def text_pixels(text: str) -> int:
    """Return the width of `text` in a cell, bold and with padding, in pixels."""
    broad = 0
    if not text.isascii():
        broad = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    known: int = cell_autofit_width(text)
    return math.ceil(known * _WIDER) + 8 * broad


@lru_cache(maxsize=1 << 16)
def _word_pixels(text: str) -> float:
    broad = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    known: int = cell_autofit_width(text)
    return (known - _PADDING) * _WIDER_PLAIN + 8 * broad


def broken(text: str, pixels: int) -> str:
    """Return a text with hyphens with its lines broken at blanks to a width of `pixels`: a program
    that breaks them by itself does so within 2000-2001. Any other text is returned as it is.
    """
    if "-" not in text:
        return text
    lines: list[str] = []
    for word in text.split(" "):
        if lines and _word_pixels(f"{lines[-1]} {word} ") <= pixels:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\n".join(lines)


@lru_cache(maxsize=1 << 16)
def lines_in(text: str, pixels: int) -> int:
    """Return how many lines `text` takes when it wraps at its blanks to a width of `pixels`."""
    if "\n" not in text and len(text) * _WIDEST_LETTER < pixels:
        return 1
    lines = 0
    for paragraph in text.split("\n"):
        lines += 1
        used = 0.0
        for word in paragraph.split(" "):
            needed = _word_pixels(f"{word} ")
            if used and used + needed > pixels:
                lines += 1
                used = 0.0
            lines += max(0, math.ceil(needed / pixels) - 1)
            used += needed
    return lines

"""What a spreadsheet holds once it is read: workbooks, sheets and the values of cells.

Rows and columns keep their true addresses, counted from 1 as people see them: an empty row above
a table stays where it is, so that a problem reported at `Pledges!B7` is at B7.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pledgebook.ledger.findings import RefusedError


class UnreadableFile(RefusedError):  # noqa: N818 - it names what the user has, not a fault of code
    """A file that cannot be read as a table; the message names the file and says what to do."""


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """A cell in which the spreadsheet itself shows an error, such as `#REF!`."""

    code: str

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class MissingResult:
    """A cell with a formula whose result was never stored: its value is unknown, not empty."""

    formula: str

    def __str__(self) -> str:
        return f"={self.formula}"


CellValue = str | Decimal | bool | date | datetime | time | timedelta | ErrorValue | MissingResult
"""What stands in a cell. Numbers are exact decimals; a date with a time of midnight is a date."""


class Area(NamedTuple):
    """A rectangle of cells, all four bounds counted from 1 and included."""

    first_row: int
    first_column: int
    last_row: int
    last_column: int

    def __str__(self) -> str:
        first = f"{column_letter(self.first_column)}{self.first_row}"
        return f"{first}:{column_letter(self.last_column)}{self.last_row}"


class Look(NamedTuple):
    """What a person sees around a figure that its value does not hold: texts `before` and `behind`
    it ("€", "million", "%"), and the `scaling` by which it is shown smaller (1000: thousands).
    """

    before: str = ""
    behind: str = ""
    scaling: int = 1


Place = tuple[int, int]
"""Row and column of a cell, counted from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet. `rows[0][0]` is cell A1; rows may differ in length; `None` is an empty cell.

    `merged`, `hidden_rows`, `hidden_columns`, `looks`, `struck`, `comments` and `decimals` hold
    what the format tells; delimited text tells nothing.
    """

    name: str
    rows: tuple[tuple[CellValue | None, ...], ...]
    hidden: bool = False
    merged: tuple[Area, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    delimited: bool = False
    """Whether it is delimited text, in which a sign within a figure may part it."""
    from_1904: bool = False
    """Whether bare numbers that are dates count from 1904."""
    calculated: frozenset[tuple[int, int]] = frozenset()
    """Rows and columns of formulas that had no stored result and were calculated here."""
    looks: Mapping[Place, Look] = field(default_factory=dict)
    """What the number formats of cells show beside the figure."""
    struck: frozenset[Place] = frozenset()
    """Cells of which the text, or a part of it, is struck through."""
    comments: Mapping[Place, str] = field(default_factory=dict)
    """What somebody wrote to a cell: comments, notes, annotations."""
    decimals: Mapping[Place, int] = field(default_factory=dict)
    """How many decimals number formats show of figures that have more."""
    added: frozenset[Place] = frozenset()
    """Cells that hold what was written beside the rows when the list was sent back: they are not
    read."""

    def cell(self, row: int, column: int) -> CellValue | None:
        """Give the value at a row and column counted from 1; outside the sheet it is empty."""
        if not 0 < row <= len(self.rows):
            return None
        cells = self.rows[row - 1]
        return cells[column - 1] if 0 < column <= len(cells) else None

    def address(self, row: int, column: int) -> str:
        """Name a cell as people do: `Pledges!B7`."""
        return f"{self.name}!{column_letter(column)}{row}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """A file that was read: its sheets, and the SHA-256 of its bytes (hexadecimal).

    `kind` is what the content was found to be: xlsx, xls, ods or text; `notes` are sentences on
    how it was read, such as the encoding and the separator of delimited text.
    """

    path: Path
    sha256: str
    sheets: tuple[Sheet, ...]
    kind: str = "text"
    notes: tuple[str, ...] = field(default=())

    def sheet(self, name: str) -> Sheet | None:
        """Give the sheet of this name, or None."""
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


_ALPHABET = 26
_COLUMN = re.compile(r"[A-Z]{1,3}")


@cache
def column_letter(column: int) -> str:
    """Turn a column counted from 1 into its letters: 1 is A, 28 is AB."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, _ALPHABET)
        letters = chr(ord("A") + rest) + letters
    return letters


def column_number(letters: str) -> int | None:
    """Turn column letters into a number counted from 1; None if it is no column."""
    if not _COLUMN.fullmatch(letters):
        return None
    number = 0
    for letter in letters:
        number = number * _ALPHABET + ord(letter) - ord("A") + 1
    return number


def cell_text(value: CellValue | None) -> str:
    """Show a cell's value as text: what messages quote and what is kept as the original."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)

"""The parts of a table: its columns and the rows of their headings, and what each row below is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from msgspec import Struct
from pledgebook.importers.reading.cells import CellValue, Sheet, cell_text, column_letter
from pledgebook.importers.tables.headings import Field
from pledgebook.importers.tables.questions import Question
from pledgebook.importers.values.values import clean

RowKind = Literal["heading", "total", "note", "blank", "data"]
TotalLevel = Literal["", "subtotal", "total"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableColumn:
    """One column of a table and what it was taken for.

    `heading` is the full text of its heading rows; `field` what it holds, or None if it is not
    read. `label` is set where a field stands in several columns: the year, fund or number of the
    instalment ("2002", "UNTOC", "1"). `currency` is a mark in the heading ("US$"); `multiplier`
    is 1000 for a heading "in thousands".
    """

    number: int
    heading: str
    field: Field | None = None
    label: str = ""
    currency: str = ""
    multiplier: int = 1
    score: int = 100
    """How sure it is that the heading names the field; below 90 some of its words are unknown."""

    @property
    def letter(self) -> str:
        """The column's letters."""
        return column_letter(self.number)

    @property
    def named(self) -> str:
        """The column as sentences name it: "C (Amount)"."""
        return f"{self.letter} ({self.heading})"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadingBlock:
    """The heading rows of one table and its columns from left to right.

    `doubts` say what was taken for granted, `questions` what only a person can decide; `constants`
    are texts of fields that hold for all rows, because the text above says so.
    """

    sheet: Sheet
    rows: tuple[int, ...]
    columns: tuple[TableColumn, ...]
    doubts: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    constants: Mapping[Field, str] = field(default_factory=dict)

    @property
    def fields(self) -> set[Field | None]:
        """What the columns were taken for."""
        return {column.field for column in self.columns}

    def of(self, *fields: Field | None) -> list[TableColumn]:
        """Give the columns that were taken for one of these fields."""
        return [column for column in self.columns if column.field in fields]

    def below(self, column: TableColumn) -> list[CellValue]:
        """Give what stands in a column below the headings, down to the end of the sheet."""
        cells = (self.sheet.cell(row, column.number) for row in self.rows_below())
        return [value for value in cells if value is not None]

    def rows_below(self) -> range:
        """Give the numbers of all rows of the sheet below the headings."""
        return range(self.rows[-1] + 1, len(self.sheet.rows) + 1)

    def taking(
        self, columns: Collection[TableColumn], wanted: Field, doubt: str = ""
    ) -> HeadingBlock:
        """Return the block with these columns taken for a field."""
        taken = {column: replace(column, field=wanted) for column in columns}
        return self.changing(taken, doubt)

    def leaving(self, columns: Collection[TableColumn], doubt: str = "") -> HeadingBlock:
        """Return the block with these columns not read."""
        return self.changing({c: replace(c, field=None, label="") for c in columns}, doubt)

    def changing(self, columns: Mapping[TableColumn, TableColumn], doubt: str = "") -> HeadingBlock:
        """Return the block with others in place of some columns."""
        changed = tuple(columns.get(column, column) for column in self.columns)
        return replace(self, columns=changed, doubts=(*self.doubts, *filter(None, [doubt])))

    def asking(self, *questions: Question) -> HeadingBlock:
        """Return the block with further questions."""
        return replace(self, questions=(*self.questions, *questions))


class TableRow(Struct, frozen=True, kw_only=True):
    """What a row of a table is; `number` counts from 1 on the sheet, `reason` says why.

    `level` tells subtotals from totals. A heading within the table that names a group of donors
    ("Governments") has that text as its `section`.
    """

    number: int
    kind: RowKind
    reason: str = ""
    level: TotalLevel = ""
    section: str = ""


def heading_text(sheet: Sheet, rows: tuple[int, ...], column: int) -> str:
    """Join the texts of a column's heading rows, top to bottom."""
    texts = [clean(cell_text(sheet.cell(row, column))) for row in rows]
    return " / ".join(text for text in texts if text)

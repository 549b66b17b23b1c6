"""What each row below a table's headings is: data, total, note, blank, or a heading again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from pledgebook.importers.reading.cells import CellValue, cell_text
from pledgebook.importers.tables.blocks import HeadingBlock, TableRow, TotalLevel, heading_text
from pledgebook.importers.tables.group_rows import heads_group, is_page_number
from pledgebook.importers.tables.headings import MONEY, Field
from pledgebook.importers.tables.total_rows import (
    Beginning,
    TotalWords,
    settle_totals,
)
from pledgebook.importers.values.amounts import parse_amount
from pledgebook.importers.values.values import (
    clean,
    plain,
    starts_with_note_mark,
    words,
)

_LEAST_FILLED = 2
_LONG_TEXT = 60
_LIKE_A_NOTE = "it begins like a note"


class ClassifiedRows(NamedTuple):
    """The rows below the headings down to the table's last, and doubts about them."""

    rows: tuple[TableRow, ...]
    doubts: tuple[str, ...]


def classify_rows(
    block: HeadingBlock,
    last_row: int,
    total_words: frozenset[str] = frozenset(),
    *,
    to_end: bool = False,
) -> ClassifiedRows:
    """Name every row below the headings, to the end of the table or to `last_row`.

    A gap ends the table, unless rows with a donor and an amount, a total or marked notes follow
    below it. `total_words` are further words, as `plain`
    writes them, that begin a total row.
    """
    judge = _Judge(block, total_words)
    rows: list[TableRow] = []
    gap: list[TableRow] = []
    doubts: list[str] = []
    for number in range(block.rows[-1] + 1, last_row + 1):
        row = judge.row(number, after_total=any(r.kind == "total" for r in rows[-1:]))
        if row.kind == "blank":
            gap.append(row)
            continue
        if gap and not to_end:
            if not judge.continues(row, len(gap)) and not judge.resumes(number, last_row):
                break
            if row.kind == "data" and len(gap) > 1:
                doubts.append(
                    f"Rows {gap[0].number} to {gap[-1].number} are blank; the rows below them were "
                    "read as the same table."
                )
        rows.extend(gap)
        gap = []
        rows.append(row)
    rows = settle_totals(block.sheet, rows, judge.money, judge.totals, doubts)
    return ClassifiedRows(tuple(rows), (*doubts, *judge.doubts))


class _Judge:
    def __init__(self, block: HeadingBlock, total_words: frozenset[str]) -> None:
        self.sheet = sheet = block.sheet
        self.doubts: list[str] = []
        self._last_sure: int | None = None
        numbers = [column.number for column in block.columns]
        self._first, self._last = min(numbers), max(numbers)
        self._block = block
        self.totals = TotalWords(total_words)
        self._note = Beginning(words()["note"])
        self._headings = {
            column.number: plain(heading_text(sheet, block.rows[-1:], column.number))
            for column in block.columns
        }
        self._donor = self._column(Field.DONOR)
        self.money = [c.number for c in block.columns if c.field in MONEY]
        self._papers = [
            column.number
            for column in block.columns
            if column.field in {Field.REFERENCE, Field.PLEDGE_DATE, Field.DUE_DATE}
        ]

        self._receipts = [c.number for c in block.columns if c.field is Field.PAYMENT_DATE]

    def _column(self, field: Field) -> int | None:
        return next((c.number for c in self._block.columns if c.field is field), None)

    def row(self, number: int, *, after_total: bool) -> TableRow:
        cells = self.sheet.rows[number - 1]
        filled = [(c, value) for c, value in enumerate(cells, start=1) if value is not None]
        if not filled:
            return TableRow(number=number, kind="blank")
        inside = filled
        if filled[0][0] < self._first or filled[-1][0] > self._last:
            inside = [(c, value) for c, value in filled if self._first <= c <= self._last]
        if not inside:
            return TableRow(number=number, kind="note", reason="it stands beside the table")
        if self._is_heading(inside):
            return TableRow(number=number, kind="heading", reason="the headings stand again")
        if all(isinstance(value, str) and value.startswith("#") for _, value in inside):
            return TableRow(number=number, kind="heading", reason="tags below the headings")
        level, reason = self._total(number, inside)
        if level:
            return TableRow(number=number, kind="total", reason=reason, level=level)
        return self._plain_row(number, inside, after_total=after_total)

    def _plain_row(
        self, number: int, inside: Sequence[tuple[int, CellValue]], *, after_total: bool
    ) -> TableRow:
        has_money = any(self._figure(number, column) for column in self.money)
        first = inside[0][1]
        if has_money or not isinstance(first, str):
            return TableRow(number=number, kind="data")
        inside = [(c, v) for c, v in inside if not (isinstance(v, str) and is_page_number(v))]
        if not inside:
            return TableRow(number=number, kind="note", reason="it is the number of a page")
        text = clean(cell_text(inside[0][1]))
        if len(inside) <= 2 and (starts_with_note_mark(text) or self._note.begins(plain(text))):
            return TableRow(number=number, kind="note", reason=_LIKE_A_NOTE)
        if len(inside) == 1:
            if why := heads_group(text):
                return TableRow(number=number, kind="heading", reason=why, section=text)
            if self._is_merged_across(number, inside[0][0]):
                return TableRow(
                    number=number, kind="heading", reason="its cell spans the columns", section=text
                )
            if len(text) > _LONG_TEXT or after_total:
                return TableRow(number=number, kind="note", reason="it is a text across the table")
        return TableRow(number=number, kind="data")

    def continues(self, row: TableRow, gap: int) -> bool:
        """Whether a row below a gap still belongs to the table."""
        if row.kind == "total":
            return True
        if row.kind == "note":
            return gap == 1 and row.reason == _LIKE_A_NOTE
        if row.kind == "heading":
            return gap == 1 or not row.section
        has_money = any(self._figure(row.number, column) for column in self.money)
        named = self._donor is None or self.sheet.cell(row.number, self._donor) is not None
        return has_money and named

    def resumes(self, number: int, last_row: int) -> bool:
        """Whether from this row on one can only be data: donor, amount, and reference or date, or
        most of the cells where the table has neither.
        """
        if self._last_sure is None:
            sure = (row for row in range(last_row, number - 1, -1) if self._is_sure(row))
            self._last_sure = next(sure, 0)
        return number <= self._last_sure

    def _is_sure(self, row: int) -> bool:
        return (
            self._donor is not None
            and self.sheet.cell(row, self._donor) is not None
            and any(self._figure(row, column) for column in self.money)
            and self._is_evident(row)
        )

    def _is_evident(self, row: int) -> bool:
        columns = self._papers + self._receipts
        if columns:
            return any(self.sheet.cell(row, column) is not None for column in columns)
        filled = sum(self.sheet.cell(row, c.number) is not None for c in self._block.columns)
        return filled > _LEAST_FILLED and filled * 2 > len(self._block.columns)

    def _figure(self, row: int, column: int) -> bool:
        value = self.sheet.cell(row, column)
        if isinstance(value, str):
            return parse_amount(value).state != "error" and bool(clean(value))
        return value is not None

    def _is_heading(self, inside: Sequence[tuple[int, CellValue]]) -> bool:
        others, allowed = 0, 1 if len(inside) > _LEAST_FILLED else 0
        for column, value in inside:
            others += plain(cell_text(value)) != self._headings.get(column, "")
            if others > allowed:
                return False
        return len(inside) >= _LEAST_FILLED

    def _is_merged_across(self, row: int, column: int) -> bool:
        return any(
            area.first_row == row == area.last_row
            and area.first_column <= column <= area.last_column
            and area.last_column - area.first_column >= 1
            for area in self.sheet.merged
        )

    def _total(
        self, number: int, inside: Sequence[tuple[int, CellValue]]
    ) -> tuple[TotalLevel, str]:
        texts = [value for _, value in inside[:2] if isinstance(value, str)]
        donor = self.sheet.cell(number, self._donor) if self._donor else None
        if isinstance(donor, str) and donor not in texts:
            texts.append(donor)
        for text in texts:
            level, alone = self.totals.level(text)
            if not level:
                continue
            if not alone and any(self.sheet.cell(number, c) is not None for c in self._papers):
                self.doubts.append(
                    f"Row {number} ({clean(text)!r}) begins like a total but has a reference or "
                    "date, so it was read as data."
                )
                return "", ""
            return level, f"it says {clean(text)!r}"
        return "", ""

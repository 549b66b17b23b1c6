"""Find tables of contributions on a sheet, wherever they stand, and say what each row is.

A table begins with one to three heading rows that name at least a donor and an amount, and goes on
over data, subtotals and totals to the notes right below. Every row of its area is named once:
heading, total, note, blank or data. What was taken for granted is said in `doubts`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from pledgebook.importers.reading.cells import (
    Area,
    Sheet,
    Workbook,
    cell_text,
)
from pledgebook.importers.tables.blocks import HeadingBlock, RowKind, TableColumn, TableRow
from pledgebook.importers.tables.classifying import classify_rows
from pledgebook.importers.tables.heading_rows import find_heading_blocks, find_undecided_block
from pledgebook.importers.tables.headings import MONEY, Field, is_named, match_heading
from pledgebook.importers.tables.questions import Answers, Question
from pledgebook.importers.tables.units import (
    NO_UNITS,
    Units,
    ask_units,
    doubt_units,
    units_above,
    units_in_name,
)
from pledgebook.importers.values.lists import is_spenders_list, provided_types, transaction_types
from pledgebook.importers.values.values import clean, plain, shown

UNREAD = "Columns not read: "
"""How the doubt begins that names them."""
_LEAST_TABLES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingRules:
    """How a table is to be read beyond what it shows: what a mapping file states.

    `constants` gives the text of a field for all rows; `translate`, by field, what a text in a
    column stands for; `skip` the rows to leave out, as column number and texts. `answers` are to
    what the table asks.
    """

    constants: Mapping[Field, str] = field(default_factory=dict)
    translate: Mapping[Field, Mapping[str, str]] = field(default_factory=dict)
    skip: tuple[tuple[int, frozenset[str]], ...] = ()
    answers: Answers = field(default_factory=Answers)
    valuation: str = ""
    """Whose value of a pledge counts, one of VALUATIONS; "": the fund says."""
    ignored: frozenset[int] = frozenset()
    """Columns that somebody said need not be read: nothing is asked about them."""
    standing: frozenset[int] = frozenset()
    """Columns that are not read and tell what has become of each row, where others state what was
    pledged and what was paid: heard where they say something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table found on a sheet, or described by a mapping.

    `area` spans headings, rows, totals and the notes right below; `rows` names every row of it
    once. `doubts` say what was taken for granted; `questions` what only a person can decide: until
    then none of the rows should be booked. `path` and `sha256` say which file it stands in.
    """

    path: Path
    sha256: str
    sheet: Sheet
    area: Area
    heading_rows: tuple[int, ...]
    table_columns: tuple[TableColumn, ...]
    rows: tuple[TableRow, ...]
    units: Units = NO_UNITS
    rules: ReadingRules = field(default_factory=ReadingRules)
    doubts: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()

    @property
    def range(self) -> str:
        """The area as people write it: `A6:H41`."""
        return str(self.area)

    @property
    def name(self) -> str:
        """Its name within its file, and by which corrections find it: `Pledges!A6:H41`."""
        return f"{self.sheet.name}!{self.range}"

    @property
    def corner(self) -> str:
        """Its first cell, by which questions name it whatever its length: `Pledges!A6`."""
        return f"{self.sheet.name}!{self.range.partition(':')[0]}"

    @property
    def columns(self) -> dict[str, str]:
        """Column letters by field; the first where a field stands in several columns."""
        letters: dict[str, str] = {}
        for column in self.table_columns:
            if column.field is not None:
                letters.setdefault(column.field.value, column.letter)
        return letters

    def columns_of(self, wanted: Field) -> tuple[TableColumn, ...]:
        """Give the columns that hold a field, from left to right."""
        return tuple(column for column in self.table_columns if column.field is wanted)

    def texts_of(self, number: int) -> dict[str, str]:
        """Give the text of every filled cell of a row, by the letter of its column."""
        cells = self.sheet.rows[number - 1]
        return {
            column.letter: cell_text(value)
            for column in self.table_columns
            if column.number <= len(cells) and (value := cells[column.number - 1]) is not None
        }

    def counts(self) -> dict[RowKind, int]:
        """Count the rows of each kind; together they are all rows of the area."""
        found: dict[RowKind, int] = {"heading": 0, "total": 0, "note": 0, "blank": 0, "data": 0}
        for row in self.rows:
            found[row.kind] += 1
        return found


class SheetReading(NamedTuple):
    """What was found on a sheet: its tables, or the reason why there is none.

    `outside` are the rows with any text that belong to no table: letterhead and the like.
    """

    sheet: Sheet
    tables: tuple[Table, ...]
    reason: str = ""
    outside: tuple[int, ...] = ()


def read_sheets(
    workbook: Workbook, labels: Collection[str] = (), *, hidden: bool = False
) -> tuple[SheetReading, ...]:
    """Find the tables of every sheet; hidden sheets only if `hidden`, else with that reason.

    `labels` are names, such as the funds of a book, that may head columns of amounts.
    """
    readings = []
    for sheet in workbook.sheets:
        if sheet.hidden and not hidden:
            reason = f"Sheet {sheet.name!r} is hidden and was not taken; ask for hidden sheets to."
            readings.append(SheetReading(sheet, (), reason, rows_outside(sheet, ())))
        else:
            readings.append(find_tables(workbook, sheet, labels))
    return tuple(readings)


def undecided_tables(
    workbook: Workbook,
    readings: Sequence[SheetReading],
    labels: Collection[str] = (),
    *,
    with_names: bool = False,
) -> list[SheetReading]:
    """Return the readings of a workbook without a table, with those of which a person can say which
    column names the donor; `with_names` as `find_undecided_block` has it.
    """
    asked = []
    for reading in readings:
        sheet = reading.sheet
        block = None
        if not sheet.hidden:
            block = find_undecided_block(sheet, labels, with_names=with_names)
        if block is not None:
            table = build_table(workbook, block, last_row=len(sheet.rows))
            reading = SheetReading(sheet, (table,), "", rows_outside(sheet, (table,)))  # noqa: PLW2901
        asked.append(reading)
    return asked


def find_tables(workbook: Workbook, sheet: Sheet, labels: Collection[str] = ()) -> SheetReading:
    """Find every table of contributions on one sheet.

    `labels` are names that may head columns of amounts, beside years: the funds of a book.
    """
    blocks, seen = find_heading_blocks(sheet, labels)
    tables: list[Table] = []
    for position, block in enumerate(blocks):
        following = blocks[position + 1].rows[0] if position + 1 < len(blocks) else None
        last = following - 1 if following else len(sheet.rows)
        above = tables[-1].area.last_row if tables else 0
        if parts := side_by_side(block, last):
            for part in parts:
                tables += find_tables(workbook, part, labels).tables
            continue
        table = build_table(workbook, block, last_row=last, above=above)
        tables.append(_continued(table, tables[-1]) if tables else table)
    return SheetReading(
        sheet,
        tuple(tables),
        "" if tables else _why_no_table(sheet, seen),
        rows_outside(sheet, tables),
    )


def side_by_side(block: HeadingBlock, last: int) -> list[Sheet]:
    """Part tables that stand beside each other under one row of headings: return the sheet once for
    each of them, without the cells of the others; nothing if it is one table.

    A column of donors begins each. Its headings name the same fields as those of the first, or a
    column without a heading parts them; and each has its own amounts.
    """
    sheet, row = block.sheet, block.rows[-1]
    heads = {
        c.number: match_heading(clean(cell_text(sheet.cell(row, c.number)))) for c in block.columns
    }
    fields = {number: named.field if named else None for number, named in heads.items()}
    first = min(fields)
    donors = [number for number, field in fields.items() if field is Field.DONOR]
    if fields[first] is not Field.DONOR or len(donors) < _LEAST_TABLES:
        return []
    for starts in (donors, [n for n in donors if n == first or n - 1 not in fields]):
        bounds = [(a, b - 1) for a, b in pairwise([*starts, max(fields) + 1])]
        parts = [[field for number, field in fields.items() if a <= number <= b] for a, b in bounds]
        alike = starts is not donors or all(part == parts[0] for part in parts)
        if len(starts) >= _LEAST_TABLES and alike and all(MONEY & set(part) for part in parts):
            return [_only(sheet, a, b, range(block.rows[0], last + 1)) for a, b in bounds]
    return []


def _only(sheet: Sheet, first: int, last: int, rows: range) -> Sheet:
    """Return a sheet on which in some rows only the columns from `first` to `last` are filled, and
    below them nothing is.
    """
    return replace(
        sheet,
        rows=tuple(
            tuple(v if first <= c <= last else None for c, v in enumerate(cells, 1))
            if number in rows
            else (cells if number < rows.start else ())
            for number, cells in enumerate(sheet.rows, 1)
        ),
    )


def _continued(table: Table, before: Table) -> Table:
    """Return a table with what a title says of the one before it, if both have the same columns: a
    list of several pages repeats its headings, and its title stands once.
    """
    one, other = ([(c.number, c.field, c.label) for c in t.table_columns] for t in (table, before))
    if one != other or table.units != NO_UNITS:
        return table
    doubts = [doubt_units(before.units)] if before.units != NO_UNITS else []
    return replace(
        table,
        units=before.units,
        doubts=(*table.doubts, *doubts),
        questions=tuple(dict.fromkeys((*table.questions, *before.questions))),
    )


def build_table(
    workbook: Workbook,
    block: HeadingBlock,
    *,
    last_row: int,
    above: int = 0,
    rules: ReadingRules | None = None,
    total_words: frozenset[str] = frozenset(),
    units: Units | None = None,
    to_end: bool = False,
) -> Table:
    """Make the table below a block of headings, down to `last_row` at most.

    `above` is the last row that belongs to something else: between it and the headings the text is
    looked at for units. With `to_end` the table reaches `last_row` whatever the gaps.
    """
    sheet = block.sheet
    found = units_above(sheet, above + 1, block.rows[0])
    rules = _with_codes(rules or ReadingRules(), block)
    rules = replace(rules, constants={**block.constants, **rules.constants})
    if Field.CURRENCY in rules.constants:
        found = found._replace(currency="")
    if found == NO_UNITS:
        found = units_in_name(sheet)
    if units is not None:
        found = units._replace(currency=found.currency)
    asked = [] if units is not None else ask_units(found, block, last_row, above)
    classified = classify_rows(block, last_row, total_words, to_end=to_end)
    headings = tuple(
        TableRow(number=row, kind="heading", reason="headings of the columns") for row in block.rows
    )
    rows = headings + classified.rows
    doubts = [*block.doubts, *classified.doubts]
    if found.multiplier != 1 or found.currency:
        doubts.append(doubt_units(found))
    doubts.extend(_unread_doubts(sheet, block.columns, rows))
    doubts.extend(_hidden_doubts(sheet, block.columns, rows))
    doubts.extend(_calculated_doubts(sheet, rows))
    area = Area(
        block.rows[0],
        min(column.number for column in block.columns),
        rows[-1].number,
        max(column.number for column in block.columns),
    )
    return Table(
        path=workbook.path,
        sha256=workbook.sha256,
        sheet=sheet,
        area=area,
        heading_rows=block.rows,
        table_columns=block.columns,
        rows=rows,
        units=found,
        rules=rules,
        doubts=tuple(doubts),
        questions=(*block.questions, *asked),
    )


def _with_codes(rules: ReadingRules, block: HeadingBlock) -> ReadingRules:
    """Translate the types of transactions of IATI, unless a mapping says what they stand for. What
    goes out is spending in the list of who spends; where provider and activity are named it is what
    the provider committed and paid, and in another donor's list it may be what was promised to us.
    """
    coded = [c for c in block.of(Field.STATUS) if is_named("transaction_codes", c.heading)]
    if not coded or Field.STATUS in rules.translate:
        return rules
    texts = {plain(cell_text(value)) for column in coded for value in block.below(column)}
    provided = any(is_named("providers", c.heading) for c in block.of(Field.DONOR))
    silent = {"other"} if is_spenders_list(texts) else {"other", "spending"}
    types = {text: kind for text, kind in transaction_types().items() if kind not in silent}
    if "spending" in silent and provided and block.of(Field.PROJECT):
        types |= provided_types()
    return replace(rules, translate={**rules.translate, Field.STATUS: types})


def _unread_doubts(
    sheet: Sheet, columns: tuple[TableColumn, ...], rows: tuple[TableRow, ...]
) -> list[str]:
    data = [row.number for row in rows if row.kind == "data"]
    unread = [
        f"{column.letter} {shown(column.heading)}"
        for column in columns
        if column.field is None and any(sheet.cell(row, column.number) is not None for row in data)
    ]
    return [f"{UNREAD}{', '.join(unread)}."] if unread else []


def _hidden_doubts(
    sheet: Sheet, columns: tuple[TableColumn, ...], rows: tuple[TableRow, ...]
) -> list[str]:
    doubts = [
        f"Column {column.letter} ({column.heading}) is hidden on the sheet and was read."
        for column in columns
        if column.field is not None and column.number in sheet.hidden_columns
    ]
    hidden = [str(row.number) for row in rows if row.number in sheet.hidden_rows]
    if hidden:
        listed = ", ".join(hidden[:10]) + (" ..." if len(hidden) > 10 else "")
        doubts.append(f"Hidden or filtered rows were read like the others: {listed}.")
    return doubts


def _calculated_doubts(sheet: Sheet, rows: tuple[TableRow, ...]) -> list[str]:
    numbers = {row.number for row in rows}
    cells = sorted(place for place in sheet.calculated if place[0] in numbers)
    if not cells:
        return []
    listed = ", ".join(sheet.address(*place) for place in cells[:10])
    more = " ..." if len(cells) > 10 else ""
    return [f"Formulas without stored results were calculated by LibreOffice: {listed}{more}."]


def rows_outside(sheet: Sheet, tables: Collection[Table]) -> tuple[int, ...]:
    """Give the rows with any text that belong to none of these tables."""
    taken = {row.number for table in tables for row in table.rows}
    return tuple(
        number
        for number, cells in enumerate(sheet.rows, start=1)
        if number not in taken and any(value is not None for value in cells)
    )


def _why_no_table(sheet: Sheet, seen: Collection[str]) -> str:
    if not any(value is not None for cells in sheet.rows for value in cells):
        return f"Sheet {sheet.name!r} is empty."
    if not seen:
        return (
            f"Sheet {sheet.name!r} holds no table of contributions: no row names columns that "
            "could be a donor and an amount."
        )
    return (
        f"Sheet {sheet.name!r} holds no table of contributions: no row of headings names both a "
        f"donor and an amount. Headings seen: {', '.join(seen)}. A mapping can say what they mean."
    )

"""Find tables of contributions on a sheet, wherever they stand, and say what each row is.

A table begins with one to three heading rows that name at least a donor and an amount, and goes on
over data, subtotals and totals to the notes right below. Every row of its area is named once:
heading, total, note, blank or data. What was taken for granted is said in `doubts`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from pledgebook.importers.reading.cells import (
    Area,
    Sheet,
    Workbook,
    cell_text,
    column_number,
)
from pledgebook.importers.tables.blocks import HeadingBlock, TableColumn
from pledgebook.importers.tables.classifying import RowKind, TableRow, classify_rows
from pledgebook.importers.tables.heading_rows import find_heading_blocks
from pledgebook.importers.tables.headings import Field, currency_in, is_named
from pledgebook.importers.values.amounts import DecimalMark
from pledgebook.importers.values.dates import DateOrder
from pledgebook.importers.values.values import clean, multiplier_in, plain, shown

_TITLE_ROWS = 12
_SHORT_TITLE = 60
_INCOMING = {"1": "received", "11": "commitment", "13": "pledge"}
"""What the codes of transactions of IATI that are of money coming in stand for."""
_CELL = re.compile(r"([A-Z]+)(\d+)")
_MONEY = (
    r"(?:US\$|[$€£¥]|(?:USD|EUR|GBP|CHF|JPY|SEK|NOK|DKK|CAD|AUD|ATS|BEF|DEM|ESP|FIM|FRF|IEP|ITL"
    r"|LUF|NLG|PTE|GRD)(?![a-z]{2}))"
)
_LIKE_A_UNIT = re.compile(
    rf"{_MONEY}\s?(?:m|M|mn|k|K|mio|Mio|mill|Mill)(?![A-Za-z])"
    rf"|(?<![A-Za-z])(?:[MKTmkt]|Mi[ol]\.?|Mill?\.?)\s?{_MONEY}"
    r"|\b(?:in|en|em)\s+(?:1[.,\s]?000\b|duizend|miljoen|tausend|migliaia|milioni|milhares|milh)",
    re.MULTILINE,
)
"""Letters beside a currency that may be thousands or millions, where no unit was read."""

_UNIT_STATED = re.compile(
    r"(?:\bin|\ben|\bem|\bв)\s+(?:us\$?\s+|usd\s+|eur\s+)?"
    r"(?:thousand|million|billion|millier|mille|mil\b|miles|millon|milliard"
    r"|тыс|млн|млрд|миллион|миллиард|tausend|tsd|mio|mrd"
    r"|migliaia|milion|miliard|duizend|miljoen|milhar|milh)"
    r"|بال|بآلاف|بملايين|千|百万|万|十亿|['’]000|\b000s?\b"
    r"|^\W*\w+(?:\W+\w+){0,3}\W*$",
)
"""How a text says in what the amounts of a table are counted; or it says little else."""


_SHEET_NAME = "the sheet's name"


class Units(NamedTuple):
    """In what the amounts of a table are counted, if the text above the table says so.

    `multiplier` is 1000 for "in thousands"; `currency` a mark or word as written; `source` the
    address of the cell that says it.
    """

    multiplier: int = 1
    currency: str = ""
    source: str = ""


NO_UNITS = Units()
"""Nothing above the table says in what its amounts are counted."""


@dataclass(frozen=True, slots=True)
class ReadingRules:
    """How a table is to be read beyond what it shows: what a mapping file states.

    `constants` gives the text of a field for all rows; `translate`, by field, what a text in a
    column stands for; `skip` the rows to leave out, as column number and texts. With
    `dollars_without_amount` a row that states neither amount nor currency of origin, but dollars,
    is a contribution in dollars. `day_in_year`, a month and a day, dates the rows that state a
    calendar year and no day.
    """

    constants: Mapping[Field, str] = field(default_factory=dict)
    translate: Mapping[Field, Mapping[str, str]] = field(default_factory=dict)
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None
    dollars_without_amount: bool = False
    skip: tuple[tuple[int, frozenset[str]], ...] = ()
    day_in_year: tuple[int, int] | None = None
    ignored: frozenset[int] = frozenset()
    """Columns that somebody said need not be read: nothing is asked about them."""


@dataclass(frozen=True, slots=True)
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
    questions: tuple[str, ...] = ()

    @property
    def range(self) -> str:
        """The area as people write it: `A6:H41`."""
        return str(self.area)

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
        table = build_table(workbook, block, last_row=last, above=above)
        tables.append(_continued(table, tables[-1]) if tables else table)
    return SheetReading(
        sheet,
        tuple(tables),
        "" if tables else _why_no_table(sheet, seen),
        rows_outside(sheet, tables),
    )


def _continued(table: Table, before: Table) -> Table:
    """Return a table with what a title says of the one before it, if both have the same columns: a
    list of several pages repeats its headings, and its title stands once.
    """
    one, other = ([(c.number, c.field, c.label) for c in t.table_columns] for t in (table, before))
    if one != other or table.units != NO_UNITS:
        return table
    doubts = [_units_doubt(before.units)] if before.units != NO_UNITS else []
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
    found = _units_above(sheet, above + 1, block.rows[0])
    rules = _with_codes(rules or ReadingRules(), block)
    rules = replace(rules, constants={**block.constants, **rules.constants})
    if Field.CURRENCY in rules.constants:
        found = found._replace(currency="")
    if found == NO_UNITS:
        found = _units_in_name(sheet)
    if units is not None:
        found = units._replace(currency=found.currency)
    asked = [] if units is not None else _ask_units(found, block, last_row, above)
    classified = classify_rows(block, last_row, total_words, to_end=to_end)
    headings = tuple(TableRow(row, "heading", "headings of the columns") for row in block.rows)
    rows = headings + classified.rows
    doubts = [*block.doubts, *classified.doubts]
    if found.multiplier != 1 or found.currency:
        doubts.append(_units_doubt(found))
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
        workbook.path,
        workbook.sha256,
        sheet,
        area,
        block.rows,
        block.columns,
        rows,
        found,
        rules,
        tuple(doubts),
        (*block.questions, *asked),
    )


def _with_codes(rules: ReadingRules, block: HeadingBlock) -> ReadingRules:
    """Translate the codes of transactions of IATI, unless a mapping says what they stand for."""
    coded = any(
        c.field is Field.STATUS and is_named("transaction_codes", c.heading) for c in block.columns
    )
    if not coded or Field.STATUS in rules.translate:
        return rules
    return replace(rules, translate={**rules.translate, Field.STATUS: _INCOMING})


def _units_above(sheet: Sheet, first: int, heading: int) -> Units:
    """Look from the headings upwards for "in thousands of dollars" or "expressed in euro"."""
    for row in range(heading - 1, max(first, heading - _TITLE_ROWS) - 1, -1):
        for column, value in enumerate(sheet.rows[row - 1], start=1):
            if not isinstance(value, str):
                continue
            text = clean(value)
            currency, multiplier = currency_in(text), multiplier_in(text)
            stated = currency or (multiplier != 1 and len(text) <= _SHORT_TITLE)
            if stated and len(text) <= 2 * _SHORT_TITLE:
                return Units(multiplier, currency, sheet.address(row, column))
    return NO_UNITS


def _units_in_name(sheet: Sheet) -> Units:
    """Return what a sheet's name says of its amounts: "USD '000", "EUR". A unit counts with its
    currency only: a name is short, and "Mille" may be anything.
    """
    currency = currency_in(sheet.name)
    multiplier = multiplier_in(sheet.name) if currency else 1
    return Units(multiplier, currency, _SHEET_NAME if currency else "")


def _ask_units(found: Units, block: HeadingBlock, last_row: int, above: int) -> list[str]:
    """Ask where a text speaks of thousands or millions, but not plainly as a table's unit: "pledges
    above one million dollars", "rounded to thousands", a note below the table, or letters that may
    be a unit ("M€", "USDm").
    """
    questions = []
    sheet = block.sheet
    ask = (
        "{} says {!r}: say in a mapping in what units the amounts are counted (units = 1 or more)."
    )
    if found.multiplier != 1 and found.source != _SHEET_NAME:
        row, column = _place(found.source)
        text = clean(str(sheet.cell(row, column)))
        if not _UNIT_STATED.search(plain(text)):
            questions.append(ask.format(found.source, text))
    if found.multiplier != 1 or any(column.multiplier != 1 for column in block.columns):
        return questions
    for row in range(max(above + 1, block.rows[0] - _TITLE_ROWS), block.rows[0]):
        for number, value in enumerate(sheet.rows[row - 1], start=1):
            if isinstance(value, str) and _LIKE_A_UNIT.search(clean(value)):
                questions.append(ask.format(sheet.address(row, number), clean(value)))
    for row in range(block.rows[-1] + 1, last_row + 1):
        cells = [(c, value) for c, value in enumerate(sheet.rows[row - 1], 1) if value is not None]
        if len(cells) > 2 or not cells or not isinstance(cells[0][1], str):
            continue
        text = clean(cells[0][1])
        stated = multiplier_in(text) != 1 and _UNIT_STATED.search(plain(text))
        if stated or _LIKE_A_UNIT.search(text):
            questions.append(ask.format(sheet.address(row, cells[0][0]), text))
    return questions


def _place(address: str) -> tuple[int, int]:
    letters, row = _CELL.fullmatch(address.rpartition("!")[2]).groups()  # type: ignore[union-attr]
    return int(row), column_number(letters) or 0


def _units_doubt(units: Units) -> str:
    parts = []
    if units.currency:
        parts.append(f"in {units.currency} where no other currency is stated")
    if units.multiplier != 1:
        parts.append(f"in units of {units.multiplier}")
    return f"Amounts were counted {' and '.join(parts)}, because {units.source} says so."


def _unread_doubts(
    sheet: Sheet, columns: tuple[TableColumn, ...], rows: tuple[TableRow, ...]
) -> list[str]:
    data = [row.number for row in rows if row.kind == "data"]
    unread = [
        f"{column.letter} {shown(column.heading)}"
        for column in columns
        if column.field is None and any(sheet.cell(row, column.number) is not None for row in data)
    ]
    return [f"Columns not read: {', '.join(unread)}."] if unread else []


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

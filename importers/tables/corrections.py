"""What a person corrects of a table that was found: what a column holds, and what only a person
can say.

A correction becomes a mapping of its table (`importers/tables/mapping.py`) and is read as one, so
that a page and a mapping file can say the same, and what is wrong with it is said in the same
sentences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from pledgebook.importers.reading.cells import Workbook
from pledgebook.importers.tables.blocks import TableColumn
from pledgebook.importers.tables.headings import (
    DECIDING,
    REPEATED,
    Field,
    has_word_of,
    heading_key,
)
from pledgebook.importers.tables.mapping import MappingError, SheetMapping, parse_mapping
from pledgebook.importers.tables.mapping_applied import apply_mapping
from pledgebook.importers.tables.mapping_text import stands_above, toml_text, write_mapping
from pledgebook.importers.tables.qualifiers import qualifier_of
from pledgebook.importers.tables.tables import SheetReading, Table, rows_outside
from pledgebook.importers.tables.units import Units
from pledgebook.importers.values.amounts import DecimalMark
from pledgebook.importers.values.dates import DateOrder
from pledgebook.importers.values.words import is_warning

CONSTANTS = (
    Field.FUND,
    Field.CURRENCY,
    Field.PURPOSE,
    Field.STATUS,
    Field.PLEDGE_DATE,
    Field.CHANGED_ON,
    Field.DONOR,
)
"""What may be said for all rows of a table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is said of one table. `columns` gives fields by column letter, "" for one that is not to
    be read; columns that are not named stay as they were found. `decided`: the table's questions
    are answered by this, and its rows need not wait for them.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    units: int | None = None
    dates: str = ""
    decimal: str = ""
    decided: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """A table that was not found, as a person describes it: the row of its headings, and what is
    said of it as in a correction.
    """

    sheet: str
    heading_row: int
    said: Correction = field(default_factory=Correction)


def described(table: Description) -> SheetMapping:
    """Return the mapping that a description is. Raises MappingError."""
    said, name = table.said, f"{table.sheet}!{table.heading_row}"
    lines = [f"sheet = {toml_text(table.sheet)}", f"heading_rows = [{table.heading_row}]"]
    lines += [f"units = {said.units}"] if said.units else []
    lines += [f"dates = {toml_text(said.dates)}"] if said.dates else []
    lines += [f"decimal = {toml_text(said.decimal)}"] if said.decimal else []
    of_field: dict[Field, list[str]] = {}
    for letter, text in said.columns.items():
        if found := _field(text, name):
            of_field.setdefault(found, []).append(letter)
    lines.append("[columns]")
    for found, letters in of_field.items():
        _refuse_two(found, letters, name)
        labels = [f"_{letter}" for letter in letters] if len(letters) > 1 else [""]
        lines += [
            f"{found.value}{label} = {toml_text(letter)}"
            for letter, label in zip(letters, labels, strict=True)
        ]
    lines.append("[constants]")
    lines += [
        f"{f.value} = {toml_text(text)}" for f, text in _constants(said.constants, name).items()
    ]
    return parse_mapping("\n".join(lines), name)


def name_of(table: Table) -> str:
    """Return the name by which a correction finds its table: `Pledges!A6:H41`."""
    return f"{table.sheet.name}!{table.range}"


def correct_readings(
    workbook: Workbook, readings: Sequence[SheetReading], corrections: Mapping[str, Correction]
) -> list[SheetReading]:
    """Return what was found in a workbook, with the corrections by their tables' names.

    Raises MappingError for a correction that cannot be, or whose table is not there.
    """
    tables = [table for reading in readings for table in reading.tables]
    known = {name_of(table) for table in tables}
    if missing := [name for name in corrections if name not in known]:
        found = ", ".join(sorted(known)) or "none"
        raise MappingError([f"There is no table {missing[0]}; there is {found}."])
    corrected = []
    for reading in readings:
        own = tuple(
            _correct(workbook, table, tables, corrections[name_of(table)])
            if name_of(table) in corrections
            else table
            for table in reading.tables
        )
        outside = rows_outside(reading.sheet, own) if own != reading.tables else reading.outside
        corrected.append(reading._replace(tables=own, outside=outside))
    return corrected


def apply_rules(
    workbook: Workbook, readings: Sequence[SheetReading], mapping: SheetMapping
) -> list[SheetReading]:
    """Return what was found in a workbook, read by the rules, values and constants of a mapping
    that names no columns. Raises MappingError.
    """
    tables = [table for reading in readings for table in reading.tables]
    applied = []
    for reading in readings:
        own = reading.tables
        if mapping.sheet in {"", reading.sheet.name}:
            own = tuple(_by_rules(workbook, table, tables, mapping) for table in own)
        applied.append(reading._replace(tables=own, outside=rows_outside(reading.sheet, own)))
    return applied


def _by_rules(
    workbook: Workbook, table: Table, tables: Sequence[Table], mapping: SheetMapping
) -> Table:
    text = write_mapping(_without(table, mapping.ignored), ends=stands_above(table, tables))
    found = parse_mapping(text, mapping.name)
    values = {**found.values}
    for field_, texts in mapping.values.items():
        values[field_] = {**values.get(field_, {}), **texts}
    (read,) = apply_mapping(
        workbook,
        replace(
            found,
            constants={**found.constants, **mapping.constants},
            values=values,
            date_order=mapping.date_order or found.date_order,
            decimal_mark=mapping.decimal_mark or found.decimal_mark,
            dollars_without_amount=mapping.dollars_without_amount or found.dollars_without_amount,
            day_in_year=mapping.day_in_year or found.day_in_year,
            totals=found.totals | mapping.totals,
            skip={**found.skip, **mapping.skip},
            ignored=(*found.ignored, *mapping.ignored),
        ),
    )
    return replace(read, doubts=tuple(dict.fromkeys((*table.doubts, *read.doubts))))


def _without(table: Table, ignored: Sequence[str]) -> Table:
    """Return a table without reading the columns that are to be ignored, by heading or letter."""
    names = set(map(heading_key, ignored))
    columns = tuple(
        replace(column, field=None, label="")
        if column.letter in ignored or heading_key(column.heading) in names
        else column
        for column in table.table_columns
    )
    return replace(table, table_columns=columns)


def _correct(
    workbook: Workbook, table: Table, tables: Sequence[Table], correction: Correction
) -> Table:
    name = name_of(table)
    rules = table.rules
    edited = replace(
        table,
        table_columns=_columns(table, correction.columns, name),
        units=table.units if correction.units is None else Units(correction.units),
        rules=replace(
            rules,
            constants={**rules.constants, **_constants(correction.constants, name)},
            date_order=cast("DateOrder", correction.dates) or rules.date_order,
            decimal_mark=cast("DecimalMark", correction.decimal) or rules.decimal_mark,
            ignored=rules.ignored | _left_alone(table, correction),
        ),
        questions=() if correction.decided else table.questions,
    )
    ends = stands_above(table, tables)
    (read,) = apply_mapping(workbook, parse_mapping(write_mapping(edited, ends=ends), name))
    return read


def _left_alone(table: Table, correction: Correction) -> frozenset[int]:
    """Return the columns that are not to be read: those that are said not to be, and, where the
    table's questions are said to be decided, those that are not read and say nothing of single
    rows. "Cancelled" goes on deciding on its rows, whatever else was decided.
    """
    return frozenset(
        column.number
        for column in table.table_columns
        if correction.columns.get(column.letter) == ""
        or (
            correction.decided
            and column.field is None
            and column.letter not in correction.columns
            and not _speaks_of_rows(table, column)
        )
    )


def _speaks_of_rows(table: Table, column: TableColumn) -> bool:
    cells = (table.sheet.cell(row.number, column.number) for row in table.rows)
    if qualifier_of(column.heading):
        return True
    return any(has_word_of(kind, column.heading) for kind in DECIDING) or any(
        isinstance(value, str) and is_warning(value) for value in cells
    )


def _columns(table: Table, given: Mapping[str, str], name: str) -> tuple[TableColumn, ...]:
    letters = {column.letter for column in table.table_columns}
    if unknown := [letter for letter in given if letter not in letters]:
        raise MappingError([f"{name}: there is no column {unknown[0]}."])
    changed = [
        replace(column, field=_field(given[column.letter], name), label="")
        if column.letter in given
        else column
        for column in table.table_columns
    ]
    of_field: dict[Field, list[TableColumn]] = {}
    for column in changed:
        if column.field is not None:
            of_field.setdefault(column.field, []).append(column)
    labels: dict[int, str] = {}
    for found, own in of_field.items():
        _refuse_two(found, [column.letter for column in own], name)
        bare = [column for column in own if not column.label]
        if len(bare) > 1:  # told apart by their headings; one that was found stays the total
            labels |= {
                column.number: column.heading or column.letter
                for column in bare
                if column.letter in given
            }
    return tuple(
        replace(column, label=labels.get(column.number, column.label)) for column in changed
    )


def _refuse_two(found: Field, letters: Sequence[str], name: str) -> None:
    """Raise MappingError where several columns are said to hold what one can."""
    if len(letters) > 1 and found not in REPEATED:
        both = " and ".join(letters)
        raise MappingError(
            [f"{name}: columns {both} are both said to hold the {found.value}; one can."]
        )


def _field(text: str, name: str) -> Field | None:
    try:
        return Field(text) if text else None
    except ValueError:
        raise MappingError([f"{name}: no column holds {text!r}."]) from None


def _constants(given: Mapping[str, str], name: str) -> dict[Field, str]:
    constants = {}
    for key, text in given.items():
        found = _field(key, name)
        if found not in CONSTANTS:
            listed = ", ".join(each.value for each in CONSTANTS)
            raise MappingError([f"{name}: {key!r} cannot be said for all rows; {listed} can."])
        if text.strip():
            constants[found] = text.strip()
    return constants

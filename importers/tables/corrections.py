"""What a person corrects of a table that was found: what a column holds, and what only a person
can say.

Corrections, a mapping's rules and answers to a table's questions change its columns and rules, and
nothing that they do not name; its rows are then told anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pledgebook.importers.reading.cells import Workbook
from pledgebook.importers.tables.blocks import HeadingBlock, TableColumn
from pledgebook.importers.tables.headings import REPEATED, Field
from pledgebook.importers.tables.mapping import MappingError, SheetMapping, parse_mapping
from pledgebook.importers.tables.mapping_applied import find_column
from pledgebook.importers.tables.mapping_text import stands_above, toml_text
from pledgebook.importers.tables.questions import NOT_READ, Answers, Choice, ask, question_key
from pledgebook.importers.tables.tables import (
    UNREAD,
    SheetReading,
    Table,
    build_table,
    rows_outside,
)
from pledgebook.importers.tables.units import Units

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


_OF_ALL = "donor-of-all"
_WHO = frozenset({_OF_ALL, question_key("which-column", Field.DONOR.value)})
"""Questions of which one answer settles who gives."""

AMOUNTS = frozenset({Field.AMOUNT, Field.PAID, Field.VALUE})
"""What a table cannot be without: a column of one of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What is said of one table. `columns` gives fields by column letter, "" for one that is not to
    be read; columns that are not named stay as they were found.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    units: int | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """A table that was not found, as a person describes it: the row of its headings, and what is
    said of it as in a correction.
    """

    sheet: str
    heading_row: int
    said: Correction = field(default_factory=Correction)


def mapping_of(table: Description) -> SheetMapping:
    """Return the mapping that a description is. Raises MappingError."""
    said, name = table.said, f"{table.sheet}!{table.heading_row}"
    lines = [f"sheet = {toml_text(table.sheet)}", f"heading_rows = [{table.heading_row}]"]
    lines += [f"units = {said.units}"] if said.units else []
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


def correct_readings(
    workbook: Workbook, readings: Sequence[SheetReading], corrections: Mapping[str, Correction]
) -> list[SheetReading]:
    """Return what was found in a workbook, with the corrections by their tables' names.

    Raises MappingError for a correction that cannot be, or whose table is not there.
    """
    tables = [table for reading in readings for table in reading.tables]
    known = {table.name for table in tables}
    if missing := [name for name in corrections if name not in known]:
        found = ", ".join(sorted(known)) or "none"
        raise MappingError([f"There is no table {missing[0]}; there is {found}."])
    corrected = []
    for reading in readings:
        own = tuple(
            _correct(workbook, table, tables, corrections[table.name])
            if table.name in corrections
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


def answer_tables(
    workbook: Workbook, readings: Sequence[SheetReading]
) -> tuple[list[SheetReading], bool]:
    """Return what was found in a workbook as the questions of its tables are answered, and whether
    an answer changed any table. Raises AnswerError, or MappingError for columns that cannot be.
    """
    tables = [table for reading in readings for table in reading.tables]
    answered = []
    changed = False
    for reading in readings:
        own = tuple(_answer(workbook, table, tables) for table in reading.tables)
        if any(new is not table for new, table in zip(own, reading.tables, strict=True)):
            outside, changed = rows_outside(reading.sheet, own), True
            answered.append(reading._replace(tables=own, outside=outside))
        else:
            answered.append(reading)
    return answered, changed


def _answer(workbook: Workbook, table: Table, tables: Sequence[Table]) -> Table:
    columns = _said_of_columns(table)
    units = None
    constants: dict[str, str] = {}
    left = []
    for question in table.questions:
        said = table.rules.answers.to(question)
        if question.kind == "column" and said:
            continue
        if question.kind == "which-column" and said:
            held = table.columns_of(Field(question.about))
            columns |= dict.fromkeys((each.letter for each in held), "")
            columns[said] = question.about
        elif question.kind == _OF_ALL and said:
            constants[Field.DONOR.value] = said
        elif question.kind == "units" and said:
            units = int(said)
        else:
            left.append(question)
    if len(left) == len(table.questions) and not columns:
        return table
    if constants:  # no column names who gives
        columns |= {each.letter: "" for each in table.columns_of(Field.DONOR)}
    if constants or Field.DONOR.value in columns.values():
        left = [each for each in left if each.key not in _WHO]
    # What an answer says of a column is not asked of it any more.
    left = [each for each in left if each.kind != "column" or each.about not in columns]
    try:
        said_of = Correction(columns=columns, constants=constants, units=units)
        read = _correct(workbook, table, tables, said_of)
    except MappingError:
        answers = table.rules.answers
        if not answers.learned:
            raise
        # What was learned of other files does not fit this one: it is asked instead.
        rules = replace(table.rules, answers=Answers(given=answers.given))
        return _answer(workbook, replace(table, rules=rules), tables)
    return replace(read, questions=tuple(left))


def _said_of_columns(table: Table) -> dict[str, str]:
    """Return what columns were said to hold by their letters, and are not taken for: asked or not,
    a person may say it of any column of the file, and said it of earlier files of the layout.
    """
    answers, asked = table.rules.answers, {each.key for each in table.questions}
    said = {}
    for column in table.table_columns:
        if question_key("column", column.letter) not in {*answers.given, *answers.learned, *asked}:
            continue
        question = ask(
            "column",
            column.letter,
            Choice(NOT_READ, "Nothing that is to be read"),
            text=f"What does column {column.named} hold?",
        )
        wanted = answers.to(question)
        held = column.field.value if column.field else ""
        is_so = wanted == held or (
            wanted == NOT_READ and not held and column.number in table.rules.ignored
        )
        if wanted and not is_so:
            said[column.letter] = "" if wanted == NOT_READ else wanted
    return said


def _by_rules(
    workbook: Workbook, table: Table, tables: Sequence[Table], mapping: SheetMapping
) -> Table:
    sheet, rows, rules = table.sheet, table.heading_rows, table.rules
    values = {**rules.translate}
    for field_, texts in mapping.values.items():
        values[field_] = {**values.get(field_, {}), **texts}
    skip = [
        (find_column(sheet, rows, text, mapping.name), texts)
        for text, texts in mapping.skip.items()
    ]
    ignored = {find_column(sheet, rows, text, mapping.name) for text in mapping.ignored}
    changed = replace(
        rules,
        valuation=mapping.valuation or rules.valuation,
        constants={**rules.constants, **mapping.constants},
        translate=values,
        skip=(*rules.skip, *skip),
        ignored=rules.ignored | ignored,
        answers=replace(rules.answers, given={**mapping.answers, **rules.answers.given}),
    )
    columns = tuple(
        replace(column, field=None, label="") if column.number in ignored else column
        for column in table.table_columns
    )
    edited = replace(table, rules=changed, table_columns=columns)
    if Field.CURRENCY in mapping.constants:
        edited = _without_currencies(edited)
    return _read_again(workbook, edited, tables, total_words=mapping.totals)


def _correct(
    workbook: Workbook, table: Table, tables: Sequence[Table], correction: Correction
) -> Table:
    name = table.name
    rules = table.rules
    columns = _columns(table, correction.columns, name)
    units = table.units
    if correction.units is not None:
        units = Units(correction.units, units.currency)
        columns = tuple(replace(column, multiplier=1) for column in columns)
    left_alone = {
        column.number for column in columns if correction.columns.get(column.letter) == ""
    }
    edited = replace(
        table,
        table_columns=columns,
        units=units,
        rules=replace(
            rules,
            constants={**rules.constants, **_constants(correction.constants, name)},
            ignored=rules.ignored | left_alone,
        ),
    )
    if correction.constants.get(Field.CURRENCY.value):
        edited = _without_currencies(edited)
    return _read_again(workbook, edited, tables)


def _without_currencies(table: Table) -> Table:
    """Return a table in which neither headings nor the text above state a currency: somebody said
    in which all rows are.
    """
    return replace(
        table,
        table_columns=tuple(replace(column, currency="") for column in table.table_columns),
        units=table.units._replace(currency=""),
    )


def _read_again(
    workbook: Workbook,
    table: Table,
    tables: Sequence[Table],
    *,
    total_words: frozenset[str] = frozenset(),
) -> Table:
    """Return a table of which columns or rules were changed, with its rows told anew: which of them
    are totals or notes rests on the columns.
    """
    sheet = table.sheet
    fields = {column.field for column in table.table_columns} | set(table.rules.constants)
    if Field.DONOR not in fields:
        raise MappingError([f"{table.name}: no column is left that names the donor."])
    if not fields & AMOUNTS:
        raise MappingError([f"{table.name}: no column is left that holds amounts."])
    ends = (each.area.last_row for each in tables if each.sheet.name == sheet.name)
    first = table.heading_rows[0]
    below = stands_above(table, tables)
    read = build_table(
        workbook,
        HeadingBlock(sheet=sheet, rows=table.heading_rows, columns=table.table_columns),
        last_row=table.area.last_row if below else len(sheet.rows),
        above=max((last for last in ends if last < first), default=0),
        rules=table.rules,
        total_words=total_words,
    )
    kept = [doubt for doubt in table.doubts if not doubt.startswith(UNREAD)]
    return replace(
        read,
        units=table.units,
        doubts=tuple(dict.fromkeys((*kept, *read.doubts))),
        questions=table.questions,
    )


def _columns(table: Table, given: Mapping[str, str], name: str) -> tuple[TableColumn, ...]:
    letters = {column.letter for column in table.table_columns}
    if unknown := [letter for letter in given if letter not in letters]:
        raise MappingError([f"{name}: there is no column {unknown[0]}."])
    said = {_field(text, name) for text in given.values()}
    asked = {Field(each.about) for each in table.questions if each.kind == "which-column"} & said
    changed = [
        replace(column, field=_field(given[column.letter], name), label="")
        if column.letter in given
        # What is said takes the place of what was only taken until somebody says it.
        else (replace(column, field=None, label="") if column.field in asked else column)
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

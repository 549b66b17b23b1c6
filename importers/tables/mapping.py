"""A mapping says how to read a spreadsheet whose table cannot be found or told by itself.

It is a TOML file, written by `pledgebook inspect FILE --save MAP.toml` and edited by hand. All keys
are optional; a column is named by its heading or by its letter. Without [columns] the rules, values
and constants are applied to all tables that are found (of `sheet`, if it is named):

    sheet = "Flows"                  # else the first sheet where the headings are found
    heading_rows = [1, 2]            # else the row where the headings are found
    last_row = 40                    # else the end of the table
    dates = "dmy"                    # 03/04/2002 is 3 April ("mdy": 4 March)
    decimal = ","                    # 1.234 is one thousand ("." : one and a bit)
    units = 1000                     # amounts are in thousands
    totals = ["Consolidation"]       # further words that begin a total row
    day_in_year = "12-31"            # rows that state a year and no day are dated so
    ignored = ["Contact person"]     # columns that say nothing of the contributions
    dollars_without_amount = true    # no amount and currency of origin: the dollars are the amount

    [columns]
    donor = "srcOrganization"
    reference = "id"
    amount = "originalAmount"
    currency = "originalCurrency"
    dollars = "amountUSD"
    amount_1 = "F"                   # instalments, years or funds: field_label
    due_date_1 = "G"

    [constants]                      # for all rows, where no column says otherwise
    fund = "CPCJF"

    [values.status]                  # what a text in a column stands for
    paid = "payment"

    [skip]                           # rows left out: those with one of these texts in the column
    contributionType = ["in kind"]

What is wrong with it is said at once, with the nearest known names.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from pledgebook.importers.reading.cells import (
    Sheet,
    Workbook,
    cell_text,
    column_letter,
    column_number,
)
from pledgebook.importers.tables.blocks import HeadingBlock, TableColumn, heading_text
from pledgebook.importers.tables.headings import REPEATED, Field, currency_in
from pledgebook.importers.tables.tables import ReadingRules, Table, Units, build_table, find_tables
from pledgebook.importers.values.amounts import DecimalMark
from pledgebook.importers.values.dates import DateOrder
from pledgebook.importers.values.values import clean, multiplier_in, plain

_KEYS = (
    "sheet",
    "heading_rows",
    "last_row",
    "dates",
    "decimal",
    "units",
    "totals",
    "dollars_without_amount",
    "day_in_year",
    "undecided",
    "ignored",
    "columns",
    "constants",
    "values",
    "skip",
)
_AMOUNTS = (Field.AMOUNT, Field.PAID, Field.DOLLARS)
_FIELDS = tuple(f.value for f in Field)


class MappingError(ValueError):
    """A mapping that cannot be used; `messages` are sentences, each naming the file."""

    def __init__(self, messages: Iterable[str]) -> None:
        self.messages = tuple(messages)
        super().__init__("\n".join(self.messages))


@dataclass(frozen=True, slots=True)
class ColumnKey:
    """A field, and the label that tells several columns of it apart."""

    field: Field
    label: str = ""


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """A mapping as read and checked; columns are still named as the file names them."""

    name: str
    columns: Mapping[ColumnKey, str]
    sheet: str = ""
    heading_rows: tuple[int, ...] = ()
    last_row: int | None = None
    date_order: DateOrder | None = None
    decimal_mark: DecimalMark | None = None
    units: int | None = None
    totals: frozenset[str] = frozenset()
    dollars_without_amount: bool = False
    constants: Mapping[Field, str] = field(default_factory=dict)
    values: Mapping[Field, Mapping[str, str]] = field(default_factory=dict)
    skip: Mapping[str, frozenset[str]] = field(default_factory=dict)
    day_in_year: tuple[int, int] | None = None
    """The month and day that date rows of which a calendar year is stated and no day."""
    undecided: tuple[str, ...] = ()
    """Questions that a person has still to decide: as long as there are any, all rows wait."""
    ignored: tuple[str, ...] = ()
    """Columns that need not be read, by heading or letter."""


def read_mapping(path: Path) -> SheetMapping:
    """Read a mapping file; raises MappingError with everything that is wrong with it."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError([f"{path.name} cannot be read: {error}."]) from error
    return parse_mapping(text, path.name)


def parse_mapping(text: str, name: str = "mapping") -> SheetMapping:
    """Read the text of a mapping; `name` stands before each message of a MappingError."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError([f"{name} is no TOML: {error}."]) from error
    return _Checker(name, content).mapping()


def apply_mapping(workbook: Workbook, mapping: SheetMapping) -> tuple[Table, ...]:
    """Give the table that a mapping describes.

    Raises MappingError, listing the sheets or headings that there are, if the workbook has no such
    sheet or column.
    """
    sheet, rows = _find_headings(workbook, mapping)
    block = _describe(sheet, rows, mapping)
    last = mapping.last_row or len(sheet.rows)
    if last > len(sheet.rows) or last <= rows[-1]:
        raise MappingError(
            [
                f"{mapping.name}: last_row is {last}, but sheet {sheet.name!r} has rows "
                f"{rows[-1] + 1} to {len(sheet.rows)} below its headings."
            ]
        )
    skip = tuple(
        (_one_column(sheet, rows, text, mapping), texts) for text, texts in mapping.skip.items()
    )
    rules = ReadingRules(
        mapping.constants,
        mapping.values,
        mapping.date_order,
        mapping.decimal_mark,
        mapping.dollars_without_amount,
        skip,
        mapping.day_in_year,
        frozenset(_one_column(sheet, rows, text, mapping) for text in mapping.ignored),
    )
    units = None if mapping.units is None else Units(mapping.units, "", mapping.name)
    table = build_table(
        workbook,
        block,
        last_row=last,
        above=_ends_above(workbook, sheet, block.rows[0]),
        rules=rules,
        total_words=mapping.totals,
        units=units,
        to_end=mapping.last_row is not None,
    )
    questions = dict.fromkeys((*table.questions, *mapping.undecided))
    return (replace(table, questions=tuple(questions)),)


def stands_above(table: Table, tables: Iterable[Table]) -> bool:
    """Tell whether another table stands below one on its sheet."""
    return any(
        other.sheet is table.sheet and other.area.first_row > table.area.last_row
        for other in tables
    )


def write_mapping(table: Table, *, ends: bool = False) -> str:
    """Write what was found as a mapping to edit and reuse; doubts, questions and what may be
    decided are comments. With `ends` the table ends where it was found to, since another one
    stands below it.
    """
    lines = [f"# {table.path.name}, sheet {table.sheet.name}, range {table.range}"]
    lines += [f"# Doubt: {doubt}" for doubt in table.doubts]
    if table.questions:
        lines.append("# All rows wait for these. Decide below, and delete what is decided:")
        lines.append("undecided = [")
        lines += [f"  {toml_text(question)}," for question in table.questions]
        lines.append("]")
    lines.append(f"sheet = {toml_text(table.sheet.name)}")
    lines.append(f"heading_rows = {list(table.heading_rows)}")
    if ends:
        lines.append(f"last_row = {table.area.last_row}")
    if table.units.multiplier != 1:
        lines.append(f"units = {table.units.multiplier}")
    rules = table.rules
    lines += _rule_lines(rules)
    lines += ["", "[columns]"]
    free = []
    for column in table.table_columns:
        if column.field is None:
            free.append(f"# {column.letter}: {column.heading}")
            continue
        key = column.field.value + (f"_{column.label}" if column.label else "")
        lines.append(f"{_key(key)} = {toml_text(column.letter)}  # {column.heading}")
    if free:
        lines += ["# Not read:", *free]
    constants = {f.value: text for f, text in rules.constants.items()}
    if constants:
        lines += ["", "[constants]"]
        lines += [f"{_key(key)} = {toml_text(text)}" for key, text in constants.items()]
    else:
        lines += ["", "# [constants]  # for all rows, where no column says otherwise"]
        lines += ['# fund = "CPCJF"', '# currency = "USD"', '# changed_on = "2002-09-01"']
    for named, texts in rules.translate.items():
        lines += ["", f"[values.{_key(named.value)}]"]
        lines += [f"{toml_text(said)} = {toml_text(meant)}" for said, meant in texts.items()]
    if rules.skip:
        lines += ["", "[skip]"]
        for number, said_texts in rules.skip:
            listed = ", ".join(toml_text(text) for text in sorted(said_texts))
            lines.append(f"{column_letter(number)} = [{listed}]")
    return "\n".join(lines) + "\n"


def _rule_lines(rules: ReadingRules) -> list[str]:
    """Write how a table is read, beyond its columns."""
    lines = []
    if rules.date_order:
        lines.append(f"dates = {toml_text(rules.date_order)}")
    else:
        lines.append('# dates = "dmy"  # 03/04/2002 is 3 April ("mdy": 4 March)')
    if rules.decimal_mark:
        lines.append(f"decimal = {toml_text(rules.decimal_mark)}")
    else:
        lines.append('# decimal = ","  # 1.234 is one thousand (".": one and a bit)')
    if rules.ignored:
        letters = ", ".join(toml_text(column_letter(number)) for number in sorted(rules.ignored))
        lines.append(f"ignored = [{letters}]")
    if rules.dollars_without_amount:
        lines.append("dollars_without_amount = true")
    if rules.day_in_year:
        lines.append(f'day_in_year = "{rules.day_in_year[0]:02}-{rules.day_in_year[1]:02}"')
    return lines


def toml_text(text: str) -> str:
    """Write a text as TOML: one line in double quotes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else toml_text(text)


def _nearest(name: str, known: Iterable[str]) -> str:
    listed = list(known)
    near = get_close_matches(name, listed, n=3)
    if near:
        return f"did you mean {' or '.join(map(repr, near))}?"
    return f"known are {', '.join(listed)}."


class _Checker:
    """Checks the content of a mapping file and collects what is wrong."""

    def __init__(self, name: str, content: dict[str, Any]) -> None:
        self._name = name
        self._content = content
        self._faults: list[str] = []

    def mapping(self) -> SheetMapping:
        for key in self._content:
            if key not in _KEYS:
                self._fault(f"unknown key {key!r}; {_nearest(key, _KEYS)}")
        columns = self._columns()
        constants = self._texts("constants")
        if "columns" not in self._content:
            self._only_rules()
        elif not any(key.field in _AMOUNTS for key in columns):
            self._fault("[columns] names no column of amounts (amount, paid or dollars).")
        donor = Field.DONOR in constants or any(key.field is Field.DONOR for key in columns)
        if "columns" in self._content and not donor:
            self._fault("neither [columns] nor [constants] names the donor.")
        rows = self._value("heading_rows", list, [])
        if not all(type(row) is int and row > 0 for row in rows) or rows != sorted(set(rows)):
            self._fault(f"heading_rows must list row numbers from the top, not {rows!r}.")
            rows = []
        last = self._value("last_row", int, None)
        units = self._value("units", int, None)
        if units is not None and units < 1:
            self._fault(f"units must be a whole number such as 1000, not {units}.")
        mapping = SheetMapping(
            self._name,
            columns,
            self._value("sheet", str, ""),
            tuple(rows),
            last,
            cast("DateOrder | None", self._choice("dates", ("dmy", "mdy"))),
            cast("DecimalMark | None", self._choice("decimal", (".", ","))),
            units,
            frozenset(map(plain, self._strings("totals", self._content.get("totals", [])))),
            self._value("dollars_without_amount", bool, default=False),
            constants,
            self._translations(),
            self._skip(),
            self._day_in_year(),
            tuple(self._strings("undecided", self._content.get("undecided", []))),
            tuple(self._strings("ignored", self._content.get("ignored", []))),
        )
        if self._faults:
            raise MappingError(self._faults)
        return mapping

    def _only_rules(self) -> None:
        """Without columns a mapping is applied to the tables that are found."""
        for key in ("heading_rows", "last_row", "units", "undecided"):
            if key in self._content:
                self._fault(
                    f"{key} is of one table: name its columns in [columns], as inspect --save "
                    "writes them."
                )

    def _fault(self, sentence: str) -> None:
        self._faults.append(f"{self._name}: {sentence}")

    def _value(self, key: str, kind: type, default: Any) -> Any:
        value = self._content.get(key, default)
        if value is default or type(value) is kind:
            return value
        named = {str: "a text", int: "a whole number", bool: "true or false", list: "a list"}[kind]
        self._fault(f"{key} must be {named}, not {value!r}.")
        return default

    def _choice(self, key: str, choices: tuple[str, ...]) -> str | None:
        value = self._content.get(key)
        if value is None or value in choices:
            return cast("str | None", value)
        self._fault(f"{key} must be {' or '.join(map(repr, choices))}, not {value!r}.")
        return None

    def _day_in_year(self) -> tuple[int, int] | None:
        text = self._value("day_in_year", str, "")
        if not text:
            return None
        try:
            day = datetime.strptime(f"2001-{text}", "%Y-%m-%d")  # noqa: DTZ007
        except ValueError:
            self._fault(f'day_in_year must be a month and a day such as "12-31", not {text!r}.')
            return None
        return day.month, day.day

    def _section(self, key: str) -> dict[str, Any]:
        section = self._content.get(key, {})
        if isinstance(section, dict):
            return section
        self._fault(f"{key} must be a section, [{key}], not {section!r}.")
        return {}

    def _field(self, name: str, where: str) -> ColumnKey | None:
        if name in _FIELDS:
            return ColumnKey(Field(name))
        for wanted in sorted(REPEATED, key=lambda f: -len(f.value)):
            if name.startswith(f"{wanted.value}_") and where == "columns":
                return ColumnKey(wanted, name.removeprefix(f"{wanted.value}_"))
        self._fault(f"unknown field {name!r} in [{where}]; {_nearest(name, _FIELDS)}")
        return None

    def _columns(self) -> dict[ColumnKey, str]:
        columns: dict[ColumnKey, str] = {}
        for name, text in self._section("columns").items():
            key = self._field(name, "columns")
            if not isinstance(text, str) or not text.strip():
                self._fault(f"column {name!r} must be a heading or a letter, not {text!r}.")
            elif key is not None:
                columns[key] = text
        return columns

    def _texts(self, section: str) -> dict[Field, str]:
        texts: dict[Field, str] = {}
        for name, value in self._section(section).items():
            key = self._field(name, section)
            if isinstance(value, bool | dict | list):
                self._fault(f"{name!r} in [{section}] must be a text, not {value!r}.")
            elif key is not None:
                texts[key.field] = str(value)
        return texts

    def _translations(self) -> dict[Field, dict[str, str]]:
        found: dict[Field, dict[str, str]] = {}
        for name, texts in self._section("values").items():
            key = self._field(name, "values")
            if not isinstance(texts, dict) or not all(isinstance(t, str) for t in texts.values()):
                self._fault(f"[values.{name}] must give a text for each text.")
            elif key is not None:
                found[key.field] = {plain(said): meant for said, meant in texts.items()}
        return found

    def _skip(self) -> dict[str, frozenset[str]]:
        return {
            name: frozenset(map(plain, self._strings(f"skip.{name}", texts)))
            for name, texts in self._section("skip").items()
        }

    def _strings(self, key: str, value: object) -> list[str]:
        listed = [value] if isinstance(value, str) else value
        if isinstance(listed, list) and all(isinstance(text, str) for text in listed):
            return listed
        self._fault(f"{key} must be a list of texts, not {value!r}.")
        return []


def _find_headings(workbook: Workbook, mapping: SheetMapping) -> tuple[Sheet, tuple[int, ...]]:
    sheets = [s for s in workbook.sheets if not s.hidden]
    if mapping.sheet:
        named = workbook.sheet(mapping.sheet)
        if named is None:
            names = [sheet.name for sheet in workbook.sheets]
            raise MappingError(
                [
                    f"{mapping.name}: {workbook.path.name} has no sheet {mapping.sheet!r}; "
                    f"{_nearest(mapping.sheet, names)}"
                ]
            )
        sheets = [named]
    if mapping.heading_rows:
        if mapping.heading_rows[-1] > len(sheets[0].rows):
            raise MappingError(
                [
                    f"{mapping.name}: heading row {mapping.heading_rows[-1]} is below the last row "
                    f"of sheet {sheets[0].name!r} ({len(sheets[0].rows)})."
                ]
            )
        return sheets[0], mapping.heading_rows
    wanted = {plain(text) for text in mapping.columns.values() if column_number(text) is None}
    best: tuple[int, Sheet, int] | None = None
    for sheet in sheets:
        for number, cells in enumerate(sheet.rows, start=1):
            found = len(wanted & {plain(cell_text(value)) for value in cells if value is not None})
            if found and (best is None or found > best[0]):
                best = found, sheet, number
    if best is None:
        raise MappingError(
            [
                f"{mapping.name}: no row of {workbook.path.name} holds any of the headings "
                f"{', '.join(sorted(wanted)) or '(none are named)'}; state heading_rows."
            ]
        )
    return best[1], (best[2],)


def _describe(sheet: Sheet, rows: tuple[int, ...], mapping: SheetMapping) -> HeadingBlock:
    faults: list[str] = []
    taken: dict[int, ColumnKey] = {}
    for key, text in mapping.columns.items():
        try:
            number = _one_column(sheet, rows, text, mapping)
        except MappingError as error:
            faults.extend(error.messages)
            continue
        if number in taken:
            faults.append(
                f"{mapping.name}: column {column_letter(number)} is named for both "
                f"{taken[number].field} and {key.field}; a column holds one field."
            )
        taken[number] = key
    if faults:
        raise MappingError(faults)
    columns = []
    doubts = []
    width = max(*taken, *(len(sheet.rows[row - 1]) for row in rows))
    for number in range(1, width + 1):
        heading = heading_text(sheet, rows, number)
        column_key = taken.get(number)
        if column_key is None:
            if heading:
                columns.append(TableColumn(number=number, heading=heading))
            continue
        currency = "" if Field.CURRENCY in mapping.constants else currency_in(heading)
        multiplier = 1 if mapping.units is not None else multiplier_in(heading)
        if currency and column_key.field in {Field.AMOUNT, Field.PAID}:
            doubts.append(
                f"Column {column_letter(number)} ({heading}) states its own currency, which was "
                "taken; a constant currency in the mapping outranks it."
            )
        columns.append(
            TableColumn(
                number=number,
                heading=heading,
                field=column_key.field,
                label=column_key.label,
                currency=currency,
                multiplier=multiplier,
            )
        )
    return HeadingBlock(sheet=sheet, rows=rows, columns=tuple(columns), doubts=tuple(doubts))


def _ends_above(workbook: Workbook, sheet: Sheet, heading: int) -> int:
    """Return the last row of the table above a heading: what stands there is no title of this."""
    ends = (table.area.last_row for table in find_tables(workbook, sheet).tables)
    return max((last for last in ends if last < heading), default=0)


def _one_column(sheet: Sheet, rows: tuple[int, ...], text: str, mapping: SheetMapping) -> int:
    """Find a column by its heading, whole or the lowest line of it, or else by its letter."""
    width = max(len(cells) for cells in sheet.rows)
    wholes = {c: heading_text(sheet, rows, c) for c in range(1, width + 1)}
    lowest = {c: clean(cell_text(sheet.cell(rows[-1], c))) for c in range(1, width + 1)}
    wanted = plain(text)
    found = [c for c in wholes if wanted in {plain(wholes[c]), plain(lowest[c])}]
    if len(found) == 1:
        return found[0]
    number = column_number(text)
    if found:
        letters = ", ".join(map(column_letter, found))
        raise MappingError(
            [
                f"{mapping.name}: {len(found)} columns are headed {text!r} ({letters}); name the "
                "one that is meant by its letter."
            ]
        )
    if number is not None and number <= width:
        return number
    headings = [heading for heading in wholes.values() if heading]
    near = get_close_matches(text, headings, n=3)
    hint = f"; the nearest are {', '.join(map(repr, near))}" if near else ""
    raise MappingError(
        [
            f"{mapping.name}: there is no column {text!r} on sheet {sheet.name!r}{hint}. Headings "
            f"in row {rows[-1]}: {', '.join(map(repr, headings)) or 'none'}."
        ]
    )

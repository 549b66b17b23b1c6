"""A table that was found as the text of a mapping, to edit and reuse."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from pledgebook.importers.reading.cells import column_letter
from pledgebook.importers.tables.tables import Table


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
        lines += [f"  {toml_text(question.text)}," for question in table.questions]
        lines.append("]")
    lines.append(f"sheet = {toml_text(table.sheet.name)}")
    lines.append(f"heading_rows = {list(table.heading_rows)}")
    if ends:
        lines.append(f"last_row = {table.area.last_row}")
    if table.units.multiplier != 1:
        lines.append(f"units = {table.units.multiplier}")
    rules = table.rules
    if rules.ignored:
        letters = ", ".join(map(toml_text, map(column_letter, sorted(rules.ignored))))
        lines.append(f"ignored = [{letters}]")
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
    if rules.answers.given:
        lines += ["", "[answers]"]
        given = rules.answers.given.items()
        lines += [f"{_key(name)} = {toml_text(value)}" for name, value in given]
    else:
        lines += ["", "# [answers]  # to what rows would wait for (import --json lists it)"]
        lines += ['# date-order = "dmy"', '# decimal-mark = ","', '# day-in-year = "12-31"']
    for named, texts in rules.translate.items():
        lines += ["", f"[values.{_key(named.value)}]"]
        lines += [f"{toml_text(said)} = {toml_text(meant)}" for said, meant in texts.items()]
    if rules.skip:
        lines += ["", "[skip]"]
        for number, said_texts in rules.skip:
            listed = ", ".join(toml_text(text) for text in sorted(said_texts))
            lines.append(f"{column_letter(number)} = [{listed}]")
    return "\n".join(lines) + "\n"


def toml_text(text: str) -> str:
    """Write a text as TOML: one line in double quotes."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else toml_text(text)

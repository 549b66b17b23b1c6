"""The table that a mapping describes, in a workbook."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches

from pledgebook.importers.reading.cells import (
    Sheet,
    Workbook,
    cell_text,
    column_letter,
    column_number,
)
from pledgebook.importers.tables.blocks import HeadingBlock, TableColumn, heading_text
from pledgebook.importers.tables.headings import Field, currency_in
from pledgebook.importers.tables.mapping import ColumnKey, MappingError, SheetMapping, nearest
from pledgebook.importers.tables.questions import Answers, ask
from pledgebook.importers.tables.tables import (
    ReadingRules,
    Table,
    build_table,
    find_tables,
    side_by_side,
)
from pledgebook.importers.tables.units import Units
from pledgebook.importers.values.values import clean, multiplier_in, plain


def apply_mapping(workbook: Workbook, mapping: SheetMapping) -> tuple[Table, ...]:
    """Give the table that a mapping describes.

    Raises MappingError, listing the sheets or headings that there are, if the workbook has no such
    sheet or column.
    """
    sheet, rows = _find_headings(workbook, mapping)
    block = _describe(sheet, rows, mapping)
    for part in side_by_side(block, len(sheet.rows)):
        own = {column.number for column in block.columns if column.field is not None}
        if all(part.cell(rows[-1], number) is not None for number in own):
            sheet, block = part, _describe(part, rows, mapping)
    last = mapping.last_row or len(sheet.rows)
    if last > len(sheet.rows) or last <= rows[-1]:
        raise MappingError(
            [
                f"{mapping.name}: last_row is {last}, but sheet {sheet.name!r} has rows "
                f"{rows[-1] + 1} to {len(sheet.rows)} below its headings."
            ]
        )
    skip = tuple(
        (find_column(sheet, rows, text, mapping.name), texts)
        for text, texts in mapping.skip.items()
    )
    rules = ReadingRules(
        valuation=mapping.valuation,
        constants=mapping.constants,
        translate=mapping.values,
        skip=skip,
        answers=Answers(given=mapping.answers),
        ignored=frozenset(find_column(sheet, rows, text, mapping.name) for text in mapping.ignored),
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
    undecided = [
        ask("undecided", str(number), text=text) for number, text in enumerate(mapping.undecided, 1)
    ]
    questions = dict.fromkeys((*table.questions, *undecided))
    return (replace(table, questions=tuple(questions)),)


def _find_headings(workbook: Workbook, mapping: SheetMapping) -> tuple[Sheet, tuple[int, ...]]:
    sheets = [s for s in workbook.sheets if not s.hidden]
    if mapping.sheet:
        named = workbook.sheet(mapping.sheet)
        if named is None:
            names = [sheet.name for sheet in workbook.sheets]
            raise MappingError(
                [
                    f"{mapping.name}: {workbook.path.name} has no sheet {mapping.sheet!r}; "
                    f"{nearest(mapping.sheet, names)}"
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
            number = find_column(sheet, rows, text, mapping.name)
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


def find_column(sheet: Sheet, rows: tuple[int, ...], text: str, name: str) -> int:
    """Find a column by its heading, whole or the lowest line of it, or else by its letter. Raises
    MappingError, in which `name` is the mapping's.
    """
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
                f"{name}: {len(found)} columns are headed {text!r} ({letters}); name the "
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
            f"{name}: there is no column {text!r} on sheet {sheet.name!r}{hint}. Headings "
            f"in row {rows[-1]}: {', '.join(map(repr, headings)) or 'none'}."
        ]
    )

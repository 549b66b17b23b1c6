"""Writes the cells of sheets into a new workbook, with texts beside the rows of their tables.

Values stand as they were read and as they were shown: a text is a text, whatever it begins with,
and a formula without a result is the text of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO

from pledgebook.importers.reading.cells import CellValue, Look, Place, Sheet, cell_text
from pledgebook.reports.render.annotating import Annotated
from pledgebook.reports.render.cells import EARLIEST_DATE, EXACT_DIGITS, LONGEST_TEXT
from pledgebook.reports.render.sent_sheet import WIDEST, Beside
from pledgebook.reports.render.styles import FONT
from pledgebook.reports.render.texts import decimals_in
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

_LONGEST_NAME = 31
_LONGEST_COMMENT = 8_000
_MARK = "#FFF2CC"
_ISO = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DAY, _MOMENT, _TIME, _SPAN = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss", "hh:mm:ss", "[h]:mm:ss"


def copy_sheets(sheets: Sequence[Sheet], tables: Sequence[Beside]) -> Annotated:
    """Return a workbook of the cells of sheets, with what stands beside the rows of their tables.
    What was written beside them before is not among the cells.
    """
    stream = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": dict(FONT),
        "default_date_format": _DAY,
    }
    written: dict[str, Mapping[Place, str]] = {}
    names = _names(sheets)
    with Workbook(stream, options) as workbook:
        formats = _Formats(workbook)
        shown = [sheet.hidden for sheet in sheets].count(False)
        for sheet, name in zip(sheets, names, strict=True):
            page = workbook.add_worksheet(name)
            _write_sheet(page, sheet, formats)
            if sheet.hidden and shown:
                page.hide()
            own = [table for table in tables if table.sheet == sheet.name]
            if own:
                written[name] = _write_beside(page, sheet, own, formats)
    return Annotated(content=stream.getvalue(), cells=written)


class _Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    def of(self, **properties: object) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format({**FONT, **properties})
        return self._made[key]


def _names(sheets: Sequence[Sheet]) -> list[str]:
    """Return the sheets' names as a workbook allows them, no two alike."""
    taken: set[str] = set()
    found = []
    for sheet in sheets:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f]+", " ", sheet.name).strip(" '") or "Sheet"
        plain = "Sheet history" if plain.casefold() == "history" else plain
        name, number = plain[:_LONGEST_NAME].strip(" '"), 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain[: _LONGEST_NAME - len(str(number)) - 1]} {number}"
        taken.add(name.casefold())
        found.append(name)
    return found


def _write_sheet(page: Worksheet, sheet: Sheet, formats: _Formats) -> None:
    for area in _merged(sheet):
        page.merge_range(*area, "", formats.of())
    for number, cells in enumerate(sheet.rows, 1):
        for column, value in enumerate(cells, 1):
            if value is not None:
                _write(page, (number, column), value, sheet, formats)
    page.autofit()
    for row in sheet.hidden_rows:
        page.set_row(row - 1, None, None, {"hidden": True})
    for column in sheet.hidden_columns:
        page.set_column(column - 1, column - 1, None, None, {"hidden": True})
    for (row, column), text in sheet.comments.items():
        page.write_comment(row - 1, column - 1, text[:_LONGEST_COMMENT])


def _merged(sheet: Sheet) -> Iterator[tuple[int, int, int, int]]:
    """Yield the merged cells of a sheet, counted from 0, as far as it is filled and where they do
    not overlap: what a merged figure stands for is asked about.
    """
    last = len(sheet.rows), max(map(len, sheet.rows), default=0)
    taken: set[Place] = set()
    for area in sheet.merged:
        rows = range(area.first_row, min(area.last_row, last[0]) + 1)
        columns = range(area.first_column, min(area.last_column, last[1]) + 1)
        cells = {(row, column) for row in rows for column in columns}
        if len(cells) > 1 and not cells & taken:
            taken |= cells
            yield rows[0] - 1, columns[0] - 1, rows[-1] - 1, columns[-1] - 1


def _write(
    page: Worksheet, place: Place, value: CellValue, sheet: Sheet, formats: _Formats
) -> None:
    """Write a value as what it is; what a workbook cannot hold so is its text."""
    row, column = place[0] - 1, place[1] - 1
    said: dict[str, object] = {"font_strikeout": True} if place in sheet.struck else {}
    match value:
        case bool():
            page.write_boolean(row, column, value, formats.of(**said))
        case Decimal() if value.adjusted() + 1 + decimals_in(value) <= EXACT_DIGITS:
            look, decimals = sheet.looks.get(place), sheet.decimals.get(place)
            if look is not None or decimals is not None:
                said["num_format"] = _number_format(look or Look(), decimals)
            page.write_number(row, column, float(value), formats.of(**said))
        case datetime() if value.date() >= EARLIEST_DATE and value.tzinfo is None:
            page.write_datetime(row, column, value, formats.of(num_format=_MOMENT, **said))
        case date() if not isinstance(value, datetime) and value >= EARLIEST_DATE:
            page.write_datetime(row, column, value, formats.of(num_format=_DAY, **said))
        case time() if value.tzinfo is None:
            page.write_datetime(row, column, value, formats.of(num_format=_TIME, **said))
        case timedelta() if value >= timedelta():
            page.write_datetime(row, column, value, formats.of(num_format=_SPAN, **said))
        case str() if sheet.delimited and (day := _day_of(value)):
            page.write_datetime(row, column, day, formats.of(num_format=_DAY, **said))
        case _:
            _write_text(page, place, cell_text(value), formats.of(**said))


def _day_of(text: str) -> date | None:
    """Return the day that a program wrote into delimited text, where there are no dates."""
    if not _ISO.fullmatch(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day >= EARLIEST_DATE else None


def _write_text(page: Worksheet, place: Place, text: str, style: Format) -> None:
    if text.startswith("<r>") and text.endswith("</r>"):
        text += " "  # without the blank XlsxWriter would take it for its own rich-text markup
    page.write_string(place[0] - 1, place[1] - 1, text[:LONGEST_TEXT], style)


def _number_format(look: Look, decimals: int | None) -> str:
    """Return a number format that shows a figure as it was shown."""
    places = "." + "0" * decimals if decimals else ".##" if decimals is None else ""
    scaled, scaling = "", look.scaling
    while scaling >= 1000:
        scaled, scaling = scaled + ",", scaling // 1000
    behind = "%" if look.behind.strip() == "%" else _quoted(look.behind)
    return f"{_quoted(look.before)}#,##0{places}{scaled}{behind}"


def _quoted(text: str) -> str:
    """Return a text as a number format says it: each of its signs is only itself."""
    return "".join(f"\\{sign}" for sign in text if sign.isprintable())


def _write_beside(
    page: Worksheet, sheet: Sheet, tables: Sequence[Beside], formats: _Formats
) -> dict[Place, str]:
    written: dict[Place, str] = {}
    for table in tables:
        column = _free(sheet, table, written)
        side = {"align": "right", "reading_order": 2} if table.from_right else {}
        for row, at, text, asks in _cells(sheet, table, column):
            marked = {"bg_color": _MARK} if asks else {}
            own: dict[str, object] = {"bold": True} if row == table.heading else {}
            if row < table.heading:  # it goes on over the cells beyond, and not over the table
                own = {"align": "left"}
            if len(text) >= WIDEST and row > table.heading:
                own["text_wrap"] = True
            _write_text(page, (row, at), text, formats.of(**{**side, **marked, **own}))
            written[row, at] = text
        for at, width in zip((column, column + 1), table.widths, strict=True):
            page.set_column(at - 1, at - 1, width)
    return written


def _cells(sheet: Sheet, table: Beside, column: int) -> Iterator[tuple[int, int, str, bool]]:
    for row, (first, second, asks) in table.texts.items():
        yield row, column, first, asks
        yield row, column + 1, second, asks
    if table.heading:
        yield table.heading, column, table.headings[0], False
        yield table.heading, column + 1, table.headings[1], False
        above = table.heading - 1
        under = any(
            top < above <= bottom + 1 and right + 1 >= column
            for top, _, bottom, right in _merged(sheet)
        )
        beyond = sheet.rows[above - 1][column - 1 :] if above else ()
        if above and not under and all(value is None for value in beyond):
            yield above, column, table.above, False


def _free(sheet: Sheet, table: Beside, written: Mapping[Place, str]) -> int:
    """Return the first of two columns that are free beside all rows of a table."""
    rows = range(table.heading or table.first, table.last + 1)
    filled = {
        column
        for row in rows
        for column, value in enumerate(sheet.rows[row - 1] if row <= len(sheet.rows) else (), 1)
        if value is not None
    }
    filled |= {column for row, column in written if row in rows}
    for top, left, bottom, right in _merged(sheet):
        if top < rows.stop and bottom + 1 >= rows.start:
            filled.update(range(left + 1, right + 2))
    column = table.after + 1
    while column in filled or column + 1 in filled:
        column += 1
    return column

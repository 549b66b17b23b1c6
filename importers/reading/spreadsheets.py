"""Values of the cells of .xlsx, .xls and .ods workbooks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO

from pledgebook.importers.reading.cells import Area, CellValue, ErrorValue, Sheet, UnreadableFile
from pledgebook.importers.reading.openxml import SheetDetails
from pledgebook.importers.reading.packages import LONGEST_TEXT

_Raw = int | float | str | bool | time | date | datetime | timedelta


def read_sheets(name: str, data: bytes, details: Mapping[str, SheetDetails]) -> tuple[Sheet, ...]:
    """Read all worksheets; `details` says, by sheet name, what their values do not show.

    Raises UnreadableFile if the workbook is damaged or protected by a password.
    """
    import python_calamine  # noqa: PLC0415 - no command's help needs it

    try:
        with python_calamine.load_workbook(BytesIO(data)) as workbook:
            sheets = []
            for position, meta in enumerate(workbook.sheets_metadata):
                if meta.typ is not python_calamine.SheetTypeEnum.WorkSheet:
                    continue
                cells = workbook.get_sheet_by_index(position)
                known = details.get(meta.name, SheetDetails())
                merged = [
                    Area(top + 1, left + 1, bottom + 1, right + 1)
                    for (top, left), (bottom, right) in cells.merged_cell_ranges or ()
                ]
                sheets.append(
                    Sheet(
                        name=meta.name,
                        rows=_rows(cells.to_python(skip_empty_area=False), known),
                        hidden=meta.visible is not python_calamine.SheetVisibleEnum.Visible,
                        merged=tuple(merged or known.merged),
                        hidden_rows=frozenset(known.hidden_rows),
                        hidden_columns=frozenset(known.hidden_columns),
                        from_1904=known.from_1904,
                    )
                )
            return tuple(sheets)
    except python_calamine.PasswordError as error:
        raise UnreadableFile(
            f"{name} is protected by a password; save a copy without one and import the copy."
        ) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise UnreadableFile(
            f"{name} is damaged or of an unknown kind ({error}); open it in a spreadsheet "
            "program and save it as .xlsx."
        ) from error


def _rows(
    raw: Iterable[Iterable[_Raw]], details: SheetDetails
) -> tuple[tuple[CellValue | None, ...], ...]:
    rows = [tuple(map(_value, cells)) for cells in raw]
    # A cell of which only the formula is known may lie outside the area that holds values.
    for (row, column), value in details.special.items():
        rows.extend([()] * (row - len(rows)))
        cells = list(rows[row - 1])
        cells.extend([None] * (column - len(cells)))
        cells[column - 1] = value
        rows[row - 1] = tuple(cells)
    return tuple(rows)


def _value(raw: _Raw) -> CellValue | None:
    if isinstance(raw, str):
        if len(raw) > LONGEST_TEXT:
            raise ValueError(f"a cell holds {len(raw):,} letters, which no spreadsheet does")
        return raw if raw and not raw.isspace() else None
    if isinstance(raw, float):
        if not math.isfinite(raw):
            return ErrorValue("#NUM!")
        # Of larger numbers the digits that were typed are lost; the shortest writing is nearest.
        return Decimal(int(raw)) if raw.is_integer() else Decimal(repr(raw))
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, int):
        return Decimal(raw)
    if isinstance(raw, datetime) and raw.time() == time():
        return raw.date()
    return raw

"""Values of the cells of .xlsx, .xls and .ods workbooks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from decimal import Decimal

from pledgebook.importers.reading.cells import CellValue, ErrorValue, Sheet, UnreadableFile
from pledgebook.importers.reading.openxml import SheetDetails
from pledgebook.importers.reading.packages import LONGEST_TEXT
from pledgebook.importers.reading.raw_sheets import (
    DamagedWorkbookError,
    LockedWorkbookError,
    Raw,
    RawSheet,
)


def read_sheets(
    name: str, raw: Iterable[RawSheet], details: Mapping[str, SheetDetails]
) -> tuple[Sheet, ...]:
    """Return the worksheets of a file; `details` says, by sheet name, what their values do not
    show. Raises UnreadableFile if the workbook is damaged or protected by a password.
    """
    sheets = []
    try:
        for read in raw:
            known = details.get(read.name, SheetDetails())
            sheets.append(
                Sheet(
                    name=read.name,
                    rows=_rows(read.rows, known),
                    hidden=read.hidden,
                    merged=read.merged or tuple(known.merged),
                    hidden_rows=frozenset(known.hidden_rows),
                    hidden_columns=frozenset(known.hidden_columns),
                    from_1904=known.from_1904,
                    looks=known.looks,
                    struck=frozenset(known.struck),
                    comments=known.comments,
                    decimals=known.decimals,
                )
            )
    except LockedWorkbookError as error:
        raise UnreadableFile(
            f"{name} is protected by a password; save a copy without one and import the copy."
        ) from error
    except DamagedWorkbookError as error:
        raise UnreadableFile(
            f"{name} is damaged or of an unknown kind ({error}); open it in a spreadsheet program "
            "and save it as .xlsx."
        ) from error
    return tuple(sheets)


def _rows(
    raw: Iterable[Iterable[Raw]], details: SheetDetails
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


def _value(raw: Raw) -> CellValue | None:
    if isinstance(raw, str):
        if len(raw) > LONGEST_TEXT:
            raise DamagedWorkbookError(
                f"a cell holds {len(raw):,} letters, which no spreadsheet does"
            )
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

"""The sheets of .xlsx, .xls and .ods files as calamine gives them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import NamedTuple

from pledgebook.importers.reading.cells import Area
from pledgebook.importers.reading.damaged import damage_as

Raw = int | float | str | bool | time | date | datetime | timedelta


class RawSheet(NamedTuple):
    """A sheet as its reader gives it; an empty cell is an empty text."""

    name: str
    rows: Sequence[Sequence[Raw]]
    hidden: bool
    merged: tuple[Area, ...]


class DamagedWorkbookError(Exception):
    """The reader gave the file up; the message says why."""


class LockedWorkbookError(Exception):
    """The file is protected by a password."""


def read_raw(data: bytes) -> Iterator[RawSheet]:
    """Yield the worksheets of a file. Raises DamagedWorkbookError, LockedWorkbookError."""
    import python_calamine  # noqa: PLC0415 - no command's help needs it

    workbook = None
    with damage_as(DamagedWorkbookError), suppress(python_calamine.PasswordError):
        workbook = python_calamine.load_workbook(BytesIO(data))
    if workbook is None:
        raise LockedWorkbookError
    with workbook:
        for position, meta in enumerate(workbook.sheets_metadata):
            if meta.typ is not python_calamine.SheetTypeEnum.WorkSheet:
                continue
            with damage_as(DamagedWorkbookError):
                sheet = workbook.get_sheet_by_index(position)
                rows = sheet.to_python(skip_empty_area=False)
                merged = sheet.merged_cell_ranges or ()
            yield RawSheet(
                meta.name,
                rows,
                meta.visible is not python_calamine.SheetVisibleEnum.Visible,
                tuple(
                    Area(top + 1, left + 1, bottom + 1, right + 1)
                    for (top, left), (bottom, right) in merged
                ),
            )

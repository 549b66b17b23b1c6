"""Fill formulas whose results were never stored, by letting LibreOffice calculate a copy.

Only such cells are filled; whatever the file states stays as it is stated.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pledgebook.importers.reading.cells import (
    CellValue,
    MissingResult,
    Sheet,
    UnreadableFile,
    Workbook,
)
from pledgebook.importers.reading.workbook import read_workbook
from pledgebook.ledger.office import NoOfficeError, convert

_ENDINGS = {"xlsx": ".xlsx", "xls": ".xls", "ods": ".ods"}


def recalculate(workbook: Workbook) -> Workbook:
    """Give the workbook with the missing results of its formulas, as LibreOffice calculates them.

    Path and digest are still those of the file as it was sent; a note says how many were filled.
    Raises UnreadableFile if there is no LibreOffice, or it does not calculate the file.
    """
    missing = sum(_missing(sheet) for sheet in workbook.sheets)
    if not missing:
        return workbook
    name = workbook.path.name
    try:
        calculated = _calculated(workbook)
    except (NoOfficeError, UnreadableFile) as error:
        raise UnreadableFile(
            f"{name} has {missing} formulas without stored results, which LibreOffice would "
            f"calculate. {error} It takes its Calc (libreoffice-calc); or open the file in a "
            "spreadsheet program and save it."
        ) from error
    sheets = tuple(_filled(sheet, calculated.sheet(sheet.name)) for sheet in workbook.sheets)
    filled = missing - sum(_missing(sheet) for sheet in sheets)
    note = f"{filled} of {missing} formulas without stored results were calculated by LibreOffice"
    return replace(workbook, sheets=sheets, notes=(*workbook.notes, note))


def _calculated(workbook: Workbook) -> Workbook:
    """Return the workbook as LibreOffice calculates it."""
    sent = {"sent": workbook.path.read_bytes()}
    content = convert(sent, _ENDINGS.get(workbook.kind, ".xlsx"), "xlsx")["sent"]
    with TemporaryDirectory(prefix="pledgebook-") as folder:
        path = Path(folder) / "calculated.xlsx"
        path.write_bytes(content)
        return read_workbook(path)


def _missing(sheet: Sheet) -> int:
    return sum(isinstance(value, MissingResult) for cells in sheet.rows for value in cells)


def _filled(sheet: Sheet, calculated: Sheet | None) -> Sheet:
    if calculated is None or not _missing(sheet):
        return sheet

    found: dict[tuple[int, int], CellValue] = {}
    for row, cells in enumerate(sheet.rows, start=1):
        for column, value in enumerate(cells, start=1):
            if isinstance(value, MissingResult):
                result = calculated.cell(row, column)
                if result is not None and not isinstance(result, MissingResult):
                    found[row, column] = result
    rows = tuple(
        tuple(found.get((row, column), value) for column, value in enumerate(cells, start=1))
        for row, cells in enumerate(sheet.rows, start=1)
    )
    return replace(sheet, rows=rows, calculated=frozenset(found))

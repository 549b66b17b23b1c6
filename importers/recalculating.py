"""Fill formulas whose results were never stored, by letting LibreOffice calculate a copy.

Only such cells are filled; whatever the file states stays as it is stated. LibreOffice works on a
copy, in a folder and with a profile of its own, which allows no macros.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pledgebook.importers.cells import CellValue, MissingResult, Sheet, UnreadableFile, Workbook
from pledgebook.importers.workbook import read_workbook

_PROGRAMS = ("soffice", "libreoffice")
_SECONDS = 120
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
    program = next((found for known in _PROGRAMS if (found := shutil.which(known))), None)
    if program is None:
        raise UnreadableFile(
            f"{name} has {missing} formulas without stored results, and LibreOffice, which would "
            "calculate them, is not installed; open the file in a spreadsheet program and save it."
        )
    with TemporaryDirectory(prefix="pledgebook-") as folder:
        calculated = read_workbook(_calculate(program, workbook, Path(folder)))
    sheets = tuple(_filled(sheet, calculated.sheet(sheet.name)) for sheet in workbook.sheets)
    filled = missing - sum(_missing(sheet) for sheet in sheets)
    note = f"{filled} of {missing} formulas without stored results were calculated by LibreOffice"
    return replace(workbook, sheets=sheets, notes=(*workbook.notes, note))


def _calculate(program: str, workbook: Workbook, folder: Path) -> Path:
    """Calculate a copy of the file, and say where the result stands."""
    source = folder / f"sent{_ENDINGS.get(workbook.kind, '.xlsx')}"
    shutil.copyfile(workbook.path, source)
    out = folder / "calculated"
    profile = (folder / "profile").as_uri()
    words = [program, f"-env:UserInstallation={profile}", "--headless", "--norestore"]
    words += ["--convert-to", "xlsx", "--outdir", str(out), str(source)]
    try:
        # No shell, and no name out of the file's hands: the words are ours.
        subprocess.run(words, check=True, capture_output=True, timeout=_SECONDS)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise UnreadableFile(
            f"{workbook.path.name} was not calculated by LibreOffice ({type(error).__name__}); "
            "open it in a spreadsheet program and save it."
        ) from error
    result = out / "sent.xlsx"
    if not result.is_file():
        raise UnreadableFile(
            f"{workbook.path.name} was not calculated by LibreOffice; open it in a spreadsheet "
            "program and save it."
        )
    return result


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

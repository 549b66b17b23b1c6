"""Sheets of the generator (test_import_mess) as files, in the ways that files are sent."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path

import openpyxl
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from test_import_mess import Sheet, write_sheet

WORKBOOKS = [
    *("as it is", "hidden sheet", "summary sheet", "xlsx named xls", "1904", "hidden rows"),
    *("filtered rows", "hidden column", "xls", "ods"),
]
"""Ways of sending a workbook; merged cells stand in .xlsx only."""
TEXTS = [
    *("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp1251", "cp1256"),
]
"""Ways of encoding delimited text; UTF-8 where an encoding lacks its letters."""


def write_as(sheet: Sheet, folder: Path, way: int, formulas: Iterable[tuple[int, int]]) -> Path:
    """Write the sheet in one of the ways; at `formulas` (row, place) stand formulas, no texts."""
    path = write_sheet(sheet, folder)
    if path.suffix != ".xlsx":
        text = path.read_text("utf-8")
        with suppress(UnicodeEncodeError):
            path.write_bytes(text.encode(TEXTS[way % len(TEXTS)]))
        return path
    name = WORKBOOKS[way % len(WORKBOOKS)]
    if name in {"xls", "ods"} and not sheet.merged:
        path.unlink()
        path = path.with_suffix(f".{name}")
        (_write_xls if name == "xls" else _write_ods)(sheet, path)
        return path
    workbook = openpyxl.load_workbook(path)
    page = workbook.worksheets[0]
    for row, place in formulas:
        cell = page.cell(row, place + 1)
        cell.value, cell.data_type = "=1000*5", "f"
    middle = sorted(sheet.meant)[len(sheet.meant) // 2]
    if name in {"hidden sheet", "summary sheet"}:
        other = workbook.create_sheet("Internal" if name == "hidden sheet" else "Summary")
        other.append(["Donor", "Total"])
        for donor in ("Austria", "Spain", "Total"):
            other.append([donor, 999_999])
        other.sheet_state = "hidden" if name == "hidden sheet" else "visible"
    elif name == "1904":
        workbook.epoch = CALENDAR_MAC_1904
    elif name in {"hidden rows", "filtered rows"}:
        page.row_dimensions[middle].hidden = True
        if name == "filtered rows":
            page.auto_filter.ref = page.dimensions
    elif name == "hidden column":
        page.column_dimensions["C"].hidden = True
    workbook.save(path)
    return path.rename(path.with_suffix(".xls")) if name == "xlsx named xls" else path


def _write_xls(sheet: Sheet, path: Path) -> None:
    workbook = xlwt.Workbook()
    page = workbook.add_sheet("Sheet")
    dates = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for number, row in enumerate(sheet.rows):
        for place, value in enumerate(row):
            if isinstance(value, date):
                page.write(number, place, value, dates)
            elif value is not None:
                page.write(number, place, value)
    workbook.save(str(path))


def _write_ods(sheet: Sheet, path: Path) -> None:
    document = OpenDocumentSpreadsheet()
    table = Table(name="Sheet")
    for row in sheet.rows:
        line = TableRow()
        for value in row or [None]:
            if isinstance(value, date):
                cell = TableCell(valuetype="date", datevalue=value.isoformat())
            elif isinstance(value, (int, float)):
                cell = TableCell(valuetype="float", value=str(value))
            else:
                cell = TableCell(**({} if value is None else {"valuetype": "string"}))
            if value is not None:
                cell.addElement(P(text=str(value)))
            line.addElement(cell)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(str(path))

"""A donor's list with all that a lay-out may have, as a spreadsheet program writes it (made up)."""

from __future__ import annotations

import struct
import zlib
from datetime import date
from io import BytesIO
from pathlib import Path

from xlsxwriter import Workbook

HEADINGS = ("Donor", "Note verbale", "Date of pledge", "Currency", "Amount", "Purpose")
HEADING = 5
"""The row of the headings; data begins below it."""
ROWS = (
    ("Norway", "NV 1/2002", date(2002, 3, 1), "EUR", 10000, "corruption"),
    ("EC", "NV 2/2002", date(2002, 3, 4), "EUR", 20000, "corruption"),
    ("Sweden", "NV 3/2002", "2002", "", 5000.5, "=1+1"),
    ("Italy", "NV 4/2002", date(2002, 5, 2), "USD", 7000, "corruption"),
    ("Italy", "NV 5/2002", date(2002, 5, 2), "USD", -50, ""),
    ("Austria", "", date(2002, 6, 2), "USD", 1000, ""),
    ("Austria", "", date(2002, 6, 2), "USD", 1000, ""),
    ("Japan", "NV 6/2002", date(2002, 6, 2), "USD", 0, ""),
)
SAID = (
    "Clear", "Question", "Question", "Clear", "Not recorded", "Clear", "Question", "Not counted",
)  # fmt: skip
"""What a list with the fund given is told of its rows, before it is imported."""


def write_list(path: Path, macros: Path | None = None) -> Path:
    """Write the list; with `macros` as a workbook that carries that file as its macros."""
    with Workbook(str(path), {"strings_to_formulas": False}) as workbook:
        if macros is not None:
            workbook.add_vba_project(str(macros))
        page, hidden = workbook.add_worksheet("Pledges 2002"), workbook.add_worksheet("own notes")
        hidden.write(0, 0, "for ourselves")
        hidden.hide()
        title = workbook.add_format({"bold": True, "font_size": 16, "bg_color": "#DDEBF7"})
        head = workbook.add_format(
            {"bold": True, "bg_color": "#1F4E78", "font_color": "white", "border": 1}
        )
        plain = workbook.add_format({"border": 1, "valign": "top"})
        band = workbook.add_format({"border": 1, "bg_color": "#F2F2F2"})
        day = workbook.add_format({"border": 1, "num_format": "d mmm yyyy"})
        money = workbook.add_format({"border": 1, "num_format": "#,##0.00"})
        total = workbook.add_format({"bold": True, "top": 6, "num_format": "#,##0.00"})
        page.merge_range("A1:F1", "Contributions to the Fund (made up)", title)
        page.insert_image("A2", "logo.png", {"image_data": BytesIO(_picture())})
        page.set_row(HEADING - 1, 36)
        page.write_row(HEADING - 1, 0, HEADINGS, head)
        for row, cells in enumerate(ROWS, HEADING):
            for column, value in enumerate(cells):
                usual = band if row % 2 else plain
                if isinstance(value, date):
                    page.write_datetime(row, column, value, day)
                else:
                    page.write(row, column, value, money if column == 4 else usual)
        last = HEADING + len(ROWS)
        page.write(last, 0, "Total", total)
        page.write_formula(last, 4, f"=SUM(E{HEADING + 1}:E{last})", total, 43950.5)
        page.write_comment("E6", "as agreed by letter")
        page.set_column("A:A", 18)
        page.set_column("B:F", 14)
        page.set_column("G:XFD", None, None, {"hidden": True})
        page.freeze_panes(HEADING, 1)
        page.autofilter(HEADING - 1, 0, last - 1, 5)
        page.data_validation("D6:D20", {"validate": "list", "source": ["EUR", "USD"]})
        page.conditional_format("E6:E13", {"type": "data_bar"})
        page.protect()
        chart = workbook.add_chart({"type": "column"})
        chart.add_series({"values": "='Pledges 2002'!$E$6:$E$13"})
        page.insert_chart(last + 3, 0, chart)
        workbook.define_name("Total", f"='Pledges 2002'!$E${last + 1}")
    return path


def _picture() -> bytes:
    def part(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    lines = (b"\0" + b"\x20\x60\xa0" * 40) * 20
    head = struct.pack(">IIBBBBB", 40, 20, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", head)
        + part(b"IDAT", zlib.compress(lines))
        + part(b"IEND", b"")
    )

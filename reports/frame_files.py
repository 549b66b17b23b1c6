"""The book's frames as files: Parquet, CSV, a workbook of flat sheets, a folder of many books.

Parquet holds money as decimal(24, 4), exact, and codes as texts, under one schema for every book,
so that the files of many books are one table. CSV is what reports write: UTF-8 with a byte-order
mark, ISO dates, exact amounts. The workbook has a flat sheet a frame, each a table to filter and to
pivot, and *Summary*: sums of these sheets by donor and year, as live formulas under two filters.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pledgebook.ledger.columnar import FrameColumn, MissingLibraryError
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.money import format_amount
from pledgebook.ledger.passive import passive
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.frames import FRAMES
from pledgebook.reports.render.files import write_whole

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

ENDINGS = (".parquet", ".csv", ".xlsx")
"""The forms of a file; a name without an ending is a folder."""

SHEETS = {
    "instalments": "Register",
    "movements": "Movements",
    "receipts": "Receipts",
    "donors": "Donors",
    "paragraphs": "Paragraphs",
}
"""What the sheets of the workbook are called, in their order."""

_MONEY = (24, 4)
"""Digits of an amount in Parquet, and decimals: no currency has more."""
_LONGEST_SHEET = 1_048_575
_BOOK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def write_frames(book: Book, name: str, out: Path) -> list[Path]:
    """Write the frame of a name of FRAMES to a file; a workbook holds all of them. Return the
    paths. Raises RefusedError for another ending, too many rows or decimals; MissingLibraryError.
    """
    match out.suffix.lower():
        case ".parquet":
            content = to_parquet(book.frames.named(name), FRAMES[name])
        case ".csv":
            content = to_csv(book.frames.named(name), FRAMES[name]).encode("utf-8-sig")
        case ".xlsx":
            content = to_workbook(book)
        case ending:
            raise RefusedError(
                f"{out.name}: frames are written as {', '.join(ENDINGS)}, and this name ends in "
                f"{ending!r}. Give it one of these endings, or none for a folder of all frames."
            )
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, content)
    return [out]


def write_folder(book: Book, out: Path, named: str) -> list[Path]:
    """Write all frames of a book into a folder that many books share, as Parquet: a folder a frame,
    in it `book=NAME`. What stood there of the book is replaced. Raises as `write_frames` does, and
    RefusedError for a name that cannot be part of a path.
    """
    if not _BOOK_NAME.fullmatch(named):
        raise RefusedError(
            f"The book's name among others is {named!r}: it begins with a letter or digit and "
            "holds letters, digits, dots, hyphens and underscores only. Give one with --as."
        )
    contents = {
        name: to_parquet(book.frames.named(name), columns) for name, columns in FRAMES.items()
    }
    written = []
    for name, content in contents.items():
        path = out / name / f"book={named}" / "data.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
        written.append(path)
    return written


def to_parquet(frame: pd.DataFrame, columns: Sequence[FrameColumn]) -> bytes:
    """Return a frame as a Parquet file. Raises MissingLibraryError without pyarrow."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - only for those who write Parquet
        from pyarrow import parquet  # noqa: PLC0415
    except ModuleNotFoundError as error:
        raise MissingLibraryError(
            "Parquet takes pyarrow, which is not installed: pip install pledgebook[analysis], or "
            "write .csv or .xlsx."
        ) from error
    arrays = [_array(pa, frame[each.name], each) for each in columns]
    schema = pa.schema(
        [
            pa.field(each.name, array.type, metadata={"meaning": each.meaning, "unit": each.unit})
            for each, array in zip(columns, arrays, strict=True)
        ]
    )
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.Table.from_arrays(arrays, schema=schema), sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def _array(pa: Any, values: pd.Series[Any], column: FrameColumn) -> pa.Array:
    match column.kind:
        case "money":
            kind = pa.decimal128(*_MONEY)
            try:
                return pa.array(values.to_list(), type=kind)
            except pa.ArrowInvalid as error:
                raise RefusedError(
                    f"Parquet holds money with at most {_MONEY[1]} decimals, and the column "
                    f"{column.name} has an amount with more ({error}): write .csv."
                ) from error
        case "date":
            return pa.array(values.to_numpy().astype("datetime64[D]"), type=pa.date32())
        case "flag":
            return pa.array(values.to_numpy(), type=pa.bool_())
        case "count":
            return pa.array(values.to_numpy(), type=pa.int64())
        case _:
            return pa.array(values.astype("str").to_numpy(dtype=object), type=pa.string())


def to_csv(frame: pd.DataFrame, columns: Sequence[FrameColumn]) -> str:
    """Return a frame as CSV text, without the byte-order mark."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([each.name for each in columns])
    writer.writerows(zip(*(map(_cell, _values(frame, each)) for each in columns), strict=True))
    return stream.getvalue()


def _values(frame: pd.DataFrame, column: FrameColumn) -> list[Any]:
    values = frame[column.name]
    if column.kind == "date":
        days: list[date | None] = values.to_numpy().astype("datetime64[D]").tolist()
        return days
    return values.to_list()


def _cell(value: object) -> str:
    if isinstance(value, Decimal):
        return format_amount(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "true" if value else "false"
    return passive(value) if isinstance(value, str) else "" if value is None else str(value)


def to_workbook(book: Book) -> bytes:
    """Return all frames as a workbook. Raises RefusedError where one has more rows than a sheet."""
    from xlsxwriter import Workbook  # noqa: PLC0415 - only for those who write a workbook

    frames = {name: book.frames.named(name) for name in SHEETS}
    for name, frame in frames.items():
        if len(frame) > _LONGEST_SHEET:
            raise RefusedError(
                f"{SHEETS[name]} has {len(frame):,} rows, and a sheet {_LONGEST_SHEET:,}: write "
                ".parquet or .csv."
            )
    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd",
    }
    with Workbook(stream, options) as workbook:
        last = book.register.last_day or date(1970, 1, 1)
        workbook.set_properties({"created": datetime(last.year, last.month, last.day)})  # noqa: DTZ001 - no clock: equal books give equal bytes
        workbook.set_calc_mode("auto")
        money = workbook.add_format({"num_format": "#,##0.00##;[Red](#,##0.00##);–"})
        formats = _Formats(
            money,
            workbook.add_format({"bold": True}),
            workbook.add_format({"bold": True, "align": "right"}),
        )
        summary = workbook.add_worksheet("Summary")
        for name, title in SHEETS.items():
            _write_sheet(workbook.add_worksheet(title), title, frames[name], FRAMES[name], money)
        _write_summary(summary, book, frames, formats)
    return stream.getvalue()


def _write_sheet(
    sheet: Any, title: str, frame: pd.DataFrame, columns: Sequence[FrameColumn], money: Any
) -> None:
    sheet.freeze_panes(1, 1)
    for at, column in enumerate(columns):
        values = _values(frame, column)
        shown = money if column.kind == "money" else None
        for row, value in enumerate(values, start=1):
            if isinstance(value, Decimal):
                sheet.write_number(row, at, value, shown)
            elif isinstance(value, str):
                if value:
                    sheet.write_string(row, at, value)
            elif value is not None:
                sheet.write(row, at, value)
        longest = max((len(str(value)) for value in values[:200]), default=0)
        sheet.set_column(at, at, min(max(longest, len(column.name)) + 3, 40))
    sheet.add_table(
        0,
        0,
        max(len(frame), 1),
        len(columns) - 1,
        {
            "name": title,
            "style": "Table Style Light 1",
            "columns": [{"header": column.name} for column in columns],
        },
    )


def _range(name: str, column: str, rows: int) -> str:
    """Return the cells of a column of a sheet, at least one."""
    from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415

    letters = xl_col_to_name([each.name for each in FRAMES[name]].index(column))
    return f"{SHEETS[name]}!${letters}$2:${letters}${max(rows, 1) + 1}"


class _Formats(NamedTuple):
    """How cells look: amounts, headings, headings above amounts."""

    money: Any
    strong: Any
    right: Any


_HEAD = 5
_ANY = "*"


def _write_summary(
    sheet: Any, book: Book, frames: dict[str, pd.DataFrame], formats: _Formats
) -> None:
    """Write sums by donor and year: what each brought in a year, and what each owes, in the book's
    currency. Two cells limit it to a fund and a class; * is any.
    """
    from xlsxwriter.utility import xl_rowcol_to_cell  # noqa: PLC0415

    money, strong, right = formats
    receipts, lines = frames["receipts"], frames["instalments"]
    sheet.set_column(0, 0, 54)
    sheet.set_column(1, 40, 16)
    unit = book.settings.currency
    sheet.write_string(0, 0, f"Received by donor and year, and unpaid, in {unit}", strong)
    sheet.write_string(
        1, 0, "Sums of the sheets Receipts and Register; choose a fund or class, * for all."
    )
    funds = sorted(book.settings.funds)
    classes = sorted({each for fund in book.settings.funds.values() for each in fund.classes})
    for row, (label, choices) in enumerate((("Fund", funds), ("Class", classes)), start=2):
        sheet.write_string(row, 0, label, strong)
        sheet.write_string(row, 1, _ANY)
        sheet.data_validation(row, 1, row, 1, {"validate": "list", "source": [_ANY, *choices]})
    years = sorted(set(receipts["year"]))
    sheet.write_row(_HEAD, 0, ["Donor", "Code"], strong)
    heads = [*map(str, years), "Received", "Unpaid"]
    for at, head in enumerate(heads, start=2):
        sheet.write_string(_HEAD, at, head, right)
    donors = frames["donors"].sort_values("donor_name", key=lambda names: names.astype("str"))
    came = receipts.groupby(["donor", "year"], observed=True)["received"].sum().to_dict()
    owed = lines.groupby("donor", observed=True)["carrying"].sum().to_dict()
    first = _HEAD + 1

    def summed(name: str, column: str, row: int, year: int | None) -> str:
        rows = len(frames[name])
        code = xl_rowcol_to_cell(row, 1, col_abs=True)
        parts = [
            _range(name, column, rows),
            f"{_range(name, 'donor', rows)},{code}",
            f"{_range(name, 'fund', rows)},$B$3",
            f"{_range(name, 'class', rows)},$B$4",
        ]
        if year is not None:
            parts.append(f"{_range(name, 'year', rows)},{year}")
        return f"=SUMIFS({','.join(parts)})"

    row = first
    for row, (code, title) in enumerate(
        zip(donors["donor"], donors["donor_name"], strict=True), first
    ):
        sheet.write_string(row, 0, title)
        sheet.write_string(row, 1, code)
        for at, year in enumerate(years, start=2):
            amount = came.get((code, year), Decimal(0))
            sheet.write_formula(row, at, summed("receipts", "received", row, year), money, amount)
        whole = sum((came.get((code, year), Decimal(0)) for year in years), Decimal(0))
        at = 2 + len(years)
        sheet.write_formula(row, at, summed("receipts", "received", row, None), money, whole)
        amount = owed.get(code, Decimal(0))
        sheet.write_formula(
            row, at + 1, summed("instalments", "carrying", row, None), money, amount
        )
    end = row + 1 if len(donors) else first
    sheet.write_string(end, 0, "Total", strong)
    totals = [
        *(
            sum((came.get((code, year), Decimal(0)) for code in donors["donor"]), Decimal(0))
            for year in years
        ),
        receipts["received"].sum(),
        lines["carrying"].sum(),
    ]
    for at, amount in enumerate(totals, start=2):
        if len(donors):
            cells = f"{xl_rowcol_to_cell(first, at)}:{xl_rowcol_to_cell(end - 1, at)}"
            sheet.write_formula(end, at, f"=SUM({cells})", money, amount)
    sheet.freeze_panes(first, 1)

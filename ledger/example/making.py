"""Makes the example's book, and what donors and the bank would send, in its inbox.

The sheets stand as plain text in `sheets/`. A comma separates the cells of a future workbook,
where a date or number is stored as one unless an apostrophe stands before it, and `=SUM(...)` is
stored with its result; a semicolon those of a file that is sent as Windows-1252 text.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from pledgebook.ledger.files.loading import MAIN
from pledgebook.ledger.files.making import make_book

TITLE = "Example book: every figure is made up"
IMPORTED = ("promesses-2001.csv", "pledges-2002.xlsx", "vznosy-2003.xlsx", "advices-2003.xlsx")
"""The files the demonstration imports, in this order."""
STATEMENTS = ("statement-2002.xml", "statement-2003.sta")
"""The bank's statements it imports, each matched before the next."""
TO_TRY = "to-try-austria-2003.xlsx"
"""The file that stays in the inbox for Fava's import page."""

BY_HAND = ("2000-2001.beancount", "2002-2003.beancount")
"""The periods in whose files entries were written by hand."""

_SUM = re.compile(r"=SUM\((\w+):(\w+)\)")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MADE_ON = datetime(2026, 1, 1, tzinfo=UTC)
"""A date alone would not do: XlsxWriter writes the time of making then."""


def is_example(folder: Path) -> bool:
    """Tell whether a folder holds the example's book."""
    main = folder / MAIN
    return main.is_file() and _title_line(TITLE) in main.read_text("utf-8")


def make_example(folder: Path) -> Path:
    """Make the example's book in an empty or new folder, its inbox filled; return its main file.

    Nothing is imported yet. Raises FolderNotEmptyError as `make_book` does.
    """
    main = make_book(folder)
    text = main.read_text("utf-8")
    main.write_text(
        re.sub(r'^option "title" .*$', _title_line(TITLE), text, flags=re.MULTILINE), "utf-8"
    )
    ours = resources.files(__package__)
    for name in ("settings.beancount", "rates.beancount"):
        with (folder / name).open("a", encoding="utf-8", newline="\n") as file:
            file.write((ours / name).read_text("utf-8"))
    for name in (*IMPORTED, TO_TRY):
        send(ours / "sheets" / f"{Path(name).stem}.csv", folder / "inbox" / name)
    for name in STATEMENTS:
        (folder / "inbox" / name).write_bytes((ours / "statements" / name).read_bytes())
    return main


def write_by_hand(folder: Path) -> None:
    """Put into the periods' files what the example's staff wrote by hand, spending above all."""
    for name in BY_HAND:
        text = (resources.files(__package__) / f"by-hand-{name}").read_text("utf-8")
        with (folder / name).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)


def _title_line(title: str) -> str:
    return f'option "title" "{title}"'


def send(sheet: Traversable, path: Path) -> None:
    """Write a sheet of the example as the file that a donor sends."""
    text = sheet.read_text("utf-8")
    if path.suffix == ".csv":
        path.write_bytes(text.replace("\n", "\r\n").encode("cp1252"))
    else:
        _write_workbook(list(csv.reader(text.splitlines())), path)


def _write_workbook(rows: Sequence[Sequence[str]], path: Path) -> None:
    from xlsxwriter import Workbook  # noqa: PLC0415 - no command's help needs it

    with Workbook(str(path), {"in_memory": True}) as workbook:
        workbook.set_properties({"created": _MADE_ON, "comments": "Every figure is made up."})
        sheet = workbook.add_worksheet("Pledges")
        bold = workbook.add_format({"bold": True})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        money = workbook.add_format({"num_format": "#,##0.00"})
        for row, cells in enumerate(rows):
            for column, text in enumerate(cells):
                if _DAY.fullmatch(text):
                    sheet.write_datetime(row, column, date.fromisoformat(text), day)
                elif _NUMBER.fullmatch(text):
                    sheet.write_number(row, column, Decimal(text), money)
                elif found := _SUM.fullmatch(text):
                    sheet.write_formula(row, column, text, money, _add_up(rows, *found.groups()))
                elif text:
                    letterhead = row == 0 or len([cell for cell in cells if cell]) == 1
                    sheet.write_string(
                        row, column, text.removeprefix("'"), bold if letterhead else None
                    )
        sheet.set_column(0, len(rows[0]) - 1, 18)


def _add_up(rows: Sequence[Sequence[str]], first: str, last: str) -> Decimal:
    from xlsxwriter.utility import xl_cell_to_rowcol  # noqa: PLC0415

    top, column = xl_cell_to_rowcol(first)
    bottom, _ = xl_cell_to_rowcol(last)
    return sum((Decimal(row[column] or 0) for row in rows[top : bottom + 1]), Decimal(0))

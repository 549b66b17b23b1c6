"""Sheets as clerks send them, judged for a book that nothing is written to. All amounts are made
up.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
from mess_sheets import RATE_LINES
from pledgebook.importers import import_files
from pledgebook.importers.judging.verdicts import JudgedTable, Verdict
from pledgebook.importers.tables.mapping import parse_mapping
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.register.book import Book

TODAY = date(2003, 12, 31)
Rows = Sequence[Sequence[object]]
Imported = tuple[str, Decimal, str]
"""Donor, amount and currency of a row that was imported."""


@cache
def book() -> Book:
    """Return a new book with rates, loaded once."""
    with TemporaryDirectory() as folder:
        made = make_book(Path(folder) / "book")
        (made.parent / "rates.beancount").write_text(RATE_LINES, "utf-8")
        return load_book(made)


def write_csv(path: Path, rows: Rows) -> Path:
    """Write rows as delimited text."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def write_xlsx(path: Path, rows: Rows, formats: Mapping[str, str] | None = None) -> Path:
    """Write rows into a workbook; `formats` gives number formats by column letter."""
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    for letter, code in (formats or {}).items():
        for cell in page[letter][1:]:
            cell.number_format = code
    made.save(path)
    return path


def judge(path: Path, mapping: str = "") -> list[JudgedTable]:
    """Judge a file for the book."""
    said = parse_mapping(mapping) if mapping else None
    result = import_files(book(), [path], mapping=said, fund="CPCJF", today=TODAY, dry_run=True)
    return result.files[0].tables


def verdicts(tables: Sequence[JudgedTable]) -> list[Verdict]:
    """Return the verdicts of all rows."""
    return [verdict for table in tables for verdict in table.verdicts]


def imported(tables: Sequence[JudgedTable]) -> list[Imported]:
    """Return what was imported, in the order of the rows."""
    return [
        (each.donor, each.amount, each.currency)
        for each in verdicts(tables)
        if each.verdict == "imported" and each.amount is not None
    ]


def said(tables: Sequence[JudgedTable]) -> list[str]:
    """Return the names of the verdicts."""
    return [each.verdict for each in verdicts(tables)]

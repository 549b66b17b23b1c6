"""Importing donors' files into a book: file, sheets, tables, verdicts, entries.

Everything is read and judged before anything is written; the entries of all files are then written
together, or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from beancount.core.data import Directive
from pledgebook.importers.cells import Sheet, UnreadableFile
from pledgebook.importers.contributions import judge_table
from pledgebook.importers.known import Context
from pledgebook.importers.mapping import SheetMapping, apply_mapping
from pledgebook.importers.tables import SheetReading, Table, read_sheets, rows_outside
from pledgebook.importers.verdicts import JudgedFile, JudgedSheet
from pledgebook.importers.workbook import read_workbook
from pledgebook.ledger.book import Book
from pledgebook.ledger.writing import write_entries


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did: the judged files, the number of transactions and the files written."""

    files: tuple[JudgedFile, ...]
    transactions: int
    written: tuple[Path, ...]

    @property
    def waits(self) -> bool:
        """Whether a row waits for a person or was rejected."""
        return any(file.count("waiting", "rejected") for file in self.files)


def judge_file(path: Path, context: Context, mapping: SheetMapping | None = None) -> JudgedFile:
    """Read a file and give every data row of its tables a verdict.

    Raises UnreadableFile for a file that cannot be read or holds no table of contributions, and
    MappingError for a mapping that does not fit it.
    """
    workbook = read_workbook(path)
    if mapping is not None:
        tables = apply_mapping(workbook, mapping)
        readings = [_reading_of(sheet, tables) for sheet in workbook.sheets]
    else:
        readings = list(read_sheets(workbook, context.settings.funds))
    if not any(reading.tables for reading in readings):
        reasons = " ".join(reading.reason for reading in readings)
        raise UnreadableFile(f"{path.name}: there is nothing to import. {reasons}")
    sheets = tuple(
        JudgedSheet(reading, tuple(judge_table(table, context) for table in reading.tables))
        for reading in readings
    )
    return JudgedFile(str(path), workbook.sha256, sheets)


def _reading_of(sheet: Sheet, tables: Sequence[Table]) -> SheetReading:
    own = tuple(table for table in tables if table.sheet is sheet)
    reason = "" if own else f"The mapping does not speak of sheet {sheet.name!r}."
    return SheetReading(sheet, own, reason, rows_outside(sheet, own))


def import_files(
    book: Book,
    paths: Sequence[Path],
    *,
    mapping: SheetMapping | None = None,
    fund: str = "",
    dry_run: bool = False,
) -> ImportResult:
    """Import files into a book.

    Raises UnreadableFile, MappingError, or BookRefusedError; then nothing was written.
    """
    context = context_of(book.entries, book, fund)
    files = tuple(judge_file(path, context, mapping) for path in paths)
    drafts = [draft for file in files for draft in file.drafts]
    written = [] if dry_run else write_entries(book, drafts)
    return ImportResult(files, len(drafts), tuple(written))


def context_of(entries: Sequence[Directive], book: Book, fund: str = "") -> Context:
    """Return what rows are judged against in a loaded book."""
    return Context.of_book(entries, book.settings, book.register, book.rates, fund)

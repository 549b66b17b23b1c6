"""`pledgebook inspect` and `pledgebook import`: donors' spreadsheets, into the book."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from pledgebook.cli.common import (
    DONE,
    WAITS,
    answer,
    book_option,
    fail,
    failing_on,
    open_book,
    wants_json,
)
from pledgebook.cli.documents import file_document, table_document
from pledgebook.importers.cells import UnreadableFile
from pledgebook.importers.imports import ImportResult, import_files
from pledgebook.importers.mapping import MappingError, SheetMapping, read_mapping, write_mapping
from pledgebook.importers.tables import SheetReading, read_sheets
from pledgebook.importers.verdicts import JudgedFile, JudgedTable
from pledgebook.importers.workbook import read_workbook
from pledgebook.ledger.errors import BookRefusedError
from pledgebook.ledger.money import format_amount

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("file", type=FILE)
@click.option("--save", type=FILE, metavar="MAP.toml", help="Write the mapping, to edit and reuse.")
@book_option
def inspect(file: Path, save: Path | None) -> None:
    """Show what the importer sees in FILE: sheets, tables, columns, doubts."""
    with failing_on(UnreadableFile):
        workbook = read_workbook(file)
        readings = read_sheets(workbook)
    if wants_json():
        answer(
            {
                "path": str(file),
                "sha256": workbook.sha256,
                "sheets": [
                    {
                        "sheet": reading.sheet.name,
                        "hidden": reading.sheet.hidden,
                        "reason": reading.reason,
                        "tables": [table_document(table) for table in reading.tables],
                    }
                    for reading in readings
                ],
            }
        )
    else:
        for reading in readings:
            _show(reading)
    tables = [table for reading in readings for table in reading.tables]
    if not tables:
        fail(f"{file.name}: no table of contributions was found; a mapping can say where it is.")
    if save is not None:
        with failing_on(OSError):
            save.write_text(write_mapping(tables[0]), "utf-8")
        click.echo(f"Wrote the mapping to {save}; edit it and use it with import --map.", err=True)
    sys.exit(WAITS if any(table.questions for table in tables) else DONE)


def _show(reading: SheetReading) -> None:
    hidden = " (hidden)" if reading.sheet.hidden else ""
    click.secho(f"Sheet {reading.sheet.name!r}{hidden}", bold=True)
    if reading.reason:
        click.echo(f"  {reading.reason}")
    for table in reading.tables:
        counts = ", ".join(f"{count} {kind}" for kind, count in table.counts().items() if count)
        click.echo(f"  Table {table.range}: {counts} rows")
        for column in table.table_columns:
            taken = column.field.value if column.field else "not used"
            label = f" {column.label}" if column.label else ""
            heading = " ".join(column.heading.split())
            click.echo(f"    {column.letter:>3}  {taken}{label:<8} <- {heading}")
        for doubt in table.doubts:
            click.echo(f"  Doubt: {doubt}")
        for question in table.questions:
            click.echo(f"  Question: {question}")


@click.command("import")
@click.argument("files", metavar="FILE...", type=FILE, nargs=-1, required=True)
@click.option("--map", "map_file", type=FILE, metavar="MAP.toml", help="A mapping of the columns.")
@click.option("--fund", metavar="F", default="", help="The fund, where the sheet does not say.")
@click.option("--dry-run", is_flag=True, help="Show what would become of each row; write nothing.")
@book_option
def import_(files: Sequence[Path], map_file: Path | None, fund: str, dry_run: bool) -> None:
    """Take donors' spreadsheets into the book, each row with its verdict."""
    book = open_book()
    if fund and fund not in book.settings.funds:
        fail(f"The book declares no fund {fund!r} (declared: {', '.join(book.settings.funds)}).")
    mapping: SheetMapping | None = None
    with failing_on(UnreadableFile, MappingError, BookRefusedError, OSError):
        if map_file is not None:
            mapping = read_mapping(map_file)
        result = import_files(book, files, mapping=mapping, fund=fund, dry_run=dry_run)
    if wants_json():
        answer(
            {
                "files": [file_document(file) for file in result.files],
                "transactions": result.transactions,
                "written": [str(path.relative_to(book.folder)) for path in result.written],
                "dry_run": dry_run,
            }
        )
    else:
        _report(result, dry_run)
    sys.exit(WAITS if result.waits else DONE)


def _report(result: ImportResult, dry_run: bool) -> None:
    for file in result.files:
        _report_file(file)
    what = "would be written (dry run)" if dry_run else "written"
    names = ", ".join(path.name for path in result.written)
    click.echo(f"{result.transactions} transactions {what}{' to ' + names if names else ''}")


def _report_file(file: JudgedFile) -> None:
    click.secho(file.path, bold=True)
    for sheet in file.sheets:
        if not sheet.tables:
            click.echo(f"  {sheet.reading.reason or 'Not taken.'}")
        for table in sheet.tables:
            _report_table(sheet.reading.sheet.name, table)


def _report_table(sheet: str, judged: JudgedTable) -> None:
    counts = judged.counts()
    data = counts.pop("data")
    shown = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    click.echo(f"  {sheet}!{judged.table.range}: {data} rows: {shown or 'none'}")
    for doubt in judged.table.doubts:
        click.echo(f"    {doubt}")
    for verdict in judged.verdicts:
        if verdict.verdict != "imported" or verdict.reason:
            cell = f"{sheet}!{verdict.row.number}"
            click.echo(f"    {cell} {verdict.verdict}: {verdict.reason}")
    for total in judged.totals:
        if total.row is None:
            continue
        stated = "" if total.stated is None else format_amount(total.stated)
        computed = "unknown" if total.computed is None else format_amount(total.computed)
        agrees = {True: "agrees", False: "DIFFERS", None: f"not checked: {total.reason}"}[
            total.agrees
        ]
        click.echo(
            f"    Total in {sheet}!{total.letter}{total.row}: stated {stated}, rows add up to "
            f"{computed} {total.currency}: {agrees}"
        )

"""`pledgebook inspect` and `pledgebook import`: donors' sheets and banks' statements."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import click
from pledgebook.cli.asking import (
    answer_as_before,
    ask_all,
    given_answers,
    show_questions,
    tell_unused,
)
from pledgebook.cli.common import (
    DONE,
    WAITS,
    answer,
    book_option,
    fail,
    now,
    open_book,
    place,
    wants_json,
)
from pledgebook.cli.documents import file_document, reading_document
from pledgebook.cli.progress import Progress
from pledgebook.cli.sheets_report import show_files, show_written
from pledgebook.cli.statements import inspect_statements, statements_document
from pledgebook.cli.writing import opened
from pledgebook.importers.imports import ImportResult, import_files
from pledgebook.importers.judging.names import Names
from pledgebook.importers.judging.totals import list_rows
from pledgebook.importers.judging.unread_columns import settle_unread
from pledgebook.importers.reading.cells import Workbook
from pledgebook.importers.reading.recalculating import recalculate as fill_formulas
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.statements.reading import is_statement, read_statements
from pledgebook.importers.tables.mapping import read_mapping
from pledgebook.importers.tables.mapping_text import stands_above, write_mapping
from pledgebook.importers.tables.skeletons import HOW_TO_FILL, list_to_fill, mapping_to_fill
from pledgebook.importers.tables.tables import SheetReading, Table, read_sheets
from pledgebook.ledger.files.donor_lists import propose_donors, read_donor_list, write_donor_list
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.register.book import Book
from pledgebook.reports.import_receipt import receipts_of
from pledgebook.reports.letters.sent_back import ENDING, language_for, send_back
from pledgebook.reports.render.files import write_whole

FILE = click.Path(path_type=Path)
_DONOR_IS_WRITTEN = (
    '"TEXT=CODE", such as "Republik Oesterreich=AUT", or as "TEXT=CODE:KIND" for a new donor, '
    'such as "Example Society=EXS:ngo"'
)
_PURPOSE_IS_WRITTEN = '"TEXT=CODE", such as "Korruption=corruption"'


RECALCULATE = click.option(
    "--recalculate",
    is_flag=True,
    help="Let LibreOffice calculate formulas without stored results.",
)


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--save",
    type=FILE,
    metavar="MAP.toml",
    help="Write the mapping, to edit and reuse; a list to fill in, where no table is found.",
)
@RECALCULATE
@book_option
def inspect(file: Path, save: Path | None, *, recalculate: bool) -> None:
    """Show what the importer sees in FILE: sheets, tables, columns, doubts."""
    sent = SentFile(file)
    if is_statement(sent):
        read = read_statements(sent)
        inspect_statements(read, as_json=wants_json())
        sys.exit(DONE)
    workbook = sent.workbook
    if recalculate:
        workbook = fill_formulas(workbook)
    readings = _read_with_book(workbook)
    if wants_json():
        answer(
            {
                "path": str(file),
                "sha256": workbook.sha256,
                "notes": list(workbook.notes),
                "sheets": [reading_document(reading) for reading in readings],
            }
        )
    else:
        for reading in readings:
            _show(reading)
    tables = [table for reading in readings for table in reading.tables]
    if save is not None and not any(table.counts()["data"] for table in tables):
        _save_skeleton(workbook, save)
        sys.exit(WAITS)
    if not tables:
        fail(f"{file.name}: no table of contributions was found. {HOW_TO_FILL}")
    if save is not None:
        _save_mappings(tables, save)
    sys.exit(WAITS if any(table.questions for table in tables) else DONE)


def _read_with_book(workbook: Workbook) -> list[SheetReading]:
    """Find the tables; with the funds and purposes that may head columns of amounts or stand in a
    column, if a book is named.
    """
    if not click.get_current_context().find_root().obj.get("book"):
        return list(read_sheets(workbook))
    settings = open_book().settings
    return [
        reading._replace(tables=tuple(settle_unread(table, settings) for table in reading.tables))
        for reading in read_sheets(workbook, Names.of(settings).labels)
    ]


def _save_mappings(tables: Sequence[Table], save: Path) -> None:
    """Write a mapping for each table: MAP.toml, MAP-2.toml ..."""
    for number, table in enumerate(tables, 1):
        path = save if number == 1 else save.with_stem(f"{save.stem}-{number}")
        write_whole(path, write_mapping(table, ends=stands_above(table, tables)).encode())
        click.echo(
            f"Wrote the mapping of {table.name} to {path}; edit it and use it with import --map.",
            err=True,
        )


def _save_skeleton(workbook: Workbook, save: Path) -> None:
    """Write what is to be filled in where no table has a row: a mapping, or a list."""
    if save.suffix.lower() == ".toml":
        write_whole(save, mapping_to_fill(workbook.sheets).encode())
        said = f"Wrote a mapping to fill in to {save}; use it with import --map."
    else:
        text, filled = list_to_fill(workbook.sheets)
        write_whole(save, text.encode("utf-8-sig"))
        rows = f"{filled} row{'s' * (filled != 1)} as read from the sheet" if filled else "no row"
        said = f"Wrote a list to fill in, with {rows}, to {save}; look at it and import it."
    click.echo(said, err=True)


def _show(reading: SheetReading) -> None:
    hidden = " (hidden)" if reading.sheet.hidden else ""
    click.secho(f"Sheet {reading.sheet.name!r}{hidden}", bold=True)
    if reading.reason:
        click.echo(f"  {reading.reason}")
    if reading.tables and reading.outside:
        click.echo(f"  Outside any table: rows {list_rows(reading.outside)}")
    for table in reading.tables:
        counts = ", ".join(f"{count} {kind}" for kind, count in table.counts().items() if count)
        click.echo(f"  Table {table.range}: {counts} rows")
        for column in table.table_columns:
            taken = column.field.value if column.field else "not used"
            label = f" {column.label}" if column.label else ""
            heading = " ".join(column.heading.split())
            click.echo(f"    {column.letter:>3}  {taken + label:<18} <- {heading}")
        for doubt in table.doubts:
            click.echo(f"  Doubt: {doubt}")
        for question in table.questions:
            click.echo(f"  Question: {question.text}")


def _only_one(
    context: click.Context, option: click.Parameter, files: tuple[Path, ...]
) -> Path | None:
    """Refuse a mapping that another would be taken in place of."""
    del context, option
    if len(files) > 1:
        fail(
            f"--map is given {len(files)} times ({', '.join(each.name for each in files)}), and an "
            "import goes by one mapping: import once for each, or put them into one file."
        )
    return files[0] if files else None


@click.command("import")
@click.argument("files", metavar="FILE...", type=FILE, nargs=-1, required=True)
@click.option(
    "--map",
    "map_file",
    type=FILE,
    multiple=True,
    callback=_only_one,
    metavar="MAP.toml",
    help="A mapping of the columns.",
)
@click.option("--fund", metavar="F", default="", help="The fund, where the sheet does not say.")
@click.option("--bank", metavar="B", default="", help="The bank account the files are of.")
@click.option(
    "--donor",
    "donors",
    metavar="TEXT=CODE[:KIND]",
    multiple=True,
    help="The donor that a text means, or with a kind a new one; the book remembers it.",
)
@click.option(
    "--donors",
    "donor_list",
    type=FILE,
    metavar="LIST.csv",
    help="Whom names mean, and new donors: a line each of text, code, kind, name.",
)
@click.option(
    "--propose-donors",
    "proposed",
    type=FILE,
    metavar="LIST.csv",
    help="Write the names that no donor bears to a list to fill in for --donors; import nothing.",
)
@click.option(
    "--purpose",
    "purposes",
    metavar="TEXT=CODE",
    multiple=True,
    help="The purpose that a text means; the book remembers it.",
)
@click.option(
    "--answer",
    "answers",
    metavar="ID=VALUE",
    multiple=True,
    help="The answer to a question that rows wait for, as import shows it.",
)
@click.option(
    "--answers", "answers_file", type=FILE, metavar="FILE.toml", help="Answers, a line each."
)
@click.option("--as-before", is_flag=True, help="Answer as for earlier files of the same headings.")
@click.option("--ask", is_flag=True, help="Ask here what rows wait for, and import then.")
@click.option(
    "--send-back",
    "back",
    type=FILE,
    metavar="OUT.xlsx",
    help="Write the list with a verdict and what is asked beside each row, for the donor.",
)
@click.option("--dry-run", is_flag=True, help="Show what would become of each row; write nothing.")
@RECALCULATE
@book_option
def import_(
    files: Sequence[Path],
    map_file: Path | None,
    fund: str,
    bank: str,
    donors: Sequence[str],
    donor_list: Path | None,
    proposed: Path | None,
    purposes: Sequence[str],
    answers: Sequence[str],
    answers_file: Path | None,
    back: Path | None,
    dry_run: bool,
    *,
    as_before: bool,
    ask: bool,
    recalculate: bool,
) -> None:
    """Take donors' spreadsheets and banks' statements into the book, each row with its verdict."""
    names = dict(_pair("--donor", text, _DONOR_IS_WRITTEN) for text in donors)
    dry_run = dry_run or proposed is not None
    if proposed is not None and proposed.exists():
        fail(f"{proposed} is there already: name a new file for --propose-donors.")
    meant = dict(_pair("--purpose", text, _PURPOSE_IS_WRITTEN) for text in purposes)
    said = given_answers(answers, answers_file)
    made_at = now()
    sent = [SentFile(path) for path in files]

    def take(book: Book, answered: Mapping[str, str], *, dry: bool) -> ImportResult:
        if fund and fund not in book.settings.funds:
            known = ", ".join(book.settings.funds)
            fail(f"The book declares no fund {fund!r} (declared: {known}).")
        if bank and bank not in book.settings.banks.accounts:
            known = ", ".join(book.settings.banks.accounts) or "none"
            fail(f"The book declares no bank account {bank!r} (declared: {known}).")
        if back is not None:
            of_bank = bool(bank) or (not mapping and is_statement(sent[0], book.settings.banks))
            _refuse_back(back, sent, of_bank=of_bank)
        told = names
        if donor_list is not None:
            listed = donor_list.read_bytes()
            told = read_donor_list(listed, donor_list.name, book.settings.donors) | names
        with Progress() as tell:
            return import_files(
                book,
                sent,
                mapping=mapping,
                fund=fund,
                bank=bank,
                names=told,
                purposes=meant,
                answers=answered,
                today=date.fromisoformat(made_at[:10]),
                dry_run=dry,
                calculate=recalculate,
                receipts=partial(receipts_of, book, made_at=made_at, mapping=map_file),
                tell=tell,
            )

    mapping = read_mapping(map_file) if map_file is not None else None
    if as_before or ask:
        looked_at = open_book()
        judge = partial(take, looked_at, dry=True)
        said = answer_as_before(judge, said) if as_before else said
        said = ask_all(judge, said, looked_at.settings.donors) if ask else said
    opening = opened(not dry_run, ends_if_finished=False)
    with opening as book:
        result = take(book, said, dry=dry_run)
    if proposed is not None:
        _propose_donors(proposed, result, book)
    if back is not None:
        _send_back(back, sent[0], result, book, dry_run=dry_run)
    tell_unused(result, answers)
    if wants_json():
        answer(
            {
                "files": [
                    *(file_document(file) for file in result.files),
                    *(statements_document(file) for file in result.statements),
                ],
                "refused": [each._asdict() for each in result.refused],
                "transactions": result.transactions,
                "written": [str(path.relative_to(book.folder)) for path in result.written],
                "dry_run": dry_run,
                "receipts": [each.relative_to(book.folder).as_posix() for each in result.receipts],
            }
        )
    else:
        show_files(result)
        show_questions(result)
        show_written(result, dry_run=dry_run)
        for folder in result.receipts:
            click.echo(f"Receipt: {place(str(folder), 0)} (receipt.html, receipt.xlsx)")
    sys.exit(WAITS if result.waits else DONE)


def _refuse_back(back: Path, sent: Sequence[SentFile], *, of_bank: bool) -> None:
    """Fail, before anything is written, where no list can be sent back so."""
    if len(sent) != 1:
        fail(f"--send-back {back}: import one file at a time to send it back.")
    if back.suffix.lower() != ENDING:
        fail(f"--send-back {back}: the list is written as {ENDING}; give it that ending.")
    if back.exists():
        fail(f"{back} is there already: name a new file for --send-back.")
    if not back.parent.is_dir():
        fail(f"--send-back {back}: there is no folder {back.parent}; make it, or name another.")
    if of_bank:
        fail(f"--send-back {back}: {sent[0].path.name} is a bank's statement, and no donor's list.")


def _propose_donors(path: Path, result: ImportResult, book: Book) -> None:
    """Write the names that nobody bears to a list for --donors."""
    names = (name for file in result.files for name in file.unknown_names())
    unknown = propose_donors(book.settings.donors, names)
    write_whole(path, write_donor_list(unknown).encode())
    click.echo(
        f"Wrote {len(unknown)} unknown names to {path}: say whom each means, new ones with one of "
        f"the kinds {book.settings.donors.kinds}, and import with --donors {path.name}.",
        err=True,
    )


def _send_back(
    back: Path, sent: SentFile, result: ImportResult, book: Book, *, dry_run: bool
) -> None:
    """Write the list to send back. What was imported before that stays, and it is said."""
    file = result.files[0]
    try:
        made = send_back(sent, file, language_for(file, book.settings), entered=not dry_run)
        write_whole(back, made.content)
    except (RefusedError, OSError) as error:
        done = "" if dry_run else " What was imported is in the book all the same."
        fail(f"The list to send back was not written: {str(error).rstrip('.')}.{done}")
    click.echo(f"Wrote the list to send back to {back}. {made.remark}".rstrip(), err=True)


def _pair(option: str, text: str, how: str) -> tuple[str, str]:
    """Return what an option says of a text, as TEXT=CODE; or stop and say `how` it is written."""
    name, equals, code = text.rpartition("=")
    if not (equals and name.strip() and code.strip()):
        fail(f"{option} {text!r}: write it as {how}.")
    return name.strip(), code.strip()

"""`pledgebook demo`: the example from end to end, and the shortest tour of the library.

A new book with donors' spreadsheets and bank statements in its inbox; they are imported, the
receipts matched, the book is checked and the biennium reported. All of it is made up.
"""

from __future__ import annotations

import io
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from shlex import quote

import click
from beancount.core.data import Transaction
from pledgebook.cli.common import DONE, WAITS, counted, fail, now
from pledgebook.importers import ImportResult, import_files
from pledgebook.importers.judging.verdicts import JudgedFile
from pledgebook.ledger import Book, Draft, load_book
from pledgebook.ledger.correspondence.letters import correspondence_texts
from pledgebook.ledger.example import (
    CRIME,
    DIR,
    IMPORTED,
    OTHERS,
    STATEMENTS,
    TO_TRY,
    fill_example,
    gift_decided,
    is_example,
    make_example,
    new_biennium,
    read_steps,
    write_by_hand,
)
from pledgebook.ledger.files.making import FolderNotEmptyError
from pledgebook.ledger.files.writing import error_sentence, write_entries
from pledgebook.ledger.matching.applying import apply_matches
from pledgebook.ledger.matching.assignment import Match, match_receipts
from pledgebook.ledger.matching.candidates import Candidate, describe
from pledgebook.reports import Report, Source, make_reports, select, source_of
from pledgebook.reports.letters import Papers, issue_receipts, make_letter, make_letters
from pledgebook.reports.letters.render import write_letters
from pledgebook.reports.render import render

PERIOD = "2002-2003"
WORKBOOK = f"contributions-{PERIOD}.xlsx"
_SINGLE = ("schedule", "statements", "paragraphs")
"""Reports that are written to files of their own as well."""
LETTERS_ON = date(2004, 1, 20)
_LETTERS = (
    ("statement", "ITA", ""),
    ("statement", "FRA", ""),
    ("statement", "UNDP", "ar"),
    ("confirmation", "NLD", ""),
    ("reminder", "NOR", ""),
)
"""Letters of the example: kind, donor and language, the addressee's own if it is empty."""
_RECEIPTED = ("FRA", "DEU")
"""Donors whose collections are receipted."""
_GRAND_TOTAL = "Total, CPCJF with UNTOC"


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--example",
    "name",
    default=CRIME,
    metavar="NAME",
    help=f"Another one of the examples: {', '.join(OTHERS)} ({CRIME} unless said).",
)
def demo(folder: Path, name: str) -> None:
    """Make the example in DIR: made-up figures, imported, matched, checked and reported.

    A DIR that holds the example already is left as it is. The other examples are of other funds,
    made by declarations and commands alone: each is shown as it is run.
    """
    if name != CRIME:
        _make_other(folder, name)
        return
    if is_example(folder):
        click.echo(f"{folder} holds the example already; it was left as it is.")
        click.echo("To make it anew, delete that folder and run this command again.")
        click.echo()
        _say_what_to_open(folder)
        return
    with _made_aside(folder) as place:
        made = _make(place)
    click.secho(
        f"Made an example book in {folder}. Every figure, letter and rate in it is made up."
    )
    click.echo()
    _say_imported(made.sheets)
    _say_matched(made)
    _say_checked(made.book)
    _say_reported(made.reports)
    _say_what_to_open(folder)


@contextmanager
def _made_aside(folder: Path) -> Iterator[Path]:
    """Give a place where a book is made, which takes its folder once it is whole; nothing of it is
    left where it could not be made. Raises FolderNotEmptyError.
    """
    _refuse_filled(folder)
    target = folder.resolve()
    aside = target.parent / f".{target.name}.pledgebook-new"
    shutil.rmtree(aside, ignore_errors=True)  # of a making that was interrupted
    place = aside / "book"
    try:
        yield place
        if folder.exists():
            folder.rmdir()
        shutil.move(place, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _make_other(folder: Path, name: str) -> None:
    """Make another example as a person would: each command of its steps, run and shown."""
    if name not in OTHERS:
        fail(f"There is no example {name!r}: the examples are {', '.join((CRIME, *OTHERS))}.")
    with _made_aside(folder) as place:
        for number, step in enumerate(read_steps(name)):
            _run(step, place, folder)
            if number == 0:
                fill_example(name, place)
    click.secho(f"Made the example book {name!r} in {folder}. Every figure in it is made up.")
    click.echo(f"Its files: {folder / 'main.beancount'}, {folder / 'reports'}.")
    click.echo(f"Fava: pledgebook --book {folder} serve. Its story: docs/examples.md.")


def _run(step: Sequence[str], place: Path, folder: Path) -> None:
    """Run a command of an example in the folder where it is made; say it as it would be typed."""
    from pledgebook.cli.main import group  # noqa: PLC0415 - the group that holds this command

    click.secho("$ " + " ".join(quote(word.replace(DIR, str(folder))) for word in step))
    said = io.StringIO()
    code: object = 0
    try:
        with redirect_stdout(said), redirect_stderr(said):
            words = [word.replace(DIR, str(place)) for word in step[1:]]
            group.main(words, prog_name=step[0], standalone_mode=False)
    except SystemExit as ended:
        code = ended.code or 0
    if code not in {DONE, WAITS}:
        fail(f"This step was not done: {said.getvalue().strip()}")


def _refuse_filled(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderNotEmptyError(
            f"{folder}: the example is made in an empty folder; this one holds something else. "
            "Name another folder."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What was done on the way to the example, for saying it."""

    sheets: ImportResult
    statements: list[ImportResult]
    applied: list[Candidate]
    waiting: list[Match]
    book: Book
    reports: list[Report]


def _make(folder: Path) -> _Made:
    """Make the whole example in a new folder: all of it, or an exception."""
    main = make_example(folder)
    inbox = folder / "inbox"
    sheets = import_files(load_book(main), [inbox / name for name in IMPORTED])
    _record(main, new_biennium)
    statements, applied = [], []
    for name in STATEMENTS:
        statements.append(import_files(load_book(main), [inbox / name]))
        certain = [match.chosen for match in match_receipts(load_book(main)) if match.chosen]
        certain = [candidate for candidate in certain if candidate.rule]
        _record(main, partial(apply_matches, candidates=certain))
        applied += certain
    _record(main, gift_decided)
    write_by_hand(folder)
    book = load_book(main)
    if book.errors:
        fail(f"The example's book has an error: {error_sentence(book.errors[0])}")
    book = _write_letters(book, folder / "letters")
    reports = make_reports(select(book, PERIOD), ("all",))
    _write_reports(reports, source_of(select(book, PERIOD), now()), folder / "reports")
    return _Made(
        sheets=sheets,
        statements=statements,
        applied=applied,
        waiting=match_receipts(book),
        book=book,
        reports=reports,
    )


def _record(main: Path, draft: Callable[[Book], Iterable[Draft]]) -> None:
    book = load_book(main)
    write_entries(book, list(draft(book)))


def _write_letters(book: Book, out: Path) -> Book:
    """Issue official receipts and write a few letters; return the book with the receipts."""
    lines = issue_receipts(Papers(select(book, PERIOD)), day=LETTERS_ON, donors=_RECEIPTED)
    write_entries(book, [], correspondence_texts(book, lines))
    book = load_book(book.path)
    papers = Papers(select(book, PERIOD))
    letters = [
        make_letter(papers, kind, donor, day=LETTERS_ON, tag=tag) for kind, donor, tag in _LETTERS
    ]
    letters += make_letters(papers, "receipt", day=LETTERS_ON)
    write_letters(letters, ("html", "docx"), out)
    return book


def _write_reports(reports: list[Report], source: Source, out: Path) -> None:
    out.mkdir()
    render(reports, source, out / WORKBOOK)
    for report in (report for report in reports if report.name in _SINGLE):
        for ending in (".html", ".csv", ".json"):
            render([report], source, out / f"{report.name}{ending}")


def _say_imported(result: ImportResult) -> None:
    click.secho("Imported from its inbox:", bold=True)
    for file in result.files:
        counts = [
            f"{count} {verdict}"
            for verdict in ("imported", "duplicate", "waiting", "rejected")
            if (count := file.count(verdict))
        ]
        click.echo(f"  {Path(file.path).name:<21} {', '.join(counts)}. {_control_totals(file)}")
    click.secho("Waiting for a decision:", bold=True)
    for file in result.files:
        for cell, reason in _waiting(file):
            click.echo(f"  {cell}: {reason}")


def _control_totals(file: JudgedFile) -> str:
    totals = [total for table in file.tables for total in table.totals if total.row is not None]
    agreeing = sum(total.agrees is True for total in totals)
    said = [f"Totals that agree with their rows: {agreeing} of {len(totals)}."]
    for total in totals:
        if not total.agrees:
            what = "was not checked" if total.agrees is None else "differs"
            said.append(f"{total.letter}{total.row} {what}: {total.reason}.")
    return " ".join(said)


def _waiting(file: JudgedFile) -> Iterator[tuple[str, str]]:
    for table in file.tables:
        for verdict in table.verdicts:
            if verdict.verdict in {"waiting", "rejected"}:
                sheet = table.table.sheet.name
                yield f"{Path(file.path).name} {sheet}!{verdict.row.number}", verdict.reason


def _say_matched(made: _Made) -> None:
    """Say what became of the statements' entries and of the receipts they brought."""
    click.secho("Imported from the bank:", bold=True)
    for file in (file for result in made.statements for file in result.statements):
        counts = Counter(v.verdict for each in file.statements for v in each.verdicts)
        told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
        agree = "; the ledger agrees" if all(each.agrees for each in file.statements) else ""
        click.echo(f"  {Path(file.file.path).name:<21} {told}{agree}.")
    click.echo(
        f"Matched: {counted(len(made.applied), 'receipt')} to the pledges they pay, by rules of "
        "docs/matching.md; one was decided to be a gift. Waiting for a person:"
    )
    for match in made.waiting:
        receipt, currency = match.receipt, made.book.settings.currency
        proposed = f": {describe(match.chosen, currency)}?" if match.chosen else ""
        click.echo(
            f"  {receipt.label} {receipt.day} {receipt.value:,.2f} {currency} "
            f"{receipt.text}{proposed}"
        )


def _say_checked(book: Book) -> None:
    transactions = sum(isinstance(entry, Transaction) for entry in book.entries)
    click.echo(
        f"Checked: {counted(transactions, 'transaction')}, {counted(len(book.errors), 'error')}, "
        f"{counted(len(book.notices), 'notice')}."
    )


def _say_reported(reports: list[Report]) -> None:
    """Say the schedule's grand total, column by column, and whether all reports agree."""
    schedule = reports[0]
    total = next(row for row in schedule.rows if row.label == _GRAND_TOTAL)
    click.echo()
    click.secho(f"{schedule.title} {PERIOD}, {schedule.currency}. {total.label}:", bold=True)
    for column in schedule.columns:
        figure = total.values.get(column.key)
        if isinstance(figure, Decimal) and figure:
            memo = " (memorandum)" if column.memo else ""
            click.echo(f"  {column.title + memo:<38}{figure:>14,.2f}")
    ties = [tie for report in reports for tie in report.ties]
    agreeing = sum(tie.agrees for tie in ties)
    click.echo(f"  {agreeing} of {len(ties)} figures set beside the ledger's own agree with it.")


def _say_what_to_open(folder: Path) -> None:
    click.secho("Open:", bold=True)
    click.echo(f"  {folder / 'reports' / WORKBOOK}")
    click.echo(f"  {folder / 'reports' / 'schedule.html'}")
    click.echo(f"  {folder / 'letters'}: letters to donors and official receipts")
    click.echo(f"  Fava: pledgebook --book {folder} serve (or make fava). In its Inbox")
    click.echo(f"  {TO_TRY} waits to be tried, and two receipts in Reconcile.")

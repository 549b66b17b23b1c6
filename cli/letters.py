"""`pledgebook letter`: letters to donors and official receipts."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import click
from msgspec import structs
from pledgebook.cli.common import (
    DAY,
    DONE,
    FUTURE,
    WAITS,
    answer,
    book_for,
    book_option,
    counted,
    fail,
    say,
    today_or,
    wants_json,
)
from pledgebook.cli.letters_kept import answered, list_, void
from pledgebook.cli.writing import opened
from pledgebook.ledger.correspondence.letters import (
    correspondence_texts,
)
from pledgebook.ledger.files.committing import UnfinishedWriteError
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.writing import error_sentence, try_entries, write_entries
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.money import format_amount
from pledgebook.ledger.occasion import on_occasion, present_occasion
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.collections import Collection
from pledgebook.reports.figures.agreed import beginning
from pledgebook.reports.figures.selection import cut_of, find_donor, select
from pledgebook.reports.letters import (
    Letter,
    Papers,
    issue_receipts,
    letter_document,
    make_letters,
)
from pledgebook.reports.letters.kinds import LETTERS, LetterKind
from pledgebook.reports.letters.receipt import without_receipt
from pledgebook.reports.letters.render import FORMATS, render_letters
from pledgebook.reports.letters.sending import References, lines_of_sent
from pledgebook.reports.render.files import write_whole


@click.group()
def letter() -> None:
    """Write letters to donors and official receipts; keep what was sent and answered."""


def _command(kind: LetterKind) -> None:
    """Add the command of a kind of letter to the group."""

    @letter.command(kind.name, help=kind.help, short_help=kind.help)
    @click.option("--donor", "donors", multiple=True, metavar="D", help="This donor only.")
    @click.option("--fund", metavar="F", help="One fund only.")
    @click.option("--period", metavar="P", help="A period, a year 2003, or a quarter 2003-Q2.")
    @click.option("--as-at", type=DAY, help="As at the end of that day.")
    @click.option("--pledge", default="", metavar="P", hidden=not kind.takes_pledge,
                  help="This pledge only.")  # fmt: skip
    @click.option("--agreement", metavar="REF", hidden=not kind.of_agreements,
                  help="This agreement only.")  # fmt: skip
    @click.option("--language", default="", metavar="L", help="In this language: en, fr, ar …")
    @click.option("--date", "day", type=DAY, help="The day of the letter; today unless said.")
    @FUTURE
    @click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Where to write.")
    @click.option("--format", "formats", default="html,docx", show_default=True, metavar="F,F",
                  help=f"Of {', '.join(FORMATS)}.")  # fmt: skip
    @click.option("--issue", is_flag=True, hidden=not kind.is_issued,
                  help="Issue a receipt for each collection that has none.")  # fmt: skip
    @click.option("--record-sent", is_flag=True, help="Keep the letters in the book as sent.")
    @click.option("--by", default="", metavar="HOW", help="How they were sent: note verbale …")
    @book_option
    def command(
        donors: Sequence[str],
        fund: str | None,
        period: str | None,
        as_at: date | None,
        pledge: str,
        agreement: str | None,
        language: str,
        day: date | None,
        future: bool,
        out: Path | None,
        formats: str,
        issue: bool,
        record_sent: bool,
        by: str,
    ) -> None:
        wanted = _formats(formats)
        if out is None and not wants_json():
            fail("Say where to write the letters: --out DIR, or --json.")
        if out is None and record_sent:
            fail("A letter is kept as sent with its file: add --out DIR.")
        issues = issue and kind.is_issued
        writes = record_sent or issues
        day = today_or(day, future=future or not writes)
        with opened(writes) as kept_in:
            book = kept_in
            _refuse_errors(book)
            answering = _answering(book, period, as_at, kind, agreement)
            papers = Papers(select(answering, period, as_at, fund, agreement=agreement))
            codes = [papers.of_record(find_donor(book, text)) for text in donors]
            if issues:
                lines = issue_receipts(papers, day=day, donors=codes, tag=language)
                with on_occasion(
                    structs.replace(present_occasion(), key="")
                ):  # not all of the command
                    now = try_entries(book, [], correspondence_texts(book, lines)).write()
                answering = now if answering is book else load_book(answering.path)
                book = now
                papers = Papers(select(answering, period, as_at, fund))
                say(f"Issued {counted(len(lines), 'official receipt')}.")
            references = References(book, day)
            refer = references.give if record_sent else _no_reference
            made = list(
                make_letters(
                    papers,
                    kind.name,
                    day=day,
                    donors=codes,
                    tag=language,
                    pledge=pledge,
                    refer=refer,
                )
            )
            files = render_letters(made, wanted) if out else {}
            if out and record_sent:
                _record(book, made, files, out, wanted[0], by, references)
            elif out:
                _write(files, out)
        _say(papers, kind, made, files, out, codes)


for _kind in LETTERS.values():
    _command(_kind)
for _kept in (answered, void, list_):
    letter.add_command(_kept)


def _no_reference(donor: str) -> str:
    del donor
    return ""


def _formats(text: str) -> list[str]:
    wanted = [each.strip().lower() for each in text.split(",") if each.strip()]
    unknown = [each for each in wanted if each not in FORMATS]
    if unknown or not wanted:
        fail(f"{text!r}: a letter's format is one of {', '.join(FORMATS)}, or several with commas.")
    return wanted


def _refuse_errors(book: Book) -> None:
    if book.errors:
        fail(
            f"The book has {len(book.errors)} error(s), so no letter is written from it. First: "
            f"{error_sentence(book.errors[0])}"
        )


def _answering(
    book: Book, period: str | None, as_at: date | None, kind: LetterKind, agreement: str | None
) -> Book:
    """Return the book that the letters are written from: for a closed period its history, and for
    an agreement that began in one; what is issued or sent is kept in the main book all the same.
    """
    if not book.settings.seals or (period is None and as_at is None and not kind.of_agreements):
        return book
    first_day = cut_of(book, period, as_at).start
    if kind.of_agreements:
        first_day = beginning(book, first_day, agreement or "")
    answering = book_for(book, first_day)
    if answering is not book:
        _refuse_errors(answering)
    return answering


def _write(files: dict[str, bytes], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        write_whole(out / name, content)


def _record(
    book: Book,
    made: Iterable[Letter],
    files: dict[str, bytes],
    out: Path,
    ending: str,
    by: str,
    references: References,
) -> None:
    """Write the letters and keep them in the book: in one write where they stand in its folder,
    else their files first, which go again if the book refuses.
    """
    lines = lines_of_sent(made, files, references, ending=ending, by=by)
    texts = correspondence_texts(book, lines)
    if out.resolve().is_relative_to(book.folder.resolve()):
        write_entries(book, [], texts, {out.resolve() / name: files[name] for name in files})
        return
    try:
        _write(files, out)
        write_entries(book, [], texts)
    except UnfinishedWriteError:
        raise  # it will be finished
    except (RefusedError, OSError):
        for name in files:
            (out / name).unlink(missing_ok=True)
        raise


def _say(
    papers: Papers,
    kind: LetterKind,
    made: Sequence[Letter],
    files: dict[str, bytes],
    out: Path | None,
    donors: Sequence[str],
) -> None:
    missing = without_receipt(papers, donors) if kind.is_issued else []
    if wants_json():
        document = {"letters": [letter_document(each) for each in made], "files": sorted(files)}
        answer(
            document
            | (
                {"without_receipt": [_collected(papers, c) for c in missing]}
                if kind.is_issued
                else {}
            )
        )
    elif out:
        click.echo(f"Wrote {counted(len(made), 'letter')} to {out}:")
        for name in files:
            click.echo(f"  {name}")
    if missing:
        click.echo(
            f"{counted(len(missing), 'collection')} without a receipt: add --issue to number them.",
            err=True,
        )
        for each in missing:
            click.echo(f"  {'  '.join(_collected(papers, each).values())}", err=True)
    if not papers.letterhead(papers.selection.funds).stated:
        click.echo(
            'The book declares no letterhead: add custom "letterhead" for the fund '
            "(docs/letters.md); the letters bear its name only.",
            err=True,
        )
    sys.exit(WAITS if missing else DONE)


def _collected(papers: Papers, collection: Collection) -> dict[str, str]:
    """Return what tells a collection from others, and what a receipt of it would be over."""
    key = collection.key
    return {
        "date": key.day.isoformat(),
        "fund": key.fund,
        "donor": key.donor,
        "collection": key.labels,
        "amount": f"{format_amount(collection.kept)} {papers.settings.currency}",
    }

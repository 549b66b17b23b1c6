"""`pledgebook publish`: what is public of a book, as a site of plain files."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from pledgebook.cli.common import (
    DONE,
    answer,
    book_for,
    book_option,
    counted,
    fail,
    open_book,
    wants_json,
)
from pledgebook.ledger.files.writing import error_sentence
from pledgebook.reports.publishing import make_site, write_site


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@book_option
def publish(folder: Path) -> None:
    """Write what is public of the book into DIR, as pages that any web host can serve.

    Nothing is public but what the book says with custom "publication" "FUND". The same book gives
    the same files, byte for byte; a site that was published before is renewed.
    """
    book = open_book()
    first = next(iter(book.settings.periods), None)
    answering = book_for(book, first.start) if first else book
    for each in (book, answering):
        if each.errors:
            fail(f"The book has errors. First: {error_sentence(each.errors[0])}")
    made = make_site(answering)
    gone = write_site(made, folder)
    if wants_json():
        answer({"folder": str(folder), "files": sorted(made), "removed": len(gone)})
    else:
        size = sum(map(len, made.values()))
        removed = f", {counted(len(gone), 'file')} removed" if gone else ""
        click.echo(
            f"Wrote {counted(len(made), 'file')} ({size:,} bytes) to {folder}{removed}. Begin with "
            f"{folder / 'index.html'}."
        )
    sys.exit(DONE)

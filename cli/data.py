"""`pledgebook data`: the book's frames as files, for those who analyse."""

from __future__ import annotations

import sys
from pathlib import Path

import click
from pledgebook.cli.common import DONE, WAITS, answer, book_option, open_book, wants_json
from pledgebook.ledger.register.frames import FRAMES


@click.command()
@click.argument("name", metavar="[FRAME]", type=click.Choice(list(FRAMES)), required=False)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="A file (.parquet .csv .xlsx), or a folder that many books share.",
)
@click.option("--as", "named", metavar="NAME", help="The book's name in that folder.")
@book_option
def data(name: str | None, out: Path, named: str | None) -> None:
    """Write the register and what happened as flat tables.

    FRAME is instalments (unless said), movements, receipts, donors or paragraphs; a workbook holds
    all of them with sums by donor and year, and so does a folder, as Parquet, a part a book.
    """
    from pledgebook.reports.frame_files import write_folder, write_frames  # noqa: PLC0415

    if name and out.suffix.lower() in {"", ".xlsx"}:
        raise click.UsageError(f"{out} holds all frames: leave {name} out, or name a .csv.")
    if named is not None and out.suffix:
        raise click.UsageError("--as names the book in a folder: give --out a name without ending.")
    book = open_book()
    if out.suffix:
        written = write_frames(book, name or "instalments", out)
    else:
        written = write_folder(
            book, out, named if named is not None else book.folder.resolve().name
        )
    if wants_json():
        answer({"written": [str(path) for path in written], "errors": len(book.errors)})
    else:
        click.echo(f"Wrote {', '.join(str(path) for path in written)}.")
    if book.errors:
        click.echo(
            f"The book has {len(book.errors)} error(s), so this may be wrong: pledgebook check",
            err=True,
        )
    sys.exit(WAITS if book.errors else DONE)

"""`pledgebook log`, `undo` and `finish`: what was written, taken back, interrupted."""

from __future__ import annotations

import sys

import click
from pledgebook.cli.common import (
    DONE,
    WAITS,
    answer,
    book_option,
    counted,
    find_main,
    open_book,
    say,
    wants_json,
)
from pledgebook.cli.writing import carry_out, written_names
from pledgebook.ledger.files.committing import recover
from pledgebook.ledger.files.locking import one_writer
from pledgebook.ledger.files.log import Log, LoggedWrite, read_log
from pledgebook.ledger.files.undoing import find_write, try_undo
from pledgebook.ledger.files.writing import Tried
from pledgebook.ledger.register.book import Book


@click.command("log")
@book_option
def log_() -> None:
    """List what was written to the book: when, by whom, how, from what, and changes by hand.

    Status 1 where the log itself is not as it was written.
    """
    book = open_book()
    found = read_log(book)
    if wants_json():
        answer(_document(found))
    else:
        _show(found)
    sys.exit(WAITS if found.faults else DONE)


def _document(log: Log) -> dict[str, object]:
    return {
        "writes": [
            {
                "write": each.number,
                "when": each.when,
                "by": each.by,
                "door": each.door,
                "what": each.what,
                "from": list(each.sources),
                "files": {
                    name: {"before": file.before, "after": file.after}
                    for name, file in each.files.items()
                },
                "undoes": each.undoes or None,
                "by_hand": list(each.by_hand),
                "follows": each.chained,
            }
            for each in log.writes
        ],
        "by_hand": list(log.by_hand),
        "faults": list(log.faults),
    }


def _show(log: Log) -> None:
    for each in log.writes:
        _by_hand(each.by_hand)
        line = (
            f"{each.number:>5}  {each.when[:16].replace('T', ' ')}  {each.by:<12} "
            f"{each.door:<8} {_told(each)}"
        )
        click.echo(_harmless(line))
    _by_hand(log.by_hand)
    for fault in log.faults:
        click.secho(fault, fg="red", err=True)
    if not log.writes:
        click.echo("Nothing was written yet.")


def _told(write: LoggedWrite) -> str:
    names = list(write.files)
    shown = ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")
    sources = f" from {', '.join(write.sources)}" if write.sources else ""
    undoes = f" (takes back {write.undoes})" if write.undoes else ""
    return f"{write.what or 'write'}{sources}{undoes}: {shown}"


def _by_hand(names: tuple[str, ...]) -> None:
    if names:
        line = f"       changed by hand, or by another program: {', '.join(names)}"
        click.secho(_harmless(line), fg="yellow")


def _harmless(line: str) -> str:
    """Return a line without what would steer a terminal: a log may come with a book."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in line)


@click.command()
@click.argument("write", type=int)
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--dry-run", is_flag=True, help="Only show and try it.")
@book_option
def undo(write: int, *, yes: bool, dry_run: bool) -> None:
    """Take a whole WRITE back, by its number in pledgebook log.

    Refused where something rests on it, or its period is closed.
    """

    def propose(book: Book) -> tuple[None, Tried]:
        log = read_log(book)
        found = find_write(log, write)
        say(_harmless(f"{found.number}, {found.when}, by {found.by}: {_told(found)}"))
        tried = try_undo(book, write, log)
        fewer = len(book.entries) - len(tried.after.entries)
        if fewer > 0:
            say(f"The book would have {counted(fewer, 'directive')} fewer.")
        return None, tried

    _, tried = carry_out(propose, "Take it back?", assured=yes, dry_run=dry_run)
    names = [] if dry_run else written_names(tried)
    if wants_json():
        answer({"undone": write, "written": names, "dry_run": dry_run})
    else:
        say(f"Written to {', '.join(names)}." if names else "Nothing was written (dry run).")


@click.command()
@book_option
def finish() -> None:
    """Finish a write that was interrupted; every command that writes does it first."""
    folder = find_main().parent
    with one_writer(folder):
        finished = recover(folder)
    if wants_json():
        answer({"finished": finished.what if finished else None})
    elif finished:
        click.echo(f"Finished: {finished.what or 'a write'} by {finished.by}.")
    else:
        click.echo("No write was interrupted.")

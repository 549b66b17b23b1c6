"""What commands share that write: the lock, the question, and what was interrupted before."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click
from pledgebook.cli.common import (
    DONE,
    answer,
    fail,
    find_main,
    open_book,
    say,
    wants_json,
)
from pledgebook.ledger.files.committing import recover
from pledgebook.ledger.files.locking import one_writer
from pledgebook.ledger.files.writing import Tried
from pledgebook.ledger.findings import BookChangedError, Finding
from pledgebook.ledger.occasion import Occasion, present_occasion
from pledgebook.ledger.register.book import Book

T = TypeVar("T")

Propose = Callable[[Book], tuple[T, Tried]]
"""Shows what would be written into a book; returns what the command answers of it, and the write as
it was tried.
"""


@contextmanager
def writing(*, ends_if_finished: bool = True) -> Iterator[Book]:
    """Let nobody else write to the book, and give the book as it is then. What is refused is told,
    and the command ends with status 2.

    A write that was interrupted is finished first. If it was this very command's, the command ends
    here, unless repeating it adds nothing anyway.
    """
    with _held(find_main().parent, ends_if_finished=ends_if_finished):
        yield open_book()


@contextmanager
def _held(folder: Path, *, ends_if_finished: bool = True) -> Iterator[None]:
    with one_writer(folder):
        finished = recover(folder)
        if finished is not None:
            same = ends_if_finished and finished.key == present_occasion().key != ""
            _tell_finished(finished, ends=same)
        yield


@contextmanager
def opened(writes: bool, *, ends_if_finished: bool = True) -> Iterator[Book]:
    """Give the book for a command that may write or not; see `writing`."""
    if writes:
        with writing(ends_if_finished=ends_if_finished) as book:
            yield book
        return
    yield open_book()


def carry_out(
    propose: Propose[T], question: str, *, assured: bool, dry_run: bool
) -> tuple[T, Tried]:
    """Write what is proposed, once somebody agrees (`assured`: agreed already); with `dry_run` it
    is tried only. Where the book was changed while a person was asked, what would be written is
    proposed anew.
    """
    if assured and not dry_run:
        with writing() as book:
            done, tried = _proposed(propose, book)
            tried.write()
            return done, tried
    done, tried = _proposed(propose, open_book())
    while not dry_run:
        _ask(question)
        with _held(tried.before.folder):
            try:
                tried.write()
                break
            except BookChangedError as changed:
                say(f"{changed} This is what would be written now:")
        done, tried = _proposed(propose, open_book())
    return done, tried


def written_names(tried: Tried) -> list[str]:
    """Return the files that a write tells of, as paths within the book."""
    return [path.relative_to(tried.before.folder).as_posix() for path in tried.paths]


def _proposed(propose: Propose[T], book: Book) -> tuple[T, Tried]:
    done, tried = propose(book)
    _tell_notices(tried.notices)
    return done, tried


def _ask(question: str) -> None:
    if not sys.stdin.isatty():
        fail("Nothing was written: there is no terminal to ask at. Add --yes to do it.")
    if not click.confirm(question, err=wants_json()):
        fail("Nothing was written.")


def _tell_notices(notices: Sequence[Finding]) -> None:
    for notice in notices:
        say(f"Notice ({notice.rule}): {notice.message}")


def _tell_finished(finished: Occasion, *, ends: bool) -> None:
    what = f"{finished.what or 'a write'} by {finished.by}"
    if not ends:
        click.echo(f"A write that was interrupted is finished now: {what}.", err=True)
        return
    if wants_json():
        answer({"finished": finished.what})
    else:
        click.echo(f"This was interrupted before, and is finished now: {what}.")
    sys.exit(DONE)

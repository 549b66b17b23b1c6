"""What commands share: finding and loading the book, answering in JSON, saying what went wrong."""

from __future__ import annotations

import functools
import json
import os
import sys
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn, ParamSpec, TypeVar

import click
from pledgebook.ledger.files import caching
from pledgebook.ledger.files.answering import book_answering
from pledgebook.ledger.files.loading import code_of, find_book
from pledgebook.ledger.files.trusting import NotTrustedError, trust
from pledgebook.ledger.files.writing import refuse_future
from pledgebook.ledger.occasion import Occasion, on_occasion
from pledgebook.ledger.register.book import Book, digest_of
from pledgebook.ledger.unfinished import unfinished_in

DONE, WAITS, NOT_DONE = 0, 1, 2
"""Exit status: done; done, but something waits for a person; not done."""

P = ParamSpec("P")
R = TypeVar("R")


class Day(click.ParamType[date]):
    """A date on the command line, 2003-12-31."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date, or fail with a sentence."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date: write it as 2003-12-31.", param, ctx)


DAY = Day()
FUTURE_HELP = "A date after today is meant."
FUTURE = click.option("--future", is_flag=True, help=FUTURE_HELP)


def today_or(day: date | None, *, future: bool) -> date:
    """Return a day, or today where none is said. Raises FutureDateError where it is after today and
    nobody says that this is meant.
    """
    today = date.today()  # noqa: DTZ011 - the day where the user is
    refuse_future([day or today], today=today, future=future)
    return day or today


def book_option(command: Callable[P, R]) -> Callable[P, R]:
    """Let `--book` and `--json` stand after the subcommand as well as before it."""
    return _with_book(command, several=False)


def books_option(command: Callable[P, R]) -> Callable[P, R]:
    """The same, for a command that takes several books: `--book` may be repeated, `books_asked`
    says which.
    """
    return _with_book(command, several=True)


def _with_book(command: Callable[P, R], *, several: bool) -> Callable[P, R]:
    more = " Repeat it for several." if several else ""

    @click.option(
        "--book",
        "own_books",
        metavar="BOOK",
        multiple=True,
        help=f"The book's main file or folder.{more}",
    )
    @click.option("--json", "own_json", is_flag=True, help="Answer with one JSON document.")
    @click.option("--trust", "own_trust", is_flag=True, help="Trust code that the book brings.")
    @click.pass_context
    @functools.wraps(command)
    def wrapped(
        context: click.Context,
        /,
        own_books: tuple[str, ...],
        own_json: bool,
        own_trust: bool,
        **values: Any,
    ) -> Any:
        given = context.ensure_object(dict)
        if len(own_books) > 1 and not several:
            fail(f"--book is given {len(own_books)} times, and this command takes one book.")
        given["books"] = own_books
        given["book"] = own_books[0] if own_books else given.get("book")
        given["json"] = own_json or given.get("json", False)
        given["trust"] = own_trust or given.get("trust", False)
        what = context.command_path.partition(" ")[2]
        key = digest_of(
            repr((what, own_books or given["book"], Path.cwd(), sorted(values.items()))).encode()
        )
        with on_occasion(Occasion(door="command", what=what, key=key)):
            return context.invoke(command, **values)

    return wrapped  # type: ignore[return-value]


def wants_json() -> bool:
    """Tell whether the answer is to be JSON."""
    return bool(click.get_current_context().find_root().obj.get("json"))


def find_main() -> Path:
    """Find the main file of the book the command is for, or stop with a sentence and status 2. With
    --trust the code that it brings is trusted from now on.
    """
    given = click.get_current_context().find_root().obj
    given["main"] = main = _find(given.get("book"))
    return main


def find_mains() -> list[Path]:
    """Find the main files of all books the command is for, as `find_main` does."""
    books = click.get_current_context().find_root().obj.get("books", ())
    return [_find(each) for each in books] or [find_main()]


def _find(named: str | None) -> Path:
    main = find_book(named, os.environ)
    if click.get_current_context().find_root().obj.get("trust"):
        trust(code_of(main), main.parent)
    return main


def open_book() -> Book:
    """Find and load the book the command is for, or stop with a sentence and status 2."""
    main = find_main()
    try:
        return caching.open_book(main)
    except NotTrustedError as refusal:
        ask_trust(refusal, main.parent)
        return caching.open_book(main)


def ask_trust(refusal: NotTrustedError, folder: Path) -> None:
    """Ask whether code that a book brings is to be run, and remember it; where nobody can be asked,
    or says no, stop with a sentence and status 2.
    """
    if not sys.stdin.isatty():
        fail(str(refusal))
    click.echo("This book brings code that runs on this computer when it is opened:", err=True)
    for each in refusal.brought:
        click.echo(f"  {each.what}", err=True)
    if not click.confirm("Do you trust it?", err=True):
        fail("The book was not opened, and nothing of it was run.")
    trust(refusal.brought, folder)


def book_for(book: Book, day: date) -> Book:
    """Return the book that answers for a day, and say so where it is not the one asked; stop with
    a sentence and status 2 where there is none.
    """
    answering = book_answering(book, day)
    if answering is not book:
        click.echo(
            f"{day} is of a closed period, so {answering.path.name} answers, not {book.path.name}.",
            err=True,
        )
    return answering


def answer(document: object) -> None:
    """Print one JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=1))


def say(text: str) -> None:
    """Print a line for a person: on standard error where standard output carries JSON."""
    click.echo(text, err=wants_json())


def counted(number: int, thing: str, things: str = "") -> str:
    """Return a number with its noun: "1 notice", "2 notices"."""
    return f"{number} {thing if number == 1 else things or thing + 's'}"


def fail(message: str) -> NoReturn:
    """Say what went wrong on standard error and stop with status 2."""
    click.echo(f"pledgebook: {message}", err=True)
    sys.exit(NOT_DONE)


def say_stopped(context: click.Context) -> NoReturn:
    """Say what a command leaves that a person stopped, and stop with status 2."""
    main = context.ensure_object(dict).get("main")
    if main is None:
        fail("Stopped.")
    if unfinished_in(main.parent):
        fail(
            "Stopped while a write was put into its files: it is decided. pledgebook finish, or "
            "the next command that writes, finishes it."
        )
    fail("Stopped. Nothing is half done; the command can be repeated.")


def place(file: str, line: int) -> str:
    """Write a place as people and editors know it, relative to where one stands."""
    path = Path(file)
    try:
        shown = path.resolve().relative_to(Path.cwd())
    except ValueError:
        shown = path
    return f"{shown}:{line}" if line else str(shown)


def now() -> str:
    """Return the time of making, as reports state it."""
    return datetime.now().astimezone().isoformat(timespec="seconds")

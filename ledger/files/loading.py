"""Finding a book and loading it, causes of errors before what follows from them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from beancount.core.data import Directive, Options
from beancount.loader import _load
from beancount.parser.grammar import ParserSyntaxError
from beancount.parser.lexer import LexerError
from pledgebook.ledger.declared.settings import read_settings
from pledgebook.ledger.files.reasons import with_reason
from pledgebook.ledger.findings import Finding, RefusedError
from pledgebook.ledger.guards import run_guards
from pledgebook.ledger.guards.kept import Kept, kept_of
from pledgebook.ledger.register.book import Book, digest_of, without_garbage_collection
from pledgebook.ledger.register.view import view_of

MAIN = "main.beancount"


class BookNotFoundError(RefusedError):
    """There is no book at that place; the message names it."""


def find_book(place: str | os.PathLike[str] | None, environment: Mapping[str, str]) -> Path:
    """Return the main file of the book at `place` (a file or its folder); without it, of
    `$BEANCOUNT_FILE`, else of the present folder: where it really is, however it was named.
    Raises BookNotFoundError.
    """
    given = place or environment.get("BEANCOUNT_FILE") or "."
    path = Path(given)
    if path.is_dir():
        path /= MAIN
    if not path.is_file():
        raise BookNotFoundError(
            f"{path}: there is no book here. Name its main file or folder with --book, or make a "
            "new one with: pledgebook init DIR"
        )
    return path.resolve()


def load_book(path: Path) -> Book:
    """Load a book with its plugins; what is wrong with it is in its `errors`. A path with links or
    `..` in it is followed: a file of the book has one name.
    """
    path = path.resolve()
    with without_garbage_collection():
        # As Fava loads. Beancount's own cache goes by paths and times, stands in the book's folder
        # and knows nothing of what the plugins keep.
        entries, errors, options = _load([(str(path), True)], None, None, None)
    return book_loaded(path, entries, errors, options)


def book_loaded(
    path: Path, entries: list[Directive], errors: Sequence[Any], options: Options
) -> Book:
    """Return what Beancount just loaded from `path`, here or in Fava, as a book. The files are
    read once more for their digests: what is changed afterwards is noticed before it is replaced.
    """
    files = {path, *map(Path, options["include"])}
    digests = {file.resolve(): digest_of(file.read_bytes()) for file in files if file.is_file()}
    kept = kept_of(options)
    if kept is None:  # the book does not run our plugins
        settings = read_settings(entries, options)
        found = run_guards(view_of(entries, settings, options))
        kept = Kept(settings=settings, findings=(*settings.findings, *found))
    return Book(
        path=path,
        entries=entries,
        errors=_causes_first(errors),
        options=options,
        digests=digests,
        settings=kept.settings,
        findings=kept.findings,
    )


def _causes_first(errors: Sequence[Any]) -> list[Any]:
    """Return errors with causes before what follows from them: lines that cannot be read, then by
    the entries' dates, and at one entry our own findings before Beancount's.
    """
    unread = [with_reason(error) for error in errors if isinstance(error, _UNREAD)]
    rest = sorted(
        (error for error in errors if not isinstance(error, _UNREAD)),
        key=lambda error: (
            getattr(getattr(error, "entry", None), "date", date.min),
            not isinstance(error, Finding),
        ),
    )
    if not unread or not rest:
        return unread + rest
    follows = (
        "A line that cannot be read drops its whole directive, a declaration of a fund or donor "
        f"too: the {len(rest)} error(s) after this one may come from it. Mend it first."
    )
    then = Finding(source=unread[0].source, message=follows, entry=None, rule="syntax")
    return [*unread, then, *rest]


_UNREAD = (LexerError, ParserSyntaxError)

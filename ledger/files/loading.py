"""Finding a book and loading it, causes of errors before what follows from them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from beancount.core.data import Custom, Directive, Options, entry_sortkey
from beancount.loader import LoadError, run_transformations
from beancount.ops.validation import validate
from beancount.parser.grammar import ParserSyntaxError
from beancount.parser.lexer import LexerError
from msgspec import structs
from pledgebook.ledger.declared.settings import read_settings
from pledgebook.ledger.files.booking import book_entries, refuse_large
from pledgebook.ledger.files.reading import Files, parse_files
from pledgebook.ledger.files.reasons import with_reason, without_traceback
from pledgebook.ledger.files.trusting import Brought, code_brought, refuse_untrusted
from pledgebook.ledger.findings import BookRefusedError, Finding, RefusedError
from pledgebook.ledger.guards import run_guards
from pledgebook.ledger.guards.kept import Kept, kept_of
from pledgebook.ledger.register.book import Book, without_garbage_collection
from pledgebook.ledger.register.view import view_of
from pledgebook.ledger.sources import reading

MAIN = "main.beancount"
_NONE: Mapping[Path, bytes | None] = MappingProxyType({})


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


def load_book(path: Path, instead: Mapping[Path, bytes | None] = _NONE) -> Book:
    """Load a book with its plugins; what is wrong with it is in its `errors`. A path with links or
    `..` in it is followed: a file of the book has one name. `instead` holds contents that are tried
    in place of those of files on disk, by absolute path; None is no file.

    Raises NotTrustedError, and runs nothing, for a book with code that nobody trusted yet.
    """
    path = path.resolve()
    files = Files(instead)
    with without_garbage_collection():
        entries, parsed, options = parse_files(path, files)
        brought = refuse_untrusted(path, entries, options)
        with reading(files.contents):
            entries, errors = _processed(entries, parsed, options, files.contents.values())
            book = _book(path, entries, errors, options, files)
    return structs.replace(book, code=[each.what for each in brought if each.runs])


def code_of(path: Path) -> list[Brought]:
    """Return the code that a book brings, without running any of it."""
    path = path.absolute()
    entries, _, options = parse_files(path, Files({}))
    return code_brought(path, entries, options)


def book_loaded(
    path: Path, entries: list[Directive], errors: Sequence[Any], options: Options
) -> Book:
    """Return what Fava just loaded from `path` as a book. The files are read once more for their
    digests: what is changed afterwards is noticed before it is replaced.
    """
    files = Files({})
    for name in {str(path), *options["include"]}:
        files.read(name)
    return _book(path, entries, errors, options, files)


def _processed(
    entries: list[Directive], errors: list[Any], options: Options, contents: Iterable[bytes]
) -> tuple[list[Directive], list[Any]]:
    """Return parsed entries booked, run through the plugins and validated, and all errors: as
    Beancount does it. Its cache is left aside: it goes by paths and times, stands in the book's
    folder, and is code to whoever reads it.
    """
    # Beancount's own plugins take a directive without values for one with a list of them.
    entries = [
        entry._replace(values=[]) if isinstance(entry, Custom) and entry.values is None else entry
        for entry in entries
    ]
    entries.sort(key=entry_sortkey)
    entries, large = refuse_large(entries, contents)
    entries, unbooked = book_entries(entries, options)
    path = list(sys.path)
    sys.path[:0] = options["pythonpath"]
    try:
        entries, found = run_transformations(entries, [*errors, *large, *unbooked], options, None)
    except Exception as error:  # what a plugin itself raises is among the errors that are found
        raise BookRefusedError(
            f"{options['filename']}: Beancount cannot run the book's plugins ({error}). Look at "
            "its plugin lines."
        ) from error
    finally:
        sys.path[:] = path
    return entries, [*found, *validate(entries, options, None, None)]  # type: ignore[no-untyped-call]


def _book(
    path: Path,
    entries: list[Directive],
    errors: Sequence[Any],
    options: Options,
    files: Files,
) -> Book:
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
        digests=files.digests,
        patterns=files.patterns,
        encrypted=files.encrypted,
        settings=kept.settings,
        findings=kept.findings,
        plain={
            at: kept.plain[id(entry)] for at, entry in enumerate(entries) if id(entry) in kept.plain
        },
    )


def _causes_first(errors: Sequence[Any]) -> list[Any]:
    """Return errors with causes before what follows from them: lines that cannot be read, then by
    the entries' dates, and at one entry our own findings before Beancount's.
    """
    unread = [with_reason(error) for error in errors if isinstance(error, _UNREAD)]
    rest = sorted(
        (_told(error) for error in errors if not isinstance(error, _UNREAD)),
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


def _told(error: Any) -> Any:
    return without_traceback(error) if isinstance(error, LoadError) else error


_UNREAD = (LexerError, ParserSyntaxError)

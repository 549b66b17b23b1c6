"""Writing from a page: by the command's own writer, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from fava.core import FavaLedger
from pledgebook.desk.fields import FieldFaultError
from pledgebook.desk.guarding import is_read_only
from pledgebook.desk.loaded import Desk, desk_of
from pledgebook.desk.texts import gettext as _
from pledgebook.ledger.files.caching import open_book
from pledgebook.ledger.files.committing import is_interrupted, recover
from pledgebook.ledger.files.declaring import DeclarationRefusedError, Declare, save_declared
from pledgebook.ledger.files.locking import one_writer
from pledgebook.ledger.files.log import read_log
from pledgebook.ledger.findings import BookChangedError
from pledgebook.ledger.occasion import present_occasion
from pledgebook.ledger.register.book import Book


def save(ledger: FavaLedger, seen: str, write: Callable[[Book], Iterable[Path]]) -> Desk:
    """Let `write` change the book and return the desk of the changed one. `seen` is the digest of
    the book that the page showed (`book.sha256`), `write` returns the files it wrote.

    One writes at a time: page, command, and Fava itself. A write that was interrupted is finished
    first; if the same was asked then, that is all. Raises BookChangedError, and nothing is written,
    where the book is no longer the one that was seen, BookRefusedError where the writer refuses.
    """
    folder = Path(ledger.beancount_file_path).parent
    with ledger.file._lock, one_writer(folder):  # noqa: SLF001 - Fava's own writes hold it, and it has no other name
        finished = recover(folder)
        if finished is None or not finished.key or finished.key != present_occasion().key:
            for path in write(book_as_seen(ledger, seen)):
                ledger.watcher.notify(path)
    ledger.changed()
    return desk_of(ledger)


def save_declaration(ledger: FavaLedger, seen: object, declare: Declare) -> Desk:
    """Write what is declared, as `save` writes. Raises FieldFaultError where it cannot be so."""
    try:
        return save(ledger, str(seen), lambda book: save_declared(book, declare(book)))
    except DeclarationRefusedError as error:
        raise FieldFaultError(error.field, str(error)) from error


def told_of(desk: Desk) -> dict[str, Any]:
    """Return what every answer tells of a write: the digest of the book as it is now, and the
    number in the log by which the write can be undone.
    """
    return {"book": desk.book.sha256, "wrote": last_write(desk.book)}


def last_write(book: Book) -> int:
    """Return the number of the last write to a book in its log, 0 for none."""
    writes = read_log(book).writes
    return writes[-1].number if writes else 0


def finish_interrupted(ledger: FavaLedger) -> None:
    """Finish a write that was interrupted, before a page shows the book. Raises BookRefusedError
    where a file was changed since, or somebody else is writing and does not end.
    """
    folder = Path(ledger.beancount_file_path).parent
    if is_interrupted(folder) and not is_read_only():
        with one_writer(folder):
            recover(folder)
        ledger.changed()


def book_as_seen(ledger: FavaLedger, seen: str) -> Book:
    """Return the book as it is on disk, if it is still the one of that digest. It is loaded for the
    write: Fava's own load does not tell which bytes it read. Raises BookChangedError.
    """
    return _refuse_other(open_book(Path(ledger.beancount_file_path)), seen)


def book_as_shown(ledger: FavaLedger, seen: str) -> Book:
    """Return the book as Fava has it, if it is still the one of that digest. Raises
    BookChangedError.
    """
    ledger.changed()
    return _refuse_other(desk_of(ledger).book, seen)


def _refuse_other(book: Book, seen: str) -> Book:
    if book.sha256 != seen:
        raise BookChangedError(
            _(
                "The book was changed since this page was made; nothing was written. Look at the "
                "page again and repeat it."
            )
        )
    return book

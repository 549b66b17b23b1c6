"""A whole write taken back: an import, an entry, a list of rates, as the log of writes has it.

It is taken back while nothing rests on it and its period is open; else it stays, and what rests on
it is named. What a write took out stands at its place again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from beancount.core.data import Custom, Directive, Transaction, entry_sortkey
from msgspec import Struct, structs
from pledgebook.ledger.declared.declarations import FORMS, UNSEALED
from pledgebook.ledger.files.late import told
from pledgebook.ledger.files.log import FileWritten, Log, LoggedWrite, read_log
from pledgebook.ledger.files.mending import BOUND, resting_on
from pledgebook.ledger.files.pieces import (
    Added,
    Piece,
    Removed,
    exchanged,
    known_by,
    put_back,
    taken_back,
)
from pledgebook.ledger.files.writing import Tried, try_texts
from pledgebook.ledger.findings import BookRefusedError, EventRefusedError, WouldBreakError
from pledgebook.ledger.register.book import Book, digest_of
from pledgebook.ledger.register.events import event_of
from pledgebook.ledger.register.history import FOLDER
from pledgebook.ledger.register.postings import read_lines
from pledgebook.ledger.sources import as_text

_NAMED = 4
_NUMBERED = {
    "official-receipt": "it issued the official receipt {}, and a number is never given again. "
    "Make that receipt void instead (pledgebook letter void)",
    "void-receipt": "it made the official receipt {} void, which is final. Issue another for the "
    "same collection",
    "letter": "it kept the letter {} as sent, and its reference stands on paper. If it never was "
    "sent, take its line out by hand",
}
"""Directives that give out a number, and why they stay."""


def undo_write(book: Book, number: int) -> list[Path]:
    """Take a whole write back, by its number in the log; return the files of the book that changed.

    Raises EventRefusedError where something rests on it, what it wrote was changed since, or its
    period is closed; BookRefusedError where the book would have an error without it.
    """
    tried = try_undo(book, number)
    tried.write()
    return list(tried.paths)


def try_undo(book: Book, number: int, log: Log | None = None) -> Tried:
    """Try what `undo_write` would write, by the book's log where it was read already. Raises
    EventRefusedError, BookRefusedError.
    """
    if book.errors:
        raise BookRefusedError("The book has errors, so nothing is written to it: see check.")
    log = log or read_log(book)
    write = find_write(log, number)
    texts: dict[Path, str] = {}
    gone: dict[str, list[range]] = {}
    for name, file in write.files.items():
        if file.pieces is None:
            continue
        path = book.folder / name
        if path.exists() and path.resolve() not in book.digests:
            raise EventRefusedError(
                f"Write {number} stays: the book does not include {name} any more, as it is with "
                "the file of a closed period. Re-open that period first, on someone's authority."
            )
        texts[path], gone[name] = _found(book, path, file)
    kept = {
        name
        for name, file in write.files.items()
        if not file.before and texts.get(book.folder / name, "").strip()
    }
    main = book.path.name
    if kept and main in gone:  # what came into a new file since goes on being included
        pieces = [each for each in write.files[main].pieces or () if not _includes(each, kept)]
        texts[book.path], gone[main] = taken_back(book.text_of(book.path), pieces, main)
    own = list(_entries_at(book, gone))
    _refuse_numbered(number, own)
    back = [piece.text for file in write.files.values() for piece in file.pieces or ()
            if isinstance(piece, Removed)]  # fmt: skip
    _refuse_closed(book, number, [*(each.date for each in own), *_dates_in(back)])
    _refuse_sealed_since(book, write, log, own)
    _refuse_resting(book, number, [entry for entry in own if isinstance(entry, Transaction)])
    # A file goes with the write that made it; one that others made is still included.
    new = {
        path
        for name, file in write.files.items()
        if not file.before and not texts.get(path := book.folder / name, name).strip()
    }
    try:
        tried = try_texts(
            book,
            {path: text for path, text in texts.items() if path not in new},
            beside={**_beside(book, write), **dict.fromkeys(new)},
        )
    except WouldBreakError as refusal:
        message = getattr(refusal.cause, "message", refusal.cause)
        raise BookRefusedError(
            f"Write {number} stays: without it the book would have an error. {message}"
        ) from None
    return structs.replace(
        tried,
        paths=tuple(texts),
        texts=(*tried.texts, *sorted(new)),
        undoes=number,
        emptied=write.folders,
    )


def _found(book: Book, path: Path, file: FileWritten) -> tuple[str, list[range]]:
    """Return the text that a write found in a file of the book, and which lines of the present one
    go: to the letter if nothing changed it since, else piece by piece.
    """
    text = book.text_of(path)
    if file.after and book.digests.get(path.resolve()) == file.after:
        return put_back(text, file.back)
    return taken_back(text, file.pieces or (), path.relative_to(book.folder).as_posix())


class FileUndone(Struct, frozen=True, kw_only=True):
    """What undoing does to a file: the pieces that go and those that come back, or, of what stands
    beside the book (a document, decisions), only that it `comes` back or goes.
    """

    name: str
    gone: Sequence[str] = ()
    back: Sequence[str] = ()
    is_beside: bool = False
    comes: bool = False


def files_undone(tried: Tried) -> list[FileUndone]:
    """Return what an undoing that was tried does to the files, by their names within the book."""
    found = []
    for path, content in tried.changes.items():
        name = path.relative_to(tried.before.folder).as_posix()
        if path in tried.texts:
            now = tried.before.text_of(path)
            gone, back = exchanged(now, as_text(content or b""))
            found.append(FileUndone(name=name, gone=gone, back=back))
        else:
            found.append(FileUndone(name=name, is_beside=True, comes=content is not None))
    return found


def find_write(log: Log, number: int) -> LoggedWrite:
    """Return a write of the log that can be taken back. Raises EventRefusedError."""
    found = next((write for write in log.writes if write.number == number), None)
    if found is None:
        raise EventRefusedError(f"The log has no write {number}: pledgebook log lists them.")
    undone = [write.number for write in log.writes if write.undoes == number]
    if undone:
        raise EventRefusedError(f"Write {number} was taken back already, by write {undone[-1]}.")
    if not found.chained:
        raise EventRefusedError(
            f"The line of write {number} is not as it was written: pledgebook log says what is "
            "wrong with the log."
        )
    sealed = [name for name in found.files if name.startswith(f"{FOLDER}/")]
    if sealed:
        raise EventRefusedError(
            f"Write {number} closed a period or opened one again ({sealed[0]}): re-open it, or "
            "close it, instead."
        )
    if all(file.pieces is None for file in found.files.values()):
        raise EventRefusedError(
            f"Write {number} ({found.what}) wrote no entry and no declaration: there is nothing "
            "to take out of the book."
        )
    return found


def _includes(piece: Piece, names: Iterable[str]) -> bool:
    lines = {known_by(f'include "{name}"') for name in names}
    return isinstance(piece, Added) and piece.digest in lines


def _beside(book: Book, write: LoggedWrite) -> dict[Path, bytes | None]:
    """Return what stood beside the book before a write, documents that it kept and decisions that
    it recorded, as far as all is as it left it.
    """
    found: dict[Path, bytes | None] = {}
    for name, file in write.files.items():
        path = book.folder / name
        if file.pieces is not None:
            continue
        if file.before and file.was is None:
            raise EventRefusedError(
                f"Write {write.number} stays: what stood in {name} before is larger than what the "
                "log keeps. Do again what it took back."
            )
        if (digest_of(path.read_bytes()) if path.is_file() else "") == file.after:
            found[path] = file.was
    return found


def _dates_in(pieces: Iterable[str]) -> Iterator[date]:
    """Yield the dates of directives among pieces of a text."""
    for piece in pieces:
        with suppress(ValueError):
            yield date.fromisoformat(piece.lstrip()[:10])


def _refuse_numbered(number: int, entries: Iterable[Directive]) -> None:
    """Raise EventRefusedError for what stands on a paper under a number: it is never given anew."""
    for entry in entries:
        if isinstance(entry, Custom) and entry.type in _NUMBERED:
            given = entry.values[0].value
            raise EventRefusedError(f"Write {number} stays: {_NUMBERED[entry.type].format(given)}.")


def _entries_at(book: Book, gone: Mapping[str, Sequence[range]]) -> Iterator[Directive]:
    """Yield the directives of a book that stand in lines of its files."""
    lines = {
        name: {number for span in spans for number in span} for name, spans in gone.items() if spans
    }
    by_name = {
        loaded: lines[name] for name in lines for loaded in book.names_of(book.folder / name)
    }
    for entry in book.entries:
        own = by_name.get(str(entry.meta.get("filename", "")))
        if own and int(entry.meta.get("lineno", 0) or 0) - 1 in own:
            yield entry


def _refuse_closed(book: Book, number: int, days: Iterable[date]) -> None:
    """Raise EventRefusedError where something of one of these days is under a seal."""
    sealed = [each for each in book.settings.periods if each.name in book.settings.seals]
    for day in days:
        for period in sealed:
            if day <= period.end:
                raise EventRefusedError(
                    f"Write {number} stays: what it wrote of {day} is sealed with {period.name}. "
                    "Re-open that period first, on someone's authority."
                )


def _refuse_sealed_since(
    book: Book, write: LoggedWrite, log: Log, own: Iterable[Directive]
) -> None:
    """Raise EventRefusedError where a declaration that is to go stood when a period was closed that
    still is: a seal holds it, whatever its own date.
    """
    held = [
        entry.type
        for entry in own
        if isinstance(entry, Custom) and entry.type in FORMS and entry.type not in UNSEALED
    ]
    if not held:
        return
    for later in log.writes:
        for name in book.settings.seals:
            file = later.files.get(f"{FOLDER}/{name}.json")
            if later.number > write.number and file is not None and file.after:
                raise EventRefusedError(
                    f"Write {write.number} stays: the {held[0]} that it wrote is sealed with "
                    f"{name}, which write {later.number} closed. Re-open that period first, on "
                    "someone's authority."
                )


def _refuse_resting(book: Book, number: int, entries: Sequence[Transaction]) -> None:
    """Raise EventRefusedError where something rests on entries that are to go."""
    own = {id(entry) for entry in entries}
    rests: dict[int, Transaction] = {}
    for entry in entries:
        event = event_of(entry, read_lines(entry, book.settings))
        if event in BOUND:
            raise EventRefusedError(
                f"Write {number} stays, with {told(entry, book)}: {BOUND[event]}."
            )
        rests |= {id(each): each for each in resting_on(book, entry) if id(each) not in own}
    if rests:
        found = sorted(rests.values(), key=entry_sortkey)
        named = ", ".join(told(entry, book) for entry in found[:_NAMED])
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        raise EventRefusedError(
            f"Write {number} stays: what follows was made of what it left ({named}{more}). Take "
            "that out first, the last before the others."
        )

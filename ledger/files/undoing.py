"""A whole write taken back: an import, an entry, a list of rates, as the log of writes has it.

It is taken back while nothing rests on it and its period is open; else it stays, and what rests on
it is named. What a write took out stands at its place again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from beancount.core.data import Directive, Transaction, entry_sortkey
from pledgebook.ledger.files.late import told
from pledgebook.ledger.files.log import LoggedWrite, read_log
from pledgebook.ledger.files.mending import BOUND, resting_on
from pledgebook.ledger.files.pieces import Added, Piece, known_by, taken_back
from pledgebook.ledger.files.writing import Tried, try_texts
from pledgebook.ledger.findings import BookRefusedError, EventRefusedError, WouldBreakError
from pledgebook.ledger.register.book import Book, digest_of
from pledgebook.ledger.register.events import event_of
from pledgebook.ledger.register.history import FOLDER
from pledgebook.ledger.register.postings import read_lines

_NAMED = 4


def undo_write(book: Book, number: int) -> list[Path]:
    """Take a whole write back, by its number in the log; return the files of the book that changed.

    Raises EventRefusedError where something rests on it, what it wrote was changed since, or its
    period is closed; BookRefusedError where the book would have an error without it.
    """
    tried = try_undo(book, number)
    tried.write()
    return list(tried.paths)


def try_undo(book: Book, number: int) -> Tried:
    """Try what `undo_write` would write. Raises EventRefusedError, BookRefusedError."""
    if book.errors:
        raise BookRefusedError("The book has errors, so nothing is written to it: see check.")
    write = find_write(book, number)
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
        texts[path], gone[name] = taken_back(book.text_of(path), file.pieces, name)
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
    _refuse_closed(book, number, own)
    _refuse_resting(book, number, [entry for entry in own if isinstance(entry, Transaction)])
    new = {path for path, text in texts.items() if not text.strip()}
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
    return replace(
        tried,
        paths=tuple(texts),
        texts=(*tried.texts, *sorted(new)),
        undoes=number,
        emptied=write.folders,
    )


def find_write(book: Book, number: int) -> LoggedWrite:
    """Return a write of the log that can be taken back. Raises EventRefusedError."""
    log = read_log(book)
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
    """Return the documents that a write kept, to be taken away, as far as they are as it left
    them.
    """
    found: dict[Path, bytes | None] = {}
    for name, file in write.files.items():
        path = book.folder / name
        if file.pieces is not None or file.before or not path.is_file():
            continue
        if digest_of(path.read_bytes()) == file.after:
            found[path] = None
    return found


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


def _refuse_closed(book: Book, number: int, entries: Iterable[Directive]) -> None:
    """Raise EventRefusedError where a directive is under a seal."""
    sealed = [each for each in book.settings.periods if each.name in book.settings.seals]
    for entry in entries:
        for period in sealed:
            if entry.date <= period.end:
                raise EventRefusedError(
                    f"Write {number} stays: what it wrote of {entry.date} is sealed with "
                    f"{period.name}. Re-open that period first, on someone's authority."
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

"""The log of writes: who wrote what, when, through which door, from which files.

It stands beside the book in `writes.jsonl`, a line of JSON a write, and is only ever added to. Each
line bears the digest of the line before, so that none can be changed or taken out unseen, and the
digests of all files of the book as the write left them, so that a change by hand shows.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Container, Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from pledgebook.ledger.files.pieces import (
    Piece,
    Stretch,
    as_json,
    compared,
    from_json,
)
from pledgebook.ledger.occasion import Occasion
from pledgebook.ledger.register.book import Book, digest_of
from pledgebook.ledger.sources import as_text, read_json

FILE = "writes.jsonl"
MOST_KEPT = 1_000_000
"""Bytes of a document that a write takes away or replaces, up to which the log keeps it."""

FIRST = "0" * 64
"""What stands for the line before the first."""


class FileWritten(Struct, frozen=True, kw_only=True):
    """What a write did to a file: its digests before and after ("" for no file) and, of a file of
    the book, the pieces that changed, and the way back as long as nothing else does. `was` is what
    stood in a file beside the book (a document, decisions), None for nothing or too much to keep.
    """

    before: str
    after: str
    pieces: tuple[Piece, ...] | None = None
    back: tuple[Stretch, ...] = ()
    was: bytes | None = None


class LoggedWrite(Struct, frozen=True, kw_only=True):
    """One line of the log. `sources` are the names of files that were taken in, `files` those
    written, by their paths within the book's folder; `stands` the digests of the book's files after
    it; `undoes` the write that it takes back, or 0. `by_hand` are files that were changed by
    something else since the write before; `chained` tells whether the line follows that before it.
    """

    number: int
    when: str
    by: str
    door: str
    what: str
    sources: tuple[str, ...]
    files: Mapping[str, FileWritten]
    folders: tuple[str, ...]
    stands: Mapping[str, str]
    undoes: int
    by_hand: tuple[str, ...]
    chained: bool


class Log(Struct, frozen=True, kw_only=True):
    """The writes in their order, and the files changed by something else since the last; `faults`
    says in sentences where the log itself is not as it was written.
    """

    writes: tuple[LoggedWrite, ...]
    by_hand: tuple[str, ...]
    faults: tuple[str, ...]


def read_log(book: Book) -> Log:
    """Return the log of writes beside a book; of a book without one nothing, and no fault."""
    path = book.folder / FILE
    content = path.read_bytes() if path.is_file() else b""
    writes: list[LoggedWrite] = []
    faults: list[str] = []
    previous, stands = FIRST, None
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        try:
            said = read_json(line)
            chained = said["previous"] == previous and said["write"] == number
            write = _write(said, stands, chained=chained)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            faults.append(f"{FILE}:{number}: this line is no write ({type(error).__name__}).")
            previous, stands = digest_of(line), None
            continue
        if not chained:
            faults.append(
                f"{FILE}:{number}: this line does not follow the one before: a line was changed, "
                "taken out or put in."
            )
        writes.append(write)
        previous, stands = digest_of(line), write.stands
    if content and not content.endswith(b"\n"):
        faults.append(f"{FILE}: the last line is not complete.")
    now = _unlike(stands, standing(book)) if stands is not None else ()
    return Log(writes=tuple(writes), by_hand=now, faults=tuple(faults))


def standing(book: Book) -> dict[str, str]:
    """Return the digests of a book's files by their paths within its folder; of a file elsewhere by
    its whole path.
    """
    return {
        path.relative_to(book.folder).as_posix()
        if path.is_relative_to(book.folder)
        else path.as_posix(): digest
        for path, digest in sorted(book.digests.items())
    }


def what_changes(
    folder: Path, changes: Mapping[Path, bytes | None], texts: Iterable[Path]
) -> dict[str, dict[str, Any]]:
    """Return, for the log, what a write does to its files: to those of the book (`texts`) the
    pieces that change, of others what is lost.
    """
    folder = folder.resolve()
    own = {path.resolve() for path in texts}
    said: dict[str, dict[str, Any]] = {}
    for given, content in changes.items():
        path = given.resolve()
        if not path.is_relative_to(folder):
            continue
        name = path.relative_to(folder).as_posix()
        old = path.read_bytes() if path.exists() else b""
        if path in own:
            pieces, back = compared(as_text(old), as_text(content or b""))
            said[name] = {"pieces": as_json(pieces), "back": back}
        elif old != content and 0 < len(old) <= MOST_KEPT:
            said[name] = {"was": b64encode(old).decode()}
    return said


def next_line(
    content: bytes,
    occasion: Occasion,
    when: str,
    files: Mapping[str, Mapping[str, str]],
    more: Mapping[str, Any],
) -> bytes:
    """Return the line that is added to the log: of a write on an occasion, with the digests of its
    files before and after, and what else is told of it.
    """
    lines = content.split(b"\n")
    ended = lines[:-1] if not lines[-1] else lines
    changed = more.get("changed", {})
    said = {
        "write": len(ended) + 1,
        "when": when,
        "by": occasion.by,
        "door": occasion.door,
        "what": occasion.what,
        "from": list(occasion.sources),
        "files": {name: {**each, **changed.get(name, {})} for name, each in files.items()},
        "folders": list(more.get("folders", ())),
        "stands": dict(more.get("stands", {})),
        "undoes": more.get("undoes", 0),
        "previous": digest_of(ended[-1]) if ended else FIRST,
    }
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    try:
        line = text.encode()
    except UnicodeEncodeError:  # a letter of another encoding, in a comment that was taken out
        line = json.dumps(said, separators=(",", ":")).encode()
    return (b"\n" if lines[-1] else b"") + line + b"\n"


def _write(
    said: Mapping[str, Any], before: Mapping[str, str] | None, *, chained: bool
) -> LoggedWrite:
    """Return a line of the log as a value; `before` are the digests that the line above left."""
    files = {
        str(name): FileWritten(
            before=str(each["before"]),
            after=str(each["after"]),
            pieces=tuple(from_json(each["pieces"])) if "pieces" in each else None,
            back=tuple(
                Stretch(int(start), int(stop), None if text is None else str(text))
                for start, stop, text in each.get("back", ())
            ),
            was=b64decode(each["was"], validate=True) if "was" in each else None,
        )
        for name, each in said["files"].items()
    }
    stands = {str(name): str(digest) for name, digest in said["stands"].items()}
    found = stands | {name: each.before for name, each in files.items()}
    return LoggedWrite(
        number=int(said["write"]),
        when=str(said["when"]),
        by=str(said["by"]),
        door=str(said["door"]),
        what=str(said["what"]),
        sources=tuple(map(str, said["from"])),
        files=files,
        folders=tuple(map(str, said["folders"])),
        stands=stands,
        undoes=int(said["undoes"]),
        by_hand=_unlike(before, found, files) if before is not None else (),
        chained=chained,
    )


def _unlike(
    left: Mapping[str, str], found: Mapping[str, str], written: Container[str] = ()
) -> tuple[str, ...]:
    """Return the files of the book that were found otherwise than the write before left them. Of
    those that a write wrote, it knows how they were even where they were no files of the book.
    """
    names = (name for name in left.keys() | found.keys() if name in left or name not in written)
    return tuple(sorted(name for name in names if left.get(name, "") != found.get(name, "")))

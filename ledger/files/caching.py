"""Loads kept between commands, in this user's own cache folder and nowhere else.

A kept load answers only for the very same bytes: it stands under the resolved path of the book and
bears the digests of all its files, what its patterns of includes came to, which files its folders
of documents hold, and the versions of Python, Beancount and this program with its data. Anything
else is a miss, as is a file that cannot be read, belongs to somebody else or may be written by
others.
Nothing is kept of a book that runs other code than Beancount's and ours, that is encrypted, or
beside which a write is unfinished.

It is a pickle, which is code to whoever reads it: so it is read only from a folder that this user
alone can write to, and a cache found beside a book is never looked at. A pickle keeps what a load
is: findings point to the very entries they are about.
"""

from __future__ import annotations

import copyreg
import glob
import io
import json
import os
import pickle
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import beancount
from beancount.core.data import Document
from pledgebook.ledger.files import log
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.locking import await_writer
from pledgebook.ledger.files.private import APPLICATION, own_folder, read_own, write_own
from pledgebook.ledger.register.book import Book, digest_of, without_garbage_collection
from pledgebook.ledger.unfinished import JOURNAL, unfinished_in

_PROGRAM = Path(__file__).parents[2]
_TRIES = 3
_SECONDS_UNUSED = 30 * 24 * 3600
"""After a month without use a kept load is thrown away."""


def open_book(path: Path) -> Book:
    """Return a book as `load_book` does: the load that is kept of it or a new one, which is kept.

    Raises NotTrustedError for a book with code that nobody trusted yet.
    """
    path = path.absolute()
    for _ in range(_TRIES):
        await_writer(path.parent)
        before = _last_write(path.parent)
        found = _kept(path)
        book = found or load_book(path)
        if before == _last_write(path.parent):
            break  # else files of two times may have been read
    if found is None:
        keep_load(book)
    return book


def _last_write(folder: Path) -> object:
    """Return what is another after each write."""
    path = folder / log.FILE
    found = path.stat() if path.exists() else None
    return found and (found.st_size, found.st_mtime_ns), (folder / JOURNAL).exists()


def open_beside(book: Book, path: Path) -> Book:
    """Return another book of the same folder, in the way that this one was opened."""
    return open_book(path) if book.kept else load_book(path)


def keep_load(book: Book) -> None:
    """Keep a load for the commands after this one, as far as that can be done."""
    book.kept = True
    if book.code or book.encrypted or unfinished_in(book.folder):
        return
    folder = _folder()
    if folder is None:
        return
    stated = _stated(book)
    whole = {name: getattr(book, name) for name in _KEPT}
    stream = io.BytesIO()
    with without_garbage_collection(), suppress(OSError):
        try:
            _Pickler(stream, pickle.HIGHEST_PROTOCOL).dump(whole)
        except (pickle.PicklingError, TypeError, AttributeError, RecursionError):
            return  # an error of a plugin's own kind, which cannot be kept
        head = json.dumps(stated).encode() + b"\n"
        write_own(folder / _name(book.path), head, stream.getvalue())
        _throw_away_old(folder)


_KEPT = (
    "path", "entries", "errors", "options", "digests", "patterns", "settings", "findings", "plain",
)  # fmt: skip


def _kept(path: Path) -> Book | None:
    """Return the load that is kept of a book, None unless it is of the very same bytes."""
    folder = _folder()
    if folder is None or unfinished_in(path.parent):
        return None
    place = folder / _name(path)
    content = read_own(place)
    if content is None:
        return None
    head, _, body = content.partition(b"\n")
    try:
        stated = json.loads(head)
        if stated["path"] != str(path) or not _holds(stated):
            return None
        with without_garbage_collection():
            book = Book(**pickle.loads(body), kept=True)  # noqa: S301 - this user's own, see above
    except Exception:  # noqa: BLE001 - whatever is wrong with a cache, it is a miss
        return None
    with suppress(OSError):
        os.utime(place)
    return book


def _stated(book: Book) -> dict[str, Any]:
    """Return all that a load rests on, as JSON."""
    folders = [
        str(book.folder / os.path.normpath(name)) for name in book.options.get("documents") or ()
    ]
    named = {entry.filename for entry in book.entries if isinstance(entry, Document)}
    return {
        "path": str(book.path),
        "versions": _versions(),
        "files": {str(path): digest for path, digest in book.digests.items()},
        "patterns": {pattern: list(found) for pattern, found in book.patterns.items()},
        "documents": {folder: _listing(folder) for folder in folders},
        "there": {name: Path(name).exists() for name in sorted(named)},
    }


def _holds(stated: Mapping[str, Any]) -> bool:
    """Tell whether all that a kept load rests on is still so."""

    def expanded(pattern: str) -> list[str]:
        found = glob.glob(pattern, recursive=True)  # noqa: PTH207 - as include lines are read
        return sorted(map(os.path.normpath, found))

    tests: tuple[tuple[str, Callable[[str], object]], ...] = (
        ("files", lambda name: digest_of(Path(name).read_bytes())),
        ("patterns", expanded),
        ("documents", _listing),
        ("there", lambda name: Path(name).exists()),
    )
    return stated["versions"] == _versions() and all(
        test(name) == value for kind, test in tests for name, value in stated[kind].items()
    )


def _listing(folder: str) -> str:
    """Return a digest of the names of all files below a folder."""
    names = sorted(
        os.path.join(place, name)  # noqa: PTH118 - many, and nothing is done with them
        for place, _, files in os.walk(folder)
        for name in files
    )
    return digest_of("\n".join(names).encode("utf-8", "surrogateescape"))


@cache
def _versions() -> str:
    """Return what changes with Python, Beancount, and each file of the program that a load runs."""
    program = [
        f"{path} {found.st_size} {found.st_mtime_ns}"
        for name in ("ledger", "plugins")
        for path, found in _files(str(_PROGRAM / name))
    ]
    return digest_of("\n".join([sys.version, beancount.__version__, *program]).encode())


def _files(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    for item in sorted(os.scandir(folder), key=lambda item: item.name):
        if item.name == "__pycache__":
            continue
        if item.is_dir():
            yield from _files(item.path)
        else:
            yield item.path, item.stat()


def _folder() -> Path | None:
    from platformdirs import user_cache_path  # noqa: PLC0415 - only where a book is opened

    return own_folder(user_cache_path(APPLICATION, appauthor=False) / "loads")


def _name(path: Path) -> str:
    return digest_of(os.fsencode(path.resolve()))


def _throw_away_old(folder: Path) -> None:
    """Throw away what nobody used for a month, of books that are gone perhaps."""
    oldest = time.time() - _SECONDS_UNUSED
    for place in folder.iterdir():
        if place.lstat().st_mtime < oldest:
            place.unlink(missing_ok=True)


def _read_only(content: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    return MappingProxyType(content)


class _Pickler(pickle.Pickler):
    """Pickles mappings that cannot be changed, too."""

    dispatch_table = copyreg.dispatch_table | {
        MappingProxyType: lambda content: (_read_only, (dict(content),))
    }

"""One writer at a time: a lock beside the book, which its holder's death sets free.

The lock is the operating system's, on a file that says who holds it. It is taken before the load
that a write rests on, and not while a person is asked.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import IO, Any

from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.occasion import present_occasion
from pledgebook.ledger.sources import read_json
from pledgebook.ledger.unfinished import JOURNAL

LOCK = ".pledgebook.lock"
WAIT = 10.0
"""Seconds that a writer waits for another, which is longer than most writes take."""

_INTERVAL = 0.02

_HELD: ContextVar[frozenset[Path]] = ContextVar("held", default=frozenset())


@contextmanager
def one_writer(folder: Path, wait: float = WAIT) -> Iterator[None]:
    """Let nobody else write to the book in a folder as long as the block lasts; a block within it
    is the same writer. Raises BookRefusedError, which says who writes and since when.
    """
    folder = folder.resolve()
    if folder in _HELD.get():
        yield
        return
    file = _locked(folder / LOCK, wait)
    token = _HELD.set(_HELD.get() | {folder})
    try:
        yield
    finally:
        _HELD.reset(token)
        with suppress(OSError):  # as on Windows, where nobody takes an open file away
            (folder / LOCK).unlink()
        file.close()


def await_writer(folder: Path, wait: float = WAIT) -> None:
    """Wait while somebody is in the middle of putting a write's files at their places, so that what
    is read then is all old or all new. To be called by who reads.
    """
    folder = folder.resolve()
    if folder in _HELD.get():
        return
    until = monotonic() + wait
    while (folder / JOURNAL).exists() and _is_locked(folder / LOCK) and monotonic() < until:
        sleep(_INTERVAL)


def _is_locked(path: Path) -> bool:
    import portalocker  # noqa: PLC0415 - as below

    try:
        with path.open("rb") as file:
            portalocker.lock(file, portalocker.LOCK_SH | portalocker.LOCK_NB)
            portalocker.unlock(file)
    except portalocker.LockException:
        return True
    except OSError:
        return False
    return False


def _locked(path: Path, wait: float) -> IO[str]:
    import portalocker  # noqa: PLC0415 - only where something is written

    while True:
        lock = portalocker.Lock(
            path,
            "a+",
            timeout=wait,
            check_interval=_INTERVAL,
            encoding="utf-8",
            opener=_open_itself,
        )
        try:
            file = lock.acquire()
        except portalocker.AlreadyLocked:
            raise BookRefusedError(_told(path)) from None
        except (portalocker.LockException, OSError) as error:
            why = getattr(error, "strerror", None) or error
            raise BookRefusedError(
                f"{path.parent} cannot be written to ({why}); nothing was written."
            ) from error
        if _is_same(file, path):
            break
        file.close()  # its holder has taken the file away meanwhile
    said = present_occasion()
    holder = {"by": said.by, "since": now(), "what": said.what or said.door, "process": os.getpid()}
    with suppress(OSError):  # the lock holds without it
        if os.name == "posix":  # so that whoever may write to the folder can take it after a kill
            os.fchmod(file.fileno(), path.parent.stat().st_mode & 0o666)
        os.ftruncate(file.fileno(), 0)
        os.write(file.fileno(), json.dumps(holder).encode())
    return file


def _open_itself(path: str, flags: int) -> int:
    """Open a file and no other that a link in its place leads to."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o666)


def now() -> str:
    """Return the present time in the time zone of the computer, in ISO's form."""
    return datetime.now().astimezone().isoformat(timespec="seconds")


def _is_same(file: IO[str], path: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    return False


def _told(path: Path) -> str:
    holder: dict[str, Any] = {}
    with suppress(OSError, ValueError, TypeError):
        holder = dict(read_json(path.read_text("utf-8")))
    who = holder.get("by") or "Another program"
    since = f" since {holder['since']}" if holder.get("since") else ""
    what = f" ({holder['what']}, process {holder.get('process')})" if holder.get("what") else ""
    return (
        f"{who} is writing to this book{since}{what}; nothing was written. Repeat it when that is "
        "done."
    )

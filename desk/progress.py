"""How far what takes long has come, for the page that waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import NamedTuple

_MOST = 32
_LOCK = Lock()


class Step(NamedTuple):
    """So many steps of so many are done of what is named."""

    name: str
    done: int
    of: int


_UNDER_WAY: dict[str, Step] = {}
"""What is under way, by the key under which a page asks for it."""


@contextmanager
def telling(key: str) -> Iterator[Callable[[str, int, int], None]]:
    """Give what a reader or judge tells its steps to (`imports.TellFile`), as long as it works."""

    def tell(name: str, done: int, of: int) -> None:
        _UNDER_WAY[key] = Step(name, done, of)

    with _LOCK:
        while len(_UNDER_WAY) >= _MOST:
            _UNDER_WAY.pop(next(iter(_UNDER_WAY)))
    try:
        yield tell
    finally:
        _UNDER_WAY.pop(key, None)


def progress_of(key: str) -> Step | None:
    """Return how far what is under way has come; None where nothing is, or nothing was told yet."""
    return _UNDER_WAY.get(key)

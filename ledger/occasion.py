"""On what occasion something is written: by whom, through which door, for what.

A front end says so once, around what it does; what is written meanwhile bears it.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from msgspec import Struct, field, structs


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a process whose user has no name, as in containers
        return str(getattr(os, "getuid", lambda: "")())


class Occasion(Struct, frozen=True, kw_only=True):
    """Who writes (`by`, the user of the computer), through which `door` ("command", "desk",
    "library") and `what` that is in words; `sources` are the names of files that are taken in.
    `key` is the same where exactly the same was asked.
    """

    by: str = field(default_factory=_user)
    door: str = "library"
    what: str = ""
    sources: tuple[str, ...] = ()
    key: str = ""


_NOW: ContextVar[Occasion | None] = ContextVar("occasion", default=None)


def present_occasion() -> Occasion:
    """Return the occasion that a front end stated, else that of a program using the library."""
    return _NOW.get() or Occasion()


@contextmanager
def taking_in(names: Iterable[str]) -> Iterator[None]:
    """State from which files what is written comes, as long as the block lasts."""
    with on_occasion(structs.replace(present_occasion(), sources=tuple(names))):
        yield


@contextmanager
def on_occasion(occasion: Occasion) -> Iterator[None]:
    """State the occasion of what is written as long as the block lasts."""
    token = _NOW.set(occasion)
    try:
        yield
    finally:
        _NOW.reset(token)

"""The files of a book: as the load that is going on reads them (on disk or, in a write that is only
tried, as they would be), and as text of which only what is meant to change does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any

_READ: ContextVar[Mapping[Path, bytes | None] | None] = ContextVar("read", default=None)


@contextmanager
def reading(contents: Mapping[Path, bytes | None]) -> Iterator[None]:
    """Let `source_of` give these contents of files, as long as the block lasts; None is no file."""
    token = _READ.set(contents)
    try:
        yield
    finally:
        _READ.reset(token)


def source_of(path: Path) -> bytes:
    """Return what a file of the book holds; nothing of what is no file."""
    contents = _READ.get()
    if contents is not None and path in contents:
        return contents[path] or b""
    return path.read_bytes() if path.is_file() else b""


def read_json(text: str | bytes) -> Any:
    """Return what JSON says that anybody may have written. Raises ValueError."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def as_text(content: bytes) -> str:
    """Return a file's content as text with newlines alone at the ends of lines, as Beancount counts
    them. What is no UTF-8 (a letter of another encoding in a comment) is kept by `as_content`.
    """
    text = content.decode("utf-8", "surrogateescape")
    return text.replace("\r\n", "\n") if _ends_with_returns(content) else text


def as_content(text: str, like: bytes) -> bytes:
    """Return the content of a file with this text, its lines ended as those of `like` are."""
    text = text.replace("\n", "\r\n") if _ends_with_returns(like) else text
    return text.encode("utf-8", "surrogateescape")


def _ends_with_returns(content: bytes) -> bool:
    """Tell whether every line ends as on Windows. In a file of both kinds each stays as it is."""
    returns = content.count(b"\r\n")
    return returns > 0 and returns == content.count(b"\n")

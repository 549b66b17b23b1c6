"""What is wrong with a book, as values: errors for Beancount and Fava, notices for `check`.

A fault in the user's data is never raised. It is a `Finding` with the place (file and line of the
entry), the rule in a sentence, the value and what to do; Beancount's loader shows it like its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from beancount.core.data import Directive


class Finding(NamedTuple):
    """One fault or remark about an entry, in the form Beancount's loader expects of an error.

    `source` carries `filename` and `lineno`; `rule` is a short stable name ("paid-twice") that
    scripts may rely on; all rules are listed in docs/errors.md.
    """

    source: dict[str, Any]
    message: str
    entry: Directive | None
    rule: str

    @property
    def file(self) -> str:
        """The file the entry stands in."""
        return str(self.source.get("filename", ""))

    @property
    def line(self) -> int:
        """The line the entry begins at, 0 if unknown."""
        return int(self.source.get("lineno", 0) or 0)


def finding(entry: Directive, rule: str, message: str, source: Any = None) -> Finding:
    """Make a finding at `entry`, or at the posting or directive whose metadata is `source`."""
    meta = source if source and "lineno" in source else entry.meta
    place = {"filename": meta.get("filename", ""), "lineno": meta.get("lineno", 0)}
    return Finding(place, message, entry, rule)


def place_of(source: Mapping[str, Any]) -> str:
    """Return the place that metadata states, as a sentence names it: 2002-2003.beancount:69."""
    return f"{Path(str(source.get('filename', ''))).name}:{source.get('lineno', 0)}"


class BookRefusedError(Exception):
    """The caller asked for something that would break the book; its file was left as it was."""


class WouldBreakError(BookRefusedError):
    """The book would have errors; `cause` is the first of them, of ours or Beancount's."""

    def __init__(self, sentence: str, cause: object) -> None:
        super().__init__(sentence)
        self.cause = cause


class EventRefusedError(ValueError):
    """What was asked cannot happen; the message says why."""

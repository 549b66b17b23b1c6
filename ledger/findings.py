"""What is wrong with a book, as values: errors for Beancount and Fava, notices for `check`.

A fault in the user's data is never raised. It is a `Finding` with the place (file and line of the
entry), the rule in a sentence, the value and what to do; Beancount's loader shows it like its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from beancount.core.data import Directive
from msgspec import Struct

Severity = Literal["error", "notice"]
"""An error makes a figure wrong or hides one; a notice deserves a look."""


class Finding(Struct, frozen=True, kw_only=True):
    """One fault or remark about an entry, in the form Beancount's loader expects of an error.

    `source` carries `filename` and `lineno`; `rule` is a short stable name ("paid-twice") that
    scripts may rely on; all rules are listed in docs/errors.md.
    """

    source: dict[str, Any]
    message: str
    entry: Directive | None
    rule: str
    severity: Severity = "error"

    @property
    def is_error(self) -> bool:
        """Whether it is an error; Beancount and Fava are told of these alone."""
        return self.severity == "error"

    @property
    def file(self) -> str:
        """The file the entry stands in."""
        return str(self.source.get("filename", ""))

    @property
    def line(self) -> int:
        """The line the entry begins at, 0 if unknown."""
        return int(self.source.get("lineno", 0) or 0)


def finding(
    entry: Directive, rule: str, message: str, source: Any = None, severity: Severity = "error"
) -> Finding:
    """Make a finding at `entry`, or at the posting or directive whose metadata is `source`."""
    meta = source if source and "lineno" in source else entry.meta
    place = {"filename": meta.get("filename", ""), "lineno": meta.get("lineno", 0)}
    return Finding(source=place, message=message, entry=entry, rule=rule, severity=severity)


def notice(entry: Directive, rule: str, message: str, source: Any = None) -> Finding:
    """Make a finding that deserves a look but makes no figure wrong; see `finding`."""
    return finding(entry, rule, message, source, "notice")


def errors_of(*found: Iterable[Finding]) -> list[Finding]:
    """Return the errors among findings, in their order."""
    return [each for each in chain(*found) if each.is_error]


def place_of(source: Mapping[str, Any]) -> str:
    """Return the place that metadata states, as a sentence names it: 2002-2003.beancount:69."""
    return f"{Path(str(source.get('filename', ''))).name}:{source.get('lineno', 0)}"


class RefusedError(Exception):
    """Something is not done, and the message is a sentence for the user: what, why, what to do.

    Each front end catches this one class in one place.
    """


class BookRefusedError(RefusedError):
    """The caller asked for something that would break the book; its file was left as it was."""


class FutureDateError(BookRefusedError):
    """What is to be written is dated after today, and nobody said that it is meant; `day` is its
    date.
    """

    def __init__(self, day: date, today: date) -> None:
        super().__init__(f"{day} is after today, {today}: correct the date.")
        self.day = day


class BookChangedError(BookRefusedError):
    """A file of the book was changed by somebody else since the book was loaded."""


class WouldBreakError(BookRefusedError):
    """The book would have errors; `cause` is the first of them, of ours or Beancount's."""

    def __init__(self, sentence: str, cause: object) -> None:
        super().__init__(sentence)
        self.cause = cause


class EventRefusedError(RefusedError):
    """What was asked cannot happen; the message says why. `about` is what it is about where that is
    one thing somebody stated ("donor", "fund", "instalment", "authority"), and `said` how it was
    written; `choices` are other ways to write it, of which one was meant.
    """

    def __init__(
        self, message: str = "", about: str = "", said: str = "", choices: tuple[str, ...] = ()
    ) -> None:
        super().__init__(message)
        self.about, self.said, self.choices = about, said, choices


def changed_meanwhile(path: Path) -> BookChangedError:
    """Return the refusal of a write to a file that somebody else changed."""
    return BookChangedError(
        f"{path.name} was changed by another program meanwhile; nothing was written. Look at the "
        "book and repeat it."
    )

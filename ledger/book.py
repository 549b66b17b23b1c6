"""A book: a folder of Beancount files, loaded with its plugins and read into typed values."""

from __future__ import annotations

import gc
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from beancount import loader
from beancount.core.data import Directive, Options, Transaction
from beancount.parser.grammar import ParserSyntaxError
from beancount.parser.lexer import LexerError
from pledgebook.ledger.agreeing import check_agreement
from pledgebook.ledger.announcements import list_announcements
from pledgebook.ledger.approval import list_unapproved
from pledgebook.ledger.bank_balances import check_statements
from pledgebook.ledger.checks import check_changes, check_earmarked
from pledgebook.ledger.collecting import check_receipts
from pledgebook.ledger.comparing import check_rates
from pledgebook.ledger.correspondence import check_letters
from pledgebook.ledger.errors import Finding, finding
from pledgebook.ledger.having import check_having
from pledgebook.ledger.likely import check_likely
from pledgebook.ledger.lots import check_lots
from pledgebook.ledger.official_receipts import check_receipt_lines
from pledgebook.ledger.rates import Rates
from pledgebook.ledger.register import Register, derive_register
from pledgebook.ledger.settings import Settings, read_settings
from pledgebook.ledger.unread import with_reason

MAIN = "main.beancount"
PLUGIN = "pledgebook.plugins"


class BookNotFoundError(Exception):
    """There is no book at that place; the message names it."""


@dataclass
class Book:
    """A loaded book. `errors` are Beancount's and the plugins', the cause before what follows."""

    path: Path
    entries: list[Directive]
    errors: list[Any]
    options: Options
    digests: Mapping[Path, str]
    """SHA-256 of each file as it was read."""

    @cached_property
    def settings(self) -> Settings:
        """What the book declares."""
        return read_settings(self.entries, self.options)

    @cached_property
    def register(self) -> Register:
        """The contributions, derived from the booked entries."""
        return derive_register(self.entries, self.settings)

    @cached_property
    def rates(self) -> Rates:
        """The UN operational rates the book holds."""
        return Rates.of_book(self.entries, self.settings.currency)

    @property
    def folder(self) -> Path:
        """The folder of the main file."""
        return self.path.parent

    @property
    def files(self) -> list[Path]:
        """All files of the book, the main file first."""
        included = [Path(name) for name in self.options["include"]]
        return [self.path, *(path for path in included if path.resolve() != self.path.resolve())]

    @cached_property
    def sha256(self) -> str:
        """The digest of the book's files, in the order of their names."""
        listed = sorted(f"{path.name} {digest}" for path, digest in self.digests.items())
        return digest_of("\n".join(listed).encode())

    @cached_property
    def notices(self) -> list[Finding]:
        """What deserves a look but makes no figure wrong."""
        found = list(self.settings.notices)
        if not self.runs_plugins:
            message = f'the book does not run Pledgebook: add plugin "{PLUGIN}" to its main file'
            found.append(
                Finding({"filename": str(self.path), "lineno": 1}, message, None, "plugin")
            )
        elif not self.options["plugin"][0][0].startswith(PLUGIN):
            first = self.options["plugin"][0][0]
            message = (
                f'the plugin "{first}" runs before Pledgebook\'s, which should see the entries as '
                "written: put Pledgebook's plugin line first"
            )
            found.append(
                Finding({"filename": str(self.path), "lineno": 1}, message, None, "plugin-order")
            )
        found += check_lots(self.entries, self.settings)[1]
        found += check_changes(self.register)[1]
        found += check_receipts(self.register)[1]
        found += check_rates(self.register, self.rates)
        found += check_having(self.entries, self.settings)[1]
        found += check_agreement(self.entries, self.register)[1]
        found += check_likely(self.register)
        found += check_earmarked(self.entries, self.settings)[1]
        found += check_statements(self.entries, self.settings)[1]
        found += list_unapproved(self.entries, self.settings)
        found += list_announcements(self.entries, self.settings)
        found += check_receipt_lines(self.entries, self.settings, self.register)[1]
        found += check_letters(self.entries, self.settings)[1]
        return found + _tagging_notices(self.entries)

    @property
    def runs_plugins(self) -> bool:
        """Whether the book has a plugin line of ours."""
        return any(name.startswith(PLUGIN) for name, _ in self.options["plugin"])


def find_book(place: str | os.PathLike[str] | None, environment: Mapping[str, str]) -> Path:
    """Return the main file of the book at `place` (a file or its folder); without it, of
    `$BEANCOUNT_FILE`, else of the present folder. Raises BookNotFoundError.
    """
    given = place or environment.get("BEANCOUNT_FILE") or "."
    path = Path(given)
    if path.is_dir():
        path /= MAIN
    if not path.is_file():
        raise BookNotFoundError(
            f"{path}: there is no book here. Name its main file or folder with --book, or make a "
            "new one with: pledgebook init DIR"
        )
    return path.absolute()


def load_book(path: Path) -> Book:
    """Load a book with its plugins; what is wrong with it is in its `errors`."""
    path = path.absolute()  # as Beancount names the files it includes
    with without_garbage_collection():
        entries, errors, options = loader.load_file(str(path))
    return book_loaded(path, entries, errors, options)


def book_loaded(
    path: Path, entries: list[Directive], errors: Sequence[Any], options: Options
) -> Book:
    """Return what Beancount just loaded from `path`, here or in Fava, as a book. The files are
    read once more for their digests: what is changed afterwards is noticed before it is replaced.
    """
    files = {path, *map(Path, options["include"])}
    digests = {file: digest_of(file.read_bytes()) for file in files if file.is_file()}
    return Book(path, entries, _causes_first(errors), options, digests)


def book_of(entries: Sequence[Directive]) -> Book:
    """Return loaded entries as a book without files, as importers inside Fava are given them."""
    options: Any = {"operating_currency": [], "include": [], "plugin": []}
    return Book(Path(), list(entries), [], options, {})


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _causes_first(errors: Sequence[Any]) -> list[Any]:
    """Return errors with causes before what follows from them: lines that cannot be read, then by
    the entries' dates, and at one entry our own findings before Beancount's.
    """
    unread = [with_reason(error) for error in errors if isinstance(error, _UNREAD)]
    rest = sorted(
        (error for error in errors if not isinstance(error, _UNREAD)),
        key=lambda error: (
            getattr(getattr(error, "entry", None), "date", date.min),
            not isinstance(error, Finding),
        ),
    )
    if not unread or not rest:
        return unread + rest
    follows = (
        "A line that cannot be read drops its whole directive, a declaration of a fund or donor "
        f"too: the {len(rest)} error(s) after this one may come from it. Mend it first."
    )
    return [*unread, Finding(unread[0].source, follows, None, "syntax"), *rest]


_UNREAD = (LexerError, ParserSyntaxError)


def _tagging_notices(entries: Sequence[Directive]) -> list[Finding]:
    """What the rules have to say of a contribution, once a pledge: at its first entry."""
    found: dict[tuple[object, str], Finding] = {}
    for entry in entries:
        if isinstance(entry, Transaction) and "op-notice" in entry.meta:
            notice = finding(entry, "paragraphs", str(entry.meta["op-notice"]))
            found.setdefault((entry.links or id(entry), notice.message), notice)
    return list(found.values())


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """A load makes many objects and drops few; collecting meanwhile costs a quarter of it, and of
    a register derived while a large book is held more than half.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

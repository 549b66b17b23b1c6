"""A book: a folder of Beancount files, loaded with its plugins and read into typed values."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from beancount.core.data import Directive, Options, Transaction
from pledgebook.ledger.correspondence.letters import check_letters
from pledgebook.ledger.correspondence.receipts import check_receipt_lines
from pledgebook.ledger.declared.rates import Rates
from pledgebook.ledger.declared.settings import Settings, read_settings
from pledgebook.ledger.findings import Finding, finding
from pledgebook.ledger.guards.announcements import list_announcements
from pledgebook.ledger.guards.approval import list_unapproved
from pledgebook.ledger.guards.charges import check_receipts
from pledgebook.ledger.guards.cover import check_having
from pledgebook.ledger.guards.earmarked import check_earmarked
from pledgebook.ledger.guards.instalments import check_changes
from pledgebook.ledger.guards.lots import check_lots
from pledgebook.ledger.guards.parts import check_agreement
from pledgebook.ledger.guards.rates import check_rates
from pledgebook.ledger.guards.slips import check_likely
from pledgebook.ledger.guards.statements import check_statements
from pledgebook.ledger.register.register import Register, derive_register

PLUGIN = "pledgebook.plugins"


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


def book_of(entries: Sequence[Directive]) -> Book:
    """Return loaded entries as a book without files, as importers inside Fava are given them."""
    options: Any = {"operating_currency": [], "include": [], "plugin": []}
    return Book(Path(), list(entries), [], options, {})


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


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

"""A loaded book as a value: its entries, what it declares, what follows from both."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from beancount.core.data import Directive, Options
from msgspec import Struct, field, structs
from pledgebook.ledger.declared.rates import Rates
from pledgebook.ledger.declared.settings import Settings, read_settings
from pledgebook.ledger.findings import BookRefusedError, Finding, changed_meanwhile
from pledgebook.ledger.register.frames import Frames
from pledgebook.ledger.register.register import Plain, Register, derive_register
from pledgebook.ledger.sources import as_text


class Book(Struct, kw_only=True, dict=True):
    """A loaded book. `errors` are Beancount's and the plugins', the cause before what follows;
    `findings` all that the guards found, notices too.
    """

    path: Path
    entries: list[Directive]
    errors: list[Any]
    options: Options
    digests: Mapping[Path, str]
    """SHA-256 of each file as it was read."""
    patterns: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The include lines with wildcards, as absolute paths, and the files they came to."""
    code: Sequence[str] = ()
    """Code that the book brings and the load ran: plugins other than Beancount's and ours."""
    kept: bool = False
    """Whether its load is kept for other commands."""
    encrypted: bool = False
    """Whether a file of it was decrypted to be read."""
    settings: Settings
    """What the book declares."""
    findings: Sequence[Finding] = field(default=())
    plain: Mapping[int, Plain] = field(default_factory=dict)
    """The entries that were found to be plain, by their place among the entries."""

    @cached_property
    def _as_of(self) -> dict[tuple[tuple[str, str], ...], Book]:
        return {}

    @property
    def notices(self) -> list[Finding]:
        """What deserves a look but makes no figure wrong."""
        return [found for found in self.findings if not found.is_error]

    @cached_property
    def register(self) -> Register:
        """The contributions, derived from the booked entries."""
        return derive_register(self.entries, self.settings, self.told_plain)

    @cached_property
    def frames(self) -> Frames:
        """The register and what happened to it as pandas frames."""
        return Frames(self.register.last_day, lambda day: self.as_of(day).register)

    @cached_property
    def told_plain(self) -> Mapping[int, Plain]:
        """The entries that were found to be plain, by their identity."""
        return {id(self.entries[at]): told for at, told in self.plain.items()}

    @cached_property
    def rates(self) -> Rates:
        """The rates of exchange the book holds."""
        return self.settings.rates_of(self.entries)

    def with_entries(self, entries: Iterable[Directive]) -> Book:
        """Return the book as it would be with these entries, which no guard has seen."""
        kept = list(entries)
        settings = read_settings(kept, self.options)
        return structs.replace(self, entries=kept, settings=settings, findings=(), plain={})

    def as_of(self, day: date) -> Book:
        """Return the book as its donors are on a day: what stands under a donor that another
        continues by then (`continues:`) is that one's. The book itself, where none does.
        """
        continued = tuple(sorted(self.settings.donors.continued(day).items()))
        if not continued or self.settings.donors_on is not None:
            return self
        if continued not in self._as_of:
            names = dict(continued)
            plain = {
                at: told._replace(
                    giving=told.giving._replace(
                        donor=names.get(told.giving.donor, told.giving.donor)
                    )
                )
                for at, told in self.plain.items()
            }
            self._as_of[continued] = structs.replace(
                self, settings=self.settings.as_of(day), plain=plain
            )
        return self._as_of[continued]

    @property
    def folder(self) -> Path:
        """The folder of the main file."""
        return self.path.parent

    @cached_property
    def files(self) -> list[Path]:
        """All files of the book, the main file first."""
        included = [Path(name) for name in self.options["include"]]
        return [self.path, *(path for path in included if path.resolve() != self.path.resolve())]

    def names_of(self, path: Path) -> frozenset[str]:
        """Return the names under which Beancount loaded a file of the book: `filename` of what
        stands in it. Empty for a file the book does not include.
        """
        wanted = path.resolve()
        names = {str(self.path), *self.options["include"]}
        return frozenset(name for name in names if Path(name).resolve() == wanted)

    def content_of(self, path: Path) -> bytes:
        """Return what a file of the book holds, empty if it is not there; it must be what the book
        was loaded from. Raises BookRefusedError.
        """
        content = path.read_bytes() if path.exists() else b""
        known = self._digests_by_place.get(path.resolve())
        if content and known is None:
            raise BookRefusedError(
                f"{path.name} stands beside the book, but the book does not include it; nothing "
                f'was written. Look at it, then add include "{path.name}" to {self.path.name}, or '
                "move it away."
            )
        if digest_of(content) != (known or digest_of(b"")):
            raise changed_meanwhile(path)
        return content

    @cached_property
    def _digests_by_place(self) -> Mapping[Path, str]:
        return {path.resolve(): digest for path, digest in self.digests.items()}

    def text_of(self, path: Path) -> str:
        """Return the text of a file of the book, as `content_of` and `sources.as_text` give it."""
        return as_text(self.content_of(path))

    @cached_property
    def sha256(self) -> str:
        """The digest of the book's files, in the order of their names."""
        listed = sorted(f"{path.name} {digest}" for path, digest in self.digests.items())
        return digest_of("\n".join(listed).encode())


def book_of(entries: Sequence[Directive]) -> Book:
    """Return loaded entries as a book without files, as importers inside Fava are given them."""
    options: Any = {"operating_currency": [], "include": [], "plugin": []}
    return Book(
        path=Path(),
        entries=list(entries),
        errors=[],
        options=options,
        digests={},
        settings=read_settings(entries, options),
    )


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


@contextmanager
def without_garbage_collection() -> Iterator[None]:
    """A load makes many objects and drops few; collecting meanwhile costs a quarter of it, and of
    a register derived while a large book is held more than half. What was made meanwhile is old
    afterwards: else the next object that anybody makes would have all of it gone through.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()  # and back: the one way to make objects old without a look at each
            gc.unfreeze()
            gc.enable()

"""A book as its guards see it: its entries, what it declares, and what follows from both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from beancount.core.data import Directive, Options, Transaction
from msgspec import Struct, field
from pledgebook.ledger.declared.rates import Rates
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.register.history import continuing, is_closing
from pledgebook.ledger.register.postings import Line, read_lines
from pledgebook.ledger.register.register import Plain, Register, derive_register
from pledgebook.ledger.register.written import Sources


class View(Struct, frozen=True, kw_only=True, dict=True):
    """What every guard is given. `plain` are the entries, by their identity, that were found to be
    plain (see guards/plain.py): guards pass over them, but for what they add to running sums.
    """

    entries: Sequence[Directive]
    settings: Settings
    rates: Rates
    options: Options | None = None
    """Beancount's; None for entries without a file."""
    plain: Mapping[int, Plain] = field(default_factory=dict)
    sources: Sources = field(default_factory=Sources)
    """The files as they are written."""

    @cached_property
    def register(self) -> Register:
        """The contributions of the entries that are not plain."""
        plain = self.plain
        register = derive_register(
            (entry for entry in self.entries if id(entry) not in plain), self.settings
        )
        days = (entry.date for entry in reversed(self.entries) if id(entry) in plain)
        latest = next(days, None)
        if latest is not None and (register.last_day is None or register.last_day < latest):
            register.last_day = latest
        return register

    @cached_property
    def whole_register(self) -> Register:
        """The contributions of all entries."""
        return (
            derive_register(self.entries, self.settings, self.plain)
            if self.plain
            else self.register
        )

    def lines(self, entry: Transaction) -> list[Line]:
        """Return the postings of an entry that touch a declared fund's chart."""
        return read_lines(entry, self.settings)

    @cached_property
    def continuing(self) -> list[Directive]:
        """The entries without closings, and without openings that continue one of these."""
        if not any(is_closing(entry) for entry, _ in self.transactions):
            return list(self.entries)
        return list(continuing(self.entries))

    @cached_property
    def transactions(self) -> list[tuple[Transaction, list[Line]]]:
        """The transactions that touch a declared fund and are not plain, with their lines."""
        return [
            (entry, lines)
            for entry in self.entries
            if isinstance(entry, Transaction) and id(entry) not in self.plain
            if (lines := self.lines(entry))
        ]


def view_of(
    entries: Sequence[Directive], settings: Settings, options: Options | None = None
) -> View:
    """Return the view of entries of which none is known to be plain."""
    rates = settings.rates_of(entries)
    return View(entries=entries, settings=settings, rates=rates, options=options)

"""A book as its guards see it: its entries, what it declares, and what follows from both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from beancount.core.data import Directive, Options, Transaction
from pledgebook.ledger.declared.rates import Rates
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.register.postings import Line, read_lines
from pledgebook.ledger.register.register import Register, derive_register


@dataclass(frozen=True, kw_only=True)
class View:
    """What every guard is given. `options` are Beancount's, None for entries without a file."""

    entries: Sequence[Directive]
    settings: Settings
    options: Options | None = None

    @cached_property
    def register(self) -> Register:
        """The contributions, derived from the entries."""
        return derive_register(self.entries, self.settings)

    @cached_property
    def rates(self) -> Rates:
        """The UN operational rates among the entries."""
        return Rates.of_book(self.entries, self.settings.currency)

    def lines(self, entry: Transaction) -> list[Line]:
        """Return the postings of an entry that touch a declared fund's chart."""
        return read_lines(entry, self.settings)

    def transactions(self) -> Iterator[tuple[Transaction, list[Line]]]:
        """Yield the transactions that touch a declared fund, each with its lines."""
        for entry in self.entries:
            if isinstance(entry, Transaction) and (lines := self.lines(entry)):
                yield entry, lines

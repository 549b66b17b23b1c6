"""An entry before it is booked: what the builders of events make and the writer writes.

A draft has its lots as a person would write them (`{0 # 51903.11 USD, 2002-03-01, "LABEL"}`); as
text it survives `bean-format` and Fava. Beancount's own printer would write unit costs of 28
digits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Protocol

from beancount.core.data import Transaction
from msgspec import Struct, field, structs
from pledgebook.ledger.money import format_units
from pledgebook.ledger.parsing import parse_text, quoted

_WIDTH = 44

Meta = Mapping[str, str | date]
"""Metadata of an entry or posting: texts and dates."""


_WHERE = ("event", "class", "purpose")
"""What an entry says first: a rate is noted after it."""


class Rated(Protocol):
    """A rate, as an entry notes it."""

    @property
    def number(self) -> Decimal:
        """Units for one of the base."""

    @property
    def source(self) -> str:
        """Where it is from; "" of the book's own rates."""

    @property
    def own(self) -> Decimal:
        """Units of the book's currency for one of the base."""

    @property
    def day(self) -> date:
        """The day it is effective from."""


class DraftLine(Struct, frozen=True, kw_only=True):
    """One posting. With `label` it moves a lot; `value` is the lot's value in all (None: the lot
    is taken out by its label alone), `committed` its commitment's date where it is put back.
    """

    account: str
    number: Decimal
    currency: str
    label: str = ""
    value: Decimal | None = None
    committed: date | None = None
    meta: Meta = field(default_factory=dict)
    book_currency: str = "USD"
    """The currency the book is kept in, in which lots are valued."""

    def text(self) -> str:
        """Return the posting as Beancount text, with its metadata."""
        number = (
            f"{self.number:f}" if self.currency == self.book_currency else format_units(self.number)
        )
        line = f"  {self.account:<{_WIDTH}} {number} {self.currency}"
        if self.label:
            parts = [] if self.value is None else [f"0 # {self.value:f} {self.book_currency}"]
            parts += [self.committed.isoformat()] if self.committed else []
            line += f" {{{', '.join([*parts, quoted(self.label)])}}}"
        return "\n".join([line, *(_meta_line(key, value, 4) for key, value in self.meta.items())])


class Draft(Struct, frozen=True, kw_only=True):
    """One entry before it is booked."""

    date: date
    payee: str
    narration: str
    lines: tuple[DraftLine, ...]
    links: tuple[str, ...] = ()
    meta: Meta = field(default_factory=dict)
    flag: str = "*"

    def noted(
        self, *, narration: str = "", rate: Rated | None = None, meta: Meta | None = None
    ) -> Draft:
        """Return the draft with what is noted on it and moves no posting: other words than its
        builder's, the book's rate its value was taken at, metadata (over what it says itself).
        """
        said = dict(self.meta)
        if rate is not None:
            own = {key: said.pop(key) for key in _WHERE if key in said}
            beside: Meta = {} if rate.own == 1 else {"book-rate": format_units(rate.own)}
            if rate.source:
                beside = {**beside, "rate-source": rate.source}
            noted: Meta = {"rate": format_units(rate.number), **beside, "rate-date": rate.day}
            said = {**own, **noted, **said}
        return structs.replace(
            self, narration=narration or self.narration, meta=said | dict(meta or {})
        )

    @property
    def event(self) -> str:
        """What happened, as its metadata says."""
        return str(self.meta.get("event", ""))

    def text(self) -> str:
        """Return the entry as Beancount text, ending in a newline."""
        head = f"{self.date} {self.flag} {quoted(self.payee)} {quoted(self.narration)}"
        head += "".join(f" ^{link}" for link in self.links)
        meta = [_meta_line(key, value, 2) for key, value in self.meta.items()]
        return "\n".join([head, *meta, *(line.text() for line in self.lines)]) + "\n"

    def parsed(self) -> Transaction:
        """Return the entry as Beancount's parser reads it: unbooked, as Fava's import wants it."""
        entries, errors, _ = parse_text(self.text())
        if errors or len(entries) != 1 or not isinstance(entries[0], Transaction):
            raise ValueError(f"the draft is no entry: {[error.message for error in errors]}")
        return entries[0]


def _meta_line(key: str, value: str | date, indent: int) -> str:
    written = value.isoformat() if isinstance(value, date) else quoted(value)
    return f"{' ' * indent}{key}: {written}"

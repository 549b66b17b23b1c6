"""A bank's statement, whatever format it came in, and the proof that it is whole.

Amounts are in the account's currency, money in positive. Opening balance and booked entries must
come to the closing balance, to the last digit; a statement that does not is refused with the
figures, since an entry of it is missing, doubled or misread.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.ledger.declared.banks import BankLine
from pledgebook.ledger.money import format_amount


class Original(NamedTuple):
    """What was sent, where the bank says so: an amount in another currency (above zero)."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{format_amount(self.amount)} {self.currency}"


class Credit(NamedTuple):
    """Money that came in, as far as it tells whether a later debit may take it back."""

    amount: Decimal
    booked_on: date
    end_to_end: str
    payer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: money in (amount above zero) or out, in the statement's currency.

    `booked_on` is the day the bank booked it, `value_date` the day the money counts from.
    `bank_ref` is the bank's own reference, `end_to_end` the sender's, `references` all others it
    names. `payer` is the other party, `remittance` its text, both whole; what may be the money
    `of_several`, as a batch that is not divided, has no payer: all their names stand in the text.
    `taken_back` is the day on which the bank takes as much of it back.
    `charges` are what banks kept, as stated. `reversal`: it takes an earlier entry back. `status`:
    what is not booked yet moves no balance. `place` is where it stands in the file.
    """

    booked_on: date
    value_date: date
    amount: Decimal
    place: str
    bank_ref: str = ""
    end_to_end: str = ""
    references: tuple[str, ...] = ()
    payer: str = ""
    payer_account: str = ""
    remittance: str = ""
    original: Original | None = None
    rate: Decimal | None = None
    charges: tuple[Original, ...] = ()
    reversal: bool = False
    returned: bool = False
    of_several: bool = False
    taken_back: date | None = None
    status: str = "booked"
    code: str = ""

    @property
    def takes_back(self) -> bool:
        """Whether it is a booked debit by which the bank takes an entry back."""
        back = self.reversal or self.returned
        return back and self.amount < 0 and self.status == "booked"

    def may_take_back(self, came: Credit) -> bool:
        """Whether it may take a credit back: of the same amount, not booked after it, and naming no
        other reference or party.
        """
        references = self.end_to_end, came.end_to_end
        parties = {" ".join(name.casefold().split()) for name in (self.payer, came.payer)} - {""}
        if self.amount != -came.amount or self.booked_on < came.booked_on:
            return False
        if all(references):
            return references[0] == references[1]
        return len(parties) < 2

    @property
    def text(self) -> str:
        """All the bank's words on the entry: party, text, kind and references."""
        words = (self.payer, self.remittance, self.code, self.end_to_end, *self.references)
        return " ".join(word for word in words if word)

    def line(self, currency: str) -> BankLine:
        """Return what a rule of an account in that currency is held against."""
        sent = (self.original.amount, self.original.currency) if self.original else None
        return BankLine(self.text, self.amount, currency, sent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of one account. `opening` and `closing` are None where the file states no
    balance, as an excerpt from a bank's pages may not: it can then not be proved.
    """

    account: str
    currency: str
    number: str
    first: date
    last: date
    opening: Decimal | None
    closing: Decimal | None
    entries: tuple[Entry, ...]
    kind: str
    notes: tuple[str, ...] = field(default=())

    @property
    def booked(self) -> tuple[Entry, ...]:
        """The entries that move the balance."""
        return tuple(entry for entry in self.entries if entry.status == "booked")

    @property
    def moved(self) -> Decimal:
        """The sum of the booked entries."""
        return sum((entry.amount for entry in self.booked), Decimal(0))

    @property
    def is_proved(self) -> bool:
        """Whether the file states balances, and the entries lead from one to the other."""
        if self.opening is None or self.closing is None:
            return False
        return self.opening + self.moved == self.closing

    def prove(self, name: str) -> None:
        """Refuse a statement whose stated balances its entries do not lead to.

        Raises UnreadableFile with the figures; `name` is the file's.
        """
        if self.opening is None or self.closing is None or self.is_proved:
            return
        figures = [self.opening, self.moved, self.closing, self.closing - self.opening - self.moved]
        opening, moved, closing, missing = map(format_amount, figures)
        raise UnreadableFile(
            f"{name}: the statement {self.number} of {self.account} does not follow: opening "
            f"{opening} {self.currency} and {len(self.booked)} entries of {moved} in all do not "
            f"come to the closing {closing}; {missing} is missing. Ask the bank for the whole "
            "statement."
        )


def with_reversals(entries: Sequence[Entry], backs: Sequence[Entry]) -> list[Entry]:
    """Return entries; credits that one of `backs` may take back say when."""
    if not backs:
        return list(entries)
    return [_with_reversal(each, backs) if each.amount > 0 else each for each in entries]


def _with_reversal(entry: Entry, backs: Sequence[Entry]) -> Entry:
    came = Credit(entry.amount, entry.booked_on, entry.end_to_end, entry.payer)
    days = [back.booked_on for back in backs if back.may_take_back(came)]
    return replace(entry, taken_back=days[0]) if days else entry


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A file of statements: its path, the SHA-256 of its bytes, and what it holds."""

    path: str
    sha256: str
    statements: tuple[Statement, ...]
    kind: str


def identified(bank: str, entries: Sequence[Entry]) -> Iterator[tuple[str, Entry]]:
    """Yield each entry with its id: what it says, and which of its equals of that day it is; the
    same however often and in whatever statement it comes.
    """
    equals: dict[str, int] = {}
    for entry in entries:
        content = _digest(
            [
                bank,
                entry.booked_on.isoformat(),
                entry.value_date.isoformat(),
                format(entry.amount.normalize(), "f"),
                entry.bank_ref,
                entry.end_to_end,
                " ".join(entry.payer.split()),
                " ".join(entry.remittance.split()),
            ]
        )
        number = equals[content] = equals.get(content, 0) + 1
        yield content if number == 1 else _digest([content, number]), entry


def _digest(content: list[object]) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()[:16]

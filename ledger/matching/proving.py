"""Bank statements proved by their running balance, and what may explain a difference.

A statement's opening balance and what the ledger has of its days come, entry by entry, to its
closing balance. Where they do not, the entries that may be why are named: nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import accumulate, combinations
from typing import Literal

from pledgebook.ledger.declared.banks import BankStatement
from pledgebook.ledger.guards.statements import Movement, balance_on, beginning, movements
from pledgebook.ledger.register.book import Book

_NEAR = timedelta(days=45)
_MOST_PAIRED = 60
"""Movements of which every two are added up, at most."""

Why = Literal["booked-later", "booked-sooner", "not-on-it", "wrong-sign", "two-of-them", "since"]
"""Why an entry may explain a difference: the bank booked it by the statement's last day and the
ledger later, or the other way round; the statement has it not; its sign is turned; two together are
the difference; or an earlier statement differs by as much already."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What may explain a difference: movements of the ledger, or an `earlier` statement."""

    why: Why
    entries: tuple[Movement, ...] = ()
    earlier: BankStatement | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A statement beside the ledger, in the account's currency. `lines` are the ledger's movements
    of its days with the balance after each, from `opening`; `ledger` is what the ledger comes to at
    the end of its last day.
    """

    statement: BankStatement
    currency: str
    opening: Decimal
    lines: Sequence[tuple[Movement, Decimal]]
    ledger: Decimal
    explained: Sequence[Explanation] = ()

    @property
    def difference(self) -> Decimal:
        """What the bank has more than the ledger."""
        return self.statement.closing - self.ledger

    @property
    def follows(self) -> bool:
        """Whether the opening balance and the ledger's movements come to the closing balance."""
        last = self.lines[-1][1] if self.lines else self.opening
        return last == self.statement.closing


def prove_statements(book: Book) -> list[Proof]:
    """Return the recorded statements of the open book beside the ledger, the latest first."""
    begins, moved = beginning(book.entries), movements(book.entries, book.settings)
    proofs: dict[str, list[Proof]] = {}
    for statement in book.settings.banks.statements:
        if statement.day < begins:
            continue  # its entries went out of the open book with their period
        earlier = proofs.setdefault(statement.bank, [])
        earlier.append(_prove(statement, book, moved[statement.bank], earlier))
    found = [proof for own in proofs.values() for proof in own]
    return sorted(found, key=lambda proof: proof.statement.day, reverse=True)


def _prove(
    statement: BankStatement, book: Book, own: list[Movement], earlier: Sequence[Proof]
) -> Proof:
    last = earlier[-1].statement.day if earlier else None
    since = statement.since or (last + timedelta(days=1) if last else None)
    of_days = [
        each for each in own if each.booked <= statement.day and (not since or each.booked >= since)
    ]
    opening = statement.opening
    if opening is None:
        opening = balance_on(own, since - timedelta(days=1)) if since else Decimal(0)
    balances = list(accumulate((each.amount for each in of_days), initial=opening))[1:]
    proof = Proof(
        statement=statement,
        currency=book.settings.banks.accounts[statement.bank].currency,
        opening=opening,
        lines=list(zip(of_days, balances, strict=True)),
        ledger=balance_on(own, statement.day),
    )
    if not proof.difference:
        return proof
    return Proof(
        statement=statement,
        currency=proof.currency,
        opening=opening,
        lines=proof.lines,
        ledger=proof.ledger,
        explained=list(_explain(proof, own, earlier)),
    )


def _explain(
    proof: Proof, own: Sequence[Movement], earlier: Sequence[Proof]
) -> Iterator[Explanation]:
    """Yield what may explain a difference, what explains it alone first."""
    missing, day = proof.difference, proof.statement.day
    before = next((each for each in earlier if each.difference == missing), None)
    if before is not None:
        yield Explanation("since", earlier=before.statement)
        return
    first = proof.lines[0][0].booked if proof.lines else day
    later = [each for each in own if day < each.booked <= day + _NEAR]
    inside = [each for each in own if first - _NEAR <= each.booked <= day]
    for each in later:
        if each.amount == missing:
            yield Explanation("booked-later", (each,))
    for each in inside:
        if each.amount == -missing:
            is_new = each.booked > day - _NEAR and each.entry.date > day
            yield Explanation("booked-sooner" if is_new else "not-on-it", (each,))
        elif each.amount * -2 == missing:
            yield Explanation("wrong-sign", (each,))
    for some, sign in ((later, 1), (inside, -1)):
        for two in combinations(some[-_MOST_PAIRED:], 2):
            if (two[0].amount + two[1].amount) * sign == missing:
                yield Explanation("two-of-them", two)

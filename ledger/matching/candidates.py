"""One way to apply a receipt: what it settles, and what speaks for it.

What speaks for a candidate is stated, never only counted: the score orders proposals, no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pledgebook.ledger.matching.receipts import Receipt
from pledgebook.ledger.money import ZERO, round_to
from pledgebook.ledger.register.instalments import by_number
from pledgebook.ledger.register.register import Claim

SCORES: Mapping[str, int] = {
    "label": 50, "pledge": 40, "reference": 35, "joined": 35, "near-reference": 20,
    "near-several": 2, "short-reference": 25, "near-paper": 16, "donor": 20, "named": 14,
    "history": 15, "amount": 30, "charges-stated": 28, "several": 25, "charges": 18,
    "rate-exact": 22, "rate-band": 12, "said": 22, "said-currency": 6, "digits": 12, "part": 8,
    "oldest": 16, "too-much": 5, "value-only": 5, "uneven": 6, "due": 5, "only": 10,
    "sent-otherwise": -15, "early": -10, "other-donor": -40,
}  # fmt: skip
"""What each piece of evidence counts. Only the order of proposals follows from it."""

ENOUGH = 36
"""The least that a candidate needs to be proposed."""

WORTH_A_LOOK = 33
"""The least that it needs to be named beside the proposal, or where nothing is proposed."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a candidate settles of one instalment, in the currency it is (then) kept in, and the
    value that goes to it, gross of charges, where they are not its share of the receipt.
    """

    claim: Claim
    units: Decimal
    value: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One way to apply a receipt. `rule` is the rule that makes it certain, "" if none does;
    `charges` are what banks kept in the book's currency, `evidence` the kinds of what speaks for
    it.
    """

    receipt: Receipt
    parts: tuple[Part, ...]
    evidence: tuple[str, ...]
    charges: Decimal = ZERO
    rule: str = ""

    @property
    def score(self) -> int:
        """How much speaks for it, to order proposals."""
        return sum(SCORES[kind] for kind in self.evidence)

    @property
    def labels(self) -> tuple[str, ...]:
        """The instalments it settles."""
        return tuple(part.claim.label for part in self.parts)

    @property
    def reason(self) -> str:
        """What speaks for it, in words."""
        return "; ".join(_WORDS[kind] for kind in self.evidence)


_WORDS = {
    "label": "the text quotes the instalment",
    "pledge": "the text quotes the pledge",
    "reference": "the text quotes the donor's paper",
    "joined": "the text quotes the pledge, written in one",
    "near-reference": "the text nearly quotes the pledge",
    "near-several": "the text nearly quotes the pledge, and others as well",
    "short-reference": "the text quotes a short number of the donor's paper",
    "near-paper": "the text quotes the donor's paper with a character mistaken",
    "donor": "the payer is the donor",
    "named": "the payer names the donor",
    "history": "this payer has paid for the donor before",
    "amount": "the amount is what is unpaid",
    "charges-stated": "with the charges stated, the amount is what is unpaid",
    "several": "the amount is what is unpaid of these together",
    "charges": "the amount is what is unpaid, less charges within tolerance",
    "rate-exact": "the value is what is unpaid, at the rate of the day",
    "said": "the text states the amount that is unpaid",
    "said-currency": "the text states an amount in the pledge's currency",
    "rate-band": "the value is near what is unpaid, at the rate of the day",
    "digits": "the amount is what is unpaid with a digit mistaken",
    "part": "the amount is a part of what is unpaid",
    "oldest": "it goes over what the pledge owes, the oldest first, the last of it in part",
    "too-much": "the amount is more than what is unpaid",
    "value-only": "what it is in the pledge's currency is not known",
    "due": "it is due about then",
    "uneven": "the amount is no round sum",
    "only": "it is the donor's only open instalment",
    "early": "but the money came before the pledge",
    "sent-otherwise": "but the money was sent in another currency",
    "other-donor": "but the payer is known as another donor",
}


def oldest(candidate: Candidate) -> tuple[list[date], tuple[object, ...]]:
    """Return what orders candidates of which as much speaks: what is due first."""
    dues = sorted(part.claim.due or part.claim.pledged_on for part in candidate.parts)
    return dues, tuple(map(by_number, candidate.labels))


def in_book_currency_of(
    receipt: Receipt, amount: Decimal, units: Decimal, decimals: int
) -> Decimal:
    """Return units of a currency in the book's currency, at the rate by which `amount` of it became
    the receipt's value.
    """
    return round_to(receipt.value * units / amount, decimals)


def one_digit_off(one: Decimal, other: Decimal) -> bool:
    """Tell whether two amounts differ by two neighbouring digits exchanged."""
    if (one - other) * 100 % 9:  # which is nine times their difference, and noughts
        return False
    first, second = f"{one:.2f}", f"{other:.2f}"
    if len(first) != len(second) or one == other:
        return False
    differing = [at for at, (a, b) in enumerate(zip(first, second, strict=True)) if a != b]
    if len(differing) == 2 and differing[1] == differing[0] + 1:
        at = differing[0]
        return first[at] == second[at + 1] and first[at + 1] == second[at]
    return False


def describe(candidate: Candidate, currency: str) -> str:
    """Return what a candidate would settle, in words."""
    parts = ", ".join(
        f"{part.claim.label} {part.units:,.2f} {part.claim.currency}" for part in candidate.parts
    )
    kept = f", charges {candidate.charges:,.2f} {currency}" if candidate.charges else ""
    return parts + kept

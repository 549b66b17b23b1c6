"""What stands beside a figure of a bank: whether it came in or went out, and its currency."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from pledgebook.importers.statements.words import bank_words
from pledgebook.importers.values.amounts import AmountReading
from pledgebook.importers.values.values import plain
from pledgebook.ledger.declared.currencies import recognise


class Money(NamedTuple):
    """What a cell shows: a figure, and beside it the side ("credit", "debit" or "") and what may be
    its currency.
    """

    value: Decimal | None
    side: str
    currencies: tuple[str, ...]

    def signed(self) -> Decimal:
        """Return a balance with its sign: what the bank calls a debit is below zero."""
        value = self.value or Decimal(0)
        return -abs(value) if self.side == "debit" else value


def beside(reading: AmountReading) -> tuple[str, tuple[str, ...], str]:
    """Return what stands beside a figure: the side it says, the currencies that it may name, and
    what is neither.
    """
    said = f"{reading.currency} {reading.footnote}".strip()
    if not said:
        return "", (), ""
    if not side_of(said, by_figure=True) and (codes := recognise(said)):
        return "", codes, ""
    sides, named, rest = set(), [], []
    for token in said.split():
        word = token.strip("()[].,:;")
        if side := side_of(word, by_figure=True):
            sides.add(side)
        elif codes := recognise(word):
            named.append(codes)
        else:
            rest.append(token)
    if len(sides) > 1 or len(set(named)) > 1:
        rest.append(said)
    return sides.pop() if sides else "", named[0] if named else (), " ".join(rest)


def side_of(text: str, *, by_figure: bool = False) -> str:
    """Return whether a word says credit or debit; "" if neither. `by_figure`: it stands beside one,
    where a K may as well be a thousand.
    """
    word = plain(text)
    if by_figure and word == "k":
        return ""
    return next((side for side, words in bank_words()["signs"].items() if word in words), "")

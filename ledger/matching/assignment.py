"""All receipts at once: the certain ones first, then the best proposals together.

Each receipt is used once and no instalment is overpaid: of proposals that compete, those
are chosen that together have most in their favour, not the first that came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Literal

from pledgebook.ledger.matching.candidates import ENOUGH, Candidate
from pledgebook.ledger.matching.matcher import Matcher
from pledgebook.ledger.matching.receipts import Receipt, waiting_receipts
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import by_number

Verdict = Literal["certain", "proposed", "open"]
_STEPS = 20_000
"""How many combinations of competing proposals are looked at before the best so far is taken."""

_SMALL = 24
"""How many receipts that compete are gone through in every combination."""


@dataclass(frozen=True, slots=True)
class Match:
    """What is made of one receipt: the candidate chosen (None: left open) and the others."""

    receipt: Receipt
    chosen: Candidate | None
    others: tuple[Candidate, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """How sure it is."""
        if self.chosen is None:
            return "open"
        return "certain" if self.chosen.rule else "proposed"


def match_receipts(book: Book) -> list[Match]:
    """Match the receipts that wait in a book, in order of their days.

    Certain matches are taken one after the other, each against what the earlier left; the rest is
    proposed against what remains.
    """
    book = book.as_of(date.max)
    matcher = Matcher(book)
    certain: dict[str, Candidate] = {}
    rest: list[Receipt] = []
    contested: set[str] = set()  # what an earlier receipt that waits may have paid
    for receipt in waiting_receipts(book):
        found = matcher.candidates(receipt)
        sure = bool(found) and bool(found[0].rule)
        if sure and not (matcher.has_equals(found[0]) and contested & set(found[0].labels)):
            matcher.take(found[0])
            certain[receipt.label] = found[0]
        else:
            rest.append(receipt)
            contested.update(label for each in found for label in each.labels)
    offers = {receipt.label: _proposals(matcher, receipt) for receipt in rest}
    chosen = _best(
        {label: [each for each in own if each.score >= ENOUGH] for label, own in offers.items()}
    )
    matches = [Match(candidate.receipt, candidate) for candidate in certain.values()]
    for receipt in rest:
        best = chosen.get(receipt.label)
        others = tuple(each for each in offers[receipt.label] if each is not best)
        matches.append(Match(receipt, best, others))
    return sorted(matches, key=lambda match: (match.receipt.day, by_number(match.receipt.label)))


def _proposals(matcher: Matcher, receipt: Receipt) -> list[Candidate]:
    """Return candidates as proposals: what only later matches made certain is left to a person, or
    to the next run.
    """
    return [replace(each, rule="") for each in matcher.candidates(receipt)]


def _best(offers: dict[str, list[Candidate]]) -> dict[str, Candidate]:
    """Choose a candidate a receipt so that their scores together are highest and no instalment is
    overpaid; each group of receipts that compete by itself.
    """
    chosen: dict[str, Candidate] = {}
    for group in _competing(offers):
        left = {  # each instalment is one whole, whatever it is counted in
            label: Fraction(1)
            for receipt in group
            for candidate in offers[receipt]
            for label in candidate.labels
        }
        chosen |= _Search(offers, group, left).run()
    return chosen


def _competing(offers: dict[str, list[Candidate]]) -> list[list[str]]:
    """Return the receipts in groups that share an instalment."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        parent.setdefault(name, name)
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for receipt, candidates in offers.items():
        for candidate in candidates:
            for label in candidate.labels:
                parent[root(f"i:{label}")] = root(f"r:{receipt}")
    groups: dict[str, list[str]] = {}
    for receipt, candidates in offers.items():
        if candidates:
            groups.setdefault(root(f"r:{receipt}"), []).append(receipt)
    return list(groups.values())


class _Search:
    """The best choice of a group: all of a small one gone through, depth first and bounded in
    steps; a large one taken in order of score, then bettered by single exchanges.
    """

    def __init__(
        self, offers: dict[str, list[Candidate]], group: Sequence[str], left: dict[str, Fraction]
    ) -> None:
        self.offers, self.left = offers, left
        self.group = sorted(group, key=lambda receipt: -offers[receipt][0].score)
        self.tops = [offers[receipt][0].score for receipt in self.group]
        self.best: dict[str, Candidate] = {}
        self.best_score = -1
        self.steps = 0

    def run(self) -> dict[str, Candidate]:
        """Return the choice."""
        if len(self.group) <= _SMALL:
            self._go(0, 0, {})
            return self.best
        chosen: dict[str, Candidate] = {}
        for receipt in self.group:
            self._choose(receipt, chosen)
        for receipt in self.group:
            self._better(receipt, chosen)
        return chosen

    def _choose(self, receipt: str, chosen: dict[str, Candidate]) -> None:
        """Take the best offer that there is room for."""
        for candidate in self.offers[receipt]:
            if self._fits(candidate):
                self._use(candidate, 1)
                chosen[receipt] = candidate
                return

    def _better(self, receipt: str, chosen: dict[str, Candidate]) -> None:
        """Give a receipt its best offer where the one that holds it loses less by another."""
        mine = chosen.get(receipt)
        top = self.offers[receipt][0]
        if mine is top:
            return
        rivals = [
            other
            for other, candidate in chosen.items()
            if other != receipt and set(candidate.labels) & set(top.labels)
        ]
        if len(rivals) != 1:
            return
        (rival,) = rivals
        before = {each: chosen[each] for each in (receipt, rival) if each in chosen}
        for candidate in before.values():
            self._use(candidate, -1)
        after: dict[str, Candidate] = {}
        if self._fits(top):
            self._use(top, 1)
            after[receipt] = top
            self._choose(rival, after)
        if sum(each.score for each in after.values()) <= sum(
            each.score for each in before.values()
        ):
            for candidate in after.values():
                self._use(candidate, -1)
            for candidate in before.values():
                self._use(candidate, 1)
            return
        for each in (receipt, rival):
            chosen.pop(each, None)
        chosen |= after

    def _go(self, at: int, score: int, chosen: dict[str, Candidate]) -> None:
        self.steps += 1
        if score > self.best_score:
            self.best, self.best_score = dict(chosen), score
        if at == len(self.group) or self.steps > _STEPS:
            return
        if score + sum(self.tops[at:]) <= self.best_score:
            return
        receipt = self.group[at]
        for candidate in self.offers[receipt]:
            if self._fits(candidate):
                self._use(candidate, 1)
                chosen[receipt] = candidate
                self._go(at + 1, score + candidate.score, chosen)
                del chosen[receipt]
                self._use(candidate, -1)
        self._go(at + 1, score, chosen)

    def _fits(self, candidate: Candidate) -> bool:
        return all(share <= self.left[label] for label, share in _shares(candidate))

    def _use(self, candidate: Candidate, times: int) -> None:
        for label, share in _shares(candidate):
            self.left[label] -= times * share


def _shares(candidate: Candidate) -> list[tuple[str, Fraction]]:
    return [
        (part.claim.label, Fraction(part.units) / Fraction(part.claim.units))
        for part in candidate.parts
    ]

"""Which pledge does this money pay? Receipts that wait, open instalments, and the evidence.

For each receipt the candidates: one instalment, several of one donor, a part, with bank charges, in
euro for a legacy currency. What speaks for a candidate is stated, never only counted. A match is
*certain* by a rule that a person can read (docs/matching.md); everything else is a proposal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import combinations

from pledgebook.ledger.book import Book
from pledgebook.ledger.building import EventRefusedError
from pledgebook.ledger.collecting import tolerance
from pledgebook.ledger.currencies import EURO_RATES, is_currency
from pledgebook.ledger.instalments import pledge_of
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.names import normalise
from pledgebook.ledger.postings import stated
from pledgebook.ledger.rates import MissingRateError
from pledgebook.ledger.recording import redenominated
from pledgebook.ledger.register import Claim
from pledgebook.ledger.waiting import Receipt, donors_of_payers

EURO = "EUR"
SCORES: Mapping[str, int] = {
    "label": 50, "pledge": 40, "reference": 35, "near-reference": 20, "donor": 20, "history": 15,
    "amount": 30, "charges-stated": 28, "several": 25, "charges": 18, "rate-band": 12, "digits": 12,
    "part": 8, "too-much": 5, "dollars-only": 5, "due": 5, "only": 10, "sent-otherwise": -15,
    "other-donor": -40,
}  # fmt: skip
"""What each piece of evidence counts. Only the order of proposals follows from it."""

ENOUGH = 34
"""The least that a candidate needs to be proposed."""

_BAND = Decimal("0.05")
_NEAR_DAYS = 90
_MOST_TOGETHER = 4
_MOST_OF_A_DONOR = 12
_MOST_BY_DUE = 25
_LONGEST_REFERENCE = 6
_LABEL = re.compile(
    r"(?<![A-Z0-9])([A-Z][A-Z0-9]{1,11})[\W_]{1,3}((?:19|20)\d{2})[\W_]{1,3}(\d{2,3})"
    r"(?:\s?[./-]\s?(\d{1,2}))?(?![A-Z0-9])"
)
_LIKE_A_LABEL = re.compile(r"(?<![A-Z0-9])[A-Z]{2,6}[\W_]{0,2}\d[\d\W_]{3,10}\d(?![A-Z0-9])")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Part:
    """What a candidate settles of one instalment, in the currency it is (then) kept in, and the
    dollars that go to it, gross of charges, where they are not its share of the receipt.
    """

    claim: Claim
    units: Decimal
    dollars: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to apply a receipt. `rule` is the rule that makes it certain, "" if none does;
    `charges` are dollars that banks kept, `evidence` the kinds of what speaks for it.
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
    "near-reference": "the text nearly quotes the pledge",
    "donor": "the payer is the donor",
    "history": "this payer has paid for the donor before",
    "amount": "the amount is what is unpaid",
    "charges-stated": "with the charges stated, the amount is what is unpaid",
    "several": "the amount is what is unpaid of these together",
    "charges": "the amount is what is unpaid, less charges within tolerance",
    "rate-band": "the dollars are near what is unpaid, at the UN rate of the day",
    "digits": "the amount is what is unpaid with a digit mistaken",
    "part": "the amount is a part of what is unpaid",
    "too-much": "the amount is more than what is unpaid",
    "dollars-only": "what it is in the pledge's currency is not known",
    "due": "it is due about then",
    "only": "it is the donor's only open instalment",
    "sent-otherwise": "but the money was sent in another currency",
    "other-donor": "but the payer is known as another donor",
}


class Matcher:
    """What receipts are held against. `open` are the instalments with something left; it shrinks as
    matches are taken, so that none is paid twice.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.dollar = book.settings.currency
        self.open: dict[str, Claim] = {
            label: claim
            for label, changes in book.register.by_label.items()
            if (claim := changes[-1].after).is_open and claim.committed
        }
        self.by_donor: dict[str, list[str]] = {}
        self.by_pledge: dict[str, list[str]] = {}
        self.by_amount: dict[tuple[str, Decimal], set[str]] = {}
        self.by_reference: dict[str, set[str]] = {}
        self.by_deletion: dict[str, set[str]] = {}
        for label, claim in self.open.items():
            pledge = pledge_of(label)
            self.by_donor.setdefault(claim.donor, []).append(label)
            self.by_pledge.setdefault(pledge, []).append(label)
            for units, currency in self._amounts(claim):
                self.by_amount.setdefault((currency, units), set()).add(label)
            for key in ("reference", "document"):
                paper = _words(stated(*claim.origin, key) or "")
                if len(paper.replace(" ", "")) >= 4 and any(map(str.isdigit, paper)):
                    self.by_reference.setdefault(paper, set()).add(label)
            for short in _deletions(_squash(pledge)):
                self.by_deletion.setdefault(short, set()).add(pledge)
        self.history = donors_of_payers(book)

    def take(self, candidate: Candidate) -> None:
        """Count what a match settles as settled."""
        for part in candidate.parts:
            units = part.claim.units - part.units
            share = part.claim.value * units / part.claim.units
            self.open[part.claim.label] = replace(part.claim, units=units, value=share)

    def claim(self, label: str, currency: str) -> Claim | None:
        """Return an open instalment in a currency: its own, or the euro by law; None if neither."""
        claim = self.open.get(label)
        if claim is None or not claim.is_open:
            return None
        if claim.currency == currency:
            return claim
        if currency == EURO and claim.currency in EURO_RATES:
            return redenominated(claim, EURO)
        return None

    def _amounts(self, claim: Claim) -> Iterator[tuple[Decimal, str]]:
        yield claim.units, claim.currency
        if claim.currency in EURO_RATES:
            yield redenominated(claim, EURO).units, EURO

    def candidates(self, receipt: Receipt) -> list[Candidate]:
        """Return what a receipt may pay, what most speaks for first; a certain one alone."""
        quoted = self._quoted(receipt)
        pool = self._pool(receipt, quoted)
        found: dict[tuple[tuple[str, Decimal], ...], Candidate] = {}
        for candidate in self._all(receipt, pool, quoted):
            key = tuple(sorted((part.claim.label, part.units) for part in candidate.parts))
            known = found.get(key)
            if known is None or known.score < candidate.score:
                found[key] = candidate
        ordered = sorted(found.values(), key=lambda each: (-each.score, _oldest(each)))
        ordered = [candidate for candidate in ordered if candidate.score >= ENOUGH]
        certain = self._certain(receipt, ordered, quoted)
        return [certain] if certain else ordered

    def _quoted(self, receipt: Receipt) -> _Quoted:
        text = receipt.text.upper()
        labels: set[str] = set()
        pledges: set[str] = set()
        unknown: list[str] = []
        for found in _LABEL.finditer(text):
            pledge = "-".join(found.group(1, 2, 3))
            label = f"{pledge}.{found.group(4)}"
            if found.group(4) and label in self.book.register.by_label:
                labels.add(label)
            elif pledge in self.by_pledge:
                pledges.add(pledge)
            else:
                unknown.append(found.group(0))
        words = _words(receipt.text).split()
        spans = {
            " ".join(words[start : start + length])
            for length in range(1, _LONGEST_REFERENCE + 1)
            for start in range(len(words) - length + 1)
        }
        quoted = [span for span in spans if span in self.by_reference]
        papers = {label for span in quoted for label in self.by_reference[span]}
        near: set[str] = set()
        if not labels and not pledges:
            alike = [
                found.group(0)
                for found in _LIKE_A_LABEL.finditer(text)
                if not is_currency(found.group(0)[:3])  # "EUR150000,00" is an amount
            ]
            unknown += [each for each in alike if not any(_words(each) in span for span in quoted)]
            near = {
                pledge
                for word in alike
                for short in _deletions(_squash(word))
                for pledge in self.by_deletion.get(short, ())
            }
        return _Quoted(labels, pledges, papers, near, bool(unknown))

    def _pool(self, receipt: Receipt, quoted: _Quoted) -> set[str]:
        pool = quoted.labels | quoted.papers
        for pledge in quoted.pledges | quoted.near:
            pool |= set(self.by_pledge[pledge])
        for donor in {receipt.donor, *self.history.get(normalise(receipt.payer), ())}:
            own = [label for label in self.by_donor.get(donor, ()) if self.open[label].is_open]
            own.sort(key=lambda label: abs((self._due(label) - receipt.day).days))
            pool |= set(own[:_MOST_BY_DUE])
        for amount, currency in self._money(receipt):
            pool |= self.by_amount.get((currency, amount), set())
        return {label for label in pool if label in self.open and self.open[label].is_open}

    def _money(self, receipt: Receipt) -> list[tuple[Decimal, str]]:
        """Return what came, in each currency in which it is known."""
        money = [(receipt.dollars, self.dollar)]
        if receipt.charges:
            money.append((receipt.dollars + receipt.charges, self.dollar))
        if receipt.original and receipt.original[1] != self.dollar:
            money.append(receipt.original)
        return money

    def _all(self, receipt: Receipt, pool: set[str], quoted: _Quoted) -> Iterator[Candidate]:
        for label in sorted(pool):
            if self.open[label].pledged_on <= receipt.day:
                yield from self._single(receipt, label, quoted)
        donors: dict[str, list[str]] = {}
        for label in pool:
            if self.open[label].pledged_on <= receipt.day:
                donors.setdefault(self.open[label].donor, []).append(label)
        for labels in donors.values():
            yield from self._together(receipt, labels, quoted)

    def _single(self, receipt: Receipt, label: str, quoted: _Quoted) -> Iterator[Candidate]:
        claim = self.open[label]
        own = about = self._about(receipt, [label], quoted)
        known = False
        for amount, currency in self._money(receipt):
            now = self.claim(label, currency)
            if now is None:
                continue
            known = True
            charges = amount - receipt.dollars if currency == self.dollar else ZERO
            sent_so = currency == receipt.sent_in(self.dollar)
            about = own if sent_so else (*own, "sent-otherwise")
            fund = self.book.settings.funds[now.fund]
            if amount == now.units:
                kind = "charges-stated" if charges else "amount"
                yield Candidate(receipt, (Part(now, amount),), (kind, *about), charges)
            elif amount < now.units:
                yield Candidate(receipt, (Part(now, amount),), ("part", *about), charges)
                short = now.units - amount
                if currency == self.dollar and not charges and short <= tolerance(fund, now.units):
                    yield Candidate(receipt, (Part(now, now.units),), ("charges", *about), short)
                if _one_digit_off(amount, now.units):
                    yield Candidate(receipt, (Part(now, amount),), ("digits", *about), charges)
            elif not charges:
                kinds = ("digits",) if _one_digit_off(amount, now.units) else ("too-much",)
                yield Candidate(receipt, (Part(now, now.units),), (*kinds, *about))
        if not known:
            near = self._is_in_band(receipt, claim)
            kind = "rate-band" if near else "dollars-only"
            if near or {"label", "pledge", "reference"} & set(about):
                yield Candidate(receipt, (Part(claim, claim.units),), (kind, *about))

    def _is_in_band(self, receipt: Receipt, claim: Claim) -> bool:
        if receipt.original and receipt.original[1] not in {self.dollar, claim.currency}:
            return False
        try:
            dollars, _ = self.book.rates.dollars(claim.units, claim.currency, receipt.day)
        except (MissingRateError, EventRefusedError):
            return False
        return abs(receipt.dollars - dollars) <= dollars * _BAND

    def _together(
        self, receipt: Receipt, labels: list[str], quoted: _Quoted
    ) -> Iterator[Candidate]:
        """Several instalments of one donor that come to the amount."""
        if len(labels) < 2:
            return
        labels = sorted(labels, key=lambda label: (self._due(label), label))
        for amount, currency in self._money(receipt):
            claims = [claim for label in labels if (claim := self.claim(label, currency))]
            claims = [claim for claim in claims if claim.units < amount]
            charges = amount - receipt.dollars if currency == self.dollar else ZERO
            sets = [tuple(claims)] if len(claims) > _MOST_TOGETHER else []
            few = claims[:_MOST_OF_A_DONOR]
            for size in range(2, _MOST_TOGETHER + 1):
                sets += list(combinations(few, size))
            for chosen in sets:
                if len({claim.fund for claim in chosen}) > 1:
                    continue
                if sum((claim.units for claim in chosen), Decimal(0)) == amount:
                    about = self._about(receipt, [claim.label for claim in chosen], quoted)
                    parts = tuple(Part(claim, claim.units) for claim in chosen)
                    yield Candidate(receipt, parts, ("several", *about), charges)

    def _about(self, receipt: Receipt, labels: list[str], quoted: _Quoted) -> tuple[str, ...]:
        """Return the evidence that is not of the amount."""
        claims = [self.open[label] for label in labels]
        pledges = {pledge_of(label) for label in labels}
        donor = claims[0].donor
        found = []
        if set(labels) <= quoted.labels:
            found.append("label")
        elif all(each in quoted.labels or pledge_of(each) in quoted.pledges for each in labels):
            found.append("pledge")
        elif set(labels) <= quoted.papers:
            found.append("reference")
        elif pledges & quoted.near:
            found.append("near-reference")
        if receipt.donor == donor:
            found.append("donor")
        elif receipt.donor:
            found.append("other-donor")
        elif donor in self.history.get(normalise(receipt.payer), ()):
            found.append("history")
        open_ones = [each for each in self.by_donor[donor] if self.open[each].is_open]
        if {"donor", "history"} & set(found) and open_ones == labels:
            found.append("only")
        if any(abs((self._due(label) - receipt.day).days) <= _NEAR_DAYS for label in labels):
            found.append("due")
        return tuple(found)

    def _due(self, label: str) -> date:
        claim = self.open[label]
        return claim.due or claim.pledged_on

    def _certain(
        self, receipt: Receipt, candidates: list[Candidate], quoted: _Quoted
    ) -> Candidate | None:
        """Return the one candidate that a rule makes certain; None if none or several are."""
        exact = [each for each in candidates if _EXACT & set(each.evidence)]
        free = [each for each in candidates if "other-donor" not in each.evidence]
        found: list[tuple[Candidate, str]] = []
        by_text = [
            each
            for each in exact
            if each in free and {"label", "pledge", "reference"} & set(each.evidence)
        ]
        strongest = _first_of_equals(by_text)
        if strongest is not None and self._says_no_other(strongest, quoted):
            found.append((strongest, "M1"))
        elif not by_text and len(quoted.labels) <= 1 and not quoted.unknown:
            found += [(each, "M2") for each in free if self._is_quoted_part(each, quoted)]
        nothing_quoted = not (
            quoted.labels or quoted.pledges or quoted.papers or quoted.near or quoted.unknown
        )
        if not found and nothing_quoted and receipt.donor:
            found += [(each, rule) for each in exact if (rule := self._by_donor_alone(each, exact))]
        if len(found) != 1:
            return None
        candidate, rule = found[0]
        return None if self._waits_for_release(candidate) else replace(candidate, rule=rule)

    def _says_no_other(self, candidate: Candidate, quoted: _Quoted) -> bool:
        """Tell whether everything the text quotes is settled by the candidate."""
        own = {pledge_of(label) for label in candidate.labels}
        papers = {pledge_of(label) for label in quoted.papers}
        others = (quoted.pledges | {pledge_of(label) for label in quoted.labels}) - own
        if {"label", "pledge"} & set(candidate.evidence):
            return not others and not quoted.unknown and quoted.labels <= set(candidate.labels)
        return not others and not quoted.unknown and papers <= own

    def _is_quoted_part(self, candidate: Candidate, quoted: _Quoted) -> bool:
        """Tell whether it is a part of the one open instalment that the text quotes, and short by
        more than banks keep.
        """
        if "part" not in candidate.evidence or "digits" in candidate.evidence:
            return False
        (part,) = candidate.parts
        label = part.claim.label
        quotes = quoted.pledges | {pledge_of(each) for each in quoted.labels}
        if quotes != {pledge_of(label)}:
            return False
        if not quoted.labels:
            left = [each for each in self.by_pledge[pledge_of(label)] if self.open[each].is_open]
            if left != [label]:
                return False
        elif quoted.labels != {label}:
            return False
        if part.claim.currency != candidate.receipt.sent_in(self.dollar):
            return False
        alike = {
            other
            for short in _deletions(_squash(pledge_of(label)))
            for other in self.by_deletion.get(short, ())
            if any(self.open[each].is_open for each in self.by_pledge[other])
        }
        if alike != {pledge_of(label)}:
            return False  # one slip in the number would be another pledge
        short = part.claim.units - part.units
        fund = self.book.settings.funds[part.claim.fund]
        within = part.claim.currency == self.dollar and short <= tolerance(fund, part.claim.units)
        return not within and not _one_digit_off(part.units, part.claim.units)

    def _by_donor_alone(self, candidate: Candidate, exact: list[Candidate]) -> str:
        """Return the rule by which donor and amount are enough: its only open instalment, or an
        uneven amount that nothing else of the donor comes to.
        """
        if len(candidate.parts) != 1 or "donor" not in candidate.evidence:
            return ""
        claim = candidate.parts[0].claim
        left = [label for label in self.by_donor[claim.donor] if self.open[label].is_open]
        if left == [claim.label]:
            return "M3"
        alone = [each for each in exact if "donor" in each.evidence] == [candidate]
        return "M4" if alone and claim.units % 100 else ""

    def _waits_for_release(self, candidate: Candidate) -> bool:
        """Tell whether an instalment's period has begun without its release: first that."""
        starts = self.book.settings.periods.start_of
        return any(
            part.claim.is_deferred
            and starts(part.claim.due or part.claim.pledged_on) <= candidate.receipt.day
            for part in candidate.parts
        )


@dataclass(frozen=True, slots=True)
class _Quoted:
    """What a receipt's text names: instalments, pledges, papers' instalments, pledges that it
    nearly names; whether it holds something like a label that is none.
    """

    labels: set[str]
    pledges: set[str]
    papers: set[str]
    near: set[str]
    unknown: bool


_EXACT = {"amount", "charges-stated", "several"}


def _first_of_equals(candidates: list[Candidate]) -> Candidate | None:
    """Return the strongest candidate; of equal instalments of one pledge the one due first. None
    where two different ones are as strong.
    """
    if not candidates:
        return None
    best = [each for each in candidates if each.score == candidates[0].score]
    same = {
        (tuple(sorted(part.units for part in each.parts)), frozenset(map(pledge_of, each.labels)))
        for each in best
    }
    others = [each for each in candidates if each not in best and each.labels != best[0].labels]
    return min(best, key=_oldest) if len(same) == 1 and not others else None


def _oldest(candidate: Candidate) -> tuple[list[date], tuple[str, ...]]:
    dues = sorted(part.claim.due or part.claim.pledged_on for part in candidate.parts)
    return dues, candidate.labels


def _one_digit_off(one: Decimal, other: Decimal) -> bool:
    """Tell whether two amounts differ by one digit, or by two neighbours exchanged."""
    first, second = f"{one:.2f}", f"{other:.2f}"
    if len(first) != len(second) or one == other:
        return False
    differing = [at for at, (a, b) in enumerate(zip(first, second, strict=True)) if a != b]
    if len(differing) == 2 and differing[1] == differing[0] + 1:
        at = differing[0]
        return first[at] == second[at + 1] and first[at + 1] == second[at]
    return False


def _squash(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum())


def _deletions(text: str) -> set[str]:
    return {text, *(text[:at] + text[at + 1 :] for at in range(len(text)))}


def _words(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold().replace("_", " ")))


def describe(candidate: Candidate, dollar: str) -> str:
    """Return what a candidate would settle, in words."""
    parts = ", ".join(
        f"{part.claim.label} {part.units:,.2f} {part.claim.currency}" for part in candidate.parts
    )
    kept = f", charges {candidate.charges:,.2f} {dollar}" if candidate.charges else ""
    return parts + kept

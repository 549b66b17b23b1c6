"""Which pledge does this money pay? Receipts that wait, open instalments, and the candidates.

For each receipt: one instalment, several of one donor, a part, with bank charges, in euro for a
legacy currency, in a third currency at the day's rate. What is certain, `certainty` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from msgspec import structs
from pledgebook.ledger.declared.currencies import EURO_RATES, euro_from, is_currency
from pledgebook.ledger.declared.names import normalise
from pledgebook.ledger.declared.rates import MissingRateError
from pledgebook.ledger.events.asking import in_euros, redenominated
from pledgebook.ledger.events.parts import Earmark, earmark_of
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.guards.charges import tolerance
from pledgebook.ledger.matching.candidates import (
    WORTH_A_LOOK,
    Candidate,
    Part,
    in_book_currency_of,
    oldest,
    one_digit_off,
)
from pledgebook.ledger.matching.owed import Owed, adding_up, due_of, oldest_first, spread_over
from pledgebook.ledger.matching.quotes import Quoted, Quoting
from pledgebook.ledger.matching.receipts import Receipt, donors_of_payers, receipts_of_amount
from pledgebook.ledger.matching.rules import Certainty
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import by_number, pledge_of
from pledgebook.ledger.register.register import Claim

EURO = "EUR"
_BAND = Decimal("0.05")
_NEAR_DAYS = 90
_SENT_TWICE = 31
_MOST_OWED = 6
_OF_PAYER = {"donor", "history", "named"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A receipt, and what does not depend on what it is held against: what its text quotes, what
    came in each currency in which it is known, and the donors that its payer is, has paid for
    before (`history`), or names (`named`: the one State that the name holds, if nothing else says
    who it is).
    """

    receipt: Receipt
    quoted: Quoted
    money: tuple[tuple[Decimal, str], ...]
    payers: frozenset[str]
    history: frozenset[str]
    named: tuple[str, ...]


class Matcher:
    """What receipts are held against. `open` are the instalments with something left; it shrinks as
    matches are taken, so that none is paid twice.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.currency = book.settings.currency
        self.open: dict[str, Claim] = {
            label: claim
            for label, changes in book.register.by_label.items()
            if (claim := changes[-1].after).is_open and claim.committed
        }
        self.by_donor: dict[str, Owed] = {}
        self.by_amount: dict[tuple[str, Decimal], set[str]] = {}
        for label, claim in self.open.items():
            self.by_donor.setdefault(claim.donor, Owed(self.currency)).add(claim)
            for units, currency in self._amounts(claim):
                self.by_amount.setdefault((currency, units), set()).add(label)
        funds = book.settings.funds.values()
        self._most_kept = max((fund.charges_absolute for fund in funds), default=ZERO)
        self.quoting = Quoting(book.register, self.open.values())
        self.certainty = Certainty(book.settings, self.quoting, self._open_of, self._open_in)
        self.history = donors_of_payers(book)
        self.equals = receipts_of_amount(book)
        self._names: dict[tuple[str, date], tuple[str, ...]] = {}

    def _open_of(self, donor: str) -> list[str]:
        return list(self.by_donor[donor].labels) if donor in self.by_donor else []

    def _open_in(self, pledge: str) -> list[Claim]:
        claims = (self.open[label] for label in self.quoting.by_pledge.get(pledge, ()))
        return [claim for claim in claims if claim.is_open]

    def take(self, candidate: Candidate) -> None:
        """Count what a match settles as settled."""
        for part in candidate.parts:
            units = part.claim.units - part.units
            share = part.claim.value * units / part.claim.units
            left = structs.replace(part.claim, units=units, value=share)
            self.by_donor[left.donor].settle(self.open[left.label], left)
            self.open[left.label] = left

    def has_equals(self, candidate: Candidate) -> bool:
        """Tell whether the candidate is one of equal instalments of a pledge, and the text does not
        say which: the one due first, if no other money has paid that.
        """
        paid = {(pledge_of(part.claim.label), part.units) for part in candidate.parts}
        return "label" not in candidate.evidence and any(
            (pledge, claim.units) in paid and claim.label not in candidate.labels
            for pledge in {pledge for pledge, _ in paid}
            for claim in self._open_in(pledge)
        )

    def claim(self, label: str, currency: str, day: date) -> Claim | None:
        """Return an open instalment in a currency: its own, or the euro where the law had fixed its
        rate by `day`; None if neither.
        """
        claim = self.open.get(label)
        if claim is None or not claim.is_open:
            return None
        if claim.currency == currency:
            return claim
        began = euro_from(claim.currency)
        if currency == EURO and began is not None and began <= day:
            return redenominated(claim, EURO)
        return None

    def _amounts(self, claim: Claim) -> Iterator[tuple[Decimal, str]]:
        yield claim.units, claim.currency
        if claim.currency in EURO_RATES:
            yield redenominated(claim, EURO).units, EURO

    def candidates(self, receipt: Receipt) -> list[Candidate]:
        """Return what a receipt may pay, what most speaks for first; a certain one alone."""
        asked = self._ask(receipt)
        found: dict[tuple[tuple[str, Decimal], ...], tuple[int, Candidate]] = {}
        for candidate in self._all(asked):
            key = tuple(sorted((part.claim.label, part.units) for part in candidate.parts))
            score = candidate.score
            if key not in found or found[key][0] < score:
                found[key] = score, candidate
        scored = sorted(found.values(), key=lambda each: (-each[0], oldest(each[1])))
        ordered = [candidate for _, candidate in scored]
        likely = [candidate for score, candidate in scored if score >= WORTH_A_LOOK]
        certain = self.certainty.rule(likely, asked.quoted, doubled=self._is_doubled(receipt))
        if certain:
            return [certain]
        rest = ordered[len(likely) :]  # in order of scores
        owed = [each for each in rest if not _OF_PAYER.isdisjoint(each.evidence)]
        return likely + owed[:_MOST_OWED]  # what the payer owes is never left out

    def _ask(self, receipt: Receipt) -> _Asked:
        history = frozenset(self.history.get(normalise(receipt.payer), ()))
        named = () if receipt.donor else self._named(receipt)
        payers = history | (frozenset({receipt.donor}) if receipt.donor else frozenset(named))
        return _Asked(
            receipt=receipt,
            quoted=self.quoting.read(receipt.text, payers),
            money=tuple(self._money(receipt)),
            payers=payers,
            history=history,
            named=named,
        )

    def _named(self, receipt: Receipt) -> tuple[str, ...]:
        key = (receipt.payer, receipt.day)
        if key not in self._names:
            found = self.book.settings.donors.named_in(receipt.payer, receipt.day)
            self._names[key] = tuple(donor.code for donor in found) if len(found) == 1 else ()
        return self._names[key]

    def _is_doubled(self, receipt: Receipt) -> bool:
        """Tell whether the donor sent as much about then, so that one may be sent twice."""
        about_then = [
            donor
            for day, donor in self.equals.get(receipt.value, ())
            if abs((day - receipt.day).days) <= _SENT_TWICE
            and (not donor or not receipt.donor or donor == receipt.donor)
        ]
        return len(about_then) > 1

    def _pool(self, asked: _Asked) -> set[str]:
        """Return the open instalments that a receipt is held against: what its text quotes, what
        the payer owes about then, and what comes to its amount.
        """
        receipt, quoted = asked.receipt, asked.quoted
        pool = quoted.labels | quoted.papers | quoted.short | quoted.near_papers
        for pledge in quoted.pledges | quoted.near:
            pool |= set(self.quoting.by_pledge[pledge])
        for donor in asked.payers & self.by_donor.keys():
            pool.update(self.by_donor[donor].due_about(receipt.day))
            pool.update(self._nearly(receipt, self.by_donor[donor]))
        for amount, currency in asked.money:
            pool |= self.by_amount.get((currency, amount), set())
        return {label for label in pool if label in self.open and self.open[label].is_open}

    def _nearly(self, receipt: Receipt, owed: Owed) -> Iterator[str]:
        """Yield instalments of which the value is what is unpaid, less what banks keep."""
        for label in owed.above(receipt.value, self._most_kept):
            claim = self.open[label]
            fund = self.book.settings.funds[claim.fund]
            if claim.units - receipt.value <= tolerance(fund, claim.units):
                yield label

    def _money(self, receipt: Receipt) -> list[tuple[Decimal, str]]:
        """Return what came, in each currency in which it is known."""
        money = [(receipt.value, self.currency)]
        if receipt.charges:
            money.append((receipt.value + receipt.charges, self.currency))
        if receipt.original and receipt.original[1] != self.currency:
            money.append(receipt.original)
        return money

    def _all(self, asked: _Asked) -> Iterator[Candidate]:
        donors: dict[str, list[str]] = {}
        for label in sorted(self._pool(asked), key=by_number):
            yield from self._single(asked, label)
            donors.setdefault(self.open[label].donor, []).append(label)
        for labels in donors.values():
            yield from self._together(asked, labels)

    def _single(self, asked: _Asked, label: str) -> Iterator[Candidate]:
        receipt, claim = asked.receipt, self.open[label]
        own = about = self._about(asked, [label])
        known = False
        for amount, currency in asked.money:
            now = self.claim(label, currency, receipt.day)
            if now is None:
                continue
            known = True
            charges = amount - receipt.value if currency == self.currency else ZERO
            sent_so = currency == receipt.sent_in(self.currency)
            about = own if sent_so else (*own, "sent-otherwise")
            fund = self.book.settings.funds[now.fund]
            if amount == now.units:
                kind = "charges-stated" if charges else "amount"
                uneven = ("uneven",) if amount % 100 else ()
                yield Candidate(
                    receipt=receipt,
                    parts=(Part(now, amount),),
                    evidence=(kind, *uneven, *about),
                    charges=charges,
                )
            elif amount < now.units:
                yield Candidate(
                    receipt=receipt,
                    parts=(Part(now, amount),),
                    evidence=("part", *about),
                    charges=charges,
                )
                short = now.units - amount
                kept = (
                    short
                    if currency == self.currency
                    else in_book_currency_of(receipt, amount, short, self.book.settings.decimals)
                )
                if (
                    not charges
                    and kept <= fund.charges_absolute
                    and kept <= tolerance(fund, receipt.value + kept)
                ):
                    yield Candidate(
                        receipt=receipt,
                        parts=(Part(now, now.units),),
                        evidence=("charges", *about),
                        charges=kept,
                    )
                if one_digit_off(amount, now.units):
                    yield Candidate(
                        receipt=receipt,
                        parts=(Part(now, amount),),
                        evidence=("digits", *about),
                        charges=charges,
                    )
            elif not charges:
                kinds = ("digits",) if one_digit_off(amount, now.units) else ("too-much",)
                yield Candidate(
                    receipt=receipt, parts=(Part(now, now.units),), evidence=(*kinds, *about)
                )
        if not known:
            if not is_currency(claim.currency, receipt.day):  # the euro took its place
                claim = self.claim(label, EURO, receipt.day) or claim
            kind = self._nearness(receipt, claim)
            if kind != "value-only" or {"label", "pledge", "reference", *_OF_PAYER} & set(about):
                yield Candidate(
                    receipt=receipt, parts=(Part(claim, claim.units),), evidence=(kind, *about)
                )
            if self.open[label].currency != self.currency:
                yield from self._as_said(asked, claim, about)

    def _as_said(self, asked: _Asked, claim: Claim, about: tuple[str, ...]) -> Iterator[Candidate]:
        """What the text itself says was sent, where the bank knows only the value."""
        for said, currency in asked.quoted.money:
            amount = said
            if currency != claim.currency:
                euro = in_euros(claim, said, currency, asked.receipt.day)
                if euro is None:
                    continue
                amount = euro
            if ZERO < amount <= claim.units:
                kinds = ("said",) if amount == claim.units else ("part",)
                yield Candidate(
                    receipt=asked.receipt, parts=(Part(claim, amount),), evidence=(*kinds, *about)
                )

    def _nearness(self, receipt: Receipt, claim: Claim) -> str:
        """Return how near the value is to what is unpaid at the rate of the day."""
        try:
            value, _ = self.book.rates.value(claim.units, claim.currency, receipt.day)
        except (MissingRateError, EventRefusedError):
            return "value-only"
        if receipt.value == value:
            return "rate-exact"
        near = abs(receipt.value - value) <= value * _BAND
        return "rate-band" if near else "value-only"

    def _together(self, asked: _Asked, labels: list[str]) -> Iterator[Candidate]:
        """Several instalments of one donor that come to the amount."""
        if len(labels) < 2:
            return
        receipt, quoted = asked.receipt, asked.quoted
        quotes = quoted.labels | quoted.papers
        labels = sorted(
            labels,
            key=lambda label: (
                label not in quotes and pledge_of(label) not in quoted.pledges,
                due_of(self.open[label]),
                by_number(label),
            ),
        )
        for amount, currency in asked.money:
            claims = [c for label in labels if (c := self.claim(label, currency, receipt.day))]
            claims = [claim for claim in claims if claim.units < amount]
            charges = amount - receipt.value if currency == self.currency else ZERO
            for chosen in adding_up(claims, amount):
                about = self._about(asked, [claim.label for claim in chosen])
                parts = tuple(Part(claim, claim.units) for claim in chosen)
                yield Candidate(
                    receipt=receipt, parts=parts, evidence=("several", *about), charges=charges
                )
            for parts in self._spread(asked, labels, amount, currency):
                about = self._about(asked, [part.claim.label for part in parts])
                yield Candidate(
                    receipt=receipt, parts=parts, evidence=("oldest", *about), charges=charges
                )

    def _spread(
        self, asked: _Asked, labels: Sequence[str], amount: Decimal, currency: str
    ) -> Iterator[tuple[Part, ...]]:
        """Spread an amount over the open instalments of one pledge, fund, class, purpose and
        currency: those that the text quotes first, then the oldest, the last of them in part. Of a
        pledge that the text quotes, or the only one of the donor.
        """
        quotes = asked.quoted.labels | asked.quoted.papers
        pledges = {pledge_of(label) for label in quotes} | asked.quoted.pledges
        own = {pledge_of(label) for label in self.by_donor[self.open[labels[0]].donor].labels}
        if len(own) == 1:
            pledges |= own
        for pledge in dict.fromkeys(map(pledge_of, labels)):
            if pledge not in pledges:
                continue
            alike: dict[Earmark, list[Claim]] = {}
            for each in self._open_in(pledge):
                claim = self.claim(each.label, currency, asked.receipt.day)
                if claim is not None:
                    alike.setdefault(earmark_of(claim), []).append(claim)
            for claims in alike.values():
                ordered = oldest_first(claims)
                ordered.sort(key=lambda claim: claim.label not in quotes)
                if ordered[0].units < amount < sum((each.units for each in ordered), ZERO):
                    yield tuple(Part(*each) for each in spread_over(ordered, amount))

    def _about(self, asked: _Asked, labels: list[str]) -> tuple[str, ...]:
        """Return the evidence that is not of the amount."""
        receipt, quoted = asked.receipt, asked.quoted
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
        elif set(labels) <= quoted.short:
            found.append("short-reference")
        elif set(labels) <= quoted.near_papers:
            found.append("near-paper")
        elif pledges <= quoted.joined:
            found.append("joined")
        elif pledges & quoted.near:
            found.append("near-reference" if len(quoted.near) == 1 else "near-several")
        if receipt.donor == donor:
            found.append("donor")
        elif receipt.donor:
            found.append("other-donor")
        elif donor in asked.history:
            found.append("history")
        elif donor in asked.named:
            found.append("named")
        if _OF_PAYER & set(found) and self.by_donor[donor].labels.keys() == set(labels):
            found.append("only")
        if self._is_due(receipt, labels, bool(pledges & (quoted.pledges | quoted.joined))):
            found.append("due")
        first = self.open[labels[0]].currency
        if first != self.currency and any(currency == first for _, currency in quoted.money):
            found.append("said-currency")
        if any(claim.pledged_on > receipt.day for claim in claims):
            found.append("early")
        return tuple(found)

    def _is_due(self, receipt: Receipt, labels: list[str], quoted: bool) -> bool:
        """Tell whether one of them is due about then; of a pledge that is quoted, the one that is
        due first is meant, however late it is.
        """
        if quoted and len(labels) == 1:
            own = [claim.label for claim in self._open_in(pledge_of(labels[0]))]
            return (
                min(own, key=lambda label: (due_of(self.open[label]), by_number(label)))
                == labels[0]
            )
        return any(
            abs((due_of(self.open[label]) - receipt.day).days) <= _NEAR_DAYS for label in labels
        )

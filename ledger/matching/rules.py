"""When a match is certain: four rules that a person can read (docs/matching.md), and no other.

Each is a doubt short of what a clerk would take: whatever could be meant instead, and is in the
book, leaves the receipt to a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.guards.charges import tolerance
from pledgebook.ledger.matching.candidates import (
    Candidate,
    in_book_currency_of,
    oldest,
    one_digit_off,
)
from pledgebook.ledger.matching.quotes import Quoted, Quoting, words_of
from pledgebook.ledger.register.instalments import pledge_of
from pledgebook.ledger.register.postings import stated
from pledgebook.ledger.register.register import Claim

_EXACT = {"amount", "charges-stated", "several"}
_BY_NUMBER = {"label", "pledge"}
_A_YEAR = re.compile(r"(19|20)\d{2}")
_NO_MORE = """
a an the of to for in by our your per from on with and as
contribution contributions voluntary pledge payment transfer donation instalment installment grant
trust fund account general purpose united nations un year first second third final annual
volontaire volontaires versement don du de la le les des au pour fonds annuelle
contribucion voluntaria pago aporte donacion del al fondo para anual
beitrag freiwilliger zahlung spende an den die der fur fonds jahresbeitrag
contributo volontario pagamento fondo bijdrage vrijwillige betaling contribuicao fundo
взнос добровольный оплата фонд в 自愿捐款 捐款 مساهمة تبرع
january february march april may june july august september october november december
"""


class Certainty:
    """The rules, over the open instalments as they are left: `open_of` gives those of a donor,
    `open_in` those of a pledge.
    """

    def __init__(
        self,
        settings: Settings,
        quoting: Quoting,
        open_of: Callable[[str], list[str]],
        open_in: Callable[[str], list[Claim]],
    ) -> None:
        self._settings, self._quoting = settings, quoting
        self._open_of, self._open_in = open_of, open_in

    def rule(
        self, candidates: list[Candidate], quoted: Quoted, *, doubled: bool = False
    ) -> Candidate | None:
        """Return the one candidate that a rule makes certain; None if none or several are.
        `doubled`: as much came from the donor about then, so one may have been sent twice.
        """
        if any(each.receipt.is_uncertain for each in candidates):
            return None
        exact = [
            each
            for each in candidates
            if _EXACT & set(each.evidence) and "early" not in each.evidence
        ]
        free = [each for each in candidates if not {"other-donor", "early"} & set(each.evidence)]
        found: list[tuple[Candidate, str]] = []
        by_text = [each for each in exact if each in free and _is_quoted(each)]
        if doubled:
            by_text = [each for each in by_text if self._is_one_alone(each)]
        strongest = _first_of_equals(by_text)
        if strongest is not None and self._is_all_that_is_said(strongest, quoted):
            found.append((strongest, "M1"))
        elif not by_text and len(quoted.labels) <= 1 and not quoted.unknown:
            found += [(each, "M2") for each in free if self._is_quoted_part(each, exact, quoted)]
        if not found and quoted.nothing and not doubled:
            found += [
                (each, rule)
                for each in exact
                if (rule := self._by_donor_alone(each, exact, quoted))
            ]
        if len(found) != 1:
            return None
        candidate, rule = found[0]
        return None if self._waits_for_release(candidate) else replace(candidate, rule=rule)

    def _is_all_that_is_said(self, candidate: Candidate, quoted: Quoted) -> bool:
        """Tell whether everything the text quotes is settled by the candidate, and no slip in a
        number could make it another pledge of the same amount.
        """
        own = {pledge_of(label) for label in candidate.labels}
        papers = {pledge_of(label) for label in quoted.papers}
        others = (quoted.pledges | {pledge_of(label) for label in quoted.labels}) - own
        if others or quoted.unknown:
            return False
        if len(candidate.parts) > 1 and "label" not in candidate.evidence:
            whole = {claim.label for pledge in own for claim in self._open_in(pledge)}
            if whole != set(candidate.labels):
                return False  # some of a pledge, and nobody says which
        if _BY_NUMBER & set(candidate.evidence):
            return quoted.labels <= set(candidate.labels) and not self._alike(candidate, own)
        return papers <= own

    def _is_one_alone(self, candidate: Candidate) -> bool:
        """Tell whether the text names the instalment, or a pledge that has no other."""
        return "label" in candidate.evidence or all(
            self._quoting.instalments[pledge_of(label)] == 1 for label in candidate.labels
        )

    def _alike(self, candidate: Candidate, own: set[str]) -> bool:
        """Tell whether a pledge with nearly the same number has an instalment of that amount."""
        paid = {(part.claim.currency, part.units) for part in candidate.parts}
        paid.add(
            (
                candidate.parts[0].claim.currency,
                sum((part.units for part in candidate.parts[1:]), candidate.parts[0].units),
            )
        )
        return any(
            (claim.currency, claim.units) in paid
            for pledge in own
            for other in self._quoting.alike(pledge) - own
            for claim in self._open_in(other)
        )

    def _is_quoted_part(self, candidate: Candidate, exact: list[Candidate], quoted: Quoted) -> bool:
        """Tell whether it is a part of the one open instalment that the text quotes, short by more
        than banks keep, and of no other of the donor all that is unpaid.
        """
        if "part" not in candidate.evidence or "digits" in candidate.evidence:
            return False
        (part,) = candidate.parts
        label, pledge = part.claim.label, pledge_of(part.claim.label)
        quotes = quoted.pledges | {pledge_of(each) for each in quoted.labels}
        if quotes != {pledge}:
            return False
        if quoted.labels not in ({label}, set()):
            return False
        if not quoted.labels and [each.label for each in self._open_in(pledge)] != [label]:
            return False
        if part.claim.currency != candidate.receipt.sent_in(self._settings.currency):
            return False
        if any(self._open_in(other) for other in self._quoting.alike(pledge) - {pledge}):
            return False  # one slip in the number would be another pledge
        if any(each.parts[0].claim.donor == part.claim.donor for each in exact):
            return False
        short = part.claim.units - part.units
        fund = self._settings.funds[part.claim.fund]
        receipt = candidate.receipt
        value = part.claim.currency == self._settings.currency
        kept = (
            short
            if value
            else in_book_currency_of(receipt, part.units, short, self._settings.decimals)
        )
        within = kept <= tolerance(fund, receipt.value + kept)
        return not within and not one_digit_off(part.units, part.claim.units)

    def _by_donor_alone(self, candidate: Candidate, exact: list[Candidate], quoted: Quoted) -> str:
        """Return the rule by which donor and amount are enough: an uneven amount that nothing else
        of the donor comes to; or its only open instalment, where the text says nothing else.
        """
        if len(candidate.parts) != 1 or "donor" not in candidate.evidence:
            return ""
        claim = candidate.parts[0].claim
        papers = quoted.short | quoted.near_papers
        if papers and claim.label not in papers:
            return ""  # a paper of the donor's is quoted, and it is another's
        own = [each for each in exact if "donor" in each.evidence]
        if own == [candidate] and claim.units % 100:
            return "M4"
        if self._open_of(claim.donor) != [claim.label]:
            return ""
        names = _words(" ".join((*self._names(claim), candidate.receipt.payer)))
        rest = _words(" ".join(quoted.words)) - _no_more() - names
        return "M3" if all(_A_YEAR.fullmatch(word) for word in rest) else ""

    def _names(self, claim: Claim) -> Iterator[str]:
        """Yield what an instalment's donor, fund, purpose and papers are called."""
        settings = self._settings
        yield from (claim.donor, claim.fund, settings.funds[claim.fund].name)
        if donor := settings.donors.get(claim.donor):
            yield donor.name
        if claim.purpose:
            yield settings.purposes.get(claim.purpose, claim.purpose)
        for key in ("reference", "document"):
            yield from (stated(*own, key) or "" for own in claim.words)

    def _waits_for_release(self, candidate: Candidate) -> bool:
        """Tell whether an instalment's period has begun without its release: first that."""
        starts = self._settings.periods.start_of
        return any(
            part.claim.is_deferred
            and starts(part.claim.due or part.claim.pledged_on) <= candidate.receipt.day
            for part in candidate.parts
        )


def _is_quoted(candidate: Candidate) -> bool:
    """Tell whether the text quotes it: by its number, or by the paper of the donor who pays."""
    said = set(candidate.evidence)
    return bool(_BY_NUMBER & said) or (
        "reference" in said and bool({"donor", "history", "named"} & said)
    )


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
    return min(best, key=oldest) if len(same) == 1 and not others else None


@cache
def _no_more() -> frozenset[str]:
    """What a text may say that names nothing but that it is a contribution."""
    return frozenset(_words(_NO_MORE))


def _words(text: str) -> set[str]:
    """Return the words of a text, without accents."""
    letters = unicodedata.normalize("NFKD", words_of(text))
    return set("".join(each for each in letters if not unicodedata.combining(each)).split())

"""What a receipt's text quotes: instalments, pledges, donors' papers, and what nearly is one.

A number that is like a label and is none makes nothing certain, whatever else the text says.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from pledgebook.ledger.declared.currencies import is_currency
from pledgebook.ledger.register.instalments import pledge_of
from pledgebook.ledger.register.postings import stated
from pledgebook.ledger.register.register import Claim, Register

_LONGEST_REFERENCE = 6
_SHORTEST_REFERENCE = 5
_LABEL = re.compile(
    r"(?<![A-Z0-9])([A-Z][A-Z0-9]{1,11})[\W_]{1,3}((?:19|20)\d{2})[\W_]{1,3}(\d{2,3})"
    r"(?:\s?[./-]\s?(\d{1,2}))?(?![A-Z0-9])"
)
_LIKE_A_LABEL = re.compile(r"(?<![A-Z0-9])[A-Z]{2,6}[\W_]{0,2}\d[\d\W_]{3,10}\d(?![A-Z0-9])")
_A_DAY = re.compile(r"(\d{1,2} ){0,2}(19|20)\d{2}( \d{1,2}){0,2}")
_TAG = re.compile(r"/[A-Z]{3,4}/")  # how banks divide a text: /NAME/, /REMI/
_SHORT_REFERENCE = re.compile(r"(?=.*\d)(?=.*[^\W\d])\w(?: ?\w){2,3}")
_NUMBER = r"\d{1,3}(?:[ .,'\u2019\xa0]\d{3})+(?:[.,]\d{2})?|\d+(?:[.,]\d{2})?"
_STATED = re.compile(
    rf"(?<![\w.,])(?:(?P<before>[A-Z]{{3}}) ?(?P<number_before>{_NUMBER})(?![\w])"
    rf"|(?P<number>{_NUMBER}) ?(?P<behind>[A-Z]{{3}})(?!\w))"
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """What a receipt's text names: instalments, pledges, papers' instalments, pledges that it
    nearly names; papers of who pays by a number that is short, or with a character mistaken;
    whether it holds something like a label that is none; its words, and the money it states.
    """

    labels: set[str]
    pledges: set[str]
    papers: set[str]
    near: set[str]
    joined: set[str]
    short: set[str]
    near_papers: set[str]
    unknown: bool
    words: tuple[str, ...]
    money: tuple[tuple[Decimal, str], ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether the text quotes nothing, nor anything like it."""
        return not (self.labels or self.pledges or self.papers or self.near or self.unknown)


class Quoting:
    """What texts may quote: the open instalments of a book, by pledge. `instalments` counts those
    of each pledge, paid or not.
    """

    def __init__(self, register: Register, open_claims: Iterable[Claim]) -> None:
        self._known = register.by_label
        self.instalments = Counter(map(pledge_of, register.by_label))
        self.by_pledge: dict[str, list[str]] = {}
        self._by_paper: dict[str, set[str]] = {}
        self._by_deletion: dict[str, set[str]] = {}
        self._short: dict[str, dict[str, set[str]]] = {}  # by donor
        self._near: dict[str, dict[str, set[str]]] = {}
        for claim in open_claims:
            label, pledge = claim.label, pledge_of(claim.label)
            if pledge not in self.by_pledge:
                for short in _deletions(_squash(pledge)):
                    self._by_deletion.setdefault(short, set()).add(pledge)
            self.by_pledge.setdefault(pledge, []).append(label)
            for key in ("reference", "document"):
                for own in claim.words:
                    self._note_paper(claim, words_of(stated(*own, key) or ""))

    def _note_paper(self, claim: Claim, paper: str) -> None:
        """Note a paper by which an instalment was pledged or committed."""
        label = claim.label
        if _is_reference(paper):
            self._by_paper.setdefault(paper, set()).add(label)
        elif _SHORT_REFERENCE.fullmatch(paper):
            own = self._short.setdefault(claim.donor, {})
            own.setdefault(paper, set()).add(label)
        if len(_squash(paper)) > _SHORTEST_REFERENCE and _is_reference(paper):
            near = self._near.setdefault(claim.donor, {})
            for short in _deletions(_squash(paper)):
                near.setdefault(short, set()).add(label)

    def read(self, text: str, donors: Iterable[str] = ()) -> Quoted:
        """Return what a text quotes; of `donors`, who may be its payer, also by less."""
        labels: set[str] = set()
        pledges: set[str] = set()
        near: set[str] = set()
        joined: set[str] = set()
        unknown: list[str] = []
        upper = text.upper()
        for found in _LABEL.finditer(upper):
            pledge = "-".join(found.group(1, 2, 3))
            label = f"{pledge}.{found.group(4)}"
            if found.group(4) and label in self._known:
                labels.add(label)
            elif pledge not in self.by_pledge:
                unknown.append(found.group(0))
            elif found.group(4):  # "AUT 2002-01-15" may be a day
                unknown.append(found.group(0))
                near.add(pledge)
            else:
                pledges.add(pledge)
        words = words_of(text).split()
        spans = {
            " ".join(words[start : start + length])
            for length in range(1, _LONGEST_REFERENCE + 1)
            for start in range(len(words) - length + 1)
        }
        quoted = [span for span in spans if span in self._by_paper]
        papers = {label for span in quoted for label in self._by_paper[span]}
        if not labels and not pledges:
            alike = [
                found.group(0)
                for found in _LIKE_A_LABEL.finditer(upper)
                if not is_currency(found.group(0)[:3])  # "EUR150000,00" is an amount
            ]
            unknown += [each for each in alike if not any(words_of(each) in one for one in quoted)]
            squashed = {_squash(word) for word in alike}
            near |= {pledge for word in alike for pledge in self.alike(word)}
            joined = {pledge for pledge in near if _squash(pledge) in squashed}
        short: set[str] = set()
        near_papers: set[str] = set()
        numbers = [
            _squash(span)
            for span in (spans if donors else ())
            if len(span.replace(" ", "")) > _SHORTEST_REFERENCE and any(map(str.isdigit, span))
        ]
        for donor in donors:
            own, nearly = self._short.get(donor, {}), self._near.get(donor, {})
            short |= {label for span in own.keys() & spans for label in own[span]}
            for number in numbers if nearly else ():
                for each in _deletions(number):
                    near_papers |= nearly.get(each, set())
        return Quoted(
            labels=labels,
            pledges=pledges,
            papers=papers,
            near=near,
            joined=joined,
            short=short,
            near_papers=near_papers - papers,
            unknown=bool(unknown),
            words=tuple(words_of(_TAG.sub(" ", text)).split()),
            money=tuple(_money_in(text)),
        )

    def alike(self, number: str) -> set[str]:
        """Return the pledges whose number is this one, or one slip away from it."""
        return {
            pledge
            for short in _deletions(_squash(number))
            for pledge in self._by_deletion.get(short, ())
        }


def _money_in(text: str) -> Iterator[tuple[Decimal, str]]:
    """Yield the amounts that a text states with the code of their currency: "1 000 000 FRF",
    "EUR 20.000,00". A group of three digits behind a mark is thousands.
    """
    for found in _STATED.finditer(text.upper()):
        code = found["before"] or found["behind"]
        if not is_currency(code):
            continue
        number = found["number"] or found["number_before"]
        whole, mark, cents = number, "", ""
        if len(number) > 3 and number[-3] in ".,":
            whole, mark, cents = number[:-3], number[-3], number[-2:]
        if mark and mark in whole:
            continue  # 1.000.00 is no amount
        yield Decimal("".join(filter(str.isdigit, whole)) + (f".{cents}" if cents else "")), code


def _is_reference(paper: str) -> bool:
    """Tell whether words are enough of a number to be known by: a year or a day is not."""
    letters = paper.replace(" ", "")
    return (
        len(letters) >= _SHORTEST_REFERENCE
        and any(map(str.isdigit, letters))
        and not _A_DAY.fullmatch(paper)
    )


def _squash(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum())


def _deletions(text: str) -> set[str]:
    return {text, *(text[:at] + text[at + 1 :] for at in range(len(text)))}


def words_of(text: str) -> str:
    """Return the words of a text, without case and points, one blank between."""
    plain = unicodedata.normalize("NFKC", text)  # "№ 102" is "No 102"
    return " ".join(_WORD.findall(plain.casefold().replace("_", " ")))

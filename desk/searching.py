"""Finding a donor, a pledge or an entry by any word that stands on it, or by an amount."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from beancount.core.amount import Amount
from beancount.core.data import Transaction
from pledgebook.desk.entries import Place, place_of
from pledgebook.desk.loaded import Desk
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.postings import Line, read_lines

AT_MOST = 50
"""How many of each kind are shown; a longer word finds fewer."""

_WORDS = (
    "reference",
    "import-id",
    "source",
    "document",
    "payer",
    "bank-reference",
    "end-to-end",
    "bank-entry",
    "receipt",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What was found: a donor by `donor`, a pledge by its link, else an entry by its place."""

    title: str
    detail: str
    text: str
    amounts: frozenset[Decimal] = frozenset()
    donor: str = ""
    pledge: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, and whether there was more than is shown."""

    donors: list[Hit]
    entries: list[Hit]
    more: bool


def search(desk: Desk, words: str) -> Found:
    """Return what holds all of the words, whatever their case and accents, or the amount that they
    are, in any currency.
    """
    index = desk.once("search", lambda: list(_index(desk.present)))
    wanted, amounts = _plain(words).split(), amounts_in(words)
    hits = [
        hit
        for hit in index
        if wanted
        and (all(word in hit.text for word in wanted) or not amounts.isdisjoint(hit.amounts))
    ]
    donors = [hit for hit in hits if hit.place is None]
    entries = [hit for hit in hits if hit.place is not None]
    more = max(len(donors), len(entries)) > AT_MOST
    return Found(donors[:AT_MOST], entries[:AT_MOST], more)


_AMOUNT = re.compile(r"(?:[A-Z]{3}\s*)?([0-9][0-9.,\s'’]*)(?:[A-Z]{3})?", re.IGNORECASE)
_WHOLE = re.compile(r"[0-9]+|[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*")


def amounts_in(words: str) -> frozenset[Decimal]:
    """Return the amounts that words may be, if they are nothing else: "39975", "39,975.00",
    "39 975,00", "EUR 39975". Where a mark may part thousands or cents, both: to search is not to
    book.
    """
    found = _AMOUNT.fullmatch(words.strip())
    if found is None:
        return frozenset()
    digits = re.sub(r"[\s'’]", "", found[1])
    read = {re.sub("[.,]", "", digits)} if _WHOLE.fullmatch(digits) else set()
    at = max(digits.rfind("."), digits.rfind(","))
    whole, mark, cents = digits[:at], digits[at : at + 1], digits[at + 1 :]
    if at > 0 and mark not in whole and cents and _WHOLE.fullmatch(whole):
        read.add(f"{re.sub('[.,]', '', whole)}.{cents}")
    return frozenset(map(Decimal, read))


def _index(book: Book) -> Iterator[Hit]:
    """Yield donors that the book's entries name, then its entries, the latest first."""
    named: set[str] = set()
    entries = []
    for entry in book.entries:
        if not isinstance(entry, Transaction):
            continue
        lines = read_lines(entry, book.settings)
        if not lines:
            continue
        donors = {line.place.part for line in lines if line.place.part in book.settings.donors}
        named |= donors
        labels = {line.label for line in lines if line.label}
        words = (as_text(entry.meta.get(key, "")) for key in _WORDS)
        text = " ".join(
            [entry.payee or "", entry.narration or "", *(entry.links or ()), *labels, *words]
        )
        pledge = min(entry.links, default="") if labels and donors else ""
        title = f"{entry.date} {entry.payee or ''}".strip()
        place = place_of(book, entry.meta)
        entries.append(
            Hit(
                title=title,
                detail=entry.narration or "",
                text=_plain(text),
                amounts=_amounts_of(entry, lines),
                donor=min(donors, default=""),
                pledge=pledge,
                place=place,
            )
        )
    for code in sorted(named):
        donor = book.settings.donors.get(code)
        if donor is None:
            continue
        known = [donor, *(former for former, _ in book.settings.donors.formerly(code, date.max))]
        names = {donor.name, *(name.text for each in known for name in each.names)}
        names |= {each.name for each in known} | {each.code for each in known}
        yield Hit(title=donor.name, detail=code, text=_plain(" ".join([code, *names])), donor=code)
    yield from reversed(entries)


def _amounts_of(entry: Transaction, lines: Sequence[Line]) -> frozenset[Decimal]:
    """Return the amounts of an entry without their signs: of each posting and of what it is in the
    book's currency, of a pledge in all its instalments, and what a bank says was sent.
    """
    amounts = {abs(line.units) for line in lines}
    amounts |= {abs(line.value) for line in lines if line.value is not None}
    pledged: dict[str, Decimal] = {}
    for line in lines:
        if line.label and line.units > 0:
            pledged[line.currency] = pledged.get(line.currency, Decimal(0)) + line.units
    sent = entry.meta.get("original")
    if isinstance(sent, Amount) and sent.number is not None:
        amounts.add(abs(sent.number))
    return frozenset(amounts.union(pledged.values()))


def _plain(text: str) -> str:
    """Return a text without case and accents."""
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))

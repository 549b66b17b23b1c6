"""Receipts that wait to be applied: what is left of them, and every word the bank passed on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.declared.banks import PAYERS, SEVERAL
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.names import normalise
from pledgebook.ledger.events.parts import Earmark
from pledgebook.ledger.money import ZERO, read_number
from pledgebook.ledger.register.book import Book


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Money that waits under a label: `dollars` are left of it in `held`; `original` is what was
    sent, `charges` what banks are said to have kept, `texts` every word the bank passed on.
    """

    label: str
    day: date
    dollars: Decimal
    held: Earmark
    original: tuple[Decimal, str] | None = None
    charges: Decimal = ZERO
    payer: str = ""
    texts: tuple[str, ...] = ()
    donor: str = ""
    of_several: bool = False
    """Whether it may be the money of several, so that nothing of it is certain."""

    @property
    def text(self) -> str:
        """All words, in one line."""
        return " | ".join(filter(None, (self.payer, *self.texts)))

    def sent_in(self, dollar: str) -> str:
        """Return the currency the money was sent in: the book's where nothing else is stated."""
        return self.original[1] if self.original else dollar


def waiting_receipts(book: Book) -> list[Receipt]:
    """Return the unapplied receipts of a book with something left, in order of their days."""
    left: dict[str, Decimal] = {}
    first: dict[str, Transaction] = {}
    held: dict[str, Earmark] = {}
    days: dict[str, date] = {}
    for each in book.register.held:
        if each.kind != "unapplied":
            continue
        left[each.label] = left.get(each.label, ZERO) + each.dollars
        first.setdefault(each.label, each.entry)
        held.setdefault(each.label, Earmark(each.fund, each.class_, each.purpose))
        days[each.label] = min(each.opened, days.get(each.label, each.opened))
    receipts = [
        _receipt(book, label, first[label], days[label], dollars, held[label])
        for label, dollars in left.items()
        if dollars > 0
    ]
    return sorted(receipts, key=lambda receipt: (receipt.day, receipt.label))


def receipts_of_amount(book: Book) -> dict[Decimal, list[tuple[date, str]]]:
    """Return the days on which money of an amount came, applied since or not, and from which donor
    ("" where nobody knows).
    """
    found: dict[Decimal, list[tuple[date, str]]] = {}
    for each in book.register.held:
        if each.kind == "unapplied" and each.event == "receipt-unapplied" and each.dollars > 0:
            donor = as_text(each.entry.meta.get("proposed-donor", ""))
            found.setdefault(each.dollars, []).append((each.entry.date, donor))
    return found


def _receipt(
    book: Book, label: str, entry: Transaction, day: date, dollars: Decimal, held: Earmark
) -> Receipt:
    meta = entry.meta
    original = _amount(meta.get("original"))
    charges = _amount(meta.get("bank-charges"))
    texts = [
        as_text(meta[key]) for key in ("remittance", "end-to-end", "references") if key in meta
    ]
    whole = sum(
        (each.dollars for each in book.register.held_under[label] if each.entry is entry), ZERO
    )
    untouched = whole == dollars
    payer = as_text(meta.get("payer", entry.payee or ""))
    of_several = as_text(meta.get(PAYERS, "")) == SEVERAL
    return Receipt(
        label=label,
        day=day,
        dollars=dollars,
        held=held,
        original=original if untouched else None,
        charges=charges[0]
        if untouched and charges and charges[1] == book.settings.currency
        else ZERO,
        payer=payer,
        texts=tuple(dict.fromkeys((*texts, entry.narration or ""))),
        donor=""
        if of_several
        else as_text(meta.get("proposed-donor", "")) or _named(book, payer, entry.date),
        of_several=of_several,
    )


def _named(book: Book, payer: str, day: date) -> str:
    """Return the donor whose name a payer bears exactly, as of a receipt that was entered by hand:
    what a bank's statement brings says it itself.
    """
    donor = book.settings.donors.resolve(payer, day) if payer else None
    return donor.code if donor else ""


def _amount(value: object) -> tuple[Decimal, str] | None:
    if value is None:
        return None
    number, _, currency = as_text(value).partition(" ")
    try:
        return (read_number(number.replace(",", "")), currency) if currency else None
    except ValueError:
        return None


def donors_of_payers(book: Book) -> dict[str, set[str]]:
    """Return for which donors each payer's money was applied before, by the payer's name."""
    payers: dict[str, str] = {}
    for each in book.register.held:
        if each.kind == "unapplied" and each.dollars > 0:
            payer = as_text(each.entry.meta.get("payer", each.entry.payee or ""))
            payers.setdefault(each.label, normalise(payer))
    applied: dict[int, set[str]] = {}
    for each in book.register.held:
        if each.kind == "unapplied" and each.dollars < 0 and payers.get(each.label):
            applied.setdefault(id(each.entry), set()).add(payers[each.label])
    history: dict[str, set[str]] = {}
    for change in book.register.changes:
        for payer in applied.get(id(change.entry), ()):
            history.setdefault(payer, set()).add(change.after.donor)
    return history

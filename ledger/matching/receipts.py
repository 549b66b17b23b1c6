"""Receipts that wait to be applied: what is left of them, and every word the bank passed on.

What was sent in another currency is kept where a receipt is divided: a part of it is what its
instalments were settled by in that currency; where they are kept in another, its share by its
value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount.core.data import Transaction
from pledgebook.ledger.declared.banks import (
    BANK,
    PAYERS,
    SEVERAL,
    TAKEN_BACK,
    BankAccount,
    BankLine,
)
from pledgebook.ledger.declared.currencies import decimals, is_currency
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.names import normalise
from pledgebook.ledger.drafts import Meta
from pledgebook.ledger.events.parts import Earmark
from pledgebook.ledger.money import ZERO, format_units, read_number, round_to
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import by_number
from pledgebook.ledger.register.register import Change, Held


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Money that waits under a label: `value` is left of it in `held`; `original` is what was
    sent, `charges` what banks are said to have kept, `texts` every word the bank passed on.
    """

    label: str
    day: date
    value: Decimal
    held: Earmark
    original: tuple[Decimal, str] | None = None
    charges: Decimal = ZERO
    payer: str = ""
    texts: tuple[str, ...] = ()
    donor: str = ""
    is_uncertain: bool = False
    """Whether nothing of it is certain: it may be the money of several, or the bank took as much
    back.
    """

    @property
    def text(self) -> str:
        """All words, in one line."""
        return " | ".join(filter(None, (self.payer, *self.texts)))

    def sent_in(self, currency: str) -> str:
        """Return the currency the money was sent in: the book's where nothing else is stated."""
        return self.original[1] if self.original else currency


def waiting_receipts(book: Book) -> list[Receipt]:
    """Return the unapplied receipts of a book with something left, in order of their days."""
    left: dict[str, Decimal] = {}
    first: dict[str, Transaction] = {}
    held: dict[str, Earmark] = {}
    days: dict[str, date] = {}
    for each in book.register.held:
        if each.kind != "unapplied":
            continue
        left[each.label] = left.get(each.label, ZERO) + each.value
        first.setdefault(each.label, each.entry)
        held.setdefault(each.label, Earmark(each.fund, each.class_, each.purpose))
        days[each.label] = min(each.since, days.get(each.label, each.since))
    receipts = [
        _receipt(book, label, first[label], days[label], value, held[label])
        for label, value in left.items()
        if value > 0
    ]
    return sorted(receipts, key=lambda receipt: (receipt.day, by_number(receipt.label)))


def receipts_of_amount(book: Book) -> dict[Decimal, list[tuple[date, str]]]:
    """Return the days on which money of an amount came, applied since or not, and from which donor
    ("" where nobody knows).
    """
    found: dict[Decimal, list[tuple[date, str]]] = {}
    for each in book.register.held:
        if each.kind == "unapplied" and each.event == "receipt-unapplied" and each.value > 0:
            donor = _proposed(book, each.entry)
            found.setdefault(each.value, []).append((each.entry.date, donor))
    return found


def _receipt(
    book: Book, label: str, entry: Transaction, day: date, value: Decimal, held: Earmark
) -> Receipt:
    meta = entry.meta
    original = _amount(meta.get("original"))
    charges = _amount(meta.get("bank-charges"))
    texts = [
        as_text(meta[key]) for key in ("remittance", "end-to-end", "references") if key in meta
    ]
    whole = sum(
        (each.value for each in book.register.held_under[label] if each.entry is entry), ZERO
    )
    untouched = whole == value
    if original and not untouched:
        original = _left_of(book, original, whole, book.register.held_under[label])
    payer = as_text(meta.get("payer", entry.payee or ""))
    of_several = as_text(meta.get(PAYERS, "")) == SEVERAL
    return Receipt(
        label=label,
        day=day,
        value=value,
        held=held,
        original=original,
        charges=charges[0]
        if untouched and charges and charges[1] == book.settings.currency
        else ZERO,
        payer=payer,
        texts=tuple(dict.fromkeys((*texts, entry.narration or ""))),
        donor=""
        if of_several
        else _by_rule(book, entry, payer, texts)
        or _proposed(book, entry)
        or _named(book, payer, entry.date),
        is_uncertain=of_several or TAKEN_BACK in meta,
    )


WORDS = ("payer", "payer-account", "remittance", "end-to-end", "references", PAYERS,
         TAKEN_BACK, "proposed-donor")  # fmt: skip
"""Metadata of a receipt that is of the money, however often it is applied and taken back."""


class Paid(NamedTuple):
    """What a part of a receipt settled: its value, and the units of the instalment."""

    value: Decimal
    units: Decimal
    currency: str


def words_of_part(entry: Transaction, whole: Decimal, parts: Sequence[Paid]) -> list[Meta]:
    """Return what the entry of a receipt of `whole` says of the money, for each of its
    parts: the bank's words, and of what was sent the part's own.
    """
    meta = {key: as_text(entry.meta[key]) for key in WORDS if key in entry.meta}
    if "payer" not in meta and entry.payee:
        meta["payer"] = entry.payee
    original = _amount(entry.meta.get("original"))
    if original is None:
        return [dict(meta) for _ in parts]
    amounts = divide(original, whole, parts)
    return [{**meta, "original": f"{format_units(each)} {original[1]}"} for each in amounts]


def divide(original: tuple[Decimal, str], whole: Decimal, parts: Sequence[Paid]) -> list[Decimal]:
    """Return what was sent of each part of a receipt of `whole`, in the currency of what
    was sent: what it settled in that currency, where this does not come to more than was sent; else
    its share by its value. All of the receipt is all that was sent.
    """
    amount, currency = original
    settled = [part.units for part in parts]
    is_all = sum((part.value for part in parts), ZERO) == whole
    total = sum(settled, ZERO)
    if {part.currency for part in parts} == {currency} and (
        total == amount if is_all else total < amount
    ):
        return settled
    places = decimals(currency) if is_currency(currency) else 2
    shares = [round_to(amount * part.value / whole, places) for part in parts]
    if is_all and shares:
        shares[-1] += amount - sum(shares, ZERO)
    return shares


def _left_of(
    book: Book, original: tuple[Decimal, str], whole: Decimal, held: Sequence[Held]
) -> tuple[Decimal, str] | None:
    """Return what is left of what was sent once parts of a receipt were applied."""
    used: dict[int, Decimal] = {}
    for each in held:
        if each.entry is not held[0].entry:  # what an entry takes out, less what it puts back
            used[id(each.entry)] = used.get(id(each.entry), ZERO) - each.value
    own: dict[int, list[Change]] = {entry: [] for entry in used}
    for change in book.register.changes:
        if id(change.entry) in own and change.event == "application":
            own[id(change.entry)].append(change)
    parts = []
    for entry, value in used.items():
        settled = {change.after.currency for change in own[entry] if change.before}
        units = sum((c.before.units - c.after.units for c in own[entry] if c.before), ZERO)
        parts.append(Paid(value, units, settled.pop() if len(settled) == 1 else ""))
    left = original[0] - sum(divide(original, whole, parts), ZERO)
    return (left, original[1]) if left > 0 else None


def _by_rule(book: Book, entry: Transaction, payer: str, texts: Sequence[str]) -> str:
    """Return the donor whose money it is by a rule of its bank account, "" by none."""
    bank = book.settings.banks.accounts.get(as_text(entry.meta.get(BANK, "")))
    if bank is None:
        return ""
    said = bank.donor_of(line_of(bank, entry, " ".join((payer, *texts))))
    return book.settings.donors.of_record(said) if said else ""


def line_of(bank: BankAccount, entry: Transaction, text: str) -> BankLine:
    """Return what a rule of a bank account is held against, of an entry on which the bank said
    this text.
    """
    units = (each.units for each in entry.postings if each.account in bank.accounts)
    own = (each.number for each in units if each and each.currency == bank.currency)
    amount = sum((number for number in own if number is not None), ZERO)
    sent = _amount(entry.meta.get("original"))
    return BankLine(text, amount, bank.currency, sent)


def _named(book: Book, payer: str, day: date) -> str:
    """Return the donor whose name a payer bears exactly, as of a receipt that was entered by hand:
    what a bank's statement brings says it itself.
    """
    donor = book.settings.donors.resolve(payer, day, with_offices=False) if payer else None
    return book.settings.donors.of_record(donor.code) if donor else ""


def _proposed(book: Book, entry: Transaction) -> str:
    """Return whose money a receipt's entry says it is, under the present name; "" for nobody's."""
    return book.settings.donors.of_record(as_text(entry.meta.get("proposed-donor", "")))


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
        if each.kind == "unapplied" and each.value > 0:
            payer = as_text(each.entry.meta.get("payer", each.entry.payee or ""))
            payers.setdefault(each.label, normalise(payer))
    applied: dict[int, set[str]] = {}
    for each in book.register.held:
        if each.kind == "unapplied" and each.value < 0 and payers.get(each.label):
            applied.setdefault(id(each.entry), set()).add(payers[each.label])
    history: dict[str, set[str]] = {}
    for change in book.register.changes:
        for payer in applied.get(id(change.entry), ()):
            history.setdefault(payer, set()).add(change.after.donor)
    return history

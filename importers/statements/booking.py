"""A bank's entry as an entry of the book: a receipt not applied yet, a charge, interest.

Money in an account of another currency is taken at the rate of its value date and kept as one
lot an account, named after the account: each entry takes the whole lot out and puts it back with
what came or went (docs/bank.md).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount.core.data import Transaction
from msgspec import structs
from pledgebook.importers.statements.statement import Entry, Original
from pledgebook.ledger.declared.banks import (
    BANK,
    BANK_ENTRY,
    BANK_REFERENCE,
    BOOKED_ON,
    PAYERS,
    SEVERAL,
    TAKEN_BACK,
    BankAccount,
    BankRule,
)
from pledgebook.ledger.drafts import Draft, DraftLine, Meta
from pledgebook.ledger.events import (
    Earmark,
    EventRefusedError,
    bank_charge,
    interest,
    receipt_unapplied,
)
from pledgebook.ledger.events.asking import free_labels
from pledgebook.ledger.files.ordering import rank_of
from pledgebook.ledger.money import ZERO, format_amount, share
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.history import continuing
from pledgebook.ledger.register.postings import read_lines

_LONGEST_NARRATION = 120


class Entered(NamedTuple):
    """A drafted entry, the label it stands under (empty unless a receipt), the donor proposed."""

    draft: Draft
    label: str
    donor: str


@dataclass(slots=True)
class _Lot:
    """What is held in another currency: units, their value, and the last day it was moved."""

    units: Decimal = ZERO
    value: Decimal = ZERO
    moved: date = date.min


class Cashier:
    """Drafts entries of banks, one after the other, in the order of their days."""

    def __init__(self, book: Book) -> None:
        self._book, self._settings = book, book.settings
        self._labels = free_labels(book.register)
        self._lots = _lots_of(book)

    @staticmethod
    def order(entry: Entry, bank: BankAccount) -> tuple[date, int]:
        """Return what entries are sorted by to be drafted: as they will stand in the book."""
        receipt = entry.amount > 0 and bank.rule_for(entry.line(bank.currency)) is None
        return entry.value_date, rank_of("receipt-unapplied" if receipt else "")

    def enter(
        self, entry: Entry, bank: BankAccount, rule: BankRule | None, entry_id: str, source: Meta
    ) -> Entered:
        """Draft one entry.

        Raises EventRefusedError, or MissingRateError where its currency has no rate that day.
        """
        day = entry.value_date
        value, rate = self._book.rates.value(abs(entry.amount), bank.currency, day)
        if value <= 0:
            raise EventRefusedError("It comes to less than a cent.")
        lot = self._lots.setdefault(bank.account, _Lot())
        foreign = bank.currency != self._settings.currency
        if foreign and lot.moved > day:
            raise EventRefusedError(
                f"{bank.account} was moved on {lot.moved}, after this value date {day}, and its "
                "lot cannot be changed behind that: enter it by hand, or import it before"
            )
        if foreign and entry.amount < 0:
            value = self._taken(lot, -entry.amount, bank)
            rate = None
        fund = self._settings.funds[bank.fund]
        class_ = fund.class_of(rule.class_ or None if rule else None, None)
        if self._names_another(entry):
            entry = replace(entry, of_several=True)
        donor = self._donor(entry, bank)
        meta = {**_said(entry, bank, entry_id, donor, self._settings.currency), **source}
        words = _narration(entry)
        label = ""
        if rule is None:
            label = self._labels.receipt(day)
            draft = receipt_unapplied(
                self._settings, day=day, fund=bank.fund, label=label, value=value
            ).noted(narration=words, rate=rate, meta=meta)
        elif rule.kind == "charges":
            draft = bank_charge(
                self._settings, day=day, earmark=Earmark(bank.fund, class_), value=value
            ).noted(narration=words, rate=rate, meta=meta)
        else:
            shares = [(Earmark(bank.fund, class_), value)]
            draft = interest(self._settings, day=day, shares=shares).noted(
                narration=words, rate=rate, meta=meta
            )
        draft = structs.replace(draft, payee=" ".join(entry.payer.split()))
        return Entered(self._through(draft, bank, entry, lot if foreign else None), label, donor)

    def _taken(self, lot: _Lot, units: Decimal, bank: BankAccount) -> Decimal:
        if units > lot.units:
            raise EventRefusedError(
                f"{bank.account} holds {format_amount(lot.units)} {bank.currency}; "
                f"{format_amount(units)} cannot go out of it"
            )
        return lot.value - share(lot.value, lot.units - units, lot.units, self._settings.decimals)

    def _through(self, draft: Draft, bank: BankAccount, entry: Entry, lot: _Lot | None) -> Draft:
        """Return the draft with its cash in the bank's own account, as a lot if it is foreign."""
        lines: list[DraftLine] = []
        for line in draft.lines:
            parts = line.account.split(":")
            if parts[0] != "Assets" or parts[-1] != "Cash":
                lines.append(line)
            elif lot is None:
                lines.append(structs.replace(line, account=bank.account))
            else:
                lines += self._foreign(line, bank, entry, lot)
        return structs.replace(draft, lines=tuple(lines))

    def _foreign(
        self, line: DraftLine, bank: BankAccount, entry: Entry, lot: _Lot
    ) -> list[DraftLine]:
        label, currency = bank.account, self._settings.currency
        lines = []
        if lot.units:
            lines.append(
                DraftLine(
                    account=bank.account,
                    number=-lot.units,
                    currency=bank.currency,
                    label=label,
                    meta=line.meta,
                )
            )
        lot.units += entry.amount
        lot.value += line.number
        lot.moved = entry.value_date
        if lot.units:
            lines.append(
                DraftLine(
                    account=bank.account,
                    number=lot.units,
                    currency=bank.currency,
                    label=label,
                    value=lot.value,
                    committed=None,
                    meta=line.meta,
                    book_currency=currency,
                )
            )
        return lines

    def _names_another(self, entry: Entry) -> bool:
        """Tell whether the payer is a donor, and a line of the text is another donor's name."""
        donors, day = self._settings.donors, entry.value_date
        payer = donors.resolve(entry.payer, day, with_offices=False) if entry.payer else None
        lines = entry.remittance.split("\n") if entry.payer else ()
        named = [payer, *(donors.resolve_plainly(line, day) for line in lines)]
        return len({donor.code for donor in named if donor}) > 1

    def _donor(self, entry: Entry, bank: BankAccount) -> str:
        """Return the donor that a rule says, else the one that the payer, or a line of the text,
        names exactly; else "".
        """
        if entry.of_several:
            return ""
        if said := bank.donor_of(entry.line(bank.currency)):
            return said
        donors = self._settings.donors
        if found := donors.resolve(entry.payer, entry.value_date, with_offices=False):
            return found.code
        lines = [part for line in entry.remittance.split("\n") for part in (line, *_parts(line))]
        found_in = (donors.resolve_plainly(line, entry.value_date) for line in lines)
        named = {donor.code for donor in found_in if donor}
        return named.pop() if len(named) == 1 else ""


def _parts(line: str) -> list[str]:
    for mark in ("/", ";", ","):
        line = line.replace(mark, "\n")
    return [part.strip() for part in line.split("\n") if len(part.strip()) > 3]


def _said(
    entry: Entry, bank: BankAccount, entry_id: str, donor: str, currency: str
) -> dict[str, str | date]:
    """Return the bank's words as metadata; what it does not say is left out."""
    said: dict[str, str | date] = {
        BANK: bank.code,
        BANK_ENTRY: entry_id,
        BANK_REFERENCE: entry.bank_ref,
        "end-to-end": entry.end_to_end,
        "references": " ".join(entry.references),
        "payer": entry.payer,
        "payer-account": entry.payer_account,
        "remittance": entry.remittance,
        PAYERS: SEVERAL if entry.of_several else "",
        "original": str(_sent(entry, bank, currency) or ""),
        "original-rate": f"{entry.rate.normalize():f}" if entry.rate else "",
        "bank-charges": ", ".join(map(str, entry.charges)),
        "proposed-donor": donor,
    }
    if entry.taken_back:
        said[TAKEN_BACK] = entry.taken_back
    if entry.booked_on != entry.value_date:
        said[BOOKED_ON] = entry.booked_on
    return {key: value for key, value in said.items() if value}


def _sent(entry: Entry, bank: BankAccount, currency: str) -> Original | None:
    """Return what was sent: as the bank says, else what an account in another currency received."""
    if entry.original or bank.currency == currency or entry.amount < 0:
        return entry.original
    return Original(entry.amount, bank.currency)


def _narration(entry: Entry) -> str:
    words = " ".join((entry.remittance or entry.code or "").split())
    if len(words) > _LONGEST_NARRATION:
        words = words[: _LONGEST_NARRATION - 3].rstrip() + "..."
    return words or ("Money received" if entry.amount > 0 else "Money paid out")


def _lots_of(book: Book) -> dict[str, _Lot]:
    """Return what each cash account holds in another currency than the book's."""
    lots: dict[str, _Lot] = {}
    for entry in continuing(book.entries):
        if not isinstance(entry, Transaction):
            continue
        for line in read_lines(entry, book.settings):
            if line.place.kind != "cash" or line.currency == book.settings.currency:
                continue
            lot = lots.setdefault(line.posting.account, _Lot())
            lot.units += line.units
            lot.value += line.value or ZERO
            lot.moved = max(lot.moved, entry.date)
    return lots

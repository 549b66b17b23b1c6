"""From a match to entries: the redenomination it needs, and the application of the receipt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from beancount.core.data import Transaction
from msgspec import structs
from pledgebook.ledger.declared.chart import account
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.delegations import ENTERED
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events.asking import advance_for, free_labels, redenominated, share_out
from pledgebook.ledger.events.changes import redenomination
from pledgebook.ledger.events.parts import Advance, Earmark, earmark_of, held_lot, in_book_currency
from pledgebook.ledger.events.receipts import Settled, application, returned_payment
from pledgebook.ledger.events.returns import find_return
from pledgebook.ledger.files.writing import text_without
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.guards.charges import ADVISED
from pledgebook.ledger.matching.candidates import Candidate
from pledgebook.ledger.matching.receipts import Paid, words_of_part
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.postings import read_lines
from pledgebook.ledger.register.register import Change, Claim

MATCHED_BY = "matched-by"
"""Metadata of an application: the rule that made it certain, or "a person"."""

PERSON = "a person"


def apply_matches(
    book: Book,
    candidates: Iterable[Candidate],
    *,
    entered_by: str = "",
    charges_advised: bool = False,
) -> list[Draft]:
    """Return the entries that apply receipts, in their order; each is dated by its receipt, or by
    the last entry on its instalments if that is later, or by the first day that is not sealed.
    Charges are `charges: "advised"` where the bank stated them, or where `charges_advised` says so.

    Raises EventRefusedError where something cannot be applied.
    """
    applying = _Applying(book)
    drafts: list[Draft] = []
    for candidate in candidates:
        drafts += applying.drafts(candidate, entered_by, advised=charges_advised)
    return drafts


class _Applying:
    """What the entries made so far leave of instalments, receipts and money in advance."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.claims: dict[str, Claim] = {}
        self.moved: dict[str, date] = {}
        self.advances: dict[str, Advance] = {}

    def drafts(self, candidate: Candidate, entered_by: str, *, advised: bool) -> list[Draft]:
        receipt, settings = candidate.receipt, self.book.settings
        day = self._day(candidate)
        drafts: list[Draft] = []
        claims = []
        for part in candidate.parts:
            claim = self._claim(part.claim.label)
            if part.claim.currency != claim.currency:
                drafts.append(
                    redenomination(settings, day=day, claim=claim, currency=part.claim.currency)
                )
                claim = redenominated(claim, part.claim.currency)
            claims.append(claim)
        settled = self._settled(candidate, claims, day)
        meta = {MATCHED_BY: candidate.rule or PERSON}
        if entered_by:
            meta[ENTERED] = entered_by
        if candidate.charges and (advised or candidate.charges == receipt.charges):
            meta["charges"] = ADVISED
        drafts.append(
            application(
                settings,
                day=day,
                receipt=receipt.label,
                held=receipt.held,
                amount=receipt.value,
                settled=settled,
                charges=candidate.charges,
            ).noted(meta=meta)
        )
        for each in settled:
            self._settle(each, day)
        return drafts

    def _claim(self, label: str) -> Claim:
        if label not in self.claims:
            self.claims[label] = self.book.register.by_label[label][-1].after
            self.moved[label] = self.book.register.by_label[label][-1].date
        return self.claims[label]

    def _day(self, candidate: Candidate) -> date:
        for label in candidate.labels:
            self._claim(label)
        day = max(candidate.receipt.day, *(self.moved[label] for label in candidate.labels))
        return max(day, self.book.settings.first_open_day)

    def _settled(self, candidate: Candidate, claims: Sequence[Claim], day: date) -> list[Settled]:
        """Share the value, gross of charges, among the instalments: as it is stated, as much
        for those in the book's currency, else by units of the one other currency they are in.
        """
        gross = candidate.receipt.value + candidate.charges
        units = [part.units for part in candidate.parts]
        stated = [part.value for part in candidate.parts if part.value is not None]
        if len(stated) == len(units):
            value = stated
        elif {claim.currency for claim in claims} == {self.book.settings.currency}:
            value = units
        else:
            value = share_out(gross, units, self.book.settings.decimals)
        return [
            Settled(claim, part.units, amount, self._advance(claim.label, day))
            for claim, part, amount in zip(claims, candidate.parts, value, strict=True)
        ]

    def _advance(self, label: str, day: date) -> Advance | None:
        return self.advances.get(label) or advance_for(self.book.register, label, day)

    def _settle(self, settled: Settled, day: date) -> None:
        claim = settled.claim
        self.claims[claim.label] = settled.left
        self.moved[claim.label] = day
        if not claim.is_recognised(day):
            held = settled.advance or Advance(ZERO, day)
            self.advances[claim.label] = Advance(held.value + settled.value, held.since)


def undo_texts(book: Book, receipt: str) -> dict[Path, str]:
    """Return the files without the last application of a receipt: the way back while its period is
    not sealed. Raises EventRefusedError where there is none, or it is sealed.
    """
    entry = _last_application(book, receipt)
    period = book.settings.periods.of(entry.date)
    if period is not None and period.name in book.settings.seals:
        raise EventRefusedError(
            f"The application of {receipt} of {entry.date} is in {period.name}, which is sealed: "
            "take it back by an entry, with --date."
        )
    path = Path(str(entry.meta["filename"]))
    return {path: text_without(book, path, lambda other: other is entry)}


def take_back(book: Book, receipt: str, day: date) -> list[Draft]:
    """Return the entries of `day` that take the last application of a receipt back: each instalment
    is open again, at the date of its commitment, and the money waits under a new label.
    """
    entry = _last_application(book, receipt)
    settings, register = book.settings, book.register
    labels = free_labels(register)
    named = as_text(entry.meta.get("ref", "")) or entry.date.isoformat()
    drafts = []
    charges = sum(
        (
            line.value or ZERO
            for line in read_lines(entry, settings)
            if line.place.kind == "bank-charges"
        ),
        ZERO,
    )
    held = next(each for each in register.held_under[receipt] if each.kind == "unapplied")
    earmark = Earmark(held.fund, held.class_, held.purpose)
    applied = [c for c in register.changes if c.entry is entry and c.event == "application"]
    own_held = register.held_under[receipt]
    whole = sum((each.value for each in own_held if each.entry is held.entry), ZERO)
    paid = [_paid(change, charges if change is applied[0] else ZERO) for change in applied]
    for change, words in zip(applied, words_of_part(held.entry, whole, paid), strict=True):
        found = find_return(book, change.label, named, day)
        now, was = found.now, found.was
        draft = returned_payment(
            settings,
            day=day,
            now=now,
            was=was,
            value=found.value - charges,
            charges=charges,
            income=found.income,
            reverses=named,
            advance=advance_for(register, now.label, day),
        ).noted(
            narration=f"Application of {receipt} to {now.label} taken back",
            meta={**words, "receipt-of": receipt},
        )
        back = found.value - charges
        own = earmark_of(was)
        lines = [structs.replace(line, meta={**own.meta(), **line.meta}) for line in draft.lines]
        again = account("unapplied", earmark.fund)
        extra = [
            (earmark, in_book_currency(settings, account("cash", earmark.fund), back)),
            (earmark, held_lot(settings, again, -back, labels.receipt(day))),
        ]
        lines += [
            structs.replace(line, meta={**of.meta(), **line.meta})
            for of, line in extra
            if line.number
        ]
        meta = {key: value for key, value in draft.meta.items() if key not in own.meta()}
        drafts.append(structs.replace(draft, lines=tuple(lines), meta=meta))
        charges = ZERO
    return drafts


def _paid(change: Change, charges: Decimal) -> Paid:
    """Return what an application settled by money of the receipt itself, without the charges."""
    before = change.before.units if change.before else ZERO
    value = change.received + change.advanced - charges
    return Paid(value, before - change.after.units, change.after.currency)


def _last_application(book: Book, receipt: str) -> Transaction:
    applied = [
        each.entry
        for each in book.register.held_under.get(receipt, ())
        if each.kind == "unapplied" and each.value < 0 and each.event == "application"
    ]
    if not applied:
        raise EventRefusedError(f"No receipt {receipt} was applied, so nothing can be taken back.")
    return applied[-1]

"""Decisions on receipts, collected one by one and recorded together.

A person goes through the receipts that wait and says of each what it pays. Until all of it is
written in one go, the decisions stand in `decisions.json` beside the book, so that nothing is lost
when a page is closed. They are read again against the book as it is then: what no longer fits is
said, and never carried out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import structs
from pledgebook.ledger.declared.delegations import ENTERED
from pledgebook.ledger.declared.persons import refuse_without
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events.parts import Earmark
from pledgebook.ledger.events.receipts import application_without_pledge
from pledgebook.ledger.files.committing import Changes, commit
from pledgebook.ledger.files.naming import NewRule
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.matching.allocation import Allocation, allocate
from pledgebook.ledger.matching.applying import apply_matches
from pledgebook.ledger.matching.candidates import Candidate
from pledgebook.ledger.matching.receipts import Receipt, waiting_receipts
from pledgebook.ledger.money import ZERO, read_number
from pledgebook.ledger.occasion import present_occasion
from pledgebook.ledger.register.book import Book, digest_of
from pledgebook.ledger.sources import read_json

FILE = "decisions.json"


class Gift(NamedTuple):
    """What a receipt is that no pledge preceded: whose, and for what."""

    donor: str
    earmark: Earmark


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody decided of one receipt, or of several together: the instalments they pay, or
    that they are a gift. `charges` are what banks kept in the book's currency, None for whatever is
    missing; `rule` is the rule of matching that somebody followed, "" if none; `always` what was
    said of all money of which the bank says the same.
    """

    receipts: tuple[str, ...]
    allocations: tuple[Allocation, ...] = ()
    charges: Decimal | None = ZERO
    gift: Gift | None = None
    rule: str = ""
    always: NewRule | None = None


def digest_of_decisions(decisions: Iterable[Decision]) -> str:
    """Return what changes when decisions do: by it a page says which of them it showed."""
    told = json.dumps([_document(each) for each in decisions], ensure_ascii=False)
    return digest_of(told.encode())


def of_candidate(candidate: Candidate) -> Decision:
    """Return the decision that a candidate of matching is right."""
    allocations = tuple(
        Allocation(part.claim.label, part.units, part.claim.currency, part.value)
        for part in candidate.parts
    )
    return Decision(
        receipts=(candidate.receipt.label,),
        allocations=allocations,
        charges=candidate.charges,
        rule=candidate.rule,
    )


def describe_decision(decision: Decision, currency: str) -> str:
    """Return what a decision would do, in words."""
    always = ""
    if decision.always is not None:
        always = f"; from now on {describe_rule(decision.always)} is {decision.always.donor}"
    if decision.gift is not None:
        donor, earmark = decision.gift
        whose = " ".join(filter(None, (earmark.fund, earmark.class_, earmark.purpose)))
        return f"{donor}, without a pledge: {whose}{always}"
    parts = ", ".join(_describe(each, currency) for each in decision.allocations)
    kept = decision.charges
    charges = f", charges {kept:,.2f} {currency}" if kept else ""
    return parts + (", banks kept the rest" if kept is None else charges) + always


def describe_rule(rule: NewRule) -> str:
    """Return what a rule asks for, in words."""
    said = (
        f"“{rule.words}”",
        rule.amount and f"of {rule.amount}",
        rule.least and f"of {rule.least} or more",
        rule.most and f"of {rule.most} or less",
        rule.currency and f"sent in {rule.currency}",
        rule.way and f"going {rule.way}",
    )
    return ", ".join(filter(None, said))


def _describe(each: Allocation, currency: str) -> str:
    amount = "" if each.amount is None else f" {each.amount:,.2f} {each.currency}".rstrip()
    return each.label + amount + ("" if each.value is None else f" ({each.value:,.2f} {currency})")


def draft_decisions(book: Book, decisions: Iterable[Decision], by: str = "") -> list[Draft]:
    """Return the entries that carry decisions out, one after the other: for `write_entries`.

    `by` is who decided. Raises EventRefusedError for the first that does not fit the book, or what
    the decisions before it leave.
    """
    drafts: list[Draft] = []
    candidates: list[Candidate] = []
    waiting = {receipt.label: receipt for receipt in waiting_receipts(book)}
    used: set[str] = set()
    for decision in decisions:
        twice = used.intersection(decision.receipts)
        if twice:
            raise EventRefusedError(f"{min(twice)} is decided already: take that back first.")
        used.update(decision.receipts)
        if decision.gift is None:
            found = allocate(
                book, decision.receipts, decision.allocations, charges=decision.charges
            )
            candidates += [replace(each, rule=decision.rule) for each in found]
        else:
            drafts += [
                _gift(book, _waiting(waiting, label), decision.gift, by)
                for label in decision.receipts
            ]
    return drafts + apply_matches(book, candidates, entered_by=by)


def _waiting(waiting: Mapping[str, Receipt], label: str) -> Receipt:
    if label not in waiting:
        raise EventRefusedError(f"No receipt {label} waits to be applied any more.")
    return waiting[label]


def _gift(book: Book, receipt: Receipt, gift: Gift, by: str) -> Draft:
    if book.settings.donors.get(gift.donor) is None:
        raise EventRefusedError(f"The book knows no donor {gift.donor!r}.")
    settings, meta = book.settings, {ENTERED: by} if by else {}
    if receipt.original:
        meta["original"] = "{:f} {}".format(*receipt.original)
    return application_without_pledge(
        settings,
        day=max(receipt.day, settings.first_open_day),
        receipt=receipt.label,
        held=receipt.held,
        amount=receipt.value,
        donor=gift.donor,
        earmark=gift.earmark,
    ).noted(meta=meta)


def read_decisions(book: Book) -> list[Decision]:
    """Return the decisions that wait beside a book, in the order they were made.

    Raises EventRefusedError if the file is not as it was written.
    """
    path = _path(book)
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        return []
    try:
        return [_decision(each) for each in read_json(text.decode())["decisions"]]
    except (ValueError, KeyError, TypeError) as error:
        raise EventRefusedError(
            f"{path.name} beside the book cannot be read ({type(error).__name__}: {error}). It "
            "holds only decisions that were not recorded yet: remove it to begin again."
        ) from error


def keep_decisions(book: Book, decisions: Sequence[Decision]) -> None:
    """Put decisions in place of those that wait beside a book. Raises NotAllowedError."""
    refuse_without(book.settings.persons, present_occasion().by, ["record"])
    commit(book.folder, decisions_kept(book, decisions), {})


def decisions_kept(book: Book, decisions: Sequence[Decision]) -> Changes:
    """Return what keeps these decisions beside a book, for `write_entries`; without any the file
    goes.
    """
    document = {"decisions": [_document(each) for each in decisions]}
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    return {_path(book): text.encode() if decisions else None}


def _path(book: Book) -> Path:
    return book.folder / FILE


def _document(decision: Decision) -> dict[str, object]:
    def number(amount: Decimal | None) -> str | None:
        return None if amount is None else f"{amount:f}"

    document: dict[str, object] = {"receipts": list(decision.receipts)}
    if decision.gift is not None:
        donor, earmark = decision.gift
        document["gift"] = [donor, earmark.fund, earmark.class_, earmark.purpose]
    else:
        document["allocations"] = [
            [each.label, number(each.amount), each.currency, number(each.value)]
            for each in decision.allocations
        ]
        document["charges"] = number(decision.charges)
        document["rule"] = decision.rule
    if decision.always is not None:
        document["always"] = {
            key: text for key, text in structs.asdict(decision.always).items() if text
        }
    return document


def _decision(document: Mapping[str, Any]) -> Decision:
    def number(text: str | None) -> Decimal | None:
        return None if text is None else read_number(text)

    receipts = tuple(map(str, document["receipts"]))
    always = NewRule(**document["always"]) if "always" in document else None
    if "gift" in document:
        donor, fund, class_, purpose = map(str, document["gift"])
        gift = Gift(donor, Earmark(fund, class_, purpose))
        return Decision(receipts=receipts, gift=gift, always=always)
    return Decision(
        receipts=receipts,
        allocations=tuple(
            Allocation(str(label), number(amount), str(currency), number(value))
            for label, amount, currency, value in document["allocations"]
        ),
        charges=number(document["charges"]),
        rule=str(document["rule"]),
        always=always,
    )

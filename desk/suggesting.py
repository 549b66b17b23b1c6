"""What of the book may stand in a field of a form, proposed while somebody writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from pledgebook.desk.loaded import Desk
from pledgebook.desk.texts import gettext as _
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import by_number, pledge_of
from pledgebook.ledger.register.register import Claim
from pledgebook.reports.render.texts import amount_text

MOST = 100
"""Proposals sent at a time: a list of all of twenty thousand instalments would be a megabyte."""


class Proposal(NamedTuple):
    """A value, and what it is."""

    value: str
    what: str


class Proposals(NamedTuple):
    """Proposals for a field; where there are `more`, some words find them."""

    some: Sequence[Proposal]
    more: bool


def propose(desk: Desk, kind: str, words: str = "") -> Proposals:
    """Return what may stand in a field of a kind (`Field.suggests`), with all of some words."""
    known = desk.once(("proposals", kind), lambda: _known(desk.book, kind))
    sought = words.casefold().split()
    found = []
    for each in known:
        text = f"{each.value} {each.what}".casefold()
        if all(word in text for word in sought):
            found.append(each)
            if len(found) > MOST:
                break
    return Proposals(found[:MOST], len(found) > MOST)


def _known(book: Book, kind: str) -> list[Proposal]:
    settings = book.settings
    if kind == "donor":
        return [Proposal(donor.code, donor.name) for donor in settings.donors]
    if kind == "fund":
        return [Proposal(code, fund.name) for code, fund in settings.funds.items()]
    if kind == "class":
        classes = (name for fund in settings.funds.values() for name in fund.classes)
        return [Proposal(name, "") for name in dict.fromkeys(classes)]
    if kind == "purpose":
        return [Proposal(name, "") for name in settings.purposes]
    if kind == "agreement":
        return [
            Proposal(each.reference, f"{each.donor}, {amount_text(each.amount)} {each.currency}")
            for each in settings.agreements.values()
        ]
    if kind == "budget-line":
        return [
            Proposal(line.code, f"{line.name}, {each.reference}")
            for each in settings.agreements.values()
            for line in each.lines.values()
        ]
    if kind == "place":
        return [
            Proposal(f"{code}/{name}", fund.name)
            for code, fund in settings.funds.items()
            for name in fund.classes
        ]
    if kind == "currency":
        return [Proposal(code, "") for code in _currencies(book)]
    if kind == "receipt":
        return [
            Proposal(each.label, f"{each.day}, {amount_text(each.value)}, {each.payer}")
            for each in waiting_receipts(book)
        ]
    if kind == "pledge":
        claims = book.register.claims_at(date.max)
        pledged = (pledge_of(claim.label) for claim in claims if not claim.committed)
        return [Proposal(label, "") for label in dict.fromkeys(pledged)]
    return list(_instalments(book))


def _instalments(book: Book) -> Iterator[Proposal]:
    """Yield what is unpaid, the earliest due first, then what was settled, the latest first."""
    claims = [changes[-1].after for changes in book.register.by_label.values()]
    unpaid = [claim for claim in claims if claim.is_open]
    unpaid.sort(key=lambda claim: (claim.due or date.max, by_number(claim.label)))
    for claim in unpaid:
        due = _(", due %(day)s", day=claim.due) if claim.due else ""
        left = f"{amount_text(claim.units)} {claim.currency}"
        what = _("%(donor)s: %(unpaid)s unpaid", donor=_name(book, claim), unpaid=left)
        yield Proposal(claim.label, what + due)
    for claim in reversed(claims):
        if not claim.is_open:
            yield Proposal(claim.label, _("%(donor)s: settled", donor=_name(book, claim)))


def _name(book: Book, claim: Claim) -> str:
    donor = book.settings.donors.get(claim.donor)
    return donor.name if donor else claim.donor


def _currencies(book: Book) -> Iterator[str]:
    """Yield the book's currency and those it has rates for."""
    currency = book.settings.currency
    yield currency
    yield from (code for code in book.rates.currencies if code != currency)

"""An IATI 2.03 activity file of what donors pledged, committed and paid.

What a fund, or each of its purposes, receives is an activity, published by the recipient. Amounts
are in the currency of the pledge, on the day of the entry, and never carrying values:

- what is pledged and not committed is an incoming pledge (13); committed later, the pledge is taken
  back and an incoming commitment (11) stands in its place;
- a commitment is an incoming commitment; its increase, decrease, cancellation, write-off or
  recovery is the difference, with its sign, on that day;
- money received, returned by the bank or refunded is incoming funds (1), negative where it went
  back: type 7, reimbursement, is something else;
- what moves to another donor, purpose, fund or currency is taken out of the one and put into the
  other; what a bank or rate does to values is nothing.

Sources: docs/standards.md. Codes of the standard are declared (`standard-code`), never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from msgspec import Struct
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.events import REASSIGNED, RECEIVING
from pledgebook.ledger.register.instalments import list_instalments, settled_so_far
from pledgebook.ledger.register.postings import stated
from pledgebook.ledger.register.register import Change, Claim, Gift

VERSION = "2.03"
FUNDS, COMMITMENT, PLEDGE = "1", "11", "13"
"""Types of transaction: incoming funds, incoming commitment, incoming pledge."""

_TYPE_OF_KIND: Mapping[str, str] = {
    "state": "10",
    "un-entity": "40",
    "intergovernmental": "40",
    "ifi": "40",
    "european-community": "40",
    "foundation": "60",
    "academia": "80",
    "company": "70",
}
"""IATI's type of organisation for kinds of donor that leave no choice; the others are declared."""

_ACTIVE = "2"
_ACTUAL_START = "2"
_OWN_ROLE, _FUNDING = "2", "1"
_DAC = "1"


class IatiRefusedError(RefusedError):
    """The book does not declare what the file must say. The message names all that is missing."""


class Transaction(Struct, frozen=True, kw_only=True):
    """One transaction: of which activity (fund and purpose, "" for all), type, day, donor, amount
    with its sign, its currency, the instalment's label or reference, and what the entry says.
    """

    activity: tuple[str, str]
    type: str
    day: date
    donor: str
    amount: Decimal
    currency: str
    ref: str
    words: str


class Reconciled(Struct, frozen=True, kw_only=True):
    """Of one currency: what the file says is committed or pledged, and received, and unpaid; what
    the register says is unpaid; and each difference by name.
    """

    currency: str
    promised: Decimal
    received: Decimal
    unpaid: Decimal
    differences: Mapping[str, Decimal]

    @property
    def agrees(self) -> bool:
        """Whether promised less received is what is unpaid, but for what is named."""
        return self.promised - self.received == self.unpaid + sum(self.differences.values())


def transactions_of(book: Book) -> list[Transaction]:
    """Return what donors pledged, committed and paid, in the order of days and entries."""
    register, settings = book.register, book.settings
    found: list[Transaction] = []
    for changes in register.by_label.values():
        for at, change in enumerate(changes):
            found.extend(_of_change(settings, changes[:at], change))
    found.extend(_of_gift(settings, gift) for gift in register.gifts)
    for flow in register.refunds:
        line, entry = flow.line, flow.entry
        found.append(
            Transaction(
                activity=_activity(settings, line.place.fund, line.purpose),
                type=FUNDS,
                day=entry.date,
                donor=line.place.part,
                amount=-(line.value or Decimal(0)),
                currency=settings.currency,
                ref="",
                words=entry.narration or "Refund",
            )
        )
    return sorted((each for each in found if each.amount), key=lambda each: each.day)


def _activity(settings: Settings, fund: str, purpose: str) -> tuple[str, str]:
    each = settings.code_in("iati-activities", ("fund", fund)) == "purpose"
    return fund, purpose if each else ""


def _of_change(settings: Settings, earlier: list[Change], change: Change) -> Iterator[Transaction]:
    before, after = change.before, change.after
    words = change.entry.narration or change.event

    def made(claim: Claim, kind: str, amount: Decimal) -> Transaction:
        return Transaction(
            activity=_activity(settings, claim.fund, claim.purpose),
            type=kind,
            day=change.date,
            donor=claim.donor,
            amount=amount,
            currency=claim.currency,
            ref=claim.label,
            words=words,
        )

    if change.event in RECEIVING:
        own = before if before is not None and before.is_open else after
        units = before.units if before is not None else Decimal(0)
        yield made(own, FUNDS, units - after.units)
    elif before is None:
        yield made(after, _promised(after), after.units)
    elif change.event == REASSIGNED:
        paid, _ = settled_so_far(earlier)
        yield made(before, _promised(before), -before.units - paid)
        yield made(after, _promised(after), after.units + paid)
        yield made(before, FUNDS, -paid)
        yield made(after, FUNDS, paid)
    elif _place(settings, before) == _place(settings, after):
        yield made(after, _promised(after), after.units - before.units)
    else:
        yield made(before, _promised(before), -before.units)
        yield made(after, _promised(after), after.units)


def _promised(claim: Claim) -> str:
    return COMMITMENT if claim.committed else PLEDGE


def _place(settings: Settings, claim: Claim) -> tuple[object, ...]:
    activity = _activity(settings, claim.fund, claim.purpose)
    return activity, claim.donor, claim.currency, claim.committed


def _of_gift(settings: Settings, gift: Gift) -> Transaction:
    amount, currency = gift.original or (gift.value, settings.currency)
    return Transaction(
        activity=_activity(settings, gift.fund, gift.purpose),
        type=FUNDS,
        day=gift.entry.date,
        donor=gift.donor,
        amount=amount.copy_sign(gift.value),
        currency=currency,
        ref=stated(gift.entry, gift.posting, "reference") or "",
        words=gift.entry.narration or "Contribution",
    )


def reconcile(book: Book) -> list[Reconciled]:
    """Hold the file's sums against the register, currency by currency: what is promised less what
    is received is what is unpaid, but for contributions without a pledge and refunds.
    """
    made = transactions_of(book)
    lines = list_instalments(book.register)
    gifts = [_of_gift(book.settings, gift) for gift in book.register.gifts]
    currencies = sorted({*(each.currency for each in made), *(line.currency for line in lines)})
    result = []
    for currency in currencies:
        own = [each for each in made if each.currency == currency]
        refunds = [
            flow.line.value or Decimal(0)
            for flow in book.register.refunds
            if currency == book.settings.currency
        ]
        differences = {
            "contributions without a pledge": -sum(
                (each.amount for each in gifts if each.currency == currency), Decimal(0)
            ),
            "refunds of unspent money": sum(refunds, Decimal(0)),
        }
        result.append(
            Reconciled(
                currency=currency,
                promised=sum((x.amount for x in own if x.type != FUNDS), Decimal(0)),
                received=sum((x.amount for x in own if x.type == FUNDS), Decimal(0)),
                unpaid=sum((x.outstanding for x in lines if x.currency == currency), Decimal(0)),
                differences={name: amount for name, amount in differences.items() if amount},
            )
        )
    return result


def to_iati(book: Book) -> bytes:
    """Return the file, in UTF-8. It is the same for the same book: the clock is not read.

    Raises IatiRefusedError where the book does not declare the reporting organisation, a sector, a
    country or region of an activity, or the type of a donor whose kind leaves a choice.
    """
    made = transactions_of(book)
    activities = list(dict.fromkeys(each.activity for each in made))
    if not activities:
        raise IatiRefusedError("The book has nothing that donors pledged or paid: no file is made.")
    missing = _missing(book.settings, made)
    if missing:
        raise IatiRefusedError(
            "The book does not say what an IATI file must: "
            + "; ".join(missing)
            + '. Declare each: custom "standard-code" (docs/standards.md).'
        )
    root = Element("iati-activities", {"version": VERSION})
    for activity in sorted(activities):
        _add_activity(root, book, activity, [x for x in made if x.activity == activity])
    indent(root)
    text: str = tostring(root, "unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _missing(settings: Settings, made: list[Transaction]) -> list[str]:
    found: dict[str, None] = {}
    for each in made:
        (fund, purpose), donor = each.activity, each.donor
        of = _of_activity(fund, purpose)
        if not settings.code_in("iati-organisation", ("fund", fund)):
            found[f"iati-organisation of fund {fund}"] = None
        if not settings.code_in("iati-sector", *of):
            found[f"iati-sector of {of[0][0]} {of[0][1]}"] = None
        if not (settings.code_in("iati-country", *of) or settings.code_in("iati-region", *of)):
            found[f"iati-country or iati-region of {of[0][0]} {of[0][1]}"] = None
        if donor and not _organisation_type(settings, donor):
            known = settings.donors.get(donor)
            kind = f", or of kind {known.kind}" if known else ""
            found[f"iati-organisation-type of donor {donor}{kind}"] = None
    return list(found)


def _of_activity(fund: str, purpose: str) -> list[tuple[str, str]]:
    return [*([("purpose", purpose)] if purpose else []), ("fund", fund)]


def _organisation_type(settings: Settings, donor: str) -> str:
    return settings.code_of_donor("iati-organisation-type", donor, _TYPE_OF_KIND)


def _add_activity(
    root: Element, book: Book, activity: tuple[str, str], made: list[Transaction]
) -> None:
    settings, (fund, purpose) = book.settings, activity
    ref = settings.code_in("iati-organisation", ("fund", fund))
    kind = settings.code_in("iati-organisation-type", ("fund", fund)) or "40"
    title = settings.funds[fund].name
    letterhead = settings.stationery.letterheads.get(fund)
    owner = letterhead.text("organization", "en") if letterhead else title
    own = SubElement(
        root,
        "iati-activity",
        {
            "default-currency": settings.currency,
            "{http://www.w3.org/XML/1998/namespace}lang": "en",
        },
    )
    by_purpose = settings.code_in("iati-activities", ("fund", fund)) == "purpose"
    named = f"{title}: {settings.purposes.get(purpose, purpose)}" if purpose else title
    if by_purpose and not purpose:
        named = f"{title}: without a purpose"
    identifier = f"{ref}-{fund}" + (f"-{purpose or 'GENERAL'}" if by_purpose else "")
    SubElement(own, "iati-identifier").text = identifier
    _narrative(SubElement(own, "reporting-org", {"ref": ref, "type": kind}), owner)
    _narrative(SubElement(own, "title"), named)
    _narrative(SubElement(own, "description"), f"Voluntary contributions to {named}")
    for donor in sorted({each.donor for each in made if each.donor}):
        _organisation(own, "participating-org", settings, donor, role=_FUNDING)
    _narrative(
        SubElement(own, "participating-org", {"ref": ref, "type": kind, "role": _OWN_ROLE}), owner
    )
    SubElement(own, "activity-status", {"code": _ACTIVE})
    first = min(each.day for each in made)
    SubElement(own, "activity-date", {"iso-date": first.isoformat(), "type": _ACTUAL_START})
    of = _of_activity(fund, purpose)
    country = settings.code_in("iati-country", *of)
    if country:
        SubElement(own, "recipient-country", {"code": country})
    else:
        region = settings.code_in("iati-region", *of)
        SubElement(own, "recipient-region", {"code": region, "vocabulary": "1"})
    sector = settings.code_in("iati-sector", *of)
    SubElement(own, "sector", {"code": sector, "vocabulary": _DAC})
    for each in made:
        _add_transaction(own, settings, each, ref, owner, kind)


def _add_transaction(
    own: Element, settings: Settings, each: Transaction, ref: str, owner: str, kind: str
) -> None:
    day = each.day.isoformat()
    element = SubElement(own, "transaction", {"ref": each.ref} if each.ref else {})
    SubElement(element, "transaction-type", {"code": each.type})
    SubElement(element, "transaction-date", {"iso-date": day})
    value = SubElement(element, "value", {"currency": each.currency, "value-date": day})
    value.text = format(each.amount, "f")
    _narrative(SubElement(element, "description"), each.words)
    if each.donor:
        _organisation(element, "provider-org", settings, each.donor)
    _narrative(SubElement(element, "receiver-org", {"ref": ref, "type": kind}), owner)


def _organisation(
    parent: Element, tag: str, settings: Settings, donor: str, role: str = ""
) -> None:
    known = settings.donors.get(donor)
    ref = settings.code_in("iati-organisation", ("donor", donor))
    attributes = {"type": _organisation_type(settings, donor)}
    attributes |= {"ref": ref} if ref else {}
    attributes |= {"role": role} if role else {}
    _narrative(SubElement(parent, tag, attributes), known.name if known else donor)


def _narrative(parent: Element, text: str) -> None:
    SubElement(parent, "narrative").text = _printable(text)


def _printable(text: str) -> str:
    """Return a text without the control characters that XML cannot hold."""
    return "".join(each for each in text if each in "\t\n\r" or each >= " ")

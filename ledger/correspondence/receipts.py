"""Official receipts: issued for collections, numbered without gaps by fund and year.

    2003-05-15 custom "official-receipt" "CPCJF/2003/0001" "DEU"
      amount: 161290.32 USD
      collected-on: 2003-04-04
      collection: "DEU-2002-01.1"
    2003-06-02 custom "void-receipt" "CPCJF/2003/0001" "Wrong payer named (made up)"

The year is that of the day of issue. A void receipt keeps its number and stays in the book; its
collection may be receipted again. The lines stand in correspondence.beancount, which stays with the
open book when a period is closed. A collection of a closed period is looked for only where its
entries are, as in history.beancount.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from datetime import date
from decimal import Decimal

from beancount.core.amount import Amount
from beancount.core.data import Custom, Directive
from msgspec import Struct, structs
from pledgebook.ledger.declared.declarations import Stated, as_date, as_text, write_declaration
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import BookRefusedError, Finding, finding, notice
from pledgebook.ledger.money import format_amount
from pledgebook.ledger.register.collections import Collection, CollectionKey, list_collections
from pledgebook.ledger.register.instalments import by_number
from pledgebook.ledger.register.view import View

ISSUED, VOIDED = "official-receipt", "void-receipt"
_LABEL = re.compile(r"\S+-[0-9]{4}-[0-9]+\.[0-9]+")
_NUMBER = re.compile(r"(?P<fund>[^/]+)/(?P<year>[0-9]{4})/(?P<serial>[0-9]{1,6})")


class OfficialReceipt(Struct, frozen=True, kw_only=True):
    """A receipt as issued. `amount` is in the book's `currency`; `void` says why it does not count,
    "" if it does, `void_on` since when.
    """

    entry: Custom
    number: str
    fund: str
    year: int
    serial: int
    key: CollectionKey
    amount: Decimal
    currency: str
    language: str
    void: str = ""
    void_on: date | None = None

    @property
    def issued_on(self) -> date:
        """The day of issue."""
        return self.entry.date


def receipt_number(fund: str, year: int, serial: int) -> str:
    """Write a receipt's number: CPCJF/2003/0001."""
    return f"{fund}/{year}/{serial:04d}"


def next_serial(receipts: Iterable[OfficialReceipt], fund: str, year: int) -> int:
    """Return the next free number of a fund and year; void ones are used up."""
    own = (each.serial for each in receipts if (each.fund, each.year) == (fund, year))
    return max(own, default=0) + 1


def draft_receipt(
    number: str, collection: Collection, day: date, language: str, currency: str
) -> str:
    """Return the line that issues a receipt for what stayed of a collection, as Beancount text;
    `currency` is the book's.
    """
    key = collection.key
    said: dict[str, Stated] = {
        "amount": Amount(Decimal(format_amount(collection.kept)), currency),
        "collected-on": key.day,
        "collection": key.labels,
        "language": language,
    }
    return write_declaration(ISSUED, day, number, key.donor, meta=said)


def draft_void(number: str, reason: str, day: date) -> str:
    """Return the line that makes a receipt void, as Beancount text."""
    return write_declaration(VOIDED, day, number, reason)


def void_line(entries: Iterable[Directive], number: str, reason: str, day: date) -> str:
    """Return the line that makes a receipt of a book void. Raises BookRefusedError where there is
    no reason, no such receipt, or it is void already or not issued yet on that day.
    """
    if not reason.strip():
        raise BookRefusedError("A receipt is made void for a reason: say it in words.")
    issued = {each.number: each for each in read_receipts(entries)}
    if number not in issued:
        raise BookRefusedError(
            f"There is no receipt {number}, so nothing was made void: look at the list of those "
            "that were issued."
        )
    if since := issued[number].void_on:
        raise BookRefusedError(
            f"Receipt {number} is void already, since {since}: {issued[number].void}"
        )
    if day < issued[number].issued_on:
        raise BookRefusedError(
            f"Receipt {number} was issued on {issued[number].issued_on}, so it cannot be void "
            f"since {day}: say a later day."
        )
    return draft_void(number, reason, day)


def read_receipts(entries: Iterable[Directive]) -> list[OfficialReceipt]:
    """Return the well-formed receipts of a book in order of fund, year and number, void ones
    marked.
    """
    entries = list(entries)
    voids: dict[str, tuple[str, date]] = {}
    for entry in _lines(entries, VOIDED):
        number, reason = _texts(entry)
        voids.setdefault(number, (reason, entry.date))
    receipts = []
    for entry in _lines(entries, ISSUED):
        receipt = _read(entry)
        if isinstance(receipt, OfficialReceipt):
            reason, day = voids.get(receipt.number, ("", None))
            receipts.append(structs.replace(receipt, void=reason, void_on=day))
    return sorted(receipts, key=lambda each: (each.fund, each.year, each.serial, each.issued_on))


def guard(view: View) -> list[Finding]:
    """Return what is wrong with receipts, then what deserves a look: numbers with gaps or twice,
    a collection that the book does not hold, one receipted twice, one over more than came in.
    """
    entries, settings = view.entries, view.settings
    lines = list(_lines(entries, ISSUED))
    voids = list(_lines(entries, VOIDED))
    if not lines and not voids:
        return []
    found: list[Finding] = []
    for entry in lines:
        receipt = _read(entry)
        if isinstance(receipt, str):
            found.append(finding(entry, "receipt-form", receipt))
        elif receipt.fund not in settings.funds or receipt.key.donor not in settings.donors:
            found.append(
                finding(
                    entry,
                    "receipt-form",
                    f"Receipt {receipt.number} names a fund or donor that the book does not know "
                    f"({receipt.fund}, {receipt.key.donor}): correct the code.",
                )
            )
        elif receipt.currency != settings.currency:
            found.append(
                finding(
                    entry,
                    "receipt-form",
                    f"Receipt {receipt.number} is over {receipt.currency}; the book is kept in "
                    f"{settings.currency}, and receipts with it: state the amount in that.",
                )
            )
    receipts = read_receipts(entries)
    found += _numbering(receipts)
    found += _voids(voids, receipts)
    of_record = settings.donors.of_record

    def present(key: CollectionKey) -> CollectionKey:
        return key._replace(donor=of_record(key.donor))

    receipts = [structs.replace(each, key=present(each.key)) for each in receipts]
    register = view.whole_register
    collections = {present(each.key): each for each in list_collections(register)}
    as_paid = {present(each.key): each for each in list_collections(register, as_paid=True)}
    return found + _against_collections(receipts, as_paid | collections, collections, settings)


def _numbering(receipts: list[OfficialReceipt]) -> Iterator[Finding]:
    """Yield numbers used twice, and those that are missing before one that is there."""
    before: OfficialReceipt | None = None
    for each in receipts:
        same = before is not None and (before.fund, before.year) == (each.fund, each.year)
        last = before.serial if same and before else 0
        if same and before and each.serial == before.serial:
            yield finding(
                each.entry,
                "receipt-number",
                f"Receipt {each.number} is issued twice, on {before.issued_on} and on "
                f"{each.issued_on}: a number is given once. Give this one the next free number.",
            )
        elif each.serial != last + 1:
            missing = receipt_number(each.fund, each.year, last + 1)
            until = f" to {each.serial - 1:04d}" if each.serial - 1 > last + 1 else ""
            yield finding(
                each.entry,
                "receipt-gap",
                f"Receipt {each.number} follows upon a gap: {missing}{until} is not in the book, "
                f"and numbers of a fund and year have none. Put the missing line back (a void "
                "receipt keeps its line too), or number this one anew.",
            )
        elif same and before and each.issued_on < before.issued_on:
            yield finding(
                each.entry,
                "receipt-gap",
                f"Receipt {each.number} is dated {each.issued_on}, before {before.number} of "
                f"{before.issued_on}: numbers follow the days of issue. Correct the date.",
            )
        before = each


def _voids(voids: list[Custom], receipts: list[OfficialReceipt]) -> Iterator[Finding]:
    by_number = {each.number: each for each in receipts}
    seen: dict[str, Custom] = {}
    for entry in voids:
        number, _ = _texts(entry)
        receipt = by_number.get(number)
        if receipt is None:
            said = "which the book does not hold: correct the number"
        elif entry.date < receipt.issued_on:
            said = f"which was issued later, on {receipt.issued_on}: correct the date"
        elif number in seen:
            said = f"which is void since {seen[number].date}: take this line out"
        else:
            seen[number] = entry
            continue
        yield finding(entry, "receipt-void", f"This line makes void receipt {number}, {said}.")


def _against_collections(
    receipts: list[OfficialReceipt],
    collections: dict[CollectionKey, Collection],
    present: Container[CollectionKey],
    settings: Settings,
) -> list[Finding]:
    """Hold receipts against the collections; those that are not `present` were reassigned to
    another donor since.
    """
    found: list[Finding] = []
    valid: dict[CollectionKey, OfficialReceipt] = {}
    for each in receipts:
        if each.void:
            continue
        first = valid.setdefault(each.key, each)
        if first is not each:
            found.append(
                finding(
                    each.entry,
                    "receipt-twice",
                    f"Receipt {each.number} is for what {each.key.donor} paid on {each.key.day} "
                    f"({each.key.labels or 'no pledge'}), which {first.number} is for already: "
                    "make one of them void.",
                )
            )
        collection = collections.get(each.key)
        if collection is None:
            found += _not_collected(each, settings, collections)
            continue
        if each.key not in present:
            found.append(
                notice(
                    each.entry,
                    "receipt-reassigned",
                    f"Receipt {each.number} names {each.key.donor}, and what it is for "
                    f"({each.key.day}, {each.key.labels or 'no pledge'}) was reassigned since, in "
                    "whole or in part: make it void, and issue one to each whose money it is.",
                )
            )
        held = format_amount(collection.value)
        stated = format_amount(each.amount)
        if each.amount > collection.value:
            found.append(
                finding(
                    each.entry,
                    "receipt-amount",
                    f"Receipt {each.number} is over {stated}, but {held} was collected on "
                    f"{each.key.day} ({each.key.labels or 'no pledge'}): a receipt is never over "
                    "more than came in. Make it void and issue another.",
                )
            )
        elif each.amount != collection.kept:
            back = format_amount(collection.returned)
            found.append(
                notice(
                    each.entry,
                    "receipt-differs",
                    f"Receipt {each.number} is over {stated}; {held} was collected, of which the "
                    f"bank took back {back}. If the receipt is wrong, make it void and issue "
                    "another.",
                )
            )
    return found


def _not_collected(
    receipt: OfficialReceipt, settings: Settings, collections: dict[CollectionKey, Collection]
) -> Iterator[Finding]:
    """Yield the finding for a collection that is not there, unless its period is closed and its
    entries stand elsewhere.
    """
    key = receipt.key
    period = settings.periods.of(key.day)
    closed = period is not None and period.name in settings.seals
    if period is not None and closed and not any(each.day in period for each in collections):
        return
    near = [
        f"{each.day} {each.labels}".strip()
        for each in collections
        if (each.fund, each.donor) == (key.fund, key.donor)
    ]
    yield finding(
        receipt.entry,
        "receipt-collection",
        f"Receipt {receipt.number} is for a payment of {key.donor} to {key.fund} on {key.day} "
        f"({key.labels or 'no pledge'}), which the book does not hold (it holds: "
        f"{'; '.join(near) or 'none'}). Correct the line, or make the receipt void.",
    )


def _in_order(labels: object) -> str:
    """Return the labels of a collection in order, or the reference that stands there as it is."""
    own = as_text(labels).split()
    if not all(map(_LABEL.fullmatch, own)):
        return as_text(labels)
    return " ".join(sorted(own, key=by_number))


def _lines(entries: Iterable[Directive], kind: str) -> Iterator[Custom]:
    for entry in entries:
        if isinstance(entry, Custom) and entry.type == kind:
            values = [value.value for value in entry.values or ()]
            if len(values) == 2 and all(isinstance(each, str) and each.strip() for each in values):
                yield entry


def _texts(entry: Custom) -> tuple[str, str]:
    first, second = (str(value.value).strip() for value in entry.values)
    return first, second


def _read(entry: Custom) -> OfficialReceipt | str:
    """Return the receipt a line issues, or the sentence that says why it is none."""
    number, donor = _texts(entry)
    parts = _NUMBER.fullmatch(number)
    if parts is None or number != receipt_number(
        parts["fund"], int(parts["year"]), int(parts["serial"])
    ):
        return (
            f"A receipt's number is FUND/YEAR/NUMBER, as CPCJF/2003/0001; here stands {number!r}."
        )
    if int(parts["year"]) != entry.date.year:
        return (
            f"Receipt {number} is issued on {entry.date}: the year of its number is that of its "
            "day of issue. Correct one of them."
        )
    amount, day = entry.meta.get("amount"), as_date(entry.meta.get("collected-on"))
    if not isinstance(amount, Amount) or amount.number is None or amount.number <= 0 or not day:
        return (
            f"Receipt {number} says for what it is by amount: (as 1000.00 USD, above zero) and "
            "collected-on: (a date): write both."
        )
    return OfficialReceipt(
        entry=entry,
        number=number,
        fund=parts["fund"],
        year=int(parts["year"]),
        serial=int(parts["serial"]),
        key=CollectionKey(parts["fund"], donor, day, _in_order(entry.meta.get("collection", ""))),
        amount=amount.number,
        currency=str(amount.currency),
        language=as_text(entry.meta.get("language", "")),
    )

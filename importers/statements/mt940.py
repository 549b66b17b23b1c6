"""SWIFT MT940, the statement that came before camt.053 and is still sent.

A file is fields, `:61:` and so on, each with the lines below it. Money and days are read by one
grammar a field, or the file is refused at its line; of the words none is left out. What proves
nothing is passed over: available balances, floors, counts, what concerns the statement as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.delimited import decode
from pledgebook.importers.statements.batches import says_batch, unnamed
from pledgebook.importers.statements.details import details_of
from pledgebook.importers.statements.statement import Entry, Original, Statement

_FIELD = re.compile(r":(20|21|25[A-Z]?|28C?|NS|13D?|34F|6[0245][FM]?|61|86|90[CD]):(.*)", re.DOTALL)
_ENVELOPE = re.compile(r"(?:\{\d:|-(?:\}.*)?\s*$)")
_KNOWN = re.compile(
    rb"^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?(?:\{[^\n]*\{4:|\{4:)?:20:", re.MULTILINE
)
_OTHER = re.compile(rb"^:(?:25[A-Z]?|28C?|60[FM]?|61|62[FM]?):", re.MULTILINE)
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})? ?([\d.,]+)\s*")
_ENTRY = re.compile(
    r"(\d{6})(\d{4}|\s{4})?(R?[CD])[A-Z]?\s?(\d[\d.,]*)(?=[A-Z/\s]|$)"
    r"([A-Z][A-Z0-9 ]{3})?((?:(?!//)[^\n])*)(?://([^\n]*))?(?:\n(.*))?",
    re.DOTALL,
)
_AMOUNT = re.compile(r"\d{1,18}(?:,\d{0,18}|\.\d{0,2})?|\d{1,3}(?:\.\d{3}){1,5},\d{0,18}")
_ORIGINAL = re.compile(r"/?OCMT/([A-Z]{3})(\d[\d.]{0,20},\d{0,18})")
_CHARGES = re.compile(r"/?CHGS/([A-Z]{3})(\d[\d.]{0,20},\d{0,18})")
_NO_REFERENCE = frozenset({"NONREF", "NOTPROVIDED", "EREF", "KREF", "EREF+", "KREF+"})
"""None, or where it stands in field 86."""

_HEADING: Mapping[str, tuple[str, ...]] = {"20": (), "25": ("20",), "60": ("20", "25", "28")}
"""What a statement that begins with this field takes from the one before it."""

_LAST_CENTURY = 80
_HALF_A_YEAR = 183
_LOOKED_AT = 64 * 1024


class _Field(NamedTuple):
    """A field of the file: its name, its text of one or more lines, and its first line."""

    name: str
    text: str
    line: int


class _Balance(NamedTuple):
    day: date
    currency: str
    amount: Decimal


def is_mt940(data: bytes) -> bool:
    """Tell whether a file's bytes have the fields of an MT940 statement."""
    head = data[:_LOOKED_AT].replace(b"\r", b"\n").replace(b"\0", b"")
    return bool(_KNOWN.search(head)) and bool(_OTHER.search(head))


def read_mt940(name: str, data: bytes, account: str = "") -> tuple[Statement, ...]:
    """Read every statement of an MT940 file; `account` is that of a file that names none.

    Raises UnreadableFile for a file that is cut or has a field that cannot be read.
    """
    text = decode(name, data)[0].replace("\r\n", "\n").replace("\r", "\n")
    read: list[Statement] = []
    goes_on = False
    for fields in _statements(_fields(text)):
        page = _read(name, fields, account)
        if goes_on and any(field.name == "60M" for field in fields) and _follows(page, read[-1]):
            read[-1] = _joined(read[-1], page)
        else:
            read.append(page)
        goes_on = any(field.name == "62M" for field in fields)
    return tuple(read)


def _follows(page: Statement, before: Statement) -> bool:
    """Tell whether a page goes on where the one before ended; each must be whole by itself."""
    same = (page.account, page.currency, page.opening) == (
        before.account,
        before.currency,
        before.closing,
    )
    return same and page.is_proved and before.is_proved


def _joined(first: Statement, page: Statement) -> Statement:
    """Return pages as the one statement they are: equal entries on two of them are two entries."""
    numbered = (
        replace(entry, place=f"entry {number}")
        for number, entry in enumerate(page.entries, len(first.entries) + 1)
    )
    return replace(
        page,
        first=min(first.first, page.first),
        opening=first.opening,
        entries=(*first.entries, *numbered),
    )


def _fields(text: str) -> Iterator[_Field]:
    """Yield the fields; lines before the first and around messages are the network's."""
    name, lines, start = "", [""], 0
    for number, line in enumerate(text.split("\n"), 1):
        found = _FIELD.match(line.partition("{4:")[2] or line)
        ends = bool(_ENVELOPE.match(line))
        if found or ends:
            if name:
                yield _Field(name, "\n".join(lines), start)
            name, lines, start = (found[1], [found[2]], number) if found else ("", [], number)
        else:
            lines.append(line)
    if name:
        yield _Field(name, "\n".join(lines), start)


def _statements(fields: Iterable[_Field]) -> Iterator[list[_Field]]:
    """Group the fields: a statement begins at `:20:`, or behind a closing balance at the next
    account or opening balance, under the same heading.
    """
    statement: list[_Field] = []
    for field in fields:
        kind = field.name[:2]
        if kind == "20" or (
            kind in {"25", "60"} and any(each.name[:2] == "62" for each in statement)
        ):
            if statement:
                yield statement
            statement = [each for each in statement if each.name[:2] in _HEADING[kind]]
        statement.append(field)
    if statement:
        yield statement


def _read(name: str, fields: list[_Field], account: str) -> Statement:
    said = {field.name[:2]: field.text.split("\n")[0].strip() for field in fields}
    account = said.get("25") or account
    number = "".join(said.get("28", "").split())
    title = f"{name}: the statement {number} of {account or 'no account'}"
    balances: dict[str, _Balance] = {}
    entries: list[tuple[_Field, list[_Field]]] = []
    for field in fields:
        kind = field.name[:2]
        if kind in {"60", "62"}:
            if kind in balances:
                raise UnreadableFile(f"{title}, line {field.line} has a second :{field.name}:.")
            balances[kind] = _balance(title, field)
        elif kind == "61" and "62" in balances:
            raise UnreadableFile(f"{title}, line {field.line} has an entry behind its closing.")
        elif kind == "61":
            entries.append((field, []))
        elif kind in {"86", "NS"} and entries and "62" not in balances:
            entries[-1][1].append(field)
    for kind, words in (("60", "opening (:60F:)"), ("62", "closing (:62F:)")):
        if kind not in balances:
            raise UnreadableFile(
                f"{title} has no {words} balance: the file is cut, or no MT940. Ask the bank for "
                "it again."
            )
    opening, closing = balances["60"], balances["62"]
    currency = opening.currency or closing.currency
    if not currency or (closing.currency and closing.currency != currency):
        raise UnreadableFile(
            f"{title} opens in {currency or 'no currency'} and closes in "
            f"{closing.currency or 'none'}; a statement is in one. Ask the bank for it again."
        )
    read = tuple(
        _entry(title, f"entry {place}", field, words)
        for place, (field, words) in enumerate(entries, 1)
    )
    return Statement(
        account=account,
        currency=currency,
        number=f"{closing.day.year}-{number}" if number else said.get("20", ""),
        first=min([*(entry.booked_on for entry in read), closing.day]),
        last=closing.day,
        opening=opening.amount,
        closing=closing.amount,
        entries=read,
        kind="MT940",
    )


def _balance(title: str, field: _Field) -> _Balance:
    first = field.text.split("\n")[0]
    found = _BALANCE.fullmatch(first)
    if found is None:
        raise _unreadable(title, field, "a mark (C or D), day, currency and amount")
    amount = _amount(title, field, found[4])
    day = _day(title, field, found[2])
    return _Balance(day, found[3] or "", amount if found[1] == "C" else -amount)


def _entry(title: str, place: str, field: _Field, words: list[_Field]) -> Entry:
    found = _ENTRY.fullmatch(field.text)
    if found is None:
        raise _unreadable(title, field, "a value date, a mark (C, D, RC or RD) and an amount")
    day, booked, mark, figure, code, reference, bank_reference, further = found.groups("")
    value_date = _day(title, field, day)
    amount = _amount(title, field, figure)
    details = details_of([each.text for each in words if each.name == "86"])
    unstructured = [each.text for each in words if each.name == "NS"]
    text = [details.remittance, further, *unstructured]
    sent = "".join((further + "/" + "/".join(each.text for each in words)).split("\n"))
    customer = _reference(reference)
    entry = Entry(
        booked_on=_booked(title, field, booked.strip(), value_date),
        value_date=value_date,
        amount=amount if mark in {"C", "RD"} else -amount,
        place=place,
        bank_ref=_reference(bank_reference),
        end_to_end=_reference(details.end_to_end) or customer,
        references=tuple(filter(None, dict.fromkeys([customer, *details.references]))),
        payer=" ".join(details.payer.split()),
        payer_account="".join(details.payer_account.split()),
        remittance="\n".join(
            " ".join(line.split()) for part in text for line in part.split("\n") if line.strip()
        ),
        original=_stated(_ORIGINAL, sent),
        charges=tuple(filter(None, [_stated(_CHARGES, sent)])),
        reversal=mark[0] == "R",
        returned=details.returned,
        code=code.strip(),
    )
    return unnamed(entry) if details.of_several or says_batch(entry.remittance) else entry


def _unreadable(title: str, field: _Field, holds: str) -> UnreadableFile:
    return UnreadableFile(
        f"{title}, line {field.line}: the field :{field.name}: cannot be read; it holds {holds}, "
        f"and says {field.text[:80]!r}. Ask the bank for the file again."
    )


def _amount(title: str, field: _Field, text: str) -> Decimal:
    if _AMOUNT.fullmatch(text) is None:
        raise _unreadable(title, field, "an amount with a decimal comma, as 1234,50")
    plain = text.replace(".", "").replace(",", ".") if "," in text else text
    return Decimal(plain.rstrip("."))


def _day(title: str, field: _Field, text: str) -> date:
    year, month, day = int(text[:2]), int(text[2:4]), int(text[4:])
    year += 1900 if year >= _LAST_CENTURY else 2000
    try:
        if month == 2 and day in {29, 30}:  # where interest counts months of 30 days
            return date(year, 3, 1) - timedelta(days=1)
        return date(year, month, day)
    except ValueError as error:
        raise _unreadable(title, field, "a day of the calendar, as YYMMDD") from error


def _booked(title: str, field: _Field, text: str, value_date: date) -> date:
    """Return the day of booking, stated without its year: the one nearest the value date."""
    if not text:
        return value_date
    booked = _day(title, field, f"{value_date:%y}{text}")
    if abs((booked - value_date).days) <= _HALF_A_YEAR:
        return booked
    year = value_date.year + (1 if booked < value_date else -1)
    return _day(title, field, f"{year % 100:02d}{text}")


def _reference(text: str) -> str:
    text = text.strip()
    return "" if text.upper() in _NO_REFERENCE else text


def _stated(pattern: re.Pattern[str], text: str) -> Original | None:
    found = pattern.search(text)
    if found is None:
        return None
    return Original(Decimal(found[2].replace(".", "").replace(",", ".")), found[1])

"""QIF, which banks gave for download before OFX, and some still do.

A file is records, each of lines that begin with a letter, to a line of `^`. It says neither whose
account it is nor in which currency, and no balance: the account has to be named. Its dates and
amounts are read as all of the file agree upon; where they do not, or may be read in two ways,
nothing of it is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple, NoReturn

from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.delimited import decode
from pledgebook.importers.statements.batches import says_batch, unnamed
from pledgebook.importers.statements.statement import Entry, Statement
from pledgebook.importers.values.amounts import column_marks, parse_amount
from pledgebook.importers.values.dates import column_orders, parse_date
from pledgebook.ledger.money import format_amount

_KNOWN = re.compile(
    rb"^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*(?:!(?:Option|Clear):[^\n]*\s+)*!(?:Type:|Account)",
    re.IGNORECASE,
)
_LISTS = frozenset(
    {"cat", "class", "memorized", "security", "prices", "budget", "invitem", "template"}
)
_OPENING = "opening balance"
_YEAR = re.compile(r"'\s*(\d{2})$")
_LOOKED_AT = 4096


class _Record(NamedTuple):
    """One record: its texts by their letter, in order, and the line where it begins."""

    said: Mapping[str, list[str]]
    line: int

    def say(self, letter: str) -> str:
        """Return the first text of a letter, "" if there is none."""
        return (self.said.get(letter) or [""])[0]


def is_qif(data: bytes) -> bool:
    """Tell whether a file's bytes are records in QIF."""
    return bool(_KNOWN.match(data[:_LOOKED_AT].replace(b"\0", b"")))


def read_qif(
    name: str, data: bytes, account: str = "", currency: str = ""
) -> tuple[Statement, ...]:
    """Read the entries of a QIF file of the account and currency that somebody names.

    Raises UnreadableFile where nobody did; for records of anything but one bank account; for a
    record that cannot be read, or may be in two ways.
    """
    if not account or not currency:
        raise UnreadableFile(
            f"{name} does not say of which account it is: name the bank account with --bank CODE."
        )
    records = list(_records(name, decode(name, data)[0]))
    reader = _Reader(name, records)
    entries = [reader.entry(number, each) for number, each in enumerate(records, 1)]
    notes = ["The file states no balances: whether entries are missing cannot be proved."]
    if entries and records[0].say("P").strip().casefold() == _OPENING:
        first = entries.pop(0)
        stated = f"{format_amount(first.amount)} {currency} on {first.booked_on}"
        notes.append(f"Its opening balance is {stated}, which is no entry.")
    if not entries:
        return ()
    days = [each.booked_on for each in entries]
    statement = Statement(
        account=account,
        currency=currency,
        number=f"{min(days)}..{max(days)}",
        first=min(days),
        last=max(days),
        opening=None,
        closing=None,
        entries=tuple(entries),
        kind="QIF",
        notes=tuple(notes),
    )
    return (statement,)


def _records(name: str, text: str) -> Iterator[_Record]:
    """Yield the records of the bank account; lists of categories and the like are passed over."""
    kind, accounts, line = "", 0, 0
    said: dict[str, list[str]] = {}
    begins = 0
    for line, words in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        if words.startswith("!"):
            if said:
                _refuse(name, begins, "a record has no end (^), so the file is cut")
            head = words[1:].strip().casefold()
            if head.startswith(("option:", "clear:")):
                continue
            kind = "account" if head == "account" else head.removeprefix("type:").strip()
            if kind not in {"account", "bank"} and kind.partition(":")[0] not in _LISTS:
                _refuse(name, line, f"{words[:40]!r} holds records of no bank account")
        elif words.strip() == "^":
            if said and kind == "account":
                accounts += 1
                if accounts > 1:
                    _refuse(name, begins, "there is a second account: export each by itself")
            elif said and kind == "bank":
                yield _Record(said, begins)
            said = {}
        elif words.strip():
            if not kind:
                _refuse(name, line, f"{words[:40]!r} stands before any heading")
            begins = begins if said else line
            said.setdefault(words[0].upper(), []).append(words[1:].strip())
    if said:
        _refuse(name, begins, "a record has no end (^), so the file is cut")


class _Reader:
    """Reads records by what all of a file show of the order of days and the decimal mark."""

    def __init__(self, name: str, records: list[_Record]) -> None:
        self._name = name
        orders = column_orders(_day_text(each) for each in records)
        marks = column_marks(
            text for each in records for letter in "TU$" for text in each.said.get(letter, ())
        )
        line = records[0].line if records else 1
        if len(orders) > 1:
            _refuse(name, line, "some dates show the day first and some the month")
        if len(marks) > 1:
            _refuse(name, line, "some amounts show a decimal comma and some a point")
        self._order = next(iter(orders), None)
        self._mark = next(iter(marks), None)

    def entry(self, number: int, record: _Record) -> Entry:
        """Return a record as an entry. Raises UnreadableFile."""
        day, amount = self._day(record), self._total(record)
        texts = [record.say("M"), *record.said.get("A", ()), *record.said.get("E", ())]
        entry = Entry(
            booked_on=day,
            value_date=day,
            amount=amount,
            place=f"entry {number}",
            references=tuple(filter(None, [record.say("N")])),
            payer=" ".join(record.say("P").split()),
            remittance="\n".join(" ".join(text.split()) for text in texts if text),
        )
        return unnamed(entry) if says_batch(entry.payer, entry.remittance) else entry

    def _day(self, record: _Record) -> date:
        reading = parse_date(_day_text(record), self._order)
        if reading.state != "value" or reading.value is None:
            why = reading.reason or "it may be read in two ways, and no other date tells which"
            _refuse(self._name, record.line, f"the date {record.say('D')[:40]!r}: {why}")
        return reading.value

    def _total(self, record: _Record) -> Decimal:
        stated = [
            self._amount(record, record.say(letter)) for letter in "TU" if letter in record.said
        ]
        parts = [self._amount(record, text) for text in record.said.get("$", ())]
        if not stated:
            _refuse(self._name, record.line, "a record has no amount")
        totals = {*stated, *([sum(parts, Decimal(0))] if parts else [])}
        if len(totals) > 1:
            figures = ", ".join(map(format_amount, sorted(totals)))
            _refuse(self._name, record.line, f"amounts of one record differ ({figures})")
        return stated[0]

    def _amount(self, record: _Record, text: str) -> Decimal:
        reading = parse_amount(text, self._mark)
        if (
            reading.state not in {"value", "nil"}
            or reading.value is None
            or reading.currency
            or reading.footnote
        ):
            why = reading.reason or "it may be read in two ways, and no other amount tells which"
            _refuse(self._name, record.line, f"the amount {text[:40]!r}: {why}")
        return reading.value


def _day_text(record: _Record) -> str:
    """Return a date with the year of four digits that an apostrophe stands for."""
    return _YEAR.sub(r"/20\1", record.say("D")).replace(" ", "")


def _refuse(name: str, line: int, what: str) -> NoReturn:
    raise UnreadableFile(
        f"{name}, line {line}: {what}; nothing of the file is taken. Ask the bank for camt.053 or "
        "OFX instead, or put the line right."
    )

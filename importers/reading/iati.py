"""IATI activity files as lists of contributions: a row for what one reference of one activity came
to, in each currency.

A donor's file says what goes out (commitments 2, disbursements 3, pledges 12), a recipient's what
comes in (11, 1, 13). Commitments of one reference are added up, with their signs, and so is what
was paid on them: a file gives changes as differences, and a list gives what stands. Who gives is
the provider of the transaction, else who publishes a file of what goes out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from pledgebook.importers.reading.cells import CellValue, Sheet, UnreadableFile
from pledgebook.importers.reading.packages import parse_xml

SHEET = "Activities"
HEADINGS = (
    "Donor",
    "Reference",
    "Date of pledge",
    "Currency",
    "Amount pledged",
    "Amount paid",
    "Date paid",
    "Project",
    "Status",
)
_BEGINS = re.compile(rb"<(?:\w+:)?iati-activities\b")
_LOOKED_AT = 4096
_PROMISED, _PAID, _PLEDGED = {"2", "11"}, {"1", "3"}, {"12", "13"}
_GOES_OUT = {"2", "3", "12"}
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?|[+-]?\.[0-9]+")


def is_iati(data: bytes) -> bool:
    """Tell whether a file's bytes are a list of IATI activities."""
    return _BEGINS.search(data[:_LOOKED_AT]) is not None


@dataclass(kw_only=True)
class _Sum:
    """What one reference of an activity came to, in one currency."""

    title: str
    promised: Decimal = Decimal(0)
    pledged: Decimal = Decimal(0)
    paid: Decimal = Decimal(0)
    since: str = ""
    paid_on: set[str] = field(default_factory=set)


@dataclass(kw_only=True)
class _Reading:
    """What is read so far: the activity and the transaction at hand, and the sums."""

    name: str
    activity: dict[str, str] = field(default_factory=dict)
    transaction: dict[str, str] | None = None
    path: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    sums: dict[tuple[str, str, str, str], _Sum] = field(default_factory=dict)
    passed: int = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.path.append(tag)
        self.text.clear()
        if tag == "iati-activity":
            self.activity = {"currency": attributes.get("default-currency", "")}
        elif tag == "transaction":
            self.transaction = {"ref": attributes.get("ref", "")}
        elif self.transaction is not None:
            if tag == "transaction-type":
                self.transaction["type"] = attributes.get("code", "")
            elif tag == "transaction-date":
                self.transaction["day"] = attributes.get("iso-date", "")
            elif tag == "value":
                self.transaction["currency"] = attributes.get("currency", "")
                self.transaction.setdefault("day", attributes.get("value-date", ""))

    def end(self, tag: str) -> None:
        said = " ".join("".join(self.text).split())
        parent = self.path[-2] if len(self.path) > 1 else ""
        if tag == "iati-identifier":
            self.activity["id"] = said
        elif tag == "value" and self.transaction is not None:
            self.transaction["amount"] = said
        elif tag == "narrative" and self.transaction is None:
            if parent in {"title", "reporting-org"}:
                self.activity.setdefault(parent, said)
        elif tag == "narrative" and self.transaction is not None:
            if parent in {"provider-org", "receiver-org"}:
                self.transaction.setdefault(parent, said)
        elif tag == "transaction":
            self.add()
            self.transaction = None
        self.text.clear()
        self.path.pop()

    def add(self) -> None:
        """Add the transaction at hand to what its reference came to."""
        told = self.transaction or {}
        kind = told.get("type", "")
        if kind not in _PROMISED | _PAID | _PLEDGED:
            self.passed += 1
            return
        giver = told.get("provider-org", "")
        if not giver and kind in _GOES_OUT:
            giver = self.activity.get("reporting-org", "")
        reference = told["ref"] or self.activity.get("id", "")
        currency = told.get("currency") or self.activity["currency"]
        amount, day = self.amount(told.get("amount", "")), told.get("day", "")[:10]
        key = (self.activity.get("id", ""), reference, giver, currency)
        own = self.sums.setdefault(key, _Sum(title=self.activity.get("title", "")))
        if kind in _PAID:
            own.paid += amount
            own.paid_on.add(day)
        elif kind in _PROMISED:
            own.promised += amount
            own.since = min(own.since or day, day)
        else:
            own.pledged += amount
            own.since = min(own.since or day, day)

    def amount(self, text: str) -> Decimal:
        if not _NUMBER.fullmatch(text):
            raise UnreadableFile(
                f"{self.name}: the value {text!r} of a transaction of "
                f"{self.activity.get('id') or 'an activity'} is no number as IATI writes it "
                "(digits, a point, no separators): ask for the file to be published again."
            )
        return Decimal(text)


def read_iati(name: str, data: bytes) -> tuple[Sheet, tuple[str, ...]]:
    """Return the contributions of an IATI file as a sheet, and notes on how it was read.

    Raises UnreadableFile where it is damaged, declares entities or has a value that is no number.
    """
    reading = _Reading(name=name)
    parse_xml(name, data, reading.start, reading.end, reading.text.append)
    rows: list[tuple[CellValue | None, ...]] = [HEADINGS]
    several = 0
    for (_, reference, giver, currency), own in reading.sums.items():
        promised = own.promised + own.pledged
        if not promised and not own.paid:
            continue  # taken back in full, or moved to another reference
        several += len(own.paid_on) > 1
        rows.append(
            (
                giver or None,
                reference or None,
                _day(own.since),
                currency or None,
                promised or None,
                own.paid or None,
                _day(max(own.paid_on, default="")) if own.paid else None,
                own.title or None,
                "Commitment" if own.promised else "Pledge" if own.pledged else "Received",
            )
        )
    notes = ["It is a list of IATI activities, read as one row a reference and currency."]
    if several:
        notes.append(
            f"Of {several} of its rows the payments were on several days: they stand as one sum, "
            "of the last of them."
        )
    if reading.passed:
        notes.append(
            f"{reading.passed} transactions are neither promises nor money from donors, and were "
            "left out."
        )
    return Sheet(name=SHEET, rows=tuple(rows)), tuple(notes)


def _day(text: str) -> CellValue | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text or None

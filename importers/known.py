"""What is known before a row is judged: the book's settings, rates and register, what was imported
before, and what stands in the rows already read. By it a row is new, the same again, or changed.

What a row says is identified by its content (`content_id`), whatever file, sheet or order it comes
in. A row with other figures than its like in the book is never entered beside it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount.core.data import Directive, Transaction
from pledgebook.importers.drafting import Reading
from pledgebook.importers.values import plain, shown
from pledgebook.importers.verdicts import VerdictName
from pledgebook.ledger.events import Labels
from pledgebook.ledger.money import ZERO, format_amount
from pledgebook.ledger.postings import read_lines
from pledgebook.ledger.rates import Rates
from pledgebook.ledger.register import Register
from pledgebook.ledger.settings import Settings

IMPORT_ID = "import-id"

Figures = tuple[str, str, date, str, Decimal]
"""What two pledges have in common that may be one: fund, donor, date, currency, amount in all."""

Paper = tuple[str, str, str]
"""Fund, donor and reference."""


class Doubt(Exception):  # noqa: N818 - not an error: the row waits, with this reason
    """A row that a person must look at; `verdict` is another one where nobody has to."""

    def __init__(self, reason: str, verdict: VerdictName = "waiting") -> None:
        super().__init__(reason)
        self.reason, self.verdict = reason, verdict


class Referred(NamedTuple):
    """Where a reference was met: the label of its pledge ("" for money received), the table it
    stands in ("" for the book), and what it gives to there.
    """

    label: str
    table: str = ""
    gives_to: object = None


class Pledged(NamedTuple):
    """A pledge of the book: its label, whether it came from a sheet, and its reference."""

    label: str
    imported: bool
    reference: str


@dataclass
class Context:
    """What rows are judged against. `fund` is the one the user named; what is known of the rows
    judged so far (`seen`, `references`, `unpaid`) grows.
    """

    settings: Settings
    rates: Rates
    labels: Labels
    fund: str = ""
    imported: dict[str, str] = field(default_factory=dict)
    rows: dict[tuple[str, str], str] = field(default_factory=dict)
    """Rows of files that are in the book, by the file's digest and the cells: their entry."""
    pledged: dict[Figures, Pledged] = field(default_factory=dict)
    references: dict[Paper, Referred] = field(default_factory=dict)
    unpaid: dict[tuple[str, str], str] = field(default_factory=dict)
    seen: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def of_book(
        entries: Iterable[Directive],
        settings: Settings,
        register: Register,
        rates: Rates,
        fund: str = "",
    ) -> Context:
        """Read from a book what was pledged and imported before."""
        context = Context(settings, rates, Labels(register.by_label), fund)
        for entry in entries:
            if isinstance(entry, Transaction) and IMPORT_ID in entry.meta:
                pledge = min(entry.links) if entry.links else ""
                context.imported[str(entry.meta[IMPORT_ID])] = pledge
                cells = str(entry.meta.get("source", "")).partition("#")[2]
                lines = read_lines(entry, settings)
                fund = lines[0].place.fund if lines else ""
                row = (str(entry.meta.get("source-sha256", "")), cells)
                context.rows[row] = f"{pledge or entry.date} in {fund}"
        context._read_pledges(register)
        for gift in register.gifts:
            if reference := str(gift.entry.meta.get("reference", "")):
                context.references[gift.fund, gift.donor, plain(reference)] = Referred("")
        return context

    def _read_pledges(self, register: Register) -> None:
        sums: dict[tuple[str, str], tuple[tuple[str, str, date, str], Decimal, Pledged]] = {}
        for label, changes in register.by_label.items():
            claim, entry = changes[0].after, changes[0].entry
            if changes[-1].after.is_open:
                self.unpaid[claim.fund, claim.donor] = label
            reference = str(claim.origin[0].meta.get("reference", ""))
            if reference:
                self.references[claim.fund, claim.donor, plain(reference)] = Referred(label)
            link = min(entry.links) if entry.links else label
            key = (claim.fund, claim.donor, claim.pledged_on, claim.currency)
            pledged = Pledged(link, IMPORT_ID in entry.meta, plain(reference))
            _, total, _ = sums.get((claim.fund, link), (key, ZERO, pledged))
            sums[claim.fund, link] = (key, total + claim.units, pledged)
        for key, total, pledged in sums.values():
            self.pledged[(*key, total)] = pledged

    def remember(self, reading: Reading, import_id: str, place: str, pledge: str) -> None:
        """Note a contribution that is going to be entered; `place` is its file, sheet and row."""
        self.seen[import_id] = place
        fund, donor = reading.earmark.fund, reading.donor
        if pledge:
            self.unpaid[fund, donor] = pledge
        if reading.reference:
            table = place.rpartition("!")[0]
            found = Referred(pledge, table, (reading.earmark, reading.project))
            self.references[fund, donor, plain(reading.reference)] = found


def content_id(reading: Reading) -> str:
    """Identify what a row says, whatever file, sheet or order it comes in."""
    content = [
        reading.kind,
        reading.earmark.fund,
        reading.earmark.class_,
        reading.earmark.purpose,
        reading.donor,
        plain(reading.reference),
        reading.day.isoformat(),
        reading.currency,
        [
            [format(part.amount.normalize(), "f"), part.due.isoformat() if part.due else ""]
            for part in sorted(reading.parts, key=lambda part: part.due or reading.day)
        ],
        plain(reading.project),
    ]
    text = json.dumps(content, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def refuse_known(reading: Reading, context: Context, table: str) -> None:
    """Raise Doubt if the contribution, though not the same, may be one that is known already.

    `table` names the file and sheet it stands in.
    """
    if reading.kind in {"commitment", "pledge"}:
        _refuse_changed(reading, context, table)
        _refuse_like(reading, context)
    elif reading.kind == "payment":
        _refuse_payment_of_pledge(reading, context)


def _referred(reading: Reading, context: Context) -> Referred | None:
    if not reading.reference:
        return None
    key = (reading.earmark.fund, reading.donor, plain(reading.reference))
    return context.references.get(key)


def _refuse_changed(reading: Reading, context: Context, table: str) -> None:
    found = _referred(reading, context)
    if found is None:
        return
    if not found.label:
        raise Doubt(
            f"Money was received from {reading.donor} under the reference "
            f"{shown(reading.reference)}: say whether it was paid on this pledge, and "
            "record the payment."
        )
    if found.table == table and found.gives_to != (reading.earmark, reading.project):
        return  # one letter that gives to two purposes
    where = f"stands in {found.table}" if found.table else "is in the book"
    raise Doubt(
        f"The reference {shown(reading.reference)} of {reading.donor} {where} as {found.label}, "
        "with other figures: if the pledge was changed, record an amendment of it."
    )


def _refuse_like(reading: Reading, context: Context) -> None:
    total = sum((part.amount for part in reading.parts), ZERO)
    fund, donor = reading.earmark.fund, reading.donor
    known = context.pledged.get((fund, donor, reading.day, reading.currency, total))
    if known is None or (known.reference and reading.reference and known.imported):
        return
    how = "" if known.imported else " that was entered by hand"
    raise Doubt(
        f"The book has a pledge of {donor} of {reading.day} over {format_amount(total)} "
        f"{reading.currency}{how}, {known.label}, of another purpose, due date or reference: if it "
        "was changed, record an amendment; if this is another one, enter it by hand."
    )


def _refuse_payment_of_pledge(reading: Reading, context: Context) -> None:
    found = _referred(reading, context)
    label = found.label if found else ""
    if not label and any(row.amount_source == "paid" for row in reading.rows):
        label = context.unpaid.get((reading.earmark.fund, reading.donor), "")
    if label:
        raise Doubt(
            f"{reading.donor} has the pledge {label}: if the money was paid on it, record the "
            "payment; if it is another contribution, enter it by hand."
        )

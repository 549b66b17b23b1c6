"""What became of each row of a sheet, and why: the six verdicts, and the sums that prove it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from msgspec import Struct
from pledgebook.importers.judging.totals import ControlTotal
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.tables.questions import Asked, Question
from pledgebook.importers.tables.tables import SheetReading, Table
from pledgebook.ledger.drafts import Draft

VerdictName = Literal["imported", "duplicate", "amended", "waiting", "rejected", "ignored"]
VERDICTS: tuple[VerdictName, ...] = (
    "imported",
    "duplicate",
    "amended",
    "waiting",
    "rejected",
    "ignored",
)


class Verdict(Struct, frozen=True, kw_only=True):
    """One data row: what became of it, in which pledge it stands, and the reason in a sentence.

    `amount` is in `currency` as the sheet states it, None where it could not be read. `drafts` are
    the entries to write; only an imported or amended row has any. `before` says how the pledge that
    it changes stands in the book. `import_id` identifies its content.
    """

    row: SheetRow
    verdict: VerdictName
    reason: str = ""
    donor: str = ""
    pledge: str = ""
    amount: Decimal | None = None
    currency: str = ""
    drafts: tuple[Draft, ...] = ()
    import_id: str = ""
    before: str = ""
    asks: tuple[Question, ...] = ()
    """The questions that it waits for."""


@dataclass(frozen=True, slots=True)
class JudgedTable:
    """A table with a verdict for every data row and its control totals."""

    table: Table
    rows: tuple[SheetRow, ...]
    verdicts: tuple[Verdict, ...]
    totals: tuple[ControlTotal, ...]

    def counts(self) -> dict[str, int]:
        """Count the data rows, in all and by verdict."""
        counts = {"data": len(self.verdicts)} | dict.fromkeys(VERDICTS, 0)
        for verdict in self.verdicts:
            counts[verdict.verdict] += 1
        return counts


class Withdrawn(NamedTuple):
    """A contribution of the book that an earlier version of a sheet listed and this one does not:
    its pledge ("" for money received), donor, how it stands, and where it was listed.
    """

    pledge: str
    donor: str
    stands: str
    source: str


@dataclass(frozen=True, slots=True)
class JudgedSheet:
    """A sheet: how it was read, its tables, and what an earlier version of it listed besides."""

    reading: SheetReading
    tables: tuple[JudgedTable, ...]
    withdrawn: tuple[Withdrawn, ...] = ()


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """A file: its name, digest and sheets, and the questions that its rows wait for or that were
    answered.
    """

    path: str
    sha256: str
    sheets: tuple[JudgedSheet, ...]
    questions: tuple[Asked, ...] = ()

    @property
    def tables(self) -> list[JudgedTable]:
        """All tables of all sheets."""
        return [table for sheet in self.sheets for table in sheet.tables]

    @property
    def drafts(self) -> list[Draft]:
        """The entries to write, in the order of the rows."""
        return [
            draft for table in self.tables for verdict in table.verdicts for draft in verdict.drafts
        ]

    def unknown_names(self) -> Counter[str]:
        """Count the rows that wait by the donor that they name, as written, and nobody bears."""
        return Counter(
            verdict.row.donor
            for table in self.tables
            for verdict in table.verdicts
            if verdict.verdict == "waiting" and not verdict.donor and verdict.row.donor
        )

    def count(self, *verdicts: VerdictName) -> int:
        """Count the rows with one of these verdicts."""
        return sum(table.counts()[verdict] for table in self.tables for verdict in verdicts)

"""Bank statements on Fava's import page, and for beangulp's command.

In the book's importer configuration:

    from pledgebook.importers import BankStatements, DonorSheets

    CONFIG = [BankStatements(), DonorSheets()]

Fava's page takes transactions and notes only: what waits for a person is told in a note, and the
statement's balance is recorded by `pledgebook import`, which enters nothing a second time.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from beancount.core.data import Directive, Note, Transaction, new_metadata
from beangulp import Importer
from beangulp.extract import DUPLICATE
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.statements.judging import (
    BankContext,
    JudgedStatements,
    judge_statements,
)
from pledgebook.importers.statements.reading import is_statement, read_statements
from pledgebook.ledger.declared.banks import BANK, BANK_ENTRY
from pledgebook.ledger.register.book import book_of


class BankStatements(Importer):  # type: ignore[misc] # beangulp ships no types
    """Takes statements in camt.053, MT940, OFX and lists of a bank's entries; `name` tells
    several importers of this kind apart, `today` is the day of the import (the user's unless said).
    """

    def __init__(self, name: str = "Bank statements", today: date | None = None) -> None:
        self._name, self._today = name, today

    @property
    def name(self) -> str:
        """The name on the import page."""
        return self._name

    def identify(self, filepath: str) -> bool:
        """Tell whether the file is a bank's statement."""
        return is_statement(SentFile(Path(filepath)))

    def account(self, filepath: str) -> str:
        """Return the account the page files the document under: which it is, the book knows."""
        del filepath
        return ""

    def date(self, filepath: str) -> date | None:
        """Return the last day of the statements."""
        file = read_statements(SentFile(Path(filepath)))
        return max(statement.last for statement in file.statements)

    def extract(self, filepath: str, existing: list[Directive]) -> list[Directive]:
        """Return the entries that are new to the book of `existing`, and a note of what waits."""
        book = book_of(existing)
        file = read_statements(SentFile(Path(filepath)), banks=book.settings.banks)
        today = self._today or date.today()  # noqa: DTZ011
        judged = judge_statements(file, BankContext(book=book, today=today))
        entries: list[Directive] = [draft.parsed() for draft in judged.drafts]
        note = _note(judged)
        return [*entries, note] if note else entries

    def deduplicate(self, entries: list[Directive], existing: list[Directive]) -> None:
        """Mark entries that are in the book already, by the bank's entry alone."""
        known = {
            (entry.meta.get(BANK), entry.meta[BANK_ENTRY]): entry
            for entry in existing
            if isinstance(entry, Transaction) and BANK_ENTRY in entry.meta
        }
        for entry in entries:
            if not entry.meta or BANK_ENTRY not in entry.meta:
                continue
            duplicate = known.get((entry.meta.get(BANK), entry.meta[BANK_ENTRY]))
            if duplicate is not None:
                entry.meta[DUPLICATE] = duplicate


def _note(judged: JudgedStatements) -> Note | None:
    """Say in a note, which the page can show, what is not entered and why."""
    reasons = [
        f"{verdict.entry.place}: {verdict.reason}"
        for statement in judged.statements
        for verdict in statement.verdicts
        if verdict.verdict in {"waiting", "rejected", "amended"}
    ]
    if not reasons:
        return None
    name = Path(judged.file.path).name
    text = f"Not entered from {name}, for information only: {' '.join(reasons)[:1500]}"
    last = judged.statements[-1]
    return Note(new_metadata(name, 0), last.statement.last, last.bank.account, text, None, None)

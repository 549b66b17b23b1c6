"""Donors' spreadsheets on Fava's import page, and for beangulp's command.

In the book's importer configuration:

    from pledgebook.importers import DonorSheets

    CONFIG = [DonorSheets()]

Rows that wait for a person cannot be shown as entries; a note says how many there are and where,
and `pledgebook import` gives the reason of each.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType

from beancount.core.data import Directive, Note, Transaction, new_metadata
from beangulp import Importer
from beangulp.extract import DUPLICATE
from pledgebook.importers.imports import judge_file
from pledgebook.importers.judging.drafting import IMPORT_ID
from pledgebook.importers.judging.known import Context
from pledgebook.importers.judging.verdicts import JudgedFile
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.workbook import SentFile, read_workbook
from pledgebook.importers.tables.mapping import SheetMapping, read_mapping
from pledgebook.importers.tables.tables import read_sheets
from pledgebook.ledger.declared.chart import account
from pledgebook.ledger.declared.settings import read_settings
from pledgebook.ledger.register.register import derive_register

_ENDINGS = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv"})


class DonorSheets(Importer):  # type: ignore[misc] # beangulp ships no types
    """Takes any spreadsheet in which a table of contributions is found.

    `fund` names the fund the sheets are for, where the book has several; `mapping` a mapping file,
    `answers` are to questions of all their tables (`{"currency": "EUR"}`), `name` tells several
    importers of this kind apart, `today` is the day of the import (that of the user unless said).
    """

    def __init__(
        self,
        fund: str = "",
        mapping: str | Path | None = None,
        name: str = "Donor spreadsheets",
        today: date | None = None,
        answers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._fund, self._today, self._answers = fund, today, answers
        self._mapping: SheetMapping | None = read_mapping(Path(mapping)) if mapping else None
        self._name = name

    @property
    def name(self) -> str:
        """The name on the import page."""
        return self._name

    def identify(self, filepath: str) -> bool:
        """Tell whether the file holds a table of contributions."""
        path = Path(filepath)
        if path.suffix.lower() not in _ENDINGS:
            return False
        try:
            workbook = read_workbook(path)
        except UnreadableFile:
            return False
        if self._mapping is not None:
            return True
        return any(reading.tables for reading in read_sheets(workbook))

    def account(self, filepath: str) -> str:
        """Return the account the page files the document under."""
        del filepath
        return account("cash", self._fund) if self._fund else ""

    def extract(self, filepath: str, existing: list[Directive]) -> list[Directive]:
        """Return the entries of the rows that can be imported into the book of `existing`."""
        settings = read_settings(existing)
        register = derive_register(existing, settings)
        rates = settings.rates_of(existing)
        context = Context.of_book(
            existing, settings, register, rates, self._fund, today=self._today
        )
        sent = SentFile(Path(filepath))
        judged = judge_file(sent, context, self._mapping, answers=self._answers)
        entries: list[Directive] = [draft.parsed() for draft in judged.drafts]
        fund = self._fund or next(iter(settings.funds), "")
        note = _note(judged, fund)
        if note is not None:
            entries.append(note)
        return entries

    def deduplicate(self, entries: list[Directive], existing: list[Directive]) -> None:
        """Mark entries that are in the book already, by their import id alone: two like pledges
        of neighbouring days are two pledges.
        """
        known = {
            entry.meta[IMPORT_ID]: entry
            for entry in existing
            if isinstance(entry, Transaction) and IMPORT_ID in entry.meta
        }
        for entry in entries:
            duplicate = known.get(entry.meta.get(IMPORT_ID)) if entry.meta else None
            if duplicate is not None:
                entry.meta[DUPLICATE] = duplicate


def _note(judged: JudgedFile, fund: str) -> Note | None:
    """Say in a note, which the page can show, what is not imported and why."""
    reasons: dict[str, list[str]] = {}
    for table in judged.tables:
        for verdict in table.verdicts:
            if verdict.verdict in {"waiting", "rejected"}:
                cell = f"{table.table.sheet.name}!{verdict.row.number}"
                reasons.setdefault(verdict.reason, []).append(cell)
    if not reasons or not fund:
        return None
    name = Path(judged.path).name
    listed = " ".join(f"{', '.join(cells[:10])}: {reason}" for reason, cells in reasons.items())
    text = f"Not imported from {name}, for information only: {listed[:1500]}"
    days = [draft.date for draft in judged.drafts]
    day = max(days, default=date(2000, 1, 1))
    return Note(new_metadata(name, 0), day, account("cash", fund), text, None, None)

"""What was found in a file of the inbox, as the page shows it: tables, columns, rows, entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from pledgebook.desk.choosing import cut_page
from pledgebook.desk.loaded import Desk
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked, ngettext
from pledgebook.importers.imports import ImportResult
from pledgebook.importers.judging.asked import proposed_answers
from pledgebook.importers.judging.verdicts import VERDICTS, JudgedFile, JudgedTable, Verdict
from pledgebook.importers.reading.cells import UnreadableFile, cell_text, column_letter
from pledgebook.importers.reading.workbook import read_workbook
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.statements.judging import JudgedStatements
from pledgebook.importers.tables.corrections import Description
from pledgebook.importers.tables.headings import Field, match_heading
from pledgebook.importers.tables.questions import KINDS as QUESTIONS
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.declared.donors import KINDS
from pledgebook.ledger.files.donor_lists import ListedDonor, propose_donors
from pledgebook.reports.render.texts import amount_text

FIELDS = {
    Field.DONOR: marked("Donor"),
    Field.AMOUNT: marked("Amount pledged"),
    Field.PAID: marked("Amount paid"),
    Field.DOLLARS: marked("In the book's dollars"),
    Field.PLEDGED: marked("Pledged, beside what was committed"),
    Field.UNPAID: marked("Unpaid (a check)"),
    Field.CURRENCY: marked("Currency"),
    Field.PAID_CURRENCY: marked("Currency of what was paid"),
    Field.RATE: marked("Rate of exchange"),
    Field.REFERENCE: marked("Reference"),
    Field.PLEDGE_DATE: marked("Date of the pledge"),
    Field.DUE_DATE: marked("Due date"),
    Field.PAYMENT_DATE: marked("Date of payment"),
    Field.CHANGED_ON: marked("Changed on"),
    Field.YEAR: marked("Year"),
    Field.FUND: marked("Fund"),
    Field.CLASS: marked("Class"),
    Field.PURPOSE: marked("Purpose"),
    Field.PROJECT: marked("Project"),
    Field.STATUS: marked("Status"),
    Field.INSTALMENT: marked("Number of the instalment"),
    Field.IN_KIND: marked("In kind"),
    Field.CONDITIONS: marked("Conditions"),
    Field.BANK_REFERENCE: marked("Bank's reference"),
    Field.REMARKS: marked("Remarks"),
}
"""What a column may hold, as it is called on the page."""

_ON_THE_LIST = "donor"
"""The kind of question that is asked on one list of names."""
_LOOKED_AT_FIRST = ("waiting", "rejected", "amended")
_WEIGHED = 300
"""Rows of a file of which each answer is weighed without being asked to."""
_FIRST_ROWS, _WIDEST = 40, 60
"""How much is shown of a sheet in which no table was found."""

MOST_UNKNOWN = 200
"""Names asked about at a time."""


class Line(NamedTuple):
    """A row of a table and what became of it; `verdict` is None for headings and the like."""

    row: SheetRow
    verdict: Verdict | None


class Unknown(NamedTuple):
    """A name that no donor is known to bear: as written, in how many rows, (code, name) near it."""

    text: str
    rows: int
    near: Sequence[tuple[str, str]]
    listed: ListedDonor
    """What is proposed of it, should it be a new donor's."""


def show_sheets(desk: Desk, file: JudgedFile, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the tables of a file, and of the one asked for (else the first that needs a look) the
    rows, a page at a time.
    """
    tables = {each.table.name: each for each in file.tables}
    counts = {name: each.counts() for name, each in tables.items()}
    first = next(
        (name for name, own in counts.items() if any(own[v] for v in _LOOKED_AT_FIRST)),
        next(iter(tables)),
    )
    name = asked.get("table", "") if asked.get("table", "") in tables else first
    judged = tables[name]
    kind = asked.get("only", "")
    questions = [each for each in file.questions if each.question.kind != _ON_THE_LIST]
    return {
        "kind": "sheet",
        "asked": [each for each in questions if not each.answer],
        "answered": [each for each in questions if each.answer],
        "proposed": proposed_answers(questions),
        "kinds_of_question": QUESTIONS,
        "count_all": sum(own["data"] for own in counts.values()),
        "weighed_by_itself": _WEIGHED,
        "tables": tables,
        "counts": counts,
        "count": {kind: sum(own[kind] for own in counts.values()) for kind in VERDICTS},
        "sheets": file.sheets,
        "table": name,
        "judged": judged,
        "only": kind,
        "kinds": VERDICTS,
        "lines": cut_page(_lines(judged, kind), asked),
        "unknown": _unknown(desk.book.settings.donors, file),
        "donor_kinds": KINDS,
        "fields": FIELDS,
        "funds": list(desk.book.settings.funds),
    }


def what_is_booked(result: ImportResult) -> str:
    """Say what an import would book, amounts by currency, and how many rows it would leave."""
    taken = [
        verdict
        for file in result.files
        for table in file.tables
        for verdict in table.verdicts
        if verdict.drafts
    ]
    waiting = sum(file.count("waiting") for file in result.files)
    if not taken and waiting:
        return _("nothing yet: the rows wait for other answers, too")
    sums: dict[str, Decimal] = {}
    for verdict in taken:
        amount = verdict.amount or Decimal(0)
        sums[verdict.currency] = sums.get(verdict.currency, Decimal(0)) + amount
    money = ", ".join(f"{code} {amount_text(sums[code])}" for code in sorted(sums))
    rows = ngettext("books %(num)s row", "books %(num)s rows", len(taken))
    left = ngettext("%(num)s waits", "%(num)s wait", waiting)
    return f"{rows}{f' ({money})' if money else ''}; {left}"


def show_unread(path: Path, described: Description | None) -> Mapping[str, Any]:
    """Return the first rows of each sheet of a file in which no table was found, for a person to
    say where it stands; of the row said to hold the headings, what they seem to name.
    """
    try:
        workbook = read_workbook(path)
    except UnreadableFile:
        return {}
    excerpts = {
        sheet.name: [
            [cell_text(value) for value in cells[:_WIDEST]] for cells in sheet.rows[:_FIRST_ROWS]
        ]
        for sheet in workbook.sheets
        if sheet.rows
    }
    headings: list[tuple[str, str, str]] = []
    if described and (sheet := workbook.sheet(described.sheet)):
        row = described.heading_row
        cells = sheet.rows[row - 1][:_WIDEST] if 0 < row <= len(sheet.rows) else ()
        for number, value in enumerate(cells, 1):
            heading, letter = cell_text(value), column_letter(number)
            match = match_heading(heading)
            found = described.said.columns.get(letter, match.field.value if match else "")
            headings.append((letter, heading, found))
    return {
        "excerpts": excerpts,
        "headings": headings,
        "fields": FIELDS,
    }


def show_statements(file: JudgedStatements, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the statements of a file and their entries, a page at a time."""
    kind = asked.get("only", "")
    entries = [
        (statement, verdict)
        for statement in file.statements
        for verdict in statement.verdicts
        if kind in {"", verdict.verdict}
    ]
    return {
        "kind": "statement",
        "statements": file.statements,
        "only": kind,
        "kinds": VERDICTS,
        "lines": cut_page(entries, asked),
    }


def _lines(judged: JudgedTable, kind: str) -> list[Line]:
    verdicts = {verdict.row.number: verdict for verdict in judged.verdicts}
    lines = [Line(row, verdicts.get(row.number)) for row in judged.rows]
    if not kind:
        return lines
    return [line for line in lines if line.verdict is not None and line.verdict.verdict == kind]


def _unknown(donors: Directory, file: JudgedFile) -> list[Unknown]:
    """Return the names in rows that wait, if no donor bears them; the most frequent first."""
    waiting = dict(file.unknown_names().most_common(MOST_UNKNOWN))
    by_name = {" ".join(text.split()): text for text in reversed(waiting)}
    unknown = []
    for listed in propose_donors(donors, waiting):
        text = by_name[listed.text]
        near = [(donor.code, donor.name) for donor in donors.suggest(text)]
        unknown.append(Unknown(text, waiting[text], near, listed))
    return unknown

"""What was found in a file of the inbox, as the page shows it: tables, columns, rows, entries."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from pledgebook.desk.choosing import PER_PAGE, cut_page
from pledgebook.desk.loaded import Desk
from pledgebook.desk.previews import Preview, differing, preview
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
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.files.donor_lists import ListedDonor, propose_donors
from pledgebook.reports.render.texts import amount_text

FIELDS = {
    Field.DONOR: marked("Donor"),
    Field.AMOUNT: marked("Amount pledged"),
    Field.PAID: marked("Amount paid"),
    Field.VALUE: marked("In the book's currency"),
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
_WORDS_OF = {"purpose": marked("Purpose"), "class": marked("Class"), "fund": marked("Fund")}
"""Kinds of question that ask what a text of the sheet means in the book."""
_LISTED = 2
"""From how many on they stand on one list, and not on a card each."""
_LOOKED_AT_FIRST = ("waiting", "rejected", "amended")
_WEIGHED = 300
"""Rows of a file of which each answer is weighed without being asked to."""
_FIRST_ROWS, _WIDEST = 40, 60
"""How much is shown of a sheet in which no table was found."""

MOST_UNKNOWN = 200
"""Names asked about at a time."""


WORDS: Mapping[str, str] = {
    "imported": marked("to be booked"),
    "amended": marked("changes a pledge"),
    "waiting": marked("waits"),
    "duplicate": marked("in the book already"),
    "rejected": marked("cannot be booked"),
    "ignored": marked("left out"),
}
"""What becomes of a row or a bank's entry, by its verdict, as it is said before anything is
written."""

_ROW_KINDS: Mapping[str, str] = {
    "heading": marked("heading"),
    "total": marked("total"),
    "note": marked("note"),
    "blank": marked("empty"),
}


class Shown(NamedTuple):
    """One line of what a row will book, and the names of what in it is otherwise than at the look
    before.
    """

    preview: Preview
    changed: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of a table and what becomes of it; `verdict` is None for headings and the like."""

    row: SheetRow
    verdict: Verdict | None
    shown: Sequence[Shown] = ()
    changed: bool = False
    """Whether something else became of it at the look before."""
    sought: bool = False
    """Whether it is the row that the address asks for."""


class Unknown(NamedTuple):
    """A name that no donor is known to bear: as written, in how many rows, (code, name) near it."""

    text: str
    rows: int
    near: Sequence[tuple[str, str]]
    listed: ListedDonor
    """What is proposed of it, should it be a new donor's."""


def show_sheets(
    desk: Desk, file: JudgedFile, asked: Mapping[str, str], before: JudgedFile | None = None
) -> Mapping[str, Any]:
    """Return the tables of a file, and of the one asked for (else the first that needs a look) the
    rows, a page at a time. `before` is the file as it was judged at the look before; `at` of what
    is asked names rows, as sources do (Pledges!A6,A7), whose page is shown.
    """
    tables = {each.table.name: each for each in file.tables}
    counts = {name: each.counts() for name, each in tables.items()}
    first = next(
        (name for name, own in counts.items() if any(own[v] for v in _LOOKED_AT_FIRST)),
        next(iter(tables)),
    )
    name = asked.get("table", "") if asked.get("table", "") in tables else first
    sheet, sought = rows_at(asked.get("at", ""))
    if sought:
        holding = (
            each
            for each, own in tables.items()
            if own.table.sheet.name == sheet and sought & {row.number for row in own.rows}
        )
        name = next(holding, name)
    judged = tables[name]
    kind = "" if sought else asked.get("only", "")
    lines = _lines(judged, kind, sought)
    page = cut_page(lines, _page_of((line.sought for line in lines), asked))
    earlier = _verdicts(before, name)
    settings = desk.book.settings
    shown = [_shown(line, earlier, settings) for line in page.items]
    questions = [each for each in file.questions if each.question.kind != _ON_THE_LIST]
    asked_now = [each for each in questions if not each.answer]
    meanings = [
        each for each in asked_now if each.question.kind in _WORDS_OF and each.question.about
    ]
    if len(meanings) < _LISTED:
        meanings = []
    return {
        "kind": "sheet",
        "asked": [each for each in asked_now if each not in meanings],
        "meanings": meanings,
        "words_of": _WORDS_OF,
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
        "verdicts": WORDS,
        "row_kinds": _ROW_KINDS,
        "lines": page,
        "shown": shown,
        "unknown": _unknown(desk.book.settings.donors, file),
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


def show_unread(path: Path, described: Description | None, at: str = "") -> Mapping[str, Any]:
    """Return the first rows of each sheet of a file in which no table was found, for a person to
    say where it stands; of the row said to hold the headings, what they seem to name. Of a sheet of
    which rows are asked for (`at`: Pledges!A6) those, with what stands around them.
    """
    try:
        workbook = read_workbook(path)
    except UnreadableFile:
        return {}
    named, sought = rows_at(at)
    excerpts = {}
    for each in workbook.sheets:
        if not each.rows:
            continue
        first = max(min(sought) - _FIRST_ROWS // 2, 0) if sought and each.name == named else 0
        excerpts[each.name] = [
            (number, [cell_text(value) for value in cells[:_WIDEST]])
            for number, cells in enumerate(each.rows[first : first + _FIRST_ROWS], first + 1)
        ]
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
        "sought": {(named, number) for number in sought},
        "headings": headings,
        "fields": FIELDS,
    }


def show_statements(file: JudgedStatements, asked: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the statements of a file and their entries, a page at a time."""
    at = asked.get("at", "")
    kind = "" if at else asked.get("only", "")
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
        "verdicts": WORDS,
        "lines": cut_page(
            entries, _page_of((each.entry.place == at for _, each in entries), asked)
        ),
        "at": at,
    }


_AT = re.compile(r"(?P<sheet>.*)!(?P<cells>[A-Z]+[0-9]+(?:,[A-Z]+[0-9]+)*)")


def rows_at(place: str) -> tuple[str, frozenset[int]]:
    """Return the sheet and the rows that a place names, as sources do: Pledges!A6,A7."""
    found = _AT.fullmatch(place)
    if found is None:
        return "", frozenset()
    cells = found["cells"].split(",")
    return found["sheet"], frozenset(int(re.sub(r"[A-Z]+", "", cell)) for cell in cells)


def _page_of(sought: Iterable[bool], asked: Mapping[str, str]) -> Mapping[str, str]:
    """Return what is asked, with the page of the first line that is sought, if one is."""
    first = next((at for at, is_sought in enumerate(sought) if is_sought), None)
    if first is None or asked.get("page"):
        return asked
    return {**asked, "page": str(first // PER_PAGE + 1)}


def _verdicts(file: JudgedFile | None, name: str) -> Mapping[int, Verdict] | None:
    """Return the verdicts of a table by row, None where it was not looked at before."""
    judged = next((each for each in file.tables if each.table.name == name), None) if file else None
    return None if judged is None else {each.row.number: each for each in judged.verdicts}


def _shown(line: Line, earlier: Mapping[int, Verdict] | None, settings: Settings) -> Line:
    """Return a line with what it will book, and what of it is otherwise than it was."""
    verdict = line.verdict
    if verdict is None:
        return line
    own = [each for draft in verdict.drafts for each in preview(draft, settings)]
    if earlier is None or (was := earlier.get(line.row.number)) is None:
        return replace(line, shown=[Shown(each, frozenset()) for each in own])
    old = [each for draft in was.drafts for each in preview(draft, settings)]
    told = (was.verdict, was.reason, was.donor, was.amount, was.currency)
    now = (verdict.verdict, verdict.reason, verdict.donor, verdict.amount, verdict.currency)
    return replace(
        line,
        shown=[
            Shown(each, differing(old[at], each) if at < len(old) else frozenset())
            for at, each in enumerate(own)
        ],
        changed=told != now or len(old) != len(own),
    )


def _lines(judged: JudgedTable, kind: str, sought: frozenset[int]) -> list[Line]:
    verdicts = {verdict.row.number: verdict for verdict in judged.verdicts}
    lines = [
        Line(row=row, verdict=verdicts.get(row.number), sought=row.number in sought)
        for row in judged.rows
    ]
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

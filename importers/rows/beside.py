"""Rules on what stands beside the figures of a row and may say that they are not what they seem.

Notes to which a mark leads, cells that nobody reads, texts beyond the headings: nothing of it is
lost, and what contradicts the figures keeps the row waiting.
"""

from __future__ import annotations

from collections.abc import Iterator

from pledgebook.importers.reading.cells import CellValue, cell_text
from pledgebook.importers.rows.columns import DecidingColumn
from pledgebook.importers.rows.notes import bare_mark
from pledgebook.importers.rows.open_row import OpenRow
from pledgebook.importers.values.amounts import parse_amount
from pledgebook.importers.values.dates import parse_date
from pledgebook.importers.values.values import clean, is_nil, is_unknown, plain, shown
from pledgebook.importers.values.words import (
    is_announcement,
    is_warning,
    read_in_kind,
    read_kind,
    says_in_kind,
    says_otherwise,
)

_TICKS = frozenset("✓✔☑√1")
_LONGEST_WORD = 30
_LONGEST_NOTE = 1000


def find_notes(row: OpenRow) -> None:
    """Find the notes to which marks lead: those of donor and amount, of any cell, of headings."""
    notes = row.columns.notes
    marks = [bare_mark(each) for each in f"{row.donor_mark} {row.amount.footnote}".split()]
    if notes.texts:
        called = notes.called_in(row.cells, row.columns.read, row.columns.remarks)
        listed = dict.fromkeys([*marks, *called, *notes.of_all])
        row.notes = tuple(notes.texts[mark] for mark in listed if mark in notes.texts)
    row.unknown_marks = tuple(mark for mark in marks if mark not in notes.texts)


def read_beside(row: OpenRow) -> None:
    """Read the texts beyond the headings: what somebody wrote beside the row."""
    cells = map(row.cell, row.columns.beyond)
    row.beside = tuple(clean(value) for value in cells if isinstance(value, str))


def heed_unread(row: OpenRow) -> None:
    """Hear what cells that are not read say of the row, if that is a warning: under another heading
    only if they say nothing else, beyond the headings as a remark does.
    """
    columns = row.columns
    found = []
    for column in columns.unread:
        value = row.cell(column)
        if not isinstance(value, str):
            continue
        if len(value) <= _LONGEST_WORD and is_warning(value):
            found.append(clean(value))
        elif column not in columns.headed and len(value) <= _LONGEST_NOTE:
            text = clean(value)
            if is_announcement(text) or says_in_kind(text) or says_otherwise(text):
                found.append(text)
    row.elsewhere = (*found, *_decided(row))


def skip_row(row: OpenRow) -> None:
    """Leave a row out that a mapping skips."""
    for column, texts in row.columns.rules.skip:
        text = clean(cell_text(row.cell(column)))
        if plain(text) in texts:
            place = row.columns.sheet.address(row.number, column)
            row.skipped = f"the mapping skips rows with {shown(text)} in {place}"
            return


def _decided(row: OpenRow) -> Iterator[str]:
    """Yield what columns that decide on their rows say against the figures of one."""
    for deciding in row.columns.deciding:
        value = row.cell(deciding.column.number)
        text = clean(cell_text(value)) if value is not None else ""
        if not _is_plain(row, deciding, value, text):
            yield f"{deciding.column.heading}: {text or 'blank'}"


def _is_plain(row: OpenRow, deciding: DecidingColumn, value: CellValue | None, text: str) -> bool:
    """Whether such a column lets the row stand as it is."""
    figure = parse_amount(value).value
    same = figure is not None and any(figure == reading.value for reading in row.figures.values())
    if deciding.kind == "certain":
        yes = read_in_kind(text) is True or read_kind(text) == "commitment"
        dated = parse_date(value).value is not None
        return bool(text) and (text in _TICKS or yes or dated or same)
    no = read_in_kind(text) is False or is_nil(text) or is_unknown(text)
    return no or figure == 0 or (deciding.kind == "changing" and same)

"""Rules on what stands beside the figures of a row and may say that they are not what they seem.

Notes to which a mark leads, cells that nobody reads, texts beyond the headings: nothing of it is
lost, and what contradicts the figures keeps the row waiting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from pledgebook.importers.reading.cells import CellValue, cell_text, column_letter
from pledgebook.importers.rows.columns import DecidingColumn
from pledgebook.importers.rows.notes import bare_mark
from pledgebook.importers.rows.open_row import OpenRow
from pledgebook.importers.rows.row import Said
from pledgebook.importers.tables.headings import DECIDING, Field
from pledgebook.importers.tables.qualifiers import leaves_amount
from pledgebook.importers.tables.questions import Choice, ask
from pledgebook.importers.tables.units import is_in_units, names_another
from pledgebook.importers.values.amounts import parse_amount
from pledgebook.importers.values.dates import parse_date
from pledgebook.importers.values.values import (
    ascii_digits,
    clean,
    is_nil,
    is_unknown,
    plain,
    shown,
    words,
)
from pledgebook.importers.values.words import (
    is_announcement,
    is_paid_in_part,
    is_warning,
    read_in_kind,
    read_kind,
    says_in_kind,
    says_otherwise,
)
from pledgebook.ledger.money import ZERO

_STRUCK_OUT = ask("struck-out", "", Choice("count", "They count as if they were not"))
_TICKS = frozenset("✓✔☑√1")
_FIGURE = re.compile(r"[\d\s.,'’-]*\d[\d\s.,'’-]*")
_SHORT = re.compile(r"(?<![\d.,])\d{1,3}$")
"""What is before the first comma of a figure."""
_THREE = re.compile(r"\d{2,3}(?:\.\d\d?)?")
"""What is behind the first comma of a figure."""
_LONGEST_WORD = 30
_LONGEST_NOTE = 1000


def find_notes(row: OpenRow) -> None:
    """Find the notes to which marks lead: those of donor and amount, of any cell, of headings. What
    somebody wrote to a cell of the row, or to a heading, is a note, too.
    """
    notes = row.columns.notes
    marks = [bare_mark(each) for each in f"{row.donor_mark} {row.amount.footnote}".split()]
    if notes.texts:
        called = notes.called_in(row.cells, row.columns.read, row.columns.remarks)
        listed = dict.fromkeys([*marks, *called, *notes.of_all])
        row.notes = tuple(notes.texts[mark] for mark in listed if mark in notes.texts)
    own = row.columns.written.get(row.number, ())
    row.notes = (*row.notes, *own, *row.columns.comments)
    row.unknown_marks = tuple(mark for mark in marks if mark not in notes.texts)


def read_beside(row: OpenRow) -> None:
    """Read the texts beyond the headings, and in further columns of remarks: what somebody wrote
    beside the row.
    """
    if not row.columns.of_words:
        return
    cells = map(row.cell, sorted(row.columns.of_words))
    row.beside = tuple(clean(value) for value in cells if isinstance(value, str))


def heed_struck(row: OpenRow) -> None:
    """Doubt a row of which a cell is struck out, or the heading of a column that is read."""
    columns, struck = row.columns, row.columns.sheet.struck
    if not struck or row.answer(_STRUCK_OUT):
        return
    for column in columns.headed:
        if (row.number, column) in struck:
            row.doubt_cell(
                column,
                "It is struck out in the sheet: take the row out, or the line through it, and "
                "import the sheet again.",
                _STRUCK_OUT,
            )
            return
        above = [number for number in columns.table.heading_rows if (number, column) in struck]
        if above and column in columns.read:
            why = "The heading of its column is struck out in the sheet."
            row.doubt_cell(column, why, _STRUCK_OUT)
            return


def heed_figures_beside(row: OpenRow) -> None:
    """Doubt a row with figures that no heading stands above: a figure may have run apart into them,
    at a comma of delimited text or between the cells of a table that was copied.
    """
    columns, notes = row.columns, row.columns.notes
    first = min(columns.headed) if columns.beyond else 0
    for column in columns.beyond:
        value = row.cell(column)
        if value is None or column < first:
            continue
        if columns.width and column > columns.width:
            row.doubt_cell(
                column,
                f"The line has more cells than the headings, with {shown(cell_text(value))}: an "
                "amount may have run apart at a comma in it.",
            )
            return
        text = clean(cell_text(value))
        if bare_mark(text) in notes.texts:
            continue
        if isinstance(value, Decimal) or _FIGURE.fullmatch(ascii_digits(text)):
            row.doubt_cell(
                column,
                f"The figure {shown(text)} stands under no heading: an amount may have run apart "
                "into several cells, or its column lacks a heading.",
            )
            return
    for column, wordy in columns.behind_money:
        text, before = (clean(cell_text(row.cell(number))) for number in (column, column - 1))
        if not _SHORT.search(before):
            continue
        if _THREE.fullmatch(text) and (wordy or text.startswith("0")):
            row.doubt_cell(
                column,
                f"{shown(text)} behind an amount may be the end of it, run apart at a comma: put "
                "the amount in quotation marks.",
            )


def heed_unread(row: OpenRow) -> None:
    """Hear what cells that are not read say of the row, if that is a warning: under another heading
    only if they say nothing else, beyond the headings as a remark does.
    """
    columns = row.columns
    found: list[Said] = []
    others = []
    for column in columns.unread:
        value = row.cell(column)
        if value is not None and column not in columns.counting:
            others.append(plain(cell_text(value)))
        if not isinstance(value, str):
            continue
        other = column in columns.of_currencies and names_another(value, row.currency)
        other = other or (column in columns.rules.standing and not _is_told(row, clean(value)))
        alone = len(value) <= _LONGEST_WORD and (is_warning(value) or is_in_units(value))
        kind = column in columns.of_kinds and (
            says_in_kind(value) or not words()["loan"].isdisjoint(plain(value).split())
        )
        if other or alone or kind:
            found.append(Said(column_letter(column), clean(value)))
        elif column in columns.of_words and len(value) <= _LONGEST_NOTE:
            text = clean(value)
            if is_announcement(text) or says_in_kind(text) or says_otherwise(text):
                found.append(Said(column_letter(column), text))
    row.others = tuple(others)
    row.elsewhere = (*found, *_decided(row))


def _is_told(row: OpenRow, status: str) -> bool:
    """Whether a status says of a row what its figures say: that what was pledged was paid, in whole
    or in part, or that nothing was.
    """
    if is_unknown(status):
        return True
    pledged, paid = row.amount.value or ZERO, row.sum(Field.PAID).value or ZERO
    if is_paid_in_part(status):
        return ZERO < paid < pledged
    kind = read_kind(status)
    if kind == "payment":
        alike = not row.paid_currency or row.paid_currency == row.currency
        return paid > ZERO and (paid >= pledged or not alike)
    return kind in {"commitment", "pledge"} and not paid


def skip_row(row: OpenRow) -> None:
    """Leave a row out that a mapping skips."""
    for column, texts in row.columns.rules.skip:
        text = clean(cell_text(row.cell(column)))
        if plain(text) in texts:
            place = row.columns.sheet.address(row.number, column)
            row.skipped = f"the mapping skips rows with {shown(text)} in {place}"
            return


def _decided(row: OpenRow) -> Iterator[Said]:
    """Yield what columns that decide on their rows say against the figures of one."""
    for deciding in row.columns.deciding:
        value = row.cell(deciding.column.number)
        text = clean(cell_text(value)) if value is not None else ""
        if not _is_plain(row, deciding, value, text):
            own = deciding.column.heading.rpartition(" / ")[2]
            yield Said(deciding.column.letter, f"{own}: {text or 'blank'}")


def _is_plain(row: OpenRow, deciding: DecidingColumn, value: CellValue | None, text: str) -> bool:
    """Whether such a column lets the row stand as it is."""
    if deciding.kind not in DECIDING:
        if deciding.kind == "unit" and (codes := row.columns.recognise(text, None)):
            return not row.currency or bool(set(codes) & set(row.currency))
        if deciding.kind == "share" and row.columns.are_shares_of_all(deciding.column):
            return True
        return leaves_amount(deciding.kind, text)
    figure = parse_amount(value).value
    same = figure is not None and any(figure == reading.value for reading in row.figures.values())
    if deciding.kind == "certain":
        yes = read_in_kind(text) is True or read_kind(text) == "commitment"
        dated = parse_date(value).value is not None
        return bool(text) and (text in _TICKS or yes or dated or same)
    no = read_in_kind(text) is False or is_nil(text) or is_unknown(text)
    return no or figure == 0 or (deciding.kind == "changing" and same)

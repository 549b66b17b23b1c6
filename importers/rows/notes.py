"""Notes to a table, and the marks in cells and headings that lead to them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

from pledgebook.importers.reading.cells import CellValue, cell_text
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.values.values import clean, split_footnote

_NOTE = re.compile(
    r"\s*(?P<mark>[*†‡§]+|[¹²³⁰⁴-⁹]+|\(?\[?(?:[a-z]{1,2}|\d{1,2})[/)\]])\s*(?P<text>.*)",
    re.IGNORECASE | re.DOTALL,
)
_NUMBERED = re.compile(r"\s*(?P<mark>\d{1,2})[.:]?\s+(?P<text>[^\W\d].*)", re.DOTALL)
"""A note without a sign beside its number, "1 Subject to ...": it counts where a mark calls it."""

_LEADING_MARK = re.compile(r"\s*(?P<mark>[*†‡§]+)\s*(?=\S)")
_NOTE_CELLS = 2


def footnotes(table: Table) -> dict[str, str]:
    """Give the text of each marked note by its mark: {"a": "Subject to parliamentary approval"}.

    Notes stand below the table, and may stand some way below it; or above it.
    """
    sheet = table.sheet
    noted = [row.number for row in table.rows if row.kind == "note"]
    for number in (
        *range(table.area.last_row + 1, len(sheet.rows) + 1),
        *range(1, table.area.first_row),
    ):
        filled = sum(value is not None for value in sheet.rows[number - 1])
        if filled > _NOTE_CELLS:
            continue  # rows of another table, or of this one beyond a gap: their notes count too
        noted += [number] if filled else []
    found: dict[str, str] = {}
    for pattern in (_NOTE, _NUMBERED):
        for number in noted:
            texts = [cell_text(value) for value in sheet.rows[number - 1] if value is not None]
            for line in " ".join(texts).splitlines():
                if match := pattern.fullmatch(clean(line)):
                    found.setdefault(bare_mark(match["mark"]), match["text"])
    return found


def bare_mark(text: str) -> str:
    """Write a mark as notes are looked up by: "a/", "(A)" and "a" are one, so are "²" and "2"."""
    return unicodedata.normalize("NFKC", text).strip("()[]/. ").lower()


class Notes:
    """The notes of one table, and finding what leads to them. `of_all` are the marks that headings
    of columns that are read bear: their notes are of all rows.
    """

    def __init__(self, table: Table) -> None:
        self.texts = footnotes(table)
        self.of_all = [
            mark
            for column in table.table_columns
            if column.field is not None and self.texts
            for text in column.heading.split(" / ")
            for mark in self.part(text)[1]
        ]

    def part(self, text: str) -> tuple[str, list[str]]:
        """Part the marks of which the notes are known from a text: at its end, stars before it, or
        all of it.
        """
        whole = bare_mark(text)
        if whole in self.texts and (whole != text.lower() or not whole.isalnum()):
            return "", [whole]
        rest, found = split_footnote(text)
        marks = [bare_mark(mark) for mark in found.split()]
        if not all(mark in self.texts for mark in marks):
            rest, marks = text, []
        leading = _LEADING_MARK.match(rest)
        if leading and bare_mark(leading["mark"]) in self.texts:
            rest, marks = rest[leading.end() :], [bare_mark(leading["mark"]), *marks]
        return rest, marks

    def without_marks(self, text: str) -> str:
        """Return a text without the marks of known notes."""
        return self.part(text)[0] if self.texts and text else text

    def called_in(
        self, cells: Sequence[CellValue | None], read: Collection[int], remarks: Collection[int]
    ) -> Iterator[str]:
        """Yield the marks of known notes in any cell of a row; a column of `remarks` may hold the
        bare letter or number of a note, so may one that is not `read`.
        """
        if not self.texts:
            return
        for column, value in enumerate(cells, start=1):
            if value is None or not (isinstance(value, str) or column in remarks):
                continue
            text = clean(cell_text(value))
            if not text:
                continue
            bare = column in remarks or (column not in read and not text[0].isdigit())
            if bare and bare_mark(text) in self.texts:
                yield bare_mark(text)
            else:
                yield from self.part(text)[1]

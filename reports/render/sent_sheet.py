"""A sheet as somebody sent it, into which texts are written beside the rows of its tables."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from pledgebook.importers.reading.cells import Area, Place, column_letter
from pledgebook.reports.render.cell_formats import Styles
from pledgebook.reports.render.elements import (
    Edit,
    Element,
    NotAnnotatedError,
    area_of,
    replaced,
    walk,
    whole,
)

MOST_COLUMNS = 16_384
WIDEST = 140
"""Letters of the widest column that is added; a longer text goes on on further lines."""
_SPANS = re.compile(rb"""\sspans\s*=\s*(?:"[^"]*"|'[^']*')""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What is written beside the rows of a table: in two columns right of column `after`, the first
    that are free, the `headings` in row `heading` (0: there is no room), `above` one row higher if
    that is free there, and `texts` by row: two of them, and whether they ask something. All rows
    and columns are counted from 1.
    """

    sheet: str
    after: int
    first: int
    last: int
    heading: int
    headings: tuple[str, str]
    above: str
    texts: Mapping[int, tuple[str, str, bool]]
    from_right: bool = False

    @property
    def widths(self) -> tuple[int, int]:
        """How many letters wide the two columns are."""
        columns = zip(self.headings, *(each[:2] for each in self.texts.values()), strict=True)
        first, second = (max(map(len, texts), default=0) + 3 for texts in columns)
        first = min(max(first, 12), 40)
        return first, min(max(second, len(self.above) - first), WIDEST)


@dataclass(slots=True, kw_only=True)
class _Row:
    number: int
    element: Element
    cells: list[tuple[int, Element]] = field(default_factory=list)


class Page:
    """A sheet, by the places of its cells in the bytes."""

    def __init__(
        self,
        content: bytes,
        styles: Styles,
        taken: Sequence[Area],
        added: Container[Place],
    ) -> None:
        self.content = content
        self.styles = styles
        self.taken = list(taken)
        self.added = added
        self.prefix = ""
        self.rows: list[_Row] = []
        self.columns: list[Element] = []
        self.lists: list[Element] = []
        self.is_turned = False
        self.dimension: Element | None = None
        self.data: Element | None = None
        self._inside: list[str] = []
        self._column = 0
        walk(content, self._closed, self._opened)
        if self.data is None:
            raise NotAnnotatedError("a sheet of it has no cells")
        self._numbers: list[int] = [row.number for row in self.rows]
        if self._numbers != sorted(set(self._numbers)):
            raise NotAnnotatedError("the rows of a sheet are not in order")

    def _opened(self, each: Element) -> None:
        self._inside.append(each.tag)
        if len(self._inside) == 1:
            self.prefix = each.prefix
        elif self._inside[1:] == ["sheetData", "row"]:
            before = self.rows[-1].number if self.rows else 0
            self.rows.append(_Row(number=whole(each.said.get("r")) or before + 1, element=each))
            self._column = 0
        elif self._inside[1:] == ["sheetData", "row", "c"]:
            place = area_of(each.said.get("r", ""))
            self._column = place.first_column if place else self._column + 1
            self.rows[-1].cells.append((self._column, each))

    def _closed(self, each: Element) -> None:
        inside = self._inside[1:]
        self._inside.pop()
        if inside == ["dimension"]:
            self.dimension = each
        elif inside == ["sheetViews", "sheetView"]:
            self.is_turned |= each.said.get("rightToLeft", "0") in {"1", "true"}
        elif inside == ["sheetData"]:
            self.data = each
        elif inside == ["cols"]:
            self.lists.append(each)
        elif inside == ["cols", "col"]:
            self.columns.append(each)

    def write(self, tables: Sequence[Beside]) -> tuple[bytes, dict[Place, str]]:
        """Return the sheet with what stands beside the rows of its tables, and what was written."""
        texts: dict[int, dict[int, tuple[str, str]]] = {}
        widths: dict[int, int] = {}
        for table in tables:
            column = self._free(table)
            for row, at, text, style in self._cells(table, column):
                texts.setdefault(row, {})[at] = text, style
            for at, width in zip((column, column + 1), table.widths, strict=True):
                widths[at] = max(width, widths.get(at, 0))
            # What is written is in the way of the next table.
            self.taken.append(Area(table.first, column, table.last, column + 1))
        written = {(row, at): text for row, own in texts.items() for at, (text, _) in own.items()}
        edits = [*self._rows_with(texts), *self._columns_with(widths), *self._dimension(written)]
        return replaced(self.content, edits), written

    def _free(self, table: Beside) -> int:
        """Return the first of two columns that are free beside all rows of a table."""
        rows = self._between(table.heading or table.first, table.last)
        filled = {
            column
            for row in rows
            for column, cell in row.cells
            if cell.filled and (row.number, column) not in self.added
        }
        for area in self.taken:
            if area.first_row <= table.last and area.last_row >= (table.heading or table.first):
                filled.update(range(area.first_column, area.last_column + 1))
        for column in range(table.after + 1, MOST_COLUMNS):
            if column not in filled and column + 1 not in filled:
                return column
        raise NotAnnotatedError("there is no free column beside a table")

    def _between(self, first: int, last: int) -> Sequence[_Row]:
        return self.rows[bisect_left(self._numbers, first) : bisect_left(self._numbers, last + 1)]

    def _cells(self, table: Beside, column: int) -> Iterator[tuple[int, int, str, str]]:
        """Yield what is written: row, column, text and format."""
        own_side = "right" if table.from_right else "left"
        for row, (first, second, asks) in table.texts.items():
            near, right = self._style_near(row, column), table.from_right
            style = self.styles.beside(near, asks=asks, side=own_side, from_right=right)
            yield row, column, first, style
            if len(second) >= WIDEST and not self._has_height(row):
                style = self.styles.beside(
                    near, asks=asks, side=own_side, from_right=right, wraps=True
                )
            yield row, column + 1, second, style
        if not table.heading:
            return
        style = self._style_near(table.heading, column)
        for at, text in enumerate(table.headings):
            yield table.heading, column + at, text, style
        above = table.heading - 1
        if above and self._is_free(above, column):
            # It is longer than its cell: it goes on over those beyond, and not over the table.
            side = "right" if self.is_turned else "left"
            style = self.styles.beside("", asks=False, side=side, from_right=table.from_right)
            yield above, column, table.above, style

    def _has_height(self, row: int) -> bool:
        """Tell whether somebody gave a row its height: programs give the others what they need."""
        return any("ht" in each.element.said for each in self._between(row, row))

    def _is_free(self, row: int, column: int) -> bool:
        """Tell whether a long text can stand in a row from a column on."""
        filled = any(
            cell.filled and at >= column and (row, at) not in self.added
            for each in self._between(row, row)
            for at, cell in each.cells
        )
        under = any(
            area.first_row <= row <= area.last_row and area.last_column >= column
            for area in self.taken
        )
        return not filled and not under

    def _style_near(self, row: int, column: int) -> str:
        """Return the format of the nearest cell to the left in a row."""
        cells = [
            (at, cell)
            for each in self._between(row, row)
            for at, cell in each.cells
            if at < column and (row, at) not in self.added
        ]
        return cells[-1][1].said.get("s", "") if cells else ""

    def _rows_with(self, texts: Mapping[int, Mapping[int, tuple[str, str]]]) -> Iterator[Edit]:
        there = {row.number: row for row in self.rows}
        stale = {row for row in there if any((row, at) in self.added for at, _ in there[row].cells)}
        for number in sorted({*texts, *stale}):
            own = texts.get(number, {})
            row = there.get(number)
            if row is None:
                yield self._new_row(number, own)
            else:
                yield from self._row_with(row, own)

    def _new_row(self, number: int, own: Mapping[int, tuple[str, str]]) -> Edit:
        assert self.data is not None
        cells = b"".join(self._cell(number, at, *own[at]) for at in sorted(own))
        put = b'<%brow r="%d">%b</%brow>' % (self._bytes, number, cells, self._bytes)
        following = bisect_left(self._numbers, number)
        if following < len(self.rows):
            at = self.rows[following].element.start
        elif self.data.is_bare:
            raise NotAnnotatedError("a sheet of it has no cells")
        else:
            at = self.content.rindex(b"<", self.data.tag_end, self.data.end)
        return at, at, put

    def _row_with(self, row: _Row, own: Mapping[int, tuple[str, str]]) -> Iterator[Edit]:
        element = row.element
        tag = _SPANS.sub(b"", self.content[element.start : element.tag_end])
        cells = {at: self._cell(row.number, at, *own[at]) for at in sorted(own)}
        if element.is_bare:
            inside = b"".join(cells.values())
            opened = tag.removesuffix(b"/>").rstrip() + b">"
            yield element.start, element.end, b"%b%b</%brow>" % (opened, inside, self._bytes)
            return
        yield element.start, element.tag_end, tag
        before: dict[int, list[bytes]] = {}
        for at, put in cells.items():
            following = next((cell.start for own, cell in row.cells if own >= at), None)
            if following is None:
                following = self.content.rindex(b"<", element.tag_end, element.end)
            before.setdefault(following, []).append(put)
        for at, pieces in before.items():
            yield at, at, b"".join(pieces)
        for at, cell in row.cells:
            if at in cells or (row.number, at) in self.added:
                yield cell.start, cell.end, b""

    @property
    def _bytes(self) -> bytes:
        return self.prefix.encode()

    def _cell(self, row: int, column: int, text: str, style: str) -> bytes:
        prefix = self.prefix
        styled = f" s={quoteattr(style)}" if style else ""
        if not text:
            return f'<{prefix}c r="{column_letter(column)}{row}"{styled}/>'.encode()
        return (
            f'<{prefix}c r="{column_letter(column)}{row}"{styled} t="inlineStr"><{prefix}is>'
            f"<{prefix}t>{escape(text)}</{prefix}t></{prefix}is></{prefix}c>"
        ).encode()

    def _columns_with(self, widths: Mapping[int, int]) -> Iterator[Edit]:
        """Give the columns a width, and take them out of those that others say of them."""
        assert self.data is not None
        ranges: list[tuple[int, int, str]] = []
        for each in self.columns:
            first, last = whole(each.said.get("min")), whole(each.said.get("max"))
            kept = {key: value for key, value in each.said.items() if key not in {"min", "max"}}
            said = "".join(f" {key}={quoteattr(value)}" for key, value in kept.items())
            for at in sorted(widths):
                if first <= at <= last:
                    if first < at:
                        ranges.append((first, at - 1, said))
                    first = at + 1
            if first <= last:
                ranges.append((first, last, said))
        ranges += [(at, at, f' width="{width}" customWidth="1"') for at, width in widths.items()]
        prefix = self.prefix
        lines = "".join(
            f'<{prefix}col min="{first}" max="{last}"{said}/>'
            for first, last, said in sorted(ranges)
        )
        put = f"<{prefix}cols>{lines}</{prefix}cols>".encode()
        yield self.data.start, self.data.start, put
        for each in self.lists:
            yield each.start, each.end, b""

    def _dimension(self, written: Iterable[Place]) -> Iterator[Edit]:
        said = area_of(self.dimension.said.get("ref", "")) if self.dimension else None
        if self.dimension is None or said is None:
            return
        rows, columns = zip(*written, strict=True)
        area = Area(
            min(said.first_row, *rows),
            min(said.first_column, *columns),
            max(said.last_row, *rows),
            max(said.last_column, *columns),
        )
        put = f'<{self.prefix}dimension ref="{area}"/>'.encode()
        yield self.dimension.start, self.dimension.end, put

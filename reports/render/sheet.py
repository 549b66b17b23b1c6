"""One report on one worksheet: headings, table, notes, charts, print set-up.

The sheet is meant to be handed on: it says what it is on each printed page, its sums are live
formulas with their results stored beside them, and text is never taken for a formula.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pledgebook.ledger.findings import RefusedError
from pledgebook.reports.figures.table import Report, Row, RowKind, Source, Value
from pledgebook.reports.render.cells import LINE_HEIGHT, Cells, broken, lines_in
from pledgebook.reports.render.charts import HEIGHT, LOWEST, ROW_PIXELS, WIDTH, draw
from pledgebook.reports.render.checks import Check, Place
from pledgebook.reports.render.footing import label_column, sum_across, sum_down
from pledgebook.reports.render.formulas import across_formula, runs, sum_formula
from pledgebook.reports.render.styles import Styles
from pledgebook.reports.render.texts import (
    FEWEST_DECIMALS,
    column_title,
    decimals_in,
    decimals_of,
    period_line,
    rounding_note,
    rounding_of,
)
from pledgebook.reports.render.widths import column_widths, indent
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import quote_sheetname, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_576

_HEADING_KINDS = frozenset({"section", "group"})
_A4 = 9
_LAST_FROZEN = 2
_FOOTER_TEXT = 90
_POINTS = 0.75
"""Points of a pixel."""
_ROW_POINTS = 15.0
_PAGE_WIDTH, _PAGE_HEIGHT = 784, 516
"""Points of an A4 page, landscape, within the margins."""
_A3 = 8
_LARGER = 2**0.5
"""How much longer the sides of A3 are."""
_SMALLEST = 0.66
"""Of the usual size: what would be smaller on A4 is set for A3."""
_MARGIN = 92
"""Percent: programs differ a little in the width of columns, and one must not fall off the page."""
_GAP = 8
"""Pixels that a heading keeps off the table's end."""
_BORDER = 6
"""Pixels that keep the border of a chart off the page before it."""
_SHRUNK = 1.35
"""A table that is longer than a page by less than this is made smaller, rather than to end in a few
lonely lines."""


class ReportTooLongError(RefusedError):
    """A report has more rows than a worksheet; the message says how many."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What the cover and the workbook need to know of a sheet."""

    place: Place
    check: Check
    totals: dict[str, str]
    """The cells of the last total row, by column key, as formulas name them."""


class ReportSheet:
    """Writes one report to a worksheet, from the top down."""

    def __init__(self, report: Report, sheet: Worksheet, styles: Styles) -> None:
        self.report = report
        self.sheet = sheet
        self.styles = styles
        self.cells = Cells(sheet)
        self.columns = list(self.report.columns)
        self.labels = label_column(self.report)
        self.decimals = [decimals_of(self.report, column) for column in self.columns]
        self.grouped = any(row.kind == "group" for row in self.report.rows)
        self.heading_rows: frozenset[int] = frozenset()
        self.widths = column_widths(self.report, self.decimals)
        self.edges = [self._edge(position) for position in range(len(self.columns))]
        self.indents = [indent(self.columns, position) for position in range(len(self.columns))]
        self._looks: dict[tuple[RowKind, int, int], Format] = {}
        self._plain: dict[RowKind, list[Format]] = {}
        self.row = 0
        self.first = 0
        self.drawn: list[int] = []
        """The rows at which charts begin."""

    def write(self, source: Source, workbook: Workbook, check: Check) -> Finished:
        """Write everything and return what the cover needs; `check` is how it was checked.

        Raises `ReportDoesNotFootError` for a report that contradicts itself and
        `ReportTooLongError`.
        """
        if len(self.report.rows) * 2 + len(self.report.notes) > MOST_ROWS:
            raise ReportTooLongError(
                f"{self.report.name}: {len(self.report.rows):,} rows are too many for a worksheet; "
                "write it as .csv or .json"
            )
        for position, pixels in enumerate(self.widths):
            self.sheet.set_column_pixels(position, position, pixels)
        self._write_top()
        self._write_headings()
        self.first = self.row
        self.heading_rows = frozenset(
            self.first + position
            for position, row in enumerate(self.report.rows)
            if row.kind in _HEADING_KINDS and not row.values
        )
        for row in self.report.rows:
            self._write_line(row)
            self.row += 1
        self._write_notes()
        self._write_agreement(check)
        self._draw_charts(workbook)
        self._set_up(source)
        place = Place(self.report, self.sheet.name, self.first)
        return Finished(place, check, self._totals())

    def _wide(self, text: str, place: str) -> None:
        self.cells.wide(
            self.row, len(self.widths), text, self.styles.place(place), sum(self.widths)
        )
        self.row += 1

    def _write_top(self) -> None:
        self._wide(self.report.title, "title")
        if self.report.subtitle:
            self._wide(self.report.subtitle, "subtitle")
        self._wide(period_line(self.report), "line")
        if self.report.standing is not None:
            self._wide(self.report.standing.words, "line")
        for warning in self.report.warnings:
            self._wide(warning, "alert")
        self.row += 1

    def _write_headings(self) -> None:
        memo = [position for position, column in enumerate(self.columns) if column.memo]
        for first, last in runs(memo):
            band = self.styles.place("band")
            if first < last:
                self.sheet.merge_range(self.row, first, self.row, last, "", band)
            self.cells.text(self.row, first, "Memorandum", band)
        self.row += bool(memo)
        lines = 1
        for position, column in enumerate(self.columns):
            title = broken(column_title(column, self.report.currency), self.widths[position])
            style = self.styles.heading(
                column, edge=self.edges[position], indent=self.indents[position]
            )
            self.cells.text(self.row, position, title, style)
            lines = max(lines, lines_in(title, self.widths[position]))
        self.cells.height(self.row, LINE_HEIGHT * lines + 4)
        self.row += 1

    def _write_line(self, row: Row) -> None:
        if row.kind in _HEADING_KINDS and not row.values and len(self.widths) > 1:
            pixels = sum(self.widths) - _GAP
            if lines_in(row.label, pixels) > 1:  # else it runs over its neighbours
                style = self.styles.cell(row.kind, self.columns[self.labels], wrap=True)
                self.cells.wide(self.row, len(self.widths), row.label, style, pixels)
                return
        lines, number, cells = 1, self.row, self.cells
        plain = self._plain_looks(row.kind)
        for position, column in enumerate(self.columns):
            value = row.values.get(column.key)
            style = plain[position]
            if isinstance(value, str) and row.kind == "row":
                lines = max(lines, lines_in(value, self.widths[position]))
            if position == self.labels and row.label:
                cells.text(number, position, row.label, style)
            elif value is not None or (column.kind == "amount" and column.key in row.values):
                adds = row.adds or column.adds
                formula = self._formula(row, position, value) if adds else None
                if self.decimals[position] != FEWEST_DECIMALS:
                    style = self._look(row.kind, position, decimals_in(value))
                cells.value(number, position, value, style, formula)
            else:
                self.sheet.write_blank(number, position, None, style)
        if lines > 1:
            # Not every spreadsheet program grows a row by itself to the text that wraps in it.
            self.cells.height(self.row, LINE_HEIGHT * lines + 2)

    def _plain_looks(self, kind: RowKind) -> list[Format]:
        """Return the formats of a line whose amounts are in cents, by column."""
        if kind not in self._plain:
            self._plain[kind] = [
                self._look(kind, position, FEWEST_DECIMALS) for position in range(len(self.columns))
            ]
        return self._plain[kind]

    def _look(self, kind: RowKind, position: int, decimals: int) -> Format:
        """Return the format of a cell; a long report asks for the same few again and again."""
        known = self._looks.get((kind, position, decimals))
        if known is None:
            is_member = self.grouped and kind == "row" and position == self.labels
            known = self._looks[kind, position, decimals] = self.styles.cell(
                kind,
                self.columns[position],
                decimals,
                edge=self.edges[position],
                indent=self.indents[position] + is_member,
                rounding=rounding_of(self.report, self.columns[position]),
            )
        return known

    def _formula(self, row: Row, position: int, value: Value) -> str | None:
        """Return the formula for a figure that is the sum it stands for; None for any other."""
        column = self.columns[position]
        decimals = self.decimals[position] if column.kind == "amount" else 0
        if value is None or column.kind not in {"amount", "count"}:
            return None
        if row.adds:
            if sum_down(self.report.rows, row, column.key) != value:
                return None
            rows = (self.first + other for other in row.adds)
            formula = sum_formula(rows, position, decimals, self.heading_rows)
            if formula is None:
                self.cells.remarks.append(
                    f"{xl_rowcol_to_cell(self.row, position)} is a figure and no formula, which "
                    "would be longer than a spreadsheet takes."
                )
            return formula
        if column.adds and sum_across(row, column) == value:
            places = {other.key: i for i, other in enumerate(self.columns)}
            parts = [(places[key], sign) for key, sign in column.adds.items()]
            return across_formula(self.row, parts, decimals)
        return None

    def _write_notes(self) -> None:
        notes = [*rounding_note(self.report), *self.report.notes, *self.cells.remarks]
        if notes:
            self.row += 1
            self.cells.text(self.row, 0, "Notes", self.styles.place("strong"))
            self.row += 1
        for note in notes:
            self._wide(note, "note")

    def _write_agreement(self, check: Check) -> None:
        """Say in a line whether the figures agree with the ledger and the other reports."""
        if not check.results:
            return
        self.row += 1
        style = self.styles.place("fact" if check.agrees else "alert-title")
        self.sheet.write_formula(self.row, 0, check.formula(), style, check.said())
        self.row += 1

    def _draw_charts(self, workbook: Workbook) -> None:
        """Draw the charts below the table, lower where they then fit on its page."""
        tall = HEIGHT
        while self.report.charts and tall > LOWEST and self._pages(tall) > _SHRUNK:
            tall -= ROW_PIXELS
        if self._pages(tall) > _SHRUNK:
            tall = HEIGHT
        for chart in self.report.charts:
            self.row += 1
            self.drawn.append(self.row)
            drawing = draw(
                workbook, self.report, chart, self.sheet.name, self.first, self.first - 1
            )
            drawing.set_size({"width": min(WIDTH, sum(self.widths)), "height": tall})
            self.sheet.insert_chart(
                self.row,
                0,
                drawing,
                {"description": chart.title, "object_position": 1, "y_offset": _BORDER},
            )
            self.row += _rows_of(tall)

    def _set_up(self, source: Source) -> None:
        """Set panes, print area, repeated rows and footer: A4 landscape, one page wide."""
        frozen = self.labels + 1 if self.labels <= _LAST_FROZEN else 0
        self.sheet.freeze_panes(self.first, frozen)
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self._fit_pages()
        self.sheet.repeat_rows(0, self.first - 1)
        if not self.sheet.hidden:  # without a print area it is not printed either
            self.sheet.print_area(0, 0, max(self.row - 1, self.first), len(self.widths) - 1)
        name, book = (_footer_text(text) for text in (self.report.title, source.book))
        self.sheet.set_footer(f"&L&8 {name}&C&8 Page &P of &N&R&8 {book}")
        self.sheet.ignore_errors(
            {"number_stored_as_text": f"A1:{xl_rowcol_to_cell(self.row, 255)}"}
        )

    def _fit_pages(self) -> None:
        """Make the table as wide as a page, a larger one where the print would be too small; a
        chart that is not on the table's only page begins one.
        """
        is_small = self._scale < _SMALLEST
        self.sheet.set_paper(_A3 if is_small else _A4)
        pages = self._pages()
        breaks = [self.first + at for at, row in enumerate(self.report.rows) if row.new_page]
        breaks = [] if is_small else breaks
        if breaks or pages > _SHRUNK:
            breaks += self.drawn
        if breaks:  # they are passed over where pages are fitted
            self.sheet.set_h_pagebreaks(breaks)
            self.sheet.set_print_scale(int(self._scale * _MARGIN * (_LARGER if is_small else 1)))
            return
        self.sheet.fit_to_pages(1, int(1 < pages <= _SHRUNK))

    @property
    def _scale(self) -> float:
        """How much smaller the table is made to be as wide as a page."""
        return min(1.0, _PAGE_WIDTH / (sum(self.widths) * _POINTS))

    def _pages(self, chart: int = 0) -> float:
        """Return how many pages are filled so far, and by charts that are so many pixels high."""
        charts = len(self.report.charts) * (1 + _rows_of(chart)) if chart else 0
        height = sum(self.cells.heights.get(row, _ROW_POINTS) for row in range(self.row))
        return (height + charts * _ROW_POINTS) * self._scale / _PAGE_HEIGHT

    def _totals(self) -> dict[str, str]:
        last = [i for i, row in enumerate(self.report.rows) if row.kind == "total"][-1:]
        sheet = quote_sheetname(self.sheet.name)
        return {
            column.key: f"={sheet}!{xl_rowcol_to_cell(self.first + i, position, True, True)}"
            for i in last
            for position, column in enumerate(self.columns)
            if column.kind == "amount" and column.key in self.report.rows[i].values
        }

    def _edge(self, position: int) -> bool:
        """Return whether a rule stands before this column: where memo columns begin."""
        return self.columns[position].memo and (
            position == 0 or not self.columns[position - 1].memo
        )


def _rows_of(pixels: int) -> int:
    """Return the rows of the sheet that a chart so high covers."""
    return pixels // ROW_PIXELS + 1


def _footer_text(text: str) -> str:
    """Return text that a page footer shows as it is: "&" begins a code there."""
    return re.sub(r"[\x00-\x1f]", " ", text)[:_FOOTER_TEXT].replace("&", "&&")

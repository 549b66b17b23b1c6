"""One report on one worksheet: headings, table, notes, agreement with the ledger, print set-up.

The sheet is meant to be handed on: it says what it is on each printed page, its sums are live
formulas with their results stored beside them, and text is never taken for a formula.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pledgebook.reports.render.cells import LINE_HEIGHT, Cells, lines_in
from pledgebook.reports.render.footing import footed, label_column, sum_across, sum_down
from pledgebook.reports.render.formulas import across_formula, runs, sum_formula
from pledgebook.reports.render.styles import Styles
from pledgebook.reports.render.texts import (
    column_title,
    decimals_in,
    decimals_of,
    period_line,
)
from pledgebook.reports.render.widths import TIE_HEADINGS, column_widths, indent
from pledgebook.reports.table import Column, Report, Row, Source, Tie, Value
from xlsxwriter.utility import quote_sheetname, xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_576

_AMOUNT = Column("amount", "", "amount")
_TITLE = Column("title", "")
_HEADING_KINDS = frozenset({"section", "group"})
_A4 = 9
_LAST_FROZEN = 2
_FOOTER_TEXT = 90


@dataclass(frozen=True, slots=True)
class Finished:
    """What the cover and the workbook need to know of a sheet."""

    report: Report
    sheet: str
    results: str
    """The range of "OK" and "differs" as a formula names it; "" where nothing was compared."""
    totals: dict[str, str]
    """The cells of the last total row, by column key, as formulas name them."""


class ReportSheet:
    """Writes one report to a worksheet, from the top down."""

    def __init__(self, report: Report, sheet: Worksheet, styles: Styles) -> None:
        self.report = footed(report)
        self.sheet = sheet
        self.styles = styles
        self.cells = Cells(sheet)
        self.columns = list(self.report.columns)
        self.labels = label_column(self.report)
        self.decimals = [decimals_of(self.report, column) for column in self.columns]
        self.grouped = any(row.kind == "group" for row in self.report.rows)
        self.heading_rows: frozenset[int] = frozenset()
        self.widths = column_widths(self.report)
        self.row = 0
        self.first = 0

    def write(self, source: Source) -> Finished:
        """Write everything and return what the cover needs.

        Raises `ReportDoesNotFootError` for a report that contradicts itself and `ValueError` for
        one that is longer than a worksheet.
        """
        if len(self.report.rows) * 2 + len(self.report.notes) + len(self.report.ties) > MOST_ROWS:
            raise ValueError(
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
        results = self._write_ties()
        self._set_up(source)
        return Finished(self.report, self.sheet.name, results, self._totals())

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
            title = column_title(column, self.report.currency)
            style = self.styles.heading(
                column, edge=self._edge(position), indent=indent(self.columns, position)
            )
            self.cells.text(self.row, position, title, style)
            lines = max(lines, lines_in(title, self.widths[position]))
        self.sheet.set_row(self.row, LINE_HEIGHT * lines + 4)
        self.row += 1

    def _write_line(self, row: Row) -> None:
        lines = 1
        for position, column in enumerate(self.columns):
            value = row.values.get(column.key)
            if isinstance(value, str) and row.kind == "row":
                lines = max(lines, lines_in(value, self.widths[position]))
            is_label = position == self.labels
            is_member = self.grouped and row.kind == "row" and is_label
            style = self.styles.cell(
                row.kind,
                column,
                decimals_in(value),
                edge=self._edge(position),
                indent=indent(self.columns, position) + is_member,
            )
            if is_label and row.label:
                self.cells.text(self.row, position, row.label, style)
            elif value is not None or (column.kind == "amount" and column.key in row.values):
                formula = self._formula(row, position, value)
                self.cells.value(self.row, position, value, style, formula)
            else:
                self.sheet.write_blank(self.row, position, None, style)
        if lines > 1:
            # Not every spreadsheet program grows a row by itself to the text that wraps in it.
            self.sheet.set_row(self.row, LINE_HEIGHT * lines + 2)

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
        notes = [*self.report.notes, *self.cells.remarks]
        if notes:
            self.row += 1
            self.cells.text(self.row, 0, "Notes", self.styles.place("strong"))
            self.row += 1
        for note in notes:
            self._wide(note, "note")

    def _write_ties(self) -> str:
        if not self.report.ties:
            return ""
        self.row += 1
        for position, heading in enumerate(TIE_HEADINGS):
            style = self.styles.heading(_AMOUNT if position else _TITLE, edge=False)
            self.cells.text(self.row, position, heading, style)
        self.row += 1
        first, told = self.row, len(self.cells.remarks)
        for tie in self.report.ties:
            lines = lines_in(tie.title, self.widths[0])
            if lines > 1:
                self.sheet.set_row(self.row, LINE_HEIGHT * lines + 2)
            self._write_tie(tie)
        last = self.row - 1
        alert = {"type": "cell", "criteria": "==", "value": '"differs"'}
        alert["format"] = self.styles.place("alert-title")
        self.sheet.conditional_format(first, 4, last, 4, alert)
        for remark in self.cells.remarks[told:]:
            self._wide(remark, "note")
        return f"{quote_sheetname(self.sheet.name)}!{xl_range_abs(first, 4, last, 4)}"

    def _write_tie(self, tie: Tie) -> None:
        decimals = max(decimals_in(tie.report), decimals_in(tie.ledger))
        figure = self.styles.cell("row", _AMOUNT, decimals)
        report, ledger, apart = (xl_rowcol_to_cell(self.row, position) for position in (1, 2, 3))
        self.cells.text(self.row, 0, tie.title, self.styles.cell("row", _TITLE))
        self.cells.number(self.row, 1, tie.report, figure)
        self.cells.number(self.row, 2, tie.ledger, figure)
        difference = f"=ROUND({report}-{ledger},{decimals})"
        self.cells.number(self.row, 3, tie.report - tie.ledger, figure, difference)
        result = f'=IF({apart}=0,"OK","differs")'
        stored = "OK" if tie.agrees else "differs"
        self.sheet.write_formula(self.row, 4, result, self.styles.place("result"), stored)
        self.row += 1

    def _set_up(self, source: Source) -> None:
        """Set panes, print area, repeated rows and footer: A4 landscape, one page wide."""
        frozen = self.labels + 1 if self.labels <= _LAST_FROZEN else 0
        self.sheet.freeze_panes(self.first, frozen)
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(_A4)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(0, self.first - 1)
        self.sheet.print_area(0, 0, max(self.row - 1, self.first), len(self.widths) - 1)
        name, book = (_footer_text(text) for text in (self.report.title, source.book))
        self.sheet.set_footer(f"&L&8 {name}&C&8 Page &P of &N&R&8 {book}")
        self.sheet.ignore_errors(
            {"number_stored_as_text": f"A1:{xl_rowcol_to_cell(self.row, 255)}"}
        )

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


def _footer_text(text: str) -> str:
    """Return text that a page footer shows as it is: "&" begins a code there."""
    return re.sub(r"[\x00-\x1f]", " ", text)[:_FOOTER_TEXT].replace("&", "&&")

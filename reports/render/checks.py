"""The check sheet: every figure of the workbook that can be proved, proved by live formulas.

A figure is set beside the ledger's own, or beside the same figure of another report of the
workbook. What a report says is read from the report's cells wherever it stands in them, so that a
figure which somebody changes by hand is found here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pledgebook.reports.figures.agreements import among, disagreements
from pledgebook.reports.figures.table import Column, Part, Report
from pledgebook.reports.render.cells import Cells, lines_in
from pledgebook.reports.render.formulas import sum_formula
from pledgebook.reports.render.styles import Styles
from pledgebook.reports.render.texts import decimals_in
from xlsxwriter.utility import quote_sheetname, xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

CHECKS = "Checks"
_HEADINGS = ("Report", "Figure", "Report says", "Beside it", "Difference", "Result")
_WIDTHS = (170, 430, 130, 130, 110, 80)
_TOP = 4
_RESULT = 5
_AMOUNT = Column(key="amount", title="", kind="amount")
_TEXT = Column(key="text", title="")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a report stands: its worksheet, the row of its first line, its columns in order."""

    report: Report
    sheet: str
    first: int

    def formula(self, part: Part) -> str | None:
        """Return the formula that adds up a part of the report; None if it would be too long, or
        the report does not show the column, as nothing stands in it.
        """
        columns = [column.key for column in self.report.columns]
        rows = [self.first + at for at in self.report.rows_of(part.section)]
        if not rows or part.column not in columns:
            return None
        return sum_formula(rows, columns.index(part.column), 2, sheet=quote_sheetname(self.sheet))


@dataclass(frozen=True, slots=True)
class Check:
    """How a report was checked: the range of "OK" and "differs" on the check sheet ("" where there
    was nothing to compare), how many, and whether all agree.
    """

    results: str = ""
    count: int = 0
    agrees: bool = True

    def formula(self) -> str:
        """Return the formula that says so in words."""
        return f'=IF(COUNTIF({self.results},"OK")={self.count},"{_AGREED}","{_DIFFERS}")'.replace(
            "{count}", str(self.count)
        )

    def said(self) -> str:
        """Return what the formula says."""
        return _AGREED.replace("{count}", str(self.count)) if self.agrees else _DIFFERS


_AGREED = "Agreed with the ledger and other reports: {count} of {count} figures (sheet Checks)"
_DIFFERS = "DIFFERS from the ledger or another report: see the sheet Checks"


def plan_checks(reports: Sequence[Report]) -> list[Check]:
    """Return how each of the reports, footed, is checked among the others."""
    differing = {id(each) for each, _, _ in disagreements(reports)}
    names = {report.name for report in reports}
    planned, row = [], _TOP + 1
    for report in reports:
        own = among(report, names)
        count = len(report.ties) + len(own)
        agrees = all(tie.agrees for tie in report.ties) and not differing & set(map(id, own))
        results = xl_range_abs(row, _RESULT, row + count - 1, _RESULT) if count else ""
        planned.append(Check(results and f"{CHECKS}!{results}", count, agrees))
        row += count
    return planned


class CheckSheet:
    """Writes the checks of all reports to one worksheet."""

    def __init__(self, sheet: Worksheet, styles: Styles) -> None:
        self.sheet = sheet
        self.styles = styles
        self.cells = Cells(sheet)
        self.row = 0

    def write(self, places: Sequence[Place]) -> None:
        """Write a line a check, in the order of the reports."""
        for position, pixels in enumerate(_WIDTHS):
            self.sheet.set_column_pixels(position, position, pixels)
        for text, look in (
            ("Checks", "title"),
            ("Each figure beside the ledger's own, or beside another report's.", "line"),
        ):
            self.cells.wide(self.row, len(_WIDTHS), text, self.styles.place(look), sum(_WIDTHS))
            self.row += 1
        self.row = _TOP
        for position, heading in enumerate(_HEADINGS):
            style = self.styles.heading(_AMOUNT if position > 1 else _TEXT)
            self.cells.text(self.row, position, heading, style)
        self.row += 1
        by_name = {place.report.name: place for place in places}
        for place in places:
            for tie in place.report.ties:
                self._line(place, tie.title, tie.report, tie.ledger)
            for each in among(place.report, set(by_name)):
                other = by_name[each.other.report]
                self._line(
                    place,
                    each.title,
                    place.report.sum_of(each.own),
                    other.report.sum_of(each.other),
                    place.formula(each.own),
                    other.formula(each.other),
                )
        self._set_up()

    def _line(
        self,
        place: Place,
        title: str,
        report: Decimal,
        beside: Decimal,
        own: str | None = None,
        other: str | None = None,
    ) -> None:
        decimals = max(decimals_in(report), decimals_in(beside))
        figure = self.styles.cell("row", _AMOUNT, decimals)
        text = self.styles.cell("row", _TEXT)
        first, second, apart = (xl_rowcol_to_cell(self.row, at) for at in (2, 3, 4))
        self.sheet.write_url(
            self.row,
            0,
            f"internal:{quote_sheetname(place.sheet)}!A1",
            self.styles.place("link"),
            place.sheet,
        )
        self.cells.text(self.row, 1, title, text)
        self.cells.number(self.row, 2, report, figure, own)
        self.cells.number(self.row, 3, beside, figure, other)
        self.cells.number(
            self.row, 4, report - beside, figure, f"=ROUND({first}-{second},{decimals})"
        )
        self.sheet.write_formula(
            self.row,
            _RESULT,
            f'=IF({apart}=0,"OK","differs")',
            self.styles.place("result"),
            "OK" if report == beside else "differs",
        )
        lines = lines_in(title, _WIDTHS[1])
        if lines > 1:
            self.sheet.set_row(self.row, 14 * lines + 2)
        self.row += 1

    def _set_up(self) -> None:
        alert = {"type": "cell", "criteria": "==", "value": '"differs"'}
        alert["format"] = self.styles.place("alert-title")
        self.sheet.conditional_format(_TOP + 1, _RESULT, self.row, _RESULT, alert)
        for remark in self.cells.remarks:
            self.row += 1
            self.cells.wide(self.row, len(_WIDTHS), remark, self.styles.place("note"), sum(_WIDTHS))
        self.sheet.freeze_panes(_TOP + 1, 0)
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(0, _TOP)
        self.sheet.print_area(0, 0, self.row, len(_WIDTHS) - 1)
        self.sheet.set_footer("&L&8 Checks&C&8 Page &P of &N")

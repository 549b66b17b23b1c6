"""Reports as a workbook: a cover, then a sheet for each report.

Equal reports and an equal source give equal bytes: the clock is never read, the creation date is
the one the source was made at.
"""

from __future__ import annotations

import io
import re
from collections.abc import Container, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pledgebook.ledger.register.book import without_garbage_collection
from pledgebook.reports.figures.table import NOTHING, Column, Report, Source
from pledgebook.reports.render.cells import LINE_HEIGHT, Cells, lines_in
from pledgebook.reports.render.checks import CHECKS, Check, CheckSheet, plan_checks
from pledgebook.reports.render.files import write_whole
from pledgebook.reports.render.footing import footed
from pledgebook.reports.render.sheet import Finished, ReportSheet
from pledgebook.reports.render.styles import FONT, Styles
from pledgebook.reports.render.texts import currency_name, long_date
from xlsxwriter import Workbook
from xlsxwriter.utility import quote_sheetname
from xlsxwriter.worksheet import Worksheet

COVER = "Cover"
_LONGEST_NAME = 31
_LONGEST_PROPERTY = 255
_RESERVED = {"", "history"}
_COVER_WIDTHS = (150, 400, 270, 110, 140)
_CONTENTS = ("Sheet", "Report", "About", "As at", "Agreed")


def to_workbook(reports: Sequence[Report], source: Source) -> bytes:
    """Return the reports as an .xlsx file with a cover.

    Raises `ReportDoesNotFootError` for a report that contradicts itself, `ReportTooLongError` for
    one longer than a worksheet, and ValueError if `source.made_at` is no ISO date and time.
    """
    stream = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "default_format_properties": dict(FONT),  # XlsxWriter adds to it
    }
    with without_garbage_collection(), Workbook(stream, options) as workbook:
        workbook.set_properties(_properties(reports, source))
        workbook.set_size(1600, 1000)
        styles = Styles(workbook)
        cover = workbook.add_worksheet(COVER)
        whole = [footed(report) for report in reports]
        names = sheet_names(report.name for report in whole)
        empty = {name for name, report in zip(names, whole, strict=True) if not report.rows_of()}
        empty = set() if len(empty) == len(names) else empty
        finished = []
        for report, name, check in zip(whole, names, plan_checks(whole), strict=True):
            sheet = workbook.add_worksheet(name)
            if name in empty:
                sheet.hide()  # it would be a page of headings on paper
            finished.append(ReportSheet(report, sheet, styles).write(source, workbook, check))
        if any(item.check.count for item in finished):
            checks = CheckSheet(workbook.add_worksheet(CHECKS), styles)
            checks.write([item.place for item in finished])
        _Cover(cover, styles).write(finished, source, empty)
        _name_totals(workbook, finished)
    return stream.getvalue()


def write_workbook(reports: Sequence[Report], source: Source, path: Path) -> None:
    """Write the reports to `path` as a workbook; whole or not at all."""
    write_whole(path, to_workbook(reports, source))


def sheet_names(names: Iterable[str]) -> list[str]:
    """Return a sheet name for each report's name: short, allowed, and no two alike."""
    taken = {COVER.lower(), CHECKS.lower()}
    found = []
    for name in names:
        plain = re.sub(r"[\[\]:*?/\\\x00-\x1f\s_-]+", " ", name).strip(" '")
        plain = plain[:1].upper() + plain[1:]
        if plain.lower() in _RESERVED:
            plain = f"Report {plain}".strip()
        candidate, number = plain[:_LONGEST_NAME].strip(" '"), 1
        while candidate.lower() in taken:
            number += 1
            ending = f" {number}"
            candidate = plain[: _LONGEST_NAME - len(ending)].strip(" '") + ending
        taken.add(candidate.lower())
        found.append(candidate)
    return found


class _Cover:
    """The first sheet: what the workbook is, what to know before use, what is in it."""

    def __init__(self, sheet: Worksheet, styles: Styles) -> None:
        self.sheet = sheet
        self.styles = styles
        self.cells = Cells(sheet)
        self.row = 0

    def write(self, finished: Sequence[Finished], source: Source, empty: Container[str]) -> None:
        """Write the cover; the sheets of `empty` are hidden, and it says so."""
        for position, pixels in enumerate(_COVER_WIDTHS):
            self.sheet.set_column_pixels(position, position, pixels)
        self._wide(source.title, "title")
        subtitles = _distinct(item.place.report.subtitle for item in finished)
        if len(subtitles) == 1:  # else each stands beside its sheet
            self._wide(subtitles[0], "subtitle")
        self.row += 1
        self._write_warnings(source.warnings)
        self._write_facts(finished, source)
        self.row += 1
        self._write_contents(finished, empty)
        self.sheet.hide_gridlines(2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.print_area(0, 0, self.row - 1, len(_COVER_WIDTHS) - 1)
        self.sheet.set_footer("&C&8 Page &P of &N")

    def _wide(self, text: str, place: str) -> None:
        style = self.styles.place(place)
        self.cells.wide(self.row, len(_COVER_WIDTHS), text, style, sum(_COVER_WIDTHS))
        self.row += 1

    def _write_warnings(self, warnings: Sequence[str]) -> None:
        if not warnings:
            return
        self._wide("Read before use", "alert-title")
        for warning in warnings:
            self._wide(warning, "alert")
        self.row += 1

    def _write_facts(self, finished: Sequence[Finished], source: Source) -> None:
        reports = [item.place.report for item in finished]
        facts = {
            "Period": ", ".join(_distinct(report.period for report in reports)),
            "As at": ", ".join(_distinct(long_date(report.as_at) for report in reports)),
            "Currency": ", ".join(_distinct(currency_name(report.currency) for report in reports)),
            "Figures": " ".join(
                _distinct(report.standing.words for report in reports if report.standing)
            ),
            "Book": source.book,
            "SHA-256 of the book": source.sha256,
            "Made at": source.made_at,
        }
        for name, value in facts.items():
            if value:
                self.cells.text(self.row, 0, name, self.styles.place("name"))
                self.cells.text(self.row, 1, value, self.styles.place("fact"))
                self.row += 1

    def _write_contents(self, finished: Sequence[Finished], empty: Container[str]) -> None:
        for position, heading in enumerate(_CONTENTS):
            style = self.styles.heading(Column(key="", title=""), edge=False)
            self.cells.text(self.row, position, heading, style)
        self.row += 1
        note = self.styles.place("note")
        for item in finished:
            is_empty = item.place.sheet in empty
            self._write_name(item.place.sheet, is_link=not is_empty)
            self.cells.text(self.row, 1, item.place.report.title, note)
            about = f"{NOTHING} (sheet hidden)" if is_empty else item.place.report.subtitle
            self.cells.text(self.row, 2, about, note)
            self.cells.value(self.row, 3, item.place.report.as_at, self.styles.place("day"))
            self._write_agreement(item.check)
            texts = (item.place.report.title, about)
            lines = max(map(lines_in, texts, _COVER_WIDTHS[1:3]))
            self.sheet.set_row(self.row, LINE_HEIGHT * lines + 2)
            self.row += 1
        if any(item.check.count for item in finished):
            self._write_name(CHECKS)
            self.cells.text(self.row, 1, "Each figure beside the ledger's own", note)
            self.row += 1

    def _write_name(self, name: str, *, is_link: bool = True) -> None:
        """Name a sheet, with the link to it unless it is hidden."""
        if is_link:
            target = f"internal:{quote_sheetname(name)}!A1"
            self.sheet.write_url(self.row, 0, target, self.styles.place("link"), name)
        else:
            self.cells.text(self.row, 0, name, self.styles.place("note"))

    def _write_agreement(self, check: Check) -> None:
        if not check.count:
            self.cells.text(self.row, 4, "nothing to compare", self.styles.place("note"))
            return
        formula = f'=IF(COUNTIF({check.results},"OK")={check.count},"OK","differs")'
        style = self.styles.place("note" if check.agrees else "alert-title")
        self.sheet.write_formula(self.row, 4, formula, style, "OK" if check.agrees else "differs")


def _name_totals(workbook: Workbook, finished: Sequence[Finished]) -> None:
    """Name the figures of each report's last total, as in `Schedule_total_closing`."""
    taken: set[str] = set()
    for item in finished:
        for key, cell in item.totals.items():
            name = re.sub(r"[^A-Za-z0-9_]", "_", f"{item.place.sheet}_total_{key}")
            name = name if name[0].isalpha() else f"_{name}"
            if name.lower() not in taken:
                workbook.define_name(name, cell)
                taken.add(name.lower())


def _properties(reports: Sequence[Report], source: Source) -> dict[str, object]:
    made = datetime.fromisoformat(source.made_at)
    if made.tzinfo:
        made = made.astimezone(UTC).replace(tzinfo=None)
    periods = ", ".join(_distinct(report.period for report in reports))
    titles = "; ".join(_distinct(report.title for report in reports))
    texts = {
        "title": source.title,
        "subject": f"{titles} ({periods})" if periods else titles,
        "comments": f"From {source.book}, SHA-256 {source.sha256}",
    }
    clean = {
        key: re.sub(r"[\x00-\x1f]", " ", text)[:_LONGEST_PROPERTY] for key, text in texts.items()
    }
    return {**clean, "created": made}


def _distinct(texts: Iterable[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]

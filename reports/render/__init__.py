"""Renderers: finished reports to a workbook, a page, CSV or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pledgebook.ledger.deferred import deferred
from pledgebook.ledger.findings import RefusedError
from pledgebook.reports.figures.table import Report, Source
from pledgebook.reports.render.delimited import to_csv, write_csv
from pledgebook.reports.render.documents import to_document, to_json, write_json
from pledgebook.reports.render.footing import ReportDoesNotFootError, footed
from pledgebook.reports.render.html import to_page, write_page

if TYPE_CHECKING:
    from pledgebook.reports.render.pdf import write_pdf
    from pledgebook.reports.render.xlsx import to_workbook, write_workbook

__all__ = [
    "ENDINGS",
    "ReportDoesNotFootError",
    "SeveralReportsError",
    "UnknownEndingError",
    "footed",
    "render",
    "to_csv",
    "to_document",
    "to_json",
    "to_page",
    "to_workbook",
    "write_csv",
    "write_json",
    "write_page",
    "write_pdf",
    "write_workbook",
]

if not TYPE_CHECKING:  # with XlsxWriter, for those who write a workbook
    _NAMES = {"pdf": ("write_pdf",), "xlsx": ("to_workbook", "write_workbook")}
    __getattr__, __dir__ = deferred(__name__, _NAMES)

ENDINGS = (".xlsx", ".html", ".csv", ".json")
"""The forms a report is always written in, as a file's ending says; .pdf takes LibreOffice."""


class UnknownEndingError(RefusedError):
    """A file name that does not say in which form to write."""


class SeveralReportsError(RefusedError):
    """Several reports for a form that holds one."""


def render(reports: Sequence[Report], source: Source, path: Path) -> None:
    """Write the reports to `path` in the form its ending names, whole or not at all.

    A workbook, a page and a PDF hold several reports; so does JSON, under "reports", and one report
    is its own document. Raises `UnknownEndingError`, `SeveralReportsError` (CSV holds one table),
    `ReportDoesNotFootError`, `NoOfficeError` (PDF) and `OSError`.
    """
    match path.suffix.lower():
        case ".xlsx":
            from pledgebook.reports.render.xlsx import write_workbook  # noqa: PLC0415

            write_workbook(reports, source, path)
        case ".html":
            write_page(reports, source, path)
        case ".csv":
            if len(reports) != 1:
                raise SeveralReportsError(
                    f"{path.name}: a .csv file holds one report, these are {len(reports)}; write "
                    "each to its own file, or all to .xlsx, .html or .json"
                )
            write_csv(reports[0], path)
        case ".pdf":
            from pledgebook.reports.render.pdf import write_pdf  # noqa: PLC0415

            write_pdf(reports, source, path)
        case ".json":
            write_json(reports[0] if len(reports) == 1 else reports, path)
        case ending:
            raise UnknownEndingError(
                f"{path.name}: a report is written as {', '.join(ENDINGS)} or .pdf, and this "
                f"name ends in {ending or 'none of them'}; give it one of these endings"
            )

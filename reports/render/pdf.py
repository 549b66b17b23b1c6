"""Reports as PDF, by LibreOffice where it is installed: the workbook's pages, as they print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pledgebook.ledger.office import NoOfficeError, convert
from pledgebook.reports.figures.table import Report, Source
from pledgebook.reports.render.files import write_whole
from pledgebook.reports.render.xlsx import to_workbook

_TAGGED = 'pdf:calc_pdf_Export:{"UseTaggedPDF":{"type":"boolean","value":"true"}}'


def write_pdf(reports: Sequence[Report], source: Source, path: Path) -> None:
    """Write the reports' workbook as PDF. Raises NoOfficeError and OSError."""
    try:
        made = convert({path.name: to_workbook(reports, source)}, ".xlsx", _TAGGED)[path.name]
    except NoOfficeError as error:
        raise NoOfficeError(
            f"{path.name} was not made. {error} It takes its Calc (libreoffice-calc); or write "
            ".html and print it, or .xlsx."
        ) from error
    write_whole(path, made)

"""From a book and a period to tables, and from tables to workbook, page and files.

*book -> register -> table -> workbook, page, file.* `select` says what is asked, `make_reports`
makes the tables, `render` in `pledgebook.reports.render` writes them.
"""

from __future__ import annotations

from pledgebook.reports.figures.selection import Selection, SelectionError, select
from pledgebook.reports.figures.table import Column, Report, Row, Source, Tie
from pledgebook.reports.registry import REPORTS, make_reports, source_of

__all__ = [
    "REPORTS",
    "Column",
    "Report",
    "Row",
    "Selection",
    "SelectionError",
    "Source",
    "Tie",
    "make_reports",
    "select",
    "source_of",
]

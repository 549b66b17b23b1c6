"""The reports there are, by name. A new one is a module, a line here and a test."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pledgebook.reports import paragraphs, schedule
from pledgebook.reports.selection import Selection, SelectionError
from pledgebook.reports.table import Report, Source

REPORTS: Mapping[str, Callable[[Selection], Report]] = {
    schedule.NAME: schedule.schedule,
    paragraphs.NAME: paragraphs.paragraphs,
}

ALL = "all"


def make_reports(selection: Selection, names: tuple[str, ...]) -> list[Report]:
    """Return the reports of these names, in the order asked; "all" (or none named) is every one.

    Raises SelectionError for a name that is no report, or a report that cannot be made.
    """
    if ALL in names or not names:
        without = () if selection.book.settings.mandates else (paragraphs.NAME,)
        names = tuple(name for name in REPORTS if name not in without)
    for name in names:
        if name not in REPORTS:
            known = ", ".join([*REPORTS, ALL])
            raise SelectionError(f"There is no report {name!r}; the reports are {known}.")
    return [REPORTS[name](selection) for name in names]


def source_of(selection: Selection, made_at: str) -> Source:
    """Return what the cover says of the book; if it has errors, they are its warning."""
    book = selection.book
    warnings = []
    if book.errors:
        warnings.append(
            f"The book has {len(book.errors)} error(s); the figures of this report may be wrong."
        )
    return Source(book.path.name, book.options["title"], made_at, book.sha256, tuple(warnings))

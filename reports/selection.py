"""What a report is asked for: a book, the days it covers, the funds it is limited to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from pledgebook.ledger.book import Book
from pledgebook.ledger.periods import Cut


class SelectionError(Exception):
    """The report cannot be made as asked: an unknown period or fund. The message says which."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A book, a cut of time and the funds to show (in the book's order)."""

    book: Book
    cut: Cut
    funds: tuple[str, ...]


def select(
    book: Book, period: str | None = None, as_at: date | None = None, fund: str | None = None
) -> Selection:
    """Return the selection for a declared period (or a year "2003" or quarter "2003-Q2" in one).

    Without a period it is the one of `as_at`, else of the book's last entry. `as_at` ends the cut
    early. Raises SelectionError.
    """
    periods = book.settings.periods
    declared = ", ".join(periods.names()) or "none"
    if period is None:
        day = as_at or book.register.last_day
        found = periods.of(day) if day else None
        if found is None:
            raise SelectionError(
                f"No declared period holds {day or 'any entry'} (declared: {declared}): name one "
                "with --period."
            )
        period = found.name
    cut = periods.named(period)
    if cut is None:
        raise SelectionError(
            f"The book declares no period {period!r} (declared: {declared}): name one of these, a "
            "year or a quarter of one, such as 2003 or 2003-Q2."
        )
    if as_at is not None:
        if not cut.start <= as_at <= cut.end:
            raise SelectionError(
                f"{as_at} is not in {period} ({cut.start} to {cut.end}): give a date within it."
            )
        cut = replace(cut, end=as_at)
    if fund is not None and fund not in book.settings.funds:
        raise SelectionError(
            f"The book declares no fund {fund!r} (declared: {', '.join(book.settings.funds)})."
        )
    return Selection(book, cut, (fund,) if fund else tuple(book.settings.funds))

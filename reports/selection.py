"""What a report is asked for: a book, the days it covers, the funds it is limited to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from pledgebook.ledger.book import Book
from pledgebook.ledger.history import HISTORY, carried_from, continuing
from pledgebook.ledger.periods import Cut
from pledgebook.ledger.recasting import view_under
from pledgebook.ledger.recognition import UnknownPolicyError, name_policies, read_policies


class SelectionError(Exception):
    """The report cannot be made as asked: an unknown period or fund. The message says which."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A book, a cut of time and the funds to show (in the book's order).

    Under another recognition policy `book` is the view, `kept` the book as it is kept, and
    `recognition` says which policies the view follows.
    """

    book: Book
    cut: Cut
    funds: tuple[str, ...]
    kept: Book | None = None
    recognition: str = ""

    def as_kept(self) -> Selection:
        """Return the same selection of the book as it is kept."""
        return replace(self, book=self.kept or self.book, kept=None, recognition="")


def select(
    book: Book,
    period: str | None = None,
    as_at: date | None = None,
    fund: str | None = None,
    recognition: str | None = None,
) -> Selection:
    """Return the selection for a declared period (or a year "2003" or quarter "2003-Q2" in one).

    Without a period it is the one of `as_at`, else of the book's last entry. `as_at` ends the cut
    early. `recognition` ("receipt", or "special=receipt,convention=receipt") asks for the view
    under another policy. Raises SelectionError.
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
    funds = (fund,) if fund else tuple(book.settings.funds)
    if not recognition:
        return Selection(book, cut, funds)
    try:
        _need_history(book)
        policies = read_policies(book.settings, recognition)
    except UnknownPolicyError as error:
        raise SelectionError(str(error)) from error
    shown = {group: policy for group, policy in policies.items() if group[0] in funds}
    view = view_under(book, policies, cut.end)
    return Selection(view, cut, funds, book, name_policies(book.settings, shown))


def _need_history(book: Book) -> None:
    """A view books every event anew, so it needs them all: not balances carried forward."""
    carried = next((carried_from(e) for e in continuing(book.entries) if carried_from(e)), "")
    if carried:
        raise SelectionError(
            f"This book begins with what {carried} carried forward; a view under another policy is "
            f"made from the events themselves: ask for it with --book {HISTORY}."
        )

"""Which book answers for a day: of a closed period, history.beancount.

The open book begins with what the last closed period left. Asked for an earlier day it would find
nothing, and nothing must not be taken for nil.
"""

from __future__ import annotations

from datetime import date

from beancount.core.data import Transaction
from pledgebook.ledger.files.caching import open_beside
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.history import HISTORY


def left_out(book: Book, day: date) -> str:
    """Return the closed period that a day is of (or comes before) where the book does not hold its
    entries; "" if the book can answer for that day.
    """
    if book.path.name == HISTORY:  # of a period without an entry it holds all there is
        return ""
    for period in book.settings.periods:  # in their order: the first to end is the one asked for
        if period.name in book.settings.seals and day <= period.end:
            held = any(
                isinstance(entry, Transaction) and entry.date in period for entry in book.entries
            )
            return "" if held else period.name
    return ""


def book_answering(book: Book, day: date) -> Book:
    """Return the book that answers for a day: this one, or history.beancount beside it where that
    day's period is closed. Raises BookRefusedError where that is missing.
    """
    closed = left_out(book, day)
    if not closed:
        return book
    path = book.folder / HISTORY
    if path == book.path or not path.is_file():
        raise BookRefusedError(without_history(closed, day))
    return open_beside(book, path)


def labels_of_closed(book: Book) -> set[str]:
    """Return the labels of instalments of closed periods, whose entries the open book does not
    hold. Raises BookRefusedError where the history that knows them is missing.
    """
    if not book.settings.seals or book.path.name == HISTORY:
        return set()
    path = book.folder / HISTORY
    if not path.is_file():
        periods = [each for each in book.settings.periods if each.name in book.settings.seals]
        raise BookRefusedError(without_history(periods[-1].name, periods[-1].end))
    return set(open_beside(book, path).register.by_label)


def without_history(closed: str, day: date) -> str:
    """Say that the book cannot answer for a day of a closed period."""
    return (
        f"The period {closed} is closed and its entries are not in this book, so it says nothing "
        f"of {day}: ask with --book {HISTORY}, which holds them (pledgebook close writes it)."
    )

"""Figures that do not agree with the ledger: what reports know of a book, as findings of `check`.

Every tie of every report is computed for each period that the book holds. Where one fails, the day
is sought from which it does, and the entries of that day are named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from beancount.core.data import Transaction
from msgspec import structs
from pledgebook.ledger.findings import Finding, finding
from pledgebook.ledger.money import format_amount
from pledgebook.ledger.register.book import Book, without_garbage_collection
from pledgebook.reports.figures.booked import Booked, booked_entries
from pledgebook.reports.figures.selection import Selection, SelectionError, select
from pledgebook.reports.figures.table import Tie
from pledgebook.reports.registry import all_ties


@without_garbage_collection()  # which would go through the whole book meanwhile
def find_untied(book: Book, period: str = "") -> list[Finding]:
    """Return the ties of reports to the ledger that fail, in `period` or in every declared period
    that the book holds entries of. Needs a book without errors.
    """
    return list(_find(book, [period] if period else book.settings.periods.names()))


def _find(book: Book, periods: Iterable[str]) -> Iterator[Finding]:
    for name in periods:
        try:
            selection = select(book, name)
        except SelectionError:
            continue  # closed: its seal proves it
        yield from _in_period(selection)


def _in_period(selection: Selection) -> Iterator[Finding]:
    cut = selection.cut
    entries = [each for each in booked_entries(selection) if each.entry.date in cut.period]
    if not entries:
        return
    said: set[int] = set()  # an entry is named once, by the first figure that it spoils
    failing: dict[date, set[str]] = {}
    for report, tie in _failing(selection):
        same = [
            each
            for each in entries
            if not tie.fund or any(line.place.fund == tie.fund for line in each.lines)
        ] or entries
        for entry in _since(selection, tie, same, failing):
            if id(entry) in said:
                continue
            said.add(id(entry))
            yield finding(
                entry,
                "untied",
                f"A report does not agree with the ledger in {cut.name} ({report}; {tie.title}): "
                f"{format_amount(tie.report)} beside {format_amount(tie.ledger)} in the accounts, "
                f"first on {entry.date}. Something is booked there that no report can follow: "
                "write it as the event it is (docs/events.md).",
            )


def _failing(selection: Selection) -> list[tuple[str, Tie]]:
    return [(name, tie) for name, tie in all_ties(selection) if not tie.agrees]


def _since(
    selection: Selection, tie: Tie, entries: Sequence[Booked], failing: dict[date, set[str]]
) -> list[Transaction]:
    """Return the entries of the first day at whose end the tie fails; `failing` keeps which ties do
    at the end of each day that was tried.
    """
    days = sorted({each.entry.date for each in entries})
    low, high = 0, len(days) - 1  # it fails at the end of the last
    while low < high:
        middle = (low + high) // 2
        end = days[middle]
        if end not in failing:
            until = replace(selection, cut=structs.replace(selection.cut, end=end))
            failing[end] = {other.title for _, other in _failing(until)}
        if tie.title in failing[end]:
            high = middle
        else:
            low = middle + 1
    return [each.entry for each in entries if each.entry.date == days[low]]

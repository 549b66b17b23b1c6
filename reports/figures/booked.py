"""The entries that reports read posting by posting, each with what happened."""

from __future__ import annotations

from typing import NamedTuple

from beancount.core.data import Transaction
from pledgebook.ledger.declared.periods import Cut
from pledgebook.ledger.register.events import event_of
from pledgebook.ledger.register.history import continuing
from pledgebook.ledger.register.postings import Line, read_lines
from pledgebook.reports.figures.selection import Selection


class Booked(NamedTuple):
    """An entry on a declared fund: what happened, and its postings to funds' accounts."""

    entry: Transaction
    event: str
    lines: list[Line]

    def is_before(self, cut: Cut) -> bool:
        """Tell whether it is of the time before a cut: booked before, or carried into it."""
        return self.entry.date < cut.start or self.event == "opening"


def booked_entries(selection: Selection) -> list[Booked]:
    """Return the entries of all funds up to the cut's end in booked order, without closings and the
    openings that continue them.
    """
    return selection.once("booked", lambda: _read(selection))


def _read(selection: Selection) -> list[Booked]:
    settings, end = selection.book.settings, selection.cut.end
    plain = selection.book.told_plain
    return [
        Booked(
            entry, told.event if (told := plain.get(id(entry))) else event_of(entry, lines), lines
        )
        for entry in continuing(selection.book.entries)
        if isinstance(entry, Transaction)
        and entry.date <= end
        and (lines := read_lines(entry, settings))
    ]

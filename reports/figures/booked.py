"""The entries that reports read posting by posting, each with what happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
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


def lines_within(selection: Selection, *kinds: str) -> Iterator[tuple[Booked, Line]]:
    """Yield the postings of these kinds of account within the cut that are to be shown and come to
    value, each with its entry, in booked order.
    """
    by_kind = selection.once("lines within", lambda: _by_kind(selection))
    found = (each for kind in kinds for each in by_kind.get(kind, ()))
    for _, booked, line in sorted(found, key=lambda each: each[0]):
        if line.value and selection.covers_line(line):
            yield booked, line


def _by_kind(selection: Selection) -> Mapping[str, Sequence[tuple[int, Booked, Line]]]:
    """Return the postings within the cut by their kind, each with its place among all."""
    found: dict[str, list[tuple[int, Booked, Line]]] = defaultdict(list)
    place = 0
    for booked in booked_entries(selection):
        if not booked.is_before(selection.cut):
            for line in booked.lines:
                found[line.place.kind].append((place, booked, line))
                place += 1
    return found


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

"""Promissory notes: what is held of them, under the labels of the instalments that they settled.

A note is no money yet. The instalment is settled by it, and what it is carried at stands in
`Assets:FUND:Notes:DONOR` until it is encashed, or not honoured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from beancount.core.data import Directive, Transaction
from msgspec import Struct
from pledgebook.ledger.declared.chart import BY_NAME, PAPERS
from pledgebook.ledger.declared.declarations import as_date
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.money import ZERO, read_number
from pledgebook.ledger.register.events import event_of
from pledgebook.ledger.register.history import continuing
from pledgebook.ledger.register.postings import Line, read_lines, stated

NOTE = "note"
"""Metadata of a note that is put in: the numbers of the notes, as the donor gave them."""

ENCASHMENT = "encashment"
"""Beside it: when the note is to be encashed, and how much of it (2003-06-30 20000, …)."""

NOTED = (NOTE, ENCASHMENT)

_PARTS = tuple(f":{BY_NAME[kind].path}:" for kind in sorted(PAPERS))


class NoteMove(Struct, frozen=True, kw_only=True):
    """A posting of a note, in (units and value above zero) or out."""

    entry: Transaction
    event: str
    fund: str
    class_: str
    donor: str
    label: str
    units: Decimal
    currency: str
    value: Decimal
    since: date
    line: Line
    note: str = ""
    schedule: str = ""

    @property
    def adds(self) -> bool:
        """Whether the note is put in, or put back."""
        return self.units > 0


class NoteHeld(Struct, frozen=True, kw_only=True):
    """What is held in notes under the label of an instalment: `units` in `currency`, `value` what
    it is carried at in the book's currency, `since` the day of the first note.
    """

    label: str
    fund: str
    class_: str
    donor: str
    units: Decimal
    currency: str
    value: Decimal
    since: date
    note: str = ""
    schedule: str = ""
    left: Decimal = Decimal(0)
    """The units of it that were encashed or not honoured, before the book began as `schedule` tells
    it."""
    entry: Transaction | None = None
    """The last that put it in, or back."""


def note_moves(entries: Iterable[Directive], settings: Settings) -> Iterator[NoteMove]:
    """Yield every posting of a note, in booked order; a closing and the opening that continues it
    are left out where both are there.
    """
    for entry in continuing(entries):
        if not isinstance(entry, Transaction) or not any(
            part in posting.account for posting in entry.postings for part in _PARTS
        ):
            continue
        lines = read_lines(entry, settings)
        event = event_of(entry, lines)
        for line in lines:
            cost = line.posting.cost
            if line.place.kind in PAPERS and line.label:
                yield NoteMove(
                    entry=entry,
                    event=event,
                    fund=line.place.fund,
                    class_=line.class_,
                    donor=line.place.part,
                    label=line.label,
                    units=line.units,
                    currency=line.currency,
                    value=line.value or ZERO,
                    line=line,
                    since=(cost.date if cost else None) or entry.date,
                    note=stated(entry, line.posting, NOTE) or "",
                    schedule=stated(entry, line.posting, ENCASHMENT) or "",
                )


def notes_held(
    entries: Iterable[Directive], settings: Settings, day: date | None = None
) -> dict[str, NoteHeld]:
    """Return what is held in notes at the end of a day (of the book without it), by label."""
    held: dict[str, NoteHeld] = {}
    for move in note_moves(entries, settings):
        if day is not None and move.entry.date > day:
            continue
        known = held.get(move.label)
        units = move.units + (known.units if known else Decimal(0))
        value = move.value + (known.value if known else ZERO)
        told = move if move.adds or known is None else known
        held[move.label] = NoteHeld(
            label=move.label,
            fund=told.fund,
            class_=told.class_,
            donor=told.donor,
            units=units,
            currency=told.currency,
            value=value,
            since=told.since,
            note=told.note,
            schedule=told.schedule,
            left=(known.left if known else Decimal(0)) + _left(move),
            entry=told.entry,
        )
    return {label: note for label, note in held.items() if note.units}


def _left(move: NoteMove) -> Decimal:
    if move.event in {"note-encashed", "note-dishonoured"}:
        return -move.units
    if move.event != "opening" or not move.schedule:
        return Decimal(0)
    try:
        planned = sum((units for _, units in read_schedule(move.schedule)), Decimal(0))
    except ValueError:
        return Decimal(0)  # a guard says so
    return max(planned - move.units, Decimal(0))


def read_schedule(text: str) -> list[tuple[date, Decimal]]:
    """Read when how much of a note is to be encashed: "2003-06-30 20000, 2004-06-30 20000".

    Raises ValueError.
    """
    parts = []
    for each in text.split(","):
        day, _, number = each.strip().partition(" ")
        read = as_date(day)
        if read is None:
            raise ValueError(f"{day!r} is no date")
        parts.append((read, read_number(number.strip())))
    return parts

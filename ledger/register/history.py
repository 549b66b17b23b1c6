"""One history out of closed periods: which entries only repeat what others say.

The file of a closed period ends with its closing, that of the next begins with the opening that
continues it. A book that holds both, as history.beancount does, would count everything twice; so
whoever adds up leaves out the closings, and the openings whose closing is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from beancount.core.data import Directive, Transaction
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.periods import Period
from pledgebook.ledger.declared.settings import Settings

HISTORY = "history.beancount"
"""The book of all periods, the closed ones too, beside the main file."""

FOLDER = "sealed"
"""The folder of the book that keeps what sealed periods said."""

CLOSES = "closes"
"""Metadata of a closing: the period it ends."""

CARRIED_FROM = "carried-from"
"""Metadata of an opening: the period it continues."""

EntryT = TypeVar("EntryT", bound=Directive)


def is_closing(entry: Directive) -> bool:
    """Tell whether an entry ends a period."""
    if not isinstance(entry, Transaction):
        return False
    event = entry.meta.get("event")
    return event is not None and as_text(event) == "closing"


def carried_from(entry: Directive) -> str:
    """Return the period that an opening continues, "" for any other entry."""
    if not isinstance(entry, Transaction):
        return ""
    return as_text(entry.meta.get(CARRIED_FROM, ""))


def continuing(entries: Iterable[EntryT]) -> Iterator[EntryT]:
    """Yield the entries without closings, and without openings that continue one of these."""
    entries = list(entries)
    closed = {as_text(entry.meta.get(CLOSES, "")) for entry in entries if is_closing(entry)}
    if not closed:
        yield from entries
        return
    for entry in entries:
        if not is_closing(entry) and carried_from(entry) not in closed - {""}:
            yield entry


def reopening_notes(settings: Settings, period: Period) -> list[str]:
    """Return what reports of a period say of it and of earlier ones that were opened again."""
    said = []
    for reopening in settings.reopenings:
        found = next((each for each in settings.periods if each.name == reopening.period), None)
        if found is None or found.start > period.end:
            continue
        when = f" on {reopening.day}" if reopening.day else ""
        said.append(
            f"As restated: {reopening.period} was closed and opened again{when}, authority: "
            f"{reopening.authority}. The figures as first reported are kept in "
            f"{FOLDER}/{reopening.period}.{reopening.number}.json."
        )
    return said

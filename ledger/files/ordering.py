"""The order of what happens on one day.

Beancount books the entries of one day by line number alone, so a new entry is put where its event
belongs in its day.
"""

from __future__ import annotations

from datetime import date

from beancount.core.data import Transaction
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.register.events import EVENTS, NOTHING_TOLD, event_of
from pledgebook.ledger.register.postings import read_lines


def rank_of(event: str) -> int:
    """Return the place of an event in its day: an opening comes first, a closing last."""
    return EVENTS.get(event, NOTHING_TOLD).rank


def order_of(entry: Transaction, settings: Settings) -> tuple[date, int]:
    """Return the day of an entry and the place of its event in it."""
    return entry.date, rank_of(event_of(entry, read_lines(entry, settings)))

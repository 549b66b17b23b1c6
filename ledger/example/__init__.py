"""The shipped example: a book of two funds over 2001-2003, every figure of it made up.

`make_example` makes the book with donors' spreadsheets in its inbox, `record_events` what happened
to the pledges once they are imported. `pledgebook demo` runs both, imports and reports between.
"""

from __future__ import annotations

from pledgebook.ledger.example.making import IMPORTED, TITLE, TO_TRY, is_example, make_example
from pledgebook.ledger.example.recording import record_events

__all__ = ["IMPORTED", "TITLE", "TO_TRY", "is_example", "make_example", "record_events"]

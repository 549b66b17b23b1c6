"""The shipped examples. The first: a book of two funds over 2001-2003, every figure of it made up.

`make_example` makes the book with donors' spreadsheets and bank statements in its inbox. What
neither says, the euro and what a person decided, stands in `recording`; what was spent, in two
files written by hand. `pledgebook demo` runs all of it in order. The others are folders of files
and commands alone (see others).
"""

from __future__ import annotations

from pledgebook.ledger.example.making import (
    IMPORTED,
    STATEMENTS,
    TITLE,
    TO_TRY,
    is_example,
    make_example,
    write_by_hand,
)
from pledgebook.ledger.example.others import CRIME, DIR, OTHERS, fill_example, read_steps
from pledgebook.ledger.example.recording import gift_decided, new_biennium

__all__ = [
    "CRIME",
    "DIR",
    "IMPORTED",
    "OTHERS",
    "STATEMENTS",
    "TITLE",
    "TO_TRY",
    "fill_example",
    "gift_decided",
    "is_example",
    "make_example",
    "new_biennium",
    "read_steps",
    "write_by_hand",
]

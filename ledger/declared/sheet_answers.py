"""What was answered to questions about donors' sheets, by the layout of their tables.

    2026-11-30 custom "sheet-answer" "Donor | Year | Amount" "day-in-year:Year" "12-31"

The first text names a layout by its headings, the second the question, the third the answer. What
questions there are and what may be answered is the importers' to know; an answer of which nobody
knows the question is none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from pledgebook.ledger.declared.declarations import Declaration


class SheetAnswer(NamedTuple):
    """An answer to a question about sheets of a layout, and the day it was given."""

    value: str
    on: date


SheetAnswers = Mapping[str, Mapping[str, SheetAnswer]]
"""Answers by layout and question."""


def read_sheet_answers(declarations: Iterable[Declaration]) -> SheetAnswers:
    """Return the answers that a book remembers."""
    found: dict[str, dict[str, SheetAnswer]] = {}
    for declaration in declarations:
        layout, question, value = declaration.texts
        found.setdefault(layout, {})[question] = SheetAnswer(value, declaration.day)
    return found

"""Answers to questions about donors' sheets, written into the book for the next file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pledgebook.ledger.declared.declarations import write_declaration
from pledgebook.ledger.parsing import quoted
from pledgebook.ledger.register.book import Book

FILE = "answers.beancount"
"""The file of the book that answers are written to."""

_HEAD = "; What was answered to questions about donors' sheets (docs/importing.md).\n"


class LearnedAnswer(NamedTuple):
    """An answer worth keeping: the layout it is of, the question and what was said."""

    layout: str
    question: str
    value: str


def answer_texts(book: Book, answers: Iterable[LearnedAnswer], day: date) -> dict[Path, str]:
    """Return the new text of the book's file of answers, by its path; empty if nothing changes. Of
    two answers of one day to one question the later stands.
    """
    path = book.folder / FILE
    known = book.settings.sheet_answers
    new: dict[str, str] = {}
    for layout, question, value in answers:
        before = known.get(layout, {}).get(question)
        if before is None or before.value != value:
            line = write_declaration("sheet-answer", day, layout, question, value).rstrip("\n")
            new[line.removesuffix(quoted(value))] = line
    if not new:
        return {}
    lines = (book.text_of(path) or _HEAD).rstrip("\n").split("\n")
    kept = [line for line in lines if not line.startswith(tuple(new))]
    return {path: "\n".join([*kept, *new.values()]) + "\n"}

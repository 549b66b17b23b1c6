"""Answers that the next file of a layout has use of: what the book keeps of them, and how they are
found again. A layout is the headings of a table and, where the text above names one, its donor;
columns are named by their headings, since letters move.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from pledgebook.importers.judging.earmarks import GENERAL
from pledgebook.importers.judging.verdicts import JudgedFile
from pledgebook.importers.tables.headings import Field
from pledgebook.importers.tables.questions import KINDS, LEAVE_OUT, question_key
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.values.values import clean
from pledgebook.ledger.declared.sheet_answers import SheetAnswer, SheetAnswers
from pledgebook.ledger.files.learning import LearnedAnswer

_LONGEST = 1000
"""A layout whose headings are longer is known by their digest."""
_WHICH = "which-column"


def name_layout(table: Table) -> str:
    """Name the layout of a table: `Donor | Year | Amount`, or `Norway: Year | Amount`."""
    headings = " | ".join(clean(column.heading) for column in table.table_columns)
    donor = table.rules.constants.get(Field.DONOR, "")
    named = f"{clean(donor)}: {headings}" if donor else headings
    if len(named) > _LONGEST:
        return hashlib.sha256(named.encode()).hexdigest()
    return named or "no headings"


def learned_answers(table: Table, known: SheetAnswers) -> dict[str, SheetAnswer]:
    """Return what was answered for earlier files of a table's layout, by question."""
    own = known.get(name_layout(table)) if known else None
    if not own:
        return {}
    letters: dict[str, str] = {}
    for column in reversed(table.table_columns):
        letters[clean(column.heading)] = column.letter
    found = {}
    for question, answer in own.items():
        kind, _, about = question.partition(":")
        if kind not in KINDS:
            continue
        value = answer.value
        if KINDS[kind].of_column:
            about = letters.get(about, about)
        if kind == _WHICH:
            value = letters.get(value, value)
        found[question_key(kind, about)] = answer._replace(value=value)
    return found


def learn_answers(files: Iterable[JudgedFile]) -> list[LearnedAnswer]:
    """Return the answers that settled rows of files and are worth keeping for their layouts."""
    found: dict[LearnedAnswer, None] = {}
    for file in files:
        for judged in file.tables:
            table = judged.table
            headings = {column.letter: clean(column.heading) for column in table.table_columns}
            once = {text for text in headings.values() if list(headings.values()).count(text) == 1}

            def named(
                letter: str, headings: dict[str, str] = headings, once: set[str] = once
            ) -> str:
                heading = headings.get(letter, "")
                return heading if heading in once else letter

            for question, value in table.rules.answers.used.values():
                kind = KINDS[question.kind]
                remembered = kind.of_book and value != GENERAL  # as another name of the book
                if not kind.kept or remembered or value == LEAVE_OUT:
                    continue
                about = named(question.about) if kind.of_column else question.about
                said = named(value) if question.kind == _WHICH else value
                key = question_key(question.kind, about)
                found[LearnedAnswer(name_layout(table), key, said)] = None
    return list(found)

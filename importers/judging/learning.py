"""Answers that the next file of a layout has use of: what the book keeps of them, and how they are
found again. A layout is the headings of a table and, where the text above names one, its donor;
columns are named by their headings, since letters move.
"""

from __future__ import annotations

import hashlib
from collections import Counter
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
    headings = " | ".join(_as_kept(column.heading) for column in table.table_columns)
    donor = table.rules.constants.get(Field.DONOR, "")
    if "donor-of-all" in table.rules.answers.used:
        donor = ""  # it was answered, and the next file of the layout does not say it either
    named = f"{_as_kept(donor)}: {headings}" if donor else headings
    if len(named) > _LONGEST:
        return hashlib.sha256(named.encode()).hexdigest()
    return named or "no headings"


def learned_answers(table: Table, known: SheetAnswers) -> dict[str, SheetAnswer]:
    """Return what was answered for earlier files of a table's layout, by question."""
    own = known.get(name_layout(table)) if known else None
    if not own:
        return {}
    letters = {named: letter for letter, named in _named_columns(table).items()}
    found = {}
    for question, answer in own.items():
        kind, _, about = question.partition(":")
        if kind not in KINDS:
            continue
        value = answer.value
        if KINDS[kind].of_column and about:
            about = letters.get(about, "")
        if kind == _WHICH and value != LEAVE_OUT:
            value = letters.get(value, "")
        if not value:
            continue  # a column that there is not
        if KINDS[kind].of_column and question != kind and not about:
            continue  # of a column that there is not
        found[question_key(kind, about)] = answer._replace(value=value)
    return found


def _named_columns(table: Table) -> dict[str, str]:
    """Name columns by their headings, and those of one heading by their place among these; one that
    another heading reads like has no name.
    """
    met: Counter[str] = Counter()
    named = {}
    for column in table.table_columns:
        heading = _as_kept(column.heading)
        met[heading] += 1
        named[column.letter] = f"{heading} #{met[heading]}"
    named = {
        letter: text if met[text.rpartition(" #")[0]] > 1 else text.rpartition(" #")[0]
        for letter, text in named.items()
    }
    often = Counter(named.values())
    return {letter: text for letter, text in named.items() if text and often[text] == 1}


def _as_kept(text: str) -> str:
    """Write a text as the book gives it back: one line, with blanks for what is not printable."""
    printable = "".join(char if char.isprintable() else " " for char in clean(text))
    return " ".join(printable.split())


def learn_answers(files: Iterable[JudgedFile]) -> list[LearnedAnswer]:
    """Return the answers that settled rows of files and are worth keeping for their layouts."""
    found: dict[LearnedAnswer, None] = {}
    for file in files:
        for judged in file.tables:
            table = judged.table
            named = _named_columns(table)
            for question, value in table.rules.answers.used.values():
                kind = KINDS[question.kind]
                # A name or purpose is remembered as another name of the book.
                remembered = kind.of_book and value not in {GENERAL, LEAVE_OUT}
                if not kind.kept or remembered:
                    continue
                of_column = kind.of_column and question.about
                about = named.get(question.about, "") if of_column else question.about
                is_column = question.kind == _WHICH and value != LEAVE_OUT
                said = named.get(value, "") if is_column else value
                key = question_key(question.kind, about)
                if not said or (of_column and not about) or key != _as_kept(key):
                    continue  # it could not be found again
                found[LearnedAnswer(name_layout(table), key, said)] = None
    return list(found)

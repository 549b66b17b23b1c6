"""What is written beside a donor's rows when the list is sent back, and is not read again.

The texts are data, in `data/sent_back.toml`, by language. A list that returns with them is read as
if they were not there; whatever the donor wrote over or beside them is read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from pledgebook.importers.reading.cells import CellValue, Place, Sheet

SOURCE = "en"
OURS = frozenset({"rate", "undecided"})
"""Kinds of questions that no donor can answer."""
_COLUMN = "{column}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The texts of a language: the two headings, what explains them above (in the list as it was
    sent, and in a copy of its cells), and by kind the verdicts, reasons and questions.
    """

    headings: tuple[str, str]
    kept: str
    copied: str
    verdicts: Mapping[str, str]
    reasons: Mapping[str, str]
    asks: Mapping[str, str]

    def question(self, kind: str, column: str) -> str:
        """Return what a kind of question asks of a row; `column` is the letter of the column that
        it is about, "" for none.
        """
        if kind in OURS:
            return self.reasons["ours"]
        said = self.asks.get(kind, "")
        if not said or (_COLUMN in said and not column):
            return self.reasons["unread"]
        return said.format(column=column)


@cache
def all_words() -> Mapping[str, Words]:
    """Return the texts by language."""
    data = resources.files("pledgebook.importers").joinpath("data", "sent_back.toml")
    read = tomllib.loads(data.read_text("utf-8"))
    return {
        language: Words(**{**texts, "headings": tuple(texts["headings"])})
        for language, texts in read.items()
    }


def without_added(sheet: Sheet) -> Sheet:
    """Return a sheet without what was written beside its rows when it was sent back before; which
    cells these are is kept as `added`.
    """
    first = _first_headings()
    headed = [
        (number, column)
        for number, cells in enumerate(sheet.rows, 1)
        for column, value in enumerate(cells, 1)
        if isinstance(value, str) and value in first
    ]
    added: dict[int, set[int]] = {}
    for number, column in headed:
        if sheet.cell(number, column + 1) == first[str(sheet.cell(number, column))]:
            for row, own in _below(sheet, number, column):
                added.setdefault(row, set()).add(own)
    if not added:
        return sheet
    rows = list(sheet.rows)
    for number, columns in added.items():
        rows[number - 1] = _emptied(rows[number - 1], columns)
    places = frozenset((row, column) for row, columns in added.items() for column in columns)
    return replace(sheet, rows=tuple(rows), added=places)


def _below(sheet: Sheet, heading: int, column: int) -> Iterable[Place]:
    """Yield the cells of the two columns under their headings that hold our texts, with the
    headings and what explains them.
    """
    yield heading, column
    yield heading, column + 1
    if sheet.cell(heading - 1, column) in _explanations():
        yield heading - 1, column
    verdicts, said = _verdicts(), _said()
    for row in range(heading + 1, len(sheet.rows) + 1):
        if sheet.cell(row, column) in verdicts:
            yield row, column
            reason = sheet.cell(row, column + 1)
            if isinstance(reason, str) and said.fullmatch(reason):
                yield row, column + 1


def _emptied(cells: Sequence[CellValue | None], columns: set[int]) -> tuple[CellValue | None, ...]:
    kept = [None if column in columns else value for column, value in enumerate(cells, 1)]
    while kept and kept[-1] is None:
        kept.pop()
    return tuple(kept)


@cache
def _first_headings() -> Mapping[str, str]:
    return dict(words.headings for words in all_words().values())


@cache
def _explanations() -> frozenset[CellValue | None]:
    return frozenset(text for words in all_words().values() for text in (words.kept, words.copied))


@cache
def _verdicts() -> frozenset[CellValue | None]:
    return frozenset(text for words in all_words().values() for text in words.verdicts.values())


@cache
def _said() -> re.Pattern[str]:
    """Return a pattern of the sentences, one behind another."""
    texts = {
        text
        for words in all_words().values()
        for text in (*words.reasons.values(), *words.asks.values())
    }
    one = "|".join(
        re.escape(text).replace(re.escape(_COLUMN), "[A-Z]{1,3}") for text in sorted(texts)
    )
    return re.compile(rf"(?:{one})(?: (?:{one}))*")

"""The questions of a file: what its rows wait for, each asked once, and what was answered.

Tables of a file that have the same headings are one layout, and are asked once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from textwrap import shorten

from pledgebook.importers.judging.verdicts import JudgedTable, Verdict
from pledgebook.importers.reading.cells import column_number
from pledgebook.importers.tables.questions import KINDS, Asked, Choice, Question
from pledgebook.importers.tables.tables import Table

_EXAMPLES = 3
"""How many rows of a question are shown."""
_MOST_SAID = 12
_LONGEST_ROW = 160
_MOST_EACH = 3
"""Where a table has more questions than these that have a wider one, that is asked."""


@dataclass(slots=True, kw_only=True)
class _Gathered:
    question: Question
    tables: dict[str, None] = field(default_factory=dict)
    rows: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)
    said: dict[str, None] = field(default_factory=dict)


def place_of(table: Table) -> str:
    """Return by what a table is named in questions: `s.xlsx#Pledges!A6`."""
    return f"{table.path.name}#{table.corner}"


def layout_of(table: Table) -> tuple[tuple[str, str], ...]:
    """Return what tables of one layout have in common: the letters and texts of their headings."""
    return tuple((column.letter, column.heading) for column in table.table_columns)


def ask_questions(tables: Sequence[JudgedTable]) -> tuple[Asked, ...]:
    """Return what rows of a file's tables wait for, what settles most of them first, and below that
    what was answered.
    """
    gathered: dict[tuple[object, str], _Gathered] = {}
    places: dict[tuple[object, str], str] = {}
    for judged in tables:
        table = judged.table
        layout = layout_of(table)
        for verdict in judged.verdicts:
            for question in verdict.asks:
                of_book = KINDS[question.kind].of_book
                key = (None if of_book else layout, question.key)
                places.setdefault(key, place_of(table))
                own = gathered.setdefault(key, _Gathered(question=question))
                _take(own, table, verdict, question)
    _widen(gathered)
    asked = [
        Asked(
            id=f"{places[key]}:{own.question.key}",
            question=_as_learned(own.question, tables),
            rows=own.rows,
            tables=tuple(own.tables),
            examples=tuple(cell for cell, _ in own.examples),
            shown=tuple(text for _, text in own.examples),
            said=tuple(own.said)[:_MOST_SAID],
            more=max(0, len(own.said) - _MOST_SAID),
        )
        for key, own in gathered.items()
    ]
    asked.sort(key=lambda each: (each.question.order, -each.rows))
    return (*asked, *_answered(tables))


def _take(own: _Gathered, table: Table, verdict: Verdict, question: Question) -> None:
    own.rows += 1
    own.tables.setdefault(table.corner)
    if question.said:
        own.said.setdefault(question.said)
    if len(own.examples) < _EXAMPLES:
        letter = question.about if KINDS[question.kind].of_column else ""
        number = column_number(letter) if letter else None
        letter = letter if number else table.columns.get("donor", "A")
        cell = f"{table.sheet.name}!{letter}{verdict.row.number}"
        cells = " | ".join(table.texts_of(verdict.row.number).values())
        reason = f": {verdict.reason}" if verdict.asks[0].key == question.key else ""
        own.examples.append((cell, shorten(cells, _LONGEST_ROW, placeholder=" …") + reason))


def _widen(gathered: dict[tuple[object, str], _Gathered]) -> None:
    """Put one wider question in the place of many that have it."""
    alike: dict[str, list[tuple[object, str]]] = {}
    for key, own in gathered.items():
        if own.question.wider:
            alike.setdefault(f"{next(iter(own.tables))}:{own.question.wider.key}", []).append(key)
    for keys in alike.values():
        if len(keys) <= _MOST_EACH:
            continue
        each = [gathered.pop(key) for key in keys]
        wider = each[0].question.wider
        assert wider is not None
        gathered[keys[0]] = _Gathered(
            question=wider,
            tables={place: None for own in each for place in own.tables},
            rows=sum(own.rows for own in each),
            examples=[example for own in each for example in own.examples][:_EXAMPLES],
            said={own.question.about: None for own in each},
        )


def _as_learned(question: Question, tables: Iterable[JudgedTable]) -> Question:
    """Return a question with the answer that was given to it for an earlier file of the layout as
    the first choice, to be confirmed.
    """
    for judged in tables:
        learned = judged.table.rules.answers.learned.get(question.key)
        if learned is None or not question.accepts(learned.value):
            continue
        because = f"answered so on {learned.on} for the same headings"
        known = {choice.value: choice for choice in question.choices}
        own = known.pop(learned.value, Choice(learned.value, learned.value))
        first = own._replace(because=because, answered_on=learned.on)
        return replace(question, choices=(first, *known.values()))
    return question


def _answered(tables: Sequence[JudgedTable]) -> list[Asked]:
    """Return the questions that an answer settled, by tables of one layout."""
    found: dict[tuple[object, str], Asked] = {}
    for judged in tables:
        table = judged.table
        for key, (question, value) in table.rules.answers.used.items():
            known = (layout_of(table), key)
            if known not in found:
                found[known] = Asked(
                    id=f"{place_of(table)}:{key}",
                    question=question,
                    tables=(table.corner,),
                    answer=value,
                    answered_on=_learned_on(table, question),
                )
    return sorted(found.values(), key=lambda each: each.question.order)


def _learned_on(table: Table, question: Question) -> date | None:
    answers = table.rules.answers
    if question.key in answers.given or question.kind in answers.given:
        return None
    return answers.learned[question.key].on


def proposed_answers(asked: Iterable[Asked]) -> dict[str, str]:
    """Return the answers of earlier files of a layout that wait to be confirmed, by question id."""
    return {
        each.id: each.choices[0].value
        for each in asked
        if not each.answer and each.choices[0].answered_on is not None
    }

"""The questions of a file: what its rows wait for, each asked once, and what was answered.

Tables of a file that have the same headings are one layout, and are asked once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from textwrap import shorten

from pledgebook.importers.judging.verdicts import JudgedTable, Verdict
from pledgebook.importers.reading.cells import column_number
from pledgebook.importers.tables.questions import KINDS, Asked, Choice, Question, name_in_ids
from pledgebook.importers.tables.tables import Table

_EXAMPLES = 3
"""How many rows of a question are shown."""
_MOST_SAID = 12
_LONGEST_ROW = 160
_TOLD = frozenset(
    {"equal-rows", "same-reference", "like-booked", "change-date", "changed", "overpaid"}
    | {
        "instalments",
        "total",
        "paid-meanwhile",
        "payments",
        "days",
        "rate",
        "cells",
        "closed-period",
        "swapped-dates",
    }
)
"""Kinds of which the reason of each row says more than the question."""
_MOST_EACH = 3
"""Where a table has more questions than these that have a wider one, that is asked; or more than
one, where nothing is proposed to any."""


@dataclass(slots=True, kw_only=True)
class _Gathered:
    question: Question
    tables: dict[str, None] = field(default_factory=dict)
    rows: int = 0
    examples: list[tuple[str, str]] = field(default_factory=list)
    said: dict[str, None] = field(default_factory=dict)


def place_of(table: Table, file: str) -> str:
    """Return by what a table of a file, called so, is named in ids: `s.xlsx#Pledges!A6`."""
    corner = table.range.partition(":")[0]
    return f"{name_in_ids(file)}#{name_in_ids(table.sheet.name)}!{corner}"


def layout_of(table: Table) -> tuple[tuple[str, str], ...]:
    """Return what tables of one layout have in common: the letters and texts of their headings."""
    return tuple((column.letter, column.heading) for column in table.table_columns)


def ask_questions(tables: Sequence[JudgedTable], file: str) -> tuple[Asked, ...]:
    """Return what rows of the tables of a file, called so, wait for, what settles most of them
    first, and below that what was answered. A question is named by the first table of its layout,
    whichever rows ask it, so that its id stays as it is.
    """
    gathered: dict[tuple[object, str], _Gathered] = {}
    places: dict[object, str] = {}
    for judged in tables:
        for layout in (None, layout_of(judged.table)):
            places.setdefault(layout, place_of(judged.table, file))
    for judged in tables:
        table = judged.table
        layout = layout_of(table)
        for verdict in judged.verdicts:
            for question in verdict.asks:
                of_book = KINDS[question.kind].of_book
                key = (None if of_book else layout, question.key)
                own = gathered.setdefault(key, _Gathered(question=question))
                _take(own, table, verdict, question)
    _widen(gathered)
    asked = [
        Asked(
            id=f"{places[key[0]]}:{own.question.key}",
            question=(question := _as_learned(own.question, tables)),
            proposed=question is not own.question,
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
    still_open = {each.id for each in asked}
    answered = (each for each in _answered(tables, places) if each.id not in still_open)
    return (*asked, *answered)


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
        texts = table.texts_of(verdict.row.number)
        cells = " | ".join(texts.get(column.letter, "") for column in table.table_columns)
        told = question.kind in _TOLD and verdict.asks[0].key == question.key
        reason = f": {verdict.reason}" if told else ""
        own.examples.append((cell, shorten(cells, _LONGEST_ROW, placeholder=" …") + reason))


def _widen(gathered: dict[tuple[object, str], _Gathered]) -> None:
    """Put one wider question in the place of many that have it."""
    alike: dict[str, list[tuple[object, str]]] = {}
    for key, own in gathered.items():
        if own.question.wider:
            alike.setdefault(f"{next(iter(own.tables))}:{own.question.wider.key}", []).append(key)
    for keys in alike.values():
        proposed = (gathered[key].question.choices for key in keys)
        each_like = any(choice.because for choices in proposed for choice in choices)
        if len(keys) <= (_MOST_EACH if each_like else 1):
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
        first = own._replace(because=because)
        return replace(question, choices=(first, *known.values()))
    return question


def _answered(tables: Sequence[JudgedTable], places: Mapping[object, str]) -> list[Asked]:
    """Return the questions that an answer settled, by tables of one layout."""
    found: dict[tuple[object, str], Asked] = {}
    for judged in tables:
        table = judged.table
        for key, (question, value) in table.rules.answers.used.items():
            layout = None if KINDS[question.kind].of_book else layout_of(table)
            if (layout, key) not in found:
                found[layout, key] = Asked(
                    id=f"{places[layout]}:{key}",
                    question=question,
                    tables=(table.corner,),
                    answer=value,
                    answered_on=_learned_on(table, question),
                )
    return sorted(found.values(), key=lambda each: each.question.order)


def _learned_on(table: Table, question: Question) -> date | None:
    answers = table.rules.answers
    return None if answers.given_to(question) else answers.learned[question.key].on


def proposed_answers(asked: Iterable[Asked]) -> dict[str, str]:
    """Return the answers of earlier files of a layout that wait to be confirmed, by question id."""
    return {each.id: each.choices[0].value for each in asked if each.proposed and not each.answer}

"""Words beside a row's figures that may change what these mean, and for which it waits."""

from __future__ import annotations

from collections.abc import Iterator

from pledgebook.importers.judging.known import Doubt
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.tables.questions import Answers, Choice, Question, ask
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.tables.units import names_another, states_units
from pledgebook.importers.values.values import shown
from pledgebook.importers.values.words import (
    is_announcement,
    is_silent,
    is_warning,
    says_in_kind,
    says_otherwise,
)

_EACH = "each"
"""The answer that the words are asked about one by one."""


def words_question(text: str, letter: str = "") -> Question:
    """Ask whether words beside the figures change what these mean; `letter` names the column."""
    return ask(
        "words",
        letter or "remarks",
        Choice("nothing", "They change nothing: the rows are what their figures say"),
        Choice(_EACH, "They differ: ask one by one"),
        text=f"{f'Column {letter}' if letter else 'Remarks or notes'} may say that these rows are "
        "no plain contributions in money, or not as their figures are. Do the words change "
        "anything?",
        said=text,
    )


def _asked_of(text: str, answers: Answers, letter: str = "") -> Question | None:
    """Return what is asked of words; None if it was answered that they change nothing."""
    of_all = words_question(text, letter)
    said = answers.to(of_all)
    if said != _EACH:
        return None if said else of_all
    alone = ask(
        "remark",
        text,
        Choice("nothing", "It changes nothing: the rows are what their figures say"),
    )
    return None if answers.to(alone) else alone


def refuse_said_otherwise(row: SheetRow, table: Table) -> None:
    """Wait where words beside the figures say that it is no plain contribution in money, unless it
    was answered that they change nothing.
    """
    answers = table.rules.answers
    for said in row.elsewhere:
        if question := _asked_of(said.text, answers, said.letter):
            raise Doubt(
                f"A cell that is not read says {shown(said.text)}: say that it changes nothing, or "
                "decide how the row is to be recorded, and enter it by hand.",
                asks=question,
            )
    for text, why in _said_otherwise(row):
        if question := _asked_of(text, answers):
            raise Doubt(why, asks=question)


def _said_otherwise(row: SheetRow) -> Iterator[tuple[str, str]]:
    """Yield the words of a row that may change what its figures mean, each with how."""
    remarks = [text for text in (*row.notes, row.conditions, row.remarks) if text]
    texts = (*remarks, row.status, row.reference)
    heard = [text for text in texts if text and not is_silent(text)]
    for text in heard:
        if is_announcement(text):
            yield (
                text,
                f"Announced only ({shown(text)}): it enters the accounts when it is committed in "
                "writing.",
            )
    for text in (*heard, row.purpose):
        if text and says_in_kind(text) and not row.in_kind:
            yield (
                text,
                f"It may be in kind ({shown(text)}), and no column says whether it is: add "
                "one to the sheet, or enter it by hand.",
            )
    for text in remarks:
        if names_another(text, row.currency):
            yield (
                text,
                f"The sheet says {shown(text)} of it, and the amount is in "
                f"{' or '.join(row.currency)}: say in the sheet which counts.",
            )
    for text in (*remarks, row.reference):
        if text in heard and (says_otherwise(text) or is_warning(text) or _is_unit(text)):
            yield (
                text,
                f"The sheet says {shown(text)} of it: decide how that is to be recorded, and "
                "enter it by hand.",
            )


def _is_unit(text: str) -> bool:
    return states_units(text) and not text.isdigit()

"""Words beside a row's figures that may change what these mean, and for which it waits."""

from __future__ import annotations

from pledgebook.importers.judging.known import Doubt
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.tables.questions import Choice, Question, ask
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


def words_question(text: str, letter: str = "") -> Question:
    """Ask whether words beside the figures change what these mean; `letter` names the column."""
    return ask(
        "words",
        letter or "remarks",
        Choice("nothing", "They change nothing: the rows are what their figures say"),
        text=f"{f'Column {letter}' if letter else 'Remarks or notes'} may say that these rows are "
        "no plain contributions in money, or not as their figures are. Do the words change "
        "anything?",
        said=text,
    )


_WORDS = words_question("")


def refuse_said_otherwise(row: SheetRow, table: Table) -> None:
    """Wait where words beside the figures say that it is no plain contribution in money, unless it
    was answered that they change nothing.
    """
    answers = table.rules.answers
    for said in row.elsewhere:
        question = words_question(said.text, said.letter)
        if not answers.to(question):
            raise Doubt(
                f"A cell that is not read says {shown(said.text)}: say that it changes nothing, or "
                "decide how the row is to be recorded, and enter it by hand.",
                asks=question,
            )
    if answers.to(_WORDS):
        return
    remarks = [text for text in (*row.notes, row.conditions, row.remarks) if text]
    texts = (*remarks, row.status, row.reference)
    heard = [text for text in texts if text and not is_silent(text)]
    for text in heard:
        if is_announcement(text):
            raise Doubt(
                f"Announced only ({shown(text)}): it enters the accounts when it is committed in "
                "writing.",
                asks=words_question(text),
            )
    for text in (*heard, row.purpose):
        if text and says_in_kind(text) and not row.in_kind:
            raise Doubt(
                f"It may be in kind ({shown(text)}), and no column says whether it is: add "
                "one to the sheet, or enter it by hand.",
                asks=words_question(text),
            )
    for text in remarks:
        if names_another(text, row.currency):
            raise Doubt(
                f"The sheet says {shown(text)} of it, and the amount is in "
                f"{' or '.join(row.currency)}: say in the sheet which counts.",
                asks=words_question(text),
            )
    for text in (*remarks, row.reference):
        if text in heard and (says_otherwise(text) or is_warning(text) or _is_unit(text)):
            raise Doubt(
                f"The sheet says {shown(text)} of it: decide how that is to be recorded, and "
                "enter it by hand.",
                asks=words_question(text),
            )


def _is_unit(text: str) -> bool:
    return states_units(text) and not text.isdigit()

"""Rules on the words of a row: donor, status, reference, and what else its columns say in words."""

from __future__ import annotations

from decimal import Decimal

from pledgebook.importers.reading.cells import cell_text
from pledgebook.importers.rows.open_row import UNCLEAR, OpenRow
from pledgebook.importers.tables.headings import Field
from pledgebook.importers.tables.questions import Choice, Question, ask
from pledgebook.importers.values.values import clean, is_nil, is_unknown, shown, split_footnote
from pledgebook.importers.values.words import read_kind

_DAMAGED = Decimal(10) ** 15


def name_donor(row: OpenRow) -> None:
    """Name the donor, without a footnote mark; in a list grouped by donor it stands above."""
    donor, row.donor_mark = split_footnote(row.text(Field.DONOR, marked=True))
    if not any(map(str.isalnum, donor)):
        donor = ""  # a dash names nobody
    above = row.columns.above.get(row.number)
    if not donor and above is not None:
        name, number = above
        donor, row.donor_mark = split_footnote(clean(cell_text(name)))
        row.donor_from = row.columns.address(number, Field.DONOR)
    row.texts[Field.DONOR] = donor


def read_status(row: OpenRow) -> None:
    """Read the status; what is only pledged is said to be, and a blank among statuses is asked."""
    status = row.text(Field.STATUS)
    stated = row.columns.states_status
    if stated or read_kind(status) is None:
        question = ask_status(status)
        said = row.answer(question) if _may_ask(row, status, question) else ""
        if not (said or status):
            why = "The status is blank, though other rows state one: say what it is."
            row.doubt(Field.STATUS, why, question=question)
        elif not said and _is_unpaid(row, status):
            row.doubt(
                Field.STATUS,
                f"The status {shown(status)} says that money was received, and the row states "
                "neither what was paid nor when: say what it is.",
                question=question,
            )
        row.asks_status = None if said else question
        status = said or status
    row.texts[Field.STATUS] = "pledged" if row.pledged_only and not (status or stated) else status


def _may_ask(row: OpenRow, status: str, question: Question) -> bool:
    """Whether an answer is looked for: to what is not known or contradicted, else only to one that
    names the status.
    """
    answers = row.columns.rules.answers
    named = question.key in answers.given or question.key in answers.learned
    return named or not status or read_kind(status) is None or _is_unpaid(row, status)


def _is_unpaid(row: OpenRow, status: str) -> bool:
    """Whether a status says that money was received, in a table that states what was paid, and
    nothing is stated of that row.
    """
    columns = row.columns
    if not (columns.holds(Field.PAID) and columns.holds(Field.AMOUNT) and not columns.only_paid):
        return False
    if read_kind(status) != "payment" or row.date(Field.PAYMENT_DATE).value:
        return False
    paid = [
        figure
        for each in columns.figures
        if each.field is Field.PAID
        for figure in [row.figures[each.letter]]
    ]
    return not any(figure.value or figure.state in UNCLEAR for figure in paid)


def ask_status(status: str) -> Question:
    """Ask what a status means that is not known or contradicted, or a blank among others."""
    text = "" if status else "The status of some rows is blank. What are these?"
    return ask(
        "status",
        status or "blank",
        Choice("committed", "A commitment in writing"),
        Choice("pledged", "A pledge not yet committed"),
        Choice("paid", "Money received"),
        Choice("cancelled", "Nothing any more: it was cancelled"),
        text=text,
    )


def read_reference(row: OpenRow) -> None:
    """Read the reference; one that was stored as a long number has lost its last digits."""
    value = row.value(Field.REFERENCE)
    if isinstance(value, Decimal) and abs(value) >= _DAMAGED:
        row.doubt(
            Field.REFERENCE,
            f"The reference {value:f} was stored as a number of more than 15 digits, whose last "
            "digits spreadsheets lose; store it as text.",
        )
    text = row.text(Field.REFERENCE)
    row.texts[Field.REFERENCE] = "" if is_unknown(text) or is_nil(text) else text


def read_words(row: OpenRow) -> None:
    """Read all other columns that hold words."""
    for field in row.columns.words:
        row.texts[field] = row.text(field)

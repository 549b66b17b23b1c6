"""Decide between the columns of one table: which of several holds a field, what a doubtful heading
means beside the others, and what only a person can say.

It is a list of rules, each of which takes the block as the ones before it left it. What is taken
for granted stands in the block's doubts, what only a person can decide in its questions.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from pledgebook.importers.tables.blocks import HeadingBlock, TableColumn
from pledgebook.importers.tables.headings import DATES, MONEY, REPEATED, Field
from pledgebook.importers.tables.questions import NOT_READ, Choice, ask
from pledgebook.importers.tables.settling_money import (
    ask_uneven_units,
    doubt_currencies,
    label_by_place,
    settle_codes_of_currencies,
    settle_currencies,
    settle_disbursements,
    settle_gifts,
    settle_labelled,
    settle_paid_currency,
    settle_parts,
    settle_payment_days,
    settle_pledged,
    settle_rates,
    settle_receipts,
    settle_sums,
    settle_value,
)
from pledgebook.importers.tables.settling_words import (
    settle_bodies,
    settle_categories,
    settle_codes,
    settle_identifier,
    settle_only_date,
    settle_places,
    settle_reporters,
    settle_types,
)
from pledgebook.importers.values.words import read_kind

Rule = Callable[[HeadingBlock], HeadingBlock]

_SURE = 90
_DECISIVE = MONEY | DATES | {Field.DONOR, Field.CURRENCY, Field.STATUS}
_FIGURES = (MONEY - {Field.UNPAID}) | DATES | {Field.CURRENCY}
_NUMBER = re.compile(r"[\s\d]+")
_ORIGIN = re.compile(r"local(?:e|es)?\b|original|origine|origen|ursprung", re.IGNORECASE)


def settle(block: HeadingBlock) -> HeadingBlock:
    """Decide between the columns of a block, each of which was taken for a field by its own heading
    alone.
    """
    for rule in RULES:
        block = rule(block)
    return block


def choose_best(block: HeadingBlock) -> HeadingBlock:
    """Keep the best of several columns of a field, and ask if others say something else."""
    for field in Field:
        same = block.of(field)
        labels = {column.label for column in same}
        if len(same) > 1 and not (field in REPEATED and len(labels) == len(same)):
            block = _choose(block, field, same)
    return block


def _choose(block: HeadingBlock, field: Field, same: list[TableColumn]) -> HeadingBlock:
    candidates = _understood(block, same) if field is Field.STATUS else same
    best, *dropped = sorted(candidates, key=_rank, reverse=True)
    left = [column for column in same if column is not best]
    unread = ", ".join(column.named for column in left)
    sentence = (
        f"Several columns may be the {field.value.replace('_', ' ')}: column {best.named} was "
        f"read, {unread} not."
    )
    equally_good = [column for column in dropped if _rank(column)[:2] == _rank(best)[:2]]
    if field in DATES:  # "Date" and "Decision date" differ by name; "Date 1" and "Date 2" do not
        name = _NUMBER.sub("", best.heading)
        equally_good = [c for c in equally_good if _NUMBER.sub("", c.heading) == name]
    if field in _DECISIVE and any(_differ(block, best, column) for column in equally_good):
        choices = [Choice(c.letter, f"Column {c.named}") for c in (best, *left)]
        question = f"{sentence} Which one counts?"
        return block.leaving(left).asking(ask("which-column", field.value, *choices, text=question))
    return block.leaving(left, sentence)


def _understood(block: HeadingBlock, columns: list[TableColumn]) -> list[TableColumn]:
    """Keep the columns of which the most texts are known to say whether it is pledged or paid."""
    known = {
        column: sum(isinstance(v, str) and bool(read_kind(v)) for v in block.below(column))
        for column in columns
    }
    return [column for column in columns if known[column] == max(known.values())]


def _rank(column: TableColumn) -> tuple[bool, int, int]:
    """Prefer the amount in the currency of origin, then the better known heading, then the left."""
    original = bool(_ORIGIN.search(column.heading))
    return original, column.score, -column.number


def _differ(block: HeadingBlock, one: TableColumn, other: TableColumn) -> bool:
    """Whether two columns hold different values anywhere below their headings."""
    cell = block.sheet.cell
    return any(cell(row, one.number) != cell(row, other.number) for row in block.rows_below())


def drop_single_labels(block: HeadingBlock) -> HeadingBlock:
    """Keep labels only where they tell several columns of one field apart, and on the columns that
    go with these: the date due of instalment 1, what was paid of 2002.
    """
    repeated = {field for field in REPEATED if len(block.of(field)) > 1}
    used = {column.label for column in block.of(*repeated)}
    return block.changing(
        {
            column: replace(column, label="")
            for column in block.columns
            if column.field is not None
            and (column.field not in REPEATED or column.label not in used)
        }
    )


def ask_unsure(block: HeadingBlock) -> HeadingBlock:
    """Ask about columns that make a figure of the books but have a word nobody knows in them."""
    return block.asking(
        *(
            ask(
                "column",
                column.letter,
                Choice(column.field.value, f"The {column.field.value.replace('_', ' ')}"),
                Choice(NOT_READ, "Nothing that is to be read"),
                text=f"Column {column.named} may be the {column.field.value.replace('_', ' ')}, "
                "but not all its words are known. What does it hold?",
            )
            for column in block.columns
            if column.field in _FIGURES and column.score < _SURE and block.below(column)
        )
    )


RULES: tuple[Rule, ...] = (
    settle_rates,
    settle_currencies,
    settle_codes_of_currencies,
    settle_value,
    settle_bodies,
    settle_places,
    settle_labelled,
    settle_parts,
    settle_sums,
    settle_gifts,
    settle_receipts,
    settle_disbursements,
    label_by_place,
    settle_pledged,
    settle_categories,
    settle_codes,
    settle_types,
    settle_only_date,
    settle_reporters,
    settle_identifier,
    settle_payment_days,
    settle_paid_currency,
    choose_best,
    drop_single_labels,
    doubt_currencies,
    ask_unsure,
    ask_uneven_units,
)

"""A typed row of a table, and what is wrong with its cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from msgspec import Struct
from pledgebook.importers.tables.blocks import RowKind, TotalLevel
from pledgebook.importers.tables.questions import Question
from pledgebook.importers.values.amounts import BLANK, AmountReading
from pledgebook.importers.values.dates import NO_DATE, DateReading

AmountSource = Literal["amount", "value", "paid"]
"""Which column the amount of a row comes from; "paid" where the table has no other."""


class Problem(NamedTuple):
    """A sentence about one cell: `cell` is its address, such as `Pledges!D9`. The row waits for the
    answer to `question`; where the problem `rejects` it, what is stated cannot be.
    """

    cell: str
    message: str
    question: Question
    rejects: bool = False


class InstalmentReading(Struct, frozen=True, kw_only=True):
    """One of several amounts of a row: an instalment, or one year or fund of a matrix.

    `label` is the number of the instalment, the year or the fund, as the heading says.
    """

    label: str
    amount: AmountReading = BLANK
    currency: tuple[str, ...] = ()
    due_date: DateReading = NO_DATE
    paid: AmountReading = BLANK
    payment_date: DateReading = NO_DATE
    value: AmountReading = BLANK


class Said(NamedTuple):
    """A text beside the figures of a row, and the letter of its column."""

    letter: str
    text: str


class SheetRow(Struct, frozen=True, kw_only=True):
    """One row of a table, read: what each of its columns says, under the name of the field, and
    what several cells say together.
    """

    number: int
    kind: RowKind
    level: TotalLevel
    figures: Mapping[str, AmountReading]
    """The reading of every column of money, by its letter."""
    amount: AmountReading
    """What the row is counted as, from the column that `amount_source` names; with its sign."""
    amount_source: AmountSource
    currency: tuple[str, ...]
    """The codes that `currency_text` may mean: one if it is recognised, several if it is
    ambiguous, none if it is unknown or not stated."""
    currency_text: str
    value_currency: tuple[str, ...]
    """The codes that the heading of its equivalent names; none where it is the book's."""
    paid_currency: tuple[str, ...]
    """The same of what was paid, where the heading of that column names a currency."""
    tells_paid: bool
    """Whether its table has a column of what was paid."""
    instalments: tuple[InstalmentReading, ...]
    donor_codes: bool
    """Whether the donors of its table are written as codes of States."""
    donor_from: str
    """The cell above that names the donor, in a list grouped by donor."""
    notes: tuple[str, ...]
    """The notes to which marks in the row or in headings lead."""
    unknown_marks: tuple[str, ...]
    beside: tuple[str, ...]
    """Texts beyond the headings."""
    elsewhere: tuple[Said, ...]
    """Cells that are not read and say of the row what no figure does: a loan, in kind,
    cancelled."""
    others: tuple[str, ...]
    """Texts of columns that are not read."""
    skipped: str
    """Why a mapping leaves the row out."""
    asks_day: Question | None
    """What would date it, where it states no day."""
    asks_currency: Question | None
    """What would say its currency, where nothing does."""
    asks_status: Question | None
    """What would say otherwise of what its status is, if that was not answered."""
    asks_mark: Question | None
    """What would say what its amount is, where that alone may be read in two ways."""
    problems: tuple[Problem, ...]

    donor: str
    reference: str
    purpose: str
    class_text: str
    fund: str
    project: str
    status: str
    in_kind: str
    conditions: str
    remarks: str
    instalment: str
    """The texts of its columns of words, without marks of notes; "" for none."""
    pledge_date: DateReading
    due_date: DateReading
    payment_date: DateReading
    changed_on: DateReading
    year: DateReading
    value: AmountReading
    paid: AmountReading
    unpaid: AmountReading
    rate: AmountReading
    """What its columns of money and rates say of the row as a whole, in ones."""

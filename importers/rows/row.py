"""A typed row of a table, and what is wrong with its cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from pledgebook.importers.tables.classifying import RowKind, TotalLevel
from pledgebook.importers.values.amounts import BLANK, AmountReading
from pledgebook.importers.values.dates import NO_DATE, DateReading


class Problem(NamedTuple):
    """A sentence about one cell: `cell` is its address, such as `Pledges!D9`."""

    cell: str
    message: str


@dataclass(frozen=True, slots=True)
class InstalmentReading:
    """One of several amounts of a row: an instalment, or one year or fund of a matrix.

    `label` is the number of the instalment, the year or the fund, as the heading says.
    """

    label: str
    amount: AmountReading = BLANK
    currency: tuple[str, ...] = ()
    due_date: DateReading = NO_DATE
    paid: AmountReading = BLANK
    payment_date: DateReading = NO_DATE
    dollars: AmountReading = BLANK


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a table, read.

    Text fields are "" where there is no such column or no text. `raw` holds the original text of
    every filled cell by column letter, `figures` the reading of every column of money. `currency`
    holds the codes that `currency_text` may mean: one if it is recognised, several if it is
    ambiguous, none if it is unknown or not stated. `amount_source` says which column the amount
    comes from: "paid" where the table has no other. Amounts keep their sign as written, in ones
    (a title's XX `donor_from` is the address of the cell above that
    names the donor, in a list grouped by donor. `paid_currency` is stated where the heading of what
    was paid names one; `elsewhere` are texts of columns that are not read and say of the row what
    no figure does: a loan, in kind, cancelled. `skipped` says why a mapping leaves the row out,
    else it is empty.
    """

    number: int
    kind: RowKind
    level: TotalLevel = ""
    hidden: bool = False
    section: str = ""
    raw: Mapping[str, str] = field(default_factory=dict)
    donor: str = ""
    donor_footnote: str = ""
    donor_from: str = ""
    reference: str = ""
    pledge_date: DateReading = NO_DATE
    amount: AmountReading = BLANK
    amount_source: Literal["amount", "dollars", "paid"] = "amount"
    currency: tuple[str, ...] = ()
    currency_text: str = ""
    due_date: DateReading = NO_DATE
    instalments: tuple[InstalmentReading, ...] = ()
    dollars: AmountReading = BLANK
    rate: AmountReading = BLANK
    paid: AmountReading = BLANK
    paid_currency: tuple[str, ...] = ()
    payment_date: DateReading = NO_DATE
    unpaid: AmountReading = BLANK
    purpose: str = ""
    class_text: str = ""
    fund: str = ""
    project: str = ""
    status: str = ""
    in_kind: str = ""
    conditions: str = ""
    bank_reference: str = ""
    remarks: str = ""
    changed_on: DateReading = NO_DATE
    year: DateReading = NO_DATE
    instalment: str = ""
    elsewhere: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unknown_marks: tuple[str, ...] = ()
    skipped: str = ""
    figures: Mapping[str, AmountReading] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

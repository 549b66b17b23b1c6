"""Typed rows of a table, for the stage that decides on them (draft: definitions first)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from pledgebook.importers.amounts import AmountReading
from pledgebook.importers.dates import DateReading
from pledgebook.importers.tables import RowKind, TotalLevel


class Problem(NamedTuple):
    """A sentence about one cell: `cell` is its address, such as `Pledges!D9`."""

    cell: str
    message: str


@dataclass(frozen=True, slots=True)
class InstalmentReading:
    """One of several amounts of a row: an instalment, or one year or fund of a matrix."""

    label: str
    amount: AmountReading
    currency: tuple[str, ...]
    due_date: DateReading
    paid: AmountReading
    payment_date: DateReading
    dollars: AmountReading


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a table, read. Text fields are "" where there is no such column or text."""

    number: int
    kind: RowKind
    level: TotalLevel
    hidden: bool
    section: str
    raw: Mapping[str, str]
    donor: str
    donor_footnote: str
    reference: str
    pledge_date: DateReading
    amount: AmountReading
    currency: tuple[str, ...]
    currency_text: str
    due_date: DateReading
    instalments: tuple[InstalmentReading, ...]
    dollars: AmountReading
    rate: AmountReading
    paid: AmountReading
    payment_date: DateReading
    unpaid: AmountReading
    purpose: str
    class_text: str
    fund: str
    project: str
    status: str
    in_kind: str
    remarks: str
    changed_on: DateReading
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class ControlTotal:
    """A total row's figure in one column set beside the rows it should add up."""

    row: int
    level: TotalLevel
    field: str
    letter: str
    label: str
    currency: str
    stated: Decimal | None
    computed: Decimal | None
    agrees: bool | None
    reason: str

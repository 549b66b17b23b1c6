"""Rows of a matrix: a donor's amounts under the names of funds or purposes, each a contribution."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from msgspec import structs
from pledgebook.importers.judging.names import Names
from pledgebook.importers.rows.row import InstalmentReading, SheetRow
from pledgebook.importers.tables.headings import Field, is_currency_only
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.values.amounts import BLANK
from pledgebook.importers.values.values import plain


class Piece(NamedTuple):
    """One contribution of a row, as a row of its own, and the cell that its amount stands in."""

    row: SheetRow
    cell: str


def pieces_of(row: SheetRow, table: Table, names: Names) -> list[Piece]:
    """Take a row apart whose amounts all stand under funds, or all under purposes; nothing if it is
    no such row, or its own amount is not what they add up to.
    """
    parts = [part for part in row.instalments if part.amount != BLANK and part.amount.value != 0]
    fields = {_field(part.label, names) for part in row.instalments}
    if len(parts) == 1 and all(is_currency_only(part.label) for part in row.instalments):
        return [Piece(_whole(row, parts[0]), _cells(table)[parts[0].label] + str(row.number))]
    if not parts or len(fields) != 1 or None in fields:
        return []
    total = sum((part.amount.value or Decimal(0) for part in parts), Decimal(0))
    if row.amount.value is not None and row.amount.value != total:
        return []
    if (row.fund if fields == {"fund"} else row.purpose) or row.paid != BLANK:
        return []
    cells = _cells(table)
    return [
        Piece(
            _apart(row, part, is_fund=fields == {"fund"}),
            f"{cells.get(part.label, '')}{row.number}",
        )
        for part in parts
    ]


def _cells(table: Table) -> dict[str, str]:
    """Give the letters of the columns of amounts by their labels."""
    return {c.label: c.letter for c in table.table_columns if c.field is Field.AMOUNT}


def _apart(row: SheetRow, part: InstalmentReading, *, is_fund: bool) -> SheetRow:
    whole = _whole(row, part)
    if is_fund:
        return structs.replace(whole, fund=part.label)
    return structs.replace(whole, purpose=part.label)


def _whole(row: SheetRow, part: InstalmentReading) -> SheetRow:
    """Give a row that states one amount of several, as its own."""
    return structs.replace(
        row,
        amount=part.amount,
        amount_source="amount",
        currency=part.currency or row.currency,
        due_date=part.due_date if part.due_date.text else row.due_date,
        payment_date=part.payment_date,
        value=part.value,
        paid=part.paid,
        instalments=(),
    )


def _field(label: str, names: Names) -> str | None:
    """Name what a label is: a fund, a purpose, or neither (or both)."""
    wanted = plain(label)
    is_fund, is_purpose = wanted in names.funds, wanted in names.purposes
    if is_fund == is_purpose:
        return None
    return "fund" if is_fund else "purpose"

"""Control totals: what a sheet says its rows add up to, set beside what they do add up to.

A subtotal covers the data rows since the subtotal before it; a total covers all data rows above
it. Currencies are never added together: where the rows are in several, the total cannot be checked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.tables.blocks import TableColumn, TotalLevel
from pledgebook.importers.tables.headings import MONEY, Field, currency_in
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.values.amounts import AmountReading
from pledgebook.ledger.declared.currencies import recognise

_DOLLARS = "USD"
_NOISE = Decimal("0.005")
"""Sums of a spreadsheet program differ so little by its binary arithmetic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotal:
    """One column of one total row, or of the whole table if it states no total (`row` is None).

    `computed` is the sum of the rows covered, None if they are in several currencies or one of
    them cannot be read; `agrees` is None if nothing was stated or computed, and `reason` says why.
    `currency` is a code, or "" if the rows state none.
    """

    row: int | None
    level: TotalLevel
    field: Field
    letter: str
    label: str
    currency: str
    stated: Decimal | None
    computed: Decimal | None
    agrees: bool | None
    reason: str = ""


def control_totals(
    table: Table, rows: Iterable[SheetRow], again: Collection[int] = ()
) -> tuple[ControlTotal, ...]:
    """Check every figure of every total row; without a total row, give the sums by currency. The
    rows `again` state a pledge once more, with another payment: a total may count it each time.
    """
    listed = list(rows)
    data = [row for row in listed if row.kind == "data"]
    totals = [row for row in listed if row.kind == "total"]
    columns = [column for column in table.table_columns if column.field in MONEY]
    checks: list[ControlTotal] = []
    previous = 0
    for total in totals:
        above = [row for row in data if row.number < total.number]
        covered = above
        if total.level == "subtotal":
            covered = [row for row in above if row.number > previous]
            previous = total.number
        for column in columns:
            stated = total.figures.get(column.letter)
            if stated is not None and stated.state != "unknown":
                once = [row for row in covered if row.number not in again]
                check = _check(table, total, column, stated, covered)
                if column.field is not Field.PAID and check.agrees is False:
                    check = _check(table, total, column, stated, once)
                checks.append(check)
    if not totals:
        for column in columns:
            checks.extend(_sums(column, data))
    return tuple(checks)


def _check(
    table: Table,
    total: SheetRow,
    column: TableColumn,
    stated: AmountReading,
    covered: Sequence[SheetRow],
) -> ControlTotal:
    assert column.field is not None
    sums, reason = _sum_by_currency(column, covered)
    named = _currency_named(table.texts_of(total.number).values())
    if len(sums) > 1 and named in sums:
        sums = {named: sums[named]}
    currency, computed = "", None
    if not reason and len(sums) > 1:
        reason = f"the rows are in several currencies: {', '.join(c or 'none' for c in sums)}"
    elif not reason and sums:
        ((currency, computed),) = sums.items()
    elif not reason:
        reason = "there are no rows to add up"
    if stated.value is None:
        reason = f"the total {stated.text!r} cannot be read: {stated.reason}"
    agrees = None
    if computed is not None and stated.value is not None:
        agrees = abs(computed - stated.value) < _NOISE
        if not agrees:
            reason = f"the rows add up to {computed}, the sheet says {stated.value}"
    return ControlTotal(
        row=total.number,
        level=total.level,
        field=column.field,
        letter=column.letter,
        label=column.label,
        currency=currency,
        stated=stated.value,
        computed=computed,
        agrees=agrees,
        reason=reason,
    )


def _currency_named(texts: Iterable[str]) -> str:
    """Return the currency that a total row's texts state: "Total EUR"; "" if none or several."""
    found = {
        codes[0]
        for text in texts
        if (codes := recognise(currency_in(text) or text, None)) and len(codes) == 1
    }
    return found.pop() if len(found) == 1 else ""


def _sums(column: TableColumn, data: Sequence[SheetRow]) -> list[ControlTotal]:
    assert column.field is not None
    sums, reason = _sum_by_currency(column, data)
    reason = reason or "the table states no total"
    return [
        ControlTotal(
            row=None,
            level="",
            field=column.field,
            letter=column.letter,
            label=column.label,
            currency=code,
            stated=None,
            computed=figure,
            agrees=None,
            reason=reason,
        )
        for code, figure in sorted(sums.items())
    ]


def _sum_by_currency(
    column: TableColumn, rows: Sequence[SheetRow]
) -> tuple[dict[str, Decimal], str]:
    """Add up a column by currency; with the reason if one of its figures cannot be read."""
    sums: dict[str, Decimal] = {}
    for row in rows:
        reading = row.figures.get(column.letter)
        if reading is None or reading.state == "unknown":
            continue
        if reading.value is None:
            return {}, f"{column.letter}{row.number} cannot be read: {reading.reason}"
        code = _currency_of(column, row)
        sums[code] = sums.get(code, Decimal(0)) + reading.value
    return sums, ""


def _currency_of(column: TableColumn, row: SheetRow) -> str:
    if column.field is Field.DOLLARS:
        return _DOLLARS
    if column.field in {Field.UNPAID, Field.PAID} and column.currency:
        codes = recognise(column.currency, None)
        return codes[0] if len(codes) == 1 else ""
    for instalment in row.instalments:
        if instalment.label == column.label and len(instalment.currency) == 1:
            return instalment.currency[0]
    if row.amount_source == "dollars" or len(row.currency) != 1:
        return ""
    return row.currency[0]

"""Control totals: what a sheet says its rows add up to, set beside what they do add up to.

A subtotal covers the data rows since the subtotal before it; a total covers all data rows above
it, and one that stands above its rows those below it. Currencies are never added together: where
the rows are in several, the total cannot be checked.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from msgspec.structs import replace
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.tables.blocks import TableColumn, TotalLevel
from pledgebook.importers.tables.headings import MONEY, Field, currency_in
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.values.amounts import AmountReading
from pledgebook.ledger.declared.currencies import decimals, recognise

_MOST_RUNNING = 200
"""Totals of a table up to which subtotals are tried as running ones."""
_RUNS = 12
"""Runs of rows that are named."""
_UNKNOWN_DECIMALS = 2
"""In how many decimals sums are compared of which no currency is known."""


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
    table: Table,
    rows: Iterable[SheetRow],
    again: Collection[int] = (),
    left_out: Collection[int] = (),
) -> tuple[ControlTotal, ...]:
    """Check every figure of every total row; without a total row, give the sums by currency. The
    rows `again` state a pledge once more, with another payment: a total may count it each time.
    A total is of all rows read; the reason names what of it stands in rows `left_out`.
    """
    listed = list(rows)
    data = [row for row in listed if row.kind == "data"]
    totals = [row for row in listed if row.kind == "total"]
    columns = [column for column in table.table_columns if column.field in MONEY]
    checks: list[ControlTotal] = []
    numbers = [total.number for total in totals]
    previous = 0
    for total in totals:
        for column in columns:
            stated = total.figures.get(column.letter)
            if stated is not None and stated.state != "unknown":
                covers = _covers(total, data, numbers, previous)
                checks.append(_best_check(table, total, column, stated, covers, again, left_out))
        if total.level == "subtotal":
            previous = total.number
    if not totals:
        for column in columns:
            checks.extend(_sums(column, data))
    return tuple(checks)


def _covers(
    total: SheetRow, data: Sequence[SheetRow], numbers: Sequence[int], previous: int
) -> Iterator[Sequence[SheetRow]]:
    """Yield what a total may be of, what it should be first. A subtotal is of the rows since the
    one before it (`previous`), or of all above; a total of all above, or of those since the last
    total. Where totals stand above their rows, one is of those to the next, the first perhaps of
    all.
    """

    def at(number: int) -> int:
        return bisect(data, number, key=lambda row: row.number)

    own = at(total.number)
    place = bisect(numbers, total.number)
    below = data[own : at(numbers[place]) if place < len(numbers) else None]
    if data and numbers[0] < data[0].number:
        if below:
            yield below
        if not own:
            yield data
    if own and total.level == "subtotal":
        yield data[at(previous) : own]
        if len(numbers) <= _MOST_RUNNING:
            yield data[:own]
    elif own:
        yield data[:own]
        yield data[at(numbers[place - 2]) if place > 1 else 0 : own]
    elif not data:
        yield data


def _best_check(
    table: Table,
    total: SheetRow,
    column: TableColumn,
    stated: AmountReading,
    covers: Iterator[Sequence[SheetRow]],
    again: Collection[int],
    left_out: Collection[int],
) -> ControlTotal:
    """Check a total against what it may be of; what it should be of is told if none agrees."""
    first: ControlTotal | None = None
    for covered in covers:
        check = _check(table, total, column, stated, covered, left_out)
        if column.field is not Field.PAID and check.agrees is False and again:
            once = [row for row in covered if row.number not in again]
            check = _check(table, total, column, stated, once, left_out)
        if check.agrees is not False:
            return (first or check) if check.agrees is None else check
        first = first or check
    assert first is not None
    return first


def _check(
    table: Table,
    total: SheetRow,
    column: TableColumn,
    stated: AmountReading,
    covered: Sequence[SheetRow],
    left_out: Collection[int],
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
    stated = _settled(stated, computed, currency)
    if stated.value is None:
        reason = f"the total {stated.text!r} cannot be read: {stated.reason}"
    agrees = None
    if computed is not None and stated.value is not None:
        agrees = _are_one(computed, stated.value, currency)
        if not agrees:
            reason = f"the rows add up to {computed}, the sheet says {stated.value}"
        without = [row for row in covered if row.number in left_out]
        if amount := _sum_by_currency(column, without)[0].get(currency):
            said = (
                f"{amount} of it is in rows left out ({list_rows(row.number for row in without)})"
            )
            reason = f"{reason}; {said}" if reason else said
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


def _settled(stated: AmountReading, computed: Decimal | None, currency: str) -> AmountReading:
    """Read a total such as "350,000" as its rows add up, if they do so in one of its readings; as
    thousands if in none: a total that disagrees is told.
    """
    if stated.state != "ambiguous" or computed is None:
        return stated
    fitting = [each for each in stated.readings if _are_one(computed, each, currency)]
    value = fitting[0] if len(fitting) == 1 else max(stated.readings, key=abs)
    return replace(stated, state="value", value=value, readings=())


def _are_one(computed: Decimal, stated: Decimal, currency: str) -> bool:
    """Whether two sums are one in the unit of their currency: what is less is left by the binary
    arithmetic of a spreadsheet program, or by what it does not show.
    """
    unit = Decimal(1).scaleb(-(decimals(currency) if currency else _UNKNOWN_DECIMALS))
    return abs(computed - stated) < unit / 2


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
    if column.field is Field.VALUE:
        codes = row.value_currency
        return codes[0] if len(codes) == 1 else ""
    if column.field in {Field.UNPAID, Field.PAID} and column.currency:
        codes = recognise(column.currency, None)
        return codes[0] if len(codes) == 1 else ""
    for instalment in row.instalments:
        if instalment.label == column.label and len(instalment.currency) == 1:
            return instalment.currency[0]
    if row.amount_source == "value" or len(row.currency) != 1:
        return ""
    return row.currency[0]


def list_rows(numbers: Iterable[int]) -> str:
    """Write row numbers shortly: 12, 15 to 19, 40 ..."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    parts = [f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return ", ".join(parts[:_RUNS]) + (" ..." if len(parts) > _RUNS else "")

"""Makes sure that a report adds up before anyone writes it.

Every renderer starts from `footed(report)`: totals and across-sums that the report left out are
filled in, and those it states are added up again. So a workbook's formula, a page's figure and a
file's string are one number, and a report that does not foot is never handed on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter

from msgspec import structs
from pledgebook.ledger.findings import RefusedError
from pledgebook.reports.figures.table import Column, Report, Row, Value

_EXACT = (Decimal, int)
_WORDS = (str, date, type(None))


class ReportDoesNotFootError(RefusedError):
    """A report contradicts itself; the message names report, row and column."""


def footed(report: Report) -> Report:
    """Return `report` with the totals that follow from its rows filled in and all others checked.

    A figure is filled in only where its column is an amount in one currency (`unit` is set); a
    figure that adds up something unknown is unknown (`None`). What is stated stays as stated.
    Raises `ReportDoesNotFootError` if a stated amount differs from the sum it stands for, if a row
    adds up rows or columns that do not exist, or if a sum would mix currencies.
    """
    _check_columns(report)
    _check_rows(report)
    rows = list(report.rows)
    try:
        columns = _addends_left(report)
        adding = {position: row.adds for position, row in enumerate(rows) if row.adds}
        if any(column.adds for column in columns):  # else a row that adds up no others is whole
            for position in range(len(rows)):
                if position not in adding:
                    rows[position] = _filled(report, rows, position, columns)
        for position in TopologicalSorter(adding).static_order():
            if position in adding:
                rows[position] = _filled(report, rows, position, columns)
    except CycleError as error:
        raise ReportDoesNotFootError(
            f"{report.name}: rows or columns add up themselves: {error.args[1]}"
        ) from error
    return structs.replace(report, rows=tuple(rows))


def sum_down(rows: Sequence[Row], row: Row, key: str) -> Decimal | None:
    """Add up the column `key` over the rows that `row` names; None if one of them is unknown.

    None too if the row adds up nothing or none of its rows has a figure there.
    """
    return _sum((rows[position].values, key, 1) for position in row.adds)


def sum_across(row: Row, column: Column) -> Decimal | None:
    """Add up, with signs, the columns of `row` that `column` is the sum of; None if unknown."""
    return _sum((row.values, key, sign) for key, sign in column.adds.items())


def label_of(report: Report, row: Row) -> str:
    """Return the text a row is known by: its label, else what stands in the label column."""
    value = row.values.get(report.columns[label_column(report)].key)
    return row.label or ("" if value is None else str(value))


def label_column(report: Report) -> int:
    """Return the position of the column that carries the labels: the first one of text, or 0."""
    return next((i for i, column in enumerate(report.columns) if column.kind == "text"), 0)


def ties_agree(report: Report) -> bool | None:
    """Return whether every figure agrees with the ledger; None if none was compared."""
    return all(tie.agrees for tie in report.ties) if report.ties else None


def _sum(parts: Iterable[tuple[Mapping[str, Value], str, int]]) -> Decimal | None:
    total, found = Decimal(0), False
    for values, key, sign in parts:
        if key not in values:
            continue
        value = values[key]
        if not isinstance(value, _EXACT):
            return None
        total += value if sign == 1 else sign * value
        found = True
    return total if found else None


def _filled(report: Report, rows: list[Row], position: int, columns: Sequence[Column]) -> Row:
    row = rows[position]
    if row.kind in {"section", "group"}:
        return row
    values = dict(row.values)
    for column in columns:
        if column.kind != "amount" or not column.unit:
            continue  # a sum would mix currencies
        sums: list[Decimal | None] = []
        if row.adds:
            sums.append(sum_down(rows, row, column.key))
        if column.adds:
            sums.append(_sum((values, key, sign) for key, sign in column.adds.items()))
        if column.key not in values and sums and _any_figure(rows, row, column, values):
            values[column.key] = sums[0]
        stated = values.get(column.key)
        for computed in sums:
            if computed is not None and stated is not None and stated != computed:
                name = label_of(report, row) or row.kind
                raise ReportDoesNotFootError(
                    f"{report.name}: row {position + 1} ({name}), column {column.key!r} says "
                    f"{stated} where its parts add up to {computed}"
                )
    return structs.replace(row, values=values)


def _any_figure(rows: Sequence[Row], row: Row, column: Column, values: Mapping[str, Value]) -> bool:
    if row.adds:
        return any(column.key in rows[position].values for position in row.adds)
    return any(key in values for key in column.adds)


def _addends_left(report: Report) -> list[Column]:
    """Order the columns so that an across-sum comes after all it adds up."""
    columns = {column.key: column for column in report.columns}
    graph = TopologicalSorter({key: column.adds.keys() for key, column in columns.items()})
    return [columns[key] for key in graph.static_order()]


def _check_columns(report: Report) -> None:
    columns = {column.key: column for column in report.columns}
    twice = [key for key, n in Counter(column.key for column in report.columns).items() if n > 1]
    if not columns or twice:
        problem = f"two columns have the key {twice[0]!r}" if twice else "it has no columns"
        raise ReportDoesNotFootError(f"{report.name}: {problem}")
    for column in report.columns:
        for key in column.adds:
            if key not in columns or key == column.key or columns[key].unit != column.unit:
                raise ReportDoesNotFootError(
                    f"{report.name}: column {column.key!r} adds up {key!r}, which is not another "
                    "column of the same unit"
                )


def _check_rows(report: Report) -> None:
    keys = {column.key: column.kind for column in report.columns}
    label_key = report.columns[label_column(report)].key
    for position, row in enumerate(report.rows):
        for key, value in row.values.items():
            kind = keys.get(key)
            if isinstance(value, Decimal):
                if kind is not None and value.is_finite():
                    continue
            elif isinstance(value, _WORDS) and kind is not None and kind != "amount":
                continue
            if fault := _fault(kind, key, value):
                raise ReportDoesNotFootError(f"{_place(report, position)}{fault}")
        if row.label and keys[label_key] == "amount":
            raise ReportDoesNotFootError(
                f"{_place(report, position)} has a label, but no column of text to show it"
            )
        wrong = [p for p in row.adds if not 0 <= p < len(report.rows) or p == position]
        if wrong or len(set(row.adds)) != len(row.adds):
            raise ReportDoesNotFootError(
                f"{_place(report, position)} adds up the rows {row.adds}: each must be another "
                "row, named once"
            )


def _fault(kind: str | None, key: str, value: Value) -> str:
    """Say what is wrong with a value of a row, "" if nothing."""
    if kind is None:
        return f" has a value for {key!r}, which is no column"
    if isinstance(value, float) or (isinstance(value, Decimal) and not value.is_finite()):
        return f", column {key!r}: {value!r} is not exact"
    if kind == "amount" and value is not None and not isinstance(value, _EXACT):
        return f", column {key!r}: {value!r} is no amount"
    return ""


def _place(report: Report, position: int) -> str:
    row = report.rows[position]
    return f"{report.name}: row {position + 1} ({label_of(report, row) or row.kind})"

"""A report as a table for a terminal: for reading, not for programs.

Columns in which no row has a figure are left out and named below. Where the table is wider than the
terminal it comes in parts, each with the first column again.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from pledgebook.reports.figures.table import FIGURES, Column, Report, Rounding, Row
from pledgebook.reports.render.footing import footed, label_column
from pledgebook.reports.render.texts import (
    amount_text,
    column_title,
    count_text,
    decimals_of,
    period_line,
    rounded_text,
    rounding_note,
    rounding_of,
)

_GAP = "  "
_WIDEST = 36
"""Letters of a column of texts before they are cut; the first column may have as many."""

_HEADING = 13
"""Letters of a heading before it goes on in the next line."""

_OVER = frozenset({"section", "group"})
_INDENT = {"section": 0, "group": 1, "row": 2, "subtotal": 1, "total": 0}


def to_text(report: Report, width: int) -> str:
    """Return `report` as lines of at most `width` letters, where its columns allow it."""
    report = footed(report)
    first = label_column(report)
    shown = [
        at
        for at, column in enumerate(report.columns)
        if at == first or _has_figures(report, column)
    ]
    cells = {at: _column(report, at, first) for at in shown}
    wide = {at: _longest(report, cells[at]) for at in shown}
    blocks = _blocks([at for at in shown if at != first], wide, wide[first], width)
    lines = [report.title, *([report.subtitle] if report.subtitle else []), period_line(report)]
    lines += [report.standing.words] if report.standing is not None else []
    lines += [f"Note: {warning}" for warning in report.warnings]
    for block in blocks:
        lines += ["", *_table(report, [first, *block], cells)]
    left_out = [
        column_title(column, report.currency)
        for at, column in enumerate(report.columns)
        if at not in shown
    ]
    notes = [*rounding_note(report), *report.notes]
    if left_out and report.rows:
        notes.append(f"Nothing stands under: {', '.join(left_out)}.")
    for note in notes:
        lines += ["", *textwrap.wrap(note, max(width, _WIDEST))]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _has_figures(report: Report, column: Column) -> bool:
    return any(row.values.get(column.key, "") not in {"", Decimal(0), 0} for row in report.rows)


def _column(report: Report, at: int, first: int) -> list[str]:
    """Return a column's cells, one a row of the report."""
    column = report.columns[at]
    decimals = decimals_of(report, column) if column.kind == "amount" else 0
    cells = []
    for row in report.rows:
        text = _cell(row, column, decimals, rounding_of(report, column))
        if at == first:
            text = "  " * _INDENT[row.kind] + (row.label or text)
        cells.append(textwrap.shorten(text, _WIDEST) if len(text) > _WIDEST and at != first
                     else text)  # fmt: skip
    return cells


def _cell(row: Row, column: Column, decimals: int, rounding: Rounding) -> str:
    if column.key not in row.values:
        return ""
    value = row.values[column.key]
    if column.kind == "amount" and not isinstance(value, str | date):
        if rounding != "exact":
            return rounded_text(value, rounding)
        return amount_text(value, decimals)
    if value is None:
        return ""
    if isinstance(value, int | Decimal):
        return count_text(value)
    return value.isoformat() if isinstance(value, date) else " ".join(value.split())


def _longest(report: Report, cells: Sequence[str]) -> int:
    """Return the letters of a column's widest cell; headings of sections run on to the right."""
    widths = [len(c) for c, row in zip(cells, report.rows, strict=True) if row.kind not in _OVER]
    return max(widths, default=0)


def _widths(report: Report, at: int, cells: Sequence[str]) -> tuple[list[str], int]:
    """Return the lines of a column's heading, and its width."""
    title = column_title(report.columns[at], report.currency)
    longest = _longest(report, cells)
    heading = textwrap.wrap(title, max(longest, _HEADING)) or [""]
    return heading, max(longest, *map(len, heading))


def _blocks(
    rest: Sequence[int], wide: Mapping[int, int], start: int, width: int
) -> Iterator[list[int]]:
    """Yield the columns that stand side by side, the first one, `start` letters wide, apart."""
    used, block = start, list[int]()
    for at in rest:
        own = len(_GAP) + max(_HEADING, wide[at])
        if block and used + own > width:
            yield block
            used, block = start, []
        block.append(at)
        used += own
    yield block


def _table(report: Report, columns: Sequence[int], cells: dict[int, list[str]]) -> Iterator[str]:
    heads = {at: _widths(report, at, cells[at]) for at in columns}
    tall = max(len(heading) for heading, _ in heads.values())

    def joined(texts: Sequence[str]) -> str:
        parts = []
        for at, text in zip(columns, texts, strict=True):
            width, right = heads[at][1], report.columns[at].kind in FIGURES
            parts.append(text.rjust(width) if right else text.ljust(width))
        return _GAP.join(parts)

    for line in range(tall):
        yield joined([([""] * (tall - len(heads[at][0])) + heads[at][0])[line] for at in columns])
    yield _GAP.join("-" * heads[at][1] for at in columns)
    for number, row in enumerate(report.rows):
        if row.kind == "total":
            yield _GAP.join(
                ("-" if report.columns[at].kind in FIGURES else " ") * heads[at][1]
                for at in columns
            )
        if row.kind in _OVER:
            yield cells[columns[0]][number]
        else:
            yield joined([cells[at][number] for at in columns])

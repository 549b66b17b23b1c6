"""How wide the columns of a report's worksheet are: no figure is ever shown as ####."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from heapq import nlargest

from pledgebook.reports.figures.table import Column, Report, Row
from pledgebook.reports.render.cells import text_pixels
from pledgebook.reports.render.footing import label_column
from pledgebook.reports.render.texts import amount_text, column_title, count_text

_WIDEST_TEXT, _NARROWEST, _INDENT, _GAP = 360, 70, 10, 8
_MOST_MEASURED = 500
_HEADING_LINES = 2.2
"""A heading may wrap to about this many lines."""
_NARROWEST_TABLE = 640


def column_widths(report: Report) -> list[int]:
    """Return the width of each column in pixels: its longest figure and heading word; text wraps.

    A table that is narrow gets a wider first column, so that its title and notes have room.
    """
    widths = [_width(report, position) for position in range(len(report.columns))]
    widths[0] += max(0, _NARROWEST_TABLE - sum(widths))
    return widths


def indent(columns: Sequence[Column], position: int) -> int:
    """Return the indent that keeps text and dates off the figures to their left."""
    return int(0 < position < len(columns) and columns[position].kind in {"text", "date"})


def _width(report: Report, position: int) -> int:
    column = report.columns[position]
    title = column_title(column, report.currency)
    widths = [_NARROWEST, math.ceil(text_pixels(title) / _HEADING_LINES)]
    widths += map(text_pixels, title.split(" "))
    body = max(map(text_pixels, _to_measure(report, position)), default=0)
    widths.append(min(body, _WIDEST_TEXT) if column.kind == "text" else body)
    return max(widths) + _GAP + _INDENT * indent(report.columns, position)


def _to_measure(report: Report, position: int) -> Iterable[str]:
    """Return what of a column is measured: all of it; of a long column of text, which wraps, the
    longest.
    """
    shown = _shown(report, position)
    if report.columns[position].kind == "text" and len(report.rows) > _MOST_MEASURED:
        return nlargest(_MOST_MEASURED, set(shown), key=len)
    return shown


def _shown(report: Report, position: int) -> Iterator[str]:
    """Yield what the cells of a column show; headings of sections run over their neighbours."""
    column = report.columns[position]
    is_label = position == label_column(report)
    for row in report.rows:
        if is_label and row.label:
            yield "" if row.kind in {"section", "group"} else row.label
        else:
            yield _text(row, column)


def _text(row: Row, column: Column) -> str:
    match row.values.get(column.key):
        case None:
            return ""
        case Decimal() | int() as figure:
            return amount_text(figure) if column.kind == "amount" else count_text(figure)
        case date() as day:
            return day.isoformat()
        case text:
            return f"{text}   "  # room for the indent under a group

"""How wide the columns of a report's worksheet are: no figure is ever shown as ####."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from pledgebook.reports.figures.table import Column, Report
from pledgebook.reports.render.cells import text_pixels
from pledgebook.reports.render.footing import label_column
from pledgebook.reports.render.texts import (
    FEWEST_DECIMALS,
    amount_text,
    column_title,
    count_text,
)

_WIDEST_TEXT, _NARROWEST, _INDENT, _GAP = 360, 70, 10, 8
_FIGURES = (Decimal, int)
_HEADING_LINES = 2.2
"""A heading may wrap to about this many lines."""
_NARROWEST_TABLE = 640


def column_widths(report: Report, decimals: Sequence[int]) -> list[int]:
    """Return the width of each column in pixels: its longest figure and heading word; text wraps.
    `decimals` are those of each column.

    A table that is narrow gets a wider first column, so that its title and notes have room.
    """
    widths = [_width(report, position, most) for position, most in enumerate(decimals)]
    widths[0] += max(0, _NARROWEST_TABLE - sum(widths))
    return widths


def indent(columns: Sequence[Column], position: int) -> int:
    """Return the indent that keeps text and dates off the figures to their left."""
    return int(0 < position < len(columns) and columns[position].kind in {"text", "date"})


def _width(report: Report, position: int, decimals: int) -> int:
    column = report.columns[position]
    title = column_title(column, report.currency)
    widths = [_NARROWEST, math.ceil(text_pixels(title) / _HEADING_LINES)]
    widths += map(text_pixels, title.split(" "))
    for text in sorted(_to_measure(report, position, decimals), key=len, reverse=True):
        pixels = text_pixels(text)
        if column.kind == "text" and pixels >= _WIDEST_TEXT:
            widths.append(_WIDEST_TEXT)
            break
        widths.append(pixels)
    return max(widths) + _GAP + _INDENT * indent(report.columns, position)


def _to_measure(report: Report, position: int, decimals: int) -> Iterable[str]:
    """Return what of a column is measured: all texts, and the figures that may be the widest."""
    column = report.columns[position]
    is_label = position == label_column(report)
    labels = {row.label for row in report.rows if row.kind not in {"section", "group"}}
    figures: list[Decimal | int] = []
    others: set[str | date | None] = set()
    for row in report.rows:
        if is_label and row.label:
            continue  # headings of sections run over their neighbours
        value = row.values.get(column.key)
        if isinstance(value, _FIGURES):
            figures.append(value)
        else:
            others.add(value)
    texts = [*map(_text, others), *(labels if is_label else ())]
    write = amount_text if column.kind == "amount" else count_text
    if figures and decimals == FEWEST_DECIMALS:  # digits are as wide as each other
        figures = [max(figures), min(figures)]
    return [*texts, *map(write, figures)]


def _text(value: str | date | None) -> str:
    match value:
        case None:
            return ""
        case date() as day:
            return day.isoformat()
        case text:
            return f"{text}   "  # room for the indent under a group

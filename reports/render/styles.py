"""The look of a workbook: a cell format for each kind of line and column, each made once."""

from __future__ import annotations

from typing import Any

from pledgebook.reports.figures.table import Column, Rounding, RowKind
from pledgebook.reports.render.texts import FEWEST_DECIMALS, number_format
from xlsxwriter import Workbook
from xlsxwriter.format import Format

FONT = {"font_name": "Arial", "font_size": 10}
"""A font, or its equal in width, that every office suite has: a column then fits everywhere."""

INK = "#1F2933"
NAVY = "#1F3A5F"
BAND = "#E4ECF5"
MEMO = "#F5F3EC"
RULE = "#8796A8"
ALERT = "#9B1C1C"
ALERT_FILL = "#FDECEA"

DATE_FORMAT = "yyyy-mm-dd"

_LINES: dict[str, dict[str, Any]] = {
    "section": {"bold": True, "bg_color": BAND, "font_color": NAVY, "top": 1, "top_color": NAVY},
    "group": {"bold": True, "italic": True},
    "row": {},
    "subtotal": {"bold": True, "top": 1, "top_color": INK},
    "total": {"bold": True, "top": 1, "top_color": INK, "bottom": 6, "bottom_color": INK},
}
_PLACES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 15, "font_color": NAVY, "text_wrap": True},
    "subtitle": {"bold": True, "font_size": 11, "text_wrap": True},
    "line": {"text_wrap": True},
    "band": {
        "bold": True, "italic": True, "align": "center", "bg_color": MEMO, "left": 1,
        "left_color": RULE,
    },
    "strong": {"bold": True, "font_size": 11, "font_color": NAVY},
    "name": {"bold": True, "valign": "top"},
    "note": {"text_wrap": True, "valign": "top"},
    "day": {"num_format": DATE_FORMAT, "align": "left", "valign": "top"},
    "fact": {"valign": "top"},
    "result": {"align": "right", "valign": "top"},
    "link": {"font_color": "#0B57A4", "underline": 1, "valign": "top"},
    "alert": {
        "text_wrap": True, "valign": "top", "font_color": ALERT, "bg_color": ALERT_FILL,
    },
    "alert-title": {"bold": True, "valign": "top", "font_color": ALERT, "bg_color": ALERT_FILL},
}  # fmt: skip


class Styles:
    """Cell formats of one workbook, by place or by line and column."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def place(self, name: str, **more: Any) -> Format:
        """Return the format of a named place: title, note, link, alert ..."""
        return self._format(_PLACES[name] | more)

    def heading(self, column: Column, *, edge: bool = False, indent: int = 0) -> Format:
        """Return the format of a column's heading; `edge` draws the rule before memo columns."""
        align = "left" if column.kind in {"text", "date"} else "right"
        look = {"bold": True, "text_wrap": True, "valign": "bottom", "align": align}
        look |= {"indent": indent} if indent else {}
        look |= {"num_format": "@_)"} if align == "right" else {}
        fill = {"bg_color": MEMO if column.memo else BAND, "bottom": 2, "bottom_color": NAVY}
        return self._format(look | fill | _edge(edge))

    def cell(
        self,
        line: RowKind,
        column: Column,
        decimals: int = FEWEST_DECIMALS,
        *,
        edge: bool = False,
        indent: int = 0,
        wrap: bool = False,
        rounding: Rounding = "exact",
    ) -> Format:
        """Return the format of a cell in a line of that kind under `column`; headings wrap only
        where asked.
        """
        look = _LINES[line] | {"valign": "top"} | _edge(edge)
        if column.memo and line != "section":
            look |= {"bg_color": MEMO}
        match column.kind:
            case "amount":
                look |= {"num_format": number_format(decimals, rounding), "align": "right"}
            case "count":
                look |= {"num_format": number_format(0), "align": "right"}
            case "rate":
                look |= {"num_format": "@_)", "align": "right"}
            case "date":
                look |= {"num_format": DATE_FORMAT, "align": "left", "indent": indent}
            case "text":
                look |= {"num_format": "@", "align": "left", "indent": indent}
                look |= {"text_wrap": True} if wrap or line not in {"section", "group"} else {}
        return self._format(look)

    def _format(self, look: dict[str, Any]) -> Format:
        key = tuple(sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(FONT | {"font_color": INK} | look)
        return self._made[key]


def _edge(edge: bool) -> dict[str, Any]:
    return {"left": 1, "left_color": RULE} if edge else {}

"""What an .ods workbook says beyond the values of its cells, and the bounds of its sheets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pledgebook.importers.reading.cells import (
    Area,
    ErrorValue,
    Look,
    MissingResult,
    Place,
    UnreadableFile,
)
from pledgebook.importers.reading.openxml import (
    LETTERS_KEPT,
    MOST_COLUMNS,
    SheetDetails,
    has_more,
)
from pledgebook.importers.reading.packages import MAX_ROWS, check_area, parse_xml

_CELLS = {"table-cell", "covered-table-cell"}
_COUNT_DIGITS = 8
_USUAL_DECIMALS = 2
_FORMATS = {"number-style", "currency-style", "percentage-style"}
_NUMERIC = {"float", "currency", "percentage"}
_LINES = ("text-line-through-style", "text-line-through-type")
_RESULTS = ("value", "date-value", "time-value", "boolean-value", "string-value")


def inspect_opendocument(name: str, content: bytes, styles: bytes) -> dict[str, SheetDetails]:
    """Check every sheet's bounds and give, by sheet name, what its values do not show. `styles` is
    the part that holds the styles with names of their own.

    The format writes equal cells and rows once with a count: the counts are checked before
    anything is laid out.
    """
    known = _Styles()
    if styles:
        parse_xml(name, styles, known.start, known.end, known.text)
    walk = _Walk(name, known)
    parse_xml(name, content, walk.start, walk.end, walk.text)
    return walk.details


@dataclass(slots=True)
class _Style:
    parent: str = ""
    format: str = ""
    struck: bool | None = None


class _Styles:
    """The styles of cells and of the figures in them, as they are met."""

    def __init__(self) -> None:
        self._formats: dict[str, Look] = {}
        self._decimals: dict[str, int] = {}
        self._styles: dict[str, _Style] = {}
        self._shown: dict[str, tuple[Look | None, bool]] = {}
        """What was told of styles: cells of the same style are many."""
        self._format = ""
        self._style: _Style | None = None
        self._digits = False
        self._inside = ""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._inside = tag
        if tag in _FORMATS:
            self._format, self._digits = attributes.get("name", ""), False
            self._formats[self._format] = Look()
        elif tag == "number" and self._format:
            self._digits = True
            factor = attributes.get("display-factor", "1")
            scaling = int(factor) if factor.isdecimal() and len(factor) <= _COUNT_DIGITS else 1
            self._formats[self._format] = self._formats[self._format]._replace(scaling=scaling)
            places = attributes.get("decimal-places", "")
            if places.isdecimal() and len(places) <= _COUNT_DIGITS and scaling == 1:
                self._decimals[self._format] = int(places)
        elif tag in {"style", "default-style"}:
            self._style = _Style(
                attributes.get("parent-style-name", ""), attributes.get("data-style-name", "")
            )
            self._styles[attributes.get("name", "")] = self._style
        elif tag == "text-properties" and self._style is not None:
            lines = [attributes[key] for key in _LINES if key in attributes]
            if lines:
                self._style.struck = any(line != "none" for line in lines)

    def text(self, text: str) -> None:
        if self._format and self._inside in {"text", "currency-symbol"}:
            look = self._formats[self._format]
            look = (
                look._replace(behind=look.behind + text)
                if self._digits
                else look._replace(before=look.before + text)
            )
            self._formats[self._format] = look

    def end(self, tag: str) -> None:
        self._inside = ""
        if tag in _FORMATS:
            self._format = ""
        elif tag in {"style", "default-style"}:
            self._style = None

    def shown(self, style: str) -> tuple[Look | None, bool]:
        """Return what cells of a style show beside a figure, and whether their text is struck."""
        known = self._shown.get(style)
        if known is None:
            known = self._shown[style] = self._look(style), self.is_struck(style)
        return known

    def _look(self, style: str) -> Look | None:
        for each in self._line_of(style):
            if each.format:
                before, behind, scaling = self._formats.get(each.format, Look())
                look = Look(before.strip(), behind.strip(), scaling)
                return look if look != Look() else None
        return None

    def decimals(self, style: str) -> int | None:
        """Return how many decimals cells of a style show; None for as many as there are."""
        format_ = next((each.format for each in self._line_of(style) if each.format), "")
        return self._decimals.get(format_)

    def is_struck(self, style: str) -> bool:
        """Whether the text of cells of a style is struck through."""
        said = (each.struck for each in self._line_of(style) if each.struck is not None)
        return next(said, False)

    def _line_of(self, style: str) -> list[_Style]:
        line: list[_Style] = []
        while (found := self._styles.get(style)) is not None and found not in line:
            line.append(found)
            style = found.parent
        return line


class _Walk:
    def __init__(self, name: str, styles: _Styles) -> None:
        self.details: dict[str, SheetDetails] = {}
        self._name, self._styles = name, styles
        self._of_columns: list[tuple[int, str]] = []
        self._of_row = ""
        self._annotation: str | None = None
        self._annotated = ""
        self._in_paragraph = False
        self._struck = False
        self._sheet = ""
        self._depth = 0
        self._row = self._column = 0
        self._row_count = self._cell_count = 1
        self._filled_row = False
        self._cell: dict[str, str] | None = None
        self._text = ""
        self._widest = 0
        self._lowest = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if not self._depth:
            self._styles.start(tag, attributes)
        if tag == "annotation":
            self._annotation = ""
        elif tag == "p" and self._annotation is not None:
            self._in_paragraph = True
            self._annotation += " " if self._annotation else ""
        elif tag in {"span", "p"} and self._cell is not None and self._annotation is None:
            self._struck = self._struck or self._styles.is_struck(attributes.get("style-name", ""))
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self._of_columns = []
                self._sheet = attributes.get("name", "")
                self.details[self._sheet] = SheetDetails()
                self._row = self._column = self._widest = self._lowest = 0
        elif tag == "table-column":
            self._open_column(attributes)
        elif tag == "table-row":
            self._row_count = self._count(attributes, "number-rows-repeated")
            self._column = 0
            self._filled_row = False
            self._of_row = attributes.get("default-cell-style-name", "")
            if attributes.get("visibility") in {"collapse", "filter"}:
                # What is below the last filled row does not matter and may be a million rows.
                span = range(self._row + 1, min(self._row + self._row_count, MAX_ROWS) + 1)
                self.details[self._sheet].hidden_rows.update(span)
        elif tag in _CELLS:
            self._cell_count = self._count(attributes, "number-columns-repeated")
            self._cell = attributes
            self._text = ""
            self._struck = False
            self._annotated = ""

    def _open_column(self, attributes: dict[str, str]) -> None:
        count = self._count(attributes, "number-columns-repeated")
        if attributes.get("visibility") in {"collapse", "filter"}:
            span = range(self._column + 1, min(self._column + count, MOST_COLUMNS) + 1)
            self.details[self._sheet].hidden_columns.update(span)
        self._column += count
        self._of_columns.append((self._column, attributes.get("default-cell-style-name", "")))

    def text(self, text: str) -> None:
        if not self._depth:
            self._styles.text(text)
        if self._annotation is not None:
            if self._in_paragraph and len(self._annotation) < LETTERS_KEPT:
                self._annotation += text
        elif self._cell is not None and len(self._text) < LETTERS_KEPT:
            self._text += text

    def end(self, tag: str) -> None:
        if not self._depth:
            self._styles.end(tag)
        if tag == "annotation":
            self._annotated, self._annotation = (self._annotation or "").strip(), None
        elif tag == "p" and self._annotation is not None:
            self._in_paragraph = False
        elif tag == "table":
            self._depth -= 1
        elif tag in _CELLS and self._cell is not None:
            self._close_cell(self._cell)
            self._cell = None
        elif tag == "table-row":
            if self._filled_row:
                self._lowest = self._row + self._row_count
                check_area(self._name, self._sheet, self._lowest, self._widest)
            self._row += self._row_count

    def _close_cell(self, attributes: dict[str, str]) -> None:
        details = self.details[self._sheet]
        row, column = self._row + 1, self._column + 1
        result = next((attributes[key] for key in _RESULTS if attributes.get(key)), self._text)
        formula = attributes.get("formula", "")
        if result or formula:
            self._filled_row = True
            self._widest = max(self._widest, self._column + self._cell_count)
            check_area(self._name, self._sheet, self._row + self._row_count, self._widest)
        if formula and not result and attributes.get("value-type") != "string":
            details.special[row, column] = MissingResult(formula.removeprefix("of:="))
        elif formula and self._text.startswith(("#", "Err:")):
            details.special[row, column] = ErrorValue(self._text)
        self._look(attributes, (row, column), filled=bool(result))
        down = self._count(attributes, "number-rows-spanned")
        across = self._count(attributes, "number-columns-spanned")
        if down > 1 or across > 1:
            details.merged.append(Area(row, column, row + down - 1, column + across - 1))
        self._column += self._cell_count

    def _look(self, attributes: dict[str, str], place: Place, *, filled: bool) -> None:
        """Keep what a person sees of a cell beside its value, of all cells that it stands for."""
        details = self.details[self._sheet]
        if self._annotated:
            details.comments[place] = self._annotated
        if not filled:
            return
        style = attributes.get("style-name", "") or self._of_row or self._of_column(place[1])
        look, is_struck = self._styles.shown(style)
        kind = attributes.get("value-type", "")
        if currency := attributes.get("currency", "") if kind == "currency" else "":
            look = Look(currency, "", look.scaling if look else 1)
        elif kind == "percentage":
            look = look or Look("", "%")
        figure = attributes.get("value", "") if kind in _NUMERIC - {"percentage"} else ""
        places = self._styles.decimals(style) if has_more(figure, _USUAL_DECIMALS) else None
        if places is not None and has_more(figure, places):
            details.decimals[place] = places
        struck = self._struck or is_struck
        if not struck and (look is None or kind not in _NUMERIC):
            return
        for row in range(place[0], place[0] + min(self._row_count, MAX_ROWS)):
            for column in range(place[1], place[1] + min(self._cell_count, MOST_COLUMNS)):
                if look is not None and kind in _NUMERIC:
                    details.looks[row, column] = look
                if struck:
                    details.struck.add((row, column))

    def _of_column(self, column: int) -> str:
        return next((style for last, style in self._of_columns if column <= last), "")

    def _count(self, attributes: dict[str, str], key: str) -> int:
        text = attributes.get(key, "1")
        if not (text.isdecimal() and len(text) <= _COUNT_DIGITS):
            raise UnreadableFile(f"{self._name} is damaged: it states {key} as {text!r}.")
        return max(1, int(text))

"""What an .ods workbook says beyond the values of its cells, and the bounds of its sheets."""

from __future__ import annotations

from pledgebook.importers.reading.cells import Area, ErrorValue, MissingResult, UnreadableFile
from pledgebook.importers.reading.openxml import LETTERS_KEPT, MOST_COLUMNS, SheetDetails
from pledgebook.importers.reading.packages import MAX_ROWS, check_area, parse_xml

_CELLS = {"table-cell", "covered-table-cell"}
_COUNT_DIGITS = 8
_RESULTS = ("value", "date-value", "time-value", "boolean-value", "string-value")


def inspect_opendocument(name: str, content: bytes) -> dict[str, SheetDetails]:
    """Check every sheet's bounds and give, by sheet name, what its values do not show.

    The format writes equal cells and rows once with a count: the counts are checked before
    anything is laid out.
    """
    walk = _Walk(name)
    parse_xml(name, content, walk.start, walk.end, walk.text)
    return walk.details


class _Walk:
    def __init__(self, name: str) -> None:
        self.details: dict[str, SheetDetails] = {}
        self._name = name
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
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                self._sheet = attributes.get("name", "")
                self.details[self._sheet] = SheetDetails()
                self._row = self._column = self._widest = self._lowest = 0
        elif tag == "table-column":
            self._open_column(attributes)
        elif tag == "table-row":
            self._row_count = self._count(attributes, "number-rows-repeated")
            self._column = 0
            self._filled_row = False
            if attributes.get("visibility") in {"collapse", "filter"}:
                # What is below the last filled row does not matter and may be a million rows.
                span = range(self._row + 1, min(self._row + self._row_count, MAX_ROWS) + 1)
                self.details[self._sheet].hidden_rows.update(span)
        elif tag in _CELLS:
            self._cell_count = self._count(attributes, "number-columns-repeated")
            self._cell = attributes
            self._text = ""

    def _open_column(self, attributes: dict[str, str]) -> None:
        count = self._count(attributes, "number-columns-repeated")
        if attributes.get("visibility") in {"collapse", "filter"}:
            span = range(self._column + 1, min(self._column + count, MOST_COLUMNS) + 1)
            self.details[self._sheet].hidden_columns.update(span)
        self._column += count

    def text(self, text: str) -> None:
        if self._cell is not None and len(self._text) < LETTERS_KEPT:
            self._text += text

    def end(self, tag: str) -> None:
        if tag == "table":
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
        down = self._count(attributes, "number-rows-spanned")
        across = self._count(attributes, "number-columns-spanned")
        if down > 1 or across > 1:
            details.merged.append(Area(row, column, row + down - 1, column + across - 1))
        self._column += self._cell_count

    def _count(self, attributes: dict[str, str], key: str) -> int:
        text = attributes.get(key, "1")
        if not (text.isdecimal() and len(text) <= _COUNT_DIGITS):
            raise UnreadableFile(f"{self._name} is damaged: it states {key} as {text!r}.")
        return max(1, int(text))

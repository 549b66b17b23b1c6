"""What an .xlsx workbook says beyond the values of its cells.

The reader of values gives an empty cell for a formula without a stored result and for an error,
and does not tell what is hidden. A scan of each sheet's text finds whether there is any such thing;
only then is the sheet walked through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pledgebook.importers.reading.cells import Area, ErrorValue, MissingResult, column_number
from pledgebook.importers.reading.packages import MAX_CELLS, check_area, parse_xml

# Of cells that hold anything: rows from 10,000 on, and columns from AA on.
_FAR_ROW = re.compile(rb"""\sr\s*=\s*["'][A-Z]{1,3}(\d{5,})["'][^>]*(?<!/)>""")
_ROW = re.compile(rb"""\sr\s*=\s*["'][A-Z]{0,3}(\d{1,4})["']""")
_FAR_COLUMN = re.compile(rb"""\sr\s*=\s*["']([A-Z]{2,3})\d+["'][^>]*(?<!/)>""")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")
_HIDDEN = (b'hidden="1"', b'hidden="true"', b"hidden='1'", b"hidden='true'")
_NOTABLE = (b"<f", b":f>", b":f ", b't="e"', b"t='e'", *_HIDDEN)
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_FROM_1904 = re.compile(rb"""date1904\s*=\s*["'](?:1|true)""")
_BASE_ROWS = 10_000
_BASE_COLUMNS = 26


MOST_COLUMNS = 16_384
LETTERS_KEPT = 9_000
"""Letters of a cell that are kept to tell what it shows; a formula may have 8,192."""


@dataclass(slots=True, kw_only=True)
class SheetDetails:
    """What the values of a sheet do not show; positions are (row, column), counted from 1."""

    special: dict[tuple[int, int], ErrorValue | MissingResult] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Area] = field(default_factory=list)
    from_1904: bool = False


def inspect_openxml(name: str, package: Mapping[str, bytes]) -> dict[str, SheetDetails]:
    """Check every sheet's bounds and give, by sheet name, what its values do not show."""
    for part, content in package.items():
        if part.endswith(".xml") and _DOCTYPE.search(content, 0, 4096):
            parse_xml(name, content, lambda _tag, _attributes: None)
    from_1904 = bool(_FROM_1904.search(package["xl/workbook.xml"]))
    details: dict[str, SheetDetails] = {}
    for sheet, part in _sheet_parts(name, package).items():
        content = package.get(part, b"")
        _check_bounds(name, sheet, content)
        walk = _SheetWalk()
        if any(sign in content for sign in _NOTABLE):
            parse_xml(name, content, walk.start, walk.end, walk.text)
        walk.details.from_1904 = from_1904
        details[sheet] = walk.details
    return details


def _sheet_parts(name: str, package: Mapping[str, bytes]) -> dict[str, str]:
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            target = PurePosixPath("/xl") / attributes.get("Target", "")
            targets[attributes.get("Id", "")] = str(target).removeprefix("/")

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            sheets[attributes.get("name", "")] = targets.get(attributes.get("id", ""), "")

    if relations := package.get("xl/_rels/workbook.xml.rels"):
        parse_xml(name, relations, relation)
    parse_xml(name, package["xl/workbook.xml"], sheet)
    return sheets


def _check_bounds(name: str, sheet: str, content: bytes) -> None:
    letters = {found.decode("ascii") for found in _FAR_COLUMN.findall(content)}
    columns = max((column_number(far) or 0 for far in letters), default=_BASE_COLUMNS)
    rows = max((int(row) for row in set(_FAR_ROW.findall(content))), default=_BASE_ROWS)
    if rows == _BASE_ROWS and rows * columns > MAX_CELLS:
        # A wide sheet of few rows: how many they are is looked for only here, since it takes time.
        stated = (int(row) for row in set(_ROW.findall(content)))
        rows = max(max(stated, default=0), content.count(b"<row"), content.count(b":row"))
    check_area(name, sheet, rows, columns)


class _SheetWalk:
    """Collects formulas without results, errors and hidden rows and columns of one sheet."""

    def __init__(self) -> None:
        self.details = SheetDetails()
        self._row = 0
        self._column = 0
        self._type = ""
        self._part = ""
        self._formula: str | None = None
        self._value = ""
        self._columns = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._part = tag
        if tag == "c":
            self._open_cell(attributes)
        elif tag == "f":
            self._formula = ""
        elif tag == "row":
            self._row = _whole(attributes.get("r")) or self._row + 1
            self._column = 0
            if attributes.get("hidden") in {"1", "true"}:
                self.details.hidden_rows.add(self._row)
        elif tag == "col" and attributes.get("hidden") in {"1", "true"}:
            first, last = _whole(attributes.get("min")), _whole(attributes.get("max"))
            # They come in order; what a file says again and again is not gone through again.
            first, last = max(first, self._columns + 1), min(last, MOST_COLUMNS)
            self.details.hidden_columns.update(range(first, last + 1))
            self._columns = max(self._columns, last)

    def _open_cell(self, attributes: dict[str, str]) -> None:
        match = _REFERENCE.fullmatch(attributes.get("r", ""))
        if match:
            self._row = int(match[2])
            self._column = column_number(match[1]) or 0
        else:
            self._column += 1
        self._type = attributes.get("t", "n")
        self._formula = None
        self._value = ""

    def text(self, text: str) -> None:
        if self._part == "f" and self._formula is not None:
            if len(self._formula) < LETTERS_KEPT:
                self._formula += text
        elif self._part in {"v", "t"} and len(self._value) < LETTERS_KEPT:
            self._value += text

    def end(self, tag: str) -> None:
        self._part = ""
        if tag != "c":
            return
        place = self._row, self._column
        if self._type == "e":
            self.details.special[place] = ErrorValue(self._value or "#VALUE!")
        # A formula whose result is an empty text is stored as a text of no letters.
        elif self._formula is not None and not self._value and self._type != "str":
            self.details.special[place] = MissingResult(self._formula)


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0

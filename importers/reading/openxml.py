"""What an .xlsx workbook says beyond the values of its cells.

The reader of values gives an empty cell for a formula without a stored result and for an error,
and does not tell what is hidden. A scan of each sheet's text finds whether there is any such thing;
only then is the sheet walked through.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pledgebook.importers.reading.cells import (
    Area,
    ErrorValue,
    Look,
    MissingResult,
    Place,
    column_number,
)
from pledgebook.importers.reading.formats import (
    built_in,
    built_in_decimals,
    decimals_of,
    look_of,
)
from pledgebook.importers.reading.packages import MAX_CELLS, check_area, parse_xml
from pledgebook.importers.reading.parts import USUAL, relations_of

# Of cells that hold anything: rows from 10,000 on, and columns from AA on.
_FAR_ROW = re.compile(rb"""\sr\s*=\s*["'][A-Z]{1,3}(\d{5,})["'][^>]*(?<!/)>""")
_ROW = re.compile(rb"""\sr\s*=\s*["'][A-Z]{0,3}(\d{1,4})["']""")
_FAR_COLUMN = re.compile(rb"""\sr\s*=\s*["']([A-Z]{2,3})\d+["'][^>]*(?<!/)>""")
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")
_HIDDEN = (b'hidden="1"', b'hidden="true"', b"hidden='1'", b"hidden='true'")
_LONG_FIGURE = re.compile(rb"v>-?\d*\.\d{3}|v>[-\d.]+[eE]")
"""A figure of more than two decimals: how many of them are shown is looked for."""
_NOTABLE = (b"<f", b":f>", b":f ", b't="e"', b"t='e'", b"strike", *_HIDDEN)
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

    special: dict[Place, ErrorValue | MissingResult] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    merged: list[Area] = field(default_factory=list)
    from_1904: bool = False
    looks: dict[Place, Look] = field(default_factory=dict)
    struck: set[Place] = field(default_factory=set)
    comments: dict[Place, str] = field(default_factory=dict)
    decimals: dict[Place, int] = field(default_factory=dict)


def inspect_openxml(name: str, package: Mapping[str, bytes]) -> dict[str, SheetDetails]:
    """Check every sheet's bounds and give, by sheet name, what its values do not show."""
    for part, content in package.items():
        if part.endswith(".xml") and _DOCTYPE.search(content, 0, 4096):
            parse_xml(name, content, lambda _tag, _attributes: None)
    from_1904 = bool(_FROM_1904.search(package[USUAL]))
    styles = _read_styles(name, package.get("xl/styles.xml", b""))
    texts = _struck_texts(name, package.get("xl/sharedStrings.xml", b""))
    details: dict[str, SheetDetails] = {}
    for sheet, part in _sheet_parts(name, package).items():
        content = package.get(part, b"")
        _check_bounds(name, sheet, content)
        walk = _SheetWalk(styles, texts)
        notable = any(sign in content for sign in _NOTABLE)
        if (
            notable
            or texts
            or (styles.used and styles.used.search(content))
            or (styles.decimals and _LONG_FIGURE.search(content))
        ):
            parse_xml(name, content, walk.start, walk.end, walk.text)
        walk.details.from_1904 = from_1904
        walk.details.comments = _comments(name, package, part)
        details[sheet] = walk.details
    return details


class _Styles(NamedTuple):
    """The styles of cells that say something, by their number; `used` finds those in a sheet that
    show more than a figure.
    """

    looks: Mapping[str, Look]
    struck: frozenset[str]
    decimals: Mapping[str, int]
    used: re.Pattern[bytes] | None


def _read_styles(name: str, content: bytes) -> _Styles:
    """Read which styles show something beside a figure, or strike it through."""
    codes: dict[int, str] = {}
    fonts: list[bool] = []
    looks: dict[str, Look] = {}
    struck: set[str] = set()
    decimals: dict[str, int] = {}
    inside = [""]
    count = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        if tag == "numFmt" and inside[-1] == "numFmts":
            codes[_whole(attributes.get("numFmtId"))] = attributes.get("formatCode", "")
        elif tag == "font" and inside[-1] == "fonts":
            fonts.append(False)
        elif tag == "strike" and inside[-2:] == ["fonts", "font"]:
            fonts[-1] = _is_on(attributes)
        elif tag == "xf" and inside[-1] == "cellXfs":
            format_, font = _whole(attributes.get("numFmtId")), _whole(attributes.get("fontId"))
            if look := look_of(codes.get(format_) or built_in(format_)):
                looks[str(count)] = look
            code = codes.get(format_)
            places = decimals_of(code) if code else built_in_decimals(format_)
            if places is not None:
                decimals[str(count)] = places
            if font < len(fonts) and fonts[font]:
                struck.add(str(count))
            count += 1
        inside.append(tag)

    if content:
        parse_xml(name, content, start, lambda _: inside.pop())
    numbers = b"|".join(number.encode() for number in sorted({*looks, *struck}))
    used = re.compile(rb"\ss\s*=\s*[\"'](?:%s)[\"']" % numbers) if numbers else None
    return _Styles(looks=looks, struck=frozenset(struck), decimals=decimals, used=used)


def _is_on(attributes: Mapping[str, str]) -> bool:
    return attributes.get("val", "1") not in {"0", "false"}


def _struck_texts(name: str, content: bytes) -> frozenset[str]:
    """Return the numbers of the shared texts of which some part is struck through."""
    if b"strike" not in content:
        return frozenset()
    found: set[str] = set()
    count = -1

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += tag == "si"
        if tag == "strike" and _is_on(attributes):
            found.add(str(count))

    parse_xml(name, content, start)
    return frozenset(found)


def _comments(name: str, package: Mapping[str, bytes], sheet: str) -> dict[Place, str]:
    """Read the notes and comments to the cells of a sheet; of a comment with answers all of it."""
    notes: dict[Place, str] = {}
    threads: dict[Place, str] = {}
    for _, kind, part in relations_of(name, package, sheet):
        if kind.endswith("/comments"):
            _collect(name, package.get(part, b""), "comment", notes)
        elif kind.endswith("/threadedComment"):
            _collect(name, package.get(part, b""), "threadedComment", threads)
    # Programs that know no comments with answers find a note that says so beside them.
    return {**notes, **threads}


def _collect(name: str, content: bytes, wanted: str, found: dict[Place, str]) -> None:
    place: Place | None = None
    inside = ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal place, inside
        inside = tag
        if tag == wanted:
            match = _REFERENCE.fullmatch(attributes.get("ref", ""))
            place = (int(match[2]), column_number(match[1]) or 0) if match else None
            if place in found:
                found[place] += " "

    def end(_: str) -> None:
        nonlocal inside
        inside = ""

    def text(said: str) -> None:
        if place is not None and inside in {"t", "text"}:
            found[place] = (found.get(place, "") + said)[:LETTERS_KEPT]

    if content:
        parse_xml(name, content, start, end, text)


def _sheet_parts(name: str, package: Mapping[str, bytes]) -> dict[str, str]:
    targets = {each.id: each.part for each in relations_of(name, package, USUAL)}
    sheets: dict[str, str] = {}

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            sheets[attributes.get("name", "")] = targets.get(attributes.get("id", ""), "")

    parse_xml(name, package[USUAL], sheet)
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
    """Collects formulas without results, errors, what is hidden and how cells look of a sheet."""

    def __init__(self, styles: _Styles, struck_texts: frozenset[str]) -> None:
        self.details = SheetDetails()
        self._styles, self._struck_texts = styles, struck_texts
        self._style = ""
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
        elif tag == "strike" and self._row and _is_on(attributes):
            self.details.struck.add((self._row, self._column))
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
        self._style = attributes.get("s", "")
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
        if self._value:
            if self._style in self._styles.looks and self._type == "n":
                self.details.looks[place] = self._styles.looks[self._style]
            places = self._styles.decimals.get(self._style)
            if places is not None and self._type == "n" and has_more(self._value, places):
                self.details.decimals[place] = places
            listed = self._type == "s" and self._value in self._struck_texts
            if listed or self._style in self._styles.struck:
                self.details.struck.add(place)
        if self._type == "e":
            self.details.special[place] = ErrorValue(self._value or "#VALUE!")
        # A formula whose result is an empty text is stored as a text of no letters.
        elif self._formula is not None and not self._value and self._type != "str":
            self.details.special[place] = MissingResult(self._formula)


def has_more(figure: str, decimals: int) -> bool:
    """Whether a figure, as a file stores it, has more decimals than these."""
    return len(figure.partition(".")[2]) > decimals or "e" in figure.lower()


def _whole(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0

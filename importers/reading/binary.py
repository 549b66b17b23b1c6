"""What an .xls says beyond the values of its cells: how they look, and what is written to them.

Such a file is a compound document (MS-CFB), a small file system in which one stream holds the
workbook as records (MS-XLS, BIFF8). What cannot be followed is passed over: values are read by
another reader, which refuses what is damaged.
"""

from __future__ import annotations

import struct
from array import array
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

from pledgebook.importers.reading.cells import Look, Place
from pledgebook.importers.reading.formats import (
    built_in,
    built_in_decimals,
    decimals_of,
    look_of,
)
from pledgebook.importers.reading.openxml import LETTERS_KEPT, SheetDetails, has_more

_FREE = 0xFFFFFFFA
"""Numbers of sectors from here on are no sectors."""
_HEADER = struct.Struct("<30xHH10xI I4xI I I I I")
_ENTRY = 128
_LONGEST = 64
"""Bytes of a name in the directory."""
_SHIFTS = {(9, 6), (12, 6)}
"""Sizes of sectors, large and small, as powers of two."""
_SHORT = struct.Struct("<H")
_CELL = struct.Struct("<HHH")
_EOF, _CONTINUE, _SHEET, _FONT, _FORMAT, _XF = 0x0A, 0x3C, 0x85, 0x31, 0x41E, 0xE0
_MANY, _NOTE, _OBJECT, _TEXT = 0xBD, 0x1C, 0x5D, 0x1B6
_SHARED, _OF_SHARED = 0xFC, 0xFD
_NUMBERS = frozenset({0x203, 0x27E, 0x06})
_DOUBLES = frozenset({0x203, 0x06})
_DOUBLE = struct.Struct("<d")
_USUAL_DECIMALS = 2
_TEXTS = frozenset({0xFD, 0x204, 0xD6, 0x205})
_BIFF8 = 0x600
_STRUCK = 0x08
_NO_FONT = 4
"""The number that no font has: those behind it are counted on."""


def inspect_binary(data: bytes) -> dict[str, SheetDetails]:
    """Return, by sheet name, what the values of the cells of an .xls do not show."""
    try:
        stream = _workbook_stream(data)
        return _Workbook(stream=stream).sheets() if stream else {}
    except (struct.error, IndexError):
        return {}


def _workbook_stream(data: bytes) -> bytes:
    """Return the stream that holds the workbook; nothing if it is not there."""
    shift, small_shift, _, first, cutoff, small_table, _, more, _ = _HEADER.unpack_from(data)
    if (shift, small_shift) not in _SHIFTS:
        return b""
    size = 1 << shift

    def sector(number: int) -> bytes:
        start = (number + 1) * size
        return data[start : start + size]

    listed = list(struct.unpack_from("<109I", data, 76))
    seen: set[int] = set()
    while more < _FREE and more not in seen:
        seen.add(more)
        *numbers, following = struct.unpack(f"<{size // 4}I", sector(more))
        listed += numbers
        more = following
    table = array("I")
    for number in dict.fromkeys(listed):
        content = sector(number)
        table.frombytes(content[: len(content) // 4 * 4])
    directory = b"".join(map(sector, _chain(table, first)))
    entries = {
        directory[at : at + min(_LONGEST, _SHORT.unpack_from(directory, at + 64)[0]) - 2].decode(
            "utf-16-le", "replace"
        ): struct.unpack_from("<II", directory, at + 116)
        for at in range(0, len(directory), _ENTRY)
    }
    if "Workbook" not in entries:
        return b""
    start, length = entries["Workbook"]
    if length >= cutoff:
        return b"".join(map(sector, _chain(table, start)))[:length]
    within = b"".join(map(sector, _chain(table, entries["Root Entry"][0])))
    content = b"".join(map(sector, _chain(table, small_table)))
    small = array("I", content[: len(content) // 4 * 4])
    step = 1 << small_shift
    pieces = (within[n * step : (n + 1) * step] for n in _chain(small, start))
    return b"".join(pieces)[:length]


def _chain(table: Sequence[int], first: int) -> Iterator[int]:
    seen: set[int] = set()
    while first < len(table) and first not in seen:
        seen.add(first)
        yield first
        first = table[first]


def _records(stream: bytes, start: int, end: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records from a place on, to the end of the sheet or of what stands before all."""
    while start + 4 <= end:
        kind, length = struct.unpack_from("<HH", stream, start)
        yield kind, stream[start + 4 : start + 4 + length]
        if kind == _EOF:
            return
        start += 4 + length


def _text(data: bytes, at: int, letters: int) -> str:
    """Read a text of so many letters, of one byte or two as the byte before them says."""
    if data[at] & 1:
        return data[at + 1 : at + 1 + 2 * letters].decode("utf-16-le", "replace")
    return data[at + 1 : at + 1 + letters].decode("latin-1")


def _struck_texts(records: Sequence[bytes], struck_fonts: Collection[int]) -> Iterator[int]:
    """Yield the numbers of the shared texts of which a run is in a font that strikes it through. A
    text may go on in the next record, which then begins by saying how wide its letters are.
    """
    pieces = iter(records)
    data, at = next(pieces), 8
    for number in range(struct.unpack_from("<I", data, 4)[0]):
        if at >= len(data):
            data, at = next(pieces, b""), 0
        if not data:
            return
        letters, options = struct.unpack_from("<HB", data, at)
        at += 3
        runs = rest = 0
        if options & 0x08:
            runs, at = _SHORT.unpack_from(data, at)[0], at + 2
        if options & 0x04:
            rest, at = struct.unpack_from("<I", data, at)[0], at + 4
        left = letters
        while left:
            width = 2 if options & 1 else 1
            taken = min(left, (len(data) - at) // width)
            left, at = left - taken, at + taken * width
            if left:
                data, at = next(pieces, b""), 1
                if not data:
                    return
                options = data[0]
        formatting = bytearray()
        wanted = 4 * runs + rest
        while len(formatting) < wanted:
            piece = data[at : at + wanted - len(formatting)]
            formatting += piece
            at += len(piece)
            if len(formatting) < wanted:
                data, at = next(pieces, b""), 0
                if not data:
                    return
        fonts = struct.iter_unpack("<HH", formatting[: 4 * runs])
        if any(start < letters and font in struck_fonts for start, font in fonts):
            yield number


@dataclass(slots=True, kw_only=True)
class _Workbook:
    stream: bytes
    places: dict[str, int] = field(default_factory=dict)
    looks: dict[int, Look] = field(default_factory=dict)
    decimals: dict[int, int] = field(default_factory=dict)
    struck: set[int] = field(default_factory=set)
    struck_texts: set[int] = field(default_factory=set)
    """The numbers of the shared texts of which some part is struck through."""

    def sheets(self) -> dict[str, SheetDetails]:
        if _SHORT.unpack_from(self.stream, 4)[0] != _BIFF8:
            return {}
        self._read_styles()
        # A sheet ends where the next one begins, whatever a file says: nothing is read twice.
        starts = sorted({*self.places.values(), len(self.stream)})
        ends = dict(pairwise(starts))
        return {name: self._sheet(start, ends.get(start, 0)) for name, start in self.places.items()}

    def _read_styles(self) -> None:
        fonts: list[bool] = []
        formats: dict[int, str] = {}
        styles: list[tuple[int, int]] = []
        shared: list[bytes] = []
        sharing = False
        for kind, data in _records(self.stream, 0, len(self.stream)):
            if kind == _FONT:
                fonts.append(bool(_SHORT.unpack_from(data, 2)[0] & _STRUCK))
            elif kind == _FORMAT:
                number, letters = struct.unpack_from("<HH", data)
                formats[number] = _text(data, 4, letters)
            elif kind == _XF:
                styles.append(struct.unpack_from("<HH", data))
            elif kind == _SHEET:
                self.places[_text(data, 7, data[6])] = struct.unpack_from("<I", data)[0]
            sharing = kind == _SHARED or (sharing and kind == _CONTINUE)
            if sharing:
                shared.append(data)
        struck_fonts = {n + (n >= _NO_FONT) for n, is_struck in enumerate(fonts) if is_struck}
        for position, (font, number) in enumerate(styles):
            if look := look_of(formats.get(number) or built_in(number)):
                self.looks[position] = look
            code = formats.get(number)
            places = decimals_of(code) if code else built_in_decimals(number)
            if places is not None:
                self.decimals[position] = places
            if font in struck_fonts:
                self.struck.add(position)
        if shared and struck_fonts:
            with suppress(struct.error):
                self.struck_texts.update(_struck_texts(shared, struck_fonts))

    def _sheet(self, start: int, end: int) -> SheetDetails:
        details = SheetDetails()
        notes: dict[Place, int] = {}
        texts: dict[int, str] = {}
        of_object = letters = 0
        for kind, data in _records(self.stream, start, end):
            if kind in _NUMBERS or kind in _TEXTS:
                row, column, style = _CELL.unpack_from(data)
                self._look(details, (row + 1, column + 1), style, number=kind in _NUMBERS)
                if kind in _DOUBLES and style in self.decimals:
                    (figure,) = _DOUBLE.unpack_from(data, 6)
                    if has_more(repr(figure), max(self.decimals[style], _USUAL_DECIMALS)):
                        details.decimals[row + 1, column + 1] = self.decimals[style]
                if kind == _OF_SHARED and struct.unpack_from("<I", data, 6)[0] in self.struck_texts:
                    details.struck.add((row + 1, column + 1))
            elif kind == _MANY:
                row, column = struct.unpack_from("<HH", data)
                for position in range((len(data) - 6) // 6):
                    style = _SHORT.unpack_from(data, 4 + 6 * position)[0]
                    self._look(details, (row + 1, column + 1 + position), style, number=True)
            elif kind == _OBJECT:
                of_object = _SHORT.unpack_from(data, 6)[0]
            elif kind == _TEXT:
                letters = _SHORT.unpack_from(data, 10)[0]
            elif kind == _CONTINUE and letters:
                texts[of_object] = _text(data, 0, letters)[:LETTERS_KEPT]
                letters = 0
            elif kind == _NOTE:
                row, column, _, of = struct.unpack_from("<HHHH", data)
                notes[row + 1, column + 1] = of
        details.comments = {place: texts[of] for place, of in notes.items() if of in texts}
        return details

    def _look(self, details: SheetDetails, place: Place, style: int, *, number: bool) -> None:
        if number and style in self.looks:
            details.looks[place] = self.looks[style]
        if style in self.struck:
            details.struck.add(place)

"""Delimited text: which encoding, which separator, which rows.

Nothing is dropped: a byte that no encoding explains is kept as the letter of Latin-1, and how the
file was read is said in its notes.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterable
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pledgebook.importers.reading.cells import Sheet, UnreadableFile
from pledgebook.importers.reading.packages import check_area

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE_BYTES = 256 * 1024
_SAMPLE_ROWS = 200
_SURE = 0.5
_FEW = 8
"""Control characters that a list may hold, pasted from elsewhere, and still be text."""
_ZEROS = 40
"""Of so many bytes of UTF-16 one is zero, also in Chinese: its separators and digits are."""
# Windows writes these where the detector may name their subsets or relatives.
_WIDER = {
    "iso-8859-1": "cp1252",
    "ascii": "cp1252",
    "windows-1252": "cp1252",
    "windows-1251": "cp1251",
    "windows-1256": "cp1256",
    "gb2312": "gb18030",
}


class _Separated(NamedTuple):
    separator: str
    columns: int
    share: float


def read_delimited(path: Path, data: bytes) -> tuple[Sheet, tuple[str, ...]]:
    """Read text as one sheet named after the file, with notes on how it was read.

    Raises UnreadableFile if it is no table of at least two columns.
    """
    name = path.name
    text, encoding = decode(name, data)
    _refuse_markup(name, text)
    separator = text[4:5] if text[:4].casefold() == "sep=" else ""
    found = _find_separator(text, separator if separator in _SEPARATORS else "")
    if found is None and len(text.splitlines()) == 1 and any(mark in text for mark in _SEPARATORS):
        raise UnreadableFile(
            f"{name} holds a single line, headings at most, and no row below it; ask for the rows."
        )
    if found is None:
        raise UnreadableFile(
            f"{name} is text but no table: no comma, semicolon, tab or bar divides its lines into "
            "columns; save the spreadsheet itself, or its sheet as CSV."
        )
    try:
        rows = tuple(
            tuple(cell if cell and not cell.isspace() else None for cell in cells)
            for cells in _records(text, found.separator)
        )
    except csv.Error as error:
        raise UnreadableFile(
            f"{name} is no readable table of text: {error}; open it in a spreadsheet program and "
            "save it again."
        ) from error
    check_area(name, path.stem, len(rows), max(map(len, rows)))
    notes = (f"read as {encoding} text, columns divided by {_SEPARATORS[found.separator]}",)
    return Sheet(name=path.stem, rows=rows, delimited=True), notes


def decode(name: str, data: bytes) -> tuple[str, str]:
    """Turn bytes into text and say in which encoding.

    A byte-order mark decides; then UTF-8 if every byte agrees, UTF-16 if its zero bytes show, and
    only then the likeliest of the old code pages. Raises UnreadableFile for what is not text.
    """
    for mark, codec, title in _MARKS:
        if data.startswith(mark):
            return _strict(name, data, codec, title), title
    even, odd = data[0:_SAMPLE_BYTES:2].count(0), data[1:_SAMPLE_BYTES:2].count(0)
    if max(even, odd) > len(data[:_SAMPLE_BYTES]) // _ZEROS:
        codec = "utf-16-le" if odd > even else "utf-16-be"
        title = "UTF-16 without a byte-order mark"
        return _strict(name, data, codec, title), title
    try:
        return _checked(name, data.decode("utf-8")), "UTF-8"
    except UnicodeDecodeError:
        pass
    for codec, sure in _guesses(data):
        try:
            text = data.decode(codec)
        except (UnicodeDecodeError, LookupError):
            continue
        return _checked(name, text), f"{codec} ({'' if sure else 'un'}certain)"
    return _checked(name, data.decode("latin-1")), "Latin-1 (uncertain)"


def _guesses(data: bytes) -> Iterable[tuple[str, bool]]:
    import chardet  # noqa: PLC0415 - no command's help needs it

    guess = chardet.detect(data[:_SAMPLE_BYTES])
    named = (guess["encoding"] or "").lower()
    if named and guess["confidence"] >= _SURE:
        yield _WIDER.get(named, named), True
    elif named:
        yield _WIDER.get(named, named), False
    yield "cp1252", False


def _strict(name: str, data: bytes, codec: str, title: str) -> str:
    try:
        return _checked(name, data.decode(codec))
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{name} is no text in {title} and no known kind of workbook; it is damaged or not a "
            "spreadsheet."
        ) from error


def _checked(name: str, text: str) -> str:
    odd = sum(text.count(chr(code)) for code in range(1, 32) if code not in {9, 10, 11, 12, 13})
    if "\0" in text or odd > max(_FEW, len(text) // 1000):
        raise UnreadableFile(
            f"{name} is neither text nor a known kind of workbook; it is damaged or not a "
            "spreadsheet."
        )
    return text


def _refuse_markup(name: str, text: str) -> None:
    start = text[:200].lstrip().casefold()
    if start.startswith(("<!doctype html", "<html", "<table", "<?xml", "<workbook")):
        raise UnreadableFile(
            f"{name} is a web page or XML text, not a workbook, whatever its ending; open it in a "
            "spreadsheet program and save it as .xlsx."
        )
    if start.startswith(('{"', "[{", "{\n")):
        raise UnreadableFile(f"{name} is JSON text, not a table; export it as CSV.")


def _records(text: str, separator: str) -> Iterable[list[str]]:
    return csv.reader(StringIO(text, newline=""), delimiter=separator)


def _find_separator(text: str, stated: str) -> _Separated | None:
    """Take the separator that gives the most rows of one width, then the most columns.

    One row alone is no table: a sentence may hold a comma.
    """
    best: _Separated | None = None
    for separator in [stated] if stated else _SEPARATORS:
        try:
            widths = Counter(
                len(cells) for cells in islice(_records(text, separator), _SAMPLE_ROWS) if cells
            )
        except csv.Error:
            continue
        several = {width: rows for width, rows in widths.items() if width > 1 and rows > 1}
        if not several:
            continue
        width, rows = max(several.items(), key=lambda item: (item[1], item[0]))
        candidate = _Separated(separator, width, rows / widths.total())
        if best is None or (candidate.share, width) > (best.share, best.columns):
            best = candidate
    return best

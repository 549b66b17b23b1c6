"""Unpack a zipped workbook within bounds.

The sizes that an archive states about itself are not believed: each part is unpacked piece by
piece until the budget for the whole file is spent.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable
from copy import copy
from xml.parsers import expat

from pledgebook.importers.reading.cells import UnreadableFile

MAX_UNPACKED_BYTES = 400 * 1024 * 1024
MAX_PARTS = 5_000
MAX_CELLS = 6_000_000
"""The largest area, rows times columns, that a sheet may span."""
MAX_ROWS = 300_000
LONGEST_TEXT = 100_000
"""Letters that a cell may hold; spreadsheet programs hold 32,767."""

_PIECE = 1024 * 1024
_KEPT = (".xml", ".rels", "mimetype")


def open_package(name: str, archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Unpack every part of a workbook and keep those in XML; refuse what would not fit."""
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise UnreadableFile(f"{name} holds {len(parts)} parts; no ordinary workbook does.")
    budget = MAX_UNPACKED_BYTES
    kept: dict[str, bytes] = {}
    for part in parts:
        if part.flag_bits & 1:
            raise UnreadableFile(
                f"{name} is protected by a password; save a copy without one and import the copy."
            )
        pieces: list[bytes] = []
        # The stated size only limits what zipfile hands out: asked for more than the budget, it
        # gives what is really there, and the count below ends it.
        honest = copy(part)
        honest.file_size = budget + 2 * _PIECE
        try:
            with archive.open(honest) as stream:
                while piece := stream.read(_PIECE):
                    budget -= len(piece)
                    if budget < 0:
                        raise UnreadableFile(
                            f"{name} would unpack to more than {MAX_UNPACKED_BYTES // 1024**2} MB; "
                            "it is not read. Save the one sheet as its own file."
                        )
                    if part.filename.endswith(_KEPT):
                        pieces.append(piece)
        except zlib.error as error:
            raise zipfile.BadZipFile(str(error)) from error
        kept[part.filename] = b"".join(pieces)
    return kept


def parse_xml(
    name: str,
    content: bytes,
    start: Callable[[str, dict[str, str]], object],
    end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:
    """Walk through XML; names come without their prefix. Document types, hence entities: refused.

    Raises UnreadableFile if the XML is damaged or declares a document type.
    """
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise UnreadableFile(
            f"{name} declares its own XML entities, which no spreadsheet program writes; "
            "it is not read. Open it in a spreadsheet program and save it again."
        )

    def started(tag: str, attributes: dict[str, str]) -> None:
        start(tag.rpartition(":")[2], {k.rpartition(":")[2]: v for k, v in attributes.items()})

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = started
    if end is not None:
        parser.EndElementHandler = lambda tag: end(tag.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(
            f"{name} is damaged: {error}; open it in a spreadsheet program and save it again."
        ) from error


def check_area(name: str, sheet: str, rows: int, columns: int) -> None:
    """Refuse a sheet whose cells span more than fits in memory, or in anybody's patience."""
    if rows * columns > MAX_CELLS or rows > MAX_ROWS:
        raise UnreadableFile(
            f"{name}: the cells of sheet {sheet!r} span {rows} rows and {columns} columns, "
            f"more than {MAX_CELLS} cells or {MAX_ROWS} rows; delete what stands far outside the "
            "table."
        )

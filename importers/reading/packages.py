"""Unpack a zipped workbook within bounds.

The sizes that an archive states about itself are not believed: each part is unpacked piece by
piece until the budget for the whole file is spent.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from copy import copy
from io import BytesIO
from xml.parsers import expat

from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.damaged import damage_as

MAX_UNPACKED_BYTES = 400 * 1024 * 1024
MAX_PARTS = 5_000
MAX_CELLS = 6_000_000
"""The largest area, rows times columns, that a sheet may span."""
MAX_ROWS = 300_000
MAX_COLUMNS = 4_000
"""More columns than anybody gives a table; each one's heading is looked up in several ways."""
LONGEST_TEXT = 100_000
"""Letters that a cell may hold; spreadsheet programs hold 32,767."""

_PIECE = 1024 * 1024
_KEPT = (".xml", ".rels", "mimetype")


def open_archive(name: str, data: bytes) -> zipfile.ZipFile:
    """Open a zip archive in memory. Raises UnreadableFile if it is damaged."""
    with _damaged(name):
        return zipfile.ZipFile(BytesIO(data))


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
        for piece in _pieces(name, archive, honest):
            budget -= len(piece)
            if budget < 0:
                raise UnreadableFile(
                    f"{name} would unpack to more than {MAX_UNPACKED_BYTES // 1024**2} MB; "
                    "it is not read. Save the one sheet as its own file."
                )
            if part.filename.endswith(_KEPT):
                pieces.append(piece)
        kept[part.filename.replace("\\", "/")] = b"".join(pieces)
    return kept


def _pieces(name: str, archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with _damaged(name):
        stream = archive.open(part)
    with stream:
        while True:
            with _damaged(name):
                piece = stream.read(_PIECE)
            if not piece:
                return
            yield piece


def _damaged(name: str) -> AbstractContextManager[None]:
    return damage_as(
        lambda why: UnreadableFile(
            f"{name} is damaged: its packaging cannot be opened ({why}); open it in a spreadsheet "
            "program, save it again, or ask for it to be sent again."
        )
    )


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
    except Exception as error:
        if error.__traceback__ is not None and error.__traceback__.tb_next is not None:
            raise  # not of the reader of XML, but of what it called: a refusal, or a fault of ours
        raise UnreadableFile(
            f"{name} is damaged: {error}; open it in a spreadsheet program and save it again."
        ) from error


def check_area(name: str, sheet: str, rows: int, columns: int) -> None:
    """Refuse a sheet whose cells span more than fits in memory, or in anybody's patience."""
    if rows * columns > MAX_CELLS or rows > MAX_ROWS or columns > MAX_COLUMNS:
        raise UnreadableFile(
            f"{name}: the cells of sheet {sheet!r} span {rows} rows and {columns} columns, "
            f"more than {MAX_CELLS} cells, {MAX_ROWS} rows or {MAX_COLUMNS} columns; delete what "
            "stands far outside the table."
        )

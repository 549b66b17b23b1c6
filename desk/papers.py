"""Papers that events rest on: kept under the book's documents, by year, day and donor."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from pathlib import Path

from pledgebook.desk.entries import PAPERS
from pledgebook.desk.guarding import RequestRefusedError
from pledgebook.desk.inbox_files import numbered, plain_name
from pledgebook.desk.texts import gettext as _
from pledgebook.ledger.files.committing import Changes
from pledgebook.ledger.register.book import Book

LARGEST = 25_000_000
"""Bytes of a paper: a scanned letter of many pages."""

_MOST_HELD = 4
_HELD: OrderedDict[Path, bytes] = OrderedDict()
"""Papers that were sent and are not recorded yet, by the paths they will have."""

_ZIP, _OLE = (b"PK\x03\x04",), (b"\xd0\xcf\x11\xe0",)
_BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    ".pdf": (b"%PDF",),
    ".png": (b"\x89PNG",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".tif": (b"II*\x00", b"MM\x00*"),
    ".tiff": (b"II*\x00", b"MM\x00*"),
    **dict.fromkeys((".docx", ".xlsx", ".pptx", ".odt", ".ods"), _ZIP),
    **dict.fromkeys((".doc", ".xls", ".msg"), _OLE),
    ".rtf": (b"{\\rtf",),
    ".eml": (b"",),
    ".txt": (b"",),
}
ENDINGS = tuple(_BEGINNINGS)
"""The kinds of papers, by the ends of their names; each begins as files of its kind do."""


def paper_place(book: Book, name: str, day: date, about: str = "") -> Path:
    """Return where a paper of that name is kept: documents/2002/2002-03-01-AUT-letter.pdf, a path
    that is free now. `about` is a donor's code. Raises RequestRefusedError for another kind.
    """
    plain = Path(plain_name(name))
    if not plain.stem or plain.suffix.lower() not in _BEGINNINGS:
        raise RequestRefusedError(
            _(
                "%(name)s is not kept as a paper: its name must end in one of %(endings)s.",
                name=name,
                endings=", ".join(ENDINGS),
            )
        )
    parts = (day.isoformat(), plain_name(about), plain.name.replace(" ", "-"))
    folder = book.folder / PAPERS[0] / str(day.year)
    return numbered(folder / "-".join(part for part in parts if part), _HELD)


def hold_paper(book: Book, content: bytes, name: str, day: date, about: str = "") -> str:
    """Hold a paper until what rests on it is recorded, and return the path within the book under
    which it is kept then. No file is overwritten. Raises RequestRefusedError for what is empty, too
    large, or not of the kind its name says.
    """
    path = paper_place(book, name, day, about)
    if not content:
        raise RequestRefusedError(_("%(name)s is empty.", name=name))
    if len(content) > LARGEST:
        raise RequestRefusedError(
            _(
                "%(name)s has %(size)s bytes; a paper has at most %(limit)s.",
                name=name,
                size=f"{len(content):,}",
                limit=f"{LARGEST:,}",
            )
        )
    if not content.startswith(_BEGINNINGS[path.suffix.lower()]):
        raise RequestRefusedError(
            _("%(name)s does not hold what its name says; nothing was kept.", name=name)
        )
    _HELD[path] = content
    if len(_HELD) > _MOST_HELD:
        _HELD.popitem(last=False)
    return path.relative_to(book.folder).as_posix()


def paper_held(book: Book, document: str) -> Changes:
    """Return the paper that waits to be recorded under a path within the book, for `write_entries`;
    nothing where none does. Raises RequestRefusedError where something else stands there by now.
    """
    path = book.folder / document
    content = _HELD.get(path)
    if content is None:
        return {}
    if path.exists() and path.read_bytes() != content:
        raise RequestRefusedError(
            _("Another paper was kept as %(name)s meanwhile: choose it again.", name=document)
        )
    return {path: content}

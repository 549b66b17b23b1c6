"""The files of the inbox: which there are, and whether they were imported before."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pledgebook.desk.entries import KNOWN_BY, PAPERS, import_receipts
from pledgebook.desk.guarding import RequestRefusedError
from pledgebook.desk.loaded import Desk
from pledgebook.desk.page import PageRefusedError
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import ngettext
from pledgebook.ledger.register.book import Book
from pledgebook.reports.import_receipt import FOLDER

ENDINGS = (
    ".xlsx", ".xlsm", ".xls", ".ods", ".csv", ".tsv", ".txt", ".xml", ".sta", ".mt940", ".940",
    ".swi", ".fin", ".ofx", ".qfx", ".qif",
)  # fmt: skip
"""Names of files that may hold a sheet or a statement; what they hold is looked at besides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFile:
    """A file of the inbox. `imported`: entries of the book come from it; `receipt` is the page that
    tells of its import, within the book, or "", `booked_on` its day; `entries` of the open periods
    came from the file.
    """

    name: str
    size: int
    changed: date
    imported: bool
    receipt: str
    booked_on: str = ""
    entries: int = 0

    @property
    def words(self) -> str:
        """What became of the file so far."""
        if not self.imported:
            return _("not booked yet")
        said = _("booked on %(day)s", day=self.booked_on) if self.booked_on else _("was booked")
        if not self.entries:
            return said
        return f"{said}, {ngettext('%(num)s entry', '%(num)s entries', self.entries)}"


def list_files(desk: Desk, folder: Path) -> list[InboxFile]:
    """Return the files of the inbox by name; what cannot be a sheet or statement is left out."""
    receipts = import_receipts(desk)
    sources = desk.once("sources", lambda: _sources(desk.book))
    paths = [path for path in folder.iterdir() if _may_be_read(path)] if folder.is_dir() else []
    files = []
    for path in sorted(paths, key=lambda path: path.name.casefold()):
        known = path.stat()
        digest = digest_of(desk, path)
        receipt = receipts.get(digest[:KNOWN_BY], "")
        changed = date.fromtimestamp(known.st_mtime)  # noqa: DTZ012 - the day here
        imported = bool(receipt) or digest in sources
        files.append(
            InboxFile(
                name=path.name,
                size=known.st_size,
                changed=changed,
                imported=imported,
                receipt=receipt,
                booked_on=Path(receipt).parent.name[:10] if receipt else "",
                entries=sources[digest],
            )
        )
    return files


def _sources(book: Book) -> Counter[str]:
    """Return how many entries of a book came from each file, by its digest."""
    return Counter(
        str(entry.meta["source-sha256"])
        for entry in book.entries
        if entry.meta and "source-sha256" in entry.meta
    )


def find_file(folder: Path, name: str) -> Path:
    """Return a file of the inbox by its name. Raises PageRefusedError; no name leads elsewhere."""
    path = folder / name
    if path.parent != folder or path.name != name or not _may_be_read(path):
        raise PageRefusedError(_("The inbox holds no file %(name)s.", name=name))
    return path


REMOVED = "removed"
"""The folder of the inbox that holds what was taken out of it."""


def file_as_sent(book: Book, sha256: str) -> Path | None:
    """Return the copy of a file that was kept when it was imported, by its digest, or None."""
    for mark in (book.folder / PAPERS[0] / FOLDER).glob(f"*/{sha256[:KNOWN_BY]}.sha256"):
        digest, _, name = mark.read_text("utf-8").strip().partition("  ")
        for kept in (mark.with_name(name), mark.with_name(f"sent-{name}")):
            if digest == sha256 and kept.parent == mark.parent and kept.is_file():
                return kept
    return None


def stamp_of(path: Path) -> str:
    """Return what changes when a file does, without reading it."""
    known = path.stat()
    return f"{path.name} {known.st_mtime_ns} {known.st_size}"


def digest_of(desk: Desk, path: Path) -> str:
    """Return a file's SHA-256, read once as long as it stays as it is."""

    def read() -> str:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    return desk.once(("digest", stamp_of(path)), read)


def plain_name(name: str) -> str:
    """Return a file's name without its folders and with plain characters alone; "" if none is
    left.
    """
    plain = re.sub(r"[^\w. ()-]+", "-", name.replace("\\", "/").rpartition("/")[2])
    return plain.strip(". -")[-100:]


def free_path(folder: Path, name: str) -> Path:
    """Return where a file of that name can be put: no file is put in another's place, and no name
    leads out of the folder. Raises RequestRefusedError for a name that is none.
    """
    plain = plain_name(name)
    path = folder / plain
    if not path.stem or path.suffix.lower() not in ENDINGS:
        raise RequestRefusedError(
            _(
                "%(name)s is no sheet or bank statement: its name must end in one of %(endings)s.",
                name=name,
                endings=", ".join(ENDINGS),
            )
        )
    return numbered(path)


def numbered(path: Path, taken: Container[Path] = ()) -> Path:
    """Return the path or, where something is, that with the next number: letter-2.pdf."""
    number, free = 1, path
    while free in taken or free.exists():
        number += 1
        free = path.with_name(f"{path.stem}-{number}{path.suffix}")
    return free


def _may_be_read(path: Path) -> bool:
    named = path.suffix.lower() in ENDINGS and not path.name.startswith(".")
    return named and path.is_file() and not path.is_symlink()

"""What a page shows of an entry: what it did, where it stands, and the paper it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from beancount.core.data import Transaction
from pledgebook.desk.loaded import Desk
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.delegations import APPROVED, ENTERED
from pledgebook.ledger.guards.approval import WAITING
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.events import event_of
from pledgebook.ledger.register.postings import read_lines
from pledgebook.reports.import_receipt import FOLDER

_MARK = ".sha256"
KNOWN_BY = 12
"""Digits of a file's digest that an import's receipt is named by (reports/import_receipt.py)."""

PAPERS = ("documents", "inbox")
"""Folders of the book whose files the desk hands out."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file: as it is shown, and as Fava's editor is asked for it."""

    shown: str
    path: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """An entry as a page lists it. `source` is the row or bank entry it came from (file and place),
    `sha256` the digest of that file, `receipt` the page that tells of the import (a path within the
    book, or ""); `paper` what it rests on.
    """

    day: date
    event: str
    payee: str
    narration: str
    waits: bool
    place: Place
    links: tuple[str, ...]
    source: str
    sha256: str
    receipt: str
    paper: str
    paper_path: str
    entered_by: str
    approved_by: str


def view_entry(desk: Desk, entry: Transaction, event: str = "") -> EntryView:
    """Return what a page shows of an entry."""
    book, meta = desk.book, entry.meta
    source = as_text(meta.get("source", ""))
    sha256 = as_text(meta.get("source-sha256", ""))
    paper = as_text(meta.get("document", ""))
    return EntryView(
        day=entry.date,
        event=event or event_of(entry, read_lines(entry, book.settings)),
        payee=entry.payee or "",
        narration=entry.narration or "",
        waits=entry.flag == WAITING,
        place=place_of(book, meta),
        links=tuple(sorted(entry.links or ())),
        source=source,
        sha256=sha256,
        receipt=_receipt_of(desk, source, sha256) if source else "",
        paper=paper,
        paper_path=paper_path(book, paper) if paper else "",
        entered_by=as_text(meta.get(ENTERED, "")),
        approved_by=as_text(meta.get(APPROVED, "")),
    )


def place_of(book: Book, source: Mapping[str, Any]) -> Place:
    """Return the place that an entry's metadata or a finding's source states, its file named from
    the book's folder.
    """
    line = source.get("lineno")
    path, shown = _shown(book.folder, str(source.get("filename", "")))
    number = line if isinstance(line, int) else 0
    return Place(f"{shown}:{number}" if number else shown, path, number)


@lru_cache(maxsize=256)
def _shown(folder: Path, name: str) -> tuple[str, str]:
    """Return a file's path, and its name from a folder: once for all entries of the file."""
    path = Path(name)
    inside = path.is_absolute() and path.is_relative_to(folder)
    return str(path), str(path.relative_to(folder)) if inside else path.name


def paper_path(book: Book, name: str) -> str:
    """Return a paper's path within the book, "" where no such file is in one of its folders for
    papers: `name` is a path within the book or within `documents`.
    """
    for folder in (book.folder, book.folder / PAPERS[0]):
        if (path := find_paper(book, str(folder / name))) is not None:
            return path.relative_to(book.folder.resolve()).as_posix()
    return ""


def find_paper(book: Book, name: str) -> Path | None:
    """Return a file of the folders for papers by its path; None for what is not there or leads
    elsewhere, by dots or by a link.
    """
    try:
        path = (book.folder / name).resolve()
        there = path.is_file()
    except (OSError, ValueError):
        return None
    roots = ((book.folder / folder).resolve() for folder in PAPERS)
    return path if there and any(path.is_relative_to(root) for root in roots) else None


def import_receipts(desk: Desk) -> Mapping[str, str]:
    """Return the pages that tell of imports, as paths within the book, by the first digits
    (`KNOWN_BY`) of the imported file's SHA-256.
    """
    return desk.once("import receipts", lambda: _receipts(desk.book))


def _receipt_of(desk: Desk, source: str, sha256: str) -> str:
    """Return the receipt of the import that made an entry, else the file in the inbox."""
    receipts = import_receipts(desk)
    found = receipts.get(sha256[:KNOWN_BY], "") if sha256 else ""
    return found or paper_path(desk.book, f"inbox/{source.partition('#')[0]}")


def _receipts(book: Book) -> dict[str, str]:
    imports = book.folder / PAPERS[0] / FOLDER
    found = {}
    for mark in sorted(imports.glob(f"*/*{_MARK}")) if imports.is_dir() else ():
        page = mark.parent / "receipt.html"
        if page.is_file():
            found[mark.name.removesuffix(_MARK)] = page.relative_to(book.folder).as_posix()
    return found

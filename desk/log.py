"""Log: who wrote what to the book, what was changed by hand, and a whole write taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pledgebook.desk.choosing import cut_page, whole_number
from pledgebook.desk.loaded import Desk
from pledgebook.desk.page import Page, writing
from pledgebook.desk.rights import ANY
from pledgebook.desk.saving import save
from pledgebook.desk.texts import marked
from pledgebook.ledger.files.log import Log as LogOfWrites
from pledgebook.ledger.files.log import read_log
from pledgebook.ledger.files.undoing import FileUndone, files_undone, try_undo
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.register.book import Book

_DOORS = {"command": marked("command"), "desk": marked("desk"), "library": marked("program")}


@dataclass(frozen=True, slots=True)
class Undoing:
    """What taking a write back does to the files; or why it stays."""

    number: int
    files: Sequence[FileUndone] = ()
    refused: str = ""


class Log(Page):
    """What was written."""

    title = marked("Log")
    role = ANY

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the writes, the latest first, and what undoing the one asked for does."""
        log = read_log(desk.book)
        number = whole_number(asked.get("undo", ""))
        return {
            "log": log,
            "writes": cut_page(log.writes[::-1], asked),
            "undone": {write.undoes: write.number for write in log.writes if write.undoes},
            "doors": _DOORS,
            "undoing": _undoing(desk.book, number, log) if number else None,
            "done": whole_number(asked.get("done", "")),
        }

    @writing("undo", takes=ANY)
    def undo(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Take a whole write back, by its number."""
        number = whole_number(str(form.get("write", "")))

        def write(book: Book) -> Sequence[Path]:
            tried = try_undo(book, number)
            tried.write()
            return [path for path in tried.paths if path.exists()]

        return {"book": save(self.ledger, str(form.get("book")), write).book.sha256}


def _undoing(book: Book, number: int, log: LogOfWrites) -> Undoing:
    try:
        return Undoing(number, files_undone(try_undo(book, number, log)))
    except RefusedError as error:
        return Undoing(number, refused=str(error))

"""Entries of an open period: found by what names them, taken out, and approved where they wait.

Nothing is taken out on which something rests: a later entry of the same instalment or receipt, an
official receipt, a seal.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from beancount.core.data import Transaction, entry_sortkey
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.delegations import APPROVED, ENTERED, folded
from pledgebook.ledger.files.late import moving, told
from pledgebook.ledger.files.writing import (
    Tried,
    refuse_sealed,
    span_of,
    text_without,
    try_texts,
)
from pledgebook.ledger.findings import BookRefusedError, EventRefusedError, WouldBreakError
from pledgebook.ledger.guards.approval import WAITING
from pledgebook.ledger.parsing import quoted
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.events import event_of
from pledgebook.ledger.register.obligations import obligation_of
from pledgebook.ledger.register.postings import read_lines

_PLACE = re.compile(r"(?P<file>.+):(?P<line>[0-9]+)")
_HEAD = re.compile(r"(?P<day>[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}\s+)!")
_CLOSED = " What is in a closed period is corrected by an entry in the open one."
BOUND = {
    "opening": "it carries a closed period forward: re-open that period instead",
    "closing": "it closes its period: re-open that instead",
    "policy-change": "the fund was declared again with it: mend both by hand",
}


def find_entry(book: Book, name: str, day: date | None = None) -> Transaction:
    """Return the one entry that a name means: its place ("2002-2003.beancount:69", any of its
    lines), a label, link, `ref:` or obligation; of several that of `day`. Raises EventRefusedError.
    """
    read = _PLACE.fullmatch(name)
    if read:
        found = _at(book, read["file"], int(read["line"]))
    else:
        plain = name.removeprefix("^")
        found = [
            entry
            for entry in book.entries
            if isinstance(entry, Transaction)
            and plain
            and (
                plain in entry.links
                or plain == as_text(entry.meta.get("ref", ""))
                or any(
                    plain in {line.label, obligation_of(entry, line)}
                    for line in read_lines(entry, book.settings)
                )
            )
        ]
    if day is not None:
        found = [entry for entry in found if entry.date == day]
    if len(found) == 1:
        return found[0]
    on = f" on {day}" if day else ""
    if not found:
        raise EventRefusedError(
            f"No entry of the book is named {name!r}{on}: give its label, link, ref:, obligation: "
            f"or place, FILE:LINE.{_CLOSED if book.settings.seals else ''}"
        )
    listed = "; ".join(told(entry, book) for entry in found)
    raise EventRefusedError(f"{len(found)} entries are named {name!r}{on}: say which ({listed}).")


def text_of(book: Book, entry: Transaction) -> str:
    """Return an entry as it is written."""
    lines = book.text_of(Path(str(entry.meta["filename"]))).split("\n")
    own = span_of(lines, entry)
    return "\n".join(lines[own.start : own.stop]) + "\n"


def take_out(book: Book, entry: Transaction) -> Path:
    """Take an entry of an open period out of its file; return the file.

    Raises EventRefusedError where something rests on it, BookRefusedError where its period is
    sealed or the book would have an error without it.
    """
    tried = try_take_out(book, entry)
    tried.write()
    return tried.paths[0]


def try_take_out(book: Book, entry: Transaction) -> Tried:
    """Try what `take_out` would write. Raises EventRefusedError, BookRefusedError."""
    path = _path(book, entry)
    event = event_of(entry, read_lines(entry, book.settings))
    if event in BOUND:
        raise EventRefusedError(f"{_capital(told(entry, book))} stays: {BOUND[event]}.")
    rests = resting_on(book, entry)
    if rests:
        listed = ", ".join(told(other, book) for other in rests)
        raise EventRefusedError(
            f"{_capital(told(entry, book))} stays: what follows was made of what it left "
            f"({listed}). Take that out first, the last before the others."
        )
    text = text_without(book, path, lambda other: other is entry)
    try:
        return try_texts(book, {path: text})
    except WouldBreakError as refusal:
        message = getattr(refusal.cause, "message", refusal.cause)
        raise BookRefusedError(
            f"{_capital(told(entry, book))} stays: without it the book would have an error. "
            f"{message}"
        ) from None


def approve(book: Book, entry: Transaction, by: str) -> Path:
    """Approve an entry that waits: its flag becomes `*` and `approved-by:` says who; return its
    file.

    Raises EventRefusedError where it does not wait, or where a fund that sets four eyes would have
    one person in both places; BookRefusedError where the book would have an error.
    """
    tried = try_approve(book, entry, by)
    tried.write()
    return tried.paths[0]


def try_approve(book: Book, entry: Transaction, by: str) -> Tried:
    """Try what `approve` would write. Raises EventRefusedError, BookRefusedError."""
    path = _path(book, entry)
    if entry.flag != WAITING:
        raise EventRefusedError(
            f"{_capital(told(entry, book))} does not wait: it is not flagged !."
        )
    who = " ".join(by.split())
    if not who:
        raise EventRefusedError("Say who approves it.")
    entered = " ".join(as_text(entry.meta.get(ENTERED, "")).split())
    funds = {line.place.fund for line in read_lines(entry, book.settings)}
    strict = [fund for fund in sorted(funds) if book.settings.funds[fund].four_eyes]
    if strict and folded(entered) == folded(who):
        raise EventRefusedError(
            f"{entered} entered it, and {strict[0]} asks for four eyes: another person approves."
        )
    lines = book.text_of(path).split("\n")
    own = span_of(lines, entry)
    lines[own.start : own.stop] = approved_text(book, entry, who).split("\n")
    return try_texts(book, {path: "\n".join(lines)})


def approved_text(book: Book, entry: Transaction, by: str) -> str:
    """Return an entry that waits as it is written once it is approved. Raises EventRefusedError."""
    lines = text_of(book, entry).rstrip("\n").split("\n")
    head = _HEAD.match(lines[0])
    if head is None or "\n" in f"{entry.payee or ''}{entry.narration or ''}":
        raise EventRefusedError(
            f"{_capital(told(entry, book))} is written in a way that only a person should change: "
            "write approved-by: and the flag * by hand."
        )
    lines[0] = f"{head['day']}*{lines[0][head.end() :]}"
    said = f"  {APPROVED}: {quoted(' '.join(by.split()))}"
    known = next((n for n, line in enumerate(lines) if line.strip().startswith(f"{APPROVED}:")), 0)
    if known:
        lines[known] = said
    else:
        lines.insert(1, said)
    return "\n".join(lines)


def _at(book: Book, file: str, line: int) -> list[Transaction]:
    """Return the transaction that a line of a file belongs to, in a list; or none."""
    above = [
        entry
        for entry in book.entries
        if isinstance(entry, Transaction)
        and entry.meta.get("lineno", 0) <= line
        and f"/{Path(str(entry.meta['filename'])).as_posix()}".endswith(f"/{file}")
    ]
    if not above:
        return []
    nearest = max(above, key=lambda entry: int(entry.meta["lineno"]))
    lines = book.text_of(Path(str(nearest.meta["filename"]))).split("\n")
    return [nearest] if line - 1 in span_of(lines, nearest) else []


def _path(book: Book, entry: Transaction) -> Path:
    """Return the file of an entry that may be changed. Raises BookRefusedError."""
    if book.errors:
        raise BookRefusedError("The book has errors, so nothing is written to it: see check.")
    refuse_sealed(book, entry.date)
    path = Path(str(entry.meta.get("filename", "")))
    if not path.is_relative_to(book.folder) or path not in book.digests:
        raise BookRefusedError(
            f"{_capital(told(entry, book))} stands in no file of the book's own folder: change it "
            "by hand."
        )
    return path


def resting_on(book: Book, entry: Transaction) -> list[Transaction]:
    """Return the entries after one that move a label of its, in booked order."""
    found: dict[int, Transaction] = {}
    for label in {line.label for line in read_lines(entry, book.settings) if line.label}:
        for other in moving(book, label):
            if entry_sortkey(other) > entry_sortkey(entry):
                found[id(other)] = other
    return sorted(found.values(), key=entry_sortkey)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]

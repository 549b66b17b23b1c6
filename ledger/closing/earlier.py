"""What was proven of earlier periods, and whether it still holds without loading them.

At each closing history.beancount is proven: it has no error, and its reports of the period are
those of the open book. What this says of periods before the last closed one holds for as long as

- their files are byte for byte those it was proven with, which history.beancount lists, and the
  program is of the same version;
- what stands beside the entries is as sealed with the last closed period, but for declarations and
  papers made since that can say nothing of entries of then;
- no label begins in the period that stands in one of those files.

Then a closing loads the history of the period and of the one before it. Where anything of this
does not hold, it loads and proves all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from beancount.core.data import Directive, Transaction
from pledgebook.ledger.closing.records import Record, differences
from pledgebook.ledger.closing.seals import Seal, rates_until, read_seal, standing_of
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.declared.periods import Period
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.parsing import parse_text
from pledgebook.ledger.register.book import Book, digest_of
from pledgebook.ledger.register.history import FOLDER, HISTORY, carried_from
from pledgebook.ledger.sources import source_of

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_QUOTED = re.compile(rb'"([^"\n]*)"')


def say_proven(files: Iterable[tuple[str, bytes]]) -> str:
    """Return the lines of history.beancount that say what it was proven with: the version of the
    program, and the SHA-256 of the files of closed periods, by name and content.
    """
    lines = [f"; Proven by pledgebook {version('pledgebook')} with, by their SHA-256:"]
    lines += [f";   {name} {digest_of(content)}" for name, content in files]
    return "\n".join(lines) + "\n"


def is_proven(book: Book, period: Period, closed: Sequence[Period]) -> bool:
    """Tell whether what was proven of closed periods but the last of them still holds, where the
    open book is about to close the one after them.
    """
    if len(closed) < 2:
        return False
    *older, last = closed
    own = [entry for entry in book.entries if isinstance(entry, Transaction)]
    if {carried_from(entry) for entry in own} - {""} != {last.name}:
        return False
    try:
        seal = read_seal(book.folder / FOLDER / f"{last.name}.json")
        contents = {each.name: _file_of(book, each).read_bytes() for each in closed}
        said = (book.folder / HISTORY).read_text("utf-8")
    except (BookRefusedError, OSError, ValueError):
        return False
    files = ((f"{name}.beancount", content) for name, content in contents.items())
    begun = _labels_begun(entry for entry in own if entry.date in period)
    return (
        set(say_proven(files).splitlines()) <= set(said.splitlines())
        and _stands_as_sealed(book, period, seal, last, older[-1])
        and not any(begun.intersection(_QUOTED.findall(contents[each.name])) for each in older)
    )


def _file_of(book: Book, period: Period) -> Path:
    return book.folder / f"{period.name}.beancount"


def _labels_begun(entries: Iterable[Transaction]) -> set[bytes]:
    """Return the labels that entries name and no opening among them brought."""
    brought: set[str] = set()
    named: set[str] = set()
    for entry in entries:
        labels = {posting.cost.label for posting in entry.postings if posting.cost}
        (brought if carried_from(entry) else named).update(filter(None, labels))
    return {label.encode() for label in named - brought}


def _stands_as_sealed(book: Book, period: Period, seal: Seal, last: Period, older: Period) -> bool:
    """Tell whether what stands beside entries is what was sealed with the last closed period, but
    for what has no bearing on the entries of older ones.
    """
    if seal.before is None:
        return False  # made before papers and options were sealed
    own = _file_of(book, period)
    beside: list[Directive] = []
    for path in book.files:
        if path != own:
            beside += parse_text(source_of(path), str(path))[0]
    standing = rates_until(standing_of(beside, book), last.end)
    for part, sealed in seal.parts().items():
        missing, added = differences(sealed, standing[part])
        if missing or any(_bears(part, each, seal, older) for each in added):
            return False
    return True


def _bears(part: str, record: Record, seal: Seal, older: Period) -> bool:
    """Tell whether what was added since a closing may say something of entries of periods that were
    over by then. What cannot is listed: a new period, purpose or fund, a donor nobody knew, a
    reopening, and papers that name only later days.
    """
    if part == "reopenings":
        return False
    if part == "papers":
        return str(min(_DAY.findall(record.text))) <= older.end.isoformat()
    if part != "declarations":
        return True
    _, _, kind, values, meta = record.content
    if "continues" in meta:
        return True
    if kind in {"period", "purpose"}:
        return False
    known = {
        code
        for _, _, other, (code, *_), _ in (each.content for each in seal.standing.declarations)
        if other == kind
    }
    shipped = Directory.shipped()
    return kind not in {"fund", "donor"} or values[0] in known or values[0] in shipped

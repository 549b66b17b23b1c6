"""What statements say of balances, written into the book: `bank.beancount`; and receipts of the
book that a statement takes back, marked where they stand.

Each statement with a closing balance becomes a `custom "statement"` there, in order of day. It
agrees if the ledger comes to its closing balance once its entries are in; from then on the book is
held to it. One that was recorded before and agrees by now is written anew in its place.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from decimal import Decimal
from itertools import chain, count
from pathlib import Path

from beancount.core.amount import Amount
from pledgebook.importers.statements.judging import JudgedStatement, JudgedStatements
from pledgebook.ledger.declared.banks import BANK_ENTRY, TAKEN_BACK, BankStatement
from pledgebook.ledger.declared.declarations import Stated, write_declaration
from pledgebook.ledger.files.writing import Notes, span_of
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.money import format_amount
from pledgebook.ledger.register.book import Book

FILE = "bank.beancount"

_HEAD = """\
; What banks' statements say, written by: pledgebook import
; A statement that agrees is held against the ledger each time the book is loaded.
"""
_DATED = re.compile(r"(\d{4}-\d{2}-\d{2}) ")


def statement_texts(book: Book, files: Iterable[JudgedStatements]) -> dict[Path, str]:
    """Return the new text of the file of statements, by its path; empty if nothing changes."""
    path = book.folder / FILE
    text = book.text_of(path) or _HEAD
    old = text
    known = {(each.bank, each.number): each for each in book.settings.banks.statements}
    written: set[tuple[str, str]] = set()
    for file in files:
        for judged in file.statements:
            if judged.statement.closing is not None:
                number = number_of(judged, known, written)
                text = _with(text, judged, file, known, number)
                written.add((judged.bank.code, number))
    return {} if text == old else {path: text}


def taken_back_notes(book: Book, files: Iterable[JudgedStatements]) -> Notes:
    """Return the lines that mark the receipts of open periods which wait to be applied and which
    the bank may have taken back: no match of them is certain.
    """
    found = [each for file in files for each in file.taken_back]
    if not found:
        return {}
    waiting = {receipt.label for receipt in waiting_receipts(book)}
    notes: dict[Path, dict[int, str]] = {}
    for entry, day in found:
        labels = {posting.cost.label for posting in entry.postings if posting.cost}
        period = book.settings.periods.of(entry.date)
        closed = period is not None and period.name in book.settings.seals
        path = Path(str(entry.meta["filename"]))
        if closed or TAKEN_BACK in entry.meta or not labels & waiting or path not in book.digests:
            continue
        lines = book.text_of(path).split("\n")
        beside = (n for n in span_of(lines, entry) if lines[n].strip().startswith(f"{BANK_ENTRY}:"))
        if (number := next(beside, None)) is not None:
            notes.setdefault(path, {})[number + 1] = f"  {TAKEN_BACK}: {day}"
    return notes


def _with(
    text: str,
    judged: JudgedStatement,
    file: JudgedStatements,
    known: Mapping[tuple[str, str], BankStatement],
    number: str,
) -> str:
    new = _directive(judged, number, file)
    before = known.get((judged.bank.code, number))
    if before is not None:
        if before.agrees or not judged.agrees:
            return text  # it is recorded, and nothing has come to agree since
        old = _block(text, before)
        return text.replace(old, new) if old else text
    blocks = text.rstrip("\n").split("\n\n")
    at = next(
        (
            place
            for place, block in enumerate(blocks)
            if (found := _DATED.match(block)) and found[1] > judged.statement.last.isoformat()
        ),
        len(blocks),
    )
    blocks.insert(at, new)
    return "\n\n".join(block.strip("\n") for block in blocks) + "\n"


def number_of(
    judged: JudgedStatement,
    known: Mapping[tuple[str, str], BankStatement],
    written: Container[tuple[str, str]] = (),
) -> str:
    """Return the number a statement is recorded under: the bank's, with its last day where another
    statement of the book, or of those `written` with it, bears that number already.
    """
    code, number, last = judged.bank.code, judged.statement.number, judged.statement.last
    before = known.get((code, number))
    same = before and before.day == last and before.closing == judged.statement.closing
    if (before is None or same) and (code, number) not in written:
        return number
    own = f"{number} of {last}"
    names = chain([own], (f"{own}, {further}" for further in count(2)))
    return next(name for name in names if (code, name) not in written)


def _block(text: str, before: BankStatement) -> str:
    head = write_declaration("statement", before.day, before.bank, before.number).rstrip("\n")
    return next((block.strip("\n") for block in text.split("\n\n") if block.startswith(head)), "")


def _directive(judged: JudgedStatement, number: str, file: JudgedStatements) -> str:
    statement, code = judged.statement, judged.bank.code
    assert statement.closing is not None  # only statements with a balance are recorded
    opening = statement.opening
    unit = statement.currency
    said: dict[str, Stated] = {
        "from": statement.first,
        "opening": None if opening is None else Amount(Decimal(format_amount(opening)), unit),
        "closing": Amount(Decimal(format_amount(statement.closing)), unit),
        "agrees": judged.agrees or None,
        "source": Path(file.file.path).name,
        "source-sha256": file.file.sha256,
    }
    return write_declaration("statement", statement.last, code, number, meta=said).rstrip("\n")

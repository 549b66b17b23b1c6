"""Writing down that somebody certified, or audited, the figures of a closed period."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from pledgebook.ledger.closing.periods import SEALS
from pledgebook.ledger.declared.certifications import DECLARED, chain_stated
from pledgebook.ledger.declared.declarations import write_declaration
from pledgebook.ledger.files.writing import refusal_of_errors, write_texts
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.register.book import Book


def certify_period(book: Book, name: str, state: str, by: str, document: str, day: date) -> Path:
    """Write that the figures of a closed period are `state`, by whom and on which paper, with the
    seal they are of; return the file. Raises BookRefusedError.
    """
    seal = book.settings.seals.get(name)
    if seal is None:
        raise BookRefusedError(
            f"The period {name} is not closed: what is certified is what a seal holds. Close it "
            "first."
        )
    if state not in DECLARED:
        raise BookRefusedError(f"Figures are declared {' or '.join(DECLARED)}, not {state!r}.")
    if not by.strip():
        raise BookRefusedError("A certification says by whom it is: name the office.")
    if book.errors:
        raise refusal_of_errors(book)
    path = book.folder / SEALS
    said = {"by": by, "document": document or None, "seal": chain_stated(seal)}
    line = write_declaration("certification", day, name, state, meta=said)
    write_texts(book, {path: f"{book.text_of(path).rstrip()}\n\n{line}"})
    return path

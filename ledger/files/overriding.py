"""A person's decision on which paragraphs a contribution answers, written on its commitment.

    op: "OP14"
    op-reason: "The note verbale names the Tenth Congress"

What the rules say is replaced (see tagging); the reason stays with the entry.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from beancount.core.data import Transaction
from pledgebook.ledger.declared.mandates import paragraph_order
from pledgebook.ledger.files.writing import refuse_sealed, write_texts
from pledgebook.ledger.findings import BookRefusedError, place_of
from pledgebook.ledger.parsing import quoted
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.postings import stated
from pledgebook.ledger.register.register import claim_at

NONE = "none"
"""The word for "no paragraph calls for this"."""


def override_paragraphs(
    book: Book, label: str, paragraphs: Sequence[str] | None, reason: str
) -> list[Path]:
    """Write on the commitment of an instalment which paragraphs call for it, and why; an empty list
    says that none does, and None takes an earlier override away. Return the files written.

    It holds for the whole commitment. Raises BookRefusedError, and writes nothing, for an unknown
    label or paragraph, without a reason, in a sealed period, or where the book has or would have an
    error.
    """
    entries = _to_write_on(book, label, taken_away=paragraphs is None)
    known = {name for mandate in book.settings.mandates.values() for name in mandate.paragraphs}
    unknown = [name for name in paragraphs or () if name not in known]
    if unknown:
        raise BookRefusedError(f"The book declares no paragraph {', '.join(unknown)}.")
    reason = " ".join(reason.split())
    if paragraphs is not None and not reason:
        raise BookRefusedError(
            "Who overrides the rules says why: write a sentence that somebody can check later."
        )
    texts: dict[Path, str] = {}
    for entry in entries:
        refuse_sealed(book, entry.date)
        path = Path(str(entry.meta["filename"]))
        if path not in book.digests:
            raise BookRefusedError(f"{label} does not stand in a file of the book.")
        added = []
        if paragraphs is not None:
            words = " ".join(sorted(paragraphs, key=paragraph_order)) or NONE
            added = [f"  op: {quoted(words)}", f"  op-reason: {quoted(reason)}"]
        text = texts.get(path) or book.text_of(path)
        texts[path] = _rewritten(text, entry.meta["lineno"], added)
    write_texts(book, texts)
    return list(texts)


def _to_write_on(book: Book, label: str, *, taken_away: bool) -> list[Transaction]:
    """Return the commitment of an instalment; where an override is taken away, each entry that says
    one (the commitment, the pledge that it committed), the last of a file first.
    """
    changes = book.register.by_label.get(label)
    claim = claim_at(changes, changes[-1].date) if changes else None
    if claim is None:
        raise BookRefusedError(f"The book has no instalment {label!r}.")
    if book.errors:
        raise BookRefusedError("The book has errors, so nothing is written to it.")
    words = [each for each in claim.words if stated(*each, "op") is not None]
    for entry, posting in words if taken_away else [claim.origin]:
        if "op" in (posting.meta or {}):
            raise BookRefusedError(
                f"{label} has an op: of its own on its posting ({place_of(entry.meta)}): change it "
                "there."
            )
    entries = [entry for entry, _ in (words if taken_away else ())] or [claim.origin[0]]
    return sorted(entries, key=lambda entry: -int(entry.meta["lineno"]))


def _rewritten(text: str, line: int, added: Sequence[str]) -> str:
    """Return the text with the lines below an entry's first that say `op` replaced."""
    lines = text.split("\n")
    end = line
    while end < len(lines) and lines[end][:1].isspace():
        end += 1
    own = lines[line:end]
    head = 0
    while head < len(own) and re.match(r"\s+[a-z][\w-]*:", own[head]):
        head += 1
    kept = [each for each in own[:head] if not re.match(r"\s+(op|op-reason):", each)]
    return "\n".join([*lines[:line], *kept, *added, *own[head:], *lines[end:]])

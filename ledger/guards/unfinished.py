"""A write that was interrupted is finished before anything is read from the book."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pledgebook.ledger.findings import Finding
from pledgebook.ledger.register.view import View
from pledgebook.ledger.unfinished import JOURNAL, unfinished_in


def guard(view: View) -> Iterator[Finding]:
    """Yield an error where a write beside the book is not finished."""
    if view.options is None:
        return
    main = Path(str(view.options["filename"]))
    write = unfinished_in(main.parent)
    if write:
        message = (
            f"A write was interrupted and is not finished ({write}): some of its files may be new "
            "and others old, so no figure holds. The next command that writes finishes it, "
            f"pledgebook finish at once. What is to be done stands in {JOURNAL}."
        )
        place = {"filename": str(main), "lineno": 1}
        yield Finding(source=place, message=message, entry=None, rule="unfinished-write")

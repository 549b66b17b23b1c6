"""A write that was decided and is not finished: what it leaves beside the book.

Whoever may write finishes it at the next start (`pledgebook.ledger.files.committing`).
"""

from __future__ import annotations

from pathlib import Path

from pledgebook.ledger.sources import read_json

JOURNAL = ".pledgebook.write"
"""The file beside the main file that names a write's files once all of them are on disk; it goes
when all of them stand at their place.
"""


def unfinished_in(folder: Path) -> str:
    """Return which write beside a book is not finished, in words; "" if there is none."""
    try:
        text = (folder / JOURNAL).read_text("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError):
        return "a write"
    try:
        said = read_json(text)["occasion"]
        return f"{said['what'] or 'a write'} by {said['by']}, {said['when']}"
    except (ValueError, KeyError, TypeError):
        return "a write"

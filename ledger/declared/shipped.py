"""The data files that ship with the package: lines of CSV below their headings."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

_DATA = Path(__file__).parent.parent / "data"


def lines_of(name: str) -> Iterator[list[str]]:
    """Yield the lines of a file of ledger/data below its headings."""
    with (_DATA / name).open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        yield from lines


def day_in(text: str) -> date | None:
    """Read a day of such a file; None where none is stated."""
    return date.fromisoformat(text) if text else None

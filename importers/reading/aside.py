"""Read an .xls in a process of its own, within bounds of memory and time.

The format is one of offsets and lengths, which its reader believes: a damaged file can make it ask
for all the memory there is, and that ends the process it runs in, without an exception.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

from pledgebook.importers.reading.cells import Area
from pledgebook.importers.reading.raw_sheets import (
    DamagedWorkbookError,
    LockedWorkbookError,
    Raw,
    RawSheet,
    read_raw,
)

MEMORY = 2 * 1024**3
"""Bytes of address space; what an .xls can hold takes less than half of it."""
SECONDS = 60
_TIMES: tuple[tuple[str, type[datetime | date | time]], ...] = (
    ("datetime", datetime), ("date", date), ("time", time),
)  # fmt: skip


def read_aside(data: bytes) -> Iterator[RawSheet]:
    """Yield the worksheets of a file, read elsewhere. Raises DamagedWorkbookError,
    LockedWorkbookError.
    """
    try:
        done = subprocess.run(  # noqa: S603 - this very module
            [sys.executable, "-m", __name__],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DamagedWorkbookError(f"reading it took more than {SECONDS} seconds") from error
    if done.returncode:
        raise DamagedWorkbookError("its reader gave it up")
    found: Any = json.loads(done.stdout)
    if found == "locked":
        raise LockedWorkbookError
    if isinstance(found, str):
        raise DamagedWorkbookError(found)
    for name, rows, hidden, merged in found:
        cells = [[_value(cell) for cell in row] for row in rows]
        yield RawSheet(name, cells, hidden, tuple(Area(*each) for each in merged))


def main() -> None:
    """Read a file from standard input, and answer on standard output."""
    _bound()
    try:
        found: object = [
            (name, [_written_row(row) for row in rows], hidden, merged)
            for name, rows, hidden, merged in read_raw(sys.stdin.buffer.read())
        ]
    except LockedWorkbookError:
        found = "locked"
    except DamagedWorkbookError as error:
        found = str(error)
    json.dump(found, sys.stdout)


def _bound() -> None:
    with suppress(ImportError):  # where there is none, the reader has what the computer has
        import resource  # noqa: PLC0415 - of Unix alone

        for what, bound in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
            _, hard = resource.getrlimit(what)
            most = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
            resource.setrlimit(what, (most, hard))


def _written_row(row: Sequence[Raw]) -> list[object]:
    """Return a row without the empty cells at its end: an .xls may claim millions of them."""
    filled = next((at for at in range(len(row), 0, -1) if row[at - 1] != ""), 0)
    return [_written(cell) for cell in row[:filled]]


def _written(cell: Raw) -> object:
    """Return a cell as JSON holds it: what JSON has no words for is a kind and a text."""
    for kind, of in _TIMES:
        if isinstance(cell, of):
            return [kind, cell.isoformat()]
    if isinstance(cell, timedelta):
        return ["timedelta", cell / timedelta(microseconds=1)]
    return cell


def _value(cell: Any) -> Raw:
    if not isinstance(cell, list):
        return cell  # type: ignore[no-any-return] # a number, text or truth value
    kind, text = cell
    if kind == "timedelta":
        return timedelta(microseconds=text)
    return dict(_TIMES)[kind].fromisoformat(text)


if __name__ == "__main__":
    main()

"""All rows, in the order of the table."""

from __future__ import annotations

from benchmarks import (
    closing,
    daily,
    desk,
    frames,
    loading,
    matching,
    placing,
    reporting,
    sheets,
    starting,
)
from benchmarks.rows import Row, Sizes


def rows(sizes: Sizes) -> list[Row]:
    """Return the rows that `make bench` measures."""
    return [
        *loading.rows(sizes),
        *daily.rows(sizes),
        *sheets.rows(sizes),
        *placing.rows(sizes),
        *reporting.rows(sizes),
        *desk.rows(sizes),
        *matching.rows(sizes),
        *closing.rows(sizes),
        *starting.rows(sizes),
    ]


def large_rows(sizes: Sizes) -> list[Row]:
    """Return the rows that `make bench-large` measures: minutes each."""
    return [*loading.large_rows(sizes), *frames.large_rows(sizes)]

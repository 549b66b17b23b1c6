"""A row of the table: what is measured, against what, and the goal."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.books import Twin, make_twin
from benchmarks.measuring import Figure, Often


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How large the measured books and sheets are, and how often each row is measured."""

    pledges: tuple[int, int, int] = (1_000, 5_000, 20_000)
    """Pledges of a small, a middle and a large book."""
    huge: int = 100_000
    pages: tuple[int, ...] = (5_000, 20_000)
    """Pledges of the books whose pages are asked for."""
    sheets: tuple[int, int] = (5_000, 50_000)
    """Rows of a middle and a large sheet."""
    few_rows: int = 200
    """Rows of a sheet that comes into a book."""
    placed: int = 5_000
    """Entries that are placed among those of the large book."""
    receipts: tuple[int, ...] = (500, 1_000, 2_000, 4_000)
    closed: tuple[int, int] = (1, 10)
    """Closed periods of one book, one after another."""
    in_period: int = 300
    """Pledges of each of these periods."""
    years: int = 20
    """Years of monthly rates."""
    pairs: int = 5
    """How often each row is measured, if they take no longer than `seconds` in all."""
    seconds: float = 45

    @property
    def often(self) -> Often:
        """How often each row is measured."""
        return Often(self.pairs, self.seconds)

    @property
    def middle(self) -> int:
        """Pledges of the book of most rows."""
        return self.pledges[1]


QUICK = Sizes(
    pledges=(12, 16, 24),
    huge=32,
    pages=(16,),
    sheets=(6, 8),
    few_rows=3,
    placed=8,
    receipts=(4, 8),
    closed=(1, 2),
    in_period=6,
    years=1,
    pairs=1,
)
"""Sizes at which everything runs, and no figure means anything."""


@dataclass(eq=False)
class Bench:
    """One run: its folder, its sizes, and the books that several rows use."""

    folder: Path
    sizes: Sizes
    _twins: dict[int, Twin] = field(default_factory=dict)

    def twin(self, pledges: int) -> Twin:
        """Return a book of so many pledges and its bare twin, which no row changes."""
        if pledges not in self._twins:
            self._twins[pledges] = make_twin(self.room(), pledges)
        return self._twins[pledges]

    def room(self) -> Path:
        """Return a new folder of this run."""
        return Path(tempfile.mkdtemp(dir=self.folder))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is measured, beside what, the most it should come to, and how it is measured. Without a
    goal the figure is there to compare others with. `unit` is empty for a ratio.
    """

    name: str
    against: str
    goal: float | None
    measure: Callable[[Bench], Figure]
    unit: str = ""

    def shown(self, value: float) -> str:
        """Return a value of this row as people read it."""
        text = f"{value:.2f}" if value < 10 else f"{value:,.0f}"
        return f"{text} {self.unit}".rstrip()


class Stage:
    """A folder with a book and what is cached of it, kept at moments and put back to them, so that
    a command that writes can be measured several times from the same state.
    """

    def __init__(self, folder: Path) -> None:
        self.cache = folder / "now" / "cache"
        self.book = folder / "now" / "book"
        self._kept = folder / "kept"
        self._now = folder / "now"
        self.cache.mkdir(parents=True)

    def keep(self, moment: str) -> None:
        """Keep everything as it is now, with the files' times."""
        shutil.copytree(self._now, self._kept / moment)

    def restore(self, moment: str) -> None:
        """Put everything back as it was at that moment."""
        shutil.rmtree(self._now)
        shutil.copytree(self._kept / moment, self._now)

"""Placing new entries among those that stand in a book's file, without the load."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from pledgebook.ledger import Book, Draft, Earmark, Part, commitment, load_book
from pledgebook.ledger.files.writing import insert_entries, places_in

from benchmarks import loads
from benchmarks.books import DAYS, FIRST, PERIOD
from benchmarks.measuring import Figure, call, processor, ratio
from benchmarks.rows import Bench, Row, Sizes


def rows(sizes: Sizes) -> list[Row]:
    """Return the rows of placing."""
    large, placed = sizes.pledges[2], sizes.placed
    return [
        Row(
            name=f"placing {placed:,} entries into {large:,} pledges",
            against=f"bare load of the {large:,}",
            goal=0.05,
            measure=_share,
        ),
        Row(
            name=f"placing {placed // 2:,} entries into {large // 2:,} pledges",
            against=f"placing {placed // 4:,} into {large // 4:,}",
            goal=2.3,
            measure=_growth,
        ),
    ]


def place(path: str, count: int) -> float:
    """Return the seconds it takes to place so many new commitments into a book's file."""
    book = load_book(Path(path))
    file = book.folder / f"{PERIOD}.beancount"
    text = file.read_text("utf-8")
    drafts = list(_drafts(book, count))
    return processor(lambda: insert_entries(text, drafts, places_in(book, file)))


def _share(bench: Bench) -> Figure:
    twin = bench.twin(bench.sizes.pledges[2])
    return ratio(
        lambda: call(place, str(twin.main), bench.sizes.placed),
        lambda: call(loads.load, str(twin.bare)),
        bench.sizes.often,
    )


def _growth(bench: Bench) -> Figure:
    large, placed = bench.sizes.pledges[2], bench.sizes.placed
    one, two = (bench.twin(large // part).main for part in (4, 2))
    return ratio(
        lambda: call(place, str(two), placed // 2),
        lambda: call(place, str(one), placed // 4),
        bench.sizes.often,
    )


def _drafts(book: Book, count: int) -> Iterator[Draft]:
    chance = random.Random(count)  # noqa: S311 - made-up figures
    for number in range(count):
        day = FIRST + timedelta(chance.randrange(DAYS))
        amount = Decimal(250 * chance.randrange(4, 4_000))
        yield commitment(
            book.settings,
            day=day,
            donor="AUT",
            pledge=f"AUT-{day.year}-9{number:06}",
            earmark=Earmark("CPCJF", "general"),
            currency="USD",
            parts=[Part(amount, amount, day + timedelta(60))],
        ).noted(narration="Pledge (made up)")

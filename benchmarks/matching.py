"""Matching: how it grows with the receipts that wait."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from pledgebook.ledger import load_book, match_receipts

from benchmarks.books import PERIOD, donors, make_pledges, new_book, receipts
from benchmarks.measuring import Figure, call, processor, repeat, seconds
from benchmarks.rows import Bench, Row, Sizes

_DONORS = 30
"""So few that instalments of one amount and donor are found beside the one that is paid."""


def rows(sizes: Sizes) -> list[Row]:
    """Return the rows of matching."""
    *_, half, all_ = sizes.receipts
    return [
        Row(
            name=f"matching {all_:,} receipts",
            against=f"matching {half:,}",
            goal=2.3,
            measure=_growth,
        )
    ]


def match(path: str) -> float:
    """Load a book and return the seconds that matching its receipts takes."""
    book = load_book(Path(path))
    if book.errors:
        raise ValueError(f"the book of receipts has errors: {book.errors[:2]}")
    book.register  # noqa: B018 - derived once for everything, not for matching
    return processor(lambda: match_receipts(book))


def _growth(bench: Bench) -> Figure:
    mains = [_make_book(bench.room() / "book", count) for count in bench.sizes.receipts]
    turns = repeat(lambda _: [call(match, str(main)) for main in mains], bench.sizes.often)
    return Figure(
        median(turn[-1] / turn[-2] for turn in turns),
        " / ".join(seconds(median(each)) for each in reversed(list(zip(*turns, strict=True)))),
    )


def _make_book(folder: Path, count: int) -> Path:
    """Make a book in which so many receipts wait beside one fourth more open instalments."""
    main = new_book(folder)
    pledges = make_pledges(donors(_DONORS), count + count // 4, paid=False)
    with (main.parent / f"{PERIOD}.beancount").open("a", encoding="utf-8") as file:
        file.write(pledges.text)
        file.writelines(receipts(pledges.open, count))
    return main

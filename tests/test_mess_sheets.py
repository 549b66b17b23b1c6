"""No kind of mess, alone or with two others, makes a row of a donor's sheet wrong or lost.

The long form, over as many sheets as are asked for, is tools/measure_mess.py.
"""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from mess_sheets import (
    FORMATS,
    MESSES,
    RATE_LINES,
    context_for,
    draw,
    messy_page,
    outcomes,
    write_page,
)
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.register.book import Book

DRAWN = 140


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A new book with made-up rates."""
    main = make_book(tmp_path_factory.mktemp("book") / "book")
    (main.parent / "rates.beancount").write_text(RATE_LINES, "utf-8")
    return load_book(main)


def tried(names: tuple[str, ...], form: str, seed: int, folder: Path, book: Book) -> Counter[str]:
    page = messy_page(random.Random(seed), names, form)
    path = write_page(page, folder / f"mess-{seed}.{form}")
    counts: Counter[str] = Counter()
    for outcome in outcomes(page, path, context_for(book)):
        assert outcome.name in {"right", "waiting"}, (names, path.name, outcome)
        counts[outcome.name] += 1
        counts[f"{outcome.name}, known"] += outcome.known
    return counts


@pytest.mark.parametrize("name", MESSES)
def test_a_kind_of_mess_makes_no_row_wrong_in_any_format(
    name: str, tmp_path: Path, book: Book
) -> None:
    counts: Counter[str] = Counter()
    for seed, form in enumerate(MESSES[name].formats):
        counts += tried((name,), form, seed, tmp_path, book)
    assert counts["right, known"] >= 0.9 * (counts["right, known"] + counts["waiting, known"])


def test_kinds_of_mess_together_make_no_row_wrong(tmp_path: Path, book: Book) -> None:
    counts: Counter[str] = Counter()
    formats = set()
    for seed in range(DRAWN):
        names, form = draw(random.Random(seed))
        counts += tried(names, form, seed, tmp_path, book)
        formats.add(form)
    assert formats == set(FORMATS)
    assert counts["right, known"] >= 0.9 * (counts["right, known"] + counts["waiting, known"])


@pytest.mark.parametrize("name", MESSES)
def test_a_kind_of_mess_is_done_to_some_row(name: str) -> None:
    page = messy_page(random.Random(1), (name,))
    plain = messy_page(random.Random(1), ())
    assert (page.headings, page.title, page.rows) != (plain.headings, plain.title, plain.rows)

"""What every command costs before it does anything."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pledgebook.ledger import make_book

from benchmarks.books import make_bare
from benchmarks.loading import PLUGINS
from benchmarks.measuring import Figure, ratio, run
from benchmarks.rows import Bench, Row, Sizes

_HELP = ("pledgebook", "--help")


def rows(sizes: Sizes) -> list[Row]:
    """Return the rows of the start of the program."""
    del sizes
    return [
        Row(
            name="--help",
            against="import click",
            goal=2,
            measure=partial(_start, _HELP, _importing("click")),
        ),
        Row(
            name=f"import {PLUGINS}",
            against="import beancount.loader",
            goal=1.6,
            measure=partial(_start, _importing(PLUGINS), _importing("beancount.loader")),
        ),
        Row(
            name="check of a new book",
            against="bean-check of the bare text",
            goal=1.4,
            measure=_check_new,
        ),
    ]


def _importing(module: str) -> Sequence[str]:
    return ("python", "-c", f"import {module}")


def _start(ours: Sequence[str], theirs: Sequence[str], bench: Bench) -> Figure:
    return ratio(lambda: run(ours).seconds, lambda: run(theirs).seconds, bench.sizes.often)


def _check_new(bench: Bench) -> Figure:
    folder = bench.room()
    main = make_book(folder / "book")
    bare = make_bare(main, folder / "bare")
    return _start(("pledgebook", "--book", str(main), "check"), ("bean-check", str(bare)), bench)

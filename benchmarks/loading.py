"""Loads: all plugins against none, `check` against `bean-check`, and what rates cost a load."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import date
from functools import cache, partial
from itertools import islice, product
from string import ascii_uppercase

from benchmarks import loads
from benchmarks.books import FIRST, rate_of
from benchmarks.measuring import Figure, Used, call, call_with, ratio, run, seconds
from benchmarks.rows import Bench, Row, Sizes

PLUGINS = "pledgebook.plugins"
_GOALS = (1.3, 1.15, 1.15)
_EIGHT = ("GBP", "NOK", "SEK", "CHF", "DKK", "JPY", "CAD", "AUD")
_ALL = tuple(map("".join, islice(product(ascii_uppercase, repeat=3), 160)))


def rows(sizes: Sizes) -> list[Row]:
    """Return the rows of loads."""
    small = f"{sizes.pledges[0]:,} pledges with {sizes.years} years of rates"
    plain = [
        Row(
            name=f"load with all plugins, {count:,} pledges",
            against="bare load",
            goal=goal,
            measure=partial(_load, count),
        )
        for count, goal in zip(sizes.pledges, _GOALS, strict=True)
    ]
    return [
        *plain,
        Row(
            name=f"check, {sizes.middle:,} pledges, nothing cached",
            against="bean-check of the bare text",
            goal=1.4,
            measure=_check,
        ),
        Row(
            name=f"load of {small} of {len(_EIGHT)} currencies",
            against="without these rates",
            goal=1.1,
            measure=partial(_load_rates, _EIGHT),
        ),
        Row(
            name=f"load of {small} of {len(_ALL)} currencies",
            against="without these rates",
            goal=None,
            measure=partial(_load_rates, _ALL),
        ),
    ]


def large_rows(sizes: Sizes) -> list[Row]:
    """Return the rows that take minutes each."""
    count = sizes.huge
    return [
        Row(
            name=f"load, {count:,} pledges, all kept",
            against="bare load",
            goal=1.2,
            measure=_huge_time,
        ),
        Row(
            name=f"peak memory of that load, {count:,} pledges",
            against="bare load",
            goal=1.3,
            measure=_huge_memory,
        ),
    ]


def _load(count: int, bench: Bench) -> Figure:
    twin = bench.twin(count)
    return ratio(
        lambda: call(loads.load, str(twin.main), PLUGINS),
        lambda: call(loads.load, str(twin.bare)),
        bench.sizes.often,
    )


def _check(bench: Bench) -> Figure:
    twin = bench.twin(bench.sizes.middle)
    return ratio(
        lambda: run(["pledgebook", "--book", twin.main, "check"]).seconds,
        lambda: run(["bean-check", twin.bare]).seconds,
        bench.sizes.often,
    )


def _load_rates(codes: Sequence[str], bench: Bench) -> Figure:
    twin = bench.twin(bench.sizes.pledges[0])
    years = range(FIRST.year, FIRST.year + bench.sizes.years)
    lines = [
        f"{day} price USD {rate_of(day)} {code}\n"
        for day in (date(year, month, 1) for year in years for month in range(1, 13))
        for code in codes
    ]
    main = bench.room() / "book" / twin.main.name
    shutil.copytree(twin.main.parent, main.parent)
    with (main.parent / "rates.beancount").open("a", encoding="utf-8") as file:
        file.writelines(lines)
    return ratio(
        lambda: call(loads.load, str(main), PLUGINS),
        lambda: call(loads.load, str(twin.main), PLUGINS),
        bench.sizes.often,
    )


def _huge_time(bench: Bench) -> Figure:
    ours, theirs = _huge(bench)
    return Figure(ours[0] / theirs[0], f"{seconds(ours[0])} / {seconds(theirs[0])}")


def _huge_memory(bench: Bench) -> Figure:
    ours, theirs = (used.megabytes for _, used in _huge(bench))
    return Figure(ours / theirs, f"{ours:,.0f} MB / {theirs:,.0f} MB")


@cache
def _huge(bench: Bench) -> tuple[tuple[float, Used], tuple[float, Used]]:
    """Load the huge book once as commands do and once bare, the collector off on both sides."""
    twin = bench.twin(bench.sizes.huge)
    return (
        call_with(bench.room(), loads.load_whole, str(twin.main)),
        call_with(None, loads.load, str(twin.bare), collect=False),
    )

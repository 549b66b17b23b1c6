"""Closing and proving periods, as closed periods gather."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from statistics import median

from benchmarks.books import Pledge, donors, make_pledges, new_book
from benchmarks.measuring import Figure, ratio, repeat, run, seconds
from benchmarks.rows import Bench, Row, Sizes, Stage

_YEAR = 2002
_DONORS = 20
"""Of whom most have something open at the end of a period."""

_LEAST = 0.001
"""Seconds: in a small book the start is all there is, and noise may make it more than the whole."""


def rows(sizes: Sizes) -> list[Row]:
    """Return the rows of closed periods."""
    one, many = sizes.closed
    return [
        Row(
            name=f"close with {many} closed periods of {sizes.in_period} pledges",
            against=f"close with {one}",
            goal=1.3,
            measure=_close,
        ),
        Row(
            name=f"verify {many} sealed periods, time of each",
            against=f"with {one}",
            goal=1.3,
            measure=_verify,
        ),
    ]


def _close(bench: Bench) -> Figure:
    stage = _stage(bench)
    one, many = bench.sizes.closed

    def close(closed: int) -> float:
        stage.restore(_ready(closed))
        return _command(stage, "close", _period(closed))

    return ratio(lambda: close(many), lambda: close(one), bench.sizes.often)


def _verify(bench: Bench) -> Figure:
    stage = _stage(bench)
    one, many = bench.sizes.closed

    def verify(closed: int) -> float:
        stage.restore(_sealed(closed))
        return _command(stage, "verify")

    def start() -> float:
        return _command(stage, "verify", "--help")

    turns = repeat(lambda _: [verify(many), verify(one), start()], bench.sizes.often)
    most, least, nothing = (median(each) for each in zip(*turns, strict=True))
    later, first = (
        max(whole - nothing, _LEAST) / number for whole, number in ((most, many), (least, one))
    )
    return Figure(
        later / first,
        f"{seconds(later)} / {seconds(first)}; in all {seconds(most)} / {seconds(least)}, of which "
        f"{seconds(nothing)} to start",
    )


@cache
def _stage(bench: Bench) -> Stage:
    """Close one period after another, and keep the book before and after those that are asked."""
    one, many = bench.sizes.closed
    stage = Stage(bench.room())
    main = new_book(stage.book, _YEAR + 2 * many + 1)
    periods = [_period(number) for number in range(many + 1)]
    _declare(main, periods[1:])
    count = bench.sizes.in_period
    earlier: list[Pledge] = []
    for number, period in enumerate(periods):
        first = date(_YEAR + 2 * number, 1, 2)
        made = make_pledges(donors(_DONORS), count, first, number * count, earlier)
        with (main.parent / f"{period}.beancount").open("a", encoding="utf-8") as file:
            file.write(made.text)
        earlier = made.open
        if number in {one, many}:
            stage.keep(_ready(number))
        if number < many:
            _command(stage, "close", period)
        if number + 1 in bench.sizes.closed:
            stage.keep(_sealed(number + 1))
    return stage


def _declare(main: Path, periods: list[str]) -> None:
    """Declare periods beside the first."""
    lines = [
        f'{period[:4]}-01-01 custom "period" "{period}" {period[5:]}-12-31' for period in periods
    ]
    with (main.parent / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


def _period(number: int) -> str:
    year = _YEAR + 2 * number
    return f"{year}-{year + 1}"


def _ready(closed: int) -> str:
    return f"ready with {closed}"


def _sealed(closed: int) -> str:
    return f"sealed {closed}"


def _command(stage: Stage, *words: str) -> float:
    return run(["pledgebook", "--book", stage.book, *words], stage.cache).seconds

"""The daily loop on a book of pledges: record, import, and the command after."""

from __future__ import annotations

import shutil
from datetime import date
from functools import cache, partial

from benchmarks import loads
from benchmarks.books import make_sheet
from benchmarks.measuring import Figure, call, ratio, run
from benchmarks.rows import Bench, Row, Sizes, Stage

_BEFORE, _WRITTEN = "cached", "written"
_DAY = date(2003, 12, 20)


def rows(sizes: Sizes) -> list[Row]:
    """Return the rows of the daily loop."""
    pledges = f"{sizes.middle:,} pledges"
    return [
        Row(
            name=f"record a payment, {pledges}, load kept before",
            against="bare load",
            goal=2.2,
            measure=_record,
        ),
        Row(
            name=f"import {sizes.few_rows} rows into {pledges}, load kept before",
            against="bare load",
            goal=2.5,
            measure=_import,
        ),
        Row(
            name=f"check after a write, {pledges}",
            against="bare load",
            goal=0.7,
            measure=partial(_after, ("check",)),
        ),
        Row(
            name=f"pledges --open after a write, {pledges}",
            against="bare load",
            goal=0.7,
            measure=partial(_after, ("pledges", "--open")),
        ),
    ]


def _record(bench: Bench) -> Figure:
    return _against_load(bench, _BEFORE, _payment(bench))


def _import(bench: Bench) -> Figure:
    sheet = make_sheet(bench.room() / "few.xlsx", bench.sizes.few_rows, ["USD", "EUR"])
    return _against_load(bench, _BEFORE, ("import", str(sheet), "--fund", "CPCJF"))


def _after(words: tuple[str, ...], bench: Bench) -> Figure:
    return _against_load(bench, _WRITTEN, words)


def _against_load(bench: Bench, moment: str, words: tuple[str, ...]) -> Figure:
    """Measure a whole command from a moment of the book, against a bare load in process."""
    stage = _stage(bench)
    text = str(bench.twin(bench.sizes.middle).bare)

    def ours() -> float:
        stage.restore(moment)
        return _command(stage, words)

    return ratio(ours, lambda: call(loads.load, text), bench.sizes.often)


@cache
def _stage(bench: Bench) -> Stage:
    """Return the book as it is once a command has loaded it, and after a payment was recorded."""
    twin = bench.twin(bench.sizes.middle)
    stage = Stage(bench.room())
    shutil.copytree(twin.main.parent, stage.book)
    _command(stage, ("check",))
    stage.keep(_BEFORE)
    _command(stage, _payment(bench))
    stage.keep(_WRITTEN)
    return stage


def _payment(bench: Bench) -> tuple[str, ...]:
    """Return the words that record the payment of a pledge that is open at the end."""
    left = bench.twin(bench.sizes.middle).open
    pledge = next(each for each in left if each.currency == "USD")
    value = ("--value", str(pledge.value), "--date", str(_DAY))
    return ("record", "payment", pledge.label, *value, "--yes")


def _command(stage: Stage, words: tuple[str, ...]) -> float:
    return run(["pledgebook", "--book", stage.book, *words], stage.cache, waits=True).seconds

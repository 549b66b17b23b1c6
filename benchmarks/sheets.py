"""Imports of large sheets into a new book, against reading the same file."""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

from pledgebook.ledger import make_book

from benchmarks.books import make_sheet
from benchmarks.measuring import Figure, Used, ratio, run
from benchmarks.rows import Bench, Row, Sizes

_CALAMINE = """\
import sys
from python_calamine import CalamineWorkbook
CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()
"""
_OPENPYXL = """\
import sys
from openpyxl import load_workbook
for row in load_workbook(sys.argv[1], read_only=True).worksheets[0].iter_rows(values_only=True):
    list(row)
"""
_RATES = "2001-12-01 price USD 1.10 EUR\n2001-12-01 price USD 0.65 GBP\n"


class _Sheet(NamedTuple):
    path: Path
    main: Path


def rows(sizes: Sizes) -> list[Row]:
    """Return the rows of sheets."""
    middle, large = sizes.sheets
    return [
        *(
            Row(
                name=f"import --dry-run of {count:,} rows",
                against="calamine reading them",
                goal=20,
                measure=partial(_dry_run, count),
            )
            for count in sizes.sheets
        ),
        Row(
            name=f"openpyxl, read-only, of {middle:,} rows",
            against="calamine reading them",
            goal=None,
            measure=partial(_openpyxl, middle),
        ),
        Row(
            name=f"import of {large:,} rows",
            against="calamine reading them",
            goal=55,
            measure=_whole_time,
        ),
        Row(
            name=f"peak memory of that import of {large:,} rows",
            against="–",
            goal=600,
            measure=_whole_memory,
            unit="MB",
        ),
    ]


def _dry_run(count: int, bench: Bench) -> Figure:
    sheet = _sheet(bench, count)
    return ratio(
        lambda: _import(sheet, "--dry-run").seconds, lambda: _read(sheet), bench.sizes.often
    )


def _openpyxl(count: int, bench: Bench) -> Figure:
    sheet = _sheet(bench, count)
    return ratio(
        lambda: run(["python", "-c", _OPENPYXL, sheet.path]).seconds,
        lambda: _read(sheet),
        bench.sizes.often,
    )


def _whole_time(bench: Bench) -> Figure:
    used = _whole(bench)
    sheet = _sheet(bench, bench.sizes.sheets[1])
    return ratio(lambda: used.seconds, lambda: _read(sheet), bench.sizes.often)


def _whole_memory(bench: Bench) -> Figure:
    used = _whole(bench)
    return Figure(used.megabytes, f"{used.megabytes:,.0f} MB")


@cache
def _whole(bench: Bench) -> Used:
    """Import the large sheet, once: its book is another one afterwards."""
    return _import(_sheet(bench, bench.sizes.sheets[1]))


@cache
def _sheet(bench: Bench, count: int) -> _Sheet:
    """Make a sheet of so many rows, and a new book that it can go into."""
    folder = bench.room()
    main = make_book(folder / "book")
    (main.parent / "rates.beancount").write_text(_RATES, "utf-8")
    path = make_sheet(folder / "pledges.xlsx", count, ["USD", "EUR", "GBP"])
    return _Sheet(path, main)


def _import(sheet: _Sheet, *options: str) -> Used:
    words: list[str | Path] = [
        "pledgebook",
        "--book",
        sheet.main,
        "import",
        sheet.path,
        "--fund",
        "CPCJF",
        *options,
    ]
    return run(words, waits=True)


def _read(sheet: _Sheet) -> float:
    return run(["python", "-c", _CALAMINE, sheet.path]).seconds

"""Reports: all of them against a load, and their workbook against bare XlsxWriter."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import xlsxwriter
from pledgebook.ledger import load_book
from pledgebook.reports import make_reports, select, source_of
from pledgebook.reports.render import to_workbook

from benchmarks import loads
from benchmarks.books import PERIOD
from benchmarks.measuring import Figure, call, processor, ratio
from benchmarks.rows import Bench, Row, Sizes

_MADE_AT = "2004-01-15T12:00:00+00:00"
_COLUMNS = 12


def rows(sizes: Sizes) -> list[Row]:
    """Return the rows of reports."""
    pledges = f"{sizes.middle:,} pledges"
    return [
        Row(name=f"all reports, {pledges}", against="bare load", goal=0.6, measure=_all),
        Row(
            name=f"the workbook of them, {pledges}",
            against="bare XlsxWriter, as many cells",
            goal=2,
            measure=_workbook,
        ),
    ]


def make_all(path: str) -> float:
    """Load a book and return the seconds that its reports take."""
    book = load_book(Path(path))
    return processor(lambda: make_reports(select(book, PERIOD), ("all",)))


def write_all(path: str) -> tuple[float, int, int]:
    """Make a book's reports and return the seconds that their workbook takes, and how many of its
    cells are texts and how many are not.
    """
    selection = select(load_book(Path(path)), PERIOD)
    reports = make_reports(selection, ("all",))
    source = source_of(selection, _MADE_AT)
    made: list[bytes] = []
    taken = processor(lambda: made.append(to_workbook(reports, source)))
    with zipfile.ZipFile(io.BytesIO(made[0])) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "/worksheets/" in name]
    cells = [cell for sheet in sheets for cell in re.findall(rb"<c [^>]*", sheet)]
    texts = sum(b't="s"' in cell for cell in cells)
    return taken, texts, len(cells) - texts


def write_bare(texts: int, numbers: int) -> float:
    """Return the seconds that XlsxWriter alone takes for so many cells on one sheet."""

    def work() -> None:
        with xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True}) as workbook:
            sheet = workbook.add_worksheet()
            for at in range(texts):
                sheet.write_string(*divmod(at, _COLUMNS), f"Text {at % 997} (made up)")
            for at in range(texts, texts + numbers):
                sheet.write_number(*divmod(at, _COLUMNS), at * 1.25)

    return processor(work)


def _all(bench: Bench) -> Figure:
    twin = bench.twin(bench.sizes.middle)
    return ratio(
        lambda: call(make_all, str(twin.main)),
        lambda: call(loads.load, str(twin.bare)),
        bench.sizes.often,
    )


def _workbook(bench: Bench) -> Figure:
    main = str(bench.twin(bench.sizes.middle).main)
    _, texts, numbers = call(write_all, main)
    figure = ratio(
        lambda: call(write_all, main)[0],
        lambda: call(write_bare, texts, numbers),
        bench.sizes.often,
    )
    return Figure(figure.value, f"{figure.measured}, {texts + numbers:,} cells")

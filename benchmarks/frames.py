"""Frames: the register as a pandas frame against a plain loop that puts its columns into lists."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from pledgebook.ledger import Book, list_instalments, load_book
from pledgebook.ledger.columnar import as_frame
from pledgebook.ledger.register.frames import INSTALMENTS, instalment_columns
from pledgebook.ledger.register.instalments import Instalment

from benchmarks.measuring import Figure, call, processor, seconds
from benchmarks.rows import Bench, Row, Sizes


def large_rows(sizes: Sizes) -> list[Row]:
    """Return the rows that take minutes each."""
    return [
        Row(
            name=f"the register as a frame, {sizes.huge:,} pledges",
            against="a loop that puts its columns into lists",
            goal=2.5,
            measure=_frame,
        )
    ]


def take(path: str, pairs: int) -> list[tuple[float, float]]:
    """Load a book and return the seconds that its lines take as a frame and as lists, so often."""
    book = load_book(Path(path))
    lines = list_instalments(book.register)
    _framed(book, lines[:1])  # pandas is imported before
    return [
        (
            processor(lambda: _framed(book, lines)),
            processor(lambda: in_lists(book, lines)),
        )
        for _ in range(pairs)
    ]


def _framed(book: Book, lines: list[Instalment]) -> object:
    return as_frame(INSTALMENTS, instalment_columns(book.register, lines))


def in_lists(book: Book, lines: list[Instalment]) -> dict[str, list[object]]:
    """Return the columns of the frame as a person would write it, line by line."""
    settings = book.settings
    columns: dict[str, list[object]] = {each.name: [] for each in INSTALMENTS}
    for line in lines:
        donor = settings.donors.get(line.donor)
        assert donor is not None
        columns["label"].append(line.label)
        columns["pledge"].append(line.pledge)
        columns["donor"].append(line.donor)
        columns["donor_name"].append(donor.name)
        columns["donor_kind"].append(donor.kind)
        columns["donor_group"].append(settings.donors.group_of(line.donor))
        columns["fund"].append(line.fund)
        columns["fund_name"].append(settings.funds[line.fund].name)
        columns["class"].append(line.class_)
        columns["purpose"].append(line.purpose)
        columns["pledged_on"].append(line.pledged_on)
        columns["due"].append(line.due)
        columns["period"].append(line.period or "")
        columns["year"].append(line.pledged_on.year)
        columns["status"].append(line.status)
        columns["overdue"].append(line.overdue)
        columns["recognition"].append(line.recognition)
        columns["accepted_by"].append(line.accepted_by)
        columns["currency"].append(line.currency)
        columns["value_currency"].append(settings.currency)
        columns["pledged"].append(line.pledged)
        columns["paid"].append(line.paid)
        columns["written_off"].append(line.written_off)
        columns["outstanding"].append(line.outstanding)
        columns["carrying"].append(line.carrying)
        columns["received"].append(line.received)
    return columns


def _frame(bench: Bench) -> Figure:
    pairs = call(take, str(bench.twin(bench.sizes.huge).main), bench.sizes.pairs)
    ours, theirs = (median(side) for side in zip(*pairs, strict=True))
    return Figure(
        median(one / other for one, other in pairs), f"{seconds(ours)} / {seconds(theirs)}"
    )

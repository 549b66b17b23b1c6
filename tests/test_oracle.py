"""Books written by hand say what an independent account of the same events says.

Nothing here is built by the program: the entries are text (see handwritten), the figures plain sums
(see oracle). Set PLEDGEBOOK_ORACLE to try more lives. Amounts and rates are made up.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from handwritten import CORRECTIONS, HEAD, STARTS, Writer
from oracle import Row
from pledgebook.desk.behind import overdue_claims
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.closing.proof import verify_seals
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.reports.ageing import BANDS, OVERDUE_BANDS, ageing
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.selection import Selection, select
from pledgebook.reports.figures.table import Part
from pledgebook.reports.financial_statements import make_statements
from pledgebook.reports.schedule import Schedule, make_schedule

Policies = tuple[str, str, str]
LIVES = int(os.environ.get("PLEDGEBOOK_ORACLE", "18"))
POLICIES: tuple[Policies, ...] = (
    ("pledge", "pledge", "pledge"),
    ("receipt", "receipt", "receipt"),
    ("agreement", "agreement", "agreement"),
    ("pledge", "receipt", "receipt"),
    ("receipt", "pledge", "agreement"),
    ("agreement", "receipt", "pledge"),
)
CUTS = ("2000-2001", "2002-2003", "2004-2005", "2001", "2002", "2003", "2004", "2003-Q1", "2002-Q4")
DAY = date(2006, 2, 1)
NOTICED = {"approval", "document", "cash-below-nothing", "refund-beyond"}
"""Lives give money back without asking whether it is there; the rest is written as it should be."""


def written(seed: int, policies: Policies, *, corrected: bool = False) -> Writer:
    writer = Writer(seed, policies)
    writer.live(45, CORRECTIONS if corrected else None)
    return writer


def rows_of(made: Schedule) -> dict[Row, dict[str, Decimal]]:
    return {
        (*group, line.donor): {key: x for key, x in line.figures.amounts().items() if x}
        for group, lines in made.sections.items()
        for line in lines
    }


def register_of(book: Book, day: date) -> dict[str, tuple[object, ...]]:
    return {
        line.label: (
            (line.fund, line.class_, line.donor), line.purpose, line.currency, line.pledged,
            line.paid, line.written_off, line.outstanding, line.carrying, line.status, line.due,
            line.pledged_on,
        )
        for line in list_instalments(book.register, day)
        if line.label
    }  # fmt: skip


def agree(writer: Writer, selections: Iterator[Selection]) -> None:
    for selection in selections:
        cut, made = selection.cut, make_schedule(selection)
        assert rows_of(made) == writer.oracle.schedule(cut.start, cut.end), cut
        assert made.proof.agrees, cut
        told = writer.oracle.proof(cut.start, cut.end)
        assert {line: getattr(made.proof, line) for line in told} == told, cut
        assert [tie for tie in made.ties if not tie.agrees] == [], cut
        flows = [{key: own["total"] for key, own in each.lines.items()} for each in
                 make_statements(selection)]  # fmt: skip
        refunded = sum(
            (row.get("refunded", Decimal(0)) for row in rows_of(made).values()), Decimal(0)
        )
        change = sum((own["cash_change"] for own in flows), Decimal(0))
        assert change == told["cash_from_donors"] - refunded, cut
        assert all(own["cash_after"] == own["cash"] for own in flows), cut


def days(random: Random, number: int) -> list[date]:
    return [date(2000, 3, 1) + timedelta(random.randrange(2000)) for _ in range(number)]


@pytest.mark.parametrize("seed", [*range(LIVES), *range(4000, 4000 + LIVES)])
def test_a_book_written_by_hand_says_what_the_oracle_says(seed: int, tmp_path: Path) -> None:
    writer = written(seed, POLICIES[seed % len(POLICIES)], corrected=seed >= 4000)
    (tmp_path / "main.beancount").write_text(writer.text(), "utf-8")
    book = load_book(tmp_path / "main.beancount")
    assert [error.message for error in book.errors] == []
    assert {notice.rule for notice in book.notices} <= NOTICED
    agree(writer, (select(book, name) for name in CUTS))
    begins = writer.events.choice(STARTS[1:3])  # the day on which a period begins is one of it
    agree(writer, (select(book, as_at=day) for day in (*days(writer.events, 3), begins)))
    for day in (*days(writer.events, 3), DAY):
        assert register_of(book, day) == writer.oracle.register(day), day


def test_what_is_overdue_is_one_sum_in_register_desk_and_ageing(tmp_path: Path) -> None:
    found = [_overdue(seed, tmp_path) for seed in (*range(6), *range(4000, 4006))]
    assert sum(map(bool, found)) > len(found) / 2


def _overdue(seed: int, folder: Path) -> Decimal:
    """Hold each way to what is overdue against the oracle's, and return the sum over some days."""
    writer = written(seed, POLICIES[seed % len(POLICIES)], corrected=seed >= 4000)
    main = folder / f"{seed}.beancount"
    main.write_text(writer.text(), "utf-8")
    book = load_book(main)
    found = Decimal(0)
    for day in (*days(writer.events, 6), DAY):
        told = undated = Decimal(0)
        for *_, carrying, status, due, _ in writer.oracle.register(day).values():
            if status != "pledged":
                told += carrying if due and due < day else 0
                undated += carrying if due is None else 0
        listed = [line for line in list_instalments(book.register, day) if line.overdue]
        selection = select(book, as_at=day)
        aged = {key: ageing(selection).sum_of(Part("ageing", key)) for key in BANDS}
        assert sum(line.carrying for line in listed) == told, (seed, day)
        assert sum(claim.value for claim in overdue_claims(selection)) == told, (seed, day)
        assert sum(aged[key] for key in OVERDUE_BANDS) == told, (seed, day)
        assert aged["undated"] == undated, (seed, day)
        found += told
    return found


ADVANCED_ANEW = 565153427
"""A life in which money paid in advance goes back, and comes again for the same instalment."""


@pytest.mark.parametrize(
    "seed",
    [*range(1000, 1000 + LIVES // 3), ADVANCED_ANEW, *range(5000, 5000 + LIVES // 3)],
)
def test_its_periods_can_be_closed_and_say_the_same(seed: int, tmp_path: Path) -> None:
    corrected = 5000 <= seed < ADVANCED_ANEW
    writer = written(seed, POLICIES[seed % len(POLICIES)], corrected=corrected)
    main = split(writer, tmp_path)
    for name in ("2000-2001", "2002-2003"):
        close_period(load_book(main), name, make_figures)
    book, history = load_book(main), load_book(main.with_name("history.beancount"))
    assert [error.message for error in (*book.errors, *history.errors)] == []
    agree(writer, (select(book, name) for name in ("2004-2005", "2004", "2005", "2005-Q1")))
    agree(writer, (select(history, name) for name in CUTS))
    assert register_of(history, DAY) == writer.oracle.register(DAY)
    assert [verdict.differs for verdict in verify_seals(main, make_figures)] == [{}, {}]


def split(writer: Writer, folder: Path) -> Path:
    """Write the life with a file a period, as books are kept that will be closed."""
    classes = ("general", "special", "convention")
    text = HEAD.format(**dict(zip(classes, writer.policies, strict=True)))
    for first, after in zip(STARTS, (*STARTS[1:], date.max), strict=True):
        name = f"{first.year}-{first.year + 1}.beancount"
        own = [entry for day, entry in writer.entries if first <= day < after]
        (folder / name).write_text("\n".join(own), "utf-8")
        text += f'include "{name}"\n'
    (folder / "main.beancount").write_text(text, "utf-8")
    return folder / "main.beancount"


@pytest.mark.parametrize("seed", range(2000, 2000 + LIVES // 2))
def test_a_view_under_other_policies_is_the_book_kept_under_them(seed: int, tmp_path: Path) -> None:
    kept_under, asked = POLICIES[seed % 6], POLICIES[(seed // 6 + seed + 1) % 6]
    books = []
    for name, policies in (("kept", kept_under), ("asked", asked)):
        (tmp_path / name).mkdir()
        path = tmp_path / name / "main.beancount"
        writer = written(seed, policies)
        path.write_text(writer.text(), "utf-8")
        books.append(load_book(path))
    assert [error.message for book in books for error in book.errors] == []
    recognition = "general={},special={},convention={}".format(*asked)
    for period in ("2000-2001", "2002-2003", "2004-2005", "2003"):
        view = select(books[0], period, recognition=recognition)
        own = select(books[1], period)
        assert rows_of(make_schedule(view)) == rows_of(make_schedule(own)), period
        assert [each.lines for each in make_statements(view)] == [
            each.lines for each in make_statements(own)
        ], period

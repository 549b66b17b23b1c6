"""Questions about a closed period (all amounts made up)."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.files.answering import book_answering
from pledgebook.ledger.files.loading import load_book
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.selection import SelectionError, select

HEAD = """option "operating_currency" "USD"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "CPCJF" "A fund"
2000-01-01 custom "period" "2000-2001" 2001-12-31
2002-01-01 custom "period" "2002-2003" 2003-12-31
"""


def run(main: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["--book", str(main), *words])


def documents(main: Path, *words: str) -> list[object]:
    said = []
    for day in ("2001-06-30", "2001-12-31"):
        done = run(main, *words, "--as-at", day, "--json")
        assert done.exit_code == 0, done.stderr
        told = json.loads(done.stdout)
        for each in told if isinstance(told, list) else [told]:
            each.pop("figures", None)  # what figures are worth changes by closing
        said.append(told)
    return said


@pytest.fixture
def main(tmp_path: Path) -> Path:
    path = tmp_path / "main.beancount"
    path.write_text(HEAD, "utf-8")
    for words in (
        "pledge NOR 5000 --due 2001-06-30 --date 2001-02-01",
        "pledge AUT 900 --due 2001-09-30 --date 2001-02-02",
        "payment NOR-2001-01.1=2000 --date 2001-07-02",
        "payment AUT-2001-01.1 --date 2001-07-03",
    ):
        done = run(path, "record", *words.split(), "--yes")
        assert done.exit_code == 0, done.stderr
    return path


@pytest.mark.parametrize(
    "words", [("pledges",), ("report", "schedule"), ("report", "ageing"), ("report", "annex")]
)
def test_it_is_answered_as_before_the_closing(main: Path, words: tuple[str, ...]) -> None:
    before = documents(main, *words)
    close_period(load_book(main), "2000-2001", make_figures)
    assert documents(main, *words) == before
    said = run(main, *words, "--as-at", "2001-06-30", "--json").stderr
    assert "2001-06-30 is of a closed period, so history.beancount answers" in said.replace(
        "2001-06-30 is" if words == ("pledges",) else "2000-01-01 is", "2001-06-30 is"
    )


def test_it_is_refused_where_the_history_is_missing(main: Path) -> None:
    close_period(load_book(main), "2000-2001", make_figures)
    main.with_name("history.beancount").unlink()
    for words in (("pledges", "--as-at", "2001-12-31"), ("report", "--period", "2001-Q2")):
        done = run(main, *words)
        assert done.exit_code == 2
        assert "The period 2000-2001 is closed and its entries are not in this book" in done.stderr
        assert done.stdout == ""


def test_a_selection_does_not_read_a_closed_period_as_nil(main: Path) -> None:
    close_period(load_book(main), "2000-2001", make_figures)
    book = load_book(main)
    with pytest.raises(SelectionError, match=r"is closed and its entries are not in this book"):
        select(book, "2000-2001")
    history = book_answering(book, date(2001, 12, 31))
    assert select(history, "2000-2001").cut.end == date(2001, 12, 31)
    assert book_answering(book, date(2002, 1, 1)) is book

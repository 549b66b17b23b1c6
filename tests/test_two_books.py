"""The two books of docs/accounting.md, made by the commands that stand there, say the figures that
were computed there by hand. Nothing is written here that the page says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.closing.proof import verify_seals
from pledgebook.ledger.files.loading import load_book
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.selection import select
from pledgebook.reports.figures.table import Report
from pledgebook.reports.financial_statements import make_statements, statements
from pledgebook.reports.schedule import make_schedule
from pledgebook.reports.untied import find_untied

PAGE = (Path(__file__).parent.parent / "docs" / "accounting.md").read_text("utf-8")
COMMON = """option "operating_currency" "USD"
option "inferred_tolerance_default" "*:0.000001"
plugin "pledgebook.plugins"
1999-12-31 custom "rate-age" "9999"
1999-12-31 custom "purpose" "corruption" "Corruption"
"""
HEADS = {
    "The first book": COMMON
    + """1999-12-31 custom "fund" "TRUST" "A fund"
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
2002-03-01 price USD 1.10 EUR
2003-12-31 price USD 0.80 EUR
""",
    "The second book": COMMON
    + """1999-12-31 custom "fund" "TRUST" "A fund"
  recognition-general: "agreement"
  recognition-special: "receipt"
2014-01-01 custom "period" "2014" 2014-12-31
  framework: "IPSAS"
2015-01-01 custom "period" "2015" 2015-12-31
  framework: "IPSAS"
2014-02-01 price USD 0.80 EUR
2014-12-31 price USD 0.75 EUR
""",
}
EVENTS = 15


def tables(title: str) -> Iterator[list[list[str]]]:
    """Yield the tables of a section of the page, each row as its cells, without heads."""
    section = PAGE.split(f"### {title}\n")[1].split("\n### ")[0]
    for block in re.findall(r"(?:^\|.*\n)+", section + "\n", re.MULTILINE):
        rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in block.splitlines()]
        yield rows[2:]


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("−", "-"))


@pytest.fixture(params=HEADS)
def made(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    title = request.param
    main = tmp_path / "main.beancount"
    main.write_text(HEADS[title], "utf-8")
    events, *_ = tables(title)
    assert [row[0] for row in events if row[0] != "close"] == [str(n + 1) for n in range(EVENTS)]
    for number, command, _ in events:
        words = command.strip("`").split()
        if number == "close":
            close_period(load_book(main), words[0], make_figures)
            continue
        done = CliRunner().invoke(group, ["--book", str(main), "record", *words, "--yes"])
        assert done.exit_code == 0, (number, done.stderr)
    return title, main


def test_the_schedule_is_what_was_computed_by_hand_and_nothing_else(
    made: tuple[str, Path],
) -> None:
    title, main = made
    _, table, _ = tables(title)
    written = {(row[0], row[1], row[2]): amount(row[3]) for row in table}
    history = load_book(main.with_name("history.beancount"))
    shown = {
        (period, f"{class_}, {line.donor}", column): value
        for period in dict.fromkeys(row[0] for row in table)
        for (_, class_), lines in make_schedule(select(history, period)).sections.items()
        for line in lines
        for column, value in line.figures.amounts().items()
        if value
    }
    assert shown == written


def test_the_statements_say_every_figure_that_was_computed_by_hand(made: tuple[str, Path]) -> None:
    title, main = made
    *_, table = tables(title)
    for path in (main, main.with_name("history.beancount")):
        book = load_book(path)
        assert find_untied(book) == []
        for period, column, line, value in table:
            if path == main and period in book.settings.seals:
                continue
            selection = select(book, period)
            if column == "comparative":
                shown = _comparative(statements(selection), line)
            else:
                (each,) = make_statements(selection)
                shown = each.lines[line][column]
            assert shown == amount(value), (path.name, period, column, line)


COMPARED = {
    "contributions": "Voluntary contributions",
    "programme": "Programme",
    "balance_after": "Net assets, end of period",
}


def _comparative(report: Report, line: str) -> object:
    (row,) = (row for row in report.rows if row.values.get("line") == COMPARED[line])
    return row.values["comparative"]


def test_the_periods_after_close_too_and_every_seal_holds(made: tuple[str, Path]) -> None:
    _, main = made
    book = load_book(main)
    assert [error.message for error in book.errors] == []
    last = max(period.name for period in book.settings.periods)
    close_period(book, last, make_figures)
    assert [verdict.differs for verdict in verify_seals(main, make_figures)] == [{}, {}]

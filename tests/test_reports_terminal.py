"""Reports as tables on a terminal."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.register.book import Book
from pledgebook.reports import make_reports, select
from pledgebook.reports.figures.table import Column, Report, Row
from pledgebook.reports.render.terminal import to_text

GOLDEN = Path(__file__).parent / "data" / "golden" / "main.beancount"


def made(rows: list[Row], columns: list[Column]) -> Report:
    return Report(
        name="x",
        title="Title",
        subtitle="",
        period="2003",
        as_at=date(2003, 12, 31),
        currency="USD",
        columns=columns,
        rows=rows,
    )


COLUMNS = [
    Column(key="donor", title="Donor"),
    Column(key="a", title="Collected", kind="amount"),
    Column(key="b", title="Written off", kind="amount"),
]


def test_a_table_has_its_figures_under_their_headings_and_names_what_is_empty() -> None:
    report = made(
        [Row(kind="row", values={"donor": "Canada", "a": Decimal(-5), "b": Decimal(0)})], COLUMNS
    )
    assert to_text(report, 80).splitlines() == [
        "Title",
        "Period 2003, as at 31 December 2003. US dollars.",
        "",
        "Donor       Collected",
        "----------  ---------",
        "    Canada     (5.00)",
        "",
        "Nothing stands under: Written off.",
    ]


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ("schedule --purpose corruption", "accounts do not say which purpose money is for"),
        ("in-kind", "no account holds what is shown here"),
        ("exchange --donor Italy", "no account holds what is shown here by donor"),
    ],
)
def test_where_no_figure_can_be_set_beside_the_ledger_the_reason_is_said(
    asked: str, why: str
) -> None:
    words = ["--book", str(GOLDEN), "report", *asked.split(), "--period", "2002-2003"]
    answer = CliRunner().invoke(group, words)
    assert f"No figure could be set beside the ledger's own: {why}." in answer.stderr
    assert "0 of 0" not in answer.output


def test_no_line_is_wider_than_the_terminal_and_no_figure_is_lost(golden: Book) -> None:
    (report,) = make_reports(select(golden, "2002-2003"), ("schedule",))
    whole, narrow = to_text(report, 10_000), to_text(report, 100)
    headings = {row.label for row in report.rows if row.kind in {"section", "group"}}
    for line in narrow.splitlines():
        assert len(line) <= 100 or line.strip() in headings, line
    figures = re.compile(r"\(?[\d,]+\.\d\d\)?")
    assert sorted(figures.findall(whole)) == sorted(figures.findall(narrow))
    assert "413,711.18" in narrow  # pledged, all funds: the golden schedule's own total


def test_the_command_shows_a_report_where_no_file_is_named() -> None:
    asked = ["--book", str(GOLDEN), "report", "earmarked", "--period", "2002-2003"]
    result = CliRunner().invoke(group, asked)
    assert result.exit_code == 0, result.output
    assert "Earmarked balances by purpose" in result.stdout
    assert re.search(r"Corruption +25,000\.00 +83,000\.00", result.stdout)
    assert re.search(r"(\d+) of \1 figures", result.stderr)


def test_the_folder_of_a_reports_file_is_made(golden: Book, tmp_path: Path) -> None:
    out = tmp_path / "new" / "folder" / "schedule.csv"
    words = ["--book", str(golden.path), "report", "schedule", "--period", "2002-2003"]
    done = CliRunner().invoke(group, [*words, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert out.is_file()

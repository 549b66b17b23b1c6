"""Sheets with expected figures beside them are measured. All amounts are made up."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
import measure_questions

Measure = Callable[[], tuple[int, list[str]]]
SHEET = "Donor;Year;Amount\nNorway;2002;1.000,50\nExample Ltd;2002;250,00\nTotal;;1.250,50\n"
EXPECTED = """
rows = 2
names = "company"
[totals]
EUR = "1250.50"
[answers]
currency = "EUR"
day-in-year = "12-31"
[seen]
"2" = ["Norway", "1000.50", "EUR", "2002-12-31"]
"3" = ["Example Ltd", "250.00", "EUR", "2002-12-31"]
"""
STATED = (
    "Donor,Date of pledge,Amount,Currency\nNorway,2002-05-12,1000,USD\nAustria,2002-05-12,0,USD\n"
)
EXPECTED_STATED = """
rows = 2
stated = true
[totals]
USD = "1000.00"
[seen]
"2" = ["Norway", "1000.00", "USD", "2002-05-12"]
"3" = "left out"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, sheet, beside in (
        ("asked.csv", SHEET, EXPECTED),
        ("stated.csv", STATED, EXPECTED_STATED),
    ):
        (tmp_path / name).write_text(sheet, "utf-8")
        (tmp_path / f"{name}.toml").write_text(beside, "utf-8")
    return tmp_path


@pytest.fixture
def measure(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Measure:
    def run() -> tuple[int, list[str]]:
        monkeypatch.setattr("sys.argv", ["measure_questions.py", str(folder)])
        return measure_questions.main(), capsys.readouterr().out.splitlines()

    return run


def test_rows_questions_and_names_are_counted(measure: Measure) -> None:
    status, lines = measure()
    assert status == 0
    assert [line.split() for line in lines[1:4]] == [
        ["asked.csv", "2", "0", "0", "2", "1", "0", "0", "0"],
        ["stated.csv", "2", "2", "2", "0", "0", "0", "0", "2"],
        ["total", "4", "2", "2", "2", "1", "0", "0", "2"],
    ]
    assert lines[4:] == [
        "where currency and day are stated: 2 rows, 100.0% right at once, 100.0% with the names"
    ]


def test_a_file_may_be_rightly_refused(folder: Path, measure: Measure) -> None:
    (folder / "asked.csv").write_text("Town,Street\nOslo,Main Street\n", "utf-8")
    (folder / "asked.csv.toml").write_text("rows = 0\nrefused = 'nothing to import'\n", "utf-8")
    assert measure()[0] == 0
    (folder / "asked.csv").write_text(SHEET, "utf-8")
    status, lines = measure()
    assert status == 1
    assert "asked.csv: it was read, and is to be refused" in lines


@pytest.mark.parametrize(
    ("instead", "by", "told"),
    [
        ('"250.00"', '"260.00"', "row 3: entered as EXAMPLELTD 250.00 EUR"),
        ('EUR = "1250.50"', 'EUR = "1260.50"', "the sums are 1,250.50 EUR, and not 1,260.50 EUR"),
        ('"3" = [', '"9" = [', "row 9: has no verdict"),
        ('day-in-year = "12-31"', "", "no answer: asked.csv#asked!A1:day-in-year:B (2 rows)"),
        ('currency = "EUR"', 'currency = "often"', "'often' is no answer"),
    ],
)
def test_what_is_wrong_or_not_answered_is_told(
    instead: str, by: str, told: str, folder: Path, measure: Measure
) -> None:
    (folder / "asked.csv.toml").write_text(EXPECTED.replace(instead, by), "utf-8")
    status, lines = measure()
    assert status == 1
    assert any(told in line for line in lines), lines

"""`pledgebook demo`: the example from the donors' spreadsheets to the reports."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from pledgebook.importers import import_files
from pledgebook.importers.reading.workbook import read_workbook
from pledgebook.ledger import Book, list_instalments, load_book
from pledgebook.ledger.example import IMPORTED, STATEMENTS, TO_TRY, make_example
from pledgebook.ledger.matching.assignment import match_receipts
from pledgebook.reports import make_reports, select

MADE_UP = ("MADE UP", "INVENTÉS", "ВЫМЫШЛЕНЫ")


def run(folder: Path, within: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pledgebook.cli", "demo", str(folder)],
        capture_output=True, text=True, check=False, cwd=within,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of the example, and what was said when it was made."""
    folder = tmp_path_factory.mktemp("example") / "demo"
    done = run(folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder, done.stdout


@pytest.fixture(scope="module")
def example(made: tuple[Path, str]) -> Book:
    return load_book(made[0] / "main.beancount")


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_example_has_no_errors_and_says_that_it_is_made_up(
    made: tuple[Path, str], example: Book
) -> None:
    assert example.errors == []
    assert "made up" in example.options["title"]
    assert "Every figure, letter and rate in it is made up." in made[1]
    assert "made up" in (made[0] / "rates.beancount").read_text("utf-8")


def test_each_spreadsheet_of_the_inbox_says_that_it_is_made_up(made: tuple[Path, str]) -> None:
    files = sorted((made[0] / "inbox").iterdir())
    assert [file.name for file in files] == sorted([*IMPORTED, *STATEMENTS, TO_TRY])
    for file in files:
        if file.name in STATEMENTS:
            assert "MADE UP" in file.read_text("utf-8").replace("-", " ").upper(), file.name
            continue
        first = read_workbook(file).sheets[0].rows[0][0]
        assert any(words in str(first) for words in MADE_UP), file.name


def test_what_became_of_each_row_is_said(made: tuple[Path, str]) -> None:
    said = made[1]
    assert "5 imported, 1 duplicate, 2 waiting" in said
    assert "The donor 'Untied Kingdom' is not known. Nearest: United Kingdom (GBR)" in said
    assert "Announced only ('Subject to parliamentary approval.')" in said
    assert "promesses-2001.csv    4 imported. Totals that agree with their rows: 3 of 3." in said
    assert "E14 was not checked: the rows are in several currencies" in said


def test_the_receipts_of_the_bank_are_matched_and_what_is_in_doubt_waits(
    made: tuple[Path, str], example: Book
) -> None:
    said = made[1]
    assert "statement-2002.xml    7 imported; the ledger agrees." in said
    assert "statement-2003.sta    10 imported, 3 duplicate; the ledger agrees." in said
    assert "Matched: 13 receipts" in said
    matches = match_receipts(example)
    assert [(match.receipt.value, match.verdict) for match in matches] == [
        (Decimal("1000.00"), "open"), (Decimal("39975.00"), "proposed"),
    ]  # fmt: skip
    assert matches[1].chosen
    assert [part.claim.label for part in matches[1].chosen.parts] == ["NOR-2002-01.2"]


def test_every_stage_of_a_pledge_occurs(example: Book) -> None:
    lines = {line.label: line for line in list_instalments(example.register)}
    assert {line.status for line in lines.values()} == {
        "committed", "deferred", "in-advance", "paid", "partly-paid", "pledged",
        "written-off",
    }  # fmt: skip
    italy = lines["ITA-2001-01.1"]
    assert (italy.currency, italy.pledged, italy.outstanding) == ("EUR", Decimal("309874.14"), 0)
    assert lines["RUS-2003-01.1"].paid == Decimal(25000)  # its own row says so, the next does not
    assert lines["RUS-2003-01.2"].paid == 0
    assert {line.fund for line in lines.values()} == {"CPCJF", "UNTOC"}


def test_the_schedule_of_the_example_foots_and_agrees_with_the_ledger(
    made: tuple[Path, str],
) -> None:
    schedule = json.loads((made[0] / "reports" / "schedule.json").read_text("utf-8"))
    total = {key: Decimal(value) for key, value in schedule["totals"]["CPCJF with UNTOC"].items()}
    # Unpaid: Netherlands 44,969.21, Norway 40,000, Korea 45,000, World Bank 50,000,
    # Spain 1,326.88 ("1.234" euros: none has three decimals); the Convention: Kazakhstan 8,000,
    # Russian Federation 25,000; the foundation 2,500, since 1997.
    assert total["closing"] == Decimal("216796.09")
    assert total["in_advance"] == Decimal("30000.00")
    assert total["closing"] == (
        total["opening"] + total["adjustments"] + total["pledged"] - total["collected_prior"]
        - total["collected_current"] + total["exchange"] - total["written_off"]
    )  # fmt: skip
    assert schedule["ledger"]["agrees"] is True
    assert schedule["cash_proof"]["agrees"] is True
    assert schedule["cash_proof"]["bank_charges"] == "15.00"
    assert "216,796.09" in made[1]


def test_every_report_of_the_example_has_something_to_show(example: Book) -> None:
    reports = make_reports(select(example, "2002-2003"), ("all",))
    of_agreements = {"agreements", "agreement", "reports-due"}  # the example has none with a donor
    assert {report.name for report in reports if not report.rows_of()} == of_agreements
    assert [tie for report in reports for tie in report.ties if not tie.agrees] == []
    statements = next(report for report in reports if report.name == "statements")
    nil = {row.label or row.values["line"] for row in statements.rows if row.values
           and not any(row.values[key] for key in ("total", "eliminated"))}  # fmt: skip
    assert nil == {"Transfers between funds", "Balances with other funds"}  # one gives, one has


def test_the_reports_stand_beside_the_book(made: tuple[Path, str]) -> None:
    names = {path.name for path in (made[0] / "reports").iterdir()}
    assert names == {"contributions-2002-2003.xlsx"} | {
        f"{report}.{form}"
        for report in ("schedule", "paragraphs", "statements")
        for form in ("html", "csv", "json")
    }


def test_made_again_the_example_is_left_as_it_is(made: tuple[Path, str]) -> None:
    before = digests(made[0])
    again = run(made[0])
    assert again.returncode == 0
    assert "holds the example already; it was left as it is" in again.stdout
    assert "delete that folder and run this command again" in again.stdout
    assert digests(made[0]) == before


def test_a_folder_with_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine", "utf-8")
    done = run(tmp_path)
    assert done.returncode == 2
    assert "this one holds something else. Name another folder." in done.stderr
    assert digests(tmp_path).keys() == {"letter.txt"}


def test_an_empty_folder_is_taken_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    assert run(Path("demo"), within=tmp_path).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["demo"]


def test_importing_the_inbox_again_adds_nothing(made: tuple[Path, str], example: Book) -> None:
    before = digests(made[0])
    names = (*IMPORTED, *STATEMENTS)
    again = import_files(example, [made[0] / "inbox" / name for name in names])
    assert again.transactions == 0
    assert [file.count("imported") for file in again.files] == [0, 0, 0, 0]
    assert digests(made[0]) == before


def test_the_same_spreadsheets_are_made_each_time(tmp_path: Path) -> None:
    make_example(tmp_path / "one")
    make_example(tmp_path / "two")
    one, two = digests(tmp_path / "one"), digests(tmp_path / "two")
    del one["writes.jsonl"], two["writes.jsonl"]  # which say when they were written
    assert one == two

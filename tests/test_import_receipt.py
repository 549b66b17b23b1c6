"""The receipt of an import: every row beside its cells, totals, digest, kept with the book.

All amounts are made up.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook
from pledgebook.cli.main import group
from pledgebook.cli.progress import Progress
from pledgebook.importers.tables.mapping import read_mapping
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book

SHEET = """\
Contributions to the Fund (made up)
,,,,,
Donor,Reference,Date of pledge,Currency,Amount,Due date
Italy,=1+1,2002-03-01,USD,5000.00,
Ruritania <b>,NV 3/2002,2002-03-03,USD,7000.00,
Japan,NV 6/2002,2002-03-06,USD,-,
Total,,,,"12,000.50",
"""

Run = Callable[..., Result]


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return make_book(tmp_path / "book")


@pytest.fixture
def run(main: Path) -> Run:
    def invoke(*words: str | Path) -> Result:
        given = ["--book", str(main), "import", *map(str, words), "--fund", "CPCJF"]
        return CliRunner().invoke(group, given)

    return invoke


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "a letter.csv"
    path.write_text(SHEET, "utf-8")
    return path


def kept(main: Path) -> list[Path]:
    return sorted((main.parent / "documents").glob("imports/*"))


def test_an_import_keeps_the_file_the_mapping_a_page_and_a_workbook(
    run: Run, main: Path, letter: Path
) -> None:
    document = json.loads(run(letter, "--json").stdout)
    (folder,) = kept(main)
    assert document["receipts"] == [folder.relative_to(main.parent).as_posix()]
    assert folder.name.endswith("-a-letter")
    digest = hashlib.sha256(letter.read_bytes()).hexdigest()
    assert {path.name for path in folder.iterdir()} == {
        "a letter.csv", "mapping.toml", "receipt.html", "receipt.xlsx", f"{digest[:12]}.sha256",
    }  # fmt: skip
    assert (folder / "a letter.csv").read_bytes() == letter.read_bytes()
    assert letter.exists()
    assert read_mapping(folder / "mapping.toml").heading_rows == (3,)
    assert load_book(main).errors == []


def test_the_workbook_has_every_row_beside_its_cells_and_no_text_is_a_formula(
    run: Run, main: Path, letter: Path
) -> None:
    run(letter)
    book = load_workbook(kept(main)[0] / "receipt.xlsx")
    assert book.sheetnames == ["Cover", "Import", "Control totals", "A letter"]
    rows = [[cell.value for cell in row] for row in book["A letter"].iter_rows()]
    at = next(i for i, row in enumerate(rows) if row[0] == "Row")
    by_number = {row[0]: row for row in rows[at + 1 :] if isinstance(row[0], int)}
    assert [by_number[n][1] for n in (3, 4, 5, 6, 7)] == [
        "heading", "imported", "waiting", "ignored", "total",
    ]  # fmt: skip
    assert by_number[4][2:6] == ["ITA", "ITA-2002-01", 5000, "USD"]
    assert by_number[4][7:11] == ["Italy", "=1+1", "2002-03-01", "USD"]
    formulas = [
        cell.coordinate for sheet in book for row in sheet.iter_rows() for cell in row
        if cell.data_type == "f"
    ]  # fmt: skip
    assert formulas == []
    totals = [[cell.value for cell in row] for row in book["Control totals"].iter_rows()]
    (line,) = [row for row in totals if row[0] == "a letter!E7"]
    assert line[3:6] == [12000.5, 12000, 0.5]
    assert str(line[6]).startswith("DIFFERS")


def test_the_page_says_the_digest_and_escapes_what_the_sheet_says(
    run: Run, main: Path, letter: Path
) -> None:
    run(letter)
    page = (kept(main)[0] / "receipt.html").read_text("utf-8")
    assert hashlib.sha256(letter.read_bytes()).hexdigest() in page
    assert "Ruritania &lt;b&gt;" in page
    assert "Ruritania <b>" not in page


def test_a_dry_run_keeps_nothing_and_the_same_file_again_no_second_receipt(
    run: Run, main: Path, letter: Path
) -> None:
    run(letter, "--dry-run")
    assert kept(main) == []
    run(letter)
    run(letter)
    assert len(kept(main)) == 1
    letter.write_text(SHEET.replace("Ruritania <b>", "Spain"), "utf-8")
    run(letter)
    assert len(kept(main)) == 2


def test_without_its_receipt_nothing_of_an_import_is_written(
    run: Run, main: Path, letter: Path
) -> None:
    (main.parent / "documents").rmdir()
    (main.parent / "documents").write_text("a file in the way", "utf-8")
    before = {path: path.read_bytes() for path in main.parent.iterdir() if path.is_file()}
    assert "Not a directory" in run(letter).output
    assert {path: path.read_bytes() for path in main.parent.iterdir() if path.is_file()} == before


def test_the_page_of_a_long_list_shows_what_needs_a_look_and_the_workbook_all(
    run: Run, main: Path, tmp_path: Path
) -> None:
    rows = "".join(f"Italy,NV {n},2002-03-01,USD,{n}.00\n" for n in range(1, 700))
    path = tmp_path / "long.csv"
    head = "Donor,Reference,Date of pledge,Currency,Amount\n"
    path.write_text(f"{head}{rows}Ruritania,NV 0,2002-03-01,USD,9.00\n", "utf-8")
    run(path)
    (folder,) = kept(main)
    page = (folder / "receipt.html").read_text("utf-8")
    assert "Of 701 rows this page shows the first 1 that are waiting" in page
    assert page.count("ITA-2002-") == 0
    sheet = load_workbook(io.BytesIO((folder / "receipt.xlsx").read_bytes()), read_only=True)[
        "Long"
    ]
    assert sum(row[1].value == "imported" for row in sheet.iter_rows()) == 699


class Terminal(io.StringIO):
    """Standard error that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_long_task_shows_a_bar_on_a_terminal_and_nothing_anywhere_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: dict[type[io.StringIO], str] = {}
    for stream in (Terminal(), io.StringIO()):
        monkeypatch.setattr("sys.stderr", stream)
        with Progress() as tell:
            tell("short.csv", 10, 10)
            for done in (2500, 5000):
                tell("long.csv", done, 5000)
        told[type(stream)] = stream.getvalue()
    assert "long.csv" in told[Terminal]
    assert "100%" in told[Terminal]
    assert "short.csv" not in told[Terminal]
    assert told[io.StringIO] == ""

"""Text made to harm, imported from a sheet, is only text in whatever is made of it later.

References, projects, remarks and names of donors begin as formulas do, hold markup, direction marks
and control characters. They are looked for in the receipt, the ledger and every report, in each
format. All figures are made up.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
MARK = "EVIL"
TEXTS = [
    f"=cmd|'/C calc'!{MARK}",
    f"+{MARK}+1",
    f"-{MARK}",
    f"@SUM({MARK})",
    f"\t={MARK}",
    f"\r\n={MARK}",
    f'"=HYPERLINK(""http://example.org/{MARK}"")',
    f"<script>{MARK}</script>",
    f"<img src=x onerror={MARK}>",
    f"\u202e{MARK}\u202c\u2066x",
    f"{MARK}\x1b[31m\x07\x7f",
    f'{MARK}" ^link #tag ; comment',
    f"={MARK}!A1",
    f"\uff1d{MARK}",
    f"&lt;b&gt;{MARK}",
]


@pytest.fixture(scope="module")
def main(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A book with one pledge for each text: as reference, project, remark and donor's name."""
    folder = tmp_path_factory.mktemp("inert")
    main = make_book(folder / "book")
    path = folder / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        heads = ["Donor", "Reference", "Date of pledge", "Currency", "Amount", "Project"]
        writer.writerow([*heads, "Remarks", "Other"])
        for number, text in enumerate(TEXTS, 1):
            row = [f"{text} {number}", "2002-03-01", "USD", f"{number}000.00", text]
            writer.writerow(["=1+1" if number % 2 else "Italy", *row, text, text])
    words = ["--book", str(main), "import", str(path), "--fund", "CPCJF", "--donor", "=1+1=FRA"]
    result = CliRunner().invoke(group, words)
    assert f"{len(TEXTS)} imported" in result.output, result.output
    assert load_book(main).errors == []
    assert not set(result.output) & {*BIDI, "\x1b", "\x07"}
    return main


def look_at_workbook(path: Path) -> int:
    found = 0
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                if MARK in str(cell.value):
                    found += 1
                    assert cell.data_type == "s", (sheet.title, cell.coordinate, cell.value)
                    assert cell.hyperlink is None
    return found


def look_at_page(path: Path) -> int:
    text = path.read_text("utf-8")
    assert not re.search(rf"<(?:script|img)[^>]*>?[^<]*{MARK}", text)
    assert not set(text) & {*BIDI, "\x1b", "\x07", "\x7f"}
    return text.count(MARK)


def look_at_lines(path: Path) -> int:
    found = 0
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            for cell in row:
                if MARK in cell:
                    found += 1
                    assert cell.lstrip()[:1] not in set("=+-@\uff1d"), cell
                    assert cell[:1] not in {"\t", "\r", "\n"}
    return found


def test_the_receipt_of_the_import_shows_them_as_text(main: Path) -> None:
    (folder,) = (main.parent / "documents" / "imports").iterdir()
    assert look_at_workbook(folder / "receipt.xlsx") >= len(TEXTS)
    assert look_at_page(folder / "receipt.html") >= len(TEXTS)


def test_the_ledger_has_them_in_strings_without_control_or_direction_marks(main: Path) -> None:
    text = (main.parent / "2002-2003.beancount").read_text("utf-8")
    assert MARK in text
    assert not set(text) & {*BIDI, "\x1b", "\x07", "\x7f", "\t", "\r"}
    assert all(line.count('"') >= 2 for line in text.splitlines() if MARK in line)


@pytest.mark.parametrize(
    ("ending", "look"), [("xlsx", look_at_workbook), ("html", look_at_page), ("csv", look_at_lines)]
)
def test_no_report_makes_anything_of_them(
    main: Path, tmp_path: Path, ending: str, look: Callable[[Path], int]
) -> None:
    names = ["schedule", "movements"] if ending == "csv" else ["all"]
    found = 0
    for name in names:
        path = tmp_path / f"{name}.{ending}"
        words = ["--book", str(main), "report", name, "--period", "2002-2003", "--out", str(path)]
        result = CliRunner().invoke(group, words)
        assert result.exit_code == 0, result.output
        found += look(path)
    assert found > 0


def test_nor_does_the_register(main: Path) -> None:
    result = CliRunner().invoke(group, ["--book", str(main), "pledges"])
    assert result.exit_code == 0
    assert not set(result.output) & {*BIDI, "\x1b", "\x07"}

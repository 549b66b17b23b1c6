"""What cannot be read, or not believed: a sentence with the place, and the book untouched.

All figures are made up.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from pledgebook.cli.main import group
from pledgebook.importers.reading.workbook import MAX_FILE_BYTES
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book

HEAD = ["Donor", "Reference", "Date of pledge", "Currency", "Amount"]
GOOD = ["Italy", "NV 1/2002", date(2002, 3, 1), "USD", 5000]
COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

Import = Callable[..., Result]


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return make_book(tmp_path / "book")


@pytest.fixture
def take(main: Path) -> Import:
    def run(path: Path, *options: str) -> Result:
        words = ["--book", str(main), "import", str(path), "--fund", "CPCJF", *options]
        return CliRunner().invoke(group, words)

    return run


def book_bytes(main: Path) -> dict[str, bytes]:
    return {
        path.relative_to(main.parent).as_posix(): path.read_bytes()
        for path in main.parent.rglob("*")
        if path.is_file() and path.suffix == ".beancount"
    }


def sheet(path: Path, *rows: list[object], head: list[object] | None = None) -> Path:
    workbook = openpyxl.Workbook()
    page = workbook.active
    assert page is not None
    page.title = "Pledges"
    for row in (head or HEAD, *rows):
        page.append(row)
        for cell in page[page.max_row]:
            if isinstance(cell.value, str) and cell.value.startswith("=") and cell.value != "=A1":
                cell.data_type = "s"
    workbook.save(path)
    return path


def unreadable(folder: Path) -> dict[str, tuple[Path, str]]:
    """Make files that are no spreadsheets, each with what must be said of it."""
    files = {
        "empty.xlsx": (b"", "is empty"),
        "letter.xlsx": (b"Dear Sir, we pledge 5,000 dollars.\nYours\n", "no table"),
        "report.csv": (b"%PDF-1.4 ...", "is a PDF document"),
        "locked.xlsx": (COMPOUND + ENCRYPTED, "protected by a password"),
        "broken.xlsx": (b"PK\x03\x04 and no more", "is damaged"),
        "words.csv": (b"Name;Telephone\nMs Example;1234\nMr Example;56\n", "no table of contr"),
    }  # fmt: skip
    made = {}
    for name, (content, sentence) in files.items():
        (folder / name).write_bytes(content)
        made[name] = (folder / name, sentence)
    made["missing.xlsx"] = (folder / "missing.xlsx", "does not exist")
    made["a folder"] = (folder, "is a folder")
    return made


@pytest.mark.parametrize(
    "name",
    ["empty.xlsx", "letter.xlsx", "report.csv", "locked.xlsx", "broken.xlsx", "words.csv",
     "missing.xlsx", "a folder"],
)  # fmt: skip
def test_a_file_without_a_table_is_refused_in_one_sentence(
    name: str, tmp_path: Path, main: Path, take: Import
) -> None:
    before = book_bytes(main)
    folder = tmp_path / "files"
    folder.mkdir()
    path, sentence = unreadable(folder)[name]
    result = take(path)
    assert result.exit_code == 2, result.output
    assert sentence in result.stderr
    assert path.name in result.stderr
    assert "Traceback" not in result.output
    assert book_bytes(main) == before


def test_a_file_that_is_too_large_is_refused_before_it_is_read(
    tmp_path: Path, take: Import
) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    result = take(path)
    assert (result.exit_code, "is too large" in result.stderr) == (2, True)


def test_a_file_that_would_unpack_without_end_is_refused(tmp_path: Path, take: Import) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * (401 * 1024 * 1024))
    result = take(path)
    assert (result.exit_code, "would unpack to more than" in result.stderr) == (2, True)


def test_one_unreadable_file_among_several_is_named_and_the_others_are_taken(
    tmp_path: Path, main: Path
) -> None:
    before = book_bytes(main)
    good = sheet(tmp_path / "good.xlsx", GOOD)
    (tmp_path / "empty.csv").write_bytes(b"")
    words = ["--book", str(main), "import", str(good), str(tmp_path / "empty.csv")]
    result = CliRunner().invoke(group, [*words, "--fund", "CPCJF"])
    assert result.exit_code == 1
    assert "not taken" in result.output
    assert "empty.csv" in result.output
    assert book_bytes(main) != before
    assert load_book(main).errors == []


ROWS: dict[str, tuple[list[object], str, str]] = {
    "an unknown donor": (
        ["Ruritania", "R", date(2002, 3, 1), "USD", 5000],
        "waiting",
        "The donor 'Ruritania' is not known.",
    ),
    "a misspelt donor": (
        ["Itly", "R", date(2002, 3, 1), "USD", 5000],
        "waiting",
        "Nearest: Italy (ITA)",
    ),
    "a formula as a name": (
        ["=1+1", "R", date(2002, 3, 1), "USD", 5000],
        "waiting",
        "The donor '=1+1' is not known.",
    ),
    "a negative pledge": (
        ["Italy", "R", date(2002, 3, 1), "USD", -5000],
        "rejected",
        "A pledge is above zero, this one is -5000.00",
    ),
    "a currency that is none": (
        ["Italy", "R", date(2002, 3, 1), "XQZ", 5000],
        "rejected",
        "Pledges!D3: 'XQZ' is no currency that is known.",
    ),
    "euro before the euro": (
        ["Italy", "R", date(1998, 3, 1), "EUR", 5000],
        "rejected",
        "Pledges!D3: 'EUR' was no currency on 1998-03-01",
    ),
    "lire after the lira": (
        ["Italy", "R", date(2003, 3, 1), "ITL", 5000],
        "rejected",
        "Pledges!D3: 'ITL' was no currency on 2003-03-01",
    ),
    "a formula without a result": (
        ["Italy", "R", date(2002, 3, 1), "USD", "=A1"],
        "waiting",
        "Pledges!E3: The amount '=A1' cannot be read: the formula's result was never stored",
    ),
    "an error value": (
        ["Italy", "R", date(2002, 3, 1), "USD", "#REF!"],
        "waiting",
        "Pledges!E3: The amount '#REF!' cannot be read: the spreadsheet shows the error",
    ),
    "no date": (["Italy", "R", None, "USD", 5000], "waiting", "no date is stated"),
    "a day that is none": (
        ["Italy", "R", "31/02/2002", "USD", 5000],
        "waiting",
        "'31/02/2002' cannot be read: there is no such day",
    ),
    "no currency": (["Italy", "R", date(2002, 3, 1), None, 5000], "waiting", "is not stated"),
    "no amount": (
        ["Italy", "R", date(2002, 3, 1), "USD", None],
        "waiting",
        "The amount is not stated, which is not the same as nil.",
    ),
    "two figures in a cell": (
        ["Italy", "R", date(2002, 3, 1), "USD", "5,000.00 or 6,000.00"],
        "waiting",
        "it holds two figures",
    ),
    "an ambiguous amount": (
        ["Italy", "R", date(2002, 3, 1), "USD", "1.234"],
        "waiting",
        "Pledges!E3: The amount is ambiguous: '1.234' may mean 1.234 or 1234.",
    ),
    "no rate": (
        ["Italy", "R", date(2002, 3, 1), "SEK", 5000],
        "waiting",
        "the book has no rate of exchange of SEK",
    ),
    "a very long cell": (
        ["Italy " * 6000, "R", date(2002, 3, 1), "USD", 5000],
        "waiting",
        "is not known",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_a_row_that_cannot_be_believed_is_named_and_the_others_are_taken(
    name: str, tmp_path: Path, main: Path, take: Import
) -> None:
    row, verdict, sentence = ROWS[name]
    path = sheet(tmp_path / "pledges.xlsx", GOOD, row)
    result = take(path)
    assert result.exit_code == 1, result.output
    assert "1 imported" in result.output
    assert f"1 {verdict}" in result.output
    assert sentence in result.output, result.output
    assert re.search(r"Pledges![A-E]3\b", result.output)
    assert max(map(len, result.output.splitlines())) < 1000
    book = load_book(main)
    assert (len(book.register.by_label), book.errors) == (1, [])


@pytest.mark.parametrize("name", ROWS)
def test_alone_such_a_row_leaves_the_book_untouched(
    name: str, tmp_path: Path, main: Path, take: Import
) -> None:
    before = book_bytes(main)
    row, verdict, _ = ROWS[name]
    result = take(sheet(tmp_path / "pledges.xlsx", row))
    assert (result.exit_code, f"1 {verdict}" in result.output) == (1, True), result.output
    assert book_bytes(main) == before


HOSTILE = [
    '"\n2002-01-01 open Assets:Stolen\n; "',
    'Ref "quoted" \\ and back',
    "line\nbreak\tand tab",
    "\u202egnirts tfel\u202c \u2066x\u2069",
    "nul\x1fand\x7fcontrol",
    "#tag ^link ; comment",
    '=HYPERLINK("http://example.org")',
    "{0 # 1 USD}",
]


def test_nothing_in_a_cell_reaches_the_book_as_beancount(
    tmp_path: Path, main: Path, take: Import
) -> None:
    path = tmp_path / "hostile.csv"
    import csv  # noqa: PLC0415 - only here

    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*HEAD, "Project"])
        for number, text in enumerate(HOSTILE, 1):
            writer.writerow(
                ["Italy", f"{number} {text}", "2002-03-01", "USD", f"{number}000.00", text]
            )
    result = take(path)
    assert f"{len(HOSTILE)} imported" in result.output, result.output
    book = load_book(main)
    assert book.errors == []
    assert len(book.register.by_label) == len(HOSTILE)
    assert not any(
        entry.account == "Assets:Stolen" for entry in book.entries if hasattr(entry, "account")
    )
    text = (main.parent / "2002-2003.beancount").read_text("utf-8")
    assert not [char for char in text if not char.isprintable() and char != "\n"]
    assert f"{len(HOSTILE)} duplicate" in take(path).output


def test_two_columns_of_one_heading_with_other_figures_wait(tmp_path: Path, take: Import) -> None:
    head = [*HEAD, "Amount"]
    result = take(sheet(tmp_path / "twice.xlsx", [*GOOD, 6000], head=head))
    assert result.exit_code == 1
    assert "column E (Amount) was read, F (Amount) not. Which one counts?" in result.output


def test_a_merged_donor_counts_for_its_rows_and_a_merged_amount_for_none(
    tmp_path: Path, main: Path, take: Import
) -> None:
    path = tmp_path / "merged.xlsx"
    workbook = openpyxl.Workbook()
    page = workbook.active
    assert page is not None
    for row in (HEAD, GOOD, [None, "NV 2/2002", date(2002, 4, 1), "USD", 700],
                ["Spain", "NV 3/2002", date(2002, 4, 1), "USD", 800],
                ["Japan", "NV 4/2002", date(2002, 4, 1), "USD", None]):  # fmt: skip
        page.append(row)
    page.merge_cells("A2:A3")
    page.merge_cells("E4:E5")
    workbook.save(path)
    result = take(path)
    assert "2 imported, 2 waiting" in result.output  # whose the amount is, nothing tells
    donors = [changes[0].after.donor for changes in load_book(main).register.by_label.values()]
    assert donors == ["ITA", "ITA"]


def test_a_hidden_sheet_is_named_and_not_taken(tmp_path: Path, main: Path, take: Import) -> None:
    path = tmp_path / "hidden.xlsx"
    workbook = openpyxl.Workbook()
    page = workbook.active
    assert page is not None
    hidden = workbook.create_sheet("Internal")
    for row in (HEAD, GOOD):
        page.append(row)
        hidden.append([*row[:4], row[4] if row is HEAD else 999_999])
    hidden.sheet_state = "hidden"
    workbook.save(path)
    result = take(path)
    assert "Sheet 'Internal' is hidden and was not taken" in result.output
    (changes,) = load_book(main).register.by_label.values()
    assert changes[0].after.units == 5000


def test_dates_counted_from_1904_are_the_days_they_show(
    tmp_path: Path, main: Path, take: Import
) -> None:
    path = tmp_path / "mac.xlsx"
    workbook = openpyxl.Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    page = workbook.active
    assert page is not None
    page.append(HEAD)
    page.append([*GOOD[:2], datetime(2002, 3, 1), *GOOD[3:]])  # noqa: DTZ001 - a cell has no zone
    workbook.save(path)
    assert take(path).exit_code == 0
    (changes,) = load_book(main).register.by_label.values()
    assert changes[0].after.pledged_on == date(2002, 3, 1)


def test_a_sheet_that_claims_a_million_rows_and_sixteen_thousand_columns_is_refused(
    tmp_path: Path, take: Import
) -> None:
    path = tmp_path / "wide.xlsx"
    workbook = openpyxl.Workbook()
    page = workbook.active
    assert page is not None
    page["A1"], page["XFD1048576"] = "Donor", 1
    workbook.save(path)
    result = take(path)
    assert (result.exit_code, "delete what stands far outside" in result.stderr) == (2, True)

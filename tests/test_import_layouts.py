"""Layouts that a person reads at a glance: grouped donors, tags, thousands in a cell (all amounts
made up).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from conftest import FEW_RATES
from pledgebook.importers import import_files
from pledgebook.importers.judging.verdicts import JudgedTable
from pledgebook.importers.values.amounts import parse_amount
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book

D = Decimal
Take = Callable[[str], JudgedTable]
HEAD = "Donor,Date,Amount (USD)\n"


@pytest.fixture
def take(load: Callable[..., Book], tmp_path: Path) -> Take:
    main = load(f"{FEW_RATES}2002-01-01 price USD 1.10 EUR\n").path

    def one(text: str) -> JudgedTable:
        path = tmp_path / "list.csv"
        path.write_text(text, "utf-8")
        result = import_files(load_book(main), [path], fund="CPCJF", dry_run=True)
        (table,) = (table for file in result.files for table in file.tables)
        return table

    return one


def donors(table: JudgedTable) -> list[tuple[str, str]]:
    return [(each.verdict, each.donor) for each in table.verdicts]


GROUPED = [
    "Norway,2002-03-01,500",
    ",2002-04-01,250",
    ",2002-05-01,100",
    "Italy,2002-03-01,120",
    ",2002-06-01,20",
]


def test_a_list_grouped_by_donor_names_each_once(take: Take) -> None:
    table = take(HEAD + "\n".join(GROUPED))
    assert donors(table) == [("imported", code) for code in ("NOR", "NOR", "NOR", "ITA", "ITA")]
    assert "named in list!A2" in table.verdicts[1].reason


@pytest.mark.parametrize(
    "rows",
    [
        [*GROUPED, "Norway,2002-07-01,70"],  # a donor written out again: a blank is an omission
        ["Norway,2002-03-01,500", ",2002-04-01,250", "Italy,2002-03-01,120"],  # one blank alone
        [*GROUPED[:3], ",2002-06-01,20"],  # under one donor only
        [",2002-02-01,5", *GROUPED],  # nobody above the first
    ],
)
def test_a_blank_donor_in_another_list_waits(take: Take, rows: list[str]) -> None:
    table = take(HEAD + "\n".join(rows))
    blanks = [verdict for row, verdict in zip(rows, table.verdicts, strict=True) if row[0] == ","]
    assert {each.verdict for each in blanks} == {"waiting"}
    assert {each.reason for each in blanks} == {"No donor is named."}


def test_a_subtotal_ends_a_group(take: Take) -> None:
    rows = [*GROUPED[:3], "Subtotal,,850", ",2002-04-02,33", *GROUPED[3:]]
    assert ("waiting", "") in donors(take(HEAD + "\n".join(rows)))


def test_tags_below_the_headings_are_headings(take: Take) -> None:
    table = take(HEAD + "#org+donor,#date,#value\nNorway,2002-03-01,500\n")
    assert table.table.counts()["heading"] == 2
    assert donors(table) == [("imported", "NOR")]


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("500k", D(500_000), ""),
        ("500K", D(500_000), ""),
        ("€ 500k", D(500_000), "€"),
        ("250 TEUR", D(250_000), "EUR"),
        ("kUSD 1,5", D(1_500), "USD"),
    ],
)
def test_a_letter_for_thousands_is_read(text: str, amount: Decimal, currency: str) -> None:
    reading = parse_amount(text)
    assert (reading.value, reading.currency) == (amount, currency)


@pytest.mark.parametrize("text", ["K500", "1.2m", "1.2M", "500 kr", "500 K.", "500kg"])
def test_a_letter_that_may_be_something_else_is_left_beside_the_figure(text: str) -> None:
    reading = parse_amount(text)
    assert reading.currency != ""
    assert reading.value in {D(500), D("1.2")}


@pytest.mark.parametrize("cell", ["1.5 million", "500k"])
def test_a_unit_in_the_cell_and_one_in_the_title_wait(take: Take, cell: str) -> None:
    table = take(
        f"Pledges in thousands of US dollars,,\nDonor,Date,Amount\nNorway,2002-03-01,{cell}\n"
    )
    (verdict,) = table.verdicts
    assert verdict.verdict == "waiting"
    assert "states a unit of its own" in verdict.reason


DETAIL = [
    ["Donor", "Date", "Amount (USD)"],
    ["Norway", "2002-03-01", 500],
    ["Norway", "2002-05-01", 300],
    ["Italy", "2002-04-01", 300],
]


def judged(main: Path, folder: Path, **sheets: list[list[object]]) -> list[list[str]]:
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    path = folder / "lists.xlsx"
    book.save(path)
    (file,) = import_files(load_book(main), [path], fund="CPCJF", dry_run=True).files
    return [[verdict.verdict for verdict in table.verdicts] for table in file.tables]


@pytest.mark.parametrize(
    ("rows", "verdicts"),
    [
        ([["Norway", "2002-12-31", 800], ["Italy", "2002-12-31", 300]], ["ignored"] * 2),
        ([["Norway", "2002-12-31", 801], ["Italy", "2002-12-31", 300]], ["imported"] * 2),
        ([["Norway", "2002-12-31", 800]], ["imported"]),
    ],
)
def test_a_sheet_that_adds_up_another_is_not_counted_again(
    load: Callable[..., Book], tmp_path: Path, rows: list[list[object]], verdicts: list[str]
) -> None:
    main = load("").path
    found = judged(main, tmp_path, Detail=DETAIL, Summary=[DETAIL[0], *rows])
    assert found == [["imported"] * 3, verdicts]


def test_a_sheet_that_adds_up_two_others_is_not_counted_again(
    load: Callable[..., Book], tmp_path: Path
) -> None:
    head = DETAIL[0]
    found = judged(
        load("").path,
        tmp_path,
        Year1=[head, ["Norway", "2002-03-01", 500], ["Italy", "2002-03-01", 100]],
        Year2=[head, ["Norway", "2003-03-01", 600], ["Italy", "2003-03-01", 200]],
        Both=[head, ["Norway", "2003-12-31", 1100], ["Italy", "2003-12-31", 300]],
    )
    assert found == [["imported"] * 2, ["imported"] * 2, ["ignored"] * 2]


def test_receipts_are_no_summary_of_pledges(load: Callable[..., Book], tmp_path: Path) -> None:
    paid = [
        ["Donor", "Date of payment", "Received (USD)"],
        ["Norway", "2002-06-01", 800],
        ["Italy", "2002-06-01", 300],
    ]
    found = judged(load("").path, tmp_path, Detail=DETAIL, Received=paid)
    assert "ignored" not in found[1]

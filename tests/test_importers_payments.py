"""What a sheet says was paid is recorded, of the instalment it stands beside, or said not to be."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from pledgebook.importers import ImportResult, import_files
from pledgebook.ledger import list_instalments, load_book
from pledgebook.ledger.files.making import make_book


class Taken:
    """A sheet imported into a new book."""

    def __init__(self, folder: Path, rows: list[str]) -> None:
        main = make_book(folder / "book")
        sheet = folder / "sheet.csv"
        with sheet.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(row.split("|") for row in ["CPCJF, made up", *rows])
        self.result: ImportResult = import_files(load_book(main), [sheet])
        self.verdicts = [
            verdict for table in self.result.files[0].tables for verdict in table.verdicts
        ]
        book = load_book(main)
        assert book.errors == []
        self.paid = {
            line.label: (line.paid, line.status) for line in list_instalments(book.register)
        }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_instalments_in_rows_are_paid_each_by_its_own_row(folder: Path) -> None:
    taken = Taken(
        folder,
        [
            "Donor|Reference|Date of pledge|Currency|Amount|Due date|Paid|Payment date",
            "Norway|NV 1|2002-02-01|USD|200.00|2003-06-30||",
            "Norway|NV 1|2002-02-01|USD|300.00|2002-06-30|100.00|2002-07-01",
        ],
    )
    assert taken.paid == {
        "NOR-2002-01.1": (Decimal(100), "partly-paid"),
        "NOR-2002-01.2": (Decimal(0), "committed"),
    }


def test_instalments_in_columns_are_paid_each_by_its_own_column(folder: Path) -> None:
    taken = Taken(
        folder,
        [
            "Donor|Reference|Date of pledge|Currency|1st instalment|||2nd instalment||",
            "||||Amount|Paid|Payment date|Amount|Paid|Payment date",
            "Norway|NV 1|2002-02-01|USD|300.00|||200.00|200.00|2003-01-10",
        ],
    )
    assert taken.paid == {
        "NOR-2002-01.1": (Decimal(0), "committed"),
        "NOR-2002-01.2": (Decimal(200), "paid"),
    }


def test_what_was_paid_of_the_whole_settles_the_instalments_in_order(folder: Path) -> None:
    taken = Taken(
        folder,
        [
            "Donor|Reference|Date of pledge|Currency|1st instalment||2nd instalment||Paid|Paid on",
            "||||Amount|Due|Amount|Due||",
            "Norway|NV 1|2002-02-01|USD|300.00|2002-06-30|200.00|2003-06-30|400.00|2003-07-01",
        ],
    )
    assert taken.paid == {
        "NOR-2002-01.1": (Decimal(300), "paid"),
        "NOR-2002-01.2": (Decimal(100), "partly-paid"),
    }


def test_a_payment_without_a_date_is_not_recorded_and_that_is_said(folder: Path) -> None:
    taken = Taken(
        folder,
        [
            "Donor|Reference|Date of pledge|Currency|Amount|Due date|Paid|Payment date",
            "Norway|NV 1|2002-02-01|USD|300.00|2002-06-30|100.00|",
            "Norway|NV 1|2002-02-01|USD|200.00|2003-06-30||",
        ],
    )
    assert taken.paid["NOR-2002-01.1"] == (Decimal(0), "committed")
    assert "100.00 USD is not recorded" in taken.verdicts[0].reason


def test_more_paid_than_an_instalment_waits(folder: Path) -> None:
    taken = Taken(
        folder,
        [
            "Donor|Reference|Date of pledge|Currency|Amount|Due date|Paid|Payment date",
            "Norway|NV 1|2002-02-01|USD|300.00|2002-06-30|350.00|2002-07-01",
            "Norway|NV 1|2002-02-01|USD|200.00|2003-06-30||",
        ],
    )
    assert taken.paid == {}
    assert {verdict.verdict for verdict in taken.verdicts} == {"waiting"}
    assert "More was paid (350.00) than pledged (300.00)" in taken.verdicts[0].reason


def test_payments_that_do_not_add_up_to_the_rows_total_wait(folder: Path) -> None:
    taken = Taken(
        folder,
        [
            "Donor|Reference|Date of pledge|Currency|1st instalment|||2nd instalment|||Total paid",
            "||||Amount|Paid|Payment date|Amount|Paid|Payment date|",
            "Norway|NV 1|2002-02-01|USD|300.00|300.00|2002-06-28|200.00|||250.00",
        ],
    )
    assert taken.paid == {}
    assert "The payments of the instalments add up to 300.00" in taken.verdicts[0].reason

"""A donor's own list, which names the donor above the table (all amounts made up)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from conftest import FEW_RATES
from pledgebook.importers import import_files
from pledgebook.importers.judging.verdicts import Verdict
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book

Take = Callable[[str], list[Verdict]]


@pytest.fixture
def take(load: Callable[..., Book], tmp_path: Path) -> Take:
    main = load(f"{FEW_RATES}1999-01-01 price USD 1.10 EUR\n").path

    def one(text: str) -> list[Verdict]:
        path = tmp_path / "list.csv"
        path.write_text(text, "utf-8")
        result = import_files(load_book(main), [path], fund="CPCJF", dry_run=True)
        return [v for file in result.files for table in file.tables for v in table.verdicts]

    return one


@pytest.mark.parametrize(
    "above",
    [
        "Donor: Norway,,\nVoluntary contributions,,",
        "Donor,Norway,\nPledges to the Fund,,",
        "Contributions of Norway,,",
        "Schedule of voluntary contributions from the Government of Norway to the Fund,,",
        "Contributions volontaires de la Norvège au Fonds,,",
        "Freiwillige Beiträge von Norwegen,,",
    ],
)
def test_the_donor_may_stand_above_the_table(take: Take, above: str) -> None:
    verdicts = take(f"{above}\nDate,Amount (USD),Reference\n2002-03-01,500,A1\n2002-04-01,300,A2\n")
    assert [(v.verdict, v.donor) for v in verdicts] == [("imported", "NOR")] * 2


@pytest.mark.parametrize(
    "above",
    [
        "Donor: Norway,,\nStatement of expenditure of the contribution,,",
        "Use of the contribution of Norway,,",
        "Donor: Norway,,",  # nothing says that contributions are listed
        "Donor: Norway,,\nDonor: Italy,,\nContributions,,",
        "Contributions of Member States,,",
        "Payments out of contributions of Norway,,",
    ],
)
def test_no_donor_is_taken_from_a_report_on_the_money_or_in_doubt(take: Take, above: str) -> None:
    with pytest.raises(UnreadableFile, match="no row of headings names both"):
        take(f"{above}\nDate,Amount (USD),Reference\n2002-03-01,500,A1\n")


def test_each_list_of_a_sheet_has_its_own_donor(take: Take) -> None:
    headings = "Date,Amount (USD),Reference"
    verdicts = take(
        f"Contributions of Norway,,\n{headings}\n2002-03-01,500,A1\n,,\n"
        f"Contributions of Italy,,\n{headings}\n2002-04-01,300,A2\n"
    )
    assert [(v.verdict, v.donor) for v in verdicts if v.row.reference] == [
        ("imported", "NOR"),
        ("imported", "ITA"),
    ]


def test_the_date_of_the_note_above_is_the_date_of_all_rows(take: Take) -> None:
    (one, two) = take(
        "Date of note verbale: 12 May 2002,\nDonor,Amount (USD)\nNorway,500\nItaly,300\n"
    )
    assert one.row.pledge_date.value == two.row.pledge_date.value == date(2002, 5, 12)
    assert one.verdict == two.verdict == "imported"


@pytest.mark.parametrize("above", ["Date: 12 May 2002,", "Printed on: 12 May 2002,"])
def test_the_date_of_a_paper_is_not_the_date_of_a_pledge(take: Take, above: str) -> None:
    (verdict,) = take(f"{above}\nDonor,Amount (USD)\nNorway,500\n")
    assert verdict.verdict == "waiting"

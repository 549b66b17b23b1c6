"""Donors by funds, donors by purposes: each amount a contribution (all amounts made up)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import FEW_RATES
from pledgebook.importers import import_files
from pledgebook.importers.judging.verdicts import Verdict
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments

D = Decimal
Sheet = Callable[..., list[Verdict]]

FUNDS = """Pledges in US dollars,,,
Donor,Date of pledge,CPCJF,UNTOC
Austria,2002-03-01,500.00,700.00
Canada,2002-04-01,100.00,
Norway,2002-04-02,0,80.00
Total,,600.00,780.00
"""
PURPOSES = """Donor;Date of pledge;Corruption (USD);Trafficking in persons (EUR)
Austria;2002-03-01;500.00;220.00
Canada;2002-04-01;;110.00
"""


@pytest.fixture
def main(load: Callable[..., Book]) -> Path:
    return load(f"{FEW_RATES}2002-01-01 price USD 1.10 EUR\n").path


@pytest.fixture
def take(main: Path, tmp_path: Path) -> Sheet:
    def one(text: str, fund: str = "") -> list[Verdict]:
        path = tmp_path / "list.csv"
        path.write_text(text, "utf-8")
        result = import_files(load_book(main), [path], fund=fund)
        return [
            verdict for file in result.files for table in file.tables for verdict in table.verdicts
        ]

    return one


def booked(main: Path) -> dict[str, tuple[str, str, Decimal, str]]:
    book = load_book(main)
    assert [error.message for error in book.errors] == []
    return {
        line.label: (line.fund, line.purpose, line.pledged, line.currency)
        for line in list_instalments(book.register)
    }


def test_amounts_under_funds_are_a_pledge_to_each(main: Path, take: Sheet) -> None:
    verdicts = take(FUNDS)
    assert [(each.verdict, each.amount) for each in verdicts] == [
        ("imported", D("1200.00")),
        ("imported", D("100.00")),
        ("imported", D("80.00")),
    ]
    assert verdicts[0].pledge == "AUT-2002-01, AUT-2002-02"
    assert booked(main) == {
        "AUT-2002-01.1": ("CPCJF", "", D("500.00"), "USD"),
        "AUT-2002-02.1": ("UNTOC", "", D("700.00"), "USD"),
        "CAN-2002-01.1": ("CPCJF", "", D("100.00"), "USD"),
        "NOR-2002-01.1": ("UNTOC", "", D("80.00"), "USD"),
    }


def test_a_fund_named_by_the_user_does_not_take_another_funds_column(
    main: Path, take: Sheet
) -> None:
    take(FUNDS, fund="CPCJF")
    assert booked(main)["AUT-2002-02.1"][0] == "UNTOC"


def test_amounts_under_purposes_are_earmarked_each_in_its_currency(main: Path, take: Sheet) -> None:
    verdicts = take(PURPOSES, fund="CPCJF")
    assert [each.verdict for each in verdicts] == ["imported", "imported"]
    assert set(booked(main).values()) == {
        ("CPCJF", "corruption", D("500.00"), "USD"),
        ("CPCJF", "trafficking-in-persons", D("220.00"), "EUR"),
        ("CPCJF", "trafficking-in-persons", D("110.00"), "EUR"),
    }


def test_imported_again_a_matrix_adds_nothing(main: Path, take: Sheet) -> None:
    take(FUNDS)
    before = booked(main)
    assert {each.verdict for each in take(FUNDS)} == {"duplicate"}
    reordered = FUNDS.splitlines()
    reordered[2], reordered[3] = reordered[3], reordered[2]
    assert {each.verdict for each in take("\n".join(reordered))} == {"duplicate"}
    assert booked(main) == before


@pytest.mark.parametrize("bad", ["500?", "#REF!", "five"])
def test_a_row_with_one_unclear_amount_waits_as_a_whole(main: Path, take: Sheet, bad: str) -> None:
    first, *others = take(FUNDS.replace("Austria,2002-03-01,500.00", f"Austria,2002-03-01,{bad}"))
    assert first.verdict in {"waiting", "rejected"}
    assert first.drafts == ()
    assert {each.verdict for each in others} == {"imported"}
    assert not any(label.startswith("AUT") for label in booked(main))


def test_a_row_whose_own_amount_is_not_the_sum_waits(main: Path, take: Sheet) -> None:
    text = "Donor,Date of pledge,Amount (USD),CPCJF (USD),UNTOC (USD)\n"
    (verdict,) = take(text + "Austria,2002-03-01,1300.00,500.00,700.00\n")
    assert verdict.verdict == "waiting"
    assert booked(main) == {}

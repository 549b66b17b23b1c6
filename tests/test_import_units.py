"""Units that a title only hints at: the rows wait, whatever the amounts (all made up)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import FEW_RATES
from pledgebook.importers import import_files
from pledgebook.ledger.register.book import Book


def verdicts(load: Callable[..., Book], folder: Path, title: str) -> list[tuple[str, str]]:
    book = load(f"{FEW_RATES}2001-01-01 price USD 1.10 EUR\n")
    path = folder / "list.csv"
    path.write_text(
        f'"{title}"\nDonor;Date of pledge;Currency;Amount\nAustria;2002-03-01;EUR;1.50\n'
        .replace('"', ""), "utf-8"
    )  # fmt: skip
    result = import_files(book, [path], fund="CPCJF", dry_run=True)
    return [
        (verdict.verdict, verdict.reason)
        for file in result.files
        for table in file.tables
        for verdict in table.verdicts
    ]


@pytest.mark.parametrize(
    "unit",
    ["EUR m", "EURm", "€m", "€ M", "M€", "MEUR", "m EUR", "Mill. EUR", "KEUR", "€k",
     "in 1000 EUR", "in 1.000 Euro", "in duizenden euro's"],
)  # fmt: skip
def test_letters_that_may_be_a_unit_are_asked_about(
    load: Callable[..., Book], tmp_path: Path, unit: str
) -> None:
    ((verdict, reason),) = verdicts(load, tmp_path, f"Pledges 2002 ({unit})")
    assert verdict == "waiting"
    assert "In what units are the amounts counted?" in reason


@pytest.mark.parametrize(
    "title", ["Pledges 2002", "Pledges 2002 (EUR)", "Beitraege in EUR, Mai 2002", "EUR mandate"]
)
def test_a_currency_alone_is_no_unit(load: Callable[..., Book], tmp_path: Path, title: str) -> None:
    ((verdict, _),) = verdicts(load, tmp_path, title)
    assert verdict == "imported"

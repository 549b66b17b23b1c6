"""Formulas without stored results, calculated by LibreOffice (all amounts made up)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.importers.reading.cells import ErrorValue, UnreadableFile
from pledgebook.importers.reading.recalculating import recalculate
from pledgebook.importers.reading.workbook import read_workbook
from pledgebook.ledger.register.book import Book

D = Decimal


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A sheet whose amounts are sums that nobody calculated yet."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Pledges"
    for row in (
        [],
        [None, "Donor", "Date", "Amount (USD)"],
        [None, "Norway", "2002-03-01", "=6000-500"],
        [None, "Italy", "2002-03-01", "=D3/2"],
        [None, "Japan", "2002-03-01", "=NOSUCH(1)"],
        [None, "Canada", "2002-03-01", 70],
    ):
        sheet.append(row)
    path = tmp_path / "ledger.xlsx"
    book.save(path)
    return path


@pytest.mark.office
@pytest.mark.usefixtures("calc")
def test_what_was_not_stored_is_calculated_and_said(
    load: Callable[..., Book], ledger: Path
) -> None:
    main = load("").path
    words = ["--book", str(main), "import", str(ledger), "--fund", "CPCJF", "--dry-run", "--json"]
    before = CliRunner().invoke(group, words)
    assert before.stdout.count('"imported"') == 1 + 1  # the count, and Canada
    after = CliRunner().invoke(group, [*words, "--recalculate"])
    assert '"5500.00"' in after.stdout
    assert '"2750.00"' in after.stdout
    assert "calculated by LibreOffice: Pledges!D3, Pledges!D4, Pledges!D5" in after.stdout
    workbook = recalculate(read_workbook(ledger))
    column = [workbook.sheets[0].cell(row, 4) for row in (3, 4, 5, 6)]
    assert column == [D(5500), D(2750), ErrorValue("#NAME?"), D(70)]
    assert workbook.sha256 == read_workbook(ledger).sha256


def test_without_libreoffice_the_option_says_so(
    monkeypatch: pytest.MonkeyPatch, ledger: Path, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnreadableFile, match="3 formulas without stored results"):
        recalculate(read_workbook(ledger))


def test_a_file_without_such_formulas_needs_no_libreoffice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "plain.csv"
    path.write_text("Donor,Amount (USD)\nNorway,5\n", "utf-8")
    workbook = read_workbook(path)
    assert recalculate(workbook) is workbook

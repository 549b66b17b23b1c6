"""What a workbook shows beside a bank's figure counts: formats, fonts, comments, texts above.

All amounts are made up; the lists are of an account in the book's currency.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from mess_sheets import Cell, write_cells
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.statements.reading import read_statements
from pledgebook.importers.statements.statement import Statement

D = Decimal
HEAD = ("Date", "Details", "Amount", "Balance")


def read(
    tmp_path: Path,
    amount: Cell,
    form: str = "xlsx",
    *,
    above: str = "",
    heading: Cell | None = None,
) -> Statement:
    """Read a list of two entries, the second of which has this amount."""
    head = [Cell(value=name) for name in HEAD[:3]]
    if heading is not None:
        head[2] = heading
    plain = [date(2002, 7, 1), "First", D("1.00")]
    lines = [head, [Cell(value=value) for value in plain]]
    lines.append([Cell(value=date(2002, 7, 2)), Cell(value="Second"), amount])
    if above:
        lines.insert(0, [Cell(value=above)])
    path = tmp_path / f"list.{form}"
    write_cells(lines, path)
    (statement,) = read_statements(SentFile(path), "1234567", "USD").statements
    return statement


FORMATS = {
    '#,##0.00" DR"': "-250", '#,##0.00" CR"': "250", '"US$"#,##0.00': "250", "#,##0,": "250",
    '0.0##,,," billion"': "250",
}  # fmt: skip


@pytest.mark.parametrize("form", ["xlsx", "xls"])
@pytest.mark.parametrize("code", FORMATS)
def test_a_number_is_read_as_its_format_shows_it(tmp_path: Path, code: str, form: str) -> None:
    statement = read(tmp_path, Cell(value=D(250), format=code), form)
    assert statement.entries[1].amount == D(FORMATS[code])


@pytest.mark.parametrize("form", ["xlsx", "xls"])
@pytest.mark.parametrize(
    ("code", "why"),
    [
        ('0.0" million"', "write the amount in full"), ("[$€-407] #,##0.00", "the account is in"),
        ("0%", "not understood"), ('#,##0.00" (pending)"', "not understood"),
        ('"-"#,##0.00', "not understood"), ('#,##0"*"', "not understood"),
    ],
)  # fmt: skip
def test_a_format_that_is_not_understood_refuses_the_list_at_its_cell(
    tmp_path: Path, code: str, why: str, form: str
) -> None:
    with pytest.raises(UnreadableFile, match=r"!C3 is '250'") as refused:
        read(tmp_path, Cell(value=D(250), format=code), form)
    assert why in str(refused.value)


def test_the_currency_of_a_cell_of_an_ods_is_held_against_the_account_s(tmp_path: Path) -> None:
    assert read(tmp_path, Cell(value=D(250), currency="USD"), "ods").entries[1].amount == 250
    with pytest.raises(UnreadableFile, match=r"!C3 is '250', and the account is in USD"):
        read(tmp_path, Cell(value=D(250), currency="EUR"), "ods")


@pytest.mark.parametrize("form", ["xlsx", "ods", "xls"])
@pytest.mark.parametrize("cell", [Cell(value=D(5), struck=True), Cell(value="5", part_struck=True)])
def test_what_is_struck_out_wholly_or_in_part_refuses_the_list(
    tmp_path: Path, form: str, cell: Cell
) -> None:
    with pytest.raises(UnreadableFile, match="!C3 is struck out"):
        read(tmp_path, cell, form)


def test_a_struck_heading_refuses_the_list(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="!C1 is struck out"):
        read(tmp_path, Cell(value=D(5)), heading=Cell(value="Amount", struck=True))


@pytest.mark.parametrize("form", ["xlsx", "ods"])
@pytest.mark.parametrize(
    "said", ["pending", "Reversed by the bank on 5 July", "in thousands", "in EUR", "withdrawn"]
)
def test_a_comment_that_changes_the_figures_refuses_the_list(
    tmp_path: Path, form: str, said: str
) -> None:
    with pytest.raises(UnreadableFile, match="!C3 has the comment"):
        read(tmp_path, Cell(value=D(5), comment=said), form)
    with pytest.raises(UnreadableFile, match="!C1 has the comment"):
        read(tmp_path, Cell(value=D(5)), form, heading=Cell(value="Amount", comment=said))


def test_any_other_comment_is_a_note_of_the_statement(tmp_path: Path) -> None:
    statement = read(tmp_path, Cell(value=D(5), comment="checked by office"))
    assert statement.entries[1].amount == 5
    assert any("C3, 'checked by office', changes no figure" in note for note in statement.notes)


@pytest.mark.parametrize(
    "said",
    ["(In thousands.)", "All figures in thousands", "Amounts in EUR", "Currency: EUR", "M€",
     "Account 123 EUR"],
)  # fmt: skip
def test_a_text_above_in_units_or_another_currency_refuses_the_list(
    tmp_path: Path, said: str
) -> None:
    with pytest.raises(UnreadableFile, match=r"!A1 is .*nothing of the statement is taken"):
        read(tmp_path, Cell(value=D(5)), above=said)


@pytest.mark.parametrize("said", ["Account 123 USD", "Dollar Bank, 5 Pound Street", "All entries"])
def test_a_text_above_that_says_no_other_currency_changes_nothing(
    tmp_path: Path, said: str
) -> None:
    assert len(read(tmp_path, Cell(value=D(5)), above=said).entries) == 2


def test_a_balance_is_read_as_its_format_shows_it(tmp_path: Path) -> None:
    head = [Cell(value=name) for name in HEAD]
    days = (date(2002, 7, 1), date(2002, 7, 2))
    lines = [head] + [
        [Cell(value=day), Cell(value="A"), Cell(value=amount),
         Cell(value=balance, format='#,##0.00" DR"')]
        for day, amount, balance in zip(days, (D(100), D(-80)), (D(50), D(130)), strict=True)
    ]  # fmt: skip
    path = tmp_path / "list.xlsx"
    write_cells(lines, path)
    (statement,) = read_statements(SentFile(path), "1234567", "USD").statements
    assert (statement.opening, statement.closing) == (D(-150), D(-130))

"""What stands beside a bank's figure is read with it, or refuses the list at its cell.

All amounts are made up; the lists are of an account in the book's currency.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pledgebook.importers.imports import import_files
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.statements.reading import read_statements
from pledgebook.importers.statements.statement import Original, Statement
from pledgebook.ledger import load_book, make_book

D = Decimal


def read(tmp_path: Path, text: str, currency: str = "USD") -> Statement:
    path = tmp_path / "list.csv"
    path.write_text(text, "utf-8")
    (statement,) = read_statements(SentFile(path), "1234567", currency).statements
    return statement


def amounts(statement: Statement) -> list[Decimal]:
    return [entry.amount for entry in statement.entries]


@pytest.mark.parametrize(
    ("shown", "amount"),
    [
        ("5.00 DR", "-5"), ("5.00 Cr", "5"), ("DR 5.00", "-5"), ("5.00 (D)", "-5"),
        ("5.00DR.", "-5"),
        ('"500,00 S"', "-500"), ('"2.000,00 H"', "2000"), ("-5.00 DR", "-5"), ("5.00 debit", "-5"),
        ("USD 700.00", "700"), ("$700.00", "700"), ("US$ 7.00 DR", "-7"), ("700.00 USD CR", "700"),
        ("500.00 借", "-500"), ("500.00 贷", "500"), ("7.00-", "-7"), ("(7.00)", "-7"),
    ],
)  # fmt: skip
def test_a_sign_or_the_account_s_currency_beside_a_figure_is_read(
    tmp_path: Path, shown: str, amount: str
) -> None:
    text = f"Date,Details,Amount\n2002-07-01,A,{shown}\n"
    assert amounts(read(tmp_path, text)) == [D(amount)]


@pytest.mark.parametrize(
    ("shown", "why"),
    [
        ('"€ 2,000.00"', "the account is in USD"), ("500.00 EUR", "the account is in USD"),
        ("EUR 500.00 CR", "the account is in USD"), ("10k", "a unit"), ("2.5 million", "a unit"),
        ("500.00 K", "not understood"), ("100.00 (pending)", "not understood"),
        ("100.00*", "not understood"), ("100.00 approx", "not understood"),
        ("-100.00 CR", "a credit, and below zero"), ("100.00 DR CR", "not understood"),
        ("50%", "not understood"), ("USD 100.00 EUR", "not understood"),
    ],
)  # fmt: skip
def test_what_else_stands_beside_a_figure_refuses_the_list_at_its_cell(
    tmp_path: Path, shown: str, why: str
) -> None:
    text = f"Date,Details,Amount\n2002-07-01,A,1.00\n2002-07-02,B,{shown}\n"
    with pytest.raises(UnreadableFile, match="list!C3") as refused:
        read(tmp_path, text)
    assert why in str(refused.value)
    assert "nothing of the statement is taken" in str(refused.value)


@pytest.mark.parametrize("name", ["Debit", "Credit", "Balance"])
def test_so_it_does_in_every_column_of_money(tmp_path: Path, name: str) -> None:
    cells = {"Debit": "", "Credit": "5.00", "Balance": "5.00"} | {name: "5.00 EUR"}
    if name == "Debit":
        cells["Credit"] = ""
    text = "Date,Details,Debit,Credit,Balance\n2002-07-01,A," + ",".join(cells.values()) + "\n"
    with pytest.raises(UnreadableFile, match="the account is in USD"):
        read(tmp_path, text)


def test_balances_with_their_signs_behind_them_prove_the_rows(tmp_path: Path) -> None:
    text = (
        "Date,Details,Amount,Balance\n2002-07-01,A,100.00 CR,50.00 CR\n"
        "2002-07-02,B,80.00 DR,30.00 DR\n"
    )
    statement = read(tmp_path, text)
    assert (statement.opening, statement.closing) == (D(-50), D(-30))
    opening = "Opening balance,,5.00 DR\nDate,Details,Amount\n2002-07-01,A,7.00 CR\n"
    closing = "Closing balance,,2.00 CR\n"
    assert read(tmp_path, opening + closing).opening == -5


@pytest.mark.parametrize(
    ("heading", "why"),
    [("Amount (EUR)", "EUR"), ("Amount in EUR", "EUR"), ("Amount (€)", "EUR"),
     ("EUR amount", "EUR"), ("Amount (euros)", "EUR"), ("Betrag EUR", "EUR")],
)  # fmt: skip
def test_a_heading_in_another_currency_than_the_account_s_refuses_the_list(
    tmp_path: Path, heading: str, why: str
) -> None:
    with pytest.raises(UnreadableFile, match=f"list!C1 heads a column in {why}"):
        read(tmp_path, f"Date,Details,{heading}\n2002-07-01,A,1.00\n")


def test_of_two_columns_that_in_the_account_s_currency_counts_and_the_other_is_what_was_sent(
    tmp_path: Path,
) -> None:
    text = "Date,Details,Amount (EUR),Amount (USD)\n2002-07-01,A,500.00,550.00\n"
    (entry,) = read(tmp_path, text).entries
    assert (entry.amount, entry.original) == (D(550), Original(D(500), "EUR"))
    (entry,) = read(tmp_path, text, "EUR").entries
    assert entry.amount == 500


@pytest.mark.parametrize("column", ["Debit", "Credit"])
def test_a_minus_where_money_goes_one_way_counts_only_as_far_as_a_balance_proves_it(
    tmp_path: Path, column: str
) -> None:
    turned = "-100.00," if column == "Debit" else ",-100.00"
    plain = "20.00," if column == "Debit" else ",20.00"
    rows = f"2002-07-01,A,{plain}\n2002-07-02,B,{turned}\n"
    with pytest.raises(UnreadableFile, match="no balance proves which way it went"):
        read(tmp_path, f"Date,Details,Debit,Credit\n{rows}")
    sign = -1 if column == "Debit" else 1
    first, last = 1000 + sign * 20, 1000 + sign * 20 - sign * 100
    proved = (
        f"Date,Details,Debit,Credit,Balance\n2002-07-01,A,{plain},{first}.00\n"
        f"2002-07-02,B,{turned},{last}.00\n"
    )
    one, other = read(tmp_path, proved).entries
    assert (one.amount, other.amount) == (sign * 20, -sign * 100)
    assert (one.reversal, other.reversal) == (False, True)


def test_a_list_that_writes_all_debits_with_a_minus_is_read_so(tmp_path: Path) -> None:
    text = (
        "Date,Details,Debit,Credit\n2002-07-01,A,-1.00,\n2002-07-02,B,,5.00\n2002-07-03,C,-2.00,\n"
    )
    assert amounts(read(tmp_path, text)) == [D(-1), D(5), D(-2)]


def test_a_state_that_nobody_knows_refuses_the_list_unless_a_balance_counts_it(
    tmp_path: Path,
) -> None:
    text = "Date,Details,Amount,Status\n2002-07-01,A,5.00,Booked\n2002-07-02,B,5.00,frobnicated\n"
    with pytest.raises(UnreadableFile, match="list!D3 is 'frobnicated'"):
        read(tmp_path, text)
    text = "Date,Details,Amount,Status,Balance\n2002-07-01,A,5.00,frobnicated,5.00\n"
    assert read(tmp_path, text).booked


@pytest.mark.parametrize(
    "state", ["denied", "On hold", "Rejected", "Expired", "storniert", "已取消"]
)
def test_what_did_not_move_is_not_booked(tmp_path: Path, state: str) -> None:
    text = f"Date,Details,Amount,Status\n2002-07-01,A,5.00,Booked\n2002-07-02,B,5.00,{state}\n"
    assert len(read(tmp_path, text).booked) == 1


@pytest.mark.parametrize("state", ["reversed", "Returned", "Refunded"])
def test_what_was_taken_back_waits(tmp_path: Path, state: str) -> None:
    text = f"Date,Details,Amount,Status\n2002-07-01,A,5.00,{state}\n"
    assert read(tmp_path, text).entries[0].reversal


@pytest.mark.parametrize(
    ("heading", "cells"),
    [("Unit", ["million", "million"]), ("Unit multiplier", ["1000", "1000"]),
     ("Counted", ["thousand", ""]),
     ("Flag", ["", "DR"]), ("Further", ["EUR", "EUR"]), ("Remark", ["declined", ""])],
)  # fmt: skip
def test_an_unread_column_that_changes_the_figures_refuses_the_list(
    tmp_path: Path, heading: str, cells: list[str]
) -> None:
    rows = "".join(f"2002-07-0{n},A,5.00,{cell}\n" for n, cell in enumerate(cells, 1))
    at = next(n for n, cell in enumerate(cells, 2) if cell)
    with pytest.raises(UnreadableFile, match=f"list!D{at} is"):
        read(tmp_path, f"Date,Details,Amount,{heading}\n{rows}")


def test_a_line_with_more_cells_than_headings_refuses_the_list(tmp_path: Path) -> None:
    text = "Date,Details,Reference,Amount\n2002-07-01,A,R1,1,500.00\n2002-07-02,B,R2,700.00\n"
    with pytest.raises(UnreadableFile, match=r"list!E2 is '500\.00', a figure beyond the headings"):
        read(tmp_path, text)


@pytest.mark.parametrize("said", ["XYQ", "EUR/USD", "kr"])
def test_a_currency_of_the_row_that_names_none_or_several_refuses_the_list(
    tmp_path: Path, said: str
) -> None:
    with pytest.raises(UnreadableFile, match="names no one currency"):
        read(tmp_path, f"Date,Details,Amount,Currency\n2002-07-01,A,1.00,{said}\n")


def test_what_was_sent_is_kept_with_the_currency_beside_it(tmp_path: Path) -> None:
    text = "Date,Details,Amount,Original amount\n2002-07-01,A,550.00,500.00 EUR\n"
    assert read(tmp_path, text).entries[0].original == Original(D(500), "EUR")
    with pytest.raises(UnreadableFile, match=r"500\.00 in no currency that is stated"):
        read(tmp_path, text.replace(" EUR", ""))


def test_a_list_of_an_account_of_the_book_is_known_by_its_number_and_any_other_is_told_of(
    tmp_path: Path,
) -> None:
    main = make_book(tmp_path / "book")
    with main.open("a") as file:
        file.write('\n1999-12-31 custom "bank" "MAIN" "1234567"\n  accounts: "Assets:CPCJF:Cash"\n')
    path = tmp_path / "list.csv"
    rows = "Date,Details,Amount\n2002-07-01,Gift,5.00\n2002-07-02,Gift,6.00\n"
    path.write_text("Account 1234567\n" + rows)
    assert import_files(load_book(main), [path], dry_run=True).statements
    path.write_text(rows)
    with pytest.raises(UnreadableFile, match=r"name the bank account with --bank CODE \(MAIN\)"):
        import_files(load_book(main), [path], dry_run=True)


def test_two_lists_of_the_same_days_without_numbers_are_both_taken(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    with main.open("a") as file:
        file.write('\n1999-12-31 custom "bank" "MAIN" "1234567"\n  accounts: "Assets:CPCJF:Cash"\n')
    paths = []
    for name, first, last in (("one", 10, 15), ("other", 15, 22)):
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_text(
            f"Account,Date,Details,Amount,Balance\n1234567,2002-07-01,{name},{first}.00,10{first}.00\n"
            f"1234567,2002-07-02,{name},{last - first}.00,10{last}.00\n"
        )
    assert import_files(load_book(main), paths).transactions == 4
    assert load_book(main).errors == []
    assert len(load_book(main).settings.banks.statements) == 2

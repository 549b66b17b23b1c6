"""Tables wherever they stand on a sheet, their rows and their control totals. Amounts made up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pledgebook.importers.judging.totals import control_totals
from pledgebook.importers.reading.cells import Area, CellValue, MissingResult, Sheet, Workbook
from pledgebook.importers.rows.notes import footnotes
from pledgebook.importers.rows.reader import read_rows
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.tables.tables import SheetReading, Table, find_tables, read_sheets

DATA = Path(__file__).parent / "data"


def _cell(text: str) -> CellValue | None:
    if text.startswith("="):
        return Decimal(text[1:])
    return text or None


def _sheet(text: str, **about: object) -> Sheet:
    """Lay out a sheet from lines of cells divided by bars; "=5" is a number, "5" is text."""
    lines = text.strip("\n").splitlines()
    rows = tuple(
        tuple(_cell(part.strip()) for part in line.split("|")) if line.strip() else ()
        for line in lines
    )
    return Sheet(name="Pledges", rows=rows, **about)  # type: ignore[arg-type]


def _find(sheet: Sheet, *labels: str) -> SheetReading:
    return find_tables(
        Workbook(path=Path("pledges.xlsx"), sha256="0" * 64, sheets=(sheet,)), sheet, labels
    )


def _table(sheet: Sheet, *labels: str) -> Table:
    (table,) = _find(sheet, *labels).tables
    return table


def _kinds(table: Table) -> list[str]:
    return [row.kind for row in table.rows]


def _data(table: Table) -> list[SheetRow]:
    return [row for row in read_rows(table) if row.kind == "data"]


LETTER = """
Ministry of Foreign Affairs

Contributions for 2002-2003

 | Donor      | Currency | Amount   | Date       | Remarks
 | Italy b/   | EUR      | =100     | 2002-03-01 |
 | Austria*   | EUR      | 1.000,50 | 13/05/2002 | by letter
 | Total      |          | 1.100,50 |            |
 | b/ Subject to parliamentary approval.
"""


def test_a_table_is_found_below_a_letterhead() -> None:
    reading = _find(_sheet(LETTER))
    (table,) = reading.tables
    assert table.range == "B5:F9"
    assert table.heading_rows == (5,)
    assert table.columns == {
        "donor": "B",
        "currency": "C",
        "amount": "D",
        "pledge_date": "E",
        "remarks": "F",
    }
    assert reading.outside == (1, 3)


def test_every_row_of_the_range_is_named_once() -> None:
    table = _table(_sheet(LETTER))
    assert _kinds(table) == ["heading", "data", "data", "total", "note"]
    assert [row.number for row in table.rows] == [5, 6, 7, 8, 9]
    assert sum(table.counts().values()) == 5


def test_a_row_is_read_with_its_footnotes_and_original_text() -> None:
    table = _table(_sheet(LETTER))
    first, second = _data(table)
    assert first.donor == "Italy"
    assert first.notes == ("Subject to parliamentary approval.",)
    assert table.texts_of(first.number)["B"] == "Italy b/"
    assert (first.amount.value, first.currency) == (Decimal(100), ("EUR",))
    assert first.pledge_date.value == date(2002, 3, 1)
    assert (second.donor, second.unknown_marks) == ("Austria", ("*",))
    assert second.amount.value == Decimal("1000.50")
    assert second.problems == ()


def test_notes_are_known_by_their_marks() -> None:
    assert footnotes(_table(_sheet(LETTER))) == {"b": "Subject to parliamentary approval."}


def test_a_total_row_is_a_control_total() -> None:
    table = _table(_sheet(LETTER))
    (check,) = control_totals(table, read_rows(table))
    assert (check.stated, check.computed, check.agrees) == (
        Decimal("1100.50"),
        Decimal("1100.50"),
        True,
    )
    assert (check.row, check.currency) == (8, "EUR")


def test_a_total_that_does_not_foot_says_by_what() -> None:
    table = _table(_sheet(LETTER.replace("1.100,50", "1.200,50")))
    (check,) = control_totals(table, read_rows(table))
    assert check.agrees is False
    assert "1100.50" in check.reason
    assert "1200.50" in check.reason


def test_a_total_over_several_currencies_cannot_be_checked() -> None:
    table = _table(_sheet(LETTER.replace("Austria*   | EUR", "Austria*   | USD")))
    (check,) = control_totals(table, read_rows(table))
    assert (check.agrees, check.computed) == (None, None)
    assert "several currencies" in check.reason


def test_without_a_total_the_sums_are_given_and_nothing_agrees() -> None:
    table = _table(_sheet("Donor|Amount (EUR)\nItaly|=5\nSpain|=6\n"))
    (check,) = control_totals(table, read_rows(table))
    assert (check.row, check.stated, check.computed, check.agrees) == (
        None,
        None,
        Decimal(11),
        None,
    )


@pytest.mark.parametrize(
    "word",
    [
        "Total",
        "GRAND TOTAL",
        "Total contributions 2002",
        "Sous-total",
        "Subtotal",
        "Gesamt",
        "Summe:",
        "Итого",
        "Всего",
        "المجموع",
        "الإجمالي",
        "总计",
        "合计",
        "小计",
        "Totale",
        "Totaal",
        "Total général",
        "Italy Total",
    ],
)
def test_a_total_is_no_donor_in_any_language(word: str) -> None:
    table = _table(_sheet(f"Donor|Currency|Amount\nItaly|EUR|=5\n{word}||=5\n"))
    assert _kinds(table) == ["heading", "data", "total"]


def test_a_company_named_total_is_a_donor() -> None:
    sheet = _sheet("Donor|Reference|Amount\nItaly|A1|=5\nTotal Energy Ltd|B2|=5\nTotal||=10\n")
    table = _table(sheet)
    assert _kinds(table) == ["heading", "data", "data", "total"]
    assert any("Total Energy Ltd" in doubt for doubt in table.doubts)


def test_a_subtotal_covers_the_rows_since_the_one_before() -> None:
    sheet = _sheet("""
Donor     | Currency | Pledged | Paid
Governments
Italy     | USD | =10 | =1
Spain     | USD | =20 | =2
Subtotal  |     | =30 | =3
Others
UNDP      | USD | =40 | =4
Subtotal  |     | =40 | =5
Total     |     | =70 | =7
""")
    table = _table(sheet)
    assert _kinds(table) == [
        "heading", "heading", "data", "data", "total", "heading", "data", "total", "total",
    ]  # fmt: skip
    rows = list(read_rows(table))
    assert [row.section for row in table.rows if row.section] == ["Governments", "Others"]
    agreed = {(c.row, c.field): c.agrees for c in control_totals(table, rows)}
    assert agreed == {
        (5, "amount"): True,
        (5, "paid"): True,
        (8, "amount"): True,
        (8, "paid"): False,
        (9, "amount"): True,
        (9, "paid"): True,
    }


def test_a_sum_without_a_name_is_a_total() -> None:
    table = _table(_sheet("Donor|Amount\nItaly|=5\nSpain|=6\n|=11\n"))
    assert _kinds(table)[-1] == "total"
    assert any("equals the sum" in doubt for doubt in table.doubts)


def test_an_amount_without_a_donor_is_data_unless_it_is_the_sum() -> None:
    table = _table(_sheet("Donor|Amount\nItaly|=5\nSpain|=6\n|=12\n"))
    assert _kinds(table)[-1] == "data"


def test_two_tables_on_a_sheet_are_two_tables() -> None:
    sheet = _sheet("""
Donor | Amount
Italy | =5

Donateur | Montant
France | =6
""")
    assert [table.range for table in _find(sheet).tables] == ["A1:B2", "A4:B5"]


def test_headings_printed_again_on_the_next_page_are_headings() -> None:
    table = _table(_sheet("Donor|Amount\nItaly|=5\nDonor|Amount\nSpain|=6\n"))
    assert _kinds(table) == ["heading", "data", "heading", "data"]


def test_rows_below_a_gap_are_not_lost() -> None:
    table = _table(_sheet("Donor|Amount\nItaly|=5\n\n\nSpain|=6\n\nTotal|=11\n\nSigned by hand\n"))
    assert _kinds(table) == ["heading", "data", "blank", "blank", "data", "blank", "total"]
    assert any("Rows 3 to 4 are blank" in doubt for doubt in table.doubts)


@pytest.mark.parametrize("unsure", ["Spain|2002-03-02|", "Governments||", "* provisional||"])
def test_a_gap_ends_a_table_unless_a_row_below_it_is_surely_of_it(unsure: str) -> None:
    # Sure is a row with a donor, an amount and a date.
    sure, unpaid = "Norway|2002-03-03|=6", "Spain|2002-03-02|"

    def last_row(*below: str) -> int:
        lines = "\n".join(below)
        return (
            _table(_sheet(f"Donor|Date|Amount\nItaly|2002-03-01|=5\n\n\n{lines}")).rows[-1].number
        )

    assert last_row(unsure) == 2
    assert last_row(sure) == 5
    assert last_row(unsure, sure) == 6
    assert last_row(unsure, "", "", sure) == 8
    assert last_row(unsure, sure, unpaid) == 7
    assert last_row(unsure, sure, "", unpaid) == 6
    assert last_row(unsure, sure, "", "", unsure) == 6


def test_headings_in_two_rows_are_read_together() -> None:
    sheet = _sheet("""
Donor | Pledge   |        | Payment |
      | Currency | Amount | Date    | Amount
Italy | EUR      | =5     | 2002-03-01 | =4
""")
    assert _table(sheet).columns == {
        "donor": "A",
        "currency": "B",
        "amount": "C",
        "payment_date": "D",
        "paid": "E",
    }


def test_years_over_pledged_and_paid_are_unpivoted() -> None:
    sheet = _sheet("""
Donor | Currency | 2002    |      | 2003    |
      |          | Pledged | Paid | Pledged | Paid
Italy | USD      | =10     | =5   | =20     | nil
""")
    (row,) = _data(_table(sheet))
    assert [(i.label, i.amount.value, i.paid.value) for i in row.instalments] == [
        ("2002", 10, 5),
        ("2003", 20, 0),
    ]
    assert [i.currency for i in row.instalments] == [("USD",), ("USD",)]
    assert row.amount.state == "unknown"


def test_a_matrix_of_donors_by_fund_needs_the_names_of_the_funds() -> None:
    sheet = _sheet("Donor|Currency|CPCJF|UNTOC\nItaly|USD|=10|=20\n")
    assert _find(sheet).tables == ()
    (row,) = _data(_table(sheet, "CPCJF", "UNTOC"))
    assert [(i.label, i.amount.value) for i in row.instalments] == [("CPCJF", 10), ("UNTOC", 20)]


def test_instalments_with_their_due_dates_stay_together() -> None:
    sheet = _sheet("""
Donor | Currency | Amount | Amount 1 | Due date 1 | Amount 2 | Due date 2
Austria | EUR | =100 | =60 | 30/06/2002 | =40 | 30/06/2004
""")
    (row,) = _data(_table(sheet))
    assert row.amount.value == 100
    assert [(i.label, i.amount.value, i.due_date.value) for i in row.instalments] == [
        ("1", 60, date(2002, 6, 30)),
        ("2", 40, date(2004, 6, 30)),
    ]


def test_thousands_stated_only_in_the_title_are_worked_in() -> None:
    sheet = _sheet("Contributions\n(in thousands of US dollars)\n\nDonor|Amount\nItaly|=1.5\n")
    table = _table(sheet)
    (row,) = _data(table)
    assert (row.amount.value, row.currency) == (1500, ("USD",))
    assert table.units.source == "Pledges!A2"
    assert any("Pledges!A2" in doubt for doubt in table.doubts)


def test_dollars_beside_a_column_of_other_currencies_are_not_paired_with_it() -> None:
    sheet = _sheet("Donor|Amount (USD)|Currency\nItaly|=5|EUR\n")
    table = _table(sheet)
    (row,) = _data(table)
    assert row.currency == ("USD",)
    assert any("was not paired" in doubt for doubt in table.doubts)


def test_an_amount_beside_its_dollar_equivalent_keeps_its_own_currency() -> None:
    sheet = _sheet("Donor|Amount|Currency|Amount (USD)\nItaly|=5|EUR|=4\n")
    (row,) = _data(_table(sheet))
    assert (row.amount.value, row.currency, row.value.value) == (5, ("EUR",), 4)


def test_a_currency_in_the_cell_that_contradicts_its_column_is_a_problem() -> None:
    (row,) = _data(_table(_sheet("Donor|Amount|Currency\nItaly|USD 5|EUR\n")))
    assert row.currency == ()
    assert "different currencies" in row.problems[0].message


def test_an_ambiguous_amount_waits_with_its_address() -> None:
    (row,) = _data(_table(_sheet("Donor|Amount|Currency\nItaly|1.234|EUR\n")))
    assert row.amount.state == "ambiguous"
    assert row.problems[0].cell == "Pledges!B2"


def test_a_column_decides_for_its_ambiguous_amounts_and_dates() -> None:
    sheet = _sheet("""
Donor | Amount | Currency | Date
Italy | 1.234  | EUR | 03/04/2002
Spain | 12.000,50 | EUR | 13/04/2002
""")
    first, _ = _data(_table(sheet))
    assert first.amount.value == 1234
    assert "column B" in first.amount.decided
    assert first.pledge_date.value == date(2002, 4, 3)
    assert "column D" in first.pledge_date.decided


def test_two_columns_that_may_both_be_the_amount_are_a_question() -> None:
    table = _table(_sheet("Donor|Amount|Contribution\nItaly|=5|=6\n"))
    assert len(table.questions) == 1
    assert [choice.value for choice in table.questions[0].choices] == ["B", "C", "leave-out"]


def test_a_merged_donor_is_carried_down_and_a_blank_one_is_not() -> None:
    text = "Donor|Amount\nItaly|=5\n|=6\n|=7\n"
    merged = _sheet(text, merged=(Area(2, 1, 3, 1),))
    assert [row.donor for row in _data(_table(merged))] == ["Italy", "Italy", ""]


def test_a_merged_amount_counts_once() -> None:
    merged = _sheet("Donor|Amount|Remarks\nItaly|=5|x\nSpain||y\n", merged=(Area(2, 2, 3, 2),))
    _, second = _data(_table(merged))
    assert second.amount.value is None
    assert "merged" in second.problems[0].message


def test_a_formula_without_result_is_a_problem_at_its_cell() -> None:
    sheet = _sheet("Donor|Amount|Currency\nItaly|=5|EUR\n")
    rows = (*sheet.rows, ("Spain", MissingResult("B2*2"), "EUR"))
    _, second = _data(_table(Sheet(name="Pledges", rows=rows)))
    assert second.amount.state == "error"
    assert second.problems[0].cell == "Pledges!B3"
    assert "never stored" in second.problems[0].message


def test_hidden_rows_and_columns_are_read_and_said() -> None:
    sheet = _sheet(
        "Donor|Amount\nItaly|=5\nSpain|=6\n",
        hidden_rows=frozenset({3}),
        hidden_columns=frozenset({2}),
    )
    table = _table(sheet)
    assert [row.donor for row in _data(table)] == ["Italy", "Spain"]
    hidden = [doubt for doubt in table.doubts if "idden" in doubt]
    assert hidden == [
        "Column B (Amount) is hidden on the sheet and was read.",
        "Hidden or filtered rows were read like the others: 3.",
    ]


def test_a_hidden_sheet_is_taken_only_if_asked() -> None:
    sheet = _sheet("Donor|Amount\nItaly|=5\n", hidden=True)
    book = Workbook(path=Path("a.xlsx"), sha256="0" * 64, sheets=(sheet,))
    (reading,) = read_sheets(book)
    assert reading.tables == ()
    assert "hidden" in reading.reason
    assert len(read_sheets(book, hidden=True)[0].tables) == 1


def test_a_sheet_without_a_table_says_which_headings_were_seen() -> None:
    reading = _find(_sheet("Item|Quantity\nPens|=5\n"))
    assert reading.tables == ()
    assert "'Quantity'" in reading.reason
    assert "is empty" in _find(Sheet(name="Empty", rows=())).reason


def test_tags_below_the_headings_are_headings() -> None:
    table = _table(_sheet("Donor|Amount\n#org|#value\nItaly|=5\n"))
    assert _kinds(table) == ["heading", "heading", "data"]


@pytest.mark.parametrize(
    "headings",
    [
        "الجهة المانحة|العملة|المبلغ المعلن|المدفوع|الرصيد",
        "捐助国|币种|认捐|已缴|未缴",
        "Страна|Валюта|Объявленный взнос|Выплачено|Остаток",
        "Donante|Moneda|Importe|Pagado|Saldo",
        "Donateur|Devise|Montant annoncé|Versé|Solde",
        "Donor|Currency|Pledged|Paid|Balance",
    ],
)
def test_a_table_is_found_in_each_official_language(headings: str) -> None:
    table = _table(_sheet(f"{headings}\nX|EUR|=10|=4|=6\n"))
    assert list(table.columns) == ["donor", "currency", "amount", "paid", "unpaid"]


def test_a_reference_of_many_digits_stored_as_a_number_is_a_problem() -> None:
    (row,) = _data(_table(_sheet("Donor|Reference|Amount\nItaly|=1234567890123456|=5\n")))
    assert "more than 15 digits" in row.problems[0].message


def test_no_row_waits_for_a_balance_that_cannot_be_read() -> None:
    rows = (("Donor", "Amount (EUR)", "Balance"), ("Italy", Decimal(5), MissingResult("B2")))
    (row,) = _data(_table(Sheet(name="Pledges", rows=rows)))
    assert row.unpaid.state == "error"
    assert row.problems == ()

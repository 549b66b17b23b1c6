"""Lists of money received, of IATI transactions, and of amounts in several currencies' columns, as
organizations and authorities publish them (all amounts and rates made up).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import FEW_RATES
from openpyxl import Workbook
from pledgebook.importers import import_files
from pledgebook.importers.judging.verdicts import JudgedTable
from pledgebook.importers.tables.headings import Field, match_heading
from pledgebook.importers.values.dates import parse_date
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book

D = Decimal
Take = Callable[[str], JudgedTable]


@pytest.fixture
def take(load: Callable[..., Book], tmp_path: Path) -> Take:
    rates = f"{FEW_RATES}1999-01-01 price USD 1.10 EUR\n1999-01-01 price USD 0.70 GBP\n"
    main = load(f"{rates}1999-01-01 price USD 27 UAH\n").path

    def one(text: str) -> JudgedTable:
        path = tmp_path / "list.csv"
        path.write_text(text, "utf-8")
        result = import_files(load_book(main), [path], fund="CPCJF", dry_run=True)
        (table,) = (table for file in result.files for table in file.tables)
        return table

    return one


def kinds(table: JudgedTable) -> list[str]:
    """Say of each row what it would become: pledged lots are labelled, money received is not."""
    return [f"{v.verdict} {'pledge' if v.pledge else 'receipt'}" for v in table.verdicts]


def test_a_list_by_date_of_receipt_is_of_money_received(take: Take) -> None:
    table = take("Donor,Date received,Amount (USD)\nNorway,2002-03-01,500\nItaly,2002-04-01,300\n")
    assert kinds(table) == ["imported receipt", "imported receipt"]
    assert any("read as money received" in doubt for doubt in table.table.doubts)


@pytest.mark.parametrize(
    "headings",
    [
        "Donor,Payment date,Amount (USD)",  # it may be when a payment is expected
        "Donor,Date received,Amount pledged (USD)",
        "Donor,Date received,Approved amount (USD)",
    ],
)
def test_a_promised_amount_beside_a_date_of_payment_waits_for_its_own_date(
    take: Take, headings: str
) -> None:
    (verdict,) = take(f"{headings}\nNorway,2002-03-01,500\n").verdicts
    assert verdict.verdict == "waiting"
    assert "date of the pledge is needed" in verdict.reason


def test_a_ukrainian_list_of_receipts_is_read(take: Take) -> None:
    table = take(
        "Дата надходження внеску;Найменування платника;Сума (грн)\n2002-03-01;Norway;2700,50\n"
    )
    assert kinds(table) == ["imported receipt"]
    assert table.verdicts[0].currency == "UAH"


def test_the_codes_of_iati_tell_commitments_pledges_and_money_received(take: Take) -> None:
    table = take(
        "iati_identifier,transaction_ref,transaction_type_code,transaction_date,"
        "transaction_value_currency,transaction_value,transaction_provider_org\n"
        "XX-1,A1,11,2002-03-01,EUR,1100,Norway\n"
        "XX-2,A1,11,2002-03-01,EUR,1100,Norway\n"
        "XX-1,A2,1,2002-03-02,USD,40,Italy\n"
        "XX-1,A3,3,2002-03-02,USD,40,Italy\n"
    )
    assert kinds(table) == [
        "imported pledge",
        "imported pledge",
        "imported receipt",
        "ignored receipt",
    ]
    assert "money that goes out" in table.verdicts[3].reason
    assert {v.row.project for v in table.verdicts[:2]} == {"XX-1", "XX-2"}


@pytest.mark.parametrize(
    ("types", "verdicts"),
    [
        # The list of who spends: what goes out is no contribution.
        (["11", "3", "4", "2"], ["imported", "ignored", "ignored", "ignored"]),
        (
            ["Incoming Commitment", "Disbursement", "Expenditure"],
            ["imported", "ignored", "ignored"],
        ),
        (["Incoming Funds", "4", "Reimbursement"], ["imported", "ignored", "waiting"]),
        # A donor's list: its commitments and disbursements may be to the fund.
        (["2", "3"], ["waiting", "waiting"]),
        (["Outgoing Commitment", "Disbursement"], ["waiting", "waiting"]),
    ],
)
def test_spending_is_left_out_of_lists_of_transactions(
    take: Take, types: list[str], verdicts: list[str]
) -> None:
    lines = "".join(f"Norway,{t},2002-03-{1 + at:02},500\n" for at, t in enumerate(types))
    table = take("Donor,Transaction type,Date,Amount (USD)\n" + lines)
    assert [verdict.verdict for verdict in table.verdicts] == verdicts


def test_types_of_money_that_goes_out_count_beside_another_status(take: Take) -> None:
    table = take(
        "Donor,Date,Amount (USD),Status,Transaction type\nNorway,2002-03-01,500,Committed,11\n"
        "Norway,2002-03-02,600,Committed,3\n"
    )
    assert [verdict.verdict for verdict in table.verdicts] == ["imported", "ignored"]


def test_a_column_of_types_that_are_no_codes_of_iati_is_no_status(take: Take) -> None:
    table = take("Donor,Date,Amount (USD),Transaction type code\nNorway,2002-03-01,500,77\n").table
    assert "status" not in table.columns


def test_amounts_under_currencies_are_each_in_its_own(take: Take) -> None:
    table = take(
        "Donor,Date,EUR,USD,GBP\nNorway,2002-03-01,550,,\nItaly,2002-03-02,,300,\n"
        "France,2002-03-03,,,70\n"
    )
    assert [(v.verdict, v.currency, v.amount) for v in table.verdicts] == [
        ("imported", "EUR", D(550)),
        ("imported", "USD", D(300)),
        ("imported", "GBP", D(70)),
    ]
    cells = [str(v.drafts[0]) for v in table.verdicts]
    assert ["!C2" in cells[0], "!D3" in cells[1], "!E4" in cells[2]] == [True] * 3


def test_a_row_with_two_of_the_currencies_leaves_the_columns_in_question(take: Take) -> None:
    table = take("Donor,Date,EUR,GBP\nNorway,2002-03-01,550,\nItaly,2002-03-02,110,70\n")
    assert {v.verdict for v in table.verdicts} == {"waiting"}


@pytest.mark.parametrize(
    ("heading", "currency"),
    [
        ("Сума (грн)", "грн"),
        ("Amount (INR)", "INR"),
        ("Amount in Kenyan shillings", "Kenyan shillings"),
        ("Pledge NGN", "NGN"),
        ("Valor (R$)", "R$"),
        ("Amount (US$ '000)", "US$"),
        ("Montant (FCFA)", "FCFA"),
    ],
)
def test_any_currency_may_stand_in_a_heading(heading: str, currency: str) -> None:
    match = match_heading(heading)
    assert match is not None
    assert (match.field, match.currency) == (Field.AMOUNT, currency)
    assert match.score >= 90


@pytest.mark.parametrize("heading", ["AMOUNT (ALL)", "Amount (net)", "Pledged (in kind)"])
def test_words_in_brackets_are_no_currency(heading: str) -> None:
    match = match_heading(heading)
    assert match is not None
    assert not match.currency


def test_a_row_of_data_that_sounds_like_headings_is_none(take: Take) -> None:
    table = take(
        "Name,Tier,Amount,Location,Type\nExample A,A,5000,North,Raffle\n"
        "Example B,B,2000,South,Supporter\nExample C,C,1500,East,Supporter\n"
    )
    assert table.table.heading_rows == (1,)
    assert [verdict.asks[0].key for verdict in table.verdicts] == ["which-column:donor"] * 3


def test_a_gift_of_services_is_not_taken_for_money(take: Take) -> None:
    table = take(
        "Zuwendungsgeber,Datum,Zuwendungsform,Wert (Euro)\n"
        "Norwegen,2002-03-01,Geldleistung,550\nItalien,2002-03-02,Dienstleistung,330\n"
    )
    drafts = [str(v.drafts[0]) for v in table.verdicts]
    assert [v.verdict for v in table.verdicts] == ["imported", "imported"]
    assert ["InKind" in text or "In-Kind" in text for text in drafts] == [False, True]


def test_a_list_without_dates_goes_on_below_blank_rows(take: Take) -> None:
    rows = "Unit A,Norway,Example,Money,-,-\n,,,,,\n,Italy,Example,Money,500,-\n"
    table = take(f"Unit,Donor,Sector,Sort,Amount (EUR),Costs\n,,,,,\n,,,,,\n{rows}")
    assert [v.row.donor for v in table.verdicts] == ["Norway", "Italy"]


def test_commitments_and_pledges_in_columns_of_their_own_are_told_apart(take: Take) -> None:
    table = take(
        "Donor,Date,Pledged (USD),Committed (USD)\nNorway,2002-03-01,500,500\n"
        "Italy,2002-03-02,300,\nFrance,2002-03-03,,200\nSpain,2002-03-04,300,250\n"
    )
    assert [(v.verdict, v.amount, v.row.status) for v in table.verdicts] == [
        ("imported", D(500), ""),
        ("imported", D(300), "pledged"),
        ("imported", D(200), ""),
        ("waiting", D(250), ""),
    ]
    assert "says that 300 was pledged and 250 committed" in table.verdicts[3].reason


def test_pledges_and_commitments_in_two_currencies_stay_in_question(take: Take) -> None:
    table = take("Donor,Date,Pledged (EUR),Committed (GBP)\nNorway,2002-03-01,500,400\n")
    assert {v.verdict for v in table.verdicts} == {"waiting"}


def test_a_wide_sheet_of_few_rows_is_read(load: Callable[..., Book], tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Donor", "Date", "Amount (USD)", *(f"Extra {n}" for n in range(700))])
    sheet.append(["Norway", "2002-03-01", 500])
    sheet["ZZ2"] = "x"
    book.save(tmp_path / "wide.xlsx")
    result = import_files(
        load_book(load("").path), [tmp_path / "wide.xlsx"], fund="CPCJF", dry_run=True
    )
    assert [v.verdict for f in result.files for t in f.tables for v in t.verdicts] == ["imported"]


@pytest.mark.parametrize(
    "text",
    [
        "Note verbale No. 12 of 3 March 2002",
        "Letter dated 2002-03-03",
        "Commission permanente du 3 mars 2002",
        "Schreiben vom 3. März 2002",
        "письмо от 3 марта 2002",
    ],
)
def test_the_date_of_a_paper_is_read(text: str) -> None:
    assert parse_date(text).value == date(2002, 3, 3)


@pytest.mark.parametrize(
    "text",
    [
        "approved before the meeting of 3 March 2002",
        "agreement of 1 June 2002 to 3 May 2003",
        "instalment of 3 March 2002",
        "letter of 2002",
    ],
)
def test_a_date_beside_other_words_is_not_taken(text: str) -> None:
    assert parse_date(text).value is None


def test_dollars_are_the_amount_where_the_row_says_that_its_currency_is_the_dollar(
    take: Take,
) -> None:
    table = take(
        "Donor,Date,Original amount,Original currency,USD equivalent\nNorway,2002-03-01,,USD,500\n"
        "Italy,2002-03-02,330,EUR,300\nFrance,2002-03-03,,EUR,200\nSpain,2002-03-04,,,100\n"
    )
    assert [(v.verdict, v.amount) for v in table.verdicts] == [
        ("imported", D(500)),
        ("imported", D(330)),
        ("waiting", None),
        ("waiting", None),
    ]


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "see letter", ".."])
def test_nothing_stands_in_for_an_amount_that_cannot_be_read(take: Take, error: str) -> None:
    table = take(
        "Donor,Date,Original amount,Original currency,USD equivalent\n"
        f"Norway,2002-03-01,{error},USD,500\n"
    )
    assert [v.verdict for v in table.verdicts] == ["waiting"]
    table = take(f"Donor,Date,Pledged (USD),Committed (USD)\nItaly,2002-03-02,300,{error}\n")
    assert [v.verdict for v in table.verdicts] == ["waiting"]

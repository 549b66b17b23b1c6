"""Who gives, in lists that also name addresses, recipients and persons; and what a status says
(all amounts made up).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import FEW_RATES
from pledgebook.importers import import_files
from pledgebook.importers.judging.verdicts import JudgedTable, Verdict
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.tables.headings import Field, match_heading
from pledgebook.importers.tables.questions import LEAVE_OUT
from pledgebook.importers.values.words import read_kind
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book

D = Decimal
Take = Callable[[str], JudgedTable]


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


def said(table: JudgedTable) -> list[tuple[str, str, Decimal | None]]:
    return [(each.verdict, each.donor, each.amount) for each in table.verdicts]


def only(table: JudgedTable) -> Verdict:
    (verdict,) = table.verdicts
    return verdict


def test_the_country_of_an_address_is_no_donor(take: Take) -> None:
    table = take(
        "Name,Street,City,Country,Donation,Currency,Date\n"
        "Example Person,Main Street 1,Springfield,United States,50,USD,2002-03-01\n"
    )
    assert table.table.columns["donor"] == "A"
    verdict = only(table)
    assert verdict.verdict == "waiting"
    assert "'Example Person' is not known" in verdict.reason


def test_of_a_list_of_persons_in_two_columns_of_names_it_is_asked_who_gives(take: Take) -> None:
    table = take(
        "First name,Last name,City,State,Amount,Date\nExample,Person,Springfield,IL,50,2002-03-01\n"
    )
    (question,) = only(table).asks
    assert question.key == "which-column:donor"
    assert [choice.value for choice in question.choices] == ["A", "B", "C", "D", LEAVE_OUT]


def test_a_country_beside_an_email_waits(take: Take) -> None:
    verdict = only(take("Country,Email,Amount,Currency,Date\nNorway,a@b.org,70,USD,2002-03-02\n"))
    assert verdict.verdict == "waiting"
    assert "Which column names the donor" in verdict.reason


def test_a_country_beside_sectors_may_be_who_receives(take: Take) -> None:
    text = "Country,Sector,Approval date,{} (USD)\nKenya,Transport,2002-03-01,5000\n"
    waits = only(take(text.format("Commitment amount")))
    assert waits.verdict == "waiting"
    assert "that receives the money" in waits.reason
    pledged = only(take(text.format("Pledged")))
    assert (pledged.verdict, pledged.donor) == ("waiting", "KEN")
    assert "purpose 'Transport'" in pledged.reason


def test_a_column_headed_donor_outranks_a_country(take: Take) -> None:
    table = take("Country,Donor,Date,Amount (USD)\nKenya,Norway,2002-03-01,5000\n")
    assert said(table) == [("imported", "NOR", D(5000))]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("srcOrganization", Field.DONOR),
        ("Funding Org:Name", Field.DONOR),
        ("Received from", Field.DONOR),
        ("donorpledge", Field.AMOUNT),
        ("donorreceived", Field.PAID),
        ("Amount Awarded", Field.AMOUNT),
        ("Donation amount", Field.PAID),
        ("Donation date", Field.PAYMENT_DATE),
        ("Pledged donation", Field.AMOUNT),
        ("Spende in EUR", Field.PAID),
        ("First instalment", Field.INSTALMENT),
    ],
)
def test_a_heading_names_its_field(heading: str, field: Field) -> None:
    found = match_heading(heading)
    assert found is not None
    assert found.field is field


@pytest.mark.parametrize(
    "heading",
    [
        "Number of donations",
        "Nombre de contributions",
        "Anzahl Spenden",
        "Payment method",
        "Last donation",
        "Cumulative contributions",
        "Amount refunded",
    ],
)
def test_a_heading_of_something_else_names_no_figure(heading: str) -> None:
    assert match_heading(heading) is None


def test_a_donation_has_been_received_unless_the_sheet_says_what_was_paid_of_it(take: Take) -> None:
    table = take("Donor,Donation date,Donation (USD)\nNorway,2002-03-01,500\n")
    assert only(table).row.amount_source == "paid"
    table = take("Donor,Date,Donation (USD),Paid,Balance\nNorway,2002-03-01,500,0,500\n")
    assert only(table).row.amount_source == "amount"


def test_due_dates_beside_numbered_amounts_are_theirs(take: Take) -> None:
    head = "Donor,Date,Currency,1st instalment,{0},2nd instalment,{0}\n"
    row = "Norway,2002-03-01,USD,300,2002-06-30,200,2003-06-30\n"
    parts = only(take(head.format("Due") + row)).row.instalments
    assert [(part.label, str(part.due_date.value)) for part in parts] == [
        ("1", "2002-06-30"),
        ("2", "2003-06-30"),
    ]


def test_a_due_date_that_belongs_to_no_amount_is_asked_for(take: Take) -> None:
    verdict = only(
        take(
            "Donor,Date,Currency,Due,Due,1st instalment,2nd instalment\n"
            "Norway,2002-03-01,USD,2002-06-30,2003-06-30,300,200\n"
        )
    )
    assert verdict.verdict == "waiting"
    assert "may be the due date" in verdict.reason


def test_the_column_of_known_statuses_is_the_status(take: Take) -> None:
    table = take(
        "Donor,Date,Amount (USD),Flow type,Status\n"
        "Norway,2002-03-01,500,Standard,paid\n"
        "Norway,2002-03-02,600,,commitment\n"
    )
    assert [each.row.status for each in table.verdicts] == ["paid", "commitment"]
    assert {each.verdict for each in table.verdicts} == {"imported"}


def test_a_blank_status_among_others_waits(take: Take) -> None:
    table = take(
        "Donor,Date,Amount (USD),Status\nNorway,2002-03-01,500,paid\nItaly,2002-03-02,600,\n"
    )
    assert [each.verdict for each in table.verdicts] == ["imported", "waiting"]
    assert "status is blank" in table.verdicts[1].reason


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("Pledged at conference", "pledge"),
        ("Paid on 12 May 2002", "payment"),
        ("Committed (signed)", "commitment"),
        ("Contribution received", "payment"),
        ("Not paid", None),
        ("To be paid", None),
        ("Paid 50%", None),
        ("Paid 1/2", None),
        ("Paid?", None),
        ("Pledged and paid", None),
        ("Received, balance due", None),
    ],
)
def test_a_status_in_words_is_read_if_nothing_in_it_is_unknown(
    status: str, kind: str | None
) -> None:
    assert read_kind(status) == kind


def test_identifiers_are_references_but_numbers_of_rows_are_not(take: Take) -> None:
    text = "ID,Donor,Date,Amount (USD)\n{},Norway,2002-03-01,500\n{},Norway,2002-03-01,500\n"
    assert [each.verdict for each in take(text.format("a71", "a93")).verdicts] == ["imported"] * 2
    assert [each.verdict for each in take(text.format(1, 2)).verdicts] == ["imported", "waiting"]


@pytest.mark.parametrize("heading", ["Disbursed (USD)", "Grant amount (USD)", "Aid received (USD)"])
def test_money_by_country_that_may_go_out_waits(take: Take, heading: str) -> None:
    verdict = only(take(f"Country,Date,{heading}\nKenya,2002-03-01,500\n"))
    assert verdict.verdict == "waiting"
    assert "that receives the money" in verdict.reason


def test_a_column_of_types_tells_pledges_from_payments(take: Take) -> None:
    table = take(
        "Donor,Date,Type,Amount (USD)\n"
        "Norway,2002-03-01,Pledge,500\n"
        "Italy,2002-05-01,Payment,300\n"
        "Japan,2002-05-01,Contribution,200\n"
    )
    assert [each.row.status for each in table.verdicts] == ["Pledge", "Payment", "Contribution"]
    assert [each.verdict for each in table.verdicts] == ["imported", "imported", "waiting"]


def test_a_column_of_types_tells_money_from_things_and_loans(take: Take) -> None:
    table = take(
        "Donor,Date,Type,Amount (USD)\n"
        "Norway,2002-03-01,Grant,500\n"
        "Italy,2002-05-01,In kind,300\n"
        "Japan,2002-05-01,Loan,200\n"
    )
    assert [each.verdict for each in table.verdicts] == ["imported", "imported", "waiting"]
    kinds = [draft.text() for each in table.verdicts for draft in each.drafts]
    assert ["In-Kind" in text for text in kinds] == [False, True]


@pytest.mark.parametrize("word", ["Loan", "in kind", "Cancelled", "prêt"])
def test_a_word_of_warning_in_a_column_that_is_not_read_keeps_its_row_waiting(
    take: Take, word: str
) -> None:
    table = take(
        f"Donor,Date,Amount (USD),Desk\nNorway,2002-03-01,500,{word}\nItaly,2002-03-01,300,B4\n"
    )
    assert [each.verdict for each in table.verdicts] == ["waiting", "imported"]
    assert "A cell that is not read says" in table.verdicts[0].reason


def test_what_was_paid_in_dollars_is_not_measured_against_a_pledge_in_kroner(take: Take) -> None:
    text = "Donor,Date,Currency,Pledged,USD equivalent,Paid (USD),Balance (USD)\n"
    verdict = only(take(f"{text}Norway,2002-03-01,NOK,50,6.25,60,0\n"))
    assert verdict.verdict == "imported"
    assert "What was paid is stated in USD, not in NOK" in verdict.reason
    assert "is unpaid" not in verdict.reason


def test_a_date_of_payment_that_cannot_be_read_matters_only_where_something_was_paid(
    take: Take,
) -> None:
    text = "Donor,Date,Amount (USD),Payment date{}\nNorway,2002-03-01,500,2002-03-30/2002-05-24{}\n"
    assert only(take(text.format("", ""))).verdict == "imported"
    waits = only(take(text.format(",Paid", ",500")))
    assert waits.verdict == "waiting"
    assert "payment date" in waits.reason


def test_a_file_of_headings_alone_is_refused_as_such(take: Take) -> None:
    with pytest.raises(UnreadableFile, match="a single line"):
        take("Donor,Date,Amount (USD)\n")


def test_of_two_dates_of_other_names_the_plain_one_counts_and_of_numbered_ones_none(
    take: Take,
) -> None:
    text = "Donor,{},{},Amount (USD)\nNorway,2002-03-01,2002-05-01,500\n"
    verdict = only(take(text.format("date", "decisionDate")))
    assert (verdict.verdict, str(verdict.row.pledge_date.value)) == ("imported", "2002-03-01")
    assert "may be the pledge date" in only(take(text.format("date1", "date2"))).reason


def test_a_category_of_donors_is_no_class_of_the_fund(take: Take) -> None:
    text = "Donor,Category,Date,Amount (USD)\nNorway,{},2002-03-01,500\nItaly,{},2002-03-02,300\n"
    read = take(text.format("Government", "governments"))
    assert [v.verdict for v in read.verdicts] == ["imported", "imported"]
    assert any("what kind of donor" in doubt for doubt in read.table.doubts)
    waits = take(text.format("Government", "unheard of"))
    assert [v.verdict for v in waits.verdicts] == ["waiting", "waiting"]

"""Lists of transactions: tags of HXL below headings, types of IATI, months. All amounts are
made up.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.importers.judging.verdicts import JudgedFile
from pledgebook.importers.tables.headings import Field, match_heading, tells_standing
from pledgebook.importers.values.dates import are_months, parse_date
from test_questions import judged, open_questions, said

PROVIDED = "iati_identifier,transaction_type,transaction_date,value,currency,provider_org_name\n"


def read(path: Path, text: str, **answers: str) -> JudgedFile:
    path.write_text(text, "utf-8")
    return judged(path, answers, "CPCJF")


def test_what_was_disbursed_on_a_commitment_of_the_list_is_not_entered_twice(
    tmp_path: Path,
) -> None:
    rows = [
        "A-1,3,2002-06-01,400,USD,Norway",
        "A-1,2,2002-05-12,1000,USD,Norway",
        "A-2,3,2002-06-02,300,USD,Norway",
        "A-1,3,2002-06-03,200,USD,Austria",
        "A-3,2,2002-06-04,-50,USD,Norway",
        "A-3,3,2002-06-05,60,USD,Norway",
    ]
    file = read(tmp_path / "list.csv", PROVIDED + "\n".join(rows))
    assert said(file) == ["ignored", "imported", "imported", "imported", "rejected", "imported"]
    (verdict, *_) = (v for table in file.tables for v in table.verdicts)
    assert "the commitment of row 3" in verdict.reason
    assert [draft.event for draft in file.drafts] == [
        "commitment", "receipt-without-pledge", "receipt-without-pledge", "receipt-without-pledge",
    ]  # fmt: skip
    blank = read(tmp_path / "blank.csv", PROVIDED + "\n".join(rows[1:]).replace("A-2", ""))
    assert [each.question.kind for each in open_questions(blank)] == ["status"]


def test_what_goes_out_is_asked_where_provider_or_activity_are_not_named(tmp_path: Path) -> None:
    row = "A-1,2,2002-05-12,1000,USD,Norway\n"
    for heading, other in (("provider_org_name", "donor"), ("iati_identifier", "sector_code")):
        file = read(tmp_path / "list.csv", PROVIDED.replace(heading, other) + row)
        assert [each.question.key for each in open_questions(file)] == ["status:2"]
    own = PROVIDED + row + "A-1,4,2002-05-13,10,USD,Norway\n"
    assert said(read(tmp_path / "own.csv", own)) == ["ignored", "ignored"]


TAGGED = (
    "Month,Reporting org name,Place,Transaction type,Net money,Total money\n"
    "#date+month,#org+name,#country,#x_type,#value+net,#value+total\n"
)


def test_tags_say_what_headings_do_not(tmp_path: Path) -> None:
    rows = "2002-05,Norway,Peru,commitments,400,500\n2002-06,Norway,Peru,spending,30,30\n"
    path = tmp_path / "list.csv"
    file = read(path, TAGGED + rows)
    assert said(file) == ["waiting", "ignored"]
    told = {"which-column:amount": "E", "day-in-span": "last", "currency": "USD"}
    asked = read(path, TAGGED + rows, **{"which-column:amount": "E"})
    assert {each.question.kind for each in (*open_questions(file), *open_questions(asked))} == {
        "which-column", "day-in-span", "currency",
    }  # fmt: skip
    (draft,) = read(path, TAGGED + rows, **told).drafts
    assert (str(draft.date), str(draft.lines[0].number)) == ("2002-05-31", "400")
    said_in_tags = TAGGED.replace("+net", "+usd").replace(",#value+total", ",#meta")
    (draft,) = read(path, said_in_tags + rows, **{"day-in-span": "last"}).drafts
    assert draft.lines[0].currency == "USD"


def test_who_reports_gives_where_money_goes_out_and_nobody_is_named_as_provider(
    tmp_path: Path,
) -> None:
    told = {"which-column:amount": "E", "day-in-span": "last", "currency": "USD"}
    rows = "2002-05,Norway,Peru,{},400,500\n"
    for type_, asks in (("Outgoing commitment", False), ("Incoming commitment", True)):
        file = read(tmp_path / "list.csv", TAGGED + rows.format(type_), **told)
        keys = [each.question.key for each in open_questions(file)]
        assert ("which-column:donor" in keys) is asks, (type_, keys)


def test_a_month_as_iso_writes_it_is_a_month_where_its_column_cannot_be_of_two_years() -> None:
    assert parse_date("2020-05").state == "ambiguous"
    assert parse_date("2001-02").state == "years"
    assert parse_date("2001-02", months=True).readings[1].isoformat() == "2001-02-28"
    assert are_months(["2001-02", None, "2001-01"], headed=False)
    assert not are_months(["2001-02", "2002-03"], headed=False)
    assert are_months(["2001-02", "2002-03"], headed=True)
    assert not are_months(["2001-01", "May 2001"], headed=True)
    assert not are_months([], headed=True)


@given(st.integers(1900, 2100), st.integers(1, 12))
def test_a_year_and_a_month_are_never_one_day(year: int, month: int) -> None:
    reading = parse_date(f"{year}-{month:02}")
    assert reading.value is None
    last = month + (2000 if month < 70 else 1900)
    assert reading.state == ("years" if year < last <= year + 10 else "ambiguous")


@pytest.mark.parametrize(
    ("text", "state"), [("2002-13", "error"), ("2002-00", "error"), ("1850-05", "error")]
)
def test_what_is_no_month_is_none(text: str, state: str) -> None:
    assert parse_date(text).state == state


def test_days_of_several_payments_without_their_sums_ask_nothing(tmp_path: Path) -> None:
    heads = "nomAttribuant;dateConvention;montant (EUR);datePremierVersement;datedeuxiemeVersement"
    heads += ";dateVersementSolde"
    row = "\nNorway;2002-05-12;400;2002-06-01;2002-07-01;2002-08-01\n"
    assert said(read(tmp_path / "list.csv", heads + row)) == ["imported"]
    paid = heads.replace("dateVersementSolde", "Montant versé") + row.replace("2002-08-01", "400")
    assert said(read(tmp_path / "paid.csv", paid)) == ["imported"]


def test_a_day_on_which_nothing_is_said_to_have_been_paid_may_be_still_to_come(
    tmp_path: Path,
) -> None:
    text = "Donor,Date of pledge,Amount (USD),Payment date{}\nNorway,2002-05-12,400,2099-01-01{}\n"
    assert said(read(tmp_path / "planned.csv", text.format("", ""))) == ["imported"]
    for heading, cell in ((",Paid", ",400"), (",Status", ",Paid")):
        file = read(tmp_path / "paid.csv", text.format(heading, cell))
        assert [each.question.kind for each in open_questions(file)] == ["days"]


def test_names_with_a_number_may_name_who_gives_and_codes_may_be_said_to(tmp_path: Path) -> None:
    text = "Name,Code,Date,Amount (USD)\nCommune 1,EC006599,2002-05-12,400\n"
    (asked,) = open_questions(read(tmp_path / "list.csv", text))
    assert [choice.value for choice in asked.choices] == ["A", "B", "leave-out"]
    file = read(tmp_path / "list.csv", text, **{"which-column:donor": "B"})
    assert [each.question.about for each in open_questions(file)] == ["EC006599"]


def test_a_dash_names_no_donor(tmp_path: Path) -> None:
    text = "Donor,Date,Amount (USD)\n-,2002-05-12,400\nNorway,2002-05-12,400\n"
    (asked,) = open_questions(read(tmp_path / "list.csv", text))
    assert (asked.question.key, asked.rows) == ("no-donor", 1)


def test_a_remark_counts_what_falls_due_to_the_period_only_where_there_is_one(
    tmp_path: Path,
) -> None:
    text = "Donor,Date,Amount (USD)\nNorway,2001-05-12,400\nNorway,2002-05-12,400\n"
    file = read(tmp_path / "list.csv", text)
    early, within = (v.reason for table in file.tables for v in table.verdicts)
    assert "No period" in early
    assert "it counts for" not in early
    assert "it counts for the period" in within


def test_a_heading_tells_what_has_become_of_a_pledge_by_its_first_or_last_word() -> None:
    assert all(map(tells_standing, ("Payment status", "État du dossier", "StatusText", "state")))
    others = ("Aide d'Etat (ou pas) notifiée à l'UE", "donor-state", "State of the donor", "Notes")
    assert not any(map(tells_standing, others))


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("NOMBRE APORTANTE", Field.DONOR), ("Nom du bienfaiteur", None),
        ("FECHA DE TRANSFERENCIA", Field.PAYMENT_DATE), ("Transfer date", Field.PAYMENT_DATE),
        ("TIPO APORTANTE", None), ("TIPO DE APORTE", None), ("First name", None),
        ("Date of second payment", Field.PAYMENT_DATE), ("dateVersementSolde", Field.PAYMENT_DATE),
        ("disbursement_channel", None), ("PaidAmtLocalCurrency", Field.PAID_CURRENCY),
        ("PledgeAmtLocalCurrency", Field.CURRENCY),
    ],
)  # fmt: skip
def test_headings_of_public_lists_name_their_fields(heading: str, field: Field | None) -> None:
    match = match_heading(heading)
    assert (match.field if match else None) is field


def test_a_category_of_more_texts_than_a_fund_has_classes_is_none(tmp_path: Path) -> None:
    heads = "Donor;Date of pledge;Amount (USD);Category;Reference\n"
    rows = [f"Norway;2002-05-12;{n};kind {n};R{n}" for n in range(1, 15)]
    assert set(said(read(tmp_path / "many.csv", heads + "\n".join(rows)))) == {"imported"}
    (asked,) = open_questions(read(tmp_path / "few.csv", heads + "\n".join(rows[:12])))
    assert asked.question.key == "classes:D"
    named = [*rows, "Norway;2002-05-12;99;general;R99"]
    (asked,) = open_questions(read(tmp_path / "named.csv", heads + "\n".join(named)))
    assert asked.question.key == "classes:D"

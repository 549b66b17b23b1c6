"""Headings as programs and people write them, and what stands in the line below them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.importers.reading.workbook import read_workbook
from pledgebook.importers.tables.headings import Field, known_headings, match_heading
from pledgebook.importers.tables.tables import Table, read_sheets


def found(folder: Path, text: str) -> tuple[Table, ...]:
    path = folder / "list.csv"
    path.write_text(text, "utf-8")
    return tuple(table for each in read_sheets(read_workbook(path)) for table in each.tables)


def in_camel(words: list[str]) -> str:
    return "".join(word[:1].upper() + word[1:].lower() for word in words)


def divided(words: list[str]) -> str:
    long = max(words, key=len)
    half = len(long) // 2
    return " ".join(f"{w[:half]}-\n{w[half:]}" if w == long else w for w in words)


FORMS: dict[str, Callable[[list[str]], str]] = {
    "CamelCase": in_camel,
    "mixedCase": lambda words: in_camel(words)[:1].lower() + in_camel(words)[1:],
    "snake_case": "_".join,
    "SCREAMING": lambda words: "_".join(words).upper(),
    "starred": lambda words: "*" + " ".join(words),
    "star behind": lambda words: " ".join(words) + " *",
    "on lines": "\n".join,
    "with a colon": lambda words: " ".join(words) + ":",
}
WORDS = re.compile(r"[^\W\d_]{2,}(?: [^\W\d_]{2,})*")
CASED = {
    name: field
    for field, names in known_headings().items()
    for name in names
    if WORDS.fullmatch(name) and name.upper().lower() == name != name.upper()
}


@given(st.sampled_from(sorted(CASED)), st.sampled_from(sorted(FORMS)))
def test_a_known_heading_is_known_in_any_form_that_programs_give_it(name: str, form: str) -> None:
    written = FORMS[form](name.split())
    match = match_heading(written)
    plain = match_heading(name)
    assert plain is not None
    assert match is not None, written
    assert match.field is plain.field, written


@given(st.sampled_from(sorted(name for name in CASED if max(map(len, name.split())) >= 8)))
def test_a_word_divided_at_the_end_of_a_line_is_one_word(name: str) -> None:
    plain, match = match_heading(name), match_heading(divided(name.split()))
    assert plain is not None
    assert match is not None, divided(name.split())
    assert match.field is plain.field


@pytest.mark.parametrize("text", [
    "Month of pledge", "Pledge month", "Mois de l'annonce", "Quarter of payment", "Zahlungsmonat",
    "Funding gap", "Amount per month",
])  # fmt: skip
def test_a_month_or_a_gap_is_no_amount(text: str) -> None:
    assert match_heading(text) is None


@pytest.mark.parametrize(
    ("text", "currency", "multiplier"),
    [
        ("pledge_amount_eur", "EUR", 1),
        ("pledgeAmountGBP", "GBP", 1),
        ("AMOUNT_PLN", "PLN", 1),
        ("amount_kes", "KES", 1),
        ("金額（円）", "円", 1),
        ("金額（千円）", "円", 1000),
        ("金額（百万円）", "円", 10**6),
        ("金額（千万円）", "円", 10**7),
        ("金额（万元）", "元", 10**4),
        ("金额（亿美元）", "US$", 10**8),
    ],
)
def test_currency_and_unit_are_found_in_what_programs_and_the_far_east_write(
    text: str, currency: str, multiplier: int
) -> None:
    match = match_heading(text)
    assert match is not None
    assert (match.field, match.currency, match.multiplier) == (Field.AMOUNT, currency, multiplier)


HEADS = {
    "Japanese": "拠出国,誓約日,通貨,拠出額",
    "Korean": "공여국,약정일,통화,금액",
    "Thai": "ผู้บริจาค,วันที่,สกุลเงิน,จำนวนเงิน",
    "Persian": "اهداکننده,تاریخ,ارز,مبلغ",
    "Turkish": "BAĞIŞÇI,Taahhüt tarihi,Para birimi,Tutar",
    "Polish": "Darczyńca,Data deklaracji,Waluta,Kwota",
    "Swedish": "Givare,Datum,Valuta,Belopp",
    "Norwegian": "Giverland,Dato,Valuta,Beløp",
    "Danish": "Giver,Dato,Valuta,Beløb",
    "Finnish": "Lahjoittaja,Päivämäärä,Valuutta,Summa",
    "Czech": "Dárce,Datum,Měna,Částka",
    "Hungarian": "Adományozó,Dátum,Pénznem,Összeg",
    "Romanian": "Donator,Data,Moneda,Suma",
    "Greek": "Δωρητής,Ημερομηνία,Νόμισμα,Ποσό",
    "Indonesian": "Donor,Tanggal,Mata uang,Jumlah",
    "Vietnamese": "Nhà tài trợ,Ngày,Loại tiền,Số tiền",
    "Hebrew": "תורם,תאריך,מטבע,סכום",
    "Hindi": "दाता,तारीख,मुद्रा,राशि",
    "German": "Vertragsstaat,Zusagedatum,Währung,Betrag",
    "the Convention's": "Party,Date,Currency,Amount",
}


@pytest.mark.parametrize("language", HEADS)
def test_lists_in_many_languages_are_read(tmp_path: Path, language: str) -> None:
    (table,) = found(tmp_path, f"{HEADS[language]}\nAustria,2002-05-12,EUR,1000\n")
    assert table.columns == {"donor": "A", "pledge_date": "B", "currency": "C", "amount": "D"}
    assert (table.counts()["data"], table.questions) == (1, ())


@pytest.mark.parametrize(
    ("below", "currency", "multiplier"),
    [
        ("US$'000", "US$", 1000),
        ("(US$)", "US$", 1),
        ("EUR", "EUR", 1),
        ("in thousands of euros", "euros", 1000),
        ("(millions)", "", 10**6),
    ],
)
def test_a_line_of_units_below_headings_is_one_of_them(
    tmp_path: Path, below: str, currency: str, multiplier: int
) -> None:
    text = f"Donor,Date,Pledged\n,dd/mm/yyyy,{below}\nAustria,03/04/2002,10\n"
    (table,) = found(tmp_path, text)
    column = table.table_columns[-1]
    assert table.heading_rows == (1, 2)
    assert (column.field, column.currency, column.multiplier) == (
        Field.AMOUNT, currency, multiplier,
    )  # fmt: skip
    assert table.counts()["data"] == 1


def test_a_row_with_a_donor_is_no_line_of_units(tmp_path: Path) -> None:
    (table,) = found(tmp_path, "Donor,Date,Pledged\nAustria,,EUR\nNorway,2002-05-12,10\n")
    assert table.heading_rows == (1,)
    assert table.counts()["data"] == 2


@pytest.mark.parametrize(
    "heads",
    [
        "Organization,Project,Amount",
        "organization_name,totalFunding,date",
        "Country,Organization,Amount",
    ],
)
def test_a_body_that_may_give_or_receive_is_asked_of(tmp_path: Path, heads: str) -> None:
    (table,) = found(tmp_path, f"{heads}\nAustria,1000,1000\n")
    assert any("may be the donor, or who receives" in question.text for question in table.questions)


def test_a_body_in_a_list_of_pledges_gives(tmp_path: Path) -> None:
    (table,) = found(tmp_path, "Organization,Date,Pledged\nAustria,2002-05-12,1000\n")
    assert (table.columns["donor"], table.questions) == ("A", ())


def test_disbursements_are_payments_beside_pledges_and_asked_of_alone(tmp_path: Path) -> None:
    (beside,) = found(tmp_path, "Donor,Date,Pledged,Disbursement\nAustria,2002-05-12,10,5\n")
    assert (beside.columns["paid"], beside.questions) == ("D", ())
    (alone,) = found(tmp_path, "Donor,Date,Disbursement\nAustria,2002-05-12,10\n")
    (question,) = alone.questions
    assert "what was spent of it" in question.text

"""Amounts, dates, footnote marks and headings as people write them."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from decimal import Decimal
from importlib import resources

import pytest
from babel import localedata
from babel.dates import format_date
from babel.numbers import (
    format_currency,
    format_decimal,
    get_currency_name,
    get_currency_symbol,
)
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.importers.reading.cells import ErrorValue, MissingResult
from pledgebook.importers.tables.headings import Field, known_headings, match_heading
from pledgebook.importers.values.amounts import column_mark, parse_amount
from pledgebook.importers.values.contexts import context_phrases
from pledgebook.importers.values.dates import YearRange, column_order, parse_date, parse_years
from pledgebook.importers.values.values import multiplier_in, plain, split_footnote
from pledgebook.importers.values.words import is_announcement, says_in_kind, says_otherwise
from pledgebook.ledger.declared.currencies import recognise


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("ITL 500.000.000", "500000000", "ITL"),
        ("€ 250.000,–", "250000", "€"),
        ("US$ 1,234.50", "1234.50", "US$"),
        ("(1 611,3)", "-1611.3", ""),
        ("420 116,4", "420116.4", ""),
        ("CHF 1'000.00", "1000.00", "CHF"),
        ("1\u2019000.- Fr.", "1000", "Fr."),
        ("1\u00a0234\u202f567,50", "1234567.50", ""),
        ("500-", "-500", ""),
        ("\u2212500.5", "-500.5", ""),
        ("US$ (1,000.00)", "-1000.00", "US$"),
        ("٠٫٥", "0.5", ""),
        ("١٬٢٣٤٫٥", "1234.5", ""),
        ("Skr 1.000.000,00", "1000000.00", "Skr"),
        ("£stg 5000", "5000", "£stg"),
        ("12,34,567", "1234567", ""),
        ("1.5 million", "1500000", ""),
        ("2 млн долл.", "2000000", "долл."),
        ("100万", "1000000", ""),
        ("0.500", "0.500", ""),
        ("50 000 $", "50000", "$"),
    ],
)
def test_every_way_of_writing_an_amount_is_read(text: str, value: str, currency: str) -> None:
    reading = parse_amount(text)
    assert (reading.state, reading.value, reading.currency) == ("value", Decimal(value), currency)
    assert reading.text == text


@pytest.mark.parametrize("text", ["500 000*", "500 000 b/", "500 000¹", "500 000 (b)"])
def test_a_footnote_mark_is_no_part_of_the_amount(text: str) -> None:
    reading = parse_amount(text)
    assert reading.value == 500000
    assert reading.footnote in {"*", "b", "¹"}


@pytest.mark.parametrize("text", ["-", "–", "nil", "NIL", "néant", "Neant", "ноль", "零", "صفر"])
def test_a_word_for_nothing_is_zero(text: str) -> None:
    reading = parse_amount(text)
    assert (reading.state, reading.value) == ("nil", 0)


@pytest.mark.parametrize("text", [None, " ", "..", "n/a", "N.D.", "…", "н/д", "to be confirmed"])
def test_unknown_is_not_zero(text: str | None) -> None:
    reading = parse_amount(text)
    assert (reading.state, reading.value) == ("unknown", None)


@pytest.mark.parametrize(
    "text",
    ["(1 611,3)423 535,6", "1,234 5,678", "1 23", "1.'00", "1,234.567.8", "(500", "soon", "1e5"],
)
def test_what_is_not_one_figure_is_an_error_with_its_reason(text: str) -> None:
    reading = parse_amount(text)
    assert (reading.state, reading.value) == ("error", None)
    assert reading.reason


def test_a_formula_without_result_and_an_error_are_no_amounts() -> None:
    assert "never stored" in parse_amount(MissingResult("A1+1")).reason
    assert "#REF!" in parse_amount(ErrorValue("#REF!")).reason
    assert parse_amount(True).state == "error"
    assert parse_amount(date(2002, 3, 1)).state == "error"


@pytest.mark.parametrize(
    ("text", "readings"), [("1.234", ("1.234", "1234")), ("DM 4,000", ("4000", "4.000"))]
)
def test_three_digits_behind_one_mark_are_ambiguous(text: str, readings: tuple[str, str]) -> None:
    reading = parse_amount(text)
    assert reading.state == "ambiguous"
    assert reading.readings == tuple(map(Decimal, readings))


def test_a_column_that_agrees_on_its_decimal_mark_decides_and_says_so() -> None:
    column = ["1.234", "12.500,75", "250.000,–", None, "nil"]
    mark = column_mark(column)
    assert mark == ","
    reading = parse_amount("1.234", mark, "column D")
    assert (reading.value, reading.decided) == (Decimal(1234), "column D")
    assert parse_amount("12,5", ".", "column D").decided == ""


def test_a_column_that_disagrees_does_not_decide() -> None:
    assert column_mark(["1.234", "1,50", "1.50"]) is None
    assert column_mark(["1.234", "2.345"]) is None


@given(st.decimals(min_value=0, max_value=10**12, places=2), st.sampled_from(["en", "de", "fr"]))
def test_an_amount_with_cents_reads_back(amount: Decimal, country: str) -> None:
    text = f"{amount:,.2f}"
    if country == "de":
        text = text.translate(str.maketrans(",.", ".,"))
    elif country == "fr":
        text = text.replace(",", "\u202f").replace(".", ",")
    assert parse_amount(text).value == amount


@pytest.mark.parametrize(
    "text",
    [
        "2002-06-10",
        "2002-06-10T00:00:00",
        "2002/06/10",
        "20020610",
        "10.06.2002",
        "10.06.2002 г.",
        "10 juin 2002",
        "June 10, 2002",
        "10-Jun-2002",
        "10-VI-2002",
        "10 de junio de 2002",
        "10. Juni 2002",
        "10 июня 2002 г.",
        "10 giugno 2002",
        "10 juni 2002",
        "10 de junho de 2002",
        "2002年6月10日",
        "١٠ يونيو ٢٠٠٢",
        "10 حزيران 2002",
        "10 juin 2002*",
    ],
)
def test_a_date_is_read_in_every_language(text: str) -> None:
    assert parse_date(text).value == date(2002, 6, 10)


def test_a_date_that_may_be_two_is_ambiguous_until_the_column_decides() -> None:
    reading = parse_date("03/04/2002")
    assert reading.readings == (date(2002, 4, 3), date(2002, 3, 4))
    order = column_order(["03/04/2002", "04/13/2002", None])
    assert order == "mdy"
    assert parse_date("03/04/2002", order, "column B").value == date(2002, 3, 4)
    assert parse_date("03/04/2002", order, "column B").decided == "column B"
    assert column_order(["13/04/2002", "04/13/2002"]) is None
    assert parse_date("05/05/2002").value == date(2002, 5, 5)


def test_a_two_digit_year_is_taken_from_1970_to_2069_and_says_so() -> None:
    assert parse_date("31/12/69").value == date(2069, 12, 31)
    assert parse_date("31/12/70").value == date(1970, 12, 31)
    assert "1970" in parse_date("31/12/70").assumed


@pytest.mark.parametrize(
    "value",
    ["0001-01-01T00:00:00", "01/01/1970", datetime(1, 1, 1), date(1899, 12, 30), Decimal(0), None],  # noqa: DTZ001 - cells have no time zone
)
def test_a_null_date_is_unknown(value: str | date | Decimal | None) -> None:
    assert parse_date(value).state == "unknown"


def test_serial_numbers_are_dates_only_among_dates() -> None:
    assert parse_date(Decimal(37316)).state == "error"
    assert parse_date(Decimal(37316), serials=True).value == date(2002, 3, 1)
    assert parse_date(Decimal(35854), serials=True, from_1904=True).value == date(2002, 3, 1)


@pytest.mark.parametrize(
    ("text", "years"),
    [("2002", (2002, 2002)), ("FY02/03", (2002, 2003)), ("2002-2003", (2002, 2003))],
)
def test_a_year_is_no_date(text: str, years: tuple[int, int]) -> None:
    assert parse_date(text).years == YearRange(*years)
    assert parse_years(text) == years


@pytest.mark.parametrize("text", ["31/02/2002", "on signature", "Q1 2003", "02/03"])
def test_what_is_no_date_is_an_error(text: str) -> None:
    assert parse_date(text).state == "error"


def test_a_month_alone_is_ambiguous_whatever_the_order() -> None:
    reading = parse_date("June 2002", "dmy", "column B")
    assert (reading.state, reading.readings) == (
        "ambiguous",
        (date(2002, 6, 1), date(2002, 6, 30)),
    )


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Italy b/", ("Italy", "b")),
        ("Canada*", ("Canada", "*")),
        ("France a/ b/", ("France", "a b")),
        ("Congo (a)", ("Congo", "a")),
        ("Trinidad and Tobago", ("Trinidad and Tobago", "")),
        ("*", ("*", "")),
    ],
)
def test_a_footnote_mark_is_parted_from_a_name(text: str, parts: tuple[str, str]) -> None:
    assert split_footnote(text) == parts


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("Donor / Donateur", Field.DONOR),
        ("État membre", Field.DONOR),
        ("Страна", Field.DONOR),
        ("الجهة المانحة", Field.DONOR),
        ("捐助国", Field.DONOR),
        ("MONTANT ANNONCE", Field.AMOUNT),
        ("объявленный взнос", Field.AMOUNT),
        ("المبلغ المعلن", Field.AMOUNT),
        ("认捐", Field.AMOUNT),
        ("Encaissé", Field.PAID),
        ("المدفوع", Field.PAID),
        ("已缴", Field.PAID),
        ("未缴", Field.UNPAID),
        ("الرصيد", Field.UNPAID),
        ("остаток", Field.UNPAID),
        ("币种", Field.CURRENCY),
        ("Date du paiement", Field.PAYMENT_DATE),
        ("PaidDate", Field.PAYMENT_DATE),
        ("Date de la convention", Field.PLEDGE_DATE),
        ("Unpaid balance", Field.UNPAID),
        ("exchangeRate", Field.RATE),
        ("nomAttribuant", Field.DONOR),
        ("Objet de la subvention", Field.PURPOSE),
    ],
)
def test_a_heading_is_known_in_many_languages(text: str, field: Field) -> None:
    match = match_heading(text)
    assert match is not None
    assert match.field is field


@pytest.mark.parametrize(
    "text",
    ["Montant demandé", "DonorCode", "idAttribuant", "% paid", "Date of birth", "Italy", "NOM"],
)
def test_other_headings_are_left_alone(text: str) -> None:
    assert match_heading(text) is None


def test_currency_unit_and_label_are_told_apart_from_the_heading() -> None:
    match = match_heading("Pledged 2002 (US$ thousands)")
    assert match is not None
    assert (match.field, match.currency, match.multiplier, match.label) == (
        Field.AMOUNT,
        "US$",
        1000,
        "2002",
    )


@pytest.mark.parametrize(
    "text", ["montant en milliers de dollars", "USD '000", "(тыс. долл. США)", "单位:千美元"]
)
def test_thousands_are_understood(text: str) -> None:
    assert multiplier_in(text) == 1000
    assert multiplier_in("1,000 dollars") == 1


def test_each_known_heading_finds_its_own_field() -> None:
    wrong = [
        (name, field)
        for field, names in known_headings().items()
        for name in names
        if (match := match_heading(name)) is None or match.field != field
    ]
    assert wrong == []


TERMS = tomllib.loads(
    (resources.files("pledgebook.importers") / "data" / "terms.toml").read_text("utf-8")
)
PHRASES = {
    section: sorted({plain(phrase) for listed in TERMS[section].values() for phrase in listed})
    for section in ("announcement", "in_kind_phrases", "otherwise")
}
WHOLE = [phrase for listed in PHRASES.values() for phrase in listed]
PIECES = sorted({word for phrase in WHOLE for word in phrase.split()})
SAYS = {
    "announcement": is_announcement,
    "in_kind_phrases": says_in_kind,
    "otherwise": says_otherwise,
}


def whole_words(phrase: str) -> re.Pattern[str]:
    """Match a phrase as whole words, or anywhere where words are joined."""
    joined = re.search("[\u0600-\u06ff\u4e00-\u9fff]", phrase)
    return re.compile(re.escape(phrase) if joined else rf"\b{re.escape(phrase)}\b")


MATCHES = {section: list(map(whole_words, listed)) for section, listed in PHRASES.items()}


@given(
    st.lists(
        st.sampled_from([*WHOLE, *PIECES, "Italy", "x"]) | st.text(max_size=4),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["", " ", ", ", "-"]),
)
def test_a_remark_says_what_one_of_the_phrases_says_that_it_holds(
    pieces: list[str], between: str
) -> None:
    text = between.join(pieces)
    in_context = any(phrase in plain(text) for phrase in context_phrases())
    for section, matches in MATCHES.items():
        said = any(match.search(plain(text)) for match in matches)
        if said or not (section == "otherwise" and in_context):
            assert SAYS[section](text) is said, (section, text)


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_values(text: str) -> None:
    reading = parse_amount(text)
    assert (reading.value is not None) == (reading.state in {"value", "nil"})
    assert (parse_date(text).value is not None) == (parse_date(text).state == "value")
    match_heading(text)


@given(st.text(alphabet="0123456789 .,'-()٫٬/", max_size=14))
def test_no_run_of_digits_and_marks_breaks_the_reading_of_values(text: str) -> None:
    reading = parse_amount(text)
    assert (reading.value is not None) == (reading.state in {"value", "nil"})
    assert (parse_date(text).value is not None) == (parse_date(text).state == "value")


LOCALES = sorted(localedata.locale_identifiers())
SPOKEN = {"en", "fr", "es", "ru", "ar", "zh", "de", "it", "nl", "pt"}
"""The languages that the importer says it reads."""


@given(
    st.decimals(min_value=-(10**10), max_value=10**10, places=2),
    st.sampled_from(LOCALES),
    st.sampled_from(["USD", "EUR", "GBP", "CHF", "SEK"]),
)
def test_an_amount_in_the_style_of_any_locale_is_read_the_same_or_doubted(
    amount: Decimal, locale: str, currency: str
) -> None:
    written = [
        format_decimal(amount, locale=locale),
        format_decimal(amount, format="#,##0.00", locale=locale),
        format_decimal(amount, locale=locale, numbering_system="default"),
        *(
            format_currency(amount, currency, locale=locale, format_type=kind)
            for kind in ("standard", "accounting", "name")
        ),
    ]
    for text in written:
        reading = parse_amount(text)
        if reading.known:
            assert reading.value == amount, (locale, text)
        elif reading.state == "ambiguous":
            assert amount in reading.readings, (locale, text)
        else:
            assert reading.state == "error", (locale, text)


@given(
    st.dates(min_value=date(1971, 1, 1), max_value=date(2068, 12, 31)),
    st.sampled_from([name for name in LOCALES if name.split("_")[0] in SPOKEN]),
    st.sampled_from(["short", "medium", "long", "full", "dd/MM/y", "d MMM y", "EEE d MMM y"]),
)
def test_a_date_in_the_style_of_a_language_that_is_read_is_the_same_or_doubted(
    day: date, locale: str, style: str
) -> None:
    text = format_date(day, style, locale=locale)
    reading = parse_date(text)
    if reading.state == "value":
        assert reading.value == day, (locale, text)
    elif reading.state == "ambiguous":
        assert day in reading.readings, (locale, text)
    else:
        assert reading.state == "error", (locale, text)


@pytest.mark.parametrize("language", sorted(SPOKEN))
def test_a_currency_is_the_one_that_its_language_names_or_may_be_it(language: str) -> None:
    named = {
        code: (get_currency_name(code, locale=language), get_currency_symbol(code, locale=language))
        for code in ("USD", "EUR", "GBP", "CHF", "JPY", "SEK", "NOK", "DKK", "CAD", "AUD")
    }
    wrong = [
        (code, text, found)
        for code, texts in named.items()
        for text in texts
        if (found := recognise(text, date(2003, 1, 1))) and code not in found
    ]
    assert wrong == []

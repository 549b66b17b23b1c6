"""Dates, statuses and amounts as clerks write them: eras and Chinese numerals, counts of days kept
as texts, fiscal years, days within a status, units written small. All amounts are made up.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from clerk_sheets import judge, said, verdicts, write_csv, write_xlsx
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.importers.values.amounts import parse_amount
from pledgebook.importers.values.dates import parse_date
from pledgebook.importers.values.words import days_in_status, is_paid_in_part, read_kind
from pledgebook.ledger.declared.currencies import recognise

HEAD = ["Donor", "Date", "Currency", "Amount"]
DAY = date(2002, 5, 12)
DIGITS = "〇一二三四五六七八九"


def in_han(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return DIGITS[ones]
    return (DIGITS[tens] if tens > 1 else "") + "十" + (DIGITS[ones] if ones else "")


@given(st.dates(date(1989, 1, 8), date(2019, 4, 30)))
def test_a_day_of_a_stated_era_or_in_chinese_numerals_is_that_day(day: date) -> None:
    year = "".join(DIGITS[int(digit)] for digit in str(day.year))
    heisei, minguo = day.year - 1988, day.year - 1911
    for text in (
        f"{year}年{in_han(day.month)}月{in_han(day.day)}日",
        f"平成{heisei}年{day.month}月{day.day}日",
        f"平成{in_han(heisei)}年{in_han(day.month)}月{in_han(day.day)}日",
        f"民國{minguo}年{day.month}月{day.day}日",
        f"{day.year + 543}-{day.month:02}-{day.day:02} B.E.",
        f"พ.ศ. {day.year + 543}-{day.month:02}-{day.day:02}",
    ):
        assert parse_date(text).value == day, text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("令和元年5月12日", date(2019, 5, 12)),
        ("昭和64年1月7日", date(1989, 1, 7)),
        ("１２.０５.２００２", DAY),
        ("H14.5.12", None),
        ("12/05/2545", None),
        ("B.E. 2002-05-12", DAY),
    ],
)
def test_an_era_counts_where_it_is_stated(text: str, day: date | None) -> None:
    assert parse_date(text).value == day


def rows_of(*days: object) -> list[list[object]]:
    return [list(HEAD), *(["Austria", day, "EUR", 1000 + at] for at, day in enumerate(days))]


def test_counts_of_days_are_days_near_the_other_dates_of_their_column(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "list.csv", rows_of("37388", "2002-06-01", "37408.0"))
    days = [verdict.row.pledge_date.value for verdict in verdicts(judge(path))]
    assert days == [DAY, date(2002, 6, 1), date(2002, 6, 1)]


@pytest.mark.parametrize("days", [["37388", "37408"], ["37388", "1999-06-01"]])
def test_counts_of_days_in_text_may_begin_in_1900_or_1904(tmp_path: Path, days: list[str]) -> None:
    tables = judge(write_csv(tmp_path / "list.csv", rows_of(*days)))
    assert said(tables)[0] == "waiting"
    assert "from 1900 to 2002-05-12, from 1904 to 2006-05-13" in verdicts(tables)[0].reason


@pytest.mark.parametrize("value", [37388, 37388.75, "37388"])
def test_a_workbook_says_from_when_it_counts(tmp_path: Path, value: object) -> None:
    tables = judge(write_xlsx(tmp_path / "list.xlsx", rows_of(value)))
    assert [verdict.row.pledge_date.value for verdict in verdicts(tables)] == [DAY]


@given(st.dates(date(1970, 1, 2), date(2090, 12, 31)))
def test_every_day_counted_from_1900_is_found_again(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    for value in (str(serial), Decimal(serial)):
        assert parse_date(value, serials=True).value == day
        assert parse_date(value, serials=True, from_1904=True).value == day + timedelta(days=1462)


@pytest.mark.parametrize("text", ["2002/03", "FY 2002-03", "FY2002", "Exercice 2002"])
def test_a_fiscal_year_is_no_day_whatever_is_answered_of_years(tmp_path: Path, text: str) -> None:
    path = write_csv(tmp_path / "list.csv", rows_of(text))
    assert said(judge(path, '[answers]\nday-in-year = "12-31"')) == ["waiting"]
    (verdict,) = verdicts(judge(path, '[answers]\nday-in-fiscal-year = "first:07-01"'))
    assert verdict.row.pledge_date.value == date(2002, 7, 1)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("Paid in full 12.9.2002", "payment"),
        ("Payment received 3 May", "payment"),
        ("Received on June 3rd, 2002", "payment"),
        ("Payé le 3 mai", "payment"),
        ("Partially received", "commitment"),
        ("Part paid 12.9.2002", "commitment"),
        ("Paid 1/2", None),
        ("Paid 50", None),
        ("Paid 99.99.2002", None),
        ("Paid 3 instalments", None),
    ],
)
def test_a_day_in_a_status_changes_nothing_of_it_and_a_figure_does(
    status: str, kind: str | None
) -> None:
    assert read_kind(status) == kind


def test_the_days_of_a_status_are_known() -> None:
    assert days_in_status("Paid in full 12.9.2002", 2003) == (date(2002, 9, 12),)
    assert days_in_status("Payment received 3 May", 2002) == (date(2002, 5, 3),)
    assert days_in_status("Paid", 2002) == ()
    assert is_paid_in_part("Part paid on 3 May")
    assert not is_paid_in_part("Department")


@pytest.mark.parametrize(
    ("status", "pledge", "reason"),
    [
        ("Paid on 12.5.2002", False, ""),  # the day of the row
        ("Paid in full 12.9.2002", True, "is not recorded, since the sheet gives no date"),
        ("Payment received 3 May", True, "is not recorded, since the sheet gives no date"),
    ],
)
def test_money_that_came_on_another_day_than_the_rows_is_no_receipt_of_its_day(
    tmp_path: Path, status: str, pledge: bool, reason: str
) -> None:
    path = write_csv(
        tmp_path / "list.csv",
        [[*HEAD, "Status"], ["Austria", "2002-05-12", "USD", 1000, status]],
    )
    (verdict,) = verdicts(judge(path))
    assert verdict.verdict == "imported"
    assert bool(verdict.pledge) is pledge
    assert reason in verdict.reason


@pytest.mark.parametrize("paid", ["", "400"])
def test_paid_in_part_waits_until_it_is_said_how_much(tmp_path: Path, paid: str) -> None:
    path = write_csv(
        tmp_path / "list.csv",
        [[*HEAD, "Paid", "Status"], ["Austria", "2002-05-12", "USD", 1000, paid, "Part paid"]],
    )
    tables = judge(path)
    assert said(tables) == ["imported" if paid else "waiting"]
    answered = judge(path, '[answers]\n"status:Part paid" = "committed"')
    assert said(answered) == ["imported"]
    assert paid or "does not say how much of it was paid" in verdicts(tables)[0].reason


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("US$ 0.75m", "750000", "USD"),
        ("0.75m USD", "750000", "USD"),
        ("NOK 5 mill.", "5000000", "NOK"),
        ("EUR 2 Mio.", "2000000", "EUR"),
        ("EUR １，２３４．５０", "1234.50", "EUR"),
        ("￥１２３４５", "12345", "JPY"),
        ("1億円", "100000000", "JPY"),
        ("500万円", "5000000", "JPY"),
        ("2千万円", "20000000", "JPY"),
        ("3万元", "30000", "CNY"),
    ],
)
def test_amounts_with_units_written_small(text: str, amount: str, currency: str) -> None:
    reading = parse_amount(text)
    assert (reading.value, reading.scaled or "，" in text or "￥" in text) == (
        Decimal(amount),
        True,
    )
    assert currency in recognise(reading.currency)


@pytest.mark.parametrize("text", ["5m", "5 M", "US$ 5M", "m 5"])
def test_a_letter_that_may_be_a_thousand_or_a_metre_is_not_taken(text: str) -> None:
    reading = parse_amount(text)
    assert reading.value is None or not recognise(reading.currency)


NAMES = {
    "Euro": "EUR", "Schweizer Franken": "CHF", "дол. США": "USD", "долл. США": "USD", "美元": "USD",
    "米ドル": "USD", "couronnes danoises": "DKK", "norske kroner": "NOK", "svenska kronor": "SEK",
    "danske kroner": "DKK", "日本円": "JPY", "円": "JPY", "미국 달러": "USD", "ABD doları": "USD",
    "dolar amerykański": "USD", "ดอลลาร์สหรัฐ": "USD", "دلار آمریکا": "USD",
    "korony norweskie": "NOK",
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_currency_is_known_by_its_name(name: str) -> None:
    assert recognise(name, DAY) == (NAMES[name],)


@pytest.mark.parametrize("name", ["kroner", "dollars", "ドル", "원", "دلار"])
def test_a_name_that_several_have_names_none(name: str) -> None:
    assert len(recognise(name, DAY)) > 1


def test_currencies_in_words_are_imported(tmp_path: Path) -> None:
    listed = [["Austria", f"2002-05-{at:02}", name, 1000 + at] for at, name in enumerate(NAMES, 1)]
    found = verdicts(judge(write_csv(tmp_path / "list.csv", [HEAD, *listed])))
    assert [each.currency for each in found] == list(NAMES.values())

"""Figures as spreadsheet programs leave them: digits beyond the cent, signs that may divide
thousands, and totals of both. All amounts are made up.
"""

from __future__ import annotations

import subprocess
from decimal import Decimal
from pathlib import Path
from shutil import which

import pytest
import xlwt
from clerk_sheets import Rows, imported, judge, said, verdicts, write_csv, write_xlsx
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.importers.reading.formats import decimals_of
from pledgebook.importers.values.amounts import NOISE, column_mark, divides_thousands, parse_amount

HEAD = ["Donor", "Date", "Currency", "Amount"]


def rows_of(*amounts: object, currency: str = "EUR") -> list[list[object]]:
    listed = [["Austria", f"2002-05-{day:02}", currency, a] for day, a in enumerate(amounts, 1)]
    return [list(HEAD), *listed]


@pytest.mark.parametrize(
    ("code", "decimals"),
    [
        ("General", None),
        ("#,##0.00", 2),
        ("#,##0", 0),
        ('_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)', 2),
        ("#,##0.00_);[Red](#,##0.00)", 2),
        ("0.000", 3),
        ("0.00%", None),
        ("# ?/?", None),
        ("#,##0.0,", None),
        ("[<1000]0;0.00", None),
        ("yyyy-mm-dd", None),
    ],
)
def test_a_number_format_shows_so_many_decimals(code: str, decimals: int | None) -> None:
    assert decimals_of(code) == decimals


@pytest.mark.parametrize(
    ("code", "currency", "stored", "amount"),
    [
        ("#,##0.00", "USD", 14841.9749332, "14841.97"),
        ("#,##0.00", "USD", 0.005, "0.01"),
        ("#,##0", "JPY", 14841.4567, "14841"),
        ("#,##0", "USD", 14841.9749332, None),  # 14842 is shown, which is no rounding to cents
        ("#,##0.000", "USD", 14841.9749332, None),
        ("General", "USD", 14841.9749332, None),
        ("#,##0.00", "JPY", 14841.45, None),
        ("General", "USD", 1000.1000000001, "1000.10"),
    ],
)
def test_digits_beyond_the_cent_are_left_out_where_the_cell_shows_it(
    tmp_path: Path, code: str, currency: str, stored: float, amount: str | None
) -> None:
    path = write_xlsx(tmp_path / "list.xlsx", rows_of(stored, currency=currency), {"D": code})
    tables = judge(path)
    (verdict,) = verdicts(tables)
    if amount is None:
        assert verdict.verdict == "waiting"
        assert f"has more decimals than {currency} is counted in" in verdict.reason
    else:
        assert verdict.row.amount.value == Decimal(amount)
        assert currency == "JPY" or ("number format shows" in verdict.reason) == (
            stored != 1000.1000000001
        )


def test_what_the_format_shows_is_found_in_xls(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    page = book.add_sheet("List")
    for row, cells in enumerate(rows_of(14841.9749332)):
        for column, value in enumerate(cells):
            style = xlwt.easyxf(num_format_str="#,##0.00" if column == 3 and row else "General")
            page.write(row, column, value, style)
    book.save(str(tmp_path / "list.xls"))
    assert [each[1] for each in imported(judge(tmp_path / "list.xls"))] == [Decimal("14841.97")]


@pytest.mark.skipif(not which("soffice"), reason="LibreOffice makes the file")
def test_what_the_format_shows_is_found_in_ods(tmp_path: Path) -> None:
    write_xlsx(tmp_path / "list.xlsx", rows_of(14841.9749332), {"D": "#,##0.00"})
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    subprocess.run(
        ["soffice", home, "--headless", "--convert-to", "ods", "--outdir", tmp_path, "list.xlsx"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    assert [each[1] for each in imported(judge(tmp_path / "list.ods"))] == [Decimal("14841.97")]


@given(st.decimals(0, 10**9, places=2), st.integers(-9, 9))
def test_noise_is_nothing_and_what_is_more_is_kept(amount: Decimal, noise: int) -> None:
    near = parse_amount(amount + noise * NOISE / 10).counted_in(2)
    assert near.value == amount
    far = amount + Decimal("0.001")
    assert parse_amount(far).counted_in(2).value == far


@pytest.mark.parametrize(
    ("currency", "amounts", "stated", "agrees"),
    [
        ("USD", (33.335, 33.335), 66.6700001, True),
        ("USD", (100, 200), 300.01, False),
        ("KWD", (1.001, 2.002), 3.007, False),
        ("KWD", (1.001, 2.002), 3.0030004, True),
        ("JPY", (100.2, 200.2), 300, True),
        ("JPY", (100, 200), 301, False),
    ],
)
def test_totals_are_compared_in_the_unit_of_their_currency(
    tmp_path: Path, currency: str, amounts: tuple[float, float], stated: float, agrees: bool
) -> None:
    rows = [[*row[:2], row[3]] for row in rows_of(*amounts, currency=currency)]
    rows[0][2] = f"Amount ({currency})"
    path = write_xlsx(tmp_path / "list.xlsx", [*rows, ["Total", None, stated]])
    assert [total.agrees for total in judge(path)[0].totals] == [agrees]


A, B, C = (["Austria", "2002-05-12", 1000], ["Norway", "2002-06-01", 2000], ["Italy", "", 500])
TOTAL, WHOLE = ["TOTAL", "", 3000], ["TOTAL", "", 3500]


@pytest.mark.parametrize(
    ("rows", "agree"),
    [
        ([A, B, TOTAL, C, WHOLE], [True, True]),
        ([A, B, TOTAL, C, WHOLE, ["Notes", "", ""]], [True, True]),
        ([A, B, ["Subtotal", "", 3000], C, ["Subtotal", "", 3500]], [True, True]),
        ([A, B, ["Subtotal", "", 3000], C, ["Subtotal", "", 500], WHOLE], [True, True, True]),
        ([WHOLE, A, B, C], [True]),
        ([WHOLE, ["Subtotal", "", 3000], A, B, ["Subtotal", "", 500], C], [True, True, True]),
        ([["Subtotal", "", 3000], A, B, ["Subtotal", "", 500], C, WHOLE], [True, True, True]),
        ([TOTAL, A, B, C], [False]),
        ([A, B, TOTAL, C, ["TOTAL", "", 3501]], [True, False]),
        ([["Subtotal", "", 2999], A, B, C], [False]),
    ],
)
def test_totals_stand_below_their_rows_above_them_or_run(
    tmp_path: Path, rows: Rows, agree: list[bool]
) -> None:
    path = write_csv(tmp_path / "list.csv", [["Donor", "Date", "Amount (USD)"], *rows])
    assert [total.agrees for total in judge(path)[0].totals] == agree


@pytest.mark.parametrize(
    ("amounts", "currency", "read"),
    [
        (["100,000"], "EUR", ["100000"]),
        (["100.000", "250.000"], "EUR", ["100000", "250000"]),
        (["100,000", "1,250"], "JPY", ["100000", "1250"]),
        (["EUR 100,000", "€250,000"], "", ["100000", "250000"]),
        (["$100,000"], "USD", ["100000"]),
        (["1.234"], "EUR", None),  # one figure with a point may be a slip
        (["100,000"], "KWD", None),  # counted in three decimals
        (["100,000"], "dinars", None),
        (["100,000", "2500"], "EUR", None),  # thousands are not divided here
        (["100,000", "250.000"], "EUR", None),  # two signs
        (["100,000", "12.5", "12,5"], "EUR", None),  # both are decimal marks here
        (["100,000 thousand"], "EUR", None),
    ],
)
def test_a_sign_divides_thousands_where_the_currency_has_other_decimals(
    tmp_path: Path, amounts: list[str], currency: str, read: list[str] | None
) -> None:
    tables = judge(write_csv(tmp_path / "list.csv", rows_of(*amounts, currency=currency)))
    (table,) = tables
    unclear = [row for row in table.rows if row.amount.state == "ambiguous"]
    if read is None:
        assert unclear
    else:
        assert [row.amount.value for row in table.rows[1:]] == [Decimal(each) for each in read]
        if currency != "JPY":  # of which the book has no rate
            assert len(imported(tables)) == len(read)
            assert all("A figure was settled: " in each.reason for each in verdicts(tables))


def test_no_currency_settles_a_figure_counted_in_stated_units(tmp_path: Path) -> None:
    rows = rows_of("1,250", "2,500")
    rows[0][3] = "Amount (thousands)"
    assert said(judge(write_csv(tmp_path / "list.csv", rows))) == ["waiting", "waiting"]


@pytest.mark.parametrize(
    ("total", "read"),
    [
        ("350000", ["100000", "250000"]),
        ("350", ["100.000", "250.000"]),
        ("350,000", None),
        ("350001", None),
    ],
)
def test_a_total_settles_what_a_sign_means(
    tmp_path: Path, total: str, read: list[str] | None
) -> None:
    rows = [*rows_of("100,000", "250,000", currency="KWD"), ["Total", "", "", total]]
    (table,) = judge(write_csv(tmp_path / "list.csv", rows))
    found = [row.amount.value for row in table.rows if row.kind == "data"]
    assert found == ([None, None] if read is None else [Decimal(each) for each in read])


def test_a_total_written_as_its_rows_are_agrees(tmp_path: Path) -> None:
    rows = [*rows_of("100,000", "250,000"), ["Total", "", "", "350,000"]]
    (table,) = judge(write_csv(tmp_path / "list.csv", rows))
    assert [total.agrees for total in table.totals] == [True]


CONVENTIONS = {
    "1,234.50": (",", "."), "1.234,50": (".", ","), "1 234,50": (" ", ","), "1'234.50": ("'", "."),
    "1 234.50": (" ", "."),
}  # fmt: skip


def written(amount: Decimal, convention: str) -> str:
    sign, mark = CONVENTIONS[convention]
    whole, _, cents = f"{amount:,}".partition(".")
    return whole.replace(",", sign) + (mark + cents if cents else "")


@given(
    st.lists(st.decimals(1, 10**9, places=2) | st.integers(1, 10**9).map(Decimal), min_size=1),
    st.sampled_from(sorted(CONVENTIONS)),
)
def test_a_column_in_one_convention_is_read_to_what_was_written_or_waits(
    amounts: list[Decimal], convention: str
) -> None:
    texts = [written(amount, convention) for amount in amounts]
    mark = column_mark(texts)
    for amount, text in zip(amounts, texts, strict=True):
        reading = parse_amount(text, mark)
        if reading.state == "ambiguous" and divides_thousands(texts):
            assert max(reading.readings) == amount
        else:
            assert reading.value in {amount, None}
            assert reading.value is not None or mark is None

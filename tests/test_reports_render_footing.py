"""No report that contradicts itself is handed on. All amounts are made up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.reports.figures.table import Column, Report, Row
from pledgebook.reports.render import footing, formulas, texts

D = Decimal
COLUMNS = (
    Column(key="line", title="Line"),
    Column(key="income", title="Income", kind="amount", unit="USD"),
    Column(key="spent", title="Expenditure", kind="amount", unit="USD"),
    Column(
        key="excess", title="Excess", kind="amount", unit="USD", adds={"income": 1, "spent": -1}
    ),
)


def report(*rows: Row, columns: tuple[Column, ...] = COLUMNS) -> Report:
    return Report(
        name="statement",
        title="Statement",
        subtitle="",
        period="2002-2003",
        as_at=date(2003, 12, 31),
        currency="USD",
        columns=columns,
        rows=rows,
    )


def line(income: str, spent: str, **stated: Decimal | None) -> Row:
    return Row(kind="row", values={"line": "x", "income": D(income), "spent": D(spent), **stated})


def test_totals_and_across_sums_that_are_left_out_are_filled_in() -> None:
    footed = footing.footed(
        report(
            Row(kind="total", values={}, label="Total first", adds=(1, 3)), line("3.00", "1.00"),
            line("5.00", "1.50"), Row(kind="subtotal", values={}, label="Second", adds=(2,)),
        )
    )  # fmt: skip
    assert footed.rows[1].values["excess"] == D("2.00")
    assert footed.rows[0].values == {"income": D("8.00"), "spent": D("2.50"), "excess": D("5.50")}


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (
            [line("3.00", "1.00", excess=D("2.01"))],
            r"\(x\), column 'excess' says 2.01 .* 2.00",
        ),
        (
            [
                line("1.00", "0"),
                Row(kind="total", values={"income": D(2)}, label="Total", adds=(0,)),
            ],
            r"row 2 \(Total\)",
        ),
        ([Row(kind="total", values={}, label="Total", adds=(0,))], "each must be another row"),
        ([line("1", "1"), Row(kind="total", values={}, label="Total", adds=(0, 0))], "named once"),
        (
            [line("1", "1"), Row(kind="total", values={}, label="Total", adds=(7,))],
            "each must be another row",
        ),
        (
            [
                Row(kind="total", values={}, label="A", adds=(1,)),
                Row(kind="total", values={}, label="B", adds=(0,)),
            ],
            "add up themselves",
        ),
        ([Row(kind="row", values={"colour": "red"})], "'colour', which is no column"),
        ([Row(kind="row", values={"income": D("NaN")})], "is not exact"),
        ([Row(kind="row", values={"income": 1.5})], "is not exact"),  # type: ignore[dict-item]
        ([Row(kind="row", values={"income": "12"})], "'12' is no amount"),
    ],
)
def test_a_report_that_contradicts_itself_is_refused(rows: list[Row], words: str) -> None:
    with pytest.raises(footing.ReportDoesNotFootError, match=words):
        footing.footed(report(*rows))


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ((), "it has no columns"),
        ((Column(key="a", title="A"), Column(key="a", title="A")), "two columns have the key 'a'"),
        (
            (
                Column(key="e", title="E", kind="amount", unit="EUR"),
                Column(key="d", title="D", kind="amount", unit="USD", adds={"e": 1}),
            ),
            "column 'd' adds up 'e', which is not another column of the same unit",
        ),
        (
            (Column(key="d", title="D", kind="amount", unit="USD", adds={"gone": 1}),),
            "adds up 'gone'",
        ),
    ],
)
def test_columns_that_cannot_add_up_are_refused(columns: tuple[Column, ...], words: str) -> None:
    with pytest.raises(footing.ReportDoesNotFootError, match=words):
        footing.footed(report(columns=columns))


def test_a_label_needs_a_column_of_text() -> None:
    only = (Column(key="income", title="Income", kind="amount", unit="USD"),)
    with pytest.raises(footing.ReportDoesNotFootError, match="no column of text"):
        footing.footed(report(Row(kind="total", values={}, label="Total"), columns=only))


def test_what_adds_up_something_unknown_is_unknown() -> None:
    rows = (line("1.00", "1.00"), Row(kind="row", values={"income": None, "spent": D(1)}))
    footed = footing.footed(report(*rows, Row(kind="total", values={}, label="Total", adds=(0, 1))))
    assert footed.rows[1].values["excess"] is None
    assert footed.rows[2].values == {"income": None, "spent": D("2.00"), "excess": None}


def test_a_whole_number_is_added_up_like_an_amount_with_cents() -> None:
    rows = (Row(kind="row", values={"income": 3, "spent": 1}), line("4.50", "0.25"))
    footed = footing.footed(report(*rows, Row(kind="total", values={}, label="Total", adds=(0, 1))))
    assert footed.rows[0].values["excess"] == 2
    assert footed.rows[2].values == {"income": D("7.50"), "spent": D("1.25"), "excess": D("6.25")}
    with pytest.raises(footing.ReportDoesNotFootError, match=r"says 8 where its parts .* 7\.50"):
        footing.footed(
            report(*rows, Row(kind="total", values={"income": 8}, label="Total", adds=(0, 1)))
        )


def test_counts_are_no_sum_unless_the_report_says_one() -> None:
    columns = (
        Column(key="line", title="Line"),
        Column(key="days", title="Days overdue", kind="count"),
    )
    total = Row(kind="total", values={}, label="Total", adds=(0, 1))
    rows = (Row(kind="row", values={"days": 3}), Row(kind="row", values={"days": 40}), total)
    assert footing.footed(report(*rows, columns=columns)).rows[2].values == {}
    assert footing.sum_down(rows, total, "days") == 43


def test_currencies_are_never_added_together() -> None:
    columns = (
        Column(key="line", title="Line"),
        Column(key="paid", title="Paid in its currency", kind="amount"),
    )
    rows = (
        Row(kind="row", values={"paid": D(1)}),
        Row(kind="row", values={"paid": D(2)}),
        Row(kind="total", values={}, label="T", adds=(0, 1)),
    )
    assert footing.footed(report(*rows, columns=columns)).rows[2].values == {}


def test_a_chain_of_totals_as_long_as_the_report_is_added_up() -> None:
    rows = [line("1.00", "0.00")]
    rows += [Row(kind="subtotal", values={}, label=f"So far {n}", adds=(n,)) for n in range(2000)]
    assert footing.footed(report(*rows)).rows[-1].values["income"] == D("1.00")


@given(st.lists(st.decimals(-(10**9), 10**9, places=2), min_size=1, max_size=20))
def test_every_total_is_the_exact_sum_of_its_rows(amounts: list[Decimal]) -> None:
    rows = [Row(kind="row", values={"income": amount}) for amount in amounts]
    total = Row(kind="total", values={}, label="Total", adds=tuple(range(len(rows))))
    assert footing.footed(report(*rows, total)).rows[-1].values["income"] == sum(amounts)


@pytest.mark.parametrize(
    ("rows", "empty", "formula"),
    [
        ([7, 8, 9], frozenset(), "=ROUND(SUM(C8:C10),2)"),
        ([7, 8, 10], frozenset(), "=ROUND(SUM(C8:C9,C11),2)"),
        ([7, 8, 10], frozenset({9}), "=ROUND(SUM(C8:C11),2)"),
        ([5], frozenset(), "=ROUND(SUM(C6),2)"),
    ],
)
def test_neighbouring_rows_become_one_range(
    rows: list[int], empty: frozenset[int], formula: str
) -> None:
    assert formulas.sum_formula(rows, 2, 2, empty) == formula


def test_a_sum_takes_no_more_arguments_than_a_spreadsheet_does() -> None:
    assert (formulas.sum_formula(range(0, 600, 2), 1, 2) or "").count("SUM(") == 2
    assert formulas.sum_formula(range(0, 6000, 2), 1, 2) is None


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (D("1234567.5"), "1,234,567.50"), (D("-0.01"), "(0.01)"), (D("0.00"), texts.NIL),
        (D("-0.00"), texts.NIL), (None, ".."), (D("0.787564"), "0.787564"), (12, "12.00"),
    ],
)  # fmt: skip
def test_amounts_are_written_as_in_un_statements(amount: Decimal | int | None, text: str) -> None:
    assert texts.amount_text(amount) == text


def test_headings_name_currencies_as_people_do() -> None:
    assert texts.currency_name("USD") == "US dollars"
    assert texts.currency_name("EUR") == "Euros"
    assert texts.currency_name("XXQ") == "XXQ"
    amount = Column(key="paid", title="Paid", kind="amount", unit="EUR")
    assert (texts.column_title(amount, "USD"), texts.column_title(amount, "EUR")) == (
        "Paid (EUR)",
        "Paid",
    )

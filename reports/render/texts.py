"""How figures and dates are written for people: the conventions of UN financial statements.

Thousands are set off by a comma, negatives stand in parentheses, nil is a dash and an unknown
amount is "..". The same conventions as a number format serve the workbook.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pledgebook.ledger.money import CENT, format_amount, round_to
from pledgebook.reports.figures.table import Column, Report, Rounding, Value

NIL = "\N{EN DASH}"
UNKNOWN = ".."
FEWEST_DECIMALS = 2
_ONE = Decimal(1)


def amount_text(value: Decimal | int | None, decimals: int = FEWEST_DECIMALS) -> str:
    """Write an amount for people, with at least `decimals` decimals and never fewer than it has."""
    if value is None:
        return UNKNOWN
    if value == 0:
        return NIL
    digits = format_amount(abs(Decimal(value)), decimals)
    whole, _, fraction = digits.partition(".")
    text = f"{int(whole):,}.{fraction}"
    return f"({text})" if value < 0 else text


_THOUSAND = 1000


def rounded_text(value: Decimal | int | None, rounding: Rounding) -> str:
    """Write an amount for people as `rounding` says; what rounds to nothing is 0, and only nil a
    dash.
    """
    if not value or rounding == "exact":
        return amount_text(value)
    whole = abs(Decimal(value)) / (_THOUSAND if rounding == "thousands" else 1)
    text = f"{round_to(whole, 0):,}"
    return f"({text})" if value < 0 else text


def rounding_of(report: Report, column: Column) -> Rounding:
    """Return how a column's figures are printed: rounded are those in the report's currency."""
    is_own = column.kind == "amount" and column.unit == report.currency
    return report.rounding if is_own else "exact"


def rounding_note(report: Report) -> list[str]:
    """Return what a report says of its rounding, nothing where it is exact."""
    if report.rounding == "exact":
        return []
    return [
        f"Figures are in {_unit(report)}, each rounded by itself: they may not add up to the "
        "totals shown. JSON, CSV and the cells of a workbook hold them exact."
    ]


def _unit(report: Report) -> str:
    name = currency_name(report.currency)
    return f"thousands of {name}" if report.rounding == "thousands" else f"whole {name}"


def count_text(value: Decimal | int) -> str:
    """Write a count for people: whole numbers with a comma between thousands."""
    return f"{value:,}"


def number_format(decimals: int, rounding: Rounding = "exact") -> str:
    """Return the spreadsheet number format with the conventions of `amount_text`; rounded, it
    shows less of an exact number.
    """
    if rounding != "exact":
        digits = "#,##0," if rounding == "thousands" else "#,##0"
        return f'{digits}_);({digits});"{NIL}"_);@_)'
    digits = "#,##0." + "0" * decimals if decimals else "#,##0"
    nil = f'"{NIL}"' if decimals else "0"
    return f"{digits}_);({digits});{nil}_);@_)"


def decimals_of(report: Report, column: Column) -> int:
    """Return how many decimals a column needs so that none of its figures is cut."""
    if column.kind not in {"amount", "count"}:
        return FEWEST_DECIMALS
    return max(
        (decimals_in(row.values.get(column.key)) for row in report.rows), default=FEWEST_DECIMALS
    )


def decimals_in(value: Value) -> int:
    """Return the decimals an amount is written with: those it has, at least two."""
    if not isinstance(value, Decimal) or value.same_quantum(CENT) or value.same_quantum(_ONE):
        return FEWEST_DECIMALS  # nearly all are such, and need no formatting to be counted
    return len(format_amount(value).partition(".")[2])


def long_date(day: date) -> str:
    """Write a date as in a heading: 31 December 2003."""
    from babel.dates import format_date  # noqa: PLC0415 - no command's help needs it

    return format_date(day, "d MMMM y", locale="en")


def currency_name(code: str) -> str:
    """Write a currency as in a heading: "US dollars" for USD; an unknown code stays a code."""
    if not code:
        return ""
    from babel.numbers import get_currency_name  # noqa: PLC0415 - no command's help needs it

    name = get_currency_name(code, 2, locale="en")
    return name[:1].upper() + name[1:]


def column_title(column: Column, currency: str) -> str:
    """Return a column's heading, with its unit where that is not the report's own currency."""
    if column.kind == "amount" and column.unit and column.unit != currency:
        return f"{column.title} ({column.unit})"
    return column.title


def period_line(report: Report) -> str:
    """Return the line under the title: the period, the day of the figures and the currency."""
    parts = [f"Period {report.period}" if report.period else "", f"as at {long_date(report.as_at)}"]
    line = ", ".join(part for part in parts if part)
    line = line[:1].upper() + line[1:]
    unit = currency_name(report.currency)
    if unit and report.rounding != "exact":
        unit = _unit(report)[:1].upper() + _unit(report)[1:]
    return f"{line}. {unit}." if unit else f"{line}."

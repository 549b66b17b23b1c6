"""Right sheets of donors, and every kind of mess that people and programs make of them.

A sheet is right at first: each row is one pledge, and what it means is known. Then one, two or
three kinds of mess are done to it, in a format that can carry them. What a row means stays what a
person reads; where a person cannot say any more, the row may not be entered (`why`). Held against
what the importer makes of the file, each row is right, waiting, wrong or lost. All amounts are made
up.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import openpyxl
import xlwt
from odf import dc
from odf.office import Annotation
from odf.opendocument import OpenDocumentSpreadsheet
from odf.style import Style, TextProperties
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P, Span
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font
from pledgebook.importers.imports import judge_file
from pledgebook.importers.judging.known import Context
from pledgebook.importers.judging.verdicts import Verdict
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.register.book import Book

TODAY = date(2003, 12, 31)
RATES = {"EUR": "1.10", "GBP": "0.65", "CHF": "1.50"}
"""Made-up units for one dollar."""
RATE_LINES = "".join(
    f"{year}-{month:02}-01 price USD {rate} {code}\n"
    for code, rate in RATES.items()
    for year in (2001, 2002, 2003)
    for month in range(1, 13)
)
"""The rates of each month, as a book holds them."""
FORMATS = ("xlsx", "ods", "xls", "csv")
WORKBOOKS = ("xlsx", "ods", "xls")
DONORS = {
    "AUT": "Austria", "CAN": "Canada", "CHE": "Switzerland", "DEU": "Germany", "DNK": "Denmark",
    "ESP": "Spain", "FIN": "Finland", "FRA": "France", "IRL": "Ireland", "ITA": "Italy",
    "JPN": "Japan", "KOR": "Republic of Korea", "NLD": "Netherlands", "NOR": "Norway",
    "POL": "Poland", "PRT": "Portugal", "SWE": "Sweden", "THA": "Thailand",
}  # fmt: skip
COLUMNS = ("Donor", "Reference", "Date of pledge", "Amount", "Currency", "Purpose")
DONOR, REFERENCE, DAY, AMOUNT, CURRENCY, PURPOSE = range(6)
_ROWS = 12
_MARKS = {"EUR": "€", "USD": "US$", "GBP": "£", "CHF": "CHF"}


@dataclass(kw_only=True)
class Cell:
    """A cell as a program stores it: its value, and how it looks."""

    value: object = None
    format: str = ""
    currency: str = ""
    struck: bool = False
    part_struck: bool = False
    comment: str = ""


class Pledge(NamedTuple):
    """What a row means."""

    donor: str
    day: date
    currency: str
    amount: Decimal
    purpose: str = ""
    event: str = "commitment"
    paid: tuple[tuple[date, Decimal], ...] = ()


@dataclass(kw_only=True)
class Row:
    """A row: its cells, and what it means; `why` says why nobody can tell, `again` that it states
    once more what the row above means.
    """

    cells: list[Cell]
    meant: Pledge | None
    why: str = ""
    again: bool = False
    asks: bool = False
    """Whether a clerk would ask before entering it, though it can be read."""
    kept: bool = False
    """Whether another row depends on it, so that nothing more is done to it alone."""
    number: int = 0


@dataclass(kw_only=True)
class Page:
    """A sheet with rows in the making. `raw` writes delimited text without quotation marks."""

    r: random.Random
    headings: list[str]
    rows: list[Row]
    title: list[str] = field(default_factory=list)
    note: str = ""
    merged: list[tuple[Row, Row]] = field(default_factory=list)
    """Pairs of rows whose amounts are merged."""
    raw: bool = False
    form: str = ""
    """The format that it will be written in."""
    heading_comment: tuple[int, str] | None = None
    units: int = 1
    touched: set[str] = field(default_factory=set)

    def some(self, share: float = 0.4) -> Iterator[Row]:
        """Yield some rows that are still plain, at least one if there is one."""
        plain = [row for row in self.rows if not (row.why or row.again or row.kept)]
        chosen = [row for row in plain if self.r.random() < share] or plain[:1]
        yield from chosen

    def figures(self, share: float = 0.4) -> Iterator[Row]:
        """Yield some plain rows of which the amount is stored as a number."""
        yield from (r for r in self.some(share) if isinstance(r.cells[AMOUNT].value, Decimal))

    def add(self, heading: str, values: Callable[[Row], object]) -> int:
        """Add a column, and return its position."""
        self.headings.append(heading)
        for row in self.rows:
            row.cells.append(Cell(value=values(row)))
        return len(self.headings) - 1


def right_page(r: random.Random) -> Page:
    """Return a right sheet of a dozen pledges, each another donor's."""
    rows = []
    for number, (code, name) in enumerate(r.sample(list(DONORS.items()), _ROWS), 1):
        day = date(2002, 1, 5) + timedelta(days=r.randrange(600))
        currency = r.choice(["USD", "USD", "EUR", "GBP", "CHF"])
        amount = Decimal(r.choice([5, 12, 25, 60, 125, 250, 1250])) * 1000
        purpose = r.choice(["", "corruption", "trafficking-in-persons"])
        values = [name, f"NV {number}/{day.year}", day, amount, currency, purpose or None]
        meant = Pledge(code, day, currency, amount, purpose)
        rows.append(Row(cells=[Cell(value=value) for value in values], meant=meant))
    return Page(r=r, headings=list(COLUMNS), rows=rows)


# --- what is done to a sheet ---------------------------------------------------------------------


def units_in_format(page: Page) -> None:
    """The number format says "k" or "million" behind a figure that is stored without it."""
    for row in page.figures():
        word, code = page.r.choice(
            [("k", '#,##0" k"'), ("million", '0.0" million"'), ("T", '"T€" 0')]
        )
        row.cells[AMOUNT].format = code
        row.why = f"{word} is shown and not stored"


def spelt_units(page: Page) -> None:
    """The format leaves digits out and says so: 2500000 is shown as "2.5 million"."""
    for row in page.figures():
        row.cells[AMOUNT].format = page.r.choice(['0.0##,," million"', '#,##0.0##," thousand"'])


def hidden_thousands(page: Page) -> None:
    """The format shows thousands of what is stored, and no word says so."""
    for row in page.figures():
        row.cells[AMOUNT].format = "#,##0,"


def other_currency(page: Page) -> None:
    """The format shows another currency than the column of currencies says."""
    if "currency in format only" in page.touched:
        return
    for row in page.figures():
        assert row.meant is not None
        other = next(code for code in ("GBP", "EUR") if code != row.meant.currency)
        _show_currency(row, other)
        row.why = f"{other} is shown beside {row.meant.currency}"


def currency_in_format(page: Page) -> None:
    """Only the format states the currency."""
    if page.touched & {"heading", "other currency in format"}:
        return
    for row in page.rows:
        row.cells[CURRENCY].value = None
        if row.meant is not None and not row.cells[AMOUNT].format:
            _show_currency(row, row.meant.currency)
        elif not row.why:
            row.why = "no currency is stated"
    page.headings[CURRENCY] = "Desk officer"


def _show_currency(row: Row, code: str) -> None:
    row.cells[AMOUNT].format = f"[${_MARKS[code]}-407] #,##0.00"
    row.cells[AMOUNT].currency = code


def percent_format(page: Page) -> None:
    """A figure is shown in per cent."""
    for row in page.figures(0.2):
        row.cells[AMOUNT].value = Decimal("0.6")
        row.cells[AMOUNT].format = "0%"
        row.why = "a share stands for the amount"


def sign_in_format(page: Page) -> None:
    """The format shows a figure as negative."""
    for row in page.figures(0.2):
        row.cells[AMOUNT].format = page.r.choice(['"-"#,##0', '#,##0" CR"', "(#,##0)"])
        row.why = "it is shown with a sign"


def struck_rows(page: Page) -> None:
    """Rows are struck through."""
    for row in page.some(0.3):
        for cell in row.cells:
            cell.struck = cell.value is not None
        row.why = "it is struck out"


def struck_amounts(page: Page) -> None:
    """Amounts are struck through."""
    for row in page.some(0.3):
        row.cells[AMOUNT].struck = True
        row.why = "its amount is struck out"


def half_struck(page: Page) -> None:
    """A part of a text is struck through, the rest stands in its place."""
    for row in page.some(0.3):
        cell = row.cells[AMOUNT]
        cell.value, cell.part_struck = str(cell.value), True
        row.why = "a part of its amount is struck out"


def comments(page: Page) -> None:
    """Comments on cells say that the figures are not the whole truth."""
    said = [
        "Withdrawn by note verbale of 5 May",
        "in kind: equipment",
        "subject to parliamentary approval",
        *("paid to UNDP directly", "annulé", "не подтверждено", "撤回", "in thousands", "per year"),
    ]
    for row in page.some():
        row.cells[page.r.choice([DONOR, AMOUNT])].comment = page.r.choice(said)
        row.why = "a comment says otherwise"


def harmless_comments(page: Page) -> None:
    """Comments on cells that change nothing."""
    for row in page.some():
        row.cells[page.r.choice([DONOR, AMOUNT])].comment = "checked by office"


def comment_on_heading(page: Page) -> None:
    """A comment on the heading of the amounts says in what they are counted."""
    page.heading_comment = (AMOUNT, "in thousands")
    for row in page.rows:
        row.why = "a comment says that amounts are in thousands"


def run_apart(page: Page) -> None:
    """Delimited text without quotation marks: an amount parts at its comma."""
    page.raw = True
    for row in page.some():
        value = row.cells[AMOUNT].value
        if isinstance(value, Decimal):
            row.cells[AMOUNT].value, row.asks = f"{value:,.0f}", True


def split_figures(page: Page) -> None:
    """A table copied from a document: figures stand in several cells, under one heading."""
    if page.headings[AMOUNT] != "Amount" or len(page.headings) <= AMOUNT + 1:
        return
    chosen = list(page.some())
    for row in page.rows:
        rest: list[Cell] = [Cell(), Cell()]
        cell = row.cells[AMOUNT]
        if any(row is each for each in chosen) and isinstance(cell.value, Decimal):
            pieces = f"{cell.value:,.0f}".split(",")
            values = [Decimal(p) if page.r.random() < 0.5 else p for p in pieces]
            cell.value, row.asks = values[0], True
            for place, piece in zip(rest, values[1:], strict=False):
                place.value = piece
        row.cells += rest
    page.headings += ["", ""]


def thousands_with_stop(page: Page) -> None:
    """The text above the table, or below it, says "in thousands."."""
    if page.units != 1:
        return
    page.units = 1000
    said = page.r.choice(
        [
            "(In thousands.)",
            "All figures in thousands.",
            "Amounts in thousands!",
            "* In thousands *",
        ]
    )
    if page.r.random() < 0.3:
        page.note = "Note: figures are in thousands."
        for row in page.rows:
            row.why = "only a note says that amounts are in thousands"
    elif page.r.random() < 0.5 and page.headings[AMOUNT] == "Amount":
        page.headings[AMOUNT] = "Amount (in thousands.)"
    else:
        page.title.append(said)
    for row in page.rows:
        value = row.cells[AMOUNT].value
        if isinstance(value, Decimal):
            row.cells[AMOUNT].value = value / 1000


def unit_column(page: Page) -> None:
    """A column says in what the amount beside it is counted."""
    unit = page.r.choice([("Unit", "thousands"), ("Unit multiplier", "1000"), ("Scale", "k")])
    chosen = [id(row) for row in page.some()]

    def value(row: Row) -> object:
        amount = row.cells[AMOUNT].value
        if id(row) in chosen and isinstance(amount, Decimal):
            row.cells[AMOUNT].value = amount / 1000
            row.why = row.why or "its unit stands in another column"
            return unit[1]
        return "1"

    page.add(unit[0], value)


def unit_under_any_heading(page: Page) -> None:
    """A unit stands beside the amount, under a heading that nobody knows, or none."""
    chosen = [id(row) for row in page.some()]
    word = page.r.choice(["million", "thousand", "Mio", "тыс", "千", "millions"])

    def value(row: Row) -> object:
        if id(row) in chosen:
            row.why = row.why or "its unit stands beside it"
            return word
        return None

    page.add(page.r.choice(["", "Observer", "Zzz"]), value)


def _column(
    heading: list[str], plain: list[object], other: list[object], why: str
) -> Callable[[Page], None]:
    def mess(page: Page) -> None:
        chosen = [id(row) for row in page.some(0.3)]

        def value(row: Row) -> object:
            if id(row) in chosen:
                row.why = row.why or why
                return page.r.choice(other)
            return page.r.choice(plain)

        page.add(page.r.choice(heading), value)

    mess.__name__ = why.replace(" ", "_")
    mess.__doc__ = f"A column beside the amounts: {why}."
    return mess


sign_column = _column(
    ["Debit/Credit", "D/C", "Dr/Cr", "Sign"], ["C", "CR", "credit", "+"], ["D", "DR", "debit", "-"],
    "a sign in a column",
)  # fmt: skip
share_column = _column(
    ["Allocation %", "Percent", "Share (%)", "Percentage", "Probability"], ["100%", "100", None],
    ["60%", "40%", "25", "0.4"], "a share in a column",
)  # fmt: skip
count_column = _column(
    ["Number of installments", "No. of instalments", "Number of payments", "Years"], ["1"],
    ["4", "12", "3"], "a count of instalments in a column",
)  # fmt: skip
frequency_column = _column(
    ["Frequency", "Payment frequency", "Recurrence", "Periodicity"], ["once", "one-time", "T"],
    ["quarterly", "yearly", "every six months", "M", "Q", "monthly", "annuel"],
    "a frequency in a column",
)  # fmt: skip
superseded_column = _column(
    ["Superseded by", "Replaced by", "Obsolete", "Duplicate of"], [None, "no"],
    ["NV 181/2002", "yes", "x"], "superseded in a column",
)  # fmt: skip
active_column = _column(
    ["Active", "In force", "Valid?"], ["yes", "Y", "true"], ["no", "N", "inactive", None],
    "not in force in a column",
)  # fmt: skip
unknown_frequency = _column(
    ["Zzz", "Observer"], [None], ["quarterly", "every six months", "yearly", "DR", "inactive"],
    "a word under any heading",
)  # fmt: skip


def two_currencies(page: Page) -> None:
    """The heading of the amounts names two currencies, and no column says which."""
    if "format" in page.touched or page.headings[CURRENCY] != "Currency":
        return
    page.headings[AMOUNT] = page.r.choice(
        ["Amount (EUR/USD)", "Amount in EUR or USD", "Amount (US$ / €)", "Amount (GBP, EUR)"]
    )
    page.headings[CURRENCY] = "Desk officer"
    for row in page.rows:
        row.cells[CURRENCY].value = None
        row.why = "the heading names two currencies"
    page.touched.add("heading")


def merged_amounts(page: Page) -> None:
    """One amount is merged over two rows."""
    position = page.r.randrange(len(page.rows) - 1)
    first, second = page.rows[position], page.rows[position + 1]
    if first.again or second.again or first.kept or second.kept:
        return
    second.cells[AMOUNT] = Cell()
    first.why = second.why = "one amount spans two rows"
    page.merged.append((first, second))


def other_calendar(page: Page) -> None:
    """Years of the Buddhist era, and slips of the pen."""
    for row in page.some(0.3):
        assert row.meant is not None
        year = row.meant.day.year + page.r.choice([543, 200, 20])
        row.cells[DAY].value, row.asks = f"{year}-{row.meant.day:%m-%d}", True


def half_swapped(page: Page) -> None:
    """A program took days for months where it could, and left the other dates as text."""
    days = [row.meant.day for row in page.rows if row.meant]
    if "days" in page.touched or not any(day.day > 12 for day in days):
        return
    for row in page.rows:
        if row.meant is None or not isinstance(row.cells[DAY].value, date):
            continue
        day = row.meant.day
        low = day.day <= 12
        row.cells[DAY].value = date(day.year, day.day, day.month) if low else f"{day:%d/%m/%Y}"
        row.asks = row.asks or low
    page.touched.add("days")


def doubled_rows(page: Page) -> None:
    """A row stands twice, its reference written in another way or missing."""
    for row in list(page.some(0.2)):
        row.kept = True
        twin = Row(cells=[copy(cell) for cell in row.cells], meant=row.meant, why="it stands twice")
        reference = str(row.cells[REFERENCE].value)
        twin.cells[REFERENCE].value = page.r.choice(
            [reference.replace("/", " / "), reference.replace(" ", "-"), None]
        )
        page.rows.insert(_after(page, row), twin)


def payments_in_rows(page: Page) -> None:
    """Payments stand in rows of their own, each with the whole pledge."""
    if len(page.headings) != len(COLUMNS):
        return
    page.headings += ["Amount paid", "Date paid"]
    for row in page.rows:
        row.cells += [Cell(), Cell()]
    for row in list(page.some(0.3)):
        assert row.meant is not None
        amount = row.meant.amount
        if row.cells[AMOUNT].value != amount:
            continue
        first, second = amount * Decimal("0.4"), amount * Decimal("0.6")
        days = [row.meant.day + timedelta(days=each) for each in (20, 40)]
        row.kept = True
        row.cells[-2].value, row.cells[-1].value = first, days[0]
        further = Row(cells=[copy(cell) for cell in row.cells], meant=row.meant, again=True)
        further.cells[-2].value, further.cells[-1].value = second, days[1]
        page.rows.insert(_after(page, row), further)
        paid = ((days[0], first), (days[1], second))
        if row.meant.currency != "USD" or days[1] > TODAY:
            paid = ()
        row.meant = row.meant._replace(paid=paid)


def _after(page: Page, row: Row) -> int:
    return next(i for i, each in enumerate(page.rows) if each is row) + 1


def short_codes(page: Page) -> None:
    """Donors are written as two letters among names."""
    if "all codes" in page.touched:
        return
    for row in page.some(0.2):
        row.cells[DONOR].value = page.r.choice(["EC", "NA", "AU", "CAF", "AND"])
        row.why = "its donor is two or three letters"


def all_codes(page: Page) -> None:
    """All donors are written as codes of States."""
    if any(row.cells[DONOR].value not in DONORS.values() for row in page.rows):
        return
    for row in page.rows:
        assert row.meant is not None
        row.cells[DONOR].value = row.meant.donor


def words_of_headings(page: Page) -> None:
    """Rows of data whose words might be headings."""
    for row in page.some(0.2):
        row.cells[DONOR].value = page.r.choice(["Private donors", "Member States", "Government"])
        row.cells[REFERENCE].value = None
        row.cells[DAY].value = None
        row.cells[AMOUNT].value = Decimal(page.r.choice([1999, 2000, 2001, 2050]))
        row.cells[CURRENCY].value = "USD"
        row.cells[PURPOSE].value = None
        row.why = "its donor is no donor"


def paid_by_status(page: Page) -> None:
    """The status says paid, and the one date is that of the pledge."""
    chosen = [id(row) for row in page.some()]
    if "Status" in page.headings:
        return
    page.add("Status", lambda row: "Paid" if id(row) in chosen else "Committed")


def unit_in_remarks(page: Page) -> None:
    """A remark says in what the amount is counted, or how often it is given."""
    chosen = [id(row) for row in page.some(0.3)]
    said = page.r.choice(["in thousands", "thousands", "quarterly", "each year", "en milliers"])

    def value(row: Row) -> object:
        if id(row) in chosen:
            row.why = row.why or "a remark says otherwise"
            return said
        return "thank you letter filed"

    page.add("Remarks", value)


def currency_aside(page: Page) -> None:
    """A remark, a cell under no known heading or a comment says that the amount is in another
    currency than the row's.
    """
    chosen = {id(row) for row in page.some(0.3)}
    said = {"EUR": ["EUR", "in EUR", "Amounts in EUR"], "GBP": ["GBP", "in GBP", "£"]}

    def other(row: Row) -> str | None:
        if id(row) not in chosen or row.meant is None:
            return None
        code = "GBP" if row.meant.currency != "GBP" else "EUR"
        row.why = row.why or f"{code} stands beside it"
        return page.r.choice(said[code])

    if page.form in {"xlsx", "ods"} and page.r.random() < 0.5:
        for row in page.rows:
            row.cells[AMOUNT].comment = other(row) or row.cells[AMOUNT].comment
    else:
        page.add(page.r.choice(["Remarks", "Zzz", "Observer"]), other)


def paid_in_other_currency(page: Page) -> None:
    """What was paid is shown in another currency than the pledge."""
    if len(page.headings) != len(COLUMNS):
        return
    page.headings += ["Amount paid", "Date paid"]
    chosen = [id(row) for row in page.some(0.3)]
    for row in page.rows:
        paid, on = Cell(), Cell()
        if id(row) in chosen and row.meant is not None:
            other = "GBP" if row.meant.currency != "GBP" else "EUR"
            paid.value, on.value = f"{other} 1,000.00", row.meant.day + timedelta(days=20)
            row.why = row.why or "what was paid is in another currency"
        row.cells += [paid, on]


class Mess(NamedTuple):
    """A kind of mess, and the formats that can carry it."""

    do: Callable[[Page], None]
    formats: tuple[str, ...] = FORMATS


MESSES: dict[str, Mess] = {
    "units in format": Mess(units_in_format, ("xlsx", "xls")),
    "spelt units": Mess(spelt_units, ("xlsx", "xls")),
    "hidden thousands": Mess(hidden_thousands, ("xlsx", "xls")),
    "other currency in format": Mess(other_currency, WORKBOOKS),
    "currency in format only": Mess(currency_in_format, WORKBOOKS),
    "percent format": Mess(percent_format, ("xlsx", "xls")),
    "sign in format": Mess(sign_in_format, ("xlsx", "xls")),
    "struck rows": Mess(struck_rows, WORKBOOKS),
    "struck amounts": Mess(struck_amounts, WORKBOOKS),
    "half struck": Mess(half_struck, WORKBOOKS),
    "comments": Mess(comments, ("xlsx", "ods")),
    "harmless comments": Mess(harmless_comments, ("xlsx", "ods")),
    "comment on heading": Mess(comment_on_heading, ("xlsx", "ods")),
    "run apart": Mess(run_apart, ("csv",)),
    "split figures": Mess(split_figures),
    "thousands with a stop": Mess(thousands_with_stop),
    "unit column": Mess(unit_column),
    "unit under any heading": Mess(unit_under_any_heading),
    "sign column": Mess(sign_column),
    "share column": Mess(share_column),
    "count column": Mess(count_column),
    "frequency column": Mess(frequency_column),
    "superseded column": Mess(superseded_column),
    "active column": Mess(active_column),
    "word under any heading": Mess(unknown_frequency),
    "two currencies": Mess(two_currencies),
    "merged amounts": Mess(merged_amounts, WORKBOOKS),
    "other calendar": Mess(other_calendar),
    "half-swapped dates": Mess(half_swapped),
    "doubled rows": Mess(doubled_rows),
    "payments in rows": Mess(payments_in_rows),
    "short codes": Mess(short_codes),
    "all codes": Mess(all_codes),
    "words of headings": Mess(words_of_headings),
    "paid by status": Mess(paid_by_status),
    "unit in remarks": Mess(unit_in_remarks),
    "currency aside": Mess(currency_aside),
    "paid in other currency": Mess(paid_in_other_currency),
}


def messy_page(r: random.Random, names: tuple[str, ...], form: str = "") -> Page:
    """Return a sheet to which these kinds of mess were done, for a format."""
    page = right_page(r)
    page.form = form
    for name in names:
        MESSES[name].do(page)
        page.touched.add(name)
        if "format" in name:
            page.touched.add("format")
    return page


def draw(r: random.Random) -> tuple[tuple[str, ...], str]:
    """Draw one to three kinds of mess, and a format that can carry them all."""
    while True:
        names = tuple(r.sample(list(MESSES), r.choice([1, 2, 3])))
        able = [f for f in FORMATS if all(f in MESSES[name].formats for name in names)]
        if able:
            return names, r.choice(able)


# --- writing ------------------------------------------------------------------------------------


def grid(page: Page) -> list[list[Cell]]:
    """Lay the sheet out, and number its rows."""
    lines = [[Cell(value=text)] for text in page.title]
    lines.append([Cell(value=heading or None) for heading in page.headings])
    if page.heading_comment:
        place, said = page.heading_comment
        lines[-1][place].comment = said
    for row in page.rows:
        lines.append(row.cells)
        row.number = len(lines)
    if page.note:
        lines.append([Cell(value=page.note)])
    return lines


def write_page(page: Page, path: Path) -> Path:
    """Write a sheet in the format that the name says."""
    lines = grid(page)
    if path.suffix == ".csv":
        _write_csv(page, lines, path)
    else:
        write_cells(lines, path, {one.number: other.number for one, other in page.merged})
    return path


def write_cells(
    lines: list[list[Cell]], path: Path, merged: Mapping[int, int] = MappingProxyType({})
) -> None:
    """Write cells as a workbook in the format that the name says. `merged` are the first and last
    rows of amounts that are merged.
    """
    writers = {".xlsx": _write_xlsx, ".ods": _write_ods, ".xls": _write_xls}
    writers[path.suffix](lines, path, merged)


def _write_csv(page: Page, lines: list[list[Cell]], path: Path) -> None:
    width = len(page.headings)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for cells in lines:
            texts = ["" if cell.value is None else f"{cell.value}" for cell in cells]
            texts += [""] * (width - len(texts))
            if page.raw and len(cells) > 1:
                file.write(",".join(texts) + "\n")
            else:
                writer.writerow(texts)


def _write_xlsx(lines: list[list[Cell]], path: Path, merged: Mapping[int, int]) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    assert sheet is not None
    for number, cells in enumerate(lines, 1):
        for column, cell in enumerate(cells, 1):
            if cell.value is None and not cell.comment:
                continue
            target = sheet.cell(number, column)
            target.value = cell.value  # type: ignore[assignment]
            if cell.part_struck:
                old = TextBlock(InlineFont(strike=True), "9")
                target.value = CellRichText(old, str(cell.value))
            if cell.format:
                target.number_format = cell.format
            if cell.struck:
                target.font = Font(strike=True)
            if cell.comment:
                target.comment = Comment(cell.comment, "Desk")
    for first, last in merged.items():
        sheet.merge_cells(
            start_row=first, end_row=last, start_column=AMOUNT + 1, end_column=AMOUNT + 1
        )
    workbook.save(path)


def _write_xls(lines: list[list[Cell]], path: Path, merged: Mapping[int, int]) -> None:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("Pledges")
    styles: dict[tuple[str, bool], xlwt.XFStyle] = {}
    for number, cells in enumerate(lines, 1):
        for column, cell in enumerate(cells, 1):
            value = cell.value
            if value is None:
                continue
            code = cell.format or ("yyyy-mm-dd" if isinstance(value, date) else "General")
            style = styles.get((code, cell.struck))
            if style is None:
                style = styles[code, cell.struck] = xlwt.XFStyle()
                style.num_format_str = code
                style.font.struck_out = cell.struck
            plain = float(value) if isinstance(value, Decimal) else value
            if cell.part_struck:
                old = xlwt.easyfont("struck_out true")
                sheet.write_rich_text(number - 1, column - 1, [("9", old), str(value)], style)
            elif number in merged and column == AMOUNT + 1:
                sheet.write_merge(number - 1, merged[number] - 1, AMOUNT, AMOUNT, plain, style)
            else:
                sheet.write(number - 1, column - 1, plain, style)
    workbook.save(str(path))


def _write_ods(lines: list[list[Cell]], path: Path, merged: Mapping[int, int]) -> None:
    document = OpenDocumentSpreadsheet()
    struck = Style(name="struck", family="table-cell")
    struck.addElement(TextProperties(textlinethroughstyle="solid"))
    document.automaticstyles.addElement(struck)
    struck_text = Style(name="struckText", family="text")
    struck_text.addElement(TextProperties(textlinethroughstyle="solid"))
    document.automaticstyles.addElement(struck_text)
    table = Table(name="Pledges")
    covered = set(merged.values())
    for number, cells in enumerate(lines, 1):
        line = TableRow()
        for column, cell in enumerate(cells, 1):
            if column == AMOUNT + 1 and number in covered:
                line.addElement(CoveredTableCell())
                continue
            options: dict[str, object] = {"stylename": struck} if cell.struck else {}
            if column == AMOUNT + 1 and number in merged:
                options |= {
                    "numberrowsspanned": merged[number] - number + 1,
                    "numbercolumnsspanned": 1,
                }
            value = cell.value
            if isinstance(value, Decimal) and cell.currency:
                options |= {"valuetype": "currency", "value": f"{value}", "currency": cell.currency}
            elif isinstance(value, Decimal):
                options |= {"valuetype": "float", "value": f"{value}"}
            elif isinstance(value, date):
                options |= {"valuetype": "date", "datevalue": value.isoformat()}
            elif value is not None:
                options |= {"valuetype": "string"}
            target = TableCell(**options)
            if cell.comment:
                note = Annotation()
                note.addElement(dc.Creator(text="Desk"))
                note.addElement(P(text=cell.comment))
                target.addElement(note)
            if value is not None:
                text = P()
                if cell.part_struck:
                    text.addElement(Span(stylename=struck_text, text="9"))
                text.addText(f"{value}")
                target.addElement(text)
            line.addElement(target)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(str(path))


# --- what became of it --------------------------------------------------------------------------


class Outcome(NamedTuple):
    """What became of a row: right, waiting, wrong or lost; `known`: a clerk would know it."""

    row: int
    name: str
    why: str
    known: bool


def outcomes(page: Page, path: Path, context: Context) -> Iterator[Outcome]:
    """Import the file, and hold every row against what it means."""
    try:
        judged = judge_file(SentFile(path), context)
    except UnreadableFile as error:
        for row in page.rows:
            yield Outcome(row.number, "waiting", str(error), not (row.why or row.asks))
        return
    verdicts: dict[int, list[Verdict]] = {}
    for table in judged.tables:
        for verdict in table.verdicts:
            verdicts.setdefault(verdict.row.number, []).append(verdict)
    entered = {
        row.number: any(v.verdict == "imported" for v in verdicts.get(row.number, ()))
        for row in page.rows
    }
    for position, row in enumerate(page.rows):
        found = verdicts.pop(row.number, [])
        above = page.rows[position - 1] if position else row
        name, why = _judge(row, found, above_entered=entered[above.number])
        yield Outcome(row.number, name, why, not (row.why or row.asks))
    for number, found in verdicts.items():
        if any(verdict.drafts for verdict in found):
            yield Outcome(number, "wrong", "what is no row was entered", False)


def _judge(row: Row, found: list[Verdict], *, above_entered: bool) -> tuple[str, str]:
    if not found:
        return "lost", "no verdict is given of it"
    (verdict, *_) = found
    if verdict.verdict in {"waiting", "rejected"}:
        return "waiting", verdict.reason
    if row.again and not row.why:
        # Its payment is entered with the pledge, which is held against both.
        ok = verdict.verdict == "imported" and above_entered and not verdict.drafts
        return ("right", "") if ok else ("wrong", f"{verdict.verdict}: {verdict.reason}")
    if verdict.verdict != "imported":
        return ("wrong", f"{verdict.verdict}, though {row.why or row.meant}: {verdict.reason}")
    if row.why:
        return "wrong", f"entered, though {row.why}"
    booked = pledge_of(verdict.drafts)
    return ("right", "") if booked == row.meant else ("wrong", f"{booked} for {row.meant}")


def pledge_of(drafts: tuple[Draft, ...]) -> Pledge:
    """Read back what drafts would enter."""
    first, *others = drafts
    lots = [line for line in first.lines if line.label and line.account.startswith("Assets:")]
    donor = next(
        line.account.rpartition(":")[2]
        for line in [*lots, *first.lines]
        if line.account.split(":")[-2] in {"Pledges", "Contributions"}
    )
    paid = tuple(
        (
            draft.date,
            sum(
                (line.number for line in draft.lines if line.account.endswith(":Cash")), Decimal(0)
            ),
        )
        for draft in others
        if draft.event == "payment"
    )
    value = -sum((line.number for line in first.lines if line.number < 0), Decimal(0))
    return Pledge(
        donor,
        first.date,
        lots[0].currency if lots else "USD",
        sum((line.number for line in lots), Decimal(0)) if lots else value,
        str(first.meta.get("purpose", "")),
        first.event,
        paid,
    )


def _cash(draft: Draft) -> Decimal:
    cash = (line.number for line in draft.lines if line.account.endswith(":Cash"))
    return sum(cash, Decimal(0))


def context_for(book: Book) -> Context:
    """Return what rows are judged against, on a day of the made-up present."""
    return Context.of_book(
        book.entries, book.settings, book.register, book.rates, "CPCJF", today=TODAY
    )

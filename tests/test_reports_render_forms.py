"""One report, four forms: what a finance officer hands on says the same in each.

All donors' amounts here are made up.
"""

from __future__ import annotations

import csv
import io
import json
import re
import resource
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from bs4 import BeautifulSoup, Tag
from click.testing import CliRunner
from msgspec import structs
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from pledgebook.cli.main import group
from pledgebook.ledger.office import NoOfficeError, convert
from pledgebook.ledger.passive import as_meant, passive
from pledgebook.ledger.register.book import Book
from pledgebook.reports import make_reports, render, select
from pledgebook.reports.figures.table import (
    NOTHING,
    Agreement,
    Chart,
    Column,
    Part,
    Report,
    Row,
    Source,
    Tie,
)
from pledgebook.reports.render import texts, xlsx
from pledgebook.reports.render.cells import LINE_HEIGHT

D = Decimal
DASH = "\N{EN DASH}"
HOSTILE = (
    "=1+1",
    "+cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "<r><t>rich</t></r>",
    "@SUM(A1)",
)

SOURCE = Source(
    book="main.beancount",
    title="Crime Prevention & Criminal Justice Fund",
    made_at="2004-01-15T09:30:00+00:00",
    sha256="9f" * 32,
    warnings=("2 entries wait for approval (flag !) and are in no figure.", "=1+1 is text"),
)

MONEY = {
    "opening": "Unpaid pledges, 1 January 2002",
    "adjustments": "Adjustments",
    "pledged": "Pledged",
    "collected_prior": "Collected for prior years",
    "collected_current": "Collected for current year",
    "exchange": "Exchange differences",
    "written_off": "Written off",
}
CLOSING = {
    "opening": 1, "adjustments": 1, "pledged": 1, "collected_prior": -1, "collected_current": -1,
    "exchange": 1, "written_off": -1,
}  # fmt: skip
MEMO = {"future": "Future years", "in_advance": "In advance", "refunded": "Refunded"}


def schedule() -> Report:
    """Sections, groups, subtotals and totals, memo columns, ties, notes, hostile donors."""
    columns = [
        Column(key="donor", title="Donor"),
        *(Column(key=key, title=title, kind="amount", unit="USD") for key, title in MONEY.items()),
        Column(
            key="closing",
            title="Unpaid pledges, 31 December 2003",
            kind="amount",
            unit="USD",
            adds=CLOSING,
        ),
        *(
            Column(key=key, title=title, kind="amount", unit="USD", memo=True)
            for key, title in MEMO.items()
        ),
    ]
    rows: list[Row] = []

    def add(kind: str, label: str = "", adds: tuple[int, ...] = (), **values: str) -> int:
        keys = (*MONEY, *MEMO) if kind == "row" else ()
        figures = {key: D(values.get(key, "0.00")) for key in keys}
        rows.append(
            Row(
                kind=kind,
                values={"donor": label, **figures} if figures else {},
                label=label,
                adds=adds,
            )
        )  # type: ignore[arg-type]
        return len(rows) - 1

    add("section", "CPCJF, general purpose")
    add("group", "Governments")
    first = [
        add("row", "Canada", pledged="60000.00", collected_current="45000.00"),
        add("row", "France b/", opening="81818.18", adjustments="-27272.73",
            collected_prior="59405.94", exchange="4860.49"),
        add("row", "المملكة العربية السعودية", pledged="20000.00", collected_current="20000.00"),
        add("row", "United States of America", opening="80000.00", collected_prior="50000.00",
            written_off="30000.00"),
    ]  # fmt: skip
    governments = add("subtotal", "Governments", tuple(first))
    add("group", "Others")
    second = [add("row", name, pledged="0.10", collected_current="0.30", exchange="0.20")
              for name in HOSTILE]  # fmt: skip
    others = add("subtotal", "Others", tuple(second))
    general = add("total", "CPCJF, general purpose", (governments, others))
    add("section", "CPCJF, special purpose")
    add("group", "Governments")
    third = [
        add("row", "Austria", pledged="54347.83"),
        add("row", "Germany", pledged="133928.57", collected_current="161290.32",
            exchange="27361.75", future="89285.71"),
        add("row", "Finland", in_advance="36585.37"),
        add("row", "Norway", pledged="40000.00", collected_current="40000.00",
            refunded="11750.00"),
    ]  # fmt: skip
    special = add("total", "CPCJF, special purpose", tuple(third))
    add("total", "Crime Prevention and Criminal Justice Fund", (general, special))
    return Report(
        name="schedule",
        title="Schedule of voluntary contributions",
        subtitle="United Nations Crime Prevention and Criminal Justice Fund",
        period="2002-2003",
        as_at=date(2003, 12, 31),
        currency="USD",
        columns=columns,
        rows=rows,
        notes=(
            "Amounts are made up.",
            "b/ Pledge reduced by letter of 15 March 2002. " + "The donor wrote at length. " * 12,
        ),
        ties=(
            Tie("Pledged = Income:Contributions", D("308276.90"), D("308276.90")),
            Tie("Exchange = Income:Exchange", D("32223.24"), D("32223.24")),
            Tie("In advance = Liabilities:In-Advance", D("36585.37"), D("36085.37")),
        ),
        charts=(
            Chart(title="Closing", columns=("opening", "pledged"), first=2, last=3, names="donor"),
            Chart(
                title="Across",
                columns=("opening", "adjustments", "pledged"),
                first=4,
                last=4,
                across=True,
            ),
        ),
    )


def receipts() -> Report:
    """Text, dates, counts, several currencies, an unknown figure."""
    columns = [
        Column(key="number", title="Receipt"),
        Column(key="donor", title="Donor"),
        Column(key="received", title="Value date", kind="date"),
        Column(key="currency", title="Currency"),
        Column(key="amount", title="Amount in currency", kind="amount"),
        Column(key="rate", title="Rate", kind="amount"),
        Column(key="value", title="Value", kind="amount", unit="USD"),
        Column(key="before", title="Value before", kind="amount", unit="USD"),
        Column(key="days", title="Days overdue", kind="count"),
    ]

    def row(*cells: object) -> Row:
        return Row(kind="row", values=dict(zip((c.key for c in columns), cells, strict=True)))  # type: ignore[arg-type]

    return Report(
        name="official-receipts",
        title="Official receipts",
        subtitle="",
        period="2002-2003",
        as_at=date(2003, 12, 31),
        currency="USD",
        columns=columns,
        rows=[
            row("0001", "Italy", date(2002, 8, 1), "EUR", D("100000.00"), D("1.01"),
                D("99009.90"), None, 0),
            row("0002", "日本国政府", date(2003, 2, 14), "JPY", D(2500000), D("119.375"),
                D("20942.41"), D("1.00"), 1200),
            row("0003", "Spain", None, "EUR", D("-50.00"), D("0.787564"),
                D("-63.49"), D("2.00"), 31),
            Row(kind="total", values={}, label="Total", adds=(0, 1, 2)),
        ],
        agreements=(
            Agreement("no such report", Part("official-receipts", "value"), Part("x", "y")),
            Agreement(
                "pledged of a section",
                Part("official-receipts", "value"),
                Part("schedule", "pledged", 1),
            ),
        ),
    )  # fmt: skip


def loaded(content: bytes, *, values: bool) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content), data_only=values)


@pytest.fixture(name="content", scope="module")
def _content() -> bytes:
    return render.to_workbook([schedule(), receipts()], SOURCE)


def table(sheet: Worksheet, heading: str) -> dict[tuple[int, str], object]:
    """Cells below the headings by report position and column key of the schedule."""
    top = next(row for row in range(1, 20) if sheet.cell(row, 1).value == heading)
    return {(row - top - 1, sheet.cell(top, col).value): sheet.cell(row, col).value
            for row in range(top + 1, sheet.max_row + 1)
            for col in range(1, sheet.max_column + 1)}  # fmt: skip


def figures(report: Report) -> Iterator[tuple[int, Column, Decimal]]:
    for position, row in enumerate(render.footed(report).rows):
        for column in report.columns:
            value = row.values.get(column.key)
            if isinstance(value, Decimal | int):
                yield position, column, D(value)


# The workbook


def test_every_figure_of_the_workbook_is_the_reports_own(content: bytes) -> None:
    sheet = loaded(content, values=True)["Schedule"]
    cells = table(sheet, "Donor")
    seen = 0
    for position, column, value in figures(schedule()):
        assert cells[position, column.title] == pytest.approx(float(value), abs=0)
        seen += 1
    assert seen == 18 * 11


def test_totals_and_the_closing_column_are_live_formulas(content: bytes) -> None:
    cells = table(loaded(content, values=False)["Schedule"], "Donor")
    closing = "Unpaid pledges, 31 December 2003"
    assert cells[2, closing] == "=ROUND(B9+C9+D9-E9-F9+G9-H9,2)"
    assert cells[6, "Pledged"] == "=ROUND(SUM(D9:D12),2)"
    assert cells[14, "Pledged"] == "=ROUND(SUM(D13,D20),2)"
    assert cells[14, closing] == "=ROUND(SUM(I13,I20),2)"
    assert cells[21, "Future years"] == "=ROUND(SUM(J24:J27),2)"


def test_a_total_of_counts_is_a_live_formula_too() -> None:
    rows = [Row(kind="row", values={"payments": 3}), Row(kind="row", values={"payments": 40})]
    rows.append(Row(kind="total", values={"payments": 43}, label="Total", adds=(0, 1)))
    columns = [
        Column(key="donor", title="Donor"),
        Column(key="payments", title="Payments", kind="count"),
    ]
    made = structs.replace(receipts(), columns=columns, rows=rows)
    workbook = loaded(render.to_workbook([made], SOURCE), values=False)
    cells = table(workbook["Official receipts"], "Donor")
    assert cells[2, "Payments"] == "=ROUND(SUM(B5:B6),0)"


def test_text_is_never_a_formula_nor_markup(content: bytes) -> None:
    sheet = loaded(content, values=False)["Schedule"]
    labels = {cell.value.rstrip(): cell for (cell,) in sheet.iter_rows(max_col=1) if cell.value}
    for name in HOSTILE:
        assert labels[name].data_type == "s"
        assert labels[name].number_format == "@"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<t>rich</t>" not in archive.read("xl/sharedStrings.xml")
        assert not any("externalLink" in name for name in archive.namelist())


def test_equal_reports_give_equal_bytes(content: bytes) -> None:
    assert render.to_workbook([schedule(), receipts()], SOURCE) == content
    properties = loaded(content, values=True).properties
    assert properties.created is not None
    assert properties.created.isoformat() == "2004-01-15T09:30:00"
    assert properties.title == SOURCE.title


def test_amounts_follow_the_accounting_conventions(content: bytes) -> None:
    sheet = loaded(content, values=True)["Schedule"]
    assert sheet["C10"].value == -27272.73
    assert sheet["C10"].number_format == f'#,##0.00_);(#,##0.00);"{DASH}"_);@_)'
    receipt = loaded(content, values=True)["Official receipts"]
    day = next(c for c in receipt["C"] if isinstance(c.value, datetime))
    assert (day.value.date(), day.number_format) == (date(2002, 8, 1), "yyyy-mm-dd")


def test_a_total_over_an_unknown_figure_is_unknown_and_mixed_currencies_have_none(
    content: bytes,
) -> None:
    cells = table(loaded(content, values=True)["Official receipts"], "Receipt")
    assert cells[0, "Value before"] == ".."
    assert cells[3, "Value before"] == ".."
    assert cells[3, "Value"] == 119888.82
    assert cells[3, "Amount in currency"] is None
    assert cells[0, "Days overdue"] == 0


def test_every_column_is_wide_enough_for_its_longest_figure(content: bytes) -> None:
    sheet = loaded(content, values=True)["Schedule"]
    for position, column in enumerate(schedule().columns, 1):
        if column.kind == "amount":
            shown = [texts.amount_text(v) for _, c, v in figures(schedule()) if c == column]
            letter = openpyxl.utils.get_column_letter(position)
            assert sheet.column_dimensions[letter].width > max(map(len, shown)) + 1


def test_the_sheet_is_set_up_for_printing_and_reading(content: bytes) -> None:
    sheet = loaded(content, values=True)["Schedule"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage is True  # its charts are lower for it
    assert not sheet.row_breaks.brk
    other = loaded(content, values=True)["Official receipts"]
    assert other.sheet_properties.pageSetUpPr.fitToPage is True
    assert other.page_setup.fitToHeight == 0  # one page wide is the default of fitToWidth
    assert sheet.freeze_panes == "B7"
    assert sheet.print_title_rows == "$1:$6"
    assert sheet.oddFooter.center.text == "Page &P of &N"
    assert sheet["A1"].value == "Schedule of voluntary contributions"
    assert "US dollars" in sheet["A3"].value


def test_the_cover_says_what_it_is_warns_and_leads_to_each_sheet(content: bytes) -> None:
    cover = loaded(content, values=True)["Cover"]
    words = [cell.value for row in cover.iter_rows() for cell in row if cell.value]
    assert words.index("Read before use") < words.index("Book")
    assert {*SOURCE.warnings, SOURCE.sha256, "main.beancount", "31 December 2003"} <= {
        *map(str, words)
    }
    links = {cell.hyperlink.location for row in cover.iter_rows() for cell in row if cell.hyperlink}
    assert links == {"Schedule!A1", "'Official receipts'!A1", "Checks!A1"}
    assert "differs" in words
    alone = loaded(render.to_workbook([receipts()], SOURCE), values=True)
    assert "Checks" not in alone.sheetnames
    words = [cell.value for row in alone["Cover"].iter_rows() for cell in row if cell.value]
    assert "nothing to compare" in words


def test_the_check_sheet_proves_each_figure_with_live_formulas(content: bytes) -> None:
    book, stored = loaded(content, values=False), loaded(content, values=True)
    lines = {row[1].value: row for row in book["Checks"].iter_rows(min_row=6)}
    tie = lines["In advance = Liabilities:In-Advance"]
    number = tie[0].row
    assert [cell.value for cell in tie[:4]] == [
        "Schedule", "In advance = Liabilities:In-Advance", 36585.37, 36085.37,
    ]  # fmt: skip
    assert [cell.value for cell in tie[4:]] == [
        f"=ROUND(C{number}-D{number},2)",
        f'=IF(E{number}=0,"OK","differs")',
    ]
    both = lines["pledged of a section"]
    assert both[2].value.startswith("=ROUND(SUM('Official receipts'!G")
    assert both[3].value.startswith("=ROUND(SUM(Schedule!")
    assert "no such report" not in lines
    results = [row[5].value for row in stored["Checks"].iter_rows(min_row=6)]
    assert results == ["OK", "OK", "differs", "differs"]
    said = [cell.value for row in stored["Schedule"].iter_rows(max_col=1) for cell in row]
    assert "DIFFERS from the ledger or another report: see the sheet Checks" in said


def test_a_chart_draws_the_cells_themselves(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        down, across = (file.read(f"xl/charts/chart{n}.xml").decode() for n in (1, 2))
        drawing = file.read("xl/drawings/drawing1.xml").decode()
    assert down.count("<c:ser>") == 2
    assert re.search(r"<c:f>Schedule!\$A\$\d+:\$A\$\d+</c:f>", down)
    assert across.count("<c:ser>") == 1
    assert re.search(r"<c:f>Schedule!\$B\$(\d+):\$D\$\1</c:f>", across)
    assert 'descr="Closing"' in drawing


def test_a_chart_that_is_not_on_the_tables_only_page_begins_one() -> None:
    def sheet_of(rows: int) -> Any:
        columns = [
            Column(key="donor", title="Donor"),
            Column(key="a", title="Unpaid", kind="amount", unit="USD"),
        ]
        lines = [Row(kind="row", values={"donor": f"Donor {at}", "a": D(at)}) for at in range(rows)]
        chart = Chart(title="Unpaid", columns=("a",), first=0, last=rows - 1, names="donor")
        report = Report(
            name="x",
            title="X",
            subtitle="",
            period="2003",
            as_at=date(2003, 12, 31),
            currency="USD",
            columns=columns,
            rows=lines,
            charts=(chart,),
        )
        return loaded(render.to_workbook([report], SOURCE), values=True)["X"]

    long, short = sheet_of(60), sheet_of(3)
    (at,) = [each.id for each in long.row_breaks.brk]
    assert at == long._charts[0].anchor._from.row
    assert long._charts[0].anchor._from.rowOff > 0  # no sliver of its border on the page before
    assert not long.sheet_properties.pageSetUpPr.fitToPage
    assert not short.row_breaks.brk
    assert short.sheet_properties.pageSetUpPr.fitToPage


def test_a_heading_breaks_at_blanks_and_not_within_its_years() -> None:
    columns = (
        Column(key="line", title="Line"),
        Column(key="a", title="Total, 2000-2001", kind="amount", unit="USD"),
    )
    rows = (Row(kind="row", values={"line": "Cash", "a": D("1.00")}),)
    report = structs.replace(receipts(), columns=columns, rows=rows)
    sheet = loaded(render.to_workbook([report], SOURCE), values=True)["Official receipts"]
    assert "Total,\n2000-2001" in {cell.value for row in sheet for cell in row}


def test_a_sheet_with_nothing_is_hidden_is_not_printed_and_the_cover_says_so() -> None:
    empty = structs.replace(
        receipts(), name="in-kind", title="In kind", rows=(Row(kind="section", label=NOTHING),)
    )
    book = loaded(render.to_workbook([receipts(), empty], SOURCE), values=True)
    assert book["In kind"].sheet_state == "hidden"
    assert not book["In kind"].print_area
    assert book["Official receipts"].print_area
    said = [[cell.value for cell in row][:3] for row in book["Cover"]]
    assert ["In kind", "In kind", "Nothing to report (sheet hidden)"] in said
    alone = loaded(render.to_workbook([empty], SOURCE), values=True)["In kind"]
    assert (alone.sheet_state, bool(alone.print_area)) == ("visible", True)


def test_what_a_report_is_about_heads_the_cover_where_all_are_about_it() -> None:
    one = structs.replace(receipts(), subtitle="As at 31 December 2003")
    other = structs.replace(one, name="other", subtitle="Schedule of something")
    for reports, headed in (([one], True), ([one, other], False)):
        cover = loaded(render.to_workbook(reports, SOURCE), values=True)["Cover"]
        assert (one.subtitle in [cell.value for cell in cover["A"]]) is headed
        assert {report.subtitle for report in reports} <= {cell.value for cell in cover["C"]}


def test_the_cover_shows_the_whole_of_what_a_report_is_about() -> None:
    def height(subtitle: str) -> float:
        report = structs.replace(receipts(), subtitle=subtitle)
        cover = loaded(render.to_workbook([report], SOURCE), values=True)["Cover"]
        (row,) = [cell.row for cell in cover["C"] if cell.value == subtitle]
        return float(cover.row_dimensions[row].height)

    about = "As at 31 December 2003; donor United Nations Development Programme only"
    assert height(about) >= 2 * LINE_HEIGHT
    assert height(about) > height("As at 31 December 2003")


def test_the_annexes_two_rates_are_told_apart_and_stand_as_figures(golden: Book) -> None:
    made = make_reports(select(golden, "2002-2003"), ("annex",))
    titles = [column.title for column in made[0].columns]
    assert len(set(titles)) == len(titles)
    sheet = loaded(render.to_workbook(made, SOURCE), values=True)["Annex"]
    cells = {cell.value: cell for row in sheet.iter_rows() for cell in row if cell.value}
    for title in ("Rate at pledge", "Rate at payment"):
        heading = cells[title]
        below = sheet.cell(heading.row + 2, heading.column)
        assert (heading.alignment.horizontal, below.alignment.horizontal) == ("right", "right")
    page = BeautifulSoup(render.to_page(made, SOURCE), "html.parser")
    rate = cells["Rate at pledge"].column - 1
    rows = [row.find_all(["th", "td"]) for row in page.select("tbody tr.row")]
    assert {"numeric" in row[rate]["class"] for row in rows} == {True}


def test_totals_have_names(content: bytes) -> None:
    book = loaded(content, values=False)
    assert book.defined_names["Schedule_total_closing"].attr_text == "Schedule!$I$29"


def test_more_digits_than_a_workbook_holds_are_named_in_a_note() -> None:
    big = structs.replace(
        receipts(),
        rows=[Row(kind="row", values={"number": "1", "value": D("12345678901234567.89")})],
    )
    sheet = loaded(render.to_workbook([big], SOURCE), values=True)["Official receipts"]
    notes = [cell.value for (cell,) in sheet.iter_rows(max_col=1) if cell.value]
    assert notes[-1] == (
        "G5 is rounded: a spreadsheet holds 15 digits, the exact figure is 12345678901234567.89."
    )


def test_sheet_names_are_allowed_short_and_no_two_alike() -> None:
    names = [
        "cover",
        "schedule",
        "Schedule",
        "a/b:c*?[d]",
        "x" * 40,
        "x" * 41,
        "history",
        "'",
        "日本",
    ]
    found = xlsx.sheet_names(names)
    assert found[:4] == ["Cover 2", "Schedule", "Schedule 2", "A b c d"]
    assert len({name.lower() for name in found}) == len(names)
    assert all(1 <= len(name) <= 31 for name in found)
    assert "History" not in found


def test_no_text_of_a_book_can_damage_the_workbook() -> None:
    odd = "&8 <b>\x07 'quote' \"double\" _x0041_ " + "long " * 80
    report = structs.replace(receipts(), title=odd, subtitle=odd, name=odd, notes=(odd,))
    source = structs.replace(SOURCE, title=odd, book=odd, warnings=(odd,))
    content = render.to_workbook([report, report], source)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = BeautifulSoup(archive.read("xl/worksheets/sheet2.xml"), "xml")
    footer = str(sheet.oddFooter.string if sheet.oddFooter else "")
    assert footer.startswith("&L&8 &&8 <b>")
    assert len(footer) <= 255
    book = loaded(content, values=True)
    assert len(book.sheetnames) == 3
    for page in book.worksheets[1:]:
        assert str(page["A1"].value).replace("\x07", "").startswith("&8 <b>")


def test_a_text_longer_than_a_cell_is_cut_with_a_note() -> None:
    long = structs.replace(
        receipts(), rows=[Row(kind="row", values={"number": "1", "donor": "x" * 40_000})]
    )
    sheet = loaded(render.to_workbook([long], SOURCE), values=True)["Official receipts"]
    notes = [cell.value for (cell,) in sheet.iter_rows(max_col=1) if cell.value]
    assert "B5 is cut" in notes[-1]


def test_what_a_workbook_cannot_hold_is_written_as_near_as_can_be() -> None:
    rows = [
        Row(kind="row", values={"number": "1", "received": date(1899, 12, 31), "value": D("0.25")})
    ]
    rows += [Row(kind="row", values={"number": "2"}) if n % 2 else rows[0] for n in range(5000)]
    rows.append(Row(kind="total", values={}, label="Total", adds=tuple(range(0, 5000, 3))))
    report = structs.replace(receipts(), rows=rows)
    sheet = loaded(render.to_workbook([report], SOURCE), values=False)["Official receipts"]
    assert sheet["C5"].value == "1899-12-31"
    total = sum(D("0.25") for n in range(0, 5000, 3) if n == 0 or n % 2)
    assert sheet["G5006"].value == float(total)
    notes = [cell.value for (cell,) in sheet.iter_rows(min_row=5007, max_col=1) if cell.value]
    assert str(notes[-1]).startswith("G5006 is a figure and no formula")


@pytest.mark.office
@pytest.mark.usefixtures("calc")
def test_a_recalculation_changes_no_figure(content: bytes, golden: Book) -> None:
    selection = select(golden, "2002-2003")
    books = {
        "made.xlsx": content,
        "golden.xlsx": render.to_workbook(make_reports(selection, ("all",)), SOURCE),
    }
    bare = {name: without_results(made) for name, made in books.items()}
    calculated = convert(bare, ".xlsx", "xlsx:Calc MS Excel 2007 XML")
    for name, made in books.items():
        again = openpyxl.load_workbook(io.BytesIO(calculated[name]), data_only=True)
        compared = 0
        for before in loaded(made, values=True):
            for row in before.iter_rows():
                for cell in row:
                    after = again[before.title].cell(cell.row, cell.column).value
                    if cell.value not in {None, ""}:
                        assert after == cell.value, f"{name} {before.title}!{cell.coordinate}"
                        compared += 1
        assert compared > 250


@pytest.mark.office
@pytest.mark.usefixtures("calc")
def test_the_pages_of_the_workbook_can_be_had_as_pdf(
    golden: Book, tmp_path: Path, read_pdf: Callable[[Path], str]
) -> None:
    reports = make_reports(select(golden, "2002-2003"), ("schedule",))
    render.render(reports, SOURCE, tmp_path / "schedule.pdf")
    text = read_pdf(tmp_path / "schedule.pdf")
    assert "413,711.18" in text
    assert "(27,272.73)" in text


def test_without_libreoffice_a_pdf_is_refused_with_what_to_do(
    golden: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = make_reports(select(golden, "2002-2003"), ("schedule",))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoOfficeError, match=r"not installed here: install it.*\.html and print"):
        render.render(reports, SOURCE, tmp_path / "schedule.pdf")
    assert list(tmp_path.iterdir()) == []


def without_results(content: bytes) -> bytes:
    """The workbook with the stored result of each formula taken out: what is read is computed."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            data = source.read(name)
            if name.startswith("xl/worksheets/"):
                data = re.sub(rb"</f><v>[^<]*</v>", b"</f>", data)
            target.writestr(name, data)
    return stream.getvalue()


# The page


@pytest.fixture(name="page", scope="module")
def _page() -> BeautifulSoup:
    return BeautifulSoup(render.to_page([schedule(), receipts()], SOURCE), "html.parser")


def test_the_page_runs_and_fetches_nothing_whatever_a_donor_is_called(page: BeautifulSoup) -> None:
    assert not page.find_all(["script", "link", "img", "iframe", "object"])
    assert [name for name in HOSTILE if page.find("th", string=name) is None] == []
    assert not [tag for tag in page.find_all(True) if any(a.startswith("on") for a in tag.attrs)]


def test_the_page_is_announced_by_a_screen_reader(page: BeautifulSoup) -> None:
    assert page.html is not None
    assert page.html["lang"] == "en"
    assert page.title is not None
    assert page.title.string == SOURCE.title
    identifiers = [str(tag["id"]) for tag in page.find_all(id=True)]
    assert len(identifiers) == len(set(identifiers))
    for sheet in page.find_all("table"):
        assert sheet.caption is not None
        assert all(th.has_attr("scope") for th in sheet.find_all("th"))
        region = sheet.parent
        assert isinstance(region, Tag)
        assert (region["role"], region["tabindex"]) == ("region", "0")
        assert region["aria-labelledby"] in identifiers
    arabic = page.find("th", string="المملكة العربية السعودية")
    assert isinstance(arabic, Tag)
    assert (arabic["dir"], arabic["scope"]) == ("auto", "row")


def test_every_figure_of_the_page_is_the_reports_own(page: BeautifulSoup) -> None:
    article = page.find(id="report-1")
    assert isinstance(article, Tag)
    first = article.find("table")
    assert isinstance(first, Tag)
    shown = [str(data["value"]) for data in first.find_all("data")]
    assert shown == [f"{value:.2f}" for _, _, value in figures(schedule())]


def test_negatives_nil_and_unknown_are_shown_and_said(page: BeautifulSoup) -> None:
    def cell(value: str) -> list[str]:
        found = page.find("data", value=value)
        assert isinstance(found, Tag)
        parent = found.find_parent("td")
        assert isinstance(parent, Tag)
        return list(parent.stripped_strings)

    assert cell("-27272.73") == ["(27,272.73)", "minus 27,272.73"]
    assert cell("0.00") == [DASH, "nil"]
    assert cell("60000.00") == ["60,000.00"]
    assert cell("0.787564") == ["0.787564"]
    assert "unknown" in page.get_text()


def test_the_page_ends_with_its_source_and_begins_with_its_warnings(page: BeautifulSoup) -> None:
    assert page.header is not None
    assert page.footer is not None
    assert SOURCE.warnings[0] in page.header.get_text()
    assert SOURCE.sha256 in page.footer.get_text()
    assert [td.string for td in page.find_all("td", class_="differs")] == ["differs"]


# CSV and JSON


def test_csv_holds_each_line_with_its_kind_and_exact_figures(tmp_path: Path) -> None:
    render.write_csv(schedule(), tmp_path / "schedule.csv")
    raw = (tmp_path / "schedule.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfkind,donor,opening,")
    assert raw.count(b"\r\n") == raw.count(b"\n") == len(schedule().rows) + 1
    lines = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"))))
    assert (lines[3]["donor"], lines[3]["adjustments"]) == ("France b/", "-27272.73")
    total = sum(D(line["closing"]) for line in lines if line["kind"] == "row")
    assert D(lines[-1]["closing"]) == total
    assert {line["donor"] for line in lines} >= {"'=1+1", "'@SUM(A1)", "<script>alert(1)</script>"}
    unknown = list(csv.DictReader(io.StringIO(render.to_csv(receipts()))))
    assert (unknown[0]["before"], unknown[0]["received"]) == ("..", "2002-08-01")
    assert (unknown[2]["amount"], unknown[2]["received"]) == ("-50.00", "")


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", " =1", "\uff1d1"])
def test_csv_text_that_a_spreadsheet_would_run_is_marked_as_text(text: str) -> None:
    assert passive(text) == f"'{text}"
    assert as_meant(passive(text)) == text


@pytest.mark.parametrize("text", ["Austria", "'s-Hertogenbosch", "", "1+1", "'quoted'"])
def test_csv_text_that_nothing_would_run_stays(text: str) -> None:
    assert passive(text) == as_meant(text) == text


def test_json_has_the_standard_shape_and_rows_that_add_up_to_the_total() -> None:
    document = json.loads(render.to_json(schedule()))
    assert " ".join(document) == (
        "report title subtitle period currency as_at columns rows subtotals total notes ledger"
    )
    assert document["columns"][1] == {"key": "opening", "title": MONEY["opening"], "unit": "USD"}
    row = document["rows"][1]
    assert (row["section"], row["group"], row["donor"], row["adjustments"]) == (
        "CPCJF, general purpose", "Governments", "France b/", "-27272.73")  # fmt: skip
    assert len(document["rows"]) == 13
    closing = sum(D(row["closing"]) for row in document["rows"])
    assert D(document["total"]["closing"]) == closing
    assert document["ledger"]["agrees"] is False
    assert document["ledger"]["ties"][2]["difference"] == "500.00"
    other = json.loads(render.to_json(receipts()))
    assert (other["rows"][1]["amount"], other["rows"][1]["days"]) == ("2500000.00", 1200)
    assert (other["rows"][0]["before"], other["ledger"]["agrees"]) == (None, None)


def test_a_payload_is_the_document_with_amounts_as_strings() -> None:
    payload = {"report": "schedule", "rows": [{"a": D("1.5"), "n": 3, "day": date(2003, 1, 2)}],
               "agrees": True, "rate": D("0.787564")}  # fmt: skip
    report = structs.replace(schedule(), payload=payload)
    assert json.loads(render.to_json(report)) == {
        "report": "schedule", "rows": [{"a": "1.50", "n": 3, "day": "2003-01-02"}],
        "agrees": True, "rate": "0.787564"}  # fmt: skip
    with pytest.raises(TypeError, match=r"1\.5 of type float has no place in a report"):
        render.to_json(structs.replace(report, payload={"a": 1.5}))


# Files


@pytest.mark.parametrize("ending", ["xlsx", "HTML", "json"])
def test_the_ending_says_the_form(ending: str, tmp_path: Path) -> None:
    target = tmp_path / f"all.{ending}"
    render.render([schedule(), receipts()], SOURCE, target)
    expected: dict[str, Callable[[], bytes]] = {
        "xlsx": lambda: render.to_workbook([schedule(), receipts()], SOURCE),
        "HTML": lambda: render.to_page([schedule(), receipts()], SOURCE).encode(),
        "json": lambda: render.to_json([schedule(), receipts()]).encode(),
    }
    assert target.read_bytes() == expected[ending]()
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_an_unknown_ending_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(
        render.UnknownEndingError, match=r"\.xlsx, \.html, \.csv, \.json or \.pdf.*\.doc"
    ):
        render.render([schedule()], SOURCE, tmp_path / "report.doc")
    with pytest.raises(render.SeveralReportsError, match="holds one report, these are 2"):
        render.render([schedule(), receipts()], SOURCE, tmp_path / "all.csv")
    assert list(tmp_path.iterdir()) == []
    render.render([schedule()], SOURCE, tmp_path / "one.csv")
    assert (tmp_path / "one.csv").read_bytes()[3:].decode() == render.to_csv(schedule())


def test_a_failed_write_leaves_what_was_there(tmp_path: Path) -> None:
    target = tmp_path / "report.json"
    target.write_text("before")
    target.chmod(0o640)
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, most))
    try:
        with pytest.raises(OSError, match="File too large"):
            render.write_json(schedule(), target)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    assert (target.read_text(), list(tmp_path.iterdir())) == ("before", [target])
    render.write_json(schedule(), target)
    assert target.read_bytes() == render.to_json(schedule()).encode()
    assert target.stat().st_mode & 0o777 == 0o640


# Rounding, in print only


@pytest.mark.parametrize(
    ("value", "whole", "thousands"),
    [
        ("1500.50", "1,501", "2"),
        ("-1499.50", "(1,500)", "(1)"),
        ("0.49", "0", "0"),
        ("-499.99", "(500)", "(0)"),
        ("0.00", DASH, DASH),
    ],
)
def test_each_figure_is_rounded_by_itself_half_up(value: str, whole: str, thousands: str) -> None:
    assert texts.rounded_text(D(value), "whole") == whole
    assert texts.rounded_text(D(value), "thousands") == thousands
    assert texts.rounded_text(D(value), "exact") == texts.amount_text(D(value))


def test_rounded_pages_say_so_and_the_cells_and_data_stay_exact() -> None:
    columns = (
        Column(key="line", title="Line"),
        Column(key="a", title="Value", kind="amount", unit="USD"),
        Column(key="b", title="Euros", kind="amount", unit="EUR"),
    )
    rows = (
        Row(kind="row", values={"line": "One", "a": D("1499.50"), "b": D("1499.50")}),
        Row(kind="row", values={"line": "Two", "a": D("1499.50"), "b": D("0.00")}),
        Row(kind="total", label="Total", adds=(0, 1)),
    )
    exact = structs.replace(receipts(), columns=columns, rows=rows)
    rounded = structs.replace(exact, rounding="thousands")
    page = BeautifulSoup(render.to_page([rounded], SOURCE), "html.parser")
    shown = [[cell.get_text() for cell in row.select("td.numeric")] for row in page.select("tr")]
    assert ["1", "1,499.50"] in shown
    assert ["3", "1,499.50"] in shown  # and 1 and 1 make 2
    assert "Thousands of US dollars" in page.get_text()
    assert "they may not add up" in page.get_text()
    sheet = loaded(render.to_workbook([rounded], SOURCE), values=True)["Official receipts"]
    cells = {cell.value: cell.number_format for row in sheet for cell in row}
    assert cells[2999.0].startswith("#,##0,_)")
    assert any("may not add up" in str(value) for value in cells)
    assert render.to_csv(rounded) == render.to_csv(exact)
    assert render.to_document(rounded) == render.to_document(exact)


@pytest.mark.parametrize("asked", [("--json",), ("--out", "x.csv"), ("--out", "x.json")])
def test_data_is_never_rounded(asked: tuple[str, ...]) -> None:
    book = str(Path(__file__).parent / "data" / "golden" / "main.beancount")
    command = ["--book", book, "report", "schedule", "--period", "2002-2003"]
    refused = CliRunner().invoke(group, [*command, "--round", "whole", *asked])
    assert refused.exit_code == 2
    assert "holds exact figures" in refused.stderr

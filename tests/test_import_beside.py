"""A figure is what the sheet shows a person, with everything beside it: what is shown and not
understood makes the row wait at its cell.

The kinds are tried by themselves and together in test_mess_sheets; here are the smallest sheets of
each, and the doors by which a kind might come in besides. All amounts and rates are made up.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

import openpyxl
import pytest
import xlwt
from mess_sheets import RATE_LINES, pledge_of
from openpyxl.comments import Comment
from openpyxl.styles import Font
from pledgebook.importers import import_files
from pledgebook.importers.judging.verdicts import JudgedTable, Verdict
from pledgebook.importers.reading.cells import Look, UnreadableFile
from pledgebook.importers.reading.formats import look_of
from pledgebook.importers.reading.workbook import read_workbook
from pledgebook.importers.tables.mapping import parse_mapping
from pledgebook.importers.tables.mapping_text import stands_above, write_mapping
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments

HEAD = "Donor,Reference,Date of pledge,Amount,Currency"
TODAY = date(2003, 12, 31)

Take = Callable[..., list[JudgedTable]]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """A book that nothing is written to."""
    return load_book(_new_book(tmp_path_factory.mktemp("shared")))


@pytest.fixture
def main(tmp_path: Path) -> Path:
    """A book of the test's own."""
    return _new_book(tmp_path)


def _new_book(folder: Path) -> Path:
    made = make_book(folder / "book")
    (made.parent / "rates.beancount").write_text(RATE_LINES, "utf-8")
    return made


@pytest.fixture
def take(shared: Book, tmp_path: Path) -> Take:
    """Judge a file, or the text of one, for a book of which nothing is known."""
    return partial(_import, lambda: shared, tmp_path, dry_run=True)


@pytest.fixture
def enter(main: Path, tmp_path: Path) -> Take:
    """Import a file, or the text of one, into the test's own book."""
    return partial(_import, lambda: load_book(main), tmp_path, dry_run=False)


def _import(
    book: Callable[[], Book],
    folder: Path,
    sheet: str | Path,
    mapping: str = "",
    name: str = "sheet",
    *,
    dry_run: bool,
) -> list[JudgedTable]:
    path = folder / f"{name}.csv" if isinstance(sheet, str) else sheet
    if isinstance(sheet, str):
        path.write_text(sheet, "utf-8")
    said = parse_mapping(mapping) if mapping else None
    result = import_files(book(), [path], mapping=said, fund="CPCJF", today=TODAY, dry_run=dry_run)
    return result.files[0].tables


def said(tables: Sequence[JudgedTable]) -> list[str]:
    return [verdict.verdict for verdict in verdicts(tables)]


def verdicts(tables: Sequence[JudgedTable]) -> list[Verdict]:
    return [verdict for table in tables for verdict in table.verdicts]


def workbook(path: Path, rows: Sequence[Sequence[object]]) -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    for row in rows:
        page.append(list(row))
    made.save(path)
    return made


ROWS: list[list[object]] = [
    ["Donor", "Reference", "Date of pledge", "Amount", "Currency"],
    ["Austria", "NV 1", date(2002, 3, 1), 60000, "EUR"],
    ["Norway", "NV 2", date(2002, 3, 2), 5000, "USD"],
]


@pytest.mark.parametrize(
    ("code", "look"),
    [
        ("General", None),
        ("#,##0.00", None),
        ("yyyy-mm-dd", None),
        ("[h]:mm", None),
        ('_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', None),
        ('#,##0" k"', Look("", "k")),
        ('0.0,,"m"', Look("", "m", 1_000_000)),
        ("#,##0,", Look("", "", 1000)),
        ("0,.0", Look("", "", 1000)),
        ("[$€-407] #,##0.00", Look("€", "")),
        ("#,##0.00\\ [$EUR]", Look("", "EUR")),
        ("0%", Look("", "%")),
        ("(#,##0)", Look("(", ")")),
        ('[>=1000000]0.0,,"M";0', Look("", "M", 1_000_000)),
    ],
)  # fmt: skip
def test_a_number_format_shows_what_stands_around_the_figure(code: str, look: Look | None) -> None:
    assert look_of(code) == look


@pytest.mark.parametrize(
    ("code", "value", "verdict", "amount"),
    [
        ('#,##0" k"', 1500, "waiting", None),
        ('0.0" million"', 2, "waiting", None),
        ('0.0,," million"', 2_500_000, "imported", 2_500_000),
        ("#,##0,", 2_500_000, "imported", 2_500_000),
        ("[$£-809]#,##0", 2000, "waiting", None),
        ("[$€-407] #,##0.00", 2000, "imported", 2000),
        ("0%", 1, "waiting", None),
        ('#,##0" CR"', 1000, "waiting", None),
        ('"-"#,##0', 1000, "waiting", None),
    ],
)
def test_what_a_number_format_shows_counts_or_waits(
    take: Take, tmp_path: Path, code: str, value: int, verdict: str, amount: int | None
) -> None:
    made = workbook(tmp_path / "sheet.xlsx", [*ROWS[:1], ["Austria", "NV 1", date(2002, 3, 1)]])
    page = made.active
    assert page is not None
    page["D2"], page["E2"] = value, "EUR"
    page["D2"].number_format = code
    made.save(tmp_path / "sheet.xlsx")
    (found,) = verdicts(take(tmp_path / "sheet.xlsx"))
    assert found.verdict == verdict, found.reason
    assert (pledge_of(found.drafts).amount if found.drafts else None) == amount
    assert found.drafts or "D2" in found.reason


def test_thousands_left_out_under_a_heading_in_thousands_are_counted_once(
    take: Take, tmp_path: Path
) -> None:
    rows = [["Donor", "Date of pledge", "Amount (US$ '000)"], ["Norway", date(2002, 3, 1), 2500000]]
    made = workbook(tmp_path / "sheet.xlsx", rows)
    page = made.active
    assert page is not None
    page["C2"].number_format = "#,##0,"
    made.save(tmp_path / "sheet.xlsx")
    (found,) = verdicts(take(tmp_path / "sheet.xlsx"))
    assert pledge_of(found.drafts).amount == 2_500_000


def test_thousands_left_out_of_an_amount_in_thousands_wait(take: Take, tmp_path: Path) -> None:
    rows = [["Donor", "Date of pledge", "Amount (US$ '000)"], ["Norway", date(2002, 3, 1), 25]]
    made = workbook(tmp_path / "sheet.xlsx", rows)
    page = made.active
    assert page is not None
    page["C2"].number_format = "#,##0,"
    made.save(tmp_path / "sheet.xlsx")
    assert said(take(tmp_path / "sheet.xlsx")) == ["waiting"]


def test_a_struck_row_waits_and_a_comment_is_a_remark_of_its_row(
    take: Take, tmp_path: Path
) -> None:
    made = workbook(
        tmp_path / "sheet.xlsx", [*ROWS, ["Sweden", "NV 3", date(2002, 3, 3), 5, "USD"]]
    )
    page = made.active
    assert page is not None
    page["D2"].font = Font(strike=True)
    page["D3"].comment = Comment("Withdrawn by letter of 5 May", "Desk")
    page["A4"].comment = Comment("checked by office", "Desk")
    made.save(tmp_path / "sheet.xlsx")
    struck, withdrawn, checked = verdicts(take(tmp_path / "sheet.xlsx"))
    assert [struck.verdict, withdrawn.verdict, checked.verdict] == [
        "waiting",
        "waiting",
        "imported",
    ]
    assert "Sheet!D2: It is struck out" in struck.reason
    assert "Withdrawn by letter" in withdrawn.reason
    assert checked.drafts[0].meta["remarks"] == "checked by office"


def _renamed(source: Path, target: Path, change: Callable[[str, bytes], tuple[str, bytes]]) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name)))
    return target


def test_a_comment_with_answers_is_read_in_place_of_the_note_beside_it(
    take: Take, tmp_path: Path
) -> None:
    workbook(tmp_path / "plain.xlsx", ROWS)
    made = openpyxl.load_workbook(tmp_path / "plain.xlsx")
    page = made.active
    assert page is not None
    page["D2"].comment = Comment("[Threaded comment] Your version cannot show it.", "tc")
    made.save(tmp_path / "plain.xlsx")
    kind = "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"
    thread = (
        '<ThreadedComments xmlns="x"><threadedComment ref="D2"><text>Is this right?</text>'
        '</threadedComment><threadedComment ref="D2"><text>No, cancelled.</text>'
        "</threadedComment></ThreadedComments>"
    )

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        if name == "xl/worksheets/_rels/sheet1.xml.rels":
            line = f'<Relationship Id="t" Type="{kind}" Target="../threaded.xml"/></Relationships>'
            content = content.replace(b"</Relationships>", line.encode())
        return name, content

    path = _renamed(tmp_path / "plain.xlsx", tmp_path / "sheet.xlsx", change)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/threaded.xml", thread)
    (sheet,) = read_workbook(path).sheets
    assert sheet.comments == {(2, 4): "Is this right? No, cancelled."}
    assert said(take(path)) == ["waiting", "imported"]


@pytest.mark.parametrize("way", ["another name", "another folder", "backslashes", "texts at root"])
def test_a_workbook_is_read_wherever_its_parts_stand(take: Take, tmp_path: Path, way: str) -> None:
    workbook(tmp_path / "plain.xlsx", ROWS)
    moves = {
        "another name": {"xl/workbook.xml": "xl/workbook22.xml"},
        "another folder": {"xl/workbook.xml": "book/wb.xml"},
        "texts at root": {"xl/sharedStrings.xml": "sharedStrings.xml"},
        "backslashes": {},
    }[way]
    for old, new in list(moves.items()):
        folder, _, file = old.rpartition("/")
        beyond, _, name = new.rpartition("/")
        moves[f"{folder}/_rels/{file}.rels"] = f"{beyond}/_rels/{name}.rels".lstrip("/")

    def change(name: str, content: bytes) -> tuple[str, bytes]:
        for old, new in moves.items():
            content = content.replace(f"/{old}".encode(), f"/{new}".encode())
            content = content.replace(f'"{old}"'.encode(), f'"{new}"'.encode())
        name = moves.get(name, name)
        return name.replace("/", "\\") if way == "backslashes" else name, content

    path = _renamed(tmp_path / "plain.xlsx", tmp_path / "sheet.xlsx", change)
    assert said(take(path)) == ["imported", "imported"]


COLUMNS = {
    "Unit": {"thousands": "waiting", "million": "waiting", "": "waiting", "1": "imported"},
    "Unit multiplier": {"1000": "waiting", "1": "imported"},
    "Échelle": {"milliers": "waiting", "1": "imported"},
    "Единица измерения": {"тыс.": "waiting", "1": "imported"},
    "Debit/Credit": {"C": "imported", "D": "waiting", "": "waiting"},
    "借贷方向": {"贷": "imported", "借": "waiting"},
    "Allocation %": {"60%": "waiting", "100%": "imported", "": "imported"},
    "النسبة المئوية": {"60%": "waiting", "100%": "imported"},
    "Number of installments": {"12": "waiting", "1": "imported"},
    "Número de cuotas": {"12": "waiting", "1": "imported"},
    "Frequency": {
        "monthly": "waiting", "quarterly": "waiting", "yearly": "waiting", "M": "waiting",
        "every six months": "waiting", "": "waiting", "one-time": "imported", "T": "imported",
    },
    "Superseded by": {"NV 181/2002": "waiting", "": "imported"},
    "Active": {"no": "waiting", "": "waiting", "yes": "imported"},
}  # fmt: skip


@pytest.mark.parametrize("heading", COLUMNS)
def test_a_column_that_says_what_the_amount_means_is_heeded(take: Take, heading: str) -> None:
    cells = COLUMNS[heading]
    donors = ["Norway", "Sweden", "Denmark", "Finland", "Japan", "Italy", "Spain", "Canada"]
    rows = [
        f"{donor},NV {n},2002-03-01,100,USD,{text}"
        for n, (donor, text) in enumerate(zip(donors, cells, strict=False), 1)
    ]
    tables = take("\n".join([f"{HEAD},{heading}", *rows]))
    assert said(tables) == list(cells.values())


def test_an_office_called_unit_and_shares_of_the_whole_say_nothing_of_amounts(take: Take) -> None:
    tables = take(
        f"{HEAD},Unit,Share (%)\nNorway,1,2002-03-01,100,USD,Treaty desk,25\n"
        "Sweden,2,2002-03-01,100,USD,Registry,25\nDenmark,3,2002-03-01,200,USD,Registry,50\n"
    )
    assert said(tables) == ["imported"] * 3


@pytest.mark.parametrize("word", ["quarterly", "DR", "million", "'000", "inactive", "每季度"])
def test_a_word_alone_in_a_cell_that_nobody_reads_is_heeded(take: Take, word: str) -> None:
    tables = take(f"{HEAD},Zzz\nNorway,1,2002-03-01,100,USD,{word}\n")
    assert said(tables) == ["waiting"]


@pytest.mark.parametrize("heading", ["Remarks", "Conditions"])
@pytest.mark.parametrize("text", ["in thousands", "quarterly", "en milliers", "DR"])
def test_a_remark_that_is_such_a_word_is_heeded(take: Take, heading: str, text: str) -> None:
    tables = take(f"{HEAD},{heading}\nNorway,1,2002-03-01,100,USD,{text}\n")
    assert said(tables) == ["waiting"]


@pytest.mark.parametrize(
    "sheet",
    [
        "Donor,Date,Currency,Amount\nItaly,1 May 2002,EUR,125,000\nSpain,1 May 2002,EUR,5\n",
        "Donor,Date,Currency,Amount,Remarks\nItaly,1 May 2002,EUR,125,000,a\nIraq,2002,EUR,5,\n",
        "Donor,Date of pledge,Currency,Amount,Remarks\nAustria,12 May 2002,EUR,125,000\n",
        "Donor,Date of pledge,Currency,Amount,,\nAustria,12 May 2002,EUR,1,250,000\n",
    ],
)
def test_an_amount_that_ran_apart_at_its_comma_waits(take: Take, sheet: str) -> None:
    found, *_ = verdicts(take(sheet))
    assert found.verdict == "waiting"
    assert "run apart" in found.reason


@pytest.mark.parametrize(
    ("title", "heading", "amount"),
    [
        ("Amounts in US$ thousands.", "Amount", 125_000),
        ("(In thousands.)", "Amount (US$)", 125_000),
        ("Pledges", "Pledged (US$, in thousands.)", 125_000),
        ("Pledges", "Amount (US$)", 125),
    ],
)
def test_a_stop_behind_thousands_makes_no_difference(
    take: Take, title: str, heading: str, amount: int
) -> None:
    tables = take(f'"{title}"\nDonor,Date of pledge,"{heading}"\nAustria,2002-05-12,125\n')
    (found,) = verdicts(tables)
    assert pledge_of(found.drafts).amount == amount


def test_two_currencies_in_a_heading_name_none_unless_a_column_says_which(take: Take) -> None:
    silent = take("Donor,Date of pledge,Amount (EUR/USD)\nAustria,2002-05-12,125\n")
    assert said(silent) == ["waiting"]
    assert "EUR or USD" in verdicts(silent)[0].reason
    told = take("Donor,Date of pledge,Amount (EUR/USD),Currency\nAustria,2002-05-12,125,EUR\n")
    assert [pledge_of(v.drafts).currency for v in verdicts(told)] == ["EUR"]


def test_an_amount_merged_over_two_pledges_is_neither_one_s(take: Take, tmp_path: Path) -> None:
    made = workbook(tmp_path / "sheet.xlsx", ROWS)
    page = made.active
    assert page is not None
    page.merge_cells("D2:D3")
    made.save(tmp_path / "sheet.xlsx")
    assert said(take(tmp_path / "sheet.xlsx")) == ["waiting", "waiting"]


@pytest.mark.parametrize(
    ("donors", "taken"),
    [
        (["EC", "Norway"], ["waiting", "imported"]),
        (["NA", "Norway"], ["waiting", "imported"]),
        (["AU", "Norway"], ["waiting", "imported"]),
        (["CAF", "Norway"], ["waiting", "imported"]),
        (["USA", "UK"], ["imported", "imported"]),
        (["AT", "NO", "SE"], ["imported"] * 3),
        (["AUT", "NOR"], ["imported"] * 2),
        (["AT", "NO", "EC"], ["imported", "imported", "waiting"]),
        (["AU"], ["waiting"]),
    ],
)
def test_a_code_names_a_state_only_in_a_column_of_codes(
    take: Take, donors: list[str], taken: list[str]
) -> None:
    rows = [f"{donor},NV {n},2002-03-01,100,USD\n" for n, donor in enumerate(donors)]
    assert said(take(f"{HEAD}\n{''.join(rows)}")) == taken


@pytest.mark.parametrize(
    ("day", "hint"),
    [
        ("2545-05-12", "Buddhist era, it is 2002"),
        ("2022-05-12", "after today"),
        ("2202-05-12", "1900 to 2100"),
    ],
)
def test_a_pledge_dated_after_today_waits(take: Take, day: str, hint: str) -> None:
    (found,) = verdicts(take(f"{HEAD}\nThailand,1,{day},100,USD\n"))
    assert found.verdict == "waiting"
    assert hint in found.reason, found.reason


def test_today_itself_is_taken_and_the_day_after_is_not(take: Take) -> None:
    assert said(take(f"{HEAD}\nJapan,1,2003-12-31,1,USD\nSpain,2,2004-01-01,1,USD\n")) == [
        "imported", "waiting",
    ]  # fmt: skip


def test_dates_that_a_program_swapped_where_it_could_wait(take: Take) -> None:
    days = ["2002-05-12", "23/06/2002", "2002-03-03", "14/07/2002"]
    donors = ["Norway", "Sweden", "Denmark", "Finland"]
    rows = [
        f"{d},NV {n},{day},1,USD\n" for n, (d, day) in enumerate(zip(donors, days, strict=True))
    ]
    assert said(take(f"{HEAD}\n{''.join(rows)}")) == ["waiting", *["imported"] * 3]


def test_a_date_for_all_rows_is_not_one_of_a_row_of_another_year(take: Take) -> None:
    sheet = "Donor,Year,Amount,Currency\nAustria,2002,100,USD\nNorway,2001,100,USD\n"
    tables = take(sheet, '[constants]\npledge_date = "2002-12-31"\n')
    assert said(tables) == ["imported", "waiting"]


def test_a_status_of_paid_beside_the_date_of_the_pledge_pays_nothing(
    enter: Take, main: Path
) -> None:
    enter(f"{HEAD},Status\nAustria,NV 1,2002-05-12,60000,USD,Paid\n")
    (line,) = list_instalments(load_book(main).register, None)
    assert (line.pledged, line.paid, line.outstanding) == (60000, 0, 60000)
    bare = enter("Donor,Date,Amount,Currency,Status\nSpain,2002-05-12,60,USD,Paid\n", name="bare")
    assert [pledge_of(v.drafts).event for v in verdicts(bare)] == ["receipt-without-pledge"]


PAID = f"{HEAD},Amount paid,Date paid"


def test_rows_of_one_pledge_with_a_payment_each_are_its_payments(enter: Take, main: Path) -> None:
    tables = enter(
        f"{PAID}\nNorway,NV 71,2002-03-01,1000,USD,400,2002-04-01\n"
        "Norway,NV 71,2002-03-01,1000,USD,600,2002-05-01\nTotal,,,1000,,1000,\n"
    )
    assert said(tables) == ["imported", "imported"]
    assert [total.agrees for total in tables[0].totals] == [True, True]
    (line,) = list_instalments(load_book(main).register, None)
    assert (line.pledged, line.paid, line.outstanding) == (1000, 1000, 0)


@pytest.mark.parametrize(
    "second",
    [
        "Norway,,2002-03-01,1000,USD,600,2002-05-01",
        "Norway,NV 71,2002-03-01,1000,USD,700,2002-05-01",
        "Norway,NV 71,2002-03-01,1000,USD,,",
        ",,,,,600,2002-05-01",
    ],
)
def test_a_second_payment_that_is_not_plainly_one_waits(take: Take, second: str) -> None:
    tables = take(f"{PAID}\nNorway,NV 71,2002-03-01,1000,USD,400,2002-04-01\n{second}\n")
    assert said(tables)[1] == "waiting"


@pytest.mark.parametrize("other", ["NV 12 / 2002", "NV-12-2002", "nv 12/2002.", ""])
def test_a_row_that_stands_twice_in_a_file_is_found_however_its_reference_is_written(
    enter: Take, other: str
) -> None:
    row = "Austria,{},2002-05-12,60000,USD\n"
    sheet = f"{HEAD}\n{row.format('NV 12/2002')}{row.format(other)}"
    assert said(enter(sheet)) == ["imported", "waiting"]
    assert said(enter(sheet)) == ["duplicate", "waiting"]
    assert said(enter(f"{HEAD}\n{row.format(other)}", name="other")) == ["waiting"]


def test_a_repeated_row_with_another_title_waits(take: Take) -> None:
    row = "Austria,NV 12,2002-05-12,60000,USD,{}\n"
    assert said(take(f"{HEAD},Title\n{row.format('Training')}{row.format('Equipment')}")) == [
        "imported", "waiting",
    ]  # fmt: skip
    assert (
        said(take(f"{HEAD},Title\n{row.format('Training')}{row.format('Training')}", name="b"))[1]
        == "duplicate"
    )


def test_tables_beside_each_other_are_two_by_themselves_and_by_their_mappings(enter: Take) -> None:
    sheet = (
        "Donor,Date of pledge,Amount (USD),,Donor,Date of pledge,Amount (USD)\n"
        "Austria,2002-05-12,1000,,Norway,2002-05-13,2000\nSweden,2002-05-12,1500,,,,\n"
    )
    tables = enter(sheet)
    found = {pledge_of(v.drafts).donor: pledge_of(v.drafts).amount for v in verdicts(tables)}
    assert found == {"AUT": 1000, "SWE": 1500, "NOR": 2000}
    every = [table.table for table in tables]
    for table in every:
        mapping = write_mapping(table, ends=stands_above(table, every))
        assert said(enter(sheet, mapping)) == ["duplicate"] * table.counts()["data"]


def test_a_row_whose_words_might_be_headings_is_data(take: Take) -> None:
    (table,) = take(
        "Amount,Currency,Country,Date of pledge\n2000,USD,Private donors,2002-05-12\n"
        "5000,USD,Austria,2002-05-12\n1999,USD,Member States,2002-05-12\n"
    )
    assert [(v.row.number, v.verdict) for v in table.verdicts] == [
        (2, "waiting"), (3, "imported"), (4, "waiting"),
    ]  # fmt: skip


def test_headings_without_a_row_below_are_no_import(take: Take, tmp_path: Path) -> None:
    rows: list[list[object]] = [["Donor", "Amount pledged"], ["Date of pledge", "Currency"]]
    workbook(tmp_path / "sheet.xlsx", rows[:1])
    with pytest.raises(UnreadableFile, match="no row below"):
        take(tmp_path / "sheet.xlsx")


def test_an_entry_that_was_changed_by_hand_is_told_when_its_row_comes_again(
    enter: Take, main: Path
) -> None:
    sheet = f"{HEAD}\nNorway,NV 1,2002-03-01,1000,USD\n"
    enter(sheet)
    entered = main.parent / "2002-2003.beancount"
    entered.write_text(entered.read_text("utf-8").replace("1000", "1100"), "utf-8")
    (found,) = verdicts(enter(sheet))
    assert found.verdict == "waiting"
    assert "began with 1,100.00 USD, the row says 1,000.00 USD" in found.reason.replace(
        "1100.00", "1,100.00"
    ).replace("1000.00", "1,000.00")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("2002-03-01 *", "2002-04-01 *", "began with 2002-04-01, the row says 2002-03-01"),
        (":NOR", ":SWE", "began with SWE, the row says NOR"),
        ('class: "general"', 'class: "special"', "began with CPCJF, special, the row says CPCJF"),
        ("1000", "1100", "began with 1100.00 USD, the row says 1000.00 USD"),
    ],
)
@pytest.mark.parametrize("more", ["", "Sweden,NV 2,2002-03-02,5000,USD\n"])
def test_whatever_was_changed_by_hand_is_told_when_its_row_comes_again_in_whatever_file(
    enter: Take, main: Path, old: str, new: str, why: str, more: str
) -> None:
    sheet = f"{HEAD}\nNorway,NV 1,2002-03-01,1000,USD\n"
    enter(sheet)
    entered = main.parent / "2002-2003.beancount"
    text = entered.read_text("utf-8")
    assert old in text
    entered.write_text(text.replace(old, new), "utf-8")
    found, *_ = verdicts(enter(sheet + more))
    assert found.verdict == "waiting"
    assert why in found.reason
    assert "changed by hand since" in found.reason


def test_what_was_paid_is_not_booked_in_another_currency(take: Take) -> None:
    tables = take(f"{PAID}\nNorway,NV 71,2002-03-01,1000,USD,EUR 400,2002-04-01\n")
    assert said(tables) == ["waiting"]


def test_a_figure_of_one_cell_is_read_as_before(take: Take, tmp_path: Path) -> None:
    workbook(tmp_path / "sheet.xlsx", ROWS)
    found = [pledge_of(v.drafts).amount for v in verdicts(take(tmp_path / "sheet.xlsx"))]
    assert found == [Decimal(60000), Decimal(5000)]


@pytest.mark.parametrize("heading", ["Remarks", "Observer"])
@pytest.mark.parametrize("text", ["GBP", "in GBP", "Amounts in euros", "£"])
def test_another_currency_alone_beside_an_amount_makes_the_row_wait(
    take: Take, heading: str, text: str
) -> None:
    rows = f"Norway,NV 1,2002-03-01,1000,USD,{text}\nSweden,NV 2,2002-03-01,2000,USD,USD\n"
    assert said(take(f"{HEAD},{heading}\n{rows}")) == ["waiting", "imported"]


def test_a_column_of_other_words_may_hold_the_name_of_a_currency(take: Take) -> None:
    rows = "Norway,NV 1,2002-03-01,1000,USD,GBP\nSweden,NV 2,2002-03-01,2000,USD,London\n"
    assert said(take(f"{HEAD},Observer\n{rows}")) == ["imported", "imported"]


def test_a_comment_that_names_another_currency_makes_the_row_wait(
    take: Take, tmp_path: Path
) -> None:
    made = workbook(tmp_path / "sheet.xlsx", ROWS)
    made.worksheets[0]["D2"].comment = Comment("in CHF", "Desk")
    made.save(tmp_path / "sheet.xlsx")
    assert said(take(tmp_path / "sheet.xlsx"))[0] == "waiting"


@pytest.mark.parametrize("text", ["en milliers", "withdrawn", "in thousands"])
def test_a_second_column_of_remarks_is_heard_as_the_first_is(take: Take, text: str) -> None:
    row = f"Norway,NV 1,2002-03-01,1000,USD,letter filed,{text}\n"
    assert said(take(f"{HEAD},Remarks,Remarks\n{row}")) == ["waiting"]
    (table,) = take(f"{HEAD},Remarks,Remarks\n{row.replace(text, 'copied to Rome')}")
    assert "'copied to Rome'" in table.verdicts[0].reason


def test_dates_with_a_slip_in_the_year_do_not_hide_that_the_others_are_half_swapped(
    take: Take,
) -> None:
    head = "Donor,Reference,Date of pledge,Amount,Currency\n"
    rows = [
        ("Norway", "2002-01-11"), ("Sweden", "26/12/2002"), ("Austria", "24/05/2002"),
        ("Finland", "1922-05-23"),
    ]  # fmt: skip
    lines = [f"{name},NV {n},{day},1000,USD\n" for n, (name, day) in enumerate(rows)]
    assert said(take(head + "".join(lines)))[0] == "waiting"


def test_partly_struck_texts_of_an_xls_are_found_beyond_the_first_record(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    page, old, bold = book.add_sheet("A"), xlwt.easyfont("struck_out on"), xlwt.easyfont("bold on")
    struck = set()
    for number in range(600):  # a record holds 8,224 bytes, and the next one goes on with a text
        text = f"{'üжя千a'[number % 5] * (number % 50 + 1)} {number}"
        if number % 3 == 0:
            page.write_rich_text(number, 0, [text, ("9", old)])
            struck.add((number + 1, 1))
        else:
            page.write_rich_text(number, 0, [text, ("9", bold)])
    book.save(str(tmp_path / "old.xls"))
    (sheet,) = read_workbook(tmp_path / "old.xls").sheets
    assert sheet.struck == struck

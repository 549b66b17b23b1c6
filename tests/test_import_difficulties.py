"""Difficulties of donors' sheets planted one by one and two by two, with the truth known.

Each takes a messy sheet of the generator (test_import_mess) and does one thing to it that happens
in practice. What is booked must still be what was meant; whatever else may wait. All figures are
made up.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import combinations, count
from pathlib import Path

import pytest
from conftest import FEW_RATES
from pledgebook.importers.imports import context_of, judge_file
from pledgebook.importers.judging.verdicts import JudgedFile
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.tables.mapping import SheetMapping, parse_mapping
from pledgebook.importers.tables.mapping_text import stands_above, write_mapping
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.register.book import Book
from sent_files import write_as
from test_import_mess import RATES, Meant, Sheet, _Maker, import_sheet, write_sheet

ALONE = 3
EVERY = 1 if os.environ.get("PLEDGEBOOK_ALL_PAIRS") else 3
"""Of the pairs, one in so many is planted; all of them take half a minute."""
"""Sheets for a difficulty by itself."""


@dataclass
class Planted:
    """A sheet in the making: where its columns are, and what is done to the file in the end."""

    maker: _Maker
    sheet: Sheet
    r: random.Random
    formulas: list[tuple[int, int]] = field(default_factory=list)
    way: int = 0
    """In which of the ways of sent_files it is sent."""

    def place(self, column: str) -> int | None:
        if column not in self.maker.columns:
            return None
        return self.maker.offset + self.maker.columns.index(column)

    def some_row(self) -> int | None:
        """Choose a pledge or commitment below which no row says the same; None if there is none."""
        meant = self.sheet.meant
        good = [
            number
            for number in meant
            if not meant[number].why
            and meant[number].event != "receipt"  # its day is the day of payment
            and not getattr(meant.get(number + 1), "why", "")
        ]
        return self.r.choice(good) if good else None

    def change(
        self, column: str, change: Callable[[object], object], *, why: str = ""
    ) -> int | None:
        """Change a cell of some row; with `why` the row means no contribution from then on."""
        place, number = self.place(column), self.some_row()
        if place is None or number is None or self.sheet.rows[number - 1][place] is None:
            return None
        self.sheet.rows[number - 1][place] = change(self.sheet.rows[number - 1][place])
        if why:
            self.spoil(number, why)
        return number

    def spoil(self, number: int, why: str) -> None:
        """Let the row mean no contribution, nor the others that are instalments of it."""
        while self.sheet.meant[number].part_of_above and number - 1 in self.sheet.meant:
            number -= 1
        self.sheet.meant[number] = replace(self.sheet.meant[number], why=why)
        while getattr(self.sheet.meant.get(number + 1), "part_of_above", False):
            number += 1
            self.sheet.meant[number] = replace(self.sheet.meant[number], why=why)

    def insert(self, number: int, cells: list[object]) -> None:
        """Put a row before the row of that number; what is below moves down."""
        self.sheet.rows.insert(number - 1, cells)
        self.formulas = [(row + (row >= number), place) for row, place in self.formulas]
        self.sheet.meant = {row + (row >= number): meant for row, meant in self.sheet.meant.items()}
        self.sheet.merged = [
            (first + (first >= number), last + (last >= number), column)
            for first, last, column in self.sheet.merged
        ]

    def below(self, *rows: list[object]) -> None:
        self.sheet.rows += [[None] * self.maker.offset + row for row in rows]


def _amount_note(p: Planted) -> None:
    if p.change("amount", lambda value: f"{value} z/", why="announced") is not None:
        p.below([], [f"z/ {p.maker.language.subject}"])


def _donor(p: Planted, names: dict[str, str], why: str = "") -> None:
    place = p.place("donor")
    for number, meant in list(p.sheet.meant.items()):
        row = p.sheet.rows[number - 1]
        if place is not None and meant.donor in names and row[place] and not meant.part_of_above:
            if meant.why or getattr(p.sheet.meant.get(number + 1), "why", ""):
                continue
            row[place] = names[meant.donor]
            if why:
                p.spoil(number, why)


def _heading_again(p: Planted) -> None:
    first = min(p.sheet.meant)
    later = [n for n, m in p.sheet.meant.items() if n > first and not m.part_of_above]
    if later and not p.sheet.merged:
        p.insert(p.r.choice(later), list(p.sheet.rows[first - 2]))


def _wrong_total(p: Planted) -> None:
    place = p.place("amount")
    row: list[object] = [p.maker.language.total, *[None] * (len(p.maker.columns) - 1)]
    if place is not None:
        row[place - p.maker.offset] = 1234567
        p.below(row)


def _serial(value: object) -> object:
    return (value - date(1899, 12, 30)).days if isinstance(value, date) else value


def _serial_number(p: Planted) -> None:
    p.change("date", _serial)
    p.way = 0  # a number counts from 1904 in a workbook that does


def _sent_again(p: Planted) -> None:
    """Let a pledge follow once more, with another amount."""
    place, number = p.place("amount"), p.some_row()
    if place is None or number is None or p.place("reference") is None or p.sheet.merged:
        return
    if p.sheet.meant[number].part_of_above or p.maker.instalments != "none":
        return
    again = list(p.sheet.rows[number - 1])
    if again[place] is not None:
        again[place] = p.maker.write_amount(Decimal(77))
        p.insert(number + 1, again)
        p.sheet.meant[number + 1] = Meant(why="it is the pledge above, changed")


def _run_together(p: Planted) -> None:
    donor, amount, number = p.place("donor"), p.place("amount"), p.some_row()
    if donor is None or amount is None or number is None or not p.sheet.rows[number - 1][donor]:
        return
    row = p.sheet.rows[number - 1]
    row[donor], row[amount] = f"{row[donor]} {row[amount]}", None
    p.spoil(number, "donor and amount run together")


def _subtotal_inside(p: Planted) -> None:
    number, place = p.some_row(), p.place("amount")
    if number is None or place is None or p.sheet.merged:
        return
    row: list[object] = [None] * (p.maker.offset + len(p.maker.columns))
    row[p.maker.offset] = p.maker.language.subtotal
    row[place] = p.maker.write_amount(Decimal(98_765))
    p.insert(number, row)


def _note_inside(p: Planted) -> None:
    number = p.some_row()
    if number is not None and not p.sheet.merged:
        p.insert(number, [None] * p.maker.offset + [p.maker.language.note])


def _far_note(text: str, why: str, blanks: int) -> Callable[[Planted], None]:
    """Write a word of which nobody knows the column beside a row, or far from it."""

    def plant(p: Planted) -> None:
        number = p.some_row()
        if number is not None:
            row = p.sheet.rows[number - 1]
            width = p.maker.offset + len(p.maker.columns)
            p.sheet.rows[number - 1] = [*row, *[None] * (width - len(row) + blanks), text]
            if why:
                p.spoil(number, why)

    return plant


def _formula(p: Planted) -> None:
    number = p.change("amount", lambda _: "=1000*5", why="its result was never stored")
    place = p.place("amount")
    if number is not None and place is not None:
        p.formulas.append((number, place))


def _legacy(p: Planted) -> None:
    p.change("currency", lambda _: "XQZ", why="no such currency")


def _withdrawn(p: Planted) -> None:
    place, number = p.place("remarks"), p.some_row()
    if place is not None and number is not None:
        p.sheet.rows[number - 1][place] = "withdrawn by the donor"
        p.spoil(number, "it was withdrawn")


def _spending(p: Planted) -> None:
    p.below(
        [], [], ["Office", "Spent"], ["Vienna", 120_000], ["Nairobi", 80_000], ["Total", 200_000]
    )


def _figure(text: str, why: str) -> Callable[[Planted], None]:
    return lambda p: void(p.change("amount", lambda _: text, why=why))


def void(_: object) -> None:
    """Take no notice of what was changed."""


EVERYDAY = {"GBR": "UK", "USA": "U.S.A.", "DEU": "Bundesrepublik Deutschland",
            "KOR": "South Korea", "NLD": "Holland", "CHE": "Schweiz",
            "FRA": "République française", "SWE": "Sverige"}  # fmt: skip
MINISTRIES = {
    "DNK": "Danish Ministry of Foreign Affairs",
    "ITA": "Ministero degli Affari Esteri (Italia)",
    "NOR": "Royal Norwegian Government",
    "FRA": "Ministère des Affaires étrangères (France)",
    "DEU": "Auswärtiges Amt",
    "CAN": "Global Affairs Canada",
}
AGENCIES = {"SWE": "Sida", "USA": "USAID", "GBR": "DFID", "DEU": "GIZ", "NOR": "Norad",
            "JPN": "JICA", "ESP": "AECID", "CAN": "CIDA", "DNK": "Danida",
            "FRA": "AFD"}  # fmt: skip

DIFFICULTIES: dict[str, Callable[[Planted], None]] = {
    "a minus behind": _figure("5000-", "it is negative"),
    "brackets": _figure("(5 000)", "it is negative"),
    "two figures run together": _figure("(1 611,3)423 535,6", "it is two figures"),
    "a figure and words": _figure("5 000 in 2 tranches", "it is not plain"),
    "an error value": _figure("#N/A", "it is an error"),
    "a formula as text": _figure("=SUM(B1:B9)", "it is a formula"),
    "two dots for unknown": _figure("..", "it is unknown"),
    "a mark on a figure": lambda p: void(p.change("amount", lambda value: f"{value}*")),
    "a note on a figure": _amount_note,
    "everyday names": lambda p: _donor(p, EVERYDAY),
    "ministries": lambda p: _donor(p, MINISTRIES),
    "agencies": lambda p: _donor(p, AGENCIES, why="it may be an agency's own"),
    "headings again": _heading_again,
    "a total that does not foot": _wrong_total,
    "spending below": _spending,
    "a serial number for a date": _serial_number,
    "a year for a date": lambda p: void(p.change("date", lambda _: 2002, why="no day")),
    "sent again, changed": _sent_again,
    "donor and amount run together": _run_together,
    "a subtotal inside": _subtotal_inside,
    "a note inside": _note_inside,
    "a word beside": _far_note("Cancelled", "it was cancelled", 0),
    "a word in a far column": _far_note("in kind", "it is in kind", 3),
    "a remark in a far column": _far_note("subject to parliamentary approval", "announced", 2),
    "a harmless word in a far column": _far_note("see letter", "", 2),
    "a formula without its result": _formula,
    "a day of no year": lambda p: void(p.change("date", lambda _: "1 March", why="no year")),
    "a fiscal year": lambda p: void(p.change("date", lambda _: "FY02/03", why="no day")),
    "a currency that is none": _legacy,
    "hard blanks": lambda p: void(
        p.change("donor", lambda value: f"\N{NO-BREAK SPACE}{value}\u200b\n")
    ),
    "direction marks": lambda p: void(p.change("amount", lambda value: f"\u202a{value}\u202c")),
    "withdrawn by the remarks": _withdrawn,
}


def plant(seed: int, names: tuple[str, ...]) -> Planted:
    maker = _Maker(seed)
    planted = Planted(maker, maker.make(), random.Random(seed), way=seed)
    for name in names:
        DIFFICULTIES[name](planted)
    return planted


@pytest.fixture(scope="module")
def rated_book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    folder = tmp_path_factory.mktemp("book") / "book"
    main = make_book(folder)
    lines = [FEW_RATES, *(f"2001-12-01 price USD {rate} {code}" for code, rate in RATES.items())]
    (folder / "rates.beancount").write_text("\n".join(lines) + "\n", "utf-8")
    return load_book(main)


def plans() -> list[tuple[int, tuple[str, ...]]]:
    """List each difficulty alone on some sheets, and two together on one, one in `EVERY` pairs."""
    alone = [(name,) for name in DIFFICULTIES for _ in range(ALONE)]
    pairs = list(combinations(DIFFICULTIES, 2))[::EVERY]
    return list(zip(count(10_000), [*alone, *pairs], strict=False))


def test_no_difficulty_alone_or_with_another_leads_to_a_wrong_entry(
    rated_book: Book, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes: Counter[str] = Counter()
    wrong = []
    for seed, names in plans():
        planted = plant(seed, names)
        path = write_as(planted.sheet, tmp_path, planted.way, planted.formulas)
        for row, outcome, why in import_sheet(planted.sheet, path, rated_book):
            outcomes[outcome] += 1
            if outcome == "wrong":
                wrong.append(f"{seed} {names} row {row}: {why} ({planted.sheet.habits})")
        path.unlink()
    total = outcomes.total()
    shares = {name: f"{outcomes[name] / total:.1%}" for name in ("right", "waiting", "wrong")}
    with capsys.disabled():
        sheets = len(plans())
        print(f"\n{sheets} sheets of planted difficulties, {total} rows: {shares}")  # noqa: T201
    assert wrong == []
    assert outcomes["right"] > 0.5 * total, shares


def test_every_difficulty_is_planted_and_changes_what_a_sheet_says() -> None:
    unused = []
    for name in DIFFICULTIES:
        planted = [
            seed
            for seed, names in plans()
            if name in names and plant(seed, (name,)).sheet.rows != _Maker(seed).make().rows
        ]
        if not planted:
            unused.append(name)
    assert unused == []


def test_a_row_that_is_booked_otherwise_than_it_was_meant_is_found(
    rated_book: Book, tmp_path: Path
) -> None:
    maker = next(m for m in map(_Maker, range(200)) if m.file == "xlsx" and not m.thousands)
    sheet = maker.make()
    sheet.meant = {
        row: replace(meant, why="it is meant as nothing") for row, meant in sheet.meant.items()
    }
    path = write_sheet(sheet, tmp_path)
    outcomes = {outcome for _, outcome, _ in import_sheet(sheet, path, rated_book)}
    assert "wrong" in outcomes


def test_what_a_later_instalment_says_counts_for_the_whole_pledge(
    rated_book: Book, tmp_path: Path
) -> None:
    path = tmp_path / "instalments.csv"
    path.write_text(
        "Donor,Reference,Date of pledge,Currency,Amount,Due date,Remarks\n"
        "Spain,NV 1/2002,2002-05-30,USD,3000.00,2002-08-17,\n"
        "Spain,NV 1/2002,2002-05-30,USD,4000.00,2003-08-17,withdrawn by the donor\n",
        "utf-8",
    )
    judged = judge_file(SentFile(path), context_of(rated_book, "CPCJF"))
    (table,) = judged.tables
    assert [verdict.verdict for verdict in table.verdicts] == ["waiting", "waiting"]


def test_a_title_counts_for_the_pages_below_that_repeat_the_headings(
    rated_book: Book, tmp_path: Path
) -> None:
    path = tmp_path / "pages.csv"
    head = "Donor,Reference,Date of pledge,Currency,Amount\n"
    path.write_text(
        f"Contributions (in US dollars),,,,\n{head}Spain,NV 1/2002,2002-05-30,EUR,3000.00\n"
        f"{head}Italy,NV 2/2002,2002-05-30,EUR,4000.00\n",
        "utf-8",
    )
    judged = judge_file(SentFile(path), context_of(rated_book, "CPCJF"))
    verdicts = [verdict.verdict for table in judged.tables for verdict in table.verdicts]
    assert verdicts == ["waiting", "waiting"]


def test_a_note_is_found_beyond_rows_that_were_cut_off_by_a_gap(
    rated_book: Book, tmp_path: Path
) -> None:
    path = tmp_path / "gap.csv"
    path.write_text(
        "Donor,Reference,Date of pledge,Currency,Amount\n"
        "Spain a/,NV 1/2002,2002-05-30,USD,3000.00\n,,,,\n"
        "Italy,NV 2/2002,2002-05-30,USD,5 000 in two parts\n,,,,\n"
        "a/ subject to parliamentary approval,,,,\n",
        "utf-8",
    )
    judged = judge_file(SentFile(path), context_of(rated_book, "CPCJF"))
    verdicts = {v.row.donor: v.verdict for table in judged.tables for v in table.verdicts}
    assert verdicts["Spain"] == "waiting"


@pytest.mark.parametrize(
    ("column", "text"),
    [(0, "Spian"), (0, ""), (2, "FY02/03"), (3, "XQZ"), (4, "5 000 in parts"), (5, "31/02/2003")],
)
def test_an_instalment_that_waits_keeps_the_others_of_its_pledge_waiting(
    rated_book: Book, tmp_path: Path, column: int, text: str
) -> None:
    path = tmp_path / "instalments.csv"
    cells = ["Spain", "NV 1/2002", "2002-05-30", "USD", "3000.00", "2003-08-17"]
    cells[column] = text
    path.write_text(
        "Donor,Reference,Date of pledge,Currency,Amount,Due date\n"
        "Spain,NV 1/2002,2002-05-30,USD,4000.00,2002-08-17\n"
        f"{','.join(cells)}\n"
        "SPAIN,NV 1/2002,2002-05-30,USD,5000.00,2004-08-17\n"
        "Spain,NV 2/2002,2002-05-30,USD,6000.00,2002-08-17\n",
        "utf-8",
    )
    judged = judge_file(SentFile(path), context_of(rated_book, "CPCJF"))
    (table,) = judged.tables
    verdicts = {verdict.row.number: verdict for verdict in table.verdicts}
    found = {verdicts[number].verdict for number in (2, 3, 4)}
    assert found == ({"rejected"} if text == "XQZ" else {"waiting"})
    assert verdicts[5].verdict == "imported"
    if column in {0, 2, 5}:  # else the three are one pledge, and have one reason
        place = "instalments.csv#instalments!A3"
        assert f"{place} has the same reference and is not clear" in verdicts[2].reason


@pytest.mark.parametrize(
    "second", ["Spain,NV 1,2002-05-31,USD,4000.00", "Spain,nv 1,2002-05-30,USD,5000.00"]
)
def test_rows_of_one_reference_that_are_no_instalments_wait_together(
    rated_book: Book, tmp_path: Path, second: str
) -> None:
    path = tmp_path / "again.csv"
    path.write_text(
        "Donor,Reference,Date of pledge,Currency,Amount\n"
        f"Spain,NV 1,2002-05-30,USD,4000.00\n{second}\nItaly,NV 2,2002-05-30,USD,4000.00\n",
        "utf-8",
    )
    judged = judge_file(SentFile(path), context_of(rated_book, "CPCJF"))
    (table,) = judged.tables
    assert [v.verdict for v in table.verdicts] == ["waiting", "waiting", "imported"]


@pytest.mark.parametrize("filler", ["-", "n/a", "none", ".."])
def test_a_filler_in_the_column_of_references_is_no_reference(
    rated_book: Book, tmp_path: Path, filler: str
) -> None:
    path = tmp_path / "fillers.csv"
    row = f"Spain,{filler},2002-05-30,USD,4000.00\n"
    path.write_text(f"Donor,Reference,Date of pledge,Currency,Amount\n{row}{row}", "utf-8")
    judged = judge_file(SentFile(path), context_of(rated_book, "CPCJF"))
    (table,) = judged.tables
    assert [v.verdict for v in table.verdicts] == ["imported", "waiting"]


def test_a_saved_mapping_of_any_sheet_reads_the_same_rows_again(
    rated_book: Book, tmp_path: Path
) -> None:
    def said(judged: JudgedFile, tables: range) -> list[tuple[object, ...]]:
        found = [verdict for number in tables for verdict in judged.tables[number].verdicts]
        return [(v.row.number, v.verdict, v.import_id, v.reason) for v in found]

    def judge_again(path: Path, mapping: SheetMapping | None = None) -> JudgedFile:
        return judge_file(SentFile(path), context_of(rated_book, "CPCJF"), mapping)

    compared = 0
    for seed, names in plans()[::5]:
        planted = plant(seed, names)
        path = write_as(planted.sheet, tmp_path, planted.way, planted.formulas)
        with suppress(UnreadableFile):
            judged = judge_again(path)
            tables = [each.table for each in judged.tables]
            for number, table in enumerate(tables):
                saved = write_mapping(table, ends=stands_above(table, tables))
                again = judge_again(path, parse_mapping(saved))
                own = said(judged, range(number, number + 1))
                if len(tables) > 1:  # what another table holds is not known to a mapping
                    own = [row[:3] for row in own if row[1] == "imported"]
                    found = [row[:3] for row in said(again, range(1)) if row[1] == "imported"]
                    assert set(own) <= set(found), (seed, names, saved)
                else:
                    assert said(again, range(1)) == own, (seed, names, saved)
                compared += len(own)
        path.unlink()
    assert compared > 500


def test_a_row_of_texts_above_headings_that_come_again_is_a_row_of_data(
    rated_book: Book, tmp_path: Path
) -> None:
    path = tmp_path / "texts.csv"
    head = "Donor,Reference,Date of pledge,Amount\n"
    path.write_text(
        f"{head}Spain,NV 1,8-Jun-2002,8250.00 USD\nItaly,NV 2,9-Jun-2002,USD 50.00\n"
        f"{head}France,NV 3,9-Jun-2002,USD 60.00\n",
        "utf-8",
    )
    judged = judge_file(SentFile(path), context_of(rated_book, "CPCJF"))
    rows = [v.row.number for table in judged.tables for v in table.verdicts]
    assert rows == [2, 3, 5]
    assert judged.count("imported") == 3

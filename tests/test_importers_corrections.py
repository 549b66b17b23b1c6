"""What a person corrects of a table that was found. Amounts are made up."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest
from mess_sheets import RATE_LINES, context_for, draw, messy_page, write_page
from pledgebook.importers.imports import judge_file
from pledgebook.importers.judging.known import Context
from pledgebook.importers.reading.cells import UnreadableFile, Workbook
from pledgebook.importers.reading.workbook import SentFile, read_workbook
from pledgebook.importers.rows.reader import read_rows
from pledgebook.importers.tables.corrections import Correction, correct_readings
from pledgebook.importers.tables.headings import Field
from pledgebook.importers.tables.mapping import MappingError
from pledgebook.importers.tables.questions import Answers
from pledgebook.importers.tables.tables import SheetReading, Table, read_sheets
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book

SHEET = """Donor;Reference;Date of pledge;Currency;Amount;Other amount;Remarks
Austria;NV 1;01.03.2002;EUR;1.234;10;CORR
Norway;NV 2;04.03.2002;EUR;5.678;20;CORR
"""
TABLE = "sheet!A1:G3"


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Context:
    main = make_book(tmp_path_factory.mktemp("corrections") / "book")
    with main.open("a", encoding="utf-8") as file:
        file.write(RATE_LINES)
    return context_for(load_book(main))


@pytest.fixture
def found(tmp_path: Path) -> tuple[Workbook, list[SheetReading]]:
    path = tmp_path / "sheet.csv"
    path.write_text(SHEET, "utf-8")
    workbook = read_workbook(path)
    return workbook, list(read_sheets(workbook))


def amounts(readings: list[SheetReading]) -> list[str]:
    (table,) = readings[0].tables
    return [str(row.amount.value) for row in read_rows(table) if row.kind == "data"]


def answered(readings: list[SheetReading], answers: dict[str, str]) -> list[SheetReading]:
    def given(table: Table) -> Table:
        return replace(table, rules=replace(table.rules, answers=Answers(given=answers)))

    return [
        reading._replace(tables=tuple(given(table) for table in reading.tables))
        for reading in readings
    ]


def test_a_table_has_the_name_that_people_give_its_place(
    found: tuple[Workbook, list[SheetReading]],
) -> None:
    assert [table.name for reading in found[1] for table in reading.tables] == [TABLE]


def test_without_a_correction_all_stays_as_it_was_found(
    found: tuple[Workbook, list[SheetReading]],
) -> None:
    workbook, readings = found
    assert correct_readings(workbook, readings, {}) == readings
    assert amounts(readings) == ["1234", "5678"]  # the euro has no three decimals


@pytest.mark.parametrize(("mark", "read"), [(",", ["1234", "5678"]), (".", ["1.234", "5.678"])])
def test_what_a_point_means_can_be_said(
    found: tuple[Workbook, list[SheetReading]], mark: str, read: list[str]
) -> None:
    _, readings = found
    assert amounts(answered(readings, {"decimal-mark:E": mark})) == read


def test_another_column_can_hold_the_amount(found: tuple[Workbook, list[SheetReading]]) -> None:
    said = Correction(columns={"E": "", "F": "amount"}, units=1000)
    assert amounts(correct_readings(*found, {TABLE: said})) == ["10000", "20000"]


def test_a_correction_changes_nothing_that_it_does_not_name(
    found: tuple[Workbook, list[SheetReading]],
) -> None:
    workbook, readings = found
    before = readings[0].tables[0]
    for column in before.table_columns[4:]:
        said = Correction(columns={column.letter: "" if column.field else "remarks"})
        try:
            (after,) = correct_readings(workbook, readings, {TABLE: said})[0].tables
        except MappingError:
            continue
        kept = [
            (each, new)
            for each, new in zip(before.table_columns, after.table_columns, strict=True)
            if each.letter != column.letter
        ]
        assert all(each == new for each, new in kept)


def test_what_holds_for_all_rows_can_be_said(found: tuple[Workbook, list[SheetReading]]) -> None:
    said = Correction(
        columns={"D": "", "G": ""},
        constants={"currency": "CHF", "purpose": "corruption"},
    )
    (table,) = correct_readings(*found, {TABLE: said})[0].tables
    rows = [row for row in read_rows(table) if row.kind == "data"]
    assert {row.currency for row in rows} == {("CHF",)}
    assert {row.purpose for row in rows} == {"corruption"}


def test_a_total_beside_instalments_stays_the_total(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(
        "Donor;Paper;1st instalment;2nd instalment;Total\nNorway;NV 1;100.00;50.00;150.00\n",
        "utf-8",
    )
    workbook = read_workbook(path)
    found = list(read_sheets(workbook))
    name = found[0].tables[0].name
    (table,) = correct_readings(workbook, found, {name: Correction(columns={"B": "reference"})})[
        0
    ].tables
    before = [(each.field, each.label) for each in found[0].tables[0].table_columns]
    after = [(each.field, each.label) for each in table.table_columns]
    assert after[2:] == before[2:]


def test_a_column_said_to_name_the_donor_takes_the_place_of_one_that_was_only_asked_about(
    context: Context, tmp_path: Path
) -> None:
    path = tmp_path / "persons.csv"
    head = "First name,Last name,City,State,Amount,Date"
    path.write_text(f"{head}\nExample,Norway,Springfield,IL,50,2002-03-01\n", "utf-8")
    said = {"persons!A1:F2": Correction(columns={"B": "donor"})}
    (table,) = judge_file(SentFile(path), context, corrections=said).tables
    held = {each.letter: each.field for each in table.table.table_columns}
    assert (held["A"], held["B"]) == (None, Field.DONOR)


@pytest.mark.parametrize(
    ("name", "said", "sentence"),
    [
        ("sheet!A9:B9", Correction(), "There is no table sheet!A9:B9; there is sheet!A1:G3."),
        (TABLE, Correction(columns={"Q": "amount"}), "there is no column Q"),
        (TABLE, Correction(columns={"G": "sums"}), "no column holds 'sums'"),
        (
            TABLE,
            Correction(columns={"G": "donor"}),
            "columns A and G are both said to hold the donor",
        ),
        (TABLE, Correction(columns={"A": ""}), "names the donor"),
        (TABLE, Correction(columns={"E": ""}), "no column is left that holds amounts"),
        (TABLE, Correction(constants={"rate": "1"}), "'rate' cannot be said for all rows"),
    ],
)
def test_a_correction_that_cannot_be_is_refused_with_the_reason(
    found: tuple[Workbook, list[SheetReading]], name: str, said: Correction, sentence: str
) -> None:
    with pytest.raises(MappingError) as refused:
        correct_readings(*found, {name: said})
    assert sentence in str(refused.value)


@pytest.mark.parametrize("seed", range(24))
def test_no_correction_or_answer_unreads_a_column_that_it_does_not_name(
    seed: int, context: Context, tmp_path: Path
) -> None:
    r = random.Random(seed)
    names, form = draw(r)
    page = messy_page(r, names, form)
    file = SentFile(write_page(page, tmp_path / f"sheet.{form}"))

    def read(
        corrections: dict[str, Correction], answers: dict[str, str]
    ) -> dict[tuple[str, str], Field]:
        judged = judge_file(file, context, corrections=corrections, answers=answers)
        return {
            (each.table.name, column.letter): column.field
            for each in judged.tables
            for column in each.table.table_columns
            if column.field
        }

    try:
        before = read({}, {})
        asked = judge_file(file, context).questions
    except UnreadableFile:
        return
    for _ in range(4):
        table, letter = r.choice(sorted(before))
        answers = {}
        if asked and r.random() < 0.5:
            question = r.choice(asked)
            answers[question.id] = r.choice(question.choices).value
            if question.question.kind == "which-column":
                continue  # it names all columns that may hold it
        said = Correction(
            columns={letter: r.choice(["", *(field.value for field in Field)])},
            constants=r.choice([{}, {"currency": "USD"}, {"purpose": "corruption"}]),
            units=r.choice([None, 1, 1000]),
        )
        try:
            after = read({table: said}, answers)
        except (MappingError, UnreadableFile):
            continue  # such a correction cannot be, and is refused
        named = {(table, letter), *((table, each.rpartition(":")[2]) for each in answers)}
        kept = {place: field for place, field in before.items() if place not in named}
        assert kept.items() <= after.items(), (names, said, answers)

"""An answer acts where its question was asked, and nowhere else. All amounts are made up."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from clerk_sheets import TODAY, book, write_csv, write_xlsx
from mess_sheets import RATE_LINES, draw, messy_page, write_page
from pledgebook.importers.imports import import_files
from pledgebook.importers.judging.asked import proposed_answers
from pledgebook.importers.judging.verdicts import JudgedFile, Verdict
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.tables.questions import (
    ASK_AGAIN,
    KINDS,
    LEAVE_OUT,
    AnswerError,
    Asked,
    read_id,
)
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.register.book import Book

HEADINGS = ("Donor", "Date of pledge", "Amount", "Currency")
REFERENCED = ("Donor", "Reference", "Date of pledge", "Amount", "Currency")
Rows = Sequence[Sequence[object]]


def judged(path: Path, answers: Mapping[str, str], own: Book | None = None) -> JudgedFile:
    made = import_files(
        own or book(), [path], fund="CPCJF", answers=answers, today=TODAY, dry_run=True
    )
    return made.files[0]


def verdicts(file: JudgedFile) -> list[Verdict]:
    return [verdict for table in file.tables for verdict in table.verdicts]


def said(file: JudgedFile) -> list[str]:
    return [verdict.verdict for verdict in verdicts(file)]


def days(file: JudgedFile) -> list[date]:
    return [verdict.drafts[0].date for verdict in verdicts(file) if verdict.drafts]


def asked(file: JudgedFile) -> dict[str, Asked]:
    return {each.question.key: each for each in file.questions if not each.answer}


def remembering(folder: Path, *answers: str) -> Book:
    main = make_book(folder / "book")
    (main.parent / "rates.beancount").write_text(RATE_LINES, "utf-8")
    lines = (f'2003-01-01 custom "sheet-answer" {each}\n' for each in answers)
    (main.parent / "answers.beancount").write_text("".join(lines), "utf-8")
    main.write_text(f'{main.read_text("utf-8")}include "answers.beancount"\n', "utf-8")
    return load_book(main)


@pytest.mark.parametrize("answer", ["s.csv#s!A1:currency", "currency"])
def test_a_currency_for_rows_without_one_says_nothing_of_a_mark(
    answer: str, tmp_path: Path
) -> None:
    rows = [HEADINGS, ("Norway", "2002-05-05", 1000, ""), ("Sweden", "2002-05-06", 2000, "kr")]
    file = judged(write_csv(tmp_path / "s.csv", rows), {answer: "EUR"})
    assert said(file) == ["imported", "waiting"]
    assert list(asked(file)) == ["currency:kr"]


def test_a_fund_for_rows_without_one_says_nothing_of_a_fund_that_is_named(tmp_path: Path) -> None:
    rows = [
        (*HEADINGS, "Fund"),
        ("Norway", "2002-05-05", 1000, "USD", ""),
        ("Sweden", "2002-05-06", 2000, "USD", "Another Fund"),
    ]
    path = write_csv(tmp_path / "s.csv", rows)
    answers = {"s.csv#s!A1:fund": "CPCJF"}
    file = import_files(book(), [path], answers=answers, today=TODAY, dry_run=True).files[0]
    assert said(file) == ["imported", "waiting"]
    assert list(asked(file)) == ["fund:Another Fund"]


def test_no_answer_overrules_the_order_that_other_dates_of_a_column_show(tmp_path: Path) -> None:
    rows = [
        HEADINGS,
        ("Norway", "03/04/2002", 1000, "USD"),
        ("Sweden", "12/25/2002", 2000, "USD"),
    ]
    path = write_csv(tmp_path / "s.csv", rows)
    layout = '"Donor | Date of pledge | Amount | Currency"'
    learned = remembering(tmp_path, f'{layout} "date-order:Date of pledge" "dmy"')
    for answers, own in (({}, None), ({"date-order": "dmy"}, None), ({}, learned)):
        assert days(judged(path, answers, own)) == [date(2002, 3, 4), date(2002, 12, 25)]


def test_no_answer_overrules_the_mark_that_other_figures_of_a_column_show(tmp_path: Path) -> None:
    rows = [
        HEADINGS,
        ("Norway", "2002-05-05", "1.234", "USD"),
        ("Sweden", "2002-05-05", "1.234.567,50", "USD"),
    ]
    path = write_csv(tmp_path / "s.csv", rows)
    layout = '"Donor | Date of pledge | Amount | Currency"'
    learned = remembering(tmp_path, f'{layout} "decimal-mark:Amount" "."')
    meant = [Decimal(1234), Decimal("1234567.50")]
    for answers, own in (({}, None), ({"decimal-mark": "."}, None), ({}, learned)):
        assert [each.amount for each in verdicts(judged(path, answers, own))] == meant


def test_an_answer_settles_a_figure_that_the_mark_of_its_column_does_not_fit(
    tmp_path: Path,
) -> None:
    rows = [
        HEADINGS,
        ("Norway", "2002-05-05", "1.234", "USD"),
        ("Austria", "2002-05-05", "1,234", "USD"),
        ("Sweden", "2002-05-05", "1,234,567.50", "USD"),
    ]
    path = write_csv(tmp_path / "s.csv", rows)
    (question,) = asked(judged(path, {})).values()
    assert question.question.key == "decimal-mark:C"
    file = judged(path, {question.id: ","})
    meant = [Decimal(1234), Decimal(1234), Decimal("1234567.50")]
    assert [each.amount for each in verdicts(file)] == meant


@pytest.mark.parametrize("references", [("", ""), ("A-1", "A 1"), ("A-1", "")])
def test_rows_that_repeat_one_are_entered_once_and_separate_ones_each(
    references: tuple[str, str], tmp_path: Path
) -> None:
    rows = [REFERENCED, *(("Norway", each, "2002-05-05", 1000, "USD") for each in references)]
    path = write_csv(tmp_path / "s.csv", rows)
    assert said(judged(path, {"equal-rows": "repeats"})) == ["imported", "duplicate"]
    assert said(judged(path, {"equal-rows": "separate"})) == ["imported", "imported"]


def test_a_question_whose_answer_settles_nothing_is_asked_once(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "s.csv", [("Donor", "Amount", "Currency"), ("Norway", 9, "USD")])
    file = judged(path, {"s.csv#s!A1:pledge-date": "name:12-31"})
    assert said(file) == ["waiting"]
    assert [(each.id, each.answer) for each in file.questions] == [("s.csv#s!A1:pledge-date", "")]


def test_a_name_of_any_length_is_settled_by_its_answer(tmp_path: Path) -> None:
    name = f"Society of {'very ' * 60}good friends"
    path = write_csv(tmp_path / "s.csv", [HEADINGS, (name, "2002-05-05", 1000, "USD")])
    (question,) = asked(judged(path, {})).values()
    assert said(judged(path, {question.id: "SVG:ngo"})) == ["imported"]


def test_an_answer_about_no_name_is_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "s.csv", [HEADINGS, ("Ruritania", "2002-05-05", 1000, "USD")])
    with pytest.raises(AnswerError, match="does not say whom it is about"):
        judged(path, {"donor": "RUR:ngo"})


@pytest.mark.parametrize("name", ["a!A1:fund:x", "a#b!B2:c", "a%3A", "a b=c", "a'\"<b>{{ c }}"])
def test_an_id_names_its_question_whatever_a_file_is_called(name: str, tmp_path: Path) -> None:
    path = write_csv(tmp_path / f"{name}.csv", [HEADINGS, ("Norway", "2002-05-05", 1000, "")])
    (question,) = asked(judged(path, {})).values()
    assert read_id(question.id).key == "currency"
    assert said(judged(path, {question.id: "USD"})) == ["imported"]


def test_files_of_one_name_are_answered_each_by_itself(tmp_path: Path) -> None:
    paths = []
    for folder, donor in (("one", "Norway"), ("two", "Sweden")):
        (tmp_path / folder).mkdir()
        rows = [HEADINGS, (donor, "2002-05-05", 1000, "")]
        paths.append(write_csv(tmp_path / folder / "s.csv", rows))
    both = import_files(book(), paths, fund="CPCJF", today=TODAY, dry_run=True)
    ids = [each.id for file in both.files for each in file.questions]
    assert ids == ["one/s.csv#s!A1:currency", "two/s.csv#s!A1:currency"]
    answers = dict(zip(ids, ("EUR", "GBP"), strict=True))
    told = import_files(book(), paths, fund="CPCJF", answers=answers, today=TODAY, dry_run=True)
    assert [each.currency for file in told.files for each in verdicts(file)] == ["EUR", "GBP"]


def test_what_was_learned_of_a_column_acts_on_the_column_of_its_heading(tmp_path: Path) -> None:
    layout = '"Donor | Date of pledge | Amount | Amount | Currency"'
    rows = [
        ("", "Donor", "Date of pledge", "Amount", "Amount", "Currency"),
        ("", "Norway", "2002-05-05", "1.234", "", "USD"),
    ]
    path = write_csv(tmp_path / "s.csv", rows)
    own = remembering(tmp_path, f'{layout} "decimal-mark:D" "."', f'{layout} "column:Z" "amount"')
    assert not [each for each in judged(path, {}, own).questions if each.answer]


def test_a_text_of_the_sheet_is_no_answer_of_an_earlier_file(tmp_path: Path) -> None:
    rows = [(*HEADINGS, "Contact"), ("Norway", "2002-05-05", 1000, "", "office for EUR")]
    path = write_xlsx(tmp_path / "s.xlsx", rows)
    made = openpyxl.load_workbook(path)
    made.active.title = "answered so on x"
    made.save(path)
    (question,) = judged(path, {}).questions
    assert question.choices[0].because.startswith("answered so on x")
    assert not proposed_answers([question])


@pytest.mark.parametrize("text", ["9" * 5000, "0", "-1", "1.5", "²", "١٠", "1e3", ""])
def test_units_are_a_whole_number_above_zero(text: str) -> None:
    assert not KINDS["units"].fits(text)


@pytest.mark.parametrize(
    "answer",
    [
        '"column:Amount" "donor"', '"column:Amount" "not-read"', '"column:Donor" "amount"',
        '"which-column:amount" "Donor"', '"which-column:weather" "Amount"', '"units" "0"',
        '"decimal-mark:Amount" "banana"', '"currency" "XXX"', '"weather" "fair"', '"fund" "NOPE"',
        '"day-in-year:Year" "02-29"', '"rounding" "round"', '"donor:Norway" "SWE"',
    ],
)  # fmt: skip
def test_an_answer_in_the_book_that_fits_no_question_changes_nothing(
    answer: str, tmp_path: Path
) -> None:
    rows = [("Donor", "Year", "Amount"), ("Norway", "2002", "1.234"), ("Sweden", "2002", "2.345")]
    path = write_csv(tmp_path / "s.csv", rows)
    own = remembering(tmp_path, f'"Donor | Year | Amount" {answer}')
    assert own.settings.sheet_answers
    assert judged(path, {}, own).questions == judged(path, {}).questions


@pytest.mark.parametrize(("text", "code"), [("EC", "NOR"), ("NA", "NAM"), ("AND", "AND")])
def test_a_name_like_the_code_of_a_state_is_settled_and_remembered_once(
    text: str, code: str, tmp_path: Path
) -> None:
    rows = [("Donor", *HEADINGS[1:], "Remarks"), (text, "2002-05-05", 1000, "USD", "")]
    rows += [("AU", "2002-06-05", 1000, "USD", ""), ("EC", "2002-07-05", 1000, "USD", "")]
    path = write_csv(tmp_path / "s.csv", rows)
    main = remembering(tmp_path).folder / "main.beancount"
    answers = {"donor:AU": "AUS", "donor:EC": "NOR", f"donor:{text}": code}
    for _ in range(3):
        made = import_files(load_book(main), [path], fund="CPCJF", answers=answers, today=TODAY)
        assert not made.waits
    assert not made.transactions
    assert not import_files(load_book(main), [path], fund="CPCJF", today=TODAY).waits


def test_a_currency_cell_that_cannot_be_read_is_asked_about_as_a_cell(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "s.csv", [HEADINGS, ("Norway", "2002-05-05", 1000, "000 USD")])
    for answers in ({}, {"currency": "USD"}):
        file = judged(path, answers)
        assert said(file) == ["waiting"]
        assert not {each for each in asked(file) if each.startswith("currency")}


def test_a_column_of_purposes_may_be_said_to_hold_projects(tmp_path: Path) -> None:
    rows = [
        (*HEADINGS, "Purpose"),
        ("Norway", "2002-05-05", 1000, "USD", "corruption"),
        ("Sweden", "2002-05-05", 2000, "USD", "corruption"),
    ]
    path = write_csv(tmp_path / "s.csv", rows)
    file = judged(path, {"column:E": "project"})
    assert file.tables[0].table.columns["project"] == "E"


@pytest.mark.parametrize("seed", [5037, 5067, 9094, 9132, 20060, *range(6)])
def test_whatever_is_answered_settles_its_question_and_is_entered_once(
    seed: int, tmp_path: Path
) -> None:
    r = random.Random(seed)
    names, form = draw(r)
    path = write_page(messy_page(r, names, form), tmp_path / f"sheet.{form}")
    main = remembering(tmp_path).folder / "main.beancount"
    own, answers = load_book(main), dict[str, str]()

    def judge() -> JudgedFile:
        return judged(path, answers, own)

    try:
        file = judge()
    except UnreadableFile:
        return
    while waiting := list(asked(file).values()):
        assert not [each.id for each in waiting if each.id in answers]
        assert len({each.id for each in file.questions}) == len(file.questions)
        question = r.choice(waiting)
        values = [choice.value for choice in question.choices]
        answers[question.id] = r.choice(values)
        try:
            file = judge()
        except RefusedError:  # "EC" is no donor of the book's
            answers[question.id] = LEAVE_OUT
            file = judge()
    entered = sum(len(verdict.drafts) for verdict in verdicts(file))
    for taken in (entered, 0, 0):
        made = import_files(load_book(main), [path], fund="CPCJF", answers=answers, today=TODAY)
        assert made.transactions == taken
    assert not list(load_book(main).errors)


def test_leaving_rows_out_is_remembered_shown_and_can_be_asked_again(tmp_path: Path) -> None:
    rows = [
        (*HEADINGS, "Status"),
        ("Norway", "2002-05-05", 1000, "USD", "frobbed"),
        ("Sweden", "2002-05-06", 2000, "USD", "Committed"),
        ("Total", "", 3000, "", ""),
    ]
    main = remembering(tmp_path).folder / "main.beancount"
    first = write_csv(tmp_path / "s.csv", rows)
    answers = {"status:frobbed": LEAVE_OUT}
    import_files(load_book(main), [first], fund="CPCJF", answers=answers, today=TODAY)

    rows[1:3] = [("Denmark", "2002-06-05", 1000, "USD", rows[1][4]), ("Italy", *rows[2][1:])]
    second = write_csv(tmp_path / "t.csv", rows)
    read = judged(second, {}, load_book(main))
    assert said(read) == ["ignored", "imported"]
    (shown,) = read.questions
    assert (shown.answer, shown.answered_on) == (LEAVE_OUT, TODAY)
    (total,) = read.tables[0].totals
    assert (total.agrees, total.stated) == (True, total.computed)
    assert total.reason == "1000 of it is in rows left out (2)"

    again = judged(second, {shown.id: ASK_AGAIN}, load_book(main))
    assert said(again) == ["waiting", "imported"]
    assert [each.answer for each in again.questions] == [""]

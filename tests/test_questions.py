"""Questions: what rows wait for is asked once, and answers settle it. All amounts are made up."""

from __future__ import annotations

import contextlib
import os
import pty
import random
import re
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from clerk_sheets import TODAY, book, write_csv
from click.testing import CliRunner
from mess_sheets import context_for, draw, messy_page, right_page, write_page
from pledgebook.cli.main import group
from pledgebook.importers.imports import import_files, judge_file
from pledgebook.importers.judging.verdicts import JudgedFile
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.tables.corrections import Correction
from pledgebook.importers.tables.questions import (
    KINDS,
    LEAVE_OUT,
    AnswerError,
    Asked,
    read_answers,
    read_id,
)
from pledgebook.ledger.files.donor_lists import propose_donors
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book

ROOT = Path(__file__).parents[1]
YEARS = [
    ("Donor", "Year", "Amount", "Type"),
    ("Norway", "2002", "1.234", "Grant"),
    ("Austria", "2002", "2.500", "Grant"),
    ("Ruritania", "2003", "3.000", "Loan"),
    ("Norway", "2002", "1.234", "Grant"),
]
ANSWERS = {
    "decimal-mark": ",",
    "day-in-year": "12-31",
    "currency": "USD",
    "fund": "CPCJF",
    "donor:Ruritania": "RUR:ngo",
    "words:D": "nothing",
    "equal-rows": "separate",
}


def judged(path: Path, answers: Mapping[str, str] | None = None, fund: str = "") -> JudgedFile:
    made = import_files(book(), [path], fund=fund, answers=answers or {}, today=TODAY, dry_run=True)
    return made.files[0]


def said(file: JudgedFile) -> list[str]:
    return [verdict.verdict for table in file.tables for verdict in table.verdicts]


def open_questions(file: JudgedFile) -> list[Asked]:
    return [each for each in file.questions if not each.answer]


@pytest.fixture
def years(tmp_path: Path) -> Path:
    return write_csv(tmp_path / "years.csv", YEARS)


def test_what_makes_all_rows_wait_is_asked_once_and_at_once(years: Path) -> None:
    asked = {each.question.key: each.rows for each in open_questions(judged(years))}
    assert asked == {
        "decimal-mark:C": 4, "day-in-year:B": 4, "currency": 4, "fund": 4,
        "donor:Ruritania": 1, "words:D": 1,
    }  # fmt: skip


def test_answers_settle_the_rows_and_a_question_may_follow(years: Path) -> None:
    first = {key: value for key, value in ANSWERS.items() if key != "equal-rows"}
    file = judged(years, first)
    assert said(file) == ["imported", "imported", "imported", "waiting"]
    assert [each.question.key for each in open_questions(file)] == ["equal-rows"]
    assert said(judged(years, ANSWERS)) == ["imported"] * 4
    assert said(judged(years, {**ANSWERS, "equal-rows": "repeats"}))[-1] == "duplicate"
    assert said(judged(years, {**ANSWERS, "words": LEAVE_OUT, "words:D": ""}))[2] == "ignored"


def test_an_answer_may_be_given_by_the_id_that_is_shown(years: Path) -> None:
    answers: dict[str, str] = {}
    while asked := open_questions(judged(years, answers)):
        key = asked[0].question.key
        answers[asked[0].id] = ANSWERS.get(key) or ANSWERS[asked[0].question.kind]
    assert said(judged(years, answers)) == ["imported"] * 4
    assert all(text.startswith("years.csv#years!A1:") for text in answers)


def test_what_is_no_answer_is_refused_with_what_is(years: Path) -> None:
    with pytest.raises(AnswerError, match=r"'often' is no answer to equal-rows .* separate"):
        judged(years, {**ANSWERS, "equal-rows": "often"})
    with pytest.raises(AnswerError, match="'weather' names no question"):
        judged(years, {"weather": "fair"})
    with pytest.raises(AnswerError, match="a file that is not imported; there is"):
        judged(years, {"other.csv#years!A1:fund": "CPCJF"})
    with pytest.raises(AnswerError, match="a table that there is not; there is"):
        judged(years, {"years.csv#years!B7:fund": "CPCJF"})


@pytest.mark.parametrize("seed", range(40))
def test_each_row_that_waits_has_a_question_and_leaving_all_out_settles_the_file(
    seed: int, tmp_path: Path
) -> None:
    r = random.Random(seed)
    names, form = draw(r)
    path = write_page(messy_page(r, names, form), tmp_path / f"sheet.{form}")
    answers: dict[str, str] = {}

    def judge() -> JudgedFile:
        return judge_file(SentFile(path), context_for(book()), answers=answers)

    try:
        file = judge()
    except UnreadableFile:
        return
    entered = {v.row.number for t in file.tables for v in t.verdicts if v.verdict == "imported"}
    for table in file.tables:
        for verdict in table.verdicts:
            assert bool(verdict.asks) == (verdict.verdict == "waiting"), verdict.reason
    while asked := open_questions(file):
        assert len({each.id for each in asked}) == len(asked)
        assert all(read_id(each.id).key == each.question.key for each in asked)
        answers |= {each.id: LEAVE_OUT for each in asked}
        file = judge()
    assert "waiting" not in said(file)
    still = {v.row.number for t in file.tables for v in t.verdicts if v.verdict == "imported"}
    assert still == entered


@pytest.mark.parametrize("seed", range(12))
def test_no_answer_overrules_what_the_sheet_states(seed: int, tmp_path: Path) -> None:
    r = random.Random(seed)
    path = write_page(right_page(r), tmp_path / "sheet.xlsx")
    plain = judge_file(SentFile(path), context_for(book()))
    answers = {
        "decimal-mark": ",", "date-order": "mdy", "day-in-year": "01-01", "currency": "KWD",
        "pledge-date": "1999-01-01", "fund": "UNTOC", "no-purpose": "corruption",
        "equal-rows": "repeats", "rounding": "round", "value-only": "count",
    }  # fmt: skip
    told = judge_file(SentFile(path), context_for(book()), answers=answers)
    assert [v.drafts for t in told.tables for v in t.verdicts] == [
        v.drafts for t in plain.tables for v in t.verdicts
    ]
    assert told.questions == ()


def test_the_next_file_of_the_layout_is_answered_as_this_one(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    first = write_csv(tmp_path / "first.csv", YEARS)
    import_files(load_book(main), [first], answers=ANSWERS, today=TODAY)
    texts = (main.parent / "answers.beancount").read_text("utf-8")
    assert '"sheet-answer" "Donor | Year | Amount | Type" "day-in-year:Year" "12-31"' in texts

    second = write_csv(tmp_path / "second.csv", [YEARS[0], ("Poland", "2003", "7.777", "Grant")])
    taken = import_files(load_book(main), [second], today=TODAY, dry_run=True).files[0]
    assert said(taken) == ["waiting"]
    # What decides on a figure is proposed, the rest is taken and said.
    assert {each.question.kind: each.choices[0].value for each in open_questions(taken)} == {
        "currency": "USD", "day-in-year": "12-31", "fund": "CPCJF",
    }  # fmt: skip
    assert all(TODAY.isoformat() in each.choices[0].because for each in open_questions(taken))
    assert [(a.question.key, a.answer, a.answered_on) for a in taken.questions if a.answer] == [
        ("decimal-mark:C", ",", TODAY)
    ]
    run = CliRunner().invoke(
        group, ["--book", str(main), "import", str(second), "--as-before", "--dry-run"]
    )
    assert "1 transaction would be written" in run.output, run.output


def test_a_later_answer_takes_the_place_of_an_earlier_one(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    for number, day in enumerate(("12-31", "06-30", "06-30")):
        row = ("Poland", "2003", f"{number + 7}777.00", "Grant")
        path = write_csv(tmp_path / f"{number}.csv", [YEARS[0], row])
        import_files(load_book(main), [path], answers={**ANSWERS, "day-in-year": day}, today=TODAY)
        book_ = load_book(main)
        assert book_.errors == []
        (known,) = book_.settings.sheet_answers.values()
        assert known["day-in-year:Year"].value == day


def test_sheets_of_one_layout_are_asked_once(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    for year in (2002, 2003):
        page = made.create_sheet(f"YR{year}")
        for row in (("Donor", "Amount"), ("Norway", year), ("Poland", year + 1)):
            page.append(row)
    made.remove(made["Sheet"])
    path = tmp_path / "years.xlsx"
    made.save(path)
    asked = open_questions(judged(path, fund="CPCJF"))
    assert [(each.question.kind, each.rows, len(each.tables)) for each in asked] == [
        ("pledge-date", 4, 2), ("currency", 4, 2),
    ]  # fmt: skip
    assert "'YR2002'" in asked[0].choices[0].because
    answers = {asked[0].id: "name:12-31", asked[1].id: "usd"}
    file = judged(path, answers, fund="CPCJF")
    assert said(file) == ["imported"] * 4
    days = [v.drafts[0].date for t in file.tables for v in t.verdicts]
    assert days == [date(2002, 12, 31)] * 2 + [date(2003, 12, 31)] * 2


def test_a_currency_that_the_sheet_names_elsewhere_is_proposed_with_its_place(
    tmp_path: Path,
) -> None:
    rows = [("Donor", "Date", "Amount", "Account"), ("Norway", "2002-03-01", "500", "our EUR one")]
    path = write_csv(tmp_path / "sheet.csv", rows)
    (asked,) = open_questions(judged(path, fund="CPCJF"))
    assert asked.question.kind == "currency"
    assert asked.choices[0].value == "EUR"
    assert "sheet!D2" in asked.choices[0].because


def test_columns_and_units_are_answered_without_a_mapping(tmp_path: Path) -> None:
    rows = [("Donor", "Date", "Amount", "Amount", "Currency"),
            ("Norway", "2002-03-01", "500", "600", "USD")]  # fmt: skip
    path = write_csv(tmp_path / "sheet.csv", rows)
    (asked,) = open_questions(judged(path, fund="CPCJF"))
    assert asked.question.key == "which-column:amount"
    file = judged(path, {asked.id: "D"}, fund="CPCJF")
    assert [str(v.amount) for t in file.tables for v in t.verdicts] == ["600"]


def test_units_are_answered_for_the_table(tmp_path: Path) -> None:
    rows = [("Pledges above one million dollars, made up",), (),
            ("Donor", "Date", "Amount", "Currency"),
            ("Norway", "2002-03-01", "500", "USD")]  # fmt: skip
    path = write_csv(tmp_path / "units.csv", rows)
    (asked,) = open_questions(judged(path, fund="CPCJF"))
    assert asked.question.kind == "units"
    for units, amount in (("1", "500"), ("1000000", "500000000")):
        file = judged(path, {asked.id: units}, fund="CPCJF")
        assert [str(v.amount) for t in file.tables for v in t.verdicts] == [amount]


def test_answers_are_read_from_a_file_and_its_faults_are_sentences(tmp_path: Path) -> None:
    path = tmp_path / "answers.toml"
    path.write_text('fund = "CPCJF"\n[answers]\n"words:D" = "nothing"\n', "utf-8")
    assert read_answers(path) == {"fund": "CPCJF", "words:D": "nothing"}
    for text, why in (
        ("fund = 5", "must be a text, not 5"),
        ("fund =", "is no TOML"),
        ('colour = "red"', "names no question"),
        ("x = '" + "y" * 1_000_001 + "'", "is too long"),
    ):
        path.write_text(text, "utf-8")
        with pytest.raises(AnswerError, match=why):
            read_answers(path)


PROJECTS = [f"Concert no. {number}" for number in range(1, 7)]


def write_projects(path: Path, texts: Sequence[str]) -> Path:
    rows = [("Donor", "Date of pledge", "Amount", "Currency", "Purpose")]
    rows += [
        ("Norway", f"2002-05-{day + 1:02}", "1000", "USD", text) for day, text in enumerate(texts)
    ]
    return write_csv(path, rows)


def test_where_no_heading_names_a_donor_it_is_asked_which_column_does(tmp_path: Path) -> None:
    rows = [("No.", "Name", "Town", "Date", "Betrag", "Currency")]
    rows += [("1", "Norway", "Oslo", "2002-05-12", "400", "USD")]
    rows += [("2", "Austria", "Wien", "2002-05-13", "500", "USD")]
    path = write_csv(tmp_path / "names.csv", rows)
    (asked,) = open_questions(judged(path, fund="CPCJF"))
    assert asked.question.key == "which-column:donor"
    assert [choice.value for choice in asked.choices] == ["B", "C", "A", LEAVE_OUT]
    assert "holds names" in asked.choices[0].because
    file = judged(path, {asked.id: "B"}, "CPCJF")
    assert [v.donor for table in file.tables for v in table.verdicts] == ["NOR", "AUT"]
    assert said(file) == ["imported"] * 2
    with pytest.raises(UnreadableFile, match="nothing to import"):  # no column of words
        judged(write_csv(tmp_path / "none.csv", [row[:1] + row[3:] for row in rows]))


def test_a_column_that_an_answer_reads_is_not_asked_of_again(tmp_path: Path) -> None:
    rows = [("party", "donor_key", "donation", "donor_name", "date", "currency")]
    rows += [("ABC", "NORW", "400", "Norway", "2002-05-12", "USD")]
    rows += [("DEF", "AUST", "500", "Austria", "2002-05-13", "USD")]
    path = write_csv(tmp_path / "keys.csv", rows)
    asked = open_questions(judged(path, fund="CPCJF"))
    assert "which-column:donor" in [each.question.key for each in asked]
    file = judged(path, {"which-column:donor": "D"}, "CPCJF")
    assert said(file) == ["imported"] * 2, [v.reason for t in file.tables for v in t.verdicts]
    assert open_questions(file) == []


def test_a_name_and_the_same_turned_round_are_listed_once() -> None:
    texts = ["Ann Example", "Example, Ann", "Another Example"]
    listed = propose_donors(book().settings.donors, texts)
    assert [each.text for each in listed] == ["Ann Example", "Another Example"]


def test_a_column_without_a_value_is_not_asked_of(tmp_path: Path) -> None:
    rows = [("Donor", "Date of pledge", "Amount", "Currency", "Disbursement channel")]
    path = write_csv(tmp_path / "empty.csv", [*rows, ("Norway", "2002-05-12", "400", "USD", "")])
    assert said(judged(path, fund="CPCJF")) == ["imported"]


def test_a_pledge_that_was_paid_before_its_day_may_be_entered_alone(tmp_path: Path) -> None:
    rows = [PAID[0][:-1], ("Canada", "2002-05-14", "700", "USD", "2002-05-03", "700")]
    path = write_csv(tmp_path / "early.csv", rows)
    (asked,) = open_questions(judged(path, fund="CPCJF"))
    assert asked.question.key == "overpaid"
    (draft,) = judged(path, {asked.id: "pledge"}, "CPCJF").drafts
    assert (draft.event, str(draft.date)) == ("commitment", "2002-05-14")


def test_what_was_received_is_rounded_as_was_answered(tmp_path: Path) -> None:
    rows = [("Donor", "Amount paid", "Currency", "Date of payment")]
    path = write_csv(tmp_path / "mills.csv", [*rows, ("Norway", "700.1234", "USD", "2002-05-03")])
    (asked,) = open_questions(judged(path, fund="CPCJF"))
    assert asked.question.key == "rounding"
    (draft,) = judged(path, {asked.id: "round"}, "CPCJF").drafts
    assert [str(line.number) for line in draft.lines] == ["700.12", "-700.12"]


def test_a_pledge_that_states_its_day_of_payment_alone_can_be_dated(tmp_path: Path) -> None:
    rows = [("Donor", "Amount", "Currency", "Date of payment", "Status")]
    rows += [("Canada", "700", "USD", "2002-05-03", "committed")]
    rows += [("Norway", "800", "USD", "2002-06-04", "paid")]
    path = write_csv(tmp_path / "paid.csv", rows)
    file = judged(path, fund="CPCJF")
    assert said(file) == ["waiting", "imported"]
    assert [each.question.key for each in open_questions(file)] == ["pledge-date:paid"]
    for answers, day in (
        ({"pledge-date:paid": "payment-date"}, "2002-05-03"),
        ({"pledge-date": "2002-04-01"}, "2002-04-01"),
    ):
        drafts = judged(path, answers, "CPCJF").drafts
        assert [str(draft.date) for draft in drafts] == [day, "2002-06-04"]


def test_many_texts_that_are_no_purposes_are_one_question(tmp_path: Path) -> None:
    path = write_projects(tmp_path / "projects.csv", [*PROJECTS, "corruption"])
    (asked,) = open_questions(judged(path, fund="CPCJF"))
    assert (asked.question.key, asked.rows, asked.said) == ("purposes:E", 6, tuple(PROJECTS))
    for said_of_it, purpose in (("general", ""), ("firearms-protocol", "firearms-protocol")):
        file = judged(path, {asked.id: said_of_it}, "CPCJF")
        metas = [draft.meta for draft in file.drafts]
        assert [meta.get("purpose", "") for meta in metas] == [purpose] * 6 + ["corruption"]
        if not purpose:
            assert [meta["remarks"] for meta in metas[:6]] == PROJECTS
    assert said(judged(path, {asked.id: LEAVE_OUT}, "CPCJF")) == ["ignored"] * 6 + ["imported"]


PAID = [
    ("Donor", "Date of pledge", "Pledged", "Currency", "Date paid", "Paid", "Status"),
    ("Norway", "2002-05-12", "0", "EUR", "2002-06-01", "400", "not available"),
    ("Austria", "2002-05-13", "", "EUR", "2002-06-02", "500", "pledge"),
    ("Canada", "2002-05-14", "700", "USD", "2002-06-03", "700", "committed"),
    ("Finland", "2002-05-15", "0", "EUR", "", "0", "committed"),
    ("France", "2002-05-16", "0", "EUR", "2002-06-05", "600", "cancelled"),
]


def test_what_was_paid_where_nothing_is_pledged_is_not_passed_over(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "paid.csv", PAID)
    file = judged(path, fund="CPCJF")
    assert said(file) == ["waiting", "waiting", "imported", "ignored", "waiting"]
    (asked,) = open_questions(file)
    assert (asked.question.key, asked.rows) == ("paid-alone", 3)
    file = judged(path, {asked.id: "received"}, "CPCJF")
    assert said(file) == ["imported", "imported", "imported", "ignored", "ignored"]
    assert [
        (draft.event, str(draft.date), draft.meta.get("original")) for draft in file.drafts[:2]
    ] == [
        ("receipt-without-pledge", "2002-06-01", "400 EUR"),
        ("receipt-without-pledge", "2002-06-02", "500 EUR"),
    ]
    assert said(judged(path, {asked.id: LEAVE_OUT}, "CPCJF"))[:2] == ["ignored"] * 2


def test_dollars_beside_a_nil_amount_are_not_passed_over(tmp_path: Path) -> None:
    rows = [("Donor", "Date", "Original amount", "Original currency", "Amount in US dollars")]
    rows += [("Norway", "2002-05-12", "0", "EUR", "400"), ("Japan", "2002-05-13", "0", "EUR", "0")]
    path = write_csv(tmp_path / "nil.csv", rows)
    file = judged(path, fund="CPCJF")
    assert said(file) == ["waiting", "ignored"]
    assert [each.question.key for each in open_questions(file)] == ["value-only"]
    (draft,) = judged(path, {"value-only": "count"}, "CPCJF").drafts
    assert [(line.number, line.currency) for line in draft.lines[:1]] == [(400, "USD")]


def test_many_texts_that_are_no_classes_are_one_question(tmp_path: Path) -> None:
    rows = [("Donor", "Date of pledge", "Amount", "Currency", "Class")]
    rows += [("Norway", "2002-05-12", "1000", "USD", text) for text in PROJECTS]
    path = write_csv(tmp_path / "classes.csv", rows)
    (asked,) = open_questions(judged(path, {"equal-rows": "separate"}, "CPCJF"))
    assert (asked.question.key, asked.rows, asked.said) == ("classes:E", 6, tuple(PROJECTS))
    others = {"equal-rows": "separate", "no-purpose": "corruption"}
    for answer, class_ in (("not-read", "general"), ("special", "special")):
        file = judged(path, {asked.id: answer, **others}, "CPCJF")
        assert [draft.meta["class"] for draft in file.drafts] == [class_] * 6
    each = judged(path, {asked.id: "each"}, "CPCJF")
    assert len([one for one in open_questions(each) if one.question.kind == "class"]) == 6


def test_many_texts_that_are_no_funds_are_one_question(tmp_path: Path) -> None:
    rows = [("Donor", "Date of pledge", "Amount", "Currency", "Fund")]
    rows += [("Norway", "2002-05-12", "1000", "USD", text) for text in PROJECTS]
    path = write_csv(tmp_path / "funds.csv", rows)
    others = {"equal-rows": "separate"}
    (asked,) = open_questions(judged(path, others, "CPCJF"))
    assert (asked.question.key, asked.rows, asked.said) == ("funds:E", 6, tuple(PROJECTS))
    for answer, fund in (("not-read", "CPCJF"), ("UNTOC", "UNTOC")):
        file = judged(path, {asked.id: answer, **others}, "CPCJF")
        assert [draft.lines[0].account.split(":")[1] for draft in file.drafts] == [fund] * 6
    unsaid = judged(path, {asked.id: "not-read", **others})
    assert [each.question.key for each in open_questions(unsaid)] == ["fund"]


def test_texts_may_be_asked_of_one_by_one_and_few_are_where_one_is_like_a_purpose(
    tmp_path: Path,
) -> None:
    path = write_projects(tmp_path / "projects.csv", PROJECTS)
    each = [f"purpose:{text}" for text in PROJECTS]
    file = judged(path, {"purposes": "each", each[0]: "corruption"}, "CPCJF")
    assert [one.question.key for one in open_questions(file)] == each[1:]
    few = judged(write_projects(tmp_path / "few.csv", PROJECTS[:2]), fund="CPCJF")
    assert [one.question.key for one in open_questions(few)] == ["purposes:E"]
    alike = [*PROJECTS[:2], "Korruption"]
    few = judged(write_projects(tmp_path / "alike.csv", alike), fund="CPCJF")
    assert [one.question.key for one in open_questions(few)] == [f"purpose:{t}" for t in alike]


PAID_IN = (
    "Reference,Donor,PledgeDate,PledgeAmtCurrency,PledgeAmt,"
    "PaidDate,PaidAmtCurrency,PaidAmt,Status\n"
)
"""The lay-out of a list that states the currency of what was pledged and of what was paid."""


def test_what_was_paid_is_in_the_currency_that_its_own_heading_names(tmp_path: Path) -> None:
    path = tmp_path / "paid.csv"
    rows = "R1,Norway,2002-05-12,EUR,9000,2002-06-01,USD,1000,\n"
    rows += "R2,Austria,2002-05-12,EUR,0,2002-06-01,EUR,400,\n"
    path.write_text(PAID_IN + rows, "utf-8")
    file = judged(path, fund="CPCJF")
    assert said(file) == ["imported", "imported"]
    assert [(d.event, d.meta.get("original")) for d in file.drafts] == [
        ("commitment", None), ("receipt-without-pledge", "400 EUR"),
    ]  # fmt: skip
    assert file.drafts[0].lines[0].currency == "EUR"
    path.write_text(PAID_IN + rows.replace(",EUR,400", ",EUX,400"), "utf-8")
    (asked,) = open_questions(judged(path, fund="CPCJF"))
    assert asked.question.key == "cells:G"
    path.write_text(PAID_IN + rows.replace("EUR,0,", ",400,"), "utf-8")
    (asked,) = open_questions(judged(path, fund="CPCJF"))
    assert asked.question.key == "paid-alone"
    (_, received) = judged(path, {"paid-alone": "received"}, "CPCJF").drafts
    assert received.meta["original"] == "400 EUR"
    (_, pledged) = judged(path, {"currency": "EUR"}, "CPCJF").drafts[:2]
    assert pledged.event == "commitment"


def test_the_one_currency_of_money_received_is_its_own_whatever_its_heading(tmp_path: Path) -> None:
    heads = ("Donor", "Date paid", "Paid", "Payment currency")
    rows = [heads, ("Norway", "2002-05-12", "4", "EUR")]
    file = judged(write_csv(tmp_path / "received.csv", rows), fund="CPCJF")
    assert [draft.meta["original"] for draft in file.drafts] == ["4 EUR"]


@pytest.mark.parametrize(
    ("pledged", "paid", "status", "asked"),
    [
        ("100", "100", "Fully paid", False),
        ("100", "40", "Partially paid", False),
        ("100", "0", "Pledge", False),
        ("100", "0", "Not available", False),
        ("100", "40", "Fully paid", True),
        ("100", "0", "Paid", True),
        ("100", "100", "Partially paid", True),
        ("100", "40", "Pledge", True),
        ("100", "0", "Pipeline", True),
    ],
)
def test_a_status_that_is_not_read_is_heard_where_it_contradicts_the_figures(
    pledged: str, paid: str, status: str, asked: bool, tmp_path: Path
) -> None:
    rows = "".join(f"R{n},Norway,2002-05-{n:02},USD,9,2002-06-01,USD,9,Paid\n" for n in (1, 2))
    row = f"R3,Austria,2002-05-12,USD,{pledged},2002-06-01,USD,{paid},{status}\n"
    path = tmp_path / "status.csv"
    heads = PAID_IN.replace("Status", "ContributionStatus")
    path.write_text(heads + rows + row, "utf-8")
    file = judged(path, fund="CPCJF")
    assert [each.question.key for each in open_questions(file)] == ["words:I"] * asked
    assert said(file)[:2] == ["imported"] * 2


def test_a_receipt_under_its_own_reference_is_no_payment_of_another_pledge_of_the_list(
    tmp_path: Path,
) -> None:
    path = tmp_path / "own.csv"
    row = "R2,Norway,2002-05-12,USD,0,2002-06-01,USD,400,\n"
    path.write_text(PAID_IN + "R1,Norway,2002-05-01,USD,900,,USD,,\n" + row, "utf-8")
    assert said(judged(path, fund="CPCJF")) == ["imported"] * 2
    path.write_text(PAID_IN + "R2,Norway,2002-05-01,USD,900,,USD,,\n" + row, "utf-8")
    assert said(judged(path, fund="CPCJF"))[1] == "waiting"


def test_the_page_of_importing_lists_every_kind_of_question() -> None:
    page = (ROOT / "docs/importing.md").read_text("utf-8")
    table = page.partition("## Questions")[2].partition("\n## ")[0]
    listed = {
        kind
        for line in table.splitlines()
        if line.startswith("| `")
        for kind in re.findall(r"`([a-z-]+)`", line.split("|")[1])
    }
    assert listed == set(KINDS)


def at_a_terminal(words: list[str], typed: bytes) -> tuple[int, str]:
    """Run the command at a pseudo-terminal in which that is typed; return status and screen."""
    main, side = pty.openpty()
    command = [sys.executable, "-m", "pledgebook.cli", *words]
    with subprocess.Popen(command, stdin=side, stdout=side, stderr=side, close_fds=True) as process:
        os.close(side)
        os.write(main, typed)
        limit = threading.Timer(60, process.kill)
        limit.start()
        screen = b""
        with contextlib.suppress(OSError):  # the terminal ends with its program
            while more := os.read(main, 4096):
                screen += more
        limit.cancel()
        os.close(main)
    return process.returncode, screen.decode("utf-8")


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
def test_no_colour_is_shown_where_it_is_not_wanted(
    years: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    main = make_book(years.parent / "book")
    words = ["--book", str(main), "import", str(years), "--dry-run"]
    assert "\x1b[" in at_a_terminal(words, b"")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in at_a_terminal(words, b"")[1]


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
def test_a_clerk_answers_in_the_terminal_with_numbers_and_enter(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    rows = [*YEARS, ("Society of Ash", "2002", "5.000", "Grant"), ("Fox Club", "2003", "6.000", "")]
    path = write_csv(tmp_path / "years.csv", rows)
    words = ["--book", str(main), "import", str(path), "--ask"]
    # The comma; 31 December; no answer first, then a name; the first fund; words change nothing;
    # each equal row is a pledge; all names that nobody bears are organizations.
    status, screen = at_a_terminal(
        words, b"2\n31 December\nfortnight\n\xc2\xb2\nUS dollars\n1\n1\n1\nngo\n\n\n\n"
    )
    assert "'fortnight' is no answer to currency" in screen
    assert "'²' is no answer to currency" in screen
    assert "3 names are nobody's" in screen
    assert "6 transactions written" in screen, screen
    assert status == 0
    book_ = load_book(main)
    assert book_.errors == []
    assert {book_.settings.donors.resolve(text).kind for text in ("Fox Club", "Ruritania")} == {
        "ngo"
    }

    again = write_csv(tmp_path / "again.csv", [YEARS[0], ("Peru", "2003", "9.000", "Grant")])
    words[3] = str(again)
    status, screen = at_a_terminal(words, b"\n")
    assert "Is it the same for this file? [Y/n]" in screen
    assert "1 transaction written" in screen, screen
    assert status == 0


def test_without_a_terminal_nothing_is_asked_and_nothing_written(years: Path) -> None:
    main = make_book(years.parent / "book")
    run = CliRunner().invoke(group, ["--book", str(main), "import", str(years), "--ask"])
    assert run.exit_code == 2
    assert "There is no terminal to ask at" in run.output


def test_what_a_column_holds_may_be_said_unasked_and_is_remembered(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    rows = [("Donor", "Date", "Amount (USD)", "Lot"), ("Norway", "2002-03-01", "500.00", "gone"),
            ("Poland", "2002-03-01", "600.00", "paid")]  # fmt: skip
    path = write_csv(tmp_path / "sheet.csv", rows)
    answers = {"column:D": "status", "status:gone": "cancelled", "fund": "CPCJF"}
    taken = import_files(load_book(main), [path], answers=answers, today=TODAY).files[0]
    assert said(taken) == ["ignored", "imported"]
    again = write_csv(tmp_path / "next.csv", [*rows, ("Peru", "2002-03-02", "700.00", "gone")])
    taken = import_files(
        load_book(main), [again], answers={"fund": "CPCJF"}, today=TODAY, dry_run=True
    ).files[0]
    assert said(taken) == ["ignored", "duplicate", "ignored"]
    # Said of all columns at once, an answer is to those that are asked about alone.
    told = judged(path, {"column": "not-read", "fund": "CPCJF"})
    assert told.tables[0].table.columns["donor"] == "A"


@pytest.mark.parametrize(
    "heading",
    ["StatusText", "status_desc", "CurrentStatus", "DealStage", "Outcome"],
)
def test_a_column_that_tells_what_has_become_of_a_pledge_is_not_passed_over(
    heading: str, tmp_path: Path
) -> None:
    rows = [("Donor", "Date", "Amount (USD)", heading), ("Norway", "2002-03-01", "500", "Dropped"),
            ("Poland", "2002-03-01", "600", "Rejected")]  # fmt: skip
    file = judged(write_csv(tmp_path / "sheet.csv", rows), fund="CPCJF")
    assert said(file) == ["waiting", "waiting"]
    assert {each.question.kind for each in open_questions(file)} <= {"column", "status"}


@pytest.mark.parametrize(
    ("status", "verdict"),
    [("", "imported"), ("received", "imported"), ("cancelled", "ignored"), ("pledged", "waiting")],
)
def test_a_promise_in_kind_is_recorded_when_it_comes(
    status: str, verdict: str, tmp_path: Path
) -> None:
    rows = [("Donor", "Date", "Amount (USD)", "Type", "Status"),
            ("Norway", "2002-03-01", "500", "In kind", status)]  # fmt: skip
    path = write_csv(tmp_path / "sheet.csv", rows)
    assert said(judged(path, fund="CPCJF")) == [verdict]
    assert said(judged(path, {"promised-in-kind": "received"}, fund="CPCJF"))[0] != "waiting"


def test_a_column_of_months_under_any_heading_is_asked_about(tmp_path: Path) -> None:
    rows = [("Donor", "Month", "Amount (USD)"), ("Norway", "March 2002", "500"),
            ("Poland", "May 2003", "600")]  # fmt: skip
    path = write_csv(tmp_path / "sheet.csv", rows)
    (asked,) = open_questions(judged(path, fund="CPCJF"))
    assert asked.question.key == "column:B"
    answers = {asked.id: "pledge_date", "day-in-span": "last"}
    file = judged(path, answers, fund="CPCJF")
    assert [v.drafts[0].date for t in file.tables for v in t.verdicts] == [
        date(2002, 3, 31), date(2003, 5, 31),
    ]  # fmt: skip


def test_that_a_text_earmarks_nothing_is_remembered(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    rows = [("Donor", "Date", "Amount (USD)", "Purpose"), ("Norway", "2002-03-01", "500", "Ukjent")]
    path = write_csv(tmp_path / "sheet.csv", rows)
    answers = {"purpose:Ukjent": "general"}
    import_files(load_book(main), [path], fund="CPCJF", answers=answers, today=TODAY)
    rows[1] = ("Peru", "2002-03-01", "500", "Ukjent")
    path = write_csv(tmp_path / "next.csv", rows)
    taken = import_files(load_book(main), [path], fund="CPCJF", today=TODAY, dry_run=True)
    assert said(taken.files[0]) == ["imported"]


@pytest.mark.parametrize("heading", ["GiftType", "type_code", "Kind", "contribution_category"])
@pytest.mark.parametrize("text", ["Soft loan", "in-kind (equipment)", "Loan", "In kind"])
def test_a_kind_that_is_no_gift_of_money_makes_its_row_wait(
    heading: str, text: str, tmp_path: Path
) -> None:
    rows = [("Donor", "Date", "Amount (USD)", heading), ("Norway", "2002-03-01", "500", "Grant"),
            ("Poland", "2002-03-01", "600", text)]  # fmt: skip
    file = judged(write_csv(tmp_path / "sheet.csv", rows), fund="CPCJF")
    verdicts = [v for table in file.tables for v in table.verdicts]
    money = [v for v in verdicts if v.drafts and "In kind" not in v.drafts[0].text()]
    assert "POL" not in {v.donor for v in money}


@pytest.mark.parametrize(("said", "day"), [("dmy", "2002-04-03"), ("mdy", "2002-03-04")])
def test_a_day_that_was_answered_is_told_with_its_row(tmp_path: Path, said: str, day: str) -> None:
    rows = [("Donor", "Date", "Currency", "Amount"), ("Austria", "03/04/2002", "EUR", 1000)]
    path = write_csv(tmp_path / "list.csv", rows)
    (verdict,) = judged(path, {"date-order": said}, fund="CPCJF").tables[0].verdicts
    assert f"Dated {day}: as was answered ({said})." in verdict.reason


@pytest.mark.parametrize("name", ["list.xlsx", "50% a.xlsx", "a#b.xlsx"])
@pytest.mark.parametrize("sheet", ["List", "50 % share", "No#1"])
def test_a_corrected_column_is_remembered_whatever_file_and_sheet_are_called(
    name: str, sheet: str, tmp_path: Path
) -> None:
    main = make_book(tmp_path / "book")
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    page.title = sheet
    for row in (("Donor", "Date", "Amount (USD)", "Remarks"), ("Norway", "2002-03-01", 500, "")):
        page.append(row)
    path = tmp_path / name
    made.save(path)
    (table,) = judged(path, fund="CPCJF").tables
    told = {table.table.name: Correction(columns={"D": ""})}
    import_files(load_book(main), [path], fund="CPCJF", corrections=told, today=TODAY)
    (known,) = load_book(main).settings.sheet_answers.values()
    assert known["column:Remarks"].value == "not-read"

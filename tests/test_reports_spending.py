"""Obligations by their reference and expenditure against allotments, worked by hand (all amounts
made up).
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from click.testing import CliRunner
from conftest import SETTINGS, Load, Told
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.reports.budget import WITHOUT, budget
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.selection import select
from pledgebook.reports.figures.table import Report
from pledgebook.reports.obligations import obligations
from pledgebook.reports.render.footing import footed

ALLOTTED = """
2002-01-01 custom "allotment" "CPCJF" "AL-1"
  period: "2002-2003"
  amount: 900.00 USD
  purpose: "corruption"
2002-05-01 custom "allotment" "CPCJF" "AL-2"
  period: "2002-2003"
  amount: -100.00 USD
  purpose: "corruption"
"""
SPENT = """
2002-02-01 * "Norway" "Gift (made up)"
  purpose: "corruption"
  Assets:CPCJF:Cash                   2000.00 USD
  Income:CPCJF:Contributions:NOR     -2000.00 USD
2002-03-01 * "Print shop" "Manuals ordered"
  purpose: "corruption"
  obligation: "PO-1"
  Expenses:CPCJF:Programme             500.00 USD
  Liabilities:CPCJF:Obligations       -500.00 USD
2002-04-01 * "Print shop" "Manuals, first part"
  purpose: "corruption"
  obligation: "PO-1"
  Liabilities:CPCJF:Obligations        300.00 USD
  Assets:CPCJF:Cash                   -300.00 USD
2003-03-01 * "Hotel" "Seminar ordered"
  purpose: "corruption"
  obligation: "PO-2"
  Expenses:CPCJF:Programme             200.00 USD
  Liabilities:CPCJF:Obligations       -200.00 USD
2003-04-01 * "Hotel" "Fewer rooms were needed"
  purpose: "corruption"
  obligation: "PO-2"
  Liabilities:CPCJF:Obligations         50.00 USD
  Expenses:CPCJF:Programme             -50.00 USD
2003-05-01 * "" "Travel"
  purpose: "trafficking-in-persons"
  class: "special"
  Assets:CPCJF:Cash                    -40.00 USD
    purpose: "corruption"
  Expenses:CPCJF:Programme              40.00 USD
2003-06-01 * "" "Support costs, 13 % of 650"
  event: "programme-support"
  Expenses:CPCJF:Programme-Support      84.50 USD
    purpose: "corruption"
  Assets:CPCJF:Cash                    -84.50 USD
    purpose: "corruption"
  Assets:CPCJF:Cash                     84.50 USD
    class: "support"
  Income:CPCJF:Programme-Support       -84.50 USD
    class: "support"
"""


def lines(report: Report, first: str) -> dict[str, list[str]]:
    report = footed(report)
    keys = [column.key for column in report.columns if column.kind == "amount"]
    return {
        str(row.values[first]): [f"{row.values[key]:.2f}" for key in keys]
        for row in report.rows
        if row.kind == "row"
    }


def test_each_obligation_says_what_was_raised_paid_cancelled_and_is_left(load: Load) -> None:
    book = load(SPENT)
    assert book.errors == []
    report = obligations(select(book, "2002-2003"))
    assert lines(report, "reference") == {
        "PO-1": ["0.00", "500.00", "300.00", "0.00", "200.00"],
        "PO-2": ["0.00", "200.00", "0.00", "50.00", "150.00"],
    }
    (tie,) = report.ties
    assert (tie.report, tie.ledger) == (350, 350)
    later = obligations(select(book, "2003"))
    assert lines(later, "reference")["PO-1"] == ["200.00", "0.00", "0.00", "0.00", "200.00"]
    said = {row.values.get("reference"): row.values for row in report.rows}
    assert said["PO-1"]["words"] == "Print shop: Manuals ordered"
    assert said["PO-1"]["settled"] == "2002-04-01"


def test_no_more_is_paid_of_an_obligation_than_was_raised_under_its_reference(told: Told) -> None:
    """
    2002-02-01 * "Norway" "Gift (made up)"
      class: "general"
      Assets:CPCJF:Cash                   2000.00 USD
      Income:CPCJF:Contributions:NOR     -2000.00 USD
    2002-03-01 * "Print shop" "Manuals ordered"
      class: "general"
      obligation: "PO-1"
      Expenses:CPCJF:Programme             500.00 USD
      Liabilities:CPCJF:Obligations       -500.00 USD
    2002-03-01 * "Hotel" "Seminar ordered"
      class: "general"
      obligation: "PO-2"
      Expenses:CPCJF:Programme             500.00 USD
      Liabilities:CPCJF:Obligations       -500.00 USD
    2002-04-01 * "Print shop" "More than was ordered"
      class: "general"
      obligation: "PO-1"
      Liabilities:CPCJF:Obligations        600.00 USD ; <- more-than-obligated
      Assets:CPCJF:Cash                   -600.00 USD
    """
    assert "(general, PO-1) held 500.00 USD" in told["more-than-obligated"]


def test_an_obligation_keeps_its_reference_over_closing(load: Load) -> None:
    main = load(SPENT).path
    close_period(load_book(main), "2002-2003", make_figures)
    book = load_book(main)
    assert book.errors == []
    report = obligations(select(book, "2004-2005"))
    assert lines(report, "reference") == {
        "PO-1": ["200.00", "0.00", "0.00", "0.00", "200.00"],
        "PO-2": ["150.00", "0.00", "0.00", "0.00", "150.00"],
    }
    command = ["record", "obligation", "200", "--obligation", "PO-1", "--fund", "CPCJF"]
    command += ["--purpose", "corruption", "--date", "2004-02-01", "--yes"]
    done = CliRunner().invoke(group, ["--book", str(main), *command])
    assert done.exit_code == 0, done.output
    after = lines(obligations(select(load_book(main), "2004-2005")), "reference")
    assert after["PO-1"] == ["200.00", "0.00", "200.00", "0.00", "0.00"]


def test_a_saving_of_this_period_takes_back_its_expenditure_one_of_an_earlier_is_below_the_line(
    load: Load,
) -> None:
    """PO-1 leaves 200 unpaid and 150 of PO-2: after closing more is raised under PO-1."""
    main = load(SPENT).path

    def saved(words: str) -> str:
        line = f"record savings {words} --fund CPCJF --purpose corruption --yes --json".split()
        done = CliRunner().invoke(group, ["--book", str(main), *line])
        assert load_book(main).errors == []
        return done.stdout if done.exit_code == 0 else done.stderr

    assert "Expenses:CPCJF:Programme" in saved("30 --obligation PO-1 --date 2003-03-01")
    assert "Nothing is outstanding" in saved("30 --obligation PO-3 --date 2003-03-01")
    of_2003 = obligations(select(load_book(main), "2002-2003"))
    assert lines(of_2003, "reference")["PO-1"] == ["0.00", "500.00", "300.00", "30.00", "170.00"]
    close_period(load_book(main), "2002-2003", make_figures)
    raised = "record expenditure 80 --obligated --obligation PO-1 --fund CPCJF --purpose corruption"
    line = f"{raised} --date 2004-02-01 --yes".split()
    assert CliRunner().invoke(group, ["--book", str(main), *line]).exit_code == 0
    assert "saving of 170.00 first" in saved("200 --obligation PO-1 --date 2004-03-01")
    assert "Equity:CPCJF:Savings" in saved("170 --obligation PO-1 --date 2004-03-01")
    assert "Expenses:CPCJF:Programme" in saved("80 --obligation PO-1 --date 2004-03-02")
    (left,) = (
        row.values
        for row in obligations(select(load_book(main), "2004-2005")).rows
        if row.values.get("reference") == "PO-1"
    )
    assert (left["opening"], left["raised"], left["cancelled"]) == (170, 80, 250)
    assert (left["raised_on"], left["words"]) == (None, "")


def test_expenditure_is_set_against_what_was_allotted_for_it(load: Load) -> None:
    report = budget(select(load(SPENT, settings=SETTINGS + ALLOTTED), "2002-2003"))
    assert lines(report, "what") == {  # 500 and 200 less 50 obligated; support costs disbursed
        "Corruption": ["900.00", "-100.00", "800.00", "84.50", "650.00", "734.50", "65.50"],
        WITHOUT: ["0.00", "0.00", "0.00", "40.00", "0.00", "40.00", "-40.00"],
    }
    (tie,) = report.ties
    assert (tie.report, tie.ledger) == (Decimal("774.50"), Decimal("774.50"))
    title = "Schedule of expenditure against allotments for the biennium 2002-2003"
    assert report.subtitle == f"{title} ended 31 December 2003"


def test_a_year_is_told_from_the_periods_first_day_and_by_what_was_allotted_then(
    load: Load,
) -> None:
    book = load(SPENT, settings=SETTINGS + ALLOTTED)
    first = lines(budget(select(book, "2002-Q1")), "what")
    assert first == {
        "Corruption": ["900.00", "0.00", "900.00", "0.00", "500.00", "500.00", "400.00"]
    }
    whole, later = (lines(budget(select(book, name)), "what") for name in ("2002-2003", "2003"))
    assert whole == later


@pytest.mark.parametrize(
    ("part", "one", "other"),
    [("object", "Travel", "programme-support"), ("programme", "corruption", "trafficking")],
)
def test_a_class_may_be_divided_by_object_or_by_programme(
    part: str, one: str, other: str, load: Load
) -> None:
    allotted = "".join(
        f'2002-01-01 custom "allotment" "CPCJF" "{value}"\n  period: "2002-2003"\n'
        f'  amount: 100.00 USD\n  class: "special"\n  {part}: "{value}"\n'
        for value in (one, other)
    )
    spent = """
    2002-02-01 * "Norway" "Gift (made up)"
      class: "special"
      Assets:CPCJF:Cash                   2000.00 USD
      Income:CPCJF:Contributions:NOR     -2000.00 USD
    2002-03-01 * "" "Travel"
      class: "special"
      programme: "corruption"
      Expenses:CPCJF:Programme:Travel       30.00 USD
      Assets:CPCJF:Cash                    -30.00 USD
    2002-03-02 * "" "Support costs"
      event: "programme-support"
      programme: "trafficking"
      Expenses:CPCJF:Programme-Support       4.00 USD
        class: "special"
      Assets:CPCJF:Cash                     -4.00 USD
        class: "special"
      Assets:CPCJF:Cash                      4.00 USD
        class: "support"
      Income:CPCJF:Programme-Support        -4.00 USD
        class: "support"
    2002-03-03 * "" "Staff"
      class: "special"
      programme: "firearms"
      Expenses:CPCJF:Programme:Staff        50.00 USD
      Assets:CPCJF:Cash                    -50.00 USD
    """
    book = load(spent, settings=SETTINGS + allotted)
    assert book.errors == []
    found = lines(budget(select(book, "2002-2003")), "what")
    assert {what: amounts[5] for what, amounts in found.items()} == {
        one: "30.00", other: "4.00", WITHOUT: "50.00",
    }  # fmt: skip


def test_without_an_allotment_there_is_nothing_to_compare(load: Load) -> None:
    report = budget(select(load(SPENT), "2002-2003"))
    assert report.rows_of() == []
    assert report.notes == ["The book declares no allotment for 2002-2003."]


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("amount", "900.00 EUR", "in the book's currency"),
        ("period", '"2002"', "the period '2002', which is not declared"),
        ("class", '"staff"', "the classes of CPCJF are general, special, support"),
        ("purpose", '"peace"', "the purpose 'peace', which is not declared"),
    ],
)
def test_an_allotment_that_cannot_be_counted_is_an_error(
    key: str, value: str, said: str, load: Load
) -> None:
    stated = {"period": '"2002-2003"', "amount": "900.00 USD", key: value}
    text = '2002-01-01 custom "allotment" "CPCJF" "AL-1"\n'
    text += "".join(f"  {name}: {each}\n" for name, each in stated.items())
    (error,) = load("", settings=SETTINGS + text).errors
    assert said in error.message


def test_allotments_that_divide_a_class_in_two_ways_are_refused(load: Load) -> None:
    other = '2002-01-01 custom "allotment" "CPCJF" "AL-3"\n  period: "2002-2003"\n'
    other += '  amount: 1.00 USD\n  class: "special"\n  object: "Travel"\n'
    (error,) = load("", settings=SETTINGS + ALLOTTED + other).errors
    assert "Divide a class in one way" in error.message


def test_a_reference_belongs_to_an_obligation_and_not_to_what_is_paid_at_once(book: Book) -> None:
    """
    2002-02-01 * "Norway" "Gift (made up)"
      class: "general"
      Assets:CPCJF:Cash                   2000.00 USD
      Income:CPCJF:Contributions:NOR     -2000.00 USD
    """
    command = ["record", "expenditure", "5", "--obligation", "PO-1", "--fund", "CPCJF"]
    command += ["--class", "general", "--date", "2002-02-02", "--yes"]
    refused = CliRunner().invoke(group, ["--book", str(book.path), *command])
    assert refused.exit_code == 2
    assert "give --obligated too" in refused.stderr

"""Contributions by operative paragraph (all amounts made up)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pledgebook.ledger.register.book import Book
from pledgebook.reports.figures.selection import SelectionError, select
from pledgebook.reports.figures.table import Report
from pledgebook.reports.paragraphs import paragraphs

Load = Callable[..., Book]


def lines_of(report: Report, relation: str | None = None) -> dict[str, str]:
    return {
        str(row.values["paragraph"]): f"{row.values['pledged']:.2f}"
        for row in report.rows
        if row.kind == "row" and row.values.get("relation") == relation and row.values["pledged"]
    }


def report_of(book: Book, fund: str | None = None) -> Report:
    assert book.errors == []
    report = paragraphs(select(book, "2002-2003", fund=fund))
    assert all(tie.agrees for tie in report.ties), report.ties
    return report


GIFTS = """
2002-01-01 custom "donor" "CO1" "Example Company"
  kind: "company"

2002-03-01 * "Norway" "For a purpose, with evidence of development assistance"
  purpose: "corruption"
  programme: "corruption"
  oda: "yes"
  Assets:CPCJF:Cash               1.00 USD
  Income:CPCJF:Contributions:NOR -1.00 USD

2002-03-02 * "Example Company" "Gift"
  Assets:CPCJF:Cash               2.00 USD
  Income:CPCJF:Contributions:CO1 -2.00 USD

2002-03-03 * "Example Foundation" "Gift"
  Assets:CPCJF:Cash               4.00 USD
  Income:CPCJF:Contributions:EXF -4.00 USD

2002-03-04 * "Sweden" "Answers no paragraph, says a person"
  op: "none"
  op-reason: "Proceeds of a concert"
  Assets:CPCJF:Cash               8.00 USD
  Income:CPCJF:Contributions:SWE -8.00 USD

2002-03-05 * "Sweden" "To the Convention's account"
  Assets:UNTOC:Cash               16.00 USD
  Income:UNTOC:Contributions:SWE -16.00 USD
"""


def test_each_contribution_is_counted_once_under_its_primary_call(load: Load) -> None:
    assert lines_of(report_of(load(GIFTS))) == {
        "OP14": "1.00",
        "For review": "2.00",
        "Acknowledged": "4.00",
        "No paragraph calls for it": "8.00",
        "OP15": "16.00",
    }


def test_the_other_table_counts_every_relation(load: Load) -> None:
    report = report_of(load(GIFTS))
    assert lines_of(report, "call") == {"OP7": "1.00", "OP9": "1.00", "OP14": "1.00",
                                        "OP15": "16.00"}  # fmt: skip
    assert lines_of(report, "serves") == {"OP4": "1.00"}
    assert lines_of(report, "acknowledged") == {"OP11": "4.00"}


def test_one_fund_alone_ties_to_its_own_schedule(load: Load) -> None:
    assert lines_of(report_of(load(GIFTS), "UNTOC")) == {"OP15": "16.00"}


def test_an_instalment_that_moved_answers_the_paragraph_of_its_new_fund(load: Load) -> None:
    book = load(
        """
        2002-03-01 * "Norway" "Pledge" ^NOR-2002-01
          Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
          Income:CPCJF:Contributions:NOR -100.00 USD

        2002-08-01 * "Norway" "Moved" ^NOR-2002-01
          Assets:CPCJF:Pledges:NOR       -100 USD {"NOR-2002-01.1"}
          Income:CPCJF:Contributions:NOR  100.00 USD
          Assets:UNTOC:Pledges:NOR        100 USD {0 # 100.00 USD, 2002-03-01, "NOR-2002-01.1"}
          Income:UNTOC:Contributions:NOR -100.00 USD
        """
    )
    assert lines_of(report_of(book)) == {"OP15": "100.00"}


def test_a_book_without_a_mandate_has_no_such_report(load: Load) -> None:
    book = load(
        "",
        settings="""
        1999-12-31 custom "fund" "F" "A fund"
        2002-01-01 custom "period" "2002-2003" 2003-12-31
        """,
    )
    with pytest.raises(SelectionError, match="The book declares no mandate"):
        paragraphs(select(book, "2002-2003"))


def test_the_report_says_that_lines_overlap(load: Load) -> None:
    notes = report_of(load(GIFTS)).notes
    assert any("must never be added up" in note for note in notes)
    assert any("first of OP15, OP14, OP7, OP8, OP9" in note for note in notes)

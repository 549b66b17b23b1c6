"""What reports say beside their figures, and what they do with bad input (amounts made up)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.reports import make_reports, select
from pledgebook.reports.render import to_csv, to_document

Load = Callable[..., Book]
PLEDGES = """
2002-03-01 * "Austria" "Pledge" ^AUT-2002-01
  class: "general"
  Assets:CPCJF:Pledges:AUT           500 USD {0 # 500.00 USD, "AUT-2002-01.1"}
    due: 2003-12-31
  Income:CPCJF:Contributions:AUT    -500.00 USD

2002-03-02 ! "Norway" "Pledge, not approved yet" ^NOR-2002-01
  class: "general"
  Assets:CPCJF:Pledges:NOR           300 USD {0 # 300.00 USD, "NOR-2002-01.1"}
    due: 2003-12-31
  Income:CPCJF:Contributions:NOR    -300.00 USD

2004-01-02 * "Austria" "Sent on 30 December 2003" ^AUT-2002-01
  class: "general"
  Assets:CPCJF:Pledges:AUT          -500 USD {"AUT-2002-01.1"}
  Assets:CPCJF:Cash                  500.00 USD

2004-01-03 ! "Sweden" "Gift, not approved yet"
  class: "general"
  Assets:CPCJF:Cash                  7.00 USD
  Income:CPCJF:Contributions:SWE    -7.00 USD
"""


def test_every_report_names_what_waits_for_approval(load: Load) -> None:
    selection = select(load(PLEDGES), "2002-2003")
    said = "1 entry waits for approval (flag !), counted here: 2002-03-02 Norway commitment."
    for report in make_reports(selection, ()):
        assert said in report.notes, report.name
        assert said in to_document(report)["notes"], report.name  # type: ignore[operator]
    (later,) = make_reports(select(selection.book, "2004"), ("schedule",))
    assert any("2004-01-03 Sweden receipt-without-pledge" in note for note in later.notes)
    (other,) = make_reports(select(selection.book, "2004", fund="UNTOC"), ("schedule",))
    assert not any("approval" in note for note in other.notes)


def test_what_came_after_the_end_is_unpaid_and_disclosed(load: Load) -> None:
    (report,) = make_reports(select(load(PLEDGES), "2002-2003"), ("ageing",))
    assert (
        "Unpaid at 31 December 2003 by the bank's value date, and received within 90 days after "
        "it: Austria 500.00."
    ) in report.notes
    (later,) = make_reports(select(load(PLEDGES), "2004-2005"), ("ageing",))
    assert not any("value date" in note for note in later.notes)


SCALE = """
1999-12-31 custom "fund" "CPCJF" "A fund"
  allowance: "25 60 100"
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
"""
OLD = """
2002-03-01 * "Austria" "Pledge" ^AUT-2002-01
  class: "general"
  Assets:CPCJF:Pledges:AUT           500.01 USD {0 # 500.01 USD, "AUT-2002-01.1"}
    due: 2002-12-30
  Income:CPCJF:Contributions:AUT    -500.01 USD

2002-03-02 * "Norway" "Pledge" ^NOR-2002-01
  class: "general"
  Assets:CPCJF:Pledges:NOR           300 USD {0 # 300.00 USD, "NOR-2002-01.1"}
    due: 2003-12-31
  Income:CPCJF:Contributions:NOR    -300.00 USD
"""


def test_an_allowance_is_shown_where_the_fund_declares_its_scale_and_nowhere_else(
    load: Load,
) -> None:
    plain = make_reports(select(load(OLD), "2002-2003"), ("ageing",))[0]
    assert "allowance" not in {column.key for column in plain.columns}
    book = load(OLD, settings=SCALE)
    assert book.errors == []
    for as_at, expected in (("2002-2003", "125.00"), ("2004", "375.01"), ("2005", "680.01")):
        (report,) = make_reports(select(book, as_at), ("ageing",))
        assert to_document(report)["total"]["allowance"] == expected, as_at  # type: ignore[index]


def test_a_fund_without_an_entry_gives_honest_empty_reports(golden: Book, load: Load) -> None:
    empty = load("")
    for selection in (select(empty, "2002-2003"), select(golden, "2000-2001", fund="UNTOC")):
        for report in make_reports(selection, ()):
            document = to_document(report)
            assert [tie for tie in report.ties if not tie.agrees] == [], report.name
            assert json.dumps(document)
            assert report.rows, report.name


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(group, words, catch_exceptions=False)
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def faulty(load: Load, tmp_path: Path) -> Path:
    """A book in which an instalment is paid twice."""
    again = PLEDGES[PLEDGES.index("2004-01-02") : PLEDGES.index("2004-01-03")]
    load(PLEDGES + again.replace("2004-01-02", "2004-02-02"))
    return tmp_path / "main.beancount"


def test_a_book_with_errors_is_refused_and_marked_where_it_is_asked_for(
    faulty: Path, tmp_path: Path
) -> None:
    ask = ("report", "schedule", "--book", str(faulty), "--period", "2002-2003")
    out = tmp_path / "out"
    code, said, complaint = run(*ask, "--out", str(out / "s.json"))
    assert (code, said, out.exists()) == (2, "", False)
    assert "--despite-errors" in complaint
    code, said, complaint = run(*ask, "--despite-errors", "--json")
    assert code == 1
    (warning,) = json.loads(said)["warnings"]
    assert warning.startswith("The book has ")
    assert run(*ask, "--despite-errors", "--out", str(out))[0] == 1
    for form in ("json", "csv", "html"):
        assert warning in (out / f"schedule.{form}").read_text("utf-8"), form
    import openpyxl  # noqa: PLC0415

    book = openpyxl.load_workbook(out / "schedule.xlsx")
    for name in ("Cover", "Schedule"):
        cells = {cell.value for row in book[name].iter_rows() for cell in row}
        assert warning in cells, name


def test_a_warning_is_a_line_of_its_own_in_csv(faulty: Path) -> None:
    (report,) = make_reports(select(load_book(faulty), "2002-2003"), ("schedule",))
    lines = to_csv(report).splitlines()
    assert lines[1].startswith("warning,The book has ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--period", "1999"), "declares no period '1999' (declared: 2000-2001, 2002-2003"),
        (("--period", "2003-Q5"), "declares no period '2003-Q5'"),
        (("--as-at", "1990-01-01"), "No declared period holds 1990-01-01"),
        (("--period", "2003", "--as-at", "2002-12-31"), "is not in 2003"),
        (("--as-at", "31.12.2003"), "is no date"),
    ],
)
def test_a_period_the_book_does_not_know_is_refused_with_those_it_knows(
    load: Load, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    load(PLEDGES)
    ask = ("report", "schedule", "--book", str(tmp_path / "main.beancount"), "--json")
    code, said, complaint = run(*ask, *words)
    assert (code, said) == (2, "")
    assert sentence in complaint

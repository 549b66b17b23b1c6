"""The annex after closings, moves and amendments (all amounts and rates made up)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from conftest import Load
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.files.loading import load_book
from pledgebook.reports.annex import annex
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.selection import select
from pledgebook.reports.render import to_document

HEAD = """option "operating_currency" "USD"
option "inferred_tolerance_default" "*:0.000001"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "CPCJF" "A fund"
1999-12-31 custom "fund" "UNTOC" "The Convention's account"
  classes: "convention"
2000-01-01 custom "period" "2000-2001" 2001-12-31
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
1999-12-31 custom "rate-age" "1100"  ; three rates serve the years of these tests
2001-01-01 price USD 1.00 EUR
2003-01-01 price USD 1.25 EUR
2003-12-31 price USD 0.80 EUR
"""


class Books:
    def __init__(self, main: Path) -> None:
        self.main = main
        main.write_text(HEAD, "utf-8")

    def record(self, *lines: str) -> None:
        for line in lines:
            done = CliRunner().invoke(
                group, ["--book", str(self.main), "record", *line.split(), "--yes"]
            )
            assert done.exit_code == 0, done.stderr

    def close(self, period: str) -> None:
        close_period(load_book(self.main), period, make_figures)

    def annex(self, period: str, name: str = "main.beancount") -> dict[str, Any]:
        report = annex(select(load_book(self.main.with_name(name)), period))
        assert all(tie.agrees for tie in report.ties)
        return to_document(report)


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path / "main.beancount")


def test_an_instalment_that_moved_to_another_fund_is_told_once(books: Books) -> None:
    books.record("pledge DNK 80000 --fund UNTOC --due 2001-12-31 --date 2001-02-01")
    books.close("2000-2001")
    books.record(
        "re-earmark DNK-2001-01.1 --fund CPCJF --date 2002-02-01",
        "payment DNK-2001-01.1=30000 --date 2002-03-01",
    )
    made = books.annex("2002-2003")
    here, there = sorted(made["rows"], key=lambda row: row["section"])
    assert here["section"].startswith("CPCJF")
    assert [here[key] for key in ("pledged", "paid", "unpaid")] == [
        "80000.00",
        "30000.00",
        "50000.00",
    ]
    assert [there.get(key) for key in ("pledged", "paid", "unpaid")] == [None, None, None]
    assert made["total"]["value_pledged"] == "80000.00"
    assert made["total"]["value_paid"] == "30000.00"
    assert made["total"]["closing"] == "50000.00"


def test_what_was_first_pledged_is_known_after_the_closing(books: Books) -> None:
    books.record(
        "pledge AUT 8000 --currency EUR --fund CPCJF --due 2003-06-30 --date 2002-02-02",
        "payment AUT-2002-01.1=4000 --value 3900 --date 2003-07-01",
        "revaluation AUT-2002-01.1 --date 2003-12-31",
    )
    books.close("2002-2003")
    (here,) = books.annex("2004-2005")["rows"]
    (whole,) = books.annex("2004-2005", "history.beancount")["rows"]
    assert here == whole
    assert (here["pledged_on"], here["rate_pledged"]) == ("2002-02-02", "1")
    assert (here["first_pledged"], here["value_pledged"]) == ("8000.00", "8000.00")
    books.close("2004-2005")
    text = (books.main.parent / "2006-2007.beancount").read_text("utf-8")
    assert 'at-pledge: "8000 EUR, 8000.00 USD"' in text


def test_an_amended_pledge_shows_what_it_was_before_at_its_rate(books: Books) -> None:
    books.record(
        "pledge AUT 8000 --currency EUR --fund CPCJF --due 2003-06-30 --date 2002-02-02",
        "amendment AUT-2002-01.1 10000 --date 2003-02-02",
    )
    (row,) = books.annex("2002-2003")["rows"]
    assert (row["first_pledged"], row["rate_pledged"], row["value_pledged"]) == (
        "8000.00",
        "1",
        "8000.00",
    )
    assert (row["pledged"], row["closing"]) == ("10000.00", "9600.00")


def test_an_opening_by_hand_that_does_not_say_it_leaves_it_empty(books: Books) -> None:
    (books.main.parent / "main.beancount").write_text(
        HEAD
        + """
2002-01-01 * "Austria" "Carried forward" ^AUT-2001-01
  event: "opening"
  class: "general"
  Assets:CPCJF:Pledges:AUT        4000 EUR {0 # 5000.00 USD, 2001-02-02, "AUT-2001-01.1"}
    due: 2001-06-30
    paid: "4000 EUR"
  Equity:CPCJF:Opening-Balance   -5000.00 USD
""",
        "utf-8",
    )
    (row,) = books.annex("2002-2003")["rows"]
    assert [row.get(key) for key in ("first_pledged", "rate_pledged", "value_pledged")] == [
        None,
        None,
        None,
    ]
    assert (row["pledged"], row["unpaid"]) == ("8000.00", "4000.00")


def test_a_rate_is_as_stated_or_the_shortest_that_gives_the_dollars(books: Books) -> None:
    books.main.write_text(HEAD + "2002-02-01 price USD 9 NOK\n2002-02-01 price USD 131 JPY\n")
    books.record(
        "pledge NOR --currency NOK --instalment 100000@2002-06-30 --instalment 100001@2003-06-30"
        " --fund CPCJF --date 2002-02-02",
        "pledge JPN 5000000 --currency JPY --fund CPCJF --due 2003-06-30 --date 2002-02-02",
        "payment JPN-2002-01.1 --value 38167.94 --date 2002-06-02",
    )
    japan, *norway = books.annex("2002-2003")["rows"]
    assert (japan["rate_pledged"], japan["rate_paid"]) == ("131", "131")
    assert [row["rate_pledged"] for row in norway] == ["9", "9"]


@pytest.mark.parametrize(
    ("rate", "value", "shown"),
    [
        ("1.25", "6400.02", "1.25"),  # two postings: up to a cent each
        ("1.25", "6400.03", "1.249994"),
        ("1.25", "6399.98", "1.25"),
        ("1.25", "6399.97", "1.250006"),
        ("0.80", "6400.00", "1.25"),  # turned round
        ("nil", "6400.00", "1.25"),
        ("0", "6400.00", "1.25"),
    ],
)
def test_a_stated_rate_is_shown_only_where_it_made_the_dollars(
    books: Books, rate: str, value: str, shown: str
) -> None:
    books.main.write_text(
        f"""{HEAD}
2002-02-02 * "Austria" "Pledge" ^AUT-2002-01
  class: "general"
  rate: "{rate}"
  Assets:CPCJF:Pledges:AUT        8000 EUR {{0 # {value} USD, "AUT-2002-01.1"}}
    due: 2003-06-30
  Income:CPCJF:Contributions:AUT -{value} USD
""",
        "utf-8",
    )
    (row,) = books.annex("2002-2003")["rows"]
    assert (row["rate_pledged"], row["value_pledged"]) == (shown, value)


def test_an_increase_takes_no_label_of_a_closed_period(books: Books) -> None:
    books.record(
        "pledge AUT --currency EUR --instalment 100@2001-05-01 --instalment 200@2001-06-01"
        " --fund CPCJF --date 2001-02-01",
        "payment AUT-2001-01.2 --value 200 --date 2001-07-01",
    )
    books.close("2000-2001")
    books.record(
        "payment AUT-2001-01.1 --value 100 --date 2002-03-01",
        "amendment AUT-2001-01.1 50 --date 2003-02-01",
    )
    assert set(load_book(books.main).register.by_label) == {"AUT-2001-01.1", "AUT-2001-01.3"}
    history = load_book(books.main.with_name("history.beancount"))
    assert (history.errors, len(history.register.by_label)) == ([], 3)


def test_what_is_paid_before_its_period_and_held_is_a_row_of_what_was_received(load: Load) -> None:
    """Norway pays in 2003 what is due in 2004; in no column of values but what came."""
    book = load(
        """
2002-09-02 * "Norway" "Pledge" ^NOR-2002-01
  class: "general"
  Assets:CPCJF:Pledges:NOR           10000 USD {0 # 10000.00 USD, "NOR-2002-01.1"}
    due: 2004-06-30
  Liabilities:CPCJF:Deferred:NOR    -10000.00 USD {1 USD, "NOR-2002-01.1"}
2003-12-01 * "Norway" "Before it is due" ^NOR-2002-01
  class: "general"
  Assets:CPCJF:Pledges:NOR          -10000 USD {"NOR-2002-01.1"}
  Liabilities:CPCJF:Deferred:NOR     10000.00 USD {"NOR-2002-01.1"}
  Liabilities:CPCJF:In-Advance:NOR  -10000.00 USD {1 USD, "NOR-2002-01.1"}
  Assets:CPCJF:Cash                  10000.00 USD
"""
    )
    assert book.errors == []
    report = annex(select(book, "2002-2003"))
    (row,) = (row.values for row in report.rows if row.kind == "row")
    told = ("label", "paid", "value_paid", "unpaid", "closing", "future")
    assert [row[key] for key in told] == ["NOR-2002-01.1", 10000, 10000, 0, 0, 0]
    assert all(tie.agrees for tie in report.ties)
    assert not [row for row in annex(select(book, "2002")).rows if row.values.get("paid")]

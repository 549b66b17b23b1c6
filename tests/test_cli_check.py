"""`pledgebook check` shows what was found in a load, all of it or by rule."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.rules import read_rules
from pledgebook.reports.closing import make_figures

BOOK = """
plugin "pledgebook.plugins"
option "operating_currency" "USD"
1999-12-31 custom "fund" "CPCJF" "A fund"
1999-12-31 custom "fava-extension" "pledgebook.reports.desk"
2002-01-01 custom "period" "2002-2003" 2003-12-31
2002-03-01 * "Austria" "Pledge (made up)" ^AUT-2002-01
  Assets:CPCJF:Pledges:AUT        100 USD {0 # 100 USD, "AUT-2002-01.1"}
  Income:CPCJF:Contributions:AUT -100 USD
2002-04-01 * "Austria" "Paid" ^AUT-2002-01
  Assets:CPCJF:Pledges:AUT       -100 USD {"AUT-2002-01.1"}
  Assets:CPCJF:Cash               100 USD
2002-04-02 * "Austria" "Paid again" ^AUT-2002-01
  Assets:CPCJF:Pledges:AUT       -100 USD {0 # 100 USD, 2002-03-01, "AUT-2002-01.1"}
  Assets:CPCJF:Cash               100 USD
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    path = tmp_path / "main.beancount"
    path.write_text(BOOK, "utf-8")
    return path


def check(book: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["--book", str(book), "check", *words])


def rules_of(result: Result) -> set[str]:
    found = json.loads(result.stdout)
    return {each["rule"] for each in (*found["errors"], *found["notices"])}


def test_all_that_was_found_is_shown(book: Path) -> None:
    assert {"paid-twice", "extension-moved", "document"} <= rules_of(check(book, "--json"))


def test_a_rule_is_explained_and_shows_only_what_breaks_it(book: Path) -> None:
    result = check(book, "paid-twice")
    assert result.exit_code == 1
    assert result.stdout.startswith(f"paid-twice: {read_rules()['paid-twice']}\n")
    assert "main.beancount:14" in result.stdout
    assert "document" not in result.stdout
    assert rules_of(check(book, "--json", "paid-twice")) == {"paid-twice"}


def test_a_rule_that_nothing_breaks_is_explained_and_leaves_status_0(book: Path) -> None:
    result = check(book, "two-lots")
    assert result.exit_code == 0
    assert read_rules()["two-lots"] in result.stdout


def test_a_rule_that_is_none_is_refused_with_the_nearest(book: Path) -> None:
    result = check(book, "payed-twice")
    assert result.exit_code == 2
    assert "paid-twice" in result.output


UNTIED = """
plugin "pledgebook.plugins"
option "operating_currency" "USD"
1999-12-31 custom "fund" "CPCJF" "A fund"
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
include "2002-2003.beancount"
"""
EXCHANGE = """
2002-03-01 * "Austria" "Gift (made up)"
  class: "general"
  Assets:CPCJF:Cash                  100.00 USD
  Income:CPCJF:Contributions:AUT    -100.00 USD

2002-04-01 * "" "Exchange of no pledge"
  class: "general"
  Assets:CPCJF:Cash                   10.00 USD
  Income:CPCJF:Exchange              -10.00 USD

2002-05-01 * "Austria" "Another (made up)"
  class: "general"
  Assets:CPCJF:Cash                  100.00 USD
  Income:CPCJF:Contributions:AUT    -100.00 USD
"""


def test_what_a_report_cannot_tie_is_an_error_with_its_entry_and_is_not_closed(
    tmp_path: Path,
) -> None:
    main = tmp_path / "main.beancount"
    main.write_text(UNTIED, "utf-8")
    (tmp_path / "2002-2003.beancount").write_text(EXCHANGE, "utf-8")
    result = check(main, "--json")
    assert result.exit_code == 1
    (found,) = json.loads(result.stdout)["errors"]
    assert (found["rule"], found["file"], found["line"]) == ("untied", "2002-2003.beancount", 7)
    assert "exchange, income accounts" in found["message"]
    closed = CliRunner().invoke(group, ["--book", str(main), "close", "2002-2003"])
    assert closed.exit_code == 2
    assert "2002-2003.beancount:7" in closed.stderr
    with pytest.raises(BookRefusedError, match="does not agree with the ledger"):
        close_period(load_book(main), "2002-2003", make_figures)
    assert not (tmp_path / "seals.beancount").exists()

"""Cash in another currency is revalued at the end of a period, and closing says where it was not.

Amounts and rates are made up.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pledgebook.cli.main import group
from pledgebook.ledger.events.cash import foreign_cash
from pledgebook.ledger.files.loading import load_book
from pledgebook.reports.figures.selection import select
from pledgebook.reports.financial_statements import make_statements
from pledgebook.reports.untied import find_untied

BOOK = """option "operating_currency" "USD"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "CPCJF" "A fund"
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
2003-02-01 price USD 1.00 EUR
2003-12-31 price USD 0.80 EUR
include "2002-2003.beancount"
"""
GIFT = """2003-02-10 * "France" "Contribution in euros"
  event: "receipt-without-pledge"
  class: "general"
  Assets:CPCJF:Cash:EURO            1000 EUR {0 # 1000.00 USD, "Assets:CPCJF:Cash:EURO"}
  Income:CPCJF:Contributions:FRA   -1000.00 USD
"""


@pytest.fixture
def main(tmp_path: Path) -> Path:
    path = tmp_path / "main.beancount"
    path.write_text(BOOK, "utf-8")
    (tmp_path / "2002-2003.beancount").write_text(GIFT, "utf-8")
    return path


def run(main: Path, words: str) -> Result:
    return CliRunner().invoke(group, ["--book", str(main), *words.split()])


@pytest.mark.parametrize("which", ["--all", "Assets:CPCJF:Cash:EURO"])
def test_cash_is_carried_at_the_rate_of_the_day_and_the_rest_is_exchange_on_cash(
    which: str, main: Path
) -> None:
    result = run(main, f"record revaluation {which} --date 2003-12-31 --yes")
    assert result.exit_code == 0, result.stderr
    book = load_book(main)
    assert [error.message for error in book.errors] == []
    assert find_untied(book) == []
    (made,) = make_statements(select(book, "2002-2003"))
    total = {line: amounts["total"] for line, amounts in made.lines.items()}
    assert (total["cash"], total["exchange_on_cash"], total["contributions"]) == (1250, 250, 1000)
    again = run(main, f"record revaluation {which} --date 2003-12-31 --yes")
    assert again.exit_code == 2
    closed = run(main, "close 2002-2003")
    assert "Notice" not in closed.stdout
    (held,) = foreign_cash(load_book(main), book.settings.periods.named("2004-2005").end)
    assert (held.units, held.value) == (1000, Decimal(1250))


def test_closing_says_which_cash_is_not_at_the_rate_of_the_last_day(main: Path) -> None:
    closed = run(main, "close 2002-2003")
    assert closed.exit_code == 0, closed.stderr
    assert (
        "Assets:CPCJF:Cash:EURO holds 1000 EUR at 1000.00 USD; at the rate of 2003-12-31 it is "
        "1250.00" in closed.stdout
    )


def test_cash_of_several_classes_in_one_lot_is_left_to_a_person(main: Path) -> None:
    path = main.with_name("2002-2003.beancount")
    special = GIFT.replace("general", "special").replace("2003-02-10", "2003-02-11")
    path.write_text(GIFT + "\n" + special, "utf-8")
    result = run(main, "record revaluation --all --date 2003-12-31 --yes")
    assert result.exit_code == 2
    assert "several classes" in result.stderr

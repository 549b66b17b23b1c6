"""Accounts open themselves for declared funds and known donors (all amounts made up)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from beancount.core.data import Open
from pledgebook.ledger.register.book import Book

Told = dict[str, str]
Load = Callable[..., Book]
Say = Callable[..., Told]
BEAN_CHECK = Path(sys.executable).parent / "bean-check"


def opened(book: Book) -> dict[str, Open]:
    return {entry.account: entry for entry in book.entries if isinstance(entry, Open)}


def test_accounts_of_known_donors_open_themselves_at_the_funds_date(told: Told, book: Book) -> None:
    """
    2002-03-01 * "Norway" "Pledge" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -100.00 USD
    """
    assert not told
    account = opened(book)["Assets:CPCJF:Pledges:NOR"]
    assert account.date == date(1999, 12, 31)
    assert account.meta["filename"] == "<pledgebook.plugins.donors>"


def test_every_account_a_fund_always_has_is_open(book: Book) -> None:
    """
    2002-03-01 balance Assets:CPCJF:Cash 0 USD
    """
    assert not book.errors
    assert {
        "Assets:UNTOC:Cash",
        "Assets:CPCJF:Memorandum:Contra",
        "Liabilities:CPCJF:Unapplied",
        "Income:CPCJF:Exchange-On-Cash",
        "Equity:CPCJF:Operating-Reserve",
        "Expenses:CPCJF:Programme",
    } <= opened(book).keys()


def test_an_open_written_by_hand_wins(told: Told, book: Book) -> None:
    """
    2002-02-01 open Assets:CPCJF:Pledges:NOR USD

    2002-03-01 * "Norway" "Pledge" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -100.00 USD
    """
    assert not told
    account = opened(book)["Assets:CPCJF:Pledges:NOR"]
    assert (account.date, account.currencies) == (date(2002, 2, 1), ["USD"])


def test_an_unknown_donor_is_refused_with_the_nearest_names(told: Told) -> None:
    """
    2002-03-01 * "Norway" "Pledge" ^UNDP-2002-01 ; <- unknown-donor
      Assets:CPCJF:Pledges:UNPD       100 USD {0 # 100.00 USD, "UNDP-2002-01.1"}
      Income:CPCJF:Contributions:UNDP -100.00 USD
    """
    sentence = told["unknown-donor"]
    assert sentence.startswith(
        "Assets:CPCJF:Pledges:UNPD is for the donor 'UNPD', which is neither a State nor a known "
        "organization nor declared in the book. Nearest: UNDP (United Nations Development "
        "Programme)"
    )
    assert sentence.endswith(
        'Correct the code, or declare it with custom "donor" "UNPD" "NAME" and kind:.'
    )


def test_an_undeclared_fund_is_named_once(told: Told) -> None:
    """
    2002-03-01 * "Norway" "Pledge" ; <- unknown-fund <- ValidationError <- ValidationError
      Assets:CPCFJ:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
      Income:CPCFJ:Contributions:NOR -100.00 USD
    """
    assert told["unknown-fund"] == (
        "Assets:CPCFJ:Pledges:NOR is an account of the fund 'CPCFJ', which the book does not "
        'declare (declared: CPCJF, UNTOC). Correct the name, or declare it with custom "fund" '
        '"CPCFJ" "…".'
    )


def test_an_account_between_funds_names_a_declared_fund(told: Told) -> None:
    """
    2003-08-01 * "" "Transfer to a fund nobody declared" ; <- unknown-fund <- due-between-funds
      Equity:CPCJF:Reserved    10.00 USD
      Liabilities:CPCJF:Due-To:UNDCP   -10.00 USD
    """
    assert "is an account of the fund 'UNDCP'" in told["unknown-fund"]


def test_a_donor_is_known_by_any_directive_that_names_it(book: Book) -> None:
    """
    2002-03-01 note Assets:CPCJF:Pledges:NOR "Norway's letter of 1 March"
    2002-03-02 balance Assets:CPCJF:Pledges:SWE 0 USD
    """
    assert not book.errors
    assert {"Assets:CPCJF:Pledges:NOR", "Assets:CPCJF:Pledges:SWE"} <= opened(book).keys()


GOOD = """
2002-03-01 * "Norway" "Pledge" ^NOR-2002-01
  class: "general"
  Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
  Income:CPCJF:Contributions:NOR -100.00 USD
"""
BAD = """
2002-03-02 * "Norway" "Paid under a wrong label" ^NOR-2002-01
  Assets:CPCJF:Pledges:SWE       -100 USD {"NOR-2002-02.1"}
  Assets:CPCJF:Cash               100.00 USD
"""


def test_bean_check_passes_on_a_good_book(load: Load) -> None:
    book = load(GOOD)
    done = subprocess.run([BEAN_CHECK, book.path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_bean_check_fails_on_a_bad_book_with_file_and_line(load: Load) -> None:
    book = load(GOOD + BAD)
    done = subprocess.run([BEAN_CHECK, book.path], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    place = book.folder / "2002-2003.beancount"
    assert f"{place}:7:" in done.stderr
    assert "100 USD is taken out of NOR-2002-02.1, which no entry has opened" in done.stderr


OPENED = """
1999-12-31 open Assets:CPCJF:Pledges:NOR
1999-12-31 open Income:CPCJF:Contributions:NOR
1999-12-31 open Income:UNTOC:Contributions:NOR
"""


@pytest.mark.parametrize(
    ("name", "old", "new", "rule"),
    [
        ("donors", "Pledges:NOR", "Pledges:XYZ", "unknown-donor"),
        ("funds", "Income:CPCJF", "Income:UNTOC", "fund-balance"),
        ("pledges", '{0 # 100.00 USD, "NOR-2002-01.1"}', "", "no-label"),
        ("periods", "", "", ""),
        ("mandates", 'class: "general"', 'op: "OP14"', "override-reason"),
    ],
)
def test_each_plugin_works_alone(load: Load, name: str, old: str, new: str, rule: str) -> None:
    head = f'option "operating_currency" "USD"\nplugin "pledgebook.plugins.{name}"\n'
    opens = "" if name == "donors" else OPENED
    good = load(GOOD + opens, head=head)
    assert not good.errors
    tags = {tag for entry in good.entries for tag in getattr(entry, "tags", None) or ()}
    expected = {"periods": {"2002-2003"}, "mandates": {"A/RES/55/64-OP7"}}
    assert tags == expected.get(name, set())
    if rule:
        bad = load(GOOD.replace(old, new) + opens, head=head)
        assert rule in {getattr(error, "rule", "") for error in bad.errors}


def test_each_plugin_reports_the_faults_of_its_own_declarations(load: Load) -> None:
    faulty = """
    1999-12-31 custom "fund" "cp cjf" "A code that is no part of an account"
    1999-12-31 custom "period" "never"
    1999-12-31 custom "rule" "A/RES/1" "R1" "OP1"
    """
    told = {}
    for name in ("donors", "funds", "pledges", "periods", "mandates"):
        book = load("", settings=faulty, head=f'plugin "pledgebook.plugins.{name}"\n')
        told[name] = {error.rule for error in book.errors}
    assert told == {
        "donors": {"code"},
        "funds": set(),
        "pledges": set(),
        "periods": {"declaration-form"},
        "mandates": {"unknown-mandate"},
    }
    together = load("", settings=faulty)
    assert sorted(error.rule for error in together.errors) == [
        "code", "declaration-form", "unknown-mandate",
    ]  # fmt: skip

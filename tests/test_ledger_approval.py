"""Approval and paper: who entered, who approved, what it rests on (amounts made up)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pledgebook.ledger.register.book import Book

Load = Callable[..., Book]

SETTINGS = """
1999-12-31 custom "fund" "CPCJF" "Crime Prevention Fund"
  four-eyes: "{four_eyes}"
1999-12-31 custom "purpose" "corruption" "Corruption"
2002-01-01 custom "period" "2002-2003" 2003-12-31
"""
REFUND = """
2002-05-10 * "Norway" "Contribution without a pledge"
  Assets:CPCJF:Cash                   100.00 USD
  Income:CPCJF:Contributions:NOR     -100.00 USD

2003-12-10 {flag} "Norway" "Refund of the unspent balance"
  {keys}
  Equity:CPCJF:Refunds:NOR        100.00 USD
  Assets:CPCJF:Cash              -100.00 USD
"""
ONE = 'entered-by: "First Officer"'
TWO = ONE + '\n  approved-by: "Second officer"'
SAME = ONE + '\n  approved-by: "first  officer"'
PAPER = '\n  document: "Letter (made up)"'


def said(load: Load, four_eyes: str, keys: str, flag: str = "*") -> tuple[set[str], set[str]]:
    text = REFUND.format(flag=flag, keys=keys)
    book = load(text, settings=SETTINGS.format(four_eyes=four_eyes))
    return {error.rule for error in book.errors}, {notice.rule for notice in book.notices}


@pytest.mark.parametrize("keys", [ONE + PAPER, SAME + PAPER])
def test_one_person_alone_is_a_notice_and_an_error_with_four_eyes(load: Load, keys: str) -> None:
    assert said(load, "no", keys) == (set(), {"approval"})
    assert said(load, "yes", keys) == ({"approval"}, set())


def test_two_persons_and_a_paper_leave_nothing_to_say(load: Load) -> None:
    assert said(load, "yes", TWO + PAPER) == (set(), set())
    assert said(load, "yes", TWO) == (set(), {"document"})


def test_what_waits_is_listed_and_not_yet_held_to_two_persons(load: Load) -> None:
    assert said(load, "yes", ONE + PAPER, flag="!") == (set(), {"waiting"})


def test_many_pledges_without_paper_are_one_notice_and_imported_ones_none(load: Load) -> None:
    pledge = """
2002-03-{day:02} * "Austria" "Pledge" ^AUT-2002-{day:02}
  event: "commitment"
  {source}
  Assets:CPCJF:Pledges:AUT           100 USD {{0 # 100.00 USD, "AUT-2002-{day:02}.1"}}
  Income:CPCJF:Contributions:AUT    -100.00 USD
"""
    settings = SETTINGS.format(four_eyes="no")
    bare = load("".join(pledge.format(day=day, source='ref: "x"') for day in range(1, 9)), settings)
    (notice,) = bare.notices
    assert notice.rule == "document"
    assert "AUT-2002-01 of 2002-03-01" in notice.message
    assert "and 3 more" in notice.message
    sheet = 'source: "pledges.xlsx#Sheet1!A7"'
    imported = load("".join(pledge.format(day=day, source=sheet) for day in range(1, 9)), settings)
    assert imported.notices == []


def test_dollars_against_the_un_rate_need_approval_too(load: Load) -> None:
    text = """
    2002-03-01 * "Austria" "Pledge" ^AUT-2002-01
      event: "commitment"
      document: "Letter (made up)"
      rate-override: "Rate agreed in the letter"
      Assets:CPCJF:Pledges:AUT           100 EUR {0 # 90.00 USD, "AUT-2002-01.1"}
      Income:CPCJF:Contributions:AUT     -90.00 USD
    """
    (error,) = load(text, settings=SETTINGS.format(four_eyes="yes")).errors
    assert error.message.startswith("Each rate override needs two persons")


def test_an_announcement_is_listed_and_in_no_figure(load: Load) -> None:
    text = '2003-03-03 custom "announcement" "ITA" "CPCJF" "About 100 euros"\n'
    book = load(text, settings=SETTINGS.format(four_eyes="no"))
    assert [notice.rule for notice in book.notices] == ["announcement"]
    assert book.errors == []
    assert book.register.by_label == {}

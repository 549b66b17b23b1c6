"""Rules of bank accounts: all conditions hold, and what nothing can meet is a finding."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest
from pledgebook.ledger.declared.banks import BankLine, BankRule
from pledgebook.ledger.files.loading import load_book

LINES = [
    BankLine(text, amount, "USD", original)
    for text, amount, original in product(
        ["Monthly FEE of March", "fee", "Möbel monthly"],
        [Decimal(text) for text in ("9.99", "10.00", "20.00", "20.01", "-10.00", "-20.01")],
        [None, (Decimal("15.00"), "EUR"), (Decimal("5.00"), "EUR")],
    )
]
CONDITIONS = {
    "words": ("monthly", "fee"),
    "least": (Decimal("10.00"), "USD"),
    "most": (Decimal("15.00"), "EUR"),
    "currency": "EUR",
    "way": "out",
}


def meets(line: BankLine, name: str) -> bool:
    """Tell, of one of the conditions above alone, whether a line meets it."""
    match name:
        case "words":
            return line.text == "Monthly FEE of March"
        case "least":
            return abs(line.amount) >= 10
        case "most":
            return line.original is not None and line.original[0] <= 15
        case "currency":
            return line.original is not None
    return line.amount < 0


@pytest.mark.parametrize("chosen", range(2 ** len(CONDITIONS)))
def test_a_rule_holds_exactly_where_each_of_its_conditions_does(chosen: int) -> None:
    names = [name for at, name in enumerate(CONDITIONS) if chosen >> at & 1]
    said = {"words": ()} | {name: CONDITIONS[name] for name in names}
    rule = BankRule(kind="charges", **said)  # type: ignore[arg-type]
    for line in LINES:
        assert rule.holds(line) == all(meets(line, name) for name in names), (names, line)


BOOK = """
option "title" "Made-up fund"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "CPCJF" "Made-up fund"
1999-12-31 custom "bank" "MAIN" "1234567"
  accounts: "Assets:CPCJF:Cash"
1999-12-31 custom "bank-rule" "MAIN" "{words}" "{kind}"
{more}
"""


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("least: 20.00 USD\n  most: 10.00 USD", "above most"),
        ("least: 10.00 USD\n  most: 10.00 EUR", "not in one currency"),
        ("amount: 10.00 USD\n  most: 20.00 USD", "needs neither"),
        ("least: -1.00 USD", "no amount above zero"),
        ('least: "ten"', "no amount above zero"),
        ('words-2: "..."', "without a word"),
        ('currency: "EURO"', "no currency"),
        ('way: "in"', "goes out"),
        ('way: "sideways"', "goes out"),
        ('class: "genral"', "books to the class 'genral'"),
    ],
)
def test_a_rule_that_nothing_can_meet_is_a_finding_at_its_line(
    tmp_path: Path, more: str, said: str
) -> None:
    path = tmp_path / "main.beancount"
    text = BOOK.format(words="fee", kind="charges", more=f"  {more}")
    path.write_text(text, "utf-8")
    book = load_book(path)
    (found,) = [each for each in book.errors if "bank-rule" in str(each) or said in each.message]
    assert said in found.message
    line = next(n for n, words in enumerate(text.split("\n"), 1) if '"bank-rule"' in words)
    assert found.source["lineno"] == line


def test_a_rule_with_conditions_that_can_be_met_is_none(tmp_path: Path) -> None:
    path = tmp_path / "main.beancount"
    more = (
        '  words-2: "monthly"\n  least: 1.00 USD\n  most: 1.00 USD\n  way: "out"\n  currency: "EUR"'
        '\n  class: "general"'
    )
    path.write_text(BOOK.format(words="fee", kind="charges", more=more), "utf-8")
    assert not [each for each in load_book(path).errors if "bank-rule" in each.message]
    (rule,) = load_book(path).settings.banks.accounts["MAIN"].rules
    assert rule.words == ("fee", "monthly")
    assert rule.least == rule.most == (Decimal("1.00"), "USD")

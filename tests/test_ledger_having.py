"""No more is paid, spent or freed than there is (all amounts made up)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from pledgebook.ledger.events import (
    Earmark,
    EventRefusedError,
    commitment,
    programme_support,
    transfer,
)
from pledgebook.ledger.events.parts import Part
from pledgebook.ledger.register.book import Book

Told = dict[str, str]
DAY = date(2003, 3, 3)
D = Decimal
GENERAL, SUPPORT = Earmark("CPCJF", "general"), Earmark("CPCJF", "support")


def test_a_debt_between_funds_is_settled_once(told: Told) -> None:
    """
    2003-03-03 * "Transfer"
      event: "transfer"
      Equity:CPCJF:Transfers:UNTOC      100.00 USD
      Liabilities:CPCJF:Due-To:UNTOC   -100.00 USD
      Assets:UNTOC:Due-From:CPCJF       100.00 USD
      Equity:UNTOC:Transfers:CPCJF     -100.00 USD

    2003-03-04 * "Settlement"
      event: "settlement"
      Liabilities:CPCJF:Due-To:UNTOC    100.00 USD
      Assets:CPCJF:Cash                -100.00 USD
      Assets:UNTOC:Cash                 100.00 USD
      Assets:UNTOC:Due-From:CPCJF      -100.00 USD

    2003-03-05 * "Settlement again"
      event: "settlement"
      Liabilities:CPCJF:Due-To:UNTOC     80.00 USD ; <- more-than-owed
      Assets:CPCJF:Cash                 -80.00 USD
      Assets:UNTOC:Cash                  80.00 USD
      Assets:UNTOC:Due-From:CPCJF       -80.00 USD
    """
    assert "held 0.00 USD and is taken 80.00 below nothing" in told["more-than-owed"]


HAD = {
    "more-than-owed": """\
  Liabilities:CPCJF:Due-To:UNTOC    {out} USD{mark}
  Assets:CPCJF:Cash                 {back} USD
  Assets:UNTOC:Cash                 {out} USD
  Assets:UNTOC:Due-From:CPCJF       {back} USD
""",
    "more-than-obligated": """\
  Liabilities:CPCJF:Obligations     {out} USD{mark}
  Expenses:CPCJF:Programme          {back} USD
""",
    "more-than-reserved": """\
  Equity:CPCJF:Operating-Reserve    {out} USD{mark}
  Equity:CPCJF:Reserved             {back} USD
""",
}
"""What takes an amount out of a debt, an obligation or a reserve; below nothing puts it in."""


@pytest.mark.parametrize("rule", HAD)
@pytest.mark.parametrize(
    ("later", "wrong"),
    [
        (["-79.99"], False),  # right, though 0.01 is still below nothing
        (["-80.00"], False),
        (["-80.01"], False),
        (["5.00", "-5.00"], False),  # leaves it as it was
        (["0.01"], True),
        (["0.02", "-0.01"], True),
    ],
)
def test_what_is_below_nothing_is_named_where_it_falls_and_not_where_it_rises(
    load: Callable[..., Book], say: Callable[..., Told], rule: str, later: list[str], wrong: bool
) -> None:
    def postings(amounts: list[str], mark: str) -> str:
        marks = [*[""] * (len(amounts) - 1), mark]  # a fault is named at the last of them
        return "".join(
            HAD[rule].format(out=out, back=-D(out), mark=mark)
            for out, mark in zip(amounts, marks, strict=True)
        )

    mark = f"  ; <- {rule}"
    entries = f"""
2003-03-04 * "Out of nothing"
{postings(["80.00"], mark)}
2003-03-05 * "Later"
{postings(later, mark if wrong else "")}"""
    say(load(entries), notices=False)


def test_special_money_without_a_purpose_is_spent_as_far_as_it_came(told: Told) -> None:
    """
    2002-02-01 * "Norway" "Gift"
      class: "special"
      purpose: "corruption"
      Assets:CPCJF:Cash                 500.00 USD
      Income:CPCJF:Contributions:NOR   -500.00 USD

    2002-03-01 * "Costs" ; <- earmarked-overspent
      class: "special"
      Expenses:CPCJF:Programme          100.00 USD
      Assets:CPCJF:Cash                -100.00 USD
    """
    assert "on no purpose (CPCJF, special), of which 0.00" in told["earmarked-overspent"]


def test_a_donor_is_given_back_what_came(load: Callable[..., Book]) -> None:
    book = load("""
    2002-02-01 * "Norway" "Gift"
      Assets:CPCJF:Cash                 500.00 USD
      Income:CPCJF:Contributions:NOR   -500.00 USD

    2003-02-01 * "Norway" "Refund"
      event: "refund-unspent"
      Equity:CPCJF:Refunds:NOR          300.00 USD
      Assets:CPCJF:Cash                -300.00 USD

    2003-03-01 * "Norway" "Refund"
      event: "refund-unspent"
      Equity:CPCJF:Refunds:NOR          300.00 USD
      Assets:CPCJF:Cash                -300.00 USD
    """)
    rules = [(each.rule, each.line) for each in book.notices if each.rule in
             {"refund-beyond", "cash-below-nothing"}]  # fmt: skip
    assert rules == [("refund-beyond", 12), ("cash-below-nothing", 10)]


def test_support_costs_and_pledges_leave_the_class_support_alone(load: Callable[..., Book]) -> None:
    settings = load("").settings
    with pytest.raises(EventRefusedError, match="it is charged none"):
        programme_support(settings, day=DAY, earmark=SUPPORT, expenditure=D(1), rate=D("0.13"))
    with pytest.raises(EventRefusedError, match=r"1,?300"):
        programme_support(settings, day=DAY, earmark=GENERAL, expenditure=D(1), rate=D(13))
    with pytest.raises(EventRefusedError, match="a donor pledges to another"):
        commitment(
            settings,
            day=DAY,
            donor="NOR",
            pledge="NOR-2003-01",
            earmark=SUPPORT,
            currency="USD",
            parts=[Part(D(1), D(1))],
        ).noted(narration="")


def test_a_transfer_goes_somewhere_else(load: Callable[..., Book]) -> None:
    with pytest.raises(EventRefusedError, match="another fund, class or purpose"):
        transfer(load("").settings, day=DAY, source=GENERAL, target=GENERAL, value=D(1)).noted(
            narration=""
        )

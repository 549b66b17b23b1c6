"""Spending and movements between funds, under every policy (amounts made up).

After each entry the fixture `keeper` loads the book and proves its schedules, ties and cash proof.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pledgebook.ledger.events import (
    Earmark,
    EventRefusedError,
    expenditure,
    interest,
    miscellaneous_income,
    obligation_paid,
    operating_reserve,
    programme_support,
    receipt_without_pledge,
    refund_unspent,
    savings,
    settlement,
    transfer,
)
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.reports.figures.selection import select
from pledgebook.reports.financial_statements import make_statements

D = Decimal
GENERAL = Earmark("CPCJF", "general")
SPECIAL = Earmark("CPCJF", "special", "corruption")
UNTOC = Earmark("UNTOC", "convention")
DAY = date(2003, 3, 3)


@pytest.fixture
def funded(keeper: Any) -> Any:
    """A book with 1,000 value in each of three classes."""
    for earmark in (GENERAL, SPECIAL, UNTOC):
        keeper.record(
            receipt_without_pledge, day=date(2002, 2, 1), donor="NOR", earmark=earmark,
            value=D(1000), narration="Gift",
        )  # fmt: skip
    return keeper


def spend(keeper: Any, build: Callable[..., Any], value: int, **given: Any) -> None:
    keeper.record(build, day=DAY, value=D(value), narration="Made up", **given)


def test_an_obligation_is_expenditure_when_raised_and_not_again_when_paid(funded: Any) -> None:
    spend(funded, expenditure, 500, earmark=SPECIAL, obligated=True)
    assert funded.balance("Expenses:CPCJF:Programme") == 500
    spend(funded, obligation_paid, 400, earmark=SPECIAL)
    assert funded.balance("Expenses:CPCJF:Programme") == 500
    assert funded.balance("Liabilities:CPCJF:Obligations") == -100
    funded.record(
        savings, day=date(2004, 2, 2), value=D(100), narration="Not needed", earmark=SPECIAL
    )
    assert funded.balance("Liabilities:CPCJF:Obligations") == 0
    assert funded.balance("Equity:CPCJF:Savings") == -100
    # What is saved may be spent again.
    funded.record(expenditure, day=date(2004, 2, 3), value=D(600), narration="-", earmark=SPECIAL)


def test_support_costs_leave_the_class_that_spent(funded: Any) -> None:
    spend(funded, expenditure, 800, earmark=SPECIAL)
    funded.record(programme_support, day=DAY, earmark=SPECIAL, expenditure=D(800), rate=D("0.13"))
    assert funded.balance("Income:CPCJF:Programme-Support") == -104
    assert funded.balance("Expenses:CPCJF:Programme-Support") == 104
    with pytest.raises(BookRefusedError, match=r"96.00 was available"):
        spend(funded, expenditure, 97, earmark=SPECIAL)
    spend(funded, expenditure, 96, earmark=SPECIAL)


@pytest.mark.parametrize("settled", [True, False])
def test_collected_money_passes_to_another_fund(funded: Any, settled: bool) -> None:
    spend(funded, transfer, 300, source=GENERAL, target=UNTOC, settled=settled)
    owed = 0 if settled else 300
    assert funded.balance("Assets:UNTOC:Due-From:CPCJF") == owed
    assert funded.balance("Liabilities:CPCJF:Due-To:UNTOC") == -owed
    if not settled:
        spend(funded, settlement, 300, source=GENERAL, target=UNTOC)
    assert funded.balance("Assets:UNTOC:Cash") == 1300
    assert funded.balance("Assets:CPCJF:Cash") == 1700
    assert funded.balance("Equity:UNTOC:Transfers:CPCJF") == -300
    assert funded.figures("UNTOC", "convention")["collected_current"] == "1000.00"


def test_earmarked_money_that_passed_to_another_class_is_gone_from_its_purpose(
    funded: Any,
) -> None:
    spend(funded, transfer, 900, source=SPECIAL, target=GENERAL)
    with pytest.raises(BookRefusedError, match=r"100.00 was available"):
        spend(funded, refund_unspent, 101, earmark=SPECIAL, donor="NOR")
    spend(funded, refund_unspent, 100, earmark=SPECIAL, donor="NOR")
    assert funded.figures()["refunded"] == "100.00"


def test_interest_goes_to_each_class_its_share(funded: Any) -> None:
    funded.record(interest, day=DAY, shares=[(GENERAL, D(30)), (SPECIAL, D(10))])
    assert funded.balance("Income:CPCJF:Interest") == -40
    spend(funded, expenditure, 1010, earmark=SPECIAL)


def test_an_operating_reserve_moves_no_money_and_can_be_given_free(funded: Any) -> None:
    spend(funded, operating_reserve, 150, earmark=GENERAL)
    assert funded.balance("Equity:CPCJF:Operating-Reserve") == -150
    spend(funded, operating_reserve, -50, earmark=GENERAL)
    assert funded.balance("Equity:CPCJF:Operating-Reserve") == -100
    assert funded.balance("Assets:CPCJF:Cash") == 2000


def test_what_was_refused_leaves_the_book_as_it_was(funded: Any) -> None:
    before = {path: path.read_bytes() for path in funded.main.parent.iterdir() if path.is_file()}
    with pytest.raises(BookRefusedError, match=r"earmarked|Earmarked"):
        spend(funded, expenditure, 5000, earmark=SPECIAL)
    after = {path: path.read_bytes() for path in funded.main.parent.iterdir() if path.is_file()}
    assert before == after
    assert not load_book(funded.main).errors


@pytest.mark.parametrize(
    ("build", "given"),
    [
        (expenditure, {"earmark": SPECIAL}),
        (obligation_paid, {"earmark": SPECIAL}),
        (savings, {"earmark": SPECIAL}),
        (refund_unspent, {"earmark": SPECIAL, "donor": "NOR"}),
        (transfer, {"source": SPECIAL, "target": UNTOC}),
        (settlement, {"source": SPECIAL, "target": UNTOC}),
        (operating_reserve, {"earmark": GENERAL}),
    ],
)
def test_an_amount_of_nothing_is_refused(
    funded: Any, build: Callable[..., Any], given: dict[str, Any]
) -> None:
    with pytest.raises(EventRefusedError, match=r"above zero|of nothing"):
        build(funded.book.settings, day=DAY, value=D(0), **given)


def test_support_costs_of_an_account_within_a_fund_are_income_of_that_funds_support_class(
    funded: Any,
) -> None:
    spend(funded, expenditure, 500, earmark=UNTOC)
    funded.record(programme_support, day=DAY, earmark=UNTOC, expenditure=D(500), rate=D("0.13"))
    (made,) = make_statements(select(load_book(funded.main), "2002-2003"))
    assert made.lines["support_costs"]["UNTOC"] == made.lines["support_income"]["support"] == 65
    assert made.lines["support_income"]["UNTOC"] == 0
    assert (made.lines["cash"]["UNTOC"], made.lines["cash"]["support"]) == (435, 65)
    assert made.lines["support_costs"]["eliminated"] == -65
    assert made.lines["support_costs"]["total"] == made.lines["due_to"]["total"] == 0


def test_support_costs_that_no_class_earns_are_refused(funded: Any) -> None:
    with pytest.raises(EventRefusedError, match="No class overhead earns"):
        programme_support(
            load_book(funded.main).settings, day=DAY, earmark=UNTOC, expenditure=D(500),
            rate=D("0.13"), support_class="overhead",
        )  # fmt: skip


@pytest.mark.parametrize("event", [expenditure, receipt_without_pledge, operating_reserve])
@pytest.mark.parametrize("class_", ["support", "special", "no-such-class"])
def test_a_class_that_a_fund_of_one_class_does_not_have_is_refused(
    funded: Any, event: Callable[..., Any], class_: str
) -> None:
    donor = {"donor": "NOR"} if event is receipt_without_pledge else {}
    with pytest.raises(BookRefusedError, match=f"UNTOC has no class '{class_}'"):
        spend(funded, event, 100, earmark=Earmark("UNTOC", class_), **donor)


def test_miscellaneous_income_is_a_line_of_its_own_and_no_contribution(funded: Any) -> None:
    spend(funded, miscellaneous_income, 250, earmark=GENERAL)
    (made,) = make_statements(select(load_book(funded.main), "2002-2003"))
    assert made.lines["miscellaneous"]["general"] == 250
    assert made.lines["contributions"]["general"] == 1000
    assert made.lines["income"]["general"] == made.lines["cash"]["general"] == 1250

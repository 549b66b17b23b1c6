"""Funds and classes balance by themselves (all amounts made up)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments

Told = dict[str, str]
Load = Callable[..., Book]
Say = Callable[[Book], Told]


def test_a_fund_that_is_off_is_told_by_how_much(told: Told) -> None:
    """
    2002-03-01 * "" "One fund pays for the other" ; <- fund-balance <- fund-balance <- two-funds
      event: "expenditure"
      class: "general"
      Expenses:UNTOC:Programme    1250.50 USD
      Assets:CPCJF:Cash          -1250.50 USD
    """
    assert told["fund-balance"] == (
        "Every entry balances within each fund; in UNTOC this one is off by 1250.50 USD. Money "
        "owed between funds goes over Assets:X:Due-From:Y and Liabilities:Y:Due-To:X."
    )


def test_an_amount_that_beancount_rounded_is_told_as_that(told: Told) -> None:
    """
    2002-03-01 * "Norway" "Pledge"
      Assets:CPCJF:Pledges:NOR        900 NOK {0 # 101.13 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -101.13 USD

    2002-04-01 * "Norway" "Paid, with a charge written to one decimal" ; <- fund-balance
      Assets:CPCJF:Pledges:NOR       -900 NOK {"NOR-2002-01.1"}
      Expenses:CPCJF:Bank-Charges     0.6 USD
      Assets:CPCJF:Cash
    """
    assert told["fund-balance"].endswith(
        "off by -0.03 USD. The amount of Assets:CPCJF:Cash was left to Beancount, which rounds it "
        "to the decimals of the amounts beside it: write it, or write each of the others with two "
        "decimals (79.60, not 79.6)."
    )


def test_a_class_that_is_off_is_told_by_how_much(told: Told) -> None:
    """
    2002-03-01 * "" "Paid for by another class" ; <- class-balance <- class-balance
      Expenses:CPCJF:Programme    100.00 USD
        class: "special"
      Assets:CPCJF:Cash          -100.00 USD
        class: "general"
    """
    assert told["class-balance"] == (
        "Every entry balances within each class of a fund; in CPCJF the class special is off by "
        "100.00 USD. Write class: on the transaction, or on the postings that are of another "
        "class."
    )


def test_postings_may_be_of_another_class_than_their_entry(told: Told) -> None:
    """
    2002-03-01 * "" "Programme support on general-purpose expenditure"
      class: "general"
      Expenses:CPCJF:Programme-Support   13.00 USD
      Assets:CPCJF:Cash                 -13.00 USD
      Assets:CPCJF:Cash                  13.00 USD
        class: "support"
      Income:CPCJF:Programme-Support    -13.00 USD
        class: "support"
    """
    assert not told


def test_in_a_fund_with_one_class_every_posting_is_of_it(told: Told, book: Book) -> None:
    """
    2002-03-01 * "Norway" "Pledge to the Convention's account"
      Assets:UNTOC:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
      Income:UNTOC:Contributions:NOR -100.00 USD
    """
    assert not told
    assert [line.class_ for line in list_instalments(book.register)] == ["convention"]


def test_a_fund_with_one_class_has_no_other(told: Told) -> None:
    """
    2002-03-01 * "Norway" "Pledge to the Convention's account, the class as for the Fund"
      class: "special"
      Assets:UNTOC:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"} ; <- unknown-class
      Income:UNTOC:Contributions:NOR -100.00 USD
    """
    assert "has no class 'special': its only class is convention" in told["unknown-class"]


def test_without_a_class_earmarked_money_is_special_and_the_rest_general(
    told: Told, book: Book
) -> None:
    """
    2002-03-01 * "Norway" "Earmarked"
      purpose: "corruption"
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -100.00 USD

    2002-03-02 * "Norway" "Not earmarked"
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-02.1"}
      Income:CPCJF:Contributions:NOR -100.00 USD
    """
    assert not told
    assert [line.class_ for line in list_instalments(book.register)] == ["special", "general"]


def test_money_owed_between_funds_mirrors_itself(told: Told) -> None:
    """
    2003-08-01 * "" "Transfer, not yet settled"
      class: "general"
      Equity:CPCJF:Transfers:UNTOC    10000.00 USD
      Liabilities:CPCJF:Due-To:UNTOC -10000.00 USD
      Assets:UNTOC:Due-From:CPCJF     10000.00 USD
      Equity:UNTOC:Transfers:CPCJF   -10000.00 USD

    2003-08-02 * "" "One side only" ; <- due-between-funds
      class: "general"
      Equity:CPCJF:Transfers:UNTOC     7000.00 USD
      Liabilities:CPCJF:Due-To:UNTOC  -7000.00 USD
    """
    assert told["due-between-funds"] == (
        "Assets:UNTOC:Due-From:CPCJF and Liabilities:CPCJF:Due-To:UNTOC mirror each other; this "
        "entry leaves them -7000.00 USD apart. Book both sides in one entry."
    )


def test_two_funds_in_one_entry_are_refused(told: Told) -> None:
    """
    2003-08-01 * "" "Interest of both funds in one entry" ; <- two-funds
      Assets:CPCJF:Cash       10.00 USD
      Income:CPCJF:Interest  -10.00 USD
      Assets:UNTOC:Cash       20.00 USD
      Income:UNTOC:Interest  -20.00 USD
    """
    assert told["two-funds"].startswith(
        "This entry touches the funds CPCJF and UNTOC without the accounts between funds"
    )


def test_an_unpaid_instalment_may_move_to_another_fund(told: Told, book: Book) -> None:
    """
    2003-03-01 * "Norway" "Pledge" ^NOR-2003-01
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2003-01.1"}
      Income:CPCJF:Contributions:NOR -100.00 USD

    2003-08-01 * "Norway" "Moved to the Convention's account" ^NOR-2003-01
      Assets:CPCJF:Pledges:NOR       -100 USD {"NOR-2003-01.1"}
      Income:CPCJF:Contributions:NOR  100.00 USD
      Assets:UNTOC:Pledges:NOR        100 USD {0 # 100.00 USD, 2003-03-01, "NOR-2003-01.1"}
      Income:UNTOC:Contributions:NOR -100.00 USD
    """
    assert not told
    assert book.register.changes[-1].event == "transfer"


def test_a_receipt_may_be_applied_to_another_funds_pledge(told: Told, book: Book) -> None:
    """
    2003-03-01 * "Norway" "Pledge" ^NOR-2003-01
      Assets:UNTOC:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2003-01.1"}
      Income:UNTOC:Contributions:NOR -100.00 USD

    2003-04-01 * "" "Receipt"
      Assets:CPCJF:Cash               100.00 USD
      Liabilities:CPCJF:Unapplied    -100.00 USD {1 USD, "R-2003-0001"}

    2003-08-01 * "Norway" "Applied, with the cash" ^NOR-2003-01
      Liabilities:CPCJF:Unapplied     100.00 USD {"R-2003-0001"}
      Assets:CPCJF:Cash              -100.00 USD
      Assets:UNTOC:Cash               100.00 USD
      Assets:UNTOC:Pledges:NOR       -100 USD {"NOR-2003-01.1"}
    """
    assert not told
    (line,) = list_instalments(book.register)
    assert (line.status, str(line.received)) == ("paid", "100.00")


def test_an_account_outside_the_chart_is_refused_once(told: Told) -> None:
    """
    2002-01-01 open Expenses:Travel

    2002-03-01 * "" "Travel"
      Expenses:Travel      100.00 USD ; <- outside-the-fund
      Assets:CPCJF:Cash   -100.00 USD
    """
    assert told["outside-the-fund"] == (
        "The second part of an account name is its fund; Expenses:Travel is not in the chart of a "
        "declared fund (declared: CPCJF, UNTOC). Use an account of the chart, or declare the fund."
    )


def test_unknown_words_are_refused_with_those_that_are_known(told: Told) -> None:
    """
    2002-03-01 * "Norway" "Pledge"
      class: "specail"
      purpose: "coruption"
      Assets:CPCJF:Cash               100.00 USD ; <- unknown-class <- unknown-purpose
      Income:CPCJF:Contributions:NOR -100.00 USD
    """
    assert told["unknown-class"] == (
        "Fund CPCJF has no class 'specail': its classes are general, special, support. Correct "
        "class:, or add it to the fund."
    )
    assert told["unknown-purpose"].startswith(
        "The purpose 'coruption' is not declared in the book (declared: corruption, trafficking-in"
    )


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ("payment", "event: payment takes an instalment out of a pledge account; this adds only."),
        ("release", "touches an account of deferred or in-advance; this does not."),
        ("pledge", "'pledge' is not an event; the events are amendment, application, "),
        ("opening", "against Equity:FUND:Opening-Balance; this one makes it income."),
        ("commitment", ""),
    ],
)
def test_an_event_that_contradicts_its_accounts_is_refused(
    load: Load, say: Say, event: str, words: str
) -> None:
    told = say(
        load(f"""
        2002-03-01 * "Norway" "Pledge" ; {words and "<- event"}
          event: "{event}"
          Assets:CPCJF:Pledges:NOR        100 USD {{0 # 100.00 USD, "NOR-2002-01.1"}}
          Income:CPCJF:Contributions:NOR -100.00 USD
        """)
    )
    assert words in told.get("event", "")


def test_a_commitment_that_only_takes_out_is_refused(told: Told) -> None:
    """
    2002-03-01 * "Norway" "Pledge"
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -100.00 USD

    2002-04-01 * "Norway" "Cancelled" ; <- event
      event: "commitment"
      Assets:CPCJF:Pledges:NOR       -100 USD {"NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR  100.00 USD
    """
    assert (
        "a commitment adds an instalment to a pledge account; this takes out only"
        in (told["event"])
    )


def test_a_write_off_needs_an_authority_under_either_policy(told: Told) -> None:
    """
    2002-03-01 * "Norway" "Pledges, one a memorandum"
      Assets:CPCJF:Pledges:NOR             100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR      -100.00 USD
      Assets:CPCJF:Memorandum:Pledges:NOR  200 USD {0 # 200.00 USD, "NOR-2002-02.1"}
        status: "pledged"
      Assets:CPCJF:Memorandum:Contra      -200.00 USD

    2003-11-28 * "Norway" "Written off without authority" ; <- write-off-authority
      Assets:CPCJF:Pledges:NOR            -100 USD {"NOR-2002-01.1"}
      Equity:CPCJF:Written-Off:NOR         100.00 USD

    2003-11-29 * "Norway" "The memorandum too" ; <- write-off-authority
      event: "write-off"
      Assets:CPCJF:Memorandum:Pledges:NOR -200 USD {"NOR-2002-02.1"}
      Assets:CPCJF:Memorandum:Contra       200.00 USD
    """
    assert told["write-off-authority"].startswith(
        "A write-off needs the authority that approved it: add authority:"
    )


def test_a_memorandum_and_its_contra_account_move_together(told: Told) -> None:
    """
    2002-03-01 * "Norway" "A memorandum booked as income" ; <- memorandum-contra
      Assets:CPCJF:Memorandum:Pledges:NOR  200 USD {0 # 200.00 USD, "NOR-2002-02.1"}
        status: "pledged"
      Income:CPCJF:Contributions:NOR      -200.00 USD
    """
    assert "here they are 200.00 USD apart" in told["memorandum-contra"]


def test_an_instalment_is_taken_out_of_its_own_class(told: Told) -> None:
    """
    2002-03-01 * "Norway" "Pledge"
      purpose: "corruption"
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -100.00 USD

    2003-03-01 * "Norway" "Payment, its class forgotten"
      Assets:CPCJF:Pledges:NOR       -100 USD {"NOR-2002-01.1"} ; <- class-differs
      Assets:CPCJF:Cash               100.00 USD
    """
    assert told["class-differs"] == (
        "NOR-2002-01.1 is of class special in CPCJF; this entry takes it out of class general. "
        'Write class: "special" on the entry or the posting.'
    )


EARMARKED = """
2002-03-01 * "Norway" "Gift for a purpose"
  purpose: "corruption"
  Assets:CPCJF:Cash               1000.00 USD
  Income:CPCJF:Contributions:NOR -1000.00 USD
"""


@pytest.mark.parametrize(
    ("lines", "available"),
    [
        ("Expenses:CPCJF:Programme 1000.01 USD\n  Assets:CPCJF:Cash -1000.01 USD", "1000.00"),
        ("Expenses:CPCJF:Programme 1200.00 USD\n  Liabilities:CPCJF:Obligations -1200.00 USD", ""),
        ("Equity:CPCJF:Refunds:NOR 1000.01 USD\n  Assets:CPCJF:Cash -1000.01 USD", ""),
    ],
    ids=["spent", "obligated", "refunded"],
)
def test_earmarked_money_is_spent_as_far_as_it_was_received(
    load: Load, say: Say, lines: str, available: str
) -> None:
    entry = (
        f'2002-04-01 * "" "Too much" ; <- earmarked-overspent\n  purpose: "corruption"\n  {lines}'
    )
    told = say(load(f"{EARMARKED}\n{entry}\n"))
    assert (
        "on corruption (CPCJF, special), of which 1000.00 was available"
        in (told["earmarked-overspent"])
    )
    if available:
        assert told["earmarked-overspent"] == (
            "Earmarked money is spent as far as it was received: 1000.01 USD is spent here on "
            "corruption (CPCJF, special), of which 1000.00 was available. Spend less, or record "
            "the money first."
        )


def test_an_obligation_that_is_paid_is_not_counted_twice(told: Told) -> None:
    """
    2002-03-01 * "Norway" "Gift for a purpose"
      purpose: "corruption"
      Assets:CPCJF:Cash               1000.00 USD
      Income:CPCJF:Contributions:NOR -1000.00 USD

    2002-04-01 * "" "Obligation"
      purpose: "corruption"
      Expenses:CPCJF:Programme        1000.00 USD
      Liabilities:CPCJF:Obligations  -1000.00 USD

    2002-05-01 * "" "Obligation paid"
      purpose: "corruption"
      Liabilities:CPCJF:Obligations   1000.00 USD
      Assets:CPCJF:Cash              -1000.00 USD

    2002-06-01 * "" "One cent more" ; <- earmarked-overspent
      purpose: "corruption"
      Expenses:CPCJF:Programme           0.01 USD
      Assets:CPCJF:Cash                 -0.01 USD
    """
    assert (
        "0.01 USD is spent here on corruption (CPCJF, special), of which 0.00 was"
        in (told["earmarked-overspent"])
    )


def test_a_pledge_is_not_money_and_money_in_advance_waits_for_its_date(told: Told) -> None:
    """
    2002-03-01 * "Norway" "Pledge, one instalment due later" ^NOR-2002-01
      purpose: "corruption"
      Assets:CPCJF:Pledges:NOR         1000 USD {0 # 1000.00 USD, "NOR-2002-01.1"}
        due: 2002-12-31
      Assets:CPCJF:Pledges:NOR         1000 USD {0 # 1000.00 USD, "NOR-2002-01.2"}
        due: 2004-12-31
      Income:CPCJF:Contributions:NOR  -1000.00 USD
      Liabilities:CPCJF:Deferred:NOR  -1000.00 USD {1 USD, "NOR-2002-01.2"}

    2002-04-01 * "" "Spent on the pledge" ; <- earmarked-overspent
      purpose: "corruption"
      Expenses:CPCJF:Programme          10.00 USD
      Assets:CPCJF:Cash                -10.00 USD

    2003-04-01 * "Norway" "Paid in advance" ^NOR-2002-01
      purpose: "corruption"
      Assets:CPCJF:Pledges:NOR        -1000 USD {"NOR-2002-01.2"}
      Liabilities:CPCJF:Deferred:NOR   1000.00 USD {"NOR-2002-01.2"}
      Assets:CPCJF:Cash                1000.00 USD
      Liabilities:CPCJF:In-Advance:NOR -1000.00 USD {1 USD, "NOR-2002-01.2"}

    2003-05-01 * "" "Spent before its date" ; <- earmarked-overspent
      purpose: "corruption"
      Expenses:CPCJF:Programme          10.00 USD
      Assets:CPCJF:Cash                -10.00 USD

    2004-01-01 * "Norway" "Release" ^NOR-2002-01
      purpose: "corruption"
      Liabilities:CPCJF:In-Advance:NOR 1000.00 USD {"NOR-2002-01.2"}
      Income:CPCJF:Contributions:NOR  -1000.00 USD

    2004-05-01 * "" "Spent when it may be"
      purpose: "corruption"
      Expenses:CPCJF:Programme          10.00 USD
      Assets:CPCJF:Cash                -10.00 USD
    """
    assert "earmarked-overspent" in told


def test_overspending_is_a_notice_where_the_fund_says_so(load: Load, say: Say) -> None:
    settings = """
1999-12-31 custom "fund" "CPCJF" "A fund"
  overspending: "notice"
1999-12-31 custom "purpose" "corruption" "Corruption"
2002-01-01 custom "period" "2002-2003" 2003-12-31
"""
    told = say(
        load(
            """
            2002-04-01 * "" "Too much" ; <~ earmarked-overspent
              purpose: "corruption"
              Expenses:CPCJF:Programme   10.00 USD
              Assets:CPCJF:Cash         -10.00 USD
            """,
            settings=settings,
        )
    )
    assert "of which 0.00 was available" in told["earmarked-overspent"]

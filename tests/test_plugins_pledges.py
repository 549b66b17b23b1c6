"""The mistakes with labels and lots that Beancount lets pass (all amounts made up)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from msgspec import structs
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments

Told = dict[str, str]
Load = Callable[..., Book]
Say = Callable[..., Told]


def test_the_cause_of_a_pledge_paid_twice_is_told_before_what_follows(told: Told) -> None:
    """
    2002-09-02 * "Norway" "Pledge" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR        40000 USD {0 # 40000.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -40000.00 USD

    2002-10-21 * "Norway" "Payment" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR       -40000 USD {"NOR-2002-01.1"}
      Assets:CPCJF:Cash               40000.00 USD

    2002-10-28 * "Norway" "The same payment again" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR       -40000 USD {"NOR-2002-01.1"} ; <- paid-twice
      Assets:CPCJF:Cash               40000.00 USD

    2002-11-04 * "Norway" "Correct, but meets the negative lot" ^NOR-2002-02 ; <- ReductionError
      Assets:CPCJF:Pledges:NOR        10000 USD {0 # 10000.00 USD, "NOR-2002-02.1"}
      Income:CPCJF:Contributions:NOR -10000.00 USD
    """
    assert list(told) == ["paid-twice", "ReductionError"]
    assert told["paid-twice"] == (
        "40000 USD is taken out of instalment NOR-2002-01.1, of which nothing is left: the last "
        "was taken out on 2002-10-21 (2002-2003.beancount:5). If both are the same event, take "
        "this entry out; else correct its label. Entries of one day are booked in the order of "
        "their lines, whatever their file."
    )


def test_a_pledge_paid_twice_beside_an_open_one_is_told_in_words_of_pledges(told: Told) -> None:
    """
    2002-09-02 * "Norway" "Pledge in two instalments" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR        40000 USD {0 # 40000.00 USD, "NOR-2002-01.1"}
      Assets:CPCJF:Pledges:NOR        10000 USD {0 # 10000.00 USD, "NOR-2002-01.2"}
      Income:CPCJF:Contributions:NOR -50000.00 USD

    2002-10-21 * "Norway" "Payment" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR       -40000 USD {"NOR-2002-01.1"}
      Assets:CPCJF:Cash               40000.00 USD

    2002-10-28 * "Norway" "The same payment again" ^NOR-2002-01 ; <- ReductionError
      Assets:CPCJF:Pledges:NOR       -40000 USD {"NOR-2002-01.1"} ; <- paid-twice
      Assets:CPCJF:Cash               40000.00 USD
    """
    assert "taken out on 2002-10-21 (2002-2003.beancount:6)" in told["paid-twice"]


def test_a_payment_of_more_than_is_outstanding_is_refused_with_the_label(told: Told) -> None:
    """
    2002-07-01 * "Canada" "Pledge" ^CAN-2002-01
      Assets:CPCJF:Pledges:CAN        15000 USD {0 # 15000.00 USD, "CAN-2002-01.1"}
      Income:CPCJF:Contributions:CAN -15000.00 USD

    2003-12-01 * "Canada" "Payment of more" ^CAN-2002-01 ; <- AmbiguousMatchError
      Assets:CPCJF:Pledges:CAN       -60000 USD {"CAN-2002-01.1"} ; <- more-than-outstanding
      Assets:CPCJF:Cash               60000.00 USD
    """
    assert told["more-than-outstanding"] == (
        "60000 USD is taken out of instalment CAN-2002-01.1, of which 15000 USD is left; it was "
        "last moved on 2002-07-01 (2002-2003.beancount:1). Correct the amount; money beyond what "
        "is owed is an unapplied receipt."
    )


def test_an_unknown_label_is_refused_with_the_nearest(told: Told) -> None:
    """
    2002-07-01 * "Canada" "Pledge" ^CAN-2002-01
      Assets:CPCJF:Pledges:CAN        15000 USD {0 # 15000.00 USD, "CAN-2002-01.1"}
      Income:CPCJF:Contributions:CAN -15000.00 USD

    2003-12-01 * "Norway" "Payment under a misspelt label"
      Assets:CPCJF:Pledges:NOR       -15000 USD {"CAN-2002-10.1"} ; <- unknown-label
      Assets:CPCJF:Cash               15000.00 USD
    """
    assert told["unknown-label"] == (
        "15000 USD is taken out of CAN-2002-10.1, which no entry has opened: correct the label, "
        "or record what opens it first. Near it: CAN-2002-01.1."
    )


def test_a_payment_dated_before_its_pledge_says_where_the_pledge_stands(told: Told) -> None:
    """
    2003-06-01 * "UNDP" "Payment" ^UNDP-2003-01
      Assets:CPCJF:Pledges:UNDP        -18000 USD {"UNDP-2003-01.1"} ; <- unknown-label
      Assets:CPCJF:Cash                 18000.00 USD

    2003-06-10 * "UNDP" "Pledge" ^UNDP-2003-01
      Assets:CPCJF:Pledges:UNDP         18000 USD {0 # 18000.00 USD, "UNDP-2003-01.1"}
      Income:CPCJF:Contributions:UNDP  -18000.00 USD
    """
    assert told["unknown-label"] == (
        "18000 USD is taken out of UNDP-2003-01.1 before it is opened, on 2003-06-10 "
        "(2002-2003.beancount:5). Correct the date or the label."
    )


def test_two_entries_of_one_day_in_the_wrong_order_are_told_so(told: Told) -> None:
    """
    2002-07-01 * "Canada" "Another pledge" ^CAN-2002-02
      Assets:CPCJF:Pledges:CAN         5000 USD {0 # 5000.00 USD, "CAN-2002-02.1"}
      Income:CPCJF:Contributions:CAN  -5000.00 USD

    2002-07-02 * "Canada" "Payment, above its pledge" ^CAN-2002-01 ; <- ReductionError
      Assets:CPCJF:Pledges:CAN       -15000 USD {"CAN-2002-01.1"} ; <- unknown-label
      Assets:CPCJF:Cash               15000.00 USD

    2002-07-02 * "Canada" "Pledge" ^CAN-2002-01
      Assets:CPCJF:Pledges:CAN        15000 USD {0 # 15000.00 USD, "CAN-2002-01.1"}
      Income:CPCJF:Contributions:CAN -15000.00 USD
    """
    assert told["unknown-label"] == (
        "15000 USD is taken out of CAN-2002-01.1 before it is opened, on 2002-07-02 "
        "(2002-2003.beancount:9). Entries of one day are booked in the order of their lines, "
        "whatever their file: move this entry below that one."
    )


def test_a_receipt_applied_twice_is_refused(told: Told) -> None:
    """
    2002-05-01 * "" "Receipt"
      Assets:CPCJF:Cash                500.00 USD
      Liabilities:CPCJF:Unapplied     -500.00 USD {1 USD, "R-2002-0001"}

    2002-06-01 * "Japan" "Applied"
      Liabilities:CPCJF:Unapplied      500.00 USD {"R-2002-0001"}
      Income:CPCJF:Contributions:JPN  -500.00 USD

    2002-06-02 * "Japan" "Applied again"
      Liabilities:CPCJF:Unapplied      500.00 USD {"R-2002-0001"} ; <- paid-twice
      Income:CPCJF:Contributions:JPN  -500.00 USD
    """
    assert (
        "500 USD is taken out of receipt R-2002-0001, of which nothing is left"
        in (told["paid-twice"])
    )


def test_a_deferral_released_twice_is_refused(told: Told) -> None:
    """
    2001-06-01 * "Spain" "Pledge due later" ^ESP-2001-01
      Assets:CPCJF:Pledges:ESP         10000 USD {0 # 10000.00 USD, "ESP-2001-01.1"}
        due: 2002-02-01
      Liabilities:CPCJF:Deferred:ESP  -10000.00 USD {1 USD, "ESP-2001-01.1"}

    2002-01-01 * "Spain" "Release" ^ESP-2001-01
      Liabilities:CPCJF:Deferred:ESP   10000.00 USD {"ESP-2001-01.1"}
      Income:CPCJF:Contributions:ESP  -10000.00 USD

    2002-01-02 * "Spain" "Release again" ^ESP-2001-01
      Liabilities:CPCJF:Deferred:ESP   10000.00 USD {"ESP-2001-01.1"} ; <- paid-twice
      Income:CPCJF:Contributions:ESP  -10000.00 USD
    """
    assert "out of the deferral of ESP-2001-01.1, of which nothing is left" in told["paid-twice"]


def test_a_full_payment_above_a_revaluation_of_the_same_day_is_refused(told: Told) -> None:
    """
    2003-02-03 * "Austria" "Pledge" ^AUT-2003-01
      Assets:CPCJF:Pledges:AUT        50000 EUR {0 # 54347.83 USD, "AUT-2003-01.1"}
      Income:CPCJF:Contributions:AUT -54347.83 USD

    2003-12-31 * "Austria" "Payment, written above the revaluation" ^AUT-2003-01
      Assets:CPCJF:Pledges:AUT       -50000 EUR {"AUT-2003-01.1"}
      Assets:CPCJF:Cash               62500.00 USD
      Income:CPCJF:Exchange           -8152.17 USD

    2003-12-31 * "Austria" "Revaluation" ^AUT-2003-01
      event: "revaluation"
      Assets:CPCJF:Pledges:AUT       -50000 EUR {"AUT-2003-01.1"} ; <- paid-twice
      Assets:CPCJF:Pledges:AUT        50000 EUR {0 # 62500.00 USD, 2003-02-03, "AUT-2003-01.1"}
      Income:CPCJF:Revaluation        -8152.17 USD
    """
    assert "Entries of one day are booked in the order of their lines" in told["paid-twice"]


def test_a_full_payment_below_a_revaluation_of_the_same_day_is_right(told: Told) -> None:
    """
    2003-02-03 * "Austria" "Pledge" ^AUT-2003-01
      Assets:CPCJF:Pledges:AUT        50000 EUR {0 # 54347.83 USD, "AUT-2003-01.1"}
      Income:CPCJF:Contributions:AUT -54347.83 USD

    2003-12-31 * "Austria" "Revaluation" ^AUT-2003-01
      event: "revaluation"
      Assets:CPCJF:Pledges:AUT       -50000 EUR {"AUT-2003-01.1"}
      Assets:CPCJF:Pledges:AUT        50000 EUR {0 # 62500.00 USD, 2003-02-03, "AUT-2003-01.1"}
      Income:CPCJF:Revaluation        -8152.17 USD

    2003-12-31 * "Austria" "Payment" ^AUT-2003-01
      Assets:CPCJF:Pledges:AUT       -50000 EUR {"AUT-2003-01.1"}
      Assets:CPCJF:Cash               62500.00 USD
    """
    assert not told


AGAIN = """
2002-07-01 * "Canada" "Pledge" ^CAN-2002-01
  Assets:CPCJF:Pledges:CAN        15000 USD {{0 # 15000.00 USD, "CAN-2002-01.1"}}
  Income:CPCJF:Contributions:CAN -15000.00 USD

2003-12-01 * "Pledge under the same label"
  class: "{class_}"
  Assets:{fund}:Pledges:{donor}  20 USD {{0 # 20.00 USD, "CAN-2002-01.1"}} ; <- label-used-twice
  Income:{fund}:Contributions:{donor} -20.00 USD
"""


@pytest.mark.parametrize(
    ("fund", "donor", "class_"),
    [("CPCJF", "CAN", "general"), ("CPCJF", "NOR", "general"), ("UNTOC", "CAN", "convention")],
    ids=["same donor", "other donor", "other fund"],
)
def test_a_label_is_given_once(load: Load, say: Say, fund: str, donor: str, class_: str) -> None:
    told = say(load(AGAIN.format(fund=fund, donor=donor, class_=class_)), notices=False)
    assert told["label-used-twice"] == (
        "The label CAN-2002-01.1 was given to an instalment before, last moved on 2002-07-01 "
        "(2002-2003.beancount:1): a label belongs to one for ever. Give this one the next free "
        "number; to return a payment, say which entry is taken back with reverses:."
    )


def test_a_label_of_a_paid_instalment_is_not_given_again(told: Told) -> None:
    """
    2002-07-01 * "Canada" "Pledge" ^CAN-2002-01
      Assets:CPCJF:Pledges:CAN        15000 USD {0 # 15000.00 USD, "CAN-2002-01.1"}
      Income:CPCJF:Contributions:CAN -15000.00 USD

    2002-08-01 * "Canada" "Payment" ^CAN-2002-01
      Assets:CPCJF:Pledges:CAN       -15000 USD {"CAN-2002-01.1"}
      Assets:CPCJF:Cash               15000.00 USD

    2002-09-01 * "Canada" "A new pledge under the old label"
      Assets:CPCJF:Pledges:CAN        20 USD {0 # 20.00 USD, "CAN-2002-01.1"} ; <- label-used-twice
      Income:CPCJF:Contributions:CAN -20.00 USD
    """
    assert "next free number" in told["label-used-twice"]


def test_a_receipt_number_is_given_once(told: Told) -> None:
    """
    2002-05-01 * "" "Receipt"
      Assets:CPCJF:Cash                500.00 USD
      Liabilities:CPCJF:Unapplied     -500.00 USD {1 USD, "R-2002-0001"}

    2002-05-01 * "" "Another receipt of the day, under the same number"
      Assets:CPCJF:Cash                700.00 USD
      Liabilities:CPCJF:Unapplied     -700.00 USD {1 USD, "R-2002-0001"} ; <- label-used-twice
    """
    assert "was given to a receipt before" in told["label-used-twice"]


def test_what_is_left_of_a_pledge_is_put_back_at_its_first_date(told: Told) -> None:
    """
    2002-03-01 * "Austria" "Pledge" ^AUT-2002-01
      Assets:CPCJF:Pledges:AUT        60000 EUR {0 # 51903.11 USD, "AUT-2002-01.1"}
      Income:CPCJF:Contributions:AUT -51903.11 USD

    2002-07-10 * "Austria" "Part payment, the rest without its date" ^AUT-2002-01
      Assets:CPCJF:Pledges:AUT       -60000 EUR {"AUT-2002-01.1"} ; <- pledge-redated
      Assets:CPCJF:Pledges:AUT        20000 EUR {0 # 17301.04 USD, "AUT-2002-01.1"}
      Assets:CPCJF:Cash               34602.07 USD
    """
    assert told["pledge-redated"] == (
        "What is left of AUT-2002-01.1 is put back at its first date, 2002-03-01; at 2002-07-10, "
        "as here, it would change its age. Write 2002-03-01 between the value and the label."
    )


def test_the_whole_lot_is_taken_out(told: Told) -> None:
    """
    2002-03-01 * "Austria" "Pledge" ^AUT-2002-01
      Assets:CPCJF:Pledges:AUT        60000 USD {0 # 60000.00 USD, "AUT-2002-01.1"}
      Income:CPCJF:Contributions:AUT -60000.00 USD

    2002-07-10 * "Austria" "Only the part is taken out, and the rest put back" ^AUT-2002-01
      Assets:CPCJF:Pledges:AUT       -40000 USD {"AUT-2002-01.1"} ; <- whole-lot
      Assets:CPCJF:Pledges:AUT        20000 USD {0 # 20000.00 USD, 2002-03-01, "AUT-2002-01.1"}
      Assets:CPCJF:Cash               20000.00 USD
    """
    assert told["whole-lot"] == (
        "Every event takes the whole lot out and puts back what is left; here 40000 of 60000 USD "
        "of AUT-2002-01.1 is taken out. Take out 60000 USD and put the rest back."
    )


def test_a_label_has_one_open_lot(told: Told) -> None:
    """
    2002-03-01 * "Austria" "Two instalments under one label" ^AUT-2002-01
      Assets:CPCJF:Pledges:AUT        60000 EUR {0 # 51903.11 USD, "AUT-2002-01.1"} ; <- two-lots
      Assets:CPCJF:Pledges:AUT        40000 EUR {0 # 34602.08 USD, "AUT-2002-01.1"}
      Income:CPCJF:Contributions:AUT -86505.19 USD
    """
    assert told["two-lots"].startswith(
        "A label has one open lot; after this entry AUT-2002-01.1 would have 60000 EUR of "
        "2002-03-01 in Assets:CPCJF:Pledges:AUT and 40000 EUR"
    )


def test_one_label_for_two_donors_in_one_entry_is_refused(told: Told) -> None:
    """
    2002-03-01 * "" "Two donors, one label"
      Assets:CPCJF:Pledges:AUT        100 USD {0 # 100.00 USD, "AUT-2002-01.1"} ; <- two-lots
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "AUT-2002-01.1"} ; <~ label-donor
      Income:CPCJF:Contributions:AUT -100.00 USD
      Income:CPCJF:Contributions:NOR -100.00 USD
    """
    assert "Assets:CPCJF:Pledges:NOR" in told["two-lots"]


RETURNED = """
2002-03-01 * "Norway" "Pledge" ^NOR-2002-01
  Assets:CPCJF:Pledges:NOR        900 USD {{0 # 900.00 USD, "NOR-2002-01.1"}}
  Income:CPCJF:Contributions:NOR -900.00 USD

2002-04-01 * "Norway" "Part payment" ^NOR-2002-01
  ref: "P1"
  Assets:CPCJF:Pledges:NOR       -900 USD {{"NOR-2002-01.1"}}
  Assets:CPCJF:Pledges:NOR        600 USD {{0 # 600.00 USD, 2002-03-01, "NOR-2002-01.1"}}
  Assets:CPCJF:Cash               300.00 USD

2002-05-01 * "Norway" "Payment of the rest" ^NOR-2002-01
  ref: "P2"
  Assets:CPCJF:Pledges:NOR       -600 USD {{"NOR-2002-01.1"}}
  Assets:CPCJF:Cash               600.00 USD

2002-05-09 * "Norway" "The bank takes a payment back" ^NOR-2002-01
  event: "returned-payment"
  {reverses}
  Assets:CPCJF:Pledges:NOR        {units} USD {{0 # {units}.00 USD, {day}"NOR-2002-01.1"}} ; {mark}
  Assets:CPCJF:Cash              -{units}.00 USD
"""


@pytest.mark.parametrize(
    ("reverses", "units"),
    [('reverses: "P2"', 600), ("reverses: 2002-05-01", 600), ('reverses: "P1"', 300)],
    ids=["by ref", "by date", "an earlier payment"],
)
def test_a_returned_payment_reopens_its_instalment(
    load: Load, say: Say, reverses: str, units: int
) -> None:
    book = load(RETURNED.format(reverses=reverses, units=units, day="2002-03-01, ", mark=""))
    assert not say(book)
    (line,) = list_instalments(book.register)
    assert (line.paid, line.outstanding, line.status) == (900 - units, units, line.status)
    assert line.pledged == 900


@pytest.mark.parametrize(
    ("reverses", "units", "day", "rule", "words"),
    [
        ('reverses: "P2"', 601, "2002-03-01, ", "reopened-too-much", "(P2) took out 600 is left"),
        (
            'reverses: "P9"',
            600,
            "2002-03-01, ",
            "reverses",
            "names P9, but no entry of that date or ref took anything out of NOR-2002-01.1; "
            "those that did, and are not taken back: 2002-04-01 or P1, 2002-05-01 or P2.",
        ),
        ('reverses: "P2"', 600, "", "pledge-redated", "first date, 2002-03-01, not at 2002-05-09"),
        ('ref: "P3"', 600, "2002-03-01, ", "label-used-twice", "with reverses:"),
    ],
    ids=["too much", "no such entry", "another date", "without reverses"],
)
def test_a_reopening_that_does_not_fit_is_refused(
    load: Load, say: Say, reverses: str, units: int, day: str, rule: str, words: str
) -> None:
    mark = f"<- {rule}"
    told = say(load(RETURNED.format(reverses=reverses, units=units, day=day, mark=mark)))
    assert words in told[rule]


def test_a_payment_that_was_never_made_is_not_taken_back(told: Told) -> None:
    """
    2002-05-09 * "Norway" "The bank takes a payment back" ^NOR-2002-01
      event: "returned-payment"
      reverses: "2002-04-01"
      Assets:CPCJF:Pledges:NOR  600 USD {0 # 600.00 USD, 2002-03-01, "NOR-2002-01.1"} ; <- reverses
      Assets:CPCJF:Cash        -600.00 USD
    """
    assert "no entry before this one has taken anything out of NOR-2002-01.1" in told["reverses"]


def test_a_payment_is_taken_back_once(told: Told) -> None:
    """
    2002-03-01 * "Norway" "Pledge" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR        900 USD {0 # 900.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -900.00 USD

    2002-04-01 * "Norway" "Payment" ^NOR-2002-01
      ref: "P1"
      Assets:CPCJF:Pledges:NOR       -900 USD {"NOR-2002-01.1"}
      Assets:CPCJF:Cash               900.00 USD

    2002-04-02 * "Norway" "Returned" ^NOR-2002-01
      reverses: "P1"
      Assets:CPCJF:Pledges:NOR        900 USD {0 # 900.00 USD, 2002-03-01, "NOR-2002-01.1"}
      Assets:CPCJF:Cash              -900.00 USD

    2002-04-03 * "Norway" "Paid at last" ^NOR-2002-01
      ref: "P2"
      Assets:CPCJF:Pledges:NOR       -900 USD {"NOR-2002-01.1"}
      Assets:CPCJF:Cash               900.00 USD

    2002-04-04 * "Norway" "The first payment returned again" ^NOR-2002-01
      reverses: "P1"
      Assets:CPCJF:Pledges:NOR  900 USD {0 # 900.00 USD, 2002-03-01, "NOR-2002-01.1"} ; <- reverses
      Assets:CPCJF:Cash              -900.00 USD
    """
    assert "not taken back: 2002-04-03 or P2" in told["reverses"]


def test_a_payment_is_taken_back_once_while_its_instalment_is_open(told: Told) -> None:
    """
    2002-03-01 * "Norway" "Pledge" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR        900 USD {0 # 900.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -900.00 USD

    2002-04-01 * "Norway" "Payment" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR       -900 USD {"NOR-2002-01.1"}
      Assets:CPCJF:Cash               900.00 USD

    2002-04-02 * "Norway" "A part is returned" ^NOR-2002-01
      event: "returned-payment"
      reverses: "2002-04-01"
      Assets:CPCJF:Pledges:NOR        500 USD {0 # 500.00 USD, 2002-03-01, "NOR-2002-01.1"}
      Assets:CPCJF:Cash              -500.00 USD

    2002-04-03 * "Norway" "The rest is returned" ^NOR-2002-01
      event: "returned-payment"
      reverses: "2002-04-01"
      Assets:CPCJF:Pledges:NOR       -500 USD {"NOR-2002-01.1"}
      Assets:CPCJF:Pledges:NOR        900 USD {0 # 900.00 USD, 2002-03-01, "NOR-2002-01.1"}
      Assets:CPCJF:Cash              -400.00 USD

    2002-04-04 * "Norway" "All of it once more" ^NOR-2002-01
      event: "returned-payment"
      reverses: "2002-04-01"
      Assets:CPCJF:Pledges:NOR       -900 USD {"NOR-2002-01.1"} ; <- reverses
      Assets:CPCJF:Pledges:NOR       1800 USD {0 # 1800.00 USD, 2002-03-01, "NOR-2002-01.1"}
      Assets:CPCJF:Cash              -900.00 USD
    """
    assert "not taken back: none" in told["reverses"]


def test_an_application_undone_reopens_its_receipt(told: Told) -> None:
    """
    2002-05-01 * "" "Receipt"
      Assets:CPCJF:Cash                500.00 USD
      Liabilities:CPCJF:Unapplied     -500.00 USD {1 USD, "R-2002-0001"}

    2002-06-01 * "Japan" "Applied as a gift"
      ref: "A1"
      Liabilities:CPCJF:Unapplied      500.00 USD {"R-2002-0001"}
      Income:CPCJF:Contributions:JPN  -500.00 USD

    2002-07-01 * "Japan" "Not Japan's after all"
      event: "application"
      reverses: "A1"
      Liabilities:CPCJF:Unapplied     -500.00 USD {1 USD, 2002-05-01, "R-2002-0001"}
      Income:CPCJF:Contributions:JPN   500.00 USD
    """
    assert not told


@pytest.mark.parametrize(
    ("cost", "mark"),
    [
        ("", "no-label"),
        ("{}", "no-label"),
        ("{2002-07-01}", "no-label"),
        ('{"CAN-2002-01.1"}', ""),
    ],
    ids=["no braces", "empty braces", "the date alone", "the label"],
)
def test_a_posting_names_the_lot_it_moves(load: Load, say: Say, cost: str, mark: str) -> None:
    book = load(f"""
    2002-07-01 * "Canada" "Pledge" ^CAN-2002-01
      Assets:CPCJF:Pledges:CAN        15000 USD {{0 # 15000.00 USD, "CAN-2002-01.1"}}
      Income:CPCJF:Contributions:CAN -15000.00 USD

    2002-08-01 * "Canada" "Payment" ^CAN-2002-01
      Assets:CPCJF:Pledges:CAN       -15000 USD {cost} ; {mark and f"<- {mark}"}
      Assets:CPCJF:Cash               15000.00 USD
    """)
    told = say(book)
    if mark:
        assert told["no-label"] == (
            "A posting to Assets:CPCJF:Pledges:CAN names the instalment or receipt it moves; here "
            '-15000 USD has no label. Write it between braces: {"DONOR-YEAR-NN.K"}.'
        )


def test_a_payment_in_another_currency_than_the_pledge_is_refused(told: Told) -> None:
    """
    2002-03-01 * "Austria" "Pledge" ^AUT-2002-01
      Assets:CPCJF:Pledges:AUT        60000 EUR {0 # 51903.11 USD, "AUT-2002-01.1"}
      Income:CPCJF:Contributions:AUT -51903.11 USD

    2002-07-10 * "Austria" "Payment in the book's currency of a pledge in euro" ^AUT-2002-01
      Assets:CPCJF:Pledges:AUT       -51903.11 USD {"AUT-2002-01.1"} ; <- other-currency
      Assets:CPCJF:Cash               51903.11 USD
    """
    assert told["other-currency"] == (
        "Instalment AUT-2002-01.1 is held in EUR; this entry takes out 51903.11 USD. Write the "
        "amount in EUR, or redenominate the instalment first."
    )


def test_a_lot_is_valued_in_the_currency_of_the_book(told: Told) -> None:
    """
    2002-03-01 * "Austria" "Pledge valued in euro" ^AUT-2002-01
      Assets:CPCJF:Pledges:AUT   60000 ATS {0 # 4360.37 EUR, "AUT-2002-01.1"} ; <- cost-currency
      Income:CPCJF:Contributions:AUT -4360.37 EUR
    """
    assert "the lot AUT-2002-01.1 is given in EUR" in told["cost-currency"]


def test_another_booking_method_is_refused_for_the_book(load: Load) -> None:
    book = load("", head='option "booking_method" "FIFO"\nplugin "pledgebook.plugins"\n')
    assert [(error.rule, error.line) for error in book.errors] == [("booking-method", 1)]
    assert "booking method is FIFO; lots are found by their labels only with STRICT" in (
        book.errors[0].message
    )


def test_another_booking_method_is_refused_for_an_account(told: Told) -> None:
    """
    2002-01-01 open Assets:CPCJF:Pledges:AUT EUR "FIFO" ; <- booking-method
    2002-01-01 open Assets:CPCJF:Cash:EUR EUR "FIFO"
    """
    assert told["booking-method"].startswith(
        "Assets:CPCJF:Pledges:AUT is opened with the booking method FIFO"
    )


def test_pad_is_refused(told: Told) -> None:
    """
    2002-01-01 * "" "Interest"
      Assets:CPCJF:Cash       100.00 USD
      Income:CPCJF:Interest  -100.00 USD

    2002-02-01 pad Assets:CPCJF:Cash Equity:CPCJF:Opening-Balance ; <- pad
    2002-02-02 balance Assets:CPCJF:Cash 150.00 USD
    """
    assert told["pad"] == (
        "A pad would write into Assets:CPCJF:Cash whatever makes a balance fit, in any period: "
        "record what happened instead."
    )


def test_an_entry_that_beancount_dropped_is_told_before_what_follows(book: Book) -> None:
    """
    2002-07-01 * "Canada" "A pledge that cannot be completed" ^CAN-2002-01
      Assets:CPCJF:Pledges:CAN        15000 USD {0 # 15000.00 USD, "CAN-2002-01.1"}
      Income:CPCJF:Contributions:CAN
      Income:CPCJF:Exchange

    2002-08-01 * "Canada" "Its payment" ^CAN-2002-01
      Assets:CPCJF:Pledges:CAN       -15000 USD {"CAN-2002-01.1"}
      Assets:CPCJF:Cash               15000.00 USD
    """
    places = {(type(error).__name__, error.source["lineno"]) for error in book.errors}
    assert places == {("CategorizationError", 4), ("Finding", 7)}
    assert type(book.errors[0]).__name__ == "CategorizationError"  # the cause comes first


BY_HAND = """
2002-03-01 * "Austria" "Pledge" ^AUT-2002-01
  Assets:CPCJF:Pledges:AUT        60000 EUR {{0 # 51903.11 USD, "AUT-2002-01.1"}}
  Income:CPCJF:Contributions:AUT -51903.11 USD

2002-07-10 * "Austria" "Part payment" ^AUT-2002-01
{lines}
  Assets:CPCJF:Cash               39680.00 USD
  Income:CPCJF:Exchange
"""
PART = '  Assets:CPCJF:Pledges:AUT       -40000 EUR {"AUT-2002-01.1"} ; <~ part-by-hand'


def test_a_part_taken_out_by_hand_is_accepted_with_the_text_to_write_instead(
    load: Load, say: Say
) -> None:
    book = load(BY_HAND.format(lines=PART))
    told = say(book)
    assert told["part-by-hand"] == (
        "Part of AUT-2002-01.1 is taken out and the rest left, which can hide a fraction of a "
        "cent. Write instead:\n"
        '  Assets:CPCJF:Pledges:AUT -60000 EUR {"AUT-2002-01.1"}\n'
        '  Assets:CPCJF:Pledges:AUT 20000 EUR {0 # 17301.04 USD, 2002-03-01, "AUT-2002-01.1"}'
    )
    (by_hand,) = list_instalments(book.register)
    written = load(BY_HAND.format(lines=told["part-by-hand"].partition("\n")[2]))
    assert not say(written)
    (line,) = list_instalments(written.register)
    assert structs.replace(line, taggings=()) == structs.replace(by_hand, taggings=())
    assert str(line.carrying) == "17301.04"


def test_a_lot_that_does_not_cost_whole_cents_is_noticed(load: Load, say: Say) -> None:
    pledge = """
    2002-03-01 * "Austria" "Pledge, by its rate" ^AUT-2002-01
      Assets:CPCJF:Pledges:AUT        {lot} ; {mark}
      Income:CPCJF:Contributions:AUT
    """
    told = say(load(pledge.format(lot='333 EUR {0.8651 USD, "AUT-2002-01.1"}', mark="<~ cents")))
    assert told["cents"].startswith(
        "A lot costs whole cents; AUT-2002-01.1 costs 288.0783. Write: Assets:CPCJF:Pledges:AUT "
    )
    written = re.sub(r".*AUT (333 EUR)", r"\1", told["cents"])
    assert written == '333 EUR {0 # 288.08 USD, 2002-03-01, "AUT-2002-01.1"}'
    assert not say(load(pledge.format(lot=written, mark="")))


def test_a_pledge_becomes_a_commitment_of_the_day_it_is_committed(told: Told, book: Book) -> None:
    """
    2002-03-01 * "Austria" "Pledging conference" ^AUT-2002-01
      event: "commitment"
      status: "pledged"
      Assets:CPCJF:Memorandum:Pledges:AUT   60000 EUR {0 # 51903.11 USD, "AUT-2002-01.1"}
      Assets:CPCJF:Memorandum:Contra       -51903.11 USD

    2002-09-01 * "Austria" "Note verbale: committed" ^AUT-2002-01
      event: "commitment"
      Assets:CPCJF:Memorandum:Pledges:AUT  -60000 EUR {"AUT-2002-01.1"}
      Assets:CPCJF:Memorandum:Contra        51903.11 USD
      Assets:CPCJF:Pledges:AUT              60000 EUR {0 # 58823.53 USD, "AUT-2002-01.1"}
      Income:CPCJF:Contributions:AUT       -58823.53 USD
    """
    assert not told
    (line,) = list_instalments(book.register)
    assert str(line.pledged_on) == "2002-09-01"
    assert line.status == "committed"


def test_under_receipt_a_pledge_becomes_a_commitment_in_its_memorandum_account(
    load: Load, say: Say
) -> None:
    book = load(
        """
        2002-03-01 * "Austria" "Pledging conference" ^AUT-2002-01
          event: "commitment"
          status: "pledged"
          Assets:F:Memorandum:Pledges:AUT   60000 EUR {0 # 51903.11 USD, "AUT-2002-01.1"}
          Assets:F:Memorandum:Contra       -51903.11 USD

        2002-09-01 * "Austria" "Note verbale: committed" ^AUT-2002-01
          event: "commitment"
          Assets:F:Memorandum:Pledges:AUT  -60000 EUR {"AUT-2002-01.1"}
          Assets:F:Memorandum:Pledges:AUT   60000 EUR {0 # 58823.53 USD, "AUT-2002-01.1"}
          Assets:F:Memorandum:Contra        -6920.42 USD
        """,
        settings="""
1999-12-31 custom "fund" "F" "A fund"
  recognition-general: "receipt"
2002-01-01 custom "period" "2002-2003" 2003-12-31
""",
    )
    assert not say(book)
    (line,) = list_instalments(book.register)
    assert (str(line.pledged_on), line.status) == ("2002-09-01", "committed")


def test_a_transfer_keeps_the_label_in_the_other_fund(told: Told, book: Book) -> None:
    """
    2002-07-01 * "Canada" "Pledge" ^CAN-2002-01
      Assets:CPCJF:Pledges:CAN        15000 USD {0 # 15000.00 USD, "CAN-2002-01.1"}
      Income:CPCJF:Contributions:CAN -15000.00 USD

    2002-08-01 * "Canada" "Moved to the Convention's account at the donor's wish" ^CAN-2002-01
      event: "transfer"
      Assets:CPCJF:Pledges:CAN       -15000 USD {"CAN-2002-01.1"}
      Income:CPCJF:Contributions:CAN  15000.00 USD
      Assets:UNTOC:Pledges:CAN        15000 USD {0 # 15000.00 USD, 2002-07-01, "CAN-2002-01.1"}
      Income:UNTOC:Contributions:CAN -15000.00 USD

    2002-09-01 * "Canada" "Paid where it no longer stands" ^CAN-2002-01
      Assets:CPCJF:Pledges:CAN       -15000 USD {"CAN-2002-01.1"} ; <- other-account
      Assets:CPCJF:Cash               15000.00 USD
    """
    assert told["other-account"].startswith(
        "CAN-2002-01.1 stands in Assets:UNTOC:Pledges:CAN, not in Assets:CPCJF:Pledges:CAN"
    )
    assert list_instalments(book.register)[0].fund == "UNTOC"


def test_a_deferral_moves_with_its_instalment(told: Told) -> None:
    """
    2002-04-10 * "Germany" "Pledge due later" ^DEU-2002-01
      Assets:CPCJF:Pledges:DEU         10000 USD {0 # 10000.00 USD, "DEU-2002-01.1"}
        due: 2004-03-31
      Liabilities:CPCJF:Deferred:DEU  -10000.00 USD {1 USD, "DEU-2002-01.1"}

    2002-05-10 * "Germany" "Reduced, the deferral forgotten" ^DEU-2002-01 ; <- deferral-differs
      event: "amendment"
      Assets:CPCJF:Pledges:DEU        -10000 USD {"DEU-2002-01.1"}
      Assets:CPCJF:Pledges:DEU          4000 USD {0 # 4000.00 USD, 2002-04-10, "DEU-2002-01.1"}
      Income:CPCJF:Contributions:DEU    6000.00 USD
    """
    assert told["deferral-differs"].startswith(
        "The deferral of DEU-2002-01.1 is 10000.00 USD, the instalment 4000.00"
    )


def test_releases_not_made_are_noticed_also_of_money_in_advance(told: Told) -> None:
    """
    2002-04-10 * "Germany" "Pledge due later" ^DEU-2002-01 ; <~ release-not-made <~ release-not-made
      Assets:CPCJF:Pledges:DEU         10000 USD {0 # 10000.00 USD, "DEU-2002-01.1"}
        due: 2004-03-31
      Assets:CPCJF:Pledges:DEU         20000 USD {0 # 20000.00 USD, "DEU-2002-01.2"}
        due: 2004-06-30
      Liabilities:CPCJF:Deferred:DEU  -10000.00 USD {1 USD, "DEU-2002-01.1"}
      Liabilities:CPCJF:Deferred:DEU  -20000.00 USD {1 USD, "DEU-2002-01.2"}

    2003-05-10 * "Germany" "The first instalment comes early" ^DEU-2002-01
      event: "payment"
      Assets:CPCJF:Pledges:DEU         -10000 USD {"DEU-2002-01.1"}
      Liabilities:CPCJF:Deferred:DEU    10000.00 USD {"DEU-2002-01.1"}
      Assets:CPCJF:Cash                 10000.00 USD
      Liabilities:CPCJF:In-Advance:DEU -10000.00 USD {1 USD, "DEU-2002-01.1"}

    2004-01-15 * "" "Interest of the next biennium"
      Assets:CPCJF:Cash       100.00 USD
      Income:CPCJF:Interest  -100.00 USD
    """
    assert "is due to become income on 2004-01-01" in told["release-not-made"]


def test_income_of_a_later_biennium_is_noticed(told: Told) -> None:
    """
    2002-04-10 * "Germany" "Due later, booked as income at once" ^DEU-2002-01 ; <~ not-deferred
      Assets:CPCJF:Pledges:DEU         10000 USD {0 # 10000.00 USD, "DEU-2002-01.1"}
        due: 2004-03-31
      Income:CPCJF:Contributions:DEU  -10000.00 USD
    """
    assert "DEU-2002-01.1 falls due on 2004-03-31, in a later period" in told["not-deferred"]


def test_a_redenomination_is_no_gain_or_loss(told: Told) -> None:
    """
    2001-05-14 * "Italy" "Pledge" ^ITA-2001-01
      Assets:CPCJF:Pledges:ITA        500000000 ITL {0 # 228520.75 USD, "ITA-2001-01.1"}
      Income:CPCJF:Contributions:ITA -228520.75 USD

    2002-01-01 * "Italy" "Redenomination, at another value" ^ITA-2001-01 ; <- redenomination-value
      event: "redenomination"
      Assets:CPCJF:Pledges:ITA       -500000000 ITL {"ITA-2001-01.1"}
      Assets:CPCJF:Pledges:ITA        258228.45 EUR {0 # 228520.80 USD, 2001-05-14, "ITA-2001-01.1"}
      Income:CPCJF:Exchange          -0.05 USD
    """
    assert "changes the value of ITA-2001-01.1 by 0.05 USD" in told["redenomination-value"]


def test_entries_after_a_refused_one_do_not_crash_and_are_not_blamed(
    told: Told, book: Book
) -> None:
    """
    2002-06-01 * "Norway" "Pledge" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR        40000 USD {0 # 40000.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -40000.00 USD

    2002-07-01 * "" "A pledge, and a payment under a wrong label" ; <- ReductionError
      Assets:CPCJF:Pledges:CAN        15000 USD {0 # 15000.00 USD, "CAN-2002-01.1"}
      Income:CPCJF:Contributions:CAN -15000.00 USD
      Assets:CPCJF:Pledges:NOR       -40000 USD {"NOR-2002-10.1"} ; <- unknown-label
      Assets:CPCJF:Cash               40000.00 USD

    2002-08-01 * "Canada" "Its payment is right" ^CAN-2002-01
      Assets:CPCJF:Pledges:CAN       -15000 USD {"CAN-2002-01.1"}
      Assets:CPCJF:Cash               15000.00 USD
    """
    assert "Near it: NOR-2002-01.1." in told["unknown-label"]
    refused = [entry for entry in book.entries if getattr(entry, "postings", None) == []]
    assert [entry.meta["lineno"] for entry in refused] == [5]
    assert [line.label for line in list_instalments(book.register)] == ["NOR-2002-01.1"]

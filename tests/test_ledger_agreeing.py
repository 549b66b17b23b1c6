"""What the parts of an entry say of each other (all amounts and rates made up)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from conftest import SETTINGS
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments

Told = dict[str, str]
Load = Callable[..., Book]
Say = Callable[[Book], Told]


def test_the_rest_of_a_payment_keeps_its_share_of_the_value(told: Told) -> None:
    """
    2002-02-01 * "Norway" "Pledge" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR        400000 NOK {0 # 50000.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR  -50000.00 USD

    2002-06-01 * "Norway" "Part payment" ^NOR-2002-01 ; <- rest-value
      Assets:CPCJF:Pledges:NOR       -400000 NOK {"NOR-2002-01.1"}
      Assets:CPCJF:Pledges:NOR        100000 NOK {0 # 10000.00 USD, 2002-02-01, "NOR-2002-01.1"}
      Assets:CPCJF:Cash                39000.00 USD
      Income:CPCJF:Exchange             1000.00 USD
    """
    assert "is 12500.00 USD; here it is put back at 10000.00" in told["rest-value"]


TAKEN = {
    "payment": ("Assets:CPCJF:Cash  39000.00 USD", "Income:CPCJF:Exchange"),
    "application": (
        'Liabilities:CPCJF:Unapplied  39000.00 USD {"R-2002-0001"}',
        "Income:CPCJF:Exchange",
    ),
    "write-off": ("Equity:CPCJF:Written-Off:NOR",),
    "amendment": ("Income:CPCJF:Contributions:NOR",),
}
"""What takes three quarters of an instalment away, and the other side of it."""


@pytest.mark.parametrize("event", TAKEN)
@pytest.mark.parametrize(
    ("value", "marked"),
    [("12500.00", ""), ("12499.99", "; <- rest-value"), ("12500.01", "; <- rest-value")],
)
def test_the_rest_keeps_its_share_to_the_cent_whatever_took_the_part(
    load: Load, say: Say, event: str, value: str, marked: str
) -> None:
    other_side = "\n".join(f"  {posting}" for posting in TAKEN[event])
    said = say(
        load(f"""
2002-02-01 * "Norway" "Pledge" ^NOR-2002-01
  Assets:CPCJF:Pledges:NOR        400000 NOK {{0 # 50000.00 USD, "NOR-2002-01.1"}}
  Income:CPCJF:Contributions:NOR  -50000.00 USD

2002-03-01 * "A bank" "Receipt"
  Assets:CPCJF:Cash                 39000.00 USD
  Liabilities:CPCJF:Unapplied      -39000.00 USD {{1 USD, "R-2002-0001"}}

2002-06-01 * "Norway" "A part" ^NOR-2002-01 {marked}
  event: "{event}"
  authority: "Controller (made up)"
  Assets:CPCJF:Pledges:NOR       -400000 NOK {{"NOR-2002-01.1"}}
  Assets:CPCJF:Pledges:NOR        100000 NOK {{0 # {value} USD, 2002-02-01, "NOR-2002-01.1"}}
{other_side}
""")
    )
    assert said.keys() == ({"rest-value"} if marked else set())


def test_cash_in_another_currency_is_a_lot(told: Told) -> None:
    """
    2002-06-01 * "Norway" "Gift"
      Assets:CPCJF:Cash               50000 EUR @ 0.9 USD ; <- cash-lot
      Income:CPCJF:Contributions:NOR  -45000.00 USD
    """
    assert '{0 # VALUE USD, "Assets:CPCJF:Cash"}' in told["cash-lot"]


def test_a_due_date_on_the_transaction_is_that_of_its_instalments(load: Load, say: Say) -> None:
    book = load("""
    2002-02-01 * "Norway" "Pledge" ^NOR-2002-01
      due: 2004-03-31
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
      Assets:CPCJF:Pledges:NOR        200 USD {0 # 200.00 USD, "NOR-2002-01.2"}
        due: 2002-09-30
      Liabilities:CPCJF:Deferred:NOR -100.00 USD {1 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -200.00 USD

    2002-05-01 * "Norway" "Pays" ^NOR-2002-01
      due: 2009-01-01
      Assets:CPCJF:Pledges:NOR       -200 USD {"NOR-2002-01.2"}
      Assets:CPCJF:Pledges:NOR         50 USD {0 # 50.00 USD, 2002-02-01, "NOR-2002-01.2"}
      Assets:CPCJF:Cash               150.00 USD
    """)
    assert not say(book)
    assert [line.due for line in list_instalments(book.register)] == [
        date(2004, 3, 31),
        date(2002, 9, 30),
    ]


def test_a_due_date_on_the_transaction_is_a_date(told: Told) -> None:
    """
    2002-02-01 * "Norway" "Pledge" ^NOR-2002-01
      due: "in spring"
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"} ; <- due-date
      Income:CPCJF:Contributions:NOR -100.00 USD
    """
    assert "'in spring' is no date" in told["due-date"]


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("purpos", "purpose"), ("clas", "class"), ("deu", "due"), ("dues", "due"),
        ("acepted-by", "accepted-by"), ("obligations", "obligation"), ("concern", "concerns"),
    ],
)  # fmt: skip
def test_a_key_that_is_nearly_ours_is_remarked(load: Load, key: str, near: str) -> None:
    book = load(f"""
    2002-02-01 * "Norway" "Pledge" ^NOR-2002-01
      {key}: "special"
      Assets:CPCJF:Pledges:NOR        100 USD {{0 # 100.00 USD, "NOR-2002-01.1"}}
      Income:CPCJF:Contributions:NOR -100.00 USD
    """)
    (notice,) = [each for each in book.notices if each.rule == "nearly-a-key"]
    assert notice.message == f"{key}: is not read; did you mean {near}:?"


def test_a_key_that_only_an_excluding_rule_asks_for_is_left_alone(load: Load) -> None:
    rule = """
2000-12-04 custom "rule" "A/RES/55/64" "R7a" "OP7"
  relation: "call"
  not-appeals: "other"
"""
    book = load(
        """
    2002-02-01 * "Norway" "Pledge" ^NOR-2002-01
      appeals: "other"
      references: "what an import writes of a bank's words"
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -100.00 USD
    """,
        SETTINGS + rule,
    )
    assert book.errors == []
    assert [each for each in book.notices if each.rule == "nearly-a-key"] == []


def test_a_key_of_ones_own_is_left_alone(told: Told) -> None:
    """
    2002-02-01 * "Norway" "Pledge" ^NOR-2002-01
      source: "letter.pdf"
      payer: "A bank"
      reviewer: "somebody"
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -100.00 USD
    """
    assert not told

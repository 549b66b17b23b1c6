"""Labels stand in the order of their numbers, P-2 before P-10, wherever they stand (made up)."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from pledgebook.ledger import Book, list_instalments, match_receipts
from pledgebook.ledger.register.collections import list_collections
from pledgebook.ledger.register.instalments import by_number

Load = Callable[..., Book]
NUMBERS = range(1, 13)
LABELS = [f"CAN-2002-01.{number}" for number in NUMBERS]
PLEDGE = (
    '\n2002-02-01 * "Canada" "Pledge" ^CAN-2002-01\n  event: "{event}"\n  class: "general"\n'
    + "".join(
        f'  Assets:CPCJF:{{account}}:CAN   100 USD {{{{0 # 100.00 USD, "{label}"}}}}\n'
        "    due: 2002-12-31\n"
        for label in reversed(LABELS)
    )
)
COMMITTED = PLEDGE.format(event="commitment", account="Pledges") + (
    "  Income:CPCJF:Contributions:CAN   -1200 USD\n"
)
PAID = (
    '\n2002-03-01 * "Canada" "Payment" ^CAN-2002-01\n  event: "payment"\n  class: "general"\n'
    + "".join(
        f'  Assets:CPCJF:Pledges:CAN   -100 USD {{"{label}"}}\n' for label in reversed(LABELS)
    )
    + "  Assets:CPCJF:Cash   1200 USD\n"
)
RECEIPT = """
2002-03-01 * "Canada" "CAN-2002-01"
  event: "receipt-unapplied"
  class: "general"
  payer: "Canada"
  remittance: "CAN-2002-01"
  Assets:CPCJF:Cash              100 USD
  Liabilities:CPCJF:Unapplied   -100 USD {0 # 100 USD, "R-2002-0001"}
"""


@given(numbers=st.lists(st.tuples(st.integers(1, 300), st.integers(1, 300)), unique=True))
def test_the_numbers_of_labels_are_compared_as_numbers(numbers: list[tuple[int, int]]) -> None:
    labels = [f"CAN-2002-{pledge:02}.{part}" for pledge, part in numbers]
    in_order = [f"CAN-2002-{pledge:02}.{part}" for pledge, part in sorted(numbers)]
    assert sorted(labels, key=by_number) == in_order


def test_so_they_stand_in_the_register(load: Load) -> None:
    lines = list_instalments(load(COMMITTED).register)
    assert [line.label for line in lines] == LABELS


def test_so_they_stand_in_a_collection(load: Load) -> None:
    (collection,) = list_collections(load(COMMITTED + PAID).register)
    assert collection.key.labels == " ".join(LABELS)


def test_a_receipt_that_names_them_in_another_order_is_for_the_same_collection(load: Load) -> None:
    issued = (
        '2002-09-01 custom "official-receipt" "CPCJF/2002/0001" "CAN"\n  amount: 1200.00 USD\n'
        f'  collected-on: 2002-03-01\n  collection: "{" ".join(sorted(LABELS))}"\n'
    )
    book = load(COMMITTED + PAID + issued)
    assert [error.message for error in book.errors] == []


def test_so_equal_instalments_are_paid(load: Load) -> None:
    (match,) = match_receipts(load(COMMITTED + RECEIPT))
    assert match.chosen is not None
    assert match.chosen.labels == ("CAN-2002-01.1",)
    others = [each.labels[0] for each in match.others]
    assert others == sorted(others, key=by_number)

"""Applications taken back, both ways (all amounts and rates made up)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.ledger import (
    Allocation,
    Book,
    EventRefusedError,
    decide,
    load_book,
    take_back,
    undo_texts,
    waiting_receipts,
    write_entries,
)
from pledgebook.ledger.files.writing import write_texts
from pledgebook.ledger.matching.receipts import Paid, divide
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.reports import select
from pledgebook.reports.schedule import make_schedule
from test_deciding import BOOK, receipts

D = Decimal
Load = Callable[..., Book]
CASES = [
    ("1500.00", [Allocation("CAN-2002-01.1"), Allocation("CAN-2002-01.2", D(300))], D(0)),
    ("1600.00", [Allocation("CAN-2002-01.1"), Allocation("CAN-2002-02.1")], D(0)),
    ("1920.00", [Allocation("CAN-2002-01.1"), Allocation("AUT-2002-01.1")], D(0)),
    ("995.00", [Allocation("CAN-2002-01.1")], D(5)),
    ("250000.00", [Allocation("ITA-2002-01.1", currency="EUR")], D(0)),
]


def standing(book: Book) -> dict[str, tuple[Decimal, str]]:
    assert [error.message for error in book.errors] == []
    made = make_schedule(select(book, "2002-2003"))
    assert made.proof.agrees
    assert all(tie.agrees for tie in made.ties)
    return {line.label: (line.outstanding, line.status) for line in list_instalments(book.register)}


@pytest.mark.parametrize(("value", "allocations", "charges"), CASES)
@pytest.mark.parametrize("how", ["entry", "files"])
def test_what_is_taken_back_is_open_again_and_the_money_waits(
    load: Load, value: str, allocations: list[Allocation], charges: Decimal, how: str
) -> None:
    book = load(BOOK + receipts(value))
    before = standing(book)
    write_entries(book, decide(book, ["R1"], allocations, charges=charges))
    applied = load_book(book.path)
    assert standing(applied) != before
    if how == "entry":
        write_entries(applied, take_back(applied, "R1", date(2002, 9, 2)))
    else:
        write_texts(applied, undo_texts(applied, "R1"))
    after = load_book(book.path)
    now = standing(after)
    if allocations[0].currency:  # the redenomination stands
        now.pop("ITA-2002-01.1")
        before.pop("ITA-2002-01.1")
    assert {label: open_[0] for label, open_ in now.items()} == {
        label: open_[0] for label, open_ in before.items()
    }
    assert sum((each.value for each in waiting_receipts(after)), D(0)) == D(value)


def test_in_a_sealed_period_the_way_out_is_named(load: Load) -> None:
    book = load(BOOK + receipts("1000.00"))
    write_entries(book, decide(book, ["R1"], [Allocation("CAN-2002-01.1")]))
    with (book.path.parent / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write('2003-12-31 custom "seal" "2002-2003" "4f1c0ad8e2f3b9a7"\n')
    sealed = load_book(book.path)
    with pytest.raises(EventRefusedError, match="take it back by an entry, with --date"):
        undo_texts(sealed, "R1")
    (entry,) = take_back(sealed, "R1", date(2004, 2, 2))
    assert entry.date == date(2004, 2, 2)


SENT = """
2002-07-01 * "Ministry" "NV 12"
  event: "receipt-unapplied"
  class: "general"
  payer: "Ministry of Finance"
  remittance: "NV 12"
  original: "{sent}"
  proposed-donor: "AUT"
  Assets:CPCJF:Cash              {value} USD
  Liabilities:CPCJF:Unapplied   -{value} USD {{0 # {value} USD, "R1"}}
"""


def test_what_was_sent_and_said_stays_with_money_whose_application_is_taken_back(
    load: Load,
) -> None:
    book = load(BOOK + SENT.format(sent="1000 EUR", value="900.00"))
    (before,) = waiting_receipts(book)
    write_entries(book, decide(book, ["R1"], [Allocation("AUT-2002-01.1")]))
    applied = load_book(book.path)
    write_entries(applied, take_back(applied, "R1", date(2002, 9, 2)))
    (after,) = waiting_receipts(load_book(book.path))
    assert after.label != "R1"
    assert (after.original, after.payer, after.donor) == ((D(1000), "EUR"), before.payer, "AUT")
    assert "NV 12" in after.texts


def test_what_is_left_of_a_receipt_is_left_of_what_was_sent(load: Load) -> None:
    book = load(BOOK + SENT.format(sent="1400 EUR", value="1260.00"))
    part = [Allocation("AUT-2002-01.1", D(600), "EUR", D("540.00"))]
    write_entries(book, decide(book, ["R1"], part))
    applied = load_book(book.path)
    (left,) = waiting_receipts(applied)
    assert (left.value, left.original) == (D("720.00"), (D(800), "EUR"))
    write_entries(applied, take_back(applied, "R1", date(2002, 9, 2)))
    waiting = waiting_receipts(load_book(book.path))
    assert sorted(each.original for each in waiting if each.original) == [
        (D(600), "EUR"),
        (D(800), "EUR"),
    ]


@given(
    sent=st.integers(100, 10**9),
    whole=st.integers(100, 10**9),
    cuts=st.lists(st.integers(1, 99), min_size=1, max_size=6),
    currency=st.sampled_from(["EUR", "USD", "GBP"]),
)
def test_parts_of_what_was_sent_come_to_it_however_a_receipt_is_divided(
    sent: int, whole: int, cuts: list[int], currency: str
) -> None:
    value = D(whole) / 100
    original = (D(sent) / 100, "EUR")
    ends = [*sorted({value * cut // 100 for cut in cuts} - {D(0)}), value]
    parts = [
        Paid(end - start, original[0] * (end - start) // value, currency)
        for start, end in itertools.pairwise([D(0), *ends])
    ]
    assert sum(divide(original, value, parts), D(0)) == original[0]
    used = divide(original, value, parts[:-1])
    assert sum(used, D(0)) <= original[0] + D(len(parts)) / 100

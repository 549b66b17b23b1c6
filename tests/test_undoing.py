"""Applications taken back, both ways (all amounts and rates made up)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
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


@pytest.mark.parametrize(("dollars", "allocations", "charges"), CASES)
@pytest.mark.parametrize("how", ["entry", "files"])
def test_what_is_taken_back_is_open_again_and_the_money_waits(
    load: Load, dollars: str, allocations: list[Allocation], charges: Decimal, how: str
) -> None:
    book = load(BOOK + receipts(dollars))
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
    assert sum((each.dollars for each in waiting_receipts(after)), D(0)) == D(dollars)


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

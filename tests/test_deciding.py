"""A person decides which receipts pay which instalments (all amounts and rates made up)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

import pytest
from pledgebook.ledger import Allocation, Book, EventRefusedError, decide, load_book, write_entries
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.instalments import Instalment, list_instalments
from pledgebook.reports import select
from pledgebook.reports.schedule import make_schedule

D = Decimal
Load = Callable[..., Book]

BOOK = """
2002-01-01 price USD 1.10 EUR

2002-02-01 * "Canada" "Pledge" ^CAN-2002-01
  event: "commitment"
  class: "general"
  Assets:CPCJF:Pledges:CAN      1000 USD {0 # 1000.00 USD, "CAN-2002-01.1"}
    due: 2002-06-30
  Assets:CPCJF:Pledges:CAN      2500 USD {0 # 2500.00 USD, "CAN-2002-01.2"}
    due: 2002-12-31
  Income:CPCJF:Contributions:CAN   -3500.00 USD

2002-02-01 * "Canada" "Pledge to the Convention's account" ^CAN-2002-02
  event: "commitment"
  Assets:UNTOC:Pledges:CAN       600 USD {0 # 600.00 USD, "CAN-2002-02.1"}
    due: 2002-06-30
  Income:UNTOC:Contributions:CAN   -600.00 USD

2002-02-01 * "Austria" "Pledge in euro" ^AUT-2002-01
  event: "commitment"
  purpose: "corruption"
  Assets:CPCJF:Pledges:AUT      1000 EUR {0 # 909.09 USD, "AUT-2002-01.1"}
    due: 2002-06-30
  Income:CPCJF:Contributions:AUT   -909.09 USD

2002-02-01 * "Italy" "Pledge in lire" ^ITA-2002-01
  event: "commitment"
  purpose: "corruption"
  Assets:CPCJF:Pledges:ITA  500000000 ITL {0 # 234753.14 USD, "ITA-2002-01.1"}
    due: 2002-06-30
  Income:CPCJF:Contributions:ITA   -234753.14 USD

2002-02-01 * "Norway" "Pledge in kroner" ^NOR-2002-01
  event: "commitment"
  purpose: "corruption"
  Assets:CPCJF:Pledges:NOR      900 NOK {0 # 100.00 USD, "NOR-2002-01.1"}
  Income:CPCJF:Contributions:NOR   -100.00 USD
"""


def receipts(*value: str) -> str:
    return "".join(
        f"""
2002-07-{number:02d} * "A payer" "Money"
  event: "receipt-unapplied"
  class: "general"
  Assets:CPCJF:Cash              {each} USD
  Liabilities:CPCJF:Unapplied   -{each} USD {{0 # {each} USD, "R{number}"}}
"""
        for number, each in enumerate(value, 1)
    )


def decided(
    book: Book,
    labels: Sequence[str],
    *allocations: Allocation,
    charges: Decimal | None = ZERO,
) -> tuple[dict[str, Instalment], dict[str, Decimal]]:
    """Write a decision; return the instalments and what waits, of a book that agrees."""
    write_entries(book, decide(book, labels, allocations, charges=charges, by="Desk officer"))
    after = load_book(book.path)
    assert [error.message for error in after.errors] == []
    made = make_schedule(select(after, "2002-2003"))
    assert made.proof.agrees
    assert all(tie.agrees for tie in made.ties)
    lines = {line.label: line for line in list_instalments(after.register)}
    return lines, {each.label: each.value for each in waiting_receipts(after)}


def test_one_receipt_pays_several_instalments_and_the_rest_of_it_waits(load: Load) -> None:
    lines, waits = decided(
        load(BOOK + receipts("1500.00")),
        ["R1"],
        Allocation("CAN-2002-01.1"),
        Allocation("CAN-2002-01.2", D(300)),
    )
    assert lines["CAN-2002-01.1"].status == "paid"
    assert lines["CAN-2002-01.2"].outstanding == D(2200)
    assert waits == {"R1": D("200.00")}


def test_several_receipts_pay_one_instalment_each_by_an_application_of_its_own(load: Load) -> None:
    book = load(BOOK + receipts("400.00", "350.00", "900.00"))
    lines, waits = decided(book, ["R3", "R1", "R2"], Allocation("CAN-2002-01.1"))
    assert lines["CAN-2002-01.1"].status == "paid"
    assert waits == {"R3": D("650.00")}
    after = load_book(book.path)
    paid = [each for each in after.register.changes if each.event == "application"]
    assert [each.received for each in paid] == [D(400), D(350), D(250)]
    assert {(each.entry.meta["matched-by"], each.entry.meta["entered-by"]) for each in paid} == {
        ("a person", "Desk officer")
    }


def test_two_receipts_share_the_units_of_a_pledge_in_euro_to_the_cent(load: Load) -> None:
    lines, waits = decided(
        load(BOOK + receipts("333.33", "600.00")), ["R1", "R2"], Allocation("AUT-2002-01.1")
    )
    assert (lines["AUT-2002-01.1"].status, lines["AUT-2002-01.1"].outstanding) == ("paid", 0)
    assert waits == {}


def test_lire_are_settled_in_euro_by_two_receipts(load: Load) -> None:
    lines, waits = decided(
        load(BOOK + receipts("100000.00", "150000.00")),
        ["R1", "R2"],
        Allocation("ITA-2002-01.1", currency="EUR"),
    )
    assert (lines["ITA-2002-01.1"].status, lines["ITA-2002-01.1"].currency) == ("paid", "EUR")
    assert waits == {}


FRANCS = """
2002-02-01 * "France" "Pledge in francs" ^FRA-2002-01
  event: "commitment"
  purpose: "corruption"
  Assets:CPCJF:Pledges:FRA  1500000 FRF {0 # 207885.47 USD, "FRA-2002-01.1"}
    due: 2002-06-30
  Income:CPCJF:Contributions:FRA   -207885.47 USD
"""


def test_francs_named_by_hand_are_redenominated_where_nothing_is_paid_in_them(load: Load) -> None:
    lines, waits = decided(
        load(BOOK + FRANCS + receipts("138590.00")),
        ["R1"],
        Allocation("FRA-2002-01.1", D(1000000)),
    )
    line = lines["FRA-2002-01.1"]
    assert (line.currency, line.pledged) == ("EUR", D("228673.53"))  # 1,500,000 / 6.55957
    assert (line.paid, line.outstanding) == (D("152449.02"), D("76224.51"))
    assert waits == {}


def test_francs_paid_in_euro_while_both_were_money_are_redenominated(load: Load) -> None:
    early = receipts("207885.47").replace("2002-07-01", "2002-02-10")
    euro = early.replace('  class: "general"', '  class: "general"\n  original: "228673.53 EUR"')
    in_euro, _ = decided(load(BOOK + FRANCS + euro), ["R1"], Allocation("FRA-2002-01.1"))
    assert (in_euro["FRA-2002-01.1"].status, in_euro["FRA-2002-01.1"].currency) == ("paid", "EUR")
    in_francs, _ = decided(load(BOOK + FRANCS + early), ["R1"], Allocation("FRA-2002-01.1"))
    assert in_francs["FRA-2002-01.1"].currency == "FRF"


def test_charges_are_advised_only_where_the_bank_states_them_or_somebody_says_so(
    load: Load,
) -> None:
    kept = [Allocation("CAN-2002-01.1")]
    book = load(BOOK + receipts("990.00"))
    (silent,) = decide(book, ["R1"], kept, charges=D(10))
    assert "charges" not in silent.meta
    (said,) = decide(book, ["R1"], kept, charges=D(10), charges_advised=True)
    assert said.meta["charges"] == "advised"
    stating = 'class: "general"\n  bank-charges: "10.00 USD"'
    book = load(BOOK + receipts("990.00").replace('class: "general"', stating))
    (stated,) = decide(book, ["R1"], kept, charges=D(10))
    assert stated.meta["charges"] == "advised"


def test_what_banks_kept_of_euro_follows_from_what_they_say_was_sent(load: Load) -> None:
    stating = 'class: "general"\n  original: "996 EUR"'
    book = load(BOOK + receipts("1010.00").replace('class: "general"', stating))
    (draft,) = decide(book, ["R1"], [Allocation("AUT-2002-01.1")], charges=None)
    kept = [line.number for line in draft.lines if "Bank-Charges" in line.account]
    assert kept == [D("4.06")]  # 1010.00 * 4 / 996
    lines, waits = decided(book, ["R1"], Allocation("AUT-2002-01.1"), charges=None)
    assert (lines["AUT-2002-01.1"].status, waits) == ("paid", {})


def test_a_part_of_the_money_goes_to_a_pledge_in_euro_where_its_dollars_are_stated(
    load: Load,
) -> None:
    lines, waits = decided(
        load(BOOK + receipts("900.00")),
        ["R1"],
        Allocation("AUT-2002-01.1", D(500), value=D("455.00")),
    )
    assert lines["AUT-2002-01.1"].outstanding == D(500)
    assert waits == {"R1": D("445.00")}


def test_of_dollars_and_euro_together_the_euro_take_what_the_dollars_leave(load: Load) -> None:
    book = load(BOOK + receipts("1920.00"))
    lines, waits = decided(book, ["R1"], Allocation("CAN-2002-01.1"), Allocation("AUT-2002-01.1"))
    assert lines["CAN-2002-01.1"].status == lines["AUT-2002-01.1"].status == "paid"
    assert waits == {}
    (euro,) = [
        each
        for each in load_book(book.path).register.changes
        if each.event == "application" and each.label == "AUT-2002-01.1"
    ]
    assert euro.received == D("920.00")


def test_one_receipt_pays_instalments_of_two_funds(load: Load) -> None:
    lines, waits = decided(
        load(BOOK + receipts("1600.00")),
        ["R1"],
        Allocation("CAN-2002-01.1"),
        Allocation("CAN-2002-02.1"),
    )
    assert lines["CAN-2002-01.1"].status == lines["CAN-2002-02.1"].status == "paid"
    assert waits == {}


@pytest.mark.parametrize("charges", [D("5.00"), None])
def test_what_banks_kept_is_settled_too(load: Load, charges: Decimal | None) -> None:
    lines, waits = decided(
        load(BOOK + receipts("400.00", "595.00")),
        ["R1", "R2"],
        Allocation("CAN-2002-01.1"),
        charges=charges,
    )
    assert lines["CAN-2002-01.1"].status == "paid"
    assert waits == {}


@pytest.mark.parametrize(
    ("labels", "allocations", "charges", "words"),
    [
        (["R9"], [Allocation("CAN-2002-01.1")], D(0), "No receipt R9 waits"),
        (["R1", "R1"], [Allocation("CAN-2002-01.1")], D(0), "once"),
        (["R1"], [], D(0), "Name the instalments"),
        (["R1"], [Allocation("CAN-2002-01.1", D(1001))], D(0), "1001 can be settled"),
        (["R1"], [Allocation("CAN-2002-01.1", D(600))], D(0), "settle a part"),
        (["R1", "R2"], [Allocation("CAN-2002-01.1", D(100))], D(0), "R2 is not needed"),
        (["R1"], [Allocation("CAN-2002-01", D(9000))], D(0), "9000 is more"),
        (["R1"], [Allocation("CAN-2002-01.1"), Allocation("CAN-2002-01.1")], D(0), "named twice"),
        (["R1"], [Allocation("CAN-2002-01.1")], None, "is no charge"),
        (["R1"], [Allocation("CAN-2002-01.1", D(400))], None, "Nothing is missing"),
        (["R1"], [Allocation("CAN-2002-01.1", D(500))], D(5), "would be left of the money"),
        (["R1"], [Allocation("AUT-2002-01.1")], None, "state what banks kept"),
        (["R1"], [Allocation("AUT-2002-01.1", currency="JPY")], D(0), "is in EUR"),
        (["R1"], [Allocation("AUT-2002-01.1"), Allocation("NOR-2002-01.1")], D(0), "of each"),
    ],
)
def test_what_cannot_be_is_refused(
    load: Load,
    labels: list[str],
    allocations: list[Allocation],
    charges: Decimal | None,
    words: str,
) -> None:
    book = load(BOOK + receipts("500.00", "200.00"))
    with pytest.raises(EventRefusedError, match=words):
        decide(book, labels, allocations, charges=charges)

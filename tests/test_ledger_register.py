"""The register is derived from lots and forgets nothing (all amounts made up)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from beancount.core.data import Transaction
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import Instalment, list_instalments, pledge_of
from pledgebook.ledger.register.postings import read_lines
from pledgebook.ledger.register.purposes import purposes_of_money
from pledgebook.reports.figures.selection import select
from pledgebook.reports.schedule import make_schedule

Told = dict[str, str]
Load = Callable[..., Book]
D = Decimal


def lines_of(book: Book, as_at: date | None = None) -> dict[str, Instalment]:
    return {line.label: line for line in list_instalments(book.register, as_at)}


def test_what_was_carried_forward_still_says_what_was_pledged_and_paid(
    told: Told, book: Book
) -> None:
    """
    2002-01-01 * "United States" "Brought forward" ^USA-2000-01 ; <~ paragraphs
      event: "opening"
      Assets:CPCJF:Pledges:USA          80000 USD {0 # 80000.00 USD, 2000-03-01, "USA-2000-01.1"}
        due: 2000-12-31
        pledged: 200000 USD
        paid: 120000 USD
      Equity:CPCJF:Opening-Balance     -80000.00 USD

    2002-05-16 * "United States" "Part payment" ^USA-2000-01
      Assets:CPCJF:Pledges:USA         -80000 USD {"USA-2000-01.1"}
      Assets:CPCJF:Pledges:USA          30000 USD {0 # 30000.00 USD, 2000-03-01, "USA-2000-01.1"}
      Assets:CPCJF:Cash                 50000.00 USD

    2003-11-28 * "United States" "Written off" ^USA-2000-01
      authority: "Controller (made up)"
      Assets:CPCJF:Pledges:USA         -30000 USD {"USA-2000-01.1"}
      Equity:CPCJF:Written-Off:USA      30000.00 USD
    """
    assert told
    (line,) = list_instalments(book.register)
    assert (line.pledged, line.paid, line.written_off) == (D(200000), D(170000), D(30000))
    assert (line.status, line.pledged_on, line.due) == (
        "written-off", date(2000, 3, 1), date(2000, 12, 31),
    )  # fmt: skip
    ((row,),) = make_schedule(select(book, "2002-2003")).sections.values()
    assert (row.figures.opening, row.figures.collected_prior) == (D(80000), D(50000))
    assert (row.figures.written_off, row.figures.closing) == (D(30000), D(0))
    assert row.figures.foots


def test_an_opening_brings_a_deferral_and_an_advance(told: Told, book: Book) -> None:
    """
    2002-01-01 * "Netherlands" "Brought forward, due later" ^NLD-2001-01
      event: "opening"
      Assets:CPCJF:Pledges:NLD          25000 USD {0 # 25000.00 USD, 2001-06-01, "NLD-2001-01.2"}
        due: 2002-12-01
      Liabilities:CPCJF:Deferred:NLD   -25000.00 USD {1 USD, "NLD-2001-01.2"}

    2002-01-01 * "Netherlands" "Release" ^NLD-2001-01
      Liabilities:CPCJF:Deferred:NLD    25000.00 USD {"NLD-2001-01.2"}
      Income:CPCJF:Contributions:NLD   -25000.00 USD
    """
    assert not told
    ((row,),) = make_schedule(select(book, "2002-2003")).sections.values()
    assert (row.figures.opening, row.figures.pledged) == (D(0), D(25000))
    assert row.figures.foots


@pytest.mark.parametrize(
    ("lot", "came"),
    [
        ("", date(2001, 12, 31)),
        (", 2001-05-05", date(2001, 5, 5)),
        (", 2001-12-31", date(2001, 12, 31)),
        (", 2002-01-01", date(2001, 12, 31)),
        (", 2002-06-30", date(2001, 12, 31)),
    ],
)
def test_money_that_an_opening_brings_came_before_it(load: Load, lot: str, came: date) -> None:
    book = load(f"""
2002-01-01 * "Some Bank" "Brought forward"
  event: "opening"
  Liabilities:CPCJF:Unapplied      -100.00 USD {{0 # 100.00 USD{lot}, "R-2001-0001"}}
  Equity:CPCJF:Opening-Balance      100.00 USD

2002-01-01 * "Finland" "Brought forward, paid in advance" ^FIN-2001-01
  event: "opening"
  Liabilities:CPCJF:In-Advance:FIN -100.00 USD {{0 # 100.00 USD{lot}, "FIN-2001-01.1"}}
    pledged-on: 2001-05-05
    pledged: "100 USD"
    paid: "100 USD"
    due: 2004-06-30
  Equity:CPCJF:Opening-Balance      100.00 USD
""")
    assert book.errors == []
    assert [held.since for held in book.register.held] == [came, came]


def test_what_is_left_of_money_is_as_old_as_the_money(told: Told, book: Book) -> None:
    """
    2001-11-05 * "Some Bank" "Receipt"
      Assets:CPCJF:Cash                 100.00 USD
      Liabilities:CPCJF:Unapplied      -100.00 USD {0 # 100.00 USD, "R-2001-0001"}

    2002-02-01 * "Norway" "Pledge" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR           60 USD {0 # 60.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR    -60.00 USD

    2002-03-01 * "Norway" "Application of R-2001-0001" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR          -60 USD {"NOR-2002-01.1"}
      Liabilities:CPCJF:Unapplied       100.00 USD {"R-2001-0001"}
      Liabilities:CPCJF:Unapplied       -40.00 USD {0 # 40.00 USD, "R-2001-0001"}
    """
    assert not told
    assert {held.since for held in book.register.held} == {date(2001, 11, 5)}
    proof = make_schedule(select(book, "2002-2003")).proof
    assert (proof.collected, proof.applied_from_opening, proof.new_unapplied) == (D(60), D(60), 0)
    assert proof.agrees


def test_several_instalments_paid_at_once_share_what_was_received(told: Told, book: Book) -> None:
    """
    2002-03-01 * "Austria" "Pledge" ^AUT-2002-01
      Assets:CPCJF:Pledges:AUT         100 EUR {0 # 80.00 USD, "AUT-2002-01.1"}
      Assets:CPCJF:Pledges:AUT         200 EUR {0 # 170.00 USD, "AUT-2002-01.2"}
      Income:CPCJF:Contributions:AUT  -250.00 USD

    2002-09-01 * "Austria" "Both paid, at one rate" ^AUT-2002-01
      Assets:CPCJF:Pledges:AUT        -100 EUR {"AUT-2002-01.1"}
      Assets:CPCJF:Pledges:AUT        -200 EUR {"AUT-2002-01.2"}
      Assets:CPCJF:Cash                301.00 USD
      Income:CPCJF:Exchange            -51.00 USD
    """
    assert not told
    lines = lines_of(book)
    assert lines["AUT-2002-01.1"].received == D("100.33")
    assert lines["AUT-2002-01.2"].received == D("200.67")


def test_an_instalment_in_dollars_takes_its_own_of_a_payment(told: Told, book: Book) -> None:
    """
    2002-03-01 * "Austria" "Pledges" ^AUT-2002-01
      Assets:CPCJF:Pledges:AUT         100 EUR {0 # 80.00 USD, "AUT-2002-01.1"}
      Assets:CPCJF:Pledges:AUT         200 USD {0 # 200.00 USD, "AUT-2002-02.1"}
      Income:CPCJF:Contributions:AUT  -280.00 USD

    2002-09-01 * "Austria" "Both paid" ^AUT-2002-01
      Assets:CPCJF:Pledges:AUT        -100 EUR {"AUT-2002-01.1"}
      Assets:CPCJF:Pledges:AUT        -200 USD {"AUT-2002-02.1"}
      Assets:CPCJF:Cash                295.00 USD
      Income:CPCJF:Exchange            -15.00 USD
    """
    assert not told
    lines = lines_of(book)
    assert (lines["AUT-2002-01.1"].received, lines["AUT-2002-02.1"].received) == (D(95), D(200))


STATUSES = """
2002-03-01 * "Norway" "Pledges" ^NOR-2002-01
  Assets:CPCJF:Pledges:NOR              100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
    due: 2002-06-30
  Assets:CPCJF:Pledges:NOR              200 USD {0 # 200.00 USD, "NOR-2002-01.2"}
    due: 2004-06-30
  Assets:CPCJF:Pledges:NOR              300 USD {0 # 300.00 USD, "NOR-2002-01.3"}
  Income:CPCJF:Contributions:NOR       -400.00 USD
  Liabilities:CPCJF:Deferred:NOR       -200.00 USD {1 USD, "NOR-2002-01.2"}

2002-05-01 * "Norway" "Cancelled" ^NOR-2002-01
  event: "cancellation"
  Assets:CPCJF:Pledges:NOR             -300 USD {"NOR-2002-01.3"}
  Income:CPCJF:Contributions:NOR        300.00 USD

2002-08-01 * "Norway" "Part payment" ^NOR-2002-01
  Assets:CPCJF:Pledges:NOR             -100 USD {"NOR-2002-01.1"}
  Assets:CPCJF:Pledges:NOR               40 USD {0 # 40.00 USD, 2002-03-01, "NOR-2002-01.1"}
  Assets:CPCJF:Cash                      60.00 USD

2003-10-01 * "Norway" "Paid early" ^NOR-2002-01
  Assets:CPCJF:Pledges:NOR             -200 USD {"NOR-2002-01.2"}
  Liabilities:CPCJF:Deferred:NOR        200.00 USD {"NOR-2002-01.2"}
  Assets:CPCJF:Cash                     200.00 USD
  Liabilities:CPCJF:In-Advance:NOR     -200.00 USD {1 USD, "NOR-2002-01.2"}

2004-01-01 * "Norway" "Release" ^NOR-2002-01
  Liabilities:CPCJF:In-Advance:NOR      200.00 USD {"NOR-2002-01.2"}
  Income:CPCJF:Contributions:NOR       -200.00 USD
"""


@pytest.mark.parametrize(
    ("as_at", "statuses", "overdue"),
    [
        (date(2002, 3, 1), ["committed", "deferred", "committed"], set()),
        (date(2002, 6, 30), ["committed", "deferred", "cancelled"], set()),
        (date(2002, 7, 1), ["committed", "deferred", "cancelled"], {"NOR-2002-01.1"}),
        (date(2002, 8, 1), ["partly-paid", "deferred", "cancelled"], {"NOR-2002-01.1"}),
        (date(2003, 12, 31), ["partly-paid", "in-advance", "cancelled"], {"NOR-2002-01.1"}),
        (date(2004, 1, 1), ["partly-paid", "paid", "cancelled"], {"NOR-2002-01.1"}),
        (None, ["partly-paid", "paid", "cancelled"], {"NOR-2002-01.1"}),
    ],
)
def test_the_status_of_an_instalment_as_at_a_day(
    load: Load, as_at: date | None, statuses: list[str], overdue: set[str]
) -> None:
    book = load(STATUSES)
    assert book.errors == []
    lines = lines_of(book, as_at)
    assert [line.status for line in lines.values()] == statuses
    assert {label for label, line in lines.items() if line.overdue} == overdue
    for line in lines.values():
        assert line.pledged == line.paid + line.written_off + line.outstanding
    assert lines["NOR-2002-01.3"].pledged == (D(300) if as_at == date(2002, 3, 1) else D(0))


def test_nothing_is_listed_before_it_was_pledged(load: Load) -> None:
    assert lines_of(load(STATUSES), date(2002, 2, 28)) == {}


def test_a_contribution_without_a_pledge_is_a_line(told: Told, book: Book) -> None:
    """
    2003-05-05 * "Example Foundation" "Gift"
      original: "5000.00 EUR"
      Assets:CPCJF:Cash               5434.78 USD
      Income:CPCJF:Contributions:EXF -5434.78 USD
    """
    assert not told
    (line,) = list_instalments(book.register)
    assert (line.label, line.pledge, line.status, line.due) == ("", "", "paid", None)
    assert (line.pledged, line.paid, line.currency) == (D(5000), D(5000), "EUR")
    assert line.received == D("5434.78")


def test_a_redenomination_restates_what_was_paid(told: Told, book: Book) -> None:
    """
    2001-05-14 * "Italy" "Pledge" ^ITA-2001-01
      Assets:CPCJF:Pledges:ITA        193627000 ITL {0 # 88495.58 USD, "ITA-2001-01.1"}
      Income:CPCJF:Contributions:ITA  -88495.58 USD

    2001-08-01 * "Italy" "Half is paid" ^ITA-2001-01
      Assets:CPCJF:Pledges:ITA       -193627000 ITL {"ITA-2001-01.1"}
      Assets:CPCJF:Pledges:ITA         96813500 ITL {0 # 44247.79 USD, 2001-05-14, "ITA-2001-01.1"}
      Assets:CPCJF:Cash                44247.79 USD

    2002-01-01 * "Italy" "Redenomination" ^ITA-2001-01
      Assets:CPCJF:Pledges:ITA        -96813500 ITL {"ITA-2001-01.1"}
      Assets:CPCJF:Pledges:ITA          50000 EUR {0 # 44247.79 USD, 2001-05-14, "ITA-2001-01.1"}
    """
    assert not told
    (line,) = list_instalments(book.register)
    assert (line.currency, line.pledged, line.paid) == ("EUR", D(100000), D(50000))
    assert book.register.changes[-1].event == "redenomination"


def test_the_pledge_of_a_label() -> None:
    assert pledge_of("AUT-2002-01.1") == "AUT-2002-01"
    assert pledge_of("UN-WOMEN-2002-01.12") == "UN-WOMEN-2002-01"
    assert pledge_of("R-2002-0001") == "R-2002-0001"
    assert pledge_of("note 1.a") == "note 1.a"


EARMARKED = """
2002-03-01 * "Norway" "Pledge" ^NOR-2002-01
  purpose: "corruption"
  Assets:CPCJF:Pledges:NOR         1000 USD {0 # 1000.00 USD, "NOR-2002-01.1"}
  Income:CPCJF:Contributions:NOR  -1000.00 USD
"""


def test_a_part_payment_that_names_no_purpose_leaves_the_rest_earmarked(load: Load) -> None:
    book = load(f"""{EARMARKED}
2002-04-01 * "Norway" "Part payment" ^NOR-2002-01
  class: "special"
  Assets:CPCJF:Pledges:NOR        -1000 USD {{"NOR-2002-01.1"}}
  Assets:CPCJF:Pledges:NOR          700 USD {{0 # 700.00 USD, 2002-03-01, "NOR-2002-01.1"}}
  Assets:CPCJF:Cash                 300.00 USD
""")
    assert book.errors == []
    assert lines_of(book)["NOR-2002-01.1"].purpose == "corruption"


def test_money_is_not_earmarked_by_a_purpose_that_its_instalment_lost(load: Load) -> None:
    book = load(f"""{EARMARKED}
2002-04-01 * "Norway" "For general purposes, letter of 1 April" ^NOR-2002-01
  event: "re-earmark"
  class: "general"
  Assets:CPCJF:Pledges:NOR        -1000 USD {{"NOR-2002-01.1"}}
    class: "special"
    purpose: "corruption"
  Income:CPCJF:Contributions:NOR   1000.00 USD
    class: "special"
    purpose: "corruption"
  Assets:CPCJF:Pledges:NOR         1000 USD {{0 # 1000.00 USD, 2002-03-01, "NOR-2002-01.1"}}
  Income:CPCJF:Contributions:NOR  -1000.00 USD

2002-05-01 * "Norway" "Payment" ^NOR-2002-01
  class: "general"
  Assets:CPCJF:Pledges:NOR        -1000 USD {{"NOR-2002-01.1"}}
  Assets:CPCJF:Cash                1000.00 USD
""")
    assert book.errors == []
    assert lines_of(book)["NOR-2002-01.1"].purpose == ""
    seen: dict[str, str] = {}
    entries = [entry for entry in book.entries if isinstance(entry, Transaction)]
    money = [purposes_of_money(read_lines(entry, book.settings), seen) for entry in entries]
    assert money == [{}, {}, {}]

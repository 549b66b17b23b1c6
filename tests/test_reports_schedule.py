"""The schedule of voluntary contributions, event by event (all amounts made up)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.columns import Figures
from pledgebook.reports.figures.selection import SelectionError, select
from pledgebook.reports.registry import make_reports
from pledgebook.reports.render import to_document
from pledgebook.reports.schedule import make_schedule

Load = Callable[..., Book]
D = Decimal


def rows_of(book: Book, period: str = "2002-2003") -> dict[tuple[str, str, str], Figures]:
    made = make_schedule(select(book, period))
    assert book.errors == []
    assert [tie for tie in made.ties if not tie.agrees] == []
    assert made.proof.agrees
    rows = {
        (*section, line.donor): line.figures
        for section, lines in made.sections.items()
        for line in lines
    }
    assert all(row.foots for row in rows.values())
    return rows


def shown(row: Figures) -> dict[str, str]:
    return {key: str(amount) for key, amount in row.amounts().items() if amount}


PRIOR = """
2001-03-01 * "Norway" "Pledge of the earlier biennium" ^NOR-2001-01
  Assets:CPCJF:Pledges:NOR             100 EUR {0 # 90.00 USD, "NOR-2001-01.1"}
    due: 2001-06-30
  Income:CPCJF:Contributions:NOR       -90.00 USD
"""
CURRENT = """
2002-03-01 * "Norway" "Pledge" ^NOR-2002-01
  Assets:CPCJF:Pledges:NOR             100 EUR {0 # 90.00 USD, "NOR-2002-01.1"}
    due: 2002-06-30
  Income:CPCJF:Contributions:NOR       -90.00 USD
"""
LATER = """
2002-03-01 * "Norway" "Pledge due in the next biennium" ^NOR-2002-01
  Assets:CPCJF:Pledges:NOR             100 EUR {0 # 90.00 USD, "NOR-2002-01.1"}
    due: 2004-06-30
  Liabilities:CPCJF:Deferred:NOR       -90.00 USD {1 USD, "NOR-2002-01.1"}
"""


def change(label: str, day: str, lines: str, event: str = "amendment", head: str = "") -> str:
    return f"""
2003-05-01 * "Norway" "What happens"
  event: "{event}"{head}
  Assets:CPCJF:Pledges:NOR            -100 EUR {{"{label}"}}
{lines.replace("LOT", f'{day}, "{label}"')}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            PRIOR
            + change(
                "NOR-2001-01.1",
                "2001-03-01",
                "  Assets:CPCJF:Pledges:NOR 150 EUR {0 # 145.00 USD, LOT}\n"
                "  Equity:CPCJF:Prior-Period:NOR -55.00 USD",
            ),
            {"opening": "90.00", "adjustments": "55.00", "closing": "145.00"},
            id="a prior pledge raised",
        ),
        pytest.param(
            CURRENT
            + change(
                "NOR-2002-01.1",
                "2002-03-01",
                "  Assets:CPCJF:Pledges:NOR 150 EUR {0 # 145.00 USD, LOT}\n"
                "  Income:CPCJF:Contributions:NOR -55.00 USD",
            ),
            {"pledged": "145.00", "closing": "145.00"},
            id="a current pledge raised",
        ),
        pytest.param(
            PRIOR
            + change(
                "NOR-2001-01.1", "", "  Equity:CPCJF:Prior-Period:NOR 90.00 USD", "cancellation"
            ),
            {"opening": "90.00", "adjustments": "-90.00"},
            id="a prior pledge cancelled",
        ),
        pytest.param(
            CURRENT
            + change(
                "NOR-2002-01.1", "", "  Income:CPCJF:Contributions:NOR 90.00 USD", "cancellation"
            ),
            {},
            id="a current pledge cancelled",
        ),
        pytest.param(
            CURRENT
            + change(
                "NOR-2002-01.1",
                "2002-03-01",
                "  Assets:CPCJF:Pledges:NOR 100 EUR {0 # 90.00 USD, LOT}\n"
                "    due: 2004-06-30\n"
                "  Income:CPCJF:Contributions:NOR 90.00 USD\n"
                '  Liabilities:CPCJF:Deferred:NOR -90.00 USD {1 USD, "NOR-2002-01.1"}',
                "postponement",
            ),
            {"future": "90.00"},
            id="postponed into the next biennium",
        ),
        pytest.param(
            LATER
            + change(
                "NOR-2002-01.1",
                "2002-03-01",
                "  Assets:CPCJF:Pledges:NOR 100 EUR {0 # 90.00 USD, LOT}\n"
                "    due: 2003-06-30\n"
                '  Liabilities:CPCJF:Deferred:NOR 90.00 USD {"NOR-2002-01.1"}\n'
                "  Income:CPCJF:Contributions:NOR -90.00 USD",
                "postponement",
            ),
            {"pledged": "90.00", "closing": "90.00"},
            id="brought forward into this biennium",
        ),
        pytest.param(
            CURRENT
            + change(
                "NOR-2002-01.1",
                "",
                "  Equity:CPCJF:Written-Off:NOR 90.00 USD",
                "write-off",
                '\n  authority: "Controller (made up)"',
            ),
            {"pledged": "90.00", "written_off": "90.00"},
            id="a current pledge written off",
        ),
        pytest.param(
            PRIOR
            + change(
                "NOR-2001-01.1",
                "2001-03-01",
                "  Assets:CPCJF:Pledges:NOR 100 EUR {0 # 120.00 USD, LOT}\n"
                "  Income:CPCJF:Revaluation -30.00 USD",
                "revaluation",
            ),
            {
                "opening": "90.00",
                "exchange": "30.00",
                "exchange_unpaid": "30.00",
                "closing": "120.00",
            },
            id="revalued",
        ),
        pytest.param(
            LATER
            + change(
                "NOR-2002-01.1",
                "2002-03-01",
                "  Assets:CPCJF:Pledges:NOR 100 EUR {0 # 120.00 USD, LOT}\n"
                '  Liabilities:CPCJF:Deferred:NOR 90.00 USD {"NOR-2002-01.1"}\n'
                '  Liabilities:CPCJF:Deferred:NOR -120.00 USD {1 USD, "NOR-2002-01.1"}',
                "revaluation",
            ),
            {"future": "120.00"},
            id="revalued while deferred: no income",
        ),
        pytest.param(
            PRIOR
            + change(
                "NOR-2001-01.1",
                "",
                "  Assets:CPCJF:Cash 70.00 USD\n  Income:CPCJF:Exchange 20.00 USD",
                "payment",
            )
            + """
2003-05-09 * "Norway" "Returned by the bank"
  event: "returned-payment"
  reverses: 2003-05-01
  Assets:CPCJF:Pledges:NOR             100 EUR {0 # 90.00 USD, 2001-03-01, "NOR-2001-01.1"}
  Assets:CPCJF:Cash                    -70.00 USD
  Income:CPCJF:Exchange                -20.00 USD
""",
            {"opening": "90.00", "closing": "90.00"},
            id="paid and returned",
        ),
    ],
)
def test_each_event_has_its_column(load: Load, text: str, expected: dict[str, str]) -> None:
    rows = rows_of(load(text))
    assert shown(rows.get(("CPCJF", "general", "NOR"), Figures())) == expected


def test_what_a_book_begun_within_a_biennium_brings_forward_is_opening(load: Load) -> None:
    book = load("""
    2002-07-01 * "Norway" "Brought forward" ^NOR-2001-01
      event: "opening"
      Assets:CPCJF:Pledges:NOR             100 EUR {0 # 90.00 USD, 2001-03-01, "NOR-2001-01.1"}
        due: 2001-06-30
      Assets:CPCJF:Pledges:NOR             200 EUR {0 # 180.00 USD, 2001-03-01, "NOR-2001-01.2"}
        due: 2002-09-30
      Equity:CPCJF:Opening-Balance        -270.00 USD

    2002-08-01 * "Norway" "The first instalment is paid" ^NOR-2001-01
      Assets:CPCJF:Pledges:NOR            -100 EUR {"NOR-2001-01.1"}
      Assets:CPCJF:Cash                     95.00 USD
      Income:CPCJF:Exchange                 -5.00 USD

    2002-08-02 * "Norway" "The second too" ^NOR-2001-01
      Assets:CPCJF:Pledges:NOR            -200 EUR {"NOR-2001-01.2"}
      Assets:CPCJF:Cash                    180.00 USD
    """)
    (row,) = rows_of(book).values()
    assert shown(row) == {
        "opening": "270.00", "collected_prior": "95.00", "collected_current": "180.00",
        "exchange": "5.00",
    }  # fmt: skip


def test_a_payment_returned_in_the_next_period_is_negative_there(load: Load) -> None:
    text = CURRENT + change("NOR-2002-01.1", "", "  Assets:CPCJF:Cash 90.00 USD", "payment")
    text += """
2004-01-09 * "Norway" "Returned by the bank"
  event: "returned-payment"
  reverses: 2003-05-01
  Assets:CPCJF:Pledges:NOR             100 EUR {0 # 90.00 USD, 2002-03-01, "NOR-2002-01.1"}
  Assets:CPCJF:Cash                    -90.00 USD
"""
    row = rows_of(load(text), "2004-2005")["CPCJF", "general", "NOR"]
    assert shown(row) == {"collected_prior": "-90.00", "closing": "90.00"}


def test_a_transfer_leaves_one_row_and_enters_the_same_column_of_the_other(load: Load) -> None:
    for pledge, column in ((PRIOR, "adjustments"), (CURRENT, "pledged")):
        label, day = ("NOR-2001-01.1", "2001-03-01") if pledge is PRIOR else (
            "NOR-2002-01.1", "2002-03-01",
        )  # fmt: skip
        account = "Equity:{}:Prior-Period:NOR" if pledge is PRIOR else "Income:{}:Contributions:NOR"
        text = pledge + change(
            label,
            day,
            f"  {account.format('CPCJF')} 90.00 USD\n"
            "  Assets:UNTOC:Pledges:NOR 100 EUR {0 # 90.00 USD, LOT}\n"
            f"  {account.format('UNTOC')} -90.00 USD",
            "transfer",
        )
        rows = rows_of(load(text))
        into = rows["UNTOC", "convention", "NOR"]
        assert shown(into) == {column: "90.00", "closing": "90.00"}
        out = rows.get(("CPCJF", "general", "NOR"), Figures())
        assert shown(out) == ({"opening": "90.00", "adjustments": "-90.00"} if pledge is PRIOR
                              else {})  # fmt: skip


def test_a_receipt_of_an_earlier_period_is_applied_without_cash(load: Load) -> None:
    book = load(
        """
        2001-12-20 * "" "Receipt of the earlier biennium"
          Assets:CPCJF:Cash                50.00 USD
          Liabilities:CPCJF:Unapplied     -50.00 USD {1 USD, "R-2001-0001"}

        2002-02-01 * "Norway" "Norway's gift, it turns out"
          event: "application"
          Liabilities:CPCJF:Unapplied      50.00 USD {"R-2001-0001"}
          Income:CPCJF:Contributions:NOR  -50.00 USD
        """
    )
    row = rows_of(book)["CPCJF", "general", "NOR"]
    assert shown(row) == {"pledged": "50.00", "collected_current": "50.00"}
    proof = make_schedule(select(book, "2002-2003")).proof
    assert (proof.applied_from_opening, proof.cash_from_donors) == (D(50), D(0))


def test_more_money_in_advance_joins_the_lot_of_what_came_before(load: Load) -> None:
    part = """
    {day} * "Norway" "Paid early" ^NOR-2002-01
      event: "payment"
      Assets:CPCJF:Pledges:NOR     -{before} USD {{"NOR-2002-01.1"}}
      Assets:CPCJF:Pledges:NOR      {left} USD {{0 # {left}.00 USD, 2002-03-01, "NOR-2002-01.1"}}
        due: 2004-06-30
      Liabilities:CPCJF:Deferred:NOR      {before}.00 USD {{"NOR-2002-01.1"}}
      Liabilities:CPCJF:Deferred:NOR     -{left}.00 USD {{1 USD, "NOR-2002-01.1"}}
      Assets:CPCJF:Cash                   {paid}.00 USD
      Liabilities:CPCJF:In-Advance:NOR   -{paid}.00 USD {{1 USD, 2002-05-01, "NOR-2002-01.1"}}
    """
    book = load(
        """
    2002-03-01 * "Norway" "Pledge due in the next biennium" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR            90 USD {0 # 90.00 USD, "NOR-2002-01.1"}
        due: 2004-06-30
      Liabilities:CPCJF:Deferred:NOR     -90.00 USD {1 USD, "NOR-2002-01.1"}
    """
        + part.format(day="2002-05-01", before=90, left=50, paid=40)
        + part.format(day="2003-05-01", before=50, left=20, paid=30)
    )
    assert shown(rows_of(book)["CPCJF", "general", "NOR"]) == {
        "future": "20.00",
        "in_advance": "70.00",
    }
    rows_of(book, "2003")
    proof = make_schedule(select(book, "2003")).proof
    assert (proof.applied_from_opening, proof.new_advances) == (D(0), D(30))


def test_what_is_only_pledged_is_a_memorandum_until_it_is_committed(load: Load) -> None:
    text = """
    2002-03-01 * "Norway" "Pledging conference" ^NOR-2002-01
      event: "commitment"
      status: "pledged"
      Assets:CPCJF:Memorandum:Pledges:NOR   100 EUR {0 # 90.00 USD, "NOR-2002-01.1"}
      Assets:CPCJF:Memorandum:Contra        -90.00 USD

    2003-03-01 * "Norway" "Committed" ^NOR-2002-01
      event: "commitment"
      Assets:CPCJF:Memorandum:Pledges:NOR  -100 EUR {"NOR-2002-01.1"}
      Assets:CPCJF:Memorandum:Contra         90.00 USD
      Assets:CPCJF:Pledges:NOR              100 EUR {0 # 110.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR       -110.00 USD
    """
    book = load(text)
    key = ("CPCJF", "general", "NOR")
    assert shown(rows_of(book, "2002")[key]) == {"uncommitted": "90.00"}
    assert shown(rows_of(book, "2002-2003")[key]) == {"pledged": "110.00", "closing": "110.00"}


def test_a_release_not_made_and_entries_that_wait_are_noted(load: Load) -> None:
    book = load(
        LATER
        + """
2004-02-01 ! "" "Interest, to be approved"
  Assets:CPCJF:Cash       1.00 USD
  Income:CPCJF:Interest  -1.00 USD
"""
    )
    (report,) = make_reports(select(book, "2004-2005"), ("schedule",))
    notes = " ".join(report.notes)
    assert "NOR-2002-01.1 is due to become income on 2004-01-01" in notes
    assert "1 entry waits for approval (flag !), counted here: 2004-02-01 interest." in notes


REVALUED = """
2003-12-31 * "" "Revaluation at 0.80"
  event: "revaluation"
  class: "special"
  purpose: "corruption"
  Assets:CPCJF:Pledges:AUT     -50000 EUR {"AUT-2003-01.1"}
  Assets:CPCJF:Pledges:AUT      50000 EUR {0 # 62500.00 USD, 2003-02-03, "AUT-2003-01.1"}
    due: 2003-10-31
  Income:CPCJF:Revaluation      -8152.17 USD
  Assets:CPCJF:Pledges:DEU    -100000 EUR {"DEU-2002-01.2"}
    purpose: "trafficking-in-persons"
  Assets:CPCJF:Pledges:DEU     100000 EUR {0 # 125000.00 USD, 2002-04-10, "DEU-2002-01.2"}
    purpose: "trafficking-in-persons"
    due: 2004-03-31
  Liabilities:CPCJF:Deferred:DEU  89285.71 USD {"DEU-2002-01.2"}
  Liabilities:CPCJF:Deferred:DEU -125000.00 USD {1 USD, "DEU-2002-01.2"}
"""


def test_the_golden_example_revalued(load: Load, golden: Book) -> None:
    entries = (golden.folder / "policy-pledge.beancount").read_text("utf-8")
    declared = golden.path.read_text("utf-8").partition("include")[0]
    settings = (golden.folder / "settings.beancount").read_text("utf-8")
    mandate = golden.folder.parent.parent.parent / "ledger"
    book = load(
        entries + REVALUED,
        head=declared,
        settings=settings.replace("../../../ledger", mandate.as_posix()),
    )
    rows = rows_of(book)
    austria = rows["CPCJF", "special", "AUT"]
    assert (austria.exchange, austria.exchange_unpaid) == (D("8152.17"), D("8152.17"))
    assert austria.closing == D("62500.00")
    special = [row for key, row in rows.items() if key[1] == "special"]
    assert sum(row.exchange for row in special) == D("76584.25")
    assert sum(row.exchange_unpaid for row in special) == D("8152.17")
    assert rows["CPCJF", "special", "DEU"].future == D("125000.00")


def test_a_selection_says_what_the_book_has(golden: Book) -> None:
    with pytest.raises(SelectionError, match=r"no period '1999' \(declared: 2000-2001, 2002-2003"):
        select(golden, "1999")
    with pytest.raises(SelectionError, match=r"no fund 'CPCJX' \(declared: CPCJF, UNTOC\)"):
        select(golden, "2003", fund="CPCJX")
    with pytest.raises(SelectionError, match=r"2004-01-01 is not in 2003 \(2003-01-01 to 2003-12"):
        select(golden, "2003", as_at=date(2004, 1, 1))
    assert select(golden).cut.name == "2002-2003"
    assert select(golden, as_at=date(2001, 5, 1)).cut.end == date(2001, 5, 1)


def test_the_schedules_document_has_the_documented_keys_and_no_other(golden: Book) -> None:
    text = (Path(__file__).parent.parent / "docs" / "commands.md").read_text("utf-8")
    example = json.loads(text.split("The schedule's document:")[1].split("```")[1][4:])
    (made,) = make_reports(select(golden, "2002-2003"), ("schedule",))
    document: Any = to_document(made)
    assert document.keys() == example.keys()
    for part in ("cash_proof", "ledger"):
        assert document[part].keys() == example[part].keys()
    assert document["funds"][0].keys() == example["funds"][0].keys()
    (row,) = example["funds"][0]["rows"]
    italy = [each for fund in document["funds"] for each in fund["rows"] if each["donor"] == "ITA"]
    assert italy == [row]
    assert document["totals"].keys() >= example["totals"].keys()

"""Notes to the accounts, made from the book (all amounts made up)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from conftest import Load
from pledgebook.ledger.register.book import Book
from pledgebook.reports.figures.selection import Selection, select
from pledgebook.reports.notes import notes
from pledgebook.reports.render.footing import footed


def told(selection: Selection) -> dict[str, list[tuple[Any, ...]]]:
    """What each note says, by its title without its number."""
    report = footed(notes(selection))
    assert [tie for tie in report.ties if not tie.agrees] == []
    found: dict[str, list[tuple[Any, ...]]] = {}
    for row in report.rows:
        if row.kind == "section":
            said = found.setdefault(row.label.partition(". ")[2], [])
        elif row.kind == "row":
            said.append(tuple(row.values.get(key) for key in ("what", "day", "amount")))
        else:
            said.append((row.label, row.values["amount"]))
    return found


def test_write_offs_and_adjustments_are_listed_and_tied_to_their_accounts(golden: Book) -> None:
    found = told(select(golden, "2002-2003"))
    (written_off, total) = found["Contributions written off, with the authority"]
    assert written_off[0].startswith("United States, USA-2000-01.1: ")
    assert total == ("Total written off", Decimal("30000.00"))
    adjusted = found["Adjustments of earlier periods, by cause"]
    assert adjusted[0][0].startswith("Pledges of earlier periods amended by their donors. France: ")
    assert adjusted[-1] == ("Total adjustments", Decimal("-27272.73"))
    assert found["Operating reserve"] == [("Nothing to disclose.", None, None)]


def test_what_came_within_ninety_days_after_the_last_day_is_told(golden: Book) -> None:
    found = told(select(golden, "2000-2001"))
    after = found["Events after 31 December 2001, within 90 days"]
    assert ("Italy: payment", date(2002, 3, 20), Decimal("87719.30")) in after
    assert all(not said.endswith("redenomination") for said, _, _ in after)  # no gain, no loss
    assert all(day <= date(2002, 3, 31) for _, day, _ in after)


def test_rates_kind_announcements_conditions_and_reserves_are_told(load: Load) -> None:
    settings = """
    1999-12-31 custom "fund" "CPCJF" "A fund"
      recognition-general: "agreement"
    2002-01-01 custom "period" "2002-2003" 2003-12-31
    2003-12-15 price USD 0.80 EUR
    2003-03-01 custom "announcement" "ITA" "CPCJF" "Some euros"
    """
    book = load(
        """
        2003-12-16 * "Austria" "Pledge (made up)" ^AUT-2003-01
          class: "general"
          Assets:CPCJF:Pledges:AUT            800 EUR {0 # 1000.00 USD, "AUT-2003-01.1"}
            due: 2004-06-30
            condition: "when parliament agrees"
          Liabilities:CPCJF:Deferred:AUT    -1000.00 USD {1 USD, "AUT-2003-01.1"}

        2003-12-17 * "Norway" "Gift (made up)"
          class: "general"
          Assets:CPCJF:Cash                   400.00 USD
          Income:CPCJF:Contributions:NOR     -400.00 USD

        2003-12-18 * "Switzerland" "An expert (made up)"
          class: "general"
          Assets:CPCJF:In-Kind                 70.00 USD.IK
          Income:CPCJF:In-Kind:CHE            -70.00 USD.IK

        2003-12-19 * "" "Reserve set aside (made up)"
          event: "operating-reserve"
          class: "general"
          Equity:CPCJF:Reserved                60.00 USD
          Equity:CPCJF:Operating-Reserve      -60.00 USD
        """,
        settings=settings,
    )
    assert book.errors == []
    found = told(select(book, "2002-2003"))
    assert found["Rates of exchange on the last day"] == [
        ("800.00 EUR, unpaid or in cash", date(2003, 12, 15), Decimal("1000.00")),
        ("Worth at these rates", Decimal("1000.00")),
    ]
    assert found["Contributions in kind, in no total of money"] == [
        ("Switzerland: An expert (made up)", date(2003, 12, 18), None)
    ]
    assert found["Announced, not in the accounts"][0][0] == "Italy: Some euros"
    (waits, total) = found["Pledged and not committed, or conditional"]
    assert waits[0] == "Austria, conditional: when parliament agrees"
    assert total == ("Total, not in income", Decimal("1000.00"))
    assert found["Operating reserve"][-1] == (
        "Operating reserve, end of period",
        Decimal("60.00"),
    )
    policies = [row[0] for row in found["Accounting policies"]]
    assert policies[0].endswith("accounting standards (UNSAS).")
    assert any("income on signature" in said for said in policies)

"""What metadata says in place of a number makes no report fail (all amounts made up)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from conftest import Load
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.money import read_number
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.reports import make_reports, select
from pledgebook.reports.render import to_document

ENTRIES = """
2002-01-01 * "Norway" "Opening" ^NOR-2001-01
  event: "opening"
  class: "general"
  carried-from: "2000-2001"
  Assets:CPCJF:Pledges:NOR     500 USD {0 # 500.00 USD, 2001-02-01, "NOR-2001-01.1"}
    pledged: "900 USD"
    paid: "300 USD"
    written-off: "100 USD"
    received: "300.00 USD"
    at-pledge: "900 USD, 900.00 USD"
  Equity:CPCJF:Opening-Balance  -500.00 USD

2002-03-01 * "Austria" "Pledge" ^AUT-2002-01
  class: "general"
  rate: "1.00"
  Assets:CPCJF:Pledges:AUT     1000 EUR {0 # 1000.00 USD, "AUT-2002-01.1"}
  Income:CPCJF:Contributions:AUT  -1000.00 USD

2002-04-01 * "Sweden" "Gift"
  class: "general"
  original: "450 EUR"
  Assets:CPCJF:Cash              500.00 USD
  Income:CPCJF:Contributions:SWE   -500.00 USD

2002-08-01 * "" "Cash received, payer unknown"
  event: "receipt-unapplied"
  class: "general"
  original: "1001 USD"
  bank-charges: "1.00 USD"
  Assets:CPCJF:Cash             1000.00 USD
  Liabilities:CPCJF:Unapplied  -1000.00 USD {1 USD, "R-2002-0001"}
"""
STATED = ("900 USD", "300 USD", "100 USD", "300.00 USD", "900 USD, 900.00 USD", "1.00", "450 EUR",
          "1001 USD", "1.00 USD")  # fmt: skip


@pytest.mark.parametrize("word", ["NaN", "-Infinity", "1E9999999", "", "9" * 40])
@pytest.mark.parametrize("stated", STATED)
def test_a_word_where_a_number_belongs_fails_no_report(load: Load, stated: str, word: str) -> None:
    assert f'"{stated}"' in ENTRIES
    rest = stated.partition(" ")
    book = load(ENTRIES.replace(f'"{stated}"', f'"{word}{rest[1]}{rest[2]}"'))
    for report in make_reports(select(book, "2002-2003"), ("annex", "schedule")):
        to_document(report)
    assert all(line.paid.is_finite() for line in list_instalments(book.register))
    assert all(
        receipt.charges.is_finite()
        and (receipt.original is None or receipt.original[0].is_finite())
        for receipt in waiting_receipts(book)
    )


def test_a_number_is_written_in_plain_digits() -> None:
    assert read_number("-12.50") == Decimal("-12.5")
    for word in ("NaN", "Infinity", "1E2", "1_000", "", "१२", " 1", "1,000"):
        with pytest.raises(ValueError, match="plain digits"):
            read_number(word)

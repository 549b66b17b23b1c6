"""Obligations by the reference under which they were raised.

2003-11-03 * "Print shop" "Training manuals ordered (made up)"
  obligation: "PO-2003-07"
  Expenses:CPCJF:Programme           900.00 USD
  Liabilities:CPCJF:Obligations     -900.00 USD
"""

from __future__ import annotations

from beancount.core.data import Transaction
from pledgebook.ledger.register.postings import Line, stated

OBLIGATION = "obligation"
"""Metadata of a posting or its entry: the reference of the obligation that is raised, paid or
saved."""


def obligation_of(entry: Transaction, line: Line) -> str:
    """Return the reference of the obligation that a posting raises or settles, "" for none."""
    if line.place.kind != "obligations":
        return ""
    return stated(entry, line.posting, OBLIGATION) or ""

"""Obligations by the reference under which they were raised.

2003-11-03 * "Print shop" "Training manuals ordered (made up)"
  obligation: "PO-2003-07"
  Expenses:CPCJF:Programme           900.00 USD
  Liabilities:CPCJF:Obligations     -900.00 USD
"""

from __future__ import annotations

from beancount.core.data import Transaction
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.register.postings import Line

OBLIGATION = "obligation"
"""Metadata of a posting or its entry: the reference of the obligation that is raised, paid or
saved."""


def obligation_of(entry: Transaction, line: Line) -> str:
    """Return the reference of the obligation that a posting raises or settles, "" for none."""
    if line.place.kind != "obligations":
        return ""
    stated = (line.posting.meta or {}).get(OBLIGATION, entry.meta.get(OBLIGATION))
    return "" if stated is None else as_text(stated)

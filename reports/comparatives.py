"""The statements of a period that is closed, as they were sealed with it.

A book that begins with what was carried forward holds no entry of the period before, yet its
statements show that period's totals beside their own: they are read from the seal, where `verify`
proves them, and never computed from the opening.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from pledgebook.ledger.book import Book
from pledgebook.ledger.history import FOLDER

SEALED = "statements"
"""The name under which a seal keeps them."""

Totals = Mapping[str, Mapping[str, Decimal]]
"""Each fund's lines, by their keys, in dollars: the total column."""


def totals_document(totals: Totals) -> dict[str, object]:
    """Return the totals as a seal keeps them: amounts as strings."""
    return {
        fund: {key: f"{amount:f}" for key, amount in lines.items()}
        for fund, lines in totals.items()
    }


def read_totals(book: Book, period: str) -> Totals:
    """Return what the seal of a period says of its statements; nothing where there is none, or
    where it was made before seals kept them.
    """
    if period not in book.settings.seals:
        return {}
    try:
        content = json.loads((book.folder / FOLDER / f"{period}.json").read_text("utf-8"))
        return {
            str(fund): {str(key): Decimal(amount) for key, amount in lines.items()}
            for fund, lines in content["figures"][SEALED].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, InvalidOperation):
        return {}  # verify says what is wrong with a seal; here its figures are unknown

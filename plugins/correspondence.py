"""Keeps letters to donors and official receipts in order.

    plugin "pledgebook.plugins.correspondence"

    2003-05-15 custom "official-receipt" "CPCJF/2003/0001" "DEU"
      amount: 161290.32 USD
      collected-on: 2003-04-04
      collection: "DEU-2002-01.1"
    2004-01-20 custom "letter" "DEU/2004/1" "confirmation" "DEU"
    2004-02-15 custom "answer" "DEU/2004/1" "agrees"

Receipts are numbered without gaps by fund and year; a void one (`custom "void-receipt"`) keeps its
number. Each is for one collection, and each collection has one receipt that counts.

Errors: a number with a gap before it, used twice, or of another year; a receipt for a payment that
the book does not hold, for more than came in, or for what another receipt is for; a line that makes
void what was not issued; a letter without its reference, an answer to no letter. All rules:
docs/errors.md.
"""

from __future__ import annotations

from beancount.core.data import Directive, Options
from pledgebook.ledger.correspondence import letters, receipts
from pledgebook.ledger.declared.settings import read_settings
from pledgebook.ledger.findings import Finding, errors_of
from pledgebook.ledger.guards import run_guards
from pledgebook.ledger.register.view import view_of

__plugins__ = ("correspondence",)

DECLARATIONS = frozenset(
    {"letterhead", "addressee", "official-receipt", "void-receipt", "letter", "answer"}
)


def correspondence(
    entries: list[Directive], options: Options, config: str | None = None
) -> tuple[list[Directive], list[Finding]]:
    """Beancount plugin: see the module's text. It takes no configuration."""
    del config
    settings = read_settings(entries, options)
    view = view_of(entries, settings, options)
    found = run_guards(view, (receipts.guard, letters.guard))
    return entries, errors_of(settings.faults(DECLARATIONS), found)

"""Holds the ledger to the statements of its bank accounts.

    plugin "pledgebook.plugins.banks"

    1999-12-31 custom "bank" "MAIN" "GB29 NWBK 6016 1331 9268 19"
      accounts: "Assets:CPCJF:Cash Assets:UNTOC:Cash"
    2002-12-31 custom "statement" "MAIN" "2002-12"
      closing: 2500.00 USD
      agrees: "yes"

A bank account may hold the cash of several funds and classes, so no `balance` of one account can
say what it holds; and a bank counts by the day it booked, the ledger by value date. The sum of its
cash accounts, each entry on its `booked-on:` day, is what a statement is held against.

Errors: a bank account that is not declared, or whose cash accounts are none or are another's too; a
rule that takes its words for nothing known; a statement without its balance; a statement that
agreed when it was recorded and does not any more. A statement that never agreed is a notice.
"""

from __future__ import annotations

from beancount.core.data import Directive, Options
from pledgebook.ledger.declared.settings import read_settings
from pledgebook.ledger.findings import Finding, errors_of
from pledgebook.ledger.guards import run_guards, statements
from pledgebook.ledger.register.view import view_of

__plugins__ = ("banks",)

DECLARATIONS = frozenset({"bank", "bank-rule", "statement"})


def banks(
    entries: list[Directive], options: Options, config: str | None = None
) -> tuple[list[Directive], list[Finding]]:
    """Beancount plugin: see the module's text. It takes no configuration."""
    del config
    settings = read_settings(entries, options)
    view = view_of(entries, settings, options)
    return entries, errors_of(settings.faults(DECLARATIONS), run_guards(view, (statements.guard,)))

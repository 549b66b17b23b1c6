"""Everything Pledgebook does inside Beancount, by one line in the book.

    plugin "pledgebook.plugins"

It runs, in this order, `periods` (tags by biennium), `donors` (opens accounts, knows donors),
`mandates` (tags by operative paragraph), `funds` (every fund and class balances), `pledges`
(every instalment is used once), `banks` (statements agree with the ledger) and `correspondence`
(official receipts and letters are in order). Each can also be named alone:
"pledgebook.plugins.donors".

The book's settings and its register are derived once for all of them.
"""

from __future__ import annotations

from beancount.core.data import Directive, Options
from pledgebook.ledger.declared.settings import read_settings
from pledgebook.ledger.findings import Finding
from pledgebook.ledger.guards.statements import check_statements
from pledgebook.ledger.register.register import derive_register
from pledgebook.plugins.correspondence import guard_correspondence
from pledgebook.plugins.donors import open_accounts
from pledgebook.plugins.funds import guard_funds
from pledgebook.plugins.mandates import tag_paragraphs
from pledgebook.plugins.periods import guard_sealed, tag_periods
from pledgebook.plugins.pledges import guard_pledges

__plugins__ = ("pledgebook",)


def pledgebook(
    entries: list[Directive], options: Options, config: str | None = None
) -> tuple[list[Directive], list[Finding]]:
    """Beancount plugin: all of Pledgebook's. It takes no configuration."""
    del config
    settings = read_settings(entries, options)
    entries = tag_periods(entries, settings)
    entries, donor_errors = open_accounts(entries, settings)
    register = derive_register(entries, settings)
    tagged, mandate_errors = tag_paragraphs(entries, settings, register)
    errors = [
        *settings.errors,
        *guard_sealed(entries, settings, options),
        *donor_errors,
        *mandate_errors,
        *guard_funds(entries, settings),
        *guard_pledges(entries, settings, register, options),
        *check_statements(entries, settings)[0],
        *guard_correspondence(entries, settings, register),
    ]
    return tagged, errors

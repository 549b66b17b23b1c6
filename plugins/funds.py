"""Makes every fund, and every class of it, balance by itself.

    plugin "pledgebook.plugins.funds"

The second part of an account name is its fund; `class:` on a transaction, or on a posting where
it differs, is the class. Each transaction balances within both. Money owed between funds goes
over accounts that mirror each other:

    2003-08-01 * "Transfer to the Convention's account, not yet settled"
      class: "general"
      Equity:CPCJF:Transfers:UNTOC    10000.00 USD
      Liabilities:CPCJF:Due-To:UNTOC -10000.00 USD
      Assets:UNTOC:Due-From:CPCJF     10000.00 USD
      Equity:UNTOC:Transfers:CPCJF   -10000.00 USD

Errors: a fund or class that does not balance; an account outside the chart; accounts between funds
that do not mirror each other; two funds in one entry without them; a memorandum apart from its
contra account; an unknown class or purpose; an `event:` that contradicts its accounts; a write-off
without authority; spending on a purpose beyond the money received for it; what one person entered
and nobody else approved, in a fund with `four-eyes: "yes"`.
"""

from __future__ import annotations

from beancount.core.data import Directive, Options
from pledgebook.ledger.declared.agreements import KINDS
from pledgebook.ledger.declared.settings import read_settings
from pledgebook.ledger.findings import Finding, errors_of
from pledgebook.ledger.guards import (
    agreements,
    approval,
    balances,
    cover,
    earmarked,
    rates,
    run_guards,
    words,
)
from pledgebook.ledger.register.view import view_of

__plugins__ = ("funds",)


def funds(
    entries: list[Directive], options: Options, config: str | None = None
) -> tuple[list[Directive], list[Finding]]:
    """Beancount plugin: see the module's text. It takes no configuration."""
    del config
    settings = read_settings(entries, options)
    view = view_of(entries, settings, options)
    own = (balances, words, rates, earmarked, agreements, approval, cover)
    found = run_guards(view, [module.guard for module in own])
    return entries, errors_of(settings.faults(KINDS), found)

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

from beancount.core.data import Directive, Options, Price, Transaction
from pledgebook.ledger.declared.rates import Rates
from pledgebook.ledger.declared.settings import Settings, read_settings
from pledgebook.ledger.findings import Finding
from pledgebook.ledger.guards.approval import check_approval
from pledgebook.ledger.guards.balances import check_balances
from pledgebook.ledger.guards.cover import check_having
from pledgebook.ledger.guards.earmarked import check_earmarked
from pledgebook.ledger.guards.rates import check_rate, check_stated_rate
from pledgebook.ledger.guards.words import check_words
from pledgebook.ledger.register.postings import read_lines

__plugins__ = ("funds",)


def funds(
    entries: list[Directive], options: Options, config: str | None = None
) -> tuple[list[Directive], list[Finding]]:
    """Beancount plugin: see the module's text. It takes no configuration."""
    del config
    return entries, guard_funds(entries, read_settings(entries, options))


def guard_funds(entries: list[Directive], settings: Settings) -> list[Finding]:
    """Return what breaks the rules of fund accounting, in the order of the entries."""
    errors: list[Finding] = []
    rates = Rates.of_book(entries, settings.currency)
    for entry in entries:
        if isinstance(entry, Transaction):
            lines = read_lines(entry, settings)
            if lines:
                errors.extend(check_balances(entry, lines, settings))
                errors.extend(check_words(entry, lines, settings))
                errors.extend(check_stated_rate(entry, lines, rates, settings))
        elif isinstance(entry, Price):
            errors.extend(check_rate(entry, settings))
    overspent, _ = check_earmarked(entries, settings)
    unapproved, _ = check_approval(entries, settings)
    beyond, _ = check_having(entries, settings)
    return errors + overspent + unapproved + beyond

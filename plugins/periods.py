"""Tags every entry of a fund with the financial period of its own date.

    plugin "pledgebook.plugins.periods"

    2002-01-01 custom "period" "2002-2003" 2003-12-31

An entry of 1 March 2002 gets the tag #2002-2003, to filter by in Fava. A pledge's financial
period is that of its due dates, which reports go by; the tag is only for finding entries.

A closed period is sealed (`custom "seal"`, written by pledgebook close), and nothing more is dated
in it: what is found later is a prior-period adjustment in the open period. history.beancount, which
holds the closed periods themselves, is proven by pledgebook verify instead.

Errors: a period that ends before it begins, that overlaps another, or is declared twice; an entry
dated in a sealed period; a seal of a period that is not declared; a certification of a seal the
book does not have; an allotment that no expenditure can be set against.
"""

from __future__ import annotations

from collections.abc import Container

from beancount.core.data import Directive, Options, Transaction
from pledgebook.ledger.declared.settings import Settings, read_settings
from pledgebook.ledger.findings import Finding, errors_of
from pledgebook.ledger.guards import run_guards, sealing
from pledgebook.ledger.register.view import view_of

__plugins__ = ("periods",)

DECLARES = frozenset({"period", "seal", "reopening", "certification", "allotment"})


def periods(
    entries: list[Directive], options: Options, config: str | None = None
) -> tuple[list[Directive], list[Finding]]:
    """Beancount plugin: see the module's text. It takes no configuration."""
    del config
    settings = read_settings(entries, options)
    view = view_of(entries, settings, options)
    found = errors_of(settings.faults(DECLARES), run_guards(view, (sealing.guard,)))
    return tag_periods(entries, settings), found


def tag_periods(
    entries: list[Directive], settings: Settings, tagged: Container[int] = ()
) -> list[Directive]:
    """Return the entries, those of a declared fund tagged with their period, but for those that
    are `tagged`, by their identity.
    """
    return [
        _tag(entry, settings)
        if isinstance(entry, Transaction) and id(entry) not in tagged
        else entry
        for entry in entries
    ]


def _tag(entry: Transaction, settings: Settings) -> Transaction:
    period = settings.periods.of(entry.date)
    if period is None or not any(settings.place(posting.account) for posting in entry.postings):
        return entry
    return entry._replace(tags=entry.tags | {period.name})

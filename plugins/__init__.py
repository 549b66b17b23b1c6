"""Everything Pledgebook does inside Beancount, by one line in the book.

    plugin "pledgebook.plugins"

It runs, in this order, `periods` (tags by biennium), `donors` (opens accounts, knows donors),
`mandates` (tags by operative paragraph), `funds` (every fund and class balances), `pledges`
(every instalment is used once), `banks` (statements agree with the ledger) and `correspondence`
(official receipts and letters are in order). Each can also be named alone:
"pledgebook.plugins.donors".

The book's settings and its register are derived once for all of them, and what the guards found,
notices too, is kept with the load (`pledgebook.ledger.guards.kept`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from beancount.core.data import Custom, Directive, Options
from msgspec import structs
from pledgebook.ledger.declared.settings import read_settings
from pledgebook.ledger.findings import Finding, errors_of, notice
from pledgebook.ledger.guards import run_guards
from pledgebook.ledger.guards.kept import Kept, keep
from pledgebook.ledger.guards.plain import find_plain
from pledgebook.ledger.guards.running import MOVED, moved_extension
from pledgebook.ledger.guards.sealing import is_history
from pledgebook.ledger.register.book import without_garbage_collection
from pledgebook.ledger.register.view import View
from pledgebook.plugins.donors import open_accounts
from pledgebook.plugins.mandates import tag_paragraphs
from pledgebook.plugins.periods import tag_periods
from pledgebook.plugins.pledges import allow_for_unit_costs

__plugins__ = ("pledgebook",)


def pledgebook(
    entries: list[Directive], options: Options, config: str | None = None
) -> tuple[list[Directive], list[Finding]]:
    """Beancount plugin: all of Pledgebook's. It takes no configuration."""
    del config
    with without_garbage_collection():
        return _run(entries, options)


def _run(entries: list[Directive], options: Options) -> tuple[list[Directive], list[Finding]]:
    settings = read_settings(entries, options)
    rates = settings.rates_of(entries)
    allow_for_unit_costs(settings, options)
    found = find_plain(entries, settings, rates, sealed=not is_history(options))
    entries = tag_periods(found.entries, settings, found.plain)
    entries, donor_faults = open_accounts(entries, settings)
    view = View(entries=entries, settings=settings, rates=rates, options=options, plain=found.plain)
    tagged, tagging_faults = tag_paragraphs(entries, settings, view.register, found.plain)
    findings = [
        *settings.findings,
        *donor_faults,
        *tagging_faults,
        *(notice(entry, "paragraphs", said) for entry, said in found.notices),
        *run_guards(view),
    ]
    if findings:
        findings = _at(findings, dict(zip(map(id, entries), tagged, strict=True)))
    keep(options, Kept(settings=settings, findings=tuple(findings), plain=found.plain))
    return [
        _as_now_called(entry) if isinstance(entry, Custom) else entry for entry in tagged
    ], errors_of(findings)


def _at(findings: Iterable[Finding], tagged: Mapping[int, Directive]) -> list[Finding]:
    """Return findings at the entries as they are tagged, by the identity they had before."""
    return [
        structs.replace(each, entry=tagged.get(id(each.entry), each.entry)) for each in findings
    ]


def _as_now_called(entry: Custom) -> Custom:
    """Let Fava find the desk where a book names it as it was called before."""
    name = moved_extension(entry)
    if not name:
        return entry
    return entry._replace(values=[entry.values[0]._replace(value=MOVED[name]), *entry.values[1:]])

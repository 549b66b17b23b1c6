"""Tags every entry of a fund with the financial period of its own date.

    plugin "pledgebook.plugins.periods"

    2002-01-01 custom "period" "2002-2003" 2003-12-31

An entry of 1 March 2002 gets the tag #2002-2003, to filter by in Fava. A pledge's financial
period is that of its due dates, which reports go by; the tag is only for finding entries.

A closed period is sealed (`custom "seal"`, written by pledgebook close), and nothing more is dated
in it: what is found later is a prior-period adjustment in the open period. history.beancount, which
holds the closed periods themselves, is proven by pledgebook verify instead.

Errors: a period that ends before it begins, that overlaps another, or is declared twice; an entry
dated in a sealed period; a seal of a period that is not declared.
"""

from __future__ import annotations

from pathlib import Path

from beancount.core.data import Custom, Directive, Options, Transaction
from pledgebook.ledger.declared.settings import Settings, read_settings
from pledgebook.ledger.findings import Finding, finding
from pledgebook.ledger.register.history import HISTORY

__plugins__ = ("periods",)

DECLARES = frozenset({"period", "seal", "reopening"})


def periods(
    entries: list[Directive], options: Options, config: str | None = None
) -> tuple[list[Directive], list[Finding]]:
    """Beancount plugin: see the module's text. It takes no configuration."""
    del config
    settings = read_settings(entries, options)
    return tag_periods(entries, settings), [
        *settings.faults(DECLARES),
        *guard_sealed(entries, settings, options),
    ]


def guard_sealed(entries: list[Directive], settings: Settings, options: Options) -> list[Finding]:
    """Return the entries that would change a sealed period, in their order."""
    errors = []
    for entry in entries:
        if isinstance(entry, Custom) and entry.type == "seal" and entry.values:
            name = str(entry.values[0].value)
            if name not in settings.periods.names():
                errors.append(_no_such_period(entry, name, settings))
    if not settings.seals or Path(str(options["filename"])).name == HISTORY:
        return errors
    for entry in entries:
        period = settings.periods.of(entry.date) if isinstance(entry, Transaction) else None
        if period is not None and period.name in settings.seals:
            errors.append(
                finding(
                    entry,
                    "sealed-period",
                    f"{entry.date} is in the period {period.name}, which is closed and sealed: its "
                    "figures were reported. Record the correction in the open period, as a "
                    "prior-period adjustment; or re-open the period on someone's authority with "
                    f"pledgebook reopen {period.name}.",
                )
            )
    return errors


def _no_such_period(entry: Custom, name: str, settings: Settings) -> Finding:
    declared = ", ".join(settings.periods.names()) or "none"
    return finding(
        entry,
        "seal-period",
        f"The seal names the period {name!r}, which the book does not declare (declared: "
        f"{declared}), so nothing guards it. Correct the name, or declare the period.",
    )


def tag_periods(entries: list[Directive], settings: Settings) -> list[Directive]:
    """Return the entries, those of a declared fund tagged with their period."""
    return [_tag(entry, settings) if isinstance(entry, Transaction) else entry for entry in entries]


def _tag(entry: Transaction, settings: Settings) -> Transaction:
    period = settings.periods.of(entry.date)
    if period is None or not any(settings.place(posting.account) for posting in entry.postings):
        return entry
    return entry._replace(tags=entry.tags | {period.name})

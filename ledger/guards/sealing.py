"""Nothing more is dated in a sealed period, and a seal is of a period that the book declares.

history.beancount holds the closed periods themselves; `pledgebook verify` proves it instead.
"""

from __future__ import annotations

from pathlib import Path

from beancount.core.data import Custom, Options, Transaction
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, finding
from pledgebook.ledger.register.history import HISTORY
from pledgebook.ledger.register.view import View


def guard(view: View) -> list[Finding]:
    """Return the entries that would change a sealed period, in their order."""
    entries, settings, options = view.entries, view.settings, view.options
    errors = []
    for entry in entries:
        if isinstance(entry, Custom) and entry.type == "seal" and entry.values:
            name = str(entry.values[0].value)
            if name not in settings.periods.names():
                errors.append(_no_such_period(entry, name, settings))
    if not settings.seals or (options is not None and is_history(options)):
        return errors
    for entry in entries:
        if not isinstance(entry, Transaction) or id(entry) in view.plain:
            continue
        period = settings.periods.of(entry.date)
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


def is_history(options: Options) -> bool:
    """Tell whether what is loaded is the history of a book, which holds the closed periods."""
    return Path(str(options["filename"])).name == HISTORY


def _no_such_period(entry: Custom, name: str, settings: Settings) -> Finding:
    declared = ", ".join(settings.periods.names()) or "none"
    return finding(
        entry,
        "seal-period",
        f"The seal names the period {name!r}, which the book does not declare (declared: "
        f"{declared}), so nothing guards it. Correct the name, or declare the period.",
    )

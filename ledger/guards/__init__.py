"""What must hold in a book: every guard, in one list, run once a load.

A guard is a function of a `View` that returns findings, errors and notices in any order; to add one
is to write it in a module of this folder and to name it in `GUARDS`. Plugins run some of them alone
("pledgebook.plugins.funds"), a load all.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from pledgebook.ledger.correspondence import letters, receipts
from pledgebook.ledger.findings import Finding
from pledgebook.ledger.guards import (
    agreements,
    announcements,
    approval,
    balances,
    charges,
    cover,
    delegation,
    earmarked,
    instalments,
    lots,
    parts,
    rates,
    running,
    sealing,
    settlement,
    slips,
    statements,
    unfinished,
    words,
)
from pledgebook.ledger.register.view import View

Guard = Callable[[View], Iterable[Finding]]

GUARDS: tuple[Guard, ...] = (
    unfinished.guard,
    running.guard,
    sealing.guard,
    balances.guard,
    words.guard,
    rates.guard,
    earmarked.guard,
    agreements.guard,
    approval.guard,
    delegation.guard,
    cover.guard,
    lots.guard,
    instalments.guard,
    charges.guard,
    parts.guard,
    settlement.guard,
    slips.guard,
    statements.guard,
    receipts.guard,
    letters.guard,
    announcements.guard,
)
"""In the order in which findings are told; what follows from another comes after it."""

_CAUSES = (lots.guard, instalments.guard)
_FOLLOWING = (charges.guard, parts.guard)
"""At an entry whose lots or instalments are wrong, what is wrong with its money follows from it."""


def run_guards(view: View, guards: Container[Guard] = GUARDS) -> list[Finding]:
    """Return what the guards find, those named or all, in the order of `GUARDS`."""
    found: list[Finding] = []
    faulty: set[int] = set()
    for guard in GUARDS:
        if guard not in guards:
            continue
        own = list(guard(view))
        if guard in _CAUSES:
            faulty |= {id(each.entry) for each in own if each.is_error}
        elif guard in _FOLLOWING:
            own = [each for each in own if not (each.is_error and id(each.entry) in faulty)]
        found += own
    return found

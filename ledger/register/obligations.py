"""Obligations by the reference under which they were raised.

2003-11-03 * "Print shop" "Training manuals ordered (made up)"
  obligation: "PO-2003-07"
  Expenses:CPCJF:Programme           900.00 USD
  Liabilities:CPCJF:Obligations     -900.00 USD
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount.core.data import Directive, Transaction
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.events import event_of
from pledgebook.ledger.register.postings import Line, read_lines, stated
from pledgebook.ledger.register.purposes import purposes_of_money

OBLIGATION = "obligation"
"""Metadata of a posting or its entry: the reference of the obligation that is raised, paid or
saved."""


def obligation_of(entry: Transaction, line: Line) -> str:
    """Return the reference of the obligation that a posting raises or settles, "" for none."""
    if line.place.kind != "obligations":
        return ""
    return stated(entry, line.posting, OBLIGATION) or ""


class Outstanding(NamedTuple):
    """What is left of an obligation, in the book's currency: `earlier` of what was brought forward
    into the period, `raised` of what it raised itself, on the expense accounts `spent_on`.
    """

    earlier: Decimal
    raised: Decimal
    spent_on: tuple[str, ...]


def outstanding_on(
    entries: Iterable[Directive],
    settings: Settings,
    day: date,
    *,
    place: tuple[str, str, str],
    reference: str,
) -> Outstanding:
    """Return what is left on a day of the obligation of that reference at a place (fund, class and
    purpose), whatever its purpose; without a reference, of those of that purpose that have none.
    What is paid is paid of what is older.
    """
    start = settings.periods.start_of(day)
    earlier, raised = ZERO, ZERO
    spent_on: dict[str, None] = {}
    purpose_of: dict[str, str] = {}
    for entry in entries:
        if not isinstance(entry, Transaction) or entry.date > day:
            continue
        lines = read_lines(entry, settings)
        if not any(line.place.kind == "obligations" for line in lines):
            continue
        event = event_of(entry, lines)
        purposes = purposes_of_money(lines, purpose_of)
        for number, line in enumerate(lines):
            if line.place.kind != "obligations" or (line.place.fund, line.class_) != place[:2]:
                continue
            if obligation_of(entry, line) != reference:
                continue
            if not reference and purposes.get(number, "") != place[2]:
                continue
            value = -(line.value or ZERO)
            if entry.date < start or event == "opening":
                earlier += value
            elif value < 0 and event == "obligation":
                paid = min(-value, max(earlier, ZERO))
                earlier, raised = earlier - paid, raised + value + paid
            elif event == "savings":
                earlier += value
            else:
                raised += value
                spent_on |= {
                    each.posting.account: None
                    for each in lines
                    if value > 0
                    and each.place.kind == "programme"
                    and (each.place.fund, each.class_) == place[:2]
                }
    return Outstanding(earlier, raised, tuple(spent_on))

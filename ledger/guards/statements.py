"""What the ledger holds in each bank account, and whether its statements agree with that.

The balance of a bank account is the sum over the cash accounts of all its funds, by the day on
which the bank booked.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import NamedTuple

from beancount.core.data import Directive, Transaction
from pledgebook.ledger.declared.banks import BOOKED_ON
from pledgebook.ledger.declared.declarations import as_date
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, finding, notice
from pledgebook.ledger.money import format_amount
from pledgebook.ledger.register.history import carried_from, continuing
from pledgebook.ledger.register.view import View


class Movement(NamedTuple):
    """What one entry of the ledger did to the cash of a bank account, in its currency: money in is
    positive. `booked` is the bank's day of it, the entry's own where nothing else is stated.
    """

    booked: date
    amount: Decimal
    entry: Transaction


def movements(entries: Iterable[Directive], settings: Settings) -> dict[str, list[Movement]]:
    """Return, by bank account, the movements of its cash over all its funds, in order of the
    bank's day. What moves between classes or funds within one bank account is none.
    """
    by_account = settings.banks.by_account
    found: dict[str, list[Movement]] = {code: [] for code in settings.banks.accounts}
    if not found:
        return found
    for entry in continuing(list(entries)):
        if not isinstance(entry, Transaction):
            continue
        sums: dict[str, Decimal] = {}
        for posting in entry.postings:
            bank = by_account.get(posting.account)
            units = posting.units
            if bank is None or units is None or units.number is None:
                continue
            if units.currency == bank.currency:
                sums[bank.code] = sums.get(bank.code, Decimal(0)) + units.number
        booked = as_date(entry.meta.get(BOOKED_ON)) or entry.date
        for code, amount in sums.items():
            if amount:
                found[code].append(Movement(booked, amount, entry))
    for own in found.values():
        own.sort(key=lambda movement: movement.booked)
    return found


def balance_on(own: list[Movement], day: date) -> Decimal:
    """Return the balance of movements, which are in order, at the end of a bank's day."""
    return sum((each.amount for each in own if each.booked <= day), Decimal(0))


def beginning(entries: Iterable[Directive]) -> date:
    """Return the day from which a book holds all entries: the last opening whose earlier period is
    not in it.
    """
    own = list(continuing(entries))
    return max((entry.date for entry in own if carried_from(entry)), default=date.min)


def guard(view: View) -> Iterator[Finding]:
    """Yield the statements that the ledger does not come to: an error where they agreed once."""
    entries, settings = view.entries, view.settings
    if not settings.banks.statements:
        return
    begins = beginning(entries)
    moved = movements(entries, settings)
    days = {code: [each.booked for each in own] for code, own in moved.items()}
    sums = {
        code: [Decimal(0), *accumulate(each.amount for each in own)] for code, own in moved.items()
    }
    closings: dict[tuple[str, date], set[Decimal]] = {}
    for statement in settings.banks.statements:
        closings.setdefault((statement.bank, statement.day), set()).add(statement.closing)
    for statement in settings.banks.statements:
        if statement.day < begins:
            continue  # its entries went out of the open book with their period
        code = statement.bank
        ledger = sums[code][bisect_right(days[code], statement.day)]
        difference = statement.closing - ledger
        if ledger in closings[code, statement.day]:
            continue  # it agrees, or a later statement of the same day does
        currency = settings.banks.accounts[code].currency
        sentence = (
            f"The statement {statement.number} of {code} closes on {statement.day} with "
            f"{format_amount(statement.closing)} {currency}; the ledger comes to "
            f"{format_amount(ledger)}, a difference of {format_amount(difference)}"
        )
        if statement.agrees:
            yield finding(
                statement.entry,
                "statement-differs",
                f"{sentence}. They agreed when it was recorded: find the entry that was added, "
                "taken out or changed since.",
            )
        else:
            yield notice(
                statement.entry,
                "statement-open",
                f"{sentence}, which waits for entries of the bank that are not in the ledger, "
                "or of the ledger that the bank has not made: enter them, and import the "
                "statement again.",
            )

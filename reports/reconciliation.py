"""The reconciliation statement: each bank account's statement and the ledger of its funds.

Balance per statement, and what the two have on different days, come to the balance per ledger,
the sum over the funds whose cash the account holds. The ledger counts by value date, the bank by
the day it booked: money between the two is in transit. A difference is named, never plugged.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.declared.banks import BankAccount
from pledgebook.ledger.guards.statements import Movement, balance_on, beginning, movements
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.register.history import continuing
from pledgebook.reports.figures.dates import long_date
from pledgebook.reports.figures.layout import Layout, as_report, at_the_end
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report, Tie

NAME = "reconciliation"
TITLE = "Bank reconciliation"


def reconciliation(selection: Selection) -> Report:
    """Return, for each bank account at the cut's end, what leads from statement to ledger, in the
    account's currency; then the receipts that no pledge or donor was found for.
    """
    book, end = selection.book, selection.cut.end
    moved = movements(book.entries, book.settings)
    banks = book.settings.banks.accounts
    layout = Layout()
    ties: list[Tie] = []
    shown = [
        bank
        for bank in banks.values()
        if any(account.split(":")[1] in selection.funds for account in bank.accounts)
    ]
    currencies = dict.fromkeys((book.settings.currency, *(bank.currency for bank in shown)))
    for bank in shown:
        ties += _account(selection, layout, bank, moved[bank.code])
    held = [receipt for receipt in waiting_receipts(book) if receipt.day <= end]
    held = [receipt for receipt in held if receipt.held.fund in selection.funds]
    if held:
        layout.section("Receipts not applied yet, in the ledger's balance")
        for receipt in held:
            layout.row(
                what=f"{receipt.label} {receipt.text}",
                day=receipt.day,
                age=(end - receipt.day) // timedelta(days=1),
                **{_column(selection, selection.book.settings.currency): receipt.value},
            )
        layout.total("Receipts not applied yet")
    notes = [
        "The ledger counts money by its value date, the bank by the day it booked; what is between "
        "the two is in transit."
    ]
    if not banks:
        notes.append('The book declares no bank account: add custom "bank" (docs/bank.md).')
    return as_report(
        selection,
        at_the_end(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="what", title="What"),
            Column(key="day", title="Date", kind="date"),
            Column(key="age", title="Days", kind="count"),
            *(
                Column(
                    key=_column(selection, currency), title="Amount", kind="amount", unit=currency
                )
                for currency in currencies
            ),
        ],
        rows=layout.rows,
        notes=notes,
        ties=ties,
    )


def _account(
    selection: Selection, layout: Layout, bank: BankAccount, own: list[Movement]
) -> list[Tie]:
    book, end = selection.book, selection.cut.end
    begins = beginning(book.entries)
    statements = [
        each
        for each in book.settings.banks.statements
        if each.bank == bank.code and begins <= each.day <= end
    ]
    column = _column(selection, bank.currency)
    layout.section(f"{bank.code}, {bank.currency}")
    per_ledger = sum((each.amount for each in own if each.entry.date <= end), Decimal(0))
    if not statements:
        layout.row(what="No statement is recorded up to this day: balance per statement unknown")
        _per_fund(selection, layout, bank)
        return []
    last = max(statements, key=lambda each: each.day)
    same_day = [each for each in statements if each.day == last.day]
    on_books = balance_on(own, last.day)
    last = next((each for each in same_day if each.closing == on_books), last)
    layout.row(
        what=f"Balance per statement {last.number}",
        day=last.day,
        **{column: last.closing},
    )
    total = last.closing
    for each in own:
        if each.entry.date <= end and each.booked > last.day:
            sign, words = 1, "not on the statement yet"
        elif each.entry.date > end and each.booked <= last.day:
            sign, words = -1, f"on the statement, value date {each.entry.date}"
        else:
            continue
        total += sign * each.amount
        layout.row(
            what=f"{_what(each)}: {words}",
            day=each.entry.date,
            age=max((end - each.entry.date) // timedelta(days=1), 0),
            **{column: sign * each.amount},
        )
    difference = per_ledger - total
    if difference:
        layout.row(
            what="DIFFERENCE: on one side only; find the entry that is missing, doubled or changed",
            **{column: difference},
        )
    layout.total(f"Balance per ledger, {bank.code}, {long_date(end)}")
    _per_fund(selection, layout, bank)
    return [Tie(f"{bank.code}: statement and items in transit, cash accounts", total, per_ledger)]


def _column(selection: Selection, currency: str) -> str:
    """Return the key of the amounts in a currency: each has a column that adds up by itself."""
    own = selection.book.settings.currency
    return "amount" if currency == own else f"amount_{currency.lower()}"


def _what(movement: Movement) -> str:
    entry = movement.entry
    return " ".join(filter(None, (entry.payee, entry.narration)))


def _per_fund(selection: Selection, layout: Layout, bank: BankAccount) -> None:
    """List what the ledger holds in each cash account of the bank account."""
    sums = dict.fromkeys(bank.accounts, Decimal(0))
    for entry in continuing(selection.book.entries):
        if not isinstance(entry, Transaction) or entry.date > selection.cut.end:
            continue
        for posting in entry.postings:
            units = posting.units
            if posting.account not in sums or units is None or units.number is None:
                continue
            if units.currency == bank.currency:
                sums[posting.account] += units.number
    layout.group(f"Of it, {bank.code}")
    for account, amount in sums.items():
        layout.row(what=account, **{_column(selection, bank.currency): amount})
    layout.total(f"Balance per ledger by fund, {bank.code}")

"""Cash in other currencies: what is held, and its revaluation at the rate of a day.

Such cash is one lot an account, under the account's name, at its value. Revalued, the whole lot
goes out and comes back at its new value; the difference is the fund's exchange on cash, never of
contributions.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.declared.chart import account
from pledgebook.ledger.declared.rates import MissingRateError
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft, DraftLine
from pledgebook.ledger.events.parts import Earmark, in_book_currency, make_entry
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import ZERO, format_amount, format_units
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.history import continuing
from pledgebook.ledger.register.postings import read_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class CashHeld:
    """Cash of an account in another currency than the book's, its value, and whose it is."""

    account: str
    units: Decimal
    currency: str
    value: Decimal
    earmarks: tuple[Earmark, ...]


def foreign_cash(book: Book, day: date) -> list[CashHeld]:
    """Return the cash in other currencies at the end of a day, an account each."""
    held: dict[tuple[str, str], dict[Earmark, tuple[Decimal, Decimal]]] = {}
    for entry in continuing(book.entries):
        if not isinstance(entry, Transaction) or entry.date > day:
            continue
        for line in read_lines(entry, book.settings):
            if line.place.kind != "cash" or line.currency == book.settings.currency:
                continue
            own = held.setdefault((line.posting.account, line.currency), {})
            earmark = Earmark(line.place.fund, line.class_, line.purpose)
            units, value = own.get(earmark, (Decimal(0), ZERO))
            own[earmark] = (units + line.units, value + (line.value or ZERO))
    found = []
    for (name, currency), own in sorted(held.items()):
        kept = {earmark: amounts for earmark, amounts in own.items() if amounts[0]}
        if kept:
            found.append(
                CashHeld(
                    account=name,
                    units=sum((units for units, _ in kept.values()), Decimal(0)),
                    currency=currency,
                    value=sum((value for _, value in own.values()), ZERO),
                    earmarks=tuple(kept),
                )
            )
    return found


def cash_revaluation(
    settings: Settings,
    *,
    day: date,
    held: CashHeld,
    value: Decimal,
) -> Draft:
    """Cash in another currency is worth `value` from now on: exchange on cash."""
    if len(held.earmarks) != 1:
        raise EventRefusedError(
            f"{held.account} holds money of several classes or purposes, in one lot: revalue it by "
            "hand, each posting with its class and purpose."
        )
    if value <= 0 or value == held.value:
        raise EventRefusedError(
            f"{held.account} is at {format_amount(held.value)} {settings.currency} already."
        )
    (earmark,) = held.earmarks

    def lot(units: Decimal, worth: Decimal | None) -> DraftLine:
        return DraftLine(
            account=held.account,
            number=units,
            currency=held.currency,
            label=held.account,
            value=worth,
            book_currency=settings.currency,
        )

    on_cash = account("exchange-on-cash", earmark.fund)
    return make_entry(
        settings,
        day=day,
        event="revaluation",
        narration=f"Revaluation of {format_units(held.units)} {held.currency} in cash",
        lines=[
            lot(-held.units, None),
            lot(held.units, value),
            in_book_currency(settings, on_cash, held.value - value),
        ],
        earmark=earmark,
    )


def not_revalued(book: Book, day: date) -> Iterator[str]:
    """Yield a sentence on each cash in another currency that is not at the rate of a day."""
    currency = book.settings.currency
    for held in foreign_cash(book, day):
        said = f"{held.account} holds {format_units(held.units)} {held.currency} at "
        try:
            value, _ = book.rates.value(held.units, held.currency, day)
        except MissingRateError:
            yield f"{said}{format_amount(held.value)} {currency}, and no rate of {day} is there."
            continue
        if value != held.value:
            yield (
                f"{said}{format_amount(held.value)} {currency}; at the rate of {day} it is "
                f"{format_amount(value)}: record its revaluation on that day."
            )

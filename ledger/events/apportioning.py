"""Interest shared by balances: what each class had in cash, over the days that it was earned.

Each class bears its share of the cash it held: of the mean of its balances at the end of every day
(`average`), or at the ends of the months (`month-end`) among those days, in the book's currency as
they are carried. A class below nothing earned nothing. Cents by shares; together they are what was
advised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.declared.funds import INTEREST_BY
from pledgebook.ledger.declared.periods import month_end
from pledgebook.ledger.declared.policies import Group
from pledgebook.ledger.events.asking import share_out
from pledgebook.ledger.events.parts import Earmark
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import ZERO, format_amount
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.history import continuing
from pledgebook.ledger.register.postings import read_lines

AVERAGE, MONTH_END = INTEREST_BY
_DAY = timedelta(days=1)


def apportion_interest(
    book: Book, *, value: Decimal, fund: str, first: date, last: date, by: str = ""
) -> list[tuple[Earmark, Decimal]]:
    """Return the share of each class of a fund, and of funds operated within it, in interest earned
    from `first` to `last`, for `interest`. `by` is one of INTEREST_BY, else as the fund declares.

    Raises EventRefusedError where the days are in a closed period, which the book does not hold, or
    no class held cash on them.
    """
    settings = book.settings
    if first > last:
        raise EventRefusedError(
            f"Interest is earned from a day to another: {first} is after {last}."
        )
    if first < settings.first_open_day and settings.seals:
        raise EventRefusedError(
            f"The balances of {first} are in a closed period: name days from "
            f"{settings.first_open_day} on, or state the share of each class."
        )
    funds = [code for code in settings.funds if code == fund or settings.is_within(code, fund)]
    groups = [(code, class_) for code in funds for class_ in settings.funds[code].classes]
    weights = mean_cash(book, groups, _days(first, last, by or settings.funds[fund].interest_by))
    held = {group: weight for group, weight in weights.items() if weight > 0}
    if not held:
        raise EventRefusedError(
            f"No class of {', '.join(funds)} held cash from {first} to {last}: "
            f"{format_amount(value)} of interest cannot be shared by balances."
        )
    shares = share_out(value, list(held.values()), settings.decimals)
    return [
        (Earmark(code, class_), share)
        for (code, class_), share in zip(held, shares, strict=True)
        if share
    ]


def mean_cash(book: Book, groups: Sequence[Group], days: Sequence[date]) -> Mapping[Group, Decimal]:
    """Return the mean of what each class held in cash at the ends of these days, in the book's
    currency and not rounded.
    """
    sums = dict.fromkeys(groups, ZERO)
    held = dict.fromkeys(groups, ZERO)
    at = 0
    entries = (entry for entry in continuing(book.entries) if isinstance(entry, Transaction))
    for entry in entries:
        while at < len(days) and days[at] < entry.date:
            for group in groups:
                sums[group] += held[group]
            at += 1
        if at == len(days):
            break
        for line in read_lines(entry, book.settings):
            group = (line.place.fund, line.class_)
            if line.place.kind == "cash" and group in held:
                held[group] += line.value or ZERO
    for group in groups:
        sums[group] += held[group] * (len(days) - at)
    return {group: amount / len(days) for group, amount in sums.items()}


def _days(first: date, last: date, by: str) -> list[date]:
    """Return the days at the end of which balances count."""
    if by == AVERAGE:
        return [first + _DAY * number for number in range((last - first).days + 1)]
    days, end = [], month_end(first)
    while end <= last:
        days.append(end)
        if end == date.max:
            break
        end = month_end(end + _DAY)
    if not days:
        raise EventRefusedError(f"No month ends from {first} to {last}: share by {AVERAGE}.")
    return days

"""What a period is compared with, and its statements as they were sealed with it.

A book that begins with what was carried forward holds no entry of the period before, yet its
statements show that period's totals beside their own: they are read from the seal, where `verify`
proves them, and never computed from the opening.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import structs
from pledgebook.ledger.declared.periods import Cut, months_later
from pledgebook.ledger.money import read_number
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.history import FOLDER
from pledgebook.ledger.sources import read_json
from pledgebook.reports.figures.dates import long_date
from pledgebook.reports.figures.selection import Selection

_DAY = timedelta(days=1)
_YEAR = re.compile(r"(FY)?(\d{4})((?:-?Q[1-4])?)")
_SEALED = "statements"
_CASH_FLOWS = "cash_flows"
"""The names under which a seal keeps income, expenditure and balances, and the lines of the cash
flow statement, which earlier seals have not."""

Totals = Mapping[str, Mapping[str, Decimal]]
"""Each fund's lines, by their keys, in the book's currency: the total column."""


def period_before(selection: Selection) -> Cut | None:
    """Return the cut that the selection's is compared with: the period before; of a year or a
    quarter the same of the year before; None of days between two others.
    """
    periods, cut = selection.book.settings.periods, selection.cut
    if periods.called(cut.name) is not None:
        earlier = [period for period in periods if period.end < cut.period.start]
        return periods.named(earlier[-1].name) if earlier else None
    year = _YEAR.fullmatch(cut.name)
    if year is None:
        return None
    named = periods.named(cut.name, selection.year_begins)
    if named is None:
        return None
    first, after = months_later(named.start, -12), months_later(named.end + _DAY, -12)
    name = f"{year[1] or ''}{int(year[2]) - 1}{year[3]}"
    return periods.between(name, first, after - _DAY)


def days_before(selection: Selection) -> Cut | None:
    """Return the days that the selection's are compared with: those of the period before, ended as
    early as the selection's own; None where no declared period holds them or the day is not in it.
    """
    before = period_before(selection)
    own = selection.book.settings.periods.named(selection.cut.name, selection.year_begins)
    day = selection.cut.end
    if before is None or own is None or own.end == day:
        return before
    year = day.year - own.start.year + before.start.year
    end = date(year, day.month, min(day.day, monthrange(year, day.month)[1]))
    if end not in before:
        return None
    name = f"{long_date(before.start)} to {long_date(end)}"
    return structs.replace(before, name=name, end=end)


def totals_documents(totals: Totals) -> dict[str, object]:
    """Return the totals as a seal keeps them, by name: amounts as strings."""

    def document(*, of_cash: bool) -> dict[str, object]:
        return {
            fund: {
                key: f"{amount:f}"
                for key, amount in lines.items()
                if key.startswith("cash_") == of_cash
            }
            for fund, lines in totals.items()
        }

    return {_SEALED: document(of_cash=False), _CASH_FLOWS: document(of_cash=True)}


def sealed_figures(path: Path) -> Any:
    """Return the figures that the document of a seal says, as it has them. Raises OSError,
    ValueError, KeyError and TypeError where it cannot be read.
    """
    return read_json(path.read_text("utf-8"))["figures"]


def read_totals(book: Book, period: str) -> Totals:
    """Return what the seal of a period says of its statements; nothing where there is none, or
    where it was made before seals kept them.
    """
    if period not in book.settings.seals:
        return {}
    try:
        figures = sealed_figures(book.folder / FOLDER / f"{period}.json")
        return {
            str(fund): {
                str(key): read_number(amount)
                for key, amount in {**lines, **figures.get(_CASH_FLOWS, {}).get(fund, {})}.items()
            }
            for fund, lines in figures[_SEALED].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # verify says what is wrong with a seal; here its figures are unknown

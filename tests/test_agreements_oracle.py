"""Agreements of random books are what an independent account of the same events says.

Set PLEDGEBOOK_AGREEMENTS to try more books. Amounts and rates are made up.
"""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal

import pytest
from agreed_oracle import Life
from conftest import Load
from pledgebook.reports.figures.agreed import Agreed, agreed_figures
from pledgebook.reports.figures.selection import select

BOOKS = int(os.environ.get("PLEDGEBOOK_AGREEMENTS", "12"))
DAYS = [date(2002, 12, 31), date(2003, 6, 30), date(2003, 12, 31), date(2004, 12, 31),
        date(2005, 12, 31)]  # fmt: skip


def told(each: Agreed) -> dict[str, Decimal | None]:
    found: dict[str, Decimal | None] = {"outstanding": each.outstanding}
    for name, title in (("received", "received"), ("earned", "interest"), ("returned", "refunded")):
        source, sign = each.sources[name], -1 if name == "returned" else 1
        found[title] = sign * (source.before + source.within)
        found[f"{title} units"] = None if source.units is None else sign * source.units
    for line in each.lines:
        name = line.code or "support"
        found[f"spent {name}"] = line.before + line.within
        found[f"spent {name} units"] = line.units
    found["left"], found["left units"] = each.balance, each.balance_units
    return {name: value for name, value in found.items() if value != 0}


@pytest.mark.parametrize("seed", range(BOOKS))
def test_random_agreements_are_as_an_independent_account_says(load: Load, seed: int) -> None:
    life = Life(seed)
    book = load("\n\n".join(life.text) + "\n")
    assert [each.message for each in book.errors] == []
    for day in DAYS:
        period = book.settings.periods.of(day)
        assert period is not None
        figures = agreed_figures(select(book, f"..{period.name}", day))
        for account, each in zip(life.accounts, figures, strict=True):
            assert told(each) == account.figures(day), (seed, day, account.ref)
            assert each.cash - each.outstanding == each.balance
            assert each.sources["moved"].before == each.sources["moved"].within == 0

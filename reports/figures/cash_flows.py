"""What a period's cash came of, told from its result: the lines of the cash flow statement.

It begins with what income exceeded expenditure by and goes on with all that moved without being
in it: receivables, money held, obligations, what stands below the result. Every entry balances, so
together they are what the cash accounts moved; that they are is a tie.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from pledgebook.ledger.declared.policies import Group
from pledgebook.ledger.money import ZERO
from pledgebook.reports.figures.statement_lines import CASH_MOVEMENTS, Line
from pledgebook.reports.figures.ties import Balances


def cash_flows(
    balances: Balances, groups: Sequence[Group], excess: Decimal, below: Sequence[Line]
) -> dict[str, Decimal]:
    """Return the lines of some funds and classes in the book's currency, by key; a minus takes from
    cash.

    What stands `below` the result is told in cash where its entry moved cash too; all else of it
    has its other half in a movement above, and is one line.
    """

    def booked(*kinds: str) -> Decimal:
        return -balances.total_booked(groups, *kinds)

    def in_cash(*kinds: str) -> Decimal:
        own = (balances.in_cash.get((group, kind), ZERO) for group in groups for kind in kinds)
        return -sum(own, ZERO)

    lines = {"cash_excess": excess}
    lines |= {each.key: booked(*each.kinds) for each in CASH_MOVEMENTS}
    lines["cash_without"] = sum(
        (booked(*each.kinds) - in_cash(*each.kinds) for each in below), ZERO
    )
    lines["cash_less_interest"] = -booked("interest")
    lines["cash_less_exchange"] = -booked("exchange-on-cash")
    lines["cash_operating"] = sum(lines.values(), ZERO)
    lines["cash_interest"] = booked("interest")
    lines |= {f"cash_{each.key}": in_cash(*each.kinds) for each in below}
    lines["cash_other"] = sum((lines[f"cash_{each.key}"] for each in below), ZERO)
    lines["cash_exchange"] = booked("exchange-on-cash")
    lines["cash_change"] = sum(
        (lines[key] for key in ("cash_operating", "cash_interest", "cash_other", "cash_exchange")),
        ZERO,
    )
    held = balances.total_held(groups, "cash")
    lines["cash_before"] = held + booked("cash")
    lines["cash_after"] = lines["cash_before"] + lines["cash_change"]
    return lines

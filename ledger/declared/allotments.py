"""Allotments: what may be spent of a fund in a period, as its authority approved it.

2002-01-15 custom "allotment" "CPCJF" "AL-2002-01"
  period: "2002-2003"
  amount: 250000.00 USD
  class: "special"
  purpose: "corruption"
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from datetime import date
from decimal import Decimal

from beancount.core.amount import Amount
from msgspec import Struct
from pledgebook.ledger.declared.declarations import Declaration
from pledgebook.ledger.declared.funds import Fund
from pledgebook.ledger.findings import Finding, finding

PARTS = ("purpose", "object", "programme")
"""What of a class an allotment may be for: money for a purpose, an object of expenditure (the last
part of `Expenses:FUND:Programme:OBJECT`), a programme as entries state it."""


class Allotment(Struct, frozen=True, kw_only=True):
    """An allotment or a revision of one: `value` may be negative. `parts` says what of the class
    it is for, by the names of PARTS; empty for all of it.
    """

    fund: str
    number: str
    day: date
    period: str
    class_: str
    parts: Mapping[str, str]
    value: Decimal


def read_allotments(
    declarations: Iterable[Declaration],
    funds: Mapping[str, Fund],
    periods: Container[str],
    purposes: Container[str],
    currency: str,
) -> tuple[tuple[Allotment, ...], list[Finding]]:
    """Return the allotments in order of their dates, and what is wrong with them."""
    found: list[Allotment] = []
    faults: list[Finding] = []
    divided: dict[tuple[str, str, str], set[str]] = {}
    for item in sorted(declarations, key=lambda each: each.day):
        fund, number = item.texts
        amount = item.meta.get("amount")
        period = item.text("period")
        parts = {key: item.text(key) for key in PARTS if item.text(key)}
        purpose = parts.get("purpose", "")
        known = funds.get(fund)
        class_ = known.class_of(item.text("class") or None, purpose) if known else ""
        wrong = ""
        if known is None:
            wrong = f"is of the fund {fund!r}, which is not declared: correct the code"
        elif period not in periods:
            wrong = (
                f"is for the period {period!r}, which is not declared: write period: "
                "with the name of a declared one"
            )
        elif not isinstance(amount, Amount) or amount.currency != currency or not amount.number:
            said = item.text("amount") or "nothing"
            wrong = (
                f"has the amount {said}: write amount: in the book's currency, such as 250000.00 "
                f"{currency}"
            )
        elif class_ not in known.classes:
            wrong = (
                f"is of the class {class_!r}: the classes of {fund} are {', '.join(known.classes)}"
            )
        elif purpose and purpose not in purposes:
            wrong = f"is for the purpose {purpose!r}, which is not declared"
        if wrong:
            faults.append(finding(item.entry, "allotment", f"The allotment {number} {wrong}."))
            continue
        assert isinstance(amount, Amount)
        assert amount.number is not None
        kinds = divided.setdefault((fund, class_, period), set(parts))
        if kinds != set(parts):
            faults.append(
                finding(
                    item.entry,
                    "allotment",
                    f"The allotment {number} is by {_said(parts)}, others of {fund} {class_} for "
                    f"{period} by {_said(kinds)}: expenditure could count against both. Divide a "
                    "class in one way.",
                )
            )
            continue
        found.append(
            Allotment(
                fund=fund,
                number=number,
                day=item.day,
                period=period,
                class_=class_,
                parts=parts,
                value=amount.number,
            )
        )
    return tuple(found), faults


def _said(parts: Iterable[str]) -> str:
    return " and ".join(sorted(parts)) or "class alone"

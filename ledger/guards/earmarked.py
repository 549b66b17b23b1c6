"""Earmarked money is spent from cash received for its purpose."""

from __future__ import annotations

from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.declared.chart import LABELLED, kinds_that
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, finding
from pledgebook.ledger.money import ZERO, format_amount
from pledgebook.ledger.register.history import is_closing
from pledgebook.ledger.register.postings import Line
from pledgebook.ledger.register.purposes import purposes_of_money
from pledgebook.ledger.register.view import View


def guard(view: View) -> list[Finding]:
    """Money for a purpose is spent only as far as it came in; what goes beyond is an error, a
    notice where the fund sets `overspending: "notice"`.

    What the class of earmarked money holds for no purpose yet is spent no further than it came.
    Available is cash received for the purpose less what was spent, refunded or is obligated, less
    money in advance, which is not to be spent before its date; never a pledge.
    """
    settings = view.settings
    found: list[Finding] = []
    available: dict[tuple[str, str, str], Decimal] = {}
    purpose_of: dict[str, str] = {}
    for entry in view.entries:
        plain = view.plain.get(id(entry))
        if plain is not None:
            fund, class_, purpose, _ = plain.giving
            if plain.is_payment and (purpose or settings.funds[fund].is_earmarked(class_)):
                key = (fund, class_, purpose)
                available[key] = available.get(key, ZERO) + plain.value
            continue
        if not isinstance(entry, Transaction):
            continue
        lines = view.lines(entry)
        spent: dict[tuple[str, str, str], Decimal] = {}
        purposes = purposes_of_money(lines, purpose_of)
        for number, line in enumerate(lines):
            purpose = purposes.get(number, "")
            earmarked = settings.funds[line.place.fund].is_earmarked(line.class_)
            held = earmarked and line.place.kind in _AVAILABLE
            if line.value is None or not (purpose or held):
                continue
            key = (line.place.fund, line.class_, purpose)
            available[key] = available.get(key, ZERO) + line.value
            spent[key] = spent.get(key, ZERO) - line.value
        for key, amount in spent.items():
            spends = _is_spending(lines) and not is_closing(entry)
            if amount > 0 and available[key] < 0 and spends:
                found.append(_overspent(entry, key, amount, available[key], settings))
    return found


_AVAILABLE = kinds_that("is_available")


_SPENDING = kinds_that("spends")


def _is_spending(lines: list[Line]) -> bool:
    """Tell whether money is spent; a charge the bank keeps of a receipt is not spending."""
    kinds = {line.place.kind for line in lines}
    paid_out = any(line.place.kind == "cash" and line.units < 0 for line in lines)
    charged = "bank-charges" in kinds and paid_out and not kinds & LABELLED
    return bool(kinds & _SPENDING) or charged


def _overspent(
    entry: Transaction,
    key: tuple[str, str, str],
    amount: Decimal,
    left: Decimal,
    settings: Settings,
) -> Finding:
    fund, class_, purpose = key
    return finding(
        entry,
        "earmarked-overspent",
        f"Earmarked money is spent as far as it was received: {format_amount(amount)} "
        f"{settings.currency} is spent here on {purpose or 'no purpose'} ({fund}, {class_}), of "
        f"which "
        f"{format_amount(left + amount)} was available. Spend less, or record the money first.",
        severity="error" if settings.funds[fund].overspending == "error" else "notice",
    )

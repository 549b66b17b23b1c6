"""No more is paid, given back or freed than there is: of debts, obligations, reserves, cash.

Each account is followed through the entries, by fund and class, openings included. What is below
nothing where nothing can be is an error; money that may be on its way is a notice.
"""

from __future__ import annotations

from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.declared.chart import kinds_that
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, finding, notice
from pledgebook.ledger.money import ZERO, format_amount
from pledgebook.ledger.register.obligations import obligation_of
from pledgebook.ledger.register.postings import Line
from pledgebook.ledger.register.view import View

_OWED = kinds_that("is_credit")


def guard(view: View) -> list[Finding]:
    """Return errors (debts, obligations and reserves below nothing) and notices (general cash
    below nothing, a donor given back more than came), in the order of the entries.
    """
    settings = view.settings
    found: list[Finding] = []
    balances: dict[tuple[str, str], Decimal] = {}
    cash: dict[tuple[str, str], Decimal] = {}
    came: dict[tuple[str, str], Decimal] = {}
    begun = False  # with what another book left: what came before is not known
    for entry in view.continuing:
        if not isinstance(entry, Transaction):
            continue
        plain = view.plain.get(id(entry))
        if plain is not None:  # it adds to cash, or to what its donor gave
            giving = plain.giving
            sums, whose = (cash, giving.class_) if plain.is_payment else (came, giving.donor)
            key = (giving.fund, whose)
            sums[key] = sums.get(key, ZERO) + plain.value
            continue
        lines = view.lines(entry)
        moved: dict[tuple[str, str], Line] = {}
        before = dict(balances) if any(line.place.kind in _OWED for line in lines) else {}
        spent: dict[tuple[str, str], Decimal] = {}
        for line in lines:
            kind, value = line.place.kind, line.value or ZERO
            if kind in _OWED and (kind != "due-to" or line.place.part in settings.funds):
                key = (line.posting.account, "" if kind == "due-to" else line.class_)
                balances[key] = balances.get(key, ZERO) + value
                moved[key] = line
                if reference := obligation_of(entry, line):
                    own = (line.posting.account, f"{line.class_}, {reference}")
                    balances[own] = balances.get(own, ZERO) + value
                    moved[own] = line
            elif kind == "cash":
                group = (line.place.fund, line.class_)
                cash[group] = cash.get(group, ZERO) + value
                spent[group] = spent.get(group, ZERO) + value
            elif kind in {"contributions", "in-advance", "refunds"}:
                donor = (line.place.fund, line.place.part)
                came[donor] = came.get(donor, ZERO) - value
                if kind == "refunds" and value > 0 > came[donor] and not begun:
                    found.append(_beyond_gift(entry, line, came[donor] + value, settings))
            elif kind == "opening-balance":
                begun = True
        for key, line in moved.items():
            if balances[key] > 0 and balances[key] > before.get(key, ZERO):
                rule, sentence = _rule_of(line.place.kind)
                held = max(-before.get(key, ZERO), ZERO)
                said = (
                    f"{key[0]}{f' ({key[1]})' if key[1] else ''} held {format_amount(held)} "
                    f"{settings.currency} and is taken {format_amount(balances[key])} below nothing"
                )
                found.append(finding(entry, rule, sentence.format(said), line.posting.meta))
        for group, value in spent.items():
            if value < 0 and cash[group] < 0 <= cash[group] - value:
                found.append(
                    notice(
                        entry,
                        "cash-below-nothing",
                        f"The cash of {', '.join(group)} is {format_amount(cash[group])} "
                        f"{settings.currency} after this entry: more is paid than came in. "
                        "Correct the amount, or record the money first.",
                    )
                )
    return found


def _beyond_gift(entry: Transaction, line: Line, came: Decimal, settings: Settings) -> Finding:
    return notice(
        entry,
        "refund-beyond",
        f"{format_amount(line.value or ZERO)} {settings.currency} is given back to "
        f"{line.place.part}, of whom {line.place.fund} has {format_amount(max(came, ZERO))} of "
        "contributions. Correct the donor or the amount.",
        line.posting.meta,
    )


def _rule_of(kind: str) -> tuple[str, str]:
    """Return the rule that keeps such an account, and its sentence."""
    if kind == "due-to":
        return (
            "more-than-owed",
            "Between funds no more is paid than is owed; {}. Pay less, or record the transfer that "
            "it is owed for first.",
        )
    if kind == "obligations":
        return (
            "more-than-obligated",
            "An obligation is paid or saved as far as it was raised; {}. Correct the amount, or "
            "record the expenditure as obligated first.",
        )
    return (
        "more-than-reserved",
        "An operating reserve is freed as far as it was set aside; {}. Free less, or set it aside "
        "first.",
    )

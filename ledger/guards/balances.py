"""Every fund, and every class of it, balances by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.declared.chart import CLAIMS, kinds_that
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, finding
from pledgebook.ledger.money import ZERO, format_amount
from pledgebook.ledger.register.events import REASSIGNED
from pledgebook.ledger.register.postings import Line, weigh
from pledgebook.ledger.register.view import View

_BETWEEN = kinds_that("is_between")
_HALF_A_CENT = Decimal("0.005")


def guard(view: View) -> Iterator[Finding]:
    """Yield the entries that do not balance within a fund, a class or between two funds."""
    for entry, lines in view.transactions:
        yield from _check_balances(entry, lines, view.settings)


def _check_balances(entry: Transaction, lines: list[Line], settings: Settings) -> Iterator[Finding]:
    """A transaction balances by itself within each fund and, in it, within each class."""
    foreign = [posting for posting in entry.postings if settings.place(posting.account) is None]
    if lines and foreign:
        yield finding(
            entry,
            "outside-the-fund",
            f"The second part of an account name is its fund; {foreign[0].account} is not in the "
            f"chart of a declared fund (declared: {', '.join(settings.funds)}). Use an account of "
            "the chart, or declare the fund.",
            foreign[0].meta,
        )
        return
    sums: dict[tuple[str, str, str], Decimal] = {}
    for line in lines:
        weight = weigh(line.posting)
        key = (line.place.fund, line.class_, weight.currency)
        sums[key] = sums.get(key, Decimal(0)) + (weight.number or Decimal(0))
    funds = {line.place.fund for line in lines}
    for fund in sorted(funds):
        totals: dict[str, Decimal] = {}
        for (own, _, currency), total in sums.items():
            if own == fund:
                totals[currency] = totals.get(currency, Decimal(0)) + total
        off = {currency: total for currency, total in totals.items() if abs(total) > _HALF_A_CENT}
        for currency, total in off.items():
            yield finding(
                entry,
                "fund-balance",
                f"Every entry balances within each fund; in {fund} this one is off by "
                f"{format_amount(total)} {currency}. {_why_off(lines, fund, total, currency)}",
            )
        if off:
            continue
        for (own, class_, currency), total in sorted(sums.items()):
            if own == fund and abs(total) > _HALF_A_CENT:
                yield finding(
                    entry,
                    "class-balance",
                    f"Every entry balances within each class of a fund; in {fund} the class "
                    f"{class_} is off by {format_amount(total)} {currency}. Write class: on the "
                    "transaction, or on the postings that are of another class.",
                )
    yield from _check_contra(entry, lines, settings)
    yield from _check_two_funds(entry, lines, settings)


def _why_off(lines: list[Line], fund: str, off: Decimal, currency: str) -> str:
    """Return what mends an entry that does not balance within a fund."""
    for line in lines:
        if line.place.fund == fund and (line.posting.meta or {}).get(_FILLED_IN) and abs(off) < 1:
            return (
                f"The amount of {line.posting.account} was left to Beancount, which rounds it to "
                "the decimals of the amounts beside it: write it, or write each of the others with "
                "two decimals (79.60, not 79.6)."
            )
    for line in lines:
        cost = line.posting.cost
        each = getattr(cost, "number", None)
        if line.place.fund == fund and line.label and each is not None and each >= _MUCH_FOR_ONE:
            return (
                f"Between braces {each:f} is the value of each unit of {line.label}: write the "
                f"value of them all after 0 #, as {{0 # {each:f} {currency}, ...}}."
            )
    if any(line.place.fund != fund for line in lines):
        return "Money owed between funds goes over Assets:X:Due-From:Y and Liabilities:Y:Due-To:X."
    return "Correct an amount, or its sign: what goes out of an account or is income is negative."


_FILLED_IN = "__automatic__"
"""Metadata by which Beancount marks a posting whose amount was not written."""


_MUCH_FOR_ONE = Decimal(100)
"""A value of one unit so high that it will be meant for all units together."""


def _check_contra(entry: Transaction, lines: list[Line], settings: Settings) -> Iterator[Finding]:
    """Memorandum pledges and their contra account vanish from every total together."""
    apart: dict[str, Decimal] = {}
    for line in lines:
        if line.place.kind in {"memorandum", "contra"}:
            fund = line.place.fund
            apart[fund] = apart.get(fund, ZERO) + (line.value or ZERO)
    for fund, total in apart.items():
        if total:
            yield finding(
                entry,
                "memorandum-contra",
                f"A memorandum is in no total: Assets:{fund}:Memorandum:Pledges and "
                f"Assets:{fund}:Memorandum:Contra move by the same amount in every entry; here "
                f"they are {format_amount(total)} {settings.currency} apart. Book the rest to "
                "the contra account.",
            )


def _check_two_funds(
    entry: Transaction, lines: list[Line], settings: Settings
) -> Iterator[Finding]:
    between: dict[tuple[str, str], Decimal] = {}
    for line in lines:
        if line.place.kind in _BETWEEN:
            owed_to = line.place.fund if line.place.kind == "due-from" else line.place.part
            owed_by = line.place.part if line.place.kind == "due-from" else line.place.fund
            pair = (owed_to, owed_by)
            between[pair] = between.get(pair, ZERO) + (line.value or ZERO)
    for (owed_to, owed_by), total in between.items():
        if total:
            yield finding(
                entry,
                "due-between-funds",
                f"Assets:{owed_to}:Due-From:{owed_by} and Liabilities:{owed_by}:Due-To:{owed_to} "
                f"mirror each other; this entry leaves them {format_amount(total)} "
                f"{settings.currency} apart. Book both sides in one entry.",
            )
    funds = sorted({line.place.fund for line in lines})
    kinds = {line.place.kind for line in lines}
    if len(funds) < 2 or between:
        return
    moved = _moved_labels(lines)
    applied = "unapplied" in kinds and bool(kinds & (CLAIMS | {"contributions"}))
    of_another = as_text(entry.meta.get("event", "")) == REASSIGNED  # it moved between them before
    if not moved and not applied and not of_another:
        yield finding(
            entry,
            "two-funds",
            f"This entry touches the funds {' and '.join(funds)} without the accounts between "
            "funds: only an unpaid instalment that moves, or a receipt applied to another fund's "
            "pledge, may. Record an entry for each fund, or use Due-From and Due-To.",
        )


def _moved_labels(lines: Iterable[Line]) -> set[str]:
    claims = [line for line in lines if line.place.kind in CLAIMS]
    outs = {line.label: line.place.fund for line in claims if line.units < 0}
    ins = {line.label: line.place.fund for line in claims if line.units > 0}
    return {label for label in outs.keys() & ins.keys() if outs[label] != ins[label]}

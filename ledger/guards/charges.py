"""What money from donors must keep: bank charges within tolerance, no exchange on the book's own
currency.

Each check follows the register's changes by which money settles an instalment and returns findings;
the plugins and `check` call them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.funds import Fund
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, finding, notice
from pledgebook.ledger.money import ZERO, format_amount, format_units, to_cents
from pledgebook.ledger.register.events import RECEIVING
from pledgebook.ledger.register.postings import read_lines
from pledgebook.ledger.register.register import Change
from pledgebook.ledger.register.view import View

ADVISED = "advised"
"""What `charges:` of an entry says where the payer's advice names the charges of a part payment."""


def guard(view: View) -> list[Finding]:
    """Return what is wrong with the entries by which money settles instalments."""
    found: list[Finding] = []
    settings = view.settings
    advances: dict[str, Decimal] = {}
    by_entry: dict[int, list[Change]] = {}
    for change in view.register.changes:
        before = change.before
        if change.event in RECEIVING and before is not None and change.event != "returned-payment":
            by_entry.setdefault(id(change.entry), []).append(change)
            found.extend(_check_committed(change))
        if change.event in RECEIVING:
            found.extend(_check_value(change, settings))
        found.extend(_check_advance(change, advances, settings))
        _follow_advance(change, advances, settings)
    for changes in by_entry.values():
        found.extend(_check_charges(changes, settings))
    return found


def tolerance(fund: Fund, gross: Decimal) -> Decimal:
    """Return the most that banks may keep of `gross` for it to be a charge: the smaller of
    the fund's absolute and percent tolerance.
    """
    return min(fund.charges_absolute, to_cents(gross * fund.charges_percent / 100))


def _check_committed(change: Change) -> Iterator[Finding]:
    before = change.before
    if before is not None and before.is_open and not before.committed:
        yield finding(
            change.entry,
            "not-committed",
            f"{change.label} is pledged only, {before.pledged_on}: money settles what was "
            "committed. Record its commitment first, or hold the money as an unapplied receipt.",
        )


def _check_value(change: Change, settings: Settings) -> Iterator[Finding]:
    """A pledge in the book's currency has no exchange: short-fall is a charge, or unpaid."""
    after = change.after
    if after.currency != settings.currency or change.advanced:
        return
    units = (change.before.units if change.before else Decimal(0)) - after.units
    if units and change.received != units:
        yield finding(
            change.entry,
            "own-currency-exchange",
            f"{change.label} is in {after.currency}, where there is no exchange: "
            f"{format_units(units)} of it is settled here by {format_amount(change.received)}. "
            "What a bank kept goes to Bank-Charges; what is missing stays in the instalment.",
        )


def _check_charges(changes: list[Change], settings: Settings) -> Iterator[Finding]:
    entry = changes[0].entry
    fund = settings.funds[changes[0].after.fund]
    kept = _value(entry, settings, "bank-charges")
    if kept <= 0:
        return
    gross = sum((change.received + change.advanced for change in changes), ZERO)
    gross -= _value(entry, settings, "notes")  # what a note was carried at came in money
    most = tolerance(fund, gross)
    if kept > most:
        yield finding(
            entry,
            "charges-beyond-tolerance",
            f"Banks kept {format_amount(kept)} {settings.currency} of {format_amount(gross)}; "
            f"fund {fund.code} takes at most {format_amount(most)} for charges (the smaller "
            f"of {format_amount(fund.charges_absolute)} and "
            f"{format_units(fund.charges_percent)} %). The rest is unpaid: leave it in the "
            "instalment.",
        )
        return
    part = [change.label for change in changes if change.after.is_open]
    if part and as_text(entry.meta.get("charges", "")) != ADVISED:
        yield notice(
            entry,
            "charges-unadvised",
            f"This part payment of {', '.join(part)} counts {format_amount(kept)} "
            f"{settings.currency} that banks kept as paid. That is right where the payer's "
            f'advice says so: write charges: "{ADVISED}". Else leave it in the instalment.',
        )


def _check_advance(
    change: Change, advances: Mapping[str, Decimal], settings: Settings
) -> Iterator[Finding]:
    """An instalment does not leave its fund or class while money in advance is held for it, nor
    its purpose without that money.
    """
    before, after = change.before, change.after
    held = advances.get(change.label, ZERO)
    if before is None or held <= 0 or not after.is_open:
        return
    if before.purpose != after.purpose and _purpose_held(change, settings) != after.purpose:
        yield finding(
            change.entry,
            "advance-left-behind",
            f"{change.label} is earmarked for {after.purpose or 'nothing'} now, but "
            f"{format_amount(held)} {settings.currency} received in advance for it stays under "
            f"{before.purpose or 'no purpose'}. Take the advance out and put it back in this "
            "entry, and its cash, each posting with its purpose:.",
        )
    if (before.fund, before.class_) != (after.fund, after.class_):
        yield finding(
            change.entry,
            "advance-left-behind",
            f"{change.label} moves to {after.fund}, {after.class_}, but {format_amount(held)} "
            f"{settings.currency} received in advance for it stays in {before.fund}, "
            f"{before.class_}. Move the instalment after its release.",
        )


def _purpose_held(change: Change, settings: Settings) -> str | None:
    """Return the purpose under which an entry puts money in advance (back); None if it does not."""
    for line in read_lines(change.entry, settings):
        if line.place.kind == "in-advance" and line.label == change.label and line.units < 0:
            return line.purpose
    return None


def _follow_advance(change: Change, advances: dict[str, Decimal], settings: Settings) -> None:
    moved = sum(
        (
            line.value or ZERO
            for line in read_lines(change.entry, settings)
            if line.place.kind == "in-advance" and line.label == change.label
        ),
        ZERO,
    )
    if moved:
        advances[change.label] = advances.get(change.label, ZERO) - moved


def _value(entry: Transaction, settings: Settings, kind: str) -> Decimal:
    lines = read_lines(entry, settings)
    return sum((line.value or ZERO for line in lines if line.place.kind == kind), ZERO)

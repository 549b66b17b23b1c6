"""Bank charges: what correspondents kept of donors' payments, and what banks charged besides.

What was paid, gross, is the money that an entry put to use: of an application that is the receipt
held unapplied until then. It is set beside what the register says was settled.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.declared.chart import MONEY, PAPERS, kinds_that
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.events import RECEIVING, names_of
from pledgebook.ledger.register.postings import Line
from pledgebook.reports.figures.booked import booked_entries
from pledgebook.reports.figures.layout import (
    Layout,
    as_report,
    by_group_and_name,
    name_of,
    over_the_cut,
)
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report, Tie
from pledgebook.reports.figures.ties import FROM_DONORS, balances_of

_KEPT_FOR, _GIVERS = kinds_that("is_kept_for"), kinds_that("names_giver")

NAME = "bank-charges"
TITLE = "Bank charges"


def bank_charges(selection: Selection) -> Report:
    """Return charges in the book's currency within the cut: by donor, then those of no payment."""
    of_donors: dict[str, list[_Payment]] = {}
    others: dict[str, Decimal] = {}
    settled = _settled(selection)
    paid = booked_as = ZERO
    for each in booked_entries(selection):
        entry, event, every = each
        if each.is_before(selection.cut) or not any(
            line.place.kind == "bank-charges" for line in every
        ):
            continue
        lines = [line for line in every if (line.place.fund, line.class_) in selection.groups]
        charge = _sum(lines, "bank-charges")
        if not charge:
            continue
        donor = _donor(lines)
        if donor and not selection.covers_donor(donor):
            continue
        if event in FROM_DONORS and donor:
            kept_for_later = _credited(lines)
            gross = sum((_sum(lines, kind) for kind in MONEY), kept_for_later)
            if id(entry) in settled or kept_for_later:
                paid += gross
                booked_as += settled.get(id(entry), ZERO) + kept_for_later
            gross -= sum((_sum(lines, kind) for kind in PAPERS), ZERO)  # came in money now
            _count(of_donors.setdefault(donor, []), entry, gross, charge)
        elif selection.whole_classes:
            what = entry.narration or event
            others[what] = others.get(what, ZERO) + charge
    layout = Layout()
    if of_donors:
        layout.section("Kept of donors' payments")
        for donor in sorted(of_donors, key=lambda code: by_group_and_name(selection, code)):
            own = [each for each in of_donors[donor] if each.gross or each.charge]
            if not own:
                continue
            layout.row(
                donor,
                donor=name_of(selection, donor),
                payments=sum(each.charge > 0 for each in own),
                gross=sum((each.gross for each in own), ZERO),
                received=sum((each.gross - each.charge for each in own), ZERO),
                charges=sum((each.charge for each in own), ZERO),
            )
        layout.total("Total of payments")
    if others:
        layout.section("Other charges")
        for what, charge in others.items():
            layout.row(donor=what, charges=charge)
        layout.total("Total of other charges")
    layout.grand_total("Total")
    unit = selection.book.settings.currency
    balances = balances_of(selection.as_kept)
    booked = sum(
        (amount for (_, kind), amount in balances.within.items() if kind == "bank-charges"),
        ZERO,
    )
    shown = sum((each.charge for own in of_donors.values() for each in own), ZERO)
    ties = [Tie("paid gross with charges, instalments and gifts", paid, booked_as)]
    if selection.whole_classes:
        ties.append(
            Tie("charges, expense accounts", shown + sum(others.values(), ZERO), booked),
        )
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="donor", title="Donor"),
            Column(key="payments", title="Payments", kind="count"),
            Column(key="gross", title="Paid, gross", kind="amount", unit=unit),
            Column(key="received", title="Received", kind="amount", unit=unit),
            Column(key="charges", title="Kept, charges", kind="amount", unit=unit),
        ],
        rows=layout.rows,
        notes=["Collected counts the gross amount; what a bank kept of it is expenditure."],
        ties=ties,
    )


@dataclass(slots=True)
class _Payment:
    """A payment of which banks kept a charge, less what was taken back of it."""

    names: list[str]
    gross: Decimal
    charge: Decimal


def _count(payments: list[_Payment], entry: Transaction, gross: Decimal, charge: Decimal) -> None:
    """Count a payment; what a bank takes back is off the payment that it reverses."""
    reversed_ = as_text(entry.meta.get("reverses", ""))
    for payment in payments if charge < 0 else ():
        if reversed_ in payment.names:
            payment.gross += gross
            payment.charge += charge
            return
    payments.append(_Payment(names_of(entry), gross, charge))


def _settled(selection: Selection) -> dict[int, Decimal]:
    """Return what each entry settled in the book's currency, gross, as the register says:
    instalments, money in advance and gifts, by the entry's identity.
    """
    found: dict[int, Decimal] = {}
    register = selection.book.register
    for change in register.changes:
        claim = change.before or change.after
        if change.event in RECEIVING and (claim.fund, claim.class_) in selection.groups:
            key = id(change.entry)
            found[key] = found.get(key, ZERO) + change.received + change.advanced
    for gift in register.gifts:
        if (gift.fund, gift.class_) in selection.groups:
            found[id(gift.entry)] = found.get(id(gift.entry), ZERO) + gift.value
    return found


def _credited(lines: list[Line]) -> Decimal:
    """Return what the entry keeps for the donor: held unapplied or payable, not yet settled."""
    return sum((max(-_sum(lines, kind), ZERO) for kind in _KEPT_FOR), ZERO)


def _sum(lines: list[Line], kind: str) -> Decimal:
    return sum((line.value or ZERO for line in lines if line.place.kind == kind), ZERO)


def _donor(lines: list[Line]) -> str:
    return next(
        (line.place.part for line in lines if line.place.kind in _GIVERS),
        "",
    )

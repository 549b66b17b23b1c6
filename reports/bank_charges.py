"""Bank charges: what correspondents kept of donors' payments, and what banks charged besides."""

from __future__ import annotations

from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.history import continuing
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.postings import Line, infer_event, read_lines
from pledgebook.reports.layout import Layout, by_group_and_name, name_of, over_the_cut
from pledgebook.reports.selection import Selection
from pledgebook.reports.table import Column, Report, Tie
from pledgebook.reports.ties import FROM_DONORS

NAME = "bank-charges"
TITLE = "Bank charges"


def bank_charges(selection: Selection) -> Report:
    """Return charges in dollars within the cut: by donor, then those of no payment."""
    of_donors: dict[str, list[tuple[Decimal, Decimal]]] = {}
    others: dict[str, Decimal] = {}
    for entry in continuing(selection.book.entries):
        if not isinstance(entry, Transaction):
            continue
        if not selection.cut.start <= entry.date <= selection.cut.end:
            continue
        lines = [
            line
            for line in read_lines(entry, selection.book.settings)
            if (line.place.fund, line.class_) in selection.groups
        ]
        charge = _sum(lines, "bank-charges")
        event = str(entry.meta.get("event", "")) or infer_event(lines)
        if not charge or event in {"opening", "closing"}:
            continue
        donor = _donor(lines)
        if donor and not selection.covers_donor(donor):
            continue
        if event in FROM_DONORS and donor:
            gross = charge + _sum(lines, "cash")
            of_donors.setdefault(donor, []).append((gross, charge))
        elif selection.whole_classes:
            what = entry.narration or event
            others[what] = others.get(what, ZERO) + charge
    layout = Layout()
    if of_donors:
        layout.section("Kept of donors' payments")
        for donor in sorted(of_donors, key=lambda code: by_group_and_name(selection, code)):
            own = of_donors[donor]
            layout.row(
                donor,
                donor=name_of(selection, donor),
                payments=len(own),
                gross=sum((gross for gross, _ in own), ZERO),
                charges=sum((charge for _, charge in own), ZERO),
            )
        layout.total("Total of payments")
    if others:
        layout.section("Other charges")
        for what, charge in others.items():
            layout.row(donor=what, charges=charge)
        layout.total("Total of other charges")
    layout.grand_total("Total")
    unit = selection.book.settings.currency
    balances = selection.as_kept.balances
    booked = sum(
        (amount for (_, kind), amount in balances.within.items() if kind == "bank-charges"),
        ZERO,
    )
    shown = sum((charge for own in of_donors.values() for _, charge in own), ZERO)
    return over_the_cut(
        selection,
        NAME,
        TITLE,
        [
            Column("donor", "Donor"),
            Column("payments", "Payments", "count"),
            Column("gross", "Paid, gross", "amount", unit),
            Column("charges", "Charges", "amount", unit),
        ],
        layout.rows,
        notes=["Collected counts the gross amount; what a bank kept of it is expenditure."],
        ties=[Tie("charges, expense accounts", shown + sum(others.values(), ZERO), booked)]
        if selection.whole_classes
        else [],
    )


def _sum(lines: list[Line], kind: str) -> Decimal:
    return sum((line.dollars or ZERO for line in lines if line.place.kind == kind), ZERO)


def _donor(lines: list[Line]) -> str:
    return next(
        (
            line.place.part
            for line in lines
            if line.place.kind in {"pledges", "memorandum", "contributions", "in-advance"}
        ),
        "",
    )

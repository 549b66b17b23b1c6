"""The cash proof: from what was collected to what the bank received from donors.

collected - applied from opening advances and unapplied receipts - bank charges + advances and
unapplied receipts of the period still held at its end or refunded in it - refunds of over-payments
- what was settled in other forms - what notes hold more than before = cash from donors.
"""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.columns import Figures
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.ties import Balances


class CashProof(Struct, frozen=True, kw_only=True):
    """The proof's lines, in the book's currency. `per_ledger` is what the cash accounts say."""

    collected: Decimal
    applied_from_opening: Decimal
    bank_charges: Decimal
    new_advances: Decimal
    new_unapplied: Decimal
    refunds_of_overpayments: Decimal
    other_forms: Decimal
    notes: Decimal
    per_ledger: Decimal

    @property
    def cash_from_donors(self) -> Decimal:
        """What the proof leads to."""
        return (
            self.collected
            - self.applied_from_opening
            - self.bank_charges
            + self.new_advances
            + self.new_unapplied
            - self.refunds_of_overpayments
            - self.other_forms
            - self.notes
        )

    @property
    def agrees(self) -> bool:
        """Whether the cash accounts say the same."""
        return self.cash_from_donors == self.per_ledger


def prove_cash(selection: Selection, total: Figures, balances: Balances) -> CashProof:
    """Make the proof for the selected funds; `total` is the schedule's total."""
    cut = selection.cut
    applied = refunded = ZERO
    new = {"in-advance": ZERO, "unapplied": ZERO}
    came = {
        (id(held.entry), held.kind, held.label)
        for held in selection.book.register.held
        if held.value > 0 and held.event in {"payment", "receipt-unapplied", "note-issued"}
    }
    for held in selection.book.register.held:
        if not selection.covers(held) or held.event == "opening":
            continue
        if held.entry.date not in cut:
            continue
        if held.event == "refund-overpayment":
            refunded -= held.value
        elif held.since < cut.start and (id(held.entry), held.kind, held.label) not in came:
            applied -= held.value
        else:
            new[held.kind] += held.value
    return CashProof(
        collected=total.collected,
        applied_from_opening=applied,
        bank_charges=balances.charges_of_donors,
        new_advances=new["in-advance"],
        new_unapplied=new["unapplied"],
        refunds_of_overpayments=refunded,
        other_forms=balances.total_booked(selection.groups, "bilateral"),
        notes=balances.total_booked(selection.groups, "notes"),
        per_ledger=balances.cash_from_donors,
    )

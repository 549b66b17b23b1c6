"""The forms by which a person records an event: one a kind of event, in groups.

Each says what it asks for and drafts the entries; the command `pledgebook record` and the page
Record show them.
"""

from __future__ import annotations

from pledgebook.ledger.forms import changes, corrections, pledges, receipts, settlement, spending
from pledgebook.ledger.forms.field import Field, FieldRefusedError, Part
from pledgebook.ledger.forms.form import COMMON, Form, Plan

__all__ = ["COMMON", "FORMS", "GROUPS", "Field", "FieldRefusedError", "Form", "Part", "Plan"]

GROUPS: tuple[tuple[str, tuple[Form, ...]], ...] = (
    ("What donors promise", (pledges.pledge, pledges.commit, pledges.announcement)),
    (
        "Money from donors",
        (
            receipts.payment,
            receipts.receipt,
            receipts.unapplied,
            receipts.application,
            receipts.in_kind,
        ),
    ),
    (
        "What settles without cash, and notes",
        (
            settlement.bilateral,
            settlement.note_issued,
            settlement.note_encashed,
            settlement.note_dishonoured,
        ),
    ),
    (
        "What changes an unpaid instalment",
        (
            changes.amendment,
            changes.postponement,
            changes.re_earmark,
            changes.succession,
            changes.cancellation,
            changes.write_off,
            changes.recovery,
            changes.release,
            changes.redenomination,
            changes.revaluation,
            changes.change_policy,
            settlement.disputed,
            settlement.dispute_settled,
        ),
    ),
    (
        "Money that goes back",
        (receipts.returned_payment, corrections.returned_gift, receipts.refund),
    ),
    (
        "What earlier entries got wrong",
        (
            corrections.prior_pledge,
            corrections.reassign,
            corrections.reassign_gift,
            corrections.re_earmark_gift,
            corrections.correction,
        ),
    ),
    (
        "Spending, and money between funds",
        (
            spending.expenditure,
            spending.obligation,
            spending.savings,
            spending.programme_support,
            spending.bank_charge,
            spending.transfer,
            spending.settlement,
            spending.interest,
            spending.miscellaneous_income,
            spending.operating_reserve,
        ),
    ),
)
"""The forms as people look for them."""

FORMS = {form.name: form for _, forms in GROUPS for form in forms}
"""The forms by their names, those of `pledgebook record`."""

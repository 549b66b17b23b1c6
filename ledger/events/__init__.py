"""Every event a book can record, each by its builder: the public list.

A builder returns the draft of one entry, in the shape docs/events.md gives, or raises
EventRefusedError with the reason; `write_entries` saves drafts. Pledges are made in `pledges`,
changed in `changes`, paid in `receipts`; money is spent and moved in `spending`.
"""

from __future__ import annotations

from pledgebook.ledger.events.cash import cash_revaluation
from pledgebook.ledger.events.changes import (
    amendment,
    cancellation,
    postponement,
    re_earmarking,
    recovery,
    redenomination,
    revaluation,
    succession,
    write_off,
)
from pledgebook.ledger.events.corrections import (
    correction,
    prior_pledge,
    re_earmarked_gift,
    returned_gift,
)
from pledgebook.ledger.events.parts import Advance, Earmark, Labels, Part, earmark_of
from pledgebook.ledger.events.pledges import commitment, commitment_of_pledge, increase
from pledgebook.ledger.events.policies import policy_change
from pledgebook.ledger.events.reassigning import (
    reassigned_gift,
    reassignment,
    reassignment_of_settled,
)
from pledgebook.ledger.events.receipts import (
    Settled,
    application,
    application_without_pledge,
    in_kind,
    joint_payment,
    payment,
    receipt_unapplied,
    receipt_without_pledge,
    refund_overpayment,
    release,
    returned_payment,
)
from pledgebook.ledger.events.settling import (
    bilateral,
    dispute_settled,
    disputed,
    note_dishonoured,
    note_encashed,
    note_issued,
)
from pledgebook.ledger.events.spending import (
    bank_charge,
    expenditure,
    interest,
    miscellaneous_income,
    obligation_cancelled,
    obligation_paid,
    operating_reserve,
    programme_support,
    refund_unspent,
    savings,
    settlement,
    split_gross,
    transfer,
)
from pledgebook.ledger.findings import EventRefusedError

__all__ = [
    "Advance",
    "Earmark",
    "EventRefusedError",
    "Labels",
    "Part",
    "Settled",
    "amendment",
    "application",
    "application_without_pledge",
    "bank_charge",
    "bilateral",
    "cancellation",
    "cash_revaluation",
    "commitment",
    "commitment_of_pledge",
    "correction",
    "dispute_settled",
    "disputed",
    "earmark_of",
    "expenditure",
    "in_kind",
    "increase",
    "interest",
    "joint_payment",
    "miscellaneous_income",
    "note_dishonoured",
    "note_encashed",
    "note_issued",
    "obligation_cancelled",
    "obligation_paid",
    "operating_reserve",
    "payment",
    "policy_change",
    "postponement",
    "prior_pledge",
    "programme_support",
    "re_earmarked_gift",
    "re_earmarking",
    "reassigned_gift",
    "reassignment",
    "reassignment_of_settled",
    "receipt_unapplied",
    "receipt_without_pledge",
    "recovery",
    "redenomination",
    "refund_overpayment",
    "refund_unspent",
    "release",
    "returned_gift",
    "returned_payment",
    "revaluation",
    "savings",
    "settlement",
    "split_gross",
    "succession",
    "transfer",
    "write_off",
]

"""The book: what it declares, what is recorded in it, and how entries are added to it.

A pledge is a Beancount lot; the register is derived from the booked entries and never stored.
Start with `load_book`, and ask the `Book` for its `settings`, `register` and `rates`. A builder
(`commitment`, `payment` …) drafts the entry of an event; `write_entries` saves it. docs/api.md
tells it with examples.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pledgebook.ledger.deferred import deferred

if TYPE_CHECKING:
    from pledgebook.ledger.declared.rates import MissingRateError, Rate, Rates
    from pledgebook.ledger.declared.settings import Settings, read_settings
    from pledgebook.ledger.drafts import Draft, DraftLine
    from pledgebook.ledger.events import (
        Advance,
        Earmark,
        EventRefusedError,
        Labels,
        Part,
        Settled,
        amendment,
        application,
        application_without_pledge,
        bank_charge,
        bilateral,
        cancellation,
        cash_revaluation,
        commitment,
        commitment_of_pledge,
        correction,
        dispute_settled,
        disputed,
        earmark_of,
        expenditure,
        in_kind,
        increase,
        interest,
        joint_payment,
        miscellaneous_income,
        note_dishonoured,
        note_encashed,
        note_issued,
        obligation_cancelled,
        obligation_paid,
        operating_reserve,
        payment,
        policy_change,
        postponement,
        prior_pledge,
        programme_support,
        re_earmarked_gift,
        re_earmarking,
        reassigned_gift,
        reassignment,
        reassignment_of_settled,
        receipt_unapplied,
        receipt_without_pledge,
        recovery,
        redenomination,
        refund_overpayment,
        refund_unspent,
        release,
        returned_gift,
        returned_payment,
        revaluation,
        savings,
        settlement,
        split_gross,
        succession,
        transfer,
        write_off,
    )
    from pledgebook.ledger.events.apportioning import apportion_interest
    from pledgebook.ledger.events.asking import (
        advance_for,
        due_releases,
        find_claim,
        free_labels,
        receipt_held,
    )
    from pledgebook.ledger.events.cash import foreign_cash
    from pledgebook.ledger.events.reassigning import find_reassignable, pledges_of_donor
    from pledgebook.ledger.events.returns import find_return, find_write_off
    from pledgebook.ledger.files.loading import BookNotFoundError, find_book, load_book
    from pledgebook.ledger.files.log import read_log
    from pledgebook.ledger.files.making import make_book
    from pledgebook.ledger.files.mending import approve, find_entry, take_out
    from pledgebook.ledger.files.trusting import NotTrustedError
    from pledgebook.ledger.files.undoing import undo_write
    from pledgebook.ledger.files.writing import write_entries
    from pledgebook.ledger.findings import BookRefusedError, Finding, FutureDateError
    from pledgebook.ledger.matching.allocation import Allocation, allocate, decide
    from pledgebook.ledger.matching.applying import apply_matches, take_back, undo_texts
    from pledgebook.ledger.matching.assignment import Match, match_receipts
    from pledgebook.ledger.matching.receipts import Receipt, waiting_receipts
    from pledgebook.ledger.register.book import Book
    from pledgebook.ledger.register.instalments import Instalment, list_instalments
    from pledgebook.ledger.register.notes import NoteHeld, notes_held
    from pledgebook.ledger.register.register import Change, Claim, Register, derive_register

__all__ = [
    "Advance",
    "Allocation",
    "Book",
    "BookNotFoundError",
    "BookRefusedError",
    "Change",
    "Claim",
    "Draft",
    "DraftLine",
    "Earmark",
    "EventRefusedError",
    "Finding",
    "FutureDateError",
    "Instalment",
    "Labels",
    "Match",
    "MissingRateError",
    "NotTrustedError",
    "NoteHeld",
    "Part",
    "Rate",
    "Rates",
    "Receipt",
    "Register",
    "Settings",
    "Settled",
    "advance_for",
    "allocate",
    "amendment",
    "application",
    "application_without_pledge",
    "apply_matches",
    "apportion_interest",
    "approve",
    "bank_charge",
    "bilateral",
    "cancellation",
    "cash_revaluation",
    "commitment",
    "commitment_of_pledge",
    "correction",
    "decide",
    "derive_register",
    "dispute_settled",
    "disputed",
    "due_releases",
    "earmark_of",
    "expenditure",
    "find_book",
    "find_claim",
    "find_entry",
    "find_reassignable",
    "find_return",
    "find_write_off",
    "foreign_cash",
    "free_labels",
    "in_kind",
    "increase",
    "interest",
    "joint_payment",
    "list_instalments",
    "load_book",
    "make_book",
    "match_receipts",
    "miscellaneous_income",
    "note_dishonoured",
    "note_encashed",
    "note_issued",
    "notes_held",
    "obligation_cancelled",
    "obligation_paid",
    "operating_reserve",
    "payment",
    "pledges_of_donor",
    "policy_change",
    "postponement",
    "prior_pledge",
    "programme_support",
    "re_earmarked_gift",
    "re_earmarking",
    "read_log",
    "read_settings",
    "reassigned_gift",
    "reassignment",
    "reassignment_of_settled",
    "receipt_held",
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
    "take_back",
    "take_out",
    "transfer",
    "undo_texts",
    "undo_write",
    "waiting_receipts",
    "write_entries",
    "write_off",
]

_ELSEWHERE = {
    "declared.rates": ("MissingRateError", "Rate", "Rates"),
    "declared.settings": ("Settings", "read_settings"),
    "drafts": ("Draft", "DraftLine"),
    "events.apportioning": ("apportion_interest",),
    "events.asking": ("advance_for", "due_releases", "find_claim", "free_labels", "receipt_held"),
    "events.cash": ("foreign_cash",),
    "events.reassigning": ("find_reassignable", "pledges_of_donor"),
    "events.returns": ("find_return", "find_write_off"),
    "files.loading": ("BookNotFoundError", "find_book", "load_book"),
    "files.making": ("make_book",),
    "files.log": ("read_log",),
    "files.mending": ("approve", "find_entry", "take_out"),
    "files.trusting": ("NotTrustedError",),
    "files.undoing": ("undo_write",),
    "files.writing": ("write_entries",),
    "findings": ("BookRefusedError", "Finding", "FutureDateError"),
    "matching.allocation": ("Allocation", "allocate", "decide"),
    "matching.applying": ("apply_matches", "take_back", "undo_texts"),
    "matching.assignment": ("Match", "match_receipts"),
    "matching.receipts": ("Receipt", "waiting_receipts"),
    "register.book": ("Book",),
    "register.instalments": ("Instalment", "list_instalments"),
    "register.notes": ("NoteHeld", "notes_held"),
    "register.register": ("Change", "Claim", "Register", "derive_register"),
}
"""The public names by module, as they are imported for types above; the others are of `events`."""

if not TYPE_CHECKING:
    _EVENTS = frozenset(__all__).difference(*_ELSEWHERE.values())
    __getattr__, __dir__ = deferred(__name__, {**_ELSEWHERE, "events": _EVENTS})

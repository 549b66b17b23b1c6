"""Which entries of a statement the book has already, and which of those the bank has changed.

An entry is known by its id; else by the bank's reference, if that is unique on both sides; else by
its value date and amount, if nothing else has them. What is only like an entry of the book waits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from pledgebook.importers.judging.verdicts import VerdictName
from pledgebook.importers.statements.statement import Credit, Entry, Statement
from pledgebook.ledger.declared.banks import BANK_ENTRY, BANK_REFERENCE, BankAccount
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.findings import place_of
from pledgebook.ledger.guards.statements import Movement
from pledgebook.ledger.money import format_amount

_NEAR = timedelta(days=10)
"""How far apart an entry by hand and the bank's may be dated to be asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryVerdict:
    """What became of one entry: its verdict and the reason, the id by which it is known again, the
    receipt or other entry it stands as, and the donor that its text names (a proposal).
    """

    entry: Entry
    entry_id: str
    verdict: VerdictName
    reason: str = ""
    recorded_as: str = ""
    donor: str = ""
    drafts: tuple[Draft, ...] = ()
    takes_back: tuple[Movement, ...] = ()
    """What of the book it may take back, where it is an entry of that kind that waits."""


class Known:
    """Which entries of a statement (`own`, with their ids) the book has already (`moved`), or this
    import took from another statement (`taken`, labels by id). Every movement of the book answers
    to one entry at most; the ledger comes to `before` at the statement's beginning. `missing` are
    movements that the statement should have and has not.
    """

    def __init__(
        self,
        bank: BankAccount,
        statement: Statement,
        own: Sequence[tuple[str, Entry]],
        moved: Sequence[Movement],
        taken: Mapping[str, str],
        before: Decimal,
    ) -> None:
        self._bank, self._taken = bank, taken
        moved = [each for each in moved if _said(each, "event") != "opening"]
        by_id = {_said(each, BANK_ENTRY): each for each in moved if _said(each, BANK_ENTRY)}
        self._found: dict[str, tuple[Movement, str]] = {}
        free: list[tuple[str, Entry]] = []
        for entry_id, entry in own:
            if entry.status != "booked" or entry_id in self._taken:
                continue
            if entry_id in by_id:
                self._found[entry_id] = by_id[entry_id], "same"
            else:
                free.append((entry_id, entry))
        used = {id(movement) for movement, _ in self._found.values()}
        rest = [each for each in moved if id(each) not in used]
        free, rest = self._by_reference(free, rest)
        rest = _without_preceding(rest, statement, before)
        free, rest = self._by_day_and_amount(free, rest)
        covered = [
            each
            for each in rest
            if _said(each, BANK_ENTRY) and statement.first <= each.booked <= statement.last
        ]
        self.missing = covered if statement.is_proved else []
        self._covered = covered
        self._by_hand = [each for each in rest if not _said(each, BANK_ENTRY)]

    def verdict(self, entry_id: str, entry: Entry) -> EntryVerdict | None:
        """Return the verdict of an entry that is not to be entered; None if it is new."""
        if entry.status != "booked":
            reason = f"The bank has not booked it ({entry.status}): what it books comes later."
            return EntryVerdict(entry=entry, entry_id=entry_id, verdict="ignored", reason=reason)
        if not entry.amount:
            return EntryVerdict(
                entry=entry, entry_id=entry_id, verdict="ignored", reason="The amount is nil."
            )
        if entry_id in self._taken:
            label = self._taken[entry_id]
            reason = f"It stands in another statement of this import, as {label}."
            return EntryVerdict(
                entry=entry,
                entry_id=entry_id,
                verdict="duplicate",
                reason=reason,
                recorded_as=label,
            )
        if entry_id in self._found:
            return self._known(entry_id, entry, *self._found[entry_id])
        for each in self._covered:
            if each.booked == entry.booked_on or each.amount == entry.amount:
                reason = (
                    f"The book has {in_words(each)} from an earlier statement, which is not on "
                    "this one: if the bank has changed that entry into this, correct it in the "
                    f'book and give it {BANK_ENTRY}: "{entry_id}".'
                )
                return EntryVerdict(
                    entry=entry, entry_id=entry_id, verdict="amended", reason=reason
                )
        for each in self._by_hand:
            if each.amount == entry.amount and abs(each.entry.date - entry.value_date) <= _NEAR:
                reason = (
                    f"The book has {in_words(each)}, entered by hand: if it is this money, add "
                    f'{BANK_ENTRY}: "{entry_id}" to it; if not, give it the id of its own.'
                )
                return EntryVerdict(
                    entry=entry, entry_id=entry_id, verdict="waiting", reason=reason
                )
        return None

    def _known(self, entry_id: str, entry: Entry, found: Movement, how: str) -> EntryVerdict:
        label = _label(found)
        if found.amount != entry.amount:
            reason = (
                f"The bank now says {format_amount(entry.amount)} {self._bank.currency}; the book "
                f"has {in_words(found)}: correct one of them."
            )
            return EntryVerdict(
                entry=entry, entry_id=entry_id, verdict="amended", reason=reason, recorded_as=label
            )
        if how == "reference" and entry.value_date != found.entry.date:
            reason = (
                f"The bank now says value date {entry.value_date}; the book has {in_words(found)}: "
                "correct the date there if it changes the rate or the period."
            )
            return EntryVerdict(
                entry=entry, entry_id=entry_id, verdict="amended", reason=reason, recorded_as=label
            )
        reason = f"In the book as {in_words(found)}"
        reason += {
            "same": ".",
            "reference": ", under the bank's same reference.",
            "hand": ", entered by hand that day.",
            "told": ", from a statement with other words.",
        }[how]
        return EntryVerdict(
            entry=entry, entry_id=entry_id, verdict="duplicate", reason=reason, recorded_as=label
        )

    def _by_reference(
        self, free: list[tuple[str, Entry]], rest: list[Movement]
    ) -> tuple[list[tuple[str, Entry]], list[Movement]]:
        """Take out what bears a reference of the bank that is unique on both sides."""
        theirs = Counter(entry.bank_ref for _, entry in free if entry.bank_ref)
        ours: dict[str, list[Movement]] = {}
        for each in rest:
            if ref := _said(each, BANK_REFERENCE):
                ours.setdefault(ref, []).append(each)
        left = []
        for entry_id, entry in free:
            found = ours.get(entry.bank_ref, [])
            if theirs[entry.bank_ref] == 1 and len(found) == 1:
                self._found[entry_id] = found[0], "reference"
            else:
                left.append((entry_id, entry))
        used = {id(movement) for movement, _ in self._found.values()}
        return left, [each for each in rest if id(each) not in used]

    def _by_day_and_amount(
        self, free: list[tuple[str, Entry]], rest: list[Movement]
    ) -> tuple[list[tuple[str, Entry]], list[Movement]]:
        """Take out what has a day and an amount that nothing else has, on both sides."""
        theirs = Counter((entry.value_date, entry.amount) for _, entry in free)
        ours: dict[object, list[Movement]] = {}
        for each in rest:
            ours.setdefault((each.entry.date, each.amount), []).append(each)
        left = []
        for entry_id, entry in free:
            key = (entry.value_date, entry.amount)
            found = ours.get(key, [])
            if theirs[key] == 1 and len(found) == 1 and not _differ(entry, found[0]):
                how = "told" if _said(found[0], BANK_ENTRY) else "hand"
                self._found[entry_id] = found[0], how
            else:
                left.append((entry_id, entry))
        used = {id(movement) for movement, _ in self._found.values()}
        return left, [each for each in rest if id(each) not in used]


def _without_preceding(
    rest: list[Movement], statement: Statement, before: Decimal
) -> list[Movement]:
    """Leave out what an earlier statement of the first day has: banks may send several a day, and
    the later opens with what the earlier moved.
    """
    first = [each for each in rest if each.booked == statement.first and _said(each, BANK_ENTRY)]
    moved = sum((each.amount for each in first), Decimal(0))
    if statement.opening is not None and statement.opening == before + moved != before:
        return [each for each in rest if each not in first]
    return rest


def _differ(entry: Entry, movement: Movement) -> bool:
    """Tell whether both bear a reference of the bank, and not the same one."""
    reference = _said(movement, BANK_REFERENCE)
    return bool(entry.bank_ref and reference and entry.bank_ref != reference)


def _said(movement: Movement, key: str) -> str:
    return as_text(movement.entry.meta.get(key, ""))


def _label(movement: Movement) -> str:
    labels = [
        posting.cost.label
        for posting in movement.entry.postings
        if posting.cost and posting.cost.label and "Unapplied" in posting.account
    ]
    return labels[0] if labels else ""


def taken_back_by(entry: Entry, moved: Sequence[Movement]) -> tuple[Movement, ...]:
    """Return which of the receipts that came from statements an entry may take back."""
    if not entry.takes_back:
        return ()
    return tuple(
        each
        for each in moved
        if each.amount > 0
        and _said(each, BANK_ENTRY)
        and entry.may_take_back(
            Credit(each.amount, each.booked, _said(each, "end-to-end"), _said(each, "payer"))
        )
    )


def in_words(movement: Movement) -> str:
    """Name a movement of the book: its label, day, amount and place."""
    entry = movement.entry
    label = _label(movement)
    name = f"{label} of {entry.date}" if label else f"an entry of {entry.date}"
    return f"{name} over {format_amount(movement.amount)} ({place_of(entry.meta)})"

"""The register as people read it: one line an instalment, as at a date.

Each line keeps pledged = paid + written off + outstanding, in the present currency and as last
amended; what was carried forward is included.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from beancount.core.amount import Amount
from msgspec import Struct
from pledgebook.ledger.declared.currencies import convert_legacy
from pledgebook.ledger.declared.delegations import ACCEPTED
from pledgebook.ledger.declared.mandates import Tagging
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.money import ZERO, read_number, round_to
from pledgebook.ledger.register.events import GIVEN_UP, REASSIGNED, RECEIVING
from pledgebook.ledger.register.postings import stated
from pledgebook.ledger.register.register import Change, Claim, Gift, Register
from pledgebook.ledger.register.tagging import tag_claim, tag_gift

AT_PLEDGE = "at-pledge"
"""Metadata of an opening: what the instalment was committed for, "8000 EUR, 8421.05 USD"."""


class Terms(NamedTuple):
    """What an instalment was committed for: its amount, and its value that day."""

    units: Decimal
    currency: str
    value: Decimal


_NUMBERS = re.compile(r"([0-9]{1,18})")


class Instalment(Struct, frozen=True, kw_only=True):
    """One line of the register. Amounts are in `currency`; `carrying` and `received` in the book's
    currency.

    `label` and `pledge` are empty for a contribution received without a pledge (unless it has a
    reference). `period` is the declared period of the due date, or None where none is declared.
    """

    label: str
    pledge: str
    donor: str
    fund: str
    class_: str
    purpose: str
    pledged_on: date
    due: date | None
    period: str | None
    currency: str
    pledged: Decimal
    paid: Decimal
    written_off: Decimal
    outstanding: Decimal
    carrying: Decimal
    received: Decimal
    status: str
    overdue: bool
    recognition: str
    accepted_by: str
    """Who accepted the contribution, "" where nobody is named."""
    taggings: tuple[Tagging, ...]

    @property
    def tags(self) -> list[str]:
        """The tags of the paragraphs that call for it."""
        return [tag for tagging in self.taggings for tag in tagging.tags]

    @property
    def rules(self) -> list[str]:
        """The ids of the rules that held."""
        return [rule for tagging in self.taggings for rule in tagging.rules]


def list_instalments(register: Register, as_at: date | None = None) -> list[Instalment]:
    """Return the register's lines as at the end of `as_at` (without it: all that is booked), in
    order of pledge date and label.
    """
    day = as_at or register.last_day or date.min
    lines = []
    for changes in register.by_label.values():
        until = [change for change in changes if change.date <= day]
        if until:
            lines.append(_line(register, until, day))
    lines.extend(
        _gift_line(gift, register.settings) for gift in register.gifts if gift.entry.date <= day
    )
    return sorted(lines, key=lambda line: (line.pledged_on, by_number(line.label), line.donor))


def by_number(label: str) -> tuple[str | int, ...]:
    """Return what puts labels in order: their numbers as numbers, P-2.2 before P-2.10."""
    parts = _NUMBERS.split(label)
    return tuple(int(part) if at % 2 else part for at, part in enumerate(parts))


def pledge_of(label: str) -> str:
    """Return the pledge an instalment's label belongs to: "AUT-2002-01" of "AUT-2002-01.1"."""
    pledge, dot, number = label.rpartition(".")
    return pledge if dot and number.isdigit() else label


def _line(register: Register, changes: list[Change], day: date) -> Instalment:
    settings = register.settings
    claim = changes[-1].after
    paid, written_off = settled_so_far(changes)
    advance = sum(
        (
            held.value
            for held in register.held_under.get(claim.label, ())
            if held.kind == "in-advance" and held.entry.date <= day
        ),
        ZERO,
    )
    due_period = settings.periods.of(claim.due or claim.pledged_on)
    return Instalment(
        label=claim.label,
        pledge=pledge_of(claim.label),
        donor=claim.donor,
        fund=claim.fund,
        class_=claim.class_,
        purpose=claim.purpose,
        pledged_on=claim.pledged_on,
        due=claim.due,
        period=due_period.name if due_period else None,
        currency=claim.currency,
        pledged=paid + written_off + claim.units,
        paid=paid,
        written_off=written_off,
        outstanding=claim.units,
        carrying=claim.value,
        received=sum((_received(change) for change in changes), ZERO),
        status=_status(settings, claim, changes, paid, written_off, advance, day),
        overdue=bool(days_overdue(claim, day, settings)),
        recognition=settings.funds[claim.fund].policy(claim.class_),
        accepted_by=claim.stated(ACCEPTED) or "",
        taggings=tag_claim(claim, settings),
    )


def days_overdue(claim: Claim, day: date, settings: Settings) -> int:
    """Return for how many days an instalment is overdue at the end of `day`, 0 where it is not.

    Overdue is what is committed and outstanding after its due date: not yet on that day itself,
    never without one, and not while it waits for its condition. Everything that counts what is
    overdue asks here.
    """
    if not (claim.committed and claim.is_open and claim.due) or awaits_condition(claim, settings):
        return 0
    return max((day - claim.due).days, 0)


def awaits_condition(claim: Claim, settings: Settings) -> bool:
    """Tell whether an instalment waits for its condition, whatever its due date."""
    return claim.is_deferred and settings.waits_for_condition(
        claim.fund, claim.class_, claim.condition
    )


def first_commitment(changes: list[Change]) -> Change:
    """Return the entry by which an instalment was committed, else the one it begins with."""
    return next((change for change in changes if change.after.committed), changes[0])


def first_terms(changes: list[Change]) -> Terms | None:
    """Return what an instalment was committed for (else pledged); None where it came with an
    opening that does not say so.
    """
    first = first_commitment(changes)
    if not first.brings_forward:
        return Terms(first.after.units, first.after.currency, first.after.value)
    try:
        amount, value = (stated(*first.after.origin, AT_PLEDGE) or "").split(", ")
        number, currency = amount.split(" ")
        return Terms(read_number(number), currency, read_number(value.split(" ")[0]))
    except ValueError:
        return None


def settled_so_far(changes: Iterable[Change]) -> tuple[Decimal, Decimal]:
    """Return what was paid and written off of an instalment, in its present currency."""
    paid = written_off = Decimal(0)
    for change in changes:
        units = change.before.units if change.before else Decimal(0)
        if change.before and change.before.currency != change.after.currency:
            old, new = change.before.currency, change.after.currency
            paid, written_off, units = (
                _redenominate(amount, old, new, change) for amount in (paid, written_off, units)
            )
        if change.brings_forward:
            paid += _carried(change, "paid")
            written_off += _carried(change, "written-off")
        elif change.event in RECEIVING:
            paid += units - change.after.units
        elif change.event in GIVEN_UP:
            written_off += units - change.after.units
    return paid, written_off


def _redenominate(amount: Decimal, old: str, new: str, change: Change) -> Decimal:
    if not amount:
        return amount
    converted = convert_legacy(amount, old, new)
    if converted is not None:
        return converted
    assert change.before is not None  # only a change of currency comes here
    return round_to(amount * change.after.units / change.before.units, 2)


def _received(change: Change) -> Decimal:
    if change.brings_forward:
        return _carried(change, "received")
    return change.received + change.advanced


def _carried(change: Change, key: str) -> Decimal:
    entry, posting = change.after.origin
    value = (posting.meta or {}).get(key)
    if isinstance(value, Amount) and value.number is not None:
        return value.number
    number = (stated(entry, posting, key) or "0").split()[0]
    try:
        return read_number(number)
    except ValueError:
        return Decimal(0)


_AFTER_THE_END = {REASSIGNED, "note-encashed"}
"""What may happen to an instalment of which nothing is owed any more."""


def _status(
    settings: Settings,
    claim: Claim,
    changes: list[Change],
    paid: Decimal,
    written_off: Decimal,
    advance: Decimal,
    day: date,
) -> str:
    if not claim.is_open:
        ended = next(each for each in reversed(changes) if each.event not in _AFTER_THE_END)
        if ended.event == "cancellation":
            return "cancelled"
        if written_off > 0:
            return "written-off"
        return "in-advance" if advance > 0 else "paid"
    if not claim.committed:
        return "pledged"
    if awaits_condition(claim, settings):
        return "conditional"
    if claim.due and settings.periods.start_of(claim.due) > day:
        return "deferred"
    return "partly-paid" if paid > 0 else "committed"


def _gift_line(gift: Gift, settings: Settings) -> Instalment:
    day = gift.entry.date
    amount, currency = gift.original or (gift.value, settings.currency)
    period = settings.periods.of(day)
    label = stated(gift.entry, gift.posting, "reference") or ""
    return Instalment(
        label=label,
        pledge=label,
        donor=gift.donor,
        fund=gift.fund,
        class_=gift.class_,
        purpose=gift.purpose,
        pledged_on=day,
        due=None,
        period=period.name if period else None,
        currency=currency,
        pledged=amount,
        paid=amount,
        written_off=Decimal(0),
        outstanding=Decimal(0),
        carrying=ZERO,
        received=gift.value,
        status="paid",
        overdue=False,
        recognition=settings.funds[gift.fund].policy(gift.class_),
        accepted_by=stated(gift.entry, gift.posting, ACCEPTED) or "",
        taggings=tag_gift(gift, settings),
    )

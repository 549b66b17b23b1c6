"""A payment that the bank takes back: what it did, found in the book or in its closed periods.

An instalment that was settled in a closed period is not in the open book any more. Its history is
in history.beancount, and the entry that opens it again says what an opening would say of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from msgspec import structs
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.drafts import Meta
from pledgebook.ledger.events.asking import claim_of, find_history
from pledgebook.ledger.events.parts import charges_undone
from pledgebook.ledger.files.caching import open_beside
from pledgebook.ledger.findings import EventRefusedError, place_of
from pledgebook.ledger.money import ZERO, format_units, share
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.carried import facts_of, told_amounts
from pledgebook.ledger.register.events import PAYING, names_of
from pledgebook.ledger.register.history import HISTORY
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.ledger.register.postings import read_lines
from pledgebook.ledger.register.register import PAID_IN_ADVANCE, Change, Claim, Register


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """What a payment that the bank takes back undoes: the instalment as it is, as it will be
    again, and the value that was collected for it, gross of the `charges` that banks kept of
    it. `income` is what of these was held in advance and became income since, if it was. `told` is
    what the entry has to say of an instalment that the open book does not know any more.
    """

    now: Claim
    was: Claim
    value: Decimal
    charges: Decimal = ZERO
    income: Decimal | None = None
    told: Meta = field(default_factory=dict)

    @property
    def net(self) -> Decimal:
        """What reached the bank, in the book's currency."""
        return self.value - self.charges

    def charges_of(self, value: Decimal) -> Decimal:
        """Return what is no charge any more where the bank takes `value` back."""
        return charges_undone(self.charges, self.value, value)


def find_return(
    book: Book, label: str, payment: str, day: date, part: Decimal | None = None
) -> Return:
    """Return what a payment, named by its date or `ref:`, did to an instalment, to be undone: all
    of it, or a `part` in the instalment's currency. Where the open book does not know it, its
    closed periods are read. Raises EventRefusedError.
    """
    return _in_any_period(
        book, day, lambda register: _taken_back(register, label, payment, day, part)
    )


def _in_any_period(book: Book, day: date, find: Callable[[Register], Return]) -> Return:
    """Return what is found in the open book, else in its history: then with what the entry has to
    say of an instalment that the open book does not know.
    """
    try:
        return find(book.register)
    except EventRefusedError:
        path = book.folder / HISTORY
        if book.path == path or not book.settings.seals or not path.is_file():
            raise
    history = open_beside(book, path)
    found = find(history.register)
    if found.now.label in book.register.by_label:
        return found
    return replace(found, told=_told(history, found, day))


def _taken_back(
    register: Register, label: str, payment: str, day: date, part: Decimal | None
) -> Return:
    changes = find_history(register, label)
    paid = _the_payment(changes, label, payment)
    now = claim_of(changes, day)
    assert paid.before is not None  # a payment takes out what was there
    if now.currency != paid.after.currency:
        raise EventRefusedError(
            f"{label} was redenominated after that payment: reopen it with an amendment."
        )
    units, returns = paid.before.units - paid.after.units, _returns(changes, paid)
    left = _left(paid, returns)
    back = left if part is None else part
    if back > left:
        raise EventRefusedError(
            f"Of what that payment settled of {label}, {format_units(left)} {now.currency} is not "
            f"taken back yet: {format_units(back)} of it cannot be taken back."
        )

    def part_of(whole: Decimal) -> Decimal:
        """Its part of an amount of the payment; what is left of it where nothing else is left."""
        if back < left:
            return share(whole, back, units, now.decimals)
        return whole - sum(
            (share(whole, _put_back(each), units, now.decimals) for each in returns), ZERO
        )

    released = _released(changes, day)
    was = structs.replace(
        now,
        units=now.units + back,
        value=now.value + part_of(paid.value_out),
        recognised=now.recognised or released,
    )
    value = part_of(paid.received + paid.advanced)
    return Return(
        now=now,
        was=was,
        value=value,
        charges=part_of(_charges(register, paid)),
        income=value if paid.advanced and was.is_recognised(day) else None,
    )


def find_write_off(
    book: Book, label: str, name: str, day: date, part: Decimal | None = None
) -> Return:
    """Return what a write-off, named by its date or `ref:`, took of an instalment, to be owed
    again: all of it, or a `part` in the instalment's currency. Where the open book does not know
    it, its closed periods are read. Raises EventRefusedError.
    """
    return _in_any_period(
        book, day, lambda register: _written_off(register, label, name, day, part)
    )


def _written_off(
    register: Register, label: str, name: str, day: date, part: Decimal | None
) -> Return:
    changes = find_history(register, label)
    given_up = [each for each in changes if each.event == "write-off"]
    named = [each for each in given_up if name in names_of(each.entry)]
    if len(named) != 1:
        known = ", ".join(str(each.date) for each in given_up)
        raise EventRefusedError(
            f"{len(named)} write-offs of {label} are named {name!r}: name one by its date or its "
            f"ref: (write-offs: {known or 'none'})."
        )
    (gone,), now = named, claim_of(changes, day)
    assert gone.before is not None  # a write-off takes out what was there
    back_since = _reversals(changes, gone, "recovery")
    left = _left(gone, back_since)
    back = left if part is None else part
    if now.currency != gone.after.currency or not ZERO < back <= left:
        raise EventRefusedError(
            f"Of what was written off of {label} on {gone.date}, {format_units(left)} "
            f"{gone.after.currency} is not owed again yet: {format_units(back)} {now.currency} "
            "cannot be."
        )
    if gone.before.is_deferred and not now.is_deferred:
        raise EventRefusedError(
            f"{label} was written off before it was due, and is due since: record what is owed now "
            "as a pledge of its own."
        )
    value = gone.value_out + sum((each.value_out for each in back_since), ZERO)
    was = structs.replace(
        now, units=now.units + back, value=now.value + share(value, back, left, now.decimals)
    )
    return Return(now=now, was=was, value=ZERO)


def _charges(register: Register, paid: Change) -> Decimal:
    """Return what banks kept of a payment, as far as it was for this instalment: a charge is of one
    fund and class, and its instalments share it by what was collected for them.
    """
    lines = read_lines(paid.entry, register.settings)
    place = _place(paid)
    left = sum(
        (
            line.value or ZERO
            for line in lines
            if line.place.kind == "bank-charges" and (line.place.fund, line.class_) == place
        ),
        ZERO,
    )
    together = [
        change
        for label in dict.fromkeys(line.label for line in lines if line.label)
        for change in register.by_label.get(label, ())
        if change.entry is paid.entry and _place(change) == place
    ]
    total = sum((change.received + change.advanced for change in together), ZERO)
    for change in together:
        gross = change.received + change.advanced
        own = share(left, gross, total, register.settings.decimals) if total else ZERO
        if change is paid:
            return own
        left, total = left - own, total - gross
    return ZERO


def _place(change: Change) -> tuple[str, str]:
    claim = change.before or change.after
    return claim.fund, claim.class_


def _the_payment(changes: list[Change], label: str, name: str) -> Change:
    """Return the one payment of that name of which the bank has not taken back everything."""
    payments = [change for change in changes if change.event in PAYING]
    named = [change for change in payments if name in names_of(change.entry)]
    if len(named) == 1:
        returns = _returns(changes, named[0])
        if _left(named[0], returns) > 0:
            return named[0]
        last = returns[-1].entry
        raise EventRefusedError(
            f"The payment of {label} of {named[0].date} was taken back on {last.date} "
            f"({place_of(last.meta)}): it cannot be taken back twice."
        )
    known = [
        str(change.date) for change in payments if _left(change, _returns(changes, change)) > 0
    ]
    raise EventRefusedError(
        f"{len(named)} payments of {label} are named {name!r}: name one by its date or its "
        f"ref: (payments: {', '.join(known) or 'none'})."
    )


def _returns(changes: list[Change], payment: Change) -> list[Change]:
    """Return what took a payment, or parts of it, back."""
    return _reversals(changes, payment, "returned-payment")


def _reversals(changes: list[Change], undone: Change, event: str) -> list[Change]:
    """Return the events that say they undo an entry, or parts of it."""
    names = names_of(undone.entry)
    return [
        change
        for change in changes
        if change.event == event and as_text(change.entry.meta.get("reverses", "")) in names
    ]


def _left(settled: Change, reversals: list[Change]) -> Decimal:
    """Return what of a payment or write-off is not undone, in the instalment's currency."""
    assert settled.before is not None  # it takes out what was there
    return settled.before.units - settled.after.units - sum(map(_put_back, reversals))


def _put_back(change: Change) -> Decimal:
    return change.after.units - (change.before.units if change.before else Decimal(0))


def _told(history: Book, found: Return, day: date) -> Meta:
    """What an opening would say of the instalment once the payment is taken back."""
    (line,) = (
        each for each in list_instalments(history.register, day) if each.label == found.now.label
    )
    back = found.was.units - found.now.units
    changes = [each for each in history.register.by_label[line.label] if each.date <= day]
    if found.value:
        line = structs.replace(line, paid=line.paid - back, received=line.received - found.value)
    else:
        line = structs.replace(line, written_off=line.written_off - back)
    told = facts_of(found.now) | told_amounts(line, changes, history.settings.currency)
    if found.income is not None:
        told[PAID_IN_ADVANCE] = f"{found.income:f} {history.settings.currency}"
    return told


def _released(changes: list[Change], day: date) -> date | None:
    days = [change.date for change in changes if change.event == "release" and change.date <= day]
    return days[-1] if days else None

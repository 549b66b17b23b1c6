"""A payment that the bank takes back: what it did, found in the book or in its closed periods.

An instalment that was settled in a closed period is not in the open book any more. Its history is
in history.beancount, and the entry that opens it again says what an opening would say of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.drafts import Meta
from pledgebook.ledger.events.asking import claim_of, find_history
from pledgebook.ledger.files.caching import open_beside
from pledgebook.ledger.findings import EventRefusedError, place_of
from pledgebook.ledger.money import format_units, share
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.carried import facts_of, told_amounts
from pledgebook.ledger.register.events import PAYING, names_of
from pledgebook.ledger.register.history import HISTORY
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.ledger.register.register import Change, Claim, Register


@dataclass(frozen=True, slots=True)
class Return:
    """What a payment that the bank takes back undoes: the instalment as it is, as it will be
    again, and the dollars that were collected for it. `told` is what the entry has to say of an
    instalment that the open book does not know any more.
    """

    now: Claim
    was: Claim
    dollars: Decimal
    told: Meta = field(default_factory=dict)


def find_return(
    book: Book, label: str, payment: str, day: date, part: Decimal | None = None
) -> Return:
    """Return what a payment, named by its date or `ref:`, did to an instalment, to be undone: all
    of it, or a `part` in the instalment's currency. Where the open book does not know it, its
    closed periods are read. Raises EventRefusedError.
    """
    try:
        return _find(book.register, label, payment, day, part)
    except EventRefusedError:
        path = book.folder / HISTORY
        if book.path == path or not book.settings.seals or not path.is_file():
            raise
    history = open_beside(book, path)
    found = _find(history.register, label, payment, day, part)
    if found.now.label in book.register.by_label:
        return found
    return replace(found, told=_told(history, found, day))


def _find(register: Register, label: str, payment: str, day: date, part: Decimal | None) -> Return:
    changes = find_history(register, label)
    paid = _the_payment(changes, label, payment)
    now = claim_of(changes, day)
    assert paid.before is not None  # a payment takes out what was there
    if now.currency != paid.after.currency:
        raise EventRefusedError(
            f"{label} was redenominated after that payment: reopen it with an amendment."
        )
    units, left = paid.before.units - paid.after.units, _left(paid, _returns(changes, paid))
    back = left if part is None else part
    if back > left:
        raise EventRefusedError(
            f"Of what that payment settled of {label}, {format_units(left)} {now.currency} is not "
            f"taken back yet: {format_units(back)} of it cannot be taken back."
        )
    was = replace(
        now,
        units=now.units + back,
        value=now.value + share(paid.value_out, back, units),
        recognised=now.recognised or _released(changes, day),
    )
    return Return(now, was, share(paid.received + paid.advanced, back, units))


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
    names = names_of(payment.entry)
    return [
        change
        for change in changes
        if change.event == "returned-payment"
        and as_text(change.entry.meta.get("reverses", "")) in names
    ]


def _left(payment: Change, returns: list[Change]) -> Decimal:
    """Return what of a payment is not taken back, in the instalment's currency."""
    assert payment.before is not None
    settled = payment.before.units - payment.after.units
    for change in returns:
        settled -= change.after.units - (change.before.units if change.before else Decimal(0))
    return settled


def _told(history: Book, found: Return, day: date) -> Meta:
    """What an opening would say of the instalment once the payment is taken back."""
    (line,) = (
        each for each in list_instalments(history.register, day) if each.label == found.now.label
    )
    back = found.was.units - found.now.units
    changes = [each for each in history.register.by_label[line.label] if each.date <= day]
    line = replace(line, paid=line.paid - back, received=line.received - found.dollars)
    return facts_of(found.now) | told_amounts(line, changes, history.settings.currency)


def _released(changes: list[Change], day: date) -> date | None:
    days = [change.date for change in changes if change.event == "release" and change.date <= day]
    return days[-1] if days else None

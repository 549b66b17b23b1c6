"""Between a command and the builders: what the book says of a label, a day, an amount.

Builders of events take claims, money held in advance and value. Here they are found in a book by
their labels, as they stood on the day of the event. What cannot be found is an EventRefusedError
with the nearest that there is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec import structs
from pledgebook.ledger.declared.currencies import EURO_RATES, convert_legacy, euro_from
from pledgebook.ledger.declared.donors import Donor
from pledgebook.ledger.declared.periods import months_later
from pledgebook.ledger.declared.rates import MissingRateError, Rate
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.events.parts import Advance, Earmark, Labels
from pledgebook.ledger.events.receipts import Settled
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import (
    ZERO,
    AmbiguousNumberError,
    format_amount,
    format_units,
    read_written,
    round_to,
)
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.events import RECEIVING
from pledgebook.ledger.register.instalments import by_number, pledge_of
from pledgebook.ledger.register.register import Change, Claim, Held, Register, claim_at


class Releasable(NamedTuple):
    """An instalment whose biennium has begun, and the value still held under its label."""

    claim: Claim
    deferred: Decimal
    advance: Decimal


class Asked(NamedTuple):
    """What a payment is said to be for: an instalment, the amount of it in its currency (None:
    all that is outstanding) and, where it is stated apart, its value gross of charges.
    """

    claim: Claim
    amount: Decimal | None = None
    value: Decimal | None = None


def read_amount(text: str) -> Decimal:
    """Read an amount above zero, in plain digits or as pages print it (`money.read_written`): one
    that may be two amounts is asked back.
    """
    try:
        amount = read_written(text)
    except AmbiguousNumberError as error:
        raise EventRefusedError(
            f"{error}: write the one that is meant.", said=text, choices=error.choices
        ) from None
    except ValueError:
        amount = ZERO
    if not amount:
        raise EventRefusedError(
            f"{text!r} is no amount above zero: write digits, and a point before decimals "
            "(60000 or 60000.50)."
        )
    return amount


def read_money(text: str) -> Decimal:
    """Read an amount in the book's currency, above zero and in whole cents."""
    amount = read_amount(text)
    if amount != round(amount, 2):
        raise EventRefusedError(f"{text} has more decimals than cents.")
    return amount.quantize(ZERO)


def read_percent(text: str) -> Decimal:
    """Read per cent, above zero: digits, and a point or comma before decimals."""
    if not _PERCENT.fullmatch(text.strip()) or not (percent := Decimal(text.replace(",", "."))):
        raise EventRefusedError(f"{text!r} is no per cent above zero: write digits, as in 12.5.")
    return percent


_PERCENT = re.compile(r"\d+([.,]\d+)?")


def find_donor(settings: Settings, text: str, day: date) -> Donor:
    """Return the donor of a code or name on a day."""
    found = settings.donors.resolve(text, day) or settings.donors.of_code(text, day)
    if found is None:
        ever = settings.donors.resolve(text) or settings.donors.get(text)
        if ever is not None and not ever.is_valid(day):
            raise EventRefusedError(f"{ever.absence(day)}.", "donor", text)
        alike = list(settings.donors.suggest(text))
        near = ", ".join(f"{donor.name} ({donor.code})" for donor in alike)
        raise EventRefusedError(
            f"{text!r} names no donor{'' if day == date.max else f' on {day}'}"
            + (f"; did you mean {near}?" if near else "; declare it in the book first."),
            "donor",
            text,
            tuple(donor.name for donor in alike),
        )
    return found


def find_earmark(settings: Settings, fund: str, class_: str = "", purpose: str = "") -> Earmark:
    """Return where money goes, every word checked: the only fund where none is named, and the
    class that follows from the purpose where none is stated.
    """
    funds = settings.funds
    if not fund and len(funds) == 1:
        fund = next(iter(funds))
    if fund not in funds:
        raise EventRefusedError(_unknown("fund", fund, funds), "fund", fund)
    if purpose and purpose not in settings.purposes:
        raise EventRefusedError(_unknown("purpose", purpose, settings.purposes), "purpose", purpose)
    found = funds[fund].class_of(class_ or None, purpose or None)
    if found not in funds[fund].classes or (class_ and class_ not in funds[fund].classes):
        raise EventRefusedError(
            _unknown(f"class of {fund}", class_ or found, funds[fund].classes), "class", class_
        )
    return Earmark(fund, found, purpose)


def find_claim(register: Register, label: str, day: date) -> Claim:
    """Return an instalment as it stood at the end of `day`. A pledge's label will do where the
    pledge has one instalment only.
    """
    return claim_of(find_history(register, label), day)


def find_history(register: Register, label: str) -> list[Change]:
    """Return the history of the instalment with that label."""
    if label in register.by_label:
        return register.by_label[label]
    own = [known for known in register.by_label if pledge_of(known) == label]
    if len(own) == 1:
        return register.by_label[own[0]]
    if own:
        raise EventRefusedError(
            f"{label} has {len(own)} instalments: name one of {', '.join(own)}.",
            "instalment",
            label,
            tuple(own),
        )
    raise EventRefusedError(
        _unknown("instalment", label, register.by_label) + _closed(register), "instalment", label
    )


def claim_of(changes: list[Change], day: date) -> Claim:
    """Return the instalment of a history as it stood at the end of `day`."""
    claim = claim_at(changes, day)
    if claim is None:
        first = changes[0]
        what = "is in this book from" if first.event == "opening" else "was pledged on"
        raise EventRefusedError(
            f"{first.label} {what} {first.date}: nothing can happen to it on {day}.", "day"
        )
    return claim


def find_pledged(register: Register, pledge: str, day: date) -> list[Claim]:
    """Return the open instalments of a pledge that were only pledged, in order of their labels."""
    own = [label for label in register.by_label if pledge_of(label) == pledge_of(pledge)]
    own.sort(key=by_number)
    if not own:
        pledges = {pledge_of(label): None for label in register.by_label}
        raise EventRefusedError(
            _unknown("pledge", pledge, pledges) + _closed(register), "pledge", pledge
        )
    claims = [claim_of(register.by_label[label], day) for label in own]
    waiting = [claim for claim in claims if claim.is_open and not claim.committed]
    if not waiting:
        raise EventRefusedError(
            f"{pledge} is committed already, or nothing is left of it.", "pledge", pledge
        )
    return waiting


def advance_for(register: Register, label: str, day: date) -> Advance | None:
    """Return what is held in advance for an instalment at the end of `day`, None if nothing."""
    value, since = _held(register, "in-advance", label, day)
    return Advance(value, since) if value and since else None


def receipt_held(register: Register, label: str, day: date) -> tuple[Earmark, Decimal]:
    """Return where an unapplied receipt is held and what of it is left at the end of `day`."""
    own = _under(register, "unapplied", label)
    if not own:
        labels = {held.label: None for held in register.held if held.kind == "unapplied"}
        raise EventRefusedError(_unknown("receipt", label, labels), "receipt", label)
    value, _ = _held(register, "unapplied", label, day)
    if value <= 0:
        raise EventRefusedError(f"{label} holds nothing on {day}.", "receipt", label)
    return Earmark(own[0].fund, own[0].class_, own[0].purpose), value


def free_labels(register: Register) -> Labels:
    """Return what gives out labels that the book has not used."""
    return Labels([*register.by_label, *register.held_under])


def further_label(register: Register, label: str, used: Iterable[str] = ()) -> str:
    """Return the label of a further instalment that raises one which is paid; "" where something
    is open of it, or what was left of it was given up: that stays so. `used` are labels of closed
    periods, which the register does not know.
    """
    last = register.by_label[label][-1]
    if last.after.is_open or last.event not in RECEIVING:
        return ""
    pledge = pledge_of(label)
    numbers = [
        int(number)
        for each in (*register.by_label, *used)
        if pledge_of(each) == pledge and (number := each.rpartition(".")[2]).isdigit()
    ]
    return f"{pledge}.{max(numbers, default=1) + 1}"


def value_of_day(
    book: Book, amount: Decimal, currency: str, day: date, fund: str = ""
) -> tuple[Decimal, Rate | None]:
    """Return the value of an amount at the rate of a day, and the rate (None for the book's
    currency).
    """
    try:
        if fund:
            return book.settings.value_pledged(book.rates, fund, amount, currency, day)
        return book.rates.value(amount, currency, day)
    except MissingRateError as error:
        raise EventRefusedError(
            f"{str(error)[0].upper()}{str(error)[1:]}, or state --value with --reason."
        ) from None


def share_out(total: Decimal, weights: Sequence[Decimal], places: int = 2) -> list[Decimal]:
    """Share an amount by weights, in whole cents or with so many decimal places; together they are
    the total. Each is its share of what is left, so that the last takes the rest.
    """
    left, rest, shares = total, sum(weights, Decimal(0)), []
    for weight in weights:
        part = round_to(left * weight / rest, places) + ZERO if rest else ZERO
        shares.append(part)
        left -= part
        rest -= weight
    return shares


INTERVALS = {"month": 1, "quarter": 3, "half-year": 6, "year": 12}
"""At what intervals instalments of a standing pledge fall due, in months."""

_TIMES_AT_MOST = 600


def standing_dates(first: date, every: str, times: int) -> list[date]:
    """Return when instalments at an interval fall due: `first`, and the same day of every
    interval after it (the last of a month that has no such day).
    """
    if not 1 < times <= _TIMES_AT_MOST:
        raise EventRefusedError(
            f"At an interval there are from 2 to {_TIMES_AT_MOST} instalments; "
            f"this one has {times}."
        )
    try:
        return [months_later(first, number * INTERVALS[every]) for number in range(times)]
    except ValueError as error:
        raise EventRefusedError(f"No such instalment can fall due: {error}.") from None


def due_releases(book: Book, day: date) -> Iterator[Releasable]:
    """Yield the instalments of which something is held although their biennium has begun."""
    for changes in book.register.by_label.values():
        claim = claim_at(changes, day)
        if claim is None or claim.due is None or book.settings.periods.start_of(claim.due) > day:
            continue
        if book.settings.waits_for_condition(claim.fund, claim.class_, claim.condition):
            continue  # whether it is met, a person says
        found = releasable(book.register, claim, day)
        if found.deferred or found.advance:
            yield found


def releasable(register: Register, claim: Claim, day: date) -> Releasable:
    """Return what is held, deferred and in advance, for an instalment."""
    held = advance_for(register, claim.label, day)
    deferred = claim.value if claim.is_open and claim.is_deferred else ZERO
    return Releasable(claim, deferred, held.value if held else ZERO)


def legacy_claims(register: Register, day: date) -> Iterator[Claim]:
    """Yield the unpaid instalments in currencies that the euro had replaced on `day`."""
    for claim in register.claims_at(day):
        began = euro_from(claim.currency)
        if began is not None and began <= day:
            yield claim


def foreign_claims(book: Book, day: date) -> Iterator[Claim]:
    """Yield the unpaid instalments of commitments that are not in the book's currency."""
    for claim in book.register.claims_at(day):
        if claim.committed and claim.currency != book.settings.currency:
            yield claim


def redenominated(claim: Claim, currency: str) -> Claim:
    """Return the instalment as its redenomination leaves it."""
    units = convert_legacy(claim.units, claim.currency, currency)
    if units is None or claim.currency not in EURO_RATES:
        raise EventRefusedError(
            f"{claim.label} is in {claim.currency}, and no law fixed a rate to {currency}."
        )
    return structs.replace(claim, units=units, currency=currency)


def in_euros(claim: Claim, amount: Decimal, currency: str, day: date) -> Decimal | None:
    """Return an amount in a currency that the euro had replaced on `day` as what is settled of an
    instalment in euros, by the law's rate; None where the two are no such pair.
    """
    began = euro_from(currency)
    if claim.currency != "EUR" or began is None or day < began:
        return None
    return convert_legacy(amount, currency, claim.currency)


def read_as_legacy(register: Register, claim: Claim, amount: Decimal) -> str:
    """Return what to write where an amount, more than is outstanding, looks like the currency that
    an instalment was redenominated from; "" where it does not.
    """
    for change in register.by_label.get(claim.label, ()):
        old = change.before.currency if change.before else claim.currency
        euros = in_euros(claim, amount, old, date.max)
        if euros is not None and euros <= claim.units < amount:
            return (
                f"{format_units(amount)} of {claim.label} is more than the "
                f"{format_amount(claim.units)} {claim.currency} outstanding and looks like {old}, "
                f"the currency it was pledged in: {format_amount(euros)} {claim.currency}. Write "
                f"{claim.label}={format_units(amount)}{old}, or ={format_units(amount)}"
                f"{claim.currency} if it was that much."
            )
    return ""


def settle(
    register: Register,
    asked: Sequence[Asked],
    gross: Decimal | None,
    day: date,
    currency: str,
) -> tuple[list[Settled], Decimal]:
    """Share a payment among the instalments it is for; return them and what is too much.

    `gross` is in the book's currency, with what banks kept; None is for pledges in the book's
    currency, where the amounts say it. One instalment after the other is filled; several in one
    other currency bear one rate.
    """
    currencies = {each.claim.currency for each in asked}
    if len({each.claim.label for each in asked}) != len(asked):
        raise EventRefusedError("An instalment is named twice in this payment: name it once.")
    if all(each.value is not None for each in asked):
        parts = [(each, each.amount or each.claim.units, each.value or ZERO) for each in asked]
        stated = sum((value for _, _, value in parts), ZERO)
        excess = ZERO if gross is None else gross - stated
        if excess < 0:
            raise EventRefusedError(
                f"The instalments are said to take {format_amount(stated)} of "
                f"{format_amount(gross or ZERO)} received with charges."
            )
        return [_settled(register, *part, day) for part in parts], excess
    if len(currencies) > 1:
        raise EventRefusedError(
            "The instalments are in several currencies: state the value of each, as "
            "LABEL=AMOUNT@VALUE."
        )
    if currencies == {currency}:
        return _settle_own(register, asked, gross, day)
    if gross is None:
        raise EventRefusedError(
            f"The pledge is in {currencies.pop()}: state the value that reached the bank "
            "(--value), or --at-rate."
        )
    amounts = [each.claim.units if each.amount is None else each.amount for each in asked]
    taken = [min(each.claim.units, amount) for each, amount in zip(asked, amounts, strict=True)]
    rest = sum(amounts, Decimal(0)) - sum(taken, Decimal(0))
    *shares, excess = share_out(gross, [*taken, rest], register.settings.decimals)
    settled = [_settled(register, *part, day) for part in zip(asked, taken, shares, strict=True)]
    return settled, excess


def _settle_own(
    register: Register, asked: Sequence[Asked], gross: Decimal | None, day: date
) -> tuple[list[Settled], Decimal]:
    stated = [each.amount for each in asked if each.amount is not None]
    places = register.settings.decimals
    if gross is None:
        units = (each.claim.units if each.amount is None else each.amount for each in asked)
        gross = round_to(sum(units, ZERO), places)
    elif len(stated) == len(asked) and sum(stated) != gross:
        raise EventRefusedError(
            f"The amounts come to {format_amount(sum(stated, ZERO))}, what was received with "
            f"charges to {format_amount(gross)}: state one of them, or make them agree."
        )
    left = gross
    settled = []
    for each in asked:
        taken = min(each.claim.units, left if each.amount is None else min(each.amount, left))
        if taken > 0:
            settled.append(_settled(register, each, taken, round_to(taken, places), day))
            left -= taken
    if not settled:
        raise EventRefusedError(f"Nothing is outstanding of {asked[0].claim.label}.")
    return settled, round_to(left, places)


def _settled(
    register: Register, asked: Asked, units: Decimal, value: Decimal, day: date
) -> Settled:
    claim = asked.claim
    held = None if claim.is_recognised(day) else advance_for(register, claim.label, day)
    return Settled(claim, units, value, held)


def _under(register: Register, kind: str, label: str) -> list[Held]:
    return [held for held in register.held_under.get(label, ()) if held.kind == kind]


def _held(register: Register, kind: str, label: str, day: date) -> tuple[Decimal, date | None]:
    own = [held for held in _under(register, kind, label) if held.entry.date <= day]
    return sum((held.value for held in own), ZERO), min((held.since for held in own), default=None)


def _unknown(what: str, text: str, known: Iterable[str]) -> str:
    names = list(known)
    near = difflib.get_close_matches(text, names, 3, 0.6)
    if not text:
        return f"Say which {what}: {', '.join(names)}."
    return f"The book has no {what} {text!r}" + (
        f"; did you mean {' or '.join(near)}?" if near else f" (it has {_few(names)})."
    )


def _closed(register: Register) -> str:
    """Say where else a label may be that an open book does not hold."""
    if not register.settings.seals:
        return ""
    return " What a closed period settled stands in history.beancount only."


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:12]) + (" ..." if len(names) > 12 else "") if names else "none"

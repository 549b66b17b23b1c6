"""What a person decides: which receipts pay which instalments, however they are split or joined.

One receipt may pay several instalments, several receipts one; what is not named stays with the
receipt. Each receipt becomes an application of its own, so each can be taken back by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from pledgebook.ledger.declared.currencies import (
    convert_legacy,
    decimals,
    decimals_of,
    euro_from,
    is_currency,
)
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events.asking import (
    Asked,
    find_claim,
    in_euros,
    read_amount,
    read_as_legacy,
    read_money,
    redenominated,
    settle,
    share_out,
)
from pledgebook.ledger.events.parts import earmark_of
from pledgebook.ledger.events.receipts import Settled
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.guards.charges import tolerance
from pledgebook.ledger.matching.applying import apply_matches
from pledgebook.ledger.matching.candidates import Candidate, Part
from pledgebook.ledger.matching.matcher import EURO
from pledgebook.ledger.matching.owed import oldest_first, spread_over
from pledgebook.ledger.matching.receipts import Receipt, waiting_receipts
from pledgebook.ledger.money import ZERO, format_amount, format_units, round_to
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import pledge_of
from pledgebook.ledger.register.register import Claim, Register, claim_at


class Allocation(NamedTuple):
    """What is to be settled of an instalment: `amount` of it (None: all that is unpaid, or what
    there is of it) in `currency` ("": its own; EUR for one that the euro replaced), and the
    `value` that go to it, gross of charges, where they do not follow from the amounts.
    """

    label: str
    amount: Decimal | None = None
    currency: str = ""
    value: Decimal | None = None


PAID_METAVAR = "LABEL[=AMOUNT[CUR][@VALUE]]"
_NUMBER = r"\d[\d.,'’\s]*?"
_PAID = re.compile(
    rf"(?P<label>[^=]+)(=(?P<amount>{_NUMBER}) ?(?P<currency>[A-Z]{{3}})?"
    rf"(@(?P<value>{_NUMBER}))?)?"
)


def read_allocation(text: str) -> Allocation:
    """Read LABEL, LABEL=AMOUNT, LABEL=AMOUNT EUR or LABEL=AMOUNT@VALUE. Raises
    EventRefusedError.
    """
    read = _PAID.fullmatch(text)
    if read is None:
        raise EventRefusedError(
            f"{text!r} is not LABEL, LABEL=AMOUNT or LABEL=AMOUNT@VALUE, as in AUT-2002-01.1=40000."
        )
    amount, value = read["amount"], read["value"]
    return Allocation(
        read["label"],
        read_amount(amount) if amount else None,
        read["currency"] or "",
        read_money(value) if value else None,
    )


def spread(register: Register, named: Sequence[Allocation], day: date) -> list[Allocation]:
    """Return what is to be settled, instalment by instalment: where a pledge is named that has
    several, its amount (None: all that is unpaid, or what there is of value) goes over those that
    are not named themselves, the oldest first, as they stood at the end of `day`.

    Only over instalments of one fund, class, purpose and currency: of others a person says which.
    Raises EventRefusedError.
    """
    labels = {each.label for each in named}
    found: list[Allocation] = []
    for each in named:
        own = [
            claim
            for label, changes in register.by_label.items()
            if pledge_of(label) == each.label != label and label not in labels
            if (claim := claim_at(changes, day)) is not None and claim.is_open
        ]
        if len(own) == 1:
            found.append(each._replace(label=own[0].label))
        elif own:
            found += _spread(each, oldest_first(own), register.settings.decimals)
        else:
            found.append(each)
    return found


def _spread(named: Allocation, claims: Sequence[Claim], decimals: int) -> list[Allocation]:
    one = len({(earmark_of(claim), claim.currency) for claim in claims}) == 1
    whole = sum((claim.units for claim in claims), Decimal(0))
    currency = claims[0].currency
    labels = ", ".join(claim.label for claim in claims)
    if named.amount is None and named.value is None:
        return [Allocation(claim.label, None if one else claim.units) for claim in claims]
    if not one or named.currency not in {"", currency}:
        raise EventRefusedError(
            f"{named.label} has instalments of several purposes or currencies, or is paid in "
            f"another: say what is settled of each ({labels})."
        )
    amount = whole if named.amount is None else named.amount
    if amount > whole:
        raise EventRefusedError(
            f"{named.label} has {format_units(whole)} {currency} outstanding; "
            f"{format_units(amount)} is more. Name the amount that it takes ({labels})."
        )
    parts = spread_over(claims, amount)
    value: list[Decimal | None] = [None] * len(parts)
    if named.value is not None:
        value = [*share_out(named.value, [units for _, units in parts], decimals)]
    return [
        Allocation(claim.label, units, "", own)
        for (claim, units), own in zip(parts, value, strict=True)
    ]


def decide(
    book: Book,
    receipts: Sequence[str],
    allocations: Sequence[Allocation],
    *,
    charges: Decimal | None = ZERO,
    by: str = "",
    charges_advised: bool = False,
) -> list[Draft]:
    """Return the entries that apply waiting receipts, by their labels, as a person says: to be
    given to `write_entries` together. `by` is who decided, for `entered-by:`.

    `charges` are what banks kept in the book's currency (None: whatever is missing of the amounts);
    `charges_advised` where the payer's advice names them, as a part payment wants it. Raises
    EventRefusedError, with what to do, where it cannot be so.
    """
    candidates = allocate(book, receipts, allocations, charges=charges)
    return apply_matches(book, candidates, entered_by=by, charges_advised=charges_advised)


def allocate(
    book: Book,
    receipts: Sequence[str],
    allocations: Sequence[Allocation],
    *,
    charges: Decimal | None = ZERO,
) -> list[Candidate]:
    """Return what each receipt pays, in order of their days: the earliest is used up first."""
    money = _receipts(book, receipts)
    if not allocations:
        raise EventRefusedError("Name the instalments that are paid.")
    allocations = spread(book.register, allocations, date.max)
    asked = [_asked(book, each, money) for each in allocations]
    currency = book.settings.currency
    held = sum((each.value for each in money), ZERO)
    kept = _missing(asked, money, currency) if charges is None else charges
    if kept < 0:
        raise EventRefusedError(f"What banks kept is not below zero ({format_amount(kept)}).")
    gross = held + kept
    asked = _with_value(asked, gross, currency)
    whole = gross
    if all(each.claim.currency == currency for each in asked):
        named = sum((each.amount for each in asked if each.amount is not None), ZERO)
        if named > gross:
            kept_too = " with charges" if kept else ""
            raise EventRefusedError(
                f"{_names(money)} holds {format_amount(gross)} {currency}{kept_too}, less than the "
                f"{format_amount(named)} that is to be settled by it: settle a part."
            )
        if all(each.amount is not None for each in asked):
            whole = named
    settled, _ = settle(book.register, asked, whole, date.max, currency)
    used = sum((each.value for each in settled), ZERO)
    if kept:
        _check_charges(book, settled[0].claim.fund, money[-1].value, kept)
        if used < gross:
            raise EventRefusedError(
                f"{format_amount(gross - used)} would be left of the money although banks kept "
                f"{format_amount(kept)} of it: name all that it pays, or no charges."
            )
    return _shared(money, settled, kept)


def _receipts(book: Book, labels: Sequence[str]) -> list[Receipt]:
    waiting = {each.label: each for each in waiting_receipts(book)}
    for label in labels:
        if label not in waiting:
            known = ", ".join(waiting) or "none"
            raise EventRefusedError(
                f"No receipt {label} waits to be applied (there wait: {known})."
            )
    if not labels or len(set(labels)) < len(labels):
        raise EventRefusedError("Name each receipt that pays once.")
    return [each for label, each in waiting.items() if label in set(labels)]


def _asked(book: Book, allocation: Allocation, money: Sequence[Receipt]) -> Asked:
    claim = find_claim(book.register, allocation.label, date.max)
    day = min(each.day for each in money)
    if _is_paid_in_euro(claim, money) and allocation.currency in {"", claim.currency}:
        allocation = _in_euro(claim, allocation)
    amount = allocation.amount
    euros = None if amount is None else in_euros(claim, amount, allocation.currency, day)
    if euros is not None:
        amount = euros
    elif allocation.currency and allocation.currency != claim.currency:
        if allocation.currency != EURO:
            raise EventRefusedError(
                f"{claim.label} is in {claim.currency}: state what is settled of it in that."
            )
        claim = redenominated(claim, EURO)
    if amount is not None and not allocation.currency:
        looks_wrong = read_as_legacy(book.register, claim, amount)
        if looks_wrong:
            raise EventRefusedError(looks_wrong)
    if not claim.is_open or (amount is not None and not ZERO < amount <= claim.units):
        what = "nothing more" if amount is None else format_units(amount)
        raise EventRefusedError(
            f"{claim.label} has {format_units(claim.units)} {claim.currency} outstanding; {what} "
            "can be settled of it."
        )
    return Asked(claim, amount, allocation.value)


def _is_paid_in_euro(claim: Claim, money: Sequence[Receipt]) -> bool:
    """Tell whether an instalment in a currency that the euro replaced is paid in euro: the bank
    says so, or nothing can be paid in the old currency any more.
    """
    began = euro_from(claim.currency)
    return (
        claim.is_open
        and began is not None
        and any(
            each.day >= began
            and (
                (each.original is not None and each.original[1] == EURO)
                or not is_currency(claim.currency, each.day)
            )
            for each in money
        )
    )


def _in_euro(claim: Claim, allocation: Allocation) -> Allocation:
    """Restate what is to be settled, in francs or in lire, at the fixed rate."""
    if allocation.amount is None or allocation.amount > claim.units:
        return allocation._replace(currency=EURO if allocation.amount is None else "")
    amount = convert_legacy(allocation.amount, claim.currency, EURO)
    return allocation._replace(amount=amount, currency=EURO)


def _missing(asked: Sequence[Asked], money: Sequence[Receipt], currency: str) -> Decimal:
    """Return what the money falls short of what is named, in the book's currency: of another
    currency at the rate by which the bank exchanged what was sent.
    """
    held = sum((each.value for each in money), ZERO)
    sent = _sent(asked, money)
    if sent:
        units = (each.claim.units if each.amount is None else each.amount for each in asked)
        missing = sum(units, ZERO) - sent
        if missing > 0:
            return round_to(held * missing / sent, decimals_of(currency))
    named = ZERO
    for each in asked:
        if each.claim.currency != currency and each.value is None:
            raise EventRefusedError(
                f"{each.claim.label} is in {each.claim.currency}: state what banks "
                "kept, or the value that goes to it."
            )
        amount = each.claim.units if each.amount is None else each.amount
        named += amount if each.value is None else each.value
    if named <= held:
        raise EventRefusedError(
            f"Nothing is missing that banks could have kept: {format_amount(held)} came, "
            f"{format_amount(named)} is to be settled."
        )
    return named - held


def _sent(asked: Sequence[Asked], money: Sequence[Receipt]) -> Decimal:
    """Return what was sent in the one currency of all that is named, as the bank says; else 0."""
    currencies = {each.claim.currency for each in asked}
    if any(each.value is not None for each in asked) or len(currencies) > 1:
        return ZERO
    originals = [each.original for each in money]
    if any(each is None or each[1] not in currencies for each in originals):
        return ZERO
    return sum((each[0] for each in originals if each is not None), ZERO)


def _with_value(asked: Sequence[Asked], gross: Decimal, currency: str) -> list[Asked]:
    """Of instalments in several currencies those in the book's take as much; one other the rest."""
    if len({each.claim.currency for each in asked}) == 1:
        return list(asked)
    known = [
        each._replace(value=each.claim.units if each.amount is None else each.amount)
        if each.claim.currency == currency
        else each
        for each in asked
    ]
    rest = gross - sum((each.value for each in known if each.value is not None), ZERO)
    open_ones = [at for at, each in enumerate(known) if each.value is None]
    if len(open_ones) == 1 and rest > 0:
        known[open_ones[0]] = known[open_ones[0]]._replace(value=rest)
    return known


def _check_charges(book: Book, fund: str, last: Decimal, kept: Decimal) -> None:
    """Hold charges against the receipt whose entry will bear them."""
    most = tolerance(book.settings.funds[fund], last + kept)
    if kept > most:
        raise EventRefusedError(
            f"{format_amount(kept)} is no charge that the fund takes of "
            f"{format_amount(last + kept)} (at most {format_amount(most)}): settle a part."
        )


def _shared(money: Sequence[Receipt], settled: Sequence[Settled], kept: Decimal) -> list[Candidate]:
    """Share what is settled among the receipts, the earliest first; banks kept of the last."""
    todo = [(each.claim, each.units, each.value) for each in settled]
    candidates = []
    for receipt in money:
        own = kept if receipt is money[-1] else ZERO
        left = receipt.value + own
        parts = []
        while todo and left > 0:
            claim, units, value = todo[0]
            taken = min(left, value)
            exact = units * taken / value
            part = units if taken == value else round_to(exact, max(2, decimals(claim.currency)))
            parts.append(Part(claim, part, taken))
            left -= taken
            todo[0] = (claim, units - part, value - taken)
            if taken == value:
                del todo[0]
        if not parts:
            raise EventRefusedError(
                f"{receipt.label} is not needed: the other receipts settle what is named."
            )
        candidates.append(Candidate(receipt=receipt, parts=tuple(parts), evidence=(), charges=own))
    return candidates


def _names(money: Sequence[Receipt]) -> str:
    return " and ".join(receipt.label for receipt in money)

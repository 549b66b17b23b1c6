"""The entries that close a period and the ones that open the next with what was left.

The closing takes every lot and every balance out to Equity:FUND:Opening-Balance, income and
expenditure too, so that nothing is left in any account. The opening puts the lots and balances of
the balance sheet back: each instalment with its label, commitment date, due date, paragraphs'
facts, and what was pledged, paid and written off, so that the register forgets nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from beancount.core.data import Posting, Transaction
from pledgebook.ledger.declared.agreements import AGREEMENT
from pledgebook.ledger.declared.chart import CLAIMS, PAPERS, account, kinds_that
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.periods import Period
from pledgebook.ledger.declared.policies import Group
from pledgebook.ledger.drafts import Draft, DraftLine
from pledgebook.ledger.events.parts import donor_name
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.money import ZERO, format_units
from pledgebook.ledger.register.agreements import Reading, follow_agreements
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.carried import Meta, facts_of, kept_facts, told_amounts
from pledgebook.ledger.register.history import CARRIED_FROM, CLOSES, continuing
from pledgebook.ledger.register.instalments import (
    AT_PLEDGE,
    by_number,
    list_instalments,
    pledge_of,
)
from pledgebook.ledger.register.notes import NOTED
from pledgebook.ledger.register.obligations import OBLIGATION, obligation_of
from pledgebook.ledger.register.postings import Line, read_lines
from pledgebook.ledger.register.purposes import purposes_of_money
from pledgebook.ledger.register.register import DISPUTED, PLEDGED_ON, RECORDED_AS, Claim, claim_at

_BETWEEN = kinds_that("is_between")
_BALANCES = kinds_that("is_carried")


_OF_ONE = frozenset(
    {
        "due",
        "status",
        "pledged",
        "paid",
        "written-off",
        "received",
        AT_PLEDGE,
        PLEDGED_ON,
        RECORDED_AS,
        DISPUTED,
        *NOTED,
    }
)
"""What an opening says of each instalment by itself, even where two say the same."""

_OF_WHOLE = ("original", "bank-charges")
"""What a receipt says of all its money, and not of what is left of it."""

"""A fund and a class of it."""


@dataclass(kw_only=True)
class _Lot:
    """An open lot at the period's end. `meta` is what its opening says on the posting."""

    account: str
    kind: str
    label: str
    currency: str
    group: Group
    purpose: str
    donor: str
    origin: tuple[Transaction, Posting]
    units: Decimal = Decimal(0)
    value: Decimal = ZERO
    opened: date = date.min
    meta: Meta = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Balance:
    """What one account holds without a lot, of one class, purpose and currency."""

    account: str
    kind: str
    group: Group
    purpose: str
    currency: str
    obligation: str = ""
    agreement: str = ""


@dataclass(frozen=True, slots=True)
class Carried:
    """The entries that end a period and those that begin the next."""

    closing: list[Draft]
    opening: list[Draft]


def carry_forward(book: Book, period: Period, first: date) -> Carried:
    """Return the closing of a period and the opening of the next, which begins on `first`.

    Raises BookRefusedError for a lot without a label, which could not be named again.
    """
    lots, balances = _read(book, period.end)
    closing: list[Draft] = []
    opening: list[Draft] = []
    pledges: dict[tuple[str, Group], list[_Lot]] = {}
    for lot in lots:
        pledges.setdefault((pledge_of(lot.label), lot.group), []).append(lot)
    for (pledge, group), own in sorted(
        pledges.items(), key=lambda item: (by_number(item[0][0]), item[0][1])
    ):
        closing.append(_close_lots(book, period, pledge, group, own))
        opening.append(_open_lots(book, period, first, group, own))
    classes: dict[Group | None, dict[_Balance, Decimal]] = {}
    for balance, units in balances.items():
        # Balances between funds mirror each other in one entry, whatever their funds.
        at = None if balance.kind in _BETWEEN else balance.group
        classes.setdefault(at, {})[balance] = units
    for at in sorted(classes, key=lambda group: group or ("~", "")):
        title = " ".join(at) if at else "balances between funds"
        held = classes[at]
        out = {balance: -units for balance, units in held.items()}
        kept = {balance: units for balance, units in held.items() if balance.kind in _BALANCES}
        closing.append(_total(period.end, out, at, f"Closing of {period.name}: {title}"))
        closing[-1] = _state(closing[-1], {"event": "closing", CLOSES: period.name})
        if kept:
            narration = f"Opening from {period.name}: {title}"
            opening.append(_total(first, kept, at, narration))
            opening[-1] = _state(opening[-1], {"event": "opening", CARRIED_FROM: period.name})
    return Carried(closing, opening)


def _state(draft: Draft, meta: Mapping[str, str]) -> Draft:
    return Draft(
        date=draft.date,
        payee=draft.payee,
        narration=draft.narration,
        lines=draft.lines,
        links=draft.links,
        meta={**meta, **draft.meta},
    )


def _read(book: Book, end: date) -> tuple[list[_Lot], dict[_Balance, Decimal]]:
    """Return the open lots and the balances that are not nil at the end of a day."""
    held: dict[tuple[str, str], _Lot] = {}
    balances: dict[_Balance, Decimal] = {}
    purpose_of: dict[str, str] = {}
    reading = Reading(settings=book.settings)
    for entry in continuing(book.entries):
        if not isinstance(entry, Transaction) or entry.date > end:
            continue
        lines = read_lines(entry, book.settings)
        purposes = purposes_of_money(lines, purpose_of)
        agreements = reading.agreements(entry, lines) if book.settings.agreements else ()
        for number, line in enumerate(lines):
            kind = line.place.kind
            if kind in CLAIMS or kind in {"contra", "opening-balance"}:
                continue  # known to the register; and what mirrors the rest
            group = (line.place.fund, line.class_)
            if line.posting.cost is not None:
                _hold(held, entry, line, group)
                continue
            purpose = purposes.get(number, "") if kind in {"cash", "obligations"} else ""
            key = _Balance(
                account=line.posting.account,
                kind=kind,
                group=group,
                purpose=purpose,
                currency=line.currency,
                obligation=obligation_of(entry, line),
                agreement=agreements[number] if agreements and kind == "obligations" else "",
            )
            balances[key] = balances.get(key, Decimal(0)) + line.units
    _tell_agreements(book, end, balances)
    lots = [*_claims(book, end), *(lot for lot in held.values() if lot.units)]
    _remember_paid(book, end, lots)
    return lots, {balance: units for balance, units in balances.items() if units}


def _tell_agreements(book: Book, end: date, balances: dict[_Balance, Decimal]) -> None:
    """Tell apart what cash is held under each agreement: so much of the fund's cash account."""
    settings = book.settings
    for flow in follow_agreements(book.entries, settings, book.register, end).flows:
        agreement = settings.agreements[flow.agreement]
        own = _Balance(
            account=account("cash", agreement.fund),
            kind="cash",
            group=agreement.group,
            purpose=agreement.purpose,
            currency=settings.currency,
            agreement=agreement.reference,
        )
        rest = replace(own, agreement="")
        balances[own] = balances.get(own, ZERO) + flow.cash
        balances[rest] = balances.get(rest, ZERO) - flow.cash


def _hold(held: dict[tuple[str, str], _Lot], entry: Transaction, line: Line, group: Group) -> None:
    posting, cost = line.posting, line.posting.cost
    label = cost.label if cost else None
    if not label:
        raise BookRefusedError(
            f"{posting.meta and posting.meta.get('filename')}: a lot of {posting.account} has no "
            "label, so the next period could not name it. Write one between its braces."
        )
    key = (posting.account, label)
    lot = held.get(key)
    adds = lot is None or not lot.units or (line.units > 0) == (lot.units > 0)
    back = lot is not None and lot.kind == "unapplied" and lot.origin[0] is not entry
    if lot is None or not (lot.units or back):  # what is left of a receipt is still that receipt
        place = line.place
        lot = held[key] = _Lot(
            account=posting.account,
            kind=place.kind,
            label=label,
            currency=line.currency,
            group=group,
            purpose=line.purpose,
            donor=place.part,
            origin=(entry, posting),
        )
        lot.opened = (cost.date if cost else None) or entry.date
    if adds:
        lot.group, lot.purpose = group, line.purpose
    lot.units += line.units
    lot.value += line.value or ZERO


def _claims(book: Book, end: date) -> Iterator[_Lot]:
    for claim in book.register.claims_at(end):
        yield _Lot(
            account=account(claim.kind, claim.fund, claim.donor),
            kind=claim.kind,
            label=claim.label,
            currency=claim.currency,
            group=(claim.fund, claim.class_),
            purpose=claim.purpose,
            donor=claim.donor,
            origin=claim.origin,
            units=claim.units,
            value=claim.value,
            opened=claim.pledged_on,
        )


def _remember_paid(book: Book, end: date, lots: list[_Lot]) -> None:
    """Write on each instalment's lot what the register must not forget; where it is paid in
    advance and only that money is left, on the money.
    """
    told = {line.label: line for line in list_instalments(book.register, end) if line.label}
    claims = {lot.label for lot in lots if lot.kind in CLAIMS}
    for lot in lots:
        claim = claim_at(book.register.by_label.get(lot.label, []), end)
        noted = _noted(lot) if lot.kind in PAPERS else {}
        lot.meta = kept_facts(lot.origin)
        if lot.kind == "unapplied" and not _is_whole(lot):
            for key in _OF_WHOLE:
                lot.meta.pop(key, None)
        if claim is None or lot.label not in told:
            continue
        if lot.kind not in CLAIMS and (lot.kind not in _PAID_BY or lot.label in claims):
            lot.meta = noted
            continue
        line = told[lot.label]
        lot.origin, lot.meta = claim.origin, facts_of(claim)
        if claim.due:
            lot.meta["due"] = claim.due
        if lot.kind not in CLAIMS:
            lot.meta |= _paid_up(claim)
        if not claim.committed:
            lot.meta["status"] = "pledged"
        changes = [each for each in book.register.by_label[lot.label] if each.date <= end]
        if claim.disputed:
            lot.meta[DISPUTED] = f"{format_units(claim.disputed)} {claim.currency}"
        lot.meta |= told_amounts(line, changes, book.settings.currency)
        lot.meta |= noted


_PAID_BY = frozenset({"in-advance", *PAPERS})
"""What may be all that is left of an instalment that is paid."""


def _noted(lot: _Lot) -> Meta:
    """Return what a note says of itself."""
    posting = lot.origin[1].meta or {}
    return {key: as_text(posting[key]) for key in NOTED if posting.get(key) is not None}


def _is_whole(lot: _Lot) -> bool:
    """Tell whether nothing was taken of a receipt since it came."""
    units = lot.origin[1].units
    return units is not None and units.number == lot.units


def _paid_up(claim: Claim) -> Meta:
    """What tells an instalment of which only the money paid in advance is left."""
    meta: Meta = {PLEDGED_ON: claim.pledged_on}
    if claim.kind != "pledges":
        meta[RECORDED_AS] = claim.kind
    return meta


def _close_lots(book: Book, period: Period, pledge: str, group: Group, lots: list[_Lot]) -> Draft:
    purposes = {lot.purpose for lot in lots}
    one = next(iter(purposes)) if len(purposes) == 1 else ""
    lines = [
        DraftLine(
            account=lot.account, number=-lot.units, currency=lot.currency, label=lot.label,
            meta={"purpose": lot.purpose} if lot.purpose != one else {},
        )
        for lot in lots
    ]  # fmt: skip
    lines += _against(book, group, lots, -1)
    meta: Meta = {"event": "closing", CLOSES: period.name, "class": group[1]}
    if one:
        meta["purpose"] = one
    entry = lots[0].origin[0]
    links = tuple(sorted(entry.links or ()))
    name = donor_name(book.settings, lots[0].donor, period.end) or entry.payee or ""
    return Draft(
        date=period.end,
        payee=name,
        narration=f"Closing of {period.name}: {pledge}",
        lines=tuple(lines),
        links=links,
        meta=meta,
    )


def _open_lots(book: Book, period: Period, first: date, group: Group, lots: list[_Lot]) -> Draft:
    told = [lot for lot in lots if lot.meta]
    common: Meta = {
        key: value
        for key, value in (told[0].meta if told else {}).items()
        if key not in _OF_ONE
        and all(lot.meta.get(key) == value for lot in told)
    }  # fmt: skip
    purposes = {lot.purpose for lot in lots}
    meta: Meta = {"event": "opening", CARRIED_FROM: period.name, "class": group[1]}
    one = next(iter(purposes)) if len(purposes) == 1 else ""
    if one:
        meta["purpose"] = one
    lines = []
    for lot in lots:
        own = {key: value for key, value in lot.meta.items() if key not in common}
        if lot.purpose != one:
            own = {"purpose": lot.purpose, **own}
        value = abs(lot.value)
        lines.append(
            DraftLine(
                account=lot.account,
                number=lot.units,
                currency=lot.currency,
                label=lot.label,
                value=value,
                committed=lot.opened,
                meta=own,
                book_currency=book.settings.currency,
            )
        )
    lines += _against(book, group, lots, 1)
    entry = lots[0].origin[0]
    return Draft(
        date=first,
        payee=donor_name(book.settings, lots[0].donor, first) or entry.payee or "",
        narration=entry.narration or "",
        lines=tuple(lines),
        links=tuple(sorted(entry.links or ())),
        meta=meta | common,
    )


def _against(book: Book, group: Group, lots: Iterable[_Lot], sign: int) -> list[DraftLine]:
    """Return the other side of lots: the fund balance, and the contra account of memorandums."""
    fund, _ = group
    sides = {"opening-balance": ZERO, "contra": ZERO}
    for lot in lots:
        sides["contra" if lot.kind == "memorandum" else "opening-balance"] -= sign * lot.value
    return [
        DraftLine(account=account(kind, fund), number=amount, currency=book.settings.currency)
        for kind, amount in sides.items()
        if amount
    ]


def _total(day: date, units: Mapping[_Balance, Decimal], at: Group | None, narration: str) -> Draft:
    """Return the entry that books these balances against the fund balance of their class."""
    lines = []
    sums: dict[tuple[Group, str], Decimal] = {}
    for balance, number in sorted(
        units.items(),
        key=lambda item: (
            item[0].account, item[0].purpose, item[0].obligation, item[0].agreement
        ),
    ):  # fmt: skip
        meta: Meta = {"class": balance.group[1]} if at is None else {}
        if balance.purpose:
            meta["purpose"] = balance.purpose
        if balance.obligation:
            meta[OBLIGATION] = balance.obligation
        if balance.agreement:
            meta[AGREEMENT] = balance.agreement
        lines.append(
            DraftLine(account=balance.account, number=number, currency=balance.currency, meta=meta)
        )
        key = (balance.group, balance.currency)
        sums[key] = sums.get(key, Decimal(0)) - number
    for ((fund, class_), currency), number in sorted(sums.items()):
        if number:
            name = account("opening-balance", fund)
            meta = {"class": class_} if at is None else {}
            lines.append(DraftLine(account=name, number=number, currency=currency, meta=meta))
    return Draft(
        date=day,
        payee="",
        narration=narration,
        lines=tuple(lines),
        meta={"class": at[1]} if at else {},
    )

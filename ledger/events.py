"""Builders of events: each returns the draft of one entry, in the shape docs/events.md gives.

Every event on an instalment takes its whole lot out and puts back what is left, at the date of
its commitment and at its share of the carrying value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from pledgebook.ledger.accounts import account
from pledgebook.ledger.currencies import EURO_RATES, euro_from, to_euro
from pledgebook.ledger.drafts import Draft, DraftLine, Meta
from pledgebook.ledger.instalments import pledge_of
from pledgebook.ledger.money import ZERO, format_amount, format_units, share
from pledgebook.ledger.rates import Rate
from pledgebook.ledger.register import Claim
from pledgebook.ledger.settings import Settings


class EventRefusedError(ValueError):
    """What was asked cannot happen to this instalment; the message says why."""


@dataclass(frozen=True, slots=True)
class Part:
    """One instalment of a commitment: its amount in the pledge's currency, its value in dollars
    and cents, and when it falls due (None: the biennium of the pledge).
    """

    amount: Decimal
    value: Decimal
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Earmark:
    """Where a contribution goes: the fund, its class and, if earmarked, the purpose."""

    fund: str
    class_: str
    purpose: str = ""

    def meta(self) -> dict[str, str | date]:
        """Return the metadata an entry states it with."""
        stated: dict[str, str | date] = {"class": self.class_}
        if self.purpose:
            stated["purpose"] = self.purpose
        return stated


def _name(settings: Settings, donor: str, day: date) -> str:
    found = settings.donors.get(donor)
    return found.name_in("en", day) if found else donor


def _dollars(account_name: str, amount: Decimal, settings: Settings) -> DraftLine:
    return DraftLine(account_name, amount, settings.currency)


def account_kind(settings: Settings, earmark: Earmark, *, committed: bool = True) -> str:
    """Return where an instalment is recorded: pledge accounts, or memorandum accounts under policy
    `receipt` and where it is only pledged.
    """
    receipt = settings.funds[earmark.fund].policy(earmark.class_) == "receipt"
    return "memorandum" if receipt or not committed else "pledges"


def in_order(parts: Iterable[Part], day: date) -> list[Part]:
    """Return the instalments of a pledge made on `day` in the order of their numbers."""
    return sorted(parts, key=lambda part: part.due or day)


def commitment(
    settings: Settings,
    *,
    day: date,
    donor: str,
    pledge: str,
    earmark: Earmark,
    currency: str,
    parts: Iterable[Part],
    narration: str,
    committed: bool = True,
    rate: Rate | None = None,
    meta: Meta | None = None,
) -> Draft:
    """A written commitment, with its instalments in order of due date.

    Under policy `pledge` the instalments due in a later period are deferred; under `receipt`, and
    where only pledged (`committed` False), every instalment is a memorandum.
    """
    fund = earmark.fund
    policy = settings.funds[fund].policy(earmark.class_)
    kind = account_kind(settings, earmark, committed=committed)
    claims: list[DraftLine] = []
    others: list[DraftLine] = []
    income = ZERO
    for number, part in enumerate(in_order(parts, day), 1):
        label = f"{pledge}.{number}"
        claims.append(
            DraftLine(
                account(kind, fund, donor),
                part.amount,
                currency,
                label,
                part.value,
                meta={"due": part.due} if part.due else {},
                dollar=settings.currency,
            )
        )
        if kind == "memorandum":
            others.append(_dollars(account("contra", fund), -part.value, settings))
        elif policy == "pledge" and part.due and settings.periods.start_of(part.due) > day:
            others.append(_deferral(settings, fund, donor, label, -part.value))
        else:
            income += part.value
    if income:
        others.insert(0, _dollars(account("contributions", fund, donor), -income, settings))
    own: dict[str, str | date] = {"event": "commitment", **earmark.meta()}
    if not committed:
        own["status"] = "pledged"
    return Draft(
        day,
        _name(settings, donor, day),
        narration,
        tuple(claims + others),
        (pledge,),
        own | _rate_meta(rate) | dict(meta or {}),
    )


def _deferral(settings: Settings, fund: str, donor: str, label: str, amount: Decimal) -> DraftLine:
    """A deferral put in (amount negative) at its dollars, or taken out by its label."""
    value = -amount if amount < 0 else None
    return _lot(settings, account("deferred", fund, donor), amount, label, value)


def _lot(
    settings: Settings, name: str, amount: Decimal, label: str, value: Decimal | None
) -> DraftLine:
    return DraftLine(name, amount, settings.currency, label, value, dollar=settings.currency)


def _rate_meta(rate: Rate | None) -> dict[str, str | date]:
    if rate is None:
        return {}
    return {"rate": format_units(rate.number), "rate-date": rate.day}


def redenomination(settings: Settings, *, day: date, claim: Claim) -> Draft:
    """An instalment in a currency that the euro replaced becomes one in euros, at the fixed rate
    and at the same value: no gain and no loss.

    Raises EventRefusedError for any other currency, or before the euro replaced it.
    """
    began = euro_from(claim.currency)
    if began is None or day < began:
        raise EventRefusedError(
            f"{claim.label} is in {claim.currency}, which the euro had not replaced on {day}"
        )
    euros = to_euro(claim.units, claim.currency)
    earmark = Earmark(claim.fund, claim.class_, claim.purpose)
    own: dict[str, str | date] = {"event": "redenomination", **earmark.meta()}
    return Draft(
        day,
        _name(settings, claim.donor, day),
        f"{claim.label} at {EURO_RATES[claim.currency]} {claim.currency} to the euro",
        (_taken(claim), *_left(settings, replace(claim, currency="EUR"), euros, claim.value)),
        (pledge_of(claim.label),),
        own,
    )


def payment(
    settings: Settings,
    *,
    day: date,
    claim: Claim,
    units: Decimal,
    dollars: Decimal,
    deferred: bool = False,
    charges: Decimal = ZERO,
    narration: str = "",
    rate: Rate | None = None,
    meta: Meta | None = None,
) -> Draft:
    """A payment of `units` of an instalment, for which `dollars` reached the bank.

    Collected is gross of `charges`. The difference to the carrying value is exchange, never an
    adjustment. A deferred instalment paid before its biennium goes to In-Advance, without
    exchange. Raises EventRefusedError for more than is outstanding.
    """
    if not ZERO < units <= claim.units:
        raise EventRefusedError(
            f"{claim.label} has {format_amount(claim.units)} {claim.currency} outstanding; "
            f"{format_amount(units)} cannot be settled of it"
        )
    fund, donor = claim.fund, claim.donor
    left = claim.units - units
    left_value = share(claim.value, left, claim.units) if left else ZERO
    out = claim.value - left_value
    collected = dollars + charges
    lines = [_taken(claim), *_left(settings, claim, left, left_value)]
    early = not claim.is_recognised(day)
    if deferred:
        lines.append(_deferral(settings, fund, donor, claim.label, claim.value))
        if left:
            lines.append(_deferral(settings, fund, donor, claim.label, -left_value))
    lines.append(_dollars(account("cash", fund), dollars, settings))
    if charges:
        lines.append(_dollars(account("bank-charges", fund), charges, settings))
    if claim.kind == "memorandum":
        lines.append(_dollars(account("contra", fund), out, settings))
    if early:
        name = account("in-advance", fund, donor)
        lines.append(_lot(settings, name, -collected, claim.label, collected))
    elif claim.kind == "memorandum":
        lines.append(_dollars(account("contributions", fund, donor), -collected, settings))
    elif collected != out:
        lines.append(_dollars(account("exchange", fund), out - collected, settings))
    earmark = Earmark(fund, claim.class_, claim.purpose)
    own: dict[str, str | date] = {"event": "payment", **earmark.meta()}
    return Draft(
        day,
        _name(settings, donor, day),
        narration or f"{'Part payment' if left else 'Payment'} of {claim.label}",
        tuple(lines),
        (pledge_of(claim.label),),
        own | _rate_meta(rate) | dict(meta or {}),
    )


def _taken(claim: Claim) -> DraftLine:
    return DraftLine(
        account(claim.kind, claim.fund, claim.donor), -claim.units, claim.currency, claim.label
    )


def _left(settings: Settings, claim: Claim, units: Decimal, value: Decimal) -> list[DraftLine]:
    if not units:
        return []
    return [
        DraftLine(
            account(claim.kind, claim.fund, claim.donor),
            units,
            claim.currency,
            claim.label,
            value,
            claim.pledged_on,
            {"due": claim.due} if claim.due else {},
            settings.currency,
        )
    ]


def release(
    settings: Settings, *, day: date, claim: Claim, deferred: Decimal, advance: Decimal = ZERO
) -> Draft:
    """The release of a deferred instalment, and of money received for it in advance, to income on
    the first day of its biennium. Amounts are the dollars still held under its label.
    """
    lines = []
    if deferred:
        lines.append(_deferral(settings, claim.fund, claim.donor, claim.label, deferred))
    if advance:
        name = account("in-advance", claim.fund, claim.donor)
        lines.append(_lot(settings, name, advance, claim.label, None))
    income = account("contributions", claim.fund, claim.donor)
    lines.append(_dollars(income, -(deferred + advance), settings))
    earmark = Earmark(claim.fund, claim.class_, claim.purpose)
    own: dict[str, str | date] = {"event": "release", **earmark.meta()}
    return Draft(
        day,
        _name(settings, claim.donor, day),
        f"Release of {claim.label}",
        tuple(lines),
        (pledge_of(claim.label),),
        own,
    )


def receipt_without_pledge(
    settings: Settings,
    *,
    day: date,
    donor: str,
    earmark: Earmark,
    dollars: Decimal,
    narration: str,
    rate: Rate | None = None,
    meta: Meta | None = None,
) -> Draft:
    """A contribution that no pledge preceded, at the dollars received."""
    own: dict[str, str | date] = {"event": "receipt-without-pledge", **earmark.meta()}
    return Draft(
        day,
        _name(settings, donor, day),
        narration,
        (
            _dollars(account("cash", earmark.fund), dollars, settings),
            _dollars(account("contributions", earmark.fund, donor), -dollars, settings),
        ),
        (),
        own | _rate_meta(rate) | dict(meta or {}),
    )


def in_kind(
    settings: Settings,
    *,
    day: date,
    donor: str,
    earmark: Earmark,
    value: Decimal,
    narration: str,
    meta: Meta | None = None,
) -> Draft:
    """A contribution in kind at the donor's valuation, in its own accounts and commodity, outside
    every money total.
    """
    commodity = f"{settings.currency}.IK"
    own: dict[str, str | date] = {"event": "in-kind", **earmark.meta()}
    return Draft(
        day,
        _name(settings, donor, day),
        narration,
        (
            DraftLine(account("in-kind-held", earmark.fund), value, commodity),
            DraftLine(account("in-kind", earmark.fund, donor), -value, commodity),
        ),
        (),
        own | dict(meta or {}),
    )


def receipt_unapplied(
    settings: Settings,
    *,
    day: date,
    fund: str,
    label: str,
    dollars: Decimal,
    narration: str,
    meta: Meta | None = None,
) -> Draft:
    """Money whose donor, purpose or pledge is not known yet: a liability under its own label, of
    the fund's general class (or its only one).
    """
    earmark = Earmark(fund, settings.funds[fund].class_of(None, None))
    own: dict[str, str | date] = {"event": "receipt-unapplied", **earmark.meta()}
    return Draft(
        day,
        "",
        narration,
        (
            _dollars(account("cash", fund), dollars, settings),
            _lot(settings, account("unapplied", fund), -dollars, label, dollars),
        ),
        (),
        own | dict(meta or {}),
    )


class Labels:
    """Gives out pledge labels, DONOR-YEAR-NN: the next number of that donor and year that neither
    the book nor this run has used. A label once given never changes.
    """

    def __init__(self, used: Iterable[str]) -> None:
        self._last: dict[tuple[str, int], int] = {}
        for label in used:
            stem, _, number = pledge_of(label).rpartition("-")
            donor, _, year = stem.rpartition("-")
            if donor and year.isdigit() and number.isdigit():
                key = (donor, int(year))
                self._last[key] = max(self._last.get(key, 0), int(number))

    def next(self, donor: str, day: date) -> str:
        """Return the next free label for a pledge of `donor` made on `day`."""
        key = (donor, day.year)
        self._last[key] = self._last.get(key, 0) + 1
        return f"{donor}-{day.year}-{self._last[key]:02d}"

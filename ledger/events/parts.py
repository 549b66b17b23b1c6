"""What builders of events share: where money goes, lots in and out, and how an entry states it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct, structs
from pledgebook.ledger.declared.chart import account
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft, DraftLine, Meta
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import ZERO, round_to
from pledgebook.ledger.register.instalments import pledge_of
from pledgebook.ledger.register.register import Claim


@dataclass(frozen=True, slots=True)
class Part:
    """One instalment of a commitment: its amount in the pledge's currency, its value in the book's
    currency, when it falls due (None: the biennium of the pledge), the condition it depends
    on, if any, in the donor's words, and where it goes, if the commitment is shared over purposes.
    """

    amount: Decimal
    value: Decimal
    due: date | None = None
    _: KW_ONLY
    condition: str = ""
    earmark: Earmark | None = None


class Advance(NamedTuple):
    """Money held in advance for an instalment: its value, and the day the first of it came."""

    value: Decimal
    since: date


class Earmark(Struct, frozen=True):
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


def earmark_of(claim: Claim) -> Earmark:
    """Return where an instalment goes."""
    return Earmark(claim.fund, claim.class_, claim.purpose)


def make_entry(
    settings: Settings,
    *,
    day: date,
    event: str,
    narration: str,
    lines: Iterable[DraftLine],
    donor: str = "",
    earmark: Earmark | None = None,
    labels: Sequence[str] = (),
    meta: Meta | None = None,
) -> Draft:
    """Return an entry as all builders state it: event, class and purpose, the donor of record
    as payee, a link a pledge; postings of nothing are left out.
    """
    stated: dict[str, str | date] = {"event": event}
    if earmark is not None:
        stated |= earmark.meta()
    return Draft(
        date=day,
        payee=donor_name(settings, donor, day),
        narration=narration,
        lines=tuple(line for line in lines if line.number),
        links=tuple(dict.fromkeys(pledge_of(label) for label in labels)),
        meta=stated | dict(meta or {}),
    )


def donor_name(settings: Settings, donor: str, day: date) -> str:
    """Return the donor's name on a day, as payee: that of the donor who continues it by then."""
    found = settings.donors.get(settings.donors.of_record(donor, day))
    return found.name_in("en", day) if found else donor


def in_book_currency(settings: Settings, name: str, amount: Decimal) -> DraftLine:
    """Return a posting without a lot, in the book's currency."""
    return DraftLine(account=name, number=whole_units(settings, amount), currency=settings.currency)


def whole_units(settings: Settings, amount: Decimal) -> Decimal:
    """Return a value with the decimals of the book's currency. Raises EventRefusedError where there
    are more: what it is rounded to is decided before an entry is made of it.
    """
    rounded = round_to(amount, settings.decimals)
    if rounded != amount:
        whole = "cents" if settings.decimals == 2 else f"in {settings.currency}'s smallest unit"
        raise EventRefusedError(f"Values are whole {whole}; {amount:f} is not: round it first.")
    return rounded


def held_lot(
    settings: Settings, name: str, amount: Decimal, label: str, since: date | None = None
) -> DraftLine:
    """Return a posting to a liability held under a label: put in at its own value (amount
    negative; at the day `since` where it is put back), or taken out by its label.
    """
    amount = whole_units(settings, amount)
    value = -amount if amount < 0 else None
    back = since if amount < 0 else None
    currency = settings.currency
    return DraftLine(
        account=name,
        number=amount,
        currency=currency,
        label=label,
        value=value,
        committed=back,
        book_currency=currency,
    )


def charges_undone(charges: Decimal, gross: Decimal, taken: Decimal) -> Decimal:
    """Return what of the charges on a receipt are none any more where the bank takes `taken` of its
    gross amount back: all where it takes no more than reached it, nothing where it takes the gross.
    """
    return min(charges, max(gross - taken, ZERO))


def taken_out(claim: Claim) -> DraftLine:
    """Return the posting that takes an instalment's whole lot out."""
    name = account(claim.kind, claim.fund, claim.donor)
    return DraftLine(account=name, number=-claim.units, currency=claim.currency, label=claim.label)


def put_back(settings: Settings, claim: Claim) -> DraftLine:
    """Return the posting that puts an instalment's lot (back) as `claim` describes it, at the date
    of its commitment.
    """
    return DraftLine(
        account=account(claim.kind, claim.fund, claim.donor),
        number=claim.units,
        currency=claim.currency,
        label=claim.label,
        value=whole_units(settings, claim.value),
        committed=claim.pledged_on,
        meta={"due": claim.due} if claim.due else {},
        book_currency=settings.currency,
    )


def deferral(settings: Settings, claim: Claim, amount: Decimal) -> DraftLine:
    """Return a posting to the deferral of an instalment: put in (amount negative) or taken out."""
    name = account("deferred", claim.fund, claim.donor)
    return held_lot(settings, name, amount, claim.label)


def merged(lines: Sequence[tuple[Claim, DraftLine]], *, moved: bool) -> list[DraftLine]:
    """Add up postings to one account of one class; those that come to nothing fall out. Where an
    instalment moves, each posting says of which class and purpose it is.
    """
    added: dict[tuple[str, str, str, Earmark], DraftLine] = {}
    for position, (claim, line) in enumerate(lines):
        earmark = earmark_of(claim)
        own = structs.replace(line, meta={**earmark.meta(), **line.meta}) if moved else line
        part = str(position) if line.label else ""
        key = (line.account, line.label, part, earmark)
        known = added.get(key)
        added[key] = (
            own if known is None else structs.replace(own, number=known.number + own.number)
        )
    return [line for line in added.values() if line.number]


class Labels:
    """Gives out labels: pledges DONOR-YEAR-NN, receipts R-YEAR-NNNN. The next number of that donor
    and year that neither the book nor this run has used; a label once given never changes.
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
        return f"{donor}-{day.year}-{self._number(donor, day):02d}"

    def receipt(self, day: date) -> str:
        """Return the next free label for a receipt of `day`."""
        return f"R-{day.year}-{self._number('R', day):04d}"

    def _number(self, stem: str, day: date) -> int:
        key = (stem, day.year)
        self._last[key] = self._last.get(key, 0) + 1
        return self._last[key]

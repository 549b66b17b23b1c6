"""From a row that is read to the drafts of its entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from beancount.core.data import Transaction
from msgspec import Struct, structs
from pledgebook.importers.rows.row import SheetRow
from pledgebook.ledger.declared.rates import Rate
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events import (
    Earmark,
    EventRefusedError,
    Labels,
    Part,
    commitment,
    in_kind,
    payment,
    receipt_without_pledge,
    release,
)
from pledgebook.ledger.events.pledges import account_kind, positions_in_order
from pledgebook.ledger.money import ZERO, format_units, round_to
from pledgebook.ledger.register.register import Claim

IMPORT_ID = "import-id"
"""Metadata of an entry: what its row says, as `content_id` digests it."""

Kind = Literal["commitment", "pledge", "payment", "in-kind"]
"""What a row is: a written commitment, a pledge not yet committed, money received without a pledge
in the book, or a contribution in kind."""


class Received(NamedTuple):
    """What a sheet says was paid: of the instalment at a position of `Reading.parts`, or (None) of
    the pledge as a whole.
    """

    part: int | None
    amount: Decimal
    on: date | None


class Reading(Struct, frozen=True, kw_only=True):
    """One contribution as its rows state it, everything known. `parts` are its instalments with
    their value; `remarks` are sentences about it, `said` the sheet's own notes and
    comments. `received` is what the sheet says was paid of it, `changed_on` the day since when
    it is as it is, if the sheet says so.
    """

    rows: tuple[SheetRow, ...]
    kind: Kind
    donor: str
    day: date
    earmark: Earmark
    currency: str
    parts: tuple[Part, ...]
    rate: Rate | None
    reference: str = ""
    project: str = ""
    remarks: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    received: tuple[Received, ...] = ()
    changed_on: date | None = None

    @property
    def told(self) -> tuple[object, ...]:
        """What the rows say besides what identifies them: payments, remarks, unread columns."""
        return self.received, self.said, tuple(row.others for row in self.rows)


def draft_contribution(
    reading: Reading, settings: Settings, labels: Labels, meta: Mapping[str, str]
) -> tuple[tuple[Draft, ...], str]:
    """Return the drafts of a contribution, and the label of its pledge ("" without one)."""
    own: dict[str, str | date] = dict(meta)
    if through := settings.donors.through(reading.rows[0].donor, reading.donor, reading.day):
        own["through"] = through
    if reading.reference:
        own["reference"] = reading.reference
    if reading.project:
        own["project"] = reading.project
    if reading.said:
        own["remarks"] = "; ".join(reading.said)
    value = sum((part.value for part in reading.parts), ZERO)
    what = _what(reading)
    if reading.kind == "in-kind":
        draft = in_kind(
            settings, day=reading.day, donor=reading.donor, earmark=reading.earmark, value=value
        ).noted(narration=f"In kind{what}", meta=own | _original(reading, settings))
        return (draft,), ""
    if reading.kind == "payment":
        draft = receipt_without_pledge(
            settings, day=reading.day, donor=reading.donor, earmark=reading.earmark, value=value
        ).noted(
            narration=f"Contribution received{what}",
            rate=reading.rate,
            meta=own | _original(reading, settings),
        )
        return (draft,), ""
    pledge = labels.next(reading.donor, reading.day)
    draft = commitment(
        settings,
        day=reading.day,
        donor=reading.donor,
        pledge=pledge,
        earmark=reading.earmark,
        currency=reading.currency,
        parts=reading.parts,
        committed=reading.kind == "commitment",
    ).noted(narration=f"Pledge{what}", rate=reading.rate, meta=own)
    return (draft, *_payments(reading, draft, settings, pledge, meta)), pledge


def of_further_entry(meta: Mapping[str, str]) -> dict[str, str]:
    """Return what a further entry of a row says of where it comes from: the first one alone has the
    import id.
    """
    return {key: text for key, text in meta.items() if key != IMPORT_ID}


def _payments(
    reading: Reading, pledged: Draft, settings: Settings, pledge: str, meta: Mapping[str, str]
) -> list[Draft]:
    """Return the payments that the sheet states with all that an entry needs: money, day and
    value. What was paid of the pledge as a whole settles its instalments in order of due date.
    """
    if reading.kind != "commitment" or reading.currency != settings.currency:
        return []
    if not any(received.on for received in reading.received):
        return []
    parts = reading.parts
    order = positions_in_order(parts, reading.day)
    drafts: list[Draft] = []
    entry = pledged.parsed()
    claims = {
        position: _claim(reading, entry, settings, parts[position], f"{pledge}.{number}")
        for number, position in enumerate(order, 1)
    }
    deferred = {line.label for line in pledged.lines if ":Deferred:" in line.account}
    for received in sorted(reading.received, key=lambda each: each.on or reading.day):
        left = received.amount
        for position, claim in claims.items():
            units = min(left, claim.units)
            if received.on is None or units <= 0 or received.part not in {None, position}:
                continue
            if claim.label in deferred and claim.is_recognised(received.on) and claim.recognised:
                held = claim.value
                drafts.append(release(settings, day=claim.recognised, claim=claim, deferred=held))
                deferred.remove(claim.label)
            if claim.label in deferred and units < parts[position].amount:
                _refuse_second_advance(claim, reading.received)
            drafts.append(
                payment(
                    settings,
                    day=received.on,
                    claim=structs.replace(claim, recognised=None)
                    if claim.label in deferred
                    else claim,
                    units=units,
                    value=round_to(units, settings.decimals),
                ).noted(meta=of_further_entry(meta))
            )
            rest = claim.units - units
            claims[position] = structs.replace(
                claim, units=rest, value=claim.value - round_to(units, settings.decimals)
            )
            left -= units
    return drafts


def _refuse_second_advance(claim: Claim, received: Sequence[Received]) -> None:
    """Refuse what no draft says: several payments of an instalment before its biennium begins."""
    if len(received) > 1:
        raise EventRefusedError(
            f"{claim.label} is of a period that had not begun when several payments of it were "
            "received: enter the pledge and its payments by hand"
        )


def _claim(
    reading: Reading, entry: Transaction, settings: Settings, part: Part, label: str
) -> Claim:
    """Return an instalment as the register will have it once the commitment is booked."""
    return Claim(
        label=label,
        kind=account_kind(settings, reading.earmark),
        fund=reading.earmark.fund,
        class_=reading.earmark.class_,
        purpose=reading.earmark.purpose,
        donor=reading.donor,
        units=part.amount,
        currency=reading.currency,
        value=part.value,
        decimals=settings.decimals,
        pledged_on=reading.day,
        due=part.due,
        committed=True,
        recognised=max(reading.day, settings.periods.start_of(part.due or reading.day)),
        origin=(entry, entry.postings[0]),
    )


def _what(reading: Reading) -> str:
    return f", {reading.reference}" if reading.reference else ""


def _original(reading: Reading, settings: Settings) -> dict[str, str | date]:
    """Say what the donor sent, where that was not in the book's currency."""
    if reading.currency == settings.currency:
        return {}
    amount = sum((part.amount for part in reading.parts), ZERO)
    return {"original": f"{format_units(amount)} {reading.currency}"}

"""From a row that is read to the drafts of its entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pledgebook.importers.rows import SheetRow
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events import (
    Earmark,
    Labels,
    Part,
    account_kind,
    commitment,
    in_kind,
    in_order,
    payment,
    receipt_without_pledge,
    release,
)
from pledgebook.ledger.money import ZERO, format_units
from pledgebook.ledger.rates import Rate
from pledgebook.ledger.register import Claim
from pledgebook.ledger.settings import Settings

Kind = Literal["commitment", "pledge", "payment", "in-kind"]
"""What a row is: a written commitment, a pledge not yet committed, money received without a pledge
in the book, or a contribution in kind."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One contribution as its rows state it, everything known. `parts` are its instalments with
    their dollars; `paid` and `paid_on` what the sheet says was paid of it.
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
    paid: Decimal | None = None
    paid_on: date | None = None

    def books_payment(self, settings: Settings) -> bool:
        """Whether the payment is stated with all that its entry needs: money, day and dollars."""
        return bool(
            self.paid
            and self.paid_on
            and self.kind == "commitment"
            and self.currency == settings.currency
        )


def draft_contribution(
    reading: Reading, settings: Settings, labels: Labels, meta: Mapping[str, str]
) -> tuple[tuple[Draft, ...], str]:
    """Return the drafts of a contribution, and the label of its pledge ("" without one)."""
    own: dict[str, str | date] = dict(meta)
    if reading.reference:
        own["reference"] = reading.reference
    if reading.project:
        own["project"] = reading.project
    value = sum((part.value for part in reading.parts), ZERO)
    what = _what(reading)
    if reading.kind == "in-kind":
        draft = in_kind(
            settings,
            day=reading.day,
            donor=reading.donor,
            earmark=reading.earmark,
            value=value,
            narration=f"In kind{what}",
            meta=own | _original(reading, settings),
        )
        return (draft,), ""
    if reading.kind == "payment":
        draft = receipt_without_pledge(
            settings,
            day=reading.day,
            donor=reading.donor,
            earmark=reading.earmark,
            dollars=value,
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
        narration=f"Pledge{what}",
        committed=reading.kind == "commitment",
        rate=reading.rate,
        meta=own,
    )
    return (draft, *_payments(reading, draft, settings, pledge, meta)), pledge


def _payments(
    reading: Reading, pledged: Draft, settings: Settings, pledge: str, meta: Mapping[str, str]
) -> list[Draft]:
    """Return the payments the sheet states, instalment by instalment in order of due date."""
    if not reading.books_payment(settings) or reading.paid is None or reading.paid_on is None:
        return []
    entry = pledged.parsed()
    left = reading.paid
    drafts = []
    for number, part in enumerate(in_order(reading.parts, reading.day), 1):
        units = min(left, part.amount)
        if units <= 0:
            break
        claim = Claim(
            label=f"{pledge}.{number}",
            kind=account_kind(settings, reading.earmark, committed=reading.kind == "commitment"),
            fund=reading.earmark.fund,
            class_=reading.earmark.class_,
            purpose=reading.earmark.purpose,
            donor=reading.donor,
            units=part.amount,
            currency=reading.currency,
            value=part.value,
            pledged_on=reading.day,
            due=part.due,
            committed=True,
            recognised=max(reading.day, settings.periods.start_of(part.due or reading.day)),
            origin=(entry, entry.postings[0]),
        )
        deferred = any(
            line.label == claim.label and ":Deferred:" in line.account for line in pledged.lines
        )
        if deferred and claim.is_recognised(reading.paid_on) and claim.recognised is not None:
            drafts.append(
                release(settings, day=claim.recognised, claim=claim, deferred=claim.value)
            )
            deferred = False
        drafts.append(
            payment(
                settings,
                day=reading.paid_on,
                claim=claim,
                units=units,
                dollars=units,
                deferred=deferred,
                meta={key: value for key, value in meta.items() if key != "import-id"},
            )
        )
        left -= units
    return drafts


def _what(reading: Reading) -> str:
    return f", {reading.reference}" if reading.reference else ""


def _original(reading: Reading, settings: Settings) -> dict[str, str | date]:
    """Say what the donor sent, where that was not dollars."""
    if reading.currency == settings.currency:
        return {}
    amount = sum((part.amount for part in reading.parts), ZERO)
    return {"original": f"{format_units(amount)} {reading.currency}"}

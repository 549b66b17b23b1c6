"""Many payments at once, a row each, under control totals that were stated before them.

Somebody adds up the advices first and types the totals, then the rows; where the two differ
nothing is drafted, so that a slip in one figure is found before it is in the book.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pledgebook.ledger.declared.chart import read_account
from pledgebook.ledger.events.asking import claim_of, find_donor, find_history
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.forms.field import Field, FieldRefusedError
from pledgebook.ledger.forms.form import COMMON, Form, Plan
from pledgebook.ledger.forms.receipts import payment
from pledgebook.ledger.money import format_amount
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.register import Claim

GRID = "payment"
"""The event that rows are of, which is the form that their entries are drafted by."""

MOST_ROWS = 200

COLUMNS = (
    Field("donor", "Donor", suggests="donor"),
    Field("label", "Instalment", suggests="instalment"),
    Field("day", "Date", kind="day", required=True),
    Field("amount", "Amount", kind="amount", required=True),
    Field("currency", "Currency", suggests="currency"),
    Field("value", "Value received", kind="value"),
    Field("ref", "Your reference"),
)
"""What a row says of a payment. A donor with one open instalment needs no other word for it."""

Totals = Mapping[str, Decimal]
"""Sums by currency."""


class RowRefusedError(EventRefusedError):
    """A row that cannot be entered: its number, from 0, and the field that it is about, if any."""

    def __init__(self, row: int, cause: EventRefusedError) -> None:
        super().__init__(str(cause), cause.about, cause.said, cause.choices)
        self.row = row
        self.field = cause.field if isinstance(cause, FieldRefusedError) else ""


@dataclass(frozen=True, slots=True)
class PlannedRows:
    """What the rows will write, in their order, and what they come to by currency."""

    plans: Sequence[Plan]
    totals: Totals


def plan_payments(
    book: Book,
    rows: Sequence[Mapping[str, object]],
    control: Sequence[tuple[object, object]],
    common: Mapping[str, Any],
) -> PlannedRows:
    """Draft a payment for each row (fields of COLUMNS by name, as a page sends them), if the rows
    come to the control totals: an amount and its currency each, as they were written. `common` are
    values of fields that every form has, of all rows alike. Nothing is written.

    An instalment has one row, and no row pays more than is unpaid of it. Raises RowRefusedError,
    and EventRefusedError where the totals differ; BookRefusedError for a day in a sealed period.
    """
    if not 0 < len(rows) <= MOST_ROWS:
        raise EventRefusedError(f"A grid has from 1 to {MOST_ROWS} rows; this one has {len(rows)}.")
    stated = _read_control(control)
    plans, sums, seen = [], dict[str, Decimal](), dict[str, int]()
    for number, row in enumerate(rows):
        try:
            values = {each.name: each.read_all(row.get(each.name)) for each in COLUMNS}
            claim = _find_claim(book, values)
            if claim.label in seen:
                raise FieldRefusedError(
                    "label",
                    f"{claim.label} has a row already, number {seen[claim.label] + 1}: write one "
                    "for all of it, or record the second payment after these.",
                )
            seen[claim.label] = number
            currency = str(values["currency"]) or claim.currency
            amount = Decimal(str(values["amount"]))
            plan = _plan(book, payment, claim, amount, currency, values, common)
        except EventRefusedError as error:
            raise RowRefusedError(number, error) from error
        plans.append(plan)
        sums[currency] = sums.get(currency, Decimal(0)) + amount
    _refuse_difference(stated, sums)
    return PlannedRows(plans, sums)


def _find_claim(book: Book, values: Mapping[str, Any]) -> Claim:
    """Return the instalment of a row: the one it names or, of a donor who has one open, that."""
    day, label = values["day"], str(values["label"]).strip()
    code = find_donor(book.settings, values["donor"], day).code if values["donor"] else ""
    if not label:
        if not code:
            raise FieldRefusedError("label", "Name the instalment, or the donor of the only one.")
        own = [
            claim
            for claim in book.register.claims_at(day)
            if claim.donor == code and claim.committed and claim.is_open
        ]
        if len(own) != 1:
            labels = tuple(claim.label for claim in own)
            named = f", of {','.join(labels)}" if labels else ""
            raise FieldRefusedError(
                "label",
                f"{values['donor']} has {len(own)} open instalments on {day}: name the one that "
                f"is paid{named}.",
                EventRefusedError(said=values["donor"], choices=labels),
            )
        return own[0]
    claim = claim_of(find_history(book.register, label), day)
    if code and claim.donor != code:
        raise FieldRefusedError(
            "label", f"{claim.label} is of {claim.donor}, and the row names {values['donor']}."
        )
    return claim


def _plan(
    book: Book,
    form: Form,
    claim: Claim,
    amount: Decimal,
    currency: str,
    values: Mapping[str, Any],
    common: Mapping[str, Any],
) -> Plan:
    given: dict[str, Any] = {
        each.name: each.read_all(None) for each in form.own if not each.required
    }
    given |= {each.name: each.read_all(common.get(each.name)) for each in COMMON[1:]}
    given |= {
        "paid": (f"{claim.label}={amount:f}{currency}",),
        "value": values["value"],
        "day": values["day"],
        "ref": values["ref"],
    }
    plan = form.plan(book, given)
    held = (read_account(line.account) for draft in plan.drafts for line in draft.lines)
    if any(place is not None and place.kind == "unapplied" for place in held):
        raise FieldRefusedError(
            "amount",
            f"It is more than the {format_amount(claim.units)} {claim.currency} that is unpaid of "
            f"{claim.label}: record it by the form of a payment, which says what becomes of the "
            "rest.",
        )
    return plan


def _read_control(control: Sequence[tuple[object, object]]) -> dict[str, Decimal]:
    amount = Field("control", "Control total", kind="amount")
    sums: dict[str, Decimal] = {}
    for written, currency in control:
        value, code = amount.read_all(written), str(currency or "").strip().upper()
        if value is None and not code:
            continue
        if not isinstance(value, Decimal) or not code or code in sums:
            raise FieldRefusedError(
                "control", "A control total is an amount and its currency, one for each currency."
            )
        sums[code] = value
    if not sums:
        raise FieldRefusedError(
            "control", "Control total is not stated: add the payments up before they are typed."
        )
    return sums


def _refuse_difference(stated: Totals, sums: Totals) -> None:
    wrong = [
        f"{code} {format_amount(sums.get(code, Decimal(0)))} in the rows, "
        f"{format_amount(stated.get(code, Decimal(0)))} stated"
        for code in sorted({*stated, *sums})
        if sums.get(code, Decimal(0)) != stated.get(code, Decimal(0))
    ]
    if wrong:
        raise FieldRefusedError(
            "control",
            f"The rows do not come to the control total ({'; '.join(wrong)}), so nothing is "
            "written: find the row that is wrong or missing.",
        )

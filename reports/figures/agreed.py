"""The figures of donor agreements: before the cut, within it, and in the agreement's currency."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from msgspec import Struct
from pledgebook.ledger.correspondence.reports_due import Expected, reports_expected
from pledgebook.ledger.declared.agreements import DonorAgreement
from pledgebook.ledger.files.answering import left_out
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.agreements import (
    Conversion,
    Converted,
    Flow,
    Followed,
    follow_agreements,
)
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.register import claim_at
from pledgebook.reports.figures.selection import Selection

SUPPORT, CHARGES, WITHOUT = "programme-support", "bank-charges", ""
"""Beside the lines of a budget: support costs and bank charges that name none, and the rest."""

SOURCES = ("opening", "received", "earned", "saved", "moved", "returned", "spent")
"""What an agreement's balance is made of, in order; the last two take from it."""


class Spending(Struct, kw_only=True):
    """What was spent on a line of an agreement's budget: in the book's currency `before` the cut
    and `within` it, of which `outstanding` are obligations at its end; `units` in the agreement's
    currency in all (None: it cannot be told). `budget` is None where there is no such line.
    """

    code: str
    name: str
    budget: Decimal | None = None
    before: Decimal = ZERO
    within: Decimal = ZERO
    outstanding: Decimal = ZERO
    units: Decimal | None = ZERO

    @property
    def is_nil(self) -> bool:
        """Whether nothing was planned, and nothing happened."""
        return self.budget is None and not (self.before or self.within or self.outstanding)


class Source(Struct, kw_only=True):
    """A part of an agreement's balance, above zero where it adds to it; see `Spending`."""

    before: Decimal = ZERO
    within: Decimal = ZERO
    units: Decimal | None = ZERO


class Agreed(Struct, frozen=True, kw_only=True):
    """An agreement at the end of the cut. `pledged` and `unpaid` are in its currency, `owed` what
    is unpaid in the book's; `cash` and `outstanding` what the ledger holds under it; `ahead` what
    was spent beyond all receipts, converted at the rate `beyond` (None: there is none).
    """

    agreement: DonorAgreement
    lines: Sequence[Spending]
    sources: Mapping[str, Source]
    pledged: Decimal
    unpaid: Decimal
    owed: Decimal
    cash: Decimal
    outstanding: Decimal
    ahead: Decimal
    beyond: Decimal | None
    unknown_before: str
    """The closed period whose entries the book does not hold, though the agreement began in it."""
    expected: Sequence[Expected]

    @property
    def balance(self) -> Decimal:
        """What is left in the book's currency, by its parts."""
        return sum((each.before + each.within for each in self.sources.values()), ZERO)

    @property
    def balance_units(self) -> Decimal | None:
        """The same in the agreement's currency, None where it cannot be told."""
        return add_up(each.units for each in self.sources.values())

    @property
    def spent_units(self) -> Decimal | None:
        """All that was spent, in the agreement's currency."""
        return add_up(each.units for each in self.lines)

    @property
    def next_due(self) -> Expected | None:
        """The first report that was not sent."""
        return next((each for each in self.expected if each.sent is None), None)


def add_up(units: Iterable[Decimal | None]) -> Decimal | None:
    """Add amounts up, of which one that cannot be told leaves the sum untold."""
    total = ZERO
    for each in units:
        if each is None:
            return None
        total += each
    return total


def agreed_figures(selection: Selection) -> list[Agreed]:
    """Return the figures of the agreements that the selection covers, in the book's order."""
    return selection.once("agreed", lambda: _figures(selection.as_kept))


def beginning(book: Book, day: date, agreement: str = "") -> date:
    """Return the first day that has to be known for a report on agreements (or one) that begins on
    a day: that on which the earliest of them began, if it is before.
    """
    declared = book.settings.agreements.values()
    return min(
        [day, *(each.day for each in declared if agreement in {"", each.reference})], default=day
    )


def covers_agreement(selection: Selection, agreement: DonorAgreement) -> bool:
    """Tell whether an agreement is to be shown."""
    scope, donors = selection.scope, selection.book.settings.donors
    return (
        agreement.group in selection.groups
        and agreement.day <= selection.cut.end
        and scope.agreement in {"", agreement.reference}
        and selection.covers_purpose(agreement.purpose)
        and selection.covers_donor(donors.of_record(agreement.donor, selection.cut.end))
    )


def expected_reports(selection: Selection) -> list[Expected]:
    """Return the reports that the agreements shown ask for, as far as sent by the cut's end."""
    book = selection.book
    return [
        each
        for each in reports_expected(book.entries, book.settings, selection.cut.end)
        if covers_agreement(selection, each.agreement)
    ]


def _figures(selection: Selection) -> list[Agreed]:
    book, end = selection.book, selection.cut.end
    agreements = book.settings.agreements
    if not agreements:
        return []
    followed = follow_agreements(book.entries, book.settings, book.register, end)
    expected = expected_reports(selection)
    return [
        _agreed(selection, agreement, followed, expected)
        for agreement in agreements.values()
        if covers_agreement(selection, agreement)
    ]


def _agreed(
    selection: Selection,
    agreement: DonorAgreement,
    followed: Followed,
    expected: Sequence[Expected],
) -> Agreed:
    book, end = selection.book, selection.cut.end
    ref, currency = agreement.reference, book.settings.currency
    flows = [flow for flow in followed.flows if flow.agreement == ref]
    rate = book.rates.rate(agreement.currency, end)
    beyond = rate.per_own if rate and rate.currency == agreement.currency else None
    conversion = Conversion(agreement, flows, currency, beyond)
    pledged = unpaid = ZERO
    for label, own in followed.of_label.items():
        changes = book.register.by_label.get(label, [])
        claim = claim_at(changes, end) if own == ref else None
        if claim is not None and claim.committed:
            unpaid += claim.units
    received = add_up(each.received for each in conversion.converted)
    pledged = unpaid + (received or ZERO)
    outstanding = _outstanding(flows)
    return Agreed(
        agreement=agreement,
        lines=_spending(selection, agreement, conversion.converted, outstanding),
        sources=_sources(selection, conversion.converted),
        pledged=pledged,
        unpaid=unpaid,
        owed=sum((flow.promised for flow in flows), ZERO),
        cash=sum((flow.cash for flow in flows), ZERO),
        outstanding=sum(outstanding.values(), ZERO),
        ahead=conversion.ahead,
        beyond=beyond,
        unknown_before=left_out(book, agreement.day),
        expected=[each for each in expected if each.agreement.reference == ref],
    )


def _outstanding(flows: Iterable[Flow]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for flow in flows:
        for code, value in flow.outstanding.items():
            found[code] = found.get(code, ZERO) + value
    return found


def _spending(
    selection: Selection,
    agreement: DonorAgreement,
    converted: Iterable[Converted],
    outstanding: Mapping[str, Decimal],
) -> list[Spending]:
    lines = {
        line.code: Spending(code=line.code, name=line.name, budget=line.amount)
        for line in agreement.lines.values()
    }
    rest = {
        WITHOUT: Spending(code="", name="Without a budget line"),
        SUPPORT: Spending(code="", name="Programme support costs"),
        CHARGES: Spending(code="", name="Bank charges"),
    }
    for each in converted:
        before = each.flow.day < selection.cut.start
        for expense, units in zip(each.flow.expenses, each.expenses, strict=True):
            own = lines.get(expense.line) or rest.get(expense.kind) or rest[WITHOUT]
            if before:
                own.before += expense.value
            else:
                own.within += expense.value
            own.units = None if units is None or own.units is None else own.units + units
    for code, value in outstanding.items():
        (lines.get(code) or rest[WITHOUT]).outstanding += value
    return [each for each in (*lines.values(), *rest.values()) if not each.is_nil]


def _sources(selection: Selection, converted: Iterable[Converted]) -> dict[str, Source]:
    found = {name: Source() for name in SOURCES}
    for each in converted:
        flow = each.flow
        before = flow.day < selection.cut.start or flow.event == "opening"
        told: dict[str, tuple[Decimal, Decimal | None]] = {
            "opening": (flow.opening, each.opening),
            "received": (flow.received, each.received),
            "earned": (flow.earned, each.earned),
            "saved": (flow.saved, each.saved),
            "moved": (flow.moved, each.moved),
            "returned": (-flow.returned, _less(each.returned)),
            "spent": (-flow.spent, _less(add_up(each.expenses))),
        }
        for name, (value, units) in told.items():
            own = found[name]
            if before:
                own.before += value
            else:
                own.within += value
            own.units = None if units is None or own.units is None else own.units + units
    return found


def _less(units: Decimal | None) -> Decimal | None:
    return None if units is None else -units

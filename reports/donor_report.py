"""The financial report that a donor's agreement asks for: what was spent by line of its budget,
what came, and what is left, in the book's currency and in the agreement's.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pledgebook.ledger.declared.agreements import DonorAgreement
from pledgebook.ledger.money import ZERO, format_amount
from pledgebook.reports.agreements import balance_tie
from pledgebook.reports.figures.agreed import Agreed, agreed_figures
from pledgebook.reports.figures.dates import long_date
from pledgebook.reports.figures.layout import as_report, name_of, over_the_cut
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report, Row, Value

NAME = "agreement"
TITLE = "Financial report on a donor agreement"

SOURCE_TITLES = {
    "opening": "Brought forward",
    "received": "Received from the donor",
    "earned": "Interest and other income",
    "saved": "Savings on obligations",
    "moved": "Moved from and to other money",
    "returned": "Refunded to the donor",
    "spent": "Spent",
}


def donor_report(selection: Selection) -> Report:
    """Return the financial report on each agreement shown, or on the one it is limited to."""
    selection = selection.as_kept
    found = agreed_figures(selection)
    book = selection.book.settings.currency
    currencies = {each.agreement.currency for each in found}
    unit = currencies.pop() if len(currencies) == 1 else ""
    rows: list[Row] = []
    notes: list[str] = []
    for each in found:
        rows += _rows(selection, each, len(rows))
        notes += _notes(each, book)
    own = f", {unit}" if unit else ", agreement's currency"

    def amount(key: str, title: str, unit: str, memo: bool = False) -> Column:
        return Column(key=key, title=title, kind="amount", unit=unit, memo=memo)

    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="code", title="Line"),
            Column(key="what", title="Of the budget"),
            amount("budget", f"Budget{own}", unit),
            amount("before", "Before", book),
            amount("within", "In these days", book),
            Column(
                key="total",
                title="In all",
                kind="amount",
                unit=book,
                adds={"before": 1, "within": 1},
            ),
            amount("outstanding", "Of which obligations outstanding", book, memo=True),
            amount("units", f"In all{own}", unit),
            amount("left", f"Left of the budget{own}", unit),
        ],
        rows=rows,
        notes=notes or ["The book declares no agreement of these."],
        ties=[balance_tie(each) for each in found],
    )


def _rows(selection: Selection, each: Agreed, first: int) -> Iterator[Row]:
    agreement = each.agreement
    yield Row(kind="section", label=_title(selection, agreement), new_page=first > 0)
    yield Row(kind="group", label="Expenditure")
    at, own = first + 2, []
    for line in each.lines:
        values: dict[str, Value] = {
            "code": line.code or None,
            "what": line.name,
            "before": _told(each, line.before),
            "within": line.within,
            "total": _told(each, line.before + line.within),
            "outstanding": line.outstanding,
            "units": _told(each, line.units),
        }
        if line.budget is not None:
            units = values["units"]
            values["budget"] = line.budget
            values["left"] = line.budget - units if isinstance(units, Decimal) else None
        own.append(at)
        yield Row(kind="row", values=values, donor=agreement.donor)
        at += 1
    if own:
        planned = [line for line in each.lines if line.budget is not None]
        totals: dict[str, Value] = {"units": _told(each, each.spent_units)}
        if planned:
            totals["budget"] = sum((line.budget or ZERO for line in planned), ZERO)
            left = [
                None if line.units is None else (line.budget or ZERO) - line.units
                for line in planned
            ]
            known = [value for value in left if value is not None]
            whole = not each.unknown_before and len(known) == len(left)
            totals["left"] = sum(known, ZERO) if whole else None
        yield Row(kind="subtotal", label="Total expenditure", values=totals, adds=tuple(own))
        at += 1
    yield Row(kind="group", label="Money")
    at, own = at + 1, []
    for name, source in each.sources.items():
        if name != "received" and not (source.before or source.within):
            continue
        own.append(at)
        unknown = bool(each.unknown_before)
        yield Row(
            kind="row",
            values={
                "what": SOURCE_TITLES[name],
                "before": source.before,
                "within": source.within,
                "units": None if unknown else source.units,
            },
            donor=agreement.donor,
        )
        at += 1
    yield Row(
        kind="total",
        label=f"Balance of {agreement.reference}",
        values={"units": _told(each, each.balance_units)},
        adds=tuple(own),
    )


def _told(each: Agreed, value: Decimal | None) -> Decimal | None:
    """Return a figure since the beginning, None where the book does not hold it."""
    return None if each.unknown_before else value


def _title(selection: Selection, agreement: DonorAgreement) -> str:
    parts = [
        f"{agreement.reference}: {name_of(selection, agreement.donor)}",
        agreement.donor_reference,
        f"{format_amount(agreement.amount)} {agreement.currency}",
        long_date(agreement.day) + (f" to {long_date(agreement.until)}" if agreement.until else ""),
    ]
    return ", ".join(filter(None, parts))


def _notes(each: Agreed, book: str) -> Iterator[str]:
    agreement = each.agreement
    ref, currency = agreement.reference, agreement.currency
    received = each.sources["received"].units
    if each.unknown_before:
        yield (
            f"{ref} began on {long_date(agreement.day)}, and {each.unknown_before} is closed: this "
            "book does not hold its entries, so what was spent before by line is not known here. "
            "Ask for it with --book history.beancount."
        )
        return
    said = "unknown" if received is None else format_amount(received)
    yield (
        f"{ref}: agreed {format_amount(agreement.amount)} {currency}, received {said}, unpaid "
        f"{format_amount(each.unpaid)}."
    )
    if currency != book:
        yield (
            f"{ref}: expenditure is converted into {currency} at the rates at which the donor's "
            "payments were recorded, the first received first spent; interest at the rate of the "
            "payment before it."
        )
    if each.ahead and each.beyond is not None:
        yield (
            f"{ref}: {format_amount(each.ahead)} {book} was spent beyond all payments and is "
            f"converted at {each.beyond:f} {currency} for one {book}."
        )
    elif each.ahead:
        yield (
            f"{ref}: {format_amount(each.ahead)} {book} was spent beyond all payments, and the "
            f"book has no rate of {currency}: those amounts are not known in it."
        )

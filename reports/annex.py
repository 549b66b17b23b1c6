"""The annex in the currencies of pledges: what was promised and paid, and at which rates.

A row an instalment that was owed or moved in the cut. Amounts of different currencies are never
added; the columns in the book's currency add up to the schedule's.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from pledgebook.ledger.declared.currencies import convert_legacy
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.money import ZERO, read_number, round_to
from pledgebook.ledger.register.columns import Figures, total
from pledgebook.ledger.register.events import RECEIVING
from pledgebook.ledger.register.instalments import (
    by_number,
    first_commitment,
    first_terms,
    settled_so_far,
)
from pledgebook.ledger.register.register import Change
from pledgebook.reports.figures.figures import figures_by_label
from pledgebook.reports.figures.layout import (
    Layout,
    as_report,
    name_of,
    over_the_cut,
    owed_ties,
    section_name,
)
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Agreement, Column, Part, Report, Tie, Value

NAME = "annex"
TITLE = "Annex: pledges in their own currencies"
_RATE_DECIMALS = 6


def annex(selection: Selection) -> Report:
    """Return each instalment with its amounts, rates (units to one of the book's) and value."""
    cut, register = selection.cut, selection.book.register
    shown = {
        key: figures
        for key, figures in figures_by_label(selection).items()
        if not figures.is_nil or _is_paid_early(selection, key)
    }
    histories = {
        label: [each for each in register.by_label[label] if each.date <= cut.end]
        for _, _, label in shown
    }
    layout = Layout()
    for fund, class_ in dict.fromkeys((key[0], key[1]) for key in sorted(shown)):
        layout.section(section_name(selection, fund, class_))
        own = {key[2]: figures for key, figures in shown.items() if key[:2] == (fund, class_)}
        for name, _, label in sorted(
            (name_of(selection, histories[label][-1].after.donor), by_number(label), label)
            for label in own
        ):
            changes = histories[label]
            claim = changes[-1].after
            values: dict[str, Value] = {
                "donor": name,
                "label": label,
                "currency": claim.currency,
                "pledged_on": claim.pledged_on,
                **_received(selection, [each for each in changes if _is_of(each, fund, class_)]),
                **_value(own[label]),
            }
            if (claim.fund, claim.class_) == (fund, class_):  # said once, where it is now
                paid, written_off = settled_so_far(changes)
                values |= {
                    "pledged": paid + written_off + claim.units,
                    "paid": paid,
                    "unpaid": claim.units,
                    **_first(changes),
                }
            layout.row(claim.donor, **values)
        layout.total(f"Total, {section_name(selection, fund, class_)}")
    layout.grand_total("Total")
    return as_report(
        selection,
        over_the_cut(selection),
        name=NAME,
        title=TITLE,
        columns=_columns(selection.book.settings.currency),
        rows=layout.rows,
        notes=[
            "Amounts are in the pledge's present currency and as last amended; different "
            "currencies are never added. A rate is units of the currency for one "
            f"{selection.book.settings.currency}.",
            "An instalment that moved to another fund or class in the period is in the rows of "
            "both; its amounts are said once, where it is at the end.",
            "Contributions received without a pledge are in the schedule only.",
        ],
        ties=ties(selection),
        agreements=[
            Agreement(f"{title}: annex and schedule", Part(NAME, key), Part("schedule", key))
            for title, key in (
                ("unpaid", "closing"),
                ("future periods", "future"),
                ("pledged, not committed", "uncommitted"),
                ("exchange on unpaid", "exchange_unpaid"),
            )
        ],
    )


def ties(selection: Selection) -> list[Tie]:
    """Return what all instalments owe beside the ledger."""
    return owed_ties(selection, total(figures_by_label(selection).values()))


def _is_paid_early(selection: Selection, key: tuple[str, str, str]) -> bool:
    """Tell whether money came in the cut that is held in advance for an instalment: it is in no
    column of values until its period.
    """
    fund, class_, label = key
    return any(
        change.advanced and _is_of(change, fund, class_)
        for change in selection.book.register.by_label[label]
        if selection.cut.start <= change.date <= selection.cut.end
    )


def _is_of(change: Change, fund: str, class_: str) -> bool:
    claim = change.before or change.after
    return (claim.fund, claim.class_) == (fund, class_)


def _first(changes: list[Change]) -> dict[str, Value]:
    """Return what the instalment was committed for, in its present currency and in the book's
    currency, and the rate of that; empty where it was carried forward without it.
    """
    first = first_terms(changes)
    if first is None:
        return {}
    now = changes[-1].after.currency
    same = first.currency == now
    units = first.units if same else convert_legacy(first.units, first.currency, now)
    rate = _stated_rate(first_commitment(changes), units) if same and units else None
    return {
        "first_pledged": units,
        "rate_pledged": rate
        or (_rate(units, first.value, changes[0].after.decimals) if units else None),
        "value_pledged": first.value,
    }


def _stated_rate(change: Change, units: Decimal) -> str | None:
    """Return the rate that the entry states and by which alone its value was made (of several
    instalments together: to a cent each); None where it states none, or another value.
    """
    if "rate" not in change.entry.meta or "book-rate" in change.entry.meta:
        return None
    try:
        rate = read_number(as_text(change.entry.meta["rate"]))
        made = round_to(units / rate, change.after.decimals)
    except (ValueError, ArithmeticError):
        return None
    unit = Decimal(1).scaleb(-change.after.decimals)
    cents = len(change.entry.postings) * unit
    return f"{rate:f}" if abs(made - change.after.value) <= cents else None


def _received(selection: Selection, changes: list[Change]) -> dict[str, Value]:
    """Return what came in the cut: the last day, the value, and its rate."""
    units = value = Decimal(0)
    last = None
    for change in changes:
        if change.date >= selection.cut.start and change.event in RECEIVING and change.before:
            units += change.before.units - change.after.units
            value += change.received + change.advanced
            last = change.date
    return {
        "paid_on": last,
        "rate_paid": _rate(units, value, selection.book.settings.decimals) if last else None,
        "value_paid": value if last else Decimal(0),
    }


def _rate(units: Decimal, value: Decimal, places: int) -> str | None:
    """Return a rate computed back: the shortest that gives this value to the cent."""
    if not value or not units:
        return None
    if units == value:
        return "1"
    exact = units / value
    for decimals in range(_RATE_DECIMALS):
        rate = round_to(exact, decimals)
        if rate and round_to(units / rate, places) == value:
            return f"{rate.normalize():f}"
    return f"{round_to(exact, _RATE_DECIMALS).normalize():f}"


def _value(figures: Figures) -> Mapping[str, Value]:
    return {
        "exchange_collected": figures.exchange - figures.exchange_unpaid,
        "exchange_unpaid": figures.exchange_unpaid,
        "closing": figures.closing,
        "future": figures.future,
        "uncommitted": figures.uncommitted + ZERO,
    }


def _columns(unit: str) -> list[Column]:
    return [
        Column(key="donor", title="Donor"),
        Column(key="label", title="Instalment"),
        Column(key="currency", title="Currency"),
        Column(key="pledged_on", title="Pledged on", kind="date"),
        Column(key="pledged", title="Pledged", kind="amount"),
        Column(key="first_pledged", title="First pledged", kind="amount"),
        Column(key="rate_pledged", title="Rate at pledge", kind="rate"),
        Column(key="value_pledged", title="At pledge", kind="amount", unit=unit),
        Column(key="paid", title="Paid in all", kind="amount"),
        Column(key="paid_on", title="Last paid on", kind="date"),
        Column(key="rate_paid", title="Rate at payment", kind="rate"),
        Column(key="value_paid", title="Received in the period", kind="amount", unit=unit),
        Column(key="exchange_collected", title="Exchange on collected", kind="amount", unit=unit),
        Column(key="exchange_unpaid", title="Exchange on unpaid", kind="amount", unit=unit),
        Column(key="unpaid", title="Unpaid", kind="amount"),
        Column(key="closing", title="Unpaid, due", kind="amount", unit=unit),
        Column(key="future", title="Future periods", kind="amount", unit=unit, memo=True),
        Column(key="uncommitted", title="Not committed", kind="amount", unit=unit, memo=True),
    ]

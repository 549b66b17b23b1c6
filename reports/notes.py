"""Notes to the accounts: what the statements rest on, and what they do not show, out of the book.

Each note stands even where there is nothing to disclose: that nothing is, is said too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from pledgebook.ledger.declared.chart import EARLIER
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.delegations import APPROVED
from pledgebook.ledger.declared.rates import Rate, Rates
from pledgebook.ledger.guards.announcements import read_announcements
from pledgebook.ledger.money import ZERO, format_units
from pledgebook.ledger.register.events import RECEIVING
from pledgebook.ledger.register.instalments import awaits_condition
from pledgebook.ledger.register.register import CAUSE
from pledgebook.reports.figures.booked import booked_entries, lines_within
from pledgebook.reports.figures.dates import long_date
from pledgebook.reports.figures.frameworks import days_of, framework_of
from pledgebook.reports.figures.layout import Layout, as_report, name_of, section_name
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.figures.table import Column, Report, Tie, Value
from pledgebook.reports.figures.ties import AMENDED, FOUND, MOVED, POLICY, balances_of, cause_of

NAME = "notes"
TITLE = "Notes to the accounts"
NOTHING = "Nothing to disclose"
_SINCE = timedelta(days=90)
"""How long after the last day an event is one after the date."""

_POLICIES = {
    "pledge": "income on a written commitment, in the period its instalments fall due",
    "receipt": "income when received",
    "agreement": "income on signature; what depends on a condition, when it is met",
}
_CAUSES = {
    AMENDED: "Pledges of earlier periods amended by their donors",
    MOVED: "Moves between classes and funds",
    FOUND: "Omissions and errors of earlier periods",
    POLICY: "Changes of recognition policy",
}

_ONLY_CARRIED = frozenset({"opening", "closing", "release", "redenomination"})
"""Events that tell nothing new of an instalment."""

Disclosed = dict[str, Value]


def notes(selection: Selection) -> Report:
    """Return the notes to the accounts, amounts in the book's currency."""
    selection = selection.as_kept
    layout = Layout()
    written_off, adjusted, reserves = (
        list(of(selection)) for of in (_written_off, _adjusted, _reserves)
    )
    told: Sequence[tuple[str, Sequence[Disclosed], str]] = (
        ("Accounting policies", list(_policies(selection)), ""),
        ("Rates of exchange on the last day", list(_rates(selection)), "Worth at these rates"),
        ("Contributions in kind, in no total of money", list(_in_kind(selection)), ""),
        ("Announced, not in the accounts", list(_announced(selection)), ""),
        (
            "Pledged and not committed, or conditional",
            list(_not_committed(selection)),
            "Total, not in income",
        ),
        ("Contributions written off, with the authority", written_off, "Total written off"),
        ("Adjustments of earlier periods, by cause", adjusted, "Total adjustments"),
        ("Operating reserve", reserves, "Operating reserve, end of period"),
        (
            f"Events after {long_date(selection.cut.end)}, within {_SINCE.days} days",
            list(_after(selection)),
            "",
        ),
    )
    for number, (title, rows, total) in enumerate(told, 1):
        layout.section(f"Note {number}. {title}")
        for row in rows or [{"what": f"{NOTHING}."}]:
            layout.row(**row)
        if total and rows:
            layout.total(total)
    balances = balances_of(selection)
    groups = selection.groups

    def booked(*kinds: str) -> Decimal:
        return balances.total_booked(groups, *kinds)

    held = -balances.total_held(groups, "operating-reserve")
    return as_report(
        selection,
        f"For the {days_of(selection.cut)}",
        name=NAME,
        title=TITLE,
        columns=[
            Column(key="what", title="Note"),
            Column(key="reference", title="Reference"),
            Column(key="day", title="Date", kind="date"),
            Column(
                key="amount",
                title="Amount",
                kind="amount",
                unit=selection.book.settings.currency,
            ),
        ],
        rows=layout.rows,
        notes=["Made from the book; what it does not hold, such as litigation, is to be added."],
        ties=[
            Tie("written off, accounts", _sum(written_off), booked("written-off")),
            Tie(
                "adjustments of earlier periods, accounts",
                _sum(adjusted),
                -booked(*EARLIER),
            ),
            Tie("operating reserve, accounts", _sum(reserves), held),
        ],
    )


def _sum(rows: Sequence[Disclosed]) -> Decimal:
    amounts = (row.get("amount") for row in rows)
    return sum((amount for amount in amounts if isinstance(amount, Decimal)), ZERO)


def _policies(selection: Selection) -> Iterator[Disclosed]:
    settings, framework = selection.book.settings, framework_of(selection.cut)
    yield {"what": f"The statements follow {framework.standards} ({framework.name})."}
    for fund, class_ in selection.groups:
        policy = settings.funds[fund].policy(class_)
        yield {
            "what": f"Contributions to {section_name(selection, fund, class_)} are "
            f"{_POLICIES.get(policy, policy)}.",
            "reference": policy,
        }
    yield {
        "what": "Amounts in other currencies are taken at the rate of exchange of their day"
        f"{settings.rate_base.aside}, the newest effective of at most {settings.rate_age} days. "
        "Exchange arises on payment, and on unpaid instalments and cash where they were revalued.",
    }
    yield {
        "what": "Expenditure is disbursements plus obligations raised. Support costs are "
        "expenditure of the class that is charged and income of the support class; they are "
        "eliminated in the total.",
    }
    if framework.all_in_result:
        yield {
            "what": "Obligations raised are in expenses as they were recorded; what was ordered "
            "and not delivered by the last day is to be disclosed beside them.",
        }
    result = "part of the result" if framework.all_in_result else "shown below the result"
    yield {"what": f"Write-offs, refunds and savings on earlier obligations are {result}."}
    for fund in selection.funds:
        declared = settings.funds[fund]
        yield {
            "what": f"{fund}: what banks keep of a payment is a charge up to "
            f"{declared.charges_absolute:,.2f} {settings.currency} and "
            f"{declared.charges_percent.normalize():f} % of it. "
            + (
                f"Held doubtful after one, two and three years overdue: "
                f"{', '.join(f'{each:f} %' for each in declared.allowance)}; shown in the ageing, "
                "not booked."
                if declared.allowance
                else "No allowance is made for delay in collection."
            )
        }


def _rates(selection: Selection) -> Iterator[Disclosed]:
    book, end = selection.book, selection.cut.end
    book_currency = book.settings.currency
    carried: dict[str, Decimal] = {}
    for claim in book.register.claims_at(end):
        if claim.currency != book_currency and selection.covers(claim):
            carried[claim.currency] = carried.get(claim.currency, ZERO) + claim.units
    for booked in booked_entries(selection):
        cash = (line for line in booked.lines if line.place.kind == "cash")
        for line in cash:
            if line.currency != book_currency and selection.covers_line(line):
                carried[line.currency] = carried.get(line.currency, ZERO) + line.units
    for currency, units in sorted(carried.items()):
        rate = book.rates.rate(currency, end)
        yield {
            "what": f"{units:,.2f} {currency}, unpaid or in cash",
            "reference": _told(rate, book.rates, book_currency),
            "day": rate.day if rate else None,
            "amount": book.rates.value(units, currency, end)[0] if rate else None,
        }


def _told(rate: Rate | None, rates: Rates, book_currency: str) -> str:
    """Say a rate as it is published: units to one of the base, the book's beside the other's."""
    if rate is None:
        return ".."
    sides = [(rate.number, rate.currency)] if rate.currency != rates.base else []
    sides += [(rate.own, book_currency)] if book_currency != rates.base else []
    return f"{' and '.join(f'{format_units(n)} {code}' for n, code in sides)} to 1 {rates.base}"


def _in_kind(selection: Selection) -> Iterator[Disclosed]:
    cut = selection.cut
    for flow in selection.book.register.in_kind:
        if selection.covers_line(flow.line) and flow.entry.date in cut:
            yield {
                "what": f"{name_of(selection, flow.line.place.part)}: {flow.entry.narration}",
                "reference": f"{-flow.line.units:,.2f} {flow.line.currency}",
                "day": flow.entry.date,
            }


def _announced(selection: Selection) -> Iterator[Disclosed]:
    for each in read_announcements(selection.book.entries):
        if each.fund in selection.funds and each.entry.date <= selection.cut.end:
            yield {
                "what": f"{name_of(selection, each.donor)}: {each.words}",
                "reference": each.fund,
                "day": each.entry.date,
            }


def _not_committed(selection: Selection) -> Iterator[Disclosed]:
    settings = selection.book.settings
    for claim in selection.book.register.claims_at(selection.cut.end):
        if not selection.covers(claim):
            continue
        waits = awaits_condition(claim, settings)
        if claim.committed and not waits:
            continue
        said = f"conditional: {claim.condition}" if waits else "pledged, not committed"
        yield {
            "what": f"{name_of(selection, claim.donor)}, {said}",
            "reference": claim.label,
            "day": claim.due,
            "amount": claim.value,
        }


def _written_off(selection: Selection) -> Iterator[Disclosed]:
    for booked, line in lines_within(selection, "written-off"):
        meta = booked.entry.meta
        label = next((each.label for each in booked.lines if each.label), "")
        given = [
            f"{said}{as_text(meta[key])}"
            for key, said in (("authority", ""), (APPROVED, "approved by "))
            if key in meta
        ]
        if booked.event == "recovery":
            given.insert(0, "owed again")
        yield {
            "what": f"{name_of(selection, line.place.part)}, {label}: "
            f"{'; '.join(given) or 'no authority is stated'}",
            "reference": as_text(meta.get("document", "")),
            "day": booked.entry.date,
            "amount": line.value,
        }


def _adjusted(selection: Selection) -> Iterator[Disclosed]:
    found: list[tuple[str, Disclosed]] = []
    for booked, line in lines_within(selection, *EARLIER):
        entry = booked.entry
        cause = FOUND
        if line.place.kind == "prior-period":
            cause = cause_of(booked.event, booked.lines)
        said = as_text(entry.meta.get(CAUSE, "")) or entry.narration or booked.event
        whose = f"{name_of(selection, line.place.part)}: " if line.place.part else ""
        row: Disclosed = {
            "what": f"{_CAUSES[cause]}. {whose}{said}",
            "reference": as_text(entry.meta.get("document", "")),
            "day": entry.date,
            "amount": -(line.value or ZERO),
        }
        found.append((cause, row))
    order = list(_CAUSES)
    yield from (row for _, row in sorted(found, key=lambda item: order.index(item[0])))


def _reserves(selection: Selection) -> Iterator[Disclosed]:
    balances = balances_of(selection)
    for group in selection.groups:
        held = -balances.held(group, "operating-reserve")
        moved = -balances.booked(group, "operating-reserve")
        name = section_name(selection, *group)
        if held - moved:
            yield {"what": f"{name}: beginning of period", "amount": held - moved}
        for booked, line in lines_within(selection, "operating-reserve"):
            if (line.place.fund, line.class_) == group:
                yield {
                    "what": f"{name}: {booked.entry.narration}",
                    "reference": as_text(booked.entry.meta.get("document", "")),
                    "day": booked.entry.date,
                    "amount": -(line.value or ZERO),
                }


def _after(selection: Selection) -> Iterator[Disclosed]:
    """Yield what came after the last day on instalments that were owed at its end."""
    end = selection.cut.end
    for label, changes in selection.book.register.by_label.items():
        before = None
        for change in changes:
            if change.date <= end:
                before = change.after
            elif before is None or not before.is_open or change.date > end + _SINCE:
                break
            elif selection.covers(before) and change.event not in _ONLY_CARRIED:
                paid = change.event in RECEIVING
                yield {
                    "what": f"{name_of(selection, before.donor)}: {change.event.replace('-', ' ')}",
                    "reference": label,
                    "day": change.date,
                    "amount": change.received if paid else -change.value_out,
                }

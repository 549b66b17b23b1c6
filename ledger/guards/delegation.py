"""Who may decide what: approvals and acceptances held against the delegation that a book declares.

Where an office is delegated an event, whoever approves one (`approved-by:`) holds such an office on
that day, within its limit. Commitments, contributions without a pledge and those in kind are
accepted (`accepted-by:`) by the same rule. Nobody who both entered and approved entries of a period
closes it, where a fund asks for four eyes. A book that delegates nothing is held to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from beancount.core.amount import Amount
from beancount.core.data import Directive, Transaction
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.delegations import (
    ACCEPTED,
    APPROVED,
    CLOSED,
    ENTERED,
    Delegations,
    Grant,
    folded,
    read_delegations,
)
from pledgebook.ledger.declared.periods import Period
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, finding, notice
from pledgebook.ledger.guards.approval import WAITING
from pledgebook.ledger.money import ZERO, format_amount
from pledgebook.ledger.register.events import EVENTS, event_of, events_that
from pledgebook.ledger.register.postings import Line, read_lines
from pledgebook.ledger.register.view import View

ACCEPTING = events_that("is_accepted")
"""Events by which a contribution is taken on, which somebody accepts."""


def guard(view: View) -> Iterator[Finding]:
    """Yield what is wrong with offices and delegations, then decisions beyond them, then
    contributions of which nobody is named who accepted them: one notice an event.
    """
    delegations = read_delegations(view.entries)
    settings = view.settings
    yield from _declared(delegations, settings)
    yield from _closed(view.entries, settings)
    if not delegations.events:
        return
    missing: dict[str, list[Transaction]] = {}
    for entry in view.entries:
        if not isinstance(entry, Transaction) or entry.flag == WAITING:
            continue
        lines = read_lines(entry, settings)
        event = event_of(entry, lines) if lines else ""
        if event not in delegations.events:
            continue
        grants = _granted(delegations, entry, event, lines)
        if not grants:
            continue
        key = decided_by(event)
        who = as_text(entry.meta.get(key, ""))
        if who:
            said = _beyond(delegations, grants, entry, who, value_of(lines), settings.currency)
            if said:
                yield finding(entry, "beyond-authority", f"This {event} {said}")
        elif key == ACCEPTED:
            missing.setdefault(event, []).append(entry)
        else:
            yield finding(
                entry,
                "beyond-authority",
                f"This {event} is decided by {_listed(grants, settings.currency)}; {key}: is not "
                "written. Write who decided it, or flag the entry ! until somebody has.",
            )
    for event, own in missing.items():
        yield notice(
            own[0],
            "not-accepted",
            f"Each {event} is accepted by an office that may; {len(own)} of them, this the first, "
            f"do not say by whom. Write {ACCEPTED}:.",
        )


def decided_by(event: str) -> str:
    """Return under which key an entry says who decided it."""
    if event == "closing":
        return CLOSED
    return ACCEPTED if event in ACCEPTING else APPROVED


def value_of(lines: Iterable[Line]) -> Decimal:
    """Return what an entry comes to in the book's currency: its debits, net by account, class and
    purpose.
    """
    net: dict[tuple[str, str, str], Decimal] = {}
    for line in lines:
        key = (line.posting.account, line.class_, line.purpose)
        net[key] = net.get(key, ZERO) + (line.value or ZERO)
    return sum((value for value in net.values() if value > 0), ZERO)


def closers_fault(
    entries: Iterable[Directive], settings: Settings, who: str, period: Period
) -> str:
    """Say why a person may not close a period: entries that a fund with four eyes
    holds to two persons, of which the same one entered some and approved others; "" if they may.
    """
    own = folded(who)
    entered = approved = None
    for entry in entries:
        if not isinstance(entry, Transaction) or entry.date not in period:
            continue
        lines = read_lines(entry, settings)
        if not any(settings.funds[line.place.fund].four_eyes for line in lines):
            continue
        if folded(as_text(entry.meta.get(ENTERED, ""))) == own:
            entered = entered or entry
        if folded(as_text(entry.meta.get(APPROVED, ""))) == own:
            approved = approved or entry
    if entered is None or approved is None:
        return ""
    return (
        f"{who} entered an entry of {entered.date} and approved one of {approved.date}: nobody "
        "enters, approves and closes in one period where a fund asks for four eyes. Another "
        "person closes it."
    )


def _closed(entries: Sequence[Directive], settings: Settings) -> Iterator[Finding]:
    for entry in entries:
        if not isinstance(entry, Transaction) or CLOSED not in entry.meta:
            continue
        who = as_text(entry.meta[CLOSED])
        period = settings.periods.called(as_text(entry.meta.get("closes", ""))) if who else None
        if period is not None:
            said = closers_fault(entries, settings, who, period)
            if said:
                yield finding(entry, "beyond-authority", said)


def _granted(
    delegations: Delegations, entry: Transaction, event: str, lines: Iterable[Line]
) -> list[Grant]:
    """Return what is delegated of an entry: for each of its funds."""
    funds = dict.fromkeys(line.place.fund for line in lines)
    found: dict[int, Grant] = {}
    for fund in funds:
        found |= {id(grant): grant for grant in delegations.in_force(event, fund, entry.date)}
    return list(found.values())


def _beyond(
    delegations: Delegations,
    grants: Sequence[Grant],
    entry: Transaction,
    who: str,
    amount: Decimal,
    currency: str,
) -> str:
    """Say why a person may not decide an entry; "" if they may."""
    own = [grant for grant in grants if delegations.holds(who, grant.office, entry.date)]
    if any(grant.covers(amount) for grant in own):
        return ""
    may = _listed(grants, currency)
    if not own:
        return (
            f"is decided by {may}; {who} holds no such office on {entry.date}. Have it decided by "
            "one who does, or declare the office or its holder."
        )
    return (
        f"of {format_amount(amount)} {currency} is beyond what {who} may decide ({may}): have it "
        "decided by an office that may."
    )


def _listed(grants: Sequence[Grant], currency: str) -> str:
    return " or ".join(
        grant.office
        + (f" (up to {format_amount(grant.limit)} {currency})" if grant.limit is not None else "")
        for grant in grants
    )


def _declared(delegations: Delegations, settings: Settings) -> Iterator[Finding]:
    for lines in delegations.offices.values():
        for office in lines:
            if not office.holders:
                yield finding(
                    office.entry,
                    "delegation",
                    f"The office {office.name} has no holders: name the persons who decide for it, "
                    'as holders: "One | Another".',
                )
    for grants in delegations.grants.values():
        for grant in grants:
            said = _fault(grant, delegations, settings)
            if said:
                yield finding(grant.entry, "delegation", said)


def _fault(grant: Grant, delegations: Delegations, settings: Settings) -> str:
    meta = grant.entry.meta
    limit = meta.get("limit")
    unknown = [fund for fund in grant.funds if fund not in settings.funds]
    if grant.event not in EVENTS:
        return f"{grant.event!r} is no event (docs/events.md): correct the word."
    if grant.office not in delegations.offices:
        known = ", ".join(delegations.offices) or "none"
        return (
            f"The office {grant.office!r} is not declared (declared: {known}): add custom "
            '"office" with its holders.'
        )
    if unknown:
        return f"The book declares no fund {unknown[0]!r}: correct the code."
    if "until" in meta and grant.until is None:
        return f"until is {as_text(meta['until'])!r}: write a day, as 2003-12-31."
    if grant.until is not None and grant.until < grant.entry.date:
        return (
            f"until is {grant.until}, before the line's own day, {grant.entry.date}: it would "
            "delegate nothing. Correct one of the two."
        )
    if limit is None:
        return ""
    if not isinstance(limit, Amount) or limit.number is None or limit.currency != settings.currency:
        return (
            f"limit is {as_text(limit)!r}: write an amount without quotation marks, as 10000.00 "
            f"{settings.currency}."
        )
    return "" if limit.number >= 0 else f"limit is {as_text(limit)!r}: it is not below zero."

"""Entries keep to the donor agreements that they name: to their words, their time, their money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from beancount.core.data import Transaction
from pledgebook.ledger.declared.agreements import (
    AGREEMENT,
    BUDGET_LINE,
    MILESTONE,
    DonorAgreement,
)
from pledgebook.ledger.declared.chart import CLAIMS
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, finding, notice
from pledgebook.ledger.money import CENT, ZERO, format_amount
from pledgebook.ledger.register.agreements import Flow, Reading, follow_agreements
from pledgebook.ledger.register.events import event_of
from pledgebook.ledger.register.postings import Line, stated
from pledgebook.ledger.register.view import View

AUTHORIZED = "authorized-by"
"""Metadata of an entry: who allowed spending beyond an agreement, or after it."""

_SETTLES = frozenset({"refund-unspent", "re-earmark", "transfer", "interest", "savings", "opening"})
"""What may still happen under an agreement that was closed: what settles it."""

_SUPPORT = "programme-support"


def guard(view: View) -> Iterator[Finding]:
    """Yield what entries say wrong of agreements, what goes beyond one, and what an agreement that
    ended leaves unsettled.
    """
    yield from _check_words(view)
    if not view.settings.agreements:
        return
    # Plain entries name no agreement, and are of no pledge that does.
    flows = follow_agreements(view.entries, view.settings, view.register).flows
    yield from _check_money(view, flows)


def _check_words(view: View) -> Iterator[Finding]:
    settings = view.settings
    reading = Reading(settings=settings)
    milestones: dict[tuple[str, str], Transaction] = {}
    for entry, lines in view.transactions:
        faults = list(_unknown(entry, lines, settings))
        yield from faults
        if faults or not settings.agreements:
            continue
        told = reading.agreements(entry, lines)
        yield from _elsewhere(entry, lines, told, settings)
        yield from _unlike(entry, lines, told, settings)
        yield from _twice(entry, lines, told, milestones)


def _unknown(entry: Transaction, lines: Sequence[Line], settings: Settings) -> Iterator[Finding]:
    """Agreements and their budget lines are declared ones."""
    seen: set[tuple[str, str]] = set()
    for line in lines:
        ref = stated(entry, line.posting, AGREEMENT) or ""
        code = stated(entry, line.posting, BUDGET_LINE) or ""
        if not (ref or code) or (ref, code) in seen:
            continue
        seen.add((ref, code))
        agreement = settings.agreements.get(ref)
        if ref and agreement is None:
            yield finding(
                entry,
                "unknown-agreement",
                f"The agreement {ref!r} is not declared (declared: "
                f"{', '.join(settings.agreements) or 'none'}): correct agreement:, or declare it "
                f'with custom "agreement" "{ref}" "DONOR" "FUND".',
                line.posting.meta,
            )
        elif code and agreement is not None and code not in agreement.lines:
            yield finding(
                entry,
                "unknown-budget-line",
                f"The agreement {ref} has no budget line {code!r} (its lines: "
                f"{', '.join(agreement.lines) or 'none'}): correct budget-line:, or declare it as "
                f'custom "budget-line" "{ref}" "{code}" "NAME".',
                line.posting.meta,
            )
        elif code and not ref:
            yield finding(
                entry,
                "unknown-budget-line",
                f"budget-line: {code!r} is a line of an agreement, and the entry names none: write "
                "agreement: with its reference too.",
                line.posting.meta,
            )


def _elsewhere(
    entry: Transaction, lines: Sequence[Line], told: Sequence[str], settings: Settings
) -> Iterator[Finding]:
    """An entry that names an agreement has something of the agreement's fund and class."""
    named = dict.fromkeys(
        ref for line in lines if (ref := stated(entry, line.posting, AGREEMENT) or "")
    )
    for ref in named:
        if ref not in told:
            agreement = settings.agreements[ref]
            is_of = " or ".join(dict.fromkeys(f"{line.place.fund} {line.class_}" for line in lines))
            yield finding(
                entry,
                "agreement-elsewhere",
                f"The agreement {ref} is of {' '.join(agreement.group)}, this entry of {is_of}: "
                "correct agreement:, class: or the fund in the accounts.",
            )


def _unlike(
    entry: Transaction, lines: Sequence[Line], told: Sequence[str], settings: Settings
) -> Iterator[Finding]:
    """A pledge under an agreement is its donor's, and in its currency; interest is the donor's."""
    donors = settings.donors
    seen: set[str] = set()
    for line, ref in zip(lines, told, strict=True):
        if not ref or ref in seen:
            continue
        agreement = settings.agreements[ref]
        if line.place.kind in CLAIMS and line.units > 0:
            own = donors.of_record(agreement.donor, entry.date)
            if donors.of_record(line.place.part, entry.date) != own:
                seen.add(ref)
                yield finding(
                    entry,
                    "agreement-donor",
                    f"The agreement {ref} is with {agreement.donor}, {line.label} of "
                    f"{line.place.part}: correct agreement:, or the donor.",
                    line.posting.meta,
                )
            elif line.currency != agreement.currency:
                seen.add(ref)
                yield finding(
                    entry,
                    "agreement-currency",
                    f"The agreement {ref} is in {agreement.currency}, {line.label} in "
                    f"{line.currency}: a pledge is in its agreement's currency, in which the donor "
                    "is told what became of it. Correct the pledge, or the agreement.",
                    line.posting.meta,
                )
        elif line.place.kind == "interest" and agreement.interest != "donor":
            seen.add(ref)
            yield finding(
                entry,
                "agreement-interest",
                f'Interest on the money of {ref} is the fund\'s (interest: "fund"), so it adds '
                "nothing to the agreement: leave out agreement:, or correct interest: where the "
                "agreement says otherwise.",
                line.posting.meta,
            )


def _twice(
    entry: Transaction,
    lines: Sequence[Line],
    told: Sequence[str],
    milestones: dict[tuple[str, str], Transaction],
) -> Iterator[Finding]:
    """A milestone of an agreement is recognised once."""
    if event_of(entry, list(lines)) != "release":
        return
    found = {
        (ref, milestone)
        for line, ref in zip(lines, told, strict=True)
        if ref and (milestone := stated(entry, line.posting, MILESTONE))
    }
    for key in sorted(found):
        first = milestones.setdefault(key, entry)
        if first is not entry:
            yield finding(
                entry,
                "milestone-twice",
                f"The milestone {key[1]!r} of {key[0]} was recognised on {first.date}: it is met "
                "once. Name the other milestone that this entry is for, or take it out.",
            )


def _check_money(view: View, flows: Sequence[Flow]) -> Iterator[Finding]:
    settings = view.settings
    balances: dict[str, Decimal] = {}
    owed: dict[str, Decimal] = {}
    charged: dict[str, dict[str, Decimal]] = {}
    for flow in flows:
        ref, agreement = flow.agreement, settings.agreements[flow.agreement]
        balance = balances[ref] = balances.get(ref, ZERO) + flow.balance
        owed[ref] = owed.get(ref, ZERO) + flow.promised
        authorized = as_text(flow.entry.meta.get(AUTHORIZED, ""))
        if not authorized:
            yield from _out_of_time(flow, agreement)
        if flow.balance < 0 and not authorized and flow.event not in _SETTLES:
            if balance + owed[ref] < 0:
                yield _overspent(flow, balance + owed[ref], settings.currency)
            elif balance < 0 <= balance - flow.balance:
                yield _ahead(flow, balance, settings.currency)
        yield from _support_beyond(flow, agreement, charged.setdefault(ref, {}), settings.currency)
    yield from _unsettled(settings, balances)


def _out_of_time(flow: Flow, agreement: DonorAgreement) -> Iterator[Finding]:
    """Nothing is spent or obligated after an agreement's last day, and no obligation of it paid
    after the day to which it may be; nothing but what settles it happens after its closing.
    """
    closing = agreement.closing
    moves = flow.spent or flow.received or flow.obligated or flow.cash
    if closing is not None and flow.day > closing.day and moves:
        if flow.event not in _SETTLES:
            yield finding(
                flow.entry,
                "agreement-ended",
                f"The agreement {agreement.reference} was closed on {closing.day} by the final "
                f"report {closing.report}: after that its balance is refunded or, with the donor's "
                "consent, re-earmarked. Correct agreement:, or name who allowed it as "
                f"{AUTHORIZED}:.",
            )
        return
    until, last = agreement.until, agreement.last_payment
    if until is not None and flow.day > until and flow.spent > 0:
        yield finding(
            flow.entry,
            "agreement-ended",
            f"The agreement {agreement.reference} ended on {until}; {format_amount(flow.spent)} is "
            f"spent here, on {flow.day}. Correct agreement: or the date, or name who allowed it as "
            f"{AUTHORIZED}:.",
        )
    elif last is not None and flow.day > last and flow.obligated < 0 and flow.cash < 0:
        yield finding(
            flow.entry,
            "agreement-ended",
            f"Obligations of the agreement {agreement.reference} are paid until {last}; "
            f"{format_amount(-flow.obligated)} is paid here, on {flow.day}. Correct agreement: or "
            f"the date, or name who allowed it as {AUTHORIZED}:.",
        )


def _overspent(flow: Flow, beyond: Decimal, currency: str) -> Finding:
    return finding(
        flow.entry,
        "agreement-overspent",
        f"Spending under the agreement {flow.agreement} goes as far as what came and is still owed "
        f"under it: {format_amount(-flow.balance)} {currency} is taken here, "
        f"{format_amount(-beyond)} more than is there. Spend less, record the pledge first, or "
        f"name who allowed it as {AUTHORIZED}:.",
    )


def _ahead(flow: Flow, balance: Decimal, currency: str) -> Finding:
    return notice(
        flow.entry,
        "agreement-ahead",
        f"More is spent under the agreement {flow.agreement} than came in: "
        f"{format_amount(-balance)} {currency} is advanced by the fund until the donor pays. Call "
        "the next instalment in.",
    )


def _support_beyond(
    flow: Flow, agreement: DonorAgreement, charged: dict[str, Decimal], currency: str
) -> Iterator[Finding]:
    """Support costs are the agreed part of what was spent."""
    for each in flow.expenses:
        if each.kind != "bank-charges":
            charged[each.kind] = charged.get(each.kind, ZERO) + each.value
    if flow.event == "opening":
        charged["unknown"] = flow.opening
    rate, support = agreement.support_rate, charged.get(_SUPPORT, ZERO)
    charges = any(each.kind == _SUPPORT and each.value > 0 for each in flow.expenses)
    if rate is None or not charges or "unknown" in charged:
        return
    most = charged.get("programme", ZERO) * rate / 100
    if support > most + CENT:
        yield notice(
            flow.entry,
            "agreement-support",
            f"The agreement {agreement.reference} allows support costs of {rate:f} % of "
            f"expenditure, {format_amount(most)} {currency} so far; {format_amount(support)} is "
            "charged. Charge less, or record the expenditure first.",
        )


def _unsettled(settings: Settings, balances: Mapping[str, Decimal]) -> Iterator[Finding]:
    """An agreement that was closed leaves nothing."""
    for ref, agreement in settings.agreements.items():
        balance, closing = balances.get(ref, ZERO), agreement.closing
        if closing is None or not balance:
            continue
        by = f" by {closing.deadline}" if closing.deadline else ""
        if balance > 0:
            do = (
                f"refund it to the donor{by} (refund-unspent), or re-earmark it with the donor's "
                "consent"
            )
        else:
            do = "find who bears it, and move it there"
        yield notice(
            agreement.entry,
            "agreement-unsettled",
            f"The agreement {ref} was closed on {closing.day} and leaves {format_amount(balance)} "
            f"{settings.currency}: {do}.",
        )

"""An instalment keeps its class, its value in a change of currency, and its deferral."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import chain

from pledgebook.ledger.declared.chart import CLAIMS
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.findings import Finding, finding, notice
from pledgebook.ledger.money import ZERO, format_amount
from pledgebook.ledger.register.events import events_that
from pledgebook.ledger.register.postings import read_lines
from pledgebook.ledger.register.register import Change, Claim, Register
from pledgebook.ledger.register.view import View


def guard(view: View) -> list[Finding]:
    """Return what an instalment's history does not keep. Errors: its class, its value when only the
    currency changes, its deferral equal to it. Notices: income of a later period that is not
    deferred, releases not made, purpose or policy not kept.
    """
    register = view.register
    found: list[Finding] = []
    deferred: dict[str, Decimal] = {}
    currency = register.settings.currency
    for change in register.changes:
        found.extend(_check_class(change, register.settings))
        if change.event == "redenomination" and change.value_out:
            found.append(
                finding(
                    change.entry,
                    "redenomination-value",
                    f"A redenomination is no gain or loss; this one changes the value of "
                    f"{change.label} by {format_amount(-change.value_out)} {currency}. Put it "
                    "back at the value it had.",
                )
            )
        found.extend(_check_deferral(change, deferred, register.settings))
        if _not_deferred(change, deferred, register.settings):
            found.append(
                notice(
                    change.entry,
                    "not-deferred",
                    f"{_why_later(change.after, register.settings)} and is income now. Book it "
                    "against Liabilities:FUND:Deferred:DONOR under its label, and release it then.",
                )
            )
    found.extend(_check_kept(register))
    return found + releases_not_made(register)


def _why_later(claim: Claim, settings: Settings) -> str:
    if _waits(claim, settings):
        return f"{claim.label} waits for its condition ({claim.condition})"
    return f"{claim.label} falls due on {claim.due}, in a later period,"


def _check_deferral(
    change: Change, deferred: dict[str, Decimal], settings: Settings
) -> Iterator[Finding]:
    label = change.label
    moved = ZERO
    for line in read_lines(change.entry, settings):
        if line.label == label and line.place.kind == "deferred":
            moved -= line.value or ZERO
    deferred[label] = deferred.get(label, ZERO) + moved
    left = deferred[label]
    if left > 0 and left != change.after.value:
        value, shown = format_amount(change.after.value), format_amount(left)
        yield finding(
            change.entry,
            "deferral-differs",
            f"The deferral of {label} is {shown} {settings.currency}, the instalment {value}: "
            "what is deferred moves with its instalment. Take the whole deferral out in this "
            "entry and put back what is left; if its period has begun, release it first.",
        )
        deferred[label] = change.after.value


def releases_not_made(register: Register, day: date | None = None) -> list[Finding]:
    """Return the notices of deferrals and money in advance whose biennium has begun by `day`,
    without it by the register's last.
    """
    held = {label: value for label, value in register.deferred.items() if value}
    for item in register.held:
        if item.kind == "in-advance":
            held[item.label] = held.get(item.label, ZERO) + item.value
    notices = []
    last = day or register.last_day
    for label, value in held.items():
        changes = register.by_label.get(label)
        claim = changes[-1].after if changes else None
        if value <= 0 or last is None or claim is None or claim.due is None:
            continue
        if _waits(claim, register.settings):
            continue
        starts = register.settings.periods.start_of(claim.due)
        if starts <= last:
            notices.append(
                notice(
                    claim.origin[0],
                    "release-not-made",
                    f"{label} is due to become income on {starts}, and {format_amount(value)} "
                    f"{register.settings.currency} is still held as deferred or in advance: "
                    "reports show it as future. Record its release.",
                )
            )
    return notices


def _not_deferred(change: Change, deferred: Mapping[str, Decimal], settings: Settings) -> bool:
    """Tell whether a commitment books as income now what is not yet: a later period's under policy
    `pledge`, what depends on a condition under `agreement`.
    """
    claim = change.after
    return (
        change.before is None
        and claim.kind == "pledges"
        and not deferred.get(claim.label)
        and (change.event != "opening" or not _waits(claim, settings))  # it may have been met
        and settings.is_to_defer(
            claim.fund,
            claim.class_,
            due=claim.due,
            condition=claim.condition,
            day=change.date,
        )
    )


def _waits(claim: Claim, settings: Settings) -> bool:
    return settings.waits_for_condition(claim.fund, claim.class_, claim.condition)


_MOVES = events_that("moves")


def _check_class(change: Change, settings: Settings) -> Iterator[Finding]:
    """An instalment is taken out of the class it is in. Yields errors."""
    before = change.before
    if before is None:
        return
    for line in read_lines(change.entry, settings):
        if line.label != change.label or line.place.kind not in CLAIMS or line.units > 0:
            continue
        if line.place.fund == before.fund and line.class_ != before.class_:
            yield finding(
                change.entry,
                "class-differs",
                f"{change.label} is of class {before.class_} in {before.fund}; this entry takes "
                f'it out of class {line.class_}. Write class: "{before.class_}" on the entry or '
                "the posting.",
                line.posting.meta,
            )


def _check_kept(register: Register) -> Iterator[Finding]:
    """Yield notices of instalments that change their purpose by the way, or are not recorded as
    the policy of their class wants.
    """
    changed = {
        (change.after.fund, change.after.class_)
        for change in register.changes
        if change.event == "policy-change"
    }
    return chain.from_iterable(
        chain(
            _check_purpose(change, register.settings),
            _check_policy(change, register.settings)
            if (change.after.fund, change.after.class_) not in changed
            else (),
        )
        for change in register.changes
    )


def _check_purpose(change: Change, settings: Settings) -> Iterator[Finding]:
    before = change.before
    if before is None or change.event in _MOVES:
        return
    for line in read_lines(change.entry, settings):
        if line.label == change.label and line.place.kind in CLAIMS and line.purpose:
            if line.purpose != before.purpose:
                yield notice(
                    change.entry,
                    "purpose-differs",
                    f"{change.label} is for {before.purpose or 'no purpose'}; this entry says "
                    f"{line.purpose}. A donor who names another purpose re-earmarks: record that "
                    "by an entry of its own; else correct the purpose.",
                    line.posting.meta,
                )
            return


def _check_policy(change: Change, settings: Settings) -> Iterator[Finding]:
    before, after = change.before, change.after
    if not after.committed or not after.is_open or after.is_carried:
        return
    moved = before is not None and (before.fund, before.class_) != (after.fund, after.class_)
    if before is not None and before.committed and not moved:
        return
    policy = settings.funds[after.fund].policy(after.class_)
    wanted = "memorandum" if policy == "receipt" else "pledges"
    if after.kind != wanted and not change.brings_forward:
        where = "Memorandum:Pledges" if wanted == "memorandum" else "Pledges"
        yield notice(
            change.entry,
            "policy-differs",
            f"{after.fund} {after.class_} is recognised on {policy}, and {after.label} is not "
            f"recorded so: put it in Assets:{after.fund}:{where}:{after.donor}, or declare "
            f"the policy it was recorded under.",
        )

"""Forms of what changes an unpaid instalment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from pledgebook.ledger import events
from pledgebook.ledger.declared.funds import POLICIES
from pledgebook.ledger.events.asking import (
    advance_for,
    claim_of,
    due_releases,
    find_claim,
    find_donor,
    find_history,
    foreign_claims,
    further_label,
    legacy_claims,
    releasable,
)
from pledgebook.ledger.events.cash import foreign_cash
from pledgebook.ledger.events.parts import Part
from pledgebook.ledger.events.policies import policy_change, redeclared
from pledgebook.ledger.events.returns import find_write_off
from pledgebook.ledger.files.answering import labels_of_closed
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.forms.field import Field
from pledgebook.ledger.forms.form import EARMARK, STATED_VALUE, Drafted, Recording, event_form
from pledgebook.ledger.register.instalments import settled_so_far
from pledgebook.ledger.register.register import Claim

LABEL = Field("label", "Instalment", required=True, suggests="instalment")
ANY_LABEL = Field("label", "Instalment", suggests="instalment")


@event_form("amendment", "Another amount", LABEL,
            Field("amount", "Unpaid from now on", kind="amount", required=True),
            *STATED_VALUE)  # fmt: skip
def amendment(
    recording: Recording, label: str, amount: Decimal, value: Decimal | None, reason: str
) -> Drafted:
    """What is unpaid of instalment LABEL becomes AMOUNT, in its currency.

    AMOUNT is what is left to pay afterwards, not what the instalment comes to in all: of one that
    is paid what the donor gives more, a further instalment of the pledge.
    """
    book, day = recording.book, recording.day
    settings = book.settings
    history = find_history(book.register, label)
    claim = claim_of(history, day)
    settled = sum(settled_so_far(change for change in history if change.date <= day), Decimal(0))
    recording.check_money(amount, claim.currency)
    valued, rate = Decimal(0), None
    carried = not claim.is_open and history[0].event == "opening"
    used = labels_of_closed(book) if carried else ()
    if further := further_label(book.register, claim.label, used):
        valued, rate = recording.value(amount, claim.currency, value, reason, claim.fund)
        part = Part(amount, valued)
        return Drafted(
            [
                events.increase(settings, day=day, claim=claim, label=further, part=part).noted(
                    rate=rate
                )
            ]
        )
    if amount > claim.units:
        valued, rate = recording.value(
            amount - claim.units, claim.currency, value, reason, claim.fund
        )
    elif value is not None:
        raise EventRefusedError("A decrease takes its share of the carrying value: no --value.")
    return Drafted(
        [
            events.amendment(
                settings, day=day, claim=claim, units=amount, value_added=valued, settled=settled
            ).noted(rate=rate)
        ]
    )


@event_form(
    "postponement",
    "Another due date",
    LABEL,
    Field("due", "Due", kind="day", required=True),
)
def postponement(recording: Recording, label: str, due: date) -> Drafted:
    """Instalment LABEL falls due on DUE instead."""
    book, day = recording.book, recording.day
    claim = find_claim(book.register, label, day)
    advance = advance_for(book.register, claim.label, day)
    return Drafted(
        [events.postponement(book.settings, day=day, claim=claim, due=due, advance=advance)]
    )


@event_form("cancellation", "Cancellation", LABEL)
def cancellation(recording: Recording, label: str) -> Drafted:
    """The donor takes back what is unpaid of instalment LABEL."""
    claim = find_claim(recording.book.register, label, recording.day)
    settings = recording.book.settings
    return Drafted([events.cancellation(settings, day=recording.day, claim=claim)])


@event_form(
    "re-earmark",
    "Another purpose, class or fund",
    LABEL,
    *EARMARK,
    Field("no_purpose", "For no purpose", option="--no-purpose",
          help="It is earmarked for nothing from now on.", kind="flag"),
    often=("fund", "class_", "purpose", "no_purpose"),
)  # fmt: skip
def re_earmark(
    recording: Recording, label: str, fund: str, class_: str, purpose: str, *, no_purpose: bool
) -> Drafted:
    """Unpaid instalment LABEL goes to another purpose, class or fund."""
    book, day = recording.book, recording.day
    claim = find_claim(book.register, label, day)
    if claim.purpose and not purpose and not no_purpose:
        raise EventRefusedError(
            f"{claim.label} is earmarked for {claim.purpose}: state its --purpose, the same or "
            "another, or --no-purpose."
        )
    earmark = recording.earmark(fund or claim.fund, class_, purpose)
    advance = advance_for(book.register, claim.label, day)
    return Drafted(
        [
            events.re_earmarking(
                book.settings, day=day, claim=claim, earmark=earmark, advance=advance
            )
        ]
    )


@event_form(
    "succession",
    "A successor takes over the debt",
    LABEL,
    Field("to", "Successor", option="--to", help="The donor that accepts it, by code or name.",
          required=True, suggests="donor"),
    often=("document",),
)  # fmt: skip
def succession(recording: Recording, label: str, to: str) -> Drafted:
    """What is unpaid of instalment LABEL is owed by a successor from --date on, the day on which it
    accepts the debt by the paper that --document names.
    """
    book, day = recording.book, recording.day
    claim = find_claim(book.register, label, day)
    draft = events.succession(
        book.settings,
        day=day,
        claim=claim,
        to=find_donor(book.settings, to, day).code,
        paper=recording.stated.get("document", ""),
        advance=advance_for(book.register, claim.label, day),
    )
    return Drafted([draft])


@event_form(
    "policy-change",
    "When a fund's contributions are recognised",
    Field("fund", "Fund", required=True, suggests="fund"),
    Field("class_", "Class", required=True, metavar="CLASS", suggests="class"),
    Field("policy", "Policy", kind="choice", required=True, choices=POLICIES),
)
def change_policy(recording: Recording, fund: str, class_: str, policy: str) -> Drafted:
    """From --date on, contributions of a FUND's CLASS are recognised by POLICY.

    What is unpaid moves in one entry, and the fund is declared again from that day.
    """
    book, day = recording.book, recording.day
    earmark = recording.earmark(fund, class_, "")
    draft = policy_change(
        book.settings,
        day=day,
        fund=earmark.fund,
        class_=earmark.class_,
        to=policy,
        claims=[
            claim
            for claim in book.register.claims_at(day)
            if (claim.fund, claim.class_) == (earmark.fund, earmark.class_)
        ],
    )
    path, text = redeclared(book, earmark.fund, earmark.class_, policy, day)
    return Drafted([draft], others={path: text})


@event_form(
    "write-off",
    "Write-off",
    LABEL,
    Field(
        "amount",
        "Amount",
        help="How much of it, in the instalment's currency; all of it where it is empty.",
        kind="amount",
    ),
    often=("amount", "authority"),
)
def write_off(recording: Recording, label: str, amount: Decimal | None) -> Drafted:
    """Instalment LABEL, or AMOUNT of it, is given up; it needs an --authority."""
    claim = find_claim(recording.book.register, label, recording.day)
    return Drafted(
        [
            events.write_off(
                recording.book.settings,
                day=recording.day,
                claim=claim,
                authority=recording.stated.get("authority", ""),
                units=amount,
            )
        ]
    )


@event_form(
    "revaluation",
    "Revaluation",
    ANY_LABEL,
    Field(
        "every",
        "All of them",
        option="--all",
        help="Every unpaid instalment that is not in the book's currency.",
        kind="flag",
    ),
    *STATED_VALUE,
    often=("label", "every"),
)
def revaluation(
    recording: Recording, label: str, value: Decimal | None, reason: str, *, every: bool
) -> Drafted:
    """Carry unpaid instalment LABEL, or --all, at the rate of the day from now on; with --all
    cash in other currencies too, or that of one account, which is LABEL then.
    """
    book, day = recording.book, recording.day
    cash = [each for each in foreign_cash(book, day) if every or each.account == label]
    drafts = []
    for held in cash:
        valued, rate = recording.value(held.units, held.currency, None if every else value, reason)
        if valued != held.value:
            drafts.append(
                events.cash_revaluation(book.settings, day=day, held=held, value=valued).noted(
                    rate=rate
                )
            )
    claims = () if cash and not every else foreign_claims(book, day)
    asked = "" if cash and not every else label
    for claim in _chosen(recording, asked, claims, every=every or bool(cash)):
        valued, rate = recording.value(
            claim.units, claim.currency, None if every else value, reason
        )
        if valued != claim.value:
            drafts.append(
                events.revaluation(book.settings, day=day, claim=claim, value=valued).noted(
                    rate=rate
                )
            )
    if not drafts:
        raise EventRefusedError(
            f"No unpaid instalment, and no cash in another currency, changes its value on {day}."
        )
    return Drafted(drafts)


@event_form(
    "recovery",
    "What was written off is owed again",
    LABEL,
    Field(
        "reverses",
        "Write-off",
        option="--reverses",
        help="The write-off's date or its ref.",
        required=True,
    ),
    Field(
        "amount",
        "Amount",
        option="--amount",
        help="How much of it, in the instalment's currency; all of it where it is empty.",
        kind="amount",
    ),
)
def recovery(recording: Recording, label: str, reverses: str, amount: Decimal | None) -> Drafted:
    """What was written off of instalment LABEL is owed again, as before a payment of it."""
    day = recording.day
    found = find_write_off(recording.book, label, reverses, day, amount)
    draft = events.recovery(
        recording.book.settings,
        day=day,
        now=found.now,
        was=found.was,
        reverses=reverses,
        told=found.told,
    )
    return Drafted([draft])


@event_form(
    "redenomination",
    "Redenomination into euros",
    ANY_LABEL,
    Field(
        "every",
        "All of them",
        option="--all",
        help="Every one in a currency that the euro replaced.",
        kind="flag",
    ),
    Field("currency", "Currency", option="--currency", default="EUR", suggests="currency"),
    often=("label", "every"),
)
def redenomination(recording: Recording, label: str, currency: str, *, every: bool) -> Drafted:
    """Restate unpaid instalment LABEL, or --all, at the fixed rate of the euro: no gain or loss."""
    book, day = recording.book, recording.day
    claims = _chosen(recording, label, legacy_claims(book.register, day), every=every)
    drafts = [
        events.redenomination(book.settings, day=day, claim=claim, currency=currency)
        for claim in claims
        if claim.currency != currency
    ]
    if not drafts:
        raise EventRefusedError(f"No unpaid instalment is to be redenominated on {day}.")
    return Drafted(drafts)


@event_form(
    "release",
    "Deferred income is released",
    ANY_LABEL,
    Field(
        "every", "All of them", option="--all", help="All whose biennium has begun.", kind="flag"
    ),
    often=("label", "every"),
)
def release(recording: Recording, label: str, *, every: bool) -> Drafted:
    """Deferred instalment LABEL, or --all that are due, and money in advance become income."""
    book, day = recording.book, recording.day
    _one_or_all(label, every=every)
    found = list(due_releases(book, day))
    if label:
        claim = find_claim(book.register, label, day)
        if claim.due and book.settings.periods.start_of(claim.due) > day:
            raise EventRefusedError(f"{label} is due on {claim.due}: its period has not begun.")
        found = [releasable(book.register, claim, day)]
    drafts = [
        events.release(book.settings, day=day, claim=claim, deferred=deferred, advance=advance)
        for claim, deferred, advance in found
        if deferred or advance
    ]
    if not drafts:
        raise EventRefusedError(f"Nothing is to be released on {day}.")
    return Drafted(drafts)


def _chosen(
    recording: Recording, label: str, all_of_them: Iterable[Claim], *, every: bool
) -> list[Claim]:
    _one_or_all(label, every=every)
    if not label:
        return list(all_of_them)
    return [find_claim(recording.book.register, label, recording.day)]


def _one_or_all(label: str, *, every: bool) -> None:
    if every == bool(label):
        raise EventRefusedError("Name one instalment, or say --all.")

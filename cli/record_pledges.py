"""`pledgebook record`: pledges, and what changes an unpaid instalment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import click
from pledgebook.cli.common import DAY
from pledgebook.cli.record_common import (
    AMOUNT,
    DOLLARS,
    Recording,
    check_money,
    earmark_options,
    event_command,
    override_options,
)
from pledgebook.ledger import events
from pledgebook.ledger.announcements import AnnouncementDraft
from pledgebook.ledger.building import Earmark, EventRefusedError, Part
from pledgebook.ledger.funds import POLICIES
from pledgebook.ledger.rates import Rate
from pledgebook.ledger.recognition import policy_change, redeclared
from pledgebook.ledger.recording import (
    advance_for,
    find_claim,
    find_donor,
    find_pledged,
    foreign_claims,
    free_labels,
    legacy_claims,
    read_amount,
    share_out,
)
from pledgebook.ledger.register import Claim

_INSTALMENT = click.option(
    "--instalment", "instalments", multiple=True, metavar="AMOUNT@DUE", help="Once an instalment."
)


@click.command()
@click.argument("donor")
@click.argument("amount", type=AMOUNT, required=False)
@click.option("--currency", default="USD", show_default=True)
@click.option("--due", type=DAY, help="When it falls due, if it is one instalment.")
@_INSTALMENT
@click.option("--condition", default="", help="What it depends on, in the donor's words.")
@click.option("--pledged-only", is_flag=True, help="Not committed in writing: a memorandum.")
@override_options
@earmark_options
@event_command
def pledge(
    recording: Recording,
    donor: str,
    amount: Decimal | None,
    currency: str,
    due: date | None,
    instalments: Sequence[str],
    condition: str,
    dollars: Decimal | None,
    reason: str,
    fund: str,
    class_: str,
    purpose: str,
    *,
    pledged_only: bool,
) -> None:
    """A pledge of DONOR: a written commitment, in instalments or as one AMOUNT."""
    book, day = recording.book, recording.day
    found = find_donor(book.settings, donor, day)
    asked = _read_instalments(instalments)
    if amount is not None and not asked:
        asked = [(amount, due)]
    elif amount is not None or due is not None or not asked:
        raise EventRefusedError("State an AMOUNT with --due, or each --instalment AMOUNT@DUE.")
    parts, rate = _valued(recording, asked, currency, dollars, reason)
    label = free_labels(book.register).next(found.code, day)
    recording.record(
        events.commitment(
            book.settings,
            day=day,
            donor=found.code,
            pledge=label,
            earmark=recording.earmark(fund, class_, purpose),
            currency=currency,
            parts=[replace(part, condition=condition) for part in parts],
            narration=f"Pledge {label}",
            committed=not pledged_only,
            rate=rate,
        )
    )


@click.command()
@click.argument("pledge")
@_INSTALMENT
@override_options
@event_command
def commit(
    recording: Recording,
    pledge: str,
    instalments: Sequence[str],
    dollars: Decimal | None,
    reason: str,
) -> None:
    """What was only pledged is committed; each --instalment in order says what it becomes."""
    claims = find_pledged(recording.book.register, pledge, recording.day)
    asked = _read_instalments(instalments) or [(claim.units, claim.due) for claim in claims]
    parts, rate = _valued(recording, asked, claims[0].currency, dollars, reason)
    recording.record(
        events.commitment_of_pledge(
            recording.book.settings, day=recording.day, claims=claims, parts=parts, rate=rate
        )
    )


@click.command()
@click.argument("donor")
@click.argument("words")
@click.option("--fund", default="")
@event_command
def announcement(recording: Recording, donor: str, words: str, fund: str) -> None:
    """What DONOR announced and has not written: outside the accounts, in no figure."""
    settings = recording.book.settings
    code = find_donor(settings, donor, recording.day).code
    earmark = recording.earmark(fund, "", "")
    recording.record(AnnouncementDraft(recording.day, code, words, (), fund=earmark.fund))


@click.command()
@click.argument("label")
@click.argument("amount", type=AMOUNT)
@override_options
@event_command
def amendment(
    recording: Recording, label: str, amount: Decimal, dollars: Decimal | None, reason: str
) -> None:
    """What is unpaid of instalment LABEL becomes AMOUNT, in its currency."""
    claim = find_claim(recording.book.register, label, recording.day)
    check_money(amount, claim.currency, recording.day)
    value, rate = Decimal(0), None
    if amount > claim.units:
        value, rate = recording.value(amount - claim.units, claim.currency, dollars, reason)
    elif dollars is not None:
        raise EventRefusedError("A decrease takes its share of the carrying value: no --dollars.")
    recording.record(
        events.amendment(
            recording.book.settings,
            day=recording.day,
            claim=claim,
            units=amount,
            value_added=value,
            rate=rate,
        )
    )


@click.command()
@click.argument("label")
@click.argument("due", type=DAY)
@event_command
def postponement(recording: Recording, label: str, due: date) -> None:
    """Instalment LABEL falls due on DUE instead."""
    claim = find_claim(recording.book.register, label, recording.day)
    settings = recording.book.settings
    recording.record(events.postponement(settings, day=recording.day, claim=claim, due=due))


@click.command()
@click.argument("label")
@event_command
def cancellation(recording: Recording, label: str) -> None:
    """The donor takes back what is unpaid of instalment LABEL."""
    claim = find_claim(recording.book.register, label, recording.day)
    settings = recording.book.settings
    recording.record(events.cancellation(settings, day=recording.day, claim=claim))


@click.command("re-earmark")
@click.argument("label")
@earmark_options
@click.option("--no-purpose", is_flag=True, help="It is earmarked for nothing from now on.")
@event_command
def re_earmark(
    recording: Recording, label: str, fund: str, class_: str, purpose: str, *, no_purpose: bool
) -> None:
    """Unpaid instalment LABEL goes to another purpose, class or fund."""
    claim = find_claim(recording.book.register, label, recording.day)
    if claim.purpose and not purpose and not no_purpose:
        raise EventRefusedError(
            f"{claim.label} is earmarked for {claim.purpose}: state its --purpose, the same or "
            "another, or --no-purpose."
        )
    earmark: Earmark = recording.earmark(fund or claim.fund, class_, purpose)
    book, day = recording.book, recording.day
    advance = advance_for(book.register, claim.label, day)
    recording.record(
        events.re_earmarking(book.settings, day=day, claim=claim, earmark=earmark, advance=advance)
    )


@click.command("policy-change")
@click.argument("fund")
@click.argument("class_", metavar="CLASS")
@click.argument("policy", type=click.Choice(POLICIES))
@event_command
def change_policy(recording: Recording, fund: str, class_: str, policy: str) -> None:
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
    recording.record(draft, others={path: text})


@click.command("write-off")
@click.argument("label")
@click.argument("amount", type=AMOUNT, required=False)
@event_command
def write_off(recording: Recording, label: str, amount: Decimal | None) -> None:
    """Instalment LABEL, or AMOUNT of it, is given up; it needs an --authority."""
    claim = find_claim(recording.book.register, label, recording.day)
    recording.record(
        events.write_off(
            recording.book.settings,
            day=recording.day,
            claim=claim,
            authority=recording.stated.get("authority", ""),
            units=amount,
        )
    )


@click.command()
@click.argument("label", required=False)
@click.option("--all", "every", is_flag=True, help="Every unpaid instalment not in dollars.")
@click.option("--dollars", type=DOLLARS, help="Its value in dollars, against the UN rate.")
@click.option("--reason", default="", help="Why not the UN rate of the day.")
@event_command
def revaluation(
    recording: Recording, label: str | None, dollars: Decimal | None, reason: str, *, every: bool
) -> None:
    """Carry unpaid instalment LABEL, or --all, at the UN rate of the day from now on."""
    book, day = recording.book, recording.day
    drafts = []
    for claim in _chosen(recording, label, foreign_claims(book, day), every=every):
        value, rate = recording.value(
            claim.units, claim.currency, None if every else dollars, reason
        )
        if value != claim.value:
            drafts.append(
                events.revaluation(book.settings, day=day, claim=claim, value=value, rate=rate)
            )
    if not drafts:
        raise EventRefusedError(f"No unpaid instalment changes its value on {day}.")
    recording.record(*drafts)


@click.command()
@click.argument("label", required=False)
@click.option("--all", "every", is_flag=True, help="Every one in a currency the euro replaced.")
@click.option("--currency", default="EUR", show_default=True)
@event_command
def redenomination(recording: Recording, label: str | None, currency: str, *, every: bool) -> None:
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
    recording.record(*drafts)


def _chosen(
    recording: Recording, label: str | None, all_of_them: Iterable[Claim], *, every: bool
) -> list[Claim]:
    if every == (label is not None):
        raise EventRefusedError("Name one instalment, or say --all.")
    if label is None:
        return list(all_of_them)
    return [find_claim(recording.book.register, label, recording.day)]


def _read_instalments(texts: Iterable[str]) -> list[tuple[Decimal, date | None]]:
    read: list[tuple[Decimal, date | None]] = []
    for text in texts:
        amount, _, due = text.partition("@")
        try:
            read.append((read_amount(amount), date.fromisoformat(due) if due else None))
        except ValueError as error:
            raise EventRefusedError(
                f"--instalment {text!r} is not AMOUNT@DUE, as in 60000@2002-06-30: {error}"
            ) from None
    return read


def _valued(
    recording: Recording,
    asked: Sequence[tuple[Decimal, date | None]],
    currency: str,
    dollars: Decimal | None,
    reason: str,
) -> tuple[list[Part], Rate | None]:
    """Value instalments at the UN rate of the day, each by itself, or share the dollars stated."""
    for amount, _ in asked:
        check_money(amount, currency, recording.day)
    rate: Rate | None = None
    if dollars is None:
        values = []
        for amount, _ in asked:
            value, rate = recording.value(amount, currency, None, reason)
            values.append(value)
    else:
        recording.value(dollars, currency, dollars, reason)
        values = share_out(dollars, [amount for amount, _ in asked])
    return [Part(a, value, due) for (a, due), value in zip(asked, values, strict=True)], rate

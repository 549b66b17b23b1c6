"""Builders of pledges: committed in writing, or pledged only and committed later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from pledgebook.ledger.declared.chart import account
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft, DraftLine
from pledgebook.ledger.events.parts import (
    Earmark,
    Part,
    earmark_of,
    held_lot,
    in_dollars,
    make_entry,
    taken_out,
    whole_cents,
)
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import ZERO, format_amount
from pledgebook.ledger.register.instalments import pledge_of
from pledgebook.ledger.register.register import Claim

INCREASES = "increases"
"""Metadata of a further instalment: the label of the paid one that it raises."""

_KEPT = frozenset({"oda", "crs", "op", "op-reason", "project"})
"""What an increase states as its pledge does, beside what the rules of mandates ask for."""

_OWN = frozenset({"donor", "fund", "class", "purpose", "evidence"})
"""What rules ask for that the entry says anyway."""


def commitment(
    settings: Settings,
    *,
    day: date,
    donor: str,
    pledge: str,
    earmark: Earmark,
    currency: str,
    parts: Iterable[Part],
    committed: bool = True,
) -> Draft:
    """A written commitment, with its instalments in order of due date.

    Under policy `pledge` the instalments due in a later period are deferred; under `agreement` all
    are income but those with a condition, which are deferred until it is met; under `receipt`, and
    where only pledged (`committed` False), each instalment is a memorandum.
    """
    parts = list(parts)
    _need_amounts(parts)
    if earmark.class_ == "support" and len(settings.funds[earmark.fund].classes) > 1:
        raise EventRefusedError(
            "The class support earns support costs of other classes; a donor pledges to another."
        )
    labelled = [(f"{pledge}.{number}", part) for number, part in enumerate(in_order(parts, day), 1)]
    status: dict[str, str | date] = {} if committed else {"status": "pledged"}
    return make_entry(
        settings,
        day=day,
        event="commitment",
        narration=f"Pledge {pledge}",
        lines=_committed(settings, day, donor, earmark, currency, labelled, committed=committed),
        donor=donor,
        earmark=earmark,
        labels=[pledge],
        meta=status,
    )


def commitment_of_pledge(
    settings: Settings,
    *,
    day: date,
    claims: Sequence[Claim],
    parts: Sequence[Part],
) -> Draft:
    """What was only pledged is committed: from now on a commitment of this day and its rate.

    `claims` are the pledge's instalments, `parts` what each becomes, in the same order; the
    memorandum goes out at its own value, and the first date stays as `announced-on`.
    """
    if not claims or len(claims) != len(parts):
        labels = ", ".join(claim.label for claim in claims)
        raise EventRefusedError(
            f"A commitment says of each pledged instalment what it becomes, one amount each: here "
            f"{len(parts)} for {len(claims)} ({labels}). For more instalments cancel what was "
            "only pledged and record the commitment as a pledge of its own."
        )
    for claim in claims:
        if claim.committed or not claim.is_open:
            raise EventRefusedError(f"{claim.label} is not a pledge that waits for commitment.")
    _need_amounts(parts)
    first = claims[0]
    if len({(claim.donor, claim.currency, earmark_of(claim)) for claim in claims}) > 1:
        raise EventRefusedError("One commitment is of one donor, currency, fund and purpose.")
    lines = [line for claim in claims for line in _pledged_out(settings, claim)]
    labelled = [(claim.label, part) for claim, part in zip(claims, parts, strict=True)]
    lines += _committed(
        settings, day, first.donor, earmark_of(first), first.currency, labelled, committed=True
    )
    return make_entry(
        settings,
        day=day,
        event="commitment",
        narration=f"Commitment of {pledge_of(first.label)}",
        lines=lines,
        donor=first.donor,
        earmark=earmark_of(first),
        labels=[first.label],
        meta={"status": "committed", "announced-on": first.pledged_on},
    )


def increase(
    settings: Settings,
    *,
    day: date,
    claim: Claim,
    label: str,
    part: Part,
) -> Draft:
    """More is committed of a pledge whose instalment `claim` is paid: a further instalment of the
    pledge, under `label`, of this day and its rate. A label that nothing is open under is not put
    to use again, so that what was paid stays as it is.
    """
    if claim.is_open:
        raise EventRefusedError(f"{claim.label} is unpaid still: amend it.")
    _need_amounts([part])
    kept = {key: claim.stated(key) for key in sorted((settings.rule_keys | _KEPT) - _OWN)}
    status: dict[str, str | date] = {} if claim.committed else {"status": "pledged"}
    amount = f"{format_amount(part.amount)} {claim.currency}"
    words = f"Increase of {pledge_of(label)} by {amount}"
    return make_entry(
        settings,
        day=day,
        event="commitment",
        narration=words,
        lines=_committed(
            settings,
            day,
            claim.donor,
            earmark_of(claim),
            claim.currency,
            [(label, part)],
            committed=claim.committed,
        ),
        donor=claim.donor,
        earmark=earmark_of(claim),
        labels=[label],
        meta={key: text for key, text in kept.items() if text} | status | {INCREASES: claim.label},
    )


def account_kind(settings: Settings, earmark: Earmark, *, committed: bool = True) -> str:
    """Return where an instalment is recorded: pledge accounts, or memorandum accounts under policy
    `receipt` and where it is only pledged.
    """
    receipt = settings.funds[earmark.fund].policy(earmark.class_) == "receipt"
    return "memorandum" if receipt or not committed else "pledges"


def in_order(parts: Iterable[Part], day: date) -> list[Part]:
    """Return the instalments of a pledge made on `day` in the order of their numbers."""
    return sorted(parts, key=lambda part: part.due or day)


def _need_amounts(parts: Sequence[Part]) -> None:
    if not parts:
        raise EventRefusedError("A commitment has at least one instalment.")
    for part in parts:
        if part.amount <= 0 or part.value <= 0:
            raise EventRefusedError(
                "An instalment has an amount and a value above zero; this one has "
                f"{format_amount(part.amount)} and {format_amount(part.value)}."
            )


def _terms(part: Part) -> dict[str, str | date]:
    """Return what an instalment's posting says of when and on what condition it is owed."""
    terms: dict[str, str | date] = {"due": part.due} if part.due else {}
    return terms | {"condition": part.condition} if part.condition else terms


def _pledged_out(settings: Settings, claim: Claim) -> list[DraftLine]:
    contra = in_dollars(settings, account("contra", claim.fund), claim.value)
    return [taken_out(claim), contra]


def _committed(
    settings: Settings,
    day: date,
    donor: str,
    earmark: Earmark,
    currency: str,
    labelled: Sequence[tuple[str, Part]],
    *,
    committed: bool,
) -> list[DraftLine]:
    fund = earmark.fund
    class_ = earmark.class_
    kind = account_kind(settings, earmark, committed=committed)
    claims: list[DraftLine] = []
    others: list[DraftLine] = []
    income = ZERO
    for label, part in labelled:
        claims.append(
            DraftLine(
                account=account(kind, fund, donor),
                number=part.amount,
                currency=currency,
                label=label,
                value=whole_cents(part.value),
                meta=_terms(part),
                dollar=settings.currency,
            )
        )
        if kind == "memorandum":
            others.append(in_dollars(settings, account("contra", fund), -part.value))
        elif settings.is_to_defer(fund, class_, due=part.due, condition=part.condition, day=day):
            others.append(held_lot(settings, account("deferred", fund, donor), -part.value, label))
        else:
            income += part.value
    contributions = in_dollars(settings, account("contributions", fund, donor), -income)
    return [*claims, contributions, *others]

"""Builders of pledges: committed in writing, or pledged only and committed later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from msgspec import structs
from pledgebook.ledger.declared.chart import account
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft, DraftLine
from pledgebook.ledger.events.parts import (
    Earmark,
    Part,
    earmark_of,
    held_lot,
    in_book_currency,
    make_entry,
    taken_out,
    whole_units,
)
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import ZERO, format_amount
from pledgebook.ledger.register.instalments import pledge_of
from pledgebook.ledger.register.register import Claim

INCREASES = "increases"
"""Metadata of a further instalment: the label of the paid one that it raises."""

_Placed = tuple[str, Part, Earmark]
"""An instalment of a commitment: its label, what it is, and where it goes."""

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
    where only pledged (`committed` False), each instalment is a memorandum. A part that says where
    it goes goes there; the others go where `earmark` says.
    """
    parts = list(parts)
    _need_amounts(parts)
    labelled = [(f"{pledge}.{number}", part) for number, part in enumerate(in_order(parts, day), 1)]
    placed = _placed(labelled, earmark)
    for _, _, place in placed:
        if place.class_ not in settings.funds[place.fund].giving_classes:
            raise EventRefusedError(
                f"The class {place.class_} earns support costs of other classes; a donor pledges "
                "to another."
            )
    status: dict[str, str | date] = {} if committed else {"status": "pledged"}
    return make_entry(
        settings,
        day=day,
        event="commitment",
        narration=f"Pledge {pledge}",
        lines=_committed(settings, day, donor, currency, placed, committed=committed),
        donor=donor,
        earmark=_common(placed),
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
    if len({(claim.donor, claim.currency, claim.fund) for claim in claims}) > 1:
        raise EventRefusedError("One commitment is of one donor, currency and fund.")
    placed = [
        (claim.label, part, part.earmark or earmark_of(claim))
        for claim, part in zip(claims, parts, strict=True)
    ]
    common = _common(placed)
    lines = [line for claim in claims for line in _pledged_out(settings, claim, common)]
    lines += _committed(settings, day, first.donor, first.currency, placed, committed=True)
    return make_entry(
        settings,
        day=day,
        event="commitment",
        narration=f"Commitment of {pledge_of(first.label)}",
        lines=lines,
        donor=first.donor,
        earmark=common,
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
            claim.currency,
            [(label, part, earmark_of(claim))],
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
    listed = list(parts)
    return [listed[position] for position in positions_in_order(listed, day)]


def positions_in_order(parts: Sequence[Part], day: date) -> list[int]:
    """Return the positions of the instalments of a pledge made on `day` in the order of their
    numbers: by due date; one without follows those that stand before it.
    """
    dues: list[date] = []
    for part in parts:
        dues.append(part.due or (max(dues) if dues else day))
    return sorted(range(len(parts)), key=dues.__getitem__)


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


def _placed(labelled: Iterable[tuple[str, Part]], earmark: Earmark) -> list[_Placed]:
    return [(label, part, part.earmark or earmark) for label, part in labelled]


def _common(placed: Sequence[_Placed]) -> Earmark | None:
    """Return where all of a commitment goes, None if it is shared: its postings say it then."""
    places = {earmark for _, _, earmark in placed}
    return places.pop() if len(places) == 1 else None


def _pledged_out(settings: Settings, claim: Claim, common: Earmark | None) -> list[DraftLine]:
    own = {} if common else earmark_of(claim).meta()
    contra = in_book_currency(settings, account("contra", claim.fund), claim.value)
    return [structs.replace(line, meta=own) for line in (taken_out(claim), contra)]


def _committed(
    settings: Settings,
    day: date,
    donor: str,
    currency: str,
    placed: Sequence[_Placed],
    *,
    committed: bool,
) -> list[DraftLine]:
    common = _common(placed)
    claims: list[DraftLine] = []
    income: dict[Earmark, Decimal] = {}
    others: list[DraftLine] = []
    for label, part, earmark in placed:
        fund = earmark.fund
        own = {} if common else earmark.meta()
        kind = account_kind(settings, earmark, committed=committed)
        claims.append(
            DraftLine(
                account=account(kind, fund, donor),
                number=part.amount,
                currency=currency,
                label=label,
                value=whole_units(settings, part.value),
                meta=_terms(part) | own,
                book_currency=settings.currency,
            )
        )
        if kind == "memorandum":
            contra = in_book_currency(settings, account("contra", fund), -part.value)
            others.append(structs.replace(contra, meta=own))
        elif settings.is_to_defer(
            fund, earmark.class_, due=part.due, condition=part.condition, day=day
        ):
            deferred = held_lot(settings, account("deferred", fund, donor), -part.value, label)
            others.append(structs.replace(deferred, meta=own))
        else:
            income[earmark] = income.get(earmark, ZERO) + part.value
    contributions = [
        structs.replace(
            in_book_currency(settings, account("contributions", earmark.fund, donor), -value),
            meta={} if common else earmark.meta(),
        )
        for earmark, value in income.items()
    ]
    return [*claims, *contributions, *others]

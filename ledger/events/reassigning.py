"""What was recorded under the wrong donor becomes the right one's, by an event of its own.

Nothing that rests in a closed period, or was receipted, reconciled or sent, is undone. From the
day of the event on every net figure is as if it had been recorded right: what the instalment did in
this period moves with it, column by column, and what was unpaid when the period began is an
adjustment of both donors. What a closed period settled moves as a contribution of an earlier period
does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from msgspec import structs
from pledgebook.ledger.declared.chart import account
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft, DraftLine
from pledgebook.ledger.events.asking import advance_for
from pledgebook.ledger.events.corrections import income_of
from pledgebook.ledger.events.parts import (
    Advance,
    Earmark,
    deferral,
    donor_name,
    earmark_of,
    held_lot,
    in_book_currency,
    make_entry,
    merged,
    put_back,
    taken_out,
)
from pledgebook.ledger.files.caching import open_beside
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.columns import Figures, reassigned
from pledgebook.ledger.register.history import HISTORY
from pledgebook.ledger.register.instalments import by_number, pledge_of
from pledgebook.ledger.register.register import (
    CAUSE,
    REASSIGNS,
    SETTLED_IN,
    TO_DONOR,
    Claim,
    Gift,
    Register,
    claim_at,
)


@dataclass(frozen=True, slots=True)
class Moving:
    """An instalment to be reassigned: as it stands, what of this period goes with it, piece by
    piece, and what is held in advance for it.
    """

    claim: Claim
    pieces: Sequence[tuple[Claim, Figures]]
    advance: Advance | None = None


@dataclass(frozen=True, slots=True)
class SettledBefore:
    """An instalment that a closed period settled: as it stood, and the value received on it."""

    claim: Claim
    received: Decimal
    period: str


def reassignment(
    settings: Settings, *, day: date, moving: Sequence[Moving], to: str, cause: str, authority: str
) -> Draft:
    """Instalments of a pledge are the donor `to`'s, and were from the beginning."""
    donor = _need_another({each.claim.donor for each in moving}, to, settings, day)
    _need_said(cause, authority)
    lines: list[tuple[Claim, DraftLine]] = []
    for each in moving:
        claim, after = each.claim, structs.replace(each.claim, donor=to)
        if claim.is_open:
            lines += [(claim, taken_out(claim)), (claim, put_back(settings, after))]
            if claim.is_deferred:
                lines.append((claim, deferral(settings, claim, claim.value)))
                lines.append((claim, deferral(settings, after, -claim.value)))
        if each.advance is not None:
            held, since = each.advance
            own, others = (account("in-advance", claim.fund, code) for code in (donor, to))
            lines.append((claim, held_lot(settings, own, held, claim.label)))
            lines.append((claim, held_lot(settings, others, -held, claim.label, since)))
        for piece, figures in each.pieces:
            for kind, amount in _in_accounts(piece, figures):
                for code, value in ((donor, amount), (to, -amount)):
                    name = account(kind, piece.fund, code)
                    lines.append((piece, in_book_currency(settings, name, value)))
    labels = sorted((each.claim.label for each in moving), key=by_number)
    status = {} if all(each.claim.committed for each in moving) else {"status": "pledged"}
    return make_entry(
        settings,
        day=day,
        event="reassign",
        narration=f"{pledge_of(labels[0])} was recorded under {donor_name(settings, donor, day)}",
        lines=merged(lines, moved=True),
        donor=to,
        labels=labels,
        meta={
            REASSIGNS: " ".join(labels),
            TO_DONOR: to,
            **_said(cause, authority),
            **status,
        },
    )


def reassignment_of_settled(
    settings: Settings, *, day: date, settled: SettledBefore, to: str, cause: str, authority: str
) -> Draft:
    """What a closed period received on an instalment that it settled was the donor `to`'s."""
    claim = settled.claim
    donor = _need_another({claim.donor}, to, settings, day)
    _need_said(cause, authority)
    if settled.received <= 0:
        raise EventRefusedError(
            f"Nothing was received on {claim.label}, which {settled.period} settled: there is "
            "nothing to reassign."
        )
    return make_entry(
        settings,
        day=day,
        event="reassign",
        narration=f"{claim.label}, settled in {settled.period}, was recorded under "
        f"{donor_name(settings, donor, day)}",
        lines=[
            in_book_currency(
                settings, account("prior-period", claim.fund, donor), settled.received
            ),
            in_book_currency(settings, account("prior-period", claim.fund, to), -settled.received),
        ],
        donor=to,
        earmark=earmark_of(claim),
        labels=[claim.label],
        meta={
            REASSIGNS: claim.label,
            TO_DONOR: to,
            SETTLED_IN: settled.period,
            **_said(cause, authority),
        },
    )


def reassigned_gift(
    settings: Settings,
    *,
    day: date,
    gift: Gift,
    to: str,
    reverses: str,
    cause: str,
    authority: str,
) -> Draft:
    """What is left of a contribution without a pledge is the donor `to`'s; of an earlier period it
    is an adjustment of both donors. `reverses` names its entry, by date or ref.
    """
    _need_another({gift.donor}, to, settings, day)
    _need_said(cause, authority)
    if gift.value <= 0:
        raise EventRefusedError(f"Nothing is left of the contribution of {gift.entry.date}.")
    return make_entry(
        settings,
        day=day,
        event="reassign",
        narration=f"Contribution of {gift.entry.date} was recorded under "
        f"{donor_name(settings, gift.donor, day)}",
        lines=[
            in_book_currency(settings, income_of(settings, gift, day, gift.donor), gift.value),
            in_book_currency(settings, income_of(settings, gift, day, to), -gift.value),
        ],
        donor=to,
        earmark=Earmark(gift.fund, gift.class_, gift.purpose),
        meta={"reverses": reverses, TO_DONOR: to, **_said(cause, authority)},
    )


class Found(NamedTuple):
    """What there is of a pledge to be reassigned: in the open book, and settled before it."""

    moving: list[Moving]
    settled: list[SettledBefore]


def find_reassignable(book: Book, label: str, day: date) -> Found:
    """Return the instalments of a pledge, or the one of that label, as they stand on a day, with
    those that closed periods settled. Raises EventRefusedError.
    """
    register = book.register
    own = _named(register, label)
    moving = []
    for each in own:
        claim = claim_at(register.by_label[each], day)
        if claim is None:
            raise EventRefusedError(f"{each} was pledged after {day}.")
        moving.append(_moving(book, claim, day))
    settled = list(_settled_before(book, label, own, day))
    if not moving and not settled:
        raise EventRefusedError(
            f"The book and its closed periods have no pledge or instalment {label!r}: name one by "
            "its label (DONOR-YEAR-NN, or DONOR-YEAR-NN.K)."
        )
    return Found(moving, settled)


def pledges_of_donor(book: Book, donor: str, day: date) -> list[list[Moving]]:
    """Return what the open book holds of a donor on a day, pledge by pledge."""
    by_pledge: dict[str, list[Moving]] = {}
    for label, changes in sorted(book.register.by_label.items(), key=lambda own: by_number(own[0])):
        claim = claim_at(changes, day)
        if claim is not None and claim.donor == donor:
            by_pledge.setdefault(pledge_of(label), []).append(_moving(book, claim, day))
    return list(by_pledge.values())


def _moving(book: Book, claim: Claim, day: date) -> Moving:
    register = book.register
    changes = [change for change in register.by_label[claim.label] if change.date <= day]
    pieces = reassigned(changes, claim.donor, day, book.settings)
    return Moving(claim, pieces, advance_for(register, claim.label, day))


def _named(register: Register, label: str) -> list[str]:
    if label in register.by_label:
        return [label]
    return sorted((each for each in register.by_label if pledge_of(each) == label), key=by_number)


def _settled_before(
    book: Book, label: str, known: Sequence[str], day: date
) -> Iterator[SettledBefore]:
    """Yield the instalments that closed periods settled, and that were not reassigned since."""
    path = book.folder / HISTORY
    if label in known or book.path == path or not book.settings.seals or not path.is_file():
        return
    register = open_beside(book, path).register
    done = {
        as_text(gift.entry.meta[REASSIGNS])
        for gift in register.gifts
        if SETTLED_IN in gift.entry.meta and gift.entry.date <= day
    }
    for each in _named(register, label):
        changes = [change for change in register.by_label[each] if change.date <= day]
        if each in known or each in done or not changes:
            continue
        period = book.settings.periods.of(changes[-1].date)
        received = sum((change.received for change in changes), ZERO)
        yield SettledBefore(changes[-1].after, received, period.name if period else "")


def _in_accounts(piece: Claim, figures: Figures) -> list[tuple[str, Decimal]]:
    """Return what of a piece's figures stands in the donor's accounts, credits above zero."""
    if piece.kind == "memorandum":  # income is what was received
        return [("contributions", figures.collected)]
    return [
        ("contributions", figures.pledged),
        ("prior-period", figures.adjustments),
        ("written-off", -figures.written_off),
    ]


def _said(cause: str, authority: str) -> dict[str, str | date]:
    return {CAUSE: cause, "authority": authority}


def _need_another(donors: set[str], to: str, settings: Settings, day: date) -> str:
    if len(donors) != 1:
        raise EventRefusedError(
            f"These are of several donors ({', '.join(sorted(donors))}): reassign each by itself."
        )
    (donor,) = donors
    if to == donor or to not in settings.donors:
        raise EventRefusedError(f"They are of {donor}: name another donor, not {to!r}, on {day}.")
    return donor


def _need_said(cause: str, authority: str) -> None:
    if not cause.strip():
        raise EventRefusedError("A reassignment says its cause.")
    if not authority.strip():
        raise EventRefusedError("A reassignment needs the authority that approved it.", "authority")

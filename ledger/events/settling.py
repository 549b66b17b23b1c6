"""Builders of what settles an instalment without cash: cooperation that the donor delivers, and
promissory notes; and of disputes, which settle nothing.

An instalment that is settled in another form than cash is collected at its carrying value: there is
no exchange until a note is encashed. What is held in notes stands under the instalment's label, as
one lot, so that no note is encashed twice.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from msgspec import structs
from pledgebook.ledger.declared.chart import account
from pledgebook.ledger.declared.currencies import convert_legacy
from pledgebook.ledger.declared.funds import BILATERAL, NOTE
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft, DraftLine
from pledgebook.ledger.events.parts import (
    Advance,
    deferral,
    earmark_of,
    held_lot,
    in_book_currency,
    make_entry,
    put_back,
    taken_out,
)
from pledgebook.ledger.events.receipts import Settled, need_value, settle_one
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import ZERO, format_amount, format_units, round_to, share
from pledgebook.ledger.register.notes import ENCASHMENT, NoteHeld
from pledgebook.ledger.register.notes import NOTE as NAMED
from pledgebook.ledger.register.register import DISPUTED, Claim

FORM = "form"
"""Metadata of a settlement in another form that the fund names: its word."""


def bilateral(
    settings: Settings, *, day: date, claim: Claim, units: Decimal, form: str = BILATERAL
) -> Draft:
    """Cooperation that the donor delivered itself, counted against `units` of an instalment at
    their share of the carrying value: income, and expenditure of the same amount, and no cash.
    `form` is the fund's own word where it is another form than bilateral cooperation.
    """
    _need_form(settings, claim.fund, form)
    if not claim.is_recognised(day):
        raise EventRefusedError(
            f"{claim.label} is not due yet on {day}: what is delivered settles what is due. "
            "Record it on the first day of its period, or change the due date first."
        )
    settled = _settled(claim, units)
    return make_entry(
        settings,
        day=day,
        event="bilateral",
        narration=f"{'Part of ' if settled.left.is_open else ''}{claim.label} settled by "
        + ("bilateral cooperation" if form == BILATERAL else form),
        lines=[
            *settle_one(settings, settled, day),
            in_book_currency(
                settings, account("bilateral", claim.fund, claim.donor), settled.value
            ),
        ],
        donor=claim.donor,
        earmark=earmark_of(claim),
        labels=[claim.label],
        meta={} if form == BILATERAL else {FORM: form},
    )


def note_issued(
    settings: Settings,
    *,
    day: date,
    claim: Claim,
    units: Decimal,
    note: str = "",
    schedule: str = "",
    held: NoteHeld | None = None,
    advance: Advance | None = None,
) -> Draft:
    """A promissory note for `units` of an instalment, at their share of the carrying value. `held`
    is what is held in notes for it already, with which it is one lot from now on; `advance` what
    is held in advance. Before its period the note is received in advance, as money would be.
    """
    _need_form(settings, claim.fund, NOTE)
    settled = _settled(claim, units)
    before = held and _in_currency(held, claim.currency)
    settled = Settled(claim, units, settled.value, advance)
    lines = settle_one(settings, settled, day)
    new = NoteHeld(
        label=claim.label,
        fund=claim.fund,
        class_=claim.class_,
        donor=claim.donor,
        units=units + (before.units if before else Decimal(0)),
        currency=claim.currency,
        value=settled.value + (held.value if held else ZERO),
        since=held.since if held else day,
        note=_joined("; ", held.note if held else "", note),
        schedule=_joined(", ", held.schedule if held else "", schedule),
    )
    lines += [*([_out(held)] if held else []), _in(settings, new)]
    return make_entry(
        settings,
        day=day,
        event="note-issued",
        narration=f"Promissory note for {claim.label}",
        lines=lines,
        donor=claim.donor,
        earmark=earmark_of(claim),
        labels=[claim.label],
    )


def note_encashed(
    settings: Settings,
    *,
    day: date,
    claim: Claim,
    held: NoteHeld,
    units: Decimal,
    value: Decimal,
    charges: Decimal = ZERO,
    advance: Advance | None = None,
) -> Draft:
    """`units` of what is held in notes for an instalment are encashed: `value` reached the bank,
    `charges` its correspondents kept. What that is more or less than the note was carried at is
    exchange, as with a payment; of what is held in advance, and under `receipt`, it is income.
    """
    left = _left(held, units, settings.decimals)
    gross = value + charges
    need_value(settings, claim.label, held.currency, units, gross)
    gain = gross - (held.value - left.value)
    fund, donor = claim.fund, claim.donor
    lines = [
        *_changed(settings, held, left),
        in_book_currency(settings, account("cash", fund), value),
        in_book_currency(settings, account("bank-charges", fund), charges),
    ]
    if not claim.is_recognised(day) and gain:
        name = account("in-advance", fund, donor)
        already, since = advance or (ZERO, None)
        lines.append(held_lot(settings, name, already, claim.label))
        lines.append(held_lot(settings, name, -already - gain, claim.label, since))
    elif claim.kind == "memorandum":
        lines.append(in_book_currency(settings, account("contributions", fund, donor), -gain))
    else:
        lines.append(in_book_currency(settings, account("exchange", fund), -gain))
    return make_entry(
        settings,
        day=day,
        event="note-encashed",
        narration=f"{'Part of the note' if left.units else 'Note'} for {claim.label} encashed",
        lines=lines,
        donor=donor,
        earmark=earmark_of(claim),
        labels=[claim.label],
    )


def note_dishonoured(
    settings: Settings,
    *,
    day: date,
    now: Claim,
    held: NoteHeld,
    units: Decimal,
    advance: Advance | None = None,
) -> Draft:
    """A note is not honoured, or goes back: `units` of the instalment, which is as `now`, are owed
    again, at what the note was carried at.
    """
    left = _left(held, units, settings.decimals)
    value = held.value - left.value
    back = _in_currency(structs.replace(held, units=units), now.currency).units
    was = structs.replace(now, units=now.units + back, value=now.value + value)
    deferred = was.is_deferred and settings.periods.start_of(was.due or was.pledged_on) > day
    lines = [*([taken_out(now)] if now.is_open else []), put_back(settings, was)]
    lines += _changed(settings, held, left)
    if was.kind == "memorandum":
        lines.append(in_book_currency(settings, account("contra", was.fund), -value))
    if deferred:
        lines += [deferral(settings, now, now.value)] if now.is_open else []
        lines.append(deferral(settings, was, -was.value))
    if deferred or (was.kind == "memorandum" and not was.is_recognised(day)):
        already, since = advance or (ZERO, None)
        if already < value:
            raise EventRefusedError(
                f"{format_amount(already)} is held in advance for {was.label}, and "
                f"{format_amount(value)} goes back: release it first."
            )
        name = account("in-advance", was.fund, was.donor)
        lines.append(held_lot(settings, name, already, was.label))
        lines.append(held_lot(settings, name, value - already, was.label, since))
    elif was.kind == "memorandum":
        lines.append(
            in_book_currency(settings, account("contributions", was.fund, was.donor), value)
        )
    return make_entry(
        settings,
        day=day,
        event="note-dishonoured",
        narration=f"Note for {was.label} not honoured",
        lines=lines,
        donor=was.donor,
        earmark=earmark_of(was),
        labels=[was.label],
    )


def disputed(settings: Settings, *, day: date, claim: Claim, units: Decimal) -> Draft:
    """The donor disputes `units` of an instalment: they are owed still, and shown apart."""
    if not ZERO < units <= claim.units:
        raise EventRefusedError(
            f"{claim.label} has {format_amount(claim.units)} {claim.currency} outstanding; "
            f"{format_amount(units)} of it cannot be disputed."
        )
    return _remarked(settings, day, claim, units, "disputed", "Disputed by the donor")


def dispute_settled(settings: Settings, *, day: date, claim: Claim, left: Decimal = ZERO) -> Draft:
    """The dispute over an instalment is settled, or `left` of it is disputed still."""
    if not claim.disputed:
        raise EventRefusedError(f"Nothing of {claim.label} is disputed.")
    if not ZERO <= left < claim.disputed:
        raise EventRefusedError(
            f"{format_amount(claim.disputed)} {claim.currency} of {claim.label} is disputed; "
            f"{format_amount(left)} is not less."
        )
    return _remarked(settings, day, claim, left, "dispute-settled", "Dispute settled")


def _remarked(
    settings: Settings, day: date, claim: Claim, units: Decimal, event: str, words: str
) -> Draft:
    back = put_back(settings, claim)
    told = {DISPUTED: f"{format_units(units)} {claim.currency}"} if units else {}
    return make_entry(
        settings,
        day=day,
        event=event,
        narration=f"{words}: {claim.label}",
        lines=[taken_out(claim), structs.replace(back, meta={**back.meta, **told})],
        donor=claim.donor,
        earmark=earmark_of(claim),
        labels=[claim.label],
    )


def _need_form(settings: Settings, fund: str, form: str) -> None:
    forms = settings.funds[fund].settlement
    if form not in forms:
        raise EventRefusedError(
            f"{fund} takes {', '.join(forms)}, and not {form}: name it in settlement: of the fund "
            "if it is so."
        )


def _settled(claim: Claim, units: Decimal) -> Settled:
    """Return what is settled of an instalment at its share of the carrying value."""
    rest = claim.units - units
    left = share(claim.value, rest, claim.units, claim.decimals) if claim.is_open else ZERO
    return Settled(claim, units, claim.value - left)


def _in_currency(held: NoteHeld, currency: str) -> NoteHeld:
    """Return what is held in the currency that its instalment was redenominated into since."""
    units = convert_legacy(held.units, held.currency, currency)
    if units is None:
        raise EventRefusedError(
            f"Notes of {held.currency} are held for {held.label}, which is in {currency} now: "
            "no rate between the two is fixed by law."
        )
    return structs.replace(held, units=round_to(units, 2), currency=currency)


def _left(held: NoteHeld, units: Decimal, decimals: int) -> NoteHeld:
    """Return what is held when `units` are taken out."""
    if not ZERO < units <= held.units:
        raise EventRefusedError(
            f"{format_amount(held.units)} {held.currency} is held in notes for {held.label}; "
            f"{format_amount(units)} cannot be taken out."
        )
    rest = held.units - units
    return structs.replace(held, units=rest, value=share(held.value, rest, held.units, decimals))


def _changed(settings: Settings, held: NoteHeld, left: NoteHeld) -> list[DraftLine]:
    return [_out(held), *([_in(settings, left)] if left.units else [])]


def _out(held: NoteHeld) -> DraftLine:
    name = account("notes", held.fund, held.donor)
    return DraftLine(account=name, number=-held.units, currency=held.currency, label=held.label)


def _in(settings: Settings, held: NoteHeld) -> DraftLine:
    told = {NAMED: held.note, ENCASHMENT: held.schedule}
    return DraftLine(
        account=account("notes", held.fund, held.donor),
        number=held.units,
        currency=held.currency,
        label=held.label,
        value=held.value,
        committed=held.since,
        meta={key: text for key, text in told.items() if text},
        book_currency=settings.currency,
    )


def _joined(joint: str, *texts: str) -> str:
    return joint.join(text for text in texts if text)

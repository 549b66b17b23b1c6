"""Forms of what settles an instalment without cash, of notes, and of disputes."""

from __future__ import annotations

from decimal import Decimal

from pledgebook.ledger import events
from pledgebook.ledger.declared.funds import BILATERAL
from pledgebook.ledger.events.asking import advance_for, find_claim
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.forms.changes import LABEL
from pledgebook.ledger.forms.field import Field
from pledgebook.ledger.forms.form import Drafted, Recording, event_form
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.notes import NoteHeld, notes_held, read_schedule

AMOUNT = Field(
    "amount",
    "Amount",
    option="--amount",
    help="In the instalment's currency; all that is outstanding where it is empty.",
    kind="amount",
)
OF_NOTE = Field(
    "amount",
    "Amount",
    option="--amount",
    help="In the note's currency; all that is held where it is empty.",
    kind="amount",
)


@event_form(
    "bilateral",
    "Cooperation delivered by the donor",
    LABEL,
    AMOUNT,
    Field(
        "form",
        "Another form",
        option="--form",
        help="The fund's own word, where it is another form than bilateral cooperation.",
    ),
    often=("amount",),
)
def bilateral(recording: Recording, label: str, amount: Decimal | None, form: str) -> Drafted:
    """Cooperation that the donor delivered itself settles instalment LABEL: no cash comes.

    It counts at its share of the instalment's carrying value, as income and as expenditure.
    """
    book, day = recording.book, recording.day
    claim = find_claim(book.register, label, day)
    units = claim.units if amount is None else amount
    recording.check_money(units, claim.currency)
    draft = events.bilateral(
        book.settings, day=day, claim=claim, units=units, form=form or BILATERAL
    )
    return Drafted([draft], before=[claim])


@event_form(
    "note-issued",
    "A promissory note",
    LABEL,
    AMOUNT,
    Field("number", "Number of the note", option="--number", help="As the donor names it."),
    Field(
        "encashment",
        "To be encashed",
        option="--encashment",
        help="When, and how much of it: 2003-06-30 20000, 2004-06-30 20000.",
        metavar="DAY AMOUNT, ...",
    ),
    often=("amount", "number", "encashment"),
)
def note_issued(
    recording: Recording, label: str, amount: Decimal | None, number: str, encashment: str
) -> Drafted:
    """A promissory note settles instalment LABEL; it is held until it is encashed."""
    book, day = recording.book, recording.day
    claim = find_claim(book.register, label, day)
    units = claim.units if amount is None else amount
    recording.check_money(units, claim.currency)
    if encashment:
        try:
            parts = read_schedule(encashment)
        except ValueError as error:
            raise EventRefusedError(
                f"{encashment!r} does not say when the note is to be encashed: {error}. Write "
                "2003-06-30 20000, 2004-06-30 20000."
            ) from None
        if sum(part for _, part in parts) != units:
            raise EventRefusedError(
                f"The note is of {units} {claim.currency}; what is to be encashed comes to "
                f"{sum(part for _, part in parts)}."
            )
    draft = events.note_issued(
        book.settings,
        day=day,
        claim=claim,
        units=units,
        note=number,
        schedule=encashment,
        held=notes_held(book.entries, book.settings, day).get(claim.label),
        advance=advance_for(book.register, claim.label, day),
    )
    return Drafted([draft], before=[claim])


@event_form(
    "note-encashed",
    "A note is encashed",
    LABEL,
    Field(
        "value",
        "Value received",
        option="--value",
        help="What reached the bank; what the note is carried at where it is empty and the note is "
        "in the book's currency.",
        kind="value",
    ),
    OF_NOTE,
    Field(
        "charges",
        "Bank charges",
        option="--charges",
        help="What banks kept of it, in the book's currency.",
        kind="value-or-none",
    ),
    often=("value", "amount"),
)
def note_encashed(
    recording: Recording,
    label: str,
    value: Decimal | None,
    amount: Decimal | None,
    charges: Decimal | None,
) -> Drafted:
    """What is held in notes for instalment LABEL is encashed, or --amount of it.

    What it brings more or less than it is carried at is exchange.
    """
    book, day = recording.book, recording.day
    claim = find_claim(book.register, label, day)
    held = _held(recording, claim.label)
    units = held.units if amount is None else amount
    recording.check_money(units, held.currency)
    kept = charges or ZERO
    if value is None:
        if held.currency != book.settings.currency:
            raise EventRefusedError(
                f"The note is of {held.currency}: state with --value what reached the bank."
            )
        value = units - kept
    draft = events.note_encashed(
        book.settings,
        day=day,
        claim=claim,
        held=held,
        units=units,
        value=value,
        charges=kept,
        advance=advance_for(book.register, claim.label, day),
    )
    return Drafted([draft])


@event_form("note-dishonoured", "A note is not honoured", LABEL, OF_NOTE, often=("amount",))
def note_dishonoured(recording: Recording, label: str, amount: Decimal | None) -> Drafted:
    """What is held in notes for instalment LABEL is not honoured or goes back: it is owed again."""
    book, day = recording.book, recording.day
    claim = find_claim(book.register, label, day)
    held = _held(recording, claim.label)
    draft = events.note_dishonoured(
        book.settings,
        day=day,
        now=claim,
        held=held,
        units=held.units if amount is None else amount,
        advance=advance_for(book.register, claim.label, day),
    )
    return Drafted([draft])


@event_form("disputed", "The donor disputes it", LABEL, AMOUNT, often=("amount",))
def disputed(recording: Recording, label: str, amount: Decimal | None) -> Drafted:
    """The donor disputes instalment LABEL, or --amount of it: it is owed still, and shown apart."""
    claim = find_claim(recording.book.register, label, recording.day)
    units = claim.units if amount is None else amount
    draft = events.disputed(recording.book.settings, day=recording.day, claim=claim, units=units)
    return Drafted([draft])


@event_form(
    "dispute-settled",
    "A dispute is settled",
    LABEL,
    Field(
        "left",
        "Disputed still",
        option="--left",
        help="How much of it is disputed still; nothing where it is empty.",
        kind="amount",
    ),
)
def dispute_settled(recording: Recording, label: str, left: Decimal | None) -> Drafted:
    """The dispute over instalment LABEL is settled: it is owed like any other."""
    claim = find_claim(recording.book.register, label, recording.day)
    draft = events.dispute_settled(
        recording.book.settings, day=recording.day, claim=claim, left=left or ZERO
    )
    return Drafted([draft])


def _held(recording: Recording, label: str) -> NoteHeld:
    book = recording.book
    held = notes_held(book.entries, book.settings, recording.day)
    if label not in held:
        known = ", ".join(sorted(held)) or "none"
        raise EventRefusedError(
            f"No note is held for {label} on {recording.day}; notes are held for: {known}.",
            "instalment",
            label,
            tuple(sorted(held)),
        )
    return held[label]

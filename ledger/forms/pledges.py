"""Forms of pledges: what donors promised, and what they only said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from pledgebook.ledger import events
from pledgebook.ledger.declared.rates import Rate
from pledgebook.ledger.drafts import AnnouncementDraft
from pledgebook.ledger.events.asking import (
    find_donor,
    find_pledged,
    free_labels,
    read_amount,
    share_out,
)
from pledgebook.ledger.events.parts import Part as Instalment
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.forms.field import Field, Part
from pledgebook.ledger.forms.form import EARMARK, STATED_DOLLARS, Drafted, Recording, event_form

DONOR = Field("donor", "Donor", required=True, suggests="donor")
INSTALMENTS = Field(
    "instalments",
    "Instalments",
    option="--instalment",
    help="Once an instalment.",
    many=True,
    metavar="AMOUNT@DUE",
    parts=(Part("Amount", kind="amount"), Part("Due", "@", "day")),
)


@event_form(
    "pledge",
    "A pledge",
    DONOR,
    Field("amount", "Amount", kind="amount"),
    Field("currency", "Currency", option="--currency", default="USD", suggests="currency"),
    Field(
        "due", "Due", option="--due", help="When it falls due, if it is one instalment.", kind="day"
    ),
    INSTALMENTS,
    Field(
        "condition",
        "Condition",
        option="--condition",
        help="What it depends on, in the donor's words.",
    ),
    Field(
        "pledged_only",
        "Only pledged",
        option="--pledged-only",
        help="Not committed in writing: a memorandum.",
        kind="flag",
    ),
    *STATED_DOLLARS,
    *EARMARK,
)
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
) -> Drafted:
    """A pledge of DONOR: a written commitment, in instalments or as one AMOUNT."""
    book, day = recording.book, recording.day
    found = find_donor(book.settings, donor, day)
    asked = _read_instalments(instalments)
    if amount is not None and not asked:
        asked = [(amount, due)]
    elif amount is not None or due is not None or not asked:
        raise EventRefusedError("State an AMOUNT with --due, or each --instalment by itself.")
    parts, rate = _valued(recording, asked, currency, dollars, reason)
    label = free_labels(book.register).next(found.code, day)
    draft = events.commitment(
        book.settings,
        day=day,
        donor=found.code,
        pledge=label,
        earmark=recording.earmark(fund, class_, purpose),
        currency=currency,
        parts=[replace(part, condition=condition) for part in parts],
        committed=not pledged_only,
    ).noted(rate=rate)
    return Drafted([draft])


@event_form(
    "commit",
    "A pledge is committed",
    Field("pledge", "Pledge", required=True, suggests="pledge"),
    INSTALMENTS,
    *STATED_DOLLARS,
)
def commit(
    recording: Recording,
    pledge: str,
    instalments: Sequence[str],
    dollars: Decimal | None,
    reason: str,
) -> Drafted:
    """What was only pledged is committed; each --instalment in order says what it becomes."""
    claims = find_pledged(recording.book.register, pledge, recording.day)
    asked = _read_instalments(instalments) or [(claim.units, claim.due) for claim in claims]
    parts, rate = _valued(recording, asked, claims[0].currency, dollars, reason)
    settings = recording.book.settings
    return Drafted(
        [
            events.commitment_of_pledge(
                settings, day=recording.day, claims=claims, parts=parts
            ).noted(rate=rate)
        ]
    )


@event_form(
    "announcement",
    "An announcement",
    DONOR,
    Field("words", "What was said", required=True),
    Field("fund", "Fund", option="--fund", suggests="fund"),
)
def announcement(recording: Recording, donor: str, words: str, fund: str) -> Drafted:
    """What DONOR announced and has not written: outside the accounts, in no figure."""
    code = find_donor(recording.book.settings, donor, recording.day).code
    earmark = recording.earmark(fund, "", "")
    return Drafted(
        [
            AnnouncementDraft(
                date=recording.day, payee=code, narration=words, lines=(), fund=earmark.fund
            )
        ]
    )


def _read_instalments(texts: Iterable[str]) -> list[tuple[Decimal, date | None]]:
    read: list[tuple[Decimal, date | None]] = []
    for text in texts:
        amount, _, due = text.partition("@")
        try:
            read.append((read_amount(amount), date.fromisoformat(due) if due else None))
        except (ValueError, EventRefusedError) as error:
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
) -> tuple[list[Instalment], Rate | None]:
    """Value instalments at the UN rate of the day, each by itself, or share the dollars stated."""
    for amount, _ in asked:
        recording.check_money(amount, currency)
    rate: Rate | None = None
    if dollars is None:
        values = []
        for amount, _ in asked:
            value, rate = recording.value(amount, currency, None, reason)
            values.append(value)
    else:
        recording.value(dollars, currency, dollars, reason)
        values = share_out(dollars, [amount for amount, _ in asked])
    pairs = zip(asked, values, strict=True)
    return [Instalment(amount, value, due) for (amount, due), value in pairs], rate

"""Forms of what earlier entries got wrong, in this period or in a closed one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from pledgebook.ledger import events
from pledgebook.ledger.declared.chart import OWN_RESULT
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events.asking import find_donor, free_labels, value_of_day
from pledgebook.ledger.events.gifts import find_gift, gifts_left
from pledgebook.ledger.events.parts import Part as Instalment
from pledgebook.ledger.events.parts import charges_undone
from pledgebook.ledger.events.reassigning import (
    find_reassignable,
    pledges_of_donor,
    reassigned_gift,
    reassignment,
    reassignment_of_settled,
)
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.forms.field import Field
from pledgebook.ledger.forms.form import (
    ACCEPTANCE,
    CURRENCY,
    EARMARK,
    STATED_VALUE,
    Drafted,
    Recording,
    event_form,
)
from pledgebook.ledger.forms.pledges import DONOR

_CAUSE = Field("cause", "Cause", option="--cause", help="What was wrong, and how.", required=True)
_GIFT = Field(
    "reverses",
    "Contribution",
    option="--reverses",
    help="The contribution's date or its ref.",
    required=True,
)
_PART = Field(
    "value",
    "Value",
    option="--value",
    help="How much of it; all where it is empty.",
    kind="value",
)


@event_form(
    "prior-pledge",
    "A pledge of an earlier period",
    DONOR,
    Field("amount", "Amount", kind="amount", required=True),
    CURRENCY,
    Field(
        "made_on", "Made on", option="--made-on", help="The day it was made.", kind="day",
        required=True,
    ),
    Field("due", "Due", option="--due", help="When it falls, or fell, due.", kind="day"),
    _CAUSE,
    *STATED_VALUE,
    *EARMARK,
    ACCEPTANCE,
    often=("currency", "due", "fund", "purpose"),
)  # fmt: skip
def prior_pledge(
    recording: Recording,
    donor: str,
    amount: Decimal,
    currency: str,
    made_on: date,
    due: date | None,
    cause: str,
    value: Decimal | None,
    reason: str,
    fund: str,
    class_: str,
    purpose: str,
) -> Drafted:
    """A pledge of DONOR made in an earlier period and found only now: an adjustment."""
    book, day = recording.book, recording.day
    found = find_donor(book.settings, donor, made_on)
    currency = currency or book.settings.currency
    recording.check_money(amount, currency)
    earmark = recording.earmark(fund, class_, purpose)
    if value is None:
        valued, rate = value_of_day(book, amount, currency, made_on, earmark.fund)
    else:
        valued, rate = recording.value(amount, currency, value, reason, earmark.fund)
    label = free_labels(book.register).next(found.code, made_on)
    draft = events.prior_pledge(
        book.settings,
        day=day,
        made_on=made_on,
        cause=cause,
        donor=found.code,
        pledge=label,
        earmark=earmark,
        currency=currency,
        parts=[Instalment(amount, valued, due)],
    ).noted(rate=rate)
    return Drafted([draft])


@event_form("returned-gift", "A contribution is taken back", DONOR, _GIFT, _PART)
def returned_gift(
    recording: Recording, donor: str, reverses: str, value: Decimal | None
) -> Drafted:
    """The bank takes back a contribution of DONOR that no pledge preceded.

    Without VALUE what reached the bank goes back, and what its correspondents kept of it is no
    charge any more.
    """
    found = find_gift(recording.book, _code(recording, donor), reverses, recording.day)
    taken = found.gift.value - found.charges if value is None else value
    draft = events.returned_gift(
        recording.book.settings,
        day=recording.day,
        gift=found.gift,
        value=taken,
        charges=charges_undone(found.charges, found.gift.value, taken),
        reverses=reverses,
    )
    return Drafted([draft])


@event_form(
    "re-earmark-gift",
    "A contribution was for another purpose",
    DONOR,
    _GIFT,
    _PART,
    _CAUSE,
    *EARMARK,
    often=("fund", "class_", "purpose"),
)
def re_earmark_gift(
    recording: Recording,
    donor: str,
    reverses: str,
    value: Decimal | None,
    cause: str,
    fund: str,
    class_: str,
    purpose: str,
) -> Drafted:
    """A contribution of DONOR that no pledge preceded goes to another class or purpose."""
    found = find_gift(recording.book, _code(recording, donor), reverses, recording.day)
    left = found.gift.value
    amount = left if value is None else value
    if amount > left:
        raise EventRefusedError(f"{left} of that contribution is left where it was.")
    draft = events.re_earmarked_gift(
        recording.book.settings,
        day=recording.day,
        gift=found.gift,
        value=amount,
        earmark=recording.earmark(fund or found.gift.fund, class_, purpose),
        cause=cause,
        reverses=reverses,
    )
    return Drafted([draft])


_TO = Field("to", "Right donor", option="--to", help="The donor whose it is, by code or name.",
            required=True, suggests="donor")  # fmt: skip


@event_form(
    "reassign",
    "A pledge was recorded under the wrong donor",
    Field("label", "Pledge or instalment", suggests="instalment"),
    _TO,
    Field("every_of", "All of one donor", option="--all-of", suggests="donor",
          help="All that the book holds of this donor, who is the same as the right one."),
    _CAUSE,
    often=("label", "authority"),
)  # fmt: skip
def reassign(recording: Recording, label: str, to: str, every_of: str, cause: str) -> Drafted:
    """Pledge or instalment LABEL is another donor's; it needs an --authority.

    From that day on every net figure is as if it had been recorded right; what a closed period
    reported stays, and is an adjustment of both donors. With --all-of every pledge and contribution
    of one donor that the book holds: two donors become one.
    """
    book, day = recording.book, recording.day
    donor = find_donor(book.settings, to, day).code
    told = {"to": donor, "cause": cause, "authority": recording.stated.get("authority", "")}
    if bool(label) == bool(every_of):
        raise EventRefusedError("Name one pledge or instalment, or a donor with --all-of.")
    settings = book.settings
    if label:
        found = find_reassignable(book, label, day)
        drafts = [
            reassignment_of_settled(settings, day=day, settled=each, **told)
            for each in found.settled
        ]
        if found.moving:
            drafts.append(reassignment(settings, day=day, moving=found.moving, **told))
        return Drafted(_on_paper(drafts, recording))
    code = find_donor(settings, every_of, date.max).code
    drafts = [
        reassignment(settings, day=day, moving=moving, **told)
        for moving in pledges_of_donor(book, code, day)
    ]
    drafts += [
        reassigned_gift(settings, day=day, gift=gift, reverses=name, **told)
        for name, gift in gifts_left(book, code, day)
    ]
    if not drafts:
        raise EventRefusedError(f"The book holds no pledge and no contribution of {code}.")
    return Drafted(_on_paper(drafts, recording))


def _on_paper(drafts: Iterable[Draft], recording: Recording) -> list[Draft]:
    """Return entries that all rest on the paper that is stated."""
    paper = {key: recording.stated[key] for key in ("document",) if key in recording.stated}
    return [draft.noted(meta=paper) for draft in drafts]


@event_form(
    "reassign-gift",
    "A contribution was recorded under the wrong donor",
    DONOR,
    _GIFT,
    _TO,
    _CAUSE,
    often=("authority",),
)
def reassign_gift(recording: Recording, donor: str, reverses: str, to: str, cause: str) -> Drafted:
    """A contribution of DONOR that no pledge preceded is another's; it needs an --authority."""
    settings, day = recording.book.settings, recording.day
    draft = reassigned_gift(
        settings,
        day=day,
        gift=find_gift(recording.book, _code(recording, donor), reverses, day).gift,
        to=find_donor(settings, to, day).code,
        reverses=reverses,
        cause=cause,
        authority=recording.stated.get("authority", ""),
    )
    return Drafted([draft])


@event_form(
    "correction",
    "A correction of an earlier period",
    Field("value", "Value", kind="amount", required=True),
    Field(
        "leaves", "It leaves the balance", option="--leaves", kind="flag",
        help="It leaves the fund's balance; else it comes to it.",
    ),
    Field(
        "obligated", "Not paid yet", option="--obligated", kind="flag",
        help="In obligations, not in cash.",
    ),
    Field("concerns", "Concerns", option="--concerns", help="A day of the period it is of.",
          kind="day"),
    Field("kind", "Kind", option="--kind", kind="choice", choices=("", *OWN_RESULT),
          help="The kind of income or expenditure it belonged in."),
    _CAUSE,
    *EARMARK,
    often=("leaves", "fund", "purpose"),
)  # fmt: skip
def correction(
    recording: Recording,
    value: Decimal,
    concerns: date | None,
    kind: str,
    cause: str,
    fund: str,
    class_: str,
    purpose: str,
    *,
    leaves: bool,
    obligated: bool,
) -> Drafted:
    """VALUE that an earlier period got wrong and that concerns no donor.

    By CONCERNS and KIND statements under IPSAS restate that period's figures.
    """
    draft = events.correction(
        recording.book.settings,
        day=recording.day,
        earmark=recording.earmark(fund, class_, purpose),
        value=-value if leaves else value,
        cause=cause,
        obligated=obligated,
        concerns=concerns,
        kind=kind,
    )
    return Drafted([draft])


def _code(recording: Recording, donor: str) -> str:
    return find_donor(recording.book.settings, donor, recording.day).code

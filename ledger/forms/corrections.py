"""Forms of what earlier entries got wrong, in this period or in a closed one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pledgebook.ledger import events
from pledgebook.ledger.events.asking import dollars_of_day, find_donor, free_labels
from pledgebook.ledger.events.gifts import find_gift
from pledgebook.ledger.events.parts import Part as Instalment
from pledgebook.ledger.events.parts import charges_undone
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.forms.field import Field
from pledgebook.ledger.forms.form import EARMARK, STATED_DOLLARS, Drafted, Recording, event_form
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
    "dollars", "Dollars", option="--dollars", help="How much of it; else all.", kind="dollars"
)


@event_form(
    "prior-pledge",
    "A pledge of an earlier period",
    DONOR,
    Field("amount", "Amount", kind="amount", required=True),
    Field("currency", "Currency", option="--currency", default="USD", suggests="currency"),
    Field(
        "made_on", "Made on", option="--made-on", help="The day it was made.", kind="day",
        required=True,
    ),
    Field("due", "Due", option="--due", help="When it falls, or fell, due.", kind="day"),
    _CAUSE,
    *STATED_DOLLARS,
    *EARMARK,
)  # fmt: skip
def prior_pledge(
    recording: Recording,
    donor: str,
    amount: Decimal,
    currency: str,
    made_on: date,
    due: date | None,
    cause: str,
    dollars: Decimal | None,
    reason: str,
    fund: str,
    class_: str,
    purpose: str,
) -> Drafted:
    """A pledge of DONOR made in an earlier period and found only now: an adjustment."""
    book, day = recording.book, recording.day
    found = find_donor(book.settings, donor, made_on)
    recording.check_money(amount, currency)
    if dollars is None:
        value, rate = dollars_of_day(book, amount, currency, made_on)
    else:
        value, rate = recording.value(amount, currency, dollars, reason)
    label = free_labels(book.register).next(found.code, made_on)
    draft = events.prior_pledge(
        book.settings,
        day=day,
        made_on=made_on,
        cause=cause,
        donor=found.code,
        pledge=label,
        earmark=recording.earmark(fund, class_, purpose),
        currency=currency,
        parts=[Instalment(amount, value, due)],
    ).noted(rate=rate)
    return Drafted([draft])


@event_form("returned-gift", "A contribution is taken back", DONOR, _GIFT, _PART)
def returned_gift(
    recording: Recording, donor: str, reverses: str, dollars: Decimal | None
) -> Drafted:
    """The bank takes back a contribution of DONOR that no pledge preceded.

    Without DOLLARS what reached the bank goes back, and what its correspondents kept of it is no
    charge any more.
    """
    found = find_gift(recording.book, _code(recording, donor), reverses, recording.day)
    taken = found.gift.dollars - found.charges if dollars is None else dollars
    draft = events.returned_gift(
        recording.book.settings,
        day=recording.day,
        gift=found.gift,
        dollars=taken,
        charges=charges_undone(found.charges, found.gift.dollars, taken),
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
)
def re_earmark_gift(
    recording: Recording,
    donor: str,
    reverses: str,
    dollars: Decimal | None,
    cause: str,
    fund: str,
    class_: str,
    purpose: str,
) -> Drafted:
    """A contribution of DONOR that no pledge preceded goes to another class or purpose."""
    found = find_gift(recording.book, _code(recording, donor), reverses, recording.day)
    left = found.gift.dollars
    amount = left if dollars is None else dollars
    if amount > left:
        raise EventRefusedError(f"{left} of that contribution is left where it was.")
    draft = events.re_earmarked_gift(
        recording.book.settings,
        day=recording.day,
        gift=found.gift,
        dollars=amount,
        earmark=recording.earmark(fund or found.gift.fund, class_, purpose),
        cause=cause,
        reverses=reverses,
    )
    return Drafted([draft])


@event_form(
    "correction",
    "A correction of an earlier period",
    Field("dollars", "Dollars", kind="amount", required=True),
    Field(
        "leaves", "It leaves the balance", option="--leaves", kind="flag",
        help="It leaves the fund's balance; else it comes to it.",
    ),
    Field(
        "obligated", "Not paid yet", option="--obligated", kind="flag",
        help="In obligations, not in cash.",
    ),
    _CAUSE,
    *EARMARK,
)  # fmt: skip
def correction(
    recording: Recording,
    dollars: Decimal,
    cause: str,
    fund: str,
    class_: str,
    purpose: str,
    *,
    leaves: bool,
    obligated: bool,
) -> Drafted:
    """DOLLARS that an earlier period got wrong and that concern no donor."""
    draft = events.correction(
        recording.book.settings,
        day=recording.day,
        earmark=recording.earmark(fund, class_, purpose),
        dollars=-dollars if leaves else dollars,
        cause=cause,
        obligated=obligated,
    )
    return Drafted([draft])


def _code(recording: Recording, donor: str) -> str:
    return find_donor(recording.book.settings, donor, recording.day).code

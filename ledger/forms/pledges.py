"""Forms of pledges: what donors promised, and what they only said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from pledgebook.ledger import events
from pledgebook.ledger.declared.currencies import decimals, is_currency
from pledgebook.ledger.declared.rates import Rate
from pledgebook.ledger.events.asking import (
    INTERVALS,
    find_donor,
    find_pledged,
    free_labels,
    read_amount,
    read_percent,
    share_out,
    standing_dates,
)
from pledgebook.ledger.events.parts import Earmark
from pledgebook.ledger.events.parts import Part as Instalment
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.forms.field import Field, Part
from pledgebook.ledger.forms.form import (
    ACCEPTANCE,
    AGREEMENT,
    CURRENCY,
    EARMARK,
    STATED_VALUE,
    Drafted,
    Recording,
    event_form,
)
from pledgebook.ledger.guards.announcements import AnnouncementDraft
from pledgebook.ledger.money import format_units

DONOR = Field("donor", "Donor", required=True, suggests="donor")
INSTALMENTS = Field(
    "instalments",
    "Instalments",
    option="--instalment",
    help="Where there are several: the amount of each, and when it falls due.",
    many=True,
    metavar="AMOUNT@DUE",
    parts=(Part("Amount", kind="amount"), Part("Due", "@", "day")),
)


WITHOUT_PURPOSE = "none"
"""Names the share of a pledge that is for no purpose."""

STANDING = "standing"
"""Metadata of a commitment in equal instalments: each, at what interval, how many times."""

SHARED = "shared"
"""Metadata of a commitment shared over purposes: PURPOSE=PERCENT, as the donor said it."""

_WHOLE = Decimal(100)
_STANDING = (
    "A standing pledge is an AMOUNT --every month, quarter, half-year or year, so many --times, "
    "the first when --due says: state all four."
)
_EQUAL = (
    "An AMOUNT in --equal instalments falls due --every month, quarter, half-year or year, the "
    "first when --due says: state all four, and no --times."
)


@event_form(
    "pledge",
    "A pledge",
    DONOR,
    Field("amount", "Amount", kind="amount"),
    CURRENCY,
    Field(
        "due",
        "Due",
        option="--due",
        help="When it falls due; of several equal instalments the first.",
        kind="day",
    ),
    INSTALMENTS,
    Field(
        "equal",
        "Equal instalments",
        option="--equal",
        help="In how many equal instalments AMOUNT falls due, the first when --due says.",
        kind="count",
    ),
    Field(
        "every",
        "Every",
        option="--every",
        help="At what interval equal instalments fall due.",
        kind="choice",
        choices=("", *INTERVALS),
        metavar="|".join(INTERVALS),
    ),
    Field(
        "times",
        "Times",
        option="--times",
        help="A standing pledge: AMOUNT each time, so many times.",
        kind="count",
    ),
    Field(
        "condition",
        "Condition",
        option="--condition",
        help="What it depends on, in the donor's words.",
    ),
    Field(
        "pledged_only",
        "Said, and not committed in writing",
        option="--pledged-only",
        help="It is kept in view, outside the accounts, until it is committed in writing.",
        kind="flag",
    ),
    *STATED_VALUE,
    *EARMARK,
    Field(
        "shares",
        "Shared over purposes",
        option="--share",
        help="Each purpose with its per cent, together 100; none stands for the part without one.",
        many=True,
        metavar="PURPOSE=PERCENT",
        parts=(Part("Purpose", suggests="purpose"), Part("Per cent", "=", "percent")),
    ),
    AGREEMENT,
    ACCEPTANCE,
    often=("amount", "currency", "due", "fund", "purpose"),
)
def pledge(
    recording: Recording,
    donor: str,
    amount: Decimal | None,
    currency: str,
    due: date | None,
    instalments: Sequence[str],
    equal: int | None,
    every: str,
    times: int | None,
    condition: str,
    value: Decimal | None,
    reason: str,
    fund: str,
    class_: str,
    purpose: str,
    shares: Sequence[str],
    *,
    pledged_only: bool,
) -> Drafted:
    """A pledge of DONOR: a written commitment, in instalments or as one AMOUNT.

    AMOUNT may be divided: --equal says into how many instalments, the last taking the rest of a
    cent. With --times it is a standing pledge: AMOUNT each time. Both begin when --due says, and go
    on at the interval that --every says. With --share each instalment is shared over purposes by
    per cent, to the cent, the last purpose taking the rest.
    """
    book, day = recording.book, recording.day
    found = find_donor(book.settings, donor, day)
    currency = currency or book.settings.currency
    asked = _read_instalments(instalments)
    if amount is not None and not asked:
        asked = _at_intervals(amount, currency, due, every, equal, times)
    elif amount is not None or due is not None or not asked:
        raise EventRefusedError("State an AMOUNT with --due, or each --instalment by itself.")
    elif every or times is not None:
        raise EventRefusedError(_STANDING)
    elif equal is not None:
        raise EventRefusedError(_EQUAL)
    if times is not None:
        each = f"{format_units(asked[0][0])} {currency}"
        recording.stated.setdefault(STANDING, f"{each} every {every}, {times} times")
    earmark = recording.earmark(fund, class_, purpose)
    places: list[Earmark] = []
    if shares:
        if purpose:
            raise EventRefusedError(
                f"A pledge is for one --purpose or is shared over several: {purpose} is one of "
                "them, with its per cent, or the only one."
            )
        percents = _read_shares(recording, shares, fund, class_)
        recording.stated.setdefault(SHARED, ", ".join(shares))
        places = [place for _ in asked for place in percents]
        asked = [
            (part, when)
            for whole, when in asked
            for part in share_out(whole, list(percents.values()), _places_of(whole, currency))
        ]
    parts, rate = _valued(recording, asked, currency, value, reason, earmark.fund)
    if places:
        parts = [replace(part, earmark=at) for part, at in zip(parts, places, strict=True)]
    label = free_labels(book.register).next(found.code, day)
    draft = events.commitment(
        book.settings,
        day=day,
        donor=found.code,
        pledge=label,
        earmark=earmark,
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
    *STATED_VALUE,
    ACCEPTANCE,
    often=("instalments",),
)
def commit(
    recording: Recording,
    pledge: str,
    instalments: Sequence[str],
    value: Decimal | None,
    reason: str,
) -> Drafted:
    """What was only pledged is committed; each --instalment in order says what it becomes."""
    claims = find_pledged(recording.book.register, pledge, recording.day)
    asked = _read_instalments(instalments) or [(claim.units, claim.due) for claim in claims]
    parts, rate = _valued(recording, asked, claims[0].currency, value, reason, claims[0].fund)
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
    often=("fund",),
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


def _at_intervals(
    amount: Decimal,
    currency: str,
    due: date | None,
    every: str,
    equal: int | None,
    times: int | None,
) -> list[tuple[Decimal, date | None]]:
    """Return the instalments of an amount: it alone, `equal` parts of it, or it so many `times`."""
    if equal is not None:
        if not every or due is None or times is not None:
            raise EventRefusedError(_EQUAL)
        days = standing_dates(due, every, equal)
        shares = share_out(amount, [Decimal(1)] * equal, _places_of(amount, currency))
        return list(zip(shares, days, strict=True))
    if not every and times is None:
        return [(amount, due)]
    if not every or times is None or due is None:
        raise EventRefusedError(_STANDING)
    return [(amount, day) for day in standing_dates(due, every, times)]


def _read_shares(
    recording: Recording, texts: Sequence[str], fund: str, class_: str
) -> dict[Earmark, Decimal]:
    """Read PURPOSE=PERCENT, each purpose once and together a hundred, as where each part goes."""
    percents: dict[Earmark, Decimal] = {}
    for text in texts:
        purpose, equals, percent = text.rpartition("=")
        if not equals:
            raise EventRefusedError(
                f"--share {text!r} is not PURPOSE=PERCENT, as in corruption=60."
            )
        purpose = "" if purpose == WITHOUT_PURPOSE else purpose
        place = recording.earmark(fund, class_, purpose)
        if place in percents:
            raise EventRefusedError(
                f"A purpose has one share; {purpose or WITHOUT_PURPOSE} has two: add them up."
            )
        percents[place] = read_percent(percent)
    total = sum(percents.values(), Decimal(0))
    if total != _WHOLE:
        raise EventRefusedError(
            f"Shares are of the whole pledge, a hundred per cent together; these are "
            f"{format_units(total)}."
        )
    return percents


def _places_of(amount: Decimal, currency: str) -> int:
    """Return to how many decimal places an amount is shared: its currency's, or its own if it has
    more.
    """
    own = amount.normalize().as_tuple().exponent
    exact = -own if isinstance(own, int) else 0
    return max(decimals(currency) if is_currency(currency) else 0, exact, 0)


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
    value: Decimal | None,
    reason: str,
    fund: str,
) -> tuple[list[Instalment], Rate | None]:
    """Value instalments at the rate of the day, each by itself, or share the value stated."""
    for amount, _ in asked:
        recording.check_money(amount, currency)
    rate: Rate | None = None
    if value is None:
        values = []
        for amount, _ in asked:
            valued, rate = recording.value(amount, currency, None, reason, fund)
            values.append(valued)
    else:
        recording.value(value, currency, value, reason, fund)
        values = share_out(value, [amount for amount, _ in asked], recording.book.settings.decimals)
    pairs = zip(asked, values, strict=True)
    return [Instalment(amount, valued, due) for (amount, due), valued in pairs], rate

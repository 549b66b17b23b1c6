"""Forms of spending, and of money that moves between funds and classes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from pledgebook.ledger import events
from pledgebook.ledger.declared.funds import INTEREST_BY
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events.apportioning import apportion_interest
from pledgebook.ledger.events.asking import find_donor, read_money
from pledgebook.ledger.events.parts import Earmark
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.forms.field import Field, Part
from pledgebook.ledger.forms.form import (
    AGREEMENT,
    BUDGET_LINE,
    EARMARK,
    Drafted,
    Recording,
    event_form,
)
from pledgebook.ledger.money import format_amount
from pledgebook.ledger.register.obligations import OBLIGATION, outstanding_on

VALUE = Field("value", "Value", kind="value", required=True)
_OBLIGATION = Field(
    "obligation",
    "Obligation",
    option="--obligation",
    help="Its reference, such as that of the contract or order.",
)
_PLACES = "FUND[/CLASS[/PURPOSE]]"
_FROM = Field(
    "source",
    "From",
    option="--from",
    help="Whose money it is: fund, class and purpose, divided by strokes.",
    required=True,
    metavar=_PLACES,
    suggests="place",
)
_TO = Field(
    "target",
    "To",
    option="--to",
    help="Whose money it becomes.",
    required=True,
    metavar=_PLACES,
    suggests="place",
)


@event_form(
    "expenditure",
    "Expenditure",
    VALUE,
    Field(
        "obligated",
        "Not paid yet",
        option="--obligated",
        help="An obligation is raised, and paid later.",
        kind="flag",
    ),
    _OBLIGATION,
    *EARMARK,
    AGREEMENT,
    BUDGET_LINE,
    often=("fund", "purpose"),
)
def expenditure(
    recording: Recording,
    value: Decimal,
    obligation: str,
    fund: str,
    class_: str,
    purpose: str,
    *,
    obligated: bool,
) -> Drafted:
    """VALUE is spent on the programme."""
    if obligation and not obligated:
        raise EventRefusedError(
            "What is paid at once needs no obligation: give --obligated too, or record the payment "
            "of the obligation as obligation."
        )
    draft = events.expenditure(
        recording.book.settings,
        day=recording.day,
        earmark=recording.earmark(fund, class_, purpose),
        value=value,
        obligated=obligated,
    )
    return Drafted([_referring(draft, obligation)])


def _referring(draft: Draft, obligation: str) -> Draft:
    return draft.noted(meta={OBLIGATION: obligation}) if obligation else draft


@event_form("bank-charge", "Bank charge", VALUE, *EARMARK, AGREEMENT, BUDGET_LINE, often=("fund",))
def bank_charge(
    recording: Recording, value: Decimal, fund: str, class_: str, purpose: str
) -> Drafted:
    """The bank took VALUE for itself; what banks kept of a payment belongs to the payment."""
    draft = events.bank_charge(
        recording.book.settings,
        day=recording.day,
        earmark=recording.earmark(fund, class_, purpose),
        value=value,
    )
    return Drafted([draft])


@event_form(
    "obligation",
    "An obligation is paid",
    VALUE,
    _OBLIGATION,
    *EARMARK,
    AGREEMENT,
    often=("obligation", "fund", "purpose"),
)
def obligation(
    recording: Recording, value: Decimal, obligation: str, fund: str, class_: str, purpose: str
) -> Drafted:
    """An obligation is paid: no new expenditure."""
    draft = events.obligation_paid(
        recording.book.settings,
        day=recording.day,
        earmark=recording.earmark(fund, class_, purpose),
        value=value,
    )
    return Drafted([_referring(draft, obligation)])


@event_form(
    "savings",
    "An obligation is not needed",
    VALUE,
    _OBLIGATION,
    *EARMARK,
    AGREEMENT,
    often=("obligation", "fund", "purpose"),
)
def savings(
    recording: Recording, value: Decimal, obligation: str, fund: str, class_: str, purpose: str
) -> Drafted:
    """VALUE of an obligation is not needed.

    Of an earlier period it is a saving, below the line; of this one its expenditure is taken back.
    """
    book, day = recording.book, recording.day
    settings, earmark = book.settings, recording.earmark(fund, class_, purpose)
    place = (earmark.fund, earmark.class_, earmark.purpose)
    left = outstanding_on(book.entries, settings, day, place=place, reference=obligation)
    if left.earlier <= 0 and left.raised <= 0:
        raise EventRefusedError(
            f"Nothing is outstanding on {day} of {obligation or 'obligations without a reference'} "
            f"in {' '.join(filter(None, place))}: the report obligations lists what is, by its "
            "reference."
        )
    if left.raised <= 0 or value <= left.earlier:
        draft = events.savings(settings, day=day, earmark=earmark, value=value)
        return Drafted([_referring(draft, obligation)])
    if left.earlier > 0:
        raise EventRefusedError(
            f"Of {format_amount(left.earlier + left.raised)} outstanding "
            f"{format_amount(left.earlier)} is of an earlier period, a saving, and "
            f"{format_amount(left.raised)} of this one, whose expenditure is taken back: record "
            f"the saving of {format_amount(left.earlier)} first, then the rest."
        )
    if len(left.spent_on) > 1:
        raise EventRefusedError(
            f"It was raised on {' and '.join(left.spent_on)}: write by hand how much of each is "
            "taken back, with a minus, and the obligation."
        )
    draft = events.obligation_cancelled(
        settings, day=day, earmark=earmark, value=value, spent_on="".join(left.spent_on)
    )
    return Drafted([_referring(draft, obligation)])


@event_form(
    "programme-support",
    "Programme support costs",
    Field("expenditure", "Expenditure", kind="value", required=True),
    Field("percent", "Per cent", option="--percent", kind="percent", default="13"),
    *EARMARK,
    AGREEMENT,
    BUDGET_LINE,
    often=("percent", "fund", "purpose"),
)
def programme_support(
    recording: Recording,
    expenditure: Decimal,
    percent: Decimal,
    fund: str,
    class_: str,
    purpose: str,
) -> Drafted:
    """Support costs on EXPENDITURE: a cost of its class, income of the support class."""
    draft = events.programme_support(
        recording.book.settings,
        day=recording.day,
        earmark=recording.earmark(fund, class_, purpose),
        expenditure=expenditure,
        rate=percent / 100,
    )
    return Drafted([draft])


@event_form(
    "interest",
    "Interest",
    Field(
        "shares",
        "Shares",
        many=True,
        metavar="[FUND[/CLASS[/PURPOSE]]=VALUE...]",
        parts=(Part("Fund and class", suggests="place"), Part("Value", "=", "value")),
    ),
    Field("value", "Value", option="--value", help="In all, to be shared by balances.",
          kind="value"),
    Field("fund", "Fund", option="--fund", help="The fund whose classes share it, with the funds "
          "operated within it; not needed where there is one only.", suggests="fund"),
    Field("since", "From", option="--from", help="The first day of those it was earned on, up to "
          "--date.", kind="day"),
    Field("by", "Balances", option="--by", kind="choice", choices=("", *INTEREST_BY),
          help="By average or month-end balances; as the fund declares where it is empty."),
    AGREEMENT,
    often=("shares", "value", "since"),
)  # fmt: skip
def interest(
    recording: Recording,
    shares: Sequence[str],
    value: Decimal | None,
    fund: str,
    since: date | None,
    by: str,
) -> Drafted:
    """Interest as advised, to each class its share, or --value shared by balances.

    By balances each class gets its share by the cash it held --from a day to --date.
    """
    book, day = recording.book, recording.day
    if bool(shares) == (value is not None):
        raise EventRefusedError(
            "State the share of each class (FUND/CLASS=VALUE), or --value and --from to share "
            "by balances."
        )
    if shares and (fund or since or by):
        raise EventRefusedError(
            "--fund, --from and --by are of interest that is shared by balances, and here each "
            "share is stated: leave them out, or state --value in place of the shares."
        )
    if value is not None:
        if since is None:
            raise EventRefusedError("State --from, the first day on which interest was earned.")
        outer = [each.code for each in book.settings.funds.values() if not each.within]
        named = fund or (outer[0] if len(outer) == 1 else "")
        own = recording.earmark(named, "", "").fund
        kind = by or book.settings.funds[own].interest_by
        found = apportion_interest(book, value=value, fund=own, first=since, last=day, by=kind)
        words = f"Interest of {since} to {day}, by {kind} balances of the classes"
        by_fund: dict[str, list[tuple[Earmark, Decimal]]] = {}
        for earmark, share in found:
            by_fund.setdefault(earmark.fund, []).append((earmark, share))
        return Drafted(
            [
                events.interest(book.settings, day=day, shares=of_fund).noted(narration=words)
                for of_fund in by_fund.values()
            ]
        )
    read = []
    for text in shares:
        place, _, amount = text.rpartition("=")
        read.append((recording.place(place), read_money(amount)))
    return Drafted([events.interest(recording.book.settings, day=recording.day, shares=read)])


@event_form("miscellaneous-income", "Miscellaneous income", VALUE, *EARMARK, often=("fund",))
def miscellaneous_income(
    recording: Recording, value: Decimal, fund: str, class_: str, purpose: str
) -> Drafted:
    """VALUE came that is neither a contribution nor interest."""
    draft = events.miscellaneous_income(
        recording.book.settings,
        day=recording.day,
        earmark=recording.earmark(fund, class_, purpose),
        value=value,
    )
    return Drafted([draft])


@event_form(
    "operating-reserve",
    "Operating reserve",
    VALUE,
    Field(
        "free", "It is given free", option="--free", help="The reserve becomes less.", kind="flag"
    ),
    *EARMARK,
    often=("free", "fund"),
)
def operating_reserve(
    recording: Recording, value: Decimal, fund: str, class_: str, purpose: str, *, free: bool
) -> Drafted:
    """A part of the balance is set aside as operating reserve."""
    draft = events.operating_reserve(
        recording.book.settings,
        day=recording.day,
        earmark=recording.earmark(fund, class_, purpose),
        value=-value if free else value,
    )
    return Drafted([draft])


@event_form(
    "transfer",
    "Transfer",
    VALUE,
    _FROM,
    _TO,
    Field(
        "settled",
        "The cash moved too",
        option="--settled",
        help="Where it did not, the one fund owes it to the other.",
        kind="flag",
    ),
    Field(
        "donor",
        "Donor",
        option="--donor",
        help="The donor who asked for it.",
        suggests="donor",
    ),
    often=("settled",),
)
def transfer(
    recording: Recording, value: Decimal, source: str, target: str, donor: str, *, settled: bool
) -> Drafted:
    """Collected money passes to another fund or class; no schedule is touched."""
    settings, day = recording.book.settings, recording.day
    draft = events.transfer(
        settings,
        day=day,
        source=recording.place(source),
        target=recording.place(target),
        value=value,
        settled=settled,
        donor=find_donor(settings, donor, day).code if donor else "",
    ).noted(narration=f"Transfer from {source} to {target}")
    return Drafted([draft])


@event_form("settlement", "Settlement between funds", VALUE, _FROM, _TO)
def settlement(recording: Recording, value: Decimal, source: str, target: str) -> Drafted:
    """Money that one fund owes another is paid."""
    draft = events.settlement(
        recording.book.settings,
        day=recording.day,
        source=recording.place(source),
        target=recording.place(target),
        value=value,
    ).noted(narration=f"Settlement from {source} to {target}")
    return Drafted([draft])

"""Forms of money from donors, and of money that goes back to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from pledgebook.ledger import events
from pledgebook.ledger.declared.currencies import EURO_RATES
from pledgebook.ledger.declared.rates import Rate
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events.asking import (
    Asked,
    advance_for,
    find_claim,
    find_donor,
    free_labels,
    in_euros,
    read_amount,
    read_as_legacy,
    receipt_held,
    redenominated,
    settle,
    value_of_day,
)
from pledgebook.ledger.events.returns import find_return
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.forms.changes import LABEL
from pledgebook.ledger.forms.field import Field, Part
from pledgebook.ledger.forms.form import (
    ACCEPTANCE,
    AGREEMENT,
    EARMARK,
    Drafted,
    Recording,
    event_form,
)
from pledgebook.ledger.forms.pledges import DONOR
from pledgebook.ledger.matching.allocation import PAID_METAVAR, read_allocation, spread
from pledgebook.ledger.money import ZERO, format_amount, format_units

_PAID = (
    Part("Instalment", suggests="instalment"),
    Part("Amount", "=", "amount"),
    Part("Currency", suggests="currency"),
    Part("Value of it", "@", "value"),
)


@event_form(
    "payment",
    "A payment",
    Field("paid", "Instalments paid", required=True, many=True, metavar=f"{PAID_METAVAR}...",
          parts=_PAID),
    Field("value", "Value received", option="--value",
          help="What reached the bank, in the book's currency.", kind="value"),
    Field("at_rate", "Credited in the pledge's currency", option="--at-rate",
          help="It is valued at the rate of the day.", kind="flag"),
    Field("charges", "Bank charges", option="--charges",
          help="What banks kept of it, in the book's currency.", kind="value-or-none"),
    Field("payer", "Payer", option="--payer", help="Who paid, where it was not the donor."),
    Field("receipt", "Label of what is too much", option="--receipt",
          help="Under which what is paid too much waits; the next free one where it is empty."),
    often=("value", "charges"),
)  # fmt: skip
def payment(
    recording: Recording,
    paid: Sequence[str],
    value: Decimal | None,
    charges: Decimal | None,
    payer: str,
    receipt: str,
    *,
    at_rate: bool,
) -> Drafted:
    """A payment of one instalment or several; without an amount, of all that is outstanding.

    Of a pledge with several instalments its amount, or the value, goes over them, the oldest
    first, as far as they are of one fund, class and purpose; those that are named come first.
    What is paid too much waits as an unapplied receipt. A pledge in a currency that the euro
    replaced is redenominated first, where the amount is in another.
    """
    book, day = recording.book, recording.day
    kept = charges or ZERO
    drafts, asked = _read_paid(recording, paid)
    rate: Rate | None = None
    if at_rate:
        value, rate = _at_un_rate(recording, asked, value)
    gross = None if value is None else value + kept
    settled, excess = settle(book.register, asked, gross, day, book.settings.currency)
    if excess and not receipt:
        receipt = free_labels(book.register).receipt(day)
    drafts.append(
        events.joint_payment(
            book.settings,
            day=day,
            settled=settled,
            charges=kept,
            excess=excess,
            receipt=receipt if excess else "",
        ).noted(rate=rate, meta={"payer": payer} if payer else None)
    )
    return Drafted(drafts, before=[each.claim for each in asked])


def _read_paid(recording: Recording, texts: Sequence[str]) -> tuple[list[Draft], list[Asked]]:
    book, day = recording.book, recording.day
    drafts: list[Draft] = []
    asked = []
    for read in spread(book.register, [read_allocation(text) for text in texts], day):
        claim = find_claim(book.register, read.label, day)
        currency, amount = read.currency or claim.currency, read.amount
        if amount is not None and not read.currency:
            looks_wrong = read_as_legacy(book.register, claim, amount)
            if looks_wrong:
                raise EventRefusedError(looks_wrong)
        euros = None if amount is None else in_euros(claim, amount, currency, day)
        if amount is not None and euros is not None:
            recording.stated.setdefault("original", f"{format_units(amount)} {currency}")
            currency, amount = claim.currency, euros
        if currency != claim.currency:
            if claim.currency not in EURO_RATES:
                raise EventRefusedError(
                    f"{claim.label} is in {claim.currency}; state what is settled of it in that "
                    f"currency, not in {currency}."
                )
            drafts.append(
                events.redenomination(book.settings, day=day, claim=claim, currency=currency)
            )
            claim = redenominated(claim, currency)
        if amount is not None:
            recording.check_money(amount, currency)
        asked.append(Asked(claim, amount, read.value))
    return drafts, asked


def _at_un_rate(
    recording: Recording, asked: Sequence[Asked], value: Decimal | None
) -> tuple[Decimal, Rate | None]:
    currencies = {each.claim.currency for each in asked}
    if value is not None or len(currencies) != 1:
        raise EventRefusedError("--at-rate is for one currency, and instead of --value.")
    units = [each.claim.units if each.amount is None else each.amount for each in asked]
    return value_of_day(recording.book, sum(units, Decimal(0)), currencies.pop(), recording.day)


@event_form(
    "receipt",
    "A contribution without a pledge",
    DONOR,
    Field("value", "Value received", kind="value"),
    Field(
        "original",
        "Sent in another currency",
        option="--original",
        help="What was sent: its value is taken at the book's rate where none is stated.",
        metavar="AMOUNT CUR",
        parts=(Part("Amount", kind="amount"), Part("Currency", " ", suggests="currency")),
    ),
    *EARMARK,
    AGREEMENT,
    ACCEPTANCE,
    often=("value", "original", "fund", "purpose"),
)
def receipt(
    recording: Recording,
    donor: str,
    value: Decimal | None,
    original: str,
    fund: str,
    class_: str,
    purpose: str,
) -> Drafted:
    """A contribution of DONOR that no pledge preceded, at the VALUE received.

    Without VALUE, the --original amount at the rate of the day. Also for a share of
    confiscated proceeds.
    """
    book, day = recording.book, recording.day
    rate: Rate | None = None
    meta = {}
    if original:
        number, _, currency = original.rpartition(" ")
        amount = read_amount(number)
        recording.check_money(amount, currency)
        meta["original"] = f"{format_units(amount)} {currency}"
        if value is None:
            value, rate = value_of_day(book, amount, currency, day)
    if value is None:
        raise EventRefusedError("State the value received, or the --original amount.")
    draft = events.receipt_without_pledge(
        book.settings,
        day=day,
        donor=find_donor(book.settings, donor, day).code,
        earmark=recording.earmark(fund, class_, purpose),
        value=value,
    ).noted(rate=rate, meta=meta)
    return Drafted([draft])


@event_form(
    "unapplied",
    "A receipt not known yet",
    Field("value", "Value received", kind="value", required=True),
    Field("fund", "Fund", option="--fund", suggests="fund"),
    Field("class_", "Class", option="--class", suggests="class"),
    Field(
        "label",
        "Its label",
        option="--label",
        help="The next free one, such as R-2003-0001, where it is empty.",
    ),
    Field("payer", "Payer", option="--payer", help="Who paid, as far as it is known."),
    often=("fund", "payer"),
)
def unapplied(
    recording: Recording, value: Decimal, fund: str, class_: str, label: str, payer: str
) -> Drafted:
    """Money whose donor, purpose or pledge is not known yet."""
    book, day = recording.book, recording.day
    place = recording.earmark(fund, class_, "")
    draft = events.receipt_unapplied(
        book.settings,
        day=day,
        fund=place.fund,
        class_=place.class_,
        label=label or free_labels(book.register).receipt(day),
        value=value,
    ).noted(meta={"payer": payer} if payer else None)
    return Drafted([draft])


@event_form(
    "application",
    "A receipt is applied",
    Field("receipt", "Receipt", required=True, suggests="receipt"),
    Field("paid", "What it pays", many=True, metavar=f"[{PAID_METAVAR}]...", parts=_PAID),
    Field(
        "value",
        "Value",
        option="--value",
        help="How much of the receipt; all that it holds where it is empty.",
        kind="value",
    ),
    Field(
        "donor",
        "Donor",
        option="--donor",
        help="Whose it is, where no pledge preceded it.",
        suggests="donor",
    ),
    *EARMARK,
    often=("paid", "donor"),
)
def application(
    recording: Recording,
    receipt: str,
    paid: Sequence[str],
    value: Decimal | None,
    donor: str,
    fund: str,
    class_: str,
    purpose: str,
) -> Drafted:
    """Unapplied RECEIPT settles instalments or, with --donor, is a contribution of its own."""
    book, day = recording.book, recording.day
    held, amount = receipt_held(book.register, receipt, day)
    if bool(paid) == bool(donor):
        raise EventRefusedError("Name the instalments it settles, or the --donor it is from.")
    if donor:
        draft = events.application_without_pledge(
            book.settings,
            day=day,
            receipt=receipt,
            held=held,
            amount=amount,
            donor=find_donor(book.settings, donor, day).code,
            earmark=recording.earmark(fund or held.fund, class_, purpose),
            value=value,
        )
        return Drafted([draft])
    drafts, asked = _read_paid(recording, paid)
    gross = amount if value is None else value
    in_book_currency = all(each.claim.currency == book.settings.currency for each in asked)
    if in_book_currency and value is None and all(each.amount is not None for each in asked):
        gross = sum((each.amount or ZERO for each in asked), ZERO)
    settled, _ = settle(book.register, asked, gross, day, book.settings.currency)
    drafts.append(
        events.application(
            book.settings, day=day, receipt=receipt, held=held, amount=amount, settled=settled
        )
    )
    return Drafted(drafts)


@event_form(
    "returned-payment",
    "A payment is taken back",
    LABEL,
    Field(
        "reverses",
        "Payment taken back",
        option="--reverses",
        help="The payment's date or its ref.",
        required=True,
    ),
    Field(
        "amount",
        "Amount",
        option="--amount",
        help="How much is open again, in the instalment's currency; all of that payment where it "
        "is empty.",
        kind="amount",
    ),
    Field(
        "value",
        "Value",
        option="--value",
        help="What the bank took back, where that is not what came.",
        kind="value",
    ),
)
def returned_payment(
    recording: Recording,
    label: str,
    reverses: str,
    amount: Decimal | None,
    value: Decimal | None,
) -> Drafted:
    """The bank takes a payment of instalment LABEL back: the instalment is open again.

    Without VALUE what reached the bank goes back, and what its correspondents kept of the payment
    is no charge any more. Where the bank takes the gross amount, state it: the rest stays a charge.
    A value that differs from what came does not say how much is open again: state the amount
    too, the whole where the bank took all of it back at another rate.
    """
    register, day = recording.book.register, recording.day
    found = find_return(recording.book, label, reverses, day, amount)
    currency = found.now.currency
    if amount is not None:
        recording.check_money(amount, currency)
    elif value is not None and not found.net <= value <= found.value:
        if currency != recording.book.settings.currency:
            units = format_units(found.was.units - found.now.units)
            raise EventRefusedError(
                f"{format_amount(found.net)} came for {units} {currency} of {label}, and "
                f"{format_amount(value)} goes back: state with --amount how much is open again, "
                f"{units} where the bank took all of it back at another rate."
            )
        found = find_return(recording.book, label, reverses, day, value)
        found = replace(found, charges=ZERO)
    taken = found.net if value is None else value
    draft = events.returned_payment(
        recording.book.settings,
        day=day,
        now=found.now,
        was=found.was,
        value=taken,
        charges=found.charges_of(taken),
        income=found.income,
        reverses=reverses,
        advance=advance_for(register, found.now.label, day),
        told=found.told,
    )
    return Drafted([draft])


@event_form(
    "refund",
    "Refund",
    Field("donor", "Donor", suggests="donor"),
    Field("value", "Value", kind="value"),
    Field("receipt", "Receipt", option="--receipt", help="The receipt that holds an over-payment.",
          suggests="receipt"),
    *EARMARK,
    AGREEMENT,
    often=("donor", "value", "receipt", "fund", "purpose"),
)  # fmt: skip
def refund(
    recording: Recording,
    donor: str,
    value: Decimal | None,
    receipt: str,
    fund: str,
    class_: str,
    purpose: str,
) -> Drafted:
    """Unspent earmarked money goes back to DONOR; or what --receipt holds, paid too much."""
    settings, day = recording.book.settings, recording.day
    code = find_donor(settings, donor, day).code if donor else ""
    if receipt:
        held, amount = receipt_held(recording.book.register, receipt, day)
        overpaid = events.refund_overpayment(
            settings,
            day=day,
            receipt=receipt,
            held=held,
            amount=amount,
            value=value,
            donor=code,
        )
        return Drafted([overpaid])
    if not code or value is None:
        raise EventRefusedError("State DONOR and VALUE, or the --receipt that is refunded.")
    unspent = events.refund_unspent(
        settings,
        day=day,
        donor=code,
        earmark=recording.earmark(fund, class_, purpose),
        value=value,
    )
    return Drafted([unspent])


@event_form(
    "in-kind",
    "A contribution in kind",
    DONOR,
    Field("value", "Value", kind="value", required=True),
    *EARMARK,
    ACCEPTANCE,
    often=("fund", "purpose"),
)
def in_kind(
    recording: Recording, donor: str, value: Decimal, fund: str, class_: str, purpose: str
) -> Drafted:
    """A contribution of DONOR in kind, at the donor's VALUE: outside every money total."""
    settings, day = recording.book.settings, recording.day
    draft = events.in_kind(
        settings,
        day=day,
        donor=find_donor(settings, donor, day).code,
        earmark=recording.earmark(fund, class_, purpose),
        value=value,
    )
    return Drafted([draft])

"""What a row states in figures: instalments, their value, and what was paid of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from msgspec import structs
from pledgebook.importers.judging.drafting import Kind, Received
from pledgebook.importers.judging.instalments import is_paid_in_rows
from pledgebook.importers.judging.known import Context, Doubt
from pledgebook.importers.rows.currency import PAID_ALONE, VALUE_ONLY
from pledgebook.importers.rows.figures import CENTS
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.tables.questions import Answers, Choice, Question, ask
from pledgebook.importers.values.values import shown
from pledgebook.importers.values.words import read_kind
from pledgebook.ledger.declared.currencies import decimals
from pledgebook.ledger.declared.rates import MissingRateError, Rate
from pledgebook.ledger.events import Part
from pledgebook.ledger.money import CENT, ZERO, format_amount, round_to

_ROUNDING = ask("rounding", "", Choice("round", "Round to what the currency is counted in"))
OVERPAID = ask(
    "overpaid",
    "",
    Choice("pledge", "The pledge alone: what was paid is recorded from the bank's advice"),
)
"""What is asked of a row that says that more was paid than pledged, or before it was pledged."""
_TOTAL = ask(
    "total",
    "",
    Choice("instalments", "The instalments are right: they are entered"),
    Choice("total", "The total is right: it is entered whole, without times of payment"),
)
_RATE = ask("rate")
_NO_AMOUNT = "The amount is not stated, which is not the same as nil."
_FAR = Decimal("1.25")
"""Beside this, times or divided, no rate of a day near explains the sheet's own value."""


def stated_amount(row: SheetRow) -> Decimal | None:
    """Return what a row states in all, in its currency; None if it states nothing."""
    if row.amount.value is not None:
        return row.amount.value
    parts = [part.amount.value for part in row.instalments if part.amount.value is not None]
    return sum(parts, Decimal(0)) if parts else None


def refuse_nil(group: list[SheetRow], answers: Answers) -> None:
    """Leave out rows of which every stated amount is nil; wait where money was paid of it, or
    a value is stated that was not answered to count.
    """
    if any(row.amount.value for row in group):
        return
    amounts = [row.amount for row in group]
    amounts += [part.amount for row in group for part in row.instalments]
    stated = [amount for amount in amounts if amount.state != "unknown"]
    if not stated or any(amount.value != 0 for amount in stated):
        return
    paid = [row.paid for row in group] + [part.paid for row in group for part in row.instalments]
    if any(amount.value for amount in paid):
        raise Doubt(
            "Nothing is pledged, and money was paid: say whether it was received without a pledge.",
            asks=PAID_ALONE if paid_alone(group) else ask("payments"),
        )
    (row, *others) = group
    value = [row.value.value for row in group]
    value += [part.value.value for row in group for part in row.instalments]
    if any(value):
        alone = not (others or row.instalments)
        if alone and answers.to(VALUE_ONLY):
            return
        raise Doubt(
            f"The amount is nil, and a value of {format_amount(sum(filter(None, value), ZERO))} is "
            "stated: say whether these count, or correct the sheet.",
            asks=VALUE_ONLY if alone else ask("no-amount"),
        )
    raise Doubt("The amount is nil: there is nothing to record.", "ignored")


def take_paid_alone(group: list[SheetRow], answers: Answers) -> list[SheetRow]:
    """Return a row that states what was paid and no pledge as one of money received, where it says
    so itself or it was answered that it is; else the rows as they are.
    """
    if not paid_alone(group) or not (says_received(group[0]) or answers.to(PAID_ALONE)):
        return group
    (row,) = group
    if read_kind(row.status) not in {"cancelled", "spending"}:
        row = structs.replace(row, status="")
    currency = row.paid_currency or row.currency
    taken = structs.replace(row, amount=row.paid, amount_source="paid", currency=currency)
    return [structs.replace(taken, asks_currency=None)]


def says_received(row: SheetRow) -> bool:
    """Tell whether a row under a reference of its own says that 0 was pledged, and on which day
    the money came: it was received without a pledge. A blank or a dash says nothing of a pledge.
    """
    nil = row.amount.state == "value" and row.amount.value == 0
    return nil and bool(row.reference and row.payment_date.value)


def paid_alone(group: Sequence[SheetRow]) -> bool:
    """Tell whether a row states what was paid, and nothing or nil that was pledged, or not in which
    currency.
    """
    (row, *others) = group
    stated = row.amount.state != "unknown" and row.amount.value != 0
    stated = stated and row.asks_currency != PAID_ALONE
    if others or row.instalments or stated or row.amount_source == "paid":
        return False
    return (row.paid.value or 0) > 0


def parts_of(
    group: list[SheetRow],
    currency: str,
    day: date,
    context: Context,
    answers: Answers,
    remarks: list[str],
    valued: Valued,
) -> tuple[list[Part], Rate | None]:
    """Return the instalments that the rows of a contribution state, and the rate they are valued
    at (None: the book's currency, or the sheet's own).
    """
    stated: list[tuple[Decimal, date | None, Decimal | None]] = []
    mark = next((row.asks_mark for row in group if row.asks_mark), None)
    for row in group:
        for reading in (row.amount, row.paid, *(part.amount for part in row.instalments)):
            _note_decision(reading.decided, remarks)
        if row.instalments:
            stated += _instalments_in_columns(row, answers, remarks)
        else:
            if row.amount.value is None:
                paid = paid_alone(group)
                raise Doubt(_NO_AMOUNT, asks=PAID_ALONE if paid else ask("no-amount"))
            equivalent = row.value.value if row.amount_source == "amount" else None
            stated.append((row.amount.value, row.due_date.value, equivalent))
    parts = []
    rate = None
    for written, due, equivalent in stated:
        amount = _counted(written, currency, answers, mark, remarks)
        value, found = _value_of(
            amount,
            _own(equivalent, group[0], day, context),
            currency,
            day,
            context,
            remarks,
            valued,
        )
        if due is not None and due < day:
            once(remarks, f"It fell due on {due}, before it was pledged on {day}.")
        rate = rate or found
        parts.append(Part(amount, value, due))
    return parts, rate


def _instalments_in_columns(
    row: SheetRow, answers: Answers, remarks: list[str]
) -> list[tuple[Decimal, date | None, Decimal | None]]:
    stated: list[tuple[Decimal, date | None, Decimal | None]] = []
    for part in row.instalments:
        if part.amount.value is None or not part.amount.value:
            continue
        due = part.due_date.value
        if due is None and part.label.isdigit() and len(part.label) == 4:
            due = date(int(part.label), 12, 31)
            once(remarks, f"What stands under {part.label} falls due by the end of that year.")
        elif due is None and not part.label.isdigit():
            raise Doubt(
                f"An amount stands under {shown(part.label)}, which is neither a year nor the "
                "number of an instalment.",
                asks=ask("instalments"),
            )
        stated.append((part.amount.value, due, part.value.value))
    if not stated:
        raise Doubt("No amount is stated.", asks=ask("no-amount"))
    total = sum((amount for amount, _, _ in stated), Decimal(0))
    if row.amount.value is None or row.amount.value == total:
        return stated
    differ = (
        f"The instalments add up to {format_amount(total)}, the row's amount is "
        f"{format_amount(row.amount.value)}"
    )
    said = answers.to(_TOTAL)
    if not said:
        raise Doubt(f"{differ}.", asks=_TOTAL)
    if said == "total" and any(part.paid.value for part in row.instalments):
        raise Doubt(f"{differ}, and of some it is stated what was paid.", asks=ask("instalments"))
    once(remarks, f"{differ}: the {said} counted, as was answered.")
    return stated if said == "instalments" else [(row.amount.value, None, row.value.value)]


def _counted(
    amount: Decimal,
    currency: str,
    answers: Answers,
    mark: Question | None,
    remarks: list[str],
) -> Decimal:
    """Return an amount in the units that its currency is counted in, rounded where that was
    answered. Where its decimal mark was settled by other figures of its column (`mark` asks which
    it is), more decimals than the currency has speak against that.
    """
    if amount < 0:
        raise Doubt(
            f"A pledge is above zero, this one is {format_amount(amount)}: a reduction is recorded "
            "as an amendment of its pledge.",
            "rejected",
        )
    smallest = Decimal(1).scaleb(-decimals(currency))
    if not amount % smallest:
        return amount
    rounded = amount.quantize(smallest, ROUND_HALF_UP)
    if not amount % Decimal(1).scaleb(-CENTS):
        mark = None
    if mark is not None or not answers.to(_ROUNDING):
        raise Doubt(
            f"{amount} has more decimals than {currency} is counted in.", asks=mark or _ROUNDING
        )
    once(remarks, f"{amount} was rounded to {rounded}, as was answered.")
    return rounded


class Valued(NamedTuple):
    """By whose value pledges to a fund count: `by` is one of VALUATIONS."""

    fund: str
    by: str


class Equivalent(NamedTuple):
    """What a sheet says an amount is worth: as it is stated, and in the book's currency."""

    said: str
    value: Decimal


def _own(
    stated: Decimal | None, row: SheetRow, day: date, context: Context
) -> Equivalent | str | None:
    """Return the sheet's own value of an amount in the book's currency: converted, where its column
    is in another; the sentence that says why it cannot be; None where it states none.
    """
    if stated is None:
        return None
    book = context.settings.currency
    if stated < 0:
        raise Doubt(f"The equivalent is {format_amount(stated)}, below zero.", "rejected")
    if len(row.value_currency) > 1:
        return f"the sheet's equivalent may be in {' or '.join(row.value_currency)}"
    (code,) = row.value_currency or (book,)
    said = f"{format_amount(stated)} {code}"
    if code == book:
        return Equivalent(said, stated)
    if missing := context.rates.missing(code, day):
        return f"the sheet's equivalent, {said}, cannot be converted: {missing}"
    value, _ = context.rates.value(stated, code, day)
    return Equivalent(f"{said} ({format_amount(value)} {book})", value)


def _value_of(
    amount: Decimal,
    equivalent: Equivalent | str | None,
    currency: str,
    day: date,
    context: Context,
    remarks: list[str],
    valued: Valued,
) -> tuple[Decimal, Rate | None]:
    """Return the value of an amount, as its fund or mapping says: at the book's rate (if it has
    none, as the sheet says), at the fund's fixed rate, or as the sheet says.
    """
    settings = context.settings
    own = equivalent if isinstance(equivalent, Equivalent) else None
    usual, rate, missing = _at_rate(amount, currency, day, context, valued)
    if own and own.value and usual:
        _compare(own, usual, remarks, sheet=valued.by == "sheet" and currency != settings.currency)
    if valued.by == "sheet" and currency != settings.currency:
        missing = missing or f"{valued.fund} goes by the values that sheets state"
        usual = None
    if usual is None:
        if own is None or not own.value:
            why = f"{missing}, and {equivalent}" if isinstance(equivalent, str) else missing
            raise Doubt(f"There is no value: {why}.", asks=_RATE)
        if valued.by != "sheet":
            once(remarks, "Valued as the sheet says: the book has no rate for that day.")
        usual, rate = round_to(own.value, settings.decimals), None
    if usual <= 0:
        raise Doubt(f"{amount} {currency} is less than a cent in the book's currency.", "rejected")
    return usual, rate


def _at_rate(
    amount: Decimal, currency: str, day: date, context: Context, valued: Valued
) -> tuple[Decimal | None, Rate | None, str]:
    """Return an amount at the book's rate, or at the fund's fixed one; else what is missing."""
    fund = valued.fund if valued.by == "fixed" else ""
    try:
        if fund:
            value, rate = context.settings.at_fixed_rate(fund, amount, currency, day)
        else:
            value, rate = context.rates.value(amount, currency, day)
    except MissingRateError as error:
        return None, None, str(error)
    return value, rate, ""


def _compare(own: Equivalent, usual: Decimal, remarks: list[str], *, sheet: bool) -> None:
    """Name what the sheet's value and the rate's differ by, where it is more than rounding."""
    if not usual / _FAR < own.value < usual * _FAR:
        once(
            remarks,
            f"The sheet's own value, {own.said}, is far from {format_amount(usual)} at the book's "
            "rate: look whether amount and currency are right.",
        )
    elif abs(own.value - usual) > _rounding_of(own.value):
        taken = "the sheet's" if sheet else "that"
        once(
            remarks,
            f"The sheet's own value, {own.said}, is not {format_amount(usual)}, which the book's "
            f"rate of the day makes: {taken} was taken.",
        )


def _rounding_of(equivalent: Decimal) -> Decimal:
    """Return how far a rounded value may be from the exact one: a whole one by one, else a cent."""
    return Decimal(1) if equivalent == equivalent.to_integral_value() else CENT


def received_of(group: list[SheetRow]) -> tuple[Received, ...]:
    """Return what the rows say was paid: of each instalment, or of the pledge as a whole."""
    if is_paid_in_rows(group):
        return tuple(
            Received(None, row.paid.value, row.payment_date.value)
            for row in group
            if row.paid.value
        )
    if len(group) > 1:
        return tuple(
            Received(position, row.paid.value, row.payment_date.value)
            for position, row in enumerate(group)
            if row.paid.value
        )
    (row,) = group
    found = []
    position = 0
    for part in row.instalments:
        if part.paid.value and not part.amount.value:
            raise Doubt(
                f"{format_amount(part.paid.value)} was paid under {shown(part.label)}, where "
                "no amount is pledged: say which instalment it is of.",
                asks=ask("payments"),
            )
        if part.paid.value:
            found.append(Received(position, part.paid.value, part.payment_date.value))
        position += bool(part.amount.value)
    if not row.paid.value:
        return tuple(found)
    total = sum((each.amount for each in found), Decimal(0))
    if found and total != row.paid.value:
        raise Doubt(
            f"The payments of the instalments add up to {format_amount(total)}, the row says that "
            f"{format_amount(row.paid.value)} was paid.",
            asks=ask("payments"),
        )
    return tuple(found) or (Received(None, row.paid.value, row.payment_date.value),)


def look_at_payments(received: Sequence[Received], parts: Sequence[Part], day: date) -> None:
    """Wait where what was paid, in one payment or all together, contradicts what was pledged."""
    pledged = sum((part.amount for part in parts), Decimal(0))
    for part, paid, paid_on in received:
        _look_at_payment(paid, paid_on, day, pledged if part is None else parts[part].amount)
    whole = [paid for part, paid, _ in received if part is None]
    if len(whole) > 1:
        _look_at_payment(sum(whole, Decimal(0)), None, day, pledged)


def leave_payments(
    received: tuple[Received, ...],
    parts: Sequence[Part],
    day: date,
    answers: Answers,
    remarks: list[str],
) -> tuple[Received, ...]:
    """Return what was paid; nothing where it is more than was pledged or was paid before, and it
    was answered that the pledge alone is entered.
    """
    pledged = sum((part.amount for part in parts), Decimal(0))
    whole = sum((each.amount for each in received if each.part is None), Decimal(0))
    over = whole > pledged or any(
        each.part is not None and each.amount > parts[each.part].amount for each in received
    )
    early = any(each.on is not None and each.on < day for each in received)
    for found, said in (
        (over, "More was paid than pledged"),
        (early, "It was paid before it was pledged"),
    ):
        if found and answers.to(OVERPAID):
            once(remarks, f"{said}: the payments are not recorded, as was answered.")
            return ()
    return received


def _look_at_payment(paid: Decimal, paid_on: date | None, day: date, pledged: Decimal) -> None:
    if paid < 0:
        raise Doubt(f"The amount paid is {format_amount(paid)}, below zero.", asks=ask("payments"))
    if paid > pledged:
        raise Doubt(
            f"More was paid ({format_amount(paid)}) than pledged ({format_amount(pledged)}).",
            asks=OVERPAID,
        )
    if paid_on is not None and paid_on < day:
        raise Doubt(f"It was paid on {paid_on}, before it was pledged on {day}.", asks=OVERPAID)


def look_at_receipt(
    row: SheetRow, paid: Decimal | None, amount: Decimal, remarks: list[str]
) -> None:
    """Wait where a row that is money received says that another sum was paid than its amount, which
    may have been rounded.
    """
    if paid is not None and paid not in {amount, row.amount.value}:
        raise Doubt(
            f"The status is {shown(row.status)}, yet {format_amount(paid)} of "
            f"{format_amount(amount)} was paid: say whether it is a payment or a pledge.",
            asks=row.asks_status or ask("payments"),
        )
    if row.payment_date.value is None:
        remarks.append("No date of payment is stated: the date of the row was taken.")


def note_payment(
    paid: Decimal,
    paid_on: date | None,
    kind: Kind,
    currency: str,
    context: Context,
    remarks: list[str],
) -> None:
    """Say so if a payment that the sheet states lacks what an entry needs."""
    if kind == "pledge":
        missing = "the pledge is not yet committed"
    elif paid_on is None:
        missing = "the sheet gives no date of payment"
    elif currency != context.settings.currency:
        missing = "the value received is not in the sheet"
    else:
        return
    remarks.append(
        f"The payment of {format_amount(paid)} {currency} is not recorded, since {missing}: record "
        "it from the bank's advice."
    )


def _note_decision(decided: str, remarks: list[str]) -> None:
    if decided:
        once(remarks, f"A figure was settled: {decided}.")


def note_terms(
    group: Sequence[SheetRow], parts: Sequence[Part], remarks: list[str], *, held: bool
) -> None:
    """Say so where no due date is stated, and where what is unpaid is not amount less payments;
    `held` tells whether a period of the book holds the pledge.
    """
    if any(part.due is None for part in parts):
        which = "No due date is stated" if len(parts) == 1 else "An instalment has no due date"
        once(remarks, f"{which}{': it counts for the period of the pledge' if held else ''}.")
    for row in group:
        amount, unpaid = stated_amount(row), row.unpaid.value
        if amount is None or unpaid is None or row.paid_currency not in {(), row.currency}:
            continue
        left = amount - (row.paid.value or Decimal(0))
        if unpaid != left:
            once(
                remarks,
                f"The sheet says that {format_amount(unpaid)} is unpaid; its amount less what was "
                f"paid is {format_amount(left)}.",
            )


def once(remarks: list[str], remark: str) -> None:
    """Add a remark that is not there yet."""
    if remark not in remarks:
        remarks.append(remark)

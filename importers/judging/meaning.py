"""What a row means: a commitment, a pledge, money received or a thing in kind; when, in which
currency. The first thing that is not clear is a Doubt, and the row waits with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import partial

from msgspec import structs
from pledgebook.importers.judging.donors import known_donor
from pledgebook.importers.judging.drafting import Kind, Reading, Received
from pledgebook.importers.judging.earmarks import (
    earmark_of_row,
    fund_of_row,
    purpose_of_row,
    refuse_earmark_in_words,
)
from pledgebook.importers.judging.instalments import is_paid_in_rows
from pledgebook.importers.judging.known import Context, Doubt
from pledgebook.importers.judging.stated import (
    Valued,
    leave_payments,
    look_at_payments,
    look_at_receipt,
    note_payment,
    note_terms,
    once,
    paid_alone,
    parts_of,
    received_of,
    refuse_nil,
    take_paid_alone,
)
from pledgebook.importers.judging.words import refuse_said_otherwise
from pledgebook.importers.rows.currency import VALUE_ONLY
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.rows.words import ask_status
from pledgebook.importers.tables.headings import Field, speaks_of_promise
from pledgebook.importers.tables.questions import Answers, Choice, Question, ask
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.values.amounts import parse_amount
from pledgebook.importers.values.values import ascii_digits, is_nil, is_unknown, plain, shown
from pledgebook.importers.values.words import (
    days_in_status,
    is_paid_in_part,
    read_in_kind,
    read_kind,
    says_general,
)
from pledgebook.ledger.declared.currencies import is_currency
from pledgebook.ledger.events import Earmark

_MONEY = frozenset({Field.AMOUNT.value, Field.PAID.value, Field.VALUE.value})
_PART = re.compile(r"\d+\s*(?:of|/|de|sur|von|di|van|из|من)\s*(\d+)")
"""An instalment that says how many there are: "1 of 2"."""

_DATE_QUESTIONS = frozenset({"date-order", "day-in-span", "swapped-dates", "cells"})
_PROMISED_IN_KIND = ask("promised-in-kind", "", Choice("received", "Yes: they have been received"))
_BUDDHIST_YEAR = re.compile(r"(?<!\d)2[45]\d\d(?!\d)")
_BUDDHIST = 543
"""Years by which the Buddhist era is ahead."""
_LONGEST_TERM = 50


def read_contribution(
    group: list[SheetRow], donor: str | Doubt, table: Table, context: Context
) -> Reading:
    """Read the rows of one contribution, of a donor as `find_donor` gives it; raises Doubt with the
    first thing that is not clear.
    """
    answers = table.rules.answers
    group = take_paid_alone(group, answers)
    row = group[0]
    _leave_out(group, table)
    if table.questions:
        raise _in_question(table)
    if isinstance(donor, Doubt):
        raise donor
    for each in group:
        refuse_said_otherwise(each, table)
    remarks: list[str] = []
    kind = _kind_of(row, answers)
    if settled := kind == "payment" and (
        _dates_the_pledge(row, table) or _was_paid_another_day(row)
    ):
        kind = "commitment"
    day = _day_of(row, kind, context)
    _refuse_future(group, day, context)
    _refuse_problems(group)
    _note_day(row, day, context, remarks)
    earmark = earmark_of_row(row, table, context)
    said = _said(group)
    refuse_earmark_in_words(said, earmark, answers, context)
    said += _no_purpose(row, earmark)
    _refuse_part_alone(group, kind)
    if _states_value_only(row, table):
        value = row.value_currency or (context.settings.currency,)
        stated = row.currency_text or "its currency"
        remarks.append(f"The amount in {stated} is not stated: its value is recorded.")
        row = structs.replace(row, amount=row.value, amount_source="value", currency=value)
        group = [row]
        refuse_nil(group, answers)
    currency = _currency_of(row, day, context)
    # Rows of further payments state the pledge again.
    whole = group[:1] if is_paid_in_rows(group) else group
    try:
        parts, rate = parts_of(
            whole, currency, day, context, answers, remarks, _valued(earmark, kind, table, context)
        )
    except Doubt as doubt:
        doubt.alone = not settled  # all that `questions_of` looks at is clear
        raise
    pledged = sum((part.amount for part in parts), Decimal(0))
    if settled:
        look_at_receipt(row, row.paid.value if len(group) == 1 else None, pledged, [])
    received = _received(group, kind, currency, remarks) or (
        (Received(None, pledged, None),) if settled else ()
    )
    received = leave_payments(received, parts, day, answers, remarks)
    look_at_payments(received, parts, day)
    for _, paid, paid_on in received:
        note_payment(paid, paid_on, kind, currency, context, remarks)
    if kind in {"commitment", "pledge"}:
        note_terms(whole, parts, remarks, held=context.settings.periods.of(day) is not None)
        _note_change(group, table, remarks)
    if kind == "payment":
        look_at_receipt(row, row.paid.value if len(group) == 1 else None, pledged, remarks)
    _note_words(row, said, remarks)
    return Reading(
        rows=tuple(group),
        kind=kind,
        donor=donor,
        day=day,
        earmark=earmark,
        currency=currency,
        parts=tuple(parts),
        rate=rate,
        reference=row.reference,
        project=row.project,
        remarks=tuple(remarks),
        said=said,
        received=received,
        changed_on=max((d for each in group if (d := each.changed_on.value)), default=None),
    )


def _refuse_problems(group: list[SheetRow]) -> None:
    """Wait where a cell of the rows cannot be read, with the first that cannot."""
    for row in group:
        for problem in row.problems:
            raise Doubt(
                f"{problem.cell}: {problem.message}",
                "rejected" if problem.rejects else "waiting",
                asks=problem.question,
            )


def _note_day(row: SheetRow, day: date, context: Context, remarks: list[str]) -> None:
    """Say how the day was answered, and if no period holds it."""
    if row.pledge_date.answered and day == row.pledge_date.value:
        once(remarks, f"Dated {day}: {row.pledge_date.decided}.")
    if context.settings.periods.of(day) is None:
        remarks.append(f"No period that the book declares holds {day}.")


def questions_of(
    group: list[SheetRow], donor: str, table: Table, context: Context
) -> tuple[Question, ...]:
    """Return what else than the first thing is not clear of the rows of one contribution, so that
    all of it can be asked at once. Of a table in question its columns come first, and of what was
    paid alone whether it was received.
    """
    if table.questions:
        return ()
    group = take_paid_alone(group, table.rules.answers)
    if paid_alone(group):
        return ()
    row = group[0]
    asked = [problem.question for each in group for problem in each.problems]

    def heed(step: Callable[[], object]) -> None:
        try:
            step()
        except Doubt as doubt:
            asked.extend(doubt.with_traceback(None).asks)

    if not donor:
        heed(partial(known_donor, row, context))
    for each in group:
        heed(partial(refuse_said_otherwise, each, table))
    heed(lambda: _day_of(row, _kind_of(row, table.rules.answers), context))
    heed(lambda: fund_of_row(row, table, context))
    heed(lambda: purpose_of_row(row, table, context))
    heed(lambda: earmark_of_row(row, table, context))
    if not _states_value_only(row, table):
        heed(lambda: _currency_of(row, row.pledge_date.value or context.today, context))
    return tuple(asked)


def _received(
    group: list[SheetRow], kind: Kind, currency: str, remarks: list[str]
) -> tuple[Received, ...]:
    """Return what the rows of a pledge say was paid, if that is in its currency."""
    row = group[0]
    received = received_of(group) if kind in {"commitment", "pledge"} else ()
    if received and row.paid_currency and currency not in row.paid_currency:
        once(
            remarks,
            f"What was paid is stated in {' or '.join(row.paid_currency)}, not in {currency}: "
            "record the payment from the bank's advice.",
        )
        return ()
    return received


def _dates_the_pledge(row: SheetRow, table: Table) -> bool:
    """Whether the one date of a row is said to be that of the pledge: money under the status "paid"
    came on another day, which the sheet does not state.
    """
    if row.amount_source == "paid" or row.payment_date.value or row.pledge_date.value is None:
        return False
    columns = table.columns_of(Field.PLEDGE_DATE)
    return not columns or any(speaks_of_promise(column.heading) for column in columns)


def _was_paid_another_day(row: SheetRow) -> bool:
    """Whether the status says on which day it was paid, and no date of the row is that day."""
    stated = {reading.value for reading in (row.pledge_date, row.payment_date) if reading.value}
    paid = [day for on in stated for day in days_in_status(row.status, on.year)]
    return bool(paid) and not row.payment_date.value and not stated & set(paid)


def _refuse_part_alone(group: list[SheetRow], kind: Kind) -> None:
    """Wait where a row is one instalment of several, and the others are not with it."""
    stated = _PART.fullmatch(plain(group[0].instalment))
    if stated and kind in {"commitment", "pledge"} and int(stated[1]) != len(group):
        raise Doubt(
            f"It is instalment {shown(group[0].instalment)}, and {len(group)} of them were found: "
            "write the instalments of one pledge below each other, with the same donor, reference "
            "and date of pledge, and the due date of each.",
            asks=ask("instalments"),
        )


def _said(group: list[SheetRow]) -> tuple[str, ...]:
    """Return what notes, conditions and remarks say of a contribution, each once."""
    texts = (
        text
        for row in group
        for text in (*row.notes, row.conditions, row.remarks, *row.beside)
        if text and not (is_unknown(text) or is_nil(text))
    )
    return tuple(dict.fromkeys(texts))


def _no_purpose(row: SheetRow, earmark: Earmark) -> tuple[str, ...]:
    """Return the text of a column of purposes that was answered to be none, as a remark."""
    described = row.purpose and not earmark.purpose and not says_general(row.purpose)
    return (row.purpose,) if described else ()


def _note_words(row: SheetRow, said: Sequence[str], remarks: list[str]) -> None:
    """Say where the donor is named, what was answered, and which words change nothing."""
    if row.asks_currency:
        named = " or ".join(row.currency)
        once(remarks, f"In {named}, as was answered: the sheet does not state the currency.")
    if row.donor_from:
        once(remarks, f"The donor is the one of the rows above, named in {row.donor_from}.")
    for mark in row.unknown_marks:
        once(remarks, f"The mark {mark!r} leads to a note that is not on the sheet.")
    for text in said:
        once(remarks, f"The sheet says {shown(text)} of it, which changes no figure.")


def _note_change(group: list[SheetRow], table: Table, remarks: list[str]) -> None:
    """Say so if a column dates a change of a row: what it was before the sheet does not say."""
    changed = [row.changed_on.value for row in group if row.changed_on.value]
    if changed and "changed_on" in table.columns:
        once(
            remarks,
            f"The sheet says that it was changed on {max(changed)}, not from what: it is recorded "
            "as if it had been pledged so.",
        )


def _valued(earmark: Earmark, kind: Kind, table: Table, context: Context) -> Valued:
    """Return by whose value it counts: money received, at the book's rate; what is pledged, as the
    mapping says, else the fund.
    """
    by = table.rules.valuation or context.settings.funds[earmark.fund].valuation
    return Valued(earmark.fund, "rate" if kind == "payment" else by)


def _states_value_only(row: SheetRow, table: Table) -> bool:
    """Tell whether a contribution is stated in the book's currency only, though its currency was
    another, and it was answered that then the value counts.
    """
    return (
        (row.amount.state == "unknown" or row.amount.value == 0)
        and not row.instalments
        and row.value.value is not None
        and bool(table.rules.answers.to(VALUE_ONLY))
    )


def _may_state_money(row: SheetRow, table: Table) -> bool:
    """Whether a figure of the row stands in a column that is not read and may hold money."""
    asked = {
        each.about
        for each in table.questions
        if each.kind == "column" and _MONEY & {choice.value for choice in each.choices}
    }
    return any(
        bool(parse_amount(table.sheet.cell(row.number, column.number)).value)
        for column in table.table_columns
        if column.letter in asked and column.field is None
    )


def _in_question(table: Table) -> Doubt:
    return Doubt(" ".join(each.text for each in table.questions), asks=table.questions)


def _leave_out(group: list[SheetRow], table: Table) -> None:
    """Leave out what a mapping skips, what is nil, and what was spent, in a list of
    transactions. What a figure may say that nobody reads yet is not nil.
    """
    row = group[0]
    if row.skipped:
        raise Doubt(row.skipped, "ignored")
    if any(_may_state_money(each, table) for each in group):
        raise _in_question(table)
    refuse_nil(group, table.rules.answers)
    if row.status and read_kind(row.status) == "spending":
        raise _spending(row)


def _spending(row: SheetRow) -> Doubt:
    return Doubt(
        f"It is of money that goes out ({shown(row.status)}), which is no contribution: record "
        "spending by its own events.",
        "ignored",
    )


def _kind_of(row: SheetRow, answers: Answers) -> Kind:
    in_kind = read_in_kind(row.in_kind)
    if in_kind is None:
        question = ask(
            "in-kind", row.in_kind, Choice("money", "Money"), Choice("in-kind", "In kind")
        )
        said = answers.to(question)
        if not said:
            raise Doubt(
                f"Whether {shown(row.in_kind)} is a contribution in kind or in money is not known.",
                asks=question,
            )
        in_kind = said == "in-kind"
    if in_kind:
        return _kind_in_kind(row, answers)
    status = row.status
    if is_paid_in_part(status) and not row.paid.known:
        status = answers.to(ask_status(status))
        if not status:
            raise Doubt(
                f"The status says {shown(row.status)}, and the sheet does not say how much of it "
                "was paid: add a column of what was paid, or say what the row is and record the "
                "payment from the bank's advice.",
                asks=ask_status(row.status),
            )
    kind = read_kind(status)
    if row.amount_source == "paid" and not row.status:
        return "payment"
    if kind is None:
        raise Doubt(
            f"The status {shown(row.status)} is not known: say whether it is a pledge, a "
            "commitment or a payment.",
            asks=ask_status(row.status),
        )
    if kind == "spending":
        raise _spending(row)
    if kind == "cancelled":
        raise Doubt(f"The status is {shown(row.status)}: it was never booked here.", "ignored")
    return kind


def _kind_in_kind(row: SheetRow, answers: Answers) -> Kind:
    """Return that a row in kind is one, if it has come: what is promised is recorded then."""
    kind = read_kind(row.status)
    if not row.status or kind == "payment":
        return "in-kind"
    if kind == "cancelled":
        raise Doubt(f"The status is {shown(row.status)}: it was never booked here.", "ignored")
    if answers.to(_PROMISED_IN_KIND):
        return "in-kind"
    raise Doubt(
        f"It is in kind, and its status is {shown(row.status)}: what is promised in kind is "
        "recorded when it comes.",
        asks=_PROMISED_IN_KIND,
    )


def _day_of(row: SheetRow, kind: Kind, context: Context) -> date:
    readings = [row.pledge_date]
    if kind in {"payment", "in-kind"}:
        readings.insert(0, row.payment_date)
    for reading in readings:
        if reading.state == "ambiguous" and reading.order is not None:
            raise Doubt(
                f"The date {shown(reading.text)} names no one day ({reading.reason}): ask for the "
                "date of the letter and write it in the sheet.",
                asks=_of_dates(row),
            )
        if reading.state == "ambiguous":
            raise Doubt(
                f"The date {shown(reading.text)} is ambiguous: {reading.reason}. Say whether the "
                "day or the month comes first.",
                asks=_of_dates(row),
            )
        if reading.state == "error":
            raise Doubt(
                f"The date {shown(reading.text)} cannot be read: {reading.reason}."
                + _by_buddhist_era(reading.text, context),
                asks=_of_dates(row),
            )
        if reading.value is not None:
            return reading.value
    stated = next((reading.text for reading in readings if reading.text), "")
    what = f"{shown(stated)} names no day" if stated else "no date is stated"
    raise Doubt(
        f"The date of the pledge is needed for its rate and its period; {what}.",
        asks=row.asks_day or ask("pledge-date"),
    )


def _of_dates(row: SheetRow) -> tuple[Question, ...]:
    """Return what was asked of the dates of a row that cannot be read."""
    asked = tuple(each.question for each in row.problems if each.question.kind in _DATE_QUESTIONS)
    return asked or (ask("pledge-date"),)


def _refuse_future(group: list[SheetRow], day: date, context: Context) -> None:
    """Wait where something has not happened by the day of the import, or is due a lifetime later: a
    slip, or the year of another calendar.
    """
    for row in group:
        stated: list[tuple[str, date | None]] = [("date of the pledge", day)]
        if row.tells_paid or row.status or row.amount_source == "paid":
            # Where nothing says that it was paid, it is the day on which it is to be.
            stated.append(("date of payment", row.payment_date.value))
        stated.append(("date of the change", row.changed_on.value))
        stated += [("date of payment", part.payment_date.value) for part in row.instalments]
        for what, on in stated:
            if on is not None and on > context.today:
                raise Doubt(
                    f"The {what} is {on}, after today, {context.today}: correct it.",
                    asks=ask("days"),
                )
        for due in (row.due_date.value, *(part.due_date.value for part in row.instalments)):
            if due is not None and due.year - day.year > _LONGEST_TERM:
                raise Doubt(
                    f"It falls due on {due}, more than {_LONGEST_TERM} years after the pledge of "
                    f"{day}: correct the date.",
                    asks=ask("days"),
                )


def _by_buddhist_era(text: str, context: Context) -> str:
    """Tell the year that one of the Buddhist era is, if a period of the book holds it."""
    stated = _BUDDHIST_YEAR.search(ascii_digits(text))
    if stated is None:
        return ""
    year = int(stated[0]) - _BUDDHIST
    if context.settings.periods.of(date(year, 12, 31)) is None:
        return ""
    return f" If {stated[0]} is a year of the Buddhist era, it is {year}."


def _of_currency(row: SheetRow) -> tuple[Question, ...]:
    """Return what would say the currency of a row: nothing where its cell cannot be read, or no
    amount is stated.
    """
    asked = tuple(each.question for each in row.problems if each.question.kind == "currency")
    if asked:
        return asked
    if row.asks_currency:
        return (row.asks_currency,)
    unread = tuple(each.question for each in row.problems if each.question.kind == "cells")
    if row.amount.state == "unknown" and not row.instalments:
        return unread or (ask("no-amount"),)
    return unread or (ask("currency"),)


def _currency_of(row: SheetRow, day: date, context: Context) -> str:
    codes = row.currency
    if not codes:
        codes = next((part.currency for part in row.instalments if part.currency), ())
    if not codes and row.amount.state == "unknown" and row.value.known:
        raise Doubt(
            f"Neither amount nor currency is stated, only a value, {shown(row.value.text)}: say "
            "whether these count.",
            asks=VALUE_ONLY,
        )
    if len(codes) != 1:
        what = f"may be {' or '.join(codes)}" if codes else "is not stated"
        raise Doubt(f"The currency {what}: say it.", asks=_of_currency(row))
    (code,) = codes
    if code != context.settings.currency and not is_currency(code, day):
        raise Doubt(f"{code} was not a currency on {day}.", "rejected")
    return code

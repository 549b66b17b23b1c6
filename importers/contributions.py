"""From typed rows to verdicts: which rows of a table become entries of the book, and which wait.

Nothing is lost and nothing is guessed. A row is imported only if everything that makes a figure is
stated and known: donor, date, currency, amount, fund, and a rate where it is not in dollars. What
is in doubt waits for a person, with the reason; what cannot be a contribution is rejected; what
says nothing (a nil amount) is ignored.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from pledgebook.importers.drafting import Kind, Reading, Received, draft_contribution
from pledgebook.importers.known import IMPORT_ID, Context, Doubt, content_id, refuse_known
from pledgebook.importers.rows import SheetRow, read_rows
from pledgebook.importers.tables import Table
from pledgebook.importers.totals import control_totals
from pledgebook.importers.values import plain, shown
from pledgebook.importers.verdicts import JudgedTable, Verdict, VerdictName
from pledgebook.importers.words import (
    is_announcement,
    read_class,
    read_in_kind,
    read_kind,
    says_in_kind,
    says_otherwise,
)
from pledgebook.ledger.currencies import decimals, is_currency
from pledgebook.ledger.events import Earmark, EventRefusedError, Part
from pledgebook.ledger.money import format_amount, to_cents
from pledgebook.ledger.rates import MissingRateError, Rate
from pledgebook.ledger.settings import Settings


def judge_table(table: Table, context: Context) -> JudgedTable:
    """Give a verdict for every data row of a table, and its control totals."""
    rows = tuple(read_rows(table))
    groups = _instalments_in_rows([row for row in rows if row.kind == "data"])
    verdicts: dict[int, Verdict] = {}
    for group in groups:
        verdict = _judge(group, table, context)
        for position, row in enumerate(group):
            own = replace(verdict, row=row, amount=_stated_amount(row))
            verdicts[row.number] = own if position == 0 else replace(own, drafts=())
    ordered = tuple(verdicts[number] for number in sorted(verdicts))
    return JudgedTable(table, rows, ordered, control_totals(table, rows))


def _instalments_in_rows(rows: list[SheetRow]) -> list[list[SheetRow]]:
    """Put together the rows that are instalments of one pledge: same donor, same reference, same
    date, and each with its own due date.
    """
    groups: dict[object, list[SheetRow]] = {}
    for row in rows:
        key: object = row.number
        if row.reference and row.due_date.value and not row.instalments:
            dated = (row.pledge_date.value, row.pledge_date.text)
            key = (plain(row.donor), plain(row.reference), dated, plain(row.status))
        groups.setdefault(key, []).append(row)
    result = []
    for group in groups.values():
        dues = {row.due_date.value for row in group}
        result += [group] if len(dues) == len(group) else [[row] for row in group]
    return result


def _stated_amount(row: SheetRow) -> Decimal | None:
    if row.amount.value is not None:
        return row.amount.value
    parts = [part.amount.value for part in row.instalments if part.amount.value is not None]
    return sum(parts, Decimal(0)) if parts else None


def _judge(group: list[SheetRow], table: Table, context: Context) -> Verdict:
    row = group[0]
    donor = _find_donor(row, context)
    base = Verdict(
        row,
        "waiting",
        donor=donor if isinstance(donor, str) else "",
        amount=_stated_amount(row),
        currency=row.currency[0] if len(row.currency) == 1 else "",
    )
    cells = _source(table, group).partition("#")[2]
    in_book = context.rows.get((table.sha256, cells))
    if in_book is not None:
        # However it is read this time, and for whatever fund: it was taken once.
        reason = f"This row of this file is in the book as {in_book}."
        pledge = in_book.partition(" ")[0]
        return replace(base, verdict="duplicate", pledge=pledge, reason=reason)
    try:
        reading = _read(group, table, context)
        return _decide(replace(base, donor=reading.donor), reading, table, context)
    except Doubt as doubt:
        return replace(base, verdict=doubt.verdict, reason=doubt.reason)


def _decide(base: Verdict, reading: Reading, table: Table, context: Context) -> Verdict:
    """A row that is read: a duplicate, changed, entered by hand, the same as another, or new."""
    import_id = content_id(reading)
    base = replace(base, currency=reading.currency, import_id=import_id)
    place = f"{table.path.name}#{table.sheet.name}!{base.row.number}"
    if import_id in context.imported:
        pledge = context.imported[import_id]
        where = f" as {pledge}" if pledge else ""
        return replace(base, verdict="duplicate", pledge=pledge, reason=f"In the book{where}.")
    if import_id in context.seen:
        if not reading.reference or context.seen[import_id].partition("#")[0] != table.path.name:
            return _same_again(base, context.seen[import_id], table)
        return replace(
            base,
            verdict="duplicate",
            reason=f"The same row, with the same reference, stands at {context.seen[import_id]}.",
        )
    refuse_known(reading, context, place.rpartition("!")[0])
    try:
        drafts, pledge = draft_contribution(
            reading,
            context.settings,
            context.labels,
            {
                "source": _source(table, reading.rows),
                "source-sha256": table.sha256,
                IMPORT_ID: import_id,
            },
        )
    except EventRefusedError as error:
        raise Doubt(f"{error}.") from error
    context.remember(reading, import_id, place, pledge)
    return replace(
        base, verdict="imported", pledge=pledge, drafts=drafts, reason=" ".join(reading.remarks)
    )


def _same_again(base: Verdict, first: str, table: Table) -> Verdict:
    if first.partition("#")[0] != table.path.name:
        return replace(base, verdict="duplicate", reason=f"The same row stands at {first}.")
    return replace(
        base,
        verdict="waiting",
        reason=(
            f"The row says the same as {first}; if these are two pledges, give each its own "
            "reference."
        ),
    )


def _source(table: Table, rows: Iterable[SheetRow]) -> str:
    numbers = [str(row.number) for row in rows]
    column = table.columns.get("donor", "A")
    cells = ",".join(f"{column}{number}" for number in numbers)
    return f"{table.path.name}#{table.sheet.name}!{cells}"


def _read(group: list[SheetRow], table: Table, context: Context) -> Reading:
    """Read the rows of one contribution; raises Doubt with the first thing that is not clear."""
    row = group[0]
    if row.skipped:
        raise Doubt(row.skipped, "ignored")
    _refuse_nil(group)
    if table.questions:
        raise Doubt(" ".join(table.questions))
    donor = _find_donor(row, context)
    if isinstance(donor, Doubt):
        raise donor
    _refuse_said_otherwise(row)
    remarks: list[str] = []
    kind = _kind_of(row)
    day = _day_of(row, kind)
    for each in group:
        for problem in each.problems:
            raise Doubt(f"{problem.cell}: {problem.message}", _verdict_of(problem.message))
    if context.settings.periods.of(day) is None:
        remarks.append(f"No period that the book declares holds {day}.")
    earmark = _earmark_of(row, table, context)
    if _states_dollars_only(row, table):
        code = context.settings.currency
        stated = row.currency_text or "its currency"
        remarks.append(f"The amount in {stated} is not stated: its dollars are recorded.")
        group = [replace(row, amount=row.dollars, amount_source="dollars", currency=(code,))]
        row = group[0]
        _refuse_nil(group)
    currency = _currency_of(row, day, context)
    parts, rate = _parts_of(group, currency, day, context, remarks)
    pledged = sum((part.amount for part in parts), Decimal(0))
    received = _received(group) if kind in {"commitment", "pledge"} else ()
    for part, paid, paid_on in received:
        whole = pledged if part is None else parts[part].amount
        _look_at_payment(paid, paid_on, day, whole)
        _note_payment(paid, paid_on, kind, currency, context, remarks)
    if kind == "payment":
        _look_at_receipt(row, row.paid.value if len(group) == 1 else None, pledged, remarks)
    for mark in row.unknown_marks:
        _once(remarks, f"The mark {mark!r} leads to a note that is not on the sheet.")
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
        received=received,
    )


def _states_dollars_only(row: SheetRow, table: Table) -> bool:
    """Tell whether a contribution is stated in dollars only, though its currency was another, and
    the mapping says that then the dollars count.
    """
    return (
        table.rules.dollars_without_amount
        and row.amount.state == "unknown"
        and not row.instalments
        and row.dollars.value is not None
    )


def _refuse_nil(group: list[SheetRow]) -> None:
    amounts = [row.amount for row in group]
    amounts += [part.amount for row in group for part in row.instalments]
    stated = [amount for amount in amounts if amount.state != "unknown"]
    if stated and all(amount.value == 0 for amount in stated):
        raise Doubt("The amount is nil: there is nothing to record.", "ignored")


def _verdict_of(message: str) -> VerdictName:
    says_none = "is no currency" in message or "was no currency" in message
    return "rejected" if says_none else "waiting"


def _find_donor(row: SheetRow, context: Context) -> str | Doubt:
    if not row.donor:
        return Doubt("No donor is named.")
    directory = context.settings.donors
    on = row.pledge_date.value or row.payment_date.value
    found = directory.resolve(row.donor, on)
    if found is not None:
        return found.code
    several = directory.candidates(row.donor, on)
    if len(several) > 1:
        names = ", ".join(f"{donor.name} ({donor.code})" for donor in several)
        return Doubt(f"The donor {shown(row.donor)} may be {names}: write the full name.")
    near = ", ".join(f"{donor.name} ({donor.code})" for donor in directory.suggest(row.donor))
    hint = f" Nearest: {near}." if near else ""
    return Doubt(
        f"The donor {shown(row.donor)} is not known.{hint} Correct the name, or declare the "
        "donor in the book."
    )


def _refuse_said_otherwise(row: SheetRow) -> None:
    """Wait where words beside the figures say that it is no plain contribution in money."""
    texts = (*row.notes, row.conditions, row.remarks, row.status)
    for text in texts:
        if is_announcement(text):
            raise Doubt(
                f"Announced only ({shown(text)}): it enters the accounts when it is committed in "
                "writing."
            )
    for text in (*texts, row.purpose):
        if says_in_kind(text) and not row.in_kind:
            raise Doubt(
                f"It may be in kind ({shown(text)}), and no column says whether it is: add "
                "one to the sheet, or enter it by hand."
            )
    for text in (*row.notes, row.conditions, row.remarks):
        if says_otherwise(text):
            raise Doubt(
                f"The sheet says {shown(text)} of it: decide how that is to be recorded, and "
                "enter it by hand."
            )


def _kind_of(row: SheetRow) -> Kind:
    in_kind = read_in_kind(row.in_kind)
    if in_kind is None:
        raise Doubt(
            f"Whether {shown(row.in_kind)} is a contribution in kind or in money is not known; "
            "say in a mapping which it is."
        )
    if in_kind:
        return "in-kind"
    kind = read_kind(row.status)
    if row.amount_source == "paid" and not row.status:
        return "payment"
    if kind is None:
        raise Doubt(
            f"The status {shown(row.status)} is not known; say in a mapping whether it is a "
            "pledge, a commitment or a payment."
        )
    if kind == "cancelled":
        raise Doubt(f"The status is {shown(row.status)}: it was never booked here.", "ignored")
    return kind


def _day_of(row: SheetRow, kind: Kind) -> date:
    readings = [row.pledge_date]
    if kind in {"payment", "in-kind"}:
        readings.insert(0, row.payment_date)
    for reading in readings:
        if reading.state == "ambiguous":
            raise Doubt(
                f"The date {shown(reading.text)} is ambiguous: {reading.reason}. Say in a mapping "
                'which comes first: dates = "dmy" or "mdy".'
            )
        if reading.state == "error":
            raise Doubt(f"The date {shown(reading.text)} cannot be read: {reading.reason}.")
        if reading.value is not None:
            return reading.value
    stated = next((reading.text for reading in readings if reading.text), "")
    what = f"{shown(stated)} names no day" if stated else "no date is stated"
    raise Doubt(f"The date of the pledge is needed for its rate and its biennium; {what}.")


def _currency_of(row: SheetRow, day: date, context: Context) -> str:
    codes = row.currency
    if not codes:
        codes = next((part.currency for part in row.instalments if part.currency), ())
    if len(codes) != 1:
        what = f"may be {' or '.join(codes)}" if codes else "is not stated"
        raise Doubt(f"The currency {what}: say it in the sheet or in a mapping.")
    (code,) = codes
    if code != context.settings.currency and not is_currency(code, day):
        raise Doubt(f"{code} was not a currency on {day}.", "rejected")
    return code


def _earmark_of(row: SheetRow, table: Table, context: Context) -> Earmark:
    fund = _fund_of(row, table, context)
    settings = context.settings
    purpose = _purpose_of(row, settings)
    stated = read_class(row.class_text, settings.funds[fund].classes) if row.class_text else None
    if row.class_text and stated is None and len(settings.funds[fund].classes) > 1:
        raise Doubt(
            f"The class {shown(row.class_text)} is none of {fund}'s: "
            f"{', '.join(settings.funds[fund].classes)}."
        )
    class_ = settings.funds[fund].class_of(stated, purpose)
    if class_ == "special" and not purpose:
        raise Doubt("The contribution is earmarked, but its purpose is not stated.")
    if class_ == "general" and purpose:
        raise Doubt(f"The contribution is said to be general, yet earmarked to {purpose}.")
    return Earmark(fund, class_, purpose)


def _fund_of(row: SheetRow, table: Table, context: Context) -> str:
    funds = context.settings.funds
    if row.fund:
        found = [code for code, fund in funds.items() if plain(row.fund) in _names(code, fund.name)]
        if len(found) == 1:
            return found[0]
        raise Doubt(f"The fund {shown(row.fund)} is none of the book's: {', '.join(funds)}.")
    if context.fund:
        return context.fund
    named = {code for code in funds if code in _title_words(table)}
    if len(named) == 1:
        return named.pop()
    if len(funds) == 1:
        return next(iter(funds))
    raise Doubt(
        f"The sheet does not say for which fund it is ({', '.join(funds)}): name it with --fund."
    )


def _names(code: str, name: str) -> set[str]:
    return {plain(code), plain(name)}


def _title_words(table: Table) -> set[str]:
    """Return the words of the sheet's name and of the letterhead above the table."""
    texts = [table.sheet.name]
    for cells in table.sheet.rows[: table.area.first_row - 1]:
        texts += [cell for cell in cells if isinstance(cell, str)]
    return {word.strip(".,;:()[]") for text in texts for word in text.split()}


def _purpose_of(row: SheetRow, settings: Settings) -> str:
    if not row.purpose or read_class(row.purpose, ("general",)) == "general":
        return ""
    wanted = plain(row.purpose)
    for code, name in settings.purposes.items():
        if wanted in {plain(code), plain(code.replace("-", " ")), plain(name)}:
            return code
    raise Doubt(
        f"The purpose {shown(row.purpose)} is none of the book's ({', '.join(settings.purposes)}): "
        "declare it, or say in a mapping what it stands for, under [values.purpose]: "
        f'"{row.purpose[:40]}" = "CODE".'
    )


def _parts_of(
    group: list[SheetRow], currency: str, day: date, context: Context, remarks: list[str]
) -> tuple[list[Part], Rate | None]:
    stated: list[tuple[Decimal, date | None, Decimal | None]] = []
    for row in group:
        if row.instalments:
            stated += _instalments_in_columns(row, remarks)
        else:
            if row.amount.value is None:
                raise Doubt("The amount is not stated, which is not the same as nil.")
            _note_decision(row.amount.decided, remarks)
            dollars = row.dollars.value if row.amount_source == "amount" else None
            stated.append((row.amount.value, row.due_date.value, dollars))
    parts = []
    rate = None
    for amount, due, dollars in stated:
        _refuse_amount(amount, currency)
        value, found = _value_of(amount, dollars, currency, day, context, remarks)
        if due is not None and due < day:
            _once(remarks, f"It fell due on {due}, before it was pledged on {day}.")
        rate = rate or found
        parts.append(Part(amount, value, due))
    return parts, rate


def _instalments_in_columns(
    row: SheetRow, remarks: list[str]
) -> list[tuple[Decimal, date | None, Decimal | None]]:
    stated = []
    for part in row.instalments:
        if part.amount.value is None or not part.amount.value:
            continue
        due = part.due_date.value
        if due is None and part.label.isdigit() and len(part.label) == 4:
            due = date(int(part.label), 12, 31)
            _once(remarks, f"What stands under {part.label} falls due by the end of that year.")
        elif due is None and not part.label.isdigit():
            raise Doubt(
                f"An amount stands under {shown(part.label)}, which is neither a year nor the "
                "number of an instalment: say in a mapping what it is."
            )
        stated.append((part.amount.value, due, part.dollars.value))
    if not stated:
        raise Doubt("No amount is stated.")
    total = sum((amount for amount, _, _ in stated), Decimal(0))
    if row.amount.value is not None and row.amount.value != total:
        raise Doubt(
            f"The instalments add up to {format_amount(total)}, the row's amount is "
            f"{format_amount(row.amount.value)}."
        )
    return stated


def _refuse_amount(amount: Decimal, currency: str) -> None:
    if amount < 0:
        raise Doubt(
            f"A pledge is above zero, this one is {format_amount(amount)}: a reduction is recorded "
            "as an amendment of its pledge.",
            "rejected",
        )
    smallest = Decimal(1).scaleb(-decimals(currency))
    if amount % smallest:
        raise Doubt(f"{amount} has more decimals than {currency} is counted in.")


def _value_of(
    amount: Decimal,
    dollars: Decimal | None,
    currency: str,
    day: date,
    context: Context,
    remarks: list[str],
) -> tuple[Decimal, Rate | None]:
    """Return the dollars of an amount: at the book's UN rate; if it has none, as the sheet says."""
    if dollars is not None and dollars < 0:
        raise Doubt(f"The dollar equivalent is {format_amount(dollars)}, below zero.", "rejected")
    try:
        value, rate = context.rates.dollars(amount, currency, day)
    except MissingRateError as error:
        if not dollars:
            raise Doubt(f"There is no dollar value: {error}.") from error
        _once(remarks, "Valued at the sheet's own dollars: the book has no rate for that day.")
        return to_cents(dollars), None
    if value <= 0:
        raise Doubt(f"{amount} {currency} is less than a cent in dollars.", "rejected")
    return value, rate


def _received(group: list[SheetRow]) -> tuple[Received, ...]:
    """Return what the rows say was paid: of each instalment, or of the pledge as a whole."""
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
                "no amount is pledged: say which instalment it is of."
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
            f"{format_amount(row.paid.value)} was paid."
        )
    return tuple(found) or (Received(None, row.paid.value, row.payment_date.value),)


def _look_at_payment(paid: Decimal, paid_on: date | None, day: date, pledged: Decimal) -> None:
    if paid < 0:
        raise Doubt(f"The amount paid is {format_amount(paid)}, below zero.")
    if paid > pledged:
        raise Doubt(
            f"More was paid ({format_amount(paid)}) than pledged ({format_amount(pledged)}): say "
            "which figure is right, or whether the rest is another contribution."
        )
    if paid_on is not None and paid_on < day:
        raise Doubt(f"It was paid on {paid_on}, before it was pledged on {day}.")


def _look_at_receipt(
    row: SheetRow, paid: Decimal | None, amount: Decimal, remarks: list[str]
) -> None:
    if paid is not None and paid != amount:
        raise Doubt(
            f"The status is {shown(row.status)}, yet {format_amount(paid)} of "
            f"{format_amount(amount)} was paid: say whether it is a payment or a pledge."
        )
    if row.payment_date.value is None:
        remarks.append("No date of payment is stated: the date of the row was taken.")


def _note_payment(
    paid: Decimal,
    paid_on: date | None,
    kind: Kind,
    currency: str,
    context: Context,
    remarks: list[str],
) -> None:
    if kind == "pledge":
        missing = "the pledge is not yet committed"
    elif paid_on is None:
        missing = "the sheet gives no date of payment"
    elif currency != context.settings.currency:
        missing = "the dollars received are not in the sheet"
    else:
        return
    remarks.append(
        f"The payment of {format_amount(paid)} {currency} is not recorded, since {missing}: record "
        "it from the bank's advice."
    )


def _note_decision(decided: str, remarks: list[str]) -> None:
    if decided:
        _once(remarks, f"An ambiguous figure was settled: {decided}.")


def _once(remarks: list[str], remark: str) -> None:
    if remark not in remarks:
        remarks.append(remark)

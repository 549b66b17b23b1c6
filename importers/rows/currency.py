"""The currency of a row's figures: beside the figure, in its heading or column, or stated above.

The statements nearest to the figure must agree; a heading outranks the column of currencies, which
then names the currency of another figure.
"""

from __future__ import annotations

from datetime import date

from pledgebook.importers.rows.columns import Columns
from pledgebook.importers.rows.open_row import OpenRow
from pledgebook.importers.tables.blocks import TableColumn
from pledgebook.importers.tables.headings import Field
from pledgebook.importers.tables.questions import Choice, Question, ask
from pledgebook.importers.values.amounts import AmountReading
from pledgebook.importers.values.values import is_code, is_unknown, multiplier_in, shown
from pledgebook.ledger.declared.currencies import recognise

VALUE_ONLY = ask("value-only", "", Choice("count", "The value is what was pledged"))
"""What is asked of a row that states neither amount nor currency of origin, but a value."""


PAID_ALONE = ask(
    "paid-alone", "", Choice("received", "It is money received, without a pledge of its own")
)
"""What is asked of a row that says that money was paid and in which currency, and of no pledge, or
not of the currency of one.
"""


def read_currency(row: OpenRow) -> None:
    """Recognise the currency of the amount, and of what was paid where its heading names one."""
    columns = row.columns
    named = row.text(Field.CURRENCY, heard=False)
    row.texts[Field.CURRENCY] = "" if is_unknown(named) else named
    counted = columns.at(Field.PAID if columns.only_paid else Field.AMOUNT)
    if columns.paid_in and not columns.only_paid:
        row.paid_currency = columns.recognise(columns.paid_in, _day_of(row))
    elif columns.states(Field.PAID_CURRENCY):
        _read_paid_currency(row)
    row.currency, row.currency_text = find_currency(row, row.amount, counted)


def _read_paid_currency(row: OpenRow) -> None:
    """Recognise the currency that a column of its own states of what was paid."""
    text = row.text(Field.PAID_CURRENCY, heard=False)
    on = row.date(Field.PAYMENT_DATE).value or _day_of(row)
    row.paid_currency = () if is_unknown(text) else row.columns.recognise(text, on)
    if row.sum(Field.PAID).value and len(row.paid_currency) != 1:
        what = f"may be {' or '.join(row.paid_currency)}" if row.paid_currency else "is not known"
        row.doubt(
            Field.PAID_CURRENCY,
            f"The currency of what was paid, {shown(text)}, {what}: say in the sheet which it is.",
        )


def agree_currencies(row: OpenRow) -> None:
    """Doubt what beside the amount was paid, or is its equivalent, in another currency than is
    shown with it.
    """
    columns = row.columns
    for column in columns.figures:
        shown_with = row.figures[column.letter].currency
        if not shown_with or column.field not in {Field.PAID, Field.PLEDGED, Field.VALUE}:
            continue
        if column.field is Field.VALUE:
            counted = columns.value_currency
            if not counted:
                continue
        else:
            counted = row.paid_currency or row.currency
        if not set(columns.recognise(shown_with, _day_of(row))) & set(counted):
            what = " or ".join(counted) or "no currency"
            row.doubt_cell(
                column.number,
                f"What is shown with the figure, {shown(shown_with)}, is not the currency that it "
                f"is counted in, {what}.",
            )


def find_currency(
    row: OpenRow, amount: AmountReading, column: TableColumn | None
) -> tuple[tuple[str, ...], str]:
    """Return the codes that are stated of an amount in a column, and the text that states them."""
    columns, on = row.columns, _day_of(row)
    heading = column.currency if column else ""
    named = row.texts[Field.CURRENCY]
    title = "" if amount.currency else columns.table.units.currency
    stated_so = amount.currency, heading, named, on
    if known := columns.agreed.get(stated_so):
        return known
    elsewhere = _belongs_elsewhere(row, named, heading or title, on)
    if elsewhere:
        row.doubt(
            Field.CURRENCY,
            f"The currency is {shown(named)}, but the amounts are counted in "
            f"{shown(heading or title)}: the amount in {shown(named)} is not stated.",
            question=VALUE_ONLY if row.sum(Field.VALUE).known else None,
        )
        heading, named = heading or title, ""
    stated = (heading or title, named) if heading else (named or title,)
    texts = [text for text in (amount.currency, *stated) if text]
    if not texts:
        if amount.state == "unknown":
            return (), ""
        row.asks_currency = _ask_currency(columns)
        if said := _answered(row, row.asks_currency):
            return (said,), said
        blank = columns.holds(Field.CURRENCY) and columns.holds(Field.PAID_CURRENCY)
        if blank and row.sum(Field.PAID).value and row.paid_currency:
            row.asks_currency = PAID_ALONE
        return (), ""
    statement = " / ".join(dict.fromkeys(texts))
    if named and (multiplier_in(named) != 1 or any(char.isdigit() for char in named)):
        row.doubt(
            Field.CURRENCY,
            f"The currency {shown(named)} states a unit: say the units in a mapping, or write the "
            "amounts in full.",
        )
        return (), statement
    found = [columns.recognise(text, on) for text in texts]
    common = tuple(code for code in found[0] if all(code in codes for codes in found))
    if all(found) and len(common) == 1:
        if not elsewhere:
            columns.agreed[stated_so] = common, statement
        return common, statement
    codes = dict.fromkeys(code for several in found for code in several)
    question = ask(
        "currency",
        statement,
        *(Choice(code, code) for code in codes),
        text=f"Which currency is {shown(statement)}?",
    )
    if said := _answered(row, question):
        return (said,), statement
    rejects = False
    if not all(found):
        why, rejects = _why_no_currency(row, texts[found.index(())], amount, on)
    elif not common:
        why = f"The cell and its column state different currencies: {statement}."
    else:
        why = f"The currency {statement!r} may be {' or '.join(common)}."
    if column is not None and (amount.currency or not columns.holds(Field.CURRENCY)):
        row.doubt_cell(column.number, why, question, rejects=rejects)
    else:
        row.doubt(Field.CURRENCY, why, question=question, rejects=rejects)
    return common, statement


def _day_of(row: OpenRow) -> date | None:
    return row.date(Field.PLEDGE_DATE).value or row.date(Field.PAYMENT_DATE).value


def _belongs_elsewhere(row: OpenRow, named: str, counted: str, on: date | None) -> bool:
    """Whether a row names one currency while heading or title count its figure in another: how much
    was pledged in the currency that is named, nobody says.
    """
    if not (named and counted) or Field.CURRENCY in row.columns.rules.constants:
        return False
    recognise = row.columns.recognise
    if set(recognise(named, on)) & set(recognise(counted, on)):
        return False
    return not row.answer(VALUE_ONLY)


def _answered(row: OpenRow, question: Question) -> str:
    said = row.answer(question)
    return recognise(said)[0] if said else ""


def _ask_currency(columns: Columns) -> Question:
    """Ask in which currency the amounts of a table are where nothing says it. A currency that the
    sheet names elsewhere is proposed, with the place.
    """
    return ask(
        "currency",
        "",
        *(Choice(code, code, f"{place} names it") for code, place in columns.currencies.items()),
        text="In which currency are the amounts? The sheet does not state it.",
    )


def _why_no_currency(
    row: OpenRow, text: str, amount: AmountReading, on: date | None
) -> tuple[str, bool]:
    """Return why a text states no currency, and whether the row is rejected for it: not where the
    text may be something else that stands beside an amount.
    """
    if row.columns.recognise(text, None):
        return f"{shown(text)} was no currency on {on}: correct the currency or the date.", True
    if text == amount.currency and not is_code(text):
        return f"What stands beside the amount, {shown(text)}, is not understood.", False
    return f"{shown(text)} is no currency that is known.", True

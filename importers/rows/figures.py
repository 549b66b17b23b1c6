"""Rules on the figures of a row: every column of money, which of them is its amount, the rest."""

from __future__ import annotations

from decimal import Decimal
from typing import cast

from msgspec.structs import replace
from pledgebook.importers.rows.columns import Columns, FigureColumn
from pledgebook.importers.rows.currency import VALUE_ONLY, find_currency
from pledgebook.importers.rows.dates import read_date
from pledgebook.importers.rows.open_row import UNCLEAR, OpenRow, why_unclear
from pledgebook.importers.rows.row import InstalmentReading
from pledgebook.importers.tables.headings import MONEY, Field
from pledgebook.importers.tables.questions import Choice, Question, ask
from pledgebook.importers.values.amounts import BLANK, AmountReading, DecimalMark, parse_amount
from pledgebook.importers.values.looks import read_shown
from pledgebook.importers.values.values import shown
from pledgebook.ledger.declared.currencies import decimals

_THREE = 3
CENTS = 2
"""Decimals of most currencies: a figure with more may not have the decimal mark it seems to."""
_MARKS = "The point", "The comma"
_FEW = 3


def read_figures(row: OpenRow) -> None:
    """Read every column of money, in ones."""
    for column in row.columns.figures:
        value = row.cell(column.number)
        reading = parse_amount(value, column.mark, column.decided)
        unclear = None
        alone = parse_amount(value) if reading.decided or reading.state == "ambiguous" else reading
        if alone.state == "ambiguous":
            unclear = _ask_mark(column, alone)
            doubted = reading.state == "ambiguous" or _has_too_many_decimals(row, column, reading)
            if doubted and (mark := row.answer(unclear)):
                decided = f"the decimal mark was said to be {mark!r}"
                reading = parse_amount(value, cast("DecimalMark", mark), decided)
            elif column.field is Field.AMOUNT:
                row.asks_mark = unclear
        places = row.columns.sheet.decimals.get((row.number, column.number))
        if places is not None:
            reading = replace(reading, places=places)
        look = row.columns.sheet.looks.get((row.number, column.number))
        if look is not None and isinstance(value, Decimal):
            reading, doubt = read_shown(value, look, reading, column.units)
            if doubt:
                row.doubt_cell(column.number, doubt)
        else:
            reading = reading.times(column.units)
        if reading.state == "ambiguous" and column.divided and column.units == 1:
            reading = _by_decimals(row, column, reading)
        row.figures[column.letter] = reading
        if not column.label:
            row.sums[column.field] = reading
        if (row.number, column.number) in row.columns.shared:
            row.doubt_cell(
                column.number,
                "The cell is merged over several rows; an amount is counted once only, and the "
                "sheet does not say for which of them: write what each row gives.",
            )
        # What remains unpaid is a check and never counted: no row waits for it.
        if reading.state in UNCLEAR and column.field is not Field.UNPAID:
            row.doubt_cell(column.number, why_unclear(column.field, reading), unclear)
    for field, text in row.columns.rules.constants.items():
        if field in MONEY and field not in row.sums:
            row.sums[field] = parse_amount(text)


def _ask_mark(column: FigureColumn, reading: AmountReading) -> Question:
    """Ask which is the decimal mark of a column of which a figure may be read in two ways."""
    choices = [
        Choice(mark, f"{word}: {shown(reading.text)} is {figure:,f}")
        for mark, word, figure in zip(".,", _MARKS, reading.readings, strict=True)
    ]
    return ask(
        "decimal-mark",
        column.letter,
        *choices,
        text=f"Which is the decimal mark of column {column.letter}? {reading.reason.capitalize()}.",
    )


def _has_too_many_decimals(row: OpenRow, column: FigureColumn, reading: AmountReading) -> bool:
    """Whether the decimal mark that other figures of a column show gives a figure decimals that no
    currency is counted in that it may be in: then that mark is in doubt.
    """
    value = reading.times(column.units).value
    places = min((decimals(code) for code in _may_be_in(row, column, reading)), default=CENTS)
    return value is not None and bool(value % Decimal(1).scaleb(-max(places, CENTS)))


def _by_decimals(row: OpenRow, column: FigureColumn, reading: AmountReading) -> AmountReading:
    """Settle a figure such as "100,000" by its currency: where that is counted in other decimals
    than three, and no unit is stated, the sign divides thousands.
    """
    codes = _may_be_in(row, column, reading)
    if not codes or reading.scaled or any(decimals(code) == _THREE for code in codes):
        return reading
    named = " or ".join(codes) if len(codes) <= _FEW else "the currency"
    digits = {decimals(code) for code in codes}
    counted = f"{min(digits)} decimals" if len(digits) == 1 else "no three decimals"
    value = max(reading.readings, key=abs)
    return replace(
        reading,
        state="value",
        value=value,
        readings=(),
        decided=f"{named} has {counted}, so that {shown(reading.text)} is {value:f}",
    )


def _may_be_in(row: OpenRow, column: FigureColumn, reading: AmountReading) -> tuple[str, ...]:
    """Return every currency that may be meant by what is stated of a figure, wherever it is."""
    columns = row.columns
    if column.field is Field.VALUE:
        return columns.value_currency
    stated = [
        reading.currency,
        columns.heading_currency(column.number),
        row.text(_currency_field(columns, column), heard=False),
        columns.table.units.currency,
    ]
    codes = dict.fromkeys(code for text in stated if text for code in columns.recognise(text, None))
    return tuple(codes)


def _currency_field(columns: Columns, column: FigureColumn) -> Field:
    own = column.field is Field.PAID and columns.states(Field.PAID_CURRENCY)
    return Field.PAID_CURRENCY if own else Field.CURRENCY


def choose_amount(row: OpenRow) -> None:
    """Take for the amount what was committed, else what was only pledged; in a list of money
    received what was paid.
    """
    if row.columns.only_paid:
        row.amount, row.amount_source = row.sum(Field.PAID), "paid"
    else:
        row.amount = row.sum(Field.AMOUNT)
    pledged, amount = row.sum(Field.PLEDGED), row.amount
    if pledged.value and (amount == BLANK or amount.state == "nil"):
        row.amount, row.pledged_only = pledged, True
    elif pledged.value and amount.value is not None and pledged.value != amount.value:
        question = ask(
            "pledged-or-committed",
            "",
            Choice("committed", "What was committed, as a commitment"),
            Choice("pledged", "What was pledged, as a pledge not yet committed"),
        )
        said = row.answer(question)
        if said == "pledged":
            row.amount, row.pledged_only = pledged, True
        elif not said:
            row.doubt(
                Field.PLEDGED,
                f"The row says that {pledged.text} was pledged and {amount.text} committed: say "
                "which counts.",
                question=question,
            )


def count_value(row: OpenRow) -> None:
    """Take the value for the amount where a mapping says so and nothing else is stated, or where
    its currency is the one that the row states.
    """
    value = row.sum(Field.VALUE)
    if not value.known:
        return
    own = row.columns.value_currency
    silent = row.amount.state == "unknown" and not row.currency_text
    if silent and row.answer(VALUE_ONLY):
        row.amount, row.amount_source = value, "value"
        row.currency, row.currency_text = own, " or ".join(own)
    elif (
        row.amount == BLANK
        and row.currency == row.columns.value_currency
        and row.columns.at(Field.AMOUNT)
    ):
        row.amount, row.amount_source = value, "value"


def read_instalments(row: OpenRow) -> None:
    """Read the amounts that stand in several columns, each with what goes with it."""
    columns = row.columns

    def figure(field: Field, label: str) -> AmountReading:
        column = columns.at(field, label)
        return row.figures[column.letter] if column else BLANK

    read = []
    for label in columns.labels:
        amount = figure(Field.AMOUNT, label)
        codes: tuple[str, ...] = ()
        if amount.state != "unknown":
            codes, _ = find_currency(row, amount, columns.at(Field.AMOUNT, label))
        read.append(
            InstalmentReading(
                label=label,
                amount=amount,
                currency=codes,
                due_date=read_date(row, Field.DUE_DATE, label),
                paid=figure(Field.PAID, label),
                payment_date=read_date(row, Field.PAYMENT_DATE, label),
                value=figure(Field.VALUE, label),
            )
        )
    row.instalments = tuple(read)


def round_figures(row: OpenRow) -> None:
    """Count every sum in the decimals of its currency. The figures of the columns stay whole: a
    total may be of what is stored.
    """
    paid = row.paid_currency or row.currency
    others = {Field.PAID: paid, Field.VALUE: row.columns.value_currency}
    row.amount = _counted(row.amount, row.currency)
    for field, reading in row.sums.items():
        if field in MONEY:
            row.sums[field] = _counted(reading, others.get(field, row.currency))
    row.instalments = row.instalments and tuple(
        replace(
            part,
            amount=_counted(part.amount, part.currency),
            paid=_counted(part.paid, row.paid_currency or part.currency),
            value=_counted(part.value, row.columns.value_currency),
        )
        for part in row.instalments
    )


def _counted(reading: AmountReading, codes: tuple[str, ...]) -> AmountReading:
    return reading.counted_in(decimals(codes[0])) if len(codes) == 1 else reading


def read_rate(row: OpenRow) -> None:
    """Read the rate that the row states. It enters no figure: which rate is meant is still the
    reader's to check, and one that could be read in two ways keeps no row waiting.
    """
    if not row.columns.states(Field.RATE):
        return
    column = row.columns.rate
    mark, decided = (column.mark, column.decided) if column else (None, "")
    reading = parse_amount(row.value(Field.RATE), mark, decided)
    row.sums[Field.RATE] = reading
    if reading.state in UNCLEAR and not (reading.state == "ambiguous" and mark is None):
        row.doubt(Field.RATE, why_unclear(Field.RATE, reading))

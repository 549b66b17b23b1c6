"""Rules on the dates of a row."""

from __future__ import annotations

import re
from datetime import date

from msgspec.structs import replace
from pledgebook.importers.reading.cells import column_letter
from pledgebook.importers.rows.columns import Columns
from pledgebook.importers.rows.open_row import UNCLEAR, OpenRow, why_unclear
from pledgebook.importers.tables.headings import Field
from pledgebook.importers.tables.questions import Choice, Question, ask
from pledgebook.importers.values.dates import NO_DATE, DateReading, is_true_date, parse_date
from pledgebook.importers.values.values import clean, shown

_FIELDS = (Field.PLEDGE_DATE, Field.DUE_DATE, Field.CHANGED_ON)
_MONTHS = 12
_AS_PAID = "payment-date"
"""The answer that a pledge is of the day on which it was paid."""
_YEAR_IN_NAME = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def read_dates(row: OpenRow) -> None:
    """Read every column of dates that is of the row as a whole, and of years."""
    columns = row.columns
    for field in _FIELDS:
        if columns.states(field):
            row.dates[field] = read_date(row, field)
    if columns.states(Field.PAYMENT_DATE):
        # Where nothing says what was paid, a date of payment that cannot be read decides nothing.
        decides = columns.only_paid or columns.holds(Field.PAID) or columns.holds(Field.STATUS)
        reading = read_date(row, Field.PAYMENT_DATE, decides=decides)
        row.dates[Field.PAYMENT_DATE] = reading
    if columns.states(Field.YEAR):
        row.dates[Field.YEAR] = parse_date(row.value(Field.YEAR))
        _refuse_other_year(row)


def _refuse_other_year(row: OpenRow) -> None:
    """Doubt a date that is stated for all rows where the row itself names another year."""
    years = row.date(Field.YEAR).years
    for field in (Field.PLEDGE_DATE, Field.PAYMENT_DATE):
        day, column = row.date(field).value, row.columns.at(field)
        if column is not None and row.cell(column.number) is not None:
            continue
        if years is not None and day is not None and not years.first <= day.year <= years.last:
            row.doubt(
                Field.YEAR,
                f"The row is of {shown(row.date(Field.YEAR).text)}, and the date that is said for "
                f"all rows is {day}: date the rows of each year by themselves.",
            )


def date_by_year(row: OpenRow) -> None:
    """Date a row that states a calendar year, or no day of its pledge, as was answered, if it
    was.
    """
    stated = row.date(Field.PLEDGE_DATE)
    if stated.value:
        return
    field = Field.PLEDGE_DATE
    if stated.state == "unknown" and row.date(Field.YEAR).years is not None:
        field, stated = Field.YEAR, row.date(Field.YEAR)
    paid_on = row.date(Field.PAYMENT_DATE).value
    row.asks_day = _ask_day(row.columns, stated, field, paid_on)
    said = row.answer(row.asks_day) if row.asks_day else ""
    if not said:
        return
    value = paid_on if said == _AS_PAID else _answered_day(said, stated, row.columns)
    if value is None:
        return
    row.dates[Field.PLEDGE_DATE] = replace(
        stated,
        state="value",
        value=value,
        years=None,
        decided=f"it was answered that what is of {stated.text or 'no day'} is of {value}",
        answered=True,
    )


def _ask_day(
    columns: Columns, stated: DateReading, field: Field, paid_on: date | None
) -> Question | None:
    """Return what would date a row of which no day is stated: a day of its year or, where it states
    none, of all; None where it states what cannot be read.
    """
    years = stated.years
    column = columns.at(field)
    letter = column.letter if column else ""
    if years is None:
        return _ask_any_day(columns, paid_on) if stated.state == "unknown" else None
    named = f"Column {column.named} gives" if column else "The rows state"
    if years.first == years.last and not stated.fiscal:
        return ask(
            "day-in-year",
            letter,
            Choice("12-31", "31 December"),
            Choice("01-01", "1 January"),
            Choice("06-30", "30 June"),
            text=f"{named} years, not days. Which day of the year were these pledged? It decides "
            "the rate, the period and the paragraph.",
        )
    choices = [
        Choice(f"first:{day}", f"{date(years.first, *_month_day(day)):%-d %B} of the first year")
        for day in ("01-01", "04-01", "07-01", "12-31")
    ]
    choices.append(Choice("second:06-30", "30 June of the second year"))
    return ask(
        "day-in-fiscal-year",
        letter,
        *choices,
        text=f"{named} years that may span two ({stated.text}). Which day were these pledged? It "
        "decides the rate, the period and the paragraph.",
    )


def _ask_any_day(columns: Columns, paid_on: date | None) -> Question:
    sheet = columns.sheet
    named = _YEAR_IN_NAME.findall(sheet.name)
    choices = []
    if len(named) == 1:
        because = f"the sheet is called {sheet.name!r}"
        choices = [
            Choice(f"name:{day}", f"{date(int(named[0]), *_month_day(day)):%-d %B %Y}", because)
            for day in ("12-31", "01-01")
        ]
    if paid_on is None:
        return ask("pledge-date", "", *choices)
    as_paid = Choice(_AS_PAID, "The day on which each was paid")
    text = "No date of the pledge is stated, but one of payment. When were these pledged?"
    return ask("pledge-date", "paid", as_paid, *choices, text=text)


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)


def _answered_day(said: str, stated: DateReading, columns: Columns) -> date | None:
    which, _, day = said.rpartition(":")
    if which == "name":
        named = _YEAR_IN_NAME.findall(columns.sheet.name)
        return date(int(named[0]), *_month_day(day)) if len(named) == 1 else None
    if stated.years is None:
        return date.fromisoformat(said)
    year = stated.years.last if which == "second" else stated.years.first
    return date(year, *_month_day(day))


def read_date(row: OpenRow, wanted: Field, label: str = "", *, decides: bool = True) -> DateReading:
    """Read one date; what is unclear of it is a problem if it `decides` anything."""
    column = row.columns.date_column(wanted, label)
    if column is None:
        return NO_DATE
    value = row.value(wanted, label)
    if isinstance(value, str):
        value = row.columns.notes.without_marks(clean(value))
    reading = parse_date(
        value,
        column.order,
        column.decided,
        serials=column.serials,
        from_1904=row.columns.sheet.from_1904,
        months=column.months,
    )
    question = None
    if reading.state == "ambiguous":
        letter = column_letter(column.number) if column.number else ""
        question = _ask_which(reading, letter)
        if said := row.answer(question):
            first = said in {"dmy", "first"}
            reading = replace(
                reading,
                state="value",
                value=reading.readings[0 if first else -1],
                readings=(),
                decided=f"as was answered ({said})",
                answered=True,
            )
    if decides and reading.state in UNCLEAR:
        row.doubt(wanted, why_unclear(wanted, reading), label, question)
    if column.half_swapped and is_true_date(
        row.value(wanted, label), delimited=row.columns.sheet.delimited
    ):
        day = reading.value
        swapped = ask(
            "swapped-dates", column_letter(column.number), Choice("as-stored", "They are right")
        )
        doubted = decides and day is not None and day.month != day.day <= _MONTHS
        if doubted and day is not None and not row.answer(swapped):
            row.doubt(
                wanted,
                f"The date {day} may be {date(day.year, day.day, day.month)}: in this column dates "
                "stand of which the day is 12 at most, and texts of which it is more, as a program "
                "leaves them that took days for months. Write the dates in the sheet.",
                label,
                swapped,
            )
    return reading


def _ask_which(reading: DateReading, letter: str) -> Question:
    """Ask which of two days a date is that may be either."""
    first, last = reading.readings[0], reading.readings[-1]
    if reading.order is not None:
        return ask(
            "day-in-span",
            letter,
            Choice("last", f"The last day ({shown(reading.text)}: {last})"),
            Choice("first", f"The first day ({shown(reading.text)}: {first})"),
            text=f"Column {letter} gives months, or several days, such as {shown(reading.text)}. "
            "Which day is meant?",
        )
    return ask(
        "date-order",
        letter,
        Choice("dmy", f"The day ({shown(reading.text)} is {first})"),
        Choice("mdy", f"The month ({shown(reading.text)} is {last})"),
    )

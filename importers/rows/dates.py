"""Rules on the dates of a row."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pledgebook.importers.rows.open_row import UNCLEAR, OpenRow, why_unclear
from pledgebook.importers.tables.headings import Field
from pledgebook.importers.values.dates import NO_DATE, DateReading, is_true_date, parse_date
from pledgebook.importers.values.values import clean, shown

_FIELDS = (Field.PLEDGE_DATE, Field.DUE_DATE, Field.CHANGED_ON)
_MONTHS = 12


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
    """Date a row that states a calendar year and no day as the mapping says, if it does."""
    stated = row.date(Field.PLEDGE_DATE)
    day = row.columns.rules.day_in_year
    if day is None or stated.value or row.date(Field.PAYMENT_DATE).value:
        return
    if stated.state == "unknown":
        stated = row.date(Field.YEAR)
    if stated.years is None or stated.years.first != stated.years.last:
        return
    row.dates[Field.PLEDGE_DATE] = replace(
        stated,
        state="value",
        value=date(stated.years.first, *day),
        years=None,
        decided=f"the mapping dates what is of {stated.text} on {day[0]:02}-{day[1]:02} of it",
    )


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
    )
    if decides and reading.state in UNCLEAR:
        row.doubt(wanted, why_unclear(wanted, reading), label)
    if column.half_swapped and is_true_date(
        row.value(wanted, label), delimited=row.columns.sheet.delimited
    ):
        day = reading.value
        if decides and day is not None and day.month != day.day <= _MONTHS:
            row.doubt(
                wanted,
                f"The date {day} may be {date(day.year, day.day, day.month)}: in this column dates "
                "stand of which the day is 12 at most, and texts of which it is more, as a program "
                "leaves them that took days for months. Write the dates in the sheet.",
                label,
            )
    return reading

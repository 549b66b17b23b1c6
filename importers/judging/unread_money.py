"""Columns of figures that nobody reads, beside amounts that are read: they may be what was pledged.

A list that states what was pledged under a heading that is not known, and what was paid under one
that is, would be entered as money received. So every column of which all cells may be money keeps
its table waiting, until somebody says what it is. What settles a pledge without cash (bilateral
assistance, promissory notes) is such a column whatever its figures: it is no cash, and leaving it
out would call the pledge unpaid.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal

from pledgebook.importers.reading.cells import cell_text
from pledgebook.importers.tables.blocks import TableColumn
from pledgebook.importers.tables.headings import (
    DECIDING,
    MONEY,
    Field,
    currency_in,
    has_word_of,
    is_year_heading,
    match_heading,
    names_no_amount,
)
from pledgebook.importers.tables.qualifiers import qualifier_of
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.values.amounts import AmountReading, parse_amount
from pledgebook.importers.values.values import clean, counts_up, shown

HOLDING_MONEY = (Field.AMOUNT, Field.PAID, Field.VALUE, Field.UNPAID)
"""What such a column may hold."""

_YEARS = range(1900, 2101)
_ROUND = 100
"""What sums that somebody promises are multiples of, and few numbers of other things."""
_LONGEST = 12
"""Digits of a sum; a number of more is a code."""
_PARTING = frozenset(",'’ \u00a0\u202f")
"""Signs that part the thousands of a figure, or its cents."""
_OTHERS = ("address", "contact", "kinds", "certain")


def may_be_money(table: Table, column: TableColumn) -> str:
    """Say that an unread column holds figures that may be money, for how they are written and how
    they stand to the amounts that are read; "" if it does not.
    """
    beside = _beside(table)
    settles = has_word_of("settlement", column.heading) and not names_no_amount(column.heading)
    if beside is None or (_says_something_else(column.heading) and not settles):
        return ""
    known_as = match_heading(column.heading)
    if known_as and known_as.field in MONEY and table.columns_of(known_as.field):
        return ""  # another column was taken for it, and that was said
    figures = _figures(table, column)
    if not figures or not any(each.value for each in figures.values()):
        return ""
    if not settles and not _look_like_money(table, column, beside, figures):
        return ""
    first = next(each for each in figures.values() if each.value)
    return (
        f"its figures may be money, such as {shown(first.text)}, beside those of column "
        f"{beside.named}"
    )


def _look_like_money(
    table: Table, column: TableColumn, beside: TableColumn, figures: Mapping[int, AmountReading]
) -> bool:
    """Whether figures under a heading that says nothing of them are written as sums of money, or as
    round as these, and stand to the amounts as such sums do.
    """
    known = {number: each.value for number, each in figures.items() if each.value is not None}
    if len(known) < len(figures) or _number_something(known.values()):
        return False
    marked = bool(currency_in(column.heading)) or any(map(_is_written_as_money, figures.values()))
    if not marked and not any(value and not value % _ROUND for value in known.values()):
        return False
    return _may_relate(table, known, _amounts(table, beside), marked=marked)


def _beside(table: Table) -> TableColumn | None:
    """Return the column of amounts that is read: of what was pledged, if any is."""
    for field in (Field.AMOUNT, Field.PLEDGED, Field.PAID, Field.VALUE):
        if columns := table.columns_of(field):
            return columns[0]
    return None


def _may_relate(
    table: Table, figures: Mapping[int, Decimal], amounts: Mapping[int, Decimal], *, marked: bool
) -> bool:
    """Whether figures stand to amounts as sums pledged or paid do. Where nothing is read that was
    pledged, they are written as money or never below what was paid; where nothing is read that was
    paid, never above what was pledged. Beside instalments some are what these add up to. Else they
    are the amounts themselves, all but some.
    """
    both = [(figures[number], amounts[number]) for number in figures if number in amounts]
    same = sum(figure == amount for figure, amount in both)
    if not table.columns_of(Field.AMOUNT) and not table.columns_of(Field.PLEDGED):
        return marked or all(figure >= amount for figure, amount in both)
    if any(column.label for column in table.columns_of(Field.AMOUNT)):
        return 0 < same < len(both)
    if not table.columns_of(Field.PAID):
        return 0 < same < len(both) and all(figure <= amount for figure, amount in both)
    return len(both) < 2 * same < 2 * len(both)


def _says_something_else(heading: str) -> bool:
    """Whether a heading says that a column holds no amount of a contribution, or is heard as one
    that decides on its rows.
    """
    return (
        names_no_amount(heading)
        or is_year_heading(heading)
        or bool(qualifier_of(heading))
        or any(has_word_of(names, heading) for names in (*DECIDING, *_OTHERS))
    )


def _figures(table: Table, column: TableColumn) -> dict[int, AmountReading]:
    """Return what stands in a column, by row; "100,000" is a figure, whichever it is."""
    found = {}
    for row in table.rows:
        value = table.sheet.cell(row.number, column.number)
        if row.kind != "data" or value is None:
            continue
        reading = parse_amount(value)
        if reading.state == "ambiguous":
            reading = parse_amount(value, "." if clean(cell_text(value)).count(",") else ",")
        if reading.state != "unknown":
            found[row.number] = reading
    return found


def _amounts(table: Table, column: TableColumn) -> dict[int, Decimal]:
    """Return the amounts of a column that are above zero, by row: of one of several instalments
    what they all add up to.
    """
    alike = table.columns_of(column.field) if column.field and column.label else [column]
    sums: dict[int, Decimal] = {}
    for each in alike:
        if each.label or each is column:
            for number, figure in _figures(table, each).items():
                sums[number] = sums.get(number, Decimal(0)) + (figure.value or 0)
    return {number: total for number, total in sums.items() if total}


def _number_something(figures: Collection[Decimal]) -> bool:
    """Whether figures are years, running numbers or codes."""
    if all(value in _YEARS for value in figures):
        return True
    whole = all(value == value.to_integral_value() for value in figures)
    texts = [f"{value:f}" for value in figures]
    return whole and ((counts_up(texts) and len(texts) > 1) or max(map(len, texts)) > _LONGEST)


def _is_written_as_money(figure: AmountReading) -> bool:
    """Whether a figure is written with a currency, cents, or signs that part its thousands."""
    exponent = figure.value.as_tuple().exponent if figure.value is not None else 0
    has_cents = isinstance(exponent, int) and exponent == -2
    return bool(figure.currency) or has_cents or not _PARTING.isdisjoint(figure.text)

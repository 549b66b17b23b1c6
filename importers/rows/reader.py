"""Typed rows of a table: each cell read as what its column holds, and what is wrong with it.

Nothing is decided here and nothing is left out: every row of the table comes out once, what cannot
be read stands in `problems` with the cell's address. How a row is read is a list of rules; a rule
takes the row as far as it is read, and adds to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pledgebook.importers.rows.beside import (
    find_notes,
    heed_figures_beside,
    heed_struck,
    heed_unread,
    read_beside,
    skip_row,
)
from pledgebook.importers.rows.columns import Columns, Recogniser
from pledgebook.importers.rows.currency import agree_currencies, read_currency
from pledgebook.importers.rows.dates import date_by_year, read_dates
from pledgebook.importers.rows.figures import (
    choose_amount,
    count_value,
    read_figures,
    read_instalments,
    read_rate,
    round_figures,
)
from pledgebook.importers.rows.open_row import OpenRow
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.rows.words import name_donor, read_reference, read_status, read_words
from pledgebook.importers.tables.tables import Table
from pledgebook.ledger.declared.currencies import recognise

Rule = Callable[[OpenRow], None]

RULES: tuple[Rule, ...] = (
    heed_struck,
    read_figures,
    read_dates,
    date_by_year,
    name_donor,
    choose_amount,
    read_currency,
    agree_currencies,
    count_value,
    read_status,
    find_notes,
    read_reference,
    read_instalments,
    round_figures,
    read_rate,
    read_words,
    heed_unread,
    heed_figures_beside,
    read_beside,
    skip_row,
)
"""What is done to a row of data, in this order: the first problem found is the one that is told."""

_OF_TOTALS: tuple[Rule, ...] = (read_figures,)


def read_rows(table: Table, recognise: Recogniser = recognise) -> Iterator[SheetRow]:
    """Read every row of a table's area, in order; of totals their figures, of headings, notes and
    blank rows nothing. `recognise` names the currencies that a mark or word may mean on a day.
    """
    columns = Columns(table, recognise)
    rows = table.sheet.rows
    for row in table.rows:
        open_row = OpenRow(columns=columns, number=row.number, cells=rows[row.number - 1])
        rules = {"data": RULES, "total": _OF_TOTALS}.get(row.kind, ())
        for rule in rules:
            rule(open_row)
        yield open_row.closed(row)

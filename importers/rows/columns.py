"""What the columns of one table say of how each of its rows is read, worked out once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from pledgebook.importers.reading.cells import CellValue, cell_text
from pledgebook.importers.rows.grouped import donors_above
from pledgebook.importers.rows.notes import Notes
from pledgebook.importers.tables.blocks import TableColumn
from pledgebook.importers.tables.headings import (
    DATES,
    DECIDING,
    MONEY,
    REPEATED,
    SEVERAL,
    Field,
    date_order_in,
    has_word_of,
    value_currency,
)
from pledgebook.importers.tables.qualifiers import qualifier_of, says_of_amounts
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.tables.units import currencies_alone
from pledgebook.importers.values.amounts import (
    DecimalMark,
    column_marks,
    divides_thousands,
    parse_amount,
)
from pledgebook.importers.values.dates import (
    DateOrder,
    are_months,
    are_serials,
    column_orders,
    is_half_swapped,
)
from pledgebook.importers.values.values import clean, counts_up, plain
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.declared.names import strip_footnote_marks

_IN_WORDS = (
    Field.PURPOSE, Field.CLASS, Field.FUND, Field.PROJECT, Field.IN_KIND, Field.CONDITIONS,
    Field.BANK_REFERENCE, Field.REMARKS, Field.INSTALMENT,
)  # fmt: skip
_WORDS = re.compile(r"[A-Z]{3}\b|[€£¥₽₩]|[^\W\d]{4,20}")
_FIRST_ROWS = 20
_MOST_KINDS = 12
_SHORT_CODE = 2
_LEAST_CODES = 3
_LEAST_SHARES = 3
_ROUNDED = Decimal("0.0051")
"""How far a share written in whole per cents is from the amount's."""

Recogniser = Callable[[str, date | None], tuple[str, ...]]
"""Gives the currency codes that a mark or word may mean on a date; none if it is no currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureColumn:
    """A column of money or rates: in what units its figures are counted, and the decimal mark that
    settles those that may be read in two ways, with the grounds of it.
    """

    number: int
    letter: str
    field: Field
    label: str
    units: int
    mark: DecimalMark | None
    decided: str
    divided: bool
    """Whether nothing in the column speaks against taking the sign in "100,000" for one that
    divides thousands, where its currency is counted in other decimals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateColumn:
    """How the dates of a column are read: in the `order` that settles those that may be read in
    two ways, with the grounds of it; bare numbers are days if `serials`. `number` is 0 where only a
    mapping states the date, of all rows.
    """

    number: int
    field: Field
    label: str
    order: DateOrder | None
    decided: str
    serials: bool
    half_swapped: bool = False
    months: bool = False
    """Whether "2001-02" is a month there, and not two years."""


class DecidingColumn(NamedTuple):
    """A column that is not read, of which the heading says that it decides on its rows (`kind` is
    one of DECIDING, or a qualifier): "Confirmed?", "Cancelled", "Net pledge", "Unit".
    """

    column: TableColumn
    kind: str


class Columns:
    """The columns of a table, by what is asked of them while a row is read."""

    def __init__(self, table: Table, recognise: Recogniser) -> None:
        self.table, self.sheet, self.rules = table, table.sheet, table.rules
        self._recognise = recognise
        self._recognised: dict[tuple[str, date | None], tuple[str, ...]] = {}
        self.notes = Notes(table)
        self.merged = _vertical_merges(table)
        """The value that the lower cells of vertically merged areas share with the first."""
        self.shared = _shared_figures(table)
        """The cells of amounts that are merged with those of other rows of data."""
        self.above = donors_above(table)
        self.donor_codes = _names_by_codes(table)
        """Whether the donors are written as codes of States, all of them."""
        self._at = {
            (column.field, column.label): column
            for column in reversed(table.table_columns)
            if column.field is not None
        }
        self._fields = {column.field for column in table.table_columns}
        self._data = [row.number for row in table.rows if row.kind == "data"]
        self.read = {c.number for c in table.table_columns if c.field is not None}
        self.remarks = {c.number for c in table.columns_of(Field.REMARKS)}
        width = max(map(len, table.sheet.rows), default=0)
        self.headed = dict.fromkeys(sorted(column.number for column in table.table_columns))
        head = [len(table.sheet.rows[number - 1]) for number in table.heading_rows]
        self.width = max(head, default=0) if table.sheet.delimited else 0
        """How many cells the headings of delimited text have; 0 of a workbook's."""
        self.behind_money = self._behind_money() if table.sheet.delimited else ()
        """Columns right behind amounts that may hold the rest of one that ran apart, and whether
        they hold words."""
        self.comments = tuple(
            clean(table.sheet.comments[place])
            for column in table.table_columns
            for number in table.heading_rows
            if column.field is not None
            and (place := (number, column.number)) in table.sheet.comments
        )
        """What somebody wrote to the headings of columns that are read."""
        self.beyond = [number for number in range(1, width + 1) if number not in self.headed]
        """Columns that no heading of the table stands above."""
        remarks = {plain(column.heading) for column in table.columns_of(Field.REMARKS)}
        self.of_words = frozenset(self.beyond) | {
            column.number
            for column in table.table_columns
            if column.field is None and plain(column.heading) in remarks
        }
        """Columns of texts that are remarks: those beyond the headings, and further ones headed as
        the remarks are.
        """
        self.unread = [
            number
            for number in range(1, width + 1)
            if number not in self.read and number not in self.rules.ignored
        ]
        """Columns of which the texts are looked at for warnings only."""
        self.of_currencies = frozenset(filter(self._holds_currencies, self.unread))
        """Those of them that name a currency in every cell, or have no heading."""
        self.figures = tuple(
            self._figures(column) for column in table.table_columns if column.field in MONEY
        )
        self.rate = self._figures(rate) if (rate := self.at(Field.RATE)) else None
        self._dates = {(column.field, column.label): column for column in self._read_orders()}
        self._stated_dates = {
            field: DateColumn(
                number=0,
                field=field,
                label="",
                order=None,
                decided="",
                serials=False,
            )
            for field in self.rules.constants
            if field in DATES
        }
        self.labels = tuple(
            dict.fromkeys(c.label for c in table.table_columns if c.label and c.field in REPEATED)
        )
        """The instalments, years or funds of a row, as the headings name them."""
        self.words = tuple(field for field in _IN_WORDS if self.states(field))
        """Fields of words, besides donor, status, reference and currency, that are stated."""
        self._shares: dict[int, bool] = {}
        self.deciding = self._deciding()
        amounts = {Field.AMOUNT, Field.VALUE} & self._fields
        self.only_paid = not amounts and Field.AMOUNT not in self.rules.constants
        """Whether nothing but what was paid is stated: a list of money received."""
        self.paid_in = next((c.currency for c in table.columns_of(Field.PAID) if c.currency), "")
        """What the heading of what was paid says of its currency."""
        self.states_status = Field.STATUS in self.rules.constants or any(
            self.value(number, column) is not None
            for column in table.columns_of(Field.STATUS)
            for number in self._data
        )

    @cached_property
    def agreed(self) -> dict[tuple[str, str, str, date | None], tuple[tuple[str, ...], str]]:
        """The currency, and the text that states it, of what figure, heading and column were found
        to say on a day without contradicting each other.
        """
        return {}

    @cached_property
    def currencies(self) -> Mapping[str, str]:
        """The currencies that the sheet names outside its amounts, each with the first place: in
        its name, above the table, in headings and in columns that are not read.
        """
        found: dict[str, str] = {}
        head = range(1, self.table.heading_rows[-1] + 1)
        cells = [(row, column, value) for row in head for column, value in self._filled(row)]
        cells += [
            (row, column, value)
            for row in self._data[:_FIRST_ROWS]
            for column, value in self._filled(row)
            if column not in self.read
        ]
        texts = [(f"the sheet's name {self.sheet.name!r}", self.sheet.name)]
        texts += [
            (self.sheet.address(row, column), value)
            for row, column, value in cells
            if isinstance(value, str)
        ]
        for place, text in texts:
            for word in _WORDS.findall(text):
                codes = self.recognise(word, None)
                # "SOS Villages" is paid in no Somali shillings.
                named = text.startswith(f"{word} ") or (text.isupper() and " " in text)
                if len(codes) == 1 and not (named and word == codes[0]):
                    found.setdefault(codes[0], place)
        return found

    def _filled(self, row: int) -> list[tuple[int, CellValue]]:
        cells = self.sheet.rows[row - 1]
        return [(column, value) for column, value in enumerate(cells, 1) if value is not None]

    @cached_property
    def of_kinds(self) -> frozenset[int]:
        """The columns that are not read and say of each row what kind it is, in a few words."""
        return frozenset(
            column.number
            for column in self.table.table_columns
            if column.number in self.unread
            and has_word_of("kinds", column.heading)
            and len(set(self._texts(column))) <= _MOST_KINDS
        )

    @cached_property
    def counting(self) -> frozenset[int]:
        """The columns that are not read and count the rows, as texts."""
        return frozenset(
            column.number
            for column in self.table.table_columns
            if column.number in self.unread and counts_up(self._texts(column))
        )

    @cached_property
    def written(self) -> Mapping[int, Sequence[str]]:
        """What somebody wrote to the cells of each row that has such a cell."""
        found: dict[int, list[str]] = {}
        for (row, _), said in sorted(self.sheet.comments.items()):
            found.setdefault(row, []).append(clean(said))
        return found

    def at(self, field: Field, label: str = "") -> TableColumn | None:
        """Give the column of a field."""
        return self._at.get((field, label))

    def holds(self, field: Field) -> bool:
        """Whether a column of the table, whatever its label, holds a field."""
        return field in self._fields

    def states(self, field: Field) -> bool:
        """Whether a column holds a field, or a mapping states it of all rows."""
        return field in self._fields or field in self.rules.constants

    def date_column(self, field: Field, label: str = "") -> DateColumn | None:
        """Give how the dates of a field are read; what a mapping states goes for every label."""
        return self._dates.get((field, label)) or self._stated_dates.get(field)

    def value(self, number: int, column: TableColumn) -> CellValue | None:
        """Give the value of a row's cell; a blank within a merged area has that of the area."""
        value = self.sheet.cell(number, column.number)
        return self.merged.get((number, column.number)) if value is None else value

    def address(self, number: int, field: Field, label: str = "") -> str:
        """Name the cell of a field in a row, or the row."""
        column = self.at(field, label)
        if column is None:
            return f"{self.sheet.name}!{number}"
        return self.sheet.address(number, column.number)

    def recognise(self, text: str, on: date | None) -> tuple[str, ...]:
        """Give the codes of currencies that a text may mean on a date."""
        known = self._recognised.get((text, on))
        if known is None:
            named = dict.fromkeys(
                code for part in text.split(SEVERAL) for code in self._recognise(part, on)
            )
            known = self._recognised[text, on] = tuple(named)
        return known

    def _holds_currencies(self, column: int) -> bool:
        cells = (self.sheet.cell(number, column) for number in self._data)
        texts = (cell for cell in cells if cell is not None)
        return column not in self.headed or all(
            isinstance(text, str) and currencies_alone(text) for text in texts
        )

    @cached_property
    def value_currency(self) -> tuple[str, ...]:
        """The codes that the heading of the equivalents names; none where it is the book's."""
        columns = self.table.columns_of(Field.VALUE)
        return value_currency(next((each.currency for each in columns if each.currency), ""))

    def _behind_money(self) -> Sequence[tuple[int, bool]]:
        """Give the columns of words that stand right behind amounts; False for references."""
        columns = {column.number: column for column in self.table.table_columns}
        behind = (
            columns[column.number + 1]
            for column in columns.values()
            if column.field in MONEY and column.number + 1 in columns
        )
        return [
            (column.number, column.field is not Field.REFERENCE)
            for column in behind
            if column.field in {*_IN_WORDS, Field.REFERENCE, Field.STATUS}
            or (column.field is None and not all(map(_is_figure, self._texts(column))))
        ]

    def are_shares_of_all(self, column: TableColumn) -> bool:
        """Whether a column says of each row what part of the whole table its amount is: such shares
        follow from the amounts, and change none.
        """
        known = self._shares.get(column.number)
        if known is None:
            known = self._shares[column.number] = self._follow(column)
        return known

    def _follow(self, column: TableColumn) -> bool:
        counted = self.at(Field.AMOUNT)
        if counted is None:
            return False
        amounts = [parse_amount(value).value for value in self._values(counted)]
        shares = [
            parse_amount(clean(cell_text(value)).rstrip(" %")).value
            for value in self._values(column)
        ]
        total = sum((amount for amount in amounts if amount is not None), Decimal(0))
        if len(amounts) < _LEAST_SHARES or total <= 0:
            return False
        return any(
            all(
                amount is not None
                and share is not None
                and abs(share / whole - amount / total) <= _ROUNDED
                for amount, share in zip(amounts, shares, strict=True)
            )
            for whole in (1, 100)
        )

    def _texts(self, column: TableColumn) -> Sequence[str]:
        return [clean(cell_text(value)) for value in self._values(column) if value is not None]

    def _is_money(self, text: str) -> bool:
        return bool(self.recognise(text, None))

    def _values(self, column: TableColumn) -> list[CellValue | None]:
        return [self.sheet.cell(number, column.number) for number in self._data]

    def _figures(self, column: TableColumn) -> FigureColumn:
        assert column.field is not None
        mark: DecimalMark | None = None
        decided, divided = "", False
        values = self._values(column)
        shown = column_marks(values)
        if len(shown) == 1:
            (mark,) = shown
            decided = f"all other figures of column {column.letter} show the decimal mark {mark!r}"
        elif not shown:
            divided = divides_thousands(values)
            if any(parse_amount(value).state == "ambiguous" for value in values):
                mark, decided = self._mark_by_total(column)
        units = column.multiplier if column.multiplier != 1 else self.table.units.multiplier
        return FigureColumn(
            number=column.number,
            letter=column.letter,
            field=column.field,
            label=column.label,
            units=1 if column.field is Field.RATE else units,
            mark=mark,
            decided=decided,
            divided=divided,
        )

    def _mark_by_total(self, column: TableColumn) -> tuple[DecimalMark | None, str]:
        """Return the decimal mark by which alone the rows add up to a total below them."""
        sums: dict[DecimalMark, Decimal] = {".": Decimal(0), ",": Decimal(0)}
        since = dict(sums)
        found: set[DecimalMark] = set()
        place = ""
        for row in self.table.rows:
            value = self.sheet.cell(row.number, column.number)
            if row.kind == "data":
                for mark in sums:
                    figure = parse_amount(value, mark).value or Decimal(0)
                    sums[mark] += figure
                    since[mark] += figure
            elif row.kind == "total" and (stated := parse_amount(value).value):
                for mark, whole in sums.items():
                    if stated in {whole, since[mark]}:
                        found.add(mark)
                        place = self.sheet.address(row.number, column.number)
                since = dict.fromkeys(since, Decimal(0))
        if len(found) != 1:
            return None, ""
        (only,) = found
        return only, f"only with the decimal mark {only!r} do the rows add up to {place}"

    def heading_currency(self, number: int) -> str:
        """Give the mark or word for a currency in the heading of a column; "" for none."""
        columns = self.table.table_columns
        return next((column.currency for column in columns if column.number == number), "")

    def _read_orders(self) -> Iterator[DateColumn]:
        for column in self.table.table_columns:
            if column.field not in DATES:
                continue
            values = self._values(column)
            shown = column_orders(values)
            said = date_order_in(column.heading)
            order = next(iter(shown)) if len(shown) == 1 else None if shown else said
            first = "month" if order == "mdy" else "day"
            decided = f"other dates of column {column.letter} show that the {first} comes first"
            if not shown:
                decided = f"the heading of column {column.letter} says that it comes first"
            yield DateColumn(
                number=column.number,
                field=column.field,
                label=column.label,
                order=order,
                decided=decided,
                serials=are_serials(values, delimited=self.sheet.delimited),
                half_swapped=is_half_swapped(values, delimited=self.sheet.delimited),
                months=are_months(values, headed=has_word_of("months", column.heading)),
            )

    def _deciding(self) -> Sequence[DecidingColumn]:
        """Find the columns that decide on their rows. One that no row fills decides nothing."""
        deciding = []
        for column in self.table.table_columns:
            if column.field is not None or column.number in self.rules.ignored:
                continue
            if all(value is None for value in self._values(column)):
                continue
            kind = qualifier_of(column.heading)
            if kind and not says_of_amounts(kind, self._texts(column), self._is_money):
                kind = ""
            if not kind and not has_word_of("by_whom", column.heading):
                kind = next((k for k in DECIDING if has_word_of(k, column.heading)), "")
            if kind:
                deciding.append(DecidingColumn(column, kind))
        return deciding


def _names_by_codes(table: Table) -> bool:
    """Whether a column of donors is one of codes: "AU" among names may be the African Union. One
    code of two letters is no column.
    """
    data = [row.number for row in table.rows if row.kind == "data"]
    texts = {
        strip_footnote_marks(clean(cell_text(value)))
        for column in table.columns_of(Field.DONOR)
        for number in data
        if (value := table.sheet.cell(number, column.number)) is not None
    }
    if not texts:
        return True  # the donor stands in a mapping or above the table
    states = Directory.of_states()
    least = _LEAST_CODES if any(len(text) == _SHORT_CODE for text in texts) else 1
    return len(texts) >= least and all(states.is_code_of_state(text) for text in texts)


def _is_figure(text: str) -> bool:
    return parse_amount(text).state != "error"


def _shared_figures(table: Table) -> frozenset[tuple[int, int]]:
    data = {row.number for row in table.rows if row.kind == "data"}
    money = {column.number for column in table.table_columns if column.field in MONEY}
    found: set[tuple[int, int]] = set()
    for merged in table.sheet.merged:
        rows = data.intersection(range(merged.first_row, merged.last_row + 1))
        columns = money.intersection(range(merged.first_column, merged.last_column + 1))
        if len(rows) > 1:
            found.update((row, column) for row in rows for column in columns)
    return frozenset(found)


def _vertical_merges(table: Table) -> Mapping[tuple[int, int], CellValue | None]:
    area = table.area
    carried: dict[tuple[int, int], CellValue | None] = {}
    for merged in table.sheet.merged:
        if merged.last_row == merged.first_row:
            continue
        value = table.sheet.cell(merged.first_row, merged.first_column)
        for row in range(
            max(merged.first_row + 1, area.first_row), min(merged.last_row, area.last_row) + 1
        ):
            carried[row, merged.first_column] = value
    return carried

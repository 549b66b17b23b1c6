"""Typed rows of a table: each cell parsed as what its column holds, and what is wrong with it.

Nothing is decided here and nothing is left out: every row of the table comes out once, what cannot
be read stands in `problems` with the cell's address, and the original text of all cells is kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Literal

from pledgebook.importers.reading.cells import CellValue, ErrorValue, MissingResult, cell_text
from pledgebook.importers.rows.grouped import donors_above
from pledgebook.importers.rows.row import InstalmentReading, Problem, SheetRow
from pledgebook.importers.tables.classifying import TableRow
from pledgebook.importers.tables.columns import TableColumn
from pledgebook.importers.tables.headings import (
    DATES,
    DECIDING,
    MONEY,
    REPEATED,
    Field,
    has_word_of,
)
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.values.amounts import (
    BLANK,
    AmountReading,
    DecimalMark,
    column_mark,
    parse_amount,
)
from pledgebook.importers.values.dates import (
    NO_DATE,
    DateOrder,
    DateReading,
    column_order,
    parse_date,
)
from pledgebook.importers.values.values import (
    clean,
    is_code,
    is_nil,
    is_unknown,
    multiplier_in,
    plain,
    shown,
    split_footnote,
)
from pledgebook.importers.values.words import (
    is_announcement,
    is_warning,
    read_in_kind,
    read_kind,
    says_in_kind,
    says_otherwise,
)
from pledgebook.ledger.declared.currencies import recognise

Recogniser = Callable[[str, date | None], tuple[str, ...]]
"""Gives the currency codes that a mark or word may mean on a date; none if it is no currency."""

_DAMAGED = Decimal(10) ** 15
_NOTE = re.compile(
    r"\s*(?P<mark>[*†‡§]+|[¹²³⁰⁴-⁹]+|\(?\[?(?:[a-z]{1,2}|\d{1,2})[/)\]])\s*(?P<text>.*)",
    re.IGNORECASE | re.DOTALL,
)
_NUMBERED = re.compile(r"\s*(?P<mark>\d{1,2})[.:]?\s+(?P<text>[^\W\d].*)", re.DOTALL)
"""A note without a sign beside its number, "1 Subject to ...": it counts where a mark calls it."""

_LEADING_MARK = re.compile(r"\s*(?P<mark>[*†‡§]+)\s*(?=\S)")
_DOLLARS = ("USD",)
_NOTE_CELLS = 2
_TICKS = frozenset("✓✔☑√1")
_LONGEST_WORD = 30
_LONGEST_NOTE = 1000
_UNCLEAR = frozenset({"error", "ambiguous"})


def read_rows(table: Table, recognise: Recogniser = recognise) -> Iterator[SheetRow]:
    """Read every row of a table's area, in order; rows that are no data come with their raw text.

    `recognise` names the currencies that a mark or word may mean on the row's date.
    """
    reader = _Reader(table, recognise)
    for row in table.rows:
        yield reader.read(row)


def footnotes(table: Table) -> dict[str, str]:
    """Give the text of each marked note by its mark: {"a": "Subject to parliamentary approval"}.

    Notes stand below the table, and may stand some way below it; or above it.
    """
    sheet = table.sheet
    noted = [row.number for row in table.rows if row.kind == "note"]
    for number in (
        *range(table.area.last_row + 1, len(sheet.rows) + 1),
        *range(1, table.area.first_row),
    ):
        filled = sum(value is not None for value in sheet.rows[number - 1])
        if filled > _NOTE_CELLS:
            continue  # rows of another table, or of this one beyond a gap: their notes count too
        noted += [number] if filled else []
    found: dict[str, str] = {}
    for pattern in (_NOTE, _NUMBERED):
        for number in noted:
            texts = [cell_text(value) for value in sheet.rows[number - 1] if value is not None]
            for line in " ".join(texts).splitlines():
                if match := pattern.fullmatch(clean(line)):
                    found.setdefault(_mark(match["mark"]), match["text"])
    return found


def _mark(text: str) -> str:
    """Write a mark as notes are looked up by: "a/", "(A)" and "a" are one, so are "²" and "2"."""
    return unicodedata.normalize("NFKC", text).strip("()[]/. ").lower()


class _Reader:
    """Reads the rows of one table; what the columns decide is found once, at construction."""

    def __init__(self, table: Table, recognise: Recogniser) -> None:
        self._table = table
        self._sheet = table.sheet
        self._rules = table.rules
        self._recognise = recognise
        self._notes = footnotes(table)
        self._heading_marks = self._marks_of_headings()
        self._carried = _vertical_merges(table)
        self._columns = {f: table.columns_of(f) for f in Field}
        self._above = donors_above(table)
        self._headed = {c.number for c in table.table_columns}
        self._read = {c.number for c in table.table_columns if c.field is not None}
        money = {field for field in (Field.AMOUNT, Field.DOLLARS) if self._columns[field]}
        self._deciding = self._columns_that_decide()
        self._only_paid = not money and Field.AMOUNT not in self._rules.constants
        self._one_amount = any(not column.label for column in self._columns[Field.AMOUNT])
        data = [row.number for row in table.rows if row.kind == "data"]
        self._states_status = any(self._value(number, Field.STATUS) is not None for number in data)
        self._marks: dict[int, tuple[DecimalMark | None, str]] = {}
        self._orders: dict[int, tuple[DateOrder | None, str]] = {}
        self._serials: set[int] = set()
        for column in table.table_columns:
            values = [self._sheet.cell(number, column.number) for number in data]
            if column.field in MONEY or column.field is Field.RATE:
                self._marks[column.number] = self._decide_mark(column, values)
            elif column.field in DATES:
                self._orders[column.number] = self._decide_order(column, values)
                if any(parse_date(value).state == "value" for value in values):
                    self._serials.add(column.number)

    def _decide_mark(
        self, column: TableColumn, values: list[CellValue | None]
    ) -> tuple[DecimalMark | None, str]:
        if self._rules.decimal_mark is not None:
            return self._rules.decimal_mark, "the mapping states the decimal mark"
        mark = column_mark(values)
        return mark, f"all other figures of column {column.letter} show the decimal mark {mark!r}"

    def _decide_order(
        self, column: TableColumn, values: list[CellValue | None]
    ) -> tuple[DateOrder | None, str]:
        if self._rules.date_order is not None:
            return self._rules.date_order, "the mapping states the order of day and month"
        first = "month" if (order := column_order(values)) == "mdy" else "day"
        return order, f"other dates of column {column.letter} show that the {first} comes first"

    def read(self, row: TableRow) -> SheetRow:
        raw = {
            column.letter: cell_text(value)
            for column in self._table.table_columns
            if (value := self._sheet.cell(row.number, column.number)) is not None
        }
        read = SheetRow(
            row.number,
            row.kind,
            row.level,
            row.number in self._sheet.hidden_rows,
            row.section,
            raw,
        )
        if row.kind == "total":
            return replace(read, figures=self._figures(row.number, []))
        return self._data(read) if row.kind == "data" else read

    def _data(self, row: SheetRow) -> SheetRow:
        number = row.number
        problems: list[Problem] = []
        figures = self._figures(number, problems)
        dates = {f: self._date(number, f, problems) for f in DATES - {Field.PAYMENT_DATE}}
        # Where nothing says what was paid, a date of payment that cannot be read decides nothing.
        decides = self._only_paid or self._columns[Field.PAID] or self._columns[Field.STATUS]
        unread = problems if decides else []
        dates[Field.PAYMENT_DATE] = self._date(number, Field.PAYMENT_DATE, unread)
        dates[Field.PLEDGE_DATE] = self._in_year(number, dates)
        donor, mark = split_footnote(self._text(number, Field.DONOR, problems, marked=True))
        named_above = ""
        if not donor and number in self._above:
            name, above = self._above[number]
            donor, mark = split_footnote(clean(cell_text(name)))
            named_above = self._address(above, Field.DONOR)
        amount = self._labelled(figures, Field.AMOUNT, "")
        source: Literal["amount", "dollars", "paid"] = "amount"
        if self._only_paid:
            amount, source = self._labelled(figures, Field.PAID, ""), "paid"
        on = dates[Field.PLEDGE_DATE].value or dates[Field.PAYMENT_DATE].value
        pledged = self._labelled(figures, Field.PLEDGED, "")
        pledged_only = bool(pledged.value) and (amount == BLANK or amount.state == "nil")
        if pledged_only:
            amount = pledged
        elif pledged.value and amount.value is not None and pledged.value != amount.value:
            address = self._address(number, Field.PLEDGED)
            problems.append(Problem(address, _TWO_AMOUNTS.format(pledged.text, amount.text)))
        codes, currency_text = self._currency(number, amount, on, problems)
        dollars = self._labelled(figures, Field.DOLLARS, "")
        if (
            self._rules.dollars_without_amount
            and amount.state == "unknown"
            and not currency_text
            and dollars.known
        ):
            amount, codes, currency_text, source = dollars, _DOLLARS, "USD", "dollars"
        elif amount == BLANK and codes == _DOLLARS and dollars.known and self._one_amount:
            amount, source = dollars, "dollars"  # its currency is stated: they are the amount
        status = self._text(number, Field.STATUS, problems)
        if pledged_only and not status and not self._states_status:
            status = "pledged"
        if self._states_status and not status:
            address = self._address(number, Field.STATUS)
            message = "The status is blank, though other rows state one: say what it is."
            problems.append(Problem(address, message))
        marks = [_mark(each) for each in f"{mark} {amount.footnote}".split()]
        called = dict.fromkeys([*marks, *self._called(number), *self._heading_marks])
        return replace(
            row,
            donor=donor,
            donor_footnote=mark,
            donor_from=named_above,
            reference=self._reference(number, problems),
            pledge_date=dates[Field.PLEDGE_DATE],
            amount=amount,
            amount_source=source,
            currency=codes,
            currency_text=currency_text,
            due_date=dates[Field.DUE_DATE],
            instalments=self._instalments(number, figures, on, problems),
            dollars=dollars,
            rate=self._rate(number, problems),
            paid=self._labelled(figures, Field.PAID, ""),
            paid_currency=self._paid_currency(on),
            payment_date=dates[Field.PAYMENT_DATE],
            unpaid=self._labelled(figures, Field.UNPAID, ""),
            purpose=self._text(number, Field.PURPOSE, problems),
            class_text=self._text(number, Field.CLASS, problems),
            fund=self._text(number, Field.FUND, problems),
            project=self._text(number, Field.PROJECT, problems),
            status=status,
            in_kind=self._text(number, Field.IN_KIND, problems),
            conditions=self._text(number, Field.CONDITIONS, problems),
            bank_reference=self._text(number, Field.BANK_REFERENCE, problems),
            remarks=self._text(number, Field.REMARKS, problems),
            changed_on=dates[Field.CHANGED_ON],
            year=parse_date(self._value(number, Field.YEAR)),
            instalment=self._text(number, Field.INSTALMENT, problems),
            elsewhere=self._elsewhere(number, figures),
            beside=self._beside(number),
            notes=tuple(self._notes[m] for m in called if m in self._notes),
            unknown_marks=tuple(m for m in marks if m not in self._notes),
            skipped=self._skipped(number),
            figures=figures,
            problems=tuple(problems),
        )

    def _value(self, number: int, wanted: Field, label: str = "") -> CellValue | None:
        """Give a field's cell; a blank within a merged area has the value of the area."""
        value = None
        for column in self._columns[wanted]:
            if column.label == label:
                value = self._sheet.cell(number, column.number)
                if value is None:
                    value = self._carried.get((number, column.number))
        return value if value is not None else self._rules.constants.get(wanted)

    def _address(self, number: int, wanted: Field, label: str = "") -> str:
        for column in self._columns[wanted]:
            if column.label == label:
                return self._sheet.address(number, column.number)
        return f"{self._sheet.name}!{number}"

    def _text(
        self, number: int, wanted: Field, problems: list[Problem], *, marked: bool = False
    ) -> str:
        """Give a text field, without the marks of known notes unless `marked`."""
        if not self._columns[wanted] and wanted not in self._rules.constants:
            return ""
        value = self._value(number, wanted)
        if isinstance(value, (ErrorValue, MissingResult)):
            what = f"shows the error {value}" if isinstance(value, ErrorValue) else _NO_RESULT
            problems.append(Problem(self._address(number, wanted), f"The cell {what}."))
            return ""
        text = clean(cell_text(value))
        text = text if marked else self._without_marks(text)
        return self._rules.translate.get(wanted, {}).get(plain(text), text)

    def _marks_of_headings(self) -> list[str]:
        """Give the marks that headings of columns that are read bear: their notes are of all
        rows.
        """
        marks: list[str] = []
        for column in self._table.table_columns:
            if column.field is not None and self._notes:
                for text in column.heading.split(" / "):
                    marks += self._known_marks(text)[1]
        return marks

    def _known_marks(self, text: str) -> tuple[str, list[str]]:
        """Part the marks of which the notes are known from a text: at its end, stars before it, or
        all of it.
        """
        whole = _mark(text)
        if whole in self._notes and (whole != text.lower() or not whole.isalnum()):
            return "", [whole]
        rest, found = split_footnote(text)
        marks = [_mark(mark) for mark in found.split()]
        if not all(mark in self._notes for mark in marks):
            rest, marks = text, []
        leading = _LEADING_MARK.match(rest)
        if leading and _mark(leading["mark"]) in self._notes:
            rest, marks = rest[leading.end() :], [_mark(leading["mark"]), *marks]
        return rest, marks

    def _without_marks(self, text: str) -> str:
        return self._known_marks(text)[0] if self._notes and text else text

    def _called(self, number: int) -> Iterator[str]:
        """Yield the marks of known notes in any cell of a row; a column of remarks may hold the
        bare letter or number of a note.
        """
        if not self._notes:
            return
        remarks = {column.number for column in self._columns[Field.REMARKS]}
        for column, value in enumerate(self._sheet.rows[number - 1], start=1):
            unread = column not in self._read
            if value is None or not (isinstance(value, str) or column in remarks):
                continue
            text = clean(cell_text(value))
            if not text:
                continue
            bare = column in remarks or (unread and not text[0].isdigit())
            if bare and _mark(text) in self._notes:
                yield _mark(text)
            else:
                yield from self._known_marks(text)[1]

    def _reference(self, number: int, problems: list[Problem]) -> str:
        value = self._value(number, Field.REFERENCE)
        if isinstance(value, Decimal) and abs(value) >= _DAMAGED:
            problems.append(
                Problem(
                    self._address(number, Field.REFERENCE),
                    f"The reference {value:f} was stored as a number of more than 15 digits, whose "
                    "last digits spreadsheets lose; store it as text.",
                )
            )
        text = self._text(number, Field.REFERENCE, problems)
        return "" if is_unknown(text) or is_nil(text) else text

    def _figures(self, number: int, problems: list[Problem]) -> dict[str, AmountReading]:
        figures = {}
        for column in self._table.table_columns:
            if column.field not in MONEY:
                continue
            mark, decided = self._marks[column.number]
            value = self._sheet.cell(number, column.number)
            multiplier = column.multiplier
            if multiplier == 1:
                multiplier = self._table.units.multiplier
            reading = parse_amount(value, mark, decided).times(multiplier)
            figures[column.letter] = reading
            if value is None and self._carried.get((number, column.number)) is not None:
                message = "The cell is merged with the one above; an amount is counted once only."
                address = self._sheet.address(number, column.number)
                problems.append(Problem(address, message))
            # What remains unpaid is a check and never counted: no row waits for it.
            if column.field is not Field.UNPAID and reading.state in _UNCLEAR:
                address = self._sheet.address(number, column.number)
                self._note(problems, address, column.field.value, reading)
        return figures

    @staticmethod
    def _note(
        problems: list[Problem], address: str, name: str, reading: AmountReading | DateReading
    ) -> None:
        title = name.replace("_", " ")
        if reading.state == "error":
            message = f"The {title} {shown(reading.text)} cannot be read: {reading.reason}."
            problems.append(Problem(address, message))
        elif reading.state == "ambiguous" and isinstance(reading, DateReading) and reading.order:
            message = f"The {title} names no one day: {reading.reason}. Write it in the sheet."
            problems.append(Problem(address, message))
        elif reading.state == "ambiguous":
            message = f"The {title} is ambiguous: {reading.reason}. Say which in a mapping."
            problems.append(Problem(address, message))

    def _labelled(
        self, figures: Mapping[str, AmountReading], wanted: Field, label: str
    ) -> AmountReading:
        for column in self._columns[wanted]:
            if column.label == label:
                return figures[column.letter]
        constant = self._rules.constants.get(wanted)
        return parse_amount(constant) if constant is not None and not label else BLANK

    def _rate(self, number: int, problems: list[Problem]) -> AmountReading:
        columns = self._columns[Field.RATE]
        if not columns and Field.RATE not in self._rules.constants:
            return BLANK
        mark, decided = self._marks[columns[0].number] if columns else (None, "")
        reading = parse_amount(self._value(number, Field.RATE), mark, decided)
        if reading.state == "ambiguous" and mark is None:
            # Rates are written with a decimal mark and hardly ever reach thousands; which is
            # meant is still the reader's to check against the amounts.
            return reading
        self._note(problems, self._address(number, Field.RATE), "rate", reading)
        return reading

    def _date(
        self, number: int, wanted: Field, problems: list[Problem], label: str = ""
    ) -> DateReading:
        columns = [column for column in self._columns[wanted] if column.label == label]
        if not columns and wanted not in self._rules.constants:
            return NO_DATE
        order, decided = self._rules.date_order, "the mapping states the order of day and month"
        serials = False
        if columns:
            order, decided = self._orders[columns[0].number]
            serials = columns[0].number in self._serials
        value = self._value(number, wanted, label)
        if isinstance(value, str):
            value = self._without_marks(clean(value))
        reading = parse_date(
            value, order, decided, serials=serials, from_1904=self._sheet.from_1904
        )
        if reading.state in _UNCLEAR:
            self._note(problems, self._address(number, wanted, label), wanted.value, reading)
        return reading

    def _in_year(self, number: int, dates: Mapping[Field, DateReading]) -> DateReading:
        """Date a row that states a calendar year and no day as the mapping says, if it does."""
        stated = dates[Field.PLEDGE_DATE]
        day = self._rules.day_in_year
        if day is None or stated.value or dates[Field.PAYMENT_DATE].value:
            return stated
        if stated.state == "unknown":
            stated = parse_date(self._value(number, Field.YEAR))
        if stated.years is None or stated.years.first != stated.years.last:
            return dates[Field.PLEDGE_DATE]
        decided = f"the mapping dates what is of {stated.text} on {day[0]:02}-{day[1]:02} of it"
        return replace(
            stated, state="value", value=date(stated.years.first, *day), years=None, decided=decided
        )

    def _currency(
        self,
        number: int,
        amount: AmountReading,
        on: date | None,
        problems: list[Problem],
        column: TableColumn | None = None,
    ) -> tuple[tuple[str, ...], str]:
        """Recognise the currency: beside the figure, in its heading, in its column, else stated.

        The statements nearest to the figure must agree; a heading outranks the column of
        currencies, which then names the currency of another figure.
        """
        if column is None:
            counted = Field.PAID if self._only_paid else Field.AMOUNT
            column = next((c for c in self._columns[counted] if not c.label), None)
        heading = column.currency if column else ""
        named = self._text(number, Field.CURRENCY, [])
        if is_unknown(named):
            named = ""
        title = "" if amount.currency else self._table.units.currency
        if self._belongs_elsewhere(named, heading or title, on):
            message = (
                f"The currency is {shown(named)}, but the amounts are counted in "
                f"{shown(heading or title)}: the amount in {shown(named)} is not stated. Say in a "
                "mapping which counts."
            )
            problems.append(Problem(self._address(number, Field.CURRENCY), message))
            heading, named = heading or title, ""
        stated = (heading or title, named) if heading else (named or title,)
        texts = [text for text in (amount.currency, *stated) if text]
        if not texts:
            return (), ""
        statement = " / ".join(dict.fromkeys(texts))
        if named and (multiplier_in(named) != 1 or any(char.isdigit() for char in named)):
            message = (
                f"The currency {shown(named)} states a unit: say the units in a mapping, or write "
                "the amounts in full."
            )
            problems.append(Problem(self._address(number, Field.CURRENCY), message))
            return (), statement
        found = [self._recognise(text, on) for text in texts]
        common = tuple(code for code in found[0] if all(code in codes for codes in found))
        address = self._address(number, Field.CURRENCY)
        if column is not None and (amount.currency or not self._columns[Field.CURRENCY]):
            address = self._sheet.address(number, column.number)
        if not all(found):
            unknown = texts[found.index(())]
            problems.append(Problem(address, self._why_no_currency(unknown, amount, on)))
        elif not common:
            message = f"The cell and its column state different currencies: {statement}."
            problems.append(Problem(address, message))
        elif len(common) > 1:
            message = (
                f"The currency {statement!r} may be {' or '.join(common)}; say which in a mapping."
            )
            problems.append(Problem(address, message))
        return common, statement

    def _why_no_currency(self, text: str, amount: AmountReading, on: date | None) -> str:
        if self._recognise(text, None):
            return f"{shown(text)} was no currency on {on}: correct the currency or the date."
        if text == amount.currency and not is_code(text):
            return f"What stands beside the amount, {shown(text)}, is not understood."
        return f"{shown(text)} is no currency that is known."

    def _belongs_elsewhere(self, named: str, counted: str, on: date | None) -> bool:
        """Whether a row names one currency while heading or title count its figure in another:
        how much was pledged in the currency that is named, nobody says.
        """
        if not (named and counted) or self._rules.dollars_without_amount:
            return False
        if Field.CURRENCY in self._rules.constants:
            return False
        return not set(self._recognise(named, on)) & set(self._recognise(counted, on))

    def _paid_currency(self, on: date | None) -> tuple[str, ...]:
        """Give what the heading of the amounts paid says of their currency, beside a pledge's."""
        if self._only_paid:
            return ()
        text = next((c.currency for c in self._columns[Field.PAID] if c.currency), "")
        return self._recognise(text, on) if text else ()

    def _elsewhere(self, number: int, figures: Mapping[str, AmountReading]) -> tuple[str, ...]:
        """Give what cells that are not read say of the row, if that is a warning: in a column of
        another heading only if they say nothing else, beyond the headings as a remark does.
        """
        found = []
        for column, value in enumerate(self._sheet.rows[number - 1], start=1):
            if column in self._read or column in self._rules.ignored:
                continue
            if not isinstance(value, str):
                continue
            if len(value) <= _LONGEST_WORD and is_warning(value):
                found.append(clean(value))
            elif column not in self._headed and len(value) <= _LONGEST_NOTE:
                text = clean(value)
                if is_announcement(text) or says_in_kind(text) or says_otherwise(text):
                    found.append(text)
        return (*found, *self._decided(number, figures))

    def _columns_that_decide(self) -> list[tuple[TableColumn, str]]:
        """Give the columns that are not read of which the heading says that they decide on a row:
        "Confirmed?", "Cancelled", "Net pledge". One that no row fills decides nothing.
        """
        deciding = []
        data = [row.number for row in self._table.rows if row.kind == "data"]
        for column in self._table.table_columns:
            if column.field is not None or column.number in self._rules.ignored:
                continue
            filled = any(self._sheet.cell(row, column.number) is not None for row in data)
            if not filled or has_word_of("by_whom", column.heading):
                continue
            for kind in DECIDING:
                if has_word_of(kind, column.heading):
                    deciding.append((column, kind))
                    break
        return deciding

    def _decided(self, number: int, figures: Mapping[str, AmountReading]) -> Iterator[str]:
        """Yield what such columns say against a row's figures."""
        amounts = {reading.value for reading in figures.values()}
        for column, kind in self._deciding:
            value = self._sheet.cell(number, column.number)
            text = clean(cell_text(value)) if value is not None else ""
            figure = parse_amount(value).value
            same = figure is not None and figure in amounts
            if kind == "certain":
                yes = read_in_kind(text) is True or read_kind(text) == "commitment"
                dated = parse_date(value).value is not None
                plain_row = bool(text) and (text in _TICKS or yes or dated or same)
            else:
                no = read_in_kind(text) is False or is_nil(text) or is_unknown(text)
                plain_row = no or figure == 0 or (kind == "changing" and same)
            if not plain_row:
                yield f"{column.heading}: {text or 'blank'}"

    def _beside(self, number: int) -> tuple[str, ...]:
        """Give the texts beyond the headings: what somebody wrote beside the row."""
        return tuple(
            clean(value)
            for column, value in enumerate(self._sheet.rows[number - 1], start=1)
            if isinstance(value, str) and column not in self._headed
        )

    def _instalments(
        self,
        number: int,
        figures: Mapping[str, AmountReading],
        on: date | None,
        problems: list[Problem],
    ) -> tuple[InstalmentReading, ...]:
        labels = dict.fromkeys(
            column.label
            for column in self._table.table_columns
            if column.label and column.field in REPEATED
        )
        read = []
        for label in labels:
            amount = self._labelled(figures, Field.AMOUNT, label)
            column = next((c for c in self._columns[Field.AMOUNT] if c.label == label), None)
            codes: tuple[str, ...] = ()
            if amount.state != "unknown":
                codes, _ = self._currency(number, amount, on, problems, column)
            read.append(
                InstalmentReading(
                    label,
                    amount,
                    codes,
                    self._date(number, Field.DUE_DATE, problems, label),
                    self._labelled(figures, Field.PAID, label),
                    self._date(number, Field.PAYMENT_DATE, problems, label),
                    self._labelled(figures, Field.DOLLARS, label),
                )
            )
        return tuple(read)

    def _skipped(self, number: int) -> str:
        for column, texts in self._rules.skip:
            text = clean(cell_text(self._sheet.cell(number, column)))
            if plain(text) in texts:
                place = self._sheet.address(number, column)
                return f"the mapping skips rows with {shown(text)} in {place}"
        return ""


_TWO_AMOUNTS = (
    "The row says that {} was pledged and {} committed: say which counts, or leave one of them out."
)
_NO_RESULT = "has a formula without a stored result; open the file in a spreadsheet and save it"


def _vertical_merges(table: Table) -> dict[tuple[int, int], CellValue | None]:
    """Give the value that the lower cells of vertically merged areas share with the first."""
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

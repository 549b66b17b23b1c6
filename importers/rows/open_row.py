"""A row while it is read: its cells, and what is known of it so far."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field
from pledgebook.importers.reading.cells import (
    CellValue,
    ErrorValue,
    MissingResult,
    cell_text,
    column_letter,
)
from pledgebook.importers.rows.columns import Columns
from pledgebook.importers.rows.row import AmountSource, InstalmentReading, Problem, Said, SheetRow
from pledgebook.importers.tables.blocks import TableRow
from pledgebook.importers.tables.headings import Field
from pledgebook.importers.tables.questions import Question, ask
from pledgebook.importers.values.amounts import BLANK, AmountReading
from pledgebook.importers.values.dates import NO_DATE, DateReading
from pledgebook.importers.values.values import clean, plain, shown

_NO_RESULT = "has a formula without a stored result; open the file in a spreadsheet and save it"


class OpenRow(Struct, kw_only=True):
    """A row to which rules add what they read; its attributes are those of the SheetRow that it
    becomes, but for those named here.
    """

    columns: Columns
    number: int
    cells: Sequence[CellValue | None]
    """Its cells from column A on; there may be fewer than the table has columns."""
    donor_mark: str = ""
    pledged_only: bool = False
    """Whether its amount is what was only pledged, where another column says what is committed."""

    texts: dict[Field, str] = field(default_factory=dict)
    dates: dict[Field, DateReading] = field(default_factory=dict)
    sums: dict[Field, AmountReading] = field(default_factory=dict)
    figures: dict[str, AmountReading] = field(default_factory=dict)
    amount: AmountReading = BLANK
    amount_source: AmountSource = "amount"
    currency: tuple[str, ...] = ()
    currency_text: str = ""
    paid_currency: tuple[str, ...] = ()
    instalments: tuple[InstalmentReading, ...] = ()
    donor_from: str = ""
    notes: tuple[str, ...] = ()
    unknown_marks: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    elsewhere: tuple[Said, ...] = ()
    others: tuple[str, ...] = ()
    skipped: str = ""
    asks_day: Question | None = None
    asks_currency: Question | None = None
    asks_status: Question | None = None
    asks_mark: Question | None = None
    problems: list[Problem] = field(default_factory=list)

    def cell(self, column: int) -> CellValue | None:
        """Give the value in a column counted from 1."""
        return self.cells[column - 1] if column <= len(self.cells) else None

    def value(self, wanted: Field, label: str = "") -> CellValue | None:
        """Give the value of a field: of its cell, of the area that this is merged into, or as a
        mapping states it of all rows.
        """
        columns = self.columns
        value = None
        if column := columns.at(wanted, label):
            value = self.cell(column.number)
            if value is None and columns.merged:
                value = columns.merged.get((self.number, column.number))
        return columns.rules.constants.get(wanted) if value is None else value

    def sum(self, wanted: Field) -> AmountReading:
        """Give what a column of money, or of rates, says of the row as a whole."""
        return self.sums.get(wanted, BLANK)

    def date(self, wanted: Field) -> DateReading:
        """Give what a column of dates says."""
        return self.dates.get(wanted, NO_DATE)

    def text(self, wanted: Field, *, marked: bool = False, heard: bool = True) -> str:
        """Give the text of a field, without the marks of known notes unless `marked`, as a mapping
        translates it. A cell without a value is a problem if it is `heard`.
        """
        columns = self.columns
        value = self.value(wanted)
        if value is None:
            return ""
        if isinstance(value, (ErrorValue, MissingResult)):
            what = f"shows the error {value}" if isinstance(value, ErrorValue) else _NO_RESULT
            if heard:
                self.doubt(wanted, f"The cell {what}.")
            return ""
        text = clean(cell_text(value))
        text = text if marked else columns.notes.without_marks(text)
        translated = columns.rules.translate.get(wanted)
        return translated.get(plain(text), text) if translated else text

    def answer(self, question: Question) -> str:
        """Return how a question was answered for its table, "" for not."""
        return self.columns.rules.answers.to(question)

    def doubt(
        self,
        wanted: Field,
        message: str,
        label: str = "",
        question: Question | None = None,
        *,
        rejects: bool = False,
    ) -> None:
        """Add what is wrong with the cell of a field, and what would settle it: that cells of its
        column are corrected, unless said. What `rejects` the row cannot be as it is stated.
        """
        column = self.columns.at(wanted, label)
        address = self.columns.address(self.number, wanted, label)
        asked = question or ask("cells", column.letter if column else "")
        self.problems.append(Problem(address, message, asked, rejects))

    def doubt_cell(
        self,
        column: int,
        message: str,
        question: Question | None = None,
        *,
        rejects: bool = False,
    ) -> None:
        """Add what is wrong with a cell, and what would settle it, as `doubt` does."""
        address = self.columns.sheet.address(self.number, column)
        asked = question or ask("cells", column_letter(column))
        self.problems.append(Problem(address, message, asked, rejects))

    def closed(self, row: TableRow) -> SheetRow:
        """Return what was read of it."""
        text, date, sums = self.texts.get, self.dates.get, self.sums.get
        return SheetRow(
            number=row.number,
            kind=row.kind,
            level=row.level,
            figures=self.figures,
            amount=self.amount,
            amount_source=self.amount_source,
            currency=self.currency,
            currency_text=self.currency_text,
            value_currency=self.columns.value_currency,
            paid_currency=self.paid_currency,
            tells_paid=Field.PAID in self.sums,
            instalments=self.instalments,
            donor_codes=self.columns.donor_codes,
            donor_from=self.donor_from,
            notes=self.notes,
            unknown_marks=self.unknown_marks,
            beside=self.beside,
            elsewhere=self.elsewhere,
            others=self.others,
            skipped=self.skipped,
            asks_day=self.asks_day,
            asks_currency=self.asks_currency,
            asks_status=self.asks_status,
            asks_mark=self.asks_mark,
            problems=tuple(self.problems),
            donor=text(Field.DONOR, ""),
            reference=text(Field.REFERENCE, ""),
            purpose=text(Field.PURPOSE, ""),
            class_text=text(Field.CLASS, ""),
            fund=text(Field.FUND, ""),
            project=text(Field.PROJECT, ""),
            status=text(Field.STATUS, ""),
            in_kind=text(Field.IN_KIND, ""),
            conditions=text(Field.CONDITIONS, ""),
            remarks=text(Field.REMARKS, ""),
            instalment=text(Field.INSTALMENT, ""),
            pledge_date=date(Field.PLEDGE_DATE, NO_DATE),
            due_date=date(Field.DUE_DATE, NO_DATE),
            payment_date=date(Field.PAYMENT_DATE, NO_DATE),
            changed_on=date(Field.CHANGED_ON, NO_DATE),
            year=date(Field.YEAR, NO_DATE),
            value=sums(Field.VALUE, BLANK),
            paid=sums(Field.PAID, BLANK),
            unpaid=sums(Field.UNPAID, BLANK),
            rate=sums(Field.RATE, BLANK),
        )


UNCLEAR = frozenset({"error", "ambiguous"})
"""The states of a figure or date that was read and is none."""


def why_unclear(name: Field, reading: AmountReading | DateReading) -> str:
    """Say why a figure or date that is an error or ambiguous cannot be read; "" of others."""
    title = name.value.replace("_", " ")
    if reading.state == "error":
        return f"The {title} {shown(reading.text)} cannot be read: {reading.reason}."
    if reading.state != "ambiguous":
        return ""
    if isinstance(reading, DateReading) and reading.order:
        return f"The {title} names no one day: {reading.reason}."
    return f"The {title} is ambiguous: {reading.reason}."

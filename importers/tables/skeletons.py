"""What to fill in where no table of contributions was found: a list with the columns that an import
knows, or a mapping that names those of the sheet.

A form of one pledge ("Donor: | Norway", "Amount: | NOK 1,000,000"), several forms below each other,
and a table turned round, with a column for each donor, are told here, and the list is filled with
what they say, so that a person looks at it, corrects it and imports it. What has no column of its
own stands in the remarks.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pledgebook.importers.reading.cells import CellValue, Sheet, cell_text, column_letter
from pledgebook.importers.tables.headings import MONEY, Field, match_heading
from pledgebook.importers.tables.mapping_text import toml_text
from pledgebook.importers.values.values import clean, shown
from pledgebook.ledger.declared.currencies import recognise
from pledgebook.ledger.passive import passive

FIELDS: tuple[tuple[Field, str], ...] = (
    (Field.DONOR, "Donor"),
    (Field.REFERENCE, "Reference"),
    (Field.PLEDGE_DATE, "Date of pledge"),
    (Field.CURRENCY, "Currency"),
    (Field.AMOUNT, "Amount"),
    (Field.DUE_DATE, "Due date"),
    (Field.PURPOSE, "Purpose"),
    (Field.CLASS, "Class"),
    (Field.FUND, "Fund"),
    (Field.STATUS, "Status"),
    (Field.PAID, "Paid"),
    (Field.PAYMENT_DATE, "Date of payment"),
    (Field.REMARKS, "Remarks"),
)
"""The columns of a list to fill in, and their headings."""

_SURE = 95
_LABELLED = re.compile(r"([^:：]{2,60})[:：]\s*(\S.*)", re.DOTALL)
_LEAST = 2
_MOST_SHOWN = 200


@dataclass(slots=True)
class Record:
    """What one form, or one column of a table turned round, says: texts by field, further labels
    with theirs, and the cell in which it begins.
    """

    cell: str
    texts: dict[Field, str] = field(default_factory=dict)
    further: list[str] = field(default_factory=list)

    def add(self, of: Field | None, label: str, text: str) -> None:
        """Take in what stands behind a label; nothing of it is lost."""
        if of is not None and of not in self.texts and of in dict(FIELDS):
            self.texts[of] = text
        else:
            self.further.append(f"{label}: {text}")

    @property
    def is_contribution(self) -> bool:
        """Whether it names a donor and an amount."""
        return Field.DONOR in self.texts and bool(self.texts.keys() & MONEY)

    def row(self) -> list[str]:
        """Return its cells in the order of FIELDS."""
        remarks = "; ".join(filter(None, [self.texts.get(Field.REMARKS, ""), *self.further]))
        texts = {**self.texts, Field.REMARKS: remarks}
        return [texts.get(each, "") for each, _ in FIELDS]


def find_records(sheet: Sheet) -> tuple[Record, ...]:
    """Find the contributions that forms on a sheet state, or the columns of a table turned round:
    those of them that name a donor and an amount.
    """
    rows = [_filled(cells) for cells in sheet.rows]
    turned = next((number for number, row in enumerate(rows, 1) if _lists_donors(row)), None)
    records = _of_forms(sheet, rows) if turned is None else _of_columns(sheet, rows, turned)
    return tuple(record for record in records if record.is_contribution)


Filled = Sequence[tuple[int, str]]
"""The texts of the cells of a row that hold anything, by column."""


def _filled(cells: Sequence[CellValue | None]) -> Filled:
    return [(at, clean(cell_text(value))) for at, value in enumerate(cells, 1) if value is not None]


def _lists_donors(row: Filled) -> bool:
    """Whether a row begins with a word for donors, and several follow."""
    if len(row) <= _LEAST or _field_of(row[0][1]) is not Field.DONOR:
        return False
    return not any(_is_label(text) for _, text in row[1:])


def _of_columns(sheet: Sheet, rows: Sequence[Filled], donors: int) -> list[Record]:
    """Take each column of a table turned round for a record; labels stand before all of them."""
    records = {column: Record(sheet.address(donors, column)) for column, _ in rows[donors - 1][1:]}
    first = min(records)
    for row in rows:
        labels = [text for column, text in row if column < first]
        if not labels:
            continue
        label = labels[-1].rstrip(" :：")
        for column, text in row:
            if column in records:
                records[column].add(_field_of(label), label, text)
    return list(records.values())


def _of_forms(sheet: Sheet, rows: Sequence[Filled]) -> list[Record]:
    """Part the labels of a sheet into forms: the next begins where the first label stands again."""
    records: list[Record] = []
    first = None
    for number, row in enumerate(rows, 1):
        for column, label, text in _pairs(row):
            of = _field_of(label)
            if not records and of is None:
                continue  # a letterhead, before the first label that is known
            if not records or of is first:
                records.append(Record(sheet.address(number, column)))
                first = of
            records[-1].add(of, label, text)
    return records


def _pairs(row: Filled) -> Iterator[tuple[int, str, str]]:
    """Yield the labels of a row, each with what stands behind it and in which column. What stands
    right behind a label is its value, whatever it looks like.
    """
    if len(row) == 1:
        if match := _LABELLED.fullmatch(row[0][1]):
            yield row[0][0], clean(match[1]), clean(match[2])
        return
    at = 0
    while at + 1 < len(row) and _is_label(row[at][1]):
        label, values = row[at][1].rstrip(" :："), [row[at + 1][1]]
        column, at = row[at + 1][0], at + 2
        while at < len(row) and not _is_label(row[at][1]):
            values.append(row[at][1])
            at += 1
        yield column, label, " ".join(values)


def _is_label(text: str) -> bool:
    """Whether a text names a field, and is no currency, reference or figure."""
    if text.endswith((":", "：")):
        return True
    plain_word = not any(map(str.isdigit, text)) and not recognise(text)
    return plain_word and _field_of(text) is not None


def _field_of(label: str) -> Field | None:
    match = match_heading(label)
    return match.field if match is not None and match.score >= _SURE else None


def list_to_fill(sheets: Sequence[Sheet]) -> tuple[str, int]:
    """Return a list to fill in, as the text of a CSV in which nothing is a formula, and how many
    rows of it are filled with what forms, or a table turned round, say.
    """
    records = [r for sheet in sheets if not sheet.hidden for r in find_records(sheet)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*(heading for _, heading in FIELDS), "Stands in"])
    for record in records:
        writer.writerow(map(passive, (*record.row(), record.cell)))
    return text.getvalue(), len(records)


def mapping_to_fill(sheets: Sequence[Sheet]) -> str:
    """Return a mapping to fill in: the sheet, its row of headings as far as one is likely, and its
    columns with what stands in them, each a comment until somebody says what it holds.
    """
    lines = ["# No table of contributions was found: say here where it is and what it holds."]
    for sheet in sheets:
        if sheet.hidden or not any(any(v is not None for v in cells) for cells in sheet.rows):
            continue
        head = _likely_headings(sheet)
        first = "" if len(lines) == 1 else "# "
        lines += [
            f"{first}sheet = {toml_text(sheet.name)}",
            f"{first}heading_rows = [{head}]",
            f"{first}[columns]",
            "# A field, and the column's heading or letter; donor and amount are needed:",
            '# donor = "A"',
            '# amount = "B"',
            f"# {', '.join(each.value for each, _ in FIELDS)}",
            f"# Row {head} says:",
        ]
        for column, value in enumerate(sheet.rows[head - 1], 1):
            if value is not None:
                text = clean(cell_text(value))[:_MOST_SHOWN]
                lines.append(f"#   {column_letter(column)}  {shown(text)}")
    return "\n".join(lines) + "\n"


def _likely_headings(sheet: Sheet) -> int:
    """Return the row with the most texts, the first of them."""
    texts = [sum(isinstance(value, str) for value in cells) for cells in sheet.rows]
    return texts.index(max(texts)) + 1


HOW_TO_FILL = (
    "`pledgebook inspect FILE --save LIST.csv` writes a list with the columns to fill in, filled "
    "with what a form says; --save MAP.toml a mapping that names the columns of this one."
)
"""What to do with a file in which no table was found."""

"""A report as data: what every renderer receives, whatever the report says.

A report is a list of rows under typed columns. A total row names the rows it adds up, so that a
workbook can write a live formula and a page can write the figure; nobody computes a total twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct, field
from pledgebook.ledger.columnar import FrameColumn, Kind, Money, as_frame

if TYPE_CHECKING:
    import pandas as pd

Value = str | Decimal | date | int | None
"""A cell: text, an exact amount, a date, a count, or nothing. `None` in an amount column means
unknown and is shown as ".."; a nil amount is `Decimal(0)` and is shown as a dash."""

NOTHING = "Nothing to report"
"""Heads a report that has nothing to show."""

Rounding = Literal["exact", "whole", "thousands"]
"""How figures in the report's currency are printed: whole units or thousands of them, each rounded
by itself. Data is exact always."""

ColumnKind = Literal["text", "amount", "date", "count", "rate"]
"""A rate is text, with as many decimals as it is known to, that stands as figures do."""
RowKind = Literal["section", "group", "row", "subtotal", "total"]


FIGURES = frozenset({"amount", "count", "rate"})
"""Kinds of column whose cells stand to the right."""

_KINDS: Mapping[ColumnKind, Kind] = {
    "text": "object",
    "amount": "money",
    "date": "date",
    "count": "number",
    "rate": "object",
}
"""What a column of a report is in a frame."""


class Column(Struct, frozen=True, kw_only=True):
    """One column: `key` in files, `title` for people, `unit` for amounts (a currency).

    `adds` gives the columns this one is the sum of, with their signs (+1 or -1): the schedule's
    closing is opening + adjustments + pledged - collected ... A workbook writes it as a formula.
    """

    key: str
    title: str
    kind: ColumnKind = "text"
    unit: str = ""
    adds: Mapping[str, int] = field(default_factory=dict)
    memo: bool = False
    """Shown apart from the columns that add up."""


class Row(Struct, frozen=True, kw_only=True):
    """One line: a heading (section, group), a row, or a total of the rows it names.

    `label` is the text of the first column for headings and totals. `adds` holds the positions,
    in the report's `rows`, of the rows that a subtotal or total sums up, column by column.

    `donor` is the code of the donor a row is about, `instalment` the label of its instalment: what
    a page needs to lead from a figure to its entries. Both are empty where there is no such one.
    """

    kind: RowKind
    values: Mapping[str, Value] = field(default_factory=dict)
    label: str = ""
    adds: tuple[int, ...] = ()
    donor: str = ""
    instalment: str = ""
    new_page: bool = False
    """On paper, this line begins a page."""


class Tie(Struct, frozen=True):
    """One figure of the report set beside the same figure computed from account balances.

    `fund` is the one whose accounts it is computed from; empty where there are several.
    """

    title: str
    report: Decimal
    ledger: Decimal
    fund: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the two are equal to the cent."""
        return self.report == self.ledger


class Part(Struct, frozen=True):
    """The data rows of a report's column: all of them, or those of one of its sections (from 0)."""

    report: str
    column: str
    section: int | None = None


class Agreement(Struct, frozen=True):
    """Two reports that say the same: the sum of a part of one is the sum of a part of the other."""

    title: str
    own: Part
    other: Part


class Standing(Struct, frozen=True):
    """What figures are worth: a state of STATES (`pledgebook.ledger.declared.certifications`), a
    sentence on it, and the digest of the seal that holds them, if one does.
    """

    state: str
    words: str
    seal: str = ""


class Chart(Struct, frozen=True, kw_only=True):
    """A picture of neighbouring rows, from `first` to `last`: one series of bars a column.

    `names` is the column that names the bars. `across` draws one row, a bar a column.
    """

    title: str
    columns: tuple[str, ...]
    first: int
    last: int
    names: str = ""
    across: bool = False
    stacked: bool = False


class Report(Struct, frozen=True, kw_only=True):
    """A finished report, ready for any renderer.

    `payload` is the report's own JSON document where commands.md fixes one; otherwise the JSON
    renderer writes columns, rows, total, notes and ledger ties in their standard shape.
    """

    name: str
    title: str
    subtitle: str
    period: str
    as_at: date
    currency: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    notes: Sequence[str] = ()
    ties: Sequence[Tie] = ()
    payload: Mapping[str, object] | None = None
    agreements: Sequence[Agreement] = ()
    charts: Sequence[Chart] = ()
    warnings: Sequence[str] = ()
    """What a reader must know before using a figure, such as that the book has errors."""
    standing: Standing | None = None
    rounding: Rounding = "exact"

    def rows_of(self, section: int | None = None) -> list[int]:
        """Return the positions of the data rows: all, or those of one section (from 0)."""
        found, at = [], -1
        for position, row in enumerate(self.rows):
            at += row.kind == "section"
            if row.kind == "row" and section in {None, at}:
                found.append(position)
        return found

    def sum_of(self, part: Part) -> Decimal:
        """Return what a part of this report adds up to."""
        values = (self.rows[at].values.get(part.column) for at in self.rows_of(part.section))
        return sum((value for value in values if isinstance(value, Decimal)), Decimal(0))

    def frame(self, money: Money = "exact") -> pd.DataFrame:
        """Return the data rows as a pandas frame: a column a key, beside `section` and `group`
        before it, and after it `donor_code` and `instalment_label`, what the row is about ("" where
        it is about no one).

        Dates are datetime64, amounts in the column's unit exact `Decimal`s, or floats where `money`
        says so (None is unknown), counts whole numbers. Totals are left out, so that a sum over a
        column is the total. Raises MissingLibraryError without pandas, which the extra `frames`
        brings.
        """
        section = group = ""
        rows, sections, groups = [], [], []
        for row in self.rows:
            if row.kind == "section":
                section, group = row.label, ""
            elif row.kind == "group":
                group = row.label
            elif row.kind == "row":
                rows.append(row)
                sections.append(section)
                groups.append(group)
        columns = [
            FrameColumn("section", "code", "heading of the rows"),
            FrameColumn("group", "code", "heading within it"),
            *(FrameColumn(each.key, _KINDS[each.kind], each.title) for each in self.columns),
            FrameColumn("donor_code", "code", "the donor a row is about"),
            FrameColumn("instalment_label", "text", "the instalment a row is about"),
        ]
        values: dict[str, list[Any]] = {
            **{each.key: [row.values.get(each.key) for row in rows] for each in self.columns},
            "section": sections,
            "group": groups,
            "donor_code": [row.donor for row in rows],
            "instalment_label": [row.instalment for row in rows],
        }
        return as_frame(columns, values, money)


class Source(Struct, frozen=True, kw_only=True):
    """Where a set of reports comes from, for the cover: `book` is the file's name, not its path."""

    book: str
    title: str
    made_at: str
    """ISO date and time, given by the caller (a renderer never reads the clock)."""
    sha256: str
    """Digest of the book's files as read."""
    warnings: Sequence[str] = ()

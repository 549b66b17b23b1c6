"""Find the heading rows of tables, and what each column under them holds."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from pledgebook.importers.cells import CellValue, Sheet, cell_text, column_letter
from pledgebook.importers.headings import (
    DATES,
    MONEY,
    REPEATED,
    Field,
    HeadingMatch,
    currency_in,
    is_dollar_mark,
    is_year_heading,
    match_heading,
)
from pledgebook.importers.values import clean, multiplier_in, plain, words

_MAX_HEADING_ROWS = 3
_LONGEST_HEADING = 200
_LEAST_CELLS = 2
_FIGURE = re.compile(r"[^\w]*\d[\d\s.,'’/:()+-]*[^\w]*")
_SEEN_LIMIT = 30
_KNOWN = 98
_SURE = 90
_DECISIVE = MONEY | {Field.DONOR, Field.CURRENCY}
_KIN = {
    Field.AMOUNT: MONEY | {Field.CURRENCY},
    Field.PLEDGE_DATE: DATES,
    Field.INSTALMENT: MONEY | DATES | {Field.INSTALMENT},
}
"""What a general heading ("Date") may turn out to be under the heading of a group."""
_FIGURES = (MONEY - {Field.UNPAID}) | DATES | {Field.CURRENCY}
_ORIGIN = re.compile(r"local(?:e|es)?\b|Local|original|origine|origen|ursprung", re.IGNORECASE)


_NAMED = re.compile(r"(.+?)\s*[(\[]\s*(US\$|\$|€|£|[A-Z]{3})\s*[)\]]")
"""A fund or purpose over its currency: "CPCJF (USD)"."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a table and what it was taken for.

    `heading` is the full text of its heading rows; `field` what it holds, or None if it is not
    read. `label` is set where a field stands in several columns: the year, fund or number of the
    instalment ("2002", "UNTOC", "1"). `currency` is a mark in the heading ("US$"); `multiplier`
    is 1000 for a heading "in thousands".
    """

    number: int
    heading: str
    field: Field | None = None
    label: str = ""
    currency: str = ""
    multiplier: int = 1
    score: int = 100
    """How sure it is that the heading names the field; below 90 some of its words are unknown."""

    @property
    def letter(self) -> str:
        """The column's letters."""
        return column_letter(self.number)


class HeadingBlock(NamedTuple):
    """The heading rows of one table and its columns from left to right.

    `doubts` say what was taken for granted, `questions` what only a person can decide.
    """

    rows: tuple[int, ...]
    columns: tuple[TableColumn, ...]
    doubts: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


def find_heading_blocks(
    sheet: Sheet, labels: Collection[str] = ()
) -> tuple[list[HeadingBlock], list[str]]:
    """Find all blocks of headings that name a donor and an amount, and the headings seen at all."""
    known_labels = frozenset(map(plain, labels))
    candidates = {
        number for number, cells in enumerate(sheet.rows, start=1) if may_be_heading(cells)
    }
    blocks: list[HeadingBlock] = []
    seen: list[str] = []
    row = 1
    for number in sorted(candidates):
        if number < row:
            continue
        if len(seen) < _SEEN_LIMIT:
            seen.extend(_seen(sheet.rows[number - 1], _SEEN_LIMIT - len(seen)))
        block = _best_block(sheet, number, candidates, row, known_labels)
        if block is None or _repeats(block, blocks):
            continue
        blocks.append(block)
        row = block.rows[-1] + 1
    return blocks, seen


def may_be_heading(cells: Iterable[CellValue | None]) -> bool:
    """Whether a row holds two texts or more and no figure or date but years."""
    texts = 0
    for value in cells:
        if value is None:
            continue
        if isinstance(value, str):
            if len(value) > _LONGEST_HEADING:
                return False
            if _FIGURE.fullmatch(value) and not is_year_heading(value):
                return False
            texts += 1
        elif isinstance(value, Decimal) and is_year_heading(cell_text(value)):
            texts += 1
        else:
            return False
    return texts >= _LEAST_CELLS


def heading_text(sheet: Sheet, rows: tuple[int, ...], column: int) -> str:
    """Join the texts of a column's heading rows, top to bottom."""
    texts = [clean(cell_text(sheet.cell(row, column))) for row in rows]
    return " / ".join(text for text in texts if text)


def describe_columns(
    sheet: Sheet, rows: tuple[int, ...], labels: frozenset[str] = frozenset()
) -> HeadingBlock:
    """Say what each column under these heading rows holds."""
    texts = _band_texts(sheet, rows)
    width = max((len(sheet.rows[row - 1]) for row in rows), default=0)
    columns = [
        _column(number, texts[number], labels) for number in range(1, width + 1) if texts[number]
    ]
    return _settle(sheet, rows, columns)


def _best_block(
    sheet: Sheet, top: int, candidates: set[int], first: int, labels: frozenset[str]
) -> HeadingBlock | None:
    best: HeadingBlock | None = None
    for depth in range(1, _MAX_HEADING_ROWS + 1):
        rows = tuple(range(top, top + depth))
        if depth > 1 and (rows[-1] not in candidates or not _contributes(sheet, rows[-1], labels)):
            break
        block = describe_columns(sheet, rows, labels)
        if not _is_contributions(block):
            continue
        if best is None or _worth(block) > _worth(best):
            best = block
    return best if best is not None and best.rows[0] >= first else None


def _contributes(sheet: Sheet, row: int, labels: frozenset[str]) -> bool:
    """Whether at least half of a row's texts can be headings, so that it is no data row."""
    texts = [clean(cell_text(value)) for value in sheet.rows[row - 1] if value is not None]
    named = [
        text
        for text in texts
        if is_year_heading(text) or plain(text) in labels or match_heading(text) is not None
    ]
    return len(named) * 2 >= len(texts)


def _is_contributions(block: HeadingBlock) -> bool:
    fields = {column.field for column in block.columns}
    return Field.DONOR in fields and bool(fields & {Field.AMOUNT, Field.PAID, Field.DOLLARS})


def _worth(block: HeadingBlock) -> int:
    return sum(column.field is not None for column in block.columns)


def _repeats(block: HeadingBlock, blocks: list[HeadingBlock]) -> bool:
    """Whether the same headings stand again, as they do on each printed page."""
    return bool(blocks) and [c.heading for c in blocks[-1].columns] == [
        column.heading for column in block.columns
    ]


def _band_texts(sheet: Sheet, rows: tuple[int, ...]) -> dict[int, list[str]]:
    """Give each column's heading texts; one above several columns belongs to all of them."""
    width = max((len(sheet.rows[row - 1]) for row in rows), default=0)
    texts: dict[int, list[str]] = {column: [] for column in range(1, width + 1)}
    for position, row in enumerate(rows):
        carried = ""
        for column in range(1, width + 1):
            text = clean(cell_text(sheet.cell(row, column)))
            below = any(sheet.cell(lower, column) is not None for lower in rows[position + 1 :])
            if text:
                carried = text if below else ""
            elif below:
                text = carried
            else:
                carried = ""
            if text and text not in texts[column]:
                texts[column].append(text)
    return texts


def _column(number: int, texts: list[str], labels: frozenset[str]) -> TableColumn:
    heading = " / ".join(texts)
    if len(texts) == 1 and (is_year_heading(texts[0]) or plain(texts[0]) in labels):
        return TableColumn(number, heading, label=texts[0])
    if len(texts) == 1 and (named := _NAMED.fullmatch(texts[0])) and plain(named[1]) in labels:
        return TableColumn(number, heading, label=named[1], currency=currency_in(named[2]))
    match = _match_texts(texts, labels)
    if match is None:
        return TableColumn(number, heading)
    label = match.label
    others = [text for text in texts if match_heading(text) is None and not currency_in(text)]
    if not label and len(texts) > 1 and others:
        label = others[0]
    field = match.field
    if field is Field.INSTALMENT and label:
        field = Field.AMOUNT
    return TableColumn(number, heading, field, label, match.currency, match.multiplier, match.score)


def _match_texts(texts: list[str], labels: frozenset[str]) -> HeadingMatch | None:
    """Match all heading texts of a column together, then the lowest alone.

    A lowest text that says by itself what it holds ("Status") needs none above it, which may have
    been carried over from the columns before; "Date" or "Amount" may: of the pledge, or paid. The
    texts above count alone only over a year, a fund, a number, a currency or a unit.
    """
    lowest = texts[-1]
    candidates = [" ".join(texts), lowest] if len(texts) > 1 else texts
    alone, joined = match_heading(lowest), match_heading(candidates[0])
    if alone is not None and alone.score >= _KNOWN:
        kin = _KIN.get(alone.field, frozenset())
        if joined is None or joined.field not in kin:
            candidates.insert(0, lowest)
    if (
        is_year_heading(lowest)
        or plain(lowest) in labels
        or lowest.isdigit()
        or currency_in(lowest)
        or multiplier_in(lowest) != 1
    ):
        candidates += reversed(texts[:-1])
    matches = [match for text in candidates if (match := match_heading(text)) is not None]
    if not matches:
        return None
    first = matches[0]
    return replace(
        first,
        score=max(match.score for match in matches if match.field is first.field),
        currency=next((match.currency for match in matches if match.currency), ""),
        label=next((match.label for match in matches if match.label), ""),
        multiplier=max(match.multiplier for match in matches),
    )


def _settle(sheet: Sheet, rows: tuple[int, ...], columns: list[TableColumn]) -> HeadingBlock:
    """Decide between columns that were taken for the same field."""
    doubts: list[str] = []
    questions: list[str] = []
    settled = _settle_dollars(_settle_rates(columns))
    if not any(column.field in {Field.AMOUNT, Field.PAID} for column in settled):
        labelled = [column for column in settled if column.field is None and column.label]
        if labelled:
            settled = [
                replace(column, field=Field.AMOUNT) if column in labelled else column
                for column in settled
            ]
            heads = ", ".join(column.heading for column in labelled)
            doubts.append(f"The columns {heads} were read as amounts, one pledge for each.")
    settled = _settle_sums(settled)
    for field in Field:
        same = [column for column in settled if column.field is field]
        if len(same) <= 1:
            continue
        if field in REPEATED and len({column.label for column in same}) == len(same):
            continue
        best, *dropped = sorted(same, key=_rank, reverse=True)
        settled = [replace(c, field=None, label="") if c in dropped else c for c in settled]
        unread = ", ".join(f"{column.letter} ({column.heading})" for column in dropped)
        sentence = (
            f"Several columns may be the {field.value.replace('_', ' ')}: column {best.letter} "
            f"({best.heading}) was read, {unread} not."
        )
        equally_good = [column for column in dropped if _rank(column)[:2] == _rank(best)[:2]]
        if field in _DECISIVE and any(
            _differ(sheet, rows[-1], best, column) for column in equally_good
        ):
            questions.append(f"{sentence} Say in a mapping which one counts.")
        else:
            doubts.append(sentence)
    settled = _single_labels(settled)
    doubts.extend(_currency_doubts(settled))
    questions.extend(_unsure(settled))
    questions.extend(_uneven_units(settled))
    return HeadingBlock(rows, tuple(settled), tuple(doubts), tuple(questions))


def _rank(column: TableColumn) -> tuple[bool, int, int]:
    """Prefer the amount in the currency of origin, then the better known heading, then the left."""
    original = bool(_ORIGIN.search(column.heading))
    return original, column.score, -column.number


def _differ(sheet: Sheet, heading: int, one: TableColumn, other: TableColumn) -> bool:
    """Whether two columns hold different values anywhere below their headings."""
    return any(
        sheet.cell(row, one.number) != sheet.cell(row, other.number)
        for row in range(heading + 1, len(sheet.rows) + 1)
    )


def _settle_sums(columns: list[TableColumn]) -> list[TableColumn]:
    """Take a column headed "Total" beside instalments or years for what they must add up to."""
    parts = [column for column in columns if column.field is Field.AMOUNT and column.label]
    alone = [column for column in columns if column.field is Field.AMOUNT and not column.label]
    sums = [c for c in columns if c.field is None and plain(c.heading) in words()["total"]]
    if len(parts) < _LEAST_CELLS or alone or len(sums) != 1:
        return columns
    return [replace(c, field=Field.AMOUNT, label="") if c in sums else c for c in columns]


def _settle_rates(columns: list[TableColumn]) -> list[TableColumn]:
    """Take numbered rates for instalments, which is what the word means in German, if the table has
    no other amounts.
    """
    rates = [column for column in columns if column.field is Field.RATE and column.label]
    amounts = [column for column in columns if column.field in {Field.AMOUNT, Field.DOLLARS}]
    if len(rates) < _LEAST_CELLS or amounts:
        return columns
    return [replace(c, field=Field.AMOUNT) if c in rates else c for c in columns]


def _settle_dollars(columns: list[TableColumn]) -> list[TableColumn]:
    """Tell the amount of the pledge from its dollar equivalent.

    Of two amount columns one that says dollars is the equivalent; a column of dollars alone is the
    amount itself.
    """
    amounts = [column for column in columns if column.field is Field.AMOUNT]
    dollars = [column for column in columns if column.field is Field.DOLLARS]
    plain_amounts = [column for column in amounts if not is_dollar_mark(column.currency or "-")]
    if dollars and not amounts:
        return [
            replace(column, field=Field.AMOUNT, currency=column.currency or "US$")
            if column in dollars
            else column
            for column in columns
        ]
    if plain_amounts and len(plain_amounts) < len(amounts) and not dollars:
        return [
            replace(column, field=Field.DOLLARS)
            if column in amounts and column not in plain_amounts
            else column
            for column in columns
        ]
    return columns


def _single_labels(columns: list[TableColumn]) -> list[TableColumn]:
    """Keep labels only where they tell several columns of one field apart, and on the columns that
    go with these: the date due of instalment 1, what was paid of 2002.
    """
    labelled = {field for field in REPEATED if sum(column.field is field for column in columns) > 1}
    used = {column.label for column in columns if column.field in labelled}
    return [
        replace(column, label="")
        if column.field is not None and (column.field not in REPEATED or column.label not in used)
        else column
        for column in columns
    ]


def _unsure(columns: list[TableColumn]) -> list[str]:
    """Ask about columns that make a figure of the books but have a word nobody knows in them."""
    return [
        f"Column {column.letter} ({column.heading}) may be the "
        f"{column.field.value.replace('_', ' ')}, but not all its words are known: say in a "
        "mapping what it is."
        for column in columns
        if column.field in _FIGURES and column.score < _SURE
    ]


def _uneven_units(columns: list[TableColumn]) -> list[str]:
    """Ask where one column of money is headed "in thousands" and another one is not."""
    money = [column for column in columns if column.field in MONEY - {Field.UNPAID}]
    units = {column.multiplier for column in money}
    if len(units) < 2:
        return []
    silent = ", ".join(f"{c.letter} ({c.heading})" for c in money if c.multiplier == 1)
    stated = ", ".join(f"{c.letter} ({c.heading})" for c in money if c.multiplier != 1)
    return [
        f"Column {stated} says in what its amounts are counted, column {silent} does not: say the "
        "units in a mapping."
    ]


def _currency_doubts(columns: list[TableColumn]) -> list[str]:
    """Say so where amounts are headed by one currency beside a column that names others."""
    currency = next((column for column in columns if column.field is Field.CURRENCY), None)
    if currency is None:
        return []
    return [
        f"Column {column.letter} ({column.heading}) states its own currency, so column "
        f"{currency.letter} ({currency.heading}) was not paired with it."
        for column in columns
        if column.field in MONEY - {Field.DOLLARS} and column.currency
    ]


def _seen(cells: Iterable[CellValue | None], limit: int) -> list[str]:
    texts = [clean(cell_text(value)) for value in cells if value is not None]
    return [repr(text) for text in texts if len(text) <= _LONGEST_HEADING // 4][:limit]

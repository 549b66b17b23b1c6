"""Rows of totals: by the words they begin with, or because they are the sum of what is above."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace
from pledgebook.importers.reading.cells import Sheet
from pledgebook.importers.tables.blocks import TableRow, TotalLevel
from pledgebook.importers.values.amounts import parse_amount
from pledgebook.importers.values.values import plain, split_footnote, words

PUNCTUATION = " :.,;-()[]（）：=*"
"""What stands around a word that names a row, and is no part of it."""

_LONG_TEXT = 60
_ENDS = (" total", " subtotal", " итог", " gesamt", " 小计")


class Beginning:
    """Tells whether a text begins with one of some words, whole; Chinese puts no space behind."""

    def __init__(self, listed: frozenset[str]) -> None:
        alternatives = "|".join(map(re.escape, sorted(listed, key=len, reverse=True)))
        self._words: dict[str, tuple[str, ...]] = {}
        for word in listed:
            self._words[word[0]] = (*self._words.get(word[0], ()), word)
        self._whole = re.compile(rf"(?:{alternatives})(?:(?!\w)|(?<=[一-鿿]))")

    def begins(self, text: str) -> bool:
        """Whether a text, as `plain` writes it, begins so."""
        # Looking for the letters first is what keeps long lists cheap.
        words = self._words.get(text[:1], ())
        return text.startswith(words) and self._whole.match(text) is not None


class TotalWords:
    """The words that begin rows of totals, and `further` ones of a mapping, as `plain` writes."""

    def __init__(self, further: frozenset[str]) -> None:
        self._totals, self._subtotals = words()["total"] | further, words()["subtotal"]
        self._total, self._subtotal = Beginning(self._totals), Beginning(self._subtotals)

    def level(self, text: str) -> tuple[TotalLevel, bool]:
        """Tell subtotal and total, and whether the word stands alone."""
        reduced = plain(split_footnote(text)[0]).strip(PUNCTUATION)
        if reduced in self._subtotals:
            return "subtotal", True
        if reduced in self._totals:
            return "total", True
        if len(reduced) > _LONG_TEXT:
            return "", False
        if self._subtotal.begins(reduced):
            return "subtotal", False
        if self._total.begins(reduced):
            return "total", False
        return ("subtotal", False) if reduced.endswith(_ENDS) else ("", False)

    def is_grand(self, sheet: Sheet, row: TableRow) -> bool:
        """Whether a row is a total by a word that stands alone: "Total", not "Total Austria"."""
        return row.level == "total" and any(
            isinstance(value, str) and self.level(value) == ("total", True)
            for value in sheet.rows[row.number - 1]
        )


def settle_totals(
    sheet: Sheet,
    rows: Sequence[TableRow],
    money: Sequence[int],
    total_words: TotalWords,
    doubts: list[str],
) -> list[TableRow]:
    """Recognise totals without a word, and call totals that more data follow subtotals. `money` are
    the columns of amounts; what is taken for granted is added to `doubts`.
    """
    settled = _unlabelled_totals(sheet, rows, money, doubts)
    last_data = max((i for i, row in enumerate(settled) if row.kind == "data"), default=-1)
    grand = {i for i, row in enumerate(settled) if total_words.is_grand(sheet, row)}
    last_grand = max(grand, default=-1)
    return [
        replace(row, level="subtotal")
        if row.level == "total" and (i < last_data or (i < last_grand and i not in grand))
        else row
        for i, row in enumerate(settled)
    ]


def _unlabelled_totals(
    sheet: Sheet, rows: Sequence[TableRow], money: Sequence[int], doubts: list[str]
) -> list[TableRow]:
    settled = list(rows)
    sums = dict.fromkeys(money, Decimal(0))
    summed = counted = 0
    for position, row in enumerate(rows):
        if row.kind != "data" or not _only_money(sheet, row.number, money):
            continue
        for above in settled[summed:position]:
            if above.kind == "data":
                counted += 1
                for column in money:
                    sums[column] += _figure(sheet, above.number, column)
        summed = position
        stated = {column: _figure(sheet, row.number, column) for column in money}
        if counted > 1 and any(figure and figure == sums[c] for c, figure in stated.items()):
            settled[position] = replace(
                row, kind="total", level="total", reason="it is the sum of the rows above"
            )
            doubts.append(
                f"Row {row.number} has no name and equals the sum of the rows above it; it was "
                "read as a total."
            )
    return settled


def _only_money(sheet: Sheet, number: int, money: Sequence[int]) -> bool:
    cells = sheet.rows[number - 1]
    return all(value is None or column in money for column, value in enumerate(cells, start=1))


def _figure(sheet: Sheet, number: int, column: int) -> Decimal:
    return parse_amount(sheet.cell(number, column)).value or Decimal(0)

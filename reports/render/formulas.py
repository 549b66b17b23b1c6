"""Spreadsheet formulas for sums, as text: what a total row or an across-sum column computes.

Each is wrapped in ROUND at the decimals of its column: a spreadsheet counts in binary, so that
amounts which cancel out leave a trace such as 7E-12, and that is shown as (0.00) and not as nil.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

MOST_ARGUMENTS = 255
MOST_CHARACTERS = 8_000
"""A spreadsheet takes 8,192 characters; some room is left for what is written around them."""


def sum_formula(
    rows: Iterable[int],
    column: int,
    decimals: int,
    empty: AbstractSet[int] = frozenset(),
    sheet: str = "",
) -> str | None:
    """Return the formula that adds up the cells of `column` in the sheet's `rows` (from 0); from
    another sheet with the name, quoted, of the `sheet` they stand in.

    Neighbouring rows become one range, also across `empty` rows (headings, which hold no figure).
    None if it would be longer than a spreadsheet takes.
    """
    before = f"{sheet}!" if sheet else ""
    parts = [
        before
        + (
            xl_rowcol_to_cell(first, column)
            if first == last
            else xl_range(first, column, last, column)
        )
        for first, last in runs(sorted(rows), empty)
    ]
    sums = "+".join(
        f"SUM({','.join(parts[start : start + MOST_ARGUMENTS])})"
        for start in range(0, len(parts), MOST_ARGUMENTS)
    )
    formula = f"=ROUND({sums},{decimals})"
    return formula if len(formula) <= MOST_CHARACTERS else None


def across_formula(row: int, columns: Sequence[tuple[int, int]], decimals: int) -> str:
    """Return the formula that adds up cells of one row: `columns` are positions with signs."""
    signed = "".join(
        f"{'-' if sign < 0 else '+'}{xl_rowcol_to_cell(row, column)}" for column, sign in columns
    )
    return f"=ROUND({signed.removeprefix('+')},{decimals})"


def runs(numbers: Iterable[int], empty: AbstractSet[int] = frozenset()) -> list[tuple[int, int]]:
    """Return first and last of each run of rising `numbers`; those in `empty` do not break it."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and all(between in empty for between in range(found[-1][1] + 1, number)):
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found

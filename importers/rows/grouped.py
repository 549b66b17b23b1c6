"""Lists grouped by donor: the name stands once, and the cells below it are blank.

A blank donor is otherwise unknown. Only where the whole list is plainly written so is the name
above taken: each donor stands once, several have blank rows below, and blanks are no exception.
"""

from __future__ import annotations

from pledgebook.importers.reading.cells import CellValue, cell_text
from pledgebook.importers.tables.headings import MONEY, Field
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.values.values import plain

_LEAST_GROUPS = 2
_LEAST_BLANKS = 3
_SHARE = 3
"""One row in so many, at least, has a blank donor where blanks are the list's way of writing."""


def donors_above(table: Table) -> dict[int, tuple[CellValue, int]]:
    """Give, by row, the donor named above it and in which row; empty for a list of another kind.

    A subtotal, a heading, a note or a blank row ends a group.
    """
    columns = table.columns_of(Field.DONOR)
    if not columns:
        return {}
    (column, *_) = columns
    money = [c.number for c in table.table_columns if c.field in MONEY]
    above: tuple[CellValue, int] | None = None
    names: list[str] = []
    found: dict[int, tuple[CellValue, int]] = {}
    data = 0
    for row in table.rows:
        if row.kind != "data":
            above = None
            continue
        data += 1
        value = table.sheet.cell(row.number, column.number)
        if value is not None:
            above = (value, row.number)
            names.append(plain(cell_text(value)))
        elif above is None or not any(table.sheet.cell(row.number, c) is not None for c in money):
            return {}
        else:
            found[row.number] = above
    groups = {row for _, row in found.values()}
    usual = len(found) >= max(_LEAST_BLANKS, -(-data // _SHARE))
    once = len(set(names)) == len(names)
    return found if usual and once and len(groups) >= _LEAST_GROUPS else {}

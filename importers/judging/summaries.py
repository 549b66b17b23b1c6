"""Tables of a file that add up others: a summary by donor beside the list it was made from.

Counted as well, the same money would be counted twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from pledgebook.importers.judging.stated import stated_amount
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.values.values import plain

_Key = tuple[str, tuple[str, ...], str]
_LEAST_DONORS = 2

Read = Sequence[tuple[Table, tuple[SheetRow, ...]]]


def find_summaries(read: Read) -> dict[int, str]:
    """Give the tables, by position, that add up other tables of the file, and how that is said.

    Such a table states every donor once, at least two, without references, and each amount is the
    sum of that donor's rows elsewhere, at least one of them of several rows.
    """
    sums = [_sums(rows) for _, rows in read]
    found: dict[int, str] = {}
    for position, (_, rows) in enumerate(read):
        if not _may_sum_up(rows, sums[position]):
            continue
        others = [other for other in range(len(read)) if other not in {position, *found}]
        for parts in [*([other] for other in others), others]:
            if _adds_up(sums[position], [sums[other] for other in parts]):
                names = ", ".join(f"{read[o][0].name}" for o in parts)
                found[position] = names
                break
    return found


def _sums(rows: Sequence[SheetRow]) -> dict[_Key, list[Decimal]]:
    sums: dict[_Key, list[Decimal]] = defaultdict(list)
    for row in rows:
        amount = stated_amount(row) if row.kind == "data" else None
        if amount:
            currency = row.currency or next((p.currency for p in row.instalments if p.currency), ())
            sums[plain(row.donor), currency, row.amount_source].append(amount)
    return sums


def _may_sum_up(rows: Sequence[SheetRow], sums: dict[_Key, list[Decimal]]) -> bool:
    once = all(len(amounts) == 1 for amounts in sums.values())
    return once and len(sums) >= _LEAST_DONORS and not any(row.reference for row in rows)


def _adds_up(summary: dict[_Key, list[Decimal]], parts: list[dict[_Key, list[Decimal]]]) -> bool:
    several = False
    for key, (amount,) in summary.items():
        amounts = [each for part in parts for each in part.get(key, ())]
        if sum(amounts, Decimal(0)) != amount:
            return False
        several = several or len(amounts) > 1
    return several

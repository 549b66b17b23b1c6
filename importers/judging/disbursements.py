"""Disbursements of a provider's list of IATI: what was paid on a commitment that the list has, too.

Entered beside it, the same money would be counted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pledgebook.importers.judging.known import Doubt
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.rows.words import ask_status
from pledgebook.importers.tables.headings import Field, is_named
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.values.values import plain
from pledgebook.importers.values.words import read_kind


def find_disbursements(
    table: Table, rows: Sequence[SheetRow], donor_of: Callable[[SheetRow], str]
) -> dict[int, Doubt]:
    """Give by their numbers the rows that were paid on a commitment of the same provider and
    activity in a provider's list, each with why it is not entered, or waits: where it names no
    activity and the list has commitments, nobody knows.
    """
    if not is_providers_list(table):
        return {}
    commitments: dict[tuple[str, str], int] = {}
    for row in rows:
        if read_kind(row.status) in {"commitment", "pledge"} and (row.amount.value or 0) > 0:
            commitments.setdefault((donor_of(row), plain(row.project)), row.number)
    found = {}
    for row in rows:
        if read_kind(row.status) != "payment" or not commitments:
            continue
        if not row.project:
            why = "It names no activity, and the list has commitments that it may be paid on."
            found[row.number] = Doubt(why, asks=ask_status(row.status))
        elif number := commitments.get((donor_of(row), plain(row.project))):
            why = (
                f"It is paid on the commitment of row {number}, by the same provider for the same "
                "activity: record the payment from the bank's advice."
            )
            found[row.number] = Doubt(why, "ignored")
    return found


def is_providers_list(table: Table) -> bool:
    """Tell whether a table has types of transactions of IATI and the activity and provider of each:
    then what goes out there is what the provider committed and paid.
    """
    coded = any(is_named("transaction_codes", c.heading) for c in table.columns_of(Field.STATUS))
    provided = any(is_named("providers", c.heading) for c in table.columns_of(Field.DONOR))
    return coded and provided and bool(table.columns_of(Field.PROJECT))

"""What an earlier version of a sheet listed and this one does not: reported, never booked.

A sheet is a later version of another if file and sheet have the same names, but for what a second
copy is given ("list (1).xlsx", "list-2.xlsx"), and at least one row of the earlier one is in it
still. A pledge that is paid in full may leave a list without a word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from beancount.core.data import Transaction
from pledgebook.importers.judging.changes import describe_pledge
from pledgebook.importers.judging.drafting import IMPORT_ID
from pledgebook.importers.judging.known import Context, list_name
from pledgebook.importers.judging.verdicts import JudgedTable, Withdrawn
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.register.postings import read_lines


def find_withdrawn(tables: Sequence[JudgedTable], context: Context) -> tuple[Withdrawn, ...]:
    """Return what entries of the book from an earlier version of a sheet (its judged `tables`)
    have no row in it any more. Of a donor of whom a row waits nothing is said: it may be that row.
    """
    if not tables:
        return ()
    table = tables[0].table
    earlier = context.earlier.get(list_name(table.path.name, table.sheet.name), [])
    verdicts = [verdict for judged in tables for verdict in judged.verdicts]
    ids = {verdict.import_id for verdict in verdicts if verdict.import_id}
    pledges = {verdict.pledge for verdict in verdicts if verdict.pledge}
    unsettled = {verdict.donor for verdict in verdicts if verdict.verdict == "waiting"}
    if "" in unsettled:
        return ()  # a row of which nobody knows the donor may be any of them
    gone: dict[str, Transaction] = {}
    kept = False
    for entry in earlier:
        pledge = min(entry.links) if entry.links else ""
        if str(entry.meta[IMPORT_ID]) in ids or pledge in pledges:
            kept = True
        elif as_text(entry.meta.get("source-sha256", "")) != table.sha256:
            gone.setdefault(pledge or str(entry.meta[IMPORT_ID]), entry)
    found = tuple(_stating(gone.values(), context)) if kept else ()
    return tuple(each for each in found if each.donor not in unsettled)


def _stating(entries: Iterable[Transaction], context: Context) -> Iterator[Withdrawn]:
    for entry in entries:
        pledge = min(entry.links) if entry.links else ""
        known = context.pledges.get(pledge)
        source = as_text(entry.meta.get("source", ""))
        if known is not None and known.is_open:
            yield Withdrawn(pledge, known.now.donor, describe_pledge(known), source)
        elif not pledge:
            lines = read_lines(entry, context.settings)
            donor = next((line.place.part for line in lines if line.place.part), "")
            yield Withdrawn("", donor, f"received on {entry.date}", source)

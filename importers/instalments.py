"""Instalments in rows: rows of one reference that are one pledge, entered whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from pledgebook.importers.drafting import Reading
from pledgebook.importers.known import Doubt
from pledgebook.importers.rows import SheetRow
from pledgebook.importers.values import is_nil, is_unknown, plain
from pledgebook.importers.words import read_kind


class Unclear(NamedTuple):
    """A row that waits: where it stands, its donor ("" if nobody knows) and the reason."""

    place: str
    donor: str
    reason: str


def instalments_in_rows(
    rows: Iterable[SheetRow], donor_of: Callable[[SheetRow], str]
) -> list[list[SheetRow]]:
    """Put together the rows that are instalments of one pledge: same donor however it is written
    (`donor_of`), same reference, same date, and each with its own due date.
    """
    groups: dict[object, list[SheetRow]] = {}
    for row in rows:
        key: object = row.number
        if row.reference and row.due_date.value and not row.instalments:
            dated = (row.pledge_date.value, row.pledge_date.text)
            key = (donor_of(row), plain(row.reference), dated, plain(row.status))
        groups.setdefault(key, []).append(row)
    result = []
    for group in groups.values():
        dues = {row.due_date.value for row in group}
        result += [group] if len(dues) == len(group) else [[row] for row in group]
    return result


class UnclearReferences:
    """The references of a file of which some row waits: it may be an instalment of what the other
    rows of that reference pledge, and without it they would be entered as a smaller pledge.
    """

    def __init__(self) -> None:
        self._unclear: dict[str, list[Unclear]] = {}
        self._donors: dict[str, set[str]] = {}

    def add(self, rows: Sequence[SheetRow], place: str, donor: str, doubt: Doubt | None) -> None:
        """Take note of the rows of a contribution, at a place, and of the doubt about them."""
        row = rows[0]
        reference = plain(row.reference)
        if not reference or is_nil(row.reference) or is_unknown(row.reference):
            return
        if donor:
            self._donors.setdefault(reference, set()).add(donor)
        received = row.amount_source == "paid" or read_kind(row.status) == "payment"
        if doubt is not None and doubt.verdict != "ignored" and not received:
            unclear = Unclear(place, donor, doubt.reason)
            self._unclear.setdefault(reference, []).append(unclear)

    def doubt_about(self, reading: Reading) -> Doubt | None:
        """Return the doubt about a pledge that a row which waits may belong to.

        A row whose donor nobody knows may belong to it unless several donors share the reference.
        """
        reference = plain(reading.reference)
        if reading.kind not in {"commitment", "pledge"}:
            return None
        shared = len(self._donors.get(reference, ())) > 1
        for row in self._unclear.get(reference, ()):
            if row.donor == reading.donor or not (row.donor or shared):
                return Doubt(
                    f"{row.place} has the same reference and is not clear: it may be an instalment "
                    f"of this pledge, which is entered whole. There: {row.reason}"
                )
        return None

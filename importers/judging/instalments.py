"""Instalments in rows: rows of one reference that are one pledge, entered whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from pledgebook.importers.judging.drafting import Reading
from pledgebook.importers.judging.known import Doubt, Paper
from pledgebook.importers.judging.pledges import SAME_REFERENCE
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.tables.questions import Question
from pledgebook.importers.values.values import plain
from pledgebook.importers.values.words import read_kind

_PLEDGED = frozenset({"commitment", "pledge"})


class _Pledged(NamedTuple):
    """A pledge of the file: where it stands, what it gives to, and what identifies it."""

    place: str
    gives_to: object
    import_id: str


class Unclear(NamedTuple):
    """A row that waits: where it stands, its donor ("" if nobody knows) and the reason."""

    place: str
    donor: str
    reason: str
    asks: tuple[Question, ...]


def instalments_in_rows(
    rows: Iterable[SheetRow], donor_of: Callable[[SheetRow], str]
) -> list[list[SheetRow]]:
    """Put together the rows that are instalments of one pledge: same donor however it is written
    (`donor_of`), same reference, same date, and each with its own due date. Without a reference a
    column must number them.
    """

    def instalment_of(row: SheetRow) -> object:
        known = row.reference or row.instalment
        due = known and row.due_date.value and not row.instalments
        return _instalment_of(row, donor_of(row)) if due else row.number

    groups: dict[object, list[SheetRow]] = {}
    paid: set[object] = set()
    for row in rows:
        key: object
        if row.reference and row.paid.value and row.payment_date.value and not row.instalments:
            key = (donor_of(row), plain(row.reference), _pledge_of(row))
            paid.add(key)
        else:
            key = instalment_of(row)
        groups.setdefault(key, []).append(row)
    apart: dict[object, list[SheetRow]] = {}
    for key, group in groups.items():
        if key not in paid:
            apart.setdefault(key, []).extend(group)
        elif is_paid_in_rows(group):
            apart[key] = group
        else:  # a row that states a payment may be an instalment all the same
            for row in group:
                apart.setdefault(instalment_of(row), []).append(row)
    result = []
    for group in sorted(apart.values(), key=lambda group: group[0].number):
        if len(group) == 1 or is_paid_in_rows(group):
            result.append(group)
            continue
        dues = {row.due_date.value for row in group}
        numbers = {plain(row.instalment) for row in group}
        told_apart = len(dues) == len(group) and (
            bool(group[0].reference) or len(numbers) == len(group)
        )
        result += [group] if told_apart else [[row] for row in group]
    return result


def is_paid_in_rows(group: Sequence[SheetRow]) -> bool:
    """Whether each of the rows, all of one pledge, states another payment of it: the pledge is
    stated again, and was made once.
    """
    if len(group) == 1:
        return False
    payments = {(row.paid.value, row.payment_date.value) for row in group}
    return (
        len(payments) == len(group)
        and all(row.reference and row.paid.value and row.payment_date.value for row in group)
        and len({_pledge_of(row) for row in group}) == 1
    )


def _pledge_of(row: SheetRow) -> tuple[object, ...]:
    """Return what a row says of its pledge as a whole, and of nothing that was paid."""
    day = row.pledge_date.value or row.pledge_date.text
    words = (row.purpose, row.fund, row.class_text, row.project, row.status, row.instalment)
    return (day, row.due_date.value, row.amount.value, row.currency, *map(plain, words))


def _instalment_of(row: SheetRow, donor: str) -> tuple[object, ...]:
    dated = row.pledge_date.value or row.pledge_date.text
    key: tuple[object, ...] = (donor, plain(row.reference), dated, plain(row.status))
    if not row.reference:
        key = (*key, row.currency, plain(row.purpose), plain(row.fund), plain(row.project))
    return key


class UnclearReferences:
    """The references of a file of which some row waits: it may be an instalment of what the other
    rows of that reference pledge, and without it they would be entered as a smaller pledge.
    """

    def __init__(self, paper_of: Callable[[Reading], Paper]) -> None:
        self._paper_of = paper_of
        self._unclear: dict[str, list[Unclear]] = {}
        self._donors: dict[str, str] = {}
        self._shared: set[str] = set()
        self._pledged: dict[Paper, list[_Pledged]] = {}

    def add(self, rows: Sequence[SheetRow], place: str, donor: str, doubt: Doubt | None) -> None:
        """Take note of the rows of a contribution, at a place, and of the doubt about them."""
        row = rows[0]
        reference = plain(row.reference)
        if not reference:
            return
        if donor and self._donors.setdefault(reference, donor) != donor:
            self._shared.add(reference)
        received = row.amount_source == "paid" or read_kind(row.status) == "payment"
        if doubt is not None and doubt.verdict != "ignored" and not received:
            unclear = Unclear(place, donor, doubt.reason, doubt.asks)
            self._unclear.setdefault(reference, []).append(unclear)

    def add_pledge(self, reading: Reading, place: str, import_id: str) -> None:
        """Take note of a pledge that is not in the book and does not date a change of itself."""
        if reading.reference and reading.changed_on is None and reading.kind in _PLEDGED:
            gives_to = (reading.earmark, reading.project)
            pledged = _Pledged(place, gives_to, import_id)
            self._pledged.setdefault(self._paper_of(reading), []).append(pledged)

    def doubt_about(self, reading: Reading, place: str, import_id: str) -> Doubt | None:
        """Return the doubt about a pledge that a row which waits may belong to, or another row of
        the same reference with other figures.

        A row whose donor nobody knows may belong to it unless several donors share the reference.
        """
        reference = plain(reading.reference)
        if reading.kind not in _PLEDGED:
            return None
        sheet = place.rpartition("!")[0]
        gives_to = (reading.earmark, reading.project)
        for other in self._pledged.get(self._paper_of(reading), ()):
            elsewhere = other.place.rpartition("!")[0] != sheet
            if other.import_id != import_id and (elsewhere or other.gives_to == gives_to):
                return Doubt(
                    f"{other.place} has the same reference and other figures: if these are "
                    "instalments of one pledge, write them below each other with the same date of "
                    "pledge and the due date of each; if the pledge was changed, import the "
                    "earlier row first, alone, and this one after it.",
                    asks=SAME_REFERENCE,
                )
        shared = reference in self._shared
        for row in self._unclear.get(reference, ()):
            if row.donor == reading.donor or not (row.donor or shared):
                return Doubt(
                    f"{row.place} has the same reference and is not clear: it may be an instalment "
                    f"of this pledge, which is entered whole. There: {row.reason}",
                    asks=row.asks,
                )
        return None

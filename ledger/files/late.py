"""What stands in the way of an entry that is recorded late.

Every entry takes an instalment as it stood and puts back what it leaves. One of an earlier day
changes what later ones were made of: they come out first and are recorded again after it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from beancount.core.data import Transaction, entry_sortkey
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.files.ordering import order_of, rank_of
from pledgebook.ledger.findings import place_of
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.events import event_of
from pledgebook.ledger.register.postings import read_lines

_CONSEQUENCES = frozenset(
    {"fund-balance", "class-balance", "more-than-outstanding", "paid-twice", "whole-lot",
     "other-currency", "other-account", "two-lots", "rest-value", "deferral-differs",
     "pledge-redated", "unknown-label", "own-currency-value"}
)  # fmt: skip
"""Rules that a new entry breaks when a later one of its day has changed its instalment."""

_NAMED = 4


def why_too_late(book: Book, drafts: Sequence[Draft], cause: object) -> str:
    """Return what to do where `cause`, the first error the book would have with `drafts`, comes of
    entries that stand after them; "" where it does not.
    """
    wrong: Any = getattr(cause, "entry", None)
    if not isinstance(wrong, Transaction):
        return ""
    own = which_drafted(drafts)(wrong)
    later = _later(book, drafts, same_day=own)
    if own:
        return _advice(later, book) if getattr(cause, "rule", "") in _CONSEQUENCES else ""
    known = _find(book, wrong)
    if known is None:
        return ""
    if any(entry is known for _, entry in later):
        return _advice(later, book)
    return (
        f"With it another entry would be wrong, {told(known, book)}: "
        f"{getattr(cause, 'message', cause)}"
    )


def _later(book: Book, drafts: Iterable[Draft], *, same_day: bool) -> list[tuple[str, Transaction]]:
    """Return the entries after drafts that move the same labels, each with the label."""
    found: dict[int, tuple[str, Transaction]] = {}
    for draft in drafts:
        order = (draft.date, rank_of(draft.event))
        for label in dict.fromkeys(line.label for line in draft.lines if line.label):
            for entry in moving(book, label):
                if same_day and entry.date != draft.date:
                    continue
                if order_of(entry, book.settings) > order:
                    found.setdefault(id(entry), (label, entry))
    return list(found.values())


def moving(book: Book, label: str) -> list[Transaction]:
    """Return the entries that move an instalment or a receipt, in booked order."""
    register = book.register
    found = {id(each.entry): each.entry for each in register.by_label.get(label, ())}
    found |= {id(each.entry): each.entry for each in register.held_under.get(label, ())}
    return sorted(found.values(), key=entry_sortkey)


def _advice(later: Sequence[tuple[str, Transaction]], book: Book) -> str:
    if not later:
        return ""
    named = ", ".join(told(entry, book) for _, entry in later[:_NAMED])
    more = f" and {len(later) - _NAMED} more" if len(later) > _NAMED else ""
    labels = " and ".join(dict.fromkeys(label for label, _ in later))
    one = len(later) == 1
    last = place_of(max((entry for _, entry in later), key=entry_sortkey).meta)
    return (
        f"{'A later entry stands' if one else 'Later entries stand'} in the way: {named}{more} "
        f"{'was' if one else 'were'} made of {labels} as it stood without this one. Take "
        f"{'it' if one else 'them, the last first,'} out (pledgebook take-out {last}), record "
        f"this one, and record {'it' if one else 'them'} again."
    )


def told(entry: Transaction, book: Book) -> str:
    """Return an entry's event, day and place."""
    event = event_of(entry, read_lines(entry, book.settings)) or "the entry"
    return f"{event} of {entry.date} ({place_of(entry.meta)})"


def which_drafted(drafts: Iterable[Draft]) -> Callable[[Transaction], bool]:
    """Return what tells whether an entry, in a book as it would be, is one of these drafts."""
    known: dict[object, set[frozenset[str]]] = {}
    for draft in drafts:
        accounts = frozenset(line.account for line in draft.lines)
        said = (draft.date, draft.narration, draft.meta.get("event"))
        known.setdefault(said, set()).add(accounts)

    def is_drafted(entry: Transaction) -> bool:
        drafted = known.get((entry.date, entry.narration, entry.meta.get("event")), ())
        accounts = frozenset(posting.account for posting in entry.postings)
        return accounts in drafted or any(accounts <= each for each in drafted)

    return is_drafted


def _find(book: Book, wrong: Transaction) -> Transaction | None:
    """Return the book's own entry that is `wrong` in a copy of it, where booking may have left it
    without postings.
    """
    for entry in book.entries:
        if (
            isinstance(entry, Transaction)
            and _head(entry) == _head(wrong)
            and (not wrong.postings or _moves(entry) == _moves(wrong))
        ):
            return entry
    return None


def _head(entry: Transaction) -> object:
    return entry.date, entry.payee, entry.narration, entry.links


def _moves(entry: Transaction) -> object:
    return [(posting.account, posting.units) for posting in entry.postings]

"""Which roles a write takes, told by what it changes in the book; refused where who acts has them
not. All that is written into a book passes here, by whichever door it came.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterator
from pathlib import Path

from beancount.core.data import Custom, Directive, Transaction
from msgspec import Struct
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.delegations import APPROVED
from pledgebook.ledger.declared.persons import NotAllowedError, refuse_without, roles_of
from pledgebook.ledger.occasion import present_occasion
from pledgebook.ledger.register.book import Book

_SETTING = frozenset(
    {
        "fund",
        "purpose",
        "mandate",
        "paragraph",
        "rule",
        "letterhead",
        "office",
        "delegation",
        "person",
        "period",
        "bank",
        "rate-age",
        "rate-base",
        "fixed-rate",
    }
)
"""Declarations that say what the book is about and who may what; those of the daily work (a donor,
a name, a letter, a bank's rule) are recorded."""

_CLOSING = frozenset({"seal", "certification", "reopening"})

_OPTIONS = ("title", "operating_currency", "plugin")
_APART = frozenset({"filename", "lineno", APPROVED})


class _Said(Struct, frozen=True, kw_only=True):
    """An entry as it is compared: its kind ("" for what is no declaration), all it says but where
    it stands and whether it is approved, then that; `booked` is what it does to accounts.
    """

    kind: str
    plain: Hashable
    flag: str = ""
    approved: str = ""
    booked: Hashable = ()


def refuse_without_right(before: Book, after: Book, changed: Collection[Path]) -> None:
    """Raise NotAllowedError where who acts (`present_occasion`) lacks a role that it takes to make
    one book of the other, of which these files are changed; or nobody could change roles any more,
    the first who names persons not included. A book that names no persons is open to everybody.
    """
    persons, then, who = before.settings.persons, after.settings.persons, present_occasion().by
    if persons:
        refuse_without(persons, who, roles_needed(before, after, changed))
    if not then or then == persons:
        return
    if not any("declare" in roles for roles in then.values()):
        raise NotAllowedError(
            "Nothing was written: nobody could change what persons may do any more. Give one of "
            "them the role declare first."
        )
    if not persons and "declare" not in roles_of(then, who):
        raise NotAllowedError(
            f"Nothing was written: you act as {who or 'nobody'}, and would not be one who may "
            "change what persons may do. Name yourself first, with the role declare."
        )


def roles_needed(before: Book, after: Book, changed: Collection[Path]) -> set[str]:
    """Return the roles that a write takes, by what it changes."""
    paths = {path.resolve() for path in changed}
    were, are = Counter(_said_in(before, paths)), Counter(_said_in(after, paths))
    gone, come = were - are, are - were
    kinds = {each.kind for each in (*gone, *come)}
    needed = set()
    if kinds & _CLOSING:  # which takes files out of the book, or back into it
        needed.add("close")
        if before.settings.persons != after.settings.persons:
            needed.add("declare")
        return needed
    if kinds & _SETTING or any(before.options[key] != after.options[key] for key in _OPTIONS):
        needed.add("declare")
    if _approves(gone, come):
        needed.add("approve")
    recorded = [
        Counter(each.plain for each in side.elements() if each.kind not in _SETTING)
        for side in (gone, come)
    ]
    if recorded[0] != recorded[1] or not needed:
        needed.add("record")
    return needed


def _approves(gone: Counter[_Said], come: Counter[_Said]) -> bool:
    """Tell whether an approval is written, or what waited waits no more, or again."""
    old, new = (
        Counter((each.approved, each.booked) for each in side.elements() if each.approved)
        for side in (gone, come)
    )
    flags = {each.plain: each.flag for each in gone}
    return bool(new - old) or any(flags.get(each.plain, each.flag) != each.flag for each in come)


def _said_in(book: Book, paths: Collection[Path]) -> Iterator[_Said]:
    is_of: dict[str, bool] = {}
    for entry in book.entries:
        name = str(entry.meta.get("filename", ""))
        if name not in is_of:
            is_of[name] = Path(name).resolve() in paths
        if is_of[name]:
            yield _said(entry)


def _said(entry: Directive) -> _Said:
    meta = _as_text({key: value for key, value in entry.meta.items() if key not in _APART})
    if not isinstance(entry, Transaction):
        kind = entry.type if isinstance(entry, Custom) else ""
        return _Said(kind=kind, plain=(type(entry).__name__, meta, _as_text(entry[1:])))
    postings = tuple(
        (each.account, str(each.units), str(each.cost), str(each.price)) for each in entry.postings
    )
    notes = tuple(_as_text(dict(each.meta or {})) for each in entry.postings)
    words = entry.payee, entry.narration, entry.tags, entry.links
    approved = as_text(entry.meta.get(APPROVED, ""))
    booked = entry.date, postings
    return _Said(
        kind="",
        plain=(meta, words, booked, notes),
        flag=str(entry.flag),
        approved=approved,
        booked=booked,
    )


def _as_text(value: object) -> str:
    """Return values as a text that is the same where they are, without places in files."""
    if isinstance(value, dict):
        own = {key: each for key, each in value.items() if key not in _APART}
        return repr(sorted((key, str(each)) for key, each in own.items()))
    return repr(value)

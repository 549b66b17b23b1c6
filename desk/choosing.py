"""What an address chooses: period, date, fund and policy, and which page of a long list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import nlargest
from typing import Generic, TypeVar

from pledgebook.desk.loaded import Desk
from pledgebook.desk.texts import gettext as _
from pledgebook.ledger.declared.funds import POLICIES
from pledgebook.ledger.declared.periods import SPAN
from pledgebook.ledger.register.book import Book
from pledgebook.reports.figures.selection import Selection, SelectionError, cut_of, select

ItemT = TypeVar("ItemT")
_LAST_ENTRIES = 20
"""Entries of which the middle one tells the period that is worked on."""
PER_PAGE = 100
"""Lines of a list on one page: enough to read, and far below a megabyte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is shown and what could be: `key` tells one selection of a book from another."""

    selection: Selection
    key: tuple[str, ...]
    period: str
    as_at: str
    fund: str
    class_: str
    group: str
    donor: str
    purpose: str
    policy: str
    periods: Sequence[str]
    funds: Mapping[str, str]
    classes: Sequence[str]
    groups: Sequence[str]
    donors: Mapping[str, str]
    purposes: Mapping[str, str]
    policies: Sequence[str]


_ASKED = ("period", "as_at", "fund", "class", "group", "donor", "purpose", "policy")


@dataclass(frozen=True, slots=True)
class Slice(Generic[ItemT]):
    """One page of a list; pages count from 1."""

    items: Sequence[ItemT]
    number: int
    pages: int
    whole: int


def desk_answering(desk: Desk, asked: Mapping[str, str]) -> Desk:
    """Return the desk that answers for the period or day of an address: that of history.beancount
    where it is closed. Raises SelectionError, and BookRefusedError where the history is missing.
    """
    period, day = (asked.get(name, "").strip() for name in ("period", "as_at"))
    if not desk.book.settings.seals or not (period or day):
        return desk
    cut = cut_of(desk.book, period or None, read_day(day) if day else None)
    return desk.answering(cut.start)


def read_choice(desk: Desk, asked: Mapping[str, str]) -> Choice:
    """Return the selection that an address asks for. Raises SelectionError."""
    book = desk.book
    named = {name: asked.get(name, "").strip() for name in _ASKED}
    key = tuple(named.values())
    selection = desk.once(("selection", *key), lambda: _select(book, named))
    return Choice(
        selection=selection,
        key=key,
        period=selection.cut.name,
        as_at=named["as_at"],
        fund=named["fund"],
        class_=named["class"],
        group=named["group"],
        donor=named["donor"],
        purpose=named["purpose"],
        policy=named["policy"],
        periods=_periods_of(book),
        funds={fund.code: fund.name for fund in book.settings.funds.values()},
        classes=list(
            dict.fromkeys(c for fund in book.settings.funds.values() for c in fund.classes)
        ),
        groups=[*book.settings.donors.kinds.groups],
        donors=desk.once("donors to choose", lambda: _donors_of(book)),
        purposes=book.settings.purposes,
        policies=POLICIES,
    )


def _select(book: Book, named: Mapping[str, str]) -> Selection:
    as_at = read_day(named["as_at"]) if named["as_at"] else None
    period = named["period"] or None
    if period is None and as_at is None:
        period = _period_at_work(book, present_day())
    return select(
        book,
        period,
        as_at,
        named["fund"] or None,
        named["policy"] or None,
        class_=named["class"],
        group=named["group"],
        donor=named["donor"],
        purpose=named["purpose"] or None,
    )


def _donors_of(book: Book) -> dict[str, str]:
    """Return the donors with anything in the register, by code, in the order of their names."""
    register = book.as_of(date.max).register
    codes = {change.after.donor for change in register.changes}
    codes |= {gift.donor for gift in register.gifts} | {held.donor for held in register.held}
    donors = [donor for code in codes if (donor := book.settings.donors.get(code))]
    return {donor.code: donor.name for donor in sorted(donors, key=lambda donor: donor.name)}


def read_day(text: str) -> date:
    """Read a day of an address or a form. Raises SelectionError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SelectionError(_("%(day)s is no date: write it as 2003-12-31.", day=text)) from None


def _period_at_work(book: Book, today: date) -> str | None:
    """Return the period that is worked on: that of the middle one of the last entries, so that a
    few that are dated wrongly, later than all others, do not move every page to another period. It
    moves by itself once as many entries stand in the next. What is dated after today is left aside.
    Without entries it is the last one declared: a new book has a page, too.
    """
    register, periods = book.register, book.settings.periods
    entries = {id(change.entry): change.date for change in register.changes}
    entries |= {id(gift.entry): gift.entry.date for gift in register.gifts}
    last = nlargest(_LAST_ENTRIES, (day for day in entries.values() if day <= today))
    found = periods.of(last[(len(last) - 1) // 2]) if last else None
    names = periods.names()
    return found.name if found else names[-1] if names else None


def _periods_of(book: Book) -> list[str]:
    """Return the declared periods, the latest first, each followed by its years; and all."""
    names = []
    for period in reversed(list(book.settings.periods)):
        names.append(period.name)
        years = [str(year) for year in range(period.start.year, period.end.year + 1)]
        cuts = [book.settings.periods.named(year) for year in years]
        if len(years) > 1:
            names += [cut.name for cut in cuts if cut is not None and not cut.parts]
    declared = book.settings.periods.names()
    if len(declared) > 1:
        names.append(f"{declared[0]}{SPAN}{declared[-1]}")
    return names


def cut_page(
    items: Sequence[ItemT], asked: Mapping[str, str], size: int = PER_PAGE
) -> Slice[ItemT]:
    """Return the page of a list that an address asks for; the last one where it asks too far."""
    pages = max(1, -(-len(items) // size))
    number = min(max(whole_number(asked.get("page", "")), 1), pages)
    return Slice(items[(number - 1) * size : number * size], number, pages, len(items))


def present_day() -> date:
    """Return the day where the user is."""
    return date.today()  # noqa: DTZ011


def whole_number(text: str) -> int:
    """Return a whole number that an address states; 0 for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0

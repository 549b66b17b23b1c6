"""What a posting says: its place in the chart, its class and purpose, its value."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from beancount.core.amount import Amount
from beancount.core.convert import get_weight
from beancount.core.data import Posting, Transaction
from msgspec import Struct
from pledgebook.ledger.declared.chart import LABELLED, Place
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.money import round_to

_TEXTS = (str, type(None))


class Line(Struct, frozen=True, kw_only=True):
    """One posting to a fund's account, read.

    `value` is its weight in the book's currency in whole cents (debit positive), or None for
    another commodity such as contributions in kind. `label` is the lot's, or empty. `units` are
    the posting's own, debit positive, in `currency`.
    """

    posting: Posting
    place: Place
    class_: str
    purpose: str
    value: Decimal | None
    label: str
    units: Decimal
    currency: str


def read_lines(entry: Transaction, settings: Settings) -> list[Line]:
    """Read the postings of a booked transaction that touch a declared fund's chart.

    They are read once a load: every pass over the entries asks for them again.
    """
    known = settings.lines_read.get(id(entry.postings))
    if known is not None and known[0] is entry.postings:
        return known[1]
    lines = _read(entry, settings)
    settings.lines_read[id(entry.postings)] = (entry.postings, lines)
    return lines


def _read(entry: Transaction, settings: Settings) -> list[Line]:
    lines = []
    meta = entry.meta
    belonging = settings.belonging
    places = max(2, settings.decimals)
    for posting in entry.postings:
        own = posting.meta or meta
        purpose, class_ = own.get("purpose"), own.get("class")
        if purpose is None:
            purpose = meta.get("purpose")
        if class_ is None:
            class_ = meta.get("class")
        if type(class_) not in _TEXTS or type(purpose) not in _TEXTS:
            class_, purpose = _as_text(class_), _as_text(purpose)
        key = (posting.account, class_, purpose)
        try:
            found = belonging[key]
        except KeyError:
            found = belonging[key] = _belonging(*key, settings)
        if found is None:
            continue
        place, class_, purpose = found
        units, cost = posting.units, posting.cost
        weight = units if cost is None and posting.price is None else weigh(posting)
        in_book_currency = weight is not None and weight.currency == settings.currency
        lines.append(
            Line(
                posting=posting,
                place=place,
                class_=class_,
                purpose=purpose,
                value=round_to(weight.number, places)
                if in_book_currency and weight is not None and weight.number is not None
                else None,
                label=(cost.label if cost and place.kind in LABELLED else None) or "",
                units=units.number if units and units.number is not None else Decimal(0),
                currency=units.currency if units else "",
            )
        )
    return lines


def _as_text(value: Any) -> str | None:
    return None if value is None else as_text(value)


def _belonging(
    account: str, class_: str | None, purpose: str | None, settings: Settings
) -> tuple[Place, str, str] | None:
    """Return the place of an account, and the class and purpose that are meant by what is said
    there.
    """
    place = settings.place(account)
    if place is None:
        return None
    purpose = _as_text(purpose) or ""
    return place, settings.funds[place.fund].class_of(_as_text(class_), purpose), purpose


def weigh(posting: Posting) -> Amount:
    """Return what a posting weighs in its entry's balance: at cost where it has one."""
    weight: Amount = get_weight(posting)  # type: ignore[no-untyped-call]
    return weight


Words = tuple[Transaction, Posting]
"""Who speaks of something: a posting, and for what it does not say its transaction."""


def said_first(words: Iterable[Words], keys: frozenset[str]) -> dict[str, str]:
    """Return what is said under each of the keys by the first of `words` that says it; keys of
    which none says anything are left out.
    """
    found: dict[str, str] = {}
    for entry, posting in words:
        for meta in (posting.meta, entry.meta):
            if meta and not keys.isdisjoint(meta):
                for key in keys & meta.keys():
                    if key not in found and meta[key] is not None:
                        found[key] = as_text(meta[key])
    return found


def stated(entry: Transaction, posting: Posting, key: str) -> str | None:
    """Return what the posting says under `key`, else what its transaction says."""
    value = posting.meta.get(key) if posting.meta else None
    if value is None:
        value = entry.meta.get(key)
    return None if value is None else as_text(value)

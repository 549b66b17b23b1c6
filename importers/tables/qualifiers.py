"""Columns that are not read and say what the amounts beside them mean: units, signs, shares, how
often or in how many instalments, superseded, in force.

Headings and cells are data, in `data/terms.toml`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from pledgebook.importers.tables.headings import heading_key
from pledgebook.importers.values.amounts import parse_amount
from pledgebook.importers.values.lists import terms
from pledgebook.importers.values.values import clean, is_nil, is_unknown, multiplier_in, plain
from pledgebook.importers.values.words import is_warning, read_in_kind

_SHARE_SIGN = "%"
_SIGNS = frozenset({"+/-", "+-", "±", "-/+"})


class _Kind(NamedTuple):
    headings: frozenset[str]
    within: frozenset[str]
    plain: frozenset[str]
    blank: bool


@lru_cache(maxsize=1024)
def qualifier_of(heading: str) -> str:
    """Return what a column of this heading says of the amounts beside it: unit, sign, share, count,
    frequency, superseded or active; "" if it says nothing of them. A heading that stands above
    several columns counts with theirs.
    """
    if plain(heading) in _SIGNS:
        return "sign"
    own = heading.rpartition(" / ")[2]
    keys = {heading_key(heading), heading_key(own)}
    tokens = set(heading_key(own).split())
    for name, kind in _kinds().items():
        if keys & kind.headings or tokens & kind.within:
            return name
    return "share" if _SHARE_SIGN in heading else ""


def says_of_amounts(kind: str, texts: Collection[str], is_money: Callable[[str], bool]) -> bool:
    """Whether the texts of a column of units are of units at all: "Unit" may be an office."""
    if kind != "unit":
        return True
    return any(
        _is_plain_word(kind, text)
        or multiplier_in(text) != 1
        or parse_amount(text).value is not None
        or is_warning(text)
        or is_money(text)
        for text in texts
    )


def leaves_amount(kind: str, text: str) -> bool:
    """Whether a cell of such a column leaves the amount of its row as it stands."""
    if not text or is_unknown(text):
        return _kinds()[kind].blank
    if kind == "superseded":
        return is_nil(text) or read_in_kind(text) is False
    if kind == "share" and is_nil(text):
        return False
    return _is_plain_word(kind, text)


def _is_plain_word(kind: str, text: str) -> bool:
    return plain(clean(text)) in _kinds()[kind].plain


@cache
def _kinds() -> Mapping[str, _Kind]:
    return {
        name: _Kind(
            frozenset(map(heading_key, of["headings"])),
            frozenset(map(heading_key, of["within"])),
            frozenset(map(plain, of["plain"])),
            of["blank"] == "plain",
        )
        for name, of in terms()["columns"].items()
    }

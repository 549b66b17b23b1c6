"""Words in a row that say what it is: pledge or payment, earmarked or not, in kind or cash.

The words are data, in `data/terms.toml`; a mapping's `[values.status]` adds to them by translating
a sheet's own words into these.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from typing import Literal, cast

from pledgebook.importers.values import plain

StatusKind = Literal["commitment", "pledge", "payment", "cancelled"]


def read_kind(status: str) -> StatusKind | None:
    """Return what a status says a row is; without a status it is a commitment; None if unknown."""
    if not status:
        return "commitment"
    found = _by_word("status").get(plain(status))
    return cast(StatusKind, found) if found else None


def read_class(text: str, classes: Collection[str]) -> str | None:
    """Return which of a fund's classes a text names, or None."""
    key = plain(text)
    if text in classes:
        return text
    found = _by_word("class").get(key)
    return found if found in classes else None


def read_in_kind(text: str) -> bool:
    """Tell whether a text says that the contribution is in kind; unknown words say it is not."""
    return _by_word("in_kind").get(plain(text)) == "yes"


def is_announcement(text: str) -> bool:
    """Tell whether a text says that the contribution is only announced ("subject to ...")."""
    if not text:
        return False
    key = plain(text)
    return any(phrase in key for phrase in _by_word("announcement"))


@cache
def _by_word(section: str) -> Mapping[str, str]:
    text = (resources.files(__package__) / "data" / "terms.toml").read_text("utf-8")
    listed: dict[str, dict[str, list[str]]] = tomllib.loads(text)
    return {plain(word): name for name, words in listed[section].items() for word in words}

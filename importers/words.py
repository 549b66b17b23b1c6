"""Words in a row that say what it is: pledge or payment, earmarked or not, in kind or cash.

The words are data, in `data/terms.toml`; a mapping's `[values.status]` adds to them by translating
a sheet's own words into these.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from typing import Literal, cast

from pledgebook.importers.values import plain

_JOINED = re.compile("[\u0600-\u06ff\u4e00-\u9fff]")

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


def read_in_kind(text: str) -> bool | None:
    """Tell whether a text says that the contribution is in kind; None if its words are unknown.

    Without a text it is in money.
    """
    if not text:
        return False
    said = _by_word("in_kind").get(plain(text))
    return None if said is None else said == "yes"


def says_in_kind(text: str) -> bool:
    """Tell whether a remark says somewhere that the contribution is in kind."""
    return _holds_phrase("in_kind_phrases", text)


def says_otherwise(text: str) -> bool:
    """Tell whether a remark says that it is not, or not yet, or no longer, what the figures say:
    withdrawn, conditional, included in another row ...
    """
    return _holds_phrase("otherwise", text)


def is_announcement(text: str) -> bool:
    """Tell whether a text says that the contribution is only announced ("subject to ...")."""
    return _holds_phrase("announcement", text)


def _holds_phrase(section: str, text: str) -> bool:
    return bool(text) and _phrases(section).search(plain(text)) is not None


@cache
def _phrases(section: str) -> re.Pattern[str]:
    """Match any phrase of a section as whole words; Chinese has no blanks between words, and
    Arabic joins some to the next.
    """
    alternatives = "|".join(
        re.escape(word) if _JOINED.search(word) else rf"\b{re.escape(word)}\b"
        for word in sorted(_by_word(section), key=len, reverse=True)
    )
    return re.compile(alternatives)


@cache
def _by_word(section: str) -> Mapping[str, str]:
    text = (resources.files(__package__) / "data" / "terms.toml").read_text("utf-8")
    listed: dict[str, dict[str, list[str]]] = tomllib.loads(text)
    return {plain(word): name for name, words in listed[section].items() for word in words}

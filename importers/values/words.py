"""Words in a row that say what it is: pledge or payment, earmarked or not, in kind or cash.

The words are data, in `data/terms.toml`; a mapping's `[values.status]` adds to them by translating
a sheet's own words into these.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from typing import Literal, NamedTuple, cast

from pledgebook.importers.values.contexts import context_phrases, may_say, says_in_context
from pledgebook.importers.values.dates import month_names, parse_date
from pledgebook.importers.values.lists import terms
from pledgebook.importers.values.values import SCALES, THOUSANDS, multiplier_in, plain
from pledgebook.importers.values.values import words as value_words
from pledgebook.ledger.declared.funds import Fund

_WORD = re.compile(r"[^\W_]+")
_WORDS = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_DATE = re.compile(r"(?<![\d,.])(?:\d{1,2}|(?:19|20)\d\d)(?:st|nd|rd|th|er)?(?![\d,])")
_ANY_DIGIT = str.maketrans("0123456789", "7" * 10)
_JOINED = re.compile("[\u0600-\u06ff\u4e00-\u9fff]")

_GAP = "…"
"""Stands for a few words in a phrase of the data: "subject to … approval"."""
_FEW_WORDS = ".{0,40}?"

_LEAP = 2000
"""A year that has every day of any year."""

StatusKind = Literal["commitment", "pledge", "payment", "cancelled", "spending"]


def read_kind(status: str) -> StatusKind | None:
    """Return what a status says a row is; without a status it is a commitment; None if unknown.

    Dates and words that add nothing are left out: "Paid on 12 May 2002", "Fully received".
    """
    if not status:
        return "commitment"
    return _kind_in(plain(status))


@lru_cache(maxsize=1024)
def _kind_in(status: str) -> StatusKind | None:
    known = _by_word("status")
    if found := known.get(status):
        return cast(StatusKind, found)
    if _DIGIT.search(status):
        status = _without_days(status)
    if "?" in status or "%" in status or (_DIGIT.search(status) and not _YEAR.search(status)):
        return None  # a share, a doubt or an amount: more than a word and its date
    fillers = value_words()["status-filler"]
    said = [word for word in _WORD.findall(_DATE.sub(" ", status)) if word not in fillers]
    text = " ".join(said)
    if found := known.get(text):
        return cast(StatusKind, found)
    kinds = {known.get(word) for word in text.split()}
    return cast(StatusKind | None, kinds.pop()) if len(kinds) == 1 else None


@cache
def _whole_date() -> re.Pattern[str]:
    """Match a day within a status, as `plain` writes it: "12.9.2002", "3 may", "june 3, 2002"."""
    month = rf"(?:{'|'.join(map(re.escape, sorted(month_names(), key=len, reverse=True)))})\b\.?"
    numbers = r"\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d\d)|\d{4}-\d\d-\d\d"
    day_first = (
        rf"\d{{1,2}}(?:st|nd|rd|th|er|\.)?\s+(?:de\s+|of\s+)?{month}(?:\s+(?:de\s+)?\d{{4}})?"
    )
    month_first = rf"\b{month}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?"
    return re.compile(rf"(?<![\d./,-])(?:{numbers}|{day_first}|{month_first})(?![./,-]?\d)")


@lru_cache(maxsize=1024)
def days_in_status(status: str, year: int) -> tuple[date, ...]:
    """Give the days that a status names, "Paid on 12 May": of this year, unless it says another."""
    found = (_days_of(match[0], year) for match in _whole_date().finditer(plain(status)))
    return tuple(day for days in found for day in days)


def _without_days(status: str) -> str:
    found = _whole_date()
    return found.sub(lambda match: " " if _days_of(match[0], _LEAP) else match[0], status)


def _days_of(text: str, year: int) -> tuple[date, ...]:
    """Give the day that a text names, or both that it may be."""
    reading = parse_date(text)
    if reading.value is None and not (reading.state == "ambiguous" and reading.order is None):
        reading = parse_date(f"{text} {year}")
    return (reading.value,) if reading.value else reading.readings


@lru_cache(maxsize=1024)
def is_paid_in_part(status: str) -> bool:
    """Tell whether a status says that a part was paid, without saying how much."""
    said = plain(status)
    if _DIGIT.search(said):
        said = _without_days(said)
    return _paid_in_part().search(said) is not None


@cache
def _paid_in_part() -> re.Pattern[str]:
    words = "|".join(map(re.escape, _by_word("paid_in_part")))
    return re.compile(rf"\b(?:{words})\b")


def read_class(text: str, fund: Fund) -> str | None:
    """Return which of a fund's classes a text names, by its word or by what it is for, or None."""
    if text in fund.classes:
        return text
    key = plain(text)
    named = {plain(class_): class_ for class_ in fund.classes} | _roles_of(fund)
    found = _by_word("class").get(key, key)
    return named.get(key) or named.get(found)


def _roles_of(fund: Fund) -> dict[str, str]:
    """Return classes by the words of `class` in the data that say what they are for."""
    roles = {"general": fund.default_class} if fund.is_general(fund.default_class) else {}
    if fund.is_earmarked(fund.earmarked_class):
        roles["special"] = fund.earmarked_class
    if fund.support_class:
        roles["support"] = fund.support_class
    return roles


def says_general(text: str, funds: Iterable[Fund] = ()) -> bool:
    """Tell whether a text says that a contribution is not earmarked, in words of any fund or as
    the name of the class that one of `funds` has for such money.
    """
    key = plain(text)
    classes = {plain(fund.default_class) for fund in funds if fund.is_general(fund.default_class)}
    return key in classes or _by_word("class").get(key) == "general"


def names_class(text: str, funds: Iterable[Fund] = ()) -> bool:
    """Tell whether a text is a word for a class of funds, known to the program or of `funds`."""
    key = plain(text)
    return key in _by_word("class") or any(
        key == plain(class_) for fund in funds for class_ in fund.classes
    )


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
    return "in_kind_phrases" in _said_in(plain(text))


def says_otherwise(text: str) -> bool:
    """Tell whether a remark says that it is not, or not yet, or no longer, what the figures say:
    withdrawn, conditional, included in another row, paid through somebody else ...
    """
    return "otherwise" in _said_in(plain(text)) or says_in_context(text)


def is_announcement(text: str) -> bool:
    """Tell whether a text says that the contribution is only announced ("subject to ...")."""
    return "announcement" in _said_in(plain(text))


def changes_figures(text: str) -> bool:
    """Tell whether a remark says, in any of these ways, that a figure is not what it seems."""
    return is_announcement(text) or says_in_kind(text) or says_otherwise(text) or is_warning(text)


def is_silent(text: str) -> bool:
    """Whether a text has none of the words by which it could say any of this, and names no unit:
    as nearly all references do, which differ in their numbers. None of the words has a digit, and
    of figures only thousands written as such are a unit.
    """
    return "000" not in text and _has_no_such_word(text.translate(_ANY_DIGIT))


@lru_cache(maxsize=4096)
def _has_no_such_word(text: str) -> bool:
    said = bool(_said_in(plain(text))) or may_say(text) or is_warning(text)
    return not said and multiplier_in(text) == 1


@lru_cache(maxsize=4096)
def is_warning(text: str) -> bool:
    """Tell whether a text is as a whole one of the words that say that an amount is not what it
    seems: in kind, withdrawn, a loan, thousands, monthly ...
    """
    word = plain(text)
    return word in _warnings() or (THOUSANDS.fullmatch(word) is not None and not word.isdigit())


@cache
def _warnings() -> frozenset[str]:
    phrases = (_by_word(section) for section in ("in_kind_phrases", "otherwise", "alone"))
    cancelled = (word for word, kind in _by_word("status").items() if kind == "cancelled")
    units = (value_words()[unit] for unit in SCALES)
    return frozenset().union(*phrases, cancelled, *units, context_phrases())


@lru_cache(maxsize=1024)
def _said_in(said: str) -> frozenset[str]:
    """Return the sections of which a text holds a phrase."""
    phrases = _phrases()
    found: set[str] = set()
    own = set(_WORDS.findall(said))
    if not phrases.by_word.keys().isdisjoint(own):  # as most texts are: references, names
        found = {
            section
            for word in own
            for section, phrase, whole in phrases.by_word.get(word, ())
            if word == phrase or whole.search(said)
        }
    if not said.isascii() and _JOINED.search(said):
        found |= {
            section
            for section, parts, whole in phrases.joined
            if all(part in said for part in parts) and (len(parts) == 1 or whole.search(said))
        }
    return frozenset(found)


class _Phrases(NamedTuple):
    """The phrases that are looked for, each with its section: by one of its words, the longest, and
    those of Chinese, which puts no blanks between words, and of Arabic, which joins some.
    """

    by_word: Mapping[str, list[tuple[str, str, re.Pattern[str]]]]
    joined: list[tuple[str, list[str], re.Pattern[str]]]


@cache
def _phrases() -> _Phrases:
    by_word: dict[str, list[tuple[str, str, re.Pattern[str]]]] = {}
    joined: list[tuple[str, list[str], re.Pattern[str]]] = []
    for section in ("in_kind_phrases", "otherwise", "announcement"):
        for phrase in _by_word(section):
            parts = [part.strip() for part in phrase.split(_GAP)]
            anything = _FEW_WORDS.join(map(re.escape, parts))
            if _JOINED.search(phrase):
                joined.append((section, parts, re.compile(anything)))
                continue
            whole = re.compile(rf"\b{anything}\b")
            longest = max(_WORDS.findall(phrase), key=len)
            by_word.setdefault(longest, []).append((section, phrase, whole))
    return _Phrases(by_word, joined)


@cache
def _by_word(section: str) -> Mapping[str, str]:
    listed: dict[str, list[str]] = terms()[section]
    return {plain(word): name for name, words in listed.items() for word in words}

"""Rows of a single text within a table that are no data: regions and groups that head rows below
them, what says that a list goes on, numbers of pages.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from pledgebook.importers.tables.total_rows import PUNCTUATION
from pledgebook.importers.values.values import clean, plain, split_footnote, words
from pledgebook.ledger.declared.directory import Directory

_LOCALES = ("en", "fr", "es", "ru", "ar", "zh", "de", "it", "nl", "pt")
_NUMBERED = re.compile(r"(?:[A-Z]|[IVX]{1,4}|\d{1,2})[.)]\s+(?=\S)")
_PAGE = re.compile(
    r"\W*(?:page|p\.|seite|pagina|стр\.?|страница|صفحة|第)\s*\d{1,4}\s*(?:页|頁)?"
    r"(?:\s*(?:of|/|de|sur|von|di|van|из|من)\s*\d{1,4})?\W*|\W*\d{1,4}\s*(?:of|/)\s*\d{1,4}\W*"
)


@lru_cache(maxsize=1024)
def heads_group(text: str) -> str:
    """Say why a row of this text alone heads those below it; "" if it does not: a State may have
    been listed without an amount.
    """
    bare = plain(split_footnote(clean(text))[0]).strip(PUNCTUATION)
    if bare in words()["section"]:
        return "it heads a group of donors"
    if bare in words()["continued"]:
        return "it says that the list goes on"
    name, goes_on = _without_continued(clean(text))
    name = _NUMBERED.sub("", name).rstrip(" :：")
    if Directory.of_states().candidates(name, codes=False):
        return ""
    reduced = plain(name).strip(PUNCTUATION)
    if goes_on:
        return "it heads a group of donors, continued"
    if reduced in words()["section"] or reduced in _regions():
        return "it heads a group of donors"
    return ""


def is_page_number(text: str) -> bool:
    """Whether a text is the number of a page: "Page 2 of 5"."""
    return _PAGE.fullmatch(plain(text)) is not None


def _without_continued(text: str) -> tuple[str, bool]:
    """Part "(continued)" from the end of a text."""
    match = re.fullmatch(r"(.*\S)\s*[(\[,–—-]\s*([^()\[\]]{2,20}?)\s*[)\]]?", text)
    if match and plain(match[2]).strip(PUNCTUATION) in words()["continued"]:
        return match[1], True
    return text, False


@cache
def _regions() -> frozenset[str]:
    """Return the names of the world's regions, which have numbers of three digits for codes."""
    from babel import Locale  # noqa: PLC0415 - no command's help needs it

    return frozenset(
        plain(name)
        for locale in _LOCALES
        for code, name in Locale.parse(locale).territories.items()
        if code.isdigit()
    )

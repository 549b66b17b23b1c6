"""Words and marks in cells, whatever the language: nil, unknown, totals, notes, footnotes.

The words are data, in `data/words.toml`; amounts and dates are read in modules of their own.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from math import prod

_BIDI = dict.fromkeys(
    [0x061C, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_FOOTNOTE = re.compile(
    r"""(?:\s*(?P<stars>[*†‡§]+|[¹²³⁰⁴-⁹]+)
      | \s+(?P<slash>[a-z]{1,2}|\d{1,2})/
      | (?<=\d)(?P<letter>[a-z])/
      | \s*\((?P<paren>[a-z])\)
      | \s*\[(?P<bracket>[a-z]|\d{1,2})\])\s*$""",
    re.VERBOSE | re.IGNORECASE,
)
_ENDS_OF_MARKS = tuple("*†‡§¹²³⁰⁴⁵⁶⁷⁸⁹/)]")
"""How each of these marks ends: most texts do not, and are not looked through for one."""

_NOTE_MARK = re.compile(
    r"\s*(?:[*†‡§]+|[¹²³⁰⁴-⁹]+|[a-z]{1,2}/|\d{1,2}/|\([a-z]\)|\[\w\])\s*(?=\S)", re.IGNORECASE
)
SCALES = {
    "thousand": 10**3,
    "ten-thousand": 10**4,
    "million": 10**6,
    "hundred-million": 10**8,
    "billion": 10**9,
}
"""The lists of words that name a unit, and how many ones it is."""

THOUSANDS = re.compile(
    r"(?<!\d)(?<!\d[ .,])['’]?000s?\b|\bx\s?1[ .,]?000\b|\b[kTt](?=(?:EUR|USD|CHF|GBP)\b|[€$£])"
)
"""Thousands written as "'000", "(000)", "x 1000", "kEUR" or "T€"."""

_HAN_FACTORS = {
    "十": 10,
    "百": 100,
    "千": 1000,
    **dict.fromkeys("万萬", 10**4),
    **dict.fromkeys("亿億", 10**8),
}
_HAN_UNIT = re.compile(r"[十百千]*[万萬亿億]+|千")
_LONGEST_SHOWN = 120
LONGEST_VALUE = 300
"""Letters that an amount or a date has at most; a longer text is a remark and not looked into."""
_LONGEST_MARK = 60
_PUNCTUATION = re.compile(r"[()\[\]:;,/]")
_STOPS = ".!?*'\"“”«»‘’„。．،؛…-"
"""What ends a sentence or encloses a word, and is no part of it."""
_NOTHING = {"-", "--", "---"}
_FULL_WIDTH = {sign + 0xFEE0: sign for sign in range(0x21, 0x7F)} | {0xFFE5: 0xA5, 0xFFE1: 0xA3}
_DASHES = str.maketrans("‐‑‒–—―−", "-------")
_ONE_LETTER = str.maketrans("یکı", "يكi")
"""Letters of Persian and Turkish for those that look, or are typed, like them."""


@cache
def words() -> dict[str, frozenset[str]]:
    """Give the word lists of `data/words.toml`, each word as `plain` writes it."""
    text = (resources.files("pledgebook.importers") / "data" / "words.toml").read_text("utf-8")
    lists: dict[str, list[str]] = tomllib.loads(text)
    return {key: frozenset(map(plain, listed)) for key, listed in lists.items()}


@lru_cache(maxsize=2048)
def clean(text: str) -> str:
    """Make every kind of space one blank, and take out invisible direction and width marks."""
    return " ".join((text if text.isascii() else text.translate(_BIDI)).split())


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Reduce text for comparison: case, accents, kinds of dash and space make no difference."""
    if text.isascii():
        return clean(text).lower()
    folded = unicodedata.normalize("NFD", clean(text).translate(_DASHES).casefold())
    folded = folded.translate(_ONE_LETTER)
    return unicodedata.normalize(
        "NFC", "".join(char for char in folded if not _is_accent(char))
    ).replace("ـ", "")


def _is_accent(char: str) -> bool:
    # Latin and Arabic marks are left out by hasty hands; the breve of Cyrillic й is a letter's own.
    return unicodedata.combining(char) != 0 and char != "\N{COMBINING BREVE}"


def ascii_digits(text: str) -> str:
    """Write the decimal digits of any script (Arabic-Indic, Thai ...) as 0 to 9, and full-width
    letters and signs as they are written elsewhere.
    """
    if text.isascii():
        return text
    text = text.translate(_FULL_WIDTH)
    return "".join(
        str(unicodedata.decimal(char)) if unicodedata.category(char) == "Nd" else char
        for char in text
    )


def is_nil(text: str) -> bool:
    """Whether the text says that there is nothing, which is zero: a dash, nil, néant ..."""
    reduced = plain(text)
    return reduced in _NOTHING or reduced in words()["nil"]


def is_unknown(text: str) -> bool:
    """Whether the text says that nobody knows, which is not zero: blank, "..", n/a ..."""
    reduced = plain(text)
    return not reduced or reduced in words()["unknown"]


def split_footnote(text: str) -> tuple[str, str]:
    """Part a footnote mark from the end: "Italy b/" gives ("Italy", "b"), "Canada*" "*".

    Several marks come together, separated by blanks. Without a mark the second part is "".
    """
    rest = clean(text)
    if not rest.endswith(_ENDS_OF_MARKS):
        return rest, ""
    marks: list[str] = []
    while match := _FOOTNOTE.search(rest, max(0, len(rest) - _LONGEST_MARK)):
        if not match.start():
            break
        marks.insert(0, next(group for group in match.groups() if group))
        rest = rest[: match.start()].rstrip()
    return rest, " ".join(marks)


def starts_with_note_mark(text: str) -> bool:
    """Whether a text begins as a footnote does: "a/ subject to ...", "* as announced"."""
    return bool(_NOTE_MARK.match(text))


def shown(text: str) -> str:
    """Quote a cell's text in a message: on one line, and not longer than a line."""
    text = clean(text)
    return repr(text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "...")


def is_code(text: str) -> bool:
    """Whether a text has the form of a currency's code: three capital letters."""
    return len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


@lru_cache(maxsize=4096)
def multiplier_in(text: str) -> int:
    """Give the unit a text names: 1000 for "in thousands of dollars", 1 if it names none."""
    if THOUSANDS.search(text):
        return 1000
    reduced = _PUNCTUATION.sub(" ", plain(text))
    by_word, joined = _units()
    found = [by_word.get(word) or by_word.get(word.strip(_STOPS), 1) for word in reduced.split()]
    if len(found) > 1 or not reduced.isascii():
        found += [factor for word, factor in joined if word in reduced]
        found += [_han_unit(run[0]) for run in _HAN_UNIT.finditer(reduced)]
    return max(found, default=1)


def _han_unit(run: str) -> int:
    """Return what Chinese or Japanese units written together are: 千万 is ten million."""
    return prod(_HAN_FACTORS[sign] for sign in run)


def without_han_unit(text: str) -> str:
    """Take a Chinese or Japanese unit from before a text: "百万円" gives "円"."""
    unit = _HAN_UNIT.match(text)
    return text[unit.end() :] if unit else text


def scale_before(text: str) -> tuple[int, str]:
    """Part the unit that a text behind a figure begins with from the rest: "million euros" gives
    1000000 and "euros", "万円" 10000 and "円"; 1 and the text if it begins with none.
    """
    if unit := _HAN_UNIT.match(text):
        return _han_unit(unit[0]), text[unit.end() :]
    first, _, rest = text.partition(" ")
    reduced = plain(first)
    for key, factor in SCALES.items():
        if reduced in words()[key]:
            return factor, rest
    return 1, text


@cache
def _units() -> tuple[dict[str, int], list[tuple[str, int]]]:
    """Return what words name a unit, and what names one wherever it stands: several words, and
    Chinese, which puts no blanks between words.
    """
    listed = [(word, factor) for key, factor in SCALES.items() for word in words()[key]]
    by_word: dict[str, int] = {}
    for word, factor in listed:
        by_word[word] = max(factor, by_word.get(word, 1))
    return by_word, [(word, factor) for word, factor in listed if " " in word or _is_han(word)]


def _is_han(word: str) -> bool:
    return all("一" <= char <= "鿿" for char in word)


def counts_up(texts: Sequence[str]) -> bool:
    """Whether texts count upwards one by one, as a column of row numbers does."""
    if not all(text.isascii() and text.isdigit() for text in texts):
        return False
    numbers = [Decimal(text) for text in texts]
    return all(after - before == 1 for before, after in pairwise(numbers))

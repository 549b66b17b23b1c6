"""Sentences of the ledger and the importers in the reader's language: a said sentence is recognised
by the pattern it was made from, and said again by the pattern's translation.

The program writes a refusal or a finding as English with its values in it. A catalog
(`locales/sentences/LANGUAGE.po`) has the patterns, values as named places:

    msgid "{entries} entries are named {name}."

What no pattern fits, or no translation is known for, stays as it was said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from babel.messages.pofile import read_po
from pledgebook.desk.texts import LOCALES, SOURCE, gettext, isolate, spoken

PLACE = re.compile(r"\{(\w+)\}")
"""A place of a value in a pattern."""

_TITLES = frozenset({"title"})
"""Places of what pages have a word for: the title of a field or column."""

_ENDS = (".", "?", "!")
_END = re.compile(r"(?<=[.?!])\s+")
_NESTED = 3
"""How deep a value may be a sentence of its own."""


class Pattern(NamedTuple):
    """A sentence with places; `shape` fits what is said by it."""

    text: str
    shape: re.Pattern[str]
    sign: str
    """The longest of its own words: what is said by it has them."""
    weight: int
    """How much of it is its own words: of two that fit the heavier one is meant."""


class Said(NamedTuple):
    """A part of what was said, one sentence or more, and its translation, "" where there is none;
    `is_english` where it is one of the program's sentences that has none.
    """

    text: str
    translated: str = ""
    is_english: bool = False


def patterns_of(texts: Iterable[str]) -> tuple[Pattern, ...]:
    """Return patterns for recognising, the heaviest first."""
    made = []
    for text in texts:
        own = PLACE.split(text)[::2]
        parts = PLACE.split(text)
        shape = "".join(
            f"(?P<{part}>.*?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)
        )
        made.append(
            Pattern(text, re.compile(shape, re.DOTALL), max(own, key=len), sum(map(len, own)))
        )
    return tuple(sorted(made, key=lambda each: (-each.weight, each.text)))


def recognise(text: str, patterns: Iterable[Pattern]) -> tuple[str, Mapping[str, str]] | None:
    """Return the pattern that a sentence was made from, and its values; None where none fits."""
    for pattern in patterns:
        if pattern.sign in text and (fit := pattern.shape.fullmatch(text)):
            return pattern.text, fit.groupdict()
    return None


def said_again(text: str) -> tuple[Said, ...]:
    """Return what was said, part by part, each with its translation where there is one."""
    language = spoken().language
    return (Said(text),) if language == SOURCE.language else _parts(text, language, 0)


@lru_cache(maxsize=4096)
def _parts(text: str, language: str, depth: int) -> tuple[Said, ...]:
    sentences = _END.split(text)
    parts: list[Said] = []
    at = 0
    while at < len(sentences):
        runs = (" ".join(sentences[at:end]) for end in range(at + 1, len(sentences) + 1))
        tried = enumerate((_said(run, language, depth) for run in runs), 1)
        known = ((n, said) for n, said in tried if said.translated or said.is_english)
        # of more than one where a value holds the end of a sentence
        count, said = next(known, (1, Said(sentences[at])))
        parts.append(said)
        at += count
    return tuple(parts)


def _said(text: str, language: str, depth: int) -> Said:
    translations = _catalog(language)
    found = recognise(text, _patterns(language))
    if found is None:
        own = gettext(text)
        return Said(text, own if own != text and text.endswith(_ENDS) else "")
    pattern, values = found

    def value(place: re.Match[str]) -> str:
        said = values[place[1]]
        if place[1] in _TITLES:
            return isolate(gettext(said))
        inner = _parts(said, language, depth + 1) if depth < _NESTED else (Said(said),)
        return isolate(" ".join(each.translated or each.text for each in inner))

    return Said(text, PLACE.sub(value, translations[pattern]), not translations[pattern])


@cache
def _catalog(language: str) -> Mapping[str, str]:
    """Return the translations of a language by their patterns, "" of those that it lacks."""
    path = LOCALES / "sentences" / f"{language}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {str(each.id): str(each.string) for each in read_po(file) if each.id}


@cache
def _patterns(language: str) -> tuple[Pattern, ...]:
    return patterns_of(_catalog(language))

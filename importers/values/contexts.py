"""Words that say of a contribution that it is not what it seems, or something harmless of something
else: "paid through UNDP" and "training through workshops", "sent to UNDP" and "letter sent to the
Director".

What stands beside the word tells which. In doubt it is heard: a row that waits is better than one
that was paid to somebody else. The words are data, in `data/terms.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from pledgebook.importers.values.dates import month_names
from pledgebook.importers.values.lists import terms
from pledgebook.importers.values.values import clean, plain

_TOKENS = re.compile(r"\w+|[^\w\s]")
_YEAR = re.compile(r"(?:19|20)\d\d")
_NEAR = 6
"""How many words before one are looked at for what it is said of."""
_OBJECT = 4
"""How many words behind one may name its object."""


class _Said(NamedTuple):
    """A word in its text: what stands before it and behind it, as written."""

    before: Sequence[str]
    behind: Sequence[str]
    in_capitals: bool
    """Whether capital letters tell nothing: all letters of the text are some, or none is."""


@lru_cache(maxsize=1024)
def says_in_context(text: str) -> bool:
    """Tell whether a text holds one of these words and means the contribution by it."""
    if not may_say(text):
        return False
    text = clean(text)
    tokens = _TOKENS.findall(text)
    keys = [plain(token) for token in tokens]
    for phrase, silent in _lists().phrases:
        size = len(phrase)
        for at, key in enumerate(keys):
            if key == phrase[0] and tuple(keys[at : at + size]) == phrase:
                cased = text.isupper() or text.islower()
                if not silent(_Said(tokens[:at], tokens[at + size :], cased)):
                    return True
    return False


def may_say(text: str) -> bool:
    """Whether a text holds one of these words, whatever it means by it."""
    reduced = plain(text)
    return any(word in reduced for word in _lists().marks)


def _means_no_party(said: _Said) -> bool:
    """Whether what follows "through" or "via" is a deed or a time, not who passed money on."""
    before = said.before
    if not before or any(_any_in(before, each) for each in ("payments", "money", "itself")):
        return False  # the contribution itself went through somebody
    seen = 0
    for token in said.behind:
        key = plain(token)
        if key in _words("articles"):
            continue
        if not seen and (key.isdigit() or key in month_names()):
            return True
        if not token[0].isalnum() or key in _words("ends") or seen >= _OBJECT:
            break
        if key in _words("parties") or key in _words("money"):
            return False
        if said.in_capitals and key in _words("things"):
            return True
        if not said.in_capitals and token[0].isupper():
            return False
        seen += 1
    return seen > 0 and not said.in_capitals


def _is_of_paper(said: _Said) -> bool:
    """Whether it is a letter that was "sent to" somebody, and no money."""
    near = said.before[-_NEAR:]
    return _any_in(near, "papers") and not _any_in(near, "payments") and not _any_in(near, "money")


def _is_of_deeds(said: _Said) -> bool:
    """Whether a deed is "part of" a programme, and not the contribution of something."""
    if not said.before or _speaks_of_money(said) or _any_in(said.before, "itself"):
        return False
    return _any_in(said.behind[:_OBJECT], "things")


def _is_before_thing(said: _Said) -> bool:
    """Whether a thing is "monthly" or a "draft", and not the contribution; "verbale" is a note."""
    if said.before and plain(said.before[-1]) in _words("notes"):
        return True
    return bool(said.behind) and not _speaks_of_money(said) and _any_in(said.behind[:1], "things")


def _speaks_of_money(said: _Said) -> bool:
    tokens = [*said.before, *said.behind]
    figures = any(token[0].isdigit() and not _YEAR.fullmatch(token) for token in tokens)
    return figures or _any_in(tokens, "money")


def _any_in(tokens: Sequence[str], name: str) -> bool:
    return any(plain(token) in _words(name) for token in tokens)


_RULES: Mapping[str, Callable[[_Said], bool]] = {
    "channel": _means_no_party,
    "sent": _is_of_paper,
    "contained": _is_of_deeds,
    "manner": _is_before_thing,
}


class _Lists(NamedTuple):
    phrases: Sequence[tuple[tuple[str, ...], Callable[[_Said], bool]]]
    marks: frozenset[str]
    """The longest word of each phrase: most texts hold none of them."""


@cache
def _lists() -> _Lists:
    phrases = [
        (tuple(_TOKENS.findall(plain(phrase))), silent)
        for rule, silent in _RULES.items()
        for phrase in terms()["context"][rule]
    ]
    return _Lists(phrases, frozenset(max(phrase, key=len) for phrase, _ in phrases))


@cache
def context_phrases() -> frozenset[str]:
    """Return the words and phrases that are told apart here, as `plain` writes them."""
    return frozenset(plain(each) for rule in _RULES for each in terms()["context"][rule])


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(map(plain, terms()["context"]["words"][name]))

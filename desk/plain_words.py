"""Sentences of the ledger and the importers, as a page says them: without the words of the command
line and of the book's files, for what a page has fields and buttons.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from markupsafe import Markup
from pledgebook.desk.sentences import said_again
from pledgebook.desk.texts import SOURCE, isolate, marked, spoken
from pledgebook.desk.texts import gettext as _

_KEYS = {
    "entered-by": marked("who entered it"),
    "approved-by": marked("who approved it"),
    "accepted-by": marked("who accepted it"),
    "document": marked("the paper it rests on"),
    "authority": marked("who decided it"),
    "rate-override": marked("the reason for a value that is not the book's rate's"),
    "reference": marked("its reference"),
    "original": marked("what was sent"),
    "reverses": marked("what it takes back"),
    "obligation": marked("the obligation"),
    "recognition": marked("how it is recognised"),
    "due": marked("its due date"),
}
"""What stands under a key of an entry, as a page calls it."""

_SAID = (
    (
        re.compile(r", or flag the entry ! until it is approved"),
        marked(", or let it wait for approval"),
    ),
    (
        re.compile(r": it is flagged !\. pledgebook approve .*?change the flag to \*"),
        marked(": look at it under Record, and approve it there or take it out"),
    ),
    (re.compile(r"here document: is not written"), marked("here none is named")),
    (re.compile(r"A mapping can say what they mean"), marked("Say below what they mean")),
    (re.compile(r"say the units in a mapping"), marked("say in which units the amounts are")),
    (re.compile(r"name it with --fund"), marked("choose it for the file")),
    (
        re.compile(r"name the bank account with --bank CODE( \([^)]*\))?"),
        marked("it can be taken in as one of a bank account by the command import only"),
    ),
    (re.compile(r"record revaluation --all --date ([0-9-]+)"), marked("record the revaluation")),
    (re.compile(r"\bmetadata\b"), marked("remarks")),
)
"""What is said otherwise on a page."""

_ASIDE = re.compile(r"\s*\((?:[^()]*\s)?--[a-z][^()]*\)|: pledgebook [a-z]+ [^.\s]+(?=\.)")
"""How a command says or does it: left out."""

_KEY = re.compile(rf"\b({'|'.join(_KEYS)}):(?=[\s.,;)]|$)")
_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z`])")
_COMMAND = re.compile(r"(?<![\w-])--[a-z]|\bpledgebook [a-z]|\bmapping\b|By command:")


@lru_cache(maxsize=4096)
def _plain(text: str) -> tuple[str, ...]:
    """Return what is left of a text as sentences, those that only speak of a command left out."""
    sentences = _SENTENCE.split(_ASIDE.sub("", text))
    kept = [each for each in sentences if not _COMMAND.search(each)]
    return tuple(kept or sentences)


def in_page_words(text: str, named: Callable[[str], str] = str) -> str:
    """Return a sentence of the ledger or an importer as a page says it: in the reader's language as
    far as it is known, the rest in English without the words of commands. `named` puts the page's
    names of fields in place of options.
    """
    parts = said_again(str(text))
    if not any(part.translated for part in parts):
        return _in_english(named(str(text)))
    said = []
    for part in parts:
        if part.translated:
            said.append(named(part.translated))
        elif not _COMMAND.search(own := named(part.text)):
            said.append(isolate(_in_english(own)))
    return " ".join(said)


def said_on_page(text: str) -> Markup | str:
    """Return what `in_page_words` makes of a text for a page, marked as English where it is a
    sentence of the program that has no translation.
    """
    said = in_page_words(text)
    language = spoken().language
    if language == SOURCE.language:
        return said
    parts = said_again(str(text))
    is_english = any(part.is_english for part in parts) and not any(p.translated for p in parts)
    tag = Markup('<bdi lang="en">{}</bdi>') if is_english else Markup("<bdi>{}</bdi>")
    return tag.format(said)


def _in_english(text: str) -> str:
    for pattern, words in _SAID:
        text = pattern.sub(_(words), text)
    said = " ".join(_plain(text))
    return _KEY.sub(lambda found: _(_KEYS[found[1]]), said)

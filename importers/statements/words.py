"""The words of banks' files in the languages they write in (`data/bank.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from pledgebook.importers.values.values import plain

_POINTS = re.compile(r"[.:]|\s+")


def key_of(text: str) -> str:
    """Return a text as the dictionary has it: without case, accents, points and more than one
    blank.
    """
    return " ".join(_POINTS.sub(" ", plain(text)).split())


@cache
def bank_words() -> Mapping[str, Mapping[str, list[str]]]:
    """Return the lists of the dictionary by part and name, each word as `key_of` writes it."""
    text = (resources.files("pledgebook.importers") / "data" / "bank.toml").read_text("utf-8")
    data: dict[str, Any] = tomllib.loads(text)
    return {
        part: {name: [key_of(word) for word in words] for name, words in lists.items()}
        for part, lists in data.items()
    }

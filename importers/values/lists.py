"""The lists of words that say what a row is, `data/terms.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from typing import Any


@cache
def terms() -> Mapping[str, Any]:
    """Return what data/terms.toml lists, by section."""
    text = (resources.files("pledgebook.importers") / "data" / "terms.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def transaction_types() -> Mapping[str, str]:
    """Return what types of transactions of IATI stand for, by code and name: received, commitment,
    pledge, spending or other.
    """
    listed = terms()["transactions"]
    others = {"own", "provided"}
    return {text: kind for kind, texts in listed.items() if kind not in others for text in texts}


@cache
def provided_types() -> Mapping[str, str]:
    """Return what types of transactions of IATI stand for in the list of who provides the money."""
    listed = terms()["transactions"]["provided"]
    return {text: kind for kind, texts in listed.items() for text in texts}


def is_spenders_list(texts: Collection[str]) -> bool:
    """Whether types of transactions are those of the list of who receives and spends."""
    return not set(terms()["transactions"]["own"]).isdisjoint(texts)

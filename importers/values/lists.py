"""The lists of words that say what a row is, `data/terms.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any


@cache
def terms() -> Mapping[str, Any]:
    """Return what data/terms.toml lists, by section."""
    text = (resources.files("pledgebook.importers") / "data" / "terms.toml").read_text("utf-8")
    return tomllib.loads(text)

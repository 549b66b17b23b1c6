"""Texts in CSV that a spreadsheet program would otherwise run as formulas.

CSV has no way to say "this is text": opened in a spreadsheet, a donor called "=1+1" would be
computed, and worse can be written there.
"""

from __future__ import annotations

_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_BLANKS = " \u00a0\ufeff"


def passive(text: str) -> str:
    """Put an apostrophe before a text that would be run. Amounts are no texts and keep their minus
    sign.
    """
    return f"'{text}" if _is_active(text) else text


def as_meant(text: str) -> str:
    """Return a text as it was before `passive`."""
    return text[1:] if text.startswith("'") and _is_active(text[1:]) else text


def _is_active(text: str) -> bool:
    return text.lstrip(_BLANKS).startswith(_ACTIVE)

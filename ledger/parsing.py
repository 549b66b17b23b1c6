"""Beancount text: read by its parser, which a person can stop, and a string written in it."""

from __future__ import annotations

import json
from typing import Any

from beancount.core.data import Directive
from beancount.parser import parser

_encode = json.JSONEncoder(ensure_ascii=False).encode

Parsed = tuple[list[Directive], list[Any], Any]


def parse_text(text: str | bytes, name: str | None = None) -> Parsed:
    """Return directives, errors and options of a text, which is of the file of that name. Raises
    KeyboardInterrupt where a person stops it: Beancount makes an error of that, leaves out the
    directive it was at, and goes on.
    """
    entries, errors, options = parser.parse_string(text, report_filename=name)
    if any(str(error.message).startswith("KeyboardInterrupt") for error in errors):
        raise KeyboardInterrupt
    return entries, errors, options


def quoted(text: str) -> str:
    """Write text as a Beancount string: one line, quotes and backslashes escaped.

    Control characters, which a spreadsheet's cell may hold, become spaces: nothing in a cell can
    end the string and begin Beancount syntax.
    """
    clean = text
    if not text.isprintable():
        clean = "".join(character if character.isprintable() else " " for character in text)
    return _encode(" ".join(clean.split()))

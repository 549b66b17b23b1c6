"""Beancount's parser, which a person can stop."""

from __future__ import annotations

from typing import Any

from beancount.core.data import Directive
from beancount.parser import parser

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

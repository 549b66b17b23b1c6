"""What ends Beancount's reader, and the program with it, is refused before it is read.

A figure that is divided by nothing (`1/0 USD`) ends the process in Beancount 3.2, without an
exception. So a file with a quotient that may be one is read once elsewhere first.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from pledgebook.ledger.findings import BookRefusedError

_MAY_END = re.compile(
    rb"[0-9.)]\s*/\s*(?:[-+(]|(?:0[0,]*(?:\.0*)?|\.0*)(?![0-9.,]))"  # by nothing, or worked out
    rb"|[0-9,]{1000}"  # beyond its arithmetic, once multiplied
)
_ASIDE = re.compile(rb'"(?:[^"\\\n]|\\.)*"|;[^\n]*')
"""Texts of one line, and comments: in them nothing is worked out."""
_READ = (
    "import sys; from beancount.parser import parser; parser.parse_string(sys.stdin.buffer.read())"
)


class FatalFileError(BookRefusedError):
    """A file would end the program that reads it; the message names the line."""


def figures_with(pattern: re.Pattern[bytes], content: bytes) -> bytes:
    """Return a file's content without texts and comments, line by line, if the pattern is found in
    that; else nothing. Where a text goes over lines, all of it counts: what is one, only the parser
    could tell.
    """
    if not pattern.search(content):
        return b""
    figures = _ASIDE.sub(b"", content)
    if b'"' in figures:
        figures = content
    return figures if pattern.search(figures) else b""


def refuse_fatal(path: Path, content: bytes) -> None:
    """Raise FatalFileError for a file of a book that Beancount's reader does not survive."""
    figures = figures_with(_MAY_END, content)
    if not figures:
        return
    done = subprocess.run(  # noqa: S603 - this very Python
        [sys.executable, "-c", _READ], input=content, capture_output=True, check=False
    )
    if done.returncode >= 0:
        return
    lines = [figures.count(b"\n", 0, each.start()) + 1 for each in _MAY_END.finditer(figures)]
    said = ", ".join(map(str, lines[:5]))
    raise FatalFileError(
        f"{path} cannot be opened: Beancount's reader fails on it, probably at a figure that is "
        f"divided by nothing (look at line {said}). Correct it by hand."
    )

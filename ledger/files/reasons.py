"""Why Beancount could not read a line, where the line tells: dates, quotation marks, amounts.

Beancount names the word at which it gave up, which may stand lines below the slip.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pledgebook.ledger.sources import source_of

_DATE = re.compile(r"(?P<day>\d{1,2}[./-]\d{1,2}[./-]\d{4})\s")
_QUOTE = re.compile(r'(?<!\\)"')
_COMMA = re.compile(r"\s(?P<number>-?\d+(\.\d{3})*,\d{1,2})\s")
_LINES_ABOVE = 20


def with_reason(error: Any) -> Any:
    """Return an error of Beancount's reader with what to mend, where its line tells it."""
    path = Path(str((error.source or {}).get("filename", "")))
    number = int((error.source or {}).get("lineno", 0) or 0)
    lines = source_of(path).decode("utf-8", "replace").split("\n")
    reason = _reason(lines, number)
    return error._replace(message=f"{error.message}. {reason}") if reason else error


def without_traceback(error: Any) -> Any:
    """Return an error of a plugin that failed without the traceback that Beancount's loader puts
    into its message: what failed, and the last line, which says why.
    """
    head, traceback, trace = error.message.partition("Traceback (most recent call last)")
    if not traceback:
        return error
    why = trace.strip().splitlines()[-1].strip()
    return error._replace(message=f"{head.strip().rstrip(':')}: {why}")


def _reason(lines: Sequence[str], number: int) -> str:
    if not 0 < number <= len(lines):
        return ""
    line = lines[number - 1]
    day = _DATE.match(line)
    if day:
        return f"A date is written as 2002-08-01; this line begins with {day['day']}."
    comma = _COMMA.search(f"{line} ")
    if comma:
        return f"An amount has a point before its decimals; here it is {comma['number']}."
    for above in range(number, max(number - _LINES_ABOVE, 0), -1):
        if len(_QUOTE.findall(_without_comment(lines[above - 1]))) % 2:
            return (
                f"Line {above} has an odd number of quotation marks: words stand between two, and "
                'one within them is written \\".'
            )
    return ""


def _without_comment(line: str) -> str:
    return "" if line.startswith((";", "*", "#")) else line

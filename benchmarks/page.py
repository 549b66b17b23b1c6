"""docs/performance.md: each of its two tables is replaced by the run that measures it."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from benchmarks.measuring import ROOT, Figure
from benchmarks.rows import Row

PAGE = ROOT / "docs" / "performance.md"
STANDARD, LARGE = "Measured", "Measured at 100,000 pledges"
"""The headings under which the tables of the two runs stand."""

HEAD = ("what", "against", "measured", "goal", "met", "each side")
_PROGRAMS = ("beancount", "fava", "python-calamine", "openpyxl", "XlsxWriter")


def write_table(page: Path, title: str, rows: Sequence[Row], figures: Mapping[str, Figure]) -> None:
    """Put the table of a run under a heading of the page, in place of what stands there."""
    text = page.read_text("utf-8")
    found = re.search(rf"(?ms)^## {re.escape(title)}\n.*?(?=^## |\Z)", text)
    if found is None:
        raise ValueError(f"{page} has no heading {title!r}")
    lines = [_line(HEAD), "|---|---|--:|--:|---|---|"]
    lines += [_line(cells(row, figures[row.name])) for row in rows]
    section = "\n".join([f"## {title}", "", _said(), "", *lines, ""])
    rest = text[found.end() :]
    page.write_text(text[: found.start()] + section + ("\n" if rest else "") + rest, "utf-8")


def cells(row: Row, figure: Figure) -> tuple[str, ...]:
    """Return the words of a row of the table, as HEAD names them."""
    goal, met = "–", ""
    if row.goal is not None:
        goal, met = row.shown(row.goal), "yes" if figure.value <= row.goal else "no"
    return row.name, row.against, row.shown(figure.value), goal, met, figure.measured


def _line(words: Sequence[str]) -> str:
    return f"| {' | '.join(words)} |"


def _said() -> str:
    """Say when, on what kind of machine and with which versions a table was measured."""
    programs = ", ".join(f"{name} {version(name)}" for name in _PROGRAMS)
    return (
        f"On {date.today()}; {os.cpu_count()} cores ({platform.machine()}), "  # noqa: DTZ011
        f"{platform.system()}, Python {platform.python_version()}; {programs}."
    )

"""What a number format shows beside a figure: units, percent, currency, a sign, hidden thousands.

A format is code of the spreadsheet; what a person sees is the figure with the texts before and
behind it. Only formats that show something besides the figure are kept, and how many decimals are
shown of a figure that has more.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from pledgebook.importers.reading.cells import Look

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?'
    r"|\\(?P<escaped>.)"
    r"|_."
    r"|\*."
    r"|\[\$(?P<currency>[^\]-]*)(?:-[^\]]*)?\]"
    r"|\[(?P<other>[^\]]*)\]"
    r"|(?P<general>General|Standard)"
    r"|(?P<digits>[0#?][0#?.,/ ]*(?<=[0#?,.]),*|\.[0#?]+)"
    r"|(?P<exponent>E[+-][0#?]+)"
    r"|(?P<end>;)"
    r"|(?P<letter>.)",
    re.DOTALL | re.IGNORECASE,
)
_SCALED = re.compile(r",+(?=\.|$)")
"""Commas behind the last whole digit: each leaves three digits out."""
_DATE_LETTERS = frozenset("ymdhsYMDHS")
_BUILT_IN = {
    **dict.fromkeys((5, 6, 7, 8, 42, 44), '"$"#,##0.00'),
    **dict.fromkeys((9, 10), "0%"),
}
"""Formats that a workbook names by number only (ECMA-376, 18.8.30), of those that show more."""


_BUILT_IN_DECIMALS = {
    **dict.fromkeys((1, 3, 5, 6, 37, 38, 41, 42), 0),
    **dict.fromkeys((2, 4, 7, 8, 39, 40, 43, 44), 2),
}
"""Decimals of the formats that a workbook names by number only."""


_OF_FIGURES = 2
"""Sections of a format: of figures above zero, below it; then of zero, and of texts."""


class _Section(NamedTuple):
    before: str
    behind: str
    scaling: int
    digits: bool


@lru_cache(maxsize=1024)
def look_of(code: str) -> Look | None:
    """Return what a format shows beside a positive figure; None if it is the figure alone, a date
    or a text. Where a format depends on the figure, what any of its parts shows counts.
    """
    sections, conditional, dated = _sections(code)
    numeric = [section for section in sections if section.digits]
    if dated or not numeric:
        return None
    looked = numeric if conditional else numeric[:1]
    for section in looked:
        look = Look(section.before.strip(), section.behind.strip(), section.scaling)
        if look != Look():
            return look
    return None


@lru_cache(maxsize=1024)
def decimals_of(code: str) -> int | None:
    """Return how many decimals a format shows of any figure; None where it shows as many as there
    are, or a share, a fraction, a power, thousands left out, a date or a text.
    """
    found: set[int | None] = set()
    section = 0
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup
        text = match[kind] if kind else ""
        section += kind == "end"
        if section >= _OF_FIGURES:
            break
        if kind == "digits":
            whole, _, behind = text.partition(".")
            alone = "/" not in text and not whole.endswith(",") and not behind.endswith(",")
            found.add(len(behind) if alone else None)
        elif kind in {"general", "exponent"} or (kind == "letter" and text in "%@"):
            found.add(None)
    _, conditional, dated = _sections(code)
    return found.pop() if len(found) == 1 and not dated and not conditional else None


def built_in_decimals(number: int) -> int | None:
    """Return how many decimals a format shows that is named by its number only."""
    return _BUILT_IN_DECIMALS.get(number)


def built_in(number: int) -> str:
    """Return the code of a format that is named by its number only; "" where it shows no more."""
    return _BUILT_IN.get(number, "")


def _sections(code: str) -> tuple[list[_Section], bool, bool]:
    sections: list[_Section] = []
    before, behind, scaling, digits = "", "", 1, False
    conditional = dated = False
    for match in _TOKEN.finditer(code):
        kind = match.lastgroup
        text = match[kind] if kind else ""
        if kind == "end":
            sections.append(_Section(before, behind, scaling, digits))
            before, behind, scaling, digits = "", "", 1, False
        elif kind in {"digits", "general"}:
            scaled = _SCALED.search(text)
            scaling *= 1000 ** (len(scaled[0]) if scaled else 0)
            digits = True
        elif kind == "other":
            conditional = conditional or text[:1] in {"<", ">", "="}
            dated = dated or text.lower() in {"h", "hh", "m", "mm", "s", "ss"}
        elif kind in {"quoted", "escaped", "currency", "letter"}:
            dated = dated or (kind == "letter" and text in _DATE_LETTERS)
            if digits:
                behind += text
            else:
                before += text
    sections.append(_Section(before, behind, scaling, digits))
    return sections, conditional, dated

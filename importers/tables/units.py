"""In what the amounts of a table are counted, as the text above it or the sheet's name says."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import NamedTuple

from pledgebook.importers.reading.cells import Sheet, column_number
from pledgebook.importers.tables.blocks import HeadingBlock
from pledgebook.importers.tables.headings import currency_in
from pledgebook.importers.tables.questions import Choice, Question, ask
from pledgebook.importers.values.values import clean, multiplier_in, plain, shown
from pledgebook.ledger.declared.currencies import recognise

_TITLE_ROWS = 12
_SHORT_TITLE = 60
_MOST_SAID = 5
_CELL = re.compile(r"([A-Z]+)(\d+)")
_MONEY = (
    r"(?:US\$|[$€£¥]|(?:USD|EUR|GBP|CHF|JPY|SEK|NOK|DKK|CAD|AUD|ATS|BEF|DEM|ESP|FIM|FRF|IEP|ITL"
    r"|LUF|NLG|PTE|GRD)(?![a-z]{2}))"
)
_LIKE_A_UNIT = re.compile(
    rf"{_MONEY}\s?(?:m|M|mn|k|K|mio|Mio|mill|Mill)(?![A-Za-z])"
    rf"|(?<![A-Za-z])(?:[MKTmkt]|Mi[ol]\.?|Mill?\.?)\s?{_MONEY}"
    r"|\b(?:in|en|em)\s+(?:1[.,\s]?000\b|duizend|miljoen|tausend|migliaia|milioni|milhares|milh)",
    re.MULTILINE,
)
"""Letters beside a currency that may be thousands or millions, where no unit was read."""

_UNIT_STATED = re.compile(
    r"(?:\bin|\ben|\bem|\bв)\s+(?:us\$?\s+|usd\s+|eur\s+)?"
    r"(?:thousand|million|billion|millier|mille|mil\b|miles|millon|milliard"
    r"|тыс|млн|млрд|миллион|миллиард|tausend|tsd|mio|mrd"
    r"|migliaia|milion|miliard|duizend|miljoen|milhar|milh)"
    r"|بال|بآلاف|بملايين|千|百万|万|十亿|['’]000|\b000s?\b"
    r"|^\W*\w+(?:\W+\w+){0,3}\W*$",
)
"""How a text says in what the amounts of a table are counted; or it says little else."""

_SHEET_NAME = "the sheet's name"
_NOTE_CELLS = 2


_COUNTED_IN = re.compile(
    r"(?:(?:all|toutes?|todos|tous)\s+)?(?:(?:les|los|the|alle)\s+)?"
    r"(?:(?:amounts?|figures?|sums?|values?|currency|montants?|importes?|betrag|betrage|monnaie"
    r"|devise|moneda|wahrung)\b\s*)?(?:(?:is|are|expressed|stated|shown|given)\s+)*"
    r"(?:(?:in|en|em)\s+)?[:=]?\s*(?P<money>\S+(?:\s\S+)?)",
    re.IGNORECASE,
)
"""A text that says which currency amounts are in, and nothing else: "EUR", "Amounts in euros"."""


_IN_UNITS = re.compile(
    r"\W*(?:(?:all|the|les|amounts?|figures?|montants?|importes?|is|are)\s+)*(?:in|en|em|в)\b",
    re.IGNORECASE,
)


class Units(NamedTuple):
    """In what the amounts of a table are counted, if the text above the table says so.

    `multiplier` is 1000 for "in thousands"; `currency` a mark or word as written; `source` the
    address of the cell that says it.
    """

    multiplier: int = 1
    currency: str = ""
    source: str = ""


NO_UNITS = Units()
"""Nothing above the table says in what its amounts are counted."""


def units_above(sheet: Sheet, first: int, heading: int) -> Units:
    """Look from the headings upwards for "in thousands of dollars" or "expressed in euro"."""
    for row in range(heading - 1, max(first, heading - _TITLE_ROWS) - 1, -1):
        for column, value in enumerate(sheet.rows[row - 1], start=1):
            if not isinstance(value, str):
                continue
            text = clean(value)
            currency, multiplier = currency_in(text), multiplier_in(text)
            stated = currency or (multiplier != 1 and len(text) <= _SHORT_TITLE)
            if stated and len(text) <= 2 * _SHORT_TITLE:
                return Units(multiplier, currency, sheet.address(row, column))
    return NO_UNITS


def units_in_name(sheet: Sheet) -> Units:
    """Return what a sheet's name says of its amounts: "USD '000", "EUR". A unit counts with its
    currency only: a name is short, and "Mille" may be anything.
    """
    currency = currency_in(sheet.name)
    multiplier = multiplier_in(sheet.name) if currency else 1
    return Units(multiplier, currency, _SHEET_NAME if currency else "")


def states_units(text: str) -> bool:
    """Whether a text says in what amounts are counted, and is no sentence that only speaks of
    thousands or millions.
    """
    return multiplier_in(text) != 1 and _UNIT_STATED.search(plain(text)) is not None


@lru_cache(maxsize=1024)
def currencies_alone(text: str) -> tuple[str, ...]:
    """Return the codes that a text may mean which says nothing but that amounts are in a currency;
    none of any other.
    """
    if len(text) > _SHORT_TITLE or any(map(str.isdigit, text)):
        return ()
    found = _COUNTED_IN.fullmatch(clean(text).strip(" .!()[]"))
    return recognise(found["money"]) if found else ()


def names_another(text: str, codes: Collection[str]) -> bool:
    """Whether a text beside amounts says nothing but that they are in another currency than those
    of `codes`; where these are none, nothing is said to the contrary.
    """
    named = currencies_alone(text) if codes else ()
    return bool(named) and not set(named) & set(codes)


def is_in_units(text: str) -> bool:
    """Whether a text says nothing but that amounts are in thousands or millions."""
    short = len(text) <= _SHORT_TITLE // 2
    return short and _IN_UNITS.match(text) is not None and states_units(text)


def may_state_units(text: str) -> bool:
    """Whether a text states units, or holds letters beside a currency that may be one ("M€")."""
    return states_units(text) or _LIKE_A_UNIT.search(text) is not None


def ask_units(found: Units, block: HeadingBlock, last_row: int, above: int) -> list[Question]:
    """Ask where a text speaks of thousands or millions, but not plainly as a table's unit: "pledges
    above one million dollars", "rounded to thousands", a note below the table, or letters that may
    be a unit ("M€", "USDm").
    """
    said: list[tuple[str, str]] = []
    sheet = block.sheet
    if found.multiplier != 1 and found.source != _SHEET_NAME:
        row, column = _place(found.source)
        text = clean(str(sheet.cell(row, column)))
        if not _UNIT_STATED.search(plain(text)):
            said.append((found.source, text))
    if found.multiplier != 1 or any(column.multiplier != 1 for column in block.columns):
        return _ask_about(said)
    for row in range(max(above + 1, block.rows[0] - _TITLE_ROWS), block.rows[0]):
        for number, value in enumerate(sheet.rows[row - 1], start=1):
            if isinstance(value, str) and _LIKE_A_UNIT.search(clean(value)):
                said.append((sheet.address(row, number), clean(value)))
    for row in range(block.rows[-1] + 1, last_row + 1):
        cells = sheet.rows[row - 1]
        if len(cells) - cells.count(None) > _NOTE_CELLS:
            continue
        number, value = next(((c, v) for c, v in enumerate(cells, 1) if v is not None), (0, None))
        if not isinstance(value, str):
            continue
        text = clean(value)
        if may_state_units(text):
            said.append((sheet.address(row, number), text))
    return _ask_about(said)


def _ask_about(said: Sequence[tuple[str, str]]) -> list[Question]:
    """Ask in what units amounts are counted, where texts at these places speak of some: once."""
    if not said:
        return []
    named = sorted({multiplier_in(text) for _, text in said} - {1})
    listed = "; ".join(f"{place} says {shown(text)}" for place, text in said[:_MOST_SAID])
    choices = [Choice(str(number), f"In units of {number:,}") for number in named]
    question = f"{listed}. In what units are the amounts counted?"
    return [ask("units", "", Choice("1", "As they are written"), *choices, text=question)]


def _place(address: str) -> tuple[int, int]:
    letters, row = _CELL.fullmatch(address.rpartition("!")[2]).groups()  # type: ignore[union-attr]
    return int(row), column_number(letters) or 0


def doubt_units(units: Units) -> str:
    """Say what was taken for granted of the units that a text states."""
    parts = []
    if units.currency:
        parts.append(f"in {units.currency} where no other currency is stated")
    if units.multiplier != 1:
        parts.append(f"in units of {units.multiplier}")
    return f"Amounts were counted {' and '.join(parts)}, because {units.source} says so."

"""What the columns of a table hold, by the one to three rows of headings above them."""

from __future__ import annotations

import re
from dataclasses import replace

from pledgebook.importers.reading.cells import Sheet, cell_text
from pledgebook.importers.tables.blocks import HeadingBlock, TableColumn
from pledgebook.importers.tables.headings import (
    DATES,
    MONEY,
    Field,
    HeadingMatch,
    currency_in,
    is_year_heading,
    match_heading,
)
from pledgebook.importers.values.values import clean, multiplier_in, plain

_KNOWN = 98
_KIN = {
    Field.AMOUNT: MONEY | {Field.CURRENCY},
    Field.PLEDGE_DATE: DATES,
    Field.INSTALMENT: MONEY | DATES | {Field.INSTALMENT},
}
"""What a general heading ("Date") may turn out to be under the heading of a group."""
_NAMED = re.compile(r"(.+?)\s*[(\[]\s*(US\$|\$|€|£|[A-Z]{3})\s*[)\]]")
"""A fund or purpose over its currency: "CPCJF (USD)"."""


_OF_WHICH = re.compile(
    r"(?:of which|thereof|incl\.?|including|included|dont|davon|darunter|di cui|waarvan"
    r"|dos quais|da qual|de los cuales|de las cuales|incluido|в том числе|из них|منها|منه|其中)"
    r"\s*[:：]?\s*(?:for\s+)?(.+?)",
    re.IGNORECASE,
)
"""A part of the amount before it: "of which UNTOC"."""


def read_columns(
    sheet: Sheet, rows: tuple[int, ...], labels: frozenset[str] = frozenset()
) -> HeadingBlock:
    """Say what each column under these heading rows is taken for by its own heading alone."""
    texts = _band_texts(sheet, rows)
    columns = tuple(_column(number, own, labels) for number, own in texts.items() if own)
    return HeadingBlock(sheet=sheet, rows=rows, columns=columns)


def is_part(heading: str) -> bool:
    """Whether a heading says that it is a part of another: "of which Member States"."""
    return _OF_WHICH.fullmatch(clean(heading)) is not None


def _band_texts(sheet: Sheet, rows: tuple[int, ...]) -> dict[int, list[str]]:
    """Give each column's heading texts; one above several columns belongs to all of them."""
    width = max((len(sheet.rows[row - 1]) for row in rows), default=0)
    texts: dict[int, list[str]] = {column: [] for column in range(1, width + 1)}
    for position, row in enumerate(rows):
        carried = ""
        for column in range(1, width + 1):
            text = clean(cell_text(sheet.cell(row, column)))
            below = any(sheet.cell(lower, column) is not None for lower in rows[position + 1 :])
            if text:
                carried = text if below else ""
            elif below:
                text = carried
            else:
                carried = ""
            if text and text not in texts[column]:
                texts[column].append(text)
    return texts


def _column(number: int, texts: list[str], labels: frozenset[str]) -> TableColumn:
    heading = " / ".join(texts)
    if len(texts) == 1 and (part := _OF_WHICH.fullmatch(texts[0])) and plain(part[1]) in labels:
        return TableColumn(number=number, heading=heading, label=part[1])
    if len(texts) == 1 and (is_year_heading(texts[0]) or plain(texts[0]) in labels):
        return TableColumn(number=number, heading=heading, label=texts[0])
    if len(texts) == 1 and (named := _NAMED.fullmatch(texts[0])) and plain(named[1]) in labels:
        currency = currency_in(named[2])
        return TableColumn(number=number, heading=heading, label=named[1], currency=currency)
    match = _match_texts(texts, labels)
    if match is None:
        return TableColumn(number=number, heading=heading)
    label = match.label
    others = [text for text in texts if match_heading(text) is None and not currency_in(text)]
    if not label and len(texts) > 1 and others:
        label = others[0]
    field = match.field
    if field is Field.INSTALMENT and label:
        field = Field.AMOUNT
    return TableColumn(
        number=number,
        heading=heading,
        field=field,
        label=label,
        currency=match.currency,
        multiplier=match.multiplier,
        score=match.score,
    )


def _match_texts(texts: list[str], labels: frozenset[str]) -> HeadingMatch | None:
    """Match all heading texts of a column together, then the lowest alone.

    A lowest text that says by itself what it holds ("Status") needs none above it, which may have
    been carried over from the columns before; "Date" or "Amount" may: of the pledge, or paid. The
    texts above count alone only over a year, a fund, a number, a currency or a unit.
    """
    lowest = texts[-1]
    candidates = [" ".join(texts), lowest] if len(texts) > 1 else texts
    alone, joined = match_heading(lowest), match_heading(candidates[0])
    if alone is not None and alone.score >= _KNOWN:
        kin = _KIN.get(alone.field, frozenset())
        if joined is None or joined.field not in kin:
            candidates.insert(0, lowest)
    if (
        is_year_heading(lowest)
        or plain(lowest) in labels
        or lowest.isdigit()
        or currency_in(lowest)
        or multiplier_in(lowest) != 1
    ):
        candidates += reversed(texts[:-1])
    matches = [match for text in candidates if (match := match_heading(text)) is not None]
    if not matches:
        return None
    first = matches[0]
    return replace(
        first,
        score=max(match.score for match in matches if match.field is first.field),
        currency=next((match.currency for match in matches if match.currency), ""),
        label=next((match.label for match in matches if match.label), ""),
        multiplier=max(match.multiplier for match in matches),
    )

"""Rates of exchange as they are published: XML, delimited text, workbooks.

The United Nations' operational rates are units for one US dollar, the European Central Bank's
reference rates units for one euro: a published form says its base. Each row is a currency, its
rate and the day it takes effect. A currency of many countries stands in many rows; a rate of zero,
or of what was no currency that day, is rejected; what can be read in two ways waits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from pledgebook.importers.reading.cells import CellValue, Sheet, UnreadableFile, cell_text
from pledgebook.importers.reading.packages import parse_xml
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.values.dates import DateOrder, column_order, parse_date
from pledgebook.importers.values.values import LONGEST_VALUE, is_code, plain, shown

_ECB_XML = re.compile(rb"<(?:\w+:)?Cube\s+time=")
"""The reference rates of the European Central Bank: a Cube a day, with one a currency in it."""
_XML = re.compile(rb"<(?:\w+:)?f_curr_code\b", re.IGNORECASE)
_ROW, _CODE, _DAY, _RATE, _NAME = (
    "un_operational_rates", "f_curr_code", "eff_date", "rate", "name",
)  # fmt: skip
_POINTED = re.compile(r"-?(?:\d{1,3}(?:,\d{3})*(?:\.\d+)?|\d+(?:\.\d+)?)")
_EFFECTIVE = re.compile(r"effective|en vigueur|efectiv", re.IGNORECASE)
_DATED = re.compile(r"\d{1,2}[ ./-]\w+[ ./-]\d{2,4}|\d{4}-\d{2}-\d{2}|\w+ \d{1,2},? \d{4}")
_LOOKED_AT = 40
_BASES = frozenset({"USD", "EUR"})
_COUNTRIES = frozenset(
    {"country", "country name", "country or area", "country/territory", "territory", "pays", "pais"}
)
"""Headings that a list of rates may have besides its own."""

_HEADINGS = {
    "code": ("f_curr_code", "currency code", "code", "abbreviation", "abbrev", "curr code",
             "currency abbreviation", "iso code", "iso", "symbol", "code devise", "codigo"),
    "rate": ("rate", "exchange rate", "operational rate", "rate of exchange", "units per usd",
             "un operational rate", "taux", "tasa", "local currency per us$", "rate to usd"),
    "day": ("effective date", "eff_date", "date", "effective", "eff date", "date d'effet",
            "fecha efectiva", "effective from"),
    "name": ("currency", "currency name", "name", "monnaie", "devise", "moneda"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RateRow:
    """One row: units of `currency` for one of the base from `day` on. `problem` says in a sentence
    what cannot be read; then `number` or `day` is None. `place` is its row or element.
    """

    place: str
    currency: str
    number: Decimal | None
    day: date | None
    name: str = ""
    problem: str = ""
    asked: str = ""
    """The day as it is written, where it may be two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFile:
    """A file of rates: its path, the SHA-256 of its bytes and its rows. `base` is the currency that
    they are against, where its form or a row says it, else "". `asked` is a day of it that may be
    two, as none of its column tells day and month apart; "" where that is no question.
    """

    path: str
    sha256: str
    kind: str
    rows: tuple[RateRow, ...]
    base: str = ""
    asked: str = ""


def read_rates(sent: Path | SentFile, order: DateOrder | None = None) -> RateFile:
    """Read a file of rates of exchange. `order` of day and month holds where no day of a column
    tells it.

    Raises UnreadableFile with a sentence for a file that cannot be read or holds no rates.
    """
    file = SentFile(sent) if isinstance(sent, Path) else sent
    path = file.path
    if _XML.search(file.data):
        rows, kind, base = tuple(_of_xml(path.name, file.data, order)), "xml", "USD"
    elif _ECB_XML.search(file.data):
        rows, kind, base = tuple(_of_ecb(path.name, file.data)), "xml", "EUR"
    else:
        rows, kind = _of_sheets(file.workbook.sheets, order), file.workbook.kind
        base = "" if rows else "EUR"
        rows = rows or _of_days(file.workbook.sheets, order)
        base = base or _base_of(rows)
    if not rows:
        raise UnreadableFile(
            f"{path.name}: no rates of exchange were found: a table of them has a heading row "
            "with a currency code, a rate and an effective date."
        )
    asked = next((row.asked for row in rows if row.asked), "")
    return RateFile(
        path=str(path), sha256=file.sha256, kind=kind, rows=rows, base=base, asked=asked
    )


def holds_rates(file: SentFile) -> bool:
    """Tell whether a file is a list of rates and nothing else: the published XML, or a table whose
    headings are all of such a list.
    """
    if _XML.search(file.data) or _ECB_XML.search(file.data):
        return True
    if any(_day_list(sheet) for sheet in file.workbook.sheets):
        return True
    for sheet in file.workbook.sheets:
        for number, row in enumerate(sheet.rows[:_LOOKED_AT], 1):
            columns = _columns_of(sheet, number)
            if {"code", "rate"} <= columns.keys():
                headings = {plain(cell_text(cell)).rstrip(".:*") for cell in row if cell}
                own = {each for known in _HEADINGS.values() for each in known}
                return headings <= own | _COUNTRIES | {""}
    return False


def _of_xml(name: str, data: bytes, stated: DateOrder | None) -> Iterator[RateRow]:
    found: list[dict[str, str]] = []
    at: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        del attributes
        at.append(tag.lower())
        if at[-1] == _ROW:
            found.append({})

    def text(words: str) -> None:
        if len(at) > 1 and at[-2] == _ROW:
            found[-1][at[-1]] = found[-1].get(at[-1], "") + words

    try:
        parse_xml(name, data, start, lambda _: at.pop(), text)
    except UnreadableFile as error:
        raise UnreadableFile(
            f"{name} is no whole file of rates in XML: it is cut or damaged, or declares XML "
            "entities. Download it again."
        ) from error
    order = column_order(row.get(_DAY, "").strip() for row in found) or stated
    for number, row in enumerate(found, 1):
        own = {key: " ".join(value.split()) for key, value in row.items()}
        read = _row(f"rate {number}", own.get(_CODE, ""), own.get(_RATE), own.get(_DAY), order)
        yield replace(read, name=own.get(_NAME, ""))


def _of_ecb(name: str, data: bytes) -> Iterator[RateRow]:
    """Yield the rates of the European Central Bank's XML: units of each currency for one euro."""
    found: list[tuple[str, str, str]] = []
    days = [""]

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.lower() == "cube":
            days[0] = attributes.get("time", days[0])
            if "currency" in attributes:
                found.append((attributes["currency"], attributes.get("rate", ""), days[0]))

    try:
        parse_xml(name, data, start, lambda _: None, lambda _: None)
    except UnreadableFile as error:
        raise UnreadableFile(
            f"{name} is no whole file of rates in XML: it is cut or damaged, or declares XML "
            "entities. Download it again."
        ) from error
    for number, (code, rate, day) in enumerate(found, 1):
        yield _row(f"rate {number}", code, rate, day, None)


def _day_list(sheet: Sheet) -> bool:
    """Tell whether a sheet is a list as the European Central Bank gives it: a row a day, under a
    heading of the word Date and of codes alone.
    """
    if not sheet.rows:
        return False
    heads = [cell_text(cell).strip() for cell in sheet.rows[0]]
    codes = [head for head in heads[1:] if head]
    return heads[:1] == ["Date"] and bool(codes) and all(map(is_code, codes))


def _of_days(sheets: Iterable[Sheet], order: DateOrder | None) -> tuple[RateRow, ...]:
    rows = []
    for sheet in filter(_day_list, sheets):
        heads = [cell_text(cell).strip() for cell in sheet.rows[0]]
        for number in range(2, len(sheet.rows) + 1):
            for column, code in enumerate(heads[1:], 2):
                rate = sheet.cell(number, column)
                blank = rate is None or cell_text(rate).strip() in {"", "N/A"}
                if not code or blank or sheet.cell(number, 1) is None:
                    continue  # no rate of that currency was set that day
                place = f"{sheet.name}!{number} {code}"
                rows.append(_row(place, code, rate, sheet.cell(number, 1), order))
    return tuple(rows)


def _base_of(rows: Sequence[RateRow]) -> str:
    """Return the only one of the usual bases of which a list says that one is one of it."""
    ones = {row.currency for row in rows if row.number == 1}
    others = {row.currency for row in rows if row.number != 1}
    found = (ones - others) & _BASES
    return found.pop() if len(found) == 1 else ""


def _of_sheets(sheets: Iterable[Sheet], order: DateOrder | None) -> tuple[RateRow, ...]:
    for sheet in sheets:
        for number in range(1, min(len(sheet.rows), _LOOKED_AT) + 1):
            columns = _columns_of(sheet, number)
            if {"code", "rate"} <= columns.keys():
                rows = tuple(_below(sheet, number, columns, order))
                if rows:
                    return rows
    return ()


def _columns_of(sheet: Sheet, heading: int) -> dict[str, int]:
    """Return the columns by what they hold, of the row of headings of that number. Under "Currency"
    stand names, or the codes themselves.
    """
    columns = _columns(sheet.rows[heading - 1])
    if "name" in columns and "rate" in columns and "code" not in columns:
        stated = [
            cell_text(sheet.cell(row, columns["name"])).strip()
            for row in range(heading + 1, len(sheet.rows) + 1)
            if sheet.cell(row, columns["rate"]) is not None
        ]
        texts = [text for text in stated if text]
        if texts and all(map(is_code, texts)):
            columns["code"] = columns.pop("name")
    return columns


def _columns(row: Sequence[CellValue | None]) -> dict[str, int]:
    found: dict[str, tuple[int, int]] = {}
    for number, cell in enumerate(row, 1):
        heading = plain(cell_text(cell)).rstrip(".:*")
        for name, headings in _HEADINGS.items():
            if heading in headings:
                rank = headings.index(heading)
                found[name] = min(found.get(name, (rank, number)), (rank, number))
    return {name: number for name, (_, number) in found.items()}


def _below(
    sheet: Sheet, heading: int, columns: dict[str, int], stated: DateOrder | None
) -> Iterator[RateRow]:
    rows = range(heading + 1, len(sheet.rows) + 1)
    if "day" in columns:
        order = column_order(sheet.cell(row, columns["day"]) for row in rows) or stated
    else:
        order = stated
    title = _title_day(sheet.rows[: heading - 1])
    for row in rows:
        code = " ".join(cell_text(sheet.cell(row, columns["code"])).split())
        rate = sheet.cell(row, columns["rate"])
        if not code or rate is None:
            continue  # a remark below or between; a row of a currency has both
        day = sheet.cell(row, columns["day"]) if "day" in columns else title
        read = _row(f"{sheet.name}!{row}", code, rate, day, order)
        name = cell_text(sheet.cell(row, columns["name"])) if "name" in columns else ""
        yield replace(read, name=" ".join(name.split()))


def _title_day(rows: Iterable[Sequence[CellValue | None]]) -> CellValue | None:
    """Return the effective date that stands once, above the table."""
    for row in rows:
        cells = [cell for cell in row if cell is not None]
        if not any(_EFFECTIVE.search(cell_text(cell)) for cell in cells):
            continue
        for cell in cells:
            if isinstance(cell, date):
                return cell
            if isinstance(cell, str) and (match := _DATED.search(cell[:LONGEST_VALUE])):
                return match[0]
    return None


def _row(
    place: str, code: str, rate: CellValue | None, day: CellValue | None, order: DateOrder | None
) -> RateRow:
    number, problem = _number(rate)
    if not is_code(code):
        return RateRow(
            place=place,
            currency=code,
            number=number,
            day=None,
            problem=f"{shown(code)} is no currency code.",
        )
    dated = parse_date(day, order, serials=True)
    if dated.value is None:
        why = dated.reason or "no day is stated"
        problem = problem or f"The effective date {shown(dated.text)} cannot be read: {why}."
    asked = dated.text if dated.state == "ambiguous" else ""
    return RateRow(
        place=place, currency=code, number=number, day=dated.value, problem=problem, asked=asked
    )


def _number(rate: CellValue | None) -> tuple[Decimal | None, str]:
    """Return a rate and, if there is none, why. Rates have a decimal point."""
    if isinstance(rate, Decimal):
        return rate, ""
    text = cell_text(rate).strip()
    figure = text.replace(" ", "")
    if _POINTED.fullmatch(figure):
        return Decimal(figure.replace(",", "")), ""
    return None, f"The rate {shown(text)} is no figure with a decimal point."

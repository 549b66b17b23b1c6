"""What a cell says about a date, in any of the ways that people write dates.

True dates and ISO text are read as they stand, and so are names of months in the six official
languages of the United Nations and German, Italian, Dutch and Portuguese. "03/04/2002" is
ambiguous: a column decides if its other dates show which part is the day, and the reading says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from msgspec import Struct
from msgspec.structs import replace
from pledgebook.importers.reading.cells import CellValue, ErrorValue, MissingResult, cell_text
from pledgebook.importers.values.values import (
    LONGEST_VALUE,
    ascii_digits,
    clean,
    is_nil,
    is_unknown,
    plain,
    split_footnote,
    words,
)

DateState = Literal["value", "unknown", "ambiguous", "years", "error"]
DateOrder = Literal["dmy", "mdy"]

_NULL_DATES = {
    date(1, 1, 1),
    date(1899, 12, 30),
    date(1899, 12, 31),
    date(1900, 1, 1),
    date(1904, 1, 1),
    date(1970, 1, 1),
    date(9999, 12, 31),
}
_LOCALES = ("en", "fr", "es", "ru", "ar", "ar_SY", "ar_DZ", "de", "it", "nl", "pt")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_TIME = re.compile(r"(?<=\d)(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)$")
_YEAR_FIRST = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]00:00(?::00)?)?")
_YEAR_MONTH = re.compile(r"(\d{4})[-/.](0[1-9]|1[0-2])")
"""A year and a month as ISO 8601 writes them; "2001-02" may be two years as well."""
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_NUMBERS = re.compile(r"(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?:\s?г)?\.?")
_CHINESE = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(?:(\d{1,2})\s*[日号])?")
_HAN_DIGITS = {sign: at for at, sign in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
_HAN_YEAR = re.compile(r"[〇零○一二三四五六七八九]{4}(?=\s*年)")
_HAN_SMALL = re.compile(
    r"(?:[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=\s*[年月日号])"
)
_ERAS = {"明治": 1868, "大正": 1912, "昭和": 1926, "平成": 1989, "令和": 2019} | dict.fromkeys(
    ("民国", "民國", "中华民国", "中華民國"), 1912
)
_ERA = re.compile(rf"(?P<era>{'|'.join(_ERAS)})\s*(?P<year>\d{{1,3}}|元)\s*年")
_BUDDHIST = re.compile(r"พ\s*\.?\s*ศ\s*\.?|\bB\.?E\.?(?=\s|$)")
_BUDDHIST_YEAR = re.compile(r"(?<!\d)2[45]\d\d(?!\d)")
_BUDDHIST_AHEAD = 543
_WORDS = re.compile(r"[^\W\d_]+|\d+")
_YEARS = re.compile(
    r"(?P<mark>fy|fiscal year|year|ef|exercice|ejercicio|annee|ano|ff|gj|jahr|"
    r"финансовыи год|год|السنة المالية|سنة|عام|财年|年度)?[\s.:]*"
    r"(?P<first>\d{4}|\d{2})(?:\s*[-/]\s*(?P<last>\d{4}|\d{2}))?\s*(?:г\.?|гг\.?|年度?|财年)?"
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_NULL_YEARS = {day.year for day in _NULL_DATES}
_FAR = f"its year is none of {_FIRST_YEAR} to {_LAST_YEAR}"
_WINDOW = 70
_SERIALS = range(18_264, 73_051)
"""Serial numbers of days that are dates of 1950 to 2099."""
_SERIAL_TEXT = re.compile(r"\s*[1-7]\d{4}(?:\.0+)?\s*", re.ASCII)
"""A serial number that was kept as a text."""
_EPOCH = date(1899, 12, 30)
_EPOCH_1904 = date(1904, 1, 1)
_NEAR = timedelta(days=730)
"""How far a count of days in delimited text is from the other dates of its column, at most."""
_PAPER = re.compile(
    r"(?P<paper>[^\W\d][^\d,;:]{2,60}?(?:\s(?:no|nr|n|№)[.°º]*\s*[\w/-]{1,12})?)"
    r"\s+(?:of|dated|du|en date du|de fecha|de|del|vom|от|van|di)\s+(?P<date>\S.*)",
    re.IGNORECASE,
)
"""A paper or meeting and its date: "Note verbale No. 12 of 3 March 2002"."""
_LONGEST_PAPER = 120
_MONTHS = 12


class YearRange(NamedTuple):
    """Whole years, first and last included: "2002" is 2002 to 2002, "FY02/03" 2002 to 2003."""

    first: int
    last: int


class DateReading(Struct, frozen=True, kw_only=True):
    """One cell read as a date.

    `state` is value, unknown (blank or a null date such as 0001-01-01), ambiguous (`readings` holds
    both dates), years (`years`: a year or a fiscal year, which is no date) or error (`reason`).
    `decided` says how an ambiguous date was settled, `assumed` what was taken for granted (the
    century of a two-digit year); both are empty otherwise. `order` is which part is the day, where
    the writing itself shows it.
    """

    state: DateState
    text: str = ""
    value: date | None = None
    readings: tuple[date, ...] = ()
    years: YearRange | None = None
    reason: str = ""
    decided: str = ""
    assumed: str = ""
    order: DateOrder | None = None
    fiscal: bool = False
    """Whether the years are said to be fiscal ones, which may begin on any day."""
    answered: bool = False
    """Whether a person said which day it is; `decided` has how."""


NO_DATE = DateReading(state="unknown", reason="blank")
"""What an empty cell says: nothing."""


def parse_date(
    value: CellValue | None,
    order: DateOrder | None = None,
    decided: str = "",
    *,
    serials: bool = False,
    from_1904: bool = False,
    months: bool = False,
) -> DateReading:
    """Read one cell as a date.

    `order` settles a date that could be read in two ways, and `decided` says on what grounds.
    `serials` takes a bare number for a count of days, which is right only in a column of dates;
    `from_1904` counts them from 1904, as workbooks of early Macintosh programs do. With `months`
    "2001-02" is February 2001.
    """
    if value is None:
        return NO_DATE
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return _read_day(value)
    if isinstance(value, Decimal):
        return _parse_number(value, serials=serials, from_1904=from_1904)
    if not isinstance(value, str):
        return DateReading(state="error", text=cell_text(value), reason=_why_no_date(value))
    if is_unknown(value) or is_nil(value):
        return DateReading(state="unknown", text=value, reason="stated as unknown")
    if len(value) > LONGEST_VALUE:
        return DateReading(state="error", text=value, reason="it is too long for a date")
    if _SERIAL_TEXT.fullmatch(value):
        return _parse_number(Decimal(value.strip()), serials=serials, from_1904=from_1904)
    reading = _read_text(value)
    if months and (match := _YEAR_MONTH.fullmatch(clean(value))):
        return _month_only(int(match[1]), int(match[2]), value)
    if reading.state == "ambiguous" and order is not None and reading.order is None:
        settled = reading.readings[0] if order == "dmy" else reading.readings[-1]
        return replace(reading, state="value", value=settled, readings=(), decided=decided)
    return reading


@lru_cache(maxsize=4096)
def _read_day(value: date) -> DateReading:
    """Read a true date; a list has the same days again and again."""
    return _dated(value, cell_text(value))


@lru_cache(maxsize=4096)
def _read_text(text: str) -> DateReading:
    return replace(_parse_text(text), text=text)


def column_order(values: Iterable[CellValue | None]) -> DateOrder | None:
    """Give the order of day and month on which all dates of a column agree that show one."""
    orders = column_orders(values)
    return orders.pop() if len(orders) == 1 else None


def column_orders(values: Iterable[CellValue | None]) -> set[DateOrder]:
    """Give the orders of day and month that dates of a column show: two where they disagree."""
    return {
        parsed.order
        for value in values
        if isinstance(value, str)
        and (parsed := parse_date(value)).state == "value"
        and parsed.order is not None
    }


def are_serials(values: Collection[CellValue | None], *, delimited: bool) -> bool:
    """Whether bare numbers in a column of dates count days: all are near to its other dates; in a
    workbook, which says from when it counts, there may be no others.
    """
    serials = [serial for value in values if (serial := _serial(value)) is not None]
    if not serials:
        return False  # as most columns have none
    days = [reading.value for value in values if (reading := parse_date(value)).value]
    if not days:
        others = sum(value is not None for value in values) - len(serials)
        return not delimited and not others
    first, last = min(days) - _NEAR, max(days) + _NEAR
    counted = [_EPOCH + timedelta(days=serial) for serial in serials if serial in _SERIALS]
    return not delimited or all(first <= day <= last for day in counted)


def are_months(values: Iterable[CellValue | None], *, headed: bool) -> bool:
    """Whether all texts of a column are a year and a month: its heading says so, or one of them
    cannot be several years. Beside "2001-01" is "2001-02" a month.
    """
    texts = [clean(value) for value in values if isinstance(value, str)]
    if not texts or not all(map(_YEAR_MONTH.fullmatch, texts)):
        return False
    return headed or any(parse_years(text) is None for text in texts)


def _serial(value: CellValue | None) -> int | None:
    if isinstance(value, Decimal) and int(value) in _SERIALS:
        return int(value)
    if isinstance(value, str) and _SERIAL_TEXT.fullmatch(value):
        return int(value.partition(".")[0])
    return None


def is_true_date(value: CellValue | None, *, delimited: bool) -> bool:
    """Whether a cell holds a day as a program stores it, or writes one into `delimited` text."""
    if isinstance(value, str):
        return delimited and _ISO.fullmatch(clean(value)) is not None
    return isinstance(value, date)


def is_half_swapped(values: Iterable[CellValue | None], *, delimited: bool) -> bool:
    """Whether a column shows what a program leaves that took days for months: where it could, it
    made dates of texts, all of days up to 12; the others stayed texts, whose first part is more.
    """
    true: list[date] = []
    years: set[int] = set()
    for value in values:
        if is_true_date(value, delimited=delimited):
            if day := parse_date(value).value:
                true.append(day)
        elif isinstance(value, str) and (numbers := _NUMBERS.fullmatch(clean(value))):
            if max(int(numbers[1]), int(numbers[3])) <= _MONTHS:
                return False
            if day := parse_date(value).value:
                years.add(day.year)
    # A date far from the texts is a slip, which says nothing of the others.
    near = [day for day in true if any(abs(day.year - year) <= 1 for year in years)]
    return bool(near) and all(day.day <= _MONTHS for day in near)


def _why_no_date(value: CellValue) -> str:
    if isinstance(value, MissingResult):
        return "the formula's result was never stored; open the file in a spreadsheet and save it"
    if isinstance(value, ErrorValue):
        return f"the spreadsheet shows the error {value}"
    if isinstance(value, (time, timedelta)):
        return "it holds a time without a day"
    return "it holds no date"


def _dated(
    value: date, text: str, assumed: str = "", order: DateOrder | None = None
) -> DateReading:
    if value in _NULL_DATES or value.year == 1:
        return DateReading(
            state="unknown", text=text, reason=f"{value.isoformat()} stands for no date"
        )
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        return DateReading(state="error", text=text, reason=_FAR)
    return DateReading(state="value", text=text, value=value, assumed=assumed, order=order)


def _parse_number(value: Decimal, *, serials: bool, from_1904: bool) -> DateReading:
    text = cell_text(value)
    whole = int(value)
    if value == 0:
        return DateReading(state="unknown", text=text, reason="zero stands for no date")
    if whole == value and _FIRST_YEAR <= whole <= _LAST_YEAR:
        return DateReading(state="years", text=text, years=YearRange(whole, whole))
    if whole in _SERIALS and serials:
        epoch = _EPOCH_1904 if from_1904 else _EPOCH
        assumed = f"the number counts days from {'1904' if from_1904 else '1900'}"
        return _dated(epoch + timedelta(days=whole), text, assumed)
    if whole in _SERIALS:
        early, late = (epoch + timedelta(days=whole) for epoch in (_EPOCH, _EPOCH_1904))
        counts = f"{text} counts days: from 1900 to {early}, from 1904 to {late}"
        return DateReading(state="error", text=text, reason=counts)
    if match := _COMPACT.fullmatch(text):
        return _from_parts(int(match[1]), int(match[2]), int(match[3]), text)
    return DateReading(state="error", text=text, reason="a bare number is no date")


def _parse_text(text: str) -> DateReading:
    body = _TIME.sub("", clean(ascii_digits(split_footnote(text)[0])))
    if not body.isascii() or "B" in body:
        body = _of_common_era(body)
    for pattern in (_YEAR_FIRST, _COMPACT):
        if match := pattern.fullmatch(body):
            year, month, day = map(int, match.groups())
            if not year:
                return DateReading(state="unknown", reason="the year 0 stands for no date")
            return _from_parts(year, month, day, text)
    if match := _CHINESE.fullmatch(body):
        if match[3] is None:
            return _month_only(int(match[1]), int(match[2]), text)
        return _from_parts(int(match[1]), int(match[2]), int(match[3]), text)
    if match := _NUMBERS.fullmatch(body):
        return _from_numbers(match, text)
    named = _from_month_name(body, text)
    if named is not None:
        return named
    years = _parse_years(body)
    if years is not None:
        return DateReading(state="years", years=years, fiscal=_is_fiscal(body))
    if match := _YEAR_MONTH.fullmatch(body):
        return _month_only(int(match[1]), int(match[2]), text)
    if (
        len(body) <= _LONGEST_PAPER
        and (paper := _PAPER.fullmatch(body))
        and _names_paper(paper["paper"])
    ):
        dated = _parse_text(paper["date"])
        if dated.state in {"value", "ambiguous"}:
            return dated
    return DateReading(state="error", reason="it is no date in a known way of writing")


def _of_common_era(body: str) -> str:
    """Write a date whose era or numerals are stated as the Gregorian calendar does: 平成14年 and
    二〇〇二年, 民國91年, พ.ศ. 2545 and 2545 B.E. are all 2002.
    """
    if "年" in body:
        body = _HAN_YEAR.sub(lambda match: str(_han_number(match[0])), body)
        body = _HAN_SMALL.sub(lambda match: str(_han_number(match[0])), body)
        if era := _ERA.match(body):
            year = _ERAS[era["era"]] + (1 if era["year"] == "元" else int(era["year"])) - 1
            return f"{year}年{body[era.end() :]}"
    if _BUDDHIST.search(body):
        rest = clean(_BUDDHIST.sub(" ", body))
        return _BUDDHIST_YEAR.sub(lambda match: str(int(match[0]) - _BUDDHIST_AHEAD), rest)
    return body


def _han_number(text: str) -> int:
    """Read a number in Chinese numerals, sign by sign (二〇〇二) or with tens (二十一)."""
    if "十" not in text:
        return int("".join(str(_HAN_DIGITS[sign]) for sign in text))
    tens, _, ones = text.partition("十")
    return (_HAN_DIGITS[tens] if tens else 1) * 10 + (_HAN_DIGITS[ones] if ones else 0)


def _names_paper(text: str) -> bool:
    """Whether the words before a date are of a paper or a meeting: "Note verbale No. 12 of"."""
    said = {plain(word) for word in _WORDS.findall(text)}
    return bool(said & words()["paper"]) and not said & words()["not-yet"]


def _from_parts(
    year: int, month: int, day: int, text: str, assumed: str = "", order: DateOrder | None = None
) -> DateReading:
    if not _FIRST_YEAR <= year <= _LAST_YEAR and year not in _NULL_YEARS:
        return DateReading(state="error", text=text, reason=_FAR)
    try:
        return _dated(date(year, month, day), text, assumed, order)
    except ValueError:
        return DateReading(state="error", text=text, reason="there is no such day")


def _from_numbers(match: re.Match[str], text: str) -> DateReading:
    first, second = int(match[1]), int(match[3])
    year, assumed = _full_year(match[4])
    if match[2] == "." or first > _MONTHS:
        # Points are written between day, month and year only where the day comes first.
        order: DateOrder | None = "dmy" if match[2] != "." else None
        return _from_parts(year, second, first, text, assumed, order)
    if second > _MONTHS:
        return _from_parts(year, first, second, text, assumed, "mdy")
    by_day = _from_parts(year, second, first, text, assumed)
    if first == second or by_day.state != "value":
        return by_day
    readings = (date(year, second, first), date(year, first, second))
    return DateReading(
        state="ambiguous",
        text=text,
        readings=readings,
        assumed=assumed,
        reason=f"{clean(text)!r} may be {readings[0]} or {readings[1]}",
    )


def _full_year(text: str) -> tuple[int, str]:
    if len(text) > 2:
        return int(text), ""
    year = int(text) + (1900 if int(text) >= _WINDOW else 2000)
    return year, f"{text!r} was taken for the year {year}"


def _from_month_name(body: str, text: str) -> DateReading | None:
    """Read "10 juin 2002", "June 10, 2002", "15-III-2002" or a month and a year."""
    months: list[int] = []
    numbers: list[str] = []
    for token in _WORDS.findall(body):
        if token.isdecimal():
            numbers.append(token)
        elif month := month_names().get(plain(token)):
            months.append(month)
        elif plain(token) not in _PARTICLES:
            return None
    if len(months) != 1 or not 1 <= len(numbers) <= 2:
        return None
    if len(numbers) == 1:
        year, _ = _full_year(numbers[0])
        return _month_only(year, months[0], text) if len(numbers[0]) != 3 else None
    if len(numbers[0]) == 4:
        numbers.reverse()
    if len(numbers[0]) > 2:
        return None
    year, assumed = _full_year(numbers[1])
    return _from_parts(year, months[0], int(numbers[0]), text, assumed)


_PARTICLES = frozenset(
    [
        "de",
        "del",
        "der",
        "den",
        "di",
        "do",
        "da",
        "of",
        "the",
        "le",
        "el",
        "il",
        "o",
        "er",
        "st",
        "nd",
        "rd",
        "th",
        "г",
        "год",
        "года",
        "т",
        "ал",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "lundi",
        "mardi",
        "mercredi",
        "jeudi",
        "vendredi",
        "samedi",
        "dimanche",
    ]
)


@cache
def month_names() -> dict[str, int]:
    """Give months by name, full and short, as `plain` writes them; names of two months: left out.

    The Arabic of the Levant and of the Maghreb name months differently from that of Egypt; all
    three are known. Roman numerals, in use between day and year, are among the names.
    """
    from babel.dates import get_month_names  # noqa: PLC0415 - no command's help needs it

    names: dict[str, set[int]] = {}
    for locale in _LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for month, name in get_month_names(width, context, locale).items():
                    names.setdefault(plain(name).rstrip("."), set()).add(month)
    for month, name in enumerate(_ROMAN, start=1):
        names.setdefault(name, set()).add(month)
    names.setdefault("sept", set()).add(9)
    return {
        name: months.copy().pop()
        for name, months in names.items()
        if len(months) == 1 and not name.isdecimal()
    }


def _month_only(year: int, month: int, text: str) -> DateReading:
    if not 1 <= month <= _MONTHS:
        return DateReading(state="error", text=text, reason="there is no such month")
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return DateReading(state="error", text=text, reason=_FAR)
    first = date(year, month, 1)
    following = date(year + month // _MONTHS, month % _MONTHS + 1, 1)
    return DateReading(
        state="ambiguous",
        text=text,
        readings=(first, following - timedelta(days=1)),
        reason="it names a month and no day",
        # No order of day and month settles it.
        order="dmy",
    )


def _is_fiscal(body: str) -> bool:
    match = _YEARS.fullmatch(plain(body))
    return match is not None and (match["mark"] or "") in _FISCAL


_FISCAL = frozenset(
    {"fy", "fiscal year", "ef", "exercice", "ejercicio", "ff", "gj", "финансовыи год"}
    | {"السنة المالية", "财年"}
)


def parse_years(value: CellValue | None) -> YearRange | None:
    """Read a year, a biennium or a fiscal year: 2002, "2002-2003", "FY02/03"; else None."""
    if isinstance(value, Decimal):
        return parse_date(value).years
    return _parse_years(clean(ascii_digits(value))) if isinstance(value, str) else None


def _parse_years(body: str) -> YearRange | None:
    match = _YEARS.fullmatch(plain(body))
    if match is None:
        return None
    if len(match["first"]) < 4 and not match["mark"]:
        return None
    first, _ = _full_year(match["first"])
    if not _FIRST_YEAR <= first <= _LAST_YEAR:
        return None
    if match["last"] is None:
        return YearRange(first, first)
    last, _ = _full_year(match["last"])
    return YearRange(first, last) if first < last <= first + 10 else None

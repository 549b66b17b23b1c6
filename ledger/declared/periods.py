"""Financial periods: what a book declares, and the days that reports cover.

2002-01-01 custom "period" "2002-2003" 2003-12-31

A report covers a cut: a declared period, a year or quarter, or any days from one to another
("2000-2001..2004-2005", "2002-03-01..2004-02-29"), which may touch several periods.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from msgspec import Struct

_DAY = timedelta(days=1)


FRAMEWORKS = ("UNSAS", "IPSAS")
"""The accounting frameworks that statements of a period may follow: the United Nations system
accounting standards, unless declared otherwise, and the international ones."""

SPAN = ".."
"""Between the names of the first and the last period, or days, of a span."""

MonthDay = tuple[int, int]
"""A month and a day of it: on which a fiscal year begins."""
JANUARY: MonthDay = (1, 1)

_NAMED_DAYS = re.compile(
    r"(?P<year>\d{4})(?:-?Q(?P<quarter>[1-4]))?|FY(?P<fiscal>\d{4})|(?P<day>\d{4}-\d\d-\d\d)"
)
_FILE_NAME = re.compile(r"\w(?:[\w.-]*[\w-])?")
_TAKEN = frozenset(
    {"main", "history", "settings", "seals", "announcements", "rates", "names", "bank"}
    | {"correspondence", "con", "prn", "aux", "nul"}
)
"""Files that a book has for other things, and names that mean no file on Windows."""


def names_files(name: str) -> bool:
    """Tell whether the files of a period can bear its name: it never is a path."""
    return bool(_FILE_NAME.fullmatch(name)) and name.casefold() not in _TAKEN


def months_later(day: date, months: int) -> date:
    """Return the same day so many months later (or before, if negative), the last of its month
    where there is none: 31 January, a month later, is 28 February.

    Raises ValueError for a day that no calendar has.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise ValueError(f"{months} months from {day} is no day of the calendar")
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    """Return the last day of the month that holds a day."""
    return day.replace(day=monthrange(day.year, day.month)[1])


class Period(Struct, frozen=True, order=True):
    """A declared financial period, first and last day included, and the accounting framework, one
    of FRAMEWORKS, that its statements follow.
    """

    start: date
    end: date
    name: str
    framework: str = FRAMEWORKS[0]

    def __contains__(self, day: date) -> bool:
        """Tell whether `day` falls in the period."""
        return self.start <= day <= self.end


class SealStated(Struct, frozen=True):
    """What the book states of a sealed period: the digest of its entries, and of what its reports
    read besides and say, by name.
    """

    period: str
    sha256: str
    digests: dict[str, str]


class Reopening(Struct, frozen=True, kw_only=True):
    """That a sealed period was opened again: which time (from 1), on whose authority and when, and
    the chain of the seal that was broken ("" where that was not kept yet).
    """

    period: str
    number: int
    authority: str
    day: date | None
    seal: str = ""


class Cut(Struct, frozen=True, kw_only=True):
    """The days a report covers. `period` is the declared one that holds them; where they touch
    several, one from the first day of the first of these `parts` to the last day of the last.

    What is prior is told by the part in which something happens, so what a span shows of pledges,
    payments and adjustments is the sum of its periods.
    """

    name: str
    start: date
    end: date
    period: Period
    parts: tuple[Period, ...] = ()

    def __contains__(self, day: date) -> bool:
        """Tell whether `day` is one of them."""
        return self.start <= day <= self.end

    def period_start(self, day: date) -> date:
        """Return the first day of the period in which `day` of the cut falls; of a day between
        declared periods, the one after the period before.
        """
        if not self.parts:
            return self.period.start
        index = bisect_right(self.parts, day, key=lambda part: part.start) - 1
        part = self.parts[max(index, 0)]
        return part.start if day <= part.end else part.end + _DAY

    @property
    def is_whole(self) -> bool:
        """Whether it is all of its period, or of its periods."""
        return (self.start, self.end) == (self.period.start, self.period.end)


class Periods:
    """The declared periods in order of time; they do not overlap."""

    def __init__(self, periods: Iterable[Period] = ()) -> None:
        self._periods = tuple(sorted(periods))
        self._starts = [period.start for period in self._periods]

    def __iter__(self) -> Iterator[Period]:
        return iter(self._periods)

    def of(self, day: date) -> Period | None:
        """Return the declared period `day` falls in, or None."""
        index = bisect_right(self._starts, day) - 1
        if index < 0 or day not in self._periods[index]:
            return None
        return self._periods[index]

    def start_of(self, day: date) -> date:
        """Return the first day of the period that `day` falls in.

        A day before, between or after all declared periods belongs to a period nobody declared;
        what is known of it is that it begins after the last declared period that ended before.
        """
        index = bisect_right(self._starts, day) - 1
        if index < 0:
            return date.min
        period = self._periods[index]
        return period.start if day in period else period.end + _DAY

    def called(self, name: str) -> Period | None:
        """Return the declared period of that name, or None."""
        return next((period for period in self._periods if period.name == name), None)

    def named(self, name: str, year_begins: MonthDay = JANUARY) -> Cut | None:
        """Return the cut called `name`: a declared period, a year ("2003") or a quarter
        ("2003-Q2"), a fiscal year by the calendar year in which it ends ("FY2003", of which
        `year_begins` is the first day), a day ("2003-03-01"), or two of these as the ends of a span
        ("2000-2001..2003"); None if that is no name, or no declared period holds any of its days.
        """
        first, span, last = name.partition(SPAN)
        begins = self._days(first.strip(), year_begins)
        ends = self._days(last.strip(), year_begins) if span else begins
        if begins is None or ends is None or begins[0] > ends[1]:
            return None
        return self.between(name, begins[0], ends[1])

    def between(self, name: str, first: date, last: date) -> Cut | None:
        """Return the cut from a day to another under a name; None where no declared period holds
        any of it.
        """
        parts = tuple(each for each in self._periods if each.start <= last and first <= each.end)
        if not parts:
            return None
        if len(parts) == 1 and parts[0].start <= first and last <= parts[0].end:
            return Cut(name=name, start=first, end=last, period=parts[0])
        whole = Period(parts[0].start, parts[-1].end, name, parts[-1].framework)
        return Cut(name=name, start=first, end=last, period=whole, parts=parts)

    def _days(self, name: str, year_begins: MonthDay) -> tuple[date, date] | None:
        """Return the first and the last day of what is called so; None for no name."""
        period = self.called(name)
        if period is not None:
            return period.start, period.end
        match = _NAMED_DAYS.fullmatch(name)
        if match is None:
            return None
        try:
            if match["day"]:
                return (date.fromisoformat(name),) * 2
            if match["fiscal"]:
                until = date(int(match["fiscal"]), *year_begins)
                if year_begins == JANUARY:
                    until = date(until.year + 1, *year_begins)
                return date(until.year - 1, *year_begins), until - _DAY
            year, quarter = int(match["year"]), int(match["quarter"] or 0)
            month = 3 * quarter if quarter else 12
            first = date(year, month - 2 if quarter else 1, 1)
            return first, date(year, month, monthrange(year, month)[1])
        except ValueError:
            return None

    def names(self) -> list[str]:
        """Return the declared names, in order of time."""
        return [period.name for period in self._periods]

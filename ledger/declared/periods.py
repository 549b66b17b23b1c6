"""Financial periods: the bienniums a book declares, and cuts of them.

2002-01-01 custom "period" "2002-2003" 2003-12-31
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


class Cut(Struct, frozen=True):
    """The days a report covers: a whole period or a part of it. `period` is the declared one."""

    name: str
    start: date
    end: date
    period: Period

    def __contains__(self, day: date) -> bool:
        """Tell whether `day` is one of them."""
        return self.start <= day <= self.end

    @property
    def is_whole(self) -> bool:
        """Whether it is all of its period."""
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

    def named(self, name: str) -> Cut | None:
        """Return the cut called `name`: a declared period, a year of one ("2003") or a quarter
        ("2003-Q2"); None if no declared period holds it.
        """
        for period in self._periods:
            if period.name == name:
                return Cut(name, period.start, period.end, period)
        match = re.fullmatch(r"(\d{4})(?:-?Q([1-4]))?", name)
        if not match:
            return None
        year, quarter = int(match[1]), int(match[2] or 0)
        if year < date.min.year:
            return None
        month = 3 * quarter if quarter else 12
        first = date(year, month - 2 if quarter else 1, 1)
        last = date(year, month, monthrange(year, month)[1])
        period_of_first = self.of(first)
        if period_of_first is None or last not in period_of_first:
            return None
        return Cut(name, first, last, period_of_first)

    def names(self) -> list[str]:
        """Return the declared names, in order of time."""
        return [period.name for period in self._periods]

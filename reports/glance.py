"""The biennium at a glance: each fund's contributions, beside the period before and month by month.

Every figure is one of the schedule's; the months of what was paid add up to the schedule's
collections, and the last month's unpaid is its closing.
"""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.columns import Figures, read_figures, total
from pledgebook.ledger.register.events import RECEIVING
from pledgebook.ledger.register.history import FOLDER
from pledgebook.ledger.register.register import Claim, Register
from pledgebook.reports.figures.comparatives import period_before, sealed_figures
from pledgebook.reports.figures.selection import Selection, select
from pledgebook.reports.schedule import NAME, Schedule, make_schedule

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Glance:
    """One line, in the book's currency: a fund and class, or (`class_` empty) a total, `fund` then
    being the schedule's name for it.

    `before` is the same line of the period before, None where the book does not know it.
    """

    fund: str
    class_: str
    figures: Figures
    before: Figures | None


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the cut (the last day of it that counts): what was paid in it and unpaid at its
    end, by fund.
    """

    day: date
    paid: Mapping[str, Decimal] = field(default_factory=dict)
    unpaid: Mapping[str, Decimal] = field(default_factory=dict)


def at_a_glance(selection: Selection, made: Schedule) -> list[Glance]:
    """Return a line a fund and class and the totals of the selection's schedule `made`."""
    last = _lines_before(selection)
    own = _lines(made)
    return [
        Glance(*(name if isinstance(name, tuple) else (name, "")), figures, _of(last, name))
        for name, figures in own.items()
    ]


def by_month(selection: Selection) -> list[Month]:
    """Return the months of the selection's cut."""
    cut = selection.cut
    funds = set(selection.funds)
    paid: dict[tuple[int, int], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for day, fund, value in _payments(selection.book.register):
        if fund in funds and day in cut:
            paid[day.year, day.month][fund] += value
    steps: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for day, fund, value in _owed(selection.book.register):
        if fund in funds and day <= cut.end:
            steps[day][fund] += value
    months = []
    unpaid = dict.fromkeys(selection.funds, ZERO)
    days = sorted(steps)
    position = 0
    for last in _month_ends(cut.start, cut.end):
        while position < len(days) and days[position] <= last:
            for fund, value in steps[days[position]].items():
                unpaid[fund] += value
            position += 1
        own = paid.get((last.year, last.month), {})
        months.append(
            Month(last, {fund: own.get(fund, ZERO) for fund in selection.funds}, dict(unpaid))
        )
    return months


def _payments(register: Register) -> Iterator[tuple[date, str, Decimal]]:
    """Yield what the schedule counts as collected: day, fund, value."""
    for change in register.changes:
        if change.event in RECEIVING:
            if not change.advanced:
                claim = change.before if change.before and change.before.is_open else change.after
                yield change.date, claim.fund, change.received
        elif change.advance_released:
            yield change.date, change.after.fund, change.advance_released
    for gift in register.gifts:
        yield gift.entry.date, gift.fund, gift.value


def _owed(register: Register) -> Iterator[tuple[date, str, Decimal]]:
    """Yield the days on which what is due changes, and by how much: each state of an instalment
    counts from the day it is recognised until the next.
    """
    for changes in register.by_label.values():
        states: list[tuple[date, Claim | None]] = [(each.date, each.after) for each in changes]
        for (since, claim), (until, _) in pairwise([*states, (date.max, None)]):
            if claim is None or claim.recognised is None or not claim.value:
                continue
            begins = max(since, claim.recognised)
            if begins < until:
                yield begins, claim.fund, claim.value
                yield until, claim.fund, -claim.value


def _month_ends(start: date, end: date) -> Iterator[date]:
    day = start
    while day <= end:
        last = min(day.replace(day=monthrange(day.year, day.month)[1]), end)
        yield last
        day = last + _DAY


_Name = tuple[str, str] | str


def _lines(made: Schedule) -> dict[_Name, Figures]:
    lines: dict[_Name, Figures] = {
        key: total(line.figures for line in lines) for key, lines in made.sections.items()
    }
    return lines | dict(made.totals)


def _lines_before(selection: Selection) -> Mapping[_Name, Figures] | None:
    cut = period_before(selection)
    if cut is None:
        return None
    book = selection.as_kept.book
    if cut.name in book.settings.seals:
        return _sealed_lines(book, cut.name)
    if not any(
        change.date in cut and change.event != "opening" for change in book.register.changes
    ):
        return None
    fund = selection.funds[0] if len(selection.funds) == 1 else None
    return _lines(make_schedule(select(book, cut.name, fund=fund)))


def _sealed_lines(book: Book, period: str) -> Mapping[_Name, Figures] | None:
    """Return the lines of a sealed period's schedule; None where its seal cannot be read (`verify`
    says why).
    """
    try:
        document = sealed_figures(book.folder / FOLDER / f"{period}.json")[NAME]
        lines: dict[_Name, Figures] = {
            (each["fund"], each["class"]): read_figures(each["total"]) for each in document["funds"]
        }
        lines |= {name: read_figures(amounts) for name, amounts in document["totals"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return lines


def _of(lines: Mapping[_Name, Figures] | None, name: _Name) -> Figures | None:
    return None if lines is None else lines.get(name, Figures())

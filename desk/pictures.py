"""Pictures of figures, as plain SVG: what is drawn, in hundredths of a picture's width and height.

Each part is as large as its amount and leads to what that adds up; the figures stand beside, so
that nothing is said by a picture alone. A fund has one colour everywhere: `fund_style`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.columns import Figures
from pledgebook.reports.ageing import BANDS, band_of
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.glance import Month

_COLOURS = 8
"""Colours that desk.css has for funds; a ninth fund has the first one's again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle: its place and size, the style it is drawn in, its amount, and whatever tells it
    from the others (`key`).
    """

    x: str
    y: str
    width: str
    height: str
    style: str
    amount: Decimal
    key: str


@dataclass(frozen=True, slots=True)
class Column:
    """A month's boxes, from below: what each fund was paid by its last day, and what was unpaid."""

    day: date
    boxes: Sequence[Box]


@dataclass(frozen=True, slots=True)
class Progress:
    """What was paid by the end of each month, and what was unpaid then; `top` is the amount at the
    picture's upper edge.
    """

    columns: Sequence[Column]
    top: Decimal


def fund_style(settings: Settings, fund: str) -> str:
    """Return the class of a fund's colour, by its place among the declared ones."""
    known = list(settings.funds)
    return f"fund-{known.index(fund) % _COLOURS + 1}" if fund in known else "fund-1"


def unpaid_by_age(selection: Selection) -> list[Box]:
    """Return what is unpaid at the end of the cut, one bar, by how long it is overdue: what the
    ageing says in its first part.
    """
    day = selection.cut.end
    sums: dict[str, Decimal] = dict.fromkeys(BANDS, ZERO)
    for claim in selection.book.register.claims_at(day):
        if selection.covers(claim) and claim.committed and claim.is_recognised(day):
            sums[band_of(claim, day, selection.book.settings)] += claim.value
    whole = sum((max(amount, ZERO) for amount in sums.values()), ZERO)
    boxes = []
    x = 0.0
    for key, amount in sums.items():
        width = _share(amount, whole)
        boxes.append(
            Box(
                x=_said(x),
                y="0",
                width=_said(width),
                height="100",
                style=f"age-{key.replace('_', '-')}",
                amount=amount,
                key=key,
            )
        )
        x += width
    return boxes


def progress(selection: Selection, months: Sequence[Month]) -> Progress:
    """Return the columns of a picture of what was paid, added up over the cut, beside what was
    unpaid: together what donors were to pay by then.
    """
    settings, funds = selection.book.settings, selection.funds
    paid = dict.fromkeys(funds, ZERO)
    stood: list[tuple[date, list[tuple[str, str, Decimal]]]] = []
    for month in months:
        for fund in funds:
            paid[fund] += month.paid[fund]
        parts = [("paid", fund, paid[fund]) for fund in funds]
        stood.append((month.day, parts + [("unpaid", fund, month.unpaid[fund]) for fund in funds]))
    top = _round_up(
        max((sum((max(each[2], ZERO) for each in parts), ZERO) for _, parts in stood), default=ZERO)
    )
    wide = 100 / (len(stood) or 1)
    columns = []
    for at, (day, parts) in enumerate(stood):
        boxes = []
        y = 100.0
        for kind, fund, amount in parts:
            height = _share(amount, top)
            y -= height
            boxes.append(
                Box(
                    x=_said(at * wide + wide * 0.1),
                    y=_said(y),
                    width=_said(wide * 0.8),
                    height=_said(height),
                    style=f"{fund_style(settings, fund)} {kind}",
                    amount=amount,
                    key=fund,
                )
            )
        columns.append(Column(day, boxes))
    return Progress(columns, top)


_LIFE = {"pledged": "pledged", "paid": "collected", "unpaid": "closing"}


def life_bars(lines: Iterable[Figures]) -> Callable[[Figures], list[Box]]:
    """Return what draws a line's bars, all lines to one scale: pledged, paid, unpaid."""

    def amounts(figures: Figures) -> dict[str, Decimal]:
        return {key: getattr(figures, column) for key, column in _LIFE.items()}

    whole = max((max(amounts(each).values()) for each in lines), default=ZERO)
    high = 100 / len(_LIFE)

    def draw(figures: Figures) -> list[Box]:
        return [
            Box(
                x="0",
                y=_said(at * high),
                width=_said(_share(amount, whole)),
                height=_said(high * 0.8),
                style=key,
                amount=amount,
                key=key,
            )
            for at, (key, amount) in enumerate(amounts(figures).items())
        ]

    return draw


def _share(amount: Decimal, whole: Decimal) -> float:
    return float(max(amount, ZERO) / whole * 100) if whole > 0 else 0.0


def _said(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _round_up(amount: Decimal) -> Decimal:
    """Return the least round number that is no less: 1, 1.5, 2, 3, 4, 5, 6 or 8 and noughts."""
    if amount <= 0:
        return Decimal(1)
    unit = Decimal(1).scaleb(amount.adjusted())
    steps = ("1", "1.5", "2", "3", "4", "5", "6", "8", "10")
    return next(own for step in steps if (own := Decimal(step) * unit) >= amount)

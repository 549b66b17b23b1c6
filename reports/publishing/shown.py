"""What may be shown of a book, and to nobody's cost: the one place that decides it.

Nothing is public but what a `publication` line names. Donors who are not to be named are shown as
one sum, of a fund and period, and never of fewer than LEAST of them: where they are fewer, the
smallest of the others lose their names too, in the whole site, or the fund and period is left out.
These sums stand in one table alone and are of different money each, so that no subtraction of what
is shown gives the amount of one of them. What is pledged and unpaid is of all donors together,
unless the line says otherwise, and then too only of LEAST or more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property

from msgspec import Struct
from pledgebook.ledger.declared.mandates import Mandate
from pledgebook.ledger.declared.periods import Period
from pledgebook.ledger.declared.publications import Publication
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.columns import Figures
from pledgebook.reports.figures.figures import contributions_of
from pledgebook.reports.figures.selection import Selection, select
from pledgebook.reports.paragraphs import primary_line, taggings_of

LEAST = 3
"""Donors whose amounts may be shown as a sum without their names."""

Cell = tuple[str, str]
"""A fund and a period."""


class NothingPublicError(RefusedError):
    """The book makes nothing public; the message says how it would."""


class Amounts(Struct, frozen=True, kw_only=True):
    """What was received in a period, pledged for it and is unpaid at its end, in the book's
    currency. None: it is not shown.
    """

    received: Decimal = ZERO
    pledged: Decimal | None = None
    unpaid: Decimal | None = None


class Given(Struct, frozen=True, kw_only=True):
    """What a named donor gave to a fund in a period; `paragraph` and `purpose` are those it
    answers, "" for none.
    """

    fund: str
    period: str
    donor: str
    paragraph: str
    purpose: str
    received: Decimal


class Shown(Struct, frozen=True, kw_only=True, dict=True):
    """All that is public of a book."""

    book: Book
    publications: Mapping[str, Publication]
    periods: tuple[Period, ...]
    given: tuple[Given, ...]
    named: Mapping[tuple[str, str, str], Amounts]
    """By fund, period and donor, of named donors."""
    unnamed: Mapping[Cell, Amounts]
    """Of those without a name, in cells where there are any."""
    totals: Mapping[Cell, Amounts]
    left_out: tuple[Cell, ...]
    """Of which nothing is shown: fewer than LEAST donors gave, one of them without a name."""
    last_day: date

    @cached_property
    def funds(self) -> list[str]:
        """The funds of which something is public, in the book's order."""
        return [fund for fund in self.book.settings.funds if fund in self.publications]

    @cached_property
    def languages(self) -> list[str]:
        """The languages that any fund is published in, the first one first."""
        return list(
            dict.fromkeys(each for fund in self.funds for each in self.publications[fund].languages)
        )

    @cached_property
    def donors(self) -> list[str]:
        """The donors who are named, by code."""
        return sorted({donor for _, _, donor in self.named})

    @cached_property
    def mandate(self) -> Mandate | None:
        """The book's first mandate: whose paragraphs the site shows."""
        return next(iter(self.book.settings.mandates.values()), None)


def what_is_shown(book: Book) -> Shown:
    """Return what is public of a book. Raises NothingPublicError where that is nothing."""
    settings = book.settings
    publications = settings.publications
    if not publications:
        raise NothingPublicError(
            'Nothing of this book is public: say what is with DATE custom "publication" "FUND" '
            "(docs/publishing.md)."
        )
    wanted = {
        fund: each.periods or tuple(name for name in settings.periods.names()
                                    if name in settings.seals)
        for fund, each in publications.items()
    }  # fmt: skip
    periods = [each for each in settings.periods if any(each.name in w for w in wanted.values())]
    if not periods:
        raise NothingPublicError(
            "The funds that are public name no period, and none is closed yet: close one, or write "
            "periods: with those that are public while they are open."
        )
    parts = [
        part
        for period in periods
        for part in _read(
            select(book, period.name, fund=tuple(f for f in wanted if period.name in wanted[f]))
        )
    ]
    return _show(book, publications, tuple(periods), parts)


class _Part(Struct, frozen=True, kw_only=True):
    cell: Cell
    donor: str
    paragraph: str
    purpose: str
    figures: Figures


def _read(selection: Selection) -> list[_Part]:
    name = selection.cut.name
    mandate = next(iter(selection.book.settings.mandates.values()), None)
    if mandate is None:
        pieces = [(item, "", own) for item, own in contributions_of(selection)]
    else:
        pieces = [
            (each.item, primary_line(each.tagging), each.figures)
            for each in taggings_of(selection, mandate).each
        ]
    return [
        _Part(
            cell=(item.fund, name),
            donor=item.donor,
            paragraph=paragraph,
            purpose=item.purpose,
            figures=figures,
        )
        for item, paragraph, figures in pieces
        if not figures.is_nil
    ]


def _show(
    book: Book,
    publications: Mapping[str, Publication],
    periods: tuple[Period, ...],
    parts: Iterable[_Part],
) -> Shown:
    by_donor: dict[Cell, dict[str, Figures]] = defaultdict(dict)
    parts = list(parts)
    for part in parts:
        by_donor[part.cell].setdefault(part.donor, Figures()).add(part.figures)
    declared = {code for each in publications.values() for code in each.not_named}
    hidden, left_out = hide(
        {
            (cell, key): gave
            for cell, own in by_donor.items()
            for key in _columns(publications[cell[0]])
            if (gave := _nonzero(own, key))
        },
        declared,
    )
    named, unnamed, totals = {}, {}, {}
    for cell, own in by_donor.items():
        if cell in left_out:
            continue
        publication = publications[cell[0]]
        columns = _columns(publication)
        without = {donor: own[donor] for donor in own if donor in hidden}
        for donor in own.keys() - without.keys():
            amounts = _sum({donor: own[donor]}, columns)
            if any(_nonzero({donor: own[donor]}, key) for key in columns):
                named[(*cell, donor)] = amounts
        if any(_nonzero(without, key) for key in columns):
            unnamed[cell] = _sum(without, columns)
        if publication.unpaid == "total":
            columns = tuple(
                key for key in _ALL if key in columns or not 0 < len(_nonzero(own, key)) < LEAST
            )
        totals[cell] = _sum(own, columns)
    summed: dict[tuple[Cell, str, str, str], Decimal] = defaultdict(Decimal)
    for part in parts:
        if part.cell not in left_out and part.donor not in hidden:
            key = (part.cell, part.donor, part.paragraph, part.purpose)
            summed[key] += part.figures.collected
    return Shown(
        book=book,
        publications=publications,
        periods=periods,
        given=tuple(
            Given(
                fund=cell[0], period=cell[1], donor=donor, paragraph=paragraph, purpose=purpose,
                received=received,
            )
            for (cell, donor, paragraph, purpose), received in sorted(summed.items())
            if received
        ),
        named=dict(sorted(named.items())),
        unnamed=unnamed,
        totals=totals,
        left_out=tuple(sorted(left_out)),
        last_day=min(periods[-1].end, book.register.last_day or periods[-1].end),
    )  # fmt: skip


_ALL = ("received", "pledged", "unpaid")
_FIGURE = {"received": "collected", "pledged": "pledged", "unpaid": "closing"}


def _columns(publication: Publication) -> tuple[str, ...]:
    """Return what is shown of each donor."""
    return _ALL if publication.unpaid == "donors" else _ALL[:1]


def _nonzero(own: Mapping[str, Figures], key: str) -> dict[str, Decimal]:
    amounts = {donor: getattr(each, _FIGURE[key]) for donor, each in own.items()}
    return {donor: amount for donor, amount in amounts.items() if amount}


def _sum(own: Mapping[str, Figures], columns: Sequence[str]) -> Amounts:
    return Amounts(**{key: sum(_nonzero(own, key).values(), ZERO) for key in columns})


def hide(
    gave: Mapping[tuple[Cell, str], Mapping[str, Decimal]], declared: Iterable[str]
) -> tuple[set[str], set[Cell]]:
    """Return the donors who are not named anywhere, and the cells of which nothing is shown; `gave`
    has what each donor's amount is, other than nil, in every column of a cell.

    Whoever is to stay unnamed does so among LEAST donors of every column: the smallest others join
    them, until that holds everywhere.
    """
    hidden = set(declared)
    left_out: set[Cell] = set()
    grown = True
    while grown:
        grown = False
        for (cell, _), own in gave.items():
            count = len(hidden & own.keys())
            if not 0 < count < LEAST or cell in left_out:
                continue
            if len(own) < LEAST:
                left_out.add(cell)
                continue
            others = sorted(own.keys() - hidden, key=lambda donor: (abs(own[donor]), donor))
            hidden.update(others[: LEAST - count])
            grown = True
    return hidden, left_out

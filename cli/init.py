"""`pledgebook init`: a new book, with what is said of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import partial
from pathlib import Path

import click
from pledgebook.cli.common import fail
from pledgebook.ledger.declared.funds import read_classes
from pledgebook.ledger.files import declaring
from pledgebook.ledger.files.declaring import Declare, Declared
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.register.book import Book

_SHIPPED = ("UNTOC", "CPCJF")
"""The funds of a new book, the inner one first."""

_PERIOD = "2002-2003"
_YEARS = re.compile(r"(\d{4})(?:-(\d{4}))?")
_DAYS = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", default="", metavar="NAME", help="The name of the book.")
@click.option("--currency", default="", metavar="C",
              help="The currency in which it is kept; USD unless said.")  # fmt: skip
@click.option("--fund", "funds", multiple=True, metavar="CODE=NAME",
              help="A fund, in place of those of resolution 55/64; again for more.")  # fmt: skip
@click.option("--classes", "classes", multiple=True, metavar="CODE=WORDS",
              help='Classes of such a fund: "TRF=general special", '
                   '"TRF=core:default tied:earmarked".')  # fmt: skip
@click.option("--purpose", "purposes", multiple=True, metavar="CODE=NAME",
              help="A purpose that money may be earmarked for; again for more.")  # fmt: skip
@click.option("--period", default="", metavar="P",
              help="The first period: 2024-2025, 2024, or 2024-07-01..2025-06-30.")  # fmt: skip
@click.option("--bank", "banks", multiple=True, metavar="CODE=NUMBER",
              help="A bank account that holds the cash of all funds; again for more.")  # fmt: skip
@click.option("--no-mandate", is_flag=True, help="Without resolution 55/64 and its purposes.")
@click.option("--four-eyes", is_flag=True, help="What needs approval takes two persons.")
def init(
    folder: Path,
    name: str,
    currency: str,
    funds: Sequence[str],
    classes: Sequence[str],
    purposes: Sequence[str],
    period: str,
    banks: Sequence[str],
    no_mandate: bool,
    four_eyes: bool,
) -> None:
    """Make a new book in DIR: funds, mandate, biennium 2002-2003, inbox, Fava settings."""
    declares: list[Declare] = []
    if name:
        declares.append(lambda book: declaring.name_book(book, name))
    if currency:
        declares.append(lambda book: declaring.keep_in_currency(book, currency))
    if period:
        start, end = _days(period)
        declares.append(lambda book: declaring.change_period(book, _PERIOD, start, end))
    declares += _funds(funds, classes)
    declares += _purposes(purposes, no_mandate=no_mandate)
    for code, number in _pairs("--bank", banks):
        declares.append(partial(_bank, code=code, number=number))
    if four_eyes:
        codes = [code for code, _name in _pairs("--fund", funds)] or list(_SHIPPED)
        for code in codes:
            declares.append(partial(declaring.ask_four_eyes, fund=code, asked=True))
    main = make_book(folder, declares)
    click.echo(f"Made the book {main}.")
    click.echo(f"Its funds, purposes and donors stand in {folder / 'settings.beancount'}.")
    click.echo(f"Put donors' files into {folder / 'inbox'} and rates of exchange into")
    click.echo(f"{folder / 'rates.beancount'}, then: pledgebook --book {folder} check")
    click.echo(f"In the browser: pledgebook --book {folder} serve, where Setup asks for the rest.")


def _funds(funds: Sequence[str], classes: Sequence[str]) -> Iterator[Declare]:
    words = dict(_pairs("--classes", classes))
    codes = dict(_pairs("--fund", funds))
    if unknown := sorted(words.keys() - codes.keys()):
        fail(f"--classes {unknown[0]}=…: no fund {unknown[0]} is made here; add --fund for it.")
    for code, name in codes.items():
        try:
            own, roles = read_classes(words.get(code, "").split())
        except ValueError as error:
            fail(f"--classes {code}={words[code]}: {error}.")
        yield partial(
            declaring.declare_fund, code=code, name=name, classes=own, roles=roles, new=True
        )
    if codes:
        for code in _SHIPPED:
            if code not in codes:
                yield partial(declaring.take_out, kind="fund", key=[code])


def _purposes(purposes: Sequence[str], *, no_mandate: bool) -> Iterator[Declare]:
    if no_mandate:
        yield partial(declaring.keep_mandate, kept=False)
        yield partial(declaring.take_all_out, kind="purpose")
    for code, name in _pairs("--purpose", purposes):
        yield partial(declaring.declare_purpose, code=code, name=name)


def _bank(book: Book, code: str, number: str) -> Declared:
    return declaring.declare_bank(book, code, number, funds=list(book.settings.funds), new=True)


def _pairs(option: str, given: Sequence[str]) -> Iterator[tuple[str, str]]:
    for each in given:
        code, equals, rest = (part.strip() for part in each.partition("="))
        if not code or not equals or not rest:
            fail(f"{option} {each!r}: write it as CODE=…, in quotation marks.")
        yield code, rest


def _days(period: str) -> tuple[date, date]:
    """Return first and last day of a period that is said by its years or its days."""
    years, days = _YEARS.fullmatch(period), _DAYS.fullmatch(period)
    try:
        if years:
            return date(int(years[1]), 1, 1), date(int(years[2] or years[1]), 12, 31)
        if days:
            return date.fromisoformat(days[1]), date.fromisoformat(days[2])
    except ValueError:
        fail(f"--period {period!r}: that is no day of the calendar.")
    return fail(f"--period {period!r}: write it as 2024-2025, 2024, or 2024-07-01..2025-06-30.")

"""Undoing is an exact mirror in any book: random lives, with two periods closed, in whose third
something is done and undone; every report then says what it said. Amounts and rates are made up.

Set PLEDGEBOOK_MIRRORS to try more books.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from click.testing import CliRunner
from handwritten import PLACES, STARTS
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.closing.proof import verify_seals
from pledgebook.ledger.declared.currencies import EURO_RATES
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.money import to_cents
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.register import Claim
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.selection import select
from pledgebook.reports.financial_statements import statement_totals
from pledgebook.reports.registry import REPORTS
from pledgebook.reports.untied import find_untied
from test_oracle import POLICIES, register_of, split, written

BOOKS = int(os.environ.get("PLEDGEBOOK_MIRRORS", "4"))
FIGURES = ("schedule", "annex", "ageing", "years", "earmarked", "donor-kinds", "exchange")
"""Reports whose figures are net; those of what came and went show both."""
TRAIL = {"value_paid", "paid"}
"""Columns of what came and went."""


def said(book: Book) -> dict[str, object]:
    """What reports say of the open period and the register, without lines of nil."""
    selection = select(book, "2004-2005")
    told: dict[str, object] = {"statements": statement_totals(selection)}
    for name in FIGURES:
        report = REPORTS[name].make(selection)
        assert [tie for tie in report.ties if not tie.agrees] == [], name
        rows = []
        for row in report.rows:
            amounts = {
                key: value
                for key, value in row.values.items()
                if isinstance(value, Decimal) and value and key not in TRAIL
            }
            if amounts:
                rows.append((row.kind, row.values.get("label", row.label), amounts))
        told[name] = sorted(rows, key=str)
    told["register"] = register_of(book, STARTS[3].replace(month=2))
    return told


def record(main: Path, *words: object) -> None:
    done = CliRunner().invoke(group, ["--book", str(main), "record", *map(str, words), "--yes"])
    assert done.exit_code == 0, (words, done.stderr)


Days = tuple[date, date]
"""The day on which it is done, and that on which it is undone."""

Pair = Callable[[Path, Claim, Random, Days], None]


def money(random: Random, most: Decimal = Decimal(90000)) -> Decimal:
    return max(to_cents(most * random.randint(1, 100) / 100), Decimal("0.01"))


def place(claim: Claim) -> list[str]:
    purpose = ["--purpose", claim.purpose] if claim.purpose else []
    return ["--fund", claim.fund, "--class", claim.class_, *purpose]


def pay(main: Path, claim: Claim, random: Random, days: Days) -> None:
    units = money(random, claim.units)
    value = units if claim.currency == "USD" else money(random)
    record(main, "payment", f"{claim.label}={units}", "--value", value, "--date", days[0])
    record(main, "returned-payment", claim.label, "--reverses", days[0], "--date", days[1])


def give_up(main: Path, claim: Claim, _: Random, days: Days) -> None:
    record(main, "write-off", claim.label, "--authority", "Controller", "--date", days[0])
    record(main, "recovery", claim.label, "--reverses", days[0], "--date", days[1])


def reassign(main: Path, claim: Claim, _: Random, days: Days) -> None:
    """To a donor whose it never was: what it was of a former one would stay there."""
    for to, day in (("SWE", days[0]), (claim.donor, days[1])):
        said = ["--cause", "misread", "--authority", "Controller", "--date", day]
        record(main, "reassign", claim.label, "--to", to, *said)


def move(main: Path, claim: Claim, random: Random, days: Days) -> None:
    """Where the policy is the same: under another, what it was recognised by is not known again."""
    funds = load_book(main).settings.funds
    policy = funds[claim.fund].policy(claim.class_)
    there = [
        ["--fund", fund, "--class", class_, *(["--purpose", purpose] if purpose else [])]
        for fund, class_, purpose in PLACES
        if funds[fund].policy(class_) == policy
        and (fund, class_, purpose) != (claim.fund, claim.class_, claim.purpose)
    ]
    if there:
        words = ["re-earmark", claim.label, *random.choice(there), "--no-purpose"]
        record(main, *words, "--date", days[0])
        back = [*place(claim), *([] if claim.purpose else ["--no-purpose"])]
        record(main, "re-earmark", claim.label, *back, "--date", days[1])


def give(main: Path, claim: Claim, random: Random, days: Days) -> None:
    own = [claim.donor, money(random), *place(claim), "--ref", "MIRROR", "--date", days[0]]
    record(main, "receipt", *own)
    record(main, "returned-gift", claim.donor, "--reverses", "MIRROR", "--date", days[1])


PAIRS: dict[str, Pair] = {
    "paid and taken back": pay,
    "given up and owed again": give_up,
    "reassigned and back": reassign,
    "moved and back": move,
    "given and taken back": give,
}


def made(seed: int, folder: Path) -> tuple[Path, list[Claim]]:
    """Return a book of which two periods are closed, and instalments that are open at the end of
    the third, without money in advance.
    """
    for number in range(seed + 7000, seed + 7000 + 100 * BOOKS, BOOKS):
        own = folder / str(number)
        own.mkdir()
        main = split(written(number, POLICIES[seed % len(POLICIES)], corrected=True), own)
        for name in ("2000-2001", "2002-2003"):
            close_period(load_book(main), name, make_figures)
        register = load_book(main).register
        claims = [
            claim
            for changes in register.by_label.values()
            if (claim := changes[-1].after).is_open and claim.committed
            if claim.currency not in EURO_RATES  # by then no bank takes these
            if changes[-1].date < date(2005, 12, 1)
            if not any(held.value for held in register.held_under.get(claim.label, ()))
        ]
        if claims:
            return main, claims
    raise AssertionError("no life leaves an instalment open")


@pytest.mark.parametrize("seed", range(BOOKS))
def test_what_is_done_and_undone_leaves_no_figure_behind(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    main, claims = made(seed, tmp_path)
    book = load_book(main)
    told = said(book)
    for at, (name, pair) in enumerate(PAIRS.items()):
        days = (date(2005, 12, 2 + 5 * at), date(2005, 12, 4 + 5 * at))
        pair(main, random.choice(claims), random, days)
        book = load_book(main)
        assert [error.message for error in book.errors] == [], name
        assert find_untied(book) == [], name
        assert said(book) == told, name
    assert [verdict.differs for verdict in verify_seals(main, make_figures)] == [{}, {}]

"""Undoing is an exact mirror: with a thing undone, every report says what it said before it was
done, but for the trail of both. Amounts and rates are made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.closing.proof import verify_seals
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.ledger.register.postings import read_lines
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.selection import select
from pledgebook.reports.registry import REPORTS
from pledgebook.reports.schedule import make_schedule

HEAD = """option "operating_currency" "USD"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "CPCJF" "A fund"
  recognition-general: "{policy}"
1999-12-31 custom "fund" "UNTOC" "An account"
  classes: "convention"
  recognition-convention: "{policy}"
2000-01-01 custom "period" "2000-2001" 2001-12-31
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
"""
TRAIL = {
    "movements",
    "roll-forwards",
    "write-offs",
    "notes",
    "regularity",
    "reconciliation",
    "paragraphs",
    "secretary-general",
}
"""Reports of what came and went, and those that need a mandate, which these books have not."""


def record(main: Path, words: str) -> None:
    done = CliRunner().invoke(group, ["--book", str(main), "record", *words.split(), "--yes"])
    assert done.exit_code == 0, (words, done.stderr)


def made(tmp_path: Path, policy: str, events: Sequence[str]) -> Path:
    main = tmp_path / "main.beancount"
    main.write_text(HEAD.format(policy=policy), "utf-8")
    for words in events:
        record(main, words)
    return main


def said(book: Book) -> dict[str, list[Any]]:
    """All figures of all reports of all periods, and the register."""
    told: dict[str, list[Any]] = {}
    for period in ("2000-2001", "2002-2003", "2003", "2004-2005"):
        selection = select(book, period)
        for name, kind in REPORTS.items():
            if name in TRAIL:
                continue
            report = kind.make(selection)
            assert [tie for tie in report.ties if not tie.agrees] == [], (period, name)
            rows = []
            for row in report.rows:
                amounts = {k: v for k, v in row.values.items() if isinstance(v, Decimal) and v}
                if amounts:
                    label = row.values.get("label", row.label)
                    rows.append((row.kind, label, amounts))
            told[f"{period} {name}"] = rows
    told["register"] = [
        (line.label, line.pledged, line.paid, line.outstanding, line.carrying, line.received)
        for line in list_instalments(book.register)
        if line.paid or line.outstanding
    ]
    return told


def balances(book: Book) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for entry in book.entries:
        for line in read_lines(entry, book.settings) if hasattr(entry, "postings") else ():
            name = line.posting.account
            sums[name] = sums.get(name, ZERO) + (line.value or ZERO)
    return {name: amount for name, amount in sums.items() if amount}


PLEDGE = "pledge BEL {amount} --date 2002-02-01 --fund CPCJF --due {due} --reason r"
VALUE = PLEDGE.format(amount=10000, due="2002-06-30")
EUROS = f"{VALUE} --currency EUR --value 9000"
EARLY = "pledge BEL 1000 --currency EUR --value 1000 --reason r --date 2001-02-01 --fund CPCJF"
RETURN = "returned-payment BEL-200{}-01.1 --reverses {} --date {}"
CASES = {
    "charges of a payment in the book's currency": (
        [VALUE],
        ["payment BEL-2002-01 --value 9975 --charges 25 --date 2002-10-04"],
        [RETURN.format(2, "2002-10-04", "2002-10-10")],
    ),
    "the same, as the bank states it": (
        [VALUE],
        ["payment BEL-2002-01 --value 9975 --charges 25 --date 2002-10-04"],
        [RETURN.format(2, "2002-10-04", "2002-10-10 --value 9975")],
    ),
    "charges of a payment in euros": (
        [EUROS],
        ["payment BEL-2002-01.1 --value 10480 --charges 20 --date 2002-10-04"],
        [RETURN.format(2, "2002-10-04", "2002-10-10 --value 10480 --amount 10000")],
    ),
    "in two parts, of which none keeps a cent": (
        [EUROS],
        ["payment BEL-2002-01 --value 10480.33 --charges 20.01 --date 2002-10-04"],
        [
            RETURN.format(2, "2002-10-04", "2002-10-10 --amount 3333.33"),
            RETURN.format(2, "2002-10-04", "2002-10-12"),
        ],
    ),
    "two instalments by one transfer": (
        [
            VALUE,
            "pledge BEL 333.33 --date 2002-02-02 --fund CPCJF --due 2002-06-30 --reason r",
        ],
        ["payment BEL-2002-01.1 BEL-2002-02.1 --value 10300 --charges 33.33 --date 2002-10-04"],
        [
            RETURN.format(2, "2002-10-04", "2002-10-10"),
            RETURN.format(2, "2002-10-04", "2002-10-10").replace("-01.1", "-02.1"),
        ],
    ),
    "money in advance before its release": (
        [f"{EARLY} --due 2002-06-30"],
        ["payment BEL-2001-01 --value 945 --charges 5 --date 2001-10-04"],
        [RETURN.format(1, "2001-10-04", "2001-11-01")],
    ),
}
ADVANCE = "payment BEL-2001-01 --value 950 --date 2001-10-04"
RELEASE = "release BEL-2001-01.1 --date 2002-01-01"


@pytest.mark.parametrize("policy", ["pledge", "receipt", "agreement"])
@pytest.mark.parametrize("case", CASES)
def test_a_payment_taken_back_leaves_no_figure_behind(
    case: str, policy: str, tmp_path: Path
) -> None:
    before, done, undone = CASES[case]
    main = made(tmp_path, policy, before)
    told = said(load_book(main))
    for words in done:
        record(main, words)
    assert said(load_book(main)) != told
    for words in undone:
        record(main, words)
    book = load_book(main)
    assert [error.message for error in book.errors] == []
    assert said(book) == told
    assert not {name for name in balances(book) if "Charges" in name or "Cash" in name}


@pytest.mark.parametrize("policy", ["pledge", "receipt"])
@pytest.mark.parametrize("day", ["2002-02-01", "2004-02-01"])
def test_money_in_advance_taken_back_after_its_release_is_as_if_it_had_never_come(
    policy: str, day: str, tmp_path: Path
) -> None:
    """The pledge is worth what it is carried at again, and no exchange came of what never came."""
    figures, held = [], []
    for name, events in (
        ("never", [RELEASE] if policy == "pledge" else []),
        ("back", [ADVANCE, RELEASE, RETURN.format(1, "2001-10-04", day)]),
    ):
        (tmp_path / name).mkdir()
        main = made(tmp_path / name, policy, [f"{EARLY} --due 2002-06-30", *events])
        book = load_book(main)
        assert book.errors == []
        period = f"{day[:4]}-{int(day[:4]) + 1}"
        told = said(book)
        kinds = ("schedule", "annex", "exchange", "donor-kinds", "ageing")
        figures.append([told[f"{period} {kind}"] for kind in kinds])
        held.append(balances(book))
    income = {"Income:CPCJF:Contributions:BEL", "Equity:CPCJF:Prior-Period:BEL"}
    never, back = ({k: v for k, v in each.items() if k not in income} for each in held)
    assert never == back
    assert sum(held[0].get(name, ZERO) for name in income) == sum(
        held[1].get(name, ZERO) for name in income
    )
    if day.startswith("2002"):
        trail = figures[1][1][0][2].pop("value_paid")  # the annex shows what went
        assert trail == -950
        assert figures[0] == figures[1]
        return
    (row,) = (each for each in figures[1][0] if each[0] == "row")
    back_later = {"adjustments": "50.00", "collected_prior": "-950.00", "closing": "1000.00"}
    assert row[2] == {column: Decimal(amount) for column, amount in back_later.items()}


GIVEN_UP = (
    "write-off BEL-2002-01.1 --authority Controller --date 2003-02-01",
    "recovery BEL-2002-01.1 --reverses 2003-02-01 --date {}",
)


@pytest.mark.parametrize("policy", ["pledge", "receipt", "agreement"])
@pytest.mark.parametrize("early", ["", "payment BEL-2002-01.1=3000 --value 2900 --date 2002-05-01"])
def test_a_write_off_that_is_taken_back_leaves_no_figure_behind_and_can_be_paid(
    policy: str, early: str, tmp_path: Path
) -> None:
    main = made(tmp_path, policy, [EUROS, *([early] if early else [])])
    told = said(load_book(main))
    record(main, GIVEN_UP[0])
    assert said(load_book(main)) != told
    record(main, f"{GIVEN_UP[1].format('2003-05-01')} --amount 1000.01")
    record(main, GIVEN_UP[1].format("2003-05-02"))
    book = load_book(main)
    assert book.errors == []
    assert said(book) == told
    done = CliRunner().invoke(
        group,
        ["--book", str(main), "record", *GIVEN_UP[1].format("2003-05-03").split(), "--yes"],
    )
    assert done.exit_code == 2  # no more is owed again than was given up
    record(main, "payment BEL-2002-01.1 --value 9500 --date 2003-06-01")
    (line,) = list_instalments(load_book(main).register)
    assert (line.status, line.written_off) == ("paid", 0)


@pytest.mark.parametrize("policy", ["pledge", "receipt", "agreement"])
def test_what_was_written_off_in_a_closed_period_is_owed_again_in_the_open_one(
    policy: str, tmp_path: Path
) -> None:
    """The write-off stays where it is; the recovery is a new event, of its own period."""
    main = made(tmp_path, policy, [EUROS, GIVEN_UP[0]])
    close_period(load_book(main), "2002-2003", make_figures)
    record(main, GIVEN_UP[1].format("2004-03-01"))
    history = main.with_name("history.beancount")
    for path in (main, history):
        book = load_book(path)
        assert [error.message for error in book.errors] == []
        made_ = make_schedule(select(book, "2004-2005"))
        assert [tie for tie in made_.ties if not tie.agrees] == []
        (figures,) = (line.figures for lines in made_.sections.values() for line in lines)
        shown = {key: x for key, x in figures.amounts().items() if x}
        assert shown == {"written_off": Decimal(-9000), "closing": Decimal(9000)}
        (line,) = list_instalments(book.register)
        assert (line.outstanding, line.written_off, line.pledged_on) == (
            10000, 0, date(2002, 2, 1),
        )  # fmt: skip
    record(main, "payment BEL-2002-01.1 --value 9500 --date 2004-06-01")
    close_period(load_book(main), "2004-2005", make_figures)
    assert [verdict.differs for verdict in verify_seals(main, make_figures)] == [{}, {}]

"""Pledges of an amount at an interval, and pledges shared over purposes (amounts made up)."""

from __future__ import annotations

import shlex
from calendar import monthrange
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.cli.main import group
from pledgebook.ledger.events.asking import INTERVALS, share_out, standing_dates
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.register import Claim
from pledgebook.reports.figures.selection import select
from pledgebook.reports.registry import make_reports

D = Decimal
RATES = """
1999-12-31 custom "rate-age" "400"
2002-02-01 price USD 125 JPY
"""


@pytest.fixture
def main(load: Callable[..., Any]) -> Path:
    path: Path = load(RATES).path
    return path


def record(main: Path, line: str) -> Result:
    return CliRunner().invoke(group, ["--book", str(main), "record", *shlex.split(line), "--yes"])


def booked(main: Path, *lines: str) -> list[Claim]:
    for line in lines:
        result = record(main, line)
        assert result.exit_code == 0, result.output
    book = load_book(main)
    assert [error.message for error in book.errors] == []
    return [changes[-1].after for changes in book.register.by_label.values()]


STANDING = "pledge AUT 1000 --fund CPCJF --due 2002-01-31 --date 2002-01-02"


def test_a_standing_pledge_is_one_entry_of_equal_instalments(main: Path) -> None:
    claims = booked(main, f"{STANDING} --every year --times 3")
    assert [(claim.label, claim.units, claim.due) for claim in claims] == [
        ("AUT-2002-01.1", D(1000), date(2002, 1, 31)),
        ("AUT-2002-01.2", D(1000), date(2003, 1, 31)),
        ("AUT-2002-01.3", D(1000), date(2004, 1, 31)),
    ]
    assert len({id(claim.origin[0]) for claim in claims}) == 1
    assert claims[0].stated("standing") == "1000 USD every year, 3 times"
    assert [claim.is_deferred for claim in claims] == [False, False, True]


@given(
    first=st.dates(date(1990, 1, 1), date(2050, 12, 31)),
    every=st.sampled_from(sorted(INTERVALS)),
    times=st.integers(2, 60),
)
def test_instalments_fall_on_the_day_of_the_first_or_the_last_of_a_month_without_it(
    first: date, every: str, times: int
) -> None:
    days = standing_dates(first, every, times)
    assert len(days) == times
    assert days[0] == first
    for number, day in enumerate(days):
        months = (day.year - first.year) * 12 + day.month - first.month
        assert months == number * INTERVALS[every]
        assert day.day == min(first.day, monthrange(day.year, day.month)[1])


@given(
    cents=st.integers(1, 10**12),
    percents=st.lists(st.integers(1, 100), min_size=1, max_size=8),
    places=st.sampled_from([0, 2, 3]),
)
def test_shares_add_up_to_the_last_unit(cents: int, percents: list[int], places: int) -> None:
    unit = Decimal(1).scaleb(-places)
    whole = cents * unit
    shares = share_out(whole, [D(each) for each in percents], places)
    assert sum(shares) == whole
    for share, percent in zip(shares, percents, strict=True):
        assert share >= 0
        assert share % unit == 0
        assert abs(share - whole * percent / sum(percents)) < 2 * unit


def test_a_pledge_is_shared_over_purposes_and_the_last_takes_the_rest(main: Path) -> None:
    claims = booked(
        main,
        "pledge AUT 100.01 --due 2002-06-30 --date 2002-02-01 --fund CPCJF "
        "--share corruption=33.3 --share organized-crime=33.3 --share none=33.4",
    )
    assert [(claim.class_, claim.purpose, claim.units) for claim in claims] == [
        ("special", "corruption", D("33.30")),
        ("special", "organized-crime", D("33.30")),
        ("general", "", D("33.41")),
    ]
    assert claims[2].stated("shared") == "corruption=33.3, organized-crime=33.3, none=33.4"


def test_a_share_has_no_more_decimals_than_its_currency(main: Path) -> None:
    claims = booked(
        main,
        "pledge JPN 1001 --currency JPY --date 2002-02-01 --fund CPCJF "
        "--share corruption=50 --share organized-crime=50",
    )
    assert [(claim.units, claim.value) for claim in claims] == [
        (D(501), D("4.01")),
        (D(500), D("4.00")),
    ]


def test_a_standing_pledge_may_be_shared_committed_later_paid_and_reported(main: Path) -> None:
    """1,000 a year, 40 : 60; of it 1,000 paid, 200 and 800 are deferred and unpaid."""
    claims = booked(
        main,
        "pledge AUT 1000 --every year --times 3 --due 2002-06-30 --date 2002-02-01 --fund CPCJF "
        "--share corruption=40 --share none=60 --pledged-only",
        "commit AUT-2002-01 --date 2002-03-01",
        "payment AUT-2002-01.1 AUT-2002-01.2=600 --value 1000 --date 2002-07-01",
    )
    assert [(claim.purpose, claim.units, claim.is_deferred) for claim in claims] == [
        ("corruption", D(0), False),
        ("", D(0), False),
        ("corruption", D(400), False),
        ("", D(600), False),
        ("corruption", D(400), True),
        ("", D(600), True),
    ]
    book = load_book(main)
    for report in make_reports(select(book, "2002-2003"), ("all",)):
        assert [tie for tie in report.ties if not tie.agrees] == []
    (earmarked,) = make_reports(select(book, "2002-2003", purpose="corruption"), ("earmarked",))
    received = [row.values["received"] for row in earmarked.rows if row.kind == "row"]
    assert received == [D(400)]


SHARED = f"{STANDING} --every quarter --times 3 --share corruption=40 --share none=60"


@pytest.mark.parametrize(
    ("pledge", "payment", "left"),
    [
        (f"{STANDING} --every quarter --times 3", "AUT-2002-01 --value 1500", [0, 500, 1000]),
        (f"{STANDING} --every quarter --times 3", "AUT-2002-01=1500", [0, 500, 1000]),
        (
            f"{STANDING} --every quarter --times 3",
            "AUT-2002-01.3=400 AUT-2002-01=1100",
            [0, 900, 600],
        ),
        (f"{STANDING} --every quarter --times 3", "AUT-2002-01", [0, 0, 0]),
        (
            f"{STANDING} --every quarter --times 3",
            "AUT-2002-01 --value 2990 --charges 10",
            [0] * 3,
        ),
        (SHARED, "AUT-2002-01", [0] * 6),
    ],
)
def test_a_payment_of_a_pledge_goes_over_its_oldest_instalments(
    main: Path, pledge: str, payment: str, left: list[int]
) -> None:
    claims = booked(main, pledge, f"payment {payment} --date 2002-02-01")
    assert [claim.units for claim in claims] == left


def test_a_sum_in_another_currency_bears_one_rate_over_the_instalments(main: Path) -> None:
    claims = booked(
        main,
        "pledge JPN 1000 --currency JPY --every month --times 3 --due 2002-02-28 "
        "--date 2002-02-01 --fund CPCJF",
        "payment JPN-2002-01=2500 --value 20.01 --date 2002-03-01",
    )
    assert [claim.units for claim in claims] == [0, 0, 500]
    register = load_book(main).register
    received = [changes[-1].received for changes in register.by_label.values()]
    assert received == [D("8.00"), D("8.01"), D("4.00")]


@pytest.mark.parametrize(
    ("payment", "said"),
    [
        ("AUT-2002-01=500", "several purposes or currencies"),
        ("AUT-2002-01 --value 500", "make them agree"),
        ("AUT-2002-01=3000.01", "several purposes"),
    ],
)
def test_what_purpose_a_part_of_a_shared_pledge_is_for_a_person_says(
    main: Path, payment: str, said: str
) -> None:
    booked(main, SHARED)
    result = record(main, f"payment {payment} --date 2002-02-01")
    assert result.exit_code == 2
    assert said in result.output


def test_more_than_a_pledge_owes_is_not_spread(main: Path) -> None:
    booked(main, f"{STANDING} --every quarter --times 3")
    result = record(main, "payment AUT-2002-01=3001 --date 2002-02-01")
    assert result.exit_code == 2
    assert "has 3000 USD outstanding; 3001 is more" in result.output


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("--every year", "state all four"),
        ("--times 3", "state all four"),
        ("--every year --times 1", "from 2 to 600 instalments; this one has 1"),
        ("--every year --times 601", "from 2 to 600"),
        ("--every week --times 3", "'week' is not one of"),
        ("--every year --times 0", "no number of times"),
        ("--every year --times 2.5", "no number of times"),
        ("--share corruption=60 --share none=39.9", "these are 99.9"),
        ("--share corruption=60 --share corruption=40", "corruption has two"),
        ("--share corruption=60 --share x=40", "purpose 'x'"),
        ("--share corruption", "is not PURPOSE=PERCENT"),
        ("--share corruption=-1", "no per cent above zero"),
        ("--share corruption=100 --purpose corruption", "or is shared over several"),
        ("--share corruption=99.9999 --share none=0.0001", "an amount and a value above zero"),
    ],
)
def test_what_is_no_standing_or_shared_pledge_is_refused(main: Path, more: str, said: str) -> None:
    before = main.read_bytes()
    result = record(main, f"{STANDING} {more}")
    assert result.exit_code == 2
    assert said in result.output
    assert main.read_bytes() == before


def test_instalments_of_their_own_are_at_no_interval(main: Path) -> None:
    result = record(
        main, "pledge AUT --instalment 5@2002-06-30 --every year --times 2 --date 2002-02-01"
    )
    assert result.exit_code == 2
    assert "state all four" in result.output


def test_an_instalment_beyond_the_calendar_is_refused(main: Path) -> None:
    result = record(main, "pledge AUT 5 --due 9998-01-01 --every year --times 9 --date 2002-02-01")
    assert result.exit_code == 2
    assert "no day of the calendar" in result.output

"""A rate of exchange holds for a month; the law's rates from their day (all rates and amounts made
up).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.importers.imports import import_files
from pledgebook.ledger import Book, EventRefusedError, MissingRateError, load_book, make_book
from pledgebook.ledger.declared.currencies import EURO_RATES, euro_from
from pledgebook.ledger.declared.rates import RATE_AGE, Rate, Rates
from pledgebook.ledger.events.asking import value_of_day
from pledgebook.ledger.forms import FORMS

D = Decimal
Load = Callable[..., Book]
EFFECTIVE = date(2002, 3, 1)
BOOK = "2002-03-01 price USD 1.10 EUR\n"
PLEDGE = """
{day} * "Austria" "Pledge" ^AUT-2002-01
  event: "commitment"
  rate: "1.10"
  rate-date: 2002-03-01
  class: "general"
  Assets:CPCJF:Pledges:AUT          1100 EUR {{0 # 1000.00 USD, "AUT-2002-01.1"}}
  Income:CPCJF:Contributions:AUT   -1000.00 USD
"""


def test_a_rate_holds_on_its_35th_day_and_not_on_the_36th() -> None:
    rates = Rates([Rate("EUR", D("1.10"), EFFECTIVE)])
    last = EFFECTIVE + timedelta(days=RATE_AGE)
    assert RATE_AGE == 35
    assert rates.value(D(1100), "EUR", last)[0] == 1000
    with pytest.raises(
        MissingRateError, match=r"the newest is of 2002-03-01 and holds for 35 days"
    ):
        rates.value(D(1100), "EUR", last + timedelta(days=1))


@given(
    currency=st.sampled_from(["USD", "EUR", "GBP", "DEM", "ATS", "XOF"]),
    of=st.sampled_from(["EUR", "GBP", "DEM"]),
    days=st.integers(-2000, 400),
)
def test_what_is_missing_is_what_no_dollars_come_of(currency: str, of: str, days: int) -> None:
    rates = Rates([Rate(of, D("1.10"), EFFECTIVE)])
    day = EFFECTIVE + timedelta(days)
    missing = rates.missing(currency, day)
    if not missing:
        assert rates.value(D(1100), currency, day)[0] > 0
        return
    with pytest.raises(MissingRateError) as raised:
        rates.value(D(1100), currency, day)
    assert str(raised.value) == missing


@given(
    days=st.lists(st.integers(0, 3000), min_size=1, max_size=20, unique=True),
    asked=st.integers(0, 4000),
    age=st.integers(0, 400),
)
def test_no_dollars_rest_on_a_rate_that_is_older_than_said(
    days: list[int], asked: int, age: int
) -> None:
    began = date(2000, 1, 1)
    rates = Rates([Rate("EUR", D(1 + day), began + timedelta(day)) for day in days], age=age)
    day = began + timedelta(asked)
    newest = max((each for each in days if each <= asked), default=None)
    if newest is None or asked - newest > age:
        with pytest.raises(MissingRateError):
            rates.value(D(100), "EUR", day)
    else:
        assert rates.value(D(100), "EUR", day)[1] == Rate(
            "EUR", D(1 + newest), began + timedelta(newest)
        )


@pytest.mark.parametrize("code", sorted(EURO_RATES))
def test_a_currency_goes_through_the_euro_from_the_day_of_the_law_s_rate(code: str) -> None:
    began = euro_from(code)
    assert began is not None
    before = began - timedelta(days=1)
    rates = Rates([Rate("EUR", D(1), before)])
    assert rates.value(EURO_RATES[code] * 100, code, began)[0] == 100
    with pytest.raises(MissingRateError, match=f"rate of exchange of {code} for {before}"):
        rates.value(D(100), code, before)


def test_a_book_says_for_how_long_its_rates_hold(load: Load) -> None:
    day = date(2002, 6, 9)  # the 100th day
    with pytest.raises(EventRefusedError, match='add it as "2002-06-01 price USD UNITS EUR"'):
        value_of_day(load(BOOK), D(1100), "EUR", day)
    book = load(BOOK + '1999-12-31 custom "rate-age" "100"\n')
    assert value_of_day(book, D(1100), "EUR", day)[0] == 1000
    with pytest.raises(EventRefusedError, match="holds for 100 days"):
        value_of_day(book, D(1100), "EUR", day + timedelta(days=1))


def test_an_entry_that_rests_on_an_old_rate_is_a_notice(load: Load) -> None:
    rules = [each.rule for each in load(BOOK + PLEDGE.format(day="2002-04-05")).notices]
    assert "rate-old" not in rules
    late = load(BOOK + PLEDGE.format(day="2002-04-06"))
    (notice,) = [each for each in late.notices if each.rule == "rate-old"]
    assert "a rate of exchange of 2002-03-01, 36 days before" in notice.message
    told = load(BOOK + '1999-12-31 custom "rate-age" "36"\n' + PLEDGE.format(day="2002-04-06"))
    assert "rate-old" not in [each.rule for each in told.notices]


def test_events_by_hand_find_no_rate_of_the_day_where_it_is_old(load: Load) -> None:
    book = load(BOOK)
    asked = {"donor": "Austria", "amount": "1100", "currency": "EUR", "fund": "CPCJF",
             "class_": "general", "day": "2002-04-06"}  # fmt: skip
    form = FORMS["pledge"]
    with pytest.raises(EventRefusedError, match="holds for 35 days"):
        form.plan(book, form.read(asked))
    assert form.plan(book, form.read(asked | {"day": "2002-04-05"})).drafts


def _imported(folder: Path, name: str, text: str, settings: str) -> list[tuple[str, str]]:
    main = make_book(folder / "book")
    with main.open("a") as file:
        file.write(settings)
    path = folder / name
    path.write_text(text)
    result = import_files(load_book(main), [path], fund="CPCJF", dry_run=True)
    rows = [(v.verdict, v.reason) for f in result.files for t in f.tables for v in t.verdicts]
    return rows + [
        (v.verdict, v.reason)
        for file in result.statements
        for judged in file.statements
        for v in judged.verdicts
    ]


def test_a_row_of_a_sheet_waits_for_the_rate_of_its_day(tmp_path: Path) -> None:
    text = "Donor,Date of pledge,Currency,Amount,Purpose\nAustria,{},EUR,1100,Corruption\n"
    ((verdict, reason),) = _imported(tmp_path, "p.csv", text.format("2002-04-06"), BOOK)
    assert verdict == "waiting"
    assert "the newest is of 2002-03-01 and holds for 35 days" in reason
    assert '"2002-04-01 price USD UNITS EUR"' in reason


def test_an_entry_of_an_account_in_another_currency_waits_for_the_rate_of_its_day(
    tmp_path: Path,
) -> None:
    bank = (
        '1999-12-31 custom "bank" "EURO" "7654321"\n  currency: "EUR"\n'
        '  accounts: "Assets:CPCJF:Cash:EURO"\n'
    )
    text = (
        "Account,Date,Details,Amount,Balance\n"
        "7654321,2002-04-05,Gift,100.00,100.00\n7654321,2002-04-06,Gift,50.00,150.00\n"
    )
    first, second = _imported(tmp_path, "list.csv", text, BOOK + bank)
    assert first[0] == "imported"
    assert second[0] == "waiting"
    assert "holds for 35 days" in second[1]


@pytest.mark.parametrize(
    ("value", "named"),
    [("1000.00", False), ("1000", False), ("1001", False), ("1000.01", False), ("999", False),
     ("1000.02", True), ("1002", True), ("998", True), ("990.10", True), ("1300.00", True)],
)  # fmt: skip
def test_a_sheet_s_own_dollars_that_are_not_the_rate_s_are_named(
    tmp_path: Path, value: str, named: bool
) -> None:
    text = (
        "Donor,Date of pledge,Currency,Amount,Amount in USD,Purpose\n"
        f"Austria,2002-03-02,EUR,1100,{value},Corruption\n"
    )
    ((verdict, reason),) = _imported(tmp_path, "p.csv", text, BOOK)
    assert verdict == "imported"
    assert ("The sheet's own value" in reason) is named
    assert not named or "1000.00" in reason

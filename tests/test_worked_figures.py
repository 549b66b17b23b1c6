"""The worked figures of the rules, from amount to schedule. Rates marked so are made up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from conftest import FEW_RATES
from pledgebook.ledger.declared.currencies import EURO_RATES, convert_legacy, to_euro
from pledgebook.ledger.events import (
    Earmark,
    Part,
    commitment,
    payment,
    programme_support,
    redenomination,
    split_gross,
)
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.money import value_at
from pledgebook.ledger.register.book import Book
from pledgebook.reports.figures.selection import select
from pledgebook.reports.schedule import make_schedule

D = Decimal
Load = Callable[..., Book]


def test_a_pledge_in_lire_paid_in_euro(load: Load) -> None:
    """ITL 500,000,000; 1.13 and 0.81 euros to the dollar are made up."""
    book = load(f"{FEW_RATES}2001-05-01 price USD 1.13 EUR\n2003-01-01 price USD 0.81 EUR\n")
    lire = D(500_000_000)
    assert to_euro(lire, "ITL") == D("258228.45")
    value, rate = book.rates.value(lire, "ITL", date(2001, 5, 14))
    assert value == D("228520.75")
    pledge = commitment(
        book.settings,
        day=date(2001, 5, 14),
        donor="ITA",
        pledge="ITA-2001-01",
        earmark=Earmark("CPCJF", "special", "organized-crime"),
        currency="ITL",
        parts=[Part(lire, value, date(2001, 12, 31))],
    ).noted(narration="Pledge", rate=rate)
    book = saved(book, pledge)
    claim = book.register.by_label["ITA-2001-01.1"][-1].after
    book = saved(book, redenomination(book.settings, day=date(2002, 1, 1), claim=claim))
    claim = book.register.by_label["ITA-2001-01.1"][-1].after
    assert (claim.units, claim.currency, claim.value) == (D("258228.45"), "EUR", D("228520.75"))
    received, rate = book.rates.value(claim.units, "EUR", date(2003, 3, 3))
    assert received == D("318800.56")
    paid = payment(
        book.settings, day=date(2003, 3, 3), claim=claim, units=claim.units, value=received
    ).noted(rate=rate)
    made = make_schedule(select(saved(book, paid), "2002-2003"))
    ((line,),) = made.sections.values()
    assert line.figures.opening == D("228520.75")
    assert line.figures.collected_prior == D("318800.56")
    assert line.figures.exchange == D("90279.81")
    assert line.figures.closing == 0
    assert line.figures.foots


def saved(book: Book, *drafts: object) -> Book:
    write_entries(book, list(drafts))  # type: ignore[arg-type]
    again = load_book(book.path)
    assert not again.errors
    return again


def test_from_one_legacy_currency_to_another_goes_through_three_decimals_of_a_euro() -> None:
    assert convert_legacy(D(100), "IEP", "DEM") == D("248.34")
    assert convert_legacy(D(4000), "DEM", "ESP") == D(340287)
    assert (D(100) / EURO_RATES["IEP"]).quantize(D("0.001")) == D("126.974")
    assert (D(4000) / EURO_RATES["DEM"]).quantize(D("0.001")) == D("2045.168")


@pytest.mark.parametrize(
    ("gross", "programme", "support"),
    [("113000.00", "100000.00", "13000.00"), ("250000.00", "221238.94", "28761.06")],
)
def test_support_costs_are_split_off_a_gross_amount(
    load: Load, gross: str, programme: str, support: str
) -> None:
    net, costs = split_gross(D(gross), D("0.13"))
    assert (net, costs) == (D(programme), D(support))
    draft = programme_support(
        load("").settings,
        day=date(2003, 1, 31),
        earmark=Earmark("CPCJF", "general"),
        expenditure=net,
        rate=D("0.13"),
    )
    assert draft.lines[0].number == D(support)


def test_dollars_are_units_over_the_rate_half_up() -> None:
    assert value_at(D("258228.45"), D("0.81")) == D("318800.56")
    assert value_at(D("0.005"), D(1)) == D("0.01")

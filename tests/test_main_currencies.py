"""Books kept in other currencies than the dollar. All rates and amounts are made up."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.cli.main import group
from pledgebook.importers.rates.published import read_rates
from pledgebook.ledger.declared.currencies import decimals
from pledgebook.ledger.declared.rates import Rate, Rates
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.reports.figures.selection import select
from pledgebook.reports.registry import make_reports

D = Decimal
DAY = date(2002, 7, 1)
CURRENCIES = ("USD", "EUR", "JPY")


def book_in(folder: Path, currency: str, more: str = "") -> Path:
    main = make_book(folder / "book")
    said = main.read_text("utf-8")
    assert 'option "operating_currency" "USD"' in said
    main.write_text(said.replace('currency" "USD"', f'currency" "{currency}"') + more, "utf-8")
    return main


def run(main: Path, *words: str | Path) -> Result:
    return CliRunner().invoke(group, [*map(str, words), "--book", str(main)])


def listed(folder: Path, text: str, name: str = "rates.csv") -> Path:
    (folder / name).write_text(text, "utf-8")
    return folder / name


UN = """Currency code,Rate,Effective date
GBP,0.64,2002-07-01
USD,1,2002-07-01
EUR,1.02,2002-07-01
"""
ECB_DAY = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" xmlns="http://e.int/x">
<Cube><Cube time='2002-07-01'>
<Cube currency='USD' rate='0.9900'/><Cube currency='GBP' rate='0.6400'/>
</Cube></Cube></gesmes:Envelope>
"""
ECB_DAYS = "Date,USD,GBP,CYP,\n2002-07-02,0.98,0.65,N/A,\n2002-07-01,0.99,0.64,N/A,\n"
ECB = '\n1999-12-31 custom "rate-base" "EUR"\n  source: "European Central Bank"\n'


@pytest.mark.parametrize(
    ("currency", "pledged", "value"),
    [
        ("EUR", "1000 --currency USD", "1020.00 EUR"),
        ("EUR", "1000 --currency GBP", "1593.75 EUR"),
        ("GBP", "1000 --currency USD", "640.00 GBP"),
        ("GBP", "1000 --currency EUR", "627.45 GBP"),
    ],
)
def test_a_list_against_the_dollar_serves_a_book_that_is_not_kept_in_it(
    tmp_path: Path, currency: str, pledged: str, value: str
) -> None:
    main = book_in(tmp_path, currency)
    taken = run(main, "rates", listed(tmp_path, UN), "--all")
    assert taken.exit_code == 0, taken.output
    prices = (main.parent / "rates.beancount").read_text("utf-8")
    assert "2002-07-01 price USD 0.64 GBP\n" in prices
    assert "2002-07-01 price USD 1.02 EUR\n" in prices
    words = f"record pledge GBR {pledged} --due 2002-12-31 --fund CPCJF --date 2002-07-10 --yes"
    done = run(main, *words.split())
    assert done.exit_code == 0, done.output
    book = load_book(main)
    assert not book.errors
    (change,) = book.register.changes
    assert f"{change.after.value} {currency}" == value


@pytest.mark.parametrize(("text", "name"), [(ECB_DAY, "day.xml"), (ECB_DAYS, "days.csv")])
def test_reference_rates_are_against_the_euro_and_no_book_takes_them_for_others(
    tmp_path: Path, text: str, name: str
) -> None:
    path = listed(tmp_path, text, name)
    assert read_rates(path).base == "EUR"
    refused = run(book_in(tmp_path / "dollars", "USD"), "rates", path, "--all")
    assert refused.exit_code == 2
    assert "for one EUR; this book's are for one USD" in " ".join(refused.output.split())
    main = book_in(tmp_path / "own", "USD", ECB)
    taken = run(main, "rates", path, "--all")
    assert taken.exit_code == 0, taken.output
    value, rate = load_book(main).rates.value(D(1000), "GBP", DAY)
    assert value == D("1546.88")  # 1,000 / 0.64 × 0.99
    assert rate == Rate("GBP", D("0.64"), DAY, D("0.99"))


def test_a_table_that_does_not_say_its_base_may_be_told_it(tmp_path: Path) -> None:
    table = "Currency code,Rate,Effective date\nGBP,0.64,2002-07-01\n"
    path = listed(tmp_path, table)
    main = book_in(tmp_path, "USD", ECB)
    assert run(main, "rates", path, "--base", "USD").exit_code == 2
    assert run(main, "rates", path, "--base", "EUR", "--all").exit_code == 0
    assert "price EUR 0.64 GBP" in (main.parent / "rates.beancount").read_text("utf-8")


@given(
    base=st.sampled_from(CURRENCIES),
    book=st.sampled_from(CURRENCIES),
    other=st.sampled_from([*CURRENCIES, "GBP", "DEM"]),
    numbers=st.fixed_dictionaries(
        {code: st.decimals("0.0005", "500", places=4) for code in (*CURRENCIES, "GBP", "DEM")}
    ),
    amount=st.decimals("0.01", "1000000000", places=2),
)
def test_a_value_goes_through_the_base_and_is_rounded_once(
    base: str, book: str, other: str, numbers: dict[str, D], amount: D
) -> None:
    known = numbers | {base: D(1)}
    rates = Rates(
        [Rate(code, number, DAY) for code, number in numbers.items() if code != base],
        base=base,
        currency=book,
    )
    value, rate = rates.value(amount, other, DAY)
    exact = amount if other == book else amount * known[book] / known[other]
    assert abs(value - exact) * 2 <= D(1).scaleb(-decimals(book)) * (1 + D("1e-20"))
    assert value == value.quantize(D(1).scaleb(-decimals(book)))
    assert (rate is None) == (other == book)


@pytest.mark.parametrize(
    ("currency", "carried", "brought"), [("EUR", "1,020.00 EUR", 1010), ("GBP", "640.00 GBP", 650)]
)
def test_a_payment_that_takes_all_out_is_told_in_the_books_currency(
    tmp_path: Path, currency: str, carried: str, brought: int
) -> None:
    main = book_in(tmp_path, currency)
    run(main, "rates", listed(tmp_path, UN), "--all")
    pledge = "record pledge CHE 1000 --currency USD --due 2002-12-31 --fund CPCJF"
    assert run(main, *pledge.split(), "--date", "2002-07-02", "--yes").exit_code == 0
    paid = f"record payment CHE-2002-01.1 --value {brought} --date 2002-07-03 --dry-run"
    told = run(main, *paid.split()).output
    assert f"carried at {carried}" in told
    assert "USD" not in told.replace("1,000.00 USD", "").replace("-1000 USD", "")


EQUIVALENTS = """Donor,Reference,Date of pledge,Currency,Amount pledged,{head},Due date
United Kingdom,GB1,2002-07-02,GBP,1000,{value},2002-12-31
"""


@pytest.mark.parametrize(
    ("currency", "head", "rate", "value"),
    [
        ("EUR", "USD equivalent", "1.02", "1275.00 EUR"),  # 1,250 dollars
        ("EUR", "EUR equivalent", "1.02", "1250.00 EUR"),
        ("EUR", "Equivalent", "1.02", "1250.00 EUR"),
        ("USD", "EUR equivalent", "1.25", "1000.00 USD"),
        ("USD", "Equivalent in US$", "1.25", "1250.00 USD"),
        ("JPY", "USD equivalent", "1.02", "149375 JPY"),
    ],
)
def test_a_column_of_equivalents_counts_in_its_own_currency(
    tmp_path: Path, currency: str, head: str, rate: str, value: str
) -> None:
    prices = f"\n2002-07-01 price USD {rate} EUR\n2002-07-01 price USD 119.5 JPY\n"
    main = book_in(tmp_path, currency, prices)
    sheet = listed(tmp_path, EQUIVALENTS.format(head=head, value="1250"), "sheet.csv")
    done = run(main, "import", sheet, "--fund", "CPCJF")
    assert "no rate for that day" in done.output, done.output
    (change,) = load_book(main).register.changes
    assert f"{change.after.value.normalize():f}" == f"{D(value.split(maxsplit=1)[0]).normalize():f}"


def test_equivalents_that_cannot_be_converted_wait(tmp_path: Path) -> None:
    main = book_in(tmp_path, "EUR")
    sheet = listed(tmp_path, EQUIVALENTS.format(head="USD equivalent", value="1250"), "sheet.csv")
    done = run(main, "import", sheet, "--fund", "CPCJF")
    assert done.exit_code == 1
    assert not load_book(main).register.changes


@pytest.mark.parametrize("currency", CURRENCIES)
def test_a_pledge_is_in_the_books_currency_where_none_is_stated(
    tmp_path: Path, currency: str
) -> None:
    main = book_in(tmp_path, currency)
    words = "record pledge CHE 1000 --due 2002-12-31 --fund CPCJF --date 2002-07-02 --yes"
    done = run(main, *words.split())
    assert done.exit_code == 0, done.output
    (change,) = load_book(main).register.changes
    assert (change.after.units, change.after.currency) == (1000, currency)
    assert change.after.value == 1000


TRUST = """
1999-12-31 custom "fund" "TRUST" "A trust fund (made up)"
  valuation: "{by}"
2002-01-01 custom "fixed-rate" "TRUST" 0.8 EUR
2003-01-01 custom "fixed-rate" "TRUST" 0.5 EUR
  until: 2003-06-30
2002-07-01 price USD 1.02 EUR
2003-07-01 price USD 1.00 EUR
"""


def test_pledges_are_carried_at_the_fixed_rate_of_their_day(tmp_path: Path) -> None:
    main = book_in(tmp_path, "USD", TRUST.format(by="fixed"))
    pledge = "record pledge CHE 1000 --currency EUR --due 2003-12-31 --fund TRUST --yes --date"
    done = run(main, *pledge.split(), "2002-07-02")
    assert done.exit_code == 0, done.output
    assert run(main, *pledge.split(), "2003-01-02").exit_code == 0
    refused = run(main, *pledge.split(), "2003-07-02")
    assert refused.exit_code == 2
    assert 'custom "fixed-rate" "TRUST" UNITS EUR' in refused.output
    book = load_book(main)
    assert not book.errors
    assert {notice.rule for notice in book.notices} <= {"document"}
    values = [change.after.value for change in book.register.changes if change.event != "release"]
    assert values[:2] == [D("1250.00"), D("2000.00")]
    (entry,) = [e for e in book.entries if e.meta.get("rate") and e.date == date(2002, 7, 2)]
    assert (entry.meta["rate"], entry.meta["rate-source"]) == ("0.8", "fixed")


def test_what_a_payment_brings_beside_the_fixed_rate_is_told_by_donor_and_year(
    tmp_path: Path,
) -> None:
    main = book_in(tmp_path, "USD", TRUST.format(by="fixed"))
    for words in (
        "pledge CHE 1000 --currency EUR --due 2002-12-31 --fund TRUST --date 2002-07-02",
        "payment CHE-2002-01.1=600 --value 600 --date 2002-07-10",
        "payment CHE-2002-01.1 --value 520 --date 2003-07-10",
    ):
        done = run(main, "record", *words.split(), "--yes")
        assert done.exit_code == 0, done.output
    report = make_reports(select(load_book(main), "2002-2003"), ["exchange"])[0]
    told = {
        (row.values["donor"], row.values["currency"]): row.values["on_collected"]
        for row in report.rows
        if "on_collected" in row.values and row.values.get("currency")
    }
    assert told["Switzerland", "EUR"] == D("-130.00")  # 1,250 carried, 1,120 came
    assert [note for note in report.notes if "fixed rates" in note] == [
        "Against the fixed rates of TRUST: Switzerland -150.00 in 2002, 20.00 in 2003."
    ]


SCALE = """Donor,Reference,Date of pledge,Currency,Amount pledged,USD equivalent,Due date
Switzerland,S1,2002-07-02,EUR,35174,38976,2002-12-31
"""


@pytest.mark.parametrize(("by", "value"), [("sheet", 38976), ("fixed", D("43967.5")),
                                           ("rate", D("34484.31"))])  # fmt: skip
def test_a_funds_valuation_says_whose_value_of_a_sheet_counts(
    tmp_path: Path, by: str, value: D
) -> None:
    lines = TRUST.format(by=by).splitlines(keepends=True)
    own = [line for line in lines if by == "fixed" or not re.search("fixed-rate|until:", line)]
    main = book_in(tmp_path, "USD", "".join(own))
    done = run(main, "import", listed(tmp_path, SCALE, "scale.csv"), "--fund", "TRUST")
    assert done.exit_code == 0, done.output
    assert "The sheet's own value, 38976.00 USD, is not" in " ".join(done.output.split())
    (change,) = load_book(main).register.changes
    assert change.after.value == value


def test_a_mapping_says_it_for_its_sheets(tmp_path: Path) -> None:
    main = book_in(tmp_path, "USD", "\n2002-07-01 price USD 1.02 EUR\n")
    mapping = listed(tmp_path, 'valuation = "sheet"\n', "map.toml")
    sheet = listed(tmp_path, SCALE, "scale.csv")
    done = run(main, "import", sheet, "--fund", "CPCJF", "--map", mapping)
    assert done.exit_code == 0, done.output
    (change,) = load_book(main).register.changes
    assert change.after.value == 38976
    wrong = listed(tmp_path, 'valuation = "shete"\n', "wrong.toml")
    assert "valuation must be one of" in run(main, "import", sheet, "--map", wrong).output

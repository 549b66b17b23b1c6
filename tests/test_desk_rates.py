"""Lists of rates put into the Inbox (rates made up)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from pledgebook.importers.rates.published import holds_rates, read_rates
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from test_desk_donors import Desk

OWN = {"Origin": "http://localhost", "Content-Type": "application/octet-stream"}
LIST = """Effective date,Country,Currency,Rate
01/03/2002,Austria,EUR,1.14
01/03/2002,Norway,NOK,8.85
01/04/2002,Austria,EUR,1.13
01/04/2002,Norway,NOK,8.80
"""
XML = """<UN_OPERATIONAL_RATES_DATASET><UN_OPERATIONAL_RATES><f_curr_code>EUR</f_curr_code>
<rate>1.14</rate><eff_date>01 Mar 2002</eff_date></UN_OPERATIONAL_RATES>
</UN_OPERATIONAL_RATES_DATASET>"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(make_book(tmp_path / "book"))


def put(desk: Desk, name: str, content: str) -> str:
    seen = desk.fava.post(f"/{desk.base}/extension/Inbox/upload", query_string={"name": name},
                          data=content.encode(), headers=OWN)  # fmt: skip
    assert seen.status_code == 200, seen.json
    return unescape(desk.page("Inbox", file=name))


def test_codes_below_currency_are_codes_and_the_order_of_days_is_asked_once(desk: Desk) -> None:
    page = put(desk, "un-rates.csv", LIST)
    assert "A list of rates of exchange: 4 rates" in page
    assert "Which day is 01/03/2002?" in page
    assert 'data-endpoint="rates"' not in page  # every row waits for the answer
    for order, day in (("dmy", "1 March 2002"), ("mdy", "3 January 2002")):
        assert re.search(rf'order={order}[^>]*">{day}<', page), order
    page = unescape(desk.page("Inbox", file="un-rates.csv", order="dmy"))
    assert "Book 4 rates" in page
    assert "Which day is" not in page
    stamp = page.partition('data-stamp="')[2].partition('"')[0]
    form = {"file": "un-rates.csv", "stamp": stamp, "order": "dmy", "all": "", "replace": ""}
    where = desk.post("Inbox/rates", **form, values={})["where"]
    assert "booked=4" in where
    book = load_book(desk.main)
    assert book.errors == []
    rates = [(rate.currency, rate.number, str(rate.day)) for code in book.rates.currencies
             if (rate := book.rates.newest(code, date.max))]  # fmt: skip
    assert rates == [("EUR", Decimal("1.13"), "2002-04-01"), ("NOK", Decimal("8.80"), "2002-04-01")]
    assert "There is nothing in it to book." in unescape(
        desk.page("Inbox", file="un-rates.csv", order="dmy")
    )


def test_the_published_xml_is_taken_as_it_is(desk: Desk) -> None:
    assert "Book 1 rate" in put(desk, "un-rates.xml", XML)


def test_a_donors_sheet_with_rates_is_no_list_of_rates(tmp_path: Path) -> None:
    path = tmp_path / "gifts.csv"
    for head in ("Donor,Currency,Rate,Date", "Currency,Amount,Rate,Date"):
        path.write_text(f"{head}\nEUR,EUR,1.14,2002-03-01\n", "utf-8")
        assert not holds_rates(SentFile(path)), head
    path.write_text("Currency,Rate,Date\nEUR,1.14,2002-03-01\n", "utf-8")
    assert holds_rates(SentFile(path))
    path.write_text("Currency,Rate,Date\nEuro,1.14,2002-03-01\n", "utf-8")
    assert not holds_rates(SentFile(path))


def test_the_order_that_is_said_overrules_no_day_that_shows_it(tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("Code,Rate,Date\nEUR,1.14,03/01/2002\nEUR,1.13,31/01/2002\n", "utf-8")
    days = [str(row.day) for row in read_rates(path, "mdy").rows]
    assert days == ["2002-01-03", "2002-01-31"]

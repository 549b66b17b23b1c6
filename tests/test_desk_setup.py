"""The page Setup: what a book declares, written from the browser (names made up)."""

from __future__ import annotations

import shutil
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from test_desk_donors import Desk

STATEMENT = ROOT / "ledger" / "example" / "statements" / "statement-2003.sta"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(make_book(tmp_path / "book"))


def declare(desk: Desk, part: str, key: str = "", **values: Any) -> Any:
    return desk.post("Setup/declare", part=part, key=key, values=values)


def test_a_new_book_is_told_what_it_lacks_and_takes_it(desk: Desk) -> None:
    page = desk.page("Setup")
    for wanting in ("name", "bank", "rates", "letterhead"):
        assert f'<a href="#{wanting}">' in page
    assert declare(desk, "period", "2002-2003", start="2024-01-01", end="2025-12-31")["where"]
    code = {"code": "TRF", "name": "Training fund", "classes": "general special"}
    assert declare(desk, "fund", recognition="receipt", within="", **code)["where"]
    assert declare(desk, "purpose", name="Prison reform")["where"]
    assert declare(desk, "bank", code="MAIN", number="00-1", funds=["TRF"], currency="usd")["where"]
    said = {"organization": "Office", "address": "1 Square\nCity"}
    assert declare(desk, "letterhead", "TRF", **said)["where"]
    french = {"organization": "Bureau", "address": "1 place"}
    assert declare(desk, "letterhead", "TRF/fr", **french)["where"]
    assert declare(desk, "four-eyes", "TRF", asked=True)["where"]
    assert declare(desk, "mandate", kept=False)["where"]
    for code in ("UNTOC", "CPCJF"):
        assert "where" in desk.post("Setup/take-out", kind="fund", key=code)
    settings = load_book(desk.main).settings
    assert list(settings.funds) == ["TRF"]
    assert settings.funds["TRF"].four_eyes
    assert settings.funds["TRF"].policy("general") == "receipt"
    assert settings.purposes["prison-reform"] == "Prison reform"
    letterhead = settings.stationery.letterheads["TRF"]
    assert letterhead.lines("address", "en") == ("1 Square", "City")
    assert letterhead.text("organization", "fr") == "Bureau"
    assert not settings.mandates
    page = unescape(desk.page("Setup", done="bank", wrote="11"))
    assert "It is written into the book." in page
    assert "Log/?undo=11" in page


def test_the_books_name_leads_on_under_its_new_address(desk: Desk) -> None:
    where = declare(desk, "name", name="Training fund")["where"]
    assert where == "/training-fund/extension/Setup/?done=name&wrote=2#name"
    assert desk.fava.get(where).status_code == 200


def test_the_account_of_a_statement_in_the_inbox_is_proposed(desk: Desk) -> None:
    shutil.copy(STATEMENT, desk.main.parent / "inbox")
    page = unescape(desk.page("Setup"))
    assert "statement-2003.sta is a statement of the account" in page
    assert "Add this account" in page
    number = page.partition("a statement of the account ")[2].partition("<")[0]
    assert declare(desk, "bank", code="MAIN", number=number, funds=["CPCJF"])["where"]
    assert "Add this account" not in desk.page("Setup")


@pytest.mark.parametrize(
    ("part", "values", "field"),
    [
        ("fund", {"code": "no code", "name": "Fund"}, "code"),
        ("fund", {"code": "CPCJF", "name": "Fund"}, "code"),
        ("fund", {"code": "TRF"}, "name"),
        ("fund", {"code": "TRF", "name": "Fund", "classes": "General"}, "classes"),
        ("purpose", {"name": "?!"}, "code"),
        ("period", {"start": "2003-01-01", "end": "2004-12-31"}, "start"),
        ("period", {"start": "soon", "end": "2004-12-31"}, "start"),
        ("bank", {"code": "MAIN", "number": "00-1", "funds": []}, "funds"),
        ("bank", {"code": "M", "number": "1", "funds": ["CPCJF"], "currency": "XX"}, "currency"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(
    desk: Desk, part: str, values: dict[str, Any], field: str
) -> None:
    before = {path: path.read_bytes() for path in desk.main.parent.glob("*.beancount")}
    answer = declare(desk, part, **values)
    assert answer["field"] == field, answer
    assert {path: path.read_bytes() for path in desk.main.parent.glob("*.beancount")} == before


def test_an_agreement_and_its_budget_are_declared_and_changed(desk: Desk) -> None:
    said = {"reference": "AUT-ROL", "donor": "aut", "fund": "CPCJF", "day": "2002-01-15"}
    terms = {"amount": "500,000 EUR", "until": "2004-12-31", "report-every": "12 months"}
    assert declare(desk, "agreement", **said, **terms)["where"]
    line = {"agreement": "AUT-ROL", "code": "A", "name": "Staff", "amount": "300000 EUR"}
    assert declare(desk, "budget-line", **line)["where"]
    changed = {"amount": "600000 EUR", "report-every": ""}
    assert declare(desk, "agreement", "AUT-ROL", **changed)["where"]
    agreement = load_book(desk.main).settings.agreements["AUT-ROL"]
    assert (agreement.donor, agreement.amount, agreement.currency) == ("AUT", 600000, "EUR")
    assert str(agreement.until) == "2004-12-31"
    assert agreement.lines["A"].amount == 300000
    assert agreement.reports == ()
    page = unescape(desk.page("Setup"))
    assert "AUT, 600,000 EUR, A Staff" in page
    assert "where" not in declare(desk, "budget-line", **line | {"amount": "700000 EUR"})
    other = said | {"reference": "AUT-2"}
    much = terms | {"amount": "much"}
    assert declare(desk, "agreement", **other, **much)["field"] == "amount"
    assert declare(desk, "agreement", **said, **terms)["field"] == "reference"

"""The page Close: what hinders, the closing, its proof, and opening again (amounts made up)."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from test_desk_donors import Desk

ENTRIES = """
2002-03-01 * "Norway" "Pledge (made up)" ^NOR-2002-01
  event: "commitment"
  class: "general"
  document: "Letter (made up)"
  Assets:CPCJF:Pledges:NOR           40000 USD {0 # 40000.00 USD, "NOR-2002-01.1"}
    due: 2002-10-31
  Income:CPCJF:Contributions:NOR    -40000.00 USD
"""
WAITING = """
2002-05-01 ! "Norway" "Payment (made up)" ^NOR-2002-01
  Assets:CPCJF:Pledges:NOR          -40000 USD {"NOR-2002-01.1"}
  Assets:CPCJF:Cash                  40000.00 USD
"""


@pytest.fixture
def desk(tmp_path: Path) -> Callable[[str], Desk]:
    def make(entries: str) -> Desk:
        main = make_book(tmp_path / "book")
        with (main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
            file.write(entries)
        assert load_book(main).errors == []
        return Desk(main)

    return make


def test_what_hinders_stands_with_where_it_is_done(desk: Callable[[str], Desk]) -> None:
    own = desk(ENTRIES + WAITING)
    page = unescape(own.page("Close"))
    assert "Entries wait for approval (1)" in page.replace("<small>", "").replace("</small>", "")
    assert "Record/#to-approve" in page
    assert "Close and seal" not in page
    before = own.main.read_bytes()
    answer = own.post("Close/close", period="2002-2003", values={})
    assert "waits for approval" in answer["refused"]
    assert own.main.read_bytes() == before


def test_a_period_is_closed_proven_certified_and_opened_again(desk: Callable[[str], Desk]) -> None:
    own = desk(ENTRIES)
    page = unescape(own.page("Close"))
    assert "NOR-2002-01.1 was due on 2002-10-31, and 40,000.00 USD is unpaid." in page
    assert "Close and seal" in page
    where = own.post("Close/close", period="2002-2003", values={"by": "A. Closer"})["where"]
    assert "done=closed" in where
    assert "next=2004-2005" in where
    book = load_book(own.main)
    assert (list(book.settings.seals), book.errors) == (["2002-2003"], [])
    assert book.settings.periods.names() == ["2002-2003", "2004-2005"]
    page = unescape(own.page("Close", period="2002-2003", done="closed", next="2004-2005"))
    assert "2002-2003: all is as it was sealed." in page
    assert "The period 2004-2005 is declared" in page
    said = {"state": "audited", "by": "Board", "document": "Opinion", "day": "2004-07-01"}
    assert "where" in own.post("Close/certify", period="2002-2003", values=said)
    assert "audited (Board)" in unescape(own.page("Close"))
    refused = own.post("Close/reopen", period="2002-2003", values={"day": "2004-08-01"})
    assert refused["field"] == "authority"
    late = {"authority": "Controller", "day": "2999-01-01"}
    assert own.post("Close/reopen", period="2002-2003", values=late)["field"] == "day"
    again = {"authority": "Controller, memo 1", "day": "2004-08-01"}
    assert "where" in own.post("Close/reopen", period="2002-2003", values=again)
    assert not load_book(own.main).settings.seals
    assert "opened again: Controller, memo 1" in unescape(own.page("Close"))


def test_a_changed_entry_of_a_closed_period_is_named(desk: Callable[[str], Desk]) -> None:
    own = desk(ENTRIES)
    own.post("Close/close", period="2002-2003", values={})
    path = own.main.parent / "2002-2003.beancount"
    path.write_text(path.read_text("utf-8").replace("Letter (made up)", "Other"), "utf-8")
    page = unescape(own.page("Close", verify="1"))
    assert "2002-2003 is not as it was sealed:" in page
    assert "2002-2003.beancount" in page


def test_the_way_to_a_release_fills_its_form_in(desk: Callable[[str], Desk]) -> None:
    own = desk(ENTRIES)
    page = own.page("Record", event="release", day="2003-12-31", every="1")
    assert 'value="2003-12-31"' in page
    assert 'id="field-every" checked' in page
    assert 'id="field-every" checked' not in own.page("Record", event="release")

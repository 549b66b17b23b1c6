"""A bank's files in the Inbox and Reconcile: what a person says of a line or a file, and files that
a bank's client drops (amounts made up).
"""

from __future__ import annotations

import json
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fava.application import create_app
from flask.testing import FlaskClient
from pledgebook.importers.imports import import_files
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from test_cli_bank import BANK, STATEMENT

OWN = {"Origin": "http://localhost"}
BASE = "/voluntary-contributions/extension/"
QIF = "!Type:Bank\nD2002-07-15\nT-15.00\nPMONTHLY FEE\n^\n"


@pytest.fixture
def main(tmp_path: Path) -> Path:
    main = make_book(tmp_path / "book")
    with (main.parent / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write(BANK)
    return main


class Desk:
    """The pages on a book, as their scripts use them."""

    def __init__(self, main: Path) -> None:
        self.inbox = main.parent / "inbox"
        self.fava: FlaskClient = create_app([main], load=True, poll_watcher=True).test_client()

    def page(self, name: str, **asked: str) -> str:
        return unescape(self.fava.get(f"{BASE}{name}/", query_string=asked).text)

    def counts(self) -> dict[str, Any]:
        return dict(self.fava.get(f"{BASE}Today/waits").get_json())

    def post(self, endpoint: str, page: str, **form: object) -> dict[str, Any]:
        seen = {
            name: page.partition(f'data-{name}="')[2].partition('"')[0]
            for name in ("book", "stamp", "choices")
        }
        answer = self.fava.post(f"{BASE}{endpoint}", json={**seen, **form}, headers=OWN)
        return dict(answer.json)


def test_what_a_banks_client_drops_is_counted_on_a_page_that_is_open(main: Path) -> None:
    desk = Desk(main)
    assert "Inbox" not in desk.counts()["counts"]
    (desk.inbox / "july.sta").write_text(STATEMENT, "utf-8")
    counted = desk.counts()
    assert counted["counts"]["Inbox"][0] >= 1
    assert "july.sta" in counted["files"]


def test_charges_of_a_statement_are_told_in_the_inbox_once_for_all(main: Path) -> None:
    desk = Desk(main)
    (desk.inbox / "july.sta").write_text(STATEMENT, "utf-8")
    page = desk.page("Inbox", file="july.sta")
    entry = page.partition('data-entry="')[2].partition('"')[0]
    assert entry
    said = {"file": "july.sta", "entry": entry}
    wrong = desk.post("Inbox/charges", page, **said, words="nowhere at all")
    assert "does not stand in what the bank said" in wrong["refused"]
    assert "wrote" in desk.post("Inbox/charges", page, **said, words="MONTHLY FEE")
    assert load_book(main).errors == []
    (rule,) = load_book(main).settings.banks.accounts["MAIN"].rules
    assert (rule.kind, rule.words) == ("charges", ("MONTHLY FEE",))
    assert 'data-entry="' not in desk.page("Inbox", file="july.sta")


def test_a_file_that_names_no_account_is_read_once_somebody_names_it(main: Path) -> None:
    desk = Desk(main)
    (desk.inbox / "july.qif").write_text(QIF, "utf-8")
    page = desk.page("Inbox", file="july.qif")
    assert 'id="bank"' in page
    assert "<option>MAIN</option>" in page
    page = desk.page("Inbox", file="july.qif", choices=json.dumps({"bank": "MAIN"}))
    assert 'id="bank"' not in page
    assert "MONTHLY FEE" in page
    assert "went out" in page


def test_a_rule_of_reconcile_has_conditions_that_its_receipt_meets(main: Path) -> None:
    with (main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write(
            '2002-02-01 * "Austria" "Pledge (made up)" ^AUT-2002-09\n  class: "general"\n'
            '  Assets:CPCJF:Pledges:AUT  1000 USD {0 # 1000.00 USD, "AUT-2002-09.1"}\n'
            "    due: 2002-06-30\n  Income:CPCJF:Contributions:AUT  -1000.00 USD\n"
        )
    desk = Desk(main)
    (path := desk.inbox / "july.sta").write_text(
        STATEMENT.replace("Government of Austria", "TESORERIA 7"), "utf-8"
    )
    import_files(load_book(main), [path])
    page = desk.page("Reconcile")
    label = page.partition('data-receipt="')[2].partition('"')[0]
    page = desk.page("Reconcile", receipt=label)
    offer = page.partition('data-offer="')[2].partition('"')[0]
    assert "Counted beside this page: 1 receipt is not matched yet" in page
    said = {"receipt": label, "offer": offer, "always": "TESORERIA 7"}
    for where, refused in (
        ({"least": "50,000.00"}, "does not meet these conditions"),
        ({"least": "2000", "most": "100"}, "does not meet these conditions"),
        ({"currency": "XBT?"}, "State its currency"),
        ({"amount": "10", "least": "5"}, "needs no least and no most"),
        ({"amount": "some"}, "no amount above zero"),
        ({"way": "out"}, "does not meet these conditions"),
    ):
        answer = desk.post("Reconcile/accept", page, **said, always_where=where)
        assert refused in answer["refused"], where
    where = {"least": "100", "most": "100,000.00 USD", "way": "in"}
    decided = desk.post("Reconcile/accept", page, **said, always_where=where)
    assert "of 100.00 USD or more, of 100000.00 USD or less" in decided["decided"][label]
    seen = desk.page("Reconcile").partition('data-seen="')[2].partition('"')[0]
    assert "recorded" in desk.post("Reconcile/record", page, by="One", seen=seen)
    (rule,) = load_book(main).settings.banks.accounts["MAIN"].rules
    assert (str(rule.least), rule.way) == ("(Decimal('100.00'), 'USD')", "in")
    assert load_book(main).errors == []

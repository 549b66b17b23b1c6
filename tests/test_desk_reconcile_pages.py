"""Reconcile without a browser: what is decided is what was shown, rules made of a line, statements
proved line by line (amounts made up).
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fava.application import create_app
from flask.testing import FlaskClient
from pledgebook.importers.imports import import_files
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.matching.proving import prove_statements
from pledgebook.ledger.matching.receipts import waiting_receipts
from test_cli_bank import BANK, RULE, STATEMENT

OWN = {"Origin": "http://localhost"}
BASE = "/voluntary-contributions/extension/Reconcile/"
SENT = STATEMENT.replace("Government of Austria", "TESORERIA 7")
PLEDGE = """
2002-02-01 * "Austria" "Pledge (made up)" ^AUT-2002-09
  class: "general"
  Assets:CPCJF:Pledges:AUT         1000 USD {0 # 1000.00 USD, "AUT-2002-09.1"}
    due: 2002-06-30
  Assets:CPCJF:Pledges:AUT         39975 USD {0 # 39975.00 USD, "AUT-2002-09.2"}
    due: 2003-06-30
  Income:CPCJF:Contributions:AUT  -40975.00 USD
"""


@pytest.fixture
def main(tmp_path: Path) -> Path:
    main = make_book(tmp_path / "book")
    with (main.parent / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write(BANK + RULE)
    with (main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write(PLEDGE)
    bring(main, SENT)
    return main


def bring(main: Path, statement: str) -> None:
    (path := main.parent / "inbox" / "sent.sta").write_text(statement, "utf-8")
    import_files(load_book(main), [path])


class Desk:
    """The page on a book, as its script uses it."""

    def __init__(self, main: Path) -> None:
        self.fava: FlaskClient = create_app([main], load=True, poll_watcher=True).test_client()

    def page(self, **asked: str) -> str:
        return unescape(self.fava.get(BASE, query_string=asked).text)

    def post(self, endpoint: str, **form: object) -> dict[str, Any]:
        book = self.page().partition('data-book="')[2].partition('"')[0]
        answer = self.fava.post(f"{BASE}{endpoint}", json={"book": book, **form}, headers=OWN)
        return dict(answer.json)

    def seen(self) -> str:
        return self.page().partition('data-seen="')[2].partition('"')[0]

    def offers(self, receipt: str) -> list[str]:
        return re.findall('data-offer="(.*?)"', self.page(receipt=receipt))


def test_a_rule_made_of_a_line_is_written_with_the_decision_and_knows_the_donor(
    main: Path,
) -> None:
    desk = Desk(main)
    (label,) = [each.label for each in waiting_receipts(load_book(main))]
    (offer, *_) = desk.offers(label)
    refused = desk.post("accept", receipt=label, offer=offer, always="nowhere")["refused"]
    assert "does not stand in what the bank said" in refused
    decided = desk.post("accept", receipt=label, offer=offer, always="TESORERIA 7")["decided"]
    assert decided[label].endswith("from now on “TESORERIA 7” is AUT")
    assert "recorded" in desk.post("record", by="One", seen=desk.seen())
    text = (main.parent / "names.beancount").read_text("utf-8")
    assert 'custom "bank-rule" "MAIN" "TESORERIA 7" "donor"\n  donor: "AUT"\n' in text
    assert load_book(main).errors == []
    # The next money of which the bank says so is that donor's, in the import and in the list.
    later = (
        SENT.replace(":20:S7", ":20:S8").replace("28C:7/1", "28C:8/1").replace("0207", "0208")
        .replace("020630USD0,00", "020731USD985,00").replace("020831USD985,00", "020831USD1970,00")
        .replace("Pledge AUT-2002-01", "Transfer").replace("//B1", "//B3").replace("//B2", "//B4")
    )  # fmt: skip
    bring(main, later)
    (receipt,) = waiting_receipts(load_book(main))
    assert receipt.donor == "AUT"
    assert 'proposed-donor: "AUT"' in (main.parent / "2002-2003.beancount").read_text("utf-8")
    row = Desk(main).page().partition(f'data-receipt="{receipt.label}"')[2].partition("</tr>")[0]
    assert "<td>Austria</td>" in row


def test_what_is_recorded_is_what_the_page_showed(main: Path) -> None:
    desk = Desk(main)
    (label,) = [each.label for each in waiting_receipts(load_book(main))]
    (offer, *_) = desk.offers(label)
    assert "otherwise by now" in desk.post("accept", receipt=label, offer="0" * 16)["refused"]
    desk.post("accept", receipt=label, offer=offer)
    seen = desk.seen()
    desk.post("withdraw", receipt=label)
    gift = {"donor": "Canada", "fund": "CPCJF", "class": "", "purpose": ""}
    desk.post("decide", receipts=[label], **gift)  # another window decides otherwise
    before = (main.parent / "2002-2003.beancount").read_text("utf-8")
    assert "meanwhile" in desk.post("record", by="One", seen=seen)["refused"]
    assert (main.parent / "2002-2003.beancount").read_text("utf-8") == before
    told = desk.fava.get(f"{BASE}decided").json
    assert "CAN, without a pledge" in told["decided"][label]
    answer = desk.post("record", by="One", seen=desk.seen())
    page = desk.page(recorded="1", wrote=str(answer["wrote"]))
    assert f"undo={answer['wrote']}" in page
    assert [gift.donor for gift in load_book(main).register.gifts] == ["CAN"]


@pytest.mark.parametrize("find", ["39975", "39,975.00", "39 975,00", "39.975,00", "39,975"])
def test_an_open_instalment_is_found_by_its_amount(main: Path, find: str) -> None:
    panel = Desk(main).page(find=find).partition('id="by-hand"')[2].partition("</form>")[0]
    assert re.findall('name="label" value="(.*?)"', panel) == ["AUT-2002-09.2"]
    assert "Austria" in panel


def test_a_statement_is_proved_line_by_line(main: Path) -> None:
    (proof,) = prove_statements(load_book(main))
    assert [str(balance) for _, balance in proof.lines] == ["1000.00", "985.00"]
    assert (proof.follows, proof.difference, str(proof.opening)) == (True, 0, "0.00")
    page = Desk(main).page(statement=f"MAIN {proof.statement.number}")
    assert "the lines come to it" in page
    assert "the ledger agrees" in page


def test_a_payment_by_form_within_a_statement_that_agrees_is_told_where_it_waits(
    main: Path,
) -> None:
    desk = Desk(main)
    values = {"paid": [["AUT-2002-09.1", "1000", "USD", ""]], "day": "2002-07-10"}
    form = {"event": "payment", "values": values}
    address = f"{BASE.replace('Reconcile', 'Record')}show"
    told = desk.fava.post(address, json=form, headers=OWN).json
    assert "The statement 2002-7/1 of MAIN, to 2002-07-31, agrees with the ledger" in told["fault"]
    assert "it waits in Reconcile already" in told["fault"]


def test_entries_that_may_explain_a_difference_are_named(main: Path) -> None:
    path = main.parent / "2002-2003.beancount"
    plain = path.read_text("utf-8")
    bank = main.parent / "bank.beancount"
    bank.write_text(bank.read_text("utf-8").replace('  agrees: "yes"\n', ""), "utf-8")
    receipt = """
{day} * "Norway" "Gift" {booked}
  class: "general"
  Assets:CPCJF:Cash                {amount} USD
  Income:CPCJF:Contributions:NOR  -{amount} USD
"""
    for day, booked, amount, why in (
        ("2002-07-20", "", "70.00", "not-on-it"),
        ("2002-07-20", "", "1000.00", "not-on-it"),
        ("2002-08-02", "\n  booked-on: 2002-07-30", "70.00", "booked-sooner"),
    ):
        path.write_text(plain + receipt.format(day=day, booked=booked, amount=amount), "utf-8")
        book = load_book(main)
        assert book.errors == []
        (proof,) = prove_statements(book)
        assert str(proof.difference) == f"-{amount}"
        found = proof.explained[-1]
        assert (found.why, found.entries[0].entry.payee) == (why, "Norway"), proof.explained
    assert re.search("the bank has 70.00 less than the ledger", Desk(main).page())
    # What the bank had and the ledger books later is missing: the first receipt, a month too late.
    late = re.sub(r'^2002-07-10 (\* "TESORERIA)', r"2002-08-10 \1", plain, flags=re.MULTILINE)
    path.write_text(late, "utf-8")
    (proof,) = prove_statements(load_book(main))
    assert proof.explained[0].why == "booked-later"


def test_a_rule_names_a_donor_that_the_book_knows(main: Path) -> None:
    settings = main.parent / "settings.beancount"
    plain = settings.read_text("utf-8")
    for kind, meta in (
        ("donor", ""),
        ("donor", '  donor: "XXX"\n'),
        ("charges", '  donor: "AUT"\n'),
    ):
        rule = f'1999-12-31 custom "bank-rule" "MAIN" "words" "{kind}"\n{meta}'
        settings.write_text(plain + rule, "utf-8")
        assert [each.rule for each in load_book(main).errors] == ["bank-rule"], (kind, meta)

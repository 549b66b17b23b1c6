"""The page Letters: receipts issued, letters kept as sent, answers, void receipts (made up)."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from pledgebook.ledger.correspondence.letters import read_letters
from pledgebook.ledger.correspondence.receipts import read_receipts
from pledgebook.ledger.files.loading import load_book
from test_desk_donors import Desk

LINE = '1999-12-31 custom "fava-extension" "pledgebook.desk"\n'
ASKED = {"donor": "DEU", "period": "2003"}


@pytest.fixture
def desk(tmp_path: Path, copy_golden: Callable[..., Path]) -> Desk:
    return Desk(copy_golden(tmp_path / "book", LINE))


def test_receipts_are_issued_sent_answered_and_made_void(desk: Desk) -> None:
    page = unescape(desk.page("Letters", period="2003"))
    assert "Issue 8 receipts" in page
    day = {"day": "2004-01-15"}
    where = desk.post("Letters/issue", **ASKED, values=day)["where"]
    assert "done=issued" in where
    (receipt,) = read_receipts(load_book(desk.main).entries)
    assert (receipt.number, receipt.key.donor) == ("CPCJF/2004/0001", "DEU")
    assert "Issue 7 receipts" in unescape(desk.page("Letters", period="2003"))

    said = {"day": "2004-01-20", "by": "note verbale", "form": "html"}
    where = desk.post("Letters/send", kind="receipt", **ASKED, values=said)["where"]
    assert "done=sent" in where
    (letter,) = read_letters(load_book(desk.main).entries)
    assert (letter.reference, letter.kind, letter.by) == ("DEU/2004/1", "receipt", "note verbale")
    kept = desk.main.parent / "documents" / "letters" / letter.entry.meta["file"]
    assert sha256(kept.read_bytes()).hexdigest() == letter.entry.meta["sha256"]

    answer = {"day": "2004-02-01", "result": "differs", "amount": "90,000.00", "currency": "eur"}
    given = {"reference": letter.reference, "back": "Donor", **ASKED}
    where = desk.post("Letters/answer", **given, values=answer)["where"]
    assert "/Donor/" in where
    (letter,) = read_letters(load_book(desk.main).entries)
    assert [(each.result, each.stated) for each in letter.answers] == [("differs", "90000.00 EUR")]

    void = {"reason": "Wrong payer (made up)", "day": "2004-03-01"}
    desk.post("Letters/void", number=receipt.number, values=void)
    (receipt,) = read_receipts(load_book(desk.main).entries)
    assert (receipt.void, str(receipt.void_on)) == ("Wrong payer (made up)", "2004-03-01")
    page = unescape(desk.page("Donor", donor="DEU", period="2003"))
    assert "since 2004-03-01: Wrong payer (made up)" in page
    assert "the donor has another figure" in page
    assert f"documents/letters/{kept.name}" in page.replace("%2F", "/")


@pytest.mark.parametrize(
    ("endpoint", "form", "field", "said"),
    [
        ("issue", {"values": {"day": "2999-01-01"}}, "day", "after today"),
        ("issue", {"values": {"day": ""}}, "day", "not stated"),
        ("void", {"number": "CPCJF/2004/0077", "values": {"day": "2004-01-01"}}, "reason", "not"),
        ("void", {"number": "CPCJF/2004/0077", "values": {"day": "2004-01-01", "reason": "x"}},
         None, "There is no receipt CPCJF/2004/0077"),
        ("answer", {"reference": "DEU/2004/9", "values": {"day": "2004-01-01", "result": "noted"}},
         None, "keeps no letter DEU/2004/9"),
        ("send", {"kind": "reminder", "donor": "NOR", "period": "2000-2001",
                  "values": {"day": "2004-01-01", "form": "html"}}, None, "nothing to write"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_on_the_page(
    desk: Desk, endpoint: str, form: dict, field: str | None, said: str
) -> None:
    answer = desk.post(f"Letters/{endpoint}", **form)
    assert answer.get("field") == field, answer
    assert said in answer.get("fault", answer.get("refused", "")), answer
    assert not (desk.main.parent / "correspondence.beancount").exists()


def test_what_was_sent_is_no_longer_to_be_sent_unless_asked_again(desk: Desk) -> None:
    asked = {"kind": "confirmation", "period": "2003"}
    said = {"day": "2004-01-20", "by": "note verbale", "form": "html"}
    page = unescape(desk.page("Letters", **asked))
    assert "Letters to send" in page
    assert '<option value="fr" lang="fr">français</option>' in page
    one = desk.post("Letters/send", **asked, donor="DEU", values=said)["where"]
    assert one.endswith("#sent")
    page = unescape(desk.page("Letters", **asked))
    assert "1 such letter was sent before" in page
    assert "DEU" not in page.partition('id="made"')[2].partition("</table>")[0]
    assert "done=sent" in desk.post("Letters/send", **asked, values=said)["where"]
    sent = read_letters(load_book(desk.main).entries)
    assert len({each.donor for each in sent}) == len(sent) > 1
    assert {each.reference.rpartition("/")[2] for each in sent} == {"1"}
    page = unescape(desk.page("Letters", **asked))
    assert "Letters to send" not in page
    refused = desk.post("Letters/send", **asked, values=said)
    assert "not sent before" in refused["refused"]
    assert "Letters to send" in unescape(desk.page("Letters", **asked, again="1"))
    desk.post("Letters/send", **asked, donor="DEU", again="1", values=said)
    assert len(read_letters(load_book(desk.main).entries)) == len(sent) + 1

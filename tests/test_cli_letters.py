"""`pledgebook letter`, as a person runs it (all amounts made up)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from conftest import split_golden
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.reports.closing import make_figures

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, copy_golden: Callable[..., Path]) -> Run:
    main = copy_golden(tmp_path / "book")

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(group, ["--book", str(main), "letter", *words])

    return invoke


def correspondence(tmp_path: Path) -> str:
    path = tmp_path / "book" / "correspondence.beancount"
    return path.read_text("utf-8") if path.exists() else ""


def test_receipts_are_issued_once_made_void_and_listed(run: Run, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    waiting = run("receipt", "--period", "2003", "--out", out)
    assert (waiting.exit_code, "8 collections without a receipt" in waiting.output) == (1, True)
    words = ("receipt", "--period", "2003", "--out", out, "--issue", "--date", "2004-01-15")
    assert "Issued 8 official receipts." in run(*words).output
    assert (tmp_path / "out" / "DEU-receipt-CPCJF-2004-0001-en.html").exists()
    again = run(*words)
    assert (again.exit_code, "Issued 0 official receipts." in again.output) == (0, True)
    done = run("void", "CPCJF/2004/0001", "--reason", "Wrong payer", "--date", "2004-02-01")
    assert (done.exit_code, done.output) == (
        0,
        "Receipt CPCJF/2004/0001 is void since 2004-02-01.\n",
    )
    refused = run("void", "CPCJF/2004/0077", "--reason", "Wrong payer", "--date", "2004-02-01")
    assert refused.exit_code == 2
    assert "There is no receipt CPCJF/2004/0077" in refused.output
    for number, day, said in (
        ("CPCJF/2004/0001", "2004-03-01", "is void already, since 2004-02-01: Wrong payer"),
        ("CPCJF/2004/0002", "2004-01-01", "was issued on 2004-01-15, so it cannot be void since"),
    ):
        refused = run("void", number, "--reason", "Wrong payer", "--date", day)
        assert (refused.exit_code, said in refused.output) == (2, True), refused.output
    listed = json.loads(run("list", "--donor", "Germany", "--json").output)
    (receipt,) = listed["receipts"]
    assert receipt == {
        "number": "CPCJF/2004/0001", "donor": "DEU", "issued_on": "2004-01-15",
        "collected_on": "2003-04-04", "collection": "DEU-2002-01.1", "amount": "161290.32",
        "void": "Wrong payer",
    }  # fmt: skip


def test_letters_about_a_closed_period_come_from_its_history_and_are_kept_in_the_book(
    tmp_path: Path,
) -> None:
    out = str(tmp_path / "out")
    main = split_golden(tmp_path / "book", "pledge")

    def run(*words: str) -> Result:
        return CliRunner().invoke(group, ["--book", str(main), "letter", *words])

    words = ("--period", "2003", "--date", "2004-02-01", "--json")
    open_book = [
        json.loads(run(kind, *words).stdout) for kind in ("statement", "confirmation", "reminder")
    ]
    for period in ("2000-2001", "2002-2003"):
        close_period(load_book(main), period, make_figures)
    for kind, was in zip(("statement", "confirmation", "reminder"), open_book, strict=True):
        assert json.loads(run(kind, *words).stdout) == was
    done = run("receipt", *words[:-1], "--issue", "--record-sent", "--out", out)
    assert (done.exit_code, "Issued 8 official receipts." in done.output) == (0, True)
    assert "history.beancount answers" in done.output
    assert correspondence(tmp_path).count('custom "letter"') == 8
    assert (
        "Issued 0 official receipts." in run("receipt", *words[:-1], "--issue", "--out", out).output
    )
    for name in ("main.beancount", "history.beancount"):
        assert not load_book(main.with_name(name)).errors


def test_what_is_sent_and_answered_is_kept(run: Run, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    words = ("confirmation", "--date", "2004-01-20", "--out", out, "--donor", "Canada")
    sent = run(*words, "--record-sent", "--by", "note verbale")
    assert (sent.exit_code, "Wrote 1 letter" in sent.output) == (0, True)
    assert 'custom "letter" "CAN/2004/1" "confirmation" "CAN"' in correspondence(tmp_path)
    page = (tmp_path / "out" / "CAN-2004-1-confirmation-2002-2003-en.html").read_text("utf-8")
    assert "CAN/2004/1" in page
    assert "Draft, not sent" not in page
    answer = ("answered", "CAN/2004/1", "differs", "--date", "2004-02-10", "--stated", "100 EUR")
    assert run(*answer).exit_code == 0
    assert "no answer" not in run("list").output
    assert "2004-02-10 differs 100 EUR" in run("list").output
    assert run("list", "--unanswered").output == ""
    assert run("answered", "CAN/2004/2", "agrees").exit_code == 2
    assert run("answered", "CAN/2004/1", "agrees", "--stated", "many").exit_code == 2
    assert load_book(tmp_path / "book" / "main.beancount").errors == []


def test_a_draft_changes_nothing_in_the_book(run: Run, tmp_path: Path) -> None:
    assert run("statement", "--out", str(tmp_path / "out"), "--format", "docx").exit_code == 0
    assert correspondence(tmp_path) == ""
    assert len(list((tmp_path / "out").glob("*.docx"))) == 15


def test_letters_as_data_are_exact(run: Run) -> None:
    done = run("statement", "--donor", "ITA", "--language", "fr", "--json")
    (letter,) = json.loads(done.output)["letters"]
    assert (letter["donor"], letter["language"]) == ("ITA", "fr")
    assert "-269591.08" in json.dumps(letter["body"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("statement",), "--out DIR"),
        (("statement", "--json", "--record-sent"), "add --out DIR"),
        (("statement", "--out", "o", "--format", "odt"), "one of html, docx, pdf"),
        (("statement", "--out", "o", "--language", "de"), "the languages are ar, en, fr"),
        (("statement", "--out", "o", "--donor", "Freedonia"), "'Freedonia' is not known"),
        (("statement", "--out", "o", "--period", "1999"), "no period '1999'"),
        (("void", "CPCJF/2004/0001", "--reason", " "), "for a reason"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_written(
    run: Run, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    done = run(*words)
    assert done.exit_code == 2
    assert said in done.output
    assert correspondence(tmp_path) == ""


def test_no_letter_is_written_from_a_book_with_errors(run: Run, tmp_path: Path) -> None:
    main = tmp_path / "book" / "main.beancount"
    main.write_text(main.read_text("utf-8") + '2004-01-01 custom "purpose" "x"\n', "utf-8")
    done = run("statement", "--out", str(tmp_path / "out"))
    assert done.exit_code == 2
    assert "no letter is written" in done.output
    assert not (tmp_path / "out").exists()


PARTLY_BACK = """
2002-03-01 * "Norway" "Pledge (made up)" ^NOR-2002-01
  event: "commitment"
  class: "general"
  Assets:CPCJF:Pledges:NOR          1000 USD {0 # 1000.00 USD, "NOR-2002-01.1"}
    due: 2002-06-30
  Income:CPCJF:Contributions:NOR   -1000.00 USD

2002-04-01 * "Norway" "Payment (made up)" ^NOR-2002-01
  event: "payment"
  class: "general"
  Assets:CPCJF:Pledges:NOR         -1000 USD {"NOR-2002-01.1"}
  Assets:CPCJF:Cash                 1000.00 USD

2002-05-01 * "Norway" "Taken back (made up)" ^NOR-2002-01
  event: "returned-payment"
  reverses: 2002-04-01
  class: "general"
  Assets:CPCJF:Pledges:NOR          BACK USD {0 # BACK.00 USD, 2002-03-01, "NOR-2002-01.1"}
    due: 2002-06-30
  Assets:CPCJF:Cash                -BACK.00 USD
"""


def with_return(load: Callable[..., Book], back: str) -> Run:
    book = load(PARTLY_BACK.replace("BACK", back))
    assert [error.message for error in book.errors] == []

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(group, ["--book", str(book.path), "letter", *words])

    return invoke


def test_what_stayed_of_a_payment_gets_a_receipt_and_without_one_is_named(
    load: Callable[..., Book], tmp_path: Path
) -> None:
    run = with_return(load, "300")
    out = str(tmp_path / "out")
    named = run("receipt", "--period", "2002", "--out", out)
    assert named.exit_code == 1
    assert "2002-04-01  CPCJF  NOR  NOR-2002-01.1  700.00 USD" in named.output
    told = json.loads(run("receipt", "--period", "2002", "--json").stdout)
    assert told["without_receipt"] == [
        {"date": "2002-04-01", "fund": "CPCJF", "donor": "NOR", "collection": "NOR-2002-01.1",
         "amount": "700.00 USD"}
    ]  # fmt: skip
    words = ("receipt", "--period", "2002", "--issue", "--date", "2003-01-10", "--out", out)
    issued = run(*words)
    assert (issued.exit_code, "Issued 1 official receipt." in issued.output) == (0, True)
    (receipt,) = json.loads(run("list", "--json").stdout)["receipts"]
    assert receipt["amount"] == "700.00"
    (page,) = (tmp_path / "out").glob("*.html")
    assert "300.00" in page.read_text("utf-8")
    assert "was taken back by the bank" in page.read_text("utf-8")
    assert run("receipt", "--period", "2002", "--out", out).exit_code == 0


def test_what_was_taken_back_whole_needs_no_receipt(
    load: Callable[..., Book], tmp_path: Path
) -> None:
    run = with_return(load, "1000")
    done = run("receipt", "--period", "2002", "--out", str(tmp_path / "out"))
    assert (done.exit_code, "without a receipt" in done.output) == (0, False)

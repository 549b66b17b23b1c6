"""Official receipts and letters as lines of the book (all amounts made up)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from msgspec import structs
from pledgebook.ledger.correspondence.letters import (
    Sending,
    correspondence_texts,
    draft_answer,
    draft_letter,
    next_reference,
    read_letters,
)
from pledgebook.ledger.correspondence.receipts import draft_void, read_receipts
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.collections import list_collections
from pledgebook.reports.figures.selection import select
from pledgebook.reports.letters import Papers, issue_receipts, make_letters
from pledgebook.reports.letters.render.page import to_letter_page
from pledgebook.reports.letters.render.word import to_letter_document

Told = dict[str, str]
DAY = date(2004, 1, 15)


def issue(book: Book, period: str, day: date = DAY) -> Book:
    lines = issue_receipts(Papers(select(book, period)), day=day)
    write_entries(book, [], correspondence_texts(book, lines))
    return load_book(book.path)


def keep(book: Book, line: str) -> Book:
    write_entries(book, [], correspondence_texts(book, [line]))
    return load_book(book.path)


def test_each_collection_gets_one_receipt_numbered_by_fund_and_year(
    tmp_path: Path, copy_golden: Callable[..., Path]
) -> None:
    book = issue(load_book(copy_golden(tmp_path)), "2002-2003")
    assert book.errors == []
    receipts = read_receipts(book.entries)
    assert [each.number for each in receipts] == [
        *(f"CPCJF/2004/{number:04d}" for number in range(1, 13)),
        "UNTOC/2004/0001",
    ]
    # What came from donors in 2002-2003: the cash proof's sum of collected and in advance, with
    # the charges that banks kept (15.00), less what was not applied (1,000.00).
    assert sum(each.amount for each in receipts) == Decimal("765307.49")
    assert issue_receipts(Papers(select(book, "2002-2003")), day=DAY) == []
    first = issue(book, "2000-2001")
    assert read_receipts(first.entries)[12].number == "CPCJF/2004/0013"


def test_a_void_receipt_keeps_its_number_and_its_collection_is_receipted_anew(
    tmp_path: Path, copy_golden: Callable[..., Path]
) -> None:
    book = issue(load_book(copy_golden(tmp_path)), "2003-Q2")
    book = keep(book, draft_void("CPCJF/2004/0001", "Wrong payer (made up)", date(2004, 2, 1)))
    book = issue(book, "2003-Q2", date(2004, 2, 2))
    assert book.errors == []
    receipts = read_receipts(book.entries)
    assert [(each.number[-1], bool(each.void)) for each in receipts] == [
        ("1", True), ("2", False), ("3", False), ("4", False), ("5", False),
    ]  # fmt: skip
    assert receipts[4].key == receipts[0].key
    letters = list(make_letters(Papers(select(book, "2003-Q2")), "receipt", day=DAY))
    assert letters[0].void == (
        "VOID",
        "This receipt has not counted since 1 February 2004: Wrong payer (made up)",
        "It is replaced by official receipt No. CPCJF/2004/0005.",
    )
    assert (letters[0].closing, letters[0].signature) == ("", ())
    assert "thanks" not in str(letters[0])
    assert letters[4].void == ()
    assert "thanks" in str(letters[4])
    assert letters[4].closing
    for each, count in ((letters[0], True), (letters[4], False)):
        page = to_letter_page(each)
        with ZipFile(BytesIO(to_letter_document(each))) as parts:
            document = parts.read("word/document.xml").decode()
            header = parts.read("word/header.xml").decode()
        assert ('<div class="void" role="note">' in page) is count
        assert (">VOID</w:t>" in document) is count
        assert ("VOID" in header) is count
        assert ('class="signature"' in page) is not count
        assert ("It is replaced by official receipt No. CPCJF/2004/0005." in page) is count
        assert ("It is replaced by official receipt No. CPCJF/2004/0005." in document) is count
    assert letters[4].day == date(2004, 2, 2)
    assert letters[4].receipt == "CPCJF/2004/0005"


def test_a_receipt_that_is_written_again_after_it_was_sent_is_a_copy(
    tmp_path: Path, copy_golden: Callable[..., Path]
) -> None:
    book = issue(load_book(copy_golden(tmp_path)), "2003-Q2")
    number = "CPCJF/2004/0002"
    sending = Sending(kind="receipt", donor="DEU", day=DAY, language="en", receipt=number)
    book = keep(book, draft_letter("DEU/2004/1", sending))
    sending = structs.replace(sending, day=date(2004, 3, 1))
    book = keep(book, draft_letter("DEU/2004/2", sending))
    assert book.errors == []
    letters = {
        each.receipt: each
        for each in make_letters(Papers(select(book, "2003-Q2")), "receipt", day=DAY)
    }
    copy, original = letters[number], letters["CPCJF/2004/0001"]
    assert copy.copy == (
        "COPY",
        "The original was sent on 15 January 2004 under the reference DEU/2004/1.",
    )
    assert copy.closing
    for each, count in ((copy, True), (original, False)):
        page = to_letter_page(each)
        with ZipFile(BytesIO(to_letter_document(each))) as parts:
            document = parts.read("word/document.xml").decode()
            header = parts.read("word/header.xml").decode()
        assert ('<div class="copy" role="note">' in page) is count
        assert (">COPY</w:t>" in document) is count
        assert ("COPY" in header) is count
        assert 'class="signature"' in page
    book = keep(book, draft_void(number, "Wrong payer (made up)", date(2004, 4, 1)))
    void = next(
        each
        for each in make_letters(Papers(select(book, "2003-Q2")), "receipt", day=DAY)
        if each.receipt == number
    )
    assert void.banner[0] == "VOID"


def test_the_annual_statement_lists_receipts_and_what_has_none(
    tmp_path: Path, copy_golden: Callable[..., Path]
) -> None:
    """What came from a donor in the year is what its receipts that count and the rest come to."""
    book = issue(load_book(copy_golden(tmp_path)), "2003-Q2")
    book = keep(book, draft_void("CPCJF/2004/0001", "Wrong payer (made up)", date(2004, 2, 1)))
    papers = Papers(select(book, "2003"))
    letters = list(make_letters(papers, "annual-receipts", day=DAY))
    assert letters
    voided = 0
    for each in letters:
        table = each.table("receipts")
        total = table.lines[-1].cells[-1]
        numbers = [line.cells[0] for line in table.lines[:-1]]
        assert numbers == [r.number for r in papers.receipts if r.key.donor == each.donor]
        voided += sum(
            "void" in table.values(line) and bool(table.values(line)["void"])
            for line in table.lines
        )
        rest = [t.lines[-1].cells[-1] for t in each.tables if t.name == "received"]
        came = sum((c.kept for c in papers.collections[each.donor]), Decimal(0))
        assert total + sum(rest, Decimal(0)) == came
        assert each.receipt == ""
        assert "is no receipt" in str(each)
    assert voided == 1
    assert issue_receipts(Papers(select(book, "2003-Q2")), day=DAY) != []  # numbering goes on


def test_numbers_have_no_gaps_and_are_given_once(told: Told) -> None:
    """
    2002-08-12 * "Austria" "Gift"
      class: "general"
      Assets:CPCJF:Cash                1000.00 USD
      Income:CPCJF:Contributions:AUT  -1000.00 USD

    2002-09-01 custom "official-receipt" "CPCJF/2002/0002" "AUT" ; <- receipt-gap
      amount: 1000.00 USD
      collected-on: 2002-08-12
    2002-09-02 custom "official-receipt" "CPCJF/2002/0002" "AUT"; <- receipt-number <- receipt-twice
      amount: 1000.00 USD
      collected-on: 2002-08-12
    2002-09-03 custom "official-receipt" "CPCJF/2002/0006" "AUT" ; <- receipt-gap <- receipt-twice
      amount: 1000.00 USD
      collected-on: 2002-08-12
    2002-09-04 custom "official-receipt" "UNTOC/2002/1" "AUT" ; <- receipt-form
      amount: 1000.00 USD
      collected-on: 2002-08-12
    2002-09-04 custom "void-receipt" "CPCJF/2002/0004" "No such" ; <- receipt-void
    """
    assert "CPCJF/2002/0003 to 0005 is not in the book" in told["receipt-gap"]


def test_a_receipt_is_for_what_came_in_and_never_for_more(told: Told) -> None:
    """
    2002-08-12 * "Austria" "Gift"
      class: "general"
      Assets:CPCJF:Cash                1000.00 USD
      Income:CPCJF:Contributions:AUT  -1000.00 USD

    2002-09-01 custom "official-receipt" "CPCJF/2002/0001" "AUT" ; <- receipt-amount
      amount: 1000.01 USD
      collected-on: 2002-08-12
    2002-09-01 custom "official-receipt" "CPCJF/2002/0002" "AUT" ; <- receipt-collection
      amount: 1000.00 USD
      collected-on: 2002-08-13
    2002-09-01 custom "official-receipt" "CPCJF/2002/0003" "ITA" ; <- receipt-collection
      amount: 1000.00 USD
      collected-on: 2002-08-12
    2002-09-01 custom "official-receipt" "CPCJF/2002/0004" "AUT" ; <- receipt-form
      amount: 1000.00 EUR
      collected-on: 2002-08-12
    2002-09-05 custom "void-receipt" "CPCJF/2002/0004" "Another currency"
    """
    assert "2002-08-12" in told["receipt-collection"]


def test_a_receipt_for_money_that_the_bank_took_back_is_a_notice(told: Told) -> None:
    """
    2002-03-01 * "Austria" "Pledge" ^AUT-2002-01
      class: "general"
      Assets:CPCJF:Pledges:AUT         1000 USD {0 # 1000.00 USD, "AUT-2002-01.1"}
        due: 2002-06-30
      Income:CPCJF:Contributions:AUT  -1000.00 USD

    2002-05-01 * "Austria" "Payment" ^AUT-2002-01
      class: "general"
      Assets:CPCJF:Pledges:AUT        -1000 USD {"AUT-2002-01.1"}
      Assets:CPCJF:Cash                1000.00 USD

    2002-05-02 custom "official-receipt" "CPCJF/2002/0001" "AUT" ; <~ receipt-differs
      amount: 1000.00 USD
      collected-on: 2002-05-01
      collection: "AUT-2002-01.1"

    2002-05-06 * "Austria" "Taken back" ^AUT-2002-01
      event: "returned-payment"
      reverses: 2002-05-01
      class: "general"
      Assets:CPCJF:Pledges:AUT         1000 USD {0 # 1000.00 USD, 2002-03-01, "AUT-2002-01.1"}
        due: 2002-06-30
      Assets:CPCJF:Cash               -1000.00 USD
    """
    assert "the bank took back 1000.00" in told["receipt-differs"]


def test_two_payments_that_neither_day_nor_label_tells_apart_are_one_collection(
    book: Book,
) -> None:
    """
    2002-08-12 * "Austria" "Gift"
      class: "general"
      Assets:CPCJF:Cash                1000.00 USD
      Income:CPCJF:Contributions:AUT  -1000.00 USD

    2002-08-12 * "Austria" "Another"
      class: "general"
      Assets:CPCJF:Cash                 500.00 USD
      Income:CPCJF:Contributions:AUT   -500.00 USD

    2002-08-12 * "Austria" "A third, by its reference"
      class: "general"
      reference: "AUT-2002-07"
      Assets:CPCJF:Cash                 250.00 USD
      Income:CPCJF:Contributions:AUT   -250.00 USD
    """
    assert [(each.key.labels, each.value) for each in list_collections(book.register)] == [
        ("", Decimal("1500.00")),
        ("AUT-2002-07", Decimal("250.00")),
    ]


def test_of_two_payments_on_one_day_the_bank_takes_back_the_latest(book: Book) -> None:
    """
    2002-03-01 * "Austria" "Pledge" ^AUT-2002-01
      class: "general"
      Assets:CPCJF:Pledges:AUT         1000 USD {0 # 1000.00 USD, "AUT-2002-01.1"}
        due: 2002-06-30
      Assets:CPCJF:Pledges:AUT          500 USD {0 # 500.00 USD, "AUT-2002-01.2"}
        due: 2002-09-30
      Income:CPCJF:Contributions:AUT  -1500.00 USD

    2002-05-01 * "Austria" "A part" ^AUT-2002-01
      class: "general"
      Assets:CPCJF:Pledges:AUT        -1000 USD {"AUT-2002-01.1"}
      Assets:CPCJF:Pledges:AUT          400 USD {0 # 400.00 USD, 2002-03-01, "AUT-2002-01.1"}
        due: 2002-06-30
      Assets:CPCJF:Cash                 600.00 USD

    2002-05-01 * "Austria" "The rest" ^AUT-2002-01
      class: "general"
      Assets:CPCJF:Pledges:AUT         -400 USD {"AUT-2002-01.1"}
      Assets:CPCJF:Pledges:AUT         -500 USD {"AUT-2002-01.2"}
      Assets:CPCJF:Cash                 900.00 USD

    2002-05-06 * "Austria" "Taken back" ^AUT-2002-01
      event: "returned-payment"
      reverses: 2002-05-01
      class: "general"
      Assets:CPCJF:Pledges:AUT          400 USD {0 # 400.00 USD, 2002-03-01, "AUT-2002-01.1"}
        due: 2002-06-30
      Assets:CPCJF:Pledges:AUT          500 USD {0 # 500.00 USD, 2002-03-01, "AUT-2002-01.2"}
        due: 2002-09-30
      Assets:CPCJF:Cash                -900.00 USD
    """
    assert [(each.key.labels, each.kept) for each in list_collections(book.register)] == [
        ("AUT-2002-01.1", Decimal("600.00")),
        ("AUT-2002-01.1 AUT-2002-01.2", Decimal("0.00")),
    ]


def test_letters_and_answers_are_held_to_their_form(told: Told) -> None:
    """
    2002-12-20 custom "letter" "AUT/2002/1" "confirmation" "AUT"
    2002-12-21 custom "letter" "AUT/2002/1" "reminder" "AUT" ; <- letter-reference
    2002-12-21 custom "letter" "AUT/2001/1" "reminder" "AUT" ; <- letter-form
    2002-12-21 custom "letter" "ITA/2002/1" "invoice" "ITA" ; <- letter-form
    2002-12-21 custom "letter" "FRA/2002/1" "statement" "FRA"
    2002-12-19 custom "answer" "AUT/2002/1" "agrees" ; <- answer-letter
    2002-12-30 custom "answer" "DEU/2002/1" "agrees" ; <- answer-letter
    2002-12-30 custom "answer" "FRA/2002/1" "perhaps" ; <- answer-result
    """
    assert "agrees, differs, noted, returned" in told["answer-result"]


def test_a_balance_in_dispute_stays_a_notice_until_the_donor_agrees(
    tmp_path: Path, copy_golden: Callable[..., Path]
) -> None:
    more = '2004-01-20 custom "letter" "CAN/2004/1" "confirmation" "CAN"\n'
    book = load_book(copy_golden(tmp_path, more))
    book = keep(book, draft_answer("CAN/2004/1", "differs", date(2004, 2, 1), "Note 7", "100 EUR"))
    assert [each.rule for each in book.notices].count("answer-open") == 1
    assert "Note 7 states 100 EUR" in next(
        each.message for each in book.notices if each.rule == "answer-open"
    )
    book = keep(book, draft_answer("CAN/2004/1", "agrees", date(2004, 2, 9)))
    assert "answer-open" not in [each.rule for each in book.notices]
    (letter,) = read_letters(book.entries)
    assert [answer.result for answer in letter.answers] == ["differs", "agrees"]
    assert next_reference([letter], "CAN", 2004) == "CAN/2004/2"
    assert next_reference([letter], "CAN", 2005) == "CAN/2005/1"


def test_hostile_words_stay_words(tmp_path: Path, copy_golden: Callable[..., Path]) -> None:
    more = '2004-01-20 custom "letter" "CAN/2004/1" "confirmation" "CAN"\n'
    words = 'x"\n2004-01-01 open Assets:Stolen\n; \\'
    book = load_book(copy_golden(tmp_path, more))
    book = keep(book, draft_answer("CAN/2004/1", "noted", date(2004, 2, 1), words))
    assert book.errors == []
    assert read_letters(book.entries)[0].answers[0].words == 'x" 2004-01-01 open Assets:Stolen ; \\'

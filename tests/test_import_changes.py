"""The same list sent again: changed rows, rows gone, equal rows, and what the book changed since.

Each sheet is read into one book, one after the other. All amounts and rates are made up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from conftest import FEW_RATES
from pledgebook.importers import ImportResult, import_files
from pledgebook.importers.judging.verdicts import Verdict
from pledgebook.importers.tables.mapping import parse_mapping
from pledgebook.ledger.events import amendment, cancellation
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import Instalment, list_instalments

HEAD = "Donor|Reference|Date of pledge|Currency|Amount|Due date|Changed on\n"


@dataclass(frozen=True, slots=True)
class Sent:
    """What an import did, and the book after it."""

    result: ImportResult
    book: Book

    @property
    def verdicts(self) -> list[Verdict]:
        return [v for file in self.result.files for table in file.tables for v in table.verdicts]

    @property
    def said(self) -> list[str]:
        return [verdict.verdict for verdict in self.verdicts]

    @property
    def lines(self) -> dict[str, Instalment]:
        return {line.label: line for line in list_instalments(self.book.register)}


Send = Callable[..., Sent]


@pytest.fixture
def send(tmp_path: Path) -> Send:
    """Import a sheet, cells divided by bars, into one book that grows with each call."""
    main = make_book(tmp_path / "book")
    (main.parent / "rates.beancount").write_text(
        f"{FEW_RATES}2001-01-01 price USD 1.25 EUR\n2002-06-01 price USD 1.00 EUR\n", "utf-8"
    )

    def import_text(text: str, name: str = "list", mapping: str = "") -> Sent:
        path = tmp_path / f"{name}.csv"
        path.write_text(text, "utf-8")
        given = parse_mapping(mapping) if mapping else None
        result = import_files(load_book(main), [path], mapping=given, fund="CPCJF")
        book = load_book(main)
        assert book.errors == []
        return Sent(result, book)

    return import_text


def test_an_increase_with_its_date_is_an_amendment_at_the_rate_of_that_date(send: Send) -> None:
    send(HEAD + "Italy|NV 1|2002-03-01|EUR|1000.00|2002-12-31|\n")
    again = send(HEAD + "Italy|NV 1|2002-03-01|EUR|1500.00|2002-12-31|2002-07-01\n")
    (verdict,) = again.verdicts
    assert (verdict.verdict, verdict.pledge) == ("amended", "ITA-2002-01")
    assert verdict.before == "1000.00 EUR due 2002-12-31"
    assert "Was 1000.00 EUR due 2002-12-31; is 1500.00 EUR due 2002-12-31" in verdict.reason
    line = again.lines["ITA-2002-01.1"]
    assert (line.pledged, line.carrying) == (1500, 1300)  # 1000 / 1.25 + 500 / 1.00
    change = again.book.register.by_label["ITA-2002-01.1"][-1]
    assert (change.event, change.date) == ("amendment", date(2002, 7, 1))
    assert change.entry.meta["source"] == "list.csv#list!A2"


def test_a_decrease_takes_its_share_and_leaves_the_payment_as_it_is(send: Send) -> None:
    head = "Donor|Reference|Date of pledge|Currency|Amount|Paid|Date of payment|Changed on\n"
    send(head + "Italy|NV 1|2002-03-01|USD|1000.00|400.00|2002-04-01|\n")
    again = send(head + "Italy|NV 1|2002-03-01|USD|900.00|400.00|2002-04-01|2002-05-01\n")
    assert again.said == ["amended"]
    line = again.lines["ITA-2002-01.1"]
    assert (line.pledged, line.paid, line.outstanding) == (900, 400, 500)


def test_another_due_date_and_amount_are_a_postponement_after_an_amendment(send: Send) -> None:
    send(HEAD + "Italy|NV 1|2002-03-01|USD|1000.00|2002-12-31|\n")
    again = send(HEAD + "Italy|NV 1|2002-03-01|USD|800.00|2004-03-31|2002-07-01\n")
    assert again.said == ["amended"]
    line = again.lines["ITA-2002-01.1"]
    assert (line.pledged, line.due, line.status) == (800, date(2004, 3, 31), "deferred")
    events = [change.event for change in again.book.register.by_label["ITA-2002-01.1"]]
    assert events == ["commitment", "amendment", "postponement"]


def test_what_was_paid_in_advance_is_released_when_the_list_brings_it_forward(send: Send) -> None:
    head = (
        "Donor|Reference|Date of pledge|Currency|Amount|Due date|Paid|Date of payment|Changed on\n"
    )
    row = "Italy|NV 1|2002-03-01|USD|1000.00|{}|400.00|2002-04-01|{}\n"
    held = send(head + row.format("2004-03-31", "")).book.register.held
    assert sum(each.value for each in held) == 400
    again = send(head + row.format("2003-03-31", "2002-07-01"))
    assert again.said == ["amended"]
    assert sum(each.value for each in again.book.register.held) == 0
    change = again.book.register.by_label["ITA-2002-01.1"][-1]
    assert (change.event, change.advance_released) == ("postponement", 400)


def test_of_several_instalments_only_the_changed_one_is_amended(send: Send) -> None:
    rows = (
        "Italy|NV 1|2002-03-01|USD|100.00|2002-06-30|\nItaly|NV 1|2002-03-01|USD|{}|2003-06-30|{}\n"
    )
    send(HEAD + rows.format("200.00", ""))
    again = send(HEAD + rows.format("250.00", "2002-08-01"))
    assert again.said == ["amended", "amended"]
    assert [line.pledged for line in again.lines.values()] == [100, 250]
    assert len(again.book.register.by_label["ITA-2002-01.1"]) == 1


def test_without_references_donor_date_and_purpose_name_the_pledge(send: Send) -> None:
    send(HEAD + "Italy||2002-03-01|USD|1000.00||\nSpain||2002-03-01|USD|300.00||\n")
    again = send(
        HEAD + "Italy||2002-03-01|USD|1200.00||2002-07-01\nSpain||2002-03-01|USD|300.00||\n"
    )
    assert again.said == ["amended", "duplicate"]
    assert again.lines["ITA-2002-01.1"].pledged == 1200


def test_a_second_row_beside_the_unchanged_one_is_another_pledge(send: Send) -> None:
    old, new = "Italy||2002-03-01|USD|1000.00||\n", "Italy||2002-03-01|USD|1200.00||\n"
    send(HEAD + old)
    assert send(HEAD + new + old).said == ["imported", "duplicate"]
    assert send(HEAD + old + new).said == ["duplicate", "duplicate"]


def test_a_change_that_nobody_dates_waits_with_both_sides_until_a_mapping_dates_it(
    send: Send,
) -> None:
    send(HEAD + "Italy|NV 1|2002-03-01|USD|1000.00||\n")
    changed = HEAD + "Italy|NV 1|2002-03-01|USD|900.00||\n"
    waiting = send(changed)
    assert waiting.said == ["waiting"]
    assert waiting.verdicts[0].reason.startswith(
        "ITA-2002-01 stands in the book as 1000.00 USD; this row says 900.00 USD."
    )
    assert waiting.verdicts[0].before == "1000.00 USD"
    assert waiting.lines["ITA-2002-01.1"].pledged == 1000
    mapping = """heading_rows = [1]
[columns]
donor = "A"
reference = "B"
pledge_date = "C"
currency = "D"
amount = "E"
due_date = "F"
[constants]
changed_on = "2002-09-01"
"""
    dated = send(changed, mapping=mapping)
    assert dated.said == ["amended"]
    assert dated.lines["ITA-2002-01.1"].pledged == 900


def test_a_change_is_made_once_whatever_file_repeats_it(send: Send) -> None:
    first = HEAD + "Italy|NV 1|2002-03-01|USD|1000.00||\n"
    second = HEAD + "Italy|NV 1|2002-03-01|USD|900.00||2002-07-01\n"
    send(first, "first")
    send(second, "second")
    for text, name in ((second, "second"), (second + "\n", "third"), (first, "first")):
        assert send(text, name).said == ["duplicate"]
    earlier = send(first + "\n", "fourth")
    assert earlier.said == ["duplicate"]
    assert "changed there since, on 2002-07-01, to 900.00 USD" in earlier.verdicts[0].reason
    assert earlier.lines["ITA-2002-01.1"].pledged == 900
    back = send(HEAD + "Italy|NV 1|2002-03-01|USD|1000.00||2002-08-01\n", "fifth")
    assert back.said == ["amended"]
    assert back.lines["ITA-2002-01.1"].pledged == 1000


@pytest.mark.parametrize(
    ("recorded", "verdict", "pledged"),
    [
        (date(2002, 6, 30), "amended", 1000),
        (date(2002, 7, 1), "duplicate", 800),  # the book changed it that day, after the list
        (date(2002, 7, 2), "duplicate", 800),
    ],
)
def test_a_list_amends_what_the_book_changed_before_it_and_not_what_it_changed_since(
    send: Send, recorded: date, verdict: str, pledged: int
) -> None:
    sheet = HEAD + "Italy|NV 1|2002-03-01|USD|1000.00||2002-07-01\n"
    first = send(sheet)
    claim = first.book.register.by_label["ITA-2002-01.1"][-1].after
    reduced = amendment(first.book.settings, day=recorded, claim=claim, units=Decimal(800))
    write_entries(first.book, [reduced])
    again = send(sheet + "\n")  # another file of the same rows
    assert again.said == [verdict]
    assert again.lines["ITA-2002-01.1"].pledged == pledged


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("Italy|NV 1|2002-03-05|USD|900.00||2002-07-01", "the date of the pledge, 2002-03-01"),
        ("Italy|NV 1|2002-03-01|EUR|900.00||2002-07-01", "the currency, USD, now EUR"),
        ("Italy|NV 1|2002-03-01|USD|900.00||2002-02-01", "was changed on 2002-02-01, and the book"),
        (
            "Italy|NV 1|2002-03-01|USD|900.00|2002-06-30|2002-07-01\n"
            "Italy|NV 1|2002-03-01|USD|900.00|2003-06-30|2002-07-01",
            "1 instalments, now 2",
        ),
    ],
)
def test_what_an_amendment_cannot_say_waits_beside_the_pledge(
    send: Send, row: str, why: str
) -> None:
    send(HEAD + "Italy|NV 1|2002-03-01|USD|1000.00||\n")
    again = send(HEAD + row + "\n")
    assert set(again.said) == {"waiting"}
    assert why in again.verdicts[0].reason
    assert again.result.written == ()


def test_a_reduction_below_what_was_paid_waits(send: Send) -> None:
    head = "Donor|Reference|Date of pledge|Currency|Amount|Paid|Date of payment|Changed on\n"
    send(head + "Italy|NV 1|2002-03-01|USD|1000.00|400.00|2002-04-01|\n")
    again = send(head + "Italy|NV 1|2002-03-01|USD|400.00|400.00|2002-04-01|2002-05-01\n")
    assert again.said == ["waiting"]
    assert "leaves nothing to pay" in again.verdicts[0].reason


_PAID = "Donor|Reference|Date of pledge|Currency|Amount|Paid|Date of payment\n"


@pytest.mark.parametrize("before", ["|", "400.00|2002-04-01"])
@pytest.mark.parametrize("rate", ["USD", "EUR"])
def test_a_row_of_the_book_that_says_that_more_was_paid_waits_until_it_is_recorded(
    send: Send, before: str, rate: str
) -> None:
    row = f"Italy|NV 1|2002-03-01|{rate}|1000.00|"
    send(_PAID + row + before + "\n")
    had = "400.00" if before != "|" and rate == "USD" else "0.00"
    again = send(_PAID + row + "700.00|2002-05-01\n")
    assert again.said == ["waiting"]
    assert f"700.00 {rate} was paid, the book has {had}: record" in again.verdicts[0].reason
    assert (again.result.written, again.result.waits) == ((), True)


def test_an_older_list_that_knows_of_less_payments_is_a_duplicate_that_says_so(send: Send) -> None:
    send(_PAID + "Italy|NV 1|2002-03-01|USD|1000.00|400.00|2002-04-01\n")
    again = send(_PAID + "Italy|NV 1|2002-03-01|USD|1000.00|100.00|2002-03-05\n")
    assert again.said == ["duplicate"]
    assert "100.00 USD was paid, the book has 400.00." in again.verdicts[0].reason


def test_a_dated_change_waits_where_the_row_says_that_more_was_paid(send: Send) -> None:
    head = _PAID.replace("\n", "|Changed on\n")
    send(head + "Italy|NV 1|2002-03-01|USD|1000.00|||\n")
    again = send(head + "Italy|NV 1|2002-03-01|USD|1200.00|400.00|2002-04-01|2002-05-01\n")
    assert again.said == ["waiting"]
    assert "is 1200.00 USD since 2002-05-01" in again.verdicts[0].reason
    assert "record the payment from the bank's advice" in again.verdicts[0].reason


def test_a_row_that_left_the_list_is_reported_and_nothing_is_booked(send: Send) -> None:
    rows = ["Italy|NV 1|2002-03-01|USD|1000.00||\n", "Spain|NV 2|2002-03-02|USD|300.00||\n"]
    send(HEAD + "".join(rows))
    (sheet,) = send(HEAD + rows[1]).result.files[0].sheets
    (gone,) = sheet.withdrawn
    assert (gone.pledge, gone.donor, gone.stands) == ("ITA-2002-01", "ITA", "1000.00 USD")
    assert gone.source == "list.csv#list!A2"
    other = send(HEAD + rows[1], "another")
    assert other.result.files[0].sheets[0].withdrawn == ()
    fresh = send(HEAD + "Japan|NV 3|2002-03-03|USD|1.00||\n")
    assert fresh.result.files[0].sheets[0].withdrawn == ()  # no row of the earlier list
    assert fresh.lines["ITA-2002-01.1"].outstanding == 1000


@pytest.mark.parametrize(
    "row", ["Italy|NV 1|2002-03-01|USD|nil|", "Italy|NV 1|2002-03-01|USD|1000.00|cancelled"]
)
def test_a_pledge_of_the_book_that_a_row_calls_nil_or_cancelled_waits(send: Send, row: str) -> None:
    head = "Donor|Reference|Date of pledge|Currency|Amount|Status\n"
    send(head + "Italy|NV 1|2002-03-01|USD|1000.00|\n")
    again = send(f"{head}{row}\n")
    assert again.said == ["waiting"]
    assert "the book has ITA-2002-01, 1000.00 USD" in again.verdicts[0].reason


def test_the_second_of_two_equal_rows_goes_on_waiting_until_the_book_has_two(
    send: Send,
) -> None:
    row = "Italy||2002-03-01|USD|5.00||\n"
    assert send(HEAD + row + row).said == ["imported", "waiting"]
    assert send(HEAD + row + row).said == ["duplicate", "waiting"]
    assert send(HEAD + row + row, "copy").said == ["duplicate", "waiting"]
    once = send(HEAD + row, "once")
    by_hand = (
        once.book.path.with_name("2002-2003.beancount").read_text("utf-8")
        + '\n2002-03-01 * "Italy" "Pledge by hand" ^ITA-2002-02\n  event: "commitment"\n'
        '  class: "general"\n  Assets:CPCJF:Pledges:ITA  5.00 USD {0 # 5.00 USD, "ITA-2002-02.1"}\n'
        "  Income:CPCJF:Contributions:ITA  -5.00 USD\n"
    )
    once.book.path.with_name("2002-2003.beancount").write_text(by_hand, "utf-8")
    assert send(HEAD + row + row, "later").said == ["duplicate", "duplicate"]


def test_a_change_recorded_by_hand_is_a_duplicate_when_the_list_brings_it(send: Send) -> None:
    first = send(HEAD + "Italy|NV 1|2002-03-01|USD|1000.00||\nSpain|NV 2|2002-03-02|USD|9.00||\n")
    claim = first.book.register.by_label["ESP-2002-01.1"][-1].after
    write_entries(
        first.book, [cancellation(first.book.settings, day=date(2002, 5, 1), claim=claim)]
    )
    again = send(HEAD + "Spain|NV 2|2002-03-02|USD|9.00||\n")
    assert again.said == ["duplicate"]
    assert "changed there since, on 2002-05-01, to cancelled" in again.verdicts[0].reason


def test_a_receipt_sent_again_with_another_amount_waits(send: Send) -> None:
    head = "Donor|Reference|Date of receipt|Currency|Amount received\n"
    assert send(head + "Italy|R 1|2002-03-01|USD|100.00\n").said == ["imported"]
    again = send(head + "Italy|R 1|2002-03-01|USD|110.00\n")
    assert again.said == ["waiting"]
    assert "The book has 100.00 USD received from ITA" in again.verdicts[0].reason


def test_what_the_sheet_calls_unpaid_is_held_against_its_own_figures(send: Send) -> None:
    head = "Donor|Date of pledge|Currency|Amount|Paid|Date of payment|Unpaid balance\n"
    sent = send(
        head
        + "Italy|2002-03-01|USD|100.00|40.00|2002-04-01|50.00\n"
        + "Spain|2002-03-01|USD|100.00|40.00|2002-04-01|60.00\n"
    )
    assert "50.00 is unpaid; its amount less what was paid is 60.00" in sent.verdicts[0].reason
    assert "unpaid" not in sent.verdicts[1].reason
    assert sum(line.outstanding for line in sent.lines.values()) == Decimal(120)


PAID = "Donor|Reference|Date of pledge|Currency|Amount|Paid|Date of payment|Changed on\n"


def test_an_increase_of_a_paid_pledge_is_a_further_instalment(send: Send) -> None:
    send(PAID + "Italy|NV 1|2002-03-01|USD|1000.00|1000.00|2002-04-01|\n")
    undated = send(PAID + "Italy|NV 1|2002-03-01|USD|1500.00|1000.00|2002-04-01|\n")
    (waits,) = undated.verdicts
    assert waits.verdict == "waiting"
    assert "pledgebook record amendment ITA-2002-01.1 500.00 --date DATE" in waits.reason
    row = PAID + "Italy|NV 1|2002-03-01|USD|1500.00|1000.00|2002-04-01|2002-05-01\n"
    raised = send(row)
    assert raised.said == ["amended"]
    first, second = raised.lines["ITA-2002-01.1"], raised.lines["ITA-2002-01.2"]
    assert (first.status, second.outstanding) == ("paid", 500)
    assert send(row).said == ["duplicate"]
    down = send(PAID + "Italy|NV 1|2002-03-01|USD|1300.00|1000.00|2002-04-01|2002-06-01\n")
    assert (down.said, down.lines["ITA-2002-01.2"].outstanding) == (["amended"], 300)

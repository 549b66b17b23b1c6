"""Entries are saved at the right place, or not at all (all amounts made up)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from beancount.core.data import Transaction
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from pledgebook.ledger.drafts import Draft, DraftLine
from pledgebook.ledger.events import Earmark, receipt_without_pledge
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.mending import find_entry, take_out
from pledgebook.ledger.files.ordering import rank_of
from pledgebook.ledger.files.writing import Place, insert_entries, write_entries
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.register.book import Book

Load = Callable[..., Book]

ENTRIES = """
; The entries of the biennium: this comment stays at the top.

2002-03-01 * "Norway" "Pledge" ^NOR-2002-01
  event: "commitment"
  Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}  ; a comment in a line
  Income:CPCJF:Contributions:NOR -100.00 USD

; On the last of the month.
2002-03-31 * "" "Interest"
  Assets:CPCJF:Cash       1.00 USD
  Income:CPCJF:Interest  -1.00 USD

2002-03-31 * "Norway" "Revaluation, the last of its day" ^NOR-2002-01
  event: "revaluation"
  Assets:CPCJF:Pledges:NOR       -100 USD {"NOR-2002-01.1"}
  Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, 2002-03-01, "NOR-2002-01.1"}
"""


def gift(book: Book, day: date, words: str = "Gift", donor: str = "SWE") -> Draft:
    return receipt_without_pledge(
        book.settings,
        day=day,
        donor=donor,
        earmark=Earmark("CPCJF", "general"),
        value=Decimal("5.00"),
    ).noted(narration=words)


def payment_of_norway(day: date) -> Draft:
    return Draft(
        date=day,
        payee="Norway",
        narration="Payment",
        lines=(
            DraftLine(
                account="Assets:CPCJF:Pledges:NOR",
                number=Decimal(-100),
                currency="USD",
                label="NOR-2002-01.1",
            ),
            DraftLine(account="Assets:CPCJF:Cash", number=Decimal("100.00"), currency="USD"),
        ),
        links=("NOR-2002-01",),
        meta={"event": "payment", "class": "general"},
    )


def files_of(book: Book) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(book.folder.iterdir())}


def narrations(book: Book) -> list[str]:
    return [entry.narration or "" for entry in book.entries if isinstance(entry, Transaction)]


def test_an_entry_is_put_in_by_date_and_what_stands_there_stays(load: Load) -> None:
    book = load(ENTRIES)
    before = files_of(book)
    written = write_entries(book, [gift(book, date(2002, 3, 15))])
    assert [path.name for path in written] == ["2002-2003.beancount"]
    after = files_of(book)
    assert {name for name in after if after[name] != before.get(name)} == {
        "2002-2003.beancount",
        "writes.jsonl",
    }
    old, new = (files["2002-2003.beancount"].decode() for files in (before, after))
    head, comment, tail = old.partition("; On the last of the month.")
    assert new.startswith(head)
    assert new.endswith(comment + tail)
    assert new[len(head) : -len(comment + tail)].startswith('2002-03-15 * "Sweden" "Gift"\n')
    assert narrations(load_book(book.path)) == [
        "Pledge", "Gift", "Interest", "Revaluation, the last of its day",
    ]  # fmt: skip


def test_entries_of_a_day_stand_in_the_order_of_their_events(load: Load) -> None:
    book = load(ENTRIES)
    others = ("expenditure", "closing", "opening")
    drafts = [gift(book, date(2002, 3, 31))]
    drafts += [
        structs.replace(gift(book, date(2002, 3, 31), event), meta={"event": event})
        for event in others
    ]
    text = (book.folder / "2002-2003.beancount").read_text("utf-8")
    places = [
        ((date(2002, 3, 1), 2), 3),
        ((date(2002, 3, 31), 9), 9),
        ((date(2002, 3, 31), 10), 13),
    ]
    put_in = insert_entries(text, drafts, places)
    assert re.findall(r'^2002-03-31.*"(\w+)', put_in, re.MULTILINE) == [
        "opening", "Gift", "Interest", "expenditure", "Revaluation", "closing",
    ]  # fmt: skip
    assert "; On the last of the month.\n2002-03-31" in put_in


def place_plainly(drafts: list[Draft], places: list[Place], end: int) -> dict[str, int]:
    """Give, by narration, the line that each draft stands before: the rule, word by word."""
    found = {}
    for draft in drafts:
        wanted = (draft.date, rank_of(draft.event))
        later = [line for key, line in places if key > wanted]
        of_day = [line for key, line in places if key[0] == draft.date and key <= wanted]
        if of_day:
            later = [line for _, line in places if line > max(of_day)]
        found[draft.narration] = min(later, default=end)
    return found


DAYS = st.dates(date(2002, 1, 1), date(2002, 1, 6))
EVENTS = st.sampled_from(["opening", "commitment", "payment", "", "revaluation", "closing"])


@given(
    stand=st.lists(st.tuples(DAYS, EVENTS, st.booleans()), max_size=12),
    put=st.lists(st.tuples(DAYS, EVENTS), max_size=12),
)
def test_random_drafts_are_placed_by_the_rule_in_files_of_any_order(
    stand: list[tuple[date, str, bool]], put: list[tuple[date, str]]
) -> None:
    lines = ["; the first line", ""]
    places: list[Place] = []
    for number, (day, event, commented) in enumerate(stand):
        lines += ["; belongs to the next"] if commented else []
        lines += [f'{day} * "" "stands {number}"', "  ; its postings", ""]
        places.append(((day, rank_of(event)), len(lines) - 2))
    drafts = [
        Draft(
            date=day,
            payee="",
            narration=f"put {number}",
            lines=(),
            meta={"event": event} if event else {},
        )
        for number, (day, event) in enumerate(put)
    ]
    written = insert_entries("\n".join(lines) + "\n", drafts, places).split("\n")
    before = place_plainly(drafts, places, len(lines) + 1)
    expected = ["; the first line"]
    for number in range(3, len(lines) + 2):
        inserted = [each for each in sorted(drafts, key=when) if before[each.narration] == number]
        own = [] if number > len(lines) else [lines[number - 1]]
        if inserted and own and expected[-1].startswith("; belongs"):
            own.insert(0, expected.pop())
        expected += [f'{each.date} * "" "{each.narration}"' for each in inserted] + own
    said = [line for line in written if line and not line.startswith("  ")]
    assert said == [line for line in expected if line and not line.startswith("  ")]


def when(draft: Draft) -> tuple[date, int]:
    return draft.date, rank_of(draft.event)


def test_a_payment_above_a_revaluation_of_its_day_is_refused(load: Load) -> None:
    book = load(ENTRIES)
    with pytest.raises(BookRefusedError, match="stands in the way: revaluation of 2002-03-31"):
        write_entries(book, [payment_of_norway(date(2002, 3, 31))])


def test_entries_of_a_day_follow_each_other_in_a_file_of_any_order(load: Load) -> None:
    book = load(
        """
        2003-03-01 * "Sweden" "Later"
          Assets:CPCJF:Cash               1.00 USD
          Income:CPCJF:Contributions:SWE -1.00 USD

        2002-03-01 * "Norway" "Pledge" ^NOR-2002-01
          Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
          Income:CPCJF:Contributions:NOR -100.00 USD

        2002-01-31 * "Sweden" "Earlier"
          Assets:CPCJF:Cash               1.00 USD
          Income:CPCJF:Contributions:SWE -1.00 USD
        """
    )
    write_entries(book, [payment_of_norway(date(2002, 3, 1))])
    again = load_book(book.path)
    assert again.errors == []
    assert narrations(again) == ["Earlier", "Pledge", "Payment", "Later"]


def test_events_have_their_order_in_a_day() -> None:
    days = [
        "opening", "redenomination", "commitment", "release", "amendment", "payment",
        "returned-payment", "refund-unspent", "write-off", "interest", "revaluation", "closing",
    ]  # fmt: skip
    assert [rank_of(event) for event in days] == sorted(rank_of(event) for event in days)
    assert len({rank_of(event) for event in days}) == len(days)
    assert rank_of("cancellation") == rank_of("postponement") == rank_of("transfer")
    assert rank_of("expenditure") == rank_of("anything else")


def test_a_commitment_and_its_payment_of_one_day_are_written_in_order(load: Load) -> None:
    book = load("")
    day = date(2003, 5, 1)
    pledge = Draft(
        date=day,
        payee="Norway",
        narration="Pledge",
        lines=(
            DraftLine(
                account="Assets:CPCJF:Pledges:NOR",
                number=Decimal(100),
                currency="USD",
                label="NOR-2002-01.1",
                value=Decimal("100.00"),
            ),
            DraftLine(
                account="Income:CPCJF:Contributions:NOR", number=Decimal("-100.00"), currency="USD"
            ),
        ),
        links=("NOR-2002-01",),
        meta={"event": "commitment", "class": "general"},
    )
    write_entries(book, [payment_of_norway(day), pledge])
    written = load_book(book.path)
    assert written.errors == []
    assert narrations(written) == ["Pledge", "Payment"]


def test_nothing_is_written_to_a_book_with_errors(load: Load) -> None:
    book = load(ENTRIES.replace("Pledges:NOR        100 USD {0", "Pledges:XYZ        100 USD {0"))
    before = files_of(book)
    with pytest.raises(BookRefusedError, match=r"main.beancount has errors, so nothing is writ"):
        write_entries(book, [gift(book, date(2002, 3, 15))])
    assert files_of(book) == before


def test_what_would_break_the_book_is_refused_and_files_stay_byte_for_byte(load: Load) -> None:
    book = load(ENTRIES)
    before = files_of(book)
    wrong = payment_of_norway(date(2002, 2, 1))
    with pytest.raises(BookRefusedError) as refused:
        write_entries(book, [gift(book, date(2002, 3, 15)), wrong])
    assert files_of(book) == before
    message = str(refused.value)
    assert message.startswith("The book would have an error, so nothing was written. ")
    assert "2002-2003.beancount:" in message
    assert "100 USD is taken out of NOR-2002-01.1 before it is opened, on 2002-03-01" in message
    assert str(book.folder.parent) not in message.replace(str(book.folder), "")


def test_a_file_changed_meanwhile_is_not_written(load: Load) -> None:
    book = load(ENTRIES)
    path = book.folder / "2002-2003.beancount"
    path.write_text(path.read_text("utf-8") + "\n; added by another program\n", "utf-8")
    before = files_of(book)
    with pytest.raises(BookRefusedError, match=r"2002-2003.beancount was changed by another prog"):
        write_entries(book, [gift(book, date(2002, 3, 15))])
    assert files_of(book) == before


def test_the_first_entry_of_a_period_makes_its_file_and_includes_it(load: Load) -> None:
    book = load(ENTRIES)
    old = book.path.read_text("utf-8")
    written = write_entries(
        book, [gift(book, date(2004, 2, 1), "Later"), gift(book, date(2002, 4, 1), "Now")]
    )
    assert sorted(path.name for path in written) == ["2002-2003.beancount", "2004-2005.beancount"]
    assert book.path.read_text("utf-8") == f'{old}include "2004-2005.beancount"\n'
    again = load_book(book.path)
    assert again.errors == []
    assert narrations(again)[-2:] == ["Now", "Later"]


def test_a_file_that_is_there_but_not_included_is_not_overwritten(load: Load) -> None:
    book = load(ENTRIES)
    forgotten = book.folder / "2004-2005.beancount"
    forgotten.write_text("; somebody's notes\n", "utf-8")
    said = r'2004-2005\.beancount stands beside the book.*include "2004-2005\.beancount"'
    with pytest.raises(BookRefusedError, match=said):
        write_entries(book, [gift(book, date(2004, 2, 1))])
    assert forgotten.read_text("utf-8") == "; somebody's notes\n"


def test_a_hostile_narration_stays_one_string(load: Load) -> None:
    book = load(ENTRIES)
    words = 'x"\n2002-01-01 custom "fund" "EVIL" "y"\n; \\ "\u2028 z'
    write_entries(book, [gift(book, date(2002, 3, 15), words)])
    again = load_book(book.path)
    assert again.errors == []
    assert "EVIL" not in again.settings.funds
    assert 'x" 2002-01-01 custom "fund" "EVIL" "y" ; \\ " z' in narrations(again)


@pytest.mark.parametrize("break_", ["\x0c", "\u2028", "\x1c", "\x85"])
def test_only_a_newline_ends_a_line(load: Load, break_: str) -> None:
    text = ENTRIES.replace("The entries", f"The{break_}entries{break_}")
    book = load(text)
    assert book.errors == []
    write_entries(book, [gift(book, date(2002, 3, 15))])
    new = (book.folder / "2002-2003.beancount").read_bytes().decode()
    assert f"The{break_}entries{break_}" in new
    assert narrations(load_book(book.path))[1] == "Gift"


def test_nothing_to_write_writes_nothing(load: Load) -> None:
    book = load(ENTRIES)
    before = files_of(book)
    assert write_entries(book, []) == []
    assert files_of(book) == before


def test_line_ends_stay_as_they_are(load: Load) -> None:
    book = load(ENTRIES)
    for path in (book.path, book.folder / "2002-2003.beancount"):
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    days = date(2002, 3, 15), date(2004, 2, 1)
    write_entries(load_book(book.path), [gift(book, day) for day in days])
    again = load_book(book.path)
    assert again.errors == []
    assert narrations(again)[1] == "Gift"
    for name in ("main", "2002-2003", "2004-2005"):
        content = (book.folder / f"{name}.beancount").read_bytes()
        assert content.count(b"\r\n") == content.count(b"\n") > 0, name


def test_a_letter_of_another_encoding_in_a_comment_stays(load: Load) -> None:
    book = load(ENTRIES)
    path = book.folder / "2002-2003.beancount"
    old = path.read_bytes().replace(b"this comment stays", b"ce commentaire demeure, caf\xe9")
    path.write_bytes(old)
    write_entries(load_book(book.path), [gift(book, date(2002, 3, 15))])
    entry, comment = b'2002-03-15 * "Sweden" "Gift"', b"demeure, caf\xe9 at the top"
    new = path.read_bytes()
    assert entry in new
    assert comment in new
    line = new[: new.index(entry)].count(b"\n") + 1
    again = load_book(book.path)
    take_out(again, find_entry(again, f"2002-2003.beancount:{line}"))
    assert path.read_bytes() == old


def test_a_period_s_file_in_a_folder_takes_its_entries_there(load: Load) -> None:
    book = load(ENTRIES)
    own = book.folder / "years" / "2002-2003.beancount"
    own.parent.mkdir()
    (book.folder / own.name).rename(own)
    main = book.path.read_text("utf-8")
    book.path.write_text(main.replace(f'"{own.name}"', f'"years/{own.name}"'), "utf-8")
    assert write_entries(load_book(book.path), [gift(book, date(2002, 3, 15))]) == [own]
    again = load_book(book.path)
    assert narrations(again)[1] == "Gift"
    assert take_out(again, find_entry(again, "2002-2003.beancount:10")) == own
    assert narrations(load_book(book.path))[1] == "Interest"


def test_a_new_file_that_a_pattern_includes_gets_no_line_of_its_own(load: Load) -> None:
    book = load(ENTRIES)
    main = re.sub(r'include "2002-2003.*', 'include "20*.beancount"', book.path.read_text("utf-8"))
    book.path.write_text(main, "utf-8")
    write_entries(load_book(book.path), [gift(book, date(2004, 2, 1), "Later")])
    assert book.path.read_text("utf-8") == main
    again = load_book(book.path)
    assert again.errors == []
    assert narrations(again)[-1] == "Later"

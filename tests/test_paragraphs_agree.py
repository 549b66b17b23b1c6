"""Which paragraphs a contribution answers is the same wherever it is read: on the entries, in the
register, in the report and under other policies; and is what the facts of the commitment that
counts make it, told here by plain rules. Amounts are made up.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core.data import Transaction
from conftest import MANDATE, Load
from handwritten import Writer
from oracle import Instalment
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.overriding import override_paragraphs
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.selection import Selection, select
from pledgebook.reports.paragraphs import BEFORE, NO_CALL, paragraphs
from test_oracle import CUTS, DAY, POLICIES, days

LIVES = int(os.environ.get("PLEDGEBOOK_ORACLE", "9"))
ADOPTED = date(2000, 12, 4)
PREFIX = "A/RES/55/64-"
PRIMARY = ("OP15", "OP14", "OP7", "OP8", "OP9")
LISTED = {"corruption", "migrant-smuggling"}


def facts_of(writer: Writer, found: Instalment) -> dict[str, str]:
    """What was said of an instalment: the commitment's word, and where it is silent the pledge's;
    an override with the reason beside it.
    """
    said = writer.said.get(found.label, [])
    return {key: text for each in said[: 2 if found.committed else 1] for key, text in each.items()}


def calls_of(writer: Writer, found: Instalment) -> set[str]:
    facts = facts_of(writer, found)
    if "op" in facts:
        return set(facts["op"].split()) - {"none"}
    if found.pledged_on < ADOPTED:
        return set()
    calls = {"OP15"} if found.row[0] == "UNTOC" else {"OP7"}
    if found.row[0] == "CPCJF" and found.purpose in LISTED:
        calls.add("OP14")
    if facts.get("oda") == "yes" or ("crs" in facts and facts.get("oda") != "no"):
        calls.add("OP9")
    return calls


def serves_of(writer: Writer, found: Instalment) -> set[str]:
    facts = facts_of(writer, found)
    return {
        *({"OP4"} if "programme" in facts else ()),
        *({"OP17"} if facts.get("gender") == "1" else ()),
    }


def line_of(writer: Writer, found: Instalment) -> str:
    calls = calls_of(writer, found)
    for paragraph in PRIMARY:
        if paragraph in calls:
            return paragraph
    overridden = "op" in facts_of(writer, found)
    return BEFORE if found.pledged_on < ADOPTED and not overridden else NO_CALL


def told_by_report(selection: Selection) -> dict[str, dict[str, Decimal]]:
    """The lines of the primary call, without amounts of nil."""
    rows = paragraphs(selection).rows
    end = next(at for at, row in enumerate(rows) if row.kind == "total")
    lines = {}
    for row in rows[1:end]:
        amounts = {key: x for key, x in row.values.items() if isinstance(x, Decimal) and x}
        if amounts:
            lines[str(row.values["paragraph"])] = amounts
    return lines


def told_by_oracle(writer: Writer, first: date, last: date) -> dict[str, dict[str, Decimal]]:
    lines = {}
    for line, figures in writer.oracle.figures(
        first, last, lambda found: line_of(writer, found)
    ).items():
        amounts = {
            "pledged": figures.get("pledged", Decimal(0)),
            "paid": figures.get("collected_prior", Decimal(0))
            + figures.get("collected_current", Decimal(0)),
            "outstanding": figures.get("closing", Decimal(0)),
            "future": figures.get("future", Decimal(0)),
            "uncommitted": figures.get("uncommitted", Decimal(0)),
        }
        own = {key: amount for key, amount in amounts.items() if amount}
        if own:
            lines[line] = own
    return lines


def check_register(writer: Writer, book: Book, day: date) -> None:
    known = {line.label: line for line in list_instalments(book.register, day) if line.label}
    for found in writer.oracle.as_at(day):
        tags = {tag.removeprefix(PREFIX) for tag in known[found.label].tags}
        assert tags == calls_of(writer, found), (found, day)


def check_entries(writer: Writer, book: Book) -> None:
    calls: Mapping[int, set[str]] = defaultdict(set)
    serves: Mapping[int, set[str]] = defaultdict(set)
    for change in book.register.changes:
        (found,) = (each for each in writer.oracle.as_at(change.date) if each.label == change.label)
        calls[change.entry.meta["lineno"]] |= calls_of(writer, found)
        serves[change.entry.meta["lineno"]] |= serves_of(writer, found)
    assert calls
    for entry in book.entries:
        if isinstance(entry, Transaction) and entry.meta["lineno"] in calls:
            tags = {tag.removeprefix(PREFIX) for tag in entry.tags if tag.startswith(PREFIX)}
            assert tags == calls[entry.meta["lineno"]], entry
            told = set(entry.meta.get("op-serves", "").split())
            assert told == serves[entry.meta["lineno"]], entry


@pytest.mark.parametrize("seed", range(3000, 3000 + LIVES))
def test_entries_register_and_report_say_the_same_of_each_instalment(
    seed: int, tmp_path: Path
) -> None:
    writer = Writer(seed, POLICIES[seed % len(POLICIES)], tells=True)
    writer.live(60)
    main = tmp_path / "main.beancount"
    main.write_text(f'{writer.text()}\ninclude "{MANDATE}"\n', "utf-8")
    book = load_book(main)
    assert [error.message for error in book.errors] == []
    check_entries(writer, book)
    for day in (*days(writer.events, 3), DAY):
        check_register(writer, book, day)
    for name in CUTS:
        selection = select(book, name)
        told = told_by_oracle(writer, selection.cut.start, selection.cut.end)
        assert told_by_report(selection) == told, name
        view = select(book, name, recognition="general=receipt,special=pledge,convention=receipt")
        if view.book is not book:
            check_register(writer, view.book, DAY)


CONFERENCE = """
2000-12-01 * "Spain" "Pledge at a conference" ^ESP-2000-01
  event: "commitment"
  status: "pledged"
  class: "general"
{pledge}  Assets:CPCJF:Memorandum:Pledges:ESP  1000 USD {{0 # 1000.00 USD, "ESP-2000-01.1"}}
  Assets:CPCJF:Memorandum:Contra  -1000.00 USD

2001-01-17 * "Spain" "Commitment" ^ESP-2000-01
  event: "commitment"
  class: "general"
  document: "note 5/2001"
{commitment}  Assets:CPCJF:Memorandum:Pledges:ESP  -1000 USD {{"ESP-2000-01.1"}}
  Assets:CPCJF:Memorandum:Contra  1000.00 USD
  Assets:CPCJF:Pledges:ESP  1000 USD {{0 # 1000.00 USD, "ESP-2000-01.1"}}
    due: 2001-12-31
  Income:CPCJF:Contributions:ESP  -1000.00 USD
"""


def conference(load: Load, pledge: str = "", commitment: str = "") -> Book:
    return load(CONFERENCE.format(pledge=pledge, commitment=commitment))


def calls_by_report(book: Book) -> dict[str, dict[str, Decimal]]:
    return told_by_report(select(book, "2000-2001"))


def test_a_pledge_made_before_the_resolution_and_committed_after_it_answers_it(load: Load) -> None:
    book = conference(load)
    assert calls_by_report(book) == {
        "OP7": {"pledged": Decimal(1000), "outstanding": Decimal(1000)}
    }
    pledge, commitment = (e for e in book.entries if isinstance(e, Transaction))
    assert (pledge.meta["op-rule"], commitment.meta["op-rule"]) == ("R0", "R7")
    assert "A/RES/55/64-OP7" in commitment.tags - pledge.tags
    early = select(book, "2000-2001", date(2001, 1, 16))
    assert told_by_report(early) == {BEFORE: {"uncommitted": Decimal(1000)}}


@pytest.mark.parametrize(
    ("pledge", "commitment", "calls"),
    [
        ("", '  op: "OP14"\n  op-reason: "letter"\n', {"OP14"}),
        ('  op: "OP14"\n  op-reason: "letter"\n', "", {"OP14"}),
        ('  op: "OP14"\n  op-reason: "a"\n', '  op: "none"\n  op-reason: "b"\n', set()),
        ("", '  oda: "yes"\n', {"OP7", "OP9"}),
        ('  oda: "yes"\n', '  oda: "no"\n', {"OP7"}),
        ('  oda: "no"\n', '  crs: "15130"\n', {"OP7"}),
        ('  crs: "15130"\n', "", {"OP7", "OP9"}),
    ],
)
def test_what_a_commitment_says_counts_and_where_it_is_silent_what_the_pledge_said(
    load: Load, pledge: str, commitment: str, calls: set[str]
) -> None:
    book = conference(load, pledge, commitment)
    assert not book.errors
    (line,) = list_instalments(book.register)
    assert set(line.tags) == {PREFIX + call for call in calls}
    assert set(calls_by_report(book)) == (calls & {"OP14"} or calls & {"OP7"} or {NO_CALL})


def test_a_closing_carries_the_words_of_the_commitment(load: Load) -> None:
    facts = '  op: "OP14"\n  op-reason: "letter"\n'
    said = '  programme: "corruption"\n  document: "speech"\n  condition: "a vote"\n'
    book = conference(load, said, facts)
    assert book.register.by_label["ESP-2000-01.1"][-1].after.condition == ""
    own = book.folder / "2002-2003.beancount"
    own.rename(book.folder / "2000-2001.beancount")
    text = book.path.read_text("utf-8").replace(own.name, "2000-2001.beancount")
    book.path.write_text(text, "utf-8")
    close_period(load_book(book.path), "2000-2001", make_figures)
    opened = load_book(book.path)
    assert not opened.errors
    (line,) = list_instalments(opened.register)
    assert line.tags == ["A/RES/55/64-OP14"]
    assert line.rules == ["override", "R7", "R4"]
    (opening,) = (e for e in opened.entries if isinstance(e, Transaction) and e.links)
    assert opening.meta["document"] == "note 5/2001"
    assert "condition" not in opening.meta
    assert opened.register.by_label["ESP-2000-01.1"][-1].after.pledged_on == date(2001, 1, 17)


def test_an_override_is_written_on_the_commitment_and_taken_away_wherever_it_stands(
    load: Load,
) -> None:
    before = '  op: "OP8"\n  op-reason: "said there"\n'
    book = conference(load, before)
    override_paragraphs(book, "ESP-2000-01.1", ["OP14"], "A letter")
    book = load_book(book.path)
    assert list_instalments(book.register)[0].tags == ["A/RES/55/64-OP14"]
    override_paragraphs(book, "ESP-2000-01.1", None, "")
    book = load_book(book.path)
    assert list_instalments(book.register)[0].tags == ["A/RES/55/64-OP7"]
    assert "op:" not in (book.folder / "2002-2003.beancount").read_text("utf-8")

"""Closing a period: the golden example as two books says what it says as one (variant R).

All amounts and rates are made up.
"""

from __future__ import annotations

import inspect
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from beancount.core.data import Transaction
from click.testing import CliRunner
from conftest import HEAD, Load, split_golden
from msgspec import structs
from pledgebook.cli.main import group
from pledgebook.cli.pledges import instalment_document
from pledgebook.ledger.closing.entries import Carried
from pledgebook.ledger.closing.periods import close_period, reopen_period
from pledgebook.ledger.closing.proof import verify_seals
from pledgebook.ledger.correspondence.letters import (
    Sending,
    correspondence_texts,
    draft_answer,
    draft_letter,
)
from pledgebook.ledger.correspondence.receipts import draft_void
from pledgebook.ledger.drafts import DraftLine
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.selection import SelectionError, select
from pledgebook.reports.figures.table import Report, Value
from pledgebook.reports.financial_statements import make_statements
from pledgebook.reports.letters import Papers, issue_receipts, make_letters
from pledgebook.reports.registry import make_reports
from pledgebook.reports.render import to_document
from pledgebook.reports.reported import schedule_as_reported
from pledgebook.reports.schedule import Schedule, make_schedule

GOLDEN = Path(__file__).parent / "data" / "golden"
D = Decimal
DAY = date(2002, 1, 20)
Edit = Callable[[Path], object]


class Closed(NamedTuple):
    """A golden book before and after its first period was closed."""

    one: Book
    main: Path

    def open(self) -> Book:
        return load_book(self.main)

    def history(self) -> Book:
        return load_book(self.main.with_name("history.beancount"))


@pytest.fixture(scope="module")
def closed_books(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Closed]:
    books = {}
    for policy in ("pledge", "receipt"):
        main = split_golden(tmp_path_factory.mktemp("closed") / policy, policy)
        one = load_book(main)
        close_period(one, "2000-2001", make_figures)
        books[policy] = Closed(one, main)
    return books


@pytest.fixture(params=["pledge", "receipt"])
def closed(request: pytest.FixtureRequest, closed_books: dict[str, Closed]) -> Closed:
    return closed_books[request.param]


@pytest.fixture
def two(closed_books: dict[str, Closed], tmp_path: Path) -> Path:
    """A copy of the closed book under policy `pledge`, to change."""
    shutil.copytree(closed_books["pledge"].main.parent, tmp_path / "two")
    return tmp_path / "two" / "main.beancount"


@pytest.fixture
def golden_folder(tmp_path: Path) -> Path:
    return split_golden(tmp_path / "golden", "pledge").parent


def figures_of(made: Schedule) -> dict[tuple[str, str, str], dict[str, Decimal]]:
    return {
        (*section, line.donor): line.figures.amounts()
        for section, lines in made.sections.items()
        for line in lines
    }


def test_the_book_that_begins_with_the_opening_makes_the_same_reports(closed: Closed) -> None:
    book = closed.open()
    assert book.errors == []
    assert make_figures(book, "2002-2003") == make_figures(closed.one, "2002-2003")
    made = make_schedule(select(book, "2002-2003"))
    expected = json.loads((GOLDEN / "schedule-2002-2003.json").read_text("utf-8"))["rows"]
    rows = figures_of(made)
    for row in expected:
        own = rows[row["fund"], row["class"], row["donor"]]
        assert {key: own[key] for key in own if key in row} == {
            key: D(row[key]) for key in own if key in row
        }
    assert len(rows) == len(expected)
    assert made.proof.cash_from_donors == made.proof.per_ledger == D("766292.49")


@pytest.mark.parametrize("period", ["2000-2001", "2002-2003"])
def test_history_makes_the_reports_of_every_period_as_the_one_book_did(
    closed: Closed, period: str
) -> None:
    history = closed.history()
    assert history.errors == []
    assert make_figures(history, period) == make_figures(closed.one, period)


@pytest.mark.parametrize("policy", ["pledge", "receipt", "agreement"])
def test_a_view_of_the_book_that_begins_with_the_opening_is_that_of_its_history(
    closed: Closed, policy: str
) -> None:
    for period in ("2002-2003", "2002", "2003-Q4"):
        here = select(closed.open(), period, recognition=policy)
        whole = select(closed.history(), period, recognition=policy)
        assert figures_of(make_schedule(here)) == figures_of(make_schedule(whole)), period
        assert [each.lines for each in make_statements(here)] == [
            each.lines for each in make_statements(whole)
        ], period


def test_the_comparatives_of_the_new_book_are_the_sealed_ones(closed: Closed) -> None:
    here, whole = (
        [(row.label, row.values.get("line"), row.values.get("comparative")) for row in report.rows]
        for report in (
            make_reports(select(book, "2002-2003"), ("statements",))[0]
            for book in (closed.open(), closed.history())
        )
    )
    assert here == whole
    assert any(amount for _, _, amount in here)

    sealed = closed.main.parent / "sealed" / "2000-2001.json"
    kept = sealed.read_text("utf-8")
    try:
        sealed.write_text("{}", "utf-8")
        (report,) = make_reports(select(closed.open(), "2002-2003"), ("statements",))
        assert {row.values.get("comparative") for row in report.rows} == {None}
        assert any("its figures are unknown" in note for note in report.notes)
    finally:
        sealed.write_text(kept, "utf-8")


def test_every_report_of_the_new_book_is_that_of_the_one_book(closed: Closed) -> None:
    for name, kept in zip(
        ("schedule", "statements"),
        make_reports(select(closed.one, "2002-2003"), ("schedule", "statements")),
        strict=True,
    ):
        (made,) = make_reports(select(closed.open(), "2002-2003"), (name,))
        # Comparatives of a closed period are not in the open book: history.beancount has them.
        assert [tie for tie in made.ties if not tie.agrees] == []
        (full,) = make_reports(select(closed.history(), "2002-2003"), (name,))
        assert [row.values for row in full.rows] == [row.values for row in kept.rows]


def test_the_register_still_says_what_was_paid_and_written_off_before(closed: Closed) -> None:
    was = {line.label: line for line in list_instalments(closed.one.register)}
    now = {line.label: line for line in list_instalments(closed.open().register)}
    usa = now["USA-2000-01.1"]
    assert (usa.pledged, usa.paid, usa.written_off) == (D(200000), D(170000), D(30000))
    assert usa.received == D("170000.00")
    # Only what was settled in the closed period is not there any more.
    assert was.keys() - now.keys() == {"NLD-2001-01.1"}
    for label, line in now.items():
        assert instalment_document(line) == instalment_document(was[label])


@pytest.mark.parametrize("as_at", [date(2002, 1, 1), date(2002, 6, 3), date(2003, 4, 28)])
def test_the_register_as_at_any_day_of_the_new_period_is_the_same(
    closed: Closed, as_at: date
) -> None:
    was = {line.label: line for line in list_instalments(closed.one.register, as_at)}
    now = {line.label: line for line in list_instalments(closed.open().register, as_at)}
    assert len(now) > 3
    for label, line in now.items():
        assert instalment_document(line) == instalment_document(was[label])


def test_what_one_period_closes_with_the_next_opens_with_donor_by_donor(closed: Closed) -> None:
    before = figures_of(make_schedule(select(closed.history(), "2000-2001")))
    after = figures_of(make_schedule(select(closed.open(), "2002-2003")))
    closing = {key: row["closing"] for key, row in before.items() if row["closing"]}
    assert closing == {key: row["opening"] for key, row in after.items() if row["opening"]}
    assert sum(closing.values()) == D("390338.93")


def test_nothing_is_left_in_any_account_of_a_closed_period(closed: Closed) -> None:
    sums: dict[tuple[str, str, str], Decimal] = {}
    for entry in closed.history().entries:
        if isinstance(entry, Transaction) and entry.date <= date(2001, 12, 31):
            for posting in entry.postings:
                label = str(posting.cost.label) if posting.cost else ""
                key = (posting.account, posting.units.currency, label)
                sums[key] = sums.get(key, D(0)) + posting.units.number
    assert len(sums) > 10
    assert {key: total for key, total in sums.items() if total} == {}


def test_earmarked_money_keeps_its_purpose_across_the_closing(two: Path) -> None:
    (entry,) = [
        each
        for each in load_book(two).entries
        if isinstance(each, Transaction)
        and each.narration == "Opening from 2000-2001: CPCJF special"
    ]
    cash = {(p.units.number, (p.meta or {}).get("purpose")) for p in entry.postings}
    assert (D("25000.00"), "corruption") in cash


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2003-12-31", ("Commitment", "Letter 2")),
        ("2004-01-01", ("Announced at a conference", "Letter 1")),  # known, and not of the period
    ],
)
def test_an_opening_repeats_the_words_that_stood_when_the_period_ended(
    tmp_path: Path, load: Load, day: str, words: tuple[str, str]
) -> None:
    announced = """
2003-07-01 * "Norway" "Announced at a conference" ^NOR-2003-01
  status: "pledged"
  document: "Letter 1"
  Assets:CPCJF:Memorandum:Pledges:NOR   100 USD {0 # 100.00 USD, "NOR-2003-01.1"}
  Assets:CPCJF:Memorandum:Contra       -100.00 USD
"""
    committed = f"""
{day} * "Norway" "Commitment" ^NOR-2003-01
  event: "commitment"
  document: "Letter 2"
  Assets:CPCJF:Memorandum:Pledges:NOR  -100 USD {{"NOR-2003-01.1"}}
  Assets:CPCJF:Memorandum:Contra        100.00 USD
  Assets:CPCJF:Pledges:NOR              100 USD {{0 # 100.00 USD, {day}, "NOR-2003-01.1"}}
  Income:CPCJF:Contributions:NOR       -100.00 USD
"""
    later = tmp_path / "2004-2005.beancount"
    later.write_text(committed if day > "2004" else "", "utf-8")
    book = load(
        announced + (committed if day < "2004" else ""), head=f'{HEAD}include "{later.name}"\n'
    )
    assert book.errors == []
    close_period(book, "2002-2003", make_figures)
    book = load_book(book.path)
    assert book.errors == []
    entry = book.register.by_label["NOR-2003-01.1"][0].entry
    assert (entry.meta["event"], entry.narration) == ("opening", words[0])
    assert entry.meta["document"] == words[1]


def test_a_second_period_is_closed_on_the_first_and_in_kind_is_carried(two: Path) -> None:
    before = make_figures(load_book(two), "2002-2003")
    close_period(load_book(two), "2002-2003", make_figures)
    book, history = load_book(two), load_book(two.with_name("history.beancount"))
    assert (book.errors, history.errors) == ([], [])
    assert make_figures(history, "2002-2003") == before
    assert [verdict.holds for verdict in verify_seals(two, make_figures)] == [True, True]
    opened = {
        (p.account, p.units) for e in book.entries if isinstance(e, Transaction) for p in e.postings
    }
    assert {str(units) for name, units in opened if name == "Assets:CPCJF:In-Kind"} == {
        "8000 USD.IK"
    }
    now = {line.label: line for line in list_instalments(book.register)}
    assert (now["FIN-2003-01.1"].status, now["FIN-2003-01.1"].paid) == ("in-advance", D(30000))
    assert (now["AUT-2003-01.1"].carrying, now["CAN-2002-01.1"].paid) == (D("54347.83"), D(45000))


def test_an_entry_dated_in_a_sealed_period_is_refused_in_the_open_book(two: Path) -> None:
    entry = (
        '\n2001-07-01 * "Late interest"\n  Assets:CPCJF:Cash  1.00 USD\n'
        "  Income:CPCJF:Interest  -1.00 USD\n"
    )
    path = two.with_name("2002-2003.beancount")
    path.write_text(path.read_text("utf-8") + entry, "utf-8")
    (error,) = load_book(two).errors
    assert error.rule == "sealed-period"
    assert (Path(error.file).name, error.line) == (path.name, path.read_text().count("\n") - 2)
    assert "prior-period adjustment" in error.message


def test_the_closed_period_is_reopened_on_an_authority_and_closed_again(two: Path) -> None:
    first = json.loads((two.parent / "sealed" / "2000-2001.json").read_text("utf-8"))
    reopen_period(load_book(two), "2000-2001", "Controller, memo 7 (made up)", date(2004, 3, 1))
    book = load_book(two)
    assert book.errors == []
    kept = two.parent / "sealed" / "2000-2001.1.json"
    assert json.loads(kept.read_text("utf-8")) == first
    assert not kept.with_name("2000-2001.json").exists()
    assert verify_seals(two, make_figures) == []
    own = two.with_name("2000-2001.beancount")
    assert "closing" not in own.read_text("utf-8")
    own.write_text(own.read_text("utf-8").replace("EUR 90,000", "EUR 90 000"), "utf-8")
    close_period(load_book(two), "2000-2001", make_figures)
    assert [verdict.holds for verdict in verify_seals(two, make_figures)] == [True]
    again = json.loads((two.parent / "sealed" / "2000-2001.json").read_text("utf-8"))
    assert again["sha256"] != first["sha256"]
    for period in ("2000-2001", "2002-2003"):
        (made,) = make_reports(select(load_book(two), "2002-2003"), ("schedule",))
        assert made.subtitle.endswith("as restated")
        note = str(again["figures"]["schedule"]["notes"][0])
        assert "Controller, memo 7" in note, period


def test_a_restated_period_is_still_shown_as_it_was_reported(two: Path) -> None:
    def total(report: Report, key: str) -> Value:
        (found,) = [row for row in report.rows if row.label == "Total, CPCJF with UNTOC"]
        return found.values[key]

    sealed = json.loads((two.parent / "sealed" / "2000-2001.json").read_text("utf-8"))
    history = load_book(two.with_name("history.beancount"))
    before = schedule_as_reported(select(history, "2000-2001"))
    reopen_period(load_book(two), "2000-2001", "Controller, memo 7 (made up)", date(2004, 3, 1))
    own = two.with_name("2000-2001.beancount")
    late = (
        '\n2001-07-01 * "Japan" "Gift found later (made up)"\n  class: "general"\n'
        "  Assets:CPCJF:Cash  100.00 USD\n  Income:CPCJF:Contributions:JPN  -100.00 USD\n"
    )
    own.write_text(own.read_text("utf-8") + late, "utf-8")
    selection = select(load_book(two), "2000-2001")
    (now,) = make_reports(selection, ("schedule",))
    reported = schedule_as_reported(selection)
    assert now.subtitle.endswith("as restated")
    assert reported.subtitle.endswith("as first reported")
    assert total(now, "pledged") == total(reported, "pledged") + D(100)  # type: ignore[operator]
    assert total(before, "pledged") == total(reported, "pledged")
    kinds = {"section", "group", "subtotal", "total"}
    heads = [[row.label for row in each.rows if row.kind in kinds] for each in (now, reported)]
    assert heads[0] == heads[1]
    assert "Total, Governments" in heads[1]
    document = to_document(reported)
    assert document.pop("as_reported") == "2000-2001.1.json"
    assert document == sealed["figures"]["schedule"]
    with pytest.raises(SelectionError, match="2002-2003 was never closed"):
        schedule_as_reported(select(load_book(two), "2002-2003"))
    with pytest.raises(SelectionError, match="whole periods"):
        schedule_as_reported(select(load_book(two), "2001"))


def test_opening_again_leaves_the_period_file_as_it_was(golden_folder: Path) -> None:
    names = ("2000-2001.beancount", "2002-2003.beancount")
    before = [(golden_folder / name).read_text("utf-8") for name in names]
    main = golden_folder / "main.beancount"
    close_period(load_book(main), "2000-2001", make_figures)
    assert [(golden_folder / name).read_text("utf-8") for name in names] != before
    reopen_period(load_book(main), "2000-2001", "Controller (made up)", date(2004, 3, 1))
    assert [(golden_folder / name).read_text("utf-8") for name in names] == before


def change(name: str, old: str, new: str) -> Edit:
    def edit(folder: Path) -> None:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")

    return edit


def append(name: str, text: str) -> Edit:
    return lambda folder: (folder / name).write_text(
        (folder / name).read_text("utf-8") + text, "utf-8"
    )


PURPOSE = '\n2001-05-05 custom "purpose" "x" "X"\n'
INTEREST = '* "Interest"\n  Assets:CPCJF:Cash 1.00 USD\n  Income:CPCJF:Interest -1.00 USD\n'


@pytest.mark.parametrize(
    ("period", "edit", "sentence"),
    [
        ("2000-2001", change("2000-2001.beancount", "120000.00", "1.00"), "has errors"),
        ("2000-2001", change("2000-2001.beancount", "2001-12-03 *", "2001-12-03 !"), "flagged !"),
        ("2000-2001", append("2002-2003.beancount", f"\n2001-05-05 {INTEREST}"), "move it there"),
        ("2000-2001", append("2000-2001.beancount", f"\n2002-05-05 {INTEREST}"), "to 2002-2003"),
        ("2000-2001", append("2000-2001.beancount", "\n2001-05-05 price USD 1.1 EUR\n"), "rate"),
        ("2000-2001", append("2000-2001.beancount", PURPOSE), "declaration"),
        ("2002-2003", lambda _: None, "close 2000-2001 first"),
        ("1998-1999", lambda _: None, "declares no period '1998-1999'"),
        ("2000", lambda _: None, "declares no period '2000'"),
        ("2000-2001", append("2000-2001.beancount", f"\n1999-12-31 {INTEREST}"), "no declared"),
    ],
)  # fmt: skip
def test_a_period_that_is_not_ready_is_not_closed_and_nothing_is_written(
    golden_folder: Path, period: str, edit: Edit, sentence: str
) -> None:
    edit(golden_folder)
    before = {path: path.read_bytes() for path in golden_folder.rglob("*") if path.is_file()}
    with pytest.raises(BookRefusedError, match=re.escape(sentence)):
        close_period(load_book(golden_folder / "main.beancount"), period, make_figures)
    after = {path: path.read_bytes() for path in golden_folder.rglob("*") if path.is_file()}
    assert {p: c for p, c in after.items() if p.suffix != ".picklecache"} == before


OF_A_PERIOD = """
2002-02-01 * "Norway" "Pledge" ^NOR-2002-01
  Assets:CPCJF:Pledges:NOR         1000 USD {0 # 1000.00 USD, "NOR-2002-01.1"}
  Income:CPCJF:Contributions:NOR  -1000.00 USD

2002-03-01 * "Norway" "Payment" ^NOR-2002-01
  Assets:CPCJF:Pledges:NOR        -1000 USD {"NOR-2002-01.1"}
  Assets:CPCJF:Pledges:NOR          400 USD {0 # 400.00 USD, 2002-02-01, "NOR-2002-01.1"}
  Assets:CPCJF:Cash                 600.00 USD

2002-04-01 * "Sweden" "Gift"
  Assets:CPCJF:Cash                 500.00 USD
  Income:CPCJF:Contributions:SWE   -500.00 USD
"""


def _unmarked(carried: Carried) -> Carried:
    """Forget that the last of the closing entries is one."""
    *closing, last = carried.closing
    return replace(carried, closing=[*closing, structs.replace(last, meta={"class": "general"})])


GIFT = re.compile(r"2002-04-01 .*?\n\n", re.DOTALL)


def _less(count: int) -> Callable[[Carried], Carried]:
    """Forget an entry of the opening."""
    return lambda carried: replace(
        carried, opening=[each for at, each in enumerate(carried.opening) if at != count]
    )


def _opened(**changes: str) -> Callable[[Carried], Carried]:
    """Write a word of the opening's lines otherwise."""

    def spoil(carried: Carried) -> Carried:
        return replace(
            carried,
            opening=[
                structs.replace(draft, lines=tuple(_other(line, changes) for line in draft.lines))
                for draft in carried.opening
            ],
        )

    return spoil


def _other(line: DraftLine, changes: dict[str, str]) -> DraftLine:
    kept = {key: value for key, value in line.meta.items() if key not in changes}
    said = {key: value for key, value in changes.items() if value and key in line.meta}
    return structs.replace(line, meta=kept | said)


FAULTS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "the opening of a pledge is lost": ("carry_forward", _less(0)),
    "the opening of cash is lost": ("carry_forward", _less(1)),
    "the whole opening is lost": ("carry_forward", lambda carried: replace(carried, opening=[])),
    "an instalment opens as paid otherwise": ("carry_forward", _opened(paid="500 USD")),
    "an instalment opens without what was received": ("carry_forward", _opened(received="")),
    "an entry is lost": ("insert_entries", lambda text: GIFT.sub("", text)),
    "an entry is written twice": (
        "insert_entries",
        lambda text: GIFT.sub(lambda found: found[0] * 2, text),
    ),
    "a cent is lost": (
        "insert_entries",
        lambda text: GIFT.sub(lambda found: found[0].replace("500.00", "499.99"), text),
    ),
    "a donor is another": (
        "insert_entries",
        lambda text: text.replace("Contributions:SWE", "Contributions:DNK"),
    ),
    "a closing is an entry like others": ("carry_forward", _unmarked),
}
"""What a function of the program does wrong although the book stays without an error."""


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_program_that_moves_or_loses_a_figure_stops_the_closing(
    load: Load, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    book = load(OF_A_PERIOD)
    before = {path: path.read_bytes() for path in book.folder.rglob("*") if path.is_file()}
    name, spoil = FAULTS[fault]
    program = inspect.getmodule(close_period)
    sound = getattr(program, name)
    monkeypatch.setattr(program, name, lambda *given: spoil(sound(*given)))
    with pytest.raises(BookRefusedError, match="a fault of this program and none of the book's"):
        close_period(book, "2002-2003", make_figures)
    assert {path: path.read_bytes() for path in before} == before
    assert not book.folder.joinpath("sealed").exists()
    monkeypatch.undo()
    close_period(book, "2002-2003", make_figures)


def test_a_release_not_made_stops_the_closing(two: Path) -> None:
    path = two.with_name("2002-2003.beancount")
    text = path.read_text("utf-8")
    text = re.sub(r'2002-01-01 \* "Spain" "Release.*?\n\n', "", text, flags=re.DOTALL)
    path.write_text(text, "utf-8")
    with pytest.raises(BookRefusedError, match="Record its release"):
        close_period(load_book(two), "2002-2003", make_figures)


@pytest.mark.parametrize(
    ("period", "authority", "sentence"),
    [
        ("2002-2003", "Controller", "is not closed"),
        ("2000-2001", " ", "needs the authority"),
        ("1998-1999", "Controller", "declares no period"),
    ],
)
def test_only_a_sealed_period_is_reopened_and_only_on_an_authority(
    closed_books: dict[str, Closed], period: str, authority: str, sentence: str
) -> None:
    with pytest.raises(BookRefusedError, match=sentence):
        reopen_period(closed_books["pledge"].open(), period, authority, date(2004, 3, 1))


def test_an_earlier_period_is_not_reopened_under_a_later_one(two: Path) -> None:
    close_period(load_book(two), "2002-2003", make_figures)
    with pytest.raises(BookRefusedError, match="re-open 2002-2003 first"):
        reopen_period(load_book(two), "2000-2001", "Controller", date(2004, 3, 1))


def test_the_commands_close_verify_and_reopen(golden_folder: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(group, ["--book", str(golden_folder), *words])
        return done.exit_code, done.output

    assert run("verify") == (0, "No period is sealed.\n")
    status, output = run("close", "2000-2001", "--json")
    assert status == 0
    assert json.loads(output)["opened"] == "2002-01-01"
    assert run("verify")[0] == 0
    assert run("close", "2000-2001")[0] == 2
    own = golden_folder / "2000-2001.beancount"
    sound = own.read_text("utf-8")
    own.write_text(sound.replace("Part payment", "Payment"), "utf-8")
    status, output = run("verify", "--json")
    told = json.loads(output)
    assert (status, told["agrees"]) == (1, False)
    (period,) = told["periods"]
    assert [
        part for part in period if isinstance(period[part], dict) and not period[part]["agrees"]
    ] == ["entries"]
    assert {(each["what"], each["date"]) for each in period["changed"]} == {
        ("missing", "2001-02-15"),
        ("added", "2001-02-15"),
    }
    own.write_text(sound, "utf-8")
    assert run("reopen", "2000-2001")[0] == 2
    assert run("reopen", "2000-2001", "--authority", "Controller", "--on", "2004-03-01")[0] == 0
    assert run("verify")[0] == 0


def test_receipts_and_letters_stay_with_the_open_book_and_can_be_answered(tmp_path: Path) -> None:
    main = split_golden(tmp_path / "book", "pledge")
    book = load_book(main)
    lines = issue_receipts(Papers(select(book, "2000-2001")), day=date(2001, 12, 31))
    lines.append(
        draft_letter(
            "USA/2001/1",
            Sending(kind="statement", donor="USA", day=date(2001, 12, 31), language="en"),
        )
    )
    write_entries(book, [], correspondence_texts(book, lines))
    close_period(load_book(main), "2000-2001", make_figures)
    book = load_book(main)
    answer = draft_answer("USA/2001/1", "agrees", date(2002, 1, 20))
    void = draft_void("CPCJF/2001/0001", "Wrong payer (made up)", date(2002, 1, 20))
    write_entries(book, [], correspondence_texts(book, [answer, void]))
    book, history = load_book(main), load_book(main.with_name("history.beancount"))
    assert (book.errors, history.errors) == ([], [])
    assert [verdict.holds for verdict in verify_seals(main, make_figures)] == [True]
    letters = list(make_letters(Papers(select(history, "2000-2001")), "receipt", day=DAY))
    assert [letter.receipt[-4:] for letter in letters] == ["0001", "0002", "0003"]
    assert "VOID" in letters[0].void


def test_a_receipt_for_a_closed_period_is_held_against_its_history(tmp_path: Path) -> None:
    main = split_golden(tmp_path / "book", "pledge")
    close_period(load_book(main), "2000-2001", make_figures)
    more = """
2002-01-10 custom "official-receipt" "CPCJF/2002/0001" "USA"
  amount: 120000.01 USD
  collected-on: 2001-02-15
  collection: "USA-2000-01.1"
"""
    with main.open("a", encoding="utf-8") as file:
        file.write(more)
    assert load_book(main).errors == []
    (error,) = load_book(main.with_name("history.beancount")).errors
    assert error.rule == "receipt-amount"

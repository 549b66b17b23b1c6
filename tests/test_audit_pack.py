"""What auditors are given: population, sample, confirmations, write-offs (amounts made up)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import python_calamine as calamine
from click.testing import CliRunner
from conftest import GOLDEN, SETTINGS
from hypothesis import given
from hypothesis import strategies as st
from pledgebook.cli.main import group
from pledgebook.ledger.correspondence.letters import (
    Sending,
    correspondence_texts,
    draft_answer,
    draft_letter,
)
from pledgebook.ledger.correspondence.receipts import draft_receipt, receipt_number
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.collections import list_collections
from pledgebook.reports.audit_pack import (
    Item,
    Sampling,
    audit_pack,
    confirmations,
    draw,
    later_receipts,
    population,
    population_of,
    sampling_of,
)
from pledgebook.reports.figures.booked import Booked
from pledgebook.reports.figures.selection import select
from pledgebook.reports.figures.table import Report
from pledgebook.reports.financial_statements import make_statements
from pledgebook.reports.registry import make_reports
from pledgebook.reports.schedule import make_schedule

D = Decimal
Load = Callable[..., Book]


def rows(report: Report) -> list[dict[str, object]]:
    return [dict(row.values) for row in report.rows if row.kind == "row"]


def test_the_population_is_the_income_of_statement_i_and_the_cash_of_the_proof(
    golden: Book, golden_receipt: Book
) -> None:
    for book in (golden, golden_receipt):
        for period in ("2002-2003", "2003", "2002-Q4"):
            selection = select(book, period)
            found = population_of(selection)
            report = population(selection, found)
            assert [tie for tie in report.ties if not tie.agrees] == []
            (statement,) = make_statements(selection)
            assert sum(item.income for item in found) == statement.lines["contributions"]["total"]
            proof = make_schedule(selection).proof
            assert sum(item.received for item in found) == proof.cash_from_donors


def test_the_sample_is_found_again_by_its_seed(golden: Book) -> None:
    """Counted by hand over the golden example: 428,711.18 by five is a unit every 85,742.23; seed 7
    begins at 16,374.52; the units fall upon these entries.
    """
    found = population_of(select(golden, "2002-2003"))
    sampling = sampling_of(found, seed=7, items=5)
    assert sampling.interval == D("85742.23")
    whole = int.from_bytes(sha256(b"7").digest())
    assert sampling.first == D(whole % 8574223 + 1) / 100 == D("16374.52")
    drawn = draw(found, sampling)
    assert [(item.booked.entry.date, unit) for item, unit in drawn] == [
        (date(2002, 1, 1), D("16374.52")),
        (date(2002, 4, 10), D("102116.75")),
        (date(2002, 7, 1), D("187858.98")),
        (date(2002, 9, 2), D("273601.21")),
        (date(2003, 5, 5), D("359343.44")),
    ]


@given(
    cents=st.lists(st.integers(-(10**6), 10**7), min_size=1, max_size=40),
    interval=st.integers(1, 10**7),
    seed=st.integers(0, 10**9),
)
def test_an_entry_is_drawn_where_a_unit_falls_in_it_and_nowhere_else(
    cents: list[int], interval: int, seed: int
) -> None:
    nothing = Booked(None, "", [])  # type: ignore[arg-type]
    found = [Item(nothing, D(each) / 100, D(0)) for each in cents]
    sampling = Sampling(interval=D(interval) / 100, seed=seed)
    assert D("0.01") <= sampling.first <= sampling.interval
    drawn = {id(item): unit for item, unit in draw(found, sampling)}
    counted = 0
    first = int(sampling.first * 100)
    for item, each in zip(found, cents, strict=True):
        if each <= 0:
            assert id(item) not in drawn
            continue
        # The first unit above what was counted before, by whole steps from the first.
        steps = max(0, -((first - counted - 1) // interval))
        unit = first + steps * interval
        counted += each
        assert (id(item) in drawn) == (unit <= counted)
        if each >= interval and unit <= counted:
            assert id(item) in drawn
        if id(item) in drawn:
            assert drawn[id(item)] == D(unit) / 100


def test_an_entry_is_shown_with_its_receipt(
    tmp_path: Path, copy_golden: Callable[..., Path]
) -> None:
    book = load_book(copy_golden(tmp_path))
    collection = next(
        each for each in list_collections(book.register) if each.key.day == date(2003, 10, 20)
    )
    number = receipt_number(collection.key.fund, 2004, 1)
    line = draft_receipt(number, collection, date(2004, 1, 15), "en", "USD")
    write_entries(book, [], correspondence_texts(book, [line]))
    selection = select(load_book(book.path), "2002-2003")
    shown = {row["date"]: row for row in rows(population(selection, population_of(selection)))}
    assert shown[date(2003, 10, 20)]["receipt"] == number
    assert {row["receipt"] for day, row in shown.items() if day != date(2003, 10, 20)} == {""}


def test_confirmations_say_who_was_asked_and_what_differs(
    tmp_path: Path, copy_golden: Callable[..., Path]
) -> None:
    """Austria owes 50,000 euros and agrees; Germany owes 100,000 and states 90,000; Canada was
    asked and is silent; Denmark was not asked.
    """
    book = load_book(copy_golden(tmp_path))
    lines = []
    for donor in ("AUT", "DEU", "CAN"):
        sending = Sending(
            kind="confirmation", donor=donor, day=date(2004, 1, 20), language="en",
            as_at=date(2003, 12, 31),
        )  # fmt: skip
        lines.append(draft_letter(f"{donor}/2004/1", sending))
    lines.append(draft_answer("AUT/2004/1", "agrees", date(2004, 2, 1)))
    lines.append(
        draft_answer("DEU/2004/1", "differs", date(2004, 2, 2), "Note (made up)", "90000 EUR")
    )
    write_entries(book, [], correspondence_texts(book, lines))
    report = confirmations(select(load_book(book.path), "2002-2003"))
    assert [tie for tie in report.ties if not tie.agrees] == []
    found = {row["donor"]: row for row in rows(report)}
    said = {
        name: (row["answer"], row.get("stated"), row.get("difference"))
        for name, row in found.items()
    }
    assert said == {
        "Austria": ("agrees", D(50000), D(0)),
        "Canada": ("no answer", None, None),
        "Denmark": ("not asked", None, None),
        "Germany": ("differs", D(90000), D(-10000)),
    }


LATER = """
2003-03-01 * "Canada" "Pledge" ^CAN-2003-01
  event: "commitment"
  class: "general"
  Assets:CPCJF:Pledges:CAN      1000 USD {0 # 1000.00 USD, "CAN-2003-01.1"}
    due: 2003-06-30
  Income:CPCJF:Contributions:CAN   -1000.00 USD

2003-05-01 * "Canada" "Part written off" ^CAN-2003-01
  event: "write-off"
  class: "general"
  authority: "Controller, memorandum 1 (made up)"
  document: "Memorandum 1"
  entered-by: "First officer"
  approved-by: "Second officer"
  Assets:CPCJF:Pledges:CAN     -1000 USD {"CAN-2003-01.1"}
  Assets:CPCJF:Pledges:CAN       900 USD {0 # 900.00 USD, 2003-03-01, "CAN-2003-01.1"}
    due: 2003-06-30
  Equity:CPCJF:Written-Off:CAN   100.00 USD

2004-02-01 * "Canada" "Came later"
  event: "receipt-unapplied"
  class: "general"
  bank-reference: "B 17"
  Assets:CPCJF:Cash             400.00 USD
  Liabilities:CPCJF:Unapplied  -400.00 USD {1 USD, "R-2004-0001"}

2004-02-03 * "Canada" "Applied" ^CAN-2003-01
  event: "application"
  class: "general"
  Liabilities:CPCJF:Unapplied   400.00 USD {"R-2004-0001"}
  Assets:CPCJF:Pledges:CAN      -900 USD {"CAN-2003-01.1"}
  Assets:CPCJF:Pledges:CAN       500 USD {0 # 500.00 USD, 2003-03-01, "CAN-2003-01.1"}
    due: 2003-06-30
"""
OFFICES = """
2002-01-01 custom "office" "Controller"
  holders: "Second officer"
"""


def test_what_came_after_the_end_is_shown_with_the_bank_line_of_its_receipt(load: Load) -> None:
    book = load(LATER)
    assert [error.message for error in book.errors] == []
    (row,) = rows(later_receipts(select(book, "2002-2003")))
    assert (row["label"], row["unpaid"], row["received"]) == ("CAN-2003-01.1", D(900), D(400))
    assert row["bank"] == "B 17"
    assert rows(later_receipts(select(book, "2004-2005"))) == []


def test_write_offs_are_listed_with_their_authority(load: Load) -> None:
    book = load(LATER, settings=SETTINGS + OFFICES)
    (report,) = make_reports(select(book, "2002-2003"), ("write-offs",))
    (row,) = rows(report)
    assert (row["value"], row["units"], row["authority"], row["office"]) == (
        D(100), D(100), "Controller, memorandum 1 (made up)", "Controller",
    )  # fmt: skip
    assert [(tie.report, tie.ledger) for tie in report.ties] == [(D(100), D(100))]
    (before,) = make_reports(select(book, "2000-2001"), ("write-offs",))
    assert rows(before) == []


def test_a_write_off_that_was_recovered_whole_is_tied_to_its_account_and_told_as_owed_again(
    load: Load,
) -> None:
    book = load(
        """
2003-02-03 * "Greece" "Pledge" ^GRC-2003-01
  class: "general"
  Assets:CPCJF:Pledges:GRC            5000 USD {0 # 5000.00 USD, "GRC-2003-01.1"}
  Income:CPCJF:Contributions:GRC     -5000.00 USD
2003-11-28 * "Greece" "Given up" ^GRC-2003-01
  class: "general"
  authority: "Controller"
  Assets:CPCJF:Pledges:GRC           -5000 USD {"GRC-2003-01.1"}
  Equity:CPCJF:Written-Off:GRC        5000.00 USD
2003-12-15 * "Greece" "It is owed again" ^GRC-2003-01
  event: "recovery"
  class: "general"
  reverses: "2003-11-28"
  approved-by: "Two"
  Assets:CPCJF:Pledges:GRC            5000 USD {0 # 5000.00 USD, 2003-02-03, "GRC-2003-01.1"}
  Equity:CPCJF:Written-Off:GRC       -5000.00 USD
"""
    )
    assert book.errors == []
    listed, notes = make_reports(select(book, "2002-2003"), ("write-offs", "notes"))
    assert [(tie.report, tie.ledger) for tie in listed.ties] == [(D(0), D(0))]
    told = [str(row["what"]) for row in rows(notes)]
    assert "Greece, GRC-2003-01.1: Controller" in told
    assert "Greece, GRC-2003-01.1: owed again; approved by Two" in told


def test_what_was_reassigned_since_is_shown_with_the_receipt_of_its_donor(
    tmp_path: Path, load: Load
) -> None:
    """A payment of two pledges, of which one turns out to be Italy's, and a gift that is."""
    main = load("").path
    approved = "--cause misread --authority C --entered-by One --approved-by Two"
    for words in (
        "record pledge FRA 100 --fund CPCJF --class general --date 2002-03-01",
        "record pledge FRA 50 --fund CPCJF --class general --date 2002-03-02",
        "record payment FRA-2002-01.1 FRA-2002-02.1 --value 150 --date 2002-05-01",
        "record receipt FRA 70 --fund CPCJF --date 2002-05-02",
        f"record reassign FRA-2002-02 --to ITA --date 2002-06-01 {approved}",
        f"record reassign-gift FRA --reverses 2002-05-02 --to ITA --date 2002-06-01 {approved}",
    ):
        done = CliRunner().invoke(group, ["--book", str(main), *words.split(), "--yes"])
        assert done.exit_code == 0, (words, done.output)
    issue = f"letter receipt --period 2002-2003 --issue --date 2002-07-01 --out {tmp_path / 'out'}"
    done = CliRunner().invoke(group, ["--book", str(main), *issue.split()])
    assert done.exit_code == 0, done.output
    selection = select(load_book(main), "2002-2003")
    shown = {row["date"]: row for row in rows(population(selection, population_of(selection)))}
    assert shown[date(2002, 5, 1)]["receipt"] == "CPCJF/2002/0001, CPCJF/2002/0002"
    assert shown[date(2002, 5, 2)]["receipt"] == "CPCJF/2002/0003"


def test_every_sheet_of_the_pack_says_what_its_figures_are_worth(golden: Book) -> None:
    pack = audit_pack(select(golden, "2002-2003"), seed=7, items=5)
    assert {report.standing.state for report in pack if report.standing} == {"provisional"}
    assert all(report.standing for report in pack)


def test_the_pack_is_a_workbook_and_the_same_seed_gives_the_same_sample(tmp_path: Path) -> None:
    out = tmp_path / "pack.xlsx"
    line = ["--book", str(GOLDEN / "main.beancount"), "--json", "audit-pack"]
    asked = [*line, "--period", "2002-2003", "--seed", "7", "--items", "5"]
    first = CliRunner().invoke(group, [*asked, "--out", str(out)])
    assert first.exit_code == 0, first.output
    again = CliRunner().invoke(group, asked)
    assert json.loads(again.stdout) == json.loads(first.stdout)
    sheets = calamine.load_workbook(str(out)).sheet_names
    assert len(sheets) == len(audit_pack(select(load_book(GOLDEN / "main.beancount"), "2002-2003"),
                                         seed=7, items=5)) + 2  # fmt: skip
    refused = CliRunner().invoke(group, [*line, "--period", "2004-2005", "--seed", "7"])
    assert refused.exit_code == 2

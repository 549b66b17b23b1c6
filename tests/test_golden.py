"""The golden example: every figure worked by hand comes out, under both policies.

All amounts and rates are made up; tests/data/golden/README.md says what the files are.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.columns import Figures, total
from pledgebook.ledger.register.instalments import Instalment, list_instalments
from pledgebook.reports.figures.selection import Selection, select
from pledgebook.reports.figures.table import Report
from pledgebook.reports.paragraphs import paragraphs
from pledgebook.reports.schedule import Schedule, make_schedule, schedule

Told = dict[str, str]
GOLDEN = Path(__file__).parent / "data" / "golden"
EXPECTED = json.loads((GOLDEN / "schedule-2002-2003.json").read_text("utf-8"))
D = Decimal


@pytest.fixture(params=["pledge", "receipt"])
def either(request: pytest.FixtureRequest) -> Book:
    name = "golden" if request.param == "pledge" else "golden_receipt"
    book: Book = request.getfixturevalue(name)
    return book


def rows_of(made: Schedule) -> dict[tuple[str, str, str], Figures]:
    return {
        (*section, line.donor): line.figures
        for section, lines in made.sections.items()
        for line in lines
    }


def of_all(made: Schedule) -> Figures:
    return total(rows_of(made).values())


def test_the_book_has_no_error_and_the_one_old_pledge_is_noticed(either: Book) -> None:
    assert either.errors == []
    places = {(notice.rule, notice.entry.meta["ref"]) for notice in either.notices if notice.entry}
    assert {ref for rule, ref in places if rule == "paragraphs"} == {"E02"}
    # The example names neither paper nor persons: a notice an event, at the first of its entries.
    assert {ref for rule, ref in places if rule == "approval"} == {"E28", "E33", "E41", "E42"}
    assert {ref for rule, ref in places if rule == "document"} == {
        "E02", "E16", "E28", "E41", "E42",
    }  # fmt: skip
    assert {ref for rule, ref in places if rule == "charges-unadvised"} == {"E30"}
    assert {rule for rule, _ in places} == {
        "paragraphs", "approval", "document", "charges-unadvised",
    }  # fmt: skip


def test_the_schedule_is_the_one_worked_by_hand(either: Book) -> None:
    made = rows_of(make_schedule(select(either, "2002-2003")))
    expected = {(row["fund"], row["class"], row["donor"]): row for row in EXPECTED["rows"]}
    assert made.keys() == expected.keys()
    for key, row in expected.items():
        for column in set(row) - {"fund", "class", "donor"}:
            assert getattr(made[key], column) == D(row[column]), (key, column)


def test_only_norway_was_refunded_and_nothing_else_is_beside_the_arithmetic(either: Book) -> None:
    made = rows_of(make_schedule(select(either, "2002-2003")))
    refunded = {key: row.refunded for key, row in made.items() if row.refunded}
    assert refunded == {("CPCJF", "special", "NOR"): D("11750.00")}
    assert not any(row.uncommitted or row.exchange_unpaid for row in made.values())


def test_the_totals_are_the_ones_worked_by_hand(either: Book) -> None:
    made = make_schedule(select(either, "2002-2003"))
    totals = dict(made.totals)
    for (fund, class_), lines in made.sections.items():
        totals[f"{fund} {class_}"] = total(line.figures for line in lines)
    expected = {row["of"]: row for row in EXPECTED["totals"]}
    for name, row in expected.items():
        for column in set(row) - {"of"}:
            assert getattr(totals[name], column) == D(row[column]), (name, column)


def test_the_groups_of_donors_are_totalled(golden: Book) -> None:
    made = make_schedule(select(golden, "2002-2003"))
    groups: dict[str, Figures] = {}
    for lines in made.sections.values():
        for line in lines:
            groups.setdefault(line.group, Figures()).add(line.figures)
    assert {
        name: (str(own.pledged), str(own.collected_prior + own.collected_current))
        for name, own in groups.items()
    } == {
        "Governments": ("390276.40", "715287.34"),
        "UN and intergovernmental": ("18000.00", "18000.00"),
        "Others": ("5434.78", "5434.78"),
    }


def test_rows_go_by_group_then_name(golden: Book) -> None:
    made = make_schedule(select(golden, "2002-2003"))
    assert [line.name for line in made.sections["CPCJF", "special"]] == [
        "Austria", "Finland", "Germany", "Italy", "Netherlands", "Norway",
        "United Nations Development Programme",
    ]  # fmt: skip


def test_the_cash_proof_leads_to_the_cash_from_donors(either: Book) -> None:
    proof = make_schedule(select(either, "2002-2003")).proof
    assert (proof.collected, proof.applied_from_opening) == (D("738722.12"), D("10000.00"))
    assert (proof.bank_charges, proof.new_advances) == (D("15.00"), D("36585.37"))
    assert (proof.new_unapplied, proof.refunds_of_overpayments) == (D("1500.00"), D("500.00"))
    assert proof.cash_from_donors == proof.per_ledger == D("766292.49")
    assert proof.agrees


def test_what_one_biennium_closes_with_the_next_opens_with(either: Book) -> None:
    before = rows_of(make_schedule(select(either, "2000-2001")))
    after = rows_of(make_schedule(select(either, "2002-2003")))
    closing = {key: row.closing for key, row in before.items() if row.closing}
    assert closing == {key: row.opening for key, row in after.items() if row.opening}
    assert {key[2]: str(amount) for key, amount in closing.items()} == {
        "USA": "80000.00",
        "FRA": "81818.18",
        "ITA": "228520.75",
    }
    assert {key[2]: row.future for key, row in before.items() if row.future} == {
        "NLD": D("25000.00")
    }
    assert {key[2]: row.in_advance for key, row in before.items() if row.in_advance} == {
        "ESP": D("10000.00")
    }


def test_the_schedule_at_the_end_of_the_first_year(either: Book) -> None:
    made = make_schedule(select(either, "2002-2003", as_at=date(2002, 12, 31)))
    rows = rows_of(made)
    assert {key[2]: str(row.closing) for key, row in rows.items() if row.closing} == {
        "CAN": "75000.00",
        "ITA": "140025.18",
        "DEU": "133928.57",
        "USA": "30000.00",
    }
    assert (of_all(made).closing, of_all(made).future) == (D("378953.75"), D("89285.71"))
    assert all(row.foots for row in rows.values())


def test_a_year_is_a_cut_of_its_biennium(either: Book) -> None:
    rows = rows_of(make_schedule(select(either, "2003")))
    canada = rows["CPCJF", "general", "CAN"]
    assert (canada.opening, canada.pledged) == (D("75000.00"), D("-15000.00"))
    assert (canada.collected_prior, canada.collected_current) == (D(0), D("45000.00"))
    assert canada.closing == D("15000.00")
    italy = rows["CPCJF", "special", "ITA"]
    assert (italy.opening, italy.collected_prior) == (D("140025.18"), D("181871.78"))
    assert all(row.foots for row in rows.values())


@pytest.mark.parametrize("name", ["2000-2001", "2002", "2003", "2002-2003", "2003-Q1", "2003-Q4"])
def test_every_cut_foots_and_ties_to_the_ledger(either: Book, name: str) -> None:
    made = make_schedule(select(either, name))
    assert all(row.foots for row in rows_of(made).values())
    assert [tie for tie in made.ties if not tie.agrees] == []
    assert made.ties
    assert made.proof.agrees


@pytest.mark.parametrize("fund", ["CPCJF", "UNTOC"])
def test_one_fund_alone_ties_too(either: Book, fund: str) -> None:
    made = make_schedule(select(either, "2002-2003", fund=fund))
    assert list(made.totals) == [fund]
    assert [tie for tie in made.ties if not tie.agrees] == []
    assert made.proof.agrees


def test_the_schedule_as_a_document(golden: Book) -> None:
    payload: Any = schedule(select(golden, "2002-2003")).payload
    (italy,) = [row for fund in payload["funds"] for row in fund["rows"] if row["donor"] == "ITA"]
    assert (italy["name"], italy["group"], str(italy["exchange"])) == (
        "Italy", "Governments", "41070.33",
    )  # fmt: skip
    assert payload["ledger"] == {
        "receivable": D("170633.54"),
        "deferred": D("89285.71"),
        "memorandum": D(0),
        "agrees": True,
    }
    assert payload["cash_proof"]["agrees"] is True
    assert payload["totals"].keys() == {"CPCJF without UNTOC", "CPCJF with UNTOC", "UNTOC"}


def test_total_rows_name_rows_that_add_up_to_them(either: Book) -> None:
    reports = (schedule(select(either, "2002-2003")), paragraphs(select(either, "2002-2003")))
    for report in reports:
        amounts = [column.key for column in report.columns if column.kind == "amount"]
        totals = [row for row in report.rows if row.kind in {"total", "subtotal"}]
        assert totals
        for row in totals:
            assert row.adds
            for key in amounts:
                added = sum(D(str(report.rows[at].values.get(key, 0))) for at in row.adds)
                assert row.values[key] == added, (row.label, key)


def amounts_of(report: Report, relation: str | None = None) -> dict[str, tuple[str, ...]]:
    return {
        str(row.values["paragraph"]): tuple(
            f"{row.values[key]:.2f}" for key in ("pledged", "paid", "outstanding")
        )
        for row in report.rows
        if row.kind in {"row", "total"} and row.values.get("relation") == relation
    }


def test_contributions_by_paragraph_add_up_to_the_schedule(either: Book) -> None:
    report = paragraphs(select(either, "2002-2003"))
    assert amounts_of(report) == {
        "OP15": ("47000.00", "35000.00", "12000.00"),
        "OP14": ("253276.40", "495881.40", "54347.83"),
        "OP7": ("90000.00", "134405.94", "15000.00"),
        "OP8": ("18000.00", "18000.00", "0.00"),
        "OP9": ("0.00", "0.00", "0.00"),
        "Acknowledged": ("5434.78", "5434.78", "0.00"),
        "Before the resolution": ("0.00", "50000.00", "0.00"),
        "For review": ("0.00", "0.00", "0.00"),
        "Total, as in the schedule": ("413711.18", "738722.12", "81347.83"),
    }
    assert all(tie.agrees for tie in report.ties)


def test_the_overlapping_table_counts_every_call(either: Book) -> None:
    report = paragraphs(select(either, "2002-2003"))
    calls = amounts_of(report, "call")
    assert calls["OP7"] == ("343276.40", "630287.34", "69347.83")
    assert calls["OP14"] == ("253276.40", "495881.40", "54347.83")
    assert amounts_of(report, "acknowledged") == {"OP11": ("5434.78", "5434.78", "0.00")}
    assert any("must never be added up" in note for note in report.notes)
    assert any("36,585.37 USD received in advance" in note for note in report.notes)


def register_of(book: Book, as_at: date | None = None) -> dict[str, Instalment]:
    lines = list_instalments(book.register, as_at)
    return {line.label or line.donor: line for line in lines}


def test_the_register_forgets_nothing(either: Book) -> None:
    lines = register_of(either)
    usa = lines["USA-2000-01.1"]
    assert (usa.pledged, usa.paid, usa.written_off) == (D(200000), D(170000), D(30000))
    italy = lines["ITA-2001-01.1"]
    assert (italy.currency, italy.pledged, italy.paid) == ("EUR", D("258228.45"), D("258228.45"))
    assert {label: line.status for label, line in lines.items()} == {
        "USA-2000-01.1": "written-off",
        "ITA-2001-01.1": "paid",
        "NLD-2001-01.1": "paid",
        "NLD-2001-01.2": "paid",
        "FRA-2001-01.1": "paid",
        "ESP-2001-01.1": "paid",
        "DEU-2002-01.1": "paid",
        "DEU-2002-01.2": "deferred",
        "CAN-2002-01.1": "partly-paid",
        "NOR-2002-01.1": "paid",
        "AUT-2003-01.1": "committed",
        "JPN-2003-01.1": "paid",
        "EXF": "paid",
        "UNDP-2003-01.1": "paid",
        "DNK-2003-01.1": "committed",
        "GBR": "paid",
        "FIN-2003-01.1": "in-advance",
    }
    for line in lines.values():
        assert line.pledged == line.paid + line.written_off + line.outstanding
    canada = lines["CAN-2002-01.1"]
    assert (canada.pledged, canada.outstanding, canada.overdue) == (D(60000), D(15000), True)


def test_the_register_as_at_a_day(either: Book) -> None:
    lines = register_of(either, date(2002, 12, 31))
    italy = lines["ITA-2001-01.1"]
    assert (italy.status, italy.outstanding) == ("partly-paid", D("158228.45"))
    assert (italy.carrying, italy.overdue) == (D("140025.18"), True)
    assert "AUT-2003-01.1" not in lines
    before = register_of(either, date(2001, 12, 31))
    assert before["ITA-2001-01.1"].currency == "ITL"
    assert before["ESP-2001-01.1"].status == "in-advance"
    assert before["NLD-2001-01.2"].status == "deferred"


def test_tags_and_rules_stand_in_the_register(golden: Book) -> None:
    lines = register_of(golden)
    assert lines["AUT-2003-01.1"].tags == ["A/RES/55/64-OP7", "A/RES/55/64-OP14"]
    assert lines["AUT-2003-01.1"].rules == ["R7", "R14"]
    assert lines["USA-2000-01.1"].tags == []
    assert lines["USA-2000-01.1"].rules == ["R0"]


def variant(tmp_path: Path, old: str, new: str) -> Book:
    """The golden book with one change of its entries."""
    text = (GOLDEN / "policy-pledge.beancount").read_text("utf-8")
    assert text.count(old) == 1
    (tmp_path / "policy-pledge.beancount").write_text(text.replace(old, new), "utf-8")
    for name in ("main.beancount", "settings.beancount"):
        copied = (GOLDEN / name).read_text("utf-8")
        ledger = (GOLDEN.parent.parent.parent / "ledger").as_posix()
        (tmp_path / name).write_text(copied.replace("../../../ledger", ledger), "utf-8")
    return load_book(tmp_path / "main.beancount")


def entry_of(ref: str) -> str:
    """The text of one of the golden entries."""
    text = (GOLDEN / "policy-pledge.beancount").read_text("utf-8")
    (entry,) = [entry for entry in text.split("\n\n") if f'  ref: "{ref}"' in entry]
    return entry


def changed(ref: str, *pairs: tuple[str, str]) -> tuple[str, str]:
    old = new = entry_of(ref)
    for before, after in pairs:
        assert before in new
        new = new.replace(before, after)
    return old, new


CANADA_OVERPAID = """2003-12-01 * "Canada" "Too much" ^CAN-2002-01 ; <- AmbiguousMatchError
  event: "payment"
  class: "general"
  Assets:CPCJF:Pledges:CAN     -60000 USD {"CAN-2002-01.1"} ; <- more-than-outstanding
  Assets:CPCJF:Cash             60000.00 USD"""
CORRUPTION_OVERSPENT = """2003-12-30 * "" "Project costs, corruption" ; <- earmarked-overspent
  event: "expenditure"
  class: "special"
  purpose: "corruption"
  Expenses:CPCJF:Programme      70000.00 USD
  Assets:CPCJF:Cash            -70000.00 USD"""
E20 = entry_of("E20")
E41 = entry_of("E41")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            E20,
            E20 + "\n\n" + E20.replace('{"NOR-2002-01.1"}', '{"NOR-2002-01.1"} ; <- paid-twice'),
            "40000 USD is taken out of instalment NOR-2002-01.1, of which nothing is left",
        ),
        (
            *changed(
                "E32",
                ("2003-07-28", "2003-06-01"),
                ('{"UNDP-2003-01.1"}', '{"UNDP-2003-01.1"} ; <- unknown-label'),
            ),
            "18000 USD is taken out of UNDP-2003-01.1 before it is opened, on 2003-06-10",
        ),
        (
            *changed(
                "E41",
                (
                    '  authority: "Controller, memorandum of 28 November 2003 (made up)"\n',
                    "",
                ),
                ("^USA-2000-01", "^USA-2000-01 ; <- write-off-authority"),
            ),
            "A write-off needs the authority that approved it",
        ),
        (
            E41,
            f"{E41}\n\n{CANADA_OVERPAID}",
            "60000 USD is taken out of instalment CAN-2002-01.1, of which 15000 USD is left",
        ),
        (
            E41,
            f"{E41}\n\n{CORRUPTION_OVERSPENT}",
            "70000.00 USD is spent here on corruption (CPCJF, special), of which 68000.00",
        ),
    ],
    ids=["paid twice", "paid before the pledge", "no authority", "overpaid", "overspent"],
)
def test_what_must_be_refused_is_refused_at_its_line(
    tmp_path: Path, say: Callable[..., Told], old: str, new: str, words: str
) -> None:
    book = variant(tmp_path, old, new)
    assert any(words in sentence for sentence in say(book, notices=False).values())


def broken(selection: Selection) -> set[str]:
    made = make_schedule(selection)
    return {tie.title for tie in made.ties if not tie.agrees}


AROUND = """{e}

2003-12-05 * "" "Booked around the register"
  event: "{event}"
  class: "general"
  {debit}   1.00 USD
  {credit} -1.00 USD"""


@pytest.mark.parametrize(
    ("debit", "credit", "event", "title"),
    [
        (
            "Income:CPCJF:Exchange",
            "Income:CPCJF:Interest",
            "interest",
            "exchange, income accounts",
        ),
        ("Equity:CPCJF:Written-Off:USA", "Income:CPCJF:Interest", "interest", "written off"),
        (
            "Equity:CPCJF:Prior-Period:FRA",
            "Income:CPCJF:Interest",
            "interest",
            "adjustments, prior-period accounts",
        ),
    ],
)
def test_a_tie_fails_loudly_when_an_entry_is_booked_around_the_register(
    tmp_path: Path, debit: str, credit: str, event: str, title: str
) -> None:
    entry = AROUND.format(e=E41, debit=debit, credit=credit, event=event)
    book = variant(tmp_path, E41, entry.replace("  class", '  authority: "-"\n  class'))
    selection = select(book, "2002-2003")
    assert broken(selection) == {f"CPCJF general: {title}"}
    payload: Any = schedule(selection).payload
    assert payload["ledger"]["agrees"] is False

"""The documented queries say what the reports say, by beanquery and by Fava (amounts made up)."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import beanquery
import pytest
from beancount.core.inventory import Inventory
from click.testing import CliRunner
from fava.core import FavaLedger
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.reports import Report, make_reports, select
from pledgebook.reports.render import footed

DOCS = Path(__file__).parent.parent / "docs" / "queries.md"
SQL = re.compile(r"^## (.+?)$.*?^```sql\n(.*?)^```", re.MULTILINE | re.DOTALL)
QUERIES = dict(SQL.findall(DOCS.read_text("utf-8")))
D = Decimal


CLOSED = re.findall(r"^```text\n(AND .*?)\n^```", DOCS.read_text("utf-8"), re.MULTILINE)


def ask(book: Book, name: str, more: str = "") -> list[dict[str, Any]]:
    connection = beanquery.connect(
        "beancount:", entries=book.entries, errors=book.errors, options=book.options
    )
    ends = re.compile(r"(date <= \S+)$", re.MULTILINE)
    query, places = ends.subn(rf"\1 {more}", QUERIES[name])
    assert places == 1
    cursor = connection.execute(query)
    names = [column.name for column in cursor.description]
    return [dict(zip(names, map(plain, row), strict=True)) for row in cursor.fetchall()]


def plain(value: object) -> object:
    """Return an amount of one currency as a number of cents."""
    if isinstance(value, Inventory):
        return sum((p.units.number for p in value), D(0)).quantize(D("0.01"))
    return value


def report_of(book: Book, name: str) -> Report:
    (report,) = make_reports(select(book, "2002-2003"), (name,))
    return footed(report)


def rows_of(book: Book, name: str) -> list[dict[str, Any]]:
    return [dict(row.values) for row in report_of(book, name).rows if row.kind == "row"]


def test_every_query_is_tested() -> None:
    assert len(QUERIES) == 8
    assert DOCS.read_text("utf-8").count("```sql") == 8


def test_outstanding_is_the_annex(golden: Book) -> None:
    found = {
        row["instalment"]: (row["unpaid"], row["value"])
        for row in ask(golden, "Outstanding by instalment")
    }
    assert found == {
        row["label"]: (row["unpaid"], row["closing"] + row["future"])
        for row in rows_of(golden, "annex")
        if row["unpaid"]
    }
    assert len(found) == 4


def test_the_ageing_counts_the_days(golden: Book) -> None:
    found = {row["instalment"]: (row["due"], row["value"]) for row in ask(golden, "Ageing")}
    assert found == {row["label"]: (row["due"], row["unpaid"]) for row in rows_of(golden, "ageing")}
    days = {row["instalment"]: row["days"] for row in ask(golden, "Ageing")}
    assert days == {
        "AUT-2003-01.1": 61, "CAN-2002-01.1": 184, "DNK-2003-01.1": 0, "DEU-2002-01.2": -91,
    }  # fmt: skip


def of_the_schedule(book: Book, *columns: str) -> dict[tuple[str, str, str], Decimal]:
    """The sum of these columns by donor's code, donor's name and fund, where there is any."""
    document: Any = make_reports(select(book, "2002-2003"), ("schedule",))[0].payload
    return {
        (row["donor"], row["name"], fund["fund"]): total
        for fund in document["funds"]
        for row in fund["rows"]
        if (total := sum((row[column] for column in columns), D(0)))
    }


def test_pledged_is_the_schedules(golden: Book) -> None:
    found = {
        (row["donor"], row["fund"]): row["pledged"]
        for row in ask(golden, "Pledged by donor and fund")
    }
    expected = of_the_schedule(golden, "pledged")
    assert found == {(code, fund): amount for (code, _, fund), amount in expected.items()}


def test_collected_is_the_schedules(golden: Book) -> None:
    found = {}
    for row in ask(golden, "Collected by donor and fund"):
        donor = golden.settings.donors.resolve(row["donor"])
        assert donor is not None
        found[donor.code, row["fund"]] = row["collected"]
    expected = of_the_schedule(golden, "collected_prior", "collected_current")
    found = {key: amount for key, amount in found.items() if amount}
    assert found == {(code, fund): amount for (code, _, fund), amount in expected.items()}


def test_income_is_that_of_statement_one(golden: Book) -> None:
    found = {
        (row["fund"], row["class"], row["income"]): row["value"]
        for row in ask(golden, "Income by fund and class")
    }
    lines = {row["line"]: row for row in rows_of(golden, "statements")}
    for title, account in (
        ("Voluntary contributions", "Contributions"),
        ("Exchange on contributions", "Exchange"),
        ("Interest", "Interest"),
    ):
        for fund, class_, column in (
            ("CPCJF", "general", "general"),
            ("CPCJF", "special", "special"),
            ("UNTOC", "convention", "UNTOC"),
        ):
            assert found.get((fund, class_, account), D(0)) == lines[title][column], title


def test_later_periods_are_the_schedules(golden: Book) -> None:
    assert ask(golden, "Later periods") == [
        {"instalment": "DEU-2002-01.2", "deferred": D("89285.71")}
    ]
    assert sum(of_the_schedule(golden, "future").values()) == D("89285.71")


def test_receipts_not_applied_are_those_of_the_reconciliation(golden: Book) -> None:
    (row,) = ask(golden, "Receipts not applied")
    (line,) = rows_of(golden, "reconciliation")
    assert (row["receipt"], row["received"]) == ("R-2003-0009", line["day"])
    assert row["value"] == line["amount"]


def test_a_paragraph_is_that_of_the_overlapping_table(golden: Book) -> None:
    (row,) = ask(golden, "By paragraph")
    (line,) = [
        each
        for each in rows_of(golden, "paragraphs")
        if each["paragraph"] == "OP14" and each.get("relation") == "call"
    ]
    assert row["pledged"] == line["pledged"]


@pytest.mark.parametrize("name", QUERIES)
def test_favas_query_page_answers_the_same(golden: Book, name: str) -> None:
    ledger = FavaLedger(str(golden.path))
    table = ledger.query_shell.execute_query_serialised(ledger.all_entries, QUERIES[name])
    assert len(table.rows) == len(ask(golden, name))  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, Book]:
    """The example before its two bienniums were closed, and all its periods after."""
    folder = tmp_path_factory.mktemp("queries") / "demo"
    runner = CliRunner()
    assert runner.invoke(group, ["demo", str(folder)]).exit_code == 0
    before = load_book(folder / "main.beancount")
    for period in ("2000-2001", "2002-2003"):
        ran = runner.invoke(group, ["--book", str(folder), "close", period])
        assert ran.exit_code == 0, ran.output
    return before, load_book(folder / "history.beancount")


@pytest.mark.parametrize("name", QUERIES)
def test_of_a_closed_period_they_say_what_they_said_before(
    closed: tuple[Book, Book], name: str
) -> None:
    before, history = closed
    (clause,) = CLOSED
    said = ask(before, name)
    assert said
    assert sorted(map(str, ask(history, name, clause))) == sorted(map(str, said))

"""Revenue by the UN data standards: codes declared, and tied to the statement of income.

All amounts are made up.
"""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import SETTINGS, Load
from handwritten import CORRECTIONS, Writer
from pledgebook.cli.main import group
from pledgebook.ledger import Book, load_book
from pledgebook.ledger.declared.donor_kinds import SHIPPED
from pledgebook.ledger.declared.standard_codes import CONTRIBUTORS, REVENUES
from pledgebook.ledger.findings import RefusedError
from pledgebook.reports import make_reports, select
from pledgebook.reports.render import footed
from pledgebook.reports.un_data import COLUMNS, revenue_of, to_csv

D = Decimal


def declared(*lines: str) -> str:
    return "".join(f'1999-12-31 custom "standard-code" {line}\n' for line in lines)


ALL = declared(
    '"un-revenue" "fund" "CPCJF" "R03B"',
    '"un-revenue" "fund" "UNTOC" "R03B"',
    '"un-revenue" "class" "CPCJF general" "R02A"',
    '"un-revenue" "purpose" "corruption" "R03E"',
    *(f'"un-revenue" "income" "{each}" "R04C"' for each in
      ("exchange", "exchange-on-cash", "interest", "miscellaneous")),
    *(f'"un-contributor" "kind" "{kind}" "C08B"' for kind in SHIPPED.kinds
      if kind in {"territory", "funding-agency", "person"}),
)  # fmt: skip


@pytest.mark.parametrize("seed", range(9500, 9510))
def test_each_year_of_any_book_is_what_its_statement_of_income_says(
    seed: int, tmp_path: Path
) -> None:
    policies = [("pledge", "receipt", "agreement"), ("receipt", "pledge", "pledge")][seed % 2]
    writer = Writer(seed, policies)
    writer.live(45, CORRECTIONS if seed % 2 else None)
    main = tmp_path / "main.beancount"
    main.write_text(f"{writer.text()}\n{ALL}", "utf-8")
    book = load_book(main)
    assert [each.message for each in book.errors] == []
    for year in (2000, 2001, 2002, 2003, 2004, 2005):
        found = revenue_of(book, year)
        assert found.agrees, (year, found.revenue, found.statement, found.differences)
        (report,) = make_reports(select(book, str(year)), ("statements",))
        told = [row for row in footed(report).rows if row.values.get("line") == "Total income"]
        assert sum(row.values["total"] for row in told) == found.statement  # type: ignore[misc]
        assert {row.contributor_type for row in found.rows} <= CONTRIBUTORS.keys()
        assert {row.revenue_type for row in found.rows} <= REVENUES.keys()


GIFTS = """
2018-03-01 * "Italy" "A gift (made up)"
  event: "receipt-without-pledge"
  class: "general"
  Assets:CPCJF:Cash                  500.00 USD
  Income:CPCJF:Contributions:ITA    -500.00 USD

2018-04-01 * "Example Foundation" "A gift for a purpose (made up)"
  event: "receipt-without-pledge"
  class: "special"
  purpose: "corruption"
  Assets:CPCJF:Cash                  300.00 USD
  Income:CPCJF:Contributions:EXF    -300.00 USD

2018-05-01 * "United Nations Development Programme" "A gift to the account (made up)"
  event: "receipt-without-pledge"
  Assets:UNTOC:Cash                  200.00 USD
  Income:UNTOC:Contributions:UNDP   -200.00 USD

2018-06-30 * "Bank" "Interest (made up)"
  event: "interest"
  class: "general"
  Assets:CPCJF:Cash                    7.00 USD
  Income:CPCJF:Interest               -7.00 USD
"""
YEARS = SETTINGS + '2018-01-01 custom "period" "2018-2019" 2019-12-31\n'


def rows_of(book: Book, year: int = 2018) -> list[tuple[str, str, str, D]]:
    return [
        (each.contributor, each.contributor_type, each.revenue_type, each.amount)
        for each in revenue_of(book, year).rows
    ]


def test_codes_are_those_of_the_purpose_then_the_class_then_the_fund(load: Load) -> None:
    book = load(GIFTS, YEARS + ALL)
    assert book.errors == []
    assert rows_of(book) == [
        ("ITA", "C01", "R02A", D("500.00")), ("interest", "C09", "R04C", D("7.00")),
        ("EXF", "C05", "R03E", D("300.00")), ("UNDP", "C04C", "R03B", D("200.00")),
    ]  # fmt: skip


def test_what_is_declared_of_a_donor_stands_before_its_kind(load: Load) -> None:
    pooled = declared('"un-contributor" "donor" "UNDP" "C04D"')
    book = load(GIFTS, YEARS + ALL + pooled)
    assert ("UNDP", "C04D", "R03B", D("200.00")) in rows_of(book)


def test_in_kind_follows_what_money_for_the_same_is(load: Load) -> None:
    book = load(
        """
        2018-07-01 * "Switzerland" "Rooms, valued by the donor (made up)"
          event: "in-kind"
          class: "general"
          Assets:CPCJF:In-Kind            9000 USD.IK
          Income:CPCJF:In-Kind:CHE       -9000 USD.IK
        """,
        YEARS + ALL,
    )
    assert [each.message for each in book.errors] == []
    found = revenue_of(book, 2018)
    assert [(row.revenue_type, row.in_kind) for row in found.rows] == [("R02B", True)]
    assert found.revenue == 0
    assert found.agrees


def test_what_is_not_declared_is_named_all_at_once_and_never_guessed(load: Load) -> None:
    with pytest.raises(RefusedError) as refused:
        revenue_of(load(GIFTS, YEARS), 2018)
    said = str(refused.value)
    for each in (
        "un-revenue of class CPCJF general or fund CPCJF",
        "un-revenue of purpose corruption or class CPCJF special or fund CPCJF",
        "un-revenue of income interest",
        'custom "standard-code"',
    ):
        assert each in said


@pytest.mark.parametrize(("year", "said"), [(2002, "illustration: before 2018"), (2018, "")])
def test_the_file_has_every_row_with_names_of_codes(load: Load, year: int, said: str) -> None:
    book = load(GIFTS.replace("2018", str(year)), YEARS + ALL)
    rows = list(csv.DictReader(io.StringIO(to_csv(revenue_of(book, year)), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert {row["standing"] for row in rows} == {said}
    assert rows[0]["contributor_type_name"] == "Government"
    assert sum(D(row["amount"]) for row in rows) == D("1007.00")


def test_the_command_says_what_it_is_tied_to(load: Load, tmp_path: Path) -> None:
    book = load(GIFTS, YEARS + ALL)
    out = tmp_path / "un.csv"
    words = ["--book", str(book.path), "export", "un-data", "--year", "2018", "--out", str(out)]
    ran = CliRunner().invoke(group, [*words, "--json"])
    assert ran.exit_code == 0, ran.output
    told = json.loads(ran.stdout)
    assert (told["revenue"], told["statement"], told["agrees"]) == ("1007.00", "1007.00", True)
    assert out.read_bytes().decode("utf-8-sig") == to_csv(revenue_of(book, 2018))


@pytest.mark.parametrize(
    "line",
    [
        '"un-contributor" "kind" "company" "C99"',
        '"un-contributor" "purpose" "corruption" "C01"',
        '"un-revenue" "purpose" "nothing" "R03B"',
        '"un-nothing" "fund" "CPCJF" "R03B"',
        '"iati-organisation" "fund" "CPCJF" "XM 1"',
        '"iati-sector" "fund" "CPCJF" "151"',
    ],
)
def test_a_code_that_the_standard_or_the_book_has_not_is_an_error(load: Load, line: str) -> None:
    book = load("", SETTINGS + declared(line))
    assert [each.rule for each in book.errors] == ["standard-code"]
    assert book.settings.standard_codes == {}

"""Statements I and II of the golden example, figure by figure (all amounts made up)."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.reports.figures.selection import select
from pledgebook.reports.financial_statements import make_statements, statements
from pledgebook.reports.render.footing import footed

GOLDEN = Path(__file__).parent / "data" / "golden"
COLUMNS = ("general", "special", "support", "UNTOC", "eliminated", "total")

# As the golden example's own description has them; "-" is nil.
PLEDGE = """
contributions            95434.78 271276.40 - 47000.00 - 413711.18
exchange                 4860.49 68432.08 - - - 73292.57
interest                 3000.00 1000.00 - - - 4000.00
support_income           - - 5850.00 - -5850.00 -
income                   103295.27 340708.48 5850.00 47000.00 -5850.00 491003.75
programme                20000.00 25000.00 - - - 45000.00
support_costs            2600.00 3250.00 - - -5850.00 -
bank_charges             15.00 - - - - 15.00
expenditure              22615.00 28250.00 - - -5850.00 45015.00
excess                   80680.27 312458.48 5850.00 47000.00 - 445988.75
prior_period             -27272.73 - - - - -27272.73
written_off              -30000.00 - - - - -30000.00
refunds                  - -11750.00 - - - -11750.00
transfers                -10000.00 - - 10000.00 - -
net_change               13407.54 300708.48 5850.00 57000.00 - 376966.02
balance_before           381818.18 253520.75 - - - 635338.93
balance_after            395225.72 554229.23 5850.00 57000.00 - 1012304.95
cash                     391225.72 536466.77 5850.00 35000.00 - 968542.49
receivable_due           15000.00 54347.83 - 12000.00 - 81347.83
receivable_later         - 89285.71 - - - 89285.71
due_from                 - - - 10000.00 -10000.00 -
assets                   406225.72 680100.31 5850.00 57000.00 -10000.00 1139176.03
deferred                 - 89285.71 - - - 89285.71
in_advance               - 36585.37 - - - 36585.37
unapplied                1000.00 - - - - 1000.00
due_to                   10000.00 - - - -10000.00 -
liabilities              11000.00 125871.08 - - -10000.00 126871.08
reserves                 395225.72 554229.23 5850.00 57000.00 - 1012304.95
liabilities_and_reserves 406225.72 680100.31 5850.00 57000.00 -10000.00 1139176.03
"""
RECEIPT = """
contributions            95434.78 513881.40 - 35000.00 - 644316.18
exchange                 4860.49 - - - - 4860.49
income                   103295.27 514881.40 5850.00 35000.00 -5850.00 653176.67
expenditure              22615.00 28250.00 - - -5850.00 45015.00
excess                   80680.27 486631.40 5850.00 35000.00 - 608161.67
prior_period             -27272.73 - - - - -27272.73
written_off              -30000.00 - - - - -30000.00
net_change               13407.54 474881.40 5850.00 45000.00 - 539138.94
balance_before           381818.18 25000.00 - - - 406818.18
balance_after            395225.72 499881.40 5850.00 45000.00 - 945957.12
cash                     391225.72 536466.77 5850.00 35000.00 - 968542.49
receivable_due           15000.00 - - - - 15000.00
receivable_later         - - - - - -
due_from                 - - - 10000.00 -10000.00 -
assets                   406225.72 536466.77 5850.00 45000.00 -10000.00 983542.49
deferred                 - - - - - -
in_advance               - 36585.37 - - - 36585.37
unapplied                1000.00 - - - - 1000.00
due_to                   10000.00 - - - -10000.00 -
liabilities              11000.00 36585.37 - - -10000.00 37585.37
reserves                 395225.72 499881.40 5850.00 45000.00 - 945957.12
liabilities_and_reserves 406225.72 536466.77 5850.00 45000.00 -10000.00 983542.49
"""
PLEDGE_BEFORE = """
contributions    281818.18 253520.75 - - - 535338.93
balance_before   100000.00 - - - - 100000.00
balance_after    381818.18 253520.75 - - - 635338.93
"""
RECEIPT_BEFORE = """
contributions    281818.18 25000.00 - - - 306818.18
balance_after    381818.18 25000.00 - - - 406818.18
"""
# By hand, from what the worked statements say at both ends: general had 161,818.18 to come and
# holds 10,000.00 of advances less; special had 228,520.75 due and 25,000.00 later, all deferred.
CASH_FLOWS = """
cash_excess       80680.27 312458.48 5850.00 47000.00 - 445988.75
cash_receivable   146818.18 109887.21 - -12000.00 - 244705.39
cash_deferred     - 64285.71 - - - 64285.71
cash_in_advance   -10000.00 36585.37 - - - 26585.37
cash_unapplied    1000.00 - - - - 1000.00
cash_between      10000.00 - - -10000.00 - -
cash_without      -67272.73 - - 10000.00 - -57272.73
cash_less_interest -3000.00 -1000.00 - - - -4000.00
cash_operating    158225.72 522216.77 5850.00 35000.00 - 721292.49
cash_interest     3000.00 1000.00 - - - 4000.00
cash_refunds      - -11750.00 - - - -11750.00
cash_transfers    - - - - - -
cash_other        - -11750.00 - - - -11750.00
cash_change       161225.72 511466.77 5850.00 35000.00 - 713542.49
cash_before       230000.00 25000.00 - - - 255000.00
cash_after        391225.72 536466.77 5850.00 35000.00 - 968542.49
"""
TO_RECEIPT = "special=receipt,convention=receipt"
TO_PLEDGE = "special=pledge,convention=pledge"


def hold(book: Book, period: str, worked: str, recognition: str | None = None) -> None:
    (made,) = make_statements(select(book, period, recognition=recognition))
    assert made.columns == COLUMNS[:4]
    for line in worked.strip().split("\n"):
        key, *amounts = line.split()
        expected = [Decimal(0 if amount == "-" else amount) for amount in amounts]
        assert [made.lines[key][column] for column in COLUMNS] == expected, key


@pytest.mark.parametrize(
    ("period", "pledge", "receipt"),
    [("2002-2003", PLEDGE, RECEIPT), ("2000-2001", PLEDGE_BEFORE, RECEIPT_BEFORE)],
)
def test_the_statements_are_the_ones_worked_by_hand(
    golden: Book, golden_receipt: Book, period: str, pledge: str, receipt: str
) -> None:
    hold(golden, period, pledge)
    hold(golden_receipt, period, receipt)
    hold(golden, period, receipt, TO_RECEIPT)
    hold(golden_receipt, period, pledge, TO_PLEDGE)


def test_the_cash_flows_are_the_ones_worked_by_hand(golden: Book, golden_receipt: Book) -> None:
    hold(golden, "2002-2003", CASH_FLOWS)
    for book, to in ((golden, TO_RECEIPT), (golden_receipt, TO_PLEDGE)):
        for view in (None, to):  # no policy moves cash
            (made,) = make_statements(select(book, "2002-2003", recognition=view))
            assert made.lines["cash_change"]["total"] == Decimal("713542.49")


def test_a_comparative_that_is_nil_is_no_unknown_one(tmp_path: Path) -> None:
    text = (GOLDEN / "policy-pledge.beancount").read_text("utf-8")
    text += """
2003-12-30 * "" "Sale of a photocopier (made up)"
  class: "general"
  Assets:CPCJF:Cash             640.00 USD
  Income:CPCJF:Miscellaneous   -640.00 USD
"""
    report = statements(select(_book(tmp_path, text), "2002-2003"))
    (sale,) = [row for row in report.rows if row.values.get("line") == "Miscellaneous income"]
    assert (sale.values["total"], sale.values["comparative"]) == (Decimal("640.00"), 0)


IPSAS = [
    "Statement I: statement of financial position as at 31 December 2003",
    "Statement II: statement of financial performance for the biennium 2002-2003 ended "
    "31 December 2003",
    "Statement III: statement of changes in net assets for the biennium 2002-2003 ended "
    "31 December 2003",
    "Statement IV: statement of cash flows for the biennium 2002-2003 ended 31 December 2003",
]
UNSAS = [
    "Statement I: income and expenditure and changes in reserves and fund balances for the "
    "biennium 2002-2003 ended 31 December 2003",
    "Statement II: assets, liabilities and reserves and fund balances as at 31 December 2003",
    "Statement III: cash flows for the biennium 2002-2003 ended 31 December 2003",
]


@pytest.mark.parametrize(("framework", "titles"), [("UNSAS", UNSAS), ("IPSAS", IPSAS)])
def test_titles_and_order_follow_the_framework_that_the_period_declares(
    framework: str, titles: list[str], tmp_path: Path
) -> None:
    text = (GOLDEN / "policy-pledge.beancount").read_text("utf-8")
    declared = f'2002-01-01 custom "period" "2002-2003" 2003-12-31\n  framework: "{framework}"\n'
    report = footed(statements(select(_book(tmp_path, text, declared), "2002-2003")))
    assert [row.label for row in report.rows if row.kind == "section"] == titles
    assert [tie for tie in report.ties if not tie.agrees] == []
    of = {row.label: row.values.get("total") for row in report.rows if row.label}
    if framework == "IPSAS":  # what was written off, refunded and amended is in the result
        assert of["Surplus (deficit) for the period"] == Decimal("376966.02")
        assert of["Net assets, end of period"] == Decimal("1012304.95")
    else:
        assert of["Excess of income over expenditure"] == Decimal("445988.75")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("2003", None), "for the year 2003 ended 31 December 2003"),
        (("2003-Q2", None), "for the period from 1 April 2003 to 30 June 2003"),
        (("2002-2003", date(2003, 6, 30)), "for the period from 1 January 2002 to 30 June 2003"),
    ],
)
def test_a_title_names_the_days_that_were_asked_for(
    asked: tuple[str, date | None], said: str, golden: Book
) -> None:
    report = statements(select(golden, *asked))
    flows = [row.label for row in report.rows if row.kind == "section"][2]
    assert flows == f"Statement III: cash flows {said}"


def test_what_the_policies_differ_by_is_what_is_unpaid(golden: Book, golden_receipt: Book) -> None:
    (one,), (other,) = (
        make_statements(select(book, "2002-2003")) for book in (golden, golden_receipt)
    )
    differ = {
        column: one.lines["reserves"][column] - other.lines["reserves"][column]
        for column in one.columns
    }
    assert differ == {
        "general": 0, "special": Decimal("54347.83"), "support": 0, "UNTOC": Decimal("12000.00"),
    }  # fmt: skip


def test_the_report_foots_ties_and_shows_the_biennium_before(golden: Book) -> None:
    report = footed(statements(select(golden, "2002-2003")))
    assert report.ties
    assert [tie for tie in report.ties if not tie.agrees] == []
    shown = {str(row.values.get("line")): row.values for row in report.rows}
    assert shown["Contributions receivable, due"]["comparative"] == Decimal("390338.93")
    assert shown["Balances, beginning of period"]["comparative"] == Decimal("100000.00")
    assert "Obligations" not in shown
    for row in report.rows:
        if row.adds:
            for column in COLUMNS:
                added = sum(Decimal(str(report.rows[at].values[column])) for at in row.adds)
                assert row.values[column] == added, (row.label, column)


@pytest.mark.parametrize(
    ("asked", "before", "title"),
    [
        (("2003-Q4", None), ("2002-Q4", None), "Total, 2002-Q4"),
        (("2003", None), ("2002", None), "Total, 2002"),
        (("2002Q1", None), ("2001-Q1", None), "Total, 2001Q1"),
        (
            ("2002-2003", date(2003, 6, 30)),
            ("2000-2001", date(2001, 6, 30)),
            "Total, 1 January 2000 to 30 June 2001",
        ),
    ],
)
def test_a_part_of_a_period_stands_beside_as_long_a_part(
    golden: Book,
    asked: tuple[str, date | None],
    before: tuple[str, date | None],
    title: str,
) -> None:
    report = footed(statements(select(golden, *asked)))
    (old,) = make_statements(select(golden, *before))
    shown = {str(row.values.get("line")): row.values.get("comparative") for row in report.rows}
    assert report.columns[-1].title == title
    assert shown["Total income"] == old.lines["income"]["total"]
    assert shown["Balances, end of period"] == old.lines["balance_after"]["total"]


def test_the_parts_of_a_first_period_have_nothing_to_stand_beside(golden: Book) -> None:
    report = statements(select(golden, "2000-Q4"))
    assert {row.values["comparative"] for row in report.rows if row.kind == "row"} == {None}
    assert any("a period before of the same length" in note for note in report.notes)


def test_without_a_biennium_before_the_comparatives_are_unknown(golden: Book) -> None:
    report = statements(select(golden, "2000-2001"))
    assert {row.values["comparative"] for row in report.rows if row.kind == "row"} == {None}


def test_a_fund_alone_owes_the_other_and_eliminates_nothing(golden: Book) -> None:
    (made,) = make_statements(select(golden, "2002-2003", fund="UNTOC"))
    assert made.lines["due_from"]["eliminated"] == 0
    assert made.lines["due_from"]["total"] == Decimal("10000.00")


def test_a_figure_booked_around_the_classes_breaks_a_tie(tmp_path: Path) -> None:
    text = (GOLDEN / "policy-pledge.beancount").read_text("utf-8")
    moved = '  Assets:CPCJF:Cash                          5434.78 USD\n    class: "special"\n'
    old = "  Assets:CPCJF:Cash                          5434.78 USD\n"
    assert text.count(old) == 1
    book = _book(tmp_path, text.replace(old, moved))
    broken = {tie.title for tie in statements(select(book, "2002-2003")).ties if not tie.agrees}
    assert broken == {
        f"CPCJF, {column}: {figure}"
        for column in ("general", "special")
        for figure in (
            "balances, assets less liabilities",
            "net increase in cash, cash accounts",
        )
    }


REVALUED = """
2003-12-31 * "Revaluation of unpaid instalments at 0.80"
  event: "revaluation"
  class: "special"
  Assets:CPCJF:Pledges:AUT    -50000 EUR {"AUT-2003-01.1"}
    purpose: "corruption"
  Assets:CPCJF:Pledges:AUT     50000 EUR {0 # 62500.00 USD, 2003-02-03, "AUT-2003-01.1"}
    due: 2003-10-31
    purpose: "corruption"
  Income:CPCJF:Revaluation     -8152.17 USD
  Assets:CPCJF:Pledges:DEU   -100000 EUR {"DEU-2002-01.2"}
    purpose: "trafficking-in-persons"
  Assets:CPCJF:Pledges:DEU    100000 EUR {0 # 125000.00 USD, 2002-04-10, "DEU-2002-01.2"}
    due: 2004-03-31
    purpose: "trafficking-in-persons"
  Liabilities:CPCJF:Deferred:DEU    89285.71 USD {"DEU-2002-01.2"}
  Liabilities:CPCJF:Deferred:DEU  -125000.00 USD {1 USD, "DEU-2002-01.2"}
"""


def test_a_revaluation_is_income_of_what_is_due_and_moves_both_sides_of_the_rest(
    tmp_path: Path,
) -> None:
    text = (GOLDEN / "policy-pledge.beancount").read_text("utf-8") + REVALUED
    (made,) = make_statements(select(_book(tmp_path, text), "2002-2003"))
    special = {key: amounts["special"] for key, amounts in made.lines.items()}
    assert special["exchange"] == Decimal("76584.25")
    assert special["balance_after"] == special["reserves"] == Decimal("562381.40")
    assert special["receivable_due"] == Decimal("62500.00")
    assert special["receivable_later"] == special["deferred"] == Decimal("125000.00")


def _book(folder: Path, entries: str, period: str = "") -> Book:
    (folder / "policy-pledge.beancount").write_text(entries, "utf-8")
    for name in ("main.beancount", "settings.beancount"):
        ledger = (GOLDEN.parent.parent.parent / "ledger").as_posix()
        text = (GOLDEN / name).read_text("utf-8").replace("../../../ledger", ledger)
        if period:
            text = re.sub(r'^.* custom "period" "2002-2003" .*\n', period, text, flags=re.MULTILINE)
        (folder / name).write_text(text, "utf-8")
    return load_book(folder / "main.beancount")


def test_the_command_shows_a_view_and_refuses_an_unknown_policy() -> None:
    book = str(GOLDEN / "main.beancount")
    asked = ["--json", "report", "statements", "--period", "2002-2003", "--book", book]
    shown = CliRunner().invoke(group, [*asked, "--recognition", TO_RECEIPT])
    assert shown.exit_code == 0, shown.output
    document: dict[str, Any] = json.loads(shown.stdout)
    (line,) = [row for row in document["rows"] if row["line"] == "Voluntary contributions"]
    assert (line["special"], line["total"]) == ("513881.40", "644316.18")
    assert "CPCJF special on receipt" in document["notes"][0]
    assert document["ledger"]["agrees"] is True
    refused = CliRunner().invoke(group, [*asked, "--recognition", "cash"])
    assert refused.exit_code == 2
    assert "There is no recognition policy 'cash'" in refused.stderr


def test_each_tie_says_of_which_fund_its_accounts_are(golden: Book) -> None:
    said = {tie.title: tie.fund for tie in statements(select(golden, "2002-2003")).ties}
    assert said["CPCJF, general: balances, assets less liabilities"] == "CPCJF"
    assert said["CPCJF, UNTOC: balances, assets less liabilities"] == "UNTOC"
    assert said["CPCJF, total: balances, assets less liabilities"] == ""
    assert said["UNTOC: contributions receivable, schedule"] == "UNTOC"

"""Donor agreements: three computed on paper first, what is refused, and what a closing carries.

The first example and its figures stand in docs/agreements.md. All amounts and rates are made up.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import SETTINGS, Load
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.closing.proof import verify_seals
from pledgebook.ledger.correspondence.reports_due import reports_expected
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.agreed import Agreed, agreed_figures
from pledgebook.reports.figures.selection import SelectionError, select
from pledgebook.reports.letters import Papers, make_letters
from pledgebook.reports.registry import make_reports
from pledgebook.reports.render import footed

D = Decimal
PAGE = Path(__file__).parent.parent / "docs" / "agreements.md"
ENTRIES = "".join(
    re.findall(
        r"^```beancount[^\n]*\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
)


def paper() -> dict[str, list[Decimal]]:
    """Return the rows of the page's table: a figure a year."""
    rows = re.findall(r"^\| ([^|]+) \| ([\d,.]+ \| .*) \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    return {
        name: [D(cell.strip().replace(",", "")) for cell in cells.split("|")]
        for name, cells in rows
        if not name.startswith("as at")
    }


def at(book: Book, day: date) -> dict[str, Agreed]:
    """Return the figures of the agreements as at a day, since the beginning."""
    period = book.settings.periods.of(day)
    assert period is not None
    return {
        each.agreement.reference: each
        for each in agreed_figures(select(book, f"..{period.name}", day))
    }


def closed(load: Load, text: str) -> Book:
    """Return a book of these entries, each in its period's file, with the first period closed."""
    directives = re.split(r"\n(?=\d{4}-)", text.strip())
    transactions = [each for each in directives if re.match(r"[\d-]+ \*", each)]
    others = [each for each in directives if each not in transactions]
    early = [each for each in transactions if each < "2004"]
    book = load("\n\n".join(early), SETTINGS + "\n".join(others) + "\n")
    later = book.folder / "2004-2005.beancount"
    later.write_text(
        "\n\n".join(each for each in transactions if each not in early) + "\n", "utf-8"
    )
    main = book.path.read_text("utf-8")
    book.path.write_text(main + f'include "{later.name}"\n', "utf-8")
    close_period(load_book(book.path), "2002-2003", make_figures)
    return load_book(book.path)


def told(each: Agreed) -> dict[str, Decimal | None]:
    """Return an agreement's figures by the names of the table."""
    found: dict[str, Decimal | None] = {}
    for name, title in (("received", "received"), ("earned", "interest"), ("returned", "refunded")):
        source = each.sources[name]
        sign = -1 if name == "returned" else 1
        found[f"{title}, dollars"] = sign * (source.before + source.within)
        found[f"{title}, euros"] = None if source.units is None else sign * source.units
    for line in each.lines:
        found[f"{line.code}, dollars"] = line.before + line.within
        found[f"{line.code}, euros"] = line.units
    found["obligations, dollars"] = each.outstanding
    found["balance, dollars"], found["balance, euros"] = each.balance, each.balance_units
    return found


def test_three_years_of_an_agreement_are_as_computed_on_paper(load: Load) -> None:
    book = load(ENTRIES)
    assert [each.message for each in book.errors] == []
    assert [each.rule for each in book.notices] == []
    table = paper()
    assert len(table) == 15
    for column, year in enumerate((2002, 2003, 2004, 2005)):
        figures = told(at(book, date(year, 12, 31))["AUT-ROL"])
        assert figures == {name: row[column] for name, row in table.items()}, year


def test_every_euro_that_was_received_is_spent_or_refunded_to_the_cent(load: Load) -> None:
    each = at(load(ENTRIES), date(2005, 12, 31))["AUT-ROL"]
    assert each.sources["received"].units == each.agreement.amount == 113000
    assert (each.spent_units or 0) - (each.sources["returned"].units or 0) - 500 == 113000
    assert each.cash == each.outstanding == each.owed == each.unpaid == 0


def test_the_reports_on_agreements_foot_and_are_tied_to_the_ledger(load: Load) -> None:
    book = load(ENTRIES)
    for period in ("2002-2003", "2003", "2004", "2002..2005"):
        selection = select(book, period, agreement="AUT-ROL")
        for report in make_reports(selection, ("agreements", "agreement", "reports-due")):
            assert footed(report).rows
            assert [tie for tie in report.ties if not tie.agrees] == []
            assert len(report.ties) == (report.name != "reports-due")


def test_only_reports_on_agreements_are_limited_to_one(load: Load) -> None:
    book = load(ENTRIES)
    with pytest.raises(SelectionError, match="cannot be limited to one agreement"):
        make_reports(select(book, "2003", agreement="AUT-ROL"), ("schedule",))
    with pytest.raises(SelectionError, match=r"no agreement 'AUT' \(declared: AUT-ROL\)"):
        select(book, "2003", agreement="AUT")


RECORDED = """
2002-01-15 custom "agreement" "AUT-1" "AUT" "CPCJF"
  amount: 1000 USD
  until: 2003-06-30
  purpose: "corruption"
  support-rate: "13"
  interest: "donor"
2002-01-15 custom "budget-line" "AUT-1" "A" "Staff"
  amount: 800 USD
"""


def test_each_event_is_recorded_under_its_agreement_by_the_forms(load: Load) -> None:
    book = load("", SETTINGS + RECORDED)
    under = ["--agreement", "AUT-1"]
    for words in (
        ["pledge", "AUT", "600", "--due", "2002-06-30", "--date", "2002-02-01",
         "--document", "Agreement", *under],
        ["payment", "AUT-2002-01.1", "--value", "600", "--date", "2002-03-01"],
        ["receipt", "AUT", "400", "--date", "2002-03-02", *under],
        ["expenditure", "300", "--budget-line", "A", "--date", "2002-04-01", *under],
        ["expenditure", "200", "--obligated", "--obligation", "PO-1", "--budget-line", "A",
         "--date", "2002-04-02", *under],
        ["obligation", "200", "--obligation", "PO-1", "--date", "2002-05-01", *under],
        ["programme-support", "500", "--date", "2002-05-02", *under],
        ["interest", "CPCJF/special/corruption=10", "--date", "2002-12-31", *under],
        ["refund", "AUT", "445", "--date", "2003-06-30", "--document", "Letter",
         "--entered-by", "One", "--approved-by", "Other", *under],
    ):  # fmt: skip
        done = CliRunner().invoke(group, ["--book", str(book.path), "record", *words, "--yes"])
        assert done.exit_code == 0, (words, done.output, done.stderr)
    book = load_book(book.path)
    assert [each.message for each in book.findings] == []
    each = at(book, date(2003, 12, 31))["AUT-1"]
    own = {name: source.before + source.within for name, source in each.sources.items()}
    assert {name: value for name, value in own.items() if value} == {
        "received": 1000, "earned": 10, "returned": -445, "spent": -565
    }  # fmt: skip
    assert [(line.code, line.before + line.within) for line in each.lines] == [("A", 500), ("", 65)]
    assert each.balance == each.cash == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--agreement", "NONE"], "The book declares no agreement 'NONE' (declared: AUT-1)."),
        (["--agreement", "AUT-1", "--budget-line", "B"], "'B' is no budget line of the agreement"),
        (["--budget-line", "A"], "'A' is no budget line of the agreement (its lines: none)"),
    ],
)
def test_a_form_takes_no_agreement_that_the_book_does_not_declare(
    load: Load, words: list[str], told: str
) -> None:
    book = load("", SETTINGS + RECORDED)
    asked = ["record", "expenditure", "1", "--date", "2002-04-01", "--purpose", "corruption"]
    done = CliRunner().invoke(group, ["--book", str(book.path), *asked, *words, "--yes"])
    assert done.exit_code != 0
    assert told in str(done.exception) + done.output


USD = """
2002-03-01 custom "agreement" "NOR-A" "NOR" "UNTOC"
  amount: 10000 USD
  until: 2004-12-31
  support-rate: "10"
2002-03-01 custom "agreement" "NOR-B" "NOR" "UNTOC"
  amount: 6000 USD
  until: 2004-12-31
2002-03-01 * "Norway" "First agreement" ^NOR-2002-01
  agreement: "NOR-A"
  document: "Agreement A"
  Assets:UNTOC:Pledges:NOR          10000 USD {0 # 10000.00 USD, "NOR-2002-01.1"}
    due: 2002-06-30
  Income:UNTOC:Contributions:NOR   -10000.00 USD
2002-03-01 * "Norway" "Second agreement" ^NOR-2002-02
  agreement: "NOR-B"
  document: "Agreement B"
  Assets:UNTOC:Pledges:NOR           5000 USD {0 # 5000.00 USD, "NOR-2002-02.1"}
    due: 2002-06-30
  Income:UNTOC:Contributions:NOR    -5000.00 USD
2002-06-20 * "Norway" "One transfer for both, 20 kept by banks" ^NOR-2002-01 ^NOR-2002-02
  event: "payment"
  Assets:UNTOC:Pledges:NOR         -10000 USD {"NOR-2002-01.1"}
  Assets:UNTOC:Pledges:NOR          -5000 USD {"NOR-2002-02.1"}
  Assets:UNTOC:Cash                 14980.00 USD
  Expenses:UNTOC:Bank-Charges          20.00 USD
2002-09-01 * "Advisers"
  agreement: "NOR-A"
  Expenses:UNTOC:Programme           4000.00 USD
  Assets:UNTOC:Cash                 -4000.00 USD
2002-09-30 * "Support costs, 10 % of 4,000"
  event: "programme-support"
  agreement: "NOR-A"
  Expenses:UNTOC:Programme-Support    400.00 USD
  Liabilities:UNTOC:Due-To:CPCJF     -400.00 USD
  Assets:CPCJF:Due-From:UNTOC         400.00 USD
    class: "support"
  Liabilities:UNTOC:Due-To:CPCJF      400.00 USD
  Assets:UNTOC:Cash                  -400.00 USD
  Assets:CPCJF:Cash                   400.00 USD
    class: "support"
  Assets:CPCJF:Due-From:UNTOC        -400.00 USD
    class: "support"
  Income:CPCJF:Programme-Support     -400.00 USD
    class: "support"
2003-05-01 * "Norway" "Gift on top"
  agreement: "NOR-B"
  Assets:UNTOC:Cash                  1000.00 USD
  Income:UNTOC:Contributions:NOR    -1000.00 USD
2003-06-01 * "Institute" "Courses ordered"
  agreement: "NOR-B"
  obligation: "PO-9"
  Expenses:UNTOC:Programme           2500.00 USD
  Liabilities:UNTOC:Obligations     -2500.00 USD
2003-07-01 * "Institute" "Courses paid"
  event: "obligation"
  obligation: "PO-9"
  Liabilities:UNTOC:Obligations      2000.00 USD
  Assets:UNTOC:Cash                 -2000.00 USD
"""
USD_LATER = """
2004-02-01 * "Institute" "The rest is not needed"
  event: "savings"
  obligation: "PO-9"
  Liabilities:UNTOC:Obligations       500.00 USD
  Equity:UNTOC:Savings               -500.00 USD
2004-03-01 * "Norway" "Reprogrammed with the donor's consent"
  event: "re-earmark"
  approved-by: "One (made up)"
  entered-by: "Other (made up)"
  Assets:UNTOC:Cash                 -4000.00 USD
    agreement: "NOR-B"
  Assets:UNTOC:Cash                  4000.00 USD
    agreement: "NOR-A"
2004-05-01 * "Advisers"
  agreement: "NOR-A"
  Expenses:UNTOC:Programme           8000.00 USD
  Assets:UNTOC:Cash                 -8000.00 USD
2004-05-31 * "Support costs, 10 % of 8,000"
  event: "programme-support"
  agreement: "NOR-A"
  Expenses:UNTOC:Programme-Support    800.00 USD
  Liabilities:UNTOC:Due-To:CPCJF     -800.00 USD
  Assets:CPCJF:Due-From:UNTOC         800.00 USD
    class: "support"
  Liabilities:UNTOC:Due-To:CPCJF      800.00 USD
  Assets:UNTOC:Cash                  -800.00 USD
  Assets:CPCJF:Cash                   800.00 USD
    class: "support"
  Assets:CPCJF:Due-From:UNTOC        -800.00 USD
    class: "support"
  Income:CPCJF:Programme-Support     -800.00 USD
    class: "support"
2004-11-01 * "Norway" "Unspent balance"
  event: "refund-unspent"
  agreement: "NOR-A"
  document: "Letter 3"
  approved-by: "One (made up)"
  entered-by: "Other (made up)"
  Equity:UNTOC:Refunds:NOR            800.00 USD
  Assets:UNTOC:Cash                  -800.00 USD
"""
# By year and agreement: received, spent, saved, moved, refunded, balance, obligations outstanding.
ON_PAPER = {
    (2002, "NOR-A"): (10000, 4400, 0, 0, 0, 5600, 0),
    (2002, "NOR-B"): (5000, 0, 0, 0, 0, 5000, 0),
    (2003, "NOR-A"): (10000, 4400, 0, 0, 0, 5600, 0),
    (2003, "NOR-B"): (6000, 2500, 0, 0, 0, 3500, 500),
    (2004, "NOR-A"): (10000, 13200, 0, 4000, 800, 0, 0),
    (2004, "NOR-B"): (6000, 2500, 500, -4000, 0, 0, 0),
}


def test_two_agreements_share_a_transfer_and_one_goes_on_as_the_other(load: Load) -> None:
    book = load(USD + USD_LATER)
    assert [each.message for each in book.errors] == []
    for (year, ref), expected in ON_PAPER.items():
        each = at(book, date(year, 12, 31))[ref]
        own = {name: source.before + source.within for name, source in each.sources.items()}
        assert (
            own["received"], -own["spent"], own["saved"], own["moved"], -own["returned"],
            each.balance, each.outstanding,
        ) == expected, (year, ref)  # fmt: skip
        assert each.balance == each.cash - each.outstanding
        assert each.balance_units == each.balance, "a book's own currency is not converted"


def test_bank_charges_of_a_transfer_for_two_agreements_are_of_neither(load: Load) -> None:
    found = at(load(USD), date(2002, 12, 31))
    assert all(line.name != "Bank charges" for each in found.values() for line in each.lines)


IN_ARREARS = """
2002-12-01 price USD 1.50 CHF
2003-12-01 price USD 1.40 CHF
2002-03-01 custom "agreement" "CHE-1" "CHE" "CPCJF"
  amount: 20000 CHF
  until: 2004-12-31
  purpose: "trafficking-in-persons"
2002-02-01 * "Norway" "Gift under no agreement"
  purpose: "trafficking-in-persons"
  Assets:CPCJF:Cash                 10000.00 USD
  Income:CPCJF:Contributions:NOR   -10000.00 USD
2002-03-01 * "Switzerland" "Agreement, paid in arrears; at 1.60" ^CHE-2002-01
  purpose: "trafficking-in-persons"
  agreement: "CHE-1"
  document: "Agreement"
  Assets:CPCJF:Pledges:CHE          20000 CHF {0 # 12500.00 USD, "CHE-2002-01.1"}
    due: 2003-12-31
  Income:CPCJF:Contributions:CHE   -12500.00 USD
2002-10-01 * "Survey"
  purpose: "trafficking-in-persons"
  agreement: "CHE-1"
  Expenses:CPCJF:Programme           4000.00 USD
  Assets:CPCJF:Cash                 -4000.00 USD
2003-03-01 * "Switzerland" "8,000 at 1.25" ^CHE-2002-01
  event: "payment"
  purpose: "trafficking-in-persons"
  Assets:CPCJF:Pledges:CHE         -20000 CHF {"CHE-2002-01.1"}
  Assets:CPCJF:Pledges:CHE          12000 CHF {0 # 7500.00 USD, 2002-03-01, "CHE-2002-01.1"}
    due: 2003-12-31
  Assets:CPCJF:Cash                  6400.00 USD
  Income:CPCJF:Exchange             -1400.00 USD
2003-05-01 * "Survey"
  purpose: "trafficking-in-persons"
  agreement: "CHE-1"
  Expenses:CPCJF:Programme           3000.00 USD
  Assets:CPCJF:Cash                 -3000.00 USD
2004-02-01 * "Switzerland" "The rest at 1.20" ^CHE-2002-01
  event: "payment"
  purpose: "trafficking-in-persons"
  Assets:CPCJF:Pledges:CHE         -12000 CHF {"CHE-2002-01.1"}
  Assets:CPCJF:Cash                 10000.00 USD
  Income:CPCJF:Exchange             -2500.00 USD
"""


def test_what_is_spent_before_the_donor_pays_is_told_again_at_the_rate_of_the_payment(
    load: Load,
) -> None:
    book = load(IN_ARREARS)
    assert [each.message for each in book.errors] == []
    ahead = [each for each in book.notices if each.rule == "agreement-ahead"]
    assert [each.entry and each.entry.date for each in ahead] == [
        date(2002, 10, 1),
        date(2003, 5, 1),
    ]
    found = {year: at(book, date(year, 12, 31))["CHE-1"] for year in (2002, 2003, 2004)}
    assert [(each.spent_units, each.ahead) for each in found.values()] == [
        (D(6000), D(4000)),  # 4,000 x 1.50
        (D(8840), D(600)),  # 5,000 and 3,000 of the payment at 1.25, 600 x 1.40
        (D(8720), D(0)),  # 600 at 1.20
    ]
    assert [(each.balance, each.balance_units) for each in found.values()] == [
        (D(-4000), D(-6000)),
        (D(-600), D(-840)),
        (D(9400), D(11280)),
    ]
    assert [(each.unpaid, each.owed) for each in found.values()] == [
        (D(20000), D(12500)),
        (D(12000), D(7500)),
        (D(0), D(0)),
    ]


def test_without_a_rate_what_is_spent_ahead_is_unknown_and_not_nil(load: Load) -> None:
    book = load(IN_ARREARS.replace("2002-12-01 price USD 1.50 CHF", ""))
    each = at(book, date(2002, 12, 31))["CHE-1"]
    assert each.spent_units is None
    assert each.balance_units is None
    (report,) = make_reports(select(book, "2002"), ("agreement",))
    assert "has no rate of CHF" in " ".join(report.notes)


def test_a_closing_carries_what_is_under_each_agreement(load: Load) -> None:
    now = closed(load, USD + USD_LATER)
    assert [each.message for each in now.errors] == []
    report = make_reports(select(now, "2004-2005"), ("agreements",))[0]
    rows = {row.values["agreement"]: row.values for row in report.rows if row.kind == "row"}
    assert (rows["NOR-A"]["opening"], rows["NOR-B"]["opening"]) == (5600, 3500)
    assert [tie for tie in report.ties if not tie.agrees] == []
    whole = load_book(now.folder / "history.beancount")
    for (year, ref), expected in ON_PAPER.items():
        assert at(whole, date(year, 12, 31))[ref].balance == expected[5], (year, ref)
    assert [each.holds for each in verify_seals(now.path, make_figures)] == [True]


def test_an_open_book_does_not_take_what_a_closed_period_spent_for_nothing(load: Load) -> None:
    book = closed(load, ENTRIES)
    (report,) = make_reports(select(book, "2004"), ("agreement",))
    lines = [row.values for row in report.rows if row.values.get("code")]
    assert [(each["before"], each["units"], each["within"]) for each in lines] == [
        (None, None, 20000), (None, None, 18000), (None, None, 4940)
    ]  # fmt: skip
    assert "--book history.beancount" in report.notes[0]


def test_reports_fall_due_by_the_donors_fiscal_years(load: Load) -> None:
    book = load(
        """
        2002-02-15 custom "agreement" "CAN-1" "CAN" "CPCJF"
          amount: 1000 CAD
          until: 2004-01-31
          report-every: "12 months"
          report-within: "3 months"
          year-begins: "04-01"
        2002-12-01 custom "report-due" "CAN-1" "narrative"
        2003-12-01 custom "report-due" "CAN-1" "narrative"
        2002-06-20 custom "letter" "CAN/2002/1" "financial-report" "CAN"
          agreement: "CAN-1"
          report-due: 2002-06-30
        """
    )
    assert [each.message for each in book.errors] == []
    found = reports_expected(book.entries, book.settings)
    assert [(each.due.kind, each.due.as_at, each.due.day, bool(each.sent)) for each in found] == [
        ("financial", date(2002, 3, 31), date(2002, 6, 30), True),
        ("narrative", None, date(2002, 12, 1), False),
        ("financial", date(2003, 3, 31), date(2003, 6, 30), False),
        ("narrative", None, date(2003, 12, 1), False),
        ("final", date(2004, 1, 31), date(2004, 4, 30), False),
    ]
    assert [each.due.day for each in found if each.is_overdue(date(2003, 6, 30))] == [
        date(2002, 12, 1)
    ]
    assert [each.due.day for each in found if each.is_overdue(date(2003, 7, 1))] == [
        date(2002, 12, 1), date(2003, 6, 30)
    ]  # fmt: skip


HEADS = """
2002-01-15 custom "agreement" "AUT-1" "AUT" "CPCJF"
  amount: 1000 USD
  until: 2003-06-30
  liquidation-until: 2003-09-30
  purpose: "corruption"
2002-02-01 * "Austria" "Gift"
  purpose: "corruption"
  agreement: "AUT-1"
  Assets:CPCJF:Cash                  1000.00 USD
  Income:CPCJF:Contributions:AUT    -1000.00 USD
2002-02-02 * "Norway" "Gift under no agreement"
  purpose: "corruption"
  Assets:CPCJF:Cash                  1000.00 USD
  Income:CPCJF:Contributions:NOR    -1000.00 USD
"""


def spending(day: str, amount: str, more: str = "") -> str:
    return f"""
{day} * "Costs"
  purpose: "corruption"
  agreement: "AUT-1"
{more}  Expenses:CPCJF:Programme  {amount} USD
  Assets:CPCJF:Cash        -{amount} USD
"""


@pytest.mark.parametrize(
    ("entry", "rules"),
    [
        (spending("2003-06-30", "1000.00"), []),
        (spending("2003-06-30", "1000.01"), ["agreement-overspent"]),
        (spending("2003-06-30", "1000.01", '  authorized-by: "Controller"\n'), []),
        (spending("2003-07-01", "0.01"), ["agreement-ended"]),
        (spending("2003-07-01", "0.01", '  authorized-by: "Controller"\n'), []),
    ],
)
def test_spending_goes_to_the_last_cent_and_the_last_day(
    load: Load, entry: str, rules: list[str]
) -> None:
    book = load(HEADS + entry)
    assert [each.rule for each in book.findings if each.is_error] == rules


@pytest.mark.parametrize(("day", "rules"), [("30", []), ("29", []), ("31", ["agreement-ended"])])
def test_an_obligation_is_paid_until_the_day_to_which_it_may_be(
    load: Load, day: str, rules: list[str]
) -> None:
    month = "10-01" if day == "31" else f"09-{day}"
    book = load(
        HEADS
        + f"""
2003-06-30 * "Ordered"
  purpose: "corruption"
  agreement: "AUT-1"
  obligation: "PO-1"
  Expenses:CPCJF:Programme        400.00 USD
  Liabilities:CPCJF:Obligations  -400.00 USD
2003-{month} * "Paid"
  event: "obligation"
  purpose: "corruption"
  obligation: "PO-1"
  Liabilities:CPCJF:Obligations   400.00 USD
  Assets:CPCJF:Cash              -400.00 USD
"""
    )
    assert [each.rule for each in book.findings if each.is_error] == rules


def test_after_its_closing_an_agreement_is_only_settled(load: Load) -> None:
    end = """
2003-03-31 custom "agreement-closed" "AUT-1"
  report: "AUT/2003/1"
  certified-by: "Chief of accounts (made up)"
  deadline: 2003-06-30
"""
    book = load(HEADS + end + spending("2003-04-01", "10.00"))
    (error,) = [each for each in book.findings if each.is_error]
    assert error.rule == "agreement-ended"
    assert "closed on 2003-03-31 by the final report AUT/2003/1" in error.message
    refund = """
2003-05-01 * "Austria" "Unspent"
  event: "refund-unspent"
  purpose: "corruption"
  agreement: "AUT-1"
  document: "Letter"
  approved-by: "One (made up)"
  entered-by: "Other (made up)"
  Equity:CPCJF:Refunds:AUT  {0} USD
  Assets:CPCJF:Cash        -{0} USD
"""
    left = load(HEADS + end + refund.format("999.99"))
    (notice,) = [each for each in left.notices if each.rule == "agreement-unsettled"]
    assert "leaves 0.01 USD: refund it to the donor by 2003-06-30" in notice.message
    settled = load(HEADS + end + refund.format("1000.00"))
    assert [each.rule for each in settled.findings] == []


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('"A" "AUT" "NONE"\n  amount: 1 USD', "is of the fund 'NONE', which is not declared"),
        ('"A" "XXX" "CPCJF"\n  amount: 1 USD', "is with 'XXX', the code of no donor"),
        ('"A" "AUT" "CPCJF"\n  amount: 0 USD', "has the amount 0 USD"),
        ('"A" "AUT" "CPCJF"', "has the amount nothing"),
        (
            '"A" "AUT" "CPCJF"\n  amount: 1 USD\n  purpose: "nothing"',
            "is for the purpose 'nothing'",
        ),
        ('"A" "AUT" "CPCJF"\n  amount: 1 USD\n  class: "none"', "is of the class 'none'"),
        ('"A" "AUT" "CPCJF"\n  amount: 1 USD\n  until: 2001-01-01', "ends on 2001-01-01, before"),
        (
            '"A" "AUT" "CPCJF"\n  amount: 1 USD\n  until: "soon"',
            "has until: 'soon', which is no date",
        ),
        (
            '"A" "AUT" "CPCJF"\n  amount: 1 USD\n  liquidation-until: 2003-01-01',
            "comes after until:",
        ),
        ('"A" "AUT" "CPCJF"\n  amount: 1 USD\n  support-rate: "13 %"', "write it in per cent"),
        ('"A" "AUT" "CPCJF"\n  amount: 1 USD\n  interest: "ours"', "donor or fund"),
        ('"A" "AUT" "CPCJF"\n  amount: 1 USD\n  binding: "maybe"', "write yes or no"),
        ('"A" "AUT" "CPCJF"\n  amount: 1 USD\n  binding: "no"', "write its reason"),
        ('"A" "AUT" "CPCJF"\n  amount: 1 USD\n  report-every: "yearly"', "a number of months"),
        ('"A" "AUT" "CPCJF"\n  amount: 1 USD\n  report-every: "6 months"', "has no last day"),
        ('"A" "AUT" "CPCJF"\n  amount: 1 USD\n  year-begins: "04-31"', "the month and day"),
    ],
)
def test_an_agreement_that_cannot_stand_is_told_in_a_sentence(
    load: Load, line: str, told: str
) -> None:
    book = load(f'2002-01-15 custom "agreement" {line}\n')
    (error,) = [each for each in book.findings if each.is_error]
    assert error.rule == "agreement"
    assert told in error.message


def test_lines_reports_and_closings_are_of_a_declared_agreement(load: Load) -> None:
    book = load(
        """
        2002-01-15 custom "agreement" "A" "AUT" "CPCJF"
          amount: 100 EUR
        2002-01-15 custom "budget-line" "A" "1" "Staff"
          amount: 60 EUR
        2002-01-15 custom "budget-line" "A" "2" "Travel"
          amount: 41 EUR
        2002-01-15 custom "budget-line" "A" "3" "Other"
          amount: 1 USD
        2002-01-15 custom "budget-line" "B" "1" "Staff"
          amount: 1 EUR
        2002-01-15 custom "report-due" "A" "yearly"
        2002-01-15 custom "report-due" "B" "final"
        2002-01-15 custom "agreement-closed" "A"
        """
    )
    assert [each.message.partition(":")[0] for each in book.findings if each.is_error] == [
        "The budget line A 3 has the amount 1 USD",
        "The budget line B 1 is of the agreement 'B', which is not declared (declared",
        "The report due under A is 'yearly'",
        "The report due under B is of the agreement 'B', which is not declared (declared",
        "The closing of agreement A names no final certified report",
        "The budget lines of A come to 101 EUR, the agreement to 100",
    ]


def test_an_agreement_that_is_amended_keeps_its_first_day(load: Load) -> None:
    book = load(
        """
        2002-01-15 custom "agreement" "A" "AUT" "CPCJF"
          amount: 100 EUR
        2003-01-15 custom "agreement" "A" "AUT" "CPCJF"
          amount: 150 EUR
        """
    )
    agreement = book.settings.agreements["A"]
    assert (agreement.day, agreement.amount) == (date(2002, 1, 15), 150)


def test_the_command_reports_on_one_agreement_from_its_beginning(load: Load) -> None:
    book = closed(load, ENTRIES)
    words = ["report", "agreement", "--agreement", "AUT-ROL", "--period", "2004"]
    done = CliRunner().invoke(group, ["--book", str(book.path), *words])
    assert done.exit_code in {0, 3}, done.output
    assert "60,000.00" in done.stdout
    assert " .." not in done.stdout


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_a_donor_is_told_the_same_figures_in_every_language(load: Load, language: str) -> None:
    book = load(ENTRIES)
    papers = Papers(select(book, "2004"))
    (letter,) = make_letters(papers, "financial-report", day=date(2005, 1, 20), tag=language)
    assert letter.language == language
    table = letter.table("expenditure")
    found = [table.values(line) for line in table.lines]
    assert [(line["total"], line["units"], line["left"]) for line in found] == [
        (60000, 58000, 2000),
        (43000, D("38331.66"), D("1668.34")),
        (13390, 11947, 1053),
        (116390, D("108278.66"), D("4721.34")),
    ]
    money = letter.table("money")
    assert money.values(money.lines[-1])["units"] == D("5221.34")
    assert letter.report_due == date(2005, 3, 31), "the report that is due as at that day"


def test_a_report_that_was_sent_is_due_no_more(load: Load, tmp_path: Path) -> None:
    book = load(ENTRIES)
    words = ["letter", "financial-report", "--as-at", "2002-12-31", "--date", "2003-02-01",
             "--out", str(tmp_path / "out"), "--format", "html", "--record-sent"]  # fmt: skip
    done = CliRunner().invoke(group, ["--book", str(book.path), *words])
    assert done.exit_code == 0, (done.output, done.exception)
    main = book.path.read_text("utf-8")
    if "correspondence" not in main:
        book.path.write_text(main + 'include "correspondence.beancount"\n', "utf-8")
    book = load_book(book.path)
    sent = {each.due.day: each.sent for each in reports_expected(book.entries, book.settings)}
    assert [day for day, letter in sent.items() if letter] == [date(2003, 3, 31)]
    assert [each.message for each in book.errors] == []


def test_a_letter_is_not_written_from_half_of_an_agreement(load: Load) -> None:
    book = closed(load, ENTRIES)
    with pytest.raises(SelectionError, match=r"--book history\.beancount"):
        list(make_letters(Papers(select(book, "2004")), "financial-report", day=date(2005, 1, 20)))

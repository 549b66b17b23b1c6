"""Every report foots, is tied to the ledger, and agrees with the others (all amounts made up)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from beancount import loader
from conftest import Load
from pledgebook.ledger.register.book import Book, book_of
from pledgebook.reports import REPORTS, Report, Selection, make_reports, select
from pledgebook.reports.figures.agreements import disagreements
from pledgebook.reports.figures.table import Tie
from pledgebook.reports.registry import all_ties
from pledgebook.reports.render import footed, to_document
from pledgebook.reports.schedule import make_schedule
from test_plain import make_book

D = Decimal
CUTS = ["2000-2001", "2002-2003", "2002", "2003-Q3"]


@pytest.fixture(params=["pledge", "receipt"])
def either(request: pytest.FixtureRequest, golden: Book, golden_receipt: Book) -> Book:
    return golden if request.param == "pledge" else golden_receipt


def report_of(book: Book, name: str, period: str = "2002-2003") -> Report:
    (report,) = make_reports(select(book, period), (name,))
    return report


def documents(selection: Selection) -> Iterator[tuple[Report, dict[str, object]]]:
    for report in make_reports(selection, ()):
        yield report, to_document(report)


def rows_of(report: Report, key: str) -> dict[str, dict[str, object]]:
    return {str(row.values[key]): dict(row.values) for row in report.rows if row.kind == "row"}


def total_of(report: Report, label: str) -> dict[str, object]:
    document = to_document(report)
    subtotals = document["subtotals"]
    assert isinstance(subtotals, list)
    everything = [*subtotals, document["total"]]
    (found,) = [total for total in everything if total and total["label"] == label]
    return dict(found)


@pytest.mark.parametrize("cut", CUTS)
def test_every_report_foots_and_is_what_the_ledger_says(either: Book, cut: str) -> None:
    made = list(documents(select(either, cut)))
    assert {report.name for report, _ in made} == set(REPORTS)
    for report, _ in made:
        assert [tie for tie in report.ties if not tie.agrees] == [], report.name


@pytest.mark.parametrize("fund", ["CPCJF", "UNTOC"])
def test_reports_of_one_fund_foot_too(either: Book, fund: str) -> None:
    for report, _ in documents(select(either, "2002-2003", fund=fund)):
        assert [tie for tie in report.ties if not tie.agrees] == [], report.name


@pytest.mark.parametrize("policy", ["pledge", "receipt", "agreement"])
def test_reports_of_a_view_foot(golden: Book, policy: str) -> None:
    for report, _ in documents(select(golden, "2002-2003", recognition=policy)):
        assert [tie for tie in report.ties if not tie.agrees] == [], report.name


@pytest.mark.parametrize("policy", ["", "pledge", "receipt", "agreement"])
@pytest.mark.parametrize("cut", CUTS)
def test_no_two_reports_say_different_things(either: Book, cut: str, policy: str) -> None:
    made = [footed(each) for each in make_reports(select(either, cut, recognition=policy), ())]
    assert sum(len(report.agreements) for report in made) >= 16
    assert disagreements(made) == []


LIMITS = ({}, {"donor": "AUT"}, {"class_": "special"}, {"purpose": "corruption"})


@pytest.mark.parametrize("policy", ["", "receipt"])
@pytest.mark.parametrize("limits", LIMITS, ids=str)
def test_ties_are_the_same_with_and_without_the_rows_of_reports(
    either: Book, limits: dict[str, str], policy: str
) -> None:
    selection = select(either, "2002-2003", recognition=policy, **limits)  # type: ignore[arg-type]
    assert all_ties(selection) == ties_of_reports(replace(selection))


def ties_of_reports(selection: Selection) -> list[tuple[str, Tie]]:
    """The ties of whole reports."""
    return [(each.name, tie) for each in make_reports(selection, ()) for tie in each.ties]


@pytest.mark.parametrize("seed", range(20))
def test_ties_are_the_same_without_rows_where_they_fail(seed: int) -> None:
    entries, _, _ = loader.load_string(make_book(Random(seed)))
    book = book_of(entries)
    for period in book.settings.periods.names():
        selection = select(book, period)
        assert all_ties(selection) == ties_of_reports(replace(selection))


def test_a_disagreement_of_two_reports_is_found(golden: Book) -> None:
    made = [
        footed(each) for each in make_reports(select(golden, "2002-2003"), ("schedule", "ageing"))
    ]
    row = next(row for row in made[1].rows if row.kind == "row")
    row.values["unpaid"] = D("1.00")  # type: ignore[index]
    ((agreement, own, other),) = disagreements(made)
    assert agreement.title == "unpaid: ageing and schedule"
    assert (own, other) == (D("66348.83"), D("81347.83"))


@pytest.mark.parametrize("cut", CUTS)
def test_reports_agree_among_themselves(either: Book, cut: str) -> None:
    selection = select(either, cut)
    schedule = [
        line.figures for lines in make_schedule(selection).sections.values() for line in lines
    ]
    due = f"{sum((each.closing for each in schedule), D(0)):.2f}"
    later = f"{sum((each.future for each in schedule), D(0)):.2f}"
    pledged = f"{sum((each.pledged for each in schedule), D(0)):.2f}"

    ageing = report_of(either, "ageing", cut)
    assert total_of(ageing, "Unpaid, as in the schedule").get("unpaid", "0.00") == due
    assert total_of(ageing, "Future periods, as in the schedule").get("unpaid", "0.00") == later
    annex = to_document(report_of(either, "annex", cut))["total"]
    assert isinstance(annex, dict)
    assert (annex["closing"], annex["future"]) == (due, later)
    kinds = to_document(report_of(either, "donor-kinds", cut))["total"]
    assert isinstance(kinds, dict)
    assert (kinds["pledged"], kinds["unpaid"]) == (pledged, due)
    calls = total_of(report_of(either, "paragraphs", cut), "Total, as in the schedule")
    assert (calls["pledged"], calls["outstanding"]) == (pledged, due)


def test_the_ageing_counts_days_from_the_due_date(either: Book) -> None:
    rows = rows_of(report_of(either, "ageing"), "donor")
    assert {donor: (row["days"], f"{row['unpaid']:.2f}") for donor, row in rows.items()} == {
        "Austria": (61, "54347.83"),
        "Canada": (184, "15000.00"),
        "Denmark": (0, "12000.00"),
        "Germany": (None, "89285.71"),
    }
    later = make_reports(select(either, "2002-2003", as_at=date(2003, 11, 30)), ("ageing",))[0]
    assert rows_of(later, "donor")["Denmark"]["not_due"] == D("12000.00")


LIMITS = {
    -1: "not_due", 0: "not_due", 1: "year_1", 365: "year_1", 366: "year_2", 730: "year_2",
    731: "year_3", 1095: "year_3", 1096: "older",
}  # fmt: skip
"""Days over the due date on both sides of every limit of the ageing, and the band they are in."""


def test_a_band_of_the_ageing_ends_with_its_last_day(load: Load) -> None:
    day = date(2003, 6, 30)
    pledges = "".join(
        f"""
{min(day - timedelta(days), day)} * "Norway" "Pledge" ^NOR-2000-{number:02d}
  Assets:CPCJF:Pledges:NOR        100 USD {{0 # 100.00 USD, "NOR-2000-{number:02d}.1"}}
    due: {day - timedelta(days)}
  Income:CPCJF:Contributions:NOR -100.00 USD
"""
        for number, days in enumerate(LIMITS)
    )
    book = load(pledges)
    assert book.errors == []
    (report,) = make_reports(select(book, "2002-2003", as_at=day), ("ageing",))
    rows = [row for _, row in sorted(rows_of(report, "label").items())]
    bands = [[band for band in sorted(set(LIMITS.values())) if row[band]] for row in rows]
    assert dict(zip(LIMITS, bands, strict=True)) == {days: [band] for days, band in LIMITS.items()}


def test_earmarked_balances_are_cash_by_purpose(either: Book) -> None:
    report = report_of(either, "earmarked")
    document = to_document(report)
    rows = document["rows"]
    assert isinstance(rows, list)
    assert {row["purpose"]: row["unspent"] for row in rows} == {
        "Corruption": "68000.00",
        "Organized crime": "269591.08",
        "Smuggling of migrants": "36585.37",
        "Trafficking in persons": "161290.32",
        "Not assigned to a purpose": "1000.00",
    }
    assert total_of(report, "Total, CPCJF, special")["unspent"] == "536466.77"
    (corruption,) = [row for row in rows if row["purpose"] == "Corruption"]
    assert corruption["opening"] == "25000.00"
    (advance,) = [row for row in rows if row["purpose"] == "Smuggling of migrants"]
    assert advance["in_advance"] == "36585.37"


def test_the_annex_gives_amounts_rates_and_dollars_of_each_instalment(golden: Book) -> None:
    rows = rows_of(report_of(golden, "annex"), "label")
    italy = rows["ITA-2001-01.1"]
    assert (italy["currency"], italy["pledged"], italy["rate_pledged"]) == (
        "EUR",
        D("258228.45"),
        "1.13",
    )
    assert italy["value_paid"] == D("269591.08")
    assert italy["exchange_collected"] == D("41070.33")
    assert rows["AUT-2003-01.1"]["unpaid"] == D(50000)


@pytest.mark.parametrize("name", ["annex", "ageing", "regularity", "exchange", "bank-charges"])
def test_every_row_of_a_donor_leads_to_its_entries(golden: Book, name: str) -> None:
    report = report_of(golden, name)
    rows = [row for row in report.rows if row.kind == "row" and row.donor]
    assert rows
    for row in rows:
        assert row.donor in golden.settings.donors
        assert row.instalment == row.values.get("label", "")
    document = to_document(report)["rows"]
    assert isinstance(document, list)
    assert [(each["donor"], each["name"]) for each in document if each.get("name")] == [
        (row.donor, row.values["donor"]) for row in rows
    ]


def test_groups_of_donors_are_those_of_the_schedule(golden: Book) -> None:
    report = report_of(golden, "donor-kinds")
    governments = total_of(report, "Total, Governments")
    assert (governments["pledged"], governments["paid"]) == ("390276.40", "715287.34")
    assert total_of(report, "Total, Others")["pledged"] == "5434.78"


def test_regularity_counts_the_years_in_which_a_donor_paid(either: Book) -> None:
    rows = rows_of(report_of(either, "regularity"), "donor")
    assert rows["Netherlands"]["years"] == 2
    assert rows["Netherlands"]["y2001"] == D("25000.00")
    assert rows["Canada"]["years"] == 1


def test_exchange_is_shown_by_donor_and_currency(golden: Book) -> None:
    rows = rows_of(report_of(golden, "exchange"), "donor")
    assert set(rows) == {"France", "Germany", "Italy"}
    assert rows["France"]["on_collected"] == D("4860.49")


def test_charges_support_costs_and_gifts_in_kind_have_their_reports(either: Book) -> None:
    charges = rows_of(report_of(either, "bank-charges"), "donor")
    assert (charges["Canada"]["gross"], charges["Canada"]["charges"]) == (D(45000), D(15))
    support = rows_of(report_of(either, "programme-support"), "where")
    assert support["CPCJF, special"]["support"] == D(3250)
    assert support["CPCJF, special"]["rate"] == "13.00 %"
    in_kind = rows_of(report_of(either, "in-kind"), "donor")
    assert in_kind["Switzerland"]["value"] == D(8000)


def test_what_a_bank_kept_of_money_applied_later_stands_beside_what_it_settled(load: Load) -> None:
    book = load("""
        2002-04-02 * "Japan" "Pledge" ^JPN-2002-01
          class: "general"
          Assets:CPCJF:Pledges:JPN        120000 USD {0 # 120000.00 USD, "JPN-2002-01.1"}
          Income:CPCJF:Contributions:JPN  -120000.00 USD
        2002-07-01 * "Japan" "Came"
          event: "receipt-unapplied"
          class: "general"
          Assets:CPCJF:Cash               119985.00 USD
          Liabilities:CPCJF:Unapplied     -119985.00 USD {0 # 119985.00 USD, "R-2002-0003"}
        2002-07-02 * "Japan" "Application" ^JPN-2002-01
          event: "application"
          class: "general"
          charges: "advised"
          Assets:CPCJF:Pledges:JPN        -120000 USD {"JPN-2002-01.1"}
          Liabilities:CPCJF:Unapplied     119985.00 USD {"R-2002-0003"}
          Expenses:CPCJF:Bank-Charges     15.00 USD
        2002-08-01 * "Canada" "Gift, and a part that is not explained"
          event: "receipt-without-pledge"
          class: "general"
          Assets:CPCJF:Cash               490.00 USD
          Expenses:CPCJF:Bank-Charges     10.00 USD
          Income:CPCJF:Contributions:CAN  -400.00 USD
          Liabilities:CPCJF:Unapplied     -100.00 USD {0 # 100.00 USD, "R-2002-0004"}
    """)
    report = report_of(book, "bank-charges")
    rows = rows_of(report, "donor")
    keys = ("gross", "received", "charges")
    assert [rows["Japan"][key] for key in keys] == [D(120000), D(119985), D(15)]
    assert [rows["Canada"][key] for key in keys] == [D(500), D(490), D(10)]
    gross, _ = report.ties
    assert (gross.report, gross.ledger) == (D(120500), D(120500))


def test_movements_lead_from_what_was_owed_to_what_is_owed(either: Book) -> None:
    report = report_of(either, "movements", "2003-Q3")
    (tie,) = report.ties
    assert tie.agrees
    assert rows_of(report, "label")["ITA-2001-01.1"]["event"] == "payment"
    assert rows_of(report, "label")["DNK-2003-01.1"]["change"] == D(12000)


def test_the_form_for_the_secretary_general_names_the_donors_of_each_call(either: Book) -> None:
    rows = rows_of(report_of(either, "secretary-general"), "paragraph")
    assert rows["OP15"]["donors"] == "Denmark, United Kingdom"
    assert rows["OP7"]["pledged"] == D("343276.40")
    assert rows["OP11"]["donors"] == "Example Foundation"


PERIODS = """
1989-12-31 custom "fund" "CPCJF" "A fund"
  classes: "general special support"
1990-01-01 custom "period" "1990-1999" 1999-12-31
2002-01-01 custom "period" "2002-2003" 2003-12-31
"""


def test_what_is_long_unpaid_and_silent_is_proposed_for_write_off(
    load: Callable[..., Book],
) -> None:
    book = load(
        """
        1996-02-01 * "Peru" "Pledge" ^PER-1996-01
          event: "commitment"
          Assets:CPCJF:Pledges:PER             500 USD {0 # 500.00 USD, "PER-1996-01.1"}
            due: 1996-12-31
          Income:CPCJF:Contributions:PER      -500.00 USD

        1996-02-01 * "Chile" "Pledge, confirmed in writing since" ^CHL-1996-01
          event: "commitment"
          reconfirmed-on: 2003-01-15
          Assets:CPCJF:Pledges:CHL             700 USD {0 # 700.00 USD, "CHL-1996-01.1"}
            due: 1996-12-31
          Income:CPCJF:Contributions:CHL      -700.00 USD

        2003-05-05 * "" "Interest"
          class: "general"
          Assets:CPCJF:Cash                   1.00 USD
          Income:CPCJF:Interest              -1.00 USD
        """,
        settings=PERIODS,
    )
    (report,) = make_reports(select(book, "2002-2003"), ("write-off-proposals",))
    assert list(rows_of(report, "label")) == ["PER-1996-01.1"]
    assert report.rows[1].values["heard"] == date(1996, 2, 1)

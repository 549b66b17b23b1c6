"""What of a book a report shows: funds, classes, donors, purposes, periods (amounts made up)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from conftest import Load
from pledgebook.ledger.declared.donor_kinds import SHIPPED
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.columns import Figures, total
from pledgebook.reports import Report, SelectionError, make_reports, select
from pledgebook.reports.figures.table import Part
from pledgebook.reports.registry import REPORTS, left_out
from pledgebook.reports.render import to_document
from pledgebook.reports.schedule import make_schedule

D = Decimal
PERIOD = "2002-2003"


@pytest.fixture(params=["pledge", "receipt"])
def either(request: pytest.FixtureRequest, golden: Book, golden_receipt: Book) -> Book:
    return golden if request.param == "pledge" else golden_receipt


def schedule_of(book: Book, **limits: str) -> Figures:
    made = make_schedule(select(book, PERIOD, **limits))  # type: ignore[arg-type]
    assert [tie for tie in made.ties if not tie.agrees] == [], limits
    return total(line.figures for lines in made.sections.values() for line in lines)


def together(book: Book, limit: str, values: list[str]) -> Figures:
    return total(schedule_of(book, **{limit: value}) for value in values)


def test_what_is_shown_in_parts_adds_up_to_the_whole(either: Book) -> None:
    whole = schedule_of(either)
    assert together(either, "fund", ["CPCJF", "UNTOC"]) == whole
    assert together(either, "class_", ["general", "special", "support", "convention"]) == whole
    assert together(either, "group", list(SHIPPED.groups)) == whole
    donors = {
        line.donor
        for lines in make_schedule(select(either, PERIOD)).sections.values()
        for line in lines
    }
    assert together(either, "donor", sorted(donors)) == whole
    special = schedule_of(either, class_="special")
    assert together(either, "purpose", list(either.settings.purposes)) == special
    assert together(either, "purpose", ["none", *either.settings.purposes]) == whole


def test_the_cash_of_the_purposes_and_of_none_adds_up(load: Load) -> None:
    book = load("""
        2002-03-01 * "Canada" "Gift for a purpose"
          class: "special"
          purpose: "corruption"
          Assets:CPCJF:Cash               100.00 USD
          Income:CPCJF:Contributions:CAN  -100.00 USD
        2002-04-01 * "Canada" "Gift that names none"
          class: "special"
          Assets:CPCJF:Cash               7.00 USD
          Income:CPCJF:Contributions:CAN  -7.00 USD
    """)

    def left(**limits: str) -> Decimal:
        (report,) = make_reports(select(book, PERIOD, **limits), ("earmarked",))  # type: ignore[arg-type]
        return report.sum_of(Part("earmarked", "received"))

    assert (left(purpose="none"), left(purpose="corruption"), left()) == (D(7), D(100), D(107))
    assert schedule_of(book, purpose="none").collected == D(7)


LIMITS = [
    {"fund": "CPCJF"},
    {"class_": "special"},
    {"class_": "general"},
    {"class_": "support"},
    {"group": "Governments"},
    {"group": "others"},
    {"donor": "ITA"},
    {"donor": "Norway"},
    {"donor": "PER"},
    {"purpose": "corruption"},
    {"purpose": "none"},
    {"class_": "special", "group": "Governments", "purpose": "organized-crime"},
]


@pytest.mark.parametrize("period", ["2000-2001", PERIOD, "2003", "2002-Q4"])
@pytest.mark.parametrize("limits", LIMITS, ids=lambda each: "-".join(each.values()))
def test_every_report_of_a_part_foots_and_says_what_it_is(
    either: Book, limits: dict[str, str], period: str
) -> None:
    selection = select(either, period, **limits)  # type: ignore[arg-type]
    made = make_reports(selection, ())
    assert {report.name for report in made} == set(REPORTS) - set(left_out(selection))
    for report in made:
        to_document(report)
        assert [tie for tie in report.ties if not tie.agrees] == [], report.name
        assert report.subtitle.endswith(" only"), report.name


def test_one_class_has_its_cash_proof_and_its_statements(golden: Book) -> None:
    selection = select(golden, PERIOD, class_="special")
    proof = make_schedule(selection).proof
    assert proof is not None
    assert proof.agrees
    assert (proof.collected, proof.new_advances) == (D("513881.40"), D("36585.37"))
    (statements,) = make_reports(selection, ("statements",))
    values = {row.values["line"]: row.values for row in statements.rows if row.values}
    assert values["Total income"]["total"] == D("340708.48")
    assert values["Balances, end of period"]["total"] == D("554229.23")


def test_a_donor_is_found_by_name_and_named_on_the_report(golden: Book) -> None:
    (report,) = make_reports(select(golden, PERIOD, donor="italie"), ("schedule",))
    document = to_document(report)
    assert document["limited_to"] == {"donor": "ITA"}
    assert document["cash_proof"] is None
    assert report.subtitle.endswith("; donor Italy only")
    (row,) = [row for row in report.rows if row.kind == "row"]
    assert row.values["closing"] == D(0)
    assert row.values["collected_prior"] == D("269591.08")


def test_a_part_repeats_no_total_and_shows_none_of_nothing(golden: Book) -> None:
    schedule, ageing = make_reports(select(golden, PERIOD, donor="ITA"), ("schedule", "ageing"))
    labels = [row.label for row in schedule.rows if row.kind == "total"]
    assert labels == ["Total, CPCJF special"]
    assert [row.label for row in ageing.rows] == ["Nothing to report"]
    assert not ageing.charts
    (nothing,) = make_reports(select(golden, "2000-2001", donor="UNDP"), ("schedule",))
    assert [row.label for row in nothing.rows] == ["Nothing to report"]
    (whole,) = make_reports(select(golden, PERIOD, class_="general"), ("schedule",))
    assert [row.label for row in whole.rows if row.kind == "total"] == ["Total, CPCJF general"]


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ({"fund": "XYZ"}, "no fund 'XYZ' (declared: CPCJF, UNTOC)"),
        ({"class_": "none"}, "no class 'none' (declared: general, special, support, convention)"),
        ({"fund": "UNTOC", "class_": "special"}, "no class 'special' (declared: convention)"),
        ({"group": "States"}, "the groups are Governments;"),
        ({"donor": "Itly"}, "Nearest: ITA (Italy)"),
        ({"purpose": "sports"}, "no purpose 'sports': name a declared one (corruption, "),
        ({"purpose": ""}, "The purpose is empty: name a declared one (corruption, "),
    ],
)
def test_what_the_book_does_not_know_is_refused(
    golden: Book, limits: dict[str, str], sentence: str
) -> None:
    with pytest.raises(SelectionError) as refused:
        select(golden, PERIOD, **limits)  # type: ignore[arg-type]
    assert sentence in str(refused.value)


def test_a_report_of_whole_funds_is_not_made_of_one_donor(golden: Book) -> None:
    selection = select(golden, PERIOD, donor="ITA")
    with pytest.raises(SelectionError, match="cannot be limited to one donor"):
        make_reports(selection, ("statements",))
    assert left_out(selection) == [
        "statements",
        "notes",
        "budget",
        "obligations",
        "earmarked",
        "reconciliation",
        "programme-support",
    ]


def closing(report: Report) -> object:
    return [row for row in report.rows if row.kind == "total"][-1].values.get("closing")


def test_several_funds_are_the_fund_with_the_account_within_it(golden: Book) -> None:
    both = select(golden, PERIOD, fund=("UNTOC", "CPCJF"))
    assert both.funds == ("CPCJF", "UNTOC")
    assert closing(make_reports(both, ("schedule",))[0]) == D("81347.83")
    alone = select(golden, PERIOD, fund=("CPCJF",))
    assert closing(make_reports(alone, ("schedule",))[0]) == D("69347.83")


def test_a_part_as_at_a_day_within_the_period(golden: Book) -> None:
    selection = select(golden, PERIOD, as_at=date(2002, 12, 31), donor="DEU")
    (report,) = make_reports(selection, ("schedule",))
    (row,) = [row for row in report.rows if row.kind == "row"]
    assert (row.values["closing"], row.values["future"]) == (D("133928.57"), D("89285.71"))

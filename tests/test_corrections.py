"""What an earlier period left out or got wrong is an adjustment of the open one, whatever it is of:
in the schedule's column where it is a donor's, in Statement I with its cause. Amounts are made up.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.closing.proof import verify_seals
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.collections import list_collections
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.selection import select
from pledgebook.reports.financial_statements import make_statements, statements
from pledgebook.reports.schedule import make_schedule, schedule
from pledgebook.reports.untied import find_untied

D = Decimal
HEAD = """option "operating_currency" "USD"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "CPCJF" "A fund"
  recognition-general: "{policy}"
  recognition-special: "{policy}"
1999-12-31 custom "purpose" "corruption" "Corruption"
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
2006-01-01 custom "period" "2006-2007" 2007-12-31
"""
FIRST = (
    "receipt FRA 5000 --fund CPCJF --date 2003-03-01",
    "receipt ITA 1000 --fund CPCJF --date 2003-04-01 --ref G7",
    "expenditure 400 --fund CPCJF --date 2003-05-01",
)
CASES = {
    "a pledge found late": (
        "prior-pledge ESP 1000 --made-on 2003-12-10 --due 2003-12-31 --cause filed --fund CPCJF",
        {("general", "ESP"): {"adjustments": 1000, "closing": 1000}},
        {"corrections": 1000},
    ),
    "a gift that was for another class": (
        "re-earmark-gift FRA --reverses 2003-03-01 --value 800 --purpose corruption "
        "--fund CPCJF --cause misread",
        {
            ("general", "FRA"): {"adjustments": -800, "collected_prior": -800},
            ("special", "FRA"): {"adjustments": 800, "collected_prior": 800},
        },
        {"corrections": 0},
    ),
    "a gift that the bank takes back": (
        "returned-gift ITA --reverses G7",
        {("general", "ITA"): {"adjustments": -1000, "collected_prior": -1000}},
        {"corrections": -1000},
    ),
    "expenditure charged twice": (
        "correction 400 --cause twice --fund CPCJF",
        {},
        {"corrections": 400},
    ),
    "expenditure left out": (
        "correction 50 --leaves --obligated --cause missing --fund CPCJF",
        {},
        {"corrections": -50},
    ),
}


def record(main: Path, words: str) -> None:
    done = CliRunner().invoke(group, ["--book", str(main), "record", *words.split(), "--yes"])
    assert done.exit_code == 0, (words, done.stderr)


@pytest.fixture(params=["pledge", "receipt", "agreement"])
def main(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A book whose first biennium, with two gifts and some spending, is closed."""
    path = tmp_path / "main.beancount"
    path.write_text(HEAD.format(policy=request.param), "utf-8")
    for words in FIRST:
        record(path, words)
    close_period(load_book(path), "2002-2003", make_figures)
    return path


def shown(book: Book, period: str) -> dict[tuple[str, str], dict[str, Decimal]]:
    made = make_schedule(select(book, period))
    assert [tie for tie in made.ties if not tie.agrees] == []
    assert made.proof.agrees
    assert all(line.figures.foots for lines in made.sections.values() for line in lines)
    return {
        (class_, line.donor): {key: x for key, x in line.figures.amounts().items() if x}
        for (_, class_), lines in made.sections.items()
        for line in lines
        if any(line.figures.amounts().values())
    }


@pytest.mark.parametrize("case", CASES)
def test_an_error_of_a_closed_period_is_an_adjustment_and_no_income(case: str, main: Path) -> None:
    words, rows, lines = CASES[case]
    record(main, f"{words} --date 2004-05-04 --approved-by One --entered-by Two")
    book = load_book(main)
    assert [error.message for error in book.errors] == []
    assert find_untied(book) == []
    for period in ("2004-2005", "2004", "2004-Q2"):
        assert shown(book, period) == rows
    history = load_book(main.with_name("history.beancount"))
    assert shown(history, "2004-2005") == rows
    (made,) = make_statements(select(book, "2004-2005"))
    receipt = "receipt" in main.read_text("utf-8")
    for line, amount in lines.items():
        expected = 0 if receipt and case == "a pledge found late" else amount
        assert made.lines[line]["total"] == expected
    assert made.lines["income"]["total"] == made.lines["expenditure"]["total"] == 0
    assert (
        made.lines["balance_after"]["total"]
        == made.lines["assets"]["total"] - (made.lines["liabilities"]["total"])
    )


def test_what_was_corrected_is_carried_on_and_the_seals_hold(main: Path) -> None:
    for words, *_ in CASES.values():
        record(main, f"{words} --date 2004-05-04")
    close_period(load_book(main), "2004-2005", make_figures)
    book = load_book(main)
    assert [error.message for error in book.errors] == []
    assert shown(book, "2006-2007") == {
        ("general", "ESP"): {"opening": D(1000), "closing": D(1000)}
    }
    assert [verdict.differs for verdict in verify_seals(main, make_figures)] == [{}, {}]


def test_statements_and_schedule_say_each_correction_with_its_cause(main: Path) -> None:
    record(main, f"{CASES['expenditure charged twice'][0]} --date 2004-05-04")
    record(main, f"{CASES['a gift that was for another class'][0]} --date 2004-05-05")
    selection = select(load_book(main), "2004-2005")
    said = [
        "Correction of an earlier period on 4 May 2004: 400.00 USD (twice).",
        "Correction of an earlier period on 5 May 2004, France: 0.00 USD (misread).",
    ]
    for report in (statements(selection), schedule(selection)):
        assert [note for note in report.notes if note.startswith("Correction")] == said
    special = select(load_book(main), "2004-2005", class_="special")
    assert any("France: 800.00" in note for note in schedule(special).notes)


def test_a_pledge_found_late_is_collected_for_prior_pledges(main: Path) -> None:
    record(main, f"{CASES['a pledge found late'][0]} --date 2004-05-04")
    record(main, "payment ESP-2003-01.1 --value 1000 --date 2004-06-01")
    assert shown(load_book(main), "2004-2005") == {
        ("general", "ESP"): {"adjustments": D(1000), "collected_prior": D(1000)}
    }


def test_in_its_own_period_a_gift_taken_back_or_moved_is_as_if_it_had_been_so(
    tmp_path: Path,
) -> None:
    main = tmp_path / "main.beancount"
    main.write_text(HEAD.format(policy="pledge"), "utf-8")
    for words in FIRST:
        record(main, words)
    record(main, "returned-gift ITA --reverses 2003-04-01 --date 2003-06-01")
    record(main, f"{CASES['a gift that was for another class'][0]} --date 2003-06-02")
    book = load_book(main)
    assert shown(book, "2002-2003") == {
        ("general", "FRA"): {"pledged": D(4200), "collected_current": D(4200)},
        ("special", "FRA"): {"pledged": D(800), "collected_current": D(800)},
    }
    kept = {each.key.donor: each.kept for each in list_collections(book.register)}
    assert kept == {"FRA": 5000, "ITA": 0}  # what receipts are over: the moved gift is one still


def test_no_more_is_taken_back_of_a_gift_than_is_left(main: Path) -> None:
    record(main, "returned-gift FRA --reverses 2003-03-01 --value 4000 --date 2004-05-04")
    done = CliRunner().invoke(
        group,
        ["--book", str(main), "record", "returned-gift", "FRA", "--reverses", "2003-03-01",
         "--value", "1001", "--date", "2004-05-05", "--yes"],
    )  # fmt: skip
    assert done.exit_code == 2
    assert "cannot be taken back" in done.stderr

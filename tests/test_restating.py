"""Under IPSAS an error of an earlier year, and a change of policy, restate its figures: the opening
balance by cause, and the comparatives. Amounts are made up.
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
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.selection import select
from pledgebook.reports.figures.table import Report
from pledgebook.reports.financial_statements import statements
from pledgebook.reports.untied import find_untied

HEAD = """option "operating_currency" "USD"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "CPCJF" "A fund"
  recognition-general: "pledge"
  recognition-special: "pledge"
1999-12-31 custom "purpose" "corruption" "Corruption"
"""
PERIODS = "".join(
    f'{year}-01-01 custom "period" "{year}" {year}-12-31\n  framework: "{{framework}}"\n'
    for year in (2013, 2014, 2015, 2016)
)
FIRST = (
    "receipt FRA 5000 --fund CPCJF --date 2013-03-01",
    "receipt NOR 900 --fund CPCJF --date 2014-03-01",
    "expenditure 400 --fund CPCJF --date 2014-05-01",
    "pledge ITA 250 --fund CPCJF --date 2014-06-01 --due 2014-12-31",
)
FOUND = (
    "prior-pledge ESP 1000 --made-on 2014-12-10 --due 2014-12-31 --cause filed --fund CPCJF",
    "correction 100 --cause twice --concerns 2014-05-01 --kind programme --fund CPCJF",
    "correction 30 --leaves --obligated --cause interest --concerns 2013-06-30 --kind interest "
    "--fund CPCJF",
    "re-earmark-gift NOR --reverses 2014-03-01 --value 200 --purpose corruption --cause misread "
    "--fund CPCJF",
)
D = Decimal


def record(main: Path, words: str) -> None:
    done = CliRunner().invoke(group, ["--book", str(main), "record", *words.split(), "--yes"])
    assert done.exit_code == 0, (words, done.stderr)


def make(folder: Path, framework: str) -> Path:
    """A book whose years 2013 and 2014 are closed."""
    main = folder / "main.beancount"
    main.write_text(HEAD + PERIODS.format(framework=framework), "utf-8")
    for words in FIRST:
        record(main, words)
    for period in ("2013", "2014"):
        close_period(load_book(main), period, make_figures)
    return main


def lines(report: Report, *columns: str) -> dict[str, tuple[object, ...]]:
    """Return the lines of all statements but that of cash flows."""
    assert [tie for tie in report.ties if not tie.agrees] == []
    for row in report.rows:
        for column in ("total", "comparative") if row.adds else ():
            parts = [report.rows[at].values.get(column) for at in row.adds]
            assert row.values[column] in {None, sum(part or 0 for part in parts)}, row.label
    found: dict[str, tuple[object, ...]] = {}
    title = ""
    for row in report.rows:
        title = row.label if row.kind == "section" else title
        own = tuple(row.values.get(column) for column in columns)
        if any(own) and "cash flows" not in title:
            found[str(row.values["line"])] = own
    return found


def test_errors_restate_the_opening_by_cause_and_the_figures_of_the_year_they_are_of(
    tmp_path: Path,
) -> None:
    main = make(tmp_path, "IPSAS")
    was = lines(statements(select(load_book(main), "2015")), "comparative")
    for words in FOUND:
        record(main, f"{words} --date 2015-05-04")
    history = main.with_name("history.beancount")
    for path in (main, history):
        book = load_book(path)
        assert [found.message for found in book.errors] == []
        report = statements(select(book, "2015"))
        shown = lines(report, "general", "special", "total", "comparative")
        title = "Net assets, beginning of period"
        assert shown[f"{title}, as reported"] == (D(5750), D(0), D(5750), D(5000))
        assert shown["Restated, 4 May 2015: filed"] == (D(1000), D(0), D(1000), D(0))
        assert shown["Restated, 4 May 2015: twice"] == (D(100), D(0), D(100), D(0))
        assert shown["Restated, 4 May 2015: interest"] == (D(-30), D(0), D(-30), D(-30))
        assert shown["Restated, 4 May 2015: misread"] == (D(-200), D(200), D(0), D(0))
        assert shown[f"{title}, restated"] == (D(6620), D(200), D(6820), D(4970))
        assert "Omissions and errors of earlier periods" not in shown
        assert shown["Voluntary contributions"][3] == D(2150)
        assert shown["Programme"][3] == D(300)
        assert shown["Surplus (deficit) for the period"][3] == D(1850)
        assert shown["Net assets, end of period"] == (D(6620), D(200), D(6820), D(6820))
        assert shown["Contributions receivable, due"][3] == D(1250)
        assert shown["Errors found later, settled since"][3] == D(100)
        assert shown["Obligations"][3] == D(30)
        assert shown["Total assets"][3] == D(6850)
        assert shown["Liabilities and net assets"][3] == D(6850)
        assert [c.title for c in report.columns][-1] == "Total, 2014 (restated)"
    assert was["Voluntary contributions"] == (D(1150),)
    assert find_untied(load_book(main)) == []
    close_period(load_book(main), "2015", make_figures)
    assert [verdict.differs for verdict in verify_seals(main, make_figures)] == [{}, {}, {}]
    after = lines(statements(select(load_book(main), "2016")), "total", "comparative")
    assert after["Net assets, beginning of period"] == (D(6820), D(6820))


def test_under_unsas_the_same_errors_are_adjustments_of_the_year_that_finds_them(
    tmp_path: Path,
) -> None:
    main = make(tmp_path, "UNSAS")
    for words in FOUND:
        record(main, f"{words} --date 2015-05-04")
    shown = lines(statements(select(load_book(main), "2015")), "total", "comparative")
    assert shown["Prior-period adjustments (omissions and errors)"] == (D(1070), D(0))
    assert shown["Balances, beginning of period"] == (D(5750), D(5000))
    assert shown["Voluntary contributions"] == (D(0), D(1150))
    assert not any(name.startswith("Restated") for name in shown)


def test_an_error_that_does_not_say_what_it_is_of_corrects_the_opening_and_the_total(
    tmp_path: Path,
) -> None:
    main = make(tmp_path, "IPSAS")
    record(main, "correction 100 --cause unknown --fund CPCJF --date 2015-05-04")
    shown = lines(statements(select(load_book(main), "2015")), "total", "comparative")
    assert shown["Restated, 4 May 2015: unknown"] == (D(100), D(0))
    assert shown["Omissions and errors of earlier periods"] == (D(0), D(100))
    assert shown["Net assets, end of period"] == (D(5850), D(5850))


def test_a_change_of_policy_restates_the_year_before_where_its_entries_are(tmp_path: Path) -> None:
    main = make(tmp_path, "IPSAS")
    record(main, "policy-change CPCJF general receipt --date 2015-01-01")
    report = statements(select(load_book(main.with_name("history.beancount")), "2015"))
    shown = lines(report, "total", "comparative")
    assert shown["Restated: change of recognition policy"] == (D(-250), D(0))
    assert shown["Net assets, beginning of period, restated"] == (D(5500), D(5000))
    assert shown["Voluntary contributions"] == (D(0), D(900))
    assert shown["Net assets, end of period"] == (D(5500), D(5500))
    assert "Changes of recognition policy" not in shown
    assert not any("not restated for the change" in note for note in report.notes)
    opened = statements(select(load_book(main), "2015"))
    shown = lines(opened, "total", "comparative")
    assert shown["Net assets, beginning of period, restated"][0] == D(5500)
    assert shown["Voluntary contributions"] == (D(0), D(1150))
    assert any("not restated for the change" in note for note in opened.notes)
    assert [c.title for c in opened.columns][-1] == "Total, 2014"


def test_what_a_donor_amends_and_a_bank_takes_back_is_no_error(tmp_path: Path) -> None:
    main = make(tmp_path, "IPSAS")
    record(main, "amendment ITA-2014-01.1 300 --date 2015-02-01")
    record(main, "returned-gift NOR --reverses 2014-03-01 --date 2015-02-02")
    shown = lines(statements(select(load_book(main), "2015")), "total", "comparative")
    assert shown["Pledges of earlier periods amended by donors"] == (D(50), D(0))
    assert shown["Net assets, beginning of period"] == (D(5750), D(5000))


@pytest.mark.parametrize(
    ("stated", "rule"),
    [("concerns: 2015-01-01", "concerns"), ('restates: "cash"', "restates")],
)
def test_what_a_correction_is_of_is_a_day_before_and_a_kind_of_the_chart(
    stated: str, rule: str, tmp_path: Path
) -> None:
    main = make(tmp_path, "IPSAS")
    record(main, "correction 100 --cause unknown --fund CPCJF --date 2015-05-04")
    path = main.with_name("2015.beancount")
    text = path.read_text("utf-8")
    path.write_text(text.replace('cause: "unknown"', f'cause: "unknown"\n  {stated}'), "utf-8")
    assert [found.rule for found in load_book(main).errors] == [rule]

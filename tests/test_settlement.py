"""Pledges are settled by delivered cooperation and promissory notes, and the status says so.

All amounts and rates are made up.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.ledger.register.notes import notes_held
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.agreements import disagreements
from pledgebook.reports.figures.selection import select
from pledgebook.reports.registry import make_reports
from pledgebook.reports.render.footing import footed
from pledgebook.reports.schedule import make_schedule
from pledgebook.reports.status import status

D = Decimal
POLICIES = ("pledge", "receipt", "agreement")
HEAD = """option "operating_currency" "USD"
option "inferred_tolerance_default" "*:0.000001"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "OZF" "Fund of a treaty (made up)"
  classes: "core"
  recognition-core: "{policy}"
  settlement: "cash bilateral note secondment"
1999-12-31 custom "period" "2000-2001" 2001-12-31
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
2002-01-01 price USD 0.90 EUR
"""
BEFORE = (
    "pledge DEU 90000 --currency EUR --due 2002-06-30 --date 2002-02-01",
    "pledge CAN 50000 --due 2002-06-30 --date 2002-02-01",
    "pledge JPN 30000 --due 2002-06-30 --date 2002-02-01",
    "pledge USA 30000 --due 2004-06-30 --date 2002-02-01",
    "note-issued DEU-2002-01 --amount 60000 --number PN1 --date 2002-05-01",
    "note-issued DEU-2002-01 --amount 10000 --number PN2 --date 2002-06-01",
    "bilateral CAN-2002-01 --amount 10000 --date 2002-07-01",
    "bilateral CAN-2002-01 --amount 5000 --form secondment --date 2002-07-02",
    "note-issued CAN-2002-01 --date 2002-08-02",
    "disputed JPN-2002-01 --amount 12000 --date 2002-08-02",
    "payment JPN-2002-01=10000 --value 10000 --date 2002-09-02",
    "note-issued USA-2002-01 --amount 20000 --date 2002-09-02",
    "note-encashed DEU-2002-01 --amount 30000 --value 40000 --date 2003-06-30",
    "note-dishonoured DEU-2002-01 --amount 10000 --date 2003-07-30",
)
AFTER = (
    "release --all --date 2004-01-01",
    "note-encashed DEU-2002-01.1 --amount 15000 --value 20000 --date 2004-06-30",
    "note-encashed CAN-2002-01.1 --amount 15000 --value 14990 --charges 10 --date 2004-07-01",
    "note-dishonoured CAN-2002-01.1 --date 2004-07-30",
    "note-encashed USA-2002-01.1 --amount 5000 --date 2004-08-01",
    "note-dishonoured USA-2002-01.1 --date 2004-08-02",
    "dispute-settled JPN-2002-01.1 --date 2004-08-03",
)


def record(main: Path, words: str, *, refused: bool = False) -> str:
    done = CliRunner().invoke(group, ["--book", str(main), "record", *words.split(), "--yes"])
    assert (done.exit_code != 0) is refused, done.output
    return done.output


def make(folder: Path, policy: str) -> Path:
    folder.mkdir()
    main = folder / "main.beancount"
    main.write_text(HEAD.format(policy=policy), "utf-8")
    for words in BEFORE:
        record(main, words)
    return main


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Books of the first period, one under each policy, which tests copy and do not change."""
    folder = tmp_path_factory.mktemp("first")
    return {policy: make(folder / policy, policy) for policy in POLICIES}


@pytest.fixture(scope="module")
def whole(
    first: Mapping[str, Path], tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Path]:
    """Books of both periods."""
    return {policy: go_on(main, tmp_path_factory) for policy, main in first.items()}


def go_on(main: Path, folders: pytest.TempPathFactory, *, closing: bool = False) -> Path:
    folder = folders.mktemp("both") / main.parent.name
    shutil.copytree(main.parent, folder)
    again = folder / "main.beancount"
    if closing:
        close_period(load_book(again), "2002-2003", make_figures)
    for words in AFTER:
        if not (words.startswith("release") and folder.name == "agreement"):  # income already
            record(again, words)
    return again


def rows(book: Book, period: str, **limits: str) -> dict[str, Mapping[str, object]]:
    report = footed(status(select(book, period, **limits)))  # type: ignore[arg-type]
    return {
        row.donor: {key: value for key, value in row.values.items() if value and key != "donor"}
        for row in report.rows
        if row.kind == "row"
    }


def test_the_status_says_in_which_form_each_donor_settled(first: Mapping[str, Path]) -> None:
    """The figures follow from the entries by hand: EUR 90,000 are 100,000.00, so 60,000 of it are
    66,666.67 and 10,000 of the rest 11,111.11; half of the first note brings 6,666.67 more.
    """
    book = load_book(first["pledge"])
    assert rows(book, "2002-2003") == {
        "CAN": {
            "agreed": D("50000.00"), "bilateral": D("10000.00"), "notes": D("35000.00"),
            "other": D("5000.00"), "notes_held": D("35000.00"),
        },
        "DEU": {
            "agreed": D("100000.00"), "notes": D("73333.34"), "exchange": D("6666.67"),
            "outstanding": D("33333.33"), "notes_held": D("33333.34"),
            "encashed": D("33333.33"), "dishonoured": D("11111.11"),
        },
        "JPN": {
            "agreed": D("30000.00"), "cash": D("10000.00"), "outstanding": D("20000.00"),
            "disputed": D("12000.00"),
        },
        "USA": {
            "notes": D("20000.00"), "outstanding": D("-20000.00"), "notes_held": D("20000.00"),
        },
    }  # fmt: skip


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("period", ["2003", "2004-2005", "2002-2003..2004-2005"])
def test_every_report_agrees_with_the_ledger_over_any_days(
    whole: Mapping[str, Path], policy: str, period: str
) -> None:
    book = load_book(whole[policy])
    assert [error.message for error in book.errors] == []
    selection = select(book, period)
    reports = [footed(report) for report in make_reports(selection, ())]
    assert [(each.name, tie) for each in reports for tie in each.ties if not tie.agrees] == []
    assert disagreements(reports) == []
    made = make_schedule(selection)
    assert made.proof is not None
    assert made.proof.agrees
    assert all(line.figures.foots for lines in made.sections.values() for line in lines)


@pytest.mark.parametrize("other", POLICIES)
@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("period", ["2002-2003", "2004-2005"])
def test_a_view_under_another_policy_is_what_a_book_kept_so_says(
    whole: Mapping[str, Path], policy: str, other: str, period: str
) -> None:
    view = select(load_book(whole[other]), period, recognition=policy)
    kept = select(load_book(whole[policy]), period)
    for name in ("schedule", "status", "roll-forwards", "statements"):
        mine, theirs = (footed(make_reports(each, (name,))[0]) for each in (view, kept))
        assert [(row.label, row.values) for row in mine.rows] == [
            (row.label, row.values) for row in theirs.rows
        ], name
        assert [tie for tie in mine.ties if not tie.agrees] == []


@pytest.mark.parametrize("policy", POLICIES)
def test_notes_and_disputes_are_carried_over_a_closing(
    first: Mapping[str, Path],
    whole: Mapping[str, Path],
    policy: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    closed = go_on(first[policy], tmp_path_factory, closing=True)
    one, two = load_book(whole[policy]), load_book(closed)
    history = load_book(closed.parent / "history.beancount")
    assert [error.message for error in two.errors] == []
    assert rows(two, "2004-2005") == rows(one, "2004-2005") == rows(history, "2004-2005")
    assert rows(history, "2002-2003") == rows(one, "2002-2003")
    assert notes_held(two.entries, two.settings).keys() == {"DEU-2002-01.1"}
    told = [
        {
            line.label: (line.status, line.pledged, line.paid, line.outstanding, line.received)
            for line in list_instalments(book.register)
        }
        for book in (one, two)
    ]
    assert told[0] == told[1]
    for name in ("schedule", "statements", "roll-forwards"):
        mine, theirs = (
            footed(make_reports(select(book, "2004-2005"), (name,))[0]) for book in (two, one)
        )
        assert [row.values for row in mine.rows if row.kind == "row"] == [
            row.values for row in theirs.rows if row.kind == "row"
        ], name


def test_entries_that_do_not_say_their_event_are_read_the_same(
    first: Mapping[str, Path], tmp_path: Path
) -> None:
    shutil.copytree(first["pledge"].parent, tmp_path, dirs_exist_ok=True)
    main = tmp_path / "main.beancount"
    shown = rows(load_book(main), "2002-2003")
    file = tmp_path / "2002-2003.beancount"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    kept = [
        line
        for line in lines
        if not line.lstrip().startswith(('event: "note-', 'event: "bilateral'))
    ]
    assert len(lines) - len(kept) == 8
    file.write_text("".join(kept), "utf-8")
    book = load_book(main)
    assert book.errors == []
    assert rows(book, "2002-2003") == shown


def test_a_settlement_is_undone_like_any_write(first: Mapping[str, Path], tmp_path: Path) -> None:
    shutil.copytree(first["pledge"].parent, tmp_path, dirs_exist_ok=True)
    main = tmp_path / "main.beancount"
    was = (tmp_path / "2002-2003.beancount").read_text("utf-8")
    record(main, "note-dishonoured CAN-2002-01 --amount 1000 --date 2003-09-01")
    done = CliRunner().invoke(group, ["--book", str(main), "undo", "15", "--yes"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "2002-2003.beancount").read_text("utf-8") == was


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("bilateral USA-2002-01 --date 2002-12-01", "is not due yet"),
        ("bilateral JPN-2002-01 --form staff --date 2002-12-01", "and not staff"),
        ("bilateral JPN-2002-01 --amount 20000.01 --date 2002-12-01", "20000.00"),
        ("note-encashed JPN-2002-01 --date 2002-12-01", "No note is held for JPN-2002-01.1"),
        ("note-encashed DEU-2002-01 --date 2003-12-01", "state with --value"),
        ("note-encashed CAN-2002-01 --value 34000 --date 2003-12-01", "35000.00"),
        ("note-encashed CAN-2002-01 --amount 35001 --date 2003-12-01", "35000.00 USD is held"),
        ("note-issued JPN-2002-01 --encashment soon --date 2002-12-01", "no date"),
        ("disputed JPN-2002-01 --amount 20001 --date 2002-12-01", "cannot be disputed"),
        ("dispute-settled DEU-2002-01 --date 2003-12-01", "Nothing of DEU-2002-01.1 is disputed"),
        (
            "reassign DEU-2002-01 --to FRA --cause Misread --authority Memo --date 2003-12-01",
            "is held in notes for it, which would stay behind",
        ),
    ],
)
def test_what_cannot_be_is_refused_and_says_why(
    first: Mapping[str, Path], words: str, said: str
) -> None:
    file = first["pledge"].parent / "2002-2003.beancount"
    before = file.read_bytes()
    assert said in record(first["pledge"], words, refused=True)
    assert file.read_bytes() == before


def test_a_note_in_a_currency_that_the_euro_replaced_is_owed_again_in_euros(tmp_path: Path) -> None:
    main = tmp_path / "main.beancount"
    main.write_text(HEAD.format(policy="pledge"), "utf-8")
    for words in (
        "pledge ITA 193627000 --currency ITL --due 2001-12-31 --value 90000 --reason r "
        "--date 2001-02-01",
        "note-issued ITA-2001-01 --amount 96813500 --date 2001-05-01",
        "redenomination ITA-2001-01.1 --date 2002-01-01",
        "note-issued ITA-2001-01 --amount 10000 --date 2002-02-01",
        "note-dishonoured ITA-2001-01 --amount 20000 --date 2002-03-01",
    ):
        record(main, words)
    book = load_book(main)
    (held,) = notes_held(book.entries, book.settings).values()
    assert (held.units, held.currency, held.value) == (D(40000), "EUR", D("36000.00"))
    (claim,) = book.register.claims_at(book.entries[-1].date)
    assert (claim.units, claim.currency, claim.value) == (D(60000), "EUR", D("54000.00"))

"""One donor under two names: `continues:` (figures made up)."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.desk.loaded import Desk
from pledgebook.desk.searching import search
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.closing.proof import verify_seals
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.matching.assignment import match_receipts
from pledgebook.ledger.register.book import Book
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.selection import select
from pledgebook.reports.letters import Papers, make_letters
from pledgebook.reports.letters.receipt import without_receipt
from pledgebook.reports.registry import REPORTS
from pledgebook.reports.schedule import make_schedule, schedule

from tests.conftest import SETTINGS, Load

DECLARED = """
2003-02-04 custom "donor" "SCG" "Serbia and Montenegro"
  continues: "YUG"
"""
BOOK = """
2002-03-01 * "Yugoslavia" "Pledge" ^YUG-2002-01
  event: "commitment"
  class: "general"
  document: "Note verbale (made up)"
  Assets:CPCJF:Pledges:YUG          1000 USD {0 # 1000.00 USD, "YUG-2002-01.1"}
    due: 2002-12-31
  Income:CPCJF:Contributions:YUG   -1000.00 USD

2003-05-12 * "Yugoslavia" "Part payment" ^YUG-2002-01
  event: "payment"
  class: "general"
  Assets:CPCJF:Pledges:YUG         -1000 USD {"YUG-2002-01.1"}
  Assets:CPCJF:Pledges:YUG           600 USD {0 # 600.00 USD, 2002-03-01, "YUG-2002-01.1"}
    due: 2002-12-31
  Assets:CPCJF:Cash                  400.00 USD

2003-06-02 * "Serbia and Montenegro" "A contribution"
  event: "receipt-without-pledge"
  class: "general"
  Assets:CPCJF:Cash                   50.00 USD
  Income:CPCJF:Contributions:SCG     -50.00 USD
"""


PLEDGED = BOOK[: BOOK.index("\n2003-06-02")]


def _rows(book: Book, day: str) -> dict[str, tuple[str, Decimal, Decimal]]:
    made = make_schedule(select(book, as_at=date.fromisoformat(day)))
    assert all(tie.agrees for tie in made.ties)
    return {
        line.donor: (line.name, line.figures.collected, line.figures.closing)
        for lines in made.sections.values()
        for line in lines
    }


@pytest.fixture
def book(load: Load) -> Book:
    loaded = load(BOOK, settings=SETTINGS + DECLARED)
    assert not loaded.errors
    assert "donor-not-there" not in {found.rule for found in loaded.notices}
    return loaded


def test_a_donor_that_continues_another_has_one_row_from_that_day_on_and_not_before(
    book: Book,
) -> None:
    zero = Decimal("0.00")
    assert _rows(book, "2003-02-03") == {"YUG": ("Yugoslavia", zero, Decimal("1000.00"))}
    assert _rows(book, "2003-02-04") == {"SCG": ("Serbia and Montenegro", zero, Decimal("1000.00"))}
    assert _rows(book, "2003-12-31") == {
        "SCG": ("Serbia and Montenegro", Decimal("450.00"), Decimal("600.00"))
    }
    notes = schedule(select(book, "2002-2003")).notes
    assert any("Yugoslavia, under which name it stood until 3 February 2003" in n for n in notes)
    assert not any("Yugoslavia" in n for n in schedule(select(book, "2002")).notes)


def test_every_report_names_it_by_the_name_at_its_end(book: Book) -> None:
    shown = {
        name: str([(row.label, row.values, row.donor) for row in kind.make(selection).rows])
        for name, kind in REPORTS.items()
        for selection in [select(book, "2002-2003")]
    }
    assert not [name for name, text in shown.items() if "Yugoslavia" in text or "'YUG'" in text]
    naming = {name for name, text in shown.items() if "Serbia and Montenegro" in text}
    assert naming >= {"schedule", "annex", "ageing", "regularity"}


def _closed(load: Load, continued_on: str) -> Path:
    declared = DECLARED.replace("2003-02-04", continued_on)
    book = load(BOOK, settings=SETTINGS + (declared if continued_on < "2004" else ""))
    main = book.path
    close_period(load_book(main), "2002-2003", make_figures)
    if continued_on >= "2004":
        settings = main.with_name("settings.beancount")
        settings.write_text(settings.read_text("utf-8") + declared, "utf-8")
    return main


@pytest.mark.parametrize("continued_on", ["2003-02-04", "2004-01-01", "2004-05-12"])
def test_a_closed_period_stays_as_it_was_sealed(load: Load, continued_on: str) -> None:
    main = _closed(load, continued_on)
    assert [verdict.differs for verdict in verify_seals(main, make_figures)] == [{}]
    history = load_book(main.with_name("history.beancount"))
    was = set(_rows(history, "2003-12-31"))
    assert was == ({"SCG"} if continued_on < "2004" else {"YUG", "SCG"})
    for book in (load_book(main), history):
        assert _rows(book, "2005-12-31")["SCG"][2] == Decimal("600.00")
    close_period(load_book(main), "2004-2005", make_figures)
    assert [verdict.differs for verdict in verify_seals(main, make_figures)] == [{}, {}]


def test_where_a_sealed_period_would_read_otherwise_verify_says_so(load: Load) -> None:
    main = _closed(load, "2004-01-01")
    settings = main.with_name("settings.beancount")
    text = settings.read_text("utf-8").replace(
        '2004-01-01 custom "donor', '2003-02-04 custom "donor'
    )
    settings.write_text(text, "utf-8")
    (verdict,) = verify_seals(main, make_figures)
    assert "figures" in verdict.differs


def test_a_receipt_issued_under_one_name_is_for_the_collection_of_the_other(load: Load) -> None:
    issued = """
2003-05-15 custom "official-receipt" "CPCJF/2003/0001" "{donor}"
  amount: 400.00 USD
  collected-on: 2003-05-12
  collection: "YUG-2002-01.1"
  language: "en"
"""
    for donor in ("YUG", "SCG"):
        book = load(BOOK + issued.format(donor=donor), settings=SETTINGS + DECLARED)
        assert not book.errors
        waiting = without_receipt(Papers(select(book, "2002-2003")))
        assert [each.key.day for each in waiting] == [date(2003, 6, 2)]


@pytest.mark.parametrize("asked", ["YUG", "SCG", "Yugoslavia", "Serbia and Montenegro"])
def test_it_is_found_under_either_name(book: Book, asked: str) -> None:
    made = make_schedule(select(book, "2002-2003", donor=asked))
    assert [line.donor for lines in made.sections.values() for line in lines] == ["SCG"]
    found = search(Desk(book), asked).donors
    assert [hit.donor for hit in found] == ["SCG"]
    answer = CliRunner().invoke(
        group, ["--book", str(book.path), "pledges", "--donor", asked, "--json"]
    )
    lines = json.loads(answer.output)["instalments"]
    assert {line["donor"] for line in lines} == {"SCG"}
    assert len(lines) == 2


def test_its_statement_is_one_letter_with_what_stood_under_the_other_name(book: Book) -> None:
    papers = Papers(select(book, "2002-2003"))
    letters = list(make_letters(papers, "statement", day=date(2004, 1, 15), donors=["SCG"]))
    text = str(letters)
    assert len(letters) == 1
    assert "YUG-2002-01.1" in text
    assert "450.00" in text
    assert "600.00" in text
    assert "Yugoslavia, until 3 February 2003" in text
    assert not list(make_letters(papers, "statement", day=date(2004, 1, 15), donors=["YUG"]))


@pytest.mark.parametrize(
    ("text", "day", "code"),
    [
        ("Yugoslavia", date(2003, 2, 3), "YUG"),
        ("Yugoslavia", date(2003, 5, 12), "SCG"),
        ("YUG", date(2003, 5, 12), "SCG"),
        ("Serbia and Montenegro", date(2003, 5, 12), "SCG"),
        ("Serbia and Montenegro", date(2002, 3, 1), "YUG"),
        ("Serbia and Montenegro", date(2007, 1, 1), None),
    ],
)
def test_either_name_is_the_donor_that_there_was_on_the_day(
    text: str, day: date, code: str | None
) -> None:
    donors = Directory.of_states().with_continuation("YUG", "SCG", date(2003, 2, 4))
    found = donors.resolve(text, day)
    assert (found.code if found else None) == code


def test_money_of_a_donor_that_is_no_more_and_that_none_continues_is_a_notice(load: Load) -> None:
    said = [found for found in load(BOOK).notices if found.rule == "donor-not-there"]
    assert [found.entry.date for found in said if found.entry] == [date(2003, 5, 12)]
    assert 'continues: "YUG"' in said[0].message
    assert not load(PLEDGED.replace("2003-05-12", "2003-02-03")).notices


def test_a_payment_under_the_former_name_finds_what_stands_under_it(load: Load) -> None:
    text = (
        PLEDGED[: PLEDGED.index("2003-05-12")]
        + """
2003-05-12 * "Yugoslavia" "Transfer"
  event: "receipt-unapplied"
  class: "general"
  payer: "Yugoslavia"
  Assets:CPCJF:Cash                 1000.00 USD
  Liabilities:CPCJF:Unapplied      -1000.00 USD {1 USD, "R-2003-0001"}
"""
    )
    (match,) = match_receipts(load(text, settings=SETTINGS + DECLARED))
    assert match.chosen is not None
    assert match.chosen.labels == ("YUG-2002-01.1",)
    assert {"donor", "only"} <= set(match.chosen.evidence)


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ('2003-02-03 custom "donor" "SCG" "S"\n  continues: "YUG"', "exists until 2003-02-03"),
        ('2003-02-04 custom "donor" "SCG" "S"\n  continues: "YUX"', "neither a State nor"),
        ('2003-02-04 custom "donor" "YUG" "S"\n  continues: "YUG"', "continue itself"),
        (DECLARED + '2003-02-04 custom "donor" "HRV" "C"\n  continues: "YUG"', "by SCG already"),
        ('0001-01-01 custom "donor" "SCG" "S"\n  continues: "YUG"', "no day before it"),
        (
            '2003-02-04 custom "donor" "YSM" "S"\n  kind: "company"\n  continues: "YUG"\n'
            "  until: 2003-02-03",
            "YSM exists until 2003-02-03",
        ),
    ],
)
def test_what_cannot_be_continued_is_an_error(load: Load, declared: str, said: str) -> None:
    (found,) = load("", settings=SETTINGS + "\n" + declared + "\n").errors
    assert found.rule == "donor-continues"
    assert said in found.message


def test_a_sheet_knows_a_pledge_again_under_either_name(load: Load, tmp_path: Path) -> None:
    main = load("", settings=SETTINGS + DECLARED).path
    heads = "Donor,Reference,Date of pledge,Currency,Amount pledged,Due date\n"
    sheets = {
        "one": "Yugoslavia,NV 12/2002,2002-03-01,USD,1000,2003-06-30",
        "two": "Serbia and Montenegro,NV 12/2002,2002-03-01,USD,1000,2003-06-30\n"
        "Yugoslavia,NV 10/2003,2003-05-13,USD,400,2003-06-30",
        "three": "Serbia and Montenegro,NV 12/2002,2002-03-01,USD,1200,2003-06-30",
    }
    said = {}
    for name, rows in sheets.items():
        file = tmp_path / f"{name}.csv"
        file.write_text(heads + rows + "\n", "utf-8")
        words = ["--book", str(main), "import", str(file), "--fund", "CPCJF"]
        said[name] = CliRunner().invoke(group, words).output
    assert "1 imported, 1 duplicate" in said["two"]
    assert "YUG-2002-01 stands in the book as 1000.00 USD" in said["three"]
    labels = list(load_book(main).register.by_label)
    assert labels == ["YUG-2002-01.1", "SCG-2003-01.1"]


def test_what_is_recorded_names_the_donor_there_is_on_the_day(load: Load) -> None:
    main = load(PLEDGED, settings=SETTINGS + DECLARED).path
    for day, name in (("2003-01-03", "Yugoslavia"), ("2003-07-01", "Serbia and Montenegro")):
        line = f"record pledge YUG 10 --fund CPCJF --class general --date {day} --yes"
        if day > "2003-02-04":
            line = f"record payment YUG-2002-01.1=10 --value 10 --date {day} --yes"
        done = CliRunner().invoke(group, ["--book", str(main), *line.split()])
        assert done.exit_code == 0, done.output
        assert f'{day} * "{name}"' in done.stdout

"""What was recorded under the wrong donor is the right one's: every net figure is as in a book in
which it was recorded right from the beginning. Amounts are made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from beancount.core.data import Transaction
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.closing.proof import verify_seals
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.collections import list_collections
from pledgebook.ledger.register.history import continuing
from pledgebook.ledger.register.postings import read_lines
from pledgebook.reports.closing import make_figures
from pledgebook.reports.figures.selection import select
from pledgebook.reports.financial_statements import statement_totals
from pledgebook.reports.registry import make_reports
from pledgebook.reports.schedule import make_schedule
from pledgebook.reports.untied import find_untied

HEAD = """option "operating_currency" "USD"
plugin "pledgebook.plugins"
1999-12-31 custom "rate-age" "9999"
1999-12-31 custom "fund" "CPCJF" "A fund"
  recognition-general: "{policy}"
  recognition-special: "{policy}"
1999-12-31 custom "fund" "UNTOC" "A fund within it"
  within: "CPCJF"
  classes: "convention"
  recognition-convention: "{policy}"
1999-12-31 custom "purpose" "corruption" "Corruption"
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
2006-01-01 custom "period" "2006-2007" 2007-12-31
2001-12-01 price USD 1.00 EUR
2003-12-30 price USD 0.80 EUR
"""
APPROVED = "--authority Controller --document memo --entered-by One --approved-by Two"
LIVES = {
    "unpaid": ("pledge {d} 1000 --date 2002-03-01 --due 2003-06-30",),
    "paid": (
        "pledge {d} 1000 --date 2002-03-01 --due 2003-06-30",
        "payment {d}-2002-01.1 --date 2002-05-01",
    ),
    "paid in part, in euros, and revalued": (
        "pledge {d} 1000 --currency EUR --date 2002-03-01 --due 2003-06-30 --purpose corruption",
        "payment {d}-2002-01.1=400 --value 410 --charges 4 --date 2002-05-01",
        "revaluation --all --date 2003-12-30",
    ),
    "two instalments, one deferred and paid early": (
        "pledge {d} --instalment 300@2003-06-30 --instalment 700@2005-06-30 --date 2002-03-01",
        "payment {d}-2002-01.2=200 --date 2002-05-01",
        "amendment {d}-2002-01.1 450 --date 2002-06-01",
    ),
    "written off in part": (
        "pledge {d} 1000 --date 2002-03-01 --due 2002-06-30",
        f"write-off {{d}}-2002-01.1 250 --date 2003-05-01 {APPROVED}",
    ),
    "only pledged": ("pledge {d} 1000 --pledged-only --date 2002-03-01",),
    "paid, then moved to another fund": (
        "pledge {d} 1000 --date 2002-03-01 --due 2003-06-30",
        "payment {d}-2002-01.1=600 --date 2002-05-01",
        "re-earmark {d}-2002-01.1 --fund UNTOC --date 2002-06-01",
    ),
    "moved to another purpose, then paid": (
        "pledge {d} 1000 --date 2002-03-01 --due 2003-06-30",
        "re-earmark {d}-2002-01.1 --purpose corruption --date 2002-04-01",
        "payment {d}-2002-01.1=600 --date 2002-05-01",
    ),
}


Rows = dict[tuple[str, str], dict[str, Decimal]]


def record(main: Path, *lines: str) -> None:
    for words in lines:
        done = CliRunner().invoke(
            group, ["--book", str(main), "record", *words.split(), "--fund", "CPCJF", "--yes"]
            if words.split()[0] in {"pledge", "receipt"}
            else ["--book", str(main), "record", *words.split(), "--yes"],
        )  # fmt: skip
        assert done.exit_code == 0, (words, done.output, done.stderr)


def make(folder: Path, policy: str, *lines: str) -> Path:
    folder.mkdir()
    main = folder / "main.beancount"
    main.write_text(HEAD.format(policy=policy), "utf-8")
    record(main, *lines)
    return main


def shown(book: Book, period: str, view: str | None = None) -> Rows:
    made = make_schedule(select(book, period, recognition=view))
    assert [tie for tie in made.ties if not tie.agrees] == []
    assert made.proof is not None
    assert made.proof.agrees
    return {
        (class_, line.donor): amounts
        for (_, class_), lines in made.sections.items()
        for line in lines
        if (amounts := {key: x for key, x in line.figures.amounts().items() if x})
    }


def balances(book: Book) -> dict[tuple[str, str, str], Decimal]:
    """Return what stands in each account of each class."""
    sums: dict[tuple[str, str, str], Decimal] = {}
    for entry in continuing(book.entries):
        if isinstance(entry, Transaction):
            for line in read_lines(entry, book.settings):
                key = (line.posting.account, line.class_, line.purpose)
                sums[key] = sums.get(key, Decimal(0)) + (line.value or Decimal(0))
    return {key: amount for key, amount in sums.items() if amount}


def told(book: Book) -> dict[str, object]:
    return {
        "balances": balances(book),
        "schedule": shown(book, "2002-2003"),
        "statements": statement_totals(select(book, "2002-2003")),
        "views": [
            (
                shown(book, "2002-2003", view),
                statement_totals(select(book, "2002-2003", recognition=view)),
            )
            for view in ("pledge", "receipt", "agreement")
        ],
        "collected": [
            (each.key.donor, each.key.day, each.kept) for each in list_collections(book.register)
        ],
    }


def _as(lines: Sequence[str], donor: str) -> list[str]:
    return [line.format(d=donor) for line in lines]


@pytest.mark.parametrize("policy", ["pledge", "receipt", "agreement"])
@pytest.mark.parametrize("life", LIVES)
def test_in_its_own_period_all_is_as_if_it_had_been_recorded_right(
    life: str, policy: str, tmp_path: Path
) -> None:
    wrong = make(tmp_path / "wrong", policy, *_as(LIVES[life], "FRA"))
    record(wrong, f"reassign FRA-2002-01 --to ITA --cause misread --date 2003-12-31 {APPROVED}")
    right = make(tmp_path / "right", policy, *_as(LIVES[life], "ITA"))
    book = load_book(wrong)
    assert [found.message for found in book.errors] == []
    assert find_untied(book) == []
    assert told(book) == told(load_book(right))
    assert flows(book, "2002-2003") == sums(
        flows(book, f"{year}-Q{number}") for year in (2002, 2003) for number in (1, 2, 3, 4)
    )


POLICIES = ("pledge", "receipt", "agreement")
CLOSED = [
    *((life, POLICIES[at % 3]) for at, life in enumerate(LIVES)),
    *((life, "pledge") for at, life in enumerate(LIVES) if at % 3),
]


@pytest.mark.parametrize(("life", "policy"), CLOSED)
def test_of_a_closed_period_it_is_an_adjustment_and_what_comes_after_is_the_right_donors(
    life: str, policy: str, tmp_path: Path
) -> None:
    """The row of the wrong donor ends at nothing, that of the right one where it should; both
    together are as in a book without the event, and what was sealed stays.
    """
    after = ("payment {d}-2002-01.1=50 --date 2004-02-01", "release --all --date 2004-01-01")
    lines = [line for line in after if _can(life, line, policy)]
    wrong = make(tmp_path / "wrong", policy, *_as(LIVES[life], "FRA"))
    close_period(load_book(wrong), "2002-2003", make_figures)
    record(wrong, *_as(lines, "FRA"))
    kept = shown(load_book(wrong), "2004-2005")
    record(wrong, f"reassign FRA-2002-01 --to ITA --cause misread --date 2004-05-04 {APPROVED}")
    right = make(tmp_path / "right", policy, *_as(LIVES[life], "ITA"))
    close_period(load_book(right), "2002-2003", make_figures)
    record(right, *_as(lines, "ITA"))
    book, history = load_book(wrong), load_book(wrong.with_name("history.beancount"))
    assert [found.message for found in (*book.errors, *history.errors)] == []
    assert find_untied(book) == []
    rows, should = shown(book, "2004-2005"), shown(load_book(right), "2004-2005")
    assert rows == shown(history, "2004-2005")
    for key in {*rows, *should}:
        own, other = rows.get(key, {}), should.get(key, {})
        for column in ("closing", "future", "in_advance", "uncommitted"):
            assert own.get(column) == other.get(column), (key, column)
    assert _of_all(rows) == _of_all(kept)
    assert flows(book, "2004-2005") == sums(
        flows(book, f"{year}-Q{number}") for year in (2004, 2005) for number in (1, 2, 3, 4)
    )
    close_period(book, "2004-2005", make_figures)
    assert [verdict.differs for verdict in verify_seals(wrong, make_figures)] == [{}, {}]


FLOWS = (
    "adjustments", "pledged", "collected_prior", "collected_current", "exchange", "exchange_unpaid",
    "written_off",
)  # fmt: skip


def flows(book: Book, period: str) -> dict[tuple[str, str, str], Decimal]:
    return {
        (*key, column): amounts[column]
        for key, amounts in shown(book, period).items()
        for column in FLOWS
        if amounts.get(column)
    }


def sums(
    parts: Iterable[dict[tuple[str, str, str], Decimal]],
) -> dict[tuple[str, str, str], Decimal]:
    found: dict[tuple[str, str, str], Decimal] = {}
    for part in parts:
        for key, amount in part.items():
            found[key] = found.get(key, Decimal(0)) + amount
    return {key: amount for key, amount in found.items() if amount}


def _can(life: str, line: str, policy: str) -> bool:
    """Whether an instalment of that life can be paid, or released, after its period."""
    if line.startswith("release"):
        return life.startswith("two") and policy != "agreement"
    return life not in {"paid", "only pledged"} and "euros" not in life


def _of_all(rows: Rows) -> dict[tuple[str, str], Decimal]:
    """Return the columns of each class, whoever the donor is."""
    found: dict[tuple[str, str], Decimal] = {}
    for (class_, _), amounts in rows.items():
        for column, amount in amounts.items():
            found[class_, column] = found.get((class_, column), Decimal(0)) + amount
    return {key: amount for key, amount in found.items() if amount}


def test_what_a_closed_period_settled_moves_like_a_contribution_of_it(tmp_path: Path) -> None:
    main = make(tmp_path / "book", "pledge", *_as(LIVES["paid"], "FRA"))
    close_period(load_book(main), "2002-2003", make_figures)
    record(main, f"reassign FRA-2002-01.1 --to ITA --cause misread --date 2004-05-04 {APPROVED}")
    history = main.with_name("history.beancount")
    for book in (load_book(main), load_book(history)):
        assert [found.message for found in book.errors] == []
        assert shown(book, "2004-2005") == {
            ("general", "FRA"): {"adjustments": Decimal(-1000), "collected_prior": Decimal(-1000)},
            ("general", "ITA"): {"adjustments": Decimal(1000), "collected_prior": Decimal(1000)},
        }
    assert shown(load_book(history), "2002-2003")["general", "FRA"]["pledged"] == 1000
    collected = list_collections(load_book(history).register)  # no money came on the later day
    assert [(each.key.donor, str(each.key.day), each.kept) for each in collected] == [
        ("ITA", "2002-05-01", 1000)
    ]
    assert list_collections(load_book(main).register) == []
    again = refused(main, f"reassign FRA-2002-01.1 --to ITA --cause x --date 2004-06-04 {APPROVED}")
    assert "no pledge or instalment" in again


@pytest.mark.parametrize("policy", ["pledge", "receipt", "agreement"])
def test_two_donors_become_one(policy: str, tmp_path: Path) -> None:
    lines = (
        "pledge {d} 1000 --date 2002-03-01 --due 2003-06-30",
        "receipt {d} 70 --date 2002-03-01 --ref G1",
        "receipt {d} 30 --date 2002-03-01 --purpose corruption --ref G2",
        "payment {d}-2002-01.1=100 --date 2002-05-01",
    )
    wrong = make(tmp_path / "wrong", policy, *_as(lines, "FRA"))
    record(wrong, f"reassign --all-of FRA --to ITA --cause same --date 2003-05-04 {APPROVED}")
    right = make(tmp_path / "right", policy, *_as(lines, "ITA"))
    book = load_book(wrong)
    assert [found.message for found in book.errors] == []
    assert "no-paper" not in {found.rule for found in book.notices if "reassign" in found.message}
    assert told(book) == told(load_book(right))


def test_a_contribution_of_a_closed_period_is_an_adjustment_of_both(tmp_path: Path) -> None:
    main = make(tmp_path / "book", "pledge", "receipt FRA 70 --date 2002-03-01")
    close_period(load_book(main), "2002-2003", make_figures)
    words = (
        f"reassign-gift FRA --reverses 2002-03-01 --to ITA --cause x --date 2004-05-04 {APPROVED}"
    )
    record(main, words)
    assert shown(load_book(main), "2004-2005") == {
        ("general", "FRA"): {"adjustments": Decimal(-70), "collected_prior": Decimal(-70)},
        ("general", "ITA"): {"adjustments": Decimal(70), "collected_prior": Decimal(70)},
    }
    assert "taken back or moved already" in refused(main, words)


def test_a_payment_of_two_pledges_of_which_one_is_anothers_is_a_collection_of_each(
    tmp_path: Path,
) -> None:
    main = make(
        tmp_path / "book", "pledge",
        "pledge FRA 100 --date 2002-03-01", "pledge FRA 50 --date 2002-03-02",
        "payment FRA-2002-01.1 FRA-2002-02.1 --value 150 --date 2002-05-01",
    )  # fmt: skip
    record(main, f"reassign FRA-2002-02 --to ITA --cause misread --date 2002-06-01 {APPROVED}")
    found = list_collections(load_book(main).register)
    assert [(each.key.donor, each.key.labels, each.kept) for each in found] == [
        ("FRA", "FRA-2002-01.1", 100),
        ("ITA", "FRA-2002-02.1", 50),
    ]


def test_what_a_bank_took_back_goes_with_the_instalment_that_it_was_paid_on(tmp_path: Path) -> None:
    main = make(
        tmp_path / "book",
        "pledge",
        "pledge FRA --instalment 300@2003-03-31 --instalment 700@2003-06-30 --date 2002-03-01",
        "payment FRA-2002-01.1 FRA-2002-01.2 --date 2003-05-01",
        "returned-payment FRA-2002-01.1 --reverses 2003-05-01 --date 2003-05-06",
        f"reassign FRA-2002-01.1 --to ITA --cause misread --date 2003-06-01 {APPROVED}",
    )
    register = load_book(main).register
    assert {each.key.donor: each.kept for each in list_collections(register)} == {
        "FRA": Decimal(700), "ITA": Decimal(0),
    }  # fmt: skip
    record(main, "returned-payment FRA-2002-01.2 --reverses 2003-05-01 --date 2003-06-02")
    register = load_book(main).register
    assert [each.kept for each in list_collections(register)] == [Decimal(0), Decimal(0)]


def test_an_instalment_can_be_reassigned_twice_and_back(tmp_path: Path) -> None:
    main = make(
        tmp_path / "book", "pledge", *_as(LIVES["paid in part, in euros, and revalued"], "FRA")
    )
    was = told(load_book(main))
    for to in ("ITA", "ESP", "FRA"):
        record(main, f"reassign FRA-2002-01 --to {to} --cause misread --date 2003-12-31 {APPROVED}")
    assert told(load_book(main)) == was


def refused(main: Path, words: str) -> str:
    before = main.with_name("2004-2005.beancount").read_bytes()
    done = CliRunner().invoke(group, ["--book", str(main), "record", *words.split(), "--yes"])
    assert done.exit_code == 2, done.output
    assert main.with_name("2004-2005.beancount").read_bytes() == before
    return done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("reassign FRA-2002-01 --to ITA --cause x", "needs the authority"),
        ("reassign FRA-2002-01 --to FRA --cause x --authority C", "name another donor"),
        ("reassign --to ITA --cause x --authority C", "Name one pledge"),
        ("reassign FRA-2002-01 --all-of FRA --to ITA --cause x --authority C", "Name one pledge"),
        ("reassign --all-of DEU --to ITA --cause x --authority C", "no pledge and no contribution"),
        ("reassign FRA-2002-07 --to ITA --cause x --authority C", "no pledge or instalment"),
        ("succession FRA-2002-01.1 --to ITA", "accepts the debt"),
        ("succession FRA-2002-01.1 --to ITA --document note", "FRA exists on 2004-05-04"),
        ("succession YUG-2002-02.1 --to YUG --document note", "(YUG) did not exist on"),
        ("succession YUG-2002-02.1 --to SWE", "accepts the debt"),
    ],
)
def test_what_is_not_said_or_not_so_is_refused(words: str, said: str, tmp_path: Path) -> None:
    main = make(
        tmp_path / "book", "pledge",
        "pledge FRA 100 --date 2002-03-01", "pledge YUG 100 --date 2002-03-01",
        "pledge YUG 100 --date 2002-03-02",
    )  # fmt: skip
    close_period(load_book(main), "2002-2003", make_figures)
    assert said in refused(main, f"{words} --date 2004-05-04")


@pytest.mark.parametrize("policy", ["pledge", "receipt", "agreement"])
def test_what_a_successor_accepts_is_owed_by_it_from_that_day_and_what_was_paid_stays(
    policy: str, tmp_path: Path
) -> None:
    main = make(
        tmp_path / "book", policy,
        "pledge YUG --instalment 300@2002-06-30 --instalment 700@2005-06-30 --date 2002-03-01",
        "payment YUG-2002-01.1=100 --date 2002-05-01",
        "payment YUG-2002-01.2=50 --date 2002-05-02",
        "succession YUG-2002-01.1 --to SCG --document note --date 2003-03-01",
        "succession YUG-2002-01.2 --to SCG --document note --date 2003-03-01",
    )  # fmt: skip
    book = load_book(main)
    assert [found.message for found in book.errors] == []
    assert find_untied(book) == []
    before, after = shown(book, "2002"), shown(book, "2003")
    assert set(before) == {("general", "YUG")}
    assert before["general", "YUG"]["closing"] == (850 if policy == "agreement" else 200)
    assert "closing" not in after["general", "YUG"]
    assert after["general", "SCG"]["closing"] == (850 if policy == "agreement" else 200)
    assert shown(book, "2002-2003")["general", "YUG"]["collected_current"] == (
        150 if policy == "agreement" else 100
    )
    close_period(book, "2002-2003", make_figures)
    record(main, "payment YUG-2002-01.1 --value 200 --date 2004-02-01")
    rows = shown(load_book(main), "2004-2005")
    assert rows["general", "SCG"]["collected_prior"] == 200
    assert ("general", "YUG") not in rows


def test_it_is_named_as_what_it_is_beside_the_figures_and_noticed_by_no_check(
    tmp_path: Path,
) -> None:
    """One of three instalments is settled in a closed period, one unpaid, one paid early."""
    main = make(
        tmp_path / "book", "pledge",
        "pledge NOR 100 --date 2002-03-01 --due 2002-06-30 --every year --times 3",
        "payment NOR-2002-01.1 --date 2002-05-01", "payment NOR-2002-01.3 --date 2003-05-01",
    )  # fmt: skip
    close_period(load_book(main), "2002-2003", make_figures)
    record(main, "release --all --date 2004-01-01")
    record(main, f"reassign NOR-2002-01 --to SWE --cause misread --date 2004-07-01 {APPROVED}")
    book = load_book(main)
    assert book.errors == []
    assert "counted-twice" not in {found.rule for found in book.notices}
    selection = select(book, "2004-2005")
    said = "Reassigned on 1 July 2004 from Norway to Sweden: "
    for report in make_reports(selection, ("schedule", "statements")):
        assert [note for note in report.notes if "1 July 2004" in note] == [
            f"{said}NOR-2002-01.1 (misread).",
            f"{said}NOR-2002-01.2, NOR-2002-01.3 (misread).",
        ]
    (notes,) = make_reports(selection, ("notes",))
    told = [str(row.values.get("what")) for row in notes.rows]
    assert len([words for words in told if words.startswith("Omissions and errors")]) == 4
    assert not [words for words in told if words.startswith("Pledges of earlier")]


def test_where_a_label_was_settled_in_a_closed_period_the_refusal_says_where_it_is(
    tmp_path: Path,
) -> None:
    main = make(tmp_path / "book", "pledge", *_as(LIVES["paid"], "FRA"))
    close_period(load_book(main), "2002-2003", make_figures)
    record(main, "pledge ITA 10 --date 2004-03-01")
    said = refused(main, "amendment FRA-2002-01.1 5 --date 2004-05-04")
    assert "What a closed period settled stands in history.beancount only." in said

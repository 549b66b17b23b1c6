"""Which purpose money is held for: applied, in advance, carried forward (all amounts made up)."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.files.loading import load_book
from pledgebook.reports.closing import make_figures
from pledgebook.reports.earmarked import earmarked
from pledgebook.reports.figures.selection import select
from pledgebook.reports.render import to_document

HEAD = """option "operating_currency" "USD"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "CPCJF" "A fund"
1999-12-31 custom "fund" "UNTOC" "The Convention's account"
  classes: "convention"
1999-12-31 custom "purpose" "corruption" "Corruption"
1999-12-31 custom "purpose" "organized-crime" "Organized crime"
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
"""
ADVANCE = (
    "pledge FRA --instalment 10000@2002-06-30 --instalment 10000@2004-06-30 --purpose corruption "
    "--fund CPCJF --date 2002-02-01",
    "payment FRA-2002-01.1 --value 10000 --date 2002-06-01",
    "payment FRA-2002-01.2=4000 --value 4000 --date 2003-02-01",
)
MOVED = "re-earmark FRA-2002-01.2 --purpose organized-crime --date 2003-03-01"
SPENT = "expenditure 2000 --fund CPCJF --purpose corruption --date {}"


class Books:
    def __init__(self, main: Path) -> None:
        self.main = main
        main.write_text(HEAD, "utf-8")

    def run(self, *words: str) -> tuple[int, str, str]:
        done = CliRunner().invoke(group, ["--book", str(self.main), *words])
        return done.exit_code, done.stdout, done.stderr

    def record(self, *lines: str) -> None:
        for line in lines:
            code, _, said = self.run("record", *line.split(), "--yes")
            assert code == 0, said
        assert load_book(self.main).errors == []

    def earmarked(self, period: str = "2002-2003") -> dict[tuple[str, str], dict[str, str]]:
        """What `report earmarked` says of each section and purpose, without what is nil."""
        report = earmarked(select(load_book(self.main), period))
        return {
            (row["section"], row["purpose"]): {
                key: row[key]
                for key in ("unspent", "in_advance", "spent")
                if row.get(key) != "0.00"
            }
            for row in to_document(report)["rows"]
        }


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books(tmp_path / "main.beancount")


@pytest.mark.parametrize("day", ["2003-01-15", "2003-05-01"])
def test_a_book_whose_advance_was_earmarked_anew_can_be_closed(books: Books, day: str) -> None:
    books.record(*sorted([*ADVANCE, SPENT.format(day), MOVED], key=lambda line: line[-10:]))
    assert books.earmarked()["CPCJF, special", "Corruption"]["unspent"] == "8000.00"
    close_period(load_book(books.main), "2002-2003", make_figures)
    assert load_book(books.main).errors == []
    own = books.earmarked("2004-2005")
    assert own["CPCJF, special", "Corruption"] == {"unspent": "8000.00"}
    assert own["CPCJF, special", "Organized crime"] == {
        "unspent": "4000.00",
        "in_advance": "4000.00",
    }


def test_the_purpose_of_an_advance_is_carried_whatever_the_order_of_its_lines(books: Books) -> None:
    books.record(*ADVANCE)
    with (books.main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write("""
2003-03-01 * "France" "Earmarked anew; what is put back stands first" ^FRA-2002-01
  event: "re-earmark"
  class: "special"
  purpose: "organized-crime"
  Liabilities:CPCJF:In-Advance:FRA  -4000 USD {1 USD, 2003-02-01, "FRA-2002-01.2"}
  Liabilities:CPCJF:In-Advance:FRA   4000 USD {"FRA-2002-01.2"}
    purpose: "corruption"
  Assets:CPCJF:Cash               4000 USD
  Assets:CPCJF:Cash              -4000 USD
    purpose: "corruption"
  Assets:CPCJF:Pledges:FRA       -6000 USD {"FRA-2002-01.2"}
    purpose: "corruption"
  Assets:CPCJF:Pledges:FRA        6000 USD {0 # 6000.00 USD, 2002-02-01, "FRA-2002-01.2"}
    due: 2004-06-30
""")
    assert load_book(books.main).errors == []
    close_period(load_book(books.main), "2002-2003", make_figures)
    own = books.earmarked("2004-2005")
    assert own["CPCJF, special", "Organized crime"] == {
        "unspent": "4000.00",
        "in_advance": "4000.00",
    }


def test_a_pledge_for_two_purposes_with_money_in_advance_can_be_closed(books: Books) -> None:
    books.record(
        *ADVANCE[:2],
        MOVED.replace("2003-03-01", "2002-12-01"),
        ADVANCE[2],
        "expenditure 10000 --fund CPCJF --purpose corruption --date 2003-05-01",
    )
    close_period(load_book(books.main), "2002-2003", make_figures)
    assert load_book(books.main).errors == []


def test_money_in_advance_goes_with_its_instalment_to_another_purpose(books: Books) -> None:
    books.record(*ADVANCE, MOVED)
    own = books.earmarked()
    assert own["CPCJF, special", "Corruption"] == {"unspent": "10000.00"}
    assert own["CPCJF, special", "Organized crime"] == {
        "unspent": "4000.00",
        "in_advance": "4000.00",
    }
    books.record("returned-payment FRA-2002-01.2 --reverses 2003-02-01 --date 2003-04-01")
    own = books.earmarked()
    assert own["CPCJF, special", "Corruption"] == {"unspent": "10000.00"}
    assert own.get(("CPCJF, special", "Organized crime"), {}) == {}


def test_money_in_advance_is_not_left_behind_under_the_old_purpose(books: Books) -> None:
    books.record(*ADVANCE)
    with (books.main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write("""
2003-03-01 * "France" "The instalment alone is earmarked anew" ^FRA-2002-01
  event: "re-earmark"
  class: "special"
  purpose: "organized-crime"
  Assets:CPCJF:Pledges:FRA       -6000 USD {"FRA-2002-01.2"}
    purpose: "corruption"
  Assets:CPCJF:Pledges:FRA        6000 USD {0 # 6000.00 USD, 2002-02-01, "FRA-2002-01.2"}
    due: 2004-06-30
""")
    (error,) = load_book(books.main).errors
    assert error.rule == "advance-left-behind"
    assert "4000.00 USD received in advance for it stays under corruption" in error.message


def test_money_in_advance_does_not_leave_its_class(books: Books) -> None:
    books.record(*ADVANCE)
    words = "record re-earmark FRA-2002-01.2 --fund UNTOC --no-purpose --date 2003-03-01 --yes"
    code, _, said = books.run(*words.split())
    assert code == 2
    assert "4000.00 USD is held in advance for FRA-2002-01.2 in CPCJF, special" in said


@pytest.mark.parametrize(("fund", "section"), [("CPCJF", "CPCJF, special"), ("UNTOC", "UNTOC")])
def test_an_application_earmarks_the_money_that_was_of_no_purpose(
    books: Books, fund: str, section: str
) -> None:
    books.record(
        f"pledge DNK 10000 --due 2002-12-31 --purpose corruption --fund {fund} --date 2002-02-01",
        f"unapplied 10000 --fund {fund} --date 2002-03-01",
        "application R-2002-0001 DNK-2002-01.1 --date 2002-04-01",
    )
    own = {key: values for key, values in books.earmarked().items() if values}
    assert own == {(section, "Corruption"): {"unspent": "10000.00"}}


def test_an_application_of_another_class_leaves_a_purpose_of_its_own_alone(books: Books) -> None:
    books.record(
        "receipt NOR 5000 --fund CPCJF --class general --purpose corruption --date 2002-01-15",
        "pledge DNK 10000 --due 2002-12-31 --purpose corruption --fund CPCJF --date 2002-02-01",
        "unapplied 10000 --fund CPCJF --date 2002-03-01",
        "application R-2002-0001 DNK-2002-01.1 --date 2002-04-01",
        "expenditure 5000 --fund CPCJF --class general --purpose corruption --date 2002-05-01",
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("50000.00 USD, ", "is the value of each unit of FRA-2002-09.1: write the value of them"),
        ("0 # 400.00 USD, ", "Correct an amount, or its sign"),
    ],
)
def test_an_entry_off_balance_says_what_to_mend(books: Books, value: str, words: str) -> None:
    with books.main.open("a", encoding="utf-8") as file:
        file.write(f"""
2002-03-01 * "France" "Pledge" ^FRA-2002-09
  Assets:CPCJF:Pledges:FRA       60000 EUR {{{value}"FRA-2002-09.1"}}
  Income:CPCJF:Contributions:FRA   -50000.00 USD
""")
    said = [
        e.message for e in load_book(books.main).errors if getattr(e, "rule", "") == "fund-balance"
    ]
    assert words in said[0]

"""The examples of other funds: made by their commands, without an error, and as told (made up)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pledgebook.cli.main import group
from pledgebook.ledger import Book, list_instalments, load_book
from pledgebook.ledger.closing.proof import verify_seals
from pledgebook.ledger.example import OTHERS, read_steps
from pledgebook.reports import select
from pledgebook.reports.closing import make_figures
from pledgebook.reports.registry import all_ties

D = Decimal
ROOT = Path(__file__).parents[1]


def demo(folder: Path, name: str) -> Result:
    return CliRunner().invoke(group, ["demo", str(folder), "--example", name])


@pytest.fixture(scope="module", params=OTHERS)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / str(request.param)
    result = demo(folder, request.param)
    assert result.exit_code == 0, result.output
    assert result.output.count("$ pledgebook ") == len(read_steps(request.param))
    return folder


def test_an_example_is_whole_and_proved(made: Path) -> None:
    for name in ("main.beancount", "history.beancount"):
        book = load_book(made / name)
        assert [each.message for each in book.errors] == []
    assert "made up" in book.options["title"]
    verdicts = verify_seals(made / "main.beancount", make_figures)
    assert verdicts
    assert all(each.holds for each in verdicts)
    names = book.settings.periods.names()
    selection = select(book, f"{names[0]}..{names[-1]}")
    assert [tie for _, tie in all_ties(selection) if not tie.agrees] == []
    assert len(list(made.glob("reports/*"))) > 1


def test_its_files_say_that_they_are_made_up(made: Path) -> None:
    folder = ROOT / "ledger" / "example" / "books" / made.name
    texts = [path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()]
    assert all("made up" in text or text.startswith("Currency,") for text in texts)
    assert f"## {made.name}\n" in (ROOT / "docs" / "examples.md").read_text("utf-8")


def test_the_fund_in_euros_values_through_the_rates_of_its_bank(made: Path) -> None:
    if made.name != "water":
        return
    book: Book = load_book(made / "history.beancount")
    assert book.settings.currency == "EUR"
    pledged = {line.label: line.carrying for line in list_instalments(book.register)}
    # 45,000,000 yen at 157 for a euro, 300,000 dollars at 1.09
    assert pledged["JPN-2023-01.1"] == D("286624.20")
    assert pledged["USA-2023-01.1"] == D("275229.36")


def test_another_example_than_there_are_is_refused(tmp_path: Path) -> None:
    result = demo(tmp_path / "x", "sea")
    assert result.exit_code == 2
    assert "the examples are crime, " in result.output
    assert not (tmp_path / "x").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine", "utf-8")
    assert demo(tmp_path / "full", OTHERS[0]).exit_code == 2
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine.txt"]

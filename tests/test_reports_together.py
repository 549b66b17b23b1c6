"""One report of several books: each apart, one total, nothing added that does not add up (all
amounts are made up).
"""

from __future__ import annotations

import json
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from shutil import copy

import pytest
from click.testing import CliRunner, Result
from handwritten import CORRECTIONS, Writer
from pledgebook.cli.main import group
from pledgebook.reports.figures.table import Part, Report
from pledgebook.reports.registry import REPORTS
from pledgebook.reports.together import ALL_BOOKS, Asked, put_together, report_on_books

MANDATE = Path(str(files("pledgebook.ledger"))) / "data" / "book" / "A-RES-55-64.beancount"
PERIOD = "2002-2003"
UNLIKE = {"statements"}
"""Reports whose columns are a book's own classes."""
SEVERAL_TABLES = {"notes"}
ALIKE = [kind.name for kind in REPORTS.values() if kind.name not in UNLIKE]


def written(folder: Path, seed: int, old: str = "", new: str = "") -> Path:
    """A random book whose funds have codes of their own."""
    writer = Writer(seed, ("pledge", "pledge", "pledge"))
    writer.live(50, CORRECTIONS)
    text = writer.text().replace("CPCJF", f"F{seed}").replace("UNTOC", f"G{seed}")
    path = folder / f"book{seed}" / "main.beancount"
    path.parent.mkdir()
    title = f'option "title" "Book {seed} (made up)"\n'
    copy(MANDATE, path.parent)
    head = f'{title}include "{MANDATE.name}"\n'
    path.write_text(head + (text.replace(old, new) if old else text), "utf-8")
    return path


@pytest.fixture(scope="module")
def mains(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("books")
    return [written(folder, seed) for seed in (2, 3, 4)]


def amounts(report: Report) -> list[str]:
    return [each.key for each in report.columns if each.kind == "amount" and each.unit]


@pytest.mark.parametrize("name", ALIKE)
def test_the_total_is_what_the_books_say_each(name: str, mains: list[Path]) -> None:
    books = report_on_books(mains, Asked(names=(name,), period=PERIOD), processes=1)
    (together,) = put_together(books)
    assert [tie for tie in together.ties if not tie.agrees] == []
    assert len(together.ties) == sum(len(book.reports[0].ties) for book in books)
    last = together.rows[-1]
    adding = any(row.kind == "total" for book in books for row in book.reports[0].rows)
    assert (last.label == ALL_BOOKS) == (adding and name not in SEVERAL_TABLES)
    if last.label != ALL_BOOKS:
        return
    for key in amounts(together):
        rows = sum(book.reports[0].sum_of(Part(name, key)) for book in books)
        assert last.values[key] == rows, key


def report(*words: str | Path) -> Result:
    return CliRunner().invoke(group, ["report", *map(str, words), "--period", PERIOD])


def test_books_are_loaded_side_by_side_and_say_the_same(mains: list[Path]) -> None:
    asked = Asked(names=("schedule",), period=PERIOD)
    one, two = (put_together(report_on_books(mains, asked, number)) for number in (1, 2))
    assert one == two
    books = [word for main in mains for word in ("--book", main)]
    answered = report("schedule", *books, "--json")
    assert answered.exit_code == 0, answered.stderr
    found = json.loads(answered.stdout)
    assert [each["book"] for each in found["books"]] == [f"Book {n} (made up)" for n in (2, 3, 4)]
    last = one[0].rows[-1].values
    assert {key: Decimal(text) for key, text in found["total"].items()} == {
        key: last[key] for key in found["total"]
    }


@pytest.mark.parametrize("form", [".xlsx", ".html", ".csv", ".json"])
def test_every_form_holds_all_books(form: str, mains: list[Path], tmp_path: Path) -> None:
    books = [word for main in mains for word in ("--book", main.parent)]
    out = tmp_path / f"all{form}"
    result = report("schedule", *books, "--out", out)
    assert (result.exit_code, out.is_file()) == (0, True), result.stderr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("USD", "AUD", "different currencies"),
        ("F9", "F2", "both have the fund F2"),
        ("2002-01-01 custom", "; 2002-01-01 custom", "declares no period"),
        ("Assets:F9:Cash ", "Assets:F9:Cas ", "error(s). First"),
    ],
)
def test_what_does_not_add_up_is_refused(
    old: str, new: str, said: str, mains: list[Path], tmp_path: Path
) -> None:
    other = written(tmp_path, 9, old, new)
    result = report("schedule", "--book", mains[0], "--book", other)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr
    assert "book9" in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["all"], "name the reports"),
        (["schedule", "--fund", "F2"], "leave out --fund"),
        (["schedule", "--as-reported"], "leave out --fund"),
        (["statements"], "other columns"),
    ],
)
def test_what_is_of_one_book_alone_is_refused(
    words: list[str], said: str, mains: list[Path]
) -> None:
    result = report(*words, "--book", mains[0], "--book", mains[1])
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_a_book_named_twice_is_refused(mains: list[Path]) -> None:
    result = report("schedule", "--book", mains[0], "--book", mains[0].parent)
    assert result.exit_code == 2
    assert "named twice" in result.stderr


def test_other_commands_take_one_book(mains: list[Path]) -> None:
    words = ["check", "--book", str(mains[0]), "--book", str(mains[1])]
    result = CliRunner().invoke(group, words)
    assert result.exit_code == 2
    assert "takes one book" in result.stderr

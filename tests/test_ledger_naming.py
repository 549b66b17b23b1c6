"""However a book is named, it is the same book, and is written to (all amounts made up)."""

from __future__ import annotations

import os
import random
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from pledgebook.ledger import (
    Draft,
    Earmark,
    find_book,
    load_book,
    make_book,
    receipt_without_pledge,
    write_entries,
)
from pledgebook.ledger.findings import BookRefusedError

STEPS = {
    "top": {"books": "books", "other": "other", "to-books": "books", "to-b": "b", ".": "top"},
    "books": {"b": "b", "alias": "b", "..": "top", "up": "top", "again": "books"},
    "other": {"..": "top", "in": "b", "away": "books"},
    "b": {"..": "books", "self": "b", ".": "b", "inbox": "inbox"},
    "inbox": {"..": "b"},
}
"""Which folder each name leads to in a folder; what is no folder of that name is a link to it."""


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """A book `b` in `books` beside another folder, and links to and fro."""
    top = tmp_path / "top"
    books = top / "books"
    places = {"top": top, "books": books, "other": top / "other", "b": books / "b"}
    places["inbox"] = places["b"] / "inbox"
    places["other"].mkdir(parents=True)
    make_book(places["b"])
    for folder, steps in STEPS.items():
        for name, leads in steps.items():
            if not (places[folder] / name).exists():
                (places[folder] / name).symlink_to(places[leads])
    (top / "ledger.beancount").symlink_to("books/b/main.beancount")
    return places


def walk(chance: random.Random, begins: str) -> str:
    """A way from a folder to the book's, by names that are followed one after the other."""
    at, steps = begins, []
    while at != "b" or chance.random() < 0.5:
        name = chance.choice(list(STEPS[at]))
        steps.append(name)
        at = STEPS[at][name]
    return "/".join(steps) or "."


def ways(folders: dict[str, Path]) -> list[tuple[Path, str]]:
    """Names of the book, each with the folder in which it is one."""
    chance = random.Random(55_064)
    found = [(folders["other"], "../ledger.beancount"), (folders["b"], ".")]
    found.append((folders["other"], str(folders["top"] / "ledger.beancount")))
    found.append((folders["other"], "../books/b"))
    for number in range(14):
        begins = chance.choice(list(STEPS))
        way = walk(chance, begins)
        absolute = f"{folders[begins]}/{way}" if number % 3 == 0 else way
        ending = chance.choice(["", "/", "/main.beancount", "//main.beancount"])
        found.append((folders[begins], absolute + ending))
    return found


def gift(main: Path, day: date) -> Draft:
    return receipt_without_pledge(
        load_book(main).settings,
        day=day,
        donor="SWE",
        earmark=Earmark("CPCJF", "general"),
        value=Decimal("5.00"),
    ).noted(narration=f"Gift of {day}")


def texts_of(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in folder.glob("*.beancount")}


def test_a_book_is_written_to_however_it_is_named(
    folders: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    main, before = folders["b"] / "main.beancount", texts_of(folders["b"])
    day = date(2002, 12, 31)
    for stands, named in ways(folders):
        monkeypatch.chdir(stands)
        assert find_book(named, {}) == main.resolve(), named
        given = Path(named) if named.endswith(".beancount") else Path(named) / "main.beancount"
        assert write_entries(load_book(given), [gift(main, day)]), named
        day -= timedelta(1)
    after = texts_of(folders["b"])
    period = after.pop("2002-2003.beancount")
    assert after.items() < before.items()  # the period's file alone was written
    days = [line[:10] for line in period.splitlines() if "Gift of" in line]
    assert len(days) == len(ways(folders))
    assert all(earlier < later for earlier, later in pairwise(days))
    assert load_book(main).errors == []


def test_a_file_of_the_book_that_is_a_link_stays_one_and_is_written_where_it_leads(
    folders: dict[str, Path],
) -> None:
    main, shared = folders["b"] / "main.beancount", folders["b"] / "files" / "shared.beancount"
    shared.parent.mkdir()
    period = folders["b"] / "2002-2003.beancount"
    period.rename(shared)
    period.symlink_to(shared)
    for day in (date(2002, 5, 2), date(2002, 5, 1)):
        write_entries(load_book(main), [gift(main, day)])
    assert period.is_symlink()
    assert not shared.is_symlink()
    days = [line[:10] for line in shared.read_text("utf-8").splitlines() if "Gift of" in line]
    assert days == ["2002-05-01", "2002-05-02"]


def test_a_link_that_leads_out_of_the_books_folder_is_refused_and_nothing_is_written(
    folders: dict[str, Path],
) -> None:
    main, shared = folders["b"] / "main.beancount", folders["other"] / "shared.beancount"
    period = folders["b"] / "2002-2003.beancount"
    period.rename(shared)
    period.symlink_to(shared)
    before = shared.read_bytes()
    with pytest.raises(BookRefusedError, match="outside the book's folder"):
        write_entries(load_book(main), [gift(main, date(2002, 5, 2))])
    assert shared.read_bytes() == before
    assert period.is_symlink()


def test_a_file_that_the_book_includes_by_way_of_a_link_is_known_by_what_it_is(
    folders: dict[str, Path],
) -> None:
    main = folders["b"] / "main.beancount"
    by_link = (folders["top"] / "to-b" / "2002-2003.beancount").as_posix()
    text = main.read_text("utf-8").replace('"2002-2003.beancount"\n', f'"{by_link}"\n', 1)
    main.write_text(text, "utf-8")
    for day in (date(2002, 5, 2), date(2002, 5, 1)):
        write_entries(load_book(main), [gift(main, day)])
    assert main.read_text("utf-8") == text  # and includes no file twice
    period = folders["b"] / "2002-2003.beancount"
    days = [line[:10] for line in period.read_text("utf-8").splitlines() if "Gift of" in line]
    assert days == ["2002-05-01", "2002-05-02"]


def test_the_book_of_the_environment_may_be_a_link(folders: dict[str, Path]) -> None:
    environment = {"BEANCOUNT_FILE": os.fspath(folders["top"] / "ledger.beancount")}
    assert find_book(None, environment) == (folders["b"] / "main.beancount").resolve()

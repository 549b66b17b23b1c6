"""The page Today: what waits, each where it is done. All amounts are made up."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from fava.application import create_app
from flask.testing import FlaskClient
from pledgebook.desk import waiting
from pledgebook.importers.imports import import_files
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book

BASE = "/voluntary-contributions/extension/Today/"
ROWS = [
    ("Donor", "Date", "Due", "Amount (USD)"),
    ("Norway", "2002-03-01", "2002-06-30", "1000.00"),
    ("Poland", "2002-03-01", "2003-06-30", "2000.00"),
    ("Ruritania", "2002-03-01", "2003-06-30", "3000.00"),
]


@pytest.fixture
def main(tmp_path: Path) -> Path:
    main = make_book(tmp_path / "book")
    path = main.parent / "inbox" / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(ROWS)
    return main


def client(main: Path) -> FlaskClient:
    return create_app([main], load=True, poll_watcher=True).test_client()


def waits(fava: FlaskClient) -> dict:
    return fava.get(f"{BASE}waits").get_json()


def test_a_new_book_opens_on_it_and_says_what_a_file_holds(main: Path) -> None:
    fava = client(main)
    where = fava.get("/voluntary-contributions/").headers["Location"]
    assert where.endswith("extension/Today/")
    assert "not booked yet" in fava.get(BASE).text
    (main.parent / "inbox" / "second.csv").write_text("no table\n", "utf-8")
    first = waits(fava)
    assert first["files"] == {"list.csv": "3 rows wait, 2 questions"}  # the fund; Ruritania
    assert first["more"] is True
    second = waits(fava)
    assert second["files"].keys() == {"list.csv", "second.csv"}
    assert second["more"] is False
    assert second["counts"]["Inbox"] == [3, "3 rows in the inbox"]
    assert "3 rows wait, 2 questions" in fava.get(BASE).text


def test_what_waits_leads_to_where_it_is_done(main: Path) -> None:
    path = main.parent / "inbox" / "list.csv"
    import_files(load_book(main), [path], fund="CPCJF")
    fava = client(main)
    page = " ".join(re.sub(r"<[^>]+>", " ", fava.get(BASE).text).split())
    assert "2 instalments are overdue 3,000.00 USD" in page
    assert "1 period has ended and is not closed: 2002-2003" in page
    shown = fava.get(BASE).text
    assert "Reports/?name=ageing" in shown
    assert "Log/?undo=1" in shown


def test_what_is_counted_beside_a_page_is_what_today_lists(main: Path) -> None:
    path = main.parent / "inbox" / "list.csv"
    import_files(load_book(main), [path], fund="CPCJF")
    fava = client(main)
    counts = waits(fava)["counts"]
    listed: dict[str, int] = {}
    for page, asked, inner in re.findall(
        r'<a (?:data-waits )?href="[^"]*extension/(\w+)/([^"]*)">(.*?)</a>',
        fava.get(BASE).text,
        re.DOTALL,
    ):
        if number := re.search(r"<strong>(\d+)</strong>", inner):
            page = "Close" if "period=" in asked else page  # noqa: PLW2901 - not there yet
            listed[page] = listed.get(page, 0) + int(number[1])
    assert {page: each[0] for page, each in counts.items() if page != "Contributions"} == listed
    assert listed["Reports"] == 2
    assert listed["Inbox"] == 1  # Ruritania


def test_an_imported_file_of_which_nothing_is_left_is_not_read_again(
    main: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = main.parent / "inbox" / "list.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(ROWS[:3])
    import_files(load_book(main), [path], fund="CPCJF")
    assert waits(client(main))["files"] == {"list.csv": "was booked, 2 entries"}
    read: list[Path] = []
    monkeypatch.setattr(waiting, "judge_file_once", lambda _desk, path, _: read.append(path))
    assert waits(client(main))["files"] == {"list.csv": "was booked, 2 entries"}
    assert read == []

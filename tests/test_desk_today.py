"""The page Today: what waits, each where it is done. All amounts are made up."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from fava.application import create_app
from flask.testing import FlaskClient
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


def test_a_new_book_opens_on_it_and_says_what_a_file_holds(main: Path) -> None:
    fava = client(main)
    where = fava.get("/voluntary-contributions/").headers["Location"]
    assert where.endswith("extension/Today/")
    page = fava.get(BASE).text
    assert "not imported yet" in page
    said = fava.get(f"{BASE}rows", query_string={"file": "list.csv"}).text
    assert said == "3 rows wait, 2 questions"  # the fund, and who Ruritania is
    nowhere = fava.get(f"{BASE}rows", query_string={"file": "../main.beancount"})
    assert "The inbox holds no file" in nowhere.text


def test_what_waits_leads_to_where_it_is_done(main: Path) -> None:
    path = main.parent / "inbox" / "list.csv"
    import_files(load_book(main), [path], fund="CPCJF")
    page = client(main).get(BASE).text
    assert "2 instalments are overdue" in page
    assert "Reports/?name=ageing" in page
    assert "The period 2002-2003 has ended and is not closed" in page
    assert "Log/?undo=1" in page

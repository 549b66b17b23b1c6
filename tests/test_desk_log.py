"""Log: who wrote what, and a whole write taken back, in a real browser too (made up)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fava.application import create_app
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.log import FILE, read_log
from pledgebook.ledger.files.making import make_book
from serving import NEEDS_CHROMIUM, Complaints, served, show

OWN = {"Origin": "http://localhost"}
WRITING = 30_000
SHEET = """Donor;Note verbale;Date of pledge;Currency;Amount;Due date;Earmarking
Norway;NV 1;2002-03-01;USD;10000.00;2002-06-30;Corruption
The Fjords;NV 3;2002-03-05;USD;1234.00;2002-06-30;General
"""
HOSTILE = "<img src=x onerror=alert(1)>.csv"


def run(main: Path, *words: str) -> None:
    result = CliRunner().invoke(group, ["--book", str(main), *words])
    assert result.exit_code == 0, result.output


def pledge(main: Path, donor: str) -> None:
    run(main, "record", "pledge", donor, "1000", "--fund", "CPCJF", "--class", "general",
        "--date", "2002-03-01", "--yes")  # fmt: skip


@pytest.fixture
def main(tmp_path: Path) -> Path:
    """A book with an import of two pledges, then a pledge and its payment: writes 2, 3 and 4."""
    main = make_book(tmp_path / "book")
    (tmp_path / HOSTILE).write_text(SHEET, "utf-8")
    run(main, "import", str(tmp_path / HOSTILE), "--fund", "CPCJF", "--donor", "The Fjords=NOR")
    pledge(main, "AUT")
    run(main, "record", "payment", "AUT-2002-01.1", "--value", "1000", "--date", "2002-07-10",
        "--yes")  # fmt: skip
    return main


class Desk:
    def __init__(self, main: Path, *, read_only: bool = False) -> None:
        app = create_app([main], load=True, read_only=read_only, poll_watcher=True)
        self.client: FlaskClient = app.test_client()
        base = self.client.get("/").headers["Location"].strip("/").split("/")[0]
        self.address = f"/{base}/extension/Log/"

    def get(self, asked: str = "") -> str:
        return self.client.get(f"{self.address}{asked}").text

    def undo(self, number: object, seen: str = "") -> dict[str, Any]:
        book = seen or self.get().partition('data-book="')[2].partition('"')[0]
        form = {"write": number, "book": book}
        answer = self.client.post(f"{self.address}undo", json=form, headers=OWN)
        said: dict[str, Any] = answer.json or {}
        return said


def files(main: Path) -> dict[str, bytes]:
    return {
        path.relative_to(main.parent).as_posix(): path.read_bytes()
        for path in main.parent.rglob("*")
        if path.is_file() and path.name != FILE
    }


def test_the_page_tells_of_each_write_and_of_changes_by_hand(main: Path) -> None:
    own = main.parent / "2002-2003.beancount"
    own.write_text(own.read_text("utf-8") + "; by hand\n", "utf-8")
    shown = Desk(main).get()
    for word in ("record pledge", "record payment", "init", "&lt;img src=x onerror=alert(1)&gt;"):
        assert word in shown
    assert "<img src=x" not in shown
    assert "Changed by hand, or by another program:</strong> 2002-2003.beancount" in shown


def test_a_write_is_shown_before_it_is_taken_back_and_stays_while_something_rests_on_it(
    main: Path,
) -> None:
    desk, before = Desk(main), files(main)
    shown = desk.get("?undo=2")
    assert "NOR-2002-01" in shown
    assert "receipt.html goes." in shown
    refused = desk.get("?undo=3")
    assert "Write 3 stays: what follows was made of what it left (payment of 2002-07-10" in refused
    assert 'id="take-back"' not in refused
    assert "Write 3 stays" in desk.undo(3)["refused"]
    assert "has no write 99" in desk.undo(99)["refused"]
    assert "has no write 0" in desk.undo("x")["refused"]
    assert files(main) == before


def test_the_desk_takes_an_import_back_with_its_receipt_and_its_names(main: Path) -> None:
    desk = Desk(main)
    assert set(desk.undo(2)) == {"book"}
    book = load_book(main)
    assert book.errors == []
    assert list(book.register.by_label) == ["AUT-2002-01.1"]
    assert list((main.parent / "documents").iterdir()) == []
    last = read_log(book).writes[-1]
    assert (last.door, last.what, last.undoes) == ("desk", "Log undo", 2)
    assert "taken back by 5" in desk.get()


def test_what_somebody_else_wrote_since_the_page_was_made_stays(main: Path) -> None:
    desk = Desk(main)
    seen = desk.get().partition('data-book="')[2].partition('"')[0]
    pledge(main, "SWE")
    before = files(main)
    assert "The book was changed since this page was made" in desk.undo(2, seen)["refused"]
    assert files(main) == before
    assert set(desk.undo(2)) == {"book"}  # seen anew, the pledge made since stays
    assert "SWE-2002-01.1" in load_book(main).register.by_label


def test_a_desk_that_may_not_write_shows_and_undoes_nothing(main: Path) -> None:
    desk, before = Desk(main, read_only=True), files(main)
    assert ">Undo</a>" not in desk.get()
    desk.undo(4)
    assert files(main) == before


def test_a_log_that_was_changed_says_so_on_the_page(main: Path) -> None:
    path = main.parent / FILE
    lines = path.read_text("utf-8").splitlines()
    said = json.loads(lines[1])
    said["by"] = "somebody else"
    path.write_text("\n".join([lines[0], json.dumps(said), *lines[2:]]) + "\n", "utf-8")
    desk = Desk(main)
    assert f"{FILE}:3: this line does not follow the one before" in desk.get()
    assert "is not as it was written" in desk.undo(3)["refused"]


@pytest.fixture
def address(main: Path) -> Iterator[str]:
    with served(main) as address:
        yield address


@pytest.mark.browser
@NEEDS_CHROMIUM[1]
def test_a_person_undoes_an_import_in_the_browser(
    main: Path, address: str, page: Page, complaints: Complaints
) -> None:
    page.goto(address)
    show(page, "Log")
    page.get_by_role("link", name="Undo write 3").click()
    expect(page.locator("#undoing")).to_contain_text("Write 3 stays: what follows was made")
    page.get_by_role("link", name="Leave it").click()
    page.get_by_role("link", name="Undo write 2").click()
    expect(page.locator("#undoing")).to_be_focused()
    expect(page.locator("#undoing")).to_contain_text("NOR-2002-01")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#undone")).to_contain_text("Write 2 was taken back.", timeout=WRITING)
    assert list(load_book(main).register.by_label) == ["AUT-2002-01.1"]
    assert complaints == []

"""From nothing to the sealed biennium's report in the browser: after `init` no terminal and no text
editor. All names, amounts and rates are made up.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from pledgebook.ledger.files.loading import load_book
from serving import COMMAND, NEEDS_CHROMIUM, Complaints, served, show

pytestmark = NEEDS_CHROMIUM

WRITING = 30_000
RATES = "Effective date,Country,Currency,Rate\n01/03/2002,Austria,EUR,1.14\n"
SHEET = """Donor,Date,Due,Amount,Currency
Norway,2002-03-01,2002-06-30,1000.00,USD
Global Example Association,2002-03-20,2002-07-31,570.00,EUR
"""
STATEMENT = """:20:EXAMPLE-MADE-UP
:25:GB29NWBK60161331926819
:28C:2002/1
:60F:C020101USD0,00
:61:0206280628C1000,00NTRFNONREF//20020001
:86:/NAME/Norway/REMI/NOR-2002-01.1
:62F:C020630USD1000,00
-
"""


class Officer:
    """Somebody at a browser, whose clicks and fields are counted."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page, self.folder = page, folder
        self.clicks = self.fields = 0

    def click(self, what: Locator | str) -> None:
        button = self.page.get_by_role("button", name=what) if isinstance(what, str) else what
        self.page.wait_for_load_state("networkidle")
        expect(button.first).to_be_enabled(timeout=WRITING)
        button.first.click()
        self.clicks += 1

    def fill(self, where: Locator, text: str) -> None:
        where.fill(text)
        self.fields += 1

    def go(self, name: str) -> None:
        show(self.page, name)
        self.clicks += 1

    def open_form(self, section: str, words: str) -> Locator:
        part = self.page.locator("section", has=self.page.locator(f"h2#{section}"))
        details = part.locator("details", has=self.page.get_by_text(words, exact=True)).first
        self.click(details.locator("summary"))
        return details

    def book(self, form: Locator) -> None:
        self.click(form.get_by_role("button"))
        expect(self.page.locator("#written")).to_be_visible(timeout=WRITING)

    def upload(self, name: str, content: str) -> None:
        path = self.folder / name
        path.write_text(content, "utf-8")
        self.go("Inbox")
        self.page.locator("#upload input[type=file]").set_input_files(path)
        self.fields += 1
        self.click("Add")
        expect(self.page.locator("#file")).to_have_text(name, timeout=WRITING)


def test_a_book_is_set_up_kept_and_sealed_without_a_terminal(
    page: Page, complaints: Complaints, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    subprocess.run([*COMMAND, "init", str(book)], capture_output=True, check=True)
    officer = Officer(page, tmp_path)
    with served(book) as base:
        page.goto(base)
        _set_up(officer)
        _take_in(officer)
        _write_letters(officer)
        _close(officer)
    assert complaints == []
    made = load_book(book / "main.beancount")
    assert made.errors == []
    assert list(made.settings.seals) == ["2002-2003"]
    assert made.settings.periods.names() == ["2002-2003", "2004-2005"]
    assert officer.clicks + officer.fields <= 40


def _set_up(officer: Officer) -> None:
    page = officer.page
    officer.go("Setup")
    form = officer.open_form("name", "Change it")
    officer.fill(form.get_by_label("Name"), "Example fund (made up)")
    officer.book(form)
    expect(page.locator("header")).to_contain_text("Example fund (made up)", timeout=WRITING)
    form = officer.open_form("letterhead", "CPCJF, English")
    officer.fill(form.get_by_label("Organization"), "Example Office")
    officer.book(form)


def _take_in(officer: Officer) -> None:
    page = officer.page
    officer.upload("un-rates.csv", RATES)
    officer.click(page.get_by_role("link", name="1 March 2002"))
    officer.click("Book 1 rate")
    expect(page.locator("#written")).to_contain_text("1 rate is in the book", timeout=WRITING)

    officer.upload("pledges.csv", SHEET)
    officer.click(page.locator(".question").get_by_role("button", name="CPCJF"))
    expect(page.locator(".question")).to_have_count(0, timeout=WRITING)
    page.wait_for_load_state("networkidle")
    names = page.locator("#names")
    expect(names).to_be_visible(timeout=WRITING)
    names.locator("tr[data-name] select[name=kind]").select_option("ngo")
    officer.fields += 1
    officer.click("Confirm these names")
    officer.click(page.get_by_role("button", name="Book 2 pledges"))
    expect(page.locator("#desk")).to_contain_text("2 entries are in the book now", timeout=WRITING)

    officer.upload("statement.sta", STATEMENT)
    officer.click(page.get_by_role("link", name="Add this account"))
    form = page.locator("details", has_text="is a statement of the account")
    officer.book(form)
    officer.go("Inbox")
    officer.click(page.get_by_role("link", name="statement.sta"))
    officer.click(page.locator("#import"))
    expect(page.locator("#desk")).to_contain_text("1 entry is in the book now", timeout=WRITING)

    officer.go("Reconcile")
    officer.click(page.locator("#accept-certain"))
    officer.fill(page.get_by_label("Decided by"), "An officer")
    officer.click("Book 1 decision")
    expect(page.locator("#desk")).to_contain_text("Nothing waits.", timeout=WRITING)


def _write_letters(officer: Officer) -> None:
    page = officer.page
    officer.go("Letters")
    officer.click("Issue 1 receipt")
    officer.click(page.locator("dialog").get_by_role("button", name="Issue 1 receipt"))
    expect(page.locator("#written")).to_contain_text("receipts are issued", timeout=WRITING)


def _close(officer: Officer) -> None:
    page = officer.page
    officer.go("Close")
    expect(page.locator("#desk")).to_contain_text("Instalments are overdue")
    officer.click("Close and seal")
    officer.click(page.locator("dialog").get_by_role("button", name="Close and seal"))
    written = page.locator("#written")
    expect(written).to_contain_text("2002-2003 is closed and sealed", timeout=WRITING)
    expect(page.locator("#desk")).to_contain_text("2002-2003: all is as it was sealed.")
    officer.click(page.get_by_role("link", name="Its reports"))
    officer.click(page.get_by_role("link", name="Schedule of voluntary contributions"))
    row = page.get_by_role("row", name="Norway")
    expect(row).to_contain_text("1,000.00", timeout=WRITING)
    expect(page.get_by_role("row", name="Global Example Association")).to_contain_text("500.00")

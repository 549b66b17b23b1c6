"""The example's book in Fava, in a real browser: its pages, and an import from its import page."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pledgebook.ledger import load_book
from pledgebook.ledger.example import IMPORTED, STATEMENTS, TO_TRY
from serving import COMMAND, NEEDS_CHROMIUM, Complaints, pledgebook, served, show

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "demo"
    subprocess.run([*COMMAND, "demo", str(folder)], capture_output=True, check=True)
    return folder


@pytest.fixture
def book(example: Path, tmp_path: Path) -> Path:
    return shutil.copytree(example, tmp_path / "demo")


@pytest.fixture
def address(book: Path) -> Iterator[str]:
    with served(book) as address:
        yield address


@pytest.fixture
def page(page: Page, address: str) -> Page:
    """The book's first page."""
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page


def test_every_page_opens_without_an_error(page: Page, complaints: Complaints) -> None:
    for name in (
        "Income Statement", "Balance Sheet", "Trial Balance", "Journal", "Query", "Holdings",
        "Commodities", "Documents", "Events", "Statistics", "Editor", "Import", "Options",
    ):  # fmt: skip
        show(page, name)
    expect(page.locator("aside")).not_to_contain_text("Errors")
    assert complaints == []


def test_the_journal_can_be_filtered_by_a_paragraph(page: Page, complaints: Complaints) -> None:
    show(page, "Journal")
    page.get_by_placeholder("Filter by tag").fill("#A/RES/55/64-OP15")
    page.keyboard.press("Enter")
    journal = page.locator("article")
    expect(journal).not_to_contain_text("Norway")
    expect(journal).to_contain_text("Pledge, № 41")
    expect(journal).to_contain_text("#2002-2003")
    assert complaints == []


def test_a_spreadsheet_is_imported_from_the_import_page(
    page: Page, book: Path, complaints: Complaints
) -> None:
    page.goto(page.url.partition("/extension/")[0].partition("/income_statement/")[0] + "/import/")
    file = page.locator(f"div.header:has-text('{TO_TRY}') + div")
    expect(page.locator(".filelist > .header")).to_have_count(len(IMPORTED) + len(STATEMENTS) + 1)
    file.get_by_role("button", name="Extract").click()

    # Austria has given nothing before: none of its accounts is open yet.
    expect(page.get_by_text("Entry 1 of 2 (2 to import)")).to_be_visible()
    shown = page.locator("dialog input, [role=dialog] input").evaluate_all(
        "inputs => inputs.map(input => input.value)"
    )
    assert '60000 EUR {0 # 65934.07 USD, "AUT-2003-01.1"}' in shown
    assert '40000 EUR {0 # 43956.04 USD, "AUT-2003-01.2"}' in shown
    assert "2004-06-30" in shown
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Entry 2 of 2 (2 to import)")).to_be_visible()
    with page.expect_response("**/api/add_entries") as saved:
        page.get_by_role("button", name="Save").click()
    assert saved.value.ok

    show(page, "Journal")
    expect(page.locator("article")).to_contain_text("Pledge, NV 117/2003")
    expect(page.locator("aside")).not_to_contain_text("Errors")
    assert complaints == []

    lines = json.loads(pledgebook(book, "pledges", "--json").stdout)["instalments"]
    austria = {line["label"]: line for line in lines if line["donor"] == "AUT"}
    assert [(line["pledged"], line["due"], line["status"]) for line in austria.values()] == [
        ("60000.00", "2003-12-15", "committed"),
        ("40000.00", "2004-06-30", "deferred"),
    ]
    assert austria["AUT-2003-01.1"]["carrying_value"] == "65934.07"
    assert "A/RES/55/64-OP14" in austria["AUT-2003-01.1"]["tags"]
    assert load_book(book / "main.beancount").errors == []

    again = json.loads(pledgebook(book, "import", "--json", str(book / "inbox" / TO_TRY)).stdout)
    assert again["transactions"] == 0
    (table,) = again["files"][0]["sheets"][0]["tables"]
    assert table["counts"]["duplicate"] == table["counts"]["data"] == 3


def test_rows_that_wait_are_named_on_the_import_page(page: Page, complaints: Complaints) -> None:
    page.goto(page.url.partition("/extension/")[0].partition("/income_statement/")[0] + "/import/")
    file = page.locator("div.header:has-text('advices-2003.xlsx') + div")
    file.get_by_role("button", name="Extract").click()
    expect(page.get_by_text("Entry 1 of 1 (1 to import)")).to_be_visible()
    noted = page.locator("dialog textarea, [role=dialog] textarea")
    why = (
        "Not imported from advices-2003.xlsx, .*Pledges!11: The donor 'Untied Kingdom' is not known"
    )
    expect(noted).to_have_value(re.compile(why))
    assert complaints == []

"""Fava's own pages do what they did, under the policy that `serve` sends (figures made up)."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pledgebook.ledger.files.loading import load_book
from serving import COMMAND, NEEDS_CHROMIUM, Complaints, served

pytestmark = NEEDS_CHROMIUM
WRITING = 30_000
"""Milliseconds a write may take on a busy machine."""
PICTURE = (
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc0"
    "000003010100c9fe92ef0000000049454e44ae426082"
)
PAPERS = ("picture.png", "letter.pdf", "letter.html", "list.csv")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "demo"
    subprocess.run([*COMMAND, "demo", str(folder)], capture_output=True, check=True)
    for name in PAPERS:
        content = bytes.fromhex(PICTURE) if name.endswith("png") else b"words of a letter"
        (folder / "documents" / name).write_bytes(content)
    lines = [f'2003-01-01 document Assets:CPCJF:Cash "documents/{name}"\n' for name in PAPERS]
    with (folder / "main.beancount").open("a", encoding="utf-8") as file:
        file.writelines(lines)
    return folder


@pytest.fixture(scope="module")
def address(book: Path) -> Iterator[str]:
    with served(book) as base:
        yield f"{base}/example-book-every-figure-is-made-up"


def test_tables_charts_and_queries_are_shown(
    page: Page, address: str, complaints: Complaints
) -> None:
    page.goto(f"{address}/income_statement/")
    expect(page.locator("article svg").first).to_be_visible()
    expect(page.locator("article")).to_contain_text("Contributions")
    page.goto(f"{address}/query/?query_string=select+payee,+count(*)+group+by+payee")
    expect(page.get_by_role("cell", name="Italy")).to_be_visible()
    page.goto(f"{address}/journal/")
    first = page.locator("ol.journal li.transaction").first
    expect(first).to_be_visible()
    first.locator(".datecell a").click()
    expect(page.locator(".overlay, dialog").first).to_contain_text("Location")
    assert complaints == []


def test_the_editor_colours_and_saves(
    page: Page, address: str, book: Path, complaints: Complaints
) -> None:
    path = book / "settings.beancount"
    page.goto(f"{address}/editor/?file_path={path}")
    text = page.locator(".cm-content")
    expect(text).to_contain_text("custom")
    expect(text.locator("span[class]").first).to_be_visible()  # parsed in WebAssembly
    style = page.locator(".cm-editor").evaluate("each => getComputedStyle(each).display")
    assert style == "flex"  # the editor's own style
    text.click()
    page.keyboard.press("Control+End")
    page.keyboard.type("\n; written in the editor\n")
    with page.expect_response("**/api/source", timeout=WRITING) as answer:
        page.keyboard.press("Control+s")
    assert answer.value.status == 200
    assert path.read_text("utf-8").endswith("; written in the editor\n")
    assert load_book(book / "main.beancount").errors == []
    assert complaints == []


def test_the_import_page_extracts_and_shows_what_it_would_write(
    page: Page, address: str, complaints: Complaints
) -> None:
    page.goto(f"{address}/import/")
    header = page.locator(".header", has_text="to-try-austria-2003.xlsx")
    header.locator("xpath=following-sibling::div[1]").get_by_text("Extract").click()
    entry = page.locator(".overlay, dialog").first
    expect(entry.get_by_placeholder("Payee").first).to_have_value("Austria", timeout=WRITING)
    assert complaints == []


def test_papers_are_previewed_as_pictures_and_text_and_never_opened(
    page: Page, address: str, complaints: Complaints
) -> None:
    page.goto(f"{address}/documents/")
    page.get_by_role("cell", name="picture.png").click()
    picture = page.locator("article img")
    expect(picture).to_be_visible()
    assert picture.evaluate("each => each.naturalWidth") == 1
    page.get_by_role("cell", name="list.csv").click()
    expect(page.locator("article .cm-content")).to_contain_text("words of a letter")
    for name, frame in (("letter.html", "iframe"), ("letter.pdf", "object")):
        with page.expect_response("**/document/**") as answer:
            page.get_by_role("cell", name=name).click()
        expect(page.locator(f"article {frame}")).to_be_visible()
        assert answer.value.text().startswith("A file is not opened within a page")
    assert complaints == []

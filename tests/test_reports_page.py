"""The page of reports in a browser: accessible, readable at two widths, on paper and in the dark.

Accessibility is checked by axe-core, whose script comes with a package: nothing is fetched. All
amounts are made up.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs
from playwright.sync_api import Browser, Page
from pledgebook.ledger.register.book import Book
from pledgebook.reports import make_reports, select, source_of
from pledgebook.reports.render import to_page
from serving import AXE, NEEDS_CHROMIUM

WARNING = "The book has 1 error; the figures of this report may be wrong."
NAMES = ("schedule", "ageing", "statements", "paragraphs", "in-kind", "write-off-proposals")
WIDTHS = {"desk": 1280, "telephone": 390}

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def address(golden: Book, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Every report of the golden example, as of a book with an error, in one page."""
    selection = select(golden, "2002-2003")
    made = [
        structs.replace(report, warnings=(WARNING,)) for report in make_reports(selection, ("all",))
    ]
    source = structs.replace(source_of(selection, "2004-01-15T12:00:00+00:00"), warnings=(WARNING,))
    path = tmp_path_factory.mktemp("page") / "reports.html"
    path.write_text(to_page(made, source), "utf-8")
    return path.as_uri()


def opened(browser: Browser, address: str, width: int, **more: Any) -> Page:
    """The page in a window of that width. Its own rules forbid scripts, so axe goes round them."""
    context = browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True, **more)
    page = context.new_page()
    page.goto(address)
    return page


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_nothing_keeps_people_from_using_the_page(
    browser: Browser, address: str, width: int, scheme: str
) -> None:
    page = opened(browser, address, width, color_scheme=scheme)
    page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations', 'incomplete']})")
    assert {each["id"]: each["nodes"][0]["html"] for each in found["violations"]} == {}
    assert len(found["passes"]) > 20
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS.values(), ids=WIDTHS.keys())
def test_wide_tables_scroll_by_themselves_and_never_the_page(
    browser: Browser, address: str, width: int
) -> None:
    page = opened(browser, address, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_the_keyboard_leads_past_the_contents_to_the_reports(
    browser: Browser, address: str
) -> None:
    page = opened(browser, address, 1280)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the reports"
    box = page.locator(".skip").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    page.keyboard.press("Enter")
    assert page.url.endswith("#reports")
    page.context.close()


def test_every_printed_page_says_that_the_book_has_errors(
    browser: Browser, address: str, tmp_path: Path, read_pdf: Callable[[Path], str]
) -> None:
    page = opened(browser, address, 1280)
    (tmp_path / "page.pdf").write_bytes(page.pdf(prefer_css_page_size=True))
    page.context.close()
    pages = read_pdf(tmp_path / "page.pdf").split("\f")[:-1]
    assert len(pages) >= len(NAMES)
    tables = [text for text in pages if "Donor" in text or "US dollars" in text]
    assert tables
    assert [text for text in tables if WARNING not in " ".join(text.split())] == []

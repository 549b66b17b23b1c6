"""The pages of the desk in a real browser, on the example's book (made up).

The pictures of docs/desk.md are made here: PLEDGEBOOK_PICTURES=1 python -m pytest on this file.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pledgebook.ledger.files.loading import load_book
from serving import AXE, COMMAND, NEEDS_CHROMIUM, Complaints, served, show

pytestmark = NEEDS_CHROMIUM

IMAGES = Path(__file__).parent.parent / "docs" / "images"
CHECK = """axe.run({include: "#desk"}, {resultTypes: ["violations"]})"""
"""What is ours of a page."""
CUT_OFF = """() => {
    const article = document.querySelector("article").getBoundingClientRect();
    return [...document.querySelectorAll("#desk :is(input, select, button, a, dd, td, th, h2)")]
        .filter((each) => !each.closest(".aloud, pre, thead, svg, table:not(.folds), #desk-help"))
        .filter((each) => each.checkVisibility())
        .filter((each) => {
            const box = each.getBoundingClientRect();
            return box.width > 1 && (box.right > article.right + 1 || box.left < article.left - 1);
        })
        .map((each) => each.outerHTML.slice(0, 200));
}"""
"""What of a page reaches beyond the window where that is narrow; tables that ask something in their
headings are scrolled."""
WRITING = 30_000
"""Milliseconds an answer may take on a busy machine: the book is loaded twice for a write."""

PAGES = {
    "today": "Today/",
    "contributions": "Contributions/?period=2002-2003",
    "search": "Contributions/?q=Italie",
    "notices": "Contributions/?rule=waiting",
    "donors": "Donor/",
    "donor": "Donor/?donor=DEU",
    "pledge": "Donor/?pledge=ITA-2001-01",
    "reports": "Reports/",
    "schedule": "Reports/?name=schedule&period=2002-2003",
    "behind": "Reports/?period=2002-2003&fund=CPCJF&class=special&behind=collected_current",
    "statements": "Reports/?name=statements&period=2002-2003",
    "paragraphs": "Paragraphs/?period=2002-2003",
    "paragraph": "Paragraphs/?paragraph=OP14&period=2002-2003",
    "inbox": "Inbox/",
    "sheet": "Inbox/?file=advices-2003.xlsx",
    "statement": "Inbox/?file=statement-2003.sta",
    "setup": "Setup/",
    "letters": "Letters/?kind=statement&period=2002-2003",
    "close": "Close/?period=2002-2003",
    "log": "Log/?undo=2",
    "reconcile": "Reconcile/?receipt=R-2003-0006",
    "record": "Record/",
    "event": "Record/?event=payment&paid=DEU-2002-01.2",
    "grid": "Record/?grid=payment",
    "row": "Inbox/?file=advices-2003.xlsx&at=Pledges!A6",
    "refused": "Donor/?donor=NOBODY",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("example") / "demo"
    subprocess.run([*COMMAND, "demo", str(folder)], capture_output=True, check=True)
    return folder


@pytest.fixture(scope="module")
def address(book: Path) -> Iterator[str]:
    with served(book) as base:
        yield f"{base}/example-book-every-figure-is-made-up/extension"


def opened(page: Page, url: str) -> None:
    """Open a page whose script will be used."""
    page.goto(url)
    page.wait_for_load_state("networkidle")
    expect(page.locator("#desk")).to_be_visible()


ALL = [
    (width, scheme, language)
    for width in (1280, 400)
    for scheme in ("light", "dark")
    for language in ("en", "ar")
]
"""Every way to look at a page; unless all are asked for, two that have each width, scheme and
direction of writing once."""
LOOKS = ALL if os.environ.get("PLEDGEBOOK_ALL_PAIRS") else [ALL[0], ALL[-1]]


@pytest.fixture(scope="module")
def arabic(book: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The example in Arabic, which is written from right to left."""
    folder = tmp_path_factory.mktemp("arabic") / "demo"
    shutil.copytree(book, folder)
    main = folder / "main.beancount"
    main.write_text(main.read_text("utf-8").replace('"language" "en"', '"language" "ar"'), "utf-8")
    with served(folder) as base:
        yield f"{base}/example-book-every-figure-is-made-up/extension"


TABLES = "contributions donors donor pledge schedule behind statements paragraph sheet statement"
OUT_OF_REACH = """() => [...document.querySelectorAll("#desk table")].flatMap((table) => {
  const place = table.closest(".scroll");
  if (!place) return table.scrollWidth > innerWidth ? [`${table.className}: no way`] : [];
  if (place.scrollWidth <= place.clientWidth + 1) return [];
  const style = getComputedStyle(place), found = [];
  const first = [...table.querySelectorAll("tbody tr")].find((row) => row.cells.length > 1);
  if (style.overflowX !== "auto" || place.tabIndex) found.push("cannot be scrolled");
  if (!style.backgroundImage.includes("gradient")) found.push("does not show that it scrolls");
  if (first && getComputedStyle(first.cells[0]).position !== "sticky") found.push("first column");
  if (innerWidth > 1000) {
    const { left, right } = place.getBoundingClientRect();
    for (const each of table.querySelectorAll("thead th.num:not(.memo)")) {
      const own = each.getBoundingClientRect();
      if (own.left < left - 1 || own.right > right + 1) found.push(each.innerText);
    }
  }
  return found.map((each) => `${place.ariaLabel} (${place.scrollWidth}): ${each}`);
})"""
"""What of the tables of a page is out of reach; in a wide window no column of money may be
but memoranda, which are no part of the sum."""
ONCE_LAID_OUT = f"""async () => {{
  const look = {OUT_OF_REACH};
  for (let times = 0; times < 60 && look().length; times += 1) {{
    await new Promise(requestAnimationFrame);  // the script folds tables a moment later
  }}
  return look();
}}"""


def test_the_amounts_of_every_table_are_within_reach(page: Page, address: str) -> None:
    found = {}
    for name in TABLES.split():
        path = PAGES[name]
        page.set_viewport_size({"width": 1280, "height": 800})
        page.goto(f"{address}/{path}")
        expect(page.locator("aside ul a").first).to_be_attached()
        for width in (1280, 400):
            page.set_viewport_size({"width": width, "height": 800})
            if left := page.evaluate(ONCE_LAID_OUT):
                found[name, width] = left
    assert found == {}


@pytest.mark.parametrize(("width", "scheme", "language"), LOOKS)
def test_nothing_keeps_people_from_using_a_page(
    page: Page, width: int, scheme: str, language: str, request: pytest.FixtureRequest,
    complaints: Complaints,
) -> None:  # fmt: skip
    address = request.getfixturevalue("arabic" if language == "ar" else "address")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    found: dict[str, dict[str, str]] = {}
    for name, path in PAGES.items():
        page.goto(f"{address}/{path}")
        expect(page.locator("aside ul a").first).to_be_attached()  # Fava has laid it out
        expect(page.locator("#desk")).to_have_attribute("lang", language)
        page.evaluate(AXE)
        result = page.evaluate(CHECK)
        violations = {each["id"]: each["nodes"][0]["html"] for each in result["violations"]}
        assert result["passes"], name
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        if width < 500 and (cut := page.evaluate(CUT_OFF)):
            violations["cut off"] = "\n".join(cut[:5])
        if violations:
            found[name] = violations
    assert found == {}
    assert complaints == []


PICTURES = {
    "today": ("light", 620),
    "contributions": ("light", 1000),
    "pledge": ("light", 640),
    "schedule": ("light", 800),
    "behind": ("dark", 420),
    "paragraph": ("light", 560),
    "sheet": ("light", 900),
    "reconcile": ("light", 800),
}


def test_the_pictures_of_the_guide_can_be_made(page: Page, address: str, tmp_path: Path) -> None:
    folder = IMAGES if os.environ.get("PLEDGEBOOK_PICTURES") else tmp_path
    for name, (scheme, height) in PICTURES.items():
        assert (IMAGES / f"desk-{name}.png").is_file()
        page.set_viewport_size({"width": 1280, "height": height})
        page.emulate_media(color_scheme=scheme)
        opened(page, f"{address}/{PAGES[name]}")
        picture = folder / f"desk-{name}.png"
        page.screenshot(path=picture, animations="disabled")
        assert 20_000 < picture.stat().st_size < 300_000


def test_a_figure_is_followed_to_its_entry_by_clicking(
    page: Page, address: str, complaints: Complaints
) -> None:
    opened(page, f"{address}/Contributions/?period=2002-2003")
    page.locator(".plot svg a").first.click()
    expect(page.locator("#desk h2").first).to_contain_text("Unpaid at 31 January 2002: ")
    show(page, "Reports")
    page.get_by_role("link", name="Schedule of voluntary contributions").click()
    page.get_by_role("row", name="Italy").get_by_role("link", name="168,409.86").click()
    expect(page.locator("#desk h2")).to_have_text("Collected for current pledges: 168,409.86 USD")
    page.get_by_role("link", name="ITA-2001-01.2").click()
    row = page.get_by_role("row", name="2003-03-14").filter(has_text="application")
    row.get_by_role("link", name="2002-2003.beancount").click()
    expect(page.locator("header")).to_contain_text("Editor")
    expect(page.locator(".cm-content")).to_contain_text("ITA-2001-01.2")
    page.go_back()
    expect(page.locator("#desk h2").first).to_contain_text("Italy", timeout=WRITING)
    assert complaints == []


def test_the_desks_pages_come_first_with_what_waits_and_their_keys(
    page: Page, address: str, complaints: Complaints
) -> None:
    opened(page, f"{address}/Contributions/")
    names = page.locator("aside a[href*='/extension/']").all_inner_texts()
    first = page.locator("aside ul a").first
    expect(first).to_contain_text("Today")
    there = [re.sub(r"\s+\d+$", "", each.strip()) for each in names]
    assert there[:5] == ["Today", "Inbox", "Reconcile", "Record", "Contributions"]
    assert there[-1] == "Log"
    expect(page.locator("aside a[href*='/extension/Reconcile/'] .waits")).to_have_text("2")
    expect(page.locator("header input").first).to_be_hidden()
    expect(page.locator("aside a[href*='/import/']")).to_be_hidden()
    for keys, heading in (("gR", "Reports"), ("gr", "Reconcile"), ("gT", "Today")):
        for key in keys:
            page.keyboard.press(key)
        expect(page.locator("header strong")).to_have_text(heading)
    page.keyboard.press("t")  # Fava, too, has forgotten the g
    page.keyboard.press("/")
    page.keyboard.type("39,975")
    page.keyboard.press("Enter")
    expect(page.locator("#desk h2").first).to_contain_text("39,975")
    page.locator("#desk").focus()
    page.keyboard.press("?")
    shown = page.locator(".keyboard-tooltip")
    assert {"g T", "g t", "/"} <= set(shown.all_inner_texts())
    page.keyboard.press("g")
    page.keyboard.press("t")  # Fava's own keys are as they were
    expect(page.locator("header strong")).to_have_text("Trial Balance")
    expect(page.locator("header input").first).to_be_visible()
    expect(page.locator("aside ul a").first).to_contain_text("Today")
    assert complaints == []


def test_help_opens_beside_what_was_typed_and_a_link_leads_past_the_sidebar(
    page: Page, address: str, complaints: Complaints
) -> None:
    opened(page, f"{address}/Record/?event=payment")
    page.locator("#event input[type=date]").first.fill("2003-05-06")
    page.get_by_role("link", name="Help on this page").click()
    expect(page.locator("#desk-help h2").first).to_have_text("Record")
    expect(page.locator("#desk-help")).to_contain_text("What holds for every page")
    page.keyboard.press("Escape")
    expect(page.locator("#desk-help")).to_be_hidden()
    expect(page.locator("#event input[type=date]").first).to_have_value("2003-05-06")
    opened(page, f"{address}/Reconcile/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("To the page's content")
    page.keyboard.press("Enter")
    expect(page.locator("#desk")).to_be_focused()
    assert complaints == []


def focus(page: Page, script: str) -> None:
    """Go on by the tabulator key until the focused element is the one the script tells."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate(f"(each => Boolean({script}))(document.activeElement)"):
            return
    pytest.fail(f"the tabulator key does not lead to {script}")


def test_a_donor_is_found_and_read_by_keyboard_alone(
    page: Page, address: str, complaints: Complaints
) -> None:
    opened(page, f"{address}/Contributions/")
    focus(page, "each.name === 'q'")
    page.keyboard.type("italie")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Found for “italie”")).to_be_visible(timeout=WRITING)
    focus(page, "each.textContent === 'Italy' && each.closest('#desk')")
    page.keyboard.press("Enter")
    expect(page.locator("#desk h2").first).to_contain_text("Italy", timeout=WRITING)
    focus(page, "each.tagName === 'SUMMARY' && /entr/.test(each.textContent)")
    page.keyboard.press("Enter")
    expect(page.get_by_role("cell", name="redenomination").first).to_be_visible()
    assert complaints == []


def test_a_wide_table_keeps_its_donor_in_sight_and_clips_no_heading(
    page: Page, address: str
) -> None:
    page.set_viewport_size({"width": 1000, "height": 800})
    opened(page, f"{address}/Paragraphs/?paragraph=OP8&period=2002-2003")
    row = page.locator("table.named tbody tr").first
    summary = row.locator("summary")
    words, mark = summary.evaluate(
        """each => [parseFloat(getComputedStyle(each).paddingLeft),
                    parseFloat(getComputedStyle(each, "::before").left) + 12]"""
    )
    assert words > mark  # the triangle stands before the words, not on them
    summary.click()
    row.locator("input[name=reason]").focus()
    table = page.locator(".scroll").filter(has=row)
    assert table.evaluate("each => each.scrollLeft") > 0
    edge, name = table.bounding_box(), row.locator("td").first.bounding_box()
    assert edge
    assert name
    assert name["x"] >= edge["x"] - 1
    opened(page, f"{address}/Reports/?name=schedule&period=2002-2003")
    assert not page.locator("table.report thead th").evaluate_all(
        "all => all.filter(each => each.scrollWidth > each.clientWidth).map(each => each.innerText)"
    )


def test_the_rules_are_overridden_by_keyboard_and_the_book_says_why(
    page: Page, address: str, book: Path, complaints: Complaints
) -> None:
    opened(page, f"{address}/Paragraphs/?paragraph=OP8&period=2002-2003")
    focus(page, "each.tagName === 'SUMMARY' && each.closest('td')")
    page.keyboard.press("Enter")
    focus(page, "each.name === 'op'")
    page.keyboard.press("Control+A")
    page.keyboard.type("OP8 OP9")
    focus(page, "each.name === 'reason'")
    page.keyboard.type('The note verbale says "development assistance" <b>')
    page.keyboard.press("Enter")
    written = page.locator("#desk q", has_text="development assistance")
    expect(written).to_be_visible(timeout=WRITING)
    assert complaints == []
    loaded = load_book(book / "main.beancount")
    assert loaded.errors == []
    (entry,) = [entry for entry in loaded.entries if "op-reason" in entry.meta]
    assert entry.meta["op"] == "OP8 OP9"
    assert entry.meta["op-reason"] == 'The note verbale says "development assistance" <b>'


def test_of_two_windows_the_second_is_told_and_nothing_is_lost(
    browser: Browser, page: Page, address: str, book: Path
) -> None:
    url = f"{address}/Paragraphs/?paragraph=OP7&period=2002-2003"
    other = browser.new_page()
    opened(page, url)
    opened(other, url)
    path = book / "2002-2003.beancount"

    def override(window: Page, reason: str) -> None:
        row = window.get_by_role("row", name="Canada")
        if not row.locator("form").is_visible():
            row.locator("summary").click()
        row.get_by_label("Reason").fill(reason)
        row.get_by_role("button").click()

    override(page, "The first reason")
    expect(page.locator("#desk q", has_text="The first reason")).to_be_visible(timeout=WRITING)
    override(other, "The second reason")
    refused = other.locator("#desk-refused")
    expect(refused).to_contain_text("was changed meanwhile", timeout=WRITING)
    assert "The second reason" not in path.read_text("utf-8")
    # What was filled in stays, and is sent again without being typed again.
    row = other.get_by_role("row", name="Canada")
    expect(row.get_by_label("Reason")).to_have_value("The second reason")
    row.get_by_role("button").click()
    expect(other.locator("#desk q", has_text="The second reason")).to_be_visible(timeout=WRITING)
    path.write_text(path.read_text("utf-8") + "; written in an editor meanwhile\n", "utf-8")
    override(other, "The third reason")
    expect(refused).to_contain_text("was changed meanwhile", timeout=WRITING)
    text = path.read_text("utf-8")
    assert "The third reason" not in text
    assert text.endswith("; written in an editor meanwhile\n")
    other.close()


def test_a_foreign_page_that_posts_a_form_writes_nothing(
    page: Page, address: str, book: Path
) -> None:
    before = (book / "2002-2003.beancount").read_bytes()
    sha256 = load_book(book / "main.beancount").sha256
    given = f'{{"label":"CAN-2002-01.1","op":"none","reason":"foreign","book":"{sha256}","x":"'
    html = (
        f'<form method="post" enctype="text/plain" action="{address}/Paragraphs/override">'
        f"<input name='{given}' value='\"}}'></form>"
    )
    page.route(
        "http://elsewhere.example/",
        lambda route: route.fulfill(content_type="text/html", body=html),
    )
    page.goto("http://elsewhere.example/")
    fetched = page.evaluate(
        """async ([url, body]) => {
            try { return (await fetch(url, {method: "POST", body,
                headers: {"Content-Type": "application/json"}})).status; }
            catch (error) { return String(error); }
        }""",
        [f"{address}/Paragraphs/override", given + '"}'],
    )
    assert "Failed to fetch" in fetched
    with page.expect_navigation() as answer:
        page.evaluate("document.forms[0].submit()")
    assert answer.value.status == 403
    assert (book / "2002-2003.beancount").read_bytes() == before

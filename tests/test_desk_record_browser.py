"""Record, in a real browser: from an empty form to a changed book (made up)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from serving import NEEDS_CHROMIUM, Complaints, served, show

IMAGES = Path(__file__).parent.parent / "docs" / "images"
pytestmark = NEEDS_CHROMIUM
WRITING = 30_000
"""Milliseconds a write may take on a busy machine: the book is loaded twice for it."""
RATE = "\n2002-03-01 price USD 1.14 EUR\n"
PDF = b"%PDF-1.4 (made up)"
DROPPED = """name => {
    const data = new DataTransfer();
    data.items.add(new File(["%PDF-1.4 (made up)"], name));
    return data;
}"""


@pytest.fixture(scope="module")
def main(tmp_path_factory: pytest.TempPathFactory) -> Path:
    main = make_book(tmp_path_factory.mktemp("record") / "book")
    with main.open("a", encoding="utf-8") as file:
        file.write(RATE)
    return main


@pytest.fixture(scope="module")
def address(main: Path) -> Iterator[str]:
    with served(main) as address:
        yield address


def text_of(main: Path) -> str:
    return "".join(path.read_text("utf-8") for path in sorted(main.parent.glob("*.beancount")))


def opened(page: Page, address: str, form: str) -> None:
    page.goto(address)
    show(page, "Record")
    page.get_by_role("link", name=form, exact=True).click()
    expect(page.locator("#event")).to_be_visible()
    expect(page.locator("#show")).to_be_enabled()


def fill(page: Page, **fields: str) -> None:
    for name, text in fields.items():
        page.locator(f"#field-{name}").fill(text)


def shown(page: Page) -> None:
    page.locator("#show").click()
    expect(page.locator("#plan pre").first).to_be_visible(timeout=WRITING)


def recorded(page: Page) -> None:
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator("#written")).to_contain_text("It is in the book", timeout=WRITING)


def picture(page: Page, tmp_path: Path) -> None:
    """Take the picture of the guide: all of the page, which scrolls within Fava's frame."""
    name = "desk-record.png"
    assert (IMAGES / name).is_file()
    folder = IMAGES if os.environ.get("PLEDGEBOOK_PICTURES") else tmp_path
    before = page.viewport_size
    page.set_viewport_size({"width": 1280, "height": 1700})
    page.screenshot(path=folder / name, animations="disabled")
    if before:
        page.set_viewport_size(before)
    assert 20_000 < (folder / name).stat().st_size < 300_000


def test_a_pledge_with_its_paper_is_paid_and_what_is_left_written_off_with_approval(
    main: Path, address: str, page: Page, complaints: Complaints, tmp_path: Path
) -> None:
    # A pledge, by the form's own order, with a note verbale.
    opened(page, address, "A pledge")
    fill(page, day="2002-03-01", donor="Austria", amount="60000", currency="EUR")
    fill(page, due="2002-06-30", fund="CPCJF")
    page.get_by_text("More", exact=True).click()
    fill(page, entered_by="Contributions desk")
    page.locator("#paper").set_input_files(
        {"name": "Note verbale 12.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    before = text_of(main)
    shown(page)
    paper = "documents/2002/2002-03-01-AUT-Note-verbale-12.pdf"
    expect(page.locator("#plan")).to_contain_text("60,000.00 EUR at 52,631.58 USD")
    expect(page.locator("#plan pre")).to_contain_text(f'document: "{paper}"')
    expect(page.locator("#plan")).to_be_focused()
    assert text_of(main) == before
    assert not (main.parent / paper).exists()
    recorded(page)
    assert (main.parent / paper).read_bytes() == PDF
    assert f'document: "{paper}"' in text_of(main)

    # A payment of a part: the instalment is proposed with what is unpaid.
    opened(page, address, "A payment")
    proposal = page.locator("#proposals-instalment option").first
    expect(proposal).to_have_attribute("value", "AUT-2002-01.1")
    expect(proposal).to_contain_text("60,000.00 EUR unpaid")
    fill(page, day="2002-08-12", value="39603.96")
    row = page.locator("[data-field=paid] .parts").first
    row.get_by_label("Instalment").fill("AUT-2002-01.1")
    row.get_by_label("Amount").fill("40000")
    shown(page)
    expect(page.locator("#plan table").first).to_contain_text("20,000.00 EUR")
    expect(page.locator("#plan table").nth(1)).to_contain_text("exchange gain")
    picture(page, tmp_path)
    # A changed field takes away what was shown, so that nothing else is recorded.
    row.get_by_label("Amount").fill("30000")
    expect(page.locator("#plan pre")).to_have_count(0)
    shown(page)
    recorded(page)

    # A write-off that waits, and its approval by another person.
    opened(page, address, "Write-off")
    fill(page, day="2003-11-28", label="AUT-2002-01.1")
    page.get_by_text("More", exact=True).click()
    fill(page, authority="Controller (made up)", note="<i>Given up</i>")
    expect(page.locator("#field-entered_by")).to_have_value("Contributions desk")
    page.get_by_label("It waits for approval").check()
    shown(page)
    recorded(page)
    expect(page.locator("#written")).to_contain_text("It waits for approval")
    waits = page.locator("button.approve")
    expect(waits).to_have_count(1)
    assert page.locator("#desk i").count() == 0
    waits.click()
    expect(page.locator("#fault-by")).to_have_text("Say who approves it.")
    expect(page.get_by_label("Approved by")).to_be_focused()
    page.get_by_label("Approved by").fill("Chief of finance")
    waits.click()
    expect(page.locator("#desk")).to_contain_text("Nothing waits for approval", timeout=WRITING)
    book = load_book(main)
    assert book.errors == []
    assert not book.register.by_label["AUT-2002-01.1"][-1].after.is_open
    assert re.search(
        r'2003-11-28 \* .*\n(  .*\n)*?  approved-by: "Chief of finance"', text_of(main)
    )

    # And out again, since nothing rests on it.
    page.get_by_role("link", name="Undo").click()
    page.locator("#undoing").get_by_role("button", name="Undo").click()
    expect(page.locator("#undone")).to_be_visible(timeout=WRITING)
    assert complaints == []


def test_by_keyboard_alone_a_fault_is_said_at_its_field_and_enter_shows(
    main: Path, address: str, page: Page, complaints: Complaints
) -> None:
    page.goto(address)
    show(page, "Record")
    page.get_by_role("link", name="A contribution without a pledge").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#show")).to_be_enabled()
    page.locator("#field-donor").focus()
    page.keyboard.type("Canada")
    page.keyboard.press("Enter")
    expect(page.locator("#fault-day")).to_have_text("Date is not stated.", timeout=WRITING)
    expect(page.locator("#field-day")).to_be_focused()
    page.locator("#field-day").fill("2002-05-05")
    page.keyboard.press("Tab")
    for _ in range(3):  # a date field of Chromium has three stops and a button
        if page.locator("#field-donor").evaluate("each => each === document.activeElement"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type("7,0,5")
    page.keyboard.press("Enter")
    expect(page.locator("#fault-value")).to_contain_text("no amount above zero", timeout=WRITING)
    expect(page.locator("#field-value")).to_be_focused()
    page.keyboard.press("Control+a")
    page.keyboard.type("70.50")
    page.locator("#field-fund").focus()
    page.keyboard.type("CPCJ")
    page.keyboard.press("Enter")
    expect(page.locator("#fault-fund")).to_contain_text("did you mean CPCJF", timeout=WRITING)
    expect(page.locator("#field-fund")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type("F")
    page.keyboard.press("Enter")
    expect(page.locator("#plan")).to_be_focused(timeout=WRITING)
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.locator("#record").evaluate("each => each === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#written")).to_be_focused(timeout=WRITING)
    assert "70.50 USD" in text_of(main)
    assert complaints == []


def test_what_another_window_wrote_meanwhile_is_not_written_over(
    main: Path, address: str, page: Page, complaints: Complaints
) -> None:
    opened(page, address, "Expenditure")
    fill(page, day="2002-07-01", value="10", fund="CPCJF")
    # What is dropped on the form is its paper; one that is none is refused before anything else.
    dropped = page.evaluate_handle(DROPPED, "page.html")
    page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})
    page.locator("#show").click()
    expect(page.locator("#desk-refused")).to_contain_text("is not kept as a paper", timeout=WRITING)
    dropped = page.evaluate_handle(DROPPED, "advice.pdf")
    page.dispatch_event("#drop", "drop", {"dataTransfer": dropped})
    shown(page)
    expect(page.locator("#plan pre")).to_contain_text("documents/2002/2002-07-01-advice.pdf")
    path = main.with_name("2002-2003.beancount")
    path.write_text(path.read_text("utf-8") + "; by an editor\n", "utf-8")
    before = text_of(main)
    page.get_by_role("button", name="Book", exact=True).click()
    expect(page.locator("#desk-done")).to_contain_text("changed meanwhile", timeout=WRITING)
    assert text_of(main) == before
    # What was filled in stays, the paper too, and can be booked in the book as it is now.
    expect(page.locator("#plan pre")).to_contain_text("documents/2002/2002-07-01-advice.pdf")
    expect(page.locator("#field-value")).to_have_value("10")
    recorded(page)
    assert (main.parent / "documents/2002/2002-07-01-advice.pdf").read_bytes() == PDF
    assert complaints == []


def test_rows_pasted_from_a_spreadsheet_are_booked_under_their_total(
    address: str, page: Page, complaints: Complaints
) -> None:
    opened(page, address, "A pledge")
    fill(page, day="2002-03-01", donor="Denmark", amount="900", currency="USD", fund="CPCJF")
    fill(page, due="2002-06-30")
    shown(page)
    recorded(page)
    page.get_by_role("link", name="Many payments at once").click()
    expect(page.locator("#check-grid")).to_be_enabled()
    page.locator("[data-name=donor]").first.focus()
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true});
            document.activeElement.dispatchEvent(event);
        }""",
        "Denmark\t\t2002-07-01\t900.00\tUSD\n",
    )
    expect(page.locator("[data-name=amount]").first).to_have_value("900.00")
    total = page.get_by_label("Control total 1", exact=True)
    total.fill("901")
    page.locator("#check-grid").click()
    expect(page.locator("#fault-control")).to_contain_text("901.00 stated", timeout=WRITING)
    total.fill("900")
    page.locator("#check-grid").click()
    expect(page.locator("#plan")).to_contain_text("USD 900.00", timeout=WRITING)
    page.locator("#record-grid").click()
    expect(page.locator("#written")).to_contain_text("1 payment is in the book", timeout=WRITING)
    assert complaints == []

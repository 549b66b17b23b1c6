"""Reconcile, in a real browser: from a receipt that waits to a changed book (made up)."""

from __future__ import annotations

import json
from pathlib import Path

from matching_year import generate
from playwright.sync_api import Browser, Page, expect
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.matching.decisions import FILE
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.register.book import Book
from serving import NEEDS_CHROMIUM, Complaints, served, show

pytestmark = NEEDS_CHROMIUM
WRITING = 90_000
"""Milliseconds a write may take on a busy machine: the book is loaded twice for it."""
LINE = '1999-12-31 custom "fava-extension" "pledgebook.desk"\n'
BANK = """
1999-12-31 custom "donor" "EXF" "Example Foundation"
  kind: "foundation"
"""
PLEDGES = """
2002-02-01 * "{name}" "Pledge (made up)" ^{code}-2002-01
  class: "general"
  reference: "NV {code}/7"
  Assets:CPCJF:Pledges:{code}         10000 USD {{0 # 10000.00 USD, "{code}-2002-01.1"}}
    due: 2002-06-30
  Assets:CPCJF:Pledges:{code}          6000 USD {{0 # 6000.00 USD, "{code}-2002-01.2"}}
    due: 2003-06-30
  Income:CPCJF:Contributions:{code}  -16000.00 USD
"""
RECEIPTS = (
    ("R-2002-0001", "10000.00", "Canada", "CAN-2002-01.1"),
    ("R-2002-0002", "10000.00", "Norway", "NOR-2002-01.1"),
    ("R-2002-0003", "9980.00", "Japan", "Contribution"),
    ("R-2002-0004", "16000.00", "Treasury", "TRF 1"),
    ("R-2002-0005", "4000.00", "Bank of nowhere", "first part"),
    ("R-2002-0006", "2000.00", "Bank of nowhere", "second part"),
    ("R-2002-0007", "700.00", "A friend", "Gift"),
    ("R-2002-0008", "5.00", "A friend", "<b>not bold</b>"),
)


def small_book(folder: Path) -> Path:
    main = make_book(folder)
    donors = {
        "CAN": "Canada",
        "NOR": "Norway",
        "JPN": "Japan",
        "SWE": "Sweden",
        "CHE": "Switzerland",
    }
    entries = [PLEDGES.format(code=code, name=name) for code, name in donors.items()]
    entries += [
        f'\n2002-06-{number:02} * "{payer}" "{words}"\n'
        f'  event: "receipt-unapplied"\n  class: "general"\n  payer: "{payer}"\n'
        f"  Assets:CPCJF:Cash  {value} USD\n"
        f'  Liabilities:CPCJF:Unapplied  -{value} USD {{0 # {value} USD, "{label}"}}\n'
        for number, (label, value, payer, words) in enumerate(RECEIPTS, 1)
    ]
    with (folder / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write("".join(entries))
    with (folder / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write(BANK)
    assert load_book(main).errors == []
    return main


def waits(main: Path) -> list[str]:
    return [receipt.label for receipt in waiting_receipts(load_book(main))]


def unpaid(book: Book) -> dict[str, str]:
    return {
        label: str(changes[-1].after.units)
        for label, changes in book.register.by_label.items()
        if changes[-1].after.is_open
    }


def choose(page: Page, label: str) -> None:
    page.locator("#waiting").get_by_role("link", name=label).click()
    expect(page.locator("#receipt h2").first).to_contain_text(label)


def test_receipts_are_matched_split_joined_and_recorded_in_one_write(
    tmp_path: Path, page: Page, complaints: Complaints
) -> None:
    main = small_book(tmp_path / "book")
    before = main.with_name("2002-2003.beancount").read_text("utf-8")
    with served(main) as address:
        page.goto(address)
        show(page, "Reconcile")
        expect(page.locator("#waiting tbody tr")).to_have_count(8)
        page.get_by_role("button", name="Accept the 2 certain ones").click()
        decisions = page.locator("#decided li")
        expect(decisions).to_have_count(2)

        # Charges: Japan's bank kept 20.00, which nobody stated.
        choose(page, "R-2002-0003")
        page.locator(".offers li", has_text="charges 20.00 USD").get_by_role("button").click()
        expect(decisions).to_have_count(3)

        # Split: one receipt pays both instalments of a pledge.
        choose(page, "R-2002-0004")
        page.get_by_label("Open instalments with").fill("swe")
        page.locator("#find").get_by_role("button", name="Search").click()
        expect(page.locator("#by-hand tbody tr")).to_have_count(2)
        page.get_by_role("checkbox", name="SWE-2002-01.1").check()
        page.get_by_role("checkbox", name="SWE-2002-01.2").check()
        page.get_by_role("button", name="Accept these").click()
        expect(decisions).to_have_count(4)

        # Joined: two receipts of one payer pay one instalment.
        choose(page, "R-2002-0005")
        page.get_by_role("checkbox", name="CHE-2002-01.2").check()
        page.get_by_role("checkbox", name="R-2002-0006").check()
        page.get_by_role("button", name="Accept these").click()
        expect(decisions).to_have_count(5)

        # More than is left is refused, and the reason said.
        choose(page, "R-2002-0007")
        page.get_by_role("checkbox", name="CHE-2002-01.2").check()
        page.get_by_role("button", name="Accept these").click()
        expect(page.locator("#desk-refused")).to_contain_text("CHE-2002-01.2")
        page.get_by_text("It pays no pledge").click()
        page.locator("#gift").get_by_label("Donor").fill("Example Foundation")
        page.get_by_role("button", name="Accept as such").click()
        expect(decisions).to_have_count(6)
        expect(page.locator("#progress")).to_have_text("7 decided and not recorded yet, 1 left")

        # What was decided outlasts the page, and nothing is in the book yet.
        assert waits(main) == [label for label, *_ in RECEIPTS]
        assert main.with_name("2002-2003.beancount").read_text("utf-8") == before
        page.reload()
        expect(decisions).to_have_count(6)
        page.get_by_role("button", name="Check").click()
        expect(page.locator("#entries pre")).to_have_count(7)
        page.get_by_label("Decided by").fill("Contributions desk")
        page.get_by_role("button", name="Book 6 decisions").click()
        expect(page.locator("#waiting tbody tr")).to_have_count(1, timeout=WRITING)

        expect(page.get_by_text("6 decisions are in the book.")).to_be_visible()

        book = load_book(main)
        assert book.errors == []
        assert waits(main) == ["R-2002-0008"]
        assert unpaid(book) == {
            "CAN-2002-01.2": "6000", "NOR-2002-01.2": "6000", "JPN-2002-01.2": "6000",
            "CHE-2002-01.1": "10000",
        }  # fmt: skip
        assert [gift.donor for gift in book.register.gifts] == ["EXF"]
        text = main.with_name("2002-2003.beancount").read_text("utf-8")
        assert text.count('entered-by: "Contributions desk"') == 7
        assert text.count('matched-by: "M1"') == 2
        assert not (main.parent / FILE).exists()

        # And back: out of the book again.
        page.get_by_text("Applied before").click()
        page.get_by_role("button", name="Undo R-2002-0003").click()
        page.get_by_role("dialog").get_by_role("button", name="Undo").click()
        expect(page.locator("#waiting tbody tr")).to_have_count(2, timeout=WRITING)
        assert "R-2002-0003" in waits(main)
        expect(page.locator("#waiting")).to_contain_text("A friend")
        assert page.locator("#waiting b").count() == 0
    assert [each for each in complaints if "409" not in each] == []


def test_the_keyboard_alone_suffices_at_a_thousand_receipts(
    tmp_path: Path, page: Page, complaints: Complaints
) -> None:
    generate(1000, 7).load(tmp_path)
    main = tmp_path / "main.beancount"
    with main.open("a", encoding="utf-8") as file:
        file.write(LINE)
    with served(main) as address:
        page.goto(address)
        show(page, "Reconcile")
        rows = page.locator("#waiting tbody tr")
        expect(rows).to_have_count(1000)
        answer = page.request.get(page.url)
        assert len(answer.body()) < 1_000_000

        page.locator("#waiting a").first.focus()
        decided = 0
        for _ in range(30):  # down the list, accepting what is proposed
            label = page.evaluate("document.activeElement.textContent")
            expect(page.locator("#receipt h2").first).to_contain_text(label)
            if page.locator(".offers button").count():
                page.keyboard.press("1")
                decided += 1
                expect(page.locator("#decided li")).to_have_count(decided)
            else:
                page.keyboard.press("ArrowDown")
            page.wait_for_function(
                "label => document.activeElement.textContent !== label", arg=label
            )
            if decided == 5:
                break
        assert decided == 5
        page.get_by_label("Decided by").focus()
        page.keyboard.type("Contributions desk")
        page.keyboard.press("Enter")
        expect(rows).to_have_count(995, timeout=WRITING)
    assert len(waits(main)) == 995
    assert load_book(main).errors == []
    assert complaints == []


def test_two_windows_and_an_editor_lose_and_double_nothing(
    tmp_path: Path, browser: Browser, page: Page
) -> None:
    main = small_book(tmp_path / "book")
    entries = main.with_name("2002-2003.beancount")
    with served(main) as address:
        page.goto(address)
        show(page, "Reconcile")
        other = browser.new_page()
        other.goto(page.url)
        for window, label in ((page, "R-2002-0001"), (other, "R-2002-0002")):
            choose(window, label)
            window.locator(".offers button").first.click()
        expect(other.locator("#decided li")).to_have_count(2)

        # The first window records both; the second, made before that, is told to look again.
        page.get_by_label("Decided by").fill("First")
        # It shows one decision, and there are two by now: it is told, and shown both.
        page.get_by_role("button", name="Book 1 decision").click()
        expect(page.locator("#desk-refused")).to_contain_text("meanwhile", timeout=WRITING)
        expect(page.locator("#decided li")).to_have_count(2)
        page.get_by_label("Decided by").fill("First")
        page.get_by_role("button", name="Book 2 decisions").click()
        expect(page.locator("#waiting tbody tr")).to_have_count(6, timeout=WRITING)
        other.get_by_label("Decided by").fill("Second")
        other.get_by_role("button", name="Book 2 decisions").click()
        expect(other.locator("#desk-refused")).to_contain_text("was changed since this page")
        assert entries.read_text("utf-8").count('event: "application"') == 2
        other.close()

        # An editor changes the file while the page is open: what it wrote stays.
        choose(page, "R-2002-0003")
        page.locator(".offers button").first.click()
        expect(page.locator("#decided li")).to_have_count(1)
        page.get_by_label("Decided by").fill("First")
        entries.write_text(entries.read_text("utf-8") + "; by hand\n", "utf-8")
        page.get_by_role("button", name="Book 1 decision").click()
        expect(page.locator("#desk-refused")).to_contain_text("was changed")
        assert "; by hand" in entries.read_text("utf-8")
        assert json.loads((main.parent / FILE).read_text("utf-8"))["decisions"]
    assert load_book(main).errors == []


def test_read_only_shows_everything_and_decides_nothing(tmp_path: Path, page: Page) -> None:
    main = small_book(tmp_path / "book")
    with served(main, "--read-only") as address:
        page.goto(address)
        show(page, "Reconcile")
        expect(page.locator("#waiting tbody tr")).to_have_count(8)
        expect(page.get_by_role("button", name="Accept the 2 certain ones")).to_be_disabled()
        for button in page.locator(".offers button").all():
            expect(button).to_be_disabled()
    assert not (main.parent / FILE).exists()

"""From nothing to the sealed biennium's report in the browser: after `init` no terminal and no text
editor, task by task, with the clicks and fields that each takes. All names, amounts and rates are
made up. PLEDGEBOOK_PICTURES=1 makes the pictures of docs/desk.md.
"""

from __future__ import annotations

import re
import subprocess
from io import BytesIO
from pathlib import Path

from officer import WRITING, Officer
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pledgebook.ledger.correspondence.letters import read_letters
from pledgebook.ledger.correspondence.receipts import read_receipts
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.matching.receipts import waiting_receipts
from serving import COMMAND, NEEDS_CHROMIUM, Complaints, served

pytestmark = NEEDS_CHROMIUM

GUIDE = Path(__file__).parent.parent / "docs" / "desk.md"
ORDER = (
    "Today Inbox Reconcile Record Contributions Donors Letters Paragraphs Reports Close Setup Log"
)
RATES = """Effective date,Country,Currency,Rate
01/03/2002,Austria,EUR,1.14
01/03/2002,Norway,NOK,8.85
01/07/2002,Austria,EUR,1.01
01/07/2002,Norway,NOK,7.50
01/09/2002,Austria,EUR,1.02
01/09/2002,Norway,NOK,7.50
"""
MINISTRY = """Ministry of Foreign Affairs of Austria (made up);;;;;
Contributions, amounts x 1,000 EUR;;;;;
;;;;;
Country;Account;Purpose;Date of pledge;Amount;Due date
Austria;CPCJF;Corruption;2002-03-12;60;2002-06-30
Austria;UNTOC;;2002-03-12;40;2002-09-30
Total;;;;100;
"""
NORWEGIAN = """Utenriksdepartementet (made up);;;
Beløp i NOK;;;
Giver;Formål;2002;2003
Norge;Korrupsjon;400 000,00;300 000,00
Norge;Generelt;150 000,00;
"""
SMALL = """Donor,Pledged on,Due,Currency,Amount,Fund,Note
Canada,2002-04-02,2002-07-31,USD,900.00,CPCJF,juvenile justice
Canada,2002-04-02,2002-10-31,USD,600.00,CPCJF,juvenile justice
"""
STATEMENT = """:20:EXAMPLE-MADE-UP
:25:GB29NWBK60161331926819
:28C:2002/1
:60F:C020101USD0,00
:61:0207150715C59405,94NTRFNONREF//20020001
:86:/NAME/Government of Austria/REMI/AUT-2002-01.1
:61:0208010801C1500,00NTRFNONREF//20020002
:86:/NAME/Government of Canada/REMI/contribution
:61:0208050805C300,00NTRFNONREF//20020003
:86:/NAME/Global Example Relief/REMI/first part
:61:0208060806C200,00NTRFNONREF//20020004
:86:/NAME/Global Example Relief/REMI/second part
:62F:C020831USD61405,94
-
"""


def test_a_book_is_made_kept_and_sealed_without_a_terminal(
    page: Page, complaints: Complaints, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    subprocess.run([*COMMAND, "init", str(book)], capture_output=True, check=True)
    officer = Officer(page=page, desktop=tmp_path)
    with served(book) as base:
        page.goto(base)
        _set_up(officer)
        _take_in(officer)
        _record(officer)
        _change(officer)
        _tell(officer)
        _close(officer)
    assert complaints == []
    _hold_what_was_booked(book / "main.beancount")
    assert officer.table() in GUIDE.read_text("utf-8"), officer.table()


def _hold_what_was_booked(main: Path) -> None:
    book = load_book(main)
    assert book.errors == []
    assert list(book.settings.seals) == ["2002-2003"]
    assert book.settings.periods.names() == ["2002-2003", "2004-2005"]
    left = {label: str(steps[-1].after.units) for label, steps in book.register.by_label.items()}
    assert left == {"NOR-2002-01.1": "400000", "NOR-2002-01.2": "250000"}  # in the new period
    assert waiting_receipts(book) == []
    assert [each.kind for each in read_letters(book.entries)] == ["statement"]
    assert len(list(read_receipts(book.entries))) == 5


def _set_up(officer: Officer) -> None:
    page = officer.page
    with officer.task(
        "name the book, look at its funds, purposes and period, write its letterhead"
    ):
        officer.go("Setup")
        for section in ("fund", "purpose", "period"):
            expect(page.locator(f"#desk section h2#{section}")).to_be_attached()
        part = page.locator("section", has=page.locator("h2#name"))
        form = officer.part("Change it", part)
        officer.fill(form.get_by_label("Name"), "Example fund (made up)")
        officer.book(form.get_by_role("button"))
        form = officer.part("CPCJF, English")
        officer.fill(form.get_by_label("Organization"), "Example Office")
        officer.book(form.get_by_role("button"))
        officer.picture("setup", 900)
    with officer.task("a bank account, from its first statement"):
        officer.put_in("statement.sta", STATEMENT)
        officer.click(page.get_by_role("link", name="Add this account"))
        form = page.locator("details", has_text="is a statement of the account").last
        officer.book(form.get_by_role("button"))
    with officer.task("rates"):
        officer.put_in("un-rates.csv", RATES)
        officer.link("1 March 2002")
        officer.book("Book 6 rates", "6 rates are in the book")


def _take_in(officer: Officer) -> None:
    page = officer.page
    with officer.task("import a ministry's sheet"):
        officer.put_in("ministry.csv", MINISTRY)
        officer.book(page.locator("#import"), "2 entries are in the book")
    with officer.task("answer a sheet's questions (Norwegian, years as columns)"):
        officer.put_in("norge.csv", NORWEGIAN)
        _answer(officer, "For which fund", "CPCJF")
        officer.choose("Meaning of “Korrupsjon”", "corruption")
        officer.choose("Meaning of “Generelt”", "general")
        officer.click("Confirm these words")
        expect(page.locator("#meanings")).to_have_count(0, timeout=WRITING)
        card = page.locator(".question", has_text="When were these pledged")
        officer.fill(card.get_by_role("textbox"), "2002-03-05")
        officer.click(card.get_by_role("button", name="Answer", exact=True))
        expect(page.locator("#import")).to_contain_text("NOK 850,000.00", timeout=WRITING)
        officer.book(page.locator("#import"), "2 entries are in the book")
    with officer.task("correct what a column holds"):
        officer.put_in("canada.csv", SMALL)
        officer.part("What the columns hold")
        officer.choose(page.locator("select[name=column-G]"), "Purpose")
        expect(page.locator("#rows mark").first).to_be_visible(timeout=WRITING)
        officer.book(page.locator("#import"), "2 entries are in the book")


def _answer(officer: Officer, question: str, answer: str) -> None:
    card = officer.page.locator(".question", has_text=question)
    officer.click(card.get_by_role("button", name=re.compile(rf"^{answer}")))
    expect(card).to_have_count(0, timeout=WRITING)


def _record(officer: Officer) -> None:
    page = officer.page
    with officer.task("a new donor, and its pledge"):
        officer.form("A pledge")
        officer.fill(page.locator("#field-donor"), "Global Example Relief")
        page.locator("#field-donor").blur()
        adding = page.locator(".add-donor:visible")
        officer.choose(adding.get_by_label("Kind"), "non-governmental organization")
        officer.click(adding.get_by_role("button", name="Add", exact=True))
        expect(adding).to_have_count(0, timeout=WRITING)
        officer.record(
            day="2002-05-02", amount="500", currency="USD", due="2002-08-31", fund="CPCJF"
        )
    with officer.task("import a statement"):
        officer.go("Inbox")
        officer.link("statement.sta")
        officer.book(page.locator("#import"), "4 entries are in the book")
    with officer.task("reconcile: a candidate, one receipt for two instalments, two for one"):
        officer.go("Reconcile")
        officer.click(page.locator("#receipt .offers button"))
        expect(page.locator("#waiting tr.decided")).to_have_count(1)
        for payer, labels, others in (
            ("Canada", ["CAN-2002-01.1", "CAN-2002-02.1"], 0),
            ("Global Example Relief", ["GER-2002-01.1"], 1),
        ):
            row = page.locator("#waiting tbody tr:not(.decided)", has_text=payer).first
            officer.click(row.locator("a"))
            expect(page.locator("#receipt h2")).to_contain_text(row.get_attribute("data-receipt"))
            for label in labels:
                officer.check(page.locator(f"#by-hand input[value='{label}']"))
            for box in page.locator("#by-hand input[name=receipt]").all()[:others]:
                officer.check(box)
            officer.click("Accept these")
            expect(row).to_have_count(0)
        officer.fill("Decided by", "An officer")
        officer.book("Book 3 decisions", "3 decisions are in the book")
        expect(page.locator("#desk")).to_contain_text("Nothing waits.")


def _change(officer: Officer) -> None:
    page = officer.page
    with officer.task("a payment, by form"):
        officer.form("A payment")
        officer.fill(page.locator("[data-field=paid]").get_by_label("Instalment"), "AUT-2002-02.1")
        officer.record(day="2002-09-30", value="39,215.69")
        expect(page.locator("#written")).to_contain_text("AUT-2002-02.1")
    with officer.task("who owes what"):
        officer.go("Contributions")
        officer.click(page.locator("#desk a[href*=overdue]"))
        expect(page.locator("#desk")).to_contain_text("NOR-2002-01.1", timeout=WRITING)
    with officer.task("a donor's history, and an amendment from it"):
        officer.go("Donors")
        officer.link("Norway")
        officer.part(re.compile(r"\d+ entr"))
        officer.click(page.get_by_label("Record something of NOR-2002-01.2"))
        officer.click(page.get_by_role("link", name="another amount").locator("visible=true"))
        expect(page.locator("#field-label")).to_have_value("NOR-2002-01.2")
        officer.record(amount="250,000.00", day="2002-10-01", document="Note verbale 7 (made up)")
    with officer.task("a write-off that waits for approval"):
        officer.form("Write-off")
        officer.fill(page.locator("#field-label"), "NOR-2002-02.1")
        officer.part("More", page.locator("#event"))
        officer.check(page.get_by_label("It waits for approval"))
        officer.record(day="2003-11-28", authority="Controller (made up)", entered_by="An officer")
    with officer.task("approve it"):
        officer.fill("Approved by", "Chief of finance")
        officer.book(page.locator("button.approve"))
        expect(page.locator("#desk")).to_contain_text("Nothing waits for approval")


def _tell(officer: Officer) -> None:
    page = officer.page
    with officer.task("a letter to a donor, kept as sent"):
        officer.go("Letters")
        officer.choose(page.locator("select[name=kind]"), "statement")
        officer.choose(page.locator("select[name=donor]"), "AUT")
        officer.click("Check")
        part = officer.part("Mark 1 letter as sent")
        officer.book(part.get_by_role("button", name="Book"))
    with officer.task("official receipts"):
        officer.go("Letters")
        button = page.get_by_role("button", name=re.compile(r"^Issue \d+ receipts"))
        issue = page.locator("dialog").get_by_role("button", name=re.compile("^Issue"))
        officer.confirm(button, issue)
        officer.picture("letters", 900)
    with officer.task("undo what was booked"):
        officer.form("Expenditure")
        officer.record(day="2002-12-01", value="10", fund="CPCJF")
        officer.click(page.locator("#written a.undo"))
        officer.book(page.locator("#undoing").get_by_role("button", name="Undo"), "taken back")
    with officer.task("a report as a file"):
        officer.go("Reports")
        officer.link("Schedule of voluntary contributions")
        with page.expect_download() as kept:
            officer.click(page.get_by_role("link", name=re.compile("xlsx")))
        made = load_workbook(BytesIO(kept.value.path().read_bytes()))
        cells = [str(cell.value).strip() for each in made for row in each for cell in row]
        assert "Global Example Relief" in cells


def _close(officer: Officer) -> None:
    page = officer.page
    with officer.task("close and seal the period, check the seal, see its report"):
        officer.go("Close")
        names = page.locator("aside a[href*='/extension/']:visible").all_inner_texts()
        order = " ".join(re.sub(r"\W*\d*$", "", each.strip()) for each in names)
        assert order == ORDER  # the page that is shown keeps its place
        officer.picture("close", 900)
        officer.click(page.locator("#closing-form").get_by_role("button"))
        ask = page.locator("dialog").get_by_role("button", name="Close and seal")
        officer.book(ask, "2002-2003 is closed and sealed. The period 2004-2005 is declared")
        expect(page.locator("#desk")).to_contain_text("2002-2003: all is as it was sealed.")
        officer.link("Its reports")
        officer.link("Schedule of voluntary contributions")
        expect(page.locator("table.report")).to_contain_text("Global Example Relief")

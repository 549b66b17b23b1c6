"""Inbox, in a real browser and without: from a donor's file to a changed book (made up)."""

from __future__ import annotations

import json
import re
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from fava.application import create_app
from flask.testing import FlaskClient
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pledgebook.desk.progress import telling
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.money import format_units
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.reports.closing import make_figures
from serving import NEEDS_CHROMIUM, Complaints, served, show
from test_cli_bank import BANK, STATEMENT
from werkzeug.test import TestResponse

SHEET = """Letters received (made up);;;;;;
Donor;Note verbale;Date of pledge;Currency;Amount;Due date;Earmarking
Norway;NV 1;2002-03-01;USD;10000.00;2002-06-30;Corruption
Untied Kingdom;NV 2;2002-03-04;USD;20000.00;2002-06-30;General
Sweden;NV 3;2002-03-05;USD;1.234;2002-06-30;General
Total;;;;31234.00;;
"""
FUND = "CPCJF"
OWN = {"Origin": "http://localhost"}
BASE = "/voluntary-contributions/extension/Inbox/"


@pytest.fixture
def main(tmp_path: Path) -> Path:
    main = make_book(tmp_path / "book")
    (main.parent / "inbox" / "letters.csv").write_text(SHEET, "utf-8")
    return main


@pytest.fixture
def fava(main: Path) -> FlaskClient:
    return create_app([main], load=True, poll_watcher=True).test_client()


def seen(fava: FlaskClient, what: str, **asked: str) -> str:
    text = fava.get(BASE, query_string=asked).text
    return text.partition(f'data-{what}="')[2].partition('"')[0]


def take(fava: FlaskClient, name: str, choices: dict | None = None, **changed: str) -> TestResponse:
    form = {
        "file": name,
        "stamp": seen(fava, "stamp", file=name),
        "choices": json.dumps(choices or {"fund": FUND}),
        "book": seen(fava, "book"),
    }
    return fava.post(f"{BASE}import", json={**form, **changed}, headers=OWN)


def pledged(main: Path) -> dict[str, str]:
    book = load_book(main)
    assert book.errors == []
    return {line.label: format_units(line.pledged) for line in list_instalments(book.register)}


def upload(fava: FlaskClient, name: str, content: bytes) -> TestResponse:
    return fava.post(
        f"{BASE}upload",
        query_string={"name": name}, data=content, content_type="application/octet-stream",
        headers=OWN,
    )  # fmt: skip


def test_what_the_page_shows_is_taken_in_one_write_and_its_receipt_kept(
    main: Path, fava: FlaskClient
) -> None:
    page = fava.get(BASE, query_string={"file": "letters.csv", "choices": '{"fund": "CPCJF"}'}).text
    assert "New: 1; amending a pledge: 0; waiting: 2; rejected: 0" in page
    answer = take(fava, "letters.csv")
    assert answer.status_code == 200, answer.json
    assert pledged(main) == {"NOR-2002-01.1": "10000"}
    assert answer.json["taken"] == 1
    (kept,) = (main.parent / "documents" / "imports").iterdir()
    assert {"letters.csv", "receipt.html", "receipt.xlsx"} <= {path.name for path in kept.iterdir()}
    assert "its receipt" in fava.get(BASE).text
    again = take(fava, "letters.csv")
    assert again.status_code == 200
    assert pledged(main) == {"NOR-2002-01.1": "10000"}


def rows_of(page: str) -> dict[str, str]:
    """Return what the page says of each row that holds something, by its number."""
    table = page.partition('id="rows"')[2].partition("</table>")[0]
    found = re.findall(
        r'<td class="num" rowspan="\d+">(\d+)</td>(.*?)<tr class="cells">', table, re.DOTALL
    )
    return {number: re.sub(r"\s+", " ", re.sub(r"<(?!/?mark)[^>]*>", " ", unescape(text)))
            for number, text in found}  # fmt: skip


def test_rows_are_shown_as_the_entries_that_will_be_booked(fava: FlaskClient) -> None:
    page = fava.get(BASE, query_string={"file": "letters.csv", "choices": '{"fund": "CPCJF"}'}).text
    assert re.search(r'id="import"[^>]*>Book 1 pledge: USD 10,000.00</button>', page)
    rows = rows_of(page)
    assert " ".join(rows["3"].split()) == (
        "to be booked Norway NOR-2002-01.1 CPCJF, special, Corruption 2002-03-01 2002-06-30 "
        "10,000.00 USD 10,000.00 OP7 OP14"
    )
    assert rows["4"].startswith(" waits ")
    assert "/Donor/" not in page.partition('id="rows"')[2]  # no pledge that is not there yet
    search = page.partition('role="search"')[2].partition("</form>")[0]
    assert 'value=""' in search
    words = re.sub(r"<[^>]*>", "", page.partition('id="file"')[2].partition("<script")[0])
    assert "imported" not in words
    assert "<dd>NV 1</dd>" in page  # its cells stand folded beneath it


def test_currencies_are_never_added_together(main: Path, fava: FlaskClient) -> None:
    text = SHEET.replace("Untied", "United").replace("USD;20000.00", "EUR;20000.00")
    (main.parent / "inbox" / "letters.csv").write_text(text, "utf-8")
    with main.open("a", encoding="utf-8") as file:
        file.write("2002-03-01 price USD 1.25 EUR\n")
    fava.application.config["LEDGERS"].ledgers[0].changed()
    page = fava.get(BASE, query_string={"file": "letters.csv", "choices": '{"fund": "CPCJF"}'}).text
    assert "Book 2 pledges: EUR 20,000.00, USD 10,000.00</button>" in page
    assert "16,000.00 at 1.25" in rows_of(page)["4"]


def test_what_a_choice_changed_is_marked(fava: FlaskClient) -> None:
    before = {"fund": FUND}
    now = {"fund": FUND, "tables": {"letters!A2:G6": {"columns": {"F": ""}}}}
    asked = {"file": "letters.csv", "choices": json.dumps(now)}
    assert "<mark>" not in rows_of(fava.get(BASE, query_string=asked).text)["3"]
    asked["before"] = json.dumps(before)
    row = rows_of(fava.get(BASE, query_string=asked).text)["3"]
    assert re.findall(r"<mark>\s*(.*?)\s*</mark>", row) == ["to be booked", "–"]  # its reason too
    assert "2002-06-30" not in row


def test_words_of_a_sheet_that_are_not_known_stand_on_one_list(
    main: Path, fava: FlaskClient
) -> None:
    text = SHEET.replace("Untied", "United").replace("Corruption", "Korrupsjon")
    text = text.replace("30;General\nSweden", "30;Menneskehandel\nSweden")
    (main.parent / "inbox" / "letters.csv").write_text(text, "utf-8")
    asked = {"file": "letters.csv", "choices": json.dumps({"fund": FUND})}
    page = unescape(fava.get(BASE, query_string=asked).text)
    ids = re.findall(r'<select name="([^"]*)" aria-label="Meaning of', page)
    assert [each.rpartition(":")[2] for each in ids] == ["Korrupsjon", "Menneskehandel"]
    assert "Which purpose is" not in page
    choices = {"fund": FUND, "answers": dict(zip(ids, ("corruption", "general"), strict=True))}
    asked["choices"] = json.dumps(choices)
    page = fava.get(BASE, query_string=asked).text
    assert "Book 2 pledges: USD 30,000.00</button>" in page
    assert "Meaning of" not in page


def test_how_far_a_file_is_read_is_told_while_it_is(fava: FlaskClient) -> None:
    assert fava.get(f"{BASE}progress", query_string={"file": "letters.csv"}).json == {}
    with telling("letters.csv") as tell:
        tell("letters.csv", 3, 7)
        told = fava.get(f"{BASE}progress", query_string={"file": "letters.csv"}).json
    assert (told["done"], told["of"]) == (3, 7)
    assert fava.get(f"{BASE}progress", query_string={"file": "letters.csv"}).json == {}


def test_a_file_can_be_removed_and_comes_back(main: Path, fava: FlaskClient) -> None:
    form = {"file": "letters.csv", "stamp": seen(fava, "stamp", file="letters.csv")}
    refused = fava.post(f"{BASE}remove", json={**form, "stamp": "x"}, headers=OWN).json["refused"]
    assert "was changed since it was shown" in refused
    assert fava.post(f"{BASE}remove", json=form, headers=OWN).json == {"removed": "letters.csv"}
    page = fava.get(BASE, query_string={"removed": "letters.csv"}).text
    assert "The inbox is empty" in page
    assert 'id="restore"' in page
    answer = fava.post(f"{BASE}restore", json={"file": "letters.csv"}, headers=OWN).json
    assert answer == {"file": "letters.csv"}
    assert (main.parent / "inbox" / "letters.csv").read_text("utf-8") == SHEET
    for name in ("../letters.csv", "letters.csv", "../../main.beancount"):
        assert fava.post(f"{BASE}restore", json={"file": name}, headers=OWN).status_code == 409


def test_a_corrected_version_takes_the_place_of_a_file(main: Path, fava: FlaskClient) -> None:
    corrected = SHEET.replace("Untied", "United").encode()
    answer = fava.post(
        f"{BASE}upload", query_string={"name": "corrected 2.csv", "replaces": "letters.csv"},
        data=corrected, content_type="application/octet-stream", headers=OWN,
    )  # fmt: skip
    assert answer.json == {"file": "letters.csv", "replaced": "letters.csv"}
    inbox = main.parent / "inbox"
    assert (inbox / "letters.csv").read_bytes() == corrected
    assert (inbox / "removed" / "letters.csv").read_text("utf-8") == SHEET


def test_the_source_of_an_entry_leads_to_its_row_even_after_the_file_is_gone(
    main: Path, fava: FlaskClient
) -> None:
    assert take(fava, "letters.csv").status_code == 200
    pledge = BASE.replace("Inbox", "Donor")
    for gone in (False, True):
        if gone:
            (main.parent / "inbox" / "letters.csv").write_text("Donor;Amount\nItaly;5\n", "utf-8")
        page = fava.get(pledge, query_string={"pledge": "NOR-2002-01"}).text
        (link,) = re.findall(r'href="([^"]*/Inbox/[^"]*)">letters.csv#letters!A3</a>', page)
        page = fava.get(unescape(link)).text
        assert ('aria-current="true">' in page.partition('id="row-3"')[2][:40]) is True
        assert '<details class="inline" open>' in page
        assert ("This is the file as it was when it was booked" in page) is gone
        assert ('id="import"' in page) is not gone
    answer = fava.get(BASE, query_string={"file": "letters.csv", "sha256": "0" * 64})
    assert "is not kept as it was" in answer.text


def test_choices_decide_what_waits_and_a_confirmed_name_is_remembered(
    main: Path, fava: FlaskClient
) -> None:
    choices = {
        "fund": FUND,
        "names": {"Untied Kingdom": "GBR"},
        "answers": {"letters.csv#letters!A2:decimal-mark:E": ","},
    }
    assert take(fava, "letters.csv", choices).status_code == 200
    assert pledged(main) == {
        "NOR-2002-01.1": "10000", "GBR-2002-01.1": "20000", "SWE-2002-01.1": "1234",
    }  # fmt: skip
    assert load_book(main).settings.donors.resolve("Untied Kingdom").code == "GBR"


def test_a_name_can_be_said_to_be_a_new_donor(main: Path, fava: FlaskClient) -> None:
    text = SHEET.replace("Untied Kingdom", "Society for Example Studies")
    (main.parent / "inbox" / "letters.csv").write_text(text, "utf-8")
    page = fava.get(BASE, query_string={"file": "letters.csv", "choices": '{"fund": "CPCJF"}'}).text
    assert 'data-free="SFES"' in page
    choices = {"fund": FUND, "names": {"Society for Example Studies": "SFES:ngo"}}
    assert take(fava, "letters.csv", choices).status_code == 200
    assert pledged(main) == {"NOR-2002-01.1": "10000", "SFES-2002-01.1": "20000"}
    donor = load_book(main).settings.donors.get("SFES")
    assert (donor.name, donor.kind) == ("Society for Example Studies", "ngo")


def test_a_donor_can_be_confirmed_by_its_name(main: Path, fava: FlaskClient) -> None:
    choices = {"fund": FUND, "names": {"Untied Kingdom": "United Kingdom"}}
    assert take(fava, "letters.csv", choices).status_code == 200
    assert set(pledged(main)) == {"NOR-2002-01.1", "GBR-2002-01.1"}
    assert '"alias" "Untied Kingdom" "GBR"' in (main.parent / "names.beancount").read_text("utf-8")


def test_a_described_sheet_stays_known_once_it_is_booked_and_its_period_closed(
    main: Path, fava: FlaskClient
) -> None:
    text = "Our promises (made up);;\n;;\nNo.;Wann;Wieviel USD\n7;2002-03-01;10000.00\n"
    (main.parent / "inbox" / "letters.csv").unlink()
    (main.parent / "inbox" / "odd.csv").write_text(text, "utf-8")
    said = {
        "sheet": "odd",
        "row": 3,
        "columns": {"B": "pledge_date", "C": "amount", "A": "reference"},
        "constants": {"donor": "NOR", "currency": "USD"},
    }
    assert take(fava, "odd.csv", {"fund": FUND, "described": said}).status_code == 200
    for closed in (False, True):
        if closed:
            close_period(load_book(main), "2002-2003", make_figures)
        page = unescape(fava.get(BASE, query_string={"file": "odd.csv"}).text)
        assert "there is nothing to import" not in page
        assert "in the book already" in page
        assert 'id="questions"' not in page
        listed = unescape(fava.get(BASE).text)
        assert re.search(r"booked on \d{4}-\d\d-\d\d", listed)
        assert closed or "1 entry" in listed
        waits = fava.get(BASE.replace("Inbox/", "Today/waits")).json
        assert "booked on" in waits["files"]["odd.csv"]  # type: ignore[index]


def test_what_was_answered_of_a_booked_file_stands_on_its_page_again(
    main: Path, fava: FlaskClient
) -> None:
    text = (
        "Donor,Date of pledge,Amount,Currency,Remarks\nNorway,2002-05-05,1000,USD,subject to law\n"
    )
    text += "Sweden,2002-05-06,2000,USD,\n"
    (main.parent / "inbox" / "odd.csv").write_text(text, "utf-8")
    asked = {"file": "odd.csv", "choices": json.dumps({"fund": FUND})}
    assert 'id="questions"' in fava.get(BASE, query_string=asked).text
    answers = {"odd.csv#odd!A1:words:remarks": "leave-out"}
    assert take(fava, "odd.csv", {"fund": FUND, "answers": answers}).status_code == 200
    page = unescape(fava.get(BASE, query_string=asked).text)
    assert 'id="questions"' not in page
    assert "Leave these rows out" in page
    again = {"fund": FUND, "answers": {next(iter(answers)): "ask-again"}}
    asked["choices"] = json.dumps(again)
    assert 'id="questions"' in fava.get(BASE, query_string=asked).text


def test_a_table_that_is_not_found_can_be_described(main: Path, fava: FlaskClient) -> None:
    text = "Our promises (made up);;\n;;\nNo.;Wann;Wieviel USD\n7;2002-03-01;10000.00\n"
    (main.parent / "inbox" / "letter.csv").write_text(text, "utf-8")
    page = fava.get(BASE, query_string={"file": "letter.csv"}).text
    assert "there is nothing to import" in page
    assert "Our promises (made up)" in page
    said = {"sheet": "letter", "row": 3}
    asked = {"file": "letter.csv", "choices": json.dumps({"described": said})}
    assert "C: Wieviel USD" in fava.get(BASE, query_string=asked).text
    said |= {
        "columns": {"A": "reference", "B": "pledge_date", "C": "amount"},
        "constants": {"donor": "Norway", "currency": "USD"},
    }
    answer = take(fava, "letter.csv", {"fund": FUND, "described": said})
    assert answer.status_code == 200, answer.json
    assert pledged(main) == {"NOR-2002-01.1": "10000"}


def test_a_new_version_of_a_list_tells_what_it_no_longer_has(main: Path, fava: FlaskClient) -> None:
    first = SHEET.replace("Untied", "United").replace("1.234", "1234.00")
    (main.parent / "inbox" / "letters.csv").write_text(first, "utf-8")
    assert take(fava, "letters.csv").status_code == 200
    lines = first.splitlines(keepends=True)
    second = "".join(lines[:3] + lines[4:5])
    answer = upload(fava, "letters.csv", second.encode())
    assert answer.json == {"file": "letters.csv"}  # the first is kept with its receipt
    asked = {"file": "letters.csv", "choices": '{"fund": "CPCJF"}'}
    assert "GBR-2002-01 GBR: 20000.00 USD" in fava.get(BASE, query_string=asked).text
    (main.parent / "inbox" / "letters (1).csv").write_text(second, "utf-8")
    asked["file"] = "letters (1).csv"
    assert "GBR-2002-01 GBR: 20000.00 USD" in fava.get(BASE, query_string=asked).text


def test_a_file_or_book_that_changed_since_it_was_shown_is_not_taken(
    main: Path, fava: FlaskClient
) -> None:
    answer = take(fava, "letters.csv", stamp="letters.csv 1 1")
    assert "The file was changed since it was shown" in answer.json["refused"]
    assert take(fava, "letters.csv", book="0" * 64).json == {"changed": True}
    assert pledged(main) == {}
    assert not (main.parent / "documents" / "imports").exists()
    page = fava.get(BASE, query_string={"file": "letters.csv", "changed": "1"}).text
    assert "The book was changed meanwhile, and nothing was booked" in page


@pytest.mark.parametrize("name", ["../main.beancount", "/etc/passwd", "..", "none.csv", "a\0.csv"])
def test_no_name_leads_out_of_the_inbox(fava: FlaskClient, name: str) -> None:
    answer = fava.get(BASE, query_string={"file": name})
    assert answer.status_code == 200
    assert "The inbox holds no file" in answer.text


def test_an_address_with_choices_that_are_none_is_refused_in_a_sentence(fava: FlaskClient) -> None:
    for text in ("{", "[]", '{"tables": 1}', '{"tables": {"x": []}}', '{"tables": {"x": {}}}'):
        answer = fava.get(BASE, query_string={"file": "letters.csv", "choices": text})
        assert answer.status_code == 200
        assert "cannot be read" in answer.text or "There is no table x" in answer.text


def test_what_is_uploaded_must_be_a_sheet_or_a_statement(main: Path, fava: FlaskClient) -> None:
    inbox = main.parent / "inbox"
    before = sorted(inbox.iterdir())
    for name, content, sentence in (
        ("run.exe", b"MZ", "is no sheet or bank statement: its name must end in"),
        ("paper.xlsx", b"%PDF-1.4", "a PDF document"),
        (".csv", b"a;b", "its name must end in"),
    ):
        answer = upload(fava, name, content)
        assert answer.status_code == 400, name
        assert sentence in answer.json["refused"]
    assert sorted(inbox.iterdir()) == before
    answer = upload(fava, "../../letters.csv", SHEET.encode())
    assert answer.json == {"file": "letters-2.csv"}
    assert (inbox / "letters-2.csv").read_text("utf-8") == SHEET


def test_a_file_over_the_limit_of_fava_is_taken(main: Path, fava: FlaskClient) -> None:
    rows = "".join(
        f"Norway;NV {number};2002-03-01;USD;10.00;2002-06-30;General;{'x' * 30_000}\n"
        for number in range(300)
    )
    head = "Donor;Note verbale;Date of pledge;Currency;Amount;Due date;Earmarking;Remarks\n"
    content = (head + rows).encode()
    assert len(content) > 8_000_000
    assert upload(fava, "large.csv", content).status_code == 200
    page = fava.get(BASE, query_string={"file": "large.csv", "choices": '{"fund": "CPCJF"}'})
    assert "New: 300;" in page.text
    assert len(page.data) < 1_000_000
    assert take(fava, "large.csv").status_code == 200
    assert len(pledged(main)) == 300


def test_a_donor_with_markup_in_its_name_is_text(main: Path, fava: FlaskClient) -> None:
    text = SHEET.replace("Untied Kingdom", '<img src=x onerror="alert(1)">')
    (main.parent / "inbox" / "letters.csv").write_text(text, "utf-8")
    page = fava.get(BASE, query_string={"file": "letters.csv"}).text
    assert "<img" not in page
    assert "&lt;img" in page


@pytest.mark.browser
@NEEDS_CHROMIUM[1]
def test_from_a_file_on_a_desk_to_pledges_in_the_book(
    main: Path, page: Page, complaints: Complaints, tmp_path: Path
) -> None:
    sent = tmp_path / "sent.csv"
    sent.write_text(SHEET, "utf-8")
    with served(main) as address:
        page.goto(address)
        show(page, "Inbox")
        page.get_by_label("Put a file into the inbox").set_input_files(sent)
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.locator("#file")).to_have_text("sent.csv")

        page.get_by_label("Fund, for the file").select_option(FUND)
        expect(page.get_by_text("New: 1;")).to_be_visible()
        expect(page.locator("#import")).to_be_enabled()
        page.get_by_label("Code of “Untied Kingdom”").fill("GBR")
        # What the screen shows is what is booked: a name that is not looked at yet holds it back.
        expect(page.locator("#import")).to_be_disabled()
        expect(page.locator("#look-first")).to_be_visible()
        page.get_by_label("Code of “Untied Kingdom”").fill("")
        page.get_by_role("button", name="United Kingdom (GBR)").click()  # the name that is like it
        expect(page.get_by_text("New: 2;")).to_be_visible()

        # A column is read as something else, and then as it was found.
        page.get_by_text("What the columns hold").click()
        column = page.locator("select[name=column-G]")
        column.select_option("remarks")
        expect(page.get_by_text("New: 1;")).to_be_visible()  # Norway's earmark is a remark now
        expect(page.locator("select[name=column-G]")).to_have_value("remarks")
        page.locator("select[name=column-G]").select_option("purpose")
        expect(page.get_by_text("New: 2;")).to_be_visible()

        page.get_by_role("button", name="Book 2 pledges: USD 30,000.00").click()
        expect(page.get_by_text("2 entries are in the book now")).to_be_visible(timeout=30_000)
        expect(page.get_by_text("Of this file something was booked before")).to_be_visible()
        expect(page.get_by_role("link", name="Undo")).to_be_visible()
    assert pledged(main) == {"NOR-2002-01.1": "10000", "GBR-2002-01.1": "20000"}
    assert complaints == []


def test_a_list_is_downloaded_with_what_is_asked_beside_its_rows(fava: FlaskClient) -> None:
    choices = '{"fund": "CPCJF"}'
    page = fava.get(BASE, query_string={"file": "letters.csv", "choices": choices}).text
    (link,) = re.findall(r'href="([^"]*/back[^"]*)">Download it with what is asked', page)
    answer = fava.get(unescape(link))
    assert answer.status_code == 200, answer.text
    assert "letters-questions.xlsx" in answer.headers["Content-Disposition"]
    sheet = load_workbook(BytesIO(answer.data)).active
    assert sheet is not None
    assert [sheet.cell(row, 8).value for row in range(2, 7)] == [
        "Verdict", "Clear", "Question", "Question", None,
    ]  # fmt: skip
    assert sheet.cell(4, 9).value.startswith("Who is the donor named in this row?")


def test_a_banks_statement_is_not_sent_back(main: Path) -> None:
    settings = main.parent / "settings.beancount"
    settings.write_text(settings.read_text("utf-8") + BANK, "utf-8")
    (main.parent / "inbox" / "july.sta").write_text(STATEMENT, "utf-8")
    fava = create_app([main], load=True, poll_watcher=True).test_client()
    page = fava.get(BASE, query_string={"file": "july.sta"}).text
    assert "MONTHLY FEE" in page
    assert "Book 1 receipt: USD 1,000.00</button>" in page
    page = fava.get(BASE, query_string={"file": "july.sta", "at": "entry 2"}).text
    sought = page.partition('id="sought" aria-current="true">')[2].partition("</tr>")[0]
    assert "MONTHLY FEE" in sought
    assert "Download it with what is asked" not in page
    told = fava.get(f"{BASE}back", query_string={"file": "july.sta"})
    assert (told.status_code, told.text) == (
        409, "july.sta is a bank's statement, and no donor's list.",
    )  # fmt: skip
    assert fava.get(f"{BASE}back", query_string={"file": "../main.beancount"}).status_code == 409

"""Questions of a sheet on the page Inbox, answered as a clerk does. All amounts are made up."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest
from fava.application import create_app
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.files.making import make_book
from serving import NEEDS_CHROMIUM, Complaints, served, show

BASE = "/voluntary-contributions/extension/Inbox/"
ROWS, STATES = 3000, 100
_NEW = "Ash Bay Elm Fir Ivy Oak Pea Rye Yew Fig Ant Bat Cow Dog Eel Fox Gnu Hen Jay Owl"
NEW = [f"Example {word} Circle" for word in _NEW.split(" ")]


def write_list(path: Path) -> None:
    """A list of 3,000 pledges by 120 donors, 20 of them unknown, with years and no currency."""
    r = random.Random(55)
    states = [donor.name for donor in Directory.of_states() if not donor.valid_until]
    donors = states[:STATES] + NEW
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("Donor", "Paper", "Year", "Amount", "Purpose"))
        for number in range(ROWS):
            year, amount = r.choice((2002, 2003)), f"{r.randrange(10**6)}.{r.randrange(100):02}"
            purpose = r.choice(("Korrupsjon", ""))
            writer.writerow((donors[number % len(donors)], f"P {number}", year, amount, purpose))


@NEEDS_CHROMIUM[0]
@NEEDS_CHROMIUM[1]
def test_three_thousand_rows_take_five_answers_and_one_list_of_names(
    tmp_path: Path, page: Page, complaints: Complaints
) -> None:
    main = make_book(tmp_path / "book")
    write_list(main.parent / "inbox" / "list.csv")
    page.set_default_timeout(60_000)
    with served(main) as address:
        page.goto(address)
        show(page, "Inbox")
        page.get_by_role("link", name="list.csv").click()
        answers = 0
        for question, answer in (
            ("Which day of the year", "31 December"),
            ("In which currency", "USD"),
            ("For which fund", "CPCJF"),
            ("Which purpose is 'Korrupsjon'", "corruption"),
        ):
            card = page.locator(".question", has_text=question)
            if answer == "USD":
                card.get_by_role("textbox").fill("us dollars")
                card.get_by_role("button", name="Answer", exact=True).click()
            else:
                card.get_by_role("button", name=answer).first.click()
            expect(page.locator(".question", has_text=question)).to_have_count(0)
            answers += 1
        page.get_by_label("All that are left are new donors, each a").select_option("ngo")
        page.get_by_role("button", name="Confirm these names").click()
        expect(page.get_by_text("New: 3000; amending a pledge: 0; waiting: 0")).to_be_visible()
        assert answers <= 6
        assert page.get_by_role("button", name="Book 3000 pledges: USD ").is_enabled()
    assert complaints == []


SHEET = [("Donor", "Year", "Amount (USD)"), ("Norway", "2002", "1234.00")]


@pytest.fixture
def fava(tmp_path: Path) -> FlaskClient:
    main = make_book(tmp_path / "book")
    with (main.parent / "inbox" / "years.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(SHEET)
    return create_app([main], load=True, poll_watcher=True).test_client()


DAY = "years.csv#years!A1:day-in-year:B"


def test_each_answer_says_what_it_would_book(fava: FlaskClient) -> None:
    asked = {"file": "years.csv", "choices": json.dumps({"fund": "CPCJF"}), "id": DAY}
    weighed = json.loads(fava.get(f"{BASE}weigh", query_string=asked).text)
    assert weighed["12-31"] == "books 1 row (USD 1,234.00); 0 wait"
    assert weighed["leave-out"] == "books 0 rows; 0 wait"
    told = fava.get(f"{BASE}weigh", query_string={**asked, "value": "31-12"})
    assert told.status_code == 409
    assert "is no answer to day-in-year:B" in told.text


def test_an_answer_can_be_taken_back(fava: FlaskClient) -> None:
    choices = {"fund": "CPCJF", "answers": {DAY: "12-31"}}
    page = fava.get(BASE, query_string={"file": "years.csv", "choices": json.dumps(choices)}).text
    assert "data-take-back" in page
    assert "31 December" in page.partition('id="answered"')[2]
    page = fava.get(BASE, query_string={"file": "years.csv", "choices": '{"fund": "CPCJF"}'}).text
    assert f'class="question" data-id="{DAY}"' in page


def test_an_answer_that_is_typed_and_not_sent_decides_nothing_and_is_kept(
    fava: FlaskClient,
) -> None:
    choices = {"fund": "CPCJF", "typed": {DAY: "12-31"}}
    page = fava.get(BASE, query_string={"file": "years.csv", "choices": json.dumps(choices)}).text
    assert f'class="question" data-id="{DAY}"' in page
    assert 'value="12-31" data-typed' in page
    assert "Nothing to book yet" in page

"""Behind a proxy with a login: who is logged in stands on what the desk writes (made up)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from beancount.core.data import Transaction
from click.testing import CliRunner
from flask.testing import FlaskClient
from pledgebook.cli.main import group
from pledgebook.desk.login import LONGEST_NAME
from pledgebook.desk.serving import served_app
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.log import read_log
from pledgebook.ledger.files.making import make_book
from werkzeug.test import TestResponse

HEADER = "X-Remote-User"
HOST = "desk.example.org"
BASE = "/voluntary-contributions"
WAITS = """
2002-02-01 * "Canada" "Pledge (made up)" ^CAN-2002-01
  class: "general"
  Assets:CPCJF:Pledges:CAN  100 USD {0 # 100.00 USD, "CAN-2002-01.1"}
  Income:CPCJF:Contributions:CAN  -100.00 USD
2002-06-01 * "Canada" "CAN-2002-01.1"
  event: "receipt-unapplied"
  class: "general"
  payer: "Canada"
  Assets:CPCJF:Cash  100.00 USD
  Liabilities:CPCJF:Unapplied  -100.00 USD {0 # 100.00 USD, "R-2002-0001"}
"""
SHEET = "Donor;Note verbale;Date of pledge;Currency;Amount\nNorway;NV 1;2002-03-01;USD;1000.00\n"


class Desk:
    """A book served behind a proxy, and a person who is logged in there."""

    def __init__(self, main: Path, name: str) -> None:
        self.main = main
        app = served_app(main, read_only=False, behind=HOST, user_header=HEADER)
        self.client: FlaskClient = app.test_client()
        self.name = name

    def _headers(self) -> dict[str, str]:
        said = self.name.encode().decode("latin-1")  # as WSGI hands it over
        return {HEADER: said, "Host": HOST, "Origin": f"https://{HOST}"}

    def page(self, path: str) -> str:
        return unescape(self.client.get(f"{BASE}/{path}", headers=self._headers()).text)

    def post(self, endpoint: str, **form: Any) -> TestResponse:
        book = self.page("extension/Record/").partition('data-book="')[2].partition('"')[0]
        url = f"{BASE}/extension/{endpoint}"
        return self.client.post(url, json={**form, "book": book}, headers=self._headers())

    def record(self, **values: Any) -> TestResponse:
        given = {"donor": "AUT", "amount": "500", "currency": "USD", "day": "2002-03-01"}
        values = {**given, "fund": "CPCJF", "class_": "general", "due": "2002-06-30", **values}
        return self.post("Record/record", event="pledge", values=values)

    def written(self) -> list[Transaction]:
        """The entries that somebody's name stands on."""
        book = load_book(self.main)
        assert book.errors == []
        return [each for each in book.entries if "entered-by" in each.meta]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    main = make_book(tmp_path / "book")
    with (main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write(WAITS)
    (main.parent / "inbox" / "letters.csv").write_text(SHEET, "utf-8")
    return Desk(main, "Première fonctionnaire")


def test_each_page_says_who_is_logged_in_and_holds_their_name_in_its_fields(desk: Desk) -> None:
    pages = ("Contributions", "Donor", "Inbox", "Log", "Paragraphs", "Reconcile", "Record")
    for page in (*pages, "Reports"):
        assert "Logged in: Première fonctionnaire" in desk.page(f"extension/{page}/")
    form = desk.page("extension/Record/?event=pledge&entered_by=Somebody else")
    (field,) = re.findall(r'<input name="entered_by"[^>]*>', form)
    assert 'value="Première fonctionnaire" readonly' in field
    assert "Somebody else" not in form
    assert 'name="approved_by"' not in form


def test_what_is_recorded_bears_who_is_logged_in_whatever_the_form_says(desk: Desk) -> None:
    assert "fault" not in desk.record(entered_by="Somebody else").json
    (entry,) = desk.written()
    assert entry.meta["entered-by"] == "Première fonctionnaire"
    refused = desk.record(pairs=[["entered-by", "Somebody else"]]).json
    assert "none that the form itself states" in refused["fault"]
    assert read_log(load_book(desk.main)).writes[-1].by == "Première fonctionnaire"


def test_nobody_approves_in_anothers_name(desk: Desk) -> None:
    refused = desk.record(approved_by="Chief").json
    assert refused["field"] == "approved_by"
    assert "under their own login" in refused["fault"]
    assert desk.written() == []
    desk.record(waiting=True)
    (place,) = re.findall(r'class="approve" data-entry="(.*?)"', desk.page("extension/Record/"))
    desk.name = "Chief of accounts"
    assert desk.post("Record/approve", entry=place, by="Somebody else").status_code == 200
    (entry,) = desk.written()
    assert entry.meta["approved-by"] == "Chief of accounts"
    assert entry.meta["entered-by"] == "Première fonctionnaire"


def test_an_import_a_decision_and_taking_it_back_bear_who_is_logged_in(desk: Desk) -> None:
    stamp = desk.page("extension/Inbox/?file=letters.csv")
    stamp = stamp.partition('data-stamp="')[2].partition('"')[0]
    choices = json.dumps({"fund": "CPCJF"})
    asked = {"file": "letters.csv", "stamp": stamp, "choices": choices}
    assert desk.post("Inbox/import", **asked).json["taken"] == 1
    desk.name = "Second officer"
    assert desk.post("Reconcile/accept", all=True).status_code == 200
    page = desk.page("extension/Reconcile/")
    assert 'name="by" autocomplete="name" required value="Second officer" readonly' in page
    seen = page.partition('data-seen="')[2].partition('"')[0]
    assert desk.post("Reconcile/record", by="Somebody else", seen=seen).json["recorded"] == 1
    desk.name = "Third officer"
    asked = {"receipt": "R-2002-0001", "day": "2002-09-01"}
    assert desk.post("Reconcile/undo", **asked).status_code == 200
    told = {each.meta["event"]: each.meta["entered-by"] for each in desk.written()}
    assert told.pop("commitment") == "Première fonctionnaire"
    assert told.pop("application") == "Second officer"
    assert set(told.values()) == {"Third officer"}


@pytest.fixture(scope="module")
def main(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_book(tmp_path_factory.mktemp("login") / "book")


@pytest.fixture(scope="module")
def fava(main: Path) -> Iterator[FlaskClient]:
    with served_app(main, read_only=True, user_header=HEADER).test_client() as client:
        yield client


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "An\tofficer",
        "Officer\x7f",
        "Officer\u202egpj",
        "x" * (LONGEST_NAME + 1),
        b"Premi\xe8re",
    ],
    ids=repr,
)
@pytest.mark.parametrize("path", ["/", "/static/app.js", f"{BASE}/journal/", f"{BASE}/api/source"])
def test_without_a_name_nothing_is_handed_out(
    fava: FlaskClient, name: str | bytes, path: str
) -> None:
    said = name if isinstance(name, bytes) else name.encode()
    answer = fava.get(path, headers={HEADER: said.decode("latin-1")}, buffered=True)
    assert answer.status_code == 403
    assert "Nobody is logged in" in answer.text
    assert fava.get(path, buffered=True).status_code == 403


@pytest.mark.parametrize("peer", ["192.0.2.7", "2001:db8::1", "", "nonsense", "127.0.0.1.example"])
def test_another_machine_names_nobody(fava: FlaskClient, peer: str) -> None:
    own = {"environ_overrides": {"REMOTE_ADDR": "::1"}, "headers": {HEADER: "Officer"}}
    assert fava.get(f"{BASE}/journal/", **own).status_code == 200
    foreign = {**own, "environ_overrides": {"REMOTE_ADDR": peer}}
    assert fava.get(f"{BASE}/journal/", **foreign).status_code == 403


def test_a_header_that_serve_was_not_told_of_names_nobody(main: Path) -> None:
    fava = served_app(main, read_only=True).test_client()
    for header in (HEADER, "Remote-User", "pledgebook.user", "Pledgebook-User"):
        page = fava.get(f"{BASE}/extension/Record/", headers={header: "Somebody else"}).text
        assert "Somebody else" not in page


def test_the_proxys_host_is_answered_and_writes_where_serve_was_told_of_it(main: Path) -> None:
    own = {"Host": HOST, "Origin": f"https://{HOST}"}
    told = served_app(main, read_only=False, behind=HOST).test_client()
    alone = served_app(main, read_only=False).test_client()
    url = f"{BASE}/api/format_source"
    assert told.put(url, json={"source": ""}, headers=own).status_code == 200
    assert alone.put(url, json={"source": ""}, headers=own).status_code == 400
    for foreign in (f"https://{HOST}:8443", f"https://x.{HOST}", "http://localhost"):
        headers = {**own, "Origin": foreign}
        assert told.put(url, json={"source": ""}, headers=headers).status_code == 403
    policy = told.get(f"{BASE}/journal/", headers=own).headers["Content-Security-Policy"]
    assert f"script-src {HOST}/static/ " in policy


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--behind", "https://desk.example.org"], "no name of a host"),
        (["--behind", "desk.example.org:443"], "no name of a host"),
        (["--behind", "*"], "no name of a host"),
        (["--behind", ".example.org"], "no name of a host"),
        (["--user-header", "X_Remote_User"], "no name of a header"),
        (["--user-header", "X-Remote-User: Officer"], "no name of a header"),
    ],
)
def test_serve_refuses_what_is_no_host_or_header(
    main: Path, options: list[str], sentence: str
) -> None:
    result = CliRunner().invoke(group, ["--book", str(main), "serve", *options])
    assert result.exit_code == 2
    assert sentence in result.output

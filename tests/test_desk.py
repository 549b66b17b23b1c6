"""The desk's pages in Fava, without a browser: what they share, refuse and bear."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from fava.application import create_app
from flask.testing import FlaskClient
from pledgebook import desk
from pledgebook.desk import loaded
from pledgebook.desk.page import Page, writing
from pledgebook.desk.saving import save
from pledgebook.desk.serving import served_app
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.files.writing import write_texts
from pledgebook.ledger.findings import BookRefusedError
from werkzeug.test import TestResponse

LINE = '1999-12-31 custom "fava-extension" "pledgebook.desk"'
PLEDGE = """
2002-03-01 * "Austria" "Pledge (made up)" ^AUT-2002-01
  class: "special"
  purpose: "corruption"
  Assets:CPCJF:Pledges:AUT         60000 EUR {0 # 52631.58 USD, "AUT-2002-01.1"}
    due: 2002-06-30
  Income:CPCJF:Contributions:AUT  -52631.58 USD
"""


class Trying(Page):
    """A page for tests: it writes a comment into the book's file, or fails as it is told."""

    title = "Trying"

    def _render(self, template: str, **shown: Any) -> Any:
        return super()._render("desk.html" if template == "trying.html" else template, **shown)

    def view(self, _desk: loaded.Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        if asked.get("fail"):
            raise KeyError(asked["fail"])
        return {}

    @writing("add", takes="record")
    def add(self, form: dict[str, Any]) -> dict[str, Any]:
        def write(book: Any) -> list[Path]:
            path = book.folder / "2002-2003.beancount"
            write_texts(book, {path: path.read_text("utf-8") + form["text"]})
            return [path]

        return {"book": save(self.ledger, form["book"], write).book.sha256}

    @writing("fail", takes="record")
    def fail(self, form: dict[str, Any]) -> dict[str, Any]:
        raise (BookRefusedError if form["kind"] == "refused" else KeyError)("<told>")

    @writing("file", takes="record", takes_file=True)
    def file(self, content: bytes) -> dict[str, Any]:
        return {"bytes": len(content)}


@pytest.fixture
def book(tmp_path: Path) -> Path:
    main = make_book(tmp_path / "book")
    with (main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write(PLEDGE)
    return main


@pytest.fixture
def open_fava(monkeypatch: pytest.MonkeyPatch) -> Callable[..., FlaskClient]:
    """Open a book in Fava, which finds the page for tests among the desk's own."""
    monkeypatch.setattr(desk, "Trying", Trying, raising=False)

    def open_book(main: Path, **given: bool) -> FlaskClient:
        return create_app([main], load=True, poll_watcher=True, **given).test_client()

    return open_book


@pytest.fixture
def fava(book: Path, open_fava: Callable[..., FlaskClient]) -> FlaskClient:
    return open_fava(book)


ADDRESS = "/voluntary-contributions/extension"
MODULES = "/voluntary-contributions/extension_js_module"
OWN = {"Origin": "http://localhost"}


def seen(fava: FlaskClient) -> str:
    text = fava.get(f"{ADDRESS}/Trying/").text
    return text.partition('data-book="')[2].partition('"')[0]


def post(fava: FlaskClient, endpoint: str, form: Any, **headers: str) -> TestResponse:
    return fava.post(f"{ADDRESS}/Trying/{endpoint}", json=form, headers={**OWN, **headers})


def test_every_page_is_in_the_sidebar_and_opens(fava: FlaskClient) -> None:
    page = fava.get("/voluntary-contributions/income_statement/").text
    data = json.loads(page.partition('id="ledger-data">')[2].partition("</script>")[0])
    titles = {each["name"]: each["report_title"] for each in data["extensions"]}
    for name in desk.__all__:
        assert titles[name]
        answer = fava.get(f"{ADDRESS}/{name}/")
        assert answer.status_code == 200
        assert 'id="desk"' in answer.text
        assert 'role="alert">\n<p>' not in answer.text, name
        files = (f"{ADDRESS}/{name}/desk.css", f"{ADDRESS}/{name}/desk.js", f"{MODULES}/{name}.js")
        assert [fava.get(file, buffered=True).status_code for file in files] == [200, 200, 200]


def test_the_book_is_read_and_computed_once_a_load(book: Path, fava: FlaskClient) -> None:
    first = loaded._DESKS[str(book)]
    computed: list[int] = []
    for _ in range(2):
        fava.get(f"{ADDRESS}/Contributions/")
        first.once("figure", lambda: computed.append(1))
    assert loaded._DESKS[str(book)] is first
    assert computed == [1]
    answer = post(fava, "add", {"book": first.book.sha256, "text": "; a comment\n"})
    assert answer.status_code == 200
    assert loaded._DESKS[str(book)] is not first


def test_a_page_that_fails_says_so_and_fava_goes_on(
    fava: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL):
        answer = fava.get(f"{ADDRESS}/Trying/?fail=<b>this</b>")
    assert answer.status_code == 200
    assert "KeyError: &#39;&lt;b&gt;this&lt;/b&gt;&#39;" in answer.text
    assert fava.get("/voluntary-contributions/journal/").status_code == 200


def test_what_a_page_writes_is_in_the_book_and_shown(book: Path, fava: FlaskClient) -> None:
    before = seen(fava)
    answer = post(fava, "add", {"book": before, "text": "; a comment\n"})
    assert answer.status_code == 200
    assert (book.parent / "2002-2003.beancount").read_text("utf-8").endswith("; a comment\n")
    assert seen(fava) == answer.json["book"] != before
    assert answer.json["book"] == load_book(book).sha256


def test_a_page_of_an_older_book_writes_nothing(book: Path, fava: FlaskClient) -> None:
    """As from a second window, or with the file edited meanwhile."""
    before = seen(fava)
    assert post(fava, "add", {"book": before, "text": "; the first\n"}).status_code == 200
    answer = post(fava, "add", {"book": before, "text": "; the second\n"})
    assert answer.status_code == 409
    assert "was changed since this page was made" in answer.json["refused"]
    text = (book.parent / "2002-2003.beancount").read_text("utf-8")
    assert text.endswith("; the first\n")


def test_a_write_that_would_break_the_book_is_refused_with_the_reason(
    book: Path, fava: FlaskClient
) -> None:
    path = book.parent / "2002-2003.beancount"
    before = path.read_bytes()
    answer = post(fava, "add", {"book": seen(fava), "text": "2002-01-01 open Assets:Nowhere:\n"})
    assert answer.status_code == 409
    assert "The book would have" in answer.json["refused"]
    assert path.read_bytes() == before


def test_a_refusal_and_a_failure_are_sentences(
    fava: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert post(fava, "fail", {"kind": "refused"}).json == {"refused": "<told>"}
    with caplog.at_level(logging.CRITICAL):
        answer = post(fava, "fail", {"kind": "other"})
    assert answer.status_code == 500
    assert "KeyError" in answer.json["refused"]


@pytest.mark.parametrize(
    ("headers", "sentence"),
    [
        ({"Origin": "https://elsewhere.example"}, "not sent by a page of the desk"),
        ({"Origin": "null"}, "not sent by a page of the desk"),
        ({"Sec-Fetch-Site": "cross-site"}, "not sent by a page of the desk"),
        ({"Host": "elsewhere.example", "Origin": "http://elsewhere.example"}, "host elsewhere"),
    ],
)
def test_a_foreign_page_cannot_write(
    fava: FlaskClient, headers: dict[str, str], sentence: str
) -> None:
    answer = post(fava, "add", {"book": seen(fava), "text": "; foreign\n"}, **headers)
    assert answer.status_code == 403
    assert sentence in answer.json["refused"]


def test_a_posted_form_or_text_is_no_json(book: Path, fava: FlaskClient) -> None:
    before = (book.parent / "2002-2003.beancount").read_bytes()
    url = f"{ADDRESS}/Trying/add"
    form = json.dumps({"book": seen(fava), "text": "; foreign\n"})
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data", ""):
        answer = fava.post(url, data=form, headers=OWN, content_type=kind)
        assert answer.status_code == 415, kind
    for text in ("{", "[1]", '"text"'):
        answer = fava.post(url, data=text, headers=OWN, content_type="application/json")
        assert answer.status_code == 400, text
    assert (book.parent / "2002-2003.beancount").read_bytes() == before


def test_a_request_is_bounded_and_a_file_may_be_larger_than_fava_takes(fava: FlaskClient) -> None:
    assert post(fava, "add", {"text": "x" * 1_000_001}).status_code == 413
    url = f"{ADDRESS}/Trying/file"
    given = {"headers": OWN, "content_type": "application/octet-stream"}
    assert fava.post(url, data=b"x" * 9_000_000, **given).json == {"bytes": 9_000_000}
    answer = fava.post(url, data=b"x" * 64_000_001, **given)
    assert answer.status_code == 413
    assert "at most 64,000,000" in answer.json["refused"]
    assert fava.post(url, data=b"x", headers=OWN).status_code == 415


def test_read_only_shows_all_and_writes_nothing(
    book: Path, open_fava: Callable[..., FlaskClient]
) -> None:
    fava = open_fava(book, read_only=True)
    assert "data-read-only" in fava.get(f"{ADDRESS}/Trying/").text
    answer = post(fava, "add", {"book": seen(fava), "text": "; a comment\n"})
    assert answer.status_code == 401


@pytest.mark.parametrize("config", ['"{"', "\"{'hosts': ['desk.example']}\"", '""', "12"])
def test_the_desk_takes_no_configuration_from_a_book_and_says_so(
    book: Path, open_fava: Callable[..., FlaskClient], config: str
) -> None:
    book.write_text(book.read_text("utf-8").replace(LINE, f"{LINE} {config}"), "utf-8")
    fava = open_fava(book)
    assert "takes no configuration" in fava.get(f"{ADDRESS}/Contributions/").text
    headers = {"Host": "desk.example", "Origin": "http://desk.example"}
    assert post(fava, "add", {"book": seen(fava), "text": "; x\n"}, **headers).status_code == 403


@pytest.mark.parametrize(
    "text",
    [
        "2002-01-01 nonsense\n",
        '2002-03-02 * "Nobody" "x"\n  Assets:CPCJF:Pledges:XYZ  1 USD\n  Income:CPCJF:Interest\n',
        'include "missing.beancount"\n',
        '2002-01-01 custom "period" "2002" 2002-06-30\n',
    ],
)
def test_a_book_with_errors_is_shown_and_says_so(
    book: Path, open_fava: Callable[..., FlaskClient], text: str
) -> None:
    path = book.parent / "2002-2003.beancount"
    path.write_text(path.read_text("utf-8") + text, "utf-8")
    fava = open_fava(book)
    for name in desk.__all__:
        page = fava.get(f"{ADDRESS}/{name}/")
        assert page.status_code == 200
        assert "The book has" in page.text
    assert post(fava, "add", {"book": seen(fava), "text": ""}).status_code == 409


def test_a_new_book_shows_its_period(tmp_path: Path, open_fava: Callable[..., FlaskClient]) -> None:
    fava = open_fava(make_book(tmp_path / "book"))
    assert "31 December 2003" in fava.get(f"{ADDRESS}/Contributions/").text


def test_a_book_with_nothing_in_it_is_shown(
    tmp_path: Path, open_fava: Callable[..., FlaskClient]
) -> None:
    main = tmp_path / "main.beancount"
    main.write_text(f'option "title" "Voluntary contributions"\n{LINE}\n', "utf-8")
    fava = open_fava(main)
    for name in desk.__all__:
        assert fava.get(f"{ADDRESS}/{name}/").status_code == 200


def test_the_pages_carry_favas_filters_along_and_say_that_they_do_not_use_them(
    fava: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert "filters do not limit this page" in fava.get(f"{ADDRESS}/Trying/?time=2002").text
    with caplog.at_level(logging.CRITICAL):
        page = fava.get(f"{ADDRESS}/Trying/?time=2002&fail=yes").text
    assert f'href="{ADDRESS}/Trying/?time=2002"' in page


def test_serve_answers_to_this_machine_alone(book: Path) -> None:
    fava = served_app(book, read_only=False).test_client()
    for host in ("127.0.0.1:5000", "localhost:5000"):
        assert fava.get(f"{ADDRESS}/Contributions/", headers={"Host": host}).status_code == 200
    for host in ("elsewhere.example", "127.0.0.1.elsewhere.example", "[::1]:5000"):
        for path in (f"{ADDRESS}/Contributions/", "/voluntary-contributions/api/changed", "/"):
            assert fava.get(path, headers={"Host": host}).status_code == 400, (host, path)

"""What `serve` puts before all of Fava: its answers' policy, files, foreign requests, the login."""

from __future__ import annotations

import json
from hashlib import sha256
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest
from fava.application import create_app
from flask.testing import FlaskClient
from pledgebook.desk.guarding import LARGEST_FILE
from pledgebook.desk.serving import make_server, served_app
from pledgebook.desk.shielding import HEADERS, NOTHING, EscapeAlways
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from werkzeug.test import TestResponse

BASE = "/voluntary-contributions"
OWN = {"Origin": "http://localhost"}
ENTRIES = """
2002-03-01 * "<b>Payer</b>" "<i onclick='run()'>Pledge & more</i>" ^AUT-2002-01
  class: "general"
  remark: "<u>\\"'"
  document: "documents/letter.html"
  Assets:CPCJF:Pledges:AUT  600 USD {0 # 600.00 USD, "AUT-2002-01.1"}
  Income:CPCJF:Contributions:AUT  -600.00 USD
2002-03-01 note Assets:CPCJF:Cash "<script>run()</script>"
2002-03-01 custom "<s>" "<img src=x>"
2002-03-01 document Assets:CPCJF:Cash "documents/letter.html"
"""
SCRIPT = b"<script>run()</script>"
FILES = ("html", "js", "svg", "pdf", "css", "xml", "xhtml", "txt", "wasm", "png", "jpg")


@pytest.fixture(scope="module")
def main(tmp_path_factory: pytest.TempPathFactory) -> Path:
    main = make_book(tmp_path_factory.mktemp("served") / "book")
    for ending in FILES:
        (main.parent / "inbox" / f"sent.{ending}").write_bytes(SCRIPT)
    (main.parent / "documents" / "letter.html").write_bytes(SCRIPT)
    with (main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write(ENTRIES)
    assert load_book(main).errors == []
    return main


@pytest.fixture(scope="module")
def fava(main: Path) -> FlaskClient:
    return served_app(main, read_only=False).test_client()


def policy_of(answer: TestResponse) -> dict[str, str]:
    rules = answer.headers["Content-Security-Policy"].split("; ")
    return {name: sources for name, _, sources in (rule.partition(" ") for rule in rules)}


def inbox(main: Path, name: str) -> str:
    return f"{BASE}/document/?{urlencode({'filename': str(main.parent / 'inbox' / name)})}"


PAGES = (
    "journal/", "income_statement/", "account/Assets:CPCJF:Cash/", "holdings/by_account/", "help/",
    "editor/", "extension/Contributions/", "extension/Record/?event=payment",
)  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_a_page_runs_scripts_of_the_program_alone(fava: FlaskClient, path: str) -> None:
    answer = fava.get(f"{BASE}/{path}")
    assert answer.status_code == 200
    assert policy_of(answer) == {
        "default-src": "'none'",
        "script-src": f"localhost/static/ localhost{BASE}/extension_js_module/ "
        f"localhost{BASE}/extension/Contributions/desk.js "
        f"localhost{BASE}/extension/Contributions/around.js 'wasm-unsafe-eval'",
        "style-src-elem": f"localhost/static/ localhost{BASE}/extension/ 'unsafe-inline'",
        "style-src-attr": "'unsafe-hashes' 'sha256-tcbDxjMo+xKqM21aCGYbs/QAJqB7yUXC06oPWDapBgc='",
        "img-src": f"localhost/static/ localhost{BASE}/document/ data:",
        "font-src": "localhost/static/",
        "connect-src": "'self'",
        "frame-src": f"localhost{BASE}/document/",
        "object-src": f"localhost{BASE}/document/",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


NO_PAGES = (
    "/static/app.js",
    "/nothing",
    "/other;script-src%20*/journal/",
    *(
        f"{BASE}/{path}"
        for path in (
            "api/journal",
            "api/nothing",
            "journal/?partial=true",
            "extension/Record/proposals?kind=donor",
            "extension/Record/nothing",
            "extension_js_module/Record.js",
            "download-journal/",
            "extension/Reports/download?name=schedule&form=.html",
        )
    ),
)


@pytest.mark.parametrize("path", NO_PAGES)
def test_what_is_no_page_may_do_nothing_when_it_is_opened(fava: FlaskClient, path: str) -> None:
    answer = fava.get(path, buffered=True)
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert answer.headers["Content-Security-Policy"] == NOTHING
    assert {"default-src 'none'", "sandbox", "frame-ancestors 'none'"} <= set(NOTHING.split("; "))


def test_a_host_that_is_not_answered_is_told_so_with_the_policy(fava: FlaskClient) -> None:
    for host in ("elsewhere.example", "localhost:80; script-src *", "localhost, elsewhere.example"):
        answer = fava.get(f"{BASE}/journal/", headers={"Host": host})
        assert answer.status_code == 400, host
        assert answer.headers["Content-Security-Policy"] == NOTHING


def test_a_title_in_any_script_names_the_places_of_its_scripts(tmp_path: Path) -> None:
    main = tmp_path / "main.beancount"
    main.write_text('option "title" "كتاب; script-src * , التبرعات"\n', "utf-8")
    fava = served_app(main, read_only=False).test_client()
    base = fava.get("/").headers["Location"].partition("/income")[0]
    rules = policy_of(fava.get(f"{base}/journal/"))
    assert rules["script-src"].split()[1] == f"localhost{base}/extension_js_module/"
    assert base.isascii()
    assert not set(base) & set(";, *")


@pytest.mark.parametrize("ending", FILES)
def test_a_file_is_bytes_to_keep_whatever_it_is(main: Path, fava: FlaskClient, ending: str) -> None:
    answer = fava.get(inbox(main, f"sent.{ending}"), buffered=True)
    kind = {"png": "image/png", "jpg": "image/jpeg"}.get(ending, "application/octet-stream")
    assert answer.data == SCRIPT
    assert answer.headers["Content-Type"] == kind
    assert answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''sent.{ending}"
    assert answer.headers["Content-Security-Policy"] == NOTHING
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_statement_a_query_and_a_report_are_bytes_to_keep(fava: FlaskClient) -> None:
    journal = fava.get(f"{BASE}/api/journal").json["data"]
    (hash_,) = [each["entry_hash"] for each in journal if "document" in each["meta"]]
    query = urlencode({"query_string": "select narration"})
    for path in (
        f"statement/?entry_hash={hash_}&key=document",
        f"download-query/query_result.csv?{query}",
        "download-journal/",
        "extension/Reports/download?name=schedule&form=.html",
        "extension/Donor/paper?path=documents/letter.html",
    ):
        answer = fava.get(f"{BASE}/{path}", buffered=True)
        assert answer.status_code == 200, path
        assert answer.headers["Content-Type"] == "application/octet-stream", path
        assert answer.headers["Content-Disposition"].startswith("attachment;"), path
        assert answer.headers["Content-Security-Policy"] == NOTHING, path


@pytest.mark.parametrize("frame", ["iframe", "object", "embed", "frame"])
def test_in_a_frame_a_file_is_a_sentence(main: Path, fava: FlaskClient, frame: str) -> None:
    answer = fava.get(inbox(main, "sent.html"), headers={"Sec-Fetch-Dest": frame})
    assert answer.mimetype == "text/plain"
    assert SCRIPT not in answer.data
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_a_file_that_is_not_there_is_told_on_a_page(fava: FlaskClient) -> None:
    answer = fava.get(f"{BASE}/statement/?entry_hash=0&key=document")
    assert answer.status_code == 500
    assert "Content-Disposition" not in answer.headers
    assert "script-src" in answer.headers["Content-Security-Policy"]


def test_the_journal_escapes_the_words_of_the_ledger_and_says_the_same_as_favas(
    main: Path, fava: FlaskClient
) -> None:
    bare = create_app([main], load=True).test_client()
    for path in ("journal_page?page=1&order=asc", "account_report?a=Assets:CPCJF:Pledges:AUT"):
        own, favas = (
            client.get(f"{BASE}/api/{path}").json["data"]["journal"] for client in (fava, bare)
        )
        assert "<i onclick" in favas
        for markup in ("<b>", "<i ", "<u>", "<script", "<img"):
            assert markup not in own
        assert "&lt;i onclick=&#39;run()&#39;&gt;Pledge &amp; more&lt;/i&gt;" in own
        assert unescape(own) == unescape(favas)


@pytest.mark.parametrize(
    "block",
    ["{% autoescape false %}", "{%- autoescape  false -%}", "{%+ autoescape false %}"],
)
def test_no_template_turns_escaping_off(fava: FlaskClient, block: str) -> None:
    template = fava.application.jinja_env.from_string(f"{block}{{{{ word }}}}{{% endautoescape %}}")
    assert template.render(word="<b>") == "&lt;b&gt;"
    assert EscapeAlways.identifier in fava.application.jinja_env.extensions


def writes(main: Path) -> list[tuple[str, str, dict[str, Any]]]:
    """Each of Fava's and the desk's endpoints that write, with what it would take."""
    source = (main.parent / "settings.beancount").read_text("utf-8")
    file = {
        "file_path": str(main.parent / "settings.beancount"),
        "source": f"{source}; foreign\n",
        "sha256sum": sha256(source.encode()).hexdigest(),
    }
    note = {"t": "Note", "date": "2002-03-01", "account": "Assets:CPCJF:Cash", "comment": "x",
            "meta": {}}  # fmt: skip
    paper = str(main.parent / "inbox" / "sent.txt")
    moved = {"filename": paper, "account": "Assets:CPCJF:Cash", "new_name": "x"}
    return [
        ("PUT", "api/source", {"json": file}),
        ("PUT", "api/add_entries", {"json": {"entries": [note]}}),
        ("PUT", "api/move", {"json": moved}),
        ("PUT", "api/source_slice", {"json": {}}),
        ("PUT", "api/attach_document", {"json": {}}),
        ("PUT", "api/add_document", {"data": {}}),
        ("PUT", "api/upload_import_file", {"data": {}}),
        ("DELETE", f"api/document?{urlencode({'filename': paper})}", {}),
        ("DELETE", "api/source_slice?entry_hash=0&sha256sum=0", {}),
        ("POST", "extension/Record/record", {"json": {}}),
        ("PATCH", "api/source", {"json": file}),
    ]


FOREIGN = (
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost:5001"},
    {},
    {**OWN, "Sec-Fetch-Site": "cross-site"},
    {**OWN, "Sec-Fetch-Site": "same-site"},
    {**OWN, "Sec-Fetch-Site": "none"},
    {"Origin": "http://127.0.0.1"},
)


@pytest.mark.parametrize("headers", FOREIGN, ids=json.dumps)
def test_no_endpoint_writes_for_another_origin(
    main: Path, fava: FlaskClient, headers: dict[str, str]
) -> None:
    before = {path: path.read_bytes() for path in main.parent.rglob("*") if path.is_file()}
    for verb, path, body in writes(main):
        answer = fava.open(f"{BASE}/{path}", method=verb, headers=headers, **body)
        assert answer.status_code == 403, (verb, path)
        assert "Only a page of this origin writes" in answer.json["error"]
    after = {path: path.read_bytes() for path in main.parent.rglob("*") if path.is_file()}
    assert after == before


def test_favas_own_pages_write(tmp_path: Path) -> None:
    main = make_book(tmp_path / "book")
    (main.parent / "inbox" / "sent.txt").write_bytes(SCRIPT)
    fava = served_app(main, read_only=False).test_client()
    wanted = [each for each in writes(main) if each[1].startswith(("api/source", "api/document"))]
    (put, path, body), *_ = wanted
    headers = {**OWN, "Sec-Fetch-Site": "same-origin"}
    assert fava.open(f"{BASE}/{path}", method=put, headers=headers, **body).status_code == 200
    assert "; foreign" in (main.parent / "settings.beancount").read_text("utf-8")
    deleted = (
        f"{BASE}/api/document?{urlencode({'filename': str(main.parent / 'inbox' / 'sent.txt')})}"
    )
    assert fava.delete(deleted, headers=headers).status_code == 200
    assert not (main.parent / "inbox" / "sent.txt").exists()


def test_read_only_writes_for_nobody(main: Path) -> None:
    fava = served_app(main, read_only=True).test_client()
    before = {path: path.read_bytes() for path in main.parent.rglob("*") if path.is_file()}
    for verb, path, body in writes(main):
        for headers in (OWN, *FOREIGN):
            answer = fava.open(f"{BASE}/{path}", method=verb, headers=headers, **body)
            assert answer.status_code in {401, 403}, (verb, path)
    assert {path: path.read_bytes() for path in before} == before


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_origin_may_lead_to_a_page_and_loads_nothing(fava: FlaskClient, site: str) -> None:
    ways = [(mode, dest) for mode in ("no-cors", "cors", "navigate")
            for dest in ("script", "image", "empty", "iframe", "object", "document")]  # fmt: skip
    for mode, dest in ways:
        asked = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode, "Sec-Fetch-Dest": dest}
        led = (mode, dest) == ("navigate", "document")
        for path in ("journal/", "api/source", "extension_js_module/Record.js"):
            answer = fava.get(f"{BASE}/{path}", headers=asked, buffered=True)
            assert answer.status_code == (200 if led else 403), (mode, dest, path)
    assert fava.get(f"{BASE}/journal/", headers={"Origin": "null"}).status_code == 403
    assert fava.get(f"{BASE}/journal/", headers={"Sec-Fetch-Site": "none"}).status_code == 200
    answer = fava.options(f"{BASE}/api/source", headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_a_request_is_bounded_on_favas_endpoints_too(fava: FlaskClient) -> None:
    answer = fava.put(f"{BASE}/api/source", data=b" " * (LARGEST_FILE + 1), headers=OWN,
                      content_type="application/json")  # fmt: skip
    assert answer.status_code in {400, 413}


def test_a_header_with_an_underscore_is_no_header(main: Path) -> None:
    app = served_app(main, read_only=True, user_header="X-Remote-User")
    server = make_server(app, "127.0.0.1", 0)
    server.prepare()
    thread = Thread(target=server.serve)
    thread.start()
    try:
        connection = HTTPConnection("127.0.0.1", server.bind_addr[1])
        for headers, status in (
            ({"X-Remote-User": "Officer"}, 200),
            ({"X_Remote_User": "Somebody else"}, 403),
            ({"X-Remote-User": "Officer", "X_Remote_User": "Somebody else"}, 200),
        ):
            connection.request("GET", f"{BASE}/extension/Contributions/", headers=headers)
            answer = connection.getresponse()
            text = answer.read().decode()
            assert answer.status == status
            assert "Somebody else" not in text
            assert ("Logged in: Officer" in text) is (status == 200)
        connection.close()
    finally:
        server.stop()
        thread.join()

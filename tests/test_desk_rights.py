"""Rights by role: who may only read is refused at every endpoint that writes (names made up)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fava.ext import FavaExtensionBase
from pledgebook import desk as pages
from pledgebook.cli.main import group
from pledgebook.desk.serving import served_app
from pledgebook.ledger.declared.persons import ROLES
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from test_desk_login import BASE, HEADER, HOST, WAITS
from werkzeug.test import TestResponse

PERSONS = """
2002-01-01 custom "person" "Reader"
  roles: "read"
2002-01-01 custom "person" "Recorder"
  roles: "record"
2002-01-01 custom "person" "Approver"
  roles: "approve"
2002-01-01 custom "person" "Closer"
  roles: "close"
2002-01-01 custom "person" "Keeper"
  roles: "declare"
2002-01-01 custom "person" "All of it"
  roles: "record approve close declare"
"""


class Desk:
    """A book that names persons, served behind a login."""

    def __init__(self, main: Path) -> None:
        self.main = main
        self.app = served_app(main, read_only=False, behind=HOST, user_header=HEADER)
        self.client = self.app.test_client()

    def _headers(self, name: str) -> dict[str, str]:
        return {HEADER: name, "Host": HOST, "Origin": f"https://{HOST}"}

    def page(self, name: str, path: str) -> str:
        return self.client.get(f"{BASE}/extension/{path}", headers=self._headers(name)).text

    def post(self, name: str, endpoint: str, **form: Any) -> TestResponse:
        book = self.page(name, "Record/").partition('data-book="')[2].partition('"')[0]
        return self.send(name, f"extension/{endpoint}", json={**form, "book": book})

    def send(self, name: str, path: str, method: str = "POST", **given: Any) -> TestResponse:
        return self.client.open(
            f"{BASE}/{path}", method=method, headers=self._headers(name), **given
        )

    def record(self, name: str, **more: Any) -> TestResponse:
        given = {"donor": "AUT", "amount": "500", "currency": "USD", "day": "2002-03-01"}
        values = {**given, "fund": "CPCJF", "class_": "general", "due": "2002-06-30", **more}
        return self.post(name, "Record/record", event="pledge", values=values)

    def files(self) -> dict[Path, bytes]:
        folder = self.main.parent
        return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    main = make_book(tmp_path / "book")
    with (main.parent / "2002-2003.beancount").open("a", encoding="utf-8") as file:
        file.write(WAITS)
    with (main.parent / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write(PERSONS)
    assert load_book(main).errors == []
    return Desk(main)


def endpoints() -> list[str]:
    """Every endpoint of the desk that writes, as Fava finds them."""
    found = []
    for name in pages.__all__:
        page = getattr(pages, name)
        assert issubclass(page, FavaExtensionBase)
        for each in vars(page).keys() | {key for base in page.__mro__ for key in vars(base)}:
            mark = getattr(getattr(page, each, None), "endpoint_key", None)
            if mark and set(mark[1]) - {"GET"}:
                found.append(f"{name}/{mark[0]}")
    return sorted(found)


def test_every_endpoint_that_writes_refuses_who_may_only_read(desk: Desk) -> None:
    named = endpoints()
    assert {"Setup/declare", "Inbox/upload", "Record/record", "Log/undo"} <= set(named)
    before = desk.files()
    for endpoint in named:
        for who in ("Reader", "Nobody of the book"):
            answer = desk.post(who, endpoint)
            if answer.status_code == 415:  # it takes a file's bytes
                kind = "application/octet-stream"
                answer = desk.send(who, f"extension/{endpoint}", data=b"x", content_type=kind)
            assert answer.status_code == 403, endpoint
            assert f"{who} may not do this" in answer.json["refused"], endpoint  # type: ignore[index]
    assert desk.files() == before


def test_every_endpoint_of_fava_that_writes_takes_every_role(desk: Desk) -> None:
    rules = [
        (rule.endpoint, rule.rule.replace("<bfile>", BASE[1:]), method)
        for rule in desk.app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"})
        if "<bfile>" in rule.rule and rule.endpoint != "extension_endpoint"
    ]
    assert len(rules) > 5
    before = desk.files()
    for endpoint, path, method in rules:
        own = re.sub(r"<[^>]*>", "x", path).removeprefix(f"{BASE}/")
        for who in ("Reader", "Recorder", "Keeper"):
            answer = desk.send(who, own, method, json={})
            assert answer.status_code == 403, endpoint
            assert "take all rights" in answer.json["error"], endpoint  # type: ignore[index]
    assert desk.files() == before


def test_who_may_only_read_is_shown_pages_without_what_writes(desk: Desk) -> None:
    for name in pages.__all__:
        page = desk.page("Reader", f"{name}/")
        offered = re.findall(r"<button[^>]*data-when-ready[^>]*>", page)
        assert [each for each in offered if 'id="leave"' not in each] == [], name
        assert "data-kept-from" in page, name
        assert "data-kept-from" not in desk.page("All of it", f"{name}/"), name


def test_each_role_lets_what_it_is_for_and_no_other(desk: Desk) -> None:
    page = desk.page("Approver", "Record/")
    assert desk.record("Closer").status_code == 403
    assert desk.record("Approver").status_code == 403
    assert "fault" not in desk.record("Recorder", waiting=True).json  # type: ignore[operator]
    page = desk.page("Approver", "Record/")
    (place,) = re.findall(r'class="approve" data-entry="(.*?)"', page)
    assert re.search(r'class="approve"[^>]*data-when-ready', page)
    assert not re.search(r'class="take-out"[^>]*data-when-ready', page)
    assert desk.post("Recorder", "Record/approve", entry=place).status_code == 403
    assert desk.post("Approver", "Record/approve", entry=place).status_code == 200
    name = {"part": "name", "key": "", "values": {"name": "Another name"}}
    assert desk.post("Closer", "Setup/declare", **name).status_code == 403
    assert desk.post("Closer", "Close/certify", period="2002-2003").status_code != 403


def test_what_a_write_took_its_undoing_takes_too(desk: Desk) -> None:
    said = {"part": "person", "key": "Reader", "values": {"roles": ["read", "record"]}}
    assert desk.post("Keeper", "Setup/declare", **said).status_code == 200
    assert desk.record("Reader").status_code == 200
    refused = desk.post("Recorder", "Log/undo", write=2)
    assert refused.status_code == 403
    assert "persons' roles" in refused.json["refused"]  # type: ignore[index]
    assert desk.post("Keeper", "Log/undo", write=3).status_code == 403
    assert desk.post("Recorder", "Log/undo", write=3).status_code == 200
    assert desk.post("Keeper", "Log/undo", write=2).status_code == 200


def test_somebody_can_always_change_roles(desk: Desk) -> None:
    for name in ("All of it", "Keeper"):
        answer = desk.post("Keeper", "Setup/take-out", kind="person", key=name)
    assert "nobody could change" in answer.json["refused"].lower()  # type: ignore[index]
    assert "declare" in load_book(desk.main).settings.persons["keeper"]


def test_whoever_names_the_first_person_stays_one_who_may(tmp_path: Path) -> None:
    desk = Desk(make_book(tmp_path / "book"))
    other = {"part": "person", "key": "", "values": {"name": "Other", "roles": [*ROLES]}}
    assert "Name yourself first" in str(desk.post("Me", "Setup/declare", **other).json)
    other["values"]["name"] = "ME"  # type: ignore[index]
    assert desk.post("Me", "Setup/declare", **other).status_code == 200
    assert desk.record("Somebody").status_code == 403
    assert desk.record("me").status_code == 200


def test_a_command_is_held_to_the_role_of_the_computers_user(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["record", "pledge", "AUT", "500", "--fund", "CPCJF", "--class", "general"]
    words += ["--yes", "--currency", "USD", "--date", "2002-03-01", "--due", "2002-06-30"]
    for user, may in (("Reader", False), ("Recorder", True)):
        monkeypatch.setenv("LOGNAME", user)
        before = desk.files()
        result = CliRunner().invoke(group, ["--book", str(desk.main), *words])
        assert (result.exit_code == 0) is may, result.output
        assert may or "has no right to record" in result.output
        assert (desk.files() == before) is not may

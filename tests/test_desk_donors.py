"""The page Donors: donors added and changed where they are met (names made up)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from fava.application import create_app
from flask.testing import FlaskClient
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.register.columns import total
from pledgebook.reports.figures.selection import select
from pledgebook.reports.schedule import make_schedule

OWN = {"Origin": "http://localhost"}


class Desk:
    """A new book in Fava."""

    def __init__(self, main: Path) -> None:
        self.main = main
        self.fava: FlaskClient = create_app([main], load=True, poll_watcher=True).test_client()
        self.base = self.fava.get("/").headers["Location"].strip("/").split("/")[0]

    def page(self, name: str, **asked: str) -> str:
        answer = self.fava.get(f"/{self.base}/extension/{name}/", query_string=asked)
        return answer.text.partition('id="desk"')[2].partition('id="ledger-data"')[0]

    def known(self, name: str) -> Any:
        return self.fava.get(
            f"/{self.base}/extension/Donor/known", query_string={"name": name}
        ).json

    def post(self, endpoint: str, **form: Any) -> Any:
        seen = self.page("Donor").partition('data-book="')[2].partition('"')[0]
        return self.fava.post(
            f"/{self.base}/extension/{endpoint}", json={"book": seen, **form}, headers=OWN
        ).json


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(make_book(tmp_path / "book"))


def test_a_text_that_names_nobody_is_proposed_as_a_new_donor_and_added(desk: Desk) -> None:
    assert desk.known("Italia") == {"code": "ITA", "name": "Italy"}
    proposed = desk.known("Global Example Association")
    assert (proposed["proposed"], proposed["kind"]) == ("GEA", "ngo")
    values = {"name": "Global Example Association", "kind": "ngo", "code": "GEA"}
    added = desk.post("Donor/add", values=values)
    assert (added["code"], added["name"]) == ("GEA", "Global Example Association")
    assert desk.known("global example association")["code"] == "GEA"
    donor = load_book(desk.main).settings.donors.get("GEA")
    assert donor is not None
    assert (donor.name, donor.kind) == ("Global Example Association", "ngo")


@pytest.mark.parametrize(
    ("values", "field", "said"),
    [
        ({"kind": "ngo", "code": "GER"}, "name", "Name is not stated"),
        ({"name": "Global Example", "code": "GER"}, "kind", "Kind is not stated"),
        (
            {"name": "Global Example", "kind": "ngo", "code": "a:b"},
            "code",
            "which becomes part",
        ),
        ({"name": "Global Example", "kind": "ngo", "code": "ITA"}, "code", "the code of Italy"),
        ({"name": "Italie", "kind": "ngo", "code": "IT-X"}, "name", "names Italy (ITA) already"),
        ({"name": "?!", "kind": "ngo", "code": "QQ"}, "name", "no letter or digit"),
    ],
)
def test_what_cannot_be_added_is_said_at_its_field(
    desk: Desk, values: dict[str, str], field: str, said: str
) -> None:
    before = (desk.main.parent / "settings.beancount").read_bytes()
    answer = desk.post("Donor/add", values=values)
    assert (answer["field"], said in answer["fault"]) == (field, True), answer
    assert (desk.main.parent / "settings.beancount").read_bytes() == before


def test_a_donor_is_changed_where_it_stands(desk: Desk) -> None:
    desk.post("Donor/add", values={"name": "Global Example", "kind": "ngo", "code": "GEX"})
    values = {"name": "Global Example Society", "kind": "foundation", "name-fr": "Société exemple",
              "others": "Glob. Ex.\nGES"}  # fmt: skip
    assert "done=changed" in desk.post("Donor/edit", donor="GEX", values=values)["where"]
    letters = {"name": "The Secretary", "address": "1 Square\nCity", "language": "fr"}
    assert "where" in desk.post("Donor/address", donor="GEX", values=letters)
    settings = load_book(desk.main).settings
    donor = settings.donors.get("GEX")
    assert donor is not None
    assert (donor.name, donor.kind) == ("Global Example Society", "foundation")
    for text in ("Société exemple", "Glob. Ex.", "GES"):
        found = settings.donors.resolve(text)
        assert found is not None, text
        assert found.code == "GEX"
    addressee = settings.stationery.addressees["GEX"]
    assert addressee.lines("address", "en") == ("1 Square", "City")
    where = desk.post("Donor/edit", donor="GEX", values={**values, "others": ""})["where"]
    assert where.endswith("?donor=GEX&done=changed&wrote=5")
    assert load_book(desk.main).settings.donors.resolve("GES") is None
    page = unescape(desk.page("Donor", donor="GEX", done="changed", wrote="5"))
    assert "Global Example Society" in page
    assert ">foundation</" in page
    assert "Log/?undo=5" in page
    # A form sends what was changed in it: what a colleague changed meanwhile stays.
    assert "where" in desk.post("Donor/edit", donor="GEX", values={"name": "Example Society"})
    changed = load_book(desk.main).settings.donors.get("GEX")
    assert changed is not None
    assert (changed.name, changed.kind) == ("Example Society", "foundation")


def test_two_names_become_one_donor_in_the_way_that_is_meant(desk: Desk) -> None:
    desk.post("Donor/add", values={"name": "Global Example", "kind": "ngo", "code": "GEX"})
    desk.post("Donor/add", values={"name": "New Example", "kind": "ngo", "code": "NEX"})
    alias = {"other": "Globex of the example", "how": "name"}
    assert "where" in desk.post("Donor/merge", donor="GEX", values=alias)
    assert desk.known("globex of the Example")["code"] == "GEX"
    taken = desk.post("Donor/merge", donor="NEX", values={"other": "Italy", "how": "name"})
    assert (taken["field"], "names Italy (ITA)" in taken["fault"]) == ("other", True)
    former = {"other": "Global Example", "how": "former"}
    assert desk.post("Donor/merge", donor="NEX", values=former)["field"] == "since"
    former["since"] = "2003-02-04"
    assert "where" in desk.post("Donor/merge", donor="NEX", values=former)
    donors = load_book(desk.main).settings.donors
    assert donors.of_record("GEX", date(2003, 2, 3)) == "GEX"
    assert donors.of_record("GEX", date(2003, 2, 4)) == "NEX"
    again = desk.post("Donor/merge", donor="NEX", values=former)
    assert again["field"] in {"since", "other"}, again


def test_unpaid_is_what_the_schedule_says_in_the_list_and_its_totals(
    tmp_path: Path, copy_golden: Callable[..., Path]
) -> None:
    line = '1999-12-31 custom "fava-extension" "pledgebook.desk"\n'
    desk = Desk(copy_golden(tmp_path / "golden", line))
    made = make_schedule(select(load_book(desk.main), "2002-2003"))
    whole = total(line.figures for lines in made.sections.values() for line in lines)
    page = unescape(desk.page("Donor", period="2002-2003"))
    foot = page.partition("<tfoot>")[2].partition("</tfoot>")[0]
    wanted = [whole.closing, whole.future, whole.uncommitted]
    assert wanted[0]
    assert wanted[1]
    assert re.findall(r'data-sort-value="([^"]*)"', foot) == [str(figure) for figure in wanted]
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]
    columns = [re.findall(r'data-sort-value="([^"]*)"', row) for row in rows]
    assert [sum(map(Decimal, column)) for column in zip(*columns, strict=True)] == wanted

"""The page Donors: donors added and changed where they are met (names made up)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fava.application import create_app
from flask.testing import FlaskClient
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book

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
        ({"name": "Global Example", "kind": "ngo", "code": "a:b"}, "code", "cannot be the code"),
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

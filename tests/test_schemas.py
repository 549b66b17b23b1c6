"""Each JSON schema is held against what the command really answers (amounts made up)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from pledgebook.cli.main import group
from pledgebook.cli.schemas import ANSWERS, schema_of
from pledgebook.ledger.findings import RefusedError
from pledgebook.ledger.rules import read_rules
from pledgebook.reports.registry import REPORTS
from test_iati import codes
from test_un_data import ALL


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, with codes of standards, its first biennium closed."""
    folder = tmp_path_factory.mktemp("schemas") / "demo"
    assert CliRunner().invoke(group, ["demo", str(folder)]).exit_code == 0
    with (folder / "settings.beancount").open("a") as file:
        file.write(codes() + ALL)
    return folder


def ask(book: Path, *words: str) -> Any:
    ran = CliRunner().invoke(group, ["--book", str(book), *words, "--json"])
    assert ran.exit_code in {0, 1}, ran.output
    return json.loads(ran.stdout)


def held(name: str, said: Any) -> None:
    Draft202012Validator(schema_of(name)).validate(said)


WORDS = {
    "pledges": [["pledges"], ["pledges", "--as-at", "2002-12-31", "--open"]],
    "check": [["check"], ["check", "paid-twice"]],
    "verify": [["verify"]],
    "log": [["log"]],
    "finish": [["finish"]],
    "data": [["data", "--out", "{out}/x.csv"], ["data", "--out", "{out}/all"]],
    "export iati": [["export", "iati", "--out", "{out}/x.xml"]],
    "export un-data": [["export", "un-data", "--year", "2003", "--out", "{out}/x.csv"]],
    "report schedule": [["report", "schedule", "--period", "2002-2003"]],
    "report": [["report", name, "--period", "2002-2003"] for name in REPORTS if name != "schedule"],
}


@pytest.mark.parametrize(
    ("name", "words"), [(name, words) for name, each in WORDS.items() for words in each]
)
def test_an_answer_is_what_its_schema_says(
    name: str, words: list[str], book: Path, tmp_path: Path
) -> None:
    held(name, ask(book, *(word.format(out=tmp_path) for word in words)))


def test_what_is_recorded_and_undone_is_too(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    assert CliRunner().invoke(group, ["init", str(folder)]).exit_code == 0
    words = ["record", "receipt", "ITA", "100", "--fund", "CPCJF", "--date", "2002-03-01"]
    held("record", ask(folder, *words, "--yes"))
    last = ask(folder, "log")["writes"][-1]["write"]
    held("undo", ask(folder, "undo", str(last), "--yes"))


def test_every_schema_is_held_against_an_answer() -> None:
    assert {*WORDS, "record", "undo"} == ANSWERS.keys()


@pytest.mark.parametrize("name", ANSWERS)
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schema_of(name))


def test_an_answer_with_a_key_more_or_less_is_found(book: Path) -> None:
    said = ask(book, "pledges")
    check = Draft202012Validator(schema_of("pledges"))
    assert not check.is_valid(said | {"more": 1})
    assert not check.is_valid({key: x for key, x in said.items() if key != "totals"})
    said["instalments"][0]["paid"] = 12.5
    assert not check.is_valid(said)


def test_the_command_prints_them_and_the_errors() -> None:
    listed = CliRunner().invoke(group, ["schema"]).stdout.splitlines()
    assert listed == [*ANSWERS, "errors"]
    for name in ANSWERS:
        assert json.loads(CliRunner().invoke(group, ["schema", *name.split()]).stdout) == (
            schema_of(name)
        )
    errors = json.loads(CliRunner().invoke(group, ["schema", "errors"]).stdout)["errors"]
    assert errors == dict(read_rules())
    with pytest.raises(RefusedError, match="no schema 'nothing'"):
        schema_of("nothing")

"""What pages and files say of their figures: provisional, certified, audited, restated (all amounts
made up).
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from conftest import Load
from pledgebook.cli.main import group
from pledgebook.ledger.closing.proof import verify_seals
from pledgebook.ledger.files.loading import load_book
from pledgebook.reports.closing import make_figures

GIFT = """
2002-02-01 * "Norway" "Gift (made up)"
  class: "general"
  Assets:CPCJF:Cash                   2000.00 USD
  Income:CPCJF:Contributions:NOR     -2000.00 USD
"""
SIGNED = ("--by", "Controller", "--document", "Letter 1", "--on", "2004-03-31")


@pytest.fixture(name="main")
def _main(load: Load) -> Path:
    return load(GIFT).path


def run(main: Path, *words: str) -> Result:
    return CliRunner().invoke(group, ["--book", str(main), *words])


def figures(main: Path, *asked: str) -> dict[str, Any]:
    result = run(main, "report", "schedule", "--json", *(asked or ("--period", "2002-2003")))
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)["figures"]
    return found


def chain(main: Path) -> str:
    return load_book(main).settings.seals["2002-2003"].digests["chain"]


def test_figures_are_provisional_until_somebody_certifies_what_is_sealed(main: Path) -> None:
    assert figures(main) == {
        "state": "provisional", "said": "Provisional: 2002-2003 is not closed.", "seal": None,
    }  # fmt: skip
    assert run(main, "certify", "2002-2003", *SIGNED).exit_code == 2
    assert run(main, "close", "2002-2003").exit_code == 0
    seal = chain(main)
    assert figures(main) == {
        "state": "provisional", "said": f"Provisional: closed, not certified. Seal {seal}.",
        "seal": seal,
    }  # fmt: skip
    assert run(main, "certify", "2002-2003", *SIGNED).exit_code == 0
    said = figures(main)
    assert (said["state"], said["seal"]) == ("certified", seal)
    assert said["said"] == (
        f"Certified: certified on 31 March 2004 by Controller (Letter 1). Seal {seal}."
    )
    auditors = ("--as", "audited", "--by", "Auditors", "--on", "2004-07-31")
    assert run(main, "certify", "2002-2003", *auditors).exit_code == 0
    assert figures(main)["state"] == "audited"
    assert "a part of 2002-2003" in figures(main, "--period", "2003")["said"]
    assert figures(main, "--period", "2004-2005")["state"] == "provisional"
    view = figures(main, "--period", "2002-2003", "--recognition", "receipt")
    assert (view["state"], view["seal"]) == ("provisional", None)
    assert [verdict.differs for verdict in verify_seals(main, make_figures)] == [{}]


def test_what_is_closed_anew_is_restated_and_its_old_certification_is_of_other_figures(
    main: Path,
) -> None:
    run(main, "close", "2002-2003")
    run(main, "certify", "2002-2003", *SIGNED)
    old = chain(main)
    opened = run(main, "reopen", "2002-2003", "--authority", "Controller", "--on", "2004-05-01")
    assert opened.exit_code == 0, opened.output
    assert figures(main)["state"] == "provisional"
    path = main.with_name("2002-2003.beancount")
    path.write_text(path.read_text("utf-8").replace("2000.00", "2100.00"), "utf-8")
    assert run(main, "close", "2002-2003").exit_code == 0
    said = figures(main)
    assert said["state"] == "restated"
    assert "closed, not certified" in said["said"]
    assert said["seal"] not in {None, old}
    assert run(main, "certify", "2002-2003", *SIGNED[:-1], "2004-06-30").exit_code == 0
    assert figures(main)["said"].startswith("Restated: certified on 30 June 2004")
    assert load_book(main).errors == []


def test_every_form_says_it(main: Path, tmp_path: Path) -> None:
    for ending in (".xlsx", ".html", ".csv", ".json"):
        out = tmp_path / f"schedule{ending}"
        done = run(main, "report", "schedule", "--period", "2002-2003", "--out", str(out))
        assert done.exit_code == 0, done.output
    said = "Provisional: 2002-2003 is not closed."
    assert said in (tmp_path / "schedule.html").read_text("utf-8")
    rows = list(csv.reader((tmp_path / "schedule.csv").read_text("utf-8-sig").splitlines()))
    assert rows[1][:2] == ["figures", said]
    assert said in run(main, "report", "schedule", "--period", "2002-2003").stdout


def test_an_open_period_is_not_certified_by_a_reopening_that_names_no_seal(main: Path) -> None:
    with main.open("a", encoding="utf-8") as file:
        file.write(
            '2003-12-31 custom "reopening" "2002-2003" "1"\n  authority: "Controller"\n'
            '2004-03-31 custom "certification" "2002-2003" "certified"\n  by: "Controller"\n'
        )
    (error,) = load_book(main).errors
    assert "is of the seal (none)" in error.message


def test_a_certification_of_a_seal_the_book_does_not_have_is_an_error(main: Path) -> None:
    run(main, "close", "2002-2003")
    run(main, "certify", "2002-2003", *SIGNED)
    seals = main.with_name("seals.beancount")
    text = seals.read_text("utf-8")
    head, tail = text.split('custom "certification"')
    seals.write_text(f'{head}custom "certification"{tail.replace(chain(main), "0" * 64)}', "utf-8")
    (error,) = load_book(main).errors
    assert "the book has no such seal of that period" in error.message

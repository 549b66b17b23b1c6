"""Whom a text means: proposed, confirmed by a person, remembered by the book."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book

SHEET = "Donor,Date of pledge,Currency,Amount\nRepublik Oesterreich,2002-03-01,USD,{}\n"

Run = Callable[..., Result]


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return make_book(tmp_path / "book")


@pytest.fixture
def run(main: Path, tmp_path: Path) -> Run:
    def invoke(text: str, *words: str) -> Result:
        path = tmp_path / "sheet.csv"
        path.write_text(text, "utf-8")
        given = ["--book", str(main), "import", str(path), "--fund", "CPCJF", *words]
        return CliRunner().invoke(group, given)

    return invoke


def labels(main: Path) -> list[str]:
    book = load_book(main)
    assert book.errors == []
    return list(book.register.by_label)


def test_a_confirmed_name_is_taken_and_the_book_remembers_it(run: Run, main: Path) -> None:
    asked = run(SHEET.format("5.00"))
    assert 'confirm whom it means (import --donor "TEXT=CODE")' in asked.output
    assert labels(main) == []
    told = run(SHEET.format("5.00"), "--donor", "Republik Oesterreich=AUT")
    assert told.exit_code == 0, told.output
    assert labels(main) == ["AUT-2002-01.1"]
    (line,) = [
        line for line in (main.parent / "names.beancount").read_text("utf-8").splitlines()
        if "alias" in line
    ]  # fmt: skip
    assert line.endswith('custom "alias" "Republik Oesterreich" "AUT"')
    later = run(SHEET.format("7.00").replace("Republik O", "REPUBLIK O").replace("-01,", "-02,"))
    assert later.exit_code == 0, later.output
    assert labels(main) == ["AUT-2002-01.1", "AUT-2002-02.1"]


def test_a_new_donor_is_declared_by_name_code_and_kind(run: Run, main: Path) -> None:
    told = run(SHEET.format("5.00"), "--donor", "Republik Oesterreich=RO:ngo")
    assert told.exit_code == 0, told.output
    assert labels(main) == ["RO-2002-01.1"]
    donor = load_book(main).settings.donors.get("RO")
    assert donor is not None
    assert (donor.name, donor.kind) == ("Republik Oesterreich", "ngo")


def test_a_dry_run_uses_a_confirmed_name_and_writes_nothing(run: Run, main: Path) -> None:
    result = run(SHEET.format("5.00"), "--donor", "Republik Oesterreich=AUT", "--dry-run")
    assert "1 imported" in result.output
    assert not (main.parent / "names.beancount").exists()
    assert labels(main) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("Republik Oesterreich=OST", "the code of no donor"),
        ("Republic of Austria=AUS", "names Austria (AUT) already"),
        ("AUT=AUS", "names Austria (AUT) already"),
        ("Republik Oesterreich", 'write it as "TEXT=CODE"'),
        ("...=AUT", "no letter or digit"),
        ("Example Society=EXS:club", "of the kind 'club': write one of state"),
        ("Example Society=AUT:ngo", "the code of Austria: choose another code"),
        ("Example Society=e x:ngo", "cannot be a donor's code"),
        ("Republic of Austria=OST:ngo", "names Austria (AUT) already: it is no new donor"),
    ],
)
def test_a_contradictory_or_broken_choice_is_refused_and_nothing_is_written(
    run: Run, main: Path, given: str, said: str
) -> None:
    before = {path.name: path.read_bytes() for path in main.parent.iterdir() if path.is_file()}
    result = run(SHEET.format("5.00"), "--donor", given)
    assert result.exit_code == 2
    assert said in result.output
    after = {path.name: path.read_bytes() for path in main.parent.iterdir() if path.is_file()}
    assert after == before


def test_a_choice_that_contradicts_an_earlier_one_is_refused(run: Run, main: Path) -> None:
    run(SHEET.format("5.00"), "--donor", "Republik Oesterreich=AUT")
    result = run(SHEET.format("6.00"), "--donor", "Republik Oesterreich=DEU")
    assert result.exit_code == 2
    assert "names Austria (AUT) already" in result.output
    assert labels(main) == ["AUT-2002-01.1"]


def test_an_agency_is_proposed_for_its_state_until_somebody_says_so(run: Run, main: Path) -> None:
    text = SHEET.format("5.00").replace("Republik Oesterreich", "Norad")
    assert "Norway (NOR)" in run(text).output
    assert run(text, "--donor", "Norad=NOR").exit_code == 0
    assert labels(main) == ["NOR-2002-01.1"]


def test_a_name_from_a_sheet_cannot_write_anything_but_itself(run: Run, main: Path) -> None:
    text = SHEET.format("5.00").replace("Republik Oesterreich", '"Oe ""x""\n; y"')
    name = 'Oe "x"\n2002-01-01 custom "fund" "X" "Y"'
    result = run(text, "--donor", f"{name}=AUT")
    assert result.exit_code in {0, 1}, result.output
    assert set(load_book(main).settings.funds) == {"CPCJF", "UNTOC"}
    assert load_book(main).errors == []

"""The commands on bank statements. Amounts and account numbers are made up."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pledgebook.cli.main import group

STATEMENT = """:20:S7
:25:GB29NWBK60161331926819
:28C:7/1
:60F:C020630USD0,00
:61:020710C1000,00NTRFNONREF//B1
:86:/NAME/Government of Austria/REMI/Pledge AUT-2002-01
:61:020715D15,00NCHGNONREF//B2
:86:MONTHLY FEE
:62F:C020731USD985,00
-
"""
BANK = """
1999-12-31 custom "bank" "MAIN" "GB29 NWBK 6016 1331 9268 19"
  accounts: "Assets:CPCJF:Cash Assets:UNTOC:Cash"
"""
RULE = '1999-12-31 custom "bank-rule" "MAIN" "monthly fee" "charges"\n'


def run(*arguments: object) -> Result:
    return CliRunner().invoke(group, [str(each) for each in arguments])


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    run("init", tmp_path / "book")
    (tmp_path / "july.sta").write_text(STATEMENT, "utf-8")
    return tmp_path


def add(desk: Path, text: str) -> None:
    path = desk / "book" / "settings.beancount"
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def test_a_statement_of_an_unknown_account_is_refused_with_the_lines_to_add(desk: Path) -> None:
    before = sorted(path.name for path in (desk / "book").iterdir())
    result = run("--book", desk / "book", "import", desk / "july.sta")
    assert result.exit_code == 2
    assert 'custom "bank" "CODE" "GB29NWBK60161331926819"' in result.stderr
    assert sorted(path.name for path in (desk / "book").iterdir()) == before


def test_import_answers_for_every_entry_and_says_whether_the_ledger_agrees(desk: Path) -> None:
    add(desk, BANK)
    result = run("--book", desk / "book", "import", desk / "july.sta", "--json")
    document: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == 1
    (statement,) = document["files"][0]["statements"]
    verdicts = [(each["verdict"], each["amount"], each["donor"]) for each in statement["verdicts"]]
    assert verdicts == [("imported", "1000.00", "AUT"), ("waiting", "-15.00", "")]
    assert statement["counts"]["entries"] == 2
    assert (statement["closing"], statement["ledger"]) == ("985.00", "1000.00")
    assert statement["agrees"] is False
    assert document["written"] == ["2002-2003.beancount", "bank.beancount"]


def test_with_a_rule_the_statement_agrees_and_again_nothing_is_new(desk: Path) -> None:
    add(desk, BANK)
    assert run("--book", desk / "book", "import", desk / "july.sta").exit_code == 1
    add(desk, RULE)
    result = run("--book", desk / "book", "import", desk / "july.sta")
    assert result.exit_code == 0
    assert "the ledger agrees" in result.stdout
    assert 'agrees: "yes"' in (desk / "book" / "bank.beancount").read_text("utf-8")
    again = run("--book", desk / "book", "import", desk / "july.sta")
    assert (again.exit_code, "Nothing new to write" in again.stdout) == (0, True)
    assert run("--book", desk / "book", "check").exit_code == 0


def test_a_statement_behind_a_gap_leaves_the_status_at_one_until_the_gap_is_closed(
    desk: Path,
) -> None:
    add(desk, BANK)
    months = [(8, 0, 100, "020831"), (9, 100, 250, "020930"), (10, 250, 300, "021031")]
    for number, opening, closing, day in months:
        text = (
            f":20:S{number}\n:25:GB29NWBK60161331926819\n:28C:{number}\n"
            f":60F:C{day[:4]}01USD{opening},\n"
            f":61:{day[:4]}10C{closing - opening},NTRFNONREF//B{number}\n"
            f":86:gift {number}\n:62F:C{day}USD{closing},\n"
        )
        (desk / f"{number}.sta").write_text(text, "utf-8")
    states = [
        run("--book", desk / "book", "import", desk / f"{number}.sta").exit_code
        for number in (8, 10, 9, 10)
    ]
    assert states == [0, 1, 0, 0]
    assert run("--book", desk / "book", "check").exit_code == 0


def test_inspect_shows_a_statement_without_a_book(desk: Path) -> None:
    result = run("inspect", desk / "july.sta")
    assert result.exit_code == 0
    assert "opening 0.00 + entries 985.00 = closing 985.00" in result.stdout
    document = json.loads(run("inspect", desk / "july.sta", "--json").stdout)
    assert document["statements"][0]["entries"][0]["payer"] == "Government of Austria"


def test_a_cut_statement_is_refused_in_a_sentence(desk: Path) -> None:
    add(desk, BANK)
    (desk / "july.sta").write_text(STATEMENT.partition(":62F:")[0], "utf-8")
    for arguments in (("inspect",), ("--book", desk / "book", "import")):
        result = run(*arguments, desk / "july.sta")
        assert result.exit_code == 2
        assert "the file is cut" in result.stderr
        assert "Traceback" not in result.stderr


def test_a_list_without_its_account_is_told_whose_it_is(desk: Path) -> None:
    add(desk, BANK)
    path = desk / "list.csv"
    path.write_text("Date,Amount,Details\n2002-07-10,1000.00,Gift\n", "utf-8")
    assert run("--book", desk / "book", "import", path, "--bank", "OTHER").exit_code == 2
    result = run("--book", desk / "book", "import", path, "--bank", "MAIN")
    assert result.exit_code == 0
    assert "cannot be proved" in result.stdout
    assert "R-2002-0001" in (desk / "book" / "2002-2003.beancount").read_text("utf-8")
    assert not (desk / "book" / "bank.beancount").exists()

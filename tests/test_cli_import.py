"""The contract of `pledgebook inspect` and `pledgebook import`: JSON, exit status, what is written.

All amounts are made up.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pledgebook.cli.main import group
from pledgebook.cli.sheets_report import list_rows
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.register.instalments import list_instalments

SHEET = """\
Contributions to the Fund (made up)
,,,,,
Donor,Reference,Date of pledge,Currency,Amount,Due date
Italy,NV 1/2002,2002-03-01,USD,5000.00,
Norway a/,NV 2/2002,2002-03-02,USD,"6,000.50",2002-06-30
Ruritania,NV 3/2002,2002-03-03,USD,7000.00,
Ruritania,NV 4/2002,2002-03-04,USD,8000.00,
Spain,NV 5/2002,2002-03-05,USD,-900.00,
Japan,NV 6/2002,2002-03-06,USD,-,
Total,,,,"25,100.50",
,,,,,
a/ Subject to parliamentary approval
"""
VERDICTS = {"imported", "duplicate", "amended", "waiting", "rejected", "ignored"}

Run = Callable[..., Result]


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return make_book(tmp_path / "book")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "pledges.csv"
    path.write_text(SHEET, "utf-8")
    return path


@pytest.fixture
def run(main: Path) -> Run:
    def invoke(*words: str | Path) -> Result:
        return CliRunner().invoke(group, ["--book", str(main), *map(str, words)])

    return invoke


def book_bytes(main: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in main.parent.iterdir() if path.is_file()}


def imported(run: Run, *words: str | Path) -> tuple[dict[str, Any], int]:
    result = run("import", *words, "--fund", "CPCJF", "--json")
    document: dict[str, Any] = json.loads(result.stdout)
    return document, result.exit_code


def check_counts(document: dict[str, Any]) -> None:
    """Every row of a range is a data row with a verdict, or one of the other rows."""
    for file in document["files"]:
        for sheet in file["sheets"]:
            for table in sheet["tables"]:
                counts = dict(table["counts"])
                data = counts.pop("data")
                assert set(counts) == VERDICTS
                assert data == sum(counts.values()) == len(table["verdicts"])
                assert set(table["other_rows"]) == {"heading", "total", "note", "blank"}
                first, last = (int(cell.lstrip("ABCDEFGHIJ")) for cell in table["range"].split(":"))
                assert last - first + 1 == data + sum(table["other_rows"].values())
                rows = [verdict["row"] for verdict in table["verdicts"]]
                assert rows == sorted(set(rows))
                for verdict in table["verdicts"]:
                    assert set(verdict) >= {
                        "row", "verdict", "donor", "pledge", "amount", "currency", "reason",
                        "before",
                    }  # fmt: skip
                    assert verdict["reason"] or verdict["verdict"] == "imported"


def test_the_document_of_an_import_is_what_the_contract_says(run: Run, path: Path) -> None:
    document, status = imported(run, path)
    check_counts(document)
    assert status == 1
    assert (document["transactions"], document["written"]) == (1, ["2002-2003.beancount"])
    (file,) = document["files"]
    assert len(file["sha256"]) == 64
    ((sheet,),) = (file["sheets"],)
    assert (sheet["sheet"], sheet["hidden"]) == ("pledges", False)
    (table,) = sheet["tables"]
    assert table["range"] == "A3:F12"
    assert table["columns"] == {
        "donor": "A", "reference": "B", "pledge_date": "C", "currency": "D", "amount": "E",
        "due_date": "F",
    }  # fmt: skip
    assert table["counts"] == {
        "data": 6, "imported": 1, "duplicate": 0, "amended": 0, "waiting": 3, "rejected": 1,
        "ignored": 1,
    }  # fmt: skip
    assert table["other_rows"] == {"heading": 1, "total": 1, "note": 1, "blank": 1}
    assert table["verdicts"][0] == {
        "row": 4, "verdict": "imported", "donor": "ITA", "pledge": "ITA-2002-01",
        "amount": "5000.00", "currency": "USD", "before": "",
        "reason": "No due date is stated: it counts for the period of the pledge.",
    }  # fmt: skip
    (total,) = table["control_totals"]
    assert {key: total[key] for key in ("column", "currency", "stated", "computed", "agrees")} == {
        "column": "amount", "currency": "USD", "stated": "25100.50", "computed": "25100.50",
        "agrees": True,
    }  # fmt: skip
    assert total["row"] == 10


def test_an_amount_of_no_known_currency_is_told_as_it_stands(run: Run, path: Path) -> None:
    path.write_text(SHEET.replace("USD", ""), "utf-8")
    document, _ = imported(run, path)
    (table,) = document["files"][0]["sheets"][0]["tables"]
    told = {(verdict["currency"], verdict["amount"]) for verdict in table["verdicts"]}
    assert {("", "5000.00"), ("", "6000.50")} <= told


def test_json_may_be_asked_for_before_the_subcommand(run: Run, path: Path) -> None:
    result = run("--json", "import", path, "--fund", "CPCJF")
    assert json.loads(result.stdout)["transactions"] == 1


def test_an_import_without_doubts_ends_with_status_0_and_again_adds_nothing(
    run: Run, main: Path, path: Path
) -> None:
    lines = SHEET.splitlines()
    path.write_text("\n".join(lines[2:4]) + "\n,,,,,\n", "utf-8")
    assert imported(run, path)[1] == 0
    before = book_bytes(main)
    document, status = imported(run, path)
    assert (status, document["transactions"], document["written"]) == (0, 0, [])
    (table,) = document["files"][0]["sheets"][0]["tables"]
    assert table["verdicts"][0]["verdict"] == "duplicate"
    assert table["verdicts"][0]["pledge"] == "ITA-2002-01"
    assert table["control_totals"][0]["agrees"] is None
    assert book_bytes(main) == before


def test_a_dry_run_says_the_same_and_writes_nothing(run: Run, main: Path, path: Path) -> None:
    before = book_bytes(main)
    dry, status = imported(run, path, "--dry-run")
    assert (status, dry["transactions"], dry["written"], dry["dry_run"]) == (1, 1, [], True)
    assert book_bytes(main) == before
    real, _ = imported(run, path)
    assert real["files"] == dry["files"]


def test_several_files_are_taken_together_and_a_row_in_two_of_them_once(
    run: Run, path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "more.csv"
    other.write_text(
        "Donor,Reference,Date of pledge,Currency,Amount\n"
        "Italy,NV 1/2002,2002-03-01,USD,5000.00\nFrance,NV 9/2002,2002-03-09,USD,1.00\n",
        "utf-8",
    )
    document, _ = imported(run, path, other)
    check_counts(document)
    assert document["transactions"] == 2
    (second,) = document["files"][1]["sheets"][0]["tables"]
    assert [verdict["verdict"] for verdict in second["verdicts"]] == ["duplicate", "imported"]
    assert "pledges.csv#pledges!4" in second["verdicts"][0]["reason"]


def test_the_fund_is_named_or_the_rows_wait(run: Run, path: Path) -> None:
    result = run("import", path)
    assert result.exit_code == 1
    assert "name it with --fund" in result.output
    wrong = run("import", path, "--fund", "CPCFJ")
    assert wrong.exit_code == 2
    assert "declares no fund 'CPCFJ' (declared: CPCJF, UNTOC)" in wrong.stderr


def test_a_book_with_errors_is_not_written_to(run: Run, main: Path, path: Path) -> None:
    entries = main.parent / "2002-2003.beancount"
    entries.write_text('2002-01-01 * "unbalanced"\n  Assets:CPCJF:Cash  5 USD\n', "utf-8")
    before = book_bytes(main)
    result = run("import", path, "--fund", "CPCJF")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "has errors, so nothing is written to it" in result.stderr
    assert book_bytes(main) == before


def test_there_is_no_book_or_no_file_named(tmp_path: Path, path: Path) -> None:
    runner = CliRunner()
    nowhere = runner.invoke(group, ["--book", str(tmp_path / "none"), "import", str(path)])
    assert (nowhere.exit_code, "there is no book here" in nowhere.stderr) == (2, True)
    assert runner.invoke(group, ["import"]).exit_code == 2


def test_inspect_needs_no_book_and_shows_what_would_be_read(path: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pledgebook.cli", "inspect", str(path), "--json"]
    result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    document = json.loads(result.stdout)
    assert document["notes"] == ["read as UTF-8 text, columns divided by comma"]
    (sheet,) = document["sheets"]
    assert sheet["outside_rows"] == [1]
    (table,) = sheet["tables"]
    assert table["range"] == "A3:F12"
    assert table["rows"] == {"heading": 1, "total": 1, "note": 1, "blank": 1, "data": 6}
    assert table["headings"]["C"] == "Date of pledge"


def test_inspect_ends_with_status_1_where_a_person_must_decide(run: Run, path: Path) -> None:
    path.write_text(
        "Donor,Date of pledge,Amount,Amount,Currency\nItaly,2002-03-01,5,6,USD\n", "utf-8"
    )
    result = run("inspect", path)
    assert result.exit_code == 1
    assert "Which one counts?" in result.output
    document, _ = imported(run, path)
    (table,) = document["files"][0]["sheets"][0]["tables"]
    assert table["questions"]
    assert table["counts"]["waiting"] == 1


def test_what_a_saved_mapping_leaves_open_is_decided_by_editing_one_line(
    run: Run, path: Path, tmp_path: Path
) -> None:
    path.write_text("Donor;Date of pledge;Currency;Amount\nItaly;03/04/2002;USD;1.234\n", "utf-8")
    saved = tmp_path / "map.toml"
    run("inspect", path, "--save", saved)
    text = saved.read_text("utf-8")
    (verdict,) = verdicts_of(imported(run, path, "--map", saved)[0])
    assert (verdict["verdict"], "ambiguous" in verdict["reason"]) == ("waiting", True)
    for line in ("[answers]", 'date-order = "dmy"', 'decimal-mark = ","'):
        assert f"# {line}" in text
        text = text.replace(f"# {line}", line)
    saved.write_text(text, "utf-8")
    (decided,) = verdicts_of(imported(run, path, "--map", saved)[0])
    assert (decided["verdict"], decided["amount"]) == ("imported", "1234.00")
    assert "2002-04-03" in (tmp_path / "book" / "2002-2003.beancount").read_text("utf-8")


def test_rows_wait_for_what_a_mapping_says_is_undecided(
    run: Run, path: Path, tmp_path: Path
) -> None:
    path.write_text(
        "Donor,Date of pledge,Amount,Amount,Currency\nItaly,2002-03-01,5,6,USD\n", "utf-8"
    )
    saved = tmp_path / "map.toml"
    run("inspect", path, "--save", saved)
    text = saved.read_text("utf-8")
    (undecided,) = tomllib.loads(text)["undecided"]
    (verdict,) = verdicts_of(imported(run, path, "--map", saved)[0])
    assert (verdict["verdict"], verdict["reason"]) == ("waiting", undecided)
    saved.write_text(re.sub(r"undecided = \[.*?\]\n", "", text, flags=re.DOTALL), "utf-8")
    (verdict,) = verdicts_of(imported(run, path, "--map", saved)[0])
    assert (verdict["verdict"], verdict["amount"]) == ("imported", "5.00")


def verdicts_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        verdict
        for file in document["files"]
        for sheet in file["sheets"]
        for table in sheet["tables"]
        for verdict in table["verdicts"]
    ]


def test_each_table_of_a_sheet_gets_a_mapping_of_its_own(
    run: Run, path: Path, tmp_path: Path
) -> None:
    path.write_text(
        "Donor,Date of pledge,Currency,Amount\nItaly,2002-03-01,USD,5.00\n,,,\n,,,\n"
        "Amount (USD),Member State,Pledge date,\n6.00,Spain,2002-03-02,\n",
        "utf-8",
    )
    run("inspect", path, "--save", tmp_path / "map.toml")
    found = [
        [verdict["donor"] for verdict in verdicts_of(imported(run, path, "--map", mapping)[0])]
        for mapping in (tmp_path / "map.toml", tmp_path / "map-2.toml")
    ]
    assert found == [["ITA"], ["ESP"]]


def test_a_saved_mapping_is_edited_and_used(run: Run, path: Path, tmp_path: Path) -> None:
    saved = tmp_path / "map.toml"
    assert run("inspect", path, "--save", saved).exit_code == 0
    mapping = tomllib.loads(saved.read_text("utf-8"))
    assert mapping["columns"]["amount"] == "E"
    plain, _ = imported(run, path, "--dry-run")
    mapped, _ = imported(run, path, "--dry-run", "--map", saved)
    check_counts(mapped)
    assert (
        mapped["files"][0]["sheets"][0]["tables"][0]["verdicts"]
        == plain["files"][0]["sheets"][0]["tables"][0]["verdicts"]
    )
    saved.write_text(saved.read_text("utf-8").replace('amount = "E"', 'amonut = "E"'), "utf-8")
    wrong = run("import", path, "--map", saved)
    assert wrong.exit_code == 2
    assert "unknown field 'amonut' in [columns]; did you mean 'amount'" in wrong.stderr


def test_people_read_a_line_for_the_many_and_the_cells_of_the_few(run: Run, path: Path) -> None:
    output = run("import", path, "--fund", "CPCJF").output
    assert "pledges!A3:F12: 6 rows of data: 1 imported, 3 waiting, 1 rejected, 1 ignored" in output
    assert "1 waiting: Announced only ('Subject to parliamentary approval')" in output
    assert "2 waiting: The donor 'Ruritania' is not known." in output
    lines = [" ".join(line.split()) for line in output.splitlines()]
    assert "pledges!A6 'Ruritania' 7000.00 USD" in lines
    assert "pledges!A4 ITA-2002-01 5000.00 USD" in lines
    assert "total pledges!E10: 25,100.50 USD, as the rows add up to." in output.replace(
        "25100.50", "25,100.50"
    )
    assert output.splitlines()[-2] == "1 transaction written to 2002-2003.beancount."
    assert output.splitlines()[-1].startswith("Receipt: ")


def test_a_total_that_does_not_foot_is_said(run: Run, path: Path) -> None:
    path.write_text(SHEET.replace("25,100.50", "25,100.51"), "utf-8")
    output = run("import", path, "--fund", "CPCJF").output
    assert (
        "total pledges!E10 DIFFERS: it states 25100.51 USD, the rows add up to 25100.50" in output
    )


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ([7], "7"),
        ([3, 1, 2], "1 to 3"),
        ([1, 2, 9], "1, 2, 9"),
        (range(1, 40, 2), "1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23 ..."),
    ],
)
def test_rows_are_listed_shortly(numbers: list[int], said: str) -> None:
    assert list_rows(numbers) == said


def test_a_matrix_of_the_books_funds_is_inspected_and_its_mapping_imports_it(
    run: Run, main: Path, tmp_path: Path
) -> None:
    path = tmp_path / "matrix.csv"
    path.write_text(
        "Pledges in US dollars\nDonor,Date of pledge,CPCJF,UNTOC\nItaly,2002-03-01,500.00,100.00\n",
        "utf-8",
    )
    saved = tmp_path / "matrix.toml"
    assert run("inspect", path, "--save", saved).exit_code == 0
    document, _ = imported(run, path, "--map", str(saved))
    assert document["transactions"] == 2
    accounts = [line.fund for line in list_instalments(load_book(main).register)]
    assert sorted(accounts) == ["CPCJF", "UNTOC"]


def test_a_question_is_answered_in_the_saved_mapping(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "doubtful.csv"
    path.write_text(
        "Donor,Date of pledge,Pledged adjusted\nItaly,03/04/2002,5000.00\n"
        "Spain,05/06/2002,600.00\n",
        "utf-8",
    )
    saved = tmp_path / "doubtful.toml"
    assert run("inspect", path, "--save", saved).exit_code == 1
    document, _ = imported(run, path, "--map", str(saved))
    assert document["transactions"] == 0
    text = re.sub(
        r"undecided = \[.*?^\]", "", saved.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    text = text.replace('# date-order = "dmy"', 'date-order = "mdy"')
    text = text.replace("# [answers]", "[answers]")
    text = text.replace("# [constants]", "[constants]").replace("# currency =", "currency =")
    saved.write_text(text, "utf-8")
    document, status = imported(run, path, "--map", str(saved))
    (table,) = document["files"][0]["sheets"][0]["tables"]
    assert (document["transactions"], status) == (2, 0), table["verdicts"]

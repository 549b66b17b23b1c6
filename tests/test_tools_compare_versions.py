"""The proof that a change changes no figure holds, and fails where a figure did change."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from compare_versions import TOOLS, ask_both, compare, first_difference, lay_out
from compared_books import make_random_books
from compared_documents import ask
from handwritten import HEAD

Planted = Callable[[str, str], Path]
PYTHON = Path(sys.executable)
PLEDGED = """2001-03-01 * "Italy" "Pledge (made up)" ^ITA-2001-01
  class: "general"
  Assets:CPCJF:Pledges:ITA  1000 EUR {0 # 900 USD, "ITA-2001-01.1"}
    due: 2001-06-30
  Income:CPCJF:Contributions:ITA
"""
PAID = """2002-05-01 * "Italy" "Payment (made up)" ^ITA-2001-01
  class: "general"
  Assets:CPCJF:Pledges:ITA  -1000 EUR {"ITA-2001-01.1"}
  Assets:CPCJF:Cash  850.00 USD
  Income:CPCJF:Exchange
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A book of one pledge and its payment, a file a period."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    head = HEAD.format(general="pledge", special="pledge", convention="pledge")
    files = {"2000-2001.beancount": PLEDGED, "2002-2003.beancount": PAID}
    includes = "".join(f'include "{name}"\n' for name in files)
    for name, text in {**files, "main.beancount": head + includes}.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def test_a_version_says_what_it_says_itself(tiny: Path) -> None:
    done = subprocess.run(
        [PYTHON, TOOLS / "compare_versions.py", PYTHON, PYTHON, "--book", tiny],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    *_, answers, summary = done.stdout.splitlines()
    assert summary.startswith("1 book, ")
    assert summary.endswith(" documents, 0 differ")
    # Most of what is asked of it is answered: nothing is the same because all is refused.
    assert int(answers.partition("(")[2].split()[0]) > 50


@pytest.fixture
def planted(tiny: Path, tmp_path: Path) -> Planted:
    """Ask both sides, one text of the new side's book being another; return the folder."""
    folder = tmp_path / "compared"
    (folder / "books").mkdir(parents=True)
    tiny.rename(folder / "books" / "tiny")
    asked = (
        ["check", "--json"],
        ["report", "all", "--period", "2002-2003", "--json"],
        ["report", "all", "--period", "2002-2003", "--out", "written/all.xlsx"],
        ["close", "2000-2001", "--json"],
        ["close", "2002-2003", "--json"],
    )
    plan = [{"book": "tiny", "arguments": ["--book", "tiny", *words]} for words in asked]
    (folder / "plan.json").write_text(json.dumps(plan), "utf-8")

    def plant(text: str, other: str) -> Path:
        lay_out(folder)
        for path in (folder / "new" / "tiny").glob("200*.beancount"):
            path.write_text(path.read_text("utf-8").replace(text, other), "utf-8")
        ask_both(PYTHON, PYTHON, folder)
        return folder

    return plant


def test_a_figure_that_changed_is_told_with_its_place(planted: Planted) -> None:
    differences, (_, summary) = compare(planted("850.00 USD", "850.01 USD"))
    assert summary.endswith(f" {len(differences)} differ")
    (report,) = [line for line in differences if line.endswith("more)") and "report all" in line]
    assert "out reports[schedule].funds[0].rows[0].collected_prior '850.00' -> '850.01'" in report
    assert any(line.startswith("written/all.xlsx: xl/worksheets/") for line in differences)
    assert any(line.startswith("tiny/sealed/2002-2003.json: ") for line in differences)
    assert not any("check" in line or "close 2000-2001" in line for line in differences)


def test_findings_of_a_rule_can_be_left_out(planted: Planted) -> None:
    papers = ('"Pledge (made up)" ^ITA-2001-01\n', '  document: "Note verbale 1 (made up)"\n')
    folder = planted(papers[0], "".join(papers))
    for but, told in ((), True), (("document",), False):
        differences, _ = compare(folder, but)
        assert (
            any(
                "check --json: out notices.document 2000-2001.beancount:1 " in line
                for line in differences
            )
            == told
        )
        assert any(line.startswith("tiny/sealed/2000-2001.json: ") for line in differences)


@pytest.mark.parametrize(("word", "differ"), [("One thing", 0), ("Another", 1)])
def test_findings_may_come_in_another_order_but_not_in_other_words(
    tmp_path: Path, word: str, differ: int
) -> None:
    said = [("lot", 3, "One thing"), ("due", 1, "Two things"), ("lot", 3, "Three things")]
    (tmp_path / "plan.json").write_text('[{"book": "a", "arguments": ["check"]}]', "utf-8")
    (tmp_path / "books" / "a").mkdir(parents=True)
    for side, told in ("old", said), ("new", [*said[:0:-1], ("lot", 3, word)]):
        keys = ("rule", "line", "message")
        answer = {
            "status": 1,
            "out": json.dumps({"errors": [dict(zip(keys, each, strict=True)) for each in told]}),
            "err": "".join(f"Notice ({rule}): {text}\n" for rule, _, text in told),
        }
        path = tmp_path / side / "documents" / "a" / "00000.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(answer), "utf-8")
    assert len(compare(tmp_path)[0]) == differ


def test_random_books_load_and_some_are_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", [])
    make_random_books(tmp_path, 4, 1)
    sealed = []
    for folder in sorted(tmp_path.iterdir()):
        assert ask(["--book", str(folder), "check", "--json"])["status"] == 0, folder
        verified = ask(["--book", str(folder), "verify", "--json"])
        assert verified["status"] == 0
        sealed += [each["period"] for each in json.loads(verified["out"])["periods"]]
    assert sealed == ["2000-2001", "2000-2001"]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('{"a": [1, 2]}', '{"a": [1, 3, 4]}', "a[1] '2' -> '3' (and 1 more)"),
        ('{"a": 1}', '{"a":  1}', """line 1 '{"a": 1}' -> '{"a":  1}'"""),
        ("one\ntwo", "one\n", "line 2 'two' -> '(nothing)'"),
        ("one\r\n", "one\n", r"line 1 'one\r\n' -> 'one\n'"),
    ],
)
def test_the_first_difference_is_told(old: str, new: str, told: str) -> None:
    assert first_difference(old, new) == told

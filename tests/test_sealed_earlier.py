"""A book that an earlier version of the program sealed, with a figure that was mended since: verify
tells it from tampering (tests/data/sealed-earlier/SOURCE.md says how it was made).
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.closing.proof import Verdict, verify_seals
from pledgebook.ledger.files.loading import load_book
from pledgebook.reports.closing import make_figures

SEALED = Path(__file__).parent / "data" / "sealed-earlier"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SEALED, tmp_path / "book"))


def verify(folder: Path) -> Verdict:
    (verdict,) = verify_seals(folder / "main.beancount", make_figures)
    return verdict


def test_a_mended_figure_is_the_programs_and_names_the_figure(folder: Path) -> None:
    found = verify(folder)
    assert set(found.differs) == {"figures", "program"}
    assert all(said.startswith("paragraphs.") for said in found.differs["figures"])
    assert "the program computes otherwise" in found.differs["program"][0]
    assert found.changed == []


def _edit(path: str, was: str, now: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        file = folder / path
        text = file.read_text("utf-8")
        assert was in text
        file.write_text(text.replace(was, now), "utf-8")

    return edit


def _tamper_with_seal(folder: Path) -> None:
    """Put the figures of today into the seal, as who wants it to hold would."""
    path = folder / "sealed" / "2000-2001.json"
    sealed = json.loads(path.read_text("utf-8"))
    history = load_book(folder / "history.beancount")
    sealed["figures"] = json.loads(json.dumps(make_figures(history, "2000-2001"), default=str))
    path.write_text(json.dumps(sealed, ensure_ascii=False, indent=1) + "\n", "utf-8")


TAMPERED = {
    "an amount": (_edit("2000-2001.beancount", "1000", "1100"), "entries"),
    "a paper": (
        _edit("2000-2001.beancount", "Note verbale 3/2001", "Note verbale 9/2001"),
        "entries",
    ),
    "a rule": (_edit("A-RES-55-64.beancount", '"R7"', '"R70"'), "declarations"),
    "the seal itself": (_tamper_with_seal, "seal"),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_tampering_is_never_taken_for_a_mended_figure(what: str, folder: Path) -> None:
    tamper, part = TAMPERED[what]
    tamper(folder)
    differs = verify(folder).differs
    assert part in differs
    assert "program" not in differs


def test_the_command_says_so_and_a_reopening_restates_it(folder: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(group, ["--book", str(folder / "main.beancount"), *words])
        return done.exit_code, done.output

    status, said = run("verify")
    assert (status, "differs in figures, program" in said) == (1, True)
    assert run("reopen", "2000-2001", "--authority", "Controller", "--on", "2002-03-01")[0] == 0
    assert run("close", "2000-2001")[0] == 0
    status, said = run("verify")
    assert (status, "as sealed" in said) == (0, True)
    kept = json.loads((folder / "sealed" / "2000-2001.1.json").read_text("utf-8"))
    assert kept == json.loads((SEALED / "sealed" / "2000-2001.json").read_text("utf-8"))

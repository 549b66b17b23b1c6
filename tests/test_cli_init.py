"""`pledgebook init` with what a book is about (names made up)."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book


def test_a_book_is_made_as_it_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    done = CliRunner().invoke(group, [
        "init", str(folder), "--name", "Training fund", "--fund", "TRF=Training fund (example)",
        "--classes", "TRF=general special", "--purpose", "prisons=Prison reform",
        "--period", "2024-07-01..2025-06-30", "--bank", "MAIN=GB29 NWBK 6016 1331",
        "--no-mandate", "--four-eyes",
    ])  # fmt: skip
    assert done.exit_code == 0, done.output
    book = load_book(folder / "main.beancount")
    assert book.errors == []
    settings = book.settings
    assert book.options["title"] == "Training fund"
    assert {code: fund.classes for code, fund in settings.funds.items()} == {
        "TRF": ("general", "special")
    }
    assert settings.funds["TRF"].four_eyes
    assert dict(settings.purposes) == {"prisons": "Prison reform"}
    assert settings.periods.names() == ["2024-2025"]
    assert not settings.mandates
    assert not (folder / "A-RES-55-64.beancount").exists()
    assert settings.banks.accounts["MAIN"].accounts == ("Assets:TRF:Cash",)
    assert (folder / "2024-2025.beancount").exists()
    assert not (folder / "2002-2003.beancount").exists()
    assert [notice.rule for notice in book.notices] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--fund", "no code=Fund"], "cannot be the fund's code"),
        (["--fund", "TRF"], "write it as CODE=…"),
        (["--classes", "TRF=general"], "no fund TRF is made here"),
        (["--period", "soon"], "write it as 2024-2025"),
        (["--period", "2004-2003"], "is before the first day"),
        (["--bank", "MAIN=?"], "A bank account has a number"),
    ],
)
def test_what_cannot_be_made_is_refused_and_nothing_is(
    tmp_path: Path, words: list[str], said: str
) -> None:
    folder = tmp_path / "book"
    done = CliRunner().invoke(group, ["init", str(folder), *words])
    assert (done.exit_code, said in done.output) == (2, True), done.output
    assert not (folder / "main.beancount").exists()

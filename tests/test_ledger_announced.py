"""What donors announced, and pledges committed later, across closings (amounts made up)."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.closing.periods import close_period
from pledgebook.ledger.closing.proof import verify_seals
from pledgebook.ledger.files.loading import load_book
from pledgebook.reports.closing import make_figures

HEAD = """option "operating_currency" "USD"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "CPCJF" "A fund"
2000-01-01 custom "period" "2000-2001" 2001-12-31
2002-01-01 custom "period" "2002-2003" 2003-12-31
"""


def run(main: Path, *words: str) -> str:
    done = CliRunner().invoke(group, ["--book", str(main), *words])
    assert done.exit_code == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def main(tmp_path: Path) -> Path:
    path = tmp_path / "main.beancount"
    path.write_text(HEAD, "utf-8")
    run(path, "record", "announcement", "ITA", "About 100,000 euros", "--date", "2001-03-03",
        "--document", "minutes", "--yes")  # fmt: skip
    run(path, "record", "pledge", "NOR", "500", "--pledged-only", "--date", "2001-03-03",
        "--note", "Said at the conference", "--due", "2003-06-30", "--yes")  # fmt: skip
    run(path, "record", "announcement", "JPN", "Something", "--date", "2001-03-04", "--yes")
    run(path, "record", "commit", "NOR-2001-01", "--date", "2001-06-01", "--document", "Note 7",
        "--note", "Committed by note 7", "--yes")  # fmt: skip
    close_period(load_book(path), "2000-2001", make_figures)
    return path


def announced(main: Path) -> list[str]:
    return [each.message[:5] for each in load_book(main).notices if each.rule == "announcement"]


def test_an_announcement_outlives_its_period(main: Path) -> None:
    history = main.with_name("history.beancount")
    assert announced(main) == announced(history) == ["Italy", "Japan"]
    run(main, "record", "announcement", "CHE", "More", "--date", "2002-03-04", "--yes")
    run(main, "record", "release", "--all", "--date", "2002-01-01", "--yes")
    run(main, "close", "2002-2003")
    assert announced(main) == announced(history) == ["Italy", "Japan", "Switz"]


def test_an_announcement_of_a_closed_period_can_be_taken_out(main: Path) -> None:
    (verdict,) = verify_seals(main, make_figures)
    assert not verdict.differs
    kept = main.with_name("announcements.beancount")
    head, *rest = kept.read_text("utf-8").split("\n2001-")
    assert len(rest) == 2
    kept.write_text(head + "\n2001-" + rest[1], "utf-8")
    assert announced(main) == ["Japan"]
    (verdict,) = verify_seals(main, make_figures)
    assert not verdict.differs


def test_the_opening_bears_the_words_and_the_paper_of_the_commitment(main: Path) -> None:
    text = main.with_name("2002-2003.beancount").read_text("utf-8")
    assert '"Norway" "Committed by note 7"' in text
    assert 'document: "Note 7"' in text

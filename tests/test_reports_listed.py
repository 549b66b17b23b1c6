"""Reports and letters stand in one table each, and whatever lists them lists the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from pledgebook.cli.letters import letter
from pledgebook.cli.report import report
from pledgebook.desk.listed_words import listed_words
from pledgebook.ledger.correspondence.letters import KINDS
from pledgebook.reports import REPORTS
from pledgebook.reports.letters.kinds import LETTERS

DOCS = Path(__file__).parent.parent / "docs"


def rows_of(page: str, heading: str) -> list[str]:
    """The names in the first column of the table under a heading row."""
    text = (DOCS / page).read_text("utf-8")
    table = text.partition(f"| {heading} |")[2].partition("\n\n")[0]
    return re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)


def help_of(*words: str) -> str:
    command = letter if words else report
    return " ".join(CliRunner().invoke(command, [*words, "--help"]).output.split())


def test_the_documentation_lists_the_reports_there_are_in_their_order() -> None:
    assert rows_of("reports.md", "name") == list(REPORTS)


def test_the_documentation_lists_the_letters_there_are_in_their_order() -> None:
    assert rows_of("letters.md", "letter") == list(LETTERS)


def test_a_book_knows_the_letters_there_are_as_sent() -> None:
    assert tuple(LETTERS) == KINDS


def test_the_help_of_the_command_names_every_report_in_order() -> None:
    said = help_of().replace("- ", "-")
    assert f"or all of them: {', '.join(REPORTS)}." in said


@pytest.mark.parametrize("name", LETTERS)
def test_a_letters_command_offers_what_its_line_says(name: str) -> None:
    kind, said = LETTERS[name], help_of(name)
    assert kind.help in said
    assert ("--pledge" in said) is kind.takes_pledge
    assert ("--issue " in said) is kind.is_issued


def test_titles_of_reports_and_letters_are_words_to_translate() -> None:
    words = set(listed_words())
    assert {kind.title for kind in (*REPORTS.values(), *LETTERS.values())} <= words

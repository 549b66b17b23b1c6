"""What is dated after today is asked about; without an answer it is refused (amounts made up).

The days lie so far apart that no test needs the clock.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pledgebook.cli.main import group
from pledgebook.ledger import (
    Book,
    FutureDateError,
    load_book,
    make_book,
    receipt_unapplied,
    write_entries,
)

Load = Callable[..., Book]
LATE = "2992-03-01"
PLEDGE = (
    "record", "pledge", "Norway", "1000", "--currency", "USD", "--fund", "CPCJF", "--class",
    "general", "--date",
)  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    main = make_book(tmp_path / "book")

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(group, ["--book", str(main), *words])

    return invoke


def text_of(tmp_path: Path) -> str:
    return "".join(path.read_text() for path in sorted((tmp_path / "book").glob("*.beancount")))


def test_yes_takes_no_date_after_today_unless_it_is_meant(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    refused = run(*PLEDGE, LATE, "--yes")
    assert refused.exit_code == 2
    assert "2992-03-01 is after today" in refused.output
    assert "--future" in refused.output
    assert "NOR-" not in text_of(tmp_path)
    assert run(*PLEDGE, LATE, "--yes", "--future").exit_code == 0
    assert "NOR-2992-01.1" in text_of(tmp_path)


def test_a_person_is_asked_about_it(run: Callable[..., Result], tmp_path: Path) -> None:
    shown = run(*PLEDGE, LATE, "--dry-run")
    assert shown.exit_code == 0
    assert "It is dated 2992-03-01, after today" in shown.output
    assert "after today" not in run(*PLEDGE, "2002-03-01", "--dry-run").output
    assert "NOR-" not in text_of(tmp_path)


def test_from_python_it_is_refused_unless_it_is_meant(load: Load) -> None:
    book = load("")
    today = date(2002, 7, 10)

    def draft(day: date, label: str) -> list[object]:
        return [
            receipt_unapplied(
                book.settings, day=day, fund="CPCJF", label=label, value=Decimal(5)
            ).noted(narration="Gift")
        ]

    write_entries(book, draft(today, "R1"), today=today)
    after = load_book(book.path)
    tomorrow = date(2002, 7, 11)
    with pytest.raises(FutureDateError, match="2002-07-11 is after today, 2002-07-10") as refused:
        write_entries(after, draft(tomorrow, "R2"), today=today)
    assert refused.value.day == tomorrow
    assert write_entries(after, draft(tomorrow, "R2"), today=today, future=True)


@pytest.mark.parametrize(
    "words",
    [
        ("match", "--undo", "R-2002-0001", "--date", LATE),
        ("letter", "answered", "NOR/2002/1", "agrees", "--date", LATE),
        ("letter", "void", "CPCJF/2002/0001", "--reason", "Wrong payer", "--date", LATE),
        ("letter", "receipt", "--period", "2002", "--issue", "--date", LATE, "--out", "letters"),
        ("letter", "statement", "--period", "2002", "--record-sent", "--date", LATE, "--out", "l"),
        ("reopen", "2002-2003", "--authority", "x", "--on", LATE),
    ],
)
def test_no_other_command_writes_a_date_after_today_by_itself(
    run: Callable[..., Result], words: tuple[str, ...]
) -> None:
    refused = run(*words)
    assert refused.exit_code == 2
    assert "2992-03-01 is after today" in refused.output
    assert "after today" not in run(*words, "--future").output

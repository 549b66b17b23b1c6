"""A long task shows how far it is, and Ctrl-C ends it with a sentence and nothing half done.

All figures are made up.
"""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from beancount.parser import grammar
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book

ENTRIES = 2_400
BANK = """
2000-01-01 custom "bank" "TEST" "12345678"
  currency: "USD"
  accounts: "Assets:CPCJF:Cash"
"""


@pytest.fixture(autouse=True)
def stoppable() -> Iterator[None]:
    """Let Ctrl-C arrive, here and in what is started, also where tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def statement(path: Path) -> Path:
    entries = "".join(
        f":61:0203{number % 28 + 1:02d}C10,00NTRFR{number}\n:86:/NAME/Donor {number}/\n"
        for number in range(ENTRIES)
    )
    path.write_text(
        f":20:A\n:25:12345678\n:28C:1/1\n:60F:C020301USD0,\n{entries}:62F:C020331USD{ENTRIES}0,\n"
    )
    return path


def test_a_long_statement_shows_its_progress_and_is_stopped_with_nothing_written(
    tmp_path: Path,
) -> None:
    main = make_book(tmp_path / "book")
    with (main.parent / "settings.beancount").open("a", encoding="utf-8") as file:
        file.write(BANK)
    before = {path: path.read_bytes() for path in main.parent.iterdir() if path.is_file()}
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "pledgebook.cli", "--book", str(main), "import"]
    with subprocess.Popen([*command, str(statement(tmp_path / "s.sta"))], stderr=theirs) as run:
        os.close(theirs)
        shown = b""
        while b"s.sta" not in shown:  # the bar bears the file's name
            shown += os.read(ours, 1000)
        run.send_signal(signal.SIGINT)
        try:
            while piece := os.read(ours, 1000):
                shown += piece
        except OSError:  # the other end is closed
            pass
    os.close(ours)
    said = shown.decode("utf-8", "replace")
    assert run.returncode == 2, said
    assert "Stopped. Nothing is half done" in said
    assert "Traceback" not in said
    after = {path: path.read_bytes() for path in main.parent.iterdir() if path.is_file()}
    assert {path: after[path] for path in before} == before
    assert (load_book(main).errors, len(load_book(main).register.by_label)) == ([], 0)


def test_a_stop_while_beancount_parses_is_a_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)

    main = make_book(tmp_path / "book")
    monkeypatch.setattr(grammar.Builder, "note", stopped)
    main.write_text(main.read_text("utf-8") + '2002-01-01 note Assets:CPCJF:Cash "x"\n', "utf-8")
    with pytest.raises(KeyboardInterrupt):
        load_book(main)

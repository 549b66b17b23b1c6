"""Code that a book brings is named, and runs only once it is trusted."""

from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

import pytest
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.files.trusting import NotTrustedError
from serving import COMMAND, pledgebook

CODE = "import pathlib\npathlib.Path({!r}).touch()\n__plugins__ = ()\n"


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config" / "pledgebook"


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """The file that code makes when it runs."""
    return tmp_path / "ran"


@pytest.fixture
def main(tmp_path: Path, ran: Path) -> Path:
    main = make_book(tmp_path / "book")
    (main.parent / "own_plugin.py").write_text(CODE.format(str(ran)), "utf-8")
    return main


def add(main: Path, text: str) -> None:
    main.write_text(f"{main.read_text('utf-8')}\n{text}\n", "utf-8")


IN_FOLDER = 'option "insert_pythonpath" "TRUE"\nplugin "own_plugin"\n'


def test_a_new_book_brings_no_code_of_its_own(main: Path) -> None:
    assert load_book(main).errors == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('plugin "this"', 'plugin "this"'),
        (IN_FOLDER, 'option "insert_pythonpath"'),
        ('plugin "beancount.plugins.commodity_attr" "__import__(\'os\')"', "commodity_attr"),
        ('1999-12-31 custom "fava-extension" "own_plugin"', 'Fava\'s extension "own_plugin"'),
        ('1999-12-31 custom "fava-option" "import-config" "own_plugin.py"', "own_plugin.py, which"),
        ('include "more.beancount"', 'option "insert_pythonpath"'),
    ],
)
def test_code_is_named_and_not_run(text: str, named: str, main: Path, ran: Path) -> None:
    main.with_name("more.beancount").write_text('option "insert_pythonpath" "TRUE"\n', "utf-8")
    add(main, text)
    with pytest.raises(NotTrustedError) as refused:
        load_book(main)
    assert named in str(refused.value)
    assert "open the book with --trust once" in str(refused.value)
    pledge = ("record", "pledge", "AUT", "1", "--fund", "CPCJF", "--class", "general")
    pledge = (*pledge, "--date", "2002-01-01", "--yes")
    for words in (("check",), ("verify",), ("serve", "--port", "0"), pledge):
        result = pledgebook(main, *words)
        status = 1 if words == ("verify",) else 2  # what cannot be opened is not proven
        assert (result.returncode, "Traceback" in result.stderr) == (status, False), result.stderr
        assert named in result.stderr + result.stdout
    assert not ran.exists()


@pytest.mark.parametrize(
    "text",
    [
        'plugin "beancount.plugins.auto_accounts"',
        'plugin "beancount.plugins.commodity_attr" "{\'name\': None}"',
        'plugin "pledgebook.plugins.donors"',
    ],
)
def test_plugins_of_beancount_and_ours_need_no_trust(text: str, main: Path) -> None:
    add(main, text)
    load_book(main)


def test_what_is_trusted_runs_and_is_remembered_until_it_changes(main: Path, ran: Path) -> None:
    add(main, IN_FOLDER)
    assert pledgebook(main, "check", "--trust").returncode == 0
    assert ran.exists()
    ran.unlink()
    assert pledgebook(main, "check").returncode == 0
    assert ran.exists()
    ran.unlink()
    code = main.with_name("own_plugin.py")
    code.write_text(code.read_text("utf-8") + "# changed\n", "utf-8")
    result = pledgebook(main, "check")
    assert (result.returncode, ran.exists()) == (2, False)
    code.write_text(CODE.format(str(ran)), "utf-8")
    assert pledgebook(main, "check").returncode == 0


def test_a_copy_with_the_same_code_is_trusted_and_one_with_more_is_not(
    main: Path, tmp_path: Path
) -> None:
    add(main, IN_FOLDER)
    assert pledgebook(main, "--trust", "check").returncode == 0
    main.parent.rename(tmp_path / "moved")
    moved = tmp_path / "moved" / main.name
    assert pledgebook(moved, "check").returncode == 0
    add(moved, 'plugin "this"')
    result = pledgebook(moved, "check")
    assert result.returncode == 2
    assert 'plugin "this"' in result.stderr
    assert "own_plugin" not in result.stderr


def test_what_others_may_write_trusts_nothing(main: Path, settings: Path) -> None:
    add(main, IN_FOLDER)
    assert pledgebook(main, "--trust", "check").returncode == 0
    (settings / "trusted").chmod(0o666)
    assert pledgebook(main, "check").returncode == 2


def asked(main: Path, answer: str) -> tuple[int, str]:
    """Run `check` at a terminal where somebody answers."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "--book", str(main), "check"], stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    try:
        while b"[y/N]" not in shown:
            shown += os.read(ours, 1000)
        os.write(ours, f"{answer}\n".encode())
        while part := os.read(ours, 1000):
            shown += part
    except OSError:  # it has ended
        pass
    os.close(ours)
    return process.wait(), shown.decode()


def test_at_a_terminal_it_is_asked_about_once(main: Path, ran: Path) -> None:
    add(main, IN_FOLDER)
    status, shown = asked(main, "n")
    assert (status, ran.exists()) == (2, False), shown
    assert 'plugin "own_plugin"' in shown
    status, shown = asked(main, "y")
    assert (status, ran.exists()) == (0, True), shown
    assert pledgebook(main, "check").returncode == 0


def test_a_load_that_ran_code_of_the_book_is_not_kept(
    main: Path, ran: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    add(main, IN_FOLDER)
    assert pledgebook(main, "--trust", "check").returncode == 0
    assert [path for path in (tmp_path / "cache").rglob("*") if path.is_file()] == []
    ran.unlink()
    assert pledgebook(main, "check").returncode == 0
    assert ran.exists()

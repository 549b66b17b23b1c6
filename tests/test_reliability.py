"""Nothing is lost on disk: writes that are broken off, two writers at once (amounts made up).

At length: tools/break_writes.py.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from breaking import OWN, Fault, desk_client, in_child, look, ready
from pledgebook.ledger.files import committing, locking
from pledgebook.ledger.files.committing import INTENT, UnfinishedWriteError, commit, recover
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.locking import LOCK, one_writer
from pledgebook.ledger.files.log import FILE, read_log
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.findings import BookRefusedError
from pledgebook.ledger.unfinished import JOURNAL
from serving import pledgebook

BREAKING = Path(__file__).parent / "breaking.py"
PLEDGE = ("--fund", "CPCJF", "--class", "general", "--date", "2002-03-01", "--yes")


@pytest.mark.parametrize(
    ("scenario", "every", "first"),
    [
        ("record into a new period", 5, 1),
        ("import two sheets and a statement", 17, 3),
        ("close", 9, 2),
        ("desk: a pledge with its paper", 9, 4),
    ],
)
def test_a_write_that_is_broken_off_is_all_there_or_not_at_all(
    scenario: str, every: int, first: int
) -> None:
    """A kill, an error once, a full disk, at some of the calls; all of them: tools/."""
    done = subprocess.run(
        [sys.executable, BREAKING, str(every), str(first), scenario],
        capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    result = json.loads(done.stdout)
    assert result["wrong"] == []
    assert result["cases"] >= 9
    assert result["none"] > 0
    assert result["all"] > 0


def test_two_at_once_lose_nothing_double_nothing_and_block_nobody() -> None:
    """Commands and pages, one of every fourth pair killed; 500 pairs: tools/."""
    done = subprocess.run(
        [sys.executable, BREAKING.with_name("at_once.py"), "12"],
        capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    result = json.loads(done.stdout)
    assert result["wrong"] == []
    # Of a killed one and a page none may be told: the page is refused where the other wrote.
    assert result["written"] >= 9
    assert result["killed"] + result["written"] + result["refused"] == 24


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return make_book(tmp_path / "book")


def own(main: Path) -> Path:
    return main.parent / "2002-2003.beancount"


def both(main: Path, *donors: str) -> list[subprocess.CompletedProcess[str]]:
    """Record a pledge of each donor, all at once."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "pledgebook.cli", "--book", str(main), "record", "pledge", donor,
             "100", *PLEDGE],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for donor in donors
    ]  # fmt: skip
    said = [process.communicate() for process in running]
    return [
        subprocess.CompletedProcess(process.args, process.returncode, *each)
        for process, each in zip(running, said, strict=True)
    ]


def test_commands_at_once_lose_nothing_and_double_nothing(main: Path) -> None:
    donors = ("DEU", "FRA", "ITA")
    for result in both(main, *donors):
        assert result.returncode == 0, result.stderr
    book = load_book(main)
    assert book.errors == []
    assert sorted(book.register.by_label) == [f"{donor}-2002-01.1" for donor in donors]
    log = read_log(book)
    assert (len(log.writes), log.by_hand, log.faults) == (4, (), ())
    assert not (main.parent / LOCK).exists()


HOLDER = """
import sys
from pathlib import Path
from pledgebook.ledger.files.locking import one_writer
from pledgebook.ledger.occasion import Occasion, on_occasion
with on_occasion(Occasion(by="anna", door="command", what="import")), one_writer(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_who_writes_is_named_and_whose_process_ends_blocks_nobody(main: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, main.parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    said = r"anna is writing to this book since 20\d\d-.*\(import, process \d+\); nothing was writ"
    with pytest.raises(BookRefusedError, match=said), one_writer(main.parent, wait=0):
        pass
    holder.kill()
    holder.communicate()
    assert (main.parent / LOCK).exists()
    with one_writer(main.parent, wait=0):
        pass
    assert not (main.parent / LOCK).exists()


def test_a_block_within_a_block_is_the_same_writer(main: Path) -> None:
    with one_writer(main.parent, wait=0), one_writer(main.parent / ".." / "book", wait=0):
        assert (main.parent / LOCK).exists()


def test_a_link_in_the_lock_s_place_is_not_followed(main: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("untouched", "utf-8")
    (main.parent / LOCK).symlink_to(other)
    with pytest.raises(BookRefusedError, match="cannot be written to"), one_writer(main.parent):
        pass
    assert other.read_text("utf-8") == "untouched"


def test_where_nothing_can_be_written_a_sentence_says_so(main: Path) -> None:
    (main.parent / LOCK).mkdir()  # whoever runs this, root too, cannot write into its place
    result = pledgebook(main, "record", "pledge", "AUT", "1", *PLEDGE)
    assert result.returncode == 2
    assert f"{main.parent} cannot be written to (" in result.stderr
    assert "Traceback" not in result.stderr


def decided(base: Path, act: Callable[[Path], int]) -> Path:
    """Do something to a copy of a book and end it right after it was decided; return the copy's
    main file.
    """
    for at in range(1, 60):
        case = base.parent / f"case{at}"
        subprocess.run(["cp", "-a", str(base), str(case)], check=True)
        in_child(act, case, Fault(case, "kill", at))
        if (case / "book" / JOURNAL).exists():
            return case / "book" / "main.beancount"
    raise AssertionError("nothing was decided")


def record_pledge(_: Path) -> int:
    from pledgebook.cli.main import main  # noqa: PLC0415

    sys.argv = ["pledgebook", "--book", "book", "record", "pledge", "SWE", "40", *PLEDGE]
    main()
    return 0


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("interrupted") / "base"
    base.mkdir()
    ready()(base)
    return decided(base, record_pledge)


@pytest.fixture
def unfinished(interrupted: Path, tmp_path: Path) -> Path:
    """A book beside which a pledge of Sweden is decided, and not in its place."""
    subprocess.run(["cp", "-a", str(interrupted.parent), str(tmp_path / "book")], check=True)
    return tmp_path / "book" / "main.beancount"


def test_readers_tell_of_an_unfinished_write_and_change_nothing(unfinished: Path) -> None:
    before = look(unfinished.parent.parent)
    assert before.unfinished
    result = pledgebook(unfinished, "check")
    assert result.returncode == 1
    assert "A write was interrupted and is not finished (record pledge by " in result.stdout
    refused = pledgebook(unfinished, "report", "schedule", "--period", "2002-2003")
    assert refused.returncode == 2
    checked = subprocess.run(
        [str(Path(sys.executable).with_name("bean-check")), str(unfinished)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "BEANCOUNT_DISABLE_LOAD_CACHE": "1"},  # which slow loads write
    )  # fmt: skip
    assert checked.returncode == 1
    assert "A write was interrupted" in checked.stderr
    assert look(unfinished.parent.parent) == before


def pledges_of(main: Path, donor: str) -> list[str]:
    book = load_book(main)
    assert book.errors == []
    return [label for label in book.register.by_label if label.startswith(donor)]


def test_the_same_command_finishes_and_does_nothing_twice(unfinished: Path) -> None:
    words = [sys.executable, "-m", "pledgebook.cli", "--book", "book", "record", "pledge", "SWE"]
    result = subprocess.run(
        [*words, "40", *PLEDGE], capture_output=True, text=True, check=False,
        cwd=unfinished.parent.parent, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    # The command of the copy stands elsewhere, so it is another one: it finishes, and does its own.
    assert result.returncode == 0, result.stderr
    assert "A write that was interrupted is finished now: record pledge" in result.stderr
    assert pledges_of(unfinished, "SWE") == ["SWE-2002-01.1", "SWE-2002-02.1"]


def test_a_command_that_was_interrupted_says_that_it_is_finished(
    interrupted: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    subprocess.run(["cp", "-a", str(interrupted.parent), str(kept)], check=True)
    try:
        case = interrupted.parent.parent
        status, _ = in_child(record_pledge, case, Fault(case))
        said = (case.parent / "said").read_text("utf-8")
        assert status == 0
        assert "This was interrupted before, and is finished now: record pledge by" in said
        assert pledges_of(interrupted, "SWE") == ["SWE-2002-01.1"]
    finally:
        subprocess.run(["rm", "-rf", str(interrupted.parent)], check=True)
        subprocess.run(["cp", "-a", str(kept), str(interrupted.parent)], check=True)


def enter_at_the_desk(folder: Path) -> int:
    """Send the form of a pledge, from a page that was made before anything was written."""
    client, address = desk_client(folder)
    values = {"donor": "SWE", "amount": "41", "currency": "USD", "fund": "CPCJF",
              "class_": "general", "day": "2002-05-01"}  # fmt: skip
    form = {"event": "pledge", "values": values, "book": (folder / "seen").read_text("utf-8")}
    said = client.post(f"{address}/extension/Record/record", json=form, headers=OWN).json
    return 2 if {"refused", "fault"} & said.keys() else 0


def test_the_same_form_sent_again_from_a_page_finishes_and_does_nothing_twice(
    tmp_path: Path,
) -> None:
    base = tmp_path / "base"
    base.mkdir()
    ready()(base)
    (base / "seen").write_text(load_book(base / "book" / "main.beancount").sha256, "utf-8")
    main = decided(base, enter_at_the_desk)
    case = main.parent.parent
    status, _ = in_child(enter_at_the_desk, case, Fault(case))
    assert status == 0, (tmp_path / "said").read_text("utf-8")
    assert pledges_of(main, "SWE") == ["SWE-2002-01.1"]
    status, _ = in_child(enter_at_the_desk, case, Fault(case))
    assert status == 2  # another time the page is not the book's any more
    assert pledges_of(main, "SWE") == ["SWE-2002-01.1"]


def test_finish_finishes_and_writes_no_more(unfinished: Path) -> None:
    said = json.loads(pledgebook(unfinished, "finish", "--json").stdout)
    assert said == {"finished": "record pledge"}
    assert pledges_of(unfinished, "SWE") == ["SWE-2002-01.1"]
    assert "No write was interrupted" in pledgebook(unfinished, "finish").stdout
    assert read_log(load_book(unfinished)).by_hand == ()


def test_a_file_changed_by_hand_in_between_is_not_overwritten(unfinished: Path) -> None:
    path = own(unfinished)
    text = path.read_text("utf-8") + "; by hand\n"
    path.write_text(text, "utf-8")
    for words in (("finish",), ("record", "pledge", "AUT", "1", *PLEDGE)):
        result = pledgebook(unfinished, *words)
        assert result.returncode == 2
        assert "2002-2003.beancount was changed by hand before it was finished" in result.stderr
    assert path.read_text("utf-8") == text
    (path.parent / ".2002-2003.beancount.pledgebook.new").unlink()
    assert pledgebook(unfinished, "finish").returncode == 0
    assert path.read_text("utf-8") == text


def plant(main: Path, **said: object) -> None:
    journal = {
        "occasion": {"by": "x", "door": "x", "what": "x", "key": "", "when": "x"},
        "changes": [], "made": [], "emptied": [], "log_at": 0, "line": "",
    }  # fmt: skip
    (main.parent / JOURNAL).write_text(json.dumps(journal | said), "utf-8")


@pytest.mark.parametrize("name", ["../other", "link", "/etc/hosts", "inbox/../../other"])
def test_a_journal_that_came_with_a_book_leads_nowhere_else(
    name: str, main: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.write_text("untouched", "utf-8")
    (main.parent / "link").symlink_to(other)
    plant(main, changes=[{"path": name, "before": "", "after": "", "over": False}])
    with pytest.raises(BookRefusedError, match="says that a write was interrupted, and cannot be"):
        recover(main.parent)
    assert other.read_text("utf-8") == "untouched"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"occasion": {}}', "\x00"])
def test_a_journal_that_is_none_is_told_in_a_sentence(text: str, main: Path) -> None:
    (main.parent / JOURNAL).write_text(text, "utf-8")
    with pytest.raises(BookRefusedError, match="cannot be read"):
        recover(main.parent)
    assert pledgebook(main, "record", "pledge", "AUT", "1", *PLEDGE).returncode == 2


def test_a_link_where_new_content_is_put_is_not_followed(main: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("untouched", "utf-8")
    for name in (".2002-2003.beancount.pledgebook.new", INTENT, FILE):
        (main.parent / name).unlink(missing_ok=True)
        (main.parent / name).symlink_to(other)
    with pytest.raises(BookRefusedError, match="outside the book's folder"):
        commit(main.parent, {own(main): b"; new\n"}, {}, told={})
    (main.parent / FILE).unlink()
    commit(main.parent, {own(main): b"; new\n"}, {}, told={})
    assert other.read_text("utf-8") == "untouched"
    assert own(main).read_bytes() == b"; new\n"
    assert not own(main).is_symlink()


def test_a_link_within_the_book_stays_and_one_that_leads_out_is_refused(
    main: Path, tmp_path: Path
) -> None:
    (main.parent / "years").mkdir()
    real = main.parent / "years" / "real.beancount"
    own(main).rename(real)
    own(main).symlink_to(Path("years") / "real.beancount")
    assert pledgebook(main, "record", "pledge", "AUT", "1", *PLEDGE).returncode == 0
    assert own(main).is_symlink()
    assert "AUT-2002-01.1" in real.read_text("utf-8")
    shared = tmp_path / "shared.beancount"
    real.rename(shared)
    own(main).unlink()
    own(main).symlink_to(shared)
    before = shared.read_bytes()
    result = pledgebook(main, "record", "pledge", "AUT", "2", *PLEDGE)
    assert result.returncode == 2
    assert "outside the book's folder" in result.stderr
    assert shared.read_bytes() == before
    assert own(main).is_symlink()


def test_modes_names_and_attributes_of_a_file_stay(main: Path) -> None:
    own(main).chmod(0o640)
    os.link(own(main), main.parent / "other name")
    known = own(main).stat()
    assert pledgebook(main, "record", "pledge", "AUT", "1", *PLEDGE).returncode == 0
    now = own(main).stat()
    assert (now.st_mode, now.st_ino, now.st_nlink) == (known.st_mode, known.st_ino, 2)
    assert (main.parent / "other name").read_bytes() == own(main).read_bytes()
    (main.parent / "other name").unlink()
    assert pledgebook(main, "record", "pledge", "AUT", "2", *PLEDGE).returncode == 0
    assert (own(main).stat().st_mode, own(main).stat().st_ino != known.st_ino) == (
        known.st_mode,
        True,
    )


def test_what_was_decided_and_cannot_be_done_at_all_is_taken_back(
    main: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = look(main.parent.parent)

    def broken(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(committing, "_put", broken)
        with pytest.raises(BookRefusedError, match="nothing was written: Input/output error"):
            commit(main.parent, {own(main): b"; new\n"}, {}, told={})
    assert look(main.parent.parent) == before


def test_what_was_begun_and_cannot_be_ended_is_told_and_finished_later(
    main: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = committing._put

    def broken(folder: Path, change: committing._Change) -> None:
        if change.path == "settings.beancount":
            raise OSError(5, "Input/output error")
        put(folder, change)

    new = {own(main): b"; new\n", main.parent / "settings.beancount": b"; new too\n"}
    with monkeypatch.context() as patched:
        patched.setattr(committing, "_put", broken)
        with pytest.raises(UnfinishedWriteError, match="is decided, but not finished"):
            commit(main.parent, new, {}, told={})
    assert recover(main.parent) is not None
    assert {path: path.read_bytes() for path in new} == new
    assert read_log(load_book(main)).writes[-1].files.keys() == {
        "2002-2003.beancount",
        "settings.beancount",
    }


def test_a_reader_waits_while_files_are_put_at_their_places(
    main: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    plant(main)

    def slept(seconds: float) -> None:
        waited.append(seconds)
        (main.parent / JOURNAL).unlink()

    monkeypatch.setattr(locking, "sleep", slept)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, main.parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    locking.await_writer(main.parent)
    holder.communicate()
    assert len(waited) == 1
    plant(main)
    locking.await_writer(main.parent)  # nobody holds the lock: it was interrupted
    assert len(waited) == 1

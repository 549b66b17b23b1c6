"""Writes that are broken off: a fault at each call that changes a file of the book.

A process that has everything imported forks one child a case. In it the n-th call that changes a
file (opening one for writing, writing, syncing, renaming, removing, making a folder, a mode, a
time) ends the process as a power cut does, fails once, or fails with all that follow. Then the book
is looked at, and what was done is done again. All amounts are made up.

    python tests/breaking.py EVERY FIRST [SCENARIO...]

Every fault at every so-many-th call from the first, of these scenarios or of all: a line each.
"""

from __future__ import annotations

import builtins
import errno
import gc
import io
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment

KINDS = ("kill", "error", "full")
"""The process ends; one call fails with EIO; from one on all fail with ENOSPC."""

_KILLED = -signal.SIGKILL
_AUDITED = {
    "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.chmod",
    "os.chown", "os.truncate", "os.utime", "os.setxattr", "os.removexattr",
}  # fmt: skip
_LEFT = (".pledgebook.intent", ".pledgebook.write", ".pledgebook.new")


class Fault:
    """Counts the calls that change a file below a folder, and breaks one."""

    def __init__(self, folder: Path, kind: str = "", at: int = 0) -> None:
        self.folder, self.kind, self.at = os.fspath(folder), kind, at
        self.count = 0

    def meet(self, path: object, begin: Callable[[], object] = lambda: None) -> None:
        """A call is about to change what stands at a path; `begin` does a part of it first."""
        try:
            name = os.path.abspath(os.fspath(path))  # type: ignore[call-overload]  # noqa: PTH100
        except TypeError:
            return
        if not name.startswith(self.folder):
            return
        self.count += 1
        if not self.at or self.count < self.at or (self.kind == "error" and self.count > self.at):
            return
        begin()
        if self.kind == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.kind == "full":
            raise OSError(errno.ENOSPC, "No space left on device", name)
        if self.kind == "error":
            raise OSError(errno.EIO, "Input/output error", name)

    def install(self) -> None:
        """Let this process meet the fault."""
        sys.addaudithook(self._audit)
        real_open, real_sync, real_write = io.open, os.fsync, os.write

        class Raw(io.FileIO):
            def write(raw, content: Any) -> int:  # noqa: N805
                half = bytes(content)[: len(content) // 2]
                fault.meet(raw.name, lambda: io.FileIO.write(raw, half))
                return io.FileIO.write(raw, content)

        fault = self

        def opened(file: Any, mode: str = "r", *args: Any, **given: Any) -> Any:
            if "b" in mode and given == {"buffering": 0}:
                return Raw(file, mode.replace("b", ""))
            plain = set(args) <= {-1, None} and not given
            if "b" in mode and any(each in mode for each in "wxa+") and plain:
                raw = Raw(file, mode.replace("b", ""))
                return io.BufferedRandom(raw) if "+" in mode else io.BufferedWriter(raw)
            return real_open(file, mode, *args, **given)

        def synced(handle: int) -> None:
            self.meet(_path_of(handle))
            real_sync(handle)

        def written(handle: int, content: bytes) -> int:
            self.meet(_path_of(handle))
            return real_write(handle, content)

        io.open = builtins.open = opened
        os.fsync, os.write = synced, written

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if event in _AUDITED:
            self.meet(args[0] if not isinstance(args[0], int) else _path_of(args[0]))
        elif event == "open" and args[2] & (os.O_WRONLY | os.O_RDWR):
            self.meet(args[0])


def _path_of(handle: int) -> str:
    return os.readlink(f"/proc/self/fd/{handle}")  # noqa: PTH115


Act = Callable[[Path], int]
"""What is done in a folder that holds `book`; returns the exit status."""


@dataclass(frozen=True)
class Scenario:
    """What is made ready, and the write that is broken off. `again` tells whether it may be done
    twice; what may not is done already where all of it is there. `finish` is what finishes it where
    it is decided: the act itself, or opening the page.
    """

    name: str
    ready: Callable[[Path], None]
    act: Act
    again: bool = True
    finish: Act | None = None


@dataclass
class Result:
    """What came of a scenario: how many calls it makes, what was tried, and what went wrong."""

    name: str
    calls: int = 0
    cases: int = 0
    none: int = 0
    all: int = 0
    wrong: list[str] = field(default_factory=list)
    repeats: dict[str, str] = field(default_factory=dict, repr=False)
    """What went wrong when it was done again, by what was left."""


class Seen(NamedTuple):
    """A folder after a case: what it holds, what was left behind, and whether it says that a write
    is unfinished.
    """

    files: Mapping[str, str]
    folders: list[str]
    left: list[str]
    unfinished: bool
    errors: list[str]

    @property
    def book(self) -> dict[str, str]:
        """What the book's folder holds. Letters elsewhere are no part of the write: what is missing
        or too much of them is so only until the same is done again.
        """
        return {name: text for name, text in self.files.items() if name.startswith("book/")}


def run(scenario: Scenario, kinds: Iterable[str] = KINDS, every: int = 1, first: int = 1) -> Result:
    """Break a scenario at every call, or at every so-many-th from the `first`."""
    result = Result(scenario.name)
    with place() as within:
        base = within / "base"
        base.mkdir()
        scenario.ready(base)
        before = look(base)
        whole = within / "whole"
        shutil.copytree(base, whole, symlinks=True)
        status, result.calls = in_child(scenario.act, whole, Fault(whole))
        after = look(whole)
        if status not in {0, 1} or after.left or after.errors or after.files == before.files:
            result.wrong.append(
                f"unbroken: status {status}, left {after.left}, errors {after.errors}, "
                f"changed: {_unlike(after, before)}"
            )
            return result
        for kind in kinds:
            for at in range(first, result.calls + 1, every):
                case = within / "case"
                shutil.copytree(base, case, symlinks=True)
                told = _case(scenario, case, kind, at, before, after, result)
                result.cases += 1
                if told:
                    result.wrong.append(f"{kind} at {at}: {told}")
                shutil.rmtree(case)
    return result


def _case(
    scenario: Scenario, case: Path, kind: str, at: int, before: Seen, after: Seen, result: Result
) -> str:
    """Break one call and do it again; return what is wrong, "" if nothing is."""
    status, _ = in_child(scenario.act, case, Fault(case, kind, at))
    if kind == "kill" and status != _KILLED:
        return f"not killed: status {status}"
    said = (case.parent / "said").read_text("utf-8", "replace")
    if "Traceback" in said:
        return f"a traceback: {said[-2000:]}"
    broken = look(case)
    state = "all" if broken.book == after.book else "none"
    if broken.unfinished:
        state = "decided"
    elif broken.book not in (before.book, after.book):
        return f"a third state: {_unlike(broken, before, after)}"
    elif broken.errors:
        return f"the book has errors: {broken.errors[:2]}"
    if status in {0, 1} and state != "all":
        return f"said to be done (status {status}), and {state} of it is there"
    setattr(result, "none" if state == "none" else "all",
            getattr(result, "none" if state == "none" else "all") + 1)  # fmt: skip
    if state == "all" and not scenario.again:
        if broken.left and kind != "kill":
            return f"left behind: {broken.left}"
        if broken.files != after.files:
            return f"the book tells of files that are not there: {_unlike(broken, after)}"
        return ""
    left_as = _known_by(case, state)
    if left_as not in result.repeats:  # many calls leave the very same
        result.repeats[left_as] = _again(scenario, case, state, after)
    return result.repeats[left_as]


def _again(scenario: Scenario, case: Path, state: str, after: Seen) -> str:
    """Do a write again, or finish it; return what is wrong."""
    again = (state == "decided" and scenario.finish) or scenario.act
    status, _ = in_child(again, case, Fault(case))
    said = (case.parent / "said").read_text("utf-8", "replace")
    repeated = look(case)
    if status not in {0, 1}:
        return f"from {state}, done again it is refused: {said[-500:]}"
    if repeated.left or repeated.errors or repeated.unfinished:
        return f"from {state}, done again it leaves {repeated}"
    if (repeated.files, repeated.folders) != (after.files, after.folders):
        return f"from {state}, done again it is another book: {_unlike(repeated, after, after)}"
    return ""


def _unlike(seen: Seen, *others: Seen) -> str:
    return "; ".join(
        ", ".join(
            sorted(
                name
                for name in seen.files.keys() | other.files.keys()
                if seen.files.get(name) != other.files.get(name)
            )
        )
        for other in others
    )


def in_child(act: Act, folder: Path, fault: Fault) -> tuple[int, int]:
    """Do something in a child process that meets a fault; return its exit status (below 0 for the
    signal that ended it) and how many calls changed a file.
    """
    counted = folder.parent / "counted"
    child = os.fork()
    if child == 0:
        status = 99
        try:
            said = os.open(folder.parent / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            for stream in (1, 2):
                os.dup2(said, stream)
            sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            os.chdir(folder)
            fault.install()
            status = act(folder)
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else 1
        except BaseException:  # noqa: BLE001 - a traceback is what is looked for
            traceback.print_exc()
        finally:
            fault.at = 0
            sys.stdout.flush()
            sys.stderr.flush()
            counted.write_text(str(fault.count))
            os._exit(status)
    _, ended = os.waitpid(child, 0)
    count = int(counted.read_text()) if counted.exists() else 0
    return os.waitstatus_to_exitcode(ended), count


_VARYING = re.compile(rb'20\d\d-[-0-9T:+.]{10,}|[0-9a-f]{64}|"was":"[^"]*"|process \d+')
"""Of a journal, the times and digests, which differ from case to case."""


def _known_by(folder: Path, state: str) -> str:
    """Return a digest of all that a folder holds, but for times and what bears the time."""
    held = sha256(state.encode())
    for path in sorted(folder.rglob("*")):
        content = b""
        if path.is_file():
            content = path.read_bytes()
            is_timed = any(each in path.name for each in (".xlsx", ".html", ".docx"))
            content = str(len(content)).encode() if is_timed else _VARYING.sub(b"", content)
        held.update(repr((path.relative_to(folder).as_posix(), path.is_dir(), content)).encode())
    return held.hexdigest()


def look(folder: Path) -> Seen:
    """Return what a folder holds. Of what bears the time of its making, the name alone."""
    files, folders, left = {}, [], []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.name.endswith(_LEFT):
            left.append(name)
        elif path.name == ".pledgebook.lock" or (
            not name.startswith("book/") and path.name.endswith(".tmp")
        ):
            continue  # a lock that nobody holds; half a letter that is no part of the book
        elif path.is_dir():
            folders.append(name)
        else:
            timed = path.suffix in {".xlsx", ".html", ".docx"} or path.name == "writes.jsonl"
            content = b"" if timed else path.read_bytes()
            files[name] = content.decode("utf-8", "replace")
            if path.name == "writes.jsonl":
                files[name] = str(path.read_bytes().count(b"\n"))
    decided = "book/.pledgebook.write" in left
    return Seen(files, folders, left, decided, _errors(folder / "book", decided=decided))


_LOADED: dict[str, list[str]] = {}
"""The errors of books by what they hold: most cases leave one of two states."""


def _errors(book: Path, *, decided: bool) -> list[str]:
    """Return what a book says is wrong, and whether it says rightly that a write is unfinished."""
    from pledgebook.ledger.files.loading import load_book  # noqa: PLC0415

    main = book / "main.beancount"
    if not main.exists():
        return []
    held = sha256(repr(decided).encode())
    for path in sorted(book.rglob("*")):
        if path.is_file():
            name = path.relative_to(book).as_posix()
            content = path.read_bytes() if path.suffix in {".beancount", ".json", ".toml"} else b""
            held.update(repr((name, content)).encode())
    key = held.hexdigest()
    if key not in _LOADED:
        errors = load_book(main).errors
        told = any(getattr(each, "rule", "") == "unfinished-write" for each in errors)
        if told != decided:
            errors = [*errors, f"unfinished: {decided}, and told: {told}"]
        _LOADED[key] = [str(getattr(each, "message", each)) for each in errors]
    return _LOADED[key]


def command(*words: str, book: bool = True) -> Act:
    """Return the act that calls the command."""

    def act(_: Path) -> int:
        from pledgebook.cli.main import main  # noqa: PLC0415

        sys.argv = ["pledgebook", *(["--book", "book"] if book else []), *words]
        main()
        return 0

    return act


def desk_client(folder: Path) -> tuple[Any, str]:
    """Return a client of the desk on the book of a folder, and the book's address."""
    from fava.application import create_app  # noqa: PLC0415

    main = folder / "book" / "main.beancount"
    client = create_app([main], load=True, poll_watcher=True).test_client()
    base = client.get("/").headers["Location"].strip("/").split("/")[0]
    return client, f"/{base}"


def look_at_the_desk(folder: Path) -> int:
    """Open a page."""
    client, base = desk_client(folder)
    return 0 if client.get(f"{base}/extension/Record/").status_code == HTTPStatus.OK else 2


def at_the_desk(page: str, endpoint: str, fill: Callable[[Any, str], dict[str, Any]]) -> Act:
    """Return the act that sends a page's form, as `fill` makes it of the client and the page's
    address.
    """

    def act(folder: Path) -> int:
        client, base = desk_client(folder)
        address = f"{base}/extension/{page}/"
        form = fill(client, address)
        answer = client.post(f"{address}{endpoint}", json=form, headers=OWN)
        sys.stdout.write(answer.text)
        said = answer.json or {}
        return 2 if "refused" in said or "fault" in said else 0

    return act


OWN = {"Origin": "http://localhost"}


def seen_book(client: Any, address: str) -> str:
    """Return the digest of the book that a page shows."""
    return _data(client, address, "book")


def _data(client: Any, address: str, name: str) -> str:
    return str(client.get(address).text.partition(f'data-{name}="')[2].partition('"')[0])


def _entered(client: Any, address: str) -> dict[str, Any]:
    """A pledge with its paper."""
    book = _data(client, address, "book")
    asked = {"name": "note.pdf", "day": "2002-03-01", "about": "AUT", "book": book}
    paper = b"%PDF-1.4 (made up)"
    kept = client.post(
        f"{address}keep", query_string=asked, input_stream=io.BytesIO(paper), headers=OWN,
        content_length=len(paper), content_type="application/octet-stream",
    ).json  # fmt: skip
    values = {
        "donor": "AUT", "amount": "500", "currency": "USD", "fund": "CPCJF", "class_": "general",
        "day": "2002-05-01", "document": kept["path"],
    }  # fmt: skip
    return {"event": "pledge", "values": values, "book": book, "about": "AUT"}


def _taken(client: Any, address: str) -> dict[str, Any]:
    shown = f"{address}?file=letters.csv"
    return {
        "file": "letters.csv",
        "stamp": _data(client, shown, "stamp"),
        "choices": '{"fund": "CPCJF"}',
        "book": _data(client, shown, "book"),
    }


def _seen(**more: Any) -> Callable[[Any, str], dict[str, Any]]:
    return lambda client, address: {"book": _data(client, address, "book"), **more}


LETTERS = """Donor;Note verbale;Date of pledge;Currency;Amount;Due date;Earmarking
Norway;NV 1;2002-03-01;USD;10000.00;2002-06-30;Corruption
Sweden;NV 3;2002-03-05;USD;1234.00;2002-06-30;General
"""
STATEMENT = """:20:S7
:25:GB29NWBK60161331926819
:28C:7/1
:60F:C020630USD0,00
:61:020710C1000,00NTRFNONREF//B1
:86:/NAME/Government of Austria/REMI/Pledge AUT-2002-01
:62F:C020731USD1000,00
-
"""
SETTINGS = """
1999-12-31 custom "bank" "MAIN" "GB29 NWBK 6016 1331 9268 19"
  accounts: "Assets:CPCJF:Cash Assets:UNTOC:Cash"
2004-01-01 custom "period" "2004-2005" 2005-12-31
2006-01-01 custom "period" "2006-2007" 2007-12-31
1999-12-31 custom "letterhead" "CPCJF" "Example Office (made up)"
"""
ENTRIES = """
2002-03-01 * "Austria" "Pledge (made up)" ^AUT-2002-01
  class: "general"
  document: "NV 1"
  Assets:CPCJF:Pledges:AUT  1000 USD {0 # 1000.00 USD, "AUT-2002-01.1"}
    due: 2002-06-30
  Assets:CPCJF:Pledges:AUT  300 USD {0 # 300.00 USD, "AUT-2002-01.2"}
    due: 2003-06-30
  Income:CPCJF:Contributions:AUT  -1300.00 USD

2002-04-01 ! "Norway" "Pledge that waits (made up)" ^NOR-2002-07
  class: "general"
  Assets:CPCJF:Pledges:NOR  70 USD {0 # 70.00 USD, "NOR-2002-07.1"}
    due: 2002-06-30
  Income:CPCJF:Contributions:NOR  -70.00 USD
"""
RECEIPT = """
2002-07-01 * "Austria" "AUT-2002-01.1 (made up)"
  event: "receipt-unapplied"
  class: "general"
  payer: "Austria"
  Assets:CPCJF:Cash  1000.00 USD
  Liabilities:CPCJF:Unapplied  -1000.00 USD {0 # 1000.00 USD, "R-2002-0001"}
"""
RATES = "2002-01-01 price USD 1.1 EUR\n"
PUBLISHED = """Country,Currency,Abbreviation,Effective Date,Rate
Germany,Euro,EUR,01 Feb 2002,1.12
Germany,Euro,EUR,01 Mar 2002,1.13
"""


def ready(
    entries: str = ENTRIES, *done: tuple[str, ...], approved: bool = True
) -> Callable[[Path], None]:
    """Return what makes a book with these entries, and files to take in, and does more with it."""

    def make(folder: Path) -> None:
        from pledgebook.ledger.files.making import make_book  # noqa: PLC0415

        book = make_book(folder / "book").parent
        text = entries.replace(" ! ", " * ") if approved else entries
        for name, more in (
            ("settings", SETTINGS), ("rates", RATES), ("2002-2003", text),
        ):  # fmt: skip
            path = book / f"{name}.beancount"
            path.write_text(path.read_text("utf-8") + more, "utf-8")
        (book / "inbox" / "letters.csv").write_text(LETTERS, "utf-8")
        (folder / "letters.csv").write_text(LETTERS, "utf-8")
        (folder / "strange.csv").write_text(LETTERS.replace("Norway", "Norge (x)"), "utf-8")
        (folder / "july.sta").write_text(STATEMENT, "utf-8")
        (folder / "rates.csv").write_text(PUBLISHED, "utf-8")
        for words in done:
            status, _ = in_child(command(*words), folder, Fault(folder))
            (folder.parent / "counted").unlink(missing_ok=True)
            assert status in {0, 1}, (words, (folder.parent / "said").read_text("utf-8"))

    return make


def nothing(folder: Path) -> None:
    """Make nothing ready."""
    del folder


_TAKEN = ("import", "strange.csv", "--fund", "CPCJF", "--donor", "Norge (x)=NOR")
_PAID = ("record", "payment", "AUT-2002-01.1", "--value", "1000", "--date", "2002-07-10", "--yes")
_PLEDGED = ("record", "pledge", "SWE", "40", "--fund", "CPCJF", "--class", "general", "--yes")
_CLOSE = ("close", "2002-2003")
_LATER = ("record", "pledge", "SWE", "41", "--fund", "CPCJF", "--class", "general", "--date",
          "2005-02-01", "--yes")  # fmt: skip
_REMIND = ("letter", "reminder", "--as-at", "2003-12-31", "--date", "2004-01-20", "--format",
           "html", "--record-sent")  # fmt: skip
_ISSUE = ("letter", "receipt", "--issue", "--period", "2002-2003", "--date", "2004-01-20",
          "--format", "html", "--out")  # fmt: skip

SCENARIOS = (
    Scenario("init", nothing, command("init", "book", book=False), again=False),
    Scenario("record a pledge", ready(), command(*_PLEDGED, "--date", "2002-05-01"), again=False),
    Scenario("record a payment", ready(), command(*_PAID), again=False),
    Scenario("record into a new period", ready(),
             command(*_PLEDGED, "--date", "2004-02-01"), again=False),
    Scenario("take out", ready(), command("take-out", "NOR-2002-07", "--yes"), again=False),
    Scenario("approve", ready(approved=False),
             command("approve", "NOR-2002-07", "--by", "Chief", "--yes"), again=False),
    Scenario("import a sheet", ready(), command("import", "letters.csv", "--fund", "CPCJF")),
    Scenario("import two sheets and a statement", ready(),
             command("import", "letters.csv", "strange.csv", "july.sta", "--fund", "CPCJF")),
    Scenario("import and confirm a donor", ready(),
             command("import", "strange.csv", "--fund", "CPCJF", "--donor", "Norge (x)=NOR")),
    Scenario("import a statement", ready(), command("import", "july.sta")),
    Scenario("rates", ready(), command("rates", "rates.csv")),
    Scenario("match", ready(ENTRIES + RECEIPT), command("match", "--apply")),
    Scenario("match --undo", ready(ENTRIES + RECEIPT, ("match", "--apply")),
             command("match", "--undo", "R-2002-0001"), again=False),
    Scenario("close", ready(), command(*_CLOSE), again=False),
    Scenario("close the next", ready(ENTRIES, _CLOSE, _LATER), command("close", "2004-2005"),
             again=False),
    Scenario("reopen", ready(ENTRIES, _CLOSE),
             command("reopen", "2002-2003", "--authority", "ST/1 (made up)", "--on", "2004-05-01"),
             again=False),
    Scenario("letters within the book", ready(), command(*_REMIND, "--out", "book/letters"),
             again=False),
    Scenario("letters elsewhere", ready(), command(*_REMIND, "--out", "letters"), again=False),
    Scenario("official receipts", ready(ENTRIES, _PAID), command(*_ISSUE, "letters")),
    Scenario("a receipt made void", ready(ENTRIES, _PAID, (*_ISSUE, "letters")),
             command("letter", "void", "CPCJF/2004/0001", "--reason", "Wrong", "--date",
                     "2004-02-01"), again=False),
    Scenario("an answer", ready(ENTRIES, (*_REMIND, "--out", "letters")),
             command("letter", "answered", "AUT/2004/1", "agrees", "--date", "2004-02-01"),
             again=False),
    Scenario("undo an import", ready(ENTRIES, _TAKEN), command("undo", "2", "--yes"), again=False),
    Scenario("undo a payment", ready(ENTRIES, _PAID), command("undo", "2", "--yes"), again=False),
    Scenario("undo what made a period's file", ready(ENTRIES, _LATER),
             command("undo", "2", "--yes"), again=False),
    Scenario("desk: a pledge with its paper", ready(), at_the_desk("Record", "record", _entered),
             again=False, finish=look_at_the_desk),
    Scenario("desk: approve", ready(approved=False), at_the_desk(
        "Record", "approve", _seen(entry="NOR-2002-07", by="Chief")),
        again=False, finish=look_at_the_desk),
    Scenario("desk: take out", ready(), at_the_desk(
        "Record", "take-out", _seen(entry="NOR-2002-07")), again=False, finish=look_at_the_desk),
    Scenario("desk: undo an import", ready(ENTRIES, _TAKEN), at_the_desk(
        "Log", "undo", _seen(write="2")), again=False, finish=look_at_the_desk),
    Scenario("desk: import", ready(), at_the_desk("Inbox", "import", _taken)),
    Scenario("desk: decide", ready(ENTRIES + RECEIPT),
             at_the_desk("Reconcile", "accept", _seen(all=True))),
    Scenario("desk: paragraphs", ready(), at_the_desk("Paragraphs", "override", _seen(
        label="AUT-2002-01.1", op="OP14", reason="As said"))),
)  # fmt: skip


def warm(scenarios: Iterable[Scenario]) -> None:
    """Do each once in this process, so that its children have imported and made ready the rest."""
    _compile_templates_once()
    own = os.getcwd()  # noqa: PTH109
    words = sys.argv
    for scenario in scenarios:
        with place() as within, Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            folder = within / "warm"
            folder.mkdir()
            scenario.ready(folder)
            os.chdir(folder)
            with redirect_stdout(nowhere), redirect_stderr(nowhere), suppress(SystemExit):
                scenario.act(folder)
            os.chdir(own)
    sys.argv = words
    gc.collect()
    gc.freeze()  # what was imported is not gone through again in every child


def _compile_templates_once() -> None:
    """Let all children have the templates as this process compiled them."""
    real = Environment.compile
    compiled: dict[tuple[object, ...], Any] = {}

    def once(self: Environment, source: Any, *args: Any, **given: Any) -> Any:
        key = (str(source), args, tuple(sorted(given.items())))
        if key not in compiled:
            compiled[key] = real(self, source, *args, **given)
        return compiled[key]

    Environment.compile = once  # type: ignore[method-assign]


@contextmanager
def place() -> Iterator[Path]:
    """Give a folder, in memory where there is one: a kill of a process needs no disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of this name is made in it
    with tempfile.TemporaryDirectory(
        prefix="breaking-", dir=memory if memory.is_dir() else None
    ) as folder:
        yield Path(folder)


def chosen(words: Iterable[str]) -> Iterator[Scenario]:
    """Yield the scenarios of these names, or all."""
    wanted = list(words)
    yield from (each for each in SCENARIOS if not wanted or each.name in wanted)


def report(scenarios: Iterable[Scenario], every: int = 1, first: int = 1) -> Iterator[Result]:
    """Break scenarios one after another."""
    scenarios = list(scenarios)
    warm(scenarios)
    for scenario in scenarios:
        yield run(scenario, every=every, first=first)


if __name__ == "__main__":
    every, first, *names = sys.argv[1:]
    for result in report(chosen(names), int(every), int(first)):
        sys.stdout.write(
            json.dumps({**vars(result), "repeats": len(result.repeats)}, ensure_ascii=False) + "\n"
        )
        sys.stdout.flush()

"""Two at once: commands and pages of the desk that write to one book at the same moment.

Each of a pair is a child process of one that has everything imported. Both wait for each other
right before they write; of some pairs one is killed on its way. Afterwards each entry that somebody
was told is written has to be in the book once, the others not at all. All amounts are made up.

    python tests/at_once.py PAIRS [SEED]
"""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from typing import NamedTuple

from breaking import (
    LETTERS,
    OWN,
    Scenario,
    command,
    desk_client,
    place,
    ready,
    seen_book,
    warm,
)

_KILLED_OF = 4
"""Of so many pairs the first of one is killed."""
_LATEST = 0.25
"""Seconds after which a child is killed at the latest, about as long as a write takes."""
_REFUSALS = ("is writing to this book since", "was changed since this page was made")

Write = Callable[[Path, str, Callable[[], None]], int]
"""Writes an entry of an amount into the book of a folder; waits for the other right before."""


class Ended(NamedTuple):
    """How one of a pair ended: its amount, its status (None for killed), and what it said."""

    kind: str
    amount: str
    status: int | None
    said: str


@dataclass
class AtOnce:
    """What came of all pairs."""

    pairs: int = 0
    killed: int = 0
    written: int = 0
    refused: int = 0
    left_to_finish: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def _record(folder: Path, amount: str, wait: Callable[[], None]) -> int:
    wait()
    words = ("record", "pledge", "SWE", amount, "--fund", "CPCJF", "--class", "general", "--date",
             "2002-05-01", "--yes")  # fmt: skip
    return command(*words)(folder)


def _into_a_new_period(folder: Path, amount: str, wait: Callable[[], None]) -> int:
    wait()
    words = ("record", "pledge", "SWE", amount, "--fund", "CPCJF", "--class", "general", "--date",
             "2004-05-01", "--yes")  # fmt: skip
    return command(*words)(folder)


def _import(folder: Path, amount: str, wait: Callable[[], None]) -> int:
    name = f"sheet{amount}.csv"
    heading, row, *_ = LETTERS.splitlines()
    text = f"{heading}\n{row.replace('10000.00', amount).replace('NV 1', f'NV {amount}')}\n"
    (folder / name).write_text(text, "utf-8")
    wait()
    return command("import", name, "--fund", "CPCJF")(folder)


def _at_the_desk(folder: Path, amount: str, wait: Callable[[], None]) -> int:
    client, base = desk_client(folder)
    address = f"{base}/extension/Record/"
    values = {"donor": "AUT", "amount": amount, "currency": "USD", "fund": "CPCJF",
              "class_": "general", "day": "2002-05-01"}  # fmt: skip
    form = {"event": "pledge", "values": values, "book": seen_book(client, address)}
    wait()
    answer = client.post(f"{address}record", json=form, headers=OWN)
    sys.stdout.write(answer.text)
    return 2 if {"refused", "fault"} & (answer.json or {}).keys() else 0


WRITES: dict[str, Write] = {
    "record": _record,
    "record into a new period": _into_a_new_period,
    "import": _import,
    "desk": _at_the_desk,
}


def run(pairs: int, seed: int = 0) -> AtOnce:
    """Let so many pairs loose, each on a copy of a book."""
    chance, result = random.Random(seed), AtOnce()
    warm([_once(name, write) for name, write in WRITES.items()])
    with place() as within:
        base = within / "base"
        base.mkdir()
        ready()(base)
        for number in range(pairs):
            folder = within / "pair"
            shutil.copytree(base, folder, symlinks=True)
            kinds = [chance.choice(list(WRITES)) for _ in range(2)]
            kill = chance.uniform(0, _LATEST) if number % _KILLED_OF == 0 else None
            delays = [chance.uniform(0, 0.05) for _ in range(2)]
            ended = _pair(folder, kinds, delays, kill)
            result.pairs += 1
            result.kinds[" and ".join(sorted(kinds))] += 1
            for told in _told(folder, ended, result):
                result.wrong.append(f"{number}, {' and '.join(kinds)}: {told}")
            shutil.rmtree(folder)
    return result


def _once(name: str, write: Write) -> Scenario:
    return Scenario(name, ready(), lambda folder: write(folder, "1", lambda: None))


def _pair(
    folder: Path, kinds: Sequence[str], delays: Sequence[float], kill: float | None
) -> list[Ended]:
    amounts = ("1111", "2222")
    ready_read, ready_write = os.pipe()
    go_read, go_write = os.pipe()
    children = []
    for kind, amount, delay in zip(kinds, amounts, delays, strict=True):
        child = os.fork()
        if child == 0:
            os.close(go_write)

            def wait(delay: float = delay) -> None:
                os.write(ready_write, b".")
                os.read(go_read, 1)  # ends for both when the other end is closed
                sleep(delay)

            _be(folder, amount, WRITES[kind], wait)
        children.append(child)
    os.close(go_read)
    os.close(ready_write)
    for _ in children:
        select.select([ready_read], [], [], 60)
        os.read(ready_read, 1)
    os.close(go_write)
    os.close(ready_read)
    if kill is not None:
        sleep(kill)
        with suppress(ProcessLookupError):
            os.kill(children[0], signal.SIGKILL)
    ended = []
    for child, kind, amount in zip(children, kinds, amounts, strict=True):
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said = (folder / f"said{amount}").read_text("utf-8")
        ended.append(Ended(kind, amount, None if status < 0 else status, said))
    return ended


def _be(folder: Path, amount: str, write: Write, wait: Callable[[], None]) -> None:
    """Be the child that writes, and end."""
    status = 99
    try:
        said = os.open(folder / f"said{amount}", os.O_WRONLY | os.O_CREAT)
        for stream in (1, 2):
            os.dup2(said, stream)
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        os.chdir(folder)
        status = write(folder, amount, wait)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - a traceback is what is looked for
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _told(folder: Path, ended: Sequence[Ended], result: AtOnce) -> Iterator[str]:
    """Yield what is wrong after a pair."""
    from pledgebook.ledger.files.loading import load_book  # noqa: PLC0415
    from pledgebook.ledger.files.log import read_log  # noqa: PLC0415

    book = folder / "book"
    result.left_to_finish += (book / ".pledgebook.write").exists()
    # Whoever writes next is not blocked, and finishes what was decided.
    after = _pair_of_one(folder)
    if after.status != 0:
        yield f"the next is refused: {after.said[-500:]}"
    loaded = load_book(book / "main.beancount")
    if loaded.errors:
        yield f"the book has errors: {loaded.errors[:2]}"
    text = "".join(path.read_text("utf-8") for path in loaded.files)
    written = 1
    for each in ended:
        found = text.count(f" -{each.amount} USD") + text.count(f" -{each.amount}.00 USD")
        if "Traceback" in each.said:
            yield f"a traceback: {each.said[-2000:]}"
        if each.status is None:
            result.killed += 1
            if found > 1:
                yield f"{each.kind} was killed, and its entry is there {found} times"
        elif each.status in {0, 1}:
            result.written += 1
            if found != 1:
                yield f"{each.kind} said written, and its entry is there {found} times"
        else:
            result.refused += 1
            if found:
                yield f"{each.kind} was refused, and its entry is there: {each.said[-300:]}"
            if not any(sentence in each.said for sentence in _REFUSALS):
                yield f"{each.kind} was refused for no good reason: {each.said[-500:]}"
        written += found
    log = read_log(loaded)
    if log.by_hand or log.faults or any(each.by_hand for each in log.writes[2:]):
        yield f"the log tells of {log.by_hand}, {log.faults}"
    if len(log.writes) != 1 + written:
        yield f"{written} writes, and {len(log.writes) - 1} in the log"
    left = [path.name for path in book.rglob(".*pledgebook*")]
    if left:
        yield f"left behind: {left}"


def _pair_of_one(folder: Path) -> Ended:
    child = os.fork()
    if child == 0:
        _be(folder, "3333", _record, lambda: None)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return Ended("record", "3333", status, (folder / "said3333").read_text("utf-8"))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(vars(run(*map(int, sys.argv[1:])))) + "\n")

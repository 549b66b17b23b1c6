"""What a process used, and ratios out of pairs of measurements.

Nothing is measured in the process that measures: a command, or a function of this package, runs in
one of its own, with a folder of caches that the caller controls.
"""

from __future__ import annotations

import importlib
import json
import os
import runpy
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import IO, NamedTuple, ParamSpec, TypeVar, cast

ROOT = Path(__file__).parent.parent
_BIN = Path(sys.executable).parent
_SAID = 2_000

P = ParamSpec("P")
T = TypeVar("T")


_SLOW = ("plugins", "importers.imports", "reports.render", "cli.sheets")
"""Modules of Pledgebook with which nearly all that takes long is imported."""
_copies = False


def copy_processes() -> None:
    """From now on run what is run in copies of this process, which have imported what takes long:
    for runs of which no figure means anything.
    """
    global _copies  # noqa: PLW0603 - chosen once, on the command line
    for module in _SLOW:
        importlib.import_module(f"pledgebook.{module}")
    _copies = True


class MeasuringError(Exception):
    """What was to be measured did not end as it should; the message shows what it said."""


class Used(NamedTuple):
    """Seconds of the processor that a process took, and megabytes it held at most."""

    seconds: float
    megabytes: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value (a ratio, or megabytes), and the measurements it is the median of."""

    value: float
    measured: str


class Often(NamedTuple):
    """How often a pair is measured: `pairs` times, or as often as fits into `seconds` of the
    processor, once at least.
    """

    pairs: int
    seconds: float


def run(words: Sequence[str | Path], cache: Path | None = None, *, waits: bool = False) -> Used:
    """Run a command of the environment (`pledgebook`, `bean-check`, `python`) to its end.

    `cache` is where programs keep what they cache; without it nothing is cached before or after.
    Raises MeasuringError unless the exit status is 0, or 1 where something `waits`.
    """
    used, _ = _run(words, cache, {0, 1} if waits else {0})
    return used


def call(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function of this package in a new process without caches. What goes in and comes out
    is JSON: texts, numbers, and lists and tables of these.
    """
    result, _ = call_with(None, work, *args, **kwargs)
    return result


def call_with(
    cache: Path | None, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> tuple[T, Used]:
    """Call a function as `call` does, with a folder of caches; return what its process used too."""
    given = json.dumps([args, kwargs])
    words = ["python", "-m", "benchmarks.inside", work.__module__, work.__qualname__, given]
    used, said = _run(words, cache, {0})
    return cast("T", json.loads(said.splitlines()[-1])), used


def processor(work: Callable[[], object]) -> float:
    """Do the work here and return the seconds of the processor it took."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def ratio(ours: Callable[[], float], theirs: Callable[[], float], often: Often) -> Figure:
    """Measure both sides in turn, each first in every second pair; return the median ratio."""

    def pair(number: int) -> tuple[float, float]:
        if number % 2:
            first = ours()
            return first, theirs()
        second = theirs()
        return ours(), second

    pairs = repeat(pair, often)
    return Figure(
        median(one / other for one, other in pairs),
        f"{seconds(median(one for one, _ in pairs))} / "
        f"{seconds(median(other for _, other in pairs))}",
    )


def repeat(measure: Callable[[int], T], often: Often) -> list[T]:
    """Measure so often, and return what was measured. `measure` is told the turn."""
    begun = _spent()
    found = [measure(0)]
    while len(found) < often.pairs:
        if (_spent() - begun) * (1 + 1 / len(found)) > often.seconds:
            break
        found.append(measure(len(found)))
    return found


def seconds(value: float) -> str:
    """Return seconds as people read them: 2.91 s, 85 ms."""
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.0f} ms"


def _spent() -> float:
    """Return the seconds of the processor that this process and those it waited for took."""
    return sum(os.times()[:4])


def _run(words: Sequence[str | Path], cache: Path | None, good: set[int]) -> tuple[Used, str]:
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryFile("w+") as said:
        command = [str(_BIN / words[0]), *map(str, words[1:])]
        start = _copy if _copies else _start
        _, status, used = os.wait4(start(command, said, _environment(cache, empty)), 0)
        code = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    if code not in good:
        raise MeasuringError(f"{' '.join(command)} ended with {code}: {text[-_SAID:].strip()}")
    size = used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return Used(used.ru_utime + used.ru_stime, size), text


def _start(command: Sequence[str], said: IO[str], environment: Mapping[str, str]) -> int:
    """Start a command and return the number of its process."""
    process = subprocess.Popen(  # noqa: S603 - the environment's own commands
        command, stdout=said, stderr=subprocess.STDOUT, cwd=ROOT, env=environment
    )
    process.returncode = 0  # it is waited for by its number
    return process.pid


def _copy(command: Sequence[str], said: IO[str], environment: Mapping[str, str]) -> int:
    """Run a command, which is one of Python's, in a copy of this process; return its number."""
    sys.stdout.flush()
    if copy := os.fork():
        return copy
    status = 1
    try:
        for stream in (1, 2):
            os.dup2(said.fileno(), stream)
        os.chdir(ROOT)
        os.environ.clear()
        os.environ.update(environment)
        _interpret(command)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - whatever it is, it is shown as a process would
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _interpret(command: Sequence[str]) -> None:
    """Do what Python does with `python -c TEXT …`, `python -m MODULE …` and a script of its own."""
    program, *words = command
    if Path(program).name != "python":
        sys.argv = list(command)
        runpy.run_path(program, run_name="__main__")
        return
    option, what, *rest = words
    sys.argv = [option, *rest]
    if option == "-m":
        runpy.run_module(what, run_name="__main__")
    else:
        exec(what, {"__name__": "__main__"})  # noqa: S102 - a text of this package


def _environment(cache: Path | None, empty: str) -> Mapping[str, str]:
    """Return the surroundings of a measured process: its caches, and no book of the user's. Python
    keeps what it compiled, as it does by itself: else every start would compile what was changed.
    """
    left_out = {
        "BEANCOUNT_FILE",
        "BEANCOUNT_DISABLE_LOAD_CACHE",
        "BEANCOUNT_LOAD_CACHE_FILENAME",
        "PYTHONDONTWRITEBYTECODE",
    }
    own = {key: value for key, value in os.environ.items() if key not in left_out}
    if cache is None:
        return {**own, "XDG_CACHE_HOME": empty, "BEANCOUNT_DISABLE_LOAD_CACHE": "1"}
    return {**own, "XDG_CACHE_HOME": str(cache)}

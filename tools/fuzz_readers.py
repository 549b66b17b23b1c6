"""Damage what comes from others for as long as one likes, guided by the code that it reaches.

    pip install 'pledgebook[fuzz]'
    python tools/fuzz_readers.py --minutes 30 --keep FOLDER

Each door of hostile_inputs.py has a process of its own under atheris (libFuzzer), one after the
other, for an equal share of the time, which is that of the processor; what reached new code is kept
in FOLDER and damaged further the next time. An input that ends in anything but rows, findings or a
sentence is kept there too, one for each kind and place, and told; the status is 1 if there is one.
Input that takes more than five minutes, or more than 3 GB, ends its door and is told.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import traceback
from collections import Counter
from pathlib import Path
from random import Random

ROOT = Path(__file__).parent.parent
_DOORS = ("files", "statements", "lists", "rates", "mappings", "decisions", "books")
_WATCHED = ["pledgebook", "tomllib", "zipfile", "csv"]
_LARGEST = 60_000
_TOLD = "told.json"


def main() -> int:
    """Fuzz every door, and tell what was found."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--minutes", type=float, default=30, help="of the processor, in all")
    asked.add_argument("--keep", type=Path, required=True, metavar="FOLDER")
    asked.add_argument("--doors", nargs="*", default=_DOORS)
    asked.add_argument("--one", choices=_DOORS, help="the door of this very process")
    given = asked.parse_args()
    if importlib.util.find_spec("atheris") is None:
        sys.exit("atheris is not installed: pip install 'pledgebook[fuzz]'")
    if given.one:
        _fuzz(given.one, given.keep, given.minutes * 60)
    seconds = given.minutes * 60 / len(given.doors)
    return max(_run(door, given.keep / door, seconds) for door in given.doors)


def _run(door: str, keep: Path, seconds: float) -> int:
    """Fuzz a door in a process of its own, and tell what it found."""
    (keep / "reached").mkdir(parents=True, exist_ok=True)
    (keep / _TOLD).unlink(missing_ok=True)
    command = [sys.executable, __file__, "--one", door, "--keep", str(keep)]
    with (keep / "log.txt").open("w", encoding="utf-8") as log:
        done = subprocess.run(  # noqa: S603 - this very file
            [*command, "--minutes", str(seconds / 60)], stdout=log, stderr=log, check=False
        )
    told = json.loads((keep / _TOLD).read_text("utf-8")) if (keep / _TOLD).exists() else {}
    faults = told.get("faults", {})
    print(
        f"{door}: {told.get('inputs', 0)} inputs, {told.get('cpu', 0) / 60:.1f} minutes of the "
        f"processor, slowest {told.get('slowest', 0):.1f} s, {len(faults)} faults",
        flush=True,
    )
    for fault, count in faults.items():
        print(f"  {count} times {fault}")
    if done.returncode:
        print(f"  ended with status {done.returncode}: see {keep / 'log.txt'}")
    return int(bool(faults) or done.returncode != 0)


def _fuzz(door: str, keep: Path, seconds: float) -> None:
    """Fuzz a door until the time is over; does not return."""
    import atheris  # noqa: PLC0415 - of the extra `fuzz`

    sys.path.insert(0, str(Path(__file__).parent))
    with atheris.instrument_imports(include=_WATCHED):
        import hostile_inputs  # noqa: PLC0415 - watched from here on

    faults: Counter[str] = Counter()
    state = {"inputs": 0, "slowest": 0.0, "written": 0.0}
    for number, seed in enumerate(hostile_inputs.TARGETS[door].seeds()):
        (keep / "reached" / f"seed-{number}").write_bytes(seed)

    def tell() -> None:
        said = {**state, "cpu": _cpu(), "faults": dict(faults)}
        (keep / _TOLD).write_text(json.dumps(said), "utf-8")

    def one(data: bytes) -> None:
        began = _cpu()
        try:
            hostile_inputs.take(door, data)
        except Exception as error:  # noqa: BLE001 - each is a fault to be told
            fault = _place(error)
            faults[fault] += 1
            if faults[fault] == 1:
                (keep / f"fault-{len(faults)}").write_bytes(data)
                (keep / f"fault-{len(faults)}.txt").write_text(traceback.format_exc(), "utf-8")
                tell()
        ended = _cpu()
        state["inputs"] += 1
        if ended - began > state["slowest"]:
            state["slowest"] = ended - began
            (keep / "slowest").write_bytes(data)
        if ended - state["written"] > 1:
            state["written"] = ended
            tell()
        if ended > seconds:  # libFuzzer counts the time of the clock
            tell()
            os._exit(0)

    def mutated(data: bytes, largest: int, seed: int) -> bytes:
        random = Random(seed)  # noqa: S311 - repeatable
        if random.random() < 0.2:
            return bytes(atheris.Mutate(data, largest))
        return hostile_inputs.damage(data, random, largest)

    options = [f"-max_len={_LARGEST}", "-timeout=300", "-rss_limit_mb=3000", "-len_control=0"]
    options += [f"-artifact_prefix={keep}/ended-"]
    atheris.Setup([sys.argv[0], *options, str(keep / "reached")], one, custom_mutator=mutated)
    atheris.Fuzz()


def _cpu() -> float:
    """Return the seconds of the processor that this process and those it started took."""
    return sum(os.times()[:4])


def _place(error: Exception) -> str:
    """Return what tells one fault from another: its kind, and the last line of ours on its way."""
    own = [
        each
        for each in traceback.extract_tb(error.__traceback__)
        if Path(each.filename).is_relative_to(ROOT) and ".venv" not in each.filename
    ]
    last = next(
        (each for each in reversed(own) if Path(each.filename).parent != Path(__file__).parent),
        own[-1],
    )
    return f"{type(error).__name__} at {Path(last.filename).relative_to(ROOT)}:{last.lineno}"


if __name__ == "__main__":
    sys.exit(main())

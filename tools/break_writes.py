"""Break every write at every call that changes a file, and let pairs of writes loose at once.

    python tools/break_writes.py broken [--every N] [SCENARIO ...]
    python tools/break_writes.py at-once [--pairs N] [--seed S]

`broken` ends the process, fails one call with EIO, or fails all from one on with ENOSPC, at each
(or each N-th) call of every command and action of the desk that writes (tests/breaking.py); after
each case the book has to load and hold all or none, and the same again has to succeed (where two
cases leave the very same files, once for both). `at-once`
starts two commands or pages at the same moment and kills one of every fourth pair
(tests/at_once.py); nothing may be lost or doubled, and nobody blocked. A line for each scenario
or for all pairs, then the sum and whatever went wrong. The status is 0 if nothing did, else 1.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from at_once import run as run_pairs
from breaking import chosen, report


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description="Break writes, and let two loose at once.")
    ways = parser.add_subparsers(required=True)
    broken = ways.add_parser("broken")
    broken.add_argument("--every", type=int, default=1)
    broken.add_argument("scenarios", nargs="*")
    broken.set_defaults(run=_broken)
    at_once = ways.add_parser("at-once")
    at_once.add_argument("--pairs", type=int, default=500)
    at_once.add_argument("--seed", type=int, default=0)
    at_once.set_defaults(run=_at_once)
    given = parser.parse_args()
    wrong: list[str] = given.run(given)
    for line in wrong:
        print(line)
    return 1 if wrong else 0


def _broken(given: argparse.Namespace) -> list[str]:
    wrong, cases, none, all_ = [], 0, 0, 0
    for result in report(chosen(given.scenarios), given.every):
        print(
            f"{result.name}: {result.calls} calls, {result.cases} cases, {result.none} with none, "
            f"{result.all} with all, {len(result.repeats)} states repeated, "
            f"{len(result.wrong)} wrong",
            flush=True,
        )
        wrong += [f"{result.name}, {told}" for told in result.wrong]
        cases, none, all_ = cases + result.cases, none + result.none, all_ + result.all
    print(f"{cases} cases, {none} with none, {all_} with all, {len(wrong)} wrong")
    return wrong


def _at_once(given: argparse.Namespace) -> list[str]:
    result = run_pairs(given.pairs, given.seed)
    for kinds, count in result.kinds.most_common():
        print(f"{count} of {kinds}")
    print(
        f"{result.pairs} pairs: {result.written} written, {result.refused} refused, "
        f"{result.killed} killed ({result.left_to_finish} after they were decided), "
        f"{len(result.wrong)} wrong"
    )
    return result.wrong


if __name__ == "__main__":
    sys.exit(main())

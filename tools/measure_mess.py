"""Do every kind of mess to made-up sheets of donors, and count what the importer makes of them.

    python tools/measure_mess.py --rows 40000         # some minutes; a seed gives the same again

One to three kinds of mess (tests/mess_sheets.py) are done to each sheet, in a format that can carry
them. It prints how many rows came out right, waiting, wrong and lost, and how many of those that a
clerk would know came out right; then each kind with rows that were wrong or lost. The status is 1
if there is one.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from mess_sheets import RATE_LINES, context_for, draw, messy_page, outcomes, write_page
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book

_SHOWN = 20


def main() -> int:
    """Measure, and print the counts."""
    parser = argparse.ArgumentParser(description="Count what becomes of messy sheets.")
    parser.add_argument("--rows", type=int, default=40_000, help="how many rows, at least")
    parser.add_argument("--seed", type=int, default=1, help="what to draw from")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    known: Counter[str] = Counter()
    faults: Counter[str] = Counter()
    sheets = 0
    with tempfile.TemporaryDirectory(prefix="pledgebook-") as folder:
        made = make_book(Path(folder) / "book")
        (made.parent / "rates.beancount").write_text(RATE_LINES, "utf-8")
        book = load_book(made)
        while counts.total() < options.rows:
            sheets += 1
            drawn = random.Random(f"{options.seed}/{sheets}")  # noqa: S311
            names, form = draw(drawn)
            page = messy_page(drawn, names, form)
            path = write_page(page, Path(folder) / f"mess-{sheets}.{form}")
            for outcome in outcomes(page, path, context_for(book)):
                counts[outcome.name] += 1
                known[outcome.name] += outcome.known
                if outcome.name in {"wrong", "lost"}:
                    faults.update(f"{name} (.{form}): {outcome.name}" for name in names)
                    if faults.total() < _SHOWN:
                        print(f"{path.name} row {outcome.row}, {names}: {outcome.why}")
            path.unlink()
    said = ", ".join(f"{counts[name]} {name}" for name in ("right", "waiting", "wrong", "lost"))
    share = known["right"] / max(known.total(), 1)
    print(f"{sheets} sheets, {counts.total()} rows: {said}")
    print(f"{known.total()} rows that a clerk would know: {share:.1%} right")
    for fault, number in faults.most_common():
        print(f"{number:6} {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

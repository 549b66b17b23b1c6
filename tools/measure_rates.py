"""Measure what the prices of UN operational rates cost a book at every load.

    python tools/measure_rates.py [PLEDGES] [YEARS]      1,000 and 20 if none are given

Three books hold the same pledges: one without prices, one with the monthly rates of the eight
currencies of its pledges (what `pledgebook rates` keeps), one with those of every currency there
was (what `--all` keeps), all taken in as `pledgebook rates` does it. Rates and pledges are made up.
Times are of the processor, the least of five loads. Nothing is asserted: machines differ, ratios
less.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from string import ascii_uppercase

from pledgebook.importers.rates.judging import judge_rates, save_rates
from pledgebook.importers.rates.published import read_rates
from pledgebook.ledger.declared.currencies import is_currency
from pledgebook.ledger.events import Earmark, Part, commitment
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book

USED = ("EUR", "GBP", "NOK", "SEK", "CHF", "DKK", "JPY", "CAD")
FIRST = 2002


def main() -> int:
    """Print a line a book."""
    pledges, years = (int(word) for word in [*sys.argv[1:], "1000", "20"][:2])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sheet = _make_list(folder / "rates.csv", years)
        base = 0.0
        for title, keeps in (("no rates", None), ("kept", False), ("all", True)):
            main_file = _make_book(folder / title.replace(" ", "-"), pledges)
            prices = 0
            if keeps is not None:
                book = load_book(main_file)
                judged = judge_rates(book, read_rates(sheet), everything=keeps)
                prices = save_rates(book, judged).counts()["imported"]
            seconds = min(_load(main_file) for _ in range(5))
            base = base or seconds
            print(f"{title:10} {prices:>7,} prices {seconds:6.2f} s  x{seconds / base:.2f}")
    return 0


def _make_list(path: Path, years: int) -> Path:
    r = random.Random(years)  # noqa: S311 - made-up figures
    lines = ["Currency code;Effective date;Rate"]
    codes = [code for code in map("".join, product(ascii_uppercase, repeat=3)) if is_currency(code)]
    for year in range(FIRST, FIRST + years):
        for month in range(1, 13):
            day = date(year, month, 1)
            lines += [
                f"{code};{day};{r.randrange(500, 200_000) / 1000:.3f}"
                for code in codes
                if code != "USD" and is_currency(code, day)
            ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def _make_book(folder: Path, pledges: int) -> Path:
    main_file = make_book(folder)
    settings = load_book(main_file).settings
    r = random.Random(pledges)  # noqa: S311 - made-up figures
    donors = [donor.code for donor in settings.donors if donor.is_valid(date(2002, 1, 1))]
    drafts = []
    for number in range(pledges):
        donor, currency = r.choice(donors), r.choice(USED)
        units, dollars = Decimal(250 * r.randrange(1, 400)), Decimal(100 * r.randrange(1, 999))
        drafts.append(
            commitment(
                settings, day=date(2002, 1 + number % 12, 5), donor=donor,
                pledge=f"{donor}-2002-{number:04}", earmark=Earmark("CPCJF", "general"),
                currency=currency, parts=[Part(units, dollars, date(2003, 6, 30))],
                narration="Pledge",
            )
        )  # fmt: skip
    text = "\n".join(draft.text() for draft in drafts)
    path = folder / "2002-2003.beancount"
    path.write_text(path.read_text("utf-8") + text, "utf-8")
    return main_file


def _load(main_file: Path) -> float:
    for cache in main_file.parent.glob(".*picklecache"):
        cache.unlink()
    began = time.process_time()
    book = load_book(main_file)
    taken = time.process_time() - began
    assert not book.errors, book.errors[:3]
    return taken


if __name__ == "__main__":
    sys.exit(main())

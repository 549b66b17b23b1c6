"""Measure the reports of a large book: time against the load of the book, memory, growth.

    python tools/benchmark_reports.py            5,000 and 20,000 pledges
    python tools/benchmark_reports.py 1000       another number

Prints ratios, which carry over from machine to machine, beside seconds of processor, which do not.
The book is
made up: donors are States in turn, amounts and rates follow a fixed pattern.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from pledgebook.ledger.declared.donors import Directory
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.reports import make_reports, select, source_of
from pledgebook.reports.render import to_csv, to_json, to_page, to_workbook

T = TypeVar("T")

COUNTS = (5_000, 20_000)
EARMARKS = (
    ("CPCJF", "general", ""),
    ("CPCJF", "special", "corruption"),
    ("CPCJF", "special", "trafficking-in-persons"),
    ("UNTOC", "convention", ""),
)
RATE = Decimal("1.10")
_FIRST = date(2002, 1, 2)


def main() -> None:
    """Measure a book of each size and print one line of ratios for each."""
    counts = [int(text) for text in sys.argv[1:]] or list(COUNTS)
    measured = [measure(count) for count in counts]
    for (before, small), (count, large) in zip(
        zip(counts, measured, strict=True), zip(counts[1:], measured[1:], strict=True), strict=False
    ):
        growth = ", ".join(f"{name} x{large[name] / small[name]:.1f}" for name in small)
        print(f"{before:,} to {count:,} pledges (x{count / before:.1f}): {growth}")


def measure(count: int) -> dict[str, float]:
    """Print the ratios for a book of so many pledges and return the seconds by step."""
    with tempfile.TemporaryDirectory() as folder:
        main_file = make_book(Path(folder) / "book")
        write_pledges(main_file.parent / "2002-2003.beancount", count)
        seconds: dict[str, float] = {}
        book = timed(seconds, "load", lambda: load_book(main_file))
    for error in book.errors[:3]:
        raise SystemExit(f"the book of the benchmark has an error: {error.message}")
    selection = select(book, "2002-2003")
    loaded = memory()
    reports = timed(seconds, "reports", lambda: make_reports(selection, ("all",)))
    source = source_of(selection, "2004-01-15T12:00:00+00:00")
    timed(seconds, "xlsx", lambda: to_workbook(reports, source))
    timed(seconds, "html", lambda: to_page(reports, source))
    timed(seconds, "json", lambda: to_json(reports))
    timed(seconds, "csv", lambda: [to_csv(report) for report in reports])
    ratios = ", ".join(
        f"{name} {seconds[name] / seconds['load']:.2f}" for name in seconds if name != "load"
    )
    print(
        f"{count:,} pledges: load {seconds['load']:.1f} s, as ratios to it: {ratios}; memory "
        f"{loaded:.0f} MB loaded, {memory():.0f} MB at most"
    )
    return seconds


def timed(seconds: dict[str, float], name: str, work: Callable[[], T]) -> T:
    """Do the work and note the seconds of processor under the name."""
    begun = time.process_time()
    result = work()
    seconds[name] = time.process_time() - begun
    return result


def memory() -> float:
    """Return the most memory this process has held so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write_pledges(path: Path, count: int) -> None:
    """Add so many pledges to a book's file; two of three are paid, half are in euro."""
    donors = [donor.code for donor in Directory.of_states()]
    entries: list[tuple[date, str]] = []
    for number in range(count):
        entries += pledge(number, donors[number % len(donors)])
    entries.sort(key=lambda entry: entry[0])
    with path.open("a", encoding="utf-8") as file:
        file.writelines(text for _, text in entries)


def pledge(number: int, donor: str) -> list[tuple[date, str]]:
    """Return the entries of one pledge: its commitment, and for two of three its payment."""
    fund, class_, purpose = EARMARKS[number % len(EARMARKS)]
    day = _FIRST + timedelta(number % 600)
    units = Decimal(1_000 + 10 * (number % 977))
    currency, dollars = ("USD", units) if number % 2 else ("EUR", round(units / RATE, 2))
    label = f"{donor}-{day.year}-{number:05}.1"
    account = f"Assets:{fund}:Pledges:{donor}"
    head = f'  class: "{class_}"\n' + (f'  purpose: "{purpose}"\n' if purpose else "")
    entries = [
        (
            day,
            f'\n{day} * "{donor}" "Pledge (made up)" ^{label[:-2]}\n{head}'
            f'  {account}  {units} {currency} {{0 # {dollars} USD, "{label}"}}\n'
            f"    due: {day + timedelta(90)}\n"
            f"  Income:{fund}:Contributions:{donor}  {-dollars} USD\n",
        )
    ]
    if number % 3:
        paid = day + timedelta(60)
        gain = Decimal(0) if currency == "USD" else round(dollars * Decimal("0.1"), 2)
        exchange = f"  Income:{fund}:Exchange  {-gain} USD\n" if gain else ""
        entries.append(
            (
                paid,
                f'\n{paid} * "{donor}" "Payment (made up)" ^{label[:-2]}\n{head}'
                f'  {account}  {-units} {currency} {{"{label}"}}\n'
                f"  Assets:{fund}:Cash  {dollars + gain} USD\n{exchange}",
            )
        )
    return entries


if __name__ == "__main__":
    main()

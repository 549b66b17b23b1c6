"""Measure an import of many rows against reading the same file: time, memory, growth.

    python tools/measure_import.py [ROWS ...]        5,000 and 50,000 rows if none are given

Each workbook is made up here: pledges of all States in three currencies, each with a reference and
a due date. Every figure comes from a process of its own: reading the file with calamine and no
more; `import --dry-run`, which reads and judges every row; `import`, which also writes the entries,
loads the book with them and keeps the receipt. Times are of the processor, start of the program
included; memory is the most a process held. Nothing is asserted: machines differ, ratios less.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import openpyxl
from pledgebook.ledger.declared.donors import Directory
from pledgebook.ledger.files.making import make_book

HEAD = ["Donor", "Reference", "Date of pledge", "Currency", "Amount", "Due date", "Purpose"]
RATES = {"EUR": "1.10", "GBP": "0.65"}
READ = """\
import sys
from python_calamine import CalamineWorkbook
CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()
"""


def main() -> int:
    """Print a line a number of rows; 1 if an import did not end as it should."""
    counts = [int(word.replace(",", "")) for word in sys.argv[1:]] or [5_000, 50_000]
    print(f"{'rows':>7} {'calamine':>9} {'dry run':>25} {'import':>25}")
    failed = False
    with tempfile.TemporaryDirectory() as name:
        for count in counts:
            folder = Path(name) / str(count)
            sheet = _make_sheet(folder, count)
            book = _make_book(folder / "book")
            cli = [sys.executable, "-m", "pledgebook.cli", "--book", str(book), "import"]
            imported = [*cli, str(sheet), "--fund", "CPCJF"]
            runs = [
                _run([sys.executable, "-c", READ, str(sheet)]),
                _run([*imported, "--dry-run"]),
                _run(imported),
            ]
            failed = failed or any(code for code, _, _ in runs)
            base = runs[0][1]
            cells = [f"{cpu:6.2f} s {size:4.0f} MB (x{cpu / base:5.1f})" for _, cpu, size in runs]
            print(f"{count:>7,} {base:7.2f} s {cells[1]:>25} {cells[2]:>25}")
    return int(failed)


def _make_sheet(folder: Path, count: int) -> Path:
    folder.mkdir()
    r = random.Random(count)  # noqa: S311 - made-up figures
    donors = [donor.name for donor in Directory.of_states() if donor.is_valid(date(2002, 1, 1))]
    workbook = openpyxl.Workbook(write_only=True)
    page = workbook.create_sheet("Pledges")
    page.append(["Contributions pledged (made up)"])
    page.append(HEAD)
    for number in range(count):
        day = date(2002, 1, 5) + timedelta(days=r.randrange(600))
        purpose = r.choice([None, "Corruption"])
        amount = 250 * r.randrange(1, 4000)
        currency = r.choice(["USD", *RATES])
        paper = f"NV {number}/{day.year}"
        due = day + timedelta(days=60)
        page.append([r.choice(donors), paper, day, currency, amount, due, purpose])
    path = folder / "pledges.xlsx"
    workbook.save(path)
    return path


def _make_book(folder: Path) -> Path:
    main = make_book(folder)
    lines = [f"2001-12-01 price USD {rate} {code}" for code, rate in RATES.items()]
    (folder / "rates.beancount").write_text("\n".join(lines) + "\n", "utf-8")
    return main


def _run(words: list[str]) -> tuple[int, float, float]:
    """Run a program and return its exit status, seconds of processor, megabytes at its peak."""
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL)  # noqa: S603 - its own words
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())

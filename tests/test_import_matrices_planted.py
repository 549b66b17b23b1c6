"""Matrices of donors by funds, purposes or years with difficulties planted: no wrong entry.

The truth is known for each cell; a row is entered with all its amounts or not at all. All figures
are made up.
"""

from __future__ import annotations

import csv
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest
from pledgebook.importers.imports import context_of, judge_file
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.making import make_book
from pledgebook.ledger.register.book import Book

D = Decimal
HEADS = {
    "funds": ["CPCJF", "UNTOC"],
    "purposes": ["Corruption", "Trafficking in persons"],
    "years": ["2002", "2003"],
}
DONORS = {"Italy": "ITA", "Norway": "NOR", "Spain": "ESP", "Japan": "JPN", "Canada": "CAN"}


@dataclass
class Matrix:
    """A matrix in the making; `meant` gives what each row pledges in all, by donor, if anything."""

    r: random.Random
    kind: str
    rows: list[list[str]] = field(default_factory=list)
    meant: dict[str, Decimal] = field(default_factory=dict)

    def some(self) -> list[str]:
        return self.r.choice([row for row in self.rows[1:] if row[0] in self.meant])

    def spoil(self, column: int, text: str) -> None:
        row = self.some()
        self.meant.pop(row[0])
        row[column] = text


def make(seed: int) -> Matrix:
    r = random.Random(seed)
    kind = r.choice(list(HEADS))
    matrix = Matrix(r, kind)
    matrix.rows.append(["Donor", "Date of pledge", *HEADS[kind]])
    for name in DONORS:
        one, two = (D(r.randint(1, 90)) * 250 for _ in range(2))
        blank = r.random() < 0.2
        day = f"2002-03-{r.randint(1, 28):02}"
        matrix.rows.append([name, day, f"{one}.00", "" if blank else f"{two}.00"])
        matrix.meant[name] = one if blank else one + two
    return matrix


def _total(m: Matrix) -> None:
    sums = [sum((D(row[c]) for row in m.rows[1:] if row[c][:1].isdigit()), D(0)) for c in (2, 3)]
    m.rows.append(["Total", "", *(f"{each}" for each in sums)])


def _sum_column(m: Matrix) -> None:
    m.rows[0].append("Total")
    for row in m.rows[1:]:
        if row[0] in m.meant:
            row.append(f"{m.meant[row[0]]}.00")


def _wrong_sum(m: Matrix) -> None:
    if "Total" not in m.rows[0]:
        _sum_column(m)
    name = m.some()[0]
    next(row for row in m.rows if row[0] == name)[4:5] = ["777.00"]
    m.meant.pop(name)


def _far_word(m: Matrix) -> None:
    row = m.some()
    m.meant.pop(row[0])
    row += ["", "", "cancelled"]


def _shuffle(m: Matrix) -> None:
    head, *rows = m.rows
    m.r.shuffle(rows)
    m.rows = [head, *rows]


DIFFICULTIES: dict[str, Callable[[Matrix], None]] = {
    "an error": lambda m: m.spoil(2, "#REF!"),
    "words": lambda m: m.spoil(3, "see note"),
    "a minus": lambda m: m.spoil(2, "-500.00"),
    "a stranger": lambda m: m.spoil(0, "Ruritania"),
    "a formula": lambda m: m.spoil(3, "=SUM(A1:A2)"),
    "a year for a date": lambda m: m.spoil(1, "2002"),
    "a far word": _far_word,
    "a sum beside": _sum_column,
    "a wrong sum beside": _wrong_sum,
    "a total below": _total,
    "shuffled": _shuffle,
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Book:
    return load_book(make_book(tmp_path_factory.mktemp("book") / "book"))


def test_no_matrix_leads_to_a_wrong_entry(book: Book, tmp_path: Path) -> None:
    plans = [(name,) for name in DIFFICULTIES for _ in range(3)]
    outcomes: Counter[str] = Counter()
    wrong = []
    for seed, names in enumerate([*plans, *combinations(DIFFICULTIES, 2)]):
        matrix = make(seed)
        for name in names:
            DIFFICULTIES[name](matrix)
        path = tmp_path / f"m{seed}.csv"
        width = max(map(len, matrix.rows))
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["Pledges in US dollars", *[""] * (width - 1)])
            writer.writerows([*row, *[""] * (width - len(row))] for row in matrix.rows)
        try:
            judged = judge_file(SentFile(path), context_of(book, "CPCJF"))
        except UnreadableFile:
            outcomes["waiting"] += len(DONORS)
            continue
        for table in judged.tables:
            for verdict in table.verdicts:
                name = verdict.row.donor
                booked = sum(
                    (line.number for draft in verdict.drafts for line in draft.lines
                     if line.label and line.account.startswith("Assets")), D(0),
                )  # fmt: skip
                if verdict.verdict != "imported":
                    outcomes["waiting" if name in matrix.meant else "right"] += 1
                elif booked == matrix.meant.get(name):
                    outcomes["right"] += 1
                else:
                    outcomes["wrong"] += 1
                    wrong.append((seed, names, matrix.kind, name, booked, matrix.meant.get(name)))
    assert wrong == []
    assert outcomes["right"] > 0.5 * outcomes.total(), outcomes

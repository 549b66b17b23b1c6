"""The books and sheets that are measured. Every figure in them is made up, and the same each time.

A book of pledges: 180 States, four earmarks, half of the pledges in euros at a rate that changes by
the month, so that payments bring exchange differences; over 600 days of one biennium, with at most
20 instalments of a donor open at a time. Its bare twin is the same text without Pledgebook's
plugin, its accounts opened by hand.
"""

from __future__ import annotations

import random
import re
import shutil
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

import xlsxwriter
from pledgebook.ledger import load_book, make_book

from benchmarks.measuring import call

FIRST = date(2002, 1, 2)
DAYS = 600
DONORS = 180
MOST_OPEN = 20
PERIOD = "2002-2003"
EARMARKS = (
    ("CPCJF", "general", ""),
    ("CPCJF", "special", "corruption"),
    ("CPCJF", "special", "trafficking-in-persons"),
    ("UNTOC", "convention", ""),
)
HEAD = ["Donor", "Reference", "Date of pledge", "Currency", "Amount", "Due date", "Purpose"]
_CENT = Decimal("0.01")
_ACCOUNT = re.compile(r"^  ((?:Assets|Liabilities|Equity|Income|Expenses):\S+)", re.MULTILINE)


class Pledges(NamedTuple):
    """The entries of pledges and payments as text, and the pledges that are open at the end."""

    text: str
    open: list[Pledge]


class Twin(NamedTuple):
    """The main files of a book and of the same text without Pledgebook; what is open in it."""

    main: Path
    bare: Path
    open: list[Pledge]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pledge:
    """A pledge of one instalment, written out as a person would."""

    number: int
    day: date
    donor: str
    earmark: tuple[str, str, str]
    currency: str
    units: int

    @property
    def label(self) -> str:
        """The label of its instalment."""
        return f"{self.donor}-{self.day.year}-{self.number:06}.1"

    @property
    def value(self) -> Decimal:
        """Its value on the day it was made."""
        return value_of(self.units, self.currency, self.day)

    def committed(self) -> str:
        """Return the entry of the commitment."""
        fund = self.earmark[0]
        return (
            f'\n{self.day} * "{self.donor}" "Pledge, note verbale {self.number} (made up)" '
            f'^{self.label[:-2]}\n  document: "Note verbale {self.number}"\n{self._purpose()}'
            f"  Assets:{fund}:Pledges:{self.donor}  {self.units} {self.currency} "
            f'{{0 # {self.value} USD, "{self.label}"}}\n    due: {self.day + timedelta(60)}\n'
            f"  Income:{fund}:Contributions:{self.donor}  -{self.value} USD\n"
        )

    def paid(self, day: date) -> str:
        """Return the entry of its payment in full."""
        fund = self.earmark[0]
        came = value_of(self.units, self.currency, day)
        exchange = f"  Income:{fund}:Exchange  {self.value - came} USD\n"
        return (
            f'\n{day} * "{self.donor}" "Payment of {self.label}" ^{self.label[:-2]}\n'
            f"{self._purpose()}"
            f"  Assets:{fund}:Pledges:{self.donor}  -{self.units} {self.currency} "
            f'{{"{self.label}"}}\n  Assets:{fund}:Cash  {came} USD\n'
            f"{exchange if came != self.value else ''}"
        )

    def _purpose(self) -> str:
        _, class_, purpose = self.earmark
        return f'  class: "{class_}"\n' + (f'  purpose: "{purpose}"\n' if purpose else "")


def rate_of(day: date) -> Decimal:
    """Return the euros of a dollar in a month: 0.9 to 1.1, by no rule that means anything."""
    return Decimal(900 + (day.year * 12 + day.month) * 37 % 200) / 1000


def value_of(units: int, currency: str, day: date) -> Decimal:
    """Return the value of a day in cents."""
    return (Decimal(units) / (rate_of(day) if currency == "EUR" else 1)).quantize(_CENT)


def make_pledges(
    donors: Sequence[str],
    count: int,
    first: date = FIRST,
    number: int = 0,
    earlier: Iterable[Pledge] = (),
    *,
    paid: bool = True,
) -> Pledges:
    """Return so many pledges over 600 days, and their payments after 20 to 200 days; the oldest
    earlier where a donor owes 20. What falls due after the 600 days stays open; what was left open
    `earlier` is paid in the first days. Numbers go on from `number`. Unless `paid`, all stay open.
    """
    chance = random.Random(number)  # noqa: S311 - made-up figures
    entries = [(first + timedelta(at % 50), 1, each) for at, each in enumerate(earlier)]
    queues: dict[str, deque[tuple[date, Pledge]]] = {}
    for at in range(count):
        day = first + timedelta(at * DAYS // count)
        donor = donors[at % len(donors)]
        pledge = Pledge(
            number=number + at,
            day=day,
            donor=donor,
            earmark=EARMARKS[(at + at // len(donors)) % len(EARMARKS)],
            currency=chance.choice(["USD", "EUR"]),
            units=250 * chance.randrange(4, 4_000),
        )
        entries.append((day, 0, pledge))
        queue = queues.setdefault(donor, deque())
        while paid and queue and (queue[0][0] <= day or len(queue) == MOST_OPEN):
            due, oldest = queue.popleft()
            entries.append((min(due, day), 1, oldest))
        queue.append((day + timedelta(chance.randrange(20, 200)), pledge))
    last = first + timedelta(DAYS if paid else 0)
    for queue in queues.values():
        entries += [(due, 1, pledge) for due, pledge in queue if due <= last]
    entries.sort(key=lambda entry: entry[:2])
    left = [pledge for queue in queues.values() for due, pledge in queue if due > last]
    texts = (each.paid(day) if kind else each.committed() for day, kind, each in entries)
    return Pledges("".join(texts), sorted(left, key=lambda pledge: pledge.number))


def new_book(folder: Path, last: int = 2003) -> Path:
    """Make a book without entries, with the rates of the euro from 2002 to a last year."""
    main = make_book(folder)
    days = (date(year, month, 1) for year in range(2002, last + 1) for month in range(1, 13))
    lines = [f"{day} price USD {rate_of(day)} EUR\n" for day in days]
    (main.parent / "rates.beancount").write_text("".join(lines), "utf-8")
    return main


def make_twin(folder: Path, pledges: int) -> Twin:
    """Make a book of so many pledges and its bare twin in `folder`."""
    main = new_book(folder / "book")
    made = make_pledges(donors(), pledges)
    with (main.parent / f"{PERIOD}.beancount").open("a", encoding="utf-8") as file:
        file.write(made.text)
    return Twin(main, make_bare(main, folder / "bare"), made.open)


def make_bare(main: Path, folder: Path) -> Path:
    """Copy a book without what is Pledgebook's own in its main file; return the copy's."""
    shutil.copytree(main.parent, folder)
    accounts = sorted(
        {
            account
            for file in folder.glob("*.beancount")
            for account in _ACCOUNT.findall(file.read_text("utf-8"))
        }
    )
    lines = [
        line
        for line in main.read_text("utf-8").splitlines()
        if not line.startswith("plugin") and '"fava-extension"' not in line
    ]
    lines += [f"1999-12-31 open {account}" for account in accounts]
    bare = folder / main.name
    bare.write_text("\n".join(lines) + "\n", "utf-8")
    return bare


def donors(most: int = DONORS) -> list[str]:
    """Return the codes of States of 2002."""
    return list(_states())[:most]


def make_sheet(path: Path, rows: int, currencies: Sequence[str]) -> Path:
    """Make a workbook of pledges of any State, one a row in seven columns."""
    chance = random.Random(rows)  # noqa: S311 - made-up figures
    names = list(_states().values())
    with xlsxwriter.Workbook(path) as workbook:
        page = workbook.add_worksheet("Pledges")
        as_day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        page.write(0, 0, "Contributions pledged (made up)")
        page.write_row(1, 0, HEAD)
        for number in range(rows):
            day = FIRST + timedelta(chance.randrange(DAYS))
            currency, purpose = chance.choice(currencies), chance.choice(["", "Corruption"])
            page.write_row(2 + number, 0, [chance.choice(names), f"NV {number}/{day.year}"])
            page.write_datetime(2 + number, 2, day, as_day)
            page.write_row(2 + number, 3, [currency, 250 * chance.randrange(1, 4_000)])
            page.write_datetime(2 + number, 5, day + timedelta(60), as_day)
            page.write(2 + number, 6, purpose)
    return path


def receipts(pledges: Sequence[Pledge], count: int) -> Iterator[str]:
    """Yield entries of receipts that wait, each of what one of the pledges promises. Three in five
    quote which; the rest name the donor, or nothing.
    """
    chance = random.Random(count)  # noqa: S311 - made-up figures
    for at, pledge in enumerate(chance.sample(pledges, count)):
        day = date(2003, 9, 1) + timedelta(at * 100 // count)
        label = f"R-2003-{at:06}"
        said = chance.choices(
            [f"Payment {pledge.label}", f"Our pledge {pledge.label[:-2]}", "Contribution", "TRF"],
            [35, 25, 25, 15],
        )[0]
        payer = "" if said == "TRF" else f'  proposed-donor: "{pledge.donor}"\n'
        came = value_of(pledge.units, pledge.currency, day)
        sent = f'  original: "{pledge.units} EUR"\n' if pledge.currency == "EUR" else ""
        yield (
            f'\n{day} * "" "{said}"\n  event: "receipt-unapplied"\n  class: "general"\n'
            f'  remittance: "{said}"\n{payer}{sent}  Assets:CPCJF:Cash  {came} USD\n'
            f'  Liabilities:CPCJF:Unapplied  -{came} USD {{0 # {came} USD, "{label}"}}\n'
        )


def read_states() -> dict[str, str]:
    """Return the States of 2002 by code, with their names."""
    with tempfile.TemporaryDirectory() as folder:
        known = load_book(make_book(Path(folder) / "book")).settings.donors
    states = (donor for donor in known if donor.kind == "state" and donor.is_valid(FIRST))
    return {donor.code: donor.name for donor in states}


@cache
def _states() -> dict[str, str]:
    return call(read_states)

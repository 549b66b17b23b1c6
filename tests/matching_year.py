"""A year of a fund, generated: pledges, receipts and the truth of which pays which.

Run it to measure a larger year: `python tests/matching_year.py 2000`. Everything is made up.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from pledgebook.ledger import events
from pledgebook.ledger.declared.currencies import EURO_RATES, convert_legacy
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events import Earmark, Part
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.matching.assignment import Match, match_receipts
from pledgebook.ledger.money import to_cents
from pledgebook.ledger.register.book import Book

D = Decimal
RATE_AGE = '1999-12-31 custom "rate-age" "1000"\n'
"""One rate serves the years that are made: what is tried is matching."""

RATES = {"EUR": D("1.10"), "SEK": D("10.10"), "GBP": D("0.69"), "NOK": D("8.60")}
FUND = """option "operating_currency" "USD"
option "inferred_tolerance_default" "USD:0.005"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "CPCJF" "A fund"
  classes: "general special support"
2000-01-01 custom "period" "2000-2003" 2003-12-31
include "2000-2003.beancount"
"""
DONORS = (
    "AUT",
    "BEL",
    "CAN",
    "CHE",
    "CHL",
    "CZE",
    "DEU",
    "DNK",
    "ESP",
    "FIN",
    "FRA",
    "GBR",
    "GRC",
    "HUN",
    "IRL",
    "ISL",
    "ITA",
    "JPN",
    "KOR",
    "LUX",
    "MEX",
    "NLD",
    "NOR",
    "NZL",
    "POL",
    "PRT",
    "SWE",
    "TUR",
    "USA",
    "ZAF",
)
LEGACY = {"ITA": "ITL", "DEU": "DEM", "FRA": "FRF", "NLD": "NLG", "ESP": "ESP", "BEL": "BEF"}

Truth = dict[str, dict[str, Decimal]]
"""Of each receipt, what it settles of which instalments; empty where it settles none."""


@dataclass
class Year:
    """What was generated."""

    drafts: list[Draft] = field(default_factory=list)
    truth: Truth = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)

    def load(self, folder: Path) -> Book:
        """Write the book and load it."""
        prices = "".join(f"2001-01-01 price USD {rate} {code}\n" for code, rate in RATES.items())
        (folder / "main.beancount").write_text(FUND + RATE_AGE + prices, "utf-8")
        text = "\n".join(draft.text() for draft in self.drafts)
        (folder / "2000-2003.beancount").write_text(text, "utf-8")
        return load_book(folder / "main.beancount")


@dataclass
class _Open:
    label: str
    donor: str
    currency: str
    units: Decimal
    due: date
    reference: str


class _Making:
    def __init__(self, settings: Settings, random: Random) -> None:
        self.settings, self.random = settings, random
        self.year = Year()
        self.open: list[_Open] = []
        self.numbers: Counter[str] = Counter()
        self.receipts = 0

    def pledge(self) -> None:
        random = self.random
        donor = random.choice(DONORS)
        currency = random.choices(["USD", "legacy", "EUR", "SEK"], [60, 15, 15, 10])[0]
        if currency == "legacy":
            currency = LEGACY.get(donor, "USD")
        self.numbers[donor] += 1
        day = date(2001, 1, 10) + timedelta(random.randrange(300))
        pledge = f"{donor}-2001-{self.numbers[donor]:02d}"
        reference = f"NV {random.randrange(10, 999)}/{pledge[-2:]}/{donor[0]}{random.randrange(99)}"
        parts = []
        for _ in range(random.choices([1, 2, 3], [60, 25, 15])[0]):
            units = D(random.randrange(2, 400)) * 500
            if random.random() < 0.4:
                units += D(random.randrange(1, 50000)) / 100
            if currency == "ITL":
                units = D(int(units)) * 2000
            due = date(2002, 1, 15) + timedelta(random.randrange(320))
            parts.append(Part(units, self.value(units, currency), due))
        parts.sort(key=lambda part: part.due or day)
        self.year.drafts.append(
            events.commitment(
                self.settings,
                day=day,
                donor=donor,
                pledge=pledge,
                earmark=Earmark("CPCJF", "general"),
                currency=currency,
                parts=parts,
            ).noted(narration="Pledge", meta={"reference": reference})
        )
        for number, part in enumerate(parts, 1):
            self.open.append(
                _Open(
                    f"{pledge}.{number}", donor, currency, part.amount, part.due or day, reference
                )
            )

    def value(self, units: Decimal, currency: str, drift: str = "1") -> Decimal:
        if currency == "USD":
            return to_cents(units)
        if currency in EURO_RATES:
            units, currency = convert_legacy(units, currency, "EUR") or units, "EUR"
        return max(to_cents(units / RATES[currency] * D(drift)), D("0.01"))

    def receipt(self) -> None:
        random = self.random
        kind = random.choices(
            ["full", "part", "several", "charges", "charges-stated", "unknown", "gift"],
            [68, 15, 5, 3, 2, 4, 3],
        )[0]
        if kind in {"unknown", "gift"}:
            donor = random.choice(DONORS) if kind == "gift" else ""
            amount = D(random.randrange(2, 400)) * 500
            self.put(kind, {}, amount, None, donor, self.words(None, donor))
            return
        first = random.choice(self.open)
        chosen = [first]
        if kind == "several":
            more = [
                each for each in self.open
                if each.donor == first.donor and each.currency == first.currency and each != first
            ]  # fmt: skip
            chosen += random.sample(more, min(len(more), random.choice([1, 1, 2])))
            kind = kind if len(chosen) > 1 else "full"
        if kind.startswith("charges") and (first.currency != "USD" or first.units < 3000):
            kind = "full"
        currency = first.currency
        settled = {each.label: each.units for each in chosen}
        if currency in EURO_RATES:
            currency = "EUR"
            settled = {
                each.label: convert_legacy(each.units, each.currency, "EUR") or each.units
                for each in chosen
            }
        if kind == "part":
            share = D(random.randrange(20, 80)) / 100
            settled = {label: to_cents(units * share) for label, units in settled.items()}
        total = sum(settled.values(), D(0))
        drift = f"{random.uniform(0.9, 1.3):.4f}"
        gross = self.value(total, currency, drift)
        charges = D(random.randrange(500, 2900)) / 100 if kind.startswith("charges") else D(0)
        meta: dict[str, str | date] = {}
        if currency != "USD" and random.random() < 0.85:
            meta["original"] = f"{total} {currency}"
        if kind == "charges-stated":
            meta["bank-charges"] = f"{charges} USD"
        self.put(
            kind, settled, gross - charges, meta, first.donor,
            self.words(chosen, first.donor),
        )  # fmt: skip
        if kind == "part":
            left = settled[first.label]
            units = (
                convert_legacy(first.units, first.currency, "EUR") if currency == "EUR" else None
            )
            first.units = (units or first.units) - left
            first.currency = currency
        else:
            for each in chosen:
                self.open.remove(each)

    def words(self, chosen: list[_Open] | None, donor: str) -> str:
        random = self.random
        if chosen is None:
            return random.choice(["Contribution", "TRF 99817", "Invoice 2002/117", ""])
        pledges = list(dict.fromkeys(each.label.rpartition(".")[0] for each in chosen))
        how = random.choices(
            ["label", "pledge", "misspelt", "reference", "donor", "nothing"],
            [35, 20, 10, 10, 20, 5],
        )[0]
        earliest = all(
            each.due <= other.due
            for each in chosen for other in self.open
            if other not in chosen and other.label.rpartition(".")[0] in pledges
        )  # fmt: skip
        if how == "pledge" and not earliest:
            how = "label"
        if how == "label":
            return "Payment " + " and ".join(each.label for each in chosen)
        if how == "pledge":
            return f"Our pledge {' '.join(pledges)} of {donor.title()}"
        if how == "misspelt":
            label = pledges[0]
            at = random.randrange(len(label) - 4, len(label) - 1)
            swapped = label[:at] + label[at + 1] + label[at] + label[at + 2 :]
            return "Ref " + random.choice([swapped, label[:-1], label.replace("-", "")])
        if how == "reference":
            return f"{chosen[0].reference} contribution"
        return "Contribution to the Fund" if how == "donor" else "TRF 771"

    def put(
        self, kind: str, settled: dict[str, Decimal], value: Decimal,
        meta: dict[str, str | date] | None, donor: str, words: str,
    ) -> None:  # fmt: skip
        self.receipts += 1
        label = f"R-2002-{self.receipts:04d}"
        day = date(2002, 1, 20) + timedelta(min(self.receipts * 330 // 2000, 340))
        own = dict(meta or {})
        own["remittance"] = words
        if donor and self.random.random() < 0.9:
            own["proposed-donor"] = donor
            own["payer"] = f"Government of {donor}"
        self.year.drafts.append(
            events.receipt_unapplied(
                self.settings, day=day, fund="CPCJF", label=label, value=value
            ).noted(narration=words or "Receipt", meta=own)
        )
        self.year.truth[label] = settled
        self.year.kinds[label] = kind


def generate(receipts: int, seed: int) -> Year:
    """Make a year with so many receipts; there are more instalments than are paid."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Year().load(Path(folder)).settings
    making = _Making(settings, Random(seed))
    while len(making.open) < receipts * 1.4:
        making.pledge()
    for _ in range(receipts):
        making.receipt()
    return making.year


def judge(year: Year, matches: list[Match]) -> Counter[str]:
    """Count what became of the receipts, against the truth."""
    counts: Counter[str] = Counter()
    for match in matches:
        wanted = year.truth[match.receipt.label]
        chosen = match.chosen
        if chosen is None:
            counts["open, rightly" if not wanted else "open"] += 1
            continue
        settles = {part.claim.label: part.units for part in chosen.parts}
        right = settles == wanted
        counts[f"{match.verdict} and {'right' if right else 'wrong'}"] += 1
    return counts


def main() -> None:
    """Measure a year."""
    receipts = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    year = generate(receipts, seed)
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        book = year.load(Path(folder))
        loaded = time.perf_counter()
        assert not book.errors, book.errors[:3]
        matches = match_receipts(book)
        done = time.perf_counter()
    counts = judge(year, matches)
    print(dict(counts), f"load {loaded - began:.2f} s, match {done - loaded:.2f} s")  # noqa: T201


if __name__ == "__main__":
    main()

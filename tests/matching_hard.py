"""A year meant to mislead: equal amounts, numbers one slip apart, other people's references.

Run it to measure: `python tests/matching_hard.py 2000 1`. Everything is made up. What is certain
must be right even here; how much is certain matters less.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from matching_year import RATES, Year, _Making, _Open, judge
from pledgebook.ledger import events
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.events import Earmark, Part
from pledgebook.ledger.matching.assignment import match_receipts

D = Decimal
ROUND = [D(5000), D(10000), D(10000), D(25000), D(50000), D(100000)]
WORDS = (
    "Contribution volontaire {0}", "Freiwilliger Beitrag {0} gemäß Zusage", "Contribución {0} 2002",
    "добровольный взнос {0}", "自愿捐款 {0}", "مساهمة {0}", "UNODC {0} RFB/",
    "Zahlung {0} vom 12.03.2002",
)  # fmt: skip
AGENTS = ("Deutsche Bundesbank", "Ministry of Finance", "Treasury", "Bank of the Americas")
ELSEWHERE = (
    "Assessed contribution 2002", "Regular budget, invoice 4711/2002", "Refund of travel advance",
    "Peacekeeping UNMIK 2002", "Additional gift, no pledge", "Interest", "NV 555/2002",
)  # fmt: skip


class _Misleading(_Making):
    def __init__(self, settings: Settings, random: Random) -> None:
        super().__init__(settings, random)
        self.donors = [each.code for each in settings.donors if len(each.code) == 3]

    def pledge(self) -> None:
        random = self.random
        donor = random.choice(self.donors)
        currency = random.choices(["USD", "EUR", "SEK"], [70, 20, 10])[0]
        self.numbers[donor] += 1
        day = date(2001, 1, 10) + timedelta(random.randrange(450))
        pledge = f"{donor}-2001-{self.numbers[donor]:02d}"
        reference = random.choice(
            [f"NV {random.randrange(10, 30)}/2001", f"{random.randrange(1, 12)}/2002",
             "2002", "Note 7",
             f"NV {random.randrange(100, 999)}/{donor}"]
        )  # fmt: skip
        units = random.choice(ROUND) + (D(random.randrange(99)) if random.random() < 0.2 else 0)
        count = random.choices([1, 2, 3], [50, 35, 15])[0]
        dues = sorted(date(2002, 1, 15) + timedelta(random.randrange(320)) for _ in range(count))
        parts = [
            Part(each, self.value(each, currency), max(due, day))
            for due in dues
            for each in [units if random.random() < 0.7 else random.choice(ROUND)]
        ]
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
            due = part.due or day
            self.open.append(
                _Open(f"{pledge}.{number}", donor, currency, part.amount, due, reference)
            )

    def receipt(self) -> None:
        random = self.random
        kind = random.choices(
            ["full", "part", "elsewhere", "wrong-number", "two", "third", "mistyped", "again"],
            [40, 12, 14, 8, 8, 6, 8, 4],
        )[0]
        first = random.choice(self.open)
        others = [each for each in self.open if each.donor == first.donor and each is not first]
        if kind == "elsewhere":  # money for something else, as large as what is unpaid
            round_one = first.currency == "USD" and not first.units % 100
            same = first.units if round_one else random.choice(ROUND)
            self.put(kind, {}, same, None, first.donor, random.choice(ELSEWHERE))
            return
        chosen = [first]
        if kind == "two" and (own := [each for each in others if each.currency == first.currency]):
            chosen.append(random.choice(own))
        if kind != "two":  # of equal instalments of a pledge the one due first is meant
            pledge = first.label.partition(".")[0]
            equals = [
                each
                for each in self.open
                if each.label.partition(".")[0] == pledge and each.units == first.units
            ]
            first = min(equals, key=lambda each: (each.due, each.label))
            chosen = [first]
        settled = {each.label: each.units for each in chosen}
        if kind == "part":
            settled = {first.label: (first.units * random.randrange(2, 9) / 10).quantize(D("0.01"))}
        if kind == "mistyped" and len(str(int(first.units))) > 1:
            digits = str(int(first.units))
            typed = D(digits[1] + digits[0] + digits[2:])
            settled = {first.label: typed} if 0 < typed < first.units else settled
        total = sum(settled.values(), D(0))
        gross = self.value(total, first.currency, f"{random.uniform(0.9, 1.3):.4f}")
        if first.currency == "USD":
            gross = total
        meta: dict[str, str | date] = {}
        if kind == "third" and first.currency == "EUR":
            meta["original"] = f"{(gross * RATES['GBP']).quantize(D('0.01'))} GBP"
        elif first.currency != "USD":
            meta["original"] = f"{total} {first.currency}"
        if random.random() < 0.25:
            meta["payer"] = random.choice(AGENTS)
        words = self.said(kind, chosen, others)
        self.put(kind, settled, gross, meta, first.donor, words)
        if kind == "again":  # the bank or the donor sends it twice
            self.put("twice", {}, gross, meta, first.donor, words)
        for each in chosen:
            each.units -= settled[each.label]
            if not each.units:
                self.open.remove(each)

    def said(self, kind: str, chosen: list[_Open], others: list[_Open]) -> str:
        random = self.random
        labels = " + ".join(each.label for each in chosen)
        wrong = [each for each in others if each not in chosen]
        if kind == "wrong-number":  # quotes another pledge, or one that is long paid
            if wrong and random.random() < 0.7:
                return random.choice(WORDS).format(random.choice(wrong).label.partition(".")[0])
            return random.choice(WORDS).format(
                f"{chosen[0].donor}-2001-{random.randrange(1, 99):02d}"
            )
        if random.random() < 0.15 and wrong:
            return f"{labels}, see also {random.choice(wrong).label}"
        if random.random() < 0.1:
            return f"{labels} with {random.choice(self.open).label.partition('.')[0]}"
        if random.random() < 0.1:
            month, day = random.randrange(1, 12), random.randrange(1, 28)
            return f"{chosen[0].donor} 2001-{month:02d}-{day:02d}"
        text = random.choice([labels, labels, labels, chosen[0].reference, "", "TRF 99817"])
        if random.random() < 0.1:
            at = random.randrange(len(text) + 1)
            text = text[:at] + text[at + 1 :]
        return random.choice(WORDS).format(text)


def generate_hard(receipts: int, seed: int) -> Year:
    """Make a year with so many receipts, each likely to be taken for another."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Year().load(Path(folder)).settings
    making = _Misleading(settings, Random(seed))
    for _ in range(receipts):
        while len(making.open) < 300:
            making.pledge()
        making.receipt()
    return making.year


def main() -> None:
    """Measure a year, and show what is certain and wrong."""
    receipts = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    total: Counter[str] = Counter()
    for seed in map(int, sys.argv[2:] or ["1"]):
        year = generate_hard(receipts, seed)
        with tempfile.TemporaryDirectory() as folder:
            book = year.load(Path(folder))
            assert not book.errors, book.errors[:3]
            began = time.perf_counter()
            matches = match_receipts(book)
        counts = judge(year, matches)
        total += counts
        print(seed, dict(counts), f"{time.perf_counter() - began:.2f} s")  # noqa: T201
        for each in matches:
            if each.verdict == "certain" and each.chosen:
                settles = {part.claim.label: part.units for part in each.chosen.parts}
                if settles != year.truth[each.receipt.label]:
                    print(  # noqa: T201
                        each.receipt.label, year.kinds[each.receipt.label], each.chosen.rule,
                        each.receipt.text, each.receipt.donor, dict(settles),
                        year.truth[each.receipt.label],
                    )  # fmt: skip
    print(dict(total))  # noqa: T201


if __name__ == "__main__":
    main()

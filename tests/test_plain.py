"""What is passed over as plain is what the guards have nothing to say of, whatever the book.

Random books, most of their entries plain, are mutated; each is loaded with and without telling
plain entries apart, and both must give the same entries, tags and findings. Amounts are made up.
`PLEDGEBOOK_PLAIN=2000` tries more of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pledgebook.plugins
import pytest
from beancount import loader
from beancount.core.data import Directive, Transaction
from pledgebook.ledger.guards.kept import kept_of
from pledgebook.ledger.guards.plain import PlainEntries
from pledgebook.ledger.register.register import derive_register

TRIES = int(os.environ.get("PLEDGEBOOK_PLAIN", "16"))

HEAD = """option "operating_currency" "USD"
option "inferred_tolerance_default" "*:0.000001"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "CPCJF" "A fund"
  recognition-special: "{policy}"
1999-12-31 custom "fund" "UNTOC" "An account within it"
  within: "CPCJF"
  classes: "convention"
1999-12-31 custom "purpose" "corruption" "Corruption"
1999-12-31 custom "purpose" "convention" "The Convention"
1999-12-31 custom "donor" "FIRM" "A company"
  kind: "company"
2000-01-01 custom "period" "2000-2001" 2001-12-31
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
2000-12-04 custom "mandate" "A/RES/55/64" "A resolution"
2000-12-04 custom "paragraph" "A/RES/55/64" "OP7" "All States are called on"
2000-12-04 custom "paragraph" "A/RES/55/64" "OP9" "Development assistance"
2000-12-04 custom "paragraph" "A/RES/55/64" "OP16" "Entry into force"
2000-12-04 custom "rule" "A/RES/55/64" "R7" "OP7"
  relation: "call"
  donor: "state"
2000-12-04 custom "rule" "A/RES/55/64" "R9" "OP9"
  relation: "call"
  evidence: "oda"
2000-12-04 custom "rule" "A/RES/55/64" "R16" "OP16"
  relation: "serves"
  modality: "advisory-services"
  until: 2003-06-30
  notice: "It is in force from then on."
2000-12-04 custom "rule" "A/RES/55/64" "R99" "OP7"
  relation: "refused"
  purpose: "convention"
  donor: "company"
2000-01-01 price USD 0.9 EUR
2002-01-01 price USD 1.1 EUR
2003-01-01 price USD 0.95 EUR
{more}
"""
EARMARKS = (
    ("CPCJF", "general", ""),
    ("CPCJF", "special", "corruption"),
    ("UNTOC", "", "convention"),
)
DONORS = ("AUT", "NOR", "FRA", "FIRM")
RATES = ((date(2003, 1, 1), "0.95"), (date(2002, 1, 1), "1.1"), (date(2000, 1, 1), "0.9"))
SEAL = '2001-12-31 custom "seal" "2000-2001" "0000"\n'
RECEIPT = """2003-05-15 custom "official-receipt" "CPCJF/2003/0001" "{donor}"
  amount: 10.00 USD
  collected-on: 2003-04-04
  collection: "{label}"
"""


def cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"))


def value_of(units: int, currency: str, day: date) -> Decimal:
    rate = next(number for since, number in RATES if since <= day)
    return cents(Decimal(units) / (Decimal(rate) if currency == "EUR" else 1))


def make_entries(random: Random) -> list[str]:
    """Pledges, most of them paid in full, and a few entries of other kinds, in order of date."""
    entries: list[tuple[date, str]] = []
    labels = ["AUT-2000-01.1"]
    for number in range(random.randrange(4, 16)):
        day = date(2000, 2, 1) + timedelta(random.randrange(1_400))
        donor = random.choice(DONORS)
        fund, class_, purpose = random.choice(EARMARKS)
        currency = random.choice(["USD", "EUR"])
        pledge = f"{donor}-{day.year}-{number + 10}"
        meta = '  document: "NV"\n' if random.random() < 0.95 else ""
        meta += random.choice(["", "", '  reference: "NV 7"\n', '  event: "commitment"\n'])
        meta += random.choice(["", "", '  oda: "yes"\n', '  modality: "advisory-services"\n'])
        words = (f'  class: "{class_}"\n' if class_ else "") + (
            f'  purpose: "{purpose}"\n' if purpose else ""
        )
        own = [250 * random.randrange(1, 40) for _ in range(random.choice([1, 1, 1, 2]))]
        due = day + timedelta(random.choice([30, 30, 60, 400]))
        lines, values = "", []
        for at, units in enumerate(own, 1):
            values.append(value_of(units, currency, day))
            labels.append(f"{pledge}.{at}")
            lines += f"  Assets:{fund}:Pledges:{donor}  {units} {currency} "
            lines += f'{{0 # {values[-1]} USD, "{pledge}.{at}"}}\n    due: {due}\n'
        lines += f"  Income:{fund}:Contributions:{donor}  -{sum(values)} USD\n"
        entries.append((day, f'{day} * "{donor}" "Pledge" ^{pledge}\n{meta}{words}{lines}'))
        for at, units in enumerate(own, 1):
            if random.random() < 0.8:
                paid = day + timedelta(random.randrange(1, 90))
                came = value_of(units, currency, paid)
                lines = (
                    f'  Assets:{fund}:Pledges:{donor}  -{units} {currency} {{"{pledge}.{at}"}}\n'
                )
                lines += f"  Assets:{fund}:Cash  {came} USD\n"
                if came != values[at - 1]:
                    lines += f"  Income:{fund}:Exchange  {values[at - 1] - came} USD\n"
                head = f'{paid} * "{donor}" "Payment" ^{pledge}\n'
                entries.append((paid, head + (words if random.random() < 0.8 else "") + lines))
    for _ in range(random.randrange(4)):
        day = date(2000, 6, 1) + timedelta(random.randrange(1_300))
        label = random.choice(labels)
        entries.append((day, random.choice(OTHERS).format(day=day, label=label, pledge=label[:-2])))
    entries.sort(key=lambda entry: entry[0])
    return [text for _, text in entries]


OTHERS = (
    '{day} * "Spent"\n  class: "special"\n  purpose: "corruption"\n'
    "  Expenses:CPCJF:Programme  900 USD\n  Assets:CPCJF:Cash  -900 USD\n",
    '{day} * "Spent"\n  class: "general"\n'
    "  Expenses:CPCJF:Programme  5000 USD\n  Assets:CPCJF:Cash  -5000 USD\n",
    '{day} * "NOR" "Given" ^{pledge}\n  class: "general"\n'
    "  Assets:CPCJF:Cash  70 USD\n  Income:CPCJF:Contributions:NOR  -70 USD\n",
    '{day} * "AUT" "Unapplied"\n  class: "general"\n  Assets:CPCJF:Cash  80 USD\n'
    '  Liabilities:CPCJF:Unapplied  -80 USD {{0 # 1 USD, "{label}"}}\n',
    '{day} * "FRA" "Refund"\n  class: "general"\n'
    "  Equity:CPCJF:Refunds:FRA  60 USD\n  Assets:CPCJF:Cash  -60 USD\n",
    '{day} * "AUT" "Paid" ^{pledge}\n'
    '  Assets:CPCJF:Pledges:AUT  -250 USD {{"{label}"}}\n  Assets:CPCJF:Cash  250 USD\n',
    '{day} * "AUT" "Another" ^{pledge}\n'
    '  Assets:CPCJF:Pledges:AUT  250 USD {{0 # 250 USD, "{label}"}}\n'
    "  Income:CPCJF:Contributions:AUT  -250 USD\n",
)


def swap(pattern: str, *others: str) -> Callable[[str, Random], str]:
    """A mutation: one of the places that match becomes one of `others`."""

    def mutate(text: str, random: Random) -> str:
        found = list(re.finditer(pattern, text))
        if not found:
            return text
        place = random.choice(found)
        return text[: place.start()] + random.choice(others) + text[place.end() :]

    return mutate


MUTATIONS: tuple[Callable[[str, Random], str], ...] = (
    swap(r"(?<= )\d+(?= USD)", "1", "250", "1000", "100.005"),
    swap(r"(?<= )-?\d+\.\d\d(?= USD)", "1.00", "-1.00", "99.999", "250.00"),
    swap(r"\d+ EUR", "250 EUR", "1 EUR", "100000 EUR", "250 GBP", "250 ATS", "250 USD"),
    swap(r"(?<=\.)[12](?=\"\})", "1", "2", "3"),
    swap(r'\{"[^"]*"\}', "{}", '{"AUT-2000-01.1"}', '{2000-02-02, "AUT-2000-01.1"}'),
    swap(r', "[^"]*"\}', "}", ', ""}', ', 2001-02-03, "X-2001-01.1"}'),
    swap(r"\^[A-Z0-9-]+", "", "^AUT-2000-01", "^NOR-2002-03 ^OTHER"),
    swap(r"\d{4}-\d\d-\d\d(?= \*)", "2000-02-01", "2003-12-31", "2006-03-01", "1998-01-01"),
    swap(r"(?<=due: )\d{4}-\d\d-\d\d", "1999-01-01", "2009-01-01", '"2002-05-05"', '"soon"'),
    swap(r" \* ", " ! ", " P ", " * "),
    swap(r'class: "[a-z]+"', 'class: "general"', 'class: "special"', 'class: "none"', "x: 1"),
    swap(
        r'purpose: "[a-z]+"', 'purpose: "corruption"', 'purpose: "no"', "purposes: 1", 'op: "OP7"'
    ),
    swap(
        r'document: "NV"', 'document: ""', 'documant: "NV"', 'status: "pledged"', "due: 2001-01-01"
    ),
    swap(r"(?<=Pledges:)[A-Z]+", "AUT", "NOR", "XYZ", "FIRM"),
    swap(r"(?<=Contributions:)[A-Z]+", "AUT", "NOR", "FRA"),
    swap(r"(?<=Assets:)(CPCJF|UNTOC)(?=:Cash)", "CPCJF", "UNTOC", "CPCJF:Cash:BANK"),
    swap(r"Income:CPCJF:Exchange", "Expenses:CPCJF:Bank-Charges", "Income:CPCJF:Interest"),
    swap(r"(?<=Assets:CPCJF:)Pledges(?=:AUT)", "Memorandum:Pledges"),
    swap(r'oda: "yes"', 'oda: "no"', 'oda: ""', "oda: TRUE", 'condition: "if"'),
    swap(r'event: "commitment"', 'event: "payment"', 'event: "opening"', 'event: ""'),
    swap(r'"Payment"', '"Payment" #a-tag', '"Payment"'),
    swap(r"\n(?=\d{4}-\d\d-\d\d \*)", "\n; a comment { } \n"),
    swap(r"  Assets:[^\n]*Cash[^\n]*", "  Assets:CPCJF:Cash", "  Equity:Elsewhere  1 USD"),
)


def make_book(random: Random) -> str:
    entries = make_entries(random)
    if random.random() < 0.5:
        entries.insert(random.randrange(len(entries)), random.choice(entries))
    if random.random() < 0.3:
        del entries[random.randrange(len(entries))]
    text = "\n".join(entries)
    for _ in range(random.choice([0, 1, 1, 2, 3])):
        text = random.choice(MUTATIONS)(text, random)
    more = SEAL if random.random() < 0.2 else ""
    if random.random() < 0.3:
        more += RECEIPT.format(donor="AUT", label="AUT-2000-01.1")
    policy = random.choice(["pledge", "pledge", "receipt", "agreement"])
    return HEAD.format(policy=policy, more=more) + text


def found_in(text: str) -> tuple[list[object], list[object], int]:
    """Load a book: its entries as compared, what was found in it, and how many are plain."""
    entries, errors, options = loader.load_string(text)
    kept = kept_of(options)
    assert kept is not None
    findings = [
        (each.line, each.rule, each.severity, each.message, _as_compared(each.entry))
        for each in kept.findings
    ]
    told = [(error.source.get("lineno"), error.message) for error in errors]
    return [*map(_as_compared, entries)], sorted(map(str, [*findings, *told])), len(kept.plain)


def _as_compared(entry: Directive | None) -> object:
    if entry is None:
        return ""
    told = entry._asdict() | {"meta": sorted(map(str, entry.meta.items()))}
    for sets in ("tags", "links"):
        if isinstance(told.get(sets), frozenset):
            told[sets] = sorted(told[sets])
    return str(told)


def plainly_nothing(entries: list[Directive], *_: Any, **__: Any) -> PlainEntries:
    """Find no entry plain."""
    return PlainEntries(entries=list(entries))


@pytest.mark.parametrize("seed", range(TRIES))
def test_a_book_says_the_same_whether_plain_entries_are_told_apart_or_not(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        text = make_book(Random(seed * 1_000 + number))
        told_apart = found_in(text)
        with monkeypatch.context() as patch:
            patch.setattr(pledgebook.plugins, "find_plain", plainly_nothing)
            one_by_one = found_in(text)
        assert told_apart[1] == one_by_one[1], text
        assert told_apart[0] == one_by_one[0], text
        assert one_by_one[2] == 0


@pytest.mark.parametrize("seed", range(TRIES))
def test_a_plain_entry_stands_in_the_register_as_if_it_had_been_read(seed: int) -> None:
    for number in range(10):
        entries, _, options = loader.load_string(make_book(Random(seed * 1_000 + number)))
        kept = kept_of(options)
        assert kept is not None
        told = derive_register(entries, kept.settings, kept.plain)
        assert told == derive_register(entries, kept.settings)
        without = [entry for entry in entries if id(entry) not in kept.plain or is_left(entry)]
        told = derive_register(without, kept.settings, kept.plain)
        assert told == derive_register(without, kept.settings)


def is_left(entry: Directive) -> bool:
    return len(str(entry.meta)) % 2 == 0


def test_most_entries_of_these_books_are_plain() -> None:
    texts = [make_book(Random(seed)) for seed in range(60)]
    plain = sum(found_in(text)[2] for text in texts)
    entries = sum(
        isinstance(entry, Transaction) for text in texts for entry in loader.load_string(text)[0]
    )
    assert plain > entries / 3

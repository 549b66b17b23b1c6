"""Purposes within wider ones, and donors within others: apart and together, both ways adding up.

All amounts are made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from random import Random

import pytest
from beancount.core.data import Transaction
from conftest import Load
from pledgebook.ledger.register.book import Book
from pledgebook.reports.figures.selection import select
from pledgebook.reports.figures.table import Report
from pledgebook.reports.registry import make_reports

D = Decimal
PURPOSES = ("wide", "mid", "deep", "side", "alone")
DONORS = ("NOR", "NORMFA", "NORAGY", "NORSUB", "SWE", "SWEAGY", "EXF")
TREE = {"mid": "wide", "deep": "mid", "side": "wide"}
OUTER = {"NORMFA": "NOR", "NORAGY": "NOR", "NORSUB": "NORAGY", "SWEAGY": "SWE"}


def declared() -> Iterator[str]:
    for code in PURPOSES:
        yield f'2000-01-01 custom "purpose" "{code}" "Purpose {code}"'
        if code in TREE:
            yield f'  within: "{TREE[code]}"'
    for code, outer in OUTER.items():
        yield f'2000-01-01 custom "donor" "{code}" "Office {code}"'
        yield f'  kind: "funding-agency"\n  within: "{outer}"'


def given(seed: int, load: Load) -> tuple[Book, dict[tuple[str, str], Decimal]]:
    random = Random(seed)
    text = [*declared()]
    gifts: dict[tuple[str, str], Decimal] = {}
    for _ in range(25):
        donor, purpose = random.choice(DONORS), random.choice(PURPOSES)
        amount = D(random.randrange(100, 99_999)) / 100
        key = (donor, purpose)
        gifts[key] = gifts.get(key, D(0)) + amount
        text.append(
            f'2002-0{random.randint(1, 9)}-15 * "Gift (made up)"\n'
            f'  class: "special"\n  purpose: "{purpose}"\n'
            f"  Assets:CPCJF:Cash  {amount} USD\n"
            f"  Income:CPCJF:Contributions:{donor}  -{amount} USD"
        )
    book = load("\n".join(text) + "\n")
    assert [each.message for each in book.errors] == []
    return book, gifts


def path(code: str, tree: dict[str, str]) -> list[str]:
    found = [code]
    while found[-1] in tree:
        found.append(tree[found[-1]])
    return found


def summed(report: Report, at: int, column: str) -> Decimal:
    """Add up a row by what it adds, down to the rows that state amounts."""
    row = report.rows[at]
    if row.adds:
        return sum((summed(report, each, column) for each in row.adds), D(0))
    value = row.values.get(column)
    return value if isinstance(value, Decimal) else D(0)


def total_called(report: Report, label: str) -> Decimal:
    (at,) = [n for n, row in enumerate(report.rows) if row.label == label]
    column = "pledged" if report.name == "schedule" else "received"
    return summed(report, at, column)


@pytest.mark.parametrize("seed", range(6))
def test_donors_within_others_add_up_apart_and_together(seed: int, load: Load) -> None:
    book, gifts = given(seed, load)
    (made,) = make_reports(select(book, "2002-2003"), ["schedule"])
    rows = {row.donor: row.values["pledged"] for row in made.rows if row.kind == "row"}
    by_donor = {d: sum((x for (own, _), x in gifts.items() if own == d), D(0)) for d in DONORS}
    assert rows == {donor: amount for donor, amount in by_donor.items() if amount}
    assert total_called(made, "Total, CPCJF special") == sum(gifts.values())
    for outer in ("NOR", "NORAGY", "SWE"):
        inner = sum(x for donor, x in by_donor.items() if outer in path(donor, OUTER))
        alone = select(book, "2002-2003", donor=outer)
        (limited,) = make_reports(alone, ["schedule"])
        assert total_called(limited, "Total, CPCJF special") == inner
        donor = book.settings.donors.get(outer)
        assert donor is not None
        if any(by_donor[code] for code in OUTER if outer in path(code, OUTER)[1:]):
            assert total_called(made, f"Total, {donor.name}") == inner
    assert all(tie.agrees for tie in made.ties)


@pytest.mark.parametrize("seed", range(6))
def test_purposes_within_others_add_up_apart_and_together(seed: int, load: Load) -> None:
    book, gifts = given(seed, load)
    (made,) = make_reports(select(book, "2002-2003"), ["earmarked"])
    assert total_called(made, "Total, CPCJF, special") == sum(gifts.values())
    for outer in ("wide", "mid"):
        inner = sum((x for (_, own), x in gifts.items() if outer in path(own, TREE)), D(0))
        (limited,) = make_reports(select(book, "2002-2003", purpose=outer), ["schedule"])
        assert total_called(limited, "Total, CPCJF special") == inner
        if any(outer in path(own, TREE)[1:] for _, own in gifts):
            assert total_called(made, f"Total, Purpose {outer}") == inner
    assert all(tie.agrees for tie in made.ties)


def test_a_rule_for_a_purpose_or_donor_holds_for_what_is_within(load: Load) -> None:
    rule = '2000-12-04 custom "rule" "A/RES/55/64" "R90" "OP9"\n  relation: "serves"\n'
    asked = '  purpose: "wide"\n  donor-code: "NOR"\n'
    gift = (
        '2002-05-01 * "Gift (made up)"\n  class: "special"\n'
        '  purpose: "{purpose}"\n  Assets:CPCJF:Cash  10.00 USD\n'
        "  Income:CPCJF:Contributions:{donor}  -10.00 USD\n"
    )
    text = "\n".join(declared()) + "\n" + rule + asked
    for donor, purpose, holds in (
        ("NORSUB", "deep", True), ("NOR", "wide", True), ("SWEAGY", "deep", False),
        ("NORMFA", "alone", False),
    ):  # fmt: skip
        book = load(text + gift.format(donor=donor, purpose=purpose))
        assert not book.errors
        (entry,) = (each for each in book.entries if isinstance(each, Transaction))
        assert ("R90" in str(entry.meta.get("op-rule", "")).split()) is holds, (donor, purpose)


def test_kinds_and_groups_are_the_books(load: Load) -> None:
    book = load(
        """
        1999-12-31 custom "donor-group" "Parties" "Parties to the Convention"
          order: "5"
        1999-12-31 custom "donor-kind" "party" "Party"
          group: "Parties"
          is: "state"
        1999-12-31 custom "donor-kind" "local-government" "Local government"
        1999-12-31 custom "donor" "FRA" "France"
          kind: "party"
        1999-12-31 custom "donor" "LYON" "City of Example"
          kind: "local-government"
        2000-12-04 custom "rule" "A/RES/55/64" "R90" "OP9"
          relation: "serves"
          donor-group: "Parties"

        2002-05-01 * "Gift of a party (made up)"
          class: "general"
          Assets:CPCJF:Cash                 10.00 USD
          Income:CPCJF:Contributions:FRA   -10.00 USD

        2002-05-02 * "Gift of a city (made up)"
          class: "general"
          Assets:CPCJF:Cash                  5.00 USD
          Income:CPCJF:Contributions:LYON   -5.00 USD
        """
    )
    assert book.errors == []
    donors = book.settings.donors
    assert [donors.group_of(code) for code in ("FRA", "DEU", "LYON")] == [
        "Parties", "Governments", "Others",
    ]  # fmt: skip
    party, city = (each for each in book.entries if isinstance(each, Transaction))
    assert set(str(party.meta["op-rule"]).split()) == {"R7", "R90"}
    assert "op-rule" not in city.meta
    assert donors.resolve("Ministry of Finance of France") == donors.get("FRA")
    kinds, schedule = make_reports(select(book, "2002-2003"), ["donor-kinds", "schedule"])
    groups = [row.label for row in schedule.rows if row.kind == "group"]
    assert groups == ["Parties to the Convention", "Others"]
    assert [row.values["kind"] for row in kinds.rows if row.kind == "row"] == [
        "Party", "Local government",
    ]  # fmt: skip
    assert select(book, "2002-2003", group="parties to the convention").scope.group == "Parties"

"""Receipts whose payer only names the donor, and what else their words say (amounts made up)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner
from pledgebook.cli.main import group
from pledgebook.ledger.declared.directory import Directory
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.matching.applying import apply_matches
from pledgebook.ledger.matching.assignment import Match, match_receipts
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments

D = Decimal
Load = Callable[..., Book]
DAY = date(2002, 6, 3)


def pledge(label: str, amount: str, value: str, due: str = "2002-12-31", more: str = "") -> str:
    donor = label[:3]
    return f"""
2002-02-01 * "A State" "Pledge (made up)" ^{label.partition(".")[0]}
  event: "commitment"
  class: "general"{more}
  Assets:CPCJF:Pledges:{donor}   {amount} {{0 # {value} USD, "{label}"}}
    due: {due}
  Income:CPCJF:Contributions:{donor}   -{value} USD
"""


def receipt(payer: str, value: str, words: str = "contribution", more: str = "") -> str:
    return f"""
2002-06-03 * "{payer}" "{words}"
  event: "receipt-unapplied"
  class: "general"{more}
  Assets:CPCJF:Cash              {value} USD
  Liabilities:CPCJF:Unapplied   -{value} USD {{1 USD, "R-2002-0001"}}
"""


@pytest.fixture
def match(load: Load) -> Callable[..., Match]:
    def one(*texts: str) -> Match:
        book = load(
            '1999-12-31 custom "rate-age" "400"\n'
            "2002-01-01 price USD 1.10 EUR\n2002-01-01 price USD 1.60 CAD\n" + "".join(texts)
        )
        assert [error.message for error in book.errors] == []
        (found,) = match_receipts(book)
        return found

    return one


def settled(found: Match) -> dict[str, Decimal]:
    return {part.claim.label: part.units for part in found.chosen.parts} if found.chosen else {}


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Ministry of Finance of the Russian Federation", ["RUS"]),
        ("Secretaria de Relaciones Exteriores Mexico", ["MEX"]),
        ("Govt Viet Nam Hanoi", ["VNM"]),
        ("Auswärtiges Amt Berlin", ["DEU"]),
        ("Trésor public France", ["FRA"]),
        ("Ministry of Finance Saudi Arabia", ["SAU"]),
        ("Treasury of the Democratic Republic of the Congo, Kinshasa", ["COD"]),
        ("Embassy of Equatorial Guinea", ["GNQ"]),
        ("Embassy of Austria in Belgium", ["AUT", "BEL"]),
        ("Chad Miller", []),
        ("J. Smith Trading Ltd, Georgia", []),
        ("Ministry of Nothing", []),
    ],
)
def test_an_office_names_the_state_in_its_name(text: str, codes: list[str]) -> None:
    found = Directory.of_states().named_in(text, DAY)
    assert sorted(donor.code for donor in found) == codes


RUSSIA = pledge("RUS-2002-01.1", "250500 USD", "250500.00")
VIET_NAM = pledge("VNM-2002-01.1", "2750 USD", "2750.00", more='\n  reference: "VN-88/2002"')
MEXICO = pledge("MEX-2002-01.1", "7500 USD", "7500.00", more='\n  reference: "MX-22"')


@pytest.mark.parametrize(
    ("pledges", "paid", "wanted", "kinds"),
    [
        (
            RUSSIA,
            receipt(
                "Ministry of Finance of the Russian Federation", "250475.00",
                more='\n  bank-charges: "25.00 USD"',
            ),
            {"RUS-2002-01.1": 250500},
            {"charges-stated", "named"},
        ),
        (
            MEXICO + pledge("MEX-2002-02.1", "9000 USD", "9000.00"),
            receipt("Secretaria de Relaciones Exteriores Mexico", "7485.00", "MX-22"),
            {"MEX-2002-01.1": 7500},
            {"charges", "short-reference", "named"},
        ),
        (
            VIET_NAM,
            receipt("Govt Viet Nam Hanoi", "2750.00", "VN-89/2002"),
            {"VNM-2002-01.1": 2750},
            {"amount", "near-paper", "named"},
        ),
        (
            pledge("DEU-2002-01.1", "50000 EUR", "45454.55", "2002-06-30")
            + pledge("DEU-2002-02.1", "30000 EUR", "27272.73", "2002-06-30"),
            receipt("Auswärtiges Amt Berlin", "72072.07", more='\n  original: "80000 EUR"'),
            {"DEU-2002-01.1": 50000, "DEU-2002-02.1": 30000},
            {"several", "named"},
        ),
        (
            pledge("FRA-2002-01.1", "1500000 FRF", "207885.47"),
            receipt(
                "Trésor public France", "137338.76", "1 000 000 FRF",
                '\n  original: "152449.02 EUR"',
            ),
            {"FRA-2002-01.1": D("152449.02")},
            {"part", "said-currency", "named"},
        ),
        (
            pledge("LUX-2002-01.1", "20000 EUR", "18181.82"),
            receipt("Mission of Luxembourg, Vienna", "19500.00", "20000 EUR"),
            {"LUX-2002-01.1": 20000},
            {"said", "named"},
        ),
        (
            pledge("BEL-2002-01.1", "75000 EUR", "68181.82"),
            receipt("Royaume de Belgique SPF", "68168.18", more='\n  original: "74985 EUR"'),
            {"BEL-2002-01.1": 75000},
            {"charges", "named"},
        ),
    ],
    ids=["stated", "short", "slip", "several", "francs", "said", "euro charges"],
)  # fmt: skip
def test_what_a_ministry_pays_is_proposed_and_never_certain(
    match: Callable[..., Match],
    pledges: str,
    paid: str,
    wanted: dict[str, Decimal],
    kinds: set[str],
) -> None:
    found = match(pledges, paid)
    assert (found.verdict, settled(found)) == ("proposed", wanted)
    assert found.chosen is not None
    assert kinds <= set(found.chosen.evidence)


def test_an_exact_amount_from_a_ministry_alone_is_not_certain(match: Callable[..., Match]) -> None:
    paid = receipt("Ministry of Finance of the Russian Federation", "250500.00")
    assert match(RUSSIA, paid).verdict == "proposed"


def test_a_reference_of_the_state_that_the_payer_names_is_as_good_as_its_own(
    match: Callable[..., Match],
) -> None:
    found = match(VIET_NAM, receipt("Govt Viet Nam Hanoi", "2750.00", "VN-88/2002"))
    assert (found.verdict, settled(found)) == ("certain", {"VNM-2002-01.1": 2750})


def test_what_the_donor_owes_is_always_offered_for_a_part(match: Callable[..., Match]) -> None:
    found = match(
        pledge("SAU-2002-01.1", "100000 USD", "100000.00", "2003-12-31"),
        pledge("SAU-2002-02.1", "90000 USD", "90000.00", "2003-12-31"),
        pledge("CHE-2002-01.1", "40000 USD", "40000.00", "2003-12-31"),
        receipt("Ministry of Finance Saudi Arabia", "40000.00"),
    )
    assert {label for each in found.others for label in each.labels} >= {
        "SAU-2002-01.1",
        "SAU-2002-02.1",
    }


def test_dollars_that_are_exact_at_the_un_rate_stand_beside_what_is_quoted(
    match: Callable[..., Match],
) -> None:
    found = match(
        pledge("CAN-2002-01.1", "90000 CAD", "56250.00"),
        pledge("CAN-2002-02.1", "60000 CAD", "37500.00", more='\n  reference: "CAN/32"'),
        receipt("Government of Canada", "56250.00", "CAN/32"),
    )
    exact = next(
        each
        for each in (found.chosen, *found.others)
        if each is not None and each.labels == ("CAN-2002-01.1",)
    )
    assert "rate-exact" in exact.evidence


def test_charges_of_euro_are_applied_in_dollars(load: Load) -> None:
    text = '1999-12-31 custom "rate-age" "400"\n2002-01-01 price USD 1.10 EUR\n' + pledge(
        "BEL-2002-01.1", "75000 EUR", "68181.82"
    )
    paid = receipt("Royaume de Belgique SPF", "68168.18", more='\n  original: "74985 EUR"')
    book = load(text + paid)
    (found,) = match_receipts(book)
    assert found.chosen is not None
    assert found.chosen.charges == D("13.64")  # 68168.18 * 15 / 74985
    write_entries(book, apply_matches(book, [found.chosen]))
    after = load_book(book.path)
    assert [error.message for error in after.errors] == []
    (line,) = [each for each in list_instalments(after.register) if each.label]
    assert line.status == "paid"


def test_what_is_open_says_what_was_looked_for(load: Load) -> None:
    book = load(RUSSIA + receipt("J. Smith Trading Ltd", "12.34", "donation"))
    said = CliRunner().invoke(group, ["--book", str(book.path), "match"]).output
    assert "open: nothing unpaid is quoted by its text, is owed by who paid" in said

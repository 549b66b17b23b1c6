"""Which paragraphs of A/RES/55/64 a contribution answers, by the shipped rules.

The numbered cases are the sixteen examples of docs/mandates.md; all amounts are made up.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from beancount.core.data import Transaction
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments

Told = dict[str, str]
Load = Callable[..., Book]
Say = Callable[..., Told]

DONORS = """
1999-12-31 custom "donor" "WB" "World Bank"
  kind: "ifi"
1999-12-31 custom "donor" "EC" "European Commission"
  kind: "european-community"
1999-12-31 custom "donor" "SIDA" "Swedish International Development Cooperation Agency"
  kind: "funding-agency"
1999-12-31 custom "donor" "NGO1" "Example Society"
  kind: "ngo"
1999-12-31 custom "donor" "CO1" "Example Company"
  kind: "company"
1999-12-31 custom "donor" "REG" "Example Organization of States"
  kind: "intergovernmental"
"""


def pledge(donor: str, fund: str = "CPCJF", day: str = "2002-03-01", **meta: str) -> str:
    stated = "".join(f'\n  {key.replace("_", "-")}: "{value}"' for key, value in meta.items())
    return f"""{DONORS}
{day} * "{donor}" "Pledge" ^{donor}-2002-01{stated}
  Assets:{fund}:Pledges:{donor}        100 USD {{0 # 100.00 USD, "{donor}-2002-01.1"}}
  Income:{fund}:Contributions:{donor} -100.00 USD
"""


def entry_of(book: Book) -> Transaction:
    (entry,) = [entry for entry in book.entries if isinstance(entry, Transaction)]
    return entry


def calls_of(entry: Transaction) -> set[str]:
    prefix = "A/RES/55/64-"
    return {tag.removeprefix(prefix) for tag in entry.tags if tag.startswith(prefix)}


TRAFFICKING = {"purpose": "trafficking-in-persons", "programme": "trafficking"}


@pytest.mark.parametrize(
    ("text", "calls", "meta"),
    [
        pytest.param(pledge("ITA"), "OP7", {"op-rule": "R7"}, id="1 Italy, general"),
        pytest.param(
            pledge("NOR", **TRAFFICKING),
            "OP7 OP14",
            {"op-rule": "R7 R14 R4", "op-serves": "OP4"},
            id="2 Norway, trafficking programme",
        ),
        pytest.param(pledge("FRA", "UNTOC"), "OP15", {"op-rule": "R15"}, id="3 France, UNTOC"),
        pytest.param(
            pledge("DEU", day="2003-03-01", purpose="entry-into-force"),
            "OP7",
            {"op-rule": "R7 R15w R16", "op-serves": "OP16", "op-notice": "it answers OP7, not"},
            id="4 Germany, entry into force",
        ),
        pytest.param(
            pledge("DEU", day="2003-11-03", purpose="entry-into-force"),
            "OP7",
            {
                "op-rule": "R7 R15w R16 R16f",
                "op-serves": "OP16",
                "op-notice": "the Convention had been in force since 29 September 2003",
            },
            id="5 the same in November 2003",
        ),
        pytest.param(pledge("UNDP"), "OP8", {"op-rule": "R8"}, id="6 UNDP"),
        pytest.param(pledge("WB"), "OP8", {"op-rule": "R8"}, id="7 World Bank"),
        pytest.param(pledge("EC"), "OP8", {"op-rule": "R8"}, id="8 European Commission"),
        pytest.param(
            pledge("SIDA", purpose="juvenile-justice", crs="15130"),
            "OP8 OP9",
            {"op-rule": "R8 R9 R6", "op-serves": "OP6"},
            id="9 Sida in its own name",
        ),
        pytest.param(
            pledge("NGO1", "UNTOC"),
            "",
            {"op-rule": "R11", "op-acknowledged": "OP11"},
            id="11 an NGO",
        ),
        pytest.param(
            pledge("SWE", day="2000-11-15"),
            "",
            {"op-rule": "R0", "op-notice": "Committed on 2000-11-15, before A/RES/55/64 was adopt"},
            id="12 before the resolution",
        ),
        pytest.param(pledge("VAT"), "OP7", {"op-rule": "R7"}, id="13 Holy See"),
        pytest.param(
            pledge("CO1"),
            "",
            {"op-rule": "R99", "op-notice": "to be reviewed"},
            id="14 a company",
        ),
        pytest.param(
            pledge("JPN", "UNTOC", purpose="firearms-protocol"),
            "OP15",
            {"op-rule": "R15 R15f", "op-notice": "the footnotes of OP15 name only"},
            id="15 firearms protocol",
        ),
        pytest.param(
            pledge("NOR", purpose="juvenile-justice", oda="yes"),
            "OP7 OP9",
            {"op-rule": "R7 R9 R6", "op-serves": "OP6"},
            id="a State with evidence of development assistance",
        ),
        pytest.param(
            pledge("NOR", crs="15130", oda="no"), "OP7", {"op-rule": "R7"}, id="a no outweighs CRS"
        ),
        pytest.param(
            pledge("UNDP", purpose="commission-support"),
            "",
            {"op-rule": "R13", "op-serves": "OP13"},
            id="support of the Commission is not operational, whoever gives it",
        ),
        pytest.param(
            pledge("REG"),
            "",
            {"op-rule": "R99", "op-notice": "to be reviewed"},
            id="an organization of States outside the UN",
        ),
        pytest.param(
            pledge(
                "NOR",
                modality="advisory-services",
                beneficiary="transition",
                appeal="commission",
                joint="drug-programme",
                gender="2",
            ),
            "OP7",
            {"op-rule": "R7 R5 R10 R12 R17", "op-serves": "OP5 OP10 OP12 OP17"},
            id="all that money can serve",
        ),
        pytest.param(
            pledge("SWE", day="2000-11-15", programme="corruption"),
            "",
            {"op-rule": "R0 R4", "op-serves": "OP4"},
            id="before the resolution: what it serves stays",
        ),
    ],
)
def test_an_entry_is_tagged_by_rule(
    load: Load, text: str, calls: str, meta: dict[str, str]
) -> None:
    book = load(text)
    assert book.errors == []
    entry = entry_of(book)
    assert calls_of(entry) == set(calls.split())
    assert meta.pop("op-notice", "") in entry.meta.get("op-notice", "")
    stated = {key: entry.meta[key] for key in ("op-rule", "op-serves", "op-acknowledged")
              if key in entry.meta}  # fmt: skip
    assert stated == meta


def test_10_the_donor_of_record_counts_and_not_the_payer(told: Told, book: Book) -> None:
    """
    2002-03-01 * "Sweden" "Pledge" ^SWE-2002-01
      Assets:CPCJF:Pledges:SWE        100 USD {0 # 100.00 USD, "SWE-2002-01.1"}
      Income:CPCJF:Contributions:SWE -100.00 USD

    2002-06-01 * "Sida" "Payment by the agency" ^SWE-2002-01
      Assets:CPCJF:Pledges:SWE       -100 USD {"SWE-2002-01.1"}
      Assets:CPCJF:Cash               100.00 USD
    """
    assert not told
    tags = [calls_of(entry) for entry in book.entries if isinstance(entry, Transaction)]
    assert tags == [{"OP7"}, {"OP7"}]


def test_16_an_allotment_of_the_regular_budget_is_refused(told: Told) -> None:
    """
    2002-03-01 * "United Nations" "Regular budget" ; <- refused <~ paragraphs
      financing: "regular-budget"
      Assets:CPCJF:Cash                100.00 USD
      Income:CPCJF:Contributions:NGO1 -100.00 USD

    1999-12-31 custom "donor" "NGO1" "Example Society"
      kind: "company"
    """
    assert told["refused"] == (
        "An allotment of the regular budget is no voluntary contribution: OP4 asks the "
        "Secretary-General for it. Take the entry out of the fund."
    )


def test_what_happens_to_a_pledge_carries_its_paragraphs(told: Told, book: Book) -> None:
    """
    2000-11-15 * "Norway" "Before the resolution" ^NOR-2000-01 ; <~ paragraphs
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2000-01.1"}
      Income:CPCJF:Contributions:NOR -100.00 USD

    2002-03-01 * "Norway" "Earmarked" ^NOR-2002-01
      purpose: "corruption"
      Assets:CPCJF:Pledges:NOR        300 USD {0 # 300.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -300.00 USD

    2002-04-01 * "Norway" "Both pledges paid, in part" ^NOR-2000-01 ^NOR-2002-01 ; <~ paragraphs
      Assets:CPCJF:Pledges:NOR       -300 USD {"NOR-2002-01.1"}
        purpose: "corruption"
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, 2002-03-01, "NOR-2002-01.1"}
        purpose: "corruption"
      Assets:CPCJF:Cash               200.00 USD
        purpose: "corruption"
      Assets:CPCJF:Pledges:NOR       -100 USD {"NOR-2000-01.1"}
      Assets:CPCJF:Cash               100.00 USD

    2003-04-01 * "Norway" "The rest written off" ^NOR-2002-01
      authority: "Controller (made up)"
      purpose: "corruption"
      Assets:CPCJF:Pledges:NOR       -100 USD {"NOR-2002-01.1"}
      Equity:CPCJF:Written-Off:NOR    100.00 USD
    """
    tagged = [
        (sorted(calls_of(entry)), entry.meta["op-rule"])
        for entry in book.entries
        if isinstance(entry, Transaction)
    ]
    assert tagged == [
        ([], "R0"),
        (["OP14", "OP7"], "R7 R14"),
        (["OP14", "OP7"], "R7 R14 R0"),
        (["OP14", "OP7"], "R7 R14"),
    ]
    assert told


def test_a_person_overrides_the_rules_with_a_reason(told: Told, book: Book) -> None:
    """
    2002-03-01 * "Norway" "Pledge" ^NOR-2002-01
      op: "OP15"
      op-reason: "The letter names paragraph 15"
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -100.00 USD

    2002-04-01 * "Norway" "Payment" ^NOR-2002-01
      Assets:CPCJF:Pledges:NOR       -100 USD {"NOR-2002-01.1"}
      Assets:CPCJF:Cash               100.00 USD

    2002-05-01 * "Norway" "A gift that answers nothing"
      op: "none"
      op-reason: "Proceeds of a concert"
      Assets:CPCJF:Cash               100.00 USD
      Income:CPCJF:Contributions:NOR -100.00 USD
    """
    assert not told
    entries = [entry for entry in book.entries if isinstance(entry, Transaction)]
    assert [calls_of(entry) for entry in entries] == [{"OP15"}, {"OP15"}, set()]
    assert entries[0].meta["op-rule"] == "override R7"
    assert list_instalments(book.register)[0].tags == ["A/RES/55/64-OP15"]


def test_an_override_needs_a_reason_and_a_paragraph_of_the_book(told: Told) -> None:
    """
    2002-03-01 * "Norway" "Pledge" ^NOR-2002-01 ; <- override-reason <- unknown-paragraph
      op: "OP51"
      Assets:CPCJF:Pledges:NOR        100 USD {0 # 100.00 USD, "NOR-2002-01.1"}
      Income:CPCJF:Contributions:NOR -100.00 USD
    """
    assert told["override-reason"] == (
        'op: "OP51" overrides the rules and needs its reason: add op-reason: with a sentence.'
    )
    assert told["unknown-paragraph"].startswith("op: names 'OP51', which no mandate")


def test_a_rule_of_the_book_counts_like_a_shipped_one(told: Told, book: Book) -> None:
    """
    2002-01-01 custom "mandate" "A/RES/56/119" "A later resolution (an example)"
    2002-01-01 custom "paragraph" "A/RES/56/119" "OP3" "Contributions for the Congress"
    2002-01-01 custom "rule" "A/RES/56/119" "C3" "OP3"
      relation: "call"
      donor: "state"
      not-purpose: "corruption"
      until: 2002-06-30

    2002-03-01 * "Norway" "Gift"
      Assets:CPCJF:Cash               100.00 USD
      Income:CPCJF:Contributions:NOR -100.00 USD

    2002-03-02 * "Norway" "Gift for an excluded purpose"
      purpose: "corruption"
      Assets:CPCJF:Cash               100.00 USD
      Income:CPCJF:Contributions:NOR -100.00 USD

    2002-07-01 * "Norway" "Gift after the last day"
      Assets:CPCJF:Cash               100.00 USD
      Income:CPCJF:Contributions:NOR -100.00 USD
    """
    assert not told
    tags = [
        "A/RES/56/119-OP3" in entry.tags for entry in book.entries if isinstance(entry, Transaction)
    ]
    assert tags == [True, False, False]

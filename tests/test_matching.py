"""Receipts against instalments: evidence, certainty, the whole (all amounts and rates made up)."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import python_calamine as calamine
from beancount.core.data import Posting, Transaction
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from matching_hard import generate_hard
from matching_year import generate, judge
from msgspec import structs
from pledgebook.cli.main import group
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.matching.applying import apply_matches
from pledgebook.ledger.matching.assignment import Match, match_receipts
from pledgebook.ledger.matching.owed import spread_over
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import Instalment, list_instalments
from pledgebook.ledger.register.register import Claim
from pledgebook.reports import make_reports, select
from pledgebook.reports.schedule import make_schedule

D = Decimal
Load = Callable[..., Book]

PLEDGES = """
1999-12-31 custom "rate-age" "400"  ; one rate serves the year of these tests
2002-01-01 price USD 1.10 EUR

2002-02-01 * "Canada" "Pledge" ^CAN-2002-01
  event: "commitment"
  class: "general"
  reference: "NV 117/2002"
  Assets:CPCJF:Pledges:CAN      1000 USD {0 # 1000.00 USD, "CAN-2002-01.1"}
    due: 2002-06-30
  Assets:CPCJF:Pledges:CAN      2500 USD {0 # 2500.00 USD, "CAN-2002-01.2"}
    due: 2002-12-31
  Income:CPCJF:Contributions:CAN   -3500.00 USD

2002-02-01 * "Norway" "Pledge" ^NOR-2002-01
  event: "commitment"
  purpose: "corruption"
  Assets:CPCJF:Pledges:NOR      7000 USD {0 # 7000.00 USD, "NOR-2002-01.1"}
    due: 2002-06-30
  Income:CPCJF:Contributions:NOR   -7000.00 USD

2002-02-01 * "Italy" "Pledge in lire" ^ITA-2002-01
  event: "commitment"
  purpose: "corruption"
  Assets:CPCJF:Pledges:ITA  500000000 ITL {0 # 234753.14 USD, "ITA-2002-01.1"}
    due: 2002-06-30
  Income:CPCJF:Contributions:ITA   -234753.14 USD
"""


def receipt(number: int, value: str, words: str, donor: str = "", more: str = "") -> str:
    proposed = f'\n  proposed-donor: "{donor}"' if donor else ""
    return f"""
2002-06-{number:02d} * "A payer" "{words}"
  event: "receipt-unapplied"
  class: "general"{proposed}{more}
  Assets:CPCJF:Cash              {value} USD
  Liabilities:CPCJF:Unapplied   -{value} USD {{1 USD, "R-2002-{number:04d}"}}
"""


@pytest.fixture
def match(load: Load) -> Callable[..., Match]:
    def one(*receipts: str) -> Match:
        book = load(PLEDGES + "".join(receipts))
        assert [error.message for error in book.errors] == []
        return match_receipts(book)[-1]

    return one


def settles(found: Match) -> dict[str, Decimal]:
    return {part.claim.label: part.units for part in found.chosen.parts} if found.chosen else {}


@pytest.mark.parametrize(
    "words",
    ["CAN-2002-01.2", "our pledge can 2002/01 of february", "Payment as per NV 117/2002."],
)
def test_quoted_and_equal_to_what_is_unpaid_is_certain(
    match: Callable[..., Match], words: str
) -> None:
    found = match(receipt(3, "2500.00", words, "CAN"))
    assert (found.verdict, settles(found)) == ("certain", {"CAN-2002-01.2": D(2500)})
    assert found.chosen is not None
    assert found.chosen.rule == "M1"


def test_all_instalments_of_a_quoted_pledge_together_are_certain(
    match: Callable[..., Match],
) -> None:
    found = match(receipt(3, "3500.00", "CAN-2002-01"))
    assert found.verdict == "certain"
    assert settles(found) == {"CAN-2002-01.1": D(1000), "CAN-2002-01.2": D(2500)}


def test_charges_that_the_bank_states_make_it_exact(match: Callable[..., Match]) -> None:
    found = match(receipt(3, "6985.00", "NOR-2002-01", more='\n  bank-charges: "15.00 USD"'))
    assert (found.verdict, settles(found)) == ("certain", {"NOR-2002-01.1": D(7000)})
    assert found.chosen is not None
    assert found.chosen.charges == D(15)


def test_charges_that_nobody_states_are_a_proposal(match: Callable[..., Match]) -> None:
    found = match(receipt(3, "6985.00", "NOR-2002-01"))
    assert (found.verdict, settles(found)) == ("proposed", {"NOR-2002-01.1": D(7000)})


def test_a_part_of_the_one_instalment_quoted_is_certain(match: Callable[..., Match]) -> None:
    found = match(receipt(3, "3000.00", "NOR-2002-01.1"))
    assert (found.verdict, settles(found)) == ("certain", {"NOR-2002-01.1": D(3000)})
    assert found.chosen is not None
    assert found.chosen.rule == "M2"


def test_a_part_of_a_pledge_with_two_instalments_waits_for_a_person(
    match: Callable[..., Match],
) -> None:
    assert match(receipt(3, "700.00", "CAN-2002-01")).verdict == "proposed"


def test_the_donors_only_instalment_in_full_is_certain_without_a_reference(
    match: Callable[..., Match],
) -> None:
    found = match(receipt(3, "7000.00", "Contribution", "NOR"))
    assert (found.verdict, settles(found)) == ("certain", {"NOR-2002-01.1": D(7000)})
    assert found.chosen is not None
    assert found.chosen.rule == "M3"


def test_a_round_amount_of_a_donor_with_several_is_a_proposal(match: Callable[..., Match]) -> None:
    found = match(receipt(3, "1000.00", "Contribution", "CAN"))
    assert (found.verdict, settles(found)) == ("proposed", {"CAN-2002-01.1": D(1000)})


def test_euro_for_lire_are_the_lire_at_the_fixed_rate(match: Callable[..., Match]) -> None:
    more = '\n  original: "258228.45 EUR"'
    found = match(receipt(3, "290000.00", "ITA-2002-01", "ITA", more))
    assert (found.verdict, settles(found)) == ("certain", {"ITA-2002-01.1": D("258228.45")})


def test_dollars_alone_never_settle_a_pledge_in_another_currency_for_certain(
    match: Callable[..., Match],
) -> None:
    found = match(receipt(3, "234753.14", "ITA-2002-01.1", "ITA"))
    assert found.verdict == "proposed"
    assert found.chosen is not None
    assert "rate-exact" in found.chosen.evidence


def test_a_digit_exchanged_is_shown_as_such(match: Callable[..., Match]) -> None:
    found = match(receipt(3, "5200.00", "CAN-2002-01.2", "CAN"))
    assert found.verdict == "proposed"
    assert found.chosen is not None
    assert found.chosen.evidence[0] == "digits"


def test_a_misspelt_reference_is_a_proposal(match: Callable[..., Match]) -> None:
    found = match(receipt(3, "7000.00", "NRO-2002-01"))
    assert (found.verdict, settles(found)) == ("proposed", {"NOR-2002-01.1": D(7000)})


def test_a_payer_known_as_another_donor_is_never_certain(match: Callable[..., Match]) -> None:
    assert match(receipt(3, "7000.00", "NOR-2002-01.1", "CAN")).verdict != "certain"


def test_money_that_is_like_nothing_in_the_book_is_left_open(match: Callable[..., Match]) -> None:
    assert match(receipt(3, "123.45", "TRF 99817")).verdict == "open"


def test_no_instalment_is_paid_twice(load: Load) -> None:
    book = load(
        PLEDGES + receipt(3, "7000.00", "NOR-2002-01") + receipt(4, "7000.00", "NOR-2002-01")
    )
    first, second = match_receipts(book)
    assert (first.verdict, second.verdict) == ("certain", "open")


def test_money_from_before_the_pledge_is_no_more_than_a_proposal(load: Load) -> None:
    early = receipt(3, "7000.00", "NOR-2002-01").replace("2002-06-03", "2002-01-03")
    book = load(PLEDGES + early)
    (found,) = match_receipts(book)
    assert (found.verdict, settles(found)) == ("proposed", {"NOR-2002-01.1": D(7000)})
    assert found.chosen is not None
    assert "early" in found.chosen.evidence
    (draft,) = apply_matches(book, [found.chosen])
    assert str(draft.date) == "2002-02-01"  # the pledge's own day
    write_entries(book, [draft])
    assert not load_book(book.path).errors


def test_a_day_beside_a_code_is_no_label(match: Callable[..., Match]) -> None:
    found = match(receipt(3, "7000.00", "NOR 2002-01-15", "NOR"))
    assert (found.verdict, settles(found)) == ("proposed", {"NOR-2002-01.1": D(7000)})


def test_money_that_may_be_for_something_else_is_a_proposal(match: Callable[..., Match]) -> None:
    assert match(receipt(3, "7000.00", "Refund of a travel advance", "NOR")).verdict == "proposed"


def test_what_a_donor_sends_twice_without_a_number_is_certain_neither_time(
    match: Callable[..., Match],
) -> None:
    first, second = (receipt(day, "7000.00", "Contribution", "NOR") for day in (3, 9))
    assert match(first, second).verdict != "certain"


@pytest.mark.parametrize(
    ("apart", "verdict"),
    [(-32, "certain"), (-31, "proposed"), (0, "proposed"), (31, "proposed"), (32, "certain")],
)
def test_as_much_within_a_month_before_or_after_may_be_sent_twice(
    match: Callable[..., Match], apart: int, verdict: str
) -> None:
    day = date(2002, 8, 1)
    waiting = receipt(1, "7000.00", "Contribution", "NOR").replace("2002-06-01", f"{day}")
    then = day + timedelta(apart)
    other = receipt(2, "7000.00", "Contribution", "NOR").replace("2002-06-02", f"{then}")
    applied = f"""
2002-02-01 * "Norway" "Another pledge" ^NOR-2002-02
  purpose: "corruption"
  Assets:CPCJF:Pledges:NOR          7000 USD {{0 # 7000.00 USD, "NOR-2002-02.1"}}
  Income:CPCJF:Contributions:NOR   -7000.00 USD

{then} * "Norway" "Application of R-2002-0002" ^NOR-2002-02
  purpose: "corruption"
  Assets:CPCJF:Pledges:NOR         -7000 USD {{"NOR-2002-02.1"}}
  Liabilities:CPCJF:Unapplied       7000.00 USD {{"R-2002-0002"}}
    class: "general"
    purpose: ""
  Assets:CPCJF:Cash                -7000.00 USD
    class: "general"
    purpose: ""
  Assets:CPCJF:Cash                 7000.00 USD
"""
    found = match(waiting, other, applied)
    assert (found.verdict, settles(found)) == (verdict, {"NOR-2002-01.1": D(7000)})


def test_a_number_one_slip_from_another_pledge_of_that_amount_is_a_proposal(
    match: Callable[..., Match],
) -> None:
    other = PLEDGES[PLEDGES.index('2002-02-01 * "Norway"') : PLEDGES.index('2002-02-01 * "Italy"')]
    found = match(other.replace("NOR-2002-01", "NOR-2002-07"), receipt(4, "7000.00", "NOR-2002-01"))
    assert (found.verdict, settles(found)) == ("proposed", {"NOR-2002-01.1": D(7000)})


def test_a_paper_is_known_by_its_number_from_its_donor_only(match: Callable[..., Match]) -> None:
    assert match(receipt(3, "2500.00", "NV 117/2002")).verdict == "proposed"


def test_a_third_currency_is_held_against_the_rate_of_the_day(load: Load) -> None:
    other = receipt(3, "236000.00", "ITA-2002-01", "ITA", '\n  original: "160000.00 GBP"')
    book = load(PLEDGES + other)
    (found,) = match_receipts(book)
    assert found.chosen is not None
    assert "rate-band" in found.chosen.evidence
    # Lire are no money any more in June 2002: what is unpaid is in euro by law.
    assert (found.verdict, settles(found)) == ("proposed", {"ITA-2002-01.1": D("258228.45")})
    write_entries(book, apply_matches(book, [found.chosen]))
    assert [error.message for error in load_book(book.path).errors] == []


def test_a_number_written_in_one_is_the_pledge_and_still_a_persons_to_decide(
    match: Callable[..., Match],
) -> None:
    found = match(receipt(3, "700.00", "Ref CAN200201"))
    assert (found.verdict, settles(found)) == ("proposed", {"CAN-2002-01.1": D(700)})
    assert found.chosen is not None
    assert "joined" in found.chosen.evidence


@pytest.mark.parametrize("day", [3, 30])
def test_a_part_of_a_quoted_pledge_goes_to_what_is_due_first_however_late(
    match: Callable[..., Match], day: int
) -> None:
    found = match(receipt(day, "700.00", "CAN-2002-01").replace("2002-06-", "2002-11-"))
    assert settles(found) == {"CAN-2002-01.1": D(700)}


def test_a_round_sum_of_nobody_known_is_named_beside_what_it_equals_and_not_proposed(
    match: Callable[..., Match],
) -> None:
    found = match(receipt(3, "7000.00", "TRF 99817"))
    assert (found.verdict, found.chosen) == ("open", None)
    assert [each.labels for each in found.others] == [("NOR-2002-01.1",)]


def test_an_uneven_sum_of_nobody_known_is_proposed(load: Load) -> None:
    pledges = PLEDGES.replace("7000", "7012.35").replace("7012.35.00", "7012.35")
    book = load(pledges + receipt(3, "7012.35", "TRF 99817"))
    (found,) = match_receipts(book)
    assert (found.verdict, settles(found)) == ("proposed", {"NOR-2002-01.1": D("7012.35")})


def test_a_number_near_several_pledges_alone_proposes_none_of_them(load: Load) -> None:
    others = "".join(
        f"""
2002-02-01 * "Japan" "Pledge" ^JPN-2002-0{number}
  event: "commitment"
  class: "general"
  Assets:CPCJF:Pledges:JPN      {number}000 USD {{0 # {number}000.00 USD, "JPN-2002-0{number}.1"}}
    due: 2002-06-30
  Income:CPCJF:Contributions:JPN   -{number}000.00 USD
"""
        for number in range(2, 6)
    )
    book = load(PLEDGES + others + receipt(3, "700.00", "Ref JPN-2002-0", "JPN"))
    (found,) = match_receipts(book)
    assert found.verdict == "open"
    assert len(found.others) == 4


def test_instalments_that_are_quoted_are_found_together_among_many_of_the_donor(
    load: Load,
) -> None:
    lots = "".join(
        f"""  Assets:CPCJF:Pledges:JPN      1000 USD {{0 # 1000.00 USD, "JPN-2002-01.{number}"}}
    due: {2002 + number}-06-30
"""
        for number in range(1, 31)
    )
    pledge = f"""
2002-02-01 * "Japan" "Pledge" ^JPN-2002-01
  event: "commitment"
  class: "general"
{lots}  Income:CPCJF:Contributions:JPN   -30000.00 USD
"""
    words = "JPN-2002-01.28, JPN-2002-01.29 and JPN-2002-01.30"
    book = load(PLEDGES + pledge + receipt(3, "3000.00", words, "JPN"))
    (found,) = match_receipts(book)
    assert found.verdict == "certain"
    assert settles(found) == {f"JPN-2002-01.{number}": D(1000) for number in (28, 29, 30)}


def test_money_of_a_donor_goes_over_the_oldest_instalments_as_a_proposal(
    match: Callable[..., Match],
) -> None:
    found = match(receipt(3, "1200.00", "contribution", "CAN"))
    assert found.verdict == "proposed"
    assert settles(found) == {"CAN-2002-01.1": D(1000), "CAN-2002-01.2": D(200)}
    assert found.chosen is not None
    assert "the oldest first" in found.chosen.reason


def test_a_quoted_pledge_is_no_reason_to_spread_money_for_certain(
    match: Callable[..., Match],
) -> None:
    found = match(receipt(3, "1200.00", "CAN-2002-01", "CAN"))
    assert found.verdict == "proposed"
    assert settles(found) == {"CAN-2002-01.1": D(1000), "CAN-2002-01.2": D(200)}


THREE = """
2002-02-01 * "Japan" "Pledge" ^JPN-2002-01
  event: "commitment"
  Assets:CPCJF:Pledges:JPN       300 USD {0 # 300.00 USD, "JPN-2002-01.1"}
    due: 2002-06-30
    class: "general"
  Assets:CPCJF:Pledges:JPN       300 USD {0 # 300.00 USD, "JPN-2002-01.2"}
    due: 2002-07-31
    class: "special"
    purpose: "corruption"
  Assets:CPCJF:Pledges:JPN       300 USD {0 # 300.00 USD, "JPN-2002-01.3"}
    due: 2002-05-31
    class: "general"
  Assets:CPCJF:Pledges:JPN       300 USD {0 # 300.00 USD, "JPN-2002-01.4"}
    due: 2002-08-31
    class: "general"
  Income:CPCJF:Contributions:JPN   -900.00 USD
    class: "general"
  Income:CPCJF:Contributions:JPN   -300.00 USD
    class: "special"
    purpose: "corruption"
"""


@pytest.mark.parametrize(
    ("value", "words", "taken"),
    [
        ("700.00", "JPN-2002-01", {3: 300, 1: 300, 4: 100}),
        ("500.00", "JPN-2002-01.4", {4: 300, 3: 200}),
        ("500.00", "JPN-2002-01.1 JPN-2002-01.4", {1: 300, 4: 200}),
    ],
)
def test_money_is_spread_within_one_purpose_what_is_quoted_first(
    load: Load, value: str, words: str, taken: dict[int, int]
) -> None:
    book = load(PLEDGES + THREE + receipt(3, value, words, "JPN"))
    assert [error.message for error in book.errors] == []
    found = match_receipts(book)[-1]
    assert found.verdict == "proposed"
    offered = [
        {part.claim.label: part.units for part in each.parts}
        for each in (found.chosen, *found.others)
        if each is not None and "oldest" in each.evidence
    ]
    assert {f"JPN-2002-01.{number}": D(units) for number, units in taken.items()} in offered
    assert not any("JPN-2002-01.2" in each for each in offered)


_POSTING = Posting("Assets:CPCJF:Pledges:CAN", None, None, None, None, None)
_ENTRY = Transaction({}, date(2002, 2, 1), "*", None, "", frozenset(), frozenset(), [_POSTING])
_CLAIM = Claim(
    label="",
    kind="pledges",
    fund="CPCJF",
    class_="general",
    purpose="",
    donor="CAN",
    units=D(0),
    currency="USD",
    value=D(0),
    pledged_on=date(2002, 2, 1),
    due=None,
    committed=True,
    recognised=None,
    origin=(_ENTRY, _POSTING),
)


@given(
    units=st.lists(st.integers(1, 10**6), min_size=1, max_size=6),
    amount=st.integers(1, 10**7),
)
def test_money_fills_instalments_in_their_order(units: list[int], amount: int) -> None:
    claims = [
        structs.replace(_CLAIM, label=f"X-2002-01.{n}", units=D(u)) for n, u in enumerate(units, 1)
    ]
    settled = spread_over(claims, D(amount))
    assert sum(taken for _, taken in settled) == min(amount, sum(units))
    assert [claim for claim, _ in settled] == claims[: len(settled)]
    assert all(taken == claim.units for claim, taken in settled[:-1])
    assert all(0 < taken <= claim.units for claim, taken in settled)


@pytest.mark.parametrize("seed", [1, 2])
def test_of_receipts_meant_to_mislead_none_is_certain_and_wrong(tmp_path: Path, seed: int) -> None:
    year = generate_hard(250, seed)
    book = year.load(tmp_path)
    assert [error.message for error in book.errors] == []
    counts: Counter[str] = judge(year, match_receipts(book))
    assert counts["certain and wrong"] == 0
    assert counts["certain and right"] >= 20
    assert counts["proposed and right"] >= 100


@pytest.mark.parametrize("seed", [1, 2])
def test_of_a_year_of_receipts_none_is_certain_and_wrong(tmp_path: Path, seed: int) -> None:
    year = generate(300, seed)
    book = year.load(tmp_path)
    assert [error.message for error in book.errors] == []
    matches = match_receipts(book)
    counts: Counter[str] = judge(year, matches)
    assert counts["certain and wrong"] == 0
    assert counts["certain and right"] >= 110
    assert counts["proposed and right"] >= 80
    assert counts["proposed and wrong"] <= counts["proposed and right"] / 5
    certain = [each.chosen for each in matches if each.chosen and each.chosen.rule]
    write_entries(book, apply_matches(book, certain))
    after = load_book(book.path)
    assert [error.message for error in after.errors] == []
    made = make_schedule(select(after, "2000-2003"))
    assert made.proof.agrees
    assert all(tie.agrees for tie in made.ties)


# The command


@pytest.fixture
def desk(load: Load) -> Path:
    text = PLEDGES + receipt(3, "6985.00", "NOR-2002-01", more='\n  bank-charges: "15.00 USD"')
    return load(text + receipt(4, "800.00", "CAN-2002-01", "CAN")).path


def run(main: Path, *arguments: str) -> Result:
    return CliRunner().invoke(group, ["--book", str(main), "match", *arguments])


def lines(main: Path) -> dict[str, Instalment]:
    book = load_book(main)
    assert [error.message for error in book.errors] == []
    return {line.label: line for line in list_instalments(book.register)}


def test_the_certain_ones_are_applied_and_the_rest_waits(desk: Path) -> None:
    before = desk.with_name("2002-2003.beancount").read_text("utf-8")
    shown = run(desk)
    assert shown.exit_code == 1
    assert "certain (M1) NOR-2002-01.1 7,000.00 USD, charges 15.00 USD" in shown.output
    assert desk.with_name("2002-2003.beancount").read_text("utf-8") == before
    done = run(desk, "--apply", "--entered-by", "Desk officer", "--json")
    said: dict[str, Any] = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [each["verdict"] for each in said["receipts"]] == ["certain", "proposed"]
    assert said["written"] == ["2002-2003.beancount"]
    assert lines(desk)["NOR-2002-01.1"].status == "paid"
    text = desk.with_name("2002-2003.beancount").read_text("utf-8")
    assert 'matched-by: "M1"' in text
    assert 'entered-by: "Desk officer"' in text
    proof = make_schedule(select(load_book(desk), "2002-2003")).proof
    assert (proof.agrees, proof.bank_charges) == (True, D(15))


def test_a_person_says_what_a_receipt_pays(desk: Path) -> None:
    before = desk.with_name("2002-2003.beancount").read_text("utf-8")
    asked = run(desk, "--receipt", "R-2002-0004", "--to", "CAN-2002-01.1=800")
    assert asked.exit_code == 2
    assert "Assets:CPCJF:Pledges:CAN" in asked.output
    assert "Add --yes to do it" in asked.output
    tried = run(desk, "--receipt", "R-2002-0004", "--dry-run")
    assert tried.exit_code == 1, tried.output
    assert desk.with_name("2002-2003.beancount").read_text("utf-8") == before
    done = run(desk, "--receipt", "R-2002-0004", "--to", "CAN-2002-01.1=800", "--yes")
    assert done.exit_code == 0, done.output
    assert lines(desk)["CAN-2002-01.1"].outstanding == D(200)
    assert 'matched-by: "a person"' in desk.with_name("2002-2003.beancount").read_text("utf-8")


def test_a_person_names_the_pledge_and_the_receipt_goes_over_its_oldest(desk: Path) -> None:
    done = run(desk, "--receipt", "R-2002-0004", "--to", "CAN-2002-01=800", "--yes")
    assert done.exit_code == 0, done.output
    assert lines(desk)["CAN-2002-01.1"].outstanding == D(200)
    assert lines(desk)["CAN-2002-01.2"].outstanding == D(2500)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--receipt", "R-2002-0009"), "No receipt R-2002-0009 waits"),
        (("--receipt", "R-2002-0004", "--to", "XXX-2002-01"), "XXX-2002-01"),
        (("--receipt", "R-2002-0004", "--to", "CAN-2002-01.1=900"), "settle a part"),
        (("--receipt", "R-2002-0004", "--to", "CAN-2002-01.1", "--charges"), "is no charge"),
        (("--undo", "R-2002-0004"), "was applied, so nothing"),
        (("--apply", "--undo", "R-2002-0004"), "Say one of"),
    ],
)
def test_what_cannot_be_applied_is_refused_and_nothing_written(
    desk: Path, arguments: tuple[str, ...], words: str
) -> None:
    before = desk.with_name("2002-2003.beancount").read_text("utf-8")
    done = run(desk, *arguments)
    assert done.exit_code == 2
    assert words in done.output
    assert desk.with_name("2002-2003.beancount").read_text("utf-8") == before


def test_an_application_is_undone_by_taking_it_out(desk: Path) -> None:
    before = desk.with_name("2002-2003.beancount").read_text("utf-8")
    run(desk, "--apply")
    done = run(desk, "--undo", "R-2002-0003")
    assert done.exit_code == 0, done.output
    assert desk.with_name("2002-2003.beancount").read_text("utf-8").split() == before.split()


def test_an_application_is_taken_back_by_an_entry_and_the_money_waits_again(desk: Path) -> None:
    run(desk, "--apply")
    done = run(desk, "--undo", "R-2002-0003", "--date", "2002-09-01")
    assert done.exit_code == 0, done.output
    assert lines(desk)["NOR-2002-01.1"].outstanding == D(7000)
    book = load_book(desk)
    assert [(each.receipt.label, each.receipt.value) for each in match_receipts(book)] == [
        ("R-2002-0004", D(800)),
        ("R-2002-0005", D(6985)),
    ]
    made = make_schedule(select(book, "2002-2003"))
    assert made.proof.agrees
    assert all(tie.agrees for tie in made.ties)


# The reconciliation statement

BANK = """
1999-12-31 custom "bank" "MAIN" "GB29 NWBK 6016 1331 9268 19"
  accounts: "Assets:CPCJF:Cash Assets:UNTOC:Cash"
2002-06-30 custom "statement" "MAIN" "6"
  closing: 7800.00 USD
  agrees: "yes"
"""


def test_the_reconciliation_leads_from_statement_to_ledger(load: Load) -> None:
    later = receipt(5, "40.00", "CAN-2002-01", more="\n  booked-on: 2002-07-01")
    book = load(PLEDGES + BANK + receipt(3, "7000.00", "x") + receipt(4, "800.00", "y") + later)
    assert [error.message for error in book.errors] == []
    selection = select(book, "2002-Q2")
    (report,) = make_reports(selection, ("reconciliation",))
    (tie,) = report.ties
    assert (tie.report, tie.ledger) == (D("7840.00"), D("7840.00"))
    transit = next(row for row in report.rows if "not on the statement yet" in str(row.values))
    assert (transit.values["amount"], transit.values["age"]) == (D("40.00"), 25)


EURO_BANK = """
1999-12-31 custom "bank" "EURO" "DE89 3704 0044 0532 0130 00"
  accounts: "Assets:CPCJF:Cash:EURO"
  currency: "EUR"
2002-06-03 * "Austria" "Euro in the bank (made up)"
  event: "receipt-unapplied"
  class: "general"
  Assets:CPCJF:Cash:EURO         900 EUR {0 # 818.18 USD, "Assets:CPCJF:Cash:EURO"}
  Liabilities:CPCJF:Unapplied   -818.18 USD {0 # 818.18 USD, "R-2002-0020"}
2002-06-30 custom "statement" "EURO" "6"
  closing: 900.00 EUR
  agrees: "yes"
"""


def test_the_balances_per_ledger_show_in_every_form_each_currency_by_itself(
    load: Load, tmp_path: Path
) -> None:
    money = receipt(3, "7000.00", "x") + receipt(4, "800.00", "y")
    book = load(PLEDGES + BANK + EURO_BANK + money)
    assert [error.message for error in book.errors] == []
    shown = {}
    for form in ("csv", "html", "json", "xlsx"):
        out = tmp_path / f"reconciliation.{form}"
        arguments = ("reconciliation", "--period", "2002-Q2", "--out", str(out))
        done = CliRunner().invoke(group, ["--book", str(book.path), "report", *arguments])
        assert done.exit_code == 0, done.output
        shown[form] = out
    with shown["csv"].open(encoding="utf-8-sig", newline="") as file:
        lines = {row["what"]: (row["amount"], row["amount_eur"]) for row in csv.DictReader(file)}
    assert lines["Balance per ledger by fund, MAIN"] == ("7800.00", "")
    assert lines["Balance per ledger by fund, EURO"] == ("", "900.00")
    assert lines["Balance per ledger, EURO, 30 June 2002"] == ("", "900.00")
    assert lines["Receipts not applied yet"] == ("8618.18", "")
    sheet = calamine.CalamineWorkbook.from_path(shown["xlsx"]).get_sheet_by_name("Reconciliation")
    cells = {row[0]: row[3:5] for row in sheet.to_python()}
    assert cells["Balance per ledger, MAIN, 30 June 2002"] == [7800, ""]
    assert cells["Balance per ledger, EURO, 30 June 2002"] == ["", 900]
    page = shown["html"].read_text("utf-8")
    for label, amount in (("MAIN, 30 June 2002", "7,800.00"), ("by fund, EURO", "900.00")):
        line = page.partition(f"Balance per ledger, {label}" if "2002" in label else label)[2]
        assert amount in line.partition("</tr>")[0]


def test_an_entry_taken_out_of_the_ledger_is_a_difference_that_is_named(load: Load) -> None:
    book = load(PLEDGES + BANK + receipt(3, "7000.00", "x"))
    assert [error.rule for error in book.errors] == ["statement-differs"]  # type: ignore[attr-defined]
    (report,) = make_reports(select(book, "2002-Q2"), ("reconciliation",))
    (tie,) = report.ties
    assert not tie.agrees
    assert any("DIFFERENCE" in str(row.values.get("what")) for row in report.rows)

"""What donors owe is found by day and by amount as a look at all of it finds it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pledgebook.ledger.matching.owed import MOST_BY_DUE, Owed, adding_up, due_of
from pledgebook.ledger.register.register import Claim

_FIRST = date(2002, 1, 1)


def _claim(number: int, units: int, due: int, fund: str = "CPCJF", currency: str = "USD") -> Claim:
    origin: Any = (None, None)
    return Claim(
        label=f"P-{number}",
        kind="pledges",
        fund=fund,
        class_="unearmarked",
        purpose="",
        donor="AUT",
        units=Decimal(units),
        currency=currency,
        value=Decimal(units),
        pledged_on=_FIRST,
        due=_FIRST + timedelta(due),
        committed=True,
        recognised=_FIRST,
        origin=origin,
    )


_CLAIMS = st.lists(
    st.tuples(st.integers(1, 9), st.integers(0, 40), st.sampled_from(["CPCJF", "CTOC"])),
    max_size=40,
).map(lambda rows: [_claim(at, *row) for at, row in enumerate(rows)])


@given(_CLAIMS, st.integers(1, 60))
def test_instalments_that_come_to_an_amount_are_all_that_a_look_at_each_set_finds(
    claims: list[Claim], amount: int
) -> None:
    sets = [tuple(claims)] if len(claims) > 4 else []
    sets += combinations(claims[:25], 2)
    for size in (3, 4):
        sets += combinations(claims[:12], size)
    wanted = [
        chosen
        for chosen in sets
        if len({claim.fund for claim in chosen}) == 1
        and sum(claim.units for claim in chosen) == amount
    ]
    assert list(adding_up(claims, Decimal(amount))) == wanted


@given(
    _CLAIMS,
    st.lists(st.tuples(st.integers(0, 39), st.integers(0, 9)), max_size=20),
    st.integers(-5, 45),
    st.integers(0, 9),
    st.integers(0, 5),
)
def test_what_is_owed_is_found_by_day_and_by_dollars_after_any_settlements(
    claims: list[Claim], settled: list[tuple[int, int]], day: int, value: int, most: int
) -> None:
    owed = Owed("USD")
    left = {claim.label: claim for claim in claims}
    for claim in claims:
        owed.add(claim)
    for number, paid in settled:
        before = left.get(f"P-{number}")
        if before is None or not before.is_open:
            continue
        after = _claim(
            number,
            max(0, int(before.units) - paid),
            (due_of(before) - _FIRST).days,
            before.fund,
        )
        owed.settle(before, after)
        left[before.label] = after
    still = [claim for claim in left.values() if claim.is_open]
    when = _FIRST + timedelta(day)
    nearest = sorted(still, key=lambda claim: abs((due_of(claim) - when).days))
    assert list(owed.labels) == [claim.label for claim in still]
    assert owed.due_about(when) == [claim.label for claim in nearest[:MOST_BY_DUE]]
    above = {claim.label for claim in still if 0 < claim.units - value <= most}
    assert set(owed.above(Decimal(value), Decimal(most))) == above

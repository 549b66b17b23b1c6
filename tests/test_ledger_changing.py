"""Changes to an unpaid instalment, wherever it stands and under every policy (amounts made up).

After each entry the fixture `keeper` loads the book and proves its schedules, ties and cash proof;
the tests say what the register and the columns must then show.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from conftest import SETTINGS, Load
from pledgebook.ledger.declared.currencies import EURO_RATES, euro_from
from pledgebook.ledger.events import (
    Earmark,
    EventRefusedError,
    Part,
    amendment,
    cancellation,
    commitment,
    commitment_of_pledge,
    payment,
    postponement,
    re_earmarking,
    redenomination,
    release,
    revaluation,
    write_off,
)
from pledgebook.ledger.events.asking import legacy_claims

D = Decimal
SPECIAL = Earmark("CPCJF", "special", "corruption")
LABEL = "ITA-2002-01.1"
CHANGED = date(2003, 3, 3)
NEXT = date(2004, 1, 1)

# Where an instalment stands on the day of its change: made on, due on, committed.
PLACES = {
    "this period": (date(2002, 3, 1), date(2002, 12, 31), True),
    "no due date": (date(2002, 3, 1), None, True),
    "earlier period": (date(2001, 5, 14), date(2001, 12, 31), True),
    "later period": (date(2002, 3, 1), date(2004, 6, 30), True),
    "pledged only": (date(2002, 3, 1), date(2002, 12, 31), False),
}


def stand(keeper: Any, place: str, currency: str = "EUR", amount: str = "1000") -> str:
    """Record an instalment of 1,000 at 800 USD at that place; return the column of 2002-2003
    that shows it: where its change must show too.
    """
    if place == "opened":
        kind = "Memorandum:Pledges" if keeper.policy == "receipt" else "Pledges"
        other = "Assets:CPCJF:Memorandum:Contra"
        if keeper.policy != "receipt":
            other = "Equity:CPCJF:Opening-Balance"
        keeper.periods = keeper.periods[1:]
        keeper.by_hand(
            f"""
            2002-01-01 * "Italy" "Opening" ^ITA-2002-01
              event: "opening"
              class: "special"
              purpose: "corruption"
              Assets:CPCJF:{kind}:ITA  {amount} {currency} {{0 # 800.00 USD, 2001-05-14, "{LABEL}"}}
                due: 2001-12-31
                paid: "500 {currency}"
              {other}  -800.00 USD
            """
        )
        return "adjustments"
    day, due, committed = PLACES[place]
    keeper.record(
        commitment,
        day=day,
        donor="ITA",
        pledge="ITA-2002-01",
        earmark=SPECIAL,
        currency=currency,
        parts=[Part(D(amount), D("800.00"), due)],
        narration="Pledge",
        committed=committed,
    )
    if not committed:
        return "uncommitted"
    if place == "earlier period":
        return "adjustments"
    return "future" if place == "later period" and keeper.policy != "agreement" else "pledged"


EVERYWHERE = pytest.mark.parametrize("place", [*PLACES, "opened"])


def change(keeper: Any, build: Callable[..., Any], **given: Any) -> None:
    keeper.record(build, day=CHANGED, claim=keeper.claim(LABEL), **given)


def moved(keeper: Any, column: str, before: dict[str, str]) -> Decimal:
    """What a column says now more than before."""
    return D(keeper.figures().get(column, "0")) - D(before.get(column, "0"))


def is_shown(keeper: Any) -> bool:
    """Whether the instalment is among the columns that closing is the sum of."""
    return "closing" in keeper.figures()


@EVERYWHERE
def test_an_amendment_down_takes_its_share_of_the_value(keeper: Any, place: str) -> None:
    column = stand(keeper, place)
    before, pledged = keeper.figures(), keeper.line(LABEL).pledged
    change(keeper, amendment, units=D(750))
    assert (keeper.claim(LABEL).units, keeper.claim(LABEL).value) == (D(750), D("600.00"))
    assert moved(keeper, column, before) == D(-200)
    line = keeper.line(LABEL)
    assert (line.pledged, line.outstanding) == (pledged - 250, D(750))


@EVERYWHERE
def test_an_amendment_up_adds_its_dollars_at_the_rate_of_its_date(keeper: Any, place: str) -> None:
    column = stand(keeper, place)
    before = keeper.figures()
    change(keeper, amendment, units=D(1500), value_added=D("500.00"))
    assert (keeper.claim(LABEL).units, keeper.claim(LABEL).value) == (D(1500), D("1300.00"))
    assert moved(keeper, column, before) == D(500)


@EVERYWHERE
def test_a_cancellation_leaves_nothing_in_the_column_it_was_in(keeper: Any, place: str) -> None:
    column = stand(keeper, place)
    before = keeper.figures()
    change(keeper, cancellation)
    assert moved(keeper, column, before) == D(-800)
    assert not is_shown(keeper)
    line = keeper.line(LABEL)
    assert (line.status, line.outstanding, line.pledged) == ("cancelled", D(0), line.paid)


@EVERYWHERE
@pytest.mark.parametrize("units", [D(1000), D(250)])
def test_a_write_off_has_its_own_column(keeper: Any, place: str, units: Decimal) -> None:
    stand(keeper, place)
    shown, before = is_shown(keeper), keeper.figures()
    change(keeper, write_off, authority="Controller (made up)", units=units)
    written = D(keeper.figures().get("written_off", "0"))
    assert written == (units * 8 / 10 if shown else 0)
    line = keeper.line(LABEL)
    assert (line.written_off, line.outstanding) == (units, D(1000) - units)
    if units == 1000:
        assert line.status == "written-off"
    if shown:
        assert D(before["closing"]) - D(keeper.figures().get("closing", "0")) == written
        opened = keeper.policy != "receipt"
        assert keeper.balance("Equity:CPCJF:Written-Off:ITA") == (written if opened else 0)


@EVERYWHERE
def test_a_postponement_into_a_later_period_and_back(keeper: Any, place: str) -> None:
    column = stand(keeper, place)
    before = keeper.figures()
    change(keeper, postponement, due=date(2004, 9, 30))
    waits = keeper.policy != "agreement"
    committed = place != "pledged only"
    if committed and waits:
        assert keeper.figures()["future"] == "800.00"
        assert not is_shown(keeper)
        assert keeper.line(LABEL).status == "deferred"
        assert keeper.balance("Liabilities:CPCJF:Deferred:ITA") == (
            0 if keeper.policy == "receipt" else -800
        )
    elif not committed:
        assert keeper.figures() == {"uncommitted": "800.00"}
    keeper.record(
        postponement, day=date(2003, 5, 5), claim=keeper.claim(LABEL), due=date(2003, 11, 30)
    )
    assert keeper.balance("Liabilities:CPCJF:Deferred:ITA") == 0
    assert keeper.claim(LABEL).due == date(2003, 11, 30)
    if committed:
        assert keeper.figures()["closing"] == "800.00"
        assert keeper.line(LABEL).status in {"committed", "partly-paid"}
    if place in {"this period", "no due date"}:
        assert keeper.figures() == before
        assert column == "pledged"


@EVERYWHERE
@pytest.mark.parametrize("target", [Earmark("CPCJF", "general"), Earmark("UNTOC", "convention")])
def test_an_instalment_moves_from_one_row_into_the_same_column_of_the_other(
    keeper: Any, place: str, target: Earmark
) -> None:
    column = stand(keeper, place)
    before = keeper.figures()
    change(keeper, re_earmarking, earmark=target)
    there = keeper.figures(target.fund, target.class_)
    assert moved(keeper, column, before) == D(-800)
    assert there[column] == "800.00"
    assert not is_shown(keeper)
    line = keeper.line(LABEL)
    assert (line.fund, line.class_, line.purpose, line.outstanding) == (
        target.fund, target.class_, "", D(1000),
    )  # fmt: skip


@EVERYWHERE
def test_another_purpose_changes_no_column(keeper: Any, place: str) -> None:
    stand(keeper, place)
    before = keeper.figures()
    change(keeper, re_earmarking, earmark=Earmark("CPCJF", "special", "juvenile-justice"))
    assert keeper.figures() == before
    assert keeper.line(LABEL).purpose == "juvenile-justice"


@EVERYWHERE
def test_a_revaluation_is_exchange_on_unpaid_or_moves_both_sides(keeper: Any, place: str) -> None:
    column = stand(keeper, place)
    shown, before = is_shown(keeper), keeper.figures()
    change(keeper, revaluation, value=D("1100.00"))
    assert keeper.claim(LABEL).value == D("1100.00")
    if shown:
        assert (keeper.figures()["exchange"], keeper.figures()["exchange_unpaid"]) == (
            "300.00", "300.00",
        )  # fmt: skip
        booked = keeper.balance("Income:CPCJF:Revaluation")
        assert booked == (0 if keeper.policy == "receipt" else -300)
    else:
        assert moved(keeper, column, before) == D(300)
        assert keeper.balance("Income:CPCJF:Revaluation") == 0


@EVERYWHERE
def test_a_redenomination_is_no_gain_or_loss(keeper: Any, place: str) -> None:
    stand(keeper, place, "ITL", "1936270")
    before = keeper.figures()
    change(keeper, redenomination)
    claim = keeper.claim(LABEL)
    assert (claim.units, claim.currency, claim.value) == (D("1000.00"), "EUR", D("800.00"))
    assert keeper.figures() == before


def test_a_part_paid_pledge_is_redenominated_with_what_was_paid(keeper: Any) -> None:
    stand(keeper, "this period", "ITL", "1936270")
    keeper.record(
        payment, day=date(2002, 7, 1), claim=keeper.claim(LABEL), units=D(968135), value=D(450)
    )
    change(keeper, redenomination)
    line = keeper.line(LABEL)
    assert (line.currency, line.pledged, line.paid, line.outstanding) == (
        "EUR", D("1000.00"), D("500.00"), D("500.00"),
    )  # fmt: skip
    assert line.carrying == D("400.00")


def test_lire_become_euros_and_are_paid_on_the_same_day(keeper: Any) -> None:
    stand(keeper, "this period", "ITL", "1936270")
    change(keeper, redenomination)
    change(keeper, payment, units=D("1000.00"), value=D("1234.00"))
    assert keeper.line(LABEL).status == "paid"
    assert keeper.figures()["exchange"] == "434.00"


def test_what_the_euro_replaces_is_offered_from_its_first_day_on(load: Load) -> None:
    begun = {code: began for code in EURO_RATES if (began := euro_from(code)) is not None}
    book = load(
        "".join(
            f"""
{began - timedelta(30)} * "Norway" "Pledge" ^NOR-{began.year}-{number:02d}
  Assets:CPCJF:Pledges:NOR        100 {code} {{0 # 100.00 USD, "NOR-{began.year}-{number:02d}.1"}}
  Income:CPCJF:Contributions:NOR -100.00 USD
"""
            for number, (code, began) in enumerate(begun.items(), 1)
        ),
        SETTINGS.replace("1999-12-31", "1990-12-31"),
    )
    assert book.errors == []

    def offered(code: str, day: date) -> bool:
        return code in {claim.currency for claim in legacy_claims(book.register, day)}

    assert {
        code: (offered(code, began - timedelta(1)), offered(code, began))
        for code, began in begun.items()
    } == dict.fromkeys(EURO_RATES, (False, True))


def test_a_later_instalment_is_released_on_the_first_day_of_its_period(keeper: Any) -> None:
    column = stand(keeper, "later period")
    if keeper.policy == "pledge":
        assert column == "future"
        keeper.record(release, day=NEXT, claim=keeper.claim(LABEL), deferred=D("800.00"))
    later = keeper.figures(period="2004-2005")
    income = "opening" if keeper.policy == "agreement" else "pledged"
    # Under `receipt` nothing is booked; the book has to reach the day all the same.
    if keeper.policy != "receipt":
        assert (later[income], later["closing"]) == ("800.00", "800.00")


def test_a_pledge_that_is_committed_is_one_of_that_day_and_rate(keeper: Any) -> None:
    stand(keeper, "pledged only")
    keeper.record(
        commitment_of_pledge,
        day=CHANGED,
        claims=[keeper.claim(LABEL)],
        parts=[Part(D(1200), D("1300.00"), date(2003, 9, 30))],
    )
    assert keeper.figures() == {"pledged": "1300.00", "closing": "1300.00"}
    line = keeper.line(LABEL)
    assert (line.status, line.pledged_on, line.due) == ("committed", CHANGED, date(2003, 9, 30))
    entry = keeper.book.register.by_label[LABEL][-1].entry
    assert entry.meta["announced-on"] == date(2002, 3, 1)
    assert keeper.balance("Assets:CPCJF:Memorandum:Contra") == (
        -1300 if keeper.policy == "receipt" else 0
    )


@EVERYWHERE
@pytest.mark.parametrize("other", ["pledge", "receipt", "agreement"])
def test_what_moves_to_a_class_is_recorded_as_its_policy_wants(
    keeper: Any, place: str, other: str
) -> None:
    general = 'recognition-general: "{}"'
    text = keeper.main.read_text("utf-8")
    text = text.replace(general.format(keeper.policy), general.format(other), 1)
    keeper.main.write_text(text, "utf-8")
    keeper.reload()
    stand(keeper, place)
    before = keeper.figures()
    change(keeper, re_earmarking, earmark=Earmark("CPCJF", "general"))
    there = keeper.claim(LABEL)
    memorandum = other == "receipt" or place == "pledged only"
    assert there.kind == ("memorandum" if memorandum else "pledges")
    assert (there.units, there.value) == (D(1000), D("800.00"))
    assert there.is_deferred == (place == "later period" and other == "pledge")
    keeper.record(re_earmarking, day=date(2003, 4, 4), claim=keeper.claim(LABEL), earmark=SPECIAL)
    if place != "later period":
        assert keeper.figures() == before


@pytest.mark.parametrize(
    ("build", "given", "words"),
    [
        (amendment, {"units": D(0)}, "cancel it instead"),
        (amendment, {"units": D(1000)}, "is 1000.00 already"),
        (amendment, {"units": D(2000)}, "needs its value at the rate of its date"),
        (postponement, {"due": date(2002, 12, 31)}, "falls due on 2002-12-31 already"),
        (postponement, {"due": date(2001, 1, 1)}, "cannot fall due on 2001-01-01"),
        (write_off, {"authority": " "}, "needs the authority"),
        (write_off, {"authority": "x", "units": D(1001)}, "1001.00 cannot be written off"),
        (revaluation, {"value": D(0)}, "a revaluation to 0.00 is none"),
        (revaluation, {"value": D("800.00")}, "a revaluation to 800.00 is none"),
        (revaluation, {"value": D("800.005")}, "Values are whole cents"),
        (redenomination, {}, "is in EUR, for which no law fixed a rate to EUR"),
        (re_earmarking, {"earmark": SPECIAL}, "is earmarked so already"),
    ],
)
def test_what_cannot_happen_is_refused(
    keeper: Any, build: Callable[..., Any], given: dict[str, Any], words: str
) -> None:
    stand(keeper, "this period")
    with pytest.raises(EventRefusedError) as refused:
        build(keeper.book.settings, day=CHANGED, claim=keeper.claim(LABEL), **given)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("build", "given"),
    [
        (amendment, {"units": D(1)}),
        (cancellation, {}),
        (postponement, {"due": NEXT}),
        (write_off, {"authority": "x"}),
        (revaluation, {"value": D(1)}),
        (redenomination, {}),
        (re_earmarking, {"earmark": Earmark("CPCJF", "general")}),
    ],
)
def test_nothing_happens_to_an_instalment_of_which_nothing_is_left(
    keeper: Any, build: Callable[..., Any], given: dict[str, Any]
) -> None:
    stand(keeper, "this period")
    change(keeper, cancellation)
    with pytest.raises(EventRefusedError, match=r"Nothing is outstanding of ITA-2002-01\.1"):
        build(keeper.book.settings, day=CHANGED, claim=keeper.claim(LABEL), **given)

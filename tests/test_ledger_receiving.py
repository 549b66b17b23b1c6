"""Money from donors: every builder under every policy (amounts and rates made up).

After each entry the fixture `keeper` loads the book and proves its schedules, ties and cash proof.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec import structs
from pledgebook.ledger.events import (
    Advance,
    Earmark,
    EventRefusedError,
    Part,
    Settled,
    application,
    application_without_pledge,
    commitment,
    in_kind,
    joint_payment,
    payment,
    receipt_unapplied,
    receipt_without_pledge,
    refund_overpayment,
    refund_unspent,
    release,
    returned_payment,
)
from pledgebook.ledger.files.loading import load_book

D = Decimal
GENERAL = Earmark("CPCJF", "general")
SPECIAL = Earmark("CPCJF", "special", "corruption")
OTHER = Earmark("CPCJF", "special", "juvenile-justice")
UNTOC = Earmark("UNTOC", "convention")
PAID, NEXT = date(2002, 9, 2), date(2004, 1, 1)


def pledge(
    keeper: Any,
    donor: str = "ITA",
    earmark: Earmark = SPECIAL,
    *dues: date | None,
    currency: str = "EUR",
    day: date = date(2002, 3, 1),
) -> str:
    """Record a pledge of 1,000 an instalment, carried at 800 value (1,000 if in the book's
    currency).
    """
    value = D("1000.00") if currency == "USD" else D("800.00")
    label = f"{donor}-2002-01"
    keeper.record(
        commitment,
        day=day,
        donor=donor,
        pledge=label,
        earmark=earmark,
        currency=currency,
        parts=[Part(D(1000), value, due) for due in dues or (date(2002, 12, 31),)],
        narration="Pledge",
    )
    return label


def test_a_payment_in_full_settles_the_instalment(keeper: Any) -> None:
    label = pledge(keeper) + ".1"
    keeper.record(
        payment, day=PAID, claim=keeper.claim(label), units=D(1000), value=D("990.00"),
        meta={"payer": "Ministry of Foreign Affairs"},
    )  # fmt: skip
    line = keeper.line(label)
    assert (line.status, line.paid, line.received) == ("paid", D(1000), D("990.00"))
    assert keeper.figures() == {
        "pledged": "800.00", "collected_current": "990.00", "exchange": "190.00",
    }  # fmt: skip
    booked = (
        keeper.balance("Income:CPCJF:Exchange"),
        keeper.balance("Income:CPCJF:Contributions:ITA"),
    )
    assert booked == ((0, -990) if keeper.policy == "receipt" else (-190, -800))


def test_the_payer_is_told_and_the_donor_of_record_stays(keeper: Any) -> None:
    label = pledge(keeper) + ".1"
    keeper.record(
        payment, day=PAID, claim=keeper.claim(label), units=D(1000), value=D(990),
        meta={"payer": "Swedish agency"},
    )  # fmt: skip
    entry = keeper.book.register.by_label[label][-1].entry
    assert (entry.payee, entry.meta["payer"]) == ("Italy", "Swedish agency")
    assert keeper.line(label).donor == "ITA"


def test_a_payment_of_an_earlier_period_is_collected_for_prior(keeper: Any) -> None:
    label = pledge(keeper, "ITA", SPECIAL, date(2001, 12, 31), day=date(2001, 5, 14)) + ".1"
    keeper.record(payment, day=PAID, claim=keeper.claim(label), units=D(400), value=D(300))
    assert keeper.figures() == {
        "opening": "800.00", "collected_prior": "300.00", "exchange": "-20.00", "closing": "480.00",
    }  # fmt: skip
    assert keeper.line(label).status == "partly-paid"


def test_many_part_payments_lose_no_cent(keeper: Any) -> None:
    label = pledge(keeper) + ".1"
    for month in range(3, 10):
        keeper.record(
            payment, day=date(2002, month, 28), claim=keeper.claim(label), units=D("133.33"),
            value=D("106.66"),
        )  # fmt: skip
    claim = keeper.claim(label)
    keeper.record(
        payment, day=date(2002, 12, 30), claim=claim, units=claim.units, value=claim.value
    )
    assert keeper.claim(label).value == 0
    assert "closing" not in keeper.figures()


def test_several_instalments_of_several_classes_are_paid_at_once(keeper: Any) -> None:
    """One transfer of 3,695 for an earmarked euro pledge, part of another, and a pledge in the
    book's currency.
    """
    two = pledge(keeper, "ITA", SPECIAL, date(2002, 6, 30), date(2002, 12, 31))
    keeper.record(
        commitment, day=date(2002, 4, 1), donor="ITA", pledge="ITA-2002-02", earmark=GENERAL,
        currency="USD", parts=[Part(D(2000), D("2000.00"))], narration="Pledge",
    )  # fmt: skip
    claims = [keeper.claim(label) for label in (f"{two}.1", f"{two}.2", "ITA-2002-02.1")]
    keeper.record(
        joint_payment,
        day=PAID,
        settled=[
            Settled(claims[0], D(1000), D("1010.00")),
            Settled(claims[1], D(500), D("600.00")),
            Settled(claims[2], D(2000), D("2000.00")),
        ],
        charges=D("10.00"),
        excess=D("95.00"),
        receipt="R-2002-0001",
        meta={"charges": "advised"},
    )
    assert [keeper.line(claim.label).received for claim in claims] == [D(1010), D(600), D(2000)]
    assert keeper.figures(class_="general") == {
        "pledged": "2000.00", "collected_current": "2000.00",
    }  # fmt: skip
    assert keeper.figures()["exchange"] == "410.00"
    assert keeper.balance("Assets:CPCJF:Cash") == D("3695.00")
    assert keeper.balance("Expenses:CPCJF:Bank-Charges") == D("10.00")
    assert keeper.balance("Liabilities:CPCJF:Unapplied") == D("-95.00")
    assert not [notice for notice in keeper.book.notices if notice.rule == "charges-unadvised"]


def test_instalments_paid_at_once_without_exchange_are_each_collected_at_their_value(
    keeper: Any,
) -> None:
    two = pledge(keeper, "ITA", SPECIAL, date(2002, 6, 30))
    keeper.record(
        commitment, day=date(2002, 4, 1), donor="ITA", pledge="ITA-2002-02", earmark=OTHER,
        currency="EUR", parts=[Part(D(1000), D("900.00"))], narration="Pledge",
    )  # fmt: skip
    claims = [keeper.claim(label) for label in (f"{two}.1", "ITA-2002-02.1")]
    keeper.record(
        joint_payment, day=PAID, settled=[Settled(each, each.units, each.value) for each in claims]
    )
    assert [keeper.line(claim.label).received for claim in claims] == [D(800), D(900)]


def test_money_of_a_later_period_is_in_advance_in_two_parts_until_its_release(keeper: Any) -> None:
    label = pledge(keeper, "ITA", SPECIAL, date(2004, 6, 30)) + ".1"
    keeper.record(payment, day=PAID, claim=keeper.claim(label), units=D(400), value=D(390))
    if keeper.policy == "agreement":  # income already: a payment like any other
        assert keeper.figures()["exchange"] == "70.00"
        return
    assert keeper.figures() == {"future": "480.00", "in_advance": "390.00"}
    assert keeper.line(label).status == "deferred"
    keeper.record(
        payment, day=date(2003, 2, 3), claim=keeper.claim(label), units=D(600), value=D(620),
        advance=Advance(D("390.00"), PAID),
    )  # fmt: skip
    assert keeper.figures() == {"in_advance": "1010.00"}
    assert keeper.line(label).status == "in-advance"
    keeper.record(release, day=NEXT, claim=keeper.claim(label), advance=D("1010.00"))
    assert keeper.figures(period="2004-2005") == {
        "pledged": "1010.00", "collected_current": "1010.00",
    }  # fmt: skip
    assert keeper.line(label).status == "paid"
    assert keeper.balance("Income:CPCJF:Contributions:ITA") == D(-1010)
    assert keeper.balance("Income:CPCJF:Exchange") == 0


def receive(keeper: Any, value: str = "1500.00", fund: str = "CPCJF") -> str:
    keeper.record(
        receipt_unapplied, day=date(2002, 8, 1), fund=fund, label="R-2002-0001",
        value=D(value), narration="Unknown payer",
    )  # fmt: skip
    return "R-2002-0001"


def test_a_receipt_is_applied_in_part_to_another_class_and_the_rest_waits(keeper: Any) -> None:
    label, receipt = pledge(keeper) + ".1", receive(keeper)
    keeper.record(
        application, day=PAID, receipt=receipt, held=GENERAL, amount=D("1500.00"),
        settled=[Settled(keeper.claim(label), D(500), D("450.00"))],
    )  # fmt: skip
    assert keeper.line(label).received == D("450.00")
    assert keeper.balance("Liabilities:CPCJF:Unapplied") == D("-1050.00")
    keeper.record(
        application, day=date(2002, 10, 1), receipt=receipt, held=GENERAL, amount=D("1050.00"),
        settled=[Settled(keeper.claim(label), D(500), D("450.00"))],
    )  # fmt: skip
    keeper.record(
        refund_overpayment, day=date(2002, 11, 1), receipt=receipt, held=GENERAL,
        amount=D("600.00"), value=D("100.00"), donor="ITA",
    )  # fmt: skip
    keeper.record(
        refund_overpayment, day=date(2002, 11, 4), receipt=receipt, held=GENERAL,
        amount=D("500.00"),
    )  # fmt: skip
    assert keeper.balance("Liabilities:CPCJF:Unapplied") == 0
    assert keeper.balance("Assets:CPCJF:Cash") == D("900.00")
    assert keeper.line(label).status == "paid"


def test_a_receipt_is_applied_to_the_pledges_of_two_classes_in_full(keeper: Any) -> None:
    labels = [pledge(keeper) + ".1", pledge(keeper, "AUT", GENERAL, currency="USD") + ".1"]
    receipt = receive(keeper, "1850.00")
    keeper.record(
        application, day=PAID, receipt=receipt, held=GENERAL, amount=D("1850.00"),
        settled=[
            Settled(keeper.claim(labels[0]), D(1000), D("850.00")),
            Settled(keeper.claim(labels[1]), D(1000), D("1000.00")),
        ],
    )  # fmt: skip
    assert [keeper.line(label).received for label in labels] == [D(850), D(1000)]
    assert keeper.book.register.by_label[labels[0]][-1].entry.payee == ""


def test_a_receipt_of_one_fund_is_applied_to_a_pledge_of_another(keeper: Any) -> None:
    label = pledge(keeper, "ITA", UNTOC) + ".1"
    receipt = receive(keeper)
    keeper.record(
        application, day=PAID, receipt=receipt, held=GENERAL, amount=D("1500.00"),
        settled=[Settled(keeper.claim(label), D(1000), D("900.00"))],
    )  # fmt: skip
    assert keeper.balance("Assets:UNTOC:Cash") == D("900.00")
    assert keeper.balance("Assets:CPCJF:Cash") == D("600.00")
    assert keeper.figures("UNTOC", "convention")["collected_current"] == "900.00"


@pytest.mark.parametrize("earmark", [GENERAL, SPECIAL, UNTOC])
@pytest.mark.parametrize("value", [None, D("1000.00")])
def test_a_receipt_turns_out_to_be_a_gift(
    keeper: Any, earmark: Earmark, value: Decimal | None
) -> None:
    keeper.record(
        application_without_pledge, day=PAID, receipt=receive(keeper), held=GENERAL,
        amount=D("1500.00"), donor="EXF", earmark=earmark, value=value,
    )  # fmt: skip
    given = str(value or "1500.00")
    assert keeper.figures(earmark.fund, earmark.class_) == {
        "pledged": given, "collected_current": given,
    }  # fmt: skip
    assert keeper.balance("Liabilities:CPCJF:Unapplied") == D(given) - 1500


def test_confiscated_proceeds_come_without_a_pledge(keeper: Any) -> None:
    keeper.record(
        receipt_without_pledge, day=PAID, donor="GBR", earmark=UNTOC, value=D("35000.00"),
        narration="Share of confiscated proceeds",
    )  # fmt: skip
    assert keeper.figures("UNTOC", "convention") == {
        "pledged": "35000.00", "collected_current": "35000.00",
    }  # fmt: skip


def test_in_kind_and_a_refund_of_unspent_money_are_beside_the_schedule(keeper: Any) -> None:
    keeper.record(in_kind, day=PAID, donor="CHE", earmark=GENERAL, value=D(8000), narration="Rooms")
    label = pledge(keeper) + ".1"
    keeper.record(payment, day=PAID, claim=keeper.claim(label), units=D(1000), value=D(800))
    keeper.record(
        refund_unspent, day=date(2003, 2, 3), donor="ITA", earmark=SPECIAL, value=D(300),
        narration="Unspent",
    )  # fmt: skip
    assert keeper.figures() == {
        "pledged": "800.00", "collected_current": "800.00", "refunded": "300.00",
    }  # fmt: skip
    assert keeper.balance("Equity:CPCJF:Refunds:ITA") == 300


@pytest.mark.parametrize("back", [D(600), D(150)])
@pytest.mark.parametrize("due", [date(2002, 12, 31), date(2004, 6, 30)])
def test_a_payment_taken_back_opens_the_instalment_again(
    keeper: Any, back: Decimal, due: date
) -> None:
    """A part payment of 600 in full or in part, of this period and in advance."""
    label = pledge(keeper, "ITA", SPECIAL, due) + ".1"
    before = keeper.claim(label)
    keeper.record(payment, day=PAID, claim=before, units=D(600), value=D("510.00"))
    now = keeper.claim(label)
    units = now.units + back
    keeper.record(
        returned_payment,
        day=date(2002, 9, 9),
        now=now,
        was=structs.replace(before, units=units, value=units * 8 / 10),
        value=back * 85 / 100,
        reverses="2002-09-02",
        advance=Advance(D("510.00"), PAID),
    )
    line = keeper.line(label)
    assert (line.outstanding, line.paid) == (units, D(600) - back)
    assert line.received == D(510) - back * 85 / 100
    if back == 600:
        assert keeper.balance("Assets:CPCJF:Cash") == 0
        assert keeper.balance("Liabilities:CPCJF:In-Advance:ITA") == 0


def test_money_in_advance_taken_back_after_its_release_leaves_the_instalment_due(
    keeper: Any,
) -> None:
    label = pledge(keeper, "ITA", SPECIAL, date(2004, 6, 30)) + ".1"
    before = keeper.claim(label)
    keeper.record(payment, day=date(2003, 12, 1), claim=before, units=D(1000), value=D(900))
    if keeper.policy != "agreement":
        keeper.record(release, day=NEXT, claim=keeper.claim(label), advance=D(900))
    keeper.record(
        returned_payment, day=date(2004, 1, 9), now=keeper.claim(label), was=before,
        value=D(900), reverses="2003-12-01",
    )  # fmt: skip
    assert keeper.figures(period="2004-2005")["closing"] == "800.00"
    assert keeper.line(label).status == "committed"
    assert keeper.balance("Liabilities:CPCJF:Deferred:ITA") == 0


def test_charges_beyond_the_tolerance_are_refused(keeper: Any) -> None:
    """1 per cent of 1,000 value is 10, which is less than 50."""
    label = pledge(keeper, currency="USD") + ".1"
    text = keeper.main.read_text("utf-8")
    for charges, allowed in ((D("10.01"), False), (D("10.00"), True)):
        draft = payment(
            keeper.book.settings, day=PAID, claim=keeper.claim(label), units=D(1000),
            value=D(1000) - charges, charges=charges,
        )  # fmt: skip
        keeper.main.write_text(text + "\n" + draft.text(), "utf-8")
        found = [error.rule for error in load_book(keeper.main).errors]
        assert found == ([] if allowed else ["charges-beyond-tolerance"])


def test_charges_of_a_part_payment_are_noticed_unless_advised(keeper: Any) -> None:
    label = pledge(keeper, currency="USD") + ".1"
    for meta, rules in (({}, {"charges-unadvised"}), ({"charges": "advised"}, set())):
        keeper.record(
            payment, day=PAID, claim=keeper.claim(label), units=D(400), value=D(396),
            charges=D(4), meta=meta,
        )  # fmt: skip
        own = {
            notice.rule
            for notice in keeper.book.notices
            if notice.entry is keeper.book.register.by_label[label][-1].entry
        }
        assert own & {"charges-unadvised"} == rules


def test_what_cannot_be_received_is_refused(keeper: Any) -> None:
    label = pledge(keeper, currency="USD") + ".1"
    pledged = pledge(keeper, "AUT", UNTOC) + ".1"
    claim, other, own = keeper.claim(label), keeper.claim(pledged), keeper.book.settings
    waits = structs.replace(other, committed=False)
    with pytest.raises(EventRefusedError, match="is settled by as much, not by 990"):
        payment(own, day=PAID, claim=claim, units=D(1000), value=D(990))
    with pytest.raises(EventRefusedError, match="record its commitment first"):
        payment(own, day=PAID, claim=waits, units=D(1000), value=D(990))
    settled = [Settled(claim, D(1000), D(1000)), Settled(other, D(1000), D(990))]
    with pytest.raises(EventRefusedError, match="these are of CPCJF, UNTOC"):
        joint_payment(own, day=PAID, settled=settled)
    with pytest.raises(EventRefusedError, match="it needs a label"):
        joint_payment(own, day=PAID, settled=[Settled(claim, D(1), D(1))], excess=D(1))
    with pytest.raises(EventRefusedError, match=r"R-1 holds 5.00; 1000.00 cannot be applied"):
        application(
            own, day=PAID, receipt="R-1", held=GENERAL, amount=D(5),
            settled=[Settled(claim, D(1000), D(1000))],
        )  # fmt: skip
    with pytest.raises(EventRefusedError, match=r"R-1 holds 5.00; 6.00 cannot be refunded"):
        refund_overpayment(own, day=PAID, receipt="R-1", held=GENERAL, amount=D(5), value=D(6))
    with pytest.raises(EventRefusedError, match="with the payment taken back it has more"):
        returned_payment(own, day=PAID, now=claim, was=claim, value=D(5), reverses="2002-09-02")
    with pytest.raises(EventRefusedError, match="Nothing is held of ITA"):
        release(own, day=NEXT, claim=claim)
    later = structs.replace(other, due=date(2004, 6, 30))
    with pytest.raises(EventRefusedError, match="becomes income on 2004-01-01"):
        release(own, day=PAID, claim=later, deferred=D(800))
    with pytest.raises(EventRefusedError, match=r"Values are whole cents; 0.001 is not"):
        receipt_without_pledge(own, day=PAID, donor="ITA", earmark=GENERAL, value=D("0.001")).noted(
            narration="x"
        )

"""Builders of events: their entries load, and whole lives of pledges tie (amounts made up)."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from pledgebook.ledger.declared.rates import MissingRateError
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events import (
    Earmark,
    EventRefusedError,
    Labels,
    Part,
    commitment,
    in_kind,
    payment,
    receipt_unapplied,
    receipt_without_pledge,
    release,
)
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.ordering import rank_of
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.findings import BookRefusedError, Finding
from pledgebook.ledger.money import share
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.ledger.register.register import Claim
from pledgebook.reports.figures.selection import select
from pledgebook.reports.schedule import make_schedule

Load = Callable[..., Book]
GENERAL = Earmark("CPCJF", "general")
SPECIAL = Earmark("CPCJF", "special", "corruption")
D = Decimal


def book_of(load: Load, *drafts: Draft) -> Book:
    book = load("\n".join(draft.text() for draft in drafts))
    assert [error.message for error in book.errors] == []
    return book


def claim_of(book: Book, label: str) -> Claim:
    return book.register.by_label[label][-1].after


def pledge_of_austria(book: Book, earmark: Earmark = SPECIAL) -> Draft:
    return commitment(
        book.settings,
        day=date(2002, 3, 1),
        donor="AUT",
        pledge="AUT-2002-01",
        earmark=earmark,
        currency="EUR",
        parts=[
            Part(D(40000), D("34602.08"), date(2004, 6, 30)),
            Part(D(60000), D("51903.11"), date(2002, 6, 30)),
        ],
    ).noted(narration="Pledge, note verbale 117/2002")


def test_a_commitment_is_written_as_a_person_would_write_it(load: Load) -> None:
    assert pledge_of_austria(load("")).text().split("\n")[:6] == [
        '2002-03-01 * "Austria" "Pledge, note verbale 117/2002" ^AUT-2002-01',
        '  event: "commitment"',
        '  class: "special"',
        '  purpose: "corruption"',
        "  Assets:CPCJF:Pledges:AUT                     60000 EUR "
        '{0 # 51903.11 USD, "AUT-2002-01.1"}',
        "    due: 2002-06-30",
    ]


def test_instalments_are_numbered_by_due_date_and_later_ones_deferred(load: Load) -> None:
    book = book_of(load, pledge_of_austria(load("")))
    first, second = (claim_of(book, f"AUT-2002-01.{number}") for number in (1, 2))
    assert (first.units, first.due, first.recognised) == (
        D(60000), date(2002, 6, 30), date(2002, 3, 1),
    )  # fmt: skip
    assert (second.units, second.due, second.recognised) == (D(40000), date(2004, 6, 30), None)


def test_a_draft_is_read_back_as_the_entry_it_is(load: Load) -> None:
    draft = pledge_of_austria(load(""))
    entry = draft.parsed()
    assert (entry.date, entry.payee, entry.links) == (draft.date, "Austria", {"AUT-2002-01"})
    assert len(entry.postings) == len(draft.lines)


def test_what_is_only_pledged_is_a_memorandum(load: Load) -> None:
    empty = load("")
    draft = commitment(
        empty.settings,
        day=date(2002, 3, 1),
        donor="AUT",
        pledge="AUT-2002-01",
        earmark=GENERAL,
        currency="EUR",
        parts=[Part(D(100), D("86.51"))],
        committed=False,
    ).noted(narration="Pledging conference")
    book = book_of(load, draft)
    (line,) = list_instalments(book.register)
    assert (line.status, line.carrying) == ("pledged", D("86.51"))
    figures = make_schedule(select(book, "2002-2003")).totals["CPCJF without UNTOC"]
    assert (figures.uncommitted, figures.pledged, figures.closing) == (D("86.51"), D(0), D(0))


def test_a_part_payment_leaves_its_share_of_the_value_and_books_exchange(load: Load) -> None:
    pledge = pledge_of_austria(load(""))
    book = book_of(load, pledge)
    paid = payment(
        book.settings,
        day=date(2002, 7, 10),
        claim=claim_of(book, "AUT-2002-01.1"),
        units=D(40000),
        value=D("39680.00"),
    )
    again = book_of(load, pledge, paid)
    change = again.register.by_label["AUT-2002-01.1"][-1]
    assert (change.after.units, change.after.value) == (D(20000), D("17301.04"))
    assert (change.received, change.value_out) == (D("39680.00"), D("34602.07"))
    assert "Income:CPCJF:Exchange                        -5077.93 USD" in paid.text()


def test_collected_is_gross_of_bank_charges(load: Load) -> None:
    pledge = pledge_of_austria(load(""))
    book = book_of(load, pledge)
    paid = payment(
        book.settings,
        day=date(2002, 7, 10),
        claim=claim_of(book, "AUT-2002-01.1"),
        units=D(60000),
        value=D("51888.11"),
        charges=D("15.00"),
    )
    again = book_of(load, pledge, paid)
    assert again.register.by_label["AUT-2002-01.1"][-1].received == D("51903.11")
    assert "Exchange" not in paid.text()


def test_more_than_is_outstanding_cannot_be_settled(load: Load) -> None:
    book = book_of(load, pledge_of_austria(load("")))
    claim = claim_of(book, "AUT-2002-01.1")
    for units in (D("60000.01"), D(0), D(-1)):
        with pytest.raises(EventRefusedError, match=r"AUT-2002-01.1 has 60000.00 EUR outstanding"):
            payment(book.settings, day=date(2002, 7, 10), claim=claim, units=units, value=D(1))


def test_a_contribution_in_kind_is_in_no_money_total(load: Load) -> None:
    draft = in_kind(
        load("").settings, day=date(2003, 12, 15), donor="CHE", earmark=GENERAL, value=D(8000)
    ).noted(narration="Conference rooms")
    book = book_of(load, draft)
    made = make_schedule(select(book, "2002-2003"))
    assert made.totals["CPCJF without UNTOC"].is_nil
    assert [flow.line.units for flow in book.register.in_kind] == [D(-8000)]


def test_an_unknown_receipt_waits_under_its_label(load: Load) -> None:
    draft = receipt_unapplied(
        load("").settings,
        day=date(2003, 12, 22),
        fund="UNTOC",
        label="R-2003-0009",
        value=D("1000.00"),
    ).noted(narration="Unknown payer")
    book = book_of(load, draft)
    (held,) = book.register.held
    assert (held.label, held.class_, held.value) == ("R-2003-0009", "convention", D(1000))


def test_labels_go_on_from_those_that_were_used() -> None:
    labels = Labels(["AUT-2002-01.1", "AUT-2002-07.2", "UN-WOMEN-2002-03.1", "R-2003-0009", "odd"])
    assert labels.next("AUT", date(2002, 5, 1)) == "AUT-2002-08"
    assert labels.next("AUT", date(2002, 6, 1)) == "AUT-2002-09"
    assert labels.next("AUT", date(2003, 6, 1)) == "AUT-2003-01"
    assert labels.next("UN-WOMEN", date(2002, 6, 1)) == "UN-WOMEN-2002-04"


# Whole lives of pledges. Amounts are drawn; nothing below depends on a particular one.

SETTINGS = """
1999-12-31 custom "fund" "CPCJF" "A fund"
  recognition-special: "{policy}"
1999-12-31 custom "purpose" "corruption" "Corruption"
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
"""
LAST = date(2005, 12, 31)


@dataclass(frozen=True)
class Life:
    """What happens to one instalment: `payments` are (days after the pledge, percent of what is
    left, value a unit, charges in cents).
    """

    cents: int
    rate: Decimal
    due: date | None
    payments: tuple[tuple[int, int, Decimal, int], ...]


rates = st.decimals(D("0.4"), D("2.5"), places=4)
days = st.dates(date(2002, 1, 1), date(2002, 12, 31))
lives = st.builds(
    Life,
    cents=st.integers(10_000, 50_000_000),
    rate=rates,
    due=st.none() | st.dates(date(2002, 12, 31), LAST),
    payments=st.lists(
        st.tuples(
            st.integers(0, 1090), st.sampled_from([1, 30, 50, 100]), rates, st.integers(0, 300)
        ),
        max_size=4,
    ).map(tuple),
)
pledges = st.lists(
    st.tuples(
        days,
        st.sampled_from(["NOR", "CAN", "AUT"]),
        st.sampled_from(["USD", "EUR", "GBP"]),
        st.sampled_from([GENERAL, SPECIAL]),
        st.lists(lives, min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=3,
)


def load_in(folder: Path, drafts: list[Draft], policy: str) -> Book:
    main = folder / "main.beancount"
    ordered = sorted(drafts, key=lambda draft: (draft.date, rank_of(draft.event)))
    main.write_text(
        'plugin "pledgebook.plugins"\n'
        + SETTINGS.format(policy=policy)
        + "\n".join(draft.text() for draft in ordered),
        "utf-8",
    )
    book = load_book(main)
    assert [error.message for error in book.errors] == [], main.read_text("utf-8")
    return book


def live(book: Book, claim: Claim, life: Life) -> list[Draft]:
    """Build what happens to an instalment after its commitment, releases included."""
    drafts: list[Draft] = []
    starts = book.settings.periods.start_of(claim.due or claim.pledged_on)
    deferred = claim.kind == "pledges" and claim.recognised is None
    advance = D("0.00")
    days_paid = sorted({days: rest for days, *rest in life.payments}.items())
    waiting = deferred or not claim.is_recognised(claim.pledged_on)

    def let_go(claim: Claim) -> Claim:
        value = claim.value if deferred else D("0.00")
        if value or advance:
            drafts.append(
                release(book.settings, day=starts, claim=claim, deferred=value, advance=advance)
            )
        return structs.replace(claim, recognised=starts)

    for after, (percent, rate, charges) in days_paid:
        day = claim.pledged_on + timedelta(after)
        if waiting and day >= starts:
            claim, waiting = let_go(claim), False
        units = (claim.units * percent / 100).quantize(D("0.01"))
        if not claim.units or not units or (waiting and advance):
            continue
        gross = units if claim.currency == "USD" else (units * rate).quantize(D("0.01"))
        kept = min(D(charges), gross // 1) / 100 if percent == 100 else D(0)
        drafts.append(
            payment(
                book.settings,
                day=day,
                claim=claim,
                units=units,
                value=gross - kept,
                charges=kept,
            )
        )
        left = claim.units - units
        claim = structs.replace(claim, units=left, value=share(claim.value, left, claim.units))
        advance += gross if waiting else D(0)
    if waiting and starts <= LAST:
        let_go(claim)
    return drafts


@settings(max_examples=25)
@given(made=pledges, policy=st.sampled_from(["pledge", "receipt"]))
def test_whatever_happens_to_pledges_every_row_foots_and_everything_ties(
    made: list[tuple[date, str, str, Earmark, list[Life]]], policy: str
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        empty = load_in(folder, [], policy)
        labels = Labels([])
        drafts: list[Draft] = []
        by_label: dict[str, Life] = {}
        for day, donor, currency, earmark, parts in made:
            pledge = labels.next(donor, day)
            ordered = sorted(parts, key=lambda life: life.due or day)
            for number, life in enumerate(ordered, 1):
                by_label[f"{pledge}.{number}"] = life
            drafts.append(
                commitment(
                    empty.settings,
                    day=day,
                    donor=donor,
                    pledge=pledge,
                    earmark=earmark,
                    currency=currency,
                    parts=[part_of(life, currency) for life in ordered],
                ).noted(narration="Pledge")
            )
        book = load_in(folder, drafts, policy)
        for label, life in by_label.items():
            drafts += live(book, claim_of(book, label), life)
        book = load_in(folder, drafts, policy)
        check(book, {label: D(life.cents) / 100 for label, life in by_label.items()})


def part_of(life: Life, currency: str) -> Part:
    amount = D(life.cents) / 100
    value = amount if currency == "USD" else (amount * life.rate).quantize(D("0.01"))
    return Part(amount, value, life.due)


def check(book: Book, promised: dict[str, Decimal]) -> None:
    closing: dict[str, dict[object, Decimal]] = {}
    opening: dict[str, dict[object, Decimal]] = {}
    for period in ("2002", "2002-Q3", "2003", "2002-2003", "2004", "2004-2005"):
        made = make_schedule(select(book, period))
        assert [tie for tie in made.ties if not tie.agrees] == [], period
        assert made.proof.agrees, (period, made.proof)
        rows = {
            (section, line.donor): line.figures
            for section, lines in made.sections.items()
            for line in lines
        }
        assert all(row.foots for row in rows.values()), period
        opening[period] = {key: row.opening for key, row in rows.items() if row.opening}
        closing[period] = {key: row.closing for key, row in rows.items() if row.closing}
    assert opening["2004-2005"] == closing["2002-2003"] == closing["2003"]
    assert opening["2003"] == closing["2002"]
    lines = {line.label: line for line in list_instalments(book.register)}
    assert lines.keys() == promised.keys()
    for label, line in lines.items():
        assert line.pledged == line.paid + line.written_off + line.outstanding == promised[label]
    assert not [notice for notice in book.notices if notice.rule == "release-not-made"]


def test_a_gift_is_pledged_and_collected_at_the_dollars_received(load: Load) -> None:
    draft = receipt_without_pledge(
        load("").settings, day=date(2003, 5, 5), donor="EXF", earmark=GENERAL, value=D("5434.78")
    ).noted(narration="Gift")
    made = make_schedule(select(book_of(load, draft), "2002-2003"))
    ((line,),) = made.sections.values()
    assert (line.figures.pledged, line.figures.collected_current) == (D("5434.78"), D("5434.78"))


PLEDGE = """
2002-03-01 * "Norway" "Pledge (made up)" ^NOR-2002-01
  event: "commitment"
  class: "special"
  purpose: "corruption"
  Assets:CPCJF:Pledges:NOR          1000 USD {0 # 1000.00 USD, "NOR-2002-01.1"}
  Income:CPCJF:Contributions:NOR   -1000.00 USD
"""
ENTRY = (
    '\n2002-05-06 * "Norway" "Wrong" ^NOR-2002-01\n  class: "special"\n  purpose: "corruption"\n'
)
BAD_INPUT = {
    "over-payment": PLEDGE + ENTRY + """\
  Assets:CPCJF:Pledges:NOR         -1500 USD {"NOR-2002-01.1"} ; <- more-than-outstanding
  Assets:CPCJF:Cash                 1500.00 USD
""",
    "second use of a label": PLEDGE + PLEDGE.replace(
        '"NOR-2002-01.1"}', '"NOR-2002-01.1"} ; <- label-used-twice'
    ),
    "payment before commitment": ENTRY.replace("05-06", "02-06") + """\
  Assets:CPCJF:Pledges:NOR         -1000 USD {"NOR-2002-01.1"} ; <- unknown-label
  Assets:CPCJF:Cash                 1000.00 USD
""" + PLEDGE,
    "payment of what is pledged only": """
2002-03-01 * "Norway" "Pledging conference" ^NOR-2002-01
  event: "commitment"
  status: "pledged"
  Assets:CPCJF:Memorandum:Pledges:NOR   1000 USD {0 # 1000.00 USD, "NOR-2002-01.1"}
  Assets:CPCJF:Memorandum:Contra       -1000.00 USD

2002-05-06 * "Norway" "Paid" ^NOR-2002-01 ; <- not-committed
  event: "payment"
  Assets:CPCJF:Memorandum:Pledges:NOR  -1000 USD {"NOR-2002-01.1"}
  Assets:CPCJF:Memorandum:Contra        1000.00 USD
  Assets:CPCJF:Cash                     1000.00 USD
  Income:CPCJF:Contributions:NOR       -1000.00 USD
""",
    "unknown purpose": PLEDGE.replace('"corruption"', '"coruption"').replace(
        '"NOR-2002-01.1"}', '"NOR-2002-01.1"} ; <- unknown-purpose'
    ),
    "spending beyond the money of a purpose": PLEDGE + ENTRY.replace(
        "^NOR-2002-01", "; <- earmarked-overspent"
    ) + """\
  Expenses:CPCJF:Programme             1.00 USD
  Assets:CPCJF:Cash                   -1.00 USD
""",
    "a rate missing for the date": PLEDGE.replace(
        "  class", '  rate: "1.14"\n  rate-date: 2002-03-01\n  class'
    ).replace(
        '1000 USD {0 # 1000.00 USD, "NOR-2002-01.1"}',
        '1140 EUR {0 # 1000.00 USD, "NOR-2002-01.1"} ; <- rate-missing',
    ),
    "a fund that does not balance": """
2002-05-06 * "" "Cash" ; <- fund-balance <- fund-balance <- two-funds
  Assets:CPCJF:Cash                 -100.00 USD
  Assets:UNTOC:Cash                  100.00 USD
""",
    "a class that does not balance": """
2002-05-06 * "" "Cash" ; <- class-balance <- class-balance
  Assets:CPCJF:Cash                 -100.00 USD
    class: "general"
  Assets:CPCJF:Cash                  100.00 USD
    class: "special"
""",
    "a write-off without authority": PLEDGE + ENTRY.replace(
        "^NOR-2002-01", "^NOR-2002-01 ; <- write-off-authority"
    ) + """\
  Assets:CPCJF:Pledges:NOR         -1000 USD {"NOR-2002-01.1"}
  Equity:CPCJF:Written-Off:NOR      1000.00 USD
""",
    "a pad on an account of ours": """
2002-05-06 pad Assets:CPCJF:Cash Income:CPCJF:Interest ; <- pad <- PadError
""",
}  # fmt: skip


@pytest.mark.parametrize("text", BAD_INPUT.values(), ids=BAD_INPUT)
def test_bad_input_is_refused_at_its_line_under_a_rule_that_is_explained(
    load: Load, text: str
) -> None:
    book = load(text)
    wanted = {
        (number, rule)
        for number, line in enumerate(text.lstrip("\n").split("\n"), 1)
        for rule in re.findall(r"<- ([a-z-]+)", line)
    }
    found = {
        (error.line, error.rule)
        for error in book.errors
        if isinstance(error, Finding) and error.rule != "beancount"
    }
    assert found == wanted, [error.message for error in book.errors]
    assert {Path(error.file).name for error in book.errors if isinstance(error, Finding)} == {
        "2002-2003.beancount"
    }
    page = (Path(__file__).parent.parent / "docs" / "errors.md").read_text("utf-8")
    assert all(f"### `{rule}`" in page for _, rule in wanted)


@pytest.mark.parametrize("text", BAD_INPUT.values(), ids=BAD_INPUT)
def test_nothing_is_written_to_a_book_that_has_a_fault(load: Load, text: str) -> None:
    book = load(text)
    before = {path: path.read_bytes() for path in book.files}
    gift = receipt_without_pledge(
        book.settings, day=date(2003, 5, 5), donor="EXF", earmark=GENERAL, value=D(1)
    ).noted(narration="Gift")
    with pytest.raises(BookRefusedError, match="has errors, so nothing is written"):
        write_entries(book, [gift])
    assert {path: path.read_bytes() for path in book.files} == before


def test_a_conversion_without_a_rate_of_its_date_is_refused(load: Load) -> None:
    rates = load("2002-03-01 price USD 1.14 EUR\n").rates
    with pytest.raises(MissingRateError, match=r"no rate of exchange of EUR .* 2002-02-28"):
        rates.value(D(100), "EUR", date(2002, 2, 28))
    assert rates.value(D(114), "EUR", date(2002, 3, 1))[0] == D("100.00")

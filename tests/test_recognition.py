"""Recognition policies as views, and the change from one to another (amounts made up)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import pytest
from beancount import loader
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from pledgebook.ledger import events
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events import Advance, Earmark, EventRefusedError, Part
from pledgebook.ledger.events.policies import policy_change
from pledgebook.ledger.files.loading import book_loaded
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.columns import Figures
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.ledger.register.register import Claim
from pledgebook.reports.ageing import ageing
from pledgebook.reports.figures.selection import Selection, SelectionError, select
from pledgebook.reports.financial_statements import Amounts, make_statements
from pledgebook.reports.registry import make_reports
from pledgebook.reports.schedule import make_schedule, schedule

D = Decimal
GENERAL = Earmark("CPCJF", "general")
SPECIAL = Earmark("CPCJF", "special", "corruption")
LAST = date(2005, 12, 31)
SETTINGS = """
plugin "pledgebook.plugins"
option "operating_currency" "USD"
1999-12-31 custom "fund" "CPCJF" "A fund"
  classes: "general special support"
  recognition-general: "{policy}"
  recognition-special: "{policy}"
1999-12-31 custom "purpose" "corruption" "Corruption"
1999-12-31 custom "purpose" "organized-crime" "Organized crime"
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
"""


def kept_under(policy: str, *drafts: Draft) -> Book:
    text = SETTINGS.format(policy=policy) + "\n".join(draft.text() for draft in drafts)
    entries, errors, options = loader.load_string(text)
    assert [error.message for error in errors] == [], text
    return book_loaded(Path("book"), entries, errors, options)


def rows_of(selection: Selection) -> dict[tuple[str, str, str], Figures]:
    return {
        (*section, line.donor): line.figures
        for section, lines in make_schedule(selection).sections.items()
        for line in lines
    }


def lines_of(selection: Selection) -> list[dict[str, Amounts]]:
    return [dict(each.lines) for each in make_statements(selection)]


def same(one: Selection, other: Selection) -> None:
    assert rows_of(one) == rows_of(other)
    assert lines_of(one) == lines_of(other)
    assert make_schedule(one).proof == make_schedule(other).proof


CUTS = ["2000-2001", "2002-2003", "2002", "2003"]


@pytest.mark.parametrize("cut", CUTS)
def test_the_golden_book_viewed_on_receipt_is_the_one_kept_on_receipt(
    golden: Book, golden_receipt: Book, cut: str
) -> None:
    view = select(golden, cut, recognition="special=receipt,UNTOC:convention=receipt")
    same(view, select(golden_receipt, cut))


@pytest.mark.parametrize("cut", CUTS)
def test_the_golden_book_on_receipt_viewed_on_pledge_is_the_one_kept_on_pledge(
    golden: Book, golden_receipt: Book, cut: str
) -> None:
    same(select(golden_receipt, cut, recognition="pledge"), select(golden, cut))


@pytest.mark.parametrize("policy", ["pledge", "receipt", "agreement"])
def test_both_golden_books_give_one_view(golden: Book, golden_receipt: Book, policy: str) -> None:
    views = [select(book, "2002-2003", recognition=policy) for book in (golden, golden_receipt)]
    same(*views)
    for view in views:  # the entries of a view tie as those of any book
        made = make_schedule(replace(view, kept=None))
        assert [tie for tie in made.ties if not tie.agrees] == []
        assert made.proof.agrees


def test_under_agreement_every_instalment_is_income_on_signature(golden: Book) -> None:
    view = select(golden, "2002-2003", recognition="agreement")
    rows = {key[2]: row for key, row in rows_of(view).items()}
    netherlands, germany, finland = rows["NLD"], rows["DEU"], rows["FIN"]
    assert (netherlands.opening, netherlands.collected_prior) == (D(25000), D(25000))
    assert netherlands.pledged == 0
    assert "ESP" not in rows
    assert (germany.pledged, germany.closing) == (D("223214.28"), D("89285.71"))
    assert germany.future == D("89285.71")
    assert (finland.pledged, finland.collected_current) == (D("34883.72"), D("36585.37"))
    assert (finland.exchange, finland.in_advance) == (D("1701.65"), D(0))
    total = make_schedule(view).totals["CPCJF with UNTOC"]
    assert [
        str(getattr(total, column))
        for column in (
            "opening", "pledged", "collected_prior", "collected_current", "exchange", "closing",
        )
    ] == ["415338.93", "502880.61", "403997.02", "361310.47", "74994.22", "170633.54"]  # fmt: skip


def test_a_view_says_so_and_keeps_the_ties_of_the_book(golden: Book) -> None:
    view = select(golden, "2002-2003", recognition="special=receipt")
    for report in make_reports(view, ()):
        assert "CPCJF special on receipt" in report.notes[0]
        assert all(tie.agrees for tie in report.ties)
    ledger = schedule(view).payload["ledger"]  # type: ignore[index]
    assert ledger["receivable"] == D("170633.54")  # type: ignore[index]


def test_a_view_under_the_books_own_policy_is_the_book(golden: Book) -> None:
    assert select(golden, "2002-2003", recognition="pledge").book is golden


@pytest.mark.parametrize(
    "text", ["cash", "special=cash", "nowhere=receipt", "UNTOC:special=pledge"]
)
def test_an_unknown_policy_or_class_is_refused(golden: Book, text: str) -> None:
    with pytest.raises(
        SelectionError, match=r"There is no recognition policy|No fund has the class"
    ):
        select(golden, "2002-2003", recognition=text)


def signed(book: Book, donor: str, day: date, earmark: Earmark, *parts: Part) -> Draft:
    return events.commitment(
        book.settings,
        day=day,
        donor=donor,
        pledge=f"{donor}-{day.year}-01",
        earmark=earmark,
        currency="EUR",
        parts=parts,
    ).noted(narration="Pledge")


def claims_of(book: Book) -> dict[str, Claim]:
    return {label: changes[-1].after for label, changes in book.register.by_label.items()}


def test_under_agreement_payment_before_the_due_period_is_exchange() -> None:
    drafts = [
        signed(
            kept_under("agreement"), "FIN", date(2003, 11, 3), SPECIAL,
            Part(D(30000), D("34883.72"), date(2004, 1, 31)),
        )
    ]  # fmt: skip
    claim = claims_of(kept_under("agreement", *drafts))["FIN-2003-01.1"]
    drafts.append(
        events.payment(
            kept_under("agreement").settings,
            day=date(2003, 12, 18),
            claim=claim,
            units=D(30000),
            value=D("36585.37"),
        )
    )
    (row,) = rows_of(select(kept_under("agreement", *drafts), "2002-2003")).values()
    assert (row.exchange, row.in_advance, row.collected_current) == (
        D("1701.65"), D(0), D("36585.37"),
    )  # fmt: skip


def brought_forward(policy: str) -> Book:
    """Part of an instalment of 2004 is paid in 2002; in May 2003 it falls due in June instead."""
    drafts = [
        signed(
            kept_under(policy), "FIN", date(2002, 3, 1), SPECIAL,
            Part(D(1000), D("900.00"), date(2004, 6, 30)),
        )
    ]  # fmt: skip
    for make, day, own in (
        (events.payment, date(2002, 6, 3), {"units": D(400), "value": D("410.00")}),
        (events.postponement, date(2003, 5, 5), {"due": date(2003, 6, 30)}),
    ):
        book = kept_under(policy, *drafts)
        claim = claims_of(book)["FIN-2002-01.1"]
        advance = advance_of(book, claim)
        drafts.append(make(book.settings, day=day, claim=claim, advance=advance, **own))
    return kept_under(policy, *drafts)


@pytest.mark.parametrize("kept", ["pledge", "receipt"])
def test_what_was_paid_in_advance_is_collected_when_it_is_brought_forward(kept: str) -> None:
    book = brought_forward(kept)
    before, after = (select(book, as_at=day) for day in (date(2003, 5, 4), date(2003, 5, 5)))
    for selection in (before, after):
        hold(selection)
        assert make_schedule(selection).proof.agrees
    (was,), (now,) = rows_of(before).values(), rows_of(after).values()
    assert (was.pledged, was.in_advance, was.future) == (D(0), D("410.00"), D("540.00"))
    assert (now.pledged, now.collected_current, now.exchange) == (D("950.00"), D("410.00"), D(0))
    assert (now.in_advance, now.future, now.closing) == (D(0), D(0), D("540.00"))
    assert [notice.rule for notice in book.notices if "release" in notice.rule] == []


def test_a_view_releases_what_is_brought_forward_on_the_day_it_is() -> None:
    books = {policy: brought_forward(policy) for policy in ("pledge", "receipt", "agreement")}
    for kept, asked in permutations(books, 2):
        for cut in ("2002", "2003", "2003-Q2", "2002-2003", "2004-2005"):
            same(select(books[kept], cut, recognition=asked), select(books[asked], cut))


PARTS = (
    Part(D(100), D("90.00"), date(2002, 6, 30)),
    Part(D(200), D("180.00"), date(2003, 6, 30)),
    Part(D(400), D("360.00"), date(2004, 6, 30)),
)


MOVED = {
    ("pledge", "receipt"): (-270, 0),
    ("receipt", "pledge"): (270, 0),
    ("pledge", "agreement"): (0, 360),
    ("agreement", "pledge"): (-360, 0),
    ("agreement", "receipt"): (-630, 0),
    ("receipt", "agreement"): (270, 360),
}
"""Of a change of policy: income, and what Statement I says of the change itself, in the book's
currency.
"""


@pytest.mark.parametrize("old", ["pledge", "receipt", "agreement"])
@pytest.mark.parametrize("new", ["pledge", "receipt", "agreement"])
def test_a_change_of_policy_moves_every_lot_and_no_row(old: str, new: str) -> None:
    if old == new:
        return
    empty = kept_under(old)
    drafts = [signed(empty, "AUT", date(2002, 3, 1), SPECIAL, *PARTS)]
    before = kept_under(old, *drafts)
    change = policy_change(
        empty.settings,
        day=date(2003, 1, 1),
        fund="CPCJF",
        class_="special",
        to=new,
        claims=claims_of(before).values(),
    )
    after = kept_under(new, *drafts, change)
    made = make_schedule(select(after, "2003"))
    assert [tie for tie in made.ties if not tie.agrees] == []
    (statement,) = make_statements(select(after, "2003"))
    own = {key: amounts["special"] for key, amounts in statement.lines.items()}
    assert own["balance_after"] == own["assets"] - own["liabilities"]
    # What was income of this very period is so no more (or is); by the change alone, a line apart.
    assert (own["income"], own["policy_changes"]) == MOVED[old, new]
    assert own["prior_period"] == 0
    assert list_instalments(after.register)[0].outstanding == D(100)
    (row,) = rows_of(select(after, "2003")).values()
    assert row.foots
    if "agreement" not in {old, new}:
        for cut in ("2002", "2003", "2002-2003"):
            assert rows_of(select(after, cut)) == rows_of(select(before, cut))
    # A view of the changed book knows nothing of the change.
    for policy in ("pledge", "receipt", "agreement"):
        same(
            select(after, "2002-2003", recognition=policy),
            select(before, "2002-2003", recognition=policy),
        )


def test_a_change_of_policy_is_refused_where_nothing_moves() -> None:
    empty = kept_under("pledge")
    book = kept_under("pledge", signed(empty, "AUT", date(2002, 3, 1), SPECIAL, *PARTS))
    for class_, to, words in [
        ("special", "pledge", "there is nothing to move"),
        ("special", "cash", "There is no recognition policy"),
        ("general", "receipt", "moves its own instalments only"),
    ]:
        with pytest.raises(EventRefusedError, match=words):
            policy_change(
                book.settings,
                day=date(2003, 1, 1),
                fund="CPCJF",
                class_=class_,
                to=to,
                claims=claims_of(book).values(),
            )


# Whole lives: the same steps taken under each policy, in books of their own. Amounts are drawn.

Step = tuple[str, int, int, int, Decimal]
steps = st.lists(
    st.tuples(
        st.sampled_from(
            ["pay", "pay", "pay", "raise", "lower", "cancel", "write-off", "re-earmark", "revalue",
             "postpone", "gift"]
        ),
        st.integers(1, 400),
        st.integers(0, 3),
        st.sampled_from([10, 50, 100]),
        st.decimals(D("0.5"), D("2"), places=3),
    ),
    max_size=6,
)  # fmt: skip
dues = st.lists(st.none() | st.dates(date(2002, 6, 1), LAST), min_size=1, max_size=3)


def starts(book: Book, claim: Claim) -> date:
    return book.settings.periods.start_of(claim.due or claim.pledged_on)


def advance_of(book: Book, claim: Claim) -> Advance | None:
    held = list(book.register.held_under.get(claim.label, ()))
    value = sum((each.value for each in held), D("0.00"))
    return Advance(value, min(each.since for each in held)) if value else None


def released(book: Book, until: date) -> list[Draft]:
    drafts = []
    for claim in claims_of(book).values():
        advance = advance_of(book, claim)
        deferred = claim.value if claim.is_deferred and claim.is_open else D("0.00")
        if starts(book, claim) <= until and (deferred or advance):
            drafts.append(
                events.release(
                    book.settings,
                    day=starts(book, claim),
                    claim=claim,
                    deferred=deferred,
                    advance=advance.value if advance else D("0.00"),
                )
            )
    return sorted(drafts, key=lambda draft: draft.date)


def taken(book: Book, step: Step, day: date) -> Draft:
    kind, _, number, percent, rate = step
    few = rate.quantize(D("0.01"))
    if kind == "gift":
        return events.receipt_without_pledge(
            book.settings, day=day, donor="NOR", earmark=GENERAL, value=few
        ).noted(narration="Gift")
    claims = list(claims_of(book).values())
    claim = claims[number % len(claims)]
    units = (claim.units * percent / 100).quantize(D("0.01"))
    make: dict[str, Callable[[], Draft]] = {
        "pay": lambda: events.payment(
            book.settings, day=day, claim=claim, units=units, advance=advance_of(book, claim),
            value=(units * rate).quantize(D("0.01")),
        ),
        "raise": lambda: events.amendment(
            book.settings, day=day, claim=claim, units=claim.units + 7, value_added=few
        ),
        "lower": lambda: events.amendment(book.settings, day=day, claim=claim, units=units),
        "cancel": lambda: events.cancellation(book.settings, day=day, claim=claim),
        "write-off": lambda: events.write_off(
            book.settings, day=day, claim=claim, authority="Controller", units=units
        ),
        "re-earmark": lambda: events.re_earmarking(
            book.settings,
            day=day,
            claim=claim,
            earmark=structs.replace(SPECIAL, purpose="organized-crime"),
        ),
        "revalue": lambda: events.revaluation(
            book.settings, day=day, claim=claim, value=(claim.units * rate).quantize(D("0.01"))
        ),
        "postpone": lambda: events.postponement(
            book.settings, day=day, claim=claim, due=min(day + timedelta(percent * 7), LAST),
            advance=advance_of(book, claim),
        ),
    }  # fmt: skip
    return make[kind]()


def lived(policy: str, due: list[date | None], life: list[Step]) -> Book:
    empty = kept_under(policy)
    parts = [Part(D(1000 + n), D(900 + n) + D("0.37"), day) for n, day in enumerate(due)]
    drafts = [
        signed(empty, "AUT", date(2002, 3, 1), SPECIAL, *parts),
        signed(empty, "CAN", date(2002, 3, 1), GENERAL, *parts[:1]),
    ]
    book = kept_under(policy, *drafts)
    day = date(2002, 3, 1)
    for step in life:
        day += timedelta(step[1])
        if day > LAST:
            break
        if drafts_now := released(book, day):
            drafts += drafts_now
            book = kept_under(policy, *drafts)
        try:
            drafts.append(taken(book, step, day))
        except EventRefusedError:
            continue
        book = kept_under(policy, *drafts)
    return kept_under(policy, *drafts, *released(book, LAST))


@settings(max_examples=20)
@given(due=dues, life=steps)
def test_a_view_is_what_a_book_kept_under_the_policy_says(
    due: list[date | None], life: list[Step]
) -> None:
    policies = ["pledge", "receipt"]
    if not any(step[0] == "postpone" for step in life):
        policies.append("agreement")
    books = {policy: lived(policy, due, life) for policy in policies}
    for cut in ("2002-2003", "2003", "2004-2005"):
        for kept, book in books.items():
            selection = select(book, cut)
            hold(selection)
            for policy in policies:
                if policy != kept:
                    same(select(book, cut, recognition=policy), select(books[policy], cut))


def hold(selection: Selection) -> None:
    """Opening balance + net change = closing balance = reserves, and every row foots."""
    made = make_schedule(selection)
    assert [tie for tie in made.ties if not tie.agrees] == []
    assert all(line.figures.foots for lines in made.sections.values() for line in lines)
    for each in make_statements(selection):
        for column in (*each.columns, "total"):
            own = {key: amounts[column] for key, amounts in each.lines.items()}
            assert own["balance_before"] + own["net_change"] == own["balance_after"]
            assert own["balance_after"] == own["assets"] - own["liabilities"] == own["reserves"]


def test_money_kept_on_agreement_and_carried_forward_is_not_viewed_otherwise(
    load: Callable[..., Book],
) -> None:
    book = load(
        """
        1999-12-31 custom "fund" "CPCJF" "A fund"
          classes: "general special support"
          recognition-general: "agreement"
        2002-01-01 * "Italy" "Brought forward" ^ITA-2001-01
          event: "opening"
          carried-from: "2000-2001"
          Assets:CPCJF:Pledges:ITA         100 USD {0 # 100.00 USD, 2001-05-14, "ITA-2001-01.1"}
            due: 2001-12-31
          Equity:CPCJF:Opening-Balance    -100.00 USD
        """,
        settings=OWN_FUND,
    )
    with pytest.raises(SelectionError, match=r"general.*view with --book history\.beancount"):
        select(book, "2002-2003", recognition="receipt")
    assert select(book, "2002-2003", recognition="special=receipt")


OWN_FUND = """
1999-12-31 custom "purpose" "corruption" "Corruption"
2002-01-01 custom "period" "2002-2003" 2003-12-31
"""


CONDITIONAL = Part(D(1000), D("1000.00"), date(2002, 6, 30), condition="if parliament agrees")


def conditional(policy: str, *later: Draft) -> Book:
    book = kept_under(policy)
    pledge = events.commitment(
        book.settings,
        day=date(2002, 3, 1),
        donor="AUT",
        pledge="AUT-2002-01",
        earmark=GENERAL,
        currency="USD",
        parts=[CONDITIONAL],
    ).noted(narration="Pledge on a condition")
    return kept_under(policy, pledge, *later)


def claim_of(book: Book) -> Claim:
    return book.register.by_label["AUT-2002-01.1"][-1].after


def test_under_agreement_what_depends_on_a_condition_is_income_when_it_is_met() -> None:
    waiting = conditional("agreement")
    (figures,) = rows_of(select(waiting, "2002-2003")).values()
    assert (figures.pledged, figures.closing, figures.future) == (D(0), D(0), D(1000))
    assert [notice.rule for notice in waiting.notices if "release" in notice.rule] == []

    met = events.release(
        waiting.settings, day=date(2002, 9, 1), claim=claim_of(waiting), deferred=D(1000)
    )
    (figures,) = rows_of(select(conditional("agreement", met), "2002-2003")).values()
    assert (figures.pledged, figures.closing, figures.future) == (D(1000), D(1000), D(0))


def test_money_paid_before_the_condition_is_met_is_held_in_advance() -> None:
    claim = claim_of(conditional("agreement"))
    paid = events.payment(
        conditional("agreement").settings,
        day=date(2002, 5, 1),
        claim=claim,
        units=D(1000),
        value=D("1000.00"),
    )
    book = conditional("agreement", paid)
    (figures,) = rows_of(select(book, "2002-2003")).values()
    assert (figures.collected_current, figures.in_advance) == (D(0), D(1000))


def test_a_condition_changes_nothing_under_the_other_policies() -> None:
    for policy in ("pledge", "receipt"):
        (figures,) = rows_of(select(conditional(policy), "2002-2003")).values()
        assert (figures.pledged, figures.closing) == (D(1000), D(1000))


def test_a_view_under_agreement_does_not_guess_when_a_condition_was_met() -> None:
    with pytest.raises(SelectionError, match=r"AUT-2002-01\.1 depends on a condition \(if parl"):
        select(conditional("pledge"), "2002-2003", recognition="agreement")
    view = select(conditional("agreement"), "2002-2003", recognition="pledge")
    assert rows_of(view) == rows_of(select(conditional("pledge"), "2002-2003"))


def test_income_booked_before_its_condition_is_met_is_noticed() -> None:
    book = kept_under("agreement")
    pledge = events.commitment(
        book.settings,
        day=date(2002, 3, 1),
        donor="AUT",
        pledge="AUT-2002-01",
        earmark=GENERAL,
        currency="USD",
        parts=[replace(CONDITIONAL, condition="")],
    ).noted(narration="Pledge", meta={"condition": "if parliament agrees"})
    (notice,) = [
        each for each in kept_under("agreement", pledge).notices if each.rule == "not-deferred"
    ]
    assert "waits for its condition (if parliament agrees)" in notice.message


def test_what_waits_for_its_condition_is_one_amount_with_one_name_everywhere() -> None:
    """Its due date, 30 June 2002, is past: it is neither overdue nor of a later period."""
    waiting = conditional("agreement")
    selection = select(waiting, "2002-2003")
    (line,) = list_instalments(waiting.register, date(2003, 12, 31))
    assert (line.status, line.overdue) == ("conditional", False)
    (made,) = make_statements(selection)
    total = {key: amounts["total"] for key, amounts in made.lines.items()}
    assert (total["receivable_conditional"], total["receivable_later"]) == (D(1000), D(0))
    assert total["deferred"] == total["assets"] == D(1000)
    report = ageing(selection)
    assert [tie for tie in report.ties if not tie.agrees] == []
    (row,) = (row for row in report.rows if row.kind == "row")
    assert (row.values["not_due"], row.values["days"]) == (D(1000), None)
    assert "Conditional: not due until the condition is met" in [row.label for row in report.rows]

    met = events.release(
        waiting.settings, day=date(2002, 9, 1), claim=claim_of(waiting), deferred=D(1000)
    )
    book = conditional("agreement", met)
    (line,) = list_instalments(book.register, date(2003, 12, 31))
    assert (line.status, line.overdue) == ("committed", True)
    (made,) = make_statements(select(book, "2002-2003"))
    assert made.lines["receivable_conditional"]["total"] == 0

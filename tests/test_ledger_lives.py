"""Whole lives of contributions: whatever happens to them, the books hold together.

Lives are drawn: funds, classes, policies, currencies, and every event the builders know, each built
from the register as it stands on its day. Amounts and rates are made up, and nothing below depends
on a particular one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

from beancount.core.data import Transaction
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec import structs
from oracle import Instalment, Oracle
from pledgebook.ledger.declared.chart import CLAIMS
from pledgebook.ledger.declared.currencies import EURO_RATES, decimals
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events import (
    Earmark,
    Labels,
    Part,
    Settled,
    amendment,
    application,
    application_without_pledge,
    bilateral,
    cancellation,
    commitment,
    commitment_of_pledge,
    correction,
    dispute_settled,
    disputed,
    expenditure,
    in_kind,
    interest,
    joint_payment,
    note_dishonoured,
    note_encashed,
    note_issued,
    obligation_paid,
    operating_reserve,
    payment,
    postponement,
    prior_pledge,
    programme_support,
    re_earmarking,
    reassignment,
    receipt_unapplied,
    receipt_without_pledge,
    recovery,
    redenomination,
    refund_overpayment,
    refund_unspent,
    release,
    returned_payment,
    revaluation,
    savings,
    settlement,
    transfer,
    write_off,
)
from pledgebook.ledger.events.asking import advance_for, due_releases
from pledgebook.ledger.events.parts import earmark_of
from pledgebook.ledger.events.reassigning import find_reassignable
from pledgebook.ledger.events.returns import find_write_off
from pledgebook.ledger.files.loading import load_book
from pledgebook.ledger.files.ordering import rank_of
from pledgebook.ledger.files.writing import write_entries
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.money import ZERO, round_to, share
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.columns import Figures
from pledgebook.ledger.register.instalments import list_instalments
from pledgebook.ledger.register.notes import NoteHeld, notes_held
from pledgebook.ledger.register.postings import read_lines
from pledgebook.ledger.register.register import Claim
from pledgebook.reports.figures.agreements import disagreements
from pledgebook.reports.figures.layout import section_name
from pledgebook.reports.figures.selection import Selection, select
from pledgebook.reports.letters import Papers, make_letters
from pledgebook.reports.registry import make_reports
from pledgebook.reports.render.footing import footed
from pledgebook.reports.roll_forwards import roll_forwards
from pledgebook.reports.schedule import Schedule, make_schedule

D = Decimal
HEAD = """option "operating_currency" "{currency}"
plugin "pledgebook.plugins"
1999-12-31 custom "fund" "CPCJF" "A fund"
  settlement: "cash bilateral note loan"
  recognition-general: "{general}"
  recognition-special: "{special}"
1999-12-31 custom "fund" "UNTOC" "An account within it"
  within: "CPCJF"
  classes: "convention"
  settlement: "cash bilateral note"
  recognition-convention: "{convention}"
1999-12-31 custom "purpose" "corruption" "Corruption"
1999-12-31 custom "purpose" "migrant-smuggling" "Smuggling of migrants"
2000-01-01 custom "period" "2000-2001" 2001-12-31
2002-01-01 custom "period" "2002-2003" 2003-12-31
2004-01-01 custom "period" "2004-2005" 2005-12-31
include "entries.beancount"
"""
PERIODS = (date(2002, 1, 1), date(2004, 1, 1))
FIRST, LAST = date(2000, 2, 1), date(2005, 12, 31)
EARMARKS = (
    Earmark("CPCJF", "general"),
    Earmark("CPCJF", "special", "corruption"),
    Earmark("CPCJF", "special", "migrant-smuggling"),
    Earmark("UNTOC", "convention"),
)
DONORS = ("ITA", "AUT", "NOR")
CURRENCIES = {
    "USD": ("USD", "EUR", "ITL", "NOK"),
    "EUR": ("EUR", "USD", "GBP", "NOK"),
    "JPY": ("JPY", "EUR", "ITL", "NOK"),
}
"""In what is pledged to a book, by what it is kept in."""


@dataclass
class Life:
    """A book that grows: each step draws an event, builds it from the register of the day."""

    folder: Path
    random: Random
    policies: tuple[str, str, str]
    currency: str = "USD"
    drafts: list[Draft] = field(default_factory=list)
    day: date = FIRST
    rank: int = 0
    tried: dict[str, int] = field(default_factory=dict)
    told: list[Callable[[Oracle], object]] = field(default_factory=list)
    """What the oracle is to be told of the step that is made."""

    def __post_init__(self) -> None:
        groups = (("CPCJF", "general"), ("CPCJF", "special"), ("UNTOC", "convention"))
        starts = (date(2000, 1, 1), *PERIODS, date(2006, 1, 1))
        self.decimals = decimals(self.currency)
        policies = dict(zip(groups, self.policies, strict=True))
        self.oracle = Oracle(policies, starts, currency=self.currency, decimals=self.decimals)

        self.booked: dict[tuple[str, str, str], Decimal] = {}
        """What the fund's own money comes to, by fund, class and kind of account."""

    def expect(self, earmark: Earmark, kind: str, value: Decimal) -> None:
        key = (earmark.fund, earmark.class_, kind)

        def book(_: Oracle) -> None:
            self.booked[key] = self.booked.get(key, ZERO) + value

        self.told.append(book)

    def tell(self, *facts: Callable[[Oracle], object]) -> None:
        self.told.extend(facts)

    def load(self) -> Book:
        names = ("general", "special", "convention")
        head = HEAD.format(currency=self.currency, **dict(zip(names, self.policies, strict=True)))
        (self.folder / "main.beancount").write_text(head, "utf-8")
        ordered = sorted(self.drafts, key=lambda draft: (draft.date, rank_of(draft.event)))
        text = "\n".join(draft.text() for draft in ordered)
        (self.folder / "entries.beancount").write_text(text, "utf-8")
        book = load_book(self.folder / "main.beancount")
        errors = [error.message for error in book.errors]
        assert not errors, (errors, text)
        return book

    def run(self, steps: int) -> Book:
        book = self.load()
        names = list(STEPS)
        for _ in range(steps):
            self.pass_time(book)
            book = self.load()
            make = STEPS[self.random.choice(names)]
            self.told.clear()
            try:
                made = make(self, book)
            except _NothingToDoError:
                continue
            event = made.event
            if rank_of(event) < self.rank:  # an event that comes earlier in its day
                self.day += timedelta(1)
                self.rank = 0
                continue
            self.rank = rank_of(event)
            self.drafts.append(made)
            for fact in self.told:
                fact(self.oracle)
            self.tried[event] = self.tried.get(event, 0) + 1
            book = self.load()
        self.day = min(self.day, date(2003, 12, 31))
        while self.day < PERIODS[-1]:
            self.pass_time(book, date(2004, 1, 2))
            book = self.load()
        return book

    def pass_time(self, book: Book, until: date | None = None) -> None:
        """Go on to another day; where a biennium begins, release what it makes income."""
        days = self.random.choice((0, 0, 1, 20, 90, 150))
        later = until or min(self.day + timedelta(days), date(2005, 6, 30))
        for start in PERIODS:
            if self.day < start <= later:
                self.day, self.rank = start, rank_of("release")
                self.oracle.begin(start)
                for found in due_releases(book, start):
                    self.drafts.append(
                        release(
                            book.settings,
                            day=start,
                            claim=found.claim,
                            deferred=found.deferred,
                            advance=found.advance,
                        )
                    )
                return
        if later > self.day:
            self.day, self.rank = later, 0

    # What steps draw.

    def claims(self, book: Book, *, committed: bool = True) -> list[Claim]:
        found = [c for c in book.register.claims_at(self.day) if c.committed or not committed]
        if not found:
            raise _NothingToDoError
        self.random.shuffle(found)
        return found

    def claim(self, book: Book, *, committed: bool = True) -> Claim:
        return self.claims(book, committed=committed)[0]

    def part(self, whole: Decimal) -> Decimal:
        """A part of an amount, or all of it."""
        if self.random.random() < 0.5:
            return whole
        return max(self.whole(whole * self.random.randint(1, 99) / 100), self.unit)

    @property
    def unit(self) -> Decimal:
        return D(1).scaleb(-self.decimals)

    def whole(self, value: Decimal) -> Decimal:
        """A value as the book rounds it."""
        return round_to(value, self.decimals)

    def drawn(self, least: int, most: int) -> Decimal:
        """A value between so many hundredths, as the book rounds it."""
        return max(self.whole(D(self.random.randint(least, most)) / 100), self.unit)

    def share(self, value: Decimal, part: Decimal, whole: Decimal) -> Decimal:
        return share(value, part, whole, self.decimals)

    def rate(self) -> Decimal:
        return D(self.random.randint(400, 2500)) / 1000

    def value(self, units: Decimal, currency: str) -> Decimal:
        if currency == self.currency:
            return units
        rate = self.rate() * (1936 if currency == "ITL" else 8 if currency == "NOK" else 1)
        return max(self.whole(units / rate), self.unit)

    def due(self) -> date | None:
        days = self.random.choice((None, 10, 200, 700, 1200))
        return None if days is None else min(self.day + timedelta(days), LAST)

    def parts(self, currency: str, number: int) -> list[Part]:
        made = []
        for _ in range(number):
            amount = self.whole(D(self.random.randint(100, 5_000_000)) / 100)
            if currency == "ITL":
                amount = D(int(amount) * 1000)
            made.append(Part(amount, self.value(amount, currency), self.due()))
        return made

    def labels(self, book: Book) -> Labels:
        return Labels([*book.register.by_label, *book.register.held_under])

    def settled(self, book: Book, claim: Claim) -> Settled:
        units = self.part(claim.units)
        advance = advance_for(book.register, claim.label, self.day)
        return Settled(claim, units, self.value(units, claim.currency), advance)

    def receipt(self, book: Book) -> tuple[str, Earmark, Decimal]:
        held: dict[str, Decimal] = {}
        where: dict[str, Earmark] = {}
        for item in book.register.held:
            if item.kind == "unapplied":
                held[item.label] = held.get(item.label, ZERO) + item.value
                where[item.label] = Earmark(item.fund, item.class_, item.purpose)
        waiting = [label for label, value in held.items() if value]
        if not waiting:
            raise _NothingToDoError
        label = self.random.choice(waiting)
        return label, where[label], held[label]

    def available(self, book: Book, earmark: Earmark) -> Decimal:
        """Cash of a fund, class and purpose that may be spent."""
        money = ZERO
        for entry in book.entries:
            if isinstance(entry, Transaction):
                for line in read_lines(entry, book.settings):
                    own = Earmark(line.place.fund, line.class_, line.purpose)
                    if own == earmark and line.place.kind in {
                        "cash", "in-advance", "obligations", "unapplied",
                    }:  # fmt: skip
                        money += line.value or ZERO
        if money <= 1:
            raise _NothingToDoError
        return money


class _NothingToDoError(Exception):
    """There is nothing this event could happen to."""


def commit(life: Life, book: Book) -> Draft:
    donor, currency = life.random.choice(DONORS), life.random.choice(CURRENCIES[life.currency])
    earmark, committed = life.random.choice(EARMARKS), life.random.random() < 0.75
    made = commitment(
        book.settings,
        day=life.day,
        donor=donor,
        pledge=life.labels(book).next(donor, life.day),
        earmark=earmark,
        currency=currency,
        parts=life.parts(currency, life.random.randint(1, 3)),
        committed=committed,
    ).noted(narration="Pledge")
    tell_commitments(life, made, donor, earmark, committed=committed)
    return made


def tell_commitments(
    life: Life, made: Draft, donor: str, earmark: Earmark, *, committed: bool
) -> None:
    day = life.day
    for line in made.lines:
        if ":Pledges:" in line.account and line.value is not None:
            due = line.meta.get("due")
            put = Instalment(
                line.label, (earmark.fund, earmark.class_, donor), earmark.purpose, line.currency,
                line.number, line.value, day, due if isinstance(due, date) else None, committed,
            )  # fmt: skip
            life.tell(lambda oracle, put=put: oracle.commit(day, put))


def commit_pledged(life: Life, book: Book) -> Draft:
    waiting = [claim for claim in life.claims(book, committed=False) if not claim.committed]
    if not waiting:
        raise _NothingToDoError
    claim = waiting[0]
    made = commitment_of_pledge(
        book.settings, day=life.day, claims=[claim], parts=life.parts(claim.currency, 1)
    )
    tell_commitments(life, made, claim.donor, earmark_of(claim), committed=True)
    return made


def tell_settled(life: Life, settled: Sequence[Settled], cash: Decimal = ZERO) -> None:
    day = life.day
    for each in settled:
        life.tell(
            lambda oracle, each=each: oracle.settle(day, each.claim.label, each.units, each.value)
        )
    life.tell(lambda oracle: oracle.move_cash(day, cash))


def pay(life: Life, book: Book) -> Draft:
    settled = life.settled(book, life.claim(book))
    whole = settled.units == settled.claim.units
    charges = life.whole(min(settled.value / 100, D(50)) / 2) if whole else ZERO
    tell_settled(life, [settled], settled.value - charges)
    day = life.day
    life.tell(lambda oracle: oracle.charge(day, charges))
    return payment(
        book.settings,
        day=life.day,
        claim=settled.claim,
        units=settled.units,
        value=settled.value - charges,
        charges=charges,
        advance=settled.advance,
    )


def pay_jointly(life: Life, book: Book) -> Draft:
    claims = life.claims(book)
    own = [c for c in claims if (c.fund, c.donor) == (claims[0].fund, claims[0].donor)][:3]
    excess = D(life.random.choice((0, 0, 250)))
    settled = [life.settled(book, claim) for claim in own]
    tell_settled(life, settled, sum((each.value for each in settled), excess))
    return joint_payment(
        book.settings,
        day=life.day,
        settled=settled,
        excess=excess,
        receipt=life.labels(book).receipt(life.day) if excess else "",
    ).noted(meta={"payer": "Ministry of Finance"})


def tell_cash(life: Life, value: Decimal) -> None:
    day = life.day
    life.tell(lambda oracle: oracle.move_cash(day, value))


def receive(life: Life, book: Book) -> Draft:
    fund, value = life.random.choice(("CPCJF", "UNTOC")), life.random.randint(1, 9_000_000)
    tell_cash(life, life.whole(D(value) / 100))
    return receipt_unapplied(
        book.settings,
        day=life.day,
        fund=fund,
        label=life.labels(book).receipt(life.day),
        value=life.whole(D(value) / 100),
    ).noted(narration="Unknown payer")


def apply(life: Life, book: Book) -> Draft:
    receipt, held, amount = life.receipt(book)
    settled: list[Settled] = []
    for claim in life.claims(book)[:2]:
        each = life.settled(book, claim)
        if sum((other.value for other in settled), each.value) <= amount:
            settled.append(each)
    if not settled:
        raise _NothingToDoError
    tell_settled(life, settled)
    return application(
        book.settings, day=life.day, receipt=receipt, held=held, amount=amount, settled=settled
    )


def apply_to_no_pledge(life: Life, book: Book) -> Draft:
    receipt, held, amount = life.receipt(book)
    value, donor = life.part(amount), life.random.choice(DONORS)
    earmark = life.random.choice(EARMARKS)
    tell_gift(life, donor, earmark, value)
    return application_without_pledge(
        book.settings,
        day=life.day,
        receipt=receipt,
        held=held,
        amount=amount,
        value=value,
        donor=donor,
        earmark=earmark,
    )


def tell_gift(life: Life, donor: str, earmark: Earmark, value: Decimal) -> None:
    day, row = life.day, (earmark.fund, earmark.class_, donor)
    life.tell(lambda oracle: oracle.give(day, row, value))


def give_back(life: Life, book: Book) -> Draft:
    receipt, held, amount = life.receipt(book)
    value = life.part(amount)
    day = life.day
    life.tell(lambda oracle: oracle.give_back(day, value))
    return refund_overpayment(
        book.settings,
        day=life.day,
        receipt=receipt,
        held=held,
        amount=amount,
        value=value,
    )


def return_payment(life: Life, book: Book) -> Draft:
    """The bank takes back the last payment of an instalment, or a part of it."""
    found = [
        changes[-1]
        for changes in book.register.by_label.values()
        if changes[-1].event == "payment" and changes[-1].date <= life.day
    ]
    if not found:
        raise _NothingToDoError
    change = life.random.choice(found)
    now = change.after
    assert change.before is not None
    units = change.before.units - now.units
    part = life.part(units)
    value = life.share(change.value_out, part, units)
    whole = change.received + change.advanced
    gross = part if now.currency == life.currency else life.share(whole, part, units)
    if not gross or not value:
        raise _NothingToDoError
    day = life.day
    tell_cash(life, -gross)
    life.tell(lambda oracle: oracle.take_back(day, now.label, part, value, gross))
    return returned_payment(
        book.settings,
        day=life.day,
        now=now,
        was=structs.replace(change.before, units=now.units + part, value=now.value + value),
        value=gross,
        reverses=change.date.isoformat(),
        advance=advance_for(book.register, now.label, life.day),
    )


def deliver(life: Life, book: Book) -> Draft:
    """The donor delivers something itself, in a form that the fund takes."""
    claim = next((c for c in life.claims(book) if c.is_recognised(life.day)), None)
    if claim is None:
        raise _NothingToDoError
    units, day = life.part(claim.units), life.day
    form = life.random.choice(("bilateral", "loan")) if claim.fund == "CPCJF" else "bilateral"
    if life.share(claim.value, claim.units - units, claim.units) == claim.value:
        raise _NothingToDoError
    label = claim.label
    life.tell(lambda oracle: oracle.settle_without_cash(day, label, units, "other_forms"))
    return bilateral(book.settings, day=day, claim=claim, units=units, form=form)


def take_note(life: Life, book: Book) -> Draft:
    claim, day = life.claim(book), life.day
    units = life.part(claim.units)
    if life.share(claim.value, claim.units - units, claim.units) == claim.value:
        raise _NothingToDoError
    life.tell(lambda oracle: oracle.settle_without_cash(day, claim.label, units, "notes"))
    return note_issued(
        book.settings,
        day=day,
        claim=claim,
        units=units,
        note="PN",
        held=notes_held(book.entries, book.settings, day).get(claim.label),
        advance=advance_for(book.register, claim.label, day),
    )


def note_of(life: Life, book: Book) -> tuple[NoteHeld, Claim, Decimal, Decimal]:
    """A note that is held, its instalment, a part of it, and what that is carried at."""
    held = list(notes_held(book.entries, book.settings, life.day).values())
    if not held:
        raise _NothingToDoError
    note = life.random.choice(held)
    units = life.part(note.units)
    carried = note.value - life.share(note.value, note.units - units, note.units)
    if not carried or (not note.value - carried and units != note.units):
        raise _NothingToDoError
    return note, book.register.by_label[note.label][-1].after, units, carried


def encash(life: Life, book: Book) -> Draft:
    note, claim, units, carried = note_of(life, book)
    day, value = life.day, life.value(units, note.currency)
    life.tell(lambda oracle: oracle.encash(day, note.label, carried, value))
    return note_encashed(
        book.settings,
        day=day,
        claim=claim,
        held=note,
        units=units,
        value=value,
        advance=advance_for(book.register, note.label, day),
    )


def dishonour(life: Life, book: Book) -> Draft:
    note, claim, units, carried = note_of(life, book)
    last = book.register.by_label[note.label][-1]
    if not last.event.startswith("note-"):
        raise _NothingToDoError
    day = life.day
    draft = note_dishonoured(
        book.settings,
        day=day,
        now=claim,
        held=note,
        units=units,
        advance=advance_for(book.register, note.label, day),
    )
    life.tell(lambda oracle: oracle.dishonour(day, note.label, units, carried))
    return draft


def dispute(life: Life, book: Book) -> Draft:
    """Nothing moves, so the oracle has nothing to be told."""
    claim = life.claim(book)
    if claim.disputed:
        return dispute_settled(book.settings, day=life.day, claim=claim)
    units = life.part(claim.units)
    return disputed(book.settings, day=life.day, claim=claim, units=units)


def amend(life: Life, book: Book) -> Draft:
    claim = life.claim(book, committed=False)
    units = life.whole(claim.units * life.random.choice((50, 90, 110, 200)) / 100)
    added = max(life.value(units - claim.units, claim.currency), ZERO)
    if not units or units == claim.units or not life.share(claim.value, units, claim.units):
        raise _NothingToDoError
    day = life.day
    life.tell(lambda oracle: oracle.amend(day, claim.label, units, added))
    return amendment(book.settings, day=life.day, claim=claim, units=units, value_added=added)


def postpone(life: Life, book: Book) -> Draft:
    claim, due = life.claim(book), life.due()
    if due is None or due == claim.due:
        raise _NothingToDoError
    day = life.day
    life.tell(lambda oracle: oracle.postpone(day, claim.label, due))
    advance = advance_for(book.register, claim.label, day)
    return postponement(book.settings, day=day, claim=claim, due=due, advance=advance)


def cancel(life: Life, book: Book) -> Draft:
    claim, day = life.claim(book, committed=False), life.day
    life.tell(lambda oracle: oracle.cancel(day, claim.label))
    return cancellation(book.settings, day=day, claim=claim)


def give_up(life: Life, book: Book) -> Draft:
    claim, day = life.claim(book), life.day
    units = life.part(claim.units)
    life.tell(lambda oracle: oracle.write_off(day, claim.label, units))
    return write_off(
        book.settings,
        day=day,
        claim=claim,
        authority="Controller (made up)",
        units=units,
    )


def re_earmark(life: Life, book: Book) -> Draft:
    claim, earmark = life.claim(book, committed=False), life.random.choice(EARMARKS)
    here = (claim.fund, claim.class_, claim.purpose) == (
        earmark.fund, earmark.class_, earmark.purpose,
    )  # fmt: skip
    noted = claim.label in notes_held(book.entries, book.settings)
    if here or noted or advance_for(book.register, claim.label, life.day):
        raise _NothingToDoError
    day, to = life.day, (earmark.fund, earmark.class_, earmark.purpose)
    life.tell(lambda oracle: oracle.move(day, claim.label, *to))
    return re_earmarking(book.settings, day=day, claim=claim, earmark=earmark)


def reassign(life: Life, book: Book) -> Draft:
    """An instalment, settled perhaps, was recorded under the wrong donor."""
    labels = [label for label, own in book.register.by_label.items() if own[0].date <= life.day]
    if not labels:
        raise _NothingToDoError
    label, day = life.random.choice(labels), life.day
    found = find_reassignable(book, label, day)
    if notes_held(book.entries, book.settings).keys() & {each.claim.label for each in found.moving}:
        raise _NothingToDoError  # the note would stay behind
    donor = found.moving[0].claim.donor
    to = life.random.choice([each for each in DONORS if each != donor])
    life.tell(lambda oracle: oracle.reassign(day, label, to))
    return reassignment(
        book.settings,
        day=day,
        moving=found.moving,
        to=to,
        cause="Misread (made up)",
        authority="Controller (made up)",
    )


def recover(life: Life, book: Book) -> Draft:
    """What was written off last of an instalment, or a part of it, is owed again."""
    given_up = [
        own[-1]
        for own in book.register.by_label.values()
        if own[-1].event == "write-off" and own[-1].before and own[-1].date < life.day
    ]
    if not given_up:
        raise _NothingToDoError
    change, day = life.random.choice(given_up), life.day
    assert change.before is not None
    units = life.part(change.before.units - change.after.units)
    name = change.date.isoformat()
    try:
        found = find_write_off(book, change.label, name, day, units)
        made = recovery(book.settings, day=day, now=found.now, was=found.was, reverses=name)
    except EventRefusedError:
        raise _NothingToDoError from None
    back = found.was.value - found.now.value
    life.tell(lambda oracle: oracle.recover(day, change.label, units, back))
    return made


def find_late(life: Life, book: Book) -> Draft:
    """A pledge of an earlier period is found only now."""
    day, starts = life.day, life.oracle.start_of(life.day)
    if starts == life.oracle.starts[0]:
        raise _NothingToDoError
    made_on = starts - timedelta(life.random.randint(1, 300))
    donor, earmark = life.random.choice(DONORS), life.random.choice(EARMARKS)
    units = life.drawn(100, 5_000_000)
    part = Part(units, units, life.random.choice((None, starts - timedelta(1), day)))
    pledge = life.labels(book).next(donor, made_on)
    row = (earmark.fund, earmark.class_, donor)
    found = Instalment(
        f"{pledge}.1",
        row,
        earmark.purpose,
        life.currency,
        units,
        units,
        made_on,
        part.due,
        committed=True,
    )
    life.tell(lambda oracle: oracle.find_late(day, found))
    return prior_pledge(
        book.settings,
        day=day,
        made_on=made_on,
        cause="Misfiled (made up)",
        donor=donor,
        pledge=pledge,
        earmark=earmark,
        currency=life.currency,
        parts=[part],
    )


def correct(life: Life, book: Book) -> Draft:
    """An earlier period got something wrong that concerns no donor."""
    if life.oracle.start_of(life.day) == life.oracle.starts[0]:
        raise _NothingToDoError
    earmark, value = life.random.choice(EARMARKS[:1]), life.drawn(1, 90_000)
    life.expect(earmark, "correction", -value)
    return correction(
        book.settings, day=life.day, earmark=earmark, value=value, cause="Twice (made up)"
    )


def revalue(life: Life, book: Book) -> Draft:
    claim = life.claim(book, committed=False)
    value = life.value(claim.units, claim.currency)
    if value == claim.value or claim.currency == life.currency:
        raise _NothingToDoError
    day = life.day
    life.tell(lambda oracle: oracle.revalue(day, claim.label, value))
    return revaluation(book.settings, day=day, claim=claim, value=value)


def redenominate(life: Life, book: Book) -> Draft:
    legacy = [c for c in life.claims(book, committed=False) if c.currency in EURO_RATES]
    if not legacy:
        raise _NothingToDoError
    day, claim = life.day, legacy[0]
    life.tell(lambda oracle: oracle.redenominate(day, claim.label, EURO_RATES[claim.currency]))
    return redenomination(book.settings, day=day, claim=claim)


def give(life: Life, book: Book) -> Draft:
    donor, earmark = life.random.choice(DONORS), life.random.choice(EARMARKS)
    value = life.drawn(1, 5_000_000)
    tell_gift(life, donor, earmark, value)
    tell_cash(life, value)
    return receipt_without_pledge(
        book.settings, day=life.day, donor=donor, earmark=earmark, value=value
    ).noted(narration="Gift")


def give_in_kind(life: Life, book: Book) -> Draft:
    return in_kind(
        book.settings, day=life.day, donor="AUT", earmark=EARMARKS[0], value=D(8000)
    ).noted(narration="Rooms")


def spend(life: Life, book: Book) -> Draft:
    """Any of the events that spend or move money that is there."""
    earmark = life.random.choice(EARMARKS)
    value = life.part(life.whole(life.available(book, earmark) / 2))
    common = {"day": life.day, "value": value}
    kind = life.random.randrange(7)
    if kind == 0:
        day, row = life.day, (earmark.fund, earmark.class_, "ITA")
        life.tell(lambda oracle: oracle.refund(day, row, value))
        life.expect(earmark, "refunds", value)
        return refund_unspent(book.settings, donor="ITA", earmark=earmark, **common)
    if kind == 1:
        life.expect(earmark, "programme", value)
        life.expect(earmark, "obligations", -value)
        return expenditure(book.settings, earmark=earmark, obligated=True, **common)
    if kind == 2 and earmark.fund == "CPCJF":
        life.expect(earmark, "programme-support", life.whole(value * D("0.13")))
        return programme_support(
            book.settings, day=life.day, earmark=earmark, expenditure=value, rate=D("0.13")
        )
    if kind in {3, 4}:
        target = life.random.choice([other for other in EARMARKS if other != earmark])
        settled = kind == 3
        if not settled and target.fund != earmark.fund:
            life.expect(earmark, "due-to", -value)
            life.expect(target, "due-from", value)
        return transfer(book.settings, source=earmark, target=target, settled=settled, **common)
    if kind == 5:
        life.expect(earmark, "operating-reserve", -value)
        return operating_reserve(book.settings, earmark=earmark, **common)
    life.expect(earmark, "programme", value)
    return expenditure(book.settings, earmark=earmark, **common)


def settle_between_funds(life: Life, book: Book) -> Draft:
    owed = [
        (line, draft)
        for draft in life.drafts
        for line in draft.lines
        if draft.event == "transfer"
        and ":Due-To:" in line.account
        and not any(":Cash" in other.account for other in draft.lines)  # paid at once
    ]
    if not owed or any(draft.event == "settlement" for draft in life.drafts):
        raise _NothingToDoError
    line, draft = owed[0]
    fund = line.account.split(":")[1]
    other = "UNTOC" if fund == "CPCJF" else "CPCJF"
    target = next(item for item in draft.lines if ":Due-From:" in item.account)
    owing = Earmark(fund, str(line.meta["class"]), str(line.meta.get("purpose", "")))
    owed_to = Earmark(other, str(target.meta["class"]), str(target.meta.get("purpose", "")))
    life.expect(owing, "due-to", -line.number)
    life.expect(owed_to, "due-from", line.number)
    return settlement(
        book.settings, day=life.day, source=owing, target=owed_to, value=-line.number
    ).noted(narration="Settled")


def obligations(life: Life, book: Book) -> Draft:
    """An obligation raised before is paid, or not needed."""
    raised: dict[Earmark, Decimal] = {}
    for draft in life.drafts:
        for line in draft.lines:
            if ":Obligations" in line.account:
                meta = draft.meta
                key = Earmark(
                    line.account.split(":")[1], str(meta["class"]), str(meta.get("purpose", ""))
                )
                raised[key] = raised.get(key, ZERO) - line.number
    open_ones = [(earmark, value) for earmark, value in raised.items() if value > 0]
    if not open_ones:
        raise _NothingToDoError
    earmark, value = open_ones[0]
    builder = life.random.choice((obligation_paid, savings))
    value = life.part(value)
    life.expect(earmark, "obligations", value)
    if builder is savings:
        life.expect(earmark, "savings", -value)
    return builder(book.settings, day=life.day, earmark=earmark, value=value)


def earn_interest(life: Life, book: Book) -> Draft:
    shares = [(earmark, D(life.random.randint(1, 900))) for earmark in EARMARKS[:2]]
    for earmark, value in shares:
        life.expect(earmark, "interest", -value)
    return interest(book.settings, day=life.day, shares=shares)


STEPS: dict[str, Callable[[Life, Book], Draft]] = {
    f"{step.__name__} {number}": step
    for step, weight in {
        commit: 5, commit_pledged: 2, pay: 4, pay_jointly: 2, receive: 2, apply: 2,
        apply_to_no_pledge: 1, give_back: 1, return_payment: 2, amend: 2, postpone: 2, cancel: 1,
        give_up: 1, re_earmark: 2, revalue: 2, redenominate: 1, give: 1, give_in_kind: 1, spend: 5,
        settle_between_funds: 4, obligations: 4, earn_interest: 1, reassign: 3, recover: 2,
        find_late: 1, correct: 1, deliver: 2, take_note: 3, encash: 3, dishonour: 1, dispute: 1,
    }.items()
    for number in range(weight)
}  # fmt: skip


def cuts(book: Book, random: Random) -> Iterator[Selection]:
    """Bienniums, their years, and two days drawn; each fund alone for one of them."""
    for name in ("2000-2001", "2002-2003", "2004-2005"):
        yield select(book, name)
    for name in ("2001", "2002", "2003", "2004", "2003-Q1"):
        yield select(book, name)
    for _ in range(2):
        yield select(book, as_at=FIRST + timedelta(random.randrange(700, 2000)))
    for fund in ("CPCJF", "UNTOC"):
        yield select(book, "2002-2003", fund=fund)


def rows_of(made: Schedule) -> dict[tuple[str, str, str], Figures]:
    return {
        (*group, line.donor): line.figures
        for group, lines in made.sections.items()
        for line in lines
    }


def column(made: Schedule, name: str) -> dict[tuple[str, str, str], Decimal]:
    found = {key: getattr(figures, name) for key, figures in rows_of(made).items()}
    return {key: amount for key, amount in found.items() if amount}


def prove(book: Book, random: Random, oracle: Oracle) -> None:
    for selection in cuts(book, random):
        made = make_schedule(selection)
        where = (selection.cut.name, selection.cut.end, selection.funds)
        told = oracle.schedule(selection.cut.start, selection.cut.end)
        assert {
            row: {key: amount for key, amount in figures.amounts().items() if amount}
            for row, figures in rows_of(made).items()
        } == {row: amounts for row, amounts in told.items() if row[0] in selection.funds}, where
        if len(selection.funds) > 1:
            lines = oracle.proof(selection.cut.start, selection.cut.end)
            assert {line: getattr(made.proof, line) for line in lines} == lines, where
        assert [tie for tie in made.ties if not tie.agrees] == [], where
        assert made.proof.agrees, (where, made.proof)
        assert all(line.figures.foots for lines in made.sections.values() for line in lines), where
        prove_roll_forwards(selection, oracle)
    named = {
        name: make_schedule(select(book, name))
        for name in ("2000-2001", "2001", "2002", "2003", "2002-2003", "2004", "2004-2005")
    }
    for before, after in (
        ("2000-2001", "2002-2003"), ("2002-2003", "2004-2005"), ("2001", "2002"),
        ("2002", "2003"), ("2003", "2004"),
    ):  # fmt: skip
        assert column(named[before], "closing") == column(named[after], "opening"), (before, after)
    parts = {"donor": random.choice(DONORS), "class_": random.choice(("general", "special"))}
    for selection in (
        select(book, "2002-2003"),
        select(book, "2003-Q2"),
        select(book, "2004-2005", **dict([random.choice(list(parts.items()))])),  # type: ignore[arg-type]
        select(book, "2002-2003", purpose="corruption"),
    ):
        made = [footed(report) for report in make_reports(selection, ())]
        for report in made:
            assert [tie for tie in report.ties if not tie.agrees] == [], report.name
        assert disagreements(made) == []
    prove_statements(select(book, random.choice(("2002", "2002-2003", "2003"))), oracle)
    prove_lots(book)
    prove_balances(book)
    for line in list_instalments(book.register):
        assert line.pledged == line.paid + line.written_off + line.outstanding, line
    # What Italy is given back, and what is spent, is not asked to be there.
    expected = {"approval", "document", "refund-beyond", "cash-below-nothing"}
    assert {notice.rule for notice in book.notices} <= expected, book.notices


def prove_statements(selection: Selection, oracle: Oracle) -> None:
    """Each donor's statement says of each fund and class what the oracle says, and adds up."""
    told = oracle.schedule(selection.cut.start, selection.cut.end)
    stated = {}
    for letter in make_letters(Papers(selection), "statement", day=selection.cut.end):
        table = letter.table("summary")
        # The oracle knows no money that waits to be applied, nor when what it applied came.
        unknown = ("not yet applied", "in advance before")
        lines = [
            line for line in table.lines if not any(say in str(line.cells[0]) for say in unknown)
        ]
        columns = zip(*(line.cells for line in lines), strict=True)
        for heading, amounts in zip(table.headings, columns, strict=True):
            if heading.kind == "amount":
                at = next(number for number, line in enumerate(table.lines) if line.total)
                assert sum(map(D, amounts[:at]), D(0)) == amounts[at], letter.donor
            if heading.key not in {"line", "total"}:
                own = sorted(abs(each) for each in amounts if isinstance(each, D) and each)
                stated[(*heading.key.split(), letter.donor)] = own
    expected = {
        row: sorted(abs(amount) for key, amount in amounts.items() if key != "exchange_unpaid")
        for row, amounts in told.items()
    }
    assert {row: amounts for row, amounts in stated.items() if amounts} == {
        row: amounts for row, amounts in expected.items() if amounts
    }


def prove_roll_forwards(selection: Selection, oracle: Oracle) -> None:
    """Opening, closing, written off and exchange of each fund and class are what the oracle says of
    its instalments.
    """
    cut = selection.cut
    report = footed(roll_forwards(selection))
    expected: dict[tuple[str, str, str], Decimal] = {}

    def expect(found: Instalment, what: str, column: str, amount: Decimal) -> None:
        if found.row[0] in selection.funds:
            key = (section_name(selection, *found.row[:2]), what, column)
            expected[key] = expected.get(key, D(0)) + amount

    for day, what in ((cut.start - timedelta(1), "Opening"), (cut.end, "Closing")):
        for found in oracle.as_at(day):
            receipt = oracle.policy(found) == "receipt" or not found.committed
            kind = "memorandum" if receipt else "receivable"
            expect(found, what, kind, found.value)
            if found.committed and not found.recognised and not receipt:
                expect(found, what, "deferred", found.value)
        for at, found, column, amount in oracle.amounts:
            if column == "in_advance" and at <= day:
                expect(found, what, "in_advance", amount)
    for at, found, column, amount in oracle.amounts:
        within = cut.start <= at <= cut.end and oracle.policy(found) != "receipt"
        if within and column in {"exchange", "written_off"}:
            expect(found, column, "due", amount if column == "exchange" else -amount)
    told: dict[tuple[str, str, str], Decimal] = {}
    section = ""
    lines = {"Exchange": "exchange", "Written off": "written_off", "Write-offs": "written_off"}
    for row in report.rows:
        section = row.label if row.kind == "section" else section
        words = str(row.values.get("cause") or row.label)
        amounts = {key: value for key, value in row.values.items() if isinstance(value, D)}
        if words.startswith("Closing, all"):
            continue
        if words.startswith(("Opening", "Closing")):
            for key, amount in amounts.items():
                if key not in {"unapplied", "allowance", "notes"}:
                    told[section, words.split(",", maxsplit=1)[0], key] = amount
        for begins, what in lines.items():
            if words.startswith(begins):
                key = (section, what, "due")
                told[key] = told.get(key, D(0)) + amounts["receivable"] - amounts["deferred"]
                told[key] += amounts.get("notes", D(0))
    assert {key: amount for key, amount in told.items() if amount} == {
        key: amount for key, amount in expected.items() if amount
    }, (cut.name, cut.end)


def prove_lots(book: Book) -> None:
    """The register is the ledger, lot by lot: units and cost of every label's open lot."""
    lots: dict[tuple[str, str, str], tuple[Decimal, Decimal]] = {}
    for entry in book.entries:
        if not isinstance(entry, Transaction):
            continue
        for line in read_lines(entry, book.settings):
            if line.place.kind in CLAIMS:
                key = (line.label, line.posting.account, line.currency)
                units, cost = lots.get(key, (D(0), D(0)))
                lots[key] = units + line.units, cost + (line.value or ZERO)
    open_lots = {
        (label, account.split(":")[1], account.split(":")[-1], currency): (units, cost)
        for (label, account, currency), (units, cost) in lots.items()
        if units
    }
    assert all(not cost for units, cost in lots.values() if not units)
    claims = {
        (claim.label, claim.fund, claim.donor, claim.currency): (claim.units, claim.value)
        for claim in book.register.claims_at(LAST)
    }
    assert open_lots == claims


def prove_balances(book: Book) -> None:
    """Every entry balances in each fund and class; the book knows of no exception."""
    for entry in book.entries:
        if isinstance(entry, Transaction):
            sums: dict[tuple[str, str], Decimal] = {}
            for line in read_lines(entry, book.settings):
                key = (line.place.fund, line.class_)
                sums[key] = sums.get(key, ZERO) + (line.value or ZERO)
            assert not any(sums.values()), entry


def prove_own_money(life: Life, book: Book) -> None:
    """Spending, obligations, savings, reserves and what funds owe each other are as told."""
    sums: dict[tuple[str, str, str], Decimal] = {}
    for entry in book.entries:
        if isinstance(entry, Transaction):
            for line in read_lines(entry, book.settings):
                if line.place.kind in OWN:
                    key = (line.place.fund, line.class_, line.place.kind)
                    sums[key] = sums.get(key, ZERO) + (line.value or ZERO)
    assert {key: x for key, x in sums.items() if x} == {k: x for k, x in life.booked.items() if x}


OWN = frozenset(
    {
        "programme", "programme-support", "obligations", "savings", "due-to", "due-from",
        "interest", "refunds", "operating-reserve", "correction",
    }
)  # fmt: skip


def register_of(book: Book, day: date | None = None) -> list[object]:
    return [
        (line.label, line.status, line.outstanding, line.carrying, line.paid, line.received)
        for line in list_instalments(book.register, day)
    ]


def prove_writing(life: Life, book: Book) -> None:
    """What our writer puts into a book, all at once, is the same register."""
    with tempfile.TemporaryDirectory() as name:
        other = Life(Path(name), life.random, life.policies, life.currency)
        written = other.load()
        write_entries(written, life.drafts)
        again = load_book(Path(name) / "main.beancount")
        assert [error.message for error in again.errors] == []
        assert register_of(again) == register_of(book)


def prove_as_at(life: Life, book: Book) -> None:
    """As at a day, the book says what it said when nothing later had been entered."""
    day = FIRST + timedelta(life.random.randrange(300, 1900))
    with tempfile.TemporaryDirectory() as name:
        earlier = [draft for draft in life.drafts if draft.date <= day]
        then = Life(Path(name), life.random, life.policies, life.currency, earlier).load()
        assert register_of(then, day) == register_of(book, day)
        before, now = (make_schedule(select(one, as_at=day)) for one in (then, book))
        assert rows_of(before) == rows_of(now)


POLICIES = st.sampled_from(
    [
        ("pledge", "pledge", "pledge"),
        ("pledge", "receipt", "receipt"),
        ("agreement", "agreement", "agreement"),
        ("pledge", "agreement", "receipt"),
    ]
)
EXAMPLES = int(os.environ.get("PLEDGEBOOK_LIVES", "12"))


@settings(max_examples=EXAMPLES, phases=[Phase.generate])
@given(seed=st.integers(0, 2**32), policies=POLICIES, currency=st.sampled_from(sorted(CURRENCIES)))
def test_whatever_happens_the_books_hold_together(
    seed: int, policies: tuple[str, str, str], currency: str
) -> None:
    """Books kept in dollars, in euros and in yen, which have no cents."""
    with tempfile.TemporaryDirectory() as name:
        life = Life(Path(name), Random(seed), policies, currency)
        book = life.run(30)
        prove(book, life.random, life.oracle)
        prove_own_money(life, book)
        prove_writing(life, book)
        prove_as_at(life, book)

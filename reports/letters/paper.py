"""What all letters share: one pass over the book, the letterhead, the addressee, names.

`Papers` reads a selection once for all donors; each kind of letter asks it for its part.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TypeVar, cast

from msgspec import structs
from pledgebook.ledger.correspondence.letters import SentLetter, read_letters
from pledgebook.ledger.correspondence.receipts import OfficialReceipt, read_receipts
from pledgebook.ledger.declared.declarations import as_text
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.declared.stationery import Texts
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.collections import (
    Collection,
    CollectionKey,
    list_collections,
    list_returns,
)
from pledgebook.ledger.register.columns import Figures
from pledgebook.ledger.register.instalments import Instalment, by_number, list_instalments
from pledgebook.ledger.register.register import Change
from pledgebook.reports.figures.figures import figures_by_label
from pledgebook.reports.figures.selection import Selection
from pledgebook.reports.letters.language import Language, clean, mark
from pledgebook.reports.letters.letter import Block, Facts, Letter, Paragraph, Slip
from pledgebook.reports.schedule import Schedule, make_schedule

T = TypeVar("T")

CLASS_NAMES = {
    "general": mark("General purpose"),
    "special": mark("Special purpose"),
    "support": mark("Programme support"),
    "convention": mark("Convention"),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """Money of a donor that is not yet applied to a pledge: since when, in which fund, what is left
    of it in the book's currency.
    """

    day: date
    fund: str
    value: Decimal


@dataclass(frozen=True)
class Papers:
    """What letters rest on: a selection, read once for all donors."""

    selection: Selection

    @property
    def book(self) -> Book:
        """The book."""
        return self.selection.book

    @property
    def settings(self) -> Settings:
        """What the book declares."""
        return self.selection.book.settings

    def of_record(self, code: str) -> str:
        """Return the code under which a donor is at the end of the cut."""
        return self.settings.donors.of_record(code, self.selection.cut.end)

    @cached_property
    def schedule(self) -> Schedule:
        """The schedule of voluntary contributions over the same cut."""
        return make_schedule(self.selection)

    @cached_property
    def figures(self) -> dict[str, Figures]:
        """The schedule's figures by instalment."""
        rows: dict[str, Figures] = {}
        for (_, _, label), figures in figures_by_label(self.selection).items():
            rows.setdefault(label, Figures()).add(figures)
        return rows

    @cached_property
    def instalments(self) -> dict[str, list[Instalment]]:
        """The register's lines at the end of the cut, by donor; those with a label."""
        found: dict[str, list[Instalment]] = {}
        for line in list_instalments(self.book.register, self.selection.cut.end):
            if line.label and line.label in self.book.register.by_label:
                found.setdefault(line.donor, []).append(line)
        return found

    @cached_property
    def collections(self) -> dict[str, list[Collection]]:
        """What came in within the cut, by donor."""
        cut = self.selection.cut
        found: dict[str, list[Collection]] = {}
        for each in list_collections(self.book.register):
            if each.key.day in cut:
                found.setdefault(each.key.donor, []).append(each)
        return found

    @cached_property
    def by_key(self) -> dict[CollectionKey, Collection]:
        """What came in within the cut, by what a receipt says of it."""
        return {each.key: each for own in self.collections.values() for each in own}

    @cached_property
    def returns(self) -> dict[str, list[Collection]]:
        """What banks took back within the cut, below zero, by donor."""
        cut = self.selection.cut
        found: dict[str, list[Collection]] = {}
        for each in list_returns(self.book.register):
            if each.key.day in cut:
                found.setdefault(each.key.donor, []).append(each)
        return found

    @cached_property
    def commitments(self) -> dict[str, list[Change]]:
        """What was committed within the cut, by donor, in the order of days and labels."""
        cut = self.selection.cut
        found: dict[str, list[Change]] = {}
        for change in self.book.register.changes:
            if change.event == "commitment" and change.after.committed and change.date in cut:
                found.setdefault(change.after.donor, []).append(change)
        for changes in found.values():
            changes.sort(key=lambda change: (change.date, by_number(change.label)))
        return found

    @cached_property
    def released(self) -> dict[tuple[str, str, str], dict[str, Decimal]]:
        """What of money in advance became income within the cut, by fund, class and donor: value
        by instalment.
        """
        cut = self.selection.cut
        found: dict[tuple[str, str, str], dict[str, Decimal]] = {}
        for change in self.book.register.changes:
            if change.advance_released and change.date in cut:
                claim = change.after
                own = found.setdefault((claim.fund, claim.class_, claim.donor), {})
                own[change.label] = own.get(change.label, ZERO) + change.advance_released
        return found

    @cached_property
    def receipts(self) -> list[OfficialReceipt]:
        """The official receipts of the book, each of the donor under the name at the end."""
        return [
            structs.replace(each, key=each.key._replace(donor=self.of_record(each.key.donor)))
            for each in read_receipts(self.book.entries)
        ]

    @cached_property
    def letters(self) -> list[SentLetter]:
        """The letters of the book."""
        return read_letters(self.book.entries)

    @cached_property
    def unapplied(self) -> dict[tuple[str, str], Decimal]:
        """Money that waits to be applied at the end of the cut, by donor and fund."""
        found: dict[tuple[str, str], Decimal] = {}
        for donor, own in self.waiting.items():
            for each in own:
                found[donor, each.fund] = found.get((donor, each.fund), ZERO) + each.value
        return found

    @cached_property
    def waiting(self) -> dict[str, list[Waiting]]:
        """What waits to be applied at the end of the cut, by donor, where its entry says whose it
        is: what was paid too much, or came under the donor's exact name.
        """
        register = self.book.register
        donors: dict[int, set[str]] = {}
        for change in register.changes:
            donors.setdefault(id(change.entry), set()).add(change.after.donor)
        found: dict[str, list[Waiting]] = {}
        for label, held in register.held_under.items():
            if held[0].kind != "unapplied":
                continue
            left = sum(
                (each.value for each in held if each.entry.date <= self.selection.cut.end), ZERO
            )
            meta = held[0].entry.meta
            known = donors.get(id(held[0].entry), set())
            donor = self.of_record(as_text(meta.get("proposed-donor", ""))) or (
                next(iter(known)) if len(known) == 1 else ""
            )
            if donor and left and label:
                day = min(each.since for each in held)
                found.setdefault(donor, []).append(Waiting(day, held[0].fund, left))
        return {donor: sorted(own, key=lambda each: each.day) for donor, own in found.items()}

    def funds_of(self, donor: str, funds: tuple[str, ...]) -> tuple[str, ...]:
        """Return those of some funds in which the donor has anything; all of them if in none."""
        own = {line.fund for line in self.instalments.get(donor, [])}
        own |= {each.key.fund for each in self.collections.get(donor, [])}
        own |= {fund for code, fund in self.unapplied if code == donor}
        own |= {
            fund
            for (fund, _), lines in self.schedule.sections.items()
            if any(line.donor == donor for line in lines)
        }
        return tuple(code for code in funds if code in own) or funds

    def donor_name(self, code: str, speaking: Language) -> str:
        """Return a donor's name in a language, as it was at the end of the cut: what the book
        says, else the United Nations' name of a State.
        """
        return self.settings.donor_name(code, speaking.code, self.selection.cut.end)

    def fund_name(self, code: str, speaking: Language) -> str:
        """Return a fund's name in a language."""
        return self.settings.stationery.fund_name(code, speaking.code)

    def purpose_name(self, code: str, speaking: Language) -> str:
        """Return a purpose's name in a language, "" for none."""
        return self.settings.stationery.purpose_name(code, speaking.code) if code else ""

    def class_name(self, code: str, speaking: Language) -> str:
        """Return a class's name in a language; one the program does not know, as declared."""
        return speaking.say(CLASS_NAMES[code]) if code in CLASS_NAMES else code

    def roots(self) -> list[tuple[str, ...]]:
        """Return the selected funds, those operated within another together with it: what goes on
        one letter.
        """
        funds = self.selection.funds
        outer = {
            code: next((each for each in funds if self.settings.is_within(code, each)), code)
            for code in funds
        }
        return [
            tuple(code for code in funds if outer[code] == root)
            for root in dict.fromkeys(outer.values())
        ]

    def letterhead(self, funds: Sequence[str]) -> Texts:
        """Return the letterhead of the first of these funds that has one, else of the fund it is
        operated within; an empty one if there is none.
        """
        declared = self.settings.stationery.letterheads
        for own in funds:
            code, seen = own, set[str]()
            while code and code not in seen:
                if code in declared:
                    return declared[code]
                seen.add(code)
                fund = self.settings.funds.get(code)
                code = fund.within if fund else ""
        return Texts()

    def preferred_language(self, donor: str) -> str:
        """Return the language the donor's addressee asks for, else English."""
        texts = self.settings.stationery.addressees.get(donor, Texts())
        return texts.stated.get("language", "") or "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which letter is asked for: to whom, about which funds, in which language, dated when. An
    empty `reference` makes a draft. `pledge` is the link of the one it is about, "" for all;
    `agreement` the reference of the one that a report is on; `receipt` what is to be written as it
    was issued.
    """

    kind: str
    donor: str
    funds: tuple[str, ...]
    speaking: Language
    day: date
    reference: str = ""
    pledge: str = ""
    agreement: str = ""
    receipt: OfficialReceipt | None = None


def compose(
    papers: Papers,
    order: Order,
    body: Iterable[Block],
    *,
    subject: str,
    facts: Iterable[tuple[str, str]] = (),
    slip: Slip | None = None,
    receipt: str = "",
    agreement: str = "",
    report_due: date | None = None,
    void: tuple[str, ...] = (),
    copy: tuple[str, ...] = (),
) -> Letter:
    """Put a body on the paper of its fund: letterhead, addressee, salutation, signature. Nobody
    signs what is void.
    """
    speaking, code = order.speaking, order.speaking.code
    say = speaking.say
    head = papers.letterhead(order.funds)
    addressee = papers.settings.stationery.addressees.get(order.donor, Texts())
    heading = [*head.lines("organization", code), *head.lines("office", code)]
    cut = papers.selection.cut
    lines = addressee.lines("name", code) or (papers.donor_name(order.donor, speaking),)
    dated = [(say("Date"), speaking.long_date(order.day))]
    if not receipt:
        dated.insert(0, (say("Reference"), order.reference or say("Draft, not sent")))
    name_parts = [order.reference or order.donor, order.kind, receipt or cut.name]
    if cut.end != cut.period.end and not receipt:
        name_parts.append(cut.end.isoformat())
    if len(papers.roots()) > 1 and not receipt:
        name_parts.append(order.funds[0])
    if agreement:
        name_parts.append(agreement)
    letter = Letter(
        kind=order.kind,
        donor=order.donor,
        funds=order.funds,
        language=speaking.tag,
        direction=speaking.direction,
        file="-".join(_plain_name(part) for part in [*name_parts, speaking.tag]),
        day=order.day,
        heading=tuple(heading or [papers.fund_name(order.funds[0], speaking)]),
        contact=(*head.lines("address", code), *head.lines("contact", code)),
        facts=Facts((*facts, *dated)),
        addressee=(*lines, *addressee.lines("address", code)),
        subject=subject,
        salutation=addressee.text("salutation", code) or say("Dear Sir or Madam,"),
        body=tuple(body),
        closing="" if void else say("Yours faithfully,"),
        signature=()
        if void
        else (*head.lines("signatory", code), *head.lines("signatory-title", code)),
        page=say("Page {page} of {pages}"),
        notice=head.text("notice", code),
        slip=slip,
        reference=order.reference,
        period=cut.name,
        as_at=cut.end,
        receipt=receipt,
        agreement=agreement,
        report_due=report_due,
        void=void,
        copy=copy,
        email=addressee.lines("email", code),
    )
    return _cleaned(letter)


def _cleaned(value: T) -> T:
    """Return a letter, or a part of it, with every text cleaned: any of them may hold what the
    book says.
    """
    result: object = value
    if isinstance(value, str):
        result = clean(value)
    elif isinstance(value, tuple):
        result = tuple(_cleaned(item) for item in value)
    elif is_dataclass(value) and not isinstance(value, type):
        parts = {each.name: _cleaned(getattr(value, each.name)) for each in fields(value)}
        result = replace(value, **parts)
    return cast("T", result)


def _plain_name(text: str) -> str:
    return "".join(each if each.isalnum() or each in "-." else "-" for each in text)


def about(papers: Papers, order: Order, *more: tuple[str, str]) -> Facts:
    """Return what a letter is about: donor and funds, then `more`."""
    speaking = order.speaking
    funds = [
        (speaking.say("Fund"), f"{papers.fund_name(code, speaking)} ({code})")
        for code in papers.funds_of(order.donor, order.funds)
    ]
    end = papers.selection.cut.end
    names = [
        (
            speaking.say("Formerly"),
            speaking.say(
                "{name}, until {day}",
                name=former.name_in(speaking.code, day),
                day=speaking.long_date(day),
            ),
        )
        for former, day in papers.settings.donors.formerly(order.donor, end)
    ]
    donor = (speaking.say("Donor"), papers.donor_name(order.donor, speaking))
    return Facts((donor, *names, *funds, *more))


def payment_lines(papers: Papers, order: Order) -> list[Block]:
    """Return where payment is asked for to, as the letterhead says; nothing if it does not."""
    lines = papers.letterhead(order.funds).lines("payment", order.speaking.code)
    if not lines:
        return []
    title = Paragraph(order.speaking.say("Payment is asked for to:"), strong=True)
    return [title, *(Paragraph(line) for line in lines)]

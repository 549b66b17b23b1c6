"""Donor: one donor's whole story, from what was promised to what was paid and written; and donors
added and changed.

A donor can be added beside any field that takes one, on every page: `add_donor.html` is the part,
`addingDonors` of Donor.js what works it (how, its head says), `Donor/known` and `Donor/add` what it
asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from beancount.core.data import Transaction
from flask import Response, jsonify, request
from pledgebook.desk.choosing import cut_page, read_choice
from pledgebook.desk.entries import EntryView, view_entry
from pledgebook.desk.fields import Field, FieldFaultError, read_fields, told
from pledgebook.desk.kind_words import KIND_WORDS
from pledgebook.desk.letters import correspondence, shared
from pledgebook.desk.loaded import Desk, desk_of
from pledgebook.desk.page import Page, PageRefusedError, address, served, writing
from pledgebook.desk.saving import save
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked
from pledgebook.ledger.declared.aliases import free_code
from pledgebook.ledger.declared.donors import Donor as DonorOfRecord
from pledgebook.ledger.events.asking import find_donor
from pledgebook.ledger.files.declaring import (
    DeclarationRefusedError,
    declare_donor,
    save_declared,
)
from pledgebook.ledger.files.donor_lists import kind_said
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.guards.announcements import Announcement, read_announcements
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.instalments import (
    Instalment,
    by_number,
    list_instalments,
    pledge_of,
)
from pledgebook.ledger.register.register import Change
from pledgebook.reports.letters import languages
from pledgebook.reports.letters.kinds import LETTERS
from pledgebook.reports.schedule import make_schedule

_PLEDGES_A_PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one entry did to one instalment: units before and after in its currency, and dollars."""

    entry: EntryView
    label: str
    currency: str
    change: Decimal
    left: Decimal
    received: Decimal


@dataclass(frozen=True, slots=True)
class Pledge:
    """A pledge: its instalments as they stand, and every entry on them. `link` is empty for a
    contribution that no pledge preceded.
    """

    link: str
    instalments: Sequence[Instalment]
    steps: Sequence[Step]

    @property
    def is_open(self) -> bool:
        """Whether something is outstanding."""
        return any(line.outstanding for line in self.instalments)


@dataclass(frozen=True, slots=True)
class Account:
    """A donor in the list of donors: how many pledges, and dollars unpaid at carrying value."""

    donor: DonorOfRecord
    pledges: int
    unpaid: Decimal


class Donor(Page):
    """The story of a donor (`donor`), or of one pledge or instalment of it (`pledge`, `label`)."""

    title = marked("Donors")
    by_period = True

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return a donor's story; without a donor, the list of donors."""
        pledge = asked.get("pledge", "") or pledge_of(asked.get("label", ""))
        code = asked.get("donor", "") or (_donor_of(desk, pledge) if pledge else "")
        if not code:
            accounts = cut_page(_accounts(desk), asked)
            return {"donor": None, "accounts": accounts, "new_donor": new_donor()}
        code = desk.book.settings.donors.of_record(code)
        donor = desk.book.settings.donors.get(code)
        if donor is None:
            raise PageRefusedError(_("The book knows no donor %(code)s.", code=code))
        choice = read_choice(desk, {"period": asked.get("period", "")})
        made = desk.once(("schedule", *choice.key), lambda: make_schedule(choice.selection))
        figures = [
            (fund, class_, line.figures)
            for (fund, class_), lines in made.sections.items()
            for line in lines
            if desk.book.settings.donors.of_record(line.donor) == code
        ]
        pledges = _pledges(desk, code)
        if pledge:
            pledges = [each for each in pledges if each.link == pledge]
        return {
            "donor": donor,
            "pledge": pledge,
            "choice": choice,
            "figures": figures,
            "pledges": cut_page(pledges, asked, _PLEDGES_A_PAGE),
            "waiting": [
                each
                for each in desk.once("waiting receipts", lambda: waiting_receipts(desk.present))
                if each.donor == code
            ],
            "overdue": [
                line
                for line in desk.once("instalments", lambda: _by_donor(desk)).get(code, ())
                if line.overdue and line.outstanding
            ],
            "held": _held(desk, code),
            "announced": _announced(desk, code),
            "found": correspondence(desk, choice, code),
            "kinds": [(kind.name, kind.title) for kind in LETTERS.values()],
            "languages": languages(),
            **shared(desk, asked),
        }

    @served("known")
    def known(self) -> Response:
        """Say as JSON which donor a text names or, where it names none, which it may mean and what
        to propose for a new one of that name: code and kind.
        """
        text = " ".join(request.args.get("name", "").split())
        settings = desk_of(self.ledger).book.settings
        try:
            found = find_donor(settings, text, date.max)
        except EventRefusedError:
            near = [
                {"code": each.code, "name": each.name} for each in settings.donors.suggest(text)
            ]
            proposed = free_code(settings.donors, text)
            return jsonify({"proposed": proposed, "kind": kind_said(text), "near": near})
        return jsonify({"code": found.code, "name": found.name})

    @writing("add")
    def add(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Declare a donor that is new: name, kind, code (`values`)."""
        given = form.get("values")
        try:
            values = read_fields(new_donor(), given if isinstance(given, dict) else {})

            def write(book: Book) -> Sequence[Path]:
                code = values["code"] or free_code(book.settings.donors, values["name"])
                values["code"] = code
                return save_declared(
                    book, declare_donor(book, code, values["kind"], values["name"])
                )

            desk = save(self.ledger, str(form.get("book")), write)
        except (FieldFaultError, DeclarationRefusedError) as error:
            return told(error)
        donor = desk.book.settings.donors.get(values["code"])
        assert donor is not None  # it was declared just now
        return {
            "book": desk.book.sha256,
            "code": donor.code,
            "name": donor.name,
            "where": address("Donor", donor=donor.code),
        }


def new_donor() -> list[Field]:
    """Return the fields of a donor that is added."""
    return [
        Field(name="name", title=_("Name"), required=True),
        Field(
            name="kind",
            title=_("Kind"),
            kind="choice",
            required=True,
            choices=[("", ""), *((kind, _(words)) for kind, words in KIND_WORDS.items())],
        ),
        Field(name="code", title=_("Code"), help=_("Made of the name, if nothing is written.")),
    ]


def _by_donor(desk: Desk) -> Mapping[str, Sequence[Instalment]]:
    found: dict[str, list[Instalment]] = {}
    for line in list_instalments(desk.present.register):
        found.setdefault(line.donor, []).append(line)
    return found


def _accounts(desk: Desk) -> list[Account]:
    donors = desk.book.settings.donors
    accounts = []
    for code, lines in desk.once("instalments", lambda: _by_donor(desk)).items():
        if (donor := donors.get(code)) is not None:
            pledges = len({line.pledge or line.label for line in lines})
            accounts.append(Account(donor, pledges, sum((line.carrying for line in lines), ZERO)))
    return sorted(accounts, key=lambda account: account.donor.name)


def _donor_of(desk: Desk, pledge: str) -> str:
    known = desk.once("donors of pledges", lambda: _donors_of_pledges(desk))
    if pledge not in known:
        raise PageRefusedError(_("The book has no pledge %(pledge)s.", pledge=pledge))
    return known[pledge]


def _donors_of_pledges(desk: Desk) -> Mapping[str, str]:
    lines = desk.once("instalments", lambda: _by_donor(desk))
    return {line.pledge: donor for donor, own in lines.items() for line in own if line.pledge}


def _pledges(desk: Desk, code: str) -> list[Pledge]:
    """Return a donor's pledges, the latest first, what is open before what is not."""
    register = desk.present.register
    by_link: dict[str, list[Instalment]] = {}
    alone: list[Instalment] = []
    for line in desk.once("instalments", lambda: _by_donor(desk)).get(code, ()):
        if line.label in register.by_label:
            by_link.setdefault(line.pledge, []).append(line)
        else:
            alone.append(line)
    found = [Pledge(link, lines, _steps(desk, lines)) for link, lines in by_link.items()]
    gifts = [gift for gift in register.gifts if gift.donor == code]
    for line in alone:
        own = [
            gift
            for gift in gifts
            if (gift.entry.date, gift.dollars, gift.fund)
            == (line.pledged_on, line.received, line.fund)
        ]
        steps = [
            Step(
                entry=view_entry(desk, gift.entry),
                label=line.label,
                currency=line.currency,
                change=ZERO,
                left=ZERO,
                received=gift.dollars,
            )
            for gift in own[:1]
        ]
        gifts = [gift for gift in gifts if gift not in own[:1]]
        found.append(Pledge(line.pledge, [line], steps))
    latest_first = sorted(found, key=lambda pledge: pledge.instalments[0].pledged_on, reverse=True)
    return sorted(latest_first, key=lambda pledge: not pledge.is_open)


def _steps(desk: Desk, lines: Iterable[Instalment]) -> list[Step]:
    steps = [
        _step(desk, change)
        for line in lines
        for change in desk.present.register.by_label[line.label]
    ]
    return sorted(steps, key=lambda step: (step.entry.day, by_number(step.label)))


def _step(desk: Desk, change: Change) -> Step:
    before = change.before.units if change.before else ZERO
    if change.before and change.before.currency != change.after.currency:
        before = ZERO  # amounts of two currencies are not set off
    return Step(
        entry=view_entry(desk, change.entry, change.event),
        label=change.label,
        currency=change.after.currency,
        change=change.after.units - before,
        left=change.after.units,
        received=change.received + change.advanced,
    )


def _held(desk: Desk, code: str) -> list[tuple[EntryView, str, str, Decimal]]:
    """Return what is or was held for a donor in advance or given back: entry, kind, label,
    dollars (positive when received).
    """
    register = desk.present.register
    found: list[tuple[Transaction, str, str, Decimal]] = [
        (held.entry, held.kind, held.label, held.dollars)
        for held in register.held
        if held.donor == code
    ]
    found += [
        (flow.entry, "refund", flow.line.label, -(flow.line.dollars or ZERO))
        for flow in register.refunds
        if flow.line.place.part == code
    ]
    return [
        (view_entry(desk, entry), kind, label, dollars)
        for entry, kind, label, dollars in sorted(found, key=lambda each: each[0].date)
    ]


def _announced(desk: Desk, code: str) -> list[Announcement]:
    known = desk.once("announcements", lambda: list(read_announcements(desk.book.entries)))
    of_record = desk.book.settings.donors.of_record
    return [each for each in known if of_record(each.donor) == code]

"""Donor: one donor's whole story, from what was promised to what was paid and written; and donors
added and changed.

A donor can be added beside any field that takes one, on every page: `add_donor.html` is the part,
`addingDonors` of Donor.js what works it (how, its head says), `Donor/known` and `Donor/add` what it
asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from beancount.core.data import Custom, Transaction
from flask import Response, jsonify, request
from pledgebook.desk.choosing import Choice, cut_page, present_day, read_choice, whole_number
from pledgebook.desk.entries import EntryView, view_entry
from pledgebook.desk.fields import Field, FieldFaultError, read_fields, values_of
from pledgebook.desk.kind_words import words_of_kinds
from pledgebook.desk.letters import correspondence, language_names, shared
from pledgebook.desk.loaded import Desk, desk_of
from pledgebook.desk.page import Page, PageRefusedError, address, served, writing
from pledgebook.desk.saving import last_write, save_declaration
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked
from pledgebook.ledger.declared.aliases import AliasRefusedError, free_code
from pledgebook.ledger.declared.donors import Donor as DonorOfRecord
from pledgebook.ledger.events.asking import find_donor
from pledgebook.ledger.files.declaring import (
    DeclarationRefusedError,
    Declare,
    Declared,
    continue_donor,
    declare_addressee,
    declare_donor,
)
from pledgebook.ledger.files.donor_lists import kind_said
from pledgebook.ledger.files.naming import alias_texts
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.guards.announcements import Announcement, read_announcements
from pledgebook.ledger.matching.receipts import waiting_receipts
from pledgebook.ledger.money import ZERO
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.columns import Figures
from pledgebook.ledger.register.instalments import (
    Instalment,
    by_number,
    list_instalments,
    pledge_of,
)
from pledgebook.ledger.register.register import Change
from pledgebook.reports.letters.kinds import LETTERS
from pledgebook.reports.schedule import make_schedule

_PLEDGES_A_PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one entry did to one instalment: units before and after in its currency, and value."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A donor in the list of donors: how many pledges and, in the book's currency as the schedule
    has them, what is unpaid at the end of its period, due in later ones, pledged and not committed.
    """

    donor: DonorOfRecord
    pledges: int
    unpaid: Decimal
    later: Decimal
    uncommitted: Decimal


class Owed(NamedTuple):
    """The value of one instalment, where it stands in a column of the schedule, the others being
    nil.
    """

    unpaid: Decimal = ZERO
    later: Decimal = ZERO
    uncommitted: Decimal = ZERO


class Donor(Page):
    """The story of a donor (`donor`), or of one pledge or instalment of it (`pledge`, `label`)."""

    title = marked("Donors")
    by_period = True

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return a donor's story; without a donor, the list of donors."""
        pledge = asked.get("pledge", "") or pledge_of(asked.get("label", ""))
        code = asked.get("donor", "") or (_donor_of(desk, pledge) if pledge else "")
        if not code:
            choice = read_choice(desk, {"period": asked.get("period", "")})
            accounts = desk.once(("accounts", *choice.key), lambda: _accounts(desk, choice))
            return {
                "donor": None,
                "choice": choice,
                "accounts": cut_page(accounts, asked),
                "whole": [
                    sum((getattr(each, name) for each in accounts), ZERO)
                    for name in ("unpaid", "later", "uncommitted")
                ],
                "new_donor": new_donor(desk.book),
            }
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
                if line.overdue
            ],
            "owed": desk.once("owed", lambda: _owed(desk)),
            "held": _held(desk, code),
            "declared": desk.book.settings.donors.declares(code),
            "edit": donor_fields(desk.book, code),
            "addressee": addressee_fields(desk.book, code),
            "merging": merging_fields(desk.book, code),
            "done": asked.get("done", ""),
            "wrote": whole_number(asked.get("wrote", "")),
            "announced": _announced(desk, code),
            "found": correspondence(desk, choice, code),
            "kinds": [(kind.name, kind.title) for kind in LETTERS.values()],
            "languages": language_names(),
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

    @writing("add", takes="record", renews=True)
    def add(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Declare a donor that is new: name, kind, code (`values`)."""
        added = {"code": ""}

        def declare(book: Book) -> Declared:
            values = read_fields(new_donor(book), values_of(form))
            added["code"] = values["code"] or free_code(book.settings.donors, values["name"])
            return declare_donor(book, added["code"], values["kind"], values["name"])

        desk = save_declaration(self.ledger, form.get("book"), declare)
        donor = desk.book.settings.donors.get(added["code"])
        assert donor is not None  # it was declared just now
        where = address("Donor", donor=donor.code, done="added", wrote=last_write(desk.book))
        return {
            "book": desk.book.sha256, "code": donor.code, "name": donor.name, "where": where
        }  # fmt: skip

    @writing("edit", takes="record", renews=True)
    def edit(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Change what the book says of a donor: kind, name, names by language, other names."""
        code = str(form.get("donor"))

        def declare(book: Book) -> Declared:
            values = read_fields(donor_fields(book, code), values_of(form))
            return declare_donor(
                book,
                code,
                values["kind"],
                values["name"],
                names={tag: values[f"name-{tag}"] for tag in _NAMED_IN},
                others=list(filter(None, map(str.strip, values["others"].splitlines()))),
                new=False,
            )

        return self._done(form, declare, code)

    @writing("address", takes="record", renews=True)
    def address(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Declare to whom letters to a donor go."""
        code = str(form.get("donor"))

        def declare(book: Book) -> Declared:
            values = read_fields(addressee_fields(book, code), values_of(form))
            language, email = values.pop("language"), values.pop("email")
            return declare_addressee(book, code, values, language, email)

        return self._done(form, declare, code)

    @writing("merge", takes="record", renews=True)
    def merge(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Say in which way two names are one donor: a new name since a day, or what sheets say."""
        code = str(form.get("donor"))

        def declare(book: Book) -> Declared:
            values = read_fields(merging_fields(book, code), values_of(form))
            if values["how"] == "name":
                try:
                    texts = alias_texts(book, {values["other"]: code}, present_day())
                except AliasRefusedError as error:
                    raise FieldFaultError("other", str(error)) from error
                return Declared(texts)
            try:
                other = find_donor(book.settings, values["other"], date.max)
            except EventRefusedError as error:
                raise FieldFaultError("other", str(error)) from error
            if values["since"] is None:
                raise FieldFaultError("since", _("State the day from which it has its new name."))
            try:
                return continue_donor(book, other.code, code, values["since"])
            except DeclarationRefusedError as error:
                field = error.field if error.field == "since" else "other"
                raise FieldFaultError(field, str(error)) from error

        return self._done(form, declare, code)

    def _done(self, form: Mapping[str, Any], declare: Declare, code: str) -> Mapping[str, Any]:
        desk = save_declaration(self.ledger, form.get("book"), declare)
        where = address("Donor", donor=code, done="changed", wrote=last_write(desk.book))
        return {"book": desk.book.sha256, "where": where}


_NAMED_IN = {"fr": marked("Name in French"), "ar": marked("Name in Arabic"),
             "es": marked("Name in Spanish"), "ru": marked("Name in Russian"),
             "zh": marked("Name in Chinese")}  # fmt: skip
_OTHER_NAME = re.compile(r"name-?[0-9]+")


def _kinds(book: Book) -> list[tuple[str, str]]:
    words = words_of_kinds(book.settings.donors.kinds)
    return [("", ""), *((kind, _(said)) for kind, said in words.items())]


def donor_fields(book: Book, code: str) -> list[Field]:
    """Return the fields of what the book says of a donor, as it stands."""
    donor = book.settings.donors.get(code)
    texts = book.settings.stationery.donors.get(code)
    said = texts.stated if texts else {}
    others = [text for key, text in said.items() if _OTHER_NAME.fullmatch(key)]
    return [
        Field(name="name", title=_("Name"), required=True, value=donor.name if donor else ""),
        Field(
            name="kind",
            title=_("Kind"),
            kind="choice",
            required=True,
            choices=_kinds(book),
            value=donor.kind if donor else "",
        ),
        *(
            Field(name=f"name-{tag}", title=_(title), value=said.get(f"name-{tag}", ""))
            for tag, title in _NAMED_IN.items()
        ),
        Field(
            name="others",
            title=_("Also called"),
            kind="lines",
            help=_("As sheets and statements mention it, a name a line."),
            value="\n".join(others),
        ),
    ]


def addressee_fields(book: Book, code: str) -> list[Field]:
    """Return the fields of to whom letters to a donor go, as it stands."""
    texts = book.settings.stationery.addressees.get(code)
    said = texts.stated if texts else {}
    tags = [("", _("English, unless said")), *language_names().items()]
    return [
        Field(name="name", title=_("To whom"), required=True, value=said.get("name", "")),
        Field(
            name="address",
            title=_("Address"),
            kind="lines",
            value="\n".join(part.strip() for part in said.get("address", "").split("|")),
        ),
        Field(name="salutation", title=_("Salutation"), value=said.get("salutation", "")),
        Field(
            name="language",
            title=_("Language of letters"),
            kind="choice",
            choices=tags,
            value=said.get("language", ""),
        ),
        Field(
            name="email",
            title=_("E-mail"),
            kind="lines",
            help=_("To whom letters as .eml are addressed, an address a line."),
            value="\n".join(part.strip() for part in said.get("email", "").split("|")),
        ),
    ]


def merging_fields(book: Book, code: str) -> list[Field]:
    """Return the fields that say in which way something else is this donor."""
    donor = book.settings.donors.get(code)
    name = donor.name if donor else code
    return [
        Field(name="other", title=_("The other name, or donor"), required=True),
        Field(
            name="how",
            title=_("It is"),
            kind="choice",
            required=True,
            choices=[
                ("name", _("what sheets and statements call %(donor)s", donor=name)),
                ("former", _("what %(donor)s was called before a day", donor=name)),
            ],
        ),
        Field(
            name="since",
            title=_("Since"),
            kind="day",
            help=_("Of a former name: the first day of the present one."),
        ),
    ]


def new_donor(book: Book) -> list[Field]:
    """Return the fields of a donor that is added."""
    return [
        Field(name="name", title=_("Name"), required=True),
        Field(
            name="kind",
            title=_("Kind"),
            kind="choice",
            required=True,
            choices=_kinds(book),
        ),
        Field(name="code", title=_("Code"), help=_("Made of the name, if nothing is written.")),
    ]


def _by_donor(desk: Desk) -> Mapping[str, Sequence[Instalment]]:
    found: dict[str, list[Instalment]] = {}
    for line in list_instalments(desk.present.register):
        found.setdefault(line.donor, []).append(line)
    return found


def _accounts(desk: Desk, choice: Choice) -> list[Account]:
    """Return the donors with anything in the register, and those that the book declares, in the
    order of their names: of each what the schedule of the period says.
    """
    donors = desk.book.settings.donors
    made = desk.once(("schedule", *choice.key), lambda: make_schedule(choice.selection))
    owed: dict[str, Figures] = {}
    for lines in made.sections.values():
        for line in lines:
            owed.setdefault(donors.of_record(line.donor), Figures()).add(line.figures)
    pledges = {
        code: len({line.pledge or line.label for line in lines})
        for code, lines in desk.once("instalments", lambda: _by_donor(desk)).items()
    }
    declared = declared_donors(desk.book)
    accounts = [
        Account(
            donor=donor,
            pledges=pledges.get(code, 0),
            unpaid=owed[code].closing if code in owed else ZERO,
            later=owed[code].future if code in owed else ZERO,
            uncommitted=owed[code].uncommitted if code in owed else ZERO,
        )
        for code in {*pledges, *owed, *declared}
        if (donor := donors.get(code)) is not None
    ]
    return sorted(accounts, key=lambda account: (account.donor.name, account.donor.code))


def declared_donors(book: Book) -> frozenset[str]:
    """Return the codes of the donors that a book declares itself, under their present ones."""
    of_record = book.settings.donors.of_record
    return frozenset(
        of_record(str(each.values[0].value))
        for each in book.entries
        if isinstance(each, Custom) and each.type == "donor" and each.values
    )


def _owed(desk: Desk) -> Mapping[str, Owed]:
    """Return by label in which column of the schedule an instalment's value stands now."""
    register = desk.present.register
    last = register.last_day or date.min
    found = {}
    for label, changes in register.by_label.items():
        claim = changes[-1].after
        if claim.is_recognised(last):
            found[label] = Owed(unpaid=claim.value)
        elif claim.committed:
            found[label] = Owed(later=claim.value)
        else:
            found[label] = Owed(uncommitted=claim.value)
    return found


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
            if (gift.entry.date, gift.value, gift.fund)
            == (line.pledged_on, line.received, line.fund)
        ]
        steps = [
            Step(
                entry=view_entry(desk, gift.entry),
                label=line.label,
                currency=line.currency,
                change=ZERO,
                left=ZERO,
                received=gift.value,
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
    value (positive when received).
    """
    register = desk.present.register
    found: list[tuple[Transaction, str, str, Decimal]] = [
        (held.entry, held.kind, held.label, held.value)
        for held in register.held
        if held.donor == code
    ]
    found += [
        (flow.entry, "refund", flow.line.label, -(flow.line.value or ZERO))
        for flow in register.refunds
        if flow.line.place.part == code
    ]
    return [
        (view_entry(desk, entry), kind, label, value)
        for entry, kind, label, value in sorted(found, key=lambda each: each[0].date)
    ]


def _announced(desk: Desk, code: str) -> list[Announcement]:
    known = desk.once("announcements", lambda: list(read_announcements(desk.book.entries)))
    of_record = desk.book.settings.donors.of_record
    return [each for each in known if of_record(each.donor) == code]

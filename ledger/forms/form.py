"""A form for an event: its fields, and the entries that it drafts from what they say.

A form is declared once, by the decorator on the function that drafts its entries. The command
`pledgebook record` and the page Record are made from these declarations.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import structs
from pledgebook.ledger.declared import agreements as declarations
from pledgebook.ledger.declared.currencies import decimals, is_currency
from pledgebook.ledger.declared.delegations import ACCEPTED, APPROVED, ENTERED
from pledgebook.ledger.declared.rates import Rate
from pledgebook.ledger.drafts import Draft
from pledgebook.ledger.events.asking import find_earmark, value_of_day
from pledgebook.ledger.events.effects import Effect, effects_of, explain
from pledgebook.ledger.events.parts import Earmark
from pledgebook.ledger.files.writing import refuse_sealed
from pledgebook.ledger.findings import EventRefusedError
from pledgebook.ledger.forms.field import Field, Part
from pledgebook.ledger.guards.approval import OVERRIDE, WAITING
from pledgebook.ledger.register.book import Book
from pledgebook.ledger.register.register import Claim, claim_at

COMMON = (
    Field("day", "Date", option="--date", help="The day of the event.", kind="day", required=True),
    Field("note", "Description", option="--note",
          help="What the entry is to say; a plain sentence where nothing is written."),
    Field("document", "Paper it rests on", option="--document",
          help="The letter, note verbale or bank advice: its number, or where it is kept."),
    Field(
        "entered_by", "Entered by", option="--entered-by", help="Who entered it.", metavar="NAME"
    ),
    Field(
        "approved_by",
        "Approved by",
        option="--approved-by",
        help="Who approved it.",
        metavar="NAME",
    ),
    Field(
        "authority",
        "Decided by",
        option="--authority",
        help="The office and the paper by which it was decided: Controller, memo 12/2003.",
    ),
    Field(
        "ref",
        "Your reference",
        option="--ref",
        help="A number of your own, by which the entry is found again.",
    ),
    Field(
        "pairs",
        "Further remarks",
        option="--set",
        help="Anything else that the entry is to say: a name in small letters, and a text.",
        many=True,
        metavar="KEY=VALUE",
        parts=(Part("Name"), Part("Text", "=")),
    ),
    Field(
        "waiting",
        "It waits for approval",
        option="--waiting",
        help="It is booked, and listed until somebody approves it.",
        kind="flag",
    ),
)  # fmt: skip
"""What every form has besides its own fields."""

ACCEPTANCE = Field(
    "accepted_by",
    "Accepted by",
    option="--accepted-by",
    help="Who accepted the contribution for the organization.",
    metavar="NAME",
)
"""Who accepted a contribution: a field of the forms by which one is taken on."""

AGREEMENT = Field(
    "agreement",
    "Agreement",
    option="--agreement",
    help="The donor agreement that it is under.",
    metavar="REF",
    suggests="agreement",
)
"""The agreement that an entry is under: of the forms of what may be under one. Fund, class and
purpose are the agreement's where they are left empty."""

BUDGET_LINE = Field(
    "budget_line",
    "Budget line",
    option="--budget-line",
    help="The line of the agreement's budget that it is spent on.",
    metavar="CODE",
    suggests="budget-line",
)
"""Beside it, of the forms of expenditure."""

_NOTED = frozenset({ACCEPTANCE.name, AGREEMENT.name, BUDGET_LINE.name})
"""Fields that are stated on the entry, and asked of no function that drafts it."""

EARMARK = (
    Field(
        "fund",
        "Fund",
        option="--fund",
        help="The fund; not needed where there is one only.",
        suggests="fund",
    ),
    Field(
        "class_",
        "Class",
        option="--class",
        help="The class of the fund; not needed where it follows from the purpose.",
        suggests="class",
    ),
    Field(
        "purpose",
        "Purpose",
        option="--purpose",
        help="What it is earmarked for; empty where it is for nothing in particular.",
        suggests="purpose",
    ),
)
"""Where money goes."""

CURRENCY = Field(
    "currency",
    "Currency",
    option="--currency",
    help="The book's own where none is stated.",
    suggests="currency",
)

STATED_VALUE = (
    Field("value", "Value", option="--value",
          help="Only where it is not valued at the rate of the day: its value in all.",
          kind="value"),
    Field("reason", "Why not the book's rate", option="--reason",
          help="Why that value, and not the rate of the day."),
)  # fmt: skip
"""A value against the book's rate."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """What a form drafts: entries, instalments as they stand right before the last of them where
    the book cannot say it, and other files of the book with their new texts.
    """

    drafts: Sequence[Draft]
    before: Sequence[Claim] = ()
    others: Mapping[Path, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recording:
    """One event to be recorded: the book, the day, and the metadata its entry will state."""

    book: Book
    day: date
    stated: dict[str, str]

    def earmark(self, fund: str, class_: str, purpose: str) -> Earmark:
        """Return where the money goes, checked against the book."""
        return find_earmark(self.book.settings, fund, class_, purpose)

    def place(self, text: str) -> Earmark:
        """Read FUND/CLASS/PURPOSE, of which class and purpose may be left out."""
        fund, _, rest = text.partition("/")
        class_, _, purpose = rest.partition("/")
        return self.earmark(fund, class_, purpose)

    def value(
        self,
        amount: Decimal,
        currency: str,
        value: Decimal | None,
        reason: str,
        fund: str = "",
    ) -> tuple[Decimal, Rate | None]:
        """Return the value at the rate of the day, or that stated against it with a reason; of what
        is pledged to a `fund`, as that values it.
        """
        if value is None:
            return value_of_day(self.book, amount, currency, self.day, fund)
        if currency == self.book.settings.currency:
            raise EventRefusedError(f"The amount is in {currency} already; --value is for others.")
        if fund and self.book.settings.funds[fund].valuation == "sheet" and not reason.strip():
            return value, None
        if not reason.strip():
            raise EventRefusedError(
                "A value stated against the book's rate takes a reason: state it by --reason."
            )
        self.stated[OVERRIDE] = reason
        return value, None

    def check_money(self, amount: Decimal, currency: str) -> None:
        """Refuse a code that is no money on the day, and more decimals than the currency has."""
        if not is_currency(currency, self.day):
            raise EventRefusedError(
                f"{currency!r} is no currency on {self.day}: give a code of ISO 4217.",
                "currency",
                currency,
            )
        if amount != round(amount, max(2, decimals(currency))):
            raise EventRefusedError(
                f"{amount} has more decimals than {currency} has.", "amount", str(amount)
            )


@dataclass(frozen=True, slots=True)
class Plan:
    """What a form will write and what that does: `explained` in words, `effects` in figures."""

    drafts: Sequence[Draft]
    others: Mapping[Path, str]
    explained: Sequence[str]
    effects: Sequence[Effect]

    @property
    def texts(self) -> list[str]:
        """The entries as they will be written."""
        return [draft.text() for draft in self.drafts]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The form of one event. `help` is one sentence, `more` what else is to be said. `often` names
    fields that are mostly filled in though they need not be.
    """

    name: str
    title: str
    help: str
    more: str
    own: tuple[Field, ...]
    draft: Callable[..., Drafted]
    often: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        """The form's own fields and those that every form has."""
        return (*self.own, *COMMON)

    @property
    def first(self) -> tuple[Field, ...]:
        """The day, the fields that are required and those that are often filled in."""
        own = [each for each in self.own if each.required or each.name in self.often]
        return (COMMON[0], *own, *(each for each in COMMON[1:] if each.name in self.often))

    @property
    def others(self) -> tuple[Field, ...]:
        """The fields that are seldom filled in."""
        first = self.first
        return tuple(each for each in self.fields if each not in first)

    def read(self, given: Mapping[str, object]) -> dict[str, Any]:
        """Read what a page sent of each field, by its name. Raises FieldRefusedError."""
        return {each.name: each.read_all(given.get(each.name)) for each in self.fields}

    def plan(self, book: Book, values: Mapping[str, Any]) -> Plan:
        """Draft the event from the values of all fields. Raises EventRefusedError (of a required
        field that says nothing, FieldRefusedError) and BookRefusedError; nothing is written.
        """
        for each in self.fields:
            each.check_stated(values[each.name])
        day = values["day"]
        stated = {
            "ref": values["ref"],
            "document": values["document"],
            "authority": values["authority"],
            ENTERED: values["entered_by"],
            APPROVED: values["approved_by"],
            ACCEPTED: values.get(ACCEPTANCE.name, ""),
            **_under(book, values),
            **_read_pairs(values["pairs"]),
        }
        refuse_sealed(book, day)
        kept = {key: value for key, value in stated.items() if value.strip()}
        recording = Recording(book, day, kept)
        asked = {each.name: values[each.name] for each in self.own if each.name not in _NOTED}
        asked |= _placed(book, asked, values)
        drafted = self.draft(recording, **asked)
        last = drafted.drafts[-1]
        drafts = [_finish(draft, recording, values, last=draft is last) for draft in drafted.drafts]
        explained: list[str] = []
        effects: list[Effect] = []
        for draft in drafts:
            known = _known(book, draft, day, drafted.before if draft is drafts[-1] else ())
            own = effects_of(draft, known, book.settings.currency)
            explained += explain(own)
            effects += own
        if book.settings.periods.of(day) is None:
            explained.append(
                f"No period that the book declares holds {day}: declare one, as custom "
                '"period", so that reports can show it.'
            )
        return Plan(drafts, drafted.others, explained, effects)


def event_form(
    name: str, title: str, *own: Field, often: tuple[str, ...] = ()
) -> Callable[[Callable[..., Drafted]], Form]:
    """Make a form of a function that drafts an event: its first sentence says what the event is,
    its arguments are the Recording and the fields by name.
    """

    def decorate(function: Callable[..., Drafted]) -> Form:
        first, _, more = (function.__doc__ or "").strip().partition("\n\n")
        return Form(
            name=name, title=title, help=first, more=more, own=own, draft=function, often=often
        )

    return decorate


def _finish(draft: Draft, recording: Recording, values: Mapping[str, Any], *, last: bool) -> Draft:
    own = recording.stated
    if not last:  # what the user says is said of the event, not of what prepares it
        own = {key: own[key] for key in (ENTERED, APPROVED) if key in own}
    return structs.replace(
        draft,
        narration=values["note"] if values["note"] and last else draft.narration,
        meta={**draft.meta, **own},
        flag=WAITING if values["waiting"] else draft.flag,
    )


def _known(book: Book, draft: Draft, day: date, before: Sequence[Claim]) -> dict[str, Claim]:
    known = {claim.label: claim for claim in before}
    for line in draft.lines:
        changes = book.register.by_label.get(line.label)
        claim = claim_at(changes, day) if changes else None
        if claim is not None:
            known.setdefault(line.label, claim)
    return known


def _under(book: Book, values: Mapping[str, Any]) -> dict[str, str]:
    """Return the agreement, and the line of its budget, that are named. Raises EventRefusedError
    for one that the book does not declare.
    """
    reference, line = values.get(AGREEMENT.name, ""), values.get(BUDGET_LINE.name, "")
    declared = book.settings.agreements
    if reference and reference not in declared:
        raise EventRefusedError(
            f"The book declares no agreement {reference!r} (declared: "
            f"{', '.join(declared) or 'none'}).",
            AGREEMENT.name,
            reference,
        )
    known = declared[reference].lines if reference else {}
    if line and line not in known:
        raise EventRefusedError(
            f"{line!r} is no budget line of the agreement (its lines: "
            f"{', '.join(known) or 'none'}): name one, and its agreement with --agreement.",
            BUDGET_LINE.name,
            line,
        )
    return {
        key: value
        for key, value in ((declarations.AGREEMENT, reference), (declarations.BUDGET_LINE, line))
        if value
    }


def _placed(book: Book, asked: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, str]:
    """Return fund, class and purpose of the agreement that is named, where none is stated."""
    agreement = book.settings.agreements.get(values.get(AGREEMENT.name, ""))
    names = [each.name for each in EARMARK]
    if agreement is None or not asked.keys() >= {*names} or any(asked[name] for name in names):
        return {}
    return dict(zip(names, (agreement.fund, agreement.class_, agreement.purpose), strict=True))


def _read_pairs(pairs: Sequence[str]) -> dict[str, str]:
    read = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not _KEY.fullmatch(key) or key in _OURS:
            raise EventRefusedError(
                f"--set {pair!r} is not taken: write KEY=VALUE, the key in small letters and none "
                "that the form itself states."
            )
        read[key] = value
    return read


_KEY = re.compile(r"[a-z][a-zA-Z0-9_-]+")
_OURS = frozenset(
    {"ref", "document", "authority", ENTERED, APPROVED, ACCEPTED, "event", "class",
     "purpose", "due", "status", "rate", "book-rate", "rate-date", "reverses", "announced-on",
     "rate-override", declarations.AGREEMENT, declarations.BUDGET_LINE,
     "filename", "lineno", "tags", "links", "payee", "date", "account"}
)  # fmt: skip

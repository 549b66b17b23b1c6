"""Setup: what the book declares and what it lacks, in the order in which it is needed, each with a
short form that writes what a person would have written by hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from fava.util import slugify
from pledgebook.desk.choosing import whole_number
from pledgebook.desk.fields import Field, FieldFaultError, read_fields, values_of
from pledgebook.desk.guarding import RequestRefusedError
from pledgebook.desk.inbox import inbox_folder
from pledgebook.desk.inbox_files import list_files, stamp_of
from pledgebook.desk.loaded import Desk
from pledgebook.desk.page import Page, address, writing
from pledgebook.desk.rights import ROLE_WORDS, who_acts
from pledgebook.desk.saving import last_write, save_declaration
from pledgebook.desk.texts import gettext as _
from pledgebook.desk.texts import marked
from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.statements.reading import is_statement, read_statements
from pledgebook.ledger.declared.declarations import LETTERHEAD_KEYS, as_text, read_declarations
from pledgebook.ledger.declared.funds import CLASS_ROLES, Fund, read_classes, write_classes
from pledgebook.ledger.declared.names import normalise
from pledgebook.ledger.declared.persons import PERSON, ROLES, roles_of
from pledgebook.ledger.files import declaring
from pledgebook.ledger.files.declaring import Declared
from pledgebook.ledger.register.book import Book
from pledgebook.reports.letters import languages

_NAMED_IN = (("fr", marked("Name in French")), ("ar", marked("Name in Arabic")))
_POLICIES = (
    ("pledge", marked("once it is pledged in writing")),
    ("receipt", marked("once it is received")),
    ("agreement", marked("in full once the agreement is signed")),
)
_LETTERHEAD = {
    "organization": marked("Organization"),
    "office": marked("Office"),
    "address": marked("Address"),
    "contact": marked("How it is reached"),
    "signatory": marked("Who signs"),
    "signatory-title": marked("Title of who signs"),
    "payment": marked("How to pay"),
    "reply-to": marked("Where replies go"),
    "notice": marked("A sentence at the head of every page"),
}
_OF_LANGUAGE = ("organization", "office", "address", "signatory-title", "payment", "notice")
_LANGUAGES = {"en": marked("English"), "fr": marked("French"), "ar": marked("Arabic")}
_FIRST_NAME = "Voluntary contributions"
"""How a book is called before somebody names it."""

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something that is declared: the fields of its form, and the function that declares it. `key`
    is what is changed; "" for something new.
    """

    fields: Callable[[Book, str], Sequence[Field]]
    declare: Callable[[Book, str, Values], Declared]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form as it is shown: of which part, for what (`key`), under which words."""

    part: str
    title: str
    verb: str
    fields: Sequence[Field]
    key: str = ""
    unfolded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something that is declared, in words, with the form that changes it; `removed` is its kind
    and key where it may be taken out.
    """

    words: str
    more: str = ""
    form: Form | None = None
    removed: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A section of the page: what is declared, what can be added, and whether it is `wanting`."""

    name: str
    title: str
    why: str
    wanting: bool
    lines: Sequence[Line] = ()
    forms: Sequence[Form] = ()
    links: Sequence[tuple[str, str]] = field(default_factory=tuple)


class Setup(Page):
    """What a book is about."""

    title = marked("Setup")
    role = "declare"

    def view(self, desk: Desk, asked: Mapping[str, str]) -> Mapping[str, Any]:
        """Return the sections in the order of need; what was written last, to be undone."""
        book = desk.book
        accounts = list(self._accounts_of_statements(desk))
        sections = list(_sections(book, accounts))
        return {
            "sections": sections,
            "wanting": [each for each in sections if each.wanting],
            "done": asked.get("done", "") in {*PARTS, "taken-out"},
            "wrote": whole_number(asked.get("wrote", "")),
        }

    @writing("declare", takes="declare", renews=True)
    def declare(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Declare something (`part`), or change what is declared under a `key`."""
        name, key = str(form.get("part")), str(form.get("key") or "")
        part, given = PARTS.get(name), values_of(form)
        if part is None:
            raise RequestRefusedError(_("What was sent is no form."))

        def declare(book: Book) -> Declared:
            return part.declare(book, key, read_fields(part.fields(book, key), given))

        desk = save_declaration(self.ledger, form.get("book"), declare)
        where = address("Setup", done=name, wrote=last_write(desk.book))
        return {"book": desk.book.sha256, "where": self._renamed(where) + f"#{name}"}

    @writing("take-out", takes="declare")
    def take_out(self, form: dict[str, Any]) -> Mapping[str, Any]:
        """Take a declaration out that nothing rests on."""
        kind, key = str(form.get("kind")), str(form.get("key"))
        if kind not in PARTS:
            raise RequestRefusedError(_("What was sent is no form."))

        def declare(book: Book) -> Declared:
            return declaring.take_out(book, kind, [key])

        desk = save_declaration(self.ledger, form.get("book"), declare)
        return {"where": address("Setup", done="taken-out", wrote=last_write(desk.book))}

    def _renamed(self, where: str) -> str:
        """Return an address under the name that the book has now, with which Fava's begin."""
        parts = urlsplit(where)
        slug = slugify(self.ledger.options["title"]) or slugify(self.ledger.beancount_file_path)
        rest = parts.path.split("/")[2:]
        return urlunsplit(parts._replace(path="/".join(["", slug, *rest])))

    def _accounts_of_statements(self, desk: Desk) -> Iterator[tuple[str, str, str]]:
        """Yield number, currency and file of each bank account of which the inbox holds a statement
        and that the book does not declare, once.
        """
        folder = inbox_folder(self.ledger)
        seen: set[str] = set()
        for file in list_files(desk, folder):
            path = folder / file.name
            for number, currency in _accounts(path, stamp_of(path)):
                if desk.book.settings.banks.find(number) is None and number not in seen:
                    seen.add(number)
                    yield number, currency, file.name


@lru_cache(maxsize=1024)
def _accounts(path: Path, _stamp: str) -> Sequence[tuple[str, str]]:
    """Return the bank accounts, with their currencies, that a file is a statement of: whatever the
    book, so that each file is read once as long as it stays as it is.
    """
    try:
        file = SentFile(path)
        statements = read_statements(file).statements if is_statement(file) else ()
    except UnreadableFile:
        return ()
    return tuple((each.account, each.currency) for each in statements if each.account)


def still_to_be_said(book: Book) -> list[tuple[str, str]]:
    """Return name and title of each section of the page that wants something."""
    return [(each.name, each.title) for each in _sections(book, ()) if each.wanting]


def _sections(book: Book, accounts: Sequence[tuple[str, str, str]]) -> Iterator[Section]:
    settings = book.settings
    name = str(book.options["title"])
    yield Section(
        name="name",
        title=_("Name of the book"),
        why=_("It stands on every page and report."),
        wanting=name == _FIRST_NAME,
        lines=[Line(words=name, form=_form(book, "name", _("Change it")))],
    )
    periods = list(settings.periods)
    yield Section(
        name="period",
        title=_("Financial periods"),
        why=_("Usually a biennium. Entries stand in a file for each, and it is closed as a whole."),
        wanting=not periods,
        lines=[
            Line(
                words=each.name,
                more=_("%(start)s to %(end)s", start=each.start, end=each.end)
                + (f", {_('closed')}" if each.name in settings.seals else ""),
                form=_form(book, "period", _("Change it"), each.name)
                if not declaring.has_entries(book, each.name)
                else None,
            )
            for each in periods
        ],
        forms=[_form(book, "period", _("Add a period"), unfolded=not periods)],
    )
    yield Section(
        name="fund",
        title=_("Funds"),
        why=_("A fund balances by itself, and so does each of its classes."),
        wanting=not settings.funds,
        lines=[_fund_line(book, fund) for fund in settings.funds.values()],
        forms=[_form(book, "fund", _("Add a fund"), unfolded=not settings.funds)],
    )
    yield Section(
        name="purpose",
        title=_("Purposes"),
        why=_("What money may be earmarked for."),
        wanting=not settings.purposes,
        lines=[
            Line(
                words=words,
                more=code,
                form=_form(book, "purpose", _("Change it"), code),
                removed=("purpose", code),
            )
            for code, words in settings.purposes.items()
        ],
        forms=[_form(book, "purpose", _("Add a purpose"), unfolded=not settings.purposes)],
    )
    yield Section(
        name="mandate",
        title=_("Mandate"),
        why=_("The resolution whose paragraphs contributions answer. A book needs none."),
        wanting=False,
        lines=[Line(words=each.symbol, more=each.title) for each in settings.mandates.values()],
        forms=[_form(book, "mandate", _("Change it"))],
    )
    yield _bank_section(book, accounts)
    yield _rates_section(book)
    yield _letterhead_section(book)
    yield _agreement_section(book)
    yield Section(
        name="four-eyes",
        title=_("Four eyes"),
        why=_("A fund may ask that what needs approval is entered and approved by two persons."),
        wanting=False,
        lines=[
            Line(
                words=fund.code,
                more=_("two persons are asked") if fund.four_eyes else _("one person may do both"),
                form=_form(book, "four-eyes", _("Change it"), fund.code),
            )
            for fund in settings.funds.values()
        ],
    )
    yield _person_section(book)
    yield Section(
        name="donor",
        title=_("Donors"),
        why=_("All States and well-known organizations are known; others are added as they come."),
        wanting=False,
        links=[(_("Donors"), address("Donor"))],
    )


def _person_section(book: Book) -> Section:
    stated = read_declarations(book.entries)[0][PERSON]
    own = book.settings.persons
    return Section(
        name=PERSON,
        title=_("Persons"),
        why=_(
            "Who may do what, by the name of the login or of the computer's user (yours: %(name)s)."
            " Where nobody is named, everybody may do everything. It keeps from mistakes and not "
            "from intent: who can change the files can change these lines.",
            name=who_acts(),
        ),
        wanting=False,
        lines=[
            Line(
                words=name,
                more=", ".join(
                    _(ROLE_WORDS[role]) for role in ROLES if role in roles_of(own, name)
                ),
                form=_form(book, PERSON, _("Change it"), name),
                removed=(PERSON, name),
            )
            for (name,) in stated
        ],
        forms=[_form(book, PERSON, _("Add a person"))],
    )


def _bank_section(book: Book, accounts: Sequence[tuple[str, str, str]]) -> Section:
    banks = book.settings.banks.accounts.values()
    forms = [
        Form(
            part="bank",
            title=_("%(file)s is a statement of the account %(number)s", file=file, number=number),
            verb=_("Add this account"),
            fields=_bank_fields(book, "", number=number, currency=currency),
            unfolded=True,
        )
        for number, currency, file in accounts
    ]
    if book.settings.funds:
        forms.append(_form(book, "bank", _("Add a bank account")))
    return Section(
        name="bank",
        title=_("Bank accounts"),
        why=_("Put a statement into the Inbox: the account that it names is proposed here."),
        wanting=not banks,
        lines=[
            Line(
                words=bank.numbers[0],
                more=", ".join((bank.code, bank.currency, *_funds_of(bank.accounts))),
                form=_form(book, "bank", _("Change it"), bank.code),
                removed=("bank", bank.code),
            )
            for bank in banks
        ],
        forms=forms,
        links=[(_("Put a statement into the Inbox"), address("Inbox"))],
    )


def _rates_section(book: Book) -> Section:
    newest = [book.rates.newest(currency, date.max) for currency in book.rates.currencies]
    days = sorted((rate.day, rate.currency) for rate in newest if rate is not None)
    return Section(
        name="rates",
        title=_("Rates of exchange"),
        why=_("The published list of rates goes into the Inbox like any file."),
        wanting=not days,
        lines=[Line(words=currency, more=_("last of %(day)s", day=day)) for day, currency in days],
        links=[(_("Put a list of rates into the Inbox"), address("Inbox"))],
    )


def _letterhead_section(book: Book) -> Section:
    settings = book.settings
    outer = [fund for fund in settings.funds.values() if not fund.within]
    stated = settings.stationery.letterheads
    lines, forms = [], []
    for fund in outer:
        for language in languages():
            key = fund.code if language == "en" else f"{fund.code}/{language}"
            title = f"{fund.code}, {_(_LANGUAGES.get(language, language))}"
            form = _form(book, "letterhead", title, key)
            said = stated[fund.code].stated if fund.code in stated else {}
            if organization := said.get(_in("organization", language)):
                lines.append(Line(words=organization, more=title, form=form))
            elif said or language == "en":
                forms.append(form)
    return Section(
        name="letterhead",
        title=_("Letterheads"),
        why=_("What letters to donors bear. To whom they go is said on each donor's page."),
        wanting=bool(outer) and not stated,
        lines=lines,
        forms=forms,
    )


def _agreement_section(book: Book) -> Section:
    agreements = book.settings.agreements.values()
    forms = [_form(book, "agreement", _("Add an agreement"))] if book.settings.funds else []
    if agreements:
        forms.append(_form(book, "budget-line", _("Add a budget line")))
    return Section(
        name="agreement",
        title=_("Donor agreements"),
        why=_("What was agreed with a donor, by line of its budget, and the reports it asks for."),
        wanting=False,
        lines=[
            Line(
                words=each.reference,
                more=", ".join(
                    (
                        each.donor,
                        f"{each.amount:,f} {each.currency}",
                        *(f"{line.code} {line.name}" for line in each.lines.values()),
                    )
                ),
                form=_form(book, "agreement", _("Change it"), each.reference),
            )
            for each in agreements
        ],
        forms=forms,
        links=[(_("Reports due"), address("Reports", name="reports-due"))] if agreements else [],
    )


def _fund_line(book: Book, fund: Fund) -> Line:
    policies = {fund.policy(class_) for class_ in fund.giving_classes}
    words = dict(_POLICIES)
    income = ", ".join(_(words[policy]) for policy in sorted(policies))
    more = [fund.code, ", ".join(fund.classes), _("income %(when)s", when=income)]
    if fund.within:
        more.append(_("within %(fund)s", fund=fund.within))
    return Line(
        words=fund.name,
        more="; ".join(more),
        form=_form(book, "fund", _("Change it"), fund.code),
        removed=("fund", fund.code),
    )


def _form(book: Book, part: str, title: str, key: str = "", *, unfolded: bool = False) -> Form:
    return Form(
        part=part,
        title=title,
        verb=_("Book") if key or part in {"name", "mandate"} else _("Add"),
        fields=PARTS[part].fields(book, key),
        key=key,
        unfolded=unfolded,
    )


def _funds_of(accounts: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name.split(":")[1] for name in accounts))


def _in(key: str, language: str) -> str:
    return key if language in {"", "en"} else f"{key}-{language}"


def _name_fields(book: Book, key: str) -> list[Field]:
    del key
    name = str(book.options["title"])
    return [Field(name="name", title=_("Name"), required=True, value=name)]


def _period_fields(book: Book, key: str) -> list[Field]:
    known = book.settings.periods.called(key) if key else None
    last = max((each.end for each in book.settings.periods), default=None)
    start = known.start if known else last + timedelta(days=1) if last else ""
    return [
        Field(name="start", title=_("First day"), kind="day", required=True, value=start),
        Field(
            name="end",
            title=_("Last day"),
            kind="day",
            required=True,
            value=known.end if known else "",
        ),
        Field(
            name="name",
            title=_("Name"),
            help=_("That of its years, if nothing is written, such as 2004-2005."),
            value=key,
        ),
    ]


def _declare_period(book: Book, key: str, values: Values) -> Declared:
    days = values["start"], values["end"]
    if not key:
        return declaring.declare_period(book, *days, values["name"])
    return declaring.change_period(book, key, *days, values["name"])


def _named_in(texts: Mapping[str, str]) -> list[Field]:
    return [
        Field(name=f"name-{tag}", title=_(title), value=texts.get(f"name-{tag}", ""))
        for tag, title in _NAMED_IN
    ]


def _names(values: Values) -> dict[str, str]:
    return {tag: values[f"name-{tag}"] for tag, _title in _NAMED_IN}


def _code_field(help_: str) -> Field:
    return Field(name="code", title=_("Code"), required=True, help=help_)


def _fund_fields(book: Book, key: str) -> list[Field]:
    fund = book.settings.funds.get(key)
    stated = book.settings.stationery.funds
    others = [each for each in book.settings.funds.values() if each.code != key]
    policies = {fund.policy(each) for each in fund.giving_classes} if fund else {""}
    (policy,) = policies if len(policies) == 1 else ("",)
    words = [(code, _(said)) for code, said in _POLICIES]
    unsaid = _("as it is, by class") if len(policies) > 1 else ""
    code = _code_field(_("Capital letters, digits, hyphens: it stands in account names."))
    return [
        *([] if fund else [code]),
        Field(name="name", title=_("Name"), required=True, value=fund.name if fund else ""),
        Field(
            name="classes",
            title=_("Classes"),
            help=_(
                "Each balances by itself; words parted by blanks. Where they are named otherwise, "
                "say what each is for: core:default tied:earmarked overhead:support."
            ),
            value=write_classes(fund) if fund else " ".join(CLASS_ROLES.values()),
        ),
        Field(
            name="recognition",
            title=_("A contribution is income"),
            kind="choice",
            choices=[("", unsaid), *words] if unsaid else words,
            value=policy,
        ),
        Field(
            name="within",
            title=_("Operated within"),
            kind="choice",
            choices=[("", _("no other fund")), *((each.code, each.name) for each in others)],
            value=fund.within if fund else "",
        ),
        *_named_in(stated[key].stated if key in stated else {}),
    ]


def _declare_fund(book: Book, key: str, values: Values) -> Declared:
    try:
        classes, roles = read_classes(values["classes"].split())
    except ValueError as error:
        raise FieldFaultError("classes", _("It cannot be read: %(why)s.", why=error)) from None
    policy = values["recognition"]
    before = book.settings.funds.get(key)
    if policy:
        support = roles.get("support", CLASS_ROLES["support"])
        recognition = {each: policy for each in classes if each != support}
    else:
        own = (before.recognition if before else None) or {}
        recognition = {each: own[each] for each in classes if each in own}
    return declaring.declare_fund(
        book,
        key or values["code"],
        values["name"],
        classes=classes,
        roles=roles,
        recognition=recognition,
        within=values["within"],
        names=_names(values),
        new=not key,
    )


def _purpose_fields(book: Book, key: str) -> list[Field]:
    stated = book.settings.stationery.purposes
    code = Field(name="code", title=_("Code"), help=_("Made of the name, if nothing is written."))
    return [
        Field(
            name="name",
            title=_("Name"),
            required=True,
            value=book.settings.purposes.get(key, ""),
        ),
        *([] if key else [code]),
        *_named_in(stated[key].stated if key in stated else {}),
    ]


def _declare_purpose(book: Book, key: str, values: Values) -> Declared:
    made = re.sub(r"[^a-z0-9]+", "-", normalise(values["name"]).lower()).strip("-")
    code = key or values["code"] or made
    return declaring.declare_purpose(book, code, values["name"], names=_names(values), new=not key)


def _mandate_fields(book: Book, key: str) -> list[Field]:
    del key
    title = _("The book has the mandate of General Assembly resolution 55/64")
    kept = bool(book.settings.mandates)
    return [Field(name="kept", title=title, kind="flag", value=kept)]


def _bank_fields(book: Book, key: str, *, number: str = "", currency: str = "") -> list[Field]:
    settings = book.settings
    bank = settings.banks.accounts.get(key)
    funds = [(fund.code, fund.name) for fund in settings.funds.values()]
    free = [code for code, _name in funds if f"Assets:{code}:Cash" not in settings.banks.by_account]
    own = _funds_of(bank.accounts) if bank else free or [code for code, _name in funds[:1]]
    code = "MAIN" if "MAIN" not in settings.banks.accounts else ""
    return [
        *(
            []
            if bank
            else [
                Field(
                    name="code",
                    title=_("Short name"),
                    required=True,
                    value=code,
                    help=_("Capital letters, digits, hyphens."),
                )
            ]
        ),
        Field(
            name="number",
            title=_("Number, as statements give it"),
            required=True,
            value=bank.numbers[0] if bank else number,
        ),
        Field(
            name="currency",
            title=_("Currency"),
            value=bank.currency if bank else currency or settings.currency,
        ),
        Field(
            name="funds",
            title=_("Holds the cash of"),
            kind="several",
            required=True,
            choices=funds,
            value=own,
        ),
        Field(
            name="waiting",
            title=_("What nobody has claimed waits in"),
            kind="choice",
            choices=[("", _("the first of these funds")), *funds],
            value=bank.fund if bank else "",
        ),
    ]


def _declare_bank(book: Book, key: str, values: Values) -> Declared:
    return declaring.declare_bank(
        book,
        key or values["code"],
        values["number"],
        funds=values["funds"],
        currency=values["currency"].upper(),
        waiting=values["waiting"],
        new=not key,
    )


def _letterhead_fields(book: Book, key: str) -> list[Field]:
    fund, _stroke, language = key.partition("/")
    letterheads = book.settings.stationery.letterheads
    said = letterheads[fund].stated if fund in letterheads else {}
    keys = _OF_LANGUAGE if language else LETTERHEAD_KEYS
    return [
        Field(
            name=name,
            title=_(_LETTERHEAD[name]),
            kind="text" if name in {"organization", "signatory", "signatory-title"} else "lines",
            required=name == "organization",
            value="\n".join(part.strip() for part in said.get(_in(name, language), "").split("|")),
        )
        for name in keys
    ]


def _declare_letterhead(book: Book, key: str, values: Values) -> Declared:
    fund, _stroke, language = key.partition("/")
    texts = {_in(name, language): text for name, text in values.items()}
    if language:
        letterheads = book.settings.stationery.letterheads
        if fund not in letterheads:
            raise FieldFaultError("organization", _("State it in English first."))
        texts["organization"] = letterheads[fund].stated["organization"]
    return declaring.declare_letterhead(book, fund, texts)


def _agreement_fields(book: Book, key: str) -> list[Field]:
    settings = book.settings
    known = settings.agreements.get(key)
    said = known.entry.meta if known else {}

    def stated(name: str) -> str:
        return as_text(said.get(name, ""))

    funds = [(fund.code, fund.name) for fund in settings.funds.values()]
    fixed = [
        Field(name="reference", title=_("Reference"), required=True),
        Field(
            name="donor",
            title=_("Donor"),
            required=True,
            help=_("The code, such as AUT."),
        ),
        Field(name="fund", title=_("Fund"), kind="choice", choices=funds),
        Field(name="day", title=_("First day"), kind="day", required=True),
    ]
    return [
        *([] if known else fixed),
        Field(
            name="amount",
            title=_("Amount with its currency"),
            required=True,
            value=stated("amount"),
            help=_("Such as 500000 EUR."),
        ),
        Field(name="until", title=_("Last day"), kind="day", value=stated("until")),
        Field(
            name="purpose",
            title=_("Purpose"),
            kind="choice",
            choices=[("", _("none")), *settings.purposes.items()],
            value=stated("purpose"),
        ),
        Field(
            name="support-rate",
            title=_("Support costs, per cent"),
            value=stated("support-rate"),
        ),
        Field(
            name="interest",
            title=_("Interest is"),
            kind="choice",
            choices=[("", _("the fund's")), ("donor", _("the donor's"))],
            value=stated("interest") if stated("interest") == "donor" else "",
        ),
        Field(
            name="report-every",
            title=_("Financial report every"),
            value=stated("report-every"),
            help=_("Such as 12 months."),
        ),
        Field(
            name="report-within",
            title=_("Due within"),
            value=stated("report-within"),
            help=_("Such as 3 months."),
        ),
        Field(
            name="donor-reference",
            title=_("The donor's own reference"),
            value=stated("donor-reference"),
        ),
    ]


def _declare_agreement(book: Book, key: str, values: Values) -> Declared:
    terms = {
        name: values[name]
        for name in (
            "purpose",
            "support-rate",
            "interest",
            "report-every",
            "report-within",
            "donor-reference",
        )
    }
    known = book.settings.agreements.get(key)
    return declaring.declare_agreement(
        book,
        key or values["reference"],
        known.donor if known else values["donor"].upper(),
        known.fund if known else values["fund"],
        known.day if known else values["day"],
        amount=values["amount"],
        terms={**terms, "until": values["until"] or ""},
        new=not key,
    )


def _budget_line_fields(book: Book, key: str) -> list[Field]:
    del key
    agreements = [(each, each) for each in book.settings.agreements]
    return [
        Field(name="agreement", title=_("Agreement"), kind="choice", choices=agreements),
        Field(name="code", title=_("Code"), required=True),
        Field(name="name", title=_("Name"), required=True),
        Field(
            name="amount",
            title=_("Amount with its currency"),
            required=True,
            help=_("Such as 500000 EUR."),
        ),
    ]


def _declare_budget_line(book: Book, key: str, values: Values) -> Declared:
    del key
    return declaring.declare_budget_line(
        book, values["agreement"], values["code"], values["name"], amount=values["amount"]
    )


def _four_eyes_fields(book: Book, key: str) -> list[Field]:
    fund = book.settings.funds.get(key)
    asked = bool(fund and fund.four_eyes)
    title = _("Two persons enter and approve")
    return [Field(name="asked", title=title, kind="flag", value=asked)]


def _person_fields(book: Book, key: str) -> list[Field]:
    stated = book.settings.persons
    own = roles_of(stated, key) if key else frozenset[str]() if stated else frozenset(ROLES)
    name = Field(name="name", title=_("Name"), required=True, value="" if stated else who_acts())
    return [
        *([] if key else [name]),
        Field(
            name="roles",
            title=_("May"),
            kind="several",
            choices=[(role, _(ROLE_WORDS[role])) for role in ROLES],
            value=[role for role in ROLES if role in own],
        ),
    ]


PARTS: Mapping[str, Part] = {
    "name": Part(
        fields=_name_fields,
        declare=lambda book, _key, values: declaring.name_book(book, values["name"]),
    ),
    "period": Part(fields=_period_fields, declare=_declare_period),
    "fund": Part(fields=_fund_fields, declare=_declare_fund),
    "purpose": Part(fields=_purpose_fields, declare=_declare_purpose),
    "mandate": Part(
        fields=_mandate_fields,
        declare=lambda book, _key, values: declaring.keep_mandate(book, kept=values["kept"]),
    ),
    "bank": Part(fields=_bank_fields, declare=_declare_bank),
    "letterhead": Part(fields=_letterhead_fields, declare=_declare_letterhead),
    "agreement": Part(fields=_agreement_fields, declare=_declare_agreement),
    "budget-line": Part(fields=_budget_line_fields, declare=_declare_budget_line),
    "four-eyes": Part(
        fields=_four_eyes_fields,
        declare=lambda book, key, values: declaring.ask_four_eyes(book, key, asked=values["asked"]),
    ),
    PERSON: Part(
        fields=_person_fields,
        declare=lambda book, key, values: declaring.declare_person(
            book, key or values["name"], values["roles"], new=not key
        ),
    ),
}
"""What can be declared here, by name."""

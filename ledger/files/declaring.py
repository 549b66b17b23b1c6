"""What a person declares of a book, written as it would be by hand (docs/book.md).

A function takes a book and typed values and returns what then stands in its files; `save_declared`
writes that by the one writer, or refuses it with a sentence and the field that it is about. What is
declared already is changed where it stands, and everything else in its lines stays as it was.
What a seal holds is not changed: of a fund or donor that was sealed, only keys on which no figure
rests are declared anew, from the first open day on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from beancount.core.amount import Amount
from beancount.core.data import Custom, Transaction
from msgspec import Struct, field
from pledgebook.ledger.declared.aliases import AliasRefusedError, confirm
from pledgebook.ledger.declared.banks import plain_number
from pledgebook.ledger.declared.chart import account, is_code
from pledgebook.ledger.declared.currencies import is_currency
from pledgebook.ledger.declared.declarations import (
    ADDRESSEE_KEYS,
    FORMS,
    LETTERHEAD_KEYS,
    UNSEALED,
    Declaration,
    Stated,
    as_text,
    read_declarations,
    write_declaration,
    write_keys,
)
from pledgebook.ledger.declared.delegations import folded
from pledgebook.ledger.declared.funds import CLASS_ROLES, POLICIES
from pledgebook.ledger.declared.names import normalise
from pledgebook.ledger.declared.periods import names_files
from pledgebook.ledger.declared.persons import ROLES
from pledgebook.ledger.files.committing import Changes
from pledgebook.ledger.files.writing import include_new, refusal_of_errors, span_of, try_texts
from pledgebook.ledger.findings import BookRefusedError, WouldBreakError
from pledgebook.ledger.money import ZERO, read_number
from pledgebook.ledger.parsing import parse_text, quoted
from pledgebook.ledger.register.book import Book

SETTINGS = "settings.beancount"
"""The file of the book that declarations are written to, where it has it."""

MANDATE = "A-RES-55-64.beancount"
"""The file of the mandate that comes with the package."""

FIRST_DAY = date(1999, 12, 31)
"""Since when the first fund of a book is there, unless its first period begins before."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_WORD = re.compile(r"[a-z0-9][a-z0-9-]*")
_KEY_LINE = re.compile(r"\s+([a-z][A-Za-z0-9_-]*):")
_TITLE = re.compile(r'^option[ \t]+"title"[ \t]+"(?:[^"\\]|\\.)*"', re.MULTILINE)
_CURRENCY = re.compile(r'^option[ \t]+"operating_currency"[ \t]+"[^"]*"', re.MULTILINE)
_NO_RESTING = re.compile(r"four-eyes|name-.*|number-.*")
"""Keys on which no figure of a report rests."""

_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "code": "code",
        "recognition": "recognition",
        "class": "classes",
        "agreement": "amount",
        "unknown-fund": "within",
        "person-roles": "roles",
        "donor-kind": "kind",
        "donor-continues": "since",
        "alias-taken": "text",
        "alias-donor": "text",
        "period-name": "name",
        "period-order": "end",
        "period-overlap": "start",
        "bank-account": "number",
        "letterhead-fund": "fund",
        "addressee-donor": "donor",
        "addressee-email": "email",
    }
)
"""By the rule that a declaration would break, the field that it is about."""

_NO_NAMES: Mapping[str, str] = MappingProxyType({})
_NO_TERMS: Mapping[str, Stated] = MappingProxyType({})


class DeclarationRefusedError(BookRefusedError):
    """What cannot be declared so; `field` is the value that the sentence is about, "" for none."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Declared(Struct, frozen=True):
    """What stands in the book's files once something is declared: new texts of its files, and what
    changes beside them. Both are empty where it stands so already.
    """

    texts: Mapping[Path, str] = field(default_factory=dict)
    beside: Changes = field(default_factory=dict)


Declare = Callable[[Book], Declared]
"""Declares something of a book."""


def save_declared(book: Book, declared: Declared) -> list[Path]:
    """Write what is declared, and return the files written: none where nothing changes.

    Raises BookRefusedError and writes nothing if the book has errors, would have one (then
    DeclarationRefusedError, at its field), or was changed since it was loaded.
    """
    if not declared.texts and not declared.beside:
        return []
    if book.errors:
        raise refusal_of_errors(book)
    texts = dict(declared.texts)
    include_new(book, texts)
    try:
        tried = try_texts(book, texts, beside=declared.beside)
    except WouldBreakError as error:
        said = getattr(error.cause, "message", str(error))
        raise DeclarationRefusedError(
            _FIELDS.get(getattr(error.cause, "rule", ""), ""), f"Nothing was written: {said}"
        ) from error
    tried.write()
    return list(tried.paths)


def declare_agreement(
    book: Book,
    reference: str,
    donor: str,
    fund: str,
    day: date,
    *,
    amount: str,
    terms: Mapping[str, Stated] = _NO_TERMS,
    new: bool = False,
) -> Declared:
    """Declare an agreement with a donor from a day on or, unless it is to be `new`, change it: its
    amount as "500000 EUR", its other terms by their keys (docs/book.md).
    """
    needed = _needed("reference", reference, "An agreement")
    _refuse_known(book.settings.agreements, needed, "agreement", new=new, field="reference")
    if donor not in book.settings.donors:
        raise DeclarationRefusedError(
            "donor", f"{donor!r} is the code of no donor: state the code, such as AUT."
        )
    _known_fund(book, "fund", fund)
    meta = {"amount": _amount("amount", amount), **terms}
    return _declare(book, "agreement", (needed, donor, fund), meta, day=day)


def declare_budget_line(
    book: Book, agreement: str, code: str, name: str, *, amount: str, new: bool = False
) -> Declared:
    """Declare a line of an agreement's budget or, unless it is to be `new`, change it."""
    known = book.settings.agreements.get(agreement)
    if known is None:
        raise DeclarationRefusedError(
            "agreement", f"{agreement!r} is no agreement of the book: declare it first."
        )
    needed = _needed("code", code, "A budget line")
    _refuse_known(known.lines, needed, "budget line", new=new)
    texts = (agreement, needed, _needed("name", name, "A budget line"))
    return _declare(
        book, "budget-line", texts, {"amount": _amount("amount", amount)}, day=known.day
    )


def _amount(field: str, text: str) -> Amount:
    """Read "500000 EUR". Raises DeclarationRefusedError."""
    number, _, currency = text.strip().partition(" ")
    try:
        read = read_number(number.replace(",", ""))
    except ValueError:
        read = ZERO
    if read <= 0 or not is_currency(currency.strip()):
        raise DeclarationRefusedError(
            field, f"{text!r} is no amount: write it with its currency, such as 500000 EUR."
        )
    return Amount(read, currency.strip())


def name_book(book: Book, name: str) -> Declared:
    """Let a book have this name: its title, on every page and report."""
    line = f'option "title" {quoted(_needed("name", name, "The book"))}'
    old = book.text_of(book.path)
    new = _TITLE.sub(lambda _: line, old, count=1)
    if not _TITLE.search(old):
        new = f"{line}\n{old}"
    return Declared({book.path: new} if new != old else {})


def keep_in_currency(book: Book, currency: str) -> Declared:
    """Let a book be kept in a currency, a code of ISO 4217: all its values are in it. That is
    decided before anything is entered.
    """
    code = currency.strip().upper()
    if code == book.settings.currency:
        return Declared({})
    if not is_currency(code):
        raise DeclarationRefusedError(
            "currency", f"{code!r} is no currency: give a code of ISO 4217 such as USD or EUR."
        )
    entered = next((each for each in book.entries if isinstance(each, Transaction)), None)
    if entered is not None:
        raise DeclarationRefusedError(
            "currency",
            f"The book is kept in {book.settings.currency}, in which entries were made from "
            f"{entered.date} on: a book in {code} is a new book.",
        )
    line = f'option "operating_currency" {quoted(code)}'
    old = book.text_of(book.path)
    new = _CURRENCY.sub(lambda _: line, old, count=1)
    return Declared({book.path: new if _CURRENCY.search(old) else f"{line}\n{old}"})


def declare_fund(
    book: Book,
    code: str,
    name: str,
    *,
    classes: Sequence[str] = (),
    roles: Mapping[str, str] = _NO_NAMES,
    recognition: Mapping[str, str] = _NO_NAMES,
    within: str = "",
    names: Mapping[str, str] = _NO_NAMES,
    new: bool = False,
) -> Declared:
    """Declare a fund or, unless it is to be `new`, change it: its classes, which of them has which
    of CLASS_ROLES (`roles`), how each becomes income (`recognition`, a policy by class), the fund
    it is operated `within`, its names by language.
    """
    _need_code("code", code, "fund")
    _refuse_known(book.settings.funds, code, "fund", new=new)
    for class_ in classes:
        if not _WORD.fullmatch(class_):
            raise DeclarationRefusedError(
                "classes",
                f"The class {class_!r} is no word: a class is named by small letters, digits and "
                "hyphens, such as general.",
            )
    if twice := sorted({each for each in classes if classes.count(each) > 1}):
        raise DeclarationRefusedError("classes", f"The class {twice[0]} is named twice.")
    for class_, policy in recognition.items():
        if policy not in POLICIES or (classes and class_ not in classes):
            raise DeclarationRefusedError(
                "recognition",
                f"{class_}: {policy} says how a class of the fund becomes income: name one of its "
                f"classes ({', '.join(classes)}) and one of {', '.join(POLICIES)}.",
            )
    if within and (within not in book.settings.funds or within == code):
        raise DeclarationRefusedError(
            "within", f"{within!r} is no other fund of the book: declare it first."
        )
    meta: dict[str, Stated] = {
        **_named(names),
        "within": within,
        "classes": " ".join(classes),
        **{f"{role}-class": roles.get(role, "") for role in CLASS_ROLES},
        **{f"recognition-{class_}": policy for class_, policy in recognition.items()},
    }
    return _declare(book, "fund", (code, _needed("name", name, "A fund")), meta)


def ask_four_eyes(book: Book, fund: str, *, asked: bool) -> Declared:
    """Let a fund ask for two persons wherever approval is needed, or not."""
    known = _found(book, "fund", (_known_fund(book, "fund", fund),))
    assert known is not None  # a fund of the settings is declared
    return _declare(book, "fund", known.texts, {"four-eyes": "yes" if asked else ""})


def declare_person(book: Book, name: str, roles: Sequence[str], *, new: bool = False) -> Declared:
    """Say what a person may do. A name that differs in case or spaces is the same person's."""
    plain = _needed("name", name, "A person")
    own = [
        each.texts[0]
        for each in read_declarations(book.entries)[0]["person"].values()
        if folded(each.texts[0]) == folded(plain)
    ]
    _refuse_known(own, own[0] if own else "", "person", new=new, field="name")
    if unknown := [role for role in roles if role not in ROLES]:
        raise DeclarationRefusedError("roles", f"{unknown[0]!r} is no role.")
    return _declare(
        book, "person", (own[0] if own else plain,), {"roles": " ".join(roles) or "read"}
    )


def declare_purpose(
    book: Book,
    code: str,
    name: str,
    *,
    names: Mapping[str, str] = _NO_NAMES,
    new: bool = False,
) -> Declared:
    """Declare what money may be earmarked for or, unless it is to be `new`, change its names."""
    if not _WORD.fullmatch(code):
        raise DeclarationRefusedError(
            "code",
            f"The code {code!r} is no word: a purpose's code has small letters, digits and "
            "hyphens, such as juvenile-justice.",
        )
    _refuse_known(book.settings.purposes, code, "purpose", new=new)
    texts = (code, _needed("name", name, "A purpose"))
    return _declare(book, "purpose", texts, dict(_named(names)))


def declare_period(book: Book, start: date, end: date, name: str = "") -> Declared:
    """Declare a financial period, first and last day included; its name is that of its years unless
    stated.
    """
    name = _period_name(start, end, name)
    if name in book.settings.periods.names():
        raise DeclarationRefusedError("name", f"The period {name} is declared already.")
    return _declare(book, "period", (name,), {}, day=start, until=end)


def change_period(book: Book, old: str, start: date, end: date, name: str = "") -> Declared:
    """Change the days or the name of a period of which nothing was entered yet (`has_entries`); its
    file goes by its new name, which no other period or file has.
    """
    name = _period_name(start, end, name)
    known = _found(book, "period", (old,))
    if known is None:
        raise DeclarationRefusedError("name", f"The book declares no period {old!r}.")
    own = book.folder / f"{old}.beancount"
    new = own.with_name(f"{name}.beancount")
    if has_entries(book, old):
        raise DeclarationRefusedError(
            "start",
            f"Something is entered in {old}, or it is closed, so it stays as it is: declare the "
            "period that follows it.",
        )
    if name != old and (name in book.settings.periods.names() or new.exists()):
        raise DeclarationRefusedError(
            "name", f"There is a period or a file {name} already: choose another name."
        )
    path = Path(str(known.entry.meta["filename"]))
    lines = book.text_of(path).split("\n")
    at = int(known.entry.meta["lineno"]) - 1
    lines[at] = write_declaration("period", start, name, until=end).rstrip("\n")
    texts = {path: "\n".join(lines)}
    beside: dict[Path, bytes | None] = {}
    if own in book.files and new != own:
        main = exchange_file(texts.get(book.path) or book.text_of(book.path), own.name, new.name)
        texts |= {book.path: main, new: f"; Entries of the period {name}, in order of date.\n"}
        beside[own] = None
    return Declared(texts, beside)


def has_entries(book: Book, period: str) -> bool:
    """Tell whether anything is entered in a period or in its file, or it is closed."""
    known = book.settings.periods.called(period)
    own = book.folder / f"{period}.beancount"
    if period in book.settings.seals or any(
        known is not None and each.date in known
        for each in book.entries
        if isinstance(each, Transaction)
    ):
        return True
    return own in book.files and bool(parse_text(book.content_of(own), str(own))[0])


def exchange_file(main: str, old: str, new: str) -> str:
    """Return the text of a main file that includes a file under its new name, and in which Fava
    proposes that.
    """
    for option in (r"^include\s+", r'"fava-option"\s+"default-file"\s+'):
        pattern = re.compile(rf'({option})"(?:\./)?{re.escape(old)}"', re.MULTILINE)
        main = pattern.sub(lambda found: f"{found[1]}{quoted(new)}", main)
    return main


def following_period(book: Book, name: str) -> tuple[date, date, str] | None:
    """Return first and last day and name of the period that follows one, as long as it is and named
    alike; None where another is declared there, or neither can be told from this one.
    """
    (was,) = (each for each in book.settings.periods if each.name == name)
    first = was.end + timedelta(days=1)
    months = (first.year - was.start.year) * 12 + first.month - was.start.month
    if book.settings.periods.of(first) or first.day != was.start.day or months <= 0:
        return None
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    last = date(year, month + 1, first.day) - timedelta(days=1)
    called = years_of(first, last)
    if name != years_of(was.start, was.end) or called == name:
        return None
    later = [each for each in book.settings.periods if each.start > was.end]
    return None if any(each.start <= last for each in later) else (first, last, called)


def years_of(start: date, end: date) -> str:
    """Return the name of a period by its years: 2002-2003, or 2004."""
    return f"{start.year}-{end.year}" if end.year > start.year else str(start.year)


def declare_bank(
    book: Book,
    code: str,
    number: str,
    *,
    funds: Sequence[str],
    currency: str = "",
    waiting: str = "",
    new: bool = False,
) -> Declared:
    """Declare a bank account by its number, as statements give it, and of which funds it holds the
    cash: that of the fund or, where another bank has it, an account of its own. What nobody claimed
    waits in the fund `waiting`, the first unless stated.
    """
    _need_code("code", code, "bank account")
    banks = book.settings.banks
    _refuse_known(banks.accounts, code, "bank account", new=new)
    if not any(map(str.isalnum, plain_number(number))):
        raise DeclarationRefusedError("number", "A bank account has a number: state it.")
    same = banks.find(number)
    if same is not None and same.code != code:
        raise DeclarationRefusedError("number", f"{number} is that of {same.code} already.")
    currency = currency or book.settings.currency
    if not is_currency(currency):
        raise DeclarationRefusedError("currency", f"{currency!r} is no currency: write EUR, say.")
    if not funds:
        raise DeclarationRefusedError(
            "funds", "A bank account holds cash of a fund: choose at least one."
        )
    held = {name: bank.code for name, bank in banks.by_account.items()}
    known = banks.accounts.get(code)
    accounts = []
    for fund in funds:
        _known_fund(book, "funds", fund)
        own = [name for name in known.accounts if name.split(":")[1] == fund] if known else []
        cash = account("cash", fund)
        accounts += own or [cash if cash not in held else account("cash", fund, code)]
    if waiting and waiting not in funds:
        raise DeclarationRefusedError("waiting", f"{waiting} is none of the funds it holds.")
    meta: dict[str, Stated] = {
        "currency": currency if currency != book.settings.currency else "",
        "accounts": " ".join(accounts),
        "fund": waiting if waiting and waiting != funds[0] else "",
    }
    return _declare(book, "bank", (code, number), meta)


def declare_letterhead(book: Book, fund: str, texts: Mapping[str, str]) -> Declared:
    """Declare what letters of a fund bear: texts by LETTERHEAD_KEYS, each also with a language
    behind it (`office-fr`); lines of a text are parted. The organization is stated.
    """
    _known_fund(book, "fund", fund)
    said = _texts(texts, LETTERHEAD_KEYS)
    organization = _needed("organization", said.pop("organization", ""), "A letterhead")
    return _declare(book, "letterhead", (fund, organization), dict(said))


def declare_addressee(
    book: Book, donor: str, texts: Mapping[str, str], language: str = "", email: str = ""
) -> Declared:
    """Declare to whom letters to a donor go: texts by ADDRESSEE_KEYS, each also with a language
    behind it; `language` is the one the donor is written in, `email` the addresses at which it is
    mailed, a line each. The name is stated.
    """
    if donor not in book.settings.donors:
        raise DeclarationRefusedError("donor", f"{donor!r} is no donor's code.")
    said = _texts(texts, ADDRESSEE_KEYS)
    name = _needed("name", said.pop("name", ""), "An addressee")
    if language and not _LANGUAGE.fullmatch(language):
        raise DeclarationRefusedError("language", f"{language!r} is no language: write fr, say.")
    mailed = " | ".join(filter(None, map(_plain, email.splitlines())))
    return _declare(
        book, "addressee", (donor, name), {**said, "language": language, "email": mailed}
    )


def declare_donor(
    book: Book,
    code: str,
    kind: str,
    name: str,
    *,
    names: Mapping[str, str] = _NO_NAMES,
    others: Sequence[str] = (),
    new: bool = True,
) -> Declared:
    """Declare a donor that nobody knows yet or, unless it is to be `new`, change what is said of
    one: its kind, its name, names by language, `others` under which sheets mention it.
    """
    _need_code("code", code, "donor")
    donors = book.settings.donors
    if kind not in donors.kinds:
        raise DeclarationRefusedError("kind", f"A donor is one of {donors.kinds}.")
    name = _needed("name", name, "A donor")
    if new:
        if (known := donors.get(code)) is not None:
            raise DeclarationRefusedError(
                "code", f"{code} is the code of {known.name} already: choose another."
            )
        try:
            confirm(donors, name, f"{code}:{kind}:{name}")
        except AliasRefusedError as error:
            raise DeclarationRefusedError("name", str(error)) from error
    for text in (name, *others):
        if not normalise(text):
            raise DeclarationRefusedError("name", f"{text!r} has no letter or digit.")
    before = _found(book, "donor", (code,))
    kept = before.meta if before else {}
    meta: dict[str, Stated] = {"kind": kind, **_named(names)}
    meta |= {key: "" for key in kept if re.fullmatch(r"name-?[0-9]+", key)}
    meta |= {f"name-{number}": text for number, text in enumerate(others, 1)}
    return _declare(book, "donor", (code, name), meta)


def continue_donor(book: Book, former: str, by: str, since: date) -> Declared:
    """Declare that one donor is the same as another, under a new name and code, from a day on."""
    donors = book.settings.donors
    for place, code in (("former", former), ("by", by)):
        if code not in donors:
            raise DeclarationRefusedError(place, f"{code!r} is no donor's code.")
    try:
        donors.with_continuation(former, by, since)
    except ValueError as error:
        raise DeclarationRefusedError(
            "since", f"{by} cannot continue {former} from {since} on: {error}."
        ) from error
    known = _found(book, "donor", (by,))
    if since < book.settings.first_open_day:
        raise DeclarationRefusedError(
            "since",
            f"{since} is in a closed period, whose reports stay as they are: say a day from "
            f"{book.settings.first_open_day} on.",
        )
    now = donors.get(by)
    assert now is not None
    texts = known.texts if known else (by, now.name)
    meta = _own_keys(known) if known else {"kind": now.kind}
    return _append(book, "donor", since, texts, {**meta, "continues": former})


def take_out(book: Book, kind: str, key: Sequence[str]) -> Declared:
    """Take a declaration out that nothing rests on; the writer refuses it where something does."""
    known = _found(book, kind, tuple(key))
    if known is None:
        raise DeclarationRefusedError("", f"The book declares no {kind} {' '.join(key)!r}.")
    _refuse_sealed(book, known)
    path = Path(str(known.entry.meta["filename"]))
    lines = book.text_of(path).split("\n")
    own = span_of(lines, known.entry)
    above, below = lines[: own.start], lines[own.stop :]
    if below and not below[0] and not (above and above[-1]):
        below = below[1:]  # the blank line that parted it from the next
    return Declared({path: "\n".join(above + below)})


def take_all_out(book: Book, kind: str) -> Declared:
    """Take out all declarations of a kind, as one does with those that a new book begins with."""
    own = read_declarations(book.entries)[0][kind]
    texts: dict[Path, list[str]] = {}
    for known in sorted(own.values(), key=lambda each: -int(each.entry.meta["lineno"])):
        _refuse_sealed(book, known)
        path = Path(str(known.entry.meta["filename"]))
        lines = texts.setdefault(path, book.text_of(path).split("\n"))
        span = span_of(lines, known.entry)
        del lines[span.start : span.stop]
    return Declared({path: "\n".join(lines) for path, lines in texts.items()})


def keep_mandate(book: Book, *, kept: bool) -> Declared:
    """Let the book have the mandate that comes with the package, or none of it."""
    main = book.text_of(book.path)
    line = re.compile(rf'^include\s+"(?:\./)?{re.escape(MANDATE)}"[^\n]*\n?', re.MULTILINE)
    if bool(line.search(main)) == kept:
        return Declared()
    if book.settings.seals:
        raise DeclarationRefusedError(
            "mandate", "A closed period is sealed with its mandate, so it stays as it is."
        )
    if not kept:
        return Declared({book.path: line.sub("", main)})
    path = book.folder / MANDATE
    texts = {book.path: f'{main.rstrip()}\ninclude "{MANDATE}"\n'}
    if not path.exists():
        shipped = resources.files("pledgebook.ledger") / "data" / "book" / MANDATE
        texts[path] = shipped.read_text("utf-8")
    return Declared(texts)


def _declare(
    book: Book,
    kind: str,
    texts: tuple[str, ...],
    meta: Mapping[str, Stated],
    *,
    day: date | None = None,
    until: date | None = None,
) -> Declared:
    """Declare something, or change what is declared of it: keys that are not in `meta` stay, those
    that are empty there go.
    """
    known = _found(book, kind, texts[: FORMS[kind].key_length])
    if known is None:
        return _append(book, kind, day or _since(book), texts, meta, until)
    if _is_sealed(book, known):
        moved = [key for key, value in _changes(known, meta) if not _NO_RESTING.fullmatch(key)]
        if known.texts != tuple(map(_plain, texts)) or moved:
            _refuse_sealed(book, known)
        if not dict(_changes(known, meta)):
            return Declared()
        merged = {**_own_keys(known), **meta}
        return _append(book, kind, book.settings.first_open_day, known.texts, merged)
    return _changed(book, known, texts, meta)


def _append(
    book: Book,
    kind: str,
    day: date,
    texts: Sequence[str],
    meta: Mapping[str, Stated],
    until: date | None = None,
) -> Declared:
    """Put a new declaration below the last of its kind in the file of settings."""
    path = book.folder / SETTINGS
    if path not in book.files:
        path = book.path
    said = _saying(meta)
    new = write_declaration(kind, day, *texts, until=until, meta=said).rstrip("\n").split("\n")
    lines = book.text_of(path).rstrip("\n").split("\n")
    names = book.names_of(path)
    own = [
        span_of(lines, entry)
        for entry in book.entries
        if isinstance(entry, Custom) and entry.type == kind and entry.meta["filename"] in names
    ]
    last = max(own, key=lambda span: span.stop, default=None)
    if last is None:
        lines += ["", *new]
    else:
        apart = len(last) > 1 and last.start > 0 and not lines[last.start - 1].strip()
        lines[last.stop : last.stop] = ["", *new] if apart else new
    return Declared({path: "\n".join(lines) + "\n"})


def _changed(
    book: Book, known: Declaration, texts: Sequence[str], meta: Mapping[str, Stated]
) -> Declared:
    """Change a declaration where it stands, and no line of it that says the same."""
    path = Path(str(known.entry.meta["filename"]))
    old = book.text_of(path)
    lines = old.split("\n")
    own = span_of(lines, known.entry)
    head, *body = lines[own.start : own.stop]
    if any("\n" in each for each in (*known.texts, *map(as_text, _own_keys(known).values()))):
        body = list(_lines({**_own_keys(known), **meta}))  # a text over several lines
        meta = {}
        head = ""
    if known.texts != tuple(map(_plain, texts)) or not head:
        new = write_declaration(known.kind, known.day, *texts, until=known.until)
        head = new.rstrip("\n")
    changes = dict(_changes(known, meta))
    kept = []
    for line in body:
        found = _KEY_LINE.match(line)
        if found is None or found[1] not in changes:
            kept.append(line)
        else:
            kept += _lines({found[1]: changes.pop(found[1])})
    lines[own.start : own.stop] = [head, *kept, *_lines(changes)]
    new = "\n".join(lines)
    return Declared({path: new} if new != old else {})


def _lines(meta: Mapping[str, Stated]) -> list[str]:
    return [line.rstrip("\n") for line in write_keys(_saying(meta))]


def _saying(meta: Mapping[str, Stated]) -> dict[str, Stated]:
    """Return the values that say something."""
    return {key: value for key, value in meta.items() if value and _plain(as_text(value))}


def _changes(known: Declaration, meta: Mapping[str, Stated]) -> Iterable[tuple[str, Stated]]:
    """Yield what would be said otherwise than it is."""
    for key, value in meta.items():
        said = "" if value is None else _plain(as_text(value))
        if said != _plain(known.text(key)):
            yield key, value


def _found(book: Book, kind: str, key: tuple[str, ...]) -> Declaration | None:
    """Return what the book declares last under a key."""
    own = (each for each in book.entries if isinstance(each, Custom) and each.type == kind)
    return read_declarations(own)[0][kind].get(key)


def _own_keys(known: Declaration) -> dict[str, Stated]:
    hidden = {"filename", "lineno"}
    return {k: v for k, v in known.meta.items() if k not in hidden and not k.startswith("__")}


def _is_sealed(book: Book, known: Declaration) -> bool:
    return known.kind not in UNSEALED and known.day < book.settings.first_open_day


def _refuse_sealed(book: Book, known: Declaration) -> None:
    if _is_sealed(book, known):
        raise DeclarationRefusedError(
            "",
            f"The {known.kind} {' '.join(known.key)} is part of what a closed period was sealed "
            "with, so it stays as it is. To change it, open that period again on someone's "
            "authority.",
        )


def _since(book: Book) -> date:
    """Return the day from which a new declaration is there: that of the first fund, before the
    first period; after a closing the first open day.
    """
    days = [fund.since for fund in book.settings.funds.values()]
    starts = [each.start - timedelta(days=1) for each in book.settings.periods]
    return max(min([*days, *starts, FIRST_DAY]), book.settings.first_open_day)


def _plain(text: str) -> str:
    """Return a text as a declaration holds it."""
    read: str = json.loads(quoted(text))
    return read


def _needed(field: str, text: str, what: str) -> str:
    if not (plain := _plain(text)):
        raise DeclarationRefusedError(field, f"{what} has a name: state it.")
    return plain


def _named(names: Mapping[str, str]) -> dict[str, Stated]:
    """Return names by language under their keys."""
    for language in names:
        if not _LANGUAGE.fullmatch(language):
            raise DeclarationRefusedError("names", f"{language!r} is no language: write fr, say.")
    return {f"name-{language}": text for language, text in names.items()}


def _texts(texts: Mapping[str, str], keys: Sequence[str]) -> dict[str, str]:
    """Return texts of a letter under their keys, the lines of each parted by strokes."""
    found = {}
    for key, text in texts.items():
        name = max((each for each in keys if f"{key}-".startswith(f"{each}-")), key=len, default="")
        language = key.removeprefix(name).removeprefix("-")
        if not name or (language and not _LANGUAGE.fullmatch(language)):
            raise DeclarationRefusedError(key, f"{key!r} is none of {', '.join(keys)}.")
        lines = (_plain(line) for line in text.splitlines())
        found[key] = " | ".join(filter(None, lines))
    return found


def _need_code(field: str, code: str, what: str) -> None:
    if not is_code(code):
        raise DeclarationRefusedError(
            field,
            f"{code!r} cannot be the {what}'s code, which becomes part of account names: it "
            "begins with a capital letter or digit and holds letters, digits and hyphens only.",
        )


def _refuse_known(
    known: Container[str], code: str, what: str, *, new: bool, field: str = "code"
) -> None:
    if new and code in known:
        raise DeclarationRefusedError(
            field, f"The {what} {code} is declared already: change it there, or choose another."
        )


def _known_fund(book: Book, field: str, code: str) -> str:
    if code not in book.settings.funds:
        known = ", ".join(book.settings.funds) or "none"
        raise DeclarationRefusedError(field, f"{code!r} is no fund of the book ({known}).")
    return code


def _period_name(start: date, end: date, name: str) -> str:
    if end < start:
        raise DeclarationRefusedError("end", f"{end} is before the first day, {start}.")
    name = name or years_of(start, end)
    if not names_files(name):
        raise DeclarationRefusedError(
            "name",
            f"The name {name!r} becomes the name of a file, and cannot: letters, digits, points, "
            "hyphens and underscores make it, such as 2004-2005.",
        )
    return name

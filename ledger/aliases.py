"""Names of donors that a person confirmed: what a sheet calls a donor, remembered in the book.

    2002-05-01 custom "alias" "Republik Oesterreich" "AUT"

Likeness only proposes a donor; once somebody has said whom a text means, the book knows it. An
alias settles what several donors may be called; it never takes a name from the one who bears it.
A text may name a purpose of the book as well, `custom "alias" "Korruption" "corruption"`.
A text may also be said to name a donor that the book does not know yet: `REDCROSS:ngo`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from pledgebook.ledger.accounts import is_code
from pledgebook.ledger.declarations import Declaration
from pledgebook.ledger.donors import KINDS, Directory, Donor
from pledgebook.ledger.drafts import quoted
from pledgebook.ledger.errors import Finding, finding
from pledgebook.ledger.names import normalise

if TYPE_CHECKING:
    from pledgebook.ledger.book import Book
    from pledgebook.ledger.settings import Settings

FILE = "names.beancount"
"""The file of the book that aliases are written to."""

_NONE: Mapping[str, str] = MappingProxyType({})

_HEAD = "; What sheets call donors, as somebody confirmed it (docs/importing.md).\n"


class AliasRefusedError(ValueError):
    """A name that cannot be another name of that donor; the message says why."""


def read_aliases(
    declarations: Iterable[Declaration], donors: Directory
) -> tuple[Directory, list[Finding]]:
    """Return the directory with the aliases that a book declares, and what is wrong with them."""
    faults: list[Finding] = []
    for declaration in declarations:
        text, code = declaration.texts
        try:
            donors = add_alias(donors, text, code)
        except AliasRefusedError as error:
            rule = "alias-donor" if code not in donors else "alias-taken"
            faults.append(finding(declaration.entry, rule, str(error)))
    return donors, faults


def add_alias(donors: Directory, text: str, code: str) -> Directory:
    """Return the directory in which a text names the donor of that code.

    Raises AliasRefusedError for an unknown code, a text without letters, or one that names another
    donor already.
    """
    if code not in donors:
        near = ", ".join(f"{donor.code} ({donor.name})" for donor in donors.suggest(code))
        raise AliasRefusedError(
            f"{text!r} is said to be {code!r}, which is the code of no donor"
            f"{f'; nearest: {near}' if near else ''}: write a State's three letters, or a code "
            "that the book declares."
        )
    if not normalise(text):
        raise AliasRefusedError(f"{text!r} has no letter or digit: it cannot be a donor's name.")
    named = donors.candidates(text)
    if len(named) == 1 and named[0].code != code:
        raise AliasRefusedError(
            f"{text!r} names {named[0].name} ({named[0].code}) already, and cannot mean {code} as "
            "well: take the earlier alias out of the book, or correct the sheet."
        )
    return donors.with_alias(text, code)


def confirm(donors: Directory, text: str, said: str) -> Directory:
    """Return the directory in which a text names whom somebody said: a donor's code or name, or the
    code and kind of a new donor of that name ("REDCROSS:ngo"). Raises AliasRefusedError.
    """
    code, new, kind = said.partition(":")
    if not new:
        return add_alias(donors, text, _code_of(donors, said))
    if code in donors:
        known = donors.get(code)
        raise AliasRefusedError(
            f"{text!r} is said to be a new donor {code}, which is the code of "
            f"{known.name if known else code}: choose another code, or leave out {':' + kind!r}."
        )
    if not is_code(code):
        raise AliasRefusedError(
            f"{code!r} cannot be a donor's code: it begins with a capital letter or digit and "
            "holds letters, digits and hyphens only."
        )
    if kind not in KINDS:
        raise AliasRefusedError(
            f"{text!r} is said to be of the kind {kind!r}: write one of {', '.join(KINDS)}."
        )
    if found := donors.candidates(text):
        raise AliasRefusedError(
            f"{text!r} names {found[0].name} ({found[0].code}) already: it is no new donor."
        )
    if not normalise(text):
        raise AliasRefusedError(f"{text!r} has no letter or digit: it cannot be a donor's name.")
    return donors.with_donors([Donor(code, " ".join(text.split()), kind)], {})


def _code_of(donors: Directory, said: str) -> str:
    """Return the code of a donor that is named by its code or by one of its names."""
    named = None if said in donors else donors.resolve(said)
    return named.code if named else said


def add_purpose_alias(settings: Settings, text: str, code: str) -> Settings:
    """Return the settings in which a text names the purpose of that code. Raises
    AliasRefusedError.
    """
    if code not in settings.purposes or code in settings.donors:
        known = ", ".join(settings.purposes) or "none"
        raise AliasRefusedError(
            f"{text!r} is said to be {code!r}, which is no purpose of the book ({known})."
        )
    if not normalise(text):
        raise AliasRefusedError(f"{text!r} has no letter or digit: it cannot be a purpose's name.")
    return replace(settings, purpose_aliases={**settings.purpose_aliases, text: code})


def free_code(donors: Directory, name: str, taken: Collection[str] = ()) -> str:
    """Return a code for a new donor of that name: the initials of three words or more, else its
    first letters; with a number where that is a donor's, or in `taken`.
    """
    words = re.findall(r"[A-Z0-9]+", normalise(name).upper())
    letters = "".join(word[0] for word in words) if len(words) > 2 else "".join(words)
    stem = letters[:10] or "DONOR"
    code, number = stem, 1
    while code in donors or code in taken:
        number += 1
        code = f"{stem}{number}"
    return code


def alias_texts(
    book: Book, names: Mapping[str, str], day: date, purposes: Mapping[str, str] = _NONE
) -> dict[Path, str]:
    """Return the new text of the book's file of aliases, by its path; empty if nothing changes.

    `names` says by text whom it means, as `confirm` takes it; a new donor is declared since the
    first fund. `purposes` says by text which purpose it means. Raises AliasRefusedError.
    """
    path = book.folder / FILE
    donors = book.settings.donors
    since = min((fund.since for fund in book.settings.funds.values()), default=day)
    lines = []
    for text, said in names.items():
        found = donors.resolve(text)
        donors = confirm(donors, text, said)
        code, _, kind = said.partition(":")
        if kind:
            name = quoted(" ".join(text.split()))
            lines.append(f'{since} custom "donor" {quoted(code)} {name}\n  kind: {quoted(kind)}\n')
        elif found is None:
            code = _code_of(donors, said)
            lines.append(f'{day} custom "alias" {quoted(text)} {quoted(code)}\n')
    settings = book.settings
    for text, code in purposes.items():
        settings = add_purpose_alias(settings, text, code)
        if book.settings.purpose_aliases.get(text) != code:
            lines.append(f'{day} custom "alias" {quoted(text)} {quoted(code)}\n')
    if not lines:
        return {}
    old = path.read_text("utf-8") if path.exists() else _HEAD
    return {path: old.rstrip("\n") + "\n" + "".join(lines)}

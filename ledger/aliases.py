"""Names of donors that a person confirmed: what a sheet calls a donor, remembered in the book.

    2002-05-01 custom "alias" "Republik Oesterreich" "AUT"

Likeness only proposes a donor; once somebody has said whom a text means, the book knows it. An
alias settles what several donors may be called; it never takes a name from the one who bears it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pledgebook.ledger.declarations import Declaration
from pledgebook.ledger.donors import Directory
from pledgebook.ledger.drafts import quoted
from pledgebook.ledger.errors import Finding, finding
from pledgebook.ledger.names import normalise

if TYPE_CHECKING:
    from pledgebook.ledger.book import Book

FILE = "names.beancount"
"""The file of the book that aliases are written to."""

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


def alias_texts(book: Book, names: Mapping[str, str], day: date) -> dict[Path, str]:
    """Return the new text of the book's file of aliases, by its path; empty if nothing changes.

    `names` gives donors' codes by text. Raises AliasRefusedError.
    """
    path = book.folder / FILE
    donors = book.settings.donors
    lines = []
    for text, code in names.items():
        found = donors.resolve(text)
        donors = add_alias(donors, text, code)
        if found is None:
            lines.append(f'{day} custom "alias" {quoted(text)} {quoted(code)}\n')
    if not lines:
        return {}
    old = path.read_text("utf-8") if path.exists() else _HEAD
    return {path: old.rstrip("\n") + "\n" + "".join(lines)}

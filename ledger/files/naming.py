"""What sheets call donors and purposes, and banks' entries donors, written into the book's file of
aliases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from msgspec import structs
from pledgebook.ledger.declared.aliases import AliasRefusedError, code_of, confirm
from pledgebook.ledger.declared.declarations import write_declaration
from pledgebook.ledger.declared.names import normalise
from pledgebook.ledger.declared.settings import Settings
from pledgebook.ledger.register.book import Book

FILE = "names.beancount"
"""The file of the book that aliases are written to."""


_NONE: Mapping[str, str] = MappingProxyType({})


_HEAD = "; What sheets call donors, as somebody confirmed it (docs/importing.md).\n"


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
    return structs.replace(settings, purpose_aliases={**settings.purpose_aliases, text: code})


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
        found = [donor.code for donor in donors.candidates(text, codes=False)]
        code, new, rest = said.partition(":")
        code = code if new else code_of(donors, said)
        donors = confirm(donors, text, said)
        kind, _, name = rest.partition(":")
        called = " ".join((name or text).split())
        if new:
            lines.append(write_declaration("donor", since, code, called, meta={"kind": kind}))
        alias = normalise(called) != normalise(text) if new else found != [code]
        if alias and book.settings.donors.confirmed(text) != code:
            lines.append(write_declaration("alias", day, text, code))
    settings = book.settings
    for text, code in purposes.items():
        settings = add_purpose_alias(settings, text, code)
        if book.settings.purpose_aliases.get(text) != code:
            lines.append(write_declaration("alias", day, text, code))
    if not lines:
        return {}
    old = book.text_of(path) or _HEAD
    return {path: old.rstrip("\n") + "\n" + "".join(lines)}


class DonorRule(NamedTuple):
    """What somebody said of the entries of a bank account that hold these words: whose money they
    are, by the donor's code.
    """

    bank: str
    words: str
    donor: str


def rule_texts(book: Book, rules: Iterable[DonorRule], day: date) -> dict[Path, str]:
    """Return the new text of the book's file of aliases with these rules of bank accounts, by its
    path; empty where the book has them all. A rule that says otherwise of the same words takes the
    place of none: the book would have two, and is refused.
    """
    path = book.folder / FILE
    accounts = book.settings.banks.accounts
    known = {(bank.code, normalise(rule.words[0]), rule.donor) for bank in accounts.values()
             for rule in bank.rules}  # fmt: skip
    lines = [
        write_declaration(
            "bank-rule", day, each.bank, each.words, "donor", meta={"donor": each.donor}
        )
        for each in dict.fromkeys(rules)
        if (each.bank, normalise(each.words), each.donor) not in known
    ]
    old = book.text_of(path) or _HEAD
    return {path: old.rstrip("\n") + "\n" + "".join(lines)} if lines else {}

"""What sheets call donors and purposes, and banks' entries donors, written into the book's file of
aliases.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

from beancount.core.amount import Amount
from msgspec import Struct, structs
from pledgebook.ledger.declared.aliases import AliasRefusedError, code_of, confirm
from pledgebook.ledger.declared.banks import BankLine, BankRule
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


class NewRule(Struct, frozen=True, kw_only=True):
    """What somebody said of the entries of a bank account that hold these words and meet the
    conditions: that they are money of a `donor`, by its code, or of another `kind` of rule.
    `amount`, `least`, `most`, `currency` and `way` are as a bank-rule has them, "" for none; the
    first three with a currency: 100.00 USD.
    """

    bank: str
    words: str
    kind: str = "donor"
    donor: str = ""
    amount: str = ""
    least: str = ""
    most: str = ""
    currency: str = ""
    way: str = ""

    def holds(self, line: BankLine) -> bool:
        """Tell whether an entry of the account meets it."""
        return self._rule.holds(line)

    @property
    def _rule(self) -> BankRule:
        said = self.conditions
        exact = said.get("amount")
        least, most = (said.get(key, exact) for key in ("least", "most"))
        return BankRule(
            words=(self.words,),
            kind=self.kind,
            donor=self.donor,
            least=_limit(least),
            most=_limit(most),
            currency=self.currency,
            way=self.way,
        )

    def is_one_of(self, rules: Iterable[BankRule]) -> bool:
        """Tell whether rules that an account has say it already."""
        own, words = self._rule, normalise(self.words)
        return any(
            structs.replace(rule, words=own.words, class_="") == own
            for rule in rules
            if [normalise(each) for each in rule.words] == [words]
        )

    @property
    def conditions(self) -> dict[str, Amount | str]:
        """What it says beside words and kind, by the keys of a bank-rule."""
        limits = {"amount": self.amount, "least": self.least, "most": self.most}
        said = {key: Amount.from_string(text) for key, text in limits.items() if text}
        texts = {"currency": self.currency, "way": self.way, "donor": self.donor}
        return {**said, **{key: text for key, text in texts.items() if text}}

    def text(self, day: date) -> str:
        """Return it as the book declares it since a day."""
        return write_declaration(
            "bank-rule", day, self.bank, self.words, self.kind, meta=self.conditions
        )


def rule_texts(book: Book, rules: Iterable[NewRule], day: date) -> dict[Path, str]:
    """Return the new text of the book's file of aliases with these rules of bank accounts, by its
    path; empty where the book has them all. A rule that says otherwise of the same words takes the
    place of none: the book would have two, and is refused.
    """
    path = book.folder / FILE
    accounts = book.settings.banks.accounts
    lines = [
        each.text(day)
        for each in dict.fromkeys(rules)
        if not each.is_one_of(accounts[each.bank].rules)
    ]
    old = book.text_of(path) or _HEAD
    return {path: old.rstrip("\n") + "\n" + "".join(lines)} if lines else {}


def _limit(amount: Amount | str | None) -> tuple[Decimal, str] | None:
    if not isinstance(amount, Amount) or amount.number is None:
        return None
    return amount.number, amount.currency

"""Stationery: the letterheads, signatories and addressees of letters to donors.

    1999-12-31 custom "letterhead" "CPCJF" "Example Office (made up)"
      address: "1 Example Square | 1000 Example City"
      signatory-title: "Chief, Financial Resources"
      signatory-title-fr: "Chef, Ressources financières"
    1999-12-31 custom "addressee" "DEU" "Permanent Mission of Germany"
      language: "en"
      email: "mission@example.org"

Nothing of a letter's paper is in the program. Every text may be given in another language by its
key with that language's code behind it (`organization-fr:`, `signatory-title-ar:`); a stroke `|`
parts lines. Where a letterhead is missing, the letter bears the fund's name and an empty place for
the signature.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping

from msgspec import Struct, field
from pledgebook.ledger.declared.declarations import Declaration
from pledgebook.ledger.findings import Finding, finding

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{}~-]+"
_EMAIL = re.compile(
    rf"{_ATOM}(\.{_ATOM})*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{{2,}}"
)
"""An address as RFC 5321 (4.1.2) has it, without its quoted forms and addresses of machines; a
stroke parts several."""


def is_email(text: str) -> bool:
    """Return whether a text is one address of e-mail."""
    local = text.partition("@")[0]
    return len(text) <= 254 and len(local) <= 64 and _EMAIL.fullmatch(text) is not None


class Texts(Struct, frozen=True):
    """Texts by key and language: `text("office", "fr")` is `office-fr:`, else `office:`."""

    stated: Mapping[str, str] = field(default_factory=dict)

    def text(self, key: str, language: str) -> str:
        """Return the text of a key in a language, else as it stands without one, else ""."""
        return self.stated.get(f"{key}-{language}") or self.stated.get(key, "")

    def lines(self, key: str, language: str) -> tuple[str, ...]:
        """Return the lines of a text, which a stroke parts."""
        return _parts(self.text(key, language))


class Stationery(Struct, frozen=True, kw_only=True):
    """What the book says of its letters: letterheads by fund, addressees by donor, and the names
    of funds and purposes in other languages (`name-fr:` of their declarations).
    """

    letterheads: Mapping[str, Texts] = field(default_factory=dict)
    addressees: Mapping[str, Texts] = field(default_factory=dict)
    funds: Mapping[str, Texts] = field(default_factory=dict)
    purposes: Mapping[str, Texts] = field(default_factory=dict)
    donors: Mapping[str, Texts] = field(default_factory=dict)

    def fund_name(self, code: str, language: str) -> str:
        """Return a fund's name in a language, else as declared."""
        return _name(self.funds, code, language)

    def purpose_name(self, code: str, language: str) -> str:
        """Return a purpose's name in a language, else as declared."""
        return _name(self.purposes, code, language)

    def donor_name(self, code: str, language: str) -> str:
        """Return the name in a language that the book itself gives a donor, or ""."""
        texts = self.donors.get(code)
        return texts.stated.get(f"name-{language}", "") if texts else ""


def _parts(text: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, text.split("|"))))


def _name(table: Mapping[str, Texts], code: str, language: str) -> str:
    texts = table.get(code)
    return (texts.text("name", language) if texts else "") or code


def read_stationery(
    declared: Mapping[str, Mapping[tuple[str, ...], Declaration]],
    funds: Container[str],
    donors: Container[str],
) -> tuple[Stationery, list[Finding]]:
    """Return what the declarations say of letters, and what is wrong with it: a letterhead of no
    fund, an addressee who is no donor, or an address that is none.
    """
    faults = [
        finding(
            declaration.entry,
            "letterhead-fund",
            f"A letterhead is declared for {declaration.texts[0]!r}, which is no fund of this book "
            "(declare the fund, or correct its code): no letter would bear it.",
        )
        for declaration in declared["letterhead"].values()
        if declaration.texts[0] not in funds
    ]
    faults += [
        finding(
            declaration.entry,
            "addressee-donor",
            f"An addressee is declared for {declaration.texts[0]!r}, which is no donor's code: "
            "write a State's three letters, or a code that the book declares.",
        )
        for declaration in declared["addressee"].values()
        if declaration.texts[0] not in donors
    ]
    faults += [
        finding(
            declaration.entry,
            "addressee-email",
            f"The e-mail of the addressee for {declaration.texts[0]!r} is {text!r}, which is no "
            "address: write it as mission@example.org, several parted by a stroke |.",
        )
        for declaration in declared["addressee"].values()
        if (text := declaration.text("email")) and not all(map(is_email, _parts(text)))
    ]
    stationery = Stationery(
        letterheads=_texts(declared["letterhead"], "organization"),
        addressees=_texts(declared["addressee"], "name"),
        funds=_texts(declared["fund"], "name"),
        purposes=_texts(declared["purpose"], "name"),
        donors=_texts(declared["donor"], "name"),
    )
    return stationery, faults


def _texts(declared: Mapping[tuple[str, ...], Declaration], head: str) -> dict[str, Texts]:
    """Return the texts of each declaration, its own second text under `head`."""
    return {
        key[0]: Texts(
            {head: item.texts[1]}
            | {name: item.text(name) for name in item.meta if not name.startswith("__")}
        )
        for key, item in declared.items()
    }

"""Who may do what in a book, by name: from no such line on, everybody everything.

    2002-01-01 custom "person" "First officer"
      roles: "record close"

The name is the one that a login states or, without one, that of the computer's user. Where a book
names persons, whoever is not among them may read only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from pledgebook.ledger.declared.declarations import Declaration
from pledgebook.ledger.declared.delegations import folded
from pledgebook.ledger.findings import BookRefusedError, Finding, finding

PERSON = "person"

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "read": "read the book",
        "record": "record and import",
        "approve": "approve what waits",
        "close": "close, reopen and certify periods",
        "declare": "change what the book declares, and persons' roles",
    }
)
"""The roles a person may have, and what each lets them do. Everybody may read."""

Persons = Mapping[str, frozenset[str]]
"""Roles by name, `folded`; empty where a book says nothing of persons."""


class NotAllowedError(BookRefusedError):
    """A person has not the role that a write takes."""


def read_persons(declarations: Iterable[Declaration]) -> tuple[Persons, list[Finding]]:
    """Return the roles of persons, and what is wrong with their lines. A word that is no role gives
    none, and the person it is said of stays one.
    """
    persons: dict[str, frozenset[str]] = {}
    faults = []
    for declaration in declarations:
        (name,), words = declaration.texts, declaration.words("roles")
        persons[folded(name)] = persons.get(folded(name), frozenset()) | (set(words) & set(ROLES))
        unknown = [word for word in words if word not in ROLES]
        if unknown or not words:
            said = f"{unknown[0]!r} is no role" if unknown else "roles: is not written"
            faults.append(
                finding(
                    declaration.entry,
                    "person-roles",
                    f"A person has one or more of the roles {', '.join(ROLES)}; of {name}, {said}. "
                    'Write roles: "read" for who only reads.',
                )
            )
    return persons, faults


def roles_of(persons: Persons, who: str) -> frozenset[str]:
    """Return the roles that a person has: all where the book names nobody, else their own."""
    if not persons:
        return frozenset(ROLES)
    return persons.get(folded(who), frozenset()) | {"read"}


def refuse_without(persons: Persons, who: str, needed: Iterable[str]) -> None:
    """Raise NotAllowedError where a person lacks one of the roles that are needed."""
    own = roles_of(persons, who)
    lacking = [role for role in ROLES if role in set(needed) - own]
    if lacking:
        has = ", ".join(role for role in ROLES if role in own)
        raise NotAllowedError(
            f"Nothing was written: {who or 'nobody'} has no right to "
            f"{' and to '.join(ROLES[role] for role in lacking)} (has: {has}; this takes: "
            f"{', '.join(lacking)}). Ask one of those who have it, or who may declare persons."
        )

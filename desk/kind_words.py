"""Kinds of donors in words, as pages name and offer them."""

from __future__ import annotations

from collections.abc import Mapping

from pledgebook.desk.texts import marked
from pledgebook.ledger.declared.donor_kinds import SHIPPED, DonorKinds

KIND_WORDS: Mapping[str, str] = {
    "state": marked("State"),
    "territory": marked("territory"),
    "un-entity": marked("United Nations entity"),
    "intergovernmental": marked("intergovernmental organization"),
    "ifi": marked("international financial institution"),
    "funding-agency": marked("funding agency of a State"),
    "european-community": marked("European Union"),
    "ngo": marked("non-governmental organization"),
    "foundation": marked("foundation"),
    "academia": marked("university or research institution"),
    "company": marked("company"),
    "person": marked("private person"),
}
"""The kinds that every book has (see ledger/declared/donor_kinds.py), in their order; English, to
be translated where they are shown."""


def words_of_kinds(kinds: DonorKinds) -> dict[str, str]:
    """Return a book's kinds of donors in words: those it declares itself in its own."""
    shipped = SHIPPED.kinds
    return {
        code: KIND_WORDS[code] if kind is shipped.get(code) else kind.title
        for code, kind in kinds.kinds.items()
    }

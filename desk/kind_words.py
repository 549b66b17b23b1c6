"""Kinds of donors in words, as pages name and offer them."""

from __future__ import annotations

from collections.abc import Mapping

from pledgebook.desk.texts import marked

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
"""By the kinds of `ledger/declared/donors.py`, in their order; English, to be translated where they
are shown."""

"""Letters to donors as data: statements, official receipts, acknowledgements, confirmations of
balance and reminders, in the donor's language.

A letter is a pure function of a book, a donor, a kind, a period and a language; renderers of
`pledgebook.reports.letters.render` make pages, Word documents and PDF of it. See docs/letters.md.
"""

from __future__ import annotations

from pledgebook.reports.letters.language import UnknownLanguageError, languages
from pledgebook.reports.letters.letter import (
    Facts,
    Heading,
    Letter,
    Line,
    Paragraph,
    Slip,
    Table,
    letter_document,
)
from pledgebook.reports.letters.making import issue_receipts, make_letter, make_letters
from pledgebook.reports.letters.paper import Papers

__all__ = [
    "Facts",
    "Heading",
    "Letter",
    "Line",
    "Papers",
    "Paragraph",
    "Slip",
    "Table",
    "UnknownLanguageError",
    "issue_receipts",
    "languages",
    "letter_document",
    "make_letter",
    "make_letters",
]

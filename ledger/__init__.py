"""The book: what it declares, what is recorded in it, and how entries are added to it.

A pledge is a Beancount lot; the register is derived from the booked entries and never stored.
Start with `load_book`, and ask the `Book` for its `settings`, `register` and `rates`.
"""

from __future__ import annotations

from pledgebook.ledger.book import Book, BookNotFoundError, find_book, load_book
from pledgebook.ledger.drafts import Draft, DraftLine
from pledgebook.ledger.errors import BookRefusedError, Finding
from pledgebook.ledger.instalments import Instalment, list_instalments
from pledgebook.ledger.register import Register, derive_register
from pledgebook.ledger.settings import Settings, read_settings
from pledgebook.ledger.writing import write_entries

__all__ = [
    "Book",
    "BookNotFoundError",
    "BookRefusedError",
    "Draft",
    "DraftLine",
    "Finding",
    "Instalment",
    "Register",
    "Settings",
    "derive_register",
    "find_book",
    "list_instalments",
    "load_book",
    "read_settings",
    "write_entries",
]

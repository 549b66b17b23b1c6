"""From the outside into the book: donors' sheets and banks' statements to entries, with verdicts.

*sheet -> rows -> verdicts -> entries -> book.* `DonorSheets` and `BankStatements` are the
importers for Fava's import page and beangulp; `import_files` is what the command calls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pledgebook.ledger.deferred import deferred

if TYPE_CHECKING:
    from pledgebook.importers.bank_statements import BankStatements
    from pledgebook.importers.donor_sheets import DonorSheets
    from pledgebook.importers.imports import ImportResult, import_files

__all__ = ["BankStatements", "DonorSheets", "ImportResult", "import_files"]

_NAMES = {
    "bank_statements": ("BankStatements",),
    "donor_sheets": ("DonorSheets",),
    "imports": ("ImportResult", "import_files"),
}
"""The public names by module: as they are imported for types above."""

if not TYPE_CHECKING:
    __getattr__, __dir__ = deferred(__name__, _NAMES)

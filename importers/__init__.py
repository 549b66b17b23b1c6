"""From the outside into the book: donors' sheets and banks' statements to entries, with verdicts.

*sheet -> rows -> verdicts -> entries -> book.* `DonorSheets` and `BankStatements` are the
importers for Fava's import page and beangulp; `import_files` is what the command calls.
"""

from __future__ import annotations

from pledgebook.importers.bank_statements import BankStatements
from pledgebook.importers.donor_sheets import DonorSheets
from pledgebook.importers.imports import ImportResult, import_files

__all__ = ["BankStatements", "DonorSheets", "ImportResult", "import_files"]

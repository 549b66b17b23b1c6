"""From the outside into the book: donors' spreadsheets to entries, each row with its verdict.

*sheet -> rows -> verdicts -> entries -> book.* `DonorSheets` is the importer for Fava's import
page and beangulp; `import_files` is what the command calls.
"""

from __future__ import annotations

from pledgebook.importers.donor_sheets import DonorSheets
from pledgebook.importers.imports import ImportResult, import_files

__all__ = ["DonorSheets", "ImportResult", "import_files"]

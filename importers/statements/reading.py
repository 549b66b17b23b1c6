"""Which files are bank statements, and reading them.

The format is found in the content, as for donors' sheets. What is read is proved before anybody
sees it: `read_statements` gives no statement whose balances do not follow.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.workbook import MAX_FILE_BYTES, read_workbook
from pledgebook.importers.statements.camt import is_camt, read_camt
from pledgebook.importers.statements.mt940 import is_mt940, read_mt940
from pledgebook.importers.statements.sheets import is_list_of_entries, read_sheets
from pledgebook.importers.statements.statement import Statement, StatementFile
from pledgebook.ledger.declared.banks import NO_BANKS, Banks


def is_statement(path: Path) -> bool:
    """Tell whether a file is a bank's statement, by what is in it; False if it cannot be read."""
    try:
        data = read_bytes(path)
        if is_camt(data) or is_mt940(data):
            return True
        return is_list_of_entries(read_workbook(path))
    except UnreadableFile:
        return False


def read_statements(
    path: Path, account: str = "", currency: str = "", banks: Banks = NO_BANKS
) -> StatementFile:
    """Read and prove the statements of a file.

    `account` and `currency` are what the user says of a list of entries that does not say it
    itself, `banks` the accounts of the book that it may be of. Raises UnreadableFile with a
    sentence for the user.
    """
    data = read_bytes(path)
    digest = hashlib.sha256(data).hexdigest()
    statements: tuple[Statement, ...]
    if is_camt(data):
        statements, kind = read_camt(path.name, data), "camt.053"
    elif is_mt940(data):
        statements, kind = read_mt940(path.name, data, account), "MT940"
    else:
        workbook = read_workbook(path)
        statements, kind = read_sheets(workbook, account, currency, banks), workbook.kind
    for statement in statements:
        statement.prove(path.name)
    return StatementFile(str(path), digest, statements, kind)


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes. Raises UnreadableFile, as reading a workbook does."""
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise UnreadableFile(f"{path.name or path} {what}; check the name and the folder.")
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise UnreadableFile(
                f"{path.name} is too large: {size / 1024**2:.0f} MB, and at most "
                f"{MAX_FILE_BYTES // 1024**2} MB are read; ask the bank for a statement a month."
            )
        return path.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be opened: {error.strerror}.") from error

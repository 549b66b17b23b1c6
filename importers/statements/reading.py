"""Which files are bank statements, and reading them.

The format is found in the content, as for donors' sheets. What is read is proved before anybody
sees it: `read_statements` gives no statement whose balances do not follow.
"""

from __future__ import annotations

from pledgebook.importers.reading.cells import UnreadableFile
from pledgebook.importers.reading.workbook import SentFile
from pledgebook.importers.statements.camt import is_camt, read_camt
from pledgebook.importers.statements.mt940 import is_mt940, read_mt940
from pledgebook.importers.statements.ofx import is_ofx, read_ofx
from pledgebook.importers.statements.qif import is_qif, read_qif
from pledgebook.importers.statements.sheets import (
    is_list_of_entries,
    may_be_list_of_entries,
    read_sheets,
)
from pledgebook.importers.statements.statement import Statement, StatementFile
from pledgebook.ledger.declared.banks import NO_BANKS, Banks


def is_statement(file: SentFile, banks: Banks = NO_BANKS) -> bool:
    """Tell whether a file is a bank's statement, by what is in it (and the accounts of the book, if
    it is a list of entries); False if it cannot be read.
    """
    try:
        known = any(is_one(file.data) for is_one in (is_camt, is_mt940, is_ofx, is_qif))
        return known or is_list_of_entries(file.workbook, banks)
    except UnreadableFile:
        return False


def may_be_statement(file: SentFile) -> bool:
    """Tell whether a file may be a bank's list of entries that does not say of which account."""
    try:
        return may_be_list_of_entries(file.workbook)
    except UnreadableFile:
        return False


def read_statements(
    file: SentFile, account: str = "", currency: str = "", banks: Banks = NO_BANKS
) -> StatementFile:
    """Read and prove the statements of a file.

    `account` and `currency` are what the user says of a list of entries (or QIF) that does not say
    it itself, `banks` the accounts of the book that it may be of. Raises UnreadableFile with a
    sentence for the user.
    """
    name = file.path.name
    statements: tuple[Statement, ...]
    if is_camt(file.data):
        statements, kind = read_camt(name, file.data), "camt.053"
    elif is_mt940(file.data):
        statements, kind = read_mt940(name, file.data, account), "MT940"
    elif is_ofx(file.data):
        statements, kind = read_ofx(name, file.data), "OFX"
    elif is_qif(file.data):
        statements, kind = read_qif(name, file.data, account, currency), "QIF"
    else:
        statements = read_sheets(file.workbook, account, currency, banks)
        kind = file.workbook.kind
    if not statements:
        raise UnreadableFile(
            f"{name} holds no statement that can be read: it is cut or damaged. Ask the bank for "
            "the file again."
        )
    for statement in statements:
        statement.prove(name)
    return StatementFile(str(file.path), file.sha256, statements, kind)

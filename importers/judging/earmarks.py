"""Where a row's contribution goes: fund, class and purpose, as row, sheet or user say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pledgebook.importers.judging.known import Context, Doubt
from pledgebook.importers.rows.row import SheetRow
from pledgebook.importers.tables.tables import Table
from pledgebook.importers.values.values import plain, shown
from pledgebook.importers.values.words import read_class
from pledgebook.ledger.events import Earmark

_SHORT = 4
"""A name of a purpose that is no longer than this is a word of many remarks."""


def earmark_of_row(row: SheetRow, table: Table, context: Context) -> Earmark:
    """Return the fund, class and purpose of a row; raises Doubt if the book knows none of them."""
    fund = _fund_of(row, table, context)
    settings = context.settings
    purpose = _purpose_of(row, context)
    stated = read_class(row.class_text, settings.funds[fund].classes) if row.class_text else None
    if row.class_text and stated is None and len(settings.funds[fund].classes) > 1:
        raise Doubt(
            f"The class {shown(row.class_text)} is none of {fund}'s: "
            f"{', '.join(settings.funds[fund].classes)}."
        )
    class_ = settings.funds[fund].class_of(stated, purpose)
    if class_ == "special" and not purpose:
        raise Doubt("The contribution is earmarked, but its purpose is not stated.")
    if class_ == "general" and purpose:
        raise Doubt(f"The contribution is said to be general, yet earmarked to {purpose}.")
    return Earmark(fund, class_, purpose)


def _fund_of(row: SheetRow, table: Table, context: Context) -> str:
    funds = context.settings.funds
    if row.fund:
        found = context.names.funds.get(plain(row.fund))
        if found:
            return found
        raise Doubt(f"The fund {shown(row.fund)} is none of the book's: {', '.join(funds)}.")
    if context.fund:
        return context.fund
    if len(funds) == 1:
        return next(iter(funds))
    words = _title_words(table)
    named = {code for code in funds if code in words}
    if len(named) == 1:
        return named.pop()
    raise Doubt(
        f"The sheet does not say for which fund it is ({', '.join(funds)}): name it with --fund."
    )


def refuse_earmark_in_words(texts: Sequence[str], earmark: Earmark, context: Context) -> None:
    """Wait where a remark or note names a purpose that the row is not earmarked for, or a fund that
    it does not give to.
    """
    if not texts:
        return
    names = context.names.purposes if not earmark.purpose else {}
    for text in texts:
        said = plain(text)
        words = {word.strip(".,;:()[]/\"'") for word in text.split()}
        for code in context.settings.funds:
            if code in words and code != earmark.fund:
                raise Doubt(
                    f"The sheet says {shown(text)} of it, which names the fund {code}, and the row "
                    f"is taken for {earmark.fund}: say in a column of funds which one it is for."
                )
        for name, code in names.items():
            long = len(name) > _SHORT
            if long and name in said and re.search(rf"\b{re.escape(name)}\b", said):
                raise Doubt(
                    f"The sheet says {shown(text)} of it, which names the purpose {code}, and no "
                    "column earmarks it: say in a column of purposes what it is for, or take the "
                    "remark out."
                )


def _title_words(table: Table) -> set[str]:
    """Return the words of the sheet's name and of the letterhead above the table."""
    texts = [table.sheet.name]
    for cells in table.sheet.rows[: table.area.first_row - 1]:
        texts += [cell for cell in cells if isinstance(cell, str)]
    return {word.strip(".,;:()[]") for text in texts for word in text.split()}


def _purpose_of(row: SheetRow, context: Context) -> str:
    if not row.purpose or read_class(row.purpose, ("general",)) == "general":
        return ""
    if code := context.names.purposes.get(plain(row.purpose)):
        return code
    known = ", ".join(context.settings.purposes)
    raise Doubt(
        f"The purpose {shown(row.purpose)} is none of the book's ({known}): "
        "declare it, or say which it is, and the book remembers it (import --purpose "
        f'"{row.purpose[:40]}=CODE").'
    )

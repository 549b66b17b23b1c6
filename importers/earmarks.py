"""Where a row's contribution goes: fund, class and purpose, as row, sheet or user say."""

from __future__ import annotations

from pledgebook.importers.known import Context, Doubt
from pledgebook.importers.rows import SheetRow
from pledgebook.importers.tables import Table
from pledgebook.importers.values import plain, shown
from pledgebook.importers.words import read_class
from pledgebook.ledger.events import Earmark
from pledgebook.ledger.settings import Settings


def earmark_of_row(row: SheetRow, table: Table, context: Context) -> Earmark:
    """Return the fund, class and purpose of a row; raises Doubt if the book knows none of them."""
    fund = _fund_of(row, table, context)
    settings = context.settings
    purpose = _purpose_of(row, settings)
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
        found = [code for code, fund in funds.items() if plain(row.fund) in _names(code, fund.name)]
        if len(found) == 1:
            return found[0]
        raise Doubt(f"The fund {shown(row.fund)} is none of the book's: {', '.join(funds)}.")
    if context.fund:
        return context.fund
    named = {code for code in funds if code in _title_words(table)}
    if len(named) == 1:
        return named.pop()
    if len(funds) == 1:
        return next(iter(funds))
    raise Doubt(
        f"The sheet does not say for which fund it is ({', '.join(funds)}): name it with --fund."
    )


def _names(code: str, name: str) -> set[str]:
    return {plain(code), plain(name)}


def _title_words(table: Table) -> set[str]:
    """Return the words of the sheet's name and of the letterhead above the table."""
    texts = [table.sheet.name]
    for cells in table.sheet.rows[: table.area.first_row - 1]:
        texts += [cell for cell in cells if isinstance(cell, str)]
    return {word.strip(".,;:()[]") for text in texts for word in text.split()}


def _purpose_of(row: SheetRow, settings: Settings) -> str:
    if not row.purpose or read_class(row.purpose, ("general",)) == "general":
        return ""
    wanted = plain(row.purpose)
    for code, name in settings.purposes.items():
        if wanted in {plain(code), plain(code.replace("-", " ")), plain(name)}:
            return code
    raise Doubt(
        f"The purpose {shown(row.purpose)} is none of the book's ({', '.join(settings.purposes)}): "
        "declare it, or say in a mapping what it stands for, under [values.purpose]: "
        f'"{row.purpose[:40]}" = "CODE".'
    )

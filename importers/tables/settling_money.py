"""Rules on columns of money: which is the amount, which a part, a sum, an equivalent, a receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pledgebook.importers.reading.cells import CellValue
from pledgebook.importers.tables.blocks import HeadingBlock, TableColumn
from pledgebook.importers.tables.columns import is_part
from pledgebook.importers.tables.headings import (
    MONEY,
    Field,
    has_word_of,
    is_currency_only,
    is_dollar_mark,
    is_named,
    is_year_heading,
    names_total,
)
from pledgebook.importers.tables.questions import NOT_READ, Choice, ask
from pledgebook.importers.values.amounts import parse_amount
from pledgebook.importers.values.values import is_code, plain, words
from pledgebook.ledger.declared.currencies import recognise

_LEAST_CELLS = 2
_PROMISES = {
    Field.PLEDGE_DATE, Field.DUE_DATE, Field.STATUS, Field.UNPAID, Field.PAID, Field.INSTALMENT,
}  # fmt: skip
"""Fields that only a list of pledges needs, or that say by themselves what a row is."""


def settle_rates(block: HeadingBlock) -> HeadingBlock:
    """Take numbered rates for instalments, which is what the word means in German, if the table has
    no other amounts.
    """
    rates = [column for column in block.of(Field.RATE) if column.label]
    if len(rates) < _LEAST_CELLS or block.of(Field.AMOUNT, Field.VALUE):
        return block
    return block.taking(rates, Field.AMOUNT)


def settle_currencies(block: HeadingBlock) -> HeadingBlock:
    """Take columns headed by nothing but currencies for amounts, each in its own, if no row fills
    two of them: what stands in two may be one sum stated twice.
    """
    named = [c for c in block.of(*MONEY) if is_currency_only(c.heading)]
    used: set[str] = set()
    for row in block.rows_below() if named else ():
        filled = [c for c in named if parse_amount(block.sheet.cell(row, c.number)).value]
        if len(filled) > 1:
            return block
        used |= {c.currency for c in filled}
    if len(used) < _LEAST_CELLS or len({c.currency for c in named}) < len(named):
        return block
    heads = ", ".join(column.heading for column in named)
    return block.changing(
        {c: replace(c, field=Field.AMOUNT, label=c.currency) for c in named},
        f"The columns {heads} were read as amounts, each in the currency that heads it.",
    )


def settle_codes_of_currencies(block: HeadingBlock) -> HeadingBlock:
    """Take the one column of which every cell is the code of a currency for the currency, whatever
    its heading, where none is headed so and no amount names its own.
    """
    if block.of(Field.CURRENCY) or not block.of(*MONEY):
        return block
    if any(column.currency for column in block.of(*MONEY)):
        return block
    found = [c for c in block.of(None) if _are_codes_of_currencies(block.below(c))]
    if len(found) != 1:
        return block
    (column,) = found
    doubt = (
        f"Column {column.named} was read as the currency: each of its cells is a currency's code."
    )
    return block.taking(found, Field.CURRENCY, doubt)


def _are_codes_of_currencies(cells: Sequence[CellValue]) -> bool:
    return len(cells) >= _LEAST_CELLS and all(
        isinstance(cell, str) and is_code(cell.strip()) and bool(recognise(cell.strip()))
        for cell in cells
    )


def settle_value(block: HeadingBlock) -> HeadingBlock:
    """Tell the amount of the pledge from its equivalent.

    Of two amount columns one that says dollars is the equivalent; a column of dollars alone is the
    amount itself; where each currency has a column of its own, so has the value.
    """
    amounts, value = block.of(Field.AMOUNT), block.of(Field.VALUE)
    if value and not amounts:
        taken = {c: replace(c, field=Field.AMOUNT, currency=c.currency or "US$") for c in value}
        return block.changing(taken)
    by_currency = any(c.label and c.label == c.currency for c in amounts)
    marked = [column for column in amounts if is_dollar_mark(column.currency or "-")]
    if by_currency or value or not marked or len(marked) == len(amounts):
        return block
    return block.taking(marked, Field.VALUE)


def settle_labelled(block: HeadingBlock) -> HeadingBlock:
    """Take columns under years, funds or purposes for amounts, if there are no others."""
    labelled = [column for column in block.of(None) if column.label]
    if not labelled or block.of(Field.AMOUNT, Field.PAID):
        return block
    heads = ", ".join(column.heading for column in labelled)
    doubt = f"The columns {heads} were read as amounts, each an instalment or contribution."
    return block.taking(labelled, Field.AMOUNT, doubt)


def settle_parts(block: HeadingBlock) -> HeadingBlock:
    """Take amounts under funds or purposes for parts of the one beside them: "Total pledge | of
    which UNTOC". What nobody knows, "of which ...", is asked.
    """
    amounts = block.of(Field.AMOUNT)
    labelled = [c for c in block.of(None) if c.label and not is_year_heading(c.label)]
    if len(amounts) == 1 and not amounts[0].label and labelled:
        (whole,) = amounts
        heads = ", ".join(c.heading for c in labelled)
        block = block.changing(
            {
                c: replace(c, field=Field.AMOUNT, currency=c.currency or whole.currency)
                for c in labelled
            },
            f"The columns {heads} were read as parts of the amount in column {whole.named}.",
        )
    return block.asking(
        *(
            ask(
                "column",
                c.letter,
                Choice(NOT_READ, "Nothing that is to be read"),
                text=f"Column {c.named} is a part of another and is not read. What does it hold?",
            )
            for c in block.of(None)
            if is_part(c.heading)
        )
    )


def settle_sums(block: HeadingBlock) -> HeadingBlock:
    """Take a column with a word of total in its heading ("Total", "Total agreed", "Total (EUR)")
    beside instalments or years for what they must add up to, and ask which of several is. One in
    the book's currency may be their equivalent.
    """
    amounts = block.of(Field.AMOUNT)
    if len(amounts) < _LEAST_CELLS or not all(c.label for c in amounts):
        return block
    own = {c.currency for c in amounts}
    sums = [
        c
        for c in block.of(None)
        if names_total(c.heading) and (c.currency in own or not is_dollar_mark(c.currency or "-"))
    ]
    whole = [c for c in sums if plain(c.heading) in words()["total"]]
    if len(whole) == 1:
        sums = whole
    if len(sums) == 1:
        return block.changing({c: replace(c, field=Field.AMOUNT, label="") for c in sums})
    return block.asking(
        *(
            ask(
                "column",
                c.letter,
                Choice(Field.AMOUNT.value, "What the instalments add up to"),
                Choice(NOT_READ, "Nothing that is to be read"),
                text=f"Column {c.named} may be what the instalments add up to. What does it hold?",
            )
            for c in sums
        )
    )


def settle_paid_currency(block: HeadingBlock) -> HeadingBlock:
    """Keep "PaidCurrency" for what was paid where a table states what was pledged, too; what was
    paid alone is in the one currency that there is.
    """
    own = block.of(Field.PAID_CURRENCY)
    if not own or (block.of(Field.PAID) and block.of(Field.AMOUNT)):
        return block
    return block.taking(own, Field.CURRENCY)


def settle_payment_days(block: HeadingBlock) -> HeadingBlock:
    """Leave the days of several payments alone where no column says how much was paid on each."""
    days = block.of(Field.PAYMENT_DATE)
    numbered = {column.label for column in days} - {""}
    if len(days) < _LEAST_CELLS or not numbered:
        return block
    if any(column.label for column in block.of(Field.AMOUNT, Field.PAID)):
        return block
    heads = ", ".join(column.named for column in days)
    doubt = (
        f"Columns {heads} give days of payments, and no columns what was paid on each: not read."
    )
    return block.leaving(days, doubt)


def settle_gifts(block: HeadingBlock) -> HeadingBlock:
    """Take "Donation" for what was pledged where another column says what was paid of it.

    A donation alone has been made: it is money received.
    """
    gifts = [c for c in block.of(Field.PAID) if is_named("gifts", c.heading)]
    paid = [c for c in block.of(Field.PAID, Field.UNPAID) if c not in gifts]
    if not gifts or not paid or block.of(Field.AMOUNT):
        return block
    return block.taking(gifts, Field.AMOUNT)


def settle_receipts(block: HeadingBlock) -> HeadingBlock:
    """Take amounts for money received if the only date is of its receipt, a day that has passed:
    "Date received | Donor | Amount".
    """
    amounts, dates = block.of(Field.AMOUNT), block.of(Field.PAYMENT_DATE)
    if len(amounts) != 1 or len(dates) != 1 or block.of(*_PROMISES):
        return block
    (amount,), (day,) = amounts, dates
    if not has_word_of("past", day.heading) or has_word_of("promised", amount.heading):
        return block
    return block.taking(
        [amount],
        Field.PAID,
        f"Column {amount.named} was read as money received, because the only date, column "
        f"{day.named}, is of its receipt.",
    )


def settle_disbursements(block: HeadingBlock) -> HeadingBlock:
    """Ask of "Disbursement" alone: a donor disburses what it pledged, and a fund what it was given.
    Beside what was pledged it is what was paid of it.
    """
    disbursed = [c for c in block.of(Field.PAID) if has_word_of("disbursements", c.heading)]
    spent = any(has_word_of("spending", c.heading) for c in block.columns if c not in disbursed)
    if not disbursed or (block.of(Field.AMOUNT) and not spent):
        return block
    return block.asking(
        *(
            ask(
                "column",
                column.letter,
                Choice(Field.PAID.value, "What donors paid"),
                Choice(NOT_READ, "What was spent: not to be read"),
                text=f"Column {column.named} may be what donors paid, or what was spent of it. "
                "What does it hold?",
            )
            for column in disbursed
        )
    )


def label_by_place(block: HeadingBlock) -> HeadingBlock:
    """Give the columns beside numbered amounts their number: "1st instalment | Due | 2nd | Due".

    They all stand behind their amounts, or all before them; else nobody can tell.
    """
    amounts = [c for c in block.of(Field.AMOUNT) if c.label]
    if len(amounts) < _LEAST_CELLS:
        return block
    for field in (Field.DUE_DATE, Field.PAYMENT_DATE, Field.PAID, Field.VALUE):
        same = block.of(field)
        if len(same) < _LEAST_CELLS or any(column.label for column in same):
            continue
        for behind in (True, False):
            owners = [_owner(column, amounts, behind=behind) for column in same]
            if "" not in owners and len(set(owners)) == len(same):
                labelled = zip(same, owners, strict=True)
                block = block.changing({c: replace(c, label=label) for c, label in labelled})
                break
    return block


def _owner(column: TableColumn, amounts: list[TableColumn], *, behind: bool) -> str:
    """Give the label of the amount that a column stands right behind, or right before; "" for
    none.
    """
    if behind:
        return next((a.label for a in reversed(amounts) if a.number < column.number), "")
    return next((a.label for a in amounts if a.number > column.number), "")


def settle_pledged(block: HeadingBlock) -> HeadingBlock:
    """Tell what was only pledged from what was committed, where a table has a column of each."""
    amounts = [c for c in block.of(Field.AMOUNT) if not c.label]
    pledged = [c for c in amounts if has_word_of("only_pledged", c.heading)]
    committed = [c for c in amounts if has_word_of("committed", c.heading)]
    if len(pledged) != 1 or len(committed) != 1 or len(amounts) != 2 or pledged == committed:
        return block
    (pledge,), (commitment,) = pledged, committed
    if (pledge.currency, pledge.multiplier) != (commitment.currency, commitment.multiplier):
        return block
    return block.taking(
        [pledge],
        Field.PLEDGED,
        f"Column {commitment.named} was read as the amount; where it says nothing, what stands in "
        f"column {pledge.named} is pledged only.",
    )


def doubt_currencies(block: HeadingBlock) -> HeadingBlock:
    """Say so where amounts are headed by one currency beside a column that names others."""
    currencies = block.of(Field.CURRENCY)
    if not currencies:
        return block
    doubts = (
        f"Column {column.named} states its own currency, so column {currencies[0].named} was not "
        "paired with it."
        for column in block.of(*MONEY - {Field.VALUE})
        if column.currency
    )
    return replace(block, doubts=(*block.doubts, *doubts))


def ask_uneven_units(block: HeadingBlock) -> HeadingBlock:
    """Ask where one column of money is headed "in thousands" and another one is not."""
    money = block.of(*MONEY - {Field.UNPAID})
    counted = {column.multiplier for column in money}
    if len(counted) < _LEAST_CELLS:
        return block
    silent = ", ".join(c.named for c in money if c.multiplier == 1)
    stated = ", ".join(c.named for c in money if c.multiplier != 1)
    return block.asking(
        ask(
            "units",
            "",
            *(Choice(str(n), f"All are counted in units of {n:,}") for n in sorted(counted)),
            text=f"Column {stated} says in what its amounts are counted, column {silent} does not. "
            "In what units are the amounts?",
        )
    )

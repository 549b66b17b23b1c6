"""Decide between the columns of one table: which of several holds a field, what a doubtful heading
means beside the others, and what only a person can say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from pledgebook.importers.reading.cells import Sheet, cell_text
from pledgebook.importers.tables.columns import HeadingBlock, TableColumn, is_part
from pledgebook.importers.tables.headings import (
    DATES,
    MONEY,
    REPEATED,
    TRANSACTION_CODES,
    Field,
    has_word_of,
    heading_signs,
    is_currency_only,
    is_dollar_mark,
    is_named,
    is_year_heading,
    speaks_of_giving,
)
from pledgebook.importers.values.amounts import parse_amount
from pledgebook.importers.values.values import clean, plain, words
from pledgebook.importers.values.words import read_kind, says_in_kind

_LEAST_CELLS = 2
_SURE = 90
_TITLE_ROWS = 12
_DECISIVE = MONEY | DATES | {Field.DONOR, Field.CURRENCY, Field.STATUS}
_FIGURES = (MONEY - {Field.UNPAID}) | DATES | {Field.CURRENCY}
_NUMBER = re.compile(r"[\s\d]+")
_ORIGIN = re.compile(r"local(?:e|es)?\b|Local|original|origine|origen|ursprung", re.IGNORECASE)


def settle(sheet: Sheet, rows: tuple[int, ...], columns: list[TableColumn]) -> HeadingBlock:
    """Decide between columns that were taken for the same field.

    `rows` are the heading rows. What was taken for granted stands in the block's doubts, what only
    a person can decide in its questions.
    """
    doubts: list[str] = []
    questions: list[str] = []
    settled = _settle_rates(columns)
    apart = _settle_currencies(sheet, rows[-1], settled, doubts)
    settled = _settle_dollars(settled) if apart is settled else apart
    settled = _settle_places(sheet, rows, settled, doubts, questions)
    if not any(column.field in {Field.AMOUNT, Field.PAID} for column in settled):
        labelled = [column for column in settled if column.field is None and column.label]
        if labelled:
            settled = [
                replace(column, field=Field.AMOUNT) if column in labelled else column
                for column in settled
            ]
            heads = ", ".join(column.heading for column in labelled)
            doubts.append(
                f"The columns {heads} were read as amounts, each an instalment or contribution."
            )
    settled = _settle_parts(settled, doubts, questions)
    settled = _settle_receipts(_settle_gifts(_settle_sums(settled)), doubts)
    settled = _label_by_place(settled)
    settled = _settle_pledged(settled, doubts)
    settled = _settle_categories(sheet, rows[-1], settled, doubts)
    settled = _settle_codes(sheet, rows[-1], settled, doubts)
    settled = _settle_types(sheet, rows[-1], settled, doubts)
    settled = _settle_only_date(settled)
    settled = _settle_identifier(sheet, rows[-1], settled, doubts)
    for field in Field:
        settled = _choose(sheet, rows[-1], field, settled, doubts, questions)
    settled = _single_labels(settled)
    doubts.extend(_currency_doubts(settled))
    questions.extend(_unsure(settled))
    questions.extend(_uneven_units(settled))
    return HeadingBlock(rows, tuple(settled), tuple(doubts), tuple(questions))


def _choose(
    sheet: Sheet,
    heading: int,
    field: Field,
    columns: list[TableColumn],
    doubts: list[str],
    questions: list[str],
) -> list[TableColumn]:
    """Keep the best of several columns of a field, and ask if others say something else."""
    same = [column for column in columns if column.field is field]
    if len(same) <= 1:
        return columns
    if field in REPEATED and len({column.label for column in same}) == len(same):
        return columns
    if field is Field.STATUS:
        same = _understood(sheet, heading, same)
    best, *dropped = sorted(same, key=_rank, reverse=True)
    left = [column for column in columns if column.field is field and column is not best]
    unread = ", ".join(f"{column.letter} ({column.heading})" for column in left)
    sentence = (
        f"Several columns may be the {field.value.replace('_', ' ')}: column {best.letter} "
        f"({best.heading}) was read, {unread} not."
    )
    equally_good = [column for column in dropped if _rank(column)[:2] == _rank(best)[:2]]
    if field in DATES:  # "Date" and "Decision date" differ by name; "Date 1" and "Date 2" do not
        name = _NUMBER.sub("", best.heading)
        equally_good = [c for c in equally_good if _NUMBER.sub("", c.heading) == name]
    if field in _DECISIVE and any(_differ(sheet, heading, best, column) for column in equally_good):
        questions.append(f"{sentence} Say in a mapping which one counts.")
    else:
        doubts.append(sentence)
    return _without(columns, left)


def _understood(sheet: Sheet, heading: int, columns: list[TableColumn]) -> list[TableColumn]:
    """Keep the columns of which the most texts are known to say whether it is pledged or paid."""

    def known(column: TableColumn) -> int:
        cells = (sheet.cell(row, column.number) for row in range(heading + 1, len(sheet.rows) + 1))
        return sum(isinstance(value, str) and bool(read_kind(value)) for value in cells)

    counts = {column.number: known(column) for column in columns}
    return [column for column in columns if counts[column.number] == max(counts.values())]


def _settle_places(
    sheet: Sheet,
    rows: tuple[int, ...],
    columns: list[TableColumn],
    doubts: list[str],
    questions: list[str],
) -> list[TableColumn]:
    """Tell the States that give from the country of an address, and from where the money goes.

    "Country" or "State" names the donor of many a list. Beside the names of persons, streets and
    towns it is a part of their address, and beside projects and borrowers it may be who receives.
    """
    donors = [column for column in columns if column.field is Field.DONOR]
    places = [column for column in donors if is_named("places", column.heading)]
    if not places:
        return columns
    listed = ", ".join(f"{column.letter} ({column.heading})" for column in places)
    named = [c for c in donors if c not in places and c.score >= _SURE]
    if named:
        doubts.append(
            f"Column {named[0].letter} ({named[0].heading}) names the donor, so column {listed} "
            "was not read as one."
        )
        return _without(columns, places)
    signs = heading_signs([column.heading for column in columns])
    giving = _speaks_of_giving(sheet, rows, columns)
    if "address" in signs:
        names = [c for c in columns if c.field is None and is_named("names", c.heading)]
        doubts.append(f"Column {listed} was taken for a part of an address, not for the donor.")
        kept = _without(columns, places)
        if len(names) != 1 or not giving:
            return kept
        doubts.append(f"Column {names[0].letter} ({names[0].heading}) was read as the donor.")
        return [replace(c, field=Field.DONOR) if c in names else c for c in kept]
    outgoing = any(c.field in MONEY and has_word_of("outgoing", c.heading) for c in columns)
    if "contact" in signs or (("recipient" in signs or outgoing) and not giving):
        questions.append(
            f"Column {listed} may be the donor, or an address, or the country that receives the "
            "money: say in a mapping which column names the donor."
        )
    return columns


def _without(columns: list[TableColumn], dropped: Sequence[TableColumn]) -> list[TableColumn]:
    return [replace(c, field=None, label="") if c in dropped else c for c in columns]


def _speaks_of_giving(sheet: Sheet, rows: tuple[int, ...], columns: list[TableColumn]) -> bool:
    """Whether an amount's heading, the sheet's name or its title speaks of contributions made."""
    texts = [column.heading for column in columns if column.field in MONEY]
    texts.append(sheet.name)
    for row in range(max(1, rows[0] - _TITLE_ROWS), rows[0]):
        texts += [value for value in sheet.rows[row - 1] if isinstance(value, str)]
    return any(speaks_of_giving(clean(text)) for text in texts)


def _settle_gifts(columns: list[TableColumn]) -> list[TableColumn]:
    """Take "Donation" for what was pledged where another column says what was paid of it.

    A donation alone has been made: it is money received.
    """
    gifts = [c for c in columns if c.field is Field.PAID and is_named("gifts", c.heading)]
    paid = [c for c in columns if c.field in {Field.PAID, Field.UNPAID} and c not in gifts]
    amounts = [c for c in columns if c.field is Field.AMOUNT]
    if not gifts or not paid or amounts:
        return columns
    return [replace(c, field=Field.AMOUNT) if c in gifts else c for c in columns]


_PROMISES = {
    Field.PLEDGE_DATE, Field.DUE_DATE, Field.STATUS, Field.UNPAID, Field.PAID, Field.INSTALMENT,
}  # fmt: skip
"""Fields that only a list of pledges needs, or that say by themselves what a row is."""


def _settle_parts(
    columns: list[TableColumn], doubts: list[str], questions: list[str]
) -> list[TableColumn]:
    """Take amounts under funds or purposes for parts of the one beside them: "Total pledge | of
    which UNTOC". What nobody knows, "of which ...", is asked.
    """
    amounts = [c for c in columns if c.field is Field.AMOUNT]
    labelled = [c for c in columns if c.field is None and c.label and not is_year_heading(c.label)]
    if len(amounts) == 1 and not amounts[0].label and labelled:
        heads = ", ".join(c.heading for c in labelled)
        doubts.append(
            f"The columns {heads} were read as parts of the amount in column {amounts[0].letter} "
            f"({amounts[0].heading})."
        )
        columns = [
            replace(c, field=Field.AMOUNT, currency=c.currency or amounts[0].currency)
            if c in labelled
            else c
            for c in columns
        ]
    questions += [
        f"Column {c.letter} ({c.heading}) is a part of another and is not read: say in a mapping "
        "what it is, or that it is to be ignored."
        for c in columns
        if c.field is None and is_part(c.heading)
    ]
    return columns


def _settle_receipts(columns: list[TableColumn], doubts: list[str]) -> list[TableColumn]:
    """Take amounts for money received if the only date is of its receipt, a day that has passed:
    "Date received | Donor | Amount".
    """
    amounts = [c for c in columns if c.field is Field.AMOUNT]
    dates = [c for c in columns if c.field is Field.PAYMENT_DATE]
    other = any(c.field in _PROMISES for c in columns)
    if len(amounts) != 1 or len(dates) != 1 or other:
        return columns
    (amount,), (day,) = amounts, dates
    if not has_word_of("past", day.heading) or has_word_of("promised", amount.heading):
        return columns
    doubts.append(
        f"Column {amount.letter} ({amount.heading}) was read as money received, because the only "
        f"date, column {day.letter} ({day.heading}), is of its receipt."
    )
    return [replace(c, field=Field.PAID) if c is amount else c for c in columns]


def _settle_pledged(columns: list[TableColumn], doubts: list[str]) -> list[TableColumn]:
    """Tell what was only pledged from what was committed, where a table has a column of each."""
    amounts = [c for c in columns if c.field is Field.AMOUNT and not c.label]
    pledged = [c for c in amounts if has_word_of("only_pledged", c.heading)]
    committed = [c for c in amounts if has_word_of("committed", c.heading)]
    if len(pledged) != 1 or len(committed) != 1 or len(amounts) != 2 or pledged == committed:
        return columns
    (pledge,), (commitment,) = pledged, committed
    if (pledge.currency, pledge.multiplier) != (commitment.currency, commitment.multiplier):
        return columns
    doubts.append(
        f"Column {commitment.letter} ({commitment.heading}) was read as the amount; where it says "
        f"nothing, what stands in column {pledge.letter} ({pledge.heading}) is pledged only."
    )
    return [replace(c, field=Field.PLEDGED) if c is pledge else c for c in columns]


def _settle_currencies(
    sheet: Sheet, heading: int, columns: list[TableColumn], doubts: list[str]
) -> list[TableColumn]:
    """Take columns headed by nothing but currencies for amounts, each in its own, if no row fills
    two of them: what stands in two may be one sum stated twice.
    """
    named = [c for c in columns if c.field in MONEY and is_currency_only(c.heading)]
    used: set[str] = set()
    for row in range(heading + 1, len(sheet.rows) + 1):
        filled = [c for c in named if parse_amount(sheet.cell(row, c.number)).value]
        if len(filled) > 1:
            return columns
        used |= {c.currency for c in filled}
    if len(used) < _LEAST_CELLS or len({c.currency for c in named}) < len(named):
        return columns
    heads = ", ".join(column.heading for column in named)
    doubts.append(f"The columns {heads} were read as amounts, each in the currency that heads it.")
    return [replace(c, field=Field.AMOUNT, label=c.currency) if c in named else c for c in columns]


def _label_by_place(columns: list[TableColumn]) -> list[TableColumn]:
    """Give the columns beside numbered amounts their number: "1st instalment | Due | 2nd | Due".

    They all stand behind their amounts, or all before them; else nobody can tell.
    """
    amounts = [c for c in columns if c.field is Field.AMOUNT and c.label]
    settled = columns
    for field in (Field.DUE_DATE, Field.PAYMENT_DATE, Field.PAID, Field.DOLLARS):
        same = [c for c in settled if c.field is field]
        if len(same) < _LEAST_CELLS or len(amounts) < _LEAST_CELLS or any(c.label for c in same):
            continue
        for ordered in (amounts, amounts[::-1]):
            behind = ordered is amounts
            owners = [_owner(column, amounts, behind=behind) for column in same]
            if None not in owners and len(set(owners)) == len(same):
                labels = dict(zip((c.number for c in same), owners, strict=True))
                settled = [
                    replace(c, label=labels[c.number] or "") if c in same else c for c in settled
                ]
                break
    return settled


def _owner(column: TableColumn, amounts: list[TableColumn], *, behind: bool) -> str | None:
    """Give the label of the amount that a column stands right behind, or right before."""
    if behind:
        return next((a.label for a in reversed(amounts) if a.number < column.number), None)
    return next((a.label for a in amounts if a.number > column.number), None)


def _settle_categories(
    sheet: Sheet, heading: int, columns: list[TableColumn], doubts: list[str]
) -> list[TableColumn]:
    """Leave a "Category" alone that says what kind of donor each is, and not of which class of the
    fund its money is.
    """
    for column in columns:
        if column.field is not Field.CLASS:
            continue
        cells = [sheet.cell(row, column.number) for row in range(heading + 1, len(sheet.rows) + 1)]
        texts = {plain(value) for value in cells if isinstance(value, str)}
        if texts and texts <= words()["donor-kind"]:
            doubts.append(
                f"Column {column.letter} ({column.heading}) says what kind of donor each is, so it "
                "was not read."
            )
            return _without(columns, [column])
    return columns


def _settle_codes(
    sheet: Sheet, heading: int, columns: list[TableColumn], doubts: list[str]
) -> list[TableColumn]:
    """Take the codes of transactions of IATI for the status; its words are found as others are."""
    for column in columns:
        if column.field is not None or not is_named("transaction_codes", column.heading):
            continue
        cells = [sheet.cell(row, column.number) for row in range(heading + 1, len(sheet.rows) + 1)]
        texts = {clean(cell_text(value)) for value in cells if value is not None}
        if texts and texts <= TRANSACTION_CODES and Field.STATUS not in {c.field for c in columns}:
            doubts.append(
                f"Column {column.letter} ({column.heading}) was read as the status, by the codes "
                "of IATI: 11 is a commitment to the fund, 13 a pledge, 1 money received."
            )
            return [replace(c, field=Field.STATUS) if c is column else c for c in columns]
    return columns


def _settle_types(
    sheet: Sheet, heading: int, columns: list[TableColumn], doubts: list[str]
) -> list[TableColumn]:
    """Take "Type" for the status, or for money and kind, if that is what its texts say."""
    fields = {column.field for column in columns}
    for column in columns:
        if column.field is not None or not is_named("types", column.heading):
            continue
        cells = [sheet.cell(row, column.number) for row in range(heading + 1, len(sheet.rows) + 1)]
        texts = [value for value in cells if isinstance(value, str)]
        statuses = sum(bool(read_kind(text)) for text in texts)
        if texts and statuses * 2 >= len(texts) and Field.STATUS not in fields:
            field = Field.STATUS
        elif Field.IN_KIND not in fields and any(says_in_kind(text) for text in texts):
            field = Field.IN_KIND
        else:
            continue
        said = field.value.replace("_", " ")
        doubts.append(f"Column {column.letter} ({column.heading}) was read as the {said}.")
        return [replace(c, field=field) if c is column else c for c in columns]
    return columns


def _settle_only_date(columns: list[TableColumn]) -> list[TableColumn]:
    """Take "Transaction date" for the date of whatever the status says: pledge or payment."""
    fields = {c.field for c in columns}
    if Field.STATUS not in fields or Field.PLEDGE_DATE in fields:
        return columns
    return [
        replace(c, field=Field.PLEDGE_DATE) if is_named("transaction_dates", c.heading) else c
        for c in columns
    ]


def _settle_identifier(
    sheet: Sheet, heading: int, columns: list[TableColumn], doubts: list[str]
) -> list[TableColumn]:
    """Take a column of identifiers, no two of them the same, for the reference if there is none.

    A count of the rows is no reference: it changes with their order.
    """
    if any(column.field is Field.REFERENCE for column in columns):
        return columns
    for column in columns:
        if column.field is not None or not is_named("identifiers", column.heading):
            continue
        cells = [sheet.cell(row, column.number) for row in range(heading + 1, len(sheet.rows) + 1)]
        texts = [clean(cell_text(value)) for value in cells if value is not None]
        if len(texts) < _LEAST_CELLS or len(set(texts)) < len(texts) or _counts(texts):
            continue
        doubts.append(
            f"Column {column.letter} ({column.heading}) was read as the reference: no two of its "
            "values are the same."
        )
        return [replace(c, field=Field.REFERENCE) if c is column else c for c in columns]
    return columns


def _counts(texts: Sequence[str]) -> bool:
    """Whether texts count upwards one by one, as a column of row numbers does."""
    if not all(text.isascii() and text.isdigit() for text in texts):
        return False
    numbers = [Decimal(text) for text in texts]
    return all(after - before == 1 for before, after in pairwise(numbers))


def _rank(column: TableColumn) -> tuple[bool, int, int]:
    """Prefer the amount in the currency of origin, then the better known heading, then the left."""
    original = bool(_ORIGIN.search(column.heading))
    return original, column.score, -column.number


def _differ(sheet: Sheet, heading: int, one: TableColumn, other: TableColumn) -> bool:
    """Whether two columns hold different values anywhere below their headings."""
    return any(
        sheet.cell(row, one.number) != sheet.cell(row, other.number)
        for row in range(heading + 1, len(sheet.rows) + 1)
    )


def _settle_sums(columns: list[TableColumn]) -> list[TableColumn]:
    """Take a column headed "Total" beside instalments or years for what they must add up to."""
    parts = [column for column in columns if column.field is Field.AMOUNT and column.label]
    alone = [column for column in columns if column.field is Field.AMOUNT and not column.label]
    sums = [c for c in columns if c.field is None and plain(c.heading) in words()["total"]]
    if len(parts) < _LEAST_CELLS or alone or len(sums) != 1:
        return columns
    return [replace(c, field=Field.AMOUNT, label="") if c in sums else c for c in columns]


def _settle_rates(columns: list[TableColumn]) -> list[TableColumn]:
    """Take numbered rates for instalments, which is what the word means in German, if the table has
    no other amounts.
    """
    rates = [column for column in columns if column.field is Field.RATE and column.label]
    amounts = [column for column in columns if column.field in {Field.AMOUNT, Field.DOLLARS}]
    if len(rates) < _LEAST_CELLS or amounts:
        return columns
    return [replace(c, field=Field.AMOUNT) if c in rates else c for c in columns]


def _settle_dollars(columns: list[TableColumn]) -> list[TableColumn]:
    """Tell the amount of the pledge from its dollar equivalent.

    Of two amount columns one that says dollars is the equivalent; a column of dollars alone is the
    amount itself.
    """
    amounts = [column for column in columns if column.field is Field.AMOUNT]
    dollars = [column for column in columns if column.field is Field.DOLLARS]
    plain_amounts = [column for column in amounts if not is_dollar_mark(column.currency or "-")]
    if dollars and not amounts:
        return [
            replace(column, field=Field.AMOUNT, currency=column.currency or "US$")
            if column in dollars
            else column
            for column in columns
        ]
    if plain_amounts and len(plain_amounts) < len(amounts) and not dollars:
        return [
            replace(column, field=Field.DOLLARS)
            if column in amounts and column not in plain_amounts
            else column
            for column in columns
        ]
    return columns


def _single_labels(columns: list[TableColumn]) -> list[TableColumn]:
    """Keep labels only where they tell several columns of one field apart, and on the columns that
    go with these: the date due of instalment 1, what was paid of 2002.
    """
    labelled = {field for field in REPEATED if sum(column.field is field for column in columns) > 1}
    used = {column.label for column in columns if column.field in labelled}
    return [
        replace(column, label="")
        if column.field is not None and (column.field not in REPEATED or column.label not in used)
        else column
        for column in columns
    ]


def _unsure(columns: list[TableColumn]) -> list[str]:
    """Ask about columns that make a figure of the books but have a word nobody knows in them."""
    return [
        f"Column {column.letter} ({column.heading}) may be the "
        f"{column.field.value.replace('_', ' ')}, but not all its words are known: say in a "
        "mapping what it is."
        for column in columns
        if column.field in _FIGURES and column.score < _SURE
    ]


def _uneven_units(columns: list[TableColumn]) -> list[str]:
    """Ask where one column of money is headed "in thousands" and another one is not."""
    money = [column for column in columns if column.field in MONEY - {Field.UNPAID}]
    units = {column.multiplier for column in money}
    if len(units) < 2:
        return []
    silent = ", ".join(f"{c.letter} ({c.heading})" for c in money if c.multiplier == 1)
    stated = ", ".join(f"{c.letter} ({c.heading})" for c in money if c.multiplier != 1)
    return [
        f"Column {stated} says in what its amounts are counted, column {silent} does not: say the "
        "units in a mapping."
    ]


def _currency_doubts(columns: list[TableColumn]) -> list[str]:
    """Say so where amounts are headed by one currency beside a column that names others."""
    currency = next((column for column in columns if column.field is Field.CURRENCY), None)
    if currency is None:
        return []
    return [
        f"Column {column.letter} ({column.heading}) states its own currency, so column "
        f"{currency.letter} ({currency.heading}) was not paired with it."
        for column in columns
        if column.field in MONEY - {Field.DOLLARS} and column.currency
    ]
